"""Citation keys: familyYEARword, what a .bib can hold, and suffixes without end."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.citekeys import MAX_KEY, STOP_WORDS, fold, is_valid, is_writable, pattern, stem, suffixes
from evidence.errors import UsageProblem
from evidence.formats import _bibtex_layout
from evidence.identifiers import parse
from evidence.records import Author, Dated, Journal, PartialDate, Record
from evidence.text import from_plain


def record(
    family: str = "Wu", title: str = "Randomized trial", year: int | None = 2018, journal: str = "", group: bool = False
) -> Record:
    return Record(
        source="test",
        external_id="1",
        title=from_plain(title),
        authors=(Author(family=family, given="Y", is_group=group),) if family else (),
        journal=Journal(title=journal),
        dates=(Dated(kind="issue", date=PartialDate(year=year)),) if year is not None else (),
    )


@pytest.mark.parametrize(
    ("made", "key"),
    [
        (record(), "wu2018randomized"),
        (record(title="The Effect of <5% dextrose"), "wu2018effect"),
        (record(title="5% dextrose"), "wu2018dextrose"),
        (record(title="Is it? How the knee"), "wu2018knee"),
        (record(title="What is it?"), "wu2018what"),
        (record(title="Six-month efficacy"), "wu2018six"),
        (record(title="β-blockers in pain"), "wu2018beta"),
        (record(family="Örsçelik"), "orscelik2018randomized"),
        (record(family="Mansiz-Kaplan"), "mansizkaplan2018randomized"),
        (record(family="van Tassel"), "vantassel2018randomized"),
        (record(family="O’Connor"), "oconnor2018randomized"),
        (record(family="Łukasiewicz"), "lukasiewicz2018randomized"),
        (record(family="王"), "anon2018randomized"),
        (record(family=""), "anon2018randomized"),
        (record(year=None), "wundrandomized"),
        (record(title="", journal="The Journal of Pain"), "wu2018journal"),
        (record(title="中文", journal="Pain"), "wu2018pain"),
        (record(family="", title="", year=None), "anonnd"),
        (record(family="World Health Organization", group=True), "who2018randomized"),
        (record(family="the SPRINT Research Group", group=True), "sprint2018randomized"),
        (record(family="Cochrane", group=True), "cochrane2018randomized"),
        (record(family="National Institute for Health (NIHR)", group=True), "nihr2018randomized"),
        (record(family="WORLD HEALTH ORGANIZATION", group=True), "who2018randomized"),
        (record(family="all collaborators", group=True), "all2018randomized"),
        (record(family="3D Printing Group", group=True), "pg2018randomized"),
        (record(family="42", group=True), "anon2018randomized"),
    ],
)
def test_the_stem_is_family_year_word(made: Record, key: str) -> None:
    assert stem(made) == key


def test_a_book_is_named_after_its_editor() -> None:
    book = Record(source="t", external_id="1", kind="book", editors=(Author(family="Kim"),), title=from_plain("Pain"))
    assert stem(book) == "kimndpain"


@given(
    st.text(max_size=60), st.text(max_size=80), st.none() | st.integers(1000, 9999), st.text(max_size=40), st.booleans()
)
def test_a_stem_is_always_a_key_a_bib_can_hold(
    family: str, title: str, year: int | None, journal: str, group: bool
) -> None:
    made = stem(record(family, title, year, journal, group))
    assert re.fullmatch(r"[a-z][a-z0-9]*", made)
    assert is_valid(made)
    assert made == stem(record(family, title, year, journal, group))


def test_a_name_of_ten_thousand_letters_gives_a_short_key() -> None:
    for group in (False, True):
        assert len(stem(record(family="Aa " * 10_000, title="b" * 10_000, group=group))) < MAX_KEY


@pytest.mark.parametrize("key", ["wu2018", "Wu:2018/a", "DBLP:conf/x-1", "a.b+c_d", "x" * MAX_KEY, "a&b", "[3]", "a;b"])
def test_keys_that_bibtex_and_biber_take_are_valid(key: str) -> None:
    assert is_valid(key)


@pytest.mark.parametrize(
    "key", ["", "x" * (MAX_KEY + 1), "a b", "a\tb", "é", "a\n", "a\x00b", *(f"a{c}" for c in "\"#'(),={}%~\\@")]
)
def test_keys_that_bibtex_or_biber_refuse_are_not(key: str) -> None:
    assert not is_valid(key)


@given(st.text(alphabet="abcXYZ019", min_size=1))
def test_keys_are_compared_without_case(key: str) -> None:
    assert fold(key) == fold(key.upper()) == fold(key.lower())


def test_suffixes_never_repeat_and_come_in_order() -> None:
    first = list(islice(suffixes(), 800))
    assert first[:4] == ["", "a", "b", "c"]
    assert first[26:30] == ["z", "aa", "ab", "ac"]
    assert first[702:704] == ["zz", "aaa"]
    assert len(set(first)) == 800


def test_stop_words_are_folded_words() -> None:
    assert all(re.fullmatch("[a-z]+", w) for w in STOP_WORDS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "wu2018randomized"),
        ("{Author}{year}", "Wu2018"),
        ("{author}{yy}{Word}", "wu18Randomized"),
        ("{author}-{journal}-{year}", "wu-painmed-2018"),
        ("pm{pmid}", "pm7"),
        ("{author}:{year}", "wu:2018"),
    ],
)
def test_a_pattern_is_filled_from_the_record(text: str, key: str) -> None:
    made = replace(record(journal="Pain Med."), identifiers=(parse("pmid", "7"),))
    assert pattern(text).stem(made) == key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{year}", "names neither"),
        ("{foo}{author}", "{foo} is not one of"),
        ("{}{author}", "{} is not one of"),
        ("{author", "is not letters"),
        ("{author} {year}", "is not letters"),
        ("é{author}", "is not letters"),
        ("\\write{author}", "is not letters"),
        ("2{author}", "does not begin"),
        ("{pmid}", "does not begin"),
        ("{author}" * 9, "is not letters"),
    ],
)
def test_a_wrong_pattern_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UsageProblem, match="EVIDENCE_KEY_PATTERN") as caught:
        pattern(text)
    assert reason in str(caught.value)


@given(
    st.lists(
        st.sampled_from(
            ["{author}", "{Author}", "{year}", "{yy}", "{word}", "{Word}", "{journal}", "{pmid}", "-", "x"]
        ),
        min_size=1,
        max_size=7,
    ),
    st.text(max_size=12),
    st.text(max_size=40),
)
def test_whatever_the_pattern_the_key_is_valid(parts: list[str], family: str, title: str) -> None:
    try:
        made = pattern("".join(parts))
    except UsageProblem:
        return
    key = made.stem(record(family, title, journal=title))
    assert is_valid(key)
    assert key[0].isalpha()


def test_what_a_library_takes_for_a_key_is_what_is_written_into_a_bib() -> None:
    for character in map(chr, range(1, 0x250)):
        key = f"a{character}b"
        assert is_writable(key) == (_bibtex_layout.key(key) == key), repr(key)
