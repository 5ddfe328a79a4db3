"""Rows of delimited text (RFC 4180), with line numbers and bounded memory.

The standard library's reader has one process-wide limit for the length of a cell and no line of the row's start;
this one refuses a row, not the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from evidence.formats._lines import MAX_RECORD_CHARS, Line, lines


class Row(NamedTuple):
    """The cells of a row and the line it starts on; `fault` says why it cannot be read, `raw` then holds its text."""

    line: int
    cells: list[str]
    fault: str = ""
    raw: str = ""


def rows(stream: BinaryIO, delimiter: str = "") -> Iterator[Row]:
    """Every row that is not empty. Without a delimiter the first line says it ("sep=;", Excel's own way), or shows it:
    tab, `;`, `,` or `|`.
    """
    pending: list[Line] = []
    cells = _Cells(delimiter)
    for line in lines(stream):
        if not pending and not line.text.strip() and not line.fault:
            continue
        if not cells.delimiter:
            cells.delimiter = delimiter_said(line.text)
            if cells.delimiter:
                continue
            cells.delimiter = sniff(line.text)
        pending.append(line)
        whole = not line.fault and cells.feed(line.text)
        if line.fault:
            yield Row(pending[0].number, [], f"line {line.number} {line.fault}", pending[0].text)
        elif whole and cells.size > MAX_RECORD_CHARS:
            fault = f"row is longer than {MAX_RECORD_CHARS:,} characters; a quotation mark may not be closed"
            yield Row(pending[0].number, [], fault, pending[0].text)
        elif whole:
            yield Row(pending[0].number, cells.take())
        else:
            del pending[1:]
            continue
        pending = []
        cells.take()
    if pending:
        yield Row(pending[0].number, [], "a quotation mark opened here is never closed", pending[0].text)


def sniff(line: str) -> str:
    """The delimiter of a header line."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max("\t;,|", key=lambda d: (bare.count(d), d == ","))


_SAID: Final = re.compile(r'\ufeff?"?sep=(.)"?[;,\t]*', re.I)


def delimiter_said(line: str) -> str:
    """The delimiter that Excel's first line "sep=;" states; empty for any other line."""
    found = _SAID.fullmatch(line)
    return found[1] if found else ""


def header(line: str, delimiter: str = "") -> list[str]:
    """The cells of a header line."""
    cells = _Cells(delimiter or sniff(line))
    cells.feed(line)
    return cells.take()


class _Cells:
    """The cells of one row while its lines come in."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.size = 0
        self._done: list[str] = []
        self._open: list[str] | None = None  # pieces of a quoted cell that goes on

    def feed(self, text: str) -> bool:
        """Take a line; True when the row is complete."""
        self.size += len(text) + 1
        if self.size > MAX_RECORD_CHARS:  # only the end of the row is still of interest
            self._done = []
            self._open = [] if self._open is not None else None
        if self._open is None and '"' not in text:
            self._done += text.split(self.delimiter)
            return True
        at = 0
        if self._open is not None:
            self._open.append("\n")
            at = self._quoted(text, 0)
            if at < 0:
                return False
        while True:
            if text[at : at + 1] == '"':
                self._open = []
                at = self._quoted(text, at + 1)
                if at < 0:
                    return False
            else:
                end = text.find(self.delimiter, at)
                self._done.append(text[at:] if end < 0 else text[at:end])
                at = len(text) + 1 if end < 0 else end + 1
            if at > len(text):
                return True

    def _quoted(self, text: str, at: int) -> int:
        """Go on with a quoted cell from here; where the next cell starts, or -1 when the cell goes on."""
        assert self._open is not None
        while True:
            end = text.find('"', at)
            if end < 0:
                self._open.append(text[at:])
                return -1
            self._open.append(text[at:end])
            if text[end + 1 : end + 2] == '"':
                self._open.append('"')
                at = end + 2
                continue
            # Text between the closing mark and the delimiter is the cell's too: programs that do not double marks.
            stop = text.find(self.delimiter, end + 1)
            self._open.append(text[end + 1 :] if stop < 0 else text[end + 1 : stop])
            self._done.append("".join(self._open))
            self._open = None
            return len(text) + 1 if stop < 0 else stop + 1

    def take(self) -> list[str]:
        """The finished cells, and a fresh start."""
        done, self._done, self._open, self.size = self._done, [], None, 0
        return done
