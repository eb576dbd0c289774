"""`lockstep init` before CMake knows of Lockstep: the plan that it writes changes no test, once it is applied."""
import json
import re
import unittest

from support import PATIENCE, EndToEnd, Project, command_test, shell_test, wait_for

# A test that waits a second for its partner to run beside it, and notes whether it did.
MEETING = """touch {0}.here
for i in $(seq 100); do [ -e {1}.here ] && touch {0}.met && break; sleep 0.01; done
sleep 0.05; rm {0}.here"""

# The environment as the test finds it, without what names the run.
ENVIRONMENT = "env | grep -E '^(LOCKSTEP_|CTEST_RES|TMP|TEMP|HOME|XDG_)' | grep -vE '^LOCKSTEP_(SESSION(S|_FILE)?|MODE)=' | sort > environment"

TESTS = [
    shell_test("a", MEETING.format("a", "b")), shell_test("b", MEETING.format("b", "a")),
    shell_test("c", MEETING.format("c", "d"), labels="serial;unit"), shell_test("d", MEETING.format("d", "c"), labels="serial"),
    shell_test("environment", ENVIRONMENT, labels="exclusive"), shell_test("fails", "false", timeout="7"),
    shell_test("start", fixtures_setup="up"), shell_test("uses", fixtures_required="up", depends="a"), shell_test("stop", fixtures_cleanup="up"),
    shell_test("much", processors="2", resource_lock="l"), shell_test("gpu", resource_groups="gpus:1"),
    command_test('odd ]==] "name"', "true", labels='slow tests'), "add_subdirectory(below)\n",
]
BELOW = {"below/CMakeLists.txt": "add_test(NAME below COMMAND true)\nset_tests_properties(below PROPERTIES RUN_SERIAL TRUE)\n"}


def described(listing):
    """What ctest knows of each test, by name; where in CMake it was added is left out."""
    return {test["name"]: {"command": test["command"], **{entry["name"]: entry["value"] for entry in test["properties"]}}
            for test in json.loads(listing)["tests"]}


class Adoption(EndToEnd):
    @classmethod
    def plain_project(cls, cleanup, *tests):
        """Configured, and nothing in it knows of Lockstep."""
        project = Project(cls.folder(cleanup))
        for name, text in BELOW.items():
            project.write(name, text)
        project.write_cmake(*tests, apply=False)
        project.configure()
        return project

    @classmethod
    def setUpClass(cls):
        cls.adopted = cls.plain_project(cls.addClassCleanup, *TESTS)
        cls.before = cls.adopted.listing()
        cls.said = cls.adopted.lockstep("init")
        cls.left_behind = cls.adopted.state.exists()
        cls.first_plan = (cls.adopted.source / "lockstep.toml").read_text()
        cls.adopted.write_cmake(*TESTS)
        cls.adopted.configure()

    def setUp(self):
        self.adopted.write("lockstep.toml", self.first_plan)
        self.adopted.ran()
        for path in self.adopted.build.glob("*.met"):
            path.unlink()

    def met(self):
        return sorted(path.stem for path in self.adopted.build.glob("*.met"))

    def test_says_where_the_plan_is_and_what_comes_next(self):
        # Two streams meet here, in either order.
        self.assertEqual(sorted(self.said.splitlines()), [
            f"{self.adopted.source}/lockstep.toml",
            "lockstep: next, in the top CMakeLists.txt: find_package(Lockstep REQUIRED CONFIG), and as its last line lockstep_apply(); "
            "then configure again"])
        self.assertFalse(self.left_behind, "nothing stays in a build tree that Lockstep is not applied to")

    def test_the_plan_fits(self):
        self.assertEqual(self.adopted.lockstep("check", "--strict"), f"plan against {len(TESTS)} tests: 0 errors, 0 warnings\n")

    def test_ctest_knows_the_same_of_every_test(self):
        expected, known = described(self.before), described(self.adopted.listing())
        del known["lockstep.end"]
        for test in expected.values():
            test["FIXTURES_REQUIRED"] = sorted(test.get("FIXTURES_REQUIRED", []) + ["lockstep.session"])
        for test in known.values():
            test["FIXTURES_REQUIRED"].sort()
        self.assertEqual(known, expected)

    def test_a_run_is_what_it_was(self):
        run = self.adopted.ctest()
        self.assert_fails(run)
        self.assertEqual([name for name, case in run.cases.items() if case.status != "run"], ["fails"])
        self.assertEqual(len(run.cases), len(TESTS) + 1, "lockstep.end and no other")
        self.assertEqual(self.met(), ["a", "b", "c", "d"], "also those with the labels that Lockstep has a meaning for")
        plain = self.adopted.ctest("-R", "^environment$", LOCKSTEP_DISABLE="1")
        self.assert_passes(plain)
        expected = (self.adopted.build / "environment").read_text()
        expected = "".join(line for line in expected.splitlines(True) if not line.startswith("LOCKSTEP_DISABLE="))
        self.assert_passes(self.adopted.ctest("-R", "^environment$"))
        self.assertEqual((self.adopted.build / "environment").read_text(), expected)

    def test_two_runs_at_once_do_not_wait_for_each_other(self):
        project = self.plain_project(self.addCleanup, shell_test("waits", "while ! [ -e go ]; do sleep 0.01; done", timeout=str(PATIENCE)),
                                     shell_test("goes", "touch go"))
        project.lockstep("init")
        project.write_cmake(shell_test("waits", "while ! [ -e go ]; do sleep 0.01; done", timeout=str(PATIENCE)), shell_test("goes", "touch go"))
        project.configure()
        with project.running("-R", "^waits$") as first:
            wait_for("the first run's test", lambda: (project.build / "ran").exists())
            self.assert_passes(project.ctest("-R", "^goes$"))
            self.assertEqual(first.wait(PATIENCE), 0)

    def test_phases_and_markers_that_cmake_gives_are_in_the_plan(self):
        """A plan without them would be refused."""
        project = Project(self.folder(self.addCleanup))
        project.write_cmake("lockstep_add_test(NAME late COMMAND true PHASE two MARKERS slow)\n",
                            "lockstep_add_test(NAME early COMMAND true PHASE one)\n")
        project.configure()
        self.assert_fails(project.ctest())
        project.lockstep("init")
        self.assertEqual(project.lockstep("check", "--strict"), "plan against 2 tests: 0 errors, 0 warnings\n")
        self.assert_passes(project.ctest("-R", "late"))
        self.assertEqual(project.lockstep("list").split()[6:], "1 late two slow - - 2 early one - - -".split())

    def test_the_cautious_line_holds_back_what_has_no_marker(self):
        self.adopted.write("lockstep.toml", self.first_plan.replace("#unmarked = ", "unmarked = "))
        line = 1 + self.adopted.source.joinpath("lockstep.toml").read_text().splitlines().index('unmarked = "serial"')
        self.assertRegex(self.adopted.lockstep("explain", "a"), rf"lock +lockstep\.unmarked +lockstep\.toml:{line}\n")
        self.adopted.ctest("-R", "^[a-d]$")
        self.assertEqual(self.met(), ["c", "d"])

    def test_every_suggestion_goes_into_effect(self):
        everything = re.sub(r"^#(?=[^ \n])", "", self.first_plan, flags=re.MULTILINE)
        self.adopted.write("lockstep.toml", everything)
        self.assertIn("[share-with-lock]", self.adopted.lockstep("check"))
        self.adopted.write("lockstep.toml", everything.replace('sessions = "share"\n', ""))
        self.assertEqual(self.adopted.lockstep("check", "--strict"), f"plan against {len(TESTS)} tests: 0 errors, 0 warnings\n")
        names = [test["name"] for test in json.loads(self.adopted.listing())["tests"]]
        self.assertIn("checkpoint.first", names)
        self.assertIn("checkpoint.second", names)

    def test_a_second_plan_is_not_written_over_the_first(self):
        said = self.adopted.lockstep("init", status=1)
        self.assertIn("[plan-exists]", said)
        self.assertEqual((self.adopted.source / "lockstep.toml").read_text(), self.first_plan)

    def test_the_same_tests_give_the_same_plan_once_lockstep_is_applied(self):
        again = self.adopted.source / "again.toml"
        said = self.adopted.lockstep("init", "--plan", str(again))
        self.addCleanup(again.unlink)
        self.assertEqual(again.read_text(), self.first_plan)
        self.assertEqual(sorted(said.splitlines()), [str(again), f"lockstep: next: lockstep check --build-dir {self.adopted.build}"])


if __name__ == "__main__":
    unittest.main()
