"""Dates as the manuals print them.

NLM: "2002 Jul 25", "1998 Dec-1999 Jan" (Citing Medicine, chapter 1, "Date of publication"); AMA: "July 25, 2002"
(section 3.15.3); APA: "2002, July 25" (section 9.14).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from evidence.records import PartialDate

# Not the calendar module's: those follow the locale.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_SHORT: Final = tuple(month[:3] for month in _MONTHS)
_SPAN: Final = re.compile(r"[0-9]{4}[ \w/,-]{0,32}", re.ASCII)
"""A date as printed that may be shown as it is: begins with its year, and is no sentence."""


def nlm(date: PartialDate | None) -> str:
    """ "2002 Jul 25", as precise as known; a span or a season as printed; empty without a year."""
    if date is None or date.year is None:
        return ""
    if date.text and _SPAN.fullmatch(date.text) and date.text.startswith(str(date.year)):
        return date.text.strip()
    month = _month(date, _SHORT)
    return " ".join(str(p) for p in (date.year, month, date.day if month else None) if p)


def ama(date: PartialDate | None) -> str:
    """ "July 25, 2002", "July 2002", "2002"."""
    if date is None or date.year is None:
        return ""
    month = _month(date, _MONTHS)
    if month and date.day:
        return f"{month} {date.day}, {date.year}"
    return f"{month} {date.year}".strip()


def apa(date: PartialDate | None) -> str:
    """ "2002, July 25", "2002, July", "2002"; "n.d." without a year."""
    if date is None or date.year is None:
        return "n.d."
    month = _month(date, _MONTHS)
    return f"{date.year}, {month} {date.day or ''}".strip() if month else str(date.year)


def _month(date: PartialDate, names: Sequence[str]) -> str:
    """The month's name; empty when there is none, or none of that number."""
    return names[date.month - 1] if date.month is not None and 1 <= date.month <= 12 else ""
