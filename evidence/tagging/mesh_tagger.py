"""Diseases of a record over all of MeSH: from its headings, and from its words by a model that was measured.

`MeshTagger(mesh).conditions(record, text_only=True)` needs no vocabulary and no store. How good it is, and what the
model may not be asked, stands in docs/tags-conditions.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal

from evidence.records import Record
from evidence.tagging.mesh_features import FEATURES, places_in, vectors
from evidence.tagging.mesh_model import MeshModel, load_model
from evidence.tagging.mesh_reading import Reading, Sentence
from evidence.tagging.mesh_table import MeshTable
from evidence.tagging.mesh_words import words_of
from evidence.vocabulary.mesh import Mesh

WEIGHTS: Final = "mesh_model.json.gz"
CENTRAL: Final = 0.4
"""Probability from which a disease named outside title, conclusion and population is still what the work is about."""

_HEADING: Final = {True: 0.95, False: 0.8}
"""Confidence in an indexer's heading, major topic or not."""

_CENTRAL_WORTH: Final = 2
"""Places worth this or less (mesh_reading): the title, the last sentence, beside the people studied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshCondition:
    """A disease of a record: descriptor, whether the work is about it, how sure, and the words or heading.

    `confidence` is a probability for words (calibrated on indexed works) and a rank for headings. `evidence` are the
    words as printed (with " … " between words that stand apart, rule "words-in-…"), or for rule "learned-words" the
    folded phrases that spoke for it; `place` where they stand:
    "title", "abstract, sentence 3", "keyword 2", "MeSH".
    """

    ui: str
    name: str
    central: bool
    confidence: float
    origin: Literal["mesh", "text"]
    rule: str
    evidence: str
    place: str


class MeshTagger:
    """All diseases of a Mesh prepared for many records: one automaton, one model. About a second to make."""

    def __init__(self, mesh: Mesh, model: MeshModel | None = None) -> None:
        """The tops of the trees ("Neoplasms") count as headings only: no model has learned when words mean one.

        `model`: weights other than the packaged ones. Raises BadVocabulary when those cannot be read
        or were made for other features than the program's (a weights file older or newer than the program).
        """
        self._mesh = mesh
        self._model = model or load_model(weights_file(), FEATURES)
        named = mesh.without_tops()
        self._table = MeshTable(named, self._model.phrases)
        self._places = places_in(named)
        self._by_name = {d.name.casefold(): ui for ui, d in mesh.descriptors.items()}

    def conditions(self, record: Record, *, text_only: bool = False) -> tuple[MeshCondition, ...]:
        """The record's diseases, surest first; headings count unless `text_only`."""
        found = {c.ui: c for c in self._of_words(record)}
        if not text_only:
            found |= {c.ui: c for c in self._of_headings(record)}
        return tuple(sorted(found.values(), key=lambda c: (not c.central, -c.confidence, c.ui)))

    def probabilities(self, record: Record) -> dict[str, float]:
        """Every candidate's probability by UI, from the words alone: what a benchmark needs."""
        return {ui: _probability(odds) for ui, odds in self._candidates(record)[1]}

    def _candidates(self, record: Record) -> tuple[Reading, list[tuple[str, float]]]:
        model = self._model
        reading = Reading(record, self._table)
        year = record.year or 0
        scores = model.scores(reading, words_of(record.journal.title), year)
        rows = vectors(reading, scores, model.history, self._places, year)
        return reading, [(ui, model.log_odds(vector)) for ui, vector in rows]

    def _of_words(self, record: Record) -> list[MeshCondition]:
        reading, candidates = self._candidates(record)
        least = math.log(self._model.threshold / (1 - self._model.threshold))
        return [self._worded(ui, _probability(odds), reading) for ui, odds in candidates if odds >= least]

    def _worded(self, ui: str, probability: float, reading: Reading) -> MeshCondition:
        printed = reading.printed(ui)
        apart = reading.printed_apart(ui)
        if printed is None and apart is not None:
            words, place, rule, near = apart[0], _told(apart[1]), f"words-in-{apart[1].part}", False
        elif printed is None:
            words, place, rule, near = "; ".join(self._model.reasons(ui, reading)), "whole text", "learned-words", False
        else:
            words, place = printed[0], _told(printed[1])
            near = reading.mentions[ui].place[0] <= _CENTRAL_WORTH
            rule = f"named-in-{printed[1].part}"
        return MeshCondition(
            ui=ui,
            name=self._mesh.descriptors[ui].name,
            central=near or probability >= CENTRAL,
            confidence=round(probability, 4),
            origin="text",
            rule=rule,
            evidence=words,
            place=place,
        )

    def _of_headings(self, record: Record) -> list[MeshCondition]:
        found = []
        for heading in record.mesh:
            ui = heading.ui if heading.ui in self._mesh.descriptors else self._by_name.get(heading.name.casefold(), "")
            if ui:
                found.append(
                    MeshCondition(
                        ui=ui,
                        name=self._mesh.descriptors[ui].name,
                        central=heading.is_major,
                        confidence=_HEADING[heading.is_major],
                        origin="mesh",
                        rule="mesh-descriptor",
                        evidence=heading.name + ("*" if heading.is_major else ""),
                        place="MeSH",
                    )
                )
        return sorted(found, key=lambda c: c.central)  # a heading given twice counts by its star


def weights_file() -> Traversable:
    """The packaged weights; in a plain checkout those in the data folder beside this package."""
    try:
        return resources.files("evidence.data") / WEIGHTS
    except ModuleNotFoundError:
        return Path(__file__).parents[2] / "data" / WEIGHTS


def _told(sentence: Sentence) -> str:
    if sentence.part == "abstract":
        return f"abstract, sentence {sentence.number}"
    return "title" if sentence.part == "title" else f"keyword {sentence.number}"


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
