#!/usr/bin/env python3
"""The completion scripts: valid for their shells, and bash really completes with them. completion_test.py LOCKSTEP"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

LOCKSTEP = ""


def script_for(shell):
    return subprocess.run([LOCKSTEP, "completion", shell], capture_output=True, text=True, check=True).stdout


class Bash(unittest.TestCase):
    def complete(self, *words, folder="/"):
        """Candidates for the last of `words`, split as bash splits them: "--format=" is two."""
        driver = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lockstep; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "--norc", "-c", script_for("bash") + driver, "bash", *words], cwd=folder,
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return sorted(done.stdout.split())

    def test_subcommands(self):
        self.assertEqual(self.complete("lockstep", ""),
                         sorted("check cleanup completion debug env explain generate graph history init limit limits list lock port service summary "
                                "unique validate --help --version".split()))
        self.assertEqual(self.complete("lockstep", "ex"), ["explain"])

    def test_internal_subcommands_stay_hidden(self):
        self.assertEqual(self.complete("lockstep", "ent"), [])

    def test_options_are_those_of_the_subcommand(self):
        self.assertEqual(self.complete("lockstep", "check", "--s"), ["--strict"])
        self.assertEqual(self.complete("lockstep", "list", "--s"), [])
        self.assertEqual(self.complete("lockstep", "list", "--i"), ["--inventory"])
        self.assertEqual(self.complete("lockstep", "generate", "--i"), [])
        self.assertEqual(self.complete("lockstep", "cleanup", "--"),
                         sorted("--help --build-dir --config --force --kept --format".split()))

    def test_verbs(self):
        self.assertEqual(self.complete("lockstep", "history", "s"), ["show"])
        self.assertEqual(self.complete("lockstep", "history", "f"), ["forget"])
        self.assertEqual(self.complete("lockstep", "history", "forget", "--d"), ["--debts"])

    def test_values(self):
        self.assertEqual(self.complete("lockstep", "list", "--format", ""), ["json", "text"])
        self.assertEqual(self.complete("lockstep", "list", "--format", "="), ["json", "text"])
        self.assertEqual(self.complete("lockstep", "list", "--format", "=", "j"), ["json"])
        self.assertEqual(self.complete("lockstep", "completion", "z"), ["zsh"])

    def test_files_and_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "build").mkdir()
            (pathlib.Path(folder) / "build.toml").touch()
            self.assertEqual(self.complete("lockstep", "list", "-B", "b", folder=folder), ["build"])
            self.assertEqual(self.complete("lockstep", "list", "--plan", "b", folder=folder), ["build", "build.toml"])


class Zsh(unittest.TestCase):
    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_syntax(self):
        subprocess.run(["zsh", "-f", "-n", "/dev/stdin"], input=script_for("zsh"), text=True, check=True)


if __name__ == "__main__":
    LOCKSTEP = sys.argv.pop(1)
    unittest.main()
