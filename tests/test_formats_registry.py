"""Opening and recognising files: what they are is read from their content, errors name the file."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence import formats
from evidence.errors import BadInput, UnknownFormat
from evidence.records import Record
from tests.awkward import EXAMPLES
from tests.formats_support import written

BIB = "@article{ampel2021, title = {A trial}, author = {Ampel, Ann}, year = 2021, doi = {10.5555/a.1}}\n"
RIS = "TY  - JOUR\nTI  - A trial\nAU  - Ampel, Ann\nPY  - 2021\nDO  - 10.5555/a.1\nER  - \n"
NBIB = "PMID- 90000001\nOWN - NLM\nTI  - A trial\nFAU - Ampel, Ann\nAU  - Ampel A\nDP  - 2021 May\n"
CSL = '[{"id": "a", "type": "article-journal", "title": "A trial", "DOI": "10.5555/a.1"}]'
CSV = 'Title,Authors,Year,DOI\nA trial,"Ampel, Ann",2021,10.5555/a.1\n'
JSONL = '{"source":"bibtex","external_id":"a.bib#x","title":"A trial"}\n'
REFERENCES = "1. Ampel A, Brown B. A trial of nerves. J Invent Results. 2021 May;12(3):101-109. doi: 10.5555/a.1.\n"
WOS = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Ampel, A\nTI A trial\nPY 2021\nER\n\nEF\n"
ENW = "%0 Journal Article\n%A Ampel, Ann\n%T A trial\n%D 2021\n%R 10.5555/a.1\n"
SAMPLES = {
    "wos": WOS,
    "enw": ENW,
    "bibtex": BIB,
    "ris": RIS,
    "nbib": NBIB,
    "csl-json": CSL,
    "csv": CSV,
    "jsonl": JSONL,
    "references": REFERENCES,
}


def recognised(data: bytes) -> str:
    return formats.recognise(io.BytesIO(data), "x").name


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_recognised_and_read(name: str) -> None:
    data = SAMPLES[name].encode()
    assert recognised(data) == name
    items = list(formats.read(io.BytesIO(data), "sample"))
    assert [i.title.rstrip(".") for i in items if isinstance(i, Record)][0].startswith("A trial")
    assert len(items) == 1


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("form", ["bom", "utf-16", "utf-16-le", "utf-16-be", "cr", "crlf", "blank-lines-first"])
def test_encodings_and_line_ends(name: str, form: str) -> None:
    text = SAMPLES[name].replace("A trial", "A triál").replace("nerves", "nérves")
    data = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "utf-16": text.encode("utf-16"),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "cr": text.replace("\n", "\r").encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "blank-lines-first": ("\n\n  \n" + text).encode() if name != "jsonl" else text.encode(),
    }[form]
    assert recognised(data) == name
    (item,) = formats.read(io.BytesIO(data), "x")
    assert isinstance(item, Record)
    assert "triál" in item.title


@pytest.mark.parametrize("name", [n for n, f in formats.registry().items() if f.write and f.read])
def test_our_own_exports_are_recognised(name: str) -> None:
    known = "bibtex" if name == "biblatex" else name  # one reader for both dialects
    assert recognised(written(list(EXAMPLES.values()), name).encode()) == known
    assert recognised(written([EXAMPLES["nasty-abstract"]], name).encode()) == known


@pytest.mark.parametrize(
    "data",
    [
        b"Dear colleague,\nplease find attached the list we spoke of on 12 May 2020, with best regards.\n",
        b"<1>\nTitle\n  A trial of nerves\nSource\n  Journal. 11(2) (pp 8-14), 2023.\n",
        b"1. J Invent. 2021 Oct 3;16(10):e70. doi: 10.5555/a.1.\n\nA title.\n\nAmpel A(1).\n\n"
        b"Author information:\n(1)Here.\n",
        b"RT Journal Article\nSR Electronic(1)\nID 1\nA1 Ampel,Ann\nT1 A trial\nYR 2021\n",
        b"<1. >\nVN  - Ovid Technologies\nDB  - PsycINFO\nAU  - Ampel\nTI  - A trial\n",
        b'{"itemType": "journalArticle", "title": "A trial", "creators": []}',
        b'{"type": "article", "title": "A trial", "author": "Ampel, Ann"}',
        b'<?xml version="1.0"?><collection><record><titles/></record></collection>',
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"PK\x03\x04" + bytes(200),
        b"a,b,c\n1,2,3\n",
        b"{",
        b"\xff\xfe",
    ],
)
def test_what_is_no_known_format_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadInput, match="letter.txt"):
        formats.recognise(io.BytesIO(data), "letter.txt")


def test_position_is_kept_and_unseekable_streams_work() -> None:
    stream = io.BytesIO(b"junk" + RIS.encode())
    stream.seek(4)
    assert formats.recognise(stream, "x").name == "ris"
    assert stream.tell() == 4

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.rest = RIS.encode()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            piece, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(piece)] = piece
            return len(piece)

    assert len(list(formats.read(io.BufferedReader(Pipe()), "x"))) == 1


def test_read_path_takes_gzip_and_labels_records_by_file_name(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib.gz"
    path.write_bytes(gzip.compress(BIB.encode()))
    (record,) = formats.read_path(path)
    assert isinstance(record, Record)
    assert (record.source, record.external_id, record.keys) == ("bibtex", "refs.bib.gz#ampel2021", ("ampel2021",))


def _bad_files(folder: Path) -> Iterator[tuple[Path, str]]:
    (folder / "directory").mkdir()
    yield folder / "directory", "directory"
    yield folder / "missing.bib", "no such file"
    for name, data, reason in (
        ("empty.bib", b"", "empty"),
        ("empty.gz", gzip.compress(b"", mtime=0), "empty"),
        ("spaces.ris", b" \n \n", "empty"),
        ("cut.bib.gz", gzip.compress(BIB.encode() * 900, mtime=0)[:300], "cannot be read"),
        ("fake.gz", b"\x1f\x8b this is no gzip", "cannot be read"),
        ("prose.txt", b"Just some words.\n", "no format"),
    ):
        (folder / name).write_bytes(data)
        yield folder / name, reason


def test_bad_files_give_one_line_that_names_them(tmp_path: Path) -> None:
    for path, reason in _bad_files(tmp_path):
        with pytest.raises(BadInput) as caught:
            list(formats.read_path(path))
        assert str(path) in str(caught.value)
        assert reason in str(caught.value)
        assert "\n" not in str(caught.value)


def test_errors_of_a_reader_name_the_path(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('[{"type": "book", "title": "A trial"')
    with pytest.raises(BadInput, match="broken.json.*not valid JSON"):
        list(formats.read_path(path))
    with pytest.raises(BadInput) as caught:
        list(formats.read_path(path, "csl-json"))
    assert caught.value.subject == str(path)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match="bibtex.*ris"):
        formats.by_name("endnote")
    with pytest.raises(UnknownFormat) as caught:
        formats.by_name("pubmed-xml", writing=True)
    assert "csl-json" in str(caught.value)
    assert {"bibtex", "ris", "csl-json", "csv"} <= {n for n, f in formats.registry().items() if f.write}
    assert {"bibtex", "ris", "nbib", "csl-json", "csv", "jsonl", "references", "pubmed-xml"} <= set(formats.registry())
