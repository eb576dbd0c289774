#!/usr/bin/env python3
"""What guards cost ctest: two phases of N trivial tests each, plain, with CTest's own means, and with Lockstep.

Usage: gate_cost.py --prefix DIR [--tests N] [--rounds K] [--ctest PATH] [--rows a,b]

All rows run in turn, K rounds, and the best time of each counts: machines are shared, and noise only adds. Ratios are to
the plain row of the same call. Exit status 1 if Lockstep's rows are above what the project promises (1.2 with nothing
but gates, 1.5 with everything on, a listing under 1 s); with fewer tests than 2,000 nothing is judged.
"""
import argparse
import pathlib
import sys
import tempfile

from measuring import clean_environment, cmake_beside, configure, seconds

PHASES = '[[phase]]\nname = "one"\ntests = "label(one)"\n[[phase]]\nname = "two"\ntests = "label(two)"\n'
BARE = "version = 1\n[defaults]\nisolate = []\ncontext = false\nlabels = false\n[run]\nworkers = 0\n" + PHASES
FULL = "version = 1\n" + PHASES
TESTS = """foreach(i RANGE 1 {n})
add_test(NAME a.${{i}} COMMAND true)
add_test(NAME b.${{i}} COMMAND true)
set_tests_properties(a.${{i}} PROPERTIES LABELS one {first})
set_tests_properties(b.${{i}} PROPERTIES LABELS two {second})
endforeach()
"""
BARRIER = "add_test(NAME barrier COMMAND true)\nset_tests_properties(barrier PROPERTIES FIXTURES_REQUIRED one FIXTURES_SETUP all_of_one)\n"
ROWS = {
    "plain": ("", "", "", None),
    "fixtures, test to test": ("FIXTURES_SETUP one", "FIXTURES_REQUIRED one", "", None),
    "fixtures through one barrier": ("FIXTURES_SETUP one", "FIXTURES_REQUIRED all_of_one", BARRIER, None),
    "lockstep, gates alone": ("", "", "lockstep_apply()\n", BARE),
    "lockstep, everything": ("", "", "lockstep_apply()\n", FULL),
}


def prepare(folder, row, tests, arguments):
    first, second, after, plan = ROWS[row]
    folder.mkdir()
    text = "cmake_minimum_required(VERSION 3.25)\nproject(p NONE)\nenable_testing()\n"
    if plan is not None:
        text += "find_package(Lockstep REQUIRED CONFIG)\n"
        (folder / "lockstep.toml").write_text(plan)
    (folder / "CMakeLists.txt").write_text(text + TESTS.format(n=tests, first=first, second=second) + after)
    configure(cmake_beside(arguments.ctest), folder, arguments.prefix)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--ctest", default="ctest")
    parser.add_argument("--tests", type=int, default=2000, help="in each of the two phases")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", default="plain,fixtures through one barrier,lockstep, gates alone,lockstep, everything")
    parser.add_argument("--all", action="store_true", help="the quadratic row too: minutes at 2,000")
    arguments = parser.parse_args()
    rows = [row for row in ROWS if arguments.all or row in arguments.rows]
    environment = clean_environment()
    best = {row: {"list": float("inf"), "run": float("inf")} for row in rows}
    with tempfile.TemporaryDirectory() as work:
        folders = {row: pathlib.Path(work) / str(i) for i, row in enumerate(rows)}
        for row in rows:
            prepare(folders[row], row, arguments.tests, arguments)
        for _ in range(arguments.rounds):
            for row in rows:
                base = [arguments.ctest, "--test-dir", folders[row] / "b"]
                best[row]["run"] = min(best[row]["run"], seconds([*base, "-j2"], env=environment))
                best[row]["list"] = min(best[row]["list"], seconds([*base, "-N"], env=environment))
    print(f"{arguments.tests} + {arguments.tests} trivial tests, best of {arguments.rounds}")
    print(f"{'':32}{'ctest -N':>10}{'ctest -j2':>12}{'ratio':>8}")
    for row in rows:
        ratio = best[row]["run"] / best["plain"]["run"]
        print(f"{row:32}{best[row]['list']:>8.2f} s{best[row]['run']:>10.2f} s{ratio:>8.3f}")
    if arguments.tests < 2000:
        return 0
    promised = {"lockstep, gates alone": 1.2, "lockstep, everything": 1.5}
    kept = all(best[row]["run"] <= limit * best["plain"]["run"] for row, limit in promised.items())
    return 0 if kept and best["lockstep, everything"]["list"] < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
