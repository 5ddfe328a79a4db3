"""The life cycle of a study as pages show it: who says what, since when, and what was acknowledged. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from evidence import identifiers
from evidence.identifiers import Identifier
from evidence.lifecycle import SEVERITY, STATE, Weighed, disagreements, life_cycle, name_of
from evidence.lifecycle.crossref import SOURCE as CROSSREF
from evidence.records import Markup, Record
from evidence.store import lifecycle
from evidence.store.engine import Store
from evidence.store.inquiries import Asked
from evidence.store.inquiries import asked as asked_about
from evidence.store.reads import CITE_KEY, EVENT, RECORD, STUDY, utc
from evidence.store.statements import rows_in
from evidence.views import AlertView, CheckView, LifeView, StatementView

SAID: Final = "status-said"
"""The kind of event by which the log tells that a source said something new (ingest/statuses.py writes it)."""

NEWS: Final = timedelta(days=90)
"""How long a status event that nobody acknowledged stays in the list of alerts."""

Told = tuple[int, datetime]
"""An event's number and time."""


def life_of(connection: Connection, study: int, records: Sequence[Record], numbers: Sequence[int]) -> LifeView:
    """What is said of a study. `numbers`: of its source records."""
    names = dict.fromkeys((i.scheme, i.value) for record in records for i in record.identifiers)
    values = {value for _, value in names}
    heard, listed = lifecycle.heard(connection, values), lifecycle.listed(connection, values)
    cycle = life_cycle(
        records,
        [one for name in names for one in heard.get(name, ())],
        dict.fromkeys(row for name in names for row in listed.get(name, ())),
    )
    unnamed = not any(scheme in ("pmid", "doi") for scheme, _ in names)
    read = [] if unnamed else lifecycle.lists(connection)  # a list names works by these two alone
    asked = {w.statement.source for w in cycle.said} | {one.source for one in read}
    asked |= {"pubmed"} & {record.source for record in records}
    inquiries = list(asked_about(connection, CROSSREF, [value for scheme, value in names if scheme == "doi"]).values())
    asked |= {CROSSREF for one in inquiries if one.outcome == "known"}
    told = _told(connection, study)
    seen = lifecycle.acknowledged(connection, [event for event, _ in told.values()])
    checks = [CheckView(source_name=name_of(one.source), at=one.checked_at, file=one.name) for one in read]
    return LifeView(
        statements=tuple(_view(w, told, seen) for w in cycle.said),
        checks=(*_asked(connection, numbers), *_inquired(inquiries), *checks),
        disagreements=disagreements(cycle, {source: name_of(source) for source in asked}),
        unnamed=unnamed,
    )


def _view(weighed: Weighed, told: Mapping[str, Told], seen: Mapping[int, tuple[str, datetime]]) -> StatementView:
    said = weighed.statement
    event, since = told.get(said.key, (None, None))
    who, when = seen.get(event or 0, ("", None))
    return StatementView(
        kind=said.kind,
        source=said.source,
        source_name=name_of(said.source, said.origin),
        basis=said.basis,
        notice=said.notice,
        date=said.date,
        citation=said.citation,
        note=said.note,
        standing=weighed.overruled is None,
        taken_back=weighed.overruled.date if weighed.overruled else None,
        event=event,
        since=since,
        seen_by=who,
        seen_at=when,
    )


def _told(connection: Connection, study: int) -> dict[str, Told]:
    """Key of a statement → the latest event that told of it, of this study or one that was merged into it."""
    family, layer = {study}, {study}
    while layer:
        rows = rows_in(connection, select(STUDY.c.id), STUDY.c.merged_into, layer)
        layer = {row.id for row in rows} - family
        family |= layer
    columns = select(EVENT.c.id, EVENT.c.at, EVENT.c.detail).where(EVENT.c.kind == SAID)
    found: dict[str, Told] = {}
    for row in sorted(rows_in(connection, columns, EVENT.c.study_id, family), key=lambda row: int(row.id)):
        found[json.loads(row.detail)["key"]] = (row.id, utc(row.at))
    return found


def _asked(connection: Connection, numbers: Sequence[int]) -> list[CheckView]:
    columns = select(RECORD.c.source, RECORD.c.checked_at).where(RECORD.c.source == "pubmed")
    times = [utc(row.checked_at) for row in rows_in(connection, columns, RECORD.c.id, numbers)]
    return [CheckView(source_name=name_of("pubmed"), at=max(times))] if times else []


def _inquired(inquiries: Sequence[Asked]) -> list[CheckView]:
    """When Crossref was last asked about the study's DOIs."""
    if not inquiries:
        return []
    known = any(one.outcome == "known" for one in inquiries)
    note = "" if known else "it does not know the DOI"
    return [CheckView(source_name=name_of(CROSSREF), at=max(one.at for one in inquiries), file=note)]


def alerts(store: Store) -> tuple[AlertView, ...]:
    """The status events of the last 90 days that nobody has acknowledged, the gravest first, then the newest.

    An event whose statement is made no more, or stands no more, is none; nor is one of a study that is excluded.
    """
    with store.read() as connection:
        found = _recent(connection, store.now() - NEWS)
        seen = lifecycle.acknowledged(connection, [row.id for row in found])
        homes = _homes(connection, [row.study_id for row in found])
        standing = lifecycle.statuses(connection, homes.values())
        rows = {row.id: row for row in rows_in(connection, _SHOWN, STUDY.c.id, homes.values())}
        latest: dict[tuple[int, str], Any] = {}
        for row in found:
            detail = json.loads(row.detail)
            study = homes[row.study_id]
            if study in rows and standing.get(study, {}).get(detail["key"]):
                latest[study, detail["key"]] = (row, detail)
        made = [_alert(row, detail, rows[study]) for (study, _), (row, detail) in latest.items() if row.id not in seen]
        return tuple(sorted(made, key=_gravest))


def _homes(connection: Connection, studies: Iterable[int]) -> dict[int, int]:
    """Study → the one that stands for it now (as reads.live_study); one statement a step of merges, whatever many."""
    into: dict[int, int] = {}
    layer = set(studies)
    homes = dict.fromkeys(layer, 0)
    merged = select(STUDY.c.id, STUDY.c.merged_into).where(STUDY.c.merged_into.is_not(None))
    while layer:
        found = {row.id: row.merged_into for row in rows_in(connection, merged, STUDY.c.id, layer)}
        into |= found
        layer = set(found.values()) - into.keys()
    for study in homes:
        home, passed = study, {study}
        while (next_one := into.get(home)) is not None and next_one not in passed:
            home = next_one
            passed.add(home)
        homes[study] = home
    return homes


_SHOWN: Final = (
    select(STUDY.c.id, CITE_KEY.c.key, STUDY.c.title, STUDY.c.citation, STUDY.c.publication_state)
    .join(CITE_KEY, CITE_KEY.c.study_id == STUDY.c.id)
    .where(CITE_KEY.c.is_primary, STUDY.c.merged_into.is_(None), STUDY.c.inclusion != "excluded")
)


def _recent(connection: Connection, since: datetime) -> list[Any]:
    columns = select(EVENT.c.id, EVENT.c.at, EVENT.c.study_id, EVENT.c.detail)
    return list(connection.execute(columns.where(EVENT.c.kind == SAID, EVENT.c.at >= since).order_by(EVENT.c.id)))


def _gravest(alert: AlertView) -> tuple[int, int]:
    state = STATE.get(alert.said.kind, "none")  # type: ignore[call-overload]
    return -SEVERITY.index(state), -alert.event


def _alert(row: Any, detail: dict[str, Any], study: Any) -> AlertView:
    return AlertView(
        event=row.id,
        at=utc(row.at),
        study_key=study.key,
        study_title=Markup(study.title),
        citation=study.citation,
        state=study.publication_state,
        said=StatementView(
            kind=detail["kind"],
            source=detail["source"],
            source_name=name_of(detail["source"], detail.get("origin", "")),
            basis=detail["basis"],
            notice=tuple(_identifier(named) for named in detail["notice"]),
            date=lifecycle.date_of(detail["date"]),
            citation=detail["citation"],
            note=detail["note"],
            event=row.id,
            since=utc(row.at),
        ),
    )


def _identifier(named: str) -> Identifier:
    scheme, _, value = named.partition(":")
    return identifiers.parse(scheme, value)
