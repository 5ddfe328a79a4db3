"""What readers share: lists of names in one string, dates, tagged text, encodings of lines, external ids."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.formats import _dates, _draft, _ids, _lines, _markup, _names
from evidence.identifiers import Identifier
from evidence.records import Author, Markup, PartialDate
from evidence.text import balanced, from_plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith AB, Doe C", ["Smith AB", "Doe C"]),
        ("Smith AB, Doe C.", ["Smith AB", "Doe C"]),
        ("Smith, Ann; Doe, Bob", ["Smith Ann", "Doe Bob"]),
        ("Smith, Ann and Doe, Bob", ["Smith Ann", "Doe Bob"]),
        ("Smith, J., Doe, A. B.", ["Smith J", "Doe AB"]),
        ("Kahn F.Liu A.Hall C. D.", ["Kahn F", "Liu A", "Hall CD"]),
        ("Andy SmithTom Weber", ["Smith Andy", "Weber Tom"]),
        ("Joseph Rott, Erin Carr, Mary La", ["Rott Joseph", "Carr Erin", "La Mary"]),
        ("['Marx, Karl', \"O'Neil, Ann\"]", ["Marx Karl", "O'Neil Ann"]),
        ("Liu R., Adler D.G.", ["Liu R", "Adler DG"]),
        ("van der Berg, Jan", ["van der Berg Jan"]),
        ("World Health Organization", ["World Health Organization "]),
        ("A Smith, B Jones and C Brown", ["Smith A", "Jones B", "Brown C"]),
        ("", []),
        ("Anonymous", []),
    ],
)
def test_lists_of_names(text: str, expected: list[str]) -> None:
    found, whole = _names.people(text)
    assert [f"{a.family} {a.given or a.initials}".replace(".", "") for a in found] == [
        e if " " in e.strip() or e.endswith(" ") else e for e in expected
    ]
    assert whole


@pytest.mark.parametrize("text", ["Smith AB, Doe C, et al.", "Smith AB; Doe C; et al", "Smith, A and others"])
def test_cut_lists(text: str) -> None:
    found, whole = _names.people(text)
    assert not whole
    assert found[0].family == "Smith"


@given(
    st.builds(
        Author,
        family=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20),
        given=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=10),
        suffix=st.sampled_from(["", "Jr", "III"]),
        is_group=st.booleans(),
    )
)
def test_one_string_says_who_it_is(author: Author) -> None:
    once = _names.parse(_names.listed(author))
    if once is not None:
        assert once.is_group == author.is_group
        assert _names.parse(_names.listed(once)) == once


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2021", PartialDate(year=2021)),
        ("2021-05", PartialDate(year=2021, month=5)),
        ("2021/05/02", PartialDate(year=2021, month=5, day=2)),
        ("2021 May 2", PartialDate(year=2021, month=5, day=2)),
        ("2 May 2021", PartialDate(year=2021, month=5, day=2)),
        ("May 2nd, 2021", PartialDate(year=2021, month=5, day=2)),
        ("Sept. 2021", PartialDate(year=2021, month=9)),
        ("20210502", PartialDate(year=2021, month=5, day=2)),
        ("2021/00/00", PartialDate(year=2021)),
        ("(2021)", PartialDate(year=2021)),
        ("2012 Spring", PartialDate(year=2012, text="2012 Spring")),
        ("1998 Dec-1999 Jan", PartialDate(year=1998, text="1998 Dec-1999 Jan")),
        ("in press", PartialDate(text="in press")),
        ("4-8 Aug. 2020", PartialDate(year=2020, month=8, text="4-8 Aug. 2020")),
        ("0000", PartialDate(text="0000")),
        ("99", PartialDate(text="99")),
        ("", None),
    ],
)
def test_dates(text: str, date: PartialDate | None) -> None:
    assert _dates.parse(text) == date


@pytest.mark.parametrize(
    ("url", "identifier"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/123/", Identifier("pmid", "123")),
        ("http://www.ncbi.nlm.nih.gov/pubmed/123", Identifier("pmid", "123")),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC123/", Identifier("pmcid", "PMC123")),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123", Identifier("pmcid", "PMC123")),
        ("https://doi.org/10.5555/A%2FB", Identifier("doi", "10.5555/a/b")),
        ("https://publisher.org/doi/full/10.5555/a.1?x=y", Identifier("doi", "10.5555/a.1")),
        ("https://publisher.org/doi/10.5555/a.1/abstract", Identifier("doi", "10.5555/a.1")),
        ("https://publisher.org/article/10.5555/a.1", None),
        ("http://[broken", None),
        ("https://example.org/", None),
    ],
)
def test_addresses_that_name_a_work(url: str, identifier: Identifier | None) -> None:
    assert _ids.in_url(url) == identifier


def test_serial_numbers() -> None:
    assert _ids.issns("1234-567X (Print), 23456789") == ["1234-567X", "2345-6789"]
    assert _ids.issns("978-3-642-32241-9") == []
    assert _ids.isbns("ISBN 978-3-642-32241-9; 3642322417") == ["978-3-642-32241-9", "3642322417"]


_TAGGED = [*"&<>;/ ax#3", "amp;", "lt;", "<i>", "</i>", "<sub>", "</sub>", "&gt;", "<span>", "<br/>"]


@given(st.lists(st.sampled_from(_TAGGED), max_size=20).map("".join))
def test_any_text_survives_a_tagged_file(text: str) -> None:
    markup = from_plain(text)
    assert _markup.read(_markup.write(markup)) == markup
    found = _markup.read(text)
    assert balanced(found) == found
    assert _markup.read(_markup.write(found)) == found


def test_tags_of_other_programs() -> None:
    assert _markup.read("<EM>x</EM> <jats:sub>2</jats:sub> <inf>3</inf>") == "<i>x</i> <sub>2</sub> <sub>3</sub>"
    assert _markup.read("<jats:p>One.</jats:p><jats:p>Two.</jats:p>") == "One. Two."
    assert _markup.read("<i>open") == "&lt;i&gt;open"
    assert _markup.read('<mml:math xmlns:mml="x"><mml:mi>α</mml:mi></mml:math>') == "α"


def test_labels_are_cut_only_where_they_plainly_are() -> None:
    def labels(text: str) -> list[str]:
        return [s.label for s in _markup.sections(Markup(text))]

    assert labels("AIMS: To see. METHODS &amp; MATERIALS: 5. RESULTS: Yes.") != [""]
    assert labels("BACKGROUND: a. METHODS: b.") == ["BACKGROUND", "METHODS"]
    assert labels("DNA: a thing. RNA: another.") == [""]
    assert labels("We know. METHODS: b. RESULTS: c.") == [""]
    assert labels("METHODS: <i>a. RESULTS: b</i>.") == [""]
    assert labels("") == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_across_chunks(end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 2, 3, 7, 100):
        monkeypatch.setattr(_lines, "_CHUNK", size)
        found = list(_lines.lines(io.BytesIO(end.join([b"one", b"", b"tw\xc3\xb6", b"three"]))))
        # A chunk of one byte cannot show a two-byte line end, nor an encoding; it never happens.
        texts = [line.text for line in found]
        assert [t for t in texts if t] == ["one", "twö", "three"]
        assert [line.number for line in found] == list(range(1, len(found) + 1))
        assert len(texts) == 4


def test_too_long_lines_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lines, "MAX_LINE_BYTES", 10)
    monkeypatch.setattr(_lines, "_CHUNK", 4)
    found = list(_lines.lines(io.BytesIO(b"short\n" + b"x" * 35 + b"\r\nnext\n" + b"y" * 11)))
    assert [(line.number, line.text, bool(line.fault)) for line in found] == [
        (1, "short", False),
        (2, "", True),
        (3, "next", False),
        (4, "", True),
    ]


def test_external_ids_are_never_given_twice() -> None:
    ids = _draft.ExternalIds("f")
    made = [ids.make(key, n) for n, key in enumerate(["a", "a", "a~2", "a", "", "5", "x" * 500, "b\x00"], 1)]
    assert len(set(made)) == len(made)
    assert made[0] == "f#a"
    assert all(len(m) < 220 for m in made)


def test_the_first_statement_wins_and_the_second_is_kept() -> None:
    draft = _draft.Draft()
    draft.put("volume", "1", "VL")
    draft.put("volume", "1", "VL")
    draft.put("volume", "2", "VL")
    draft.link("https://doi.org/10.5555/x", "UR")
    record = draft.record("ris", "x#1")
    assert record.volume == "1"
    assert record.extra == (("VL", "2"),)
    assert record.url == ""  # the DOI says it
    assert record.id("doi") == "10.5555/x"
