"""Files into the store and out of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli import manuscript
from evidence.cli.account import COUNTS, account, complaints, counts, keys_lost, sentence
from evidence.cli.export_options import taken, writing
from evidence.cli.exporting import Selection, expect_shelf, remember
from evidence.cli.opening import Library, opened
from evidence.cli.output import as_json, counted, destination, emit_json, note, printable, progress
from evidence.cli.program import FAILED, complain, leave
from evidence.cli.selection import selection
from evidence.cli.written import Written
from evidence.errors import BadInput, EvidenceError, NotFound, UnknownFormat, UsageProblem

if TYPE_CHECKING:
    from evidence.formats import Format, Options
    from evidence.ingest import Report
    from evidence.records import Item
    from evidence.views import Study

_WRITTEN: Final = "bibtex, biblatex, ris, csl-json, nbib, zotero-rdf, csv or jsonl"


@click.command("import")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_name", metavar="FORMAT", default="", help="Do not recognise the format; it is this.")
@click.option("--preview", is_flag=True, help="Do everything but write; the store stays as it is.")
@as_json
def import_files(paths: tuple[Path, ...], format_name: str, preview: bool, as_json: bool) -> None:
    """Take files into the store: PubMed or EndNote XML, MEDLINE (.nbib), BibTeX, RIS, CSL-JSON, CSV, Web of Science's
    plain text, EndNote's .enw; gzip is undone.

    Every record is accounted for: added, revised, unchanged, merged into a study that is here, queued for a person to
    decide, rejected (with line and reason), or a deletion that the source reports. Exit code 1 when a record was
    rejected or a file could not be read; everything else has then still been taken.
    """
    if format_name:
        _format(format_name, writing=False)
    for path in paths:
        _check_name(path)
    with _target(preview=preview) as library:
        done = [(path, _take(library, path, format_name, preview=preview)) for path in paths]
    reports = [report for _path, report in done if not isinstance(report, EvidenceError)]
    total = {name: sum(counts(report)[name] for report in reports) for name in COUNTS}
    if as_json:
        entries = [
            {"file": str(path), "error": found.reason} if isinstance(found, EvidenceError)
            else {"file": str(path), **account(found)}
            for path, found in done
        ]  # fmt: skip
        emit_json({"preview": preview, "files": entries, "total": total})
    elif len(paths) > 1:
        click.echo(f"all files: {sentence(total)}")
    if preview:
        note("preview: nothing was written")
    if total["rejected"] or len(reports) < len(done):
        leave(FAILED)


@click.command()
@selection
@click.option("--id", "ids", multiple=True, metavar="ID", help="This study: PMID, DOI, PMCID or key; repeat it.")
@click.option("--leads", is_flag=True, help="Also references that are not yet identified (no PMID, DOI or PMCID).")
@click.option("--format", "format_name", metavar="FORMAT", default="", help=f"{_WRITTEN}.")
@click.option("--shelf", default="", metavar="SHELF", help="The studies of this shelf, in its order.")
@click.option(
    "--as-of", default="", metavar="DATE", help="As the library was at the end of this day (YYYY-MM-DD, UTC)."
)
@manuscript.options
@writing
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file, whole or not.")
@click.option(
    "--remember", "shelf_to_note", default="", metavar="SHELF", help="Note on this shelf what was exported; see below."
)
def export(format_name: str, output: Path | None, shelf_to_note: str, **options: Any) -> None:
    """Write studies as bibtex, biblatex, ris, csl-json, nbib, zotero-rdf, csv or jsonl; without options to select, all
    of them.

    The format may be left out when the output file's name ends in one (.bib, .ris, .json, .nbib, .rdf, .csv, .jsonl).
    jsonl quotes its sources in full, whatever is to be left out.

    --aux writes just what a paper cites, each study under the key by which it is cited: a key that is an alias by now
    still compiles, and its entry names the study's own key. What is not here is named; exit code 1. With --keys the
    studies stand under your own keys: FILE is your .bib, .ris or other file, whose references are recognised as an
    import would.

    What is retracted or under an expression of concern is named; with --as-of, also what is so today and was not then.
    --remember puts what was exported on a shelf, which is made when there is none: its feed and
    `evidence history --shelf` tell what has become of it since.
    """
    how = taken(options)
    wanted = Selection.of(options)
    fmt = _format(format_name, writing=True) if format_name else _by_suffix(output)
    wanted.expect(fmt, shelf_to_note)
    with opened() as library:
        if shelf_to_note:
            expect_shelf(library, shelf_to_note, wanted)
        known = wanted.leads_known(library)
        paper = wanted.manuscript(library)
        listed = wanted.listed(library, by_key=not fmt.as_listed)
        studies = paper.studies(library, listed, one_each=fmt.name == "biblatex", cases=fmt.name != "bibtex")
        written = _write(fmt, studies, output, how)
        if wanted.day:
            written.look_today(library)
        _tell(written, output, known, leads=wanted.leads)
        if shelf_to_note and written.keys:
            remember(library, shelf_to_note, written)
    if paper.missing:
        leave(FAILED)


COMMANDS: Final = (import_files, export)


@contextmanager
def _target(*, preview: bool) -> Iterator[Library]:
    """The store to import into, made if there is none; a preview then works on one that is thrown away."""
    with ExitStack() as stack:
        try:
            library = stack.enter_context(opened(make=not preview))
        except NotFound:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="evidence-preview-"))
            library = stack.enter_context(opened(make=True, within=Path(folder)))
        yield library


def _check_name(path: Path) -> None:
    """Raises UsageProblem for a file whose name cannot be kept with its records."""
    if any("\ud800" <= c <= "\udfff" for c in str(path)):
        raise UsageProblem(ascii(str(path)), "the name of this file has bytes that are not UTF-8; rename it")


def _take(library: Library, path: Path, format_name: str, *, preview: bool) -> Report | EvidenceError:
    """Import one file, say what became of it; an unreadable file is said and does not stop the others."""
    from evidence import ingest

    try:
        remarks: list[str] = []
        items = _items(path, format_name, remarks)
        with progress(path.name) as tick:
            report = ingest.take(
                library.store, library.vocabulary, items, actor="import", preview=preview, on_progress=tick
            )
    except BadInput as exc:
        complain(str(exc))
        return exc
    report.notes += remarks
    for line in complaints(report):
        complain(line)
    note(f"{path}: {sentence(counts(report))}")
    for line in keys_lost(report):
        note(printable(line))
    return report


def _items(path: Path, format_name: str, remarks: list[str]) -> Iterator[Item]:
    """The file's items. A file that breaks off ends in a rejection, so that what came before is accounted for.

    How it had to be read, where that is not as UTF-8, is added to the remarks.
    """
    from evidence import formats
    from evidence.records import Rejected

    seen = 0
    try:
        for item in formats.read_path(path, format_name, remarks.append):
            seen += 1
            yield item
    except BadInput as exc:
        if not seen:
            raise
        yield Rejected(subject=exc.subject, reason=f"{exc.reason}; {seen} records came before")


def _write(fmt: Format, studies: Iterator[Study], output: Path | None, how: Options) -> Written:
    """Write them; what that was."""
    from evidence.formats.latex_missing import FORMATS

    assert fmt.write is not None
    written = Written()
    if fmt.name in FORMATS:
        studies = written.for_latex(studies)
    with destination(output) as stream:
        for piece in fmt.write(written.passing(studies), how):
            stream.write(piece.encode("utf-8"))
        stream.flush()
    return written


def _tell(written: Written, output: Path | None, known: int, *, leads: bool) -> None:
    """Say what was written and what was left out; `known`: leads that were selected."""
    if output is not None:
        apart = f", {counted(written.leads, 'lead', 'leads')}" if written.leads else ""
        note(f"{output}: {counted(written.studies, 'study', 'studies')}{apart}")
    if known > written.leads:
        why = "they have no title" if leads else "--leads exports them"
        note(f"{counted(known - written.leads, 'lead', 'leads')} left out; {why}")
    written.warn()


def _format(name: str, *, writing: bool) -> Format:
    from evidence import formats

    try:
        return formats.by_name(name, writing=writing)
    except UnknownFormat as exc:
        raise UsageProblem("--format", f"{name!r}: {exc.reason}") from None


def _by_suffix(output: Path | None) -> Format:
    from evidence import formats

    if output is None:
        raise UsageProblem("--format", f"say which: {_WRITTEN}")
    for fmt in formats.registry().values():
        if fmt.write and output.suffix.lower() in fmt.suffixes:
            return fmt
    raise UsageProblem("--format", f"the name {output.name} does not tell the format; say which")
