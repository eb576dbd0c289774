"""A program that is newer or older than the package that configured the build tree, and build trees that were upgraded halfway.

Other versions are made from the program under test: its version is a text in it, and there is room for another one as long.
"""
import contextlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import unittest

import support
from support import EndToEnd, phase, plan, shell_test

# one.a fails on demand; then two.a must not run, whoever reads the plan.
TESTS = [shell_test("one.a", 'test ! -e "$HOLD"'), shell_test("two.a")]
PLAN = plan(phase("one"), phase("two", gate="recorded"))
VERSIONS = {"older": b"0.0.1", "newer": b"9.9.9"}


class VersionsBase(EndToEnd):

    def setUp(self):
        super().setUp()
        self.tree = self.project(PLAN, *TESTS)
        self.here = pathlib.Path(support.PREFIX) / "bin/lockstep"

    @staticmethod
    def version_of(program):
        return subprocess.run([program, "--version"], stdout=subprocess.PIPE, check=True).stdout.split()[-1]

    def other(self, name):
        """A program of another version."""
        own, version = self.version_of(self.here), VERSIONS[name]
        self.assertEqual(len(own), len(version), "this test has to be told of a version as long")
        text = self.here.read_bytes()
        program = pathlib.Path(self.folder(self.addCleanup)) / "lockstep"
        program.write_bytes(text.replace(b"\0" + own + b"\0", b"\0" + version + b"\0"))
        program.chmod(0o755)
        self.assertEqual(self.version_of(program), version)
        return program

    def check_holds(self):
        """Gates are shut and open as they should be, and what is known is known."""
        self.tree.ran()
        self.assert_fails(self.tree.ctest(HOLD="/"))
        self.assertEqual(self.tree.ran(), ["one.a"])
        self.assert_fails(self.tree.late())
        self.assertEqual(self.tree.ran(), [])
        self.assert_passes(self.tree.ctest())
        self.assert_passes(self.tree.late())
        self.assertEqual(self.tree.ran(), ["one.a", "two.a", "two.a"])

    def refused(self, *parts):
        self.tree.ran()
        run = self.tree.ctest()
        self.assertEqual(run.status, 8, run.output)
        for part in parts:
            self.assertIn(part, run.output)
        self.assertEqual(self.tree.ran(), [])
        self.assert_passes(self.tree.ctest(LOCKSTEP_DISABLE="1"))
        self.tree.ran()


class OtherProgram(VersionsBase):

    def call(self, program, *arguments):
        done = subprocess.run([program, *arguments, "--build-dir", self.tree.build], env=support.clean_environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_generate(self):
        """It makes files of its own; the package's program goes on with what it had."""
        self.assert_passes(self.tree.ctest())
        made = {(self.tree.state / "overlay.cmake").resolve()}
        for name in VERSIONS:
            with self.subTest(name):
                program = self.other(name)
                said = self.call(program, "generate")
                self.assertEqual(said, "".join(f"{self.tree.state}/{file}\n" for file in ("overlay.cmake", "schedule.json", "inventory.json")))
                made.add((self.tree.state / "overlay.cmake").resolve())
                self.assertIn(f'"{program}"', (self.tree.state / "overlay.cmake").read_text())
                self.assertIn("plan against 2 tests: 0 errors, 0 warnings", self.call(program, "check"))
                self.assertIn("checkpoint.one", self.call(program, "explain", "two.a"))
                self.assertEqual(self.tree.late().checkpoint("one").untested, {})
                self.check_holds()
        self.assertEqual(len(made), 1 + len(VERSIONS))

    def test_in_place_of_the_packages_own(self):
        self.assert_passes(self.tree.ctest())
        for name in VERSIONS:
            with self.subTest(name):
                self.tree.configure(f"-DLOCKSTEP_EXECUTABLE={self.other(name)}")
                self.assertEqual(self.tree.late().checkpoint("one").untested, {})  # what the other has seen still counts
                self.check_holds()
        self.tree.configure("-ULOCKSTEP_EXECUTABLE")
        self.assertEqual(self.tree.late().checkpoint("one").untested, {})
        self.check_holds()

    def test_replaced_while_a_run_goes_on(self):
        """An upgrade in the middle of a run: its checkpoints are judged by the new program."""
        program = pathlib.Path(self.folder(self.addCleanup)) / "lockstep"
        shutil.copy(self.here, program)
        newer = self.other("newer")
        self.tree.write_cmake(shell_test("one.a", "touch begun; while ! test -e go; do sleep 0.05; done"), shell_test("two.a"))
        self.tree.configure(f"-DLOCKSTEP_EXECUTABLE={program}")
        with self.tree.running() as process:
            support.wait_for("one.a", (self.tree.build / "begun").exists)
            newer.rename(program)
            (self.tree.build / "go").touch()
            self.assertEqual(process.wait(support.PATIENCE), 0, (self.tree.source / "running.out").read_text())
        self.assertEqual(self.tree.ran(), ["one.a", "two.a"])
        self.assertEqual(self.tree.late().checkpoint("one").untested, {})

    def test_taken_away(self):
        program = pathlib.Path(self.folder(self.addCleanup)) / "lockstep"
        shutil.copy(self.here, program)
        self.tree.configure(f"-DLOCKSTEP_EXECUTABLE={program}")
        program.unlink()
        self.refused(f"'{program}' is not there (removed or moved?)")


class HalfUpgraded(VersionsBase):

    def test_build_files_of_another_format(self):
        project_file = self.tree.state / "project.json"
        before = json.loads(project_file.read_text())
        for version, message in {2: "was configured by the package of another version", 0: "was configured by the package of another version",
                                 "1": "is damaged: configure again", None: "is damaged: configure again"}.items():
            with self.subTest(version):
                project_file.write_text(json.dumps({**before, "version": version}))
                self.refused(message)
                self.assertIn(message, self.tree.lockstep("generate", status=1))
                listed = subprocess.run(self.tree.ctest_command("-N"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=support.clean_environment(), check=False)
                self.assertIn("Total Tests: 2", listed.stdout)
                self.assertIn(message, listed.stdout)
        self.tree.configure()
        self.check_holds()

    def state_files(self):
        """What Lockstep has written as JSON with a version, by a name that says which kind it is."""
        found = {}
        for path in sorted(self.tree.state.rglob("*")):
            if path.is_symlink() or not path.is_file() or path.name == "project.json":
                continue
            with contextlib.suppress(ValueError, UnicodeDecodeError):
                content = json.loads(path.read_text())
                if isinstance(content, dict) and isinstance(content.get("version"), int):
                    found[path.name] = path
        return found

    def test_state_of_another_format(self):
        """Each file that has a version has a later one now: made anew, or a refusal that says which folder has to go."""
        self.assert_passes(self.tree.ctest())
        kinds = set(self.state_files())
        self.assertEqual(kinds & {"run.json", "session.json", "inventory.stamp", "files.json"},
                         {"run.json", "session.json", "inventory.stamp", "files.json"})
        for kind in sorted(kinds):
            with self.subTest(kind):
                path = self.state_files()[kind]
                path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
                self.tree.ran()
                run = self.tree.ctest(HOLD="/")
                self.assert_fails(run)
                self.assertNotIn("two.a", self.tree.ran())
                if run.status == 8 and not run.names:
                    self.assertRegex(run.output, "remove (that folder|it)")
                    shutil.rmtree(self.tree.state / "g", ignore_errors=True)
                    shutil.rmtree(self.tree.state / "i", ignore_errors=True)
                self.check_holds()

    def test_history_of_another_schema(self):
        for schema in (99, 0):
            with self.subTest(schema):
                self.assert_passes(self.tree.ctest())
                with contextlib.closing(sqlite3.connect(self.tree.state / "history.db")) as database:
                    database.execute(f"PRAGMA user_version = {schema}")
                run = self.tree.late()
                self.assert_passes(run)
                self.assertIn("Lockstep wrote it", run.output)
                self.assertEqual(run.checkpoint("one").untested, {"one.a": "never run"})
                self.check_holds()

    def test_configured_halfway(self):
        """CMake fails behind lockstep_apply(): the test files are those of before, beside new ones of Lockstep."""
        text = (self.tree.source / "CMakeLists.txt").read_text()
        self.tree.write("CMakeLists.txt", text + 'message(FATAL_ERROR "halfway")\n')
        with self.assertRaisesRegex(AssertionError, "halfway"):
            self.tree.configure()
        self.check_holds()
        self.tree.write("CMakeLists.txt", text.replace("lockstep_apply()\n", "lockstep_apply()\nlockstep_apply()\n"))
        with self.assertRaisesRegex(AssertionError, "called before"):
            self.tree.configure()
        self.check_holds()

    def test_the_state_is_gone(self):
        self.assert_passes(self.tree.ctest())
        shutil.rmtree(self.tree.state)
        self.tree.ran()
        run = self.tree.ctest()
        self.assertEqual(run.status, 8)
        self.assertIn("lockstep/open.cmake", run.output)
        self.assertEqual(self.tree.ran(), [])
        self.tree.configure()
        self.check_holds()


if __name__ == "__main__":
    unittest.main()
