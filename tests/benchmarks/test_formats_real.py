"""Real exports of databases and reference managers: what each file is, how many records it gives, what they say.

Reads the folder named by EVIDENCE_BENCH_DATA (the one that holds data/, bench/ and seed/); skipped without it.
`python tests/benchmarks/test_formats_real.py` prints the counts folder by folder, then what was rejected and why.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from Bio import Medline

from evidence import formats
from evidence.errors import BadInput, UnknownFormat
from evidence.formats import _export
from evidence.formats._latex_plain import simpler_markup
from evidence.records import Markup, Record, Rejected
from evidence.text import fold, plain
from tests.awkward import study
from tests.formats_support import written

DATA = os.environ.get("EVIDENCE_BENCH_DATA", "")
pytestmark = pytest.mark.skipif(
    not DATA, reason="EVIDENCE_BENCH_DATA names no folder with data/refs: real exports not read"
)
REFS = Path(DATA) / "data" / "refs"

# Folder → counts of files by format (or error), of records, of rejected entries. Rejected are: BibLaTeX @set and @xdata
# (no works), entries whose braces or commas are broken, RIS types without a field, malformed PubMed XML.
EXPECTED = {
    "betterbibtex_import": {"UnknownFormat": 100, "bibtex": 98, "records": 11597, "rejected": 1},
    "bib/asysd": {"bibtex": 2, "records": 1003},
    "bib/biber": {"bibtex": 50, "records": 728, "rejected": 37},
    "bib/bibtexparser": {"bibtex": 7, "records": 1293, "rejected": 3},
    "bib/citationjs": {"bibtex": 51, "records": 175, "rejected": 1},
    "bib/colrev": {"bibtex": 13, "records": 38, "rejected": 1},
    "bib/jabref": {"bibtex": 29, "records": 459},
    "bib/p1m": {"bibtex": 1, "records": 80},
    "bib/papis": {"UnknownFormat": 3, "bibtex": 3, "records": 3},
    "bib/pybibx": {"bibtex": 4, "records": 945},
    "csl": {"UnknownFormat": 1},
    "csv/asreview": {"csv": 14, "records": 78},
    "csv/asysd": {"csv": 1, "records": 1233},
    "endnote_xml": {"endnote-xml": 2, "records": 2466},
    "endnote_xml/iebh": {"endnote-xml": 2, "records": 2167},
    "nbib": {"nbib": 5, "records": 2175},
    "nbib/biopython": {"nbib": 3, "records": 6},
    "other_text": {"UnknownFormat": 2, "references": 1, "records": 3098},
    "ris/asreview": {"ris": 22, "records": 406, "rejected": 2},
    "ris/asysd": {"ris": 5, "csv": 1, "records": 1135},
    "ris/choxos": {"UnknownFormat": 1, "bibtex": 1, "csl-json": 1, "csv": 1, "ris": 1, "endnote-xml": 1, "records": 11},
    "ris/citesource": {"ris": 25, "records": 4932},
    "ris/colrev": {"enw": 2, "csv": 4, "nbib": 2, "ris": 6, "records": 28},
    "ris/rispy": {"wos": 1, "ris": 14, "records": 25},
    "ris/synthesisr": {"wos": 3, "bibtex": 2, "csv": 2, "nbib": 2, "ris": 6, "records": 275},
    "zotero_import/BibTeX": {"UnknownFormat": 24, "bibtex": 24, "records": 34},
    "zotero_import/CSL_JSON": {"UnknownFormat": 1, "csl-json": 1, "records": 1},
    "zotero_import/Endnote_XML": {"UnknownFormat": 3, "endnote-xml": 3, "records": 12},
    "zotero_import/MARC": {"UnknownFormat": 8},
    "zotero_import/MARCXML": {"UnknownFormat": 12},
    "zotero_import/MEDLINEnbib": {"UnknownFormat": 9, "nbib": 9, "records": 16},
    "zotero_import/MODS": {"UnknownFormat": 46},
    "zotero_import/OVID_Tagged": {"UnknownFormat": 20},
    "zotero_import/RIS": {"UnknownFormat": 12, "ris": 12, "records": 98},
    "zotero_import/RefWorks_Tagged": {"UnknownFormat": 8},
    "zotero_import/ReferBibIX": {"UnknownFormat": 4, "enw": 4, "records": 4},
    "zotero_import/Web_of_Science_Tagged": {"UnknownFormat": 9, "wos": 9, "records": 16},
}


def files() -> Iterator[Path]:
    return (p for p in sorted(REFS.rglob("*")) if p.is_file())


def index(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "INDEX.tsv").read_text(encoding="utf-8")), delimiter="\t"))


def counted(path: Path) -> Counter[str]:
    """The format of a file and what it gave; anything but a clean error is a failure of the test."""
    try:
        with formats.open_path(path) as stream:
            name = formats.recognise(stream, str(path)).name
    except UnknownFormat:
        return Counter({"UnknownFormat": 1})
    except BadInput as exc:
        if exc.subject != str(path):
            pytest.fail(f"an error that does not name its file: {exc}")
        return Counter({"BadInput": 1})
    found = Counter({name: 1})
    for item in formats.read_path(path):
        if isinstance(item, Record):
            found["records"] += 1
        elif isinstance(item, Rejected):
            assert item.reason
            assert item.subject
            found["rejected"] += 1
    return found


def by_folder() -> dict[str, Counter[str]]:
    totals: dict[str, Counter[str]] = {}
    for path in files():
        totals.setdefault(str(path.parent.relative_to(REFS)), Counter()).update(counted(path))
    return totals


def test_every_file_is_read_or_refused_and_the_counts_stand() -> None:
    totals = by_folder()
    assert {folder: dict(totals[folder]) for folder in EXPECTED} == EXPECTED
    assert {f for f in totals if "PubMed_XML" not in f} <= {
        *EXPECTED,
        ".",
        "jabref_importers",
        "zotero_import",
    }


SUFFIXES = {
    ".bib": "bibtex", ".ris": "ris", ".nbib": "nbib", ".csv": "csv", ".tsv": "csv", ".ciw": "wos", ".enw": "enw",
}  # fmt: skip


def test_a_file_is_what_its_name_says() -> None:
    """Exceptions: files that hold another thing, or nothing, on purpose."""
    wrong = []
    for path in files():
        name = path.name.removesuffix(".gz")
        suffix = Path(name).suffix
        if name != "INDEX.tsv" and suffix in SUFFIXES and SUFFIXES[suffix] not in counted(path):
            wrong.append(str(path.relative_to(REFS)))
    assert wrong == [
        "jabref_importers/Endnote.pattern.A.enw",  # one line, a name
        "jabref_importers/Endnote.pattern.E.enw",  # the same
        "jabref_importers/MedlineImporterTestMinimalEntry.bib",  # a comment, no entry
        "ris/rispy/example_wos.ris",  # Web of Science's own tags under a .ris name
    ]


def test_counts_agree_with_the_index() -> None:
    """INDEX.tsv counts by regular expression, which misses a RIS record behind a byte order mark."""
    for row in index(REFS):
        found = re.fullmatch(r"(\d+) (ris|nbib)", row["records"] or "")
        if found:
            got = counted(REFS / row["file"])
            assert got["records"] + got["rejected"] - int(found[1]) in (0, 1), row["file"]


def test_bib_counts_agree_with_zotero() -> None:
    off = {}
    for path in sorted((REFS / "betterbibtex_import").glob("*.bib*")):
        stem = path.name.removesuffix(".gz").removesuffix(".bib")
        expected = next(
            (p for p in (path.with_name(f"{stem}.json"), path.with_name(f"{stem}.json.gz")) if p.exists()), None
        )
        if expected is None:
            continue
        raw = expected.read_bytes()
        items = json.loads(gzip.decompress(raw) if expected.suffix == ".gz" else raw)["items"]
        got = counted(path)
        if got["records"] + got["rejected"] != len(items):
            off[path.name[:20]] = got["records"] + got["rejected"] - len(items)
    # Zotero splits one entry; its list belongs to another version of the file; it makes a note an item (twice).
    assert off == {
        "Import_error_with_ch": 1,
        "Jabref_groups_import": -3,
        "Math_markup_to_unico": -1,
        "Some_bibtex_entries_": -1,
    }


def test_zotero_translators_agree() -> None:
    off = []
    for row in index(REFS / "zotero_import"):
        path = REFS / "zotero_import" / row["file"]
        if path.suffix in (".bib", ".ris", ".nbib", ".json", ".ciw", ".enw"):
            got = counted(path)
            if got["records"] + got["rejected"] != int(row["expected_items"]):
                off.append(row["file"])
    assert off == []


def test_titles_and_authors_agree_with_zotero() -> None:
    titles: Counter[bool] = Counter()
    people: Counter[bool] = Counter()
    for path in sorted((REFS / "betterbibtex_import").glob("*.bib")):
        expected = path.with_suffix(".json")
        if not expected.exists():
            continue
        ours = {r.keys[0]: r for r in formats.read_path(path) if isinstance(r, Record) and r.keys}
        for item in json.loads(expected.read_bytes())["items"]:
            record = ours.get(item.get("citationKey", ""))
            if record is None or not item.get("title"):
                continue
            theirs = fold(re.sub(r"</?[a-z]+[^>]*>", "", item["title"])).replace(" ", "")
            titles[fold(plain(record.title)).replace(" ", "") == theirs] += 1
            names = [
                fold(c.get("lastName") or c.get("name") or "")
                for c in item.get("creators", [])
                if c["creatorType"] == "author"
            ]
            if names:
                people[names == [fold(a.family) for a in record.authors]] += 1
    assert titles[True] > 0.9 * titles.total() > 100
    assert people[True] > 0.97 * people.total() > 100


def test_nbib_agrees_with_biopython() -> None:
    for path in (p for p in files() if p.parent.name == "nbib"):
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
        theirs = [r for r in Medline.parse(io.StringIO(text)) if "PMID" in r]
        ours = [r for r in formats.read_path(path) if isinstance(r, Record)]
        assert [r.id("pmid") for r in ours] == [t["PMID"] for t in theirs]
        for mine, other in zip(ours, theirs, strict=True):
            if mine.kind == "book":
                continue  # its title is in BTI
            assert plain(mine.title) == plain(" ".join(other.get("TI", "").split()))
            assert mine.volume == other.get("VI", "")
            assert len(mine.authors) == len(other.get("AU", [])) + len(other.get("CN", []))


def test_pubmeds_summary_text_is_taken_apart() -> None:
    found = [
        r for r in formats.read_path(REFS / "other_text" / "pubmed_summary_2022-12.txt.gz") if isinstance(r, Record)
    ]
    assert len(found) == 3098
    assert [r.external_id.rpartition("#")[2] for r in found] == [str(n) for n in range(1, 3099)]
    share = Counter[str]()
    for record in found:
        share["pmid"] += record.id("pmid") is not None
        share["title"] += bool(record.title)
        share["authors"] += bool(record.authors)
        share["journal"] += bool(record.journal.title or record.journal.abbreviation)
        share["year"] += record.year is not None
    assert share["pmid"] == share["title"] == share["year"] == 3098
    assert share["authors"] >= 3080
    assert share["journal"] >= 3085


def test_the_seed_pages_references() -> None:
    page = json.loads((Path(DATA) / "seed" / "page.json").read_text(encoding="utf-8"))
    printed = [r["raw"] for r in page["references"]]
    for text in ("\n".join(printed), "\n\n".join(printed)):
        assert formats.recognise(io.BytesIO(text.encode()), "page.txt").name == "references"
        found = [r for r in formats.read(io.BytesIO(text.encode()), "page.txt") if isinstance(r, Record)]
        assert [r.external_id for r in found] == ["page.txt#1", "page.txt#2", "page.txt#3", "page.txt#4"]
        for record, reference in zip(found, page["references"], strict=True):
            facts, shown = reference["identified"], reference.get("as_printed")
            assert dict(record.extra)["reference"] == " ".join(reference["raw"].split())
            if shown is None:  # the repeated one
                assert record.identifiers == found[2].identifiers
                continue
            assert plain(record.title) == facts["title"]
            assert len(record.authors) == shown["authors_listed"]
            assert (record.volume, record.issue, record.pages) == (
                shown["volume"],
                shown["issue"],
                shown["pages"] or "",
            )
            assert (record.year == facts["year"]) == shown["has_year"]
            assert record.id("pmid") == (facts["pmid"] if shown["has_pmid"] else None)
            assert record.id("doi") == (facts["doi"] if shown["has_doi"] else None)
    assert [found[0].journal.title, found[1].journal.title, found[2].journal.abbreviation] == [
        "Annals of Neurology",
        "Archives of Physical Medicine and Rehabilitation",
        "J Orthop Sports Phys Ther",
    ]
    assert [a.family for a in found[0].authors] == ["Wu", "Ke", "Ho", "Li", "Shen", "Chen"]


def test_deduplication_sets_are_read_whole() -> None:
    for path in sorted((Path(DATA) / "bench" / "dedup").glob("*/records.csv.gz")):
        rows = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
        found = [r for r in formats.read_path(path) if isinstance(r, Record)]
        assert [r.external_id.rpartition("#")[2] for r in found] == [row["ID"] for row in rows]
        assert sum(bool(r.title) for r in found) == sum(bool(row["title"].strip()) for row in rows)


@cache
def everything() -> dict[Path, list[Record]]:
    """The records of every file that says something of a work."""
    found: dict[Path, list[Record]] = {}
    for path in files():
        with suppress(BadInput):
            items = (i for i in formats.read_path(path) if isinstance(i, Record))
            found[path] = [r for r in items if r.title or r.authors or r.identifiers]
    return found


def expected_title(record: Record, name: str) -> Markup:
    """A title as a format gives it back: MEDLINE keeps its brackets, BibTeX has plain forms of hyphens and the like."""
    if name == "nbib":
        return record.title
    return simpler_markup(_export.title(record.title)) if name == "bibtex" else _export.title(record.title)


@pytest.mark.parametrize("name", ["bibtex", "biblatex", "ris", "nbib", "csl-json", "csv"])
def test_what_is_imported_can_be_exported_and_imported(name: str) -> None:
    """Every record of every file: title, year and identifiers survive a second file."""
    checked = 0
    for path, found in everything().items():
        text = written([study(r, key=f"k{n}") for n, r in enumerate(found)], name)
        again = (
            [r for r in formats.read(io.BytesIO(text.encode()), "again", name) if isinstance(r, Record)]
            if found
            else []
        )
        assert len(again) == len(found), path
        for one, two in zip(found, again, strict=True):
            assert (two.title, two.year, two.id("doi"), two.id("pmid")) == (
                expected_title(one, name),
                one.year,
                one.id("doi"),
                one.id("pmid"),
            )
        checked += len(found)
    assert checked > 20_000


def rejections() -> Iterator[str]:
    """Every entry that no record was made of, with the reason; and every file that no reader takes."""
    for path in files():
        name = path.relative_to(REFS)
        try:
            for item in formats.read_path(path):
                if isinstance(item, Rejected):
                    yield f"{name}, line {item.line}: {item.reason[:160]}"
        except BadInput as exc:
            yield f"{name}: {exc.reason.partition(' (')[0]}"


if __name__ == "__main__":
    for folder, counts in by_folder().items():
        print(f"{folder:40}", dict(counts))  # noqa: T201 - this is what it is for
    for line in rejections():
        print(line)  # noqa: T201
