#!/usr/bin/env bash
# Run a command with a Docker engine: `scripts/with_docker.sh COMMAND …`. One that answers is used; else one is started,
# with folders, a socket and addresses of its own, and stopped at the end. Where none can be started the command runs
# all the same: tests that need one say that they were skipped, and how many did is the last that is said here.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

directory=$(mktemp -d)
engine=
# Only what was started here, by its id; the engine stops its containers itself.
clean_up() {
    if [ -n "$engine" ]; then
        kill "$engine" 2>/dev/null && wait "$engine" 2>/dev/null || true
    fi
    rm -rf "$directory" 2>/dev/null || echo "warning: $directory is left" >&2
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Without rules of a firewall and without a bridge for all: neither the network of this machine nor another engine on it
# is touched. Containers of a test reach each other over the network that the test makes.
start() {
    export DOCKER_HOST="unix://$directory/docker.sock"
    dockerd --host "$DOCKER_HOST" --data-root "$directory/data" --exec-root "$directory/exec" \
        --pidfile "$directory/pid" --iptables=false --ip-forward=false --bridge=none \
        --default-address-pool "base=10.$((RANDOM % 200 + 20)).0.0/16,size=28" >"$directory/log" 2>&1 &
    engine=$!
    for _ in {1..300}; do
        ! answers || return 0
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.1
    done
    echo "warning: no Docker engine can be started here:" >&2
    tail -n 3 "$directory/log" >&2
    kill "$engine" 2>/dev/null && wait "$engine" 2>/dev/null || true
    engine=
    unset DOCKER_HOST
}

if ! type -P docker >/dev/null; then
    echo "warning: there is no Docker here" >&2
elif ! answers; then
    if type -P dockerd >/dev/null && [ "$(id -u)" -eq 0 ]; then
        start
    else
        echo "warning: no Docker engine answers, and only root, with dockerd, can start one" >&2
    fi
fi

export SKIPPED_TESTS="$directory/skipped"
status=0
"$@" || status=$?
if [ -s "$SKIPPED_TESTS" ]; then
    echo "skipped: $(wc -l <"$SKIPPED_TESTS") tests" >&2
    sort "$SKIPPED_TESTS" >&2
fi
exit "$status"
