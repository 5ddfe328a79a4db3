"""The condition bench as records: where it lies, what it holds, how it is scored."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from evidence.formats.pubmed_xml import FORMAT
from evidence.records import AbstractSection, Dated, Journal, PartialDate, Record
from evidence.text import from_plain, plain
from evidence.vocabulary.mesh import Mesh, read_mesh

HELD_BACK = (0, 1)
"""The parts (of ten, by `fold_of`) that training leaves out unless it is asked for the file that ships."""

PUBMED = ("pubmed20n0014", "pubmed_misc", "pubmed21n1298")


@dataclass(frozen=True, slots=True)
class Work:
    """A record with the disease headings people gave it; `source` as the bench names it."""

    record: Record
    gold: frozenset[str]
    source: str
    fold: int


def folder() -> Path:
    """The folder that holds data/, bench/ and seed/."""
    name = os.environ.get("EVIDENCE_BENCH_DATA", "")
    if not name:
        sys.exit("EVIDENCE_BENCH_DATA is not set: nothing to measure")
    return Path(name)


def mesh() -> Mesh:
    """The MeSH of the bench, whose tops have no place in the trees and are no gold."""
    return read_mesh(folder() / "data" / "mesh" / "mesh2024.tsv.gz").without_tops()


def fold_of(pmid: str) -> int:
    """One of ten parts, by a hash of the PMID."""
    return int(hashlib.md5(pmid.encode(), usedforsecurity=False).hexdigest(), 16) % 10


def record_of(row: dict[str, Any]) -> Record:
    """A line of a bench file as a record: title, abstract, journal and year, nothing else."""
    year = int(row.get("year") or 0)
    return Record(
        source="bench",
        external_id=row["pmid"],
        title=from_plain(row.get("title") or ""),
        abstract=(AbstractSection(text=from_plain(row["abstract"])),) if row.get("abstract") else (),
        journal=Journal(title=row.get("journal") or ""),
        dates=(Dated(kind="issue", date=PartialDate(year=year)),) if year else (),
    )


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The lines of a file of the condition bench."""
    with gzip.open(folder() / "bench" / "condition" / name, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def works(name: str, known: Iterable[str]) -> list[Work]:
    """A bench file as works; headings outside the MeSH at hand are left out."""
    uis = set(known)
    return [
        Work(
            record_of(row),
            frozenset(g["ui"] for g in row["gold"]) & uis,
            row.get("source") or "ncbi",
            fold_of(row["pmid"]),
        )
        for row in rows(name)
    ]


def without_abstract(at: Mesh, have: set[str]) -> Iterator[Work]:
    """Indexed records of the PubMed files that the bench has not, most of them titles without an abstract."""
    names = {term.casefold(): d.ui for d in at.descriptors.values() for term in d.terms}
    names |= {d.name.casefold(): d.ui for d in at.descriptors.values()}
    assert FORMAT.read is not None
    for name in PUBMED:
        with gzip.open(folder() / "data" / "pubmed" / f"{name}.dev.xml.gz") as stream:
            for item in FORMAT.read(stream, name):  # type: ignore[arg-type]
                if not isinstance(item, Record) or not item.mesh or (pmid := item.id("pmid") or "") in have:
                    continue
                have.add(pmid)
                uis = {h.ui if h.ui in at.descriptors else names.get(h.name.casefold(), "") for h in item.mesh} - {""}
                row = {
                    "pmid": pmid,
                    "title": plain(item.title),
                    "abstract": " ".join(plain(s.text) for s in item.abstract),
                    "journal": item.journal.title,
                    "year": item.year,
                }
                yield Work(record_of(row), frozenset(uis), "titles", fold_of(pmid))


def scorer() -> ModuleType:
    """The bench's own scorer."""
    spec = importlib.util.spec_from_file_location("eval_conditions", folder() / "bench" / "eval_conditions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
