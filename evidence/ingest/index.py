"""The matching index: which blocking keys a record has in the store, and filling it anew when the keys change."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from evidence import recordjson
from evidence.matching import candidates, people
from evidence.matching.normalise import Features, features
from evidence.store import reads, writes
from evidence.store.engine import BLOCK_LEVEL, Store, Writer, unpack

_AT_ONCE: Final = 2_000


def keys(known: Features) -> tuple[int, ...]:
    """The 63-bit keys under which a record is found.

    A block that is too full (FULL) is not looked through, so that beside the keys of `candidates` there are the
    narrower ones by which `candidates` looks through a full block: the first author with the first page; one title
    with author and year, or with volume and page.
    """
    author = people.first_name(known.people)
    narrow = []
    if author and known.pages.known:
        narrow.append(f"f:{author}:{known.pages.first}")
    if known.title.letters and author:
        narrow.append(f"ty:{known.title.letters}:{author}:{known.year}")
    if known.title.letters and known.volume and known.pages.known:
        narrow.append(f"tv:{known.title.letters}:{known.volume[0]}:{known.pages.first}")
    return (*candidates.keys(known), *map(_hashed, narrow))


def naming(known: Features) -> frozenset[int]:
    """The keys of a PMID and PMCID: however many records share one, they are compared."""
    return frozenset(_hashed(f"{s}:{v}") for s, v in (("p", known.pmid), ("c", known.pmcid)) if v)


def _hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") >> 1


def ensure(store: Store) -> None:
    """Index every stored record anew when the index holds the keys of another version of this program."""
    with store.read() as connection:
        if reads.block_level(connection) == BLOCK_LEVEL:
            return
    with store.write() as writer:
        if reads.block_level(writer.connection) != BLOCK_LEVEL:
            _fill(writer)


def _fill(writer: Writer) -> None:
    writes.clear_blocks(writer)
    last = 0
    while rows := reads.payloads_after(writer.connection, last, _AT_ONCE):
        writes.add_blocks(writer, {row.id: keys(features(recordjson.load(unpack(row.payload)))) for row in rows})
        last = rows[-1].id
    writes.set_block_level(writer, BLOCK_LEVEL)
