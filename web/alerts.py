"""Status events that nobody has acknowledged, and acknowledging one. It hides no banner.

Reading needs no right; saying "seen" is a POST that passes web/access.py, and answers 303.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence import acknowledging
from evidence.changes import sentences
from evidence.errors import UsageProblem
from evidence.store import life
from evidence.text import clean
from web.access import access, writes
from web.headers import keep_nowhere
from web.library import library
from web.present import title
from web.wording import partial_date

alerts = Blueprint("alerts", __name__)
keep_nowhere(alerts)

WORDS: Final = {
    "retraction": "Retraction",
    "replacement": "Retraction and replacement",
    "withdrawal": "Withdrawal",
    "concern": "Expression of concern",
    "partial-retraction": "Partial retraction",
    "correction": "Correction",
    "republication": "Corrected and republished",
    "reinstatement": "Reinstatement",
    "update": "Later version",
    "publication": "Published as a paper",
}
"""Kinds of statements (lifecycle.Kind) as pages name them."""

BASES: Final = {
    "own record": "its record of this work",
    "notice": "its record of the notice",
    "publication type": "the publication type of its record",
    "title": "the title of its record",
    "row": "a row of its list",
}
"""Where a statement was read (lifecycle.Statement.basis), after "from"."""

MOST: Final = 500
"""Alerts on the page: saying "seen" of one brings the next."""

_LONGEST: Final = 9


@alerts.get("/alerts")
def listed() -> str:
    """The status events of the last 90 days, gravest first."""
    access()
    found = life.alerts(library().store)
    return render_template("alerts.html", alerts=found[:MOST], total=len(found), days=life.NEWS.days, study_title=title)


@alerts.post("/alerts")
@writes
def seen() -> AnyResponse:
    """Acknowledge one event; then the page the curator came from."""
    raw = clean(request.form.get("event", ""))
    if not (raw.isdecimal() and raw.isascii() and len(raw) <= _LONGEST):
        raise UsageProblem("event", f"{raw[:40]!r} is no number of an event")
    done = acknowledging.acknowledge(library().store, int(raw), actor=access().name)
    if request.form.get("back", "") == "study":
        return redirect(url_for("pages.study", key=done.key, _anchor="status"), 303)
    return redirect(url_for("alerts.listed"), 303)


def status_words(kind: str) -> str:
    """A kind of statement in words."""
    return WORDS.get(kind, kind)


def status_basis(basis: str) -> str:
    """Where a statement was read, in words."""
    return BASES.get(basis, basis)


alerts.add_app_template_global(status_words, "status_words")
alerts.add_app_template_global(status_basis, "status_basis")
alerts.add_app_template_global(partial_date, "partial_date")
alerts.add_app_template_global(sentences, "sentences")
