"""Development environments, as ctest sees them: how each lists tests, runs what is clicked, reads the results, and starts a
program in a debugger. Everything they do is done from within the build tree.
"""
import base64
import json
import re
import subprocess
import xml.etree.ElementTree
import zlib

from support import CTEST, PATIENCE, clean_environment


def escaped(name):
    """A name as a part of a regular expression."""
    return re.sub(r"([.*+?^=!:${}()|\[\]/\\])", r"\\\1", name)


class Test:
    """One test of ctest's JSON."""

    def __init__(self, number, entry, graph):
        self.number = number
        self.name = entry["name"]
        self.command = entry.get("command", [])
        self.properties = {value["name"]: value["value"] for value in entry.get("properties", [])}
        self.labels = self.properties.get("LABELS", [])
        self.environment = dict(word.split("=", 1) for word in self.properties.get("ENVIRONMENT", []))
        self.directory = self.properties.get("WORKING_DIRECTORY")
        self.place = None  # file and line that a click on the test opens
        if "backtrace" in entry:
            node = graph["nodes"][entry["backtrace"]]
            self.place = graph["files"][node["file"]], node.get("line")
        self.place_of_call = self.place
        # CMake Tools alone looks at this too, and believes it more.
        if match := re.fullmatch(r"(.*):(\d+)", self.properties.get("DEF_SOURCE_LINE", ""), flags=re.DOTALL):
            self.place = match[1], int(match[2])

    @property
    def generated(self):
        """What documentation tells people to hide by."""
        return "lockstep" in self.labels


class Ide:
    """What the three have in common."""
    listing_arguments = ()
    environment = {}

    def __init__(self, project):
        self.project = project

    def call(self, *arguments, **environment):
        environment = clean_environment(**self.environment, **environment)
        return subprocess.run([CTEST, *arguments], cwd=self.project.build, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE, check=False, text=True, errors="replace")

    def list(self, **environment):
        """All tests, in their order. None of the three shows any if ctest fails, or says something else on that stream."""
        done = self.call(*self.listing_arguments, **environment)
        if done.returncode != 0:
            raise AssertionError(f"status {done.returncode}: {done.stderr}")
        self.warnings = done.stderr
        listed = json.loads(done.stdout)
        if listed["kind"] != "ctestInfo":
            raise AssertionError(listed["kind"])
        return [Test(index + 1, entry, listed["backtraceGraph"]) for index, entry in enumerate(listed["tests"])]

    def start(self, test, **environment):
        """The listed program, as a debugger starts it: no ctest around it."""
        return subprocess.run(test.command, cwd=test.directory, env=clean_environment(**environment, **test.environment),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)


class VisualStudioCode(Ide):
    """CMake Tools. Runs one ctest for each test that was clicked, or, with cmake.ctest.allowParallelJobs, one for all of
    them; reads the results from the Test.xml that the TAG file leads to. Names the configuration in any build tree."""
    arguments = ("-j4", "-C", "Debug", "-T", "test", "--output-on-failure")
    listing_arguments = ("--show-only=json-v1", *arguments)

    def click(self, *names, **environment):
        """What is shown of each, one after another."""
        return {name: self._run("-R", f"^{escaped(name)}$", **environment).get(name, "no result") for name in names}

    def click_together(self, *names, **environment):
        """What is shown of all tests that ran. No names: all tests."""
        chosen = ("-R", "|".join(f"^{escaped(name)}$" for name in names)) if names else ()
        return self._run(*chosen, **environment)

    def _run(self, *arguments, **environment):
        self.last = self.call(*self.arguments, *arguments, **environment)
        testing = self.project.build / "Testing"
        tag = (testing / "TAG").read_text().split("\n")[0].strip()
        root = xml.etree.ElementTree.parse(testing / tag / "Test.xml").getroot()
        return {test.findtext("Name"): shown(test) for test in root.iter("Test") if test.get("Status")}


def shown(test):
    """What the explorer says of a <Test>. One that lacks a part costs CMake Tools the results of all."""
    results = test.find("Results")
    measured = {value.get("name"): content(value.find("Value")) for value in results.findall("NamedMeasurement")}
    if not measured:
        raise AssertionError(f"{test.findtext('Name')} has no measurements")
    output = content(results.find("Measurement").find("Value"))
    for part in "FullName", "FullCommandLine", "Path":
        if test.find(part) is None:
            raise AssertionError(f"{test.findtext('Name')} has no {part}")
    if test.get("Status") == "passed":
        return "passed"
    if "Exit Value" in measured:
        return "failed", output
    if measured.get("Completion Status") == "SKIP_REGULAR_EXPRESSION_MATCHED":
        return "skipped"
    return "error", measured.get("Completion Status")


def content(value):
    text = value.text or ""
    if value.get("encoding") != "base64":
        return text
    data = base64.b64decode(text)
    return (zlib.decompress(data) if value.get("compression") else data).decode(errors="replace")


class QtCreator(Ide):
    """Runs tests by the numbers that they had when they were listed, and reads the results off the terminal."""
    listing_arguments = ("-N", "--show-only=json-v1")
    environment = {"CLICOLOR_FORCE": "1"}
    _result = re.compile(r"^\s*(?:\d+/\d+)? Test\s+#\d+: (.*) \.+\s*"
                         r"(Passed|\*\*\*Failed|\*\*\*Not Run|.*\*\*\*Exception:.*)\s+.* sec$")

    def click(self, *tests, options=(), **environment):
        """Name and outcome of each test that a result was seen of."""
        numbers = ",".join(str(test.number) for test in tests)
        self.last = self.call("--output-on-failure", *options, "-I", f"0,0,0,{numbers}", **environment)
        found = {}
        for line in self.last.stdout.splitlines():
            match = self._result.match(re.sub(r"\x1b\[[\d;]*m", "", line))
            if match:
                found[match[1]] = match[2]
        return found


class CLion(Ide):
    """How it starts ctest is not published; of what can be typed into its fields, this is what gives it the most to read."""
    listing_arguments = ("--show-only=json-v1",)
    _result = re.compile(r"^\s*\d+/\d+ Test\s+#\d+: (.*?) \.+\s*(\*\*\*[A-Za-z ]+|Passed)\s+\S+ sec", flags=re.MULTILINE)

    def click(self, *names, **environment):
        self.last = self.call("--extra-verbose", "-R", "|".join(f"^{escaped(name)}$" for name in names), **environment)
        return dict(self._result.findall(self.last.stdout))

