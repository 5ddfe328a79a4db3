"""Where NLM's label and our reading of the words differ about a design or condition: a queue for curators. Reads only.

NLM's label is a publication type or a MeSH heading; ours is what title, abstract and keywords say. Only what both
could have said counts: our side must have named some design; NLM must have labelled the record at all (for a condition:
given it a heading that means something here), and must have a label for it.
Whether the tagger took one side or the other makes no difference (ingest.paths keeps what it overruled). A broader
label of one side is no contradiction of a narrower one of the other ("Review" and a systematic review). What
a curator has decided is settled and leaves the queue, for as long as the decision stands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, case, func, select

from evidence.errors import UsageProblem
from evidence.records import Markup, Record
from evidence.store.detail import rows_of
from evidence.store.engine import Store
from evidence.store.reads import ASSIGNMENT, LIBRARY, MEMBERSHIP, STUDY, TAG, label, members
from evidence.views import TagView
from evidence.vocabulary import DESIGNS, Vocabulary

Side = Literal["nlm", "text"]
NLM: Final = ("mesh", "pubtype")
KINDS: Final = ("design", "condition")

NARROWER: Final[dict[str, frozenset[str]]] = {
    "clinical-trial": frozenset({"rct", "nonrandomised-trial", "single-arm-trial"}),
    "narrative-review": frozenset({"systematic-review", "scoping-review", "meta-analysis", "network-meta-analysis"}),
    "systematic-review": frozenset({"scoping-review", "meta-analysis", "network-meta-analysis"}),
    "meta-analysis": frozenset({"network-meta-analysis"}),
}
"""Design → designs that are of its kind: https://www.nlm.nih.gov/mesh/pubtypes.html"""

_BROADER: Final = {slug: frozenset(b for b, narrow in NARROWER.items() if slug in narrow) for slug in DESIGNS}

FORMATS: Final = frozenset({"letter", "editorial", "comment", "erratum", "retraction-notice", "book-chapter"})
"""What NLM knows from the place in the journal, and words need not say. Ours of these still may contradict NLM's."""

_OPINIONS: Final = frozenset({"letter", "editorial", "comment"})
"""Of which NLM gives one or several, and words may say any."""

_BITS: Final = {"nlm": 1, "text": 2, "curator": 4, "nlm-weak": 8, "text-weak": 16, "heading": 32}
"""Who says that a study has a tag: the first two, that it is central to it; "heading": NLM, by a MeSH heading."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: after this tag of this study. `str` and `parse` are inverse."""

    rank: int
    study: int
    kind: str
    slug: str

    def __str__(self) -> str:
        return f"{self.rank}.{self.study}.{self.kind}.{self.slug}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that was written so. Raises UsageProblem."""
        rank, _, rest = text.partition(".")
        study, _, named = rest.partition(".")
        kind, dot, slug = named.partition(".")
        if not (dot and rank.isascii() and rank.isdecimal() and study.isascii() and study.isdecimal()):
            raise UsageProblem("after", f"{text[:60]!r} is no place in the queue")
        if len(text) > 200:
            raise UsageProblem("after", "is no place in the queue")
        return cls(int(rank), int(study), kind, slug)

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Sort key: designs before conditions, what would count most first, then the newest study."""
        return self.rank, -self.study, self.kind, self.slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One side says that the study has the tag, the other does not.

    `side` says it has it; `reasons` are that side's; `against` what the other side says instead (other designs), if
    anything. `design` is the one that the study is listed under now, `key` and `title` are the study's, `records` what
    its sources said.
    """

    study: int
    key: str
    title: Markup
    kind: str
    slug: str
    label: str
    side: Side
    design: str
    reasons: tuple[TagView, ...]
    against: tuple[TagView, ...]
    records: tuple[Record, ...] = field(repr=False)
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class DisagreementPage:
    """A page of the queue, how many wait in all, and where the next page begins."""

    items: tuple[Disagreement, ...]
    total: int
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class _Found:
    study: int
    kind: str
    slug: str
    side: Side
    rank: int

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.rank, self.study, self.kind, self.slug)

    @property
    def order(self) -> tuple[int, int, str, str]:
        return self.cursor.order


def queue(
    store: Store, vocabulary: Vocabulary, *, limit: int = 50, after: Cursor | None = None, kind: str = ""
) -> DisagreementPage:
    """What waits for a curator: at most `limit` after that place, of one kind (design, condition) or of both."""
    with store.read() as connection:
        waiting = [f for f in _waiting(store, connection, vocabulary) if not kind or f.kind == kind]
        start = bisect_right(waiting, after.order, key=lambda f: f.order) if after else 0
        page = waiting[start : start + max(limit, 0)]
        more = start + len(page) < len(waiting)
        items = tuple(_shown(connection, page, vocabulary))
        return DisagreementPage(items, len(waiting), page[-1].cursor if page and more else None)


def _waiting(store: Store, connection: Connection, vocabulary: Vocabulary) -> list[_Found]:
    """The whole queue in order; computed once for each state of the store."""
    library = connection.execute(select(LIBRARY.c.epoch, LIBRARY.c.revision)).one()
    stamp = (library.epoch, library.revision, vocabulary.hash)
    held: tuple[Any, list[_Found]] | None = store.cache.get("disagreements")
    if held is None or held[0] != stamp:
        found = _Judge(vocabulary).judge(_said(connection))
        held = (stamp, sorted(found, key=lambda f: f.order))
        store.cache["disagreements"] = held
    return held[1]


def _said(connection: Connection) -> dict[int, dict[tuple[str, str], int]]:
    """Study → (kind, slug) → who says it: bits of _BITS. One query over all reasons."""
    nlm, text = ASSIGNMENT.c.origin.in_(NLM), ASSIGNMENT.c.origin == "text"
    central = ASSIGNMENT.c.central.is_(True)
    sums = [
        func.max(case((condition, 1), else_=0)).label(name)
        for name, condition in (
            ("by_nlm", nlm & central),
            ("by_text", text & central),
            ("by_curator", ASSIGNMENT.c.origin == "curator"),
            ("weak_nlm", nlm),
            ("weak_text", text),
            ("by_heading", ASSIGNMENT.c.origin == "mesh"),
        )
    ]
    wanted = (
        select(MEMBERSHIP.c.study_id, ASSIGNMENT.c.tag_id, *sums)
        .join(MEMBERSHIP, MEMBERSHIP.c.source_record_id == ASSIGNMENT.c.source_record_id)
        .group_by(MEMBERSHIP.c.study_id, ASSIGNMENT.c.tag_id)
    )
    names = {row.id: (row.kind, row.slug) for row in connection.execute(select(TAG))}
    excluded = set(connection.scalars(select(STUDY.c.id).where(STUDY.c.inclusion == "excluded")))
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for study, tag, *who in connection.execute(wanted):
        if study not in excluded:
            found[study][names[tag]] = sum(bit for bit, said in zip(_BITS.values(), who, strict=True) if said)
    return found


class _Judge:
    """What the vocabulary says about which labels could have been given and which include others."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        conditions = vocabulary.conditions
        self._labelled = {("design", s) for s, d in vocabulary.designs.items() if d.publication_types or d.mesh}
        self._labelled |= {
            ("condition", slug) for slug, c in conditions.items() if any(not link.via for link in c.mesh)
        }
        self._order = {slug: design.order for slug, design in vocabulary.designs.items()}
        self._kin: dict[tuple[str, str], frozenset[str]] = {
            ("condition", slug): frozenset((slug, *vocabulary.ancestors(slug), *vocabulary.descendants(slug)))
            for slug in conditions
        }

    def judge(self, said: Mapping[int, Mapping[tuple[str, str], int]]) -> Iterator[_Found]:
        """The disagreements of every study."""
        for study, tags in said.items():
            indexed = any(bits & _BITS["nlm-weak"] for bits in tags.values())
            if indexed:
                yield from self._of(study, tags)

    def _of(self, study: int, tags: Mapping[tuple[str, str], int]) -> Iterator[_Found]:
        by_nlm = {tag for tag, bits in tags.items() if bits & _BITS["nlm-weak"]}
        by_text = {tag for tag, bits in tags.items() if bits & _BITS["text-weak"]}
        reads_a_design = any(kind == "design" and bits & _BITS["text"] for (kind, _), bits in tags.items())
        has_headings = any(bits & _BITS["heading"] for bits in tags.values())
        for (kind, slug), bits in tags.items():
            if kind not in KINDS or slug == "other" or bits & _BITS["curator"]:
                continue
            alike = {(kind, other) for other in self._alike(kind, slug)}
            heard = kind == "condition" or (reads_a_design and slug not in FORMATS)
            labelled = (kind, slug) in self._labelled and (has_headings or kind == "design")
            if bits & _BITS["nlm"] and heard and not alike & by_text:
                yield _Found(study, kind, slug, "nlm", self._rank(kind, slug))
            elif bits & _BITS["text"] and labelled and not alike & by_nlm:
                yield _Found(study, kind, slug, "text", self._rank(kind, slug))

    def _alike(self, kind: str, slug: str) -> Collection[str]:
        """Slugs that say the same, or more or less of the same: for a condition those above and below it."""
        if slug in _OPINIONS:
            return _OPINIONS
        if kind == "design":
            return (slug, *NARROWER.get(slug, ()), *_BROADER.get(slug, ()))
        return self._kin.get((kind, slug), (slug,))

    def _rank(self, kind: str, slug: str) -> int:
        return self._order.get(slug, 500) if kind == "design" else 1000


def _shown(connection: Connection, page: Iterable[_Found], vocabulary: Vocabulary) -> Iterator[Disagreement]:
    found = list(page)
    rows = {row.id: row for row in rows_of(connection, list(dict.fromkeys(f.study for f in found)))}
    held = members(connection, rows, vocabulary)
    tags = {study: [tag for m in records for tag in m.tags] for study, records in held.items()}
    for item in found:
        here, there = (NLM, ("text",)) if item.side == "nlm" else (("text",), NLM)
        of_kind = [t for t in tags[item.study] if t.kind == item.kind]
        row = rows[item.study]
        yield Disagreement(
            study=item.study,
            key=row.key,
            title=row.title,
            kind=item.kind,
            slug=item.slug,
            label=label(vocabulary, item.kind, item.slug),
            side=item.side,
            design=row.design,
            reasons=_distinct(t for t in of_kind if t.slug == item.slug and t.origin in here),
            against=_distinct(t for t in of_kind if t.origin in there and t.slug != item.slug),
            records=tuple(m.record for m in held[item.study]),
            cursor=item.cursor,
        )


def _distinct(tags: Iterable[TagView]) -> tuple[TagView, ...]:
    """Two records of one study may say the same words."""
    return tuple(sorted({replace(t, at=None) for t in tags}, key=lambda t: (t.slug, t.origin, t.evidence, t.rule)))


__all__ = ["KINDS", "Cursor", "Disagreement", "DisagreementPage", "Side", "queue"]
