"""What the command line says of a study's life cycle, and of today where a past day is exported."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from evidence.cli.opening import opened
from evidence.ingest import take
from evidence.records import Deletion
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import record

ROW = {
    "Record ID": "1",
    "Title": "Perineural injection in carpal tunnel syndrome: an invented randomised controlled trial",
    "ArticleType": "Research Article",
    "RetractionDate": "6/1/2019 0:00",
    "RetractionDOI": "10.5555/not.1",
    "RetractionPubMedID": "0",
    "OriginalPaperDate": "1/1/2018 0:00",
    "OriginalPaperDOI": "10.5555/invented.2018.1",
    "OriginalPaperPubMedID": "90000001",
    "RetractionNature": "Retraction",
    "Reason": "+Data;",
    "Paywalled": "No",
}
COLUMNS = (
    *("Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author", "URLS"),
    *("ArticleType", "RetractionDate", "RetractionDOI", "RetractionPubMedID", "OriginalPaperDate"),
    *("OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature", "Reason", "Paywalled", "Notes"),
)
LEAD = "@article{ng2019,\n author = {Ng, A}, title = {Carpal tunnel syndrome in musicians}, year = {2019}\n}\n"


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three references of 1 March; on 9 May a list says that the first is retracted."""
    monkeypatch.setenv("EVIDENCE_NOW", "2026-03-01T12:00:00Z")
    run("import", bib(tmp_path, WU, LEE, LEAD))
    monkeypatch.setenv("EVIDENCE_NOW", "2026-05-09T12:00:00Z")
    with (tmp_path / "rw.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerow(ROW)
    assert run("retractions", "import", tmp_path / "rw.csv").exit_code == 0


@pytest.mark.parametrize("more", [[], ["--id", "wu2018"]])
def test_an_export_of_a_past_day_names_what_is_retracted_today(more: list[str]) -> None:
    then = run("export", "--as-of", "2026-03-02", *more, "--format", "bibtex")
    assert then.exit_code == 0
    assert "wu2018 is retracted today" in then.stderr
    assert "RETRACTED" not in then.stdout.upper()
    today = run("export", "--as-of", "2026-05-09", *more, "--format", "bibtex")
    assert "wu2018 is retracted\n" in today.stderr


def test_a_past_day_is_not_remembered() -> None:
    refused = run("export", "--as-of", "2026-03-02", "--format", "bibtex", "--remember", "Thesis")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--remember" in refused.stderr
    assert "--as-of" in refused.stderr
    assert told("shelves", "list") == []


def test_show_says_who_says_that_it_is_retracted() -> None:
    shown = run("show", "wu2018").stdout
    said = next(line for line in shown.splitlines() if line.startswith("said "))
    for words in ("retraction by Retraction Watch", "2019-06-01", "doi 10.5555/not.1", "Data", "2026-05-09"):
        assert words in said, words
    assert "checked       Retraction Watch" in shown
    assert "2026-05-09 12:00 UTC (rw.csv)" in shown


def test_a_reference_that_no_list_can_name_was_not_checked() -> None:
    shown = run("show", "ng2019").stdout
    assert "Retraction Watch" not in shown
    assert "checked       it has no PMID or DOI by which it could be looked up" in shown
    assert told("show", "ng2019")["life"]["checks"] == []


def test_what_pubmed_no_longer_gives_is_said() -> None:
    with opened() as library:
        kept = record("77", "Another matter of carpal tunnels", pmid="77", family="Gone")
        take(library.store, library.vocabulary, [kept], actor="test")
        take(library.store, library.vocabulary, [Deletion(source="pubmed", external_id="77")], actor="test")
    key = next(s["key"] for s in told("list")["studies"] if s["pmid"] == "77")
    assert "upstream      PubMed has deleted this record" in run("show", key).stdout
    row = next(line for line in run("list").stdout.splitlines() if line.startswith(key))
    assert "deleted" in row.split("\t")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--since", "2030-01-01"], "--since"),
        (["--since", "2020-01-01"], "--since"),
        (["--since", "2026-03-01", "--until", "2030-01-01"], "--until"),
        (["--since", "2026-05-01", "--until", "2026-04-01"], "--since"),
    ],
)
def test_a_day_that_cannot_be_is_named_by_its_option(options: list[str], named: str) -> None:
    refused = run("history", "carpal-tunnel-syndrome", *options)
    assert refused.exit_code in (1, 2)
    assert named in refused.stderr
    assert "from" not in refused.stderr
