"""Files made to break readers: each ends in records, Rejected items or one BadInput, and memory stays small."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import formats, recordjson
from evidence.errors import BadInput
from evidence.formats import _lines
from evidence.records import Item, Record, Rejected
from tests.formats_support import read, rejections
from tests.made import examples
from tests.test_formats_registry import SAMPLES

READERS = ("bibtex", "ris", "nbib", "csl-json", "csv", "jsonl", "references")
STREAMING = ("ris", "nbib", "csv", "jsonl", "references")


def tolerant(data: bytes, name: str) -> list[Item]:
    """Every item, or nothing when the file as a whole is refused; anything else is a failure."""
    try:
        items = read(data, name)
    except BadInput as exc:
        items = [Rejected(subject=exc.subject, reason=exc.reason)]
        if exc.subject != "file.x":
            pytest.fail(f"an error that does not name its file: {exc}")
    for item in items:
        if isinstance(item, Record):
            stored = recordjson.dump(item)
            assert recordjson.load(stored) == item
            assert b"\\u0000" not in stored.replace(b"\\\\", b"")
            stored.decode()
        elif isinstance(item, Rejected):
            assert item.reason
            assert "\x00" not in item.payload
            item.payload.encode()
            assert len(item.payload) <= _lines.MAX_PAYLOAD
    return items


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=examples(60))
@given(data=st.data())
def test_damaged_files_never_crash(name: str, data: st.DataObject) -> None:
    text = bytearray(SAMPLES[name].encode() * 2)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        if data.draw(st.booleans()):
            text[at:at] = data.draw(
                st.binary(max_size=4) | st.sampled_from([b"{", b"}", b'"', b"\\", b"\n", b"@a{", b"[", b"TY  - "])
            )
        else:
            del text[at : at + data.draw(st.integers(1, 20))]
    tolerant(bytes(text), name)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=examples(60))
@given(junk=st.binary(max_size=400))
def test_random_bytes_never_crash(name: str, junk: bytes) -> None:
    tolerant(junk, name)
    tolerant(SAMPLES[name].encode() + junk, name)


@pytest.mark.parametrize("name", READERS)
def test_nul_bytes_are_taken_out(name: str) -> None:
    for item in tolerant(SAMPLES[name].encode().replace(b"trial", b"tr\x00ial"), name):
        if isinstance(item, Record):
            assert "trial" in item.title


class Endless(io.RawIOBase):
    """A file of one line that is longer than memory should hold, made while it is read."""

    def __init__(self, before: bytes, size: int, after: bytes) -> None:
        self.pieces = [before, size, after]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        for i, piece in enumerate(self.pieces):
            if isinstance(piece, bytes) and piece:
                part, self.pieces[i] = piece[: len(buffer)], piece[len(buffer) :]
                buffer[: len(part)] = part
                return len(part)
            if isinstance(piece, int) and piece:
                count = min(piece, len(buffer))
                self.pieces[i] = piece - count
                buffer[:count] = b"x" * count
                return count
        return 0


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("ris", b"TY  - JOUR\nAB  - ", b"\nER  -\nTY  - JOUR\nTI  - Next\nER  -\n"),
        ("nbib", b"PMID- 1\nAB  - ", b"\n\nPMID- 2\nTI  - Next\n"),
        ("csv", b"title,year\n", b"\nNext,2020\n"),
        ("jsonl", b'{"source":"x","external_id":"', b'\n{"source":"x","external_id":"y","title":"Next"}\n'),
        ("references", b"1. ", b"\n\n2. Ampel A. Next. J Invent. 2021;1(2):3-4.\n"),
        ("bibtex", b"@article{a, title = {", b"}}\n@article{b, title={Next}}\n"),
    ],
)
def test_line_of_200_megabytes_is_one_rejection_in_little_memory(name: str, before: bytes, after: bytes) -> None:
    fmt = formats.by_name(name)
    assert fmt.read is not None
    stream = io.BufferedReader(Endless(before, 200_000_000, after))
    tracemalloc.start()
    items = list(fmt.read(stream, "file.x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120_000_000
    (bad,) = rejections(items)
    assert "10,000,000" in bad.reason
    assert [i.title for i in items if isinstance(i, Record)] == ["Next"]


def test_whole_file_formats_refuse_what_is_too_large() -> None:
    stream = io.BufferedReader(Endless(b"[", 101_000_000, b"]"))
    with pytest.raises(BadInput, match="file.x.*larger than 100 MB"):
        list(formats.read(stream, "file.x", "csl-json"))


def test_bibtex_of_many_lines_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lines, "MAX_FILE_BYTES", 10_000)
    with pytest.raises(BadInput, match="file.x.*larger than"):
        read("@article{a, title={x}}\n" * 1_000, "bibtex")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ris", "TY  - JOUR\n" + "AB  - some words\n" * 2_000 + "ER  -\n" + "TY  - JOUR\nTI  - Next\nER  -\n"),
        ("nbib", "PMID- 1\n" + "AB  - some words\n" * 2_000 + "\nPMID- 2\nTI  - Next\n"),
        ("csv", 'title,year\n"' + "some words\n" * 2_000 + '",2020\nNext,2021\n'),
        ("bibtex", "@article{a, abstract={" + "some words\n" * 2_000 + "}}\n@article{b, title={Next}}\n"),
    ],
)
def test_record_of_many_lines_that_is_too_long_is_rejected(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (_lines, formats._tagged, formats._csv_rows):  # type: ignore[attr-defined]
        monkeypatch.setattr(module, "MAX_RECORD_CHARS", 10_000)
    items = read(text, name)
    assert rejections(items)
    assert "Next" in [i.title for i in items if isinstance(i, Record)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bibtex", b"@a{x, title={" + b"{" * 50_000),
        ("bibtex", b"@a{x, title={" + b"{" * 5_000 + b"}" * 5_000 + b"}}"),
        ("bibtex", b"@a{x, title={{" + b"\\it\\bf " * 20_000 + b"}}}"),
        ("bibtex", b"@a{x, author={" + b"{a} and " * 20_000 + b"}}"),
        ("bibtex", b"@a{\n" * 5_000),
        ("csl-json", b"[" * 100_000),
        ("csl-json", b'[{"type":"book","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}]"),
        ("csl-json", b'[{"type":"book","volume":' + b"9" * 10_000 + b"}]"),
        ("csl-json", b'[{"type":"book","volume":1e999,"title":[[]],"author":{"a":1},"issued":[1],"ISSN":{}}]'),
        ("csv", b'title,authors\nx,"' + b"aB a. " * 20_000 + b'"'),
        ("csv", b"title,year\n" + b'"a\n' * 2_001),
        ("ris", b"TY  - JOUR\nAB  - " + b"<i>&lt;" * 20_000 + b"\nER  -\n"),
        ("ris", b"TY  - JOUR\nN1  - " + b"PMID:https://" * 5_000 + b"\nER  -\n"),
        ("nbib", b"PMID- 1\nFAU - A, B\n" + b"AD  - somewhere\n" * 20_000),
        ("references", b"1. " + b"A. " * 15_000),
        ("references", b"1. Ampel, A. (2020). " + b"aaa bbb. " * 5_000),
    ],
)
def test_shapes_that_make_readers_slow_or_deep_come_to_an_end(name: str, data: bytes) -> None:
    tolerant(data, name)


def test_macros_that_double_each_other_are_refused() -> None:
    lines = ["@string{a0 = {xxxxxxxxxx}}"] + [f"@string{{a{n} = a{n - 1} # a{n - 1}}}" for n in range(1, 40)]
    items = read(
        "\n".join([*lines, "@article{k, title = a30 # a30, year = 2020}", "@article{l, title={Next}}"]), "bibtex"
    )
    assert [i.title for i in items if isinstance(i, Record)][-1] == "Next"
    assert all(len(i.title) < 2_000_000 for i in items if isinstance(i, Record))


def test_macros_may_not_go_round_in_circles() -> None:
    items = read("@string{a = b # {x}}\n@string{b = a # {y}}\n@article{k, title = b}", "bibtex")
    assert [i.title for i in items if isinstance(i, Record)] == ["bxy"]


def test_crossref_may_not_go_round_in_circles() -> None:
    items = read(
        "@inbook{a, crossref={b}, title={A}}\n@inbook{b, crossref={a}, title={B}}\n@inbook{c, crossref={c}}", "bibtex"
    )
    assert len(items) == 3


@pytest.mark.parametrize("name", STREAMING)
def test_gzip_bomb_stays_small(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"bomb.{name}.gz"
    head = SAMPLES[name].encode()
    path.write_bytes(gzip.compress(head + b"x" * 40_000_000, compresslevel=1))
    tracemalloc.start()
    items = list(formats.read_path(path, name))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(items[0], Record | Rejected)
    assert peak < 60_000_000


@pytest.mark.parametrize("name", READERS)
def test_script_in_a_title_stays_text(name: str) -> None:
    text = SAMPLES[name].replace("A trial", "A <script>alert(1)</script> trial")
    if name == "jsonl":
        assert rejections(read(text, name))
        return
    (item,) = read(text, name)
    assert isinstance(item, Record)
    assert "&lt;script&gt;" in item.title
    assert "<script" not in item.title


@pytest.mark.parametrize("name", ["bibtex", "ris", "nbib", "csv", "references"])
def test_windows_1252_is_read_when_it_is_evident(name: str) -> None:
    text = SAMPLES[name].replace("A trial", "A triál of 5° – Müller’s")
    (item,) = read(text.encode("cp1252"), name)
    assert isinstance(item, Record)
    assert "triál of 5° – Müller’s" in item.title


@pytest.mark.parametrize("name", ["bibtex", "ris", "nbib", "csv", "references"])
@pytest.mark.parametrize(
    "title", ["Инъекции декстрозы".encode("cp1251"), "葡萄糖".encode("gb18030"), "é".encode() + b" cut \xc3 off"]
)
def test_other_bytes_are_rejected_with_their_line(name: str, title: bytes) -> None:
    items = read(SAMPLES[name].encode().replace(b"A trial", title), name)
    (bad,) = rejections(items)
    assert len(items) == 1
    assert "not valid UTF-8" in bad.reason
    assert bad.line == {"bibtex": 1, "ris": 2, "nbib": 3, "csv": 2, "references": 1}[name]


def test_json_that_is_not_utf8_is_refused_as_a_whole() -> None:
    with pytest.raises(BadInput, match="file.x.*UTF-8"):
        read(SAMPLES["csl-json"].encode().replace(b"trial", b"tri\xe1l"), "csl-json")
