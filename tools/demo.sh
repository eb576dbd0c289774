#!/usr/bin/env bash
# Usage: tools/demo.sh
#
# Builds and installs Lockstep, builds examples/phased-api against what was installed, runs its tests with a plain
# `ctest -j8`, and tells what ran when, phase by phase. All of it stays below build/demo/. Installs first what is
# missing, where it may. Can be run again. Exit status: that of ctest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/dev/packages.sh
. tools/dev/packages.sh

readonly demo=$PWD/build/demo
readonly lockstep=$demo/prefix/bin/lockstep

say() {
    printf '\n== %s\n' "$*"
}

# What ran when: phase, tests, start, end, duration, verdicts.
summary() {
    say "What ran when"
    "$lockstep" summary --build-dir "$demo/phased-api"
}

need_packages program example

say "Building Lockstep"
cmake --preset release -B "$demo/lockstep" -DLOCKSTEP_BUILD_TESTS=OFF
cmake --build "$demo/lockstep"
cmake --install "$demo/lockstep" --prefix "$demo/prefix"

say "Building examples/phased-api"
cmake -S examples/phased-api -B "$demo/phased-api" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$demo/prefix"
cmake --build "$demo/phased-api"

say "Running its tests: cd build/demo/phased-api && ctest -j8"
status=0
(cd "$demo/phased-api" && ctest -j8) || status=$?
summary || echo "demo.sh: there is no summary" >&2
exit "$status"
