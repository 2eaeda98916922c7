#!/usr/bin/env bash
# Make sure that the detector is here that crates/traffic/tests/detector.rs asks: device_detector from PyPI, in a
# virtual environment of its own. One that holds the versions that are asked for is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=crates/traffic/tests/detector/requirements.txt
venv=${CARGO_TARGET_DIR:-target}/detector
# Copied last, so that an installation that was interrupted begins again.
! cmp --silent "$requirements" "$venv/requirements.txt" || exit 0

scripts/need.sh python3=python3
# Debian keeps apart what fills a virtual environment; it is no program, so there is nothing by that name to find.
python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/need.sh ensurepip=python3-venv

echo "installing the device detector into $venv" >&2
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement "$requirements" >&2
cp "$requirements" "$venv/requirements.txt"
