"""A library with doubtful pairs, merges and hostile texts, for the tests of the review pages."""

from __future__ import annotations

from evidence import ingest, text
from evidence.records import AbstractSection, Author, Keyword, Record
from evidence.store import Store
from evidence.vocabulary import Vocabulary
from tests.made import record

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(2)> {{ 7 * 7 }} & \u202ereversed'
"""Text that would do harm wherever it is not escaped."""

_ABSTRACT = (
    "Background: entrapment of the median nerve is common. Methods: forty-nine invented people were allotted at random "
    "to an injection of dextrose around the nerve or of saline. Results: symptoms were milder at six months. "
)
SUBJECTS = (
    "Perineural dextrose around the ulnar nerve at the elbow",
    "Warm saline for burning feet of long-distance walkers",
    "Splints at night in early carpal tunnel syndrome",
    "Ultrasound of the sural nerve before ankle surgery",
    "Gliding exercises in tailors with numb fingers",
)
FAMILIES = ("Wu", "Okafor", "Lindqvist", "Marino", "Haddad")
"""Works that have nothing in common, so that each makes one doubtful pair."""

PLACES = ("Nerve Letters", "Annals of Feet", "Hand Work", "Ultrasound Notes", "Finger Studies")


def doubtful(number: int, *, hostile: bool = False) -> tuple[Record, Record]:
    """Two records on which the machine is unsure: one title is part of the other, which says more."""
    title = f"{SUBJECTS[number]}{f' {HOSTILE}' if hostile else ''}: a randomised trial"
    pmid, year = str(90000100 + number), 2010 + number
    family = FAMILIES[number] + (" <b>" if hostile else "")
    first = record(
        pmid,
        title,
        pmid=pmid,
        doi=f"10.5555/review.{number}",
        year=year,
        journal=PLACES[number],
        families=[family, f"Sample{number}", "Larsen"],
        abstract=_ABSTRACT,
        volume=str(number + 3),
        pages=f"{number}11-{number}19",
        keywords=(Keyword(text="Dextrose"), Keyword(text="Nerve")),
    )
    second = record(
        f"refs.bib#wu{number}",
        f"{title} with follow-up",
        source="bibtex",
        year=year,
        journal=PLACES[number],
        authors=(Author(family=family, given="Anna"), Author(family=f"Sample{number}", given="Ben")),
        volume=str(number + 3),
        pages=f"{number}11-{number}20",
        abstract=_ABSTRACT.replace("six months", "twelve months"),
        keywords=(Keyword(text="Glucose"),),
    )
    if hostile:
        second_abstract = (AbstractSection(text=text.from_plain(HOSTILE), label="<i>"),)
        return first, _with(second, abstract=second_abstract, external_id="refs<b>.bib#wu")
    return first, second


def fill(store: Store, words: Vocabulary, pairs: int = 3, *, hostile: bool = False) -> None:
    """So many doubtful pairs, and one certain merge."""
    records = [r for number in range(pairs) for r in doubtful(number, hostile=hostile and number == 0)]
    twin = record("refs.bib#twin", source="bibtex", pmid="90000001", year=2020)
    ingest.take(store, words, [*records, record("90000001", pmid="90000001", year=2020), twin], actor="import")


def _with(made: Record, **changes: object) -> Record:
    from dataclasses import replace

    return replace(made, **changes)  # type: ignore[arg-type]
