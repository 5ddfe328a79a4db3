"""Curators' words on tags: the queue of disagreements, yes and no, undoing.

Reading needs no right; what writes is a POST that passes web/access.py, and answers 303. The page it leads to says
what was decided, from the event log, by the number in its address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence import curation_tags
from evidence.curation_tags import LONGEST_REASON, VERDICTS, Decision, tag_named
from evidence.errors import Conflict, UsageProblem
from evidence.ingest.tagged import is_due
from evidence.store import disagreements
from evidence.store.disagreements import KINDS, Cursor, Disagreement
from evidence.text import clean
from web.access import access, writes
from web.errors import contradicted
from web.explained import Cause, cause
from web.headers import keep_nowhere
from web.library import library
from web.numbers import number
from web.present import title

tags = Blueprint("tags", __name__)
keep_nowhere(tags)

PAGE: Final = 25
_EVENT: Final = "<int(max=2147483647):event>"


@dataclass(frozen=True, slots=True)
class Done:
    """A decision, just made or just undone, as the page after it says it."""

    decision: Decision
    undone: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A disagreement prepared for its page."""

    item: Disagreement
    tag: str
    causes: tuple[Cause, ...]
    against: tuple[tuple[str, tuple[Cause, ...]], ...]  # what the other side says instead: name, reasons
    design: str  # the badge that the study has now


@tags.get("/tags")
def queue() -> str:
    """Where NLM's labels and our reading of the words differ, what counts most first."""
    raw, kind = request.args.get("after", ""), request.args.get("kind", "")
    if kind not in ("", *KINDS):
        raise UsageProblem("kind", f"{clean(kind)[:40]!r} is none; say {' or '.join(KINDS)}")
    after = Cursor.parse(raw) if raw else None
    access()
    known = library()
    page = disagreements.queue(known.store, known.vocabulary, limit=PAGE, after=after, kind=kind)
    return render_template(
        "tags.html",
        page=page,
        lines=[_line(item) for item in page.items],
        kind=kind,
        start=after is None,
        done=done(request.args),
        longest=LONGEST_REASON,
        due=is_due(known.store, known.vocabulary),
    )


@tags.post("/tags")
@writes
def decide() -> AnyResponse:
    """Yes, no, or what was said taken back; then the page the curator came from."""
    form, known = request.form, library()
    verdict = next((v for v in VERDICTS if v == form.get("verdict", "")), None)
    if verdict is None:
        raise UsageProblem("verdict", "say “yes”, “no” or “clear”")
    kind, slug = tag_named(known.vocabulary, form.get("tag", "")[:200])
    decided = curation_tags.decide_tag(
        known.store,
        known.vocabulary,
        clean(form.get("key", ""))[:200],
        kind,
        slug,
        verdict,
        actor=access().name,
        reason=form.get("reason", "")[:LONGEST_REASON],
        role=form.get("role", "") if verdict == "yes" and kind == "intervention" else "",
    )
    said = {"decided": decided.event} if decided.event else {}
    return _back(decided.key, said)


@tags.post(f"/tags/{_EVENT}/undo")
@writes
def undo(event: int) -> AnyResponse:
    """Undo a decision: what was said before holds again. 409 when that is overtaken."""
    known = library()
    try:
        undone = curation_tags.undo_tag(known.store, known.vocabulary, event, actor=access().name)
    except Conflict as conflict:
        return contradicted(conflict)
    return _back(undone.key, {"undone": event})


def done(args: Mapping[str, str]) -> Done | None:
    """What the address says was done, if the log says so too."""
    for name in ("decided", "undone"):
        if event := number(args.get(name, "")):
            found = curation_tags.decision(library().store, library().vocabulary, event)
            if found is not None and (name == "decided" or not found.undoable):
                return Done(found, name == "undone")
    return None


def _back(key: str, said: dict[str, Any]) -> AnyResponse:
    """To the study's tags, or to the queue where the form stood there."""
    if request.form.get("back", "") == "queue":
        kind = request.form.get("kind", "")
        if kind in KINDS:
            said["kind"] = kind
        return redirect(url_for("tags.queue", **said), 303)
    return redirect(url_for("pages.study", key=key, **said, _anchor="tags"), 303)


def _line(item: Disagreement) -> Line:
    records = item.records
    others: dict[str, list[Cause]] = {}
    for tag in item.against:
        others.setdefault(tag.label, []).append(cause(tag, records))
    known = library().vocabulary.designs.get(item.design)
    return Line(
        item=item,
        tag=f"{item.kind}:{item.slug}",
        causes=tuple(dict.fromkeys(cause(tag, records) for tag in item.reasons)),
        against=tuple((name, tuple(dict.fromkeys(found))) for name, found in others.items()),
        design=known.badge if known else item.design,
    )


tags.add_app_template_global(title, "tagged_title")
