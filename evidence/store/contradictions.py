"""On which tags of a study NLM's label and our reading of the words contradict each other. Pure.

NLM's label is a publication type or a MeSH heading; ours is what title, abstract and keywords say. Only what both
could have said counts: our side must have named some design; NLM must have labelled the record at all (for a condition:
given it a heading that means something here, be it an intervention or a feature), and must have a label for it.
Whether the tagger took one side or the other makes no difference (ingest.paths keeps what it overruled). A broader
label of one side is no contradiction of a narrower one of the other ("Review" and a systematic review). What
a curator has decided is settled, for as long as the decision stands.

The writer keeps each contradiction as a facet value of its study (facets.py), so that the queue of all of them
(disagreements.py) is read from bitmaps, and a decision takes it out of the queue in its own transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from evidence.views import TagView
from evidence.vocabulary import DESIGNS, Vocabulary

Side = Literal["nlm", "text"]
SIDES: Final[tuple[Side, ...]] = ("nlm", "text")
NLM: Final = ("mesh", "pubtype")
"""Origins of tags that are NLM's."""

KINDS: Final = ("design", "condition")
PREFIX: Final = "q:"
"""How the facet values begin: "q:design:rct:nlm" is an RCT by NLM's label and not by the words."""

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

_NLM, _TEXT, _CURATOR, _WEAK_NLM, _WEAK_TEXT, _HEADING = (1 << n for n in range(6))
"""Who says that a study has a tag: the first two, that it is central to it; the last: NLM, by a MeSH heading."""

Tag = tuple[str, str]
"""Kind and slug."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`side` says that the study has the tag, the other says otherwise. `str` and `parse` are inverse."""

    kind: str
    slug: str
    side: Side

    def __str__(self) -> str:
        return f"{PREFIX}{self.kind}:{self.slug}:{self.side}"

    @classmethod
    def parse(cls, value: str) -> Contradiction | None:
        """The one that a facet value stands for; None for any other value."""
        parts = value.removeprefix(PREFIX).split(":") if value.startswith(PREFIX) else []
        side = next((side for side in SIDES if parts[2:] == [side]), None)
        return cls(parts[0], parts[1], side) if side else None


def facets(tags: Iterable[TagView], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The facet values of a study that has these tags, with the reasons of all its records; sorted."""
    said = _said(tags)
    if not any(bits & _WEAK_NLM for bits in said.values()):
        return ()
    return tuple(sorted(map(str, _judge(vocabulary).judge(said))))


def rank(vocabulary: Vocabulary, kind: str, slug: str) -> int:
    """What would count most comes first: designs in their order of evidence, then conditions."""
    if kind != "design":
        return 1000
    known = vocabulary.designs.get(slug)
    return known.order if known else 500


def _said(tags: Iterable[TagView]) -> dict[Tag, int]:
    said: dict[Tag, int] = defaultdict(int)
    for tag in tags:
        if tag.origin == "curator":
            bits = _CURATOR
        elif tag.origin == "text":
            bits = _WEAK_TEXT | (_TEXT if tag.central else 0)
        elif tag.origin in NLM:
            bits = _WEAK_NLM | (_NLM if tag.central else 0) | (_HEADING if tag.origin == "mesh" else 0)
        else:
            continue
        said[tag.kind, tag.slug] |= bits
    return said


@lru_cache(maxsize=4)
def _judge(vocabulary: Vocabulary) -> _Judge:
    return _Judge(vocabulary)


class _Judge:
    """What the vocabulary says about which labels could have been given and which include others."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        conditions = vocabulary.conditions
        self._labelled = {("design", s) for s, d in vocabulary.designs.items() if d.publication_types or d.mesh}
        self._labelled |= {
            ("condition", slug) for slug, c in conditions.items() if any(not link.via for link in c.mesh)
        }
        self._kin: dict[str, frozenset[str]] = {
            slug: frozenset((slug, *vocabulary.ancestors(slug), *vocabulary.descendants(slug))) for slug in conditions
        }

    def judge(self, said: Mapping[Tag, int]) -> Iterator[Contradiction]:
        """The contradictions of one study."""
        by_nlm = {tag for tag, bits in said.items() if bits & _WEAK_NLM}
        by_text = {tag for tag, bits in said.items() if bits & _WEAK_TEXT}
        reads_a_design = any(kind == "design" and bits & _TEXT for (kind, _), bits in said.items())
        has_headings = any(bits & _HEADING for bits in said.values())
        for (kind, slug), bits in said.items():
            if kind not in KINDS or slug == "other" or bits & _CURATOR:
                continue
            alike = {(kind, other) for other in self._alike(kind, slug)}
            heard = kind == "condition" or (reads_a_design and slug not in FORMATS)
            labelled = (kind, slug) in self._labelled and (has_headings or kind == "design")
            if bits & _NLM and heard and not alike & by_text:
                yield Contradiction(kind, slug, "nlm")
            elif bits & _TEXT and labelled and not alike & by_nlm:
                yield Contradiction(kind, slug, "text")

    def _alike(self, kind: str, slug: str) -> Collection[str]:
        """Slugs that say the same, or more or less of the same: for a condition those above and below it."""
        if slug in _OPINIONS:
            return _OPINIONS
        if kind == "design":
            return (slug, *NARROWER.get(slug, ()), *_BROADER.get(slug, ()))
        return self._kin.get(slug, (slug,))
