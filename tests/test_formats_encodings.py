"""Files that are no UTF-8: read as Windows-1252 where that is evident, never without a word; else rejected."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from evidence import formats, offline
from evidence.formats import split
from evidence.records import Item, Record, Rejected
from tests.cli_runner import run, told

TITLE = "Über Öl: « thé\xa0» à José’s café”"
FILES = {
    "a.ris": "TY  - JOUR\nTI  - {}\nAU  - Åström, Öz\nAU  - Žižka, Š\nER  - \nTY  - JOUR\nTI  - Plain\nER  - \n",
    "a.nbib": "PMID- 90000001\nTI  - {}\nFAU - Åström, Öz\nFAU - Žižka, Š\n\nPMID- 90000002\nTI  - Plain\n",
    "a.enw": "%0 Journal Article\n%T {}\n%A Åström, Öz\n%A Žižka, Š\n\n%0 Journal Article\n%T Plain\n",
    "a.csv": 'title,authors,year\n{},"Åström, Öz; Žižka, Š",2020\nPlain,,2021\n',
    "a.bib": "@article{{a,\n  title = {{{}}},\n  author = {{Åström, Öz and\n  Žižka, Š}}\n}}\n"
    "@article{{b, title={{Plain}}}}\n",
}


def items(path: Path) -> tuple[list[Item], list[str]]:
    """What a file holds and what is said of how it was read."""
    said: list[str] = []
    return list(formats.read_path(path, "", said.append)), said


def put(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("name", FILES)
def test_windows_1252_is_read_and_said(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, FILES[name].format(TITLE).encode("cp1252"))
    (first, second), said = items(path)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.title, second.title) == (TITLE.replace("\xa0", " "), "Plain")
    assert [a.family for a in first.authors] == ["Åström", "Žižka"]
    (line,) = said
    assert line.startswith(f"{path}: not UTF-8 (line 2")
    assert line.endswith("; read as Windows-1252")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", FILES)
def test_unicode_is_read_without_a_word(tmp_path: Path, name: str, encoding: str) -> None:
    found, said = items(put(tmp_path, name, FILES[name].format(TITLE).encode(encoding)))
    assert [type(i) for i in found] == [Record, Record]
    assert said == []


def test_a_zipped_file_says_so_too(tmp_path: Path) -> None:
    raw = FILES["a.ris"].format(TITLE).encode("cp1252")
    assert len(items(put(tmp_path, "a.ris.gz", gzip.compress(raw)))[1]) == 1


@pytest.mark.parametrize(
    "title",
    [
        "Лечение".encode("cp1251"),
        "Αγωγή".encode("iso-8859-7"),
        "研究".encode("shift-jis"),
        "葡萄糖".encode("gb18030"),
        "žluť".encode("cp1250"),  # 0x9d, which Windows-1252 does not have
        "naïve".encode() + b" caf\xe9",  # whole UTF-8 letters beside a broken one
    ],
)
@pytest.mark.parametrize("name", FILES)
def test_what_is_evidently_something_else_is_rejected(tmp_path: Path, name: str, title: bytes) -> None:
    raw = FILES[name].replace("Åström, Öz", "A").replace("Žižka, Š", "B").replace("{{", "{").replace("}}", "}")
    found, said = items(put(tmp_path, name, raw.encode().replace(b"{}", title)))
    bad, good = sorted(found, key=lambda i: isinstance(i, Record))
    assert isinstance(bad, Rejected)
    assert isinstance(good, Record)
    assert bad.line == 2
    assert "not valid UTF-8" in bad.reason
    assert bad.reason.endswith("nor evidently Windows-1252; save the file as UTF-8")
    assert said == []


def test_import_says_it_once_for_each_file(tmp_path: Path) -> None:
    raw = FILES["a.ris"].format(TITLE)
    one, two = put(tmp_path, "one.ris", raw.encode("cp1252")), put(tmp_path, "two.ris", raw.encode())
    result = run("import", "--preview", one, two)
    assert result.exit_code == 0
    assert result.stderr.count("Windows-1252") == 1
    assert f"{one}: not UTF-8 (line 2 and 2 more); read as Windows-1252\n" in result.stderr
    report = told("import", "--preview", one, two)
    assert [len(f["notes"]) for f in report["files"]] == [1, 0]
    assert "not UTF-8" in report["files"][0]["notes"][0]
    assert [f["total"] for f in report["files"]] == [2, 2]


def test_classify_and_dedupe_say_it_too(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", FILES["a.csv"].format(TITLE).encode("cp1252"))
    assert "read as Windows-1252" in run("classify", path).stderr
    assert "read as Windows-1252" in run("dedupe", path).stderr


def test_a_large_table_that_is_no_utf8_is_not_read_in_halves(tmp_path: Path) -> None:
    rows = "".join(f'Öl number {n},"Åström, Ö",2020\n' for n in range(50_000))
    raw = f"title,authors,year\n{rows}"
    assert split.table(put(tmp_path, "utf8.csv", raw.encode())) is not None
    assert split.table(put(tmp_path, "a.csv", raw.encode("cp1252"))) is None
    said: list[str] = []
    small = put(tmp_path, "small.csv", raw[:3000].rpartition("\n")[0].encode("cp1252"))
    offline.dedupe([small], remark=said.append)
    assert len(said) == 1


def test_standard_input_is_refused_with_the_reason() -> None:
    result = run("import", "-")
    assert result.exit_code != 0
    assert "standard input is not read" in result.stderr
    assert "file's name" in result.stderr


def test_a_file_in_no_known_format_is_told_what_to_do(tmp_path: Path) -> None:
    path = put(tmp_path, "a.docx", b"PK\x03\x04 and more of a zip file")
    said = run("import", path).stderr
    assert "BibTeX" in said
    assert "export RIS" in said
    assert "json-lines" not in said
