"""CSL-JSON, the citation processors' format, as Zotero, pandoc, Crossref and our own export write it.

Variables: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables ; schema:
https://github.com/citation-style-language/schema .
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from evidence.errors import BadInput
from evidence.formats import Format, _csl_kept, _kept, _lines, _markup, _names, _zotero_extra
from evidence.formats._csl_values import date_of, person, text_of
from evidence.formats._csl_write import write
from evidence.formats._draft import Draft, ExternalIds, Take
from evidence.records import Author, Item, Record, RecordKind

KINDS: Final[dict[str, RecordKind]] = {
    **dict.fromkeys(("article-journal", "article-magazine", "article-newspaper", "paper-conference"), "article"),
    **dict.fromkeys(("review", "review-book", "entry"), "article"),
    **dict.fromkeys(("chapter", "entry-dictionary", "entry-encyclopedia"), "chapter"),
    **dict.fromkeys(("report", "standard"), "report"),
    **dict.fromkeys(("webpage", "post", "post-weblog"), "web"),
    "article": "preprint",  # CSL 1.0.2: "a preprint, working paper, … "
    "book": "book",
    "thesis": "thesis",
}
"""Item types; a type that is not here makes an "other", and is kept."""

_PLAIN_TYPES: Final = frozenset(
    ("article-journal", "article", "book", "chapter", "report", "webpage", "thesis", "document")
)
_OTHERS: Final = re.compile(r'"itemType"|"author"\s*:\s*"')
_SIGNS: Final = re.compile(
    r'"(?:container-title|issued|date-parts|citation-key|title-short|publisher-place|number-of-pages)"\s*:'
    r'|"type"\s*:\s*"(?:article|article-\w+|book|chapter|paper-conference|report|thesis|webpage|document|entry\S*'
    r'|manuscript|dataset|legislation|legal_case|motion_picture|patent|post|post-weblog|review|speech|standard)"'
)


def recognise(head: bytes) -> bool:
    """JSON that begins an item or a list of items and shows a CSL variable or type."""
    text = head.decode("utf-8", "replace").lstrip()
    if re.match(r"\[\s*\]\s*$", text):
        return True
    if not re.match(r"\[\s*\{|\{", text) or re.match(r'\{\s*"(?:source|external_id)"', text):
        return False
    # Zotero's own JSON, papis' (authors as one string) and JSON lines of other programs are not CSL.
    return bool(_SIGNS.search(text)) and not _OTHERS.search(text) and not re.match(r"\{[^\n]*\}\s*\n\s*\{", text)


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every item of a CSL-JSON file: a list, one object, or an object with a list of `items` or `references`."""
    data = _lines.whole(stream, label)
    ids = ExternalIds(label)
    for ordinal, item in enumerate(_items(_load(data, label), label), 1):
        if not isinstance(item, dict):
            yield _lines.rejected(label, f"item {ordinal} is no JSON object", payload=str(item))
            continue
        record = _record(item, ids, ordinal)
        if record is None:
            yield _lines.rejected(label, f"item {ordinal} says nothing that is known", payload=_shown(item))
        else:
            yield record


def _load(data: bytes, label: str) -> Any:
    name, skip = _lines.encoding_of(data)
    try:
        return json.load(io.TextIOWrapper(io.BytesIO(data[skip:]), encoding=name), strict=False)
    except UnicodeDecodeError as exc:
        raise BadInput(label, f"is not valid {name.upper()} (byte {exc.start})") from None
    except json.JSONDecodeError as exc:
        raise BadInput(label, f"is not valid JSON: {exc.msg} (line {exc.lineno}, column {exc.colno})") from None
    except (ValueError, RecursionError) as exc:  # a number of thousands of digits; brackets nested by the thousand
        raise BadInput(label, f"is JSON that cannot be read ({exc})") from None


def _items(data: Any, label: str) -> list[Any]:
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        for name in ("items", "references"):
            if isinstance(data.get(name), list):
                return list(data[name])
        return [data]
    raise BadInput(label, "is JSON, but neither a list nor an object")


def _record(item: dict[str, Any], ids: ExternalIds, ordinal: int) -> Record | None:
    draft = Draft()
    type_ = text_of(item.get("type"))
    draft.kind = KINDS.get(type_, "other") if type_ else "article"
    if type_ and type_ not in _PLAIN_TYPES:
        draft.extra.append(("type", type_))
    if type_ == "document" and text_of(item.get("genre")) == "registration":
        draft.kind = "registration"
    for name, value in item.items():
        if name in _PARTS:
            _PARTS[name](draft, value)
        elif name in _TEXTS:
            _TEXTS[name](draft, text_of(value))
        elif name not in ("type", "id"):
            draft.keep(name, text_of(value) or _shown(value))
    _container(draft, item, type_)
    if not draft.filled:
        return None
    name = text_of(item.get("citation-key")) or text_of(item.get("id"))
    if "://" not in name and not name.isdigit():
        draft.key(name)
    return draft.record("csl-json", ids.make(text_of(item.get("id")) or name, ordinal))


def _container(draft: Draft, item: dict[str, Any], type_: str) -> None:
    """`container-title` is the journal of an article and the book of a chapter or a conference paper."""
    title = text_of(item.get("container-title"))
    if draft.kind == "chapter" or type_ == "paper-conference":
        draft.mark("book_title", _markup.read(title), "container-title")
        draft.put("journal", _markup.read_plain(text_of(item.get("collection-title"))), "collection-title")
    else:
        if title != text_of(item.get("container-title-short")):  # else it stands in for a title that is not known
            draft.put("journal", _markup.read_plain(title), "container-title")
        draft.keep("collection-title", _markup.read_plain(text_of(item.get("collection-title"))))


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except (ValueError, RecursionError):
        return ""


def _people(value: Any) -> tuple[list[Author], bool]:
    """The people of a list, and whether it is whole: programs end one that is not with somebody called "et al."."""
    if isinstance(value, str):
        people, whole = _names.people(value)
        return list(people), whole
    found = [person(v) for v in value] if isinstance(value, list) else []
    last = found[-1] if found else None
    if last is not None and _names.is_et_al(f"{last.given} {last.family}"):
        return [a for a in found[:-1] if a is not None], False
    return [a for a in found if a is not None], True


def _authors(draft: Draft, value: Any) -> None:
    found, whole = _people(value)
    draft.authors_complete = draft.authors_complete and whole
    draft.author(*found)


def _editors(draft: Draft, value: Any) -> None:
    found, whole = _people(value)
    draft.editors += found
    draft.filled = True
    if not whole:
        draft.keep("editor", _kept.EDITORS_CUT)


def _custom(draft: Draft, value: Any) -> None:
    """The schema's place for further fields; our own export says there that the list of authors is cut short."""
    if isinstance(value, dict) and value.get(_csl_kept.COMPLETE) is False:
        draft.authors_complete, draft.filled = False, True
        value = {name: said for name, said in value.items() if name != _csl_kept.COMPLETE}
    draft.keep("custom", text_of(value) or _shown(value))


def _issued(draft: Draft, value: Any) -> None:
    draft.date(date_of(value))


def _epub(draft: Draft, value: Any) -> None:
    draft.date(date_of(value), "electronic")


def _serial(draft: Draft, value: Any) -> None:
    for one in value if isinstance(value, list) else [value]:
        draft.serials(text_of(one), "ISSN")


def _note(draft: Draft, value: Any) -> None:
    """Zotero's Extra comes as `note`: lines "PMID: 123", "Citation Key: smith2020"."""
    for line in text_of(value).splitlines():
        key = _zotero_extra.citation_key(line)
        if key:
            draft.key(key)
        else:
            draft.note(_markup.read_plain(line), "note")


_PARTS: Final[dict[str, Any]] = {
    "author": _authors,
    "editor": _editors,
    "custom": _custom,
    "issued": _issued,
    "available-date": _epub,
    "ISSN": _serial,
    "ISBN": _serial,
    "note": _note,
    "container-title": lambda draft, value: None,  # _container
    "collection-title": lambda draft, value: None,
    "citation-key": lambda draft, value: None,  # _record
}
_TEXTS: Final[dict[str, Take]] = {
    "title": lambda d, v: d.mark("title", _markup.read(v), "title"),
    "original-title": lambda d, v: d.mark("vernacular_title", _markup.read(v), "original-title"),
    "abstract": lambda d, v: d.take_abstract(_markup.read(v), "abstract"),
    "container-title-short": lambda d, v: d.put("abbreviation", _markup.read_plain(v), "container-title-short"),
    "journalAbbreviation": lambda d, v: d.put("abbreviation", _markup.read_plain(v), "journalAbbreviation"),
    "volume": lambda d, v: d.put("volume", _markup.read_plain(v), "volume"),
    "issue": lambda d, v: d.put("issue", _markup.read_plain(v), "issue"),
    "page": lambda d, v: d.pages(_markup.read_plain(v), "page"),
    "number": lambda d, v: d.put("article", _markup.read_plain(v), "number"),
    "publisher": lambda d, v: d.put("publisher", _markup.read_plain(v), "publisher"),
    "publisher-place": lambda d, v: d.put("place", _markup.read_plain(v), "publisher-place"),
    "edition": lambda d, v: d.put("edition", _markup.read_plain(v), "edition"),
    "language": lambda d, v: d.language(v),
    "DOI": lambda d, v: d.identify("doi", v, "DOI"),
    "PMID": lambda d, v: d.identify("pmid", v, "PMID"),
    "PMCID": lambda d, v: d.identify("pmcid", v, "PMCID"),
    "URL": lambda d, v: d.link(v, "URL"),
    "keyword": lambda d, v: d.keyword_list(_markup.read_plain(v)),
}

FORMAT: Final = Format(
    name="csl-json",
    label="CSL-JSON",
    suffixes=(".json",),
    media_type="application/vnd.citationstyles.csl+json",
    recognise=recognise,
    read=read,
    write=write,
)
