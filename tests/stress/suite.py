"""The project of the stress programs: tests that look out for others (probe.c), and what has to be known of its runs.

Environment as for the end-to-end tests (tests/e2e/support.py): LOCKSTEP_TEST_PREFIX names an installed Lockstep,
LOCKSTEP_TEST_CTEST the ctest under test. LOCKSTEP_TEST_CC names a compiler for probe.c and kill_at.c (default: cc).
"""
import argparse
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
# pylint: disable=wrong-import-position
from support import CTEST, Project, clean_environment, keys, phase, plan, wait_for  # noqa: E402

FIRST = ("one.a", "one.b", "one.c", "one.lock1", "one.lock2")
SECOND = ("two.a", "two.b", "two.lock")
FREE = ("free.a", "free.lock")
TESTS = FIRST + SECOND + FREE
LONGEST = 180  # seconds after which a ctest counts as hanging, on any machine


class Fault(AssertionError):
    """Something that must hold does not."""


def demand(condition, text):
    if not condition:
        raise Fault(text)


def compiled(folder, source, *options):
    """Compiles `source` of this folder into `folder`. Returns the path of the result."""
    result = pathlib.Path(folder) / pathlib.Path(source).stem
    subprocess.run([os.environ.get("LOCKSTEP_TEST_CC", "cc"), "-x", "c", "-Wall", "-Wextra", "-Werror", "-O1", *options, "-o", result,
                    HERE / source, "-x", "none", "-ldl"], check=True)
    return str(result)


def kill_at(folder):
    """The library that kills at the n-th call."""
    return compiled(folder, "kill_at.c", "-shared", "-fPIC")


class Suite(Project):
    """Ten tests in two phases, a lock, a clean-up; what each did is in the file `events` of the build tree."""

    def __init__(self, folder, sessions="wait", milliseconds=30, cleanup=True):
        super().__init__(folder)
        self.source.mkdir(exist_ok=True)
        probe = compiled(folder, "probe.c")
        more = {"cleanup": [probe, "clean"]} if cleanup else {}
        self.text = plan("[run]\n" + keys(sessions=sessions), phase("one", untested="fail", **more),
                         phase("two", gate="recorded"), "[marker.locked]\n" + keys(tests="name(*.lock*)", lock=["l"]))
        self.shared = sessions == "share"
        self.write_plan()
        self.write_cmake(*(f"add_test(NAME {name} COMMAND {probe} {name} {milliseconds}{' l' if 'lock' in name else ''})\n"
                           for name in TESTS))
        self.configure()
        (self.source / "out").mkdir()

    def write_plan(self, remark=""):
        """Another remark makes all that follows from the plan anew."""
        self.write("lockstep.toml", self.text + (f"# {remark}\n" if remark else ""))

    def environment(self, run, failing=(), **more):
        shared = {"STRESS_SHARED": "1"} if self.shared else {}
        return clean_environment(STRESS_SUITE=str(self.source), STRESS_RUN=run, STRESS_FAILING=f",{','.join(failing)},", **shared, **more)

    def start(self, run, *arguments, failing=(), jobs=3, **more):
        """A ctest in a process group of its own. Its output: output_of(run)."""
        with open(self.output_file(run), "wb") as output:
            return subprocess.Popen(self.ctest_command(f"-j{jobs}", "--output-on-failure", *arguments), env=self.environment(run, failing, **more),
                                    stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def output_file(self, run):
        return self.source / "out" / run

    def output_of(self, run):
        return self.output_file(run).read_text(errors="replace")

    def finish(self, run, process):
        """Waits for it. Returns its status; a Fault if it hangs."""
        try:
            return process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            raise Fault(f"run {run} hangs:\n{self.output_of(run)}\n{self.processes()}") from None

    def processes(self, run=None):
        """Of that run, or of all: process id, and what it is."""
        wanted = {f"STRESS_SUITE={self.source}".encode()} | ({f"STRESS_RUN={run}".encode()} if run else set())
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if wanted <= set((path / "environ").read_bytes().split(b"\0")):
                    state = (path / "stat").read_text().rpartition(")")[2].split()
                    found[int(path.name)] = f"{state[0]}, parent {state[1]}, group {state[2]}: " + (
                        path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return found

    def end_all(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def events(self):
        """Lists of words: time, kind, test, run, … (see probe.c), as they were written."""
        path = self.build / "events"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def demand_no_violation(self):
        found = [" ".join(words) for words in self.events() if words[1] == "violation"]
        demand(not found, "\n".join(found))

    # What Lockstep knows.

    @property
    def database(self):
        return self.state / "history.db"

    def demand_whole_database(self):
        """Of a copy: what is found unfinished is for Lockstep to put right, not for us."""
        if not self.database.exists():
            return
        with tempfile.TemporaryDirectory() as folder:
            for path in self.state.glob("history.db*"):
                shutil.copy(path, folder)
            with contextlib.closing(sqlite3.connect(f"{folder}/history.db")) as database:
                answer = database.execute("PRAGMA integrity_check").fetchall()
        demand(answer == [("ok",)], f"integrity_check: {answer}")
        demand(not list(self.state.glob("history.db.unreadable*")), "a history was set aside")

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as database:
            return database.execute(query).fetchall()

    def verdicts(self):
        return dict(self.rows("SELECT name, outcome FROM tests WHERE outcome IS NOT NULL"))

    def kept(self):
        """What failed tests left: test by test, the run that left it."""
        found = {}
        for test, number in self.rows("SELECT test, number FROM kept"):
            own = self.state / "kept" / str(number) / "own"
            demand(own.exists(), f"{own} of {test} is missing")
            found[test] = own.read_text().split()[1]
            demand(own.read_text().split()[0] == test, f"{own} of {test} is of {own.read_text()}")
        folders = sorted(int(path.name) for path in (self.state / "kept").glob("*"))
        known = sorted(number for _, number in self.rows("SELECT test, number FROM kept"))
        demand(folders == known, f"kept/ has {folders}, known are {known}")
        return found

    # ctest's own log, which tells what a run did whatever became of it.

    def forget_logs(self):
        for path in (self.build / "Testing/Temporary").glob("LastTest*.log*"):
            path.unlink()

    def logged(self):
        """Of the only run since forget_logs(): its tests' verdicts."""
        paths = list((self.build / "Testing/Temporary").glob("LastTest.log*"))
        demand(len(paths) <= 1, f"several logs: {paths}")
        return read_log(paths[0].read_text(errors="replace")) if paths else {}


def read_log(text):
    """Verdicts by name, as Lockstep calls them; "lost": it began and did not end."""
    verdicts = {}
    pieces = re.split(r"^\d+/\d+ Testing: (.*)$", text, flags=re.MULTILINE)
    for name, block in zip(pieces[1::2], pieces[2::2]):
        verdict = re.search(r"^Test (Passed|Failed)", block.rpartition("<end of output>")[2], flags=re.MULTILINE)
        began = re.search(r'^".*" start time: (.+)$', block, flags=re.MULTILINE)
        if not verdict or "<end of output>" not in block:
            verdicts[name] = "lost"
        elif verdict[1] == "Failed":
            verdicts[name] = "failed"
        else:
            verdicts[name] = "passed" if began else "not_run"
    return verdicts


class Ledger:
    """What has to be known after some runs, from what their logs said."""

    def __init__(self):
        self.known = {}  # test: verdict
        self.kept = {}   # test: run whose directory is kept

    def add(self, run, logged):
        for test in TESTS:
            verdict = logged.get(test)
            if verdict is None:
                continue
            self.known[test] = verdict
            if verdict == "failed":
                self.kept[test] = run
            elif verdict == "passed":
                self.kept.pop(test, None)

    def standing_of_first_phase(self):
        """Test by test what its checkpoint holds against it, from earlier runs alone."""
        words = {"failed": "failed when last run", "not_run": "failed when last run", "lost": "never run", None: "never run"}
        return {test: words[self.known.get(test)] for test in FIRST if self.known.get(test) != "passed"}

    def compare(self, suite):
        demand(suite.verdicts() == self.known, f"known are {suite.verdicts()},\nexpected {self.known}")
        demand(suite.kept() == self.kept, f"kept are the directories of {suite.kept()},\nexpected {self.kept}")


def some_of(chance, names=TESTS, share=0.2):
    return [name for name in names if chance.random() < share]


def program(description, add_options, body):
    """A program with --seed and a scratch folder; `body(arguments, chance, folder)` raises Fault. Exit status 1 then."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="default: another each time")
    parser.add_argument("--keep", action="store_true", help="leave the folder in place")
    add_options(parser)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {subprocess.run([CTEST, '--version'], stdout=subprocess.PIPE, check=True, text=True).stdout.split(chr(10))[0]}",
          flush=True)
    folder = tempfile.mkdtemp(prefix="ls.")
    try:
        body(arguments, random.Random(arguments.seed), folder)
    except Fault as fault:
        print(f"FAULT with --seed {arguments.seed}: {fault}\nIn {folder}", flush=True)
        arguments.keep = True
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


__all__ = ["CTEST", "FIRST", "Fault", "Ledger", "LONGEST", "Suite", "TESTS", "clean_environment", "demand", "kill_at", "program", "read_log", "some_of", "wait_for"]
