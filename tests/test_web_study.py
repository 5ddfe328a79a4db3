"""The page of one study, and the addresses that lead to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from evidence.records import Markup, Provenance
from evidence.views import RelationView
from tests import web_fakes as fakes
from tests.web_checks import foreign_scripts, parsed, words
from tests.web_studies import study
from web.app import create_app
from web.dossier import RELATIONS, dossier, relation

ONE = "/studies/ostrander2014dextrose"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=fakes.FakeQueries())  # type: ignore[arg-type]
    app.testing = True
    return app.test_client()


def test_reference_managers_find_their_tags(client: FlaskClient) -> None:
    page = parsed(client.get(ONE).text)
    meta = [(m.get("name"), m.get("content")) for m in page.xpath("//meta[starts-with(@name, 'citation_')]")]
    assert meta == [
        ("citation_title", "Invented study 4 of the median nerve"),
        ("citation_author", "Marlowe, Philippa"),
        ("citation_author_orcid", "https://orcid.org/0000-0002-1825-0097"),
        ("citation_author", "Invented <b>Study</b> Group"),
        ("citation_publication_date", "2014/03"),
        ("citation_journal_title", "Journal of Invented Medicine"),
        ("citation_journal_abbrev", "J Invent Med"),
        ("citation_issn", "1234-5678"),
        ("citation_volume", "3"),
        ("citation_issue", "2"),
        ("citation_firstpage", "10"),
        ("citation_lastpage", "19"),
        ("citation_doi", "10.9999/invent.4"),
        ("citation_pmid", "90000004"),
        ("citation_language", "de"),
        ("citation_keywords", "sugar <water>"),
    ]


def test_cite_as_is_the_doi_and_absent_for_a_lead(client: FlaskClient) -> None:
    assert client.get(ONE).headers["Link"] == '<https://doi.org/10.9999/invent.4>; rel="cite-as"'
    assert "Link" not in client.get("/studies/poster2012nerve").headers


def test_an_untitled_study_is_described_in_the_compilers_words() -> None:
    note = "Title not visible in the excerpt read; own description: An invented series."
    untitled = study(fakes.row(7, "anonnd", title=Markup(""), byline=""))
    provenance = Provenance(verification="publisher-page", note=note)
    record = replace(untitled.record, title=Markup(""), provenance=provenance)
    shown = dossier(replace(untitled, record=record), fakes.vocabulary())
    assert shown.description == "An invented series."
    assert shown.card.title == "[Title not seen]"
    assert shown.card.byline == "Authors not recorded"


def test_stored_markup_is_shown_and_stored_text_is_not_run(client: FlaskClient) -> None:
    body = client.get("/studies/pico2015hostile").text
    page = parsed(body)
    assert words(page.xpath("//h1")[0]) == "Dextrose <script>alert(1)</script> & in vitro CO2"
    assert [e.tag for e in page.xpath("//h1/*")] == ["i", "sub"]
    assert words(page.xpath("//div[@class='abstract']")[0]).startswith(
        "AIM To invent H2O <img src=x onerror=alert(1)>."
    )
    assert page.xpath("//img|//h1//b") == []
    assert foreign_scripts(page) == []


def test_a_retracted_study_says_so_first_with_its_notice(client: FlaskClient) -> None:
    page = parsed(client.get("/studies/quill2015retracted").text)
    banner = page.xpath("//*[@id='notices']")[0]
    assert words(banner).startswith("Retracted.")
    assert "Retracted in: J Invent Med. 2020;9:1 PMID 90000099" in words(banner)
    assert banner.xpath(".//a/@href") == ["https://pubmed.ncbi.nlm.nih.gov/90000099/"]
    before = banner.xpath("following::h1")
    assert len(before) == 1


def test_reasons_sources_merges_and_keys_are_all_there(client: FlaskClient) -> None:
    page = parsed(client.get(ONE).text)
    rows = {words(r[0]): words(r[1]) for r in page.xpath("//table[@class='reasons']/tbody/tr")}
    assert rows["Design RCT"] == "Publication type given by NLM: Randomized Controlled Trial pt"
    assert rows["Condition Carpal tunnel syndrome mentioned"] == "Words of the record: carpal <tunnel> phrase"
    assert rows["Intervention Saline comparator, rejected by a curator"] == "A curator said no"
    codes = [words(c) for c in page.xpath("//section[@aria-labelledby='cite']//code")]
    assert codes == ["ostrander2014dextrose", r"\cite{ostrander2014dextrose}", "[@ostrander2014dextrose]", "oldkey2014"]
    sources = page.xpath("//section[@aria-labelledby='sources']")[0]
    assert "PubMed 90000004" in words(sources)
    assert "bibtex refs.bib#m14 was joined on 22 November 2026, 12:00 UTC by machine (pmid): same PMID." in words(
        sources
    )
    assert "doi:10.9999/x" in words(page.xpath("//section[@aria-labelledby='identifiers']")[0])
    assert page.xpath("//p[@class='authors']//a/@href") == ["https://orcid.org/0000-0002-1825-0097"]
    assert page.xpath("string(//p[@class='vernacular']/@lang)") == "de"


def test_only_https_addresses_become_links(client: FlaskClient) -> None:
    page = parsed(client.get(ONE).text)
    block = page.xpath("//section[@aria-labelledby='provenance']")[0]
    assert block.xpath(".//a/@href") == ["https://example.org/a"]
    assert "javascript:alert(1)" in words(block)


def test_a_lead_says_what_it_is(client: FlaskClient) -> None:
    page = parsed(client.get("/studies/poster2012nerve").text)
    assert "Not yet identified: this reference has no PMID, DOI or PMCID." in words(page)


@pytest.mark.parametrize(
    ("address", "code", "target"),
    [
        ("/studies/oldkey2014", 301, ONE),
        ("/studies/OSTRANDER2014dextrose", 301, ONE),
        ("/pmid/90000004", 302, ONE),
        ("/pmid/090000004", 302, ONE),
        ("/doi/10.9999/INVENT.4", 302, ONE),
        ("/doi/10.9999%2Finvent.4", 302, ONE),
        ("/key/ostrander2014dextrose", 302, ONE),
    ],
)
def test_short_addresses_lead_to_the_study(client: FlaskClient, address: str, code: int, target: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (code, target)


@pytest.mark.parametrize(
    ("address", "code", "sentence"),
    [
        ("/pmid/123", 404, "PMID 123: no study in this library has it."),
        ("/pmid/abc", 400, "PMID: 'abc' is not 1 to 8 digits."),
        ("/doi/10.1/x", 400, "DOI: '10.1/x' is not a DOI."),
        ("/key/nobody1999", 404, "Citation key “nobody1999”: no study in this library has it."),
        ("/studies/nobody1999", 404, "Study “nobody1999”: no study in this library has this citation key."),
        ("/studies/%00%01x", 404, "Study “x”: no study in this library has this citation key."),
    ],
)
def test_what_is_not_here_is_named(client: FlaskClient, address: str, code: int, sentence: str) -> None:
    answer = client.get(address)
    assert answer.status_code == code
    assert words(parsed(answer.text).xpath("//p[@class='lead']")[0]) == sentence


@pytest.mark.parametrize("name", sorted(set(RELATIONS) - {"Cites", "CitedBy"}))
def test_a_relation_reads_the_same_from_either_side(name: str) -> None:
    """What A says of B, shown on A, is what B's own statement about A would show there."""

    def view(kind: str, *, incoming: bool) -> RelationView:
        return RelationView(
            type=kind, incoming=incoming, citation="", identifier="", url=None, study_key=None, study_title=Markup("")
        )

    words_, inverse = RELATIONS[name]
    assert relation(view(name, incoming=False)).words == words_
    assert relation(view(inverse, incoming=True)).words == words_


def test_an_unknown_relation_is_shown_by_its_name() -> None:
    view = RelationView(
        type="SomethingNewIn",
        incoming=True,
        citation="J. 1",
        identifier="x",
        url="http://a",
        study_key=None,
        study_title=Markup(""),
    )
    shown = relation(view)
    assert (shown.words, shown.link) == ("Something new in (stated by the other work)", None)
