"""`evidence dedupe`: any mix of files in, each work once out, and the groups; no store is touched."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from evidence import formats
from evidence.records import Record
from tests.cli_runner import LEE, WU, bib, run, told

RIS = """TY  - JOUR
ID  - wuagain
AU  - Wu, Test T.
AU  - Sample, Ann
TI  - Perineural injection in carpal tunnel syndrome: an invented randomised controlled trial.
JO  - J Invent Stud
PY  - 2018
VL  - 4
SP  - 11
EP  - 19
AB  - An invented abstract that only this file has.
PMID- 90000001
ER  -
"""
TABLE = """ID,ENTRYTYPE,title,author,year,journal,booktitle,volume,number,pages,doi,pmid
t1,article,Carpal tunnel syndrome after an invented injection: a case report,"Lee, O",2020,J Invent Stud,,6,,1-9,,
t2,article,Erratum: Carpal tunnel syndrome after an invented injection: a case report,Lee O,2020,J Invent Stud,,6,,88,,
t3,article,Carpal tunnel syndrome after an invented injection: a case report,Lee O,2019,Other Journal,,2,,,,
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    ris = tmp_path / "more.ris"
    ris.write_text(RIS, "utf-8")
    table = tmp_path / "table.csv.gz"
    with gzip.open(table, "wt", encoding="utf-8") as stream:
        stream.write(TABLE)
    return [bib(tmp_path, WU, LEE), ris, table]


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_groups_go_to_standard_output(files: list[Path]) -> None:
    result = run("dedupe", *files)
    assert result.exit_code == 0
    assert result.stdout == "merged_ids\nwu2018;wuagain\nlee2020;t1\n"
    assert "6 records, 4 works, 2 duplicates, 2 groups" in result.stderr


def test_each_work_once_with_the_richest_of_each_field(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "once.bib"
    assert run("dedupe", *files, "-o", out).exit_code == 0
    records = [r for r in formats.read_path(out) if isinstance(r, Record)]
    assert [r.keys[0] for r in records] == ["wu2018", "lee2020", "t2", "t3"]
    wu = records[0]
    assert wu.id("pmid") == "90000001"
    assert wu.id("doi") == "10.5555/invented.2018.1"
    assert wu.abstract
    assert wu.journal.title == "Journal of Invented Studies"


def test_doubts_are_written_with_reasons(files: list[Path], tmp_path: Path) -> None:
    groups, review = tmp_path / "groups.csv", tmp_path / "review.csv"
    assert run("dedupe", *files, "--groups", groups, "--review", review).exit_code == 0
    assert lines(groups) == [["merged_ids"], ["wu2018;wuagain"], ["lee2020;t1"]]
    header, *doubts = lines(review)
    assert header == ["id_a", "id_b", "points", "rule", "reasons", "title_a", "title_b"]
    assert all(len(d) == len(header) and d[4] for d in doubts)


def test_counts_as_json(files: list[Path]) -> None:
    said = told("dedupe", *files)
    assert (said["records"], said["works"], said["duplicates"], said["rejected"]) == (6, 4, 2, 0)


def test_ids_that_two_files_share_are_told_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(TABLE, "utf-8")
    other.write_text(TABLE, "utf-8")
    said = run("dedupe", one, other).stdout.splitlines()
    assert sorted(said[1:]) == ["one.csv#t1;two.csv#t1", "one.csv#t2;two.csv#t2", "one.csv#t3;two.csv#t3"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["nosuch.csv"], 1, "nosuch.csv: no such file"),
        (["table.csv", "--format", "tablet"], 2, "--format"),
        (["table.csv", "-o", "once.docx"], 2, "--output"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    args: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(TABLE, "utf-8")
    result = run("dedupe", *args)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_rejected_row_is_said_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(TABLE + 't9,article,"never closed', "utf-8")
    result = run("dedupe", path, "--groups", tmp_path / "g.csv", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rejected"] == 1
    assert "never closed" in result.stderr
