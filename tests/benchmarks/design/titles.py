"""Titles without an abstract, indexed by NLM: more examples of animal and in vitro studies, for training only.

The bench has the records of data/pubmed that have an abstract; half of those from 1975 to 1979 have none. Their
headings say whether animals or cells were studied, and the bench's own rules for these two classes are followed
(bench/designs.py): Animals without Humans, and techniques and cells in vitro.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator
from dataclasses import replace

from evidence.formats.pubmed_xml import FORMAT
from evidence.records import Record
from evidence.text import plain
from tests.benchmarks.design.corpus import Row, folder

FILES = ("pubmed20n0014.dev.xml.gz", "pubmed_misc.dev.xml.gz")
IN_VITRO = frozenset(
    {"In Vitro Techniques", "Cells, Cultured", "Cell Line", "Cell Line, Tumor", "Tumor Cells, Cultured"},
)


def _gold(headings: frozenset[str]) -> frozenset[str]:
    animal = "Animals" in headings and "Humans" not in headings
    return frozenset([*(["animal"] if animal else []), *(["in_vitro"] if headings & IN_VITRO else [])])


def titles(known: Collection[str]) -> Iterator[Row]:
    """Indexed records that are not among the known identifiers; their fold is -1, so no fold is measured on them."""
    assert FORMAT.read is not None
    done = set(known)
    for name in FILES:
        with gzip.open(folder() / "data" / "pubmed" / name) as stream:
            for item in FORMAT.read(stream, name):  # type: ignore[arg-type]
                if isinstance(item, Record) and item.mesh and not item.abstract and item.external_id not in done:
                    done.add(item.external_id)
                    yield Row(
                        record=replace(item, mesh=(), publication_types=(), keywords=()),
                        text=plain(item.title),
                        gold=_gold(frozenset(heading.name for heading in item.mesh)),
                        assessable=frozenset({"title"}),
                        source="title",
                        fold=-1,
                    )
