"""What the tests of CMake functions share: a project of a few lines, and what CMake says of it, errors taken apart.

Built on tests/e2e/support.py, which has to be on PYTHONPATH.
"""
import json
import pathlib
import re
import subprocess

import support

HEAD = """cmake_minimum_required(VERSION 3.25)
project(consumer NONE)
enable_testing()
find_package(Lockstep REQUIRED CONFIG)
"""
FIRST_LINE = HEAD.count("\n") + 1
PLAN = support.plan(support.phase("p", tests="none()", optional=True))
_ERROR = re.compile(r"^CMake Error at (.*?):(\w+) \((\S+)\):\n((?:  .*\n|\n)*?)(?:Call Stack \(most recent call first\):\n((?:  .*\n)+)|\n\n)",
                    re.MULTILINE)


class Failure:
    """One of CMake's errors: its text without CMake's line breaks, and the line of the project that it leads back to."""

    def __init__(self, match):
        place, line, function, message, stack = match.groups()
        self.message = " ".join(message.split())
        self.caller = (stack or f"  {place}:{line} ({function})").splitlines()[-1].strip()


class ConsumerBase(support.EndToEnd):
    """A new source tree for each test; `text` follows the four lines of HEAD."""

    def source(self, text, plan=PLAN, files=None, head=HEAD):
        project = support.Project(self.folder(self.addCleanup))
        for name, content in (files or {}).items():
            project.write(name, content)
        if plan is not None:
            project.write("lockstep.toml", plan)
        project.write("CMakeLists.txt", head + text)
        return project

    @staticmethod
    def run_cmake(project, *options):
        return subprocess.run([support.CMAKE, "-S", project.source, "-B", project.build, "-G", support.GENERATOR,
                               f"-DCMAKE_PREFIX_PATH={support.PREFIX}", *options], env=support.clean_environment(),
                              capture_output=True, text=True, timeout=support.PATIENCE, check=False)

    def configured_project(self, text, *options, **source):
        project = self.source(text, **source)
        done = self.run_cmake(project, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return project

    def refused(self, text, message, *options, caller=None, files=None):
        """CMake ends with that one error; `caller` is what the last line of its call stack begins with."""
        project = self.source(text, files=files)
        done = self.run_cmake(project, *options)
        self.assertNotEqual(done.returncode, 0)
        failures = [Failure(match) for match in _ERROR.finditer(done.stderr)]
        message = message.replace("<source>", str(project.source))
        self.assertEqual([failure.message for failure in failures], [message], done.stderr)
        last = FIRST_LINE + text.rstrip("\n").count("\n")
        self.assertTrue(failures[0].caller.startswith(caller or f"CMakeLists.txt:{last} ("), failures[0].caller)

    @staticmethod
    def build(project, target):
        """The exit status of building a target, and what it printed."""
        done = subprocess.run([support.CMAKE, "--build", project.build, "--target", target], env=support.clean_environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=support.PATIENCE, check=False)
        return done.returncode, done.stdout

    @staticmethod
    def targets(project):
        """Names of all targets of Lockstep."""
        _, text = ConsumerBase.build(project, "help")
        return sorted(set(re.findall(r"\b(lockstep-[\w.-]+?)(?=:|\s|$)", text)))

    @staticmethod
    def listed(project, **environment):
        """Tests by name, as ctest lists them: command and properties. The project's folder reads <source>."""
        tests = json.loads(project.listing(**environment).decode().replace(str(project.source), "<source>"))["tests"]
        return {test["name"]: {"command": test.get("command"), **{p["name"]: p["value"] for p in test["properties"]}} for test in tests}

    def ctest_in(self, directory, *arguments, **environment):
        return subprocess.run([support.CTEST, "--test-dir", pathlib.Path(directory), *arguments], capture_output=True,
                              text=True, env=support.clean_environment(**environment), timeout=support.PATIENCE, check=False)
