"""When several statements are one word, so that a reader need be told of it but once. Pure."""

from __future__ import annotations

from typing import Final

from evidence.lifecycle.statements import SEVERITY, STATE, Statement

SAID: Final = "status-said"
"""The kind of event that tells of a statement about a work: its detail is the statement (ingest/statuses.py)."""

CARRIED: Final = "status-carried"
"""The kind of event by which a statement is what an earlier one told of already: that one's number is the detail's
"event", 0 where the statement went with the records of another study.
"""

UNSAID: Final = "status-withdrawn"
"""The kind of event by which the statement of the detail's "key" is made no more, or is taken back by that of "by"."""


def gravity(said: Statement) -> int:
    """How grave the state is that a statement alone would give."""
    return SEVERITY.index(STATE.get(said.kind, "none"))


def one_matter(one: Statement, other: Statement) -> bool:
    """Whether two statements are one word, made again or passed on: of one voice, in the same row of its list, or of
    the same kind and notice.

    Crossref's `record-id` of a Retraction Watch entry, at the end of `ref`, is the list's own Record ID. What a row
    says may change, so that two statements on it may be of different gravity.
    """
    if one.key == other.key:
        return True
    if one.voice != other.voice:
        return False
    if one.kind != other.kind and not (one.kind in STATE and other.kind in STATE):
        return False
    number = _number(one.ref)
    if number and number == _number(other.ref):
        return True
    return one.kind == other.kind and not set(one.notice).isdisjoint(other.notice)


def completes(now: Statement, before: Statement) -> bool:
    """Whether a source says now with another reference what it said before, and says so no more: a mark, or a reference
    without a number, stands for the numbered one, unless the years differ.
    """
    if (now.source, now.kind, now.origin) != (before.source, before.kind, before.origin):
        return False
    if (now.notice and before.notice) or _number(now.ref) or _number(before.ref):
        return False
    years = {s.date.year for s in (now, before) if s.date is not None and s.date.year is not None}
    return len(years) < 2


def _number(ref: str) -> str:
    """A list's own number of a row: the whole, or, as Crossref passes it on, the end of `ref`; "" for none."""
    return ref.rpartition("|")[2]
