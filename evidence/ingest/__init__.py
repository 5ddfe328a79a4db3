"""Records in: decide, match, tag, write one batch, report. Refresh and import share this one way in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from evidence import tagging
from evidence.ingest import index, tagged
from evidence.ingest.batch import Batch
from evidence.ingest.prepare import Preparer, Ready
from evidence.ingest.report import OUTCOMES, Report, where
from evidence.records import Item, Rejected
from evidence.store.engine import Store, Writer
from evidence.vocabulary import Vocabulary

__all__ = ["OUTCOMES", "Report", "take", "where"]

BATCH: Final = 500
"""Records in one transaction: some 0.5 s of work, so that a kill loses little and readers never wait long."""


def take(
    store: Store,
    vocabulary: Vocabulary,
    items: Iterable[Item],
    *,
    actor: str,
    run_id: int | None = None,
    preview: bool = False,
    include: bool = True,
    live: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Bring items into the store: one transaction for each batch, so an interruption loses at most one batch.

    `include`: new studies are included at once; False queues them for a curator (inclusion "candidate"). `preview`
    runs the same code in one transaction and rolls it back. `live`: the items come from the source itself, now.
    Raises what the reader of `items` raises.
    """
    index.ensure(store)
    report = Report()
    preparer = Preparer(vocabulary)
    source = iter(items)
    if preview:
        with store.write(preview=True) as writer:
            while chunk := preparer.prepare(store, islice(source, BATCH)):
                _write(writer, vocabulary, chunk, report, actor=actor, run_id=run_id, include=include, live=live)
                _progress(on_progress, report)
        store.cache.clear()
        return report
    while chunk := preparer.prepare(store, islice(source, BATCH)):
        with store.write() as writer:
            _write(writer, vocabulary, chunk, report, actor=actor, run_id=run_id, include=include, live=live)
        _progress(on_progress, report)
    return report


def _progress(on_progress: Callable[[int], None] | None, report: Report) -> None:
    if on_progress:
        on_progress(report.total)


def _write(writer: Writer, vocabulary: Vocabulary, chunk: list[Ready], report: Report, **how: Any) -> None:
    if not report.total:
        tagged.begin(writer, vocabulary)
    batch = Batch(writer, vocabulary, primary=tagging.primary, **how)
    for outcome in batch.run(chunk):
        if isinstance(outcome, Rejected):
            report.rejected.append(replace(outcome, payload=""))  # the payload is in the store
        else:
            report.count(outcome)
    report.notes += batch.notes
    report.rekeyed += batch.rekeyed
