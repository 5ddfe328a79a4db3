"""PubMed on the command line, against the local E-utilities server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli_runner import run, told
from tests.eutils_server import EutilsServer


@pytest.fixture
def eutils(monkeypatch: pytest.MonkeyPatch) -> Iterator[EutilsServer]:
    with EutilsServer(records=30) as server:
        monkeypatch.setenv("EVIDENCE_EUTILS_URL", server.url)
        monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
        yield server


def one_search() -> str:
    """A store whose only search is `mine`."""
    for saved in told("searches", "list"):
        assert run("searches", "remove", saved["name"]).exit_code == 0
    assert run("searches", "add", "mine", "invented[tiab]").exit_code == 0
    return "mine"


@pytest.mark.usefixtures("eutils")
def test_a_refresh_fills_the_store_and_a_second_one_writes_nothing_and_says_so() -> None:
    one_search()
    first = run("refresh")
    assert first.exit_code == 0, first.stderr
    assert first.stdout == "mine: ok; 30 found: 30 added\n"
    before = told("status")
    second = run("refresh", "mine")
    assert second.stdout == "mine: ok; 30 found: 30 unchanged; nothing new, nothing written\n"
    assert told("status")["revision"] == before["revision"]
    assert told("status")["last_refresh"]["state"] == "ok"


def test_a_refresh_that_fails_says_why_and_is_exit_code_1(eutils: EutilsServer) -> None:
    one_search()
    eutils.script(forever=400)
    result = run("refresh")
    assert result.exit_code == 1
    assert result.stdout.startswith("mine: failed")
    assert result.stderr.startswith("evidence: mine: ")
    assert told("searches", "list")[0]["last"]["state"] == "failed"


def test_an_unknown_search_is_one_line(eutils: EutilsServer) -> None:
    result = run("refresh", "nonesuch")
    assert result.exit_code == 1
    assert "nonesuch" in result.stderr
    assert eutils.seen == []


def test_ncbi_is_not_called_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCE_EUTILS_URL", raising=False)
    for command in (["refresh"], ["add", "90000001"]):
        result = run(*command)
        assert result.exit_code == 2
        assert "NCBI_EMAIL" in result.stderr
        assert result.stderr.count("\n") == 1


def test_single_studies_are_added(eutils: EutilsServer) -> None:
    from tests.eutils_records import doi

    first, second = eutils.pmids[:2]
    assert told("add", first, doi(second))["added"] == 2
    assert told("show", second)["row"]["pmid"] == second
    again = run("add", first)
    assert (again.exit_code, again.stdout) == (0, "1 record: 1 unchanged\n")


def test_what_pubmed_does_not_have_is_said(eutils: EutilsServer) -> None:
    result = run("add", "99999999", eutils.pmids[0])
    assert result.exit_code == 1
    assert result.stdout == "2 records: 1 added, 1 rejected\n"
    assert result.stderr.startswith("evidence: pmid 99999999: ")


def test_what_is_no_identifier_is_wrong_usage(eutils: EutilsServer) -> None:
    result = run("add", "not an id")
    assert result.exit_code == 2
    assert result.stderr == "evidence: not an id: is neither a PMID nor a DOI nor a PMCID\n"
    assert eutils.seen == []


def test_searches_are_listed_before_there_is_a_store(home: Path) -> None:
    found = told("searches", "list")
    assert found
    assert all(search["last"] is None for search in found)
    assert not list(home.rglob("*.db"))


def test_searches_are_added_replaced_and_removed() -> None:
    names = [search["name"] for search in told("searches", "list")]
    made = told("searches", "add", "cts", "carpal tunnel[tiab]", "--condition", "carpal-tunnel-syndrome", "--queue")
    assert (made["label"], made["include"], made["conditions"]) == ("cts", False, ["carpal-tunnel-syndrome"])
    run("searches", "add", "cts", "carpal[tiab]")
    found = {search["name"]: search["query"] for search in told("searches", "list")}
    assert found["cts"] == "carpal[tiab]"
    assert set(found) == {*names, "cts"}
    assert run("searches", "remove", "cts").exit_code == 0
    assert [search["name"] for search in told("searches", "list")] == names


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["add", "Bad Name", "x[tiab]"], 2),
        (["add", "empty", "  "], 2),
        (["add", "x", "y[tiab]", "--condition", "nonesuch"], 2),
        (["remove", "nonesuch"], 1),
    ],
)
def test_a_wrong_search_is_one_line(args: list[str], code: int) -> None:
    result = run("searches", *args)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
