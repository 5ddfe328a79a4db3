"""The MEDLINE writer: PubMed's own tagged lines, in PubMed's order, so that every importer of .nbib files takes them.

Tags: NLM, "MEDLINE/PubMed Data Element (Field) Descriptions", https://www.nlm.nih.gov/bsd/mms/medlineelements.html .
What has no tag (our key, a kind of work, an address) stands in a general note, `GN  - Other ids: key:wu2018 …`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from evidence.formats import _dates, _export, _ids, _markup, _medline_parts, _names, _other_ids
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import Author, DateKind, Grant, MeshHeading, PartialDate, Record, RecordKind
from evidence.text import clean, initials_of, short_name
from evidence.views import Study

_WIDTH: Final = 88
"""Columns of a line, its tag included; PubMed breaks near there."""

_NOT_NLM: Final = "NOTNLM"
_RELATION_TAGS: Final = {name: tag for tag, name in _medline_parts.RELATIONS.items()}
_HISTORY: Final[tuple[DateKind, ...]] = ("received", "revised", "accepted", "entrez", "pubmed", "medline")
_WITH_TAG: Final = frozenset(("registration", "mid", "bookaccession"))

Lines = Iterator[tuple[str, str]]


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """Each study as one record, an empty line behind it."""
    for study in applied(studies, options):
        lines = (_line(tag, clean(value)) for tag, value in _lines(study, options))
        yield "".join(line for line in lines if line) + "\n"


def _line(tag: str, value: str) -> str:
    if not value:
        return ""
    head = f"{tag:<4}- "
    if len(head) + len(value) <= _WIDTH:
        return f"{head}{value}\n"
    # Words are never broken and never joined: reading puts one space between lines.
    broken = textwrap.wrap(value, _WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    return head + "\n      ".join(broken) + "\n"


def _lines(study: Study, options: Options) -> Lines:
    record = study.record
    yield "PMID", _export.identifier(study, "pmid")
    yield "OWN", record.owner or _NOT_NLM  # always: a record without PMID begins with it
    yield "STAT", record.citation_status
    yield "DCOM", _digits(record.date("completed"))
    yield "LR", _digits(record.date("record-revised"))
    yield from _place(record)
    yield from _titles(record)
    yield "PG", record.pages
    doi = _export.identifier(study, "doi")
    yield "LID", f"{doi} [doi]" if doi else ""
    yield "AB", _markup.write(_markup.joined(record.abstract))
    for other in record.other_abstracts:
        yield "OAB", _markup.write(_markup.joined(other.sections))
    yield "CI", record.abstract_copyright
    yield from _people(record)
    yield from (("LA", language) for language in record.languages)
    yield from (("SI", _databank(n)) for n in dict.fromkeys((*record.ids("registration"), *study.row.registrations)))
    yield from (("GR", _grant(grant)) for grant in record.grants)
    types = dict.fromkeys(t.name for t in record.publication_types)
    if study.row.state == "retracted":
        types.setdefault("Retracted Publication")
    yield from (("PT", name) for name in types)
    yield from _journal(record)
    yield from _indexing(record)
    yield "COIS", _plain(record.coi_statement)
    yield from _relations(record)
    yield from _history(record)
    yield "PMC", _export.identifier(study, "pmcid")
    yield from (("MID", value) for value in record.ids("mid"))
    yield from (("AID", f"{i.value} [{i.scheme}]") for i in record.identifiers if i.scheme in ("pii", "bookaccession"))
    yield "AID", f"{doi} [doi]" if doi else ""
    yield "PST", record.publication_status
    yield from _notes(study, options)


def _plain(markup: str) -> str:
    return _markup.read_plain(markup)


def _digits(date: PartialDate | None) -> str:
    """A day as eight digits; less than a day with slashes."""
    if date is None:
        return ""
    return _dates.written(date, "" if date.day else "/")


def _place(record: Record) -> Lines:
    yield "IS", record.journal.issn
    yield "IS", f"{record.journal.issn_linking} (Linking)" if record.journal.issn_linking else ""
    yield from (("ISBN", value) for value in record.isbns)
    yield "VI", record.volume
    yield "IP", record.issue
    yield "DP", printed(_export.date(record))


def printed(date: PartialDate | None) -> str:
    """A date as PubMed prints it: "2021 May 3", or the text of a season or a span."""
    if date is None:
        return ""
    if date.text or not date.year:
        return date.text
    month = _dates.MONTH_NAMES[date.month][:3] if date.month else ""
    return " ".join(p for p in (f"{date.year:04d}", month, str(date.day) if month and date.day else "") if p)


def _titles(record: Record) -> Lines:
    """A book's title is in BTI, and so is that of the book a chapter stands in."""
    title = _markup.write(record.title)
    yield ("BTI" if record.kind == "book" else "TI"), title
    if record.kind != "book" and record.title:  # alone it would be the title of a book
        yield "BTI", _markup.write(record.book_title)
    yield "TT", _markup.write(record.vernacular_title)


def _people(record: Record) -> Lines:
    for author in _export.authors(record):
        if author.is_group:
            yield "CN", author.family
        else:
            yield from _person(author, "FAU", "AU")
        yield "AUID", f"ORCID: {author.orcid}" if author.orcid else ""
        yield from (("AD", place) for place in author.affiliations)
    for people, full, short in (
        (record.editors, "FED", "ED"),
        (record.investigators, "FIR", "IR"),
        (record.personal_name_subjects, "FPS", "PS"),
    ):
        for person in people:
            yield from _person(person, full, short)


def _person(author: Author, full: str, short: str) -> Lines:
    """The name in full and in short. One that is known by one name has no short form but the name itself."""
    parts = (author.family, author.given, author.initials, author.suffix)
    family, given, initials, suffix = (clean(part.replace(",", " ")) for part in parts)
    name = replace(author, family=family, given=given, initials=initials, suffix=suffix)
    whole = bool(family and _names.given_text(name))
    listed = _names.listed(name)
    marked = whole or suffix or _names.braced(listed.removesuffix(",,"))  # else braces would make it a group
    yield full, listed if marked else listed.removesuffix(",,")
    if whole and _short_form_says_so(name):
        yield short, short_name(name)


def _short_form_says_so(name: Author) -> bool:
    """Whether the name in short does not read as another's: "a 0 III" would."""
    found = _names.medline(short_name(name))
    return found is None or (found.family, found.initials, found.suffix) == (
        name.family,
        initials_of(name),
        name.suffix,
    )


def _databank(number: str) -> str:
    """A registration behind the register's name, as PubMed has it."""
    name = {"NCT": "ClinicalTrials.gov", "ISR": "ISRCTN"}.get(number[:3])
    return f"{name}/{number}" if name else number


def _grant(grant: Grant) -> str:
    parts = [grant.id, *([grant.acronym] if grant.acronym else []), grant.agency, grant.country]
    return "/".join(parts).rstrip("/")


def _journal(record: Record) -> Lines:
    yield "DEP", _digits(record.date("electronic"))
    yield "PL", record.journal.country if record.kind == "article" else record.place
    yield "TA", record.journal.abbreviation
    yield "JT", record.journal.title
    yield "JID", record.journal.nlm_id
    yield "PB", record.publisher
    yield "EN", record.edition


def _indexing(record: Record) -> Lines:
    for substance in record.substances:
        yield "RN", f"{substance.type} ({substance.name})" if substance.type else substance.name
    yield from (("NM", concept.name) for concept in record.supplementary_mesh)
    yield from (("SB", subset) for subset in record.citation_subsets)
    yield from (("MH", _heading(heading)) for heading in record.mesh)
    yield from (("GS", symbol) for symbol in record.gene_symbols)
    yield from (("SFM", mission) for mission in record.space_flight_missions)
    yield "RF", str(record.number_of_references) if record.number_of_references is not None else ""
    owner = ""
    for keyword in sorted(record.keywords, key=lambda k: k.owner != ""):  # those without first: OTO is never undone
        if keyword.owner != owner:
            yield "OTO", keyword.owner
            owner = keyword.owner
        yield "OT", ("*" if keyword.major else "") + keyword.text


def _heading(heading: MeshHeading) -> str:
    names = [("*" if heading.major else "") + heading.name]
    return "/".join(names + [("*" if q.major else "") + q.name for q in heading.qualifiers])


def _relations(record: Record) -> Lines:
    for relation in record.relations:
        tag = _RELATION_TAGS.get(relation.type)
        pmid = next((t.value for t in relation.targets if t.scheme == "pmid"), "")
        if tag:
            yield tag, f"{relation.citation} PMID: {pmid}" if pmid else relation.citation


def _history(record: Record) -> Lines:
    yield "EDAT", _time(record.date("entrez"))
    yield "MHDA", _time(record.date("medline"))
    for kind in _HISTORY:
        when = _time(record.date(kind))
        yield "PHST", f"{when} [{kind}]" if when else ""


def _time(date: PartialDate | None) -> str:
    written = _dates.written(date, "/")
    return f"{written} 00:00" if date is not None and date.day else written


def _notes(study: Study, options: Options) -> Lines:
    """General notes: the record's own, what must be said of it, and what no tag holds."""
    record = study.record
    yield from (("GN", note) for note in record.general_notes)
    yield from (("OID", value) for value in record.other_ids)
    yield "GN", _export.warning(study).partition("; notice:")[0]
    yield "GN", _export.alias_note(study)
    words = [f"key:{_other_ids.escaped(study.row.key)}", _other_ids.words(study, without=_WITH_TAG)]
    words.append(f"kind:{record.kind}" if _told(record) != record.kind else "")
    known = any(_ids.same_address(record.url, i.url) for i in record.identifiers)
    words.append(f"url:{_other_ids.escaped(record.url)}" if record.url and options.url and not known else "")
    words.append(f"place:{_other_ids.escaped(record.place)}" if record.place and record.kind == "article" else "")
    book = _markup.write(record.book_title) if record.kind != "book" and not record.title else ""
    words.append(f"book:{_other_ids.escaped(book)}" if book else "")
    words.append("" if record.authors_complete else "authors:incomplete")
    yield "GN", f"{_other_ids.MARK} {' '.join(w for w in words if w)}"


def _told(record: Record) -> RecordKind:
    """The kind that a reader of the other tags would take the record for."""
    if any(t.name == "Preprint" for t in record.publication_types):
        return "preprint"
    if record.kind == "book":
        return "book" if record.title else "article"
    return "chapter" if record.book_title and record.title else "article"
