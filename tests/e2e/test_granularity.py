"""Cases of a discovered program as single tests, suites, files and batches: what ctest lists and runs, and what gates know."""
import json
import re
import unittest

from support import EndToEnd, Project, phase, plan

# Two suites in two files. A case fails if the environment names it; one that is named with "!" ends the program.
PROGRAM = {
    "one.cpp": """
#include <gtest/gtest.h>
#include <cstdlib>
#include <string>
void judge(const std::string& name) {
    const char* text = std::getenv("BAD");
    const std::string bad = text != nullptr ? text : "";
    if (bad == "!" + name) std::abort();
    EXPECT_NE(bad, name);
}
TEST(one, a) { judge("one.a"); }
TEST(one, b) { judge("one.b"); }
TEST(one, DISABLED_c) { FAIL(); }
TEST(one, d) { judge("one.d"); }
TEST(one, skips) { GTEST_SKIP() << "not today"; }
TEST(two, early) { judge("two.early"); }
""",
    "two.cpp": """
#include <gtest/gtest.h>
#include <string>
void judge(const std::string& name);
TEST(two, a) { judge("two.a"); }
TEST(two, b) { judge("two.b"); }
TEST(two, c) { judge("two.c"); }
"""}
HEAD = "find_package(GTest REQUIRED)\nadd_executable(t one.cpp two.cpp)\ntarget_link_libraries(t GTest::gtest_main)\n"
ONE = ["one.a", "one.b", "one.c", "one.d", "one.skips"]
TWO = ["two.early", "two.a", "two.b", "two.c"]
PHASES = plan(phase("one"), phase("two", gate="recorded"))


class GranularityBase(EndToEnd):

    def prepare(self, plan_text=PHASES, arguments="", head=""):
        project = Project(self.folder(self.addCleanup))
        for name, content in PROGRAM.items():
            project.write(name, content)
        project.write("lockstep.toml", plan_text)
        project.write_cmake(f"lockstep_discover_tests(t {arguments})\n", language="CXX", head=HEAD + head)
        project.configure()
        project.make()
        return project

    def listed(self, project, *arguments, **environment):
        """Names that `ctest -N` shows, without those that plans add."""
        listing = project.ctest("-N", *arguments, **environment).output
        names = re.findall(r"^ *Test +#\d+: (.*?)(?: \(Disabled\))?$", listing, re.MULTILINE)
        return [name for name in names if not name.startswith(("checkpoint.", "lockstep."))]

    def ran(self, run):
        return [name for name in run.names if not name.startswith(("checkpoint.", "lockstep."))]


class Listings(GranularityBase):

    def test_each_granularity(self):
        project = self.prepare()
        self.assertEqual(self.listed(project), ONE + TWO)
        self.assertEqual(self.listed(project, LOCKSTEP_GRANULARITY="suite"), ["one.c", "t.suite.one", "t.suite.two"])
        # In phases of their own, the cases of a file are two tests.
        self.assertEqual(self.listed(project, LOCKSTEP_GRANULARITY="file"),
                         ["one.c", "two.early", "t.file.one.cpp", "t.file.two.cpp"])
        batches = self.listed(project, LOCKSTEP_GRANULARITY="batch")
        self.assertIn("one.c", batches)
        self.assertLess(len(batches), len(ONE + TWO))
        self.assertEqual(self.listed(project), ONE + TWO)

    def test_what_ides_list_is_cases(self):
        project = self.prepare(arguments="GRANULARITY batch")
        self.assertIn("t.batch.1", self.listed(project))
        names = [test["name"] for test in json.loads(project.listing())["tests"]]
        self.assertEqual([name for name in names if name in ONE + TWO], ONE + TWO)

    def test_a_name_or_number_means_a_case(self):
        project = self.prepare(arguments="GRANULARITY suite")
        self.assertEqual(self.ran(project.ctest()), ["one.c", "t.suite.one", "t.suite.two"])
        self.assertEqual(self.ran(project.ctest("-R", r"^two\.b$")), ["two.b"])
        self.assertEqual(self.ran(project.ctest("-I", "2,2")), ["one.b"])
        self.assertNotIn("t.suite.one", self.ran(project.ctest("-E", "checkpoint")))
        self.assertEqual(self.ran(project.ctest("-R", "suite", LOCKSTEP_GRANULARITY="suite")), ["t.suite.one", "t.suite.two"])
        project.write("CMakePresets.json", json.dumps({"version": 6, "configurePresets": [
            {"name": "c", "generator": "Ninja", "binaryDir": str(project.build)}], "testPresets": [
                {"name": "p", "configurePreset": "c", "filter": {"include": {"name": "^two[.]b$"}}}]}))
        done = project.run_ctest(["--preset", "p", "--output-junit", str(project.source / "preset.xml")], project.source)
        self.assertEqual(done, 0)
        self.assertIn('"two.b"', (project.source / "preset.xml").read_text())

    def test_labels_and_properties_stay(self):
        project = self.prepare(plan(phase("one"), phase("two"), '[marker.slow]\nlock = ["disk"]\n'),
                               'GRANULARITY suite PROPERTIES LABELS slow TIMEOUT 30 ENVIRONMENT "MINE=1"')
        overlay = (project.state / "overlay.cmake")
        project.ctest("-N")
        text = overlay.read_text()
        part = text[text.index("add_test} [[t.suite.two]]"):]
        part = part[:part.index("\n\n")]
        for wanted in ('LABELS "slow;phase:two"', 'RESOURCE_LOCK "disk"', 'TIMEOUT "130"', "MINE=1"):
            self.assertIn(wanted, part)
        self.assertEqual(self.listed(project, "-L", "^slow$"), ["one.c", "t.suite.one", "t.suite.two"])


class Gates(GranularityBase):

    def test_a_phase_in_batches_lets_a_single_case_through(self):
        project = self.prepare(arguments="GRANULARITY batch")
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn("5 of 5 tests are all right", run.checkpoint("one").output)
        run = project.late("two.b")
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {})
        # And the other way round: what ran case by case is known to batches.
        run = project.ctest("-L", "phase:two")
        self.assert_passes(run)
        self.assertEqual(run.checkpoint("one").untested, {})

    def test_a_failed_case_in_a_batch_stops_the_next_phase(self):
        project = self.prepare(arguments="GRANULARITY suite")
        run = project.ctest(BAD="one.b")
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.b": "failed"})
        self.assertEqual(run.cases["t.suite.two"].status, "notrun")
        self.assertIn("one.b", run.cases["t.suite.one"].output.splitlines()[0])
        late = project.late("two.b")
        self.assertEqual(late.checkpoint("one").failures, {"one.b": "failed when last run"})
        self.assertEqual(late.cases["two.b"].status, "notrun")
        # Mended by itself, without the batch.
        self.assert_passes(project.late("one.b"))
        self.assert_passes(project.late("two.b"))

    def test_a_crash_is_blamed_on_one_case(self):
        project = self.prepare(arguments="GRANULARITY suite")
        run = project.ctest(BAD="!one.b")
        self.assertEqual(run.checkpoint("one").failures, {"one.b": "failed"})
        shown = project.lockstep("history", "show", "one.d")
        self.assertIn("passed", shown)

    def test_rerun_failed_goes_by_the_run_before(self):
        project = self.prepare(arguments="GRANULARITY suite")
        project.ctest(BAD="two.b")
        project.listing()  # an IDE looks in between, and lists cases
        run = project.ctest("--rerun-failed")
        self.assertEqual(self.ran(run), ["t.suite.two"])
        self.assert_passes(run)


    def test_the_name_of_a_failed_batch_finds_it(self):
        project = self.prepare(arguments="GRANULARITY suite")
        project.ctest(BAD="two.b")
        run = project.ctest("-R", r"^t\.suite\.two$")
        self.assertEqual(self.ran(run), ["t.suite.two"])
        self.assert_passes(run)

    def test_numbers_that_have_moved_are_refused(self):
        project = self.prepare(arguments="GRANULARITY suite")
        project.ctest(BAD="two.b")
        project.write("two.cpp", PROGRAM["two.cpp"] + 'TEST(one, another) { judge("one.another"); }\n')
        project.make()
        run = project.ctest("--rerun-failed")
        self.assert_fails(run)
        self.assertEqual(self.ran(run), [])
        self.assertIn("--rerun-failed goes by the numbers of the run before", run.output)

    def test_a_repeated_batch_that_is_killed_has_not_passed(self):
        project = self.prepare(arguments="GRANULARITY suite")
        # At its second start, the first case of suite one kills the launcher, its parent's parent.
        project.write("one.cpp", PROGRAM["one.cpp"] + """
#include <signal.h>
#include <unistd.h>
#include <fstream>
struct Second {
    Second() {
        if (std::getenv("TWICE") == nullptr || std::getenv("LOCKSTEP_BATCH") == nullptr) return;
        const std::string mark = std::getenv("TWICE");
        if (!std::ifstream(mark)) { std::ofstream(mark) << "x"; return; }
        std::ifstream status("/proc/" + std::to_string(getppid()) + "/status");
        for (std::string word; status >> word;)
            if (word == "PPid:") { int pid = 0; status >> pid; kill(pid, SIGKILL); }
        pause();
    }
} second;
""")
        project.make()
        run = project.ctest("-L", "phase:one", "--repeat", "until-fail:2", TWICE=str(project.source / "mark"))
        self.assert_fails(run)
        self.assertEqual(set(run.checkpoint("one").failures.values()), {"its outcome cannot be told for sure"})


class Calls(GranularityBase):

    def test_a_memory_checker_sees_the_program(self):
        project = self.prepare(arguments="GRANULARITY suite", head="include(CTest)\n")
        # In place of valgrind: notes the program that it is given.
        checker = project.write("bin/valgrind", "#!/bin/sh\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done\n"
                                f"echo \"$1\" >>{project.source}/checked\nexec \"$@\"\n", executable=True)
        project.configure(f"-DMEMORYCHECK_COMMAND={checker}")
        project.ctest("-T", "MemCheck", LOCKSTEP_GRANULARITY="batch")
        checked = [line for line in (project.source / "checked").read_text().splitlines() if not line.endswith("/lockstep")]
        self.assertEqual(checked, [str(project.build / "t")] * 8)

    def test_an_edited_call_counts_without_a_relink(self):
        project = self.prepare(arguments="GRANULARITY suite")
        self.assert_passes(project.ctest())
        project.write("CMakeLists.txt", (project.source / "CMakeLists.txt").read_text().replace("suite", "case"))
        project.configure()
        project.make()
        self.assertEqual(self.listed(project), ONE + TWO)
        self.assert_passes(project.ctest())

    def test_a_program_that_comes_later_is_guarded_at_once(self):
        project = Project(self.folder(self.addCleanup))
        for name, content in PROGRAM.items():
            project.write(name, content)
        project.write("lockstep.toml", PHASES)
        project.write_cmake("lockstep_discover_tests(t DISCOVERY_MODE PRE_TEST)\n", language="CXX", head=HEAD)
        project.configure()
        self.assertEqual(self.listed(project), ["t.NOT_BUILT"])
        project.make()
        run = project.ctest()
        if "start it again" in run.output:
            run = project.ctest()
        self.assert_passes(run)
        self.assertIn("5 of 5 tests are all right", run.checkpoint("one").output)


class Batches(GranularityBase):

    def test_are_cut_by_what_cases_took(self):
        project = self.prepare(arguments="GRANULARITY batch")
        self.assert_passes(project.ctest())
        # They take no time at all, so that there is nothing to divide: one for each phase.
        self.assertEqual(self.listed(project), ["one.c", "t.batch.1", "t.batch.2"])
        self.assert_passes(project.ctest())
        self.assertEqual(self.listed(project), ["one.c", "t.batch.1", "t.batch.2"])

    def test_nothing_is_left_out(self):
        project = self.prepare(arguments="GRANULARITY batch")
        project.ctest()
        recorded = json.loads(project.lockstep("history", "show", "--format", "json", "two.c"))
        self.assertIn("passed", json.dumps(recorded))
        summary = project.lockstep("summary")
        self.assertIn("two", summary)

    def test_without_lockstep_they_are_cases(self):
        project = self.prepare(arguments="GRANULARITY batch")
        self.assertEqual(self.listed(project, LOCKSTEP_DISABLE="1"), ONE + TWO)
        self.assert_passes(project.ctest(LOCKSTEP_DISABLE="1"))


if __name__ == "__main__":
    unittest.main()
