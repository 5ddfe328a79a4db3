"""What a command wrote for a writer: how many, which of them are retracted, which references are not complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from evidence.cli.opening import Library
from evidence.cli.output import note
from evidence.records import gaps

if TYPE_CHECKING:
    from evidence.views import Study

_ALARMING: Final = {
    "retracted": ("is retracted", "are retracted"),
    "replaced": ("is retracted and replaced", "are retracted and replaced"),
    "withdrawn": ("is withdrawn", "are withdrawn"),
    "concern": ("is under an expression of concern", "are under an expression of concern"),
}
_MOST_NAMED: Final = 10
_MOST_LETTERS: Final = 5


@dataclass(slots=True)
class Written:
    """What was written: studies and leads; the library's own keys of all of them, and of those by alarming state, as
    they were written, and `since` then; what the references of some `lack`; which pdfLaTeX cannot print.
    """

    studies: int = 0
    leads: int = 0
    keys: dict[str, None] = field(default_factory=dict)
    alarming: dict[str, dict[str, None]] = field(default_factory=dict)
    since: dict[str, dict[str, None]] = field(default_factory=dict)
    lack: dict[str, tuple[str, ...]] = field(default_factory=dict)
    beyond_pdflatex: dict[str, None] = field(default_factory=dict)

    def passing(self, studies: Iterator[Study]) -> Iterator[Study]:
        """The studies as they are, counted on their way."""
        for study in studies:
            if study.row.identified:
                self.studies += 1
            else:
                self.leads += 1
            key = study.alias_of or study.row.key  # a manuscript may call it by another one
            self.keys[key] = None
            if study.row.state in _ALARMING:
                self.alarming.setdefault(study.row.state, {})[key] = None
            if lacking := gaps(study.record):
                self.lack[key] = lacking
            yield study

    def for_latex(self, studies: Iterator[Study]) -> Iterator[Study]:
        """The studies as they are; those with characters that pdfLaTeX lacks are noted."""
        from evidence.formats.latex_missing import beyond_pdflatex

        for study in studies:
            if beyond_pdflatex(study):
                self.beyond_pdflatex[study.row.key] = None
            yield study

    def look_today(self, library: Library) -> None:
        """Note what is alarming today about studies that were written as they were on a day."""
        from evidence.store import queries

        for study in queries.studies(library.store, library.vocabulary, list(self.keys)):
            state = study.row.state
            if state in _ALARMING:
                keys = [key for key in (study.row.key, *study.aliases) if key in self.keys]
                self.since.setdefault(state, {}).update(dict.fromkeys(keys))
        for named, held in self.since.items():
            self.since[named] = {key: None for key in held if key not in self.alarming.get(named, ())}

    def warn(self) -> None:
        """Say on standard error which of them no paper should cite as if nothing had happened, and which references
        are not complete.
        """
        for found, when in ((self.alarming, ""), (self.since, " today")):
            for state, (one, many) in _ALARMING.items():
                keys = list(found.get(state, ()))
                if keys:
                    more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
                    said = one if len(keys) == 1 else many
                    note(f"{', '.join(keys[:_MOST_NAMED])}{more} {said}{when}")
        if self.lack:
            named = [f"{key} ({', '.join(lacking)})" for key, lacking in list(self.lack.items())[:_MOST_NAMED]]
            more = f" and {len(self.lack) - _MOST_NAMED} more" if len(self.lack) > _MOST_NAMED else ""
            note(f"not complete: {', '.join(named)}{more}")
        if self.beyond_pdflatex:
            keys = list(self.beyond_pdflatex)
            more = f" and {len(keys) - _MOST_LETTERS} more" if len(keys) > _MOST_LETTERS else ""
            note(f"pdfLaTeX lacks letters of {', '.join(keys[:_MOST_LETTERS])}{more}; LuaLaTeX and XeLaTeX print them")
