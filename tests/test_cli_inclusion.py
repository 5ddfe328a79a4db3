"""`evidence exclude`, `include`, `excluded` and `candidates`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence import ingest
from evidence.store import open_store
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import clock, record, vocabulary


@pytest.fixture(autouse=True)
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", url)
    assert told("import", bib(tmp_path, WU, LEE))["total"]["added"] == 2
    with open_store(url, clock) as store:
        waiting = record("81", "Warm saline for burning feet", pmid="81", family="Oe")
        ingest.take(store, vocabulary(), [waiting], actor="refresh", include=False)


def keys() -> list[str]:
    return sorted(row["key"] for row in told("list")["studies"])


def test_excluded_with_a_reason_listed_and_undone() -> None:
    result = run("exclude", "wu2018", "777", "--reason", "not\na nerve", "--as", "ann")
    assert result.exit_code == 0, result.stderr
    first, second = result.stdout.splitlines()
    assert first.startswith("wu2018: excluded; `evidence exclude --undo ")
    assert second.startswith("PMID 777: no search brings it in; `evidence exclude --undo ")
    assert keys() == ["lee2020"]
    listed = told("excluded")
    assert (listed["total"], [i["pmid"] for i in listed["items"]]) == (2, ["777", "90000001"])
    assert {i["word"]["actor"] for i in listed["items"]} == {"ann"}
    rows = [line.split("\t") for line in run("excluded").stdout.splitlines()]
    assert rows[0] == ["event", "key", "pmid", "at", "by", "why", "title"]
    assert (rows[1][1:3], rows[1][5]) == (["(not here)", "777"], "not a nerve")
    event = first.split("--undo ")[1].split("`")[0]
    assert run("exclude", "--undo", event).stdout == f"wu2018: is as it was before decision {event}\n"
    assert keys() == ["lee2020", "wu2018"]
    again = run("exclude", "--undo", event)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert "a search may bring it in again" in run("include", "777").stdout
    assert "nor is it excluded" in run("include", "777").stderr


def test_candidates_are_listed_and_taken_in() -> None:
    waiting = told("candidates")
    assert (waiting["total"], waiting["candidates"][0]["study"]["pmid"]) == (1, "81")
    assert run("candidates").stdout.splitlines()[1].split("\t")[1] == "81"
    (done,) = told("include", "81", "--reason", "it belongs")
    assert (done["verdict"], done["pmid"], done["event"] > 0) == ("included", "81", True)
    assert told("candidates")["total"] == 0
    assert len(keys()) == 3
    assert run("candidates").stderr == "no candidate waits\n"


def test_what_is_excluded_is_shown_so() -> None:
    run("exclude", "wu2018", "--reason", "rats")
    shown = told("show", "wu2018")
    assert (shown["inclusion"], shown["word"]["reason"]) == ("excluded", "rats")
    line = next(line for line in run("show", "wu2018").stdout.splitlines() if line.startswith("inclusion"))
    assert re.fullmatch(r"inclusion +excluded by curator on [\d: -]+ UTC: rats", line)
    assert "inclusion     candidate" in run("show", "81").stdout
    assert "inclusion" not in run("show", "lee2020").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("exclude",), 2),
        (("exclude", "wu2018", "--undo", "3"), 2),
        (("include", "--undo", "99999"), 1),
        (("exclude", "wu2018", "no-such-study"), 1),
        (("include", "778"), 1),
        (("exclude", "wu2018", "--as", " "), 2),
    ],
)
def test_wrong_usage_ends_in_one_line_and_decides_nothing(arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (code, 1)
    assert keys() == ["lee2020", "wu2018"]
