"""An event, and one thing that changed: what the model of changes is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Moment:
    """An event: its number, time, kind, who, what it says of itself; `run`: the refresh run that it was part of."""

    event: int
    at: datetime
    kind: str
    actor: str
    detail: Mapping[str, Any]
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `what`: came, left, a name of FIELDS, or one of TAGS; `was`, `now`: the values, as
    they are stored; for tags those that were lost and gained, separated by spaces.
    """

    what: str
    was: str = ""
    now: str = ""
