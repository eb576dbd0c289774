#!/usr/bin/env python3
"""Runs a batch of a hundred cases again and again, of which four, chosen at random, abort, hang, exit with 0 and kill
their parent's process group: exactly those are blamed, and each of the others passes, once.

Besides, each second run is ended at a random moment, by KILL, TERM or INT: what had its verdict keeps it, nobody is
blamed, and no process is left.

Usage: LOCKSTEP_TEST_PREFIX=DIR tests/stress/batches.py [--runs N] [--seed N]
"""
import pathlib
import signal
import sys
import time

from suite import Fault, demand, program
from batching import BatchBase, hundred

VERDICTS = {"abort": "crashed", "hang": "timed_out", "exit0": "exited", "killparent": "crashed"}
TIMEOUT = 2


class Batches(BatchBase):
    def runTest(self):
        """Not a test: this class lends its folder, program and helpers."""

    def fresh(self):
        for name in ("session/journal", "log"):
            pathlib.Path(self.at(name)).unlink(missing_ok=True)

    def whole(self, chance):
        self.fresh()
        chosen = dict(zip(chance.sample(range(1, 101), len(VERDICTS)), VERDICTS))
        run = self.run_batch(",".join(f"{number}={what}" for number, what in chosen.items()))
        wanted = {f"h.{number}": VERDICTS[what] for number, what in chosen.items()}
        demand(self.bad() == wanted, f"{chosen}: {self.bad()} are blamed\n{run.out}{run.err}")
        demand(len(self.verdicts()) == 100 and run.status == 1, f"{len(self.verdicts())} verdicts\n{run.out}")
        names, _ = self.processes()
        demand(sorted(names, key=int) == [str(number) for number in range(1, 101)], f"what ran: {names}")
        demand(len(self.records("case")) == 100, "a case has two records")

    def ended(self, chance):
        self.fresh()
        run = self.start_batch("".join(f"{number}=sleep," for number in range(1, 101, 10)))
        time.sleep(chance.uniform(0, 1))
        number = chance.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGINT))
        run.process.send_signal(number)
        run.finish()
        demand(run.status == -number, f"signal {number}: status {run.status}\n{run.out}{run.err}")
        demand(set(self.bad().values()) <= {"not_run"}, f"signal {number}: {self.bad()} are blamed")
        if number != signal.SIGKILL:
            demand(len(self.verdicts()) in (0, 100), f"signal {number}: {len(self.verdicts())} verdicts")
        for pid in self.processes()[1]:
            self.assert_ends(int(pid))


def body(arguments, chance, folder):
    del folder
    Batches.setUpClass()
    batches = Batches()
    begin = time.monotonic()
    try:
        batches.setUp()
        batches.batch(hundred(range(1, 101), seconds=TIMEOUT))
        for _ in range(arguments.runs):
            batches.whole(chance)
            batches.ended(chance)
    except AssertionError as problem:
        raise Fault(str(problem)) from problem
    finally:
        batches.doCleanups()
        Batches.doClassCleanups()
    print(f"{arguments.runs} runs: exactly the four that ended their process were blamed; as many were ended at random: "
          "nobody was")
    print(f"{time.monotonic() - begin:.0f} s")


def options(parser):
    parser.add_argument("--runs", type=int, default=50)


if __name__ == "__main__":
    sys.exit(program(__doc__, options, body))
