"""A large CSV file as two halves that can be read at the same time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evidence.formats import _csv_rows, _lines, open_path, tabular
from evidence.records import Item

LEAST_BYTES: Final = 1_000_000
"""Below this a second process costs more than it saves."""

_MOST_BYTES: Final = 500_000_000
_TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Halves:
    """Both halves, each under the header line; the lines of the file before the second half's first row."""

    label: str
    texts: tuple[bytes, bytes]
    lines_before: int

    def items(self, which: int) -> Iterator[Item]:
        """The items of one half."""
        return tabular.read(io.BytesIO(self.texts[which]), self.label)


def table(path: Path) -> Halves | None:
    """The halves of a CSV or TSV file, or None where it is small, another format, or has no row end that is certain."""
    if not path.name.lower().removesuffix(".gz").endswith((".csv", ".tsv")):
        return None
    with open_path(path) as stream:
        raw = stream.read(_MOST_BYTES + 1)
    if not LEAST_BYTES <= len(raw) <= _MOST_BYTES or not _lines.is_utf8(raw):
        return None
    head = raw.find(b"\n") + 1
    if not head or raw.count(b'"', 0, head) % 2 or raw.count(b'"') % 2 or not tabular.recognise(raw[:head]):
        return None
    middle = _row_end(raw, head)
    if middle is None:
        return None
    lines = raw.count(b"\n", 0, middle) - 1
    return Halves(path.name, (raw[:middle], raw[:head] + raw[middle:]), lines)


def _row_end(raw: bytes, head: int) -> int | None:
    """Where a row ends near the middle: no quotation mark is open, and the next row has the header's columns."""
    width = len(_csv_rows.header(raw[:head].decode("utf-8", "replace").rstrip("\r\n")))
    at = raw.find(b"\n", len(raw) // 2) + 1
    marks = raw.count(b'"', 0, at)
    start = at if marks % 2 == 0 else 0
    for _ in range(_TRIES):
        end = raw.find(b"\n", at) + 1
        if not at or not end:
            return None
        marks += raw.count(b'"', at, end)
        if marks % 2 == 0:
            if start and _cells(raw[start:end], raw[:head]) == width:
                return start
            start = end
        at = end
    return None


def _cells(line: bytes, header: bytes) -> int:
    row = next(_csv_rows.rows(io.BytesIO(line), _csv_rows.sniff(header.decode("utf-8", "replace"))), None)
    return len(row.cells) if row is not None else 0
