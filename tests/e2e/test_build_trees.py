"""Where source and build trees lie and what becomes of them: odd paths, moved and copied trees, read-only sources, a
file system without hard links."""
import os
import pathlib
import shutil
import subprocess
import unittest
from unittest import mock

import support
import test_kills
from support import EndToEnd, Project, phase, plan, shell_test

# What has a meaning in CMake, in the shell, in JSON, in ninja or make; and letters of others.
ODD = ["sp ace", " lead", "trail ", "ünï", "日本", "qu\"ote", "apo'strophe", "br[acket", "br]acket", "br[a]c", "]==]", "do$lar", "$x",
       "${x}", "$ENV{HOME}", "hash#", "lt<gt>", "at@x@", "per%cent", "co:lon", "eq=ual", "am&p", "st*r", "qm?", "pipe|",
       "(par)", "~tilde", "!bang", "^car", "comma,", "back`tick", "-dash", "tab\there"]
NOT_UTF8 = os.fsdecode(b"inv\xffalid")

PLAN = plan(phase("one", cleanup=["sh", "-c", 'touch "$$1/cleaned"', "x", "${build_dir}"]), phase("two", gate="recorded"),
            '[marker.m]\ntests = "name(two.env)"\nenv = { WHERE = "${build_dir}/x", FROM = "${source_dir}/x" }\n')
TESTS = [shell_test("one.a", 'echo x >"$TMPDIR/file"'), shell_test("two.a"), "add_subdirectory(first)\nadd_subdirectory(second)\n",
         'add_test(NAME two.env COMMAND sh -c [[test "$WHERE" = "$1/x" && test "$FROM" = "$2/x"]] x '
         '"${CMAKE_BINARY_DIR}" "${CMAKE_SOURCE_DIR}")\n']
FILES = {"first/CMakeLists.txt": shell_test("one.first"), "second/CMakeLists.txt": "add_subdirectory(deep)\n",
         "second/deep/CMakeLists.txt": shell_test("one.deep")}


class TreesBase(EndToEnd):

    def trees(self, source="source", build="build", plan_text=PLAN, tests=None, files=None, **options):
        """A project not configured yet; its trees lie side by side, with these names."""
        top = pathlib.Path(self.folder(self.addCleanup))
        project = Project(top / source, top / build)
        for name, text in (FILES if files is None else files).items():
            project.write(name, text)
        project.write("lockstep.toml", plan_text)
        project.write_cmake(*(TESTS if tests is None else tests), **options)
        return project

    def check_runs(self, project):
        """The whole plan holds, in whole runs and in a click; programs started by hand find the tree too."""
        for _ in range(2):
            run = project.ctest("-C", "Debug")
            self.assert_passes(run)
            self.assertEqual(run.checkpoint("one").untested, {})
            self.assertIn("3 of 3 tests are all right", run.checkpoint("one").output)
        self.assertTrue((project.build / "cleaned").exists())
        self.assert_passes(project.ctest("-C", "Debug", "-R", "^two.a$"))
        self.assertIn("0 errors, 0 warnings", project.lockstep("check"))
        below = subprocess.run([support.CTEST, "--test-dir", project.build / "second"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=support.clean_environment(), check=False)
        self.assertIn(b"started in a subdirectory", below.stdout)


class OddBuildPaths(TreesBase):
    generators = ["Ninja", "Unix Makefiles", "Ninja Multi-Config"]

    def test_work(self):
        for number, name in enumerate(ODD):
            generator = self.generators[number % len(self.generators)]
            with self.subTest(name, generator=generator):
                project = self.trees(build=name)
                project.configure(generator=generator)
                self.check_runs(project)

    def test_refused(self):
        for name in ("semi;colon", "a;b]c[d", "line\nbreak"):
            with self.subTest(name):
                project = self.trees(build=name)
                with self.assertRaises(AssertionError) as failure:
                    project.configure()
                self.assertIn(f"lockstep_apply: the path of the build tree, '{project.build}', holds a semicolon or a line break, at "
                              "which CMake takes paths apart: put the build tree elsewhere".replace("\n", " "),
                              " ".join(str(failure.exception).split()))


class OddSourcePaths(TreesBase):

    def test_work(self):
        for name in ODD:
            with self.subTest(name):
                project = self.trees(source=name)
                project.configure()
                self.check_runs(project)

    def test_refused(self):
        for name in ("semi;colon", "a;b]c[d"):
            with self.subTest(name):
                project = self.trees(source=name)
                with self.assertRaises(AssertionError) as failure:
                    project.configure()
                self.assertIn(f"lockstep_apply: the path of the source tree, '{project.source}', holds a semicolon or a line break",
                              " ".join(str(failure.exception).split()))


class MovedBase(TreesBase):
    """A project that has run, and what its build tree becomes."""

    def setUp(self):
        super().setUp()
        self.project_here = self.trees()
        self.project_here.configure()
        self.assert_passes(self.project_here.ctest())
        self.project_here.ran()
        self.elsewhere = Project(self.project_here.source, self.project_here.build.with_name("elsewhere"))

    def refused(self, project, message):
        run = project.ctest()
        self.assertEqual(run.status, 8)
        self.assertIn(message, " ".join(run.output.split()))
        self.assertEqual(project.ran(), [])

    def check_without_a_plan(self, project):
        run = project.ctest(LOCKSTEP_DISABLE="1")
        self.assertEqual(sorted(run.names), ["one.a", "one.deep", "one.first", "two.a", "two.env"])
        self.assertEqual(sorted(project.ran()), ["one.a", "two.a"])  # what is below notes its name below

    def names_listed(self, project):
        """And what was said, without line breaks."""
        done = subprocess.run([support.CTEST, "--test-dir", project.build, "-N"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=support.clean_environment(), check=True, text=True)
        return [line.split()[-1] for line in done.stdout.splitlines() if "Test #" in line], " ".join(done.stdout.split())


class Moved(MovedBase):

    def setUp(self):
        super().setUp()
        shutil.move(self.project_here.build, self.elsewhere.build)

    def test_is_refused_until_configured_anew(self):
        message = (f"Lockstep: this build tree was configured as '{self.project_here.build}' and has been moved: "
                   "configure it anew with cmake --fresh")
        self.refused(self.elsewhere, message + ", or set LOCKSTEP_DISABLE=1 to run the tests without their plan")
        names, said = self.names_listed(self.elsewhere)
        self.assertEqual(names, ["one.a", "two.a", "two.env", "one.first", "one.deep"])
        self.assertIn(message + "; these are the tests without their plan", said)
        self.check_without_a_plan(self.elsewhere)
        self.assertFalse(self.project_here.build.exists())
        self.elsewhere.configure("--fresh")
        self.check_runs(self.elsewhere)

    def test_with_a_link_at_the_old_place_it_works(self):
        self.project_here.build.symlink_to(self.elsewhere.build.name)
        for project in (self.project_here, self.elsewhere):
            self.check_runs(project)


class Copied(MovedBase):

    def setUp(self):
        super().setUp()
        shutil.copytree(self.project_here.build, self.elsewhere.build, symlinks=True)

    def sessions(self):
        return (self.project_here.state / "history.db").stat().st_mtime_ns

    def test_is_refused_until_configured_anew(self):
        before = self.sessions()
        message = (f"lockstep: this build tree is a copy of '{self.project_here.build}', and its test files still name that one: "
                   "configure it anew with cmake --fresh, or set LOCKSTEP_DISABLE=1 to run the tests without their plan")
        self.refused(self.elsewhere, message)
        names, said = self.names_listed(self.elsewhere)
        self.assertEqual(names, ["one.a", "two.a", "two.env", "one.first", "one.deep"])
        self.assertIn(message, said)
        self.check_without_a_plan(self.elsewhere)
        self.assertEqual(self.sessions(), before)
        self.elsewhere.configure("--fresh")
        self.check_runs(self.elsewhere)
        self.assertEqual(self.sessions(), before)
        self.check_runs(self.project_here)


class Linked(TreesBase):

    def test_the_whole_build_tree(self):
        """Configured through a link, ctest started in the real place, and the other way round."""
        for name in ("build", "link"):
            with self.subTest(name):
                project = self.trees(build=name)
                real = project.build.with_name("real")
                real.mkdir()
                project.build.symlink_to("real")
                project.configure()
                self.check_runs(project)
                self.check_runs(Project(project.source, real))

    def test_a_part_of_it(self):
        """Binary directories that are links, and one outside of the build tree: ".." is not the way back from there."""
        tests = [*TESTS, 'add_subdirectory(third "${CMAKE_SOURCE_DIR}/../third [$x")\n']
        project = self.trees(tests=tests, files={**FILES, "third/CMakeLists.txt": shell_test("two.third")})
        away = project.build.with_name("away")
        for name in ("first", "second/deep"):
            (away / name).mkdir(parents=True)
            (project.build / name).parent.mkdir(parents=True, exist_ok=True)
            (project.build / name).symlink_to(away / name)
        project.configure()
        self.check_runs(project)
        for directory in (away / "second/deep", project.build.with_name("third [$x")):
            done = subprocess.run([support.CTEST, "--test-dir", directory], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=support.clean_environment(), check=False)
            self.assertIn(b"started in a subdirectory", done.stdout)


class ReadOnlySources(TreesBase):
    """Root may write everywhere: for it the kernel's capability to do so is taken away from what is started here."""
    WITHOUT_PRIVILEGE = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"] if os.geteuid() == 0 else []

    def test_work(self):
        project = self.trees()
        before = self.lock(project.source)
        self.addCleanup(self.unlock, project.source)
        run_process, popen = subprocess.run, self.WITHOUT_PRIVILEGE
        touched = run_process([*popen, "touch", project.source / "x"], stderr=subprocess.PIPE, check=False)
        self.assertNotEqual(touched.returncode, 0, "the method of this test does not work here")

        def unprivileged(command, **options):
            return run_process([*popen, *map(str, command)], **options)

        junit = project.build.with_name("junit.xml")
        with mock.patch.object(subprocess, "run", unprivileged):
            project.configure()
            for _ in range(2):
                done = subprocess.run(project.ctest_command("-j4", "--output-junit", junit), env=support.clean_environment(),
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertIn("checkpoint.two", done.stdout)
            self.assertIn("0 errors, 0 warnings", project.lockstep("check"))
        self.assertEqual(sorted(path for path in project.source.rglob("*")), before)

    @staticmethod
    def lock(top):
        paths = sorted(top.rglob("*"))
        for path in [*reversed(paths), top]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        return paths

    @staticmethod
    def unlock(top):
        for path in [top, *sorted(top.rglob("*"))]:
            path.chmod(0o755)


SHIM = """
#include <errno.h>
int link(const char* from, const char* to) { (void)from; (void)to; errno = EPERM; return -1; }
int linkat(int a, const char* from, int b, const char* to, int flags) {
    (void)a; (void)from; (void)b; (void)to; (void)flags; errno = EPERM; return -1;
}
"""


class NoHardLinks(test_kills.KilledBase):
    """A file system on which link(2) fails, as on FAT or some network file systems: so it does in all that this starts."""

    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.folder(self.addCleanup))
        (folder / "shim.c").write_text(SHIM)
        subprocess.run([os.environ.get("LOCKSTEP_TEST_CC", "cc"), "-x", "c", "-shared", "-fPIC", folder / "shim.c", "-o", folder / "shim.so"], check=True)
        preloaded = mock.patch.dict(os.environ, {"LD_PRELOAD": str(folder / "shim.so")})
        preloaded.start()
        self.addCleanup(preloaded.stop)
        self.assertNotEqual(subprocess.run(["ln", folder / "shim.c", folder / "link"], stderr=subprocess.PIPE, check=False).returncode, 0)

    def test_a_run_to_the_end_is_known(self):
        project = self.project(test_kills.PLAN, *test_kills.TESTS)
        self.assert_fails(project.ctest("-E", "slow"))
        self.addCleanup(self.end, int((project.build / "daemon.pid").read_text()))
        self.assertFalse(self.first_session(project)["log_linked"])
        self.assertEqual(project.late().checkpoint("one").failures, test_kills.KNOWN)

    def before_the_kill(self, project):
        self.assertFalse(self.first_session(project)["log_linked"])

    def test_an_interrupted_one_is_known(self):
        for way in ("KILL to ctest", "INT to the group"):
            with self.subTest(way):
                run, slow, daemon = self.kill(self.project(test_kills.PLAN, *test_kills.TESTS), way)
                self.assertEqual(run.checkpoint("one").failures, test_kills.KNOWN)
                self.assertFalse(test_kills.alive(slow))
                self.assertTrue(test_kills.alive(daemon))

    def test_gates_hold(self):
        project = self.project(plan(phase("one"), phase("two")), shell_test("one.a", "test -e good"), shell_test("two.a"))
        self.assert_fails(project.ctest())
        self.assertEqual(project.ran(), ["one.a"])
        (project.build / "good").touch()
        self.assert_passes(project.ctest())
        self.assertEqual(project.ran(), ["one.a", "two.a"])


if __name__ == "__main__":
    unittest.main()
