#!/usr/bin/env python3
"""Fails unless every code of a diagnostic in the sources stands in the expected output of a golden case.

    codes.py SOURCE-FOLDER GOLDEN-FOLDER

A code is a string literal of small letters and '-', such as "unknown-pool". Literals of that form which are none are
listed below; one that has gone from the sources must go from the list too.
"""
import pathlib
import re
import sys

NOT_CODES = {
    "class-name": "key of Catch2's",
    "source-info": "key of Catch2's",
    "source-location": "key of Catch2's",
    "not-built": "option",
    "not-listed": "option",
    "text-digits": "rules of names",
    "build-dir": "option",
    "clean-up": "words of a message",
    "diagnostic-format": "option",
    "keep-log": "internal command",
    "lockstep-exec": "program",
    "only-wait": "option",
    "back-references": "words of a message",
}

LITERAL = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"')
SHOWN = re.compile(r'\[([a-z0-9-]+)\]$|"code": ?"([a-z0-9-]+)"', re.MULTILINE)


def without_comments(text):
    return re.sub(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/',
                  lambda match: match[0] if match[0].startswith('"') else " ", text, flags=re.DOTALL)


def literals_of(sources):
    literals = {}
    for path in sorted(sources.rglob("*.[ch]pp")):
        for match in LITERAL.finditer(without_comments(path.read_text(encoding="utf-8"))):
            literals.setdefault(match[1], path.relative_to(sources))
    return literals


def shown_codes(goldens):
    shown = set()
    for path in goldens.glob("*/std*"):
        for match in SHOWN.finditer(path.read_text(encoding="utf-8", errors="surrogateescape")):
            shown.add(match[1] or match[2])
    return shown


def problems(sources, goldens):
    literals, shown = literals_of(sources), shown_codes(goldens)
    if not literals:
        yield f"no code of a diagnostic was found below '{sources}'"
    for code, path in literals.items():
        if code not in NOT_CODES and code not in shown:
            yield f"no golden case shows '{code}' ({path})"
    for word in NOT_CODES:
        if word not in literals:
            yield f"'{word}' is on the list of literals that are no codes, and no longer in the sources"


def main():
    found = list(problems(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
    print("\n".join(found) or "every code has a case")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
