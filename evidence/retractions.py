"""Lists of retractions into the store: only what concerns studies that are here, as statements of their own source.

Studies that come later are looked up when the list is read again: read it after a refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from evidence import tagging
from evidence.errors import BadInput
from evidence.ingest.studies import Saver
from evidence.lifecycle import Listed
from evidence.records import Rejected
from evidence.store import lifecycle
from evidence.store.engine import Store, Writer
from evidence.store.keys import Keys
from evidence.vocabulary import Vocabulary

_CHUNK: Final = 5000
"""Rows of which one look-up finds whether their works are here."""


@dataclass(slots=True)
class Reading:
    """What became of a list. rows = used + not_here + rejected; of the used ones, `added` and `changed` are news to
    the store. `withdrawn`: rows kept from an earlier reading that the list no longer has. `studies`: whose state is
    another one now.
    """

    rows: int = 0
    used: int = 0
    not_here: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    studies: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The figures by name, the rejected rows as their number."""
        names = ("rows", "used", "not_here", "added", "changed", "withdrawn", "studies")
        return {name: getattr(self, name) for name in names} | {"rejected": len(self.rejected)}


def take(
    store: Store,
    vocabulary: Vocabulary,
    source: str,
    name: str,
    rows: Iterable[Listed | Rejected],
    *,
    actor: str,
    on_progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read a whole list into the store, in one transaction. `name`: of the file, for the pages.

    Raises BadInput when not one row could be read, or when hardly anything is left of what was kept: a list that was
    cut short must not withdraw what it said before.
    """
    reading = Reading()
    used = {one.statement.ref: one for one in _here(store, rows, reading, on_progress)}
    if reading.rows == len(reading.rejected):
        why = reading.rejected[0].reason if reading.rejected else "has no rows"
        raise BadInput(name, f"{why}; nothing was changed")
    with store.write() as writer:
        before = lifecycle.stored(writer.connection, source)
        gone = sorted(before.keys() - used.keys())
        if len(gone) > max(10, len(before) // 2):
            raise BadInput(name, f"lacks {len(gone)} of the {len(before)} rows kept from it; nothing was changed")
        new = [one for ref, one in sorted(used.items()) if before.get(ref) != one]
        reading.used = len(used)
        reading.added = sum(one.statement.ref not in before for one in new)
        reading.changed = len(new) - reading.added
        reading.withdrawn = len(gone)
        lifecycle.replace_listed(writer, source, new, gone)
        spoken_of = [*new, *(before[one.statement.ref] for one in new if one.statement.ref in before)]
        reading.studies = _heed(writer, vocabulary, [*spoken_of, *(before[ref] for ref in gone)], actor)
        lifecycle.note_read(writer, source, name, reading.counts())
    return reading


def _here(
    store: Store,
    rows: Iterable[Listed | Rejected],
    reading: Reading,
    on_progress: Callable[[int], None] | None,
) -> Iterator[Listed]:
    """The rows whose work a study here has, by PMID or DOI; all others are counted."""
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        with store.read() as connection:
            named = (n for row in chunk if isinstance(row, Listed) for n in (row.pmid, row.doi) if n)
            here = lifecycle.here(connection, named)
        for row in chunk:
            reading.rows += 1
            if isinstance(row, Rejected):
                reading.rejected.append(row)
            elif row.pmid in here or row.doi in here:
                yield row
            else:
                reading.not_here += 1
        if on_progress:
            on_progress(reading.rows)


def _heed(writer: Writer, vocabulary: Vocabulary, rows: Iterable[Listed], actor: str) -> int:
    """Let the studies that these rows speak of show what follows; how many have another state now."""
    named = {("pmid", row.pmid) for row in rows if row.pmid} | {("doi", row.doi) for row in rows if row.doi}
    if not named:
        return 0
    saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)
    saver.save(named)
    return saver.restated
