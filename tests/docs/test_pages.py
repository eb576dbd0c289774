"""What the pages name exists: links, commands, variables, plans.

LOCKSTEP_TEST_PREFIX names the installed tree.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from pages import PAGES, TOP, blocks, clean_environment

INTERNAL = {"discover", "enter", "end", "checkpoint"}  # what the generated files call


def lockstep(*arguments, **options):
    program = pathlib.Path(os.environ["LOCKSTEP_TEST_PREFIX"]) / "bin" / "lockstep"
    return subprocess.run([program, *arguments], env=clean_environment(), capture_output=True, text=True, **options)


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Pages(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for page in PAGES:
            for target, anchor in re.findall(r"\]\(([^)#: ]*)(?:#([^)]*))?\)", page.read_text()):
                with self.subTest(page=page.name, target=target):
                    path = page.parent / target if target else page
                    self.assertTrue(path.exists(), f"{page}: {target}")
                    if anchor:
                        headings = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
                                    for heading in re.findall(r"^#+ (.*)$", path.read_text(), flags=re.MULTILINE)]
                        self.assertIn(anchor, headings)

    def test_readme_begins_with_its_two_commands(self):
        commands = [line.split("#")[0].strip() for line in blocks(TOP / "README.md", "sh")[0].splitlines()]
        self.assertEqual(commands, ["tools/demo.sh", "tools/test.sh"])
        for command in commands:
            self.assertTrue(os.access(TOP / command, os.X_OK), command)
        self.assertIn("tools/test.sh\n", (TOP / ".ci" / "run").read_text())

    def test_every_block_of_commands_is_run_by_a_test(self):
        run_by = {"README.md": "above", "docs/tutorial.md": "test_tutorial.py",
                  **{f"docs/how-to/{page}.md": "test_how_to.py" for page in ("adopt", "migrate", "roll-back", "ci", "discover", "ide", "trouble")},
                  "docs/reference/commands.md": "tests/golden/page_test.py",
                  "docs/reference/json.md": "tests/golden/page_test.py", "docs/reference/plan-file.md": "below",
                  "examples/quickstart/README.md": "tests/examples/test_quickstart.py",
                  "examples/phased-api/README.md": "tests/examples/test_quickstart.py",
                  "examples/services/README.md": "tests/examples/test_quickstart.py",
                  "examples/markers/README.md": "tests/examples/test_quickstart.py",
                  "examples/rate-limited/README.md": "tests/examples/test_rate_limited.py"}
        self.assertEqual({str(page.relative_to(TOP)) for page in PAGES if blocks(page, "sh")}, set(run_by))
        for page, count in {"README.md": 2, "docs/reference/plan-file.md": 1}.items():
            self.assertEqual(len(blocks(TOP / page, "sh")), count)

    def test_readme_installs(self):
        """Its commands, in a copy of the sources. What would be compiled is what every other test runs, and takes minutes: a
        launcher before the compiler compiles next to nothing in the place of each source."""
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)
            shutil.copytree(TOP, work / "source", symlinks=True, ignore=shutil.ignore_patterns("build", ".git"))
            (work / "empty.cpp").touch()
            (work / "main.cpp").write_text("int main() {}\n")
            launcher = work / "launcher"
            # CMake's own trials lie elsewhere.
            launcher.write_text(f'#!/bin/bash\ncase ${{@: -1}} in\n'
                                f'  {work}/source/*/main.cpp) set -- "${{@:1:$#-1}}" "{work}/main.cpp";;\n'
                                f'  {work}/source/*.cpp) set -- "${{@:1:$#-1}}" "{work}/empty.cpp";;\nesac\nexec "$@"\n')
            launcher.chmod(0o755)
            environment = {**clean_environment(), "PREFIX": str(work / "in stalled"), "CMAKE_CXX_COMPILER_LAUNCHER": str(launcher)}
            result = subprocess.run(["sh", "-e"], cwd=work / "source", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    text=True, input=blocks(TOP / "README.md", "sh")[1])
            self.assertEqual(result.returncode, 0, result.stdout)
            self.assertFalse((work / "source" / "build" / "install" / "tests").exists(), "LOCKSTEP_BUILD_TESTS=OFF leaves them out")
            self.assertEqual(files_below(work / "in stalled"), files_below(pathlib.Path(os.environ["LOCKSTEP_TEST_PREFIX"])))

    def test_values_for_one_run(self):
        """The commands of plan-file.md, under the plan that it shows before them."""
        page = TOP / "docs" / "reference" / "plan-file.md"
        ctest = os.environ.get("LOCKSTEP_TEST_CTEST") or shutil.which("ctest")
        environment = {**clean_environment(), "PATH": f"{pathlib.Path(ctest).parent}:{os.environ['PATH']}"}
        with tempfile.TemporaryDirectory() as work:
            (pathlib.Path(work) / "CMakeLists.txt").write_text(
                "cmake_minimum_required(VERSION 3.25)\nproject(page NONE)\nenable_testing()\nfind_package(Lockstep REQUIRED CONFIG)\n"
                "add_test(NAME x COMMAND true)\nlockstep_apply()\n")
            (pathlib.Path(work) / "lockstep.toml").write_text(blocks(page, "toml")[-1])
            result = subprocess.run(["sh", "-e"], cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    input=f"cmake . -DCMAKE_PREFIX_PATH='{os.environ['LOCKSTEP_TEST_PREFIX']}'\n" + blocks(page, "sh")[0])
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("100% tests passed", result.stdout)

    def test_plans_pass(self):
        found = 0
        for page in PAGES:
            for plan in blocks(page, "toml"):
                if not plan.startswith("version = 1"):
                    continue  # a fragment
                found += 1
                with self.subTest(page=page.name), tempfile.TemporaryDirectory() as work:
                    file = pathlib.Path(work) / "lockstep.toml"
                    file.write_text(plan)
                    result = lockstep("check", "--plan", file, cwd=work)
                    self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreaterEqual(found, 6)

    def test_commands_exist(self):
        known = set(re.findall(r"^  (\w+) ", lockstep("--help").stdout, flags=re.MULTILINE)) | INTERNAL
        self.assertIn("explain", known)
        for page in PAGES:
            # What a row of a table calls "not yet" is another version's.
            text = re.sub(r"^\|.*\| not yet \|.*$", "", page.read_text(), flags=re.MULTILINE)
            for command in re.findall(r"(?:`|^|/bin/|<\()lockstep\"? ([a-z]+)\b", text, flags=re.MULTILINE):
                with self.subTest(page=page.name, command=command):
                    self.assertIn(command, known)

    def test_variables_exist(self):
        sources = [TOP / "CMakeLists.txt", *(TOP / "cmake").rglob("*"), *(TOP / "tools").rglob("*"), *(TOP / "tests").rglob("*.py"),
                   TOP / "CMakePresets.json", TOP / "tests" / "fuzz" / "CMakeLists.txt"]
        words = set()
        for file in sources:
            if file.is_file():
                words.update(re.findall(r"LOCKSTEP_[A-Z_]*[A-Z]", file.read_text().replace("lockstep_worker", "LOCKSTEP_WORKER")))
        for page in PAGES:
            for name in re.findall(r"LOCKSTEP_[A-Z_]*[A-Z]", page.read_text()):
                with self.subTest(page=page.name, name=name):
                    self.assertIn(name, words)

    def test_switches_of_the_program_are_documented(self):
        reference = (TOP / "docs" / "reference" / "cmake.md").read_text()
        for file in sorted((TOP / "tools" / "lockstep").rglob("*.cpp")):
            for name in re.findall(r'"(LOCKSTEP_[A-Z_]+[A-Z])"', file.read_text()):
                with self.subTest(file=file.name, name=name):
                    self.assertIn(name, reference)


if __name__ == "__main__":
    unittest.main()
