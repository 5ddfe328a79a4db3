"""A Record as JSON and back, lossless and fast: defaults are left out, pydantic-core does the walking."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from evidence.records import Record

_ADAPTER: Final = TypeAdapter(Record)


def dump(record: Record) -> bytes:
    """The record as compact JSON; equal records give equal bytes."""
    return _ADAPTER.dump_json(record, exclude_defaults=True)


def load(data: bytes) -> Record:
    """The record that `dump` wrote. Raises pydantic.ValidationError (a ValueError) for anything else."""
    return _ADAPTER.validate_json(data)
