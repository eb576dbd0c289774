"""`lockstep history`: what it shows of a test is what a checkpoint makes of it; what it forgets was never run."""
import json
import os
import pathlib
import shutil
import signal
import unittest

from support import EndToEnd, command_test, phase, plan, shell_test, verification, wait_for

SLOW = "touch slow; until test -e go; do sleep 0.05; done"


def show(project, *arguments, **options):
    """The JSON of `history show`; notices on standard error may stand before it."""
    text = project.lockstep("history", "show", *arguments, "--format", "json", **options)
    return json.JSONDecoder().raw_decode(text, text.index("{"))[0]


def gates(project, tests):
    """What `history show` says that the gate makes of each test that no run selects."""
    found = {}
    for test in tests:
        recorded, = show(project, test)["recorded"]
        found[test] = recorded["gate"]
    return found


def outcomes(project, test):
    return [run["outcome"] for run in show(project, test)["recorded"][0]["runs"]]


# In phase one: every way in which a test can be known or not.
ENDINGS = [
    shell_test("one.passed"), shell_test("one.failed", "echo why >$TMPDIR/left; false"),
    shell_test("one.skipped", "echo SKIP", skip_regular_expression="SKIP"),
    command_test("one.no_program", "/nonexistent/program"), shell_test("one.disabled", disabled="TRUE"),
    'add_test(NAME one.rebuilt COMMAND sh "${CMAKE_SOURCE_DIR}/rebuilt.sh")\n', shell_test("two.a"), shell_test("free"),
]
NAMES = ["one.passed", "one.failed", "one.skipped", "one.no_program", "one.disabled", "one.rebuilt", "one.new"]


class Shown(EndToEnd):

    def endings(self, untested):
        project = self.project(
            plan(phase("one", untested=untested), verification("healthy", "test", "-e", "healthy"), phase("two")),
            *ENDINGS, files={"rebuilt.sh": "true\n"})
        self.assert_fails(project.ctest())
        project.write("rebuilt.sh", "exit 0\n")
        project.write_cmake(*ENDINGS, shell_test("one.new"))
        project.configure()
        return project

    def test_gates_are_those_of_a_run(self):
        """The next run's checkpoint says the same of each test."""
        for untested in ("pass", "fail"):
            with self.subTest(untested=untested):
                project = self.endings(untested)
                shown = gates(project, NAMES)
                run = project.late()
                checkpoint = run.checkpoint("one")
                fails = {name for name in checkpoint.failures if not name.startswith("verification")}
                self.assertEqual({name for name, gate in shown.items() if gate == "fails"}, fails)
                through = set(checkpoint.untested)
                self.assertEqual({name for name, gate in shown.items() if gate == "let_through"}, through)
                self.assertIn("one.failed", fails)
                self.assertLessEqual({"one.rebuilt", "one.new"}, fails if untested == "fail" else through)
                self.assertEqual({shown[name] for name in ("one.passed", "one.skipped", "one.disabled")}, {"all_right"})
                # It did not judge that verification: what was recorded of it stands.
                recorded, = show(project, "checkpoint.one")["recorded"]
                self.assertEqual((recorded["name"], recorded["gate"], recorded["kind"]), ("healthy", "fails", "verification"))
                self.assertIn("verification 'healthy'", checkpoint.output)

    def test_text(self):
        project = self.endings("pass")
        text = project.lockstep("history", "show", "one.rebuilt")
        self.assertIn("one.rebuilt: changed since it ran\n", text)
        self.assertIn("in a run without it, checkpoint.one names it and lets it through", text)
        self.assertRegex(text, r"passed +\d+\.\d\d s  changed  +[0-9a-f]{8}-1-")
        self.assertIn(" unchanged ", project.lockstep("history", "show", "one.passed"))
        self.assertIn("one.new: never run\n", project.lockstep("history", "show", "one.new"))
        self.assertIn("in no phase: no gate asks for it", project.lockstep("history", "show", "free"))
        self.assertIn("there is no test 'one.pased', did you mean 'one.passed'?",
                      project.lockstep("history", "show", "one.pased", status=1))
        self.assertIn("which Lockstep adds", project.lockstep("history", "show", "lockstep.end", status=1))
        project.write_cmake(shell_test("two.a"))
        project.configure()
        gone, = show(project, "one.passed")["recorded"]
        self.assertEqual((gone["number"], gone["phase"], gone["gate"], gone["runs"][0]["unchanged"]),
                         (None, None, None, None))
        self.assertIn("there is no such test any more", project.lockstep("history", "show", "one.passed"))

    def test_runs_of_a_test(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.a", "test ! -e broken"), shell_test("two.a"))
        self.assertEqual(show(project)["sessions"], [])
        self.assertEqual(project.lockstep("history", "show"), "nothing is recorded of this build tree\n")
        self.assertFalse((project.state / "history.db").exists(), "looking makes no history")
        for broken in (False, True, False):
            (project.build / "broken").touch() if broken else (project.build / "broken").unlink(missing_ok=True)
            project.ctest(jobs=3)
        self.assertEqual(outcomes(project, "one.a"), ["passed", "failed", "passed"])
        self.assertEqual(outcomes(project, "two.a"), ["passed", "not_run", "passed"])
        sessions = show(project)["sessions"]
        self.assertEqual([(s["passed"], s["failed"], s["not_run"], s["jobs"], s["complete"]) for s in sessions],
                         [(2, 0, 0, 3, True), (0, 1, 1, 3, True), (2, 0, 0, 3, True)])
        runs = show(project, "one.a")["recorded"][0]["runs"]
        self.assertEqual([run["session"] for run in runs], [session["id"] for session in sessions])
        self.assertIn("1 failed, 1 not run", project.lockstep("history", "show"))

    def test_where_its_directory_is(self):
        project = self.project(plan(phase("one")), shell_test("one.a", "echo why >$TMPDIR/left; test ! -e broken"),
                               shell_test("free"))

        def left():
            kept = show(project, "one.a")["recorded"][0]["kept"]
            return kept and (pathlib.Path(kept) / "left").read_text()

        (project.build / "broken").touch()
        self.assert_fails(project.ctest())
        self.assertEqual(left(), "why\n")  # where the run had it
        self.assert_passes(project.late("free"))
        self.assertEqual(left(), "why\n")  # in kept/
        (project.build / "broken").unlink()
        self.assert_passes(project.ctest())
        self.assertIsNone(left())

    def test_a_broken_plan(self):
        project = self.project(plan(phase("one")), shell_test("one.a"))
        self.assert_passes(project.ctest())
        project.write("lockstep.toml", plan(phase("one", untestde="fail")))
        self.assertIn("[unknown-key]", project.lockstep("history", "show", "one.a", status=1))
        self.assertEqual(len(show(project)["sessions"]), 1)
        self.assertIn("1 test", project.lockstep("history", "forget", "one.a"))

    def test_beside_a_run(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.a"), shell_test("one.slow", SLOW),
                               shell_test("two.a"))
        (project.build / "go").touch()
        self.assert_passes(project.ctest())
        (project.build / "go").unlink()
        (project.build / "slow").unlink()
        with project.running() as process:
            wait_for("one.slow", (project.build / "slow").exists)
            shown = show(project)
            self.assertEqual(len(shown["sessions"]), 1)
            self.assertEqual([(s["state"], s["process"]) for s in shown["not_recorded"]], [("running", process.pid)])
            self.assertIn(f"ctest {process.pid}  running", project.lockstep("history", "show"))
            self.assertEqual(outcomes(project, "one.a"), ["passed"])
            text = project.lockstep("history", "forget", "one.a", "one.slow")
            self.assertIn(f"ctest {process.pid} still runs: what it runs is recorded at its end", text)
            self.assertEqual(outcomes(project, "one.a"), [])
            (project.build / "go").touch()
            self.assertEqual(process.wait(), 0)
        self.assertEqual(outcomes(project, "one.a"), ["passed"])
        self.assertEqual(outcomes(project, "two.a"), ["passed", "passed"])

    @unittest.skipUnless(shutil.which("ninja"), "the multi-config generator is Ninja's")
    def test_each_configuration_has_its_own(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.a"), shell_test("two.a"))
        shutil.rmtree(project.build)
        project.configure(generator="Ninja Multi-Config")
        self.assert_passes(project.ctest("-C", "Release"))
        self.assertEqual(len(show(project, "-C", "Release")["sessions"]), 1)
        self.assertEqual(show(project, "-C", "Debug")["sessions"], [])
        self.assertEqual(show(project, "one.a", "-C", "Release")["recorded"][0]["gate"], "all_right")
        self.assertEqual(show(project, "one.a", "-C", "Debug")["recorded"][0]["standing"], "never_run")
        self.assertIn("nothing is recorded of 'one.a'",
                      project.lockstep("history", "forget", "one.a", "-C", "Debug", status=1))
        self.assertIn("forgotten: 1 test\n", project.lockstep("history", "forget", "one.a", "-C", "Release"))


class Forgotten(EndToEnd):

    def prepare(self):
        project = self.project(
            plan(phase("one", untested="fail"), verification("healthy", "test", "-e", "healthy"), phase("two")),
            shell_test("one.a"), shell_test("one.b"), shell_test("two.a"))
        (project.build / "healthy").touch()
        self.assert_passes(project.ctest())
        self.assert_passes(project.late())
        return project

    def test_was_never_run(self):
        project = self.prepare()
        self.assertEqual(project.lockstep("history", "forget", "one.b"), "forgotten: 1 test\n")
        self.assertEqual(project.late().checkpoint("one").failures, {"one.b": "never run"})
        self.assertEqual(gates(project, ["one.a", "one.b"]), {"one.a": "all_right", "one.b": "fails"})
        self.assert_passes(project.ctest("-R", "^one"))
        self.assert_passes(project.late())

    def test_nothing_is_half_done(self):
        project = self.prepare()
        text = project.lockstep("history", "forget", "one.a", "one.x", "nothing-like-it", status=1)
        self.assertEqual(text, "lockstep: nothing is recorded of 'one.x', did you mean 'one.a'?\n"
                               "lockstep: nothing is recorded of 'nothing-like-it'\nlockstep: nothing was forgotten\n")
        self.assert_passes(project.late())

    def test_verifications(self):
        project = self.prepare()
        self.assertEqual(project.lockstep("history", "forget", "checkpoint.one"), "forgotten: 1 verification\n")
        run = project.late()
        self.assert_fails(run)
        self.assertIn("never run         verification 'healthy'", run.checkpoint("one").output)
        self.assertIn("checkpoint.two", project.lockstep("history", "forget", "checkpoint.two", status=1))

    def test_all(self):
        project = self.prepare()
        self.assertEqual(project.lockstep("history", "forget", "--all"), "forgotten: 3 tests, 1 verification, 2 sessions\n")
        self.assertEqual(set(project.late().checkpoint("one").failures), {"one.a", "one.b", "verification 'healthy'"})
        self.assertEqual(len(show(project)["sessions"]), 1)

    def test_what_is_owed(self):
        project = self.project(
            plan(phase("one", cleanup=["sh", "-c", "echo tried >>${build_dir}/tried; false"]), phase("two")),
            shell_test("one.a"), shell_test("one.b", "false"), shell_test("free"))
        self.assert_fails(project.ctest("--stop-on-failure", jobs=1))
        self.assert_passes(project.late("free"))
        self.assertEqual((project.build / "tried").read_text(), "tried\n")
        owed, = show(project)["owed"]
        self.assertEqual((owed["kind"], owed["phase"]), ("cleanup", "one"))
        self.assertIn("the clean-up of phase 'one'", project.lockstep("history", "show"))
        self.assertEqual(project.lockstep("history", "forget", "--debts"), "forgotten: 1 owed clean-up\n")
        self.assertNotIn("owes", project.late("free").output)
        self.assertEqual((project.build / "tried").read_text(), "tried\n")
        self.assertEqual(outcomes(project, "one.b"), ["failed"])

    def test_comes_back_from_a_run_that_is_not_recorded_yet(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.a"),
                               shell_test("one.slow", "touch slow; exec sleep 600"), shell_test("two.a"))
        self.assert_passes(project.ctest("-R", "one.a"))
        shutil.rmtree(project.build / "Testing")  # its log is not to be taken for that of the next run
        with project.running() as process:
            wait_for("one.a and one.slow",
                     lambda: (project.build / "slow").exists() and '"one.a" time elapsed' in project.log_text())
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.assertEqual([s["state"] for s in show(project)["not_recorded"]], ["interrupted"])
        self.assertIn("was interrupted: what it ran is recorded by the next run",
                      project.lockstep("history", "forget", "one.a"))
        self.assertEqual(outcomes(project, "one.a"), [])
        project.lockstep("cleanup")
        self.assertEqual(outcomes(project, "one.a"), ["passed"])


if __name__ == "__main__":
    unittest.main()
