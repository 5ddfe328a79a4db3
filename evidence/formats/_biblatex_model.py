"""biblatex's default data model, as far as our export uses it: which entry type takes which fields, and needs which.

From `blx-dm.def` of biblatex 3.18, the file that `biber --validate-datamodel` checks against; the manual (2.1.1, 2.2,
4.5.4) says the same in words.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from evidence.records import RecordKind

_EVERYWHERE: Final = (
    "abstract addendum annotation date doi entrysubtype eprint eprintclass eprinttype execute ids keywords langid"
    " options origtitle pubstate shortjournal url verba"
)
ANYWHERE: Final = frozenset(_EVERYWHERE.split())
"""Fields of every entry type."""

_PERSONS: Final = "author editor title note language"
_IN_BOOK: Final = (
    f"{_PERSONS} chapter series translator booktitle edition eid isbn location number pages publisher volume"
)
FIELDS: Final = {
    "article": f"{_PERSONS} eid issn issue issuetitle journaltitle number pages series translator version volume",
    "book": f"{_PERSONS} chapter edition eid isbn location number pages publisher series translator volume",
    "collection": "editor title note language chapter edition eid isbn location number pages publisher series"
    " translator volume",
    "manual": f"{_PERSONS} chapter edition eid isbn location number pages publisher series type version",
    "inbook": _IN_BOOK,
    "incollection": _IN_BOOK,
    "inproceedings": "author editor title note language booktitle chapter eid isbn location number pages publisher"
    " series volume",
    "report": "author title note language chapter eid institution location number pages type version",
    "thesis": "author title note language chapter eid institution location pages type",
    "online": f"{_PERSONS} organization version",
    "dataset": f"{_PERSONS} edition location number publisher series type version",
    "misc": f"{_PERSONS} howpublished location organization type version",
    "software": f"{_PERSONS} howpublished location organization type version",
    "patent": "author title note location number type version",
}  # fmt: skip
"""Fields of an entry type beside those of every one; only names that our export writes."""

NEEDS: Final = {
    "article": "title journaltitle",
    "book": "author title",
    "collection": "editor title",
    "manual": "title",
    "inbook": "title booktitle",
    "incollection": "editor title booktitle",
    "inproceedings": "title booktitle",
    "report": "title institution type",
    "thesis": "author title institution type",
    "online": "title",
    "dataset": "title",
    "misc": "title",
    "software": "title",
    "patent": "author title number",
}
"""Fields without which an entry of the type cannot be printed; @online also an address of some kind.

The data model also asks for an author of an article, a report and a part of a book, and for a date of all but data and
software: `_biblatex_unknown` sees to these.
"""

LADDERS: Final[dict[RecordKind, tuple[str, ...]]] = {
    "article": ("article",),
    "book": ("book", "collection", "manual"),
    "chapter": ("incollection", "inbook"),
    "thesis": ("thesis",),
    "report": ("report",),
    "web": ("online",),
    "preprint": ("online",),
    "registration": ("online",),
    "other": (),
}
"""Types for a kind of record, the best first; @misc stands below them all, with the kind as its `entrysubtype`."""

_ALLOWED: Final = {type_: ANYWHERE | set(names.split()) for type_, names in FIELDS.items()}
_NEEDED: Final = {type_: frozenset(names.split()) for type_, names in NEEDS.items()}
_ADDRESSES: Final = frozenset(("url", "doi", "eprint"))


def places(type_: str) -> frozenset[str]:
    """The fields that an entry type has a place for."""
    return _ALLOWED[type_]


def satisfied(type_: str, present: Collection[str]) -> bool:
    """Whether an entry type has all that it must."""
    have = set(present)
    return _NEEDED[type_] <= have and (type_ != "online" or bool(_ADDRESSES & have))
