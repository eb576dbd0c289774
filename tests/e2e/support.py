"""What the end-to-end tests share: a consumer project in a folder of its own, real ctest, and what it answers.

Environment: LOCKSTEP_TEST_PREFIX names an installed Lockstep. LOCKSTEP_TEST_CTEST names the ctest under test (default:
the one on PATH); the cmake beside it configures. LOCKSTEP_TEST_KEEP=1 leaves the projects' folders in place.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

CTEST = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
CMAKE = str(pathlib.Path(CTEST).parent / "cmake")
PREFIX = os.environ.get("LOCKSTEP_TEST_PREFIX")
GENERATOR = "Ninja" if shutil.which("ninja") else "Unix Makefiles"
PATIENCE = 60  # seconds that a step may take on a busy machine


def clean_environment(**more):
    """The caller's environment without what steers ctest, cmake or Lockstep."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOCKSTEP_", "CTEST_", "CMAKE_"))}
    kept.update(more)
    return kept


# The two files of a consumer, in pieces.

def bracket(text):
    depth = 1
    while "]" + "=" * depth + "]" in text + "]":
        depth += 1
    return "[" + "=" * depth + "[" + text + "]" + "=" * depth + "]"


def properties(name, **values):
    """set_tests_properties() of one test; the names of the values are CTest's in lower case."""
    words = " ".join(f"{key.upper()} {bracket(value)}" for key, value in values.items())
    return f"set_tests_properties({bracket(name)} PROPERTIES {words})\n"


def command_test(name, *command, **values):
    """A test with that command line."""
    text = f"add_test(NAME {bracket(name)} COMMAND {' '.join(bracket(word) for word in command)})\n"
    return text + (properties(name, **values) if values else "")


def shell_test(name, script="true", **values):
    """A test that notes its name in the build tree, then runs `script` there."""
    return command_test(name, "sh", "-c", f"echo '{name}' >>ran; {script}", **values)


def keys(**values):
    """Lines of TOML: strings, numbers, booleans and lists look the same in JSON."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def phase(name, **values):
    """A phase, of the tests whose names begin with its own unless it says otherwise."""
    values.setdefault("tests", f"name({name}.*)")
    return "[[phase]]\n" + keys(name=name, **values)


def verification(name, *command):
    """Follows a phase()."""
    return "[[phase.checkpoint]]\n" + keys(name=name, command=list(command))


def plan(*tables):
    return "version = 1\n" + "".join(tables)


class Case:
    """One test in ctest's JUnit file."""

    def __init__(self, element):
        self.status = element.get("status")  # run, fail, notrun, disabled
        self.output = element.findtext("system-out") or ""

    # "  failed            one.bad  (phase one)"
    _finding = re.compile(
        r"^  (failed when last run|failed|could not be run|its outcome cannot be told for sure|never run|"
        r"changed since it ran|not built) +(.*?)(?:  \(phase (.*)\))?$")

    def findings(self, heading):
        found, inside = {}, False
        for line in self.output.splitlines():
            if not line.startswith("  "):
                inside = line.startswith(heading)
            elif inside and self._finding.match(line):
                standing, name, _ = self._finding.match(line).groups()
                found[name] = standing
        return found

    @property
    def failures(self):
        """Of a checkpoint: why it fails, by the name of the test."""
        return self.findings("It fails because of")

    @property
    def untested(self):
        """Of a checkpoint: what it names and lets through."""
        return self.findings("Not known in this session")


class Run:
    """What one ctest run did."""

    def __init__(self, status, output, junit):
        self.status = status
        self.output = output
        self.names = []
        self.cases = {}
        if junit.exists():
            for element in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
                self.names.append(element.get("name"))
                self.cases[element.get("name")] = Case(element)

    def checkpoint(self, name):
        case = self.cases.get("checkpoint." + name)
        if case is None:
            raise AssertionError(f"checkpoint.{name} was not run:\n{self.output}")
        return case


class Project:
    """A consumer's source and build tree."""

    def __init__(self, folder, build=None):
        self.source = pathlib.Path(folder)
        self.build = pathlib.Path(build or self.source / "build")
        self.state = self.build / "lockstep"

    def write(self, name, text, executable=False):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if executable:
            path.chmod(0o755)
        return str(path)

    def write_cmake(self, *tests, language="NONE", head="", apply=True):
        self.write("CMakeLists.txt",
                   f"cmake_minimum_required(VERSION 3.25)\nproject(consumer {language})\nenable_testing()\n"
                   f"find_package(Lockstep REQUIRED CONFIG)\n{head}" + "".join(tests) +
                   ("lockstep_apply()\n" if apply else "# nothing\n"))

    def configure(self, *options, generator=GENERATOR):
        """What cmake said."""
        return self._run([CMAKE, "-S", self.source, "-B", self.build, "-G", generator, f"-DCMAKE_PREFIX_PATH={PREFIX}", *options])

    def make(self, *options):
        return self._run([CMAKE, "--build", self.build, *options])

    @staticmethod
    def _run(command):
        done = subprocess.run(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=PATIENCE * 2, check=False, text=True, errors="surrogateescape")
        if done.returncode != 0:
            raise AssertionError(f"{command} failed:\n{done.stdout}")
        return done.stdout

    def lockstep(self, *arguments, status=0, **environment):
        """What the program says of this build tree, on both streams."""
        done = subprocess.run([f"{PREFIX}/bin/lockstep", *arguments, "--build-dir", self.build], stdout=subprocess.PIPE,
                              env=clean_environment(**environment), stderr=subprocess.STDOUT, timeout=PATIENCE, check=False,
                              text=True)
        if done.returncode != status:
            raise AssertionError(f"lockstep {arguments}: status {done.returncode}\n{done.stdout}")
        return done.stdout

    def ctest_command(self, *arguments):
        return [CTEST, "--test-dir", str(self.build), *arguments]

    def ctest(self, *arguments, jobs=4, **environment):
        """One run; keyword arguments are environment variables."""
        junit = self.source / "junit.xml"
        junit.unlink(missing_ok=True)
        command = self.ctest_command(f"-j{jobs}", "--output-junit", str(junit), "--test-output-size-passed", "1000000",
                                     "--test-output-size-failed", "1000000", *arguments)
        done = subprocess.run(command, env=clean_environment(**environment), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
        return Run(done.returncode, done.stdout.decode(errors="replace"), junit)

    def run_ctest(self, arguments, cwd):
        """A run that finds the build tree by itself. Returns its status."""
        return subprocess.run([CTEST, *arguments], cwd=cwd, env=clean_environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False).returncode

    def late(self, test="two.a", **environment):
        """A click on one late test."""
        return self.ctest("-R", f"^{re.escape(test)}$", **environment)

    def listing(self, **environment):
        """The bytes of ctest's JSON."""
        done = subprocess.run(self.ctest_command("--show-only=json-v1"), env=clean_environment(**environment),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise AssertionError(f"listing failed:\n{done.stderr.decode()}")
        return done.stdout

    @contextlib.contextmanager
    def running(self, *arguments, jobs=4, **environment):
        """A ctest that goes on in a process group of its own; what is left of the group is ended afterwards."""
        with open(self.source / "running.out", "wb") as output:
            process = subprocess.Popen(self.ctest_command(f"-j{jobs}", *arguments), env=clean_environment(**environment),
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def log_text(self):
        """What ctest has written of its log so far."""
        return "".join(path.read_text(errors="replace")
                       for path in (self.build / "Testing/Temporary").glob("LastTest*.log*"))

    def ran(self):
        """Names of the shell_tests that began since the last call, in order."""
        path = self.build / "ran"
        names = path.read_text().split("\n")[:-1] if path.exists() else []
        path.unlink(missing_ok=True)
        return names


def wait_for(what, condition):
    """Returns the first true value of `condition`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


class EndToEnd(unittest.TestCase):
    """A test case with projects; whole lists are shown when they differ."""
    maxDiff = None

    @classmethod
    def folder(cls, cleanup):
        if not PREFIX:
            raise AssertionError("LOCKSTEP_TEST_PREFIX has to name an installed Lockstep")
        folder = tempfile.mkdtemp(prefix="ls.")
        if os.environ.get("LOCKSTEP_TEST_KEEP"):
            print(folder)
        else:
            cleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    @classmethod
    def configured(cls, cleanup, plan_text, *tests, files=None, **options):
        project = Project(cls.folder(cleanup))
        for name, text in (files or {}).items():
            project.write(name, text, executable=name.endswith(".sh"))
        project.write("lockstep.toml", plan_text)
        project.write_cmake(*tests, **options)
        project.configure()
        return project

    def project(self, plan_text, *tests, **options):
        """A configured project that goes away with this test."""
        return self.configured(self.addCleanup, plan_text, *tests, **options)

    @classmethod
    def class_project(cls, plan_text, *tests, **options):
        """The same, for all tests of a class."""
        return cls.configured(cls.addClassCleanup, plan_text, *tests, **options)

    def assert_passes(self, run):
        self.assertEqual(run.status, 0, run.output)

    def assert_fails(self, run):
        self.assertNotEqual(run.status, 0, run.output)
