"""What a test's name can do to the gates: ctest finds tests by name."""
import json
import unittest

from support import EndToEnd, command_test, phase, plan, shell_test


class Repeated(EndToEnd):
    """Two tests of one name. A checkpoint would wait for the first only; in two phases they would wait for each other, and
    ctest 3.25 answers that with "No tests were found" and status 0."""

    REFUSED = "several tests have the name 'smoke', and phase 'one' would wait for the first of them only"

    def twins(self, plan_text, second="true"):
        """smoke of unit/, smoke of api/, late: each notes that it ran."""
        return self.project(plan_text, "add_subdirectory(unit)\nadd_subdirectory(api)\n", shell_test("late"),
                            files={"unit/CMakeLists.txt": command_test("smoke", "sh", "-c", "echo unit >>../ran"),
                                   "api/CMakeLists.txt": command_test("smoke", "sh", "-c", f"echo api >>../ran; {second}")})

    def assert_refused(self, project, **environment):
        run = project.ctest(**environment)
        self.assert_fails(run)
        self.assertIn(self.REFUSED, run.output)
        self.assertEqual(project.ran(), [])

    def test_in_two_phases(self):
        self.assert_refused(self.twins(plan(phase("one", tests="dir(unit)"), phase("two", tests="dir(api)"))))

    def test_in_one(self):
        for order in "parallel", "sequential", "chain":
            with self.subTest(order):
                project = self.twins(plan(phase("one", tests="name(smoke)", order=order), phase("late", tests="name(late)")), "false")
                self.assert_refused(project)
                self.assert_refused(project, LOCKSTEP_GATE="none")

    def test_one_of_them_in_none(self):
        self.assert_refused(self.twins(plan(phase("one", tests="dir(api)"), phase("late", tests="name(late)")), "false"))

    def test_outside_of_phases_they_run_one_at_a_time(self):
        project = self.twins(plan(phase("late", tests="name(late)"), '[marker.unit]\ntests = "dir(unit)"\n'))
        self.assert_passes(project.ctest())
        self.assertEqual(sorted(project.ran()), ["api", "late", "unit"])
        # ctest's backtraces of both lead to the directory of the last.
        tests = json.loads((project.state / "schedule.json").read_text())["tests"]
        self.assertEqual([[marker["name"] for marker in test.get("markers", [])] for test in tests], [[], ["unit"], []])
        self.assertEqual([[lock["name"] for lock in test.get("locks", [])] for test in tests],
                         [[], ["lockstep.same-name.smoke"], ["lockstep.same-name.smoke"]])


class LikeOurs(EndToEnd):
    """Names of the form that Lockstep gives to tests of its own, of phases and services that this plan does not have."""

    OWN = ["service.start", "order.create", "cleanup.tmp", "checkpoint.other", "barrier.x"]

    def setUp(self):
        # A gate of each kind, so that each kind of test is generated.
        self.made = self.project(
            plan(phase("one", tests="name(service.start) | name(order.create)", cleanup=["true"]),
                 phase("two", tests="name(cleanup.tmp)"), phase("three", tests="name(checkpoint.other)", gate="order"),
                 phase("four", tests="name(barrier.x)")),
            *(shell_test(name) for name in self.OWN))

    def test_they_run_and_are_gated(self):
        run = self.made.ctest()
        self.assert_passes(run)
        self.assertEqual(sorted(run.names), sorted([*self.OWN, *(f"checkpoint.{name}" for name in ("one", "two", "three", "four")),
                                                    "barrier.one", "order.two", "cleanup.one", "lockstep.end"]))
        ran = self.made.ran()
        self.assertEqual((sorted(ran[:2]), ran[2:]), (sorted(self.OWN[:2]), self.OWN[2:]))
        self.assertEqual([self.made.lockstep("list", "-E", f"name(={name})").split()[7] for name in self.OWN], self.OWN)
        self.assertIn("checkpoint.other: passed", self.made.lockstep("history", "show", "checkpoint.other"))

    def test_a_failure_counts_as_the_projects(self):
        self.made.write_cmake(*(shell_test(name, "false" if name == "cleanup.tmp" else "true") for name in self.OWN))
        self.made.configure()
        run = self.made.ctest()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("two").failures, {"cleanup.tmp": "failed"})
        self.assertRegex(self.made.lockstep("summary"), r"(?m)^failed\n  cleanup\.tmp +phase two$")

    def test_with_a_phase_of_that_name_they_are_refused(self):
        self.made.write("lockstep.toml", plan(phase("tmp", tests="name(cleanup.tmp)")))
        run = self.made.ctest()
        self.assert_fails(run)
        self.assertIn("test 'cleanup.tmp' has a name that Lockstep gives to a test of its own, for phase 'tmp' [reserved-name]",
                      run.output)
        self.assertEqual(self.made.ran(), [])

    def test_init_writes_a_plan_for_them(self):
        (self.made.source / "lockstep.toml").unlink()
        self.made.lockstep("init")
        self.assertIn("0 errors, 0 warnings", self.made.lockstep("check"))


class Unusable(EndToEnd):
    """Names that nothing can be put onto: bytes that are not UTF-8, which ctest lists as others, a word of the command
    that sets properties."""

    NAMES = {
        b"M\xe4rz": "the name of test 'M\N{REPLACEMENT CHARACTER}rz' in", b"cut \xc3": "the name of test 'cut \N{REPLACEMENT CHARACTER}' in",
        b"high \xf4\x90\x80\x80": "is not UTF-8", "\N{REPLACEMENT CHARACTER}".encode(): "holds U+FFFD",
        b"PROPERTIES": "is a word of set_tests_properties()",
    }

    def test_are_refused(self):
        for name, refusal in self.NAMES.items():
            with self.subTest(name):
                project = self.project(plan(phase("one", tests="all() - name(late)"), phase("late", tests="name(late)")),
                                       shell_test("late"), "include(odd.cmake OPTIONAL)\n")
                (project.source / "odd.cmake").write_bytes(b'add_test(NAME "%s" COMMAND false)\n' % name)
                project.configure()
                for _ in range(2):  # also when the listing is known
                    run = project.ctest()
                    self.assert_fails(run)
                    self.assertIn(refusal, run.output)
                    self.assertEqual(project.ran(), [])
                # An IDE still lists the tests, and says so.
                listing = project.ctest("-N")
                self.assert_passes(listing)
                self.assertIn("the plan cannot be used; these are the tests without it", listing.output)
                self.assertIn("late", project.ctest(LOCKSTEP_DISABLE="1").cases)


if __name__ == "__main__":
    unittest.main()
