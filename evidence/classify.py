"""Everything that a record's own words and indexing say of it, with reasons: no store, one record at a time.

`Classifier(vocabulary).classify(record)`; `as_json` gives the public shape, which stands in docs/tags-sizes.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from evidence.records import Record, SampleSize
from evidence.tagging.design_rules import OperatingPoint
from evidence.tagging.designs import Designs
from evidence.tagging.hits import TagHit, asserted
from evidence.tagging.mesh_tagger import MeshCondition, MeshTagger
from evidence.tagging.phrases import Document, PhraseTable
from evidence.tagging.registries import Found, registrations
from evidence.tagging.sizes import sample_size
from evidence.tagging.subjects import Subjects
from evidence.vocabulary import Vocabulary
from evidence.vocabulary.mesh import Mesh


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A tag and the strongest of its reasons: how sure (0 to 1), the words or heading, the rule, the place.

    `origin` is mesh, pubtype, text or import. `name` and `mesh` (a descriptor's UI) are a condition's.
    """

    slug: str
    confidence: float
    evidence: str
    origin: str
    rule: str
    place: str = ""
    central: bool = True
    role: str = ""
    name: str = ""
    mesh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What is known of one record. `scores` has every design and feature of the closed lists, from 0 to 1."""

    id: str
    pmid: str | None
    designs: tuple[Reason, ...]
    features: tuple[Reason, ...]
    scores: dict[str, float]
    conditions: tuple[Reason, ...]
    interventions: tuple[Reason, ...]
    sample_size: SampleSize | None
    registrations: tuple[Found, ...]


class Classifier:
    """A vocabulary, and with `mesh` all its diseases, prepared for many records; making one takes about a second.

    `text_only`: judge as if nobody had indexed the record. `point`: which designs the words alone assert. Raises
    BadVocabulary when the installation lacks the weights of the models.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        mesh: Mesh | None = None,
        *,
        text_only: bool = False,
        point: OperatingPoint = "balanced",
    ) -> None:
        self._vocabulary = vocabulary
        self._text_only = text_only
        self._phrases = PhraseTable()
        self._subjects = Subjects(vocabulary, self._phrases)
        self._designs = Designs(vocabulary, self._phrases, point)
        self._diseases = MeshTagger(mesh) if mesh else None
        links = ((link.ui, slug) for slug, c in vocabulary.conditions.items() for link in c.mesh if not link.via)
        self._by_descriptor = dict(links)

    def classify(self, record: Record) -> Classification:
        """All tags of a record."""
        seen = without_indexing(record) if self._text_only else record
        document = Document(seen)
        matches = list(self._phrases.find(document))
        judged = self._designs.judge(seen, text_only=self._text_only, read=(document, matches))
        subjects = [*asserted(seen, self._vocabulary), *self._subjects.tag(seen, document, matches)]
        return Classification(
            id=record.external_id.partition("#")[2] or record.external_id,
            pmid=record.id("pmid"),
            designs=_reasons((*(h for h in subjects if h.kind == "design"), *judged.designs)),
            features=_reasons(judged.features),
            scores=judged.scores,
            conditions=self._conditions(seen, [h for h in subjects if h.kind == "condition"]),
            interventions=_reasons(h for h in subjects if h.kind == "intervention"),
            sample_size=seen.sample_size or sample_size(seen),
            registrations=registrations(record, None if len(seen.keywords) < len(record.keywords) else document.text),
        )

    def _conditions(self, record: Record, hits: Iterable[TagHit]) -> tuple[Reason, ...]:
        """Conditions of the vocabulary, then the diseases of MeSH that are none of them; central ones first."""
        found = {reason.slug: self._named(reason) for reason in _reasons(hits)}
        diseases = self._diseases.conditions(record, text_only=self._text_only) if self._diseases else ()
        for disease in diseases:
            slug = self._by_descriptor.get(disease.ui) or _slug(disease.name)
            held = found.get(slug)
            if held is None or held.confidence < disease.confidence:
                central = disease.central or (held is not None and held.central)
                name = held.name if held else disease.name
                found[slug] = replace(_of_disease(slug, disease), central=central, name=name)
        return tuple(sorted(found.values(), key=lambda r: (not r.central, -r.confidence, r.slug)))

    def _named(self, reason: Reason) -> Reason:
        entry = self._vocabulary.conditions[reason.slug]
        return replace(reason, name=entry.name, mesh=next((link.ui for link in entry.mesh if not link.via), ""))


def without_indexing(record: Record) -> Record:
    """The record as it is before anyone has indexed it: no headings, no publication types, nothing a source asserts.

    Authors' keywords stay; keywords that an indexer gave (their owner is not NOTNLM) go.
    """
    keywords = tuple(k for k in record.keywords if k.owner in ("", "NOTNLM"))
    said = record.mesh or record.publication_types or record.supplementary_mesh or record.tags or record.sample_size
    if not said and len(keywords) == len(record.keywords):
        return record
    return replace(
        record,
        mesh=(),
        publication_types=(),
        supplementary_mesh=(),
        tags=(),
        sample_size=None,
        keywords=keywords,
    )


def _reasons(hits: Iterable[TagHit]) -> tuple[Reason, ...]:
    """One reason for each slug, the strongest; surest first. A subject is central when one of its hits is."""
    best: dict[str, Reason] = {}
    for hit in hits:
        made = Reason(
            slug=hit.slug,
            confidence=hit.confidence,
            evidence=hit.evidence,
            origin=hit.origin,
            rule=hit.rule,
            place=hit.place,
            central=hit.central if isinstance(hit, TagHit) else True,
            role=hit.role if isinstance(hit, TagHit) else "",
        )
        held = best.get(hit.slug)
        if held is None:
            best[hit.slug] = made
        else:
            stronger = made if made.confidence > held.confidence else held
            best[hit.slug] = replace(stronger, central=made.central or held.central)
    return tuple(sorted(best.values(), key=lambda r: (-r.confidence, r.slug)))


def _of_disease(slug: str, disease: MeshCondition) -> Reason:
    return Reason(
        slug=slug,
        confidence=disease.confidence,
        evidence=disease.evidence,
        origin=disease.origin,
        rule=disease.rule,
        place=disease.place,
        central=disease.central,
        name=disease.name,
        mesh=disease.ui,
    )


def _slug(name: str) -> str:
    """A descriptor's name as a slug: "Diabetes Mellitus, Type 2" is diabetes-mellitus-type-2."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def as_json(found: Classification) -> dict[str, Any]:
    """The public shape: an object of plain values."""
    size = found.sample_size
    return {
        "id": found.id,
        "pmid": found.pmid,
        "designs": [{"design": r.slug, **_why(r)} for r in found.designs],
        "features": [{"feature": r.slug, **_why(r)} for r in found.features],
        "scores": {name: round(score, 4) for name, score in found.scores.items()},
        "conditions": [
            {"condition": r.slug, "mesh": r.mesh or None, "name": r.name, "central": r.central, **_why(r)}
            for r in found.conditions
        ],
        "interventions": [{"intervention": r.slug, "role": r.role, **_why(r)} for r in found.interventions],
        "sample_size": _size(size) if size else None,
        "registrations": [f.identifier.value for f in found.registrations],
        "registered_in": [
            {"registration": f.identifier.value, "register": f.register, "evidence": f.evidence, "place": f.place}
            for f in found.registrations
        ],
    }


def _size(size: SampleSize) -> dict[str, Any]:
    said = {"n": size.n, "unit": size.unit, "quote": size.quote, "basis": size.basis, "studies": size.studies}
    return {name: value for name, value in said.items() if name not in ("basis", "studies") or value}


def _why(reason: Reason) -> dict[str, Any]:
    confidence = round(reason.confidence, 4)
    return {"confidence": confidence, "evidence": reason.evidence, "rule": reason.rule, "place": reason.place}
