"""Kinds of works finer than `Record.kind`: what a file called them is kept in `extra`; formats have types for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evidence.records import Record


@dataclass(frozen=True, slots=True)
class Fine:
    """What the formats call such a work: biblatex entry type, RIS type, CSL type."""

    biblatex: str
    ris: str
    csl: str


FINE: Final = {
    "dataset": Fine("dataset", "DATA", "dataset"),
    "software": Fine("software", "COMP", "software"),
    "patent": Fine("patent", "PAT", "patent"),
}
"""biblatex manual 2.1.1; RIS types as EndNote and Zotero write them; CSL 1.0.2, appendix III."""

_NAMES: Final = {
    **{name: name for name in FINE},
    **{fine.ris.lower(): name for name, fine in FINE.items()},
    **{"data": "dataset", "computer program": "software", "computerprogram": "software"},
}
_WHERE: Final = frozenset(("entrytype", "TY", "type", "ref-type"))


def fine(record: Record) -> str:
    """The finer kind of a work that is none of `RecordKind`, by the type its file gave it; or empty."""
    if record.kind != "other":
        return ""
    said = (_NAMES.get(value.lower(), "") for name, value in record.extra if name in _WHERE)
    return next((name for name in said if name), "")
