"""By which vocabulary and tagger a library's tags are made: noted with its first records, and by every retag."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from evidence.store import reads, writes
from evidence.store.engine import Store, Writer
from evidence.vocabulary import Vocabulary

TAGGER: Final = 4
"""Raised when the tagger itself says something else of the same record: libraries then want a `retag`."""


@lru_cache(maxsize=4)
def signature(vocabulary: Vocabulary) -> str:
    """A name of everything that decides about a machine tag: what the vocabulary says, but for its saved searches."""
    return f"{TAGGER}:{replace(vocabulary, searches={}, hash='').hash}"


def is_due(store: Store, vocabulary: Vocabulary) -> bool:
    """Whether stored tags were made by another vocabulary or tagger than this one, or by one that is not known."""
    with store.read() as connection:
        return reads.tagged_with(connection) != signature(vocabulary) and not reads.is_empty(connection)


def begin(writer: Writer, vocabulary: Vocabulary) -> None:
    """Note the vocabulary of a library that holds no record yet: all that comes in is tagged by it."""
    if reads.is_empty(writer.connection):
        writes.set_tagged_with(writer, signature(vocabulary))
