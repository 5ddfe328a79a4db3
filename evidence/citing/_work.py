"""One work as every manual needs it: fields cleaned, supplements and languages taken apart, notices found.

All styles read this and nothing else, so that what a field means is decided once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from evidence import text, theses
from evidence.citing import _case, _journals, _languages, _marks, _names, _notices, _registers, _volumes
from evidence.identifiers import Identifier, Scheme
from evidence.records import Author, DateKind, Journal, Markup, PartialDate, Record
from evidence.views import Study

WorkKind = Literal["article", "chapter", "book", "report", "thesis", "preprint", "registration", "web"]

UNTITLED: Final = Markup("[Title not seen]")
"""What stands where a source gives no title; the words of the pages and the command line."""

_PREPRINT: Final = "D000076942"
"""MeSH UI of the publication type "Preprint", https://meshb.nlm.nih.gov/record/ui?ui=D000076942 ."""

_ELECTRONIC: Final = frozenset(("Electronic", "Electronic-eCollection"))
_ARXIV: Final = re.compile(r"10\.48550/arxiv\.|https?://arxiv\.org/", re.I)
"""Beginnings of DOIs and addresses of arXiv."""

_HTTP: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.I)
_FIRST: Final = re.compile(r"(?:1|1st|first)(?:\s+(?:ed\.?|edition))?", re.I)
_ORDINAL: Final = re.compile(r"[0-9]{1,3}")
_EDITION_WORD: Final = re.compile(r"\s*\b(?:ed|edn|edition)\b\.?\s*\Z", re.I)
_IN_PRESS: Final = re.compile(r"in[\s-]?press|accepted(?: for publication)?|forthcoming|to appear", re.I)
_NUMBER_WORD: Final = re.compile(r"\A(?:report\s+)?(?:no|nr|number)\b[.:]*\s*", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A work to cite. Texts are plain and clean, Markup is sound; what is not known is empty.

    `title` is without final full stop. `translated`: it is the English translation of `original` (which may be empty).
    `language` is the English name of a language other than English. `accessed` is when the writer saw it.
    `in_press`: accepted, not yet published, and without a date. `thesis` is `theses.MASTER`, `theses.DOCTOR`, another
    kind in words, or empty.
    """

    kind: WorkKind
    authors: tuple[Author, ...] = ()
    authors_complete: bool = True
    editors: tuple[Author, ...] = ()
    title: Markup = UNTITLED
    translated: bool = False
    original: Markup = Markup("")
    language: str = ""
    container: Markup = Markup("")
    journal: str = ""
    journal_in_full: str = ""
    place_in: _volumes.Place = _volumes.Place()
    pages: str = ""
    electronic: bool = False
    date: PartialDate | None = None
    epub: PartialDate | None = None
    ecollection: PartialDate | None = None
    ahead: bool = False
    in_press: bool = False
    publisher: str = ""
    place: str = ""
    edition: str = ""
    on_line: bool = False
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    url: str = ""
    registration: str = ""
    register: str = ""
    register_kept_by: str = ""
    thesis: str = ""
    notices: tuple[_notices.Notice, ...] = ()
    accessed: PartialDate | None = None

    @property
    def report_number(self) -> str:
        """The number of a report, which files keep as its issue or volume; empty when there is no digit in it."""
        said = (self.place_in.issue or self.place_in.volume) if self.kind == "report" else ""
        return _NUMBER_WORD.sub("", said) if any(c.isdigit() for c in said) else ""

    @property
    def year(self) -> int | None:
        """The year to cite by."""
        return self.date.year if self.date else None


def work(view: Study | Record, accessed: PartialDate | None = None) -> Work:
    """A study, or a single record, as a work to cite."""
    record = view.record if isinstance(view, Study) else view
    return replace(
        _described(record, _kind(record)),
        doi=_identifier(view, "doi"),
        pmid=_identifier(view, "pmid"),
        pmcid=_identifier(view, "pmcid"),
        notices=_notices.notices(view),
        accessed=accessed,
    )


def _described(record: Record, kind: WorkKind) -> Work:
    """What the record says of the work itself."""
    title, translated, original, language = _titles(record)
    date, epub, ecollection = _dates(record)
    journal = _container(record, kind)
    by_nlm = bool(journal.nlm_id) or record.source == "pubmed"
    registration = text.clean(record.id("registration") or "")
    named = _registers.register(registration) if kind == "registration" else ("", "")
    pages = text.clean(record.pages)
    return Work(
        kind=kind,
        authors=_people(record.authors),
        authors_complete=record.authors_complete,
        editors=_people(record.editors),
        title=title,
        translated=translated,
        original=original,
        language=language,
        container=_marks.without_stop(_marks.sound(record.book_title)),
        journal=_journals.abbreviated(journal),
        journal_in_full=_journals.in_full(journal, by_nlm=by_nlm),
        place_in=_volumes.place(text.clean(record.volume), text.clean(record.issue)),
        pages=pages,
        electronic=record.publication_model in _ELECTRONIC,
        date=date,
        epub=epub,
        ecollection=ecollection,
        ahead=_ahead(record, kind, pages),
        in_press=date is None and any(_IN_PRESS.fullmatch(said.strip(" ().")) for said in _states(record)),
        publisher=text.clean(record.publisher).rstrip(".,; "),
        place=text.clean(record.place).rstrip(".,;: "),
        edition=_edition(text.clean(record.edition)),
        on_line=_on_line(record, kind),
        url=_url(record),
        registration=registration,
        register=named[0],
        register_kept_by=named[1],
        thesis=_thesis(record) if kind == "thesis" else "",
    )


def _thesis(record: Record) -> str:
    """The kind of thesis as `theses` names it, or in the file's words."""
    return text.clean(theses.thesis(record)).rstrip(".,;: ")


def _kind(record: Record) -> WorkKind:
    """The record's kind; an article in a book is a chapter, and "other" is what its fields make it."""
    has_journal = bool(text.clean(record.journal.title + record.journal.abbreviation))
    has_book = bool(text.clean(text.plain(record.book_title)))
    if any(t.ui == _PREPRINT for t in record.publication_types):
        return "preprint"
    if record.kind == "article":
        return "chapter" if has_book and not has_journal else "article"
    if record.kind != "other":
        return record.kind
    if has_journal:
        return "article"
    if has_book:
        return "chapter"
    if record.id("registration") and not record.publisher:
        return "registration"
    return "book" if record.publisher else "web" if record.url else "article"


def _container(record: Record, kind: WorkKind) -> Journal:
    """The journal of an article; the server of a preprint, also where only its identifier tells it."""
    if kind in ("book", "thesis", "report"):
        return Journal()
    if kind != "preprint" or record.journal.title or record.journal.abbreviation:
        return record.journal
    on_arxiv = record.id("arxiv") or _ARXIV.match(record.id("doi") or "") or _ARXIV.match(record.url)
    return Journal(title="arXiv" if on_arxiv else record.publisher)


def _titles(record: Record) -> tuple[Markup, bool, Markup, str]:
    """The title, whether it is a translation, the original, the language.

    PubMed prints a translated title in square brackets, and the original as VernacularTitle.
    """
    title = _marks.without_stop(_marks.sound(record.title))
    original = _marks.without_stop(_marks.sound(record.vernacular_title))
    language = _languages.foreign(record.languages)
    bare = _unbracketed(title)
    if bare:
        title = bare
    translated = bool(bare) or bool(original and language and original != title)
    if not translated:
        original = Markup("")
    if not title:
        title, original, translated = original or UNTITLED, Markup(""), False
    spoken = [text.plain(s.text) for s in record.abstract]
    return (title if language and not translated else _case.sentence(title, spoken)), translated, original, language


def _unbracketed(title: Markup) -> Markup:
    """The text between square brackets that hold the whole title; empty when they do not."""
    inner = title[1:-1] if title.startswith("[") and title.endswith("]") else ""
    depth = 0
    for letter in inner:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if depth < 0:
            return Markup("")
    return _marks.without_stop(Markup(inner.strip())) if depth == 0 else Markup("")


def _dates(record: Record) -> tuple[PartialDate | None, PartialDate | None, PartialDate | None]:
    """The date to cite by, the date of an earlier electronic edition, the date of the collection it went into.

    As PubMed's summary prints them: by its issue where that was printed, by its own day where the issue came later.
    """
    issue, electronic = record.date("issue"), record.date("electronic")
    issue = issue if issue and issue.year else None
    electronic = electronic if electronic and electronic.year else None
    if record.publication_model == "Electronic-eCollection" and electronic and issue:
        return electronic, None, issue
    if electronic and issue and (record.publication_model == "Print-Electronic" or _before(record, electronic, issue)):
        return issue, electronic, None
    contributed = record.date("contribution")
    return issue or electronic or (contributed if contributed and contributed.year else None), None, None


def _before(record: Record, electronic: PartialDate, issue: PartialDate) -> bool:
    """True for an earlier electronic edition where the source does not name the model (MEDLINE's files do not)."""
    if record.publication_model or not (record.volume or record.pages):
        return False
    return (electronic.year or 0, electronic.month or 0) < (issue.year or 0, issue.month or 0)


def _ahead(record: Record, kind: WorkKind, pages: str) -> bool:
    """An article that its journal has published but not yet placed in an issue, as far as its source says so.

    A DOI alone says nothing: files leave volume and pages out of articles that have them.
    """
    if kind != "article" or record.volume or record.issue or pages:
        return False
    return record.publication_status == "aheadofprint" or (_dated(record, "electronic") and not _dated(record, "issue"))


def _states(record: Record) -> Iterator[str]:
    """What a source says in place of a date, and biblatex's `pubstate`."""
    issue = record.date("issue")
    if issue is not None:
        yield issue.text
    yield from (value for name, value in record.extra if name == "pubstate")


def _dated(record: Record, kind: DateKind) -> bool:
    """Whether a source gives at least the year of that date."""
    date = record.date(kind)
    return date is not None and date.year is not None


def _on_line(record: Record, kind: WorkKind) -> bool:
    """True for what is read on line: NCBI Bookshelf's books, and reports and pages with an address."""
    if record.id("bookaccession") or any(name == "medium" and value == "Internet" for name, value in record.extra):
        return True
    return kind in ("web", "registration", "preprint") or (kind in ("report", "thesis") and bool(_url(record)))


def _identifier(view: Study | Record, scheme: Scheme) -> str:
    record = view.record if isinstance(view, Study) else view
    row = {"pmid": view.row.pmid, "doi": view.row.doi, "pmcid": view.row.pmcid} if isinstance(view, Study) else {}
    return text.clean(record.id(scheme) or row.get(scheme) or "")


def _url(record: Record) -> str:
    """Where it can be read, when that is no identifier's address; only http and https."""
    for scheme in ("bookaccession", "registration"):
        value = record.id(scheme)
        if value and (scheme == "bookaccession" or record.kind in ("registration", "other")):
            return Identifier(scheme, text.clean(value)).url or ""
    number = record.id("arxiv") if record.kind == "preprint" else None
    address = text.clean(f"https://arxiv.org/abs/{number}" if number else record.url)
    return address if _HTTP.fullmatch(address) and "doi.org/" not in address else ""


def _edition(edition: str) -> str:
    """ "2nd" for "2", "2.", "2nd ed."; empty for a first edition, which is not stated (APA 9.50, AMA 3.12.5)."""
    if not edition or _FIRST.fullmatch(edition):
        return ""
    bare = _EDITION_WORD.sub("", edition).rstrip(". ")
    if not _ORDINAL.fullmatch(bare):
        return bare
    tens, ones = divmod(int(bare), 10)
    return f"{int(bare)}{'th' if tens % 10 == 1 else {1: 'st', 2: 'nd', 3: 'rd'}.get(ones, 'th')}"


def _people(authors: tuple[Author, ...]) -> tuple[Author, ...]:
    return tuple(_names.tidy(a) for a in authors if _names.printable(a))
