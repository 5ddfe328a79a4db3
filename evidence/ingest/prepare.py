"""What can be worked out about a record before the writer's lock is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from evidence import recordjson, tagging
from evidence.ingest import index, paths
from evidence.matching.normalise import Features, features
from evidence.records import Deletion, Item, Record, Rejected
from evidence.store import reads
from evidence.store.engine import Store, pack
from evidence.store.reads import LARGEST, label
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

READER: Final = 1
"""Raised when a reader learns to read more: records are then taken as changed once."""

MAX_NAME: Final = 300
"""Characters of a source's own name for a record; a longer one is cut and told apart by its digest."""
_LAST_YEAR: Final = 2200

LONGEST_PLACE: Final = 200
"""Characters of the place of a tag's words that are stored: a section of an abstract may be labelled with anything."""

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")

_VOLATILE_DATES: Final = ("record-revised", "entrez", "medline", "pubmed", "completed", "other")
"""Dates that say when a database handled the record, not when anything about the work happened (measured on 1,190
articles that were delivered twice: 41 of the 69 that differ do so only in such dates)."""


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

    def named_apart(self) -> Prepared:
        """The same under a name that no other record of a file of that name has."""
        digest = self.fingerprint[4:8].hex()
        record = replace(self.record, external_id=f"{self.record.external_id[:280]}~{digest}")
        return Prepared(record, fingerprint(record), self.revised, self._make)

    @property
    def age(self) -> tuple[int, str, bytes]:
        """Orders deliveries of one record; the fingerprint (length first) breaks ties."""
        return self.record.version, self.revised, self.fingerprint


Ready = Prepared | Rejected | Deletion


@lru_cache(maxsize=2)
def _tagger(vocabulary: Vocabulary) -> tagging.Tagger:
    return tagging.Tagger(vocabulary)


class Preparer:
    """Turns items into what `Batch` takes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._tagger = _tagger(vocabulary)
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
        fault = fault_of(record)
        if fault:
            return Rejected(subject=f"{record.source} {record.external_id}"[:200], reason=fault)
        name = record.external_id
        if len(name) > MAX_NAME:
            record = replace(record, external_id=f"{name[:200]}~{blake2b(name.encode(), digest_size=8).hexdigest()}")
        return Prepared(record, fingerprint(record), _revised(record), self._details)

    def _details(self, record: Record) -> Details:
        known = features(record)
        return Details(
            payload=pack(recordjson.dump(record)),
            features=known,
            blocks=index.keys(known),
            tags=self.tags(record),
        )

    def tags(self, record: Record) -> tuple[TagView, ...]:
        """The machine's tags of a record with their reasons, as they are stored; one of each kind, slug and origin."""
        return tuple(self._views(record))

    def _views(self, record: Record) -> Iterator[TagView]:
        seen = set()
        for hit in paths.hits(self._tagger, record):
            if (hit.kind, hit.slug, hit.origin) in seen:
                continue  # one slug stated in two roles: the first, active one counts
            seen.add((hit.kind, hit.slug, hit.origin))
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
                place=hit.place[:LONGEST_PLACE],
            )


def fault_of(record: Record) -> str:
    """Why a record cannot be taken; empty when it can. Databases have limits that a stranger's file does not know."""
    if not (record.title or record.identifiers or record.vernacular_title or record.provenance):
        return "has neither a title nor an identifier"
    if record.source == "pubmed" and record.id("pmid") not in (None, record.external_id):
        return "says it is PubMed's and carries another PMID than its name"
    if record.year is not None and not 1000 <= record.year <= _LAST_YEAR:
        return f"the year {record.year} is none"
    if not 0 <= record.version <= LARGEST:
        return f"the version {record.version} is none"
    if record.sample_size and not 0 <= record.sample_size.n <= LARGEST:
        return f"{record.sample_size.n} participants cannot be"
    bad = next((t.slug for t in record.tags if not _SLUG.fullmatch(t.slug)), None)
    return f"the tag {bad[:60]!r} is no slug" if bad is not None else ""


def fingerprint(record: Record) -> bytes:
    """20 bytes, equal exactly when a source says the same; handling dates, version and proposed keys are left out.

    The length comes first, so that of two deliveries with one revision date the one that says more is the later one
    (Batch): which arrived first decides nothing.
    """
    dates = tuple(d for d in record.dates if d.kind not in _VOLATILE_DATES)
    kept = replace(record, dates=dates, version=1, references=(), number_of_references=None, keys=())
    said = recordjson.dump(kept)
    return len(said).to_bytes(4, "big") + blake2b(bytes([READER]) + said, digest_size=16).digest()


def _revised(record: Record) -> str:
    """The source's own revision date as text that sorts."""
    date = record.date("record-revised")
    return f"{date.year or 0:04}{date.month or 0:02}{date.day or 0:02}" if date else ""
