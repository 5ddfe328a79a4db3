"""Entries in the form that programs write: a key, then `name = {value},` for each field. Read by one expression.

Most files hold nothing else. What is laid out otherwise (parentheses, quotation marks, concatenation, text between
entries, a broken entry) is left to bibtexparser, from the first such place to the end of the file: `entries` says how
far it came. Ten times as fast as a scanner written in Python; braces may be nested five deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# Possessive throughout, so that no file takes more than linear time. A brace behind a backslash is text, as it is
# for bibtexparser (`(?<!\\)[{}]`).
_RUN: Final = r"(?:[^{}\\]++|\\[{}]|\\(?![{}]))"


def _nested(depth: int) -> str:
    inner = rf"(?:{_RUN}|{_nested(depth - 1)})*+" if depth else rf"{_RUN}*+"
    return rf"\{{{inner}\}}"


_FIELD: Final = rf"([A-Za-z][\w-]*+)\s*+=\s*+({_nested(5)}|[0-9]++|[A-Za-z]++)"
_UNNAMED: Final = _FIELD.replace("([A-Za-z]", "(?:[A-Za-z]", 1).replace(r"\s*+(\{", r"\s*+(?:\{", 1)
_ENTRY: Final = re.compile(
    rf"\s*+(@(?P<type>[A-Za-z]++)\{{(?P<key>[^\s,{{}}\"=#()@\\]++),\s*+"
    rf"(?P<body>(?:{_UNNAMED}\s*+,\s*+)*+(?:{_UNNAMED}\s*+)?)\}}[ \t]*+)(?=\n|\Z)"
)
_PREAMBLE: Final = re.compile(rf"\s*+@preamble(?:{_nested(8)})[ \t]*+(?=\n|\Z)", re.I)
_FIELDS: Final = re.compile(_FIELD)
_NO_ENTRIES: Final = frozenset(("comment", "preamble", "string"))


class Plain(NamedTuple):
    """An entry: its type and key, names and expressions of its fields, its line, its text, and where it ends."""

    type: str
    key: str
    fields: list[tuple[str, str]]
    line: int
    raw: str
    end: int


def entries(text: str) -> Iterator[Plain]:
    """Entries from the beginning of a text, as long as they are plain; preambles are passed over."""
    at, line = 0, 1
    while True:
        found = _ENTRY.match(text, at)
        if found is None:
            skipped = _PREAMBLE.match(text, at)
            if skipped is None:
                return
            line += text.count("\n", at, skipped.end())
            at = skipped.end()
            continue
        raw = found[1]
        if found["type"].lower() in _NO_ENTRIES or "\n@" in raw:  # that may be an entry within an unclosed one
            return
        line += text.count("\n", at, found.start(1))
        yield Plain(found["type"], found["key"], _FIELDS.findall(found["body"]), line, raw, found.end())
        line += raw.count("\n")
        at = found.end()
