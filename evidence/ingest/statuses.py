"""What is news about the life cycle of studies: every new statement, and every one taken back, is an event."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from evidence.lifecycle import RETRACTING, STATE, LifeCycle, Statement, is_echo, says_as_much, stood_in
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
    came: Mapping[int, Collection[int]],
    fresh: Collection[int],
    retired: Collection[int],
    actor: str,
    run_id: int | None,
    quiet: Collection[int] = (),
) -> None:
    """Write the statements on these studies and log those that are new, or are no longer made.

    `rows`: the studies as they were stored before. `came`: study → the others from which records came to it just now:
    what was said of one of them is no news of the study that its records went to. A library that an earlier version
    wrote has no statements yet: then only another state is news. `quiet`: of these nothing else is news whatever was
    known, for they are worked out anew from what was there.
    """
    before = lifecycle.statuses(writer.connection, {*cycles, *rows, *retired} - set(fresh))
    now = {study: {w.statement.key: w.overruled is None for w in cycle.said} for study, cycle in cycles.items()}
    changed: dict[int, dict[str, bool]] = {study: {} for study in retired if before.get(study)}
    changed |= {study: keys for study, keys in now.items() if study not in retired and keys != before.get(study, {})}
    events = []
    for study in sorted(changed.keys() - set(retired)):
        cycle = cycles[study]
        same = study in rows and rows[study].publication_state == cycle.state
        if same and (study in quiet or (study not in before and cycle.state != "none")):
            continue
        for kind, detail in _news(study, cycle, before, now, came, born=study in fresh):
            events.append(writer.log(kind, actor=actor, study_id=study, run_id=run_id, detail=detail))
    if changed:
        lifecycle.set_statuses(writer, changed)
    writer.add(schema.Event, events)


def _news(
    study: int,
    cycle: LifeCycle,
    before: Mapping[int, Mapping[str, bool]],
    now: Mapping[int, Mapping[str, bool]],
    came: Mapping[int, Collection[int]],
    *,
    born: bool,
) -> list[tuple[str, dict[str, Any]]]:
    """What is told of one study: kinds and details of events. `before`, `now`: study → key → whether it stands.

    Known is what was said of it, or of a study whose records it has now; one notice may speak of several works, so what
    was said of any other is news of this one.
    """
    known = {key for one in (study, *came.get(study, ())) for key, stands in before.get(one, {}).items() if stands}
    went = [other for other, sources in came.items() if study in sources]
    still = {key for one in (study, *went) for key in now.get(one, {})}
    unsaid = sorted(before.get(study, {}).keys() - still)
    standing = [w.statement for w in cycle.said if w.overruled is None]
    said = [w.statement for w in cycle.said]
    told_already = [s for s in standing if s.key in known and not any(stood_in(key, s) for key in unsaid)]
    news = [
        s
        for s in standing
        if s not in told_already
        and (not born or s.kind in _NEWS_AT_BIRTH)
        and not is_echo(s, said)
        and not any(says_as_much(echo, s) for echo in told_already)
    ]
    return [(SAID, told(s, cycle)) for s in news] + [(UNSAID, {"key": k, "state": cycle.state}) for k in unsaid]


def told(said: Statement, cycle: LifeCycle) -> dict[str, Any]:
    """A statement as the event log keeps it. `state`: the study's after it; `gravity`: what it alone would give."""
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
