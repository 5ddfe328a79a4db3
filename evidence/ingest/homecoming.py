"""May one citation key settle that two records are one work? Pure."""

from __future__ import annotations

from typing import Final

from evidence.matching import journals, people, places
from evidence.matching.normalise import Features
from evidence.matching.verdict import SAME, Verdict

RULE: Final = "key"


def come_home(a: Features, b: Features, verdict: Verdict) -> Verdict | None:
    """The verdict "same" of an export that comes home under a study's own citation key; None when anything differs.

    Keys such as "ref1" or "smith2020" stand in many people's files, so the title must be there and equal; one that
    does not speak needs the same year and the same author or journal. Without any title the DOI must be the same.
    """
    if verdict.outcome == "same" or not _nothing_differs(a, b, verdict):
        return None
    reasons = (*verdict.reasons, "it carries this study's citation key, and nothing differs")
    return Verdict("same", RULE, reasons, max(verdict.strength, SAME))


def _nothing_differs(a: Features, b: Features, verdict: Verdict) -> bool:
    if a.title.letters != b.title.letters or (a.kind, a.title.marks) != (b.kind, b.title.marks):
        return False
    if verdict.contradicts or _elsewhere(a, b):
        return False
    if not a.title.letters:
        return bool(a.doi) and a.doi == b.doi
    if a.title.speaks:
        return True
    who = people.compare(a.people, b.people) in ("all", "same", "first")
    where = journals.compare(*sorted((a.journal, b.journal))) == "same"
    nothing_to_compare = not (a.journal or b.journal) and not (a.people or b.people)
    return a.year == b.year and (who or where or nothing_to_compare)


def _elsewhere(a: Features, b: Features) -> bool:
    """Years more than one apart, other volumes, other first pages, another PMID or DOI."""
    if a.year and b.year and abs(a.year - b.year) > 1:
        return True
    if a.volume and b.volume and a.volume[0] != b.volume[0]:
        return True
    if (a.pmid and b.pmid and a.pmid != b.pmid) or (a.doi and b.doi and a.doi != b.doi):
        return True
    return places.compare_pages(a.pages, b.pages) == "conflict"
