"""JSON lines of source records: our own lossless form, one record a line, defaults left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from evidence import recordjson
from evidence.formats import Format, _lines
from evidence.formats._options import COMPLETE, Options
from evidence.identifiers import try_parse
from evidence.records import Item, Record
from evidence.text import balanced
from evidence.views import Study

_RECORD: Final = re.compile(rb'(?m)^[ \t]*\{"source":"[^"]*","external_id":"')
_FOREIGN: Final = re.compile(rb'\s*\{[^\n]*"(?:title|abstract)"\s*:', re.I)


def recognise(head: bytes) -> bool:
    """A line that begins a record. A first line that is odd costs itself, not its file; one that another program wrote
    makes the file that program's.
    """
    found = _RECORD.search(head)
    return found is not None and (not head[: found.start()].strip() or not _FOREIGN.match(head))


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every record of a file of JSON lines; empty lines count for nothing."""
    for line in _lines.lines(stream):
        if not line.text.strip() and not line.fault:
            continue
        reason = f"line {line.number} {line.fault}" if line.fault else ""
        record: Record | None = None
        if not reason:
            try:
                record = recordjson.load(line.text.encode("utf-8", "replace"))
            except ValueError as exc:
                reason = f"is no record ({_first(str(exc))}); --format json-lines reads lines of other programs"
        if record is not None:
            reason = _fault(record)
        if record is None or reason:
            yield _lines.rejected(label, reason, line.number, line.text)
        else:
            yield record


def _first(message: str) -> str:
    """What pydantic found first, in one line."""
    lines = [part.strip() for part in message.splitlines() if part.strip()]
    return " ".join(lines[1:3])[:200] if len(lines) > 1 else " ".join(lines)[:200]


def _fault(record: Record) -> str:
    """Why a record of the right shape cannot be taken: its values are those of a stranger's file, not our store's."""
    if not record.source or not record.external_id:
        return "names no source or no id"
    if b"\\u0000" in recordjson.dump(record).replace(b"\\\\", b""):
        return "holds NUL characters"
    if record.url and not record.url.lower().startswith(("https://", "http://", "ftp://")):
        return f"holds an address that is none ({record.url[:60]!r})"
    for identifier in record.identifiers:
        found = try_parse(identifier.scheme, identifier.value)
        if found != identifier:
            return f"holds {identifier.scheme} {identifier.value[:60]!r}, which is not in normal form"
    for markup in (record.title, record.vernacular_title, record.book_title, *(s.text for s in record.abstract)):
        if balanced(markup) != markup or re.search(r"<(?!/?(?:i|b|u|sub|sup)>)", markup):
            return "holds markup other than the five inline tags"
    return ""


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """What every source said of each study, one source record a line; the study's key comes with the first.

    Not the projection: read back, that would pass for something PubMed said; and whole, whatever the options say, for a
    source is quoted, not edited.
    """
    for study in studies:
        records = [member.record for member in study.members] or [study.record]
        first = records[0]
        keys = (study.row.key, *(k for k in first.keys if k != study.row.key))
        for record in (replace(first, keys=keys), *records[1:]):
            yield recordjson.dump(record).decode() + "\n"


FORMAT: Final = Format(
    name="jsonl",
    label="JSON lines of source records",
    suffixes=(".jsonl", ".ndjson"),
    media_type="application/x-ndjson",
    recognise=recognise,
    read=read,
    write=write,
)
