"""examples/quickstart, built against the installed Lockstep by the commands of its README, in a copy.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_CTEST the ctest (its directory goes first on PATH).
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"


def commands(example):
    return re.findall(r"^```sh\n(.*?)^```", (EXAMPLES / example / "README.md").read_text(), flags=re.DOTALL | re.MULTILINE)


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        cls.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_"))}
        cls.environment.update(PREFIX=os.environ["LOCKSTEP_TEST_PREFIX"], PATH=f"{pathlib.Path(cls.ctest).parent}:{os.environ['PATH']}")
        work = tempfile.TemporaryDirectory()
        cls.addClassCleanup(work.cleanup)
        cls.folder = pathlib.Path(work.name) / "quickstart"
        shutil.copytree(EXAMPLES / "quickstart", cls.folder)
        cls.first = subprocess.run(["sh", "-e"], input=commands("quickstart")[0], cwd=cls.folder, env=cls.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run_ctest(self, *flags, **variables):
        result = subprocess.run([self.ctest, "--test-dir", "build", *flags], cwd=self.folder, env={**self.environment, **variables},
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return result.returncode, result.stdout

    def test_passes_again_and_again(self):
        self.assertEqual(self.first.returncode, 0, self.first.stdout)
        self.assertIn("100% tests passed, 0 tests failed out of 12", self.first.stdout)
        for _ in range(3):
            code, output = self.run_ctest("-j8")
            self.assertEqual(code, 0, output)

    def test_fails_without_its_plan(self):
        # Else the example shows nothing.
        self.assertNotEqual(self.run_ctest("-j8", LOCKSTEP_DISABLE="1")[0], 0)
        self.assertEqual(self.run_ctest(LOCKSTEP_DISABLE="1")[0], 0)

    def test_others_are_built_by_the_same_commands(self):
        # Their own tests run them; so this is what those have to do.
        for example in ("phased-api", "markers", "services"):
            with self.subTest(example):
                self.assertEqual(commands(example), commands("quickstart"))


if __name__ == "__main__":
    unittest.main()
