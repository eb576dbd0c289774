"""The repository's pages and the code blocks on them."""
import os
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGES = [TOP / "README.md", TOP / "ARCHITECTURE.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md")),
         *sorted((TOP / "examples").rglob("README.md"))]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", flags=re.DOTALL | re.MULTILINE)


def all_blocks(page):
    """Pairs of language and text, in order."""
    return [(match[2], re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE)) for match in _BLOCK.finditer(page.read_text())]


def blocks(page, language):
    return [text for kind, text in all_blocks(page) if kind == language]


def clean_environment():
    return {k: v for k, v in os.environ.items() if not k.startswith(("LOCKSTEP_", "CTEST_"))}
