"""Which records are compared: those that share a key. A pair that shares none is never looked at.

Every key joins two or three facts, so that a block stays small however large the library is, and different keys rest
on different facts, so that damage to one field leaves others. A key depends on its own record alone: which pairs are
compared does not depend on what else there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import combinations
from typing import Final

from evidence.matching import people
from evidence.matching.normalise import Features, features
from evidence.records import Record

_HEAD: Final = 4
"""Words of a title in the keys that stand for its beginning and its end."""

_STEM: Final = 6
"""Letters of a word in a key: endings are where spellings differ."""

_MOST_NAMES: Final = 6
"""Authors by whom a record without title is found."""

FULL: Final = 60
"""Records in a block from which on two of them must also share an author, a page or the title to be compared."""


def block_keys(record: Record) -> tuple[int, ...]:
    """The 63-bit keys of a record."""
    return keys(features(record))


def keys(f: Features) -> tuple[int, ...]:
    """The 63-bit keys of a record that was reduced to its features, in a fixed order, each once."""
    return tuple([from_bytes(blake2b(k.encode(), digest_size=8).digest(), "big") >> 1 for k in spelt(f)])


from_bytes: Final = int.from_bytes


def spelt(f: Features) -> dict[str, None]:
    """The keys in words, each once: what `keys` makes numbers of that are the same on every machine and day."""
    author = people.first_name(f.people)
    return dict.fromkeys([*_names(f), *_title_keys(f, author), *_place_keys(f, author)])


def blocks(known: Iterable[Features]) -> dict[int, list[int]]:
    """The numbers of records that share a key, for every key that two or more have."""
    first: dict[int, int] = {}
    shared: dict[int, list[int]] = {}
    for number, f in enumerate(known):
        for key in map(hash, spelt(f)):  # good for one run: a block that two keys share costs a comparison, no more
            other = first.setdefault(key, number)
            if other != number:
                members = shared.get(key)
                if members is None:
                    shared[key] = [other, number]
                elif members[-1] != number:
                    members.append(number)
    return shared


def _names(f: Features) -> list[str]:
    return [f"{scheme}:{value}" for scheme, value in (("p", f.pmid), ("c", f.pmcid), ("d", f.doi)) if value]


def _title_keys(f: Features, author: str) -> list[str]:
    words = f.title.words
    if not words:
        return []
    found = []
    by_length = sorted(sorted(set(words)), key=len, reverse=True)
    if f.title.speaks:
        found.append("t:" + "".join(words))
        if len(words) > _HEAD:
            # Hundreds of titles begin "a randomised double-blind …": these two need a place too.
            place = f.volume[0] if f.volume else f.year
            found.append(f"h:{place}:" + " ".join([w[:_STEM] for w in words[:_HEAD]]))
            found.append(f"e:{place}:" + " ".join([w[:_STEM] for w in words[-_HEAD:]]))
            found.append("l:" + " ".join(sorted([w[:_STEM] for w in by_length[:_HEAD]])))
    elif f.volume:
        found.append(f"s:{f.volume[0]}:{f.year}:{f.title.letters}")
    if author:
        found.append(f"a:{author}:{words[0][:_STEM]}:{words[1][:_STEM] if len(words) > 1 else ''}")
        found.append(f"z:{author}:{words[-1][:_STEM]}:{by_length[0][:_STEM]}")
    return found


def _place_keys(f: Features, author: str) -> list[str]:
    volume = f.volume[0] if f.volume else 0
    if not volume:
        return []
    found = []
    for first in {f.pages.first, f.pages.other} - {0}:
        found.append(f"v:{volume}:{first}:{author[:3]}")
        if f.title.words:
            found.append(f"w:{volume}:{first}:{f.title.words[0][:3]}")
    if f.issue:
        initials = sorted({name[0][0] for name in f.journal}) or [""]  # abbreviations keep the first letter
        found += [f"i:{volume}:{f.issue[0]}:{i}:{name}" for i in initials for name in _leading(f)]
    return found


def _leading(f: Features) -> list[str]:
    """The first two authors and the first by the alphabet, who stays so in a list that is turned round.

    Of a record without title, more: little else is left to find it by.
    """
    names = [people.longest(name) for name in f.people]
    return [*names[:2], min(names)] if names and f.title.letters else names[:_MOST_NAMES]


def pairs(blocks: Mapping[int, Sequence[int]], known: Sequence[Features]) -> Iterable[tuple[int, int]]:
    """Each pair of record numbers that is to be compared, once."""
    seen: set[tuple[int, int]] = set()
    for members in blocks.values():
        if len(members) > 1:
            seen.update(combinations(members, 2) if len(members) <= FULL else _refined(members, known))
    return seen


def _refined(members: Sequence[int], known: Sequence[Features]) -> Iterator[tuple[int, int]]:
    """Of a full block, the pairs that could be one work: they share the title, an author, the page or an identifier.

    Two records that share none of these are judged different, or at best doubtful, whatever else agrees.
    """
    finer: dict[str, list[int]] = defaultdict(list)
    for number in members:
        for fact in _facts(known[number]):
            finer[fact].append(number)
    for fact, same in finer.items():
        if fact[0] in "ai" or len(same) <= FULL:
            yield from combinations(same, 2)
        else:
            yield from _neighbours(same, known)


def _facts(f: Features) -> set[str]:
    facts = {f"a{people.first_name(f.people)}:{f.pages.first}"} if f.people else set()
    if f.title.letters:
        facts.add(f"t{f.title.letters}")
    if f.pages.known and f.volume:
        facts.add(f"v{f.volume[0]}:{f.pages.first}")
    facts |= {f"i{value}" for value in (f.pmid, f.pmcid) if value}
    return facts


def _neighbours(same: Sequence[int], known: Sequence[Features]) -> Iterator[tuple[int, int]]:
    """Many records of one title ("Editorial"): those of one author, or of one volume and page."""
    finer: dict[str, list[int]] = defaultdict(list)
    for number in same:
        f = known[number]
        finer[f"a{people.first_name(f.people)}:{f.year}"].append(number)
        finer[f"v{f.volume[:1]}:{f.pages.first}"].append(number)
    for group in finer.values():
        if len(group) <= FULL:
            yield from combinations(group, 2)
