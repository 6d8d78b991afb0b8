# shellcheck shell=bash
# What the calendar checks need. Sourced after tests/machine.sh by whoever runs them:
# `calendar_tools FOLDER` fills the folder once, and again when what is asked for has changed.

calendar_tools() {
  local folder=$1 here key missing=()
  here=$(dirname "${BASH_SOURCE[0]}")
  ensure_cc
  ensure_python
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  if [ ${#missing[@]} -gt 0 ] || ! pkg-config --exists libical; then missing+=(libical-dev); fi
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  [ ${#missing[@]} = 0 ] || install "${missing[@]}"
  key=$(cd "$here" && cat setup.sh requirements.txt package.json libical_check.c && python3 --version && pkg-config --modversion libical) || return
  [ "$key" != "$(cat "$folder/key" 2>/dev/null)" ] || return 0
  say "installing the calendar checkers"
  rm -rf "$folder"
  mkdir -p "$folder"
  # One by one, since `set -e` does not hold inside a function whose status is asked for.
  python3 -m venv "$folder/venv" || return
  "$folder/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt" || return
  cp "$here/package.json" "$folder" || return
  npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix "$folder" || return
  # shellcheck disable=SC2046
  cc -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror $(pkg-config --cflags libical) \
    -o "$folder/libical_check" "$here/libical_check.c" $(pkg-config --libs libical) || return
  printf '%s\n' "$key" >"$folder/key"
}
