"""Numbers about one candidate disease of one record, from which the model says whether the record is about it.

What the features are for: an indexer names what a work is about, by the most specific heading, and leaves out what is
mentioned in passing (https://www.nlm.nih.gov/bsd/indexing/training/). So: where and how often it is named, whether a
narrower or broader candidate is there too, how often these words earned that heading before, what the work is about.
"""

from __future__ import annotations

from typing import Final

from evidence.tagging.mesh_model import History, Scores, branches_of
from evidence.tagging.mesh_reading import NEVER, Mention, Reading
from evidence.vocabulary.mesh import Mesh

FEATURES: Final = (
    *("score", "behind_best", "rank", "zone", "title", "abstract", "first", "last", "kind", "length", "inside"),
    *("inside_title", "shared", "people", "care", "denied", "first_sentence", "title_word", "precision", "seen"),
    *("frequency", "depth", "children", "broader", "narrower", "broader_score", "narrower_score", "broader_title"),
    *("narrower_title", "narrower_abstract", "term_best", "term_worst", "topic_best", "topic_worst", "any", "many"),
    *("exhaustive", "topics_ahead", "year", "title_score", "named", "named_title", "text_length", "scored", "share"),
    *("branch", "twig", "precision_then", "frequency_then"),
)
"""The features in the order of the vectors and of the model's trees."""

NO_SCORE: Final = -7.0
"""The score of a candidate that no learned phrase speaks for."""

_NOTHING: Final = Mention()
_NO_TERMS: Final[tuple[float, ...]] = ()


class Place:
    """What the trees say of a descriptor: ancestors, depth (dots in its shortest number), children, where it hangs."""

    __slots__ = ("above", "branches", "categories", "children", "depth")

    def __init__(self, above: frozenset[str], children: int, trees: tuple[str, ...]) -> None:
        self.above, self.children = above, children
        self.depth = min(tree.count(".") for tree in trees)
        self.categories = tuple(sorted({tree[:3] for tree in trees}))
        self.branches = branches_of(trees)


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
    uis = sorted({*mentions, *scored} & places.keys())
    if not uis:
        return []
    ranked = sorted((value for value in scored.values()), reverse=True)
    best = ranked[0] if ranked else NO_SCORE
    total = sum(m.abstract for m in mentions.values())
    named = sum(1 for m in mentions.values() if m.title or m.abstract)
    titled = sum(1 for m in mentions.values() if m.title)
    topics = sorted(scores.topics.values(), reverse=True)
    rows = []
    for ui in uis:
        place, mention = places[ui], mentions.get(ui, _NOTHING)
        score = scored.get(ui, NO_SCORE)
        above = [u for u in uis if u in place.above]
        below = [u for u in uis if ui in places[u].above]
        own = [scores.topics.get(c, NO_SCORE) for c in place.categories]
        row = [score, best - score, sum(1 for s in ranked if s > score)]
        row += _words(mention)
        precision, seen = history.precision(ui, zone_of(mention))
        frequency, then = history.frequency(ui, year)
        row += [precision, seen, frequency]
        row += [place.depth, place.children, len(above), len(below)]
        row += [max((scored.get(u, NO_SCORE) for u in above), default=-9.0)]
        row += [max((scored.get(u, NO_SCORE) for u in below), default=-9.0)]
        row += [sum(1 for u in above if u in mentions and mentions[u].title)]
        row += [sum(1 for u in below if u in mentions and mentions[u].title)]
        row += [sum(1 for u in below if u in mentions and mentions[u].abstract)]
        row += _terms(ui, mention, history)
        row += [max(own), min(own), scores.any, scores.many, scores.exhaustive]
        row += [sum(1 for t in topics if t > max(own)), year, scores.title.get(ui, -1.0)]
        row += [named, titled, reading.length, len(scored), mention.abstract / max(1, total)]
        row += [max((scores.branches.get(b, NO_SCORE) for b in held), default=NO_SCORE) for held in place.branches]
        row += [history.precision_then(ui, zone_of(mention), year), then]
        rows.append((ui, row))
    return rows


def zone_of(mention: Mention) -> int:
    """0 named in the title, 1 in the abstract or keywords, 2 only inside a longer phrase, 3 not named."""
    return 0 if mention.title else 1 if mention.abstract else 2 if mention.inside else 3


def _words(m: Mention) -> list[float]:
    return [
        *(zone_of(m), m.title, m.abstract, m.first, m.last, m.kind, m.length, m.inside, m.inside_title, m.shared),
        *(m.people, m.care, m.denied, m.first_sentence, m.title_word),
    ]


def _terms(ui: str, mention: Mention, history: History) -> list[float]:
    """The best and the worst record of the very phrases used."""
    precision, _ = history.precision(ui, zone_of(mention))
    known = history.terms(ui, mention.keys, precision) if mention.keys else _NO_TERMS
    return [max(known), min(known)] if known else [precision, precision]


__all__ = ["FEATURES", "NEVER", "NO_SCORE", "Place", "places_in", "vectors", "zone_of"]
