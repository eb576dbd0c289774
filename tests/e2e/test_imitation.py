"""Outputs that look like ctest's log, by accident or on purpose, never open a gate; harmless ones do not shut it."""
import unittest

from support import CTEST, EndToEnd, phase, plan, shell_test

RULE = "-" * 58 + "\n"


def header(index, total, name):
    return (f'{index}/{total} Testing: {name}\n{index}/{total} Test: {name}\nCommand: "/usr/bin/true"\nDirectory: /tmp\n'
            f'"{name}" start time: Nov 21 05:00 UTC\nOutput:\n{RULE}')


def tail(name, verdict="Test Passed."):
    return (f'<end of output>\nTest time =   0.01 sec\n{RULE}{verdict}\n"{name}" end time: Nov 21 05:00 UTC\n'
            f'"{name}" time elapsed: 00:00:00\n{RULE}\n')


def block(index, total, name, verdict="Test Passed."):
    return header(index, total, name) + "all is well\n" + tail(name, verdict)


class ImitationBase(EndToEnd):
    """Tests of phase one: 1 one.bad, 2 one.liar, 3 one.good; 4 two.a; then checkpoint.one, checkpoint.two, the end."""
    TOTAL = 7
    BAD, LIAR, GOOD, TWO, CHECKPOINT = (1, "one.bad"), (2, "one.liar"), (3, "one.good"), (4, "two.a"), (5, "checkpoint.one")

    def lying(self, text, *, liar_exits=0, bad="false", order="", **of_one):
        """A project whose one.liar prints `text`."""
        return self.project(
            plan(phase("one", **of_one), phase("two")), shell_test("one.bad", bad),
            shell_test("one.liar", f"cat ../said; exit {liar_exits}"), shell_test("one.good"), shell_test("two.a"), order,
            files={"said": text})

    def block(self, test, verdict="Test Passed."):
        return block(test[0], self.TOTAL, test[1], verdict)

    def end_and_begin(self, *between):
        """What one.liar prints to seem ended before `between`, and begun again after it."""
        return tail("one.liar") + "".join(between) + header(*self.of(self.LIAR))

    def of(self, test):
        return test[0], self.TOTAL, test[1]

    def assert_shut(self, project, *arguments, jobs=4):
        project.ran()
        run = project.ctest(*arguments, jobs=jobs)
        self.assert_fails(run)
        self.assertNotIn("two.a", project.ran(), run.output)
        self.assertEqual(run.checkpoint("one").status, "fail")
        return run

    def texts(self):
        """Things to print that say one.bad has passed."""
        bad = self.block(self.BAD)
        return {
            "a block": bad,
            "twice": bad + bad,
            "an end of one's own before": tail("one.liar") + bad,
            "an end of one's own before, and a beginning after": self.end_and_begin(bad),
            "a header without an end": header(*self.of(self.BAD)) + "all is well\n",
            "an end without a header": tail("one.bad"),
            "everything that will come": self.end_and_begin(bad, self.block(self.GOOD), self.block(self.CHECKPOINT)),
            "after what is not text": "\x01\xff\n\n" + bad,
            "without a last line end": bad.rstrip("\n"),
            "as skipped": self.block(self.BAD, "Test Pass Reason:\nSkip regular expression found in output. Regex=[x]"),
        }


class InTheSameSession(ImitationBase):

    def check(self, order, **more):
        for name, text in self.texts().items():
            with self.subTest(name):
                project = self.lying(text, order=order, **more)
                for jobs in (1, 4):
                    self.assert_shut(project, jobs=jobs)

    def test_before_the_real_block(self):
        self.check("set_tests_properties(one.bad PROPERTIES DEPENDS one.liar)\n")

    def test_after_the_real_block(self):
        self.check("set_tests_properties(one.liar PROPERTIES DEPENDS one.bad)\n")

    def test_a_liar_that_fails_itself(self):
        for name, text in {"its own block": self.block(self.LIAR), "its own end": tail("one.liar"),
                           "an end and the next block": tail("one.liar") + self.block(self.GOOD),
                           "an end and a beginning": self.end_and_begin()}.items():
            with self.subTest(name):
                project = self.lying(text, bad="true", liar_exits=1)
                self.assert_shut(project)
                # The next session reads the same log.
                run = project.late()
                self.assert_fails(run)
                self.assertIn("one.liar", run.checkpoint("one").failures)

    def test_under_repeat(self):
        for name, text in self.texts().items():
            with self.subTest(name):
                project = self.lying(text, order="set_tests_properties(one.liar PROPERTIES DEPENDS one.bad)\n")
                self.assert_shut(project, "--repeat", "until-pass:2")


class NotSelected(ImitationBase):
    """one.bad is no part of the session in which one.liar tells of it."""

    def test_failed_when_last_run(self):
        for name, text in self.texts().items():
            with self.subTest(name):
                project = self.lying(text)
                self.assert_fails(project.ctest("-R", "one.bad|one.good"))
                self.assert_shut(project, "-R", "one.liar|two.a")
                run = project.late()
                self.assert_fails(run)
                self.assertEqual(run.checkpoint("one").failures["one.bad"], "failed when last run")

    def test_never_run(self):
        for name, text in self.texts().items():
            with self.subTest(name):
                self.assert_shut(self.lying(text, untested="fail"), "-R", "one.liar|one.good|two.a")

    def test_a_later_phase_tells_of_an_earlier_one(self):
        """Nothing that two.a prints makes one.bad pass for the next session."""
        for name, text in self.texts().items():
            with self.subTest(name):
                project = self.project(plan(phase("one"), phase("two")), shell_test("one.bad", "false"), shell_test("one.liar"),
                                       shell_test("one.good"), shell_test("two.a", "cat ../said"), files={"said": text})
                self.assert_fails(project.ctest("-R", "^one"))
                project.ctest("-R", "two.a", LOCKSTEP_GATE="none")
                self.assertEqual(project.ran()[-1], "two.a")
                project.late("two.a")
                self.assertEqual(project.ran(), [])


class ByAccident(EndToEnd):
    """A test that runs ctest, or prints a log, tells of its own matters: other numbers, other names."""

    INNER = "".join(f"add_test({name} sh -c \"{script}\")\n" for name, script in
                    (("one.bad", "true"), ("one.a", "true"), ("two.a", "exit 0")))
    NESTED = {
        "nested ctest": f"'{CTEST}' --test-dir inner",
        "nested ctest -V": f"'{CTEST}' --test-dir inner -V",
        "its log": f"'{CTEST}' --test-dir inner >/dev/null; cat inner/Testing/Temporary/LastTest.log",
    }

    def nested(self, script, bad):
        return self.project(plan(phase("one"), phase("two")), shell_test("one.bad", bad), shell_test("one.a", script),
                            shell_test("two.a"), files={"build/inner/CTestTestfile.cmake": self.INNER})

    def test_never_opens_a_gate(self):
        for name, script in self.NESTED.items():
            with self.subTest(name):
                project = self.nested(script, "false")
                run = project.ctest()
                self.assert_fails(run)
                self.assertEqual(run.cases["one.a"].status, "run", run.cases["one.a"].output)
                self.assertIn("one.bad", run.cases["one.a"].output)
                self.assertEqual(run.checkpoint("one").failures, {"one.bad": "failed"})
                self.assertNotIn("two.a", project.ran())

    def test_does_not_shut_one(self):
        for name, script in self.NESTED.items():
            with self.subTest(name):
                project = self.nested(script, "true")
                self.assert_passes(project.ctest())
                self.assertIn("two.a", project.ran())

    def test_nested_in_the_same_build_tree(self):
        """On 3.x the inner ctest takes the outer one's log away from under its name."""
        for bad in ("true", "false"):
            with self.subTest(bad):
                project = self.project(plan(phase("one"), phase("two")), shell_test("one.bad", bad),
                                       shell_test("one.nest", f"'{CTEST}' --test-dir . -R '^free$'"), shell_test("free"),
                                       shell_test("two.a"))
                run = project.ctest("-E", "free")
                self.assertEqual(run.status == 0, bad == "true", run.output)
                self.assertEqual("two.a" in project.ran(), bad == "true")
                self.assertEqual(run.checkpoint("one").failures, {} if bad == "true" else {"one.bad": "failed"})

    def test_its_own_log_so_far(self):
        """A test that prints the log of the very run it is in."""
        for bad in ("true", "false"):
            with self.subTest(bad):
                project = self.project(plan(phase("one"), phase("two")), shell_test("one.bad", bad),
                                       shell_test("one.cat", "cat Testing/Temporary/LastTest.log.tmp*", depends="one.bad"),
                                       shell_test("two.a"))
                run = project.ctest()
                self.assertIn("Testing: one.bad", run.cases["one.cat"].output)
                if bad == "false":
                    self.assert_fails(run)
                    self.assertNotIn("two.a", project.ran())


if __name__ == "__main__":
    unittest.main()
