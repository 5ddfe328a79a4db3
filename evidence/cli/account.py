"""What became of the records that came in, in numbers and in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evidence.ingest import Report

COUNTS: Final = ("total", "added", "revised", "unchanged", "merged", "queued", "rejected", "deletions")


def counts(report: Report) -> dict[str, int]:
    """The report's numbers; every record that came in is in exactly one beside `total`."""
    return {"total": report.total, **report.counts()}


def sentence(numbers: Mapping[str, int]) -> str:
    """The numbers as one line: "4 records: 3 added, 1 merged"."""
    total = numbers["total"]
    parts = [f"{numbers[name]} {name}" for name in COUNTS[1:] if numbers[name]]
    return f"{total} record{'' if total == 1 else 's'}: {', '.join(parts) or 'nothing'}"


def complaints(report: Report) -> Iterator[str]:
    """Each rejection as file:line and reason, then the report's notes."""
    for rejected in report.rejected:
        line = f":{rejected.line}" if rejected.line is not None else ""
        yield f"{rejected.subject}{line}: {rejected.reason}"
    yield from report.notes


def account(report: Report) -> dict[str, Any]:
    """The report for JSON, each rejection with its place and reason."""
    rejections = [{"subject": r.subject, "line": r.line, "reason": r.reason} for r in report.rejected]
    return {**counts(report), "rejections": rejections, "notes": report.notes}
