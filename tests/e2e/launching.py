"""What the tests of lockstep-exec share: launch tables, session files and journals by hand, in the form of
tools/client/runtime/flat.hpp, and a launcher that is run on them directly.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import zlib

from support import PATIENCE, PREFIX, clean_environment

LAUNCHER = f"{PREFIX}/bin/lockstep-exec"
BEGIN_LINE = "lockstep-exec: the last attempt begins"
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\x1e", "\\s"))


def line(*fields):
    written = []
    for field in fields:
        field = str(field)
        for plain, escape in ESCAPES:
            field = field.replace(plain, escape)
        written.append(field)
    return "\t".join(written) + "\n"


def unescaped(text):
    """The other way round; a NUL stands in for the backslash meanwhile."""
    for plain, escape in ESCAPES:
        text = text.replace(escape, "\0" if plain == "\\" else plain)
    return text.replace("\0", "\\")


def table(*lines):
    return "lockstep launch table 1\n" + "".join(lines) + "end\n"


def retry(name="busy", attempts=3, backoff=1, longest=1, give_up=0, tests=1, on_exit=(), on_output=()):
    return line("retry", name, attempts, backoff, longest, give_up, tests) + "".join(
        line("on_exit", status) for status in on_exit) + "".join(line("on_output", text) for text in on_output)


def rate_limit(name, per_second=0, burst=1, places=0, adapt=0):
    return line("rate_limit", name, per_second, burst, places, adapt, 0)


def kind(*lines):
    return line("kind") + "".join(lines)


def hook(key, *command, place="lockstep.toml:7"):
    return line(key, place, *command)


def script(key, text, place="lockstep.toml:7"):
    """A hook that is a shell script; nothing in it is filled in."""
    return hook(key, "sh", "-c", text.replace("$", "$$"), place=place)


class Record:
    """One record of a journal."""

    def __init__(self, fields):
        self.kind = fields[0]
        self.fields = list(zip(fields[1::2], fields[2::2]))

    def __getitem__(self, name):
        return dict(self.fields)[name]

    def all(self, name):
        return [value for key, value in self.fields if key == name]


def records_of(text):
    """Records of a journal; fails for a damaged one."""
    records = []
    for piece in text.split("\x1e")[1:]:
        checksum, content = piece.rstrip("\n").split("\t", 1)
        if int(checksum, 16) != zlib.crc32(content.encode("utf-8", "surrogateescape")):
            raise AssertionError(f"damaged: {piece!r}")
        records.append(Record([unescaped(field) for field in content.split("\t")]))
    return records


class Launched:
    def __init__(self, process):
        self.process = process
        self.begin = time.monotonic()

    def finish(self):
        self.out, self.err = self.process.communicate(timeout=PATIENCE)
        self.status = self.process.returncode
        self.seconds = time.monotonic() - self.begin
        return self


class LauncherBase(unittest.TestCase):
    """A folder that looks like a build tree's state, and a launcher on it. `self.at` is a path in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lockstep-launcher-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.mkdir(self.at("session"))
        self.session()

    def at(self, name):
        return f"{self.folder}/{name}"

    def text(self, name):
        path = pathlib.Path(self.at(name))
        return path.read_text(errors="surrogateescape") if path.exists() else ""

    def lines(self, name):
        return self.text(name).splitlines()

    def session(self, **changes):
        facts = {"id": "s-1", "number": 4, "folder": self.at("session"), "state": self.folder, "build_dir": self.folder,
                 "source_dir": self.folder, "table": "", "mode": "parallel", "first_worker": 0, "workers": 8, "limits": 1,
                 "shard": 0, "shards": 0, "temp": self.at("temp")}
        facts.update(changes)
        pathlib.Path(self.at("session.txt")).write_text(
            "lockstep session facts 1\n" + "".join(line(*fact) for fact in facts.items()) + "end\n")

    def table(self, *lines):
        pathlib.Path(self.at("launch.txt")).write_text(table(*lines))

    def start(self, *command, test=7, name="a test", worker=3, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
              environment=(), kind_number=0, **more):
        variables = {"LOCKSTEP_SESSION_FILE": self.at("session.txt"), **dict(environment)}
        if worker is not None:
            variables.update(CTEST_RESOURCE_GROUP_COUNT="1", CTEST_RESOURCE_GROUP_0="lockstep_worker",
                             CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER=f"id:{worker},slots:1")
        process = subprocess.Popen(
            [LAUNCHER, "--table", self.at("launch.txt"), "--kind", str(kind_number), "--test", str(test), "--name", name,
             "--", *command], cwd=self.folder, env=clean_environment(**variables), text=True, errors="surrogateescape",
            stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, **more)
        self.addCleanup(self.end, process)
        return Launched(process)

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def launch(self, *command, **more):
        return self.start(*command, **more).finish()

    def shell(self, script, **more):
        return self.launch("/bin/sh", "-c", script, **more)

    def records(self, *kinds):
        return [record for record in records_of(self.text("session/journal")) if not kinds or record.kind in kinds]

    def wait_for(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.005)

    def wait_for_file(self, name):
        self.wait_for(lambda: self.text(name).endswith("\n"), f"{name} is not written")
        return self.text(name).strip()

    def gone(self, pid):
        """Ended, or a zombie that nobody has waited for yet."""
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
        except (FileNotFoundError, ProcessLookupError):
            return True

    def assert_ends(self, pid):
        self.wait_for(lambda: self.gone(pid), f"process {pid} goes on")
