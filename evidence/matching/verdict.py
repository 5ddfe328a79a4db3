"""The verdict on two records, with reasons a person can read.

The fields are weighed in `sheet`. "Same" needs enough points, enough independent facts (who, and where or an
identifier) and no contradiction but one that everything else outweighs; what is left with many points is "unsure", for
a person; the rest is "different".

Identifier rules: a PMID or PMCID joins; different PMIDs never join; a DOI joins only when title, or volume and first
page, agree, because a conference supplement shares one DOI over hundreds of abstracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

from evidence.matching import people, titles
from evidence.matching.normalise import Features
from evidence.matching.sheet import Sheet, fill

Outcome = Literal["same", "different", "unsure"]

SAME: Final = 8.0
"""Points from which on two records without a contradiction are one work."""

ASK: Final = 6.0
"""Points from which on a pair with a contradiction, or with too few points, is shown to a person."""

NOTHING: Final = "nothing-agrees"
"""The rule of a "different" that rests on no contradiction: there is just no reason to think that they are one."""


UNTITLED: Final = "untitled"
"""How the rule of a verdict begins that is on a record without title and the works of its authors in its issue."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """same, different or unsure; the rule that decided; its reasons as sentences; the more strength, the surer.

    `conflict`: the fields that speak against an unsure pair.
    """

    outcome: Outcome
    rule: str
    reasons: tuple[str, ...] = ()
    strength: float = 0.0
    conflict: frozenset[str] = frozenset()

    @property
    def contradicts(self) -> bool:
        """Something speaks against their being one work: no group may hold both."""
        return self.outcome == "different" and self.rule != NOTHING

    @property
    def keeps_apart(self) -> bool:
        """No group may hold both: something contradicts, or a field does of which only a person can say why."""
        return self.contradicts or (self.outcome == "unsure" and not self.conflict.isdisjoint(_APART))

    @property
    def only_described(self) -> bool:
        """The contradiction is of words and names alone, which sources print differently, translated or wrongly."""
        return self.contradicts and set(self.rule.split("+")) <= _WORDS

    @property
    def untitled(self) -> bool:
        """One record has no title, so that this rests on who and where: it says nothing once the title is found."""
        return self.rule.startswith(UNTITLED)

    @property
    def by_identifier(self) -> bool:
        """A PMID or PMCID that both carry makes them one."""
        return self.outcome == "same" and self.strength >= BY_IDENTIFIER


_APART: Final = frozenset({"DOI", "ranges", "edition"})
"""Fields that, where they differ, no third record can bridge: two parts of one title, the editions of a translation."""

_WORDS: Final = frozenset({"title", "telling", "authors", "journal"})
BY_IDENTIFIER: Final = 100.0
"""The strength of a PMID or PMCID; points of fields stay far below."""


_NO_REASON: Final = Verdict("different", NOTHING)
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
    if who == "differ" and elsewhere and not (a.title.speaks and a.title.letters == b.title.letters):
        return _OTHERS  # whatever the titles are, nothing is left that could outweigh it
    found = titles.compare(a.title, b.title)
    if found.likeness == "unlike" and elsewhere:
        return _UNLIKE
    return _decide(fill(a, b, found, who), a, b, found, shared_doi=shared_doi)


def _one_place(a: Features, b: Features) -> bool:
    """The same volume and first page: titles may still be translations of one another."""
    return bool(a.volume) and a.volume[:1] == b.volume[:1] and a.pages.known and a.pages.first == b.pages.first


def _by_id(name: str, rule: str, a: str, b: str) -> Verdict:
    if a == b:
        return Verdict("same", rule, (f"both carry {name} {a}",), BY_IDENTIFIER)
    return Verdict("different", rule, (f"{name}s differ ({min(a, b)}, {max(a, b)})",))


_HARD: Final = frozenset(
    {"title", "telling", "authors", "DOI", "year", "pages", "kind", "volume", "journal", "edition"}
)


def _decide(sheet: Sheet, a: Features, b: Features, found: titles.Compared, *, shared_doi: bool) -> Verdict:
    hard = frozenset(sheet.conflict & _HARD)
    reasons = (*sheet.reasons, *sheet.against)
    rule = _rule(sheet, found)
    enough = SAME if found.likeness != "unknown" else SAME - 1
    if not hard and sheet.points >= enough and _is_held(sheet, a, b, found, shared_doi=shared_doi):
        return Verdict("same", rule, reasons, sheet.points)
    if not hard and _is_untitled(sheet, a, b):
        rule = f"{UNTITLED}+{rule}"
        if _is_theirs(sheet, a, b):
            return Verdict("same", rule, reasons, sheet.points)
        untitled, titled = (b, a) if a.title.letters else (a, b)
        likely = people.theirs(untitled.people, titled.people)
        if likely:
            return Verdict("unsure", rule, reasons, likely)
    if hard and sheet.points >= SAME - 2 and _outweighed(sheet, a, b, hard):
        return Verdict("same", rule + "!", reasons, sheet.points - 4)
    if not (a.title.letters or b.title.letters) and not sheet.agree & {"pages", "DOI"}:
        return _NO_REASON if not hard else _apart(sheet, hard)
    ask = ASK if found.likeness != "unknown" else ASK + 1.5
    if "issue" in sheet.conflict and "title" not in sheet.agree:
        ask += 2.5  # a sequel: another issue, and more or less of a title
    if sheet.points >= ask and "kind" not in hard or _to_be_asked(sheet, found, hard):
        return Verdict("unsure", rule, reasons, sheet.points, frozenset(sheet.conflict))
    if hard:
        return _apart(sheet, hard)
    return _NO_REASON


def _apart(sheet: Sheet, hard: frozenset[str]) -> Verdict:
    return Verdict("different", "+".join(sorted(hard)).lower(), tuple(sheet.against), sheet.points)


_NAMED: Final = ("DOI", "title", "title part", "authors", "first author", "pages", "volume", "journal", "year")


def _rule(sheet: Sheet, found: titles.Compared) -> str:
    return "+".join(n.replace(" ", "-").lower() for n in _NAMED if n in sheet.agree) or found.likeness


def _is_untitled(sheet: Sheet, a: Features, b: Features) -> bool:
    """One of the two, not both, has lost its title; both stand in one issue of the journal."""
    return bool(a.title.letters) != bool(b.title.letters) and {"journal", "volume", "issue"} <= sheet.agree


def _is_theirs(sheet: Sheet, a: Features, b: Features) -> bool:
    """The authors of a record without title are the other's. Editors of the issue that a page names besides are not.

    Somebody with two works in one issue makes two such links, and `groups` then refuses both.
    """
    if "DOI" in sheet.agree and "all authors" in sheet.agree:
        return True
    return people.lead(a.people, b.people) and not people.namesakes(a.people, b.people, a.initials, b.initials)


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


def _is_held(sheet: Sheet, a: Features, b: Features, found: titles.Compared, *, shared_doi: bool) -> bool:
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
            ahead = {"near year", "journal"} <= agree and (_is_ahead(a) or _is_ahead(b))
            long = min(len(a.title.words), len(b.title.words)) >= _LONG
            return ahead and long or bool(agree & {"year", "pages", "volume"})
        return {"pages", "volume"} <= agree or {"journal", "volume"} <= agree and bool(agree & {"year", "issue"})
    if "title" in agree or "title part" in agree and not (a.title.speaks and b.title.speaks):
        # The editor's "Editorial" of every issue, and the two of one issue.
        return somebody and here and bool(agree & {"pages", "year", "all authors"})
    if "title part" in agree:
        few = min(len(a.people), len(b.people)) == 1 and len(a.people) + len(b.people) > 3
        known = people.namesakes(a.people, b.people, a.initials, b.initials)
        return somebody and bool(agree & ({"pages"} if few or known else {"pages", "volume", "journal"}))
    # Nothing is known of what it says: abstracts of one group share a page, an erratum a volume.
    return somebody and {"pages", "volume"} <= agree and "issue" not in sheet.conflict and _same_first(a, b)


def _is_ahead(f: Features) -> bool:
    """Ahead of print, as far as one can tell: neither volume nor issue nor pages are given yet."""
    return not f.volume and not f.issue and not f.pages.known


def _outweighed(sheet: Sheet, a: Features, b: Features, hard: frozenset[str]) -> bool:
    """A contradiction that the rest outweighs: all of who, what and where agrees, and only a damaged value does not."""
    agree = sheet.agree
    what, who = "title" in agree, "authors" in agree
    here = {"volume", "pages"} <= agree
    spread = here and "range" in agree
    if hard == {"telling"} and {"title part", "DOI", "pages"} <= agree:
        return who
    if hard <= {"title", "telling"}:
        # Neighbouring abstracts of one group share DOI, authors and page; nobody shares a range of pages.
        return who and spread and ("year" in agree or "DOI" in agree) and not {"issue", "telling"} <= sheet.conflict
    if hard == {"kind"}:
        return what and who and spread and "issue" not in sheet.conflict  # a notice has pages of its own
    if hard == {"journal"}:
        return what and who and (here and "near pages" not in agree or "DOI" in agree)
    if hard == {"year"}:
        known = "DOI" in agree and {"all authors", "volume", "issue"} <= agree
        return (what and who and here or known) and "journal" in agree
    if hard == {"volume"}:
        return what and who and {"pages", "journal", "year"} <= agree and bool(a.pages.last and b.pages.last)
    if hard == {"authors"}:
        return what and spread and {"journal", "year"} <= agree  # letters under one title share a page
    if hard == {"DOI"}:
        everything = spread and {"all authors", "issue", "journal", "year"} <= agree  # registered twice
        return what and who and here and "issue" not in sheet.conflict and (everything or _damaged(a.doi, b.doi))
    return False


def _to_be_asked(sheet: Sheet, found: titles.Compared, hard: frozenset[str]) -> bool:
    """Contradictions that a person should see though few points are left."""
    agree = sheet.agree
    if hard == {"authors"}:  # names turned round or of others, under one title in one issue
        return found.likeness == "equal" and {"journal", "volume", "issue"} <= agree
    if hard == {"year"}:  # volume and issue have a year of their own: one of the two is a slip
        return {"all authors", "journal", "volume", "issue"} <= agree
    if hard <= {"title", "telling", "journal"} and {"range", "volume"} <= agree:
        # The same people or journal on the same pages: a translated title, or a name of the journal not known.
        return "authors" in agree or {"journal", "year"} <= agree
    # One DOI, nobody and no page that disagrees: why do the titles?
    return "DOI" in agree and hard <= {"title", "telling"} and "some authors" not in agree


def _damaged(a: str, b: str) -> bool:
    """One DOI may be the other with characters lost or mistyped."""
    return a.startswith(b) or b.startswith(a) or Levenshtein.distance(a, b, score_cutoff=2) <= 2
