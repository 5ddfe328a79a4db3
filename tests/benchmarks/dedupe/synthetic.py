"""Makes libraries of any size with known duplicates, for measuring growth: `python -m … N FILE` writes a CSV (.gz).

Words come from a vocabulary whose frequencies fall as 1/rank (Zipf), names and journals likewise, so that blocks are as
uneven as in life. One work in eight has a second record and one in forty a third, each through another export profile
(initials or full names, abbreviated journal, short page ranges, capitals, a missing field, a slip of the pen); one in
forty has a near miss (erratum, part II, another year's edition). Deterministic: the same N gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import random
import sys
from collections.abc import Iterator
from pathlib import Path

COLUMNS = (
    *("ID", "ENTRYTYPE", "title", "author", "year", "journal", "booktitle", "volume", "number", "pages", "doi", "pmid"),
)
_SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "car",
    "cor",
    "de",
    "di",
    "do",
    "en",
    "er",
    "fa",
    "fi",
    "ga",
    "gen",
    "he",
    "hy",
    "in",
    "ka",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "or",
    "pa",
    "pe",
    "pro",
    "ra",
    "re",
    "ri",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "tra",
    "ul",
    "va",
    "ve",
    "vi",
    "zo",
]


class Maker:
    """Works and their records from one seed."""

    def __init__(self, size: int) -> None:
        self._dice = random.Random(size)
        self._words = self._vocabulary(12_000, 2, 5)
        self._names = [w.capitalize() for w in self._vocabulary(20_000, 2, 4)]
        self._journals = [self._title(self._dice.randint(2, 5)).title() for _ in range(2_500)]

    def _vocabulary(self, count: int, least: int, most: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found.setdefault("".join(self._dice.choices(_SYLLABLES, k=self._dice.randint(least, most))))
        return list(found)

    def _zipf(self, items: list[str]) -> str:
        return items[int(len(items) ** self._dice.random()) - 1]

    def _title(self, length: int) -> str:
        return " ".join(self._zipf(self._words) for _ in range(length))

    def work(self) -> dict[str, str]:
        """One work as its publisher would describe it."""
        dice = self._dice
        year, volume, first = dice.randint(1985, 2025), dice.randint(1, 120), dice.randint(1, 1800)
        authors = [
            f"{self._zipf(self._names)}, {dice.choice('ABCDEFGHJKLMNPRSTW')}. {dice.choice('ABCDEJLMRS')}."
            for _ in range(dice.randint(1, 9))
        ]
        return {
            "title": self._title(dice.randint(5, 16)).capitalize(),
            "author": " and ".join(authors),
            "year": str(year),
            "journal": self._zipf(self._journals),
            "volume": str(volume),
            "number": str(dice.randint(1, 12)),
            "pages": f"{first}-{first + dice.randint(1, 14)}",
            "doi": f"10.5555/{dice.randrange(10**9):09d}" if dice.random() < 0.6 else "",
            "pmid": "",
        }

    def copy(self, work: dict[str, str]) -> dict[str, str]:
        """The work as another database has it."""
        dice, made = self._dice, dict(work)
        if dice.random() < 0.5:
            made["journal"] = " ".join(w[: dice.randint(3, 5)] for w in made["journal"].split())
        if dice.random() < 0.4:
            first, last = made["pages"].split("-")
            made["pages"] = f"{first}-{last[-1]}" if first[:-1] == last[:-1] else first
        if dice.random() < 0.3:
            made["author"] = made["author"].replace(". ", " ").replace(".", "")
        if dice.random() < 0.2:
            made["title"] = made["title"].upper()
        if dice.random() < 0.3:
            made[dice.choice(("doi", "number", "pages", "volume"))] = ""
        if dice.random() < 0.1:
            at = dice.randrange(len(made["title"]))
            made["title"] = made["title"][:at] + made["title"][at + 1 :]
        return made

    def near_miss(self, work: dict[str, str]) -> dict[str, str]:
        """Another work that looks like it."""
        other = self.work()
        title = {
            0: f"Erratum: {work['title']}", 1: f"{work['title']}. Part II", 2: f"{work['title']} {other['year']}",
        }[self._dice.randrange(3)]  # fmt: skip
        return {**other, "title": title, "author": work["author"], "journal": work["journal"]}


def rows(size: int) -> Iterator[tuple[dict[str, str], int]]:
    """`size` records, shuffled within windows, each with the number of its work."""
    maker = Maker(size)
    window: list[tuple[dict[str, str], int]] = []
    made = work_number = 0
    while made < size:
        work = maker.work()
        work_number += 1
        records = [(work, work_number)]
        chance = maker._dice.random()
        if chance < 0.125:
            records += [(maker.copy(work), work_number) for _ in range(2 if chance < 0.025 else 1)]
        elif chance < 0.15:
            work_number += 1
            records.append((maker.near_miss(work), work_number))
        window += records[: size - made]
        made += len(records[: size - made])
        if len(window) > 5_000:
            maker._dice.shuffle(window)
            yield from window
            window = []
    maker._dice.shuffle(window)
    yield from window


def write(size: int, path: Path) -> list[list[str]]:
    """The file; the groups that are duplicates."""
    groups: dict[int, list[str]] = {}
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, COLUMNS)
        out.writeheader()
        for number, (record, work) in enumerate(rows(size), 1):
            name = f"made_{number:07d}"
            groups.setdefault(work, []).append(name)
            out.writerow({"ID": name, "ENTRYTYPE": "article", "booktitle": "", **record})
    return [g for g in groups.values() if len(g) > 1]


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
