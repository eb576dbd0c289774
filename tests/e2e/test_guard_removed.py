"""The tests of guards would notice if a guard were missing: the same suites, with guards taken away, are seen to fail."""
import unittest

import allocation
from support import EndToEnd, phase, plan, shell_test
from verifier import verify


class GuardRemoved(EndToEnd):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_of_class = allocation.prepare(cls.class_project)

    def broken_rules(self, **environment):
        self.project_of_class.ctest(jobs=allocation.JOBS, **environment)
        return {found.rule for found in verify(allocation.events_of(self.project_of_class), allocation.rules())}

    def test_all(self):
        self.assertEqual(self.broken_rules(LOCKSTEP_DISABLE="1", PROBE_SECONDS="0.3"),
                         {"lock", "alone", "limit", "amount", "slot", "phase", "chain", "worker", "temp"})

    def test_gates(self):
        self.assertEqual(self.broken_rules(LOCKSTEP_GATE="none"), {"phase"})

    def test_none(self):
        self.assertEqual(self.broken_rules(), set())


class OneByOne(EndToEnd):
    """Each guard taken out of the plan: its rule is broken, by a few tests that only that guard keeps apart."""
    # rule: the line to take out (or to add), and the tests to run
    GUARDS = {
        "lock": ('lock = ["disk"]\n', "^one[.]lock"), "alone": ("alone = true\n", "^one[.](alone|free)"),
        "limit": ("max_parallel = 2\n", "^one[.]cap"), "slot": ("use = { db = 1 }\n", "^one[.]db"),
        "amount": ("processors = 5\n", "^one[.]wide"), "chain": ('order = "chain"\n', "^chain"),
        "worker": ("[run]\nworkers = 0\n", "^one[.]free"), "temp": ("[defaults]\nisolate = []\n", "^one[.]free"),
    }

    def test_each(self):
        project = allocation.prepare(self.project)
        text = (project.source / "lockstep.toml").read_text()
        for rule, (line, tests) in self.GUARDS.items():
            with self.subTest(rule):
                if rule in ("worker", "temp"):
                    project.write("lockstep.toml", text + line)
                else:
                    self.assertIn(line, text)
                    project.write("lockstep.toml", text.replace(line, ""))
                self.assertIn(rule, self.broken(project, tests))
                project.write("lockstep.toml", text)
                self.assertNotIn(rule, self.broken(project, tests))

    def broken(self, project, tests):
        self.assert_passes(project.ctest("-R", tests, jobs=allocation.JOBS, PROBE_SECONDS="0.4"))
        return {found.rule for found in verify(allocation.events_of(project), allocation.rules())}


class GateRemoved(EndToEnd):

    def test_what_a_gate_keeps_from_running(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.a", "false"), shell_test("two.a"))
        for environment, runs in (({}, False), ({"LOCKSTEP_GATE": "strict"}, False), ({"LOCKSTEP_GATE": "order"}, True),
                                  ({"LOCKSTEP_GATE": "none"}, True), ({"LOCKSTEP_DISABLE": "1"}, True)):
            with self.subTest(environment):
                project.ran()
                self.assert_fails(project.ctest(**environment))
                self.assertEqual("two.a" in project.ran(), runs)


if __name__ == "__main__":
    unittest.main()
