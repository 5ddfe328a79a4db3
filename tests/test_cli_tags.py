"""`evidence tag` and `evidence retag`, and what `show`, `status` and `serve` say of tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from evidence.store import open_store
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import clock, vocabulary
from tests.tag_library import fill

CTS = "condition:carpal-tunnel-syndrome"


@pytest.fixture(autouse=True)
def filled(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", store_url)
    assert told("import", bib(tmp_path, WU, LEE))["total"]["added"] == 2


def test_a_curators_word_is_kept_shown_and_undone() -> None:
    result = run("tag", "wu2018", "--no", "design:rct", "--yes", "Plantar fasciitis", "--reason", "full text read")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("wu2018: condition:plantar-fasciitis, has it; `evidence tag --undo ")
    assert lines[1].startswith("wu2018: design:rct, has it not; `evidence tag --undo ")
    assert told("show", "wu2018")["row"]["design"] != "rct"
    shown = run("show", "wu2018").stdout
    assert "curator said no on " in shown
    assert "“full text read”" in shown
    event = lines[1].split("--undo ")[1].split("`")[0]
    assert run("tag", "--undo", event).stdout == f"wu2018: design:rct is as it was before decision {event}\n"
    assert told("show", "wu2018")["row"]["design"] == "rct"
    again = run("tag", "--undo", event)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)


def test_the_tags_of_a_study_with_why() -> None:
    result = run("tag", "wu2018")
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0] == ["tag", "stands", "origin", "why"]
    assert [CTS, "yes", "text", "Words of the record: “carpal tunnel syndrome” in the title"] in rows
    listed = told("tag", "wu2018")
    assert {(line["tag"]["slug"], line["stands"]) for line in listed} >= {("rct", True)}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("wu2018", "--queue"),
        ("wu2018", "--undo", "1"),
        ("--queue", "--yes", CTS),
        ("--yes", CTS),
        ("wu2018", "--limit", "3"),
        ("wu2018", "--no", CTS, "--role", "active"),
        ("wu2018", "--yes", CTS, "--no", CTS),
        ("wu2018", "--yes", "gloom"),
        ("wu2018", "--yes", CTS, "--role", "helper"),
        ("wu2018", "--yes", CTS, "--reason", "bytes \udcff"),
        ("wu2018", "--yes", "bytes \udcff"),
    ],
)
def test_wrong_usage_is_one_line_and_writes_nothing(arguments: tuple[str, ...]) -> None:
    before = told("status")["revision"]
    result = run("tag", *arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert told("status")["revision"] == before


def test_of_several_tags_all_are_decided_on_or_none() -> None:
    before = told("status")["revision"]
    result = run("tag", "wu2018", "--yes", "feature:prospective", "--no", "condition:gloom")
    assert result.exit_code == 1
    assert "condition:gloom" in result.stderr
    assert told("status")["revision"] == before
    assert not any(line["tag"]["origin"] == "curator" for line in told("tag", "wu2018"))
    done = told("tag", "wu2018", "--yes", "feature:prospective", "--no", "feature:pilot", "--clear", CTS)
    assert [one["slug"] for one in done if one["event"]] == ["prospective", "pilot"]
    assert told("status")["revision"] == before + 1
    for one in done[:2]:
        assert run("tag", "--undo", str(one["event"])).exit_code == 0


def test_a_study_and_a_decision_to_undo_exclude_each_other() -> None:
    result = run("tag", "wu2018", "--undo", "1")
    assert result.exit_code == 2
    assert "--undo, ID: exclude each other" in result.stderr


def test_what_would_turn_the_words_of_a_reason_is_written_out() -> None:
    told("tag", "wu2018", "--no", "design:rct", "--reason", "read \u202e in full")
    shown = run("tag", "wu2018").stdout
    assert "“read [U+202E] in full”" in shown
    assert "\u202e" not in shown


def test_unknown_studies_and_tags_are_named() -> None:
    for arguments, name in (
        (("nobody1999",), "nobody1999"),
        (("wu2018", "--yes", "condition:gloom"), "condition:gloom"),
    ):
        result = run("tag", *arguments)
        assert result.exit_code == 1
        assert name in result.stderr


def test_the_queue_is_a_table_and_json(store_url: str) -> None:
    empty = run("tag", "--queue")
    assert empty.exit_code == 0
    assert "agree" in empty.stderr
    with open_store(store_url, clock) as store:
        fill(store, vocabulary())
    rows = [line.split("\t") for line in run("tag", "--queue", "--kind", "design").stdout.splitlines()]
    assert rows[0] == ["key", "tag", "says so", "because of", "the other side", "title"]
    assert any(r[1:5] == ["design:rct", "NLM", "Randomized Controlled Trial", "cohort"] for r in rows)
    page = told("tag", "--queue", "--limit", "1")
    assert page["total"] > len(page["disagreements"]) == 1
    assert "records" not in page["disagreements"][0]


def test_a_library_of_another_vocabulary_says_so_until_it_is_tagged_anew(store_url: str) -> None:
    assert told("status")["retag_due"] is False
    with open_store(store_url, clock) as store, store.write() as writer:
        writer.connection.execute(text("UPDATE library SET vocabulary_hash = 'of another'"))
        writer.connection.execute(text("DELETE FROM tag_assignment"))
    assert told("status")["retag_due"] is True
    assert "run evidence retag" in run("status").stdout
    for options in ((), ("--json",)):
        queue = run("tag", "--queue", *options)
        assert "run evidence retag" in queue.stderr
        assert "agree" not in queue.stderr, "nobody can know before the tags are made anew"
    done = told("retag")
    assert "retag" not in run("tag", "--queue").stderr
    assert done["records"] == 2
    assert done["changed"] == 2
    assert told("status")["retag_due"] is False
    revision = told("status")["revision"]
    silent = run("retag")
    assert silent.stdout == "2 source records: the tags or reasons of 0 changed; 0 studies show the difference\n"
    assert silent.stderr == "", "a pipe is told nothing of progress"
    assert told("status")["revision"] == revision


def test_one_condition_or_none_of_that_name() -> None:
    assert told("retag", "--condition", "carpal-tunnel-syndrome")["changed"] == 0
    result = run("retag", "--condition", "gloom")
    assert result.exit_code == 1
    assert "gloom" in result.stderr


def test_a_file_whose_name_is_not_utf_8_is_refused_by_import(tmp_path: Path) -> None:
    result = run("import", f"{tmp_path}/bad\udcff.bib")
    assert result.exit_code == 2
    assert "not UTF-8" in result.stderr
