#!/usr/bin/env python3
"""schedule.json as `lockstep generate` writes it conforms to the published schema, and the schema is no empty promise.

    schema_test.py --lockstep PATH --ctest PATH SCHEMA
"""
import argparse
import copy
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

PLAN = """version = 1
[defaults]
timeout = "1500ms"
[[phase]]
name = "one"
tests = "suite(one)"
order = "chain"
[[phase]]
name = "two"
tests = "suite(two)"
gate = "strict"
max_parallel = 2
cleanup = ["true"]
[[phase]]
name = "three"
tests = "suite(three)"
gate = "order"
order = "sequential"
[[phase]]
name = "four"
tests = "suite(four)"
needs = ["one"]
gate = "none"
[marker.much]
tests = "suite(two)"
lock = ["db"]
use = { seats = 2 }
memory = "1MiB"
max_parallel = 3
processors = 2
alone = true
timeout = "2s"
labels = ["loud"]
isolate = ["tmp", "home", "cwd"]
env = { A = "${temp_dir}" }
[marker.bare]
tests = "suite(four)"
isolate = []
[pool.seats]
slots = 4
[service.users]
tests = "name(free)"
start = ["users", "${port.http}"]
ports = ["http"]
env = { USERS = "127.0.0.1:${port.http}" }
"""
TESTS = ["one.a", "one.b", "two.a", "two.b", "three.a", "four.a", "free", 'na"me\\ \u00fc']

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
ANNOTATIONS = {"$schema", "title", "description", "$defs"}


def problems(value, schema, root, where="$"):
    """What of `value` does not conform. The part of JSON Schema 2020-12 that the schema uses; other keywords are refused."""
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from problems(value, target, root, where)
    for keyword, wanted in schema.items():
        if keyword == "type":
            if not isinstance(value, TYPES[wanted]) or (wanted == "integer" and isinstance(value, bool)):
                yield f"{where}: {value!r} is no {wanted}"
                return
        elif keyword == "const":
            if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
                yield f"{where}: {value!r} is not {wanted!r}"
        elif keyword == "enum":
            if value not in wanted:
                yield f"{where}: {value!r} is none of {wanted}"
        elif keyword == "pattern":
            if not re.search(wanted, value):
                yield f"{where}: {value!r} does not match {wanted}"
        elif keyword == "minimum":
            if value < wanted:
                yield f"{where}: {value} is below {wanted}"
        elif keyword == "items":
            for index, item in enumerate(value):
                yield from problems(item, wanted, root, f"{where}[{index}]")
        elif keyword == "required":
            yield from (f"{where}: '{name}' is missing" for name in wanted if name not in value)
        elif keyword == "properties":
            for name in value.keys() & wanted.keys():
                yield from problems(value[name], wanted[name], root, f"{where}.{name}")
        elif keyword == "additionalProperties":
            if wanted is False:
                yield from (f"{where}: '{name}' is not in the schema" for name in value if name not in schema["properties"])
        elif keyword not in ANNOTATIONS and keyword != "$ref":
            raise NotImplementedError(f"this check does not know the keyword '{keyword}'")


def members_of(schema):
    """Paths of all members that the schema declares, as problems() names places."""
    for key, value in schema.items():
        if key == "properties":
            for name, member in value.items():
                yield name
                yield from members_of(member)
        elif isinstance(value, dict):
            yield from members_of(value)


class Schedule(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(OPTIONS.schema.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder).resolve()
            build = top / "build"
            (build / "lockstep").mkdir(parents=True)
            (top / "lockstep.toml").write_text(PLAN, encoding="utf-8")
            lines = "".join(f"add_test([==[{name}]==] true)\n" for name in TESTS)
            (build / "CTestTestfile.cmake").write_text(lines, encoding="utf-8")
            (build / "lockstep" / "project.json").write_text(json.dumps({
                "version": 1, "source_dir": str(top), "plan": str(top / "lockstep.toml"), "ctest": str(OPTIONS.ctest),
                "resource_spec": "", "multi_config": False, "default_configuration": ""}), encoding="utf-8")
            subprocess.run([OPTIONS.lockstep, "generate", "--build-dir", build], check=True, stdout=subprocess.DEVNULL)
            cls.schedule = json.loads((build / "lockstep" / "schedule.json").read_text(encoding="utf-8"))

    def found(self, change=lambda schedule: None):
        schedule = copy.deepcopy(self.schedule)
        change(schedule)
        return list(problems(schedule, self.schema, self.schema))

    def test_conforms(self):
        self.assertEqual(self.found(), [])

    def test_holds_all_tests(self):
        self.assertEqual([test["name"] for test in self.schedule["tests"]], TESTS)
        numbers = [test["number"] for test in self.schedule["tests"] + self.schedule["generated"]]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_every_member_of_the_schema_occurs(self):
        def names(value):
            if isinstance(value, dict):
                for name, inner in value.items():
                    yield name
                    yield from names(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from names(inner)
        self.assertEqual(set(members_of(self.schema)) - set(names(self.schedule)), set())

    def test_the_check_sees_what_does_not_conform(self):
        def leave_out(schedule): del schedule["tests"][0]["name"]
        def add(schedule): schedule["phases"][0]["colour"] = "red"
        def retype(schedule): schedule["tests"][2]["number"] = "3"
        def misname(schedule): schedule["phases"][1]["needs"][0]["gate"] = "tight"
        def misplace(schedule): schedule["tests"][2]["locks"][0]["from"] = "line 3"
        def miscount(schedule): schedule["resources"][0]["ids"] = 0
        def reversion(schedule): schedule["version"] = True
        for change, what in [(leave_out, "$.tests[0]: 'name' is missing"), (add, "$.phases[0]: 'colour' is not in the schema"),
                             (retype, "$.tests[2].number: '3' is no integer"), (miscount, "$.resources[0].ids: 0 is below 1"),
                             (misname, "$.phases[1].needs[0].gate: 'tight' is none of"),
                             (misplace, "$.tests[2].locks[0].from: 'line 3' does not match"), (reversion, "$.version: True is not 1")]:
            with self.subTest(change=change.__name__):
                found = self.found(change)
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(what), found[0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--lockstep", required=True)
    parser.add_argument("--ctest", required=True)
    parser.add_argument("schema", type=pathlib.Path)
    OPTIONS = parser.parse_args()
    unittest.main(argv=["schema_test"])
