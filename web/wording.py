"""Sentences of the pages: counts, dates, freshness, gaps. Plain text only; templates escape it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlsplit

from evidence.filters import Filter
from evidence.records import PartialDate
from evidence.views import CheckView, LibraryState, RefreshView, RegistrationView, SearchView, StudyRow, Summary

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
LANGUAGES: Final = {
    "eng": "en", "chi": "zh", "fre": "fr", "ger": "de", "spa": "es", "jpn": "ja", "por": "pt", "ita": "it", "rus": "ru",
    "pol": "pl", "dut": "nl", "kor": "ko", "tur": "tr", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi", "cze": "cs",
    "hun": "hu", "heb": "he", "ara": "ar", "per": "fa", "gre": "el", "rum": "ro", "hrv": "hr", "srp": "sr", "slo": "sk",
    "slv": "sl", "bul": "bg", "ukr": "uk", "vie": "vi", "tha": "th", "cat": "ca", "est": "et", "lit": "lt", "lav": "lv",
    "ice": "is", "ind": "id", "hin": "hi", "bos": "bs", "mac": "mk", "baq": "eu", "glg": "gl", "wel": "cy", "afr": "af",
}  # fmt: skip
"""MEDLINE language codes (https://www.nlm.nih.gov/bsd/language_table.html) as the BCP 47 tags that `lang` wants."""

COMPILED: Final = "November 2026"
"""When the starter library was compiled from public pages (data/README.md); its records have no date of their own."""

MOST_TROUBLE: Final = 3
"""Searches that went wrong of which a page tells one by one."""

_TAG: Final = re.compile(r"[a-z]{2}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of a summary line: words, a figure to stand out, words."""

    before: str
    figure: str
    after: str

    def __str__(self) -> str:
        """The piece as a reader hears it."""
        return " ".join(part for part in (self.before, self.figure, self.after) if part)


def number(n: int) -> str:
    """A count with thousands set off."""
    return f"{n:,}"


def count(n: int, one: str, many: str = "") -> str:
    """A count and its noun: "1 study", "34 studies"."""
    return f"{number(n)} {one if n == 1 else many or one + 's'}"


def day(moment: datetime) -> str:
    """A day in UTC, month in words: "22 November 2026"."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def date_words(day: date) -> str:
    """A date, month in words."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def minute(moment: datetime) -> str:
    """A day and time in UTC."""
    moment = moment.astimezone(UTC)
    return f"{day(moment)}, {moment:%H:%M} UTC"


def partial_date(date: PartialDate) -> str:
    """A date as precise as its source."""
    if date.text:
        return date.text
    month = MONTHS[date.month - 1] if date.month and 1 <= date.month <= 12 else ""
    parts = (str(date.day) if date.day and month else "", month, str(date.year) if date.year else "")
    return " ".join(part for part in parts if part)


def language(code: str) -> str:
    """A `lang` attribute for text that is not English; empty when English or not known."""
    tag = LANGUAGES.get(code.strip().lower(), code.strip())
    return tag if _TAG.fullmatch(tag) and not tag.startswith("en") else ""


def facts(summary: Summary) -> tuple[Fact, ...]:
    """The one-line summary of a selection, in pieces. A kind with nothing in it is left to `gaps`."""
    kinds = (
        (summary.guidelines, "guideline", "guidelines"),
        (summary.reviews, "systematic review", "systematic reviews"),
        (summary.trials, "trial", "trials"),
        (summary.observational, "observational study", "observational studies"),
        (summary.laboratory, "laboratory study", "laboratory studies"),
        (summary.other, "other publication", "other publications"),
    )
    found = [Fact("", number(n), one if n == 1 else many) for n, one, many in kinds if n]
    if summary.participants_known:
        trials = count(summary.participants_known, "trial")
        people = "participant" if summary.participants == 1 else "participants"
        position = next((i for i, f in enumerate(found) if f.after in ("trial", "trials")), len(found) - 1)
        found.insert(position + 1, Fact("", number(summary.participants), f"{people} in {trials} with known n"))
    if summary.newest:
        found.append(Fact("newest", str(summary.newest), ""))
    if summary.concern:
        found.append(Fact("", number(summary.concern), "with an expression of concern"))
    if summary.retracted:
        found.append(Fact("", number(summary.retracted), "retracted"))
    return tuple(found)


def gaps(summary: Summary) -> str:
    """What a condition does not have, or an empty string: "No guideline and no trial of this condition"."""
    kinds = ((summary.guidelines, "guideline"), (summary.reviews, "systematic review"), (summary.trials, "trial"))
    missing = [f"no {name}" for n, name in kinds if not n]
    if not missing:
        return ""
    text = _and(missing) + " of this condition"
    return text[0].upper() + text[1:]


def freshness(state: LibraryState) -> str:
    """When the library was last filled, and from where."""
    last = state.last_success
    if last:
        return f"Last refreshed from PubMed on {minute(last.at)}: {_found(last)}."
    if state.starter_loaded:
        return (
            f"Starter library, compiled from public pages in {COMPILED}, loaded {day(state.starter_loaded)}; "
            "not yet refreshed from PubMed."
        )
    return "Not yet refreshed from PubMed."


def unchecked(state: LibraryState, checks: Iterable[CheckView] = ()) -> str:
    """That PubMed was not asked what became of works, and who else was, and when; empty after PubMed's first answer."""
    if state.last_success:
        return ""
    others = [f"{c.source_name} on {minute(c.at)}{f' ({c.file})' if c.file else ''}" for c in checks]
    asked = f" Checked elsewhere: {'; '.join(others)}." if others else ""
    return f"Retractions and corrections have not been checked in PubMed yet.{asked}"


def searched(searches: Iterable[SearchView]) -> str:
    """What to call the saved searches of a condition: said to have been run only when one was."""
    found = tuple(searches)
    if any(s.ran for s in found):
        return "Searched in PubMed as"
    attempted = any(s.last is not None for s in found)
    return f"Saved searches for this condition ({'no run has succeeded' if attempted else 'none has been run'} yet)"


def trouble(state: LibraryState) -> str:
    """Which searches went wrong when they were last run, or are running; empty when all is well."""
    told = [_went(run) for run in state.troubled[:MOST_TROUBLE]]
    if more := len(state.troubled) - len(told):
        told.append(f"So it is with {count(more, 'more search', 'more searches')}.")
    return " ".join(told)


def _went(run: RefreshView) -> str:
    if run.state == "running":
        return f"The search {run.search} has been running since {minute(run.at)}."
    why = f" ({run.error})" if run.error else ""
    done = "was interrupted" if run.state == "interrupted" else "failed"
    return f"The search {run.search} of {minute(run.at)} {done}{why}; what it found dates from before."


def _found(last: RefreshView) -> str:
    return f"{number(last.found)} found, {number(last.added)} new, {number(last.revised)} revised"


def sample(row: StudyRow) -> str:
    """The size of a study for its row: "n = 49", or with what was counted when that is not people."""
    if row.n is None:
        return ""
    unit = "" if row.n_unit in ("", "participants", "patients", "people") else f" {row.n_unit}"
    return f"n = {number(row.n)}{unit}"


def registration_name(registration: RegistrationView) -> str:
    """The number of a registration, or where it is listed when its number was not seen."""
    if registration.registry_id:
        return registration.registry_id
    host = urlsplit(registration.url or "").hostname or ""
    return f"Listed at {host.removeprefix('www.')}" if host else "Number not seen"


def registration_state(registration: RegistrationView) -> str:
    """What is known of a registered trial's publication."""
    if not registration.published_as:
        return "No publication found"
    return "Published" if registration.published_certain else "Possibly published"


def open_registrations(registrations: tuple[RegistrationView, ...]) -> tuple[RegistrationView, ...]:
    """The registered trials whose results are not known to be published."""
    return tuple(r for r in registrations if not (r.published_as and r.published_certain))


def selection(chosen: Filter) -> str:
    """The years of a selection in words, or an empty string."""
    if chosen.since and chosen.until:
        return str(chosen.since) if chosen.since == chosen.until else f"{chosen.since}–{chosen.until}"
    if chosen.since:
        return f"from {chosen.since}"
    return f"to {chosen.until}" if chosen.until else ""


def first_sentence(text: str) -> str:
    """The text up to its first full stop."""
    found = re.match(r".*?[.](?=\s|$)", text, re.S)
    return found[0] if found else text


def _and(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
