"""What a style prints from our exports: no false words, none twice, none lost; and the same bytes again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from evidence import citing, theses
from evidence.formats import _export
from evidence.identifiers import parse
from evidence.records import AbstractSection, Author, Dated, Journal, Markup, PartialDate, Record
from tests.awkward import record, study
from tests.formats_support import records, written
from tests.test_awkward_formats import again, comparable

BIB = ("bibtex", "biblatex")
ALL = ("bibtex", "biblatex", "ris", "csl-json", "csv", "nbib")


def one(bib: str, name: str = "bibtex") -> Record:
    (found,) = records(bib, name)
    return found


def out(of: Record, name: str) -> str:
    """The record as a file, which must come home and leave again as the same bytes."""
    text = written([study(of)], name)
    (found,) = records(text, name)
    assert comparable(written([again(found)], name), name) == comparable(text, name)
    return text


def field(text: str, name: str) -> str:
    found = re.search(rf"^  {name} = (.*),$", text, re.M)
    return found[1] if found else ""


THESES = {
    "@mastersthesis{a, title={T}, author={A, B}, school={U}, year=2020}": theses.MASTER,
    "@thesis{a, title={T}, author={A, B}, school={U}, year=2020, type={mathesis}}": theses.MASTER,
    "@phdthesis{a, title={T}, author={A, B}, school={U}, year=2020, type={Master's thesis}}": theses.MASTER,
    "@phdthesis{a, title={T}, author={A, B}, school={U}, year=2020}": theses.DOCTOR,
    "@thesis{a, title={T}, author={A, B}, school={U}, year=2020, type={phdthesis}}": theses.DOCTOR,
    "@phdthesis{a, title={T}, author={A, B}, school={U}, year=2020, type={Licentiate thesis}}": "Licentiate thesis",
    "@thesis{a, title={T}, author={A, B}, school={U}, year=2020}": "",
}


@pytest.mark.parametrize(("bib", "kind"), THESES.items())
def test_a_thesis_is_called_what_it_is(bib: str, kind: str) -> None:
    of = one(bib)
    assert theses.thesis(of) == kind
    bibtex, biblatex = out(of, "bibtex"), out(of, "biblatex")
    assert bibtex.startswith("@mastersthesis{" if kind == theses.MASTER else "@phdthesis{")
    assert field(bibtex, "type") == ("" if kind in theses.SHOWN else f"{{{kind or 'Thesis'}}}")
    assert field(biblatex, "type") == f"{{{kind or 'Thesis'}}}"
    shown = theses.SHOWN.get(kind, kind)
    assert (f"M3  - {shown}\n" in out(of, "ris")) == bool(kind)
    assert json.loads(out(of, "csl-json"))[0].get("genre", "") == shown
    apa = {theses.MASTER: "Master's thesis", "Licentiate thesis": "Licentiate thesis"}.get(
        kind, "Doctoral dissertation"
    )
    assert f"[{apa}, U]" in citing.cite(of, "apa")
    nlm = {theses.MASTER: "master's thesis", "Licentiate thesis": "licentiate thesis"}.get(kind, "dissertation")
    assert f"[{nlm}]" in citing.cite(of, "nlm")


@pytest.mark.parametrize("name", ["ris", "csl-json"])
def test_the_kind_of_a_thesis_goes_from_format_to_format(name: str) -> None:
    of = one(next(iter(THESES)))
    (found,) = records(written([study(of)], name), name)
    assert written([study(found)], "bibtex").startswith("@mastersthesis{")


def test_biblatex_gets_fields_without_words_for_an_author_or_a_date_that_is_not_known() -> None:
    text = out(record("A title", authors=(), dates=()), "biblatex")
    assert text.startswith("@article{")
    assert "listed" not in text
    assert [field(text, n) for n in ("author", "options", "date")] == ["{{}}", "{useauthor=false}", "{XXXX}"]
    assert re.findall(r"\\clear\w+\{\w+\}", field(text, "execute")) == [r"\clearname{author}", r"\clearfield{year}"]
    (found,) = records(text, "biblatex")
    assert (found.authors, found.dates, found.extra) == ((), (), ())
    report = record("A report", kind="report", authors=(), publisher="Ministry", journal=Journal())
    assert out(report, "biblatex").startswith("@report{")


def test_biblatex_prints_a_state_in_place_of_a_date() -> None:
    """Two styles print it only where there is no date at all."""
    text = out(record("A title", dates=(), extra=(("pubstate", "inpress"),)), "biblatex")
    assert field(text, "pubstate") == "{inpress}"
    assert not field(text, "date")
    assert not field(text, "execute")


@pytest.mark.parametrize("name", BIB)
def test_code_in_a_file_is_kept_and_not_passed_on(name: str) -> None:
    found = one(r"@article{a, title = {T}, journal = {J}, execute = {\input{secrets}}, options = {skipbib}}")
    assert dict(found.extra) == {"execute": r"\input{secrets}", "options": "skipbib"}
    text = out(found, name)
    assert "secrets" not in text
    assert "skipbib" not in text


@pytest.mark.parametrize("name", BIB)
def test_numbers_that_biber_would_call_wrong_stand_apart(name: str) -> None:
    book = record("B", kind="book", isbns=("0-306-40615-3", "978-0-306-40615-7", "0-306-40615-2"))
    text = out(book, name)
    assert field(text, "isbn") == "{978-0-306-40615-7}"
    assert sorted(records(text, name)[0].isbns) == sorted(book.isbns)
    wrong = out(record("T", journal=Journal(title="J", issn="1234-5678")), name)
    assert not field(wrong, "issn")
    assert records(wrong, name)[0].journal.issn == "1234-5678"


@pytest.mark.parametrize("printed", ["author = {{[No authors listed]}}, options = {useauthor=false}", "date = {XXXX}"])
def test_exports_of_earlier_versions_are_read_as_before(printed: str) -> None:
    found = one(f"@article{{a, title = {{T}}, journaltitle = {{J}}, {printed}}}")
    assert (found.authors, found.year, found.extra) == ((), None, ())


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://ex.com/Müller%20a_b", "http://ex.com/M%C3%BCller%20a_b"),
        ("http://ex.com/a{b}%zz", "http://ex.com/a%7Bb%7D%25zz"),
        ("http://ex.com/100%25", "http://ex.com/100%25"),
    ],
)
@pytest.mark.parametrize("name", BIB)
def test_an_address_is_percent_encoded_once(name: str, address: str, shown: str) -> None:
    assert field(out(record("T", identifiers=(), url=address), name), "url") == f"{{{shown}}}"


AHEAD: dict[str, tuple[dict[str, Any], bool]] = {
    "aheadofprint": ({"publication_status": "aheadofprint"}, True),
    "an electronic date alone": ({"dates": (Dated(kind="electronic", date=PartialDate(year=2021)),)}, True),
    "a DOI alone": ({}, False),
    "both dates": (
        {"dates": tuple(Dated(kind=k, date=PartialDate(year=2021)) for k in ("electronic", "issue"))},
        False,
    ),
}


@pytest.mark.parametrize("case", AHEAD)
def test_only_a_source_that_says_so_makes_an_article_ahead_of_print(case: str) -> None:
    fields, ahead = AHEAD[case]
    of = record("T", volume="", issue="", pages="", **fields)
    assert ("Epub ahead of print" in citing.cite(of, "nlm")) == ahead
    assert ("Advance online" in citing.cite(of, "apa")) == ahead


JOURNALS = [
    ("Journal of Hand Surgery (European Volume)", "", "", "Journal of Hand Surgery (European Volume)"),
    ("Spine (Phila Pa 1976)", "", "", "Spine (Phila Pa 1976)"),
    ("American Journal of Physiology (Consolidated)", "Am J Physiol (Consol)", "", None),
    ("Lancet (London, England)", "Lancet", "2985213R", "Lancet"),
    ("Hypertension (Dallas, Tex. : 1979)", "Hypertension", "", "Hypertension"),
    ("BMJ (Clinical research ed.)", "BMJ", "8900488", "BMJ"),
]


@pytest.mark.parametrize(("title", "short", "nlm_id", "shown"), JOURNALS)
def test_a_journal_keeps_the_words_that_tell_it_from_another(title: str, short: str, nlm_id: str, shown: str) -> None:
    of = record("T", source="ris", journal=Journal(title=title, abbreviation=short, nlm_id=nlm_id))
    apa = citing.cite(of, "apa")
    assert f". {shown or title}, 12(3)" in apa
    if not short:
        assert title in citing.cite(of, "nlm")


QUOTES = {
    'the "second" victim': "the {``}second{''} victim",
    'a 5" nail': "a 5{''} nail",
    '("Alpha")': "({``}Alpha{''})",
    'Ein "Wort': "Ein {``}Wort",
    '"': "{''}",
    "``foreign'' and “ours”": None,
}


@pytest.mark.parametrize("quoted", QUOTES)
@pytest.mark.parametrize("name", BIB)
def test_a_straight_quotation_mark_is_never_live(name: str, quoted: str) -> None:
    of = record(quoted, publisher=quoted)
    text = out(of, name)
    assert '"' not in text.replace('\\"', "")
    want = QUOTES[quoted]
    assert want is None or field(text, "title").replace("{Alpha}", "Alpha").replace("{Wort}", "Wort") in (
        f"{{{want}}}",
        f"{{{want.replace('Ein', '{Ein}')}}}",
    )
    (found,) = records(text, name)
    assert found.title == of.title


def test_ligatures_of_other_programs_are_still_curly() -> None:
    assert one("@article{a, title={``Two'' words}}").title == "“Two” words"


STOPS = [
    ("An invented trial.", "An invented trial"),
    ("Is it <i>in vivo</i>.", "Is it <i>in vivo</i>"),
    ("All <i>in vivo.</i>", "All <i>in vivo</i>"),
    ("[An invented trial].", "[An invented trial]"),
    ("Is it true?", "Is it true?"),
    ("And so on...", "And so on..."),
    ("And so on ….", "And so on …"),
    ("Reply to Smith et al.", "Reply to Smith et al."),
    ("Trials in the U.S.", "Trials in the U.S."),
    ("Hepatitis B.", "Hepatitis B"),
    ("A <i>.</i>", "A <i>.</i>"),
    (".", "."),
]


@pytest.mark.parametrize(("printed", "shown"), STOPS)
def test_the_full_stop_behind_a_title_is_the_styles(printed: str, shown: str) -> None:
    assert _export.title(Markup(printed)) == shown
    assert _export.title(Markup(shown)) == shown
    of = replace(record(), title=Markup(printed), vernacular_title=Markup(printed))
    for name in ALL:
        (found,) = records(out(of, name), name)
        assert found.title == (printed if name == "nbib" else shown)


@pytest.mark.parametrize("pages", ["n/a--n/a", "n/a", "N.PAG", "-", "no--no", "N/A"])
def test_words_for_no_pages_are_no_pages(pages: str) -> None:
    of = one(f"@article{{a, title={{T}}, journal={{J}}, pages={{{pages}}}}}")
    assert of.pages == ""
    assert [name for name, _ in of.extra] == ["pages"]
    ris = one(f"TY  - JOUR\nTI  - T\nSP  - {pages}\nEP  - {pages}\nER  - \n", "ris")
    assert ris.pages == ""


KEPT = {
    "series": "Lecture Notes",
    "chapter": "3",
    "version": "2.1",
    "translator": "Doe, Jane and Roe, Bob",
    "issuetitle": "Nerves & muscles",
    "pubstate": "inpress",
    "note": "Read twice",
    "addendum": "With a map",
}


@pytest.mark.parametrize("name", BIB)
@pytest.mark.parametrize("type_", ["article", "book", "incollection"])
def test_fields_that_no_record_has_are_written_again(type_: str, name: str) -> None:
    fields = ", ".join(f"{k}={{{v}}}" for k, v in KEPT.items())
    of = one(
        f"@{type_}{{a, title={{T}}, author={{A, B}}, booktitle={{X}}, journal={{J}}, editor={{C, D and others}},"
        f" year=2020, annote={{Mine}}, {fields}}}".replace("&", "\\&")
    )
    text = out(of, name)
    again_said = {k: v for k, v in one(text).extra if k in KEPT}
    assert again_said == KEPT
    assert "D and others}" in text
    assert "{Mine}" in text
    assert (field(text, "note"), field(text, "pubstate")) == ("{Read twice}", "{inpress}")
    if type_ == "book":
        assert field(text, "translator") == "{Doe, Jane and Roe, Bob}"


@pytest.mark.parametrize("name", BIB)
def test_a_retraction_and_the_writers_own_note_both_stand(name: str) -> None:
    of = one("@article{a, title={T}, author={A, B}, journal={J}, year=2020, note={Mine}}")
    text = written([study(of, state="retracted")], name)
    assert field(text, "note") == "{RETRACTED: this publication has been retracted}"
    assert field(text, "addendum") == "{Mine}"
    assert written([again(one(text))], name) == text.replace("ampel2021invented", again(one(text)).row.key)


def test_what_programs_put_into_notes_is_not_printed() -> None:
    item = {"id": "a", "type": "article-journal", "title": "T", "note": "Publisher: Invented"}
    of = one(json.dumps([item]), "csl-json")
    assert "Invented" not in written([study(of)], "bibtex")


def test_words_in_place_of_a_year_are_kept() -> None:
    of = one("@article{a, title={T}, author={A, B}, journal={J}, year={in press}}")
    assert field(out(of, "bibtex"), "year") == "{in press}"
    assert field(out(of, "biblatex"), "pubstate") == "{inpress}"
    assert json.loads(out(of, "csl-json"))[0]["issued"] == {"literal": "in press"}
    assert "PY  - in press\n" in out(of, "ris")


RIS = "\n".join(
    ("TY  - {type}", "TI  - T", "AU  - A, B", "PY  - 2003", "DA  - 2003/02//Spring")
    + ("N1  - A first note", "N1  - A second", "M1  - 17", "ER  - \n")
)


@pytest.mark.parametrize("type_", ["JOUR", "MGZN", "VIDEO", "EBOOK", "GOVDOC"])
def test_ris_writes_its_own_tags_again(type_: str) -> None:
    text = out(one(RIS.format(type=type_), "ris"), "ris")
    for line in RIS.format(type=type_).splitlines():
        assert line in text.splitlines()


@pytest.mark.parametrize("kind", ["article", "preprint"])
def test_an_arxiv_number_stands_where_programs_look_for_it(kind: str) -> None:
    of = record("T", kind=kind, identifiers=(parse("arxiv", "2101.00001"),), extra=(("primaryclass", "cs.LG"),))
    text = out(of, "bibtex")
    for name, value in (("eprint", "{2101.00001}"), ("archiveprefix", "{arXiv}"), ("primaryclass", "{cs.LG}")):
        assert field(text, name) == value
    assert "otherids" not in text
    biblatex = out(of, "biblatex")
    assert (field(biblatex, "eprint"), field(biblatex, "eprintclass")) == ("{2101.00001}", "{cs.LG}")
    address = "https://arxiv.org/abs/2101.00001" if kind == "preprint" else None
    assert json.loads(out(of, "csl-json"))[0].get("URL") == address
    assert field(text, "url") == (f"{{{address}}}" if address else "")


@pytest.mark.parametrize("address", ["https://arxiv.org/abs/2101.00001", ""])
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", ["article", "preprint"])
def test_an_arxiv_address_comes_back(kind: str, name: str, address: str) -> None:
    out(record("T", kind=kind, url=address, identifiers=(parse("arxiv", "2101.00001"),)), name)


def test_part_of_a_book_without_a_title_of_its_own() -> None:
    of = one("@inbook{a, title={The book}, author={A, B}, chapter=3, pages={12--20}, publisher={P}, year=1999}")
    assert of.kind == "chapter"
    bibtex, biblatex = out(of, "bibtex"), out(of, "biblatex")
    assert bibtex.startswith("@inbook{")
    assert biblatex.startswith("@book{")
    for text in (bibtex, biblatex):
        assert [field(text, f) for f in ("chapter", "pages", "publisher", "booktitle")] == [
            "{3}",
            "{12--20}",
            "{P}",
            "",
        ]
        assert one(text).kind == "chapter"


@pytest.mark.parametrize("sign", "＝＋－＠")
def test_full_width_signs_run_as_formulas_too(sign: str) -> None:
    of = record(f"{sign}1+1")
    assert f",'{sign}1+1," in out(of, "csv")
    (found,) = records(written([study(of)], "csv"), "csv")
    assert found.title == of.title


def test_particles_are_csls() -> None:
    names = [
        {"family": "Humboldt", "given": "Alexander", "dropping-particle": "von"},
        {"non-dropping-particle": "van der", "family": "Berg", "given": "Jan"},
        {"family": "Delano", "given": "Ann"},
    ]
    of = one(json.dumps([{"id": "a", "type": "article-journal", "title": "T", "author": names}]), "csl-json")
    assert of.authors == (
        Author(family="Humboldt", given="Alexander von"),
        Author(family="van der Berg", given="Jan"),
        Author(family="Delano", given="Ann"),
    )
    assert json.loads(out(of, "csl-json"))[0]["author"] == names
    only = replace(of, authors=(Author(family="van"), Author(family="de Silva")))
    assert [a.get("family") for a in json.loads(out(only, "csl-json"))[0]["author"]] == ["van", "Silva"]


@pytest.mark.parametrize("name", ALL)
def test_a_label_without_text_leaves_no_space_behind(name: str) -> None:
    of = record(
        "T", abstract=(AbstractSection(text=Markup("It hurt.")), AbstractSection(text=Markup(""), label="LEVEL: 4"))
    )
    assert "LEVEL: 4: " not in out(of, name)
