"""What BibTeX's and BibLaTeX's entry types and fields mean, and what databases add to them, as tables.

Field names: "BibTeXing" (Patashnik 1988), the biblatex manual, and the exports of Zotero, Scopus, Web of Science,
JabRef, Mendeley and BibDesk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from evidence.formats import _biblatex_unknown, _bibtex_names, _dates, _ids, _kept, _kinds, _latex, _other_ids
from evidence.formats._bibtex_values import Entry
from evidence.formats._draft import Draft, Take
from evidence.identifiers import try_parse
from evidence.records import PartialDate, Record, RecordKind
from evidence.register_numbers import registrations_listed

KINDS: Final[dict[str, RecordKind]] = {
    **dict.fromkeys(("article", "inproceedings", "conference", "periodical", "suppperiodical", "review"), "article"),
    **dict.fromkeys(("book", "booklet", "mvbook", "collection", "mvcollection", "proceedings", "manual"), "book"),
    **dict.fromkeys(("incollection", "inbook", "suppbook", "bookinbook", "inreference", "suppcollection"), "chapter"),
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), "thesis"),
    **dict.fromkeys(("techreport", "report"), "report"),
    **dict.fromkeys(("online", "electronic", "www"), "web"),
}
"""Entry types; one that is not here makes an "other", and is kept."""

_PLAIN_TYPES: Final = frozenset(("article", "book", "incollection", "techreport", "online", "misc", "thesis", "report"))
_BARE_TYPES: Final = frozenset(("misc", "online", "unpublished"))
_SUBTYPES: Final[dict[str, RecordKind]] = {
    "preprint": "preprint", "registration": "registration", "web": "web", "article": "article", "book": "book",
    "chapter": "chapter", "thesis": "thesis", "report": "report",
}  # fmt: skip
"""What `entrysubtype` says of an entry type that says nothing."""
_ARXIV: Final = re.compile(r"(?:arxiv:\s*)?((?:[a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?)", re.I)


def record(entry: Entry, external_id: str) -> Record:
    """The record of an entry."""
    draft = Draft(kind=KINDS.get(entry.type, "other"))
    if entry.type not in _PLAIN_TYPES:
        draft.extra.append(("entrytype", entry.type))
    fields = dict(entry.fields)
    words, again = _words(fields)
    _kind(draft, entry.type, fields)
    _title(draft, fields)
    _people(draft, fields)
    _date(draft, fields)
    _eprint(draft, fields)
    for name, value in [*fields.items(), *again, *entry.again]:
        take = _FIELDS.get(name)
        if take is not None:
            take(draft, value)
        elif value.strip():
            draft.keep(name, _latex.text(value))
    draft.other_ids(words)  # after the fields: the first of each kind is the one that has a field
    draft.key(entry.key)
    return draft.record("bibtex", external_id)


_WORDS: Final = re.compile(r"[a-z]+:\S+(?: [a-z]+:\S+)*")
_NAMES_OF_JOURNALS: Final = ("journal", "journaltitle")


def _words(fields: dict[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """`verba` as our BibLaTeX export writes it: identifiers and keys, and fields that the entry type has no place for.

    The first come back as they are, and so do fields that the entry has already; the others join it. A value that is
    not ours stays where it is.
    """
    said = fields.get("verba", "").strip()
    if not _WORDS.fullmatch(said):
        return "", []
    del fields["verba"]
    again = []
    for word in said.split(" "):
        name, _, quoted = word.partition(":")
        value = unquote(quoted)
        if name in _other_ids.NAMES:
            continue
        if name == "volume" and value.endswith(fields.get("issue", " ")):  # printed as two, being no number
            fields["volume"] = value
            del fields["issue"]
        elif fields.setdefault(name, value) != value:
            again.append((name, value))
    return said, again


def _kind(draft: Draft, type_: str, fields: dict[str, str]) -> None:
    """@misc says nothing by itself: its subtype, an arXiv number or a bare address do."""
    subtype = fields.get("entrysubtype", "").strip().lower()
    if subtype in _SUBTYPES and type_ in _BARE_TYPES:
        draft.kind = _SUBTYPES[subtype]
        del fields["entrysubtype"]
    elif subtype in _kinds.FINE and type_ in _BARE_TYPES:
        draft.extra.append(("entrytype", fields.pop("entrysubtype").strip().lower()))
    elif subtype == "chapter" and KINDS.get(type_) == "book":
        draft.kind = "chapter"  # how our BibLaTeX export writes a part of a book that has no title of its own
        del fields["entrysubtype"]
    elif type_ in _BARE_TYPES and _is_arxiv(fields):
        draft.kind = "preprint"
    for name in _NAMES_OF_JOURNALS:
        if fields.get(name) is not None and fields[name] == fields.get("shortjournal"):
            del fields[name]
    for name in ("howpublished", "organization"):
        if draft.kind == "preprint" and name in fields and not any(n in fields for n in _NAMES_OF_JOURNALS):
            fields["journal"] = fields.pop(name)
    if type_ in ("inbook",) and "booktitle" not in fields and "chapter" in fields:
        draft.kind = "chapter"  # BibTeX's own @inbook: the title is the book's


def _is_arxiv(fields: dict[str, str]) -> bool:
    origin = fields.get("archiveprefix", "") + fields.get("eprinttype", "") + fields.get("eprint", "")
    return "arxiv" in origin.lower()


def _title(draft: Draft, fields: dict[str, str]) -> None:
    """Title and subtitle are one title; so are those of the book. An untitled work has its description instead."""
    if fields.get("title") == _bibtex_names.NO_TITLE:
        del fields["title"]
    if not fields.get("title", "").strip() and "titleaddon" in fields:
        fields["title"] = fields.pop("titleaddon")
    for to, name, sub in (("title", "title", "subtitle"), ("book_title", "booktitle", "booksubtitle")):
        parts = [p for n in (name, sub) if n in fields and (p := _latex.markup(fields.pop(n)))]
        if len(parts) == 2:
            joint = " " if parts[0][-1] in ":?!." else ": "
            parts = [type(parts[0])(joint.join(parts))]
        for part in parts:
            draft.mark(to, part, name)  # type: ignore[arg-type]


def _people(draft: Draft, fields: dict[str, str]) -> None:
    for name in ("author", "editor"):
        value = fields.pop(name, "")
        if not value.strip():
            continue
        found, whole = _bibtex_names.read(value)
        draft.filled = True
        if name == "author":
            draft.authors += found
            draft.authors_complete = whole
        else:
            draft.editors += found
            if not whole:
                draft.keep(name, _kept.EDITORS_CUT)


def _date(draft: Draft, fields: dict[str, str]) -> None:
    """`date` (BibLaTeX, may be a range) or `year`, `month`, `day`."""
    said = [fields.pop(name, "") for name in ("year", "month", "day", "date")]
    found, month = (_dated if sum(map(len, said)) <= _REMEMBERED else _dated.__wrapped__)(*said)
    draft.date(found)
    if found is None and month:
        draft.keep("month", month)


_REMEMBERED: Final = 60
"""Characters of a date up to which it is remembered: a file has few different dates, and a long one is none."""


@lru_cache(maxsize=4096)
def _dated(*said: str) -> tuple[PartialDate | None, str]:
    """The date that year, month, day and date say, and what the month says."""
    year, month, day, whole = map(_latex.text, said)
    whole = whole.removesuffix(_biblatex_unknown.YEAR)
    start = _dates.parse(whole.split("/")[0] if re.match(r"\d{4}(?:-\d\d)*/", whole) else whole)
    found = _dates.from_edtf(whole) or _dates.better(start, _dates.combined(year, month, day))
    if month.capitalize() in _dates.SEASONS and found is not None and found.year is not None:
        found = _dates.seasonal(found.year, _dates.SEASONS.index(month.capitalize()) + 1)
    return found, month


def _eprint(draft: Draft, fields: dict[str, str]) -> None:
    """`eprint` names its archive: arXiv, or PubMed as BibLaTeX spells it."""
    value = _latex.text(fields.pop("eprint", ""))
    archive = _latex.text(fields.pop("archiveprefix", "") or fields.pop("eprinttype", "")).lower()
    if not value:
        return
    scheme = {"pubmed": "pmid", "pmid": "pmid", "pmc": "pmcid", "pmcid": "pmcid", "doi": "doi"}.get(archive)
    arxiv = _ARXIV.fullmatch(value.strip()) if archive in ("", "arxiv") else None
    if scheme and draft.identify(scheme, value, "eprint"):
        return
    if arxiv:
        draft.identify("arxiv", arxiv[1], "eprint")
    elif not scheme:
        draft.keep("eprint", value)


def _plain(put: Callable[[Draft, str], object]) -> Take:
    return lambda draft, value: put(draft, _latex.text(value))


_UNESCAPE: Final = re.compile(r"\\([_%&#$~{}])")
_MATH_SIGN: Final = re.compile(r"\{?\$(?:<|\\lt|<\$)\$\}?|\{?\$(?:>|\\gt)\$\}?|\{?\\text(?:less|greater)\}?(?:\{\})?")


def verbatim(value: str) -> str:
    """A DOI or address: backslashes that some programs put before signs go, a url command round it too."""
    text = value.strip()
    if "\\" in text or "$" in text:
        found = re.fullmatch(r"\{?\\url\s*\{(.*)\}\}?", text, re.S)
        text = found[1] if found else text
        text = _MATH_SIGN.sub(lambda m: "<" if "<" in m[0] or "lt" in m[0] or "less" in m[0] else ">", text)
        for command, sign in (("\\textunderscore", "_"), ("{\\_}", "_"), ("{\\%}", "%"), ("{\\&}", "&")):
            text = text.replace(command, sign)
        text = _UNESCAPE.sub(r"\1", text)
    while text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    return text


def _identify(scheme: str, name: str) -> Take:
    def take(draft: Draft, value: str) -> None:
        text = verbatim(value)
        if text and not draft.identify(scheme, text, name):
            draft.add_new(i for i in _ids.in_text(text) if i.scheme == scheme)

    return take


def _address(draft: Draft, value: str) -> None:
    for part in verbatim(value).split("\n"):
        draft.link(part.replace("\\url{", "").rstrip("}") if "\\url" in part else part, "url")


def _published(draft: Draft, value: str) -> None:
    if re.search(r"https?://", value):
        _address(draft, value)
    else:
        draft.keep("howpublished", _latex.text(value))


def _issue(draft: Draft, value: str) -> None:
    draft.put("issue", _latex.text(value), "number")


def _medline_id(draft: Draft, value: str) -> None:
    """Web of Science's `unique-id` and Scopus' `pubmed_id` hold a PMID where they hold one."""
    text = _latex.text(value)
    found = try_parse("pmid", text.removeprefix("MEDLINE:"))
    if found is not None:
        draft.add_new([found])
    draft.keep("unique-id", text) if found is None else None


def _registered(draft: Draft, value: str) -> None:
    text = _latex.text(value)
    numbers = registrations_listed(text)
    for number in numbers:
        draft.identify("registration", number, "registration")
    if not numbers:
        draft.keep("registration", text)


def _aliases(draft: Draft, value: str) -> None:
    """biblatex's `ids`: other keys that lead here (biblatex manual, 2.2.3 Special Fields)."""
    for key in value.split(","):
        draft.other_key(key)


def _languages(draft: Draft, value: str) -> None:
    for part in re.split(r",\s*|\s+and\s+", value):
        draft.language(part)


_SERIAL: Final = re.compile(r"(?<!\S)(isbn|issn):(\S+)")


def _further(draft: Draft, value: str) -> None:
    """Our words: identifiers, keys, and numbers of books and journals that stand in no other field."""
    draft.other_ids(value)
    for name, word in _SERIAL.findall(value):
        draft.serials(unquote(word), name)


def _note(name: str) -> Take:
    return lambda draft, value: draft.note(_latex.text(value), name)


_FIELDS: Final[dict[str, Take]] = {
    **dict.fromkeys(("journal", "journaltitle"), _plain(lambda d, v: d.put("journal", v, "journal"))),
    **dict.fromkeys(
        (
            "shortjournal",
            "journal-abbrev",
            "journal-iso",
            "journal_abbrev",
            "abbrev_source_title",
            "journalabbreviation",
        ),
        _plain(lambda d, v: d.put("abbreviation", v, "shortjournal")),
    ),
    "fjournal": _plain(lambda d, v: d.keep("fjournal", v)),
    "origtitle": lambda d, v: d.mark("vernacular_title", _latex.markup(v), "origtitle"),
    "volume": _plain(lambda d, v: d.put("volume", v, "volume")),
    **dict.fromkeys(("number", "issue"), _issue),
    "pages": _plain(lambda d, v: d.pages(v, "pages")),
    **dict.fromkeys(
        ("eid", "art_number", "article-number", "articleno", "article_number"),
        _plain(lambda d, v: d.put("article", v, "eid")),
    ),
    **dict.fromkeys(
        ("publisher", "school", "institution", "organization"), _plain(lambda d, v: d.put("publisher", v, "publisher"))
    ),
    **dict.fromkeys(("address", "location"), _plain(lambda d, v: d.put("place", v, "address"))),
    "edition": _plain(lambda d, v: d.put("edition", v, "edition")),
    **dict.fromkeys(("issn", "eissn", "isbn"), _plain(lambda d, v: d.serials(v, "issn"))),
    "doi": _identify("doi", "doi"),
    **dict.fromkeys(("pmid", "pubmed", "pubmedid", "pubmed-id"), _identify("pmid", "pmid")),
    **dict.fromkeys(("pmcid", "pmc"), _identify("pmcid", "pmcid")),
    **dict.fromkeys(("pubmed_id", "unique-id"), _medline_id),
    "registration": _registered,
    **dict.fromkeys(("url", "link", "ee", "bdsk-url-1", "biburl"), _address),
    "howpublished": _published,
    **dict.fromkeys(("keywords", "keyword", "author_keywords"), _plain(lambda d, v: d.keyword_list(v))),
    **dict.fromkeys(("language", "langid"), _plain(lambda d, v: _languages(d, v))),
    "abstract": lambda d, v: d.take_abstract(_latex.markup(v), "abstract"),
    **{name: _note(name) for name in ("note", "annote", "annotation", "extra", "addendum")},
    "ids": _aliases,
    "options": lambda d, v: None if v.strip() == _biblatex_unknown.OPTIONS else d.keep("options", v),
    "execute": lambda d, v: None if _biblatex_unknown.is_code(v) else d.keep("execute", v),
    "otherids": _plain(_further),
    "eprintclass": _plain(lambda d, v: d.keep("primaryclass", v)),
    **dict.fromkeys(("crossref", "xdata"), lambda d, v: d.keep("crossref", v)),
}
