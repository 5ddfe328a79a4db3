"""A store as plain values, for "these two stores are equal": every table but those of runs, every column but times."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from evidence.store import Store, schema
from evidence.store.engine import unpack

OF_RUNS = ("refresh_run", "refresh_request", "saved_search", "library")
"""What differs between a run that was cut short and one that was not: the runs, the number of transactions."""
COLUMNS_OF_RUNS = ("run_id", "revision")
TIMES = ("created", "changed", "first_seen", "checked_at", "at")


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Table → its rows, sorted, times and run numbers left out."""
    found = {}
    with store.read() as connection:
        for table in schema.METADATA.sorted_tables:
            if table.name in OF_RUNS:
                continue
            columns = [c for c in table.columns if "DateTime" not in repr(c.type) and c.name not in COLUMNS_OF_RUNS]
            rows = connection.execute(select(*columns))
            found[table.name] = sorted((tuple(map(_plain, row)) for row in rows), key=repr)
    return found


def _plain(value: Any) -> Any:
    """Packed JSON unpacked, without times."""
    if not isinstance(value, bytes) or not value:
        return value
    try:
        return json.dumps(_timeless(json.loads(unpack(value))), sort_keys=True)
    except Exception:  # bytes that are no packed JSON: fingerprints, bitmaps
        return value


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _timeless(v) for k, v in value.items() if k not in TIMES}
    return [_timeless(v) for v in value] if isinstance(value, list) else value


def counts(store: Store) -> dict[str, int]:
    """Table → number of rows."""
    return {name: len(rows) for name, rows in dump(store).items()}
