"""Titles of the starter library: the designs they give beside those given by hand; every disagreement has a reason."""

from __future__ import annotations

from tests.benchmarks.design import starter


def test_every_disagreement_is_listed_and_where_titles_decide_most_agree() -> None:
    got = starter.agreement()
    assert got.differences.keys() <= starter.listed().keys()
    assert got.studies == got.agreed + len(got.differences) == 195
    assert starter.where_titles_decide(got) >= 0.80
