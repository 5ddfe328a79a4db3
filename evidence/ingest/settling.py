"""Carrying out a plan of groups: studies born, merged, separated again, with their keys, merges and decisions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evidence.ingest.regroup import CONFLICT, Plan, Step
from evidence.ingest.studies import Saver
from evidence.matching.groups import Link
from evidence.matching.partition import Pair
from evidence.store import decisions, reads, schema, writes
from evidence.store.decisions import Decision
from evidence.store.reads import MACHINE

_BY_OTHERS: Final = ("through-others", ("other records of the study connect them",))


@dataclass(frozen=True, slots=True)
class Because:
    """Why a person brought two sets of records together."""

    pairs: frozenset[Pair]
    rule: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """Where every record of the plan belongs now, and which study was made for it in this transaction."""

    home: dict[int, int]
    born: dict[int, int]


def settle(saver: Saver, plan: Plan, *, because: Because | None = None) -> Settled:
    """Carry out the plan. Records that are not stored yet have been put into the saver.

    `because`: what a person said about pairs that now come together; other merges are the machine's.
    """
    changing = [step for step in plan.steps if step.changes or step.study in plan.split]
    saver.load({s for step in changing for s in step.former.values()})
    saver.load({step.study for step in changing if step.study is not None} | plan.pointers.keys())
    settled = Settled({n: s.study for s in plan.steps if s.study is not None for n in s.members}, {})
    for step in changing:
        _settle(saver, step, settled, plan, because)
    _move(saver, plan, settled)
    for study, into in plan.pointers.items():
        saver.retire(study, into)
    _withdraw(saver, plan, settled, because)
    _remember(saver, plan)
    return settled


def _settle(saver: Saver, step: Step, settled: Settled, plan: Plan, because: Because | None) -> None:
    study = step.study
    stored = [n for n in step.members if n in step.former]
    first = step.members[0]
    if study is None:
        study = saver.writer.number(schema.Study)
        settled.born[first] = study
        settled.home.update(dict.fromkeys(step.members, study))
        freed = saver.keys.release(stored)
        saver.birth(study, first)
        saver.keys.regive(study, freed)
    saver.hold(study, step.members)
    if stored and not saver.is_live(study):
        saver.changed(study, "study-separated", {"from": sorted({step.former[n] for n in stored})})
    _log_arrivals(saver, step, study, plan, because)
    for number in step.members:
        if number not in step.former:
            saver.keys.aliases(study, number, saver.member(number).record)


def _log_arrivals(saver: Saver, step: Step, study: int, plan: Plan, because: Because | None) -> None:
    """A merge for every former study, and for every new record, that comes to those who were there."""
    parties: dict[int, list[int]] = defaultdict(list)
    for number, former in step.former.items():
        parties[former].append(number)
    here = parties.pop(study, []) or (parties.pop(min(parties)) if parties else [])
    for former, moved in sorted(parties.items()):
        whole = former if plan.pointers.get(former) == study else None
        saver.merged(study, whole, moved, here, _why(moved, here, step.links, because))
        here = [*here, *moved]
    new = [n for n in step.members if n not in step.former]
    if not here and new:
        here = [new.pop(0)]
    for number in new:
        saver.merged(study, None, [number], here, _why([number], here, step.links, because))
        here = [*here, number]


def _why(
    moved: Sequence[int], here: Sequence[int], links: Iterable[Link], because: Because | None
) -> tuple[str, Sequence[str]]:
    """The person's reason when it is theirs, else the surest pair between the two sides."""
    coming, there = set(moved), set(here)
    if because and any((a in coming) != (b in coming) and {a, b} <= coming | there for a, b in because.pairs):
        return because.rule, because.reasons
    across = [k for k in links if (k.a in coming and k.b in there) or (k.b in coming and k.a in there)]
    if not across:
        return _BY_OTHERS
    best = max(across, key=lambda k: (k.verdict.strength, -k.a, -k.b))
    return best.verdict.rule, best.verdict.reasons


def _move(saver: Saver, plan: Plan, settled: Settled) -> None:
    """Membership of stored records, and the keys that they brought, which go where they go."""
    moving = {
        n: settled.home[n] for step in plan.steps for n, former in step.former.items() if settled.home[n] != former
    }
    writes.move(saver.writer, moving)
    stored = {n for step in plan.steps for n in step.former}
    writes.set_births(saver.writer, {n: born for n, born in settled.born.items() if n in stored})
    by_home: dict[int, list[int]] = defaultdict(list)
    places = reads.places(saver.writer.connection, moving)
    for number, home in moving.items():
        if places[number].born is None:
            by_home[home].append(number)
    for home, numbers in by_home.items():
        writes.move_keys(saver.writer, numbers, home)


def _withdraw(saver: Saver, plan: Plan, settled: Settled, because: Because | None) -> None:
    """Merges of which no two records are one study any more were undone: noted, and logged on both sides."""
    if not plan.split:
        return
    involved = plan.split | {s.study for s in plan.steps if s.study} | plan.pointers.keys() | set(settled.home.values())
    kind = "merge-undone" if because else "merge-withdrawn"
    for row in reads.open_merges(saver.writer.connection, involved):
        sides = (json.loads(side) for side in (row.moved, row.stayed))
        moved, stayed = ({settled.home[n] for n in side if n in settled.home} for side in sides)
        if moved and stayed and not moved & stayed:
            decisions.undo_merge(saver.writer, row.id, actor=saver.actor)
            saver.load(moved | stayed)
            for study in sorted(moved | stayed):
                saver.changed(study, kind, {"merge": row.id})
    standing = set(settled.home.values())
    for study in sorted(plan.split & standing):
        saver.changed(study, "records-left")


def _remember(saver: Saver, plan: Plan) -> None:
    """A certain pair that may not join is kept as a conflict, for a person to look at; one that may, as certain."""
    pairs = {*plan.refused, *plan.allowed}
    known = reads.decisions(saver.writer.connection, {n for pair in pairs for n in pair}) if pairs else {}
    now = []
    for pair, row in known.items():
        if pair not in pairs or row.actor != MACHINE:
            continue
        link = plan.refused.get(pair) or plan.allowed[pair]
        verdict = link.verdict
        if pair in plan.refused and not row.rule.startswith(CONFLICT):
            reasons = (*verdict.reasons, "but another record that is the same as one of them differs from the other")
            now.append(Decision(*pair, "unsure", CONFLICT + verdict.rule, reasons, MACHINE, verdict.strength))
        elif pair in plan.allowed and row.rule.startswith(CONFLICT):
            now.append(Decision(*pair, "same", verdict.rule, verdict.reasons, MACHINE, verdict.strength))
    decisions.remember(saver.writer, now)
