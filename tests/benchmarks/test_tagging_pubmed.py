"""The tagger on tens of thousands of real PubMed records: no error, every reason in the record, types respected."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evidence import vocabulary
from evidence.formats.pubmed_xml import FORMAT
from evidence.records import Record
from evidence.tagging import Tagger, primary
from evidence.text import fold, plain

FOLDER = os.environ.get("EVIDENCE_BENCH_DATA")
pytestmark = [
    pytest.mark.skipif(
        not FOLDER, reason="NOT RUN: EVIDENCE_BENCH_DATA must name the folder that holds data/, bench/ and seed/"
    ),
    pytest.mark.slow,
]
FILES = ("pubmed21n1298.dev.xml.gz", "pubmed_misc.dev.xml.gz", "pubmed20n0014.dev.xml.gz")


def records(name: str) -> Iterator[Record]:
    assert FORMAT.read is not None
    with gzip.open(Path(FOLDER or ".") / "data" / "pubmed" / name) as stream:
        yield from (item for item in FORMAT.read(stream, name) if isinstance(item, Record))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FILES)
def test_every_record_is_tagged_with_reasons_that_it_holds(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    tagger = Tagger(vocabulary.load())
    spent, count = 0.0, 0
    for record in records(name):
        start = time.process_time()
        hits = tagger.tag(record)
        spent += time.process_time() - start
        count += 1
        sections = [f"{s.label} {plain(s.text)}" for s in record.abstract]
        words = fold(" ".join([plain(record.title), *sections, *(k.text for k in record.keywords)]))
        types = {p.name for p in record.publication_types}
        headings = {h.name for h in record.mesh} | {"Animals, without Humans"}
        for hit in hits:
            if hit.origin == "text":
                assert fold(hit.evidence) in words
            elif hit.origin == "pubtype" and hit.rule == "publication-type":
                assert hit.evidence in types
            elif hit.origin == "mesh":
                assert hit.evidence.split(" (below")[0].rstrip("*") in headings
        designs = {h.slug for h in hits if h.kind == "design"}
        if "Randomized Controlled Trial" in types:
            assert designs & {"rct", "protocol", "secondary-analysis", "erratum", "retraction-notice"}
        if types & {"Published Erratum", "Retraction of Publication"}:
            assert primary(designs) in {"erratum", "retraction-notice"}
    assert count > 1000
    record_property("milliseconds_per_record", round(spent / count * 1000, 4))
