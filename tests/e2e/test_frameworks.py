"""Test frameworks and languages: what they bring into CTest is under the plan like any other test.

Catch2, doctest, Boost.Test and GoogleTest are the real ones. QTest is imitated: installing Qt takes 80 MB, and all that CTest
sees of it is a program that lists its functions with -functions and runs those that are named.
"""
import json
import sys
import unittest

from support import EndToEnd, Project, phase, plan, shell_test

TWO = plan(phase("one"), phase("two", gate="recorded"))


class FrameworkBase(EndToEnd):

    def prepare(self, text, files, plan_text=TWO, language="CXX", configure=(), **options):
        project = Project(self.folder(self.addCleanup))
        for name, content in files.items():
            project.write(name, content, executable=name.endswith(".sh"))
        project.write("lockstep.toml", plan_text)
        project.write_cmake(text, language=language, **options)
        project.configure(*configure)
        return project

    def names(self, project):
        """Of the project's tests, in ctest's order."""
        tests = json.loads(project.listing())["tests"]
        own = []
        for test in tests:
            labels = next((value["value"] for value in test["properties"] if value["name"] == "LABELS"), [])
            if "lockstep" not in labels:
                own.append(test["name"])
        return own

    def check_gate(self, project, failing, **environment):
        """With `environment` the test `failing` of phase one fails: phase two waits in vain, in this run and in a click."""
        run = project.ctest(**environment)
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {failing: "failed"})
        late = [name for name in run.names if name.startswith("two")]
        self.assertTrue(late)
        self.assertEqual({run.cases[name].status for name in late}, {"notrun"})
        self.assertEqual(project.late(late[0]).checkpoint("one").failures, {failing: "failed when last run"})

    def check_not_built(self, project):
        """Discovery leaves one test in place of the cases, whose name each framework writes in its way."""
        one, two = sorted(self.names(project))
        self.assertRegex(one, "^t_NOT_BUILT(-[0-9a-f]+)?$")
        self.assertEqual(two, "two.a")
        text = (project.source / "lockstep.toml").read_text()
        project.write("lockstep.toml", plan(phase("one", tests="all() - name(two.*)"), phase("two", gate="recorded")))
        run = project.late()
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {one: "not built"})
        self.assertEqual(project.ctest().checkpoint("one").failures, {one: "could not be run"})
        project.write("lockstep.toml", text)

    def check_passes(self, project, count):
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn(f"{count} of {count} tests are all right", run.checkpoint("one").output)
        late = next(name for name in run.names if name.startswith("two"))
        run = project.late(late)
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {})

    # Found in the body of a test of any framework of C++: the environment says whether it fails, the directory is its own.
    BODY = ('const char* temp = getenv("TMPDIR"); const bool good = !getenv("BAD") && temp && '
            'std::ofstream(std::string(temp) + "/file");')
    HEAD = "#include <cstdlib>\n#include <fstream>\n#include <string>\n"


class Catch2(FrameworkBase):

    def test_discovered(self):
        source = ("#define CATCH_CONFIG_MAIN\n" + self.HEAD + "#include <catch2/catch.hpp>\n"
                  f'TEST_CASE("first, with a comma", "[fast]") {{ {self.BODY} REQUIRE(good); }}\n'
                  'TEST_CASE("second [odd] $x") { SECTION("s") { REQUIRE(true); } }\n'
                  'TEST_CASE("hidden", "[.]") { REQUIRE(false); }\n')
        project = self.prepare(
            "find_package(Catch2 REQUIRED)\ninclude(Catch)\nadd_executable(t t.cpp)\ntarget_link_libraries(t Catch2::Catch2)\n"
            'catch_discover_tests(t TEST_PREFIX "one.")\n' + shell_test("two.a"), {"t.cpp": source},
            plan_text=plan(phase("one"), phase("two", gate="recorded"), '[marker.odd]\ntests = "name(~[odd])"\nlock = ["l"]\n'))
        self.check_not_built(project)
        project.make()
        self.assertEqual(sorted(self.names(project)), ["one.first, with a comma", "one.second [odd] $x", "two.a"])
        self.check_passes(project, 2)
        self.check_gate(project, "one.first, with a comma", BAD="1")
        self.assertIn("lock", project.lockstep("explain", "one.second [odd] $x"))


class Doctest(FrameworkBase):

    def test_discovered(self):
        source = ("#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n" + self.HEAD + "#include <doctest/doctest.h>\n"
                  f'TEST_CASE("first case") {{ {self.BODY} CHECK(good); }}\nTEST_CASE("second: case") {{ CHECK(true); }}\n')
        project = self.prepare(
            "find_package(doctest REQUIRED)\ninclude(${doctest_DIR}/doctest.cmake)\nadd_executable(t t.cpp)\n"
            'target_link_libraries(t doctest::doctest)\ndoctest_discover_tests(t TEST_PREFIX "one.")\n' + shell_test("two.a"),
            {"t.cpp": source})
        self.check_not_built(project)
        project.make()
        self.assertEqual(sorted(self.names(project)), ["one.first case", "one.second: case", "two.a"])
        self.check_passes(project, 2)
        self.check_gate(project, "one.first case", BAD="1")


class BoostTest(FrameworkBase):
    """Has no module of its own for discovery: a test for each case, by its path."""

    def test_by_path(self):
        source = ("#define BOOST_TEST_MODULE module\n" + self.HEAD + "#include <boost/test/included/unit_test.hpp>\n"
                  f"BOOST_AUTO_TEST_SUITE(suite)\nBOOST_AUTO_TEST_CASE(first) {{ {self.BODY} BOOST_TEST(good); }}\n"
                  "BOOST_AUTO_TEST_CASE(second) { BOOST_TEST(true); }\nBOOST_AUTO_TEST_SUITE_END()\n")
        project = self.prepare(
            "add_executable(t t.cpp)\nforeach(case first second)\n  add_test(NAME one.suite/${case} COMMAND t --run_test=suite/${case} "
            "--report_level=short)\nendforeach()\n" + shell_test("two.a"), {"t.cpp": source})
        project.make()
        self.check_passes(project, 2)
        self.check_gate(project, "one.suite/first", BAD="1")
        # What a test is made of is its program: built anew with another content, what was known of it is not any more.
        project.write("t.cpp", source + "int something_more = 1;\n")
        self.assert_passes(project.ctest())
        project.make()
        self.assertEqual(project.late().checkpoint("one").untested,
                         {"one.suite/first": "changed since it ran", "one.suite/second": "changed since it ran"})


GOOGLE = ("#include <gtest/gtest.h>\n" + FrameworkBase.HEAD +
          f"TEST(one, first) {{ {FrameworkBase.BODY} EXPECT_TRUE(good); }}\nTEST(one, DISABLED_off) {{ FAIL(); }}\n"
          'TEST(one, skipped) { GTEST_SKIP() << "not here"; }\n'
          "struct P : testing::TestWithParam<int> {};\nTEST_P(P, holds) { EXPECT_LT(GetParam(), 9); }\n"
          'INSTANTIATE_TEST_SUITE_P(one, P, testing::Values(1, 2));\nTEST(two, last) {}\n')
MORE = "TEST(one, more) { EXPECT_FALSE(getenv(\"BAD\")); }\n"
PLAN_OF_GOOGLE = plan(phase("one", tests="name(/^one/)"), phase("two", gate="recorded"),
                      '[marker.below]\ntests = "dir(below)"\nlock = ["below"]\n')


class GoogleTestBase(FrameworkBase):

    def prepare_mode(self, mode):
        text = ("find_package(GTest REQUIRED)\ninclude(GoogleTest)\nadd_executable(t t.cpp)\ntarget_link_libraries(t GTest::gtest_main)\n"
                f"gtest_discover_tests(t DISCOVERY_MODE {mode})\n")
        return self.prepare("add_subdirectory(below)\n", {"below/CMakeLists.txt": text, "below/t.cpp": GOOGLE}, PLAN_OF_GOOGLE)

    CASES = ["one.first", "one.skipped", "one/P.holds/1", "one/P.holds/2", "two.last"]

    def check_mode(self, mode):
        project = self.prepare_mode(mode)
        self.assertEqual(self.names(project), ["t_NOT_BUILT"])
        run = project.ctest()
        self.assertEqual(run.cases["t_NOT_BUILT"].status, "notrun")
        self.assertEqual(run.checkpoint("one").status, "fail")  # a phase without a test
        project.make()
        self.assertEqual(sorted(name for name in self.names(project) if "off" not in name), self.CASES)
        run = project.ctest()
        self.assert_passes(run)
        late = project.late("two.last")
        self.assert_passes(late)
        self.assertEqual(late.checkpoint("one").untested, {})
        values = json.loads(project.lockstep("explain", "one.first", "--format", "json"))["tests"][0]["values"]
        self.assertIn(("lock", "below"), [(value["kind"], value["value"]) for value in values])  # it is of that directory
        self.check_gate_of_case(project)
        self.check_a_case_more(project)

    def check_gate_of_case(self, project):
        run = project.ctest(BAD="1")
        self.assertEqual(run.checkpoint("one").failures, {"one.first": "failed"})
        self.assertEqual(run.cases["two.last"].status, "notrun")
        self.assertEqual(project.late("two.last").checkpoint("one").failures, {"one.first": "failed when last run"})

    def check_a_case_more(self, project):
        self.assert_passes(project.ctest())
        project.write("below/t.cpp", GOOGLE + MORE)
        project.make()
        run = project.late("two.last")
        known = [name for name in self.CASES if name.startswith("one")]
        self.assertEqual({name: run.checkpoint("one").untested.get(name) for name in [*known, "one.more"]},
                         {**{name: "changed since it ran" for name in known}, "one.more": "never run"})
        run = project.ctest(BAD="1")
        self.assertEqual(run.checkpoint("one").failures, {"one.first": "failed", "one.more": "failed"})


class GoogleTestPostBuild(GoogleTestBase):
    def test_mode(self):
        self.check_mode("POST_BUILD")


class GoogleTestPreTest(GoogleTestBase):
    def test_mode(self):
        self.check_mode("PRE_TEST")


class Imitations(FrameworkBase):
    QTEST = """#!/bin/sh
    # What CTest sees of a QTest program.
    functions="initial sorts skips"
    [ "$1" != -functions ] || { for f in $functions; do echo "$f()"; done; exit 0; }
    failed=0
    for f in ${*:-$functions}; do
        case $f in
            sorts) if [ -n "$BAD" ]; then echo "FAIL!  : T::$f() Compared values are not the same"; failed=$((failed + 1)); continue; fi ;;
            skips) echo "SKIP   : T::$f() no display"; continue ;;
        esac
        echo "PASS   : T::$f()"
    done
    exit $failed
    """

    def test_qtest(self):
        """One test a function, as projects do it with -functions."""
        text = ("execute_process(COMMAND ${CMAKE_SOURCE_DIR}/t.sh -functions OUTPUT_VARIABLE functions)\n"
                'string(REGEX MATCHALL "[a-z]+" functions "${functions}")\n'
                "foreach(function IN LISTS functions)\n  add_test(NAME one.T.${function} COMMAND ${CMAKE_SOURCE_DIR}/t.sh ${function})\n"
                '  set_tests_properties(one.T.${function} PROPERTIES SKIP_REGULAR_EXPRESSION "SKIP   :")\nendforeach()\n')
        project = self.prepare(text + shell_test("two.a"), {"t.sh": self.QTEST.replace("\n    ", "\n")}, language="NONE")
        self.assertEqual(self.names(project), ["one.T.initial", "one.T.sorts", "one.T.skips", "two.a"])
        self.check_passes(project, 3)
        self.check_gate(project, "one.T.sorts", BAD="1")


class Scripts(FrameworkBase):

    def test_python(self):
        test = ("import os, tempfile, unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n"
                "        self.assertEqual(tempfile.gettempdir(), os.environ['LOCKSTEP_TEMP_DIR'])\n"
                "        self.assertNotIn('BAD', os.environ)\nif __name__ == '__main__':\n    unittest.main()\n")
        text = ("find_package(Python3 REQUIRED COMPONENTS Interpreter)\n"
                "add_test(NAME one.file COMMAND Python3::Interpreter -B ${CMAKE_SOURCE_DIR}/t.py)\n"
                "add_test(NAME one.module COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_SOURCE_DIR} ${Python3_EXECUTABLE} -B -m unittest t.T)\n")
        project = self.prepare(text + shell_test("two.a"), {"t.py": test}, language="NONE", configure=[f"-DPython3_EXECUTABLE={sys.executable}"])
        self.check_passes(project, 2)
        run = project.ctest(BAD="1")
        self.assertEqual(run.checkpoint("one").failures, {"one.file": "failed", "one.module": "failed"})
        self.assert_passes(project.ctest())
        project.write("t.py", test + "# other\n")
        # A file of the command line is part of the test, a module by its name is not: it says REQUIRED_FILES then.
        self.assertEqual(project.late().checkpoint("one").untested, {"one.file": "changed since it ran"})

    def test_shell(self):
        text = "add_test(NAME one.script COMMAND ${CMAKE_SOURCE_DIR}/t.sh)\nadd_test(NAME one.sh COMMAND sh ${CMAKE_SOURCE_DIR}/u)\n"
        script = '#!/bin/sh\ntest -z "$BAD" && touch "$TMPDIR/x" && test "$(ls "$TMPDIR")" = x\n'
        project = self.prepare(text + shell_test("two.a"), {"t.sh": script, "u": script.replace("$BAD", "")}, language="NONE")
        self.check_passes(project, 2)
        self.check_gate(project, "one.script", BAD="1")
        self.assert_passes(project.ctest())
        for name, test in {"t.sh": "one.script", "u": "one.sh"}.items():
            project.write(name, script + "true\n", executable=True)
            self.assertEqual(project.late().checkpoint("one").untested.get(test), "changed since it ran")


class Emulators(FrameworkBase):
    """Programs for another machine run through an emulator, Lockstep's own run as they are."""
    EMULATOR = '#!/bin/sh\ntest "$1" = --for-it || exit 9\nshift\necho "$1" >>emulated\nexec "$@"\n'
    TESTS = ("add_executable(t t.cpp)\nadd_test(NAME one.a COMMAND t)\nlockstep_add_test(NAME marked COMMAND t x PHASE one)\n"
             "add_test(NAME two.native COMMAND sh -c true)\n")

    def check(self, *options, head=""):
        project = self.prepare(self.TESTS, {"t.cpp": "int main() {}\n", "emulator.sh": self.EMULATOR}, head=head,
                               configure=options)
        project.make()
        self.check_passes(project, 2)
        self.assertEqual((project.build / "emulated").read_text(), f"{project.build}/t\n" * 2)
        # The program is part of what the test is, though it is not the first word of the command.
        project.write("t.cpp", "int main() { return 0; }\nint more = 1;\n")
        project.make()
        self.assertEqual(project.late("two.native").checkpoint("one").untested,
                         {"one.a": "changed since it ran", "marked": "changed since it ran"})

    def test_cross_compiling(self):
        self.check("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=other",
                   head="set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_SOURCE_DIR}/emulator.sh --for-it)\n")

    def test_a_target_of_its_own(self):
        """CMake before 3.29 puts the emulator of a target in front of it in any case; newer ones have a launcher for that."""
        self.check("-DCMAKE_POLICY_DEFAULT_CMP0158=NEW",
                   head="set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_SOURCE_DIR}/emulator.sh --for-it)\n"
                        "set(CMAKE_TEST_LAUNCHER ${CMAKE_SOURCE_DIR}/emulator.sh --for-it)\n")


if __name__ == "__main__":
    unittest.main()
