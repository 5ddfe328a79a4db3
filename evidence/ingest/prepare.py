"""Everything about a record that needs no store, done before the writer's lock is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from evidence import recordjson, tagging
from evidence.matching.normalise import Features, block_keys, features
from evidence.records import Deletion, Item, Record, Rejected
from evidence.store.engine import pack
from evidence.store.reads import label
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

READER: Final = 1
"""Raised when a reader learns to read more: records are then taken as changed once."""

_VOLATILE_DATES: Final = ("record-revised", "medline", "pubmed", "completed")
"""Dates that say when a database handled the record, not when anything about the work happened."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record with everything about it that needs no store."""

    record: Record
    payload: bytes
    fingerprint: bytes
    reader: int
    revised: str
    features: Features
    blocks: tuple[int, ...]
    tags: tuple[TagView, ...]

    @property
    def name(self) -> tuple[str, str]:
        """What the source calls it."""
        return self.record.source, self.record.external_id

    @property
    def age(self) -> tuple[int, str, bytes]:
        """Orders deliveries of one record; the fingerprint breaks ties, so arrival order never decides."""
        return self.record.version, self.revised, self.fingerprint


class Preparer:
    """Turns items into what `Batch` takes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._tagger = tagging.Tagger(vocabulary)
        self._vocabulary = vocabulary

    def prepare(self, items: Iterator[Item]) -> list[Prepared | Rejected | Deletion]:
        """One chunk, ready to be decided on."""
        return [self._one(item) if isinstance(item, Record) else item for item in items]

    def _one(self, record: Record) -> Prepared | Rejected:
        if not (record.title or record.identifiers or record.vernacular_title or record.provenance):
            return Rejected(
                subject=f"{record.source} {record.external_id}", reason="has neither a title nor an identifier"
            )
        return Prepared(
            record=record,
            payload=pack(recordjson.dump(record)),
            fingerprint=fingerprint(record),
            reader=READER,
            revised=_revised(record),
            features=features(record),
            blocks=block_keys(record),
            tags=tuple(self._views(record)),
        )

    def _views(self, record: Record) -> Iterator[TagView]:
        for hit in self._tagger.tag(record):
            yield TagView(
                kind=hit.kind,
                slug=hit.slug,
                label=label(self._vocabulary, hit.kind, hit.slug),
                origin=hit.origin,
                status=hit.status,
                evidence=hit.evidence[:300],
                rule=hit.rule,
                role=hit.role,
                central=hit.central,
            )


def fingerprint(record: Record) -> bytes:
    """16 bytes that are equal exactly when a source says the same: handling dates and the version are left out."""
    dates = tuple(d for d in record.dates if d.kind not in _VOLATILE_DATES)
    kept = replace(record, dates=dates, version=1, references=(), number_of_references=None)
    return blake2b(bytes([READER]) + recordjson.dump(kept), digest_size=16).digest()


def _revised(record: Record) -> str:
    """The source's own revision date as text that sorts."""
    date = record.date("record-revised")
    return f"{date.year or 0:04}{date.month or 0:02}{date.day or 0:02}" if date else ""
