"""`evidence export --aux FILE --keys FILE`: what a manuscript cites, under the keys its writer uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from evidence.cli.opening import Library
from evidence.cli.output import counted, note, printable
from evidence.cli.program import complain

if TYPE_CHECKING:
    from evidence.manuscript import Cited, OwnKeys
    from evidence.views import Study

Command = TypeVar("Command", bound=Callable[..., Any])
_MOST_SHOWN: Final = 120
_FILE: Final = click.Path(path_type=Path, dir_okay=False)

_OPTIONS: Final = (
    click.option("--aux", type=_FILE, help="Only what this LaTeX run (.aux, .bcf) cites, under the keys it uses."),
    click.option("--keys", type=_FILE, help="Write studies under the keys that this file of references gives them."),
    click.option("--only", is_flag=True, help="With --keys: only the studies that the file has, in its order."),
)


def options(command: Command) -> Command:
    """Add the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(slots=True)
class Manuscript:
    """A writer's files, read. `missing`: keys it cites that lead nowhere; the export is then not whole."""

    own: OwnKeys | None = None
    wanted: Cited | None = None
    everything: bool = False
    missing: tuple[str, ...] = field(default=(), init=False)

    def studies(
        self, library: Library, listed: Callable[[], Iterator[Study]], *, one_each: bool, cases: bool
    ) -> Iterator[Study]:
        """What to write: the studies cited, or those `listed`, each under the writer's keys.

        `one_each`: the format has a place for a study's other keys, so that none needs an entry of its own. `cases`:
        keys that differ in case alone are two in it.
        """
        from evidence import manuscript

        found = self._all(library, listed, cases=cases)
        return manuscript.one_each(found) if one_each and (self.own or self.wanted) else found

    def _all(self, library: Library, listed: Callable[[], Iterator[Study]], *, cases: bool) -> Iterator[Study]:
        from evidence import manuscript

        store, vocabulary = library.store, library.vocabulary
        if self.wanted is None:
            return manuscript.renamed(store, vocabulary, listed(), self.own) if self.own else listed()
        cited = manuscript.studies_cited(store, vocabulary, self.wanted, cases=cases)
        if not self.everything:
            return cited
        here = {study for _, study in self.wanted.found}
        others = (study for study in listed() if study.row.key not in here)
        return chain(cited, manuscript.renamed(store, vocabulary, others, self.own) if self.own else others)


def read(library: Library, aux: Path | None, keys: Path | None, *, only: bool = False) -> Manuscript:
    """Read the files and say on standard error what of them is not here. Raises BadInput naming the file.

    `only`: nothing is wanted but what the file of keys has.
    """
    from evidence import formats, manuscript
    from evidence.formats import latex_aux

    found = Manuscript()
    if keys is not None:
        found.own = manuscript.own_keys(library.store, formats.read_path(keys, "", note))
        _tell_own(keys, found.own)
        if only:
            found.wanted = manuscript.cited(library.store, library.vocabulary, found.own.studies, found.own)
            found.missing = found.wanted.missing
    if aux is not None:
        cited = latex_aux.cited(aux)
        for unread in cited.unread:
            complain(unread)
        found.wanted = manuscript.cited(library.store, library.vocabulary, cited.keys, found.own)
        found.everything = cited.everything
        found.missing = found.wanted.missing
        _tell_cited(aux, found.wanted, found.own)
    return found


def _tell_own(path: Path, own: OwnKeys) -> None:
    for rejected in own.rejected:
        place = f"{rejected.subject}:{rejected.line}" if rejected.line else rejected.subject
        complain(f"{place}: {rejected.reason}")
    total = counted(len(own.studies) + len(own.unwritable), "reference", "references")
    note(f"{path}: {sum(map(bool, own.studies.values()))} of {total} with a key are in this library")
    for key, study in own.studies.items():
        meant = f"; it may be {' or '.join(own.maybe[key])}" if key in own.maybe else ""
        if not study:
            note(f"  not here: {_shown(key)}{meant}")
    if own.maybe:
        note("  what may be a study is taken for it when the file gives its PMID or DOI")
    for key in own.unwritable:
        complain(f"{path}: {_shown(key)} cannot stand in a .bib; the study keeps its own key")
    for key, names in own.of_study().items():
        if len(names) > 1:
            note(f"  {' and '.join(map(_shown, names))} are one study, {key}")


def _tell_cited(path: Path, wanted: Cited, own: OwnKeys | None) -> None:
    from evidence.citekeys import fold

    for key, study in wanted.found:
        if fold(key) != fold(study) and not (own and key in own):
            note(f"{path}: {_shown(key)} is now {study}")
    for study, names in wanted.twice:
        note(f"{path}: {' and '.join(map(_shown, names))} are one study, {study}")
    for names in wanted.recased:
        note(f"{path}: {' and '.join(map(_shown, names))} differ in case alone: BibTeX takes them for one key")
    for key in wanted.missing:
        own_work = own is not None and key in own
        why = "what your file calls so is not in this library" if own_work else "no study here has this citation key"
        complain(f"{path}: {_shown(key)}: {why}")


def _shown(key: str) -> str:
    """A key for a terminal, cut where no key goes on."""
    return printable(key if len(key) <= _MOST_SHOWN else f"{key[:_MOST_SHOWN]}…")
