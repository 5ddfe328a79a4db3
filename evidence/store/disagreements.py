"""Where NLM's label and our reading of the words differ about a design or condition: a queue for curators. Reads only.

Which studies wait is kept by the writer as bitmaps (contradictions.py): a page of the queue costs a page, whatever the
size of the library, and what a curator decides has left the queue when the decision is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from evidence.errors import UsageProblem
from evidence.records import Markup, Record
from evidence.store import contradictions, facets
from evidence.store.contradictions import KINDS, NLM, Contradiction, Side
from evidence.store.detail import rows_of
from evidence.store.engine import Store
from evidence.store.reads import label, members
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

_LONGEST_CURSOR: Final = 200


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
        if len(text) > _LONGEST_CURSOR:
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
    tag: Contradiction
    rank: int

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.rank, self.study, self.tag.kind, self.tag.slug)


def queue(
    store: Store, vocabulary: Vocabulary, *, limit: int = 50, after: Cursor | None = None, kind: str = ""
) -> DisagreementPage:
    """What waits for a curator: at most `limit` after that place, of one kind (design, condition) or of both."""
    with store.read() as connection:
        waiting = _waiting(facets.load(store, connection), kind)
        found = list(islice(_in_order(waiting, vocabulary, after), max(limit, 0) + 1))
        page = found[: max(limit, 0)]
        items = tuple(_shown(connection, page, vocabulary))
        total = sum(bits.bit_count() for bits in waiting.values())
        return DisagreementPage(items, total, page[-1].cursor if page and len(found) > len(page) else None)


def _waiting(bitmaps: facets.Bitmaps, kind: str) -> dict[Contradiction, int]:
    """What is contradicted → the studies of which it is."""
    found = ((Contradiction.parse(value), bits) for value, bits in bitmaps.maps.items() if bits)
    return {tag: bits for tag, bits in found if tag is not None and kind in ("", tag.kind)}


def _in_order(waiting: dict[Contradiction, int], vocabulary: Vocabulary, after: Cursor | None) -> Iterator[_Found]:
    """The queue behind a place in it."""
    ranked: dict[int, list[tuple[Contradiction, int]]] = defaultdict(list)
    for tag in sorted(waiting, key=lambda tag: (tag.kind, tag.slug)):
        ranked[contradictions.rank(vocabulary, tag.kind, tag.slug)].append((tag, waiting[tag]))
    for rank in sorted(ranked):
        if after and rank < after.rank:
            continue
        studies = 0
        for _, bits in ranked[rank]:
            studies |= bits
        if after and rank == after.rank and after.study < studies.bit_length():
            studies &= (1 << after.study + 1) - 1
        for study in facets.members(studies):
            found = (_Found(study, tag, rank) for tag, bits in ranked[rank] if bits >> study & 1)
            yield from (one for one in found if after is None or one.cursor.order > after.order)


def _shown(connection: Connection, page: Iterable[_Found], vocabulary: Vocabulary) -> Iterator[Disagreement]:
    found = list(page)
    rows = {row.id: row for row in rows_of(connection, list(dict.fromkeys(f.study for f in found)))}
    held = members(connection, rows, vocabulary)
    tags = {study: [tag for m in records for tag in m.tags] for study, records in held.items()}
    for item in found:
        here, there = (NLM, ("text",)) if item.tag.side == "nlm" else (("text",), NLM)
        of_kind = [t for t in tags[item.study] if t.kind == item.tag.kind]
        row = rows[item.study]
        yield Disagreement(
            study=item.study,
            key=row.key,
            title=row.title,
            kind=item.tag.kind,
            slug=item.tag.slug,
            label=label(vocabulary, item.tag.kind, item.tag.slug),
            side=item.tag.side,
            design=row.design,
            reasons=_distinct(t for t in of_kind if t.slug == item.tag.slug and t.origin in here),
            against=_distinct(t for t in of_kind if t.origin in there and t.slug != item.tag.slug),
            records=tuple(m.record for m in held[item.study]),
            cursor=item.cursor,
        )


def _distinct(tags: Iterable[TagView]) -> tuple[TagView, ...]:
    """Two records of one study may say the same words."""
    return tuple(sorted({replace(t, at=None) for t in tags}, key=lambda t: (t.slug, t.origin, t.evidence, t.rule)))


__all__ = ["KINDS", "Cursor", "Disagreement", "DisagreementPage", "Side", "queue"]
