"""Every way to bring Lockstep into a project, from the installed tree and from the source tree.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_CTEST the ctest. No compiler is enabled anywhere here.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
PLAN = 'version = 1\n[[phase]]\nname = "p"\ntests = "none()"\n[[phase]]\nname = "q"\ntests = "name(two)"\n[marker.slow]\ntests = "name(two)"\n'
TESTS = """
lockstep_add_test(NAME one COMMAND sh -c "test $# = 3" x "" "q;r" "]==]" PHASE p MARKERS serial)
add_test(NAME two COMMAND true)
add_test(NAME three COMMAND true)
lockstep_mark_tests(TESTS three MARKERS serial)
lockstep_apply()
"""
FIND = "find_package(Lockstep REQUIRED CONFIG)\n"
FETCH = f"include(FetchContent)\nFetchContent_Declare(Lockstep SOURCE_DIR [==[{TOP}]==])\nFetchContent_MakeAvailable(Lockstep)\n"
ADD = f"add_subdirectory([==[{TOP}]==] lockstep-source)\n"


class ConsumerBase(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)
        self.ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        self.cmake = str(pathlib.Path(self.ctest).with_name("cmake"))
        self.prefix = pathlib.Path(os.environ["LOCKSTEP_TEST_PREFIX"])
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_"))}

    def call(self, *command, status=0, **variables):
        result = subprocess.run([str(word) for word in command], env={**self.environment, **variables}, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if status is not None:
            self.assertEqual(result.returncode, status, result.stdout)
        return result.stdout

    @staticmethod
    def words(text):
        """CMake breaks the lines of a message where it likes."""
        return " ".join(text.split())

    def project(self, how, *options, tests=TESTS, name="project", generator="Ninja", status=0):
        source = self.work / name
        source.mkdir(parents=True)
        (source / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.25)\nproject(consumer NONE)\nenable_testing()\n{how}{tests}")
        (source / "lockstep.toml").write_text(PLAN)
        self.build = source / "build"
        return self.call(self.cmake, "-S", source, "-B", self.build, "-G", generator, *options, status=status)

    def check_runs(self, *flags):
        output = self.call(self.ctest, "--test-dir", self.build, "-j4", "--output-on-failure", *flags)
        self.assertIn("100% tests passed, 0 tests failed out of 6", output)
        listed = json.loads(subprocess.run([self.ctest, "--test-dir", self.build, "--show-only=json-v1", *flags], env=self.environment,
                                           stdout=subprocess.PIPE, check=True, text=True).stdout)
        labels = {test["name"]: set(next((p["value"] for p in test["properties"] if p["name"] == "LABELS"), [])) for test in listed["tests"]}
        self.assertEqual(labels["one"], {"phase:p", "serial"})
        self.assertEqual(labels["two"], {"phase:q", "slow"})
        self.assertEqual(labels["three"], {"serial"})


class Ways(ConsumerBase):
    def program(self):
        return f"-DLOCKSTEP_EXECUTABLE={self.prefix / 'bin' / 'lockstep'}"

    def test_find_package(self):
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.check_runs()

    def test_find_package_from_a_moved_prefix_with_spaces(self):
        moved = self.work / "moved préfix here"
        shutil.copytree(self.prefix, moved)
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={moved}", name="a project")
        self.check_runs()

    def test_fetch_content_with_a_program_built_already(self):
        self.project(FETCH, self.program())
        self.check_runs()

    def test_add_subdirectory_with_a_program_built_already(self):
        self.project(ADD, self.program())
        self.check_runs()

    def test_a_project_in_a_folder_with_an_odd_name(self):
        for generator in "Ninja", "Unix Makefiles", "Ninja Multi-Config":
            with self.subTest(generator):
                self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.prefix}", name=f"prøject (${generator})=[1] 'x'", generator=generator)
                self.check_runs("-C", "Debug")

    def test_found_by_a_subdirectory(self):
        below = self.work / "below"
        below.mkdir()
        (below / "CMakeLists.txt").write_text(FIND)
        self.project("", f"-DCMAKE_PREFIX_PATH={self.prefix}", tests=f"add_subdirectory([==[{below}]==] below)\n{TESTS}")
        self.check_runs()

    def test_versions(self):
        for version, status in {"0.1": 0, "0.1.0": 0, "0.0": 1, "0.2": 1, "1": 1}.items():
            with self.subTest(version):
                self.project(f"find_package(Lockstep {version} REQUIRED CONFIG)\n", f"-DCMAKE_PREFIX_PATH={self.prefix}", name=version, status=status)

    def test_makefiles(self):
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.prefix}", generator="Unix Makefiles")
        self.check_runs()

    def test_multi_config_keeps_a_state_for_each_configuration(self):
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.prefix}", generator="Ninja Multi-Config")
        for configurations in (["Debug"], ["Debug", "Release"]):
            self.check_runs("-C", configurations[-1])
            self.assertEqual(sorted(file.parent.name for file in self.build.glob("lockstep/*/history.db")), configurations)
        # There is no program for a configuration that the build tree does not have.
        self.assertIn("'lockstep for configuration Nope' is not there: name a configuration of this build tree with -C",
                      self.words(self.call(self.ctest, "--test-dir", self.build, "-C", "Nope", status=8)))

    def test_targets_run_plain_ctest_with_the_label(self):
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        output = self.call(self.cmake, "--build", self.build, "--target", "lockstep-run-phase-q")
        self.assertIn("Passed", output)
        self.assertNotIn("three", output)
        output = self.call(self.cmake, "--build", self.build, "--target", "lockstep-run-marker-slow")
        self.assertRegex(output, r"two \.+ +Passed")
        self.assertIn("0 errors, 0 warnings", self.call(self.cmake, "--build", self.build, "--target", "lockstep-check"))

    def test_program_removed(self):
        missing = self.work / "lockstep"
        shutil.copy(self.prefix / "bin" / "lockstep", missing)
        self.project(FETCH, f"-DLOCKSTEP_EXECUTABLE={missing}")
        missing.unlink()
        refusal = f"'{missing}' is not there (removed or moved?): install it again and configure, or set LOCKSTEP_DISABLE=1"
        self.assertIn(refusal, self.words(self.call(self.ctest, "--test-dir", self.build, status=8)))
        listing = self.call(self.ctest, "--test-dir", self.build, "-N")
        self.assertIn("is not there (removed or moved?)", self.words(listing))
        self.assertIn("Total Tests: 3", listing)
        self.assertIn("Total Tests: 3", self.call(self.ctest, "--test-dir", self.build, "-N", LOCKSTEP_DISABLE="1"))


class Subproject(ConsumerBase):
    def test_a_subproject_applies_nothing_and_says_so(self):
        inner = self.work / "inner"
        inner.mkdir()
        (inner / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(inner NONE)\nlockstep_apply()\n")
        output = self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.prefix}", tests=f"add_subdirectory([==[{inner}]==] inner)\n")
        self.assertIn("'inner' is part of 'consumer'", output)
        self.assertFalse((self.build / "lockstep" / "open.cmake").exists())


if __name__ == "__main__":
    unittest.main()
