"""examples/phased-api, built against the installed Lockstep: it passes, and it fails when it should.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_BUILD the folder to build in (kept between runs: the server's
header takes a while to compile), LOCKSTEP_TEST_CTEST the ctest.
"""
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
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

    def lockstep(self, command):
        result = subprocess.run([pathlib.Path(os.environ["LOCKSTEP_TEST_PREFIX"]) / "bin" / "lockstep", command, "--build-dir", self.build],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def records(self):
        """What the store has, read without a server."""
        store = sqlite3.connect(self.build / "state" / "store.sqlite")
        try:
            return [key for key, in store.execute("SELECT key FROM record")]
        finally:
            store.close()

    def scopes_opened(self, prefix):
        """When the server saw these tasks begin, in milliseconds."""
        log = re.search(r"its output is in (.*)", self.outputs["service.backend.start"])[1]
        return [int(at) for at, scope in re.findall(r"^(\d+) opens (.*)$", pathlib.Path(log).read_text(), flags=re.MULTILINE)
                if scope.startswith(prefix)]

    def wait_until_open(self, port):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionRefusedError:
                time.sleep(0.02)
        self.fail(f"nobody listens on {port}")

    def servers(self):
        """Processes that run this build tree's server."""
        program = str(self.build.resolve() / "bin" / "phased-api-server")
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "exe") == program:
                    found.append(int(process.name))
            except OSError:
                pass  # it has ended, or is somebody else's
        return found

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
        for name in ("Foundation.ServerIsHealthy", "service.backend.start", "service.backend.stop"):
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

    def test_5_starts_of_a_phase_are_staggered(self):
        code, output, _ = self.run_ctest()
        self.assertEqual(code, 0, output)
        for stagger, apart in (("400ms", True), ("1ms", False)):
            code, output, _ = self.run_ctest("-L", "^phase:components$", LOCKSTEP_SET=f"phase.components.stagger={stagger}")
            self.assertEqual(code, 0, output)
            began = self.scopes_opened("Component.")
            gaps = [later - earlier for earlier, later in zip(began, began[1:])]
            self.assertEqual(len(gaps), 3)
            self.assertEqual(min(gaps) > 200, apart, gaps)

    def test_6_what_a_task_owes_is_paid_when_it_died(self):
        late = ("-R", "^Readiness.OfTheComponents$")
        self.assertNotEqual(self.run_ctest(*late, PHASED_API_BREAK="kill")[0], 0)
        self.assertEqual(self.records(), [])
        # It is the clean-up that does it: where that cannot run, the record stays, and stays owed.
        program = self.build / "bin" / "drop_test_data"
        program.rename(program.with_name("away"))
        try:
            self.assertNotEqual(self.run_ctest(*late, PHASED_API_BREAK="kill")[0], 0)
        finally:
            program.with_name("away").rename(program)
        record, = self.records()
        self.assertRegex(record, r"^Readiness\.OfTheComponents-\d+/all-of-them$")
        self.assertIn("scope  " + record.split("/")[0], self.lockstep("summary"))
        self.assertIn("drop_test_data --scope " + record.split("/")[0], self.lockstep("cleanup"))
        self.assertEqual(self.records(), [])

    def test_7_a_killed_run_leaves_no_server(self):
        with subprocess.Popen([self.ctest, "--test-dir", self.build, "-j8"], env=self.environment, stdout=subprocess.PIPE) as ctest:
            for line in ctest.stdout:
                if b"checkpoint.components" in line and b"Passed" in line:
                    break
            server, = self.servers()
            ctest.kill()
        self.assertEqual(self.servers(), [server], "else this says nothing about who ends it")
        code, output, _ = self.run_ctest()
        self.assertEqual(code, 0, output)
        self.assertIn(f"ending process {server} of service 'backend'", output)
        self.assertEqual((self.servers(), self.records()), ([], []))

    def test_8_without_the_plan_the_server_turns_most_of_it_away(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with tempfile.TemporaryDirectory() as state, \
                subprocess.Popen([self.build / "bin" / "phased-api-server", "--port", str(port), "--state", state],
                                 stdout=subprocess.DEVNULL) as server:
            try:
                self.wait_until_open(port)
                code, output, status = self.run_ctest(LOCKSTEP_DISABLE="1", PHASED_API_URL=f"http://127.0.0.1:{port}")
            finally:
                server.terminate()
        self.assertEqual(server.returncode, 0)
        self.assertNotEqual(code, 0)
        self.assertEqual(len(status), 30)
        self.assertIn("the server answers 503: too many connections", output)

    def test_9_recovers_and_a_late_test_runs_no_earlier_phase(self):
        code, output, _ = self.run_ctest()
        self.assertEqual(code, 0, output)
        code, output, status = self.run_ctest("-R", "^Accounts.Open$")
        self.assertEqual(code, 0, output)
        self.assertEqual([name for name in status if name.startswith(EARLIER)], [])
        self.assertEqual(status["Accounts.Open"], "run")


if __name__ == "__main__":
    unittest.main()
