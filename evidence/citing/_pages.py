"""Pages: ranges shortened (NLM) or written out (AMA, APA), and what is an article number rather than a page.

Citing Medicine, chapter 1, "Location (pagination)": 123-125 becomes 123-5, S93-S99 becomes S93-9, 123A-125A stays.
AMA 11, section 3.11.8, and APA 7, section 9.25, write both pages in full; APA joins them with an en dash.
"""

from __future__ import annotations

import re
from typing import Final

_DASH: Final = r"\s?[-\u2010-\u2015\u2212]{1,3}\s?"
_RANGE: Final = re.compile(
    rf"(?<![\w.-])(?P<before>[A-Za-z]{{0,4}})(?P<first>[0-9]{{1,9}})(?P<after>[A-Za-z]?){_DASH}"
    r"(?P<before2>[A-Za-z]{0,4})(?P<last>[0-9]{1,9})(?P<after2>[A-Za-z]?)(?![\w-])"
)
_ROMAN: Final = re.compile(rf"(?<![\w-])([ivxlc]{{1,9}}){_DASH}([ivxlc]{{1,9}})(?![\w-])", re.I)
_DISCUSSION: Final = re.compile(r"\s*;.*\Z", re.S)
_LOCATOR: Final = re.compile(r"(?P<letters>[A-Za-z]{0,4})(?P<digits>[0-9]{1,12})(?P<rest>[\w.]{0,20})")
_LONG: Final = 5
"""Digits from which a single number is an article's and not a page's; no journal volume has so many pages."""


def short(pages: str) -> str:
    """Pages as NLM prints them: the last page without the digits it shares with the first."""
    return _ROMAN.sub(r"\1-\2", _RANGE.sub(_shortened, pages))


def full(pages: str, dash: str = "-") -> str:
    """Pages with both ends of each range written out."""
    return _ROMAN.sub(rf"\1{dash}\2", _RANGE.sub(lambda found: _written(found, dash), pages))


def without_discussion(pages: str) -> str:
    """The article's own pages: "1151-68; discussion 1149-50" without its second half."""
    return _DISCUSSION.sub("", pages)


def is_article_number(pages: str, *, electronic: bool) -> bool:
    """True for "e123", "CD001234", "100123"; and for "92" where the journal exists on line only.

    A single page of a supplement ("S105") is a page.
    """
    found = _LOCATOR.fullmatch(pages)
    if found is None:
        return False
    if found["letters"].upper() == "S":
        return False
    return bool(found["letters"]) or len(found["digits"]) >= _LONG or electronic


def is_range(pages: str) -> bool:
    """True for more than one page: "93-113", "11-3, 16"."""
    return bool(_RANGE.search(pages) or _ROMAN.search(pages) or "," in pages)


def _last(found: re.Match[str]) -> str | None:
    """The last page in full; None when the two are no ascending range."""
    first, last = found["first"], found["last"]
    whole = first[: len(first) - len(last)] + last if len(last) < len(first) else last
    return whole if int(whole) >= int(first) else None


def _alike(found: re.Match[str]) -> bool:
    """One series of pages: the same letters before both, none after."""
    return found["before2"] in ("", found["before"]) and not found["after"] and not found["after2"]


def _shortened(found: re.Match[str]) -> str:
    last = _last(found)
    if last is None or not _alike(found):
        return _as_printed(found, "-")
    first, before = found["first"], found["before"]
    if last == first:
        return before + first
    at = 0
    while len(last) == len(first) and last[at] == first[at]:
        at += 1
    return f"{before}{first}-{last[at:]}"


def _written(found: re.Match[str], dash: str) -> str:
    last = _last(found)
    if last is None or not _alike(found):
        return _as_printed(found, dash)
    start = found["before"] + found["first"]
    end = found["before"] + last
    return start if start == end else f"{start}{dash}{end}"


def _as_printed(found: re.Match[str], dash: str) -> str:
    start = found["before"] + found["first"] + found["after"]
    return f"{start}{dash}{found['before2']}{found['last']}{found['after2']}"
