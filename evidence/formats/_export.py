"""What every writer takes from a study: one identifier of a kind, who wrote it, what must be said about it."""

from __future__ import annotations

import re
from typing import Final

from evidence.formats._options import Options
from evidence.identifiers import Identifier, Scheme
from evidence.records import Author, Markup, PartialDate, Record, RecordKind, Relation
from evidence.text import plain
from evidence.views import Study

MARKS: Final = {
    "retracted": ("RETRACTED", "RetractionIn"),
    "withdrawn": ("RETRACTED", "RetractionIn"),
    "replaced": ("RETRACTED", "RetractedandRepublishedIn"),
    "concern": ("EXPRESSION OF CONCERN", "ExpressionOfConcernIn"),
}
"""States that must stand beside a reference, and the relation that gives the notice. PubMed leaves the title bare."""

_WORDS: Final = {
    "retracted": "this publication has been retracted",
    "withdrawn": "this publication has been withdrawn",
    "replaced": "this publication has been retracted and replaced",
    "concern": "an expression of concern has been published",
}


def identifier(study: Study, scheme: Scheme) -> str:
    """The study's first identifier of that scheme, or empty."""
    row = {"pmid": study.row.pmid, "doi": study.row.doi, "pmcid": study.row.pmcid}
    return study.record.id(scheme) or row.get(scheme) or ""


RETRACTED_NOTE: Final = f"RETRACTED: {_WORDS['retracted']}"
"""The note of a retracted study whose notice is not known; the publication type says all of it."""

OTHER_ENDS: Final = tuple(f"RETRACTED: {_WORDS[state]}" for state in ("withdrawn", "replaced"))
"""Notes of states that the publication type "Retracted Publication" does not mean."""

_NOTICE: Final = re.compile(
    rf"(?P<mark>RETRACTED|EXPRESSION OF CONCERN): (?P<words>{'|'.join(sorted(_WORDS.values(), reverse=True))})"
    r"(?:; notice: (?P<notice>.+))?"
)


def notice_in(note: str) -> Relation | None:
    """What `warning` wrote, as the relation it was made of; None for any other note, or one that names no relation."""
    found = _NOTICE.fullmatch(note)
    if found is None:
        return None
    state = next(state for state, words in _WORDS.items() if words == found["words"])
    if state == "withdrawn" or (state == "retracted" and not found["notice"]):
        return None
    return Relation(type=MARKS[state][1], citation=found["notice"] or "")


_ALIAS: Final = "Citation key now: "
"""How the note begins of an entry that stands under an alias; readers take what follows for a key."""


def alias_note(study: Study) -> str:
    """What an entry under an alias says: the study's own key. Empty for all others."""
    return f"{_ALIAS}{study.alias_of}" if study.alias_of else ""


def alias_in(note: str) -> str:
    """The key that `alias_note` named; empty for any other note."""
    return note.removeprefix(_ALIAS) if note.startswith(_ALIAS) else ""


_LINKED: Final[dict[RecordKind, Scheme]] = {"registration": "registration", "preprint": "arxiv"}
"""Kinds of records whose own number leads to the thing itself; in an article it is that of another."""


def link(study: Study, options: Options) -> str:
    """Where the study can be read: its own address, else its DOI's, PubMed's or PMC's; empty if not wanted."""
    if not options.url:
        return ""
    if study.record.url:
        return study.record.url
    schemes: tuple[Scheme, ...] = ("doi", "pmid", "pmcid")
    if study.record.kind in _LINKED:
        schemes = (*schemes, _LINKED[study.record.kind])
    for scheme in schemes:
        value = identifier(study, scheme)
        url = Identifier(scheme, value).url if value else None
        if url:
            return url
    return ""


_AFTER_TEXT: Final = r"(?:(?<![.\s>])|(?<=</[ibu]>)|(?<=</su[bp]>))"
_LONGEST_END: Final = 120
_STOPPED: Final = re.compile(rf"{_AFTER_TEXT}\s*\.\s*(?P<tags>(?:</(?:i|b|u|sub|sup)>)*)\Z")
_ABBREVIATION: Final = re.compile(
    r"(?:\b[^\W\d_]\.\s?[^\W\d_]|\b(?:et al|etc|vs|cf|jr|sr|inc|ltd|co|corp|spp?|subsp|approx))\Z", re.I
)


def title(markup: Markup) -> Markup:
    """A title without the full stop that PubMed puts behind it: styles add their own.

    An ellipsis and the stop of an abbreviation ("et al.", "U.S.") stay, and so do ? and !.
    """
    if not markup:
        return markup
    # From near the end, where the stop and the tags behind it are: to look through the whole takes ten times as long.
    while (found := _STOPPED.search(markup, max(0, len(markup) - _LONGEST_END))) is not None:
        before = plain(Markup(markup[: found.start()]))
        if not before or _ABBREVIATION.search(before):
            break
        markup = Markup(markup[: found.start()] + found["tags"])
    return markup


def authors(record: Record) -> tuple[Author, ...]:
    """Authors that can be printed; PubMed marks names it has replaced as not valid."""
    return tuple(a for a in record.authors if a.valid and (a.family + a.given).strip(",; "))


def journal(record: Record) -> str:
    """The journal's full title, else its abbreviation."""
    return record.journal.title or record.journal.abbreviation


def date(record: Record) -> PartialDate | None:
    """The date to cite by: the issue's, else the electronic one, else a book's own."""
    for kind in ("issue", "electronic", "contribution"):
        found = record.date(kind)
        if found is not None and found.year is not None:
            return found
    return None


def warning(study: Study) -> str:
    """What must be said, "RETRACTED: …" with the notice where it is known; empty for a study that is as it was."""
    mark = MARKS.get(study.row.state)
    if mark is None:
        return ""
    word, relation = mark
    notices = [r.citation for r in study.relations if r.type == relation and not r.incoming and r.citation]
    notices += [r.citation for r in study.record.relations if r.type == relation and r.citation]
    said = _WORDS[study.row.state]
    return f"{word}: {said}; notice: {' '.join(notices[0].split())}" if notices else f"{word}: {said}"


def conference(record: Record) -> bool:
    """True for an article that stands in a book (proceedings) and in no journal."""
    return record.kind == "article" and bool(record.book_title) and not journal(record)


def keywords(record: Record) -> str:
    """All keywords as one value, which `Draft.keyword_list` takes apart again."""
    texts = [("*" if k.major else "") + k.text.replace(";", ",") for k in record.keywords]
    if not any("," in text for text in texts):
        return ", ".join(texts)
    return "; ".join(texts) + (";" if len(texts) == 1 else "")
