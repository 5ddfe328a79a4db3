"""A writer's manuscript against the library: what it cites, under the keys it uses, as studies to export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from evidence import citekeys, formats, identifiers
from evidence.errors import BadIdentifier
from evidence.ingest.recognise import recognise
from evidence.records import Item, Record, Rejected
from evidence.store import queries
from evidence.store.engine import Store
from evidence.views import Study
from evidence.vocabulary import Vocabulary

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeys:
    """A writer's own keys: folded key → (as he spells it, the study's key in this library).

    `absent`: those of works that are not here: folded key → (as he spells it, the keys of studies that it may be).
    `rejected`: what of his file could not be read.
    """

    studies: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    absent: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()

    def uses(self, key: str) -> bool:
        """Whether the writer's file has this key, for whatever work."""
        folded = citekeys.fold(key)
        return folded in self.studies or folded in self.absent

    def of_study(self) -> dict[str, tuple[str, ...]]:
        """The study's key → the writer's keys of it, in his file's order."""
        found: dict[str, tuple[str, ...]] = {}
        for own, key in self.studies.values():
            found[key] = (*found.get(key, ()), own)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What a manuscript cites: (key as cited, the study's key) in order; the keys that lead nowhere.

    `twice`: studies cited under several keys: the study's key and those.
    """

    found: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    twice: tuple[tuple[str, tuple[str, ...]], ...]


def own_keys(store: Store, items: Iterable[Item]) -> OwnKeys:
    """The writer's keys, of a file in any format that has keys, mapped onto the studies of the library."""
    rejected: list[Rejected] = []

    def records() -> Iterator[Record]:
        for item in items:
            if isinstance(item, Rejected):
                rejected.append(item)
            elif isinstance(item, Record) and item.keys:
                yield item

    studies: dict[str, tuple[str, str]] = {}
    absent: dict[str, tuple[str, tuple[str, ...]]] = {}
    for known in recognise(store, records()):
        own = known.record.keys[0]
        if known.key:
            studies.setdefault(citekeys.fold(own), (own, known.key))
        else:
            absent.setdefault(citekeys.fold(own), (own, known.maybe))
    return OwnKeys(studies=studies, absent=absent, rejected=tuple(rejected))


def cited(store: Store, vocabulary: Vocabulary, keys: Iterable[str], own: OwnKeys | None = None) -> Cited:
    """The studies of the keys that a manuscript cites: the writer's own first, then keys and aliases of the library,
    then PMIDs and DOIs that stand for keys.

    Keys that differ in case alone are one to BibTeX (btxdoc, section 4): the first spelling counts.
    """
    found: dict[str, tuple[str, str]] = {}
    missing: list[str] = []
    for key in keys:
        folded = citekeys.fold(key)
        if folded in found:
            continue
        if own and own.uses(key):  # and for no other: the library may have given the same key to another work
            study = own.studies[folded][1] if folded in own.studies else None
        else:
            study = _key_of(store, vocabulary, key)
        if study is None:
            missing.append(key)
        else:
            found[folded] = (key, study)
    under: dict[str, tuple[str, ...]] = {}
    for key, name in found.values():
        under[name] = (*under.get(name, ()), key)
    twice = tuple((name, names) for name, names in under.items() if len(names) > 1)
    return Cited(found=tuple(found.values()), missing=tuple(missing), twice=twice)


def studies_cited(store: Store, vocabulary: Vocabulary, wanted: Cited) -> Iterator[Study]:
    """The studies in the order of first citation, each under the key (or keys) by which it is cited."""
    under: dict[str, list[str]] = {}
    for key, name in wanted.found:
        under.setdefault(name, []).append(key)
    asked = list(under)
    for start in range(0, len(asked), _AT_ONCE):
        chunk = asked[start : start + _AT_ONCE]
        for study in queries.studies(store, vocabulary, chunk):
            # By its aliases too: a merge may have come between asking for the keys and reading the studies.
            names = [k for own in (study.row.key, *study.aliases) for k in under.pop(own, ())]
            for key in sorted(names, key=lambda k: k != study.row.key):
                yield formats.under(study, key)


def renamed(store: Store, vocabulary: Vocabulary, studies: Iterable[Study], own: OwnKeys) -> Iterator[Study]:
    """The studies under the writer's keys where he has some, else under their own.

    A key that the writer uses for another study is not given twice in a file: the study then stands under an alias of
    its own, or under its key with a suffix.
    """
    keys = own.of_study()
    for study in studies:
        names = keys.get(study.row.key)
        if names:
            yield from (formats.under(study, name) for name in names)
        elif own.uses(study.row.key):
            yield formats.under(study, _free(store, vocabulary, study, own))
        else:
            yield study


def one_each(studies: Iterable[Study]) -> Iterator[Study]:
    """The same with one entry for each study, its other keys as aliases: for BibLaTeX, which knows `ids`.

    Copies of one study stand side by side.
    """
    for _, copies in groupby(studies, key=lambda study: study.alias_of or study.row.key):
        first, *rest = copies
        aliases = dict.fromkeys((*first.aliases, *(copy.row.key for copy in rest)))
        yield replace(first, aliases=tuple(aliases)) if rest else first


def _free(store: Store, vocabulary: Vocabulary, study: Study, own: OwnKeys) -> str:
    """A key for a study whose own the writer uses: an alias of it, else one that no study has."""
    alias = next((key for key in study.aliases if not own.uses(key)), "")
    suffixed = (study.row.key + suffix for suffix in citekeys.suffixes())
    return alias or next(
        key for key in suffixed if not own.uses(key) and queries.find_key(store, vocabulary, "key", key) is None
    )


def _key_of(store: Store, vocabulary: Vocabulary, given: str) -> str | None:
    found = queries.find_key(store, vocabulary, "key", given)
    if found is None:
        try:
            named = identifiers.guess(given)
        except BadIdentifier:
            return None
        found = queries.find_key(store, vocabulary, named.scheme, named.value)
    return found
