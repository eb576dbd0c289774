#!/usr/bin/env bash
# Usage: tools/fuzz.sh [SECONDS [NAME…]]
#
# Runs each fuzz target of tests/fuzz/ (or those named) for SECONDS, 60 unless told, with clang's libFuzzer under
# AddressSanitizer and UndefinedBehaviorSanitizer. An input that breaks one is written to tests/fuzz/found/NAME/, where
# the ordinary tests replay it from then on. Exit status: 0 if nothing was found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/dev/packages.sh
. tools/dev/packages.sh

seconds=${1:-60}
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
    echo "fuzz.sh: not a number of seconds: '$seconds'" >&2
    exit 2
fi
shift $(($# > 0 ? 1 : 0))

need_packages program example tests fuzz
cmake --preset fuzz
cmake --build --preset fuzz

if [ $# -eq 0 ]; then
    for program in build/fuzz/bin/fuzz/*_fuzz; do
        name=${program##*/}
        set -- "$@" "${name%_fuzz}"
    done
fi

broken=()
for name in "$@"; do
    printf '\n== %s, %s s\n' "$name" "$seconds"
    grown=build/fuzz/corpus/$name
    seeds=tests/fuzz/corpus/$name
    found=tests/fuzz/found/$name
    mkdir -p "$grown" "$found"
    # What widens the coverage goes to the first folder named, which is kept for the next time; seeds are only read.
    # -timeout: an input that takes this many seconds shows that a reader is not linear, and counts as found.
    "build/fuzz/bin/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$found/" "$grown" "$seeds" || broken+=("$name")
    rmdir --ignore-fail-on-non-empty "$found"
done
rmdir --ignore-fail-on-non-empty tests/fuzz/found

if [ "${#broken[@]}" -ne 0 ]; then
    echo "fuzz.sh: found inputs that break: ${broken[*]} (see tests/fuzz/found/)" >&2
    exit 1
fi
echo "Nothing found."
