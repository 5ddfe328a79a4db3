"""The reason that a person gives for a decision: kept for ever and shown to others, so it must read as written."""

from __future__ import annotations

from evidence.errors import UsageProblem
from evidence.text import clean, hidden


def reason_of(given: str) -> str:
    """The reason as it is kept: `clean`, like every text that is stored. Raises UsageProblem for what would still turn
    or hide words on a page; leaving it out unasked could put other words into a person's mouth.
    """
    kept = clean(given)
    if found := hidden(kept):
        raise UsageProblem("reason", f"has the character {found}, which nobody sees; write it without")
    return kept
