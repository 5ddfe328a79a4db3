"""BibTeX below the entry: field expressions (`{…} # name # "…"`), @string macros, inheritance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from evidence.formats._dates import MONTH_NAMES

MAX_VALUE: Final = 1_000_000
"""Longest value after its macros are put in: macros that double each other must not fill the memory."""

_MACROS: Final = {name[:3].lower(): name for name in MONTH_NAMES if name}
_BARE: Final = re.compile(r"[^\s#{}\"]+")
_BRACE: Final = re.compile(r"[{}](?<!\\.)")  # the brace comes first, so that the engine can look for it
_BRACE_OR_QUOTE: Final = re.compile(r'(?<!\\)[{}]|"')

_MOST_PARENTS: Final = 20
_MOST_FIELDS: Final = 200
"""Entries and fields that are handed down; real ones have one or two, and twenty."""

# What a part takes from the work it stands in, when it does not say it itself. BibTeX hands down every missing field;
# identifiers, abstract and pages of a book are not those of its chapter (biblatex manual, appendix B).
_INHERITED: Final = frozenset(
    [
        "editor",
        "publisher",
        "address",
        "location",
        "year",
        "month",
        "date",
        "isbn",
        "issn",
        "series",
        "volume",
        "edition",
        "organization",
        "institution",
        "school",
        "journal",
        "journaltitle",
        "shortjournal",
        "language",
        "langid",
        "eventtitle",
        "booktitle",
    ]
)


@dataclass(slots=True)
class Entry:
    """An entry with its values resolved: lower-case field names in the file's order, delimiters gone."""

    type: str
    key: str
    line: int
    fields: dict[str, str]
    again: list[tuple[str, str]] = field(default_factory=list)  # fields that stand twice
    raw: str = ""


class TooLong(Exception):
    """A value grew beyond the limit."""


class Macros:
    """@string definitions, names without regard to case; the months are there from the start."""

    def __init__(self) -> None:
        self._values: dict[str, str] = dict(_MACROS)

    def define(self, name: str, expression: str) -> None:
        """A definition; what it refers to must come before it."""
        try:
            self._values[name.strip().lower()] = self.resolve(expression)
        except TooLong:
            self._values.pop(name.strip().lower(), None)

    def resolve(self, expression: str) -> str:
        """The value of an expression. Raises TooLong."""
        text = expression.strip()
        if text[:1] == "{" and text.find("}") == len(text) - 1 and text.find("{", 1) < 0:
            return text[1:-1]
        whole = _delimited(text, 0)  # of any length: nothing is put together
        if whole is not None and whole[1] == len(text):
            return whole[0]
        if len(text) > MAX_VALUE:
            raise TooLong
        parts: list[str] = []
        size = at = 0
        broken = ""  # delimiters that nothing closes: looked for once, not at each of them
        while at < len(text):
            found = _delimited(text, at) if text[at] not in broken else None
            if found is None and text[at] in '{"':
                broken += text[at]
            if found is not None:
                piece, at = found
            else:
                bare = _BARE.match(text, at)
                if bare is None:  # white space, the # between parts, a stray delimiter
                    at += 1
                    continue
                piece, at = self._values.get(bare[0].lower(), bare[0]), bare.end()
            parts.append(piece)
            size += len(piece)
            if size > MAX_VALUE:
                raise TooLong
        return "".join(parts)


def _delimited(text: str, at: int) -> tuple[str, int] | None:
    """The `{…}` or `"…"` that starts here and where it ends, or None."""
    if text[at : at + 1] == "{":
        depth = 0
        for match in _BRACE.finditer(text, at):
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                return text[at + 1 : match.start()], match.end()
    elif text[at : at + 1] == '"':
        depth = 0
        for match in _BRACE_OR_QUOTE.finditer(text, at + 1):
            if match[0] == '"' and depth <= 0:
                return text[at + 1 : match.start()], match.end()
            depth += {"{": 1, "}": -1}.get(match[0], 0)
    return None


def inherit(entries: Iterable[Entry]) -> None:
    """Give each entry what its `crossref` or `xdata` hands down. One step only, so that circles cannot turn."""
    listed = list(entries)
    if not any(e.fields.get("crossref") or e.fields.get("xdata") for e in listed):
        return
    # An entry without a key, as EndNote writes them, cannot be named.
    by_key: Mapping[str, Entry] = {e.key.lower(): e for e in reversed(listed) if e.key}
    before = {key: dict(e.fields) for key, e in by_key.items()}
    for entry in listed:
        for name in entry.fields.get("xdata", "").split(",")[:_MOST_PARENTS]:
            for field_name, value in before.get(name.strip().lower(), {}).items():
                entry.fields.setdefault(field_name, value)
        parent = before.get(entry.fields.get("crossref", "").strip().lower())
        if parent is None or len(parent) > _MOST_FIELDS:
            continue
        alias = "title" not in entry.fields  # nothing of its own: it stands for the other entry
        handed = {n: v for n, v in parent.items() if alias or n in _INHERITED}
        if entry.type.startswith("in") and "title" in parent:
            handed.setdefault("booktitle", parent["title"])
        for name, value in handed.items():
            entry.fields.setdefault(name, value)
