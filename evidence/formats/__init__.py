"""File formats: Record ↔ text. One FORMAT object in each module; the registry below is the whole list.

Add one: a module here with a FORMAT, and a line in `_MODULES`. The command line, the pages and the round-trip
tests pick it up from the registry.
"""

from __future__ import annotations

import gzip
import importlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from evidence.errors import BadInput, UnknownFormat
from evidence.formats import _lines
from evidence.formats._options import COMPLETE, JournalForm, Options, under
from evidence.records import Item
from evidence.views import Study

Reader = Callable[[BinaryIO, str], Iterator[Item]]
"""(binary stream, file label) → items. Never raises for a bad record: it yields Rejected. May raise BadInput
for a file that is unreadable as a whole, naming the label."""

__all__ = [
    "COMPLETE", "HEAD_BYTES", "Format", "JournalForm", "Options", "Reader", "Writer", "by_name", "open_path", "read",
    "read_path", "recognise", "registry", "under",
]  # fmt: skip


class Writer(Protocol):
    """Studies → pieces of text, streaming. `options` says what to leave out or shorten."""

    def __call__(self, studies: Iterable[Study], options: Options = COMPLETE) -> Iterator[str]:
        """The pieces, in the order in which the studies come."""
        ...


HEAD_BYTES: Final = 16_384
"""How much of a file is looked at to recognise it; some .bib files begin with a page of comments."""

_MODULES: Final = (
    *("pubmed_xml", "endnote_xml", "bibtex", "biblatex", "ris", "wos", "enw", "medline", "csl", "tabular", "jsonl"),
    *("json_lines", "reference_list", "zotero_rdf"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format: its name on the command line, its files, how to recognise, read and write it."""

    name: str
    label: str  # for people: "BibTeX"
    suffixes: tuple[str, ...]  # the first is used for downloads
    media_type: str
    recognise: Callable[[bytes], bool]  # the first HEAD_BYTES, decompressed, as UTF-8 without mark
    read: Reader | None = None
    write: Writer | None = None
    as_listed: bool = False  # written in the order of lists, the strongest first; else by citation key


@cache
def registry() -> dict[str, Format]:
    """Every format by name, in the order in which recognition asks them."""
    found = (cast(Format, importlib.import_module(f"evidence.formats.{name}").FORMAT) for name in _MODULES)
    return {fmt.name: fmt for fmt in found}


def by_name(name: str, *, writing: bool = False) -> Format:
    """The format of that name. Raises UnknownFormat listing the names there are."""
    fmt = registry().get(name)
    usable = [f.name for f in registry().values() if (f.write if writing else f.read)]
    if fmt is None or fmt.name not in usable:
        raise UnknownFormat(name, f"no such format; known: {', '.join(usable)}")
    return fmt


_NO_FILE: Final = (
    "no such file; standard input is not read, for records are known by their file's name: save it under one"
)


def open_path(path: Path) -> BinaryIO:
    """The file's bytes, gzip undone. Raises BadInput for a directory, a missing, unreadable or empty file."""
    if path.is_dir():
        raise BadInput(str(path), "is a directory, not a file")
    try:
        stream: _lines.Source = _lines.Source(io.FileIO(path))  # once: a pipe cannot be opened again
    except FileNotFoundError:
        raise BadInput(str(path), _NO_FILE if str(path) == "-" else "no such file") from None
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        raise BadInput(str(path), f"cannot be read ({exc})") from None
    try:
        if stream.peek(2)[:2] == b"\x1f\x8b":
            stream = _lines.Source(cast(io.RawIOBase, _Gunzip(cast(BinaryIO, stream))))
        empty = not stream.peek(1)
    except (OSError, EOFError, zlib.error) as exc:
        stream.close()
        raise BadInput(str(path), f"cannot be read ({exc})") from None
    if empty:
        stream.close()
        raise BadInput(str(path), "is empty")
    return stream


class _Gunzip(gzip.GzipFile):
    """A gzip reader that closes the file beneath it; GzipFile leaves that to its caller."""

    def __init__(self, beneath: BinaryIO) -> None:
        super().__init__(fileobj=beneath)
        self._beneath = beneath

    def seekable(self) -> bool:
        """Whether it can go back: only if the file beneath can; GzipFile says yes for a pipe too."""
        return self._beneath.seekable()

    def close(self) -> None:
        """Close both."""
        super().close()
        self._beneath.close()


def recognise(stream: BinaryIO, label: str) -> Format:
    """The format of a stream by its content, its position unchanged. Raises UnknownFormat naming the file."""
    head = _lines.as_utf8(_head(stream))
    if not head.strip():
        raise BadInput(label, "is empty")
    if label.lower().removesuffix(".gz").endswith((".csv", ".tsv")):
        # The name says it, and no other format begins with such a line: the other modules need not be loaded.
        table = cast(Format, importlib.import_module("evidence.formats.tabular").FORMAT)
        if table.recognise(head):
            return table
    for fmt in registry().values():
        if fmt.read and fmt.recognise(head):
            return fmt
    raise UnknownFormat(label, _unknown(label))


def _unknown(label: str) -> str:
    """Why a file is not read, and what to do: for a name that formats have, --format and theirs."""
    known = ", ".join(dict.fromkeys(f.label for f in registry().values() if f.read))
    suffix = Path(label.lower().removesuffix(".gz")).suffix
    likely = [f"--format {f.name} ({f.label})" for f in registry().values() if f.read and suffix in f.suffixes]
    which = " or ".join(likely) if likely else "--format"
    reason = f"is in no format this program reads ({known}); if it is one of them, {which} says which"
    return f"{reason}, else let the program that made it export RIS"


def _head(stream: BinaryIO) -> bytes:
    """The first bytes of a stream that can go back, or that can be looked into."""
    if not stream.seekable():
        return cast(io.BufferedReader, stream).peek(HEAD_BYTES)[:HEAD_BYTES]
    start = stream.tell()
    pieces: list[bytes] = []
    missing = HEAD_BYTES
    while missing > 0 and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    stream.seek(start)
    return b"".join(pieces)


def read(stream: BinaryIO, label: str, format_name: str = "") -> Iterator[Item]:
    """Every item of a stream, in the format named or recognised. Raises BadInput naming the label."""
    fmt = by_name(format_name) if format_name else recognise(stream, label)
    assert fmt.read is not None
    try:
        yield from fmt.read(stream, label)
    except (OSError, EOFError, zlib.error) as exc:
        raise BadInput(label, f"cannot be read to its end ({exc})") from None


def read_path(path: Path, format_name: str = "", remark: Callable[[str], object] | None = None) -> Iterator[Item]:
    """Every item of a file, in the format named or recognised. Errors name the file; records carry its bare name.

    `remark` is told once, at the end, when the file was no UTF-8 and was read as Windows-1252.
    """
    with open_path(path) as stream:
        try:
            yield from read(stream, path.name, format_name)
        except BadInput as exc:
            if exc.subject != path.name:
                raise
            raise type(exc)(str(path), exc.reason) from None
        finally:
            said = stream.remark() if isinstance(stream, _lines.Source) else ""
            if said and remark is not None:
                remark(f"{path}: {said}")
