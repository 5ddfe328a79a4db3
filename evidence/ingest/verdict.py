"""The verdict on two records, with reasons a person can read.

Identifier rules: a PMID or PMCID joins; different PMIDs never join; a DOI joins only when the title, or year, volume
and first page, agree, because a conference supplement shares one DOI over hundreds of abstracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evidence.ingest.features import Features

Outcome = Literal["same", "different", "unsure"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """same, different or unsure; the rule that decided; its reasons as sentences."""

    outcome: Outcome
    rule: str
    reasons: tuple[str, ...] = ()


_PLACE = (("year", "year"), ("volume", "volume"), ("issue", "issue"), ("first_page", "first page"))
_UNRELATED = Verdict("different", "nothing-agrees")


def compare(a: Features, b: Features) -> Verdict:
    """Are these one study?"""
    if a.pmid and b.pmid:
        if a.pmid == b.pmid:
            return Verdict("same", "pmid", (f"both carry PMID {a.pmid}",))
        return Verdict("different", "pmid", (f"PMIDs differ ({a.pmid}, {b.pmid})",))
    if a.pmcid and b.pmcid:
        if a.pmcid == b.pmcid:
            return Verdict("same", "pmcid", (f"both carry {a.pmcid}",))
        return Verdict("different", "pmcid", (f"PMCIDs differ ({a.pmcid}, {b.pmcid})",))
    if a.doi and b.doi:
        return _by_doi(a, b)
    return _by_title(a, b)


def _by_doi(a: Features, b: Features) -> Verdict:
    if a.doi != b.doi:
        return Verdict("different", "doi", (f"DOIs differ ({a.doi}, {b.doi})",))
    shared = f"both carry DOI {a.doi}"
    if a.notice != b.notice:
        return Verdict("unsure", "doi-notice", (shared, "one is a notice, reply or comment"))
    if _titles_agree(a, b):
        return Verdict("same", "doi+title", (shared, "titles agree"))
    place = [
        name for name in ("year", "volume", "first_page") if getattr(a, name) and getattr(a, name) == getattr(b, name)
    ]
    if len(place) == 3:
        return Verdict("same", "doi+place", (shared, "year, volume and first page agree"))
    missing = not a.title or not b.title
    why = "one has no title" if missing else "titles differ, and not all of year, volume and first page agree"
    return Verdict("unsure", "doi-alone", (shared, why))


def _titles_agree(a: Features, b: Features) -> bool:
    """Equal after folding; or one is the other cut at a subtitle and long enough to speak."""
    if not a.title or not b.title:
        return False
    if a.title == b.title or a.title.replace(" ", "") == b.title.replace(" ", ""):
        return True
    short, long = sorted((a, b), key=lambda f: len(f.title))
    return short.title_speaks and long.title.startswith(short.title + " ")


def _by_title(a: Features, b: Features) -> Verdict:
    """No identifier in common: an equal title that speaks, and a place that agrees and does not disagree."""
    if not (a.title_speaks and b.title_speaks) or a.title.replace(" ", "") != b.title.replace(" ", ""):
        return _UNRELATED
    if a.notice or b.notice or a.protocol != b.protocol or a.kind != b.kind:
        return Verdict("unsure", "title-kind", ("titles are equal", "they may be different kinds of publication"))
    conflicts = _conflicts(a, b)
    if conflicts:
        return Verdict("unsure", "title-conflict", ("titles are equal", *conflicts))
    agree = _agreements(a, b)
    if "volume" in agree and ("first page" in agree or "issue" in agree) and len(agree) >= 3:
        return Verdict("same", "title+place", ("titles are equal", f"{', '.join(agree)} agree"))
    if {"year", "first author", "journal"} <= set(agree):
        return Verdict("same", "title+author+journal+year", ("titles are equal", f"{', '.join(agree)} agree"))
    return Verdict("unsure", "title-alone", ("titles are equal", f"only {', '.join(agree) or 'nothing else'} agrees"))


def _conflicts(a: Features, b: Features) -> list[str]:
    found = []
    if a.year and b.year and abs(a.year - b.year) > 1:
        found.append(f"years differ ({a.year}, {b.year})")
    for name, label in (("volume", "volumes"), ("first_page", "first pages")):
        x, y = getattr(a, name), getattr(b, name)
        if x and y and x != y:
            found.append(f"{label} differ ({x}, {y})")
    return found


def _agreements(a: Features, b: Features) -> list[str]:
    found = [label for name, label in _PLACE if getattr(a, name) and getattr(a, name) == getattr(b, name)]
    if a.journal & b.journal:
        found.append("journal")
    if a.family and b.family and (a.family == b.family or a.family.endswith(b.family) or b.family.endswith(a.family)):
        found.append("first author")
    return found


def comes_home(a: Features, b: Features, verdict: Verdict) -> bool:
    """May one citation key settle that these are one work? Only when nothing at all differs.

    Keys such as "ref1" or "smith2020" stand in many people's files, so the title must be there and equal; one that
    does not speak needs the same year and the same author or journal. Without any title the DOI must be the same.
    """
    if a.title != b.title or (a.kind, a.notice, a.protocol) != (b.kind, b.notice, b.protocol) or _conflicts(a, b):
        return False
    if verdict.rule == "doi-alone":
        return True
    if verdict.rule not in ("title-alone", "nothing-agrees") or not a.title or a.year != b.year:
        return verdict.rule == "title-alone" and bool(a.title)
    agree = _agreements(a, b)
    nothing_to_compare = not (a.journal | b.journal) and not (a.family or b.family)
    return a.title_speaks or "journal" in agree or "first author" in agree or nothing_to_compare
