"""The suites of the matrix of ways of running: a consumer's tests with every property that CTest has, and a plan that asks
for nothing but order and labels.

Everything in phase early is all right, in its own way. Phase late has every way to fail, and its gate demands early. Phase
last only waits. Tests note that they began in the file `ran` of the build tree.
"""
import dataclasses
import json

from support import GENERATOR, bracket, command_test, phase, plan, properties, shell_test


def in_the_build_tree(text):
    """CMake is to expand this one: quotes in place of brackets."""
    return text.replace(bracket("${CMAKE_BINARY_DIR}/made.json"), '"${CMAKE_BINARY_DIR}/made.json"')


EARLY = [
    shell_test("early.ok"),
    shell_test("early.slow", "sleep 0.1", labels="slow;core"),
    shell_test("early.skip", "exit 77", skip_return_code="77"),
    shell_test("early.skip_text", "echo NOT TODAY; exit 1", skip_regular_expression="NOT TODAY"),
    shell_test("early.will_fail", "false", will_fail="TRUE"),
    shell_test("early.off", "false", disabled="TRUE"),
    shell_test("early.env", 'test "$MINE" = "a;b+c" -a "$ADDED" = x:y', environment="MINE=a\\;b;ADDED=y",
               environment_modification="MINE=string_append:+c;ADDED=path_list_prepend:x"),
    shell_test("early.set", fixtures_setup="early_up"), shell_test("early.use", fixtures_required="early_up"),
    shell_test("early.down", fixtures_cleanup="early_up"),
    shell_test("early.lock1", resource_lock="disk"), shell_test("early.lock2", resource_lock="disk"),
    shell_test("early.serial", run_serial="TRUE"),
    shell_test("early.wide", processors="2"),
    shell_test("early.affine", "nproc", processors="1", processor_affinity="TRUE"),
    shell_test("early.dear", cost="10"),
    shell_test("early.after", depends="early.slow"),
    shell_test("early.pass_text", "echo fine; exit 1", pass_regular_expression="fine"),
    command_test("early.elsewhere", "sh", "-c", 'test "$PWD" = /', working_directory="/"),
    shell_test("early.required", required_files="CTestTestfile.cmake"),
    shell_test("early.measured", "echo '<CTestMeasurement type=\"numeric/double\" name=\"size\">4</CTestMeasurement>'",
               measurement="speed=7"),
    shell_test("early.attached", "echo kept >attached.txt", attached_files="attached.txt"),
    'add_test(NAME "early.odd ]==] name" COMMAND sh -c "test $# = 4" x "" "a;b" "]==]" "$HOME")\n',
    "add_subdirectory(below)\n",
]
LATE = [
    shell_test("late.ok"),
    shell_test("late.slow", "sleep 0.1", labels="slow"),
    shell_test("late.bad", "false", labels="core", attached_files_on_fail="CTestTestfile.cmake"),
    shell_test("late.fail_text", "echo oops", fail_regular_expression="oops"),
    shell_test("late.crash", "kill -SEGV $$"),
    # On a crowded machine it may be over before the test could note that it began.
    command_test("late.timeout", "sleep", "20", timeout="0.3"),
    # A second attempt is not timed (CTest): so it ends by itself.
    shell_test("late.after_match", "echo READY; exec sleep 2", timeout_after_match="0.3;READY"),
    command_test("late.signal", "sh", "-c", "trap 'kill $!; exit 0' INT; sleep 3 >&- 2>&- & wait", timeout="0.3",
                 timeout_signal_name="SIGINT", timeout_signal_grace_period="5"),
    shell_test("late.missing", required_files="/nonexistent/file"),
    command_test("late.no_program", "/nonexistent/program"),
    shell_test("late.no_directory", working_directory="/nonexistent/folder"),
    shell_test("late.set", "false", fixtures_setup="late_up"), shell_test("late.use", fixtures_required="late_up"),
    shell_test("late.down", fixtures_cleanup="late_up"),
    shell_test("late.flaky", "test -e flaky || { touch flaky; exit 1; }"),
    # Hangs at its first attempt, if somebody wants that.
    shell_test("late.hangs", 'test -z "$LATE_HANGS" -o -e hung || { touch hung; exec sleep 20; }', timeout="4"),
]
LAST = [shell_test("last.ok"), shell_test("last.will_not", will_fail="TRUE"), shell_test("last.bad", "false")]
# In no phase. The last one takes longer than any other test, if somebody wants that.
FREE = [shell_test("free.ok"), shell_test("free.bad", "false"), shell_test("free.long", 'exec sleep "${FREE_LONG:-0}"')]
BELOW = shell_test("early.below") + shell_test("free.below") + "set_property(DIRECTORY PROPERTY LABELS below)\n"

# Few tests, for suites that are about something else.
FEW = [shell_test("early.ok"), shell_test("early.will_fail", "false", will_fail="TRUE"), shell_test("late.ok"),
       shell_test("late.bad", "false")]

# What CTest allots may be either of two ids.
SHOW_GPUS = 'env | grep "^CTEST_RESOURCE_GROUP_[01]_GPUS=" | sed "s/id:[01]/id:N/" | sort'
TAKES_GPUS = [shell_test("early.one", SHOW_GPUS, resource_groups="gpus:1"),
              shell_test("early.two", SHOW_GPUS, resource_groups="2,gpus:2"),
              shell_test("early.none"), shell_test("late.ok"), shell_test("late.too_many", resource_groups="gpus:9")]
MAKES_SPEC = in_the_build_tree(shell_test("early.spec", "cp ../gpus.json made.json", fixtures_setup="spec",
                                          generated_resource_spec_file="${CMAKE_BINARY_DIR}/made.json"))
GPUS = {"gpus.json": json.dumps({"version": {"major": 1, "minor": 0},
                                 "local": [{"gpus": [{"id": "0", "slots": 2}, {"id": "1", "slots": 2}]}]})}

PRESETS = {"CMakePresets.json": json.dumps({
    "version": 6,
    "configurePresets": [{"name": "tree", "generator": GENERATOR, "binaryDir": "${sourceDir}/build"}],
    "testPresets": [
        {"name": "all", "configurePreset": "tree", "execution": {"jobs": 8, "noTestsAction": "error"}},
        {"name": "ok", "inherits": "all", "filter": {"include": {"name": "ok$"}, "exclude": {"label": "slow"}}},
        {"name": "not-early", "inherits": "all", "filter": {"exclude": {"name": "early"}}},
        {"name": "twice", "inherits": "ok", "execution": {"repeat": {"mode": "until-fail", "count": 2}}},
        {"name": "list", "inherits": "all", "execution": {"showOnly": "human"}},
        {"name": "none", "inherits": "all", "filter": {"include": {"name": "no_such_test"}}},
        {"name": "gpus", "inherits": "all", "execution": {"resourceSpecFile": "${sourceDir}/gpus.json"}},
    ]})}
SELECTIONS = {"numbers": "0,0,0,5,9\n", "names": "early.ok\nlate.use\nlast.bad\n"}


def inner_test(name, *arguments):
    """A test that runs ctest in the build tree of its own run."""
    words = " ".join(bracket(word) for word in arguments)
    return (f'add_test(NAME {name} COMMAND "${{CMAKE_CTEST_COMMAND}}" --test-dir "${{CMAKE_BINARY_DIR}}" {words} --quiet)\n' +
            properties(name, timeout="60"))


def custom(name, *tests):
    """Tests that ctest is to ignore, by a list of that name."""
    return f'file(WRITE "${{CMAKE_BINARY_DIR}}/CTestCustom.cmake" "set({name} {" ".join(tests)})\\n")\n'


PHASES = "early", "late", "last"  # of any of the plans
TWO_PHASES = plan(phase("early"), phase("late"))


@dataclasses.dataclass
class Suite:
    """A consumer project, once without Lockstep and once with it."""
    tests: list
    plan: str = TWO_PHASES
    generator: str = GENERATOR
    files: dict = dataclasses.field(default_factory=dict)


SUITES = {
    "main": Suite([*EARLY, *LATE, *LAST, *FREE], plan=TWO_PHASES + phase("last", gate="order"),
                  files={"below/CMakeLists.txt": BELOW, **PRESETS, **SELECTIONS, **GPUS}),
    "configurations": Suite(
        [*FEW, "add_test(NAME early.debug CONFIGURATIONS Debug COMMAND true)\n",
         "add_test(NAME late.release CONFIGURATIONS Release COMMAND false)\n"], generator="Ninja Multi-Config"),
    "nested": Suite([*FEW, inner_test("early.nested", "-R", "^early[.](ok|will_fail)$"),
                     inner_test("late.nested", "-j4", "-E", "nested|bad"), inner_test("late.lists", "-N")]),
    # The first ctest does not survive its second test.
    "killed": Suite([shell_test("early.ok"), shell_test("early.kills", "test -e killed || { touch killed; kill -9 $PPID; }"),
                     shell_test("late.ok"), shell_test("late.bad", "false")]),
    "ignored": Suite([shell_test("early.ignored", "false"), *FEW, custom("CTEST_CUSTOM_TESTS_IGNORE", "early.ignored")]),
    "unchecked": Suite([*FEW, shell_test("early.unchecked"), custom("CTEST_CUSTOM_MEMCHECK_IGNORE", "early.unchecked")]),
    "gpus": Suite(TAKES_GPUS, files={**PRESETS, **GPUS}),
    "own gpus": Suite(["set(CTEST_RESOURCE_SPEC_FILE ${CMAKE_SOURCE_DIR}/gpus.json)\n", *TAKES_GPUS], files=GPUS),
    "made gpus": Suite([MAKES_SPEC, shell_test("early.one", SHOW_GPUS, resource_groups="gpus:1", fixtures_required="spec"),
                        shell_test("late.ok")], files=GPUS),
    "made for nobody": Suite([MAKES_SPEC, shell_test("early.none"), shell_test("late.ok")], files=GPUS),
    "counted": Suite(TAKES_GPUS, plan=TWO_PHASES + '[marker.few]\ntests = "name(late.*)"\nmax_parallel = 2\n', files=GPUS),
}
