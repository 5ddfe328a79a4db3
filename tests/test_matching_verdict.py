"""The verdict on two references: what is one work, what only looks like it, what a person has to see."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.matching.candidates import block_keys
from evidence.matching.verdict import compare
from tests.made import examples
from tests.matching_support import ARTICLE, against, reduced, ref


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"journal": "J Invent Hand Surg", "pages": "1179-89"},
        {"authors": "Sample, Anna B.; Tester, Carl D.; Probe, Eva F.; Muster, Gil H."},
        {"authors": "Sample A. B.Tester C. D.Probe E. F.Muster G. H."},
        {"authors": "Sample AB and others"},
        {"title": ARTICLE["title"].upper()},
        {"title": f"{ARTICLE['title']}. [Review] [33 refs]"},
        {"title": f"{ARTICLE['title']}.[Erratum appears in J Invent"},
        {"title": ARTICLE["title"].replace("randomised", "randomized").replace("neuropathy", "neuorpathy")},
        {"title": "Perineural dextrose for median neuropathy at the wrist"},
        {"title": ""},
        {"year": 2013, "volume": "", "issue": "", "pages": ""},  # ahead of print
        {"pages": "", "issue": ""},
        {"volume": "31 (Suppl 2)", "issue": ""},
        {"journal": "", "year": None},
        {"doi": "10.5555/inv.1", "pages": ""},
        {"authors": "", "journal": "J Invent Hand Surg"},
        {"journal": "Revista inventada de la mano"},
        {"authors": "Garbled; Names"},  # nobody else stands on those pages
        {"issue": "1640"},  # a program's running number
        {"volume": "", "issue": "31", "pages": "4"},  # one column further
    ],
    ids=str,
)
def test_one_work_however_it_is_printed(changes: dict[str, Any]) -> None:
    assert against(**changes).outcome == "same"


OTHER_PLACE = {"volume": "33", "issue": "1", "pages": "12-20", "year": 2015}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": f"Erratum: {ARTICLE['title']}", "issue": "9", "pages": "2205"},
        {"title": f"{ARTICLE['title']} (vol 31, pg 1179, 2014)", "issue": "9", "pages": "2205"},
        {"types": ("Published Erratum",), "pages": "2205", "issue": "9"},
        {"title": f"Retraction: {ARTICLE['title']}", **OTHER_PLACE},
        {"title": f"{ARTICLE['title']}: reply", "pages": "1190"},
        {"title": f"{ARTICLE['title']}: authors' reply", "pages": "", "issue": ""},
        {"title": f"Comment on: {ARTICLE['title']}", "authors": "Rival XY", "pages": "1190-1"},
        {"title": f"{ARTICLE['title']}: study protocol", **OTHER_PLACE},
        {"title": f"{ARTICLE['title']}. Part II", **OTHER_PLACE},
        {"title": ARTICLE["title"].replace("dextrose", "lidocaine"), **OTHER_PLACE},
        {"authors": "Rival XY; Other ZA", "pages": ""},
        {"journal": "Annals of Made-up Neurology", **OTHER_PLACE},
        {"title": "Ultrasound of the carpal tunnel in long-distance runners", "pages": "1190-1199"},
        {"kind": "preprint", "journal": "inventedRxiv", "volume": "", "pages": "", "issue": ""},
        {"kind": "registration", "journal": "", "volume": "", "pages": "", "issue": ""},
    ],
    ids=str,
)
def test_look_alikes_are_never_merged(changes: dict[str, Any]) -> None:
    assert against(**changes).outcome != "same"


def test_a_conference_abstract_is_not_the_paper() -> None:
    congress = {
        "journal": "Journal of Invented Hand Surgery. Conference: 9th Congress",
        "issue": "Suppl. 1",
        "pages": "S12",
    }
    assert against(**congress).outcome == "unsure"
    assert against(**congress, volume="30", year=2013).outcome != "same"


def test_a_yearly_series_is_many_works() -> None:
    series: dict[str, Any] = {
        "title": "Standards of invented hand care",
        "authors": "Invented Hand Society",
        "pages": "",
    }
    one = reduced(**series, year=2014, volume="31", issue="")
    assert compare(one, reduced(**series, year=2015, volume="32", issue="")).outcome != "same"
    assert compare(one, reduced(**series, year=2015, volume="", issue="")).outcome != "same"


def test_the_same_editor_writes_an_editorial_for_every_issue() -> None:
    editorial: dict[str, Any] = {"title": "Editorial", "authors": "Chief ED"}
    one = reduced(**editorial, pages="1-2", issue="1")
    assert compare(one, reduced(**editorial, pages="1-2", issue="1")).outcome == "same"
    assert compare(one, reduced(**editorial, pages="", issue="")).outcome != "same"
    assert compare(one, reduced(**editorial, pages="201-2", issue="3")).outcome == "different"


def test_a_cochrane_update_is_not_its_first_version() -> None:
    review = {"journal": "Cochrane Database of Systematic Reviews", "pages": "CD000999", "volume": "", "issue": "2"}
    one = reduced(**review, year=2009, doi="10.1002/14651858.CD000999")
    other = reduced(**{**review, "issue": "7"}, year=2013, doi="10.1002/14651858.CD000999.pub2")
    assert compare(one, other).outcome != "same"


def test_chapters_of_one_book_differ() -> None:
    book: dict[str, Any] = {"kind": "chapter", "journal": "", "volume": "", "issue": "", "doi": "10.5555/book"}
    one = reduced(**book, title="Injection techniques of the upper limb", pages="11-30")
    other = reduced(**book, title="Ultrasound machines and their settings", pages="31-44")
    assert compare(one, other).outcome == "different"


def test_a_translated_edition_is_another_work() -> None:
    edition = {
        "journal": "Deutsche Zeitschrift für erfundene Handchirurgie",
        "volume": "12",
        "pages": "77-90",
        "issue": "2",
    }
    assert against(**edition).outcome != "same"


def test_identifiers_decide() -> None:
    assert against(pmid="", title="Quite another title for the work").outcome != "same"
    both = {"pmid": "9000001"}
    assert compare(reduced(**both), reduced(**both, title="Ein ganz anderer Titel", year=2001)).outcome == "same"
    assert compare(reduced(pmid="9000001"), reduced(pmid="9000002")).outcome == "different"
    assert compare(reduced(pmcid="PMC5"), reduced(pmcid="PMC6")).outcome == "different"


def test_a_doi_joins_only_what_agrees_otherwise() -> None:
    doi = "10.5555/supplement"
    assert compare(reduced(doi=doi), reduced(doi=doi, journal="", pages="", authors="")).outcome == "same"
    poster = {"title": "Ultrasound of the carpal tunnel in runners", "doi": doi}
    elsewhere = reduced(**poster, authors="Rival XY; Other ZA", pages="S44")
    assert compare(reduced(doi=doi), elsewhere).outcome == "different"
    nothing = reduced(**poster, authors="", pages="", volume="", issue="", journal="")
    assert compare(reduced(doi=doi), nothing).outcome == "unsure"


def test_a_damaged_doi_does_not_part_one_work() -> None:
    whole = reduced(doi="10.5555/inv.2014.1179")
    assert compare(whole, reduced(doi="10.5555/inv.2014.117")).outcome == "same"
    assert compare(whole, reduced(doi="10.5555/inv-2014.1179")).outcome == "same"
    assert compare(whole, reduced(doi="10.5555/inv.2014.1179/abstract")).outcome == "same"
    assert compare(whole, reduced(doi="10.5555/other.77", pages="", issue="")).outcome == "unsure"


def test_missing_facts_are_never_agreement() -> None:
    empty: dict[str, Any] = dict.fromkeys(("authors", "journal", "volume", "issue", "pages"), "") | {"year": None}
    assert compare(reduced(**empty), reduced(**empty)).outcome != "same"
    untitled = empty | {"title": ""}
    assert compare(reduced(**untitled), reduced(**untitled)).outcome != "same"
    head = {"title": "Journal of Invented Hand Surgery", "pages": ""}
    one = reduced(**head, authors="Sample AB; Tester CD", issue="1")
    assert compare(one, reduced(**head, authors="Rival XY; Other ZA", issue="1")).outcome != "same"


def test_every_verdict_says_why() -> None:
    verdict = against(pages="1179-89", journal="J Invent Hand Surg", doi="10.5555/x")
    assert "titles are equal" in verdict.reasons
    assert "pages agree" in verdict.reasons
    assert "journals agree" in verdict.reasons
    assert against(pages="51").reasons[-1] == "first pages differ (1179, 51)"


FIELDS: dict[str, list[Any]] = {
    "title": [
        ARTICLE["title"],
        "",
        "Editorial",
        f"Erratum: {ARTICLE['title']}",
        ARTICLE["title"][:40],
        "Another work of hands",
    ],
    "authors": [ARTICLE["authors"], "", "Sample AB", "Rival XY; Other ZA", "Sample A; Rival XY"],
    "journal": [ARTICLE["journal"], "", "J Invent Hand Surg", "Annals of Made-up Neurology"],
    "year": [2014, None, 2013, 2009],
    "volume": ["31", "", "32", "31 Suppl 1"],
    "issue": ["4", "", "9"],
    "pages": ["1179-1189", "", "1179-89", "1179", "S4", "01-Aug"],
    "doi": [None, "10.5555/a", "10.5555/b", "10.5555/a.1"],
    "pmid": [None, None, None, "9000001", "9000002"],
}
references = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FIELDS.items()})


@given(references, references)
@settings(max_examples=examples(400))
def test_the_verdict_is_symmetric(one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = reduced(**one), reduced(**other)
    assert compare(a, b) == compare(b, a)


@given(references)
def test_a_record_is_never_another_work_than_itself(one: dict[str, Any]) -> None:
    assert not compare(reduced(**one), reduced(**one)).contradicts


DAMAGE = {
    "title": [
        str.upper,
        lambda t: t + ".",
        lambda t: f"[{t}]",
        lambda t: t.replace("p", "b", 1),
        lambda t: f"{t} [Review]",
    ],
    "pages": [lambda p: "1179-89", lambda p: "1179", lambda p: "", lambda p: "1179\u20131189"],
    "year": [lambda y: 2013, lambda y: 2015, lambda y: None],
}


@pytest.mark.parametrize("harm", list(product(*DAMAGE.values())), ids=lambda _: "")
def test_damage_to_title_pages_and_year_at_once(harm: tuple[Any, ...]) -> None:
    changes = {name: do(ARTICLE[name]) for name, do in zip(DAMAGE, harm, strict=True)}
    assert against(**changes).outcome == "same"
    assert set(block_keys(ref())) & set(block_keys(ref(**changes)))
