"""CSV: columns by their names, whoever wrote them; our own is safe in a spreadsheet and brings back facts only."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import formats
from evidence.errors import BadInput
from evidence.formats import _csv_rows, _csv_write
from evidence.records import Author, PartialDate, Record
from tests.awkward import EXAMPLES
from tests.formats_support import read, records, rejections, written


def one(text: str) -> Record:
    (found,) = records(text, "csv")
    return found


def test_pubmed_export() -> None:
    found = one(
        "\ufeffPMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,"
        "NIHMS ID,DOI\r\n"
        '"90000001","A trial","Ampel A, Doe BC","J Invent. 2021 Dec 21;1(2):10-11. doi: 10.5555/a.1.",'
        '"Ampel A","J Invent","2021",'
        '"2021/12/21","PMC123","","10.5555/a.1"\r\n'
    )
    assert (found.source, found.external_id) == ("csv", "file.x#90000001")
    assert {i.scheme: i.value for i in found.identifiers} == {
        "pmid": "90000001",
        "doi": "10.5555/a.1",
        "pmcid": "PMC123",
    }
    assert found.authors == (Author(family="Ampel", initials="A"), Author(family="Doe", initials="BC"))
    assert (found.journal.title, found.volume, found.issue, found.pages) == ("J Invent", "1", "2", "10-11")
    assert found.date("issue") == PartialDate(year=2021, month=12, day=21)
    assert ("First Author", "Ampel A") in found.extra


def test_zotero_export() -> None:
    found = one(
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISSN","DOI","Url",'
        '"Abstract Note","Date","Pages","Issue",'
        '"Volume","Manual Tags","Language"\n'
        '"ABCD","journalArticle","2021","Ampel, Ann; van der Berg, Jan","A trial","J Invent",'
        '"1234-5679","10.5555/a.1","https://x.org/a",'
        '"It hurt.","2021-05","1–9","2","3","pain; nerve","en"\n'
    )
    assert (found.external_id, found.keys, found.kind) == ("file.x#ABCD", ("ABCD",), "article")
    assert [a.family for a in found.authors] == ["Ampel", "van der Berg"]
    assert (found.volume, found.issue, found.pages, found.journal.issn) == ("3", "2", "1-9", "1234-5679")
    assert found.date("issue") == PartialDate(year=2021, month=5)
    assert [k.text for k in found.keywords] == ["pain", "nerve"]
    assert found.url == "https://x.org/a"


def test_deduplication_benchmarks_and_embase() -> None:
    found = one(
        "ID,ENTRYTYPE,title,author,year,journal,booktitle,volume,number,pages,doi,pmid\n"
        'x_1,article,A trial,"Ampel, A. and Doe, B.",2021,J Invent,,1,2,3-4,,90000001.0\n'
    )
    assert (found.external_id, found.issue, found.id("pmid")) == ("file.x#x_1", "2", "90000001")
    assert [a.family for a in found.authors] == ["Ampel", "Doe"]
    embase = one(
        'Title,Author Names,Source\nA trial,"Liu R., Adler D.G.",J Invent (2014) 3:3 (152-160). Date of '
        "Publication: 2014\n"
    )
    assert (embase.journal.title, embase.volume, embase.issue, embase.pages, embase.year) == (
        "J Invent",
        "3",
        "3",
        "152-160",
        2014,
    )
    assert [(a.family, a.initials) for a in embase.authors] == [("Liu", "R"), ("Adler", "DG")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_quoted_newlines(delimiter: str) -> None:
    text = (
        delimiter.join(["Title ", "abstract", "Publication_Year"])
        + "\n"
        + delimiter.join(['"A ""big""\ntrial"', "x", "2021"])
    )
    found = one(text)
    assert found.title == 'A "big" trial'
    assert found.year == 2021


def test_unknown_columns_and_extra_cells_are_kept() -> None:
    found = one("title,year,colour\nA trial,2021,red,more\n")
    assert set(found.extra) == {("colour", "red"), ("column 4", "more")}


def test_rows_that_say_nothing_or_never_end_are_rejected() -> None:
    items = read('title,year\n,\n\nA trial,2021\n"open,2020\nmore\n', "csv")
    assert [b.line for b in rejections(items)] == [2, 5]
    assert [r.title for r in items if isinstance(r, Record)] == ["A trial"]


def test_duplicate_keys_are_told_apart() -> None:
    assert [r.external_id for r in records("id,title\na,X\na,Y\n,Z\n", "csv")] == ["file.x#a", "file.x#a~2", "file.x#3"]


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", "title\nx\n", "Dear reader, this is prose\n"])
def test_without_a_header_the_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="file.x"):
        read(text, "csv")


def test_judgements_do_not_come_back_as_facts() -> None:
    text = written([EXAMPLES["all-identifiers"], EXAMPLES["retracted"]], "csv")
    header = next(csv.reader(io.StringIO(text)))
    assert {"design", "level", "conditions", "interventions", "n", "state"} <= set(header)
    assert "carpal-tunnel-syndrome" in text
    found = records(text, "csv")
    for record in found:
        assert record.tags == ()
        assert record.sample_size is None
        assert not {name for name, _ in record.extra} & set(_csv_write.JUDGEMENTS)
    assert [p.name for p in found[1].publication_types] == ["Retracted Publication"]


@given(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    | st.from_regex(r"'{0,3}[=+@\t-].{0,5}", fullmatch=True)
)
def test_no_cell_is_a_formula_and_every_cell_comes_back(cell: str) -> None:
    guarded = _csv_write.guarded(cell)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert _csv_write.unguarded(guarded) == cell


def test_the_whole_export_is_safe_in_a_spreadsheet() -> None:
    for row in csv.reader(io.StringIO(written(list(EXAMPLES.values()), "csv"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_another_program_reads_the_same_rows() -> None:
    text = written(list(EXAMPLES.values()), "csv")
    theirs = list(csv.reader(io.StringIO(text, newline="")))
    ours = [r.cells for r in _csv_rows.rows(io.BytesIO(text.encode()))]
    assert ours == theirs
    assert text.startswith("key,pmid,doi,pmcid,title,authors,journal,year,volume,issue,pages,design,level,")


def test_other_peoples_apostrophes_stay() -> None:
    assert one("title,year\n'-omics of nerves,2021\n").title == "'-omics of nerves"


ZOTERO = "Key,Item Type,Publication Year,Author,Title,Extra,Date Added,Date Modified"


@pytest.mark.parametrize(
    ("extra", "keys"),
    [
        ("PMID: 90000001\nCitation Key: ampel2021trial", ("ampel2021trial",)),
        ("citation-key: a b\nPMID: 90000001", ()),
        ("PMID: 90000001", ()),
    ],
)
def test_zotero_s_number_of_an_item_is_no_citation_key(extra: str, keys: tuple[str, ...]) -> None:
    found = one(f'{ZOTERO}\nABCD1234,journalArticle,2021,"Ampel, A",A trial,"{extra}",2021-01-01,2021-01-02\n')
    assert found.keys == keys
    assert found.external_id == "file.x#ABCD1234"
    assert found.id("pmid") == "90000001"
    assert not [value for _, value in found.extra if "ampel2021trial" in value]


def test_zotero_s_own_column_of_citation_keys_counts_first() -> None:
    text = f"{ZOTERO},Citation Key\nABCD1234,journalArticle,2021,A,A trial,Citation Key: second,2021-01-01,,first\n"
    assert one(text).keys == ("first", "second")


def test_a_key_column_of_others_is_a_citation_key() -> None:
    assert one("Key,Item Type,Title\nampel2021,journalArticle,A trial\n").keys == ("ampel2021",)


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;", "sep=;;;"])
def test_excel_s_line_that_names_the_delimiter(said: str) -> None:
    text = f"{said}\r\ntitle;authors, all;year\r\nA trial, of something;Ampel, A;2021\r\n"
    assert formats.by_name("csv").recognise(text.encode().removeprefix(b"\xef\xbb\xbf"))
    found = one(text)
    assert (found.title, found.year) == ("A trial, of something", 2021)


def test_a_title_that_begins_like_excel_s_line_is_a_title() -> None:
    assert one("title,year\nsep=;,2021\n").title == "sep=;"
