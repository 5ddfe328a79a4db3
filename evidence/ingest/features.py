"""A record reduced to what placing it looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from evidence import text
from evidence.records import Record

_NOTICE: Final = re.compile(
    r"^(?:erratum|errata|corrigendum|correction to|correspondence|retraction|retracted|expression of concern|reply|"
    r"comment on|re)\b|\b(?:author s reply|reply to|in reply|comment on|response to)\b"
)
"""Titles of notices, replies and comments, after folding: they repeat another work's title."""

_PROTOCOL: Final = re.compile(r"\b(?:study protocol|trial protocol|protocol for|protocol of|a protocol)\b")
_MIN_TITLE: Final = 25
"""Characters of a folded title below which it is too short to speak for itself ("Editorial", "Carpal tunnel")."""


@dataclass(frozen=True, slots=True)
class Features:
    """A record as matching sees it. Empty means not known, never "equal to other unknowns"."""

    pmid: str
    pmcid: str
    doi: str
    title: str
    year: int | None
    volume: str
    issue: str
    first_page: str
    journal: frozenset[str]
    family: str
    kind: str
    notice: bool
    protocol: bool

    @property
    def title_speaks(self) -> bool:
        """The title is long enough to identify a work together with other fields."""
        return len(self.title) >= _MIN_TITLE and self.title.count(" ") >= 3


def features(record: Record) -> Features:
    """The comparable part of a record."""
    title = text.fold(text.plain(record.title))
    family = text.ascii_fold(record.authors[0].family) if record.authors else ""
    names = (text.fold(record.journal.title), text.fold(record.journal.abbreviation))
    return Features(
        pmid=record.id("pmid") or "",
        pmcid=record.id("pmcid") or "",
        doi=record.id("doi") or "",
        title=title,
        year=record.year,
        volume=text.ascii_fold(record.volume),
        issue=text.ascii_fold(record.issue),
        first_page=first_page(record.pages),
        journal=frozenset(name for name in names if name),
        family=family,
        kind=record.kind,
        notice=bool(_NOTICE.search(title)) or _types(record) & _NOTICE_TYPES != set(),
        protocol=bool(_PROTOCOL.search(title)),
    )


_NOTICE_TYPES: Final = {
    "Published Erratum", "Retraction of Publication", "Retraction Notice", "Expression of Concern", "Comment",
}  # fmt: skip


def _types(record: Record) -> set[str]:
    return {t.name for t in record.publication_types}


def first_page(pages: str) -> str:
    """The first page or the article number, folded: "601-10" → "601", "e0123-45" → "e0123"."""
    head = pages.replace("\u2013", "-").replace("\u2014", "-").split("-")[0].split(",")[0]
    return text.ascii_fold(head).lstrip("0")


def block_keys(record: Record) -> tuple[int, ...]:
    """63-bit keys; records that share none are never compared. Here: the whole folded title."""
    title = text.fold(text.plain(record.title)).replace(" ", "")
    if len(title) < _MIN_TITLE:
        return ()
    return (int.from_bytes(blake2b(f"t:{title}".encode(), digest_size=8).digest(), "big") >> 1,)
