"""A work of Crossref's REST API as a record: its `message`, a cousin of CSL-JSON with fields and habits of its own.

Fields: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md ; types: https://api.crossref.org/types ;
relations: https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/relationships/ . Titles
and abstracts are what members deposit, with JATS, MathML or HTML inside. What became of a work is read elsewhere
(lifecycle/crossref.py). It is no file format: sources/crossref.py asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence import identifiers
from evidence.errors import BadIdentifier
from evidence.formats import _jats, _markup, _names
from evidence.formats._csl_values import date_of, person, text_of
from evidence.formats._draft import Draft
from evidence.identifiers import Identifier
from evidence.records import Author, Markup, NamedConcept, Record, RecordKind, Rejected, Relation
from evidence.text import plain

SOURCE: Final = "crossref"

KINDS: Final[dict[str, RecordKind]] = {
    **dict.fromkeys(("journal-article", "proceedings-article"), "article"),
    **dict.fromkeys(("book", "monograph", "edited-book", "reference-book", "proceedings"), "book"),
    **dict.fromkeys(("book-chapter", "book-section", "book-part", "book-track", "reference-entry"), "chapter"),
    **dict.fromkeys(("report", "report-component", "standard"), "report"),
    "posted-content": "preprint",
    "dissertation": "thesis",
}
"""Types of works; one that is neither here nor below makes an "other", and is kept."""

POSTED: Final[dict[str, RecordKind]] = {"dissertation": "thesis", "report": "report", "letter": "other"}
"""Subtypes of posted content that are no preprints ("preprint", "working_paper", none)."""

NO_WORKS: Final = frozenset(
    ("journal", "journal-volume", "journal-issue", "book-series", "book-set", "proceedings-series", "report-series")
) | {"grant", "database"}
"""Types that name where works appear, or what paid for them."""

NOTICES: Final[dict[str, str]] = {
    **dict.fromkeys(("retraction", "partial_retraction", "withdrawal", "removal"), "Retraction of Publication"),
    **dict.fromkeys(("addendum", "clarification", "correction", "corrigendum", "erratum"), "Published Erratum"),
    "expression_of_concern": "Expression of Concern",
}
"""What a work without abstract that updates another one is, as PubMed's publication types say it."""

_RELATIONS: Final = {"is-preprint-of": "PreprintOf", "has-preprint": "UpdateOf", "is-comment-on": "CommentOn"}
"""Relation types → PubMed's RefTypes. NLM links a paper to its preprint as an update of it:
https://www.nlm.nih.gov/bsd/policy/errata.html"""

_PLAIN_TYPES: Final = frozenset({"journal-article", "book", "book-chapter", "posted-content", "report", "dissertation"})


def read(work: object) -> Record | Rejected:
    """The record of a work, with its DOI as external id; why there is none for what is no work. Never raises."""
    doi = identifiers.try_parse("doi", work["DOI"]) if isinstance(work, dict) and _is_text(work.get("DOI")) else None
    if not isinstance(work, dict) or doi is None:
        return Rejected(subject="Crossref", reason="a work without a DOI")
    subject = f"doi {doi.value}"
    type_ = text_of(work.get("type"))
    if type_ in NO_WORKS:
        return Rejected(subject=subject, reason=f"is a {type_.replace('-', ' ')} for Crossref, and no work")
    try:
        return _record(work, doi, type_)
    except RecursionError:
        return Rejected(subject=subject, reason="Crossref's work is nested too deeply")


def _record(work: Mapping[str, Any], doi: Identifier, type_: str) -> Record:
    draft = Draft()
    draft.add(doi)
    draft.kind = KINDS.get(type_, "other") if type_ else "article"
    if type_ == "posted-content":
        draft.kind = POSTED.get(text_of(work.get("subtype")), "preprint")
    if type_ and type_ not in _PLAIN_TYPES:
        draft.keep("type", type_)
    draft.mark("title", _title(work), "title")
    for other in _texts(work.get("original-title")):
        draft.mark("vernacular_title", _jats.inline(other), "original-title")
    _people(draft, work)
    _container(draft, work, type_)
    _numbers(draft, work)
    _dates(draft, work)
    draft.language(text_of(work.get("language")))
    draft.abstract = _jats.abstract(text_of(work.get("abstract")))
    draft.relations += _relations(work, doi)
    if notice := _notice(work, doi) if not draft.abstract else "":
        draft.publication_types[NamedConcept(name=notice)] = None
    return draft.record(SOURCE, doi.value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _texts(value: Any) -> list[str]:
    """The texts of a list, or of a list of one that came without its list; blank ones left out."""
    found = value if isinstance(value, list) else [value]
    return [text for v in found if (text := text_of(v)).strip()]


def _title(work: Mapping[str, Any]) -> Markup:
    """Title and subtitle, which members deposit apart, as one."""
    title = next(iter(_texts(work.get("title"))), "")
    whole = _jats.inline(title)
    for subtitle in map(_jats.inline, _texts(work.get("subtitle"))[:1]):
        if subtitle and not whole.lower().rstrip(". ").endswith(subtitle.lower().rstrip(". ")):
            between = "" if not whole else " " if whole[-1] in ":?!." else ": "
            whole = Markup(f"{whole}{between}{subtitle}")
    return whole


def _people(draft: Draft, work: Mapping[str, Any]) -> None:
    for value in _list(work.get("author")):
        name = _contributor(value)
        if name is not None and name.is_group and _names.is_et_al(name.family):
            draft.authors_complete = False
        else:
            draft.author(name)
    draft.editors += [name for value in _list(work.get("editor")) if (name := _contributor(value)) is not None]


def _contributor(value: Any) -> Author | None:
    """A contributor with ORCID and affiliations; one with only a `name` is a group."""
    if not isinstance(value, dict):
        return None
    found = person({**value, "literal": value.get("literal") or value.get("name")})
    if found is None:
        return None
    orcid = _orcid(text_of(value.get("ORCID")))
    places = (
        _markup.read_plain(text_of(a.get("name"))) for a in _list(value.get("affiliation")) if isinstance(a, dict)
    )
    return Author(
        family=found.family,
        given=found.given,
        initials=found.initials,
        suffix=found.suffix,
        is_group=found.is_group,
        orcid=orcid,
        affiliations=tuple(place for place in places if place),
    )


def _orcid(raw: str) -> str:
    try:
        return identifiers.orcid(raw) if raw else ""
    except BadIdentifier:
        return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _container(draft: Draft, work: Mapping[str, Any], type_: str) -> None:
    """`container-title` is the journal of an article; of a chapter or a conference paper the book, its series first."""
    titles = [_jats.inline(title) for title in _texts(work.get("container-title"))]
    short = next(iter(_texts(work.get("short-container-title"))), "")
    if draft.kind == "chapter" or type_ == "proceedings-article":
        for series in titles[:-1]:
            draft.put("journal", plain(series), "container-title")
        draft.mark("book_title", titles[-1] if titles else Markup(""), "container-title")
    elif titles:
        draft.put("journal", plain(titles[0]), "container-title")
        if short and _markup.read_plain(short) != plain(titles[0]):
            draft.put("abbreviation", _markup.read_plain(short), "short-container-title")
    houses = [text_of(i.get("name")) for i in _institutions(work) if isinstance(i, dict)]
    if draft.kind == "preprint" and not titles:
        draft.put("journal", _markup.read_plain(next(iter(houses), "")), "institution")
    elif draft.kind != "article":
        house = next((h for h in houses if draft.kind in ("thesis", "report") and h), text_of(work.get("publisher")))
        draft.put("publisher", _markup.read_plain(house), "publisher")
        draft.put("place", _markup.read_plain(text_of(work.get("publisher-location"))), "publisher-location")


def _institutions(work: Mapping[str, Any]) -> list[Any]:
    """A list of objects; for years it was one object."""
    said = work.get("institution")
    return [said] if isinstance(said, dict) else _list(said)


def _numbers(draft: Draft, work: Mapping[str, Any]) -> None:
    plain = {name: _markup.read_plain(text_of(work.get(name))) for name in _NUMBERS}
    draft.put("volume", plain["volume"], "volume")
    issue = work.get("journal-issue")
    draft.put("issue", plain["issue"] or (text_of(issue.get("issue")) if isinstance(issue, dict) else ""), "issue")
    draft.pages(plain["page"], "page")
    draft.put("article", plain["article-number"], "article-number")
    draft.put("edition", plain["edition-number"], "edition-number")
    for name in ("ISSN", "ISBN"):
        for value in _texts(work.get(name)):
            draft.serials(value, name)


_NUMBERS: Final = ("volume", "issue", "page", "article-number", "edition-number")


def _dates(draft: Draft, work: Mapping[str, Any]) -> None:
    """The date of the issue is that of print where there is one, as PubMed has it; `issued` is the earliest of all."""
    issue = work.get("journal-issue")
    printed = issue.get("published-print") if isinstance(issue, dict) else None
    for value in (work.get("published-print"), printed, *(work.get(n) for n in ("issued", "published", "approved"))):
        found = date_of(value) if isinstance(value, dict) else None
        if found is not None and found.year is not None:
            draft.date(found)
            break
    for name in ("published-online", "posted"):
        value = work.get(name)
        found = date_of(value) if isinstance(value, dict) else None
        if found is not None and found.year is not None:
            draft.date(found, "electronic")
            break


def _relations(work: Mapping[str, Any], doi: Identifier) -> list[Relation]:
    said = work.get("relation")
    found: dict[Relation, None] = {}
    for name, type_ in _RELATIONS.items():
        for one in _list(said.get(name)) if isinstance(said, dict) else ():
            if isinstance(one, dict):
                target = identifiers.try_parse(text_of(one.get("id-type")) or "doi", text_of(one.get("id")))
                if target is not None and target.scheme in identifiers.WORK_SCHEMES and target != doi:
                    found[Relation(type=type_, targets=(target,))] = None
    return list(found)


def _notice(work: Mapping[str, Any], doi: Identifier) -> str:
    """The publication type of a work that updates another one; empty for all others.

    A work that "updates" itself was changed in place: https://www.crossref.org/documentation/crossmark/ .
    """
    for update in _list(work.get("update-to")):
        if isinstance(update, dict):
            target = identifiers.try_parse("doi", text_of(update.get("DOI")))
            type_ = text_of(update.get("type")).lower().replace("-", "_")
            if target is not None and target != doi and type_ in NOTICES:
                return NOTICES[type_]
    return ""
