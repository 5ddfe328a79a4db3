"""Presentation, piece by piece: what holds for any stored text, any years, any summary."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import vocabulary
from evidence.records import PartialDate
from evidence.views import Summary
from tests import web_fakes as fakes
from tests.web_checks import words
from web import wording
from web.chart import HEIGHT, WIDTH, chart
from web.icons import design_icon, icon
from web.present import STATES, groups, html

TAGS = [
    "<i>",
    "</i>",
    "<sub>",
    "</sub>",
    "<b>",
    "</b>",
    "<script>",
    "</script>",
    "<b onclick=x>",
    "<img src=x onerror=x>",
]
REST = ["&lt;", "&gt;", "&amp;", "&#60;", "&#x3c;", "<", ">", '"', "'", "<!--", "]]>", "é", "a", " ", "\x00"]
PIECES = st.sampled_from(TAGS + REST)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_stored_text_becomes_inline_tags_and_text_and_nothing_else(stored: str) -> None:
    shown = str(html(stored))
    page = lxml.html.fragment_fromstring(shown, create_parent="div")
    elements = list(page.iter())
    assert {e.tag for e in elements} <= {"div", "i", "b", "u", "sub", "sup"}
    assert [e.attrib for e in elements if e.attrib] == []


@given(
    st.dictionaries(st.integers(1, 9999), st.integers(0, 5000), max_size=40), st.integers(1, 9999), st.integers(1, 9999)
)
def test_bars_stay_inside_the_drawing_and_lose_no_study(years: dict[int, int], since: int, until: int) -> None:
    drawn = chart(tuple(sorted(years.items())), since, until)
    if drawn is None:
        assert not any(years.values())
        return
    assert sum(bar.count for bar in drawn.bars) == sum(years.values())
    assert drawn.width <= WIDTH
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= drawn.width + 0.05
        assert 0 <= bar.y < HEIGHT
        assert bar.y + bar.height == pytest.approx(HEIGHT)
        assert bar.chosen == (since <= bar.year <= until)


@given(st.builds(Summary, **{name: st.integers(0, 3) for name in (
    "guidelines", "reviews", "trials", "observational", "laboratory", "other", "participants", "participants_known",
    "retracted", "concern")}))  # fmt: skip
def test_a_summary_names_what_is_there_and_only_that(summary: Summary) -> None:
    line = " · ".join(map(str, wording.facts(summary)))
    for count, noun in (
        (summary.guidelines, "guideline"),
        (summary.reviews, "systematic review"),
        (summary.retracted, "retracted"),
    ):
        assert (noun in line) == bool(count)
    assert ("known n" in line) == bool(summary.participants_known)
    assert wording.gaps(summary).count("no ") + wording.gaps(summary).count("No ") == sum(
        not n for n in (summary.guidelines, summary.reviews, summary.trials)
    )


def test_every_design_of_the_library_has_a_drawing() -> None:
    plain = [d.slug for d in vocabulary.load().designs.values() if design_icon(d) == icon("no such drawing")]
    assert plain == ["other"]


def test_every_state_a_study_can_be_in_has_words() -> None:
    assert set(STATES) == {"corrected", "concern", "retracted", "replaced", "withdrawn"}


def test_groups_keep_every_row_in_order() -> None:
    rows = fakes.rows()
    for sort in ("strength", "newest"):
        found = groups(rows, sort, fakes.vocabulary())  # type: ignore[arg-type]
        assert [card.key for group in found for card in group.cards] == [row.key for row in rows]
        assert len({group.id for group in found}) == len(found)


@pytest.mark.parametrize(
    ("date", "text"),
    [
        (PartialDate(year=2019, month=3, day=12), "12 March 2019"),
        (PartialDate(year=2019, month=3), "March 2019"),
        (PartialDate(year=2019, day=12), "2019"),
        (PartialDate(year=2019, month=13), "2019"),
        (PartialDate(year=1998, text="1998 Dec-1999 Jan"), "1998 Dec-1999 Jan"),
        (PartialDate(), ""),
    ],
)
def test_a_date_is_as_precise_as_its_source(date: PartialDate, text: str) -> None:
    assert wording.partial_date(date) == text


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("ger", "de"),
        ("es", "es"),
        ("eng", ""),
        ("en", ""),
        ("mul", ""),
        ("", ""),
        ('x" onload="', ""),
        ("zh-Hant", "zh-Hant"),
    ],
)
def test_only_a_language_tag_becomes_one(code: str, tag: str) -> None:
    assert wording.language(code) == tag


def test_a_sentence_ends_at_its_full_stop() -> None:
    assert wording.first_sentence("Buffered 5.4% dextrose. More.") == "Buffered 5.4% dextrose."
    assert wording.first_sentence("No stop") == "No stop"
    assert words(lxml.html.fragment_fromstring(str(html("")), create_parent="p")) == ""
