"""What only a launcher can do: trying again, limits over processes, hooks around tests and workers; and that nothing of
it shows where a plan asks for none of it."""
import json
import os
import pathlib
import re
import signal
import sys
import time
import unittest

from support import EndToEnd, command_test, keys, phase, plan, shell_test, wait_for

# Notes a line with the time (ns) of each start and end.
NOTE = """\
import os, sys, time
def note(what):
    with open("noted", "a") as file:
        file.write(f"{what} {sys.argv[1]} {time.monotonic_ns()}\\n")
note("begin")
time.sleep(float(sys.argv[2]))
note("end")
sys.exit(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
"""

# The attempt with that number succeeds; those before end with the given status.
ATTEMPTS = 'echo x >>tries.%s; n=$(wc -l <tries.%s); echo "attempt $n"; [ $n -ge %d ] || exit %d'


def again(name, attempt, status=75):
    return shell_test(name, ATTEMPTS % (name, name, attempt, status))


def noting(name, seconds=0.05, status=0, **values):
    return command_test(name, sys.executable, "../note.py", name, str(seconds), str(status), **values)


def marker(name, **values):
    return f"[marker.{name}]\n" + keys(**values)


def retry(name="r", **values):
    values.setdefault("on_exit", [75])
    values.setdefault("backoff", "10ms")
    return f"[retry.{name}]\n" + keys(**values)


class LaunchedBase(EndToEnd):

    def launched(self, plan_text, *tests):
        return self.project(plan_text, *tests, files={"note.py": NOTE})

    def tries(self, project, name):
        path = project.build / f"tries.{name}"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def spans(self, project):
        """name -> (begin, end) in seconds, of tests that were noted once."""
        spans = {}
        for line in (project.build / "noted").read_text().splitlines():
            what, name, at = line.split()
            spans.setdefault(name, {})[what] = int(at) / 1e9
        return {name: (span["begin"], span["end"]) for name, span in spans.items()}

    def most_at_once(self, project):
        events = []
        for begin, end in self.spans(project).values():
            events += [(begin, 1), (end, -1)]
        now = most = 0
        for _, step in sorted(events):
            now += step
            most = max(most, now)
        return most

    def starts(self, project):
        return sorted(begin for begin, _ in self.spans(project).values())


class Retries(LaunchedBase):

    def test_passes_at_a_further_attempt_and_is_called_flaky(self):
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry(attempts=3)),
                                again("third", 3), again("first", 1))
        run = project.ctest()
        self.assert_passes(run)
        self.assertEqual((self.tries(project, "third"), self.tries(project, "first")), (3, 1))
        for attempt in (1, 2, 3):
            self.assertIn(f"attempt {attempt}\n", run.cases["third"].output)
        self.assertIn("flaky, passed only when tried again: third", run.cases["lockstep.end"].output)
        self.assertIn("flaky: passed after 3 attempts (retry rule r)", project.lockstep("summary"))
        shown = json.loads(project.lockstep("summary", "--format", "json"))["launched"]
        self.assertEqual(shown["tests"], 2)
        self.assertEqual(shown["retried"], [{"name": "third", "phase": None, "rule": "r", "attempts": 3, "passed": True}])
        self.assertIn("flaky: passed (3 attempts)", project.lockstep("history", "show", "third"))

    def test_not_more_often_than_allowed(self):
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry(attempts=2)), again("third", 3))
        self.assert_fails(project.ctest())
        self.assertEqual(self.tries(project, "third"), 2)

    def test_another_failure_is_final(self):
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry()), again("other", 3, status=3))
        self.assert_fails(project.ctest())
        self.assertEqual(self.tries(project, "other"), 1)

    def test_by_what_it_prints(self):
        script = "echo x >>tries.%s; [ $(wc -l <tries.%s) -ge 2 ] || { echo '%s'; exit 1; }"
        project = self.launched(
            plan(marker("m", tests="all()", retry="r"), '[retry.r]\nbackoff = "10ms"\n'
                 'on_output = ["429 Too Many Requests", "/rate.?limit/"]\n'),
            *[shell_test(name, script % (name, name, text)) for name, text in
              [("substring", "HTTP 429 too many requests"), ("regex", "a rate-limit"), ("neither", "something else")]])
        self.assert_fails(project.ctest())
        self.assertEqual({name: self.tries(project, name) for name in ("substring", "regex", "neither")},
                         {"substring": 2, "regex": 2, "neither": 1})

    def test_limits_off_switches_them_off(self):
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry()), again("third", 3))
        self.assert_fails(project.ctest(LOCKSTEP_LIMITS="off"))
        self.assertEqual(self.tries(project, "third"), 1)

    def test_will_fail_and_skip_codes_stay_what_they_are(self):
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry(on_exit=[], attempts=2)),
                                shell_test("wants.failure", "echo x >>tries.wants.failure; exit 1", will_fail="TRUE"),
                                shell_test("skips", "echo x >>tries.skips; exit 4", skip_return_code="4"),
                                shell_test("fails", "echo x >>tries.fails; exit 1"))
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual({name: (run.cases[name].status, self.tries(project, name)) for name in
                          ("wants.failure", "skips", "fails")},
                         {"wants.failure": ("run", 1), "skips": ("notrun", 1), "fails": ("fail", 2)})


class TimeOuts(LaunchedBase):

    def test_waiting_is_not_the_tests_time(self):
        # Each may take a second, and the last has to wait longer than that.
        project = self.launched(plan(marker("m", tests="all()", rate_limit="one"),
                                     '[rate_limit.one]\nmax_concurrent = 1\n'),
                                *[noting(f"t{i}", 0.4, timeout="2") for i in range(8)])
        self.assert_passes(project.ctest(jobs=8))
        self.assertEqual(self.most_at_once(project), 1)

    def test_ctest_still_says_timeout(self):
        project = self.launched(plan(marker("m", tests="all()", rate_limit="one"),
                                     '[rate_limit.one]\nmax_concurrent = 4\n'), noting("slow", 30, timeout="1"))
        begin = time.monotonic()
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("***Timeout", run.output)
        self.assertLess(time.monotonic() - begin, 20)

    def test_each_attempt_has_its_time(self):
        script = "echo x >>tries.slow; [ $(wc -l <tries.slow) -ge 2 ] || sleep 30"
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry(on_exit=[], attempts=2)),
                                shell_test("slow", script, timeout="2"))
        run = project.ctest()
        self.assert_passes(run)
        self.assertEqual(self.tries(project, "slow"), 2)


class Limits(LaunchedBase):

    def test_a_rate_over_processes(self):
        project = self.launched(plan(marker("m", tests="all()", rate_limit="api"),
                                     '[rate_limit.api]\nrate = "10/s"\nburst = 2\n'),
                                *[noting(f"t{i}", 0.01) for i in range(12)])
        self.assert_passes(project.ctest(jobs=12))
        starts = self.starts(project)
        self.assertGreaterEqual(starts[-1] - starts[0], 0.8, starts)

    def test_without_the_limit_they_start_together(self):
        """What the test before this one measures is the limit's doing."""
        project = self.launched(plan(marker("m", tests="all()", rate_limit="api"),
                                     '[rate_limit.api]\nrate = "1/s"\nburst = 1\n'),
                                *[noting(f"t{i}", 0.01) for i in range(12)])
        begin = time.monotonic()
        self.assert_passes(project.ctest(jobs=12, LOCKSTEP_LIMITS="off"))
        self.assertLess(time.monotonic() - begin, 11)

    def test_so_many_at_once(self):
        tests = [noting(f"t{i}", 0.2) for i in range(9)]
        project = self.launched(plan(marker("m", tests="all()", rate_limit="api"), '[rate_limit.api]\nmax_concurrent = 3\n'),
                                *tests)
        self.assert_passes(project.ctest(jobs=9))
        self.assertLessEqual(self.most_at_once(project), 3)
        (project.build / "noted").unlink()
        self.assert_passes(project.ctest(jobs=9, LOCKSTEP_LIMITS="off"))
        self.assertGreater(self.most_at_once(project), 3, "else the limit was not what held them back")

    def test_stagger(self):
        project = self.launched(plan(phase("one", tests="all()", stagger="100ms")), *[noting(f"t{i}", 0.01) for i in range(8)])
        self.assert_passes(project.ctest(jobs=8))
        starts = self.starts(project)
        gaps = [later - earlier for earlier, later in zip(starts, starts[1:])]
        # 0.7 s, but for what each takes until it notes its start.
        self.assertGreaterEqual(starts[-1] - starts[0], 0.5, gaps)

    def test_a_profile_and_a_switch_change_them(self):
        project = self.launched(plan(marker("m", tests="all()", rate_limit="api"), '[rate_limit.api]\nmax_concurrent = 3\n'),
                                *[noting(f"t{i}", 0.2) for i in range(5)])
        self.assert_passes(project.ctest(jobs=9, LOCKSTEP_SET="rate_limit.api.max_concurrent=1"))
        self.assertEqual(self.most_at_once(project), 1)


class Hooks(LaunchedBase):

    def hooked(self, *tests, setup="echo setup >>hooks", cleanup="echo cleanup >>hooks"):
        return self.launched(plan(marker("m", tests="all()", setup=["sh", "-c", setup], cleanup=["sh", "-c", cleanup])),
                             *tests)

    def hooks(self, project):
        path = project.build / "hooks"
        return path.read_text().split() if path.exists() else []

    def test_around_a_test_that_passes_and_one_that_fails(self):
        for script, status in (("echo test >>hooks", 0), ("echo test >>hooks; exit 1", 8)):
            with self.subTest(script):
                project = self.hooked(shell_test("t", script))
                self.assertEqual(project.ctest().status, status)
                self.assertEqual(self.hooks(project), ["setup", "test", "cleanup"])

    def test_a_set_up_that_fails_fails_the_test(self):
        project = self.hooked(shell_test("t", "echo test >>hooks"), setup="echo cannot; exit 3")
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("cannot", run.cases["t"].output)
        self.assertEqual(self.hooks(project), ["cleanup"])

    def test_a_killed_test_is_cleaned_up_after(self):
        project = self.hooked(shell_test("t", "kill -KILL $$"))
        self.assert_fails(project.ctest())
        self.assertEqual(self.hooks(project), ["setup", "cleanup"])

    def test_after_a_time_out_the_same_run_pays(self):
        project = self.hooked(shell_test("t", "sleep 60", timeout="1"))
        self.assert_fails(project.ctest())
        self.assertEqual(self.hooks(project), ["setup", "cleanup"])

    def test_after_a_killed_run_the_next_one_pays(self):
        project = self.hooked(shell_test("t", "sleep 60"), shell_test("other"))
        with project.running("-R", "^t$") as process:
            wait_for("the test", lambda: "setup" in self.hooks(project) and (project.build / "ran").exists())
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.assertEqual(self.hooks(project), ["setup"])
        run = project.ctest("-R", "other")
        self.assertIn("owes the clean-up after test 't'", run.output)
        self.assertEqual(self.hooks(project), ["setup", "cleanup", "setup", "cleanup"])
        self.assertNotIn("owes", project.ctest("-R", "other").output)

    def test_one_that_fails_stays_owed(self):
        project = self.hooked(shell_test("t"), cleanup="test -e may || { echo locked; exit 1; }; echo cleanup >>hooks")
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn("locked", run.cases["t"].output + run.cases["lockstep.end"].output)
        self.assertIn("the clean-up after test 't'", project.lockstep("history", "show"))
        (project.build / "may").touch()
        project.lockstep("cleanup")
        self.assertEqual(self.hooks(project), ["setup", "cleanup"])


class Workers(LaunchedBase):

    def workers(self, *tests, setup="echo setup-$1 >>hooks", teardown="echo teardown-$1 >>hooks"):
        return self.launched(
            plan("[worker]\n" + keys(setup=["sh", "-c", setup.replace("$", "$$"), "sh", "${worker}"],
                                     teardown=["sh", "-c", teardown.replace("$", "$$"), "sh", "${worker}"])), *tests)

    def hooks(self, project):
        return (project.build / "hooks").read_text().split()

    def test_once_before_the_first_and_after_the_last(self):
        project = self.workers(*[shell_test(f"t{i}", "sleep 0.1; echo $LOCKSTEP_WORKER >>workers; test -d $LOCKSTEP_WORKER_DIR")
                                 for i in range(9)])
        self.assert_passes(project.ctest(jobs=3))
        used = set((project.build / "workers").read_text().split())
        hooks = self.hooks(project)
        self.assertLessEqual(len(used), 3)
        self.assertEqual(sorted(hooks), sorted([f"setup-{w}" for w in used] + [f"teardown-{w}" for w in used]))
        self.assertTrue(all(hook.startswith("setup") for hook in hooks[:len(used)]), hooks)

    def test_a_set_up_that_fails_is_tried_once_more(self):
        project = self.workers(shell_test("t", "echo $LOCKSTEP_WORKER >>workers"),
                               setup="echo setup-$1 >>hooks; [ $(grep -c setup hooks) -ge 2 ]")
        self.assert_passes(project.ctest(jobs=1))
        self.assertEqual(self.hooks(project), ["setup-gw0", "setup-gw0", "teardown-gw0"])

    def test_a_worker_that_cannot_be_set_up_is_not_used_again(self):
        project = self.workers(*[shell_test(f"t{i}", "echo $LOCKSTEP_WORKER >>workers") for i in range(3)],
                               setup="echo setup-$1 >>hooks; [ $1 != gw0 ] || { echo no database; exit 1; }")
        run = project.ctest(jobs=1)
        self.assert_fails(run)
        failed = [name for name, case in run.cases.items() if case.status == "fail"]
        self.assertEqual(len(failed), 1, run.output)
        self.assertIn("no database", run.cases[failed[0]].output)
        self.assertEqual(self.hooks(project).count("setup-gw0"), 2)
        self.assertNotIn("gw0", set((project.build / "workers").read_text().split()))

    def test_ctest_may_repeat_it_all(self):
        project = self.workers(shell_test("t"))
        run = project.ctest("--repeat", "until-fail:2", jobs=1)
        self.assert_passes(run)
        self.assertEqual(project.ran(), ["t", "t"])
        self.assertEqual(self.hooks(project), ["setup-gw0", "teardown-gw0"])
        self.assertNotIn("flaky", run.cases["lockstep.end"].output)
        self.assertEqual(json.loads(project.lockstep("history", "show", "--format", "json"))["sessions"][0]["retried"], 0)

    def test_a_killed_run_owes_the_tear_down(self):
        project = self.workers(shell_test("t", "sleep 60"), shell_test("other"))
        with project.running("-R", "^t$") as process:
            wait_for("the test", lambda: (project.build / "ran").exists())
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        run = project.ctest("-R", "other")
        self.assertIn("owes the tear-down of worker 'gw0'", run.output)
        self.assertEqual(self.hooks(project), ["setup-gw0", "teardown-gw0", "setup-gw0", "teardown-gw0"])


class LeftBehind(LaunchedBase):

    def test_a_child_is_reported_and_ended(self):
        project = self.launched(plan("[run]\nmeasure = true\n"), shell_test("t", "sleep 1000 & echo $! >child"))
        begin = time.monotonic()
        run = project.ctest()
        self.assertLess(time.monotonic() - begin, 30)
        self.assert_passes(run)
        self.assertIn("sleep 1000", run.cases["t"].output)
        self.assertFalse(pathlib.Path(f"/proc/{(project.build / 'child').read_text().strip()}").exists())

    def test_a_killed_ctest_leaves_no_launched_test(self):
        project = self.launched(plan("[run]\nmeasure = true\n"), shell_test("t", "echo $$ >pid; sleep 60"), shell_test("other"))
        with project.running("-R", "^t$") as process:
            wait_for("the test", lambda: (project.build / "pid").exists() and (project.build / "pid").read_text().strip())
            pid = (project.build / "pid").read_text().strip()
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            self.assert_passes(project.ctest("-R", "other"))
            self.assertFalse(pathlib.Path(f"/proc/{pid}").exists())


class Statuses(LaunchedBase):
    """A launched test ends, to ctest, as it does without a launcher."""

    def test_the_same_words(self):
        scripts = {"passes": "true", "fails": "exit 3", "segfault": "kill -SEGV $$", "abort": "kill -ABRT $$",
                   "killed": "kill -KILL $$", "term": "kill -TERM $$", "code77": "exit 77"}
        tests = [shell_test(name, script) for name, script in scripts.items()]
        tests.append(command_test("missing", "/no/such/program"))
        words = []
        for text in (plan("[run]\nmeasure = true\n"), plan()):
            project = self.launched(text, *tests)
            output = project.ctest().output
            words.append({name: re.search(rf" {name} \.*\s*(.*?)\s+[0-9.]+ sec", output).group(1) for name in scripts})
            words[-1]["missing"] = "Not Run" in output
        self.assertEqual(words[0], words[1])

    def test_measured(self):
        project = self.launched(plan("[run]\nmeasure = true\n"),
                                command_test("busy", sys.executable, "-c", "x = bytearray(50_000_000); sum(range(3_000_000))"))
        self.assert_passes(project.ctest())
        latest = json.loads(project.lockstep("history", "show", "busy", "--format", "json"))["recorded"][0]["runs"][0]
        self.assertGreater(latest["cpu_seconds"], 0)
        self.assertGreater(latest["peak_bytes"], 50_000_000)
        self.assertEqual(latest["attempts"], 1)


class Inside(LaunchedBase):
    """A ctest that a launched test starts: nothing of the outer test is its tests' own."""

    def test_it_has_workers_and_directories_of_its_own(self):
        inner = self.launched(plan('[marker.m]\ntests = "name(hooked)"\nisolate = []\ncleanup = ["sh", "-c", "echo $$0 >>${build_dir}/removed", "${temp_dir}"]\n'),
                              shell_test("plain", "env | grep -E '^LOCKSTEP_(WORKER|HELD_PLACES|ATTEMPT)=' >found; true"), shell_test("hooked"))
        outer = self.launched(plan('[marker.m]\ntests = "all()"\nrate_limit = "one"\n[rate_limit.one]\nmax_concurrent = 1\n'),
                              command_test("outer", *inner.ctest_command("-j2")))
        self.assert_passes(outer.ctest())
        self.assertEqual((inner.build / "found").read_text(), "")
        self.assertTrue((inner.build / "removed").read_text().startswith(str(inner.state)))


class NotLaunched(LaunchedBase):

    def test_a_listing_shows_the_program_itself(self):
        project = self.launched(plan(marker("m", tests="all()", retry="r"), retry()), again("third", 3))
        command, = [test["command"] for test in json.loads(project.listing())["tests"] if test["name"] == "third"]
        self.assertEqual(command[0].rsplit("/", 1)[-1], "sh")

    def test_explain_says_why(self):
        project = self.launched(plan(marker("m", tests="name(third)", retry="r"), retry()), again("third", 3), shell_test("other"))
        self.assertIn("retry rule r", project.lockstep("explain", "third"))
        self.assertNotIn("launch", project.lockstep("explain", "other"))

    def test_a_test_that_needs_none_of_it_is_started_by_ctest(self):
        project = self.launched(plan(marker("m", tests="name(third)", retry="r"), retry()), again("third", 3),
                                shell_test("other", "tr '\\\\0' ' ' </proc/$PPID/cmdline >parent"))
        self.assert_passes(project.ctest())
        self.assertNotIn("lockstep-exec", (project.build / "parent").read_text())


if __name__ == "__main__":
    unittest.main()
