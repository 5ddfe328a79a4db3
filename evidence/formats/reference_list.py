"""Plain reference lists, as they stand at the end of a page or manuscript or as PubMed's "Summary" download.

Numbered ("1. ", "[1] ", "2 Name …") or set apart by empty lines, or one on each line. A number begins a new reference
when it goes on counting; a reference may run over several lines. The printed text is kept in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from evidence.formats import HEAD_BYTES, Format, _citation, _lines
from evidence.formats._draft import ExternalIds
from evidence.formats._lines import Line
from evidence.records import Item, Record
from evidence.text import clean

MAX_REFERENCE: Final = 50_000
"""Longest reference taken, in characters; one with a thousand authors has about 20,000."""

MAX_PARAGRAPH: Final = 1_000_000
"""Longest stretch without an empty line that is looked at as a whole, in characters: some 4,000 references."""

_NUMBER: Final = re.compile(
    r"^\W{0,3}(?:\[\^?(?P<a>\d{1,4})\][:.]?|\((?P<b>\d{1,4})\)|(?P<c>\d{1,4})[.):\]])(?:\s+|$)(?=\D|\d)"
)
_BARE_NUMBER: Final = re.compile(r"^\s*(?P<c>\d{1,4})\s+(?=[A-ZÀ-Þ“\"'])")
_BULLET: Final = re.compile(r"^\s{0,3}[-*•]\s+(?=\S)")
_UNFINISHED: Final = re.compile(r"(?:[-–,:;(/&]|\b(?:doi|and|of|the|pp?\.|vol\.|no\.))\s*$", re.I)
_HEADING: Final = re.compile(
    r"^\W*(?:references?|bibliography|literature(?: cited)?|works cited|sources|further reading)\W*$", re.I
)
_FOREIGN: Final = re.compile(
    r"Author information:|^\s*<|^\s*[\[{]\s*[\"{]|^@\w+\s*[{(]|^%[0A-Z] |^[A-Z][A-Z0-9]{1,3} {0,2}- "
    r"|^--[A-Z]{2}--|^(?:FN|VR|PT) \w|^[A-Z][a-z]+: \t|^Link to the |^---\s*$",
    re.M,
)
"""Lines of other formats: PubMed's Abstract text, XML, JSON, BibTeX, EndNote's %-tags, MEDLINE, tagged ISI, Ovid."""


@dataclass(slots=True)
class _Reference:
    """The lines of one reference; `number` is empty when none is printed."""

    line: int
    number: str = ""
    lines: list[str] = field(default_factory=list)
    fault: str = ""
    size: int = 0

    def add(self, text: str) -> None:
        self.size += len(text) + 1
        if self.size > MAX_REFERENCE:
            self.fault, self.lines = f"is longer than {MAX_REFERENCE:,} characters", self.lines[:20]
        else:
            self.lines.append(text)

    @property
    def printed(self) -> str:
        """The text as it stands, lines kept apart; a word cut at a hyphen is joined."""
        joined = "\n".join(self.lines)
        return re.sub(r"(?<=\w-)\n\s*(?=\w)", "", joined).strip()


def recognise(head: bytes) -> bool:
    """Most pieces of the text look like references, and at least one says where it appeared or has an identifier."""
    text = head.decode("utf-8", "ignore")
    if "\x00" in text or _FOREIGN.search(text):
        return False
    found = list(_split(_numbered(text)))
    if len(head) >= HEAD_BYTES and len(found) > 1:
        found.pop()  # cut off
    points = [_citation.is_reference(_without_number(r.printed)) for r in found if r.lines]
    good = sum(p >= 2 for p in points)
    return good > 0 and good >= 0.6 * len(points) and (max(points) >= 3 or good > 1)


def _numbered(text: str) -> Iterator[Line]:
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        yield Line(number, line)


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every reference of a list."""
    ids = ExternalIds(label)
    for ordinal, reference in enumerate(_split(_lines.lines(stream)), 1):
        printed = reference.printed
        if reference.fault:
            yield _lines.rejected(label, reference.fault, reference.line, printed)
            continue
        found = citation(printed, ids.make(reference.number, ordinal))
        if found is None:
            yield _lines.rejected(label, "is no reference that can be read", reference.line, printed)
        else:
            yield found


def citation(printed: str, external_id: str) -> Record | None:
    """One reference as printed, with its number or without; None when nothing in it can be recognised."""
    draft = _citation.parse(_without_number(printed))
    if draft is None:
        return None
    draft.extra.insert(0, ("reference", clean(printed)))
    return draft.record("references", external_id)


def _without_number(printed: str) -> str:
    found = _NUMBER.match(printed) or _BARE_NUMBER.match(printed) or _BULLET.match(printed)
    return printed[found.end() :] if found else printed


def _split(lines: Iterable[Line]) -> Iterator[_Reference]:
    """References in order. Headings ("References") are none."""
    paragraph: list[Line] = []
    last = size = 0
    for line in lines:
        blank = not line.fault and not line.text.strip()
        if not blank and not _HEADING.match(line.text[:200]):
            paragraph.append(line)
            size += len(line.text)
        if (blank or size > MAX_PARAGRAPH) and paragraph:
            found = list(_paragraph(paragraph, last))
            yield from found
            last, paragraph, size = _last_number(found, last), [], 0
    yield from _paragraph(paragraph, last)


def _last_number(found: list[_Reference], last: int) -> int:
    numbers = [int(r.number) for r in found if r.number]
    return numbers[-1] if numbers else last


def _paragraph(lines: list[Line], last: int) -> Iterator[_Reference]:
    """The references of a paragraph: cut at numbers that go on counting, at bullets, else at lines that stand alone."""
    if not lines:
        return
    if not any(_number(line.text, last, first=i == 0) for i, line in enumerate(lines)) and _each_alone(lines):
        for line in lines:
            yield _one([line])
        return
    bullets = bool(_BULLET.match(lines[0].text))
    open_: _Reference | None = None
    for i, line in enumerate(lines):
        goes_on = i > 0 and _UNFINISHED.search(lines[i - 1].text)
        number = "" if goes_on else _number(line.text, last, first=i == 0)
        if open_ is None or number or (bullets and _BULLET.match(line.text)):
            if open_ is not None:
                yield open_
            open_ = _Reference(line.number, number)
            last = int(number) if number else last
        if line.fault:
            open_.fault = open_.fault or f"line {line.number} {line.fault}"
        open_.add(line.text)
    if open_ is not None:
        yield open_


def _one(lines: list[Line]) -> _Reference:
    reference = _Reference(lines[0].number)
    for line in lines:
        reference.fault = reference.fault or (f"line {line.number} {line.fault}" if line.fault else "")
        reference.add(line.text)
    return reference


def _number(text: str, last: int, *, first: bool) -> str:
    """The reference number a line begins with, when it goes on counting (after an empty line it need not)."""
    found = _NUMBER.match(text)
    if found is not None:
        number = found["a"] or found["b"] or found["c"]
        ok = int(number) == last + 1 or (first and int(number) > last) or last == 0 and int(number) <= 999
        return number if ok else ""
    found = _BARE_NUMBER.match(text)
    if found is not None and (int(found["c"]) == last + 1 or (last == 0 and first and int(found["c"]) < 1000)):
        return found["c"]
    return ""


def _each_alone(lines: list[Line]) -> bool:
    """True when every line of a paragraph is a reference by itself."""
    return len(lines) == 1 or all(_citation.is_reference(_without_number(line.text)) >= 2 for line in lines)


FORMAT: Final = Format(
    name="references",
    label="Reference list",
    suffixes=(".txt", ".md"),
    media_type="text/plain",
    recognise=recognise,
    read=read,
)
