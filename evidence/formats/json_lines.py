"""JSON lines of other programs: one object a line with a title, an abstract and whatever else it says.

There is no standard for it; the names read here are those of common data sets of PubMed records. What no field here
holds is kept as it was said. Our own, lossless form is `jsonl`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from evidence.formats import Format, _lines, _markup
from evidence.formats._draft import Draft, ExternalIds
from evidence.records import (
    AbstractSection,
    Item,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    PartialDate,
    Record,
)
from evidence.text import clean

_START: Final = re.compile(r'\s*\{(?!\s*"(?:source|external_id)"\s*:\s*"[^"]*"\s*,\s*"(?:source|external_id)")')
_TEXTS: Final = re.compile(r'"(?:title|abstract)"\s*:', re.I)
_TELLING: Final = frozenset(("title", "abstract", "pmid", "id"))
_FIRST_LINES: Final = 20
"""How many lines of the head are looked at for an object, when the first is none."""
_OTHER_PROGRAMS: Final = re.compile(r'"(?:itemType|container-title|issued|references|items)"\s*:|"author"\s*:\s*"')


def recognise(head: bytes) -> bool:
    """A first line that begins an object with a title or an abstract, and is no CSL item and none of our records; or,
    when that line is odd, one of the next that is a whole object of the kind: a bad line costs itself, not its file.
    """
    lines = head.decode("utf-8", "replace").lstrip("\ufeff\r\n \t").splitlines()[:_FIRST_LINES]
    if not lines or _OTHER_PROGRAMS.search(lines[0]):
        return False
    return _begins(lines[0]) or any(map(_is_whole, lines[1:]))


def _begins(line: str) -> bool:
    return bool(_START.match(line) and _TEXTS.search(line))


def _is_whole(line: str) -> bool:
    """A line of its own that is a foreign object with a title, an abstract, a PMID or an id."""
    if not _START.match(line) or _OTHER_PROGRAMS.search(line):
        return False
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and any(str(name).lower() in _TELLING for name in said)


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every object of the file; empty lines count for nothing, a line that is no object with a text is rejected."""
    ids = ExternalIds(label)
    ordinal = 0
    for line in _lines.lines(stream):
        if not line.text.strip() and not line.fault:
            continue
        ordinal += 1
        try:
            said = json.loads(line.text) if not line.fault else None
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            reason = f"line {line.number} {line.fault}" if line.fault else "is no JSON object"
            yield _lines.rejected(label, reason, line.number, line.text)
            continue
        named = {str(k).lower(): v for k, v in said.items()}
        record = _record(named)
        if record.title or record.abstract or record.identifiers:
            key = next((str(named[k]) for k in ("id", "external_id", "pmid", "doi") if named.get(k)), "")
            yield replace(record, external_id=ids.make(key, ordinal))
        else:
            yield _lines.rejected(label, "has neither title nor abstract nor identifier", line.number, line.text)


def _record(said: dict[str, Any]) -> Record:
    """What an object says, not yet named: a line that is rejected takes nobody's name."""
    draft = Draft()
    for name, value in said.items():
        take = _FIELDS.get(name)
        if take is not None:
            take(draft, value, name)
        elif isinstance(value, str | int | float) and name not in ("id", "mesh", "publication_types", "abstract"):
            draft.keep(name, str(value))
    types = draft.publication_types | dict.fromkeys(
        NamedConcept(name=t) for t in _strings(said.get("publication_types"))
    )
    record = draft.record("json-lines", "")
    return replace(
        record,
        abstract=_abstract(said.get("abstract")) or record.abstract,
        mesh=tuple(_heading(h) for h in _strings(said.get("mesh"))),
        publication_types=tuple(types),
    )


def _strings(value: Any) -> list[str]:
    """A list of texts, whichever way it is written: strings, objects with a name, one string with semicolons."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list):
        return []
    texts = (str(v.get("name") or v.get("text") or "") if isinstance(v, dict) else v for v in value)
    return [text for v in texts if isinstance(v, str) and (text := clean(v))]


def _abstract(value: Any) -> tuple[AbstractSection, ...]:
    """An abstract in sections: a list of texts or of objects with `label` and `text`."""
    if not isinstance(value, list):
        return ()
    parts = [v if isinstance(v, dict) else {"text": v} for v in value]
    made = (
        AbstractSection(text=_markup.read(str(p.get("text") or "")), label=clean(str(p.get("label") or "")))
        for p in parts
    )
    return tuple(section for section in made if section.text)


def _heading(text: str) -> MeshHeading:
    """`Psoas Abscess/*etiology/surgery`, as MEDLINE writes it; a star marks a major topic."""
    name, *qualifiers = text.split("/")
    parts = tuple(
        MeshQualifier(ui="", name=q.strip(" *"), major=q.strip()[:1] == "*") for q in qualifiers if q.strip(" *")
    )
    return MeshHeading(ui="", name=name.strip(" *"), major=text[:1] == "*", qualifiers=parts)


Take = Callable[[Draft, Any, str], object]


def _text(put: Callable[[Draft, str, str], object]) -> Take:
    """For a value that must be one text or number."""

    def take(draft: Draft, value: Any, name: str) -> None:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            put(draft, str(value), name)

    return take


def _year(draft: Draft, value: str, name: str) -> None:
    found = re.fullmatch(r"\s*([12][0-9]{3})(?:\.0)?\s*", value)
    if found:
        draft.date(PartialDate(year=int(found[1])))
    else:
        draft.keep(name, value)


def _keywords(draft: Draft, value: Any, name: str) -> None:
    for keyword in _strings(value):
        draft.keyword(keyword)


_FIELDS: Final[dict[str, Take]] = {
    "title": _text(lambda d, v, n: d.mark("title", _markup.read(v), n)),
    "abstract": _text(lambda d, v, n: d.take_abstract(_markup.read(v), n)),
    "journal": _text(lambda d, v, n: d.put("journal", v, n)),
    "year": _text(_year),
    "volume": _text(lambda d, v, n: d.put("volume", v, n)),
    "issue": _text(lambda d, v, n: d.put("issue", v, n)),
    "pages": _text(lambda d, v, n: d.pages(v, n)),
    "pmid": _text(lambda d, v, n: d.identify("pmid", v, n)),
    "doi": _text(lambda d, v, n: d.identify("doi", v, n)),
    "pmcid": _text(lambda d, v, n: d.identify("pmcid", v, n)),
    "keywords": _keywords,
}
"""Name of a field in lower case → what it fills."""

FORMAT: Final = Format(
    name="json-lines",
    label="JSON lines with title and abstract",
    suffixes=(".jsonl", ".ndjson"),
    media_type="application/x-ndjson",
    recognise=recognise,
    read=read,
)
