#!/bin/sh
# settings_are_sorted.sh FILE: people find a setting faster in an alphabetical list.
set -eu
export LC_ALL=C
grep -v '^#' "$1" > "${TMPDIR:-/tmp}/settings"
sort -c "${TMPDIR:-/tmp}/settings"
