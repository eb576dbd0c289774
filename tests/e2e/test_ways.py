"""A plan that asks for nothing but order and labels changes nothing, however ctest is run: the matrix of ways_table.py, and
the page that shows it."""
import pathlib
import re
import subprocess
import unittest

from support import CMAKE, CTEST, EndToEnd, phase, plan, shell_test
from ways import NOT_IN_THIS_VERSION, SAME, VERSION, Differs, Refused, Tree, Way, ctest
from ways_suites import SUITES, Suite
from ways_table import TABLE

# Columns of the page, and a version that stands for each.
COLUMNS = {"3.25": (3, 25), "3.31": (3, 31), "4.x": (4, 3)}


class PageOfWays:
    """docs/reference/ways-of-running.md: its tables' rows in order, by heading."""

    def __init__(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "reference" / "ways-of-running.md"
        self.rows = {}
        for section in re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]:
            heading, _, text = section.partition("\n")
            lines = [line for line in text.splitlines() if line.startswith("|")]
            if lines:
                self.rows[heading] = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    def cell(self, title):
        """What it says of the running version; none for one that no column is about."""
        column = 3 if VERSION[0] == 4 else {version: n for n, version in enumerate(COLUMNS.values(), 1)}.get(VERSION)
        found = [row[column] for rows in self.rows.values() for row in rows if row[0] == title and column]
        return found[0] if found else None


class WaysBase(EndToEnd):
    """Each way of one list, without Lockstep and with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pairs = {}

    def pair(self, suite):
        if suite not in self.pairs:
            folder = self.folder(self.addClassCleanup)
            self.pairs[suite] = [Tree(folder, SUITES[suite], with_lockstep) for with_lockstep in (False, True)]
        return self.pairs[suite]

    def check(self):
        page = PageOfWays()
        _, ways = TABLE[type(self).__name__]
        for way in ways:
            with self.subTest(way.title):
                observed = way.observe(self.pair(way.suite))
                self.assertEqual(observed, page.cell(way.title) or observed)


class Selecting(WaysBase):
    def test_ways(self):
        self.check()


class Running(WaysBase):
    def test_ways(self):
        self.check()


class Repeating(WaysBase):
    def test_ways(self):
        self.check()


class Listing(WaysBase):
    def test_ways(self):
        self.check()


class Places(WaysBase):
    def test_ways(self):
        self.check()


class Scripts(WaysBase):
    def test_ways(self):
        self.check()


class MemCheck(WaysBase):
    def test_ways(self):
        self.check()


class Resources(WaysBase):
    def test_ways(self):
        self.check()


class Page(unittest.TestCase):
    """Shows the matrix, for all versions at once."""
    maxDiff = None

    def test_every_way_has_one_row_that_says_what_may_differ(self):
        expected = {}
        for heading, ways in TABLE.values():
            rows = [[way.title, *(way.cell(version) for version in COLUMNS.values())] for way in ways]
            expected[heading] = [["way", *COLUMNS], ["---"] * 4, *rows]
        self.assertEqual(PageOfWays().rows, expected)

    def test_no_way_comes_twice(self):
        titles = [way.title for _, ways in TABLE.values() for way in ways]
        self.assertEqual(sorted(set(titles)), sorted(titles))

    def test_each_cell_says_something(self):
        known = rf"{SAME}|{NOT_IN_THIS_VERSION}|differs: .+|refused( behind the gate)?: `.+`"
        for heading, rows in PageOfWays().rows.items():
            for row in rows[2:]:
                self.assertEqual(len(row), 4, row)
                for cell in row[1:]:
                    with self.subTest(heading=heading, row=row[0]):
                        self.assertRegex(cell, f"^({known})$")


class Matrix(unittest.TestCase):
    """It leaves nothing out."""
    # Options that are in no row, and why.
    NOT_WAYS = {
        "runs no test": r"-h,|--help|--version|/V",
        "part of --build-and-test": r"--build-(?!and-test)|--test-(command|timeout)\b",
        "is about submitting": r"-A |--group|--tomorrow-tag|--overwrite|--extra-submit|--http|--no-compress-output|"
                               r"--submit-index",
        "CTest's own tests": r"--force-new-ctest-process",
        "defines a variable of a script": r"-D <var>",
    }

    def test_every_option_of_ctest_is_in_a_row(self):
        titles = " ".join(way.title for _, ways in TABLE.values() for way in ways)
        text = subprocess.run([CTEST, "--help"], stdout=subprocess.PIPE, check=True, text=True).stdout
        lines = re.findall(r"^  (-.*?)(?: *= .*|$)", text, flags=re.MULTILINE)
        self.assertGreater(len(lines), 50)
        for line in lines:
            spellings = re.findall(r"(?<![\w-])--?\w[\w-]*", line)
            if any(re.match(pattern, line) for pattern in self.NOT_WAYS.values()) or "--help" in spellings:
                continue
            with self.subTest(line):
                self.assertTrue(any(re.search(rf"(?<![\w-]){spelling}(?![a-z-])", titles) for spelling in spellings), spellings)

    def test_every_property_of_tests_is_in_a_suite(self):
        manual = subprocess.run([CMAKE, "--help-manual", "cmake-properties"], stdout=subprocess.PIPE, check=True,
                                text=True).stdout
        section = re.search(r"^Properties on Tests\n=+\n(.*?)^Properties on ", manual, flags=re.DOTALL | re.MULTILINE)[1]
        known = re.findall(r"^([A-Z_]+)\n-+\n", section, flags=re.MULTILINE)
        self.assertIn("WILL_FAIL", known)
        text = "".join(part for suite in SUITES.values() for part in [*suite.tests, *suite.files.values()])
        for name in known:
            with self.subTest(name):
                self.assertRegex(text, rf"\b{name}\b")

    def test_every_suite_is_run(self):
        self.assertEqual({way.suite for _, ways in TABLE.values() for way in ways}, set(SUITES))


class Comparison(EndToEnd):
    """What is compared does differ where a plan asks for more."""
    TESTS = [shell_test("early.ok"), shell_test("early.bad", "false"), shell_test("late.ok")]

    def pair(self, plan_text):
        suite = Suite(self.TESTS, plan=plan_text)
        folder = self.folder(self.addCleanup)
        return [Tree(folder, suite, with_lockstep) for with_lockstep in (False, True)]

    def test_a_gate_that_shuts_is_seen(self):
        pair = self.pair(plan(phase("early"), phase("late")))
        way = Way("", ctest("-j8"))
        with self.assertRaisesRegex(AssertionError, "late.ok: .*'run'.* without, .*'notrun', 'Fixture dependency failed'"):
            way.observe(pair)
        self.assertEqual(Way("", ctest("-j8", "-R", "early")).observe(pair), SAME)
        gated = [("notrun", "Fixture dependency failed", "Failed test dependencies: checkpoint.early")]

        def late_not_run(seen):
            return {**seen, "verdicts": {**seen["verdicts"], "late.ok": gated}, "ran": ["early.bad", "early.ok"]}

        self.assertEqual(Way("", ctest("-j8"), Differs("x", late_not_run)).observe(pair), "differs: x")
        self.assertEqual(Way("", ctest("-j8"), Refused("1 of 2 tests are all right", late_not_run)).observe(pair),
                         "refused behind the gate: `1 of 2 tests are all right`")
        for expect in (Refused("2 of 2 tests are all right", late_not_run), Differs("x", lambda seen: seen),
                       Differs("x", without=ctest("-j8", "-R", "early")), Refused("1 of 2 tests are all right")):
            with self.subTest(expect.cell()), self.assertRaises(AssertionError):
                Way("", ctest("-j8"), expect).observe(pair)

    def test_a_difference_that_is_none_is_seen(self):
        pair = self.pair(plan(phase("early"), phase("late", gate="order")))
        self.assertEqual(Way("", ctest("-j8")).observe(pair), SAME)
        with self.assertRaises(AssertionError):
            Way("", ctest("-j8"), Differs("x", lambda seen: seen)).observe(pair)
        with self.assertRaisesRegex(AssertionError, "no test was selected"):
            Way("", ctest("-R", "nothing")).observe(pair)

    def test_a_run_that_is_refused_is_seen(self):
        pair = self.pair(plan(phase("early"), "mistake = 1\n"))
        with self.assertRaises(AssertionError):
            Way("", ctest("-j8")).observe(pair)
        expect = Refused("unknown key 'mistake'")
        self.assertEqual(Way("", ctest("-j8"), expect).observe(pair), "refused: `unknown key 'mistake'`")


class OutOfTheHistory(EndToEnd):
    """What a memory checker makes of a test says nothing of the test: neither verdicts nor durations are kept."""

    def checked_project(self, *tests):
        return self.project(plan(phase("one"), phase("two")), *tests, shell_test("two.a"), head="include(CTest)\n")

    def memcheck(self, project):
        project.run_ctest(["-T", "MemCheck", "-R", "^one.a$"], cwd=project.build)

    def memcheck_in_a_script(self, project):
        script = project.write("dashboard.cmake", f"""
            set(CTEST_SOURCE_DIRECTORY "{project.source}")\nset(CTEST_BINARY_DIRECTORY "{project.build}")
            find_program(CTEST_MEMORYCHECK_COMMAND valgrind REQUIRED)
            ctest_start(Experimental QUIET)\nctest_memcheck(INCLUDE "^one.a$")\n""")
        project.run_ctest(["-S", script], cwd=project.source)

    def test_nothing_is_known_of_a_test_that_only_a_checker_ran(self):
        for run in (self.memcheck, self.memcheck_in_a_script):
            with self.subTest(run.__name__):
                project = self.checked_project(shell_test("one.a"))
                run(project)
                self.assertEqual(project.ran(), ["one.a"])
                self.assertEqual(project.late().checkpoint("one").untested, {"one.a": "never run"})

    def test_what_is_known_of_a_test_stays(self):
        project = self.checked_project(shell_test("one.a", "test ! -e broken"))
        self.assert_passes(project.ctest("-R", "^one.a$"))
        self.assertEqual(project.late().checkpoint("one").untested, {})
        (project.build / "broken").touch()
        for run in (self.memcheck, self.memcheck_in_a_script):
            with self.subTest(run.__name__):
                project.ran()
                run(project)
                self.assertEqual(project.ran(), ["one.a"])
                checkpoint = project.late().checkpoint("one")
                self.assertEqual((checkpoint.failures, checkpoint.untested), ({}, {}))

    def test_one_ctest_that_tests_and_then_checks(self):
        """The first run of the test passes and is kept, the second one fails and is not."""
        project = self.checked_project(shell_test("one.a", "test ! -e once && touch once"))
        project.run_ctest(["-T", "Test", "-T", "MemCheck", "-R", "^one.a$"], cwd=project.build)
        self.assertEqual(project.ran(), ["one.a", "one.a"])
        checkpoint = project.late().checkpoint("one")
        self.assertEqual((checkpoint.failures, checkpoint.untested), ({}, {}))

    def test_a_run_that_counts_otherwise_leaves_no_verdict(self):
        """Which test is which is not known then: a pass of before no longer counts, a failure stands."""
        project = self.checked_project(shell_test("zero"), shell_test("one.a"), shell_test("one.b", "test ! -e broken"))
        self.assert_passes(project.ctest())
        script = project.write("dashboard.cmake", f"""
            set(CTEST_SOURCE_DIRECTORY "{project.source}")\nset(CTEST_BINARY_DIRECTORY "{project.build}")
            ctest_start(Experimental QUIET)\nctest_test(EXCLUDE zero)\n""")
        project.ran()
        project.run_ctest(["-S", script], cwd=project.source)
        self.assertEqual(sorted(project.ran()), ["one.a", "one.b"])
        late = project.late()
        self.assert_passes(late)
        self.assertEqual(late.checkpoint("one").untested, {"one.a": "never run", "one.b": "never run"})
        (project.build / "broken").touch()
        self.assert_fails(project.ctest())
        project.run_ctest(["-S", script], cwd=project.source)
        late = project.late()
        self.assert_fails(late)
        self.assertEqual(late.checkpoint("one").failures, {"one.b": "failed when last run"})


if __name__ == "__main__":
    unittest.main()
