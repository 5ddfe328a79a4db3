"""Records that a source no longer gives, and those that it gives again. Nothing is deleted: the study says so."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from evidence import tagging
from evidence.ingest.studies import Saver
from evidence.store import reads
from evidence.store.engine import Store
from evidence.store.keys import Keys
from evidence.vocabulary import Vocabulary

MISSING: Final = "missing"
PRESENT: Final = "present"


def settle(
    store: Store,
    vocabulary: Vocabulary,
    source: str,
    *,
    present: Collection[str],
    missing: Collection[str],
    actor: str,
    run_id: int | None = None,
) -> int:
    """Note which records a source gave and which it lacked; the number of studies whose state that changes.

    A study is missing when the source lacks a record of it and gives none. Nothing is written when nothing changes.
    """
    with store.read() as connection:
        named = {(source, external_id): PRESENT for external_id in present}
        named |= {(source, external_id): MISSING for external_id in missing if (source, external_id) not in named}
        wanted: dict[int, str] = {}
        for name, row in reads.known(connection, named).items():
            if wanted.get(row.study_id) != PRESENT:
                wanted[row.study_id] = named[name]
        rows = reads.study_rows(connection, wanted)
    changes = {study: state for study, state in wanted.items() if rows[study].upstream_state != state}
    if changes:
        with store.write() as writer:
            saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor, run_id=run_id)
            for study, state in sorted(changes.items()):
                saver.upstream(study, state)
            saver.save()
    return len(changes)
