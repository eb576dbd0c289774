"""What a project sets for its tests in CMake stands against the plan, in ctest and in what runs; `explain` says whose value won,
`check` where the plan has no effect."""
import json
import unittest

from support import EndToEnd, command_test, keys, phase, plan, shell_test

OWN = {
    "labels": "mine", "resource_lock": "mine;planned", "timeout": "50", "processors": "2", "cost": "12.5", "run_serial": "TRUE",
    "depends": "one.first", "attached_files": "/etc/passwd", "required_files": "/etc/passwd", "working_directory": "/",
    "skip_return_code": "77", "environment": "MODE=project;TMPDIR=/mine",
    "environment_modification": "MODIFIED=set:project;HOME=set:/mine;JOINED=path_list_append:/mine",
}
MARKER = keys(tests="name(one.own)", lock=["planned", "more"], processors=3, timeout="7s", labels=["extra"], isolate=["tmp", "home", "cwd"])
VARIABLES = 'env = { MODE = "plan", MODIFIED = "plan", TMPDIR = "/plan", HOME = "/plan", JOINED = "/plan", OTHER = "plan" }\n'
PLAN = plan('[defaults]\ntimeout = "9s"\n', phase("one"), phase("two"), "[marker.m]\n" + MARKER + VARIABLES)
SPEC = '{"version": {"major": 1, "minor": 0}, "local": [{"gpus": [{"id": "0"}, {"id": "1"}]}]}\n'


def explained(project, test):
    """What explain says of a test: for each kind, where each value comes from."""
    (answer,) = json.loads(project.lockstep("explain", test, "--format", "json"))["tests"]
    kinds = {}
    for value in answer["values"]:
        kinds.setdefault(value["kind"], {})[value["value"]] = value["from"].partition(":")[0]
    return kinds, answer["waits_for"]


class Stand(EndToEnd):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = cls.class_project(PLAN, shell_test("one.first"), command_test("one.own", "sh", "-c", "env; pwd", **OWN),
                                     command_test("two.plain", "sh", "-c", "env; pwd", labels="m"))

    def properties_of(self, test, **environment):
        tests = json.loads(self.tree.listing(**environment))["tests"]
        return {value["name"]: value["value"] for entry in tests if entry["name"] == test for value in entry["properties"]}

    def test_in_the_listing(self):
        before, after = self.properties_of("one.own", LOCKSTEP_DISABLE="1"), self.properties_of("one.own")
        for name, value in before.items():
            with self.subTest(name):
                if isinstance(value, list):
                    self.assertEqual([item for item in after[name] if item in value], value)
                else:
                    self.assertEqual(after[name], value)
        self.assertEqual(sorted(set(after) - set(before)), ["FIXTURES_REQUIRED", "RESOURCE_GROUPS"])
        self.assertEqual(sorted(after["LABELS"]), ["extra", "m", "mine", "phase:one"])
        self.assertEqual(sorted(after["RESOURCE_LOCK"]), ["mine", "more", "planned"])

    def test_in_what_runs(self):
        run = self.tree.ctest()
        self.assert_passes(run)
        *lines, where = run.cases["one.own"].output.strip().splitlines()
        given = dict(line.partition("=")[::2] for line in lines)
        self.assertEqual({name: given[name] for name in ("MODE", "MODIFIED", "TMPDIR", "HOME", "JOINED", "OTHER")},
                         {"MODE": "project", "MODIFIED": "project", "TMPDIR": "/mine", "HOME": "/mine", "JOINED": "/plan:/mine",
                          "OTHER": "plan"})
        self.assertEqual(where, "/")
        self.assertTrue(given["TMP"].startswith(str(self.tree.state)))
        plain = run.cases["two.plain"].output.strip().splitlines()
        self.assertIn("MODE=plan", plain)
        self.assertIn("TMPDIR=/plan", plain)
        self.assertTrue(plain[-1].startswith(str(self.tree.state)), plain[-1])

    def test_in_explain(self):
        own, waits = explained(self.tree, "one.own")
        self.assertEqual([wait["name"] for wait in waits], ["one.first"])
        self.assertEqual(own["lock"], {"mine": "project", "planned": "project", "more": "lockstep.toml"})
        self.assertEqual(own["label"], {"mine": "project", "m": "lockstep.toml", "extra": "lockstep.toml", "phase:one": "lockstep.toml"})
        self.assertEqual((own["alone"], own["timeout"], own["processors"]), ({"yes": "project"}, {"50 s": "project"}, {"2": "project"}))
        self.assertEqual(own["working_directory"], {"/": "project"})
        by = {origin: {name for name, where in own["env"].items() if where == origin} for origin in own["env"].values()}
        self.assertEqual(by["project"], {"MODE", "TMPDIR", "MODIFIED", "HOME", "JOINED"})
        self.assertEqual({name for name in by["lockstep.toml"] if "=" in name}, {"OTHER=plan", "JOINED=/plan"})
        self.assertEqual(by["default"], {"LOCKSTEP_TEST", "LOCKSTEP_PHASE", "LOCKSTEP_MARKERS"})
        plain, _ = explained(self.tree, "two.plain")
        self.assertEqual((plain["timeout"], plain["processors"]), ({"7 s": "lockstep.toml"}, {"3": "lockstep.toml"}))
        self.assertEqual(plain["working_directory"], {"${temp_dir}": "lockstep.toml"})
        first, _ = explained(self.tree, "one.first")
        self.assertEqual(first["timeout"], {"9 s": "lockstep.toml"})

    def test_in_check(self):
        said = self.tree.lockstep("check")
        for what in ("processors has no effect on test 'one.own': the project sets PROCESSORS itself",
                     "timeout has no effect on test 'one.own': the project sets TIMEOUT itself",
                     "isolate cwd has no effect on test 'one.own': the project sets WORKING_DIRECTORY itself",
                     "env MODE has no effect on test 'one.own': the project sets the variable itself",
                     "env MODIFIED has no effect on test 'one.own': the project sets the variable itself",
                     "env HOME has no effect on test 'one.own': the project sets the variable itself",
                     "env TMPDIR has no effect on test 'one.own': the project sets the variable itself"):
            self.assertIn(f"warning: {what} [no-effect]", said)
        self.assertIn("0 errors, 7 warnings", said)


class Scheduling(EndToEnd):
    """RUN_SERIAL, DEPENDS, PROCESSORS, COST and fixtures of the project's own, in a plan that has other ideas."""

    def test_serial_and_processors(self):
        """Each test notes how many others are running. The wide one takes all places, the serial one tolerates nobody."""
        script = ('mkdir "running.$1"; sleep 0.2; ls -d running.* | wc -l >"seen.$1"; rmdir "running.$1"')
        tests = [command_test(f"one.{name}", "sh", "-c", script, "x", name, **values) for name, values in {
            "serial": {"run_serial": "TRUE"}, "wide": {"processors": "8"}, "a": {}, "b": {}, "c": {}, "d": {}}.items()]
        project = self.project(plan(phase("one"), "[marker.m]\n" + keys(tests="all()", processors=1)), *tests)
        self.assert_passes(project.ctest(jobs=8))
        seen = {path.suffix[1:]: int(path.read_text()) for path in project.build.glob("seen.*")}
        self.assertEqual((seen["serial"], seen["wide"]), (1, 1))
        self.assertGreater(max(seen.values()), 1)

    def test_depends_across_phases_and_against_them(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.b", depends="one.a;free"), shell_test("one.a"),
                               shell_test("two.a", depends="two.b"), shell_test("two.b"), shell_test("free"))
        self.assert_passes(project.ctest(jobs=1))
        self.assertEqual(sorted(project.ran()[:2]), ["free", "one.a"])
        project.write("lockstep.toml", plan(phase("two"), phase("one"), '[marker.x]\ntests = "name(nothing)"\n'))
        project.write_cmake(shell_test("two.a", depends="one.a"), shell_test("one.a"))
        project.configure()
        project.ran()
        run = project.ctest()
        self.assertEqual(run.status, 8)
        self.assertIn("3 tests wait in a circle [test-cycle]", run.output)
        self.assertEqual(project.ran(), [])

    def test_cost_orders_within_what_the_plan_leaves_open(self):
        tests = [shell_test(f"{name}.{cost}", cost=cost, resource_lock="x") for name in ("two", "one") for cost in ("1", "3", "2")]
        project = self.project(plan(phase("one"), phase("two")), *tests)
        self.assert_passes(project.ctest(jobs=2))
        self.assertEqual(project.ran(), ["one.3", "one.2", "one.1", "two.3", "two.2", "two.1"])

    def test_fixtures(self):
        """A server of the project's own stays up for all that require it, whatever their phases."""
        project = self.project(
            plan(phase("one"), phase("two")), shell_test("up", fixtures_setup="server"), shell_test("down", fixtures_cleanup="server"),
            shell_test("one.a", fixtures_required="server"), shell_test("two.a", fixtures_required="server"), shell_test("two.b"))
        self.assert_passes(project.ctest())
        began = project.ran()
        began.remove("two.b")  # needs no server, so it may begin when that is down
        self.assertEqual(began, ["up", "one.a", "two.a", "down"])
        self.assert_passes(project.late())
        self.assertEqual(project.ran(), ["up", "two.a", "down"])
        self.assert_passes(project.ctest("-R", "^two.b$"))
        self.assertEqual(project.ran(), ["two.b"])
        self.assert_passes(project.ctest("-R", "^two.a$", "-FA", "server"))
        self.assertEqual(project.ran(), ["two.a"])


class Files(EndToEnd):
    """REQUIRED_FILES and ATTACHED_FILES."""

    def test_required_files_are_part_of_what_a_test_is(self):
        project = self.project(plan(phase("one"), phase("two", gate="recorded")), shell_test("two.a"),
                               'add_test(NAME one.a COMMAND true)\nset_tests_properties(one.a PROPERTIES REQUIRED_FILES "data;${CMAKE_SOURCE_DIR}/more")\n')
        self.assertEqual(project.ctest().checkpoint("one").failures, {"one.a": "could not be run"})
        (project.build / "data").write_text("1")
        project.write("more", "1")
        self.assert_passes(project.ctest())
        self.assertEqual(project.late().checkpoint("one").untested, {})
        project.write("more", "2")
        self.assertEqual(project.late().checkpoint("one").untested, {"one.a": "changed since it ran"})
        self.assert_passes(project.ctest())
        (project.build / "data").write_text("2")
        self.assertEqual(project.late().checkpoint("one").untested, {"one.a": "changed since it ran"})

    def test_attached_files_are_not_and_are_attached(self):
        project = self.project(plan(phase("one"), phase("two", gate="recorded")), shell_test("two.a"),
                               shell_test("one.a", "echo it >attached", attached_files="attached"))
        self.assert_passes(project.ctest("-T", "Test"))
        (project.build / "attached").write_text("other")
        self.assertEqual(project.late().checkpoint("one").untested, {})
        (xml,) = project.build.glob("Testing/*/Test.xml")
        self.assertIn("attached", xml.read_text())


class ResourceGroups(EndToEnd):
    GROUPS = "gpus:1;2,gpus:1"  # three processes
    TESTS = [shell_test("one.own", "env | grep ^CTEST_RESOURCE | sort >own.txt", resource_groups=GROUPS), shell_test("one.plain",
             "env | grep ^CTEST_RESOURCE | sort >plain.txt"), shell_test("two.a")]
    POOL = '[marker.db]\ntests = "name(one.plain)"\nuse = { db = 1 }\n[pool.db]\nslots = 2\n'

    @staticmethod
    def given(project, name):
        """Variables of one group by its number."""
        groups = {}
        for line in (project.build / f"{name}.txt").read_text().splitlines():
            variable, _, value = line.partition("=")
            number, _, kind = variable.removeprefix("CTEST_RESOURCE_GROUP_").partition("_")
            if number.isdigit():
                groups.setdefault(int(number), {})[kind] = value
        return groups

    def test_without_a_spec_file_they_are_ignored_as_before(self):
        project = self.project(plan(phase("one"), phase("two")), *self.TESTS)
        self.assert_passes(project.ctest())
        self.assertEqual((self.given(project, "own"), self.given(project, "plain")), ({}, {}))
        self.assertNotIn("worker_id", explained(project, "one.plain")[0])
        project.write("lockstep.toml", plan(phase("one"), phase("two"), self.POOL))
        run = project.ctest()
        self.assertEqual(run.status, 8)
        self.assertIn("pool db counts slots, and the project's tests have RESOURCE_GROUPS but there is no resource spec file "
                      "[resources-need-spec]", run.output)

    def check_given(self, project):
        self.assert_passes(project.ctest())
        own, plain = self.given(project, "own"), self.given(project, "plain")
        self.assertEqual([group[""] for group in own.values()], ["gpus", "gpus", "gpus", "lockstep_worker"])
        self.assertEqual(sorted(group["GPUS"] for group in own.values() if "GPUS" in group)[0], "id:0,slots:1")
        self.assertEqual({kind for kind in plain[0] if kind}, {"DB", "LOCKSTEP_WORKER"})
        values, _ = explained(project, "one.own")
        self.assertEqual(values["resource_groups"], {"3 groups": "project"})
        self.assertIn("worker_id", values)

    def test_with_a_spec_file_of_the_project(self):
        spec = SPEC.replace('"id": "0"', '"id": "0", "slots": 3')
        for how in ("cmake", "plan"):
            with self.subTest(how):
                head = "set(CTEST_RESOURCE_SPEC_FILE ${CMAKE_SOURCE_DIR}/spec.json)\n" if how == "cmake" else ""
                run_table = '[run]\nresource_spec = "spec.json"\n' if how == "plan" else ""
                self.check_given(self.project(plan(run_table, phase("one"), phase("two"), self.POOL), *self.TESTS, head=head,
                                              files={"spec.json": spec}))

    def test_with_one_on_the_command_line(self):
        project = self.project(plan(phase("one"), phase("two")), *self.TESTS, files={"spec.json": SPEC.replace('"id": "0"', '"id": "0", "slots": 3')})
        run = project.ctest("--resource-spec-file", str(project.source / "spec.json"))
        self.assert_passes(run)
        self.assertEqual([group[""] for group in self.given(project, "own").values()], ["gpus"] * 3)
        self.assertEqual(self.given(project, "plain"), {})
        project.write("lockstep.toml", plan(phase("one"), phase("two"), self.POOL))
        run = project.ctest("--resource-spec-file", str(project.source / "spec.json"))
        self.assertEqual(run.status, 8)
        self.assertIn("this ctest has a resource spec file that is not the plan's [resources-need-spec]", run.output)


if __name__ == "__main__":
    unittest.main()
