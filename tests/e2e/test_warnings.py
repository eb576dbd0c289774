"""What a run warns of by itself: that tests may be without a guard, or a switch without effect."""
import unittest

from support import EndToEnd, phase, plan, shell_test


class Unmatched(EndToEnd):
    """A typing mistake in an expression guards nothing."""

    def test_is_said_in_each_run(self):
        marker = '[marker.{0}]\ntests = "name({1})"\nlock = ["{0}"]\n'
        project = self.project(plan(phase("one"), marker.format("db", "Db.*"), marker.format("net", "net.*")),
                               shell_test("one.a"), shell_test("db.a"), shell_test("net.a"))
        for _ in range(2):
            run = project.ctest()
            self.assert_passes(run)
            self.assertIn("lockstep: warning: lockstep.toml:6: 'name(Db.*)' of marker 'db' matches no test\n", run.output)
        project.write("lockstep.toml", (project.source / "lockstep.toml").read_text().replace("(net", "(Net"))
        self.assertIn("'name(Db.*)' of marker 'db' matches no test (and 1 more: `lockstep check` shows them)\n", project.ctest().output)
        self.assertNotIn("warning", project.ctest("-N").output)
        text = (project.source / "lockstep.toml").read_text()
        project.write("lockstep.toml", text.replace("(Net", "(net").replace("(Db", "(db"))
        self.assertNotIn("warning", project.ctest().output)


class Switches(EndToEnd):

    def test_nearly_one_of_ours(self):
        project = self.project(plan(), shell_test("a"))
        run = project.ctest(LOCKSTEP_SEQENTIAL="1")
        self.assert_passes(run)
        self.assertIn("lockstep: warning: environment variable LOCKSTEP_SEQENTIAL is not known: did you mean LOCKSTEP_SEQUENTIAL?\n",
                      run.output)
        self.assertNotIn("warning", project.ctest(LOCKSTEP_OF_THE_PROJECT="1", LOCKSTEP_SEQUENTIAL="1").output)


if __name__ == "__main__":
    unittest.main()
