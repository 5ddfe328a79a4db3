"""Each work once: the richest of each field, every identifier, and what the files called its records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence import formats, offline
from evidence.identifiers import Identifier
from evidence.records import Record
from evidence.views import Study
from tests.formats_support import records, written
from tests.matching_support import ARTICLE, ref

RIS = """TY  - JOUR
ID  - first 100%
AU  - Sample, Anna B.
AU  - Tester, Carl D.
AU  - Probe, Eva F.
AU  - Muster, Gil H.
TI  - {title}
JO  - J Invent Hand Surg
PY  - 2014
VL  - 31
IS  - 4
SP  - 1179
DO  - 10.5555/inv.2014.1179
AN  - 90000001
DB  - PubMed
ER  -
"""
TABLE = """ID,ENTRYTYPE,title,author,year,journal,booktitle,volume,number,pages,doi,pmid
second,article,{title},"Sample AB; Tester CD; Probe EF; Muster GH",2014,{journal},,31,4,1179-1189,10.5555/inv.2014.117,
third,article,{journal},"Sample AB; Tester CD; Probe EF; Muster GH; Editor X; Chief YZ",2014,{journal},,31,4,,,
4,article,{title},"Sample AB; Tester CD; Probe EF; Muster GH",2014,{journal},,31,4,1179-1189,10.5555/inv_2014.1179,
other,article,Splints at night for the mothers of infants,"Rival, X.",2015,{journal},,32,1,1-9,10.5555/z;(1)-x,
"""


@pytest.fixture
def merged(tmp_path: Path) -> list[Study]:
    said = {"title": ARTICLE["title"], "journal": ARTICLE["journal"]}
    (tmp_path / "a.ris").write_text(RIS.format(**said), "utf-8")
    (tmp_path / "b.csv").write_text(TABLE.format(**said), "utf-8")
    result = offline.dedupe([tmp_path / "a.ris", tmp_path / "b.csv"], keep=True)
    assert [[result.names[n] for n in work] for work in result.works()] == [
        ["first 100%", "second", "third", "4"],
        ["other"],
    ]
    return list(offline.merged(result))


def test_the_richest_of_each_field(merged: list[Study]) -> None:
    record = merged[0].record
    assert record.title == ARTICLE["title"]
    assert record.journal.title == ARTICLE["journal"]
    assert record.pages == "1179-1189"
    assert [a.given for a in record.authors] == ["Anna B.", "Carl D.", "Eva F.", "Gil H."]  # no editor, no initials


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json", "csv"])
def test_every_identifier_and_name_comes_back_from_the_file(merged: list[Study], name: str) -> None:
    work, other = records(written(merged, name), name)
    assert set(work.ids("doi")) == {"10.5555/inv.2014.1179", "10.5555/inv.2014.117", "10.5555/inv_2014.1179"}
    assert work.ids("pmid") == ("90000001",)
    assert work.keys[0] == merged[0].row.key
    assert set(work.keys) == {merged[0].row.key, "first 100%", "second", "third", "4"}
    assert other.keys == ("other",)
    assert other.ids("doi") == ("10.5555/z;(1)-x",)
    assert not any("Other ids" in value for _, value in (*work.extra, *other.extra))


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json", "csv"])
def test_a_file_that_was_deduplicated_deduplicates_to_itself(merged: list[Study], name: str, tmp_path: Path) -> None:
    suffix = formats.by_name(name).suffixes[0]
    path = tmp_path / f"once{suffix}"
    path.write_text(written(merged, name), "utf-8")
    again = offline.dedupe([path], keep=True)
    assert again.duplicates == 0
    found = [r for r in formats.read_path(path) if isinstance(r, Record)]
    assert [r.identifiers for r in again.records] == [r.identifiers for r in found]


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json", "csv"])
def test_further_pmids_and_pmcids_survive_too(name: str) -> None:
    identifiers = [
        *(Identifier("pmid", value) for value in ("90000001", "90000002", "90000003")),
        *(Identifier("pmcid", value) for value in ("PMC71", "PMC72")),
        *(Identifier("doi", value) for value in ("10.5555/a", "10.5555/b--c{d}<e>&f%g#h;i", "10.5555/x,y_z~$")),
    ]
    (study,) = offline.merged(_result(ref(id="wu2014"), identifiers))
    (back,) = records(written([study], name), name)
    assert set(back.identifiers) == set(identifiers)
    for scheme in ("pmid", "pmcid", "doi"):
        assert back.id(scheme) == study.record.id(scheme)


def test_one_identifier_of_each_kind_says_nothing_more() -> None:
    (study,) = offline.merged(_result(ref(id="wu2014"), [Identifier("pmid", "90000001")]))
    for name in ("bibtex", "ris", "csl-json"):
        assert "ther ids" not in written([study], name)
        assert "otherids" not in written([study], name)


def _result(record: Record, identifiers: list[Identifier]) -> offline.Result:
    whole = replace(record, identifiers=tuple(identifiers))
    return offline.Result(("wu2014",), (str(whole.title),), (), (), (), (whole,))
