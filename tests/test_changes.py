"""What differs between two states of a study, in words: the sentences of histories and feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from evidence import changes
from evidence.records import Markup
from evidence.views import StudyRow
from tests.made import vocabulary

CTS = "carpal-tunnel-syndrome"


@pytest.mark.parametrize(
    ("byline", "year", "said"),
    [
        ("Wu YT, Ke MJ et al.", 2018, "Wu 2018"),
        ("van der Berg A", None, "van der Berg"),
        ("NICE", 2020, "NICE 2020"),
        ("", 2020, "2020"),
        ("", None, ""),
    ],
)
def test_a_study_is_called_by_its_first_author_and_year(byline: str, year: int | None, said: str) -> None:
    with_names = replace(_row(), byline=byline, year=year)
    assert changes.who(with_names) == said


def _row() -> StudyRow:
    return StudyRow(
        id=1, key="wu2018", title=Markup("A trial"), byline="", citation="", year=None, language="", design="rct",
        designs=("rct",), conditions=(CTS,), interventions=(), level=2, n=None, n_unit="", state="none",
        upstream="present", pmid=None, doi=None, pmcid=None, identified=True,
    )  # fmt: skip


def _step(was: StudyRow | None, now: StudyRow | None, inclusion: str = "included", once: bool = False) -> changes.Step:
    moment = changes.Moment(7, datetime(2026, 5, 9, tzinfo=UTC), "study-revised", "refresh", {}, 3)
    before = changes.State(was, "included") if was else None
    return changes.Step(1, (moment,), before, changes.State(now, inclusion) if now else None, once=once)


@pytest.mark.parametrize(
    ("was", "now", "tone", "said"),
    [
        ({}, {"state": "retracted"}, "alarm", ["Retracted"]),
        ({"state": "concern"}, {"state": "retracted"}, "alarm", ["Retracted"]),
        ({"state": "retracted"}, {}, "changed", ["No longer said to be retracted"]),
        ({"state": "retracted"}, {"state": "concern"}, "alarm", ["Expression of concern"]),
        ({}, {"state": "corrected"}, "changed", ["Corrected: a correction has been published"]),
        ({"state": "replaced"}, {"state": "none"}, "changed", ["No longer said to be retracted and replaced"]),
        ({"title": Markup("A trial")}, {"title": Markup("A <i>trial</i>")}, "changed", ["Title: typography corrected"]),
        ({}, {"upstream": "missing"}, "changed", ["PubMed no longer answers to its PMID"]),
        ({"n": 54}, {"n": 1049}, "changed", ["Size changed from n = 54 to n = 1,049"]),
        ({}, {"n": 6, "n_unit": "wrists"}, "changed", ["Size now known: n = 6 wrists"]),
        ({"n": 6}, {}, "changed", ["Size no longer known (was n = 6)"]),
        ({}, {"doi": "10.1000/x"}, "changed", ["DOI added: 10.1000/x"]),
        ({"pmid": "1"}, {}, "changed", ["PMID removed (was 1)"]),
        ({"year": 2019}, {"year": 2020}, "changed", ["Year changed from 2019 to 2020"]),
        ({"level": 3, "design": "cohort"}, {"level": 2}, "changed", ["Design changed from Cohort to RCT"]),
        (
            {"title": Markup("Dextrose &lt;5%")},
            {"title": Markup("Dextrose <i>5%</i>")},
            "changed",
            ["Title corrected from “Dextrose <5%” to “Dextrose 5%”"],
        ),
        (
            {"interventions": (("dextrose-5", "active"),)},
            {"interventions": (("dextrose-5", "comparator"), ("unheard-of", ""))},
            "changed",
            [
                "Interventions: gained 5% dextrose injection (comparator), unheard-of; "
                "lost 5% dextrose injection (active)"
            ],
        ),
    ],
)
def test_what_differs_between_two_states_is_said(
    was: dict[str, Any], now: dict[str, Any], tone: str, said: list[str]
) -> None:
    entry = changes.entry(_step(replace(_row(), **was), replace(_row(), **now)), CTS)
    assert entry is not None
    assert (entry.tone, changes.sentence(entry, vocabulary())) == (tone, said)
    assert changes.because(entry.step, vocabulary()) == ["As PubMed now gives it"]


def test_coming_and_leaving_are_said() -> None:
    def said(was: StudyRow | None, now: StudyRow | None, **how: Any) -> tuple[str, str] | None:
        entry = changes.entry(_step(was, now, **how), CTS)
        return (entry.tone, changes.headline(entry, vocabulary())) if entry else None

    row, elsewhere = replace(_row(), byline="Wu A", year=2018), replace(_row(), conditions=())
    assert said(row, row) is None
    assert said(elsewhere, elsewhere) is None
    assert said(None, None) is None
    assert said(None, row) == ("new", "New RCT: Wu 2018, A trial")
    assert said(None, replace(row, state="retracted")) == ("alarm", "Retracted, and new here: Wu 2018, A trial")
    assert said(None, row, once=True) == ("new", "Separated again: a study of its own, RCT: Wu 2018, A trial")
    assert said(elsewhere, row) == ("new", "Now listed here: RCT: Wu 2018, A trial")
    assert said(row, elsewhere) == ("gone", "No longer listed here: Wu 2018, A trial")
    assert said(row, row, inclusion="excluded") == ("gone", "Excluded: Wu 2018, A trial")
    assert said(row, row, inclusion="candidate") == ("gone", "Waits for a curator again: Wu 2018, A trial")
    assert said(row, None) == ("gone", "Merged into another study: Wu 2018, A trial")
    assert said(None, row, inclusion="candidate") is None
