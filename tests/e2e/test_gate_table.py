"""The gate's table, row by row: what a checkpoint knows of a test of its phase, and what it makes of that."""
import pathlib
import re
import shutil
import unittest

from support import EndToEnd, command_test, phase, plan, shell_test, verification

BREAKABLE = "test ! -e broken"
STRICT_ABOUT_UNTESTED = {"LOCKSTEP_SET": "phase.one.untested=fail"}


def two_phases(**of_one):
    return plan(phase("one", **of_one), phase("two"))


class GateTableBase(EndToEnd):
    """Phases one and two, of which one.b can be broken, and clicks on two.a."""

    def assert_named(self, project, **untested):
        """Named and let through; a failure where the phase says untested = "fail"."""
        expected = {name.replace("_", ".", 1): standing for name, standing in untested.items()}
        run = project.late()
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, expected)
        self.assertEqual(run.checkpoint("one").failures, {})
        self.assertEqual(project.ran(), ["two.a"])
        self.assert_stopped(project, expected, **STRICT_ABOUT_UNTESTED)

    def assert_stopped(self, project, failures, **environment):
        run = project.late(**environment)
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").status, "fail")
        self.assertEqual(run.checkpoint("one").failures, failures)
        self.assertEqual(run.checkpoint("one").untested, {})
        self.assertEqual(run.cases["two.a"].status, "notrun")
        self.assertEqual(project.ran(), [])

    def assert_all_right(self, project):
        """Even where what is not known would be a failure."""
        run = project.late(**STRICT_ABOUT_UNTESTED)
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").failures, {})
        self.assertEqual(project.ran(), ["two.a"])


class InThisSession(GateTableBase):

    def test_passed(self):
        project = self.project(two_phases(untested="fail"), shell_test("one.a"), shell_test("one.b"), shell_test("two.a"))
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn("2 of 2 tests are all right", run.checkpoint("one").output)
        self.assertEqual(sorted(project.ran()), ["one.a", "one.b", "two.a"])

    def test_skipped_or_disabled(self):
        project = self.project(two_phases(untested="fail"), shell_test("one.skip", "exit 77", skip_return_code="77"),
                               shell_test("one.off", "false", disabled="TRUE"), shell_test("two.a"))
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn("2 of 2 tests are all right", run.checkpoint("one").output)
        self.assertEqual(sorted(project.ran()), ["one.skip", "two.a"])

    def test_failed_or_not_run(self):
        project = self.project(two_phases(), shell_test("one.a"), shell_test("one.b", "false"),
                               command_test("one.c", "/nonexistent/program"), shell_test("two.a"))
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.b": "failed", "one.c": "could not be run"})
        self.assertIn("1 of 3 tests are all right", run.checkpoint("one").output)
        self.assertIn("-R '^(one\\.b|one\\.c)$'", run.checkpoint("one").output)
        self.assertNotIn("two.a", project.ran())

    def test_a_pass_now_outweighs_an_earlier_failure(self):
        project = self.project(two_phases(), shell_test("one.a", BREAKABLE), shell_test("two.a"))
        (project.build / "broken").touch()
        self.assert_fails(project.ctest())
        (project.build / "broken").unlink()
        self.assert_passes(project.ctest())
        project.ran()
        self.assert_all_right(project)

    def test_not_built_and_selected(self):
        project = self.project(two_phases(), command_test("one.p_NOT_BUILT", "one.p_NOT_BUILT"), shell_test("two.a"))
        run = project.ctest()
        self.assertEqual(run.checkpoint("one").failures, {"one.p_NOT_BUILT": "could not be run"})
        self.assertEqual(project.ran(), [])

    def test_a_phase_without_tests(self):
        tests = [shell_test("two.a")]
        run = self.project(two_phases(), *tests).ctest()
        self.assert_fails(run)
        self.assertIn("no test is in phase 'one'", run.checkpoint("one").output)
        self.assertEqual(run.cases["two.a"].status, "notrun")
        self.assert_passes(self.project(two_phases(optional=True), *tests).ctest())


class NotInThisSession(GateTableBase):

    def test_passed_and_unchanged(self):
        project = self.project(two_phases(), shell_test("one.a"), shell_test("one.b"), shell_test("two.a"))
        self.assert_passes(project.ctest())
        project.ran()
        self.assert_all_right(project)

    def test_skipped_or_disabled(self):
        project = self.project(two_phases(), shell_test("one.skip", "exit 77", skip_return_code="77"),
                               shell_test("one.said", "echo LATER", skip_regular_expression="LATER"),
                               shell_test("one.off", "false", disabled="TRUE"), shell_test("two.a"))
        self.assert_passes(project.ctest())
        project.ran()
        self.assert_all_right(project)

    def test_disabled_and_never_run(self):
        project = self.project(two_phases(), shell_test("one.off", disabled="TRUE"), shell_test("two.a"))
        self.assert_all_right(project)

    def test_failed_and_unchanged(self):
        project = self.project(two_phases(), shell_test("one.a"), shell_test("one.b", BREAKABLE), shell_test("two.a"))
        (project.build / "broken").touch()
        self.assert_fails(project.ctest())
        project.ran()
        for _ in range(2):  # asked again, it has not forgotten
            self.assert_stopped(project, {"one.b": "failed when last run"})

    def test_could_not_be_run(self):
        project = self.project(two_phases(), command_test("one.a", "/nonexistent/program"), shell_test("two.a"))
        self.assert_fails(project.ctest())
        self.assert_stopped(project, {"one.a": "failed when last run"})

    def test_never_run(self):
        project = self.project(two_phases(), shell_test("one.a"), shell_test("one.b"), shell_test("two.a"))
        self.assert_named(project, one_a="never run", one_b="never run")
        self.assert_passes(project.ctest("-R", "^one.a$"))
        project.ran()
        self.assert_named(project, one_b="never run")

    def test_not_built(self):
        project = self.project(two_phases(), command_test("one.p_NOT_BUILT", "one.p_NOT_BUILT"), shell_test("two.a"))
        self.assert_named(project, one_p_NOT_BUILT="not built")

    def test_the_last_of_several_runs_counts(self):
        project = self.project(two_phases(), shell_test("one.a", BREAKABLE), shell_test("two.a"))
        self.assert_passes(project.ctest())
        (project.build / "broken").touch()
        self.assert_fails(project.ctest("-R", "one.a"))
        project.ran()
        self.assert_stopped(project, {"one.a": "failed when last run"})
        (project.build / "broken").unlink()
        self.assert_passes(project.ctest("-R", "one.a"))
        project.ran()
        self.assert_all_right(project)


class ChangedSince(GateTableBase):
    """Files are judged by content, not by date."""

    SCRIPT = "#!/bin/sh\nexit 0\n"

    def assert_noticed(self, project, path, test="one_a"):
        """`path` is a file that counts for the test."""
        path = pathlib.Path(path)
        self.assert_passes(project.ctest())
        project.ran()
        before = path.read_bytes()
        path.touch()
        self.assert_all_right(project)
        path.write_bytes(before + b"# changed\n")
        self.assert_named(project, **{test: "changed since it ran"})
        path.write_bytes(before)
        self.assert_all_right(project)
        path.unlink()
        self.assert_named(project, **{test: "changed since it ran"})

    def test_program(self):
        project = self.project(two_phases(), "add_test(NAME one.a COMMAND ${CMAKE_SOURCE_DIR}/a.sh)\n", shell_test("two.a"),
                               files={"a.sh": self.SCRIPT})
        self.assert_noticed(project, project.source / "a.sh")

    def test_script_argument(self):
        project = self.project(two_phases(), "add_test(NAME one.a COMMAND sh ${CMAKE_SOURCE_DIR}/a.sh)\n",
                               shell_test("two.a"), files={"a.sh": self.SCRIPT})
        self.assert_noticed(project, project.source / "a.sh")

    def test_argument_behind_an_equals_sign(self):
        project = self.project(two_phases(), "add_test(NAME one.a COMMAND true --data=${CMAKE_SOURCE_DIR}/data)\n",
                               shell_test("two.a"), files={"data": "1\n"})
        self.assert_noticed(project, project.source / "data")

    def test_argument_relative_to_the_working_directory(self):
        project = self.project(two_phases(), command_test("one.a", "true", "data"), shell_test("two.a"),
                               files={"build/data": "1\n"})
        self.assert_noticed(project, project.build / "data")

    def test_required_files(self):
        project = self.project(two_phases(), shell_test("one.a"),
                               "set_tests_properties(one.a PROPERTIES REQUIRED_FILES ${CMAKE_SOURCE_DIR}/data)\n",
                               shell_test("two.a"), files={"data": "1\n"})
        self.assert_noticed(project, project.source / "data")

    def test_command(self):
        tests = [command_test("one.a", "true", "--level", "1"), shell_test("two.a")]
        project = self.project(two_phases(), *tests)
        self.assert_passes(project.ctest())
        project.ran()
        project.write_cmake(command_test("one.a", "true", "--level", "2"), shell_test("two.a"))
        project.configure()
        self.assert_named(project, one_a="changed since it ran")
        project.write_cmake(*tests)
        project.configure()
        self.assert_all_right(project)

    def test_a_failure_that_was_worked_on(self):
        project = self.project(two_phases(), "add_test(NAME one.a COMMAND ${CMAKE_SOURCE_DIR}/a.sh)\n", shell_test("two.a"),
                               files={"a.sh": "#!/bin/sh\nexit 1\n"})
        self.assert_fails(project.ctest())
        self.assert_stopped(project, {"one.a": "failed when last run"})
        project.write("a.sh", self.SCRIPT)
        self.assert_named(project, one_a="changed since it ran")

    def test_other_tests_files_do_not_count(self):
        project = self.project(two_phases(), "add_test(NAME one.a COMMAND ${CMAKE_SOURCE_DIR}/a.sh)\n"
                               "add_test(NAME one.b COMMAND ${CMAKE_SOURCE_DIR}/b.sh)\n", shell_test("two.a"),
                               files={"a.sh": self.SCRIPT, "b.sh": self.SCRIPT})
        self.assert_passes(project.ctest())
        project.ran()
        project.write("b.sh", self.SCRIPT + "# changed\n")
        self.assert_named(project, one_b="changed since it ran")


class RebuiltMeanwhile(GateTableBase):
    """A program that is rebuilt while the session runs: what ran is not what is there, or was not what is recorded."""

    def check(self, *order):
        rebuild = "printf '#!/bin/sh\\nexit 0\\n# rebuilt\\n' >../a.new; chmod +x ../a.new; mv ../a.new ../a.sh"
        project = self.project(two_phases(), "add_test(NAME one.a COMMAND ${CMAKE_SOURCE_DIR}/a.sh)\n",
                               shell_test("rebuild", rebuild), *order, shell_test("two.a"),
                               files={"a.sh": ChangedSince.SCRIPT})
        run = project.ctest()
        self.assert_passes(run)  # it ran in this session and passed
        project.ran()
        self.assert_named(project, one_a="changed since it ran")
        self.assert_passes(project.ctest("-R", "one.a"))
        project.ran()
        self.assert_all_right(project)

    def test_after_its_test(self):
        self.check("set_tests_properties(rebuild PROPERTIES DEPENDS one.a)\n")

    def test_before_its_test(self):
        self.check("set_tests_properties(one.a PROPERTIES DEPENDS rebuild)\n")


@unittest.skipUnless(shutil.which("cc"), "needs a C compiler")
class CompiledProgram(GateTableBase):
    """What make and the linker do to a program and to the build tree's libraries."""

    def test_relinked_or_library_changed(self):
        project = self.project(
            two_phases(), "add_library(part SHARED part.c)\nadd_executable(program program.c)\n"
            "target_link_libraries(program part)\nadd_test(NAME one.a COMMAND program)\n", shell_test("two.a"), language="C",
            files={"part.c": "int part(void) { return 0; }\n",
                   "program.c": "int part(void);\nint main(void) { return part(); }\n"})
        project.make()
        self.assert_passes(project.ctest())
        project.ran()
        for name in ("program", "libpart.so"):
            (project.build / name).touch()
        self.assert_all_right(project)

        program = (project.build / "program").read_bytes()
        project.write("part.c", "static int zero = 0;\nint part(void) { return zero * 7; }\n")
        project.make()
        self.assertEqual((project.build / "program").read_bytes(), program)
        self.assert_named(project, one_a="changed since it ran")

        self.assert_passes(project.ctest("-R", "one.a"))
        project.write("program.c", "int part(void);\nint main(void) { return part() * 5; }\n")
        project.make()
        project.ran()
        self.assert_named(project, one_a="changed since it ran")
        self.assert_passes(project.ctest("-R", "one.a"))
        project.ran()
        self.assert_all_right(project)


class Verifications(GateTableBase):
    """A verification runs if a test of its phase ran in this session; otherwise what is recorded of it counts."""

    SCRIPT = "#!/bin/sh\necho verified >>\"$1/verified\"\ntest ! -e \"$1/sick\"\n"
    HEALTHY = "verification 'healthy'"

    def verified_project(self, **of_one):
        return self.project(
            plan(phase("one", **of_one), verification("healthy", "${source_dir}/verify.sh", "${build_dir}"), phase("two")),
            shell_test("one.a"), shell_test("one.b"), shell_test("two.a"), files={"verify.sh": self.SCRIPT})

    def times_verified(self, project):
        path = project.build / "verified"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def test_runs_with_a_test_of_its_phase(self):
        project = self.verified_project()
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn("verification 'healthy'", run.checkpoint("one").output)
        self.assertEqual(self.times_verified(project), 1)
        self.assert_passes(project.ctest("-R", "one.a|two.a"))
        self.assertEqual(self.times_verified(project), 2)

    def test_fails(self):
        project = self.verified_project()
        (project.build / "sick").touch()
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {self.HEALTHY: "failed"})
        self.assertEqual(run.cases["two.a"].status, "notrun")
        project.ran()
        self.assert_stopped(project, {self.HEALTHY: "failed when last run"})
        self.assertEqual(self.times_verified(project), 1)
        (project.build / "sick").unlink()
        # The line that the checkpoint printed.
        again = re.search(r"To run them again:\n  ctest --test-dir \S+ -R '(.*)'\n", run.checkpoint("one").output)
        self.assert_passes(project.ctest("-R", again[1]))
        project.ran()
        self.assert_all_right(project)

    def test_recorded_pass_or_changed(self):
        project = self.verified_project()
        self.assert_passes(project.ctest())
        project.ran()
        self.assert_all_right(project)
        (project.source / "verify.sh").touch()
        self.assert_all_right(project)
        project.write("verify.sh", self.SCRIPT + "# changed\n", executable=True)
        run = project.late()
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {self.HEALTHY: "changed since it ran"})
        project.ran()
        self.assert_stopped(project, {self.HEALTHY: "changed since it ran"}, **STRICT_ABOUT_UNTESTED)
        self.assertEqual(self.times_verified(project), 1)

    def test_runs_at_a_later_checkpoint_if_its_own_is_left_out(self):
        project = self.project(plan(phase("one"), verification("healthy", "${source_dir}/verify.sh", "${build_dir}"), phase("two"),
                                    phase("three")),
                               shell_test("one.a"), shell_test("two.a"), shell_test("three.a"), files={"verify.sh": self.SCRIPT})
        self.assert_passes(project.ctest())
        self.assert_passes(project.ctest("-R", "^(one|three)[.]"))
        self.assertEqual(self.times_verified(project), 2)
        (project.build / "sick").touch()
        run = project.ctest("-R", "^(one|three)[.]")
        self.assert_fails(run)
        self.assertNotIn("checkpoint.one", run.names)
        self.assertEqual(run.checkpoint("two").failures, {self.HEALTHY: "failed"})
        self.assertEqual(run.cases["three.a"].status, "notrun")
        run = project.late()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {self.HEALTHY: "failed when last run"})

    def test_never_run(self):
        project = self.verified_project()
        # In a run of the phase's tests alone the checkpoint is not selected, so nothing verifies.
        self.assert_passes(project.ctest("-R", "^one"))
        project.ran()
        self.assertEqual(self.times_verified(project), 0)
        run = project.late()
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {self.HEALTHY: "never run"})
        project.ran()
        self.assert_stopped(project, {self.HEALTHY: "never run"}, **STRICT_ABOUT_UNTESTED)

    def test_does_not_run_where_no_test_could(self):
        """Selected are a disabled test, and one without a file that it requires: nothing has run that there is to verify."""
        project = self.project(
            plan(phase("one"), verification("healthy", "${source_dir}/verify.sh", "${build_dir}"), phase("two")),
            shell_test("one.off", disabled="TRUE"), shell_test("one.a"),
            "set_tests_properties(one.a PROPERTIES REQUIRED_FILES ${CMAKE_BINARY_DIR}/good)\n", shell_test("two.a"),
            files={"verify.sh": self.SCRIPT})
        run = project.ctest("-R", "one.off|two.a")
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {"one.a": "never run", self.HEALTHY: "never run"})
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.a": "could not be run"})
        self.assertEqual(self.times_verified(project), 0)
        (project.build / "good").touch()
        self.assert_passes(project.ctest())
        self.assertEqual(self.times_verified(project), 1)

    def test_each_is_reported_by_name(self):
        project = self.project(plan(phase("one"), verification("first", "false"), verification("second", "true"),
                                    verification("third", "/nonexistent/program"), phase("two")),
                               shell_test("one.a"), shell_test("two.a"))
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures,
                         {"verification 'first'": "failed", "verification 'third'": "failed"})
        self.assertIn("verification 'second' ", run.checkpoint("one").output)
        self.assertEqual(run.cases["two.a"].status, "notrun")


class ThroughPhases(GateTableBase):
    """A checkpoint answers for the phases that its own needs, too."""

    def test_a_failure_two_phases_back(self):
        project = self.project(plan(phase("one"), phase("two"), phase("three")), shell_test("one.a", BREAKABLE),
                               shell_test("two.a"), shell_test("three.a"))
        self.assert_passes(project.ctest())
        (project.build / "broken").touch()
        self.assert_fails(project.ctest("-R", "one.a"))
        project.ran()
        run = project.late("three.a")
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("two").failures, {"one.a": "failed when last run"})
        self.assertEqual(project.ran(), [])

    def test_phases_that_are_not_needed_do_not_count(self):
        project = self.project(plan(phase("one"), phase("side", needs=[]), phase("two", needs=["one"])),
                               shell_test("one.a"), shell_test("side.a", "false"), shell_test("two.a"))
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(run.cases["two.a"].status, "run")
        self.assertEqual(run.cases["checkpoint.side"].status, "fail")

    def test_order_and_none_end_the_inquiry(self):
        for gate in ("order", "none"):
            with self.subTest(gate=gate):
                project = self.project(plan(phase("one"), phase("two", gate=gate), phase("three")),
                                       shell_test("one.a", "false"), shell_test("two.a"), shell_test("three.a"))
                run = project.ctest()
                self.assertEqual(run.checkpoint("one").failures, {"one.a": "failed"})
                self.assertEqual(run.checkpoint("two").status, "run")
                self.assertEqual(run.cases["three.a"].status, "run")


if __name__ == "__main__":
    unittest.main()
