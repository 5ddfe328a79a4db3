"""Real records without identifiers: how many different works are joined, and how many duplicates are found.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.dedupe.unread

Every PubMed record of the data folder once, without PMID, PMCID and DOI, so that titles, people and places alone tell
works apart; and of every third a second record as another database exports it: initials, the other form of the
journal's name, shortened pages, one field missing or in capitals, with a seed. The first reading found rules that
joined too much (docs/dedupe.md); they were mended, so the set is unread no longer.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from evidence import formats, offline
from evidence.matching.normalise import features
from evidence.records import Markup, Record

SEED = 20261122
EVERY = 3


def records(folder: Path) -> Iterator[Record]:
    """Each PubMed record of the folder once."""
    seen = set()
    for path in sorted([*folder.rglob("*.xml"), *folder.rglob("*.xml.gz")]):
        for item in formats.read_path(path, "pubmed-xml"):
            if isinstance(item, Record) and item.id("pmid") and item.id("pmid") not in seen and item.title:
                seen.add(item.id("pmid"))
                yield replace(item, identifiers=())


def another(record: Record, dice: random.Random) -> Record:
    """The record as another database exports it."""
    journal = replace(record.journal, title=record.journal.abbreviation or record.journal.title, abbreviation="")
    authors = tuple(replace(a, given="", initials=a.initials or a.given[:1]) for a in record.authors)
    first, dash, last = record.pages.partition("-")
    short = last[next((n for n, (x, y) in enumerate(zip(first, last, strict=False)) if x != y), 0) :]
    pages = f"{first}-{short}" if dash and len(first) == len(last) else record.pages
    changed = replace(record, journal=journal, authors=authors, pages=pages, publication_types=(), mesh=())
    blow = dice.randrange(6)
    if blow == 0:
        return replace(changed, volume="", issue="")
    if blow == 1:
        return replace(changed, pages="")
    if blow == 2:
        return replace(changed, authors=authors[:1])
    if blow == 3:
        return replace(changed, title=Markup(record.title.upper().rstrip(".")))
    return changed


def main() -> None:
    """Print the counts."""
    dice = random.Random(SEED)  # noqa: S311 - not for secrets
    works = list(records(Path(os.environ["EVIDENCE_BENCH_DATA"]) / "data" / "pubmed"))
    copies = [(at, another(work, dice)) for at, work in enumerate(works) if at % EVERY == 0]
    home = [*range(len(works)), *(at for at, _ in copies)]
    known = [features(r) for r in (*works, *(copy for _, copy in copies))]
    groups, doubts = offline.find(known, [str(n) for n in range(len(known))])
    mixed = [g for g in groups if len({home[n] for n in g}) > 1]
    found = sum(sum(Counter(home[n] for n in g).values()) - len({home[n] for n in g}) for g in groups)
    right = sum(home[d.a] == home[d.b] for d in doubts)
    sys.stdout.write(
        f"{len(works)} works and {len(copies)} second records: {found} of {len(copies)} found, {len(mixed)} groups of "
        f"different works, {len(doubts)} doubts ({right} of them one work)\n"
    )
    for group in mixed:
        sys.stdout.write("  " + "; ".join(works[n].external_id for n in sorted({home[n] for n in group})) + "\n")


if __name__ == "__main__":
    main()
