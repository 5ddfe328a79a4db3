"""A refresh that is killed at random moments ends, when started again, as if it had never been killed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.refresh_process import compare_after_kills

SEED = int(os.environ.get("EVIDENCE_KILL_SEED", "20250601"))
"""Fixed, so that a failure can be repeated; the variable tries others. Read before a test's own environment begins."""


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("kills", [5])
def test_killed_some_times_the_store_is_the_same(kills: int, tmp_path: Path) -> None:
    states = compare_after_kills(tmp_path, records=300 * kills, kills=kills, seed=SEED)
    assert states[-1] == "ok"
    assert set(states) <= {"ok", "interrupted"}
