"""References against what the manuals ask for, written by hand; and in every form nothing escapes."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import citing
from evidence.errors import UsageProblem
from evidence.records import Author, Dated, Journal, Markup, PartialDate, Record, Relation
from tests.citing_cases import CASES, INVENTED, Case, group, halpern, invented, people, person, record
from tests.citing_works import BOOKS

ALL = {**CASES, **BOOKS}
WRITTEN = [(name, style) for name, case in ALL.items() for style in citing.STYLES if getattr(case, style)]


def shown(case: Case, style: str) -> str:
    """A reference as the expectations are written: italics as asterisks."""
    made = citing.cite(case.record, style, "html", accessed=case.accessed)
    return html.unescape(re.sub("</?i>", "*", made))


@pytest.mark.parametrize(("name", "style"), WRITTEN)
def test_a_reference_is_what_the_manual_asks_for(name: str, style: str) -> None:
    assert shown(ALL[name], style) == getattr(ALL[name], style)


def test_every_style_is_written_out_for_most_cases() -> None:
    counts = {style: sum(bool(getattr(case, style)) for case in ALL.values()) for style in citing.STYLES}
    assert min(counts.values()) >= 50, counts


def test_text_has_no_markup_and_html_no_text_that_is_markup() -> None:
    one = invented(title="p < 0.05 & <i>E. coli</i> <script>alert(1)</script>")
    assert "p < 0.05 & E. coli <script>alert(1)</script>. J Nerve" in citing.cite(one, "vancouver")
    made = citing.cite(one, "vancouver", "html")
    assert "p &lt; 0.05 &amp; <i>E. coli</i> &lt;script&gt;alert(1)&lt;/script&gt;. J Nerve" in made


def test_rtf_keeps_italics_and_letters() -> None:
    made = citing.cite(invented(title="α in {braces} of <sub>2</sub> 𝒳\\"), "apa", "rtf")
    assert made.startswith("{\\rtf1")
    assert made.isascii()
    assert "\\u945  in \\{braces\\} of {\\sub 2} \\u-10187 \\u-9037 \\\\." in made
    assert "{\\i Journal of Nerve Studies}, {\\i 84}(4), 601\\u8211 610." in made


def test_a_list_is_numbered_or_not_in_every_form() -> None:
    both = [halpern(), invented()]
    numbered = citing.document(both, "vancouver", numbered=True)
    assert [line[:12] for line in numbered.splitlines()] == ["1. Halpern S", "2. Wu YT. An"]
    assert citing.document(both, "vancouver").splitlines()[1].startswith("Wu YT")
    page = citing.document(both, "ama", "html", numbered=True)
    assert page.count("<li>") == 2
    assert "<ol>" in page
    assert "<ol>" not in citing.document(both, "ama", "html")
    rich = citing.document(both, "ama", "rtf", numbered=True)
    assert "1.\\tab Halpern SD" in rich
    assert rich.count("\\par\n") == 2
    assert citing.document([], "apa", "html", numbered=True).count("<li>") == 0


def test_an_apa_list_goes_by_author_year_and_title_with_letters() -> None:
    works = [
        invented(authors="Zorn A"),
        invented(title="The second trial."),
        invented(),
        invented(year=2016),
        record(**{**INVENTED, "title": "A nameless trial."}),
    ]
    lines = citing.document(works, "apa").splitlines()
    assert [line.split(". *")[0][:38] for line in lines] == [
        "A nameless trial. (2018). Journal of N",
        "Wu, Y. T. (2016). An invented trial. J",
        "Wu, Y. T. (2018a). An invented trial. ",
        "Wu, Y. T. (2018b). The second trial. J",
        "Zorn, A. (2018). An invented trial. Jo",
    ]
    in_order = citing.document(works, "apa", numbered=True).splitlines()
    assert in_order[0].startswith("1. Zorn, A. (2018)")
    assert in_order[2].startswith("3. Wu, Y. T. (2018).")


def test_an_apa_list_has_the_undated_first_and_what_is_in_press_last() -> None:
    def undated(title: str, said: str) -> Record:
        return invented(title=title, year=None, dates=(Dated(kind="issue", date=PartialDate(text=said)),))

    works = [undated("C.", "In press"), undated("B.", "(in press)"), invented(), undated("A.", "about then")]
    lines = citing.document(works, "apa").splitlines()
    assert [line.partition(")")[0] for line in lines] == [
        "Wu, Y. T. (n.d.",
        "Wu, Y. T. (2018",
        "Wu, Y. T. (in press-a",
        "Wu, Y. T. (in press-b",
    ]


def test_the_order_of_an_apa_list_is_not_that_of_arrival() -> None:
    works = [invented(title=f"Trial {n}.", authors=a) for n in range(3) for a in ("Wu YT", "Abel A")]
    assert citing.document(works, "apa") == citing.document(works[::-1], "apa")


@pytest.mark.parametrize(("style", "form"), [("chicago", "text"), ("apa", "docx"), ("", ""), ("APA", "text")])
def test_an_unknown_style_or_form_is_wrong_usage(style: str, form: str) -> None:
    with pytest.raises(UsageProblem, match="is not one of"):
        citing.cite(halpern(), style, form)


def test_an_address_that_is_none_is_not_printed() -> None:
    page = record("Nerves.", kind="web", url="javascript:alert(1)")
    assert "javascript" not in "".join(citing.cite(page, style) for style in citing.STYLES)


def test_names_that_pubmed_replaced_or_that_say_nothing_are_left_out() -> None:
    authors = [replace(person("Old AB"), valid=False), person("New AB"), Author(family=" , "), Author()]
    assert citing.cite(invented(authors=authors), "nlm").startswith("New AB. An invented")


def test_a_list_of_groups_only() -> None:
    authors = [group("First Group."), group("Second Group")]
    assert citing.cite(invented(authors=authors), "vancouver").startswith("First Group; Second Group. An")
    assert citing.cite(invented(authors=authors), "apa").startswith("First Group, & Second Group. (2018)")


def test_six_people_and_two_groups_keep_every_name_in_ama() -> None:
    authors = [*people("A A, B B, C C, D D, E E, F F"), group("G Group"), group("H Group")]
    assert citing.cite(invented(authors=authors), "ama").startswith("A A, B B, C C, D D, E E, F F; G Group; H Group.")


# Whatever is stored.

NASTY = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["<i>", "</i>", "<sub>", "</sup>", "<b><i>x</b></i>", "<script>", "&amp;", "&lt;i&gt;", "{", "}", "\\", "\\par"]
        + ["\x00", "\x1b[31m", "\x9b", "\u202e", "\ud800", "𝒳", "é", "?", "!", ".", "...", "[x]", "[", "]", "Jr", "III"]
        + ["1-2", "S93-9", "e12-e13", "12-3, 7", "Suppl 2", "12 Suppl 7", "Pt 1", "0", "99999999999999999999-1", "–"]
        + ["http://a.b/c", "javascript:x", "Master", "2002;1(2):3", "J. 2002 Jul 3;1(2):3-4. doi: x", "İstanbul", "ß"]
    ),
)
TEXTS = st.lists(NASTY, max_size=4).map(" ".join)
DATES = st.builds(
    PartialDate,
    year=st.none() | st.integers(-5, 99999),
    month=st.none() | st.integers(-1, 14),
    day=st.none() | st.integers(-1, 40),
    text=TEXTS,
)
AUTHORS = st.builds(
    Author, family=TEXTS, given=TEXTS, initials=TEXTS, suffix=TEXTS, is_group=st.booleans(), valid=st.booleans()
)
KINDS = ["article", "book", "chapter", "preprint", "registration", "thesis", "report", "web", "other"]
RECORDS = st.builds(
    Record,
    source=st.just("invented"),
    external_id=st.just("1"),
    kind=st.sampled_from(KINDS),
    title=TEXTS.map(Markup),
    vernacular_title=TEXTS.map(Markup),
    book_title=TEXTS.map(Markup),
    authors=st.lists(AUTHORS, max_size=25).map(tuple),
    authors_complete=st.booleans(),
    editors=st.lists(AUTHORS, max_size=3).map(tuple),
    journal=st.builds(Journal, title=TEXTS, abbreviation=TEXTS),
    volume=TEXTS,
    issue=TEXTS,
    pages=TEXTS,
    publisher=TEXTS,
    place=TEXTS,
    edition=TEXTS,
    languages=st.lists(st.sampled_from(["eng", "ger", "x", "", "de-AT"]), max_size=2).map(tuple),
    dates=st.lists(st.builds(Dated, kind=st.sampled_from(["issue", "electronic", "contribution"]), date=DATES)).map(
        tuple
    ),
    publication_model=st.sampled_from(["", "Electronic", "Print-Electronic", "Electronic-eCollection"]),
    relations=st.lists(
        st.builds(
            Relation,
            type=st.sampled_from(["RetractionIn", "ErratumIn", "ExpressionOfConcernIn", "RetractedandRepublishedIn"]),
            citation=TEXTS,
        ),
        max_size=2,
    ).map(tuple),
    url=TEXTS,
    extra=st.lists(st.tuples(st.just("type"), TEXTS), max_size=1).map(tuple),
)


class Elements(HTMLParser):
    """The elements of a piece of HTML, with their attributes; and whether they nest."""

    def __init__(self, piece: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.attributes: list[object] = []
        self.nests = True
        self.open: list[str] = []
        self.said = ""
        self.feed(piece)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.nests = self.nests and bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


@given(RECORDS, st.sampled_from(citing.STYLES))
def test_any_record_makes_one_sound_reference_in_every_form(one: Record, style: str) -> None:
    plain = citing.cite(one, style, "text", accessed=PartialDate(year=2024, month=3, day=5))
    assert plain.strip()
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]", plain)
    piece = Elements(citing.cite(one, style, "html", accessed=PartialDate(year=2024, month=3, day=5)))
    assert piece.names <= {"i", "b", "u", "sub", "sup"}
    assert not piece.attributes
    assert piece.nests
    assert not piece.open
    assert " ".join(piece.said.split()) == plain
    assert _balanced(citing.cite(one, style, "rtf"))


@given(st.lists(RECORDS, max_size=3), st.sampled_from(citing.STYLES), st.booleans())
def test_any_list_makes_sound_documents(some: list[Record], style: str, numbered: bool) -> None:
    assert citing.document(some, style, "text", numbered=numbered).count("\n") == len(some)
    page = citing.document(some, style, "html", numbered=numbered)
    assert page.count("<li>" if numbered else "<p>") == len(some)
    rich = citing.document(some, style, "rtf", numbered=numbered)
    assert _balanced(rich)
    assert rich.count("\\par\n") == len(some)


def _balanced(rich: str) -> bool:
    """RTF's groups are closed in order, the last brace closes the first, and all of it is ASCII."""
    bare = re.sub(r"\\[\\{}]", "", rich)
    depth = 0
    for at, letter in enumerate(bare):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth < 0 or (depth == 0 and bare[at:].strip() not in ("}", "")):
            return False
    return depth == 0 and rich.isascii()


@pytest.mark.parametrize(
    "piece", [".", "(", "_", "<i>", "</i>", "<i></i>", "suppl ", "1-2", " : ", "a: B? ", ";", "J. 2002 "]
)
def test_no_text_takes_long(piece: str) -> None:
    """Were a rule quadratic, each of these would run for minutes (faulthandler then says where); nothing is timed."""
    nasty = piece * (60_000 // len(piece)) + ("x" if piece in ".;" else "</i>" * 15_000 if piece == "<i>" else "")
    one = record(pages=nasty, volume=nasty, issue=nasty, journal=f"{nasty}|{nasty}", publisher=nasty, edition=nasty)
    one = replace(one, title=Markup(nasty), book_title=Markup(nasty), authors=(Author(family=nasty, given=nasty),))
    one = replace(one, relations=(Relation(type="RetractionIn", citation=nasty),), url=nasty, place=nasty)
    for kind in ("article", "book"):
        assert citing.cite(replace(one, kind=kind), "apa", "rtf")


@given(st.sampled_from(sorted(ALL)), st.sampled_from(citing.STYLES))
def test_a_record_is_cited_the_same_every_time(name: str, style: str) -> None:
    one = ALL[name].record
    assert citing.cite(one, style, "rtf") == citing.cite(replace(one), style, "rtf")
