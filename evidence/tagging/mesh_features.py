"""Numbers about one candidate disease of one record, from which the model says whether the record is about it.

What the features are for: an indexer names what a work is about, by the most specific heading, and leaves out what is
mentioned in passing (https://www.nlm.nih.gov/bsd/indexing/training/). So: where and how often it is named, whether a
narrower or broader candidate is there too, how often these words earned that heading before, what the work is about.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from evidence.tagging.mesh_model import History, Scores, branches_of
from evidence.tagging.mesh_reading import NEVER, Apart, Mention, Reading
from evidence.vocabulary.mesh import Mesh

FEATURES: Final = (
    *("score", "behind_best", "rank", "zone", "title", "abstract", "first", "last", "kind", "length", "inside"),
    *("inside_title", "shared", "people", "care", "denied", "first_sentence", "title_word", "precision", "seen"),
    *("frequency", "depth", "children", "broader", "narrower", "broader_score", "narrower_score", "broader_title"),
    *("narrower_title", "narrower_abstract", "term_best", "term_worst", "topic_best", "topic_worst", "any", "many"),
    *("exhaustive", "topics_ahead", "year", "title_score", "named", "named_title", "text_length", "scored", "share"),
    *("branch", "twig", "precision_then", "frequency_then"),
    *("apart_title", "apart_abstract", "apart_words", "symptom", "animal", "category"),
)
"""The features in the order of the vectors and of the model's trees."""

NO_SCORE: Final = -7.0
"""The score of a candidate that no learned phrase speaks for."""

NO_KIN: Final = -9.0
"""The score of a broader or narrower candidate where there is none."""

_NOTHING: Final = Mention()
_NOWHERE: Final = Apart()
_SYMPTOMS: Final = ("C22", "C23")
_NO_TERMS: Final[tuple[float, ...]] = ()


class Place:
    """What the trees say of a descriptor: ancestors, depth (dots in its shortest number), children, where it hangs.

    `kind`: whether it is only a symptom or of animals (C23, C22), whether of animals at all, its first category.
    """

    __slots__ = ("above", "branches", "categories", "children", "depth", "kind")

    def __init__(self, above: frozenset[str], children: int, trees: tuple[str, ...]) -> None:
        self.above, self.children = above, children
        self.depth = min(tree.count(".") for tree in trees)
        self.categories = tuple(sorted({tree[:3] for tree in trees}))
        self.branches = branches_of(trees)
        diseases = [c for c in self.categories if c[0] == "C" or c == "F03"] or ["C99"]
        first = 0 if diseases[0] == "F03" else int(diseases[0][1:])
        self.kind = [float(all(c in _SYMPTOMS for c in diseases)), float("C22" in diseases), float(first)]


def places_in(mesh: Mesh) -> dict[str, Place]:
    """The place of every descriptor."""
    children: dict[str, int] = {}
    for tree in mesh.by_tree:
        above = mesh.by_tree.get(tree.rpartition(".")[0])
        if above is not None:
            children[above] = children.get(above, 0) + 1
    return {ui: Place(frozenset(mesh.above(ui)), children.get(ui, 0), d.trees) for ui, d in mesh.descriptors.items()}


def vectors(
    reading: Reading, scores: Scores, history: History, places: dict[str, Place], year: int
) -> list[tuple[str, list[float]]]:
    """Each candidate with its feature vector, by UI."""
    mentions, scored = reading.mentions, scores.labels
    uis = sorted({*mentions, *scored, *reading.apart} & places.keys())
    if not uis:
        return []
    ranked = sorted([-value for value in scored.values()])  # best first
    best = -ranked[0] if ranked else NO_SCORE
    total = max(1, sum(m.abstract for m in mentions.values()))
    named = sum(1 for m in mentions.values() if m.title or m.abstract)
    titled = sum(1 for m in mentions.values() if m.title)
    topics = sorted([-value for value in scores.topics.values()])
    above, below = _kin(uis, places)
    rows = []
    for ui in uis:
        place, mention, loose = places[ui], mentions.get(ui, _NOTHING), reading.apart.get(ui, _NOWHERE)
        zone = zone_of(mention, loose)
        score = scored.get(ui, NO_SCORE)
        own = [scores.topics.get(c, NO_SCORE) for c in place.categories]
        precision, seen = history.precision(ui, zone)
        frequency, then = history.frequency(ui, year)
        row = [score, best - score, bisect_left(ranked, -score), *_words(mention, zone)]
        row += [precision, seen, frequency, place.depth, place.children]
        row += _relations(above[ui], below[ui], scored, mentions)
        row += _terms(ui, mention, history, precision)
        row += [max(own), min(own), scores.any, scores.many, scores.exhaustive]
        row += [bisect_left(topics, -max(own)), year, scores.title.get(ui, -1.0)]
        row += [named, titled, reading.length, len(scored), mention.abstract / total]
        row += [max((scores.branches.get(b, NO_SCORE) for b in held), default=NO_SCORE) for held in place.branches]
        row += [history.precision_then(ui, zone, year), then]
        row += [loose.title, loose.abstract, len(loose.words), *place.kind]
        rows.append((ui, row))
    return rows


def _kin(uis: list[str], places: dict[str, Place]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For each candidate those above it in the trees, and those below."""
    known = frozenset(uis)
    above = {ui: sorted(places[ui].above & known) for ui in uis}
    below: dict[str, list[str]] = {ui: [] for ui in uis}
    for ui in uis:
        for broader in above[ui]:
            below[broader].append(ui)
    return above, below


def _relations(
    above: list[str], below: list[str], scored: dict[str, float], mentions: dict[str, Mention]
) -> list[float]:
    """How many broader and narrower candidates there are, how well they do, and where they are named."""
    return [
        *(len(above), len(below)),
        max([scored.get(u, NO_SCORE) for u in above], default=NO_KIN),
        max([scored.get(u, NO_SCORE) for u in below], default=NO_KIN),
        sum([1 for u in above if u in mentions and mentions[u].title]),
        sum([1 for u in below if u in mentions and mentions[u].title]),
        sum([1 for u in below if u in mentions and mentions[u].abstract]),
    ]


def zone_of(mention: Mention, apart: Apart = _NOWHERE) -> int:
    """0 named in the title, 1 in the abstract or keywords, 2 only inside a longer phrase, 3 by words that stand apart,
    4 not named.
    """
    return 0 if mention.title else 1 if mention.abstract else 2 if mention.inside else 3 if apart.words else 4


def _words(m: Mention, zone: int) -> list[float]:
    return [
        *(min(zone, 3), m.title, m.abstract, m.first, m.last, m.kind, m.length, m.inside, m.inside_title, m.shared),
        *(m.people, m.care, m.denied, m.first_sentence, m.title_word),
    ]


def _terms(ui: str, mention: Mention, history: History, precision: float) -> list[float]:
    """The best and the worst record of the very phrases used."""
    known = history.terms(ui, mention.keys, precision) if mention.keys else _NO_TERMS
    return [max(known), min(known)] if known else [precision, precision]


__all__ = ["FEATURES", "NEVER", "NO_SCORE", "Place", "places_in", "vectors", "zone_of"]
