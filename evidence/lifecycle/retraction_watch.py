"""The Retraction Watch data set, as Crossref publishes it: a CSV whose every row is one event of one work. Pure.

Columns: https://www.crossref.org/documentation/retrieve-metadata/retraction-watch/ . A row without a usable number of
its work can never be joined to a study and is simply of none here. Crossref says that the file has bytes that are no
UTF-8: they are replaced, for they stand in names only.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Final, TextIO

from evidence import identifiers, text
from evidence.errors import BadInput
from evidence.identifiers import Identifier
from evidence.lifecycle.statements import Kind, Listed, Statement
from evidence.records import PartialDate, Rejected

SOURCE: Final = "retraction-watch"
"""The name of the source in the store."""

NATURES: Final[dict[str, Kind]] = {
    "retraction": "retraction",
    "expression of concern": "concern",
    "correction": "correction",
    "reinstatement": "reinstatement",
}
"""RetractionNature, in lower case, and what it says of the work."""

_NEEDED: Final = (
    *("Record ID", "RetractionNature", "OriginalPaperDOI", "OriginalPaperPubMedID"),
    *("RetractionDate", "RetractionDOI", "RetractionPubMedID"),
)
_REPLACED: Final = re.compile(r"\bretract and replace\b", re.I)
"""The reason by which Retraction Watch marks a work that was published anew in its corrected form."""

_SLASHED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b.*", re.ASCII | re.S)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\b.*", re.ASCII | re.S)
_LONGEST_NOTE: Final = 1000


def read(stream: IO[bytes], name: str) -> Iterator[Listed | Rejected]:
    """Every row of the file, in order: what it says, or why it says nothing, with its line.

    Yields one Rejected, and no more, where the file is no such CSV. `ref` is the Record ID. Raises BadInput for a file
    that cannot be read to its end.
    """
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    try:
        yield from _rows(lines, name)
    except (OSError, EOFError, zlib.error) as exc:  # a gzip file cut short, above all
        raise BadInput(name, f"cannot be read to its end ({exc})") from None
    finally:
        with contextlib.suppress(ValueError):  # closed already
            lines.detach()  # the file is the caller's


def _rows(lines: TextIO, name: str) -> Iterator[Listed | Rejected]:
    rows = csv.reader(lines)
    try:
        head = [cell.strip() for cell in next(rows, [])]
    except csv.Error:
        head = []
    missing = [column for column in _NEEDED if column not in head]
    if missing:
        yield Rejected(subject=name, line=1, reason=f"is no Retraction Watch file: no column {', '.join(missing)}")
        return
    columns = {column: at for at, column in enumerate(head)}
    seen: dict[str, int] = {}
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as exc:
            yield Rejected(subject=name, line=line, reason=f"cannot be read as CSV: {exc}")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(cells, columns, seen, name, line)


def _row(
    cells: Sequence[str], columns: dict[str, int], seen: dict[str, int], name: str, line: int
) -> Listed | Rejected:
    def cell(column: str) -> str:
        at = columns.get(column)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    ref, nature = cell("Record ID"), cell("RetractionNature")
    kind = NATURES.get(" ".join(nature.lower().split()))
    fault = ""
    if len(cells) < max(columns[c] for c in _NEEDED) + 1:
        fault = f"has {len(cells)} of {len(columns)} columns"
    elif not ref:
        fault = "has no Record ID"
    elif ref in seen:
        fault = f"Record ID {ref[:40]} stands on line {seen[ref]} already"
    elif kind is None:
        fault = f"RetractionNature {nature[:60]!r} is not known"
    if fault or kind is None:
        return Rejected(subject=name, line=line, reason=fault)
    seen[ref] = line
    if kind == "retraction" and _REPLACED.search(cell("Reason")):
        kind = "replacement"
    notice = (_number("pmid", cell("RetractionPubMedID")), _number("doi", cell("RetractionDOI")))
    statement = Statement(
        kind=kind,
        source=SOURCE,
        basis="row",
        notice=tuple(i for i in notice if i is not None),
        date=_day(cell("RetractionDate")),
        note=_reasons(cell("Reason")),
        ref=text.clean(ref)[:100],
    )
    pmid, doi = _number("pmid", cell("OriginalPaperPubMedID")), _number("doi", cell("OriginalPaperDOI"))
    return Listed(
        statement=statement,
        pmid=pmid.value if pmid else "",
        doi=doi.value if doi else "",
        title=text.clean(cell("Title"))[:500],
    )


def _number(scheme: str, raw: str) -> Identifier | None:
    """A PMID or DOI; "0", "unavailable" and the like are none."""
    if len(raw) < 2 and raw in ("", "0") or raw.lower() == "unavailable":
        return None
    return identifiers.try_parse(scheme, raw)


def _day(raw: str) -> PartialDate | None:
    """ "11/9/2023 0:00" (month first) or "2023-11-09"; None for what is no day."""
    if found := _SLASHED.fullmatch(raw):
        month, day, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(raw):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        date(year, month, day)
    except ValueError:
        return None
    return PartialDate(year=year, month=month, day=day)


def _reasons(raw: str) -> str:
    """ "+Error in Data;+Unreliable Results;" as a list in words."""
    parts = (part.strip().lstrip("+").strip() for part in raw.split(";"))
    return text.clean("; ".join(part for part in parts if part))[:_LONGEST_NOTE]
