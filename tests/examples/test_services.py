"""examples/services, built against the installed Lockstep: services up and down, as many tests at a time as the plan says,
a database for each worker; and the trouble without that.

LOCKSTEP_TEST_PREFIX names the installed tree, LOCKSTEP_TEST_BUILD the folder to build in, LOCKSTEP_TEST_CTEST the ctest.
"""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree

TOP = pathlib.Path(__file__).resolve().parents[2]
OURS = ("auth", "users", "orders")


class Services(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        cls.build = pathlib.Path(os.environ["LOCKSTEP_TEST_BUILD"])
        cls.environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_", "PAYMENTS_"))}
        cls.away = cls.free_port()
        cls.environment["PAYMENTS_URL"] = f"http://127.0.0.1:{cls.away}"
        cmake = str(pathlib.Path(cls.ctest).with_name("cmake"))
        for command in ([cmake, "-S", TOP / "examples" / "services", "-B", cls.build, "-G", "Ninja",
                         f"-DCMAKE_PREFIX_PATH={os.environ['LOCKSTEP_TEST_PREFIX']}"], [cmake, "--build", cls.build]):
            result = subprocess.run(command, env=cls.environment, capture_output=True, text=True)
            if result.returncode != 0:
                raise RuntimeError(result.stdout[-4000:] + result.stderr[-4000:])

    @staticmethod
    def free_port():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return free.getsockname()[1]

    def run_ctest(self, *flags, **variables):
        """Exit status, output of ctest -j8, and {test: JUnit status} of what was selected; self.outputs has what each printed."""
        junit = self.build / "junit.xml"
        junit.unlink(missing_ok=True)
        result = subprocess.run([self.ctest, "--test-dir", self.build, "-j8", "--output-on-failure", "--output-junit", junit, *flags],
                                env={**self.environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        cases = list(ElementTree.parse(junit).getroot().iter("testcase"))
        self.outputs = {case.get("name"): case.findtext("system-out") for case in cases}
        return result.returncode, result.stdout, {case.get("name"): case.get("status") for case in cases}

    def guests(self, log):
        """(what, who, how many then) of each line that a service has written."""
        return [(what, who, int(count)) for what, who, count in re.findall(r"^(comes|goes|away) (\S+) (\d+)$", log, flags=re.MULTILINE)]

    def log_of(self, service):
        return pathlib.Path(re.search(r"its output is in (.*)", self.outputs[f"service.{service}.start"])[1]).read_text()

    def most_at_once(self, service):
        return max(count for what, _, count in self.guests(self.log_of(service)) if what != "away")

    def servers(self):
        """Processes that run this build tree's services."""
        program = str(self.build.resolve() / "bin" / "shop")
        found = set()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "exe") == program:
                    found.add(int(process.name))
            except OSError:
                pass  # it has ended, or is somebody else's
        return found

    def databases(self):
        return list((self.build / "lockstep" / "w").rglob("*.sqlite"))

    @contextlib.contextmanager
    def payments(self):
        """Somebody else's: where its URL is, and what it has written."""
        port, log = self.free_port(), self.build / "payments.log"
        with open(log, "w") as output, \
                subprocess.Popen([self.build / "bin" / "shop", "payments", "--port", str(port)], cwd=self.build, stdout=output) as process:
            try:
                until = time.monotonic() + 20
                while subprocess.run([self.build / "bin" / "shop", "ping", "--port", str(port)]).returncode != 0:
                    self.assertLess(time.monotonic(), until, "it does not answer")
                yield f"http://127.0.0.1:{port}", log
                self.assertIsNone(process.poll(), "nobody but us ends it")
            finally:
                process.terminate()

    def test_1_passes_again_and_again(self):
        at_once = {service: 0 for service in OURS}
        for _ in range(3):
            code, output, status = self.run_ctest()
            self.assertEqual(code, 0, output)
            self.assertEqual(len([name for name in status if not name.startswith(("service.", "lockstep."))]), 23)
            for service in OURS:
                at_once[service] = max(at_once[service], self.most_at_once(service))
            ports = [re.search(r"port http (\d+)", self.outputs[f"service.{service}.start"])[1] for service in OURS]
            self.assertEqual(len(set(ports)), 3)
            self.assertEqual((self.servers(), self.databases(), os.listdir(self.build / "registry")), (set(), [], []))
            for name in ("Payments.AreAddedUp", "Payments.HaveALimit", "Payments.AreAmounts"):
                self.assertEqual(status[name], "notrun")
                self.assertRegex(self.outputs[name], rf"service 'payments' is not available: .*:{self.away}/health")
        self.assertEqual(at_once["orders"], 1)
        self.assertIn(at_once["users"], (2, 3))
        self.assertGreater(at_once["auth"], 1)

    def test_2_the_label_selects_a_service(self):
        code, output, status = self.run_ctest("-L", "^service:users$")
        self.assertEqual(code, 0, output)
        tests = {name for name in status if not name.startswith(("service.", "lockstep."))}
        self.assertEqual({name.split(".")[0] for name in tests}, {"Users", "Orders", "shop"})
        self.assertEqual({who for _, who, _ in self.guests(self.log_of("users"))}, tests)
        self.assertNotIn("service.payments.start", status)

    def test_3_one_that_somebody_else_runs(self):
        with self.payments() as (url, log):
            code, output, status = self.run_ctest("-R", "^Payments", PAYMENTS_URL=url)
        self.assertEqual(code, 0, output)
        guests = self.guests(log.read_text())
        self.assertEqual({who for _, who, _ in guests}, {name for name in status if name.startswith("Payments.")})
        self.assertEqual(max(count for _, _, count in guests), 1)
        self.assertFalse([name for name in status if name.endswith(".stop")])
        code, output, _ = self.run_ctest("-R", "^Payments", LOCKSTEP_SET="service.payments.if_unavailable=fail")
        self.assertNotEqual(code, 0)
        self.assertIn("service 'payments' (lockstep.toml:", output)

    def test_4_orders_are_not_ready_for_parallel_tests(self):
        code, output, _ = self.run_ctest("-L", "^service:orders$", LOCKSTEP_SET="service.orders.mode=test")
        self.assertGreater(self.most_at_once("orders"), 1)
        self.assertNotEqual(code, 0)
        self.assertRegex(output, r"Orders\.\w+ \.*\*+Failed")

    def test_5_users_turns_away_whom_it_has_no_room_for(self):
        code, output, _ = self.run_ctest("-R", "^Users", LOCKSTEP_SET="service.users.max_parallel=8")
        self.assertNotEqual(code, 0)
        self.assertIn("away", {what for what, _, _ in self.guests(self.log_of("users"))})
        self.assertIn("answers 503: too many guests", output)

    def test_6_one_database_for_all_is_not_enough(self):
        one = self.build / "one.sqlite"
        subprocess.run([self.build / "bin" / "database", "make", one, "all"], check=True)
        code, _, status = self.run_ctest("-R", "^Catalogue", LOCKSTEP_SET="marker.catalogue.env.CATALOGUE=${build_dir}/one.sqlite")
        self.assertNotEqual(code, 0)
        self.assertIn("fail", {status[name] for name in ("Catalogue.CountsWhatItHas", "Catalogue.HasAThingOnce")})

    def test_7_a_killed_run_leaves_nothing(self):
        with subprocess.Popen([self.ctest, "--test-dir", self.build, "-j8"], env=self.environment, stdout=subprocess.PIPE) as ctest:
            for line in ctest.stdout:
                if b" Users.AreRegistered " in line and b"Passed" in line:
                    break
            left, databases = self.servers(), self.databases()
            ctest.kill()
        self.assertEqual((len(left), bool(databases)), (3, True), "else this says nothing about who clears up")
        code, output, status = self.run_ctest("-R", "^Catalogue")
        self.assertEqual(code, 0, output)
        for process in left:
            self.assertIn(f"ending process {process} of service", output)
        self.assertEqual((self.servers(), self.databases()), (set(), []))

    def test_8_without_the_plan_there_is_nothing(self):
        code, output, status = self.run_ctest(LOCKSTEP_DISABLE="1")
        self.assertNotEqual(code, 0)
        self.assertEqual(len(status), 23)
        self.assertIn("USERS_URL is not set", output)
        self.assertIn("CATALOGUE is not set", output)


if __name__ == "__main__":
    unittest.main()
