"""Checks that look at whole tables, each with a few statements: the file, references, counts, the two indexes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from evidence import recompute
from evidence.doctor.model import Examination, Finding, Kind, batches
from evidence.identifiers import Identifier
from evidence.store import claims, facets, inspecting, reads, reindexing, standing
from evidence.store.contradictions import PREFIX

_GROUPS: Final = 500


def _file(about: Examination) -> Iterator[Finding]:
    if about.store.dialect != "sqlite":
        about.note = "PostgreSQL keeps watch over its own files"
        return
    about.saw(1)
    yield from (Finding("database", fault) for fault in inspecting.damage(about.store))


def _references(about: Examination) -> Iterator[Finding]:
    for row, why in inspecting.broken_references(about.store):
        yield Finding(row, why)
    with about.store.read() as connection:
        yield from (Finding(*fault) for fault in inspecting.homeless(connection))
    about.saw(about.studies)


def _counts(about: Examination) -> Iterator[Finding]:
    """Every bitmap beside a recount from the study rows; what contradicts itself in a study (q:) is not in its row."""
    with about.store.read() as connection:
        bitmaps = facets.load(about.store, connection)
        top = max((bits.bit_length() for bits in bitmaps.maps.values()), default=0)
        alive = inspecting.live(connection)  # of this snapshot: others may be writing
        there = set(alive)
        for low in range(0, max(top, *alive[-1:], 0) + 1, facets.CHUNK_BITS):
            rows = reads.study_rows(connection, [n for n in range(low, low + facets.CHUNK_BITS) if n in there])
            wrong = _differing(bitmaps, low, _recounted(rows, low))
            keys = reads.keys_of(connection, wrong)
            for study, values in sorted(wrong.items()):
                said = ", ".join(sorted(values)[:6])
                yield Finding(keys.get(study, f"study {study}"), f"is counted wrongly under {said}", study)
            about.saw(len(rows))


def _recounted(rows: dict[int, Any], low: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for study, row in rows.items():
        tags = [tuple(tag.split(":")) for tag in row.tags.split()]
        for value in standing.values(row._mapping, [(tag[0], tag[1], True) for tag in tags]):
            found[value] = found.get(value, 0) | 1 << (study - low)
    return found


def _differing(bitmaps: facets.Bitmaps, low: int, recounted: dict[str, int]) -> dict[int, set[str]]:
    """Study → the values under which it is counted and should not be, or the other way round."""
    wrong: dict[int, set[str]] = {}
    mask = (1 << facets.CHUNK_BITS) - 1
    for value in {v for v in bitmaps.maps if not v.startswith(PREFIX)} | recounted.keys():
        for bit in facets.members(bitmaps.get(value) >> low & mask ^ recounted.get(value, 0)):
            wrong.setdefault(low + bit, set()).add(value)
    return wrong


def _recount(about: Examination, studies: Sequence[int]) -> None:
    for batch in batches(studies, recompute.BATCH):
        recompute.repair(about.store, about.vocabulary, batch)
        with about.store.write() as writer:
            gone = set(batch).difference(inspecting.alive(writer.connection, batch))
            facets.apply(writer, dict.fromkeys(sorted(gone), ()))
    about.store.cache.clear()


def _searching(about: Examination) -> Iterator[Finding]:
    with about.store.read() as connection:
        known, alive = inspecting.searchable(connection), inspecting.live(connection)
        missing = sorted(set(alive) - known)
        keys = reads.keys_of(connection, missing)
    about.saw(len(alive))
    for study in missing:
        yield Finding(keys.get(study, f"study {study}"), "no text search finds it", study)
    for study in sorted(known.difference(alive)):
        yield Finding(f"study {study}", "text search finds it, though no page shows it", study)


def _index_text(about: Examination, studies: Sequence[int]) -> None:
    for batch in batches(studies, recompute.BATCH):
        with about.store.write() as writer:
            reindexing.forget(writer, batch)
            reindexing.write(writer, about.vocabulary, inspecting.alive(writer.connection, batch))


def _claims(about: Examination) -> Iterator[Finding]:
    with about.store.read() as connection:
        for study, key in inspecting.ghosts(connection):
            yield Finding(key, f"study {study} was merged away and still has identifiers")
        for groups in batches(inspecting.claims(connection), _GROUPS):
            pmids = inspecting.pmids(connection, {row.study_id for group in groups for row in group})
            keys = reads.keys_of(connection, {row.study_id for group in groups for row in group})
            for group in groups:
                about.saw(1)
                first = group[0]
                wanted = claims.decide({(first.scheme, first.value): [row.study_id for row in group]}, pmids)
                for row in group:
                    claim = wanted[row.study_id, row.scheme, row.value]
                    if row.claim != claim:
                        named = Identifier(row.scheme, row.value)
                        what = f"{named.scheme} {named.value} is its {row.claim}; it should be {claim}"
                        yield Finding(keys.get(row.study_id, f"study {row.study_id}"), what, row.study_id)


def _claim(about: Examination, studies: Sequence[int]) -> None:
    for batch in batches(dict.fromkeys(studies), recompute.BATCH):
        recompute.save_anew(about.store, about.vocabulary, batch, ["claims"])


def _strays(about: Examination) -> Iterator[Finding]:
    with about.store.read() as connection:
        for record in inspecting.indexed_nothing(connection):
            yield Finding(f"source record {record}", "is in the matching index and not in the store", record)
    about.saw(1)


def _drop_strays(about: Examination, records: Sequence[int]) -> None:
    with about.store.write() as writer:
        reindexing.drop_strays(writer, records)


KINDS: Final = (
    Kind("file", "database", _file),
    Kind("references", "studies", _references),
    Kind("counts", "studies", _counts, _recount),
    Kind("search", "studies", _searching, _index_text),
    Kind("identifiers", "claims that are shared or disputed", _claims, _claim),
    Kind("strays", "matching index", _strays, _drop_strays),
)
