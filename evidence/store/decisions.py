"""What was decided about pairs of records: verdicts, merges, choices of fields. Called inside a writing transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, update

from evidence.store import schema
from evidence.store.engine import Writer
from evidence.store.reads import DECISION, FIELD_CHOICE, MACHINE, MERGE
from evidence.store.statements import upsert


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on two source records to be remembered."""

    a: int
    b: int
    verdict: str
    rule: str
    reasons: tuple[str, ...]
    actor: str = MACHINE
    strength: float = 0.0


def remember(writer: Writer, decisions: Sequence[Decision]) -> None:
    """Store verdicts, one for each pair; a later one replaces an earlier one (the event log keeps both)."""
    rows = {
        (min(d.a, d.b), max(d.a, d.b)): {
            "a_id": min(d.a, d.b),
            "b_id": max(d.a, d.b),
            "verdict": d.verdict,
            "rule": d.rule,
            "reasons": json.dumps(d.reasons, ensure_ascii=False),
            "strength": d.strength,
            "revision": writer.revision,
            "actor": d.actor,
            "at": writer.now,
        }
        for d in decisions
    }
    upsert(writer, schema.MatchDecision, list(rows.values()), key=("a_id", "b_id"))


def forget(writer: Writer, pairs: Iterable[tuple[int, int]]) -> None:
    """Drop the verdicts on these pairs (smaller number first)."""
    rows = [{"one": a, "other": b} for a, b in pairs]
    if rows:
        match = (DECISION.c.a_id == bindparam("one"), DECISION.c.b_id == bindparam("other"))
        writer.connection.execute(delete(DECISION).where(*match), rows)
        writer.dirty = True


def choose(writer: Writer, record: int, merge: int, choices: Mapping[str, str], *, actor: str) -> None:
    """Store a curator's choices of fields, anchored on a source record."""
    rows = [
        {"source_record_id": record, "field": field, "merge_id": merge, "value": value, "actor": actor}
        | {"at": writer.now}
        for field, value in choices.items()
    ]
    upsert(writer, schema.FieldChoice, rows, key=("source_record_id", "field", "merge_id"))


def drop_choices(writer: Writer, merge: int) -> None:
    """The choices that were made for a merge go with it."""
    done = writer.connection.execute(delete(FIELD_CHOICE).where(FIELD_CHOICE.c.merge_id == merge))
    writer.dirty = writer.dirty or bool(done.rowcount)


def log_merge(
    writer: Writer,
    *,
    study_id: int,
    from_study_id: int | None,
    moved: Sequence[int],
    stayed: Sequence[int],
    rule: str,
    reasons: Sequence[str],
    actor: str,
) -> int:
    """Record a merge; its number is what `evidence unmerge` takes."""
    number = writer.number(schema.MergeEvent)
    row = {
        "id": number,
        "at": writer.now,
        "actor": actor,
        "rule": rule,
        "reasons": json.dumps(list(reasons), ensure_ascii=False),
        "study_id": study_id,
        "from_study_id": from_study_id,
        "moved": json.dumps(sorted(moved)),
        "stayed": json.dumps(sorted(stayed)),
        "undone_at": None,
        "undone_by": "",
    }
    writer.add(schema.MergeEvent, [row])
    return number


def undo_merge(writer: Writer, number: int, *, actor: str) -> None:
    """Note that a merge was undone; what was chosen for it goes."""
    writer.connection.execute(update(MERGE).where(MERGE.c.id == number).values(undone_at=writer.now, undone_by=actor))
    drop_choices(writer, number)
    writer.dirty = True
