"""unAPI and COinS: what Zotero's connector takes from a page, and that it comes back to the same studies."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from evidence import formats, ingest, starter
from evidence.filters import Filter
from evidence.formats import _markup
from evidence.records import Author, Keyword, Markup, Record
from evidence.store import Store, queries
from evidence.text import from_plain
from evidence.views import TagView
from tests import web_fakes as fakes
from tests import zotero_items as zotero
from tests.awkward import EXAMPLES, study
from tests.formats_support import written
from tests.made import fresh_store, vocabulary
from tests.web_checks import parsed
from web.app import create_app
from web.coins import coins
from web.present import card
from web.unapi import OFFERS, unapi_id

CTS = "/conditions/carpal-tunnel-syndrome"


def client_of(store: Store, folder: Path) -> FlaskClient:
    app = create_app(fakes.settings(folder), store, vocabulary())
    app.testing = True
    return app.test_client()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The starter library, its pages, and what a connector takes from the page of a condition."""
    with fresh_store() as store:
        starter.load(store, vocabulary())
        client = client_of(store, tmp_path_factory.mktemp("library"))
        page = parsed(client.get(CTS).text)
        ids = page.xpath("//abbr[@class='unapi-id']/@title")
        server = page.xpath("string(//link[@rel='unapi-server'][@type='application/xml']/@href)")
        records = [client.get(f"{server}?id={i}&format=rdf_zotero") for i in ids]
        yield SimpleNamespace(store=store, client=client, page=page, ids=ids, server=server, records=records)


@pytest.fixture(scope="module")
def second() -> Iterator[Store]:
    """The starter library once more, to import into."""
    with fresh_store() as store:
        starter.load(store, vocabulary())
        yield store


def items_of(library: SimpleNamespace) -> list[zotero.Item]:
    return [item for answer in library.records for item in zotero.read(answer.data)]


def test_the_connector_takes_every_study_of_the_page_with_everything(library: SimpleNamespace) -> None:
    shown = [row.key for row in queries.listing(library.store, vocabulary(), Filter(condition=CTS[12:])).rows]
    items = items_of(library)
    assert library.ids == shown
    assert len(items) == len(shown) > 20
    for key, item in zip(shown, items, strict=True):
        one = queries.study(library.store, vocabulary(), key)
        assert one is not None
        known, _ = zotero.extra(item)
        assert known["Citation Key"] == item["citationKey"] == key
        assert known.get("PMID") == one.row.pmid
        assert known.get("PMCID") == one.row.pmcid
        assert item.get("DOI") == one.row.doi
        assert "condition: Carpal tunnel syndrome" in item["tags"]
        assert item.get("journalAbbreviation", "") == one.record.journal.abbreviation
        assert item.get("pages", "") == one.record.pages
        assert len(item.get("creators", ())) == len(one.record.authors) + len(one.record.editors)


@pytest.mark.parametrize("name", ["bibtex", "csl-json", "ris"])
def test_what_zotero_writes_of_it_is_the_same_studies(library: SimpleNamespace, second: Store, name: str) -> None:
    write = {"bibtex": zotero.bibtex, "csl-json": zotero.csl, "ris": zotero.ris}[name]
    # RIS from Zotero has no PMID, and a DOI alone joins nothing: one whose title nobody has seen would go to review.
    items = [item for item in items_of(library) if "title" in item or name != "ris"]
    text = write(items)
    found = list(formats.read(io.BytesIO(text.encode()), "zotero", name))
    assert [type(item) for item in found] == [Record] * len(items)
    assert len(items) >= len(library.ids) - 2
    before = keys_of(library.store)
    assert ingest.take(second, vocabulary(), found, actor="import").added == 0
    assert keys_of(second) == before
    with fresh_store() as empty:
        assert ingest.take(empty, vocabulary(), found, actor="import").added == len(items)
        if name != "ris":  # which has no place for keys and PMIDs in Zotero
            assert set(keys_of(empty)) == set(library.ids)
            assert {k: keys_of(empty)[k][:2] for k in library.ids} == {k: before[k][:2] for k in library.ids}


def test_our_tags_are_named_by_kind_and_never_come_back_as_keywords(library: SimpleNamespace) -> None:
    one = queries.study(library.store, vocabulary(), "wu2018randomized")
    assert one is not None
    keyword = Keyword(text="double-blind: a note")
    text = written([replace(one, record=replace(one.record, keywords=(keyword,)))], "zotero-rdf")
    (item,) = zotero.read(text)
    assert item["tags"] == [
        "condition: Carpal tunnel syndrome",
        "design: Randomised controlled trial",
        "feature: Double-blind",
        "intervention: 5% dextrose injection",
        "intervention: Perineural injection therapy",
        "comparator: Corticosteroid injection",
        "double-blind: a note",
    ]
    item["tags"] = [*item["tags"], "RETRACTED"]
    for name, write in (("bibtex", zotero.bibtex), ("ris", zotero.ris)):
        (found,) = formats.read(io.BytesIO(write([item]).encode()), "zotero", name)
        assert isinstance(found, Record)
        assert [k.text for k in found.keywords] == ["double-blind: a note"], name
        assert len([value for field, value in found.extra if field == "tag"]) == 7


def test_a_tags_name_holds_nothing_that_parts_keywords() -> None:
    said = {"kind": "condition", "slug": "x", "origin": "mesh", "status": "asserted", "evidence": "", "rule": ""}
    tag = TagView(label="Fasciitis, Plantar; chronic", **said)
    bare = study(Record(source="ris", external_id="x"), conditions=("x",), designs=(), interventions=())
    of = replace(bare, tags=(tag,))
    (item,) = zotero.read(written([of], "zotero-rdf"))
    assert item["tags"] == ["condition: Fasciitis – Plantar – chronic"]


def keys_of(store: Store) -> dict[str, tuple[str | None, str | None]]:
    found = queries.stream(store, vocabulary(), Filter(), leads=True)
    return {s.row.key: (s.row.pmid, s.row.doi) for s in found}


def test_formats_are_listed_for_all_and_for_one(library: SimpleNamespace) -> None:
    every, one = library.client.get("/unapi"), library.client.get(f"/unapi?id={library.ids[0]}")
    assert (every.status_code, one.status_code) == (200, 300)
    for answer in (every, one):
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    lists = [ElementTree.fromstring(answer.data) for answer in (every, one)]
    assert [found.get("id") for found in lists] == [None, library.ids[0]]
    for found in lists:
        assert found.tag == "formats"
        assert [f.get("name") for f in found] == list(OFFERS)
        assert all(f.get("type") and str(f.get("docs")).startswith("https://") for f in found)


@pytest.mark.parametrize("name", OFFERS)
def test_every_format_offered_is_there_under_its_type(library: SimpleNamespace, name: str) -> None:
    answer = library.client.get(f"/unapi?id={library.ids[0]}&format={name}")
    assert answer.status_code == 200
    assert answer.mimetype == OFFERS[name].media_type
    assert library.ids[0] in answer.text
    again = library.client.get(
        f"/unapi?id={library.ids[0]}&format={name}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert library.client.head(f"/unapi?id={library.ids[0]}&format={name}").status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("id=nobody1999", 404),
        ("id=nobody1999&format=rdf_zotero", 404),
        ("id=nobody1999&format=marc", 404),
        ("id=KEY&format=marc", 406),
        ("id=KEY&format=rdf_zotero%00", 406),
        ("id=%00&format=ris", 404),
        ("id=%25%25%25&format=ris", 404),
        ("id=KEY&id=KEY", 400),
        ("id=KEY&callback=f", 400),
    ],
)
def test_what_is_not_there_is_refused_in_a_line(library: SimpleNamespace, query: str, status: int) -> None:
    answer = library.client.get(f"/unapi?{query.replace('KEY', library.ids[0])}")
    assert answer.status_code == status
    assert answer.mimetype == "text/plain"
    assert answer.text.count("\n") == 1


def test_an_old_key_and_a_lead_can_be_taken_too(tmp_path: Path) -> None:
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=fakes.FakeQueries())  # type: ignore[arg-type]
    for wanted, key in (("oldkey2014", "ostrander2014dextrose"), ("poster2012nerve", "poster2012nerve")):
        (item,) = zotero.read(app.test_client().get(f"/unapi?id={wanted}&format=rdf_zotero").data)
        assert item["citationKey"] == key


@pytest.mark.parametrize("key", ["wu2018randomized", "a&b+c", "a;b?c/d:e", "+", "ü"])
def test_a_key_is_found_however_the_program_escapes(tmp_path: Path, key: str) -> None:
    held = (fakes.row(1, key),)
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=fakes.FakeQueries(held))  # type: ignore[arg-type]
    client = app.test_client()
    (given,) = parsed(client.get(CTS).text).xpath("//abbr[@class='unapi-id']/@title")
    assert given == unapi_id(key)
    for escaped in (given, quote(given, safe="")):
        assert client.get(f"/unapi?id={escaped}&format=ris").status_code == 200, escaped


@pytest.mark.parametrize("address", ["/", CTS, "/search?q=dextrose", "/about", "/studies/KEY", "/nowhere"])
def test_every_page_names_the_server_and_each_study_once(library: SimpleNamespace, address: str) -> None:
    page = parsed(library.client.get(address.replace("KEY", library.ids[0])).text)
    assert page.xpath("//link[@rel='unapi-server']/@href") == ["/unapi"]
    marks = page.xpath("//abbr[@class='unapi-id']")
    assert len({m.get("title") for m in marks}) == len(marks)
    assert len(marks) == len(page.xpath("//li[contains(@class, 'study ')]")) + address.startswith("/studies")
    for mark in (*marks, *page.xpath("//span[@class='Z3988']")):
        assert mark.get("hidden") is not None
        assert not mark.text_content()


def test_awkward_studies_are_items_with_their_words() -> None:
    items = zotero.read(written(list(EXAMPLES.values()), "zotero-rdf").encode())
    for (trouble, of), item in zip(EXAMPLES.items(), items, strict=True):
        known, rest = zotero.extra(item)
        named = [a for a in (*of.record.authors, *of.record.editors) if (a.family + a.given).strip(",; ")]
        assert known["Citation Key"] == of.row.key, trouble
        assert _markup.read(item.get("title", "")) == of.record.title, trouble
        assert len(item.get("creators", ())) == len(named), trouble
        assert any("key:" in line for line in rest) == bool(of.aliases), trouble


def test_a_retracted_study_says_so_in_tag_extra_and_note() -> None:
    (item,) = zotero.read(written([EXAMPLES["retracted"]], "zotero-rdf"))
    assert item["tags"][0] == "RETRACTED"
    said = "RETRACTED: this publication has been retracted; notice: "
    assert [line for line in item["extra"].split("\n") if line.startswith(said)]
    assert item["notes"][0].startswith("<p><strong>RETRACTED</strong>: this publication has been retracted")


@given(st.text(), st.text(), st.sampled_from(["]]>", "<!--", "\x00", "\x0b", "\ufffe", "\ud800", "\u202e", "&#0;"]))
def test_no_text_breaks_the_document(title: str, name: str, nasty: str) -> None:
    record = Record(
        source="ris",
        external_id="x",
        title=Markup(f"{from_plain(title)}{nasty}".replace("<", "&lt;")),
        authors=(Author(family=name + nasty), Author(family=nasty, is_group=True)),
        volume=nasty,
        pages=name,
        url=f"https://example.org/{nasty}",
    )
    text = written([study(record, key="safe2020")], "zotero-rdf")
    (item,) = zotero.read(text.encode("utf-8", "strict"))
    assert item["citationKey"] == "safe2020"


def pairs(of: Any) -> list[tuple[str, str]]:
    return parse_qsl(coins(card(of, fakes.vocabulary())), keep_blank_values=True, strict_parsing=True)


def test_an_article_of_a_list_is_an_openurl() -> None:
    assert pairs(
        fakes.row(
            4, "x", byline="Marlowe P, de la Cruz JM Jr et al.", citation="J Invent. Med. 2014;3(2 Suppl 1):e10-9"
        )
    ) == [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft.genre", "article"),
        ("rft.atitle", "Invented study 4 of the median nerve"),
        ("rft.jtitle", "J Invent. Med"),
        ("rft.date", "2014"),
        ("rft.volume", "3"),
        ("rft.issue", "2 Suppl 1"),
        ("rft.pages", "e10-9"),
        ("rft.au", "Marlowe, P"),
        ("rft.au", "de la Cruz, JM Jr"),
        ("rft_id", "info:pmid/90000004"),
        ("rft_id", "info:doi/10.9999/invent.4"),
    ]


@pytest.mark.parametrize(
    ("citation", "date"), [("In: Nerves of 1984. Boston: Invent; 2015", "2015"), ("2015", "2015"), ("", "")]
)
def test_what_is_no_article_is_an_openurl_of_dublin_core(citation: str, date: str) -> None:
    found = dict(pairs(fakes.row(4, "x", citation=citation, byline="", title=Markup(""))))
    assert found["rft_val_fmt"] == "info:ofi/fmt:kev:mtx:dc"
    assert found.get("rft.date", "") == date
    assert not {"rft.title", "rft.creator"} & set(found)


@given(st.text(), st.text(), st.text())
def test_no_row_breaks_its_openurl(title: str, byline: str, citation: str) -> None:
    row = fakes.row(4, "x", title=from_plain(title), byline=byline, citation=citation)
    assert pairs(row)[0] == ("ctx_ver", "Z39.88-2004")


def test_coins_stand_in_the_list_escaped(library: SimpleNamespace) -> None:
    spans = library.page.xpath("//li[contains(@class, 'study ')]//span[@class='Z3988']/@title")
    assert len(spans) == len(library.ids)
    for value in spans:
        assert dict(parse_qsl(value, strict_parsing=True))["ctx_ver"] == "Z39.88-2004"
