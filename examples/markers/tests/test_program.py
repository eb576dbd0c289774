"""The program as a person or a cron job calls it. RECAST_PROGRAM names it, RECAST_VAR the folder with the spool."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

SPOOL = pathlib.Path(os.environ["RECAST_VAR"], "spool")


def recast(*words, text=""):
    return subprocess.run([os.environ["RECAST_PROGRAM"], *words], input=text, capture_output=True, text=True)


def note(what, value):
    if "RECAST_NOTES" in os.environ:
        with open(os.environ["RECAST_NOTES"], "a") as notes:
            notes.write(f"{time.monotonic_ns()} {os.environ.get('LOCKSTEP_TEST', '')} - {what} {value}\n")


class User(unittest.TestCase):
    """Its configuration is a user's that nobody else is: HOME and the XDG directories come from the plan."""

    def setUp(self):
        folder = pathlib.Path(os.environ.get("XDG_CONFIG_HOME") or pathlib.Path.home() / ".config", "recast")
        folder.mkdir(parents=True)  # fails where there is somebody's
        self.addCleanup(shutil.rmtree, folder)
        self.settings = folder / "recast.ini"
        note("settings", self.settings)

    def test_tells_what_is_set(self):
        self.settings.write_text("[csv]\nseparator = tab\n[output]\nsort_names = yes\n")
        told = recast("--settings").stdout
        self.settings.write_text(told)
        self.assertEqual(recast("--settings").stdout, told)
        self.assertEqual(recast("csv", "jsonl", text="b\ta\n2\t1\n").stdout, '{"a":"1","b":"2"}\n')

    def test_refuses_a_mistake_by_its_place(self):
        self.settings.write_text("[csv]\nseparator\n")
        result = recast("csv", "jsonl")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, f"recast: {self.settings}: line 2: neither [section] nor name = value\n")

    def test_converts_a_file_there_and_back(self):
        self.settings.write_text("[cache]\nenabled = yes\n")
        text = "".join(f"[{i}]\nname = N{i}\n\n" for i in range(500)).rstrip("\n") + "\n"
        with tempfile.TemporaryFile("w+") as lines:  # in TMPDIR, the test's own
            lines.write(recast("ini", "jsonl", text=text).stdout)
            lines.seek(0)
            self.assertEqual(recast("jsonl", "ini", text=lines.read()).stdout, text)


class Spool(unittest.TestCase):
    def test_is_served(self):
        note("spool", "the-spool")
        self.addCleanup(note, "end-of-spool", "the-spool")
        shutil.rmtree(SPOOL, ignore_errors=True)  # of a test that died
        self.addCleanup(shutil.rmtree, SPOOL)
        (SPOOL / "in").mkdir(parents=True)
        for i in range(100):
            (SPOOL / "in" / f"{i}.ini").write_text(f"[{i}]\n")
            (SPOOL / "in" / f"{i}.txt").write_text("no format")
        result = recast("--spool", str(SPOOL))
        self.assertEqual(result.stdout, "100 converted, 100 rejected\n", result.stderr)
        self.assertEqual((SPOOL / "out" / "7.jsonl").read_text(), '{"section":"7"}\n')


if __name__ == "__main__":
    unittest.main()
