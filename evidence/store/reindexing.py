"""The two indexes written anew for some of what they hold: the text of studies, the keys of source records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evidence.store import schema, search, writes
from evidence.store.detail import assemble
from evidence.store.engine import Writer
from evidence.store.reads import all_keys
from evidence.store.statements import delete_in
from evidence.vocabulary import Vocabulary


def write(writer: Writer, vocabulary: Vocabulary, studies: Sequence[int]) -> None:
    """Write the search text of live studies that have none."""
    keys = all_keys(writer.connection, studies)
    found = assemble(writer.connection, studies, vocabulary)
    search.index(writer, {s.row.id: search.body(s.record, keys[s.row.id]) for s in found}, fresh=set(studies))


def forget(writer: Writer, studies: Sequence[int]) -> None:
    """Take studies out of the text search."""
    search.remove(writer, studies)
    writer.dirty = writer.dirty or bool(studies)  # what a page kept of a search is found anew


def drop_strays(writer: Writer, records: Iterable[int]) -> None:
    """Take source records out of the matching index, whatever their keys were."""
    delete_in(writer, schema.Block, "source_record_id", records)


def match_anew(writer: Writer, blocks: Mapping[int, Sequence[int]]) -> None:
    """Give source records exactly these keys in the matching index."""
    drop_strays(writer, blocks)
    writes.add_blocks(writer, blocks)
