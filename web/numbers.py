"""Numbers in addresses and forms: of events and of source records. None is larger than a row's number can be."""

from __future__ import annotations

import re

from flask import request

from evidence.errors import UsageProblem
from evidence.store.reads import LARGEST
from evidence.text import clean


def number(text: str) -> int | None:
    """The number a text is; None for any other text, and for one larger than any row's."""
    found = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
    return found if found is not None and found <= LARGEST else None


def number_asked(name: str) -> int | None:
    """The number that a parameter of the address gives, the largest for any larger one; None without it.

    Raises UsageProblem for anything else.
    """
    raw = request.args.get(name, "")
    if raw and not re.fullmatch(r"[0-9]{1,10}", raw):
        raise UsageProblem(name, f"{clean(raw)[:40]!r} is not a number")
    return min(int(raw), LARGEST) if raw else None


def pair_numbers(text: str) -> tuple[int, int] | None:
    """Two source record numbers, written "3-9", the smaller first."""
    first, dash, second = text.partition("-")
    a, b = number(first), number(second)
    return (a, b) if dash and a is not None and b is not None and a < b else None
