"""How the saved searches went, on the pages of now and of past days; and the trial registrations of past days."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from evidence import asking_crossref, asking_doi, curation_inclusion, search_run, shelving
from evidence.filters import Filter
from evidence.identifiers import parse
from evidence.settings import Settings
from evidence.store import Store, past, queries, registrations, runs
from evidence.vocabulary import Registration
from tests.made import fresh_store, record, vocabulary
from tests.test_grouping_store import taken
from tests.test_history import shown_now, shown_then, view
from tests.web_checks import parsed, words
from web.app import create_app

CTS = "carpal-tunnel-syndrome"
CUBITAL = "cubital-tunnel-syndrome"
WORDS = vocabulary()
SEARCH, OTHER = "carpal-tunnel", "cubital-tunnel"
PAGES = (Filter(), Filter(condition=CTS), Filter(condition=CUBITAL))
SIDE = (asking_crossref.RUN, asking_doi.RUN, search_run.RECHECK)


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as made:
        yield made


def at(store: Store, day: int, hour: int = 10) -> None:
    store.now = lambda: datetime(2026, 3, day, hour, tzinfo=UTC)


def begin(store: Store, name: str, query: str = "q") -> int:
    return runs.start(store, name, "" if name in SIDE else query, store.now())


def end(store: Store, number: int, state: str = "ok", found: int = 3, error: str = "") -> None:
    counts = {"added": found, "revised": 1}
    runs.finish(store, number, state=state, found=found, counts=counts, error=error, log=[], now=store.now())


def ran(store: Store, name: str, state: str = "ok", *, query: str = "q", error: str = "") -> None:
    end(store, begin(store, name, query), state, error=error)


def client(store: Store, folder: Path) -> FlaskClient:
    settings = Settings(database_url="sqlite://", data_dir=folder, now=store.now)
    app = create_app(settings, store, WORDS, bind="127.0.0.1")
    app.testing = True
    return app.test_client()


def trouble(store: Store, condition: str, day: int = 0) -> list[str]:
    wanted = Filter(condition=condition)
    shown = past.listing(store, WORDS, wanted, date(2026, 3, day)) if day else queries.listing(store, WORDS, wanted)
    assert shown.state is not None
    return [f"{run.search} {run.state}" for run in shown.state.troubled]


def test_every_day_shows_the_refreshes_as_they_stood_then(store: Store) -> None:
    """Good, failed, of Crossref alone, over midnight, cut off, of a search that is no more."""
    seen: dict[date, list[str]] = {}
    open_run = 0

    def over_midnight() -> None:
        nonlocal open_run
        open_run = begin(store, SEARCH)

    def cut_off() -> None:
        end(store, open_run)
        at(store, 5, 11)
        begin(store, OTHER)

    def taken_up() -> None:
        runs.interrupt_stale(store, OTHER, store.now())
        ran(store, "no-longer-saved", "failed")

    days: tuple[Callable[[], None], ...] = (
        lambda: ran(store, SEARCH),
        lambda: ran(store, "crossref", "failed"),
        lambda: ran(store, OTHER, "failed", error="500"),
        over_midnight,
        cut_off,
        taken_up,
        lambda: ran(store, "re-check"),
    )
    for number, happens in enumerate(days, 1):
        at(store, number)
        if number == 1:
            taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
        happens()
        seen[date(2026, 3, number)] = shown_now(store, PAGES)
    store.cache.clear()
    for day, pages in seen.items():
        assert shown_then(store, day, PAGES) == pages, day
    assert len({tuple(pages) for pages in seen.values()}) == 5, "Crossref's run and the re-check change no page"


@pytest.mark.parametrize("later", [OTHER, *SIDE])
def test_no_later_run_hides_that_a_search_failed(store: Store, later: str, tmp_path: Path) -> None:
    at(store, 1)
    taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
    ran(store, SEARCH)
    at(store, 2)
    ran(store, SEARCH, "failed", error="finds 0 records")
    ran(store, later)
    assert trouble(store, CTS) == trouble(store, CTS, 2) == [f"{SEARCH} failed"]
    assert trouble(store, CTS, 1) == []
    state = queries.state(store, WORDS)
    assert state.last_success is not None
    assert state.last_success.search == (OTHER if later == OTHER else SEARCH)
    web = client(store, tmp_path)
    for address in (f"/conditions/{CTS}", "/", f"/conditions/{CTS}?as-of=2026-03-02"):
        told = words(parsed(web.get(address).text).xpath("//p[@class='trouble']")[0])
        assert told == (
            f"The search {SEARCH} of 2 March 2026, 10:00 UTC failed (finds 0 records); what it found dates from before."
        )
    ran(store, SEARCH)
    assert trouble(store, CTS) == []


def test_a_condition_tells_only_of_the_searches_that_fill_it(store: Store) -> None:
    ran(store, SEARCH, "failed")
    assert SEARCH not in [run.split()[0] for run in trouble(store, CUBITAL)]


def test_only_a_query_that_was_run_is_quoted(store: Store, tmp_path: Path) -> None:
    """What was saved since was never searched; a past day quotes what its last good run asked."""

    web = client(store, tmp_path)

    def quoted(day: str = "") -> list[str]:
        page = parsed(web.get(f"/conditions/{CTS}{day}").text)
        block = page.xpath("//details[@class='searched']")[0]
        return [words(part) for part in (*block.xpath("summary"), *block.xpath(".//dd"))]

    at(store, 1)
    taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
    assert quoted()[0].startswith("Saved searches for this condition (none has been run yet)")
    at(store, 2)
    ran(store, SEARCH, query="wrist[tiab]")
    at(store, 3)
    ran(store, SEARCH, query="median[tiab]")
    at(store, 4)
    ran(store, SEARCH, "failed", query="nothing[tiab]")
    assert quoted()[0] == "Searched in PubMed as"
    assert "median[tiab] (from its next run on: " in " ".join(quoted())
    assert "median[tiab]" in quoted("?as-of=2026-03-03")
    assert "wrist[tiab]" in quoted("?as-of=2026-03-02")
    assert "none has been run" in quoted("?as-of=2026-03-01")[0]


def test_the_search_log_has_no_run_beside_those_of_the_searches(store: Store, tmp_path: Path) -> None:
    for name in (SEARCH, *SIDE):
        ran(store, name)
    web = client(store, tmp_path)
    logged = list(csv.DictReader(io.StringIO(web.get("/runs.csv").text)))
    assert [row["search"] for row in logged] == [SEARCH]
    for name in SIDE:
        assert web.get(f"/runs.csv?search={name}").status_code == 404
    assert web.get(f"/runs.csv?search={SEARCH}").status_code == 200


TRIAL = Registration(
    registry_id="NCT00000001",
    topic="dextrose",
    conditions=(CTS,),
    enrolment=40,
    published_as=parse("doi", "10.1000/right"),
    published_certain=False,
    url="",
    note="",
)


def test_registrations_are_published_as_the_day_knew_it(store: Store) -> None:
    """A DOI and a number that PubMed later takes back, and a DOI that others dispute."""
    doi = record("11", "Dextrose in the alpha cohort", pmid="11", doi="10.1000/right", volume="3")
    number = record(
        "12", "Dextrose in the bravo cohort", pmid="12", family="Ke", registration="NCT00000002", volume="3"
    )
    seen = {}
    mine = record("mine.ris#1", "The wrist", source="ris", doi="10.1000/third", family="Zed", year=1999, volume="1")
    days: tuple[Callable[[], object], ...] = (
        lambda: registrations.load_starter(
            store,
            [
                TRIAL,
                replace(TRIAL, registry_id="NCT00000002", published_as=None),
                replace(TRIAL, registry_id="NCT00000003", published_as=parse("doi", "10.1000/third")),
            ],
        ),
        lambda: taken(store, [doi, number], live=True),
        lambda: taken(store, [replace(doi, identifiers=(parse("pmid", "11"), parse("doi", "10.1000/x")), version=2)]),
        lambda: taken(store, [replace(number, identifiers=(parse("pmid", "12"),), version=2)], live=True),
        lambda: taken(store, [mine]),
        lambda: taken(store, [record("21", "Outcomes", pmid="21", doi="10.1000/third", family="Quux", year=2019)]),
        lambda: taken(store, [record("22", "Athletes", pmid="22", doi="10.1000/third", family="Roe", year=2020)]),
    )
    wanted = Filter(condition=CTS)
    for day, happens in enumerate(days, 1):
        at(store, day)
        happens()
        seen[date(2026, 3, day)] = queries.listing(store, WORDS, wanted)
    store.cache.clear()
    for past_day, shown in seen.items():
        then = past.listing(store, WORDS, wanted, past_day)
        assert then.registrations == shown.registrations, past_day
        assert view(then) == view(shown), past_day
    assert len({tuple(r.published_as for r in shown.registrations) for shown in seen.values()}) >= 5


def test_a_page_that_shows_only_now_refuses_a_day(store: Store, tmp_path: Path) -> None:
    taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
    key = queries.find_key(store, WORDS, "pmid", "11")
    web = client(store, tmp_path)
    assert key is not None
    shelf = shelving.create(store, "Thesis", [key], owner="curator", actor="curator").shelf
    for address in ("/", f"/studies/{key}", f"/shelves/{shelf.slug}"):
        assert web.get(address).status_code == 200
        refused = web.get(f"{address}?as-of=2026-03-01")
        assert refused.status_code == 400
        assert "As-of: this page shows only how it is now" in refused.text
    shelving.share(store, shelf.slug, "public", actor="curator")
    assert "what stood on it on any past day" in words(parsed(web.get(f"/shelves/{shelf.slug}").text))


def test_a_copy_of_yesterdays_history_is_not_current(store: Store, tmp_path: Path) -> None:
    """The page's form and its address of today's page hold the day."""
    at(store, 1)
    taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
    web = client(store, tmp_path)
    for more in ("", "?from=2026-03-01"):
        address = f"/conditions/{CTS}/history{more}"
        at(store, 1)
        copy = {"If-None-Match": web.get(address).headers["ETag"]}
        assert web.get(address, headers=copy).status_code == 304
        at(store, 2)
        assert web.get(address, headers=copy).status_code == 200


@pytest.mark.parametrize("verdict", ["excluded", "included"])
def test_what_does_not_belong_here_is_offered_to_no_index(store: Store, tmp_path: Path, verdict: Any) -> None:
    taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
    key = queries.find_key(store, WORDS, "pmid", "11")
    curation_inclusion.decide(store, WORDS, [str(key)], verdict, actor="ann")
    page = parsed(client(store, tmp_path).get(f"/studies/{key}").text)
    here = verdict == "included"
    assert bool(page.xpath("//meta[starts-with(@name, 'citation_')]")) is here
    assert bool(page.xpath("//script[@type='application/ld+json']")) is here
    assert bool(page.xpath("//meta[@name='robots' and @content='noindex']")) is not here
    assert "no feed" not in words(page)


def test_who_was_asked_of_retractions_is_named_until_pubmed_was(store: Store, tmp_path: Path) -> None:
    web = client(store, tmp_path)

    def fresh() -> list[str]:
        pages = (f"/conditions/{CTS}", "/", "/search", "/search?q=dextrose", "/about")
        return [words(parsed(web.get(a).text).xpath("//p[@class='fresh']")[0]) for a in pages]

    def told() -> list[str]:
        items = parsed(web.get("/about").text).xpath("//section[@aria-labelledby='retractions']//li")
        return [words(item) for item in items]

    at(store, 1)
    taken(store, [record("11", "Dextrose for carpal tunnel syndrome: a trial", pmid="11")])
    assert all("have not been checked in PubMed yet. Refreshes" in line for line in fresh())
    assert told() == ["PubMed: not asked yet", "Crossref and lists of retractions: not asked yet"]
    ran(store, asking_crossref.RUN)
    assert all("Checked elsewhere: Crossref on 1 March 2026, 10:00 UTC." in line for line in fresh())
    assert told() == ["PubMed: not asked yet", "Crossref: last checked 1 March 2026, 10:00 UTC"]
    ran(store, SEARCH)
    assert not any("checked" in line for line in fresh())
    assert told()[0] == "PubMed: last refreshed 1 March 2026, 10:00 UTC"
