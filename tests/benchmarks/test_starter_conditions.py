"""Titles of the starter library: the tags they give beside those given by hand; every disagreement has a reason."""

from __future__ import annotations

import os

import pytest

from tests.benchmarks.condition import starter

pytestmark = pytest.mark.skipif(
    not os.environ.get("EVIDENCE_BENCH_DATA"),
    reason="NOT RUN: EVIDENCE_BENCH_DATA must name the folder that holds data/, bench/ and seed/",
)


def test_every_disagreement_is_listed_and_what_titles_decide_is_found() -> None:
    got, known = starter.agreement(), starter.listed()
    assert set(got.differences) == set(known)
    missed = [known[d] for d in got.differences if d[2] == "missed"]
    assert set(missed) <= {"yes", "no", "through the tree"}
    decided = got.found + missed.count("through the tree") + missed.count("yes")
    assert (got.found + missed.count("through the tree")) / decided >= 0.85
    assert got.found / (got.found + missed.count("yes")) >= 0.85
