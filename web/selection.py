"""The controls around a list: facets, active filters, years, sorting, paging, exports. All of it is addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from flask import url_for

from evidence.filters import PAGE_SIZES, Filter, Sort
from evidence.views import Facet, FacetOption, Listing
from evidence.vocabulary import Vocabulary
from web import wording
from web.links import condition_url

EXPORTS: Final = {
    "bib": ("bibtex", "BibTeX"),
    "ris": ("ris", "RIS"),
    "nbib": ("nbib", "NBIB"),
    "json": ("csl-json", "CSL-JSON"),
    "csv": ("csv", "CSV"),
}
"""Address suffix → name in evidence.formats, words for people."""

DIALECTS: Final = {"bib": {"bibtex": "bibtex", "biblatex": "biblatex"}}
"""Address suffix → what `dialect` may say, the usual one first → name in evidence.formats."""

OFFERS: Final = tuple(
    offer
    for ext, (_, words) in EXPORTS.items()
    for offer in ((words, ext, ""), *((("BibLaTeX", ext, "dialect=biblatex"),) if ext in DIALECTS else ()))
)
"""What pages offer: words for people, address suffix, parameters of the address."""

SORTS: Final[dict[Sort, str]] = {"strength": "Strongest", "newest": "Newest"}
STATUS_WORDS: Final = {
    "none": "No notice",
    "corrected": "Corrected",
    "concern": "Expression of concern",
    "retracted": "Retracted",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list lives: the page of a condition, or the search page; `day`: as it was at the end of that day."""

    condition: str = ""
    day: date | None = None

    @property
    def then(self) -> str:
        """The parameter that says which day's list it is; empty for today's."""
        return f"as-of={self.day}" if self.day else ""

    def page(self, chosen: Filter) -> str:
        """The address of this list in that state."""
        base = condition_url(self.condition) if self.condition else url_for("pages.search")
        return _with_query(base, _joined(chosen.query_string(condition_in_path=bool(self.condition)), self.then))

    def export(self, ext: str, chosen: Filter, *, page_only: bool = False, parameters: str = "") -> str:
        """The address of a file of this list: everything that matches, or the page shown."""
        chosen = chosen if page_only else replace(chosen, after="", size=Filter().size)
        query = chosen.query_string(condition_in_path=bool(self.condition))
        scope = "scope=page" if page_only else ""
        return _with_query(self.file(ext), _joined(query, scope, self.then, parameters))

    def file(self, ext: str) -> str:
        """The address of the file of everything here."""
        if self.condition:
            return url_for("files.export_condition", slug=self.condition, ext=ext)
        return url_for("files.export_search", ext=ext)

    def files(self, chosen: Filter, *, page_only: bool = False) -> tuple[tuple[str, str], ...]:
        """Every file of this list that is offered: words for people, address."""
        return tuple(
            (words, self.export(ext, chosen, page_only=page_only, parameters=more)) for words, ext, more in OFFERS
        )

    def hidden(self, chosen: Filter, *drop: str) -> list[tuple[str, str]]:
        """The state as hidden form fields, without those that the form itself asks for."""
        args = chosen.first_page().args(condition_in_path=bool(self.condition))
        args += [("as-of", str(self.day))] if self.day else []
        return [(name, value) for name, value in args if name not in drop]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be switched: its words, how many studies it would show, where switching leads."""

    words: str
    count: int | None
    active: bool
    url: str


@dataclass(frozen=True, slots=True)
class ChoiceBlock:
    """A facet, or a part of one ("Compared with")."""

    id: str
    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ExportBlock:
    """Files of one selection."""

    words: str
    files: tuple[tuple[str, str], ...]  # format, address


@dataclass(frozen=True, slots=True)
class FileForm:
    """What a file is to have, as a form: fields that say which studies; for each format its words, the address that
    the form is sent to, and its dialect.
    """

    hidden: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, address: Callable[[str], str], hidden: Iterable[tuple[str, str]] = ()) -> FileForm:
        """`address`: suffix → address of the file."""
        made = ((words, address(ext), more.removeprefix("dialect=")) for words, ext, more in OFFERS)
        return cls(tuple(hidden), tuple(made))


@dataclass(frozen=True, slots=True)
class Controls:
    """Everything around one list."""

    blocks: tuple[ChoiceBlock, ...]
    active: tuple[Choice, ...]
    clear: str
    sorts: tuple[Choice, ...]
    sizes: tuple[Choice, ...]
    year_action: str
    year_hidden: list[tuple[str, str]]
    exports: tuple[ExportBlock, ...]
    file_form: FileForm
    first: str
    next: str


def controls(listing: Listing, place: Place, vocabulary: Vocabulary) -> Controls:
    """The controls of a listing."""
    chosen = listing.filter
    start = chosen.first_page()
    bare = Filter(
        query="" if place.condition else chosen.query, condition=place.condition, sort=chosen.sort, size=chosen.size
    )
    return Controls(
        blocks=tuple(
            b
            for facet in listing.facets
            for b in _blocks(facet, start, place, vocabulary)
            if _divides(b, facet, listing)
        ),
        active=_active(listing, place, vocabulary),
        clear=place.page(bare),
        sorts=tuple(
            Choice(words, None, chosen.sort == sort, place.page(replace(start, sort=sort)))
            for sort, words in SORTS.items()
        ),
        sizes=tuple(Choice(str(n), None, chosen.size == n, place.page(replace(start, size=n))) for n in PAGE_SIZES),
        year_action=replace(place, day=None).page(Filter(condition=place.condition)),
        year_hidden=place.hidden(chosen, "since", "until"),
        exports=_exports(listing, place),
        file_form=FileForm.of(place.file, place.hidden(replace(chosen, size=Filter().size))),
        first=place.page(start) if chosen.after else "",
        next=place.page(replace(chosen, after=listing.next_after)) if listing.next_after else "",
    )


def _divides(block: ChoiceBlock, facet: Facet, listing: Listing) -> bool:
    """Whether a block is worth showing: a status that every study has tells nothing apart."""
    if facet.field != "statuses" or len(block.choices) != 1:
        return bool(block.choices)
    return block.choices[0].active or block.choices[0].count != listing.total


def _blocks(facet: Facet, start: Filter, place: Place, vocabulary: Vocabulary) -> list[ChoiceBlock]:
    """One block, or two for interventions: what was given, and what it was compared with."""
    if facet.field != "interventions":
        return [ChoiceBlock(f"facet-{facet.parameter}", facet.label, _choices(facet, facet.options, start, place))]
    roles = {slug: found.role for slug, found in vocabulary.interventions.items()}
    given = tuple(o for o in facet.options if roles.get(o.value) != "comparator")
    against = tuple(o for o in facet.options if roles.get(o.value) == "comparator")
    return [
        ChoiceBlock(f"facet-{facet.parameter}", facet.label, _choices(facet, given, start, place)),
        ChoiceBlock(f"facet-{facet.parameter}-comparator", "Comparator", _choices(facet, against, start, place)),
    ]


def _choices(facet: Facet, options: tuple[FacetOption, ...], start: Filter, place: Place) -> tuple[Choice, ...]:
    return tuple(Choice(o.label, o.count, o.active, place.page(start.toggled(facet.field, o.value))) for o in options)


def _active(listing: Listing, place: Place, vocabulary: Vocabulary) -> tuple[Choice, ...]:
    """The filters in force, each with the address without it."""
    chosen, start = listing.filter, listing.filter.first_page()
    named = (
        ("designs", chosen.designs, {slug: d.name for slug, d in vocabulary.designs.items()}),
        ("features", chosen.features, {slug: f.name for slug, f in vocabulary.features.items()}),
        ("interventions", chosen.interventions, {slug: i.name for slug, i in vocabulary.interventions.items()}),
        ("statuses", chosen.statuses, STATUS_WORDS),
    )
    found = [
        Choice(names.get(value, value), None, True, place.page(start.toggled(field, value)))
        for field, values, names in named
        for value in values
    ]
    if chosen.condition and not place.condition:
        known = vocabulary.conditions.get(chosen.condition)
        words = known.name if known else chosen.condition
        found.append(Choice(words, None, True, place.page(replace(start, condition=""))))
    if chosen.query and place.condition:
        found.append(Choice(f"“{chosen.query}”", None, True, place.page(replace(start, query=""))))
    if years := wording.selection(chosen):
        found.append(Choice(years, None, True, place.page(replace(start, since=None, until=None))))
    return tuple(found)


def _exports(listing: Listing, place: Place) -> tuple[ExportBlock, ...]:
    """One block when the page is the whole selection, else one for the page and one for all that match."""
    if not listing.total:
        return ()
    chosen = listing.filter
    parts = bool(chosen.after or listing.next_after)
    every = ExportBlock(
        f"All {wording.count(listing.total, 'study', 'studies')}" if parts or listing.total > 1 else "This study",
        place.files(chosen),
    )
    if not parts or place.day:  # of a past day there are whole files only (web/files.py)
        return (every,)
    page = ExportBlock(f"This page ({len(listing.rows)})", place.files(chosen, page_only=True))
    return (page, every)


def _joined(*parts: str) -> str:
    return "&".join(part for part in parts if part)


def _with_query(base: str, query: str) -> str:
    return f"{base}?{query}" if query else base
