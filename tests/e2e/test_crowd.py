"""Several ctests at once in one build tree, inside each other, in each other's build trees, stopped, and killed at any
moment. The programs of tests/stress do the same many times more."""
import contextlib
import fcntl
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from support import CMAKE, CTEST, EndToEnd, PATIENCE, clean_environment, command_test, keys, phase, plan, shell_test, wait_for

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "stress"))
# pylint: disable=wrong-import-position
from after_failure import check_gate  # noqa: E402
from crowd import Crowd  # noqa: E402
from kill_points import KillPoints, run_kills  # noqa: E402

# A test that goes on until the file `go` is there.
BLOCKED = "touch blocked; until test -e go; do sleep 0.02; done"


def daemon(command, wait=True):
    """A script that starts another one, whose parent then is process 1, and waits for what that does: its ctest passes."""
    script = f"(setsid sh -c \"({command}) >nested.new 2>&1; mv nested.new nested.out\" </dev/null >/dev/null 2>&1 &)"
    return script + ("; until test -e nested.out; do sleep 0.02; done; grep '100% tests passed' nested.out" if wait else "")


class Started:
    """A ctest that runs beside others, in a process group of its own."""

    def __init__(self, project, *arguments, jobs=4, **environment):
        self.path = project.source / f"{time.monotonic_ns()}.out"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(project.ctest_command(f"-j{jobs}", *arguments), env=clean_environment(**environment),
                                            stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        self.pid = self.process.pid

    def output(self):
        return self.path.read_text(errors="replace")

    def says(self, text):
        wait_for(f"'{text}' in what ctest {self.pid} says", lambda: text in self.output() or self.process.poll() is not None)
        if text not in self.output():
            raise AssertionError(f"ctest {self.pid} ended without '{text}':\n{self.output()}")

    def status(self):
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"ctest {self.pid} hangs:\n{self.output()}") from None

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


class CrowdBase(EndToEnd):

    def start(self, project, *arguments, **options):
        started = Started(project, *arguments, **options)
        self.addCleanup(started.end)
        return started

    def blocked(self, project, *arguments, **options):
        """One whose test has begun."""
        started = self.start(project, *arguments, **options)
        wait_for("the test to begin", (project.build / "blocked").exists)
        return started

    @staticmethod
    def let_go(project):
        (project.build / "go").touch()

    @staticmethod
    def children(pid):
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(stat.parent.name))
        return found

    @staticmethod
    def state_of(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "gone"

    def sessions(self, project):
        return [json.loads(path.read_text()) for path in sorted(project.state.glob("s/*/session.json"))]

    def verdicts(self, project):
        with contextlib.closing(sqlite3.connect(project.state / "history.db")) as database:
            return dict(database.execute("SELECT name, outcome FROM tests WHERE outcome IS NOT NULL"))


class Wait(CrowdBase):
    """sessions = "wait", the default."""

    def prepare(self, *tests, plan_text=plan()):
        return self.project(plan_text, shell_test("long", BLOCKED), shell_test("short"), *tests)

    def test_the_second_waits_and_says_for_whom(self):
        project = self.prepare()
        first = self.blocked(project)
        second = self.start(project, "-R", "short")
        second.says(f"waiting for ctest {first.pid} in this build tree")
        self.assertEqual(project.ran().count("short"), 1)
        self.let_go(project)
        self.assertEqual((first.status(), second.status()), (0, 0), second.output())
        self.assertEqual(project.ran(), ["short"])
        self.assertNotIn("is stopped", second.output())

    def test_it_says_so_again_when_it_is_another_one(self):
        project = self.prepare()
        first = self.blocked(project)
        others = [self.start(project) for _ in range(2)]
        for other in others:
            other.says(f"waiting for ctest {first.pid} ")
        (project.build / "blocked").unlink()
        first.end()
        wait_for("one of them to begin", (project.build / "blocked").exists)
        holder = next(session["pid"] for session in self.sessions(project) if session["holds"] and session["pid"] != first.pid)
        waiting = next(other for other in others if other.pid != holder)
        waiting.says(f"waiting for ctest {holder} ")
        self.let_go(project)
        self.assertEqual([other.status() for other in others], [0, 0])

    def test_stopped(self):
        """A ctest stopped by SIGSTOP lives: it is waited for, and said to be stopped."""
        for whom, send in (("ctest alone", os.kill), ("its process group", os.killpg)):
            with self.subTest(whom):
                project = self.prepare()
                first = self.blocked(project)
                wait_for("the short test", lambda: "short" in (project.build / "ran").read_text())
                self.let_go(project)
                send(first.pid, signal.SIGSTOP)
                second = self.start(project, "-R", "short")
                second.says(f"waiting for ctest {first.pid} ")
                second.says(f"process {first.pid} is stopped: `kill -CONT {first.pid}` lets it go on")
                project.listing()
                self.assertEqual(project.ran().count("short"), 1)
                self.assertIsNone(second.process.poll())
                send(first.pid, signal.SIGCONT)
                self.assertEqual((first.status(), second.status()), (0, 0), second.output())
                self.assertEqual(project.ran(), ["short"])

    def test_stopped_while_others_wait(self):
        project = self.prepare()
        first = self.blocked(project)
        second = self.start(project, "-R", "short")
        second.says(f"waiting for ctest {first.pid} ")
        for count in (1, 2):
            for number, words in ((signal.SIGSTOP, "is stopped"), (signal.SIGCONT, "goes on")):
                os.kill(first.pid, number)
                wait_for(f"'{words}'", lambda: second.output().count(f"process {first.pid} {words}") == count)
        self.let_go(project)
        self.assertEqual((first.status(), second.status()), (0, 0), second.output())

    def test_a_killed_one_is_waited_for_no_longer(self):
        project = self.prepare()
        first = self.blocked(project)
        second = self.start(project, "-R", "short")
        second.says(f"waiting for ctest {first.pid} ")
        os.kill(first.pid, signal.SIGKILL)  # its test lives on
        self.assertEqual(second.status(), 0, second.output())
        self.assertIn("left running", second.output())

    def test_one_killed_while_it_waits_leaves_nothing_at_work(self):
        """What it had asked for would prepare the directories of a session whose number is another's by then."""
        project = self.prepare()
        first = self.blocked(project)
        second = self.start(project, "-R", "short")
        second.says(f"waiting for ctest {first.pid} ")
        helpers = self.children(second.pid)
        self.assertTrue(helpers)
        os.kill(second.pid, signal.SIGKILL)
        wait_for("its helper to end", lambda: all(self.state_of(pid) in ("Z", "gone") for pid in helpers))
        self.let_go(project)
        self.assertEqual(first.status(), 0)
        self.assert_passes(project.ctest())
        self.assertEqual([session["number"] for session in self.numbered(project)], [1])

    def numbered(self, project):
        return [{**session, "number": int(session["id"].split("-")[1])} for session in self.sessions(project)]

    def test_verdicts_are_of_whoever_ran_last(self):
        """Not of whoever came last: two that wait do not take turns in the order in which they came."""
        project = self.prepare(shell_test("judged", "test $WANTED = pass"))
        first = self.blocked(project, "-R", "long")
        early = self.start(project, "-R", "judged", WANTED="fail")
        early.says("waiting for ctest")
        late = self.start(project, "-R", "judged", WANTED="pass")
        late.says("waiting for ctest")
        os.killpg(early.pid, signal.SIGSTOP)
        self.let_go(project)
        self.assertEqual((first.status(), late.status()), (0, 0))
        self.assertEqual(self.verdicts(project)["judged"], "passed")
        os.killpg(early.pid, signal.SIGCONT)
        self.assertNotEqual(early.status(), 0)
        self.assertEqual(self.verdicts(project)["judged"], "failed")

    def test_what_failed_in_the_first_is_known_to_the_second(self):
        """ctest writes that after its last test, and may take its time; here because nobody reads what it says."""
        names = [f"bad.{'x' * 100}.{number}" for number in range(60)]
        project = self.prepare(*(command_test(name, "false") for name in names))
        read_end, write_end = os.pipe()
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
        with open(read_end, "rb", buffering=0) as said:
            first = subprocess.Popen(project.ctest_command("-j8"), env=clean_environment(), stdout=write_end, stderr=write_end,
                                     start_new_session=True)
            os.close(write_end)
            self.addCleanup(first.wait)
            self.addCleanup(first.kill)
            wait_for("the test to begin", (project.build / "blocked").exists)
            second = self.start(project, "--rerun-failed")
            second.says("waiting for ctest")
            self.let_go(project)
            text = b""
            while b"lockstep.end .." not in text and first.poll() is None:
                text += said.read(1)
            self.assertIsNone(first.poll())
            time.sleep(0.3)  # the second may look, and must not begin
            said.read()
        self.assertNotEqual(first.wait(PATIENCE), 0)
        self.assertNotEqual(second.status(), 0)
        for name in names:
            self.assertIn(name, second.output())

    def test_listing_never_waits(self):
        project = self.prepare(plan_text=plan(phase("short")))
        self.blocked(project)
        waiting = self.start(project)
        waiting.says("waiting for ctest")
        with open(project.state / "lock", "w", encoding="ascii") as lock, \
                contextlib.closing(sqlite3.connect(project.state / "history.db")) as database:
            fcntl.flock(lock, fcntl.LOCK_EX)
            database.execute("BEGIN EXCLUSIVE")
            for remark in ("", "# another plan, for which everything is made anew\n"):
                project.write("lockstep.toml", plan(phase("short")) + remark)
                self.assertIn(b'"checkpoint.short"', project.listing())
                for arguments in (["-N"], ["--print-labels"]):
                    self.assertEqual(subprocess.run(project.ctest_command(*arguments), env=clean_environment(), stdout=subprocess.PIPE,
                                                    timeout=PATIENCE, check=False).returncode, 0)
                for command in ("list", "explain short", "graph", "check", "generate"):
                    words = command.split()
                    project.lockstep(*words)

    def test_a_held_registry_is_waited_for_and_named(self):
        """Whoever stops a ctest with Ctrl-Z may stop Lockstep in it while that has the registry."""
        project = self.prepare()
        self.assert_passes(project.ctest("-R", "short"))
        with open(project.state / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            second = self.start(project, "-R", "short")
            second.says(f"waiting for process {os.getpid()}, which holds '{project.state}/lock'")
        self.assertEqual(second.status(), 0, second.output())


class Share(CrowdBase):
    """sessions = "share"."""

    def test_both_run_at_once_each_with_its_own(self):
        note = 'echo "$TMPDIR $(env | sed -n "s/.*_LOCKSTEP_WORKER=id:\\([0-9]*\\),.*/\\1/p")" >>given; '
        project = self.project(plan("[run]\n" + keys(sessions="share")), *(shell_test(f"t{n}", note + BLOCKED) for n in range(3)))
        runs = []
        for number in (1, 2, 3):
            # Not at the same moment: see OneLog.
            runs.append(self.start(project))
            given = wait_for(f"tests of {number} to run at once", lambda: self.given(project, 3 * number))
        self.assertEqual(len({directory for directory, _ in given}), 9, given)
        self.assertEqual(len({worker for _, worker in given}), 9, given)
        self.let_go(project)
        self.assertEqual([run.status() for run in runs], [0, 0, 0])
        for run in runs:
            self.assertNotIn("waiting", run.output())

    @staticmethod
    def given(project, count):
        path = project.build / "given"
        lines = [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []
        return lines if len(lines) == count else None

    def test_one_that_shares_and_one_that_waits(self):
        project = self.project(plan(), shell_test("long", BLOCKED), shell_test("short"))
        first = self.blocked(project, "-R", "long")
        self.assert_passes(project.ctest("-R", "short", LOCKSTEP_SET='run.sessions="share"'))
        self.let_go(project)
        self.assertEqual(first.status(), 0)


class OneLog(CrowdBase):
    """CTest 3.x opens one file as the log of two that start at the same moment; 4.x gives each a name of its own."""
    PLAN = plan("[run]\n" + keys(sessions="wait"), phase("one"), phase("two"))
    TESTS = (shell_test("one.a", "test $WANTED = pass"), shell_test("one.long", BLOCKED), shell_test("two.a"))

    def prepare(self, sessions):
        project = self.project(self.PLAN.replace("wait", sessions), *self.TESTS)
        library = project.source / "keep_log_name.so"
        subprocess.run([os.environ.get("LOCKSTEP_TEST_CC", "cc"), "-x", "c", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
                        library, HERE / "keep_log_name.c", "-x", "none", "-ldl"], check=True)
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return project, {"LD_PRELOAD": str(library), "ASAN_OPTIONS": options}

    def own_name(self):
        version = subprocess.run([CTEST, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()[2]
        return int(version.split(".")[0]) >= 4

    def counts(self, project):
        """Of each session that is recorded: tests that passed, that failed, and all others."""
        with contextlib.closing(sqlite3.connect(project.state / "history.db")) as database:
            return sorted(database.execute("SELECT passed, failed, skipped + not_run + unknown + lost FROM sessions"))

    def check_opened_at_once(self, sessions):
        """Neither has begun when the other opens the file: the one waits for the other, and both know how all tests ended."""
        project, preload = self.prepare(sessions)
        project.state.mkdir(exist_ok=True)
        with open(project.state / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            runs = [self.start(project, *arguments, WANTED=wanted, **preload) for arguments, wanted in (([], "pass"), (["-R", "one.a"], "fail"))]
            for run in runs:
                run.says(f"waiting for process {os.getpid()}, which holds '{project.state}/lock'")
        wait_for("one to wait for the other", lambda: self.own_name() and sessions == "share" or
                 any("waiting for ctest" in run.output() for run in runs))
        self.let_go(project)
        self.assertEqual([run.status() != 0 for run in runs], [False, True], "\n".join(run.output() for run in runs))
        self.assertEqual(self.counts(project), [(0, 1, 0), (3, 0, 0)])
        said = "both have opened one file as their log" in "".join(run.output() for run in runs)
        # With "wait" there is more than one reason to.
        if sessions == "share":
            self.assertEqual(said, not self.own_name())

    def test_opened_at_once_wait(self):
        self.check_opened_at_once("wait")

    def test_opened_at_once_share(self):
        self.check_opened_at_once("share")

    def check_emptied(self, sessions):
        """The second opens it when the first has begun: what that has logged is lost, and its checkpoint says so."""
        project, preload = self.prepare(sessions)
        first = self.blocked(project, WANTED="pass")
        wait_for("the first test's verdict", lambda: "one.a" in first.output() and "Passed" in first.output())
        second = self.start(project, "-R", "one.a", WANTED="fail", **preload)
        if sessions == "wait" or not self.own_name():
            second.says(f"waiting for ctest {first.pid}")
        self.let_go(project)
        self.assertNotEqual(second.status(), 0, second.output())
        if self.own_name():
            self.assertEqual(first.status(), 0, first.output())
            self.assertEqual(self.counts(project), [(0, 1, 0), (3, 0, 0)])
            return
        self.assertNotEqual(first.status(), 0, first.output())
        self.assertIn("checkpoint.one ...................***Failed", first.output())
        self.assertEqual(self.counts(project), [(0, 0, 3), (0, 1, 0)])
        self.assertEqual(self.verdicts(project), {"one.a": "failed", "one.long": "lost", "two.a": "lost"})

    def test_emptied_wait(self):
        self.check_emptied("wait")

    def test_emptied_share(self):
        self.check_emptied("share")

    def test_a_listing_writes_into_it(self):
        project, preload = self.prepare("wait")
        first = self.blocked(project, WANTED="pass")
        wait_for("the first test's verdict", lambda: "one.a" in first.output() and "Passed" in first.output())
        self.assertEqual(subprocess.run(project.ctest_command("-N"), env=clean_environment(**preload), stdout=subprocess.PIPE,
                                        check=False).returncode, 0)
        self.let_go(project)
        self.assertEqual(first.status() == 0, self.own_name(), first.output())
        self.assertEqual(project.ran().count("two.a"), int(self.own_name()))


class Nested(CrowdBase):
    """A ctest that a test starts does not wait for the run that it is in."""
    WAYS = {
        "directly": f"'{CTEST}' --test-dir . -R '^inner$'",
        "through a build tool": f"'{CMAKE}' --build . --target inner_tests",
        "with an empty environment": f"env -i PATH=\"$PATH\" '{CTEST}' --test-dir . -R '^inner$'",
        "from a daemon": daemon(f"'{CTEST}' --test-dir . -R '^inner$'"),
        "by a nested ctest": f"'{CTEST}' --test-dir . -R '^again$'",
    }
    TARGET = f"add_custom_target(inner_tests COMMAND \"{CTEST}\" --test-dir ${{CMAKE_BINARY_DIR}} -R ^inner$ VERBATIM)\n"

    def test_every_way(self):
        again = shell_test("again", self.WAYS["directly"])
        for sessions in ("wait", "share"):
            project = self.project(plan("[run]\n" + keys(sessions=sessions)), shell_test("inner"), again, head=self.TARGET,
                                   *[shell_test(f"outer{n}", script) for n, script in enumerate(self.WAYS.values())])
            for number, way in enumerate(self.WAYS):
                with self.subTest(way, sessions=sessions):
                    project.ran()
                    run = project.ctest("-R", f"^outer{number}$")
                    self.assert_passes(run)
                    self.assertEqual(project.ran()[-1], "inner")
                    self.assertNotIn("waiting", run.cases[f"outer{number}"].output)

    def test_while_a_third_waits(self):
        """The nested one goes before it, and its end is not the turn of the third."""
        project = self.project(plan(), shell_test("inner"), shell_test("third"), shell_test(
            "outer", f"{BLOCKED}; {self.WAYS['directly']} && rm blocked go && {BLOCKED}"))
        outer = self.blocked(project, "-R", "outer")
        third = self.start(project, "-R", "third")
        third.says(f"waiting for ctest {outer.pid} ")
        self.let_go(project)
        wait_for("the nested run", lambda: (project.build / "blocked").exists() and not (project.build / "go").exists())
        self.assertIsNone(third.process.poll())
        self.assertEqual([session["pid"] for session in self.sessions(project) if session["holds"]], [outer.pid])
        self.let_go(project)
        self.assertEqual((outer.status(), third.status()), (0, 0), outer.output() + third.output())
        self.assertEqual(project.ran(), ["outer", "inner", "third"])

    def test_a_daemon_that_outlives_its_run_waits_like_anybody(self):
        project = self.project(plan(), shell_test("inner"), shell_test("long", BLOCKED), shell_test(
            "outer", daemon(f"until test -e late; do sleep 0.02; done; '{CTEST}' --test-dir . -R '^inner$'", wait=False)))
        self.assert_passes(project.ctest("-R", "outer"))
        project.ran()
        holder = self.blocked(project, "-R", "long")
        (project.build / "late").touch()
        nested = project.build / "nested.new"
        wait_for("its word", lambda: nested.exists() and f"waiting for ctest {holder.pid} " in nested.read_text())
        self.assertEqual(project.ran(), ["long"])
        self.let_go(project)
        self.assertEqual(holder.status(), 0)
        wait_for("its run", (project.build / "nested.out").exists)
        self.assertIn("100% tests passed", (project.build / "nested.out").read_text())


    def test_it_ends_with_a_run_that_is_killed(self):
        """Both in one look: it is over only when what the killed one left running has been ended."""
        project = self.project(plan(), shell_test("short"), shell_test("long", f"echo $$ >pid; {BLOCKED}"),
                               shell_test("outer", f"'{CTEST}' --test-dir . -R '^long$'"))
        outer = self.blocked(project, "-R", "outer")
        nested = next(session["pid"] for session in self.sessions(project) if session["inside"])
        test = int((project.build / "pid").read_text())
        os.kill(outer.pid, signal.SIGKILL)
        self.assert_passes(project.ctest("-R", "short"))
        for pid in (nested, test):
            self.assertIn(self.state_of(pid), ("Z", "gone"))
        self.assertEqual(len(self.sessions(project)), 1)
        self.assertEqual(self.verdicts(project), {"short": "passed"})


class TwoBuildTrees(CrowdBase):
    """Whose tests run ctest in each other."""

    def trees(self, count, way="'{ctest}' --test-dir '{tree}' -R '^{test}$' >nested.out 2>&1"):
        """In each the test `go` runs `leaf` of the next one; all begin before any of them does."""
        projects = [self.project(plan(), shell_test("leaf"), shell_test("go", "sh ../go.sh")) for _ in range(count)]
        everywhere = " -a ".join(f"-e '{project.build}/begun'" for project in projects)
        for project, other in zip(projects, projects[1:] + projects[:1]):
            command = way.format(ctest=CTEST, tree=other.build, test="leaf")
            project.write("go.sh", f"touch begun; until test {everywhere}; do sleep 0.02; done; {command}\n")
        return projects

    def check(self, count, **options):
        projects = self.trees(count, **options)
        runs = [self.start(project, "-R", "^go$") for project in projects]
        for run in runs:
            self.assertEqual(run.status(), 0, run.output())
        for project in projects:
            self.assertEqual(sorted(project.ran()), ["go", "leaf"])
            self.assertEqual(self.verdicts(project), {"go": "passed", "leaf": "passed"})
        return projects

    def test_in_each_other(self):
        self.check(2)

    def test_in_a_circle_of_three(self):
        self.check(3)

    def test_from_daemons(self):
        self.check(2, way=daemon("'{ctest}' --test-dir '{tree}' -R '^{test}$'"))

    def test_there_and_back_again(self):
        """From the first tree to the second and from there, by a daemon, to the first."""
        first = self.project(plan(), shell_test("leaf"), shell_test("go", "sh ../go.sh"))
        second = self.project(plan(), shell_test("back", "sh ../back.sh"))
        first.write("go.sh", f"'{CTEST}' --test-dir '{second.build}'\n")
        second.write("back.sh", daemon(f"'{CTEST}' --test-dir '{first.build}' -R leaf"))
        self.assert_passes(first.ctest("-R", "^go$"))
        self.assertEqual(first.ran(), ["go", "leaf"])
        self.assertNotIn("waiting for", (second.build / "nested.out").read_text())

    def test_only_one_of_them_goes_on_beside_another(self):
        projects = self.check(2)
        outputs = [(project.build / "nested.out").read_text() for project in projects]
        self.assertEqual("".join(outputs).count("not waiting for ctest"), 1, outputs)

    def test_one_that_is_not_in_the_way_is_waited_for(self):
        """A run in the second tree that has nothing to do with the first."""
        first = self.project(plan(), shell_test("go", "sh ../go.sh"))
        second = self.project(plan(), shell_test("leaf"), shell_test("long", BLOCKED))
        first.write("go.sh", f"'{CTEST}' --test-dir '{second.build}' -R leaf >nested.out 2>&1\n")
        holder = self.blocked(second, "-R", "long")
        run = self.start(first)
        nested = first.build / "nested.out"
        wait_for("its word", lambda: nested.exists() and f"waiting for ctest {holder.pid} " in nested.read_text())
        self.assertEqual(second.ran(), ["long"])
        self.let_go(second)
        self.assertEqual((holder.status(), run.status()), (0, 0))
        self.assertEqual(second.ran(), ["leaf"])


class AtOnce(EndToEnd):
    """See tests/stress/crowd.py."""

    def check(self, sessions):
        crowd = Crowd(self.folder(self.addCleanup), sessions)
        chance = random.Random(7)
        crowd.round(chance, 6, 0)
        crowd.round(chance, 6, 2)

    def test_wait(self):
        self.check("wait")

    def test_share(self):
        self.check("share")


class KilledAnywhere(EndToEnd):
    """See tests/stress/kill_points.py."""

    def check(self, step, way, stride, at_least):
        points = KillPoints(self.folder(self.addCleanup), random.Random(7))
        points.look()
        self.assertGreater(points.each_call(step, way, stride), at_least)

    def test_end(self):
        self.check("end", "group", 5, 30)

    def test_settling(self):
        self.check("settle", "group", 12, 60)

    def test_enter(self):
        self.check("enter", "self", 5, 30)

    def test_generate(self):
        self.check("generate", "self", 3, 10)

    def test_anywhere(self):
        self.assertEqual(sum(run_kills(self.folder(self.addCleanup), random.Random(7), 12).values()), 12)


class AfterFailure(EndToEnd):
    """See tests/stress/after_failure.py."""

    def test_recorded(self):
        self.assertEqual(check_gate(self.folder(self.addCleanup), random.Random(7), "recorded", 6, 4), (0, 0))

    def test_order(self):
        self.assertEqual(check_gate(self.folder(self.addCleanup), random.Random(7), "order", 6, 4), (0, 0))

    def test_strict(self):
        check_gate(self.folder(self.addCleanup), random.Random(7), "strict", 6, 4)


if __name__ == "__main__":
    unittest.main()
