"""Files in and out on the command line: every record is accounted for, an export is whole and comes back."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli_runner import LEE, WU, bib, run, start, told

BROKEN = "@article{broken2021,\n  title = {An entry that {never ends,\n  year = 2021\n"


def total(**numbers: int) -> dict[str, int]:
    """The counts of a report, zero unless said."""
    names = ("added", "revised", "unchanged", "merged", "queued", "rejected", "deletions")
    return {"total": sum(numbers.values()), **dict.fromkeys(names, 0), **numbers}


def test_an_import_makes_the_store_and_accounts_for_every_record(tmp_path: Path, home: Path) -> None:
    found = told("import", bib(tmp_path, WU, LEE))
    assert found["preview"] is False
    assert found["total"] == total(added=2)
    assert [f["file"] for f in found["files"]] == [str(tmp_path / "refs.bib")]
    assert told("import", tmp_path / "refs.bib")["total"] == total(unchanged=2)
    assert list(home.rglob("evidence.db"))
    # No starter library: an import goes into an empty store.
    assert told("status")["studies"] == 2


def test_a_report_for_people_goes_to_standard_error(tmp_path: Path) -> None:
    one, two = bib(tmp_path, WU, name="one.bib"), bib(tmp_path, LEE, name="two.bib")
    result = run("import", one, two)
    assert result.exit_code == 0
    assert result.stderr == f"{one}: 1 record: 1 added\n{two}: 1 record: 1 added\n"
    assert result.stdout == "all files: 2 records: 2 added\n"


def test_a_rejected_record_has_its_line_and_the_others_are_taken(tmp_path: Path) -> None:
    result = run("import", bib(tmp_path, WU, BROKEN), "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["total"] == total(added=1, rejected=1)
    (rejection,) = report["files"][0]["rejections"]
    assert rejection["line"] >= 6
    assert f"evidence: {rejection['subject']}:{rejection['line']}: {rejection['reason']}" in result.stderr
    assert told("status")["studies"] == 1


def test_files_that_cannot_be_read_are_said_and_the_others_are_taken(tmp_path: Path) -> None:
    empty, good = tmp_path / "empty.bib", bib(tmp_path, WU)
    empty.touch()
    result = run("import", tmp_path / "none.bib", empty, tmp_path, good, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["total"] == total(added=1)
    assert [f.get("error") for f in report["files"]] == ["no such file", "is empty", "is a directory, not a file", None]
    said = [line for line in result.stderr.splitlines() if line.startswith("evidence: ")]
    assert said == [
        f"evidence: {tmp_path / 'none.bib'}: no such file",
        f"evidence: {empty}: is empty",
        f"evidence: {tmp_path}: is a directory, not a file",
    ]


def test_a_file_that_breaks_off_is_accounted_for(tmp_path: Path) -> None:
    entries = "\n".join(WU.replace("wu2018", f"wu{i}").replace("90000001", f"9100{i:04}") for i in range(500))
    whole = gzip.compress(entries.encode(), mtime=0)
    path = tmp_path / "cut.bib.gz"
    path.write_bytes(whole[: len(whole) // 2])
    result = run("import", path, "--json")
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    report = json.loads(result.stdout)["files"][0]
    assert "error" in report or report["rejected"] >= 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_like_a_file(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    entries = "\n".join(
        WU.replace("wu2018", f"wu{i}").replace("90000001", f"9100{i:04}").replace("2018.1", f"x{i}") for i in range(40)
    )
    process = start("import", "/dev/stdin", "--json", stdin=subprocess.PIPE, text=False)
    out, err = process.communicate(pack(entries.encode()), timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["total"]["total"] == 40


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff\xfe", b"hello, world\n", b"<html><script>x</script></html>"])
def test_a_file_in_no_known_format_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    result = run("import", path)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"evidence: {path}: is in no format")


def test_an_unknown_format_is_wrong_usage_before_anything_is_made(tmp_path: Path, home: Path) -> None:
    result = run("import", bib(tmp_path, WU), "--format", "bibtxe")
    assert result.exit_code == 2
    assert result.stderr.startswith("evidence: --format: 'bibtxe': no such format; known: ")
    assert not list(home.rglob("*.db"))


def test_a_preview_says_the_same_and_writes_nothing(tmp_path: Path, home: Path) -> None:
    path = bib(tmp_path, WU, LEE)
    first = told("import", path, "--preview")
    assert (first["preview"], first["total"]) == (True, total(added=2))
    assert not list(home.rglob("*.db"))
    run("import", bib(tmp_path, WU, name="one.bib"))
    before = told("status")
    assert told("import", path, "--preview")["total"] == total(added=1, merged=1)
    assert told("status") == before


def filled(folder: Path) -> None:
    assert told("import", bib(folder, WU, LEE))["total"]["added"] == 2


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], ["lee2020", "wu2018"]),
        (["--condition", "carpal-tunnel-syndrome"], ["lee2020", "wu2018"]),
        (["--design", "rct"], ["wu2018"]),
        (["--design", "rct", "--design", "case-report"], ["lee2020", "wu2018"]),
        (["--since", "2019"], ["lee2020"]),
        (["--until", "2019"], ["wu2018"]),
        (["--query", "case report"], ["lee2020"]),
        (["--id", "90000002"], ["lee2020"]),
        (["--id", "https://doi.org/10.5555/INVENTED.2020.7", "--id", "wu2018"], ["lee2020", "wu2018"]),
        (["--id", "wu2018", "--id", "90000001"], ["wu2018"]),
        (["--condition", "knee-osteoarthritis"], []),
    ],
)
def test_an_export_holds_what_was_selected(tmp_path: Path, options: list[str], found: list[str]) -> None:
    filled(tmp_path)
    result = run("export", "--format", "csl-json", *options)
    assert result.exit_code == 0, result.stderr
    assert [entry["id"] for entry in json.loads(result.stdout)] == found


@pytest.mark.parametrize("name", ["out.bib", "out.ris", "out.json", "out.csv"])
def test_an_export_comes_back_as_the_same_studies(tmp_path: Path, name: str) -> None:
    filled(tmp_path)
    result = run("export", "-o", tmp_path / name)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr == f"{tmp_path / name}: 2 studies\n"
    back = told("import", tmp_path / name)["total"]
    assert back["total"] == 2
    assert back["added"] == back["queued"] == back["rejected"] == 0
    assert told("status")["studies"] == 2


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 2, "evidence: --format: say which"),
        (["-o", "x.docx"], 2, "evidence: --format: the name x.docx does not tell the format"),
        (["--format", "docx"], 2, "evidence: --format: 'docx': no such format"),
        (["--format", "ris", "--id", "wu2018", "--since", "2000"], 2, "evidence: --id: names studies"),
        (["--format", "ris", "--id", "wu2018", "--id", "nobody1999"], 1, "evidence: nobody1999: not in this library"),
        (
            ["--format", "ris", "--condition", "carpal"],
            2,
            "evidence: --condition: 'carpal' is not a condition; did",
        ),
        (["--format", "ris", "--design", "rtc"], 2, "evidence: --design: 'rtc' is not a design; did you mean rct"),
        (["--format", "ris", "--intervention", "zzz"], 2, "evidence: --intervention: 'zzz' is not an intervention"),
        (["--format", "ris", "--since", "soon"], 2, "evidence: since: 'soon' is not a year"),
    ],
)
def test_a_wrong_export_is_one_line_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, said: str
) -> None:
    filled(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = run("export", *options)
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "x.docx").exists()


def test_an_export_that_nobody_reads_to_its_end_is_quiet(tmp_path: Path) -> None:
    many = [
        WU.replace("wu2018", f"wu{i}").replace("90000001", f"9100{i:04}").replace("2018.1", f"x{i}") for i in range(400)
    ]
    assert run("import", bib(tmp_path, *many)).exit_code == 0
    process = start("export", "--format", "bibtex", "--leads")
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=60) == 1


def test_an_export_is_utf_8_whatever_the_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", bib(tmp_path, WU.replace("Sample, Ann", "Müller-Łuczak, Zoë")))
    for name, value in {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}.items():
        monkeypatch.setenv(name, value)
    process = start("export", "--format", "csl-json", text=False)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Müller-Łuczak" in out.decode("utf-8")


def test_a_shelf_is_exported_in_its_order(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    assert run("shelves", "create", "For the review", "lee2020", "wu2018").exit_code == 0
    result = run("export", "--shelf", "For the review", "--format", "bibtex")
    assert result.exit_code == 0
    assert re.findall(r"@article\{(\w+),", result.stdout) == ["lee2020", "wu2018"]
    for more in (["--id", "wu2018"], ["--since", "2000"], ["--leads"]):
        assert run("export", "--shelf", "For the review", *more, "--format", "ris").exit_code == 2
    nowhere = run("export", "--shelf", "Nowhere", "--format", "ris", "-o", tmp_path / "x.ris")
    assert nowhere.exit_code == 1
    assert "there is no shelf of that name" in nowhere.stderr
    assert not (tmp_path / "x.ris").exists()


def test_an_export_as_of_a_day_is_what_it_was_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_NOW", "2026-03-01T12:00")
    run("import", bib(tmp_path, WU))
    run("shelves", "create", "Thesis", "wu2018")
    before = run("export", "--format", "bibtex").stdout
    monkeypatch.setenv("EVIDENCE_NOW", "2026-03-03T12:00")
    run("import", bib(tmp_path, LEE))
    run("merge", "wu2018", "lee2020")
    assert run("export", "--format", "bibtex").stdout != before
    assert run("export", "--shelf", "Thesis", "--format", "bibtex").stdout != before
    for more in ([], ["--id", "wu2018"], ["--shelf", "Thesis"]):
        assert run("export", "--as-of", "2026-03-02", *more, "--format", "bibtex").stdout == before
    for args, code, words in (
        (["--as-of", "2026-02-01"], 1, "began"),
        (["--as-of", "2026-03-02", "--id", "lee2020"], 1, "not in this library on 2026-03-02"),
        (["--as-of", "2027-01-01"], 2, "as-of"),
        (["--as-of", "yesterday"], 2, "is not a day"),
        (["--as-of", "2026-03-02", "--aux", "x.aux"], 2, "--as-of"),
    ):
        result = run("export", *args, "--format", "bibtex")
        assert (result.exit_code, result.stdout) == (code, "")
        assert words in result.stderr


def test_keys_that_cannot_be_taken_are_named_with_the_studys_own(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(
        "@article{first, title={Dextrose around the median nerve}, author={Alpha, A}, year=2001, doi={10.5555/k.1}}\n"
        "@article{FIRST, title={Another matter of ulnar nerves}, author={Beta, C}, year=2002, doi={10.5555/k.2}}\n"
        "@article{Müller%2019, title={A third one on backs}, author={Delta, D}, year=2004, doi={10.5555/k.4}}\n"
        "@article{again, title={A third one on backs}, author={Delta, D}, year=2004, doi={10.5555/k.4}}\n"
    )
    for preview in (["--preview"], []):
        result = run("import", path, *preview)
        assert result.exit_code == 0
        lines = [line for line in result.stderr.splitlines() if line.startswith("  key ")]
        assert lines == [
            "  key FIRST leads to another study here: this one is beta2002another",
            "  key Müller%2019 cannot stand in a .bib: this one is delta2004third",
        ]
    assert "delta2004third" in run("show", "again").stdout, "an alias that could be given"


def test_only_ten_keys_are_named_and_json_has_all(tmp_path: Path) -> None:
    names = [f"o{'O' * n}" for n in range(1, 4)]
    entries = [
        f"@article{{{key}, title={{Study {number} of nerves}}, year={2000 + number}, doi={{10.5555/m.{number}}}}}\n"
        for number, key in enumerate([*names, *(name.upper() for name in names)] * 4)
    ]
    path = tmp_path / "refs.bib"
    path.write_text("".join(entries))
    (one,) = told("import", path, "--preview")["files"]
    assert len(one["keys"]) == 21
    assert {key["given"] for key in one["keys"]} == {*names, *(name.upper() for name in names)}
    told_here = run("import", path).stderr
    assert "  and 11 more keys; --json names them all" in told_here
