"""What changed: pages of past days, the history of a condition, the difference between two days. From the log alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import combinations

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from evidence import changes, curation, curation_tags, shelving
from evidence.errors import NotFound, UnknownParameter
from evidence.filters import Filter
from evidence.records import Deletion
from evidence.store import Store, create, history, past, queries, registrations, shelf_history
from evidence.views import Listing, StudyRow
from evidence.vocabulary import Registration
from tests import test_asof
from tests.cli_runner import run
from tests.cli_runner import told as told_json
from tests.made import notice, record, vocabulary
from tests.test_asof import set_day, set_inclusion
from tests.test_grouping_store import taken

CTS = "carpal-tunnel-syndrome"
START = date(2026, 3, 1)
CONDITIONS = (CTS, "cubital-tunnel-syndrome")
FILTERS = (
    Filter(),
    Filter(sort="newest", size=10),
    Filter(query="hydrodis*"),
    Filter(query="CTS", statuses=("retracted",)),
    *(Filter(condition=slug) for slug in CONDITIONS),
    Filter(condition=CTS, designs=("rct",), since=2020),
)


def view(listing: Listing) -> str:
    """The whole view model as a hash; of the store's revision no log tells."""
    assert listing.state is not None
    return hashlib.sha256(repr(replace(listing, state=replace(listing.state, revision=0))).encode()).hexdigest()


def shown_now(store: Store, filters: Sequence[Filter] = FILTERS) -> list[str]:
    return [view(queries.listing(store, vocabulary(), f)) for f in filters]


def shown_then(store: Store, day: date, filters: Sequence[Filter] = FILTERS) -> list[str]:
    return [view(past.listing(store, vocabulary(), f, day)) for f in filters]


def rows(store: Store, day: date, condition: str) -> dict[int, StudyRow]:
    """The studies of a condition's page on a day, leads included."""
    found = past.listing(store, vocabulary(), Filter(condition=condition, size=200), day)
    return {row.id: row for row in (*found.rows, *found.leads)}


def applied(store: Store, held: dict[int, StudyRow], condition: str, since: date, until: date) -> dict[int, StudyRow]:
    """A page with a difference applied to it: what came put in, what left taken out, what changed replaced."""
    held = dict(held)
    for step in history.between(store, condition, since, until):
        entry = changes.entry(step, condition)
        if entry is None:
            continue
        assert (step.study in held) == (entry.changes[0].what != "came")
        if entry.changes[0].what == "left":
            del held[step.study]
        else:
            held[step.study] = entry.row
    return held


class Past(test_asof.History):
    """The machine of test_asof: every page of every day is remembered, and rebuilt at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[date, list[str]] = {}

    @invariant()
    def the_day_ends(self) -> None:
        self.pages[self.day] = shown_now(self.store)
        super().the_day_ends()

    def teardown(self) -> None:
        try:
            self.store.cache.clear()
            for day, seen in self.pages.items():
                assert shown_then(self.store, day) == seen, day
            for condition in CONDITIONS:
                self._differences_lead_from_day_to_day(condition)
                self._history_retells_the_page(condition)
        finally:
            super().teardown()

    def _differences_lead_from_day_to_day(self, condition: str) -> None:
        days = sorted(self.pages)
        held = {day: rows(self.store, day, condition) for day in days}
        for since, until in [*combinations(days[:: max(1, len(days) // 4)], 2), *zip(days, days[1:], strict=False)]:
            assert applied(self.store, held[since], condition, since, until) == held[until], (since, until)

    def _history_retells_the_page(self, condition: str) -> None:
        """From an empty page, every step in its order gives the page of the last day."""
        told: dict[int, StudyRow] = {}
        for step in reversed(everything(self.store, condition, size=3)):
            entry = changes.entry(step, condition)
            if entry is not None:
                assert (step.study in told) == (entry.changes[0].what != "came")
                told[step.study] = entry.row
                if entry.changes[0].what == "left":
                    del told[step.study]
        assert told == rows(self.store, max(self.pages), condition)


Past.TestCase.settings = settings(max_examples=3, stateful_step_count=8)
TestPast = Past.TestCase


def everything(store: Store, condition: str, size: int = 50) -> list[changes.Step]:
    """The whole history, page by page, newest first."""
    found: list[changes.Step] = []
    before = 0
    while True:
        steps, before = history.of_condition(store, condition, before=before, size=size)
        found += steps
        if not before:
            return found


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, lambda: datetime(2026, 3, 1, 8, tzinfo=UTC)) as made:
        yield made


def told(store: Store, condition: str = CTS) -> list[str]:
    """The history in words, newest first."""
    words = vocabulary()
    entries = [entry for step in everything(store, condition) if (entry := changes.entry(step, condition))]
    return ["; ".join([*changes.sentence(e, words), *changes.because(e.step, words)]) for e in entries]


def scripted(store: Store, end_of_day: Callable[[date], None] = lambda _: None) -> None:
    """A history of ten days on either engine; `end_of_day` is called before each is over."""
    words, day = vocabulary(), START
    registered = Registration(
        registry_id="NCT00000001", topic="dextrose", conditions=(CTS,), enrolment=40, published_as=None,
        published_certain=False, url="", note="",
    )  # fmt: skip

    def night() -> None:
        nonlocal day
        end_of_day(day)
        day += timedelta(days=1)
        set_day(store, day)

    trial = record(
        "11", "Perineural dextrose for carpal tunnel syndrome: a trial", pmid="11", doi="10.1000/x",
        types=["Randomized Controlled Trial"], registration="NCT00000001",
        abstract="METHODS: Fifty-four patients with carpal tunnel syndrome were randomly assigned (n = 54).",
    )  # fmt: skip
    other = record("12", "Hydrodissection in carpal tunnel syndrome: outcomes", pmid="12", family="Ke", year=2021)
    night()
    taken(store, [trial, other])
    night()
    registrations.load_starter(store, [registered])
    tag = (store, words, "ke2021hydrodissection")
    curation_tags.decide_tag(*tag, "design", "cohort", "yes", actor="ann", reason="followed for 2 years")
    night()
    event = curation.decide(store, words, 1, 2, "same", actor="ann", reason="the same patients")
    night()
    taken(store, [notice("90", "RetractionOf", "11")])
    night()
    assert event is not None
    curation.unmerge(store, words, event, actor="ann")
    night()
    curation_tags.decide_tag(*tag, "condition", CTS, "no", actor="bob", reason="the wrist was healthy")
    night()
    set_inclusion(store, 1, "excluded")
    night()
    curation_tags.decide_tag(*tag, "condition", CTS, "yes", actor="bob")
    set_inclusion(store, 1, "included")
    night()
    title = record(title="Perineural dextrose in carpal tunnel syndrome").title
    taken(store, [replace(trial, title=title, version=2)], live=True)
    taken(store, [Deletion(source="pubmed", external_id="12")], live=True)
    night()


def test_every_page_of_a_past_day_is_what_it_was(store: Store) -> None:
    """Every condition, every day; trial registrations, states of the library and runs included."""
    every = (*FILTERS, *(Filter(condition=slug) for slug in vocabulary().conditions))
    seen: dict[date, list[str]] = {}
    scripted(store, lambda day: seen.update({day: shown_now(store, every)}))
    assert len({tuple(pages) for pages in seen.values()}) >= 9, "days that differ"
    store.cache.clear()
    for day, pages in seen.items():
        assert shown_then(store, day, every) == pages, day


def test_the_history_says_what_happened_and_why(store: Store) -> None:
    scripted(store)
    assert told(store) == [
        "PubMed has deleted its record",
        "Title corrected from “Perineural dextrose for carpal tunnel syndrome: a trial” to “Perineural dextrose in "
        "carpal tunnel syndrome”; As test now gives it",
        "Retracted, and included here again; Included again: RCT, n = 54; PubMed names a retraction (notice PMID 90; "
        "2020); By ann",
        "Now listed here: Cohort; bob said yes to condition “Carpal tunnel syndrome”",
        "Excluded; By ann",
        "No longer listed here; bob said no to condition “Carpal tunnel syndrome”: the wrist was healthy",
        "Design changed from Cohort to RCT; Interventions: lost Nerve hydrodissection (active); Merge undone by ann",
        "Separated again: a study of its own, Cohort; Merge undone by ann",
        "Retracted; PubMed names a retraction (notice PMID 90; 2020)",
        "Merged into wu2020perineural; Merged by ann: the same patients",
        "Design changed from RCT to Cohort; Interventions: gained Nerve hydrodissection (active); Merged by ann: "
        "the same patients",
        "Design changed from Other to Cohort; ann said yes to design “Cohort study”: followed for 2 years",
        "New study; From test",
        "New RCT, n = 54; From test",
    ]
    assert told(store, "cubital-tunnel-syndrome") == []


def test_a_difference_says_what_a_reader_of_the_first_day_must_learn(store: Store) -> None:
    scripted(store)
    words = vocabulary()

    def said(since: int, until: int) -> tuple[str, list[str]]:
        steps = history.between(store, CTS, date(2026, 3, since), date(2026, 3, until))
        entries = [entry for step in steps if (entry := changes.entry(step, CTS))]
        return changes.figures(entries, words), [changes.headline(entry, words) for entry in entries]

    trial = "Wu 2020, Perineural dextrose for carpal tunnel syndrome: a trial"
    other = "Ke 2021, Hydrodissection in carpal tunnel syndrome: outcomes"
    assert said(4, 4) == ("", [])
    assert said(1, 3) == ("2 new (1 RCT)", [f"New RCT, n = 54: {trial}", f"New Cohort: {other}"])
    assert said(3, 6) == ("1 retracted", [f"Retracted: {trial}"]), "the merge was undone meanwhile"
    assert said(6, 8) == ("2 gone", [f"Excluded: [Retracted] {trial}", f"No longer listed here: {other}"])
    assert said(2, 10) == (
        "1 retracted, 1 changed",
        [
            "Retracted: Wu 2020, Perineural dextrose in carpal tunnel syndrome",
            f"PubMed has deleted its record: {other}",
        ],
    )


def test_days_that_cannot_be_compared_are_said(store: Store) -> None:
    def reason(since: date, until: date) -> str:
        with pytest.raises((UnknownParameter, NotFound)) as caught:
            history.between(store, CTS, since, until)
        return str(caught.value)

    assert reason(START, START + timedelta(days=1)) == "to: 2026-03-02 is still to come; today is 2026-03-01 (UTC)"
    assert reason(START, START - timedelta(days=1)).startswith("from: 2026-03-01 is after 2026-02-28")
    assert reason(date(2025, 1, 1), START).startswith("from 2025-01-01: this library began on 2026-03-01")


def test_a_shelf_tells_what_happened_since_each_study_came(store: Store) -> None:
    """The study that is retracted while another stands for it, and one that is taken off, included."""
    words = vocabulary()

    def shelves(day: date) -> None:
        if day == date(2026, 3, 2):
            shelving.create(store, "Early", ["wu2020perineural"], owner="ann", actor="ann")
        if day == date(2026, 3, 3):
            shelving.create(store, "Thesis", ["ke2021hydrodissection"], owner="ann", actor="ann")
        if day == date(2026, 3, 4):
            shelving.add(store, "thesis", ["wu2020perineural"], actor="ann")  # stands there already, as one study
        if day == date(2026, 3, 7):
            shelving.create(store, "Late", ["wu2020perineural", "ke2021hydrodissection"], owner="ann", actor="ann")

    scripted(store, shelves)

    def lines(slug: str, size: int = 50) -> list[str]:
        found, before = [], 0
        number = shelving.known(store, slug).id
        while True:
            entries, before = shelf_history.of_shelf(store, number, before=before, size=size)
            found += [f"{since.at:%d}: {changes.headline(entry, words)}" for entry, since in entries]
            if not before:
                return found

    wu, ke = "Wu 2020, Perineural dextrose", "Ke 2021, Hydrodissection in carpal tunnel syndrome: outcomes"
    assert lines("early")[-2:] == [
        f"02: Retracted: {wu} for carpal tunnel syndrome: a trial",
        f"02: Design changed from RCT to Cohort: {wu} for carpal tunnel syndrome: a trial",
    ]
    assert lines("thesis") == [
        f"03: PubMed has deleted its record: {ke}",
        f"03: Conditions: gained Carpal tunnel syndrome: {ke}",
        f"03: Conditions: lost Carpal tunnel syndrome: {ke}",
        f"03: Separated again: a study of its own, Cohort: {ke}",
        f"03: Merged into wu2020perineural: {ke}",
    ]
    assert [line[:20] for line in lines("late")] == [
        "07: PubMed has delet",
        "07: Title corrected ",
        "07: Retracted, and i",
        "07: Conditions: gain",
        "07: Excluded: [Retra",
    ]
    for slug in ("early", "thesis", "late"):
        assert lines(slug) == lines(slug, 1) == lines(slug, 2)


def test_an_old_store_learns_its_history_when_it_is_migrated(store: Store) -> None:
    scripted(store)
    with store.read() as connection:
        noted = connection.execute(history.TRAIL.select()).all()
    with store.migrating() as connection:
        connection.execute(history.TRAIL.delete())
        assert len(noted) > 10
        migration = import_module("evidence.store.migrations.versions.v0006_trail")
        migration.fill(connection, history.TRAIL)
        assert sorted(connection.execute(history.TRAIL.select()).all()) == sorted(noted)


def test_the_command_line_tells_it_too(monkeypatch: pytest.MonkeyPatch, store_url: str, store: Store) -> None:
    scripted(store)
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", store_url)
    monkeypatch.setenv("EVIDENCE_NOW", "2026-03-11T12:00:00Z")
    lines = run("history", CTS).stdout.splitlines()
    assert len(lines) == 15
    assert lines[0] == "day\tkey\twhat changed"
    assert lines[-1] == "2026-03-02\twu2020perineural\tNew RCT, n = 54. From test."
    assert run("history", CTS, "--limit", "3").stdout.splitlines() == lines[:4]
    since = run("history", CTS, "--since", "2026-03-02", "--until", "2026-03-06")
    assert since.stderr == "1 retracted, 1 changed\n"
    found = told_json("history", CTS, "--since", "2026-03-04", "--until", "2026-03-05")
    assert [(line["key"], line["kind"], line["what"]) for line in found] == [
        ("wu2020perineural", "alarm", ["Retracted"])
    ]
    for args, code in (((CTS, "--since", "x"), 2), (("gout",), 1), ((CTS, "--until", "2026-03-02"), 2)):
        result = run("history", *args)
        assert result.stderr.count("\n") == 1
        assert result.exit_code == code, result.stderr
