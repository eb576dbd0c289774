"""What the CMake functions do: compared with plain add_test() through ctest's JSON, and by what runs."""
import json
import unittest

import support
from consumer import HEAD, ConsumerBase
from support import bracket, command_test, keys, phase, plan, shell_test

HOSTILE = ["", "a;b", ";", "]=]", "]==]", "]=", "[x", "x]", "[[y]]", "$x", "${x}",
           "$ENV{HOME}", "@x@", "\\", "\\;", '"', "'", "#", "a b", "ü", " ", "-N",
           "TESTS", "first\nsecond", "\n"]
TWO_PHASES = plan(phase("one"), phase("two"))


class AddTest(ConsumerBase):
    def assert_same(self, arguments, head=HEAD):
        """lockstep_add_test() and add_test() with these arguments make the same tests."""
        listings = []
        for function in "add_test", "lockstep_add_test":
            calls = "".join(f"{function}({words})\n" for words in arguments)
            listings.append(self.listed(self.configured_project(calls, head=head), LOCKSTEP_DISABLE="1"))
        self.assertEqual(listings[0], listings[1])
        return listings[0]

    def test_hostile_arguments_survive(self):
        words = " ".join(bracket("\n" + word) for word in HOSTILE)
        tests = self.assert_same([f"NAME all COMMAND sh {words}"] +
                                 [f"NAME {index} COMMAND sh {bracket(chr(10) + word)}" for index, word in enumerate(HOSTILE)])
        self.assertEqual(tests["all"]["command"][1:], HOSTILE)

    def test_hostile_names_survive(self):
        names = ["a b", "odd ]==] [name", "x;y", "$x", "${x}", '"', "#", "ü", "\\"]
        tests = self.assert_same([f"NAME {bracket(name)} COMMAND true" for name in names])
        self.assertEqual(sorted(tests), sorted(names))

    def test_all_of_add_test(self):
        head = HEAD + "set(two a b)\nset(dir \"/tmp\")\n"
        tests = self.assert_same(["NAME in COMMAND pwd WORKING_DIRECTORY /tmp", 'NAME no_dir COMMAND pwd WORKING_DIRECTORY ""',
                                  'NAME lists COMMAND sh "$<1:${two}>" COMMAND_EXPAND_LISTS', 'NAME kept COMMAND sh "$<1:${two}>"',
                                  "NAME dbg COMMAND pwd CONFIGURATIONS Debug", "NAME program COMMAND ${CMAKE_COMMAND} --version"], head=head)
        self.assertEqual(tests["lists"]["command"][1:], ["a", "b"])
        self.assertEqual(tests["kept"]["command"][1:], ["a;b"])
        self.assertEqual(tests["in"]["WORKING_DIRECTORY"], "/tmp")

    def test_marks_are_not_arguments(self):
        plain = ["NAME x COMMAND true a b", "NAME y COMMAND true c"]
        marked = ["NAME x PHASE p COMMAND true a b MARKERS m n", "MARKERS m NAME y COMMAND true c PHASE p"]
        listings = [self.listed(self.configured_project("".join(f"{function}({word})\n" for word in words)), LOCKSTEP_DISABLE="1")
                    for function, words in (("add_test", plain), ("lockstep_add_test", marked))]
        self.assertEqual(sorted(listings[1]["x"].pop("LABELS")), ["m", "n", "phase:p"])
        self.assertEqual(sorted(listings[1]["y"].pop("LABELS")), ["m", "phase:p"])
        self.assertEqual(*listings)

    def test_any_order(self):
        tests = self.listed(self.configured_project(
            "lockstep_add_test(MARKERS m COMMAND sh a NAME one)\nlockstep_add_test(WORKING_DIRECTORY /tmp NAME two PHASE p COMMAND sh b)\n"))
        self.assertEqual({name: (test["command"][1:], test["LABELS"], test["WORKING_DIRECTORY"]) for name, test in tests.items()},
                         {"one": (["a"], ["m"], "<source>/build"), "two": (["b"], ["phase:p"], "/tmp")})

    def test_the_projects_policies_hold(self):
        # A project older than CMP0158 (3.29) has its emulator in front of tests also where it does not cross-compile.
        head = HEAD + ("add_executable(program IMPORTED)\n"
                       "set_target_properties(program PROPERTIES IMPORTED_LOCATION /bin/true CROSSCOMPILING_EMULATOR env)\n")
        tests = self.assert_same(["NAME x COMMAND program a"], head=head)
        self.assertEqual(tests["x"]["command"][1:], ["/bin/true", "a"])


class MarkTests(ConsumerBase):
    def test_labels_are_added(self):
        names = ["a", "b c", "odd ]==] name", "x[0", "y]", "z;z"]
        tests = "".join(command_test(name, "true", labels="mine;too") for name in names) + command_test("other", "true")
        words = " ".join(bracket(name) for name in names)
        project = self.configured_project(tests + f"lockstep_mark_tests(MARKERS m n TESTS {words} PHASE p)\n"
                                          "lockstep_mark_tests(TESTS a MARKERS again)\n")
        labels = {name: sorted(values.get("LABELS", [])) for name, values in self.listed(project).items()}
        expected = {name: ["m", "mine", "n", "phase:p", "too"] for name in names}
        expected["a"] = sorted(expected["a"] + ["again"])
        self.assertEqual(labels, {**expected, "other": []})

    def test_phase_and_markers_take_effect(self):
        project = self.configured_project(shell_test("late") + shell_test("early") +
                                          "lockstep_mark_tests(TESTS late PHASE two MARKERS m)\n"
                                          "lockstep_mark_tests(TESTS early PHASE one)\nlockstep_apply()\n",
                                          plan=plan(phase("one", tests="none()"), phase("two", tests="none()"), '[marker.m]\nlock = ["l"]\n'))
        self.assert_passes(project.ctest())
        self.assertEqual(project.ran(), ["early", "late"])
        tests = self.listed(project)
        self.assertEqual((tests["late"]["RESOURCE_LOCK"], tests["early"].get("RESOURCE_LOCK")), (["l"], None))

    def test_a_marker_that_the_plan_does_not_have(self):
        marks = "lockstep_mark_tests(TESTS x MARKERS serial locked)\n"
        project = self.configured_project(shell_test("x") + "lockstep_add_test(NAME y COMMAND true MARKERS seriall)\nadd_subdirectory(sub)\n"
                                          "lockstep_apply()\n" + marks,  # also after it
                                          files={"sub/CMakeLists.txt": shell_test("z", labels="seriall;other")},
                                          plan=plan('[marker.looked]\nlock = ["l"]\n'))
        for _ in range(2):
            done = self.ctest_in(project.build)
            self.assertEqual(done.returncode, 8)
            for line in ("error: 'x' has the marker 'locked' in CMake, and the plan has no such marker [unknown-marker]",
                         "  help: did you mean 'looked'?",
                         "error: 'y', 'z' have the marker 'seriall' in CMake, and the plan has no such marker [unknown-marker]",
                         "  help: did you mean 'serial'?"):
                self.assertIn(line + "\n", done.stderr)
            self.assertEqual(project.ran(), [])
        # The same labels set with LABELS are nothing to the plan.
        cmake = project.source / "CMakeLists.txt"
        text = cmake.read_text().replace("MARKERS seriall)", ")\nset_tests_properties(y PROPERTIES LABELS seriall)")
        cmake.write_text(text.replace("MARKERS serial locked", "MARKERS serial"))
        project.configure()
        self.assert_passes(project.ctest())

    def test_a_phase_that_the_plan_does_not_have(self):
        project = self.configured_project(shell_test("x") + "lockstep_mark_tests(TESTS x PHASE tow)\nlockstep_apply()\n", plan=TWO_PHASES)
        done = self.ctest_in(project.build)
        self.assertEqual(done.returncode, 8)
        self.assertIn("error: test 'x' has the label 'phase:tow', and the plan has no such phase [unknown-phase]", done.stderr)
        self.assertEqual(project.ran(), [])


class DiscoverTests(ConsumerBase):
    """With a program that is a script, and lists as GoogleTest does; tests/e2e/test_discovery.py has real ones."""
    PROGRAM = """#!/bin/sh
for word; do case $word in --gtest_output=json:*) cat >"${word#--gtest_output=json:}" <<END
{"testsuites": [{"name": "S", "testsuite": [{"name": "a"}]}]}
END
esac; done
echo "$PWD $*" >>"${0%/*}/called"
"""
    HEAD = HEAD + "add_executable(t IMPORTED)\nset_target_properties(t PROPERTIES IMPORTED_LOCATION ${CMAKE_SOURCE_DIR}/t.sh)\n"

    def discovered(self, text, *options, head=HEAD):
        project = self.source(text, files={"t.sh": self.PROGRAM}, head=head)
        (project.source / "t.sh").chmod(0o755)
        done = self.run_cmake(project, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return project, self.listed(project)

    def test_hostile_arguments_survive(self):
        words = [word for word in HOSTILE if word not in ("", "TESTS")]
        quoted = " ".join(bracket("\n" + word) for word in words)
        _, tests = self.discovered(f"lockstep_discover_tests(t EXTRA_ARGS {quoted} PROPERTIES ENVIRONMENT {bracket('A=]==] $x')})\n", head=self.HEAD)
        self.assertEqual(tests["S.a"]["command"], ["<source>/t.sh", "--gtest_filter=S.a", "--gtest_also_run_disabled_tests", *words])
        self.assertEqual(tests["S.a"]["ENVIRONMENT"], ["A=]==] $x"])

    def test_empty_arguments_vanish_as_policies_say(self):
        """CMP0178, which CMake 3.31 brought, keeps them in gtest_discover_tests()."""
        text = 'lockstep_discover_tests(t EXTRA_ARGS a "" b)\n'
        _, tests = self.discovered(text, head=self.HEAD)
        self.assertEqual(tests["S.a"]["command"][3:], ["a", "b"])
        project, tests = self.discovered("if(POLICY CMP0178)\ncmake_policy(SET CMP0178 NEW)\nfile(WRITE ${CMAKE_BINARY_DIR}/keeps)\nendif()\n" + text,
                                         head=self.HEAD)
        self.assertEqual(tests["S.a"]["command"][3:], ["a", "", "b"] if (project.build / "keeps").exists() else ["a", "b"])

    def test_empty_values_are_none(self):
        _, plain = self.discovered("lockstep_discover_tests(t)\n", head=self.HEAD)
        _, tests = self.discovered('lockstep_discover_tests(t TEST_PREFIX "" TEST_SUFFIX "" TEST_FILTER "" WORKING_DIRECTORY "" '
                                   'XML_OUTPUT_DIR "" TEST_LIST "" DISCOVERY_TIMEOUT "" EXTRA_ARGS PROPERTIES)\n', head=self.HEAD)
        self.assertEqual(plain, tests)

    def test_generator_expressions(self):
        _, tests = self.discovered("set(two a b)\nlockstep_discover_tests(t WORKING_DIRECTORY $<TARGET_FILE_DIR:t> EXTRA_ARGS "
                                   '"$<1:${two}>" "$<0:none>" $<TARGET_FILE:t>)\n', head=self.HEAD)
        self.assertEqual((tests["S.a"]["WORKING_DIRECTORY"], tests["S.a"]["command"][3:]), ("<source>", ["a", "b", "<source>/t.sh"]))

    def test_the_listing(self):
        project, _ = self.discovered("lockstep_discover_tests(t DISCOVERY_EXTRA_ARGS --more TEST_FILTER S* EXTRA_ARGS --not WORKING_DIRECTORY /tmp)\n",
                                     head=self.HEAD)
        called = (project.source / "called").read_text().splitlines()
        self.assertEqual(len(called), 1)
        self.assertRegex(called[0], r"^/tmp --gtest_list_tests --gtest_output=json:\S+ --gtest_filter=S[*] --more$")

    def test_calls_of_one_target(self):
        _, tests = self.discovered("lockstep_discover_tests(t)\nlockstep_discover_tests(t TEST_PREFIX two. MARKERS m PHASE p)\n", head=self.HEAD)
        self.assertEqual({name: test.get("LABELS") for name, test in tests.items()}, {"S.a": None, "two.S.a": ["m", "phase:p"]})

    def test_the_launcher_is_that_of_the_projects_policies(self):
        """As lockstep_add_test() has it, and gtest_discover_tests() of the same CMake."""
        for policy in "OLD", "NEW":
            head = self.HEAD + ("set_target_properties(t PROPERTIES CROSSCOMPILING_EMULATOR \"env;A=1\")\n"
                                f"if(POLICY CMP0158)\ncmake_policy(SET CMP0158 {policy})\nendif()\nadd_test(NAME plain COMMAND t)\n")
            _, tests = self.discovered("lockstep_discover_tests(t)\n", head=head)
            plain = tests["plain"]["command"][:-1]
            self.assertEqual(tests["S.a"]["command"][:len(plain) + 1], tests["plain"]["command"])

    def test_it_is_known_to_the_program(self):
        project, _ = self.discovered("lockstep_discover_tests(t GRANULARITY suite)\nlockstep_apply()\n", head=self.HEAD)
        discoveries = json.loads((project.build / "lockstep/project.json").read_text())["discoveries"]
        self.assertEqual(discoveries, [f"{project.build}/t[1]_cases.json"])
        self.assertEqual(json.loads((project.build / "t[1]_cases.json").read_text())["granularity"], "suite")


class Targets(ConsumerBase):
    TESTS = "".join(shell_test(name) for name in ("one.a", "two.a", "two.b", "free"))
    TESTS += shell_test("near", labels="a+b") + shell_test("odd", labels="a.b")
    PLAN = plan(phase("one"), "[[phase]] # not the end: [ or ; [\n" + keys(name="two", tests="name(two.*)"),
                '[[phase.checkpoint]]\nname = "holds"\ncommand = ["true"]\n',
                '[marker."a.b"]\nlock = ["x"]\n[ marker.spaced ]\ntests = "name(free)"\n[marker.spaced.env]\nA = "1"\n',
                "[marker.'c.d'.use]\n")

    def project_with_targets(self):
        return self.configured_project(self.TESTS + "lockstep_apply()\n", plan=self.PLAN)

    def test_there_is_one_for_each_phase_and_marker(self):
        self.assertEqual(self.targets(self.project_with_targets()), [
            "lockstep-check", "lockstep-run-marker-a.b", "lockstep-run-marker-c.d", "lockstep-run-marker-spaced", "lockstep-run-phase-one", "lockstep-run-phase-two",
            "lockstep-validate"])

    def test_they_run_the_right_tests(self):
        project = self.project_with_targets()
        for target, names in {"phase-one": ["one.a"], "phase-two": ["two.a", "two.b"], "marker-a.b": ["odd"], "marker-spaced": ["free"]}.items():
            with self.subTest(target):
                status, output = self.build(project, "lockstep-run-" + target)
                self.assertEqual(status, 0, output)
                self.assertEqual(sorted(project.ran()), names)

    def test_they_fail_with_their_tests(self):
        project = self.configured_project(shell_test("one.a", "false") + "lockstep_apply()\n", plan=TWO_PHASES)
        self.assertNotEqual(self.build(project, "lockstep-run-phase-one")[0], 0)

    def test_they_fail_where_there_is_nothing_to_run(self):
        """The label of a phase may have been left out; a marker may have no tests."""
        unlabelled = plan("[defaults]\nlabels = false\n", phase("one"), "[marker.m]\n")
        overlapping = plan(phase("one"), "[marker.m]\n")
        for text, labels in ((unlabelled, ""), (overlapping, "on")):
            project = self.configured_project(shell_test("one.a", labels=labels) + "lockstep_apply()\n", plan=text)
            for target in "phase-one", "marker-m":
                status, output = self.build(project, "lockstep-run-" + target)
                self.assertNotEqual(status, 0, output)
                self.assertIn("No tests were found", output)
            self.assertEqual(project.ran(), [])

    def test_check(self):
        project = self.project_with_targets()
        status, output = self.build(project, "lockstep-check")
        self.assertEqual(status, 0, output)
        project.write("lockstep.toml", self.PLAN + '[marker.m]\nuse = { nothing = 1 }\n')
        status, output = self.build(project, "lockstep-check")
        self.assertNotEqual(status, 0)
        self.assertIn("unknown pool 'nothing' [unknown-pool]", output)

    def test_validate(self):
        status, output = self.build(self.project_with_targets(), "lockstep-validate")
        self.assertEqual(status, 0, output)
        self.assertIn("8 tests at once, each with an id of its own", output)

    def test_a_phase_more_is_a_target_more(self):
        project = self.project_with_targets()
        project.write("lockstep.toml", self.PLAN + phase("three", tests="name(free)"))
        status, output = self.build(project, "all")
        self.assertEqual(status, 0, output)
        self.assertIn("lockstep-run-phase-three", self.targets(project))


class Elsewhere(ConsumerBase):
    """On other systems than Linux, which is played here by CMake's variable."""

    NAME = "p ]=]a'n.toml"

    def project_elsewhere(self, plan_text, marks=""):
        """`marks` comes after lockstep_apply()."""
        project = self.source(
            "add_subdirectory(sub)\n" + shell_test("a") + f'set(CMAKE_HOST_SYSTEM_NAME Darwin)\nlockstep_apply(PLAN "{self.NAME}")\n' + marks,
            files={"sub/CMakeLists.txt": shell_test("b")}, plan=None)
        if plan_text is not None:
            project.write(self.NAME, plan_text)
        done = self.run_cmake(project)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("on Darwin ctest refuses to run the tests without their plan's guards", " ".join(done.stderr.split()))
        return project

    def assert_refused(self, project, message):
        for directory in project.build, project.build / "sub":
            done = self.ctest_in(directory)
            self.assertEqual(done.returncode, 8, done.stdout)
            self.assertIn(message.format(f"{project.source}/{self.NAME}"), " ".join(done.stderr.split()))
        self.assertEqual(project.ran(), [])
        self.assertEqual(self.ctest_in(project.build, LOCKSTEP_DISABLE="1").returncode, 0)
        self.assertEqual(project.ran(), ["a"])

    def assert_guards_refused(self, project):
        self.assert_refused(project, "Lockstep works on Linux only for now: the tests would run without the guards of '{}'. LOCKSTEP_DISABLE=1 runs them so")

    def test_a_plan_with_guards_is_refused(self):
        project = self.project_elsewhere(plan())
        serial = ('[defaults]\nunmarked = "serial"\n', "[defaults]\n\tunmarked='serial' # all\n", 'defaults.unmarked = "serial"\n',
                  '"defaults" . "unmarked" = """serial"""\n', "defaults = { labels = false, 'unmarked' = 'serial' }\n",
                  'defaults.unmarked = """\nserial"""\n', '[profile.ci]\ndefaults.unmarked = "serial"\n')
        for text in (phase("p"), "[marker.m]\n", " [ marker . m ]\n", 'marker.m.lock = ["l"]\n', "marker = {}\n", '["marker".m]\n', *serial):
            with self.subTest(text):
                project.write(self.NAME, plan(text))  # without configuring again
                self.assert_guards_refused(project)

    def test_marked_tests_are_refused(self):
        for marks in "MARKERS serial", "PHASE p":
            with self.subTest(marks):
                self.assert_guards_refused(self.project_elsewhere(plan(), f"lockstep_mark_tests(TESTS a {marks})\n"))

    def test_a_missing_plan_is_refused(self):
        message = "Lockstep: there is no plan file '{}', so what guards the tests need is not known. LOCKSTEP_DISABLE=1 runs them without"
        self.assert_refused(self.project_elsewhere(None), message)
        project = self.project_elsewhere(plan())
        (project.source / self.NAME).unlink()
        self.assert_refused(project, message)

    def test_a_plan_without_guards_is_not(self):
        project = self.project_elsewhere(plan(
            '# [[phase]]\n# über [marker.m], unmarked = "serial"\n[defaults]\ntimeout = "5m" # unmarked = "serial"\nunmarked = "parallel"\n'
            "[run]\nworkers = 3\n[pool.marker]\nslots = 2\n[profile.ci]\ndefaults.unmarked = 'parallel'\n"))
        self.assertEqual(self.ctest_in(project.build).returncode, 0)
        self.assertEqual(project.ran(), ["a"])


class Guard(ConsumerBase):
    def setUp(self):
        self.project_below = self.configured_project(
            "add_subdirectory(sub)\n" + shell_test("one.a") + "lockstep_apply()\n", plan=TWO_PHASES,
            files={"sub/CMakeLists.txt": shell_test("two.a") + "add_subdirectory(deep)\n", "sub/deep/CMakeLists.txt": shell_test("two.b")})

    def test_a_subdirectory_alone_is_refused(self):
        project = self.project_below
        message = (f"Lockstep: started in a subdirectory, ctest knows only a part of the tests and none of their guards. Start it at the top: "
                   f"ctest --test-dir {project.build} and select tests there with -R or -L. LOCKSTEP_DISABLE=1 runs these tests without their plan.")
        for directory in "sub", "sub/deep":
            with self.subTest(directory):
                done = self.ctest_in(project.build / directory)
                self.assertEqual(done.returncode, 8)
                self.assertIn(message, " ".join(done.stderr.split()))
                self.assertEqual(project.ran(), [])
                self.assertEqual(self.ctest_in(project.build / directory, LOCKSTEP_DISABLE="1").returncode, 0)

    def test_from_the_top_all_run(self):
        run = self.project_below.ctest()
        self.assert_passes(run)
        self.assertEqual(sorted(name for name in run.names if name.startswith(("one", "two"))), ["one.a", "two.a", "two.b"])


class Survival(ConsumerBase):
    """What a project has set for itself is still there."""

    def test_its_test_include_files(self):
        project = self.configured_project(
            'set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES "${CMAKE_SOURCE_DIR}/x.cmake")\n'
            "add_subdirectory(sub)\n" + shell_test("one.a") + "lockstep_apply()\n"
            'set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_SOURCE_DIR}/y.cmake")\n', plan=TWO_PHASES,
            files={"sub/CMakeLists.txt": 'set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_SOURCE_DIR}/z.cmake")\n',
                   "x.cmake": "add_test(two.x true)\n", "y.cmake": "add_test(two.y true)\n", "sub/z.cmake": "add_test(two.z true)\n"})
        tests = self.listed(project)
        for name in "two.x", "two.y", "two.z":  # found, and under the plan
            self.assertIn("phase:two", tests[name]["LABELS"])
        self.assert_passes(project.ctest())

    def test_its_properties(self):
        own = shell_test("one.a", labels="mine", timeout="7", resource_lock="mine", environment="A=1;B=2", processors="2", cost="3",
                         fixtures_required="mine", depends="set", working_directory="/tmp", skip_return_code="77")
        project = self.configured_project(own + shell_test("set", fixtures_setup="mine") + "lockstep_apply()\n",
                                          plan=plan(phase("one"), '[marker.m]\ntests = "name(one.a)"\nlock = ["more"]\n'
                                                    'timeout = "9s"\nprocessors = 4\nenv = { A = "2", C = "3" }\n'))
        before, after = (self.listed(project, LOCKSTEP_DISABLE=value)["one.a"] for value in ("1", "0"))
        for name, value in before.items():
            with self.subTest(name):
                if isinstance(value, list) and name != "command":
                    self.assertEqual([item for item in after[name] if item in value], value)
                else:
                    self.assertEqual(after[name], value)
        self.assertIn("more", after["RESOURCE_LOCK"])
        self.assertIn("C=3", after["ENVIRONMENT"])
        self.assertNotIn("A=2", after["ENVIRONMENT"])

    def test_finding_the_package_changes_nothing(self):
        look = """get_cmake_property(_{0} VARIABLES)
get_directory_property(_{0}_files TEST_INCLUDE_FILES)
get_property(_{0}_targets DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
foreach(policy CMP0054 CMP0110 CMP0121 CMP0174)
  if(POLICY ${{policy}})
    cmake_policy(GET ${{policy}} _value)
    list(APPEND _{0}_policies "${{policy}}=${{_value}}")
  endif()
endforeach()
"""
        find = "find_package(Lockstep REQUIRED CONFIG)\n"
        head = HEAD.replace("VERSION 3.25", "VERSION 3.16").replace(find, look.format("before") + find + look.format("after"))
        project = self.source('list(REMOVE_ITEM _after ${_before})\n'
                              'message("${_after}|${_after_files}|${_after_targets}|${_before_policies}|${_after_policies}")\n', head=head)
        variables, files, targets, before, after = self.run_cmake(project).stderr.strip().split("|")
        self.assertEqual([name for name in variables.split(";") if not name.startswith(("Lockstep_", "_before", "_after"))],
                         [name for name in ("PACKAGE_PREFIX_DIR", "_value", "policy") if name in variables.split(";")])
        self.assertEqual((files, targets), ("", ""))
        self.assertEqual(before, after)
        self.assertIn("CMP0121=", before)


class Plan(ConsumerBase):
    def test_elsewhere_and_edited(self):
        project = self.configured_project(shell_test("one.a") + "lockstep_apply(PLAN plans/mine.toml)\n", plan=None,
                                          files={"plans/mine.toml": plan(phase("one"))})
        self.assertIn("checkpoint.one", self.listed(project))
        project.write("plans/mine.toml", plan(phase("uno", tests="name(one.a)")))
        tests = self.listed(project)
        self.assertIn("checkpoint.uno", tests)
        self.assertNotIn("checkpoint.one", tests)

    def test_missing(self):
        project = self.source(shell_test("one.a") + "lockstep_apply()\n", plan=None)
        done = self.run_cmake(project)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"Lockstep: there is no plan file '{project.source}/lockstep.toml', and ctest refuses to run the tests until it is "
                      "there; `lockstep init` writes a first one that changes nothing", " ".join(done.stderr.split()))
        self.assertEqual(self.targets(project), ["lockstep-check", "lockstep-validate"])
        done = self.ctest_in(project.build)
        self.assertEqual(done.returncode, 8)
        self.assertIn(f"{project.source}/lockstep.toml", done.stderr)
        self.assertEqual(project.ran(), [])
        project.lockstep("init")
        self.assertEqual(self.ctest_in(project.build).returncode, 0)
        self.assertEqual(self.run_cmake(project).stderr, "")


class Disable(ConsumerBase):
    def test_the_same_tests_as_without(self):
        text = shell_test("one.a", labels="x") + "add_subdirectory(sub)\n"
        files = {"sub/CMakeLists.txt": shell_test("two.a")}
        plain = self.listed(self.configured_project(text, plan=TWO_PHASES, files=files))
        project = self.configured_project(text + "lockstep_apply()\n", plan=TWO_PHASES, files=files)
        self.assertEqual(self.listed(project, LOCKSTEP_DISABLE="1"), plain)
        self.assertEqual(sorted(self.listed(project)), sorted([*plain, "checkpoint.one", "checkpoint.two", "lockstep.end"]))
        run = project.ctest(LOCKSTEP_DISABLE="1")
        self.assert_passes(run)
        self.assertEqual(sorted(run.names), ["one.a", "two.a"])


if __name__ == "__main__":
    unittest.main()
