"""What is said of studies after they appeared: notices in the store, rows of lists, what is news, what was seen."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select

from evidence import identifiers, recordjson
from evidence.identifiers import Identifier
from evidence.lifecycle import OF_ANOTHER, Heard, Listed, Statement, is_work
from evidence.records import PartialDate
from evidence.store.engine import Writer, table_of, unpack
from evidence.store.lifecycle_tables import Acknowledgement, ListedSource, ListedStatement, Status
from evidence.store.reads import IDENTIFIER, RECORD, RELATION, payloads, places_in, studies_with, utc
from evidence.store.statements import delete_in, rows_in, upsert

STATEMENT: Final = table_of(ListedStatement)
SOURCE: Final = table_of(ListedSource)
STATUS: Final = table_of(Status)
SEEN: Final = table_of(Acknowledgement)

Named = tuple[str, str]
"""(scheme, value) of an identifier."""


@dataclass(frozen=True, slots=True)
class ListRead:
    """When a list was last read whole, from which file, and how many of its rows were used, not here, rejected, kept.

    `digest`: of the file's bytes, SHA-256; "" where it is not known. Without "kept" among the counts, an earlier
    version read it, which kept only the rows on works that were here: it wants to be read again.
    """

    source: str
    name: str
    checked_at: datetime
    counts: Mapping[str, int]
    digest: str = ""


def heard(connection: Connection, values: Collection[str]) -> dict[Named, list[Heard]]:
    """(scheme, value) → what source records say of the work that has it, as notices or later versions.

    A record that its source has deleted says nothing any more; one that is only missing does.
    """
    found_rows = rows_in(connection, select(RELATION), RELATION.c.target_value, values)
    rows = [row for row in found_rows if row.type in OF_ANOTHER]
    speaking = select(RECORD.c.id, RECORD.c.payload).where(RECORD.c.upstream != "deleted")
    named = rows_in(connection, speaking, RECORD.c.id, {row.source_record_id for row in rows})
    speakers = {row.id: recordjson.load(unpack(row.payload)) for row in named}
    found: dict[Named, list[Heard]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r.source_record_id, r.position)):
        target = identifiers.try_parse(row.target_scheme, row.target_value)
        if target is not None and row.source_record_id in speakers:
            one = Heard(type=row.type, target=target, speaker=speakers[row.source_record_id])
            found[row.target_scheme, row.target_value].append(one)
    return found


def listed(connection: Connection, values: Collection[str]) -> dict[Named, list[Listed]]:
    """(scheme, value) → the rows of lists that name it as the work."""
    found: dict[Named, list[Listed]] = defaultdict(list)
    for scheme, column in (("pmid", STATEMENT.c.pmid), ("doi", STATEMENT.c.doi)):
        wanted = [value for value in values if value and ("/" in value) == (scheme == "doi")]
        for row in rows_in(connection, select(STATEMENT), column, wanted):
            found[scheme, getattr(row, scheme)].append(_listed(row))
    return found


def holders(connection: Connection, dois: Collection[str], besides: Collection[int] = ()) -> dict[str, set[int]]:
    """DOI → the live studies that have it, those that are notices of a work left out; `besides`: but for these."""
    rows = [r for r in studies_with(connection, dois) if r.scheme == "doi" and r.study_id not in besides]
    places = places_in(connection, {row.study_id for row in rows})
    records = defaultdict(list)
    for row in payloads(connection, places):
        records[places[row.id].study_id].append(recordjson.load(unpack(row.payload)))
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if is_work(records[row.study_id]):
            found[row.value].add(row.study_id)
    return found


def listed_dois(connection: Connection, dois: Collection[str], studies: Collection[int]) -> set[str]:
    """Those of these DOIs, and of those that these studies are stored with, of which some list has a row."""
    held = rows_in(connection, select(IDENTIFIER.c.value, IDENTIFIER.c.scheme), IDENTIFIER.c.study_id, studies)
    wanted = {*dois, *(row.value for row in held if row.scheme == "doi")}
    return {row.doi for row in rows_in(connection, select(STATEMENT.c.doi).distinct(), STATEMENT.c.doi, wanted)}


def _listed(row: Row[Any]) -> Listed:
    named = ((s, getattr(row, f"notice_{s}")) for s in ("pmid", "doi"))
    basis = "row" if not row.speaker else "own record" if row.speaker == row.doi else "notice"
    statement = Statement(
        kind=row.kind,
        source=row.source,
        basis=basis,
        notice=tuple(Identifier(s, v) for s, v in named if v),  # type: ignore[arg-type]
        date=date_of(row.said_on),
        note=row.note,
        ref=row.ref.removesuffix(f"@{row.speaker}") if row.speaker else row.ref,
        origin=row.origin,
    )
    return Listed(statement=statement, pmid=row.pmid, doi=row.doi, title=row.title, speaker=row.speaker)


def date_of(text: str) -> PartialDate | None:
    """The date that `date_text` wrote; None for an empty text."""
    parts = [int(part) for part in text.split("-") if part.isdecimal()]
    if not parts:
        return None
    year, month, day = (*parts, None, None)[:3]
    return PartialDate(year=year, month=month, day=day)


def date_text(when: PartialDate | None) -> str:
    """A date as it is stored: as exact as it is known."""
    if when is None or when.year is None:
        return ""
    parts = [f"{when.year:04}", *([f"{when.month:02}"] if when.month else [])]
    return "-".join([*parts, *([f"{when.day:02}"] if when.month and when.day else [])])


def stored(connection: Connection, source: str) -> dict[str, Listed]:
    """All rows kept of a list, by the source's own name of the row."""
    rows = connection.execute(select(STATEMENT).where(STATEMENT.c.source == source))
    return {row.ref: _listed(row) for row in rows}


def spoken(connection: Connection, source: str, speakers: Collection[str]) -> dict[str, Listed]:
    """What a source says in its records of these DOIs, by the name of the row."""
    mine = select(STATEMENT).where(STATEMENT.c.source == source)
    return {row.ref: _listed(row) for row in rows_in(connection, mine, STATEMENT.c.speaker, speakers)}


def replace_listed(writer: Writer, source: str, new: Sequence[Listed], gone: Collection[str]) -> None:
    """Keep new or changed rows of a list, and drop those that it no longer has."""
    rows = [_row(writer, source, one) for one in new]
    upsert(writer, ListedStatement, rows, key=("source", "ref"), once=("first_seen",))
    for ref in gone:
        writer.connection.execute(delete(STATEMENT).where(STATEMENT.c.source == source, STATEMENT.c.ref == ref))
        writer.dirty = True


def _row(writer: Writer, source: str, one: Listed) -> dict[str, Any]:
    said = one.statement
    named = {i.scheme: i.value for i in said.notice}
    return {
        "source": source,
        "ref": one.ref,
        "kind": said.kind,
        "pmid": one.pmid,
        "doi": one.doi,
        "title": one.title,
        "notice_pmid": named.get("pmid", ""),
        "notice_doi": named.get("doi", ""),
        "said_on": date_text(said.date),
        "note": said.note,
        "first_seen": writer.now,
        "origin": said.origin,
        "speaker": one.speaker,
    }


def note_read(writer: Writer, source: str, name: str, counts: Mapping[str, int], digest: str = "") -> None:
    """A list was read whole: pages say when. `digest`: of the file's bytes."""
    row = {"source": source, "name": name, "checked_at": writer.now, "counts": json.dumps(counts, sort_keys=True)}
    upsert(writer, ListedSource, [row | {"digest": digest}], key=("source",))


def lists(connection: Connection) -> list[ListRead]:
    """The lists that were ever read, by name."""
    rows = connection.execute(select(SOURCE).order_by(SOURCE.c.source))
    return [ListRead(r.source, r.name, utc(r.checked_at), json.loads(r.counts), r.digest) for r in rows]


def here(connection: Connection, values: Iterable[str]) -> set[str]:
    """Those of these PMIDs and DOIs that a source record in the store has."""
    return {row.value for row in rows_in(connection, select(IDENTIFIER.c.value), IDENTIFIER.c.value, values)}


def statuses(connection: Connection, studies: Iterable[int]) -> dict[int, dict[str, bool]]:
    """Study → key of each statement on it, and whether it stands, as last computed."""
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for row in rows_in(connection, select(STATUS), STATUS.c.study_id, studies):
        found[row.study_id][row.key] = row.standing
    return found


def set_statuses(writer: Writer, changed: Mapping[int, Mapping[str, bool]]) -> None:
    """Write the statements on these studies anew."""
    delete_in(writer, Status, "study_id", changed)
    rows = [
        {"study_id": study, "key": key, "standing": standing}
        for study, keys in sorted(changed.items())
        for key, standing in sorted(keys.items())
    ]
    writer.add(Status, rows)


def acknowledge(writer: Writer, event: int, actor: str) -> bool:
    """Note that somebody has seen an event; False when somebody had already."""
    if writer.connection.execute(select(SEEN).where(SEEN.c.event_id == event)).first() is not None:
        return False
    writer.add(Acknowledgement, [{"event_id": event, "actor": actor, "at": writer.now}])
    return True


def acknowledged(connection: Connection, events: Iterable[int]) -> dict[int, tuple[str, datetime]]:
    """Event → who has seen it, and when."""
    rows = rows_in(connection, select(SEEN), SEEN.c.event_id, events)
    return {row.event_id: (row.actor, utc(row.at)) for row in rows}
