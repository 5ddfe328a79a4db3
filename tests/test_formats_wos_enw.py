"""Web of Science's plain text and EndNote's import format (.enw): what each tag becomes, and no record lost."""

from __future__ import annotations

import io

import pytest

from evidence import formats
from evidence.records import Author, PartialDate, Record
from tests.formats_support import read, records, rejections

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Ampel, A
   Doe, BC
AF Ampel, Ann
   Doe, Bob C.
CA Invented Study Grp
TI A trial of splints &amp; steroids in
   adults
SO JOURNAL OF INVENTED RESULTS
LA English
DT Article
DE splint; carpal tunnel
ID PAIN
AB It hurt. Then
   it did not.
RP Ampel, A (corresponding author), Invented Univ, Town.
CR Older A, 1999, J OLD, V1, P1
   Other B, 2000, J OTHER, V2, P2
SN 1234-5679
EI 2345-6789
JI J. Invent. Results
PD DEC 16
PY 2021
VL 12
IS 3
BP 101
EP 109
DI 10.5555/wos.1
EA NOV 2021
UT WOS:000123
PM 90000001
ER

PT B
AU Ampel, A
BE Editor, E
TI A chapter
SO THE BOOK
SE Lecture Notes
DT Article; Book Chapter
PU Press
PI Town
AR UNSP 1722034
PY 2020
UT MEDLINE:90000002
ER

PT J
TI The last one
PY 2019
EF
"""

ENW = """%0 Journal Article
%A Ampel, Ann
%A Doe, Bob C.
%T A trial of splints
%J Journal of Invented Results
%V 12
%N 3
%P 101--109
%D 2021
%8 2021-05-03
%@ 1234-5679
%K pain
splint
%X It hurt.

Then it did not.
%R 10.5555/enw.1
%~ PubMed
%M 90000001
%U https://example.org/own
%F ampel2021

%0 Book Section
%A Ampel, Ann
%E Editor, Eve
%T A chapter
%B The book
%S Lecture Notes
%I Press
%C Town
%D 2020

%0 Thesis
%A Ampel, Ann
%T A thesis
%9 Master's thesis
%D 2019
"""


def test_web_of_science() -> None:
    first, second, third = records(WOS, "wos")
    assert (first.source, first.external_id, first.kind) == ("wos", "file.x#WOS:000123", "article")
    assert first.title == "A trial of splints &amp; steroids in adults"
    assert first.authors == (
        Author(family="Ampel", given="Ann"),
        Author(family="Doe", given="Bob C."),
        Author(family="Invented Study Grp", is_group=True),
    )
    assert (first.journal.title, first.journal.abbreviation) == ("JOURNAL OF INVENTED RESULTS", "J. Invent. Results")
    assert (first.journal.issn, first.volume, first.issue, first.pages) == ("1234-5679", "12", "3", "101-109")
    assert first.date("issue") == PartialDate(year=2021, month=12, day=16)
    assert first.date("electronic") == PartialDate(year=2021, month=11)
    assert (first.id("doi"), first.id("pmid"), first.languages) == ("10.5555/wos.1", "90000001", ("eng",))
    assert [k.text for k in first.keywords] == ["splint", "carpal tunnel", "PAIN"]
    assert [s.text for s in first.abstract] == ["It hurt. Then it did not."]
    assert {"DT", "RP", "UT"} <= {name for name, _ in first.extra}
    assert "CR" not in dict(first.extra)
    assert (second.kind, second.book_title, second.pages, second.id("pmid")) == (
        "chapter",
        "THE BOOK",
        "1722034",
        "90000002",
    )
    assert ([e.family for e in second.editors], second.publisher, second.place) == (["Editor"], "Press", "Town")
    assert ("series", "Lecture Notes") in second.extra
    assert (third.title, third.year) == ("The last one", 2019)


def test_endnote_import() -> None:
    first, second, third = records(ENW, "enw")
    assert (first.source, first.kind, first.keys) == ("enw", "article", ("ampel2021",))
    assert first.authors == (Author(family="Ampel", given="Ann"), Author(family="Doe", given="Bob C."))
    assert (first.journal.title, first.volume, first.issue, first.pages) == (
        "Journal of Invented Results",
        "12",
        "3",
        "101-109",
    )
    assert first.date("issue") == PartialDate(year=2021, month=5, day=3)
    assert (first.id("doi"), first.id("pmid"), first.url) == ("10.5555/enw.1", "90000001", "https://example.org/own")
    assert [k.text for k in first.keywords] == ["pain", "splint"]
    assert [s.text for s in first.abstract] == ["It hurt. Then it did not."]
    assert (second.kind, second.book_title, second.publisher, second.place) == ("chapter", "The book", "Press", "Town")
    assert ([e.family for e in second.editors], dict(second.extra)) == (["Editor"], {"series": "Lecture Notes"})
    assert (third.kind, dict(third.extra)) == ("thesis", {"type": "Master's thesis"})


@pytest.mark.parametrize(("name", "text", "count"), [("wos", WOS, 3), ("enw", ENW, 3)])
@pytest.mark.parametrize("form", ["bom", "utf-16", "cr", "crlf", "plain"])
def test_they_are_recognised_in_every_form(name: str, text: str, count: int, form: str) -> None:
    data = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "utf-16": text.encode("utf-16"),
        "cr": text.replace("\n", "\r").encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "plain": text.encode(),
    }[form]
    assert formats.recognise(io.BytesIO(data), "x").name == name
    found = list(formats.read(io.BytesIO(data), "x"))
    assert [isinstance(item, Record) for item in found] == [True] * count


@pytest.mark.parametrize("text", ["%A Ampel, Ann\n%T One\n%D 2020\n\n%A Doe, Bob\n%T Two\n%D 2021\n"])
def test_records_without_a_type_are_set_apart_by_empty_lines(text: str) -> None:
    assert formats.recognise(io.BytesIO(text.encode()), "x").name == "enw"
    assert [r.title for r in records(text, "enw")] == ["One", "Two"]


@pytest.mark.parametrize(
    ("name", "text", "titles", "refused"),
    [
        ("wos", "PT J\nER\n\nPT J\nTI Two\nER\n", ["Two"], 1),
        ("wos", "PT J\nTI One\nPT J\nTI Two\nER\nER\n", ["One", "Two"], 0),
        ("enw", "%0 Journal Article\n\n%0 Book\n%T Two\n", ["Two"], 0),
        ("enw", "%0 Journal Article\n", [], 1),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_and_the_others_are_read(
    name: str, text: str, titles: list[str], refused: int
) -> None:
    items = read(text, name)
    assert [r.title for r in items if isinstance(r, Record)] == titles
    assert len(rejections(items)) == refused
    assert all(r.reason and r.line for r in rejections(items))


@pytest.mark.parametrize(
    "text", ["% a comment of LaTeX\n@article{a, title = {T}}\n", "%A comment\n@book{b, title={T}}\n"]
)
def test_comments_of_bibtex_are_not_taken_for_tags(text: str) -> None:
    assert formats.recognise(io.BytesIO(text.encode()), "x").name == "bibtex"
