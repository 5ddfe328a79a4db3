"""The rule most programs have: same PMID, same DOI, or same title letters and year. `python -m … RECORDS GROUPS`."""

from __future__ import annotations

import csv
import gzip
import re
import sys
from pathlib import Path


def groups(path: Path) -> list[list[str]]:
    """The records that share a fact; groups may overlap, which the scorer joins."""
    found: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            title = re.sub(r"[\W_]+", "", row["title"].lower())
            facts = [f"t{title}{row['year']}"] if title and row["year"] else []
            facts += [f"p{row['pmid']}"] if row["pmid"] else []
            doi = re.sub(r"^.*?(?=10\.)", "", row["doi"].lower())
            facts += [f"d{doi}"] if doi else []
            for fact in facts:
                found.setdefault(fact, []).append(row["ID"])
    return [g for g in found.values() if len(g) > 1]


if __name__ == "__main__":
    Path(sys.argv[2]).write_text("".join(";".join(g) + "\n" for g in groups(Path(sys.argv[1]))), "utf-8")
