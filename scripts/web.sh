#!/usr/bin/env bash
# The script and the style sheet of reports: the program is built with those that are committed, so that building it
# takes no npm. `scripts/web.sh build` writes them from their sources, `scripts/web.sh check` fails where they differ.
set -euo pipefail
cd "$(dirname "$0")/../web/report"

assets=../../crates/trafficinator/assets
wanted=20.19

if ! type -P npm >/dev/null || ! type -P node >/dev/null; then
    echo "error: missing: npm and Node $wanted or newer, for web/report; what Debian 12 has is too old, see https://nodejs.org/" >&2
    exit 1
fi
version=$(node --version)
if [ "$(printf '%s\n' "$wanted" "${version#v}" | sort --version-sort | head -n 1)" != "$wanted" ]; then
    echo "error: Node $version is too old for web/report: $wanted or newer is needed" >&2
    exit 1
fi

# Copied last, so that an installation that was interrupted begins again.
if ! cmp --silent package-lock.json node_modules/.installed.json; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp package-lock.json node_modules/.installed.json
fi

npm run --silent check
case "${1:-}" in
build)
    npm run --silent build -- --logLevel warn
    ;;
check)
    built=$(mktemp -d)
    trap 'rm -rf "$built"' EXIT
    npm run --silent build -- --logLevel warn --outDir "$built"
    for name in report.js report.css; do
        cmp "$built/$name" "$assets/$name" || {
            echo "error: crates/trafficinator/assets/$name is not what web/report makes: run \`make web\` and commit it" >&2
            exit 1
        }
    done
    ;;
*)
    echo "usage: scripts/web.sh build|check" >&2
    exit 2
    ;;
esac
