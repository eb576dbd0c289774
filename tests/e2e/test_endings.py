"""Every way a test can end, under each gate: what the checkpoint says, whether the next phase runs, what ctest returns.

Each ending has two phases of its own, NAME with the test NAME.x and after_NAME with after_NAME.x, in one project.
"""
import unittest

from support import EndToEnd, Project, command_test, phase, plan, shell_test

FAILED = "failed"
NOT_RUN = "could not be run"

# name: what the checkpoint says of NAME.x (None: all right), and its test.
ENDINGS = {
    "passed": (None, shell_test("passed.x")),
    "failed": (FAILED, shell_test("failed.x", "false")),
    "crashed": (FAILED, shell_test("crashed.x", "kill -SEGV $$")),
    "timeout": (FAILED, shell_test("timeout.x", "sleep 20", timeout="0.3")),
    "program": (NOT_RUN, command_test("program.x", "/nonexistent/program")),
    "required": (NOT_RUN, shell_test("required.x", required_files="/nonexistent/file")),
    "fixture": (NOT_RUN, shell_test("set_up", "false", fixtures_setup="up") +
                shell_test("fixture.x", fixtures_required="up")),
    "resources": (NOT_RUN, shell_test("resources.x", resource_groups="gpus:9")),
    "enough": (None, shell_test("enough.x", resource_groups="gpus:1")),
    "disabled": (None, shell_test("disabled.x", "false", disabled="TRUE")),
    "skip_text": (None, shell_test("skip_text.x", "echo NOT TODAY; exit 1", skip_regular_expression="NOT TODAY")),
    "skip_code": (None, shell_test("skip_code.x", "exit 77", skip_return_code="77")),
    "will_fail": (None, shell_test("will_fail.x", "false", will_fail="TRUE")),
    "will_not": (FAILED, shell_test("will_not.x", "true", will_fail="TRUE")),
    "pass_text": (None, shell_test("pass_text.x", "echo fine; exit 1", pass_regular_expression="fine")),
    "pass_missing": (FAILED, shell_test("pass_missing.x", "echo well", pass_regular_expression="fine")),
    "fail_text": (FAILED, shell_test("fail_text.x", "echo oops", fail_regular_expression="oops")),
    "fail_missing": (None, shell_test("fail_missing.x", "echo well", fail_regular_expression="oops")),
}
NEVER_STARTED = ("program", "required", "fixture", "resources", "disabled")
SPEC = '{"version": {"major": 1, "minor": 0}, "local": [{"gpus": [{"id": "0", "slots": 1}]}]}\n'


def endings_project(case):
    phases = []
    for name in ENDINGS:
        phases.append(phase(name, needs=[]) + phase("after_" + name, needs=[name]))
    tests = [text for _, text in ENDINGS.values()] + [shell_test(f"after_{name}.x") for name in ENDINGS]
    return case.class_project(plan(*phases), *tests, files={"spec.json": SPEC},
                              head="set(CTEST_RESOURCE_SPEC_FILE ${CMAKE_SOURCE_DIR}/spec.json)\n")


class UnderGateBase(EndToEnd):
    """Base of one class a gate. Runs each ending by itself, since the exit status is of the whole run."""
    project_of_class: Project

    def run_ending(self, name, gate):
        project = self.project_of_class
        project.ran()
        run = project.ctest("-R", rf"^(checkpoint\.)?(after_)?{name}(\.x)?$", LOCKSTEP_GATE=gate)
        self.assertEqual(f"{name}.x" in project.ran(), name not in NEVER_STARTED)
        return run

    def check_checkpoint(self, run, name):
        standing = ENDINGS[name][0]
        checkpoint = run.checkpoint(name)
        self.assertEqual(checkpoint.failures, {} if standing is None else {f"{name}.x": standing}, run.output)
        self.assertEqual(checkpoint.untested, {})
        self.assertEqual(checkpoint.status, "run" if standing is None else "fail")
        self.assertIn(f"{int(standing is None)} of 1 tests are all right", checkpoint.output)

    def check(self, gate, open_to_all):
        self.assertTrue(ENDINGS)
        for name, (standing, _) in ENDINGS.items():
            with self.subTest(gate=gate, ending=name):
                run = self.run_ending(name, gate)
                self.check_checkpoint(run, name)
                after = run.cases[f"after_{name}.x"].status
                self.assertEqual(after, "run" if standing is None or open_to_all else "notrun", run.output)
                self.assertEqual(run.status == 0, standing is None, run.output)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_of_class = endings_project(cls)


class Recorded(UnderGateBase):
    def test_endings(self):
        self.check("recorded", False)


class Strict(UnderGateBase):
    def test_endings(self):
        self.check("strict", False)


class Order(UnderGateBase):
    def test_endings(self):
        self.check("order", True)


class NoGate(UnderGateBase):
    def test_endings(self):
        self.check("none", True)


class AllAtOnce(EndToEnd):
    """No test is dropped in whole runs, whatever went before (ctest 3.25 forgets tests that wait for one not run)."""

    def test_each_is_accounted_for_in_each_run(self):
        project = endings_project(type(self))
        for gate in ("recorded", "recorded", "strict", "strict", "order", "none"):
            with self.subTest(gate=gate):
                project.ran()
                run = project.ctest(jobs=8, LOCKSTEP_GATE=gate)
                self.assert_fails(run)
                tests = [f"{prefix}{name}.x" for name in ENDINGS for prefix in ("", "after_")]
                if gate != "strict":  # what waits for a barrier may be dropped there, and is not run then
                    self.assertEqual([name for name in tests if name not in run.names], [])
                began = project.ran()
                for name, (standing, _) in ENDINGS.items():
                    self.assertEqual(f"after_{name}.x" in began, standing is None or gate in ("order", "none"), name)


class Odd(EndToEnd):
    """Where CTest's rule is not obvious, the gate follows CTest: it opens exactly if CTest counts a pass."""

    def test_crash_and_timeout_under_will_fail(self):
        for name, script, more in (("crash", "kill -SEGV $$", {}), ("timeout", "sleep 20", {"timeout": "0.3"})):
            with self.subTest(name):
                project = self.project(plan(phase("one"), phase("two")),
                                       shell_test("one.x", script, will_fail="TRUE", **more), shell_test("two.a"))
                run = project.ctest()
                passed = run.cases["one.x"].status == "run"
                self.assertEqual(run.checkpoint("one").status, "run" if passed else "fail")
                self.assertEqual(run.cases["two.a"].status, "run" if passed else "notrun")
                self.assertEqual(run.status == 0, passed)

    def test_passed_at_the_second_attempt(self):
        flaky = "test -e tried || { touch tried; exit 1; }"
        for repeat, passed in (("until-pass:3", True), ("until-fail:3", False)):
            with self.subTest(repeat):
                project = self.project(plan(phase("one"), phase("two")), shell_test("one.x", flaky), shell_test("two.a"))
                run = project.ctest("--repeat", repeat)
                self.assertEqual(run.checkpoint("one").failures, {} if passed else {"one.x": "failed"})
                self.assertEqual("two.a" in project.ran(), passed)
                self.assertEqual(run.status == 0, passed)




if __name__ == "__main__":
    unittest.main()
