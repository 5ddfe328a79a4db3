"""Studies that pdfLaTeX cannot print whole: a title in Chinese, an author in Cyrillic letters.

Their entries are right and compile under LuaLaTeX and XeLaTeX, given a font that has the letters. An export tells which
they are; the files themselves do not, so that their bytes stay the same.
"""

from __future__ import annotations

from typing import Final

from evidence.formats import _export
from evidence.formats._latex_print import unprintable
from evidence.text import plain
from evidence.views import Study

FORMATS: Final = frozenset(("bibtex", "biblatex"))
"""Formats that are made for LaTeX."""


def beyond_pdflatex(study: Study) -> bool:
    """Whether a field that styles print has a character for which pdfLaTeX has neither font nor command."""
    record = study.record
    people = (*_export.authors(record), *record.editors)
    texts = [plain(record.title), plain(record.book_title), record.journal.title, record.journal.abbreviation]
    texts += [record.publisher, record.place, record.edition, record.volume, record.issue, record.pages]
    texts += [part for a in people for part in (a.family, a.given, a.suffix)]
    return any(map(unprintable, texts))
