"""BibLaTeX as biber takes it: UTF-8, its own entry types and fields. The reader of BibTeX reads both dialects."""

from __future__ import annotations

from typing import Final

from evidence.formats import Format, bibtex
from evidence.formats._biblatex_write import write


def recognise(head: bytes) -> bool:
    """Never: what can be told of a file is that it is BibTeX, and both dialects are read alike."""
    return False


FORMAT: Final = Format(
    name="biblatex",
    label="BibLaTeX",
    suffixes=(".bib",),
    media_type="application/x-bibtex",
    recognise=recognise,
    read=bibtex.read,
    write=write,
)
