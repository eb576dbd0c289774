#!/usr/bin/env python3
"""What lockstep does with the tests of a public project: a first plan, and the plan that somebody who knows it wrote.

    projects_test.py --lockstep PATH --ctest PATH PROJECT
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
OPTIONS = None

# Phases of the plan in tests/data/plans with the number of their tests; None: in no phase.
PHASES = {
    "filesystem": {"lexical": 69, "directories": 12, "changes": 117, "windows": 9, None: 2},
    "gflags": {"library": 3, "reporting": 24, "parsing": 12, "environment": 12},
    "h3": {"library": 55, "cells": 77, "cli": 172, "exhaustive": 10, None: 1},
    "jansson": {"basics": 4, "api": 15, "documents": 80, "refused": 116},
    "libarchive": {"library": 850, "programs": 174, "fuzz": 9},
}
# Its markers likewise.
MARKERS = {
    "filesystem": {"filesystem": 204, "clock": 3, "free_space": 3},
    "gflags": {"writes_flag_files": 13},
    "h3": {"cli": 172, "exhaustive": 10, "memory_failures": 1},
    "jansson": {"strip": 82, "chaos": 4},
    "libarchive": {"other_programs": 27, "large_files": 15, "fuzz": 9, "much_memory": 6},
}


def bracket(text):
    return f"[==[{text}]==]"


def labels_of(test):
    return next((entry["value"] for entry in test["properties"] if entry["name"] == "LABELS"), [])


class Project(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lockstep-project-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(os.path.realpath(folder.name))
        self.inventory = DATA / "inventories" / f"{OPTIONS.project}.json"
        self.tests = json.loads(self.inventory.read_text(encoding="utf-8"))["tests"]
        self.names = [test["name"] for test in self.tests]

    def lockstep(self, *arguments, status=0):
        """Its standard output; standard error is in self.stderr."""
        done = subprocess.run([OPTIONS.lockstep, *arguments], cwd=self.folder, capture_output=True, check=False, timeout=60,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
        self.stderr = done.stderr.decode()
        self.assertEqual(done.returncode, status, self.stderr)
        return done.stdout.decode()

    def ask(self, command, plan, *arguments):
        """The JSON that a command prints for this project under `plan`."""
        return json.loads(self.lockstep(command, "--inventory", self.inventory, "--plan", plan, "--format", "json", *arguments))

    def first_plan(self):
        path = self.folder / "first.toml"
        self.lockstep("init", "--inventory", self.inventory, "--plan", path)
        return path

    def assert_passes_strictly(self, plan):
        checked = self.ask("check", plan, "--strict")
        self.assertEqual((checked["errors"], checked["warnings"], checked["tests"]), (0, 0, len(self.names)), self.stderr)
        self.assertEqual(self.stderr, "")

    def build_tree(self):
        """A build tree with tests of these names and labels, as lockstep_apply leaves it."""
        state = self.folder / "build" / "lockstep"
        state.mkdir(parents=True)
        lines = []
        for test in self.tests:
            lines.append(f"add_test({bracket(test['name'])} true)\n")
            if labels_of(test):
                lines.append(f"set_tests_properties({bracket(test['name'])} PROPERTIES LABELS {bracket(';'.join(labels_of(test)))})\n")
        (state.parent / "CTestTestfile.cmake").write_text("".join(lines), encoding="utf-8")
        (state / "project.json").write_text(json.dumps({
            "version": 1, "source_dir": str(self.folder), "plan": str(self.folder / "lockstep.toml"), "ctest": OPTIONS.ctest,
            "resource_spec": "", "multi_config": False, "default_configuration": ""}), encoding="utf-8")
        return state

    # The first plan.

    def test_the_first_plan_passes_and_means_all_tests(self):
        plan = self.first_plan()
        self.assert_passes_strictly(plan)
        listed = self.ask("list", plan)["tests"]
        self.assertEqual([test["name"] for test in listed], self.names)
        for test, own in zip(listed, self.tests):
            self.assertEqual((test["phase"], test["locks"], test["alone"], test["resources"]), (None, [], False, []))
            self.assertEqual(sorted(test["markers"]), labels_of(own))
        self.assertIn(f"in no phase<br/>{len(self.names)} tests",
                      self.lockstep("graph", "--inventory", self.inventory, "--plan", plan))
        explained = self.ask("explain", plan, "--", self.names[0])["tests"][0]
        self.assertEqual({value["kind"] for value in explained["values"]} - {"marker", "label"}, {"isolate"})

    def test_the_first_plan_is_the_same_each_time(self):
        printed = self.lockstep("init", "--inventory", self.inventory)
        self.assertEqual(self.first_plan().read_text(encoding="utf-8"), printed)
        self.assertEqual(self.lockstep("init", "--inventory", self.inventory), printed)

    def test_the_first_plan_puts_nothing_between_tests(self):
        state = self.build_tree()
        self.lockstep("init", "--build-dir", "build")
        self.lockstep("generate", "--build-dir", "build")
        overlay = (state / "overlay.cmake").read_text(encoding="utf-8")
        found = set(re.findall(r'^  ([A-Z_]+ ".*")\)?$', overlay, re.MULTILINE))
        # All tests require what lockstep.end cleans up, so that it comes last: they do not meet there.
        self.assertEqual(found, {'FIXTURES_REQUIRED "lockstep.session"', 'FIXTURES_CLEANUP "lockstep.session"', 'LABELS "lockstep"', 'TIMEOUT "86400"'})
        schedule = json.loads((state / "schedule.json").read_text(encoding="utf-8"))
        self.assertEqual([test["name"] for test in schedule["generated"]], ["lockstep.end"])
        for property in "RESOURCE_LOCK", "RESOURCE_GROUPS", "DEPENDS", "FIXTURES_SETUP", "RUN_SERIAL", "ENVIRONMENT":
            self.assertNotIn(f" {property} ", overlay)

    def test_what_the_first_plan_suggests_can_be_put_into_effect(self):
        plan = self.first_plan()
        text = re.sub(r"^#(?=[^ \n])", "", plan.read_text(encoding="utf-8"), flags=re.MULTILINE)
        everything = self.folder / "everything.toml"
        # What must not be at the same time must not be in two ctests either.
        everything.write_text(text.replace('sessions = "share"\n', ""), encoding="utf-8")
        self.assert_passes_strictly(everything)
        listed = self.ask("list", everything)["tests"]
        self.assertEqual({test["phase"] for test in listed}, {"first", "second"})
        self.assertEqual(len([test for test in listed if "serial" in test["locks"]]), 2)

    # The plan of somebody who knows the project.

    def plan(self):
        return DATA / "plans" / f"{OPTIONS.project}.toml"

    def test_a_plan_resolves(self):
        self.assert_passes_strictly(self.plan())
        listed = self.ask("list", self.plan())["tests"]
        self.assertEqual([test["name"] for test in listed], self.names)
        self.assertEqual(collections.Counter(test["phase"] for test in listed), PHASES[OPTIONS.project])
        self.assertEqual(collections.Counter(marker for test in listed for marker in test["markers"]), MARKERS[OPTIONS.project])

    def test_a_plan_can_be_explained(self):
        for phase in filter(None, PHASES[OPTIONS.project]):
            listed = self.ask("list", self.plan(), "-E", f"phase({phase})")["tests"]
            for name in listed[0]["name"], f"checkpoint.{phase}":
                with self.subTest(test=name):
                    for explained in self.ask("explain", self.plan(), "--", name)["tests"]:
                        self.assertIn(("phase", phase), [(value["kind"], value["value"]) for value in explained["values"]])
                        self.assertTrue(explained["waits_for"] or explained["waited_for_by"])

    def test_a_plan_can_be_drawn(self):
        drawn = self.lockstep("graph", "--inventory", self.inventory, "--plan", self.plan())
        for phase, count in PHASES[OPTIONS.project].items():
            self.assertIn(f"\"{phase or 'in no phase'}<br/>{count} test", drawn)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--lockstep", required=True)
    parser.add_argument("--ctest", required=True)
    parser.add_argument("project")
    OPTIONS = parser.parse_args()
    unittest.main(argv=["projects_test"])
