"""The matrix of ways of running ctest: what each does in a build tree without Lockstep and in the same with it, and what
may differ. ways_table.py says which there are, test_ways.py runs them.
"""
import concurrent.futures
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import typing
import xml.etree.ElementTree

from support import CMAKE, CTEST, PATIENCE, PREFIX, clean_environment
from ways_suites import PHASES, SUITES


def running_version():
    """Of the ctest under test: (3, 25), (4, 3)."""
    text = subprocess.run([CTEST, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout
    return tuple(int(part) for part in re.search(r"version (\d+)\.(\d+)", text).groups())


VERSION = running_version()


# What a run did.

GENERATED = re.compile(rf"((checkpoint|barrier|order|cleanup)[.]({'|'.join(PHASES)})|lockstep[.]end)$")  # of the suites' plans


@dataclasses.dataclass
class Outcome:
    """What one way of running did. `verdicts`, `ran` and `more` are about the project's own tests only."""
    status: int
    output: str
    verdicts: dict = dataclasses.field(default_factory=dict)  # by name: status and reason in JUnit, what the test wrote
    ran: list = dataclasses.field(default_factory=list)       # names of tests that began, sorted, as often as they did
    more: object = None                                       # what else has to be the same
    said: str = ""                                            # output and logs, in single blanks

    def seen(self):
        return {"status": self.status, "verdicts": self.verdicts, "ran": self.ran, "more": self.more}


class Tree:
    """One of a suite's two projects, with its build tree as it was when configured: never run, as in CI."""

    def __init__(self, folder, suite, with_lockstep):
        self.source = pathlib.Path(folder) / ("with" if with_lockstep else "without")
        self.build = self.source / "build"
        self.junit = self.source / "junit.xml"
        for name, text in {**suite.files, "lockstep.toml": suite.plan}.items():
            self.write(name, text)
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(ways NONE)\ninclude(CTest)\n"
                   "find_package(Lockstep REQUIRED CONFIG)\n"
                   "set(CMAKE_CTEST_ARGUMENTS --output-junit \"${CMAKE_SOURCE_DIR}/junit.xml\")\n" + "".join(suite.tests) +
                   ("lockstep_apply()\n" if with_lockstep else "# nothing\n"))
        done = self.call(CMAKE, "-S", self.source, "-B", self.build, "-G", suite.generator, f"-DCMAKE_PREFIX_PATH={PREFIX}")
        if done.returncode != 0:
            raise AssertionError(f"configuring failed:\n{done.stdout}")
        self.fresh = self.source / "fresh"
        shutil.copytree(self.build, self.fresh, symlinks=True)

    def restore(self):
        shutil.rmtree(self.build)
        shutil.copytree(self.fresh, self.build, symlinks=True)
        for junit in self.source.glob("junit*.xml"):
            junit.unlink()

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def call(self, *command, cwd=None, **environment):
        """Words of the command may hold <source tree> and <build tree>."""
        places = {"<source tree>": str(self.source), "<build tree>": str(self.build)}
        words = [re.sub("<(source|build) tree>", lambda found: places[found[0]], str(word)) for word in command]
        return subprocess.run(words, cwd=cwd or self.source, env=clean_environment(**environment), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE * 2, check=False, text=True, errors="replace")

    def without_paths(self, text):
        text = re.sub(r"(Resource spec file:\s+)[^\n]+", r"\1<file>", text)
        return text.replace(str(self.build), "<build tree>").replace(str(self.source), "<source tree>")

    def outcome(self, done, *junits, more=None):
        """What `done` (of call()) did, according to it, to JUnit files and to ctest's logs."""
        outcome = Outcome(done.returncode, self.without_paths(done.stdout))
        logs = [path.read_text(errors="replace") for path in (self.build / "Testing/Temporary").glob("Last*.log")]
        outcome.said = " ".join((outcome.output + self.without_paths("".join(logs))).split())
        for path in junits:
            if path.exists():
                self.read_junit(path, outcome)
        began = self.build / "ran"
        if began.exists():
            outcome.ran = sorted(began.read_text().split("\n")[:-1])
        if more:
            outcome.more = more(self, outcome)
        return outcome

    def read_junit(self, path, outcome):
        for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
            if GENERATED.match(case.get("name")):
                continue
            reasons = [element.get("message") for kind in ("skipped", "failure") for element in case.findall(kind)]
            output = self.without_paths(case.findtext("system-out") or "")
            outcome.verdicts.setdefault(case.get("name"), []).append((case.get("status"), *reasons, output))


# Ways of running: functions of a tree.

def ctest(*arguments, before=(), below=None, junit=True, more=None, **environment):
    """Plain ctest, after runs with the arguments `before`; `below`: started in that folder of the build tree."""
    def act(tree):
        where = [] if below is not None else ["--test-dir", tree.build]
        cwd = None if below is None else tree.build / below
        for earlier in before:
            tree.call(CTEST, *where, *earlier, cwd=cwd)
            (tree.build / "ran").unlink(missing_ok=True)
        reports = ["--output-junit", tree.junit] if junit else []
        done = tree.call(CTEST, *where, *reports, *arguments, cwd=cwd, **environment)
        return tree.outcome(done, tree.junit, more=more)
    return act


def dashboard(body, *arguments, option="-S", more=None):
    """ctest -S with a script of that body; ${JUNIT1} and ${JUNIT2} in it have ctest_test() write JUnit files."""
    def act(tree):
        junits = [tree.source / "junit1.xml", tree.source / "junit2.xml"]
        script = tree.write("dashboard.cmake", f'set(CTEST_SOURCE_DIRECTORY "{tree.source}")\n'
                            f'set(CTEST_BINARY_DIRECTORY "{tree.build}")\n'
                            f'set(JUNIT1 OUTPUT_JUNIT "{junits[0]}")\nset(JUNIT2 OUTPUT_JUNIT "{junits[1]}")\n'
                            f"ctest_start(Experimental QUIET)\n{body}\n")
        return tree.outcome(tree.call(CTEST, *arguments, option, script), *junits, more=more)
    return act


def test_target(tree):
    """The target `test`; CMAKE_CTEST_ARGUMENTS of the suites asks for the JUnit file."""
    return tree.outcome(tree.call(CMAKE, "--build", tree.build, "-t", "test"), tree.junit)


def build_and_test(*command):
    def act(tree):
        done = tree.call(CTEST, "--build-and-test", tree.source, tree.build, "--build-generator", SUITES["main"].generator,
                         "--build-options", f"-DCMAKE_PREFIX_PATH={PREFIX}", "--test-command", *command, "--output-junit",
                         tree.junit)
        return tree.outcome(done, tree.junit)
    return act


# What else they show: `more` of an outcome.

def output(tree, outcome):
    del tree
    return outcome.output


def listed(tree, outcome):
    """Numbers and names."""
    del tree
    found = re.findall(r"^ *(?:Test|Memory Check) +#(\d+): (.*?)(?: \(Disabled\))?$", outcome.output, flags=re.MULTILINE)
    return [(number, name) for number, name in found if not GENERATED.match(name)]


def labels(tree, outcome):
    del tree
    return sorted(re.findall(r"^  (\S+)$", outcome.output, flags=re.MULTILINE))


def listed_as_json(tree, outcome):
    """Tests in their order with commands and properties, what the plan adds to these taken off again."""
    del tree
    ours = {"LABELS": r"phase:", "FIXTURES_REQUIRED": r"lockstep[.]", "DEPENDS": GENERATED.pattern,
            "ENVIRONMENT": r"(LOCKSTEP_\w+|TMPDIR|TMP|TEMP)="}

    def own(name, value):
        if name in ours:
            return [word for word in value if not re.match(ours[name], word)]
        if name == "RESOURCE_GROUPS":
            return [group for group in value if group["requirements"] != [{".type": "lockstep_worker", "slots": 1}]]
        return value

    tests = []
    for test in json.loads(outcome.output[outcome.output.index("{"):])["tests"]:
        if not GENERATED.match(test["name"]):
            values = {entry["name"]: own(entry["name"], entry["value"]) for entry in test.get("properties", [])}
            tests.append((test["name"], test.get("command"), {name: value for name, value in values.items() if value != []}))
    return tests


def submission(tree, outcome):
    """What a dashboard would submit, without what depends on time and place: of each test status, measurements, attached
    files, labels."""
    del outcome
    tests = {}
    for path in sorted((tree.build / "Testing").glob("*-*/*Test.xml")):
        for test in xml.etree.ElementTree.parse(path).getroot().iter("Test"):
            name = test.findtext("Name")
            if name is None or GENERATED.match(name):
                continue
            values = [(value.get("name"), tree.without_paths(value.findtext("Value") or ""))
                      for value in test.iter("NamedMeasurement") if not value.get("filename")]
            values = sorted(pair for pair in values if pair[0] not in ("Execution Time", "Environment", "Command Line"))
            attached = [value.get("filename") for value in test.iter("NamedMeasurement") if value.get("filename")]
            own_labels = [label.text for label in test.iter("Label") if not label.text.startswith("phase:")]
            tests.setdefault(name, []).append((test.get("Status"), values, attached, own_labels))
    return tests


# What may differ.

SAME = "same"
NOT_IN_THIS_VERSION = "not in this version"


@dataclasses.dataclass
class Differs:
    """A difference that the plan asks for."""
    text: str
    change: typing.Callable = None   # makes of what is seen without Lockstep what is seen with it
    without: typing.Callable = None  # or: the way that does without Lockstep what this one does with it
    says: str = ""

    def cell(self):
        return f"differs: {self.text}"


@dataclasses.dataclass
class Refused:
    """Nothing runs, and ctest fails with this text. Or, with `change` as above: tests behind a gate do not run, and its
    checkpoint says so."""
    says: str
    change: typing.Callable = None

    def cell(self):
        return f"refused{' behind the gate' if self.change else ''}: `{self.says}`"


@dataclasses.dataclass
class Way:
    title: str  # its row on the page
    act: typing.Callable
    expect: object = SAME
    suite: str = "main"
    since: tuple = (3, 25)
    selects: bool = True  # without Lockstep there are tests to run or to show

    def cell(self, version):
        """What the page says of this version of CTest."""
        if version < self.since:
            return NOT_IN_THIS_VERSION
        return self.expect if self.expect == SAME else self.expect.cell()

    def observe(self, pair):
        """The cell's text, if that is what happens."""
        if VERSION < self.since:
            return NOT_IN_THIS_VERSION
        without = getattr(self.expect, "without", None) or self.act
        with concurrent.futures.ThreadPoolExecutor() as pool:
            runs = [pool.submit(self._run, act, tree) for act, tree in zip((without, self.act), pair)]
            plain, ours = [run.result() for run in runs]
        if self.selects and not plain.verdicts and not plain.more:
            raise AssertionError(f"no test was selected, which proves nothing:\n{plain.output}")
        if not self._is_as_expected(plain, ours):
            raise AssertionError(f"{self.title}\n{difference(plain.seen(), ours.seen())}\n\n{ours.said}")
        return self.cell(VERSION)

    def _is_as_expected(self, plain, ours):
        same = plain.seen() == ours.seen()
        if self.expect == SAME:
            return same
        if self.expect.says not in ours.said:
            return False
        if self.expect.change:
            return not same and self.expect.change(plain.seen()) == ours.seen()
        if isinstance(self.expect, Refused):
            return ours.status != 0 and not (ours.ran or ours.verdicts or ours.more)
        return same  # without Lockstep, another way does it

    @staticmethod
    def _run(act, tree):
        tree.restore()
        return act(tree)


def difference(plain, ours):
    """For people."""
    lines = []
    for part, value in plain.items():
        if value == ours[part]:
            continue
        if isinstance(value, dict) and isinstance(ours[part], dict):
            lines += [f"{part} {name}: {value.get(name)} without, {ours[part].get(name)} with Lockstep"
                      for name in sorted({*value, *ours[part]}) if value.get(name) != ours[part].get(name)]
        else:
            lines.append(f"{part}: {value} without, {ours[part]} with Lockstep")
    return "\n".join(lines) or "nothing differs"
