"""docs/reference/plan-file.schema.json, which editors check plans with, against `lockstep check`, which decides.

LOCKSTEP_TEST_PREFIX names the installed tree; the schema is the installed one.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile
import tomllib
import unittest

import jsonschema

from pages import PAGES, TOP, blocks, clean_environment

PREFIX = pathlib.Path(os.environ["LOCKSTEP_TEST_PREFIX"])
PAGE = TOP / "docs" / "reference" / "plan-file.md"
DRAFTS = jsonschema.Draft4Validator, jsonschema.Draft7Validator

# What a schema can tell, by the codes of `lockstep check`: always, or depending on the case.
TOLD = {"unknown-key", "wrong-type", "unknown-value", "missing-key", "bad-duration", "bad-size", "bad-rate", "missing-version",
        "unknown-version", "not-overridable", "conflicting-keys"}
SOMETIMES = {"bad-name", "bad-text", "out-of-range"}


def as_toml(text):
    """None: it is no TOML."""
    try:
        return tomllib.loads(text.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None


def codes_of(texts):
    """For each text the set of error codes that `lockstep check` finds in it."""
    def codes(numbered):
        number, text = numbered
        file = pathlib.Path(folder) / f"{number}.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        done = subprocess.run([PREFIX / "bin" / "lockstep", "check", "--plan", file.name, "--diagnostic-format", "json"],
                              cwd=folder, env=clean_environment(), capture_output=True, check=False)
        # The line behind it is the result, for people.
        found = json.JSONDecoder().raw_decode(done.stderr.decode())[0]["diagnostics"]
        errors = {entry["code"] for entry in found if entry["severity"] == "error"}
        if done.returncode != (1 if errors else 0):
            raise AssertionError((text, done))
        return errors
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(codes, enumerate(texts)))


def all_plans():
    """Every plan in the repository, good and bad, by where it stands."""
    folders = TOP / "tests" / "golden", TOP / "tests" / "fuzz" / "corpus" / "plan", TOP / "examples"
    plans = {str(file.relative_to(TOP)): file.read_bytes() for folder in folders for file in sorted(folder.rglob("*.toml"))}
    for page in PAGES:
        for number, text in enumerate(blocks(page, "toml")):
            if text.startswith("version = 1"):
                plans[f"{page.relative_to(TOP)}, block {number}"] = text.encode()
    return plans


class Schema(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.text = (PREFIX / "share" / "lockstep" / "plan-file.schema.json").read_text(encoding="utf-8")
        cls.schema = json.loads(cls.text)
        cls.validators = [draft(cls.schema) for draft in DRAFTS]

    def errors(self, plan):
        """What the schema says; the same in both drafts."""
        found = [sorted(f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(plan))
                 for validator in self.validators]
        self.assertEqual(found[0], found[1])
        return found[0]

    def test_is_one(self):
        """In both drafts: an editor knows one of them."""
        for draft in DRAFTS:
            draft.check_schema(self.schema)
        self.assertEqual(self.schema["$schema"], jsonschema.Draft7Validator.META_SCHEMA["$schema"])
        for name in "plan-file.schema.json", "schedule.schema.json":
            installed, documented = PREFIX / "share" / "lockstep" / name, TOP / "docs" / "reference" / name
            self.assertEqual(installed.read_text(encoding="utf-8"), documented.read_text(encoding="utf-8"))

    def test_nothing_stands_beside_a_reference(self):
        """It would be passed over. And look-around is not in every editor's regular expressions."""
        def walk(value):
            if isinstance(value, dict):
                if "$ref" in value:
                    self.assertEqual(list(value), ["$ref"])
                self.assertFalse(value.keys() & {"const", "if", "propertyNames", "contains", "exclusiveMinimum", "$defs"}, value)
                for pattern in [*value.get("patternProperties", {}), value.get("pattern", "")]:
                    self.assertNotIn("(?", pattern)
                for member in value.values():
                    walk(member)
            elif isinstance(value, list):
                for member in value:
                    walk(member)
        walk(self.schema)

    def keys(self):
        """Pairs of a table, as the page writes it, and a key, with the key's schema."""
        yield "", "version", self.schema["properties"]["version"]
        titles = {"phase": "[[phase]]", "phase.checkpoint": "[[phase.checkpoint]]", "defaults": "[defaults]", "run": "[run]",
                  "worker": "[worker]",
                  **{name: f"[{name}.NAME]" for name in ("marker", "pool", "rate_limit", "retry", "service")}}
        for table, title in titles.items():
            table = self.schema["definitions"][table]
            self.assertIs(table["additionalProperties"], False)
            yield from ((title, key, value) for key, value in table["properties"].items())
        ready = self.schema["definitions"]["service"]["properties"]["ready"]
        yield from (("[service.NAME.ready]", key, value) for key, value in ready["properties"].items())

    def rows(self):
        """Of the page: table, key, type, default, whether it is in effect."""
        title = None
        for line in PAGE.read_text().splitlines():
            if line.startswith("## ") or line.startswith("### "):
                title = (re.findall("`(.*?)`", line) or [""])[0]
            cells = [cell.strip() for cell in line.split(" | ")]
            if line.startswith("| `") and len(cells) == 5:
                yield title, cells[0].strip("| `"), cells[1], cells[2], cells[3]

    def test_has_the_keys_of_the_page(self):
        described = {(title, key): (default, effect) for title, key, _, default, effect in self.rows()}
        known = {(title, key): value for title, key, value in self.keys()}
        self.assertEqual(set(known), set(described))
        self.assertGreater(len(known), 60)
        for key, value in known.items():
            with self.subTest(key):
                default, effect = described[key]
                self.assertGreater(len(value["description"]), 5)
                self.assertEqual("Not in effect yet" in value["description"], effect == "not yet")
                if default != "`{}`" and re.match("`|[0-9]", default):
                    written = tomllib.loads(f"x = {default.strip('`')}")["x"]
                    self.assertEqual(value.get("default", [] if key[1] == "checkpoint" else None), written)
                else:
                    self.assertNotIn("default", value)

    def test_a_profile_has_the_same_but_names_and_tests(self):
        definitions = self.schema["definitions"]
        for title, key, _ in self.keys():
            table = title.strip("[]").removesuffix(".NAME")
            if table in ("", "phase.checkpoint", "service.NAME.ready"):
                continue
            with self.subTest(table=table, key=key):
                other = definitions.get(f"profile.{table}", definitions[table])["properties"]
                if key == "tests" or (table, key) == ("phase", "name"):
                    self.assertNotIn(key, other)
                elif f"profile.{table}" in definitions:
                    self.assertEqual(other[key], {"$ref": f"#/definitions/{table}/properties/{key}"})

    def test_every_plan_of_the_repository(self):
        plans = {where: text for where, text in all_plans().items() if as_toml(text) is not None}
        agreed = {"both refuse": 0, "both accept": 0, "lockstep alone refuses": 0}
        for (where, text), codes in zip(plans.items(), codes_of(plans.values())):
            with self.subTest(where, codes=codes):
                errors = self.errors(as_toml(text))
                if codes & TOLD:
                    self.assertNotEqual(errors, [])
                elif not codes & (SOMETIMES | {"toml-syntax"}):  # of that the rest is not read
                    self.assertEqual(errors, [])
                if errors:
                    self.assertNotEqual(codes, set())
                agreed["lockstep alone refuses" if codes and not errors else "both refuse" if codes else "both accept"] += 1
        self.assertTrue(all(count >= 10 for count in agreed.values()), agreed)

    def test_each_mistake_of_the_golden_cases(self):
        """The schema finds not only some mistake of such a plan: each one, by the word that the message names."""
        found = 0
        for case in sorted((TOP / "tests" / "golden").iterdir()):
            stderr, plan = case / "stderr", case / "lockstep.toml"
            if not stderr.exists() or not plan.exists() or case.name == "diagnostics-json":
                continue
            errors = re.findall(r"^lockstep\.toml:\d+:\d+: error: (.*) \[([a-z-]+)\]$", stderr.read_text(), flags=re.MULTILINE)
            for message, code in errors:
                words = re.findall(r"'([^']*)'", message)
                if code not in TOLD or not words:
                    continue
                with self.subTest(case=case.name, message=message):
                    found += 1
                    errors = self.errors(tomllib.loads(plan.read_text()))
                    self.assertTrue(any(words[0] in error for error in errors), errors)
        self.assertGreater(found, 15)

    # Values of every kind, as TOML.
    VALUES = [
        "true", "0", "1", "-1", "4097", "70000", "0.5", "1.5", "2026-11-21", '""', '"x"', '"5m"', '"2s"', '"1m5m"', '"2GiB"',
        '"2 GiB"', '"10/s"', '"10"', '"auto"', '"all()"', '"case"', '"parallel"', '"recorded"', '"pass"', '"wait"', '"build"',
        '"fail"', '"service"', "[]", '["tmp"]', '["x"]', "[1]", "[256]", '["a;b"]', '["lockstep.x"]', '["phase:x"]', "{}",
        "{ x = 1 }", "{ x = 0 }", '{ x = "y" }', '{ LOCKSTEP_X = "y" }', '{ "x-y" = "z" }', '{ url = "u" }',
        '{ url = "u", tcp = "t" }', '{ within = "x" }', '[{ name = "n", command = ["true"] }]', '[{ name = "n" }]',
        '[{ name = "", command = ["true"] }]']

    # What both say of these is about more than the value's form.
    MEANINGS = {"unknown-pool", "unknown-phase", "unknown-retry", "unknown-rate-limit", "unknown-predicate", "testset-syntax",
                "not-in-effect-yet", "demand-above-pool", "phase-cycle"}

    FRAMES = {"phase": 'name = "a"\ntests = "all()"\n', "service": 'tests = "all()"\n', "pool": "slots = 1\n",
              "phase.checkpoint": 'name = "v"\ncommand = ["true"]\n'}

    def cases(self):
        """Pairs of table, key and value, and a plan in which nothing else could be wrong."""
        for title, key, _ in self.keys():
            table = title.strip("[]").removesuffix(".NAME")
            if table in ("", "service.NAME.ready"):
                continue
            others = "".join(line + "\n" for line in self.FRAMES.get(table, "").splitlines() if not line.startswith(f"{key} ="))
            named = table not in ("defaults", "run", "worker")
            head = {"phase": "[[phase]]\n", "phase.checkpoint": f"[[phase]]\n{self.FRAMES['phase']}[[phase.checkpoint]]\n"}.get(
                table, f"[{table}{'.a' if named else ''}]\n")
            # Of `ready` an inline table has to be whole, and JSON knows no inline tables.
            values = [value for value in self.VALUES if (key, value) != ("ready", "{}")]
            for value in values:
                yield (table, key, value), f"version = 1\n{head}{others}{key} = {value}\n"
            if table == "phase.checkpoint" or (table, key) in [("phase", "name"), ("phase", "tests")]:
                continue
            declared = head + others if named else ""
            for value in values[::5]:
                yield ((f"profile.{table}", key, value),
                       f"version = 1\n{declared}[profile.p.{table}{'.a' if named else ''}]\n{key} = {value}\n")

    def test_each_key_with_each_kind_of_value(self):
        """Key by key the schema accepts what lockstep does, in a plan and in a profile."""
        cases = list(self.cases())
        self.assertGreater(len(cases), 3000)
        disagreed = []
        for (case, text), codes in zip(cases, codes_of([text for _, text in cases])):
            errors = self.errors(tomllib.loads(text))
            if bool(codes - self.MEANINGS) != bool(errors):
                disagreed.append((case, codes, errors))
        self.assertEqual(disagreed, [])


if __name__ == "__main__":
    unittest.main()
