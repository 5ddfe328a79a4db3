"""APA style: Publication Manual of the American Psychological Association, 7th edition (2020), chapters 9 and 10.

Authors 9.8, dates 9.13, titles 9.19, sources 9.25, DOIs 9.35; examples of chapter 10. Rules in public:
https://apastyle.apa.org/style-grammar-guidelines/references .
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence import text, theses
from evidence.citing import _case, _dates, _names, _pages
from evidence.citing._marks import italic, joined, mk, stop
from evidence.citing._notices import Notice, NoticeKind
from evidence.citing._work import Work
from evidence.identifiers import Identifier
from evidence.records import Markup

_DASH: Final = "\u2013"
_NOTICES: Final[dict[NoticeKind, tuple[str, str]]] = {
    "retraction": ("Retraction published", "Retracted"),
    "withdrawal": ("Retraction published", "Withdrawn"),
    "replacement": ("Retraction and republication published", "Retracted and republished"),
    "concern": ("Expression of concern published", "Expression of concern published"),
}
"""The manual has a form for retractions (10.1, example 20); the others follow it. A correction is not stated."""

_DAY_KINDS: Final = frozenset(("web", "report"))
"""Kinds cited by the day where it is known; the others by the year."""


def reference(work: Work, letter: str = "") -> Markup:
    """One reference. `letter` tells works of the same authors and year apart (9.47): (2018a)."""
    lead = who(work)
    date = mk(f"({when(work, letter)}).")
    title = _title(work)
    opening = [stop(mk(lead)), date, stop(title)] if lead else [stop(title), date]
    return joined([*opening, *_source(work), *_link(work), *_notices(work)])


def who(work: Work) -> str:
    """Who stands first: authors, else the editors of a whole book, else nobody and the title does."""
    if work.authors:
        return _names.apa_list(work.authors, complete=work.authors_complete)
    if work.editors and work.kind != "chapter":
        return f"{_names.apa_list(work.editors)} {_editor(len(work.editors))}"
    return ""


def when(work: Work, letter: str = "") -> str:
    """The year, the day of a page or report, or "in press" (10.1); with the letter that parts works of one year."""
    if work.in_press:
        full = "in press"
    else:
        full = _dates.apa(work.date) if work.kind in _DAY_KINDS else str(work.year or "n.d.")
    year, comma, rest = full.partition(",")
    if not letter:
        return full
    return f"{year}-{letter}" if not year.isdigit() else f"{year}{letter}{comma}{rest}"


def _editor(count: int) -> str:
    return "(Ed.)" if count == 1 else "(Eds.)"


def _title(work: Work) -> Markup:
    """Sentence case, a capital after the colon; works that stand alone in italics; what they are behind it."""
    title = _case.after_colon(work.title) if work.translated or not work.language else work.title
    alone = work.kind not in ("article", "chapter")
    if work.original:
        shown = joined([italic(work.original) if alone else work.original, f"[{title}]"])
    elif work.translated:
        shown = Markup(f"[{title}]")
    else:
        shown = italic(title) if alone else title
    return joined([shown, _about(work)])


_THESES: Final = {theses.MASTER: "Master's thesis", theses.DOCTOR: "Doctoral dissertation", "": "Doctoral dissertation"}


def _about(work: Work) -> Markup:
    """Edition and number in round brackets, the kind of a thesis or registration in square ones."""
    if work.kind == "thesis":
        genre = _THESES.get(work.thesis, work.thesis)
        return mk(f"[{genre}, {work.publisher}]" if work.publisher else f"[{genre}]")
    if work.kind == "registration":
        number = f"(Identifier No. {work.registration}) " if work.registration else ""
        return mk(f"{number}[Clinical trial registration]")
    inner = [f"{work.edition} ed." if work.edition and work.kind == "book" else ""]
    inner.append(f"Report No. {work.report_number}" if work.report_number else "")
    shown = ", ".join(part for part in inner if part)
    return mk(f"({shown})" if shown else "")


def _source(work: Work) -> Iterator[Markup]:
    match work.kind:
        case "article":
            yield _journal(work)
        case "chapter":
            if work.container or work.editors:
                yield _in_book(work)
            yield stop(mk(_publisher(work)))
        case "preprint":
            yield stop(mk(work.journal_in_full))
        case "registration":
            yield stop(mk(work.register))
        case "thesis":
            pass  # the university stands with the genre
        case "web":
            yield stop(mk(_publisher(work) or work.journal_in_full))
        case _:
            yield stop(mk(_publisher(work)))


def _publisher(work: Work) -> str:
    """The publisher, unless it is the author too (9.29)."""
    names = {text.fold(author.family) for author in work.authors}
    return "" if text.fold(work.publisher) in names else work.publisher


def _journal(work: Work) -> Markup:
    """*Annals of Neurology*, *84*(4), 601-610."""
    journal = italic(mk(work.journal_in_full))
    if work.ahead:
        return joined([stop(journal), mk("Advance online publication.")])
    place = Markup(f"{italic(mk(work.place_in.volume))}{mk(work.place_in.apa())}")
    return stop(joined([journal, place, mk(_located(work))], ", "))


def _located(work: Work) -> str:
    """Pages with an en dash, or "Article e123"."""
    pages = _pages.without_discussion(work.pages)
    if _pages.is_article_number(pages, electronic=work.electronic):
        return f"Article {pages}"
    return _pages.full(pages, _DASH)


def _in_book(work: Work) -> Markup:
    """In A. Bee & C. Dee (Eds.), *The book* (2nd ed., pp. 93-113)."""
    editors = _names.apa_list(work.editors, turned=False)
    pages = _pages.full(work.pages, _DASH)
    prefix = "pp." if _pages.is_range(work.pages) else "p."
    inner = [f"{work.edition} ed." if work.edition else "", f"{prefix} {pages}" if pages else ""]
    about = ", ".join(part for part in inner if part)
    container = joined([italic(_case.after_colon(work.container)), mk(f"({about})" if about else "")])
    led = mk(f"{editors} {_editor(len(work.editors))},") if editors else ""
    return stop(joined(["In", led, container]))


def _link(work: Work) -> Iterator[Markup]:
    """The DOI as an address, else the address; no full stop behind either."""
    if work.doi:
        yield mk(Identifier("doi", work.doi).url or "")
    elif work.url:
        seen = _dates.apa(work.accessed) if work.accessed and work.accessed.year else ""
        year, _, day = seen.partition(", ")
        # A retrieval date belongs to pages that change and have no date (9.16).
        retrieved = f"Retrieved {day + ', ' if day else ''}{year}, from " if seen and not work.date else ""
        yield mk(f"{retrieved}{work.url}")


def _notices(work: Work) -> Iterator[Markup]:
    """(Retraction published 2012, *Journal*, *38*[10], 1378)"""
    for notice in work.notices:
        if notice.kind in _NOTICES:
            yield Markup(f"({_notice(notice, work)})")


def _notice(notice: Notice, work: Work) -> Markup:
    words, alone = _NOTICES[notice.kind]
    if not notice.citation:
        return mk(alone)
    at = notice.at
    if at is None:
        return mk(f"{words}: {notice.citation}")
    same = text.fold(at.journal) in (text.fold(work.journal), text.fold(work.journal_in_full))
    journal = work.journal_in_full if same else at.journal
    issue = at.place.apa().replace("(", "[").replace(")", "]")
    place = Markup(f"{italic(mk(at.place.volume))}{mk(issue)}")
    pages = mk(_pages.full(at.pages, _DASH))
    if _pages.is_article_number(at.pages, electronic=False):
        pages = mk(f"Article {at.pages}")
    return joined([mk(f"{words} {at.year}"), italic(mk(journal)), place, pages], ", ")
