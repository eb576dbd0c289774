"""What VS Code's CMake Tools, Qt Creator and CLion show of a project under a plan, what a click in them runs, and that a
debugger can start what they list."""
import concurrent.futures
import os
import pathlib
import shutil
import unittest

from ides import CLion, QtCreator, VisualStudioCode
from support import EndToEnd, command_test, phase, plan, shell_test, verification, wait_for

PLAN = plan(phase("one"), verification("all is well", "true"), phase("two", cleanup=["touch", "${build_dir}/cleaned"]),
            phase("three", gate="recorded"), '[marker.quick]\ntests = "name(free.*)"\n')
# A name with every sign that means something in a regular expression, or to the editor that escapes it.
ODD = "two.odd [a] (b|c)* $1 ^x {2} ? = ! : / +"
TESTS = [
    shell_test("one.a", labels="core"), shell_test("one.b", depends="one.a"), shell_test("two.a"), shell_test(ODD),
    shell_test("three.a"), shell_test("three.bad", "test -e good"), shell_test("free.a", labels="core;more"),
    shell_test("free.skip", "echo NOT TODAY", skip_regular_expression="NOT TODAY"), shell_test("free.off", disabled="TRUE"),
    "add_subdirectory(below)\n",
]
FILES = {"below/CMakeLists.txt": "\n\n" + command_test("free.below", "sh", "-c", "echo free.below >>../ran")}
GENERATED = ["checkpoint.one", "checkpoint.two", "checkpoint.three", "cleanup.two", "lockstep.end"]
IDES = VisualStudioCode, QtCreator, CLion


class Listed(EndToEnd):
    """The trees that they draw."""

    @classmethod
    def setUpClass(cls):
        cls.consumer = cls.class_project(PLAN, *TESTS, files=FILES)

    def test_the_same_in_all_three(self):
        for ide in IDES:
            with self.subTest(ide.__name__):
                tests = ide(self.consumer).list()
                plain = ide(self.consumer).list(LOCKSTEP_DISABLE="1")
                # The project's come first, with the numbers, commands and places that they have without a plan.
                self.assertEqual([(test.number, test.name, test.command, test.place) for test in tests if not test.generated],
                                 [(test.number, test.name, test.command, test.place) for test in plain])
                self.assertEqual(plain[-1].place, (str(self.consumer.source / "below/CMakeLists.txt"), 3))
                self.assertFalse(any(test.generated for test in plain))
                generated = [test for test in tests if test.generated]
                self.assertEqual(sorted(test.name for test in generated), sorted(GENERATED))
                self.assertEqual([test.number for test in generated], list(range(len(plain) + 1, len(tests) + 1)))

    def test_a_generated_test_leads_to_the_plan(self):
        lines = (self.consumer.source / "lockstep.toml").read_text().splitlines()
        for test in VisualStudioCode(self.consumer).list():
            if test.generated and test.name != "lockstep.end":
                with self.subTest(test.name):
                    file, line = test.place
                    self.assertEqual(file, str(self.consumer.source / "lockstep.toml"))
                    kind, name = test.name.split(".")
                    self.assertEqual(lines[line - 1].split(" =")[0], "cleanup" if kind == "cleanup" else "[[phase]]")
                    above = [text for text in lines[:line + 1] if text.startswith("name = ")]
                    self.assertEqual(above[-1], f'name = "{name}"')

    def test_labels(self):
        labels = {test.name: sorted(test.labels) for test in VisualStudioCode(self.consumer).list()}
        self.assertEqual(labels["one.a"], ["core", "phase:one"])
        self.assertEqual(labels["free.a"], ["core", "more", "quick"])
        self.assertEqual(labels["free.off"], ["quick"])
        self.assertEqual(labels["checkpoint.one"], ["lockstep", "phase:one"])
        self.assertEqual(labels["lockstep.end"], ["lockstep"])

    def test_every_kind_can_be_told(self):
        gates = plan(phase("one", cleanup=["true"]), phase("two", gate="strict"), phase("three", gate="order"))
        project = self.project(gates, shell_test("one.a"), shell_test("two.a"), shell_test("three.a"))
        tests = QtCreator(project).list()
        self.assertEqual(sorted(test.name for test in tests if test.generated),
                         ["barrier.one", "checkpoint.one", "checkpoint.three", "checkpoint.two", "cleanup.one", "lockstep.end",
                          "order.two"])
        self.assertEqual([test.name for test in tests if not test.generated], ["one.a", "two.a", "three.a"])

    def test_left_out(self):
        """-LE '^lockstep$' leaves out those that no other test needs, and no guard."""
        project = self.project(PLAN, *TESTS, files=FILES)
        for _ in range(2):  # never run, and run
            (project.build / "cleaned").unlink(missing_ok=True)
            run = project.ctest("-LE", "^lockstep$")
            self.assertEqual(set(GENERATED) - set(run.names), {"checkpoint.three"})
            self.assertIn("one.a", run.names)
            self.assertTrue((project.build / "cleaned").exists())
        project.write_cmake(*TESTS, shell_test("one.bad", "false"))
        project.configure()
        run = project.ctest("-LE", "^lockstep$")
        self.assertEqual(run.checkpoint("one").failures, {"one.bad": "failed"})
        self.assertEqual(run.cases["two.a"].status, "notrun")

    def test_a_mistake_in_the_plan_empties_nothing(self):
        project = self.project(PLAN.replace("tests =", "test =", 1), *TESTS, files=FILES)
        for ide in IDES:
            with self.subTest(ide.__name__):
                listing = ide(project)
                self.assertEqual([(test.number, test.name) for test in listing.list()],
                                 [(test.number, test.name) for test in listing.list(LOCKSTEP_DISABLE="1")])
                listing.list()
                self.assertIn("unknown key 'test'", listing.warnings)
                self.assertIn("these are the tests without it", " ".join(listing.warnings.split()))

    def test_all_at_once(self):
        """Several of them open one build tree that was just configured."""
        project = self.project(PLAN, *TESTS, files=FILES)
        def listed(ide):
            return [(test.number, test.name, test.environment) for test in ide(project).list()]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            found = list(pool.map(listed, IDES * 3))
        self.assertEqual(found, found[:1] * len(found))
        self.assertEqual(len(found[0]), 10 + len(GENERATED))


class ClickedInVisualStudioCode(EndToEnd):

    def test_one_after_another(self):
        """Run All, by default: a ctest for each test, those of Lockstep too."""
        for generator in "Ninja", "Ninja Multi-Config":
            with self.subTest(generator):
                project = self.project(PLAN, *TESTS, files=FILES)
                if generator != "Ninja":
                    (project.build / "CMakeCache.txt").unlink()
                    project.configure("--fresh", generator=generator)
                ide = VisualStudioCode(project)
                names = [test.name for test in ide.list()]
                results = ide.click(*names)
                self.assertEqual([results[name] for name in names if name.startswith(("one", "two", "free"))],
                                 ["passed"] * 5 + ["skipped", ("error", "Disabled"), "passed"])
                self.assertEqual(results["three.a"], "passed")
                self.assertEqual(results["three.bad"][0], "failed")
                self.assertEqual({name: results[name] for name in GENERATED if name != "checkpoint.three"},
                                 dict.fromkeys(sorted(set(GENERATED) - {"checkpoint.three"}), "passed"))
                # The last one knows what the others' ctests have seen; a verification runs beside tests of its phase only.
                status, output = results["checkpoint.three"]
                self.assertEqual(status, "failed")
                self.assertIn("5 of 6 tests are all right", output)
                self.assertRegex(output, r"failed when last run +three\.bad")
                self.assertEqual([line.split(None, 2)[2] for line in output.splitlines() if "never run" in line],
                                 ["verification 'all is well'  (phase one)"])

    def test_as_without_a_plan(self):
        project = self.project(PLAN, *TESTS, files=FILES)
        ide = VisualStudioCode(project)
        names = [test.name for test in ide.list() if not test.generated]
        plain = ide.click(*names, LOCKSTEP_DISABLE="1")
        project.ran()
        self.assertEqual(ide.click(*names), plain)
        self.assertEqual(sorted(project.ran()), sorted(name for name in names if name != "free.off"))

    def test_together(self):
        project = self.project(PLAN, *TESTS, files=FILES)
        ide = VisualStudioCode(project)
        chosen = ODD, "free.a", "three.a"
        results = ide.click_together(*chosen)
        self.assertEqual({name: results[name] for name in chosen}, dict.fromkeys(chosen, "passed"))
        self.assertEqual(sorted(project.ran()), sorted(chosen))
        everything = ide.click_together()
        self.assertEqual(set(everything), {test.name for test in ide.list()})
        self.assertNotIn("never run", everything["checkpoint.three"][1])

    def test_a_gate_says_no(self):
        project = self.project(PLAN, *TESTS[:4], shell_test("three.a"), shell_test("one.bad", "test -e good"))
        ide = VisualStudioCode(project)
        ide.click("one.bad")
        results = ide.click_together("two.a")
        self.assertEqual(results["two.a"], ("error", "Fixture dependency failed"))
        self.assertRegex(results["checkpoint.one"][1], r"failed when last run +one\.bad")
        self.assertIn("checkpoint.one", ide.last.stdout)
        (project.build / "good").touch()
        ide.click("one.bad")
        self.assertEqual(ide.click("two.a"), {"two.a": "passed"})


class ClickedInQtCreator(EndToEnd):

    def setUp(self):
        self.consumer = self.project(PLAN, *TESTS, files=FILES)
        self.ide = QtCreator(self.consumer)

    def test_each(self):
        # It has no word for skipped.
        outcomes = {"three.bad": "***Failed", "checkpoint.three": "***Failed", "free.off": "***Not Run", "free.skip": None}
        for test in self.ide.list():
            with self.subTest(test.name):
                results = self.ide.click(test)
                outcome = outcomes.get(test.name, "Passed")
                self.assertEqual(results.get(test.name), outcome, self.ide.last.stdout)
                self.assertEqual(self.consumer.ran(), [] if test.generated or test.name == "free.off" else [test.name])

    def test_several(self):
        chosen = [test for test in self.ide.list() if test.name in ("one.b", ODD, "free.below")]
        results = self.ide.click(*chosen, options=["-j", "4"])
        self.assertEqual({name: results[name] for name in ("one.b", ODD, "free.below")},
                         {"one.b": "Passed", ODD: "Passed", "free.below": "Passed"})
        self.assertEqual(sorted(self.consumer.ran()), sorted(["one.b", ODD, "free.below"]))

    def test_the_numbers_stay(self):
        """It keeps a listing until the project is configured again, and the plan may be edited meanwhile."""
        listed = {test.name: test for test in self.ide.list()}
        plans = [PLAN + phase("four", tests="name(free.a)"), PLAN.replace('"one"', '"eins"'), "version = 1\n", PLAN]
        for text in plans:
            with self.subTest(text):
                self.consumer.write("lockstep.toml", text)
                for name in "one.a", "free.below":
                    self.assertEqual(self.ide.click(listed[name])[name], "Passed", self.ide.last.stdout)
                    self.assertEqual(self.consumer.ran(), [name])
        self.consumer.write("lockstep.toml", "version = 1\nphases = 2\n")  # refused, rather than run without guards
        self.assertEqual(self.ide.click(listed["one.a"]), {})
        self.assertNotEqual(self.ide.last.returncode, 0)
        self.assertEqual(self.consumer.ran(), [])


class ClickedInCLion(EndToEnd):

    def test_some(self):
        project = self.project(PLAN, *TESTS, files=FILES)
        ide = CLion(project)
        for names in [["one.a"], [ODD, "free.a"], ["three.a"]]:
            with self.subTest(names):
                results = ide.click(*names)
                self.assertEqual({name: results[name].strip() for name in names}, dict.fromkeys(names, "Passed"),
                                 ide.last.stdout)
                self.assertEqual(sorted(project.ran()), sorted(names))


PROGRAM = """#!/bin/sh -e
# Writes its arguments, its directory and its environment into the file that the first argument names.
file=$1.${LOCKSTEP_SESSION:+ctest}
[ "$LOCKSTEP_SESSION" ] || file=${file}hand
{ for word in "$0" "$@"; do printf '%s\\0' "$word"; done; printf '%s\\0' "$PWD" END; env -0; } >"$file.part"
[ -z "$LOCKSTEP_TEMP_DIR" ] || echo touched >"$TMPDIR/touched"
mv "$file.part" "$file"
[ -z "$WAIT_FOR" ] || while ! [ -e "$WAIT_FOR" ]; do sleep 0.02; done
"""


class StartedBase(EndToEnd):

    def setUp(self):
        self.where = pathlib.Path(self.folder(self.addCleanup))
        self.program = self.where / "pro gram.sh"
        self.program.write_text(PROGRAM)
        self.program.chmod(0o755)

    def program_test(self, name, *words, **values):
        return command_test(name, str(self.program), f"{self.where}/{name}", *words, **values)

    def seen(self, name, started_by):
        """Words, directory and environment of the program."""
        fields = (self.where / f"{name}.{started_by}").read_text().split("\0")[:-1]
        end = fields.index("END")
        return fields[:end - 1], fields[end - 1], dict(field.split("=", 1) for field in fields[end + 1:])


class Started(StartedBase):
    """What a debugger starts is the test's own program, with what ctest would have given it."""
    PLAN = plan("[defaults]\nisolate = ['tmp', 'home']\n", phase("one"), phase("two"),
                "[marker.m]\ntests = 'name(two.*)'\nenv = { DATA = '${temp_dir}/data', TREE = '${build_dir}' }\n"
                "use = { seat = 1 }\nlock = ['l']\ntimeout = '90s'\n[marker.cwd]\ntests = 'name(*.cwd)'\nisolate = ['tmp', 'cwd']\n"
                "[marker.bare]\ntests = 'name(*.bare)'\nisolate = []\n[pool.seat]\nslots = 2\n")
    # Not known to a listing: what is of one run, what ctest hands out, and what a shell sets.
    OF_A_RUN = ("LOCKSTEP_SESSION", "LOCKSTEP_MODE", "CTEST_", "PWD", "OLDPWD", "SHLVL", "_")

    def setUp(self):
        super().setUp()
        awkward = ["a b", "x;y", "", "$HOME", '"q"', "]==]"]
        self.consumer = self.project(
            self.PLAN, self.program_test("one.a", *awkward, environment="MINE=a=b;EMPTY="), self.program_test("two.a", *awkward),
            "add_subdirectory(below)\n", self.program_test("one.cwd"), self.program_test("one.bare", working_directory="/"),
            files={"below/CMakeLists.txt": self.program_test("one.below", *awkward)})

    def listed(self, ide=VisualStudioCode):
        return {test.name: test for test in ide(self.consumer).list() if not test.generated}

    def comparable(self, environment, temp_dir):
        return {name: value.replace(temp_dir, "<temp dir>") for name, value in environment.items()
                if not name.startswith(self.OF_A_RUN[:3]) and name not in self.OF_A_RUN}

    def test_like_in_a_run(self):
        tests = self.listed()
        self.assertEqual(sorted(tests), ["one.a", "one.bare", "one.below", "one.cwd", "two.a"])
        for test in tests.values():
            VisualStudioCode(self.consumer).start(test)
        self.consumer.ctest()
        for name, test in tests.items():
            with self.subTest(name):
                words, directory, environment = self.seen(name, "hand")
                words_in_run, directory_in_run, environment_in_run = self.seen(name, "ctest")
                self.assertEqual(words[0], str(self.program))
                self.assertEqual(words, words_in_run)
                here, there = f"{self.consumer.state}/t/0/{test.number}", f"{self.consumer.state}/t/1/{test.number}"
                self.assertEqual(directory.replace(here, there), directory_in_run)
                self.assertEqual(self.comparable(environment, here), self.comparable(environment_in_run, there))
                self.assertEqual(environment["LOCKSTEP_TEST"], name)
                self.assertEqual(environment["LOCKSTEP_PHASE"], name[:3])
                self.assertEqual(environment.get("LOCKSTEP_TEMP_DIR"), None if name == "one.bare" else here)
                self.assertNotIn("ENVIRONMENT_MODIFICATION", test.properties)  # CMake Tools does not read it
        self.assertEqual(tests["two.a"].environment["DATA"], f"{self.consumer.state}/t/0/2/data")
        self.assertEqual(tests["one.cwd"].directory, tests["one.cwd"].environment["TMPDIR"])

    def test_what_it_is_given_is_there(self):
        """In a tree that never ran, in one that did, and when its directories were taken away."""
        for ide in IDES:
            for name, test in self.listed(ide).items():
                with self.subTest(ide=ide.__name__, test=name):
                    given = set() if name == "one.bare" else {"LOCKSTEP_TEMP_DIR", "TMPDIR", "TMP", "TEMP"}
                    given |= set() if name in ("one.bare", "one.cwd") else {"HOME"}
                    self.assertEqual(given - {key for key, value in test.environment.items() if os.path.isdir(value)}, set())
                    # The program writes a file into its TMPDIR.
                    self.assertEqual(ide(self.consumer).start(test).returncode, 0)
            self.assert_passes(self.consumer.ctest())
            shutil.rmtree(self.consumer.state / "t")


class Beside(StartedBase):
    """While a ctest runs."""

    def test_a_running_ctest(self):
        project = self.project(plan(phase("one"), phase("two")), self.program_test("one.a"), shell_test("one.b"),
                               shell_test("two.a"))
        go = self.where / "go"
        directory = project.state / "t/0/1"
        with project.running(jobs=2, WAIT_FOR=str(go)) as process:
            wait_for("the test", (self.where / "one.a.ctest").exists)
            for ide in IDES:
                with self.subTest(ide.__name__):
                    test = ide(project).list()[0]  # waits for nobody
                    self.assertEqual(test.name, "one.a")
                    self.assertEqual(ide(project).start(test).returncode, 0)
                    self.assertEqual(self.seen("one.a", "hand")[2]["TMPDIR"], str(directory))
                    self.assertEqual(self.seen("one.a", "ctest")[2]["TMPDIR"], f"{project.state}/t/1/1")
                    # What somebody looks at in a debugger stays when the tests are listed again.
                    (directory / "touched").rename(directory / "looked at")
                    ide(project).list()
                    (directory / "looked at").unlink()
            self.assertIsNone(process.poll())
            go.touch()
            self.assertEqual(process.wait(60), 0, (project.source / "running.out").read_text())
        self.assertEqual(sorted(project.ran()), ["one.b", "two.a"])
        # The run has lost none of its verdicts.
        checkpoint = project.late("two.a").checkpoint("one")
        self.assertIn("2 of 2 tests are all right", checkpoint.output)
        self.assertEqual(checkpoint.untested, {})


CASES = """#include <gtest/gtest.h>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <unistd.h>
#include <string>
// What a process is given, in the file that AT names.
static const bool told = [] {
    char directory[PATH_MAX];
    if (const auto* at = std::getenv("AT")) {
        std::ofstream file(at);
        file << getcwd(directory, sizeof directory) << '\\0';
        for (char** word = environ; *word != nullptr; ++word) file << *word << '\\0';
    }
    return true;
}();
static std::string variable(const char* name) { const auto* value = std::getenv(name); return value ? value : ""; }
TEST(One, Passes) {}
TEST(One, Fails) { EXPECT_EQ(variable("GOOD"), "1") << "why it fails"; }
// lockstep: slow
TEST(Two, Skips) { GTEST_SKIP() << "not today"; }
TEST(Two, DISABLED_Off) { FAIL(); }
TEST(Two, Passes) { EXPECT_EQ(variable("MINE"), "a=b"); EXPECT_EQ(variable("OF_MARKER"), "m"); }
struct Values : testing::TestWithParam<const char*> {};
TEST_P(Values, Holds) {}
INSTANTIATE_TEST_SUITE_P(All, Values, testing::Values("a b", "x;y", "(c|d)*"));
"""
CALL = """add_executable(cases cases.cpp)
target_link_libraries(cases GTest::gtest_main)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/where)
lockstep_discover_tests(cases WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/where PROPERTIES LABELS unit ENVIRONMENT MINE=a=b)
"""


class Discovered(EndToEnd):
    """Cases of a program, as CMake Tools shows, runs and debugs them, where a terminal's ctest runs them in batches."""
    PLAN = plan("[defaults]\ngranularity = 'batch'\n", phase("first", tests=["suite(One)"]),
                phase("second", tests=["suite(Two)", "suite(*Values)"], gate="none"),
                "[marker.two]\ntests = 'suite(Two)'\nenv = { OF_MARKER = 'm' }\n[marker.slow]\n")
    SHOWN = {"One.Passes": "passed", "One.Fails": "failed", "Two.Skips": "skipped", "Two.Off": "error",
             "Two.Passes": "passed", 'All/Values.Holds/"a b"': "passed", 'All/Values.Holds/"x;y"': "passed",
             'All/Values.Holds/"(c|d)*"': "passed"}

    @classmethod
    def setUpClass(cls):
        cls.consumer = cls.class_project(cls.PLAN, CALL, language="CXX", head="find_package(GTest REQUIRED)\n",
                                         files={"cases.cpp": CASES})
        cls.consumer.make()
        cls.ide = VisualStudioCode(cls.consumer)

    def listed(self):
        return {test.name: test for test in self.ide.list() if not test.generated}

    @staticmethod
    def outcome(result):
        return result if isinstance(result, str) else result[0]

    def test_a_case_each(self):
        self.assertEqual(list(self.listed()), list(self.SHOWN))
        everything = self.consumer.ctest()
        self.assertEqual(sorted(name for name in everything.names if ".batch." in name),
                         ["cases.batch.1", "cases.batch.2"], everything.output)

    def test_tags_and_places(self):
        lines = (self.consumer.source / "cases.cpp").read_text().splitlines()
        for name, test in self.listed().items():
            with self.subTest(name):
                first = name.startswith("One")
                marks = (["two"] if name.startswith("Two") else []) + (["slow"] if name == "Two.Skips" else [])
                self.assertEqual(sorted(test.labels), sorted(["unit", "phase:first" if first else "phase:second", *marks]))
                file, line = test.place
                self.assertEqual(file, str(self.consumer.source / "cases.cpp"))
                suite, case = name.split("/")[-2 if "/" in name else 0].split(".")
                self.assertRegex(lines[line - 1], rf"\({suite}, (DISABLED_)?{case}\)")
                if test.place != test.place_of_call:  # an older CTest has one place only
                    self.assertEqual(test.place_of_call, (str(self.consumer.source / "CMakeLists.txt"), 9))

    def test_each_click(self):
        results = self.ide.click(*self.SHOWN)
        self.assertEqual({name: self.outcome(result) for name, result in results.items()}, self.SHOWN)
        self.assertIn("why it fails", results["One.Fails"][1])

    def test_all_together(self):
        """As the how-to says: it shows results of the names that it has listed."""
        results = self.ide.click_together(LOCKSTEP_GRANULARITY="case")
        self.assertEqual({name: self.outcome(results[name]) for name in self.SHOWN}, self.SHOWN)
        chosen = "Two.Passes", 'All/Values.Holds/"(c|d)*"'
        results = self.ide.click_together(*chosen)
        self.assertEqual({name: results[name] for name in chosen}, dict.fromkeys(chosen, "passed"))

    def test_a_debugger_starts_the_program(self):
        for name, test in self.listed().items():
            with self.subTest(name):
                self.assertEqual(test.command[0], str(self.consumer.build / "cases"))
                self.assertEqual(test.directory, str(self.consumer.build / "where"))
                self.assertTrue(os.path.isdir(test.environment["TMPDIR"]))
                at = self.consumer.source / "given"
                done = self.ide.start(test, AT=str(at), GOOD="1")
                # That one too: whoever debugs a case wants to see it.
                self.assertEqual(done.returncode, name == "Two.Off", done.stdout)
                self.assertIn(b"1 test from 1 test suite ran", done.stdout)
                directory, *environment = at.read_text().split("\0")[:-1]
                self.assertEqual(directory, test.directory)
                environment = dict(value.split("=", 1) for value in environment)
                self.assertEqual((environment["MINE"], environment["LOCKSTEP_TEST"]), ("a=b", name))
                self.assertNotIn("LOCKSTEP_BATCH", environment)


if __name__ == "__main__":
    unittest.main()
