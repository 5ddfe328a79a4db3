"""Records that lost their title, titles that are none, and what a person is asked about."""

from __future__ import annotations

from typing import Any

import pytest

from evidence import offline
from evidence.matching import people, titles
from evidence.matching.verdict import compare
from evidence.offline import Doubt
from tests.matching_support import ARTICLE, reduced

LOST: dict[str, Any] = {"title": "", "pages": "", "year": None}
OTHER = {"title": "Splints at night for the mothers of infants", "pages": "1190-1199"}


def found(*said: dict[str, Any]) -> tuple[tuple[tuple[int, ...], ...], tuple[Doubt, ...]]:
    """Groups and doubts of these records."""
    return offline.find([reduced(**one) for one in said], [str(n) for n in range(len(said))])


@pytest.mark.parametrize(
    "authors",
    [
        ARTICLE["authors"],
        "Sample, Anna B.",
        "Sample AB; Tester CD; Probe EF; Muster GH; Editor X; Chief YZ",  # a page's head goes on with the editors
        "Tester CD; Sample AB; Muster GH; Probe EF",
    ],
)
def test_a_lost_title_is_that_of_the_only_work_of_its_authors_in_the_issue(authors: str) -> None:
    assert compare(reduced(), reduced(**LOST, authors=authors)).outcome == "same"


@pytest.mark.parametrize(
    "changes",
    [
        {"authors": "Muster GH"},  # the last author alone
        {"authors": "Sample AB; Rival XY; Other ZA; Fourth WV"},
        {"authors": "Sample K; Tester M"},  # namesakes
    ],
)
def test_where_fewer_people_agree_a_person_is_asked_or_nobody(changes: dict[str, Any]) -> None:
    assert compare(reduced(), reduced(**LOST, **changes)).outcome == "unsure"


@pytest.mark.parametrize(
    "changes",
    [
        {"issue": "5"},
        {"issue": ""},
        {"volume": "30"},
        {"journal": "Annals of Made-up Neurology"},
        {"authors": "Rival XY; Other ZA"},
        {"types": ("Published Erratum",)},
    ],
)
def test_another_place_other_people_or_a_notice_is_no_lost_title(changes: dict[str, Any]) -> None:
    assert compare(reduced(), reduced(**LOST, **changes)).outcome != "same"


@pytest.mark.parametrize(
    "changes",
    [
        {"authors": "Tester CD; Sample AB", "issue": ""},  # abstracts of one group on one page
        {"issue": "9"},  # an erratum that begins where the article does
        {"authors": "Rival XY", "issue": ""},
    ],
)
def test_a_page_alone_does_not_tell_what_an_untitled_record_is(changes: dict[str, Any]) -> None:
    assert compare(reduced(), reduced(**{"title": "", "pages": "1179"} | changes)).outcome != "same"
    assert compare(reduced(), reduced(title="", pages="1179", issue="")).outcome == "same"


def test_two_works_of_its_authors_in_the_issue_and_it_joins_neither() -> None:
    groups, doubts = found({}, OTHER, LOST)
    assert groups == ()
    assert {(d.a, d.b) for d in doubts} == {(0, 2), (1, 2)}


def test_two_records_without_title_are_not_compared_with_each_other() -> None:
    groups, doubts = found(LOST, LOST)
    assert groups == ()
    assert doubts == ()


def test_a_title_that_was_found_settles_the_other_doubts() -> None:
    editors = {"title": "Introduction to the special issue on splints", "authors": "Editor X; Chief YZ", "pages": "1-2"}
    lost = LOST | {"authors": "Sample AB; Tester CD; Probe EF; Muster GH; Editor X; Chief YZ"}
    groups, doubts = found({}, editors, lost)
    assert groups == ((0, 2),)
    assert doubts == ()
    groups, doubts = found(editors, lost)
    assert groups == ()
    assert [d.verdict.outcome for d in doubts] == ["unsure"]


def test_of_many_works_that_could_be_it_none_is_asked() -> None:
    topics = (
        "Splints for mothers at night",
        "Ultrasound of runners and wrists",
        "Casts of plaster and children's arms",
    )
    works = [{"title": topic, "pages": f"{100 * n}-{100 * n + 7}"} for n, topic in enumerate(topics, 1)]
    groups, doubts = found(*works, LOST)
    assert groups == ()
    assert doubts == ()


def test_a_year_that_contradicts_volume_and_issue_does_not_part_what_a_doi_joins() -> None:
    doi = {"doi": "10.5555/inv.7"}
    groups, _ = found(doi, {"pages": ""}, {**LOST, **doi, "year": 2011})
    assert groups == ((0, 1, 2),)


@pytest.mark.parametrize(
    "title", ["[Not Available].", "About the Authors", "Original Article", "No title available", "Abstract"]
)
def test_what_stands_in_a_titles_place_is_no_title(title: str) -> None:
    assert titles.make(title) == titles.EMPTY
    assert titles.make(f"{title} of the hand and its nerves") != titles.EMPTY


@pytest.mark.parametrize(
    "printed",
    [
        "Editorial: Nerve gliding after open release",
        "Editorial - Nerve gliding after open release",
        "Special Issue Editorial \u2013Nerve gliding after open release",
        "Nerve gliding after open release (Editorial Introduction)",
    ],
)
def test_an_editorial_keeps_the_letters_of_its_title(printed: str) -> None:
    made = titles.make(printed)
    assert made.letters == titles.make("Nerve gliding after open release").letters
    assert made.marks == {"editorial"}


def test_databases_add_the_word_editorial_or_drop_it() -> None:
    editorial = {"title": f"Editorial - {ARTICLE['title']}"}
    assert compare(reduced(), reduced(**editorial)).outcome == "same"
    assert compare(reduced(), reduced(**editorial, authors="")).outcome == "same"
    assert compare(reduced(), reduced(**editorial, authors="Chief YZ", pages="")).outcome != "same"
    assert compare(reduced(), reduced(**editorial, pages="1-2")).outcome != "same"


@pytest.mark.parametrize("mark", ["T P F 1 FP T", "TPF2FPT", " T F 1 FT"])
def test_the_mark_of_a_footnote_is_no_part_of_a_title(mark: str) -> None:
    assert titles.make(ARTICLE["title"] + mark) == titles.make(ARTICLE["title"])


def test_a_title_printed_twice_without_a_space_counts_once() -> None:
    assert titles.make(ARTICLE["title"] + ARTICLE["title"]).letters == titles.make(ARTICLE["title"]).letters


def test_names_turned_round_are_asked_about() -> None:
    turned = reduced(authors="Anna S", pages="")
    assert compare(reduced(authors="Sample AB"), turned).outcome == "unsure"


def test_one_slip_among_many_namesakes_is_a_slip() -> None:
    def names(*pairs: tuple[str, str]) -> tuple[tuple[frozenset[str], ...], str]:
        return tuple(frozenset((family,)) for family, _ in pairs), "".join(initial for _, initial in pairs)

    one, ones = names(("luo", "x"), ("wei", "c"), ("nie", "g"), ("pan", "g"))
    other, others = names(("luo", "r"), ("wei", "c"), ("nie", "g"), ("pan", "g"))
    assert not people.namesakes(one, other, ones, others)
    assert people.namesakes(one[:1], other[:1], ones[:1], others[:1])
    assert people.namesakes(one[:2], other[:2], ones[:2], others[:2])
