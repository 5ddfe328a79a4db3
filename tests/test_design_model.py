"""The linear model of designs: its file, its arithmetic, the words it gives as reasons."""

from __future__ import annotations

from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadVocabulary
from evidence.records import AbstractSection, Record
from evidence.tagging.design_features import FEATURES
from evidence.tagging.design_model import DesignModel, load_model
from evidence.tagging.design_text import DesignText
from evidence.text import from_plain
from evidence.vocabulary import DESIGNS

HEAD = [
    "# a comment",
    "feature\tidf2\trct\tanimal",
    "!bias\t\t-2000\t-1000",
    "!slope\t\t1000\t2000",
    "!offset\t\t0\t500",
    "!balanced\t\t500\t500",
    "!sensitive\t\t100\t100",
    "!precise\t\t200\t200",
]
SMALL = [
    *HEAD,
    "@randomised-here\t\t300\t",
    "+randomly assigned\t\t150\t-20",
    "assigned\t40\t1000\t",
    "T ^ dextrose\t90\t-500\t250",
    "rats $\t\t\t",
    "twice\t\t\t300",
]
SHIPPED = load_model()


def text_of(title: str, abstract: str = "", label: str = "") -> DesignText:
    sections = (AbstractSection(text=from_plain(abstract), label=label),) if abstract else ()
    return DesignText(Record(source="t", external_id="1", title=from_plain(title), abstract=sections))


def logistic(z: float) -> float:
    return 1 / (1 + exp(-z))


def test_the_score_is_the_documented_formula() -> None:
    reading = DesignModel(SMALL).read(text_of("Dextrose", "Knees were randomly assigned. They were assigned twice."))
    length = sqrt(9 + 4.0 + 9.0)
    z_rct = -2 + (10 - 5) / length + 1.5 + 3
    z_animal = -1 + (2.5 + 3) / length - 0.2  # "twice" has a weight and no idf²: it makes the text no longer
    assert reading.scores["rct"] == pytest.approx(logistic(z_rct))
    assert reading.scores["animal"] == pytest.approx(logistic(2 * z_animal + 0.5))


def test_an_n_gram_counts_once_however_often_it_stands() -> None:
    model = DesignModel(SMALL)
    once = model.read(text_of("A", "Knees were assigned."))
    assert model.read(text_of("A", "Knees were assigned. Hips were assigned.")).scores == once.scores


def test_no_words_leave_the_prior() -> None:
    assert DesignModel(SMALL).read(text_of("")).scores["rct"] == pytest.approx(logistic(-2))


@given(st.lists(st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000)), max_size=60))
def test_lanes_never_leak_into_each_other(weights: list[tuple[int, int]]) -> None:
    """Weights of any sign, many at once: the packed sum is the sum."""
    rows = [f"+word{'x' * n}\t\t{a}\t{b}" for n, (a, b) in enumerate(weights)]
    reading = DesignModel([*HEAD, *rows]).read(text_of("A", " ".join(f"word{'x' * n}" for n in range(len(weights)))))
    first, second = sum(a for a, _ in weights) / 100, sum(b for _, b in weights) / 100
    assert reading.scores["rct"] == pytest.approx(logistic(max(-600, first - 2)), abs=1e-9)
    assert reading.scores["animal"] == pytest.approx(logistic(max(-600, 2 * (second - 1) + 0.5)), abs=1e-9)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "column names"),
        (["word\t1\t2"], "column names"),
        (HEAD[:3], "lacks the rows"),
        ([*HEAD, "word\t1\t2"], "columns"),
        ([*HEAD, "word\t1\t2\tmany"], "whole number"),
    ],
)
def test_a_broken_file_is_refused_and_named(lines: list[str], reason: str) -> None:
    with pytest.raises(BadVocabulary, match=reason) as caught:
        DesignModel(lines, "weights.tsv")
    assert "weights.tsv" in str(caught.value)


def test_reasons_are_words_of_the_record_strongest_first_and_never_nested() -> None:
    model = DesignModel(SMALL)
    text = text_of("Dextrose in rats", "Fine. Knees were Randomly Assigned to it.", "METHODS")
    phrases = model.reasons("rct", text, model.read(text))
    assert [p.text for p in phrases] == ["Randomly Assigned"]
    assert text.place(phrases[0].sentence) == "abstract, METHODS, sentence 2"
    assert model.reasons("animal", text, model.read(text))[0].text == "Dextrose"


def test_the_shipped_model_has_learnt_only_what_is_on_the_closed_lists() -> None:
    assert set(SHIPPED.classes) - {"any-trial"} <= {*DESIGNS, *FEATURES}
    assert all(0 < t < 1 for values in SHIPPED.points.values() for t in values)
    sensitive, precise = SHIPPED.points["sensitive"], SHIPPED.points["precise"]
    assert sensitive[SHIPPED.classes.index("rct")] <= precise[SHIPPED.classes.index("rct")]


@given(st.text(max_size=300), st.text(max_size=2000))
def test_any_text_is_read_and_every_reason_stands_in_it(title: str, abstract: str) -> None:
    text = text_of(title, abstract)
    reading = SHIPPED.read(text)
    parts = [printed for _, printed in text.parts]
    for name in SHIPPED.classes:
        assert 0 <= reading.scores[name] <= 1
        for phrase in SHIPPED.reasons(name, text, reading):
            assert any(phrase.text in part for part in parts)
