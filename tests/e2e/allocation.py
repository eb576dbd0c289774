"""A suite whose tests write an allocation log, with a plan that uses every guard, and the rules that follow from it."""
import os

from support import Project, keys, phase, plan, properties
from verifier import Rules, parse

JOBS = 8

# Notes what the test was given, holds it for a moment, and leaves something behind.
PROBE = r"""#!/bin/sh
given() { env | sed -n "s/^CTEST_RESOURCE_GROUP_[0-9]*_$1=//p" | tr ';' '\n' | sed -n 's/^id:\([^,]*\),.*/\1/p' | paste -sd, -; }
worker=$(given LOCKSTEP_WORKER); db=$(given DB)
found=$(ls -A "${LOCKSTEP_TEMP_DIR:-/nonexistent}" 2>/dev/null | wc -l)
echo "$(date +%s%N) start $1 worker=$worker slot_db=$db temp=$LOCKSTEP_TEMP_DIR found=$found" >>allocation.log
echo "left by $1" >"${LOCKSTEP_TEMP_DIR:-.}/left"
sleep "${2:-${PROBE_SECONDS:-0.1}}"
echo "$(date +%s%N) end $1" >>allocation.log
"""

PHASES = ("one", "two", "three")
KINDS = ("lock1", "lock2", "lock3", "alone", "cap1", "cap2", "cap3", "cap4", "db1", "db2", "db3", "heavy", "big1", "big2",
         "wide1", "wide2", "label1", "label2", "free1", "free2", "free3")
CHAIN = [f"chain.{n}" for n in (3, 1, 2)]
QUEUE = [f"queue.{n}" for n in (1, 2, 3)]


def memory_in_mebibytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def tests():
    return [f"{name}.{kind}" for name in PHASES for kind in KINDS] + CHAIN + QUEUE


def plan_text():
    def marker(name, tests_of, **values):
        return f"[marker.{name}]\n" + keys(tests=f"name({tests_of})", **values)

    return plan(
        phase("one"), phase("two", max_parallel=4), phase("three"),
        phase("chain", needs=[], order="chain", tests=[f"name({name})" for name in CHAIN]),
        phase("queue", needs=[], order="sequential"),
        marker("locked", "*.lock*", lock=["disk"]), marker("solo", "*.alone", alone=True),
        marker("capped", "*.cap*", max_parallel=2), marker("wide", "*.wide*", processors=5),
        # Two of them are more than there is, whatever a container leaves of the machine's memory.
        marker("big", "*.big*", memory=f"{memory_in_mebibytes() * 6 // 10}MiB"),
        "[marker.db]\n" + keys(tests="name(*.db*)") + "use = { db = 1 }\n",
        "[marker.heavy]\n" + keys(tests="name(*.heavy)") + "use = { db = 2 }\n",
        "[pool.db]\nslots = 3\n")


def rules():
    every = tests()

    def of(kind):
        return {name for name in every if f".{kind}" in name}

    demand = {name: 1 for name in of("db")}
    demand.update({name: 2 for name in of("heavy")})
    return Rules(
        locks={"disk": of("lock"), "label serial": of("label"), "order = sequential": set(QUEUE)}, alone=of("alone"),
        limits={"capped": (2, of("cap")), "phase two": (4, {name for name in every if name.startswith("two.")})},
        amounts={"db": (3, demand), "memory": (10, {name: 6 for name in of("big")}),
                 "processors": (JOBS, {name: 5 if name in of("wide") else 1 for name in every})},
        pools={"db"}, phases=[(name, {test for test in every if test.startswith(name)}) for name in PHASES],
        chains=[CHAIN], workers=True, temp=True)


def prepare(configured) -> Project:
    """`configured` is EndToEnd.project or one like it."""
    texts = [f"add_test(NAME {name} COMMAND ${{CMAKE_SOURCE_DIR}}/probe.sh {name})\n" for name in tests()]
    texts += [properties(name, labels="serial") for name in tests() if ".label" in name]  # a marker that needs no plan
    return configured(plan_text(), *texts, files={"probe.sh": PROBE})


def events_of(project):
    """Of the runs since the last call."""
    path = project.build / "allocation.log"
    events = parse(path.read_text())
    path.unlink()
    return events
