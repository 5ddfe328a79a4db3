"""The page of refreshes, the search log, and "refresh now" from the click to the run that answers it."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from evidence.settings import Settings
from evidence.store import Store, create, requests, runs
from tests.cli_runner import run
from tests.eutils_server import EutilsServer
from tests.made import NOW, vocabulary
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, words
from web.app import create_app

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = '=HYPERLINK("http://x.invalid") <script>alert(1)</script>'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create(f"sqlite:///{tmp_path / 'e.db'}", lambda: NOW) as made:
        yield made


@pytest.fixture
def client(store: Store, tmp_path: Path) -> FlaskClient:
    return application(store, tmp_path)


def application(store: Store, folder: Path, **changes: Any) -> FlaskClient:
    settings = Settings(database_url="sqlite://", data_dir=folder, now=lambda: NOW, **changes)
    app = create_app(settings, store, vocabulary(), bind="127.0.0.1")
    app.testing = True
    return app.test_client()


def page(client: FlaskClient, address: str = "/runs") -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert_policy_clean(answer.text)
    found = parsed(answer.text)
    assert_well_formed(found)
    return found


def ran(store: Store, search: str, state: str, **values: Any) -> None:
    number = runs.start(store, search, values.pop("query", "dextrose[tiab]"), NOW, values.pop("since", None))
    said = {"found": 12, "counts": {"added": 3, "merged": 0}, "error": "", "log": [], "translation": "", **values}
    runs.finish(store, number, state=state, now=NOW + timedelta(seconds=125), **said)


def rows(client: FlaskClient, address: str = "/runs.csv") -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_before_the_first_run_the_page_says_so(client: FlaskClient) -> None:
    assert "No search has been run yet" in words(page(client))
    assert rows(client) == []


def test_a_run_is_told_with_its_counts_its_time_and_its_query(store: Store, client: FlaskClient) -> None:
    ran(store, "core", "ok", translation='"glucose"[MeSH Terms]', log=["asked again after 2.0 s"])
    ran(store, "wide", "failed", error="127.0.0.1 is away", counts={})
    told = words(page(client))
    for said in ("12: 3 added", "2 min 5 s", "dextrose[tiab]", '"glucose"[MeSH Terms]', "asked again after 2.0 s"):
        assert said in told
    assert "127.0.0.1 is away" in told
    assert "merged" not in told


def test_every_page_leads_to_it(client: FlaskClient) -> None:
    assert page(client, "/").xpath("//p[@class='fresh']/a[@href='/runs']")


def test_what_pubmed_says_is_shown_as_text_and_runs_in_no_spreadsheet(store: Store, client: FlaskClient) -> None:
    ran(store, "core", "failed", query=HOSTILE, translation=HOSTILE, error=HOSTILE, log=[HOSTILE])
    assert "<script>alert" not in client.get("/runs").text
    (row,) = rows(client)
    cells = [row[name] for name in ("query as written", "query as translated", "error")]
    assert cells == [f"'{HOSTILE}"] * 3


def test_the_search_log_has_what_prisma_s_asks_for(store: Store, client: FlaskClient) -> None:
    ran(store, "core", "ok", translation="glucose")
    ran(store, "wide", "ok", since=NOW.date())
    ran(store, "re-check", "ok", query="")
    first, second = rows(client)
    assert first == {
        "database": "PubMed (National Library of Medicine)", "platform": "NCBI E-utilities", "search": "core",
        "date": "2026-03-01 12:00 UTC", "query as written": "dextrose[tiab]", "query as translated": "glucose",
        "limits": "none", "records found": "12", "of which new": "3", "revised": "0", "state": "ok", "error": "",
    }  # fmt: skip
    assert (second["search"], second["limits"]) == ("wide", "Entrez date from 2026-03-01")
    assert [row["search"] for row in rows(client, "/runs.csv?search=wide")] == ["wide"]
    assert client.get("/runs.csv?search=nosuch").status_code == 404


def test_refresh_now_is_queued_once_and_shown(store: Store, client: FlaskClient) -> None:
    for _ in range(2):
        assert client.post("/runs", headers=SAME_SITE).status_code == 303
    assert len(requests.waiting(store)) == 1
    assert "queued" in words(page(client))
    requests.take(store, requests.waiting(store))
    assert "is running" in words(page(client))
    assert requests.waiting(store) == (1,)  # nobody holds the lock: who took it up is gone
    with runs.lock(store):
        assert requests.waiting(store) == ()
    requests.finish(store, (1,), "PubMed was away")
    assert "It ended badly: PubMed was away" in words(page(client))
    assert requests.waiting(store) == ()


def test_who_may_not_write_is_not_asked(store: Store, client: FlaskClient, tmp_path: Path) -> None:
    reader = application(store, tmp_path, read_only=True)
    assert not page(reader).xpath("//main//form")
    assert reader.post("/runs", headers=SAME_SITE).status_code == 403
    assert client.post("/runs", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert requests.newest(store) is None


@pytest.fixture
def eutils(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EutilsServer]:
    with EutilsServer(5) as server:
        monkeypatch.setenv("EVIDENCE_EUTILS_URL", server.url)
        monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
        monkeypatch.setenv("EVIDENCE_DATABASE_URL", f"sqlite:///{tmp_path / 'e.db'}")
        monkeypatch.setenv("EVIDENCE_NOW", NOW.isoformat())
        yield server


def test_a_request_is_taken_up_when_nothing_is_due(store: Store, client: FlaskClient, eutils: EutilsServer) -> None:
    assert run("refresh", "--due").exit_code == 0
    eutils.seen.clear()
    assert run("refresh", "--due").stdout == ""
    client.post("/runs", headers=SAME_SITE)
    assert ": ok;" in run("refresh", "--due").stdout
    found = requests.newest(store)
    assert found is not None
    assert (found.state, found.actor, found.error) == ("done", "curator", "")
    assert "is done" in words(page(client))
    assert run("refresh", "--due").stdout == ""


def test_a_request_whose_runs_failed_says_which(store: Store, client: FlaskClient, eutils: EutilsServer) -> None:
    assert run("refresh", "--due").exit_code == 0
    client.post("/runs", headers=SAME_SITE)
    eutils.pmids.clear()  # every search suddenly finds nothing
    assert run("refresh", "--due").exit_code == 1
    failed = len(vocabulary().searches)
    assert f"It ended badly: {failed} of {failed} failed: " in words(page(client))


def test_the_loop_takes_a_request_up_within_a_minute(
    store: Store, client: FlaskClient, eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            client.post("/runs", headers=SAME_SITE)
        if len(pauses) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    told = run("refresh", "--loop").stdout
    searches = len(vocabulary().searches)
    assert told.count(": ok;") == 2 * searches  # at once, and when it was asked for
    assert set(pauses) == {60.0}


def test_a_request_waits_while_another_refresh_is_under_way(store: Store, eutils: EutilsServer) -> None:
    requests.ask(store, "ann")
    with runs.lock(store):
        assert run("refresh", "--due").exit_code == 1
    assert len(requests.waiting(store)) == 1
