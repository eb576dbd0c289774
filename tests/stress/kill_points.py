#!/usr/bin/env python3
"""Kills Lockstep at any moment, and looks what the next run makes of it.

A kill is at a random call that changes a file or a folder (kill_at.c), of `enter` (of a run, of a listing), `checkpoint`,
`end` or `generate`; or at a random time of a running session. It hits that process, ctest's process group, or ctest alone.
After each: the database is whole. After most: the next run is right, knows every verdict that is in a log, has the
directories of the tests that failed, has paid what was owed, and nothing of the killed run is left. The other times
another kill follows at once.

Usage: LOCKSTEP_TEST_PREFIX=DIR tests/stress/kill_points.py [--kills N] [--seed N]
"""
import collections
import contextlib
import json
import os
import signal
import subprocess
import sys
import time

from suite import Fault, Ledger, Suite, demand, kill_at, program, some_of

STEPS = ("enter", "enter", "listing", "checkpoint", "end", "end", "generate", "time", "time")
WAYS = ("self", "group", "parent")
SIGNALS = {"group": (os.killpg, (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)), "parent": (os.kill, (signal.SIGKILL,))}


class KillPoints:
    def __init__(self, folder, chance, say=lambda line: None):
        self.chance = chance
        self.say = say
        self.suite = Suite(folder)
        self.library = kill_at(folder)
        self.counts = self.suite.source / "counts"
        # Of the last few that came to their end: calls, by step and whether there was a dead session to settle.
        self.calls = collections.defaultdict(lambda: collections.deque([100], maxlen=3))
        self.dirty = False
        self.seconds = 0.5  # that a run takes
        self.ledger = Ledger()
        self.killed = collections.Counter()
        self.runs = 0
        self.owed_since = None  # time of the last start of a test whose clean-up is still due
        self.last = []          # runs since the last look

    def new_run(self, kind):
        self.runs += 1
        self.last.append(f"{kind}{self.runs}")
        return self.last[-1]

    def kill(self):
        """Tries to; it may come too late. Kills that hit are counted."""
        # What settles a dead session is the longest of all steps.
        step = "enter" if self.dirty and self.chance.random() < 0.5 else self.chance.choice(STEPS)
        if self.chance.random() < 0.3:
            self.suite.write_plan(f"{self.runs}")
        if step == "time":
            self.at_time()
        else:
            way = self.chance.choice(WAYS if step not in ("generate", "listing") else WAYS[:1])
            # A listing that finds all as it was changes nothing.
            self.at_call(step, way, self.chance.randint(1, max(1, *self.calls[step, self.dirty])))

    def each_call(self, step, way, stride=1, begin=1):
        """Kills at one call after another, and looks after each. Step "settle" is an `enter` that finds a dead session.
        Returns how many calls there are."""
        at = begin
        while True:
            if step == "settle":
                demand(self.at_call("end", "group", 2), "end was not killed")
            hit = self.at_call("enter" if step == "settle" else step, way, at)
            self.look()
            if not hit:
                return at - 1
            at += stride

    def at_call(self, step, way, at):
        """Whether there was such a call."""
        run = self.new_run(step)
        if step == "generate":
            self.suite.write_plan(run)
        self.suite.forget_logs()
        self.counts.unlink(missing_ok=True)
        shim = {"LD_PRELOAD": self.library, "KILL_IN": "enter" if step == "listing" else step, "KILL_AT": str(at),
                "KILL_HOW": way, "KILL_COUNT": str(self.counts),
                "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        self.say(f"{run}: {way}, before call {at} of {max(self.calls[step, self.dirty])}")
        if step == "generate":
            hit = self.generate(run, shim)
        else:
            process = self.suite.start(run, *(["-N"] if step == "listing" else []), failing=some_of(self.chance), **shim)
            self.suite.finish(run, process)
            if step != "listing":
                self.note(run)
            hit = process.returncode == -signal.SIGKILL or way == "self" and not self.came_to_its_end(step)
        if not hit:
            self.came_to_its_end(step)
        return self.count(step, way, hit)

    def count(self, step, way, hit):
        if way != "parent":  # else `end` may be at work on it even now, and the next run comes in between
            self.suite.demand_whole_database()
        self.killed[step] += hit
        self.dirty = self.dirty or hit
        return hit

    def came_to_its_end(self, step):
        """Notes how many calls it took then."""
        counts = [int(line) for line in self.counts.read_text().split()] if self.counts.exists() else []
        if counts:
            self.calls[step, self.dirty].append(max(counts))
        return len(counts) == (2 if step == "checkpoint" else 1)

    def generate(self, run, shim):
        done = subprocess.run([os.path.join(os.environ["LOCKSTEP_TEST_PREFIX"], "bin/lockstep"), "generate", "-B", self.suite.build],
                              env=self.suite.environment(run, **shim), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        demand(done.returncode in (0, -signal.SIGKILL), f"generate: {done.stdout.decode()}")
        return done.returncode != 0

    def at_time(self):
        """At a random moment of a run."""
        run = self.new_run("time")
        self.suite.forget_logs()
        way = self.chance.choice(list(SIGNALS))
        send, numbers = SIGNALS[way]
        number = self.chance.choice(numbers)
        begin, after = time.monotonic(), self.chance.uniform(0, self.seconds * 1.1)
        self.say(f"{run}: {signal.Signals(number).name} to {way} after {after:.3f} s of {self.seconds:.3f}")
        process = self.suite.start(run, failing=some_of(self.chance))
        try:
            process.wait(after)
            self.seconds = time.monotonic() - begin
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                send(process.pid, number)
        self.suite.finish(run, process)
        self.note(run)
        self.count("time", way, process.returncode < 0)

    def note(self, run):
        """Adds what the only log there is says of a run."""
        logged = self.suite.logged()
        self.ledger.add(run, logged)
        began = [test for test in logged if test.startswith(("one.", "two.")) and logged[test] != "not_run"]
        if logged.get("cleanup.one") == "passed":
            self.owed_since = None
        elif began:
            self.owed_since = time.time_ns()

    def look(self):
        """The next run: one click on a late test, nothing failing."""
        standing = self.ledger.standing_of_first_phase()
        killed, self.last = self.last, []
        self.dirty = False
        run = self.new_run("look")
        self.suite.forget_logs()
        junit = self.suite.build / "junit.xml"
        junit.unlink(missing_ok=True)
        process = self.suite.start(run, "-R", "^two[.]a$", "--output-junit", str(junit), "--test-output-size-failed", "100000")
        status = self.suite.finish(run, process)
        output = self.suite.output_of(run)
        demand((status == 0) == (not standing), f"status {status} with {standing}:\n{output}")
        for test, words in standing.items():
            demand(f'{test}' in junit.read_text() and words in junit.read_text(), f"{test} is not '{words}':\n{junit.read_text()}")
        self.suite.demand_whole_database()
        self.demand_paid(run)
        self.note(run)
        demand((self.ledger.known.get("two.a") == "passed") == (not standing), f"two.a with {standing}:\n{output}")
        self.ledger.compare(self.suite)
        for earlier in killed:
            demand(not self.suite.processes(earlier), f"left of {earlier}: {self.suite.processes(earlier)}")
        sessions = [json.loads(path.read_text()) for path in (self.suite.state / "s").glob("*/session.json")]
        folders = [path.name for path in (self.suite.state / "s").iterdir()]
        # An `end` whose ctest was killed may have been on its last steps.
        late = [session for session in sessions if session["processes_left"] and any(run.startswith("end") for run in killed)]
        demand(len(folders) == 1 + len(late), f"sessions {sessions} in {folders} after\n{output}")
        self.suite.demand_no_violation()

    def demand_paid(self, run):
        demand(not self.suite.rows("SELECT * FROM debts"), "a clean-up stays owed")
        if self.owed_since is None:
            return
        events = self.suite.events()
        start = min((int(words[0]) for words in events if words[1] == "start" and words[3] == run), default=None)
        paid = [words for words in events if words[1] == "clean" and int(words[0]) > self.owed_since and
                (start is None or int(words[0]) < start)]
        demand(paid, f"the clean-up that was owed did not run before the tests of {run}:\n{self.suite.output_of(run)}")


def run_kills(folder, chance, kills, say=lambda line: None):
    """Returns how many were of which step."""
    points = KillPoints(folder, chance, say)
    try:
        points.look()
        while sum(points.killed.values()) < kills:
            points.kill()
            if chance.random() < 0.5:
                points.look()
        points.look()
    except Fault as fault:
        raise Fault(f"after {sum(points.killed.values())} kills, the last runs {points.last}: {fault}") from None
    finally:
        points.suite.end_all()
    return points.killed


def main():
    def body(arguments, chance, folder):
        begin = time.monotonic()
        killed = run_kills(folder, chance, arguments.kills, lambda line: print("  " + line, flush=True))
        print(f"{sum(killed.values())} kills ({', '.join(f'{step} {count}' for step, count in sorted(killed.items()))}) in "
              f"{time.monotonic() - begin:.0f} s: the database whole and the next run right after each")

    return program(__doc__, lambda parser: parser.add_argument("--kills", type=int, default=500), body)


if __name__ == "__main__":
    sys.exit(main())
