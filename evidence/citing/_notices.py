"""What must be said beside a reference: retracted, replaced, of concern, corrected; and where the notice stands.

Kinds follow NLM's linked citations, https://www.nlm.nih.gov/bsd/policy/errata.html .
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from evidence import merging
from evidence.citing import _volumes
from evidence.records import Record
from evidence.text import clean
from evidence.views import PublicationState, Study

NoticeKind = Literal["retraction", "withdrawal", "replacement", "concern", "erratum"]

_KINDS: Final[dict[tuple[str, bool], NoticeKind]] = {
    ("RetractionIn", False): "retraction",
    ("RetractionOf", True): "retraction",
    ("RetractedandRepublishedIn", False): "replacement",
    ("RetractedandRepublishedFrom", True): "replacement",
    ("ExpressionOfConcernIn", False): "concern",
    ("ExpressionOfConcernFor", True): "concern",
    ("ErratumIn", False): "erratum",
    ("ErratumFor", True): "erratum",
}
"""Relation types, and whether they come in from the notice's own record."""

_OF_STATE: Final[dict[PublicationState, NoticeKind]] = {
    "retracted": "retraction",
    "withdrawn": "withdrawal",
    "replaced": "replacement",
    "concern": "concern",
}
_GRAVEST: Final[tuple[NoticeKind, ...]] = ("replacement", "retraction", "withdrawal", "concern")
_PLACE: Final = re.compile(
    r"(?:\A|[.?!]\s)(?P<journal>[^.;?!]{2,150})\.\s(?P<year>1[89]\d\d|20\d\d)(?P<day>[ \w/-]{0,24})"
    r"(?:;(?P<volume>[^():;.]{0,30})(?:\((?P<issue>[^()]{1,30})\))?)?(?::(?P<pages>[\w-][\w.-]{0,30}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePlace:
    """A notice's citation taken apart."""

    journal: str
    year: str
    place: _volumes.Place
    pages: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice: its kind, its citation as printed (empty when none is known), and where that says it stands."""

    kind: NoticeKind
    citation: str = ""
    at: NoticePlace | None = None


def notices(view: Study | Record) -> tuple[Notice, ...]:
    """The study's notices, the gravest first: one of what withdrew it, one of concern, every erratum.

    A state without a known notice is one of its own, so that a retracted study never looks like any other.
    """
    state = view.row.state if isinstance(view, Study) else merging.publication_state(view, ())
    found: dict[NoticeKind, list[str]] = {}
    for kind, citation in _said(view):
        found.setdefault(kind, [])
        if citation and citation not in found[kind]:
            found[kind].append(citation)
    if isinstance(view, Study) and state not in merging.RETRACTED_STATES:  # reinstated, whatever one source still says
        found = {kind: said for kind, said in found.items() if kind not in ("retraction", "replacement")}
    own = _OF_STATE.get(state)
    if own and not (own == "withdrawal" and "retraction" in found):
        found.setdefault(own, [])
    made = [_notice(kind, next(iter(found[kind]), "")) for kind in _GRAVEST if kind in found]
    if "replacement" in found and "retraction" in found and not found["retraction"]:
        made = [n for n in made if n.kind != "retraction"]  # a replaced article is marked as retracted too
    return (*made, *(_notice("erratum", citation) for citation in found.get("erratum", ())))


def _said(view: Study | Record) -> Iterator[tuple[NoticeKind, str]]:
    """Kinds and citations of the view's relations; those that come in count where it has no citation of its own."""
    record = view.record if isinstance(view, Study) else view
    pairs = [(r.type, False, r.citation) for r in record.relations]
    if isinstance(view, Study):
        pairs += [(r.type, r.incoming, r.citation) for r in view.relations]
    known: set[NoticeKind] = set()
    for type_, incoming, citation in sorted(pairs, key=lambda pair: pair[1]):
        kind = _KINDS.get((type_, incoming))
        if kind is None or (incoming and kind in known):
            continue
        cited = clean(citation).rstrip(". ;:,")
        if cited and not incoming:
            known.add(kind)
        yield kind, cited


def _notice(kind: NoticeKind, citation: str) -> Notice:
    found = _PLACE.search(citation)
    if found is None:
        return Notice(kind=kind, citation=citation)
    at = NoticePlace(
        journal=found["journal"].strip(),
        year=found["year"],
        place=_volumes.place((found["volume"] or "").strip(), found["issue"] or ""),
        pages=(found["pages"] or "").rstrip("."),
    )
    return Notice(kind=kind, citation=citation, at=at)
