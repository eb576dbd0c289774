"""examples/rate-limited, built in a copy against the installed Lockstep by the commands of its README: what the server's log says
of a run, with the limits and without.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_BUILD the folder to build in (kept between runs: the server's
header takes a while to compile), LOCKSTEP_TEST_CTEST the ctest (its directory goes first on PATH), LOCKSTEP_TEST_RUNS how often
the suite has to pass (3).
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "rate-limited"
SECOND = 1_000_000
BUSY_ONCE = {"Jobs.AreAdded", "By/Live.DoesAJob/dev", "cli.adds_a_job_for_the_hotel"}  # of lockstep.toml

Request = collections.namedtuple("Request", "began ended in_flight verdict client")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", (EXAMPLE / "README.md").read_text(), flags=re.DOTALL | re.MULTILINE)


def most_at_once(spans):
    """Of pairs of begin and end; one that ends when another begins is not there at the same time."""
    at_once = most = 0
    for _, step in sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans]):
        at_once += step
        most = max(most, at_once)
    return most


def most_in_a_second(moments):
    moments = sorted(moments)
    return max(sum(1 for other in moments if moment <= other < moment + SECOND) for moment in moments)


def without_times(summary):
    return re.sub(r"\d+\.\d+ (s\b|times)", r"_ \1", summary)


class RateLimited(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        cls.folder = pathlib.Path(os.environ["LOCKSTEP_TEST_BUILD"])
        cls.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_", "DISPATCH_"))}
        cls.environment.update(PREFIX=os.environ["LOCKSTEP_TEST_PREFIX"], CMAKE_GENERATOR="Ninja",
                               PATH=f"{pathlib.Path(cls.ctest).parent}:{os.environ['PATH']}")
        shutil.copytree(EXAMPLE, cls.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build"))
        cls.first = cls.shell(blocks("sh")[0])
        if cls.first.returncode != 0:
            raise RuntimeError(cls.first.stdout[-8000:])
        listing = json.loads(cls.shell("ctest --test-dir build --show-only=json-v1").stdout)
        cls.labels = {test["name"]: {label for entry in test["properties"] if entry["name"] == "LABELS" for label in entry["value"]}
                      for test in listing["tests"]}

    @classmethod
    def shell(cls, commands, **variables):
        return subprocess.run(["sh", "-e"], input=commands, cwd=cls.folder, env={**cls.environment, **variables}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run_ctest(self, flags="", **variables):
        """Exit status and output of ctest -j8, and {test: JUnit status} of what was selected."""
        result = self.shell(f"ctest --test-dir build -j8 --output-on-failure --output-junit junit.xml {flags}", **variables)
        junit = ElementTree.parse(self.folder / "build" / "junit.xml").getroot()
        return result.returncode, result.stdout, {case.get("name"): case.get("status") for case in junit.iter("testcase")}

    def requests(self):
        """What the server of the last run has logged."""
        lines = (self.folder / "build" / "requests.log").read_text().splitlines()
        words = [line.split(" ") for line in lines]
        return [Request(*map(int, line[:3]), *line[3:5]) for line in words]

    def at_a_time(self, requests, label):
        """Tests with that label, as far as the server can tell: from a test's first request to its last one."""
        spans = {}
        for request in requests:
            if label in self.labels[request.client]:
                first, last = spans.get(request.client, (request.began, request.ended))
                spans[request.client] = min(first, request.began), max(last, request.ended)
        return most_at_once(spans.values())

    def check_log(self, concurrent, rate, burst, integration):
        requests = self.requests()
        self.assertEqual(collections.Counter(request.verdict for request in requests), {"served": 70, "busy": 3})
        self.assertEqual({request.client for request in requests if request.verdict == "busy"}, BUSY_ONCE)
        # The server counts for itself; its times have to say the same.
        self.assertLessEqual(max(request.in_flight for request in requests), concurrent)
        self.assertLessEqual(most_at_once([(request.began, request.ended) for request in requests]), concurrent)
        # What was granted before a second began may arrive in it: no more than may be on their way.
        self.assertLessEqual(most_in_a_second([request.began for request in requests]), rate + burst + concurrent)
        self.assertLessEqual(self.at_a_time(requests, "integration"), integration)

    def test_1_passes_again_and_again(self):
        self.assertIn("100% tests passed, 0 tests failed out of 50", self.first.stdout)
        self.check_log(concurrent=4, rate=20, burst=4, integration=4)
        for _ in range(int(os.environ.get("LOCKSTEP_TEST_RUNS", "3")) - 1):
            code, output, _ = self.run_ctest()
            self.assertEqual(code, 0, output)
            self.check_log(concurrent=4, rate=20, burst=4, integration=4)

    def test_2_the_summary_has_the_retry_rate(self):
        self.assertEqual(self.run_ctest()[0], 0)
        shown = self.shell(blocks("sh")[1])
        self.assertEqual(shown.returncode, 0, shown.stdout)
        self.assertIn("  47 passed  ", shown.stdout)
        self.assertIn(without_times(blocks("text")[0]), without_times(shown.stdout))
        self.assertRegex(shown.stdout, r"(?m)^api +build +20/s, burst 4, 4 at once ")

    def test_3_without_the_limits_the_refusals_are_back(self):
        code, output, status = self.run_ctest(LOCKSTEP_LIMITS="off")
        self.assertNotEqual(code, 0)
        requests = self.requests()
        too_many = [request for request in requests if request.verdict == "too-many"]
        self.assertGreater(len(too_many), 3, "else it were the busy ones alone")
        self.assertGreater(max(request.in_flight for request in requests), 4)
        self.assertIn("429 Too Many Requests (too-many)", output)
        # Nobody tries again, so what was refused has failed, and nothing else.
        self.assertEqual({name for name, outcome in status.items() if outcome == "fail"},
                         {request.client for request in requests if request.verdict != "served"})
        # What does not depend on limits stays.
        self.assertLessEqual(self.at_a_time(requests, "integration"), 4)
        summary = self.shell(blocks("sh")[1]).stdout
        self.assertIn("31 tests by the launcher: 0 tried again (0.0 %), 0.00 s waited for limits", summary)
        self.assertRegex(summary, r"calls with retries in tests: 0 made again")

    def test_4_ci_has_half_of_it(self):
        code, output, _ = self.run_ctest(LOCKSTEP_PROFILE="ci")
        self.assertEqual(code, 0, output)
        self.check_log(concurrent=2, rate=10, burst=2, integration=2)

    def test_5_one_test_alone_has_a_server(self):
        code, output, status = self.run_ctest("-R '^Jobs.AreFoundAgain$'")
        self.assertEqual(code, 0, output)
        self.assertEqual({name for name in status if "lockstep" not in self.labels[name]}, {"Jobs.AreFoundAgain"})
        self.assertEqual(len(self.requests()), 2)

    def test_6_without_lockstep_there_is_no_server(self):
        code, _, status = self.run_ctest(LOCKSTEP_DISABLE="1")
        self.assertNotEqual(code, 0)
        for name, outcome in status.items():
            self.assertEqual(outcome, "run" if self.labels[name] & {"unit", "model"} else "fail", name)

    def test_7_the_plan_names_tests_that_there_are(self):
        self.assertLess(BUSY_ONCE, set(self.labels))
        plan = (EXAMPLE / "lockstep.toml").read_text()
        self.assertEqual(set(re.findall(r'"--busy-once", "([^"]*)"', plan)), BUSY_ONCE)


class Counting(unittest.TestCase):
    """The figures above are worth nothing if these do not see what is there."""

    def test_most_at_once(self):
        self.assertEqual(most_at_once([(0, 10), (10, 20), (5, 15), (30, 40)]), 2)
        self.assertEqual(most_at_once([(0, 10), (1, 2), (1, 9), (9, 12)]), 3)

    def test_most_in_a_second(self):
        self.assertEqual(most_in_a_second([0, SECOND, 2 * SECOND]), 1)
        self.assertEqual(most_in_a_second([SECOND - 1, 0, SECOND, SECOND + 1]), 3)


if __name__ == "__main__":
    unittest.main()
