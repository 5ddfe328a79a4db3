"""More examples of randomised trials for training, labelled by rule: never used to measure anything.

The gold of the bench has few randomised trials of few fields. Two sets of records say plainly what they are:

- records of the 2021 update file (data/pubmed) whose *title* says "randomised" and names no review, protocol, animal
  or further analysis are trials; those without any word of trials, and reviews and the like, are not. The records that
  were read by hand (`recent_2021.csv`, `recent_2021_b.csv`) are left out.
- records of Cohen's drug reviews, whose publication types the bench lacks, that say "were randomised", "randomly
  assigned" … and nothing of reviews are trials; those without any word of trials are not.

What the rules cannot tell is left out. The model sees title and abstract of the first set, so it learns how the
abstracts of titled trials read.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

from evidence.formats.pubmed_xml import FORMAT
from evidence.records import Record
from evidence.text import plain
from tests.benchmarks.design.corpus import READ_BLIND, Row, folder, recent_labels

RECENT = "pubmed21n1298.dev.xml.gz"
TRIAL = frozenset({"randomized_controlled_trial", "clinical_trial"})

_SAYS = re.compile(r"randomi[sz]ed|\brct\b", re.I)
_OTHERS = re.compile(
    r"review|meta-?analy|protocol|mice|\brats?\b|secondary|post[ -]?hoc|rationale|non-?randomi|trials\b|mendelian"
    r"|network|retract|correct|erratum|animal|pooled|sub-?study|analysis of|data from",
    re.I,
)
_NO_TRIAL = re.compile(r"review|meta-?analy|protocol|mice|\brats?\b|mendelian", re.I)
_TRIAL_WORD = re.compile(r"random|trial|placebo|blind|allocat|assign|sham", re.I)
_DID = re.compile(
    r"(were|was) (then )?(\w+ )?randomi[sz]ed|randomly (assigned|allocated)"
    r"|randomi[sz]ed[ ,](\w+[ -,]*){0,5}(study|trial) (of|was|in|comparing|to)\b",
    re.I,
)
_REVIEWS = re.compile(r"review|meta-?analy|literature|trials have|post hoc|pooled", re.I)
_DRUG_TRIAL_WORD = re.compile(r"random|double|placebo|trial|blind", re.I)
_REVIEW_SAID = re.compile(r"this review|reviewed|meta-analysis|literature search|MEDLINE")


def recent_records() -> Iterator[Record]:
    """Records with an abstract of the 2021 file, once each, without what an indexer gave them."""
    assert FORMAT.read is not None
    done: set[str] = set()
    with gzip.open(folder() / "data" / "pubmed" / RECENT) as stream:
        for item in FORMAT.read(stream, RECENT):  # type: ignore[arg-type]
            if isinstance(item, Record) and item.abstract and item.external_id not in done:
                done.add(item.external_id)
                yield replace(item, mesh=(), publication_types=(), keywords=())


def _row(record: Record, text: str, *, trial: bool, source: str) -> Row:
    gold = TRIAL if trial else frozenset[str]()
    return Row(record=record, text=text, gold=gold, assessable=frozenset({"weak"}), source=source, fold=-1)


def _recent() -> Iterator[Row]:
    held_back = recent_labels() | recent_labels(READ_BLIND)
    for record in recent_records():
        if record.external_id in held_back:
            continue
        title = plain(record.title)
        text = " ".join([title, *(plain(s.text) for s in record.abstract)])
        if _SAYS.search(title) and not _OTHERS.search(title):
            yield _row(record, text, trial=True, source="weak-2021")
        elif not _TRIAL_WORD.search(text) or _NO_TRIAL.search(title):
            yield _row(record, text, trial=False, source="weak-2021")


def _drug_reviews(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        if row.source != "cohen2006":
            continue
        if _DID.search(row.text) and not _REVIEWS.search(row.text):
            yield _row(row.record, row.text, trial=True, source="weak-cohen")
        elif not _DRUG_TRIAL_WORD.search(row.text) or _REVIEW_SAID.search(row.text):
            yield _row(row.record, row.text, trial=False, source="weak-cohen")


def weak(rows: list[Row]) -> list[Row]:
    """Rows for training only; their fold is -1, so no fold is measured on them."""
    return [*_recent(), *_drug_reviews(rows)]
