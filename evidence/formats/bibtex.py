"""BibTeX and the BibLaTeX that reference managers write. bibtexparser cuts the file into entries; the rest is ours.

Every entry comes out as a record or as a Rejected with its line: broken entries, keys that stand twice (each entry
counts), fields that stand twice (the first counts, the other is kept). @string, @preamble and @comment are no entries.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Final

from bibtexparser.library import Library
from bibtexparser.model import Block, ParsingFailedBlock, String
from bibtexparser.model import Entry as ParsedEntry
from bibtexparser.splitter import Splitter

from evidence.errors import BadInput
from evidence.formats import Format, _bibtex_plain, _lines
from evidence.formats._bibtex_fields import record
from evidence.formats._bibtex_plain import Plain
from evidence.formats._bibtex_values import Entry, Macros, TooLong, inherit
from evidence.formats._bibtex_write import write
from evidence.formats._draft import ExternalIds
from evidence.records import Item, Rejected

_BLOCK: Final = re.compile(
    r"^[ \t\ufeff]*@\s*(?:string\s*[{(]|preamble\s*[{(]|comment\b"
    r"|[a-z][\w+-]*\s*[{(]\s*(?:[^\s,{}()=\"]{0,200}(?: [^\s,{}()=\"]{1,80}){0,3}\s*,|\w+\s*=))",
    re.I | re.M,
)
_NO_KEY: Final = re.compile(r"(?mi)^([ \t]*@(?!string|preamble|comment)[a-z]+[ \t]*[{(])(?=\s*[a-z][\w-]{0,40}\s*=)")
_NOT_ENTRIES: Final = ("@comment", "@preamble", "@string")
_DATA_ONLY: Final = {"xdata": "holds fields for other entries", "set": "only lists other entries"}


def recognise(head: bytes) -> bool:
    """A block that begins a line: an entry with key or first field, a string, a preamble, a comment."""
    return bool(_BLOCK.search(head.decode("utf-8", "replace").replace("\r", "\n")))


def read(stream: BinaryIO, label: str) -> Iterator[Item]:
    """Every entry of a BibTeX file."""
    text, faults = _text(stream, label)
    # `@article{` followed at once by a field, as EndNote writes it: the key is empty.
    text = _NO_KEY.sub(r"\1,", text)
    macros = Macros()
    entries: list[Entry] = []
    for item in _both(text, macros, faults, label):
        if isinstance(item, Rejected):
            yield item
        else:
            entries.append(item)
    for number, fault in faults.items():
        if fault.startswith("is longer"):  # it held entries, or parts of them; nothing else says so
            yield _lines.rejected(label, f"line {number} {fault}", number)
    inherit(entries)
    ids = ExternalIds(label)
    for ordinal, entry in enumerate(entries, 1):
        if entry.type in _DATA_ONLY:
            reason = f"@{entry.type} {entry.key!r} {_DATA_ONLY[entry.type]} and is no work itself"
            yield _lines.rejected(label, reason, entry.line, entry.raw)
        else:
            yield record(entry, ids.make(entry.key, ordinal))


def _both(text: str, macros: Macros, faults: dict[int, str], label: str) -> Iterator[Entry | Rejected]:
    """Entries of the usual layout by one expression, the rest of the file by bibtexparser."""
    end = 0
    for plain in _bibtex_plain.entries(text):
        end = plain.end
        yield _entry(plain, macros, faults, label)
    rest = text[end:]
    if rest.strip():
        yield from _entries(_split(rest, label), macros, faults, label, text.count("\n", 0, end))


class _Resumed(io.RawIOBase):
    """A stream whose beginning was already read."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = memoryview(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece: bytes | memoryview = self._head[: len(buffer)]
        if piece:
            self._head = self._head[len(piece) :]
        else:
            piece = self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _text(stream: BinaryIO, label: str) -> tuple[str, dict[int, str]]:
    """The whole file with uniform line ends, and the lines that cannot be read."""
    most = min(_lines.MAX_LINE_BYTES, _lines.MAX_FILE_BYTES)
    head = stream.read(most + 1)
    if len(head) <= most and _lines.encoding_of(head[:400]) == ("utf-8", 0):
        with suppress(UnicodeDecodeError):  # else line by line, to find out where
            return head.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"), {}
    kept: list[str] = []
    faults: dict[int, str] = {}
    size = 0
    for line in _lines.lines(io.BufferedReader(_Resumed(head, stream)), stream):
        size += len(line.text) + 1
        if size > _lines.MAX_FILE_BYTES:
            raise BadInput(label, f"is larger than {_lines.MAX_FILE_BYTES // 1_000_000} MB; split it")
        if line.fault:
            faults[line.number] = line.fault
        kept.append(line.text)
    return "\n".join(kept), faults


def _split(text: str, label: str) -> Library:
    # The library logs each fault it meets; they all come back as failed blocks, which we report.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    try:
        return Splitter(text).split()
    except Exception as exc:  # its own "please report this bug" errors
        raise BadInput(label, f"is BibTeX that cannot be read ({exc.__class__.__name__}: {exc})") from None


def _entries(
    library: Library, macros: Macros, faults: dict[int, str], label: str, above: int
) -> Iterator[Entry | Rejected]:
    """Entries in the file's order, macros put in as defined; faulty ones as Rejected. `above`: lines before."""
    for block in library.blocks:
        whole = block
        if isinstance(block, ParsingFailedBlock) and block.ignore_error_block is not None:
            whole = block.ignore_error_block  # a key, string or field given twice
            if isinstance(whole, ParsingFailedBlock):
                whole = whole.ignore_error_block or whole
        if isinstance(whole, String):
            macros.define(whole.key, str(whole.value))
        elif isinstance(whole, ParsedEntry):
            fields = [(found.key, str(found.value)) for found in whole.fields]
            line = _line(whole) + above
            yield _entry(Plain(whole.entry_type, whole.key, fields, line, whole.raw or "", 0), macros, faults, label)
        elif isinstance(whole, ParsingFailedBlock) and not _is_no_entry(whole):
            reason = getattr(whole.error, "abort_reason", "") or str(whole.error)
            yield _lines.rejected(
                label, f"entry cannot be read: {' '.join(reason.split())}", _line(whole) + above, whole.raw or ""
            )


def _is_no_entry(block: Block) -> bool:
    return (block.raw or "").lstrip().lower().replace("@ ", "@").startswith(_NOT_ENTRIES)


def _line(block: Block) -> int:
    return (block.start_line or 0) + 1  # the library counts from 0


def _entry(parsed: Plain, macros: Macros, faults: dict[int, str], label: str) -> Entry | Rejected:
    line, raw = parsed.line, parsed.raw
    if faults:
        bad = next((n for n in range(line, line + raw.count("\n") + 1) if n in faults), None)
        if bad is not None:
            return _lines.rejected(label, f"line {bad} {faults.pop(bad)}", bad, raw)
    if len(raw) > _lines.MAX_RECORD_CHARS:
        return _lines.rejected(label, f"entry is longer than {_lines.MAX_RECORD_CHARS:,} characters", line, raw)
    entry = Entry(type=parsed.type.lower(), key=parsed.key, line=line, fields={}, raw=raw)
    try:
        for printed, expression in parsed.fields:
            name = printed.strip().lower()
            if "\n" in name:  # a comment before a field reads as part of its name
                name = name.rpartition("\n")[2].strip()
            value = macros.resolve(expression)
            if entry.fields.setdefault(name, value) is not value:
                entry.again.append((name, value))
    except TooLong:
        return _lines.rejected(label, "a value is too long once its @string names are put in", line, raw)
    return entry


FORMAT: Final = Format(
    name="bibtex",
    label="BibTeX",
    suffixes=(".bib",),
    media_type="application/x-bibtex",
    recognise=recognise,
    read=read,
    write=write,
)
