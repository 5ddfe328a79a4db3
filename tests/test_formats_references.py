"""Printed reference lists: styles taken apart, lists cut into references, prose left alone."""

from __future__ import annotations

import io

import pytest

from evidence import formats
from evidence.formats import reference_list
from evidence.records import PartialDate, Record
from tests.formats_support import read, records, rejections

# The shapes of four references as a clinic's page prints them; the studies are invented.
WILEY = (
    "1.\u00a0Ann-Lee Wu MDBo Roe MDCy-Dan Poe MD, MS Randomized blinded trial of 5% dextrose versus steroid for sore"
    " elbow patients \u00a0Annals of Invention\u00a0Volume 84, Issue 4\u00a0p. 601-610"
)
SCIENCE_DIRECT = (
    "2 Anna Lee-Wu, Bo Roe, Cy Van Poe,\n"
    "Effect of Invented Injection on the Elbow: A Randomized, Controlled, Blind Study,\n"
    "Archives of Invented Medicine, Volume 103, Issue 11"
)
PUBMED = (
    "3.\u00a0Wu BS, Roe C, Poe CJ. Six Treatments Have Invented Effects for People With Pain: A "
    "Review With Meta-analysis."
    " J Invent Sports Phys Ther. 2022 Nov;52(11):750-768. doi: 10.5555/jist.2022.1. Epub 2022 Sep 7. PMID: 90000003."
)


@pytest.mark.parametrize("squeezed", [False, True])
def test_names_run_together_with_degrees(squeezed: bool) -> None:
    (found,) = records(" ".join(WILEY.split()) if squeezed else WILEY, "references")
    assert found.title == "Randomized blinded trial of 5% dextrose versus steroid for sore elbow patients"
    assert [(a.given, a.family) for a in found.authors] == [("Ann-Lee", "Wu"), ("Bo", "Roe"), ("Cy-Dan", "Poe")]
    assert (found.journal.title, found.volume, found.issue, found.pages) == (
        "Annals of Invention",
        "84",
        "4",
        "601-610",
    )
    assert found.identifiers == ()
    assert found.year is None


@pytest.mark.parametrize("squeezed", [False, True])
def test_commas_throughout(squeezed: bool) -> None:
    (found,) = records(" ".join(SCIENCE_DIRECT.split()) if squeezed else SCIENCE_DIRECT, "references")
    assert found.title == "Effect of Invented Injection on the Elbow: A Randomized, Controlled, Blind Study"
    assert [(a.given, a.family) for a in found.authors] == [("Anna", "Lee-Wu"), ("Bo", "Roe"), ("Cy", "Van Poe")]
    assert (found.journal.title, found.volume, found.issue, found.pages) == (
        "Archives of Invented Medicine",
        "103",
        "11",
        "",
    )


def test_pubmed_style() -> None:
    (found,) = records(PUBMED, "references")
    assert found.title == "Six Treatments Have Invented Effects for People With Pain: A Review With Meta-analysis"
    assert [(a.family, a.initials) for a in found.authors] == [("Wu", "BS"), ("Roe", "C"), ("Poe", "CJ")]
    assert found.journal.abbreviation == "J Invent Sports Phys Ther"
    assert (found.volume, found.issue, found.pages) == ("52", "11", "750-768")
    assert found.date("issue") == PartialDate(year=2022, month=11)
    assert found.date("electronic") == PartialDate(year=2022, month=9, day=7)
    assert (found.id("pmid"), found.id("doi")) == ("90000003", "10.5555/jist.2022.1")
    assert (found.source, found.external_id) == ("references", "file.x#3")
    assert found.extra == (("reference", " ".join(PUBMED.split())),)


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \n\n"])
def test_a_list_is_cut_at_its_numbers(between: str) -> None:
    text = between.join([WILEY, SCIENCE_DIRECT, PUBMED, PUBMED.replace("3.", "4.", 1)])
    found = records(f"References{between}{text}\n", "references")
    assert [r.external_id for r in found] == [f"file.x#{n}" for n in (1, 2, 3, 4)]
    assert found[2].identifiers == found[3].identifiers
    assert formats.recognise(io.BytesIO(text.encode()), "x").name == "references"


STYLES = {
    "vancouver": (
        "Lam S, Reeves K. Deep blocks. Invent Res Int. 2017;2017:7920438.",
        ("Deep blocks", ["Lam", "Reeves"], "Invent Res Int", 2017, "2017", "", "7920438"),
    ),
    "lancet": (
        "Lam S, Reeves K, et al. Deep blocks: a review. Invent Med 2019; 20: 12–9.",
        ("Deep blocks: a review", ["Lam", "Reeves"], "Invent Med", 2019, "20", "", "12-9"),
    ),
    "apa": (
        "Wu, Y.-T., Ke, M.-J., & Chen, L. (2018). Blocks of dextrose. Annals of Invention, 84(4), "
        "601–610. https://doi.org/10.5555/a",
        ("Blocks of dextrose", ["Wu", "Ke", "Chen"], "Annals of Invention", 2018, "84", "4", "601-610"),
    ),
    "dotted": (
        "Smith J. A., Doe B. C. A trial of all. J. Invent. Res. 2020;38(2):1-9.",
        ("A trial of all", ["Smith", "Doe"], "J Invent Res", 2020, "38", "2", "1-9"),
    ),
    "ieee": (
        'J. Smith and B. Doe, "Learning of nerves," Invent. Trans. Med., vol. 39, no. 4, pp. 1000-1010, 2020.',
        ("Learning of nerves", ["Smith", "Doe"], "Invent Trans Med", 2020, "39", "4", "1000-1010"),
    ),
    "nature": (
        "Lam S, Reeves K. Deep blocks. Der Schmerz 32, 12–18 (2018).",
        ("Deep blocks", ["Lam", "Reeves"], "Der Schmerz", 2018, "32", "", "12-18"),
    ),
    "ahead of print": (
        "Lam S. Deep blocks. Invent Med. 2022 Nov 29. doi: 10.5555/a. Epub ahead of print. PMID: 90000001.",
        ("Deep blocks", ["Lam"], "Invent Med", 2022, "", "", ""),
    ),
    "article number": (
        "Lam S. Deep blocks. Invent One. 2022 Nov 28:e0278502. doi: 10.5555/a.",
        ("Deep blocks", ["Lam"], "Invent One", 2022, "", "", "e0278502"),
    ),
    "journal in brackets": (
        "Lam S. Deep blocks. Spine (Phila Pa 1976). 2011 Jan 1;36(1):E1-7.",
        ("Deep blocks", ["Lam"], "Spine (Phila Pa 1976)", 2011, "36", "1", "E1-7"),
    ),
    "group": (
        "World Health Organization. Deep blocks. Invent Med. 2011;36(1):1-7.",
        ("Deep blocks", ["World Health Organization"], "Invent Med", 2011, "36", "1", "1-7"),
    ),
    "question": (
        "Lam S, van der Berg AB. Do blocks work? A trial. Invent Med. 2011;36(1):1-7.",
        ("Do blocks work? A trial", ["Lam", "van der Berg"], "Invent Med", 2011, "36", "1", "1-7"),
    ),
    "roman suffix": (
        "De Vivo V, King M 3rd. Deep blocks. Invent Med. 2011;36(1):1-7.",
        ("Deep blocks", ["De Vivo", "King"], "Invent Med", 2011, "36", "1", "1-7"),
    ),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("number", ["", "7. ", "[7] ", "7) ", "(7) ", "7: "])
def test_styles(style: str, number: str) -> None:
    text, (title, families, journal, year, volume, issue, pages) = STYLES[style]
    (found,) = records(number + text, "references")
    assert found.title == title
    assert [a.family for a in found.authors] == families
    assert (found.journal.title or found.journal.abbreviation) == journal
    assert (found.year, found.volume, found.issue, found.pages) == (year, volume, issue, pages)
    assert found.external_id == ("file.x#7" if number else "file.x#1")
    assert found.extra[0] == ("reference", number + text)


def test_books() -> None:
    (found,) = records("World Health Organization. Report on pain. Geneva: Invented Press; 2016.", "references")
    assert (found.kind, found.title, found.place, found.publisher, found.year) == (
        "book",
        "Report on pain",
        "Geneva",
        "Invented Press",
        2016,
    )


def test_a_report_in_apa() -> None:
    (found,) = records("Wu, Y.-T., & Ke, M. (2018). A report on pain: 2nd edition. Invented Press.", "references")
    assert (found.kind, found.title, found.year) == ("other", "A report on pain: 2nd edition", 2018)
    assert [a.family for a in found.authors] == ["Wu", "Ke"]


def test_et_al_is_no_author() -> None:
    (found,) = records(STYLES["lancet"][0], "references")
    assert not found.authors_complete


def test_wrapped_lines_and_numbers_inside_them() -> None:
    text = (
        "9: Lam S, Reeves K. Deep blocks and what became of them in\n10 years: a meta-\n"
        "analysis. Invent Med. 2022 Dec;12(3):9-\n"
        "10. doi:\n10.5555/a. PMID:\n90000001.\n\n10: Poe C. Another. Invent Med. 2021;1(2):3-4.\n"
    )
    found = records(text, "references")
    assert [r.external_id for r in found] == ["file.x#9", "file.x#10"]
    assert found[0].title == "Deep blocks and what became of them in 10 years: a meta-analysis"
    assert (found[0].id("doi"), found[0].id("pmid")) == ("10.5555/a", "90000001")


def test_one_on_each_line_without_numbers_or_in_paragraphs() -> None:
    lines = [STYLES[s][0] for s in ("vancouver", "lancet", "apa")]
    assert len(records("\n".join(lines), "references")) == 3
    assert len(records("\n\n".join(line.replace(". ", ".\n", 1) for line in lines), "references")) == 3
    assert len(records("\n".join(f"- {line}" for line in lines), "references")) == 3


def test_what_is_no_reference_is_rejected_with_its_line() -> None:
    items = read(
        f"1. {STYLES['vancouver'][0]}\n2. See the web page of the clinic.\n3. {STYLES['apa'][0]}\n", "references"
    )
    (bad,) = rejections(items)
    assert (bad.line, len(items)) == (2, 3)
    assert bad.payload.startswith("2. See")


def test_one_reference_by_itself() -> None:
    found = reference_list.citation(PUBMED, "page#3")
    assert isinstance(found, Record)
    assert found.external_id == "page#3"
    assert reference_list.citation("Nothing to see here.", "page#4") is None


@pytest.mark.parametrize(
    "text",
    [
        "A manuscript about nerves.\n\nIt has paragraphs of 2020 and 5;6 words.\n\nAnd one reference:\n\n"
        + STYLES["vancouver"][0],
        "# Notes\n\n- milk\n- bread\n- doi: 10.5555/a\n",
        "2021-05-01 12:00:00 INFO started\n2021-05-01 12:00:01 INFO done\n",
        "Name, Address\nAmpel, Nowhere 5\n",
    ],
)
def test_prose_is_not_taken_for_a_list(text: str) -> None:
    assert not reference_list.recognise(text.encode())
