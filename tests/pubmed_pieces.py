"""Invented PubMed XML for tests, and reading it."""

from __future__ import annotations

import io
from pathlib import Path

from evidence.formats import pubmed_xml
from evidence.records import Record

FIXTURES = Path(__file__).parent / "fixtures" / "pubmed"


def fixture(name, **options):
    """Everything in a fixture file."""
    with (FIXTURES / f"{name}.xml").open("rb") as stream:
        return list(pubmed_xml.read(stream, f"{name}.xml", **options))


def read(xml, **options):
    """Everything in a text or bytes."""
    raw = xml if isinstance(xml, bytes) else xml.encode()
    return list(pubmed_xml.read(io.BytesIO(raw), "test.xml", **options))


def one(article="", *, citation="", data="", attributes="", pmid='<PMID Version="1">1</PMID>'):
    """The Record of one invented article, from pieces of XML."""
    (record,) = read(
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation {attributes}>{pmid}<Article>{article}</Article>{citation}"
        f"</MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle></PubmedArticleSet>"
    )
    assert isinstance(record, Record)
    return record


def dates(record, kind):
    """The dates of that kind."""
    return [found.date for found in record.dates if found.kind == kind]
