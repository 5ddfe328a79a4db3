"""A file made whole before it is sent: in memory while it is small, then in the temporary folder.

Only so can its hash stand in the headers before its first byte, can a store that fails in the middle give an error page
instead of half a file, and can a slow reader keep neither a thread nor the store's snapshot (the server sends the file
by itself: PEP 3333, wsgi.file_wrapper, https://peps.python.org/pep-3333/#optional-platform-specific-file-handling).
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Final, cast

from evidence.errors import StoreUnreachable

IN_MEMORY: Final = 1 << 20
"""Bytes of a file that are held in memory; what is longer goes to the temporary folder (TMPDIR)."""

LONGEST: Final = 1 << 30
"""Bytes of the longest file given out: four times those of 100,000 references with their abstracts."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A whole file: its bytes, or where they are too many an open file at its start, which whoever has it closes.

    With the SHA-256 of the bytes (64 hexadecimal digits) and their number.
    """

    data: bytes
    file: IO[bytes] | None
    digest: str
    length: int


def spool(pieces: Iterable[str], *, in_memory: int = IN_MEMORY, longest: int = LONGEST) -> Spooled:
    """The pieces as one file in UTF-8.

    Whatever the pieces raise is passed on and leaves nothing behind. Raises StoreUnreachable (503) when the temporary
    folder has no room or the file would be longer than `longest` bytes.
    """
    sink = _Sink(in_memory)
    try:
        digest, length = _write(pieces, sink.write, longest)
        return Spooled(*sink.whole(), digest, length)
    except OSError as exc:
        sink.drop()
        _log.error("temporary folder: %s", exc)
        reason = (exc.strerror or "it cannot be written").lower()
        raise StoreUnreachable("the server's temporary folder", f"cannot take this file now ({reason})") from exc
    except BaseException:
        sink.drop()
        raise


def measure(pieces: Iterable[str], *, longest: int = LONGEST) -> tuple[str, int]:
    """SHA-256 and length in bytes of the file that `spool` would make, keeping nothing. Raises what the pieces raise,
    and StoreUnreachable for a file longer than `longest` bytes.
    """
    return _write(pieces, lambda data: None, longest)


def _write(pieces: Iterable[str], write: Callable[[bytes], object], longest: int) -> tuple[str, int]:
    digest, length = hashlib.sha256(), 0
    for piece in pieces:
        data = piece.encode()
        length += len(data)
        if length > longest:
            raise StoreUnreachable("this file", f"would be longer than {longest >> 20} MB; narrow the selection")
        digest.update(data)
        write(data)
    return digest.hexdigest(), length


class _Sink:
    """Takes the bytes: a buffer, and a file without a name once they are more than may stay in memory."""

    def __init__(self, in_memory: int) -> None:
        self._in_memory = in_memory
        self._buffer = bytearray()
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > self._in_memory:
            if self._file is None:
                self._file = cast(IO[bytes], tempfile.TemporaryFile(prefix="evidence-", buffering=0))  # noqa: SIM115
            self._flush(self._file)

    def _flush(self, file: IO[bytes]) -> None:
        with memoryview(self._buffer) as rest:
            at = 0
            while at < len(rest):
                at += file.write(rest[at:])
        self._buffer.clear()

    def whole(self) -> tuple[bytes, IO[bytes] | None]:
        """What was written; a file stands at its start."""
        if self._file is not None:
            self._flush(self._file)
            self._file.seek(0)
        return bytes(self._buffer), self._file

    def drop(self) -> None:
        """Forget it."""
        if self._file is not None:
            self._file.close()
