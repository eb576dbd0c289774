"""What the tests of `lockstep-exec batch` share: batch tables by hand, and a GoogleTest program (batch_program.cpp)."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from launching import LAUNCHER, Launched, LauncherBase, line
from support import clean_environment

SOURCE = pathlib.Path(__file__).resolve().with_name("batch_program.cpp")


def compiled(folder, source=SOURCE, *options):
    """The path of the program that the source becomes."""
    program = f"{folder}/{pathlib.Path(source).stem}"
    subprocess.run([os.environ.get("LOCKSTEP_TEST_CC", "c++"), "-std=c++17", "-o", program, str(source), *options, "-lgtest",
                    "-pthread"], check=True)
    return program


def section(name, command, cases, whole=0):
    """Cases are (name, filter, seconds)."""
    return line("section", name, "googletest", whole) + line("command", *command) + "".join(
        line("case", case, wanted, int(seconds * 1e9)) for case, wanted, seconds in cases) + "end\n"


def batch_table(**sections):
    index, body = "", ""
    for name, text in sections.items():
        index += line("batch", name, len(body.encode()), len(text.encode()))
        body += text
    return f"lockstep batch table 1\nindex\t{len(index.encode())}\n{index}{body}"


def hundred(numbers=range(101), seconds=0):
    return [(f"h.{number}", f"All/Hundred.Case/{number}", seconds) for number in numbers]


class BatchBase(LauncherBase):
    """A launcher on a batch "b" of the program's cases."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="lockstep-batch-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.program = compiled(folder)

    def setUp(self):
        super().setUp()
        os.mkdir(self.at("tmp"))

    def batch(self, cases, *arguments, command=None, whole=0):
        pathlib.Path(self.at("batches.txt")).write_text(
            batch_table(other=section("other", ["x"], [("o", "O.o", 0)]),
                        b=section("b", command or [self.program, *arguments], cases, whole)))

    def start_batch(self, does="", *options, session=True, environment=(), **more):
        variables = {"BATCH_DOES": does, "BATCH_PROGRAM": self.program, "BATCH_LOG": self.at("log"), "TMPDIR": self.at("tmp"),
                     "LOCKSTEP_TEMP_DIR": self.at("temp/7"), **dict(environment)}
        if session:
            variables["LOCKSTEP_SESSION_FILE"] = self.at("session.txt")
        process = subprocess.Popen(
            [LAUNCHER, "batch", "--table", self.at("batches.txt"), "--batch", "b", *options], cwd=self.folder,
            env=clean_environment(**variables), text=True, errors="surrogateescape", stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more)
        self.addCleanup(self.end, process)
        return Launched(process)

    def run_batch(self, does="", *options, **more):
        return self.start_batch(does, *options, **more).finish()

    def verdicts(self):
        """Of each case the last record's, by name."""
        return {record["name"]: record["verdict"] for record in self.records("case")}

    def bad(self):
        return {name: verdict for name, verdict in self.verdicts().items() if verdict not in ("passed", "skipped")}

    def details(self):
        return {record["name"]: record["detail"] for record in self.records("case") if record["detail"]}

    def processes(self):
        """How often each case began, and in how many processes."""
        words = [entry.split() for entry in self.lines("log")]
        return [name for name, _ in words], {pid for _, pid in words}

    def kept(self):
        return pathlib.Path(self.at("session/batches/b.out")).read_bytes()
