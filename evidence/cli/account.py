"""What became of the records that came in, in numbers and in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evidence.ingest import Report

MOST_KEYS: Final = 10
"""Keys that are named one by one."""
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


def keys_lost(report: Report) -> Iterator[str]:
    """The citation keys that could not be taken: whoever cites them must know which ones lead there now."""
    for one in report.rekeyed[:MOST_KEYS]:
        why = "leads to another study here" if one.taken else "cannot stand in a .bib"
        yield f"  key {one.given} {why}: this one is {one.key}"
    if (more := len(report.rekeyed) - MOST_KEYS) > 0:
        yield f"  and {more} more keys; --json names them all"


def account(report: Report) -> dict[str, Any]:
    """The report for JSON, each rejection with its place and reason."""
    rejections = [{"subject": r.subject, "line": r.line, "reason": r.reason} for r in report.rejected]
    return {
        **counts(report),
        "rejections": rejections,
        "notes": report.notes,
        "keys": [{"given": r.given, "key": r.key, "taken": r.taken} for r in report.rekeyed],
    }
