"""AMA style: AMA Manual of Style, 11th edition (Oxford University Press 2020), chapter 3, "References".

Names 3.7, titles 3.9, journals 3.11, books 3.12, special materials 3.13, electronic references 3.15.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import theses
from evidence.citing import _case, _dates, _names, _pages
from evidence.citing._marks import italic, joined, mk, stop
from evidence.citing._notices import Notice, NoticeKind
from evidence.citing._work import UNTITLED, Work
from evidence.records import Author, Markup

_NOTICES: Final[dict[NoticeKind, tuple[str, str]]] = {
    "retraction": ("Retracted in:", "Retracted."),
    "withdrawal": ("Retracted in:", "Withdrawn."),
    "replacement": ("Retracted and replaced in:", "Retracted and replaced."),
    "concern": ("Expression of concern in:", "Expression of concern published."),
    "erratum": ("Published correction appears in", ""),
}


def reference(work: Work) -> Markup:
    """One reference, in one paragraph; nothing follows a DOI or an address."""
    match work.kind:
        case "article":
            body = _article(work)
        case "preprint":
            body = _preprint(work)
        case "chapter":
            body = _chapter(work)
        case "registration":
            body = _registration(work)
        case "web":
            body = _page(work)
        case _:
            body = _book(work)
    return joined([*body, *_ending(work)])


def _authors(authors: tuple[Author, ...], *, complete: bool = True) -> Markup:
    return stop(mk(_names.ama_list(authors, complete=complete)))


def _head(work: Work) -> Iterator[Markup]:
    """Authors, title, language, and what must be said before the journal is named."""
    yield _authors(work.authors, complete=work.authors_complete)
    yield stop(joined([work.original, f"[{work.title}]"]) if work.original else work.title)
    if work.language and not work.original:
        yield mk(f"Article in {work.language}.")
    yield from (_notice(notice) for notice in work.notices)


def _article(work: Work) -> Iterator[Markup]:
    yield from _head(work)
    yield stop(italic(mk(work.journal)))
    if work.ahead:
        when = _dates.ama(work.date)
        yield stop(mk(f"Published online {when}" if when else ""))
        return
    place, pages = work.place_in.ama(), _pages.full(work.pages)
    when = str(work.year or "") if place else _when(work)  # with no volume the month must place it
    where = when + (f";{place}" if place else "") + (f":{pages}" if pages else "")
    yield stop(mk(where.lstrip(";:")))


def _when(work: Work) -> str:
    """The date in words; a span of months as its source prints it has only its year here."""
    return _dates.ama(work.date)


def _preprint(work: Work) -> Iterator[Markup]:
    yield from _head(work)
    yield stop(italic(mk(work.journal)))
    when = _dates.ama(work.date)
    yield stop(mk(f"Preprint posted online {when}" if when else "Preprint"))


_THESES: Final = {theses.MASTER: "Master's thesis", theses.DOCTOR: "Dissertation", "": "Dissertation"}


def _book(work: Work) -> Iterator[Markup]:
    if work.authors or not work.editors:
        yield _authors(work.authors, complete=work.authors_complete)
    else:
        yield _edited(work.editors)
    yield stop(_book_title(work))
    yield from (_notice(notice) for notice in work.notices)
    if work.authors and work.editors:
        yield _edited(work.editors)
    if work.kind == "thesis":
        yield stop(mk(_THESES.get(work.thesis, work.thesis)))
    yield from _imprint(work)
    yield stop(mk(f"Report {work.report_number}" if work.report_number else ""))


def _book_title(work: Work) -> Markup:
    """English book titles have capitals; those in another language keep their own."""
    if work.original:
        return joined([italic(work.original), f"[{_case.headline(work.title)}]"])
    return italic(work.title if work.language or work.title == UNTITLED else _case.headline(work.title))


def _edited(editors: tuple[Author, ...]) -> Markup:
    """ "Etzel RA, Balk SJ, eds." """
    role = "ed" if len(editors) == 1 else "eds"
    return mk(f"{_names.ama_list(editors)}, {role}.")


def _imprint(work: Work, pages: str = "") -> Iterator[Markup]:
    """Edition; publisher and year, and the pages of a part: "McGraw-Hill; 2002:93-113". No place since the 11th."""
    yield stop(mk(f"{work.edition} ed" if work.edition else ""))
    when = str(work.year or "") + (f":{pages}" if pages else "")
    yield stop(mk("; ".join(part for part in (work.publisher, when.lstrip(":")) if part)))


def _chapter(work: Work) -> Iterator[Markup]:
    yield from _head(work)
    editors = _edited(work.editors) if work.editors else ""
    if work.editors or work.container:
        yield joined(["In:", editors, stop(italic(_case.headline(work.container)))])
    yield from _imprint(work, _pages.full(work.pages))


def _registration(work: Work) -> Iterator[Markup]:
    yield from _head(work)
    yield stop(mk(f"{work.register} identifier: {work.registration}" if work.registration else work.register))
    when = _dates.ama(work.date)
    yield stop(mk(f"Updated {when}" if when else ""))


def _page(work: Work) -> Iterator[Markup]:
    yield from _head(work)
    yield stop(mk(work.publisher or work.journal_in_full))
    yield stop(mk(_dates.ama(work.date)))


def _ending(work: Work) -> Iterator[Markup]:
    """A DOI, else the address with the day on which it was seen."""
    if work.doi:
        yield mk(f"doi:{work.doi}")
    elif work.url and (work.on_line or work.kind == "article"):
        seen = _dates.ama(work.accessed)
        yield stop(mk(f"Accessed {seen}" if seen else ""))
        yield mk(work.url)


def _notice(notice: Notice) -> Markup:
    words, alone = _NOTICES[notice.kind]
    if not notice.citation:
        return mk(alone)
    at = notice.at
    if at is None:
        return stop(mk(f"{words} {notice.citation}"))
    place, pages = at.place.ama(), _pages.full(at.pages)
    where = at.year + (f";{place}" if place else "") + (f":{pages}" if pages else "")
    return joined([mk(words), stop(italic(mk(at.journal))), stop(mk(where))])
