#!/usr/bin/env bash
# Make sure that packages from PyPI are here, in a virtual environment of their own below the folder of what is built:
# `scripts/python.sh NAME REQUIREMENTS`. One that holds the versions that are asked for is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=$2
venv=${CARGO_TARGET_DIR:-target}/$1
# Copied last, so that an installation that was interrupted begins again.
! cmp --silent "$requirements" "$venv/requirements.txt" || exit 0

scripts/need.sh python3=python3
# Debian keeps apart what fills a virtual environment; it is no program, so there is nothing by that name to find.
python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/need.sh ensurepip=python3-venv

echo "installing $requirements into $venv" >&2
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement "$requirements" >&2
cp "$requirements" "$venv/requirements.txt"
