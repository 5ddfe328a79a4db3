"""Exports that are remembered on a shelf: what was exported when, and what has become of it since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence import shelving
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.ingest import take
from evidence.settings import Settings
from evidence.store import Store, shelf_history, shelves
from tests import atom
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import contents, fresh_store, notice, record, vocabulary
from web.app import create_app


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    """Three trials; the first is retracted on 9 May."""
    with fresh_store() as made:
        made.now = lambda: at(3, 1)
        trials = [
            record(str(n), f"Dextrose for carpal tunnel syndrome in {n} weavers", pmid=str(n), year=n)
            for n in (2001, 2002, 2003)
        ]
        take(made, vocabulary(), trials, actor="test")
        yield made


def export(store: Store, when: datetime, *pmids: str, shelf: str = "Thesis") -> shelving.Change:
    store.now = lambda: when
    return shelving.remember(store, shelf, pmids, owner="curator", actor="curator")


def retract(store: Store, pmid: str = "2001") -> None:
    store.now = lambda: at(5, 9)
    take(store, vocabulary(), [notice("4001", "RetractionOf", pmid)], actor="refresh")


def exports(store: Store) -> dict[str, tuple[datetime | None, datetime | None]]:
    shelf = shelving.known(store, "Thesis")
    entries, _ = shelf_history.of_shelf(store, shelf.id)
    return {entry.row.key: (since.exported, since.exported_last) for entry, since in entries}


def feed(store: Store, folder: Path) -> list[tuple[str, str, str]]:
    """(id, title, content) of the entries of the shelf's feed."""
    settings = Settings(database_url="sqlite://", data_dir=folder, now=lambda: at(6, 1))
    app = create_app(settings, store, vocabulary(), bind="127.0.0.1")
    app.testing = True
    answer = app.test_client().get("/shelves/thesis.atom")
    assert answer.status_code == 200
    return [
        (atom.text(e, "id"), atom.text(e, "title"), atom.text(e, "content"))
        for e in atom.entries(atom.feed(answer.data))
    ]


def test_the_shelf_is_made_private_and_each_study_keeps_its_first_day(store: Store) -> None:
    first = export(store, at(3, 3), "2001", "2002")
    assert (first.shelf.visibility, first.shelf.owner, first.count, first.already) == ("private", "curator", 2, 0)
    again = export(store, at(4, 8), "2001", "2003")
    assert (again.shelf.id, again.shelf.studies, again.count, again.already) == (first.shelf.id, 3, 1, 1)
    retract(store)
    assert list(exports(store).values()) == [(at(3, 3), at(4, 8))]
    assert shelves.keys(store, first.shelf.id) == tuple(told_keys(store))


def told_keys(store: Store) -> list[str]:
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT key FROM cite_key WHERE is_primary ORDER BY study_id LIMIT 3")
        return [row[0] for row in rows]


def test_something_exported_on_3_march_was_retracted_on_9_may(store: Store, tmp_path: Path) -> None:
    export(store, at(3, 3), "2001", "2002")
    retract(store)
    ((_, title, content),) = feed(store, tmp_path)
    assert title.startswith("RETRACTED in 2020 (known here since 9 May 2026): ")
    assert title.endswith("(exported on 3 March 2026)")
    assert "Exported on 3 March 2026; was retracted in 2020; known here since 9 May 2026." in content


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ([(3, 3), (4, 8)], "(exported on 3 March 2026 and last on 8 April 2026)"),
        ([(3, 3), (5, 20)], "(exported on 3 March 2026)"),
        ([(3, 3), (4, 8), (5, 20)], "(exported on 3 March 2026)"),
    ],
    ids=["twice before", "once before and once after", "the latest comes after"],
)
def test_what_was_exported_before_it_changed_is_what_counts(
    store: Store, tmp_path: Path, days: list[tuple[int, int]], says: str
) -> None:
    before = [d for d in days if d < (5, 9)]
    for day in before:
        export(store, at(*day), "2001")
    retract(store)
    for day in days[len(before) :]:
        export(store, at(*day), "2001")
    ((_, title, _),) = feed(store, tmp_path)
    assert title.endswith(says)


def test_a_study_that_stood_there_before_is_told_as_put_there_until_it_is_exported(
    store: Store, tmp_path: Path
) -> None:
    store.now = lambda: at(3, 2)
    shelving.create(store, "Thesis", ["2001"], owner="curator", actor="curator")
    retract(store)
    change = export(store, at(5, 20), "2001", "2002")
    assert (change.count, change.already) == (1, 0)
    ((_, title, _),) = feed(store, tmp_path)
    assert title.endswith("(put on this shelf on 2 March 2026)"), "it was exported with its banner"


def test_the_names_of_entries_stay_whatever_is_exported_again(store: Store, tmp_path: Path) -> None:
    export(store, at(3, 3), "2001")
    retract(store)
    before = [name for name, _, _ in feed(store, tmp_path)]
    export(store, at(5, 20), "2001")
    assert [name for name, _, _ in feed(store, tmp_path)] == before


def test_a_name_that_cannot_be_changes_nothing(store: Store) -> None:
    shelving.create(store, "Two of a kind", owner="ann", actor="ann")
    shelving.create(store, "Two of a kind", owner="ben", actor="ben")
    before = contents(store)
    with pytest.raises(UsageProblem, match="is missing"):
        export(store, at(3, 3), "2001", shelf=" ")
    with pytest.raises(Conflict, match="may be"):
        export(store, at(3, 3), "2001", shelf="Two of a  KIND")
    assert contents(store) == before


def test_more_than_a_shelf_holds_makes_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "MOST_STUDIES", 2)
    before = contents(store)
    with pytest.raises(UsageProblem, match="the most that a shelf holds"):
        export(store, at(3, 3), "2001", "2002", "2003")
    with pytest.raises(NotFound):
        export(store, at(3, 3), "2001", "1999")
    assert contents(store) == before
    with pytest.raises(UsageProblem, match="the most that a shelf holds"):
        shelving.meant(store, "Thesis", studies=3)
    assert shelving.meant(store, "Thesis", studies=2) is None


def test_what_a_shelf_cannot_hold_is_said_before_the_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "MOST_STUDIES", 1)
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0
    out = tmp_path / "mine.bib"
    done = run("export", "-o", out, "--remember", "All")
    assert done.exit_code == 2
    assert "the most that a shelf holds" in done.stderr
    assert not out.exists()
    assert told("shelves", "list") == []
    assert run("export", "--query", "Lee[au]", "-o", out, "--remember", "Some").exit_code == 0


def test_on_the_command_line(tmp_path: Path) -> None:
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0
    out = tmp_path / "mine.bib"
    first = run("export", "--id", "wu2018", "-o", out, "--remember", "My thesis")
    assert first.exit_code == 0
    assert first.stderr == f"{out}: 1 study\nshelf my-thesis: 1 study added\n"
    assert [(s["slug"], s["visibility"], s["studies"]) for s in told("shelves", "list")] == [
        ("my-thesis", "private", 1)
    ]
    retraction = WU.replace("title = {", "title = {RETRACTED: ").replace("wu2018", "Wu2018")
    assert run("import", bib(tmp_path, retraction, name="refs.bib")).exit_code == 0
    (entry,) = told("history", "--shelf", "My thesis")
    assert entry["key"] == "wu2018"
    assert entry["since"]["exported"] == entry["since"]["at"]
    line = run("history", "--shelf", "my-thesis").stdout.splitlines()[1].split("\t")
    assert line[1] == "wu2018"
    assert line[2].startswith("exported 20")
    assert "etracted" in line[3]
    again = run("export", "--format", "ris", "--remember", "my-thesis")
    assert again.exit_code == 0
    assert again.stderr == "wu2018 is retracted\nshelf my-thesis: 1 study added, 1 study exported before\n"


def test_under_the_keys_of_a_paper_the_studies_themselves_are_remembered(tmp_path: Path) -> None:
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0
    mine = bib(tmp_path, WU.replace("{wu2018,", "{mykey,"), name="mine.bib")
    (tmp_path / "paper.aux").write_text("\\relax\n\\citation{mykey}\n")
    done = run("export", "--aux", tmp_path / "paper.aux", "--keys", mine, "--format", "bibtex", "--remember", "paper")
    assert done.exit_code == 0, done.stderr
    assert "@article{mykey," in done.stdout
    assert [row["key"] for row in told("shelves", "show", "paper")["items"]] == ["wu2018"]


def test_wrong_usage_writes_nothing(tmp_path: Path) -> None:
    assert run("import", bib(tmp_path, WU)).exit_code == 0
    out = tmp_path / "mine.bib"
    assert run("export", "-o", out, "--remember", "...").exit_code == 0, "a name of signs is one"
    refused = run("export", "-o", tmp_path / "other.bib", "--remember", "\u200b")
    assert refused.exit_code == 2
    assert not (tmp_path / "other.bib").exists()
    assert run("history").exit_code == 2
    assert run("history", "carpal-tunnel-syndrome", "--shelf", "x").exit_code == 2
    assert run("history", "--shelf", "x", "--since", "2026-01-01").exit_code == 2
    assert run("history", "--shelf", "nonesuch").exit_code == 1
