#!/usr/bin/env python3
"""After a failure every test is accounted for, in every run.

CTest 3.25 forgets tests that wait for one that became "Not Run", clean-up fixtures included; it shows in every second run
after a failure, because what failed last runs first. Under the gates `recorded` and `order` nothing that Lockstep adds
becomes "Not Run" while others wait for it: each test has a result in each run. Under `strict` CTest itself decides: what may
be missing there is what waits, through a barrier, for the phase that failed; none of it runs, and the run fails.

Usage: LOCKSTEP_TEST_PREFIX=DIR tests/stress/after_failure.py [--runs N] [--jobs N] [--gates recorded,order,strict] [--seed N]
"""
import collections
import os
import subprocess
import sys

from suite import LONGEST, clean_environment, demand, program
from support import Project, Run, phase, plan, shell_test

PHASES = ("one", "two", "three")
TESTS = [f"{name}.{kind}" for name in PHASES for kind in ("a", "b", "bad")] + ["free"]


class Chain:
    """Three phases, a clean-up after the first, a set-up that the second uses, and a test in none."""

    def __init__(self, folder, gate):
        self.project = Project(folder)
        self.project.source.mkdir(parents=True)
        self.gate = gate
        self.owed = False
        self.project.write("lockstep.toml", plan(
            phase("one", cleanup=["sh", "-c", "echo cleanup >>${build_dir}/ran"]), phase("two", gate=gate), phase("three", gate=gate)))
        self.project.write_cmake(
            *(shell_test(name, f"! grep -q ,{name}, failing" if name.endswith("bad") else "true") for name in TESTS),
            shell_test("server.up", fixtures_setup="server"), shell_test("server.down", fixtures_cleanup="server"),
            shell_test("two.served", fixtures_required="server"))
        self.project.configure()
        listed = self.run("listing", "-N").output
        self.all = set(line.split(": ")[1] for line in listed.splitlines() if line.startswith("  Test "))
        demand(set(TESTS) < self.all and "checkpoint.three" in self.all, f"listed are {self.all}")

    def run(self, name, *arguments, failing=()):
        (self.project.build / "failing").write_text(f",{','.join(failing)},")
        junit = self.project.build / "junit.xml"
        junit.unlink(missing_ok=True)
        done = subprocess.run(self.project.ctest_command("--output-junit", str(junit), *arguments), env=clean_environment(), timeout=LONGEST,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
        return Run(done.returncode, done.stdout, junit)

    def may_be_missing(self, failing):
        """What waits for a barrier that does not run."""
        if self.gate != "strict" or not failing:
            return set()
        first = min(PHASES.index(name.split(".")[0]) for name in failing)
        late = PHASES[first + 1:]
        return {name for name in self.all if name.split(".")[0] in late or name.split(".")[-1] in late or name.startswith(
            ("cleanup.", "server.")) or name == "lockstep.end" or name == f"barrier.{PHASES[first]}"}

    def check(self, number, failing, jobs):
        """Returns how many tests ctest forgot."""
        self.project.ran()
        run = self.run(f"{number}", f"-j{jobs}", failing=failing)
        missing = self.all - set(run.names)
        where = f"run {number} under {self.gate}, failing {failing}:\n{run.output}"
        demand(missing <= self.may_be_missing(failing), f"missing are {sorted(missing)} in {where}")
        demand((run.status != 0) == bool(failing), f"status {run.status} in {where}")
        began = self.project.ran()
        for name in self.all & set(began):
            demand(began.count(name) == 1, f"{name} ran {began.count(name)} times in {where}")
        # Of a clean-up that ctest forgot, the next run pays.
        demand(began.count("cleanup") == self.owed + ("cleanup.one" in run.names), f"cleaned up {began.count('cleanup')} times in {where}")
        self.owed = "cleanup.one" not in run.names
        self.demand_gates(set(began), failing, where)
        return len(missing)

    def demand_gates(self, began, failing, where):
        broken = min((PHASES.index(name.split(".")[0]) for name in failing), default=len(PHASES))
        for place, name in enumerate(PHASES):
            tests = {test for test in TESTS if test.startswith(f"{name}.")}
            if self.gate == "order" or place <= broken:
                demand(tests <= began, f"{tests - began} did not run in {where}")
            else:
                demand(not tests & began, f"{tests & began} ran in {where}")
        demand("free" in began, f"free did not run in {where}")


def check_gate(folder, chance, gate, runs, jobs):
    """Returns in how many runs ctest forgot tests, and how many of them at most."""
    chain = Chain(os.path.join(folder, gate), gate)
    chain.check(0, (), jobs)
    forgotten = collections.Counter()
    failing = ("one.bad",)
    for number in range(1, runs + 1):
        forgotten[chain.check(number, failing, jobs)] += 1
        # Mostly the same again, which is where CTest forgets; now and then another, or none.
        if chance.random() < 0.25:
            failing = chance.choice([("one.bad",), ("two.bad",), ("one.bad", "three.bad"), ()])
    return runs - forgotten[0], max(forgotten)


def main():
    def options(parser):
        parser.add_argument("--runs", type=int, default=20)
        parser.add_argument("--jobs", type=int, default=4)
        parser.add_argument("--gates", default="recorded,order,strict")

    def body(arguments, chance, folder):
        for gate in arguments.gates.split(","):
            times, most = check_gate(folder, chance, gate, arguments.runs, arguments.jobs)
            print(f"{gate}: {arguments.runs} runs, ctest forgot tests in {times} of them (at most {most}): only what waits for the phase that failed", flush=True)

    return program(__doc__, options, body)


if __name__ == "__main__":
    sys.exit(main())
