# shellcheck shell=bash
# What building and testing Lockstep takes from the system, and how to come by it. Sourced, not run:
#
#     need_packages GROUP…      returns 0 when everything of these groups is there, installing it first where it may
#
# Whether a thing is there is found out by looking for the thing itself, since it need not have come as a package of
# this system. Installing is done with apt-get, as root or through a sudo that asks no password; on any other system the
# lines to type are printed instead. The C++ standard and the versions of libraries are CMake's to judge.

# program   what `lockstep` is built from
# example   what examples/ need besides
# tests     what tests/ need besides
# fuzz      what tools/fuzz.sh needs besides
# newest    what fetches a newer CMake for .ci/run
#
# group    looked for as              Debian                         Fedora
readonly package_table='
program    program:c++                g++                            gcc-c++
program    program:cmake              cmake                          cmake
program    program:ninja              ninja-build                    ninja-build
program    program:pkg-config         pkg-config                     pkgconf-pkg-config
program    header:boost/program_options.hpp libboost-program-options-dev boost-devel
program    module:tomlplusplus        libtomlplusplus-dev            tomlplusplus-devel
program    module:nlohmann_json       nlohmann-json3-dev             json-devel
program    module:fmt                 libfmt-dev                     fmt-devel
program    module:re2                 libre2-dev                     re2-devel
program    header:SQLiteCpp/SQLiteCpp.h libsqlitecpp-dev             sqlitecpp-devel
program    module:sqlite3             libsqlite3-dev                 sqlite-devel
program    module:libxxhash           libxxhash-dev                  xxhash-devel
program    module:libelf              libelf-dev                     elfutils-libelf-devel
example    module:gtest               libgtest-dev                   gtest-devel
example    header:httplib.h           libcpp-httplib-dev             cpp-httplib-devel
tests      module:gmock               libgmock-dev                   gmock-devel
tests      module:benchmark           libbenchmark-dev               google-benchmark-devel
tests      header:catch2/catch.hpp    catch2                         catch2-devel
tests      header:doctest/doctest.h   doctest-dev                    doctest-devel
tests      header:boost/test/included/unit_test.hpp libboost-dev    boost-devel
tests      program:python3            python3                        python3
tests      python:jsonschema          python3-jsonschema             python3-jsonschema
tests      program:git                git                            git-core
tests      program:valgrind           valgrind                       valgrind
fuzz       program:clang++            clang                          clang
fuzz       sanitizer:fuzzer,address   libclang-rt-dev                compiler-rt
newest     program:npm                npm                            nodejs-npm
'

# Succeeds if the thing KIND:NAME is on this system.
package_is_there() {
    local kind=${1%%:*} name=${1#*:}
    case $kind in
        program) command -v "$name" > /dev/null ;;
        module) pkg-config --exists "$name" 2> /dev/null ;;
        # A python3 put before the system's one on PATH has modules of its own: either may have it.
        python) python3 -c "import $name" 2> /dev/null || /usr/bin/python3 -c "import $name" 2> /dev/null ;;
        header) c++ -E -x c++ -include "$name" /dev/null > /dev/null 2>&1 ;;
        sanitizer)
            echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, decltype(sizeof 0)) { return 0; }' |
                clang++ -x c++ "-fsanitize=$name" -o /dev/null - > /dev/null 2>&1
            ;;
        *)
            echo "packages.sh: unknown kind of package: $1" >&2
            return 1
            ;;
    esac
}

# Prints the rows of these groups whose thing is missing.
missing_packages() {
    local group thing debian fedora
    while read -r group thing debian fedora; do
        if [[ " $* " == *" $group "* ]] && ! package_is_there "$thing"; then
            echo "$thing $debian $fedora"
        fi
    done <<< "$package_table"
}

# Prints the command, if any, that apt-get must be called through here: "env" or "sudo -n". Fails where it may not.
may_install() {
    command -v apt-get > /dev/null || return 1
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
        echo sudo -n env
    else
        return 1
    fi
}

# Installs Debian packages NAME…; says so on stderr, like all of this file.
install_packages() {
    local -a through
    read -ra through <<< "$(may_install)"
    echo "Installing: $*" >&2
    "${through[@]}" DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 || return 1
    "${through[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
}

need_packages() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0

    if may_install > /dev/null; then
        local -a debian
        mapfile -t debian < <(cut -d ' ' -f 2 <<< "$missing")
        install_packages "${debian[@]}" || echo "apt-get did not install them." >&2
        missing=$(missing_packages "$@")
        [ -n "$missing" ] || return 0
    fi
    cat >&2 << END
Missing: $(cut -d ' ' -f 1 <<< "$missing" | paste -s -d ' ')
Install what is missing and start this again. The packages are
  on Debian 12:  apt-get install $(cut -d ' ' -f 2 <<< "$missing" | paste -s -d ' ')
  on Fedora:     dnf install $(cut -d ' ' -f 3 <<< "$missing" | paste -s -d ' ')
END
    return 1
}
