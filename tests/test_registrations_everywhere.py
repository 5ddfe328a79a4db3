"""A number that title, abstract or keywords name reaches the library from every format, its page and its exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import text

from evidence import formats, retag
from evidence.identifiers import parse
from evidence.ingest import take
from evidence.records import Keyword, Record
from evidence.store import Store, create, queries
from evidence.views import Study
from tests.made import clock, fresh_store, record, vocabulary
from web.dossier import dossier

SAID = "Forty walkers were randomised. Trial registration: NCT00000001."
NUMBERS = ("NCT00000001", "DRKS00000002")
XML = f"""<PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">31000106</PMID>
<Article><Journal><JournalIssue><PubDate><Year>2019</Year></PubDate></JournalIssue><Title>J</Title></Journal>
<ArticleTitle>Warm saline</ArticleTitle><Abstract><AbstractText>{SAID}</AbstractText></Abstract></Article>
<KeywordList Owner="NOTNLM"><Keyword>DRKS00000002</Keyword></KeywordList></MedlineCitation></PubmedArticle>
</PubmedArticleSet>"""
FILES = {
    "x.nbib": f"PMID- 31000101\nTI  - Warm saline\nAB  - {SAID}\nOT  - DRKS00000002\nDP  - 2019\n\n",
    "x.ris": f"TY  - JOUR\nTI  - Warm saline\nAB  - {SAID}\nKW  - DRKS00000002\nDO  - 10.5555/r\nER  - \n",
    "x.bib": f"@article{{k, title={{Warm saline}}, abstract={{{SAID}}}, keywords={{DRKS00000002}}, doi={{10.5555/b}}}}",
    "x.csv": f'doi,title,abstract,keywords\n10.5555/c,Warm saline,"{SAID}",DRKS00000002\n',
    "x.json": '[{"type":"article-journal","id":"j","title":"Warm saline","DOI":"10.5555/j","keyword":"DRKS00000002",'
    f'"abstract":"{SAID}"}}]',
    "x.enw": f"%0 Journal Article\n%T Warm saline\n%X {SAID}\n%K DRKS00000002\n%R 10.5555/e\n",
    "x.xml": XML,
    "x.jsonl": f'{{"pmid":"31000107","title":"Warm saline","abstract":"{SAID}","keywords":["DRKS00000002"]}}\n',
}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


def only(store: Store) -> Study:
    with store.read() as connection:
        (row,) = connection.execute(text("SELECT key FROM cite_key WHERE is_primary")).all()
    found = queries.study(store, vocabulary(), row.key)
    assert found is not None
    return found


@pytest.mark.parametrize("name", FILES)
def test_from_every_format_to_page_and_export_and_back(name: str) -> None:
    with fresh_store() as store:
        take(store, vocabulary(), formats.read(BytesIO(FILES[name].encode()), name), actor="import")
        study = only(store)
        assert study.row.registrations == NUMBERS
        page = dossier(study, vocabulary())
        assert [(r.link.words, r.link.url, r.place) for r in page.registered] == [
            ("NCT00000001", "https://clinicaltrials.gov/study/NCT00000001", "the abstract (sentence 2)"),
            ("DRKS00000002", "https://drks.de/search/en/trial/DRKS00000002", "the keywords"),
        ]
    for written in ("bibtex", "ris", "csl-json", "csv", "nbib"):
        out = "".join(formats.by_name(written, writing=True).write([study]))  # type: ignore[misc]
        with fresh_store() as other:
            take(other, vocabulary(), formats.read(BytesIO(out.encode()), "back", written), actor="import")
            assert set(only(other).row.registrations) == set(NUMBERS), written


def test_a_review_that_cites_a_trial_is_not_that_trial(store: Store) -> None:
    trial = record("1", "Warm saline for cold fingers: a randomised trial", pmid="1", abstract="NCT00000001.")
    review = record(
        "r#1", "Saline for fingers: a review", source="ris", doi="10.5555/r", abstract="We read NCT00000001."
    )
    assert take(store, vocabulary(), [trial, review], actor="import").counts()["added"] == 2
    with store.read() as connection:
        assert not connection.execute(text("SELECT 1 FROM identifier WHERE scheme = 'registration'")).all()
        assert {r.registrations for r in connection.execute(text("SELECT registrations FROM study"))} == {"NCT00000001"}


def test_what_the_source_lists_stands_first_and_a_number_once(store: Store) -> None:
    made = record("1", "DRKS00000002 and NCT00000001", pmid="1")
    listed = replace(made, identifiers=(*made.identifiers, parse("registration", "NCT00000001")))
    take(store, vocabulary(), [listed], actor="import")
    assert only(store).row.registrations == NUMBERS


def test_retag_brings_them_into_a_library_of_before(store: Store) -> None:
    made: Record = record("1", "Warm saline", pmid="1", keywords=(Keyword(text="NCT00000001"),))
    take(store, vocabulary(), [made], actor="import")
    with store.write() as writer:
        writer.connection.execute(text("UPDATE study SET registrations = ''"))
    assert retag.retag(store, vocabulary()).studies == 1
    assert only(store).row.registrations == ("NCT00000001",)
    assert retag.retag(store, vocabulary()).studies == 0
