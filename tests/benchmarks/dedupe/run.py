"""Measures de-duplication beside bib-dedupe and an exact-identifier rule, in one run, and prints the tables.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.dedupe.run [SET …] [--damage] [--growth]

EVIDENCE_BENCH_DATA is the folder that holds `bench/dedup`. bib-dedupe is run by the interpreter that
EVIDENCE_BIBDEDUPE_PYTHON names (default: this one) and left out, saying so, where it cannot be imported. Every tool is
a process of its own: wall seconds, processor seconds and peak memory are those of the whole process.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks.dedupe import synthetic

Pair = tuple[str, str]
SETS = ("haematology", "respiratory", "cytology_screening", "diabetes", "tafenoquine", "scale8k", "is_jais")
HERE = Path(__file__).parent
ROOT = HERE.parents[2]

BIB_DEDUPE = """
import sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
records = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
records["abstract"] = ""
groups = cluster(match(block(prep(records))))
with open(sys.argv[2], "w") as out:
    out.writelines(";".join(map(str, g)) + "\\n" for g in groups)
"""


@dataclass(frozen=True)
class Run:
    """One tool on one set."""

    seconds: float
    processor: float
    megabytes: float
    score: dict[str, Any]
    queue: int = 0
    recall: float = 0.0  # of pairs, when a person answers the queue rightly
    recall_aside: float = 0.0  # the same, pairs that are wrongly labelled one aside
    not_argued: int = 0  # mixed clusters that label_faults.csv does not argue


def bench() -> Path:
    folder = os.environ.get("EVIDENCE_BENCH_DATA", "")
    if not folder:
        sys.exit("EVIDENCE_BENCH_DATA is not set: nothing to measure")
    return Path(folder) / "bench" / "dedup"


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", bench() / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def timed(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of a process. Other load on the machine hardly changes the
    second."""
    start = time.perf_counter()
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Measure:
    """All tools on the sets."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.score = scorer()
        self.python = os.environ.get("EVIDENCE_BIBDEDUPE_PYTHON", sys.executable)
        probe = subprocess.run([self.python, "-c", "import bib_dedupe"], capture_output=True, check=False)
        self.has_bib_dedupe = probe.returncode == 0

    def gold(self, name: str) -> tuple[list[str], list[list[str]]]:
        ids = [row["ID"] for row in self.score.read_rows(bench() / name / "records.csv.gz")]
        groups = [row["merged_ids"].split(";") for row in self.score.read_rows(bench() / name / "gold.csv.gz")]
        return ids, groups

    def ours(self, name: str, records: Path | None = None) -> Run:
        """`evidence dedupe` on a set, or on a damaged copy of its records."""
        groups, review = self.work / "groups.csv", self.work / "review.csv"
        records = records or bench() / name / "records.csv.gz"
        command = [sys.executable, "-m", "evidence", "dedupe", str(records)]
        spent = timed([*command, "--groups", str(groups), "--review", str(review)])
        ids, gold = self.gold(name)
        predicted = list(self.score.read_groups(groups))
        with review.open(encoding="utf-8", newline="") as stream:
            asked = [(row["id_a"], row["id_b"]) for row in csv.DictReader(stream)]
        score = self.score.score(ids, gold, predicted)
        argued = [list(pair) for pair in faults(name, "split")]
        return Run(
            *spent,
            score,
            queue=len(asked),
            recall=self.recall(ids, gold, predicted, asked, []),
            recall_aside=self.recall(ids, gold, predicted, asked, faults(name, "joined")),
            not_argued=self.score.score(ids, gold + argued, predicted)["mixed_clusters"],
        )

    def recall(
        self, ids: list[str], gold: list[list[str]], predicted: list[list[str]], asked: list[Pair], joined: list[Pair]
    ) -> float:
        """Pairs found when a person answers the queue rightly, of all pairs but those that are wrongly labelled one."""
        truth, ours = self.score.label(ids, gold), self.score.label(ids, predicted)
        right = [[a, b] for a, b in asked if truth[a] == truth[b]]
        answered = self.score.label(ids, predicted + right)
        faulty = {frozenset((ours[a], ours[b])) for a, b in joined}
        found = missed = 0
        for members in gold:
            for at, a in enumerate(members):
                for b in members[:at]:
                    if answered[a] == answered[b]:
                        found += 1
                    elif frozenset((ours[a], ours[b])) not in faulty:
                        missed += 1
        return found / (found + missed)

    def theirs(self, name: str) -> Run | None:
        if not self.has_bib_dedupe:
            return None
        out = self.work / "bib.csv"
        records = bench() / name / "records.csv.gz"
        spent = timed([self.python, "-c", BIB_DEDUPE, str(records), str(out)])
        ids, gold = self.gold(name)
        return Run(*spent, self.score.score(ids, gold, list(self.score.read_groups(out))))

    def baseline(self, name: str) -> Run:
        out = self.work / "exact.csv"
        records = bench() / name / "records.csv.gz"
        spent = timed([sys.executable, "-m", "tests.benchmarks.dedupe.exact", str(records), str(out)])
        ids, gold = self.gold(name)
        return Run(*spent, self.score.score(ids, gold, list(self.score.read_groups(out))))


def faults(name: str, kind: str) -> list[Pair]:
    """Label errors of a set, argued in label_faults.csv."""
    with (HERE / "label_faults.csv").open(encoding="utf-8", newline="") as stream:
        return [(r["id_a"], r["id_b"]) for r in csv.DictReader(stream) if r["set"] == name and r["fault"] == kind]


def cell(run: Run | None) -> str:
    if run is None:
        return "not installed"
    s = run.score
    return f"{s['TP']}/{s['FP']}/{s['FN']}, {s['f1']:.4f}, {s['pair_f1']:.4f}, {s['mixed_clusters']}"


def short(run: Run | None) -> str:
    if run is None:
        return " | ".join("–" * 5)
    spent = f"{run.seconds:.1f} | {run.processor:.1f} | {run.megabytes:.0f}"
    return f"{run.score['TP']:,} | {run.score['mixed_clusters']} | {spent}"


def compare(names: list[str], measure: Measure) -> None:
    out = sys.stdout.write
    runs = {}
    for name in names:
        runs[name] = measure.ours(name), measure.theirs(name), measure.baseline(name)
        sys.stderr.write(f"{name} measured\n")
    out("TP/FP/FN of duplicate records, F1, pair F1, mixed clusters\n\n")
    out("| set | evidence | not argued | queue | recall with queue | label faults aside | bib-dedupe | exact rule |\n")
    out("|---|---|---|---|---|---|---|---|\n")
    for name, (ours, theirs, rule) in runs.items():
        out(
            f"| {name} | {cell(ours)} | {ours.not_argued} | {ours.queue}"
            f" ({100 * ours.queue / ours.score['records']:.2f} %) | {ours.recall:.4f} | {ours.recall_aside:.4f}"
            f" | {cell(theirs)} | {cell(rule)} |\n"
        )
    out("\nfound, wrong clusters, seconds, processor seconds, MB: the whole process\n\n")
    out("| set | duplicates | evidence | | | | | bib-dedupe | | | | | exact rule | | | | |\n")
    out("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
    for name, (ours, theirs, rule) in runs.items():
        duplicates = ours.score["TP"] + ours.score["FN"]
        out(f"| {name} | {duplicates:,} | {short(ours)} | {short(theirs)} | {short(rule)} |\n")
    sys.stdout.flush()


DAMAGE = (("title", 0.05), ("author", 0.1), ("journal", 0.1), ("pages", 0.1), ("year", 0.1), ("volume", 0.1))
"""A field, and the share of records it is taken from."""


def damaged(names: list[str], measure: Measure) -> None:
    """What is found, and what is wrong, when a field is missing here and there: the rules were not made on these."""
    out = sys.stdout.write
    out("\nfound / mixed clusters that are not argued, when the field is taken from a share of the records\n\n")
    out(f"| set | {' | '.join(f'{field} {100 * share:.0f} %' for field, share in DAMAGE)} |\n")
    out(f"|---{'|---' * len(DAMAGE)}|\n")
    for name in names:
        cells = []
        for field, share in DAMAGE:
            dice = random.Random(f"{name} {field}")
            rows = list(measure.score.read_rows(bench() / name / "records.csv.gz"))
            path = measure.work / "damaged.csv"
            with path.open("w", encoding="utf-8", newline="") as stream:
                table = csv.DictWriter(stream, list(rows[0]))
                table.writeheader()
                table.writerows({**row, field: ""} if dice.random() < share else row for row in rows)
            run = measure.ours(name, path)
            cells.append(f"{run.score['TP']:,} / {run.not_argued}")
        out(f"| {name} | {' | '.join(cells)} |\n")
        sys.stdout.flush()


def growth(work: Path) -> None:
    out = sys.stdout.write
    out("\n| records (synthetic) | s | processor s | MB | microseconds a record | found | wrong |\n")
    out("|---|---|---|---|---|---|---|\n")
    for size in (10_000, 20_000, 40_000, 80_000, 160_000, 300_000):
        path, groups = work / f"made{size}.csv", work / "made_groups.csv"
        gold = synthetic.write(size, path)
        seconds, processor, memory = timed(
            [sys.executable, "-m", "evidence", "dedupe", str(path), "--groups", str(groups)]
        )
        work_of = {name: number for number, members in enumerate(gold) for name in members}
        with groups.open(encoding="utf-8") as stream:
            found = [line.strip().split(";") for line in list(stream)[1:]]
        wrong = sum(len({work_of.get(name, name) for name in members}) > 1 for members in found)
        hit = sum(len(members) - 1 for members in found)
        out(
            f"| {size:,} | {seconds:.1f} | {processor:.1f} | {memory:.0f} | {1e6 * processor / size:.0f}"
            f" | {hit:,} of {sum(len(g) - 1 for g in gold):,} | {wrong} |\n"
        )
        sys.stdout.flush()
        path.unlink()


def main() -> None:
    asked = [a for a in sys.argv[1:] if not a.startswith("--")]
    with tempfile.TemporaryDirectory() as folder:
        measure = Measure(Path(folder))
        if not measure.has_bib_dedupe:
            sys.stdout.write("bib-dedupe cannot be imported: its columns are left out\n")
        compare(asked or list(SETS), measure)
        if "--damage" in sys.argv:
            damaged(asked or list(SETS), measure)
        if "--growth" in sys.argv:
            growth(Path(folder))
    sys.stdout.write(json.dumps({"python": sys.version.split()[0], "cores": os.cpu_count()}) + "\n")


if __name__ == "__main__":
    main()
