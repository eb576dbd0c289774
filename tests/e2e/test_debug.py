"""`lockstep debug`: a test as a run would start it, on the caller's streams; and what scripts ask for."""
import json
import pathlib
import subprocess
import unittest

from support import PATIENCE, PREFIX, EndToEnd, clean_environment, command_test, plan, shell_test, wait_for


class Debug(EndToEnd):

    def debug(self, project, *words, input_text=""):
        """Status, and both streams."""
        done = subprocess.run([f"{PREFIX}/bin/lockstep", "debug", "--build-dir", project.build, *words], input=input_text,
                              env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                              check=False, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_on_our_streams_with_its_own_status(self):
        project = self.project(plan(), shell_test("t", "read line; echo got $line; echo aside >&2; exit 3"))
        status, output, errors = self.debug(project, "t", input_text="a word\n")
        self.assertEqual(status, 3)
        self.assertIn("\ngot a word\n", output)
        self.assertEqual(errors.splitlines()[0], "aside")

    def test_a_command_before_the_program(self):
        project = self.project(plan(), command_test("t", "sh", "-c", "echo $0 $1 $EXTRA", "zero", "one two"))
        status, output, _ = self.debug(project, "t", "--", "env", "EXTRA=more")
        self.assertEqual(status, 0)
        self.assertIn("\nzero one two more\n", output)

    def test_its_environment_and_a_directory_that_stays(self):
        project = self.project(plan('[marker.m]\ntests = "all()"\nenv = { MINE = "of the plan" }\n'),
                               shell_test("t", "touch $LOCKSTEP_TEMP_DIR/left; echo $LOCKSTEP_TEST: $MINE", environment="OWN=x"))
        status, output, _ = self.debug(project, "t")
        self.assertEqual(status, 0)
        self.assertIn("\nt: of the plan\n", output)
        self.assertEqual(len(list(project.state.glob("t/*/1/left"))), 1)

    def test_services_are_up(self):
        project = self.project(
            plan('[service.s]\ntests = "name(t)"\nstart = ["sh", "-c", "echo $$$$ >pid; exec sleep 100"]\nports = ["http"]\n'
                 'ready = { command = ["test", "-s", "${build_dir}/pid"] }\nenv = { PORT = "${port.http}" }\n'),
            shell_test("t", "kill -0 $(cat pid) && echo port $PORT"))
        status, output, errors = self.debug(project, "t")
        self.assertEqual(status, 0, output + errors)
        self.assertRegex(output, r"\nport [0-9]+\n")
        pid = (project.build / "pid").read_text().strip()
        wait_for("its end", lambda: not pathlib.Path(f"/proc/{pid}").exists())

    def test_earlier_phases_and_time_outs_do_not_count(self):
        project = self.project(
            plan('[[phase]]\nname = "one"\ntests = "name(one)"\nuntested = "fail"\n[[phase]]\nname = "two"\ntests = "name(two)"\n'),
            shell_test("one"), shell_test("two", "sleep 2", timeout="1"))
        self.assertEqual(self.debug(project, "two")[0], 0)
        self.assertNotIn("one", project.ran())

    def test_it_is_not_tried_again(self):
        project = self.project(plan('[marker.m]\ntests = "all()"\nretry = "r"\n[retry.r]\nbackoff = "1ms"\n'), shell_test("t", "exit 1"))
        self.assertEqual(self.debug(project, "t")[0], 1)
        self.assertEqual(project.ran(), ["t"])

    def test_nothing_is_recorded(self):
        project = self.project(plan(), shell_test("t", "test -e fine"))
        (project.build / "fine").touch()
        self.assert_passes(project.ctest())
        (project.build / "fine").unlink()
        self.assertEqual(self.debug(project, "t")[0], 1)
        runs = json.loads(project.lockstep("history", "show", "t", "--format", "json"))["recorded"][0]["runs"]
        self.assertEqual([run["outcome"] for run in runs], ["passed"])

    def test_no_such_test(self):
        project = self.project(plan(), shell_test("first"))
        status, _, errors = self.debug(project, "frist")
        self.assertEqual(status, 1)
        self.assertEqual(errors, "lockstep: there is no test 'frist', did you mean 'first'?\n")


class Scripts(EndToEnd):
    TOOL = f"{PREFIX}/bin/lockstep"

    def test_who_a_test_is(self):
        project = self.project(plan("[run]\nworkers = 3\n"),
                               shell_test("t", f'eval "$({self.TOOL} env)"; env | grep ^LOCKSTEP_ | sort >seen'))
        self.assert_passes(project.ctest())
        seen = dict(line.split("=", 1) for line in (project.build / "seen").read_text().splitlines())
        self.assertEqual((seen["LOCKSTEP_WORKER"], seen["LOCKSTEP_WORKER_INDEX"], seen["LOCKSTEP_WORKERS"], seen["LOCKSTEP_TEST"]),
                         ("gw0", "0", "3", "t"))
        self.assertTrue(pathlib.Path(seen["LOCKSTEP_WORKER_DIR"]).is_dir())

    def test_by_hand_twice(self):
        script = f'cd /; eval "$({self.TOOL} env)"; eval "$({self.TOOL} env)"; {self.TOOL} unique Test'
        done = subprocess.run(["sh", "-c", script], check=False, env=clean_environment(), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertRegex(done.stdout, r"\ATest_master_[0-9a-z_]+\n\Z")

    def test_without_worker_ids_they_are_distinct_all_the_same(self):
        script = f'eval "$({self.TOOL} env)"; echo $LOCKSTEP_WORKER >>workers; sleep 0.5'
        project = self.project(plan("[run]\nworkers = 0\n"), *[shell_test(f"t{i}", script) for i in range(4)])
        self.assert_passes(project.ctest(jobs=4))
        workers = (project.build / "workers").read_text().split()
        self.assertEqual(sorted(workers), ["gw0", "gw1", "gw2", "gw3"])

    def test_ports_are_distinct_and_free_again(self):
        project = self.project(plan(), *[shell_test(f"t{i}", f"{self.TOOL} port >>ports; {self.TOOL} port >>ports; sleep 0.3")
                                         for i in range(8)])
        self.assert_passes(project.ctest(jobs=8))
        ports = (project.build / "ports").read_text().split()
        self.assertEqual((len(ports), len(set(ports))), (16, 16))
        left = subprocess.run(["pgrep", "-f", f"^{self.TOOL} port"], stdout=subprocess.PIPE, check=False).stdout.split()
        wait_for("what holds them", lambda: not any(pathlib.Path(f"/proc/{pid.decode()}").exists() for pid in left))

    def test_a_lock_excludes(self):
        """Each adds one to a number in a file, which loses some where two do so at once."""
        add = "n=$(cat count); sleep 0.05; echo $((n + 1)) >count"
        for guard, expected in ((f"{self.TOOL} lock count -- ", True), ("", False)):
            project = self.project(plan(), *[shell_test(f"t{i}", f"{guard}sh -c '{add}'") for i in range(8)])
            (project.build / "count").write_text("0\n")
            self.assert_passes(project.ctest(jobs=8))
            self.assertEqual((project.build / "count").read_text() == "8\n", expected, guard)

    def test_a_lock_that_is_not_to_be_had(self):
        script = f"{self.TOOL} lock l -- sh -c '{self.TOOL} lock l --timeout 100ms -- true; echo $? >status'"
        project = self.project(plan(), shell_test("t", script))
        run = project.ctest()
        self.assert_passes(run)
        self.assertEqual((project.build / "status").read_text(), "1\n")
        self.assertIn("lock 'l' was not to be had within 100 ms", run.cases["t"].output)

    def test_statuses_pass(self):
        project = self.project(plan(), shell_test("t", f"{self.TOOL} lock l -- sh -c 'exit 7'"))
        self.assertIn("Failed", project.ctest().output)
        done = subprocess.run([self.TOOL, "lock", "l", "--", "sh", "-c", "kill -TERM $$"], check=False, env=clean_environment())
        self.assertEqual(done.returncode, 128 + 15)

    def test_a_limit(self):
        project = self.project(plan('[marker.m]\ntests = "none()"\n[rate_limit.api]\nrate = "10/s"\n'),
                               *[shell_test(f"t{i}", f"{self.TOOL} limit api -- sh -c 'date +%s%N >>calls'") for i in range(8)])
        self.assert_passes(project.ctest(jobs=8))
        calls = sorted(int(line) for line in (project.build / "calls").read_text().split())
        self.assertGreaterEqual((calls[-1] - calls[0]) / 1e9, 0.65)
        shown, = json.loads(project.lockstep("limits", "--format", "json"))["limits"]
        self.assertEqual((shown["name"], shown["rate"], shown["granted"], shown["holders"]), ("api", 10, 8, []))

    def test_who_holds_a_place(self):
        script = f"{self.TOOL} limit api -- sh -c 'touch began; sleep 30'"
        project = self.project(plan('[rate_limit.api]\nmax_concurrent = 2\n'), shell_test("holds", script))
        with project.running():
            wait_for("the call", lambda: (project.build / "began").exists())
            shown, = json.loads(project.lockstep("limits", "--format", "json"))["limits"]
            self.assertEqual(len(shown["holders"]), 1)
            self.assertIn("holds", shown["holders"][0]["for"])
            self.assertIn("1 of 2", project.lockstep("limits"))

    def test_a_limit_that_is_not_in_the_plan(self):
        project = self.project(plan('[rate_limit.api]\nmax_concurrent = 2\n'), shell_test("t", f"{self.TOOL} limit other -- true"))
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("the plan has no rate_limit 'other'", run.cases["t"].output)


if __name__ == "__main__":
    unittest.main()
