"""The CSV writer (RFC 4180), with cells that a spreadsheet would run as a formula made harmless, reversibly.

A cell that begins with `=`, `+`, `-`, `@`, one of their full-width forms or a tab gets an apostrophe in front (OWASP,
"CSV Injection"), and so does one that already begins with apostrophes before such a character: taking one apostrophe
away restores any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from evidence.formats import _dates, _export, _markup, _names, _other_ids
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import Author, PartialDate, Record
from evidence.views import Study

JUDGEMENTS: Final = ("design", "level", "conditions", "interventions", "n")
"""Columns that hold this program's tags; reading a file back leaves them out."""

COLUMNS: Final = (
    *("key", "pmid", "doi", "pmcid", "title", "authors", "journal", "year", "volume", "issue", "pages"),
    *("design", "level", "conditions", "interventions", "n", "state", "registrations", "url", "abstract"),
    *("kind", "date", "journal_abbreviation", "book_title", "editors", "issn", "isbn", "publisher", "place", "edition"),
    *("language", "keywords", "original_title", "notes", "other_ids"),
)
_OWN_COLUMN: Final = frozenset(("registration",))
_GUARD: Final = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NEEDS_QUOTES: Final = re.compile(r'[",\r\n;\t]|^\s|\s$')


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _GUARD.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _GUARD.match(cell[1:]) else cell


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """A header line and a row for each study."""
    yield ",".join(COLUMNS) + "\r\n"
    for study in applied(studies, options):
        cells = _cells(study, options)
        yield ",".join(_quoted(guarded(cells.get(name, ""))) for name in COLUMNS) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def _cells(study: Study, options: Options) -> dict[str, str]:
    record, row = study.record, study.row
    date = _export.date(record)
    registrations = dict.fromkeys((*record.ids("registration"), *row.registrations))
    cells = {
        "key": row.key,
        "pmid": _export.identifier(study, "pmid"),
        "doi": _export.identifier(study, "doi"),
        "pmcid": _export.identifier(study, "pmcid"),
        "title": _markup.write(_export.title(record.title)),
        "authors": _authors(record),
        "year": f"{date.year:04d}" if date and date.year else "",
        "date": _date(date),
        "state": "" if row.state == "none" else row.state,
        "registrations": "; ".join(registrations),
        "url": _export.link(study, options),
        "abstract": _markup.write(_markup.joined(record.abstract)),
        "kind": record.kind,
        "book_title": _markup.write(_export.title(record.book_title)),
        "original_title": _markup.write(_export.title(record.vernacular_title)),
        "editors": _people(record.editors),
        "issn": record.journal.issn,
        "isbn": " ".join(record.isbns),
        "language": "; ".join(record.languages),
        "keywords": _markup.write_plain(_export.keywords(record)),
        "notes": _markup.write_plain(_export.warning(study) or _export.alias_note(study)),
        "other_ids": _markup.write_plain(_other_words(study)),
    }
    return cells | _plain(record) | _judgements(study)


def _date(date: PartialDate | None) -> str:
    if date is None or not date.year:
        return ""
    return date.text if _dates.season(date) else _dates.written(date) if date.month else ""


def _plain(record: Record) -> dict[str, str]:
    plain = {
        "journal": record.journal.title,
        "journal_abbreviation": record.journal.abbreviation,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "publisher": record.publisher,
        "place": record.place,
        "edition": record.edition,
    }
    return {name: _markup.write_plain(value) for name, value in plain.items()}


def _judgements(study: Study) -> dict[str, str]:
    row = study.row
    named = [f"{slug} ({role})" if role == "comparator" else slug for slug, role in row.interventions]
    return {
        "design": "; ".join(row.designs) or row.design,
        "level": str(row.level or ""),
        "conditions": "; ".join(row.conditions),
        "interventions": "; ".join(named),
        "n": "" if row.n is None else str(row.n),
    }


def _authors(record: Record) -> str:
    """The authors, "et al." behind them when the list is cut short; see `_other_words` for one that names nobody."""
    people = _people(_export.authors(record))
    return people if record.authors_complete or not people else f"{people}; et al."


def _other_words(study: Study) -> str:
    """Further ids and keys, and that nothing is known of the authors: "et al." alone would look like one."""
    words = _other_ids.words(study, without=_OWN_COLUMN)
    unknown = not study.record.authors_complete and not _export.authors(study.record)
    return f"{words} {NO_AUTHORS}".strip() if unknown else words


NO_AUTHORS: Final = "authors:incomplete"
"""The word for that among the further ids, as in MEDLINE's notes."""


def _people(authors: Iterable[Author]) -> str:
    """Names set apart by semicolons. A list of one name ends with one where the name alone would read as something
    else, and so does one whose last name looks like "et al.".
    """
    names = [_names.listed(_names.without_semicolon(a)) for a in authors]
    text = "; ".join(names)
    plain = _names.people(text) == (_names.authors(names), True) if len(names) == 1 else _names.without_et_al(text)[1]
    return _markup.write_plain(text if plain else f"{text};")
