"""What can be worked out about a record before the writer's lock is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from evidence import recordjson, tagging
from evidence.matching.candidates import keys
from evidence.matching.normalise import Features, features
from evidence.records import Deletion, Item, Record, Rejected
from evidence.store import reads
from evidence.store.engine import Store, pack
from evidence.store.reads import label
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

READER: Final = 1
"""Raised when a reader learns to read more: records are then taken as changed once."""

_VOLATILE_DATES: Final = ("record-revised", "medline", "pubmed", "completed")
"""Dates that say when a database handled the record, not when anything about the work happened."""


@dataclass(frozen=True, slots=True)
class Details:
    """What placing and storing a record needs, and an unchanged one never does."""

    payload: bytes
    features: Features
    blocks: tuple[int, ...]
    tags: tuple[TagView, ...]


@dataclass(slots=True)
class Prepared:
    """A record, what identifies its delivery, and (once asked for) the details."""

    record: Record
    fingerprint: bytes
    revised: str
    _make: Callable[[Record], Details]
    _details: Details | None = None

    @property
    def details(self) -> Details:
        """The details, made once."""
        if self._details is None:
            self._details = self._make(self.record)
        return self._details

    @property
    def name(self) -> tuple[str, str]:
        """What the source calls it."""
        return self.record.source, self.record.external_id

    @property
    def age(self) -> tuple[int, str, bytes]:
        """Orders deliveries of one record; the fingerprint (length first) breaks ties."""
        return self.record.version, self.revised, self.fingerprint


Ready = Prepared | Rejected | Deletion


class Preparer:
    """Turns items into what `Batch` takes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._tagger = tagging.Tagger(vocabulary)
        self._vocabulary = vocabulary

    def prepare(self, store: Store, items: Iterator[Item]) -> list[Ready]:
        """One chunk, ready to be decided on; the details of records that the store lacks are made here."""
        ready = [self._one(item) if isinstance(item, Record) else item for item in items]
        prepared = [item for item in ready if isinstance(item, Prepared)]
        if prepared:
            with store.read() as connection:
                stored = reads.known(connection, [item.name for item in prepared])
            for item in prepared:
                known = stored.get(item.name)
                if known is None or known.fingerprint != item.fingerprint:
                    _ = item.details
        return ready

    def _one(self, record: Record) -> Prepared | Rejected:
        if not (record.title or record.identifiers or record.vernacular_title or record.provenance):
            subject = f"{record.source} {record.external_id}"
            return Rejected(subject=subject, reason="has neither a title nor an identifier")
        return Prepared(record, fingerprint(record), _revised(record), self._details)

    def _details(self, record: Record) -> Details:
        reduced = features(record)
        return Details(
            payload=pack(recordjson.dump(record)),
            features=reduced,
            blocks=keys(reduced),
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
    """20 bytes that are equal exactly when a source says the same: handling dates and the version are left out.

    The length comes first, so that of two deliveries with one revision date the one that says more is the later one
    (Batch): which arrived first decides nothing.
    """
    dates = tuple(d for d in record.dates if d.kind not in _VOLATILE_DATES)
    kept = replace(record, dates=dates, version=1, references=(), number_of_references=None)
    said = recordjson.dump(kept)
    return len(said).to_bytes(4, "big") + blake2b(bytes([READER]) + said, digest_size=16).digest()


def _revised(record: Record) -> str:
    """The source's own revision date as text that sorts."""
    date = record.date("record-revised")
    return f"{date.year or 0:04}{date.month or 0:02}{date.day or 0:02}" if date else ""
