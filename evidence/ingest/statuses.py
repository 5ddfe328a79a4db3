"""What is news about the life cycle of studies: every new statement, and every one taken back, is an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from evidence.lifecycle import RETRACTING, STATE, LifeCycle, Weighed, is_echo
from evidence.store import lifecycle, schema
from evidence.store.engine import Writer
from evidence.store.life import SAID
from evidence.store.lifecycle import date_text

UNSAID: Final = "status-withdrawn"
"""Event: nobody says any more what the detail's "key" names."""

_NEWS_AT_BIRTH: Final = (*RETRACTING, "concern")
"""What is news even of a study that has just come: that a correction exists is not."""


def settle(
    writer: Writer,
    cycles: Mapping[int, LifeCycle],
    rows: Mapping[int, Any],
    *,
    fresh: Collection[int],
    retired: Collection[int],
    actor: str,
    run_id: int | None,
    quiet: Collection[int] = (),
) -> None:
    """Write the statements on these studies and log those that are new, or are no longer made.

    `rows`: the studies as they were stored before. What was said of one of them is no news of the study that its
    records went to. A library that an earlier version wrote has no statements yet: then only another state is news.
    `quiet`: of these nothing else is news whatever was known, for they are worked out anew from what was there.
    """
    before = lifecycle.statuses(writer.connection, {*cycles, *rows, *retired} - set(fresh))
    known = {(key, standing) for keys in before.values() for key, standing in keys.items()}
    changed: dict[int, dict[str, bool]] = {study: {} for study in retired if before.get(study)}
    events = []
    for study, cycle in sorted(cycles.items()):
        if study in retired:
            continue
        now = {w.statement.key: w.overruled is None for w in cycle.said}
        was = before.get(study, {})
        if now == was:
            continue
        changed[study] = now
        same = study in rows and rows[study].publication_state == cycle.state
        if not (same and (study in quiet or (not was and cycle.state != "none"))):
            every = {w.statement.key for c in cycles.values() for w in c.said}
            news = [w for w in cycle.said if _is_news(w, known, born=study in fresh)]
            news = [w for w in news if not is_echo(w.statement, [other.statement for other in cycle.said])]
            told_of = [(SAID, told(w, cycle)) for w in news]
            told_of += [(UNSAID, {"key": key, "state": cycle.state}) for key in sorted(was.keys() - every)]
            events += [writer.log(k, actor=actor, study_id=study, run_id=run_id, detail=d) for k, d in told_of]
    if changed:
        lifecycle.set_statuses(writer, changed)
    writer.add(schema.Event, events)


def _is_news(weighed: Weighed, known: Collection[tuple[str, bool]], *, born: bool) -> bool:
    """What stands now and did not before: a reinstatement is told of, what it takes back is not told again."""
    if weighed.overruled is not None or (weighed.statement.key, True) in known:
        return False
    return not born or weighed.statement.kind in _NEWS_AT_BIRTH


def told(weighed: Weighed, cycle: LifeCycle) -> dict[str, Any]:
    """A statement as the event log keeps it. `state`: the study's after it; `gravity`: what it alone would give."""
    said = weighed.statement
    return {
        "key": said.key,
        "kind": said.kind,
        "source": said.source,
        "basis": said.basis,
        "notice": [f"{i.scheme}:{i.value}" for i in said.notice],
        "citation": said.citation,
        "date": date_text(said.date),
        "note": said.note[:500],
        **({"origin": said.origin} if said.origin else {}),
        "gravity": STATE.get(said.kind, "none"),
        "state": cycle.state,
    }
