"""lockstep-exec by itself, on tables and sessions made by hand: what docs/reference/launcher.md says of it."""
import fcntl
import os
import pathlib
import resource
import signal
import subprocess
import sys
import threading
import time
import unittest

from launching import BEGIN_LINE, LAUNCHER, LauncherBase, hook, kind, line, rate_limit, records_of, retry, script
from support import clean_environment

PYTHON = sys.executable
# Fails twice, and then passes.
THIRD_TIME = 'echo x >>tries; test "$(wc -l <tries)" -ge 3'


class PassThrough(LauncherBase):
    """To CTest it is the test."""

    def test_exit_statuses(self):
        self.table(kind())
        for status in (0, 1, 3, 77, 125, 126, 127, 128, 143, 255):
            run = self.shell(f"exit {status}")
            self.assertEqual((run.status, run.out, run.err), (status, "", ""))

    def test_signals(self):
        self.table(kind())
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM, signal.SIGFPE, signal.SIGPIPE):
            self.assertEqual(self.shell(f"kill -{int(number)} $$").status, -number)
            self.assertEqual(self.records("attempt")[-1]["signal"], str(int(number)))

    def test_a_signal_leaves_no_core_of_the_launcher(self):
        self.table(kind())
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        process = self.start("/bin/sh", "-c", "ulimit -c 0; kill -SEGV $$", preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_CORE, (most, most))).process
        _, status = os.waitpid(process.pid, 0)
        process.returncode = status
        self.assertEqual(os.WTERMSIG(status), signal.SIGSEGV)
        self.assertFalse(os.WCOREDUMP(status))

    def test_arguments_are_passed_byte_for_byte(self):
        self.table(kind())
        hostile = ["", ";", "a;b", "[=[", "]]", "$HOME", "\\", "a\nb", "ü", " ", "--", "'\"`", "\udcff"]
        run = self.launch(PYTHON, "-c", "import sys; sys.stdout.write(ascii(sys.argv[1:]))", *hostile)
        self.assertEqual(run.out, ascii(hostile))

    def test_what_a_program_inherits_is_what_it_would_without(self):
        self.table(kind())
        script = ("import os,signal; print(sorted((k,v) for k,v in os.environ.items() if not k.startswith('LOCKSTEP_')),"
                  "os.getcwd(), [signal.getsignal(s) == signal.SIG_IGN for s in (1,2,3,13,15,17)],"
                  "sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), sorted(os.listdir('/proc/self/fd')), os.umask(0))")
        ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN), "restore_signals": False}
        launched = self.launch(PYTHON, "-c", script, **ignoring)
        environment = clean_environment(CTEST_RESOURCE_GROUP_COUNT="1", CTEST_RESOURCE_GROUP_0="lockstep_worker",
                                        CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER="id:3,slots:1")
        plain = subprocess.run([PYTHON, "-c", script], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True, **ignoring)
        self.assertEqual(launched.out, plain.stdout)

    def test_its_variables(self):
        self.table(kind())
        run = self.shell("echo $LOCKSTEP_WORKER $LOCKSTEP_WORKER_DIR $LOCKSTEP_ATTEMPT; test $LOCKSTEP_GROUP = $$ && "
                         "test -d $LOCKSTEP_WORKER_DIR", environment={"LOCKSTEP_WORKER": "gw55", "LOCKSTEP_GROUP": "1"})
        self.assertEqual((run.status, run.out), (0, f"gw3 {self.at('w/4/gw3')} 1\n"))

    def test_what_cannot_be_started(self):
        self.table(kind(), kind(line("will_fail")), kind(line("skip_status", "127")))
        pathlib.Path(self.at("data")).write_text("no program")
        for command, status, reason in (("/nonexistent/x", 127, "No such file"), ("no-such-program", 127, "No such file"),
                                        (self.at("data"), 126, "Permission denied"), ("/", 126, "Permission denied")):
            run = self.launch(command)
            self.assertEqual(run.status, status)
            self.assertIn(f"cannot start '{command}': {reason}", run.err)
        self.assertEqual(self.launch("/nonexistent/x", kind_number=1).status, 0, "a failure under WILL_FAIL")
        self.assertEqual(self.launch("/nonexistent/x", kind_number=2).status, 128)

    def test_a_name_without_folder_is_found_and_shown_as_ctest_does(self):
        self.table(kind())
        run = self.launch("sh", "-c", "echo $0; tr '\\0' ' ' </proc/$$/cmdline")
        self.assertRegex(run.out, r"^/\S*/sh")

    def test_a_broken_table_is_never_a_pass(self):
        for text, reason in ((None, "is missing"), ("lockstep launch table 2\nend\n", "line 1: "),
                             ("lockstep launch table 1\nend\n", "there is no such kind")):
            if text is not None:
                pathlib.Path(self.at("launch.txt")).write_text(text)
            run = self.shell("echo ran")
            self.assertEqual((run.status, run.out), (-signal.SIGABRT, ""))
            self.assertIn(reason, run.err)
        self.table(kind())
        os.unlink(self.at("session.txt"))
        self.assertEqual(self.shell("echo ran").status, -signal.SIGABRT)

    def test_without_a_session_it_is_the_program(self):
        run = subprocess.run([LAUNCHER, "--table", "none", "--kind", "0", "--test", "1", "--name", "x", "--", "sh", "-c",
                              "echo $PPID; exit 9"], env=clean_environment(), capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stdout), (9, f"{os.getpid()}\n"))
        self.assertIn("there is no session", run.stderr)

    def test_its_command_line_is_checked(self):
        for arguments in ([], ["--table", "t"], ["--table", "t", "--kind", "x", "--test", "1", "--name", "n", "--", "true"],
                          ["--table", "t", "--kind", "0", "--test", "1", "--name", "n", "true"],
                          ["--table", "t", "--kind", "0", "--test", "1", "--name", "n", "--"]):
            run = subprocess.run([LAUNCHER, *arguments], env=clean_environment(), capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 2)
            self.assertIn("usage: ", run.stderr)


class Group(LauncherBase):
    """The program and all its group end together."""

    def test_a_child_left_behind_is_reported_and_ended(self):
        self.table(kind())
        run = self.shell("sleep 1000 & echo $!; exit 5", stderr=subprocess.STDOUT)
        child = int(run.out.split()[0])
        self.assertEqual(run.status, 5)
        self.assertIn(f"  {child} (sleep 1000)\n", run.out)
        self.assertTrue(self.gone(child))
        self.assertLess(run.seconds, 4)
        self.assertIn(f"{child} (sleep 1000)", self.records("left")[0]["processes"])

    def test_also_one_that_ignores_being_told(self):
        self.table(kind())
        run = self.shell("(trap '' TERM; while :; do sleep 1000; done) </dev/null >/dev/null 2>&1 & echo $!")
        self.assertTrue(self.gone(int(run.out)))
        self.assertGreater(run.seconds, 4.5)

    def test_also_a_grandchild_whose_parent_is_gone(self):
        self.table(kind())
        run = self.shell("(sleep 1000 & echo $!)")
        self.assertTrue(self.gone(int(run.out)))
        self.assertIn("(sleep 1000)", run.err)

    def test_one_that_ends_by_itself_at_that_moment_is_none(self):
        self.table(kind())
        for _ in range(20):
            run = self.shell("sleep 0.02 &")
            self.assertEqual((run.status, run.err), (0, ""))

    def test_a_daemon_is_left_alone(self):
        self.table(kind())
        run = self.shell("setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!; sleep 0.3")
        daemon = int(run.out)
        self.addCleanup(os.kill, daemon, signal.SIGKILL)
        self.assertEqual(run.err, "")
        self.assertFalse(self.gone(daemon))

    def test_the_program_does_not_outlive_a_killed_launcher(self):
        self.table(kind())
        run = self.start("/bin/sh", "-c", "echo $$ >pid; exec sleep 1000")
        child = int(self.wait_for_file("pid"))
        run.process.kill()
        self.assert_ends(child)

    def test_signals_are_passed_on(self):
        self.table(kind())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            pathlib.Path(self.at("pids")).unlink(missing_ok=True)
            run = self.start(PYTHON, "-c", "import signal,subprocess,os\n"
                             f"signal.signal({int(number)}, signal.SIG_DFL)\n"
                             "child = subprocess.Popen(['sleep', '1000'])\n"
                             "open('pids', 'w').write(f'{os.getpid()} {child.pid}\\n')\n"
                             "child.wait(); signal.pause()")
            pids = [int(pid) for pid in self.wait_for_file("pids").split()]
            run.process.send_signal(number)
            run.finish()
            self.assertEqual(run.status, -number)
            for pid in pids:
                self.assertTrue(self.gone(pid))
            self.assertLess(run.seconds, 4)

    def test_a_program_that_deals_with_a_signal_decides_how_it_ends(self):
        self.table(kind())
        run = self.start("/bin/sh", "-c", "trap 'echo told; exit 7' TERM; echo >ready; while :; do sleep 0.05; done")
        self.wait_for_file("ready")
        run.process.terminate()
        run.finish()
        self.assertEqual((run.status, run.out), (7, "told\n"))

    def test_kill_follows_term(self):
        self.table(kind())
        run = self.start("/bin/sh", "-c", "trap '' TERM; echo >ready; while :; do sleep 0.05; done")
        self.wait_for_file("ready")
        run.process.terminate()
        run.finish()
        self.assertEqual(run.status, -signal.SIGKILL)
        self.assertGreater(run.seconds, 4.5)

    def test_stopped_and_continued(self):
        self.table(retry(), kind(line("use_retry", 0), line("timeout", 1500)))
        run = self.start("/bin/sh", "-c", "echo $$ >pid; while :; do echo x >>ticks; sleep 0.05; done")
        self.wait_for_file("pid")
        run.process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(run.process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))
        time.sleep(0.3)
        before = len(self.lines("ticks"))
        time.sleep(1.5)
        self.assertEqual(len(self.lines("ticks")), before)
        run.process.send_signal(signal.SIGCONT)
        self.wait_for(lambda: len(self.lines("ticks")) > before, "it does not go on")
        self.assertEqual(self.records("attempt"), [], "the time-out does not count what was not run")


class Retries(LauncherBase):
    def attempts(self):
        return [(record["attempt"], record["retried"]) for record in self.records("attempt")]

    def test_any_failure(self):
        self.table(retry(), kind(line("use_retry", 0)))
        run = self.shell("echo attempt $LOCKSTEP_ATTEMPT; " + THIRD_TIME)
        self.assertEqual((run.status, run.out), (0, "attempt 1\nattempt 2\nattempt 3\n"))
        self.assertEqual(run.err.count("rule 'busy' repeats it in"), 2)
        self.assertIn("attempt 1 of 3 ended with exit status 1; ", run.err)
        self.assertEqual(self.attempts(), [("1", "1"), ("2", "1"), ("3", "0")])

    def test_the_last_attempt_counts(self):
        self.table(retry(attempts=2), kind(line("use_retry", 0)))
        self.assertEqual(self.shell("echo x >>tries; exit 9").status, 9)
        self.assertEqual(len(self.lines("tries")), 2)
        self.assertEqual(self.shell("kill -SEGV $$").status, -signal.SIGSEGV)

    def test_by_exit_status(self):
        self.table(retry(on_exit=[75]), kind(line("use_retry", 0)))
        for script, tries in (("exit 75", 3), ("exit 74", 1), ("exit 0", 1), ("kill -SEGV $$", 1)):
            pathlib.Path(self.at("tries")).unlink(missing_ok=True)
            self.shell("echo x >>tries; " + script)
            self.assertEqual(len(self.lines("tries")), tries, script)

    def test_will_fail_and_skips(self):
        self.table(retry(), retry("exits", on_exit=[0, 75, 77]),
                   kind(line("use_retry", 0), line("will_fail")), kind(line("use_retry", 0), line("skip_status", 77)),
                   kind(line("use_retry", 1), line("will_fail")), kind(line("use_retry", 1), line("skip_status", 77)))
        for number, script, tries in ((0, "exit 1", 1), (0, "exit 0", 3), (0, "kill -SEGV $$", 3), (1, "exit 77", 1),
                                      (1, "exit 1", 3), (2, "exit 75", 1), (2, "exit 0", 3), (3, "exit 77", 1),
                                      (3, "exit 75", 3), (3, "exit 0", 1)):
            with self.subTest(kind=number, script=script):
                pathlib.Path(self.at("tries")).unlink(missing_ok=True)
                self.shell("echo x >>tries; " + script, kind_number=number)
                self.assertEqual(len(self.lines("tries")), tries)

    def test_by_output(self):
        self.table(retry(on_output=["429 too MANY", "/rate.?limit(ed)$/", "/^begin/"]), kind(line("use_retry", 0)))
        for script, tries in (("echo 'x 429 TOO many x'", 3), ("echo 429 too few", 1), ("printf 'x rate-limited'", 3),
                              ("printf 'rate-limited x'", 1), ("printf begin >&2", 3), ("printf ' begin'", 1)):
            with self.subTest(script):
                pathlib.Path(self.at("tries")).unlink(missing_ok=True)
                self.shell(f"echo x >>tries; {script}; exit 1")
                self.assertEqual(len(self.lines("tries")), tries)
        pathlib.Path(self.at("tries")).unlink()
        self.shell("echo x >>tries; echo 429 too many")
        self.assertEqual(len(self.lines("tries")), 1, "a test that passed is not repeated")

    def test_patterns_that_come_in_pieces(self):
        self.table(retry(attempts=2, on_output=["needle in haystack", "/n[e]+dle\\d\\d/"]), kind(line("use_retry", 0)))
        script = ("import os,sys,time\n"
                  "os.write(1, b'x' * int(sys.argv[1]))\n"
                  "for c in sys.argv[2]: os.write(1, c.encode()); time.sleep(0.002)\n"
                  "os.write(1, b'y' * int(sys.argv[3])); open('tries', 'a').write('x\\n'); sys.exit(1)")
        for before, text, after in ((0, "NEEDLE in haystack", 0), (262140, "needle in haystack", 300000),
                                    (131065, "neeedle42", 0), (524280, "needle01", 600000)):
            pathlib.Path(self.at("tries")).unlink(missing_ok=True)
            run = self.launch(PYTHON, "-c", script, str(before), text, str(after))
            self.assertEqual(len(self.lines("tries")), 2, text)
            self.assertEqual(run.out, ("x" * before + text + "y" * after) * 2)

    def test_output_is_passed_on_at_once_in_order_and_apart(self):
        self.table(retry(on_output=["nothing"]), kind(line("use_retry", 0)))
        run = self.shell("printf a; printf 1 >&2; printf b; printf 2 >&2")
        self.assertEqual((run.out, run.err), ("ab", "12"))
        run = self.shell("i=0; while [ $i -lt 200 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done",
                         stderr=subprocess.STDOUT)
        self.assertEqual(run.out.split(), [f"{stream}{i}" for i in range(200) for stream in "oe"])
        os.mkfifo(self.at("fifo"))
        run = self.start("/bin/sh", "-c", "echo first; read x <fifo; echo last")
        self.assertEqual(run.process.stdout.readline(), "first\n")
        pathlib.Path(self.at("fifo")).write_text("x\n")
        self.assertEqual(run.finish().status, 0)

    def test_memory_is_bounded(self):
        self.table(retry(on_output=["nothing", "/never.*ever/"]), kind(line("use_retry", 0)))
        process = self.start("/bin/sh", "-c", "head -c 300000000 /dev/zero", stdout=subprocess.DEVNULL).process
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual(status, 0)
        self.assertLess(usage.ru_maxrss, 40000, "KiB")

    def test_a_reader_that_goes_away(self):
        self.table(retry(on_output=["nothing"]), kind(line("use_retry", 0)))
        run = self.start("/bin/sh", "-c", "yes; echo $? >ended")
        run.process.stdout.readline()
        run.process.stdout.close()
        self.assertEqual(self.wait_for_file("ended"), "141", "SIGPIPE")
        run.process.wait()

    def test_pauses_double_with_jitter_up_to_the_longest(self):
        self.table(retry(attempts=6, backoff=40, longest=100), kind(line("use_retry", 0)))
        pauses = []
        for _ in range(5):
            run = self.shell("date +%s%N >>times; exit 1")
            self.assertEqual(run.status, 1)
            times = [int(text) / 1e9 for text in self.lines("times")]
            pathlib.Path(self.at("times")).unlink()
            pauses.append([b - a for a, b in zip(times, times[1:])])
        self.assertEqual({len(some) for some in pauses}, {5})
        self.assertGreater(max(max(some) for some in pauses), 0.04, "longer than the first may be")
        self.assertGreater(len({round(pause, 3) for some in pauses for pause in some}), 5, "they differ")

    def test_limits_off(self):
        self.session(limits=0)
        self.table(retry(), rate_limit("slow", per_second=0.01), kind(line("use_rate_limit", 0), line("use_retry", 0)))
        for _ in range(2):
            run = self.shell("echo x >>tries; exit 1")
            self.assertLess(run.seconds, 10)
        self.assertEqual(len(self.lines("tries")), 2)

    def test_timeouts_of_earlier_attempts(self):
        hang = 'echo x >>tries; test "$(wc -l <tries)" -ge 2 || sleep 1000'
        self.table(retry(), retry("exits", on_exit=[75]), retry("output", on_output=["busy"]),
                   kind(line("use_retry", 0), line("timeout", 300), line("announce")),
                   kind(line("use_retry", 1), line("timeout", 300)), kind(line("use_retry", 2), line("timeout", 300)))
        run = self.shell(hang)
        self.assertEqual(run.status, 0)
        self.assertIn("attempt 1 of 3 ended with its time-out; ", run.err)
        self.assertEqual([record["timed_out"] for record in self.records("attempt")], ["1", "0"])
        pathlib.Path(self.at("tries")).unlink()
        run = self.shell(hang, kind_number=1)
        self.assertEqual(run.status, -signal.SIGTERM)
        self.assertIn("the test was ended at its time-out, after 0.3 s", run.err)
        pathlib.Path(self.at("tries")).unlink()
        self.assertEqual(self.shell("echo busy; " + hang, kind_number=2).status, 0)

    def test_an_attempt_that_ignores_its_timeout(self):
        self.table(retry(attempts=2), kind(line("use_retry", 0), line("timeout", 100)))
        run = self.shell('test $LOCKSTEP_ATTEMPT = 2 && exit 0; trap "" TERM; while :; do sleep 1; done')
        self.assertEqual(run.status, 0)
        self.assertGreater(run.seconds, 4.5)

    def test_the_last_attempt_is_announced_and_has_no_timeout_here(self):
        self.table(retry(attempts=2), kind(line("use_retry", 0), line("timeout", 200), line("announce")),
                   kind(line("timeout", 200), line("announce")))
        run = self.shell("echo $LOCKSTEP_ATTEMPT; test $LOCKSTEP_ATTEMPT = 2 && sleep 0.6")
        self.assertEqual((run.status, run.out), (0, f"1\n{BEGIN_LINE}\n2\n"))
        run = self.shell("sleep 0.6", kind_number=1)
        self.assertEqual((run.status, run.out), (0, BEGIN_LINE + "\n"))

    def test_output_of_repeated_attempts_is_withheld_from_who_judges_by_it(self):
        self.table(retry(on_output=["busy"]), retry("exits", on_exit=[75]),
                   kind(line("use_retry", 0), line("judged_by_output")),
                   kind(line("use_retry", 1), line("judged_by_output")))
        script = 'echo out $LOCKSTEP_ATTEMPT; echo err >&2; test $LOCKSTEP_ATTEMPT = 2 || echo busy'
        run = self.shell(script)
        self.assertEqual((run.status, run.out), (0, "out 2\nerr\n"))
        kept = self.at("session/attempts/7.1")
        self.assertIn(f"; its output is in {kept}\n", run.err)
        self.assertEqual(pathlib.Path(kept).read_text(), "out 1\nerr\nbusy\n")
        self.assertFalse(os.path.exists(self.at("session/attempts/7.2")), "it was passed on")
        run = self.shell("echo out; exit 3", kind_number=1)
        self.assertEqual((run.status, run.out), (3, "out\n"))

    def test_a_signal_ends_it_instead_of_another_attempt(self):
        self.table(retry(), hook("worker_setup", "true"), kind(line("use_retry", 0), hook("cleanup", "touch", "cleaned")))
        run = self.start("/bin/sh", "-c", "echo x >>tries; echo >ready; exec sleep 1000")
        self.wait_for_file("ready")
        run.process.terminate()
        self.assertEqual(run.finish().status, -signal.SIGTERM)
        self.assertEqual(len(self.lines("tries")), 1)
        self.assertFalse(os.path.exists(self.at("cleaned")), "owed")
        self.assertEqual([record.kind for record in self.records("owe", "paid")], ["owe"])

    def test_giving_up_makes_the_rest_go_one_at_a_time(self):
        self.table(retry(attempts=2, give_up=0.2, tests=10), kind(line("use_retry", 0)))
        for test in (1, 2):
            self.assertNotIn("gives up", self.shell("exit 1", test=test).err)
            self.assertNotIn("gives up", self.shell("exit 1", test=test).err, "each test counts once")
        self.assertIn("gives up: more than 20 % of its 10 tests", self.shell("exit 1", test=3).err)
        self.assertNotIn("gives up", self.shell("exit 1", test=4).err)
        script = "echo + >>log; sleep 0.05; echo - >>log"
        runs = [self.start("/bin/sh", "-c", script, test=test) for test in range(10, 16)]
        for run in runs:
            self.assertEqual(run.finish().status, 0)
        self.assertEqual(self.lines("log"), ["+", "-"] * 6)

    def test_before_it_gives_up_they_overlap(self):
        self.table(retry(attempts=2, give_up=0.2, tests=10), kind(line("use_retry", 0)))
        runs = [self.start("/bin/sh", "-c", "echo + >>log; sleep 0.3; echo - >>log", test=test) for test in range(4)]
        for run in runs:
            run.finish()
        self.assertNotEqual(self.lines("log"), ["+", "-"] * 4, "the check above sees it")


class Waiting(LauncherBase):
    """Rate limits, places, stagger."""

    def overlap(self):
        most = now = 0
        for sign in self.lines("log"):
            now += 1 if sign == "+" else -1
            most = max(most, now)
        return most

    def test_places(self):
        self.table(rate_limit("two", places=2), rate_limit("many"), kind(line("use_rate_limit", 0)),
                   kind(line("use_rate_limit", 1)))
        script = "echo $LOCKSTEP_HELD_PLACES >held; echo + >>log; sleep 0.1; echo - >>log"
        for number in (0, 1):
            pathlib.Path(self.at("log")).unlink(missing_ok=True)
            runs = [self.start("/bin/sh", "-c", script, kind_number=number) for _ in range(8)]
            for run in runs:
                self.assertEqual(run.finish().status, 0)
            if number == 0:
                self.assertEqual(self.overlap(), 2)
                self.assertEqual(self.text("held"), "two\n")
                self.assertGreater(max(float(record["waited_seconds"]) for record in self.records("attempt")), 0.1)
            else:
                self.assertGreater(self.overlap(), 2, "the check above sees it")

    def test_places_are_given_back_by_the_killed_and_between_attempts(self):
        self.table(rate_limit("one", places=1), retry(attempts=2, backoff=60000, longest=60000),
                   kind(line("use_rate_limit", 0), line("use_retry", 0)))
        run = self.start("/bin/sh", "-c", "echo >ready; exec sleep 1000")
        self.wait_for_file("ready")
        run.process.kill()
        self.assertEqual(self.shell("true").status, 0)
        waiting = self.start("/bin/sh", "-c", "echo >failed; exit 1")
        self.wait_for_file("failed")
        self.assertEqual(self.shell("true").status, 0, "while the other one pauses")
        waiting.process.kill()

    def test_rate(self):
        self.table(rate_limit("r", per_second=10, burst=2), kind(line("use_rate_limit", 0)))
        runs = [self.start("/bin/sh", "-c", "date +%s%N >>times") for _ in range(8)]
        for run in runs:
            run.finish()
        times = sorted(int(text) / 1e9 for text in self.lines("times"))
        self.assertEqual(len(times), 8)
        self.assertGreater(times[-1] - times[0], 0.55)

    def test_a_rule_that_matches_slows_an_adapting_limit(self):
        self.table(rate_limit("r", per_second=20, adapt=1), retry(attempts=1, on_exit=[75]),
                   kind(line("use_rate_limit", 0), line("use_retry", 0)))
        def seconds_of_three():
            begin = time.monotonic()
            for _ in range(3):
                self.shell("true")
            return time.monotonic() - begin
        for _ in range(4):
            self.shell("exit 75")
        slow = seconds_of_three()
        self.assertGreater(slow, 1.0)

    def test_stagger(self):
        self.table(kind(line("stagger", "core/phase", 100)), kind())
        for number, least in ((0, 0.0995), (1, None)):
            pathlib.Path(self.at("times")).unlink(missing_ok=True)
            runs = [self.start("/bin/sh", "-c", "date +%s%N >>times", kind_number=number) for _ in range(6)]
            for run in runs:
                run.finish()
            times = sorted(int(text) / 1e9 for text in self.lines("times"))
            total = times[-1] - times[0]
            if least:
                self.assertGreater(total, 5 * least - 0.05)
                waits = sorted(float(record["waited_seconds"]) for record in self.records("attempt"))
                self.assertGreater(waits[-1], 0.3)
            else:
                self.assertLess(total, 0.5, "the check above sees it")

    def test_waiting_ends_with_a_signal(self):
        self.table(rate_limit("one", places=1), kind(line("use_rate_limit", 0)))
        holder = self.start("/bin/sh", "-c", "echo >ready; exec sleep 1000")
        self.wait_for_file("ready")
        waiting = self.start("/bin/sh", "-c", "echo ran")
        time.sleep(0.3)
        waiting.process.terminate()
        waiting.finish()
        self.assertEqual((waiting.status, waiting.out), (-signal.SIGTERM, ""))
        holder.process.kill()


class Hooks(LauncherBase):
    """Set-up and clean-up of markers."""

    def note(self, text):
        return ("sh", "-c", f"echo {text} >>log")

    def test_around_all_attempts(self):
        self.table(retry(), kind(line("use_retry", 0), hook("setup", *self.note("setup 1")),
                                 hook("setup", *self.note("setup 2")), hook("cleanup", *self.note("cleanup 1")),
                                 hook("cleanup", *self.note("cleanup 2"))))
        self.assertEqual(self.shell("echo test >>log; " + THIRD_TIME).status, 0)
        self.assertEqual(self.lines("log"), ["setup 1", "setup 2", "test", "test", "test", "cleanup 1", "cleanup 2"])
        owed = [record["id"] for record in self.records("owe")]
        self.assertEqual([record["id"] for record in self.records("paid")], owed)
        self.assertEqual(len(set(owed)), 2)

    def test_what_is_owed_can_be_run_by_others(self):
        self.table(kind(hook("cleanup", "rm", "${temp_dir}/x y", "$$", "${worker}", "${session}", "${worker_dir}"),
                        line("env", "A", "${worker}")))
        run = self.start("/bin/sh", "-c", "echo >ready; exec sleep 1000", environment={"LOCKSTEP_TEMP_DIR": "/t/7"})
        self.wait_for_file("ready")
        run.process.kill()
        run.process.wait()
        owed, = self.records("owe", "paid")
        self.assertEqual(owed.kind, "owe")
        self.assertEqual(owed.all("word"), ["rm", self.at("temp/7/x y"), "$", "gw3", "s-1", self.at("w/4/gw3")])
        self.assertEqual((owed["kind"], owed["directory"], owed["test"], owed["name"]),
                         ("cleanup", self.folder, "7", "a test"))
        self.assertIn("A=gw3", owed.all("set"))
        self.assertIn("LOCKSTEP_TEMP_DIR=/t/7", owed.all("set"))

    def test_nothing_starts_that_cannot_be_owed(self):
        self.table(kind(hook("setup", *self.note("setup")), hook("cleanup", "true")))
        os.mkdir(self.at("session/journal"))
        run = self.shell("echo ran")
        self.assertEqual((run.status, run.out), (1, ""))
        self.assertIn("cannot append to", run.err)
        self.assertEqual(self.lines("log"), [])

    def test_a_setup_that_fails(self):
        lines = [hook("setup", "sh", "-c", "echo no database; exit 3", place="lockstep.toml:30"),
                 hook("setup", *self.note("second")), hook("cleanup", *self.note("cleanup"))]
        self.table(kind(*lines), kind(line("will_fail"), *lines), kind(line("skip_status", 1), *lines))
        for number, status in ((0, 1), (1, 0), (2, 2)):
            run = self.shell("echo ran", kind_number=number)
            self.assertEqual((run.status, run.out), (status, ""))
            self.assertIn("(lockstep.toml:30): exit status 3\nno database\n", run.err)
        self.assertEqual(self.lines("log"), ["cleanup"] * 3)

    def test_a_cleanup_that_fails_is_a_warning(self):
        self.table(kind(hook("cleanup", "sh", "-c", "echo still locked; exit 1"), hook("cleanup", *self.note("second")),
                        hook("cleanup", "/nonexistent/x")))
        for status in (0, 4):
            run = self.shell(f"exit {status}")
            self.assertEqual(run.status, status)
            self.assertIn("stays owed", run.err)
            self.assertIn("still locked", run.err)
        self.assertEqual(self.lines("log"), ["second"] * 2)
        self.assertEqual(len(self.records("paid")), 2)
        self.assertEqual(len(self.records("owe")), 6)

    def test_variables_and_those_the_project_sets(self):
        self.table(kind(line("env", "A", "${worker}-$$"), line("env", "B", "plan"), line("own_variable", "B"),
                        script("setup", "echo $A $B >>log")))
        run = self.shell("echo $A $B", environment={"A": "outside", "B": "own"})
        self.assertEqual(run.out, "gw3-$ own\n")
        self.assertEqual(self.lines("log"), ["gw3-$ own"])

    def test_clean_ups_of_the_killed_stay_owed_exactly(self):
        self.table(kind(script("cleanup", "echo $LOCKSTEP_TEST >>cleaned")))
        runs = []
        for test in range(40):
            runs.append(self.start("/bin/sh", "-c", "sleep 0.0$(($$ % 10))", test=test,
                                   environment={"LOCKSTEP_TEST": f"t{test}"}))
            if test % 2:
                threading.Timer(0.001 * test, runs[-1].process.kill).start()
        for run in runs:
            run.finish()
        paid = {record["id"] for record in self.records("paid")}
        owed = {record["id"]: record for record in self.records("owe")}
        self.assertTrue(paid <= set(owed))
        cleaned = self.lines("cleaned")
        self.assertEqual(len(cleaned), len(set(cleaned)))
        for identity in paid:
            name = next(text[14:] for text in owed[identity].all("set") if text.startswith("LOCKSTEP_TEST="))
            self.assertIn(name, cleaned)


class Workers(LauncherBase):
    def table_of(self, setup):
        self.table(script("worker_setup", setup), hook("worker_teardown", "drop", "${worker}"), kind(line("worker")))

    def test_once_a_worker_and_session(self):
        self.table_of("echo setup $LOCKSTEP_WORKER >>log")
        for worker in (1, 2, 1, 2):
            self.assertEqual(self.shell("echo test $LOCKSTEP_WORKER >>log", worker=worker).status, 0)
        self.assertEqual(self.lines("log"), ["setup gw1", "test gw1", "setup gw2", "test gw2", "test gw1", "test gw2"])
        owed = self.records("owe")
        self.assertEqual([(record["id"], record["kind"], record.all("word")[-1]) for record in owed],
                         [("worker.gw1", "worker", "gw1"), ("worker.gw2", "worker", "gw2")])
        self.assertEqual([record["status"] for record in self.records("worker")], ["0", "0"])

    def test_a_setup_that_fails_is_tried_once_more(self):
        self.table_of("echo x >>tries; test $(wc -l <tries) = 2")
        self.assertEqual(self.shell("true").status, 0)
        self.assertEqual([record["status"] for record in self.records("worker")], ["failed", "0"])

    def test_a_worker_that_cannot_be_set_up_is_not_used_again(self):
        self.table_of("echo $LOCKSTEP_WORKER >>tries; echo no space; test $LOCKSTEP_WORKER != gw3")
        run = self.shell("echo ran")
        self.assertEqual((run.status, run.out), (1, ""))
        self.assertIn("worker gw3 could not be set up, twice", run.err)
        self.assertIn("no space", run.err)
        self.assertEqual(self.lines("tries"), ["gw3", "gw3"])
        runs = [self.start("/bin/sh", "-c", "echo $LOCKSTEP_WORKER; sleep 0.3") for _ in range(3)]
        names = {run.finish().out for run in runs}
        self.assertEqual(names, {"gw8\n", "gw9\n", "gw10\n"}, "spare ones, distinct at the same time")
        self.assertEqual(self.shell("echo $LOCKSTEP_WORKER").out, "gw8\n")
        self.assertEqual(self.lines("tries").count("gw8"), 1)
        self.assertEqual(self.lines("tries").count("gw3"), 2)

    def test_a_setup_that_was_killed_is_done_again(self):
        self.table_of("echo x >>tries; test -e again || { touch again; echo >ready; sleep 1000; }")
        run = self.start("true")
        self.wait_for_file("ready")
        run.process.kill()
        run.process.wait()
        self.assertEqual(self.shell("true").status, 0)
        self.assertEqual(len(self.lines("tries")), 2)
        self.assertEqual({record["id"] for record in self.records("owe")}, {"worker.gw3"})

    def test_without_ids_of_ctest(self):
        self.session(workers=0)
        self.table(kind())
        runs = [self.start("/bin/sh", "-c", "echo $LOCKSTEP_WORKER; sleep 0.3", worker=None) for _ in range(4)]
        self.assertEqual(sorted(run.finish().out for run in runs), ["gw0\n", "gw1\n", "gw2\n", "gw3\n"])


class Services(LauncherBase):
    def facts(self, name, state, *lines):
        os.makedirs(self.at("session/services"), exist_ok=True)
        pathlib.Path(self.at(f"session/services/{name}")).write_text(
            "lockstep-service 1\n" + line("name", name) + line("state", state) + "".join(lines) + "end\n")

    def setUp(self):
        super().setUp()
        self.table(line("service", "users", "lockstep.toml:4", 1, 1), line("port", "http"),
                   line("env", "USERS", "http://x:${port:0:http}/${worker}"),
                   line("service", "orders", "lockstep.toml:5", 1, 0), kind(line("use_service", 0)),
                   kind(line("use_service", 1)), kind(line("env", "P", "${port:0:http}")))

    def test_variables(self):
        self.facts("users", "up", line("port", "http", 8123))
        self.assertEqual(self.shell("echo $USERS").out, "http://x:8123/gw3\n")
        self.assertEqual(self.shell("echo $P", kind_number=2).out, "8123\n")

    def test_not_available(self):
        for make in (lambda: None, lambda: self.facts("users", "unavailable", line("reason", "no answer")),
                     lambda: self.facts("users", "down"), lambda: self.facts("users", "starting")):
            make()
            run = self.shell("echo ran")
            self.assertEqual((run.status, run.err), (0, ""))
            self.assertRegex(run.out, r"\Alockstep-exec: skipped: service 'users' is not available: [^\n]+\n\Z")
        self.facts("orders", "unavailable", line("reason", "no answer"))
        run = self.shell("echo ran", kind_number=1)
        self.assertEqual((run.status, run.out), (1, ""))
        self.assertIn("service 'orders' is not available: no answer", run.err)

    def test_a_port_that_is_not_known(self):
        self.assertEqual(self.shell("echo ran", kind_number=2).status, 1)


class JournalOfLaunches(LauncherBase):
    def test_measurements(self):
        self.table(kind())
        self.launch(PYTHON, "-c", "import time; x = bytearray(60_000_000); e = time.process_time() + 0.3\n"
                    "while time.process_time() < e: pass", name="tab\tline\n\x1e\\")
        record, = self.records("attempt")
        self.assertEqual(record["name"], "tab\tline\n\x1e\\")
        self.assertEqual((record["test"], record["worker"], record["status"]), ("7", "gw3", "0"))
        self.assertGreater(float(record["user_seconds"]) + float(record["system_seconds"]), 0.28)
        self.assertGreater(float(record["seconds"]), 0.28)
        self.assertGreater(int(record["peak_bytes"]), 60_000_000)
        self.assertLess(int(record["peak_bytes"]), 600_000_000)

    def test_after_a_torn_record(self):
        self.table(kind())
        self.shell("true")
        first = self.text("session/journal")
        for length in range(1, len(first)):
            pathlib.Path(self.at("session/journal")).write_text(first + first[:length])
            if length % 20 == 0:
                self.shell("exit 3")
                torn = self.text("session/journal")
                self.assertEqual(torn[:len(first) + length], first + first[:length])
                last, = records_of(torn[len(first) + length:])
                self.assertEqual(last["status"], "3")

    def test_a_journal_that_cannot_be_written_changes_no_verdict(self):
        self.table(kind())
        os.mkdir(self.at("session/journal"))
        run = self.shell("exit 4")
        self.assertEqual(run.status, 4)
        self.assertIn("cannot append to", run.err)


if __name__ == "__main__":
    unittest.main()
