"""What a run starts through the launcher gets the same arguments, byte for byte, as what a plain run starts."""
import json
import os
import pathlib
import subprocess
import unittest

from support import CTEST, EndToEnd, bracket, clean_environment, plan

INVENTORIES = pathlib.Path(__file__).resolve().parents[1] / "data" / "inventories"

# Appends to a file of the test's number: its own path and its arguments, each ended by a NUL; then a variable.
RECORDER = r"""#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv) {
    char path[4096];
    const char* folder = getenv("RECORDS");
    const char* number = getenv("RECORD");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "records", number ? number : "none");
    FILE* file = fopen(path, "ab");
    if (!file) return 1;
    for (int i = 0; i < argc; ++i) fwrite(argv[i], 1, __builtin_strlen(argv[i]) + 1, file);
    const char* mine = getenv("MINE");
    fputs(mine ? mine : "", file);
    return fclose(file) == 0 ? 0 : 1;
}
"""

HOSTILE = [
    "", ";", "a;b;", ";;", "]==]", "]]", "]", "[", "[q;b", "a]", "]=", "\\", "\\;", "a\\", "\\\\n", "#x", '"q"', "${x}", "$ENV{HOME}",
    "@x@", "@PATH@", " ", "two words", "é", "*", "\n", "nl\nnl", "\nfirst", "last\n", "tab\tbed", "(", ")", "--", "NAME", "COMMAND",
    "[[\n]]", "'single'", "%", "`x`", "a=b", "[=[x]=]", "cr\rx", "cr\r\nx"]

LAUNCHED = '[marker.m]\nretry = "r"\n[retry.r]\non_exit = [75]\nbackoff = "1ms"\n'


class PassThroughBase(EndToEnd):
    def recorder(self, folder):
        (folder / "recorder.c").write_text(RECORDER)
        program = folder / "recorder"
        subprocess.run([os.environ.get("LOCKSTEP_TEST_CC", "c++"), "-x", "c", str(folder / "recorder.c"), "-o", str(program)], check=True)
        return program

    def started(self, project, name, **environment):
        """What each test of a run was started with, by the number it has in RECORD. All have to pass."""
        records = project.build / name
        records.mkdir()
        run = project.ctest(RECORDS=str(records), **environment)
        self.assert_passes(run)
        return {file.name: file.read_bytes() for file in records.iterdir()}

    def assert_the_same(self, tests, marked):
        """`tests` are commands behind the recorder's path, `marked` tells which of them are launched."""
        project = self.project(plan(LAUNCHED))
        program = self.recorder(project.source)
        lines = []
        for number, (command, launched) in enumerate(zip(tests, marked)):
            words = " ".join(bracket(word) for word in [str(program), *command])
            # As CMake writes them into test files, and not add_test(): what that makes of them is not the matter here.
            lines.append(f"add_test({bracket(f't{number}')} {words})\n"
                         f"set_tests_properties(t{number} PROPERTIES ENVIRONMENT {bracket(f'RECORD={number};MINE=a{chr(92)};b')}"
                         + (" LABELS m" if launched else "") + ")\n")
        (project.source / "tests.cmake").write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
        project.write_cmake('set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_SOURCE_DIR}/tests.cmake")\n')
        project.configure()
        plain = self.started(project, "plain", LOCKSTEP_DISABLE="1")
        self.assertEqual(len(plain), len(tests))
        guarded = self.started(project, "guarded")
        self.assertEqual({number for number in plain if plain[number] != guarded.get(number)}, set())
        schedule = json.loads((project.state / "schedule.json").read_text())["tests"]
        self.assertEqual(["launched_for" in test for test in schedule], list(marked))
        return project


class Hostile(PassThroughBase):
    def test_arguments(self):
        commands = [command for word in HOSTILE for command in ([word], [word, "", "last"], ["a", word])]
        tests = commands + commands
        project = self.assert_the_same(tests, [number < len(commands) for number in range(len(tests))])
        # They did come by the launcher: ctest's log tells what was started.
        log = (project.build / "Testing" / "Temporary" / "LastTest.log").read_bytes()
        self.assertEqual(log.count(b"lockstep-exec\" \"--table\""), len(commands))

    def test_bytes_that_are_no_text(self):
        self.assert_the_same([["\udcff;\udcfe", "x"], ["\udcc3"], ["\udcff", ""]], [True, True, False])


class Listing(PassThroughBase):
    def test_shows_the_program_itself(self):
        project = self.assert_the_same([["a;b", ""], ["x"]], [True, False])
        listed = json.loads(subprocess.run([CTEST, "--show-only=json-v1"], cwd=project.build, env=clean_environment(), check=True,
                                           capture_output=True).stdout)["tests"]
        self.assertEqual([test["command"][1:] for test in listed[:2]], [["a;b", ""], ["x"]])
        self.assertTrue(all(test["command"][0].endswith("/recorder") for test in listed[:2]))


class Missing(EndToEnd):
    def test_a_program_that_is_not_there_is_not_run(self):
        project = self.project(plan(LAUNCHED), 'add_test(NAME gone COMMAND /nowhere/gone x)\nadd_test(NAME there COMMAND true)\n'
                                               'set_tests_properties(gone there PROPERTIES LABELS m)\n')
        run = project.ctest()
        self.assert_fails(run)
        self.assertIn("Could not find executable /nowhere/gone", run.output)
        self.assertRegex(run.output, r"gone \.+\*\*\*Not Run")
        self.assertRegex(run.output, r"there \.+ +Passed")

    def test_nor_is_one_that_has_gone_since_it_was_listed(self):
        project = self.project(plan(LAUNCHED), 'add_test(NAME t COMMAND ${CMAKE_BINARY_DIR}/made)\n'
                                               'set_tests_properties(t PROPERTIES LABELS m)\n')
        made = project.build / "made"
        made.write_text("#!/bin/sh\n")
        made.chmod(0o755)
        self.assert_passes(project.ctest())
        made.unlink()
        run = project.ctest()
        self.assert_fails(run)
        self.assertRegex(run.output, r"t \.+\*\*\*Not Run")


class Inventories(PassThroughBase):
    """The commands of public projects' tests, a recorder in place of each program; every second test is launched."""

    def assert_inventory(self, name):
        tests = json.loads((INVENTORIES / f"{name}.json").read_text(encoding="utf-8"))["tests"]
        commands = [test["command"][1:] for test in tests if test.get("command")]
        self.assertGreater(len(commands), 20)
        self.assert_the_same(commands, [number % 2 == 0 for number in range(len(commands))])


def _inventory_test(name):
    return lambda self: self.assert_inventory(name)


for _path in sorted(INVENTORIES.glob("*.json")):
    setattr(Inventories, f"test_{_path.stem}", _inventory_test(_path.stem))


if __name__ == "__main__":
    unittest.main()
