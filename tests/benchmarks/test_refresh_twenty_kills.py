"""The full size of tests/test_refresh_kill.py: 9,000 records, twenty kills. Some minutes; needs EVIDENCE_BENCH_DATA."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.refresh_process import compare_after_kills
from tests.test_refresh_kill import SEED


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("EVIDENCE_BENCH_DATA"), reason="NOT RUN: benchmarks run when EVIDENCE_BENCH_DATA is set"
)
def test_killed_twenty_times_nine_thousand_records_arrive_the_same(tmp_path: Path) -> None:
    states = compare_after_kills(tmp_path, records=9_000, kills=20, seed=SEED)
    assert states[-1] == "ok"
    assert set(states) <= {"ok", "interrupted"}
