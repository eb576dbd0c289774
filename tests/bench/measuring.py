"""What the benchmarks share: times of commands, in seconds, and the surroundings in which they are taken.

How many rounds there are, what is compared and what is promised stands in each benchmark.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import time


def clean_environment(**more):
    """The caller's environment, and `more`, without what steers ctest or Lockstep.

    A LOCKSTEP_DISABLE or a CTEST_PARALLEL_LEVEL that the caller has set would be measured too.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOCKSTEP_", "CTEST_"))}
    return {**kept, **more}


def cmake_beside(ctest):
    """The cmake of the same release as `ctest`: the one beside it, or that of PATH where ctest is looked up there."""
    return pathlib.Path(ctest).with_name("cmake") if "/" in ctest else "cmake"


def configure(cmake, source, prefix):
    """Configures `source` into its folder b, with the Lockstep installed in `prefix`. Not measured."""
    subprocess.run([cmake, "-S", source, "-B", source / "b", f"-DCMAKE_PREFIX_PATH={prefix}"], check=True,
                   stdout=subprocess.DEVNULL)


def seconds(command, **options):
    """How long `command` takes, in seconds of the monotonic clock, which nobody sets meanwhile.

    One that fails ends the benchmark, as its time would say nothing. `options` are those of subprocess.run().
    """
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False, **options)
    taken = time.monotonic() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}")
    return taken


def medians(rounds, *measures):
    """The median of what each of `measures` returns, in their order and unit.

    They take turns, so that a busy spell of the machine meets them all.
    """
    columns = [[] for _ in measures]
    for _ in range(rounds):
        for column, measure in zip(columns, measures):
            column.append(measure())
    return [statistics.median(column) for column in columns]
