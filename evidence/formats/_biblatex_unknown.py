"""What biblatex's data model asks of an entry and a study may not have: an author and a date.

`biber --validate-datamodel` reports an article, report, thesis or part of a book without author, and nearly every type
without date. Words in their place ("[No authors listed]") would be printed, so the fields get values without content,
an empty name and EDTF's unknown year, and `execute` (biblatex manual, "Special Fields") takes these away again before
a style looks at them. What is printed is what an entry without the fields gives, "n.d." included:
compared in thirteen styles, biblatex's own and APA, Chicago, IEEE, MLA, Nature, Vancouver among them. Sorting and
labels are biber's, to which `useauthor=false` says that there is no author. All of them are constants: no value of a
study is in them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

AUTHORED: Final = frozenset(
    ("article", "book", "inbook", "incollection", "inproceedings", "patent", "report", "thesis")
)
"""Entry types of which blx-dm.def has `author` among the mandatory fields."""

UNDATED: Final = frozenset(("dataset", "software"))
"""Entry types that may be without date; all others must have one."""

_NO_AUTHOR: Final = r"\clearname{author}"
_NO_DATE: Final = (
    r"\clearfield{year}\def\evidencenodate{nodate}"
    r"\restorefield{labeldatesource}{\evidencenodate}\restorefield{labelyear}{\evidencenodate}"
)
OPTIONS: Final = "useauthor=false"
YEAR: Final = "XXXX"


def fields(type_: str, present: Collection[str]) -> dict[str, str]:
    r"""The fields that an entry of the type needs beside those that are there, with their values in braces.

    An entry with a `pubstate` gets no date: APA's and Chicago's styles print the state ("in press") in place of the
    year, and only where there is neither date nor year (apa.bbx has the map `\step[fieldsource=date, final]
    \step[fieldset=pubstate, null]`). The data model takes no other field for a date (`\constraintfieldsxor` of `date`
    and `year`), and for a year whole numbers only, so that biber's "Missing mandatory field - one of 'date, year' must
    be defined" stands for such an entry.
    """
    found: dict[str, str] = {}
    code = ""
    if type_ in AUTHORED and "author" not in present:
        found |= {"author": "{{}}", "options": f"{{{OPTIONS}}}"}
        code += _NO_AUTHOR
    if type_ not in UNDATED and not {"date", "pubstate"} & set(present):
        found["date"] = f"{{{YEAR}}}"
        code += _NO_DATE
    return found | {"execute": f"{{{code}}}"} if code else found


def is_code(value: str) -> bool:
    """Whether the value of an `execute` is one that `fields` gives."""
    return value.strip() in (_NO_AUTHOR, _NO_DATE, _NO_AUTHOR + _NO_DATE)
