#!/usr/bin/env bash
# need_packages of tools/dev/packages.sh, on systems made up of a PATH: what is there, what is installed, what is said.
# shellcheck disable=SC2016 # the bodies of the made-up programs are expanded when these run
set -euo pipefail
packages=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tools/dev" && pwd)/packages.sh
system=$(mktemp -d)
trap 'rm -rf "$system"' EXIT

# program NAME [BODY]: puts a program into the made-up system.
program() {
    printf '#!/bin/sh\n%s\n' "${2:-exit 0}" > "$system/$1"
    chmod +x "$system/$1"
}
for name in bash sh cat cut paste chmod; do
    ln -s "$(command -v "$name")" "$system/$name"
done
program id 'echo 1000'

# expect STATUS TEXT: need_packages newest ends so and says just this.
expect() {
    local status=0 said
    said=$(PATH=$system bash -c '. "$1" && need_packages newest' bash "$packages" 2>&1) || status=$?
    if [ "$status" != "$1" ] || [ "$said" != "$2" ]; then
        printf 'line %s: expected status %s and\n%s\nbut got status %s and\n%s\n' \
            "${BASH_LINENO[0]}" "$1" "$2" "$status" "$said"
        exit 1
    fi
}

lines='Missing: program:npm
Install what is missing and start this again. The packages are
  on Debian 12:  apt-get install npm
  on Fedora:     dnf install nodejs-npm'
expect 1 "$lines" # no apt-get

program apt-get 'echo "apt-get $DEBIAN_FRONTEND $*"; test "$1" = update || exit 1'
expect 1 "$lines" # neither root nor sudo

program sudo 'test "$1" = -n || exit 1; shift; exit 1'
expect 1 "$lines" # a sudo that would ask for a password

program sudo 'test "$1" = -n || exit 1; shift; test "$1" = true || exec "$@"'
program env 'export "$1"; shift; exec "$@"'
expect 1 "Installing: npm
apt-get noninteractive update -q
apt-get noninteractive install -q -y --no-install-recommends npm
apt-get did not install them.
$lines"

program apt-get 'npm=${0%/*}/npm; test "$1" = update || { printf "#!/bin/sh\n" > "$npm"; chmod +x "$npm"; }'
program id 'echo 0'
rm "$system/sudo"
expect 0 'Installing: npm'
expect 0 '' # nothing is missing any more: apt-get is not asked

# there KIND:NAME: whether package_is_there says so.
there() {
    PATH=$system bash -c '. "$1" && package_is_there "$2"' bash "$packages" "$1"
}
program python3 'exit 1'
if there python:no_such_module; then
    echo "a module that no Python has is said to be there"
    exit 1
fi
program python3 'test "$2" = "import no_such_module"'
there python:no_such_module
