"""Every decision a person makes about who is who: each is one transaction, logged, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Literal

from evidence import tagging
from evidence.errors import Conflict, NotFound
from evidence.ingest import regroup, settling
from evidence.ingest.pool import Pool
from evidence.ingest.regroup import CURATOR, MACHINE
from evidence.ingest.settling import Because, Settled
from evidence.ingest.studies import Saver
from evidence.matching.partition import Pair, ordered
from evidence.store import decisions, queries, reads
from evidence.store.decisions import Decision
from evidence.store.engine import Store, Writer
from evidence.store.keys import Keys
from evidence.vocabulary import Vocabulary

_OVERRULED = "curator-too"
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
) -> int | None:
    """Settle a doubtful pair, given by the numbers of its source records: "same" merges their studies (its number is
    given back), "different" is remembered for every pair of their records. Raises NotFound, Conflict.
    """
    with store.write() as writer:
        names = (f"source record {a}", f"source record {b}")
        if verdict == "same":
            return _unite(writer, vocabulary, a, b, names, actor=actor, reason=reason, choices=choices or {})
        one, other = _sides(writer, a, b, names)
        reasons = (reason or f"{actor} said they are different studies",)
        _judge(writer, product(one, other), "different", CURATOR, reasons, actor)
        saver = _saver(writer, vocabulary, actor)
        _regroup(saver, [a, b], Because(frozenset(), CURATOR, reasons))
        for record in (a, b):
            study = reads.places(writer.connection, [record])[record].study_id
            saver.load([study])
            saver.changed(study, "judged-different", {"records": sorted((a, b)), "reasons": list(reasons)})
        saver.save()
        return None


def reconsider(store: Store, vocabulary: Vocabulary, a: int, b: int, *, actor: str) -> None:
    """Take back "different" on two records and on the studies they belong to: the machine's word counts again.

    Raises NotFound when nobody said so.
    """
    with store.write() as writer:
        one, other = _sides(writer, a, b, (f"source record {a}", f"source record {b}"))
        said = reads.decisions(writer.connection, one)
        pairs = {ordered(x, y) for x, y in product(one, other)}
        held = [p for p, row in said.items() if p in pairs and row.actor != MACHINE and row.verdict == "different"]
        if not held:
            raise NotFound(f"{a}, {b}", "nobody said that they are different")
        decisions.forget(writer, held)
        pool = Pool(writer.connection)
        pool.load({n for pair in held for n in pair})
        judged = [(pair, pool.look(*pair)) for pair in held]
        found = [(pair, verdict) for pair, verdict in judged if verdict.outcome != "different"]
        decisions.remember(
            writer,
            [
                Decision(*p, v.outcome, v.rule, v.reasons, MACHINE, v.strength)
                for p, v in found
                if v.outcome != "different"
            ],
        )
        saver = _saver(writer, vocabulary, actor)
        settled = _regroup(saver, [*one, *other], None)
        for study in sorted({settled.home[a], settled.home[b]}):
            saver.load([study])
            saver.changed(study, "decision-taken-back", {"records": sorted((a, b))})
        saver.save()


def unmerge(store: Store, vocabulary: Vocabulary, event: int, *, actor: str) -> str:
    """Undo a merge: the state as if it had never happened. The key of the study that stands apart again.

    "Different" is remembered for every pair of the two sides, so no later refresh or import merges them again; records
    that joined later go to the side they match. Raises NotFound, and Conflict when nothing of it is left to undo.
    """
    with store.write() as writer:
        row = reads.merge_event(writer.connection, event)
        if row is None:
            raise NotFound(f"merge {event}", "there is none of that number")
        if row.undone_at is not None:
            raise Conflict(f"merge {event}", "was undone already")
        moved, stayed = json.loads(row.moved), json.loads(row.stayed)
        home = {n: place.study_id for n, place in reads.places(writer.connection, [*moved, *stayed]).items()}
        pairs = [(x, y) for x, y in product(stayed, moved) if home[x] == home[y]]
        if not pairs:
            raise Conflict(f"merge {event}", "nothing of it is left to separate")
        reasons = (f"{actor} undid merge {event}",)
        _judge(writer, pairs, "different", _UNDONE, reasons, actor)
        decisions.undo_merge(writer, event, actor=actor)
        saver = _saver(writer, vocabulary, actor)
        settled = _regroup(saver, [*moved, *stayed], Because(frozenset(), _UNDONE, reasons))
        apart = settled.home[min(y for _, y in pairs)]
        for study in sorted({settled.home[n] for pair in pairs for n in pair}):
            saver.changed(study, "merge-undone", {"merge": event, "apart": apart})
        saver.save()
    with store.read() as connection:
        return reads.key_of(connection, apart)


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
    reasons = (reason or f"{actor} said they are one study",)
    said = reads.decisions(writer.connection, one)
    across = {ordered(x, y) for x, y in product(one, other)}
    overruled = [p for p, row in said.items() if p in across and row.actor != MACHINE and row.verdict == "different"]
    _judge(writer, overruled, "same", _OVERRULED, reasons, actor)
    _judge(writer, [(a, b)], "same", CURATOR, reasons, actor)
    saver = _saver(writer, vocabulary, actor)
    _regroup(saver, [a, b], Because(frozenset({ordered(a, b)}), CURATOR, reasons))
    event = next(m.event for m in saver.merges if {a, b} <= m.moved | m.stayed and (a in m.moved) != (b in m.moved))
    for field, value in choices.items():
        decisions.choose(writer, _anchor(value, a), event, {field: value}, actor=actor)
    saver.save()
    return event


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
    places = reads.places(writer.connection, [a, b])
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
