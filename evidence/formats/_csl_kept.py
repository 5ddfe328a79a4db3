"""Variables of CSL-JSON that no field of a record holds, given back to CSL-JSON as they were.

The reader keeps them in `Record.extra` under their CSL names, lists and objects as JSON. The names of CSL 1.0.2 (schema
csl-data.json, https://github.com/citation-style-language/schema ) go back to their places, all others into `custom`,
the schema's object for "additional fields"; it allows none elsewhere. There too stands that a list of authors is cut
short: CSL has no such statement, and processors would print somebody called "et al." as one more author.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from evidence.formats import _kept, _markup
from evidence.records import Record

SOURCE: Final = "csl-json"

COMPLETE: Final = "authors-complete"
"""What `custom` says, `false`, when there are authors beside those named, or none of them is known."""

_STRINGS: Final = (
    "annote archive archive-place archive_collection archive_location authority call-number chapter-number"
    " citation-label citation-number collection-number dimensions division event event-place event-title"
    " first-reference-note-number jurisdiction locator medium number-of-pages number-of-volumes original-publisher"
    " original-publisher-place page-first part part-title printing references reviewed-genre reviewed-title scale"
    " section shortTitle source status supplement title-short version volume-title volume-title-short year-suffix"
)
_PEOPLE: Final = (
    "chair collection-editor compiler composer container-author contributor curator director editorial-director"
    " executive-producer guest host illustrator interviewer narrator organizer original-author performer producer"
    " recipient reviewed-author script-writer series-creator translator"
)
_PERSON: Final = (
    "family given dropping-particle non-dropping-particle suffix comma-suffix static-ordering literal parse-names"
)
_TEXTS: Final = frozenset(_STRINGS.split())
_NAMES: Final = frozenset(_PEOPLE.split())
_DATES: Final = frozenset(("accessed", "event-date", "original-date", "submitted"))
_PARTS_OF_NAMES: Final = frozenset(_PERSON.split())
_PARTS_OF_DATES: Final = frozenset(("date-parts", "season", "circa", "literal", "raw"))
_ELSEWHERE: Final = frozenset(("type", "genre", "note", "tag", "issn"))
"""Names of statements that the writer has a place for, and of this program's own judgements."""

_ITEMS: Final = (
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset"
    " document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation"
    " manuscript map motion_picture musical_score pamphlet patent performance periodical personal_communication post"
    " post-weblog regulation report review review-book software song speech standard thesis treaty webpage"
)
_TYPES: Final = frozenset(_ITEMS.split())
"""Item types but conference papers, which stand in a book or not."""


def type_said(record: Record) -> str:
    """The item type that a CSL file gave, where it is finer than the record's kind; else empty."""
    said = _kept.said(record, "type") if record.source == SOURCE else ""
    return said if said in _TYPES else ""


def notes(record: Record) -> list[str]:
    """The lines of a CSL file's `note` that are none of ours."""
    return _kept.all_said(record, "note") if record.source == SOURCE else []


def variables(record: Record) -> Iterator[tuple[str, Any]]:
    """Names and values of what a CSL file said beside what records hold; `custom`, and what we say there, last."""
    custom: dict[str, Any] = {} if record.authors_complete else {COMPLETE: False}
    for name, said in record.extra if record.source == SOURCE else ():
        value = _decoded(said)
        if name in _ELSEWHERE:
            continue
        if name in _TEXTS and isinstance(value, str):
            yield name, value
        elif name == "collection-title":
            yield name, _markup.write_plain(said)
        elif name in _NAMES and _are_names(value):
            yield name, value
        elif name in _DATES:
            yield name, value if _is_date(value) else {"literal": said}
        elif name == "categories" and isinstance(value, list) and all(isinstance(v, str) for v in value):
            yield name, value
        elif name == "custom" and isinstance(value, dict):
            custom = value | custom
        else:
            custom.setdefault(name, value)
    if custom:
        yield "custom", dict(sorted(custom.items()))


def _decoded(said: str) -> Any:
    """A list or an object as the reader kept it; any other value is text."""
    if said[:1] in ("[", "{"):
        with suppress(ValueError, RecursionError):
            return json.loads(said)
    return said


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and v.keys() <= _PARTS_OF_NAMES for v in value)


def _is_date(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= _PARTS_OF_DATES
