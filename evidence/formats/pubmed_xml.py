"""PubMed XML: PubmedArticleSet as EFetch, PubMed's "Save" and NLM's annual files give it → Records, streaming.

One reader for every source of such XML. What one element becomes is in `_pubmed_article` and `_pubmed_book`; how bytes
become elements, and what happens when they do not, in `_pubmed_stream`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from lxml import etree

from evidence import identifiers
from evidence.errors import BadInput
from evidence.formats import Format
from evidence.formats._pubmed_article import SOURCE, article
from evidence.formats._pubmed_book import book
from evidence.formats._pubmed_bytes import begins_as_pubmed, refusal
from evidence.formats._pubmed_stream import Break, Found, elements
from evidence.records import Deletion, Item, Rejected

__all__ = ["FORMAT", "READER_VERSION", "read", "refusal"]

READER_VERSION: Final[int] = 1
"""Raised whenever the same XML makes another Record, so that stored records are read anew."""

_PAYLOAD: Final = 20_000
_BOOKS: Final = ("PubmedBookArticle", "BookDocument")
_DELETED: Final = ("DeleteCitation", "DeleteDocument")


def read(stream: BinaryIO, label: str, *, references: bool = False, strict: bool = False) -> Iterator[Item]:
    """Every record, deletion and rejected piece of a stream, in order; versions of one PMID are records each.

    `references`: also the articles' reference lists, which are half of such a file. `strict`: broken XML raises
    BadInput once the records before the break are out, instead of a Rejected and going on behind it (for answers that
    can be asked for again). Raises BadInput for what is not PubMed XML, states an error, or declares entities.
    """
    any_yet = False
    for piece in elements(stream, label):
        if isinstance(piece, Break):
            if strict and piece.broken:
                raise BadInput(f"{label}, line {piece.line}", piece.reason)
            yield Rejected(subject=label, reason=piece.reason, line=piece.line, payload=piece.payload)
        elif piece.element.tag == "ERROR":
            reason = (
                f"is an error message, not PubMed XML: {' '.join((piece.element.text or 'no words').split())[:200]}"
            )
            if strict or not any_yet:
                raise BadInput(label, reason)
            yield Rejected(subject=label, reason=reason, line=piece.line)
        elif piece.element.tag in _DELETED:
            yield from _deletions(piece, label)
        else:
            yield _record(piece, label, references)
        any_yet = True


def _record(piece: Found, label: str, references: bool) -> Item:
    make = book if piece.element.tag in _BOOKS else article
    found = make(piece.element, references)
    return found if found is not None else _rejected(piece, label, "a record without a PMID")


def _deletions(piece: Found, label: str) -> Iterator[Item]:
    for child in piece.element.iter("PMID"):
        found = identifiers.try_parse("pmid", child.text)
        if found:
            yield Deletion(source=SOURCE, external_id=found.value)
        else:
            yield _rejected(piece, label, f"a deletion of {str(child.text)[:60]!r}, which is no PMID")


def _rejected(piece: Found, label: str, reason: str) -> Rejected:
    text = etree.tostring(piece.element, encoding="unicode", with_tail=False)[:_PAYLOAD]
    return Rejected(subject=label, reason=reason, line=piece.line, payload=text)


FORMAT: Final = Format(
    name="pubmed-xml",
    label="PubMed XML",
    suffixes=(".xml",),
    media_type="application/xml",
    recognise=begins_as_pubmed,
    read=read,
)
