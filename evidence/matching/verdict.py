"""The verdict on two records, with reasons a person can read.

Each field says how the two compare and what that is worth in points: about the binary logarithm of how much likelier
it is between records of one work than between look-alikes, the manner of Fellegi and Sunter (J Am Stat Assoc
1969;64:1183). The weights are round numbers set by hand; docs/dedupe.md says what was measured with them.
What one side lacks is worth nothing. "Same" needs enough points and no contradiction; a contradiction that everything
else outweighs leaves "unsure", for a person; the rest is "different".

Identifier rules: a PMID or PMCID joins; different PMIDs never join; a DOI joins only when title, or volume and first
page, agree, because a conference supplement shares one DOI over hundreds of abstracts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

from evidence.matching import journals, people, places, titles
from evidence.matching.normalise import Features

Outcome = Literal["same", "different", "unsure"]

SAME: Final = 8.0
"""Points from which on two records without a contradiction are one work."""

ASK: Final = 6.0
"""Points from which on a pair with a contradiction, or with too few points, is shown to a person."""

NOTHING: Final = "nothing-agrees"
"""The rule of a "different" that rests on no contradiction: there is just no reason to think that they are one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """same, different or unsure; the rule that decided; its reasons as sentences; the more strength, the surer."""

    outcome: Outcome
    rule: str
    reasons: tuple[str, ...] = ()
    strength: float = 0.0

    @property
    def contradicts(self) -> bool:
        """Something speaks against their being one work: no group may hold both."""
        return self.outcome == "different" and self.rule != NOTHING

    @property
    def only_described(self) -> bool:
        """The contradiction is of words and names alone, which sources print differently, translated or wrongly."""
        return self.contradicts and set(self.rule.split("+")) <= _WORDS

    @property
    def by_identifier(self) -> bool:
        """A PMID or PMCID that both carry makes them one."""
        return self.outcome == "same" and self.strength >= BY_IDENTIFIER


_WORDS: Final = frozenset({"title", "telling", "authors", "journal"})
BY_IDENTIFIER: Final = 100.0
"""The strength of a PMID or PMCID; points of fields stay far below."""


_NO_REASON: Final = Verdict("different", NOTHING)
_PUNCTUATION: Final = re.compile(r"[\W_]+")
_UNLIKE: Final = Verdict("different", "title", ("titles differ",))
_OTHERS: Final = Verdict("different", "authors", ("authors differ",))


def compare(a: Features, b: Features) -> Verdict:
    """Are these one study? The order of the two does not matter."""
    if a.pmid and b.pmid:
        return _by_id("PMID", "pmid", a.pmid, b.pmid)
    if a.pmcid and b.pmcid:
        return _by_id("PMCID", "pmcid", a.pmcid, b.pmcid)
    shared_doi = bool(a.doi) and a.doi == b.doi
    elsewhere = not shared_doi and not _one_place(a, b)
    who = people.compare(a.people, b.people)
    if who == "differ" and elsewhere:
        return _OTHERS  # whatever the titles are, nothing is left that could outweigh it
    found = titles.compare(a.title, b.title)
    if found.likeness == "unlike" and elsewhere:
        return _UNLIKE
    return _weigh(a, b, found, who, shared_doi=shared_doi)


def _one_place(a: Features, b: Features) -> bool:
    """The same volume and first page: titles may still be translations of one another."""
    return bool(a.volume) and a.volume[:1] == b.volume[:1] and a.pages.known and a.pages.first == b.pages.first


def _by_id(name: str, rule: str, a: str, b: str) -> Verdict:
    if a == b:
        return Verdict("same", rule, (f"both carry {name} {a}",), BY_IDENTIFIER)
    return Verdict("different", rule, (f"{name}s differ ({min(a, b)}, {max(a, b)})",))


@dataclass(slots=True)
class _Sheet:
    """Points for and against, as they come in."""

    points: float = 0.0
    reasons: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    agree: set[str] = field(default_factory=set)
    conflict: set[str] = field(default_factory=set)

    def plus(self, name: str, points: float, reason: str) -> None:
        self.points += points
        self.reasons.append(reason)
        self.agree.add(name)

    def minus(self, name: str, points: float, reason: str) -> None:
        self.points -= points
        self.against.append(reason)
        self.conflict.add(name)


def _weigh(a: Features, b: Features, found: titles.Compared, who: people.Likeness, *, shared_doi: bool) -> Verdict:
    sheet = _Sheet()
    _title(sheet, a, b, found)
    _authors(sheet, a, b, who)
    _doi(sheet, a, b)
    _place(sheet, a, b)
    _kind(sheet, a, b)
    return _decide(sheet, a, b, found, shared_doi=shared_doi)


def _pair(x: object, y: object) -> str:
    return ", ".join(sorted((str(x), str(y))))


def _title(sheet: _Sheet, a: Features, b: Features, found: titles.Compared) -> None:
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


def _authors(sheet: _Sheet, a: Features, b: Features, likeness: people.Likeness) -> None:
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


def _doi(sheet: _Sheet, a: Features, b: Features) -> None:
    if not a.doi or not b.doi:
        return
    if a.doi == b.doi:
        sheet.plus("DOI", 4.0, f"both carry DOI {a.doi}")
    elif _PUNCTUATION.sub("", a.doi) == _PUNCTUATION.sub("", b.doi):
        sheet.plus("near DOI", 2.0, f"DOIs differ in punctuation only ({_pair(a.doi, b.doi)})")
    else:
        sheet.minus("DOI", 4.0, f"DOIs differ ({_pair(a.doi, b.doi)})")


def _place(sheet: _Sheet, a: Features, b: Features) -> None:
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


_MOST_ISSUES: Final = 60
"""Issues of a volume; greater numbers count from the journal's beginning, or are some program's own."""


def _moved(a: Features, b: Features) -> bool:
    """The volume stands in the issue's column and the issue in the pages'."""
    return bool(
        not a.volume and a.issue and b.volume and b.issue
        and a.issue[0] == b.volume[0] and a.pages.first == b.issue[0] and not a.pages.last
    )  # fmt: skip


def _year(sheet: _Sheet, a: int | None, b: int | None) -> None:
    if a and b:
        if a == b:
            sheet.plus("year", 1.0, "years agree")
        elif abs(a - b) == 1:
            sheet.plus("near year", 0.0, f"years are next to each other ({_pair(a, b)})")
        else:
            sheet.minus("year", 3.0, f"years differ ({_pair(a, b)})")


def _pages(sheet: _Sheet, a: Features, b: Features) -> None:
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


def _kind(sheet: _Sheet, a: Features, b: Features) -> None:
    if a.title.marks ^ b.title.marks == {"comment"} and "authors" in sheet.agree:
        sheet.minus("telling", 1.0, "one title names it an editorial, a letter or a comment")
    elif a.title.marks != b.title.marks:
        marks = sorted(a.title.marks ^ b.title.marks)
        sheet.minus("kind", 6.0, f"one is a notice or comment ({', '.join(marks)})")
    if a.kind != b.kind and {a.kind, b.kind} & {"preprint", "registration", "chapter", "book", "thesis"}:
        sheet.minus("kind", 4.0, f"they are different kinds of publication ({_pair(a.kind, b.kind)})")


_HARD: Final = frozenset({"title", "telling", "authors", "DOI", "year", "pages", "kind", "volume", "journal"})


def _decide(sheet: _Sheet, a: Features, b: Features, found: titles.Compared, *, shared_doi: bool) -> Verdict:
    hard = frozenset(sheet.conflict & _HARD)
    reasons = (*sheet.reasons, *sheet.against)
    rule = _rule(sheet, found)
    enough = SAME if found.likeness != "unknown" else SAME - 1
    if not hard and sheet.points >= enough and _is_held(sheet, a, b, found, shared_doi=shared_doi):
        return Verdict("same", rule, reasons, sheet.points)
    if hard and sheet.points >= SAME - 2 and _outweighed(sheet, a, b, hard):
        return Verdict("same", rule + "!", reasons, sheet.points - 4)
    ask = ASK if found.likeness != "unknown" else ASK + 1.5
    if sheet.points >= ask and "kind" not in hard or _same_place(sheet, hard) or _doi_alone(sheet, hard):
        return Verdict("unsure", rule, reasons, sheet.points)
    if hard:
        return Verdict("different", "+".join(sorted(hard)).lower(), tuple(sheet.against), sheet.points)
    return _NO_REASON


_NAMED: Final = ("DOI", "title", "title part", "authors", "first author", "pages", "volume", "journal", "year")


def _rule(sheet: _Sheet, found: titles.Compared) -> str:
    return "+".join(n.replace(" ", "-").lower() for n in _NAMED if n in sheet.agree) or found.likeness


def _same_first(a: Features, b: Features) -> bool:
    """The same person comes first, as far as names tell; or five persons or more are the same in another order."""
    if len(a.people) == len(b.people) >= _MANY:
        return True
    return bool(a.people and b.people and a.people[0] & b.people[0]) and not people.namesakes(
        a.people, b.people, a.initials, b.initials
    )


_MANY: Final = 5
"""Authors who do not all write a second work in one issue."""

_LONG: Final = 6
"""Words from which on a title is hardly that of a yearly series ("Standards of medical care in diabetes")."""


def _is_held(sheet: _Sheet, a: Features, b: Features, found: titles.Compared, *, shared_doi: bool) -> bool:
    """Are there enough independent facts: who, and where or an identifier?"""
    agree = sheet.agree
    somebody = bool(agree & {"authors", "first author"})
    here = "pages" in agree or {"volume", "issue"} <= agree
    if shared_doi:
        return bool(agree & {"title", "title part"}) or {"volume", "pages"} <= agree or somebody and _same_first(a, b)
    if "issue" in sheet.conflict and not agree & {"pages", "near pages"}:
        return False  # a series under one title, issue after issue
    if "title" in agree and a.title.speaks and b.title.speaks:
        if somebody:
            # Ahead of print: no volume yet, the year before. A yearly series has a short title.
            ahead = "near year" in agree and "journal" in agree and min(len(a.title.words), len(b.title.words)) >= _LONG
            return ahead or bool(agree & {"year", "pages", "volume"})
        return {"pages", "volume"} <= agree or {"journal", "volume"} <= agree and bool(agree & {"year", "issue"})
    if "title" in agree or "title part" in agree and not (a.title.speaks and b.title.speaks):
        # The editor's "Editorial" of every issue, and the two of one issue.
        return somebody and here and bool(agree & {"pages", "year"})
    if "title part" in agree:
        few = min(len(a.people), len(b.people)) == 1 and len(a.people) + len(b.people) > 3
        known = people.namesakes(a.people, b.people, a.initials, b.initials)
        return somebody and bool(agree & ({"pages"} if few or known else {"pages", "volume", "journal"}))
    if found.likeness == "unknown" and {"all authors", "journal", "volume", "issue"} <= agree:
        return bool(a.title.letters or b.title.letters) and _same_first(a, b)
    return somebody and {"pages", "volume"} <= agree


def _outweighed(sheet: _Sheet, a: Features, b: Features, hard: frozenset[str]) -> bool:
    """A contradiction that the rest outweighs: all of who, what and where agrees, and only a damaged value does not."""
    agree = sheet.agree
    what, who = "title" in agree, "authors" in agree
    here = {"volume", "pages"} <= agree
    spread = here and "range" in agree
    if hard == {"telling"} and {"title part", "DOI", "pages"} <= agree:
        return who
    if hard <= {"title", "telling"}:
        # Neighbouring abstracts of one group share DOI, authors and page; nobody shares a range of pages.
        return who and spread and ("year" in agree or "DOI" in agree)
    if hard == {"kind"}:
        return what and who and spread and "issue" not in sheet.conflict  # a notice has pages of its own
    if hard == {"journal"}:
        return what and who and (here and "near pages" not in agree or "DOI" in agree)
    if hard == {"year"}:
        return what and who and here and "journal" in agree
    if hard == {"volume"}:
        return what and who and {"pages", "journal", "year"} <= agree and bool(a.pages.last and b.pages.last)
    if hard == {"authors"}:
        return what and here and {"journal", "year"} <= agree
    if hard == {"DOI"}:
        return what and who and here and "issue" not in sheet.conflict and _damaged(a.doi, b.doi)
    return False


def _same_place(sheet: _Sheet, hard: frozenset[str]) -> bool:
    """The same people on the same pages of the same volume: a translated title, or a name of the journal not known."""
    return hard <= {"title", "telling", "journal"} and {"authors", "range", "volume"} <= sheet.agree


def _doi_alone(sheet: _Sheet, hard: frozenset[str]) -> bool:
    """One DOI, nobody and no page that disagrees: a person should look why the titles do."""
    return "DOI" in sheet.agree and hard <= {"title", "telling"} and "some authors" not in sheet.agree


def _damaged(a: str, b: str) -> bool:
    """One DOI may be the other with characters lost or mistyped."""
    return a.startswith(b) or b.startswith(a) or Levenshtein.distance(a, b, score_cutoff=2) <= 2
