"""References that are not yet identified, and when PubMed was last asked about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from evidence.store.engine import Store, table_of
from evidence.store.inclusion_tables import Identification
from evidence.store.reads import STUDY, Member, Snapshot, key_of, members, places_in, utc
from evidence.store.statements import rows_in, upsert
from evidence.vocabulary import Vocabulary

ASKED: Final = table_of(Identification)


@dataclass(frozen=True, slots=True)
class Lead:
    """A study by key with its source records. `pmid`: what it has; `asked`: when PubMed was last asked about it."""

    study: int
    key: str
    members: tuple[Member, ...]
    pmid: str
    asked: datetime | None


def unidentified(connection: Snapshot) -> list[int]:
    """The live studies that have no PMID, DOI or PMCID, without those that a person excluded; oldest first."""
    wanted = select(STUDY.c.id).where(
        STUDY.c.identified.is_(False), STUDY.c.merged_into.is_(None), STUDY.c.inclusion != "excluded"
    )
    return list(connection.scalars(wanted.order_by(STUDY.c.id)))


def leads(connection: Snapshot, vocabulary: Vocabulary, studies: Sequence[int]) -> Iterator[Lead]:
    """These studies, in that order."""
    held = members(connection, studies, vocabulary)
    rows = {row.id: row for row in rows_in(connection, select(STUDY.c.id, STUDY.c.pmid), STUDY.c.id, studies)}
    home = {record: place.study_id for record, place in places_in(connection, studies).items()}
    asked: dict[int, datetime] = {}
    for row in rows_in(connection, select(ASKED), ASKED.c.source_record_id, home):
        study = home[row.source_record_id]
        asked[study] = max(utc(row.asked_at), asked.get(study, utc(row.asked_at)))
    for study in studies:
        yield Lead(study, key_of(connection, study), tuple(held[study]), rows[study].pmid or "", asked.get(study))


def note(store: Store, outcomes: Mapping[int, tuple[str, str]]) -> None:
    """PubMed was asked about these records now (record → outcome, PMID). No revision: what is shown stays the same."""
    if not outcomes:
        return
    with store.write() as writer:
        rows = [
            {"source_record_id": record, "asked_at": writer.wall, "outcome": outcome, "pmid": pmid}
            for record, (outcome, pmid) in sorted(outcomes.items())
        ]
        upsert(writer, Identification, rows, key=("source_record_id",), touch_only=True)
