"""Duplicates in files, without a store."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evidence.cli.output import as_json, destination, emit_json, note, progress
from evidence.cli.program import FAILED, complain, leave
from evidence.errors import UnknownFormat, UsageProblem

if TYPE_CHECKING:
    from evidence.formats import Format
    from evidence.offline import Result

_PATH: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=_PATH, help="Write each work once, whole or not at all.")
@click.option("--groups", type=_PATH, help="Write the groups: a line of ids joined by semicolons for each.")
@click.option("--review", type=_PATH, help="Write the pairs that a person has to decide, with reasons.")
@click.option("--format", "format_name", metavar="FORMAT", default="", help="Do not recognise the format; it is this.")
@as_json
def dedupe(
    paths: tuple[Path, ...],
    output: Path | None,
    groups: Path | None,
    review: Path | None,
    format_name: str,
    as_json: bool,
) -> None:
    """Find the references that are one work in any mix of files; no library is read or changed.

    Without -o and --groups the groups go to standard output. Pairs that only a person can decide are never merged.
    The output's format is told by its name (.bib, .ris, .json, .csv, .jsonl). Exit code 1 when a record was rejected.
    """
    from evidence import offline

    if format_name:
        _check(format_name)
    named = [path.absolute() for path in (output, groups, review) if path is not None]
    if len(set(named)) < len(named):
        raise UsageProblem(str(max(named, key=named.count)), "is named for two results; each needs a file of its own")
    writer = _writer(output)
    with progress("records") as tick:
        found = offline.dedupe(paths, format_name, keep=output is not None, on_progress=tick, remark=complain)
    for item in found.rejected:
        complain(f"{item.subject}{f', line {item.line}' if item.line else ''}: {item.reason}")
    if output is not None and writer is not None and writer.write is not None:
        _write(output, writer.write(offline.merged(found)))
    if groups is not None or (output is None and not as_json):
        _write(groups, [group_lines(found)])
    if review is not None:
        _write(review, [review_table(found)])
    _account(found, as_json=as_json)
    if found.rejected:
        leave(FAILED)


COMMANDS: Final = (dedupe,)


def group_lines(found: Result) -> str:
    """The groups as a CSV of one column: `merged_ids`, then `id;id;…` a line."""
    lines = (";".join(found.names[n].replace(";", ",") for n in members) for members in found.groups)
    return _table([["merged_ids"], *([line] for line in lines)])


def review_table(found: Result) -> str:
    """The doubtful pairs, likeliest first."""
    rows: list[Sequence[str]] = [["id_a", "id_b", "points", "rule", "reasons", "title_a", "title_b"]]
    for doubt in found.doubts:
        rows.append(
            [
                found.names[doubt.a],
                found.names[doubt.b],
                f"{doubt.verdict.strength:.1f}",
                doubt.verdict.rule,
                "; ".join(doubt.verdict.reasons),
                found.titles[doubt.a],
                found.titles[doubt.b],
            ]
        )
    return _table(rows)


def _table(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _write(path: Path | None, pieces: Iterable[str]) -> None:
    with destination(path) as stream:
        for piece in pieces:
            stream.write(piece.encode("utf-8"))
        stream.flush()


def _account(found: Result, *, as_json: bool) -> None:
    counts = {
        "records": len(found.names),
        "works": len(found.names) - found.duplicates,
        "duplicates": found.duplicates,
        "groups": len(found.groups),
        "review": len(found.doubts),
        "rejected": len(found.rejected),
    }
    if as_json:
        emit_json(counts)
    else:
        note(", ".join(f"{count} {name}" for name, count in counts.items()))


def _check(format_name: str) -> None:
    from evidence import formats

    try:
        formats.by_name(format_name)
    except UnknownFormat as exc:
        raise UsageProblem("--format", f"{format_name!r}: {exc.reason}") from None


def _writer(output: Path | None) -> Format | None:
    """The format that the output's name tells."""
    from evidence import formats

    if output is None:
        return None
    for fmt in formats.registry().values():
        if fmt.write and output.suffix.lower() in fmt.suffixes:
            return fmt
    raise UsageProblem("--output", f"the name {output.name} does not tell a format that can be written")
