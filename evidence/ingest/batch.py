"""One batch inside one transaction: look up what is known, place each record, write what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from evidence.ingest.deciding import Placement, Shelf
from evidence.ingest.prepare import READER, Prepared, Ready
from evidence.ingest.studies import Saver
from evidence.matching.candidates import keys
from evidence.matching.normalise import features
from evidence.merging import STATE_OF_INCOMING
from evidence.records import Deletion, Rejected
from evidence.store import reads, schema, writes
from evidence.store.engine import Writer
from evidence.store.keys import Keys
from evidence.store.writes import Decision, NewRecord
from evidence.vocabulary import Vocabulary


@dataclass(slots=True)
class _Stored:
    """A record of this batch or of the store, as far as deciding about a further delivery needs it."""

    id: int
    study: int
    age: tuple[int, str, bytes]
    fresh: bool
    upstream: str = "present"
    inclusion: str = ""


class Batch:
    """Places and writes the records of one transaction."""

    def __init__(
        self,
        writer: Writer,
        vocabulary: Vocabulary,
        *,
        primary: Callable[[Collection[str]], str],
        actor: str,
        run_id: int | None,
        include: bool,
        live: bool = False,
    ) -> None:
        self._live = live
        self._include = include
        self._writer = writer
        self._vocabulary = vocabulary
        self._actor = actor
        self._run_id = run_id
        self._keys = Keys(writer)
        self._saver = Saver(
            writer, vocabulary, self._keys, primary=primary, actor=actor, run_id=run_id, include=include
        )
        self._stored: dict[tuple[str, str], _Stored] = {}
        self._shelf = Shelf(set())
        self._new: dict[int, NewRecord] = {}
        self._revised: dict[int, NewRecord] = {}
        self._touched: list[int] = []
        self._decisions: list[Decision] = []

    def run(self, items: Sequence[Ready]) -> list[str | Rejected]:
        """The outcome of every item, in order; everything is written when this returns."""
        prepared = [i for i in items if isinstance(i, Prepared)]
        rejected = [i for i in items if isinstance(i, Rejected)]
        self._look_up(prepared, [i for i in items if isinstance(i, Deletion)])
        outcomes: list[str | Rejected] = []
        for item in items:
            if isinstance(item, Prepared):
                outcomes.append(self._take(item))
            elif isinstance(item, Deletion):
                outcomes.append(self._delete(item))
            else:
                outcomes.append(item)
        self._write()
        writes.reject(self._writer, rejected, run_id=self._run_id)
        return outcomes

    def _look_up(self, prepared: Sequence[Prepared], deletions: Sequence[Deletion]) -> None:
        connection = self._writer.connection
        names = {p.name for p in prepared} | {(d.source, d.external_id) for d in deletions}
        for name, row in reads.known(connection, names).items():
            self._stored[name] = _Stored(
                row.id, row.study_id, (row.version, row.revised, row.fingerprint), False, row.upstream, row.inclusion
            )
        moving = [p for p in prepared if not self._is_unchanged(p)]
        values = {
            v for p in moving for v in (p.details.features.pmid, p.details.features.pmcid, p.details.features.doi) if v
        }
        candidates = {row.study_id for row in reads.studies_with(connection, values)}
        for found in reads.studies_in_blocks(connection, {b for p in moving for b in p.details.blocks}).values():
            candidates |= found
        candidates |= {self._stored[p.name].study for p in moving if p.name in self._stored}
        held = self._saver.load(candidates)
        records = [m.id for members in held.values() for m in members]
        self._shelf = Shelf(reads.said_different(connection, records))
        for study, members in held.items():
            for member in members:
                reduced = features(member.record)
                self._shelf.put(study, member.id, reduced, keys(reduced))
        self._keys.look_up([p.record for p in moving])

    def _is_unchanged(self, item: Prepared) -> bool:
        """The same as stored, or an older delivery.

        Of two deliveries with one date the newer is the one just asked from the source (`live`), or a person's own
        file that was edited; between two saved PubMed files the one that says more wins, in whichever order they come.
        """
        stored = self._stored.get(item.name)
        if stored is None:
            return False
        version, revised, said = stored.age
        if said == item.fingerprint:
            return True
        if (item.record.version, item.revised) != (version, revised):
            return item.age < stored.age
        saved_delivery = item.record.source == "pubmed" and not self._live
        return saved_delivery and item.age < stored.age

    def _take(self, item: Prepared) -> str:
        stored = self._stored.get(item.name)
        if stored is None:
            return self._add(item)
        if self._include and stored.inclusion == "candidate":
            self._saver.include(stored.study)
            stored.inclusion = ""
        if self._is_unchanged(item):
            if not stored.fresh:
                self._touched.append(stored.id)
            return "unchanged"
        return self._revise(item, stored)

    def _add(self, item: Prepared) -> str:
        number = self._writer.number(schema.SourceRecord)
        placement = self._shelf.place(item.details.features, item.details.blocks, record=number)
        if placement.studies:
            study = self._unite(placement)
            self._record_join(study, number, placement)
            outcome = "merged"
        else:
            study = self._writer.number(schema.Study)
            outcome = "queued" if placement.doubts else "added"
            self._saver.birth(study, number, item.record)
        self._put(item, number, study, self._new)
        self._keep_doubts(number, placement)
        if outcome == "merged":
            self._keys.aliases(study, number, item.record)
        return outcome

    def _revise(self, item: Prepared, stored: _Stored) -> str:
        study = stored.study
        placement = self._shelf.place(item.details.features, item.details.blocks, record=stored.id, own=study)
        study = self._unite(placement)
        self._put(item, stored.id, study, self._new if stored.fresh else self._revised)
        self._saver.changed(study, "study-revised")
        if stored.upstream != "present":
            self._saver.upstream(study, "present")
        self._keep_doubts(stored.id, placement)
        return "revised"

    def _put(self, item: Prepared, number: int, study: int, where: dict[int, NewRecord]) -> None:
        details = item.details
        new = NewRecord(
            id=number,
            study_id=study,
            record=item.record,
            payload=details.payload,
            fingerprint=item.fingerprint,
            reader=READER,
            revised=item.revised,
            blocks=details.blocks,
            tags=details.tags,
        )
        where[number] = new
        self._stored[item.name] = _Stored(number, study, item.age, fresh=where is self._new)
        self._shelf.put(study, number, details.features, details.blocks)
        self._saver.put(study, reads.Member(number, item.record, details.tags))

    def _unite(self, placement: Placement) -> int:
        """Make the placement's studies one; the oldest stays."""
        kept, *others = placement.studies
        for other in others:
            moved = list(self._shelf.studies[other].members)
            stayed = list(self._shelf.studies[kept].members)
            self._saver.merge(other, kept, moved, stayed, placement.verdict.rule, placement.verdict.reasons)
            self._shelf.merge(other, kept)
            for name, stored in self._stored.items():
                if stored.study == other:
                    self._stored[name].study = kept
            for pending in (self._new, self._revised):
                for number, new in pending.items():
                    if new.study_id == other:
                        pending[number] = replace(new, study_id=kept)
        return kept

    def _record_join(self, study: int, number: int, placement: Placement) -> None:
        stayed = list(self._shelf.studies[study].members)
        self._saver.joined(study, number, stayed, placement.verdict.rule, placement.verdict.reasons)
        verdict = placement.verdict
        self._decisions.append(Decision(stayed[0], number, "same", verdict.rule, verdict.reasons))

    def _keep_doubts(self, number: int, placement: Placement) -> None:
        for doubt in placement.doubts:
            if doubt.other_record:
                verdict = doubt.verdict
                self._decisions.append(Decision(doubt.other_record, number, "unsure", verdict.rule, verdict.reasons))

    def _delete(self, item: Deletion) -> str:
        stored = self._stored.get((item.source, item.external_id))
        if stored is not None:
            self._saver.upstream(stored.study, "deleted")
        return "deletions"

    def _write(self) -> None:
        """Records first, then what their studies show (foreign keys to studies are checked at the end)."""
        writes.add_records(self._writer, list(self._new.values()), run_id=self._run_id)
        writes.revise_records(self._writer, list(self._revised.values()), run_id=self._run_id)
        writes.touch(self._writer, self._touched)
        writes.remember(self._writer, self._decisions)
        self._saver.save(self._notices())

    def _notices(self) -> set[tuple[str, str]]:
        """Works that a notice of this batch speaks of: their state may change."""
        fresh: Iterable[NewRecord] = (*self._new.values(), *self._revised.values())
        return {
            (t.scheme, t.value)
            for n in fresh
            for r in n.record.relations
            if r.type in STATE_OF_INCOMING
            for t in r.targets
        }
