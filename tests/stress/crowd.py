#!/usr/bin/env python3
"""Many ctests at once in one build tree, some of them killed.

With sessions = "wait" no two runs overlap; with "share" they do. In both no two tests have the same worker id or temp
directory at the same time, none loses its directory, locks hold (in "share": within each run), every ctest comes to its
end, says whom it waits for, and lists tests without waiting. No verdict is lost: what is known of a test at the end is what
the last run that ended it saw, also where that run was killed afterwards.

Usage: LOCKSTEP_TEST_PREFIX=DIR tests/stress/crowd.py [--ctests N] [--rounds N] [--kills N] [--sessions wait,share] [--seed N]
"""
import collections
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time

from suite import Suite, TESTS, demand, program, some_of

KILLS = (("group", signal.SIGKILL), ("ctest", signal.SIGKILL), ("group", signal.SIGTERM), ("group", signal.SIGINT), ("ctest", signal.SIGTERM))


class Listing(threading.Thread):
    """Lists the tests over and over: that waits for nobody."""

    def __init__(self, suite):
        super().__init__()
        self.suite = suite
        self.stop = threading.Event()
        self.times = []
        self.problem = None

    def run(self):
        while not self.stop.wait(0.2):
            begin = time.monotonic()
            done = subprocess.run(self.suite.ctest_command("-N"), env=self.suite.environment("listing"), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            self.times.append(time.monotonic() - begin)
            if done.returncode != 0 or f"Total Tests: {len(TESTS)}".encode() not in done.stdout and b"checkpoint.one" not in done.stdout:
                self.problem = f"status {done.returncode}: {done.stdout.decode()}"


class Crowd:
    def __init__(self, folder, sessions):
        self.suite = Suite(folder, sessions)
        self.sessions = sessions
        self.rounds = 0
        self.seconds = 0  # that the last round without kills took
        self.longest_listing = 0
        self.most_at_once = 0
        self.killed = collections.Counter()
        self.lost_logs = 0
        self.possible = {test: {None} for test in TESTS}  # verdicts

    def round(self, chance, ctests, kills):
        self.rounds += 1
        (self.suite.build / "events").unlink(missing_ok=True)
        failing = {f"{self.rounds}.{n}": some_of(chance) for n in range(1, ctests + 1)}
        listing = Listing(self.suite)
        listing.start()
        begin = time.monotonic()
        try:
            runs = {run: self.suite.start(run, failing=failing[run]) for run in failing}
            killed = self.kill_some(chance, runs, kills)
            for run, process in runs.items():
                self.suite.finish(run, process)
            if not kills:
                self.seconds = time.monotonic() - begin
            # Whatever a dead one left is settled by this one.
            last = f"{self.rounds}.last"
            runs[last] = self.suite.start(last, "-R", "^free[.]a$")
            failing[last] = []
            demand(self.suite.finish(last, runs[last]) == 0, self.suite.output_of(last))
        finally:
            listing.stop.set()
            listing.join()
            self.suite.end_all()
        demand(listing.problem is None, f"a listing: {listing.problem}")
        demand(len(listing.times) > 0, "nothing was listed")
        self.longest_listing = max(self.longest_listing, *listing.times)
        self.look(failing, runs, killed)

    def kill_some(self, chance, runs, kills):
        """While they run. Returns how each was killed."""
        killed = {}
        moments = sorted(chance.uniform(0, 0.9 * self.seconds) for _ in range(kills))
        begin = time.monotonic()
        for moment in moments:
            time.sleep(max(0, begin + moment - time.monotonic()))
            alive = [run for run in runs if runs[run].poll() is None and run not in killed]
            if not alive:
                break
            # Now and then one that runs tests, which of many that wait is rarely the one chosen.
            busy = [run for run in alive if "Start " in self.suite.output_of(run)]
            run = chance.choice(busy if busy and chance.random() < 0.5 else alive)
            whom, number = chance.choice(KILLS)
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if whom == "group" else os.kill)(runs[run].pid, number)
            killed[run] = f"{signal.Signals(number).name} to {whom}"
            self.killed[killed[run]] += 1
        return killed

    def look(self, failing, runs, killed):
        self.suite.demand_no_violation()
        self.suite.demand_whole_database()
        for run, process in runs.items():
            output = self.suite.output_of(run)
            if run not in killed:
                demand((process.returncode == 0) == (not failing[run]), f"run {run}: status {process.returncode}, failing "
                       f"{failing[run]}:\n{output}")
                said = shown(output)
                if not run.endswith("last"):
                    demand(set(TESTS) <= set(said), f"run {run} says nothing of {sorted(set(TESTS) - set(said))}:\n{output}")
            for pid in re.findall(r"waiting for ctest (\d+)", output):
                demand(int(pid) in [other.pid for other in runs.values()], f"run {run} waits for {pid}, who is that?\n{output}")
            demand(not self.suite.processes(run), f"left of {run} ({killed.get(run)}): {self.suite.processes(run)}")
            self.lost_logs += "is lost" in output
        demand(not self.suite.rows("SELECT * FROM debts"), "a clean-up stays owed")
        events = self.suite.events()
        most, overlaps = overlap(events)
        self.most_at_once = max(self.most_at_once, most)
        if self.sessions == "wait":
            demand(not overlaps, f"runs side by side: {overlaps}")
        else:
            demand(overlaps, "no runs were side by side")
        self.demand_verdicts(events, runs, killed)

    def demand_verdicts(self, events, runs, killed):
        """Held against what ctest showed of each test, in the order of the runs."""
        for run in self.in_order(events, runs):
            said = shown(self.suite.output_of(run))
            began = {words[2]: "lost" for words in events if words[1] == "start" and words[3] == run}
            began.update({words[2]: words[4] for words in events if words[1] == "end" and words[3] == run})
            for test in TESTS:
                if test in said and (run not in killed or test != list(said)[-1]):
                    self.possible[test] = {said[test]}
                elif test in said or test in began:  # killed before it was noted, or perhaps after
                    self.possible[test] = self.possible[test] | {"lost", began.get(test, said.get(test))}
        known = self.suite.verdicts()
        for test in TESTS:
            demand(known.get(test) in self.possible[test], f"{test} is known as {known.get(test)}, it should be {self.possible[test]}; "
                   f"runs in order {self.in_order(events, runs)}, killed {killed}, logs lost {self.lost_logs}")

    def in_order(self, events, runs):
        """Of those that began a test: with "wait" one after another, with "share" by when they were opened."""
        begun, session = {}, {}
        for words in events:
            if words[1] == "start":
                begun.setdefault(words[3], int(words[0]))
                session[words[3]] = words[4]
        opened = dict(self.suite.rows("SELECT id, opened_ns FROM sessions"))
        key = (lambda run: opened.get(session[run], 0)) if self.sessions == "share" else begun.get
        return sorted((run for run in runs if run in begun), key=key)


def shown(output):
    """What ctest shows of tests, in the order of their ends: verdicts as Lockstep calls them."""
    words = {"Passed": "passed", "Failed": "failed", "Not Run": "not_run"}
    return {name: words.get(verdict, verdict) for name, verdict in
            re.findall(r"^ *\d+/\d+ Test +#\d+: (\S+) \.*(?:\*\*\*| +)(Passed|Failed|Not Run|Exception|Timeout)", output, flags=re.MULTILINE)}


def overlap(events):
    """How many tests ran at once, and pairs of runs of which tests ran at the same time. Tests that were killed, and so
    have no end, are left out."""
    ended = {(words[2], words[3]) for words in events if words[1] == "end"}
    most, pairs, running = 0, set(), set()
    for words in sorted(events, key=lambda words: int(words[0])):
        test = (words[2], words[3]) if len(words) > 3 else None
        if words[1] == "start" and test in ended:
            running.add(test)
            most = max(most, len(running))
            pairs |= {tuple(sorted((words[3], run))) for _, run in running if run != words[3]}
        elif words[1] == "end":
            running.discard(test)
    return most, pairs


def main():
    def options(parser):
        parser.add_argument("--ctests", type=int, default=20)
        parser.add_argument("--rounds", type=int, default=20)
        parser.add_argument("--kills", type=int, default=5, help="in every second round")
        parser.add_argument("--sessions", default="wait,share")

    def body(arguments, chance, folder):
        for sessions in arguments.sessions.split(","):
            begin = time.monotonic()
            crowd = Crowd(os.path.join(folder, sessions), sessions)
            for number in range(arguments.rounds):
                crowd.round(chance, arguments.ctests, arguments.kills if number % 2 else 0)
                print(f"  {sessions}, round {number + 1}: {time.monotonic() - begin:.0f} s", flush=True)
            print(f"{sessions}: {arguments.rounds} rounds of {arguments.ctests} ctests, {sum(crowd.killed.values())} of them killed, in "
                  f"{time.monotonic() - begin:.0f} s: at most {crowd.most_at_once} tests at once, longest listing "
                  f"{crowd.longest_listing:.2f} s, {crowd.lost_logs} logs lost", flush=True)

    return program(__doc__, options, body)


if __name__ == "__main__":
    sys.exit(main())
