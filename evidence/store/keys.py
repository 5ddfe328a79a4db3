"""Citation keys: given once, at birth, unique without regard to case, never recomputed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from evidence import citekeys
from evidence.records import Record
from evidence.store import schema
from evidence.store.engine import Writer
from evidence.store.reads import CITE_KEY
from evidence.store.statements import delete_in, rows_in

_AFTER_Z: Final = "{"  # the character after "z": the end of a range of keys with one stem


class Keys:
    """The keys that a batch mints: what is taken is read once, rows are collected and written at the end."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._pattern = writer.key_pattern
        self._taken: dict[str, int] = {}
        self._bringer: dict[str, int | None] = {}
        self._asked: set[str] = set()
        self._stem_of: dict[tuple[str, str], str] = {}
        self._stems: set[str] = set()
        self._fresh: list[dict[str, Any]] = []

    def look_up(self, records: Sequence[Record]) -> None:
        """Read which of the keys that these records propose, or would be given, are taken: one query for a batch."""
        self._stem_of = {(r.source, r.external_id): self._pattern.stem(r) for r in records}
        minted = set(self._stem_of.values())
        self._ask({citekeys.fold(key) for key in minted.union(*(r.keys for r in records))})

    def _ask(self, folded: set[str]) -> None:
        new = folded - self._asked
        self._asked |= new
        for row in rows_in(self._writer.connection, select(CITE_KEY), CITE_KEY.c.folded, new):
            self._taken[row.folded] = row.study_id
            self._bringer[row.folded] = row.source_record_id

    def birth(self, study_id: int, record_id: int, record: Record) -> str:
        """The key of a new study: the first valid free one its source proposes, else minted; the rest are aliases."""
        proposed = next((k for k in record.keys if citekeys.is_valid(k) and self._is_free(k)), "")
        key = proposed or self._mint(record)
        self._give(key, study_id, record_id if proposed else None, primary=True)
        self.aliases(study_id, record_id, record)
        return key

    def aliases(self, study_id: int, record_id: int, record: Record) -> None:
        """Every other free key that a source proposes leads to the study too, in whatever script it is."""
        for key in record.keys:
            if self._is_free(key):
                self._give(key, study_id, record_id, primary=False)

    def release(self, records: Sequence[int]) -> list[tuple[str, int]]:
        """Free the aliases that these source records brought, for the study that is made for them: (key, record).

        `regive` gives it those that it did not take as its own.
        """
        rows = list(rows_in(self._writer.connection, select(CITE_KEY), CITE_KEY.c.source_record_id, records))
        freed = [row.folded for row in rows if not row.is_primary]
        delete_in(self._writer, schema.CiteKey, "folded", freed)
        for folded in freed:
            self._taken.pop(folded, None)
        return [(row.key, row.source_record_id) for row in rows if not row.is_primary]

    def regive(self, study_id: int, keys: Sequence[tuple[str, int]]) -> None:
        """Keys that were released lead to the study from now on."""
        for key, record in keys:
            if self._is_free(key):
                self._give(key, study_id, record, primary=False)

    def bringers(self, keys: Sequence[str]) -> list[tuple[int, int | None]]:
        """Of those of these keys that are given: the study, and the source record that brought the key if one did."""
        folded = {citekeys.fold(key) for key in keys}
        self._ask(folded)
        return [(self._taken[f], self._bringer.get(f)) for f in sorted(folded) if f in self._taken]

    def write(self) -> None:
        """Store the fresh keys."""
        self._writer.add(schema.CiteKey, self._fresh)
        self._fresh = []

    def _is_free(self, key: str) -> bool:
        self._ask({citekeys.fold(key)})
        return citekeys.is_writable(key) and citekeys.fold(key) not in self._taken

    def _mint(self, record: Record) -> str:
        made = self._stem_of.get((record.source, record.external_id)) or self._pattern.stem(record)
        stem = citekeys.fold(made)
        self._ask({stem})
        if stem in self._taken and stem not in self._stems:
            self._stems.add(stem)
            column = CITE_KEY.c.folded
            wanted = select(column, CITE_KEY.c.study_id).where(column >= stem, column < stem + _AFTER_Z)
            self._taken.update({row.folded: row.study_id for row in self._writer.connection.execute(wanted)})
        return next(made + suffix for suffix in citekeys.suffixes() if stem + suffix not in self._taken)

    def _give(self, key: str, study_id: int, record_id: int | None, *, primary: bool) -> None:
        folded = citekeys.fold(key)
        self._taken[folded] = study_id
        self._fresh.append(
            {"folded": folded, "key": key, "study_id": study_id, "is_primary": primary, "source_record_id": record_id}
        )
