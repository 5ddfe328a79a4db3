"""NLM's style, and ICMJE's samples of it, which journals call Vancouver.

"nlm": Citing Medicine, 2nd edition (https://www.ncbi.nlm.nih.gov/books/NBK7256/): every author, the full date, DOI, the
earlier electronic date, notices, PubMed's identifiers. "vancouver": ICMJE's samples
(https://www.nlm.nih.gov/bsd/uniform_requirements.html): six authors, the year alone, the DOI, else the PMID.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evidence import theses
from evidence.citing import _dates, _names, _pages
from evidence.citing._marks import joined, mk, stop
from evidence.citing._notices import Notice, NoticeKind
from evidence.citing._work import Work
from evidence.records import Author, Markup

_DATE_UNKNOWN: Final = "[date unknown]"
_NOTICES: Final[dict[NoticeKind, tuple[str, str]]] = {
    "retraction": ("Retraction in", "Retracted"),
    "withdrawal": ("Retraction in", "Withdrawn"),
    "replacement": ("Retracted and republished in", "Retracted and republished"),
    "concern": ("Expression of concern in", "Expression of concern published"),
    "erratum": ("Erratum in", ""),
}
"""Words before a notice's citation, and those for a notice that is not known. The first are PubMed's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How the two styles of the family differ."""

    most_authors: int | None
    full: bool  # full dates, electronic date, every identifier


VANCOUVER: Final = Variant(most_authors=6, full=False)
NLM: Final = Variant(most_authors=None, full=True)


def reference(work: Work, variant: Variant) -> Markup:
    """One reference, in one paragraph."""
    match work.kind:
        case "article" | "preprint":
            body = _article(work, variant)
        case "chapter":
            body = _chapter(work, variant)
        case "registration":
            body = _registration(work, variant)
        case _:
            body = _book(work, variant)
    return joined([*body, *_ending(work, variant)])


def _people(authors: tuple[Author, ...], variant: Variant, *, complete: bool = True) -> str:
    return _names.vancouver_list(authors, most=variant.most_authors, complete=complete)


def _head(work: Work, variant: Variant) -> Iterator[Markup]:
    """Authors and title. A translated title stands in square brackets, behind the original where that is known."""
    yield stop(mk(_people(work.authors, variant, complete=work.authors_complete)))
    yield stop(_title(work))


def _title(work: Work) -> Markup:
    if not work.translated:
        return work.title
    return joined([work.original, f"[{work.title}]"])


def _language(work: Work) -> Markup:
    return stop(mk(work.language))


def _article(work: Work, variant: Variant) -> Iterator[Markup]:
    yield from _head(work, variant)
    journal = work.journal or work.publisher
    yield stop(mk(f"{journal} [Preprint]".strip() if work.kind == "preprint" else journal))
    place = work.place_in.nlm()
    pages = _pages.short(work.pages)
    # The year alone is ICMJE's option where a volume's pages run through; without volume the date must place it.
    when = _dates.nlm(work.date) if variant.full or not place else str(work.year or "")
    when = (when or ("" if place or pages else _DATE_UNKNOWN)) + _cited(work)
    where = when + (f";{place}" if place else "") + (f":{pages}" if pages else "")
    yield stop(mk(where.lstrip(";:")))
    yield _language(work)


def _cited(work: Work) -> str:
    """When the writer saw it, which belongs to what is on line (Citing Medicine, chapter 18)."""
    seen = _dates.nlm(work.accessed) if work.on_line else ""
    return f" [cited {seen}]" if seen else ""


def _chapter(work: Work, variant: Variant) -> Iterator[Markup]:
    yield from _head(work, variant)
    editors = _people(work.editors, variant)
    if editors or work.container:
        led = stop(mk(f"{editors}, {_editor(work)}" if editors else ""))
        yield joined(["In:", led, stop(_medium(work.container, work))])
    yield from _imprint(work, variant)
    pages = _pages.short(work.pages)
    yield stop(mk(f"p. {pages}" if pages else ""))
    yield _language(work)


def _editor(work: Work) -> str:
    return "editor" if len(work.editors) == 1 else "editors"


def _medium(title: Markup, work: Work) -> Markup:
    return joined([title, "[Internet]" if work.on_line else ""])


_THESES: Final = {theses.MASTER: "master's thesis", theses.DOCTOR: "dissertation", "": "dissertation"}


def _thesis(kind: str) -> str:
    """In lower case; a name with capitals of its own ("MPhil thesis") as it is."""
    return _THESES.get(kind) or (kind if any(c.isupper() for c in kind[1:]) else kind.lower())


def _book(work: Work, variant: Variant) -> Iterator[Markup]:
    """Books, reports, theses and pages: title, edition, place, publisher, date."""
    if work.authors or not work.editors:
        yield stop(mk(_people(work.authors, variant, complete=work.authors_complete)))
    else:
        yield stop(mk(f"{_people(work.editors, variant)}, {_editor(work)}"))
    genre = mk(f"[{_thesis(work.thesis)}]" if work.kind == "thesis" else "")
    yield stop(joined([_medium(_title(work), work), genre]))
    if work.authors and work.editors:
        yield stop(mk(f"{_people(work.editors, variant)}, {_editor(work)}"))
    yield from _imprint(work, variant)
    yield stop(mk(f"Report No.: {work.report_number}" if work.report_number else ""))
    yield _language(work)


def _imprint(work: Work, variant: Variant) -> Iterator[Markup]:
    """Edition; place, publisher and date: "New York: McGraw-Hill; 2002"."""
    yield stop(mk(f"{work.edition} ed" if work.edition else ""))
    full = variant.full or work.kind in ("web", "report")
    when = (_dates.nlm(work.date) if full else str(work.year or "")) or _DATE_UNKNOWN
    publisher = ": ".join(part for part in (work.place, work.publisher) if part)
    yield stop(mk("; ".join(part for part in (publisher, when + _cited(work)) if part)))


def _registration(work: Work, variant: Variant) -> Iterator[Markup]:
    """A register as a database, the trial as a part of it (Citing Medicine, chapter 24, parts of databases)."""
    yield mk(f"{work.register} [Internet].")
    yield stop(mk(work.register_kept_by))
    number = f"Identifier {work.registration}, " if work.registration else ""
    when = _dates.nlm(work.date) or _DATE_UNKNOWN
    yield stop(Markup(f"{mk(number)} {_title(work)}; {mk(when + _cited(work))}".strip()))


def _ending(work: Work, variant: Variant) -> Iterator[Markup]:
    """DOI, electronic dates, notices, address, PubMed's identifiers: in the order of PubMed's summary."""
    if work.doi:
        yield stop(mk(f"doi: {work.doi}"))
    if work.ahead:
        yield mk("Epub ahead of print.")
    elif variant.full and work.epub:
        yield stop(mk(f"Epub {_dates.nlm(work.epub)}"))
    elif variant.full and work.ecollection:
        yield stop(mk(f"eCollection {_dates.nlm(work.ecollection)}"))
    yield from (_notice(notice) for notice in work.notices)
    if work.on_line and work.url and not (work.kind == "preprint" and work.doi):
        # An address ends with a full stop only behind a slash (Citing Medicine, chapter 18, "Available from").
        yield mk(f"Available from: {work.url}" + ("." if work.url.endswith("/") else ""))
    ids = [f"PubMed PMID: {work.pmid}"] if work.pmid and (variant.full or not work.doi) else []
    ids += [f"PubMed Central PMCID: {work.pmcid}"] if work.pmcid and variant.full else []
    yield stop(mk("; ".join(ids)))


def _notice(notice: Notice) -> Markup:
    words, alone = _NOTICES[notice.kind]
    return stop(mk(f"{words}: {notice.citation}" if notice.citation else alone))
