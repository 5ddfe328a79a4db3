"""A search of 120,000 records, whole and then with nothing new: requests, slices, peak memory, time, pace on the wire.

    python -m tests.benchmarks.bench_refresh [RECORDS [SMALLER]]

RECORDS (120,000) invented short records behind one search, on a local E-utilities server; the same with SMALLER
(20,000) to compare the memory. Each run is `evidence refresh --due` as a process of its own, at 10 requests a second.
Exits with 1 when a record is lost or fetched twice, the slices do not add up, the pace is broken, or the run with
nothing new asks more than three times or writes a row.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from tests.eutils_server import EutilsServer
from tests.refresh_process import command, environment

RATE: Final = 10
SYLLABLES: Final = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve", "wi", "xo", "zu", "ka")
OF_RUNS: Final = ("refresh_run", "saved_search")


class Short(EutilsServer):
    """Short records of distinct titles; their Entrez dates are spread over thirty years, one day of them crowded."""

    def __init__(self, records: int) -> None:
        super().__init__(records)
        crowded = set(self.pmids[records // 3 : records // 2])
        self.edat = lambda pmid: date(2011, 5, 1) if pmid in crowded else date(1990, 1, 1) + _days(pmid)
        self.mdat = self.edat
        self.here = set(self.pmids)

    def article(self, pmid: str) -> str | None:
        """The record of a PMID, if there is one."""
        return _article(pmid) if pmid in self.here else None


def _days(pmid: str) -> timedelta:
    return timedelta(days=int(pmid) * 7919 % 11_000)


def _article(pmid: str) -> str:
    rng = random.Random(int(pmid))
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(8)]
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID><DateRevised>'
        '<Year>2020</Year><Month>01</Month><Day>15</Day></DateRevised><Article PubModel="Print"><Journal><JournalIssue '
        f'CitedMedium="Print"><Volume>{rng.randint(1, 99)}</Volume><PubDate><Year>{rng.randint(1985, 2024)}</Year>'
        f"</PubDate></JournalIssue><Title>J {words[0]}</Title></Journal><ArticleTitle>{' '.join(words)}.</ArticleTitle>"
        f'<Pagination><MedlinePgn>{rng.randint(1, 9000)}</MedlinePgn></Pagination><AuthorList CompleteYN="Y"><Author '
        f'ValidYN="Y"><LastName>{words[1].title()}</LastName><Initials>A</Initials></Author></AuthorList><Language>eng'
        '</Language><PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>'
        "</PublicationTypeList></Article></MedlineCitation></PubmedArticle>"
    )


@dataclass(frozen=True)
class Measured:
    """One run of the program: its report, seconds of wall and CPU time, peak memory in MiB."""

    report: list[dict[str, Any]]
    wall: float
    cpu: float
    peak: float


def measured(server: EutilsServer, folder: Path, *arguments: str, now: str = "") -> Measured:
    """Run `evidence …`, which must succeed."""
    server.seen.clear()
    env = environment(server.url, folder) | {"EVIDENCE_MAX_RATE": str(RATE), "EVIDENCE_NOW": now}
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command(*arguments), env=env, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    if process.returncode:
        raise SystemExit(f"evidence {' '.join(arguments)} failed")
    report = json.loads(said) if "--json" in arguments else []
    return Measured(report, time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def contents(folder: Path) -> str:
    """A hash of every row but those of runs, times of checking left out."""
    digest = hashlib.blake2b()
    with sqlite3.connect(f"file:{folder / 'evidence.db'}?mode=ro", uri=True) as connection:
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall():
            if table in OF_RUNS or "fts" in table:
                continue
            names = [
                f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "checked_at"
            ]
            for row in connection.execute(f"SELECT {', '.join(names)} FROM {table}"):  # in the order of its key
                digest.update(repr(row).encode())
    return digest.hexdigest()


def one_search(server: EutilsServer, folder: Path) -> None:
    """A store whose only saved search is ours."""
    listed = subprocess.run(
        command("searches", "list", "--json"), env=environment(server.url, folder), capture_output=True, check=True
    )
    measured(server, folder, "searches", "add", "big", "everything[tiab]")
    for search in json.loads(listed.stdout):
        measured(server, folder, "searches", "remove", search["name"])


def load(server: Short, folder: Path) -> tuple[Measured, list[str]]:
    """The first, whole run; what is wrong with it."""
    one_search(server, folder)
    run = measured(server, folder, "refresh", "--due", "--json")
    asked = [pmid for seen in server.requests("efetch") for pmid in seen.ids]
    slices = [s for s in server.requests("esearch") if "mindate" in s.fields]
    peak = server.max_rate()
    _say(f"{len(server.pmids):,} records: {run.report[0]['found']:,} found, {run.report[0]['counts']}")
    _say(f"  requests: {len(server.requests('esearch'))} ESearch ({len(slices)} of a slice), "
         f"{len(server.requests('efetch'))} EFetch; most within a second: {peak} of {RATE}")  # fmt: skip
    _say(f"  {run.wall:.0f} s, {run.cpu:.0f} s of CPU, peak {run.peak:.0f} MiB")
    for line in run.report[0]["log"]:
        _say(f"  {line}")
    faults = []
    if sorted(asked) != sorted(server.pmids):
        faults.append(f"{len(asked):,} PMIDs were fetched, {len(set(asked)):,} different ones")
    if peak > RATE:
        faults.append(f"{peak} requests within a second")
    return run, faults


def nothing_new(server: Short, folder: Path) -> list[str]:
    """The run of the next day; what is wrong with it."""
    before = contents(folder)
    run = measured(server, folder, "refresh", "--due", "--json", now="+1d")
    same = contents(folder) == before
    _say(f"  nothing new: {len(server.seen)} requests, {run.cpu:.2f} s of CPU, {run.wall:.2f} s, "
         f"peak {run.peak:.0f} MiB; {'no row written' if same else 'ROWS WRITTEN'}")  # fmt: skip
    return ([] if len(server.seen) <= 3 else ["more than three requests"]) + ([] if same else ["rows were written"])


def main() -> None:
    """Load both, compare."""
    sizes = [int(a) for a in sys.argv[1:3]] or [120_000]
    sizes += [20_000][len(sizes) - 1 :]
    peaks, faults = [], []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, Short(size) as server:
            run, wrong = load(server, Path(folder))
            faults += wrong + nothing_new(server, Path(folder))
            peaks.append(run.peak)
    _say(f"memory: {peaks[0] - peaks[-1]:+.0f} MiB for {sizes[0] - sizes[-1]:+,} records")
    if faults:
        raise SystemExit("; ".join(faults))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
