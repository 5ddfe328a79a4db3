"""Recorded ELink answers, read as Biopython reads them. Needs EVIDENCE_BENCH_DATA: a folder with data/eutils."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from Bio import Entrez

from evidence.sources.answers import Broken
from evidence.sources.links import _read

FILES = {"elink1.xml": "9298984", "elink4.xml": "12242737"}


def answer(name: str) -> bytes:
    """A recorded answer, whose DTD Biopython brings along."""
    folder = os.environ.get("EVIDENCE_BENCH_DATA")
    if not folder:
        pytest.skip("NOT TESTED ON RECORDED ANSWERS: EVIDENCE_BENCH_DATA is not set")
    return (Path(folder) / "data" / "eutils" / "biopython" / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("link", ["pubmed_pubmed", "pubmed_pubmed_citedin"])
def test_the_links_are_those_that_biopython_reads(name: str, link: str) -> None:
    body = answer(name)
    (read,) = Entrez.read(io.BytesIO(body))
    groups = [group for group in read["LinkSetDb"] if str(group["LinkName"]) == link]
    wanted = {str(each["Id"]) for group in groups for each in group["Link"]} - {FILES[name]}
    assert wanted
    assert {each.pmid for each in _read(body, FILES[name], link)} == wanted


@pytest.mark.parametrize("name", ["elink2.xml", "elink5.xml", "elink7.xml", "elink8.xml"])
def test_answers_to_another_question_are_broken(name: str) -> None:
    with pytest.raises(Broken):
        _read(answer(name), "9298984", "pubmed_pubmed")
