#!/usr/bin/env bash
# Build the program as one static file: `scripts/static.sh OUT`. The same source, compiler and C library make the same
# bytes, in whatever folder they are built.
set -euo pipefail
if [ $# -ne 1 ]; then
    echo "usage: scripts/static.sh OUT" >&2
    exit 2
fi
out=$(realpath -m "$1")
cd "$(dirname "$0")/.."
source=$PWD

host=$(rustc --version --verbose | sed -n 's/^host: //p')
commit=$(rustc --version --verbose | sed -n 's/^commit-hash: //p')
case $host in
*-linux-*) ;;
*)
    echo "error: a static program for Linux is built on Linux, and this is $host" >&2
    exit 1
    ;;
esac
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
cargo=$(realpath -m "${CARGO_HOME:-$HOME/.cargo}")
library=$(rustc --print sysroot)/lib/rustlib/src/rust

# Where things lie on this machine is in no message and no symbol. The last prefix that fits is the one that counts.
flags=(-C target-feature=+crt-static -C link-arg=-Wl,--build-id=none "--remap-path-prefix=$library=/rustc/$commit")
for pair in "$cargo=/cargo" "$source=/trafficinator" "$target=/target"; do
    flags+=("--remap-path-prefix=$pair")
    CFLAGS="${CFLAGS:-} $(printf '%q' "-ffile-prefix-map=$pair")"
done
# Folders may have spaces in their names: cargo splits at this separator, and the C compiler's flags are quoted.
CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f' "${flags[@]}")
export CFLAGS CC_SHELL_ESCAPED_FLAGS=1 CARGO_ENCODED_RUSTFLAGS=${CARGO_ENCODED_RUSTFLAGS%$'\x1f'} CARGO_INCREMENTAL=0
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0} LC_ALL=C TZ=UTC

# --target, though it is the host: without it macros would be built static as well, and the compiler could not load them.
cargo build --package trafficinator --locked --release --target "$host" --target-dir "$target" >&2

mkdir -p "$(dirname "$out")"
install -m 755 "$target/$host/release/trafficinator" "$out"
echo "$out"
