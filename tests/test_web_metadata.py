"""The study page for programs (Highwire tags, JSON-LD) and for writers (references, entry, keys, the copy script)."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

import web
from evidence import citing, formats
from evidence.records import Author, Journal, Record
from evidence.text import from_plain, plain
from tests import web_fakes as fakes
from tests.awkward import EXAMPLES, study
from tests.web_checks import Page, foreign_scripts, parsed, words
from tests.web_studies import study as web_study
from web.app import create_app
from web.citing import citations
from web.metadata import highwire, linked_data

ONE = "/studies/ostrander2014dextrose"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=fakes.FakeQueries())  # type: ignore[arg-type]
    app.testing = True
    return app.test_client()


def data_of(page: Page) -> dict[str, Any]:
    (block,) = page.xpath("//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(block.text)
    return found


def test_the_page_holds_the_article_as_schema_org_names_it(client: FlaskClient) -> None:
    found = data_of(parsed(client.get(ONE).text))
    assert found["@context"] == "https://schema.org"
    assert found["@type"] == "MedicalScholarlyArticle"
    assert found["@id"] == "https://pubmed.ncbi.nlm.nih.gov/90000004/"
    assert found["name"] == "Invented study 4 of the median nerve"
    assert found["author"][0] == {
        "@type": "Person",
        "name": "Philippa Marlowe",
        "givenName": "Philippa",
        "familyName": "Marlowe",
        "identifier": "https://orcid.org/0000-0002-1825-0097",
    }
    assert found["author"][1] == {"@type": "Organization", "name": "Invented <b>Study</b> Group"}
    issue = found["isPartOf"]
    assert (issue["issueNumber"], issue["isPartOf"]["volumeNumber"]) == ("2", "3")
    assert issue["isPartOf"]["isPartOf"] == {
        "@type": "Periodical",
        "name": "Journal of Invented Medicine",
        "alternateName": "J Invent Med",
        "issn": "1234-5678",
    }
    assert (found["datePublished"], found["pagination"], found["inLanguage"]) == ("2014-03", "10-19", ["de"])
    assert found["publicationType"] == ["Randomized Controlled Trial"]
    assert found["about"] == [{"@type": "MedicalCondition", "name": "Carpal tunnel syndrome"}]
    assert {i["propertyID"]: i["value"] for i in found["identifier"]} == {
        "pmid": "90000004",
        "doi": "10.9999/invent.4",
        "pmcid": "PMC9990004",
    }
    assert "creativeWorkStatus" not in found


@pytest.mark.parametrize(("relation", "incoming"), [("RetractionIn", False), ("RetractionOf", True)])
def test_a_retraction_is_said_with_its_notice(relation: str, incoming: bool) -> None:
    one = web_study(fakes.row(3, "quill2015retracted", state="retracted"))
    notice = replace(one.relations[0], type=relation, incoming=incoming)
    found = json.loads(linked_data(replace(one, relations=(notice, *one.relations[1:])), fakes.vocabulary()))
    assert found["creativeWorkStatus"] == "Retracted"
    assert found["correction"] == [
        {
            "@type": "CorrectionComment",
            "name": "Retraction",
            "text": "J Invent Med. 2020;9:1",
            "url": "https://pubmed.ncbi.nlm.nih.gov/90000099/",
        }
    ]


@pytest.mark.parametrize(("relation", "incoming"), [("RetractionIn", True), ("RetractionOf", False)])
def test_a_notice_is_not_said_to_be_retracted(relation: str, incoming: bool) -> None:
    one = web_study(fakes.row(3, "quill2015notice"))
    notice = replace(one.relations[0], type=relation, incoming=incoming)
    found = json.loads(linked_data(replace(one, relations=(notice,)), fakes.vocabulary()))
    assert not {"creativeWorkStatus", "correction"} & set(found)


def test_awkward_studies_are_data_that_ends_no_element() -> None:
    for trouble, of in EXAMPLES.items():
        text = linked_data(of, fakes.vocabulary())
        assert text.isascii(), trouble
        assert not set(text) & set("<>&"), trouble
        assert json.loads(text).get("name", "") == plain(of.record.title), trouble


@given(st.text())
def test_no_text_leaves_the_script_element(text: str) -> None:
    nasty = f"{text}</script><!--<script>{text}\u2028]]>"
    record = Record(source="ris", external_id="x", title=from_plain(nasty), authors=(Author(family=nasty),))
    body = (
        f"<html><script type='application/ld+json'>{linked_data(study(record), fakes.vocabulary())}</script><p></html>"
    )
    (block,) = parsed(body.encode("utf-8", "replace").decode()).xpath("//script")
    assert json.loads(block.text)["author"][0]["familyName"] == nasty


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        ("chapter", "citation_inbook_title"),
        ("conference", "citation_conference_title"),
        ("thesis", "citation_dissertation_institution"),
        ("book", "citation_publisher"),
    ],
)
def test_what_is_no_article_says_where_it_stands(trouble: str, name: str) -> None:
    assert dict(highwire(EXAMPLES[trouble].record))[name]


def test_tags_without_a_date_or_names_are_left_out() -> None:
    record = Record(source="ris", external_id="x", journal=Journal(title="J Invent"), pages="e12")
    assert highwire(record) == [("citation_journal_title", "J Invent"), ("citation_firstpage", "e12")]


def test_references_in_every_style_and_the_entry_stand_in_the_page(client: FlaskClient) -> None:
    page = parsed(client.get(ONE).text)
    block = page.xpath("//section[@aria-labelledby='references']")[0]
    one = web_study(next(r for r in fakes.rows() if r.key == "ostrander2014dextrose"))
    for style in citing.STYLES:
        assert words(block.xpath(f".//*[@id='cite-{style}']")[0]) == citing.cite(one, style, "text")
        assert any(words(dt).startswith(citing.NAMES[style]) for dt in block.xpath(".//dt"))
    (entry,) = block.xpath(".//pre[@id='cite-bibtex']")
    (item,) = formats.read(io.BytesIO(entry.text_content().encode()), "page", "bibtex")
    assert isinstance(item, Record)
    assert item.keys[0] == "ostrander2014dextrose"
    assert item.id("doi") == "10.9999/invent.4"
    assert not item.abstract
    assert words(page.xpath("//*[@id='cite-key']")[0]) == "ostrander2014dextrose"
    assert words(page.xpath("//*[@id='cite-markdown']")[0]) == "[@ostrander2014dextrose]"
    assert page.xpath("//a[@href='#references']")


def test_references_hold_inline_elements_and_text_only() -> None:
    for trouble, of in EXAMPLES.items():
        for reference in citations(of).references:
            body = parsed(f"<html><body><p id='r'>{reference.html}</p><i>after</i></body></html>")
            (found,) = body.xpath("//p[@id='r']")
            assert {e.tag for e in found.iter()} <= {"p", "i", "b", "u", "sub", "sup"}, trouble
            assert not [e for e in found.iter() if e.attrib and e is not found], trouble
            assert " ".join(found.text_content().split()) == citing.cite(of, reference.style, "text"), trouble


def test_buttons_wait_for_the_script_and_say_what_they_copy(client: FlaskClient) -> None:
    page = parsed(client.get(ONE).text)
    buttons = page.xpath("//button[contains(@class, 'copy')]")
    assert len(buttons) == 3 + len(citing.STYLES) + 1
    assert len({b.get("aria-label") for b in buttons}) == len(buttons)
    for button in buttons:
        assert button.get("hidden") is not None
        assert button.get("type") == "button"
        assert len(page.xpath(f"//*[@id='{button.get('data-copy')}']")) == 1
        assert button.get("aria-label") == f"Copy {button.get('data-what')}"


def test_the_script_is_this_sites_own_and_allowed_after_a_304_too(client: FlaskClient) -> None:
    first = client.get(ONE)
    again = client.get(ONE, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    for answer in (first, again):
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
    page = parsed(first.text)
    assert foreign_scripts(page) == []
    (address,) = page.xpath("//script/@src")
    script = client.get(address)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert not re.search(r"eval|fetch\(|import\(|innerHTML\s*=|insertAdjacent|document\.write", script.text)
    for other in ("/", "/conditions/carpal-tunnel-syndrome", "/search?q=CTS", "/about", "/studies/nobody1999"):
        assert "script-src 'none'" in client.get(other).headers["Content-Security-Policy"], other


def test_the_files_of_the_cite_block_are_in_the_package() -> None:
    folder = Path(web.__file__).parent
    assert (folder / "static" / "cite.js").is_file()
    assert (folder / "templates" / "unapi.xml").is_file()
