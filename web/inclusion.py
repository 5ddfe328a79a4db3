"""Who belongs here: the candidates that wait, what was excluded, saying so of any study or PMID, and undoing it.

Reading needs no right; what writes is a POST that passes web/access.py, and answers 303. The page it leads to says
what was decided, from the event log, by the number in its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence import curation_inclusion
from evidence.curation_inclusion import LONGEST_REASON, VERDICTS, Decision
from evidence.errors import Conflict, UsageProblem
from evidence.store import candidates as stored
from evidence.store.candidates import CandidateItem
from evidence.text import clean
from web import present
from web.access import access, writes
from web.errors import contradicted
from web.headers import keep_nowhere
from web.library import library
from web.numbers import number, number_asked

inclusion = Blueprint("inclusion", __name__)
keep_nowhere(inclusion)

PAGE: Final = 50
SAID: Final = "said"
"""The parameter of an address that names the decision just made, or just undone."""
_EVENT: Final = "<int(max=2147483647):event>"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A candidate prepared for its page."""

    card: present.Card
    why: tuple[str, ...]


@inclusion.get("/candidates")
def candidates() -> str:
    """The studies that wait for a person, the latest first."""
    before = number_asked("before")
    access()
    known = library()
    page = stored.candidates(known.store, limit=PAGE, before=before)
    lines = [_waiting(item) for item in page.items]
    return render_template("candidates.html", page=page, lines=lines, start=before is None, longest=LONGEST_REASON)


@inclusion.get("/excluded")
def excluded() -> str:
    """What persons excluded, the latest first: studies, and PMIDs that are not here."""
    before = number_asked("before")
    access()
    page = stored.excluded(library().store, limit=PAGE, before=before)
    return render_template("excluded.html", page=page, start=before is None, longest=LONGEST_REASON)


@inclusion.post("/excluded")
@writes
def decide() -> AnyResponse:
    """Exclude or include a study, or a PMID that is not here; then the page the curator came from."""
    form, known = request.form, library()
    verdict = next((v for v in VERDICTS if v == form.get("verdict", "")), None)
    if verdict is None:
        raise UsageProblem("verdict", f"say {' or '.join(VERDICTS)}")
    name = clean(form.get("name", ""))[:200]
    if not name:
        raise UsageProblem("name", "give a citation key, PMID, DOI or PMCID")
    (done,) = curation_inclusion.decide(
        known.store, known.vocabulary, [name], verdict, actor=access().name, reason=form.get("reason", "")
    )
    return _back(done.key, {SAID: done.event} if done.event else {})


@inclusion.post(f"/excluded/{_EVENT}/undo")
@writes
def undo(event: int) -> AnyResponse:
    """Undo a decision: what was said before holds again. 409 when that is overtaken."""
    known = library()
    try:
        undone = curation_inclusion.undo(known.store, known.vocabulary, event, actor=access().name)
    except Conflict as conflict:
        return contradicted(conflict)
    return _back(undone.key, {SAID: event})


@inclusion.app_template_global()
def said() -> Decision | None:
    """The decision that the address names, if the log knows it; one that no longer stands is told of as undone."""
    event = number(request.args.get(SAID, ""))
    return curation_inclusion.decision(library().store, event) if event else None


def _back(key: str, told: dict[str, Any]) -> AnyResponse:
    """To the study, or to the list where the form stood."""
    goal = request.form.get("back", "")
    if goal == "study" and key:
        return redirect(url_for("pages.study", key=key, **told), 303)
    return redirect(url_for("inclusion.candidates" if goal == "candidates" else "inclusion.excluded", **told), 303)


def _waiting(item: CandidateItem) -> Waiting:
    return Waiting(present.card(item.row, library().vocabulary), item.reasons)
