"""Guards hold in real runs, proved from a log that the tests write about themselves."""
import os
import pathlib
import unittest

import allocation
from support import EndToEnd, phase, plan, shell_test
from verifier import Rules, most_at_once, verify


class Guards(EndToEnd):
    """The suite that uses every guard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_of_class = allocation.prepare(cls.class_project)

    def check(self, *arguments, jobs=allocation.JOBS, rules=None, **environment):
        run = self.project_of_class.ctest(*arguments, jobs=jobs, **environment)
        self.assert_passes(run)
        events = allocation.events_of(self.project_of_class)
        self.assertEqual([str(found) for found in verify(events, rules or allocation.rules())], [])
        return events

    def test_parallel(self):
        for _ in range(2):  # longest first the second time
            events = self.check()
            self.assertEqual(sorted(event.test for event in events if event.kind == "start"), sorted(allocation.tests()))
            self.assertGreaterEqual(most_at_once(events), 3)

    def test_shuffled(self):
        self.check("--schedule-random")

    def test_one_at_a_time(self):
        self.assertEqual(most_at_once(self.check(jobs=1)), 1)
        self.assertEqual(most_at_once(self.check(LOCKSTEP_SEQUENTIAL="1")), 1)

    def test_a_filter_leaves_the_phase_in_the_middle_out(self):
        rules = allocation.rules()
        rules.phases = [entry for entry in rules.phases if entry[0] != "two"]
        rules.chains = []
        events = self.check("-R", "^(one|three)[.]", rules=rules)
        self.assertEqual({event.test.split(".")[0] for event in events}, {"one", "three"})

    def test_without_gates_phases_overlap_and_all_else_holds(self):
        rules = allocation.rules()
        rules.phases = []
        self.check(LOCKSTEP_GATE="none", rules=rules)


class ManyWorkers(EndToEnd):
    """Ids are distinct and within what the plan says."""

    def test_ids_are_those_of_the_plan(self):
        names = [f"free.{n}" for n in range(12)]
        project = self.project(plan("[run]\nworkers = 3\n"), *(
            f"add_test(NAME {name} COMMAND ${{CMAKE_SOURCE_DIR}}/probe.sh {name})\n" for name in names),
            files={"probe.sh": allocation.PROBE})
        self.assert_passes(project.ctest(jobs=8))
        events = allocation.events_of(project)
        self.assertEqual(verify(events, Rules(workers=True, temp=True)), [])
        self.assertEqual({event.facts["worker"] for event in events if event.kind == "start"}, {"0", "1", "2"})
        self.assertEqual(most_at_once(events), 3)

    def test_two_at_once_that_share_the_build_tree(self):
        names = [f"free.{n}" for n in range(8)]
        project = self.project(plan("[run]\nworkers = 3\nsessions = \"share\"\n"), *(
            f"add_test(NAME {name} COMMAND ${{CMAKE_SOURCE_DIR}}/probe.sh {name} 0.2)\n" for name in names),
            files={"probe.sh": allocation.PROBE})
        with project.running("-R", "free.[0-3]", jobs=3) as first:
            self.assert_passes(project.ctest("-R", "free.[4-7]", jobs=3))
            self.assertEqual(first.wait(), 0)
        self.assertEqual([str(found) for found in verify(allocation.events_of(project), Rules(workers=True, temp=True))], [])

    def test_none(self):
        project = self.project(plan("[run]\nworkers = 0\n"), shell_test("a", "! env | grep LOCKSTEP_WORKER"))
        self.assert_passes(project.ctest())

    def test_none_where_the_spec_file_is_not_ours_and_a_run_says_so(self):
        spec = '{"version": {"major": 1, "minor": 0}, "local": [{"gpus": [{"id": "7"}]}]}'
        script = '! env | grep LOCKSTEP_WORKER; test -e given || test -z "$CTEST_RESOURCE_GROUP_0_GPUS"'
        for workers, said in (("", 1), ("[run]\nworkers = 0\n", 0)):
            project = self.project(plan(workers), shell_test("a", script, resource_groups="gpus:1"), files={"gpus.json": spec})
            for given, reason in (([], "the project's tests have RESOURCE_GROUPS but there is no resource spec file"),
                                  (["--resource-spec-file", str(project.source / "gpus.json")],
                                   "this ctest has a resource spec file that is not the plan's")):
                run = project.ctest(*given)
                self.assert_passes(run)
                self.assertEqual(run.output.count(f"lockstep: tests get no worker ids in this run: {reason}\n"), said, run.output)
                self.assertEqual(run.output.count("no worker ids"), said)
                (project.build / "given").touch()
            self.assertEqual("no-worker-ids" in project.lockstep("check"), bool(said))

    def test_none_beside_the_projects_own_resources(self):
        project = self.project(plan('[run]\nworkers = 0\nresource_spec = "gpus.json"\n'),
                               shell_test("a", 'test "$CTEST_RESOURCE_GROUP_0_GPUS" = "id:7,slots:1"', resource_groups="gpus:1"),
                               files={"gpus.json": '{"version": {"major": 1, "minor": 0}, "local": [{"gpus": [{"id": "7"}]}]}'})
        self.assert_passes(project.ctest())


class TempDirectories(EndToEnd):
    """Private, empty at the first attempt, and kept if the test fails until it passes."""
    LEAVE = "echo $LOCKSTEP_TEMP_DIR >>../dirs; ls -A $TMPDIR >>../found; echo mine >$TMPDIR/left; test -e good"

    def directories(self, project):
        path = project.source / "dirs"
        found = [pathlib.Path(line) for line in path.read_text().split()]
        path.unlink()
        return found

    def kept(self, project):
        folder = project.state / "kept"
        return sorted(path.read_text() for path in folder.glob("*/left")) if folder.exists() else []

    def test_kept_until_it_passes(self):
        project = self.project(plan(), shell_test("a", self.LEAVE), shell_test("b"))
        self.assert_fails(project.ctest())
        [directory] = self.directories(project)
        self.assertEqual((directory / "left").read_text(), "mine\n")  # in its place while nobody else wants the place
        self.assert_passes(project.ctest("-R", "b"))
        self.assertEqual(self.kept(project), ["mine\n"])
        self.assert_passes(project.ctest("-R", "b"))
        self.assertEqual(self.kept(project), ["mine\n"])
        (project.build / "good").touch()
        self.assert_passes(project.ctest())
        self.assertEqual(self.kept(project), [])
        self.assertEqual(list(self.directories(project)[0].iterdir()), [])
        self.assertEqual((project.source / "found").read_text(), "")

    def test_kept_once_however_often_it_fails(self):
        project = self.project(plan(), shell_test("a", self.LEAVE), shell_test("b", "echo b >$TMPDIR/left; false"))
        for _ in range(3):
            self.assert_fails(project.ctest())
        self.assert_fails(project.ctest("-R", "a"))
        self.assertEqual(self.kept(project), ["b\n", "mine\n"])
        self.assertEqual((project.source / "found").read_text(), "")

    def test_variables(self):
        script = ('test "$TMPDIR" = "$LOCKSTEP_TEMP_DIR" -a "$TMP" = "$TMPDIR" -a "$TEMP" = "$TMPDIR" -a "$HOME" = "$TMPDIR/home"'
                  ' -a "$XDG_CONFIG_HOME" = "$HOME/.config" -a "$PWD" = "$TMPDIR" -a -d "$HOME"')
        project = self.project(plan('[defaults]\nisolate = ["tmp", "home", "cwd"]\n'),
                               "add_test(NAME a COMMAND ${CMAKE_SOURCE_DIR}/a.sh)\n", files={"a.sh": f"#!/bin/sh\n{script}\n"})
        self.assert_passes(project.ctest())

    def test_a_working_directory_that_the_project_chose_stays(self):
        """Below or elsewhere, discovered or not, through links: the one that ctest would take by itself is no choice."""
        where = 'COMMAND sh -c [[pwd -P >"$0/where/$LOCKSTEP_TEST"]] ${CMAKE_SOURCE_DIR}'

        def tests(folder):
            return (f"add_test(NAME {folder}.own {where})\n"
                    f"add_test(NAME {folder}.source {where} WORKING_DIRECTORY ${{CMAKE_CURRENT_SOURCE_DIR}})\n"
                    f"add_test(NAME {folder}.data {where} WORKING_DIRECTORY ${{CMAKE_SOURCE_DIR}}/data)\n")

        discovered = f"string(CONFIGURE [==[add_test(found.own {where.replace('COMMAND ', '')})\n]==] text)\n"
        project = self.project(
            plan('[defaults]\nisolate = ["cwd"]\n'), tests("top"), "add_subdirectory(below)\nadd_subdirectory(out elsewhere)\n",
            discovered, "file(WRITE ${CMAKE_BINARY_DIR}/found.cmake \"${text}\")\n"
            "set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${CMAKE_BINARY_DIR}/found.cmake)\n",
            files={"below/CMakeLists.txt": tests("below"), "out/CMakeLists.txt": tests("out"), "data/x": "", "where/x": ""})
        link = project.source / "link"
        link.symlink_to(project.build)
        for run in (project.ctest, lambda: project.ctest("--test-dir", str(link)),
                    lambda: self.assertEqual(project.run_ctest(["-j4"], cwd=link), 0)):
            run()
            found = {path.name: path.read_text().strip() for path in (project.source / "where").glob("*.*")}
            for name in found:
                (project.source / "where" / name).unlink()
            expected = {}
            for folder, place in (("top", ""), ("below", "below"), ("out", "out")):
                expected[f"{folder}.source"] = str(project.source / place)
                expected[f"{folder}.data"] = str(project.source / "data")
            self.assertEqual({name: path for name, path in found.items() if not name.endswith(".own")}, expected)
            own = [path for name, path in found.items() if name.endswith(".own")]
            self.assertEqual([os.path.dirname(path) for path in own], [str(project.state / "t/1")] * 4)

    def test_none(self):
        project = self.project(plan("[defaults]\nisolate = []\n"), shell_test("a", 'test -z "$LOCKSTEP_TEMP_DIR"'))
        self.assert_passes(project.ctest())

    def test_one_started_by_hand_finds_the_one_of_the_listing(self):
        project = self.project(plan(), shell_test("a"))
        self.assertIn(f"TMPDIR={project.state}/t/0/1".encode(), project.listing())
        self.assertTrue((project.state / "t/0/1").is_dir())


class Order(EndToEnd):
    """What a chain and a phase without parallelism do when a test of them fails."""

    def test_a_failure_stops_the_rest_of_a_chain(self):
        project = self.project(plan(phase("link", order="chain", tests=["name(link.b)", "name(link.a)", "name(link.c)"])),
                               shell_test("link.a", "false"), shell_test("link.b"), shell_test("link.c"))
        run = project.ctest()
        self.assert_fails(run)
        self.assertEqual(project.ran(), ["link.b", "link.a"])
        self.assertEqual(run.checkpoint("link").failures, {"link.a": "failed", "link.c": "could not be run"})

    def test_a_failure_does_not_stop_a_sequence(self):
        project = self.project(plan(phase("step", order="sequential")), shell_test("step.a", "false"), shell_test("step.b"))
        self.assert_fails(project.ctest())
        self.assertEqual(sorted(project.ran()), ["step.a", "step.b"])


if __name__ == "__main__":
    unittest.main()
