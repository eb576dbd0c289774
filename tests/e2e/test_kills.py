"""ctest interrupted, killed, or stopped by a failure: what the next session knows, ends, leaves alone, and pays."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

from support import PREFIX, EndToEnd, phase, plan, shell_test, wait_for

WAYS = {
    "INT to the group": (signal.SIGINT, os.killpg), "TERM to the group": (signal.SIGTERM, os.killpg),
    "KILL to the group": (signal.SIGKILL, os.killpg), "INT to ctest": (signal.SIGINT, os.kill),
    "TERM to ctest": (signal.SIGTERM, os.kill), "KILL to ctest": (signal.SIGKILL, os.kill),
}

PLAN = plan(phase("one", untested="fail", cleanup=["sh", "-c", "echo cleaned >>${build_dir}/cleaned"]),
            phase("two", gate="recorded"))

# one.slow and the daemon tell their process ids, and go on for longer than any of this takes.
TESTS = [
    shell_test("one.good"), shell_test("one.bad", "echo why >$TMPDIR/left; false"),
    shell_test("one.skip", "echo SKIP", skip_regular_expression="SKIP"),
    shell_test("one.slow", "echo $$ >slow.new; mv slow.new slow.pid; exec sleep 600"), shell_test("two.a"),
    shell_test("daemon", "setsid sh -c 'echo $$ >daemon.new; mv daemon.new daemon.pid; exec sleep 600' "
               ">/dev/null 2>&1 </dev/null & exit 0"),
]
KNOWN = {"one.bad": "failed when last run", "one.slow": "never run"}
UNKNOWN = {name: "never run" for name in ("one.good", "one.bad", "one.skip", "one.slow")}


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class KilledBase(EndToEnd):
    killed = 0  # process id of the ctest that was killed last

    def prepare(self):
        return self.project(PLAN, *TESTS)

    def kill(self, project, way):
        """Starts a run, kills it when one.slow alone is still running, and starts the next session. Returns that, and
        the process ids of what was left behind."""
        number, send = WAYS[way]

        def settled():
            text = project.log_text()
            return (project.build / "slow.pid").exists() and (project.build / "daemon.pid").exists() and all(
                f'"{name}" time elapsed' in text for name in ("one.good", "one.bad", "one.skip", "daemon"))

        with project.running() as process:
            wait_for("the tests before one.slow", settled)
            slow = int((project.build / "slow.pid").read_text())
            daemon = int((project.build / "daemon.pid").read_text())
            self.addCleanup(self.end, daemon)
            self.addCleanup(self.end, slow)
            self.before_the_kill(project)
            send(process.pid, number)
            process.wait()
            self.killed = process.pid
            # While the group is still there: the next session, not this helper, has to end what is left in it.
            run = self.next_session(project)
        project.ran()
        return run, slow, daemon

    def before_the_kill(self, project):
        pass

    @staticmethod
    def first_session(project):
        return json.loads((project.state / "s/1/session.json").read_text())

    @staticmethod
    def end(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def next_session(self, project):
        project.ran()
        run = project.late()
        self.assertNotIn("two.a", project.ran())
        self.assert_fails(run)
        return run


class Killed(KilledBase):

    def check(self, way, project=None, expected=None):
        project = project or self.prepare()
        run, slow, daemon = self.kill(project, way)
        self.assertEqual(run.checkpoint("one").failures, expected or KNOWN)
        self.assertFalse(alive(slow), run.output)
        if way == "KILL to ctest":
            self.assertIn(f"ending process {slow} ", run.output)
        self.assertTrue(alive(daemon), run.output)
        self.assertIn(f"process {daemon} ", run.output)
        self.assertIn("is left alone", run.output)
        self.assertIn("owes the clean-up of phase 'one'", run.output)
        return project, daemon

    def check_afterwards(self, project, daemon):
        # Cleaned by the next session before its tests, and by its own clean-up test after them.
        self.assertEqual((project.build / "cleaned").read_text(), "cleaned\ncleaned\n")
        kept = [path.read_text() for path in (project.state / "kept").glob("*/left")]
        self.assertEqual(kept, ["why\n"])
        run = project.late()
        self.assertEqual(run.checkpoint("one").failures, KNOWN)
        self.assertNotIn("owes", run.output)
        # The number of the session, and its directories, are not used again while the daemon lives, and are after that.
        self.assertEqual(self.first_session(project)["pid"], self.killed)
        self.end(daemon)
        wait_for("the daemon's end", lambda: not alive(daemon))
        project.late()
        self.assertNotEqual(self.first_session(project)["pid"], self.killed)

    def test_int_to_the_group(self):
        self.check_afterwards(*self.check("INT to the group"))

    def test_term_to_the_group(self):
        self.check_afterwards(*self.check("TERM to the group"))

    def test_kill_to_the_group(self):
        self.check_afterwards(*self.check("KILL to the group"))

    def test_int_to_ctest(self):
        self.check_afterwards(*self.check("INT to ctest"))

    def test_term_to_ctest(self):
        self.check_afterwards(*self.check("TERM to ctest"))

    def test_kill_to_ctest(self):
        self.check_afterwards(*self.check("KILL to ctest"))

    def test_twice(self):
        project, _ = self.check("KILL to the group")
        for name in ("slow.pid", "daemon.pid"):
            (project.build / name).unlink()
        shutil.rmtree(project.build / "Testing")  # no log of before is to be taken for that of the next run
        self.check("KILL to ctest", project)
        self.assertEqual(len([path.read_text() for path in (project.state / "kept").glob("*/left")]), 1)


class StoppedOnFailure(EndToEnd):

    def test_next_session(self):
        # At -j1, in the order of the file: what comes after one.bad is not begun.
        project = self.project(PLAN, shell_test("one.good"), shell_test("one.bad", "echo why >$TMPDIR/left; false"),
                               shell_test("one.later"), shell_test("two.a"))
        self.assert_fails(project.ctest("--stop-on-failure", jobs=1))
        self.assertEqual(project.ran(), ["one.good", "one.bad"])
        self.assertFalse((project.build / "cleaned").exists())
        run = project.late()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.bad": "failed when last run", "one.later": "never run"})
        self.assertIn("owes the clean-up of phase 'one'", run.output)
        self.assertEqual((project.build / "cleaned").read_text(), "cleaned\ncleaned\n")
        self.assertEqual([path.read_text() for path in (project.state / "kept").glob("*/left")], ["why\n"])

    def test_an_owed_cleanup_stays_owed_until_it_succeeds(self):
        project = self.project(
            plan(phase("one", cleanup=["sh", "-c", "echo tried >>${build_dir}/tried; test -e ${build_dir}/good"]),
                 phase("two", gate="recorded")), shell_test("one.bad", "false"), shell_test("free"))
        self.assert_fails(project.ctest("--stop-on-failure", jobs=1))
        for times in (1, 2):
            run = project.late("free")
            self.assert_passes(run)  # a warning, never a verdict
            self.assertIn("stays owed", run.output)
            self.assertEqual((project.build / "tried").read_text(), "tried\n" * times)
        (project.build / "good").touch()
        self.assertNotIn("stays owed", project.late("free").output)
        self.assertNotIn("owes", project.late("free").output)
        self.assertEqual((project.build / "tried").read_text(), "tried\n" * 3)

    def test_nothing_is_owed_if_nothing_began(self):
        project = self.project(PLAN, shell_test("free", "false"), shell_test("one.a"), shell_test("two.a"))
        self.assert_fails(project.ctest("--stop-on-failure", jobs=1))
        self.assertNotIn("owes", project.late("free").output)
        self.assertFalse((project.build / "cleaned").exists())


class Owed(EndToEnd):
    """Clean-ups that a run should have made and did not."""
    NOTE = ["sh", "-c", "echo $$1 >>${build_dir}/cleaned", "x"]
    SLOW = "touch begun; exec sleep 600"

    @staticmethod
    def killed(project, *arguments):
        with project.running(*arguments) as process:
            wait_for("the test to begin", (project.build / "begun").exists)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @staticmethod
    def cleaned(project):
        path = project.build / "cleaned"
        names = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return names

    def test_of_a_phase_whose_only_test_was_running(self):
        """CTest has logged nothing of it then."""
        project = self.project(plan(phase("one", cleanup=[*self.NOTE, "one"]), phase("two", cleanup=[*self.NOTE, "two"], gate="recorded")),
                               shell_test("one.slow", self.SLOW), shell_test("two.a"), shell_test("free"))
        self.killed(project)
        self.assertIn("owes the clean-up of phase 'one'", project.lockstep("cleanup"))
        self.assertEqual(self.cleaned(project), ["one"])  # of two no test can have begun
        self.assertIn("nothing was left to settle", project.lockstep("cleanup"))

    def test_of_a_later_phase(self):
        project = self.project(plan(phase("one", cleanup=[*self.NOTE, "one"]), phase("two", cleanup=[*self.NOTE, "two"], gate="recorded")),
                               shell_test("one.a"), shell_test("two.slow", self.SLOW), shell_test("free"))
        text = (project.source / "lockstep.toml").read_text()
        for gate in ("recorded", "strict", "order"):
            with self.subTest(gate=gate):
                (project.build / "begun").unlink(missing_ok=True)
                project.write("lockstep.toml", text.replace('"recorded"', f'"{gate}"'))
                self.killed(project)
                self.assert_passes(project.late("free"))
                self.assertEqual(sorted(self.cleaned(project)), ["one", "two"])

    def test_that_ctest_did_not_start_since_a_fixture_failed(self):
        project = self.project(plan(phase("one", cleanup=[*self.NOTE, "one"])), shell_test("up", "test -e good", fixtures_setup="server"),
                               shell_test("one.a"), shell_test("one.b", fixtures_required="server"), shell_test("free"))
        self.assert_fails(project.ctest())
        self.assertEqual(self.cleaned(project), [])
        run = project.late("free")
        self.assert_passes(run)
        self.assertIn("owes the clean-up of phase 'one'", run.output)
        self.assertEqual(self.cleaned(project), ["one"])
        (project.build / "good").touch()
        self.assert_passes(project.ctest())
        self.assertEqual(self.cleaned(project), ["one"])
        self.assertNotIn("owes", project.late("free").output)

    def test_is_not_paid_twice_at_a_time(self):
        """Whoever paid is killed, and what it had started goes on."""
        script = "echo begin >>trace; until test -e go; do sleep 0.02; done; echo end >>trace"
        project = self.project(plan(phase("one", cleanup=["sh", "-c", script])), shell_test("one.slow", self.SLOW), shell_test("free"))
        trace = project.build / "trace"
        self.killed(project)
        # Of the others ctest makes no more than a note until its helper has ended.
        ways = [WAYS[way] for way in ("KILL to the group", "INT to the group", "KILL to ctest")]
        for times, (number, send) in enumerate(ways, start=1):
            with project.running("-R", "free") as process:
                wait_for("the clean-up to begin", lambda: trace.exists() and trace.read_text().count("begin") == times)
                send(process.pid, number)
                process.wait()
                if times < len(ways):
                    continue
                # While its group is there: the next run, not this helper, has to end what goes on in it.
                with project.running("-R", "free") as last:
                    wait_for("the next to begin", lambda: trace.read_text().count("begin") == times + 1)
                    (project.build / "go").touch()
                    self.assertEqual(last.wait(), 0)
        self.assertEqual(trace.read_text(), "begin\n" * (len(ways) + 1) + "end\n")

    def test_a_session_of_another_version_is_not_touched(self):
        """It may live. One that tells what it is by can be told to be over."""
        project = self.project(plan(), shell_test("free"))
        self.assert_passes(project.ctest())
        session = json.loads((project.state / "s/1/session.json").read_text())
        (project.state / "s/1/session.json").write_text('{"version": 9, "id": "x"}\n')
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("session 1 of this build tree is of another version of Lockstep", run.output)
        project.lockstep("cleanup", status=1)
        self.assertTrue((project.state / "s/1").exists())
        project.lockstep("cleanup", "--force")
        self.assertFalse((project.state / "s/1").exists())
        (project.state / "s/1").mkdir()
        (project.state / "s/1/session.json").write_text(json.dumps({**session, "version": 9}))
        self.assert_passes(project.ctest())


class KilledBeforeItIsKnown(EndToEnd):
    """The program then has whoever adopts orphans for a parent, which must not pass for the ctest of a run."""

    def open_without_ctest(self, project):
        """ctest's call of the program, made by a ctest that is dead before the program looks for it. Returns what
        the program says of what it does."""
        orphan = project.write("orphan", f'''#!/bin/sh
parent=$PPID
kill -KILL $parent
while test "$(cut -d " " -f 4 /proc/$$/stat)" = $parent; do sleep 0.01; done
echo $$ >"{project.build}/orphan.new"
mv "{project.build}/orphan.new" "{project.build}/orphan.pid"
LOCKSTEP_LOG=debug exec "{PREFIX}/bin/lockstep" "$@" 2>"{project.build}/orphan.err"
''', executable=True)
        named = project.build / "lockstep" / "program.cmake"
        program = named.read_text()
        named.write_text(program.replace(f"{PREFIX}/bin/lockstep", orphan))
        with project.running() as process:
            wait_for("the orphan", (project.build / "orphan.pid").exists)
            process.wait()
            wait_for("its end", lambda: not alive(int((project.build / "orphan.pid").read_text())))
        named.write_text(program)
        return (project.build / "orphan.err").read_text()

    def test_no_session_is_opened(self):
        project = self.project(PLAN, shell_test("one.a"), shell_test("two.a"))
        self.assertEqual(self.open_without_ctest(project), "")
        self.assert_passes(project.ctest())

    def test_without_the_number_that_the_opening_file_passes_on(self):
        project = self.project(PLAN, shell_test("one.a"), shell_test("two.a"))
        opening = project.build / "lockstep" / "open.cmake"
        text = opening.read_text()
        self.assertIn(' --caller "${_lockstep_caller}"', text)
        opening.write_text(text.replace(' --caller "${_lockstep_caller}"', ""))
        self.assertRegex(self.open_without_ctest(project), "debug: session 1 is ")


class LogNotLinked(KilledBase):
    """Testing/ on another file system: the log cannot be linked. A process of Lockstep's holds it open instead, and only if
    that is killed too is it not known what a killed run did."""
    keeper_dies = False

    def keeper(self, project):
        session = self.first_session(project)
        self.assertFalse(session["log_linked"])
        self.assertTrue(alive(session["log_keeper"][0]))
        return session["log_keeper"][0]

    def before_the_kill(self, project):
        keeper = self.keeper(project)
        if self.keeper_dies:
            self.end(keeper)
            wait_for("its end", lambda: not alive(keeper))

    def prepare(self):
        project = super().prepare()
        if not os.access("/dev/shm", os.W_OK) or os.stat("/dev/shm").st_dev == os.stat(project.build).st_dev:
            self.skipTest("/dev/shm is not another file system")
        elsewhere = tempfile.mkdtemp(prefix="ls.", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, elsewhere, ignore_errors=True)
        shutil.rmtree(project.build / "Testing", ignore_errors=True)
        (project.build / "Testing").symlink_to(elsewhere)
        return project

    def test_a_run_to_the_end_is_known(self):
        project = self.prepare()
        self.assert_fails(project.ctest("-E", "slow"))
        self.assertFalse(self.first_session(project)["log_linked"])
        keeper = self.first_session(project)["log_keeper"][0]
        wait_for("the keeper to end with its ctest", lambda: not alive(keeper))
        self.addCleanup(self.end, int((project.build / "daemon.pid").read_text()))
        self.assertEqual(project.late().checkpoint("one").failures, KNOWN)

    def test_a_killed_one_is_known(self):
        for way in ("KILL to the group", "KILL to ctest", "INT to the group"):
            with self.subTest(way):
                project = self.prepare()
                run, _, _ = self.kill(project, way)
                self.assertEqual(run.checkpoint("one").failures, KNOWN)
                self.assertNotIn("is lost", run.output)

    def test_one_killed_with_what_held_its_log_is_not(self):
        self.keeper_dies = True
        for way in ("KILL to the group", "KILL to ctest", "INT to the group"):
            with self.subTest(way):
                project = self.prepare()
                run, slow, daemon = self.kill(project, way)
                self.assertEqual(run.checkpoint("one").failures, UNKNOWN)
                self.assertFalse(alive(slow))
                self.assertTrue(alive(daemon))
                self.assertIn("is lost", run.output)
                self.assertIn("owes the clean-up of phase 'one'", run.output)
                self.assertEqual((project.build / "cleaned").read_text(), "cleaned\ncleaned\n")

    def test_what_was_known_before_is_not_any_more(self):
        project = self.project(PLAN, shell_test("one.a", "test ! -e broken"),
                               shell_test("one.slow", "test ! -e slow || exec sleep 600"), shell_test("two.a"))
        self.assert_passes(project.ctest())
        elsewhere = tempfile.mkdtemp(prefix="ls.", dir="/dev/shm")
        self.addCleanup(shutil.rmtree, elsewhere, ignore_errors=True)
        if os.stat("/dev/shm").st_dev == os.stat(project.build).st_dev:
            self.skipTest("/dev/shm is not another file system")
        shutil.rmtree(project.build / "Testing")
        (project.build / "Testing").symlink_to(elsewhere)
        for name in ("broken", "slow"):
            (project.build / name).touch()
        with project.running() as process:
            wait_for("one.a", lambda: '"one.a" time elapsed' in project.log_text())
            self.end(self.keeper(project))
            os.killpg(process.pid, signal.SIGKILL)
        run = project.late()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.a": "never run", "one.slow": "never run"})


if __name__ == "__main__":
    unittest.main()
