"""examples/phased-api, built against the installed Lockstep: it passes, and it fails when it should.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_BUILD the folder to build in (kept between runs: the server's
header takes a while to compile), LOCKSTEP_TEST_CTEST the ctest.
"""
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

TOP = pathlib.Path(__file__).resolve().parents[2]
EARLIER = ("Foundation.", "Core.", "Readiness.", "Component.", "Api.", "Bulk.")


class PhasedApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        cls.build = pathlib.Path(os.environ["LOCKSTEP_TEST_BUILD"])
        cls.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_", "PHASED_API_"))}
        cmake = str(pathlib.Path(cls.ctest).with_name("cmake"))
        for command in ([cmake, "-S", TOP / "examples" / "phased-api", "-B", cls.build, "-G", "Ninja",
                         f"-DCMAKE_PREFIX_PATH={os.environ['LOCKSTEP_TEST_PREFIX']}"], [cmake, "--build", cls.build]):
            result = subprocess.run(command, env=cls.environment, capture_output=True, text=True)
            if result.returncode != 0:
                raise RuntimeError(result.stdout[-4000:] + result.stderr[-4000:])

    def run_ctest(self, *flags, **variables):
        """Exit status, output of ctest -j8, and {test: JUnit status} of what was selected; self.outputs has what each printed."""
        junit = self.build / "junit.xml"
        junit.unlink(missing_ok=True)
        result = subprocess.run([self.ctest, "--test-dir", self.build, "-j8", "--output-on-failure", "--output-junit", junit, *flags],
                                env={**self.environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.outputs = {case.get("name"): case.findtext("system-out") for case in ElementTree.parse(junit).getroot().iter("testcase")}
        status = {case.get("name"): case.get("status") for case in ElementTree.parse(junit).getroot().iter("testcase")}
        return result.returncode, result.stdout, status

    def connections_at_once(self):
        """What the server counted, as the checkpoint of the phase that needs most of them asked it."""
        said = re.search(r"(\d+) connections at once, at most 16 allowed", self.outputs["checkpoint.api"])
        self.assertIsNotNone(said, self.outputs["checkpoint.api"])
        return int(said[1])

    def test_1_passes_again_and_again(self):
        for _ in range(3):
            code, output, status = self.run_ctest()
            self.assertEqual(code, 0, output)
            self.assertEqual(len([name for name in status if re.match(r"[A-Z]", name)]), 30)
            self.assertLessEqual(self.connections_at_once(), 16)

    def test_2_a_broken_task_stops_all_later_phases(self):
        code, output, status = self.run_ctest(PHASED_API_BREAK="Core.AnswersOnEveryConnection")
        self.assertNotEqual(code, 0)
        self.assertEqual(status["Core.AnswersOnEveryConnection"], "fail")
        self.assertEqual(status["checkpoint.core"], "fail")
        self.assertRegex(output, r"failed +Core\.AnswersOnEveryConnection")
        for name, outcome in status.items():
            if name.startswith(("Component.", "Api.", "Bulk.", "Orders.", "Accounts.", "Readiness.")):
                self.assertEqual(outcome, "notrun", name)
        for name in ("Foundation.ServerIsHealthy", "server.start", "server.stop"):
            self.assertEqual(status[name], "run", name)

    def test_3_a_record_left_behind_fails_its_verification(self):
        code, output, status = self.run_ctest(PHASED_API_BREAK="orphan")
        self.assertNotEqual(code, 0)
        self.assertRegex(output, r"verification 'no orphaned records'.*failed with status")
        self.assertFalse([name for name, outcome in status.items() if re.match(r"[A-Z]", name) and outcome == "fail"])

    def test_4_more_connections_than_the_server_has_are_seen(self):
        # With a pool that is too large for it, the nine tasks of the phase `api` want thirty.
        code, output, _ = self.run_ctest(LOCKSTEP_SET="pool.api_connection.slots=40", LOCKSTEP_GATE="none")
        self.assertNotEqual(code, 0)
        self.assertGreater(self.connections_at_once(), 16)

    def test_5_recovers_and_a_late_test_runs_no_earlier_phase(self):
        code, output, _ = self.run_ctest()
        self.assertEqual(code, 0, output)
        code, output, status = self.run_ctest("-R", "^Accounts.Open$")
        self.assertEqual(code, 0, output)
        self.assertEqual([name for name in status if name.startswith(EARLIER)], [])
        self.assertEqual(status["Accounts.Open"], "run")


if __name__ == "__main__":
    unittest.main()
