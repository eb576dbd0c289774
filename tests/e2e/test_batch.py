"""lockstep-exec batch by itself, on tables and sessions made by hand: what docs/reference/launcher.md says of it."""
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from batching import BatchBase, batch_table, hundred, section
from launching import LAUNCHER
from support import clean_environment

# GoogleTest runs these in another order: cases with parameters come last.
ALL = [*hundred(), ("f.One", "Fragile.One", 0), ("f.Two", "Fragile.Two", 0), ("l", "Last.Case", 0)]


class Blame(BatchBase):
    """Whoever ends the process is blamed by name; everybody else has a verdict."""

    def assert_others_pass(self, cases=None):
        names = {name for name, _, _ in cases or ALL}
        self.assertEqual(set(self.verdicts()), names)
        passed = {name for name, verdict in self.verdicts().items() if verdict == "passed"}
        self.assertEqual(passed, names - set(self.bad()))

    def test_four_of_a_hundred(self):
        cases = hundred(range(1, 101), seconds=1)
        self.batch(cases)
        run = self.run_batch("37=abort,58=hang,71=exit0,90=killparent")
        self.assertEqual(run.status, 1, run.err)
        self.assertEqual(self.bad(), {"h.37": "crashed", "h.58": "timed_out", "h.71": "exited", "h.90": "crashed"})
        self.assert_others_pass(cases)
        self.assertEqual(self.details(), {"h.37": "signal 6 (Aborted)", "h.58": "time-out of 1.0 s",
                                          "h.71": "exit status 0 before its end",
                                          "h.90": "it killed the process group of its parent"})
        names, processes = self.processes()
        self.assertEqual(names, [str(number) for number in range(1, 101)], "each began once")
        self.assertEqual(len(processes), 5)
        self.assertTrue(run.out.startswith("lockstep-exec: 4 of 100 cases failed: h.37 (crashed: signal 6 (Aborted)), "
                                           "h.58 (timed out: time-out of 1.0 s), "), run.out)
        self.assertIn("---- h.37 (crashed: signal 6 (Aborted)), 0.", run.out)
        self.assertNotIn("output of 36", run.out)

    def test_ways_to_end(self):
        for does, verdict, detail in (
                ("segv", "crashed", "signal 11 (Segmentation fault)"), ("_exit0", "exited", "exit status 0 before its end"),
                ("exit3", "exited", "exit status 3 before its end"), ("killgroup", "crashed", "signal 9 (Killed)"),
                ("abort-after-ok", "crashed", "signal 6 (Aborted), after its result"), ("fail", "failed", None),
                ("skip", "skipped", "no database here"), ("stopparent", "passed", None), ("termparent", "passed", None),
                ("run-all", "passed", None), ("imitate-self", "passed", None), ("unended", "passed", None)):
            with self.subTest(does):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(ALL)
                run = self.run_batch(f"37={does}")
                self.assertEqual(self.verdicts()["h.37"], verdict)
                self.assertEqual(self.details().get("h.37"), detail)
                self.assertEqual(set(self.bad()), set() if verdict in ("passed", "skipped") else {"h.37"})
                self.assertEqual(run.status, 1 if self.bad() else 0)
                self.assert_others_pass() if self.bad() or verdict == "passed" else None

    def test_a_parent_that_is_killed_or_stopped_at_once(self):
        self.batch(hundred(range(3)))
        for _ in range(20):
            pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
            self.assertEqual(self.run_batch("start=stopparent").status, 0)
            self.run_batch("start=killparent")
            self.assertEqual(set(self.details().values()), {"it killed the process group of its parent before its first case"})

    def test_first_and_last(self):
        for does, bad in (("0=abort", {"h.0": "crashed"}), ("100=abort", {"h.100": "crashed"}),
                          ("100=exit-after-ok", {}), ("0=abort,1=abort,2=abort,100=exit0",
                                                     {"h.0": "crashed", "h.1": "crashed", "h.2": "crashed", "h.100": "exited"})):
            with self.subTest(does):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(hundred())
                self.run_batch(does)
                self.assertEqual(self.bad(), bad)
                self.assert_others_pass(hundred())

    def test_one_that_takes_no_notice_of_TERM(self):
        self.batch(hundred(seconds=0.5))
        run = self.run_batch("5=deaf")
        self.assertEqual(self.bad(), {"h.5": "timed_out"})
        self.assertGreater(run.seconds, 5.4)

    def test_a_case_that_prints_lines_of_others(self):
        self.batch(ALL)
        run = self.run_batch("37=imitate-next,38=fail")
        self.assertEqual(self.bad(), {"h.37": "failed", "h.38": "failed"})
        self.assert_others_pass()
        self.assertEqual(run.status, 1)
        names, processes = self.processes()
        self.assertEqual((names[-2:], len(processes)), (["37", "38"], 3), "both ran once more, alone")

    def test_a_suite_that_cannot_be_set_up(self):
        for does in ("abort", "exit0", "segv", "killparent"):
            with self.subTest(does):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(ALL)
                self.run_batch(f"setup={does}")
                self.assertEqual(self.bad(), {"f.One": "not_run", "f.Two": "not_run"})
                self.assertIn("before its first case" if does != "killparent" else "killed", self.details()["f.One"])
                self.assert_others_pass()

    def test_set_ups_that_fail(self):
        for does, bad in (("setup=fatal", {"f.One": "not_run", "f.Two": "not_run"}), ("teardown=fail", {"f.Two": "failed"}),
                          ("global=fatal", {name: "not_run" for name, _, _ in ALL}),
                          ("setup=fatal,37=fail", {"f.One": "not_run", "f.Two": "not_run", "h.37": "failed"})):
            with self.subTest(does):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(ALL)
                self.assertEqual(self.run_batch(does).status, 1)
                self.assertEqual(self.bad(), bad)
                self.assert_others_pass()

    def test_ends_after_the_last_case(self):
        for does, last in (("end=abort", "h.100"), ("end=exit3", "h.100"), ("status=23", "h.100"), ("global=fail", "h.100"),
                           ("global-end=segv", "h.100"), ("teardown=abort", "f.Two")):
            with self.subTest(does):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(ALL)
                run = self.run_batch(does)
                self.assertEqual(run.status, 1)
                self.assertEqual(set(self.bad()), {last})
                self.assertIn(", after ", self.details()[last])
                self.assertIn(last + " (", run.out)

    def test_a_program_that_does_not_begin(self):
        for does, detail in (("start=abort", "signal 6 (Aborted) before its first case"),
                             ("start=exit0", "exit status 0 before its first case")):
            with self.subTest(does):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(ALL)
                run = self.run_batch(does)
                self.assertEqual(set(self.verdicts().values()), {"not_run"})
                self.assertEqual(len(self.verdicts()), len(ALL))
                self.assertEqual(set(self.details().values()), {detail})
                self.assertLess(run.seconds, 20)
                self.assertIn(" in 4 processes", run.out)

    def test_a_program_that_hangs_before_its_first_case(self):
        self.batch(hundred(range(3), seconds=0.4))
        self.run_batch("start=hang")
        self.assertEqual(set(self.details().values()), {"no case had begun when the longest time-out of its cases was over"})
        self.assertEqual(len(self.verdicts()), 3)

    def test_other_programs(self):
        for command, detail in ((["/bin/echo", "garbage"], "exit status 0 before its first case"),
                                (["/nonexistent/x"], "cannot start '/nonexistent/x': No such file or directory"),
                                ([self.at("batches.txt")], f"cannot start '{self.at('batches.txt')}': Permission denied")):
            with self.subTest(command):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                self.batch(ALL, command=command)
                run = self.run_batch()
                self.assertEqual(set(self.details().values()), {detail})
                self.assertEqual(len(self.verdicts()), len(ALL))
                self.assertEqual(run.status, 1)
        self.batch(ALL, command=["/bin/echo", "garbage"])
        self.assertIn("\ngarbage --gtest_filter=All/Hundred.Case/0 --", self.run_batch().out)

    def test_cases_that_are_not_there(self):
        self.batch([*hundred(range(3)), ("gone", "Gone.Case", 0), ("newline", "A.b\nc", 0)])
        self.run_batch()
        self.assertEqual(self.bad(), {"gone": "not_run", "newline": "not_run"})
        self.assertEqual(self.details(), {"gone": "the program has no case of that name",
                                          "newline": "its name has a character that no filter can hold"})

    def test_skipped_by_the_global_set_up(self):
        self.batch(ALL)
        run = self.run_batch("global=skip")
        self.assertEqual(set(self.verdicts().values()), {"skipped"})
        self.assertEqual(run.status, 0)

    def test_signals_of_ctest(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                pathlib.Path(self.at("log")).unlink(missing_ok=True)
                self.batch(ALL)
                run = self.start_batch("37=hang")
                self.wait_for(lambda: self.lines("log")[-1:] and self.lines("log")[-1].startswith("37 "), "it does not begin")
                run.process.send_signal(number)
                run.finish()
                self.assertEqual(run.status, -number)
                self.assertEqual(len(self.verdicts()), len(ALL))
                self.assertEqual(self.bad().keys(), {name for name, _, _ in hundred(range(37, 101))})
                self.assertEqual({self.verdicts()[name] for name in self.bad()}, {"not_run"})
                self.assertEqual(self.details()["h.37"], f"interrupted by signal {int(number)}")
                pid = int(self.lines("log")[-1].split()[1])
                self.assertTrue(self.gone(pid))

    def test_a_killed_launcher_loses_the_case_under_way_and_leaves_no_process(self):
        self.batch(ALL)
        run = self.start_batch("37=hang")
        self.wait_for(lambda: "h.36" in self.verdicts(), "it does not begin")
        self.wait_for(lambda: self.lines("log")[-1].startswith("37 "), "it does not begin")
        run.process.kill()
        run.finish()
        self.assertEqual(list(self.verdicts()), ["f.One", "f.Two", "l", *(f"h.{number}" for number in range(37))])
        self.assert_ends(int(self.lines("log")[-1].split()[1]))

    def test_children_left_behind(self):
        self.batch(ALL)
        run = self.run_batch("37=child")
        self.assertEqual(run.status, 0)
        self.assertRegex(run.err, r"the batch left processes behind, which are ended:\n  \d+ \(sleep 1000\)\n")
        left, = self.records("left")
        self.assertEqual((left["test"], left["name"]), ("7", "b"))
        self.assertTrue(self.gone(int(left["processes"].split()[0])))

    def test_stopped_and_continued(self):
        self.batch(hundred(range(3), seconds=1.5))
        run = self.start_batch("1=sleep")
        self.wait_for(lambda: self.lines("log")[-1:] and self.lines("log")[-1].startswith("1 "), "it does not begin")
        run.process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(run.process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))
        time.sleep(2)
        self.assertNotIn("h.1", self.verdicts())
        run.process.send_signal(signal.SIGCONT)
        run.finish()
        self.assertEqual(run.status, 0, "the time-out does not count what was not run\n" + run.out)


class Selection(BatchBase):
    """What is asked for runs, whatever the environment says."""

    def began(self):
        return [name for name in self.processes()[0]]

    def test_some(self):
        self.batch([("p.One", "Fragile.One", 0), ("p.7", "All/Hundred.Case/7", 0)])
        self.assertEqual(self.run_batch().status, 0)
        self.assertEqual(self.began(), ["One", "7"])

    def test_all(self):
        cases = [(f"p.{wanted}", wanted, 0) for _, wanted, _ in ALL]
        self.batch(cases, whole=1)
        self.assertEqual(self.run_batch(environment={"GTEST_FILTER": "nothing", "GTEST_ALSO_RUN_DISABLED_TESTS": "1"}).status, 0)
        self.assertEqual(len(self.began()), len(ALL))
        self.assertNotIn("Disabled", self.began())
        self.assertEqual(set(self.verdicts().values()), {"passed"})
        self.assertEqual(len(self.verdicts()), len(ALL))

    def test_a_disabled_one_that_is_asked_for(self):
        self.batch([("d", "Last.DISABLED_Case", 0), ("l", "Last.Case", 0)])
        self.run_batch()
        self.assertEqual(self.verdicts(), {"l": "passed", "d": "passed"})

    def test_characters_of_filters(self):
        # "All?Hundred.Case/1?": one that means something in a filter is any one character, so others run as well.
        self.batch([("a", "All-Hundred.Case/1?", 0), ("b", "Fragile.One", 0)])
        run = self.run_batch("12=fail,17=abort")
        self.assertEqual(self.verdicts()["b"], "passed")
        self.assertEqual(self.verdicts()["a"], "not_run")
        self.assertEqual(run.status, 1)

    def test_the_environment(self):
        self.batch(ALL)
        for variables in ({"GTEST_FILTER": "-*"}, {"GTEST_REPEAT": "3"}, {"GTEST_TOTAL_SHARDS": "5", "GTEST_SHARD_INDEX": "2"},
                          {"GTEST_TOTAL_SHARDS": "5"}, {"GTEST_FAIL_FAST": "1"}, {"GTEST_BRIEF": "1"}, {"GTEST_COLOR": "yes"},
                          {"GTEST_PRINT_TIME": "0"}, {"GTEST_SHUFFLE": "1"}, {"GTEST_FLAGFILE": "/nonexistent"},
                          {"TESTBRIDGE_TEST_ONLY": "x"}, {"GTEST_OUTPUT": "xml:" + self.at("out.xml")}):
            with self.subTest(variables):
                pathlib.Path(self.at("session/journal")).unlink(missing_ok=True)
                pathlib.Path(self.at("log")).unlink(missing_ok=True)
                self.run_batch("37=fail", environment=variables)
                self.assertEqual(self.bad(), {"h.37": "failed"})
                self.assertEqual(len(self.verdicts()), len(ALL))
                self.assertEqual((len(self.began()), len(self.processes()[1])), (len(ALL), 1))

    def test_a_failure_that_breaks(self):
        self.batch(ALL)
        self.run_batch("37=fail", environment={"GTEST_BREAK_ON_FAILURE": "1"})
        self.assertEqual(self.bad(), {"h.37": "crashed"})
        self.assertEqual(len(self.verdicts()), len(ALL))

    def test_more_than_an_argument_may_hold(self):
        count = 10000
        cases = [(f"n{number}", f"Noop.Case{number}", 0) for number in range(count)]
        self.batch(cases)
        self.assertGreater(sum(len(wanted) + 1 for _, wanted, _ in cases), 128 * 1024)
        run = self.run_batch(environment={"BATCH_NOOPS": str(count)})
        self.assertEqual(run.status, 0, run.out + run.err)
        self.assertEqual(list(self.verdicts().values()), ["passed"] * count)
        self.assertIn(f"lockstep-exec: {count} cases passed\n", run.out)


class Session(BatchBase):
    """What is kept, and what ctest gets to read."""

    def test_records(self):
        self.batch(ALL)
        self.run_batch("37=fail,40=sleep,41=stderr")
        records = {record["name"]: record for record in self.records("case")}
        self.assertEqual((records["h.37"]["test"], records["h.37"]["batch"]), ("7", "b"))
        self.assertTrue(0.15 <= float(records["h.40"]["seconds"]) < 5)
        for name, text in (("h.37", "as asked"), ("h.41", "on stderr[       OK ] All/Hundred.Case/41")):
            output = self.kept()[int(records[name]["output_begin"]):int(records[name]["output_end"])].decode()
            self.assertTrue(output.startswith(f"[ RUN      ] All/Hundred.Case/{name[2:]}\n"), output)
            self.assertIn(text, output)
            self.assertRegex(output, r" ms\)\n\Z")

    def test_without_a_session(self):
        self.batch(ALL)
        run = self.run_batch("37=fail", session=False)
        self.assertEqual(run.status, 1)
        self.assertEqual(run.err, "lockstep-exec: there is no session (LOCKSTEP_SESSION_FILE), so nothing of 'b' is recorded\n")
        self.assertIn("as asked", run.out)
        self.assertNotIn("the whole output is in", run.out)
        self.assertEqual(os.listdir(self.at("tmp")), [])
        self.assertFalse(os.path.exists(self.at("session/batches")))

    def test_what_a_passed_batch_prints(self):
        self.batch(ALL)
        run = self.run_batch("1=flood")
        self.assertLess(len(run.out), 1024)
        self.assertEqual((run.status, run.err), (0, ""))
        self.assertIn(f"the whole output is in {self.at('session/batches/b.out')}\n", run.out)
        self.assertIn(b"line 19999 of a lot of output", self.kept())
        self.assertEqual(os.listdir(self.at("session/batches")), ["b.out"])

    def test_what_a_failed_batch_prints(self):
        self.batch(ALL)
        run = self.run_batch(",".join(f"{number}=abort" for number in range(10)) + ",10=flood,10=fail,11=fail")
        self.assertLess(len(run.out), 300 * 1024)
        self.assertEqual(run.out.count("\n---- h."), 11)

    def test_a_journal_that_cannot_be_written_changes_no_verdict(self):
        self.batch(ALL)
        os.mkdir(self.at("session/journal"))
        run = self.run_batch("37=fail")
        self.assertEqual(run.status, 1)
        self.assertIn("cannot append to", run.err)
        self.assertIn("lockstep-exec: 1 of 104 cases failed: h.37\n", run.out)

    def test_a_full_disk_changes_no_verdict(self):
        self.batch(ALL)
        os.mkdir(self.at("session/batches"))
        os.symlink("/dev/full", self.at("session/batches/b.out"))
        run = self.run_batch()
        self.assertEqual(run.status, 0)
        self.assertEqual(run.err.count("output is lost: cannot write to "), 1)
        self.assertEqual(set(self.verdicts().values()), {"passed"})

    def test_what_the_program_inherits(self):
        pathlib.Path(self.at("see")).write_text(
            "import os, signal, sys\n"
            "print(sorted(os.listdir('/proc/self/fd')), os.getcwd(), os.readlink('/proc/self/fd/0'), "
            "[signal.getsignal(s) == signal.SIG_DFL for s in (13, 15, 17)], sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "
            "os.getpgid(0) == os.getpid() == int(os.environ['LOCKSTEP_GROUP']), os.getpgid(os.getppid()) == os.getppid())\n")
        self.batch(ALL[:1], command=[sys.executable, self.at("see")])
        run = self.run_batch(restore_signals=True)
        self.assertIn(f"['0', '1', '2', '3'] {self.folder} /dev/null [False, True, True] [] True True\n", run.out)


class Verify(BatchBase):
    """--verify: cases that failed once more alone."""

    def verified(self):
        return {record["name"]: (record["verdict"], record["alone"], record.all("companion"))
                for record in self.records("case") if record.all("alone")}

    def test_companions(self):
        self.batch(hundred())
        environment = {"BATCH_STUMBLES_OVER": "7,9,"}
        run = self.run_batch("7=leave,9=leave,20=stumble,50=fail", "--verify", environment=environment)
        self.assertEqual(self.verified(), {"h.20": ("failed", "passed", ["h.7", "h.9"]), "h.50": ("failed", "failed", [])})
        self.assertEqual(run.status, 1, "a case that passes alone has failed all the same")
        self.assertIn("lockstep-exec: h.20 depends on the order: it passes alone, and fails after h.7, h.9\n", run.out)
        self.assertIn("lockstep-exec: h.50 fails alone too\n", run.out)
        self.assertEqual(self.bad(), {"h.20": "failed", "h.50": "failed"})
        self.assertEqual(len(self.verdicts()), 101)

    def test_only_when_asked(self):
        self.batch(hundred())
        self.run_batch("50=fail")
        self.assertEqual(self.verified(), {})

    def test_crashes(self):
        self.batch(hundred(seconds=2))
        run = self.run_batch("37=abort,71=exit0", "--verify")
        self.assertEqual(self.verified(), {"h.37": ("crashed", "failed", []), "h.71": ("exited", "failed", [])})
        self.assertEqual(self.bad(), {"h.37": "crashed", "h.71": "exited"})
        self.assertEqual(run.status, 1)

    def test_one_that_cannot_be_repeated(self):
        self.batch(hundred())
        pathlib.Path(self.at("once")).touch()
        command = f"test -e '{self.at('once')}' || unset BATCH_DOES; rm -f '{self.at('once')}'; exec \"$0\" \"$@\""
        for case, remark in (("50", "once more after the same cases it passed too"), ("0", "it was the first in its process")):
            pathlib.Path(self.at("once")).touch()
            self.batch(hundred(), command=["/bin/sh", "-c", command, self.program])
            run = self.run_batch(f"{case}=fail", "--verify")
            self.assertIn(f"lockstep-exec: h.{case} depends on the order: it passes alone ({remark})\n", run.out)
            self.assertEqual(self.verified()[f"h.{case}"], ("failed", "passed", []))


class CommandLine(BatchBase):
    def test_it_is_checked(self):
        for arguments in ([], ["--table", "t"], ["--batch", "b"], ["--table", "t", "--batch"], ["--table", "t", "--batch", ""],
                          ["--table", "t", "--batch", "b", "x"], ["--table", "t", "--table", "t", "--batch", "b"]):
            run = subprocess.run([LAUNCHER, "batch", *arguments], env=clean_environment(), capture_output=True, text=True,
                                 check=False)
            self.assertEqual(run.returncode, 2, arguments)
            self.assertIn("usage: lockstep-exec batch --table FILE --batch NAME", run.stderr)

    def test_a_broken_table_or_session_is_never_a_pass(self):
        self.batch(ALL)
        whole = self.text("batches.txt")
        for text, reason in ((None, "is missing"), ("lockstep batch table 2\nindex\t0\n", "another version wrote it"),
                             (whole[:-10], "is cut off"), (batch_table(a=section("a", ["x"], ALL)), "there is no batch 'b'")):
            path = pathlib.Path(self.at("batches.txt"))
            path.unlink() if text is None else path.write_text(text)
            run = self.run_batch()
            self.assertEqual((run.status, run.out), (-signal.SIGABRT, ""))
            self.assertIn(reason, run.err)
        self.batch(ALL)
        os.unlink(self.at("session.txt"))
        self.assertEqual(self.run_batch().status, -signal.SIGABRT)


if __name__ == "__main__":
    unittest.main()
