"""Where an installed Lockstep lies, and which program a project is given: odd paths, links, prefixes moved before and after the
project was configured, LOCKSTEP_EXECUTABLE in each form. No compiler is enabled in any of it."""
import pathlib
import shutil
import unittest

from test_consumers import ADD, FETCH, FIND, ConsumerBase

GENERATORS = ["Ninja", "Unix Makefiles", "Ninja Multi-Config"]
# Not a semicolon, at which CMake takes lists of prefixes apart, nor ${…}: it evaluates that in package configurations.
ODD = ["sp ace", "ünï ©", "br[acket", "]=]", "do$lar", "apo'strophe", "qu\"ote", "at@x@", "hash#", "(par)",
       "lt<gt>", "am&p", "pipe|", "co,mma"]


class PrefixBase(ConsumerBase):
    def copy_of_prefix(self, name):
        copy = self.work / name
        shutil.copytree(self.prefix, copy, symlinks=True)
        return copy

    def new_work(self):
        """Another folder below the first: each project wants one."""
        self.work = pathlib.Path(self.work) / "next"
        self.work.mkdir()

    def check_no_compiler(self):
        cache = (self.build / "CMakeCache.txt").read_text()
        for language in "C", "CXX":
            self.assertNotIn(f"CMAKE_{language}_COMPILER:", cache)


class Prefix(PrefixBase):
    def test_odd_paths(self):
        for number, name in enumerate(ODD):
            with self.subTest(name):
                self.new_work()
                prefix = self.copy_of_prefix(name)
                self.project(FIND, f"-DLockstep_DIR={prefix}/lib/cmake/Lockstep", generator=GENERATORS[number % 3])
                self.check_runs("-C", "Debug")
                self.check_no_compiler()
                shutil.rmtree(prefix)  # one copy at a time

    def test_through_a_link(self):
        (self.work / "link").symlink_to(self.prefix)
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={self.work}/link")
        self.check_runs()

    def test_moved_after_the_project_was_configured(self):
        prefix = self.copy_of_prefix("before")
        self.project(FIND, f"-DCMAKE_PREFIX_PATH={prefix}")
        self.check_runs()
        prefix.rename(self.work / "after")
        output = self.call(self.ctest, "--test-dir", self.build, status=8)
        self.assertIn(f"'{prefix}/bin/lockstep' is not there (removed or moved?): install it again and configure", self.words(output))
        self.assertIn("Total Tests: 3", self.call(self.ctest, "--test-dir", self.build, "-N"))
        self.assertIn("100% tests passed, 0 tests failed out of 3", self.call(self.ctest, "--test-dir", self.build, LOCKSTEP_DISABLE="1"))
        self.call(self.cmake, self.build, f"-DLockstep_DIR={self.work}/after/lib/cmake/Lockstep")
        self.check_runs()

    def test_by_environment_and_by_path(self):
        for variables in {"CMAKE_PREFIX_PATH": self.prefix}, {"Lockstep_DIR": self.prefix / "lib/cmake/Lockstep"}, {"Lockstep_ROOT": self.prefix}:
            with self.subTest(variables):
                self.new_work()
                self.environment.update({name: str(value) for name, value in variables.items()})
                self.project(FIND)
                self.check_runs()
                for name in variables:
                    del self.environment[name]

    def test_found_twice(self):
        self.project(FIND * 2, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.check_runs()


class Program(PrefixBase):
    """LOCKSTEP_EXECUTABLE, with every way to the functions."""
    def test_each_way(self):
        program = self.work / "the prögram" / "lock[step"
        program.parent.mkdir()
        shutil.copy(self.prefix / "bin/lockstep", program)
        for how, options in {FIND: [f"-DCMAKE_PREFIX_PATH={self.prefix}"], FETCH: [], ADD: []}.items():
            for generator in GENERATORS:
                with self.subTest(how=how, generator=generator):
                    self.new_work()
                    self.project(how, f"-DLOCKSTEP_EXECUTABLE={program}", *options, generator=generator)
                    self.check_runs("-C", "Release")
                    self.check_no_compiler()
                    used = [path.read_text() for path in self.build.glob("lockstep/program*.cmake")]
                    self.assertTrue(any(str(program) in text for text in used), used)

    def test_relative_to_the_build_tree(self):
        shutil.copy(self.prefix / "bin/lockstep", self.work / "tool")
        self.project(FETCH, "-DLOCKSTEP_EXECUTABLE=../../tool")
        self.check_runs()

    def test_set_in_the_project(self):
        self.project(f"set(LOCKSTEP_EXECUTABLE [==[{self.prefix}/bin/lockstep]==])\n" + ADD)
        self.check_runs()
        self.check_no_compiler()

    def test_no_such_program(self):
        output = self.project(FETCH, "-DLOCKSTEP_EXECUTABLE=/no/such/program", status=1)
        self.assertIn("lockstep_apply: LOCKSTEP_EXECUTABLE names '/no/such/program', and there is no such file", self.words(output))


class OfASubproject(PrefixBase):
    """A dependency brings Lockstep along; the top project puts its own tests, and that one's, under its plan."""
    def test_each_way(self):
        for how, options in {FIND: [f"-DCMAKE_PREFIX_PATH={self.prefix}"], FETCH: [f"-DLOCKSTEP_EXECUTABLE={self.prefix}/bin/lockstep"]}.items():
            with self.subTest(how):
                self.new_work()
                inner = self.work / "inner"
                inner.mkdir()
                (inner / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.25)\nproject(inner NONE)\n{how}lockstep_apply()\n")
                # The functions are global, so the top project need not find the package again.
                self.project("", *options, tests="add_subdirectory(../inner inner)\nlockstep_add_test(NAME one COMMAND true PHASE p MARKERS serial)\n"
                             "add_test(NAME two COMMAND true)\nadd_test(NAME three COMMAND true)\nlockstep_mark_tests(TESTS three MARKERS serial)\n"
                             "lockstep_apply()\n")
                self.check_runs()


if __name__ == "__main__":
    unittest.main()
