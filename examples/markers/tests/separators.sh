#!/bin/sh
# separators.sh PROGRAM SEPARATOR: the program does as its user's configuration says. The user is this test's own: the
# plan gives HOME and the XDG directories to scripts as the client library does to programs.
set -eu
recast=$1
separator=$2
settings=${XDG_CONFIG_HOME:-$HOME/.config}/recast

mkdir -p "${settings%/*}"
mkdir "$settings" || {
    echo "somebody's configuration is in $settings, and stays as it is"
    exit 1
}
trap 'rm -r "$settings"' EXIT
printf '[csv]\nseparator = %s\n' "$separator" > "$settings/recast.ini"
if [ -n "${RECAST_NOTES-}" ]; then
    echo "0 ${LOCKSTEP_TEST-} - settings $settings/recast.ini" >> "$RECAST_NOTES"
fi

for number in $(seq 60); do
    answer=$(printf '%s\n' "a${separator}b" "$number${separator}2" | "$recast" csv jsonl)
    if [ "$answer" != "{\"a\":\"$number\",\"b\":\"2\"}" ]; then
        echo "with the separator $separator: $answer"
        exit 1
    fi
done
