"""What became of a study after it appeared, line by line: who says so, when, by which notice, who was last asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.records import PartialDate
    from evidence.views import StatementView, Study


def life(study: Study) -> Iterator[tuple[str, str]]:
    """Label and text of each line."""
    known = study.life
    if known is None:
        return
    for said in known.statements:
        yield "said", _statement(said)
    yield from (("differ", f"{words}") for words in known.disagreements)
    yield from (("not counted", words) for words in known.doubts)
    for check in known.checks:
        yield "checked", f"{check.source_name} {_moment(check.at)}{f' ({check.file})' if check.file else ''}"
    if known.unnamed:
        yield "checked", "it has no PMID or DOI by which it could be looked up"


def _statement(said: StatementView) -> str:
    notices = [f"{i.scheme} {i.value}" for i in said.notice]
    parts = [
        f"{said.kind} by {said.source_name}",
        _date(said.date) if said.date else "",
        f"notice {', '.join(notices)}" if notices else "",
        said.citation,
        said.note,
        "" if said.standing else "taken back by a reinstatement",
        f"known here since {_moment(said.since)}" if said.since else "",
        f"seen by {said.seen_by}" if said.seen_by else "",
    ]
    return "; ".join(part for part in parts if part)


def _date(date: PartialDate) -> str:
    """A date as precise as its source: 2015-06-01, 2015-06, 2015."""
    if not date.year:
        return date.text
    known = [n for n in (date.month, date.day if date.month else None) if n]
    return "-".join([f"{date.year:04d}", *(f"{n:02d}" for n in known)])


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
