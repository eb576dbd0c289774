"""LOCKSTEP_LOG=debug: says what was decided and why, and changes nothing."""
import subprocess
import unittest

from support import PATIENCE, EndToEnd, clean_environment, phase, plan, shell_test, verification, wait_for


def log_of(project, number=1):
    return (project.state / f"s/{number}/debug.log").read_text()


class Log(EndToEnd):

    def prepare(self):
        project = self.project(plan(phase("one"), verification("healthy", "test", "-e", "healthy"), phase("two")),
                               shell_test("one.a"), shell_test("one.b", "test ! -e broken"), shell_test("two.a"),
                               shell_test("free"))
        (project.build / "healthy").touch()
        return project

    def run_debug(self, project, *arguments, **options):
        run = project.ctest(*arguments, LOCKSTEP_LOG="debug", **options)
        return run, log_of(project)

    def test_says_what_this_ctest_is(self):
        project = self.prepare()
        run, log = self.run_debug(project, "-R", "one", "--timeout", "77", jobs=3, LOCKSTEP_GATE="order")
        self.assert_passes(run)
        self.assertIn(" is a run of 3 at once, of tests by name or number, with a --timeout: ", log)
        self.assertIn(f"--test-dir {project.build}", log)
        self.assertIn("-R one --timeout 77\n", log)
        self.assertIn(f"the plan is '{project.source}/lockstep.toml'; LOCKSTEP_GATE=order\n", log)
        self.assertRegex(log, rf"enter: its log is '{project.build}/Testing/Temporary/LastTest.*', "
                              rf"read at {project.state}/s/1/log\n")
        # Whoever starts ctest sees what enter says, and is told where the rest is.
        self.assertIn("lockstep: debug: all of this, and what checkpoints decide, is in "
                      f"{project.state}/s/1/debug.log\n", run.output)
        self.assertIn("lockstep: debug: ctest ", run.output)

    def test_says_what_has_changed(self):
        project = self.prepare()
        project.configure()
        _, log = self.run_debug(project)
        self.assertRegex(log, r"enter: asks \S+ctest for the tests: there is no listing yet\n")
        self.assertIn(": it is the first\n", log)

        _, log = self.run_debug(project)
        self.assertNotIn("for the tests", log)
        self.assertNotIn("enter: makes ", log)
        self.assertIn(f"enter: goes by {project.state}/g/", log)

        plan_file = project.source / "lockstep.toml"
        plan_file.write_text(plan_file.read_text() + "# another line\n")
        _, log = self.run_debug(project)
        self.assertRegex(log, r"enter: makes .*: since g/[0-9a-f]+, this has changed: the plan\n")
        self.assertNotIn("for the tests", log)

        _, log = self.run_debug(project, LOCKSTEP_SET="run.workers=3")
        self.assertRegex(log, r"enter: makes .*, this has changed: LOCKSTEP_SET\n")

        test_file = project.build / "CTestTestfile.cmake"
        test_file.write_text(test_file.read_text() + "add_test(more true)\n")
        _, log = self.run_debug(project)
        self.assertRegex(log, rf"enter: asks \S+ctest for the tests: '{test_file}' has changed\n")
        self.assertRegex(log, r"enter: makes .*, this has changed: LOCKSTEP_SET, the tests\n")

    def test_says_what_gates_rest_on(self):
        project = self.prepare()
        self.assert_passes(self.run_debug(project)[0])
        (project.build / "broken").touch()
        self.assert_fails(project.ctest("-R", "one.b"))
        run, log = self.run_debug(project, "-R", "one.a|two.a")
        self.assert_fails(run)
        judged = [line.split(" ", 1)[1] for line in log.splitlines() if " checkpoint.one: " in line]
        self.assertEqual(judged, [
            f"checkpoint.one: judges by 1 blocks of {project.state}/s/1/log, and by {project.state}/history.db",
            "checkpoint.one: phase one: one.a: passed, in this session's log",
            "checkpoint.one: phase one: one.b: failed when last run, recorded",
            "checkpoint.one: verification 'healthy': ends with 0",
            "checkpoint.one: verification 'healthy': passed, in this session",
            "checkpoint.one: 1 of 2 are all right, 1 speak against it, 0 are let through"])
        self.assertRegex(log, r" lockstep.end: records what \d+ blocks of .*/s/1/log say in .*/history.db\n")
        self.assertNotIn("debug", run.checkpoint("one").output)  # a gate's own words are not buried

    def test_says_whom_it_waits_for(self):
        project = self.project(plan(phase("one")), shell_test("free"),
                               shell_test("one.slow", "touch slow; until test -e go; do sleep 0.05; done"))
        with project.running("-R", "slow") as first:
            wait_for("the test", (project.build / "slow").exists)
            second = subprocess.Popen(project.ctest_command("-R", "free"), env=clean_environment(LOCKSTEP_LOG="debug"),
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(second.wait)
            self.addCleanup(second.kill)
            log = project.state / "s/2/debug.log"
            wait_for("the second run to wait", lambda: log.exists() and "enter: waits for session 1 (" in log.read_text())
            (project.build / "go").touch()
            self.assertEqual((first.wait(), second.wait(PATIENCE)), (0, 0))
        self.assertIn("enter: holds the build tree\n", log.read_text())

    def test_changes_nothing(self):
        project = self.prepare()
        (project.build / "broken").touch()

        def verdicts(**environment):
            run = project.ctest(**environment)
            return run.status, {name: case.status for name, case in run.cases.items()}, run.checkpoint("one").failures

        plain = verdicts()
        self.assertNotEqual(plain[0], 0)
        self.assertFalse((project.state / "s/1/debug.log").exists())
        self.assertEqual(verdicts(LOCKSTEP_LOG="debug"), plain)
        self.assertTrue((project.state / "s/1/debug.log").exists())
        self.assertEqual(verdicts(LOCKSTEP_LOG=""), plain)
        self.assertFalse((project.state / "s/1/debug.log").exists())
        self.assertEqual(project.listing(LOCKSTEP_LOG="debug"), project.listing())

    def test_that_cannot_be_written(self):
        """Neither to standard error nor to the file."""
        project = self.project(plan(phase("one"), phase("two")), shell_test("two.a"),
                               shell_test("one.a", "rm -f lockstep/s/1/debug.log; mkdir lockstep/s/1/debug.log"))
        done = subprocess.run(["sh", "-c", 'exec "$0" "$@" 2>&-', *project.ctest_command()], stdout=subprocess.DEVNULL,
                              env=clean_environment(LOCKSTEP_LOG="debug"), timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(project.ran(), ["one.a", "two.a"])
        self.assertTrue((project.state / "s/1/debug.log").is_dir())

    def test_unknown_values_are_refused(self):
        project = self.prepare()
        run = project.ctest(LOCKSTEP_LOG="info")
        self.assert_fails(run)
        self.assertIn("error: LOCKSTEP_LOG=info is not a kind of log [bad-switch]\n"
                      "  help: write LOCKSTEP_LOG=debug, or unset it\n", run.output)
        self.assertEqual(project.ran(), [])


if __name__ == "__main__":
    unittest.main()
