"""ISSN and ISBN of a record as biber takes them, and the words for those that it does not.

biber warns of a wrong check digit, and of a second ISBN in the field. Such numbers stand among our words
(`isbn:0306406152`), from where they are read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from evidence.errors import BadIdentifier
from evidence.identifiers import isbn as checked
from evidence.records import Record

_ISSN: Final = re.compile(r"\d{4}-\d{3}[\dX]")


def isbn(record: Record) -> str:
    """The first ISBN with a right check digit, or empty."""
    return next((value for value in record.isbns if _is_isbn(value)), "")


def issn(record: Record) -> str:
    """The journal's ISSN where its check digit is right, or empty."""
    return record.journal.issn if _is_issn(record.journal.issn) else ""


def others(record: Record) -> Iterator[tuple[str, str]]:
    """The numbers that neither of the two gives, each with its name."""
    shown = isbn(record) if record.isbns else ""
    yield from (("isbn", value) for value in record.isbns if value != shown)
    if record.journal.issn and not _is_issn(record.journal.issn):
        yield "issn", record.journal.issn


@lru_cache(maxsize=4096)  # a library has few journals
def _is_issn(value: str) -> bool:
    """Whether the check digit is right (ISO 3297)."""
    if not _ISSN.fullmatch(value):
        return False
    digits = value.replace("-", "")
    total = sum((8 - i) * int(d) for i, d in enumerate(digits[:7])) % 11
    return digits[7] == "0123456789X"[(11 - total) % 11]


def _is_isbn(value: str) -> bool:
    """Whether the check digit is right (ISO 2108)."""
    try:
        checked(value)
    except BadIdentifier:
        return False
    return True
