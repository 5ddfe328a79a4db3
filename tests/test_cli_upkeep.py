"""Upkeep on the command line: backup and restore, migrate, merge and unmerge."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli_runner import LEE, WU, bib, run, told


@pytest.fixture
def filled(tmp_path: Path) -> None:
    assert told("import", bib(tmp_path, WU, LEE))["total"]["added"] == 2


def database(home: Path) -> Path:
    (path,) = home.rglob("evidence.db")
    return path


def test_a_backup_brings_everything_back(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", store_url)
    assert told("import", bib(tmp_path, WU, LEE))["total"]["added"] == 2
    before, listed = told("show", "wu2018"), told("list")
    made = run("backup", tmp_path / "library.backup")
    assert made.exit_code == 0, made.stderr
    assert made.stdout == f"{tmp_path / 'library.backup'}: 2 studies\n"
    # A backup is one kind of file, whatever database it came from; so it also moves a library.
    for url in (f"sqlite:///{tmp_path / 'elsewhere.db'}", store_url):
        monkeypatch.setenv("EVIDENCE_DATABASE_URL", url)
        restored = run("restore", tmp_path / "library.backup", "--force")
        assert restored.exit_code == 0, restored.stderr
        assert told("show", "wu2018") == before
        assert told("list") == listed


def test_where_there_is_no_store_yet_it_says_so(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", store_url)
    result = run("list")
    assert result.exit_code == 1
    assert "no store here yet" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", "postgresql://someone:hunter2@127.0.0.1:9/evidence")
    result = run("status")
    assert result.exit_code == 1
    assert result.stderr.startswith("evidence: postgresql")
    assert "hunter2" not in result.output
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("filled")
def test_a_restore_replaces_studies_only_when_told_to(tmp_path: Path) -> None:
    run("backup", tmp_path / "library.backup")
    run(
        "import",
        bib(tmp_path, WU.replace("wu2018", "new").replace("90000001", "90000009").replace("2018.1", "n"), name="n.bib"),
    )
    refused = run("restore", tmp_path / "library.backup")
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert run("restore", tmp_path / "library.backup", "--force").exit_code == 0
    assert run("show", "90000009").exit_code == 1
    assert told("status")["studies"] == 2


@pytest.mark.usefixtures("filled")
def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    result = run("backup", precious)
    assert result.exit_code == 1
    assert precious.read_text() == "mine"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("content", [None, b"", b"no backup at all" * 400])
def test_what_is_no_backup_is_refused_and_changes_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "not.backup"
    if content is not None:
        path.write_bytes(content)
    result = run("restore", path, "--force")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"evidence: {path}: ")
    assert told("status")["studies"] == 2


def test_a_migration_makes_the_schema_and_then_has_nothing_to_do() -> None:
    assert run("migrate").exit_code == 0
    assert run("migrate").stdout == "the schema is that of this version; nothing to do\n"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("level", "said"), [("0000", "evidence migrate"), ("9999", "newer")])
def test_a_store_of_another_version_is_refused(home: Path, level: str, said: str) -> None:
    with sqlite3.connect(database(home)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [level])
    connection.close()
    for command in (["list"], ["status"], ["serve", "--port", "0"], ["export", "--format", "ris"], ["refresh"]):
        result = run(*command)
        assert result.exit_code == 1, command
        assert said in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("filled")
def test_a_merge_is_undone_by_its_event() -> None:
    merged = run("merge", "wu2018", "90000002", "--reason", "invented")
    assert merged.exit_code == 0, merged.stderr
    event = re.search(r"`evidence unmerge (\d+)` undoes it", merged.stdout)
    assert event is not None
    assert told("status")["studies"] == 1
    assert told("show", "90000001")["row"]["key"] == told("show", "90000002")["row"]["key"]
    assert f"event {event[1]}" in run("show", "wu2018").stdout
    undone = run("unmerge", event[1])
    assert undone.exit_code == 0, undone.stderr
    assert told("status")["studies"] == 2
    assert told("show", "90000002")["row"]["key"] == "lee2020"


@pytest.mark.usefixtures("filled")
def test_a_merge_that_makes_no_sense_is_one_line() -> None:
    for args, code in ((["wu2018", "90000001"], 2), (["wu2018", "nobody1999"], 1)):
        result = run("merge", *args)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
    assert run("unmerge", "999").exit_code == 1
    assert told("status")["studies"] == 2
