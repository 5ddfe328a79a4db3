"""Citation keys: whatever happens to a library, no key changes, is given to another study, or stops resolving."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from evidence import citekeys, curation, curation_tags, formats, manuscript
from evidence.errors import Conflict, NotFound
from evidence.formats import latex_aux
from evidence.ingest import take
from evidence.records import Author, Deletion, Record
from evidence.store import Store, queries, reads, schema
from evidence.store.engine import table_of
from evidence.text import from_plain
from tests.made import fresh_store, record, vocabulary

FAMILIES: Final = ("Wu", "Lee", "Örs", "van Tassel", "Ng")
WORDS: Final = ("Dextrose", "Ultrasound", "Median", "Ulnar", "Injection", "Hydrodissection")
PATTERNS: Final = ("", "{Author}{yy}", "k{pmid}", "{author}:{year}:{word}")


class Library:
    """A store to which anything may happen, and every key that it ever showed with the record it belongs to."""

    def __init__(self, store: Store, chance: Random) -> None:
        self.store, self.chance = store, chance
        self.born = 0
        self.papers: list[Record] = []
        self.merges: list[int] = []
        self.owners: dict[str, int] = {}

    def step(self) -> None:
        """One thing happens."""
        happens = (
            *(self.imports, self.imports, self.refreshes, self.corrects, self.merges_two, self.merges_two),
            *(self.unmerges, self.deletes, self.tags, self.chooses, self.changes_pattern),
        )
        with suppress(Conflict, NotFound):  # one study already, nothing left to undo: a person is told so
            self.chance.choice(happens)()

    def imports(self) -> None:
        """A file with keys of its own, some of which others use too."""
        self.born += 1
        n, chance = self.born, self.chance
        title = f"{chance.choice(WORDS)} near the nerve, invented study {n}"
        fields = {"pmid": str(100 + n)} if chance.random() < 0.7 else {"doi": f"10.5555/x{n}"}
        paper = record(str(n), title, family=chance.choice(FAMILIES), year=chance.choice((2019, 2020)), **fields)
        keys = chance.choice(((), (f"ref{chance.randrange(9)}",), (f"Mine{n}", f"also{n}"), (f"WU2020dextrose{n}",)))
        source = "bibtex" if keys else "pubmed"
        self.papers.append(replace(paper, source=source, keys=keys))
        self._take(self.papers[-1])

    def refreshes(self) -> None:
        """PubMed delivers the same again."""
        if self.papers:
            self._take(replace(self.chance.choice(self.papers), source="pubmed", keys=()))

    def corrects(self) -> None:
        """Another title, author and year: everything that the key was made of."""
        if self.papers:
            at = self.chance.randrange(len(self.papers))
            old = self.papers[at]
            title = f"{self.chance.choice(WORDS)} near the nerve, invented study {old.external_id}"
            family = self.chance.choice(FAMILIES)
            self.papers[at] = replace(old, title=from_plain(title), authors=(Author(family=family, initials="B"),))
            self._take(self.papers[at])

    def merges_two(self) -> None:
        if len(self.owners) > 1:
            a, b = self.chance.sample(sorted(self.owners), 2)
            self.merges.append(curation.merge(self.store, vocabulary(), a, b, actor="ann"))

    def unmerges(self) -> None:
        if self.merges:
            event = self.merges.pop(self.chance.randrange(len(self.merges)))
            curation.unmerge(self.store, vocabulary(), event, actor="ann")

    def deletes(self) -> None:
        """PubMed takes a record back."""
        if self.papers:
            gone = self.chance.choice(self.papers)
            take(self.store, vocabulary(), [Deletion(source="pubmed", external_id=gone.external_id)], actor="refresh")

    def tags(self) -> None:
        if self.owners:
            key = self.chance.choice(sorted(self.owners))
            verdict = self.chance.choice(("yes", "no", "clear"))
            curation_tags.decide_tag(self.store, vocabulary(), key, "design", "rct", verdict, actor="ann")

    def chooses(self) -> None:
        """A merge in which a person says whose title is shown."""
        if len(self.owners) > 1:
            a, b = self.chance.sample(sorted(self.owners), 2)
            choices = {"title": f"record:{self.owners[a]}"}
            self.merges.append(curation.merge(self.store, vocabulary(), a, b, actor="ann", choices=choices))

    def changes_pattern(self) -> None:
        self.store.key_pattern = citekeys.pattern(self.chance.choice(PATTERNS))

    def _take(self, paper: Record) -> None:
        take(self.store, vocabulary(), [paper], actor="test", live=paper.source == "pubmed")

    def check(self) -> None:
        """Every key ever seen stands as it was spelt and leads to the study of the record it belongs to."""
        with self.store.read() as connection:
            rows = connection.execute(select(table_of(schema.CiteKey))).all()
            born = reads.born_with(connection, {row.study_id for row in rows})
            owners = {row.key: row.source_record_id or born[row.study_id] for row in rows}
            homes = reads.places(connection, set(owners.values()))
            live = {place.study_id for place in homes.values()}
            shown = reads.all_keys(connection, live)
            leads = {row.key: reads.live_study(connection, row.study_id) for row in rows}
        assert len({citekeys.fold(key) for key in owners}) == len(owners)
        assert self.owners.items() <= owners.items(), "a key changed, or went to another study"
        self.owners = owners
        for key, record_id in owners.items():
            assert leads[key] == homes[record_id].study_id, key
        assert sorted(key for keys in shown.values() for key in keys) == sorted(owners)


def compiles(library: Library, folder: Path, keys: list[str]) -> None:
    """An old manuscript that cites these keys gets an entry for each from its .aux, named as it cites it."""
    aux = folder / "paper.aux"
    aux.write_text("\\relax\n" + "".join(f"\\citation{{{key}}}\n" for key in keys), encoding="utf-8")
    wanted = manuscript.cited(library.store, vocabulary(), latex_aux.cited(aux).keys)
    assert wanted.missing == ()
    written = "".join(
        formats.registry()["bibtex"].write(manuscript.studies_cited(library.store, vocabulary(), wanted))  # type: ignore[misc]
    )
    entries = [line.split("{")[1].rstrip(",\n") for line in written.splitlines() if line.startswith("@")]
    assert sorted(entries) == sorted(keys)
    for key in keys:
        now = queries.find_key(library.store, vocabulary(), "key", key)
        entry = written.split("{" + key + ",\n")[1].split("\n}\n")[0]
        assert (f"annote = {{Citation key now: {now}}}" in entry) == (key != now)


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32), steps=st.integers(5, 40))
def test_no_key_ever_changes_or_stops_resolving(seed: int, steps: int) -> None:
    with fresh_store() as store:
        library = Library(store, Random(seed))
        for _ in range(steps):
            library.step()
            library.check()


@pytest.mark.parametrize("steps", [200, pytest.param(1000, marks=pytest.mark.long)])
def test_an_old_manuscript_resolves_after_many_operations(steps: int, tmp_path: Path) -> None:
    with fresh_store() as store:
        library = Library(store, Random("a thousand"))
        for _ in range(60):
            library.step()
        library.check()
        early = sorted(library.owners)
        assert len(early) > 10
        for step in range(steps):
            library.step()
            if step % 50 == 49:
                library.check()
        assert len(library.owners) > steps // 10
        assert set(early) <= set(library.owners)
        compiles(library, tmp_path, early)
        compiles(library, tmp_path, sorted(library.owners))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_for_new_studies_only_and_the_newer_gets_the_suffix(pattern: str) -> None:
    with fresh_store() as store:
        take(store, vocabulary(), [record("1", "Dextrose one", pmid="1")], actor="t")
        store.key_pattern = citekeys.pattern(pattern)
        for n in "23":
            take(store, vocabulary(), [record(n, f"Dextrose, invented number {n}", pmid=n)], actor="t")
        take(store, vocabulary(), [record("1", "Another title by now", pmid="1", family="Zhu")], actor="t", live=True)
        keys = [queries.find_key(store, vocabulary(), "pmid", n) for n in "123"]
    assert keys[0] == "wu2020dextrose"
    made = {
        "": ["wu2020dextrosea", "wu2020dextroseb"],
        "{Author}{yy}": ["Wu20", "Wu20a"],
        "k{pmid}": ["k2", "k3"],
        "{author}:{year}:{word}": ["wu:2020:dextrose", "wu:2020:dextrosea"],
    }
    assert keys[1:] == made[pattern]
