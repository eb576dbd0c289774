"""The tutorial: its commands, run in the order a reader types them, and what it says they print.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_CTEST the ctest (its directory goes first on PATH).
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from pages import TOP, all_blocks, blocks, clean_environment

PAGE = TOP / "docs" / "tutorial.md"


def comparable(line):
    """A line without what differs from run to run: CTest's order, times, padding, who of several came too late, and how
    many did where some do."""
    line = re.sub(r"^ *\d+/(\d+) Test +#\d+: (\S+) \.+ *(\**[\w ]+?) +[\d.]+ sec$", r"\1: \2 \3", line)
    line = re.sub(r"^ +Start +\d+: ", "Start ", line)
    line = re.sub(r"^\d+% tests passed, [1-9]\d* tests? failed out of ", "not all passed of ", line)
    return re.sub(r"\b(Client|Schema)\.\w+ \*\*\*", r"\1 ***", line)


def missing_lines(promised, printed):
    """Lines of a sample that the output does not have. Where the sample has no "...", it is the output or a run of it."""
    promised = [comparable(line) for line in promised.splitlines()]
    printed = [comparable(line) for line in printed.splitlines()]
    if "..." in promised:
        return [line for line in promised if line != "..." and line not in printed]
    length = len(promised)
    return [] if any(printed[i:i + length] == promised for i in range(len(printed))) else promised


class Tutorial(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Runs all of it in one shell; cls.printed has the output of each block."""
        ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        environment = {**clean_environment(), "PREFIX": os.environ["LOCKSTEP_TEST_PREFIX"]}
        environment["PATH"] = f"{pathlib.Path(ctest).parent}:{environment['PATH']}"
        script = "".join(f"echo '== block {index}'\n{text}" for index, text in enumerate(blocks(PAGE, "sh")))
        with tempfile.TemporaryDirectory() as work:
            shutil.copytree(TOP / "examples", pathlib.Path(work) / "examples")
            result = subprocess.run(["sh", "-e"], input=script, cwd=work, env=environment, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        cls.status, cls.output = result.returncode, result.stdout
        cls.printed = re.split(r"^== block \d+\n", result.stdout, flags=re.MULTILINE)[1:]

    def test_its_commands(self):
        self.assertEqual(self.status, 0, self.output)
        # Commands that are meant to fail say so; each of them did.
        self.assertEqual([text.count("as expected") for text in self.printed],
                         [text.count("as expected") for text in blocks(PAGE, "sh")], self.output)

    def test_what_they_print(self):
        block, compared = -1, 0
        for kind, text in all_blocks(PAGE):
            block += kind == "sh"
            if kind != "text":
                continue
            compared += 1
            with self.subTest(text):
                self.assertEqual(missing_lines(text, self.printed[block]), [], self.printed[block])
        self.assertGreaterEqual(compared, 6)

    def test_the_plan_it_shows(self):
        self.assertIn((TOP / "examples" / "quickstart" / "lockstep.toml").read_text(), blocks(PAGE, "toml"))

    def test_the_comparison_sees_a_difference(self):
        self.assertEqual(missing_lines("b\n", "a\nb\nc\n"), [])
        self.assertEqual(missing_lines("a\nc\n", "a\nb\nc\n"), ["a", "c"])
        self.assertEqual(missing_lines("a\n...\nd\n", "a\nb\nc\n"), ["d"])
        line = " 4/12 Test  #9: x ................***Failed    0.00 sec"
        self.assertEqual(missing_lines(line, "1/12 Test #2: x ..***Failed   3.50 sec"), [])
        self.assertNotEqual(missing_lines(line, line.replace("***Failed ", "   Passed ")), [])
        self.assertNotEqual(missing_lines(line, line.replace("/12", "/13")), [])
        line = "78% tests passed, 2 tests failed out of 9"
        self.assertEqual(missing_lines(line, "67% tests passed, 3 tests failed out of 9"), [])
        self.assertNotEqual(missing_lines(line, "100% tests passed, 0 tests failed out of 9"), [])


if __name__ == "__main__":
    unittest.main()
