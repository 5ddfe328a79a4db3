"""What Crossref says became of a work: `updated-by` on the work, `update-to` on its notice. Pure.

Both sides: https://www.crossref.org/documentation/register-maintain-records/maintaining-your-metadata/registering-updates/
(the publisher deposits one, Crossref makes the other). Each entry has the other DOI, a type, a day, and says whose word
it is: the publisher's, or Retraction Watch's, with the number of its record there, since January 2025:
https://www.crossref.org/blog/retraction-watch-retractions-now-in-the-crossref-api/ . An entry that names the work
itself was made in place, without a notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from evidence import identifiers, text
from evidence.lifecycle import naming, retraction_watch
from evidence.lifecycle.statements import STATE, Kind, Listed, Statement
from evidence.records import PartialDate

SOURCE: Final = "crossref"
"""The name of the source in the store."""

KINDS: Final[dict[str, Kind]] = {
    "retraction": "retraction",
    "partial_retraction": "partial-retraction",
    "withdrawal": "withdrawal",
    "removal": "withdrawal",
    "expression_of_concern": "concern",
    "correction": "correction",
    "corrigendum": "correction",
    "erratum": "correction",
    "addendum": "correction",
    "clarification": "correction",
    "new_version": "update",
    "new_edition": "update",
    "reinstatement": "reinstatement",
    "reinstated": "reinstatement",
}
"""Update types and what they say of the work. All but the last two are the twelve that Crossref takes
(https://www.crossref.org/documentation/register-maintain-records/maintaining-your-metadata/registering-updates/):

- a removal takes the text away as a withdrawal does, so that it gives the same state;
- addenda and clarifications are corrections in the wide sense, as NLM files them
  (https://www.nlm.nih.gov/bsd/policy/errata.html);
- reinstatements are Retraction Watch's
  (https://www.crossref.org/documentation/retrieve-metadata/retraction-watch/), by either name.
"""

ORIGINS: Final = {"retraction-watch": retraction_watch.SOURCE}
"""Whose word Crossref passes on (`source` of an entry); "publisher" is Crossref's own: what its members deposit."""

_EARLIEST: Final = 1800
"""The first year of a day that is taken: no journal retracted anything before."""

_LONGEST_DOI: Final = 500
"""Characters of a DOI that is taken: three are in the name of a row, and PostgreSQL refuses index rows above 2,704
bytes."""

_LONGEST: Final = 100
_MOST: Final = 200
"""Entries read of one work, on either side: a notice that retracts a whole issue has some dozens."""


def read(
    work: Mapping[str, Any], doi: str, titles: Mapping[str, str] | None = None, latest: date = date.max
) -> tuple[tuple[Listed, ...], tuple[str, ...]]:
    """What a work's message says of it, and what it says as a notice of others; then the types that are not known.

    `doi`: what the work was asked for by, normalised; where it is an alias, the message has another. `titles`: of the
    works that notices speak of (`targets`), by their DOI, as `title_of` gives them. `latest`: what says that it was
    done later has no day. Entries without a type, and later versions that are no other work, say nothing. The order of
    the entries does not matter.
    """
    found: dict[str, Listed] = {}
    unknown: dict[str, None] = {}
    if len(doi.encode()) > _LONGEST_DOI:
        return (), ()
    prime, title = _doi(work), title_of(work)
    for entry in _entries(work.get("updated-by")):
        notice = _doi(entry)
        own = {"work": doi, "notice": doi if notice == prime else notice, "title": title}
        _add(found, unknown, entry, **own, speaker=doi, latest=latest)
    for entry in _entries(work.get("update-to")):
        target = _doi(entry)
        if target:
            same = target in (doi, prime)
            other = {"work": doi if same else target, "title": title if same else (titles or {}).get(target, "")}
            _add(found, unknown, entry, **other, notice=doi, speaker=doi, latest=latest)
    return tuple(found[ref] for ref in sorted(found)), tuple(sorted(unknown))


def targets(work: Mapping[str, Any], doi: str) -> tuple[str, ...]:
    """DOIs of the other works of which a notice says something that gives a state, or takes one back: these it must
    name by more than a DOI. (Of a later version the earlier one's own record tells.)
    """
    grave = (entry for entry in _entries(work.get("update-to")) if _is_grave(KINDS.get(_type(entry))))
    return tuple(dict.fromkeys(target for e in grave if (target := _doi(e)) not in ("", doi, _doi(work))))


def title_of(work: Mapping[str, Any]) -> str:
    """What a work is called (naming.named): its titles in plain text, those in other languages too, and its place."""
    titles = [text.plain(text.from_html_text(t)) for key in ("title", "original-title") for t in _texts(work.get(key))]
    days = (_day(work.get(key)) for key in ("issued", "published-print", "published-online"))
    volume = next(iter(_texts(work.get("volume"))), "")
    pages = [page[:_LONGEST] for key in ("page", "article-number") for page in _texts(work.get(key))]
    return naming.named(titles, [day.year for day in days if day and day.year], volume[:_LONGEST], pages)


def _is_grave(kind: Kind | None) -> bool:
    return kind in STATE or kind == "reinstatement"


def _texts(value: Any) -> list[str]:
    """The texts of a list, or of a list of one that came without its list; no more of them than are kept."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str) and one.strip()][: naming.MOST_TITLES]


def _add(
    found: dict[str, Listed], unknown: dict[str, None], entry: Mapping[str, Any], *, work: str, notice: str, title: str,
    speaker: str, latest: date,
) -> None:  # fmt: skip
    type_ = _type(entry)
    kind = KINDS.get(type_)
    if kind is None:
        if type_:
            unknown[type_] = None
        return
    if kind == "update" and notice in ("", work):
        return
    origin = _origin(entry)
    ref = "|".join((work, notice, type_, _word(entry.get("record-id")) if origin else ""))
    parsed = identifiers.try_parse("doi", notice)
    statement = Statement(
        kind=kind,
        source=SOURCE,
        basis="own record" if speaker == work else "notice",
        notice=(parsed,) if parsed else (),
        date=_day(entry.get("updated"), latest),
        ref=ref,
        origin=origin,
    )
    row = Listed(statement=statement, doi=work, title=title, speaker=speaker)
    found[ref] = max(found.get(ref, row), row, key=lambda one: _late(one.statement.date, one.statement.origin))


def _late(day: PartialDate | None, origin: str) -> tuple[int, int, int, bool]:
    """Of several entries that are one by their name, the latest and most exact counts; of one day the publisher's."""
    parts = (day.year, day.month, day.day) if day else (None, None, None)
    year, month, number = (part or 0 for part in parts)
    return year, month, number, not origin


def _type(entry: Mapping[str, Any]) -> str:
    return _word(entry.get("type")).lower().replace("-", "_").replace(" ", "_")


def _origin(entry: Mapping[str, Any]) -> str:
    return ORIGINS.get(_word(entry.get("source")).lower(), "")


def _entries(value: Any) -> list[Mapping[str, Any]]:
    """The entries of one side, in an order that is theirs, and no more of them than are read."""
    found: list[Mapping[str, Any]] = [
        one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)
    ]
    return sorted(found, key=_named)[:_MOST]


def _named(entry: Mapping[str, Any]) -> tuple[str, str, str, str, tuple[int, int, int, bool]]:
    origin = _origin(entry)
    return _doi(entry), _type(entry), origin, _word(entry.get("record-id")), _late(_day(entry.get("updated")), origin)


def _doi(entry: Mapping[str, Any]) -> str:
    raw = entry.get("DOI")
    found = identifiers.try_parse("doi", raw) if isinstance(raw, str) else None
    return found.value if found and len(found.value.encode()) <= _LONGEST_DOI else ""


def _word(value: Any) -> str:
    """A short text or number; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int) or (isinstance(value, int) and abs(value) > 10**15):
        return ""
    return text.clean(str(value))[:_LONGEST].replace("|", " ")


def _day(value: Any, latest: date = date.max) -> PartialDate | None:
    """`{"date-parts": [[2023, 4, 22]], …}`, as exact as it is a day of the calendar, and not of a time to come.

    A part that is no number, or is 0, ends it: `[2023, null, 5]` is the year 2023.
    """
    parts = value.get("date-parts") if isinstance(value, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers: list[int] = []
    for part in first[:3] if isinstance(first, list) else ():
        if type(part) is not int or part < 1:
            break
        numbers.append(part)
    year, month, day = (*numbers, None, None, None)[:3]
    try:
        known = date(year or 0, month or 1, day or 1)
    except (ValueError, OverflowError):
        return None
    return PartialDate(year=year, month=month, day=day) if known.year >= _EARLIEST and known <= latest else None
