"""How commands speak: tables for people, tab-separated lines in a pipe, JSON on request, progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click

from evidence.whole_files import replacing

if TYPE_CHECKING:
    from evidence.records import Markup

TITLE_NOT_SEEN: Final = "[Title not seen]"
COUNT: Final = click.IntRange(1, 2**31 - 1)
"""A number of rows, or of one: more than every database has would be a fault of its own."""

AUTHORS_NOT_RECORDED: Final = "Authors not recorded"

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def printable(text: str) -> str:
    """Text for a terminal: nothing left that could steer it or break the line."""
    return "".join(c if c.isprintable() else " " for c in text)


def plain(markup: Markup) -> str:
    """A title without its markup, or the words that there is none."""
    from evidence import text as texts

    return texts.plain(markup) or TITLE_NOT_SEEN


def counted(count: int, one: str, many: str) -> str:
    """A number and its noun."""
    return f"{count} {one if count == 1 else many}"


def megabytes(count: int) -> str:
    """A number of bytes for people: "27.4 MB"."""
    return f"{count / 1e6:.1f} MB"


def emit_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(simple(value), ensure_ascii=False, indent=2))


def simple(value: Any) -> Any:
    """Views as JSON knows them: dataclasses by field name, times in ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: simple(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(k): simple(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [simple(v) for v in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """A table on a terminal; in a pipe tab-separated lines under a line of headings, for cut, sort and grep."""
    cells = [["" if cell is None else printable(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in [[h.lower() for h in headings], *cells]:
            click.echo("\t".join(line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        last = position == len(headings) - 1
        shown.add_column(heading, justify="right" if heading in right else "left", no_wrap=not last, overflow="fold")
    for line in cells:
        shown.add_row(*(Text(cell) for cell in line))
    Console().print(shown)


def note(line: str) -> None:
    """A remark for people, on standard error, so that pipes carry results only."""
    click.echo(line, err=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int], None] | None]:
    """A counter on a terminal's standard error; None (no progress asked for) in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(printable(label), total=None)
        yield lambda count: bar.update(task, completed=count)


@contextmanager
def destination(path: Path | None) -> Iterator[IO[bytes]]:
    """Where a file goes: standard output, or the path, which changes only when all of it has been written."""
    if path is None:
        yield sys.stdout.buffer
    elif path.exists() and not path.is_file():
        with path.open("wb") as direct:  # a pipe or a device cannot be replaced
            yield direct
    else:
        with replacing(path) as stream:
            yield stream
