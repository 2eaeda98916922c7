#!/usr/bin/env bash
# Pack a release: `scripts/dist.sh [FOLDER]`, by default dist. The same source makes the same bytes.
#
# BINARY names a program to pack instead of building a static one; TARGET says what it runs on. Times of files are those
# of the last commit, or SOURCE_DATE_EPOCH.
set -euo pipefail
dist=$(realpath -m "${1:-$(dirname "$0")/../dist}")
binary=${BINARY:+$(realpath "$BINARY")}
cd "$(dirname "$0")/.."

scripts/need.sh tar=tar gzip=gzip sha256sum=coreutils
mkdir -p "$dist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$binary" ]; then
    scripts/static.sh "$work/trafficinator"
    binary=$work/trafficinator
fi
target=${TARGET:-$(rustc --version --verbose | sed -n 's/^host: //p')}
version=$("$binary" --version)
name=trafficinator-${version#trafficinator }-$target
time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

mkdir -p "$work/$name"/{completions,man/man1}
install -m 755 "$binary" "$work/$name/trafficinator"
cp README.md CHANGELOG.md LICENSE NOTICE "$work/$name"
cp -r docs "$work/$name"
# Each shell looks for a name of its own.
for pair in bash=trafficinator.bash zsh=_trafficinator fish=trafficinator.fish powershell=trafficinator.ps1 elvish=trafficinator.elv; do
    "$binary" completions "${pair%%=*}" >"$work/$name/completions/${pair#*=}"
done
"$binary" man "$work/$name/man/man1" >/dev/null

# Nothing of whoever packs it, and of when, is in it.
tar --create --directory "$work" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$time" \
    --mode=u=rwX,go=rX "$name" | gzip --no-name --best >"$dist/$name.tar.gz"
cd "$dist"
sha256sum "$name.tar.gz" >SHA256SUMS
sha256sum --check --quiet SHA256SUMS
printf '%s\n' "$dist/$name.tar.gz" "$dist/SHA256SUMS"
