"""LOCKSTEP_DISABLE=1 is plain CTest: the same listing, byte for byte, and the same verdicts."""
import unittest

from support import EndToEnd, phase, plan, shell_test

TESTS = [
    shell_test("one.a"), shell_test("one.b", "false"),
    shell_test("one.c", "exit 77", skip_return_code="77", labels="x;y", resource_lock="r", processors="2"),
    shell_test("one.d", "sleep 9", timeout="0.3"), shell_test("set", fixtures_setup="up"),
    shell_test("two.a", 'test -z "$LOCKSTEP_TEMP_DIR$LOCKSTEP_SESSION"', fixtures_required="up", environment="A=1;B=2"),
    shell_test("two.b", "true", resource_groups="gpus:1"), shell_test("two.off", disabled="TRUE"),
    'add_test(NAME "odd ]==] ;name" COMMAND true "a;b" "" "$x")\n', "add_subdirectory(below)\n",
]
PLAN = plan(phase("one"), phase("two"), '[marker.serial]\ntests = "name(one.*)"\nlock = ["serial"]\n')


class Disabled(EndToEnd):

    def pair(self):
        """One project, configured without lockstep_apply(), and a way to configure it with."""
        project = self.project(PLAN, *TESTS, apply=False,
                               files={"below/CMakeLists.txt": "add_test(NAME two.below COMMAND true)\n"})

        def apply():
            project.write_cmake(*TESTS)
            project.configure()
        return project, apply

    def test_listing(self):
        project, apply = self.pair()
        plain = project.listing()
        apply()
        self.assertEqual(project.listing(LOCKSTEP_DISABLE="1"), plain)
        guarded = project.listing()
        self.assertNotEqual(guarded, plain)
        self.assertIn(b"checkpoint.one", guarded)
        self.assertEqual(project.listing(LOCKSTEP_DISABLE="1"), plain)
        self.assertEqual(project.listing(LOCKSTEP_DISABLE="0"), guarded)

    def test_run(self):
        project, apply = self.pair()

        def verdicts(**environment):
            run = project.ctest(**environment)
            return run.status, {name: case.status for name, case in run.cases.items()}, sorted(project.ran())

        plain = verdicts()
        self.assertNotEqual(plain[0], 0)
        self.assertEqual(plain[1]["two.a"], "run")
        apply()
        self.assertEqual(verdicts(LOCKSTEP_DISABLE="1"), plain)
        self.assertFalse((project.state / "s").exists())

    def test_other_values_are_refused(self):
        project, apply = self.pair()
        apply()
        for value in "false", "true", "off", "no", "01", "2":
            with self.subTest(value):
                run = project.ctest(LOCKSTEP_DISABLE=value)
                self.assert_fails(run)
                self.assertIn(f"Lockstep: LOCKSTEP_DISABLE={value} is neither 0 nor 1: unset it, or set LOCKSTEP_DISABLE=1 to run the "
                              "tests without their plan", " ".join(run.output.split()))
                self.assertEqual(run.cases, {})
                self.assert_passes(project.ctest("-N", LOCKSTEP_DISABLE=value))
                self.assert_fails(project.ctest("--test-dir", str(project.build / "below"), LOCKSTEP_DISABLE=value))

    def test_below(self):
        project, apply = self.pair()
        apply()
        self.assert_fails(project.ctest("--test-dir", str(project.build / "below")))
        run = project.ctest("--test-dir", str(project.build / "below"), LOCKSTEP_DISABLE="1")
        self.assert_passes(run)
        self.assertEqual(run.names, ["two.below"])


if __name__ == "__main__":
    unittest.main()
