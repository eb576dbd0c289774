#!/usr/bin/env python3
"""What Lockstep adds to the start of ctest: `generate`, `enter` of a listing and of a run, and a click on one test.

Usage: start_cost.py --prefix DIR [--tests N] [--rounds K] [--ctest PATH]

Times of one call, in turn with their peers; medians. The promises: beyond ctest's own listing `generate` takes at most a
quarter of it; `enter` of a listing with nothing changed at most a tenth of a plain `ctest -N`, of a run at most 50 us a
test more; `ctest -R one` among 1,000 tests at most 0.1 s over plain. Exit status 1 if one is not kept.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

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
        self.rounds = arguments.rounds
        self.lockstep = pathlib.Path(arguments.prefix) / "bin" / "lockstep"
        self.plain = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_"))}
        (self.source / "CMakeLists.txt").write_text(CMAKE.format(n=tests))
        (self.source / "lockstep.toml").write_text(plan())
        cmake = pathlib.Path(arguments.ctest).with_name("cmake") if "/" in arguments.ctest else "cmake"
        subprocess.run([cmake, "-S", self.source, "-B", self.build, f"-DCMAKE_PREFIX_PATH={arguments.prefix}"], check=True, stdout=subprocess.DEVNULL)

    def seconds(self, command, **variables):
        start = time.monotonic()
        result = subprocess.run(command, env={**self.plain, **variables}, capture_output=True)
        if result.returncode != 0:
            sys.exit(f"{command} failed: {result.stderr.decode()[-2000:]}")
        return time.monotonic() - start

    def run(self, *flags, **variables):
        return self.seconds([self.ctest, "--test-dir", str(self.build), *flags], **variables)

    def medians(self, *measures):
        columns = [[] for _ in measures]
        for _ in range(self.rounds):
            for column, measure in zip(columns, measures):
                column.append(measure())
        return [statistics.median(column) for column in columns]


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
        return large.seconds([str(large.lockstep), "generate", "--build-dir", str(large.build)])
    listing, generating = large.medians(lambda: large.run("--show-only=json-v1", LOCKSTEP_DISABLE="1"), generate)
    kept.append(show(f"generate, {arguments.tests} tests, beyond ctest's listing", generating - listing, listing / 4))
    large.run("-N")
    # The opening file alone, by ctest itself: a build tree's listing with the overlay taken away.
    overlay = (large.build / "lockstep" / "overlay.cmake").resolve()
    text = overlay.read_text()
    overlay.write_text("")
    opened, plain = large.medians(lambda: large.run("-N"), lambda: large.run("-N", LOCKSTEP_DISABLE="1"))
    overlay.write_text(text)
    kept.append(show(f"enter of a listing, {arguments.tests} tests, nothing changed", opened - plain, plain / 10))
    overlay.write_text("")
    none = ["-R", "^no such test$"]
    large.run(*none)
    entered, listed, plain = large.medians(lambda: large.run(*none), lambda: large.run("-N", *none), lambda: large.run(*none, LOCKSTEP_DISABLE="1"))
    overlay.write_text(text)
    kept.append(show(f"enter of a run, {arguments.tests} tests, over that of a listing", entered - listed, arguments.tests * 50e-6))

    small = Bench(arguments, 1000)
    small.run("-R", "^t[.]7$")
    with_us, without = small.medians(lambda: small.run("-R", "^t[.]7$"), lambda: small.run("-R", "^t[.]7$", LOCKSTEP_DISABLE="1"))
    kept.append(show("ctest -R one test among 1,000, over plain", with_us - without, 0.1))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
