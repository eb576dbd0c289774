#!/usr/bin/env python3
"""What Lockstep adds to the start of ctest: `generate`, `enter` of a listing and of a run, and a click on one test.

Usage: start_cost.py --prefix DIR [--tests N] [--rounds K] [--ctest PATH]

Times of one call, in turn with their peers; medians. The promises: beyond ctest's own listing `generate` takes at most a
quarter of it; `enter` of a listing with nothing changed at most a tenth of a plain `ctest -N`, of a run at most 50 us a
test more; `ctest -R one` among 1,000 tests at most 0.1 s over plain. Exit status 1 if one is not kept.
"""
import argparse
import pathlib
import sys
import tempfile

from measuring import clean_environment, cmake_beside, configure, medians, seconds

CMAKE = """cmake_minimum_required(VERSION 3.25)
project(p NONE)
enable_testing()
find_package(Lockstep REQUIRED CONFIG)
foreach(i RANGE 1 {n})
add_test(NAME t.${{i}} COMMAND true)
endforeach()
lockstep_apply()
"""


def plan():
    text = "version = 1\n"
    for m in range(10, 50):
        text += f'[marker.m{m}]\ntests = "name(/^t[.][0-9]*{m}$/)"\nlock = ["l{m}"]\n'
    return text


class Bench:
    def __init__(self, arguments, tests):
        self.work = tempfile.TemporaryDirectory()
        self.source = pathlib.Path(self.work.name)
        self.build = self.source / "b"
        self.ctest = arguments.ctest
        self.lockstep = pathlib.Path(arguments.prefix) / "bin" / "lockstep"
        (self.source / "CMakeLists.txt").write_text(CMAKE.format(n=tests))
        (self.source / "lockstep.toml").write_text(plan())
        configure(cmake_beside(arguments.ctest), self.source, arguments.prefix)

    def run(self, *flags, **variables):
        return seconds([self.ctest, "--test-dir", str(self.build), *flags], env=clean_environment(**variables))


def show(name, value, limit):
    kept = value <= limit
    print(f"{name:58}{value * 1000:>9.1f} ms   promised {limit * 1000:>8.1f} ms   {'kept' if kept else 'NOT KEPT'}")
    return kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--ctest", default="ctest")
    parser.add_argument("--tests", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    kept = []

    large = Bench(arguments, arguments.tests)
    def generate():
        (large.build / "lockstep" / "inventory.stamp").unlink(missing_ok=True)
        with (large.source / "lockstep.toml").open("a") as file:
            file.write("# changed\n")
        return seconds([str(large.lockstep), "generate", "--build-dir", str(large.build)], env=clean_environment())
    listing, generating = medians(
        arguments.rounds, lambda: large.run("--show-only=json-v1", LOCKSTEP_DISABLE="1"), generate)
    kept.append(show(f"generate, {arguments.tests} tests, beyond ctest's listing", generating - listing, listing / 4))
    large.run("-N")
    # The opening file alone, by ctest itself: a build tree's listing with the overlay taken away.
    overlay = (large.build / "lockstep" / "overlay.cmake").resolve()
    text = overlay.read_text()
    overlay.write_text("")
    opened, plain = medians(arguments.rounds, lambda: large.run("-N"), lambda: large.run("-N", LOCKSTEP_DISABLE="1"))
    overlay.write_text(text)
    kept.append(show(f"enter of a listing, {arguments.tests} tests, nothing changed", opened - plain, plain / 10))
    overlay.write_text("")
    none = ["-R", "^no such test$"]
    large.run(*none)
    entered, listed, plain = medians(
        arguments.rounds, lambda: large.run(*none), lambda: large.run("-N", *none),
        lambda: large.run(*none, LOCKSTEP_DISABLE="1"))
    overlay.write_text(text)
    kept.append(show(f"enter of a run, {arguments.tests} tests, over that of a listing", entered - listed, arguments.tests * 50e-6))

    small = Bench(arguments, 1000)
    small.run("-R", "^t[.]7$")
    with_us, without = medians(
        arguments.rounds, lambda: small.run("-R", "^t[.]7$"), lambda: small.run("-R", "^t[.]7$", LOCKSTEP_DISABLE="1"))
    kept.append(show("ctest -R one test among 1,000, over plain", with_us - without, 0.1))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
