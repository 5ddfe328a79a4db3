"""Which events explain a difference: of several days, only those that can have caused what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evidence.changes.moments import Change, Moment
from evidence.lifecycle import CARRIED, SAID, UNSAID

_PLACE: Final = frozenset({"came", "left"})
_RETAGGED: Final = frozenset({"design", "designs", "level", "size", "conditions", "interventions", "features", *_PLACE})

_OF_KIND: Final = {
    **dict.fromkeys(("excluded", "included", "inclusion-undone", "candidate"), _PLACE),
    **dict.fromkeys((SAID, UNSAID, "state-changed"), frozenset({"state"})),
    **dict.fromkeys(("upstream-present", "upstream-missing", "upstream-deleted"), frozenset({"upstream"})),
    "study-retagged": _RETAGGED,
    **dict.fromkeys(("claims-changed", CARRIED), frozenset()),
}
"""Kind of event → what it can change; any other kind can change anything."""

_OF_TAG: Final = {
    "design": frozenset({"design", "designs", "level"}),
    "feature": frozenset({"features"}),
    "condition": frozenset({"conditions"}) | _PLACE,
    "intervention": frozenset({"interventions"}),
}
"""Kind of tag → what a decision on one can change."""

_TAKEN_BACK: Final = ("merge-undone", "merge-taken-back", "merge-withdrawn")
_MERGED: Final = ("studies-merged", "merged-away", "record-joined")


def causing(moments: Sequence[Moment], changes: Sequence[Change]) -> tuple[Moment, ...]:
    """The moments of a step that can have caused one of these changes, in their order.

    What was saved at once explains itself: then all of them. Of several decisions on one thing the last one counts,
    and a merge that was taken back meanwhile explains nothing.
    """
    if not moments or moments[0].at == moments[-1].at:
        return tuple(moments)
    what = {change.what for change in changes}
    slugs = {tag.partition(":")[0] for c in changes for tag in f"{c.was} {c.now}".split()}
    found = [m for m in _standing(moments) if _can(m, what, slugs)]
    return tuple({_subject(moment): moment for moment in found}.values())


def _can(moment: Moment, what: set[str], slugs: set[str]) -> bool:
    if moment.kind not in ("tag-decided", "tag-decision-undone"):
        return bool(_OF_KIND.get(moment.kind, what) & what)
    kind, slug = str(moment.detail.get("kind", "")), str(moment.detail.get("slug", ""))
    can = _OF_TAG.get(kind, frozenset(what)) & what
    return bool(can) and (bool(can - {"features", "conditions", "interventions"}) or slug in slugs)


def _standing(moments: Sequence[Moment]) -> list[Moment]:
    """Without merges that were taken back meanwhile, and their taking back: each says the number of its merge."""
    number = {m.event: m.detail.get("merge") for m in moments if m.kind in (*_MERGED, *_TAKEN_BACK)}
    made = {number[m.event] for m in moments if m.kind in _MERGED}
    both = {number[m.event] for m in moments if m.kind in _TAKEN_BACK} & made - {None}
    return [m for m in moments if number.get(m.event) not in both]


def _subject(moment: Moment) -> tuple[str, ...]:
    """What a later moment speaks of instead of an earlier one: belonging here, one tag; else nothing but itself."""
    if moment.kind in ("excluded", "included", "inclusion-undone", "candidate"):
        return ("inclusion",)
    if moment.kind in ("tag-decided", "tag-decision-undone"):
        return ("tag", str(moment.detail.get("kind", "")), str(moment.detail.get("slug", "")))
    return ("event", str(moment.event))
