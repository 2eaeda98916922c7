#!/usr/bin/env bash
# Hold the documents against the files: a map that names what is gone, or misses what is new, is worse than none.
set -euo pipefail
cd "$(dirname "$0")/.."

problems=0
problem() {
    echo "error: $1" >&2
    problems=1
}

# Paths in `code` and in links, in documents for people; and all paths in NOTICE. Links are from where the document is.
for document in README.md ARCHITECTURE.md CONTRIBUTING.md NOTICE deploy/README.md; do
    while read -r path; do
        [ -e "$path" ] || [ -e "$(dirname "$document")/$path" ] || problem "$document names $path, which is not there"
    done < <(grep -oE '(crates|config|scripts|\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9_]|\]\([A-Za-z][A-Za-z0-9_./-]*\)' "$document" | tr -d '](' | tr -d ')' | sort -u)
done

# Every module has its line in the map, under the heading of its crate.
for crate in crates/*/; do
    crate=${crate%/}
    section=$(awk -v heading="### $crate" '/^#/ { inside = ($0 == heading) } inside' ARCHITECTURE.md)
    while read -r file; do
        grep -qF -- "- \`$file\`" <<<"$section" || problem "ARCHITECTURE.md does not say what $crate/src/$file is for"
    done < <(cd "$crate/src" && find . -name '*.rs' -not -path '*/tests/*' | sed 's,^\./,,' | sort)
    while read -r file; do
        [ -e "$crate/src/$file" ] || problem "ARCHITECTURE.md has a line for $crate/src/$file, which is not there"
    done < <(grep -oE '^- `[^`]+\.rs`' <<<"$section" | tr -d '`' | sed 's/^- //')
done

exit $problems
