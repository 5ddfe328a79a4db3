"""Dates as files print them, to PartialDate: as precise as they are, with the text kept where it says more."""

from __future__ import annotations

import calendar
import re
from typing import Final

from evidence.records import PartialDate
from evidence.text import clean

MONTHS: Final = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
MONTH_NAMES: Final = tuple(calendar.month_name)

_YEAR: Final = r"(?P<year>1[5-9]\d\d|20\d\d)"
_NAMED: Final = r"(?P<name>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_FORMS: Final = tuple(
    re.compile(form, re.I)
    for form in (
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",  # 20170812
        rf"{_YEAR}(?:[-/. ](?P<month>0?[1-9]|1[0-2]|00))?(?:[-/. ](?P<day>0?[1-9]|[12]\d|3[01]|00))?"
        r"(?:[T ]\d\d:\d\d\S*)?[-/]*(?:undefined)?",  # 2018, 2018/09//, 2018-09-01, 2022-10-05 06:00
        rf"{_YEAR}[\s,~/-]+{_NAMED}(?:[\s~/-]+(?P<day>[12]\d|3[01]|0?[1-9]))?/*",  # 2022 Nov 5
        rf"(?:(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?[\s~-]+)?{_NAMED}[\s,~/-]+{_YEAR}",  # 5 Nov 2022
        rf"{_NAMED}[\s~]+(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?[\s,]+{_YEAR}",  # November 5, 2022
    )
)
_LOOSE_YEAR: Final = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_LOOSE_STAMP: Final = re.compile(rf"(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
_LOOSE_MONTH: Final = re.compile(rf"(?<![A-Za-z]){_NAMED}(?![A-Za-z])", re.I)
_LOOSE_DAY: Final = re.compile(r"(?<!\d)(?:[12]\d|3[01]|0?[1-9])(?!\d)")


_YEAR_AND_SEASON: Final = re.compile(r"(\d{4})(?:///| )(Spring|Summer|Autumn|Fall|Winter)", re.I)  # RIS; PubMed
_MONTH_AND_SEASON: Final = re.compile(r"(\d{4})/(0[1-9]|1[0-2])//(Spring|Summer|Autumn|Fall|Winter)", re.I)  # RIS


def parse(text: str) -> PartialDate | None:
    """A date: exact when the whole text is one, else what its year and month words give with the text kept."""
    text = clean(text).strip(" ,;.()[]{}")
    if not text:
        return None
    stated = _YEAR_AND_SEASON.fullmatch(text)
    if stated:
        return PartialDate(year=int(stated[1]), text=f"{stated[1]} {stated[2]}")
    both = _MONTH_AND_SEASON.fullmatch(text)
    if both:
        return PartialDate(year=int(both[1]), month=int(both[2]), text=f"{both[1]} {both[3]}")
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _from(found)
    return _loose(text)


def _from(found: re.Match[str]) -> PartialDate:
    groups = found.groupdict()
    month = month_number(groups.get("name") or groups.get("month") or "")
    day = int(groups.get("day") or 0) or None
    return PartialDate(year=int(groups["year"]), month=month, day=day if month else None)


def _loose(text: str) -> PartialDate:
    year = _LOOSE_YEAR.search(text) or _LOOSE_STAMP.search(text)
    months = _LOOSE_MONTH.findall(text)
    return PartialDate(
        year=int(year["year"]) if year else None,
        month=month_number(months[0]) if len(months) == 1 and year else None,  # "Jan-Feb" is no month
        text=text[:200],
    )


def month_number(text: str) -> int | None:
    """1 to 12 for a month's number, name or abbreviation, else None."""
    text = text.strip().lower().rstrip(".")
    if text.isascii() and text.isdigit():
        return int(text) if 1 <= int(text[:3]) <= 12 else None
    return MONTHS.get(text[:4] if text.startswith("sept") else text[:3])


def combined(year: str, month: str = "", day: str = "") -> PartialDate | None:
    """A date from separate fields, as BibTeX and CSV have them; a month field may hold its day ("12 jan")."""
    date = parse(year)
    if date is None or date.year is None or date.month is not None or not month.strip():
        return date
    named = _LOOSE_MONTH.search(month)
    number = month_number(named["name"] if named else month)
    if number is None:
        return date
    digits = _LOOSE_DAY.search(month) if named else None
    day = day or (digits[0] if digits else "")
    one_day = _LOOSE_DAY.fullmatch(day.strip())
    return PartialDate(year=date.year, month=number, day=int(one_day[0]) if one_day else None, text=date.text)


SEASONS: Final = ("Spring", "Summer", "Autumn", "Winter")
_SEASON: Final = re.compile(r"(?<![A-Za-z])(Spring|Summer|Autumn|Fall|Winter)(?![A-Za-z])", re.I)
_EDTF_SEASON: Final = re.compile(r"(\d{4})-2([1-4])")


def season(date: PartialDate) -> int:
    """1 to 4 for a date whose text says spring, summer, autumn or winter and that has no month, else 0."""
    found = _SEASON.search(date.text) if date.month is None else None
    if found is None:
        return 0
    return SEASONS.index(found[1].capitalize().replace("Fall", "Autumn")) + 1


def season_said(date: PartialDate) -> str:
    """The name of the season in a date's text, with or without a month; or empty."""
    found = _SEASON.search(date.text)
    return found[1].capitalize() if found else ""


def seasonal(year: int, number: int) -> PartialDate:
    """The date of a year's season, 1 to 4, as PubMed prints it."""
    return PartialDate(year=year, text=f"{year} {SEASONS[number - 1]}")


def edtf(date: PartialDate | None) -> str:
    """A date in EDTF, as biblatex reads it: 2021-05-03, 2003-21 for spring; empty where no year is known.

    EDTF's own XXXX would keep styles from printing "n.d.".
    https://www.loc.gov/standards/datetime/ ; biblatex manual, 2.3.8.
    """
    if date is None or date.year is None:
        return ""
    number = season(date)
    return f"{date.year:04d}-{20 + number}" if number else written(date)


def from_edtf(text: str) -> PartialDate | None:
    """The date of a season in EDTF, or None for any other date."""
    found = _EDTF_SEASON.fullmatch(text.strip())
    return seasonal(int(found[1]), int(found[2])) if found else None


def better(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The more precise of two statements of one date; the first where they contradict each other."""
    if one is None or other is None:
        return one or other
    if one.year is None or other.year is None:
        return one if one.year is not None else other
    if one.year == other.year and one.month is None and other.month is not None:
        return other
    if one == PartialDate(year=one.year) and one.year == other.year and season(other):
        return other
    if one.year == other.year and one.month == other.month and one.day is None and other.day is not None:
        return other
    return one


def written(date: PartialDate | None, sep: str = "-") -> str:
    """A date as digits, year first; empty without a year."""
    if date is None or date.year is None:
        return ""
    parts = [f"{date.year:04d}"]
    if date.month:
        parts.append(f"{date.month:02d}")
        if date.day:
            parts.append(f"{date.day:02d}")
    return sep.join(parts)
