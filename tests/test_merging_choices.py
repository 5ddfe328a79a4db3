"""A curator settles fields: left, right, both, or own words; whatever is asked, the record stays a record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import recordjson, text
from evidence.merging import CHOOSABLE, project, with_choices
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    Journal,
    Keyword,
    Markup,
    PartialDate,
    Record,
)
from tests.made import record

LEFT = record(
    "1",
    "Dextrose <5% for the wrist",
    pmid="1",
    year=2019,
    volume="12",
    pages="11-19",
    languages=("eng",),
    keywords=(Keyword(text="Pain"), Keyword(text="wrist")),
    authors=(Author(family="Wu", initials="YT"), Author(family="Ke", given="Ming", initials="M")),
    abstract="Forty wrists were treated.",
    journal="J Nerve Stud",
)
RIGHT = record(
    "refs.bib#x",
    "Dextrose for the wrist: a trial",
    source="bibtex",
    year=2018,
    issue="3",
    pages="e5",
    languages=("eng", "chi"),
    keywords=(Keyword(text="pain"), Keyword(text="dextrose")),
    authors=(Author(family="Wu", given="Yung-Tsan"), Author(family="Li", given="Tsung")),
    authors_complete=False,
    kind="other",
)
MEMBERS = {7: LEFT, 9: RIGHT}
SHOWN = project([LEFT, RIGHT])


def settled(**choices: str) -> Record:
    return with_choices(SHOWN, choices, MEMBERS)


def test_a_record_wins_whatever_the_precedence() -> None:
    assert SHOWN.title == LEFT.title
    assert settled(title="record:9").title == RIGHT.title
    assert settled(title="record:9").pages == LEFT.pages, "only the field that was chosen"
    assert settled(volume="record:9").volume == "", "a record that says nothing wins too: the other said it wrongly"
    assert settled(authors="record:9").authors == RIGHT.authors
    assert settled(authors="record:9").authors_complete is False
    assert settled(journal="record:9").journal == RIGHT.journal
    assert settled(kind="record:9").kind == "other"


def test_both_joins_text_and_unites_lists() -> None:
    assert settled(title="both:7,9").title == "Dextrose &lt;5% for the wrist = Dextrose for the wrist: a trial"
    assert settled(pages="both:9,7").pages == "e5; 11-19"
    assert settled(volume="both:7,9").volume == "12", "nothing is joined to what the other does not say"
    assert settled(keywords="both:7,9").keywords == (*LEFT.keywords, Keyword(text="dextrose"))
    assert settled(languages="both:9,7").languages == ("eng", "chi")
    assert settled(kind="both:9,7").kind == "article"
    assert settled(journal="both:9,7").journal == Journal(title="Journal of Nerve Studies", abbreviation="J Nerve Stud")
    assert settled(abstract="both:9,7").abstract == LEFT.abstract


def test_both_keeps_the_longer_of_two_texts_when_it_holds_the_other() -> None:
    long = record("3", "Dextrose for the wrist: a trial, with a year of follow-up")
    both = with_choices(SHOWN, {"title": "both:1,2"}, {1: RIGHT, 2: long})
    assert both.title == long.title


def test_one_person_in_two_author_lists_stands_once_in_the_fuller_form() -> None:
    both = settled(authors="both:7,9")
    assert [(a.family, a.given) for a in both.authors] == [("Wu", "Yung-Tsan"), ("Ke", "Ming"), ("Li", "Tsung")]
    assert both.authors_complete is True


def test_two_people_of_one_name_stay_two() -> None:
    two = record("1", authors=(Author(family="Wang", initials="X"), Author(family="Wang", initials="XY")))
    one = record("2", authors=(Author(family="Wang", initials="XY", given="Xiao Yu"), Author(family="Wang", given="X")))
    both = with_choices(two, {"authors": "both:1,2"}, {1: two, 2: one})
    assert [(a.initials, a.given) for a in both.authors] == [("", "X"), ("XY", "Xiao Yu")]


def test_a_chosen_year_is_the_citation_year() -> None:
    online = Dated(kind="electronic", date=PartialDate(year=2018, month=12))
    received = Dated(kind="received", date=PartialDate(year=2017))
    first = record("1", year=2020, dates=(Dated(kind="issue", date=PartialDate(year=2020)), received))
    second = record("2", dates=(online,))
    shown = project([first, second])
    assert shown.year == 2020
    chosen = with_choices(shown, {"year": "record:2"}, {1: first, 2: second})
    assert chosen.year == 2018
    assert received in chosen.dates, "dates that are no citation dates stay"
    kept = with_choices(shown, {"year": "record:1"}, {1: first, 2: second})
    assert kept.year == 2020
    assert online in kept.dates, "a date that cannot change the year stays"
    assert with_choices(shown, {"year": "record:3"}, {3: record("3", dates=())}).year is None
    assert with_choices(shown, {"year": "both:2,1"}, {1: first, 2: second}).year == 2020


@pytest.mark.parametrize(
    ("words", "year", "month", "day"),
    [("2021", 2021, None, None), ("2021-07", 2021, 7, None), (" 2021-7-30 ", 2021, 7, 30)],
)
def test_a_year_in_own_words(words: str, year: int, month: int | None, day: int | None) -> None:
    date = settled(year=f"text:{words}").date("issue")
    assert date is not None
    assert (date.year, date.month, date.day) == (year, month, day)


@pytest.mark.parametrize("words", ["", "soon", "2021-13", "2021-02-30", "0000", "20211", "２０２１"])
def test_words_that_are_no_year_change_nothing(words: str) -> None:
    assert settled(year=f"text:{words}") == SHOWN


def test_own_words() -> None:
    assert settled(title="text:CO<sub>2</sub> & <b>pain").title == "CO&lt;sub&gt;2&lt;/sub&gt; &amp; &lt;b&gt;pain"
    assert settled(title="text:CO<sub>2</sub>  in pain").title == "CO<sub>2</sub> in pain"
    assert settled(pages="text: 5\x00-9: a ").pages == "5-9: a"
    assert settled(pages="text:").pages == ""
    assert settled(keywords="text:Pain; ;wrist;pain").keywords == (Keyword(text="Pain"), Keyword(text="wrist"))
    assert settled(languages="text:eng; ger").languages == ("eng", "ger")
    assert settled(journal="text:Pain Letters").journal == Journal(title="Pain Letters")
    assert settled(kind="text:preprint").kind == "preprint"
    assert settled(kind="text:novel") == SHOWN
    assert settled(abstract="text:One.\n\nTwo\nlines.").abstract == (
        AbstractSection(text=Markup("One.")),
        AbstractSection(text=Markup("Two lines.")),
    )
    chosen = settled(authors="text:Wu, Yung-Tsan; van der Berg AB; Nerve Study Group; Doe, Jo, Jr")
    assert chosen.authors == (
        Author(family="Wu", given="Yung-Tsan"),
        Author(family="van der Berg", initials="AB"),
        Author(family="Nerve Study Group", is_group=True),
        Author(family="Doe", given="Jo", suffix="Jr"),
    )


@pytest.mark.parametrize(
    "choices",
    [
        {"identifiers": "record:9"},
        {"source": "text:me"},
        {"nothing": "record:9"},
        {"title": "record:10"},
        {"title": "record:"},
        {"title": "record:-9"},
        {"title": "record:" + "9" * 5000},
        {"title": "both:10,11"},
        {"title": "both:"},
        {"title": "left"},
        {"title": ""},
    ],
)
def test_what_cannot_be_chosen_changes_nothing(choices: dict[str, str]) -> None:
    assert with_choices(SHOWN, choices, MEMBERS) is SHOWN


def test_of_two_records_one_of_which_has_left_the_other_counts() -> None:
    assert settled(title="both:10,9").title == RIGHT.title


def test_choosing_what_is_shown_anyway_changes_nothing() -> None:
    assert with_choices(LEFT, dict.fromkeys(CHOOSABLE, "record:7"), {7: LEFT}) == LEFT
    assert with_choices(LEFT, dict.fromkeys(CHOOSABLE, "both:7,7"), {7: LEFT}) == LEFT


def test_every_choosable_field_is_one_of_a_record_and_has_a_label() -> None:
    assert {name for name in CHOOSABLE if not hasattr(LEFT, name)} == set()
    assert all(CHOOSABLE.values())


WORDS = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)
CHOICE = st.one_of(
    WORDS,
    st.builds("{}:{}".format, st.sampled_from(["record", "both", "text"]), WORDS),
    st.sampled_from(["record:7", "record:9", "both:7,9", "both:9,7", "record:8"]),
)


@given(st.dictionaries(st.one_of(st.sampled_from(list(CHOOSABLE)), WORDS), CHOICE, max_size=6))
def test_any_choice_leaves_a_record_that_can_be_stored(choices: dict[str, str]) -> None:
    found = with_choices(SHOWN, choices, MEMBERS)
    assert recordjson.load(recordjson.dump(found)) == found
    assert (found.identifiers, found.source, found.external_id) == (SHOWN.identifiers, "pubmed", "1")
    for title in (found.title, found.vernacular_title, found.book_title):
        assert text.balanced(title) == title
        assert text.clean(title) == title
