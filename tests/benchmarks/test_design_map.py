"""The map from our designs to the classes of the design bench. Needs no data of the bench."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence.tagging.design_features import FEATURES
from evidence.vocabulary import DESIGNS
from tests.benchmarks.design import as_bench
from tests.benchmarks.design.corpus import names
from tests.cli_runner import run

TRIAL = "Dextrose for numb hands: a randomised controlled trial"
PLAN = "Dextrose for numb hands: study protocol for a randomised controlled trial"
METHODS = "Sixty patients were randomly assigned to dextrose or placebo. Pain was measured by blinded assessors."


def test_every_class_is_mapped_to_designs_and_features_of_the_closed_lists() -> None:
    for ours in names().values():
        for name in ours:
            assert set(name.split(" & ")) <= {*DESIGNS, *FEATURES}


def test_a_protocol_counts_as_the_trial_behind_it_only_where_there_is_one() -> None:
    trial = names()["randomized_controlled_trial"]
    assert as_bench.says({"rct"}, {"rct": 0.1}, trial)
    assert as_bench.says({"protocol"}, {"rct": 0.6}, trial)
    assert not as_bench.says({"protocol"}, {"rct": 0.4}, trial)
    assert not as_bench.says({"cohort"}, {"rct": 0.9}, trial)


def test_from_a_file_to_predictions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, ours = tmp_path / "in.jsonl", tmp_path / "ours.jsonl"
    rows = [{"pmid": "11", "title": TRIAL, "abstract": METHODS}, {"pmid": "12", "title": PLAN, "abstract": METHODS}]
    given.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    assert run("classify", given, "--text-only", "-o", ours).exit_code == 0
    as_bench.main(ours)
    made = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [m["pmid"] for m in made] == ["11", "12"]
    assert all("randomized_controlled_trial" in m["designs"] for m in made)
    assert ["trial_protocol" in m["designs"] for m in made] == [False, True]
    assert all(set(m["scores"]) == set(names()) and min(m["scores"].values()) >= 0 for m in made)
