#!/usr/bin/env python3
"""Many processes use the client library at once, some of them killed.

Rate: in no window more than rate·t + burst grants, at least 97 % of the rate used, nobody waits more than 5 times the median;
the same with kills of those whose turn is next. Claims: workers, ports, names, temp directories and places are distinct
among all that live. Locks: a counter in a file loses no update, and shared holders see it stand still. Each judge is also
given what processes do that do not ask Lockstep, and must see it.

Usage: LOCKSTEP_CLIENT_PROBE=FILE tests/stress/client.py [--seconds N] [--waiters N] [--processes N] [--rounds N] [--kills N] [--seed N]
"""
import collections
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

from suite import Fault, clean_environment, demand, program

RATE, BURST, PLACES = 200, 20, 7
SECOND = 1_000_000_000


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Crowd:
    """Probes with one session and one log."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        (self.folder / "run").mkdir(mode=0o700)
        self.log = self.folder / "log"
        self.log.touch()
        self.probe = os.environ["LOCKSTEP_CLIENT_PROBE"]
        self.environment = clean_environment(XDG_RUNTIME_DIR=str(self.folder / "run"))
        made = subprocess.run([self.probe, "session", str(self.folder), str(RATE), str(BURST), str(PLACES)], stdout=subprocess.PIPE,
                              check=True, text=True)
        self.environment.update(LOCKSTEP_SESSION_FILE=made.stdout.strip(), LOCKSTEP_SESSION="stress-1-1-1",
                                LOCKSTEP_TEMP_DIR=str(self.folder / "state/t/1/1"))
        self.running = {}  # pid: process
        self.killed = {}   # pid: when, a moment before

    def start(self, *words):
        process = subprocess.Popen([self.probe, words[0], str(self.log), *(str(word) for word in words[1:])], env=self.environment,
                                   stdin=subprocess.PIPE)
        self.running[process.pid] = process

    def kill(self, pid):
        self.killed[pid] = now()
        os.kill(pid, signal.SIGKILL)
        process = self.running.pop(pid)
        process.stdin.close()
        process.wait()

    def end(self, patience=120):
        """Lets all come to their end."""
        for process in self.running.values():
            process.stdin.close()
        for pid, process in self.running.items():
            demand(process.wait(patience) == 0, f"process {pid} ended with {process.returncode}")
        self.running = {}

    def lines(self):
        """Whole lines, as lists of words, whose first is the process."""
        return [[int(line.split()[0]), *line.split()[1:]] for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def wait_for(self, condition, what, patience=120):
        deadline = time.monotonic() + patience
        while not condition():
            demand(time.monotonic() < deadline, f"after {patience} s not yet: {what}")
            time.sleep(0.01)


# The judges. Each takes what a log says and raises Fault.

def excess(times):
    """The most grants beyond rate·t + burst, over all windows that begin with a grant and end with one."""
    worst, least = -BURST, None
    for number, moment in enumerate(sorted(times)):
        level = number - RATE * moment / SECOND
        least = level if least is None else min(least, level)
        worst = max(worst, level - least + 1 - BURST)
    return worst


def judge_rate(grants, begin, end):
    times = [grant for _, grant, _, _ in grants]
    beyond = excess(times)
    demand(beyond < 0.01, f"{beyond:.2f} grants more than {RATE}·t + {BURST} in some window")
    used = sum(begin <= moment < end for moment in times) / (RATE * (end - begin) / SECOND)
    demand(used >= 0.97, f"only {used:.1%} of the rate were used")
    waits = [waited for _, _, _, waited in grants]
    longest, median = max(waits), statistics.median(waits)
    demand(longest <= 5 * median, f"somebody waited {longest / 1e6:.1f} ms, the median is {median / 1e6:.1f} ms")
    return beyond, used, longest / median


def judge_claims(lines, killed):
    """Nothing belongs to two at a time; names and directories not even one after the other."""
    events = []  # time, order at the same time, process, what it has
    for process, what, moment, *has in lines:
        if what in ("begin", "end"):
            events.append((int(moment), 1 if what == "begin" else 0, process, has))
    ended = {process for _, order, process, _ in events if order == 0}
    events += [(moment, 0, process, []) for process, moment in killed.items() if process not in ended]
    owner, has, ever = {}, {}, collections.Counter()
    for _, begins, process, things in sorted(events):
        if begins:
            for thing in things:
                demand(thing not in owner, f"{thing} is of {owner.get(thing)} and of {process}")
                owner[thing] = process
            ever.update(things[2:])
            has[process] = things
        else:
            for thing in has.pop(process, []):
                del owner[thing]
    twice = [thing for thing, times in ever.items() if times > 1]
    demand(not twice, f"given twice: {twice}")
    inside, most = set(), 0
    moments = [(int(moment), 1 if what == "enter" else 0, process) for process, what, moment, *_ in lines if what in ("enter", "leave")]
    moments += [(moment, 0, process) for process, moment in killed.items()]
    for _, enters, process in sorted(moments):
        (inside.add if enters else inside.discard)(process)
        most = max(most, len(inside))
    demand(most <= PLACES, f"{most} in {PLACES} places")
    return most


def judge_counter(lines, value, kills):
    values = [int(words[0]) for _, *words in lines]
    demand(len(set(values)) == len(values), f"{len(values) - len(set(values))} updates were lost")
    demand(len(values) <= value <= len(values) + kills, f"{len(values)} updates and {kills} kills made {value}")
    return len(values)


def must_fail(judge, *arguments):
    """A judge that finds nothing wrong here would find nothing anywhere."""
    try:
        judge(*arguments)
    except Fault as fault:
        return str(fault)
    raise Fault(f"{judge.__name__} sees nothing wrong where nobody asked Lockstep")


# What the crowds do.

def read_grants(crowd):
    return [[process, *(int(word) for word in words)] for process, *words in crowd.lines()]


def next_in_turn(crowd):
    """Who has waited longest: the queue is first come, first served."""
    last = dict.fromkeys(crowd.running, 0)
    for process, grant, *_ in read_grants(crowd):
        if process in last:
            last[process] = grant
    return min(last, key=last.get)


def run_rate(crowd, chance, waiters, seconds, kills, *more):
    begin = now() + SECOND // 2 + waiters * SECOND // 100
    end = begin + int(seconds * SECOND)
    for _ in range(waiters):
        crowd.start("acquire", begin, end, *more)
    for moment in sorted(chance.uniform(0.2, 0.8) for _ in range(kills)):
        time.sleep(max(0, (begin + moment * (end - begin) - now()) / SECOND))
        crowd.kill(next_in_turn(crowd) if chance.random() < 0.7 else chance.choice(list(crowd.running)))
    crowd.end()
    return read_grants(crowd), begin, end


def check_rate(folder, chance, waiters, seconds, kills):
    found = must_fail(judge_rate, *run_rate(Crowd(folder, "free"), chance, waiters, 1, 0, "free"))
    print(f"rate, without Lockstep: {found}", flush=True)
    for number in (0, kills):
        grants, begin, end = run_rate(Crowd(folder, f"rate{number}"), chance, waiters, seconds, number)
        beyond, used, share = judge_rate(grants, begin, end)
        seen = excess([moment for _, _, moment, _ in grants])
        print(f"rate, {waiters} processes, {seconds} s, {number} killed: {len(grants)} grants, {used:.2%} used, window {beyond:+.2f} "
              f"(as the processes saw it {seen:+.2f}), longest wait {share:.2f} times the median", flush=True)


def check_claims(folder, name, chance, processes, rounds, kills):
    first = [[1, "begin", "1", "gw0", "1024", "a", "/a"], [2, "begin", "2", "gw1", "1024", "b", "/b"]]
    must_fail(judge_claims, first, {})
    must_fail(judge_claims, first, {1: 3})
    demand(judge_claims(first, {1: 2}) == 0, "what a killed process had is free")
    must_fail(judge_claims, [[process, "enter", "5"] for process in range(PLACES + 1)], {})
    crowd = Crowd(folder, name)
    for _ in range(rounds):
        known = len(crowd.killed)
        while len(crowd.running) < processes:
            crowd.start("claim")
            if kills and chance.random() < 0.1:
                crowd.kill(chance.choice(list(crowd.running)))
        # All of them at the same time, through the places too.
        crowd.wait_for(lambda: set(crowd.running) <= {process for process, what, *_ in crowd.lines() if what == "leave"}, "all have begun")
        for process in chance.sample(list(crowd.running), min(kills, processes)):
            crowd.kill(process)
        demand(not kills or len(crowd.killed) > known, "nobody was killed")
    crowd.end()
    most = judge_claims(crowd.lines(), crowd.killed)
    workers = {words[2] for _, *words in crowd.lines() if words[0] == "begin"}
    print(f"claims, {processes} at once, {rounds} rounds, {len(crowd.killed)} killed: {len(workers)} workers, {most} of {PLACES} places in use",
          flush=True)


def run_counter(crowd, chance, processes, times, kills, *more):
    counter = crowd.folder / "counter"
    for _ in range(processes):
        crowd.start("count", counter, times, *more)
    for _ in range(kills):
        time.sleep(chance.uniform(0, 0.02))
        alive = [pid for pid, process in crowd.running.items() if process.poll() is None]
        if alive:
            crowd.kill(chance.choice(alive))
    crowd.end()
    return crowd.lines(), int.from_bytes(counter.read_bytes(), sys.byteorder), len(crowd.killed)


def check_counter(folder, chance, processes, kills):
    found = must_fail(judge_counter, *run_counter(Crowd(folder, "unlocked"), chance, processes, 200, 0, "free"))
    print(f"counter, without Lockstep: {found}", flush=True)
    for number in (0, kills):
        crowd = Crowd(folder, f"counter{number}")
        updates = judge_counter(*run_counter(crowd, chance, processes, 40, number))
        print(f"counter, {processes} processes, {len(crowd.killed)} killed: {updates} updates, none lost", flush=True)


def main():
    def options(parser):
        parser.add_argument("--seconds", type=float, default=20)
        parser.add_argument("--waiters", type=int, default=64)
        parser.add_argument("--processes", type=int, default=200)
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--kills", type=int, default=10)

    def body(arguments, chance, folder):
        check_rate(folder, chance, arguments.waiters, arguments.seconds, arguments.kills)
        for kills in (0, arguments.kills * 3):
            check_claims(folder, f"claims{kills}", chance, arguments.processes, arguments.rounds, kills)
        check_counter(folder, chance, arguments.processes, arguments.kills)

    return program(__doc__, options, body)


if __name__ == "__main__":
    sys.exit(main())
