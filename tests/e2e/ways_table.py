"""The table: each way of running, and what may differ. One list a class of test_ways.py and a section of the page."""
import time

from support import CTEST
from ways import (VERSION, Differs, Refused, Way, build_and_test, ctest, dashboard, labels, listed, listed_as_json, output,
                  submission, test_target)

# What Lockstep says.
IN_A_SUBDIRECTORY = Refused(
    "Lockstep: started in a subdirectory, ctest knows only a part of the tests and none of their guards. Start it at the top: "
    "ctest --test-dir <build tree> and select tests there with -R or -L. LOCKSTEP_DISABLE=1 runs these tests without their plan.")
COUNTED_OTHERWISE = (
    "Which test a number means, and so how it ended, cannot be told. To leave tests out, write ctest_test(INCLUDE . EXCLUDE ...) "
    "or labels in place of ctest_test(EXCLUDE ...) and of lists of tests to ignore; in a build tree of several configurations "
    "name one with -C.")


# What differs.

def with_more_labels(seen):
    return {**seen, "more": sorted(seen["more"] + ["lockstep", "phase:early", "phase:late", "phase:last"])}


def with_all_of_early(seen):
    """Without Lockstep, tests run in the order of their numbers; early.below comes after the first failure."""
    return {**seen, "verdicts": {**seen["verdicts"], "early.below": [("run", "")]}}


def is_gated(name):
    """CTest looks for a working directory before it looks at a test's dependencies."""
    return name.startswith("late.") and name not in ("late.down", "late.no_directory")


def with_late_not_run(seen):
    failed = {"late.use": "checkpoint.early late.set"}

    def not_run(name):
        text = f"Failed test dependencies: {failed.get(name, 'checkpoint.early')}"
        return [("notrun", "Fixture dependency failed", text)]

    verdicts = {name: not_run(name) if is_gated(name) else verdict for name, verdict in seen["verdicts"].items()}
    return {**seen, "verdicts": verdicts, "ran": [name for name in seen["ran"] if not is_gated(name)]}


def with_late_not_checked(seen):
    not_run = ("notrun", [("Completion Status", "Fixture dependency failed"), ("Processors", "1")], [], [])
    more = {name: [not_run for _ in tests] if is_gated(name) else tests for name, tests in seen["more"].items()}
    return {**seen, "more": more, "ran": [name for name in seen["ran"] if not is_gated(name)]}


IN_TWELVE_HOURS = time.strftime("%H:%M:%S +0000", time.gmtime(time.time() + 12 * 3600))
FIRST_FAILURE = Differs("phases come in the plan's order, so other tests have run when the first one fails",
                        change=with_all_of_early)
GATE_SHUT = Refused(COUNTED_OTHERWISE, with_late_not_run)

SELECTING = [
    Way("`ctest -j8 -R ok`", ctest("-j8", "-R", "ok")),
    Way("`ctest -j8 -R 'odd ]==] name'`", ctest("-j8", "-R", "odd ]==] name")),
    Way("`ctest -j8 -R late.use`: a test with fixtures", ctest("-j8", "-R", "late.use")),
    Way("`ctest -j8 -R late.slow` after a whole run", ctest("-j8", "-R", "late.slow", before=[["-j8"]])),
    Way("`ctest -j8 -E slow`", ctest("-j8", "-E", "slow")),
    Way("`ctest -j8 -E early`", ctest("-j8", "-E", "early")),
    Way("`ctest -j8 -R late -E slow`", ctest("-j8", "-R", "late", "-E", "slow")),
    Way("`ctest -j8 -L core`", ctest("-j8", "-L", "core")),
    Way("`ctest -j8 -L core -L slow`", ctest("-j8", "-L", "core", "-L", "slow")),
    Way("`ctest -j8 -L below`: a directory's label", ctest("-j8", "-L", "below")),
    Way("`ctest -j8 -L '^phase:last$'`", ctest("-j8", "-L", "^phase:last$"),
        Differs("it selects the tests of that phase", without=ctest("-j8", "-R", "^last[.]"))),
    Way("`ctest -j8 -LE slow`", ctest("-j8", "-LE", "slow")),
    Way("`ctest -j8 -L core -LE slow`", ctest("-j8", "-L", "core", "-LE", "slow")),
    Way("`ctest -j8 -I 3,12`", ctest("-j8", "-I", "3,12")),
    Way("`ctest -j8 -I 1,,3`", ctest("-j8", "-I", "1,,3")),
    Way("`ctest -j8 -I 0,0,0,5,9`", ctest("-j8", "-I", "0,0,0,5,9")),
    Way("`ctest -j8 -I FILE`", ctest("-j8", "-I", "<source tree>/numbers")),
    Way("`ctest -j8 -I 2,3 -R late`", ctest("-j8", "-I", "2,3", "-R", "late")),
    Way("`ctest -j8 -U -I 2,3 -R last`", ctest("-j8", "-U", "-I", "2,3", "-R", "last"),
        selects=VERSION < (4, 0)),  # CTest 4.3 refuses -U
    Way("`ctest -j8 --rerun-failed`", ctest("-j8", "--rerun-failed", before=[["-j8"]])),
    Way("`ctest -j8 --rerun-failed` when nothing has failed",
        ctest("-j8", "--rerun-failed", before=[["-j8", "-R", "early"]])),
    Way("`ctest -j8 --tests-from-file FILE`", ctest("-j8", "--tests-from-file", "<source tree>/names"), since=(3, 29)),
    Way("`ctest -j8 --exclude-from-file FILE`", ctest("-j8", "--exclude-from-file", "<source tree>/names"), since=(3, 29)),
    Way("`ctest -j8 -FA late_up -R late.use`", ctest("-j8", "-FA", "late_up", "-R", "late.use")),
    Way("`ctest -j8 -FS late_up -R late.use`", ctest("-j8", "-FS", "late_up", "-R", "late.use")),
    Way("`ctest -j8 -FC late_up -R late.use`", ctest("-j8", "-FC", "late_up", "-R", "late.use")),
    Way("`ctest -j8 -FA . -R use`: without any fixture", ctest("-j8", "-FA", ".", "-R", "use")),
    Way("`ctest -j8 -FA . -R late.ok --no-tests=error`", ctest("-j8", "-FA", ".", "-R", "late.ok", "--no-tests=error")),
    Way("`ctest -j8 -FC .`", ctest("-j8", "-FC", ".")),
    Way("`ctest -j8` with `CTEST_CUSTOM_TESTS_IGNORE`", ctest("-j8"), suite="ignored"),
    Way("`ctest -j8 -R no_such_test`", ctest("-j8", "-R", "no_such_test"), selects=False),
    Way("`ctest -j8 -R no_such_test --no-tests=error`", ctest("-j8", "-R", "no_such_test", "--no-tests=error"), selects=False),
    Way("`ctest -j8 -R no_such_test --no-tests=ignore`", ctest("-j8", "-R", "no_such_test", "--no-tests=ignore"),
        selects=False),
    Way("`CTEST_NO_TESTS_ACTION=error ctest -j8 -R no_such_test`",
        ctest("-j8", "-R", "no_such_test", CTEST_NO_TESTS_ACTION="error"), selects=False),
    Way("`ctest -j8 -R checkpoint --no-tests=error`: only tests that Lockstep adds",
        ctest("-j8", "-R", "checkpoint", "--no-tests=error"), selects=False),
]

RUNNING = [
    Way("`ctest`", ctest()),
    Way("`ctest -j8`", ctest("-j8")),
    Way("`ctest -j8` a second time", ctest("-j8", before=[["-j8"]])),
    Way("`ctest --parallel 3`", ctest("--parallel", "3")),
    Way("`ctest -j`", ctest("-j")),
    Way("`ctest -j0`", ctest("-j0")),
    Way("`CTEST_PARALLEL_LEVEL=8 ctest`", ctest(CTEST_PARALLEL_LEVEL="8")),
    Way("`CTEST_PARALLEL_LEVEL= ctest`", ctest(CTEST_PARALLEL_LEVEL="")),
    Way("`ctest -j8 --test-load 1000`", ctest("-j8", "--test-load", "1000")),
    Way("`ctest -j8 --schedule-random`", ctest("-j8", "--schedule-random")),
    Way("`ctest -j8 --schedule-random --schedule-random-seed 7`",
        ctest("-j8", "--schedule-random", "--schedule-random-seed", "7"), since=(4, 1)),
    Way("`ctest -j8 --timeout 3`", ctest("-j8", "-R", "free.long|late.timeout", "--timeout", "3", FREE_LONG="20")),
    Way("`ctest -j8 --stop-time TIME`", ctest("-j8", "--stop-time", IN_TWELVE_HOURS)),
    Way("`ctest --stop-on-failure`", ctest("--stop-on-failure"), FIRST_FAILURE),
    Way("`ctest -j8 -C Debug`", ctest("-j8", "-C", "Debug")),
    Way("`ctest -j8 -C Debug`, several configurations", ctest("-j8", "-C", "Debug"), suite="configurations"),
    Way("`ctest -j8 -C Release`, several configurations", ctest("-j8", "-C", "Release"), suite="configurations"),
    Way("`ctest -j8`, several configurations: no test can be run", ctest("-j8"), GATE_SHUT, suite="configurations"),
]

REPEATING = [
    Way("`ctest -j8 --repeat until-fail:2`", ctest("-j8", "--repeat", "until-fail:2")),
    Way("`ctest -j8 --repeat-until-fail 2`", ctest("-j8", "--repeat-until-fail", "2")),
    Way("`ctest -j8 --repeat until-pass:2`", ctest("-j8", "--repeat", "until-pass:2")),
    Way("`ctest -j8 --repeat after-timeout:2`", ctest("-j8", "--repeat", "after-timeout:2", LATE_HANGS="1")),
    Way("`ctest -j8 -F`", ctest("-j8", "-F")),
    Way("`ctest -F` after ctest was killed", ctest("-F", before=[[]]), Refused(
        "with -F, ctest leaves out what an interrupted run has done, and without a word all tests that wait for that, which is "
        "later phases. Start it without -F: what has passed counts for the gates"), suite="killed"),
    Way("`ctest` after ctest was killed", ctest(before=[[]]), suite="killed"),
    Way("`ctest -j8 --output-junit FILE`", ctest("-j8")),
    Way("`ctest -j8 -V`", ctest("-j8", "-V")),
    Way("`ctest -j8 -VV`", ctest("-j8", "-VV")),
    Way("`ctest -j8 --debug`", ctest("-j8", "--debug")),
    Way("`ctest -j8 -Q`", ctest("-j8", "-Q")),
    Way("`ctest -j8 --progress`", ctest("-j8", "--progress")),
    Way("`ctest -j8 -O FILE`", ctest("-j8", "-O", "<source tree>/log")),
    Way("`ctest -j8 --output-on-failure`", ctest("-j8", "--output-on-failure")),
    Way("`ctest -j8 --interactive-debug-mode 0`", ctest("-j8", "--interactive-debug-mode", "0")),
    Way("`ctest -j8 --max-width 20 --no-label-summary --no-subproject-summary`",
        ctest("-j8", "--max-width", "20", "--no-label-summary", "--no-subproject-summary")),
    Way("`ctest -j8 --test-output-size-passed 2 --test-output-size-failed 2 --test-output-truncation head`",
        ctest("-j8", "--test-output-size-passed", "2", "--test-output-size-failed", "2", "--test-output-truncation", "head")),
]

LISTING = [
    Way("`ctest -N`", ctest("-N", more=listed)),
    Way("`ctest --show-only`", ctest("--show-only", more=listed)),
    Way("`ctest -N -R late -E bad`", ctest("-N", "-R", "late", "-E", "bad", more=listed)),
    Way("`ctest -N -E late`", ctest("-N", "-E", "late", more=listed)),
    Way("`ctest -N --rerun-failed`", ctest("-N", "--rerun-failed", before=[["-j8"]], more=listed)),
    Way("`ctest -N -T MemCheck`", ctest("-N", "-T", "MemCheck", more=listed)),
    Way("`ctest -N` with `CTEST_CUSTOM_TESTS_IGNORE`", ctest("-N", more=listed), suite="ignored"),
    Way("`ctest -N` in place of a run that is refused", ctest("-N", more=listed), suite="counted"),
    Way("`ctest --show-only=json-v1`", ctest("--show-only=json-v1", more=listed_as_json)),
    Way("`ctest --show-only=json-v1 -R late.use`", ctest("--show-only=json-v1", "-R", "late.use", more=listed_as_json)),
    Way("`ctest --show-only=json-v1 -C Release`, several configurations",
        ctest("--show-only=json-v1", "-C", "Release", more=listed_as_json), suite="configurations"),
    Way("`ctest --print-labels`", ctest("--print-labels", more=labels),
        Differs("the label `lockstep` and those of the phases are listed too", change=with_more_labels)),
    Way("`ctest --list-presets`", ctest("--list-presets", below="..", more=output)),
]

PLACES = [
    Way("`cd B && ctest -j8`", ctest("-j8", below="")),
    Way("`ctest -j8 --test-dir B/below`", ctest("-j8", "--test-dir", "<build tree>/below", below=".."), IN_A_SUBDIRECTORY),
    Way("`cd B/below && ctest -j8`", ctest("-j8", below="below"), IN_A_SUBDIRECTORY),
    Way("`ctest --test-dir B/below -N`", ctest("-N", "--test-dir", "<build tree>/below", below="..", more=listed),
        IN_A_SUBDIRECTORY),
    Way("`ctest --preset all`", ctest("--preset", "all", below="..")),
    Way("`ctest --preset ok`: filters", ctest("--preset", "ok", below="..")),
    Way("`ctest --preset not-early`: a filter that excludes names", ctest("--preset", "not-early", below="..")),
    Way("`ctest --preset not-early -R late`", ctest("--preset", "not-early", "-R", "late", below="..")),
    Way("`ctest --preset twice`: repeat", ctest("--preset", "twice", below="..")),
    Way("`ctest --preset list`: showOnly", ctest("--preset", "list", below="..", more=listed)),
    Way("`ctest --preset none`: noTestsAction", ctest("--preset", "none", below=".."), selects=False),
    Way("`cmake --build B -t test`", test_target),
    Way("`ctest --build-and-test S B --test-command ctest -j8`", build_and_test("ctest", "-j8")),
    Way("`ctest --build-and-test S B --test-command ctest -j8 -E early`", build_and_test("ctest", "-j8", "-E", "early")),
    Way("`ctest --build-and-test S B --test-command /path/to/ctest -j8 -R late`", build_and_test(CTEST, "-j8", "-R", "late")),
    Way("`ctest -j8`, a test of which runs ctest in the same build tree", ctest("-j8"), suite="nested"),
    Way("`ctest`, a test of which runs ctest in the same build tree", ctest(), suite="nested"),
]

SCRIPTS = [
    Way("`ctest -j8 -T Test`", ctest("-j8", "-T", "Test", below="", more=submission)),
    Way("`ctest -j8 -T Test -T Coverage`", ctest("-j8", "-T", "Test", "-T", "Coverage", below="", more=submission)),
    Way("`ctest -j8 -M Experimental -T Start -T Test`",
        ctest("-j8", "-M", "Experimental", "-T", "Start", "-T", "Test", below="", more=submission)),
    Way("`ctest -j8 -D ExperimentalTest`", ctest("-j8", "-D", "ExperimentalTest", below="", more=submission)),
    Way("`ctest -S`: `ctest_test()`", dashboard("ctest_test(${JUNIT1})", more=submission)),
    Way("`ctest -S`: `ctest_test(PARALLEL_LEVEL 8)`", dashboard("ctest_test(PARALLEL_LEVEL 8 ${JUNIT1})", more=submission)),
    Way("`ctest -j8 -S`: `ctest_test()`", dashboard("ctest_test(${JUNIT1})", "-j8", more=submission)),
    Way("`ctest -j8 -SP`: `ctest_test()`", dashboard("ctest_test(${JUNIT1})", "-j8", option="-SP", more=submission)),
    Way("`ctest -j8 -E slow -S`: `ctest_test()`", dashboard("ctest_test(${JUNIT1})", "-j8", "-E", "slow")),
    Way("`ctest -S`: `ctest_test(INCLUDE ok)`", dashboard("ctest_test(INCLUDE ok ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(INCLUDE . EXCLUDE slow)`",
        dashboard("ctest_test(PARALLEL_LEVEL 8 INCLUDE . EXCLUDE slow ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(EXCLUDE slow)`", dashboard("ctest_test(PARALLEL_LEVEL 8 EXCLUDE slow ${JUNIT1})"), GATE_SHUT),
    Way("`ctest -S`: `ctest_test(EXCLUDE_LABEL slow)`", dashboard("ctest_test(PARALLEL_LEVEL 8 EXCLUDE_LABEL slow ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(INCLUDE_LABEL slow)`", dashboard("ctest_test(INCLUDE_LABEL slow ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(START 3 END 12 STRIDE 2)`", dashboard("ctest_test(START 3 END 12 STRIDE 2 ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(REPEAT UNTIL_PASS:2)`", dashboard("ctest_test(PARALLEL_LEVEL 8 REPEAT UNTIL_PASS:2 ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(SCHEDULE_RANDOM ON)`", dashboard("ctest_test(PARALLEL_LEVEL 8 SCHEDULE_RANDOM ON ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test(STOP_ON_FAILURE)`", dashboard("ctest_test(STOP_ON_FAILURE ${JUNIT1})"), FIRST_FAILURE),
    Way("`ctest -S`: `ctest_test(EXCLUDE_FIXTURE .)`", dashboard("ctest_test(INCLUDE use EXCLUDE_FIXTURE . ${JUNIT1})")),
    Way("`ctest -S`: `ctest_test()` twice", dashboard("ctest_test(INCLUDE early ${JUNIT1} PARALLEL_LEVEL 8)\n"
                                                      "ctest_test(INCLUDE late ${JUNIT2} PARALLEL_LEVEL 8)")),
    Way("`ctest -S`: `ctest_configure()`, `ctest_build()`, `ctest_test()`",
        dashboard("set(CTEST_CMAKE_GENERATOR Ninja)\nctest_configure(QUIET)\nctest_build(QUIET)\n"
                  "ctest_test(PARALLEL_LEVEL 8 ${JUNIT1})", more=submission)),
]

# Few tests, since a memory checker takes its time; tests that Lockstep adds are checked too. CTest 4 puts into JUnit what
# the checker says, with numbers of processes: so without.
CHECKED = "^(early.ok|late.ok|late.bad)$"
VALGRIND = "find_program(CTEST_MEMORYCHECK_COMMAND valgrind REQUIRED)\n"
MEMCHECK = [
    Way("`ctest -j8 -T MemCheck`", ctest("-j8", "-T", "MemCheck", "-R", CHECKED, below="", junit=False, more=submission)),
    Way("`ctest -j8 -T Test -T MemCheck`",
        ctest("-j8", "-T", "Test", "-T", "MemCheck", "-R", "late.ok", below="", junit=False, more=submission)),
    Way("`ctest -j8 -D ExperimentalMemCheck`",
        ctest("-j8", "-D", "ExperimentalMemCheck", "-R", "early.ok", below="", junit=False, more=submission)),
    Way("`ctest -S`: `ctest_memcheck()`",
        dashboard(VALGRIND + f"ctest_memcheck(PARALLEL_LEVEL 8 INCLUDE [[{CHECKED}]])", more=submission)),
    Way("`ctest -j8 -T MemCheck` with `CTEST_CUSTOM_MEMCHECK_IGNORE`",
        ctest("-j8", "-T", "MemCheck", "-R", "early.ok|late", below="", junit=False, more=submission),
        Refused(COUNTED_OTHERWISE, with_late_not_checked), suite="unchecked"),
]

SPEC_IN_SCRIPT = 'ctest_test(PARALLEL_LEVEL 8 RESOURCE_SPEC_FILE "${CTEST_SOURCE_DIRECTORY}/gpus.json" ${JUNIT1})'
RESOURCES = [
    Way("`ctest -j8`, tests with `RESOURCE_GROUPS`", ctest("-j8"), suite="gpus"),
    Way("`ctest -j8 --resource-spec-file FILE`, tests with `RESOURCE_GROUPS`",
        ctest("-j8", "--resource-spec-file", "<source tree>/gpus.json"), suite="gpus"),
    Way("`ctest -j8 --resource-spec-file FILE`", ctest("-j8", "--resource-spec-file", "<source tree>/gpus.json")),
    Way("`ctest -j8 --resource-spec-file FILE`, `CTEST_RESOURCE_SPEC_FILE` in the project",
        ctest("-j8", "--resource-spec-file", "<source tree>/gpus.json"), suite="own gpus"),
    Way("`ctest --preset gpus`: resourceSpecFile", ctest("--preset", "gpus", below=".."), suite="gpus"),
    Way("`ctest -S`: `ctest_test(RESOURCE_SPEC_FILE FILE)`, tests with `RESOURCE_GROUPS`", dashboard(SPEC_IN_SCRIPT),
        suite="gpus"),
    Way("`ctest -S`: `ctest_test(RESOURCE_SPEC_FILE FILE)`", dashboard(SPEC_IN_SCRIPT)),
    Way("`ctest -S`: `set(CTEST_RESOURCE_SPEC_FILE FILE)`, `CTEST_RESOURCE_SPEC_FILE` in the project",
        dashboard('set(CTEST_RESOURCE_SPEC_FILE "${CTEST_SOURCE_DIRECTORY}/gpus.json")\nctest_test(PARALLEL_LEVEL 8 ${JUNIT1})'),
        suite="own gpus"),
    Way("`ctest -j8`, `CTEST_RESOURCE_SPEC_FILE` in the project", ctest("-j8"), suite="own gpus"),
    Way("`ctest -j8`, `GENERATED_RESOURCE_SPEC_FILE`", ctest("-j8"), suite="made gpus"),
    Way("`ctest -j8`, `GENERATED_RESOURCE_SPEC_FILE` that no test uses", ctest("-j8"), suite="made for nobody"),
    Way("`ctest -j8`, tests with `RESOURCE_GROUPS`, a plan that counts slots", ctest("-j8"), Refused(
        "max_parallel of marker few counts slots, and the project's tests have RESOURCE_GROUPS but there is no resource spec "
        "file [resources-need-spec]"), suite="counted"),
    Way("`ctest -j8 --resource-spec-file FILE`, a plan that counts slots",
        ctest("-j8", "--resource-spec-file", "<source tree>/gpus.json"), Refused(
            "max_parallel of marker few counts slots, and this ctest has a resource spec file that is not the plan's "
            "[resources-need-spec]"), suite="counted"),
]

# By class of test_ways.py; the headings are those of the page.
TABLE = {"Selecting": ("Which tests", SELECTING), "Running": ("How many at a time, and in which order", RUNNING),
         "Repeating": ("Again, and what is shown of it", REPEATING), "Listing": ("Nothing but a list", LISTING),
         "Places": ("From elsewhere", PLACES), "Scripts": ("Dashboards", SCRIPTS), "MemCheck": ("Under valgrind", MEMCHECK),
         "Resources": ("With resources", RESOURCES)}
