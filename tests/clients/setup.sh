# shellcheck shell=bash
# What the generated clients need besides Python's packages. Sourced after tests/machine.sh:
# `client_tools FOLDER` fills the folder once, and again when what is asked for has changed.

client_tools() {
  local folder=$1 here key missing=()
  here=$(dirname "${BASH_SOURCE[0]}")
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  [ ${#missing[@]} = 0 ] || install "${missing[@]}"
  key=$(cd "$here" && cat setup.sh package.json package-lock.json && node --version) || return
  [ "$key" != "$(cat "$folder/key" 2>/dev/null)" ] || return 0
  say "installing what generates a TypeScript client"
  rm -rf "$folder"
  mkdir -p "$folder"
  # One by one, since `set -e` does not hold inside a function whose status is asked for.
  cp "$here/package.json" "$here/package-lock.json" "$folder" || return
  npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$folder" || return
  printf '%s\n' "$key" >"$folder/key"
}
