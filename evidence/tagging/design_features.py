"""Features of studies (crossover, double-blind, multicentre …): the closed list, and what states them.

Read from the [[feature]] tables of data/designs.toml. A feature is stated by MeSH headings and publication types, by
phrases, or by the model (design_model.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from evidence.errors import BadVocabulary
from evidence.records import Record
from evidence.tagging.design_text import START, DesignText, Sentence, fold, listed
from evidence.tagging.hits import TagHit
from evidence.vocabulary import FEATURES, Feature, features, spellings

__all__ = ["FEATURES", "HEADING_NAMES", "Feature", "FeatureIndex", "data_file", "load_features"]

HEADING_NAMES: Final = {
    "D018592": "Cross-Over Studies",
    "D004311": "Double-Blind Method",
    "D016037": "Single-Blind Method",
    "D010919": "Placebos",
    "D011446": "Prospective Studies",
    "D012189": "Retrospective Studies",
    "D008137": "Longitudinal Studies",
    "D005500": "Follow-Up Studies",
    "D010865": "Pilot Projects",
    "D005240": "Feasibility Studies",
}
"""Names of the descriptors in MeSH 2024, for headings that come without an identifier."""


_SHORT: Final = 3
_COMMON: Final = frozenset(listed("were randomized trial trials single versus group controlled"))
"""Words that tell little of a phrase, as many texts have them; those of so few letters ("a", "or", "two") tell less."""


def data_file(name: str) -> Traversable:
    """A file of data/: beside this package in a checkout, else of the installed evidence.data. Raises BadVocabulary."""
    file: Traversable = Path(__file__).parents[2] / "data" / name
    if not file.is_file():
        file = resources.files("evidence.data") / name
    if not file.is_file():
        raise BadVocabulary(name, "the installation lacks this file")
    return file


def load_features() -> dict[str, Feature]:
    """The features of data/designs.toml by slug. Raises BadVocabulary when they are not the closed list."""
    found = features()
    if tuple(found) != FEATURES:
        raise BadVocabulary("designs.toml", f"its features are not the closed list ({', '.join(FEATURES)})")
    return found


class FeatureIndex:
    """Features prepared: by heading, by publication type, and a table of phrases by their first word."""

    def __init__(self, features: dict[str, Feature]) -> None:
        self._by_heading: dict[str, str] = {}
        self._by_type: dict[str, str] = {}
        self._phrases: dict[str, list[tuple[list[str], int, str]]] = {}  # by longest word: phrase, where that is in it
        forms: list[list[str]] = []
        for slug, feature in features.items():
            for ui in feature.mesh:
                self._by_heading[ui] = slug
                if ui in HEADING_NAMES:
                    self._by_heading[HEADING_NAMES[ui].casefold()] = slug
            self._by_type.update((name.casefold(), slug) for name in feature.publication_types)
            for phrase in feature.phrases:
                for form in spellings(phrase):
                    tokens = fold(form).split()
                    forms.append(tokens)
                    word = max(tokens, key=len)
                    entry = (tokens, tokens.index(word), slug)
                    if entry not in self._phrases.setdefault(word, []):
                        self._phrases[word].append(entry)
        # Of each phrase the word that most phrases have: "sham" of "sham treatment", as few texts have that one.
        common = Counter(token for tokens in forms for token in tokens)
        self._telling = frozenset(
            max(form, key=lambda w: (len(w) > _SHORT and w not in _COMMON, common[w], len(w))) for form in forms
        )
        self._calling = frozenset(self._phrases)

    def indexed(self, record: Record) -> Iterator[TagHit]:
        """What headings and publication types state, once each."""
        for concept in record.publication_types:
            slug = self._by_type.get(concept.name.casefold())
            if slug:
                yield TagHit(
                    kind="feature",
                    slug=slug,
                    origin="pubtype",
                    evidence=concept.name,
                    rule="publication-type",
                    confidence=0.95,
                )
        for heading in record.mesh:
            slug = self._by_heading.get(heading.ui or heading.name.casefold())
            if slug:
                yield TagHit(
                    kind="feature",
                    slug=slug,
                    origin="mesh",
                    evidence=heading.name,
                    rule="design-heading",
                    confidence=0.9,
                    place="MeSH",
                )

    def stated(self, text: DesignText) -> Iterator[tuple[str, Sentence, int, int]]:
        """Feature, sentence and token range of every first phrase of a feature, in the order of the text."""
        if self._telling.isdisjoint(text.words):
            return
        called = self._calling & text.words
        done: set[str] = set()
        for sentence in text.sentences:
            tokens = sentence.tokens
            if sentence.calls or called.isdisjoint(tokens):
                continue
            for number, token in enumerate(tokens):
                if token not in called:
                    continue
                for phrase, at, slug in self._phrases[token]:
                    start, end = number - at, number - at + len(phrase)
                    if slug not in done and start >= 0 and tokens[start:end] == phrase and not _denied(tokens, start):
                        done.add(slug)
                        yield slug, sentence, start, end


def _denied(tokens: list[str], start: int) -> bool:
    """Whether "no", "without" … stands right before, or "neither" a little earlier: "neither blind nor controlled"."""
    before = tokens[max(0, start - _NEITHER) : start] or [START]
    return before[-1] in ("no", "not", "non", "without", "nor", "neither") or "neither" in before


_NEITHER: Final = 4
