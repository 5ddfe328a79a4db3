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
        (
            {"state": "retracted"},
            {"state": "concern"},
            "changed",
            ["No longer said to be retracted", "It is under an expression of concern"],
        ),
        (
            {"state": "retracted"},
            {"state": "corrected"},
            "changed",
            ["No longer said to be retracted", "A correction has been published"],
        ),
        ({"state": "corrected"}, {"state": "concern"}, "alarm", ["Expression of concern"]),
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


def test_whoever_comes_retracted_is_an_alarm_and_whatever_else_is_told_of_one_carries_the_mark() -> None:
    """It was plain good news: its state was no other than before."""
    row = replace(_row(), byline="Wu A", year=2018, state="retracted")

    def said(was: changes.State | None, now: StudyRow) -> tuple[str, str]:
        moment = changes.Moment(7, datetime(2026, 5, 9, tzinfo=UTC), "included", "ann", {})
        entry = changes.entry(changes.Step(1, (moment,), was, changes.State(now, "included")), CTS)
        assert entry is not None
        return entry.tone, changes.headline(entry, vocabulary())

    waiting, excluded = changes.State(row, "candidate"), changes.State(row, "excluded")
    untagged = changes.State(replace(row, conditions=()), "included")
    assert said(waiting, row) == ("alarm", "Retracted, and included here: Wu 2018, A trial")
    assert said(excluded, row) == ("alarm", "Retracted, and included here again: Wu 2018, A trial")
    assert said(untagged, row) == ("alarm", "Retracted, and now listed here: Wu 2018, A trial")
    doubted = replace(row, state="concern")
    assert said(waiting, doubted) == ("alarm", "Expression of concern, and included here: Wu 2018, A trial")
    known = changes.State(row, "included")
    assert said(known, replace(row, n=54)) == ("changed", "Size now known: n = 54: [Retracted] Wu 2018, A trial")
    assert said(known, doubted)[1] == "No longer said to be retracted: [Expression of concern] Wu 2018, A trial"


def test_who_keeps_a_study_is_told_of_its_state_whatever_becomes_of_it() -> None:
    row = replace(_row(), byline="Wu A", year=2018)
    gone = replace(row, key="ke2011", state="retracted")

    def said(was: str, now: str | None, **state: Any) -> tuple[str, list[str]] | None:
        moment = changes.Moment(7, datetime(2026, 5, 9, tzinfo=UTC), "merged-away", "bob", {"rule": "curator"})
        after = changes.State(replace(row, **state), now) if now else None
        step = changes.Step(1, (moment,), changes.State(row, was), after, other=None if now else gone)
        entry = changes.kept(step)
        return (entry.tone, changes.sentence(entry, vocabulary())) if entry else None

    for hidden in ("excluded", "candidate"):
        assert said(hidden, hidden, state="retracted") == ("alarm", ["Retracted"])
        assert said(hidden, hidden, n=54) is None
        assert said(hidden, None) == ("alarm", ["Retracted: merged into ke2011"])
    assert said("included", None) == ("alarm", ["Retracted: merged into ke2011"])
    assert said("included", "excluded", state="concern") == ("alarm", ["Expression of concern", "Excluded"])
    assert said("included", "excluded") == ("gone", ["Excluded"])
    assert said("excluded", "included", state="retracted") == (
        "alarm",
        ["Retracted, and included here again", "Included again: RCT"],
    )


def _because(*moments: tuple[str, dict[str, Any]], was: dict[str, Any], now: dict[str, Any] | None) -> list[str]:
    """The reasons of a difference between two days, an event each hour. `now`: None when it is excluded."""
    events = tuple(
        changes.Moment(n, datetime(2026, 5, 9, n, tzinfo=UTC), kind, "ann", detail)
        for n, (kind, detail) in enumerate(moments)
    )
    before = changes.State(replace(_row(), **was), "included")
    after = changes.State(
        replace(_row(), **(was if now is None else now)), "included" if now is not None else "excluded"
    )
    entry = changes.entry(changes.Step(1, events, before, after), CTS)
    assert entry is not None
    return changes.because(entry.step, vocabulary())


def test_a_difference_has_only_the_reasons_of_what_is_in_it() -> None:
    said = ("status-said", {"kind": "retraction", "source": "retraction-watch"})
    unsaid = ("status-withdrawn", {"key": "retraction-watch|retraction|ref:1", "state": "none"})
    merged = ("studies-merged", {"merge": 1, "rule": "curator", "reasons": ["the same trial"]})
    blind = {"kind": "feature", "slug": "double-blind", "verdict": "yes"}
    titled: dict[str, Any] = {"title": Markup("Another trial")}
    revised = ("study-revised", {})
    assert _because(said, unsaid, revised, was={}, now=titled) == ["As ann now gives it"]
    assert _because(merged, ("merge-undone", {"merge": 1}), revised, was={}, now=titled) == ["As ann now gives it"]
    assert _because(("tag-decided", blind), revised, was={}, now=titled) == ["As ann now gives it"]
    decided = ("tag-decided", blind), ("tag-decided", blind | {"slug": "sham"}), ("tag-decision-undone", blind)
    assert _because(*decided, was={"features": ("double-blind",)}, now={}) == [
        "ann took back a decision on feature “Double-blind”"
    ]
    gone = _because(
        said, unsaid, ("excluded", {}), ("included", {}), ("excluded", {"reason": "rats"}), was={}, now=None
    )
    assert gone == ["By ann, because rats"]
    assert _because(said, revised, was={}, now={"state": "retracted"})[0] == "Retraction Watch names a retraction"


@pytest.mark.parametrize(("undone", "left"), [(1, "second"), (2, "first")])
@pytest.mark.parametrize("kind", ["merge-undone", "merge-taken-back", "merge-withdrawn"])
def test_of_several_merges_the_one_that_was_undone_explains_nothing(undone: int, left: str, kind: str) -> None:
    merges = [
        ("studies-merged", {"merge": n, "rule": "curator", "reasons": [f"{name} pair"]})
        for n, name in ((1, "first"), (2, "second"))
    ]
    told = _because(*merges, (kind, {"merge": undone}), was={}, now={"n": 20})
    assert told == [f"Merged by ann: {left} pair"]
    before = _because(merges[1], (kind, {"merge": 1}), was={}, now={"n": 20})
    assert before[0] == "Merged by ann: second pair", "an earlier one was undone"
    assert len(before) == 2


def test_who_says_no_longer_what_is_named_and_no_other_source() -> None:
    withdrawn = ("status-withdrawn", {"key": "retraction-watch|retraction|ref:1", "state": "none"})
    changed = ("state-changed", {"from": "retracted", "to": "none"})
    told = _because(changed, withdrawn, was={"state": "retracted"}, now={})
    assert told == ["Retraction Watch no longer names a retraction"]
    back = ("status-withdrawn", withdrawn[1] | {"key": "pubmed|retraction|title", "by": "crossref|reinstatement|ref:x"})
    assert _because(changed, back, was={"state": "retracted"}, now={}) == [
        "The reinstatement that Crossref names takes back the retraction that PubMed names"
    ]
    carried = ("status-carried", {"key": "pubmed|retraction|pmid:1", "event": 4, "kind": "retraction"})
    assert _because(changed, carried, was={"state": "retracted"}, now={}) == ["A notice came from ann"]
    assert _because(("status-withdrawn", {}), was={"state": "retracted"}, now={}) == [
        "A statement about it is no longer made"
    ]


def test_the_statement_most_exactly_dated_is_the_one_an_alarm_rests_on() -> None:
    at = datetime(2026, 5, 9, tzinfo=UTC)
    dates = (("retraction", "2015"), ("retraction", "2015-06-02"), ("correction", "2014-01-01"), ("retraction", ""))
    moments = tuple(
        changes.Moment(n, at, "status-said", "refresh", {"kind": kind, "date": date, "source": "pubmed"})
        for n, (kind, date) in enumerate(dates)
    )
    was, now = (changes.State(replace(_row(), **fields), "included") for fields in ({}, {"state": "retracted"}))
    entry = changes.entry(changes.Step(1, moments, was, now))
    assert entry is not None
    assert changes.rests_on(entry) == moments[1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["By ann", "By bob"], "By ann. By bob."),
        (["Wu A et al.", "J Nerve Stud. 2020;1"], "Wu A et al. J Nerve Stud. 2020;1."),
        (["because it was “the elbow.”"], "because it was “the elbow.”"),
        (["PubMed names a retraction (J Nerve Stud.)"], "PubMed names a retraction (J Nerve Stud.)."),
        ([], ""),
    ],
)
def test_sentences_have_one_full_stop_each(lines: list[str], said: str) -> None:
    assert changes.sentences(lines) == said


def test_a_later_version_is_an_update() -> None:
    told = _because(("status-said", {"kind": "update", "source": "pubmed"}), was={}, now={"n": 54})
    assert told == ["PubMed names an update"]
