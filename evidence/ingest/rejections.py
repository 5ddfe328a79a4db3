"""What a person said of records before they came: an excluded one that arrives all the same is born excluded.

A name that was excluded ("pubmed", a PMID) stays excluded when its record comes with a file. So does a record of
another source that carries the PMID, from its first version or a later one: it takes the word over, as if it had been
there when the word was given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from evidence.records import Item, Record, Rejected
from evidence.store import inclusions
from evidence.store.engine import Store
from evidence.store.inclusions import Name
from evidence.store.reads import Snapshot
from evidence.views import Word

PUBMED: Final = "pubmed"


def name(record: Record) -> Name:
    """What its source calls a record."""
    return record.source, record.external_id


def pmids(record: Record) -> list[Name]:
    """What PubMed calls the records that a record says it is."""
    return [(PUBMED, pmid) for pmid in record.ids("pmid")]


def spoken(
    connection: Snapshot, moving: Mapping[Name, Record], gained: Mapping[Name, Collection[Name]]
) -> tuple[dict[Name, Word], dict[Name, Word]]:
    """The words on these records; and of these those that they take over from a PMID. `gained`: what PubMed calls the
    records that each says it is since now; a record of which a person has spoken keeps that word.
    """
    known = inclusions.words(connection, {*moving, *(pmid for names in gained.values() for pmid in names)})
    own_words = {own: known[own] for own in moving if own in known}
    inherited = {}
    for own, names in gained.items():
        said = [known[pmid] for pmid in names if pmid in known and known[pmid].verdict == "excluded"]
        if own not in known and said:
            inherited[own] = max(said, key=lambda w: w.event)
    return own_words | inherited, inherited


def told(said: Word) -> str:
    """Who excluded it, when and why."""
    return f"{said.actor} excluded it on {said.at:%Y-%m-%d}{f': {said.reason}' if said.reason else ''}"


def turned_away(store: Store, items: Iterable[Item]) -> Iterator[Item]:
    """The items; in the place of PubMed's records that a person excluded before they came, the refusal."""
    held = list(items)
    asked = [item.external_id for item in held if isinstance(item, Record) and item.source == PUBMED]
    said = inclusions.rejected(store, PUBMED, asked)
    for item in held:
        if isinstance(item, Record) and item.source == PUBMED and item.external_id in said:
            reason = f"{told(said[item.external_id])}; `evidence include {item.external_id}` lets it in"
            yield Rejected(subject=f"PMID {item.external_id}", reason=reason)
        else:
            yield item
