#!/usr/bin/env python3
"""Runs the examples of a reference page and compares what they print with what the page says they print.

    page_test.py --lockstep PATH --ctest PATH PAGE...

Each block marked `sh` runs in bash, all of a page in one fresh copy of page-inputs/, with lockstep on the PATH. If the
next thing on the page is another block, that is the output, standard error included; a line "..." there stands for any
lines. Otherwise the block has to end with status 0. A page that has a section for a command names all its options there.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import run

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
INPUTS = pathlib.Path(__file__).parent / "page-inputs"


def examples(page):
    """Pairs of a script and the expected output, or None."""
    blocks = list(BLOCK.finditer(page))
    for index, block in enumerate(blocks):
        if block[1] != "sh":
            continue
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        is_output = following and following[1] != "sh" and not page[block.end():following.start()].strip()
        yield block[2], following[2] if is_output else None


def agrees(expected, output):
    parts = re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)
    return re.fullmatch("(?:.*\n)*?".join(re.escape(part) for part in parts), output) is not None


def run_examples(page, options):
    with tempfile.TemporaryDirectory(prefix="lockstep-page-") as scratch:
        folder = pathlib.Path(os.path.realpath(scratch)) / "project"
        folder.mkdir()
        replacements = {str(folder): "<case>", str(options.lockstep): "<lockstep>", str(options.ctest): "<ctest>"}
        run.copy_inputs(INPUTS, folder, replacements)
        environment = {"PATH": f"{options.lockstep.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": scratch}
        for script, expected in examples(page):
            done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, timeout=60,
                                  stderr=subprocess.STDOUT, check=False)
            output = done.stdout.decode().replace(f"{folder}/", "")
            if expected is None and done.returncode != 0:
                yield f"status {done.returncode} of\n{script}{output}"
            elif expected is not None and not agrees(expected, output):
                yield f"other output of\n{script}{output}"


def undocumented(page, options):
    """Commands and options of the program that the page does not name."""
    def ask(*words):
        return subprocess.run([options.lockstep, *words], capture_output=True, text=True, check=True).stdout
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    common = page[:page.index("\n## ", page.index("## Options"))]
    for command in re.findall(r"^  (\w+) ", ask("--help"), re.MULTILINE):
        if command not in sections:
            yield f"the page has no section '## {command}'"
            continue
        for option in re.findall(r"--[a-z-]+", ask(command, "--help").split("Options:")[1]):
            if option not in sections[command] and option not in common:
                yield f"the page does not say what {option} of {command} is"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lockstep", required=True, type=pathlib.Path)
    parser.add_argument("--ctest", required=True, type=pathlib.Path)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    options.lockstep = options.lockstep.resolve()
    found = []
    for path in options.pages:
        page = path.read_text(encoding="utf-8")
        if not any(True for _ in examples(page)):
            found.append(f"{path} has no examples")
        found += run_examples(page, options)
        if "## Options" in page:
            found += undocumented(page, options)
    print("\n".join(found) or "the pages say what the program does")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
