#!/usr/bin/env python3
"""What batches save: N no-op cases of one GoogleTest program under gtest_discover_tests() and at granularity batch, and
how evenly 200 cases of 5 to 50 ms are cut.

Usage: batches.py --prefix DIR [--cases N] [--rounds K] [--ctest PATH]

Both run in turn under `ctest -j2`, K rounds, and the best time of each counts: machines are shared, and noise only adds.
The first run of batches, in which nothing is measured yet, is not counted. Exit status 1 if 10,000 no-op cases are not at
least 50 times faster, or the 200 cases take more than 1.1 times half of their sum; with fewer cases than 10,000 the first
of these is not judged.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

from measuring import clean_environment, cmake_beside, configure, seconds

PROMISED_TIMES, PROMISED_SHARE = 50, 1.1
SLEEPS = 200
SOURCE = """#include <gtest/gtest.h>
#include <chrono>
#include <thread>
class P : public ::testing::TestWithParam<int> {};
TEST_P(P, One) { %s }
INSTANTIATE_TEST_SUITE_P(R, P, ::testing::Range(0, %d));
"""
# 5 to 50 ms, none like its neighbours.
SLEEP = "std::this_thread::sleep_for(std::chrono::microseconds(5000 + GetParam() * 7919 % 45000));"


def prepare(folder, source, discovery, arguments):
    folder.mkdir()
    (folder / "b.cpp").write_text(source)
    (folder / "lockstep.toml").write_text("version = 1\n")
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(p CXX)\nenable_testing()\nfind_package(GTest REQUIRED)\n"
        "find_package(Lockstep REQUIRED CONFIG)\ninclude(GoogleTest)\nadd_executable(b b.cpp)\n"
        f"target_link_libraries(b GTest::gtest_main)\n{discovery}\n")
    cmake = cmake_beside(arguments.ctest)
    configure(cmake, folder, arguments.prefix)
    subprocess.run([cmake, "--build", folder / "b"], check=True, stdout=subprocess.DEVNULL)


def run(arguments, folder):
    command = [arguments.ctest, "--test-dir", folder / "b", "-j2", "-Q"]
    return seconds(command, env=clean_environment())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--ctest", default="ctest")
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    batches = "lockstep_discover_tests(b GRANULARITY batch)\nlockstep_apply()"
    with tempfile.TemporaryDirectory() as work:
        plain, ours, uneven = (pathlib.Path(work) / name for name in ("plain", "ours", "uneven"))
        no_op = SOURCE % ("", arguments.cases)
        prepare(plain, no_op, "gtest_discover_tests(b DISCOVERY_TIMEOUT 600)", arguments)
        prepare(ours, no_op, batches, arguments)
        prepare(uneven, SOURCE % (SLEEP, SLEEPS), batches, arguments)
        first = run(arguments, ours), run(arguments, uneven)
        best = {folder: float("inf") for folder in (plain, ours, uneven)}
        for _ in range(arguments.rounds):
            for folder in best:
                best[folder] = min(best[folder], run(arguments, folder))
    times = best[plain] / best[ours]
    half = sum(0.005 + i * 7919 % 45000 / 1e6 for i in range(SLEEPS)) / 2
    share = best[uneven] / half
    print(f"{arguments.cases} no-op cases, ctest -j2, best of {arguments.rounds}\n"
          f"  gtest_discover_tests  {best[plain]:7.2f} s\n"
          f"  granularity batch     {best[ours]:7.2f} s  {times:.1f} times faster  (first run {first[0]:.2f} s)\n"
          f"{SLEEPS} cases of 5 to 50 ms, {2 * half:.2f} s in all\n"
          f"  granularity batch     {best[uneven]:7.2f} s  {share:.2f} times half of that  (first run {first[1]:.2f} s)")
    missed = share > PROMISED_SHARE or (arguments.cases >= 10000 and times < PROMISED_TIMES)
    if missed:
        print(f"promised: {PROMISED_TIMES} times faster, at most {PROMISED_SHARE} times half of the sum")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
