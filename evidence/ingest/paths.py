"""Both ways to a design, kept: NLM's labels and the words of the record, also where one overrules the other.

Of two designs that exclude each other the tagger keeps one. The other is what a curator has to see: it is kept as a
suggestion, which makes no tag stand (merging.effective_tags) and is one side of store.disagreements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from evidence.records import Markup, Record
from evidence.tagging import Tagger, TagHit

_BY_NLM: Final = ("mesh", "pubtype")


def hits(tagger: Tagger, record: Record) -> Iterator[TagHit]:
    """What the tagger says of the record, then the designs that only one of the two ways would have given it."""
    found = tagger.tag(record)
    yield from found
    if not (record.mesh or record.publication_types):
        return
    labelled = _designs(tagger.tag(_labels_of(record)), _BY_NLM)
    if not labelled:
        return  # nothing that could overrule words, and nothing that words could overrule
    known = {(hit.slug, hit.origin) for hit in found if hit.kind == "design"}
    for hit in (*labelled, *_designs(tagger.tag(_words_of(record)), ("text",))):
        if (hit.slug, hit.origin) not in known:
            yield replace(hit, status="suggested")


def _designs(found: Iterable[TagHit], origins: tuple[str, ...]) -> list[TagHit]:
    return [hit for hit in found if hit.kind == "design" and hit.origin in origins and hit.slug != "other"]


def _labels_of(record: Record) -> Record:
    """The record as its indexing alone shows it."""
    return replace(record, title=Markup(""), abstract=(), keywords=())


def _words_of(record: Record) -> Record:
    """The record as it was before it was indexed."""
    return replace(record, mesh=(), publication_types=())
