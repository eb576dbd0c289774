#!/usr/bin/env python3
"""Kills what launched tests and services are in the middle of, and looks what is left.

Clean-ups: each test notes what it made and is cleaned up after by its marker. A test, its launcher, ctest or all of them
are killed at random. In the end each thing that was made was cleaned up once, and no more often.
Services: a run with a server is killed at a random moment, before, while and after the server starts. Once the next run
has begun no process of the killed one is left, and nobody listens on its port.

Usage: LOCKSTEP_TEST_PREFIX=DIR tests/stress/launched.py [--tests N] [--runs N] [--seed N]
"""
import collections
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from suite import LONGEST, Fault, demand, program
from support import Project, clean_environment, keys, plan

TESTS = 12
# Long enough that a test is never at its end when it is killed as soon as it has begun: a clean-up that is killed in the
# middle is made again, and has to be.
LASTS = 0.6

TEST = """\
import os, sys, time
name = f"{os.environ['LOCKSTEP_SESSION']}/{os.environ['LOCKSTEP_TEST']}"
with open("made", "a") as file:
    file.write(name + "\\n")
with open(f"running.{os.environ['LOCKSTEP_TEST']}", "w") as file:
    file.write(f"{os.getpid()} {os.getppid()}")
time.sleep(float(sys.argv[1]))
"""

# A line of one write each: lines of several stay whole.
CLEAN = 'echo "$LOCKSTEP_SESSION/$LOCKSTEP_TEST" >>${build_dir}/cleaned'

SERVER = """\
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
with open("served", "a") as file:
    file.write(f"{sys.argv[1]} {os.getpid()}\\n")
if os.fork() == 0:
    server.serve_forever()
os.wait()
"""


def add_test(name, *words):
    return f"add_test(NAME {name} COMMAND {sys.executable} {' '.join(words)})\n"


def lines_of(path):
    return path.read_text().split("\n")[:-1] if path.exists() else []


class Launched(Project):
    def __init__(self, folder, plan_text, *tests):
        super().__init__(folder)
        self.source.mkdir(exist_ok=True)
        self.write("test.py", TEST)
        self.write("server.py", SERVER)
        self.write("lockstep.toml", plan_text)
        self.write_cmake(*tests)
        self.configure()

    def start(self, *arguments, jobs=6):
        return subprocess.Popen(self.ctest_command(f"-j{jobs}", *arguments), env=clean_environment(STRESS_SUITE=str(self.source)),
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def finish(self, run):
        """Its output."""
        try:
            return run.communicate(timeout=LONGEST)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            raise Fault("a run hangs") from None

    def processes(self):
        """All of this project's, ctest's included."""
        wanted = f"STRESS_SUITE={self.source}".encode()
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if wanted in (path / "environ").read_bytes().split(b"\0"):
                    found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return found

    def end_all(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class CleanUps:
    WAYS = ("test", "launcher", "ctest", "group")

    def __init__(self, folder, chance):
        self.chance = chance
        clean = ["sh", "-c", CLEAN.replace("$LOCKSTEP", "$$LOCKSTEP")]
        self.project = Launched(folder, plan("[marker.made]\n" + keys(tests="all()", cleanup=clean)),
                                *(add_test(f"t{i}", "../test.py", str(LASTS)) for i in range(TESTS)))
        self.killed = collections.Counter()

    def begun(self):
        """Process and parent of a test that has just begun; none if there is none."""
        files = [path for path in self.project.build.glob("running.*") if time.time() - path.stat().st_mtime < LASTS / 4]
        if not files:
            return None
        words = self.chance.choice(files).read_text().split()
        return [int(word) for word in words] if len(words) == 2 else None

    def run(self):
        """One run of ctest, in which tests are killed; perhaps the last of these kills ends the run too."""
        process = self.project.start()
        last = self.chance.choice((None, None, "ctest", "group"))
        until = time.monotonic() + self.chance.uniform(LASTS / 2, 2 * LASTS)
        while process.poll() is None:
            found = self.begun()
            if last and time.monotonic() > until and found:
                self.project_killed(process, last)
                break
            if found and self.chance.random() < 0.5:
                way = self.chance.choice(self.WAYS[:2])
                with contextlib.suppress(ProcessLookupError):
                    os.kill(found[0] if way == "test" else found[1], signal.SIGKILL)
                    self.killed[way] += 1
            time.sleep(self.chance.uniform(0.01, 0.1))
        self.project.finish(process)

    def project_killed(self, process, way):
        # Tests that are at their end may be in a clean-up that the group's end would cut off in the middle: then they are
        # ended one by one, launchers first get to hear of nothing.
        if way == "group":
            running = [path.read_text().split() for path in self.project.build.glob("running.*")
                       if time.time() - path.stat().st_mtime < LASTS / 2]
            os.kill(process.pid, signal.SIGKILL)
            for words in running:
                with contextlib.suppress(ProcessLookupError, ValueError, IndexError):
                    os.kill(int(words[1]), signal.SIGKILL)
                    self.killed["group"] += 1
        else:
            os.kill(process.pid, signal.SIGKILL)
            self.killed["ctest"] += 1

    def look(self):
        self.project.lockstep("cleanup")
        made, cleaned = (collections.Counter(lines_of(self.project.build / name)) for name in ("made", "cleaned"))
        demand(set(made.values()) == {1}, "the program itself is wrong: a test ran twice in one session")
        never, twice = made - cleaned, cleaned - made
        # What was killed before it made anything is cleaned up after as well: the launcher had begun with it.
        twice = {name: count for name, count in cleaned.items() if count > 1}
        demand(not never, f"never cleaned up after: {sorted(never)}")
        demand(not twice, f"cleaned up after more than once: {twice}")
        return len(made)


class Services:
    def __init__(self, folder, chance):
        self.chance = chance
        start = [sys.executable, "${source_dir}/server.py", "${port.http}"]
        text = plan("[service.server]\n" + keys(tests="name(served.*)", start=start, ports=["http"])
                    + 'ready = { url = "http://127.0.0.1:${port.http}/", within = "60s" }\n')
        self.project = Launched(folder, text, *(add_test(f"served.{i}", "../test.py", "0.3") for i in range(3)),
                                add_test("next", "-c", "pass"))

    def round(self):
        served = len(lines_of(self.project.build / "served"))
        process = self.project.start("-R", "served")
        time.sleep(self.chance.uniform(0.02, 1.2))
        number = self.chance.choice((signal.SIGKILL, signal.SIGINT, signal.SIGTERM))
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if self.chance.random() < 0.5 else os.kill)(process.pid, number)
        self.project.finish(process)
        output = self.project.finish(self.project.start("-R", "^next$"))
        demand("100% tests passed" in output, output)
        left = self.project.processes()
        demand(not left, f"left of a run ended by signal {number}: {left}\n{output}")
        for line in lines_of(self.project.build / "served")[served:]:
            port = int(line.split()[0])
            with socket.socket() as sock:
                sock.settimeout(5)
                demand(sock.connect_ex(("127.0.0.1", port)) != 0, f"somebody listens on port {port}\n{output}")
        return len(lines_of(self.project.build / "served")) - served


def body(arguments, chance, folder):
    begin = time.monotonic()
    clean_ups = CleanUps(pathlib.Path(folder) / "cleanups", chance)
    services = Services(pathlib.Path(folder) / "services", chance)
    try:
        while sum(clean_ups.killed.values()) < arguments.tests:
            clean_ups.run()
        made = clean_ups.look()
        ways = ", ".join(f"{way} {count}" for way, count in sorted(clean_ups.killed.items()))
        print(f"{sum(clean_ups.killed.values())} kills ({ways}): {made} things made, each cleaned up once")
        up = sum(services.round() for _ in range(arguments.runs))
        print(f"{arguments.runs} runs interrupted, in {up} of them the server was up: nothing left once the next had begun")
        print(f"{time.monotonic() - begin:.0f} s")
    finally:
        clean_ups.project.end_all()
        services.project.end_all()


def options(parser):
    parser.add_argument("--tests", type=int, default=200)
    parser.add_argument("--runs", type=int, default=20)


if __name__ == "__main__":
    sys.exit(program(__doc__, options, body))
