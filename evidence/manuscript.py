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
    """A writer's own keys, as his file spells them → the study's key in this library, "" for a work that is not here.

    Of a key that stands in his file twice the first counts, as BibTeX has it. `maybe`: keys of works that are not here
    → the keys of studies that they may be. `unwritable`: keys that no .bib can hold. `rejected`: what of his file could
    not be read.
    """

    studies: Mapping[str, str] = field(default_factory=dict)
    maybe: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unwritable: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    _spelt: dict[str, str] = field(init=False, repr=False)  # folded → the first spelling

    def __post_init__(self) -> None:
        """Note the spelling of each key."""
        object.__setattr__(self, "_spelt", {citekeys.fold(key): key for key in reversed(list(self.studies))})

    def __contains__(self, key: str) -> bool:
        """Whether the writer's file has this key, in whatever case, for whatever work."""
        return citekeys.fold(key) in self._spelt

    def study(self, key: str) -> str:
        """The study that the writer calls so, by its spelling, else in another case; "" when it is not here."""
        return self.studies[key if key in self.studies else self._spelt[citekeys.fold(key)]]

    def of_study(self) -> dict[str, tuple[str, ...]]:
        """The study's key → the writer's keys of it, in his file's order."""
        found: dict[str, tuple[str, ...]] = {}
        for own, key in self.studies.items():
            if key:
                found[key] = (*found.get(key, ()), own)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What a manuscript cites: (key as cited, the study's key) in order; the keys that lead nowhere.

    `twice`: studies cited under several keys: the study's key and those. `recased`: keys cited in several cases.
    """

    found: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    twice: tuple[tuple[str, tuple[str, ...]], ...]
    recased: tuple[tuple[str, ...], ...] = ()


def own_keys(store: Store, items: Iterable[Item]) -> OwnKeys:
    """The writer's keys, of a file in any format that has keys, mapped onto the studies of the library."""
    rejected: list[Rejected] = []

    def records() -> Iterator[Record]:
        for item in items:
            if isinstance(item, Rejected):
                rejected.append(item)
            elif isinstance(item, Record) and item.keys:
                yield item

    studies: dict[str, str] = {}
    maybe: dict[str, tuple[str, ...]] = {}
    unwritable: dict[str, None] = {}
    for known in recognise(store, records()):
        own = known.record.keys[0]
        if not citekeys.is_writable(own):
            unwritable[own] = None
        elif own not in studies:
            studies[own] = known.key
            maybe |= {own: known.maybe} if known.maybe else {}
    return OwnKeys(studies=studies, maybe=maybe, unwritable=tuple(unwritable), rejected=tuple(rejected))


def cited(store: Store, vocabulary: Vocabulary, keys: Iterable[str], own: OwnKeys | None = None) -> Cited:
    """The studies of the keys that a manuscript cites: the writer's own first, and for nothing else; then keys and
    aliases of the library, then PMIDs and DOIs that stand for keys.
    """
    found: dict[str, str] = {}
    missing: list[str] = []
    for key in dict.fromkeys(keys):
        # The library may have given the writer's key to another work.
        study = own.study(key) if own and key in own else _key_of(store, vocabulary, key)
        if study and citekeys.is_writable(key):
            found[key] = study
        else:
            missing.append(key)
    under, cases = _grouped(found.items()), _grouped((key, citekeys.fold(key)) for key in found)
    return Cited(
        found=tuple(found.items()),
        missing=tuple(missing),
        twice=tuple((name, names) for name, names in under.items() if len(set(map(citekeys.fold, names))) > 1),
        recased=tuple(names for names in cases.values() if len(names) > 1),
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Second of the pair → the firsts."""
    found: dict[str, tuple[str, ...]] = {}
    for one, other in pairs:
        found[other] = (*found.get(other, ()), one)
    return found


def studies_cited(store: Store, vocabulary: Vocabulary, wanted: Cited, *, cases: bool = True) -> Iterator[Study]:
    """The studies in the order of first citation, each under the key (or keys) by which it is cited.

    `cases`: keys that differ in case alone are two to the program that will read them; to BibTeX they are one, spelt
    as first cited (btxdoc, section 4).
    """
    dropped = {key for names in wanted.recased for key in names[1:]} if not cases else set()
    under = _grouped(pair for pair in wanted.found if pair[0] not in dropped)
    names = list(under)
    for start in range(0, len(names), _AT_ONCE):
        for study in queries.studies(store, vocabulary, names[start : start + _AT_ONCE]):
            # By its aliases too: a merge may have come between asking for the keys and reading the studies.
            keys = [k for own in (study.row.key, *study.aliases) for k in under.pop(own, ())]
            shown = _without(study, keys)
            yield from (formats.under(shown, key) for key in sorted(keys, key=lambda k: k != study.row.key))


def _without(study: Study, keys: Iterable[str]) -> Study:
    """The study without those of its aliases that have an entry of their own."""
    taken = set(map(citekeys.fold, keys))
    return replace(study, aliases=tuple(alias for alias in study.aliases if citekeys.fold(alias) not in taken))


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
        elif study.row.key in own:
            yield formats.under(study, _free(store, vocabulary, study, own))
        else:
            yield replace(study, aliases=tuple(alias for alias in study.aliases if alias not in own))


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
    alias = next((key for key in study.aliases if key not in own), "")
    suffixed = (study.row.key + suffix for suffix in citekeys.suffixes())
    return alias or next(
        key for key in suffixed if key not in own and queries.find_key(store, vocabulary, "key", key) is None
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
