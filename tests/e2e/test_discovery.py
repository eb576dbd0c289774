"""lockstep_discover_tests(): the same tests as the frameworks' own modules make of the same programs, marks in the source,
and what becomes of programs that cannot be listed."""
import json
import os
import pathlib
import re
import subprocess
import unittest

import support
from support import CTEST, PATIENCE, EndToEnd, Project, clean_environment, phase, plan

HERE = pathlib.Path(__file__).parent
CTEST_VERSION = tuple(int(number) for number in re.findall(
    r"\d+", subprocess.run([CTEST, "--version"], capture_output=True, text=True, check=True).stdout)[:2])
SAMPLES = pathlib.Path("/usr/src/googletest/googletest/samples")


def tests_below(directory, **environment):
    """What ctest lists of one directory of a build tree: name, command, properties; and where it says it was added."""
    done = subprocess.run([CTEST, "--test-dir", directory, "--show-only=json-v1"], env=clean_environment(**environment),
                          capture_output=True, text=True, timeout=PATIENCE, check=True)
    listing = json.loads(done.stdout)
    graph = listing["backtraceGraph"]
    tests = []
    for test in listing["tests"]:
        properties = {value["name"]: value["value"] for value in test["properties"]}
        frames, node = [], test.get("backtrace")
        while node is not None:
            frame = graph["nodes"][node]
            frames.append((graph["files"][frame["file"]], frame.get("line")))
            node = frame.get("parent")
        tests.append((test["name"], test.get("command"), properties, frames))
    return tests, done.stderr


class DiscoveryBase(EndToEnd):

    def built(self, text, files, plan_text="version = 1\n", apply=False, options=(), make=True):
        project = Project(self.folder(self.addCleanup))
        for name, content in files.items():
            project.write(name, content)
        project.write("lockstep.toml", plan_text)
        project.write_cmake(text, language="CXX", apply=apply)
        project.configure(*options)
        self.said = project.make() if make else ""
        return project

    def compare(self, directories, theirs, ours, expected=None):
        """Both directories of a build tree hold the same tests. `expected`: names that differ, theirs to ours. Addresses in
        names are others each time that the program is started."""
        listed = []
        for directory in (theirs, ours):
            tests, _ = tests_below(directories / directory)
            text = re.sub("/0x[0-9a-f]+", "/<address>", json.dumps([test[:3] for test in tests]))
            listed.append(json.loads(text.replace(f"/{directory}", "/<directory>")))
        self.assertTrue(listed[0])
        for test in listed[0]:
            test[0] = (expected or {}).get(test[0], test[0])
        with_place = [test for test in listed[0] if "DEF_SOURCE_LINE" in test[2]]
        for test in listed[1]:
            if not with_place:
                test[2].pop("DEF_SOURCE_LINE", None)
        self.assertEqual(*listed)


class SameAsGoogleTest(DiscoveryBase):
    # Each with what gtest_discover_tests() takes as well.
    VARIANTS = {
        "plain": "",
        "options": 'EXTRA_ARGS --one "two words" TEST_PREFIX pre. TEST_SUFFIX .suf NO_PRETTY_TYPES NO_PRETTY_VALUES '
                   'PROPERTIES LABELS mine TIMEOUT 7 ENVIRONMENT A=1 XML_OUTPUT_DIR xml TEST_FILTER "*Value*:Typed*" '
                   "WORKING_DIRECTORY /tmp DISCOVERY_TIMEOUT 20 TEST_LIST of_mine",
        "lists": r'PROPERTIES LABELS "one\\;two" ENVIRONMENT "A=1\\;B=2"',
    }

    def test_every_kind_of_case(self):
        text = ("find_package(GTest REQUIRED)\ninclude(GoogleTest)\nadd_library(cases OBJECT kinds.cpp)\n"
                "target_link_libraries(cases GTest::gtest)\n")
        files = {"kinds.cpp": (HERE / "discovery_kinds.cpp").read_text()}
        pairs = []
        for variant, arguments in self.VARIANTS.items():
            for mode in "POST_BUILD", "PRE_TEST":
                pair = []
                for function in "gtest", "lockstep":
                    directory = f"{function}-{variant}-{mode}"
                    # List-valued properties have to be given in another way to every other version of CMake's module.
                    if variant == "lists" and function == "lockstep":
                        arguments = arguments.replace("\\\\;", ";")
                    files[f"{directory}/CMakeLists.txt"] = (
                        f"add_executable({directory} $<TARGET_OBJECTS:cases>)\ntarget_link_libraries({directory} GTest::gtest_main)\n"
                        f"set_target_properties({directory} PROPERTIES OUTPUT_NAME program)\n"
                        f"{function}_discover_tests({directory} DISCOVERY_MODE {mode} {arguments})\n")
                    text += f"add_subdirectory({directory})\n"
                    pair.append(directory)
                if variant != "lists":
                    pairs.append(pair)
        project = self.built(text, files)
        for theirs, ours in pairs:
            with self.subTest(ours):
                # CMake 4.2 and later put the line break of a value into a name, where ctest cannot work with it.
                self.compare(project.build, theirs, ours, {'Odd/Text.Odd/"new\nline"': 'Odd/Text.Odd/"new\\nline"'})
        for mode in "POST_BUILD", "PRE_TEST":
            for _, _, properties, _ in tests_below(project.build / f"lockstep-lists-{mode}")[0]:
                self.assertEqual((properties["LABELS"][:2], properties["ENVIRONMENT"][:2]), (["one", "two"], ["A=1", "B=2"]))
        self.check_places(project)
        self.check_runs(project)

    def check_places(self, project):
        """Each case leads to its line in the source, and belongs to the directory of the call."""
        lines = (HERE / "discovery_kinds.cpp").read_text().splitlines()
        source = str(project.source / "kinds.cpp")
        directory = project.source / "lockstep-plain-POST_BUILD"
        for name, _, properties, frames in tests_below(project.build / directory.name)[0]:
            if CTEST_VERSION >= (3, 30):
                file, line = properties["DEF_SOURCE_LINE"].rsplit(":", 1)
            else:
                file, line = frames.pop(0)
            self.assertEqual(file, source)
            case = re.sub(r"^.*[.]([A-Za-z]*).*$", r"\1", name, flags=re.DOTALL)
            self.assertIn(case, lines[int(line) - 1], name)
            self.assertEqual(frames, [(f"{directory}/CMakeLists.txt", 4), (f"{directory}/CMakeLists.txt", None)])

    def check_runs(self, project):
        done = subprocess.run([CTEST, "--test-dir", project.build / "lockstep-plain-POST_BUILD", "-j4"], env=clean_environment(),
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertIn("100% tests passed", done.stdout)
        self.assertRegex(done.stdout, r"Plain\.Skips \(Skipped\)")
        self.assertRegex(done.stdout, r"Plain\.Off \(Disabled\)")

    @unittest.skipUnless(SAMPLES.exists(), "GoogleTest's samples are not there")
    def test_its_own_samples(self):
        text, files = "find_package(GTest REQUIRED)\ninclude(GoogleTest)\n", {}
        samples = ("1", "6", "7", "8")
        for number in samples:
            source = "${samples}" + f"/sample{number}"
            more = f"{source}.cc" if number == "1" else ""
            text += (f"set(samples {SAMPLES})\nadd_library(s{number} OBJECT {source}_unittest.cc {more})\n"
                     f"target_link_libraries(s{number} GTest::gtest)\n")
            for function in "gtest", "lockstep":
                directory = f"{function}-{number}"
                files[f"{directory}/CMakeLists.txt"] = (
                    f"add_executable({directory} $<TARGET_OBJECTS:s{number}>)\ntarget_link_libraries({directory} GTest::gtest_main)\n"
                    f"{function}_discover_tests({directory})\n")
                text += f"add_subdirectory({directory})\n"
        project = self.built(text, files)
        for number in samples:
            self.compare(project.build, f"gtest-{number}", f"lockstep-{number}")


class SameAsOthers(DiscoveryBase):

    def check(self, package, include, library, function, source, variants):
        text = f"find_package({package} REQUIRED)\ninclude({include})\nadd_library(cases OBJECT cases.cpp)\ntarget_link_libraries(cases {library})\n"
        files = {"cases.cpp": source}
        for variant, arguments in variants.items():
            for call in function, "lockstep_discover_tests":
                directory = f"{'ours' if call.startswith('lockstep') else 'theirs'}-{variant}"
                files[f"{directory}/CMakeLists.txt"] = (
                    f"add_executable({directory} $<TARGET_OBJECTS:cases>)\ntarget_link_libraries({directory} {library})\n"
                    f"set_target_properties({directory} PROPERTIES OUTPUT_NAME program)\n{call}({directory} {arguments})\n")
                text += f"add_subdirectory({directory})\n"
        project = self.built(text, files)
        for variant in variants:
            with self.subTest(variant):
                self.compare(project.build, f"theirs-{variant}", f"ours-{variant}")
        places = {}
        for name, _, properties, frames in tests_below(project.build / "ours-plain")[0]:
            file, line = (properties["DEF_SOURCE_LINE"].rsplit(":", 1) if CTEST_VERSION >= (3, 30) else frames[0])
            self.assertEqual(file, str(project.source / "cases.cpp"))
            places[name] = int(line)
        return places

    def test_catch2(self):
        source = ('#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\nTEST_CASE("first, with a comma", "[fast]") { REQUIRE(true); }\n'
                  'TEST_CASE("second [odd] $x") { SECTION("s") { REQUIRE(true); } }\nTEST_CASE("hidden", "[.]") { REQUIRE(false); }\n'
                  'TEST_CASE("back\\\\slash \\"q\\" #", "[a][b]") { REQUIRE(true); }\n')
        places = self.check("Catch2", "Catch", "Catch2::Catch2", "catch_discover_tests", source, {
            "plain": "", "options": "TEST_PREFIX p. TEST_SUFFIX .s EXTRA_ARGS -s REPORTER xml OUTPUT_DIR out OUTPUT_PREFIX a- "
            "OUTPUT_SUFFIX .xml PROPERTIES TIMEOUT 9 WORKING_DIRECTORY /tmp", "spec": "TEST_SPEC [fast]"})
        self.assertEqual(places, {"first, with a comma": 3, "second [odd] $x": 4, 'back\\slash "q" #': 6})

    def test_doctest(self):
        source = ('#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n#include <doctest/doctest.h>\nTEST_SUITE("suite") {\n'
                  'TEST_CASE("first <&\\"") { CHECK(true); }\n}\nTEST_CASE("left out" * doctest::skip()) {}\nTEST_CASE("second, case") { CHECK(true); }\n')
        places = self.check("doctest", "${doctest_DIR}/doctest.cmake", "doctest::doctest", "doctest_discover_tests", source, {
            "plain": "", "options": "TEST_PREFIX p. TEST_SUFFIX .s EXTRA_ARGS -s PROPERTIES TIMEOUT 9 WORKING_DIRECTORY /tmp JUNIT_OUTPUT_DIR out",
            "labels": "ADD_LABELS 1", "spec": "TEST_SPEC first*"})
        self.assertEqual(places, {'first <&"': 4, "second, case": 7})


# Lists as Catch2 v3 does: in JSON from 3.5 on, in XML before.
CATCH2_V3 = r"""
#include <cstdio>
#include <cstring>
int main(int argc, char** argv) {
    bool json = false, xml = false;
    for (int i = 1; i < argc; ++i) {
        json = json || !std::strcmp(argv[i], "json");
        xml = xml || !std::strcmp(argv[i], "xml");
        if (!std::strcmp(argv[i], "--list-test-names-only")) return 255;
    }
#ifdef OLD
    if (json) return 255;
#endif
    if (json) std::puts(R"({"version":1,"metadata":{"name":"v3"},"listings":{"tests":[
        {"name":"a, b","class-name":"","tags":["x","y"],"source-location":{"filename":"/src/a.cpp","line":7}},
        {"name":"c\\d [e]","class-name":"K","tags":[],"source-location":{"filename":"/src/a.cpp","line":9}}]}})");
    if (xml) std::puts(R"(<?xml version="1.0" encoding="UTF-8"?>
        <MatchingTests><TestCase><Name>a, b</Name><ClassName/><Tags>[x][y]</Tags>
        <SourceInfo><File>/src/a.cpp</File><Line>7</Line></SourceInfo></TestCase>
        <TestCase><Name>c\d [e]</Name><ClassName>K</ClassName><Tags/><SourceInfo><File>/src/a.cpp</File><Line>9</Line></SourceInfo></TestCase>
        </MatchingTests>)");
}
"""


class Catch2V3(DiscoveryBase):

    def test_both_ways_to_list(self):
        text = ("add_executable(new v3.cpp)\nadd_executable(old v3.cpp)\ntarget_compile_definitions(old PRIVATE OLD)\n"
                "lockstep_discover_tests(new FRAMEWORK catch2 TEST_PREFIX new. ADD_TAGS_AS_LABELS)\n"
                "lockstep_discover_tests(old FRAMEWORK catch2 TEST_PREFIX old. ADD_TAGS_AS_LABELS SKIP_IS_FAILURE)\n")
        project = self.built(text, {"v3.cpp": CATCH2_V3})
        tests = {name: (command[1:], properties.get("LABELS", []), properties.get("SKIP_RETURN_CODE"))
                 for name, command, properties, _ in tests_below(project.build)[0]}
        self.assertEqual(tests, {
            "new.a, b": ([r"a\, b"], ["x", "y"], 4), "new.c\\d [e]": ([r"c\\d \[e\]"], [], 4),
            "old.a, b": ([r"a\, b"], ["x", "y"], None), "old.c\\d [e]": ([r"c\d \[e\]"], [], None)})


# Fails to list in the way that the preprocessor says.
BROKEN = r"""
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
int main(int argc, char** argv) {
    std::puts("said on the way");
    std::fputs("and to the side\n", stderr);
    std::fflush(stdout);
#if defined(CRASH)
    std::abort();
#elif defined(HANG)
    for (;;) sleep(1);
#elif defined(STATUS)
    return 3;
#elif defined(DAMAGED)
    for (int i = 1; i < argc; ++i)
        if (!std::strncmp(argv[i], "--gtest_output=json:", 20)) std::fputs("{\"testsuites\": [", std::fopen(argv[i] + 20, "w"));
#elif defined(OLD)
    std::puts("Running main() from gtest_main.cc\nSuite.\n  One\n  DISABLED_Two\nInst/Param.\n  Case/0  # GetParam() = 5");
#elif defined(EMPTY)
    for (int i = 1; i < argc; ++i)
        if (!std::strncmp(argv[i], "--gtest_output=json:", 20)) std::fputs("{\"testsuites\": []}", std::fopen(argv[i] + 20, "w"));
#endif
}
"""


class NotListed(DiscoveryBase):
    WAYS = {"crash": "signal 6 ended it (Aborted)", "hang": "it did not end within 1 s, and was ended", "status": "its exit status is 3",
            "garbage": "there is no listing of GoogleTest's in what it printed", "damaged": "this is not a listing of GoogleTest's"}

    def text(self, way):
        return (f"add_executable({way} broken.cpp)\ntarget_compile_definitions({way} PRIVATE {way.upper()})\n"
                f"lockstep_discover_tests({way} DISCOVERY_TIMEOUT 1 PHASE one)\n")

    def test_all_ways(self):
        project = self.built("".join(self.text(way) for way in self.WAYS), {"broken.cpp": BROKEN}, make=False)
        names = sorted(f"{way}.NOT_BUILT" for way in self.WAYS)
        run = project.ctest()
        self.assertEqual(sorted(run.names), names)
        for way in self.WAYS:
            case = run.cases[f"{way}.NOT_BUILT"]
            self.assertEqual((case.status, case.output.strip()),
                             ("fail", f"'{project.build}/{way}' is not there: build target '{way}'"))
        said = project.make()
        run = project.ctest()
        self.assertEqual(sorted(run.names), sorted(f"{way}.NOT_LISTED" for way in self.WAYS))
        for way, reason in self.WAYS.items():
            case = run.cases[f"{way}.NOT_LISTED"]
            self.assertEqual(case.status, "fail")
            for text in (f"'{project.build}/{way}' has not listed its tests: {reason}\n", "    said on the way\n", "    and to the side\n"):
                self.assertIn(text, case.output)
                self.assertIn(text, said)

    def test_again_when_it_lists(self):
        project = self.built(self.text("crash"), {"broken.cpp": BROKEN})
        self.assertEqual([test[0] for test in tests_below(project.build)[0]], ["crash.NOT_LISTED"])
        project.write("broken.cpp", "#define OLD\n" + BROKEN.replace("defined(CRASH)", "0"))
        project.make()
        self.assertEqual([test[0] for test in tests_below(project.build)[0]], ["Suite.One", "Suite.Two", "Inst/Param.Case/5"])

    def test_old_googletest(self):
        project = self.built(self.text("old"), {"broken.cpp": BROKEN})
        tests = {name: (command[1], properties.get("DISABLED", False)) for name, command, properties, _ in tests_below(project.build)[0]}
        self.assertEqual(tests, {"Suite.One": ("--gtest_filter=Suite.One", False), "Suite.Two": ("--gtest_filter=Suite.DISABLED_Two", True),
                                 "Inst/Param.Case/5": ("--gtest_filter=Inst/Param.Case/0", False)})

    def test_no_cases(self):
        project = self.built(self.text("empty"), {"broken.cpp": BROKEN})
        self.assertIn(f"warning: '{project.build}/empty' has no test cases [no-cases]", self.said)
        self.assertEqual(tests_below(project.build)[0], [])

    def test_under_a_plan(self):
        """A gate takes such a test for what it is: one that stands for cases nobody knows."""
        project = self.built(self.text("crash") + support.shell_test("two.a"), {"broken.cpp": BROKEN},
                             plan(phase("one", tests="none()"), phase("two", gate="recorded")), apply=True, make=False)
        for name in "crash.NOT_BUILT", "crash.NOT_LISTED":
            run = project.late()
            self.assert_passes(run)
            self.assertEqual(run.checkpoint("one").untested, {name: "not built"})
            run = project.ctest()
            self.assertEqual(run.checkpoint("one").failures, {name: "failed"})
            project.make()


MARKED = """#include <lockstep/gtest.hpp>
// lockstep: serial, slow
TEST(Plain, Both) {}
// lockstep: slow
// lockstep: odd name, serial
TEST(Plain, More) {}
TEST(Plain, None) {}
LOCKSTEP_MARK(slow);
TEST(Plain, Macro) {}
// lockstep: serial
struct Value : testing::TestWithParam<int> {};
// lockstep: slow
TEST_P(Value, Each) {}
INSTANTIATE_TEST_SUITE_P(All, Value, testing::Values(1, 2));
"""
MARKED_CMAKE = ("find_package(GTest REQUIRED)\nadd_executable(t t.cpp)\ntarget_link_libraries(t GTest::gtest_main Lockstep::client)\n"
                "lockstep_discover_tests(t MARKERS all PHASE one PROPERTIES LABELS mine)\n")
MARKED_PLAN = plan(phase("one", tests="none()"), "[marker.all]\n", "[marker.slow]\n", "[marker.serial]\nlock = ['l']\n",
                   "[marker.here]\ntests = 'source(**/t.cpp) & dir(.)'\n")


class Marks(DiscoveryBase):

    def test_comments_and_macro(self):
        project = self.built(MARKED_CMAKE, {"t.cpp": MARKED}, MARKED_PLAN, apply=True)
        source = project.source / "t.cpp"
        self.assertIn(f"{source}:5:14: warning: 'odd name' cannot be the name of a marker [bad-mark]", self.said)
        self.assertIn(f"{source}:10:1: warning: no test begins on the line below this mark [lost-mark]", self.said)
        own = {"Plain.Both": ["serial", "slow"], "Plain.More": ["slow", "serial"], "Plain.None": [], "Plain.Macro": ["slow"],
               "All/Value.Each/1": ["slow"], "All/Value.Each/2": ["slow"]}
        labels = {name: properties["LABELS"] for name, _, properties, _ in tests_below(project.build, LOCKSTEP_DISABLE="1")[0]}
        self.assertEqual(labels, {name: sorted(["mine", "all", "phase:one", *marks]) for name, marks in own.items()})
        listed = json.loads(project.lockstep("list", "--format", "json"))["tests"]
        for test in listed:
            if test["name"] in own:
                self.assertEqual(sorted(test["markers"]), sorted(["all", "here", *own[test["name"]]]), test)
        self.assert_passes(project.ctest())

    def test_a_mark_that_the_plan_does_not_have(self):
        """A typing mistake in the source is refused as one in CMake is."""
        project = self.built(MARKED_CMAKE, {"t.cpp": MARKED.replace("slow\nTEST_P", "slwo\nTEST_P")}, MARKED_PLAN, apply=True)
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("slwo", run.output)


class Stale(DiscoveryBase):
    """At ctest time, in both modes: what is older than the program, or than the call, is made anew."""
    PROGRAM = '#include <gtest/gtest.h>\nTEST(S, one) {}\n'
    TEXT = "find_package(GTest REQUIRED)\nadd_executable(t t.cpp)\ntarget_link_libraries(t GTest::gtest_main)\n"

    def names(self, project):
        return [test[0] for test in tests_below(project.build)[0]]

    def check(self, mode):
        project = self.built(self.TEXT + f"lockstep_discover_tests(t DISCOVERY_MODE {mode})\n", {"t.cpp": self.PROGRAM})
        tests_file = project.build / "t[1]_tests.cmake"
        self.assertEqual(tests_file.exists(), mode == "POST_BUILD")
        self.assertEqual(self.names(project), ["S.one"])
        before = tests_file.stat().st_mtime_ns
        self.assertEqual(self.names(project), ["S.one"])
        self.assertEqual(tests_file.stat().st_mtime_ns, before)
        os.utime(project.build / "t")
        self.assertEqual(self.names(project), ["S.one"])
        self.assertGreater(tests_file.stat().st_mtime_ns, before)
        # Another call: nothing has to be built for it.
        project.write_cmake(self.TEXT + f"lockstep_discover_tests(t DISCOVERY_MODE {mode} TEST_PREFIX new.)\n", language="CXX", apply=False)
        project.configure()
        self.assertEqual(self.names(project), ["new.S.one"])
        (project.build / "t").unlink()
        self.assertEqual(self.names(project), ["t.NOT_BUILT"])

    def test_post_build(self):
        self.check("POST_BUILD")

    def test_pre_test(self):
        self.check("PRE_TEST")

    def test_mode_of_the_variable(self):
        project = self.built("set(CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE PRE_TEST)\n" + self.TEXT + "lockstep_discover_tests(t)\n",
                             {"t.cpp": self.PROGRAM})
        self.assertFalse((project.build / "t[1]_tests.cmake").exists())

    def test_other_tests_in_their_place(self):
        """The variable by which a run of batches puts its own tests in the place of these."""
        project = self.built(self.TEXT + "lockstep_discover_tests(t)\n", {"t.cpp": self.PROGRAM})
        text = (project.build / "t[1]_include.cmake").read_text()
        variable = re.search(r"_lockstep_tests_of_[0-9a-f]{32}", text).group()
        project.write("other.cmake", "add_test(other true)\n")
        file = project.build / "CTestTestfile.cmake"
        file.write_text(f"set({variable} {project.source}/other.cmake)\n" + file.read_text())
        self.assertEqual(self.names(project), ["other"])

    def test_variables_of_a_shell_leave_nothing_out(self):
        project = self.built(self.TEXT + "lockstep_discover_tests(t DISCOVERY_MODE PRE_TEST)\n", {"t.cpp": self.PROGRAM})
        self.assertEqual([test[0] for test in tests_below(project.build, GTEST_FILTER="none")[0]], ["S.one"])


class MultiConfig(DiscoveryBase):

    def test_each_configuration_has_its_own(self):
        text = ("find_package(GTest REQUIRED)\nadd_executable(t t.cpp)\ntarget_link_libraries(t GTest::gtest_main)\n"
                "lockstep_discover_tests(t DISCOVERY_MODE {})\n")
        program = '#include <gtest/gtest.h>\n#ifdef NDEBUG\nTEST(S, release) {}\n#else\nTEST(S, debug) {}\n#endif\n'
        for mode in "POST_BUILD", "PRE_TEST":
            project = Project(self.folder(self.addCleanup))
            project.write("t.cpp", program)
            project.write("lockstep.toml", "version = 1\n")
            project.write_cmake(text.format(mode), language="CXX")
            project.configure(generator="Ninja Multi-Config")
            project.make("--config", "Debug")

            def names(configuration, project=project):
                tests = json.loads(subprocess.run(project.ctest_command("-C", configuration, "--show-only=json-v1"), capture_output=True,
                                                  env=clean_environment(), timeout=PATIENCE, check=True).stdout)["tests"]
                return [test["name"] for test in tests if test["name"] != "lockstep.end"]
            self.assertEqual((names("Debug"), names("Release")), (["S.debug"], ["t.NOT_BUILT"]))
            project.make("--config", "Release")
            self.assertEqual((names("Debug"), names("Release")), (["S.debug"], ["S.release"]))


if __name__ == "__main__":
    unittest.main()
