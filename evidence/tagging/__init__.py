"""Tags of a record with their reasons: conditions, interventions, designs. Evidence in, tag and reason out; pure.

`Tagger(vocabulary).tag(record)` is the prepared form; `tag` keeps the last few taggers it made.
"""

from __future__ import annotations

from functools import lru_cache

from evidence.records import Record
from evidence.tagging.designs import Designs, primary
from evidence.tagging.hits import Origin, TagHit, TagKind, asserted
from evidence.tagging.phrases import Document, PhraseTable
from evidence.tagging.subjects import Subjects
from evidence.vocabulary import Vocabulary

__all__ = ["Origin", "TagHit", "TagKind", "Tagger", "primary", "tag"]


class Tagger:
    """A vocabulary prepared for many records: one table for all phrases, one index for all headings."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._phrases = PhraseTable()
        self._subjects = Subjects(vocabulary, self._phrases)
        self._designs = Designs(vocabulary, self._phrases)

    def tag(self, record: Record) -> tuple[TagHit, ...]:
        """Every tag of the record with its reason: one hit for each kind, slug and origin, in a fixed order."""
        document = Document(record)
        matches = list(self._phrases.find(document))
        return (
            *asserted(record, self._vocabulary),
            *self._subjects.tag(record, document, matches),
            *self._designs.tag(record, document, matches),
        )


def tag(record: Record, vocabulary: Vocabulary) -> tuple[TagHit, ...]:
    """Every tag of a record, with the heading, publication type or words that led to it."""
    return _prepared(vocabulary).tag(record)


@lru_cache(maxsize=4)
def _prepared(vocabulary: Vocabulary) -> Tagger:
    return Tagger(vocabulary)
