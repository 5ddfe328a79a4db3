"""Records that a source no longer gives, and those that it gives again. Nothing is deleted: the study says so."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from evidence import tagging
from evidence.ingest.regroup import SUCCESSOR
from evidence.ingest.studies import Saver
from evidence.store import decisions, reads
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
    """Note which records a source gave and which it lacked; the number of studies of which that changes a record.

    What is known to be deleted stays so while it is missing. Nothing is written when nothing changes.
    """
    named = {(source, external_id): PRESENT for external_id in present}
    named |= {(source, external_id): MISSING for external_id in missing if (source, external_id) not in named}
    with store.read() as connection:
        stored = reads.known(connection, named)
    wanted = {
        row.id: (row.study_id, named[name]) for name, row in stored.items() if _changes(row.upstream, named[name])
    }
    if wanted:
        with store.write() as writer:
            back = {record for record, (_, state) in wanted.items() if state == PRESENT}
            stale = [pair for pair, said in reads.decisions(writer.connection, back).items() if _is_proposal(said)]
            decisions.forget(writer, stale)
            saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor, run_id=run_id)
            for record, (study, state) in sorted(wanted.items()):
                saver.set_state("upstream", record, study, state)
            saver.save()
    return len({study for study, _ in wanted.values()})


def _is_proposal(said: reads.Judged) -> bool:
    """Whether a pair waits only because one of the two was missing (successors.py)."""
    return said.actor == reads.MACHINE and said.rule.startswith(SUCCESSOR)


def _changes(now: str, said: str) -> bool:
    return now != said and not (now == "deleted" and said == MISSING)
