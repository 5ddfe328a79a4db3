"""A tag with its reason: what every tagger yields."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from evidence.records import Record
from evidence.vocabulary import Role, Vocabulary

TagKind = Literal["condition", "intervention", "design", "feature", "topic"]
Origin = Literal["mesh", "pubtype", "text", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagHit:
    """One tag from one origin, with the heading, publication type or words that led to it and the rule that applied.

    `central`: what the study is about, as against a mention. `confidence`, 0 to 1, ranks reasons; it is no probability.
    `place`: where the words stand ("title", "abstract, sentence 3", "keyword 2", "MeSH"); empty where that is not said.
    """

    kind: TagKind
    slug: str
    origin: Origin
    evidence: str
    rule: str
    status: Literal["asserted", "suggested"] = "asserted"
    role: Role = ""
    central: bool = True
    confidence: float = 1.0
    place: str = ""


def asserted(record: Record, vocabulary: Vocabulary) -> Iterator[TagHit]:
    """The tags that the source itself states, once each; a slug that the vocabulary lacks is no tag here.

    Topics are an open list.
    """
    known: dict[str, Collection[str]] = {
        "condition": vocabulary.conditions,
        "intervention": vocabulary.interventions,
        "design": vocabulary.designs,
    }
    for tag in dict.fromkeys(record.tags):
        if tag.kind != "topic" and tag.slug not in known[tag.kind]:
            continue
        role = tag.role
        if tag.kind == "intervention" and not role:
            role = vocabulary.interventions[tag.slug].role
        yield TagHit(
            kind=tag.kind,
            slug=tag.slug,
            origin="import",
            evidence=provenance(record),
            rule="stated-by-source",
            role=role,
        )


def provenance(record: Record) -> str:
    """Where a source's own tags come from, in a line: how its facts were verified and the first page, else its name."""
    if record.provenance is None:
        return f"{record.source} {record.external_id}"
    first = record.provenance.urls[0] if record.provenance.urls else ""
    return ", ".join(part for part in (record.source, record.provenance.verification, first) if part)
