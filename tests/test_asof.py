"""The library of a past day, rebuilt from the event log: what was shown on that day, whatever came after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from evidence import curation, curation_tags, formats, shelving, tagging
from evidence.errors import Conflict, NotFound, UnknownParameter
from evidence.filters import Filter
from evidence.identifiers import parse
from evidence.ingest import upstream
from evidence.ingest.studies import Saver
from evidence.records import Deletion, Record
from evidence.store import Store, asof, create, queries, reads, shelf_asof, shelves
from evidence.store.keys import Keys
from evidence.views import Study
from tests.made import fresh_store, notice, record, vocabulary
from tests.test_grouping_store import taken, worlds

START = date(2026, 3, 1)
CTS = "carpal-tunnel-syndrome"
FILTERS = (
    Filter(condition=CTS),
    Filter(designs=("rct",), sort="newest"),
    Filter(statuses=("retracted",)),
    Filter(since=2020, query='dextrose "median nerve"'),
    Filter(query="hydrodis*"),
    Filter(query="CTS -!"),
)


def shown(studies: Iterator[Study]) -> list[tuple[Any, ...]]:
    """Everything of studies that a file can hold."""
    return [(s.row, s.record, s.aliases, s.disputed, s.n_quote) for s in studies]


def now(store: Store) -> list[Any]:
    """What is shown under every filter now."""
    everything = shown(queries.stream(store, vocabulary(), Filter(), leads=True))
    return [everything, *([s.row.key for s in queries.stream(store, vocabulary(), f)] for f in FILTERS)]


def then(store: Store, day: date) -> list[Any]:
    """What was shown under every filter at the end of a day."""
    everything = shown(asof.stream_as_of(store, vocabulary(), Filter(), day, leads=True))
    return [everything, *([s.row.key for s in asof.stream_as_of(store, vocabulary(), f, day)] for f in FILTERS)]


def set_day(store: Store, day: date) -> None:
    store.now = lambda: datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


def set_inclusion(store: Store, number: int, state: str) -> None:
    """Include or exclude a source record, as a person does."""
    with store.write() as writer:
        place = reads.places(writer.connection, [number]).get(number)
        if place is not None:
            saver = Saver(writer, vocabulary(), Keys(writer), primary=tagging.primary, actor="ann")
            saver.load([place.study_id])
            saver.set_state("inclusion", number, place.study_id, state)
            saver.save()


class History(RuleBasedStateMachine):
    """Anything that happens to a library, a day each; every day is remembered as it was shown."""

    merges = Bundle("merges")

    def __init__(self) -> None:
        super().__init__()
        self._context = fresh_store()
        self.store = self._context.__enter__()
        self.day = START
        self.remembered: dict[date, list[Any]] = {}
        self.shelf = 0
        self.shelved: dict[date, list[tuple[Any, ...]]] = {}
        self.keys: dict[date, dict[str, str]] = {}
        set_day(self.store, self.day)

    def teardown(self) -> None:
        self.store.cache.clear()  # from the log alone
        try:
            for day, seen in self.remembered.items():
                assert then(self.store, day) == seen, day
                for key, led in self.keys[day].items():
                    found = asof.study_as_of(self.store, vocabulary(), key, day)
                    assert found is not None
                    assert found.row.key == led
            for day, stood in self.shelved.items():
                assert shown(shelf_asof.stream_as_of(self.store, self.shelf, day)) == stood, day
        finally:
            self._context.__exit__(None, None, None)

    @rule(world=worlds(), include=st.booleans())
    def imports(self, world: list[Record], include: bool) -> None:
        taken(self.store, [replace(r, keys=(f"own{n}",)) for n, r in enumerate(world)], include=include)

    @rule(world=worlds(), retracted=st.booleans())
    def refreshes(self, world: list[Record], retracted: bool) -> None:
        """PubMed gives records anew, lacks some, deletes the last, and may say that one is retracted."""
        there = [
            replace(r, source="pubmed", external_id=f"{n}", identifiers=(*r.identifiers[1:], parse("pmid", f"{n}")))
            for n, r in enumerate(world, 1)
        ]
        notices = [notice("90", "RetractionOf", "1")] if retracted else []
        taken(self.store, [*there, *notices, Deletion(source="pubmed", external_id=f"{len(there)}")], live=True)
        upstream.settle(self.store, vocabulary(), "pubmed", present={"1"}, missing={"2"}, actor="test")

    @rule(target=merges, a=st.integers(1, 10), b=st.integers(1, 10), title=st.booleans())
    def merge(self, a: int, b: int, title: bool) -> Any:
        choices = {"title": f"record:{b}"} if title else {}
        try:
            return curation.decide(self.store, vocabulary(), a, b, "same", actor="ann", choices=choices)
        except (Conflict, NotFound):
            return multiple()

    @rule(event=consumes(merges))
    def unmerge(self, event: int) -> None:
        try:
            curation.unmerge(self.store, vocabulary(), event, actor="ann")
        except Conflict:
            return

    @rule(a=st.integers(1, 10), b=st.integers(1, 10))
    def different(self, a: int, b: int) -> None:
        try:
            curation.decide(self.store, vocabulary(), a, b, "different", actor="ann")
        except (Conflict, NotFound):
            return

    @rule(at=st.integers(0, 9), tag=st.sampled_from(("rct", CTS, "dextrose-5")), yes=st.booleans())
    def tag(self, at: int, tag: str, yes: bool) -> None:
        keys = list(self.keys[max(self.keys)].values())
        if keys:
            kind, slug = curation_tags.tag_named(vocabulary(), tag)
            verdict = "yes" if yes else "no"
            tags = (self.store, vocabulary(), keys[at % len(keys)], kind, slug, verdict)
            curation_tags.decide_tag(*tags, actor="ann")  # type: ignore[arg-type]

    @rule(number=st.integers(1, 10), state=st.sampled_from(("included", "excluded")))
    def include(self, number: int, state: str) -> None:
        set_inclusion(self.store, number, state)

    @rule(at=st.lists(st.integers(0, 9), min_size=1, max_size=3), take_off=st.booleans())
    def shelve(self, at: list[int], take_off: bool) -> None:
        keys = list(self.keys[max(self.keys)])  # aliases too
        chosen = [keys[n % len(keys)] for n in at] if keys else []
        if self.shelf:
            change = shelving.remove if take_off else shelving.add
            change(self.store, "thesis", chosen, actor="ann")
        elif chosen:
            self.shelf = shelving.create(self.store, "Thesis", chosen, owner="ann", actor="ann").shelf.id

    @invariant()
    def the_day_ends(self) -> None:
        self.remembered[self.day] = now(self.store)
        if self.shelf:
            self.shelved[self.day] = shown(shelves.stream(self.store, vocabulary(), self.shelf))
            assert shown(shelf_asof.stream_as_of(self.store, self.shelf, self.day)) == self.shelved[self.day]
        assert then(self.store, self.day) == self.remembered[self.day]
        self.keys[self.day] = {
            key: found.row.key
            for found in queries.stream(self.store, vocabulary(), Filter(), leads=True)
            for key in (found.row.key, *found.aliases)
        }
        self.day += timedelta(days=1)
        set_day(self.store, self.day)


History.TestCase.settings = settings(max_examples=8, stateful_step_count=10)
TestHistory = History.TestCase


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, lambda: datetime(2026, 3, 1, 8, tzinfo=UTC)) as made:
        yield made


def files(studies: Iterator[Study]) -> list[str]:
    """The studies in every format that web pages offer."""
    found = list(studies)
    made = []
    for name in ("bibtex", "biblatex", "ris", "nbib", "csl-json", "csv"):
        write = formats.by_name(name, writing=True).write
        assert write is not None
        made.append("".join(write(found)))
    return made


def test_every_file_of_a_past_day_has_the_bytes_it_had(store: Store) -> None:
    """A scripted history on both engines: import, tag, merge, retraction by refresh, unmerge, exclude, revision."""
    words, seen = vocabulary(), {}
    day = START

    def end_of_day() -> None:
        nonlocal day
        seen[day] = files(queries.stream(store, words, Filter(condition=CTS)))
        day += timedelta(days=1)
        set_day(store, day)

    trial = record("11", "Perineural dextrose for carpal tunnel syndrome: a trial", pmid="11", doi="10.1000/x")
    other = record("12", "Hydrodissection in carpal tunnel syndrome: outcomes", pmid="12", family="Ke", year=2021)
    lead = record("refs#1", "Carpal tunnel syndrome in musicians", source="bibtex", family="Ng", keys=("ng2019",))
    taken(store, [trial, other, lead])
    end_of_day()
    curation_tags.decide_tag(store, words, "ke2021hydrodissection", "design", "cohort", "yes", actor="ann")  # type: ignore[arg-type]
    end_of_day()
    event = curation.decide(store, words, 1, 2, "same", actor="ann", choices={"title": "record:2"})
    end_of_day()
    taken(store, [notice("90", "RetractionOf", "11")])
    end_of_day()
    assert event is not None
    curation.unmerge(store, words, event, actor="ann")
    end_of_day()
    set_inclusion(store, 2, "excluded")
    end_of_day()
    taken(store, [replace(trial, volume="9", dates=(*trial.dates,), version=2)], live=True)
    end_of_day()
    assert len({tuple(made) for made in seen.values()}) >= 6, "days that differ"
    store.cache.clear()
    for past, made in seen.items():
        assert files(asof.stream_as_of(store, words, Filter(condition=CTS), past)) == made, past
    assert asof.study_as_of(store, words, "ke2021hydrodissection", START + timedelta(days=3)) is not None


def test_a_study_that_came_later_was_not_there(store: Store) -> None:
    taken(store, [record("11", pmid="11")])
    set_day(store, date(2026, 3, 5))
    taken(store, [record("12", "Another matter altogether", pmid="12", family="Late", year=2022)])
    assert asof.study_as_of(store, vocabulary(), "late2022another", date(2026, 3, 4)) is None
    assert asof.study_as_of(store, vocabulary(), "nobody", date(2026, 3, 4)) is None
    found = asof.study_as_of(store, vocabulary(), "LATE2022another", date(2026, 3, 5))
    assert found is not None
    assert found.created is not None
    assert found.created.date() == date(2026, 3, 5)


def test_a_day_ends_at_midnight_utc(store: Store) -> None:
    store.now = lambda: datetime(2026, 3, 2, 23, 59, 59, 999_999, tzinfo=UTC)
    taken(store, [record("11", pmid="11")])
    store.now = lambda: datetime(2026, 3, 3, tzinfo=UTC)
    taken(store, [record("12", "Another matter altogether", pmid="12", family="Late", year=2022)])
    counts = [len(list(asof.stream_as_of(store, vocabulary(), Filter(), date(2026, 3, d)))) for d in (1, 2, 3)]
    assert counts == [0, 1, 2]


def test_days_that_cannot_be_are_said(store: Store) -> None:
    def reason(day: date) -> str:
        with pytest.raises((UnknownParameter, NotFound)) as caught:
            list(asof.stream_as_of(store, vocabulary(), Filter(), day))
        return f"{type(caught.value).__name__} {caught.value}"

    assert reason(date(2026, 3, 2)) == (
        "UnknownParameter as-of: 2026-03-02 is still to come; today is 2026-03-01 (UTC)"
    )
    assert reason(date.max).startswith("UnknownParameter")
    assert reason(date(2026, 2, 28)) == (
        "NotFound as-of 2026-02-28: this library began on 2026-03-01; there is no earlier state of it"
    )
    with pytest.raises(NotFound, match="gout"):
        list(asof.stream_as_of(store, vocabulary(), Filter(condition="gout"), START))


@pytest.mark.parametrize(
    "text", ["", "2026", "20260301", "2026-3-1", "2026-02-30", "2026-W09-1", "٢٠٢٦-03-01", "2026-03-01T00:00", "\0"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(UnknownParameter, match="is not a day such as"):
        asof.parse_day(text)
    assert asof.parse_day("2026-03-01") == START


def test_few_days_are_kept_in_memory(store: Store) -> None:
    for number in range(1, 8):
        set_day(store, date(2026, 3, number))
        taken(store, [record(f"{number}", pmid=f"{number}")])
    for number in range(1, 8):
        assert len(list(asof.stream_as_of(store, vocabulary(), Filter(), date(2026, 3, number)))) == number
    assert len(store.cache["as-of"]) == asof.KEPT
