"""What became of every item that came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from evidence.records import Rejected

OUTCOMES: Final = ("added", "revised", "unchanged", "merged", "queued", "rejected", "deletions")


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """A citation key that a file gives a record and that does not lead to it here; `key` is the study's own.

    `taken`: the key leads to another study; else it cannot be a key (citekeys.is_writable).
    """

    given: str
    key: str
    taken: bool


@dataclass(slots=True)
class Report:
    """What became of every item: the outcomes are disjoint and their sum is `total`."""

    added: int = 0
    revised: int = 0
    unchanged: int = 0
    merged: int = 0
    queued: int = 0
    deletions: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rekeyed: list[Rekeyed] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Items that came in."""
        return sum(self.counts().values())

    def counts(self) -> dict[str, int]:
        """Outcome → items."""
        return {name: len(self.rejected) if name == "rejected" else getattr(self, name) for name in OUTCOMES}

    def count(self, outcome: str) -> None:
        """One more of an outcome."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def add(self, other: Report) -> None:
        """Take another report's counts in."""
        for name in OUTCOMES:
            if name != "rejected":
                setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejected += other.rejected
        self.notes += other.notes
        self.rekeyed += other.rekeyed

    def lines(self) -> list[str]:
        """The report as sentences for a person."""
        head = ", ".join(f"{n} {name}" for name, n in self.counts().items() if n) or "nothing came in"
        listed = [f"  rejected {where(r)}: {r.reason}" for r in self.rejected]
        return [f"{self.total} in: {head}", *self.notes, *listed]


def where(rejected: Rejected) -> str:
    """File and line of a rejection."""
    return f"{rejected.subject}:{rejected.line}" if rejected.line is not None else rejected.subject
