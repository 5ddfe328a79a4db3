"""Measures disease tags on the condition bench beside a plain dictionary, and prints the tables.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.condition.run [--weights FILE] [--reranked] [FILE …]

Without FILE it scores the part of the development file that train.py holds back, with weights that train.py made
without it (--weights; without them the packaged ones, which have seen the whole file: then the table says so).
--reranked adds the dictionary re-ranked by learned features (needs scikit-learn), taught by the records not held back.
A FILE in the bench's format is scored whole. Scored by the bench's own `eval_conditions.py`.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from evidence import vocabulary
from evidence.records import Record
from evidence.tagging import Tagger
from evidence.tagging.mesh_features import FEATURES
from evidence.tagging.mesh_model import load_model
from evidence.tagging.mesh_tagger import MeshTagger
from evidence.tagging.phrases import Document, PhraseTable
from evidence.tagging.subjects import Subjects
from tests.benchmarks.condition import bench
from tests.benchmarks.condition.baselines import Dictionary, Reranked
from tests.benchmarks.condition.bench import HELD_BACK

Gold = list[dict[str, Any]]
Predictions = dict[str, list[str]]
BENCHES = ("dev.jsonl.gz", "ncbi_disease_dev.jsonl.gz")
out = sys.stdout.write


def predictions(gold: Gold, say: Callable[[Record], Iterable[str]]) -> tuple[Predictions, float]:
    """What a method says, and milliseconds of processor time a record."""
    records = [(row["pmid"], bench.record_of(row)) for row in gold]
    start = time.process_time()
    said = {pmid: list(say(record)) for pmid, record in records}
    return said, (time.process_time() - start) * 1000 / max(1, len(records))


def table(title: str, gold: Gold, methods: Mapping[str, Callable[[Record], Iterable[str]]]) -> None:
    score = bench.scorer()
    mesh = score.load_mesh(bench.folder() / "data" / "mesh" / "mesh2024.tsv.gz")
    out(f"\n{title}: {len(gold)} records\n\n")
    out("| | precision | recall | exact F1 | with ancestors | category | ms/record |\n")
    out("|---|---|---|---|---|---|---|\n")
    for name, say in methods.items():
        said, spent = predictions(gold, say)
        found = score.score(gold, said, mesh)
        p, r, f1 = found["exact"]
        out(f"| {name} | {p:.3f} | {r:.3f} | {f1:.3f} | {found['hierarchical'][2]:.3f} |")
        out(f" {found['category'][2]:.3f} | {spent:.2f} |\n")
        sys.stdout.flush()


def speed(gold: Gold, at: Callable[[Record], object], name: str) -> None:
    """Milliseconds of processor time a record, of the records that have an abstract."""
    records = [bench.record_of(row) for row in gold if row.get("abstract")][:2000]
    for record in records[:200]:
        at(record)
    start = time.process_time()
    for record in records:
        at(record)
    spent = (time.process_time() - start) / len(records)
    out(f"| {name} | {spent * 1000:.3f} | {1 / spent:,.0f} |\n")


def subjects(known: vocabulary.Vocabulary) -> Callable[[Record], object]:
    """Conditions and interventions of a vocabulary without the designs."""
    phrases = PhraseTable()
    prepared = Subjects(known, phrases)

    def tag(record: Record) -> object:
        document = Document(record)
        return list(prepared.tag(record, document, list(phrases.find(document))))

    return tag


def read(path: Path) -> Gold:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]


def held_back(methods: Mapping[str, Callable[[Record], Iterable[str]]]) -> None:
    """The tables of the records that train.py leaves out."""
    held = [row for row in bench.rows("dev.jsonl.gz") if bench.fold_of(row["pmid"]) in HELD_BACK]
    table("development file, held-back fifth", held, methods)
    table("of these, since 2010", [row for row in held if (row["year"] or 0) >= 2010], methods)
    rows = [row for row in bench.rows("ncbi_disease_dev.jsonl.gz") if bench.fold_of(row["pmid"]) in HELD_BACK]
    table("NCBI disease corpus, held-back fifth", rows, methods)


def speeds(tagger: MeshTagger) -> None:
    """The table of processor time a record."""
    held = [row for row in bench.rows("dev.jsonl.gz") if bench.fold_of(row["pmid"]) in HELD_BACK]
    out("\n| speed, title + abstract | ms/record | records/s |\n|---|---|---|\n")
    known = vocabulary.load()
    speed(held, subjects(known), "conditions and interventions of the packaged vocabulary")
    speed(held, Tagger(known).tag, "the same with designs: Tagger.tag")
    speed(held, lambda r: tagger.conditions(r, text_only=True), "all diseases of MeSH: MeshTagger.conditions")


def main() -> None:
    arguments = sys.argv[1:]
    weights = None
    if "--weights" in arguments:
        at = arguments.index("--weights")
        weights = load_model(Path(arguments[at + 1]), FEATURES)
        del arguments[at : at + 2]
    mesh = bench.mesh()
    start = time.process_time()
    tagger = MeshTagger(mesh, weights)
    made = time.process_time() - start
    terms = bench.scorer().load_mesh(bench.folder() / "data" / "mesh" / "mesh2024.tsv.gz")
    plain = Dictionary(terms)
    methods: dict[str, Callable[[Record], Iterable[str]]] = {"dictionary": plain.said}
    if "--reranked" in arguments:
        arguments.remove("--reranked")
        taught = [w for name in BENCHES for w in bench.works(name, mesh.descriptors) if w.fold not in HELD_BACK]
        methods["dictionary re-ranked by learned features"] = Reranked(plain, terms, taught).said
    methods |= {
        "evidence, all conditions listed": lambda r: [c.ui for c in tagger.conditions(r, text_only=True)],
        "evidence, central ones only": lambda r: [c.ui for c in tagger.conditions(r, text_only=True) if c.central],
    }
    if weights is None:
        out("Weights: the packaged ones. They were trained on the development files: see --weights.\n")
    if arguments:
        for name in arguments:
            table(Path(name).name, read(Path(name)), methods)
        return
    held_back(methods)
    speeds(tagger)
    out(f"\nMaking the tagger for all of MeSH took {made:.1f} s.\n")


if __name__ == "__main__":
    main()
