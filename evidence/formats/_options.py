"""What an export leaves out or shortens: one frozen record that every writer takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from evidence.records import Record
from evidence.views import Study

JournalForm = Literal["full", "abbreviated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to write references; as it stands, everything in full.

    `aliases`: each study once more under every other key that leads to it, for programs that know no `ids`.
    `journal`: its full title, or NLM's abbreviation where one is known (Citing Medicine, appendix A,
    https://www.ncbi.nlm.nih.gov/books/NBK7282/). `doi`, `url`, `abstract`: whether these are written at all.
    """

    journal: JournalForm = "full"
    doi: bool = True
    url: bool = True
    abstract: bool = True
    aliases: bool = False


COMPLETE: Final = Options()
"""Everything, journals in full."""


def applied(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[Study]:
    """The studies as a writer should see them. The url is the writers' own matter: they make one from identifiers."""
    plain = options == replace(COMPLETE, url=options.url, aliases=options.aliases)
    for study in studies:
        shown = study if plain else _study(study, options)
        yield shown if not options.aliases else replace(shown, aliases=())
        if options.aliases:
            yield from (under(shown, alias) for alias in shown.aliases)


def under(study: Study, key: str) -> Study:
    """The study as it stands in a file under another key than its own: it says which its own is."""
    if key == study.row.key:
        return study
    return replace(study, row=replace(study.row, key=key), aliases=(), alias_of=study.alias_of or study.row.key)


def _study(study: Study, options: Options) -> Study:
    row = study.row if options.doi else replace(study.row, doi=None)
    return replace(study, row=row, record=_record(study.record, options))


def _record(record: Record, options: Options) -> Record:
    if not options.doi and record.id("doi"):
        record = replace(record, identifiers=tuple(i for i in record.identifiers if i.scheme != "doi"))
    if not options.abstract and (record.abstract or record.other_abstracts):
        record = replace(record, abstract=(), other_abstracts=(), abstract_copyright="")
    if options.journal == "abbreviated" and record.journal.abbreviation:
        record = replace(record, journal=replace(record.journal, title=""))
    return record
