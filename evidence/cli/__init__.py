"""The command line `evidence`: commands by theme, each a thin face of the library.

Modules here import click and the foundation only; what a command needs beyond that it imports when it runs, so that
`evidence --help` is quick and `evidence serve` is up at once.
"""

from __future__ import annotations

from typing import Final

import click

from evidence import VERSION
from evidence.cli import (
    cite,
    classify,
    dedupe,
    files,
    finding,
    history,
    inclusion,
    library,
    pubmed,
    retractions,
    review,
    serve,
    shelves,
    tags,
    upkeep,
    users,
    vocabulary,
)
from evidence.cli.program import Program

SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(name="evidence", cls=Program, context_settings=SETTINGS)
@click.version_option(VERSION, prog_name="evidence")
def program() -> None:
    """A living evidence bibliography: PubMed and files into a store, the store as pages and as .bib.

    Results go to standard output, everything else to standard error. Exit code 0: done; 1: failed, or there are
    findings; 2: wrong usage. Settings come from the environment: EVIDENCE_DATABASE_URL, NCBI_EMAIL and others, see
    the README.
    """


for _theme in (
    *(serve, library, history, vocabulary, files, shelves, cite, dedupe, classify, review, tags, pubmed, retractions),
    *(inclusion, finding, upkeep, users),
):
    for _command in _theme.COMMANDS:
        program.add_command(_command)


def main() -> None:
    """Run the program and leave with its exit code."""
    program(prog_name="evidence")
