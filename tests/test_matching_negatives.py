"""Works that look like one another, by name: never merged as a pair, never joined through a third record."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from evidence import offline
from evidence.matching.verdict import compare
from tests.matching_support import ARTICLE, reduced

TITLE = ARTICLE["title"]
COCHRANE = {"journal": "Cochrane Database of Systematic Reviews", "volume": "", "pages": "CD000999"}
BOOK: dict[str, Any] = {"kind": "chapter", "journal": "", "volume": "", "issue": "", "year": 2014}
SUPPLEMENT = {"doi": "10.5555/congress", "volume": "31", "issue": "Suppl 2", "journal": "J Invent Hand Surg"}
SERIES = {"title": "Standards of invented hand care", "authors": "Invented Hand Society", "pages": ""}

LOOK_ALIKES: dict[str, list[dict[str, Any]]] = {
    "conference abstract and full paper": [
        {},
        {"journal": "J Invent Hand Surg. Conference: 9th Congress of Hands", "volume": "30", "issue": "Suppl 1",
         "pages": "S12", "year": 2013},
        {"journal": "Blood", "volume": "122", "issue": "21", "pages": "4711", "year": 2013},
    ],
    "conference abstract in another year's volume, nothing else known": [
        {"doi": "10.5555/inv.2014.9"},
        {"year": 2013, "volume": "", "issue": "1 MeetingAbstracts", "pages": ""},
    ],
    "article and erratum": [
        {},
        {"title": f"Erratum: {TITLE}", "issue": "9", "pages": "2205"},
        {"title": f"Corrigendum to {TITLE}", "issue": "11", "pages": "2647"},
        {"title": f"{TITLE} (vol 31, pg 1179, 2014)", "issue": "12", "pages": "3001"},
    ],
    "article and erratum on pages unknown": [{}, {"title": f"Correction: {TITLE}", "pages": "", "issue": ""}],
    "article, comment and reply": [
        {},
        {"title": f"Comment on: {TITLE}", "authors": "Rival XY", "issue": "6", "pages": "1500-1"},
        {"title": f"{TITLE}: authors' reply", "issue": "6", "pages": "1501-2"},
        {"title": f"Letter to the editor: {TITLE}", "authors": "Other ZA", "issue": "7", "pages": "1600"},
    ],
    "article and retraction notice": [
        {},
        {"title": f"Retraction notice to: {TITLE}", "volume": "33", "issue": "1", "pages": "99", "year": 2016},
        {"title": f"Expression of concern: {TITLE}", "volume": "32", "issue": "1", "pages": "7", "year": 2015},
    ],
    "protocol and results": [
        {},
        {"title": f"{TITLE}: study protocol", "journal": "Trials of Invention", "volume": "8", "issue": "1",
         "pages": "17", "year": 2011},
        {"title": f"Protocol for {TITLE}", "journal": "Trials of Invention", "volume": "9", "issue": "",
         "pages": "", "year": 2012},
    ],
    "parts one and two": [
        {"title": f"{TITLE}. Part I", "pages": "1179-1189"},
        {"title": f"{TITLE}. Part II", "pages": "1190-1201"},
        {"title": f"{TITLE}. Part 3", "pages": ""},
    ],
    "one title in a yearly series": [
        {**SERIES, "year": 2013, "volume": "30", "issue": ""},
        {**SERIES, "year": 2014, "volume": "31", "issue": ""},
        {**SERIES, "year": 2015, "volume": "", "issue": ""},
    ],
    "yearly series with the year in its title": [
        {"title": "Annual report of the invented hand registry 2013", "pages": "", "volume": "", "issue": ""},
        {"title": "Annual report of the invented hand registry 2014", "pages": "", "volume": "", "issue": ""},
    ],
    "updates of a Cochrane review": [
        {**COCHRANE, "issue": "2", "year": 2009, "doi": "10.1002/14651858.CD000999"},
        {**COCHRANE, "issue": "7", "year": 2013, "doi": "10.1002/14651858.CD000999.pub2"},
        {**COCHRANE, "issue": "1", "year": 2018, "doi": "10.1002/14651858.CD000999.pub3"},
    ],
    "chapters of a book": [
        {**BOOK, "title": "Injection techniques of the upper limb", "pages": "11-30", "doi": "10.5555/book"},
        {**BOOK, "title": "Ultrasound machines and their settings", "pages": "31-44", "doi": "10.5555/book"},
        {**BOOK, "title": "Nerves of the upper limb in the elderly", "pages": "", "doi": "10.5555/book"},
    ],
    "preprint and paper": [
        {"doi": "10.5555/inv.2014.1179"},
        {"kind": "preprint", "journal": "inventedRxiv", "volume": "", "issue": "", "pages": "", "doi": "10.5555/x.99"},
    ],
    "registration and paper": [
        {},
        {"kind": "registration", "journal": "", "volume": "", "issue": "", "pages": "", "authors": ""},
    ],
    "translated edition": [
        {},
        {"journal": "Deutsche Zeitschrift für erfundene Handchirurgie", "volume": "12", "issue": "2",
         "pages": "77-90", "year": 2015},
        {"title": "Perineurale Dextrose bei Neuropathie des Medianus: eine erfundene Studie", "volume": "12",
         "journal": "Deutsche Zeitschrift für erfundene Handchirurgie", "issue": "2", "pages": "77-90", "year": 2015},
    ],
    "one DOI for a whole supplement": [
        {**SUPPLEMENT, "title": "Ultrasound of the carpal tunnel in runners", "pages": "S11"},
        {**SUPPLEMENT, "title": "Splints at night for the mothers of infants", "pages": "S11"},
        {**SUPPLEMENT, "title": "Perineural dextrose in the diabetic hand of rats", "pages": "S12"},
        {**SUPPLEMENT, "title": "Perineural dextrose in the diabetic hand of mice", "pages": "S13"},
    ],
    "neighbouring articles with neighbouring DOIs": [
        {"title": "Clinical image of an invented hand", "doi": "10.5555/inv.2014.117", "pages": "117"},
        {"title": "Clinical image of an invented hand", "doi": "10.5555/inv.2014.118", "pages": "118"},
    ],
    "editorials of one editor": [
        {"title": "Editorial", "authors": "Chief ED", "issue": "1", "pages": "1-2"},
        {"title": "Editorial", "authors": "Chief ED", "issue": "3", "pages": "201-2"},
        {"title": "Editorial", "authors": "Chief ED", "issue": "", "pages": ""},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_never_one_work(name: str) -> None:
    known = [reduced(**said) for said in LOOK_ALIKES[name]]
    for a, b in combinations(known, 2):
        assert compare(a, b).outcome != "same"
    assert offline.find(known, [str(n) for n in range(len(known))])[0] == ()


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_yet_each_of_them_is_found_when_it_is_printed_twice(name: str) -> None:
    said = LOOK_ALIKES[name]
    known = [reduced(**one) for one in said]
    known.append(reduced(**{**said[0], "title": said[0].get("title", TITLE).upper()}))
    groups, _ = offline.find(known, [str(n) for n in range(len(known))])
    assert groups == ((0, len(known) - 1),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.5555/inv.2014.1179", "10.5555/inv.2014.117"),  # cut
        ("10.5555/inv.2014.1179", "10.5555/inv-2014.1179"),  # punctuation
        ("10.5555/inv.2014.1179", "10.5655/inv.2014.1179"),  # a digit of the prefix
        ("10.5555/inv.2014.01179", "10.5555/inv.inv.2014.01179"),  # a piece doubled
        ("10.5555/inv.2014.1179", "10.5555/inv.2014.1179/abstract"),  # a page's address
    ],
)
def test_of_two_dois_one_is_damaged(one: str, other: str) -> None:
    assert compare(reduced(doi=one), reduced(doi=other)).outcome == "same"


def test_a_publisher_registered_one_article_twice() -> None:
    one, other = reduced(doi="10.5555/inv.00001"), reduced(doi="10.5555/jihs.2014.1179")
    assert compare(one, other).outcome == "same"
    assert compare(one, reduced(doi="10.5555/jihs.2014.1179", pages="1179")).outcome == "unsure"
