"""How each field of two records compares, and what that is worth in points.

The points are about the binary logarithm of how much likelier a finding is between records of one work than between
look-alikes, the manner of Fellegi and Sunter (J Am Stat Assoc 1969;64:1183). They are round numbers set by hand;
docs/dedupe.md says what was measured with them. What one side lacks is worth nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz.distance import Levenshtein

from evidence.matching import journals, people, places, titles
from evidence.matching.normalise import Features

_PUNCTUATION: Final = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Sheet:
    """Points for and against, as they come in; the names of what agrees and of what contradicts."""

    points: float = 0.0
    reasons: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    agree: set[str] = field(default_factory=set)
    conflict: set[str] = field(default_factory=set)

    def plus(self, name: str, points: float, reason: str) -> None:
        """Something agrees."""
        self.points += points
        self.reasons.append(reason)
        self.agree.add(name)

    def minus(self, name: str, points: float, reason: str) -> None:
        """Something differs."""
        self.points -= points
        self.against.append(reason)
        self.conflict.add(name)


def fill(a: Features, b: Features, found: titles.Compared, who: people.Likeness) -> Sheet:
    """The sheet of two records, whose titles and authors are compared already."""
    sheet = Sheet()
    _title(sheet, a, b, found)
    _authors(sheet, a, b, who)
    _doi(sheet, a, b)
    _place(sheet, a, b)
    _kind(sheet, a, b)
    return sheet


def _pair(x: object, y: object) -> str:
    return ", ".join(sorted((str(x), str(y))))


def _title(sheet: Sheet, a: Features, b: Features, found: titles.Compared) -> None:
    words = min(len(a.title.words), len(b.title.words))
    speaks = a.title.speaks and b.title.speaks
    if found.likeness in ("equal", "near"):
        worth = (4.0 + min(words, 10) / 10) if speaks else 1.5
        if found.likeness == "near":
            worth -= 0.5
        how = "titles are equal" if found.likeness == "equal" else "titles differ in spelling only"
        sheet.plus("title", worth, how if speaks else f"{how}, but short")
    elif found.likeness == "cut":
        sheet.plus("title part", 2.5 if speaks else 0.5, "one title is part of the other")
    elif found.likeness == "alike":
        sheet.minus("title", 0.0, "titles differ in some words")
    elif found.likeness == "unlike":
        sheet.minus("title", 6.0, "titles differ")
    if found.telling:
        sheet.minus("telling", 2.0, f"only one title says: {', '.join(found.telling)}")


def _authors(sheet: Sheet, a: Features, b: Features, likeness: people.Likeness) -> None:
    if likeness == "all":
        sheet.plus("all authors", 0.5, "nobody is missing")
        sheet.plus("authors", 3.0, "authors agree")
    elif likeness == "same":
        sheet.plus("authors", 3.0, "authors agree")
    elif likeness == "first":
        sheet.plus("first author", 2.0, "first authors agree")
    elif likeness == "some":
        sheet.plus("some authors", 0.5, "some authors agree")
    elif likeness == "differ":
        sheet.minus("authors", 4.0, "authors differ")
    elif a.groups & b.groups:
        sheet.plus("first author", 2.0, "the same group is the author")


def _doi(sheet: Sheet, a: Features, b: Features) -> None:
    if not a.doi or not b.doi:
        return
    if a.doi == b.doi:
        sheet.plus("DOI", 6.0 if "title" in sheet.agree else 4.0, f"both carry DOI {a.doi}")
    elif _PUNCTUATION.sub("", a.doi) == _PUNCTUATION.sub("", b.doi):
        sheet.plus("near DOI", 2.0, f"DOIs differ in punctuation only ({_pair(a.doi, b.doi)})")
    elif _one_serial(a.doi, b.doi):
        sheet.plus("near DOI", 1.0, f"DOIs differ before their last digits only ({_pair(a.doi, b.doi)})")
    else:
        sheet.minus("DOI", 4.0, f"DOIs differ ({_pair(a.doi, b.doi)})")


_SERIAL: Final = 5
"""Letters and digits at the end of a DOI by which a publisher's articles differ."""


def _one_serial(a: str, b: str) -> bool:
    """A slip of one or two characters, or a piece doubled; the last ones, by which neighbours differ, agree."""
    one, other = (_PUNCTUATION.sub("", doi) for doi in (a, b))
    if one[-_SERIAL:] != other[-_SERIAL:]:
        return False
    if Levenshtein.distance(one, other, score_cutoff=2) <= 2:
        return True
    short, long = sorted((one, other), key=len)
    more = len(long) - len(short)
    return bool(more) and any(
        long[:at] + long[at + more :] == short and long[at - more : at] == long[at : at + more]
        for at in range(more, len(short) + 1)
    )


def _place(sheet: Sheet, a: Features, b: Features) -> None:
    _year(sheet, a.year, b.year)
    if a.volume and b.volume:
        if a.volume[0] == b.volume[0]:
            sheet.plus("volume", 1.5, "volumes agree")
        elif not {*a.volume, *a.issue} & {*b.volume, *b.issue}:
            sheet.minus("volume", 2.5, f"volumes differ ({_pair(a.volume[0], b.volume[0])})")
    if a.issue and b.issue:
        if a.issue[0] == b.issue[0]:
            sheet.plus("issue", 0.5, "issues agree")
        elif "volume" in sheet.agree and max(a.issue[0], b.issue[0]) <= _MOST_ISSUES:
            sheet.minus("issue", 0.5, f"issues differ ({_pair(a.issue[0], b.issue[0])})")
    if _moved(a, b) or _moved(b, a):
        sheet.plus("volume", 1.5, "volume and issue agree, one column further")
    else:
        _pages(sheet, a, b)
    likeness = journals.compare(*sorted((a.journal, b.journal)))
    if likeness == "same":
        sheet.plus("journal", 1.5, "journals agree")
    elif likeness == "close":
        sheet.plus("journal", 1.0, "journal names are close")
    elif likeness == "unlike":
        sheet.minus("journal", 2.5, "journals differ")
    if a.edition != b.edition and likeness != "unknown":
        sheet.minus("edition", 1.0, "only one is in the English edition of its journal")


_MOST_ISSUES: Final = 60
"""Issues of a volume; greater numbers count from the journal's beginning, or are some program's own."""


def _moved(a: Features, b: Features) -> bool:
    """The volume stands in the issue's column and the issue in the pages'."""
    return bool(
        not a.volume and a.issue and b.volume and b.issue
        and a.issue[0] == b.volume[0] and a.pages.first == b.issue[0] and not a.pages.last
    )  # fmt: skip


def _year(sheet: Sheet, a: int | None, b: int | None) -> None:
    if a and b:
        if a == b:
            sheet.plus("year", 1.0, "years agree")
        elif abs(a - b) == 1:
            sheet.plus("near year", 0.0, f"years are next to each other ({_pair(a, b)})")
        else:
            sheet.minus("year", 3.0, f"years differ ({_pair(a, b)})")


def _pages(sheet: Sheet, a: Features, b: Features) -> None:
    likeness = places.compare_pages(a.pages, b.pages)
    if likeness == "conflict" and "issue" in sheet.agree and places.is_serial(a.pages) != places.is_serial(b.pages):
        likeness = "near"
    if likeness == "equal":
        sheet.plus("pages", 3.0, "pages agree")
        if a.pages.last > a.pages.first:
            sheet.agree.add("range")
    elif likeness == "first":
        sheet.plus("pages", 2.0, "first pages agree")
    elif likeness == "near":
        sheet.plus("near pages", 0.5, "pages may be the same")
    elif likeness == "conflict":
        sheet.minus("pages", 4.0, f"first pages differ ({_pair(a.pages.first, b.pages.first)})")
        if places.are_disjoint(a.pages, b.pages):
            sheet.conflict.add("ranges")


_NOTICES: Final = frozenset({"erratum", "retraction notice"})


def _kind(sheet: Sheet, a: Features, b: Features) -> None:
    marks = a.title.marks ^ b.title.marks
    if marks and (marks & _NOTICES or all(t.letters or t.marks for t in (a.title, b.title))):
        # A lost title may have announced an editorial or a reply; that it was a notice would be a guess.
        theirs = "authors" in sheet.agree
        if marks <= {"comment", "editorial"} and theirs:
            if "comment" in marks:
                sheet.minus("telling", 1.0, "one title names it a letter or a comment")
        elif marks != {"editorial"} or a.people and b.people:
            sheet.minus("kind", 6.0, f"one is a notice or comment ({', '.join(sorted(marks))})")
    if a.kind != b.kind and {a.kind, b.kind} & {"preprint", "registration", "chapter", "book", "thesis"}:
        sheet.minus("kind", 4.0, f"they are different kinds of publication ({_pair(a.kind, b.kind)})")
