"""The starter library: brought into a fresh store through the ordinary way in."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from evidence import vocabulary as vocabularies
from evidence.formats import by_name
from evidence.ingest import Report, take
from evidence.store import queries, registrations
from evidence.store.engine import Store
from evidence.vocabulary import Vocabulary

FILES = (("studies.jsonl", "jsonl"), ("seed_page.txt", "references"))
"""The starter bibliography, then the four references of the page it grew out of."""

ORIGINS = (("starter", ""), ("references", "seed_page.txt#"))
"""What its records are known by in a store: their source, and how their ids begin."""


def is_unfinished(store: Store) -> bool:
    """Whether the store holds nothing, or only a part of this: its first run ended before all was in."""
    return queries.state(store).starter_loaded is None and queries.holds_only(store, ORIGINS)


def load(store: Store, vocabulary: Vocabulary) -> Report:
    """Fill the store with the starter bibliography, the seed page's references and the trial registrations."""
    report = Report()
    for name, format_name in FILES:
        read = by_name(format_name).read
        assert read is not None
        stream = cast(BinaryIO, io.BytesIO(vocabularies.starter_path(name).read_bytes()))
        report.add(take(store, vocabulary, read(stream, name), actor="starter"))
    registrations.load_starter(store, vocabularies.registrations())
    return report
