#!/usr/bin/env bash
# Make sure that programs are here: `scripts/need.sh PROGRAM=PACKAGE …`. A program that is missing is installed with
# apt-get from the Debian package named beside it; one that is present, from wherever, is left alone.
set -euo pipefail

# Debian keeps servers such as nginx where only root's PATH looks.
PATH="$PATH:/usr/sbin:/sbin"

packages=()
for pair in "$@"; do
    # Not `command -v`: that also finds what is built into the shell, and tests start `kill` without one.
    type -P "${pair%%=*}" >/dev/null || packages+=("${pair#*=}")
done
[ ${#packages[@]} -gt 0 ] || exit 0

command="apt-get install --yes --no-install-recommends ${packages[*]}"
if ! type -P apt-get >/dev/null; then
    echo "error: missing: ${packages[*]} (names of Debian packages); there is no apt-get here, so install them yourself" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "error: missing: ${packages[*]}; only root can install them: sudo $command" >&2
    exit 1
fi
echo "installing ${packages[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
# Lists that are out of date name packages that are gone; where the update fails, the old ones may still do.
apt-get update --quiet=2 >&2 || echo "warning: apt-get update failed; trying with the lists that are here" >&2
# A runlevel of 1 keeps the package of a server from starting it: the program is wanted, not a service on port 80.
RUNLEVEL=1 $command --quiet=2 >&2
