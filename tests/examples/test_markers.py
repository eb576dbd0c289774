"""examples/markers, built against the installed Lockstep: its tests pass, they had what they must not share for themselves, and
where a guard is taken away the trouble that it is there for comes back.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_BUILD the folder to build in (kept between runs), LOCKSTEP_TEST_CTEST
the ctest.
"""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

TOP = pathlib.Path(__file__).resolve().parents[2]
SOURCE = TOP / "examples" / "markers"
Stay = collections.namedtuple("Stay", "what value test worker begin end")


def overlapping(stays):
    """Pairs of those that were at the same time."""
    pairs, open_ = [], []
    for stay in sorted(stays, key=lambda stay: stay.begin):
        open_ = [other for other in open_ if other.end > stay.begin]
        pairs += [(other, stay) for other in open_]
        open_.append(stay)
    return pairs


class Markers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        cls.build = pathlib.Path(os.environ["LOCKSTEP_TEST_BUILD"])
        cls.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_", "RECAST_", "XDG_"))}
        cls.cmake = str(pathlib.Path(cls.ctest).with_name("cmake"))
        for command in ([cls.cmake, "-S", SOURCE, "-B", cls.build, "-G", "Ninja",
                         f"-DCMAKE_PREFIX_PATH={os.environ['LOCKSTEP_TEST_PREFIX']}"], [cls.cmake, "--build", cls.build]):
            result = subprocess.run(command, env=cls.environment, capture_output=True, text=True)
            if result.returncode != 0:
                raise RuntimeError(result.stdout[-4000:] + result.stderr[-4000:])
        shutil.rmtree(cls.build / "var", ignore_errors=True)
        home = tempfile.TemporaryDirectory()
        cls.addClassCleanup(home.cleanup)
        cls.home = pathlib.Path(home.name)
        cls.environment["HOME"] = home.name  # where tests go that do not get one of their own

    def run_ctest(self, *flags, **variables):
        """Exit status, output of ctest, and {test: JUnit status} of what was selected; self.stays has what tests noted."""
        junit, notes = self.build / "junit.xml", self.build / "notes"
        junit.unlink(missing_ok=True)
        notes.unlink(missing_ok=True)
        result = subprocess.run([self.ctest, "--test-dir", self.build, "--output-on-failure", "--output-junit", junit, *flags],
                                env={**self.environment, "RECAST_NOTES": str(notes), **variables},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.stays = self.read_notes(notes) if notes.exists() else []
        status = {case.get("name"): case.get("status") for case in ElementTree.parse(junit).getroot().iter("testcase")}
        return result.returncode, result.stdout, status

    @staticmethod
    def read_notes(file):
        stays, begun = [], {}
        for line in file.read_text().splitlines():
            time, test, worker, what, value = line.split(" ", 4)
            if what.startswith("end-of-"):
                key = what[len("end-of-"):], value, test
                stays.append(Stay(*key, worker, begun.pop(key), int(time)))
            elif what in ("settings", "sample"):
                stays.append(Stay(what, value, test, worker, int(time), int(time)))
            else:
                begun[what, value, test] = int(time)
        return stays

    def of(self, *kinds):
        return [stay for stay in self.stays if stay.what in kinds]

    def trouble(self, *flags, runs=3, **variables):
        """The tests that fail. What goes wrong only if two meet may go well now and then."""
        for _ in range(runs):
            code, output, status = self.run_ctest("-j8", *flags, **variables)
            failed = {name for name, outcome in status.items() if outcome == "fail"}
            if failed:
                self.assertNotEqual(code, 0)
                return failed
        self.fail(f"nothing went wrong in {runs} runs:\n{output}")

    def test_1_passes_and_shares_nothing_that_it_must_not(self):
        areas_at_once = 0
        for _ in range(2):
            code, output, status = self.run_ctest("-j8")
            self.assertEqual(code, 0, output)
            self.assertEqual(len([name for name in status if re.match(r"[A-Z]", name)]), 46)
            self.assertEqual(len(self.of("spool")), 4)
            self.assertEqual(overlapping(self.of("spool")), [], "one at a time")
            self.assertEqual(len(self.of("scratch")), 4)
            self.assertLessEqual({stay.value for stay in self.of("scratch")}, {"0", "1"})
            for what, count in {"scratch": 4, "shelf": 4, "port": 4}.items():
                self.assertEqual(len(self.of(what)), count)
                shared = [pair for pair in overlapping(self.of(what)) if pair[0].value == pair[1].value]
                self.assertEqual(shared, [], "not the same at the same time")
            areas_at_once += len(overlapping(self.of("scratch")))
            self.assertEqual(len(self.of("writing")), 3 * 40 + 2)
            for pair in overlapping(self.of("reading", "writing")):
                self.assertEqual({stay.what for stay in pair}, {"reading"}, "nobody reads or writes beside a writer")
            users = collections.defaultdict(set)
            for stay in self.of("settings"):
                users[stay.value].add(stay.test)
                self.assertNotIn(self.home, pathlib.Path(stay.value).parents)
            self.assertEqual([tests for tests in users.values() if len(tests) != 1], [], "each had its own")
            self.assertGreaterEqual(len(users), 12)
            makers = [stay.worker for stay in self.of("sample")]
            self.assertEqual(len(makers), len(set(makers)), "once per worker")
            self.assertLessEqual(set(makers), {stay.worker for stay in self.of("scratch")})
        self.assertGreater(areas_at_once, 0, "both areas are in use at the same time")
        self.assertFalse((self.home / ".config").exists())
        self.assertEqual((self.build / "var" / "store" / "common" / "LIST").read_text(), "")

    def test_2_without_the_lock_tests_meet_in_the_spool_folder(self):
        failed = self.trouble("-R", "^Spool", LOCKSTEP_SET="marker.serial.lock=[]")
        self.assertNotEqual(overlapping(self.of("spool")), [])
        self.assertTrue(all(name.startswith("Spool.") for name in failed), failed)

    def test_3_without_the_pool_tests_meet_in_one_scratch_area(self):
        failed = self.trouble("-R", "^Sorting", LOCKSTEP_SET="marker.resource_intensive.use={}")
        self.assertEqual({stay.value for stay in self.of("scratch")}, {"0"})
        self.assertTrue(all(name.startswith("Sorting.") for name in failed), failed)

    def test_4_without_a_home_each_scripts_meet_in_one_configuration(self):
        failed = self.trouble("-R", "^(Separators|Program|Configuration|Cache)", LOCKSTEP_SET='defaults.isolate=["tmp"]')
        self.assertTrue(all(name.startswith(("Separators.", "Program.")) for name in failed), failed)
        self.assertIn(str(self.home / ".config" / "recast" / "recast.ini"), {stay.value for stay in self.of("settings")})

    def test_5_without_the_named_lock_the_common_shelf_loses_documents(self):
        failed = self.trouble("-R", "^CommonShelf", RECAST_BREAK="lock")
        self.assertTrue(all(name.startswith("CommonShelf.") for name in failed), failed)
        shutil.rmtree(self.build / "var" / "store" / "common")

    def test_6_what_a_killed_test_leaves_is_taken_away(self):
        code, output, status = self.run_ctest("-j8", "-R", "^CommonShelf", RECAST_BREAK="test")
        self.assertEqual([name for name, outcome in status.items() if outcome == "fail"],
                         ["CommonShelf.GivesADocumentToWhoeverKnowsItsName"], output)
        self.assertIn("CommonShelf.GivesADocumentToWhoeverKnowsItsName", {stay.test for stay in self.of("writing")},
                      "it was there")
        lockstep = pathlib.Path(os.environ["LOCKSTEP_TEST_PREFIX"]) / "bin" / "lockstep"
        said = subprocess.run([lockstep, "summary", "-B", self.build], env=self.environment, capture_output=True,
                              text=True).stdout
        self.assertRegex(said, r"document  Report_gw\d+_")
        # At the end of that run or at the beginning of the next: nobody meets it.
        self.assertEqual(self.run_ctest("-R", "^Csv")[0], 0)
        common = self.build / "var" / "store" / "common"
        self.assertEqual((common / "LIST").read_text(), "")
        self.assertEqual([file.name for file in common.iterdir()], ["LIST"])

    def test_7_without_the_plan_only_one_at_a_time_works(self):
        failed = self.trouble(LOCKSTEP_DISABLE="1")
        self.assertFalse([name for name in failed if name.startswith(("Csv.", "Configuration.", "Cache.", "Server."))], failed)
        shutil.rmtree(self.build / "var")
        code, output, _ = self.run_ctest(LOCKSTEP_DISABLE="1")
        self.assertEqual(code, 0, output)

    def test_8_recovers(self):
        code, output, _ = self.run_ctest("-j8")
        self.assertEqual(code, 0, output)

    def test_9_markers_select_and_marks_are_the_plans(self):
        listed = {label: self.listed("-L", f"^{label}$") for label in ("serial", "slow", "unit")}
        self.assertEqual({name.split(".")[0] for name in listed["serial"]}, {"Spool"})
        self.assertEqual(listed["slow"], {"Sorting.AgainAndAgain"})
        marked = collections.defaultdict(set)
        for program in sorted(self.build.glob("*_test")):
            for name, marker in self.marks(program):
                marked[marker].add(name)
        scripts = {"Spool.IsServedByTheProgram"}
        self.assertEqual(dict(marked), {"serial": listed["serial"] - scripts, "slow": listed["slow"]})
        result = subprocess.run([self.cmake, "--build", self.build, "-t", "lockstep-run-marker-unit"], env=self.environment,
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn(f"out of {len(listed['unit']) + 1}\n", result.stdout)  # and lockstep.end

    def listed(self, *flags):
        listing = subprocess.run([self.ctest, "--test-dir", self.build, "-N", *flags], env=self.environment, capture_output=True,
                                 text=True).stdout
        return set(re.findall(r"Test +#\d+: (.*)", listing)) - {"lockstep.end"}

    def marks(self, program):
        """Pairs of test case and marker, by what the program says of its source."""
        file = self.build / "marks"
        file.unlink(missing_ok=True)
        subprocess.run([program, "--gtest_list_tests"], env={**self.environment, "LOCKSTEP_MARKS_FILE": str(file)}, check=True,
                       capture_output=True)
        pairs = []
        for line in file.read_text().splitlines() if file.exists() else ():
            source, number, marker = line.split("\t")
            below = "\n".join(pathlib.Path(source).read_text().splitlines()[int(number):])
            pairs.append((".".join(re.search(r"^TEST_?F?\((\w+), (\w+)\)", below, flags=re.MULTILINE).groups()), marker))
        return pairs

    def test_cases_have_a_home_each_in_one_process_too(self):
        result = subprocess.run([self.build / "settings_test"], env=self.environment, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)


if __name__ == "__main__":
    unittest.main()
