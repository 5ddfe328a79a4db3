"""Statements about a work after it appeared, and the state that follows from all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from evidence import text
from evidence.identifiers import Identifier
from evidence.records import PartialDate, Record
from evidence.views import PublicationState

Kind = Literal[
    "retraction",
    "replacement",  # retracted, and a corrected version published in its place
    "withdrawal",
    "concern",
    "partial-retraction",
    "correction",
    "republication",  # corrected and republished
    "reinstatement",  # a retraction was taken back
    "update",  # a later version, of a review
    "publication",  # of a preprint: its paper
]

STATE: Final[dict[Kind, PublicationState]] = {
    "retraction": "retracted",
    "replacement": "replaced",
    "withdrawal": "withdrawn",
    "concern": "concern",
    "partial-retraction": "corrected",
    "correction": "corrected",
    "republication": "corrected",
}
"""Kinds that give a work a state. A partial retraction is a correction: NLM calls it an erratum since October 2016
(https://www.nlm.nih.gov/pubs/techbull/so16/so16_partial_retractions_pol_change.html), the conclusions stand."""

NAMES: Final = {
    "pubmed": "PubMed",
    "retraction-watch": "Retraction Watch",
    "crossref": "Crossref",
    "nbib": "PubMed file",
}
"""Sources as pages call them; a file is called by its kind."""

SEVERITY: Final[tuple[PublicationState, ...]] = ("none", "corrected", "concern", "withdrawn", "retracted", "replaced")
"""From the least to the gravest. "Replaced" says all that "retracted" does, and where the corrected version is."""

RETRACTING: Final[tuple[Kind, ...]] = ("retraction", "replacement", "withdrawal")
"""What a reinstatement takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One source's word on a work. `basis`: its "own record", a "notice" that names it, its "publication type", its
    "title", or a "row" of a list of retractions. `notice`: what names the notice, or the later version. `origin`: the
    source whose word this one only passes on (Crossref Retraction Watch's); "" where it is its own.
    """

    kind: Kind
    source: str
    basis: str
    notice: tuple[Identifier, ...] = ()
    date: PartialDate | None = None
    citation: str = ""
    note: str = ""
    ref: str = ""  # the source's own name for the statement
    origin: str = ""

    @property
    def voice(self) -> str:
        """The source whose word it is."""
        return self.origin or self.source

    @property
    def key(self) -> str:
        """What the same statement has whenever it is made again."""
        named = next((f"{i.scheme}:{i.value}" for s in ("pmid", "doi") for i in self.notice if i.scheme == s), "")
        what = f"ref:{self.ref}" if self.ref else named or text.fold(self.citation)[:120] or self.basis
        return f"{self.source}|{self.kind}|{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A relation by which another record speaks of a work: its type, what it calls the work, and the whole record."""

    type: str
    target: Identifier
    speaker: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of a source that lists works by identifiers: what it says, and of which work ("" where it gives none).

    `title`: what the source calls it (naming.named). `speaker`: the DOI of the record in which the source says it,
    where it is no list but has records of works.
    """

    statement: Statement
    pmid: str = ""
    doi: str = ""
    title: str = ""
    speaker: str = ""

    @property
    def ref(self) -> str:
        """What names the row among all of its source: two records may say the same thing."""
        return f"{self.statement.ref}@{self.speaker}" if self.speaker else self.statement.ref


@dataclass(frozen=True, slots=True)
class Weighed:
    """A statement, and the later one that takes it back, if any."""

    statement: Statement
    overruled: Statement | None = None


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """Everything said of a work, gravest first, and the state that follows from it."""

    said: tuple[Weighed, ...] = ()
    state: PublicationState = "none"

    def state_by(self, source: str) -> PublicationState:
        """The state that would follow from this source's own words, whoever passes them on."""
        return weigh(w.statement for w in self.said if w.statement.voice == source).state


def weigh(statements: Iterable[Statement]) -> LifeCycle:
    """The state is the gravest that is not taken back.

    A reinstatement takes back what retracted the work until that day, whoever said it: the day of a retraction is its
    notice's, as exactly as any source knows it. An undated word is taken back by a reinstatement of the same voice
    only, whoever passes the two on.
    """
    said = sorted(set(statements), key=_total)
    days = {s: _dated(s, said) for s in said}
    back = sorted(
        (s for s in said if s.kind == "reinstatement" and _last(s.date) is not None),
        key=lambda s: (_last(s.date), s.key),
        reverse=True,
    )
    weighed = [Weighed(s, next((r for r in back if _takes_back(r, s, days[s])), None)) for s in said]
    states = [STATE[w.statement.kind] for w in weighed if w.statement.kind in STATE and w.overruled is None]
    return LifeCycle(tuple(sorted(weighed, key=_gravest_first)), max(states, key=SEVERITY.index, default="none"))


def _total(said: Statement) -> tuple[str, ...]:
    """A total order of statements, so that nothing depends on which came first."""
    when = said.date or PartialDate()
    day = (f"{when.year or 0:04}", f"{when.month or 0:02}", f"{when.day or 0:02}", when.text)
    named = " ".join(f"{i.scheme}:{i.value}" for i in said.notice)
    return (said.key, said.basis, said.citation, said.note, *day, named)


def _gravest_first(weighed: Weighed) -> tuple[bool, int, str]:
    state = STATE.get(weighed.statement.kind, "none")
    return weighed.overruled is not None, -SEVERITY.index(state), weighed.statement.key


def _takes_back(reinstatement: Statement, said: Statement, when: PartialDate | None) -> bool:
    if said.kind not in RETRACTING:
        return False
    last, day = _last(when), _last(reinstatement.date)
    if last is None or day is None:
        return last is None and said.voice == reinstatement.voice
    return last <= day


def _last(when: PartialDate | None) -> tuple[int, int, int] | None:
    """The last day that a date may mean."""
    if when is None or when.year is None:
        return None
    return when.year, when.month or 12, (when.day or 31) if when.month else 31


def _dated(said: Statement, among: Sequence[Statement]) -> PartialDate | None:
    """The day of a statement's notice, as exactly as anybody gives it who names the same notice."""
    same = [s for s in among if s.kind in RETRACTING and set(s.notice) & set(said.notice)] or [said]
    known = [s.date for s in (*same, said) if s.date is not None and s.date.year is not None]
    exact = [d for d in known if d.day] or [d for d in known if d.month] or known
    return max(exact, key=lambda d: _last(d) or (0, 0, 0), default=None)


def united(said: Sequence[Statement]) -> list[Statement]:
    """One statement of each source and notice: the work's own record and the notice say the same thing twice.

    A mark says nothing more where the same source says why.
    """
    explained = {s.source for s in said if s.kind in RETRACTING and s.basis in ("own record", "notice")}
    found: dict[str, Statement] = {}
    order = {"row": 0, "own record": 1, "notice": 2, "publication type": 3, "title": 4}
    for one in sorted(said, key=lambda s: (order[s.basis], *_total(s))):
        if one.basis in ("publication type", "title") and one.source in explained:
            continue
        same = next((k for k, s in found.items() if _same(s, one)), None)
        found[same or one.key] = _joined(found[same], one) if same else one
    return list(found.values())


def _same(one: Statement, other: Statement) -> bool:
    """One notice, named by either side; a reference without any number is that of the notice of the same year."""
    if one.key == other.key:
        return True
    if (one.source, one.kind, one.origin) != (other.source, other.kind, other.origin):
        return False
    if one.ref or other.ref:
        return _entry(one.ref) == _entry(other.ref) != ""
    if one.notice and other.notice:
        return bool(set(one.notice) & set(other.notice))
    years = [s.date.year for s in (one, other) if s.date is not None]
    return len(years) == 2 and years[0] == years[1]


def _entry(ref: str) -> str:
    """What names an entry of Crossref under whichever DOI of the work it was asked for: `ref` (crossref.py) without it;
    "" where it is no such entry's.
    """
    parts = ref.split("|")
    return "|".join(part for part in parts[1:] if part != parts[0])


def _joined(first: Statement, second: Statement) -> Statement:
    notice = (*first.notice, *(i for i in second.notice if i not in first.notice))
    dates = [d for d in (first.date, second.date) if d is not None and d.year is not None]
    exact = max(dates, key=lambda d: (bool(d.month), bool(d.day)), default=None)
    return replace(
        first, notice=notice, date=exact, citation=first.citation or second.citation, note=first.note or second.note
    )


def name_of(source: str, origin: str = "") -> str:
    """A source as pages call it. `origin`: the one whose word it passes on."""
    name = NAMES.get(source, f"A file ({source})")
    return f"{name}, passing on {name_of(origin)}" if origin else name


_WORDS: Final[dict[PublicationState, str]] = {
    "none": "not retracted",
    "corrected": "corrected",
    "concern": "expression of concern",
    "withdrawn": "withdrawn",
    "retracted": "retracted",
    "replaced": "retracted and replaced",
}


def disagreements(cycle: LifeCycle, asked: Mapping[str, str]) -> tuple[str, ...]:
    """The sources that differ on whether the work is retracted, in words. `asked`: source → its name, of all that
    know the work or list retractions; one that says nothing differs from one that says "retracted".

    What a source only passes on counts as the word of the one that said it, and once; a source that does nothing else
    says neither yes nor no.
    """
    retracted = {STATE[kind] for kind in RETRACTING}
    asked = _voices(cycle, asked)
    states = {source: cycle.state_by(source) for source in asked}
    if len({state in retracted for state in states.values()}) < 2:
        return ()
    said = {w.statement.voice for w in cycle.said}
    reinstated = {w.statement.voice for w in cycle.said if w.statement.kind == "reinstatement"}
    sentences = []
    for source, state in sorted(states.items()):
        word = "reinstated" if source in reinstated and state not in retracted else _WORDS[state]
        sentences.append(f"{asked[source]}: {word}" + ("" if source in said else " (it says nothing of this work)"))
    return tuple(sentences)


def _voices(cycle: LifeCycle, asked: Mapping[str, str]) -> dict[str, str]:
    """Source → its name, of those whose own word is known."""
    said = [w.statement for w in cycle.said]
    silent = {s.source for s in said} - {s.source for s in said if not s.origin}
    voices = {source: name for source, name in asked.items() if source not in silent}
    for one in said:
        if one.origin and one.origin not in voices:
            voices[one.origin] = f"{name_of(one.origin)} (by way of {name_of(one.source)})"
    return voices
