"""The runner of golden cases: it must see each difference, and hide only what depends on the machine."""
import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest

import codes
import run

PROGRAM = """#!/bin/sh
echo "Lockstep 1.2.3 in $PWD given $*"
cat greeting
echo "$GOLDEN" >&2
exit 4
"""
STDOUT = "Lockstep <version> in <case> given -v a b\nhello <lockstep>\n"


class Runner(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name).resolve()
        self.program = self.top / "program"
        self.program.write_text(PROGRAM, encoding="utf-8")
        self.program.chmod(0o755)
        self.case = self.top / "case-one"
        self.write(args="-v\na b\n", env="GOLDEN=warn ü\n", stdout=STDOUT, stderr="warn ü\n", status="4\n",
                   **{"greeting.in": "hello @LOCKSTEP@\n"})

    def write(self, case=None, **files):
        case = case or self.case
        case.mkdir(exist_ok=True)
        for name, text in files.items():
            (case / name).write_text(text, encoding="utf-8")

    def run_case(self, *options, case=None):
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(out):
            status = run.main(["--lockstep", str(self.program), "--ctest", "/bin/true", *options, str(case or self.case)])
        return status, out.buffer.getvalue().decode("utf-8")

    def test_what_is_expected_passes(self):
        self.assertEqual(self.run_case(), (0, ""))

    def test_each_difference_fails_and_is_shown(self):
        for name, wrong in [("stdout", STDOUT + "more\n"), ("stdout", STDOUT[:-1]), ("stderr", "warn u\n"), ("status", "0\n")]:
            with self.subTest(file=name, wrong=wrong):
                right = (self.case / name).read_text(encoding="utf-8")
                self.write(**{name: wrong})
                status, shown = self.run_case()
                self.assertEqual(status, 1)
                self.assertIn(f"--- case-one/{name}\n+++ case-one/{name} now\n", shown)
                self.write(**{name: right})

    def test_a_missing_file_expects_silence(self):
        (self.case / "stderr").unlink()
        status, shown = self.run_case()
        self.assertEqual(status, 1)
        self.assertIn("+warn ü\n", shown)

    def test_accept_writes_what_the_next_run_expects(self):
        self.write(stdout="old\n", status="0\n")
        self.write(env="GOLDEN=\n")
        self.assertEqual(self.run_case("--accept")[0], 0)
        self.assertEqual((self.case / "stdout").read_text(encoding="utf-8"), STDOUT)
        self.assertEqual((self.case / "status").read_text(encoding="utf-8"), "4\n")
        self.assertEqual(self.run_case(), (0, ""))

    def test_inputs_of_another_case(self):
        other = self.top / "case-two"
        self.write(other, **{"inputs-of": "case-one\n", "args": "-v\na b\n", "stdout": STDOUT, "stderr": "\n", "status": "4\n"})
        self.assertEqual(self.run_case(case=other), (0, ""))

    def test_what_comes_before(self):
        self.write(before="first 'two words'\nsecond\n", args="last\n", stdout="first two words\nsecond\n", stderr="", status="0\n",
                   greeting="")
        self.program.write_text('#!/bin/sh\nif [ "$1" = last ]; then cat calls; else echo "$*" >>calls; fi\n', encoding="utf-8")
        self.assertEqual(self.run_case(), (0, ""))
        self.program.write_text('#!/bin/sh\ntest "$1" = last\n', encoding="utf-8")
        with self.assertRaises(subprocess.CalledProcessError):
            self.run_case()

    def test_this_machine(self):
        self.write(**{"greeting.in": "@HOST@\n"})
        self.program.write_text('#!/bin/sh\ntest "$(cat greeting)" = "$(uname -n)"\n', encoding="utf-8")
        self.assertIn("-4\n+0\n", self.run_case()[1])

    def test_a_folder_without_args_is_refused(self):
        (self.case / "args").unlink()
        with self.assertRaises(SystemExit):
            self.run_case()

    def test_the_redactor_leaves_other_numbers(self):
        text = '64 MiB are more than this machine\'s 16031 MiB; lockstep 0.1.0, schema 1.2.3, memory<br/>77 MiB'
        self.assertEqual(run.redact(text, {}), '64 MiB are more than this machine\'s <memory> MiB; lockstep <version>, '
                                               'schema 1.2.3, memory<br/><memory> MiB')


class Codes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.sources, self.goldens = (pathlib.Path(folder.name) / name for name in ("sources", "goldens"))
        (self.goldens / "case").mkdir(parents=True)
        self.sources.mkdir()
        not_codes = "".join(f'f("{word}");' for word in codes.NOT_CODES)
        (self.sources / "a.cpp").write_text('// "in-a-comment" is none\nerror("bad-thing"); g("a // b", "other-thing");' + not_codes,
                                            encoding="utf-8")

    def problems(self, **streams):
        for name, text in streams.items():
            (self.goldens / "case" / name).write_text(text, encoding="utf-8")
        return list(codes.problems(self.sources, self.goldens))

    def test_codes_without_a_case_are_named(self):
        self.assertEqual(self.problems(stderr="a:1:1: error: x [bad-thing]\n"), ["no golden case shows 'other-thing' (a.cpp)"])

    def test_json_shows_a_code_too(self):
        self.assertEqual(self.problems(stderr='error: x [bad-thing]\n  "code": "other-thing",\n'), [])

    def test_the_list_of_other_literals_is_kept_short(self):
        (self.sources / "a.cpp").write_text('error("bad-thing");', encoding="utf-8")
        self.assertEqual(len(self.problems(stderr="error: x [bad-thing]\n")), len(codes.NOT_CODES))

    def test_no_sources_are_no_success(self):
        (self.sources / "a.cpp").unlink()
        self.assertTrue(self.problems()[0].startswith("no code of a diagnostic was found"))


if __name__ == "__main__":
    unittest.main()
