#!/bin/sh
# Installs what the serving benchmark compares with into the folder $1: the peers from PyPI and npm there, the load
# generator and PostgreSQL from Debian's packages.
set -eu
folder=$1
python=$2
here=$(dirname "$0")

missing=""
command -v wrk >/dev/null 2>&1 || missing="wrk"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
{ command -v node && command -v npm; } >/dev/null 2>&1 || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "The serving benchmark needs $missing: install them, then run it again." >&2
        exit 1
    fi
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
if [ ! -e "$folder/venv/.installed" ] || [ "$here/requirements.txt" -nt "$folder/venv/.installed" ]; then
    "$python" -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$folder/venv/.installed"
fi
if [ ! -e "$folder/node/.installed" ] || [ "$here/package.json" -nt "$folder/node/.installed" ]; then
    mkdir -p "$folder/node"
    cp "$here/package.json" "$folder/node/"
    (cd "$folder/node" && npm install --silent --no-audit --no-fund)
    touch "$folder/node/.installed"
fi
