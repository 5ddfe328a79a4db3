"""The life cycle of a study as pages show it: who says what, since when, and what was acknowledged. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from evidence.lifecycle import CARRIED, SAID, Statement, Weighed, disagreements, doubts, gravity, life_cycle, name_of
from evidence.lifecycle.crossref import SOURCE as CROSSREF
from evidence.records import Markup, Record
from evidence.store import lifecycle
from evidence.store.engine import Store
from evidence.store.inquiries import Asked
from evidence.store.inquiries import asked as asked_about
from evidence.store.reads import CITE_KEY, EVENT, RECORD, STUDY, utc
from evidence.store.statements import rows_in
from evidence.store.told import Told, homes, logs
from evidence.views import AlertView, CheckView, LifeView, StatementView

NEWS: Final = timedelta(days=90)
"""How long a status event that nobody acknowledged stays in the list of alerts."""


def life_of(connection: Connection, study: int, records: Sequence[Record], numbers: Sequence[int]) -> LifeView:
    """What is said of a study. `numbers`: of its source records."""
    names = dict.fromkeys((i.scheme, i.value) for record in records for i in record.identifiers)
    values = {value for _, value in names}
    heard, listed = lifecycle.heard(connection, values), lifecycle.listed(connection, values)
    rows = dict.fromkeys(row for name in names for row in listed.get(name, ()))
    shared = lifecycle.holders(connection, {value for scheme, value in listed if scheme == "doi"}, besides=(study,))
    cycle = life_cycle(records, [one for name in names for one in heard.get(name, ())], rows, shared)
    unnamed = not any(scheme in ("pmid", "doi") for scheme, _ in names)
    read = [] if unnamed else lifecycle.lists(connection)  # a list names works by these two alone
    asked = {w.statement.source for w in cycle.said} | {one.source for one in read}
    asked |= {"pubmed"} & {record.source for record in records}
    inquiries = list(asked_about(connection, CROSSREF, [value for scheme, value in names if scheme == "doi"]).values())
    asked |= {CROSSREF for one in inquiries if one.outcome == "known"}
    told = logs(connection, [study])[study].told
    seen = lifecycle.acknowledged(connection, [one.event for one in told.values()])
    checks = [CheckView(source_name=name_of(one.source), at=one.checked_at, file=one.name) for one in read]
    return LifeView(
        statements=tuple(_view(w, told, seen) for w in cycle.said),
        checks=(*_asked(connection, numbers), *_inquired(inquiries), *checks),
        disagreements=disagreements(cycle, {source: name_of(source) for source in asked}),
        unnamed=unnamed,
        doubts=doubts(rows, records, shared),
    )


def _view(weighed: Weighed, told: Mapping[str, Told], seen: Mapping[int, tuple[str, datetime]]) -> StatementView:
    said = weighed.statement
    news = told.get(said.key)
    who, when = seen.get(news.event, ("", None)) if news is not None else ("", None)
    return replace(
        _shown(said),
        standing=weighed.overruled is None,
        taken_back=weighed.overruled.date if weighed.overruled else None,
        event=news.named if news is not None and not news.back else None,
        since=news.since if news is not None else None,
        seen_by=who,
        seen_at=when,
    )


def _shown(said: Statement) -> StatementView:
    """What a statement says by itself."""
    return StatementView(
        kind=said.kind,
        source=said.source,
        source_name=name_of(said.source, said.origin),
        basis=said.basis,
        notice=said.notice,
        date=said.date,
        citation=said.citation,
        note=said.note,
    )


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

    An event whose statement is made no more, or stands no more, is none; nor is one of a study that is excluded. One
    that told of several statements is one alert, of the gravest that stands, of these the first.
    """
    with store.read() as connection:
        since = store.now() - NEWS
        studies = set(homes(connection, _recent(connection, since)).values())
        standing = lifecycle.statuses(connection, studies)
        found: dict[tuple[int, int], list[Told]] = defaultdict(list)
        for study, log in logs(connection, studies).items():
            for key, told in log.told.items():
                if told.since >= since and not told.back and standing.get(study, {}).get(key):
                    found[study, told.event].append(told)
        seen = lifecycle.acknowledged(connection, {event for _, event in found})
        rows = {row.id: row for row in rows_in(connection, _SHOWN, STUDY.c.id, {study for study, _ in found})}
        made = [
            (_gravest_first(those)[0], event, study)
            for (study, event), those in found.items()
            if study in rows and event not in seen
        ]
        made.sort(key=lambda one: (-gravity(one[0].statement), -one[1], one[2]))
        return tuple(_alert(told, rows[study]) for told, _, study in made)


def _gravest_first(those: Collection[Told]) -> list[Told]:
    return sorted(those, key=lambda told: (-gravity(told.statement), told.named))


_SHOWN: Final = (
    select(STUDY.c.id, CITE_KEY.c.key, STUDY.c.title, STUDY.c.citation, STUDY.c.publication_state)
    .join(CITE_KEY, CITE_KEY.c.study_id == STUDY.c.id)
    .where(CITE_KEY.c.is_primary, STUDY.c.merged_into.is_(None), STUDY.c.inclusion != "excluded")
)


def _recent(connection: Connection, since: datetime) -> list[int]:
    """The studies of which something was told of late."""
    columns = select(EVENT.c.study_id).where(EVENT.c.kind.in_((SAID, CARRIED)), EVENT.c.at >= since).distinct()
    return [study for study in connection.scalars(columns) if study is not None]


def _alert(told: Told, study: Any) -> AlertView:
    return AlertView(
        event=told.named,
        at=told.since,
        study_key=study.key,
        study_title=Markup(study.title),
        citation=study.citation,
        state=study.publication_state,
        said=replace(_shown(told.statement), event=told.named, since=told.since),
    )
