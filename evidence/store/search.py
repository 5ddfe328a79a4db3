"""Text search: one folded text a study, phrases and prefixes, the same hits on SQLite (FTS5) and PostgreSQL.

The text is folded here (text.fold), so the databases' own tokenisers meet only words and spaces; no stemming. The
query language: words (all must occur), "a phrase", a prefix*; anything else is a word or a phrase of its parts
("10.1002/ana.25332"). A word or run of words that names a condition also finds the studies of that condition.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, text

from evidence import identifiers
from evidence import text as texts
from evidence.errors import BadIdentifier
from evidence.records import Record
from evidence.store.engine import Store, Writer
from evidence.store.facets import Bitmaps, bitmap_of
from evidence.vocabulary import Vocabulary

_TOKEN: Final = re.compile(r'"([^"]*)"?|(\S+)')
_PASTED: Final = re.compile(r"\s*(?:(?:pmid|pmcid|doi)\s*:?\s*|https?://)\S+\s*", re.I)
_CACHE_SIZE: Final = 256
_lock = Lock()
_looking_up = Lock()
MAX_WORDS: Final = 32
"""Words of a query that are looked at."""

_LEXEME: Final = 500
_TSVECTOR_BYTES: Final = 900_000
_PLACE_BYTES: Final = 5
"""PostgreSQL takes lexemes below 2 KB (500 characters of at most four bytes) and a tsvector below 1 MB, the places
included: https://www.postgresql.org/docs/current/textsearch-limitations.html . What is beyond is not searched."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words in this order, the last one perhaps a prefix."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Terms that must all occur, or, when it names a condition, the studies of that condition."""

    terms: tuple[Term, ...]
    condition: str = ""


def parse(query: str, vocabulary: Vocabulary) -> tuple[Part, ...]:
    """A person's search text as parts, all of which must hold."""
    terms: list[Term] = []
    for phrase, word in _TOKEN.findall(_identifier(query) or query):
        raw = phrase or word
        words = tuple(texts.words(raw))
        if words:
            terms.append(Term(words, prefix=bool(word) and raw.endswith("*")))
    return _name_conditions(terms[:MAX_WORDS], vocabulary.names)


def _identifier(query: str) -> str:
    """The bare identifier that was pasted ("PMID: 123", a DOI's address); empty when the text is something else."""
    if not _PASTED.fullmatch(query):
        return ""
    try:
        return identifiers.guess(query).value
    except BadIdentifier:
        return ""


def _name_conditions(terms: Sequence[Term], names: Mapping[str, str]) -> tuple[Part, ...]:
    """Longest runs of terms that spell a condition's name become one part."""
    parts: list[Part] = []
    at = 0
    while at < len(terms):
        for end in range(len(terms), at, -1):
            slug = names.get(" ".join(w for t in terms[at:end] for w in t.words))
            if slug and not terms[end - 1].prefix:
                parts.append(Part(tuple(terms[at:end]), slug))
                at = end
                break
        else:
            parts.append(Part((terms[at],)))
            at += 1
    return tuple(parts)


def hits(store: Store, connection: Connection, bitmaps: Bitmaps, parts: Sequence[Part]) -> int:
    """The bitmap of the studies that the query finds."""
    found = -1
    for part in parts:
        named = -1
        for term in part.terms:
            named &= _matching(store, connection, bitmaps, term)
        if part.condition:
            named |= bitmaps.get(f"c:{part.condition}")
        found &= named
    return found


def _matching(store: Store, connection: Connection, bitmaps: Bitmaps, term: Term) -> int:
    """The studies that have one term. Kept for the revision: the next query with that word is one `&` away.

    Term by term, not one query for all: the database takes longer to intersect common words than to list them.
    """
    key = (bitmaps.stamp, term)
    found = _kept(store, key)
    if found is None:
        with _looking_up:  # several clients that ask for one common word wait for the first, not for each other
            found = _kept(store, key)
            if found is None:
                size = max(bitmaps.get(base).bit_length() for base in ("listed", "lead", "candidate"))
                found = bitmap_of(_numbers(connection, term), size)
                _keep(store, key, found)
    return found


def _kept(store: Store, key: Any) -> int | None:
    with _lock:
        cache: OrderedDict[Any, int] = store.cache.setdefault("hits", OrderedDict())
        if key in cache:
            cache.move_to_end(key)
        return cache.get(key)


def _keep(store: Store, key: Any, found: int) -> None:
    with _lock:
        cache: OrderedDict[Any, int] = store.cache.setdefault("hits", OrderedDict())
        cache[key] = found
        while len(cache) > _CACHE_SIZE:
            cache.popitem(last=False)


def _numbers(connection: Connection, term: Term) -> Iterator[int]:
    """The numbers of matching studies, through the driver's own cursor: a common word gives a row for every study."""
    cursor = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            cursor.execute("SELECT rowid FROM study_fts WHERE study_fts MATCH ?", (_fts5(term),))
        else:
            cursor.execute("SELECT study_id FROM study_fts WHERE body @@ to_tsquery('simple', %s)", (_tsquery(term),))
        yield from (row[0] for row in cursor.fetchall())
    finally:
        cursor.close()


def _fts5(term: Term) -> str:
    """FTS5 syntax, https://sqlite.org/fts5.html#full_text_query_syntax ; words hold no quote after folding."""
    return f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")


def _tsquery(term: Term) -> str:
    """PostgreSQL syntax, https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY ."""
    return " <-> ".join(f"'{word[:_LEXEME]}'" for word in term.words) + (":*" if term.prefix else "")


def body(record: Record, keys: Sequence[str]) -> str:
    """Everything of a study that search looks at, folded."""
    pieces: list[str] = [
        texts.plain(record.title),
        texts.plain(record.vernacular_title),
        texts.plain(record.book_title),
    ]
    pieces += [texts.plain(section.text) for section in record.abstract]
    pieces += [texts.plain(s.text) for other in record.other_abstracts for s in other.sections]
    pieces += [f"{a.given} {texts.short_name(a)}" for a in record.authors]
    pieces += [record.journal.title, record.journal.abbreviation]
    pieces += (
        [k.text for k in record.keywords] + [h.name for h in record.mesh] + [t.name for t in record.publication_types]
    )
    pieces += [i.value for i in record.identifiers] + list(keys)
    return texts.fold("\n".join(piece for piece in pieces if piece))


def index(writer: Writer, bodies: dict[int, str], *, fresh: set[int]) -> None:
    """Write the search text of studies; `fresh` ones have none yet."""
    _delete(writer, [number for number in bodies if number not in fresh])
    if not bodies:
        return
    if writer.connection.dialect.name == "sqlite":
        rows = [{"number": number, "body": value} for number, value in bodies.items()]
        statement = "INSERT INTO study_fts (rowid, body) VALUES (:number, :body)"
    else:
        rows = [{"number": number, "body": _tsvector(value)} for number, value in bodies.items()]
        statement = "INSERT INTO study_fts (study_id, body) VALUES (:number, CAST(:body AS tsvector))"
    writer.connection.execute(text(statement), rows)


def _tsvector(folded: str) -> str:
    """Our own words with their places, so that PostgreSQL's parser decides nothing (places end at 16,383 there)."""
    room = _TSVECTOR_BYTES
    kept = []
    for at, word in enumerate(folded.split(), 1):
        lexeme = word[:_LEXEME]
        room -= len(lexeme.encode()) + _PLACE_BYTES
        if room < 0:
            break
        kept.append(f"'{lexeme}':{min(at, 16_383)}")
    return " ".join(kept)


def _delete(writer: Writer, numbers: Sequence[int]) -> None:
    if numbers:
        column = "rowid" if writer.connection.dialect.name == "sqlite" else "study_id"
        writer.connection.execute(
            text(f"DELETE FROM study_fts WHERE {column} = :number"), [{"number": n} for n in numbers]
        )


def remove(writer: Writer, numbers: Sequence[int]) -> None:
    """Take studies out of the search index (merged away)."""
    _delete(writer, numbers)


def clear(writer: Writer) -> None:
    """Empty the search index."""
    writer.connection.execute(text("DELETE FROM study_fts"))
