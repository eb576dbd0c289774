#!/usr/bin/env python3
"""Derives package sources of another suite from the sources this Debian already uses.

Prints one path a line: files written below OUT, each holding one entry of the given source files as it would read for
SUITE instead of RELEASE, component main. Everything else of an entry (mirror, Signed-By, options) stays, so whatever
reaches and trusts the system's own packages reaches and trusts these. Both formats of sources.list(5) are read.
"""

import argparse
import pathlib
import re
import sys

ONE_LINE = re.compile(r"deb\s+(?P<options>\[[^]]*\]\s+)?(?P<uri>(?!cdrom:)\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)")


def fields_of(stanza):
    """The fields of one deb822 paragraph as (name, value) pairs; a value keeps its continuation lines (a key, say)."""
    fields = []
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and fields:
            fields[-1][1] += "\n" + line
        elif ":" in line:
            name, value = line.split(":", 1)
            fields.append([name, value.strip()])
    return fields


def from_deb822(text, release, suite):
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = fields_of(stanza)
        values = {name.lower(): value.split() for name, value in fields}
        if (
            "deb" not in values.get("types", [])
            or release not in values.get("suites", [])
            or "main" not in values.get("components", [])
            or values.get("enabled") == ["no"]
        ):
            continue
        changed = {"types": "deb", "suites": suite, "components": "main"}
        yield "".join(f"{name}: {changed.get(name.lower(), value)}\n" for name, value in fields)


def from_one_line(text, release, suite):
    for line in text.splitlines():
        match = ONE_LINE.fullmatch(line.split("#", 1)[0].strip())
        if match and match["suite"] == release and "main" in match["components"].split():
            yield f"deb {match['options'] or ''}{match['uri']} {suite} main\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", required=True, help="the suite to take after, such as bookworm")
    parser.add_argument("--suite", required=True, help="the suite wanted, such as bookworm-backports")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="existing folder for the files written")
    parser.add_argument("sources", nargs="*", type=pathlib.Path, help="*.list and *.sources files")
    arguments = parser.parse_args()

    readers = {".list": from_one_line, ".sources": from_deb822}
    count = 0
    for path in arguments.sources:
        if path.suffix not in readers:
            continue  # apt ignores such files too
        for entry in readers[path.suffix](path.read_text(encoding="utf-8"), arguments.release, arguments.suite):
            count += 1
            written = arguments.out / f"{count}{path.suffix}"
            written.write_text(entry, encoding="utf-8")
            print(written)
    if count == 0:
        sys.exit(f"apt_suite_sources.py: no source of this system is for {arguments.release} main")


if __name__ == "__main__":
    main()
