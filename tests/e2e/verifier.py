"""Judges an allocation log: what tests wrote about themselves while they ran, held against what a plan promises.

A line a test writes when it begins and before it ends, so what the log shows as simultaneous was simultaneous:

    <nanoseconds> start NAME key=value…        <nanoseconds> end NAME

Keys of a start: worker (id), temp (directory), found (entries in it), and slot_<pool> (ids held, comma-separated).
"""
import collections
import dataclasses
import typing


@dataclasses.dataclass
class Event:
    time: int
    kind: str
    test: str
    facts: typing.Dict[str, str]


@dataclasses.dataclass
class Rules:
    """What must hold. Tests are named in sets; what is left out is not demanded."""
    locks: dict = dataclasses.field(default_factory=dict)    # lock: tests
    alone: set = dataclasses.field(default_factory=set)      # tests
    limits: dict = dataclasses.field(default_factory=dict)   # name: (at most, tests)
    amounts: dict = dataclasses.field(default_factory=dict)  # pool, memory, processors: (capacity, {test: demand})
    pools: set = dataclasses.field(default_factory=set)      # amounts whose slots are told one by one
    phases: list = dataclasses.field(default_factory=list)   # (name, tests) in order: each ends before the next begins
    chains: list = dataclasses.field(default_factory=list)   # lists of tests, each after the one before
    workers: bool = False                                    # ids, distinct among running tests
    temp: bool = False                                       # directories, empty and never shared


@dataclasses.dataclass(frozen=True)
class Violation:
    rule: str
    text: str

    def __str__(self):
        return f"{self.rule}: {self.text}"


def parse(text):
    """The events of a log by time; ValueError for a line that is none."""
    events = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 3 or words[1] not in ("start", "end"):
            raise ValueError(f"not a line of an allocation log: {line!r}")
        facts = dict(word.split("=", 1) for word in words[3:])
        events.append(Event(int(words[0]), words[1], words[2], facts))
    return sorted(events, key=lambda event: event.time)


def most_at_once(events):
    """The largest number of tests that ran together."""
    running = most = 0
    for event in events:
        running += 1 if event.kind == "start" else -1
        most = max(most, running)
    return most


class _Verifier:
    def __init__(self, rules):
        self.rules = rules
        self.running = {}  # test: facts of its start
        self.ended = collections.Counter()
        self.begun = collections.Counter()
        self.temp_owner = {}
        self.violations = []

    def found(self, rule, text):
        self.violations.append(Violation(rule, text))

    def verify(self, events):
        for event in events:
            if event.kind == "start":
                self.start(event)
            elif self.running.pop(event.test, None) is None:
                self.found("log", f"{event.test} ended and had not begun")
            else:
                self.ended[event.test] += 1
        for test in self.running:
            self.found("log", f"{test} never ended")
        return self.violations

    def start(self, event):
        if event.test in self.running:
            self.found("log", f"{event.test} began twice")
        self.exclusion(event.test)
        self.order(event.test)
        if self.rules.workers:
            self.worker(event)
        if self.rules.temp:
            self.temp(event)
        self.begun[event.test] += 1
        self.running[event.test] = event.facts
        self.counts(event.test)
        self.slots(event)

    def exclusion(self, test):
        for other in self.running:
            if test in self.rules.alone or other in self.rules.alone:
                self.found("alone", f"{test} began while {other} ran")
            for lock, tests in self.rules.locks.items():
                if test in tests and other in tests:
                    self.found("lock", f"{test} began while {other} held '{lock}'")

    def counts(self, test):
        for name, (most, tests) in self.rules.limits.items():
            together = sorted(tests & self.running.keys())
            if test in tests and len(together) > most:
                self.found("limit", f"{len(together)} of '{name}', at most {most}: {', '.join(together)}")
        for name, (capacity, demands) in self.rules.amounts.items():
            total = sum(demands.get(other, 0) for other in self.running)
            if test in demands and total > capacity:
                self.found("amount", f"{total} of '{name}' in use, {capacity} there are")

    def slots(self, event):
        for pool in self.rules.pools:
            demand = self.rules.amounts[pool][1].get(event.test, 0)
            held = [slot for slot in event.facts.get("slot_" + pool, "").split(",") if slot]
            if len(held) != demand or len(set(held)) != demand:
                self.found("slot", f"{event.test} was given {held} of '{pool}', it asks for {demand}")
            for other, facts in self.running.items():
                both = set(held) & set(facts.get("slot_" + pool, "").split(","))
                if other != event.test and both:
                    self.found("slot", f"{event.test} and {other} were both given {sorted(both)} of '{pool}'")

    def order(self, test):
        for place, (name, tests) in enumerate(self.rules.phases):
            if test not in tests:
                continue
            for earlier, before in self.rules.phases[:place]:
                missing = sorted(other for other in before if not self.ended[other] or other in self.running)
                if missing:
                    self.found("phase", f"{test} of '{name}' began before {missing[0]} of '{earlier}' had ended")
        for chain in self.rules.chains:
            if test in chain:
                for other in chain[:chain.index(test)]:
                    if not self.ended[other]:
                        self.found("chain", f"{test} began before {other} had ended")

    def worker(self, event):
        worker = event.facts.get("worker")
        if not worker:
            self.found("worker", f"{event.test} has no worker id")
            return
        for other, facts in self.running.items():
            if facts.get("worker") == worker:
                self.found("worker", f"{event.test} and {other} both have id {worker}")

    def temp(self, event):
        directory = event.facts.get("temp")
        if not directory:
            self.found("temp", f"{event.test} has no temp directory")
            return
        owner = self.temp_owner.setdefault(directory, event.test)
        if owner != event.test:
            self.found("temp", f"{event.test} was given {owner}'s directory")
        if event.facts.get("found") != "0" and not self.begun[event.test]:
            self.found("temp", f"{event.test} found {event.facts.get('found')} entries in its directory")


def verify(events, rules):
    """All violations, in the order of the log."""
    return _Verifier(rules).verify(events)
