"""COinS: a study of a list as an OpenURL in an empty span, for programs that know no unAPI.

Specification: https://web.archive.org/web/20170415112438/http://ocoins.info/ ; keys of the formats `journal` and `dc`:
ANSI/NISO Z39.88-2004, https://groups.niso.org/higherlogic/ws/public/download/14833/z39_88_2004_r2010.pdf .

It is made of what the row shows, for a row is kept (web/rows.py) and knows no more. Zotero reads it only where unAPI
gives nothing: its translator COinS has priority 310, unAPI 300, and one translator does a page.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from web.present import NO_AUTHORS, UNTITLED, Card

_VERSION: Final = ("ctx_ver", "Z39.88-2004")
_FORMAT: Final = "info:ofi/fmt:kev:mtx:"
_CITATION: Final = re.compile(
    r"(?P<journal>.+)\. (?P<year>\d{4})"
    r"(?:;(?P<volume>[^();:]*)(?:\((?P<issue>[^():]*)\))?)?(?::(?P<pages>.+))?"
)
"""A journal's reference as evidence.merging.citation_line writes it."""

_YEAR: Final = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_PERSON: Final = re.compile(r"(?P<family>.+?) (?P<initials>[^\W\d_]{1,6})(?P<suffix> (?:Jr|Sr|\d(?:st|nd|rd|th)))?")


def coins(card: Card) -> str:
    """The context object of a row, not escaped for HTML."""
    found = _CITATION.fullmatch(card.citation)
    pairs = [_VERSION, *(_article(card, found) if found else _other(card))]
    pairs += [("rft_id", f"info:{link.name.lower()}/{link.words}") for link in card.links if link.name in _INFO]
    return urlencode([(name, value) for name, value in pairs if value], errors="replace")


_INFO: Final = ("DOI", "PMID")
"""Identifiers with a namespace of info: URIs (RFC 4452); PubMed Central has none."""


def _article(card: Card, found: re.Match[str]) -> list[tuple[str, str]]:
    return [
        ("rft_val_fmt", f"{_FORMAT}journal"),
        ("rft.genre", "article"),
        ("rft.atitle", _title(card)),
        ("rft.jtitle", found["journal"]),
        ("rft.date", found["year"]),
        ("rft.volume", found["volume"] or ""),
        ("rft.issue", found["issue"] or ""),
        ("rft.pages", found["pages"] or ""),
        *(("rft.au", name) for name in _names(card)),
    ]


def _other(card: Card) -> list[tuple[str, str]]:
    """A work that is no article of a journal, or not known to be one: as Dublin Core."""
    year = _YEAR.findall(card.citation)
    return [
        ("rft_val_fmt", f"{_FORMAT}dc"),
        ("rft.type", "document"),
        ("rft.title", _title(card)),
        ("rft.date", year[-1] if year else ""),
        ("rft.source", card.citation),
        *(("rft.creator", name) for name in _names(card)),
    ]


def _title(card: Card) -> str:
    return "" if card.title == UNTITLED else card.title.striptags()


def _names(card: Card) -> list[str]:
    """The names of the author line, family name first: without a comma, "Wu YT" would be read as Mr YT."""
    if card.byline == NO_AUTHORS:
        return []
    names = card.byline.removesuffix(" et al.").split(", ")
    return [_inverted(name) for name in names if name]


def _inverted(name: str) -> str:
    found = _PERSON.fullmatch(name)
    if found is None or found["initials"] != found["initials"].upper():
        return name
    return f"{found['family']}, {found['initials']}{found['suffix'] or ''}"
