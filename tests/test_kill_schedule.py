"""Killed at random moments over many simulated days, a store ends as one that was never killed, on both engines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks.kill_schedule import schedule, states, stores

SEED = int(os.environ.get("EVIDENCE_KILL_SEED", "20250601"))
"""Fixed, so that a failure can be repeated; the variable tries others. Read before a test's own environment begins."""


@pytest.mark.long
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_twenty_kills_over_the_days_leave_no_trace(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if engine == "postgresql":
        request.getfixturevalue("postgres_admin_url")  # skips where there is none, and says so
    with stores(engine, tmp_path) as (killed, alone):
        done = schedule(tmp_path, killed, alone, kills=20, seed=SEED)
        ended = states(killed)
    assert done.kills == 20
    assert set(ended) <= {"ok", "interrupted"}
    assert ended["interrupted"] > 0
