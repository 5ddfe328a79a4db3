"""The CSL-JSON writer: a JSON list, one item a line, in the order in which studies come."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from evidence import theses
from evidence.formats import _csl_kept, _dates, _export, _kept, _kinds, _languages, _markup, _names, _other_ids
from evidence.formats._options import COMPLETE, Options, applied
from evidence.records import Author, PartialDate, Record, RecordKind
from evidence.views import Study

TYPES: Final[dict[RecordKind, str]] = {
    "article": "article-journal", "book": "book", "chapter": "chapter", "thesis": "thesis", "report": "report",
    "web": "webpage", "preprint": "article", "registration": "document", "other": "document",
}  # fmt: skip


def write(studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
    """The studies as one JSON list, piece by piece."""
    before = "[\n"
    for study in applied(studies, options):
        item = {name: value for name, value in _item(study, options).items() if value}
        for name, value in _csl_kept.variables(study.record):
            item.setdefault(name, value)
        yield before + json.dumps(item, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _item(study: Study, options: Options) -> dict[str, Any]:
    record = study.record
    in_book = record.kind == "chapter" or _export.conference(record)
    return {
        "id": study.row.key,
        "citation-key": study.row.key,
        "type": _type(record),
        "genre": _plain(_genre(record)),
        "title": _markup.write(_export.title(record.title)),
        "original-title": _markup.write(_export.title(record.vernacular_title)),
        "author": [_name(a) for a in _export.authors(record)],
        "editor": [_name(a) for a in record.editors],
        "issued": _date(_export.date(record)) or _literal(_kept.without_year(record)),
        "container-title": _markup.write(_export.title(record.book_title))
        if in_book
        else _plain(_export.journal(record)),
        "collection-title": _plain(record.journal.title) if in_book else "",
        "container-title-short": _plain(record.journal.abbreviation),
        "volume": _plain(record.volume),
        "issue": _plain(record.issue),
        "page": _plain(record.pages),
        "publisher": _plain(record.publisher),
        "publisher-place": _plain(record.place),
        "edition": _plain(record.edition),
        "ISSN": record.journal.issn,
        "ISBN": " ".join(record.isbns),
        "DOI": _export.identifier(study, "doi"),
        "PMID": _export.identifier(study, "pmid"),
        "PMCID": _export.identifier(study, "pmcid"),
        "URL": _export.link(study, options),
        "language": _languages.short(record.languages[0]) if record.languages else "",
        "keyword": _plain(_export.keywords(record)),
        "abstract": _markup.write(_markup.joined(record.abstract)),
        "note": "\n".join(_plain(line) for line in _notes(study) if line),
    }


def _genre(record: Record) -> str:
    if record.kind == "registration":
        return "registration"
    kind = theses.thesis(record)
    return theses.SHOWN.get(kind, kind) or _kept.said(record, "genre")


def _literal(text: str) -> dict[str, Any] | None:
    return {"literal": _plain(text)} if text else None


def _notes(study: Study) -> tuple[str, ...]:
    ours = (_export.warning(study), _export.alias_note(study), _other_ids.line(study))
    return *ours, *_csl_kept.notes(study.record)


def _type(record: Record) -> str:
    fine = _kinds.fine(record)
    if fine:
        return _kinds.FINE[fine].csl
    return "paper-conference" if _export.conference(record) else _csl_kept.type_said(record) or TYPES[record.kind]


_PARTICLE: Final = r"(?:v[ao]n|de[nrls]?|d[aiou]|d[ao]s|della|ten|ter|te|zu[mr]?|af|av|l[ae]|in|op|'t)"
_LEADING: Final = re.compile(rf"(?:{_PARTICLE} )+(?=\S)")
_TRAILING: Final = re.compile(rf"(?<=\S)(?: {_PARTICLE})+\Z")


def _plain(text: str) -> str:
    return _markup.write_plain(text)


def _name(author: Author) -> dict[str, str | bool]:
    """The parts of a name. Braces that are its own are not to be read as the mark of a group."""
    if author.is_group:
        return _as_it_stands({"literal": _plain(author.family)})
    family, given = author.family, _names.given_text(author)
    if not family:  # processors print a name without family as nothing
        family, given = given, ""
    given, dropping = _given(given)
    particle, family = _family(family)
    parts = {
        "non-dropping-particle": particle,
        "family": family,
        "given": given,
        "dropping-particle": dropping,
        "suffix": author.suffix,
    }
    named: dict[str, str | bool] = {name: _plain(value) for name, value in parts.items() if value}
    return named if given or family[:1] != "{" else _as_it_stands(named)


def _as_it_stands(parts: dict[str, str | bool]) -> dict[str, str | bool]:
    """A name known by one part, with CSL's word for a name that is not to be taken apart where braces enclose it."""
    one = parts.get("literal") or parts.get("family")
    return parts | {"parse-names": False} if isinstance(one, str) and _names.braced(one) else parts


def _family(family: str) -> tuple[str, str]:
    """A family name's particle, which some styles leave out when they sort, and the name: "van der", "Berg"."""
    found = _LEADING.match(family)
    return (found[0].rstrip(), family[found.end() :]) if found else ("", family)


def _given(given: str) -> tuple[str, str]:
    """Given names, and the particle behind them that belongs to no sorting: "Alexander", "von"."""
    found = _TRAILING.search(given)
    return (given[: found.start()], found[0].lstrip()) if found else (given, "")


def _date(date: PartialDate | None) -> dict[str, Any] | None:
    if date is None or date.year is None:
        return None
    parts = [date.year] + ([date.month] if date.month else []) + ([date.day] if date.month and date.day else [])
    season = _dates.season(date)
    return {"date-parts": [parts], "season": season} if season else {"date-parts": [parts]}
