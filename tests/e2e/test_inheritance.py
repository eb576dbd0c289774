"""What one run leaves for the next: sessions of elsewhere, recorded verifications, lists of two configurations."""
import json
import pathlib

from support import EndToEnd, command_test, phase, plan, shell_test, verification


class Elsewhere(EndToEnd):
    """A session of a container that cannot be looked into."""

    def from_elsewhere(self, **changes):
        project = self.project(plan(phase("one")), shell_test("one.a"))
        self.assert_passes(project.ctest())
        file = project.state / "s/1/session.json"
        session = json.loads(file.read_text())
        self.assertTrue(session["ended"])
        file.write_text(json.dumps({**session, "process_namespace": "pid:[1]", **changes}))
        return project

    def test_one_that_ended_is_in_nobodys_way(self):
        project = self.from_elsewhere()
        self.assert_passes(project.ctest())
        self.assertEqual([path.name for path in (project.state / "s").iterdir()], ["1"])

    def test_one_that_may_still_run_keeps_others_out(self):
        project = self.from_elsewhere(ended=False)
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("in another container or on another machine", " ".join(run.output.split()))
        self.assertEqual(project.ran(), ["one.a"])  # of the first run


class Configurations(EndToEnd):
    def test_each_has_its_own_list(self):
        """In a single-config build tree too: a test that only Release has shifts the numbers of those behind it."""
        extra = 'add_test(NAME one.extra COMMAND true CONFIGURATIONS Release)\n'
        project = self.project(plan(phase("one"), phase("two")), extra, shell_test("one.a"), shell_test("two.a"))
        for arguments in [], ["-C", "Release"], [], ["-C", "Release"]:
            with self.subTest(arguments=arguments):
                run = project.ctest(*arguments)
                self.assert_passes(run)
                self.assertEqual("one.extra" in run.cases, bool(arguments))
                tests = 2 if arguments else 1
                self.assertIn(f"{tests} of {tests} tests are all right", run.checkpoint("one").output)


class Verifications(EndToEnd):
    def test_one_that_is_given_the_session_still_counts_later(self):
        """What differs in each session is not a change."""
        text = plan(phase("one", untested="fail"), verification("v", "sh", "-c", "test -d ${temp_dir}", "${session}"), phase("two"))
        project = self.project(text, shell_test("one.a"), shell_test("two.a"))
        self.assert_passes(project.ctest())
        self.assert_passes(project.late())

    def test_temp_dir_is_empty_each_time(self):
        script = 'test -z "$$(ls -A "$$1")" && touch "$$1/left"'
        text = plan(phase("one", cleanup=["sh", "-c", script, "sh", "${temp_dir}"]), verification("v", "sh", "-c", script, "sh", "${temp_dir}"))
        project = self.project(text, shell_test("one.a"))
        for _ in range(2):
            self.assert_passes(project.ctest())

    def test_none_runs_where_no_test_of_the_phase_did(self):
        """A disabled test has a block in ctest's log too."""
        text = plan(phase("one"), verification("v", "sh", "-c", "echo x >>verified"))
        project = self.project(text, shell_test("one.off", disabled="1"))
        project.ctest()
        self.assertFalse((project.build / "verified").exists())


class Workers(EndToEnd):
    def test_ids_start_at_zero_in_each_run(self):
        """Also where the ctest before has not quite exited: its session has ended."""
        script = 'env | sed -n "s/^CTEST_RESOURCE_GROUP_[0-9]*_LOCKSTEP_WORKER=id:\\([0-9]*\\),.*/\\1/p" >>ids'
        project = self.project(plan(), shell_test("a", script))
        for _ in range(3):
            self.assert_passes(project.ctest(jobs=3))
        ids = (project.build / "ids").read_text().split()
        self.assertEqual(len(ids), 3)
        self.assertTrue(all(int(number) < 3 for number in ids), ids)

    def test_no_more_than_there_are_tests(self):
        project = self.project(plan(), command_test("a", "true"))
        self.assert_passes(project.ctest(jobs=9999))
        resources = json.loads((project.state / "s/1/resources.json").read_text())
        self.assertEqual(len(resources["local"][0]["lockstep_worker"]), 2)  # a, lockstep.end


class SharedDurations(EndToEnd):
    def test_a_file_that_cannot_be_written_is_a_warning(self):
        project = self.project(plan(phase("one")), shell_test("one.a"))
        (pathlib.Path(project.source) / "durations.db").mkdir()
        for _ in range(2):
            run = project.ctest("-V", LOCKSTEP_HISTORY=str(project.source / "durations.db"))
            self.assert_passes(run)
            self.assertIn("warning: LOCKSTEP_HISTORY", run.output)

    def test_a_relative_path_is_refused(self):
        project = self.project(plan(), shell_test("a"))
        run = project.ctest(LOCKSTEP_HISTORY="durations.db")
        self.assert_fails(run)
        self.assertIn("LOCKSTEP_HISTORY=durations.db is not an absolute path", " ".join(run.output.split()))
        self.assertEqual(project.ran(), [])


class Libraries(EndToEnd):
    def test_one_found_through_environment_modification_counts(self):
        """A rebuilt library is a change, whichever way its folder is named."""
        project = self.project(
            plan(phase("one", untested="fail"), phase("two")),
            'add_library(part SHARED part.cc)\nadd_executable(user user.cc)\ntarget_link_libraries(user part)\n'
            'set_target_properties(user PROPERTIES SKIP_BUILD_RPATH TRUE)\n'
            'set_target_properties(part PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/libs")\n'
            'add_test(NAME one.a COMMAND user)\nset_tests_properties(one.a PROPERTIES ENVIRONMENT_MODIFICATION '
            '"LD_LIBRARY_PATH=path_list_prepend:${CMAKE_BINARY_DIR}/libs")\n', shell_test("two.a"), language="CXX",
            files={"part.cc": "int part() { return 0; }\n", "user.cc": "int part();\nint main() { return part(); }\n"})
        project.make()
        self.assert_passes(project.ctest())
        self.assert_passes(project.late())
        project.write("part.cc", "int more = 7;\nint part() { return more - 7; }\n")
        project.make("-t", "part")
        run = project.late()
        self.assert_fails(run)
        self.assertEqual(run.checkpoint("one").failures, {"one.a": "changed since it ran"})


class Spellings(EndToEnd):
    def test_a_link_to_the_build_tree_is_the_build_tree(self):
        """What one spelling keeps is not stale for the other."""
        project = self.project(plan(phase("one")), command_test("one.a", "true"))
        self.assert_passes(project.ctest())
        stamp = project.state / "inventory.stamp"
        before = stamp.stat().st_mtime_ns
        link = project.source / "link"
        link.symlink_to(project.build)
        real, project.build = project.build, link
        said = project.lockstep("generate")
        self.assertEqual(said, "".join(f"{real}/lockstep/{name}\n" for name in ("overlay.cmake", "schedule.json", "inventory.json")))
        self.assertEqual(stamp.stat().st_mtime_ns, before)
