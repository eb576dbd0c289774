#!/usr/bin/env python3
"""Discovery of a GoogleTest program: `lockstep discover` against the script of CMake's gtest_discover_tests().

Usage: discovery.py --prefix DIR [--cases N[,N...]] [--rounds K] [--cmake PATH]

Both list the same programs, in turn; medians. What counts is the time beyond the program's own listing. The promises: at
the first number of cases at least 30 times less than CMake's script; from there on, at most linear in the cases, with half
as much again for larger files. CMake's script is only run at the first number. Exit status 1 if one is not kept.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from measuring import medians, seconds

PROGRAM = """#include <gtest/gtest.h>
struct P : testing::TestWithParam<int> {};
TEST_P(P, One) { EXPECT_NE(GetParam(), 37); }
INSTANTIATE_TEST_SUITE_P(R, P, testing::Range(0, CASES));
"""
CMAKE = """cmake_minimum_required(VERSION 3.25)
project(p NONE)
enable_testing()
find_package(Lockstep REQUIRED CONFIG)
foreach(n {cases})
  add_executable(t${{n}} IMPORTED)
  set_target_properties(t${{n}} PROPERTIES IMPORTED_LOCATION "${{CMAKE_SOURCE_DIR}}/t${{n}}")
  lockstep_discover_tests(t${{n}} DISCOVERY_TIMEOUT 600)
endforeach()
"""


class Bench:
    def __init__(self, arguments, folder):
        self.cmake = arguments.cmake
        self.source = pathlib.Path(folder)
        self.build = self.source / "b"
        self.lockstep = pathlib.Path(arguments.prefix) / "bin" / "lockstep"
        (self.source / "t.cpp").write_text(PROGRAM)
        (self.source / "root.cmake").write_text('message("${CMAKE_ROOT}")\n')
        root = subprocess.run([self.cmake, "-P", self.source / "root.cmake"], capture_output=True, text=True, check=True)
        self.script = pathlib.Path(root.stderr.strip()) / "Modules" / "GoogleTestAddTests.cmake"
        for cases in arguments.cases:
            seconds(["c++", "-O1", f"-DCASES={cases}", self.source / "t.cpp", "-o", self.program(cases), "-lgtest", "-lgtest_main", "-pthread"])
        (self.source / "CMakeLists.txt").write_text(CMAKE.format(cases=" ".join(map(str, arguments.cases))))
        seconds([self.cmake, "-S", self.source, "-B", self.build, f"-DCMAKE_PREFIX_PATH={arguments.prefix}"])

    def program(self, cases):
        return self.source / f"t{cases}"

    def listing(self, cases):
        return seconds([self.program(cases), "--gtest_list_tests", f"--gtest_output=json:{self.source}/listing.json"])

    def ours(self, cases):
        return seconds([self.lockstep, "discover", "--arguments", self.build / f"t{cases}[1]_arguments.json", "--program", self.program(cases)])

    def theirs(self, cases):
        values = {"TEST_TARGET": "t", "TEST_EXECUTABLE": self.program(cases), "TEST_EXECUTOR": "", "TEST_WORKING_DIR": self.source,
                  "TEST_EXTRA_ARGS": "", "TEST_PROPERTIES": "", "TEST_PREFIX": "", "TEST_SUFFIX": "", "TEST_FILTER": "",
                  "NO_PRETTY_TYPES": "FALSE", "NO_PRETTY_VALUES": "FALSE", "TEST_LIST": "t_TESTS", "CTEST_FILE": self.source / "theirs.cmake",
                  "TEST_DISCOVERY_TIMEOUT": "600", "TEST_XML_OUTPUT_DIR": ""}
        words = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
        return seconds([self.cmake, *words, "-P", self.script], cwd=self.build)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--cmake", default=shutil.which("cmake"))
    parser.add_argument("--cases", type=lambda text: [int(word) for word in text.split(",")], default=[10000, 1000, 100000])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    arguments.prefix = pathlib.Path(arguments.prefix).resolve()
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        first, *others = arguments.cases
        beyond = {}
        listing, ours, theirs = medians(
            arguments.rounds, *[lambda f=f: f(first) for f in (bench.listing, bench.ours, bench.theirs)])
        beyond[first] = ours - listing
        ratio = (theirs - listing) / beyond[first]
        kept = ratio >= 30
        print(f"{first} cases: the program lists in {listing * 1000:.1f} ms; beyond that lockstep discover takes {beyond[first] * 1000:.1f} ms, "
              f"CMake's script {(theirs - listing) * 1000:.0f} ms: {ratio:.0f} times; promised 30: {'kept' if kept else 'NOT KEPT'}")
        for cases in others:
            listing, ours = medians(arguments.rounds, lambda n=cases: bench.listing(n), lambda n=cases: bench.ours(n))
            beyond[cases] = ours - listing
            limit = beyond[first] * cases / first * 1.5
            good = cases < first or beyond[cases] <= limit
            print(f"{cases} cases: the program lists in {listing * 1000:.1f} ms; beyond that lockstep discover takes "
                  f"{beyond[cases] * 1000:.1f} ms" + ("" if cases < first else f"; promised {limit * 1000:.1f} ms: {'kept' if good else 'NOT KEPT'}"))
            kept = kept and good
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
