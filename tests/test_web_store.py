"""The pages over the real store: the starter library whole, and records made to be awkward."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from evidence import ingest, starter, vocabulary
from evidence.filters import Filter
from evidence.identifiers import Identifier
from evidence.records import Author, Dated, Journal, Markup, PartialDate, Record, Relation
from evidence.settings import Settings
from evidence.store import Store, create, queries
from evidence.vocabulary import Vocabulary
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, shown_keys, words
from web.app import create_app

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CTS = "/conditions/carpal-tunnel-syndrome"


@pytest.fixture(scope="module")
def vocab() -> Vocabulary:
    return vocabulary.load()


def opened(folder: Path, words_: Vocabulary) -> tuple[Store, FlaskClient]:
    settings = Settings(database_url=f"sqlite:///{folder / 'evidence.db'}", data_dir=folder, now=lambda: NOW)
    store = create(settings.database_url, settings.now)
    app = create_app(settings, store, words_)
    app.testing = True
    return store, app.test_client()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, vocab: Vocabulary) -> Iterator[tuple[Store, FlaskClient]]:
    """The starter library; read only."""
    store, client = opened(tmp_path_factory.mktemp("library"), vocab)
    starter.load(store, vocab)
    yield store, client
    store.close()


@pytest.fixture
def empty(tmp_path: Path, vocab: Vocabulary) -> Iterator[tuple[Store, FlaskClient]]:
    """A store with nothing in it."""
    store, client = opened(tmp_path, vocab)
    yield store, client
    store.close()


def test_every_condition_of_the_starter_library_has_a_page(
    library: tuple[Store, FlaskClient], vocab: Vocabulary
) -> None:
    for slug in vocab.conditions:
        answer = library[1].get(f"/conditions/{slug}")
        assert answer.status_code == 200, slug
        assert_well_formed(parsed(answer.text))
        assert_policy_clean(answer.text)


def test_every_study_and_lead_of_the_starter_library_has_a_page(
    library: tuple[Store, FlaskClient], vocab: Vocabulary
) -> None:
    store, client = library
    keys = [study.row.key for study in queries.stream(store, vocab, Filter(), leads=True)]
    assert len(keys) > 150
    for key in keys:
        answer = client.get(f"/studies/{key}")
        assert answer.status_code == 200, key
        assert_well_formed(parsed(answer.text))
        assert_policy_clean(answer.text)


def test_the_counts_of_home_are_those_of_the_condition_pages(library: tuple[Store, FlaskClient]) -> None:
    page = parsed(library[1].get("/").text)
    rows = page.xpath("//tbody/tr[th[@class='name']]")
    assert len(rows) > 30
    for row in rows:
        trials = words(row.xpath("./td[@data-label='Trials']/span")[0])
        shown = parsed(library[1].get(row.xpath("string(.//a/@href)")).text)
        summary = " ".join(words(p) for p in shown.xpath("//p[@class='summary']"))
        found = re.search(r"(\d+) trials?(?! with)", summary)
        assert trials == (found[1] if found else "0–")


def test_cts_finds_carpal_tunnel_syndrome(library: tuple[Store, FlaskClient]) -> None:
    for query in ("CTS", "carpal+tunnel+syndrome", "median+neuropathy+at+the+wrist"):
        page = parsed(library[1].get(f"/search?q={query}").text)
        assert page.xpath("//ul[@class='matches']//a/@href")[0] == CTS, query


@pytest.mark.parametrize("identifier", ["28778254", "10.1002/ana.25332", "wu2018randomized"])
def test_an_identifier_finds_its_study(library: tuple[Store, FlaskClient], identifier: str) -> None:
    assert len(shown_keys(parsed(library[1].get(f"/search?q={identifier}").text))) == 1


@pytest.mark.parametrize("ext", ["bib", "ris", "json", "csv"])
def test_filtered_files_and_pages_agree(library: tuple[Store, FlaskClient], ext: str) -> None:
    query = "design=rct&intervention=dextrose-5&since=2015"
    shown = shown_keys(parsed(library[1].get(f"{CTS}?{query}").text))
    text = library[1].get(f"{CTS}.{ext}?{query}").text
    assert len(shown) > 3
    assert [key for key in shown if key not in text] == []


@pytest.mark.parametrize(
    "address",
    [
        f"{CTS}?after=zzz",
        f"{CTS}?after=1.2",
        f"{CTS}?after=9.9.9.9",
        f"{CTS}?after=%00",
        f"{CTS}?since=0",
        f"{CTS}?since=2024&until=1999",
        "/search?q=%00",
        "/search?q=%22",
        "/search?q=%22unbalanced",
        "/search?q=a*+OR+b)+NEAR/2+-c",
        "/search?q=%25_%27%3B--",
        "/search?q=" + "%F0%9F%A6%B4" * 100,
        "/search?q=" + "a+" * 199,
        "/search?q=CTS&after=1.2.3",
        "/studies/%00",
        "/studies/" + "x" * 3000,
        "/key/%27%20OR%201=1",
        "/doi/10.1000/%00",
        "/pmid/99999999",
    ],
)
def test_nonsense_gets_a_plain_answer(library: tuple[Store, FlaskClient], address: str) -> None:
    answer = library[1].get(address)
    assert answer.status_code in (200, 400, 404)
    assert_well_formed(parsed(answer.text))


def test_an_empty_store_is_honest_everywhere(empty: tuple[Store, FlaskClient]) -> None:
    client = empty[1]
    assert "Not yet refreshed from PubMed." in words(parsed(client.get("/").text))
    assert "No study of this condition." in words(parsed(client.get(CTS).text))
    assert "No study in this library matches" in words(parsed(client.get("/search?q=dextrose").text))
    for address in ("/about", f"{CTS}.bib", "/search.csv?q=x", "/readyz"):
        assert client.get(address).status_code == 200


def made(pmid: str, title: str, **fields: object) -> Record:
    return Record(
        source="pubmed",
        external_id=pmid,
        identifiers=(Identifier("pmid", pmid),),
        title=Markup(title),
        authors=(Author(family="Invented Group of <Nobody>", is_group=True),),
        journal=Journal(abbreviation="J Invent"),
        dates=(Dated(kind="issue", date=PartialDate(year=2021)),),
        **fields,  # type: ignore[arg-type]
    )


def test_a_retracted_and_hostile_record_is_shown_for_what_it_is(
    empty: tuple[Store, FlaskClient], vocab: Vocabulary
) -> None:
    store, client = empty
    before = client.get(CTS).headers["ETag"]
    notice = Relation(type="RetractionIn", targets=(Identifier("pmid", "90000099"),), citation="J Invent. 2022;1:1")
    title = (
        "&lt;script&gt;alert(1)&lt;/script&gt; of 5% dextrose in carpal tunnel syndrome: a randomised controlled trial"
    )
    taken = ingest.take(store, vocab, [made("90000001", title, relations=(notice,))], actor="test")
    assert taken.added == 1
    answer = client.get(CTS, headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert "<script" not in answer.text
    page = parsed(answer.text)
    row = page.xpath("//li[contains(@class, 'is-retracted')]")[0]
    assert words(row[0]).startswith("Retracted.")
    assert words(page.xpath("//p[@class='summary']")[0]) == "1 retracted"
    key = shown_keys(page)[0]
    banner = parsed(client.get(f"/studies/{key}").text).xpath("//*[@id='notices']")[0]
    assert "Retracted in:" in words(banner)
    assert "https://pubmed.ncbi.nlm.nih.gov/90000099/" in banner.xpath(".//a/@href")
