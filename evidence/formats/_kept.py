"""What a file said and no field of a record holds, given back to the formats that have a field for it.

Readers keep such statements in `Record.extra` under the file's own name for the field; each family of formats writes
again what it reads under the same name, so that a series, a translator or the writer's own note is not lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence.formats import _export
from evidence.records import Record
from evidence.views import Study

BIBTEX: Final = ("series", "chapter", "version", "translator", "issuetitle", "primaryclass")
"""Fields of BibTeX's dialects that are plain text to us, in the order in which they are written."""

RIS: Final = ("N1", "M1")
"""RIS's notes and its field for what has no other."""

_OTHERS_NOTES: Final = frozenset(("csl-json", "csv"))
"""Sources whose `note` holds what a program put there (Zotero's Extra), not what a writer wants printed."""

_PUBSTATES: Final = {
    "inpress": "inpress", "forthcoming": "forthcoming", "submitted": "submitted", "inpreparation": "inpreparation",
    "prepublished": "prepublished", "epubaheadofprint": "prepublished", "toappear": "forthcoming",
}  # fmt: skip
"""Words that stand for a year, and what biblatex calls them (manual, 4.9.2.11)."""


def said(record: Record, *names: str) -> str:
    """The first statement under one of these names, or empty."""
    return next((value for name, value in record.extra if name in names), "")


def all_said(record: Record, *names: str) -> list[str]:
    """Every statement under one of these names, each once."""
    return list(dict.fromkeys(value for name, value in record.extra if name in names))


def notes(study: Study) -> tuple[str, str]:
    """What BibTeX's `note` and `addendum` hold: what must be said of the study, then the writer's own notes."""
    record = study.record
    warning = _export.warning(study)
    own = [] if record.source in _OTHERS_NOTES else all_said(record, "note")
    added = all_said(record, "addendum")
    return ("; ".join(own), "; ".join(added)) if not warning else (warning, "; ".join([*own, *added]))


def aside(study: Study) -> str:
    """What BibTeX's `annote` and BibLaTeX's `annotation` hold: that this is an alias, or the writer's own notes."""
    return _export.alias_note(study) or "; ".join(all_said(study.record, "annote", "annotation"))


def editors_complete(record: Record) -> bool:
    """False where the file cut its list of editors short."""
    return said(record, "editor") != EDITORS_CUT


EDITORS_CUT: Final = "and others"
"""What readers keep under `editor` when a list of editors ends so."""


def without_year(record: Record) -> str:
    """What a source gives for a year that is not known: "in press"; empty where there is a year."""
    date = record.date("issue")
    return date.text if date is not None and date.year is None and _export.date(record) is None else ""


def pubstate(record: Record) -> str:
    """biblatex's name for the state of publication, where the file gives it or says it in place of a year."""
    return said(record, "pubstate") or _PUBSTATES.get(re.sub(r"[\W_]", "", without_year(record)).lower(), "")


def bibtex(record: Record) -> Iterator[tuple[str, str]]:
    """The plain fields of BibTeX's dialects: name and text."""
    if record.extra:
        for name in BIBTEX:
            yield name, said(record, name)
