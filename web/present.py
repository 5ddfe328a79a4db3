"""What a list of studies shows, prepared for its template: cards in groups, chips, badges, banners. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from markupsafe import Markup as Html

from evidence import identifiers, text
from evidence.filters import Sort
from evidence.records import Markup
from evidence.views import PublicationState, StudyRow
from evidence.vocabulary import Design, Vocabulary
from web import wording
from web.icons import design_icon, ladder, mark

UNTITLED: Final = Html("[Title not seen]")
NO_AUTHORS: Final = "Authors not recorded"
UNKNOWN: Final = Design(
    slug="other", name="Design not known", badge="Other", icon="dot", group="other", level=None, order=999
)
LEVELS: Final = {
    1: "Systematic reviews and meta-analyses",
    2: "Randomised trials",
    3: "Non-randomised controlled trials and cohort studies",
    4: "Case series and reports, case–control studies, uncontrolled trials",
    5: "Mechanism: animal, laboratory and anatomical studies",
}
"""OCEBM 2011 levels for the question "Does this intervention help?"
(https://www.cebm.ox.ac.uk/resources/levels-of-evidence/ocebm-levels-of-evidence), in the words of this library."""

FAMILIES: Final = {
    "perineural-injection-therapy": "perineural",
    "dextrose-5": "perineural",
    "nerve-hydrodissection": "hydrodissection",
    "prolotherapy": "prolotherapy",
    "hypertonic-dextrose": "prolotherapy",
}
"""Treatments that are easily taken for each other; each family has its own mark. 5% dextrose around a nerve, freeing
a nerve with fluid, and hypertonic dextrose into a joint or tendon are different treatments."""

STATES: Final[dict[PublicationState, tuple[str, str]]] = {
    "retracted": ("Retracted", "Listed so that nobody relies on it unawares; it counts in no figure on these pages."),
    "withdrawn": ("Withdrawn", "The publisher has withdrawn this publication; it counts in no figure on these pages."),
    "replaced": ("Retracted and replaced", "A corrected version has been published in its place."),
    "concern": ("Expression of concern", "The journal has published a warning about this study."),
    "corrected": ("Corrected", "A correction has been published; read it with the paper."),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its words; `name` says what it is when the words alone do not ("PMID")."""

    name: str
    words: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Badge:
    """A design as a word, a drawing, a place on the ladder; colour comes from `css`."""

    word: str
    name: str
    icon: Html
    ladder: Html
    level: int | None
    css: str


@dataclass(frozen=True, slots=True)
class Chip:
    """An intervention of a study. A comparator says "vs" before its name."""

    slug: str
    name: str
    family: str
    mark: Html
    comparator: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One study in a list."""

    key: str
    title: Html
    lang: str
    byline: str
    citation: str
    badge: Badge
    size: str
    links: tuple[Link, ...]
    chips: tuple[Chip, ...]
    comparators_only: bool  # no active intervention that these could be compared with
    conditions: tuple[Link, ...]
    registrations: tuple[Link, ...]
    state: PublicationState
    warning: tuple[str, str]  # heading and sentence of the banner, both empty without one
    gone: str  # what became of the record at its source
    identified: bool
    features: tuple[str, ...] = ()  # names: "Double-blind", "Crossover"


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under one heading: a level of evidence, or a year. `numeral` stands large in the margin."""

    id: str
    css: str
    numeral: str
    heading: str
    cards: tuple[Card, ...]


def html(markup: Markup | str) -> Html:
    """Stored markup as HTML: only i, b, u, sub and sup pass; text.to_html builds the rest from escaped text."""
    return Html(text.to_html(Markup(markup)))  # noqa: S704


def title(row_title: Markup | str) -> Html:
    """A title as HTML, or the words that there is none."""
    return html(row_title) if row_title else UNTITLED


def design_of(vocabulary: Vocabulary, slug: str) -> Design:
    """The design of that slug, or the unknown one."""
    return vocabulary.designs.get(slug, UNKNOWN)


@lru_cache(maxsize=256)
def badge(design: Design) -> Badge:
    """The badge of a design."""
    return Badge(design.badge, design.name, design_icon(design), ladder(design.level), design.level, _css(design))


def chip(vocabulary: Vocabulary, slug: str, role: str) -> Chip:
    """The chip of an intervention in the role it has in a study."""
    known = vocabulary.interventions.get(slug)
    return _chip(slug, known.name if known else slug, role == "comparator")


@lru_cache(maxsize=1024)
def _chip(slug: str, name: str, comparator: bool) -> Chip:
    family = FAMILIES.get(slug, "other")
    return Chip(slug, name, family, mark(family), comparator)


@lru_cache(maxsize=4096)
def card(row: StudyRow, vocabulary: Vocabulary) -> Card:
    """A row, prepared. Active interventions come before comparators."""
    chips = tuple(chip(vocabulary, slug, role) for slug, role in row.interventions)
    return Card(
        key=row.key,
        title=title(row.title),
        lang=wording.language(row.language),
        byline=row.byline or NO_AUTHORS,
        citation=row.citation,
        badge=badge(design_of(vocabulary, row.design)),
        size=wording.sample(row),
        links=tuple(_links(row)),
        chips=tuple(sorted(chips, key=lambda c: c.comparator)),
        comparators_only=bool(chips) and all(c.comparator for c in chips),
        conditions=tuple(
            Link("condition", vocabulary.conditions[slug].name, slug)
            for slug in row.conditions
            if slug in vocabulary.conditions
        ),
        registrations=tuple(identifier_link("registration", value) for value in row.registrations),
        state=row.state,
        warning=STATES.get(row.state, ("", "")),
        gone=gone(row.upstream),
        identified=row.identified,
        features=tuple(f.name for slug, f in vocabulary.features.items() if slug in row.features),
    )


def cards(rows: tuple[StudyRow, ...], vocabulary: Vocabulary) -> tuple[Card, ...]:
    """Every row, prepared."""
    return tuple(card(row, vocabulary) for row in rows)


def groups(rows: tuple[StudyRow, ...], sort: Sort, vocabulary: Vocabulary) -> tuple[Group, ...]:
    """The rows in their order, under headings: by level of evidence, or by year when the newest come first."""

    def heading(row: StudyRow) -> tuple[str, str, str, str]:
        if sort == "newest":
            return (
                "year",
                "by-year",
                str(row.year) if row.year else "?",
                str(row.year) if row.year else "Year not known",
            )
        return level_heading(design_of(vocabulary, row.design))

    found = groupby(rows, key=heading)
    return tuple(
        Group(f"group-{i}-{name}", css, numeral, words, cards(tuple(members), vocabulary))
        for i, ((name, css, numeral, words), members) in enumerate(found, start=1)
    )


def level_heading(design: Design) -> tuple[str, str, str, str]:
    """Name, style, numeral and words of the block in which a design stands."""
    if design.group == "guideline":
        return ("guidelines", "lv-g", "G", "Guidelines and consensus")
    if design.level in LEVELS:
        assert design.level is not None
        return (
            f"level-{design.level}",
            f"lv-{design.level}",
            str(design.level),
            f"Level {design.level} · {LEVELS[design.level]}",
        )
    return (
        "unranked",
        "lv-x",
        "",
        "Not ranked · Narrative and scoping reviews, surveys, protocols, comments and others",
    )


def gone(upstream: str) -> str:
    """What became of the record at its source, when it is no longer there."""
    if upstream == "missing":
        return "PubMed no longer answers to this PMID; shown is what it said last."
    return "PubMed has deleted this record; shown is what it said last." if upstream == "deleted" else ""


def identifier_link(scheme: str, value: str) -> Link:
    """An identifier with its address, which is built from the identifier alone."""
    names = {"pmid": "PMID", "pmcid": "PMCID", "doi": "DOI", "registration": "Trial registration", "isbn": "ISBN"}
    found = identifiers.try_parse(scheme, value)
    return Link(names.get(scheme, scheme), value, found.url if found else None)


def _links(row: StudyRow) -> list[Link]:
    ids = (("pmid", row.pmid), ("pmcid", row.pmcid), ("doi", row.doi))
    return [identifier_link(scheme, value) for scheme, value in ids if value]


def _css(design: Design) -> str:
    if design.group == "guideline":
        return "lv-g"
    return f"lv-{design.level}" if design.level in LEVELS else "lv-x"
