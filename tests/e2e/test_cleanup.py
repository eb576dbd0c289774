"""`lockstep cleanup`: what interrupted runs left is settled without a run; what lives, and what somebody may be looking at,
is left alone."""
import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import unittest

from support import PATIENCE, PREFIX, EndToEnd, clean_environment, phase, plan, shell_test, wait_for
from test_kills import PLAN, TESTS, KilledBase, alive


def session_file(project, number=1):
    return project.state / f"s/{number}/session.json"


def pretend_elsewhere(project, number=1):
    """As if that session were of a container on another machine."""
    path = session_file(project, number)
    session = json.loads(path.read_text())
    session.update(host="elsewhere", boot="another", process_namespace="pid:[1]")
    path.write_text(json.dumps(session))
    return session


def json_of(text):
    """Notices on standard error may stand before it."""
    return json.JSONDecoder().raw_decode(text, text.index("{"))[0]


def kept_texts(project):
    return [path.read_text() for path in sorted((project.state / "kept").glob("*/left"))]


class Interrupted(KilledBase):
    """In place of the next session, a clean-up comes after the kill."""

    def next_session(self, project):
        project.ran()
        return project.lockstep("cleanup")

    def settled(self, way):
        project = self.project(PLAN, *TESTS)
        text, slow, daemon = self.kill(project, way)
        self.assertFalse(alive(slow), text)
        self.assertTrue(alive(daemon), text)
        self.assertIn(f"process {daemon} of the interrupted ctest {self.killed} has made itself a daemon", text)
        self.assertIn(f"session 1 is settled: ctest {self.killed} was interrupted\n1 clean-up paid\n", text)
        self.assertEqual((project.build / "cleaned").read_text(), "cleaned\n")
        self.assertEqual(kept_texts(project), ["why\n"])
        return project, text, slow, daemon

    def test_group(self):
        project, _, _, daemon = self.settled("KILL to the group")
        # The daemon keeps the session's number and directories.
        text = project.lockstep("cleanup")
        self.assertIn(f"process {daemon} of ctest {self.killed} still runs: ", text)
        self.assertIn("nothing was left to settle", text)
        left, = json_of(project.lockstep("cleanup", "--format", "json"))["left"]
        self.assertEqual((left["state"], left["number"], left["process"]), ("processes", 1, self.killed))
        self.assertTrue(session_file(project).exists())
        self.end(daemon)
        wait_for("the daemon's end", lambda: not alive(daemon))
        project.lockstep("cleanup")
        self.assertFalse(session_file(project).exists())
        self.assertEqual(kept_texts(project), ["why\n"])
        run = project.late()
        self.assertEqual(run.checkpoint("one").failures, {"one.bad": "failed when last run", "one.slow": "never run"})
        self.assertNotIn("owes", run.output)

    def test_ctest_alone(self):
        _, text, slow, _ = self.settled("KILL to ctest")
        self.assertIn(f"ending process {slow} that the interrupted ctest {self.killed} left running", text)


class Owed(EndToEnd):

    def owing(self, cleanup, *tests):
        """A project whose run was stopped by a failure, so that its clean-up is owed."""
        project = self.project(plan(phase("one", cleanup=["sh", "-c", cleanup]), phase("two", gate="recorded")),
                               shell_test("one.bad", "false"), shell_test("free"), *tests)
        self.assert_fails(project.ctest("--stop-on-failure", jobs=1))
        return project

    def test_failing(self):
        project = self.owing("echo tried >>${build_dir}/tried; test -e ${build_dir}/good")
        text = project.lockstep("cleanup", status=1)
        self.assertIn("stays owed", text)
        self.assertIn("1 clean-up still owed\n", text)
        self.assertEqual((project.build / "tried").read_text(), "tried\n")
        (project.build / "good").touch()
        text = project.lockstep("cleanup")
        self.assertIn("1 clean-up paid\n", text)
        self.assertNotIn("settled", text)
        self.assertNotIn("owes", project.late("free").output)
        self.assertEqual((project.build / "tried").read_text(), "tried\n" * 2)

    def start_cleanup(self, project):
        process = subprocess.Popen([f"{PREFIX}/bin/lockstep", "cleanup", "--build-dir", str(project.build)], text=True,
                                   env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for("the clean-up", (project.build / "begun").exists)
        return process

    # Ends with its folder, whatever becomes of this test.
    SLOW = "cd ${build_dir}; touch begun; while test -e begun; do test -e go && exit 0; sleep 0.05; done"

    def test_runs_wait_for_it(self):
        project = self.owing(self.SLOW)
        process = self.start_cleanup(project)
        with project.running("-R", "free") as run:
            said = project.source / "running.out"
            waiting = f"waiting for `lockstep cleanup`, process {process.pid} in this build tree"
            wait_for("the run to wait", lambda: waiting in said.read_text())
            self.assertNotIn("free", project.ran())
            (project.build / "go").touch()
            self.assertEqual(run.wait(), 0)
        self.assertIn("1 clean-up paid", process.communicate()[0])
        self.assertEqual(process.returncode, 0)
        self.assertEqual(project.ran(), ["free"])

    def test_killed_meanwhile(self):
        project = self.owing(self.SLOW)
        process = self.start_cleanup(project)
        process.kill()
        process.wait()
        (project.build / "go").touch()
        run = project.late("free")
        self.assert_passes(run)
        self.assertIn("owes the clean-up of phase 'one'", run.output)
        self.assertNotIn("waiting", run.output)
        self.assertFalse((project.state / "s/2").exists())

    def test_owed_beside_a_run(self):
        project = self.owing("echo tried >>${build_dir}/tried; test -e ${build_dir}/good",
                             shell_test("slow", "touch slow; until test -e go; do sleep 0.05; done"))
        with project.running("-R", "^slow$") as run:
            wait_for("the test", (project.build / "slow").exists)
            self.assertEqual((project.build / "tried").read_text(), "tried\n")  # by the run
            (project.build / "good").touch()
            text = project.lockstep("cleanup", "--force", status=1)
            self.assertIn("is left alone; what is owed is paid when it is over", text)
            self.assertEqual((project.build / "tried").read_text(), "tried\n")
            (project.build / "go").touch()
            self.assertEqual(run.wait(), 0)
        self.assertIn("1 clean-up paid", project.lockstep("cleanup"))
        self.assertEqual((project.build / "tried").read_text(), "tried\n" * 2)


class Living(EndToEnd):

    def test_is_never_touched(self):
        project = self.project(plan(phase("one")), shell_test("one.slow", "touch slow; until test -e go; do sleep 0.05; done"))
        with project.running() as run:
            wait_for("the test", (project.build / "slow").exists)
            before = session_file(project).read_text()
            for options in ([], ["--force"], ["--force", "--kept"]):
                text = project.lockstep("cleanup", *options)
                self.assertIn(f"ctest {run.pid} runs in this build tree and is left alone\n", text)
                self.assertIn("nothing was left to settle", text)
            self.assertEqual(session_file(project).read_text(), before)
            (project.build / "go").touch()
            self.assertEqual(run.wait(), 0)
        self.assertIn("one", project.lockstep("summary"))


class Elsewhere(EndToEnd):

    @contextlib.contextmanager
    def interrupted(self):
        """A run of 'another machine' whose ctest was killed: the project and that session. Afterwards its test is too."""
        project = self.project(plan(phase("one", untested="fail"), phase("two", gate="recorded")), shell_test("one.a"),
                               shell_test("one.slow", "echo $$ >slow.new; mv slow.new slow.pid; exec sleep 600"),
                               shell_test("two.a"))
        with project.running() as process:
            wait_for("one.slow",
                     lambda: (project.build / "slow.pid").exists() and '"one.a" time elapsed' in project.log_text())
            session = pretend_elsewhere(project)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            yield project, session

    def test_what_a_refused_run_names_works(self):
        with self.interrupted() as (project, _):
            pass
        project.ran()
        run = project.late()
        self.assert_fails(run)
        self.assertEqual(project.ran(), [])
        self.assertIn("on 'elsewhere', in another container or on another machine", run.output)
        command = shlex.split(re.search(r"^ *(lockstep cleanup --force .*)$", run.output, re.MULTILINE)[1])
        # Without --force it says the same, and does nothing.
        self.assertIn("lockstep cleanup --force", project.lockstep("cleanup", status=1))
        self.assertTrue(session_file(project).exists())
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False,
                              env=clean_environment(PATH=f"{PREFIX}/bin:{os.environ['PATH']}"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("session 1 is settled: ", done.stdout)
        self.assertFalse(session_file(project).exists())
        self.assertEqual(project.late().checkpoint("one").failures, {"one.slow": "never run"})

    def test_one_that_runs_here_is_alive(self):
        """The tests of a container can be seen from the machine that it is on."""
        with self.interrupted() as (project, session):
            slow = int((project.build / "slow.pid").read_text())
            text = project.lockstep("cleanup", "--force", status=1)
            self.assertIn(f"process {slow} of ctest {session['pid']} still runs: ", text)
            self.assertTrue(alive(slow))
            self.assertTrue(session_file(project).exists())
        wait_for("the test's end", lambda: not alive(slow))
        project.lockstep("cleanup", "--force")
        self.assertFalse(session_file(project).exists())

    def test_one_that_has_ended_is_in_nobodys_way(self):
        project = self.project(plan(phase("one")), shell_test("one.a"))
        self.assert_passes(project.ctest())
        pretend_elsewhere(project)
        self.assertEqual(project.lockstep("cleanup"), "nothing was left to settle\n")
        self.assertTrue(session_file(project).exists())  # `lockstep summary` tells of it
        self.assert_passes(project.ctest())


class Directories(EndToEnd):

    def left(self):
        project = self.project(plan(phase("one")), shell_test("one.a", "echo why >$TMPDIR/left; test -e good"),
                               shell_test("one.b", "echo why not >$TMPDIR/left; test -e good"), shell_test("free"))
        self.assert_fails(project.ctest())
        self.assert_passes(project.late("free"))  # moves them to kept/
        self.assert_fails(project.ctest("-R", "one.b"))
        return project

    @staticmethod
    def files(project):
        paths = [*project.state.glob("kept/*/left"), *project.state.glob("t/*/*/left")]
        return sorted(str(path.relative_to(project.state)) for path in paths)

    def test_are_kept_until_asked(self):
        project = self.left()
        before = self.files(project)
        self.assertEqual(before, ["kept/1/left", "kept/2/left", "t/1/2/left"])
        text = project.lockstep("cleanup")
        self.assertIn("nothing was left to settle\n", text)
        self.assertIn(f"not removed: what tests left in 3 directories (20 bytes) below '{project.state}/kept' and "
                      f"'{project.state}/t'; `lockstep cleanup --kept` removes it", text)
        self.assertEqual(self.files(project), before)
        self.assertIn("phase", project.lockstep("summary"))

        text = project.lockstep("cleanup", "--kept", "--format", "json")
        self.assertEqual(json_of(text)["directories"], {"count": 3, "files": 3, "bytes": 20, "removed": True})
        self.assertEqual(self.files(project), [])
        self.assertEqual(project.lockstep("cleanup", "--kept"), "nothing was left to settle\n")
        # Forgotten too, and all goes on.
        self.assertIn('"kept": null', project.lockstep("history", "show", "one.a", "--format", "json"))
        self.assert_fails(project.ctest())
        self.assert_passes(project.late("free"))
        self.assertEqual(self.files(project), ["kept/1/left", "kept/2/left"])

    def test_of_a_run_that_lives(self):
        project = self.project(plan(phase("one")), shell_test(
            "one.slow", "echo mine >$TMPDIR/left; touch slow; until test -e go; do sleep 0.05; done; test -e $TMPDIR/left"))
        with project.running() as run:
            wait_for("the test", (project.build / "slow").exists)
            project.lockstep("cleanup", "--kept", "--force")
            self.assertEqual(self.files(project), ["t/1/1/left"])
            (project.build / "go").touch()
            self.assertEqual(run.wait(), 0)

    def test_of_a_session_that_is_gone(self):
        project = self.left()
        project.listing()
        lost = project.state / "t/7/1"
        lost.mkdir(parents=True)
        project.lockstep("cleanup")
        self.assertFalse(lost.exists(), "with nothing in it, it is of no use")
        lost.mkdir(parents=True)
        (lost / "left").write_text("x")
        project.lockstep("cleanup")
        self.assertTrue(lost.exists())
        project.lockstep("cleanup", "--kept")
        self.assertFalse(lost.exists())
        self.assertTrue((project.state / "t/0").exists(), "where a test that is started by hand finds it")


if __name__ == "__main__":
    unittest.main()
