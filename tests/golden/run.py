#!/usr/bin/env python3
"""Runs golden cases: folders that hold what lockstep is given and what it must answer, byte for byte.

    run.py --lockstep PATH [--ctest PATH] [--accept] CASE...

A case is a folder with

    args         one argument a line
    env          NAME=value, one a line (optional); nothing else of the caller's environment reaches the program
    program      "ctest": runs that in place of lockstep (optional)
    before       what lockstep is called with first, one command a line, split as a shell does; each has to pass (optional)
    inputs-of    the name of another case whose inputs are used (optional)
    stdout-to    a file that standard output goes to, /dev/full (optional)
    stdout, stderr, status
                 what is expected; a stream that must stay empty has no file

and any other files: the inputs. They are copied into a fresh folder, the program's working directory. Names lose the
ending '.in'; in files that have it, @CASE@, @CTEST@ and @LOCKSTEP@ stand for that folder and the two programs, and @HOST@ for
the name of this machine: a session of that name and of another start of the machine is known to be over. (A folder 'build'
is called build.in here, since one of that name is not kept under version control.)
"""
import argparse
import difflib
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile

STREAMS = ("stdout", "stderr")
OWN = {"args", "env", "program", "before", "inputs-of", "stdout-to", "status", *STREAMS}
TIMEOUT_S = 60


def redact(text, replacements):
    """Takes out all that depends on the machine: paths, the version, sizes of memory. The only place that does."""
    for value, word in sorted(replacements.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(value, word)
    text = re.sub(r"\b([Ll]ockstep) \d+\.\d+\.\d+", r"\1 <version>", text)
    text = text.replace(f'"host": "{socket.gethostname()}"', '"host": "<host>"')
    text = re.sub(r"(this machine's |memory<br/>)\d+ MiB", r"\1<memory> MiB", text)
    text = re.sub(r"(have up to )\d+ bytes", r"\1<length> bytes", text)
    text = re.sub(r'("type": "lockstep_memory",\s*"for": "memory",\s*"slots": )\d+', r"\1<memory>", text)
    return text


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def copy_inputs(case, folder, replacements):
    base = lines_of(case / "inputs-of")
    source = case.parent / base[0] if base else case
    if not source.is_dir():
        raise SystemExit(f"{case.name}: there is no case '{base[0]}' to take inputs of")
    for path in sorted(source.iterdir()):
        if path.name in OWN:
            continue
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        else:
            shutil.copy(path, folder / path.name)
    for path in sorted(folder.rglob("*.in"), reverse=True):
        if path.is_dir():
            path.rename(path.with_suffix(""))
            continue
        text = path.read_text(encoding="utf-8")
        for value, word in replacements.items():
            text = text.replace(word.replace("<", "@").replace(">", "@").upper(), value)
        text = text.replace("@HOST@", socket.gethostname())
        path.with_suffix("").write_text(text, encoding="utf-8")
        path.unlink()


def answer_of(case, options):
    """What the program says to this case: a dictionary of the texts of stdout, stderr and status."""
    with tempfile.TemporaryDirectory(prefix="lockstep-golden-") as scratch:
        folder = pathlib.Path(os.path.realpath(scratch)) / "case"
        folder.mkdir()
        replacements = {str(folder): "<case>", str(options.lockstep): "<lockstep>", str(options.ctest): "<ctest>"}
        copy_inputs(case, folder, replacements)
        program = {"ctest": options.ctest, "lockstep": options.lockstep}[(lines_of(case / "program") or ["lockstep"])[0]]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": scratch}
        environment.update(line.split("=", 1) for line in lines_of(case / "env"))
        for line in lines_of(case / "before"):
            subprocess.run([options.lockstep, *shlex.split(line)], cwd=folder, env=environment, timeout=TIMEOUT_S, check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        target = lines_of(case / "stdout-to")
        with open(target[0], "wb") if target else tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = subprocess.run([program, *lines_of(case / "args")], cwd=folder, env=environment, timeout=TIMEOUT_S,
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=False).returncode
            texts = {}
            for name, stream in zip(STREAMS, (out, err)):
                if name == "stdout" and target:
                    texts[name] = ""
                    continue
                stream.seek(0)
                texts[name] = redact(stream.read().decode("utf-8", "surrogateescape"), replacements)
        return {**texts, "status": f"{status}\n"}


def expected_of(case):
    return {name: path.read_bytes().decode("utf-8", "surrogateescape") if (path := case / name).exists() else ""
            for name in (*STREAMS, "status")}


def accept(case, answer):
    for name, text in answer.items():
        path = case / name
        if text:
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        else:
            path.unlink(missing_ok=True)


def difference(case, expected, answer):
    text = ""
    for name in answer:
        if expected[name] == answer[name]:
            continue
        diff = difflib.unified_diff(expected[name].splitlines(True), answer[name].splitlines(True),
                                    f"{case.name}/{name}", f"{case.name}/{name} now")
        text += "".join(line if line.endswith("\n") else line + "\n\\ no end of line\n" for line in diff)
    return text


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lockstep", required=True, type=pathlib.Path)
    parser.add_argument("--ctest", default=shutil.which("ctest"), type=pathlib.Path)
    parser.add_argument("--accept", action="store_true", help="what the program says now is what is expected")
    parser.add_argument("cases", nargs="+", type=pathlib.Path)
    options = parser.parse_args(arguments)
    options.lockstep, options.ctest = options.lockstep.resolve(), options.ctest.absolute()
    wrong = 0
    for case in options.cases:
        if not (case / "args").exists():
            raise SystemExit(f"'{case}' is no case: it has no file 'args'")
        answer = answer_of(case, options)
        changes = difference(case, expected_of(case), answer)
        if not changes:
            continue
        sys.stdout.buffer.write(changes.encode("utf-8", "surrogateescape"))
        if options.accept:
            accept(case, answer)
        else:
            wrong += 1
    if wrong:
        print("If the new answer is right: cmake --build BUILD-TREE --target accept-goldens, and look at the difference")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
