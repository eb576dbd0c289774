#!/usr/bin/env bash
# Usage: tools/test.sh [CTEST-ARGUMENT…]
#
# Builds Lockstep with its tests (preset dev: warnings are errors) and runs them all; arguments go to ctest, so that
# `tools/test.sh -L quick` runs the quick ones. Installs first what is missing, where it may. Can be run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/dev/packages.sh
. tools/dev/packages.sh

need_packages program example tests
cmake --preset dev
cmake --build --preset dev
# Most tests wait for other programs rather than compute, so four at a time suit two processors.
exec ctest --preset dev -j4 "$@"
