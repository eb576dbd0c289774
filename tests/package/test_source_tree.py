"""Projects that build the program themselves, from the source tree: how they see it before it is built, and what a build makes.

Building all of it takes minutes, and what would be compiled is what every other test here runs. So one class puts the program
that is installed already where the project would build it, and another, labelled slow, builds it.
"""
import os
import re
import shutil
import unittest

from test_consumers import ADD, FETCH, ConsumerBase


class SourceTreeBase(ConsumerBase):
    def program(self, configuration=""):
        """Where the build puts it, as the opening file knows."""
        name = f"program-{configuration}.cmake" if configuration else "program.cmake"
        return re.search(r"\n(.*)\]=+\]\)", (self.build / "lockstep" / name).read_text()).group(1)

    def refused_until_built(self, *flags):
        output = self.call(self.ctest, "--test-dir", self.build, *flags, status=8)
        self.assertIn("is not built yet: build the project first", self.words(output))
        self.assertIn("Total Tests: 3", self.call(self.ctest, "--test-dir", self.build, "-N", *flags))


class NotBuilt(SourceTreeBase):
    def configure(self, how, generator, name="project"):
        self.project(how, "-DCMAKE_CXX_FLAGS=-O0", "-DCMAKE_CXX_STANDARD=14", "-DBUILD_SHARED_LIBS=ON",
                     "-DCMAKE_RUNTIME_OUTPUT_DIRECTORY=elsewhere", generator=generator, name=name)

    def check(self, how, generator, configuration="", name="project"):
        self.configure(how, generator, name)
        flags = ["-C", configuration] if configuration else []
        self.refused_until_built(*flags)
        # Nothing but the program is built with the project: none of Lockstep's own tests, nothing to install.
        targets = self.call(self.cmake, "--build", self.build, "--target", "help")
        self.assertIn("lockstep_text", targets)
        self.assertNotIn("plan_test", targets)
        self.call(self.cmake, "--install", self.build, "--prefix", self.work / "installed", *(["--config", configuration] if configuration else []))
        self.assertFalse((self.work / "installed").exists())
        program = self.program(configuration)
        self.assertTrue(program.startswith(str(self.build)), program)
        os.makedirs(os.path.dirname(program), exist_ok=True)
        shutil.copy(self.prefix / "bin/lockstep", program)
        self.check_runs(*flags)

    def test_add_subdirectory(self):
        self.check(ADD, "Ninja", name="a[[x]=]b")

    def test_a_room_of_it_is_built(self):
        """One stands for all: the settings of the project around it do no harm."""
        self.configure(ADD, "Ninja")
        self.call(self.cmake, "--build", self.build, "--target", "lockstep_history", "-j2")

    def test_fetch_content(self):
        self.check(FETCH, "Unix Makefiles")

    def test_fetch_content_multi_config(self):
        self.check(FETCH, "Ninja Multi-Config", "Release")


class Built(SourceTreeBase):
    def test_as_a_part_of_the_project(self):
        self.project(FETCH, "-DCMAKE_CXX_FLAGS=-O0", name="a project")
        self.refused_until_built()
        self.call(self.cmake, "--build", self.build, "-j2")
        self.check_runs()
        self.assertEqual(self.call(self.program(), "--version"), self.call(self.prefix / "bin/lockstep", "--version"))


if __name__ == "__main__":
    unittest.main()
