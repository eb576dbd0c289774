"""Services: up before their tests, on ports of their own, down after the last of them and after a run that was killed."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from support import PATIENCE, EndToEnd, command_test, keys, phase, plan, shell_test, verification, wait_for

# Notes its start, its port and its end; answers every request with its name.
SERVER = """\
import http.server, os, pathlib, signal, sys
name, port = sys.argv[1], int(sys.argv[2])
def answer(self):
    self.send_response(200 if self.path != "/missing" else 404)
    self.end_headers()
    self.wfile.write(name.encode())
Handler = type("Handler", (http.server.BaseHTTPRequestHandler,), {"do_GET": answer, "log_message": lambda *arguments: None})
def note(text):
    with open("served", "a") as file:
        file.write(f"{text} {name} {port} {os.getpid()}\\n")
def end(*arguments):
    note("down")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
server = http.server.HTTPServer(("127.0.0.1", port), Handler)
note("up")
server.serve_forever()
"""

# Asks the server that URL names, and notes when it began and ended.
ASK = """\
import os, sys, time, urllib.request
with open("asked", "a") as file:
    file.write(f"begin {sys.argv[1]}\\n")
answer = urllib.request.urlopen(os.environ["URL"] + "/who", timeout=30).read().decode()
time.sleep(float(sys.argv[3]) if len(sys.argv) > 3 else 0.05)
with open("asked", "a") as file:
    file.write(f"end {sys.argv[1]}\\n")
sys.exit(answer != sys.argv[2])
"""


def service(name, path="/who", **values):
    values.setdefault("tests", f"name({name}.*)")
    values.setdefault("start", [sys.executable, "${source_dir}/server.py", name, "${port.http}"])
    values.setdefault("ports", ["http"])
    text = f"[service.{name}]\n" + keys(**values)
    text += f'ready = {{ url = "http://127.0.0.1:${{port.http}}{path}", within = "20s" }}\n'
    return text + 'env = { URL = "http://127.0.0.1:${port.http}" }\n'


def ask(name, server, seconds=0.05):
    return command_test(name, sys.executable, "../ask.py", name, server, str(seconds))


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in pathlib.Path(f"/proc/{pid}/status").read_text()


class ServicesBase(EndToEnd):
    FILES = {"server.py": SERVER, "ask.py": ASK}

    def services(self, plan_text, *tests):
        return self.project(plan_text, *tests, files=self.FILES)

    def served(self, project):
        """(what, name, port, process) of each start and end of a server."""
        path = project.build / "served"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def at_once(self, project, names):
        """The most of these tests that ran at the same time."""
        now = most = 0
        for line in (project.build / "asked").read_text().splitlines():
            what, name = line.split()
            if name in names:
                now += 1 if what == "begin" else -1
                most = max(most, now)
        return most

    def end_all(self, project):
        for _, _, _, pid in self.served(project):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


class UpAndDown(ServicesBase):

    def test_each_once_around_all_of_its_tests(self):
        project = self.services(plan(service("users"), service("orders", mode="test")),
                                *[ask(f"users.{i}", "users", 0.2) for i in range(3)],
                                *[ask(f"orders.{i}", "orders", 0.4) for i in range(3)])
        self.assert_passes(project.ctest(jobs=8))
        served = self.served(project)
        self.assertEqual(sorted((what, name) for what, name, _, _ in served),
                         [("down", "orders"), ("down", "users"), ("up", "orders"), ("up", "users")])
        self.assertEqual(len({port for _, _, port, _ in served}), 2)
        self.assertEqual(self.at_once(project, [f"users.{i}" for i in range(3)]), 1, "mode service: one after another")
        self.assertGreater(self.at_once(project, [f"orders.{i}" for i in range(3)]), 1, "mode test: side by side")
        for _, _, _, pid in served:
            self.assertFalse(alive(int(pid)))

    def test_one_test_alone_brings_its_own_service(self):
        project = self.services(plan(service("users"), service("orders")), ask("users.1", "users"), ask("orders.1", "orders"))
        run = project.ctest("-R", "^users.1$")
        self.assert_passes(run)
        self.assertEqual({name for _, name, _, _ in self.served(project)}, {"users"})
        self.assertEqual(sorted(run.names), sorted(["service.users.start", "users.1", "service.users.stop"] +
                                                   [name for name in run.names if name == "lockstep.end"]))

    def test_at_most_so_many_at_once(self):
        project = self.services(plan(service("users", mode="test", max_parallel=2)),
                                *[ask(f"users.{i}", "users", 0.2) for i in range(6)])
        self.assert_passes(project.ctest(jobs=8))
        self.assertEqual(self.at_once(project, [f"users.{i}" for i in range(6)]), 2)

    def test_down_after_a_test_that_failed(self):
        project = self.services(plan(service("users")), ask("users.1", "somebody else"), ask("users.2", "users"))
        self.assert_fails(project.ctest(jobs=8))
        self.assertEqual([what for what, _, _, _ in self.served(project)], ["up", "down"])

    def test_it_has_a_temp_directory(self):
        project = self.project(plan('[service.s]\ntests = "name(t)"\nstart = ["sh", "-c", "touch $$0/there; exec sleep 100", "${temp_dir}"]\n'
                                    'ready = { command = ["test", "-e", "${temp_dir}/there"], within = "20s" }\n'), shell_test("t"))
        self.assert_passes(project.ctest())

    def test_a_default_time_out_is_not_its_own(self):
        project = self.project(plan('[service.s]\ntests = "name(t)"\nstart = ["sh", "-c", "sleep 2; touch up; exec sleep 100"]\n'
                                    'ready = { command = ["test", "-e", "${build_dir}/up"], within = "20s" }\n'), shell_test("t"))
        self.assert_passes(project.ctest("--timeout", "1"))

    def test_the_label_selects_its_tests(self):
        project = self.services(plan(service("users")), ask("users.1", "users"), shell_test("other"))
        self.assert_passes(project.ctest("-L", "^service:users$"))
        self.assertEqual(project.ran(), [])
        self.assertEqual(len(self.served(project)), 2)

    def test_a_checkpoint_and_a_clean_up_find_it_up(self):
        is_up = ["sh", "-c", "! grep down ${build_dir}/served"]
        project = self.services(plan(service("users"), phase("users", cleanup=["sh", "-c", "grep -c down ${build_dir}/served >${build_dir}/after; true"]),
                                     verification("up", *is_up), phase("later", tests="name(later)")),
                                ask("users.1", "users"), shell_test("later"))
        self.assert_passes(project.ctest(jobs=8))
        self.assertEqual((project.build / "after").read_text(), "0\n")


class Unavailable(ServicesBase):

    def broken(self, **values):
        values.setdefault("start", ["sh", "-c", "echo no such database >&2; exit 3"])
        return plan("[service.users]\n" + keys(tests="name(users.*)", **values)
                    + 'ready = { command = ["false"], within = "5s" }\n')

    def test_fails_and_says_why(self):
        project = self.services(self.broken(), shell_test("users.1"), shell_test("other"))
        run = project.ctest(jobs=8)
        self.assert_fails(run)
        start = run.cases["service.users.start"]
        self.assertEqual(start.status, "fail")
        self.assertIn("service 'users' (lockstep.toml:", start.output)
        self.assertIn("it ended before it was ready", start.output)
        self.assertIn("no such database", start.output)
        self.assertEqual(run.cases["users.1"].status, "notrun")
        self.assertEqual(project.ran(), ["other"])

    def test_skips_and_says_why(self):
        project = self.services(self.broken(if_unavailable="skip"), shell_test("users.1"), shell_test("other"))
        run = project.ctest(jobs=8)
        self.assert_passes(run)
        self.assertEqual(project.ran(), ["other"])
        self.assertEqual(run.cases["users.1"].status, "notrun")
        self.assertIn("service 'users'", run.cases["users.1"].output)
        self.assertIn("it ended before it was ready", run.cases["users.1"].output)

    def test_one_that_somebody_else_runs(self):
        project = self.services(plan('[service.users]\ntests = "name(users.*)"\nif_unavailable = "skip"\n'
                                     'ready = { command = ["test", "-e", "${build_dir}/there"], within = "100ms" }\n'),
                                shell_test("users.1"))
        self.assert_passes(project.ctest())
        self.assertEqual(project.ran(), [])
        (project.build / "there").touch()
        self.assert_passes(project.ctest())
        self.assertEqual(project.ran(), ["users.1"])

    def test_never_ready(self):
        text = service("users", path="/missing").replace('within = "20s"', 'within = "1s"')
        project = self.services(plan(text), ask("users.1", "users"))
        self.addCleanup(self.end_all, project)
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("it was not ready within 1 s: http://127.0.0.1:", run.cases["service.users.start"].output)
        self.assertIn("the answer is status 404", run.cases["service.users.start"].output)
        self.assertEqual([what for what, _, _, _ in self.served(project)], ["up", "down"])


class Killed(ServicesBase):

    def prepare(self):
        project = self.services(plan(service("users")), ask("users.slow", "users", 60), ask("users.quick", "users"))
        self.addCleanup(self.end_all, project)
        return project

    def kill(self, project, number):
        with project.running("-R", "slow") as process:
            wait_for("the test", lambda: (project.build / "asked").exists())
            os.kill(process.pid, number)
            process.wait()
        (_, _, _, pid), = self.served(project)
        self.assertTrue(alive(int(pid)), "else this says nothing about who ends it")
        return int(pid)

    def check(self, number):
        project = self.prepare()
        pid = self.kill(project, number)
        run = project.ctest("-R", "quick")
        self.assert_passes(run)
        self.assertIn(f"ending process {pid} of service 'users'", run.output)
        self.assertFalse(alive(pid))
        self.assertEqual([what for what, _, _, _ in self.served(project)], ["up", "down", "up", "down"])

    def test_by_kill(self):
        self.check(signal.SIGKILL)

    def test_by_int(self):
        self.check(signal.SIGINT)

    def test_cleanup_ends_it(self):
        project = self.prepare()
        pid = self.kill(project, signal.SIGKILL)
        self.assertIn(f"ending process {pid} of service 'users'", project.lockstep("cleanup"))
        self.assertFalse(alive(pid))

    def test_status_and_stop_by_hand(self):
        project = self.prepare()
        with project.running("-R", "slow"):
            wait_for("the test", lambda: (project.build / "asked").exists())
            (_, _, port, pid), = self.served(project)
            status, = json.loads(project.lockstep("service", "status", "--format", "json"))["services"]
            self.assertEqual((status["name"], status["state"], status["process"], status["ports"]),
                             ("users", "up", int(pid), {"http": int(port)}))
            self.assertIn(f"http {port}", project.lockstep("service", "status"))
            project.lockstep("service", "stop", "users")
            wait_for("its end", lambda: not alive(int(pid)))
        self.assertIn("no run in this build tree has a service", project.lockstep("service", "status"))


class PortsOfManyBuildTrees(ServicesBase):
    """Each build tree's service gets a port that none of the others has while it runs."""

    def test_twenty_at_once(self):
        count = 20
        projects = [self.services(plan(service("users")), ask("users.1", "users", 1)) for _ in range(count)]
        runs = []
        for project in projects:
            self.addCleanup(self.end_all, project)
            runs.append(subprocess.Popen(project.ctest_command("-j4"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        until = time.monotonic() + PATIENCE * 2
        for run in runs:
            output = run.communicate(timeout=max(1, until - time.monotonic()))[0]
            self.assertEqual(run.returncode, 0, output.decode())
        # A server that finds its port taken ends at once, and its tests with it; so all ran is the proof that matters.
        self.assertEqual(sum(what == "up" for project in projects for what, *_ in self.served(project)), count)


if __name__ == "__main__":
    unittest.main()
