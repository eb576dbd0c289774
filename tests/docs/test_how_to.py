"""The how-to pages: each one's commands, run in the order in which they stand, and what it says they print.

Comments in the pages' source, which a reader does not see, say what else happens between two blocks:

    <!-- file: NAME -->, <!-- append to: NAME -->    the next block is the content of that file, or goes to its end
    <!-- stage: COMMAND -->                          what the reader is said to do, or finds

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_CTEST the ctest (its directory goes first on PATH).
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from pages import TOP, clean_environment
from test_tutorial import missing_lines

PATIENCE = 240  # seconds that all of a page may take on a busy machine
FOLDER = TOP / "docs" / "how-to"
HEAD = "cmake_minimum_required(VERSION 3.25)\nproject(shop NONE)\nenable_testing()\n"
APPLIED = HEAD + "find_package(Lockstep REQUIRED CONFIG)\n"
TESTS = {"config.reads": "true", "config.refuses": "true", "client.asks": "true", "client.asks_twice": "true",
         "schema.adds": "mkdir db && rmdir db", "schema.drops": "mkdir db && rmdir db"}
PLAN = """version = 1

[[phase]]
name = "foundation"
tests = "name(config.*)"

[[phase]]
name = "application"
tests = "name(client.*) | name(schema.*)"

[marker.database]
tests = "name(schema.*)"
lock = ["database"]
"""


def tests(**changed):
    """Lines of CMake; commands beside those above are given as CMake has them, dots in names as two underscores."""
    commands = {name: f'sh -c "{script}"' for name, script in TESTS.items()}
    commands.update({name.replace("__", "."): text for name, text in changed.items()})
    return "".join(f"add_test(NAME {name} COMMAND {command})\n" for name, command in commands.items())


def locked(lock, **more):
    """What guards the schema's tests in CMake."""
    words = " ".join(f"{name.upper()} {value}" for name, value in more.items())
    return f"set_tests_properties(schema.adds schema.drops PROPERTIES RESOURCE_LOCK {lock} {words})\n"


WRAPPED = '${CMAKE_SOURCE_DIR}/one_at_a_time.sh sh -c "true"'
END = "lockstep_apply()\n"

# What the reader of each page is said to have.
PROJECTS = {
    "discover": {"CMakeLists.txt": APPLIED.replace("NONE", "CXX")},
    "adopt": {"CMakeLists.txt": HEAD + tests() + locked("db", labels="nightly")},
    "migrate": {
        "CMakeLists.txt": APPLIED + tests(mail__sends=WRAPPED, mail__reads=WRAPPED, speed="true") + locked("database") +
        "set_tests_properties(speed PROPERTIES RUN_SERIAL TRUE)\n"
        'set_tests_properties(client.asks client.asks_twice PROPERTIES DEPENDS "config.reads;config.refuses")\n' + END,
        "one_at_a_time.sh": '#!/bin/sh\nexec flock "$(dirname "$0")/lock" "$@"\n', "lockstep.toml": "version = 1\n"},
    "roll-back": {"CMakeLists.txt": APPLIED + tests(config__refuses="false") + locked("database") + END, "lockstep.toml": PLAN},
    "ci": {"CMakeLists.txt": APPLIED + tests() + END, "lockstep.toml": PLAN},
    "ide": {"CMakeLists.txt": APPLIED + tests() + END, "lockstep.toml": PLAN},
    "trouble": {
        "CMakeLists.txt": APPLIED + tests(config__reads="sh ${CMAKE_SOURCE_DIR}/wait_for_hold.sh", config__refuses="false") + END,
        "wait_for_hold.sh": "touch reading\nwhile test -e hold; do sleep 0.1; done\n", "lockstep.toml": PLAN},
}

_PIECE = re.compile(r"^<!-- (?P<what>stage|file|append to): (?P<said>[^\n]*) -->$|^```(?P<kind>\w*)\n(?P<text>.*?)^```$",
                    flags=re.DOTALL | re.MULTILINE)


class Piece:
    """One of a page's blocks or hidden comments."""

    def __init__(self, match):
        self.kind = match["kind"] if match["what"] is None else match["what"]
        self.text = match["text"] if match["what"] is None else match["said"]


def pieces(page):
    return [Piece(match) for match in _PIECE.finditer(page.read_text())]


def shell_script(page):
    """All that happens on a page. Before each block's output stands a line of its own."""
    lines, file = [], None
    for index, piece in enumerate(pieces(page)):
        if piece.kind in ("file", "append to"):
            file = ("cat >" if piece.kind == "file" else "cat >>") + piece.text
        elif file:
            lines.append(f"{file} <<'END OF BLOCK'\n{piece.text}END OF BLOCK\n")
            file = None
        elif piece.kind in ("sh", "stage"):
            lines.append(f"echo '== piece {index}'\n{piece.text}\n")
    return "".join(lines)


class HowTo:
    """The tests of one page."""
    name = None

    def settled(self, text):
        """Without what is of one machine and one run."""
        text = text.replace(self.work, "/home/you")
        return re.sub(r"\b(ctest|process) \d+", r"\1 4711", text)

    def set_up_project(self, environment):
        project = pathlib.Path(self.work) / "shop"
        project.mkdir()
        for name, text in PROJECTS[self.name].items():
            (project / name).write_text(text)
            (project / name).chmod(0o755)
        if "lockstep.toml" in PROJECTS[self.name]:
            subprocess.run(["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={environment['PREFIX']}"], cwd=project,
                           env=environment, check=True, stdout=subprocess.DEVNULL)
        return project

    def run_page(self, page):
        """What was printed, by the number of the piece."""
        ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        environment = {**clean_environment(), "PREFIX": os.environ["LOCKSTEP_TEST_PREFIX"], "LC_ALL": "C.UTF-8"}
        environment["PATH"] = f"{environment['PREFIX']}/bin:{pathlib.Path(ctest).parent}:{environment['PATH']}"
        with tempfile.TemporaryDirectory() as work:
            self.work = str(pathlib.Path(work).resolve())
            with subprocess.Popen(["bash", "-e"], cwd=self.set_up_project(environment), env=environment, text=True,
                                  start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT) as shell:
                try:
                    output, _ = shell.communicate(shell_script(page), timeout=PATIENCE)
                except subprocess.TimeoutExpired:
                    os.killpg(shell.pid, signal.SIGKILL)
                    output, _ = shell.communicate()
        self.assertEqual(shell.returncode, 0, output)
        found = re.findall(r"^== piece (\d+)\n(.*?)(?=^== piece |\Z)", output, flags=re.DOTALL | re.MULTILINE)
        return {int(number): self.settled(text) for number, text in found}

    def test_page(self):
        page = FOLDER / f"{self.name}.md"
        printed = self.run_page(page)
        before, compared = None, 0
        for index, piece in enumerate(pieces(page)):
            if piece.kind == "text":
                compared += 1
                with self.subTest(piece.text):
                    self.assertEqual(missing_lines(piece.text, printed[before]), [], printed[before])
            elif piece.kind == "json":
                json.loads(piece.text)
            elif piece.kind in ("sh", "stage"):
                before = index
                # A command that is meant to fail says so; each of them did.
                self.assertEqual(printed[index].count("as expected"), piece.text.count("as expected"), printed[index])
        self.assertGreater(compared, 1)


class Adopt(HowTo, unittest.TestCase):
    name = "adopt"


class Migrate(HowTo, unittest.TestCase):
    name = "migrate"


class RollBack(HowTo, unittest.TestCase):
    name = "roll-back"


class Ci(HowTo, unittest.TestCase):
    name = "ci"

    def test_the_jobs_commands_are_those_of_the_page(self):
        found = pieces(FOLDER / "ci.md")
        run = "".join(piece.text for piece in found if piece.kind == "sh").splitlines()
        jobs = "".join(piece.text for piece in found if piece.kind == "yaml")
        commands = re.findall(r"^ *(?:- )?(?:run: |- )((?:lockstep|ctest) .*)$", jobs, flags=re.MULTILINE)
        self.assertEqual(len(commands), 6)
        for command in commands:
            self.assertIn(command, run)


class Discover(HowTo, unittest.TestCase):
    name = "discover"


class Ide(HowTo, unittest.TestCase):
    name = "ide"


class Trouble(HowTo, unittest.TestCase):
    name = "trouble"


class Folder(unittest.TestCase):

    def test_every_page_is_run(self):
        self.assertEqual({page.stem for page in FOLDER.glob("*.md")}, set(PROJECTS))
        self.assertEqual({case.name for case in HowTo.__subclasses__()}, set(PROJECTS))


if __name__ == "__main__":
    unittest.main()
