"""Letting studies show what a source that lists works now says of them, or says no more."""

from __future__ import annotations

from collections.abc import Iterable

from evidence import tagging
from evidence.ingest.studies import Saver
from evidence.lifecycle import Listed
from evidence.store.engine import Writer
from evidence.store.keys import Keys
from evidence.vocabulary import Vocabulary


def heed(
    writer: Writer, vocabulary: Vocabulary, rows: Iterable[Listed], actor: str, *, run_id: int | None = None
) -> int:
    """Let the studies that these rows speak of show what follows; how many have another state now."""
    named = {(scheme, value) for row in rows for scheme, value in (("pmid", row.pmid), ("doi", row.doi)) if value}
    if not named:
        return 0
    saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor, run_id=run_id)
    saver.save(named)
    return saver.restated
