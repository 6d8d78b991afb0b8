# shellcheck shell=bash
# What the checks need of a machine. Sourced by tests/run and .ci/run.

say() { printf '== %s\n' "$*"; }
die() { printf '== %s\n' "$*" >&2; exit 1; }

# Installs Debian packages where that is possible, and says what is missing where it is not.
install() {
  local as=()
  [ "$(id -u)" = 0 ] || as=(sudo -n)
  if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; }; then
    die "missing: $*. Install these packages, or what your system calls them, and run this again."
  fi
  say "installing $*"
  # Debian would start a server of its own; the checks start theirs.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${as[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${as[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  "${as[@]}" apt-get update -q >/dev/null
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# A C compiler, which SQLite is built with. One without the C library's headers is of no use.
ensure_cc() {
  echo '#include <stdlib.h>' | cc -x c -fsyntax-only - 2>/dev/null || install gcc libc6-dev
}

# Prints the folder of PostgreSQL's server programs, newest first.
postgres_bin() {
  local found
  # shellcheck disable=SC2012
  found=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -x "$found/initdb" ] || found=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
  [ -x "$found/initdb" ] && echo "$found"
}

ensure_postgres() {
  [ -n "$(postgres_bin || true)" ] || install postgresql
  [ -n "$(postgres_bin || true)" ] || die "PostgreSQL is installed, but initdb is nowhere to be found"
}

# Python with venv, for the contract check.
ensure_python() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || install python3 python3-venv
}

# Starts a throw-away PostgreSQL; sets pg_folder and pg_port. PostgreSQL refuses to run as
# root, so root hands it to a user who owns nothing.
start_postgres() {
  local bin as=()
  bin=$(postgres_bin)
  pg_folder=$(mktemp -d)
  pg_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  if [ "$(id -u)" = 0 ]; then
    as=(runuser -u nobody --)
    chown nobody "$pg_folder"
  fi
  pg_as=("${as[@]}")
  (
    cd "$pg_folder"
    "${as[@]}" "$bin/initdb" -D "$pg_folder/data" -U fadeline -A trust --no-sync -E UTF8 --locale=C >"$pg_folder.log" 2>&1
    # Nothing here has to outlive the checks, so nothing waits for the disk.
    "${as[@]}" "$bin/pg_ctl" -D "$pg_folder/data" -w -t 60 -l "$pg_folder/data/log" \
      -o "-p $pg_port -k $pg_folder -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=128MB" \
      start >>"$pg_folder.log" 2>&1
  ) || { cat "$pg_folder.log" >&2; die "PostgreSQL does not start"; }
}

stop_postgres() {
  [ -n "${pg_folder:-}" ] || return 0
  (cd / && "${pg_as[@]}" "$(postgres_bin)/pg_ctl" -D "$pg_folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$pg_folder" "$pg_folder.log"
  pg_folder=
}

# A new, empty database on it; prints its address.
new_database() {
  local url="postgres://fadeline@127.0.0.1:$pg_port"
  ask "$url/postgres" "CREATE DATABASE $1" >/dev/null &&
    ask "$url/$1" 'CREATE EXTENSION btree_gist' >/dev/null &&
    echo "$url/$1"
}

# What a database answers to a statement.
ask() { "$(postgres_bin)/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$1" -c "$2"; }
