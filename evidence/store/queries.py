"""Everything that pages, exports and the command line ask. Each function is one snapshot; results are views."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, case, desc, func, not_, or_, true
from sqlalchemy import select as sql

from evidence import citekeys, identifiers, recordjson
from evidence.errors import BadIdentifier
from evidence.filters import Filter
from evidence.lifecycle import name_of
from evidence.lifecycle.crossref import SOURCE as CROSSREF
from evidence.store import facets, lifecycle, listings, refreshed, schema, search
from evidence.store.asof import stream_as_of, study_as_of
from evidence.store.detail import assemble, rows_of
from evidence.store.engine import Store, table_of, unpack
from evidence.store.overlay import current as vocabulary
from evidence.store.reads import CITE_KEY, IDENTIFIER, born_with, keys_of, live_study, payloads, places_in, utc
from evidence.store.registrations import of_condition
from evidence.store.select import Groups, for_files, select, summary
from evidence.views import CheckView, ConditionLine, Home, LibraryState, Listing, RunView, SearchView, Study
from evidence.vocabulary import Vocabulary

_CHUNK: Final = 200
_LAST_RUNS: Final = 20
"""Runs of which a page may say that they go on: those that /runs shows."""
LIBRARY = table_of(schema.Library)
RUN = table_of(schema.RefreshRun)


def version(store: Store) -> str:
    """What every page depends on beside the code and its address, in one row: epoch, revision, the number of the last
    run, and how many of the last ones go on (a run that ends need not be the last that began).
    """
    with store.read() as connection:
        last = sql(RUN.c.id, RUN.c.state).order_by(desc(RUN.c.id)).limit(_LAST_RUNS).subquery()
        going = func.count(case((last.c.state == "running", 1))).label("going")
        ran = sql(func.max(last.c.id).label("id"), going).subquery()
        columns = (LIBRARY.c.epoch, LIBRARY.c.revision, ran.c.id, ran.c.going)
        row = connection.execute(sql(*columns).select_from(LIBRARY.join(ran, true()))).one()
        return ".".join(str(part) for part in row)


def content(version: str) -> str:
    """What files depend on, of a `version`: epoch and revision. A run that wrote nothing leaves it as it was."""
    return ".".join(version.split(".")[:2])


def home(store: Store, vocabulary: Vocabulary) -> Home:
    """Every condition with its counts."""
    with store.read() as connection:
        bitmaps = facets.load(store, connection)
        state = _state(connection, bitmaps, tuple(vocabulary.searches))
        key = (bitmaps.stamp, vocabulary.hash)
        held: tuple[Any, Home] | None = store.cache.get("home")
        if held and held[0] == key:
            return replace(held[1], state=state)
        groups = _groups(store, bitmaps, vocabulary)
        lines = tuple(
            ConditionLine(slug=slug, summary=summary(bitmaps, groups, bitmaps.get(f"c:{slug}")))
            for slug in vocabulary.conditions
        )
        everything = bitmaps.any_of(("listed", "lead"))
        made = Home(conditions=lines, total=summary(bitmaps, groups, everything), state=state)
        store.cache["home"] = (key, made)
        return made


def _groups(store: Store, bitmaps: facets.Bitmaps, vocabulary: Vocabulary) -> Groups:
    key = (bitmaps.stamp, vocabulary.hash)
    held: tuple[Any, Groups] | None = store.cache.get("groups")
    if held is None or held[0] != key:
        held = (key, Groups.of(bitmaps, vocabulary))
        store.cache["groups"] = held
    return held[1]


def listing(store: Store, vocabulary: Vocabulary, wanted: Filter) -> Listing:
    """A page of studies with its filters, bars and summary. Raises NotFound, UnknownParameter."""
    with store.read() as connection:
        bitmaps = facets.load(store, connection)
        return listings.page_of(
            select(store, connection, bitmaps, vocabulary, wanted),
            vocabulary,
            _groups(store, bitmaps, vocabulary),
            rows=lambda numbers: rows_of(connection, numbers),
            registrations=of_condition(connection, wanted.condition) if wanted.condition else (),
            state=_state(connection, bitmaps, tuple(vocabulary.searches), listings.filling(vocabulary, wanted)),
        )


def stream(
    store: Store, vocabulary: Vocabulary, wanted: Filter, *, leads: bool = False, by_key: bool = False
) -> Iterator[Study]:
    """The whole selection in the list's order, for exports: first what is listed, then (if asked) the leads.

    `by_key`: by citation key instead of by strength, as reference files stand (select.for_files).
    A lead without even a title is left out: nobody could cite it, and nothing would know it again.
    """
    with store.read() as connection:
        bitmaps = facets.load(store, connection)
        selection = select(store, connection, bitmaps, vocabulary, wanted)
        for base in ("listed", "lead") if leads else ("listed",):
            numbers = for_files(selection, selection.among(base), partial(keys_of, connection) if by_key else None)
            while chunk := list(islice(numbers, _CHUNK)):
                for found in assemble(connection, chunk, vocabulary):
                    if found.row.identified or found.row.title:
                        yield found


def studies(store: Store, vocabulary: Vocabulary, keys: Sequence[str]) -> Iterator[Study]:
    """The studies of these citation keys or aliases, in that order; unknown keys are left out."""
    with store.read() as connection:
        numbers = list(dict.fromkeys(n for key in keys if (n := number_of_key(connection, key)) is not None))
        for start in range(0, len(numbers), _CHUNK):
            yield from assemble(connection, numbers[start : start + _CHUNK], vocabulary)


def study(store: Store, vocabulary: Vocabulary, key: str) -> Study | None:
    """One study with every reason behind it, by current key or alias."""
    with store.read() as connection:
        number = number_of_key(connection, key)
        if number is None:
            return None
        return next(iter(assemble(connection, [number], vocabulary, full=True)), None)


def find_key(store: Store, vocabulary: Vocabulary, scheme: str, value: str) -> str | None:
    """The current key of the study with that identifier (pmid, doi, pmcid) or key; follows merges and aliases."""
    with store.read() as connection:
        number = number_of_key(connection, value) if scheme == "key" else _holder(connection, scheme, value)
        return _key(connection, number) if number is not None else None


def number_of(connection: Connection, name: str) -> int | None:
    """The live study that a person names by key, PMID, PMCID or DOI."""
    number = number_of_key(connection, name)
    if number is None:
        try:
            found = identifiers.guess(name)
        except BadIdentifier:
            return None
        number = _holder(connection, found.scheme, found.value)
    return number


def record_of(connection: Connection, name: str) -> int | None:
    """The source record that a person names by key, PMID, PMCID or DOI: the one that brought the key or has the
    identifier, else the one that the named study was made for.
    """
    study = number_of(connection, name)
    if study is None:
        return None
    key = connection.execute(sql(CITE_KEY).where(CITE_KEY.c.folded == citekeys.fold(name))).first()
    if key is not None:
        born = born_with(connection, [key.study_id]).get(key.study_id)
        return key.source_record_id if key.source_record_id is not None else born
    wanted = identifiers.guess(name)
    members = sorted(places_in(connection, [study]))
    for row in payloads(connection, members):
        if wanted in recordjson.load(unpack(row.payload)).identifiers:
            return int(row.id)
    return born_with(connection, [study]).get(study, members[0])


def _storable(value: str) -> bool:
    """Whether a database can hold the text at all: no NUL (PostgreSQL), no half of a surrogate pair (UTF-8)."""
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def _holder(connection: Connection, scheme: str, value: str) -> int | None:
    if not _storable(scheme + value):
        return None
    rows = connection.execute(sql(IDENTIFIER).where(IDENTIFIER.c.value == value, IDENTIFIER.c.scheme == scheme)).all()
    best = min(rows, key=lambda r: (("own", "shared", "disputed").index(r.claim), r.study_id), default=None)
    return best.study_id if best is not None else None


def number_of_key(connection: Connection, key: str) -> int | None:
    """The live study that a citation key or alias leads to."""
    if not _storable(key):
        return None
    number = connection.scalar(sql(CITE_KEY.c.study_id).where(CITE_KEY.c.folded == citekeys.fold(key)))
    return live_study(connection, number) if number is not None else None


def _key(connection: Connection, number: int) -> str | None:
    key: str | None = connection.scalar(sql(CITE_KEY.c.key).where(CITE_KEY.c.study_id == number, CITE_KEY.c.is_primary))
    return key


def holds_only(store: Store, origins: Sequence[tuple[str, str]]) -> bool:
    """Whether every source record is of one of these origins: a source, and how its records' ids begin there."""
    record = table_of(schema.SourceRecord)
    known = (and_(record.c.source == s, record.c.external_id.startswith(p, autoescape=True)) for s, p in origins)
    with store.read() as connection:
        return connection.execute(sql(record.c.id).where(not_(or_(*known))).limit(1)).first() is None


def state(store: Store, vocabulary: Vocabulary | None = None) -> LibraryState:
    """The store in a line. With a vocabulary, only the searches that it has speak of the last refresh."""
    with store.read() as connection:
        saved = tuple(vocabulary.searches) if vocabulary else None
        return _state(connection, facets.load(store, connection), saved)


def _state(
    connection: Connection,
    bitmaps: facets.Bitmaps,
    saved: Collection[str] | None,
    filling: Collection[str] | None = None,
) -> LibraryState:
    library = connection.execute(sql(LIBRARY)).one()
    went = refreshed.refreshed(connection, saved, filling)
    return LibraryState(
        revision=library.revision,
        studies=bitmaps.get("counted").bit_count(),
        leads=bitmaps.get("lead").bit_count(),
        retracted=(bitmaps.get("listed") & bitmaps.get("s:retracted")).bit_count(),
        last_refresh=went.last,
        last_success=went.success,
        starter_loaded=library.starter_loaded,
        troubled=went.troubled,
    )


def runs(store: Store, vocabulary: Vocabulary, limit: int = 20) -> tuple[RunView, ...]:
    """The last refresh runs, newest first."""
    with store.read() as connection:
        return tuple(run_view(row) for row in connection.execute(sql(RUN).order_by(desc(RUN.c.id)).limit(limit)))


def run_view(row: Row[Any]) -> RunView:
    """A row of refresh_run as a view."""
    return RunView(
        id=row.id,
        search=row.search,
        state=row.state,
        started=row.started,
        finished=row.finished,
        found=row.found,
        counts=tuple(json.loads(row.counts).items()),
        error=row.error,
        query=row.query,
        translation=row.translation,
        since=row.since,
        log=tuple(json.loads(row.log)),
    )


def searches(store: Store, vocabulary: Vocabulary) -> tuple[SearchView, ...]:
    """The saved searches, how each last went, and as what it was last run well."""
    with store.read() as connection:
        return refreshed.searches(connection, vocabulary)


def checked(store: Store) -> tuple[CheckView, ...]:
    """The sources beside PubMed that were asked what became of works: Crossref's last good run, the lists read."""
    with store.read() as connection:
        good = sql(RUN.c.finished).where(RUN.c.search == CROSSREF, RUN.c.state == "ok")
        asked = connection.scalar(good.order_by(desc(RUN.c.id)).limit(1))
        crossref = [CheckView(source_name=name_of(CROSSREF), at=utc(asked))] if asked is not None else []
        read = lifecycle.lists(connection)
        lists = [CheckView(source_name=name_of(one.source), at=one.checked_at, file=one.name) for one in read]
        return (*crossref, *lists)


__all__ = [
    "checked",
    "content",
    "find_key",
    "holds_only",
    "home",
    "listing",
    "runs",
    "search",
    "searches",
    "state",
    "stream",
    "stream_as_of",
    "studies",
    "study",
    "study_as_of",
    "version",
    "vocabulary",
]
