"""What the tests of formats share: reading from text, and what must survive a file."""

from __future__ import annotations

import io
from typing import Any

from evidence import formats
from evidence.formats import _names
from evidence.records import Author, Item, Record, Rejected
from evidence.text import short_name
from evidence.views import Study


def read(data: str | bytes, name: str, label: str = "file.x") -> list[Item]:
    """Every item of a text in a named format."""
    raw = data.encode() if isinstance(data, str) else data
    fmt = formats.by_name(name)
    assert fmt.read is not None
    return list(fmt.read(io.BytesIO(raw), label))


def records(data: str | bytes, name: str) -> list[Record]:
    """The records of a text; nothing may be rejected."""
    items = read(data, name)
    assert not [i for i in items if not isinstance(i, Record)], items
    return [i for i in items if isinstance(i, Record)]


def rejections(items: list[Item]) -> list[Rejected]:
    """The rejected ones."""
    return [i for i in items if isinstance(i, Rejected)]


def written(studies: list[Study], name: str) -> str:
    """The studies as a file."""
    fmt = formats.by_name(name, writing=True)
    assert fmt.write is not None
    return "".join(fmt.write(studies))


def says(record: Record) -> dict[str, Any]:
    """What a record says that every format carries, in one form."""
    date = next((d for d in (record.date("issue"), record.date("electronic")) if d and d.year), None)
    return {
        "pmid": record.id("pmid"),
        "doi": record.id("doi"),
        "pmcid": record.id("pmcid"),
        "kind": record.kind,
        "title": record.title,
        "book_title": record.book_title if record.kind in ("chapter", "article") else "",
        "authors": [_names.canonical(a) for a in record.authors if (a.family + a.given).strip(",; ")],
        "short": [short_name(a if a.family else Author(family=a.given)) for a in record.authors[:3]],
        "journal": record.journal.title or record.journal.abbreviation,
        "abbreviation": record.journal.abbreviation,
        "issn": record.journal.issn,
        "year": date.year if date else None,
        "month": date.month if date else None,
        "day": date.day if date and date.month else None,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "publisher": record.publisher,
        "place": record.place,
        "edition": record.edition,
        "languages": record.languages[:1],
        "keywords": [k.text for k in record.keywords],
    }
