"""Sample sizes on abstracts annotated by hand: how many are answered, how many of these rightly, with a quote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence.records import Record
from evidence.tagging.sizes import sample_size
from evidence.text import plain
from tests.benchmarks.sizes import run

FOLDER = os.environ.get("EVIDENCE_BENCH_DATA")
pytestmark = [
    pytest.mark.skipif(
        not FOLDER, reason="NOT RUN: EVIDENCE_BENCH_DATA must name the folder that holds data/ and bench/"
    ),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def known() -> dict[str, Record]:
    return run.records(Path(FOLDER or "."), {g.pmid for g in run.gold()})


def test_at_least_two_hundred_are_annotated_and_found(known: dict[str, Record]) -> None:
    assert len({g.pmid for g in run.gold()}) == len(run.gold())
    assert len(known) >= 200


@pytest.mark.parametrize("part", run.PARTS)
def test_enough_is_answered_and_nearly_all_of_it_right(part: str, known: dict[str, Record]) -> None:
    score, _ = run.scored(sample_size, part, known)
    assert score.answered >= 0.65 * score.stated
    assert score.right >= 0.92 * score.answered  # .94 is the aim; docs/tags-sizes.md says what is reached
    plainer, _ = run.scored(run.first_number, part, known)
    assert score.right > plainer.right


def test_every_answer_quotes_its_abstract(known: dict[str, Record]) -> None:
    for record in known.values():
        found = sample_size(record)
        if found is not None:
            texts = [plain(record.title), *(plain(s.text) for s in record.abstract)]
            assert any(found.quote in " ".join(text.split()) for text in texts)
