"""Which studies `evidence export` writes, and where it notes that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.cli import manuscript
from evidence.cli.manuscript import Manuscript
from evidence.cli.opening import ACTOR, Library, key_of
from evidence.cli.output import counted, note
from evidence.cli.selection import chosen
from evidence.cli.written import Written
from evidence.errors import NotFound, UsageProblem

if TYPE_CHECKING:
    from evidence.formats import Format
    from evidence.views import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Studies named by `ids`, by what a paper (`aux`) cites or by a `shelf`; else those that `options` describe; of now
    or of a `day`. `keys`: the writer's file of keys, `only` whose studies may be wanted; `leads`: also references that
    are not yet identified.
    """

    ids: tuple[str, ...]
    aux: Path | None
    keys: Path | None
    shelf: str
    day: str
    leads: bool
    only: bool
    options: dict[str, Any]

    @classmethod
    def of(cls, options: dict[str, Any]) -> Selection:
        """What the options of the command say. Raises UsageProblem for those that do not go together."""
        own = {name: options.pop(name) for name in ("ids", "aux", "keys", "shelf", "leads", "only")}
        found = cls(day=options.pop("as_of"), options=options, **own)
        if found.only and not found.keys:
            raise UsageProblem("--only", "goes with --keys: it names the studies of that file")
        naming = found.naming
        if naming and (len(naming) > 1 or any(options.values()) or (found.leads and not found.aux)):
            raise UsageProblem(naming[0], "names studies; leave out the options that select")
        return found

    def expect(self, fmt: Format, shelf_to_note: str) -> None:
        """Raise UsageProblem for a day that cannot be had in this format or of what is named, or not be remembered."""
        if self.day and shelf_to_note:
            reason = (
                "goes not with --as-of: a shelf tells what has become of studies since they were exported as they are"
            )
            raise UsageProblem("--remember", reason)
        if self.day and (fmt.name == "jsonl" or self.aux or self.keys):
            raise UsageProblem("--as-of", "goes with none of jsonl, --aux and --keys")

    @property
    def naming(self) -> list[str]:
        """The options that name studies."""
        given = (("--id", self.ids), ("--aux", self.aux), ("--shelf", self.shelf), ("--only", self.only))
        return [name for name, value in given if value]

    def leads_known(self, library: Library) -> int:
        """How many leads the options select; 0 where studies are named, or those of a day are asked for."""
        from evidence.store import queries

        if self.naming or self.day:
            return 0
        return queries.listing(library.store, library.vocabulary, chosen(self.options, library.vocabulary)).leads_total

    def studies_known(self, library: Library) -> int:
        """How many studies and leads will be written; 0 where only reading them can tell."""
        from evidence.store import queries

        if self.naming or self.day:
            return 0
        found = queries.listing(library.store, library.vocabulary, chosen(self.options, library.vocabulary))
        return found.total + (found.leads_total if self.leads else 0)

    def manuscript(self, library: Library) -> Manuscript:
        """The writer's files, read."""
        return manuscript.read(library, self.aux, self.keys, only=self.only)

    def listed(self, library: Library, *, by_key: bool) -> Callable[[], Iterator[Study]]:
        """How to get the studies, a manuscript's own apart; those selected stand by key or as lists show them.

        Raises NotFound, UnknownParameter as soon as it can be known.
        """
        if self.shelf:
            return _on_shelf(library, self.shelf, self.day)
        if self.day:
            return self._on_day(library, by_key=by_key)
        return partial(self._of_now, library, by_key=by_key)

    def _of_now(self, library: Library, *, by_key: bool) -> Iterator[Study]:
        from evidence.store import queries

        if not self.ids:
            wanted = chosen(self.options, library.vocabulary)
            return queries.stream(library.store, library.vocabulary, wanted, leads=self.leads, by_key=by_key)
        keys, missing = [], []
        for given in self.ids:
            try:
                keys.append(key_of(library, given))
            except NotFound:
                missing.append(given)
        if missing:
            raise NotFound(", ".join(missing), "not in this library; nothing was exported")
        return queries.studies(library.store, library.vocabulary, list(dict.fromkeys(keys)))

    def _on_day(self, library: Library, *, by_key: bool) -> Callable[[], Iterator[Study]]:
        """What the library showed on a day. Raises UnknownParameter for what is no day, NotFound for one before it
        began, or for a study that it did not have then.
        """
        from evidence.store import asof, queries

        store, vocabulary, day = library.store, library.vocabulary, asof.parse_day(self.day)
        if not self.ids:
            wanted = chosen(self.options, vocabulary)
            return partial(queries.stream_as_of, store, vocabulary, wanted, day, leads=self.leads, by_key=by_key)
        # A key by itself: what it leads to now, after a merge, may be another study than it was then.
        keys = {
            name: name if queries.find_key(store, vocabulary, "key", name) else key_of(library, name)
            for name in self.ids
        }
        then = {name: queries.study_as_of(store, vocabulary, key, day) for name, key in keys.items()}
        if missing := [name for name, study in then.items() if study is None]:
            raise NotFound(", ".join(missing), f"not in this library on {day}; nothing was exported")
        return lambda: iter([study for study in then.values() if study is not None])


def _on_shelf(library: Library, name: str, day: str) -> Callable[[], Iterator[Study]]:
    """What a shelf shows, or showed on a day. Raises NotFound for an unknown one, UnknownParameter for what is no day,
    before anything is written.
    """
    from evidence import shelving
    from evidence.store import asof, shelf_asof, shelves

    if day:
        shelf = shelving.known(library.store, name).id
        return partial(shelf_asof.stream_as_of, library.store, shelf, asof.parse_day(day))
    return partial(shelves.stream, library.store, library.vocabulary, shelving.known(library.store, name).id)


def expect_shelf(library: Library, name: str, wanted: Selection) -> None:
    """Raise UsageProblem or Conflict, before anything is written, for a shelf that could not be made or told, or that
    has no room for what is wanted, where its number is known.
    """
    from evidence import shelving

    shelving.meant(library.store, name, studies=wanted.studies_known(library))


def remember(library: Library, shelf: str, written: Written) -> None:
    """Note on a shelf that these were exported now; it is made, private, where there is none of that name."""
    from evidence import shelving

    change = shelving.remember(library.store, shelf, list(written.keys), owner=ACTOR, actor=ACTOR)
    again = f", {counted(change.already, 'study', 'studies')} exported before" if change.already else ""
    note(f"shelf {change.shelf.slug}: {counted(change.count, 'study', 'studies')} added{again}")
