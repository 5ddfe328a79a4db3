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

    `journal`: its full title, or NLM's abbreviation where one is known (Citing Medicine, appendix A,
    https://www.ncbi.nlm.nih.gov/books/NBK7282/). `doi`, `url`, `abstract`: whether these are written at all.
    """

    journal: JournalForm = "full"
    doi: bool = True
    url: bool = True
    abstract: bool = True


COMPLETE: Final = Options()
"""Everything, journals in full."""


def applied(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[Study]:
    """The studies as a writer should see them. The url is the writers' own matter: they make one from identifiers."""
    if options == replace(COMPLETE, url=options.url):
        yield from studies
        return
    for study in studies:
        yield _study(study, options)


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
