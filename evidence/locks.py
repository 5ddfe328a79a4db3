"""A lock that the operating system holds: it vanishes with its process, so a kill -9 leaves nothing to clean up.

flock(2) belongs to an open file, excludes other threads as well as other processes, and ends when the file is closed
for whatever reason. What is written in the file only tells people who holds it; a lock is never judged by it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evidence.errors import StoreBusy, StoreUnreachable

_HOLDER_BYTES: Final = 200


@contextmanager
def file_lock(path: Path, *, subject: str = "", holder: str = "") -> Iterator[None]:
    """Hold the lock of that file, made if need be. Raises StoreBusy at once, naming the holder, when it is taken.

    `subject` is what the error is about (else the file); `holder` is shown to whoever comes second, after the
    process id. The file stays when the lock ends: removing it would let two processes lock two files of one name.
    """
    descriptor = _open(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(subject or str(path), f"is in use by {_held_by(descriptor)}; try again later") from None
        _write(descriptor, f"process {os.getpid()}" + (f" ({holder})" if holder else ""))
        try:
            yield
        finally:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise StoreUnreachable(str(path), f"the lock file cannot be opened ({exc.strerror})") from None


def _held_by(descriptor: int) -> str:
    text = os.pread(descriptor, _HOLDER_BYTES, 0).decode("utf-8", "replace").strip()
    return text or "another process"


def _write(descriptor: int, text: str) -> None:
    """Replace the file's text: one write, then the length, so that a reader never sees an empty file meanwhile."""
    data = text.encode()[:_HOLDER_BYTES]
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
