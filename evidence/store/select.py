"""A Filter as bitmaps: which studies, in which order, from where on, and how many of each kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import Final

from sqlalchemy import Connection

from evidence import citekeys
from evidence.errors import NotFound, UnknownParameter
from evidence.filters import STATUSES, Filter
from evidence.store import search
from evidence.store.engine import Store
from evidence.store.facets import Bitmaps, members
from evidence.views import Facet, FacetOption, Summary
from evidence.vocabulary import Design, Feature, Intervention, Vocabulary

_STATUS_LABELS = {
    "none": "No notice",
    "corrected": "Corrected",
    "concern": "Expression of concern",
    "retracted": "Retracted",
}


NARROWING: Final = ("features",)
"""Fields of which a study must have all chosen values: features do not exclude one another, as designs do."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter, looked up: the bitmap of each of its fields."""

    filter: Filter
    bitmaps: Bitmaps
    fields: dict[str, int]  # field → bitmap, only those that narrow
    parts: tuple[search.Part, ...]

    def among(self, base: str, *, without: str = "") -> int:
        """The studies of a base ("listed", "counted", "lead") that pass every field but one."""
        bits = self.bitmaps.get(base)
        for field, passing in self.fields.items():
            if field != without:
                bits &= passing
        return bits

    @property
    def counted(self) -> str:
        """Retracted studies count nowhere, unless the reader asks for them by status."""
        return "listed" if self.filter.statuses else "counted"


def select(store: Store, connection: Connection, bitmaps: Bitmaps, vocabulary: Vocabulary, wanted: Filter) -> Selection:
    """Look a filter up. Raises NotFound for an unknown condition, UnknownParameter for another unknown value."""
    fields: dict[str, int] = {}
    if wanted.condition:
        if wanted.condition not in vocabulary.conditions:
            raise NotFound(f"condition {wanted.condition!r}", "is not in the vocabulary")
        fields["condition"] = bitmaps.get(f"c:{wanted.condition}")
    for name, values, known, prefix in (
        ("designs", wanted.designs, vocabulary.designs, "d:"),
        ("features", wanted.features, vocabulary.features, "f:"),
        ("interventions", wanted.interventions, vocabulary.interventions, "i:"),
        ("statuses", wanted.statuses, STATUSES, "s:"),
    ):
        if values:
            unknown = next((v for v in values if v not in known), None)
            if unknown is not None:
                raise UnknownParameter(name.removesuffix("s"), f"{unknown[:60]!r} is not in the vocabulary")
            bits = [bitmaps.get(prefix + v) for v in values]
            fields[name] = reduce(and_ if name in NARROWING else or_, bits)
    if wanted.since is not None or wanted.until is not None:
        low, high = wanted.since or 1, wanted.until or 9999
        fields["years"] = bitmaps.any_of(f"y:{y}" for y in bitmaps.suffixes("y:") if low <= int(y) <= high)
    parts = search.parse(wanted.query, vocabulary)
    if parts:
        fields["query"] = search.hits(store, connection, bitmaps, parts)
    elif wanted.query:
        fields["query"] = 0
    return Selection(wanted, bitmaps, fields, parts)


def for_files(
    selection: Selection, bits: int, keys: Callable[[Collection[int]], Mapping[int, str]] | None
) -> Iterator[int]:
    """Study numbers in the filter's order; with `keys` (number → citation key) by key, where that is by strength.

    A reference file has no designs: in the order of its keys, what is read back from it is written as it was, and a
    design that is told otherwise moves no entry.
    """
    if keys is None or selection.filter.sort == "newest":
        return (number for number, _ in in_order(selection, bits))
    found = keys(list(members(bits)))
    return iter(sorted(found, key=lambda number: (citekeys.fold(found[number]), found[number])))


def in_order(selection: Selection, bits: int, *, after: str = "") -> Iterator[tuple[int, str]]:
    """(study number, cursor that continues behind it), in the filter's order."""
    newest = selection.filter.sort == "newest"
    start = _cursor(after, 2 if newest else 3)
    maps = selection.bitmaps
    years = sorted((int(y) for y in maps.suffixes("y:")), reverse=True)
    orders = [0] if newest else sorted(int(o) for o in maps.suffixes("r:"))
    from_order, from_year, from_number = (0, *start) if newest and start else start or (-1, 0, 0)
    for order in orders:
        if start and order < from_order:
            continue
        ranked = bits if newest else bits & maps.get(f"r:{order}")
        resumed = bool(start) and order == from_order
        for year in years if ranked else ():
            if resumed and year > from_year:
                continue
            found = ranked & maps.get(f"y:{year}")
            if resumed and year == from_year:
                found &= (1 << from_number) - 1
            for number in members(found):
                yield number, f"{year}.{number}" if newest else f"{order}.{year}.{number}"


def _cursor(after: str, parts: int) -> tuple[int, ...]:
    if not after:
        return ()
    pieces = after.split(".")
    if len(pieces) != parts or not all(p.isascii() and p.isdigit() and len(p) < 10 for p in pieces):
        raise UnknownParameter("after", f"{after[:40]!r} is not the mark of a page of this list")
    return tuple(map(int, pieces))


def facets(selection: Selection, vocabulary: Vocabulary) -> tuple[Facet, ...]:
    """Filter values with the number of studies each would show; values without any are left out unless chosen."""
    wanted, maps = selection.filter, selection.bitmaps
    made = []
    for field, parameter, label, prefix, values, base in (
        ("designs", "design", "Study design", "d:", _names(vocabulary.designs), selection.counted),
        ("features", "feature", "Features", "f:", _names(vocabulary.features), selection.counted),
        ("interventions", "intervention", "Intervention", "i:", _names(vocabulary.interventions), selection.counted),
        ("statuses", "status", "Publication status", "s:", _STATUS_LABELS, "listed"),
    ):
        within = selection.among(base, without="" if field in NARROWING else field)
        chosen: Sequence[str] = getattr(wanted, field)
        options = [
            FacetOption(
                value=value, label=name, count=(within & maps.get(prefix + value)).bit_count(), active=value in chosen
            )
            for value, name in values.items()
        ]
        shown = tuple(o for o in options if o.count or o.active)
        made.append(Facet(field=field, parameter=parameter, label=label, options=shown))
    return tuple(made)


def _names(entries: Mapping[str, Design | Feature | Intervention]) -> dict[str, str]:
    return {slug: entry.name for slug, entry in entries.items()}


def years(selection: Selection) -> tuple[tuple[int, int], ...]:
    """(year, studies) for every year that has any, whatever years are chosen."""
    within = selection.among(selection.counted, without="years")
    found = ((int(y), (within & selection.bitmaps.get(f"y:{y}")).bit_count()) for y in selection.bitmaps.suffixes("y:"))
    return tuple(sorted((y, n) for y, n in found if y and n))


@dataclass(frozen=True, slots=True)
class Groups:
    """Bitmaps that every summary needs, made once for a revision: design groups by primary design, years."""

    groups: dict[str, int]
    years: tuple[tuple[int, int], ...]  # (year, bitmap), newest first

    @classmethod
    def of(cls, bitmaps: Bitmaps, vocabulary: Vocabulary) -> Groups:
        """From the bitmaps of a revision."""
        groups: dict[str, int] = defaultdict(int)
        by_order = {design.order: design.group for design in vocabulary.designs.values()}
        for order in bitmaps.suffixes("r:"):
            groups[by_order.get(int(order), "other")] |= bitmaps.get(f"r:{order}")
        numbers = sorted((int(y) for y in bitmaps.suffixes("y:") if y != "0"), reverse=True)
        return cls(dict(groups), tuple((y, bitmaps.get(f"y:{y}")) for y in numbers))


def summary(bitmaps: Bitmaps, groups: Groups, within: int) -> Summary:
    """Counts over a set of studies; retracted ones and leads count in no figure but their own."""
    counted = within & bitmaps.get("counted")
    by = {name: (counted & bits).bit_count() for name, bits in groups.groups.items()}
    sized = counted & groups.groups.get("trial", 0) & bitmaps.get("nk")
    listed = within & bitmaps.get("listed")
    total = counted.bit_count()
    named = {"guidelines": "guideline", "reviews": "review", "trials": "trial", "observational": "observational",
             "laboratory": "laboratory"}  # fmt: skip
    made = Summary(
        studies=total,
        other=total - sum(by.get(group, 0) for group in named.values()),
        participants=bitmaps.total(sized),
        participants_known=sized.bit_count(),
        newest=next((year for year, bits in groups.years if counted & bits), None),
        retracted=(listed & bitmaps.get("s:retracted")).bit_count(),
        concern=(listed & bitmaps.get("s:concern")).bit_count(),
        leads=(within & bitmaps.get("lead")).bit_count(),
    )
    return replace(made, **{field: by.get(group, 0) for field, group in named.items()})
