"""Every decision a person makes about who is who: each is one transaction, logged, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Literal

from evidence import merging, tagging, text
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.ingest import regroup, settling
from evidence.ingest.pool import Pool
from evidence.ingest.regroup import CURATOR
from evidence.ingest.settling import Because, Settled
from evidence.ingest.studies import Saver
from evidence.matching.partition import Pair, ordered
from evidence.store import decisions, queries, reads
from evidence.store.decisions import Decision
from evidence.store.engine import Store, Writer
from evidence.store.keys import Keys
from evidence.store.reads import LARGEST, MACHINE
from evidence.vocabulary import Vocabulary

_OVERRULING = "curator-overruling"
"""The rule of "same" on a pair of which a person had said "different": taken back, that holds again."""

_UNDONE = "unmerge"


def merge(
    store: Store,
    vocabulary: Vocabulary,
    key_a: str,
    key_b: str,
    *,
    actor: str,
    reason: str = "",
    choices: Mapping[str, str] | None = None,
) -> int:
    """Make two studies one: the older stays, both keys keep working. The merge's number, for `unmerge`.

    What is remembered is that the two records are one which the keys stand for: when another merge of one of them is
    undone later, this one keeps holding for the record that was named. `choices`: field → whose value is shown
    (merging.with_choices), for as long as the merge stands. Raises NotFound, and Conflict when they are one already.
    """
    with store.write() as writer:
        a, b = (_record_named(writer, key) for key in (key_a, key_b))
        return _unite(writer, vocabulary, a, b, (key_a, key_b), actor=actor, reason=reason, choices=choices or {})


def decide(
    store: Store,
    vocabulary: Vocabulary,
    a: int,
    b: int,
    verdict: Literal["same", "different"],
    *,
    actor: str,
    reason: str = "",
    choices: Mapping[str, str] | None = None,
    expected: str | None = None,
) -> int | None:
    """Settle a doubtful pair, given by the numbers of its source records: "same" merges their studies (its number is
    given back), "different" is remembered for every pair of their records.

    `expected`: what the person saw that another had said of the pair ("same", "different", "" for nothing).
    Raises NotFound, and Conflict when they are one study already or something else was said meanwhile.
    """
    with store.write() as writer:
        names = (f"source record {a}", f"source record {b}")
        if expected is not None and _persons(writer, a, b) != expected:
            raise Conflict(", ".join(names), "somebody decided on them in the meantime")
        if verdict == "same":
            return _unite(writer, vocabulary, a, b, names, actor=actor, reason=reason, choices=choices or {})
        one, other = _sides(writer, a, b, names)
        reasons = (text.visible(reason) or f"{actor} said they are different studies",)
        _judge(writer, product(one, other), "different", CURATOR, reasons, actor)
        saver = _saver(writer, vocabulary, actor)
        settled = _regroup(saver, [a, b], Because(frozenset(), CURATOR, reasons))
        detail = {"records": sorted((a, b)), "reasons": list(reasons)}
        _log(saver, {settled.home[a], settled.home[b]}, "judged-different", detail)
        return None


def reconsider(store: Store, vocabulary: Vocabulary, a: int, b: int, *, actor: str) -> None:
    """Take back "different" on two records, and what was said with it of their studies: the machine judges again.

    Raises NotFound when nobody said so.
    """
    with store.write() as writer:
        one, other = _sides(writer, a, b, (f"source record {a}", f"source record {b}"))
        said = reads.decisions(writer.connection, one)
        row = said.get(ordered(a, b))
        if row is None or row.actor == MACHINE or row.verdict != "different":
            raise NotFound(f"{a}, {b}", "nobody said that they are different")
        pairs = {ordered(x, y) for x, y in product(one, other)}
        persons = {p: r for p, r in said.items() if p in pairs and r.actor != MACHINE and r.verdict == "different"}
        _let_the_machine_judge(writer, [p for p, r in persons.items() if r.revision == row.revision])
        saver = _saver(writer, vocabulary, actor)
        settled = _regroup(saver, [*one, *other], None)
        _log(saver, {settled.home[a], settled.home[b]}, "decision-taken-back", {"records": sorted((a, b))})


def take_back(store: Store, vocabulary: Vocabulary, event: int, *, actor: str) -> None:
    """Take back a merge that a person has just made by mistake: as if it had not been said, and nothing is remembered.

    What others said of these records stays as it was. Raises NotFound, and Conflict when it was undone already, was
    the machine's, or something else holds the two sides together.
    """
    with store.write() as writer:
        pairs, _ = _together(writer, event)
        said = reads.decisions(writer.connection, {n for pair in pairs for n in pair})
        own = {p: said[p] for p in (ordered(*pair) for pair in pairs) if p in said and said[p].verdict == "same"}
        own = {p: row for p, row in own.items() if row.actor != MACHINE}
        if not own:
            raise Conflict(
                f"merge {event}", "is the machine's; `unmerge` undoes it and remembers that they are different"
            )
        _let_the_machine_judge(writer, [p for p, row in own.items() if row.rule != _OVERRULING])
        kept_apart = [p for p, row in own.items() if row.rule == _OVERRULING]
        _judge(writer, kept_apart, "different", CURATOR, (f"{actor} took merge {event} back",), actor)
        decisions.undo_merge(writer, event, actor=actor)
        saver = _saver(writer, vocabulary, actor)
        settled = _regroup(saver, sorted({n for pair in pairs for n in pair}), Because(frozenset(), CURATOR, ()))
        if any(settled.home[x] == settled.home[y] for x, y in pairs):
            raise Conflict(f"merge {event}", "other decisions hold the two together")
        _log(saver, {settled.home[n] for pair in pairs for n in pair}, "merge-taken-back", {"merge": event})


def unmerge(store: Store, vocabulary: Vocabulary, event: int, *, actor: str) -> str:
    """Undo a merge: the state as if it had never happened. The key of the study that stands apart again.

    "Different" is remembered for every pair of the two sides, so no later refresh or import merges them again; records
    that joined later go to the side they match. Raises NotFound, and Conflict when nothing of it is left to undo.
    """
    with store.write() as writer:
        pairs, every = _together(writer, event)
        records = sorted({n for pair in every for n in pair})
        reasons = (f"{actor} undid merge {event}",)
        _judge(writer, every, "different", _UNDONE, reasons, actor)
        decisions.undo_merge(writer, event, actor=actor)
        saver = _saver(writer, vocabulary, actor)
        settled = _regroup(saver, records, Because(frozenset(), _UNDONE, reasons))
        apart = settled.home[min(y for _, y in pairs)]
        _log(saver, {settled.home[n] for p in pairs for n in p}, "merge-undone", {"merge": event, "apart": apart})
    with store.read() as connection:
        return reads.key_of(connection, apart)


def _together(writer: Writer, event: int) -> tuple[list[Pair], list[Pair]]:
    """The pairs (stayed, moved) of a merge that are still one study, and all. Raises NotFound, Conflict."""
    row = reads.merge_event(writer.connection, event) if event <= LARGEST else None
    if row is None:
        raise NotFound(f"merge {event}", "there is none of that number")
    if row.undone_at is not None:
        raise Conflict(f"merge {event}", "was undone already")
    moved, stayed = json.loads(row.moved), json.loads(row.stayed)
    home = {n: place.study_id for n, place in reads.places(writer.connection, [*moved, *stayed]).items()}
    every = list(product(stayed, moved))
    pairs = [(x, y) for x, y in every if home[x] == home[y]]
    if not pairs:
        raise Conflict(f"merge {event}", "nothing of it is left to separate")
    return pairs, every


def _let_the_machine_judge(writer: Writer, pairs: Sequence[Pair]) -> None:
    """Put the machine's verdicts in the place of what persons said of these pairs."""
    decisions.forget(writer, pairs)
    pool = Pool(writer.connection)
    pool.load({n for pair in pairs for n in pair})
    judged = [(pair, pool.look(*pair)) for pair in pairs]
    found = [(pair, verdict) for pair, verdict in judged if verdict.outcome != "different"]
    decisions.remember(writer, [Decision(*p, v.outcome, v.rule, v.reasons, MACHINE, v.strength) for p, v in found])


def _log(saver: Saver, studies: set[int], kind: str, detail: dict[str, Any]) -> None:
    """Log what was decided on the studies it is about, and save."""
    saver.load(studies)
    for study in sorted(studies):
        saver.changed(study, kind, detail)
    saver.save()


def _persons(writer: Writer, a: int, b: int) -> str:
    """What a person said of the pair; empty when nobody did."""
    row = reads.decisions(writer.connection, [a]).get(ordered(a, b))
    return row.verdict if row is not None and row.actor != MACHINE else ""


def _unite(
    writer: Writer,
    vocabulary: Vocabulary,
    a: int,
    b: int,
    names: tuple[str, str],
    *,
    actor: str,
    reason: str,
    choices: Mapping[str, str],
) -> int:
    one, other = _sides(writer, a, b, names)
    _check(choices, {*one, *other})
    reasons = (text.visible(reason) or f"{actor} said they are one study",)
    rule = _OVERRULING if _persons(writer, a, b) == "different" else CURATOR
    _judge(writer, [(a, b)], "same", rule, reasons, actor)
    saver = _saver(writer, vocabulary, actor)
    _regroup(saver, [a, b], Because(frozenset({ordered(a, b)}), CURATOR, reasons))
    event = next(m.event for m in saver.merges if {a, b} <= m.moved | m.stayed and (a in m.moved) != (b in m.moved))
    for field, value in choices.items():
        decisions.choose(writer, _anchor(value, a), event, {field: value}, actor=actor)
    saver.save()
    return event


def _check(choices: Mapping[str, str], records: set[int]) -> None:
    """Raises UsageProblem for a field that cannot be chosen, or a record that is not of the two studies."""
    for field, value in choices.items():
        if field not in merging.CHOOSABLE:
            raise UsageProblem(field, f"is no field to choose; there are {', '.join(merging.CHOOSABLE)}")
        kind, _, rest = value.partition(":")
        named = rest.split(",") if kind in ("record", "both") else []
        if kind not in ("record", "both", "text") or not all(n.isdecimal() and int(n) in records for n in named):
            raise UsageProblem(field, f"cannot be {value[:60]!r}: no such record of the two")
        if kind == "text" and field == "title" and not rest.strip():
            raise UsageProblem(field, "a study needs a title")


def _anchor(value: str, otherwise: int) -> int:
    """The source record that a choice is about: it goes where that record goes."""
    kind, _, number = value.partition(":")
    return int(number) if kind == "record" and number.isdecimal() else otherwise


def _record_named(writer: Writer, key: str) -> int:
    """The source record that a key, PMID, DOI or PMCID stands for: the one its study was made for."""
    found = queries.record_of(writer.connection, key)
    if found is None:
        raise NotFound(key, "no study has that key, PMID, PMCID or DOI")
    return found


def _sides(writer: Writer, a: int, b: int, names: tuple[str, str]) -> tuple[list[int], list[int]]:
    """All source records of the studies of two records."""
    places = reads.places(writer.connection, [n for n in (a, b) if 0 < n <= LARGEST])
    for number, name in zip((a, b), names, strict=True):
        if number not in places:
            raise NotFound(name, "there is none of that number")
    if places[a].study_id == places[b].study_id:
        raise Conflict(", ".join(names), "are one study already")
    one, other = (sorted(reads.places_in(writer.connection, [places[n].study_id])) for n in (a, b))
    return one, other


def _saver(writer: Writer, vocabulary: Vocabulary, actor: str) -> Saver:
    return Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)


def _regroup(saver: Saver, touched: Sequence[int], because: Because | None) -> Settled:
    connection = saver.writer.connection
    return settling.settle(saver, regroup.plan(connection, Pool(connection), (), touched), because=because)


def _judge(
    writer: Writer,
    pairs: product[tuple[int, int]] | Sequence[Pair],
    verdict: str,
    rule: str,
    reasons: tuple[str, ...],
    actor: str,
) -> None:
    decisions.remember(writer, [Decision(*ordered(a, b), verdict, rule, reasons, actor) for a, b in pairs])
