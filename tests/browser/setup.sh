# shellcheck shell=bash
# What the checks in a browser need. Sourced after tests/machine.sh by whoever runs them:
# `browser_tools FOLDER` fills the folder once, and again when what is asked for has changed.
# The browser is the system's own: none is downloaded.

browser_tools() {
  local folder=$1 here key missing=()
  here=$(dirname "${BASH_SOURCE[0]}")
  [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  [ ${#missing[@]} = 0 ] || install "${missing[@]}"
  if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then
    printf '== %s\n' "Node.js 18 or newer is needed, and this is $(node --version)" >&2
    return 1
  fi
  key=$(cd "$here" && cat setup.sh package.json package-lock.json && node --version) || return
  [ "$key" != "$(cat "$folder/key" 2>/dev/null)" ] || return 0
  say "installing what drives the browser"
  rm -rf "$folder"
  mkdir -p "$folder"
  # One by one, since `set -e` does not hold inside a function whose status is asked for.
  cp "$here/package.json" "$here/package-lock.json" "$folder" || return
  npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$folder" || return
  printf '%s\n' "$key" >"$folder/key"
}
