"""The home page's table: conditions by region of the body, counts by kind of study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evidence.views import Home, Summary
from evidence.vocabulary import Condition, Vocabulary

NO_REGION: Final = "Other"
_COLUMNS: Final = (
    ("Guidelines", "Guide", "guideline", "lv-g"),
    ("Systematic reviews", "SR", "review", "lv-1"),
    ("Trials", "Trials", "trial", "lv-2"),
    ("Observational", "Obs", "observational", "lv-4"),
    ("Laboratory", "Lab", "laboratory", "lv-5"),
)
_STEPS: Final = (1, 3, 10, 30)
"""Counts from which a cell is shaded more deeply; the figure itself says the rest."""


@dataclass(frozen=True, slots=True)
class Column:
    """A kind of study: its heading, a short one for narrow screens, its style."""

    heading: str
    short: str
    group: str
    css: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A count; `depth` 0 to 4 is its shade."""

    column: Column
    count: int
    depth: int


@dataclass(frozen=True, slots=True)
class Line:
    """A condition of the table."""

    condition: Condition
    summary: Summary
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the body and its conditions, in the vocabulary's order."""

    id: str
    name: str
    lines: tuple[Line, ...]
    empty: tuple[Condition, ...]  # conditions with nothing at all yet


def tally_columns() -> tuple[Column, ...]:
    """The kinds of study, strongest first."""
    return tuple(Column(*column) for column in _COLUMNS)


def regions(home: Home, vocabulary: Vocabulary) -> tuple[Region, ...]:
    """The table's blocks. A condition unknown to the vocabulary is left out: it has no name to show."""
    found: dict[str, list[Line]] = {}
    for line in home.conditions:
        condition = vocabulary.conditions.get(line.slug)
        if condition is not None:
            found.setdefault(condition.body_region or NO_REGION, []).append(
                Line(condition, line.summary, cells(line.summary))
            )
    return tuple(
        Region(
            id=f"region-{i}",
            name=name[:1].upper() + name[1:],
            lines=tuple(line for line in lines if _any(line.summary)),
            empty=tuple(line.condition for line in lines if not _any(line.summary)),
        )
        for i, (name, lines) in enumerate(found.items(), start=1)
    )


def cells(summary: Summary) -> tuple[Cell, ...]:
    """The counts of a condition, shaded."""
    counts = (summary.guidelines, summary.reviews, summary.trials, summary.observational, summary.laboratory)
    return tuple(Cell(c, n, sum(n >= step for step in _STEPS)) for c, n in zip(tally_columns(), counts, strict=True))


def _any(summary: Summary) -> bool:
    return bool(summary.studies or summary.leads or summary.retracted)
