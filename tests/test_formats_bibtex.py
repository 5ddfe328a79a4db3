"""BibTeX: what its syntax, names, LaTeX and dialects mean, and what we write."""

from __future__ import annotations

import logging

import bibtexparser
import pybtex.errors
import pytest
from pybtex.database import parse_string

from evidence.formats import _latex, _latex_encode
from evidence.records import Author, Dated, Markup, PartialDate, Record
from evidence.text import plain
from tests.awkward import EXAMPLES, record, study, with_relation
from tests.formats_support import read, records, rejections, written


def one(fields: str, type_: str = "article", key: str = "k") -> Record:
    (found,) = records(f"@{type_}{{{key},\n{fields}\n}}", "bibtex")
    return found


def families(of: Record) -> list[str]:
    return [f"{a.family}|{a.given or a.initials}" + (f"|{a.suffix}" if a.suffix else "") for a in of.authors]


def test_an_entry_becomes_a_record() -> None:
    found = one(
        """  Author = {Ampel, Ann and Br{\\"u}cke, B. C.},
        TITLE = {A {Trial} of {DNA} in {\\'E}tude: 50\\,\\% better},
        Journal = {J. Invent. Results}, year = 2021, month = may, volume = {12}, number = 3, pages = {101--109},
        doi = {https://doi.org/10.5555/A.1}, PMID = {90000001}, issn = {1234-5679}, language = {english},
        keywords = {pain, nerve}, abstract = {It hurt.}, note = {Seen on Monday}, file = {:home/x.pdf:PDF}""",
        key="ampel:2021",
    )
    assert found.source == "bibtex"
    assert found.external_id == "file.x#ampel:2021"
    assert found.keys == ("ampel:2021",)
    assert found.title == "A Trial of DNA in Étude: 50 % better"
    assert found.authors == (Author(family="Ampel", given="Ann"), Author(family="Brücke", initials="BC"))
    assert (found.volume, found.issue, found.pages) == ("12", "3", "101-109")
    assert found.date("issue") == PartialDate(year=2021, month=5)
    assert (found.id("doi"), found.id("pmid")) == ("10.5555/a.1", "90000001")
    assert (found.journal.title, found.journal.issn) == ("J. Invent. Results", "1234-5679")
    assert found.languages == ("eng",)
    assert [k.text for k in found.keywords] == ["pain", "nerve"]
    assert found.extra == (("note", "Seen on Monday"), ("file", ":home/x.pdf:PDF"))


def test_strings_concatenation_quotes_comments_and_preamble() -> None:
    items = read(
        '@string{jir = "Journal of {Invented} " # {Results}}\n@PREAMBLE{"\\def\\x{y}"}\n'
        "@comment{@article{no, title={x}}}\n"
        'Loose words.\n@Article(k, title = "A {"}quoted{"} title", journal = JIR, month = "12~" # jan, '
        'year = "2020")\n',
        "bibtex",
    )
    (found,) = items
    assert isinstance(found, Record)
    assert plain(found.title) == 'A "quoted" title'
    assert found.journal.title == "Journal of Invented Results"
    assert found.date("issue") == PartialDate(year=2020, month=1, day=12)


def test_a_key_that_stands_twice_gives_two_records() -> None:
    found = records(
        "@article{k, title={One}}\n@article{k, title={Two}}\n@article{k~2, title={Three}}\n@article{,title={Four}}",
        "bibtex",
    )
    assert [plain(r.title) for r in found] == ["One", "Two", "Three", "Four"]
    assert len({r.external_id for r in found}) == 4
    assert found[1].external_id == "file.x#k~2"
    assert found[3].keys == ()


def test_a_field_that_stands_twice_is_kept_beside_the_first() -> None:
    found = one("title = {One}, title = {Two}, year = 2020")
    assert found.title == "One"
    assert ("title", "Two") in found.extra


def test_broken_entries_are_rejected_with_their_line_and_the_others_read() -> None:
    items = read(
        "@article{a, title={One}}\n\n@article{b,\n  title = {never closed,\n  year = 2020\n\n"
        "@article{c, title={Three}}\n@article{d title={x}}",
        "bibtex",
    )
    assert [r.keys[0] for r in items if isinstance(r, Record)] == ["a", "c"]
    bad = rejections(items)
    assert [b.line for b in bad] == [3, 8]
    assert all(b.reason and b.payload.startswith("@article") for b in bad)


def test_unknown_types_and_fields_are_kept() -> None:
    found = one("title={A thing}, colour={red \\& green}, year=2020", "artefact")
    assert found.kind == "other"
    assert ("entrytype", "artefact") in found.extra
    assert ("colour", "red & green") in found.extra


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("article", "article"),
        ("inproceedings", "article"),
        ("book", "book"),
        ("incollection", "chapter"),
        ("inbook", "chapter"),
        ("phdthesis", "thesis"),
        ("mastersthesis", "thesis"),
        ("techreport", "report"),
        ("online", "web"),
        ("misc", "other"),
    ],
)
def test_types(type_: str, kind: str) -> None:
    assert one("title={X}, year=2020", type_).kind == kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("First von Last", ["von Last|First"]),
        ("von Last, First", ["von Last|First"]),
        ("von Last, Jr, First", ["von Last|First|Jr"]),
        ("Last, First, Jr.", ["Last|First|Jr."]),
        ("Jean Charles de la Fontaine", ["de la Fontaine|Jean Charles"]),
        ("de la Fontaine, Jean", ["de la Fontaine|Jean"]),
        ("{World Health Organization}", ["World Health Organization|"]),
        ("{Barnes and Noble} and Smith, J.", ["Barnes and Noble|", "Smith|J"]),
        ("{\\'E}mile Zola", ["Zola|Émile"]),
        ("Zola, {\\'E}. and {\\O}rsted, H C", ["Zola|É", "Ørsted|H C"]),
        ("Per {Brinch Hansen}", ["Brinch Hansen|Per"]),
        ("Smith AB, Doe C", ["Smith|AB", "Doe|C"]),
        ("Smith AB and Doe CD", ["Smith|AB", "Doe|CD"]),
        ("van der Berg AB", ["van der Berg|AB"]),
        ("Smith, A.; Doe, B.", ["Smith|A", "Doe|B"]),
        ("Smith, Ann AND Doe, Bob", ["Smith|Ann", "Doe|Bob"]),
        ("Plato", ["Plato|"]),
        ("Anders Sand and Andy Land", ["Sand|Anders", "Land|Andy"]),
        ("Martin Luther King Jr", ["King|Martin Luther|Jr"]),
        ("吳永燦 and 김, 민수", ["吳永燦|", "김|민수"]),
    ],
)
def test_names(value: str, expected: list[str]) -> None:
    found = one(f"author = {{{value}}}")
    assert families(found) == expected
    assert found.authors_complete


def test_groups_and_cut_lists() -> None:
    found = one("author = {{World Health Organization} and Smith, J. and others}")
    assert [a.is_group for a in found.authors] == [True, False]
    assert not found.authors_complete
    assert one("author = {Smith, Ann and others}").authors == (Author(family="Smith", given="Ann"),)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("{\\'e}\\'e{\\'{e}}\\'{e} \\\"o \\^{\\i} \\'\\i{} \\v{s} \\c c \\~n \\H{o} \\aa", "éééé ö î í š ç ñ ő å"),
        ("\\textit{in vivo} \\emph{x} \\textbf{b} CO\\textsubscript{2} 10\\textsuperscript{-3}", None),
        ("{\\it Nerve} and {\\em b}", "<i>Nerve</i> and <i>b</i>"),
        (
            "$\\alpha$-blocker, $x_2$, $10^{-3}$, 5$^\\circ$C, $\\leq$ 5",
            "α-blocker, x<sub>2</sub>, 10<sup>-3</sup>, 5°C, ≤ 5",
        ),
        ("From $5 and $6", "From $5 and $6"),
        ("only one $ here", "only one $ here"),
        ("a--b --- c ``q'' 'r'", "a–b — c “q” 'r'"),
        ("{DNA} in {{Two Braces}}", "DNA in Two Braces"),
        ("\\& \\% \\$ \\# \\_ \\{ \\}", "&amp; % $ # _ { }"),
        ("\\textasciitilde{} {\\textbackslash} \\textless", "~ \\ &lt;"),
        ("{Fig.}~2 is ~5 mg or 10~20", "Fig. 2 is ~5 mg or 10~20"),
        ("p < 0.05 & more", "p &lt; 0.05 &amp; more"),
        ("H<sub>2</sub>O &amp; &lt;i&gt;x&lt;/i&gt;", "H<sub>2</sub>O &amp; <i>x</i>"),
        ("\\unknowncommand{x} stays", "\\unknowncommandx stays"),
        ("\\href{http://x.org}{text} \\url{http://a.b/~c_d}", "text http://a.b/~c_d"),
        ("\\mbox{pH} \\textsc{abc} \\ensuremath{\\beta}", "pH abc β"),
        ("unbalanced } brace", "unbalanced } brace"),
        ("open \\textit{italic", "open <i>italic</i>"),
        ("\\sum and \\bigstar", None),
    ],
)
def test_latex_to_markup(latex: str, expected: str | None) -> None:
    found = _latex.markup(latex)
    if expected is None:
        assert "\\text" not in found
        assert "{" not in found
    else:
        assert found == expected


def test_latex_is_decoded_without_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        records("@article{a, title={\\unknowna{ị} \\foo日 \\weird}}", "bibtex")
        read("@article{a, title={", "bibtex")
    assert not caplog.records


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year={2018}", PartialDate(year=2018)),
        ("year={2018}, month=sep", PartialDate(year=2018, month=9)),
        ("year={2018}, month={September}", PartialDate(year=2018, month=9)),
        ("year={2018}, month={9}, day={3}", PartialDate(year=2018, month=9, day=3)),
        ("date={2018-09-03}", PartialDate(year=2018, month=9, day=3)),
        ("date={2018-09/2018-10}, year={2018}", PartialDate(year=2018, month=9)),
        ("year={in press}", PartialDate(text="in press")),
        ("year={c. 1998}", PartialDate(year=1998, text="c. 1998")),
        ("year={2018/09}", PartialDate(year=2018, month=9)),
    ],
)
def test_dates(fields: str, date: PartialDate) -> None:
    assert one(fields).dates == (Dated(kind="issue", date=date),)


@pytest.mark.parametrize(
    ("fields", "scheme", "value"),
    [
        ("pmid={PMID: 12345}", "pmid", "12345"),
        ("note={PMID: 12345}", "pmid", "12345"),
        ("annote={doi:10.5555/X.1.}", "doi", "10.5555/x.1"),
        ("pmcid={PMC123}", "pmcid", "PMC123"),
        ("url={https://pubmed.ncbi.nlm.nih.gov/12345/}", "pmid", "12345"),
        ("url={http://dx.doi.org/10.5555/a\\_b}", "doi", "10.5555/a_b"),
        ("url={\\url{https://doi.org/10.5555/ab}}", "doi", "10.5555/ab"),
        ("eprint={12345}, eprinttype={pubmed}", "pmid", "12345"),
        ("eprint={2101.00001}, archiveprefix={arXiv}", "arxiv", "2101.00001"),
        ("doi={10.1000/a\\_b\\%3C1\\&2\\#x}", "doi", "10.1000/a_b<1&2#x"),
        ("doi={10.1002/(SICI)97{\\textless}1::AID{\\textgreater}3.0;2-2}", "doi", "10.1002/(sici)97<1::aid>3.0;2-2"),
        ("howpublished={\\url{https://doi.org/10.5555/z}}", "doi", "10.5555/z"),
        ("unique-id={MEDLINE:12345}", "pmid", "12345"),
    ],
)  # fmt: skip
def test_identifiers(fields: str, scheme: str, value: str) -> None:
    assert one(fields).id(scheme) == value


def test_a_doi_that_is_none_is_kept_as_it_is() -> None:
    found = one("doi={no doi}, title={X}")
    assert found.identifiers == ()
    assert ("doi", "no doi") in found.extra


def test_an_entry_without_a_key_hands_nothing_down() -> None:
    """EndNote writes no keys; an empty `crossref` names none of these entries."""
    text = "@article{,\n title = {One},\n year = {2001},\n volume = {7},\n}\n@article{%s\n title = {Two},\n}\n"
    for second in ("b,", ",", "b,\n crossref = {},", ",\n xdata = {other},"):
        _, found = records(text % second, "bibtex")
        assert (found.title, found.volume, found.year) == ("Two", "", None)


def test_a_chapter_inherits_from_its_book() -> None:
    chapter, book = records(
        "@incollection{c, crossref={B}, title={One chapter}, author={Ampel, A.}, pages={1--9}}\n"
        "@book{b, title={The Book}, editor={Ed, I.}, year=2020, publisher={Press}, isbn={9783642322419},"
        " doi={10.5555/book}}",
        "bibtex",
    )
    assert (chapter.title, chapter.book_title, chapter.year, chapter.publisher) == (
        "One chapter",
        "The Book",
        2020,
        "Press",
    )
    assert chapter.editors == (Author(family="Ed", initials="I"),)
    assert chapter.id("doi") is None
    assert book.title == "The Book"


def test_subtitles_belong_to_the_title() -> None:
    assert one("title={A trial}, subtitle={what came of it}").title == "A trial: what came of it"


def test_abstracts_are_cut_at_their_labels() -> None:
    found = one("abstract={BACKGROUND: It hurt. METHODS: 54 hands. RESULTS: 5\\% better. CONCLUSIONS: Less pain.}")
    assert [s.label for s in found.abstract] == ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert found.abstract[2].text == "5% better."
    assert len(one("abstract={We used DNA: a molecule. RNA: too.}").abstract) == 1


def test_export_loads_in_two_other_programs_without_a_word() -> None:
    text = written(list(EXAMPLES.values()), "bibtex")
    with pybtex.errors.capture() as errors:
        theirs = parse_string(text, "bibtex")
    assert not errors
    assert list(theirs.entries) == [s.row.key for s in EXAMPLES.values()]
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert len(library.entries) == len(EXAMPLES)


def test_pybtex_sees_the_same_people() -> None:
    theirs = parse_string(
        written([EXAMPLES["suffixes"], EXAMPLES["particles"], EXAMPLES["group-with-comma"]], "bibtex"), "bibtex"
    )
    people = [p for e in theirs.entries.values() for p in e.persons["author"]]
    assert [" ".join(p.last_names) for p in people[:2]] == ["King", "Ford"]
    assert [p.lineage_names for p in people[:2]] == [["Jr"], ["3rd"]]
    assert [" ".join(p.prelast_names) for p in people[2:5]] == ["van der", "", "de la"]
    assert people[5].last_names == ["{Department of Health, Education, and Welfare}"]


def test_titles_are_protected_word_by_word() -> None:
    text = written([EXAMPLES["protected"]], "bibtex")
    assert (
        "title = {{mRNA}, {pH}, {COVID-19}, {iPhone}, {McGill}, {5-HT2A} and vitamin {D} in {E}. coli: A review},"
        in text
    )
    assert "{{Trial" not in written([study(record("Trial of Nerves in Parkinson's disease"))], "bibtex")


def test_fields_are_encoded_by_their_kind() -> None:
    text = written(
        [EXAMPLES["markup"], EXAMPLES["accents-in-names"], EXAMPLES["doi-with-signs"], EXAMPLES["full-date"]], "bibtex"
    )
    assert "{CO}\\textsubscript{2} and 10\\textsuperscript{-3} of \\textit{{Escherichia} coli}" in text
    assert "{\\v{S}}im{\\r{u}}nek, Ji{\\v{r}}{\\'i}" in text
    assert "  month = feb,\n  day = {29},\n" in text
    assert "doi = {10.1000/a_b%25c#d&e%7Bf%7Dg~h}," in text
    assert "pages = {101--109}," in text


def test_retracted_studies_say_so_in_the_note() -> None:
    text = written([EXAMPLES["retracted"]], "bibtex")
    assert "note = {RETRACTED: this publication has been retracted; notice: J Invent Results. 2022;13(1):5}," in text
    assert "title = {A trial with something odd elsewhere}," in text
    (found,) = records(text, "bibtex")
    assert [p.name for p in found.publication_types] == ["Retracted Publication"]
    concern = with_relation(study(record("X"), state="concern"), "ExpressionOfConcernIn", "J Invent. 2023;1:1")
    assert (
        "note = {EXPRESSION OF CONCERN: an expression of concern has been published; notice: J Invent. 2023;1:1}"
        in written([concern], "bibtex")
    )
    assert "note" not in written([study(record("X"), state="corrected")], "bibtex")


def test_bytes_do_not_depend_on_chunks_or_runs() -> None:
    many = [study(record(f"Title {n}"), key=f"k{n}") for n in range(450)]
    text = written(many, "bibtex")
    assert text == written(many, "bibtex")
    assert text == "".join(written([m], "bibtex") for m in many)
    assert text.count("\n\n\n") == 0
    assert len(records(text, "bibtex")) == 450


def test_keys_that_bibtex_cannot_hold_are_mended() -> None:
    assert "@article{a-b-c," in written([study(record("X"), key="a b{c")], "bibtex")
    twice = written([study(record("One"), key="k"), study(record("Two"), key="k")], "bibtex")
    assert [plain(r.title) for r in records(twice, "bibtex")] == ["One", "Two"]


@pytest.mark.parametrize(
    "text", ["--", "---", "----", "''", "``", "'''", "&amp;", "&#38;", "<i>", "{}", "\\'e", "{\\'e}", "$x$", "~", "a~b"]
)
def test_encoded_text_decodes_to_itself(text: str) -> None:
    encoded = _latex_encode.text(text)
    assert plain(_latex.markup(encoded)) == text
    assert encoded.count("{") == encoded.count("}")
    assert _latex.markup(_latex_encode.markup(Markup("<i>x</i>"))) == "<i>x</i>"


def test_control_characters_reach_neither_keys_nor_the_names_of_kept_fields() -> None:
    text = "@article{a\x001, title={A trial of nerves}, my\x00field={kept}, year={2021}}"
    found = records(text, "bibtex")
    assert not any("\x00" in name for item in found for name, _ in item.extra)
    assert not any("\x00" in key for item in found for key in item.keys)
