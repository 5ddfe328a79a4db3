"""What a check is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeVar

from evidence.recompute import Difference
from evidence.store.engine import Store
from evidence.vocabulary import Vocabulary

T = TypeVar("T")

EXAMPLES: Final = 20
"""Findings of one check that are told in words; the others are counted."""

SAMPLE: Final = 1000
"""Studies worked out anew where not all are asked for: some 5 s. A fault that one study in a hundred has is seen with a
probability of 1 - 0.99^1000 = 0.99996."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: a study's key or another name, what is wrong, and what a repair needs to know."""

    subject: str
    what: str
    target: Any = None


@dataclass(slots=True)
class Check:
    """How a check went. `found`: findings; `fixed` of them were put right, `left` were not; `note`: what to know."""

    name: str
    unit: str
    repairable: bool
    looked_at: int = 0
    found: int = 0
    fixed: int = 0
    left: int = 0
    seconds: float = 0.0
    note: str = ""
    examples: list[Finding] = field(default_factory=list)
    targets: list[Any] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep what a repair needs."""
        self.found += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(finding)
        if finding.target is not None:
            self.targets.append(finding.target)


@dataclass(slots=True)
class Examination:
    """The store, how many studies it had at first, those to work out anew; what the check at hand has looked at.

    Others may write meanwhile: a check goes by what stands in its own snapshot.
    """

    store: Store
    vocabulary: Vocabulary
    studies: int
    chosen: Sequence[int]
    on_progress: Callable[[int], None] | None = None
    looked: int = 0
    note: str = ""
    compared: list[Difference] | None = None  # what the check of studies has found, for that of their states

    def saw(self, count: int) -> None:
        """So many more were looked at."""
        self.looked += count
        if self.on_progress:
            self.on_progress(self.looked)


@dataclass(frozen=True, slots=True)
class Kind:
    """A check: its name, what it counts, how it looks, and how it puts right what it finds (None: it cannot)."""

    name: str
    unit: str
    look: Callable[[Examination], Iterator[Finding]]
    repair: Callable[[Examination, Sequence[Any]], None] | None = None


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in lists of at most so many."""
    source = iter(values)
    while batch := list(islice(source, size)):
        yield batch
