"""RIS as the databases and managers write it, and as we do."""

from __future__ import annotations

import io

import pytest
import rispy

from evidence.formats import _names
from evidence.records import Author, Keyword, PartialDate, Record
from tests.awkward import EXAMPLES, record, study
from tests.formats_support import read, records, rejections, written


def one(body: str, type_: str = "JOUR") -> Record:
    (found,) = records(f"TY  - {type_}\n{body}\nER  - \n", "ris")
    return found


def test_an_entry_becomes_a_record() -> None:
    found = one(
        "ID  - ampel2021\nT1  - A trial of H<sub>2</sub>O &amp; nerves\nA1  - Ampel, Ann\nAU  - Br\u00fccke, B. C.\n"
        "A2  - Ed, Ina\nJF  - Journal of Invented Results\nJA  - J Invent Results\nVL  - 12\nIS  - 3\n"
        "SP  - 101\nEP  - 109\n"
        "PY  - 2021/05//\nDO  - https://doi.org/10.5555/A.1\nSN  - 1234-5679 (Print)\nLA  - English\n"
        "KW  - *pain\nKW  - nerve\nAB  - It hurt.\nN1  - PMID: 90000001\nXX  - odd"
    )
    assert (found.source, found.external_id, found.keys) == ("ris", "file.x#ampel2021", ("ampel2021",))
    assert found.title == "A trial of H<sub>2</sub>O &amp; nerves"
    assert found.authors == (Author(family="Ampel", given="Ann"), Author(family="Br\u00fccke", initials="BC"))
    assert found.editors == (Author(family="Ed", given="Ina"),)
    assert (found.journal.title, found.journal.abbreviation) == ("Journal of Invented Results", "J Invent Results")
    assert (found.volume, found.issue, found.pages) == ("12", "3", "101-109")
    assert found.date("issue") == PartialDate(year=2021, month=5)
    assert (found.id("doi"), found.id("pmid")) == ("10.5555/a.1", "90000001")
    assert found.journal.issn == "1234-5679"
    assert found.languages == ("eng",)
    assert found.keywords == (Keyword(text="pain", major=True), Keyword(text="nerve"))
    assert ("XX", "odd") in found.extra


@pytest.mark.parametrize(
    "line", ["TY  - JOUR", "TY - JOUR", "TY   - JOUR", "TY  -JOUR", "TY\t- JOUR", "TY  \u2013 JOUR", "  TY  - JOUR"]
)
def test_spacing_of_tags(line: str) -> None:
    (found,) = records(f"{line}\n{line.replace('TY', 'TI').replace('JOUR', 'A trial')}\nER  -", "ris")
    assert found.title == "A trial"


def test_missing_ends_blank_lines_and_numbering() -> None:
    found = records(
        "1.\nTY  - JOUR\nTI  - One\n\nAU  - Ampel, A\n2.\nTY  - JOUR\nTI  - Two\nER  -\n\nLink to the full text: x\n\n"
        "3.\nTY  - JOUR\nTI  - Three\nER  -\nNL  - J Invent\n\nTY  - JOUR\nTI  - Four",
        "ris",
    )
    assert [r.title for r in found] == ["One", "Two", "Three", "Four"]
    assert len(found[0].authors) == 1
    assert ("NL", "J Invent") in found[2].extra


def test_a_record_that_lost_its_type_is_still_one() -> None:
    found = records(
        "JF  - Journal\nT1  - One\nPY  - 2001\nER  -\nTY  - JOUR\nTI  - Two\nER  -\nTI  - Three\nAU  - A, B\nER  -",
        "ris",
    )
    assert [r.title for r in found] == ["One", "Two", "Three"]


def test_every_type_line_counts() -> None:
    items = read("TY  - JOUR\nER  -\nTY  - BOOK\nTY  - JOUR\nTI  - Two\nER  -", "ris")
    assert [b.line for b in rejections(items)] == [1, 3]
    assert [r.title for r in items if isinstance(r, Record)] == ["Two"]


def test_values_of_several_lines() -> None:
    found = one(
        "TI  - A long\n      title\nAB  - first line,\nER then a second\n and a third\nKW  - one\ntwo\n"
        "three\nN1  - note"
    )
    assert found.title == "A long title"
    assert found.abstract[0].text == "first line, ER then a second and a third"
    assert [k.text for k in found.keywords] == ["one", "two", "three"]


def test_dashes_in_prose_are_no_tags() -> None:
    found = one("AB  - We measured\nAT - a place - and\nDNA - twice\nand went on")
    assert found.abstract[0].text == "We measured AT - a place - and DNA - twice and went on"


@pytest.mark.parametrize(
    ("body", "scheme", "value"),
    [
        ("AN  - 123456\nDB  - PubMed", "pmid", "123456"),
        ("AN  - 123456\nDP  - NLM", "pmid", "123456"),
        ("AN  - MEDLINE:12345678", "pmid", "12345678"),
        ("U1  - 123456[pmid]", "pmid", "123456"),
        ("PMID  - 123456", "pmid", "123456"),
        ("M1  - PMID: 123456", "pmid", "123456"),
        ("C2  - PMC12", "pmcid", "PMC12"),
        ("C2  - 12345678\nDB  - Scopus", "pmid", "12345678"),
        ("U2  - PMC4567[pmcid]", "pmcid", "PMC4567"),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/123456", "pmid", "123456"),
        ("L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=medp&NEWS=N&AN=30439442", "pmid", "30439442"),
        ("L3  - 10.5555/x.1", "doi", None),
        ("M3  - doi: 10.5555/x.1", "doi", "10.5555/x.1"),
        ("UR  - http://dx.doi.org/10.5555/x.1", "doi", "10.5555/x.1"),
        ("AN  - 2214991469; 51887", "pmid", None),
        ("AN  - 123456\nDB  - Embase", "pmid", None),
        ("L2  - http://ovidsp.ovid.com/x?D=psyc16&AN=20439442", "pmid", None),
    ],
)
def test_identifiers_where_databases_put_them(body: str, scheme: str, value: str | None) -> None:
    assert one(f"TI  - X\n{body}").id(scheme) == value


@pytest.mark.parametrize(
    ("body", "journal", "abbreviation", "book"),
    [
        ("T2  - Full Name", "Full Name", "", ""),
        ("JO  - Full Name", "Full Name", "", ""),
        ("JF  - Full Name\nJO  - Full Name", "Full Name", "", ""),
        ("JF  - Full Name\nJO  - Full N.", "Full Name", "Full N.", ""),
        ("T2  - Full Name\nJ2  - Full N.", "Full Name", "Full N.", ""),
        ("JA  - Full N.", "", "Full N.", ""),
    ],
)
def test_journals(body: str, journal: str, abbreviation: str, book: str) -> None:
    found = one(body)
    assert (found.journal.title, found.journal.abbreviation, found.book_title) == (journal, abbreviation, book)


def test_chapters_and_conferences_stand_in_a_book() -> None:
    assert (one("TI  - X\nT2  - The Book", "CHAP").kind, one("TI  - X\nT2  - The Book", "CHAP").book_title) == (
        "chapter",
        "The Book",
    )
    assert (one("TI  - X\nT2  - Proceedings", "CONF").kind, one("TI  - X\nT2  - Proceedings", "CPAPER").book_title) == (
        "article",
        "Proceedings",
    )


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("PY  - 2018", PartialDate(year=2018)),
        ("PY  - 2018/07//", PartialDate(year=2018, month=7)),
        ("Y1  - 2018/07/03/", PartialDate(year=2018, month=7, day=3)),
        ("PY  - 2018\nDA  - 2018/07/03", PartialDate(year=2018, month=7, day=3)),
        ("PY  - 2018\nDA  - NOV 16", PartialDate(year=2018, month=11, day=16)),
        ("DA  - 1950/01/01\nY1  - 1900/01/01", PartialDate(year=1900, month=1, day=1)),
        ("PY  - 10 15", PartialDate(text="10 15")),
        ("PY  - Start date: 20170812", PartialDate(year=2017, text="Start date: 20170812")),
        ("PY  - 2019/09//undefined", PartialDate(year=2019, month=9)),
    ],
)
def test_dates(body: str, date: PartialDate) -> None:
    assert one(f"TI  - X\n{body}").date("issue") == date


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        ("SP  - 1\nEP  - 9", "1-9"),
        ("SP  - 1-9", "1-9"),
        ("SP  - 1\u20139\nEP  - 9", "1-9"),
        ("SP  - e12", "e12"),
        ("C7  - 033004", "033004"),
    ]
    + [("SP  - pp 37-64", "37-64"), ("SP  - 377\nEP  - 86", "377-86"), ("EP  - 9", "9")],
)
def test_pages(body: str, pages: str) -> None:
    assert one(f"TI  - X\n{body}").pages == pages


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ampel, Ann", Author(family="Ampel", given="Ann")),
        ("Ampel,A.B.", Author(family="Ampel", given="A.B.")),
        ("King, Martin, Jr.", Author(family="King", given="Martin", suffix="Jr.")),
        ("Fanning E.", Author(family="Fanning", initials="E")),
        ("Ampel AB", Author(family="Ampel", initials="AB")),
        ("World Health Organization", Author(family="World Health Organization", is_group=True)),
        ("Some People,", Author(family="Some People", is_group=True)),
        ("A. Author-One", Author(family="Author-One", initials="A")),
        ("Plato", Author(family="Plato")),
        ("van der Berg, Jan", Author(family="van der Berg", given="Jan")),
    ],
)
def test_author_forms(name: str, expected: Author) -> None:
    assert one(f"AU  - {name}").authors == (expected,)


def test_nobody_is_no_author() -> None:
    assert one("TI  - X\nAU  - [Anonymous]").authors == ()
    assert not one("AU  - Ampel, A\nAU  - et al.").authors_complete


def test_writer_is_exact() -> None:
    text = written([EXAMPLES["retracted"]], "ris")
    lines = text.split("\n")
    assert lines[0] == "TY  - JOUR"
    assert "AU  - Ampel, Ann" in lines
    assert lines[-3:] == ["ER  - ", "", ""]
    assert all(line[2:6] == "  - " for line in lines[:-2])
    assert any(line.startswith("N1  - RETRACTED: ") for line in lines)
    assert "AN  - 90000001" in lines


@pytest.mark.parametrize("trouble", sorted(EXAMPLES))
def test_another_program_reads_the_same(trouble: str) -> None:
    of = EXAMPLES[trouble]
    (theirs,) = rispy.load(io.StringIO(written([of], "ris")))
    (ours,) = records(written([of], "ris"), "ris")
    assert theirs.get("doi", "") == (ours.id("doi") or "")
    assert len(theirs.get("authors", [])) == len(ours.authors)
    assert theirs.get("volume", "") == ours.volume
    assert theirs["id"] == of.row.key


def test_names_that_one_string_cannot_hold_are_marked() -> None:
    people = (
        Author(family="Aa Bb"),
        Author(family="Smith, John", is_group=True),
        Author(family="The Group", is_group=True),
    )
    text = written([study(record("X", authors=people))], "ris")
    assert "AU  - Aa Bb,,\nAU  - Smith, John,\nAU  - The Group\n" in text
    assert [_names.canonical(a) for a in records(text, "ris")[0].authors] == [_names.canonical(a) for a in people]
