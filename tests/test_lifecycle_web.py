"""The life cycle in the pages: who says what, alerts, and acknowledging one without hiding anything."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from evidence import retractions
from evidence.ingest import take
from evidence.lifecycle import retraction_watch
from evidence.settings import Settings
from evidence.store import Store, queries
from tests.lifecycle_cases import article, as_csv, notice, row
from tests.made import NOW, fresh_store, vocabulary
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, words
from web.app import create_app

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = "+<script>alert(1)</script>;+Error in Data;"


def read_list(store: Store, *rows: dict[str, str]) -> None:
    found = retraction_watch.read(io.BytesIO(as_csv(rows)), "rw.csv")
    retractions.take(store, vocabulary(), "retraction-watch", "rw.csv", found, actor="test")


@pytest.fixture
def store() -> Iterator[Store]:
    """A work that two sources call retracted, one that only the list does, one corrected, a clean one."""
    with fresh_store() as made:
        items = [article(1000), article(1001), article(1002), article(1003)]
        take(made, vocabulary(), items, actor="test")
        take(made, vocabulary(), [notice(2009, "RetractionOf", 1000), notice(2019, "ErratumFor", 1002)], actor="test")
        read_list(
            made, row(1, pmid=1000, notice_pmid="2009", reason=HOSTILE), row(2, pmid=1001, notice_doi="10.5555/n")
        )
        yield made


def client(store: Store, folder: Path, **changes: Any) -> FlaskClient:
    settings = Settings(database_url="sqlite://", data_dir=folder, now=lambda: NOW, **changes)
    return create_app(settings, store, vocabulary(), bind="127.0.0.1").test_client()


def page(site: FlaskClient, address: str) -> Any:
    answer = site.get(address, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert_policy_clean(answer.text)
    found = parsed(answer.text)
    assert_well_formed(found)
    return found


def status(site: FlaskClient, pmid: int) -> str:
    (section,) = page(site, f"/pmid/{pmid}").xpath("//section[@aria-labelledby='status']") or [None]
    return "" if section is None else words(section)


def test_the_study_page_says_who_says_what_and_when_it_was_checked(store: Store, tmp_path: Path) -> None:
    site = client(store, tmp_path)
    said = status(site, 1000)
    assert "PubMed, 2016, from its record of the notice" in said
    assert "Retraction Watch, 3 May 2016, from a row of its list" in said
    assert "Reasons given: <script>alert(1)</script>; Error in Data" in said
    assert "Last checked: PubMed 1 March 2026, 12:00 UTC; Retraction Watch 1 March 2026, 12:00 UTC (rw.csv)" in said
    assert "differ" not in said


def test_where_the_sources_differ_the_page_says_so(store: Store, tmp_path: Path) -> None:
    said = status(client(store, tmp_path), 1001)
    assert "The sources differ. PubMed: not retracted (it says nothing of this work)" in said
    assert "Retraction Watch: retracted" in said
    assert "DOI 10.5555/n" in said


def test_a_clean_study_has_no_such_section(store: Store, tmp_path: Path) -> None:
    assert status(client(store, tmp_path), 1003) == ""


def alerts(site: FlaskClient) -> list[str]:
    return [words(item) for item in page(site, "/alerts").xpath("//ol[@class='log']/li/h2")]


def test_alerts_are_listed_gravest_first_and_a_seen_one_leaves_the_list_only(store: Store, tmp_path: Path) -> None:
    site = client(store, tmp_path)
    before = alerts(site)
    assert [line.split()[0] for line in before] == ["Retraction", "Retraction", "Retraction", "Correction"]
    first = page(site, "/alerts").xpath("//form[@action='/alerts'][.//button[contains(., 'Seen')]]")[0]
    event = first.xpath(".//input[@name='event']/@value")[0]
    answer = site.post("/alerts", data={"event": event, "back": "alerts"}, headers=SAME_SITE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/alerts")
    assert alerts(site) == before[1:]
    again = site.post("/alerts", data={"event": event, "back": "study"}, headers=SAME_SITE)
    assert again.status_code == 303
    shown = page(site, again.headers["Location"].partition("#")[0])
    assert "seen by curator on 1 March 2026" in words(shown.xpath("//section[@aria-labelledby='status']")[0])
    assert "Retracted." in words(shown.xpath("//div[@id='notices']")[0])


def test_a_new_event_is_a_new_alert_and_what_is_no_longer_said_is_none(store: Store, tmp_path: Path) -> None:
    site = client(store, tmp_path)
    for event in page(site, "/alerts").xpath("//form[@action='/alerts']//input[@name='event']/@value"):
        site.post("/alerts", data={"event": event}, headers=SAME_SITE)
    assert alerts(site) == []
    read_list(store, row(1, pmid=1000, notice_pmid="2009", reason=HOSTILE), row(3, "Reinstatement", pmid=1001))
    assert [line.split()[0] for line in alerts(site)] == ["Reinstatement"]
    found = queries.study(store, vocabulary(), queries.find_key(store, vocabulary(), "pmid", "1001") or "")
    assert found is not None
    assert found.row.state == "none"


def test_what_a_reinstatement_takes_back_is_no_alert_and_no_reference_says_it(store: Store, tmp_path: Path) -> None:
    gone = [("RetractionIn", "3009", "J Inv. 2015 Feb 1;1:1")]
    take(store, vocabulary(), [article(1004, links=gone, types=["Retracted Publication"])], actor="test")
    rows = [row(1, pmid=1000), row(2, pmid=1001), row(5, pmid=1004, on="2/1/2015 0:00")]
    read_list(store, *rows, row(6, "Reinstatement", pmid=1004, on="2/1/2017 0:00"))
    site = client(store, tmp_path)
    shown = page(site, "/alerts").xpath("//ol[@class='log']/li[.//code[contains(., 'tarsal')]]/h2/span")
    assert [words(kind) for kind in shown] == ["Reinstatement"]
    said = status(site, 1004)
    assert "Taken back by a reinstatement of 1 February 2017" in said
    assert "The sources differ. PubMed: retracted. Retraction Watch: reinstated" in said
    assert "Retract" not in words(page(site, "/pmid/1004").xpath("//section[@aria-labelledby='references']")[0])


@pytest.mark.parametrize("event", ["", "x", "-1", "999999", "1", "9" * 40])
def test_what_is_no_status_event_cannot_be_seen(store: Store, tmp_path: Path, event: str) -> None:
    answer = client(store, tmp_path).post("/alerts", data={"event": event}, headers=SAME_SITE)
    assert answer.status_code in (400, 404)


def test_a_reader_sees_alerts_and_cannot_acknowledge(store: Store, tmp_path: Path) -> None:
    site = client(store, tmp_path, read_only=True)
    assert len(alerts(site)) == 4
    assert not page(site, "/alerts").xpath("//main//form")
    assert site.post("/alerts", data={"event": "1"}, headers=SAME_SITE).status_code == 403
