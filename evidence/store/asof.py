"""The library as it was at the end of a day, from the event log alone: exports of it, and later pages.

Every event of a study holds its complete state after it (schema.Event.image, written by ingest/projection.py). So the
library of a day is, for each study, its last image until then, unless the study went into another one ("merged-away",
without an image) since; and what "claims-changed" events say of its identifiers since. From these the same bitmaps are
made as the store holds of today (facets.py), and select.py and search.py's rules answer from them: which studies, in
which order, how many of each kind. Nothing else is read, so nothing that was written later shows, except the
vocabulary: conditions are looked up by the names they have now.

An image without "claims" is of a program that did not log them: nothing is disputed there.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import islice
from operator import or_ as or_bits
from threading import Lock
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select

from evidence import citekeys
from evidence.errors import NotFound, UnknownParameter
from evidence.filters import Filter
from evidence.store import facets, images, registrations, search, standing
from evidence.store import select as selecting
from evidence.store.engine import Store
from evidence.store.facets import Bitmaps
from evidence.store.reads import CITE_KEY, EVENT, LIBRARY, MERGE, live_study, utc
from evidence.store.select import Selection, for_files
from evidence.store.statements import rows_in
from evidence.views import Study
from evidence.vocabulary import Vocabulary

KEPT: Final = 4
"""Days whose bitmaps are kept in a process: some 10 MB each for 100,000 studies."""

_CHUNK: Final = 200
_GONE: Final = "merged-away"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_lock = Lock()
_looking_back = Lock()


@dataclass(frozen=True, slots=True)
class Holder:
    """A study that owned or shared an identifier, and its citation key."""

    scheme: str
    study: int
    key: str


@dataclass(frozen=True, slots=True)
class Then:
    """The library at the end of a day: its last event, the live studies' latest images (study → event), its bitmaps;
    of the identifiers that trial registrations named then, who had them (value → studies); the studies' citation keys.

    The bitmaps' revision is below zero, so that nothing kept under it is ever taken for a revision of the store.
    """

    last: int
    images: dict[int, int]
    bitmaps: Bitmaps
    holders: dict[str, tuple[Holder, ...]] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)

    def keys_of(self, numbers: Collection[int]) -> dict[int, str]:
        """Study → its citation key."""
        return {number: self.keys[number] for number in numbers}


def parse_day(text: str, name: str = "as-of") -> date:
    """A day written YYYY-MM-DD. Raises UnknownParameter, naming the parameter that gave it."""
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise UnknownParameter(name, f"{text[:40]!r} is not a day such as 2026-05-31") from None


def stream_as_of(
    store: Store, vocabulary: Vocabulary, wanted: Filter, day: date, *, leads: bool = False, by_key: bool = False
) -> Iterator[Study]:
    """What queries.stream would have given at the end of that day (UTC), as exports need it: rows, records, keys.

    Tags' reasons and source records are not in the log's images. Raises UnknownParameter for a day to come or another
    unknown value, NotFound for a day before this library began and for a condition that is not in the vocabulary.
    """
    with store.read() as connection:
        then = at_end_of(store, connection, day)
        selection = select_as_of(connection, store, vocabulary, wanted, then)
        for base in ("listed", "lead") if leads else ("listed",):
            numbers = for_files(selection, selection.among(base), then.keys_of if by_key else None)
            while chunk := list(islice(numbers, _CHUNK)):
                for found in studies_of(connection, then, chunk):
                    if found.row.identified or found.row.title:
                        yield found


def study_as_of(store: Store, vocabulary: Vocabulary, key: str, day: date) -> Study | None:
    """The study that a key or alias led to at the end of that day; None when there was none. Raises as stream_as_of."""
    with store.read() as connection:
        then = at_end_of(store, connection, day)
        folded = citekeys.fold(key)
        row = connection.execute(select(CITE_KEY).where(CITE_KEY.c.folded == folded)).first()
        if row is None:
            return None
        likely = [n for n in dict.fromkeys((row.study_id, live_study(connection, row.study_id))) if n in then.images]
        # Who had the key then says so. One that was minted led nowhere before its study was born.
        minted = row.is_primary and row.source_record_id is None
        everyone = [] if minted and not _born(connection, row.study_id, then) else list(then.images)
        for numbers in (likely, everyone):
            for event, image in images_of(connection, then, numbers):
                if folded in map(citekeys.fold, image.keys):
                    return image.study(_claims(connection, then, [image.number]).get(image.number, ()), event)
        return None


def _born(connection: Connection, study: int, then: Then) -> bool:
    event = select(EVENT.c.id).where(EVENT.c.study_id == study, EVENT.c.id <= then.last).limit(1)
    return connection.execute(event).first() is not None


def at_end_of(store: Store, connection: Connection, day: date) -> Then:
    """The library at the end of a day. Raises UnknownParameter for a day to come, NotFound for one before it began."""
    key = (connection.scalar(select(LIBRARY.c.epoch)) or "", last_event(store, connection, day))
    then = _kept(store, key)
    if then is None:
        with _looking_back:  # it takes seconds for 100,000 studies: whoever asks meanwhile waits for the first
            then = _kept(store, key)
            if then is None:
                then = _look_back(connection, *key)
                _keep(store, key, then)
    return then


def last_event(store: Store, connection: Connection, day: date, name: str = "as-of") -> int:
    """The number of the last event of a day; `name`: the parameter that gave the day. Raises as `at_end_of`."""
    began, now = span(store, connection)
    if day > now:
        raise UnknownParameter(name, f"{day} is still to come; today is {now} (UTC)")
    if day < began:
        raise NotFound(f"{name} {day}", f"this library began on {began}; there is no earlier state of it")
    return last_before(connection, end_of(day))


def span(store: Store, connection: Connection) -> tuple[date, date]:
    """The day on which the library began, and today, which is never before its latest event's (UTC)."""
    library = connection.execute(select(LIBRARY.c.created, LIBRARY.c.clock)).one()
    now = max(store.now(), utc(library.clock))
    return utc(library.created).astimezone(UTC).date(), now.astimezone(UTC).date()


def end_of(day: date) -> datetime:
    """The moment at which a day is over (UTC)."""
    return datetime.combine(day, time.min, UTC) + timedelta(days=1)


def last_before(connection: Connection, end: datetime) -> int:
    """The number of the last event before that moment, by halving: the log's clock never runs backwards (engine.py)."""
    low, high = 0, connection.scalar(select(func.max(EVENT.c.id))) or 0
    while low < high:
        middle = (low + high + 1) // 2
        until = select(EVENT.c.at).where(EVENT.c.id <= middle).order_by(EVENT.c.id.desc()).limit(1)
        at = connection.scalar(until)
        low, high = (middle, high) if at is None or utc(at) < end else (low, middle - 1)
    return low


def _kept(store: Store, key: tuple[str, int]) -> Then | None:
    with _lock:
        held: OrderedDict[tuple[str, int], Then] = store.cache.setdefault("as-of", OrderedDict())
        if key in held:
            held.move_to_end(key)
        return held.get(key)


def _keep(store: Store, key: tuple[str, int], then: Then) -> None:
    with _lock:
        held: OrderedDict[tuple[str, int], Then] = store.cache.setdefault("as-of", OrderedDict())
        held[key] = then
        while len(held) > KEPT:
            held.popitem(last=False)


def _look_back(connection: Connection, epoch: str, last: int) -> Then:
    gone = and_(EVENT.c.kind == _GONE, func.length(EVENT.c.image) == 0)
    until = (EVENT.c.id <= last, EVENT.c.study_id.is_not(None))
    states = select(EVENT.c.study_id, func.max(EVENT.c.id)).where(*until, or_(func.length(EVENT.c.image) > 0, gone))
    latest = sorted((study, event) for study, event in connection.execute(states.group_by(EVENT.c.study_id)))
    ends = set(connection.scalars(select(EVENT.c.id).where(EVENT.c.id <= last, gone)))
    then = Then(last, {s: e for s, e in latest if e not in ends}, Bitmaps(epoch, -1 - last, {}))
    having: dict[str, list[int]] = {}
    named, naming = registrations.named_by(connection, last), list[tuple[int, images.Image]]()
    for event, image in images_of(connection, then, list(then.images)):
        then.keys[image.number] = image.keys[0]
        for value in standing.values(image.columns, image.tags):
            having.setdefault(value, []).append(image.number)
        if any(value in named for _, value, _ in image.claims):
            naming.append((event, replace(image, record_json=b"")))
    size = max(then.images, default=0)
    maps = {value: facets.bitmap_of(numbers, size) for value, numbers in having.items()}
    return replace(then, bitmaps=replace(then.bitmaps, maps=maps), holders=_holders(connection, then, named, naming))


def _holders(
    connection: Connection, then: Then, named: Collection[str], naming: Sequence[tuple[int, images.Image]]
) -> dict[str, tuple[Holder, ...]]:
    """Of the identifiers named: who had each; `naming`: the images that have one, with their events."""
    later = _claims(connection, then, [image.number for _, image in naming])
    found: dict[str, tuple[Holder, ...]] = {}
    for event, image in naming:
        for (scheme, value), claim in image.claimed(later.get(image.number, ()), event).items():
            if value in named and claim != "disputed":
                found[value] = (*found.get(value, ()), Holder(scheme, image.number, image.keys[0]))
    return found


def select_as_of(connection: Connection, store: Store, vocabulary: Vocabulary, wanted: Filter, then: Then) -> Selection:
    """The filter, looked up in the library of that day. Raises as select.select."""
    found = selecting.select(store, connection, then.bitmaps, vocabulary, replace(wanted, query=""))
    if not wanted.query:
        return found
    parts = search.parse(wanted.query, vocabulary)
    # Bars count what each of their values would show, so what any single field shuts out is looked at too.
    loosened = ("", *(name for name in found.fields if name != "condition"))
    within = reduce(or_bits, (found.among(base, without=name) for base in ("listed", "lead") for name in loosened))
    passing = [n for n in facets.members(within) if parts]
    hits = [i.number for _, i in images_of(connection, then, passing) if _matches(i, parts)]
    fields = {**found.fields, "query": facets.bitmap_of(hits, max(then.images, default=0))}
    return replace(found, filter=wanted, fields=fields, parts=parts)


def _matches(image: images.Image, parts: Sequence[search.Part]) -> bool:
    text = f" {search.body(image.record(), image.keys)} "
    conditions = {slug for kind, slug, central in image.tags if kind == "condition" and central}
    return all(
        (bool(part.condition) and part.condition in conditions) or all(_has(text, term) for term in part.terms)
        for part in parts
    )


def _has(text: str, term: search.Term) -> bool:
    """Whether the folded text, between spaces, has these words one after another (search.py)."""
    return f" {' '.join(term.words)}{'' if term.prefix else ' '}" in text


def studies_of(connection: Connection, then: Then, numbers: Sequence[int]) -> Iterator[Study]:
    """The studies in the order asked."""
    claims = _claims(connection, then, numbers)
    found = {image.number: (event, image) for event, image in images_of(connection, then, numbers)}
    for number in numbers:
        event, image = found[number]
        yield image.study(claims.get(number, ()), event)


def images_of(connection: Connection, then: Then, numbers: Sequence[int]) -> Iterator[tuple[int, images.Image]]:
    """The event and the state of each of these studies, in the order of the events."""
    events = sorted(then.images[number] for number in numbers)
    columns = select(EVENT.c.id, EVENT.c.study_id, EVENT.c.image)
    for start in range(0, len(events), _CHUNK):
        rows = rows_in(connection, columns, EVENT.c.id, events[start : start + _CHUNK])
        for row in sorted(rows, key=lambda row: int(row.id)):
            yield row.id, images.Image.of(row.study_id, row.image)


def related(connection: Connection, studies: Iterable[int]) -> set[int]:
    """These studies, and whoever was ever one with them or parted from them."""
    near = set(studies)
    while True:
        joined = select(MERGE.c.study_id, MERGE.c.from_study_id)
        rows = [
            *rows_in(connection, joined, MERGE.c.study_id, near),
            *rows_in(connection, joined, MERGE.c.from_study_id, near),
        ]
        more = {n for row in rows for n in row if n is not None} - near
        if not more:
            return near
        near |= more


def _claims(connection: Connection, then: Then, numbers: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Study → (event, detail) of what was later said of its identifiers alone, in that order."""
    columns = select(EVENT.c.id, EVENT.c.study_id, EVENT.c.detail)
    said = columns.where(EVENT.c.kind == images.CLAIMS_CHANGED, EVENT.c.id <= then.last)
    found: dict[int, list[tuple[int, str]]] = {}
    for row in sorted(rows_in(connection, said, EVENT.c.study_id, numbers), key=lambda row: int(row.id)):
        found.setdefault(row.study_id, []).append((row.id, row.detail))
    return found
