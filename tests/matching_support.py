"""Invented references for the tests of matching: one article, and what other databases make of it."""

from __future__ import annotations

from typing import Any

from evidence import text
from evidence.formats import _names
from evidence.identifiers import Identifier, parse
from evidence.matching.normalise import Features, features
from evidence.matching.verdict import Verdict, compare
from evidence.records import Dated, Journal, NamedConcept, PartialDate, Record

ARTICLE: dict[str, Any] = {
    "title": "Perineural dextrose for median neuropathy at the wrist: an invented randomised trial",
    "authors": "Sample AB; Tester CD; Probe EF; Muster GH",
    "journal": "Journal of Invented Hand Surgery",
    "year": 2014,
    "volume": "31",
    "issue": "4",
    "pages": "1179-1189",
}


def ref(**changes: Any) -> Record:
    """The article with changes; None or an empty string takes a field away."""
    said = ARTICLE | changes
    people = [a for n in (said["authors"] or "").split(";") if (a := _names.parse(n.strip()))]
    identifiers: list[Identifier] = [parse(s, said[s]) for s in ("pmid", "pmcid", "doi") if said.get(s)]
    year = said["year"]
    return Record(
        source="csv",
        external_id=str(said.get("id", "f.csv#1")),
        kind=said.get("kind", "article"),
        identifiers=tuple(identifiers),
        title=text.from_plain(said["title"] or ""),
        authors=tuple(people),
        journal=Journal(title=said["journal"] or ""),
        volume=said["volume"] or "",
        issue=said["issue"] or "",
        pages=said["pages"] or "",
        dates=(Dated(kind="issue", date=PartialDate(year=year)),) if year else (),
        publication_types=tuple(NamedConcept(name=n) for n in said.get("types", ())),
        keys=(str(said["id"]),) if "id" in said else (),
    )


def reduced(**changes: Any) -> Features:
    """`ref`, ready to be compared."""
    return features(ref(**changes))


def against(**changes: Any) -> Verdict:
    """The verdict on the article and a changed one."""
    return compare(reduced(), reduced(**changes))
