"""The runs of the saved searches: how each went, the search log for a review's methods, and "refresh now".

The web process makes no network call: "refresh now" leaves a request in the store, which `evidence refresh --due` or
`--loop` takes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence.errors import NotFound
from evidence.formats._csv_write import guarded
from evidence.store import requests
from evidence.store import runs as stored
from evidence.text import clean
from evidence.views import RunView
from web.access import access, writes
from web.headers import keep_nowhere
from web.library import library

runs = Blueprint("runs", __name__)
keep_nowhere(runs)

SHOWN: Final = 50
"""Runs on the page; the search log has all."""
SHOWN_LINES: Final = 50
"""Log lines of a run on the page."""

COLUMNS: Final = (
    *("database", "platform", "search", "date", "query as written", "query as translated", "limits"),
    *("records found", "of which new", "revised", "state", "error"),
)
"""What PRISMA-S asks to report of a search: name of the database and platform (item 1), full strategy (8), limits (9),
date (13), number of records (15). https://doi.org/10.1186/s13643-020-01542-z"""


@runs.get("/runs")
def page() -> str:
    """The last runs, the newest first; the newest request; a form for those who may write."""
    access()
    known = library()
    return render_template(
        "runs.html",
        runs=known.queries.runs(known.store, known.vocabulary, SHOWN),
        searches=known.searches(),
        asked=requests.newest(known.store),
        lines=SHOWN_LINES,
        duration=duration,
        counters=counters,
    )


@runs.post("/runs")
@writes
def ask() -> AnyResponse:
    """Leave a request for a refresh; then back to the page."""
    requests.ask(library().store, access().name)
    return redirect(url_for("runs.page"), 303)


@runs.get("/runs.csv")
def search_log() -> Response:
    """The search log: of the saved search that is named, or of all. 404 for one that is neither saved nor ever ran.

    Runs beside the searches' (re-check, by-doi, crossref) asked no query and are none of it.
    """
    name = clean(request.args.get("search", ""))[:200]
    found = [run for run in stored.of_searches(library().store, name) if run.query]
    if name and not found and name not in library().vocabulary.searches:
        raise NotFound(f"search “{name[:80]}”", "this library has no saved search of that name, and never ran one")
    answer = make_response("".join(_csv(_rows(found))))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name)
    answer.headers["Content-Disposition"] = f'attachment; filename="search-log{"-" + safe if safe else ""}.csv"'
    return answer


def duration(run: RunView) -> str:
    """How long a run took, "2 min 5 s"; empty while it has not ended, or when the clock was put back meanwhile."""
    seconds = (run.finished - run.started).total_seconds() if run.finished else -1
    if seconds < 0:
        return ""
    if seconds < 1:
        return "under a second"
    hours, rest = divmod(round(seconds), 3600)
    parts = ((hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n)


def counters(run: RunView) -> list[tuple[str, int]]:
    """What a run counted, in its own words, without what it met none of."""
    return [(name.replace("-", " "), n) for name, n in run.counts if n]


def _rows(found: Iterable[RunView]) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    for run in found:
        counts = dict(run.counts)
        limits = f"Entrez date from {run.since:%Y-%m-%d}" if run.since else "none"
        started = f"{run.started:%Y-%m-%d %H:%M} UTC"
        yield (
            *("PubMed (National Library of Medicine)", "NCBI E-utilities", run.search, started),
            *(run.query, run.translation, limits, str(run.found)),
            *(str(counts.get("added", 0)), str(counts.get("revised", 0)), run.state, run.error),
        )


def _csv(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """RFC 4180, every cell in quotation marks, none that a spreadsheet takes for a formula."""
    for row in rows:
        yield ",".join('"' + guarded(cell).replace('"', '""') + '"' for cell in row) + "\r\n"
