"""The after-images of the event log, read: a study's complete state at a moment (ingest/projection.py writes them)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from evidence import recordjson
from evidence.records import Record
from evidence.store.detail import row_view
from evidence.store.engine import unpack
from evidence.views import Study, StudyRow

CLAIMS_CHANGED: Final = "claims-changed"
"""The event that only says which identifiers a study now owns, shares or disputes; it has no image."""

_RECORD: Final = b', "record": '
"""What stands between the head and the record. The first one is it: within a text of the head, JSON writes `\\"`."""


@dataclass(frozen=True, slots=True)
class Image:
    """A study's state: its number, its columns (schema.Study), standing tags (kind, slug, central), citation keys (its
    own first), claims (scheme, value, claim), members (source, external id); the record as JSON, read only when asked
    for.
    """

    number: int
    columns: dict[str, Any]
    tags: tuple[tuple[str, str, bool], ...]
    keys: tuple[str, ...]
    claims: tuple[tuple[str, str, str], ...]
    members: tuple[tuple[str, str], ...]
    record_json: bytes

    @classmethod
    def of(cls, number: int, stored: bytes) -> Image:
        """From the log's bytes."""
        head, _, rest = unpack(stored).partition(_RECORD)
        values = json.loads(head + b"}")
        return cls(
            number,
            values["study"],
            tuple((kind, slug, central) for kind, slug, _, central in values["tags"]),
            tuple(values["keys"]),
            tuple((scheme, value, claim) for scheme, value, claim in values.get("claims", ())),
            tuple((source, name) for source, name in values.get("members", ())),
            rest[:-1],
        )

    def record(self) -> Record:
        """The shown record, with every identifier that its sources give."""
        return recordjson.load(self.record_json)

    def row(self) -> StudyRow:
        """The study as a list shows it."""
        return row_view(SimpleNamespace(**self.columns, key=self.keys[0]))

    def claimed(self, later: Iterable[tuple[int, str]] = (), event: int = 0) -> dict[tuple[str, str], str]:
        """(scheme, value) → claim: own, shared or disputed. `later`, `event`: as of `study`."""
        claims = {(scheme, value): claim for scheme, value, claim in self.claims}
        for number, detail in later:
            if number > event:
                claims |= {(scheme, value): claim for scheme, value, claim in json.loads(detail)["claims"]}
        return claims

    def study(self, later: Iterable[tuple[int, str]] = (), event: int = 0) -> Study:
        """The study as exports want it. `later`: (event, detail) of claims; those after this image's `event` count."""
        disputed = {name for name, claim in self.claimed(later, event).items() if claim == "disputed"}
        record = self.record()
        if disputed:
            kept = tuple(i for i in record.identifiers if (i.scheme, i.value) not in disputed)
            record = replace(record, identifiers=kept)
        return Study(
            row=self.row(),
            record=record,
            aliases=self.keys[1:],
            disputed=tuple(f"{scheme}:{value}" for scheme, value in sorted(disputed)),
            n_quote=self.columns["n_quote"],
            created=datetime.fromisoformat(self.columns["created"]),
            changed=datetime.fromisoformat(self.columns["changed"]),
        )
