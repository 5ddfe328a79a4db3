"""What kind of thesis a work is, from the words of the file that named it.

biblatex has two names for it, `mathesis` and `phdthesis`, which its styles print in the language of the text (manual,
4.9.2.13); BibTeX has entry types for the same two (btxdoc, 3.1); everything else is the file's own words.
"""

from __future__ import annotations

import re
from typing import Final

from evidence.records import Record

MASTER: Final = "mathesis"
DOCTOR: Final = "phdthesis"

SHOWN: Final = {MASTER: "Master's thesis", DOCTOR: "PhD thesis"}
"""The two as words, for formats that have no names for them."""

_MASTER: Final = re.compile(
    r"mathesis|(?:master(?:['’]?s|s['’])?|m\.?\s?(?:sc|a|s)\.?)[\s_-]*(?:thesis|dissertation)?", re.I
)
_DOCTOR: Final = re.compile(r"(?:ph\.?\s?d\.?|doctoral|doctorate)[\s_-]*(?:thesis|dissertation)?", re.I)
_NOTHING: Final = frozenset(("thesis", "thes", "dissertation", "dissertation/thesis"))
_TYPES: Final = frozenset(("type", "m3", "genre"))


def thesis(record: Record) -> str:
    """`MASTER`, `DOCTOR`, another kind in the file's words ("Licentiate thesis"), or empty where it is not told.

    Words in a field beat the name of the entry's type, which some programs have no choice in.
    """
    if record.kind != "thesis":
        return ""
    said = next((value for name, value in record.extra if name.lower() in _TYPES), "")
    if said:
        return _named(said)
    return next((_named(value) for name, value in record.extra if name == "entrytype"), "")


def _named(words: str) -> str:
    if _MASTER.fullmatch(words):
        return MASTER
    if _DOCTOR.fullmatch(words):
        return DOCTOR
    return "" if words.lower() in _NOTHING else words
