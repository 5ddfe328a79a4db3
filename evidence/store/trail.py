"""Which conditions' pages a change shows on: written with every event, so that a history is found without a search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from evidence.store import schema
from evidence.store.engine import Writer

SHOWN: Final = (
    *("publication_state", "upstream_state", "title", "byline", "citation", "language", "year", "design", "level"),
    *("n", "n_unit", "pmid", "doi", "pmcid", "identified", "registrations", "tags"),
)
"""The columns of a study (schema.Study) that a list shows: whatever differs in none of them is no news to a reader."""

Columns = Mapping[str, Any]


def note(writer: Writer, changes: Iterable[tuple[int, int, Columns | None, Columns | None]]) -> None:
    """Note changes: (first event, study, its columns before, its columns after; None where it is no study of its own).

    Nothing is written for a change that no page shows.
    """
    rows = [
        {"condition": condition, "event_id": event, "study_id": study}
        for event, study, before, after in changes
        for condition in touched(before, after)
    ]
    writer.add(schema.ConditionEvent, rows)


def touched(before: Columns | None, after: Columns | None) -> list[str]:
    """The conditions whose pages show a change."""
    was, now = conditions(before), conditions(after)
    if was == now and before and after and all(before[name] == after[name] for name in SHOWN):
        return []
    return sorted(was | now)


def conditions(columns: Columns | None) -> frozenset[str]:
    """The conditions on whose pages a study with these columns stands."""
    if columns is None or columns["inclusion"] != "included":
        return frozenset()
    tags = (tag.split(":") for tag in columns["tags"].split())
    return frozenset(slug for kind, slug, _ in tags if kind == "condition")
