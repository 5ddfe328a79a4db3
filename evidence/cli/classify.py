"""Tags of records in files, with reasons, without a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evidence.cli.output import as_json, counted, destination, note, progress
from evidence.cli.program import FAILED, complain, leave
from evidence.errors import BadInput, UnknownFormat, UsageProblem
from evidence.records import Record, Rejected

if TYPE_CHECKING:
    from evidence.classify import Classifier
    from evidence.tagging.design_rules import OperatingPoint

POINTS: Final = ("balanced", "sensitive", "precise")
"""Operating points of the design tags: where the line is drawn between finding all and being right."""

_PATH: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--text-only", is_flag=True, help="Judge by title, abstract and keywords; ignore MeSH and publication types."
)
@click.option(
    "--mesh",
    type=_PATH,
    metavar="FILE",
    help="Also find all diseases of MeSH: NLM's desc20xx.xml(.gz), or the mesh.tsv.gz that `evidence mesh load` kept.",
)
@click.option(
    "--operating-point",
    "point",
    type=click.Choice(POINTS),
    default=POINTS[0],
    show_default=True,
    help="Designs: miss few (sensitive), name few wrongly (precise), or both about equally.",
)
@click.option("-o", "--output", type=_PATH, help="Write to this file, whole or not at all.")
@click.option("--format", "format_name", metavar="FORMAT", default="", help="Do not recognise the format; it is this.")
@as_json
def classify(
    paths: tuple[Path, ...],
    text_only: bool,
    mesh: Path | None,
    point: OperatingPoint,
    output: Path | None,
    format_name: str,
    as_json: bool,
) -> None:
    """Say design, conditions, interventions, sample size and registrations of every record; no library is needed.

    One JSON object a line, in the order of the records, each tag with the words it rests on; with --json one list of
    them. A record that cannot be read is named on standard error, and the exit code is then 1.
    """
    from evidence import formats

    if format_name:
        try:
            formats.by_name(format_name)
        except UnknownFormat as exc:
            raise UsageProblem("--format", f"{format_name!r}: {exc.reason}") from None
    run = _Run(_prepared(text_only=text_only, mesh=mesh, point=point), several=len(paths) > 1)
    with progress("records") as tick, destination(output) as stream:
        for piece in _framed(run.lines(paths, format_name), as_list=as_json):
            stream.write(piece.encode("utf-8", "replace"))
            if tick is not None:
                tick(run.records)
        stream.flush()
    note(f"{counted(run.records, 'record', 'records')}, {run.rejected} rejected")
    if run.rejected or run.unreadable:
        leave(FAILED)


COMMANDS: Final = (classify,)


class _Run:
    """The files of a command, one after the other, and the count of what came of them."""

    def __init__(self, classifier: Classifier, *, several: bool) -> None:
        self._classifier = classifier
        self._several = several
        self.records = self.rejected = self.unreadable = 0

    def lines(self, paths: tuple[Path, ...], format_name: str) -> Iterator[str]:
        """A line for each record; what is no record is said on standard error."""
        from evidence import formats
        from evidence.classify import as_json as shaped

        for path in paths:
            try:
                for item in formats.read_path(path, format_name, note):
                    if isinstance(item, Record):
                        self.records += 1
                        made = shaped(self._classifier.classify(item))
                        if self._several:
                            made["id"] = item.external_id
                        yield json.dumps(made, ensure_ascii=False)
                    elif isinstance(item, Rejected):
                        self.rejected += 1
                        complain(f"{item.subject}{f', line {item.line}' if item.line else ''}: {item.reason}")
                    else:
                        note(f"{path.name}: {item.source} {item.external_id} is deleted at its source")
            except BadInput as exc:
                self.unreadable += 1
                complain(str(exc))


def _framed(lines: Iterator[str], *, as_list: bool) -> Iterator[str]:
    """Lines, or one list of them."""
    if not as_list:
        yield from (f"{line}\n" for line in lines)
        return
    before = "[\n"
    for line in lines:
        yield f"{before}{line}"
        before = ",\n"
    yield "\n]\n" if before[0] == "," else "[]\n"


def _prepared(*, text_only: bool, mesh: Path | None, point: OperatingPoint) -> Classifier:
    from evidence.classify import Classifier
    from evidence.vocabulary import load
    from evidence.vocabulary.mesh import read_mesh

    return Classifier(load(), read_mesh(mesh) if mesh else None, text_only=text_only, point=point)
