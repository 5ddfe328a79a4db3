"""Volume, issue and pages as lists print them, damage included, made comparable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Likeness = Literal["equal", "first", "unknown", "near", "conflict"]
"""equal: first and last page · first: the first page · near: they may be one place written twice · conflict."""

_MONTHS: Final = {
    **{"jan": "1", "feb": "2", "mar": "3", "apr": "4", "may": "5", "jun": "6"},
    **{"jul": "7", "aug": "8", "sep": "9", "oct": "10", "nov": "11", "dec": "12"},
}
_DAMAGED: Final = re.compile(r"^0?([0-9]{1,4})-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*$", re.I)
_DAMAGED_OTHER: Final = re.compile(r"^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-0?([0-9]{1,4})$", re.I)
_DASHES: Final = re.compile("[\u2010-\u2015\u2212-]+")
_RANGE: Final = re.compile(r"([a-z]*)0*([0-9]+)([a-z]*)\s*(?:-\s*([a-z]*)0*([0-9]+)[a-z]*)?")
_NUMBER: Final = re.compile(r"[0-9]+")
_NONE: Final = re.compile(r"\W*(?:no pagination|n/?a|none|null|nan|online|in press|epub.*)\W*", re.I)


@dataclass(frozen=True, slots=True)
class Pages:
    """First and last page; `other` is the first page if a spreadsheet turned the range into a date the other way."""

    prefix: str = ""
    first: int = 0
    last: int = 0
    other: int = 0

    @property
    def known(self) -> bool:
        """A first page or an article number is known."""
        return self.first > 0


NOWHERE: Final = Pages()


def pages(printed: str) -> Pages:
    """Pages as printed: "1179-89", "S31-S32", "e0143396", "01-Aug" (a spreadsheet's reading of 1-8)."""
    if not printed:
        return NOWHERE
    value = printed.strip().lower().replace(" ", "")
    if not value.isascii() or "--" in value:
        value = _DASHES.sub("-", value)
    if value.replace("-", "").isdecimal() and value.count("-") <= 1 and value[0] != "-":
        head, _, tail = value.partition("-")
        first = int(head[:15])
        return Pages("", first, _last(first, tail)) if first else NOWHERE
    if _NONE.fullmatch(value):
        return NOWHERE
    damaged = _DAMAGED.match(value)
    if damaged:
        return _from_date(int(damaged[1]), int(_MONTHS[damaged[2].lower()]))
    damaged = _DAMAGED_OTHER.match(value)
    if damaged:
        return _from_date(int(_MONTHS[damaged[1].lower()]), int(damaged[2]))
    found = _RANGE.match(value.replace("pp.", "").replace("p.", ""))
    if not found or not int(found[2]):
        return NOWHERE
    first = int(found[2][:15])
    return Pages(found[1][:6], first, _last(first, found[5]))


def _from_date(day: int, month: int) -> Pages:
    """1-Aug was 1-8, or 8-1 where months come first; 23-Jul was 23-7, which is 23-27."""
    return Pages("", day, _last(day, str(month)), month)


def _last(first: int, printed: str | None) -> int:
    """The last page, its left-out digits put back: 1179-89 → 1189."""
    if not printed:
        return 0
    last = int(printed[:15])
    start = str(first)
    if last < first and len(printed) < len(start):
        last = int(start[: len(start) - len(printed)] + printed)
    return last


def are_disjoint(a: Pages, b: Pages) -> bool:
    """Two ranges that share no page: 263-267 and 269-276."""
    return a.first < a.last and b.first < b.last and (a.last < b.first or b.last < a.first)


def compare_pages(a: Pages, b: Pages) -> Likeness:
    """How two page ranges compare."""
    if not a.first or not b.first:
        return "unknown"
    if a.first != b.first:
        return _unequal(a, b)
    both_end = bool(a.last and b.last)
    if a.prefix != b.prefix:
        # "c37-c42", "37-42" are one place, "e0137960", "137960" too; "S2", "2-8" are two, as likely as not.
        return "first" if a.last == b.last and (both_end or a.first >= 1000) else "near"
    if not both_end:
        return "first"
    return "equal" if a.last == b.last else "near" if abs(a.last - b.last) > _SLIP else "first"


_SLIP: Final = 10
"""Last pages that differ by more are no slip of one digit: two articles may begin on one page."""


def _unequal(a: Pages, b: Pages) -> Likeness:
    """First pages differ: a date's other reading, an article number beside print pages, a slip, or two places."""
    if a.other and a.other == b.first or b.other and b.other == a.first:
        return "near"
    if _is_number(a) != _is_number(b) and (a.prefix != b.prefix or 1 in (a.first, b.first)):
        return "near"
    if a.prefix == b.prefix and (_slip(a, b) or _within(a, b) or _within(b, a)):
        return "near"
    return "near" if _misread(a, b) or _misread(b, a) else "conflict"


def _slip(a: Pages, b: Pages) -> bool:
    """The last page agrees, and the first but for one digit, or nearly."""
    if not a.last or a.last != b.last:
        return False
    one, other = str(a.first), str(b.first)
    digits = len(one) == len(other) and sum(x != y for x, y in zip(one, other, strict=True)) == 1
    return digits or abs(a.first - b.first) <= 3


def _within(a: Pages, b: Pages) -> bool:
    """One page alone that lies in the other's range, as where print and electronic pages are mixed ("359.e1-8")."""
    return not a.last and b.last > b.first and b.first < a.first <= b.last


def _misread(a: Pages, b: Pages) -> bool:
    """As "i428" read as "1428"."""
    return a.prefix in ("i", "l") and not b.prefix and f"1{a.first}" == str(b.first)


def _is_number(p: Pages) -> bool:
    """An article number rather than pages: e0143396, c1804, 6305735; no range."""
    lettered = p.prefix.startswith("e") or len(p.prefix) == 1 and p.first >= 1000
    return not p.last and (lettered or p.first >= 10_000) or p.first >= 100_000


def is_serial(p: Pages) -> bool:
    """A number of an article within its issue ("Article 5") rather than a page."""
    return not p.last and not p.prefix and p.first <= 30


def numbers(printed: str) -> tuple[int, ...]:
    """All numbers of a volume or issue: "21 SUPPL. 1" → 21, 1; "10 (11) (no pagination)" → 10, 11."""
    return tuple(int(n[:9]) for n in _NUMBER.findall(printed)) if printed else ()
