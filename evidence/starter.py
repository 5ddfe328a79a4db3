"""The starter library: brought into a fresh store through the ordinary way in."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from evidence import vocabulary as vocabularies
from evidence.formats import by_name
from evidence.ingest import Report, take
from evidence.store import registrations
from evidence.store.engine import Store
from evidence.vocabulary import Vocabulary

FILES = (("studies.jsonl", "jsonl"), ("seed_page.txt", "references"))
"""The starter bibliography, then the four references of the page it grew out of."""


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
