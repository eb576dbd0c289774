"""lockstep validate: says yes where every guard holds, and of each guard that is missing that it is, with real ctest.

A guard is taken away by a ctest of our own: a script that sets one of Lockstep's switches, then calls the real one.
"""
import json
import os
import pathlib
import subprocess
import unittest

from support import CTEST, PATIENCE, PREFIX, EndToEnd, Project, clean_environment, command_test, plan

CHECKS = ["tests", "parallel", "workers", "temp_directories", "locks", "pools", "max_parallel", "alone", "phases", "gates", "services"]
LOCKSTEP = f"{PREFIX}/bin/lockstep"


class ValidateBase(EndToEnd):
    """One project for all tests of a class, in a folder with spaces in its name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_of_class = Project(pathlib.Path(cls.folder(cls.addClassCleanup)) / "a project")
        cls.project_of_class.write("lockstep.toml", plan())
        cls.project_of_class.write_cmake()
        cls.project_of_class.configure()

    @property
    def build(self):
        return self.project_of_class.build

    def ctest_with(self, *lines):
        """A ctest that begins with these lines of sh."""
        name = f"ctest of {self.id().rsplit('.', 1)[-1]}"
        return self.project_of_class.write(name, "\n".join(["#!/bin/sh", *lines, f'exec "{CTEST}" "$@"\n']), executable=True)

    def validate(self, *arguments, **environment):
        return subprocess.run([LOCKSTEP, "validate", "--build-dir", self.build, *arguments], env=clean_environment(**environment),
                              capture_output=True, text=True, timeout=PATIENCE, check=False)

    def judged(self, *arguments, status, **environment):
        """The JSON, and what was on standard error."""
        done = self.validate("--format", "json", *arguments, **environment)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout), done.stderr

    def verdicts(self, answer):
        self.assertEqual([check["name"] for check in answer["checks"]], CHECKS)
        return {check["name"]: check["holds"] for check in answer["checks"]}

    def assert_all_hold(self, answer):
        self.assertEqual(set(self.verdicts(answer).values()), {"yes"}, answer)

    def assert_nothing_is_left(self):
        self.assertFalse((self.build / "lockstep" / "validate").exists())


class Holds(ValidateBase):

    def test_every_guard(self):
        answer, said = self.judged(status=0)
        self.assert_all_hold(answer)
        self.assertEqual(said, "")
        version = subprocess.run([CTEST, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
        self.assertEqual(answer["ctest"], {"version": version, "path": CTEST})
        self.assertEqual((answer["jobs"], answer["passed"], answer["disabled"], answer["kept"]), (8, True, False, None))
        self.assert_nothing_is_left()

    def test_few_and_many_jobs(self):
        for jobs in "3", "17":
            with self.subTest(jobs):
                answer, _ = self.judged("-j", jobs, status=0)
                self.assert_all_hold(answer)
                self.assertEqual(answer["jobs"], int(jobs))

    def test_whatever_the_environment_says(self):
        # A make that has no place to spare for anybody.
        tokens = self.build / "tokens"
        os.mkfifo(tokens)
        self.addCleanup(tokens.unlink)
        holder = os.open(tokens, os.O_RDWR)
        self.addCleanup(os.close, holder)
        answer, said = self.judged(
            status=0, CTEST_PARALLEL_LEVEL="1", CTEST_RESOURCE_GROUP_COUNT="1", CTEST_RESOURCE_GROUP_0="lockstep_worker",
            CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER="id:0,slots:1", CTEST_NO_TESTS_ACTION="error", LOCKSTEP_SET="no.such=key",
            LOCKSTEP_PROFILE="none", LOCKSTEP_SEQUENTIAL="1", LOCKSTEP_GATE="none", LOCKSTEP_TEMP_DIR="/nonexistent",
            LOCKSTEP_TAKING_INVENTORY="1", MAKEFLAGS=f"-j2 --jobserver-auth=fifo:{tokens}")
        self.assert_all_hold(answer)
        self.assertEqual(said, "")

    def test_lockstep_that_is_switched_off_is_told(self):
        answer, said = self.judged(status=0, LOCKSTEP_DISABLE="1")
        self.assert_all_hold(answer)
        self.assertTrue(answer["disabled"])
        self.assertEqual(said, "lockstep: LOCKSTEP_DISABLE=1 is set: this trial leaves it out, but runs of the project's tests go "
                         "without their plan while it is\n")

    def test_several_at_once_do_not_meet(self):
        command = [LOCKSTEP, "validate", "--build-dir", self.build]
        trials = [subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
        for trial in trials:
            output, _ = trial.communicate(timeout=PATIENCE)
            self.assertEqual(trial.returncode, 0, output.decode())

    def test_where_lockstep_was_never_applied(self):
        project = Project(pathlib.Path(self.folder(self.addCleanup)))
        project.write_cmake(apply=False)
        project.configure()
        done = subprocess.run([LOCKSTEP, "validate"], cwd=project.build, env=clean_environment(PATH="/nonexistent"), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"({CTEST}) -j8", done.stdout.splitlines()[0])

    def test_as_a_test_of_a_project_under_a_plan(self):
        project = self.project(plan('[pool.seat]\nslots = 1\n[marker.tried]\ntests = "all()"\nuse = { seat = 1 }\n'),
                               command_test("tried", LOCKSTEP, "validate", "--build-dir", "."))
        run = project.ctest()
        self.assert_passes(run)
        self.assertIn("8 tests at once, each with an id of its own", run.cases["tried"].output)


class GuardMissing(ValidateBase):
    """Only the row of that guard says no."""
    IN_SUITE = 'case "$PWD" in */{suite}) export {switch};; esac'
    GUARDS = {
        "workers": ("guards", "LOCKSTEP_SET='run.workers=0'"),
        "temp_directories": ("guards", "LOCKSTEP_SET='defaults.isolate=[]'"),
        "locks": ("guards", "LOCKSTEP_SET='marker.locked.lock=[]'"),
        "pools": ("guards", "LOCKSTEP_SET='pool.seat.slots=4'"),
        "max_parallel": ("guards", "LOCKSTEP_SET='marker.limited.max_parallel=4'"),
        "alone": ("guards", "LOCKSTEP_SET='marker.lonely.alone=false'"),
        "phases": ("guards", "LOCKSTEP_GATE=none"),
        "gates": ("gate", "LOCKSTEP_GATE=order"),
        "services": ("service", "LOCKSTEP_SET='service.server.env={}'"),
    }

    def test_each(self):
        for guard, (suite, switch) in self.GUARDS.items():
            with self.subTest(guard):
                ctest = self.ctest_with(self.IN_SUITE.format(suite=suite, switch=switch))
                answer, _ = self.judged("--ctest", ctest, status=1)
                self.assertEqual(self.verdicts(answer), {check: "no" if check == guard else "yes" for check in CHECKS}, answer)
                self.assertFalse(answer["passed"])

    def test_all(self):
        done = self.validate("--ctest", self.ctest_with("export LOCKSTEP_DISABLE=1"))
        self.assertEqual(done.returncode, 1)
        rows = [line.split(maxsplit=2) for line in done.stdout.replace("temp directories", "temp_directories").splitlines()[3:]]
        self.assertEqual({row[0]: row[1] for row in rows},
                         {check: "yes" if check in ("tests", "parallel") else "no" for check in CHECKS})
        reasons = {row[0]: row[2] for row in rows}
        self.assertRegex(reasons["workers"], "^crowd[.][0-9]+ was given no id$")
        self.assertRegex(reasons["temp_directories"], "^crowd[.][0-9]+ was given none$")
        self.assertRegex(reasons["pools"], "^(pool[.][123] was given 0 of the 1 slots|pair.1 was given 0 of the 2 slots) that it takes$")
        self.assertEqual(reasons["max_parallel"], "3 tests ran at once, 2 may")
        self.assertEqual(reasons["gates"], "kept.1 began, though failing.1 had failed")
        self.assertRegex(reasons["services"], "^the server was not started; ")
        self.assertRegex(reasons["locks"], "^lock[.][123] began while lock[.][123] held the lock$")


class CannotTell(ValidateBase):

    def test_one_at_a_time(self):
        answer, said = self.judged("--ctest", self.ctest_with('set -- "$@" -j1'), status=1)
        self.assertEqual(self.verdicts(answer), {check: "yes" if check in ("tests", "gates", "services") else "unproved" for check in CHECKS})
        self.assertEqual({check["seen"] for check in answer["checks"] if check["holds"] == "unproved"},
                         {"at most 1 of 8 tests ran at once", "no two tests ran at the same time"})
        self.assertEqual(answer["kept"], f"{self.build}/lockstep/validate")
        self.assertIn(f"lockstep: the suites are kept in '{answer['kept']}'", said)
        self.assertIn("100% tests passed", pathlib.Path(answer["kept"], "guards", "ctest.out").read_text())
        answer, _ = self.judged(status=0)
        self.assert_all_hold(answer)
        self.assert_nothing_is_left()

    def test_a_refused_run(self):
        answer, said = self.judged("--ctest", self.ctest_with("export LOCKSTEP_PROFILE=absent"), status=1)
        self.assertEqual(self.verdicts(answer), {check: "no" if check == "tests" else "unproved" for check in CHECKS})
        self.assertEqual({check["seen"] for check in answer["checks"]}, {"no test ran: ctest ended with status 8"})
        self.assertIn("unknown profile 'absent'", said)

    def test_a_link_to_the_build_tree(self):
        # What is kept is named as CMake names the build tree, also where Lockstep was never applied.
        project = Project(pathlib.Path(self.folder(self.addCleanup)))
        project.write_cmake(apply=False)
        project.configure()
        link = project.source / "link"
        link.symlink_to(project.build)
        done = subprocess.run([LOCKSTEP, "validate", "--build-dir", link, "--ctest", self.ctest_with("export LOCKSTEP_PROFILE=absent")],
                              env=clean_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"lockstep: the suites are kept in '{project.build}/lockstep/validate'", done.stderr)

    def test_no_ctest(self):
        for ctest, reason in (("/nonexistent/ctest", "cannot start '/nonexistent/ctest': No such file or directory; --ctest names another one"),
                              ("true", "'true' is no ctest: it does not tell its version (status 0)")):
            with self.subTest(ctest):
                done = self.validate("--ctest", ctest)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", f"lockstep: {reason}\n"))


if __name__ == "__main__":
    unittest.main()
