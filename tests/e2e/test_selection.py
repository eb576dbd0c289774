"""Filters of ctest's command line: what a click on a late test runs, and that order holds whatever is left out."""
import unittest

from support import EndToEnd, phase, plan, shell_test

THREE = plan(phase("one"), phase("two"), phase("three"))


def project_tests():
    return [shell_test(f"{name}.{letter}", "sleep 0.05") for name in ("one", "two", "three") for letter in "ab"]


class OneLateTest(EndToEnd):

    def test_runs_no_test_of_an_earlier_phase(self):
        project = self.project(THREE, *project_tests())
        for _ in range(2):  # on a fresh tree, and when it has run
            run = project.late("three.a")
            self.assert_passes(run)
            self.assertEqual(project.ran(), ["three.a"])
            self.assertEqual(sorted(run.names), ["checkpoint.two", "lockstep.end", "three.a"])
        self.assert_passes(project.ctest())
        project.ran()
        self.assert_passes(project.late("three.a"))
        self.assertEqual(project.ran(), ["three.a"])

    def test_runs_its_own_chain_and_fixtures(self):
        project = self.project(
            plan(phase("one"), phase("two", order="chain", tests=["name(two.c)", "name(two.a)", "name(two.b)"])),
            shell_test("one.a"), shell_test("up", fixtures_setup="server"), shell_test("down", fixtures_cleanup="server"),
            shell_test("two.a", fixtures_required="server"), shell_test("two.b"), shell_test("two.c"))
        self.assert_passes(project.late("two.a"))
        began = project.ran()
        self.assertEqual(sorted(began), ["down", "two.a", "two.c", "up"])
        self.assertEqual([name for name in began if name.startswith("two")], ["two.c", "two.a"])
        self.assertEqual(began[-1], "down")

    def test_strict_pulls_in_what_it_needs(self):
        project = self.project(plan(phase("one"), phase("two", gate="strict"), phase("three", gate="strict")),
                               *project_tests())
        self.assert_passes(project.late("three.a"))
        began = project.ran()
        self.assertEqual([name.split(".")[0] for name in began], ["one", "one", "two", "two", "three"])
        project.ran()
        self.assert_passes(project.late("two.a"))
        self.assertEqual(sorted(project.ran()), ["one.a", "one.b", "two.a"])
        self.assert_passes(project.late("three.a", LOCKSTEP_GATE="recorded"))
        self.assertEqual(project.ran(), ["three.a"])

    def test_a_cleanup_makes_the_gate_strict_unless_it_is_written(self):
        for gate, began in (({}, ["one.a", "one.b", "two.a"]), ({"gate": "recorded"}, ["two.a"])):
            with self.subTest(gate):
                project = self.project(plan(phase("one", cleanup=["touch", "${build_dir}/cleaned"]), phase("two", **gate)),
                                       *project_tests()[:4])
                self.assert_passes(project.late("two.a"))
                self.assertEqual(sorted(project.ran()), began)
                self.assertTrue((project.build / "cleaned").exists())

    def test_order_and_none_pull_in_no_test_of_the_project(self):
        for gate in ("order", "none"):
            with self.subTest(gate):
                project = self.project(plan(phase("one"), phase("two", gate=gate)), *project_tests()[:4])
                run = project.late("two.a")
                self.assert_passes(run)
                self.assertEqual(project.ran(), ["two.a"])
                self.assertNotIn("checkpoint.one", run.names)


class Filters(EndToEnd):
    """On a fresh tree, and after a run: each runs what plain ctest would, in the order of the phases."""
    FILTERS = {
        ("-E", "^two"): ["one.a", "one.b", "three.a", "three.b"],
        ("-LE", "^slow$"): ["one.a", "one.b", "two.a", "three.b"],
        ("-L", "^slow$"): ["two.b", "three.a"],
        ("-I", "2,4"): ["one.b", "two.a", "two.b"],
        ("-I", "0,0,0,1,6"): ["one.a", "three.b"],
        ("-R", "[.]a$"): ["one.a", "two.a", "three.a"],
    }

    def check(self, project, arguments, expected, **environment):
        project.ran()
        run = project.ctest(*arguments, jobs=8, **environment)
        self.assert_passes(run)
        began = project.ran()
        self.assertEqual(sorted(began), sorted(expected))
        order = [("one", "two", "three").index(name.split(".")[0]) for name in began]
        self.assertEqual(order, sorted(order), began)

    def labelled(self):
        return project_tests() + ["set_tests_properties(two.b three.a PROPERTIES LABELS slow)\n"]

    def test_on_a_fresh_tree(self):
        for arguments, expected in self.FILTERS.items():
            with self.subTest(" ".join(arguments)):
                self.check(self.project(THREE, *self.labelled()), arguments, expected)

    def test_after_a_run(self):
        project = self.project(THREE, *self.labelled())
        self.assert_passes(project.ctest())
        for arguments, expected in self.FILTERS.items():
            with self.subTest(" ".join(arguments)):
                self.check(project, arguments, expected)
                self.check(project, arguments, expected, LOCKSTEP_GATE="order")

    def test_the_phase_in_the_middle_left_out(self):
        """Its checkpoint is left out as well; those around it stay in order, slow or fast."""
        for gate in ("recorded", "order"):
            with self.subTest(gate):
                project = self.project(THREE, shell_test("one.a", "sleep 0.3; echo 'one.a ended' >>ran"), shell_test("two.a"),
                                       shell_test("three.a"))
                # With -R an order.two may be there that has neither its checkpoint nor its phase to wait for.
                for arguments in ("-E", "two"), ("-R", "^(one|three)[.]"), ("-I", "0,0,0,1,3"):
                    self.assert_passes(project.ctest(*arguments, jobs=8, LOCKSTEP_GATE=gate))
                    self.assertEqual(project.ran(), ["one.a", "one.a ended", "three.a"])

    def test_rerun_failed(self):
        project = self.project(THREE, *project_tests()[:3], shell_test("two.b", "test -e good"), *project_tests()[4:])
        self.assert_fails(project.ctest())
        self.assertEqual(sorted(project.ran()), ["one.a", "one.b", "two.a", "two.b"])
        self.assert_fails(project.ctest("--rerun-failed"))
        self.assertEqual(project.ran(), ["two.b"])
        (project.build / "good").touch()
        self.assert_passes(project.ctest("--rerun-failed"))
        self.assertEqual(sorted(project.ran()), ["three.a", "three.b", "two.b"])

    def test_by_label_of_a_phase(self):
        project = self.project(THREE, *project_tests())
        self.check(project, ("-L", "^phase:two$"), ["two.a", "two.b"])

    def test_no_tests_is_an_error_if_asked_for(self):
        project = self.project(THREE, *project_tests())
        self.assert_passes(project.ctest("-R", "nothing"))
        self.assert_fails(project.ctest("-R", "nothing", "--no-tests=error"))
        self.assert_fails(project.ctest("-R", "checkpoint.one", "--no-tests=error"))


class NamesExcluded(EndToEnd):
    """-E without -R: ctest takes tests away while it reads them. All behind get other numbers, and a checkpoint whose
    name matches, too, is gone."""

    def test_verdicts_are_those_of_the_right_tests(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("zero"), shell_test("one.a", "test -e good"),
                               shell_test("one.b"), shell_test("two.a"))
        for _ in range(2):
            run = project.ctest("-E", "zero")
            self.assert_fails(run)
            self.assertEqual(run.checkpoint("one").failures, {"one.a": "failed"})
            self.assertNotIn("two.a", project.ran())
        self.assertEqual(project.late().checkpoint("one").failures, {"one.a": "failed when last run"})
        (project.build / "good").touch()
        self.assert_passes(project.ctest("-E", "zero"))
        project.ran()
        self.assert_passes(project.late(LOCKSTEP_SET="phase.one.untested=fail"))
        self.assertEqual(project.ran(), ["two.a"])

    def test_a_dead_session(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("zero"), shell_test("one.a", "false"),
                               shell_test("one.b", "sleep 0.2"), shell_test("two.a"))
        self.assert_fails(project.ctest("-E", "zero", "--stop-on-failure"))
        self.assertEqual(project.late().checkpoint("one").failures, {"one.a": "failed when last run"})

    def test_the_checkpoint_in_between_is_gone(self):
        for gates in (("recorded", "recorded"), ("strict", "strict"), ("strict", "recorded"), ("recorded", "strict")):
            with self.subTest(gates):
                project = self.project(plan(phase("one"), phase("two", gate=gates[0]), phase("three", gate=gates[1])),
                                       shell_test("one.a", "sleep 0.2; test ! -e broken"), shell_test("two.a"),
                                       shell_test("three.a"))
                self.assert_passes(project.ctest("-E", "two", jobs=8))
                self.assertEqual(project.ran(), ["one.a", "three.a"])
                (project.build / "broken").touch()
                self.assert_fails(project.ctest("-E", "two", jobs=8))
                self.assertEqual(project.ran(), ["one.a"])

    def test_the_order_in_between_is_gone(self):
        for gates in (("order", "order"), ("recorded", "order"), ("order", "recorded"), ("order", "strict")):
            with self.subTest(gates):
                project = self.project(plan(phase("one"), phase("two", gate=gates[0]), phase("three", gate=gates[1])),
                                       shell_test("one.a", "sleep 0.2; echo ended >>ran; false"), shell_test("two.a"),
                                       shell_test("three.a"))
                self.assert_fails(project.ctest("-E", "two", jobs=8))
                self.assertEqual(project.ran(), ["one.a", "ended", "three.a"])

    def test_odd_names_and_expressions(self):
        names = ["a b", "c]==]d", "e$ENV{HOME}", "f(g)", "NOT", "h;i"]
        project = self.project(plan(phase("one", tests="!name(two.a)"), phase("two")),
                               *(shell_test(name.replace(";", "\\;")) for name in names), shell_test("one.a", "false"),
                               shell_test("two.a"))
        for expression in (r"^(a b|c\]==\]d|NOT)$", r"f\(g\)|h;i", r"[$]ENV{HOME}"):
            with self.subTest(expression):
                run = project.ctest("-E", expression)
                self.assertEqual(run.checkpoint("one").failures, {"one.a": "failed"})

    def test_by_preset(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("zero"), shell_test("one.a", "false"),
                               shell_test("two.a"))
        project.write("CMakePresets.json", """{"version": 6,
            "configurePresets": [{"name": "c", "generator": "Ninja", "binaryDir": "${sourceDir}/build"}],
            "testPresets": [{"name": "t", "configurePreset": "c", "filter": {"exclude": {"name": "zero"}}}]}""")
        project.run_ctest(["--preset", "t"], cwd=project.source)
        self.assertEqual(project.ran(), ["one.a"])

    def test_by_a_dashboard_script(self):
        """What a script excludes cannot be seen from outside: then no verdict is certain, and the gate stays shut."""
        project = self.project(plan(phase("one"), phase("two")), shell_test("zero"), shell_test("one.a", "false"),
                               shell_test("two.a"))
        script = project.write("dashboard.cmake", f"""
            set(CTEST_SOURCE_DIRECTORY "{project.source}")\nset(CTEST_BINARY_DIRECTORY "{project.build}")
            ctest_start(Experimental QUIET)\nctest_test(EXCLUDE zero)\n""")
        project.run_ctest(["-S", script], cwd=project.source)
        self.assertEqual(project.ran(), ["one.a"])

    def test_together_with_a_selection(self):
        """With -R nothing is taken away: fixtures bring the checkpoint back."""
        project = self.project(THREE, *project_tests())
        self.assert_passes(project.ctest("-R", "one|three", "-E", "two", jobs=8))
        self.assertEqual([name.split(".")[0] for name in project.ran()], ["one", "one", "three", "three"])


if __name__ == "__main__":
    unittest.main()
