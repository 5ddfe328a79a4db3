"""Titles and abstracts against an independent reading of the same records by Biopython, character for character.

Needs EVIDENCE_BENCH_DATA: the folder that holds data/ with PubMed XML. Bio.Entrez gives strings with every tag written
out and every character escaped (`escape=True`); what remains to be made equal is markup: tags other than ours go,
empty ones go, white space is squeezed, Unicode is composed.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from evidence.formats import open_path, pubmed_xml
from evidence.records import Record
from evidence.text import INLINE_TAGS, escape

# A DTD that Biopython brings along: one that it must look for would send it to the network.
DOCTYPE = (
    b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>'
)
RECORD = re.compile(rb"<(PubmedArticle|PubmedBookArticle)>.*?</\1>", re.S)
TAG = re.compile(r"<(/?)([\w:.-]+)[^<>]*?(/?)>")
AT_ONCE = 200
FILES = {
    "pubmed/pubmed21n1298.dev.xml.gz": 2500,
    "pubmed/pubmed20n0014.dev.xml.gz": 1800,
    "pubmed/pubmed_misc.dev.xml.gz": None,
}


@pytest.fixture(scope="module")
def data() -> Path:
    folder = os.environ.get("EVIDENCE_BENCH_DATA")
    if not folder:
        pytest.skip("NOT COMPARED WITH BIOPYTHON: EVIDENCE_BENCH_DATA names no folder of PubMed XML")
    return Path(folder) / "data"


@pytest.fixture(scope="module")
def entrez(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from Bio import Entrez

    Entrez.local_cache = str(tmp_path_factory.mktemp("biopython"))  # before its parser makes a folder in the home
    from Bio.Entrez import Parser

    Parser.DataHandler.directory = Entrez.local_cache
    return Entrez


def pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as stream:
        text = stream.read()
    for match in RECORD.finditer(text):
        yield match[0]


def spread(found: list[bytes], wanted: int | None) -> list[bytes]:
    """That many of them, from the whole file."""
    return found if wanted is None or wanted >= len(found) else found[:: len(found) // wanted][:wanted]


def normal(text: str) -> str:
    """Biopython's string as our markup."""
    text = TAG.sub(lambda m: f"<{m[1]}{m[2]}>" if m[2] in INLINE_TAGS and not m[3] else "", text)
    before = None
    while before != text:
        before, text = text, re.sub(r"<(\w+)></\1>", "", text)
    parts = re.split(r"(</?\w+>)", text)
    parts[::2] = [escape(unicodedata.normalize("NFC", unescape(part))) for part in parts[::2]]
    return " ".join("".join(parts).split())


def theirs(entry: Any) -> tuple[str, str, list[tuple[str, str]]]:
    """PMID, title and sections of the abstract, as Biopython reads them."""
    if "BookDocument" in entry:
        whole = entry["BookDocument"]
        title = whole.get("ArticleTitle") or whole["Book"]["BookTitle"]
        number, article = whole["PMID"], whole
    else:
        number, article = entry["MedlineCitation"]["PMID"], entry["MedlineCitation"]["Article"]
        title = article.get("ArticleTitle", "")
    sections = article.get("Abstract", {}).get("AbstractText", [])
    named = [(normal(s.attributes.get("Label", "")), normal(s)) for s in sections]
    return str(number), normal(title), [section for section in named if any(section)]


def ours(record: Record) -> tuple[str, str, list[tuple[str, str]]]:
    return record.external_id, record.title, [(escape(s.label), s.text) for s in record.abstract]


def documents(chosen: list[bytes], entrez: Any) -> Iterator[tuple[bytes, Any]]:
    """The records in documents of at most 200, each with Biopython's reading; one it cannot read is left out."""
    for at in range(0, len(chosen), AT_ONCE):
        batch = chosen[at : at + AT_ONCE]
        try:
            yield document(batch), entrez.read(io.BytesIO(document(batch)), validate=False, escape=True)
        except ValueError:  # an element that only older DTDs have
            for one in batch:
                with suppress(ValueError):
                    yield document([one]), entrez.read(io.BytesIO(document([one])), validate=False, escape=True)


def document(batch: list[bytes]) -> bytes:
    return DOCTYPE + b"".join(batch) + b"</PubmedArticleSet>"


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_titles_and_abstracts_are_biopythons(name: str, data: Path, entrez: Any) -> None:
    chosen = spread(list(pieces(data / name)), FILES[name])
    different, compared = [], 0
    for xml, answer in documents(chosen, entrez):
        expected = [theirs(e) for e in (*answer["PubmedArticle"], *answer.get("PubmedBookArticle", []))]
        records = list(pubmed_xml.read(io.BytesIO(xml), name, strict=True))
        found = [
            ours(r) for r in sorted(records, key=lambda r: isinstance(r, Record) and r.kind in ("book", "chapter"))
        ]
        assert len(found) == len(expected)
        different += [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]]
        compared += len(found)
    assert different == []
    assert compared >= max(len(chosen) - 2, FILES[name] or 1000)


def test_the_whole_comparison_covers_five_thousand() -> None:
    assert sum(wanted or 1000 for wanted in FILES.values()) >= 5000


def test_every_xml_file_is_read_or_refused_in_one_line(data: Path) -> None:
    """Count in = count out, over every XML file there is: each record element is an item."""
    files = [p for p in sorted(data.rglob("*")) if p.is_file() and p.name.endswith((".xml", ".xml.gz"))]
    read, records = 0, 0
    for path in files:
        with open_path(path) as stream:
            if pubmed_xml.refusal(stream.peek(65536)):
                with pytest.raises(pubmed_xml.BadInput):
                    list(pubmed_xml.read(stream, path.name))
                continue
            items = list(pubmed_xml.read(stream, path.name))
        with open_path(path) as stream:
            raw = stream.read()
        elements = len(re.findall(rb"<Pubmed(?:Book)?Article[\s>]", raw))
        deleted = len(re.findall(rb"<PMID", raw.partition(b"<DeleteCitation")[2]))
        assert len(items) == elements + deleted, path
        read, records = read + 1, records + len(items)
    assert read >= 160
    assert records >= 29_000
