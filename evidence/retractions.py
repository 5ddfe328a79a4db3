"""Lists of retractions into the store, as statements of their own source: every row, whether its work is here or not.

So the order does not matter: a study that arrives after the list is looked up in it by the transaction that brings it
(ingest.studies.Saver), and is marked from its first moment, the file gone or not.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from evidence import formats
from evidence.errors import BadInput
from evidence.ingest.heeding import heed
from evidence.lifecycle import Listed, retraction_watch
from evidence.records import Rejected
from evidence.store import lifecycle
from evidence.store.engine import Store, Writer
from evidence.vocabulary import Vocabulary

ACTOR: Final = "refresh"
"""Who reads the list that the settings point to."""

_CHUNK: Final = 5000
"""Rows of which one look-up finds whether their works are here."""

_FEW: Final = 10
_SHARE: Final = 100
"""Rows that a newer copy may lack: ten, or a hundredth. Retraction Watch takes rows back one by one, while a file that
is half written, or somebody's extract of it, lacks more; what it lacked would be marked no longer."""


@dataclass(slots=True)
class Reading:
    """What became of a list. rows = used + not_here + rejected; of the used ones, `added` and `changed` are news to
    the store. `withdrawn`: rows on works here that the list no longer has. `kept`: all its rows in the store.
    `studies`: whose state is another one now.
    """

    rows: int = 0
    used: int = 0
    not_here: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    kept: int = 0
    studies: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The figures by name, the rejected rows as their number."""
        names = ("rows", "used", "not_here", "added", "changed", "withdrawn", "kept", "studies")
        return {name: getattr(self, name) for name in names} | {"rejected": len(self.rejected)}


def read_file(
    store: Store,
    vocabulary: Vocabulary,
    path: Path,
    *,
    actor: str,
    shorter: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read a Retraction Watch file (.csv, .csv.gz) into the store; `shorter`: though it lacks rows that it had.

    Raises BadInput for a file that cannot be read to its end, that is no such list, that was written to meanwhile, or
    that was cut short: then nothing was changed.
    """
    before = _state(path)
    digest = _digest(path)
    cut = not _ends_whole(path)
    with formats.open_path(path) as stream:
        rows = _steady(retraction_watch.read(stream, path.name), path, before)
        return take(
            store, vocabulary, retraction_watch.SOURCE, path.name, rows,
            actor=actor, digest=digest, shorter=shorter, cut=cut, on_progress=on_progress,
        )  # fmt: skip


def read_if_new(store: Store, vocabulary: Vocabulary, path: Path) -> Reading | None:
    """Read the file that the settings point to, unless it is byte for byte the one that was read last (None).

    Raises what `read_file` raises, and BadInput for a pipe, which would keep a refresh waiting; then all that was read
    before goes on to count.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise BadInput(str(path), "is no file")
    with store.read() as connection:
        last = {one.source: one for one in lifecycle.lists(connection)}.get(retraction_watch.SOURCE)
    if last is not None and last.digest and last.digest == _digest(path) and "kept" in last.counts:
        return None
    return read_file(store, vocabulary, path, actor=ACTOR)


def take(
    store: Store,
    vocabulary: Vocabulary,
    source: str,
    name: str,
    rows: Iterable[Listed | Rejected],
    *,
    actor: str,
    digest: str = "",
    shorter: bool = False,
    cut: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read a whole list into the store, in one transaction. `name`, `digest`: of the file; `cut`: it ends within a
    line, so that whatever it lacks may be missing by mistake.

    Raises BadInput when not one row could be read, or when more is gone than a newer copy may lack (unless `shorter`):
    a list that was cut short must not withdraw what it said before.
    """
    reading = Reading()
    kept = {one.statement.ref: one for one in _counted(store, rows, reading, on_progress)}
    if reading.rows == len(reading.rejected):
        why = reading.rejected[0].reason if reading.rejected else "has no rows"
        raise BadInput(name, f"{why}; nothing was changed")
    with store.write() as writer:
        before = lifecycle.stored(writer.connection, source)
        gone = sorted(before.keys() - kept.keys())
        if not shorter:
            _expect_whole(name, len(gone), len(before), cut=cut)
        new = [one for ref, one in sorted(kept.items()) if before.get(ref) != one]
        lifecycle.replace_listed(writer, source, new, gone)
        reading.kept = len(kept)
        _news(writer, vocabulary, before, new, gone, reading, actor)
        lifecycle.note_read(writer, source, name, reading.counts(), digest)
    return reading


def _expect_whole(name: str, gone: int, before: int, *, cut: bool) -> None:
    """Raise BadInput for a list that lacks more of the rows kept from it than a newer copy may."""
    if gone > (0 if cut else max(_FEW, before // _SHARE)):
        raise BadInput(
            name,
            f"lacks {gone} of the {before} rows kept from it; nothing was changed. "
            "Is it cut short? --shorter takes it as it is",
        )


def _counted(
    store: Store,
    rows: Iterable[Listed | Rejected],
    reading: Reading,
    on_progress: Callable[[int], None] | None,
) -> Iterator[Listed]:
    """The rows that can be read; those whose work a study here has, by PMID or DOI, are told from the others."""
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        with store.read() as connection:
            named = (n for row in chunk if isinstance(row, Listed) for n in (row.pmid, row.doi) if n)
            here = lifecycle.here(connection, named)
        for row in chunk:
            reading.rows += 1
            if isinstance(row, Rejected):
                reading.rejected.append(row)
                continue
            if row.pmid in here or row.doi in here:
                reading.used += 1
            else:
                reading.not_here += 1
            yield row
        if on_progress:
            on_progress(reading.rows)


def _news(
    writer: Writer,
    vocabulary: Vocabulary,
    before: Mapping[str, Listed],
    new: Sequence[Listed],
    gone: Sequence[str],
    reading: Reading,
    actor: str,
) -> None:
    """Let the studies that these rows speak of, or spoke of until now, show what follows; count what was news."""
    news = _on_works_here(writer, new)
    was = _on_works_here(writer, [before[one.statement.ref] for one in new if one.statement.ref in before])
    taken_back = _on_works_here(writer, [before[ref] for ref in gone])
    reading.changed = sum(one.statement.ref in before for one in news)
    reading.added = len(news) - reading.changed
    reading.withdrawn = len(taken_back)
    reading.studies = heed(writer, vocabulary, [*news, *was, *taken_back], actor)


def _on_works_here(writer: Writer, rows: Sequence[Listed]) -> list[Listed]:
    """Those of the rows whose work a study here has now, under the writer's lock."""
    here = lifecycle.here(writer.connection, (n for row in rows for n in (row.pmid, row.doi) if n))
    return [row for row in rows if row.pmid in here or row.doi in here]


def _steady(rows: Iterator[Listed | Rejected], path: Path, before: tuple[int, ...]) -> Iterator[Listed | Rejected]:
    """The rows, unless the file is another one when they have been read: `git pull` may be at work."""
    yield from rows
    if _state(path) != before:
        raise BadInput(str(path), "was written to while it was read; nothing was changed, read it again")


def _state(path: Path) -> tuple[int, ...]:
    """What differs when a file is replaced or written to."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    """SHA-256 of the file's bytes; "" for what is no file (a pipe can be read once only) or cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def _ends_whole(path: Path) -> bool:
    """Whether a file ends with the end of a line; True for what cannot be said."""
    try:
        if not path.is_file() or not path.stat().st_size:
            return True
        with path.open("rb") as stream:
            if stream.read(2) == b"\x1f\x8b":  # gzip: what is cut short cannot be read to its end
                return True
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) in (b"\n", b"\r")
    except (OSError, ValueError):
        return True
