"""Kinds of project: configurations and presets, subprojects and superbuilds, tests added late, many directories, settings of
CTest's own, programs that are not there, a great many tests."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

import support
from support import CMAKE, CTEST, EndToEnd, Project, bracket, command_test, keys, phase, plan, properties, shell_test

TWO = plan(phase("one"), phase("two"))
CTEST_VERSION = tuple(map(int, re.findall(r"\d+", subprocess.run([CTEST, "--version"], stdout=subprocess.PIPE, check=True,
                                                                 text=True).stdout)[:3]))


def labels(listing):
    """Of each test by name, in ctest's order."""
    return {test["name"]: next((value["value"] for value in test["properties"] if value["name"] == "LABELS"), [])
            for test in json.loads(listing)["tests"]}


def of_project(listing):
    """Names of the tests that Lockstep did not add."""
    return [name for name, values in labels(listing).items() if "lockstep" not in values]


class Configurations(EndToEnd):
    """Of a multi-config generator each has files, tests and a history of its own; in other trees -C changes nothing."""
    TESTS = [shell_test("one.both", 'test ! -e "$CONFIG.broken"', environment="CONFIG=$<CONFIG>"),
             "add_test(NAME one.debug COMMAND true CONFIGURATIONS Debug)\n", shell_test("two.a")]

    def project_of(self, generator):
        project = Project(self.folder(self.addCleanup))
        project.write("lockstep.toml", TWO)
        # set_tests_properties() evaluates no generator expression of ENVIRONMENT on old CMakes, a command line does.
        project.write_cmake('add_test(NAME one.both COMMAND sh -c "test ! -e $<CONFIG>.broken")\n', *self.TESTS[1:])
        project.configure(generator=generator)
        return project

    def test_multi_config(self):
        project = self.project_of("Ninja Multi-Config")
        (project.build / "Debug.broken").touch()
        self.assert_fails(project.ctest("-C", "Debug"))
        self.assert_passes(project.ctest("-C", "Release"))
        self.assertEqual(sorted(path.parent.name for path in project.build.glob("lockstep/*/history.db")), ["Debug", "Release"])
        self.assertIn("1 failed", project.lockstep("summary", "--config", "Debug"))
        self.assertNotIn("failed", project.lockstep("summary", "--config", "Release"))
        # What is known of one says nothing of the other, and of a third nothing is known.
        for configuration, expected in {"Debug": {"one.both": "failed when last run"}, "Release": {}}.items():
            run = project.ctest("-C", configuration, "-R", "^two.a$")
            self.assertEqual(run.checkpoint("one").failures, expected)
            self.assertEqual(run.checkpoint("one").untested, {})
        run = project.ctest("-C", "RelWithDebInfo", "-R", "^two.a$")
        self.assertEqual(run.checkpoint("one").untested, {"one.both": "never run"})
        # Tests that a configuration does not have are not waited for.
        listed = [of_project(self.listing(project, "-C", configuration)) for configuration in ("Debug", "Release")]
        self.assertEqual(listed, [["one.both", "one.debug", "two.a"], ["one.both", "two.a"]])
        self.assertIn("one.debug", project.lockstep("list", "--config", "Debug"))
        self.assertNotIn("one.debug", project.lockstep("list", "--config", "Release"))

    @staticmethod
    def listing(project, *arguments):
        return subprocess.run(project.ctest_command("--show-only=json-v1", *arguments), env=support.clean_environment(),
                              stdout=subprocess.PIPE, check=True).stdout

    def test_single_config(self):
        for generator in ("Ninja", "Unix Makefiles"):
            with self.subTest(generator):
                project = self.project_of(generator)
                (project.build / ".broken").touch()
                self.assert_fails(project.ctest())
                run = project.ctest("-C", "Release", "-R", "^two.a$")
                self.assertEqual(run.checkpoint("one").failures, {"one.both": "failed when last run"})
                self.assertEqual(len(list(project.build.glob("lockstep/**/history.db"))), 1)
                run = project.ctest("-C", "Debug", "-R", "^two.a$")  # which has one test more
                self.assertEqual(run.checkpoint("one").untested, {"one.debug": "never run"})


class Presets(EndToEnd):
    PRESETS = {
        "version": 6,
        "configurePresets": [{"name": "multi", "generator": "Ninja Multi-Config", "binaryDir": "${sourceDir}/build",
                              "cacheVariables": {"CMAKE_PREFIX_PATH": support.PREFIX}}],
        "buildPresets": [{"name": "multi", "configurePreset": "multi", "configuration": "Release"}],
        "testPresets": [
            {"name": "all", "configurePreset": "multi", "configuration": "Release", "execution": {"jobs": 3},
             "environment": {"LOCKSTEP_PROFILE": "strict"}},
            {"name": "late", "inherits": "all", "filter": {"include": {"name": "^two[.]a$"}}},
            {"name": "listing", "inherits": "all", "execution": {"showOnly": "human"}},
        ],
        "workflowPresets": [{"name": "flow", "steps": [{"type": kind, "name": name} for kind, name in (
            ("configure", "multi"), ("build", "multi"), ("test", "all"))]}],
    }

    def setUp(self):
        super().setUp()
        self.tree = Project(self.folder(self.addCleanup))
        self.tree.write("lockstep.toml", plan(phase("one"), phase("two"), "[profile.strict]\n" 'phase.one.untested = "fail"\n'))
        self.tree.write("CMakePresets.json", json.dumps(self.PRESETS))
        self.tree.write_cmake(shell_test("one.a", "env >env.txt"), shell_test("two.a"))

    def preset(self, program, *arguments):
        return subprocess.run([program, *arguments], cwd=self.tree.source, env=support.clean_environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=support.PATIENCE, check=False)

    def test_each(self):
        self.assertEqual(self.preset(CMAKE, "--preset", "multi").returncode, 0)
        self.assertEqual(self.preset(CMAKE, "--build", "--preset", "multi").returncode, 0)
        late = self.preset(CTEST, "--preset", "late")  # the profile of its environment is in force
        self.assertNotEqual(late.returncode, 0)
        self.assertEqual(self.tree.ran(), [])
        listed = self.preset(CTEST, "--preset", "listing")
        self.assertEqual(listed.returncode, 0)
        self.assertIn("checkpoint.two", listed.stdout)
        self.assertEqual(self.tree.ran(), [])
        self.assertEqual(self.preset(CTEST, "--preset", "all").returncode, 0)
        self.assertEqual(self.tree.ran(), ["one.a", "two.a"])
        given = (self.tree.build / "env.txt").read_text()
        self.assertIn("LOCKSTEP_MODE=parallel", given)
        self.assertEqual(self.preset(CTEST, "--preset", "late").returncode, 0)
        self.assertEqual(self.tree.ran(), ["two.a"])
        self.assertEqual([path.parent.name for path in self.tree.build.glob("lockstep/*/history.db")], ["Release"])

    def test_workflow(self):
        done = self.preset(CMAKE, "--workflow", "--preset", "flow")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("checkpoint.two", done.stdout)
        self.assertEqual(self.tree.ran(), ["one.a", "two.a"])


class Subprojects(EndToEnd):
    INNER = "cmake_minimum_required(VERSION 3.25)\nproject(inner NONE)\nenable_testing()\nfind_package(Lockstep REQUIRED CONFIG)\n"

    def test_the_top_project_decides(self):
        """A subproject with a plan of its own is under the top one's, and its lockstep_apply() is not the second one."""
        inner = self.INNER + shell_test("two.inner") + "lockstep_apply()\n"
        project = Project(self.folder(self.addCleanup))
        project.write("inner/CMakeLists.txt", inner)
        project.write("inner/lockstep.toml", "this is not even TOML")
        project.write("lockstep.toml", TWO)
        project.write_cmake("add_subdirectory(inner)\n", shell_test("one.a", "false"))
        said = project.configure()
        self.assertIn("'inner' is part of 'consumer', which decides how tests run: its plan is not applied", " ".join(said.split()))
        run = project.ctest()
        self.assertEqual(run.cases["two.inner"].status, "notrun")

    def test_fetched(self):
        project = Project(self.folder(self.addCleanup))
        project.write("away/CMakeLists.txt", self.INNER + shell_test("two.inner") + "lockstep_apply()\n")
        project.write("lockstep.toml", TWO)
        project.write_cmake("include(FetchContent)\nFetchContent_Declare(inner SOURCE_DIR ${CMAKE_SOURCE_DIR}/away)\n"
                            "FetchContent_MakeAvailable(inner)\n", shell_test("one.a"))
        project.configure()
        self.assert_passes(project.ctest())
        self.assertEqual(labels(project.listing())["two.inner"], ["phase:two"])


class Superbuilds(EndToEnd):
    """An outer project that builds and tests an inner one with ExternalProject, each with and without a plan."""
    INNER = ("cmake_minimum_required(VERSION 3.25)\nproject(inner NONE)\nenable_testing()\nfind_package(Lockstep REQUIRED CONFIG)\n" +
             shell_test("one.inner", 'test ! -e "$HOLD"') + shell_test("two.inner") + "add_subdirectory(sub)\nlockstep_apply()\n")
    EXTERNAL = ("include(ExternalProject)\nExternalProject_Add(inner SOURCE_DIR ${CMAKE_SOURCE_DIR}/inner BINARY_DIR "
                "${CMAKE_BINARY_DIR}/inner CMAKE_ARGS -DCMAKE_PREFIX_PATH=${CMAKE_PREFIX_PATH} INSTALL_COMMAND \"\"\n"
                "  TEST_COMMAND ${CMAKE_CTEST_COMMAND} -j4 --no-tests=error)\n")

    def outer(self, *tests, apply=True):
        project = Project(self.folder(self.addCleanup))
        project.write("inner/CMakeLists.txt", self.INNER)
        project.write("inner/sub/CMakeLists.txt", shell_test("one.sub"))
        project.write("inner/lockstep.toml", TWO)
        project.write("lockstep.toml", TWO)
        project.write_cmake(self.EXTERNAL, *tests, apply=apply)
        project.configure()
        return project, Project(project.source / "inner", project.build / "inner")

    def test_the_inner_plan_holds_in_the_outer_build(self):
        project, inner = self.outer()
        project.make()
        self.assertEqual(inner.ran(), ["one.inner", "two.inner"])
        self.assert_passes(inner.late("two.inner"))
        self.assertEqual(inner.ran(), ["two.inner"])

    def test_a_gate_that_stays_shut_fails_the_outer_build(self):
        project, inner = self.outer()
        with mock.patch.dict(os.environ, HOLD="/"), self.assertRaises(AssertionError) as failure:
            project.make()
        self.assertIn("checkpoint.one", str(failure.exception))
        self.assertEqual(inner.ran(), ["one.inner"])

    def test_a_test_that_runs_the_inner_suite(self):
        nested = ('add_test(NAME two.nested COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${CMAKE_BINARY_DIR}/inner -j2 '
                  '--output-on-failure)\n')
        project, inner = self.outer(shell_test("one.outer"), nested)
        project.make()
        inner.ran()
        self.assert_passes(project.ctest())
        self.assertEqual(inner.ran(), ["one.inner", "two.inner"])
        self.assertEqual(project.ran(), ["one.outer"])
        # Its verdict is that of the nested run, and the next one begins with nothing left over.
        self.assert_fails(project.ctest(HOLD="/"))
        self.assertEqual(inner.ran(), ["one.inner"])
        self.assert_passes(project.ctest())

    READ = ('file(WRITE ${CMAKE_BINARY_DIR}/more.cmake "subdirs(inner)\\n")\n'
            "set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${CMAKE_BINARY_DIR}/more.cmake)\n")

    def test_inner_tests_among_the_outer_ones(self):
        """Read by the outer ctest itself: the outer plan holds for all of them."""
        project, inner = self.outer(shell_test("one.outer"), self.READ)
        project.make()
        inner.ran()
        run = project.ctest()
        self.assert_passes(run)
        self.assertEqual(sorted(run.names), ["checkpoint.one", "checkpoint.two", "lockstep.end", "one.inner", "one.outer", "one.sub",
                                             "two.inner"])
        self.assertEqual(inner.ran()[-1], "two.inner")
        self.assertIn("3 of 3 tests are all right", run.checkpoint("one").output)
        # and what the inner build tree knows is of its own runs alone
        self.assert_passes(inner.ctest())

    def test_inner_tests_among_those_of_a_project_without_a_plan(self):
        project, inner = self.outer(shell_test("free"), self.READ, apply=False)
        project.make()
        inner.ran()
        run = project.ctest()
        self.assertEqual(run.status, 8)
        self.assertIn(f"Lockstep: another build tree has ctest read the tests of '{inner.build}' among its own, of which their plan "
                      "knows nothing: start ctest there, put that other project under a plan, or set LOCKSTEP_DISABLE=1 to run the "
                      "tests without their plan", " ".join(run.output.split()))
        self.assertEqual(project.ran() + inner.ran(), [])
        self.assertEqual(list(labels(project.listing())), ["one.inner", "two.inner", "one.sub", "free"])
        run = project.ctest(LOCKSTEP_DISABLE="1")
        self.assert_passes(run)
        self.assertEqual(sorted(run.names), ["free", "one.inner", "one.sub", "two.inner"])


class AddedLate(EndToEnd):
    """Tests that come after lockstep_apply(), each way there is: they are found by their names, and gated."""

    def test_in_the_top_directory(self):
        project = Project(self.folder(self.addCleanup))
        project.write("lockstep.toml", TWO)
        project.write("more.cmake", shell_test("two.included"))
        project.write("added.cmake", 'add_test([[two.of test time]] sh -c [[echo "two.of test time" >>ran]])\n')
        project.write_cmake(shell_test("one.a", 'test ! -e "$HOLD"'))
        text = (project.source / "CMakeLists.txt").read_text()
        project.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\n"
                      'cmake_language(DEFER CALL cmake_language EVAL CODE [==[' + shell_test("two.deferred") + "]==])\n" + text +
                      shell_test("two.after") + shell_test("one.after") + "include(more.cmake)\n"
                      "set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_SOURCE_DIR}/added.cmake)\n")
        project.configure()
        self.assertEqual({name: values for name, values in labels(project.listing()).items() if name in of_project(project.listing())},
                         {name: [f"phase:{name.split('.')[0]}"] for name in (
                             "two.of test time", "one.a", "two.after", "one.after", "two.included", "two.deferred")})
        self.assert_fails(project.ctest(HOLD="/"))
        self.assertEqual(sorted(project.ran()), ["one.a", "one.after"])
        self.assert_passes(project.ctest())
        self.assertEqual(sorted(project.ran())[2:], ["two.after", "two.deferred", "two.included", "two.of test time"])

    def test_a_directory_is_refused_by_name(self):
        project = Project(self.folder(self.addCleanup))
        project.write("lockstep.toml", TWO)
        project.write("away/CMakeLists.txt", shell_test("two.away"))
        project.write_cmake(shell_test("one.a"))
        text = (project.source / "CMakeLists.txt").read_text()
        for line in ("include(FetchContent)\nFetchContent_Declare(away SOURCE_DIR ${CMAKE_SOURCE_DIR}/away)\n"
                     "FetchContent_MakeAvailable(away)\n", "add_subdirectory(away)\n"):
            with self.subTest(line):
                project.write("CMakeLists.txt", text + line)
                with self.assertRaises(AssertionError) as failure:
                    project.configure()
                self.assertIn(f"lockstep_apply: the directory '{project.source}/away' was added after it", str(failure.exception).replace("\n  ", " "))


class ManyDirectories(EndToEnd):
    COUNT = 3000

    def test_each_has_a_guard_and_gates(self):
        project = Project(self.folder(self.addCleanup))
        for number in range(self.COUNT):
            project.write(f"d{number}/CMakeLists.txt", f"add_test(one.{number} true)\n")
        project.write("lockstep.toml", TWO)
        project.write_cmake(f"foreach(n RANGE {self.COUNT - 1})\n  add_subdirectory(d${{n}})\nendforeach()\n", shell_test("two.a"))
        project.configure()
        run = project.ctest(jobs=8)
        self.assert_passes(run)
        self.assertIn(f"{self.COUNT} of {self.COUNT} tests are all right", run.checkpoint("one").output)
        self.assertEqual(len(run.names), self.COUNT + 4)
        self.assert_fails(project.ctest("--test-dir", str(project.build / f"d{self.COUNT - 1}")))
        run = project.late()
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {})

    def test_nested(self):
        project = Project(self.folder(self.addCleanup))
        depth = 100
        for number in range(depth):
            project.write("d/" * number + "CMakeLists.txt" if number else "x", f"add_test(one.{number} true)\n" +
                          ("add_subdirectory(d)\n" if number + 1 < depth else ""))
        project.write("lockstep.toml", TWO)
        project.write_cmake("add_subdirectory(d)\n", shell_test("two.a"))
        project.configure()
        run = project.ctest(jobs=8)
        self.assert_passes(run)
        self.assertIn(f"{depth - 1} of {depth - 1} tests are all right", run.checkpoint("one").output)


class CTestCustom(EndToEnd):
    """CTest's own settings of a build tree: tests that it ignores, commands around the tests, limits of output."""
    CUSTOM = ('list(APPEND CTEST_CUSTOM_TESTS_IGNORE one.ignored two.ignored)\n'
              'set(CTEST_CUSTOM_PRE_TEST "sh -c \'echo pre >>custom\'")\nset(CTEST_CUSTOM_POST_TEST "sh -c \'echo post >>custom\'")\n'
              "set(CTEST_CUSTOM_MAXIMUM_PASSED_TEST_OUTPUT_SIZE 3000)\nset(CTEST_CUSTOM_MAXIMUM_FAILED_TEST_OUTPUT_SIZE 3000)\n")
    TESTS = [shell_test("one.ignored", "false"), shell_test("one.a", 'yes | head -c 100000; test ! -e "$HOLD"'),
             shell_test("two.ignored", "false"), shell_test("one.b"), shell_test("two.a")]

    def check(self, project):
        custom = project.build / "custom"
        self.assertEqual(of_project(project.listing()), ["one.a", "one.b", "two.a"])
        self.assertEqual(custom.read_text(), "pre\npost\n")  # that much ctest does for a listing by itself
        custom.unlink()
        for _ in range(2):
            run = project.ctest()
            self.assert_passes(run)
            self.assertIn("2 of 2 tests are all right", run.checkpoint("one").output)
            self.assertEqual(custom.read_text(), "pre\npost\n")  # once a run, whatever Lockstep asks ctest itself
            custom.unlink()
        self.assertEqual(project.ctest(HOLD="/").checkpoint("one").failures, {"one.a": "failed"})
        self.assertEqual(project.late().checkpoint("one").failures, {"one.a": "failed when last run"})

    def test_cmake(self):
        project = self.project(TWO, *self.TESTS)
        (project.build / "CTestCustom.cmake").write_text(self.CUSTOM)
        self.check(project)
        (project.build / "CTestCustom.cmake").unlink()  # noticed by the next run
        self.assertEqual(project.ctest().checkpoint("one").failures, {"one.ignored": "failed"})

    def test_the_old_name(self):
        """CTestCustom.ctest counts in all directories, and where there is no CTestCustom.cmake at the top."""
        project = self.project(TWO, "add_subdirectory(below)\n", *self.TESTS,
                               files={"below/CMakeLists.txt": shell_test("one.below", "test -e good")})
        (project.build / "CTestCustom.ctest").write_text(self.CUSTOM)
        self.assertEqual(project.ctest().checkpoint("one").failures, {"one.below": "failed"})
        (project.build / "custom").unlink()
        (project.build / "below/CTestCustom.ctest").write_text("list(APPEND CTEST_CUSTOM_TESTS_IGNORE one.below)\n")
        if CTEST_VERSION < (4,):  # a newer one reads the file at the top only
            self.check(project)
        (project.build / "CTestCustom.cmake").write_text("set(CTEST_CUSTOM_TESTS_IGNORE one.ignored)\n")
        run = project.ctest()
        self.assertEqual(run.checkpoint("one").failures, {"one.below": "failed"})
        self.assertIn("2 of 3 tests are all right", run.checkpoint("one").output)


class OwnAddTest(EndToEnd):
    """A project that has defined add_test() anew."""

    def test_in_its_cmake_files(self):
        for kind in ("function", "macro"):
            with self.subTest(kind):
                head = (f"{kind}(add_test)\n  _add_test(${{ARGV}})\n  set_property(TEST ${{ARGV1}} PROPERTY ENVIRONMENT WRAPPED=1)\nend{kind}()\n")
                project = self.project(TWO, 'add_test(NAME one.a COMMAND sh -c "test $WRAPPED")\n',
                                       'lockstep_add_test(NAME marked COMMAND sh -c "test $WRAPPED" PHASE two)\n', head=head)
                run = project.ctest()
                self.assert_passes(run)
                self.assertEqual(sorted(run.names), ["checkpoint.one", "checkpoint.two", "lockstep.end", "marked", "one.a"])
                self.assertEqual(labels(project.listing())["marked"], ["phase:two"])

    def test_at_test_time(self):
        """Read by ctest: such a function decides about the project's own tests, not about Lockstep's."""
        wrapper = ("function(add_test name)\n  if(name MATCHES a)\n    _add_test(wrapped.${name} sh -c [[\"$@\" && echo \"$1\" >>ran]] x ${ARGN})\n"
                   "  endif()\nendfunction()\n")
        project = self.project(plan(phase("one", tests="name(wrapped.one*)"), phase("two", tests="name(wrapped.two*)")),
                               "set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${CMAKE_SOURCE_DIR}/wrapper.cmake)\n",
                               command_test("one.a", "test", "!", "-e", "hold"), command_test("one.b", "false"), command_test("two.a", "true"),
                               files={"wrapper.cmake": wrapper})
        self.assertEqual(list(labels(project.listing())), ["wrapped.one.a", "wrapped.two.a", "checkpoint.one", "checkpoint.two", "lockstep.end"])
        self.assert_passes(project.ctest())
        (project.build / "hold").touch()
        run = project.ctest()
        self.assertEqual(run.checkpoint("one").failures, {"wrapped.one.a": "failed"})
        self.assertEqual(run.cases["wrapped.two.a"].status, "notrun")


class NotBuilt(EndToEnd):
    """Programs that are not there yet: a test that cannot run is no test that passed."""

    def test_a_target_of_the_project(self):
        project = self.project(plan(phase("one"), phase("two", gate="recorded")),
                               "add_executable(program program.cpp)\nadd_test(NAME one.a COMMAND program)\n", shell_test("two.a"),
                               language="CXX", files={"program.cpp": "int main() {}\n"})
        run = project.late()  # never run: named, and let through
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {"one.a": "never run"})
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.a": "could not be run"})
        self.assertEqual(run.cases["two.a"].status, "notrun")
        project.make()
        self.assert_passes(project.ctest())
        self.assertEqual(project.late().checkpoint("one").untested, {})
        (project.build / "program").unlink()
        self.assertEqual(project.late().checkpoint("one").untested, {"one.a": "changed since it ran"})


class TestingElsewhere(EndToEnd):
    """The whole build tree, or Testing/ alone, on another file system than the source tree."""

    def elsewhere(self):
        if not os.access("/dev/shm", os.W_OK) or os.stat("/dev/shm").st_dev == os.stat(tempfile.gettempdir()).st_dev:
            self.skipTest("/dev/shm is not another file system")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="ls.", dir="/dev/shm"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def check(self, project):
        (project.build / "bad").touch()
        run = project.ctest()
        self.assertEqual(run.checkpoint("one").failures, {"one.bad": "failed"})
        self.assertEqual(project.late().checkpoint("one").failures, {"one.bad": "failed when last run"})
        (project.build / "bad").unlink()
        self.assert_passes(project.ctest())
        self.assertIn("2 passed", project.lockstep("summary"))
        self.assertEqual(project.late().checkpoint("one").untested, {})

    TESTS = [shell_test("one.a"), shell_test("one.bad", "test ! -e bad"), shell_test("two.a")]

    def test_testing_alone(self):
        project = self.project(plan(phase("one"), phase("two", gate="recorded")), *self.TESTS)
        (project.build / "Testing").symlink_to(self.elsewhere())
        self.check(project)

    def test_the_build_tree(self):
        project = Project(self.folder(self.addCleanup), self.elsewhere() / "build")
        project.write("lockstep.toml", plan(phase("one"), phase("two", gate="recorded")))
        project.write_cmake(*self.TESTS)
        project.configure()
        self.check(project)

    def test_the_state_of_lockstep(self):
        """B/lockstep is a link to another disk: the log cannot be linked from there."""
        project = self.project(plan(phase("one"), phase("two", gate="recorded")), *self.TESTS)
        away = self.elsewhere() / "state"
        shutil.move(project.state, away)
        project.state.symlink_to(away)
        self.check(project)


class TenThousand(EndToEnd):
    """10,000 tests with 50 MB of output, much of which looks like lines of ctest's log."""
    EACH, BYTES = 5000, 5000

    def test_whole_run_and_click(self):
        project = Project(self.folder(self.addCleanup))
        line = "1/10002 Testing: one.1\n1/10002 Test: one.1\nTest Passed.\n<end of output>\n"
        project.write("output", (line * (self.BYTES // len(line) + 1))[:self.BYTES - 1] + "\n")
        project.write("lockstep.toml", TWO)
        project.write_cmake(f"foreach(n RANGE 1 {self.EACH})\n  add_test(one.${{n}} cat ${{CMAKE_SOURCE_DIR}}/output)\n"
                            "  add_test(two.${n} cat ${CMAKE_SOURCE_DIR}/output)\nendforeach()\n")
        project.configure()
        junit = project.source / "junit.xml"
        done = subprocess.run(project.ctest_command("-j8", "--output-junit", junit), env=support.clean_environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=500, check=False, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        run = support.Run(done.returncode, "", junit)
        self.assertEqual(len(run.names), 2 * self.EACH + 3)
        self.assertGreater((project.state / "s/1/log").stat().st_size, 2 * self.EACH * self.BYTES)
        order = [name.split(".")[0] for name in re.findall(r"^ *\d+/\d+ Test +#\d+: (\S+)", done.stdout, re.MULTILINE)]
        self.assertEqual(order, ["one"] * self.EACH + ["checkpoint"] + ["two"] * self.EACH + ["checkpoint", "lockstep"])
        for name, judged in {"one": self.EACH, "two": 2 * self.EACH}.items():
            self.assertIn(f"{judged} of {judged} tests are all right", run.checkpoint(name).output)
        run = project.late("two.77")
        self.assert_passes(run)
        self.assertEqual(sorted(run.names), ["checkpoint.one", "lockstep.end", "two.77"])
        self.assertEqual(run.checkpoint("one").untested, {})


if __name__ == "__main__":
    unittest.main()
