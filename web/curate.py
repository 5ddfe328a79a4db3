"""Curators' pages: the queue of doubtful pairs, a pair side by side, all merges, all pairs kept apart; and undoing.

Reading them needs no right; what writes is a POST that passes web/access.py. Every decision answers 303, so that a
reload decides nothing twice, and the page it leads to says what was done and how to undo it. That sentence is built
from the store, by the numbers in the address; nothing is kept in a session.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence import curation, identifiers
from evidence.errors import BadIdentifier, Conflict, EvidenceError, NotFound, UsageProblem
from evidence.store import review
from evidence.store.reads import MACHINE
from evidence.store.review import Cursor, DecidedCursor, ReviewPair
from evidence.text import clean
from evidence.views import Study
from web import present
from web.access import access, writes
from web.comparison import choices_of, comparison, decided, seen
from web.done import done
from web.dossier import SOURCES
from web.errors import contradicted
from web.headers import keep_nowhere
from web.library import library
from web.numbers import number_asked, pair_numbers

curate = Blueprint("curate", __name__)
keep_nowhere(curate)

PAGE: Final = 50
LONGEST_NOTE: Final = 2000

_PAIR: Final = "/review/<int(max=2147483647):a>-<int(max=2147483647):b>"
_EVENT: Final = "<int(max=2147483647):event>"


@curate.get("/review")
def queue() -> AnyResponse:
    """The pairs that wait, surest first."""
    raw = request.args.get("after", "")
    after = Cursor.parse(raw) if raw else None
    access()
    page = review.queue(library().store, limit=PAGE, after=after)
    return make_response(render_template("review.html", page=page, start=after is None, done=done(request.args)))


@curate.get("/review/compare")
def compare() -> AnyResponse:
    """To the pair of two studies that a curator names: by key, and by key, PMID, DOI or PMCID."""
    one, other = (_study(request.args.get(name, "")) for name in ("key", "with"))
    if one.row.key == other.row.key:
        raise UsageProblem(one.row.key, "is one study already; name another one to compare it with")
    a, b = sorted(study.members[0].id for study in (one, other))
    return redirect(url_for("curate.pair", a=a, b=b), 302)


@curate.get(_PAIR)
def pair(a: int, b: int) -> AnyResponse:
    """Two source records side by side."""
    if a > b:
        return redirect(url_for("curate.pair", a=b, b=a), 301)
    access()
    return _pair_page(_pair(a, b))


@curate.post(_PAIR)
@writes
def decide(a: int, b: int) -> AnyResponse:
    """Same or different; then the next pair. 409 when somebody decided while the page was open."""
    found, form = _pair(a, b), request.form
    verdict = form.get("verdict", "")
    if verdict not in ("same", "different"):
        raise UsageProblem("verdict", "say “same” or “different”")
    if form.get("seen", "") != seen(found):
        return _overtaken(found)
    reason = clean(form.get("reason", ""))[:LONGEST_NOTE]
    choices = choices_of(found, form.to_dict()) if verdict == "same" else {}
    try:
        event = curation.decide(
            library().store,
            library().vocabulary,
            found.a,
            found.b,
            "same" if verdict == "same" else "different",
            actor=access().name,
            reason=reason,
            choices=choices,
            expected="" if found.actor in ("", MACHINE) else found.verdict,
        )
    except (Conflict, NotFound):
        return _overtaken(_pair(a, b))
    said: dict[str, Any] = {"pair": f"{found.a}-{found.b}"}
    said["merged" if event is not None else "different"] = event if event is not None else 1
    return _go(_next(found), said)


@curate.post(f"{_PAIR}/reconsider")
@writes
def reconsider(a: int, b: int) -> AnyResponse:
    """Take "different" back: the pair waits again."""
    found = _pair(a, b)
    try:
        curation.reconsider(library().store, library().vocabulary, found.a, found.b, actor=access().name)
    except (Conflict, NotFound):
        return _overtaken(_pair(a, b))
    return _go(found, {"back": 1})


@curate.get("/merges")
def merges() -> str:
    """Every merge, newest first, each with its reason and what undoing it does."""
    access()
    page = review.merges(library().store, limit=PAGE, before=number_asked("before"))
    return render_template("merges.html", page=page, start="before" not in request.args, done=done(request.args))


@curate.get("/merges/different")
def different() -> str:
    """The pairs that persons keep apart, newest first."""
    access()
    raw = request.args.get("before", "")
    page = review.decided(library().store, limit=PAGE, before=DecidedCursor.parse(raw) if raw else None)
    return render_template("different.html", page=page, start="before" not in request.args, done=done(request.args))


@curate.post(f"/merges/{_EVENT}/undo")
@writes
def undo(event: int) -> AnyResponse:
    """Undo a merge. Where it was one of the queue (`pair`), the pair waits again; else "different" is remembered."""
    store, vocabulary, actor = library().store, library().vocabulary, access().name
    numbers = pair_numbers(request.form.get("pair", ""))
    try:
        if numbers is None:
            curation.unmerge(store, vocabulary, event, actor=actor)
            return redirect(url_for("curate.merges", undone=event), 303)
        curation.take_back(store, vocabulary, event, actor=actor)
    except Conflict as conflict:
        return contradicted(conflict)
    return redirect(url_for("curate.pair", a=numbers[0], b=numbers[1], back=1), 303)


@curate.app_template_global()
def waiting() -> int | None:
    """How many pairs wait for a curator; None when the store does not say."""
    try:
        return review.queue(library().store, limit=0).total
    except EvidenceError:
        return None


@curate.app_template_global()
def records(names: Sequence[tuple[str, str]]) -> str:
    """Source records by name: "PubMed 123 and BibTeX file refs.bib#wu2018"."""
    *first, last = [f"{SOURCES.get(source, source)} {external}" for source, external in names] or ["no record"]
    return f"{', '.join(first)} and {last}" if first else last


curate.add_app_template_global(present.title, "study_title")


def _study(named: str) -> Study:
    """The study that a key or an identifier names. Raises NotFound, UsageProblem."""
    named = clean(named)[:200]
    if not named:
        raise UsageProblem("compare", "give a citation key, PMID, DOI or PMCID")
    key: str | None = None
    with suppress(BadIdentifier):
        found = identifiers.guess(named)
        key = library().find_key(found.scheme, found.value)
    study = library().study(key or named)
    if study is None or not study.members:
        raise NotFound(f"study “{named[:80]}”", "no study in this library has this citation key, PMID, DOI or PMCID")
    return study


def _pair(a: int, b: int) -> ReviewPair:
    found = review.pair(library().store, library().vocabulary, a, b)
    if found is None:
        raise NotFound(f"pair {a}-{b}", "this library has no two source records of these numbers")
    return found


def _pair_page(found: ReviewPair) -> Response:
    page = render_template(
        "pair.html",
        pair=found,
        shown=comparison(found),
        state=decided(found),
        seen=seen(found),
        next=_address(_next(found)),
        done=done(request.args),
        longest=LONGEST_NOTE,
    )
    return make_response(page)


def _next(found: ReviewPair) -> review.QueueItem | None:
    """The pair after this one in the queue; at its end the first that is left."""
    for after in (found.cursor, None):
        for item in review.queue(library().store, limit=2, after=after).items:
            if (item.a, item.b) != (found.a, found.b):
                return item
    return None


def _address(goal: review.QueueItem | ReviewPair | None, **said: Any) -> str:
    if goal is None:
        return url_for("curate.queue", **said)
    return url_for("curate.pair", a=goal.a, b=goal.b, **said)


def _go(goal: review.QueueItem | ReviewPair | None, said: dict[str, Any]) -> AnyResponse:
    return redirect(_address(goal, **said), 303)


def _overtaken(found: ReviewPair) -> Response:
    """409: somebody else decided about this pair first."""
    page = render_template("overtaken.html", pair=found, state=decided(found), next=_address(_next(found)))
    return make_response(page, 409)
