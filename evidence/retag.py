"""Machine tags made anew from what is stored: after another vocabulary, or a newer tagger. No network.

A curator's decisions are never touched. What is the same already is not written: a second run changes no row, no
revision and no page. A study gets an event only when what is concluded about it (its tags, design, level or size)
changes; when only the words of a reason do, or a contradiction between reasons, those are replaced and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evidence import tagging
from evidence.errors import NotFound
from evidence.ingest import projection
from evidence.ingest.prepare import Preparer
from evidence.ingest.studies import Saver
from evidence.ingest.tagged import is_due, signature
from evidence.merging import EffectiveTag
from evidence.records import Record
from evidence.store import contradictions, facets, reads, writes
from evidence.store.engine import Store, Writer
from evidence.store.keys import Keys
from evidence.store.reads import Member
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

__all__ = ["ACTOR", "BATCH", "Retagged", "is_due", "retag"]

BATCH: Final = 500
"""Source records looked at in one step: the writer's lock is held for at most the changes of so many, some 0.3 s."""
ACTOR: Final = "retag"


@dataclass(slots=True)
class Retagged:
    """What a run did: source records looked at, those whose tags or reasons changed, studies that show a change."""

    records: int = 0
    changed: int = 0
    studies: int = 0


@dataclass(frozen=True, slots=True)
class _Change:
    """A study of which something changes: its source records as they are to be, and whether it shows.

    `doubts`: what its place in the queue for curators (store.contradictions) follows from.
    """

    before: tuple[Member, ...]
    after: tuple[Member, ...]
    shows: bool
    detail: Mapping[str, list[str]]
    doubts: tuple[str, ...]


def retag(
    store: Store,
    vocabulary: Vocabulary,
    *,
    condition: str = "",
    actor: str = ACTOR,
    on_progress: Callable[[int], None] | None = None,
) -> Retagged:
    """Make the machine tags of every source record anew; what was changed.

    `condition`: only the tags of this condition and of those above and below it, whose headings it may take over; the
    library then still counts as tagged by the vocabulary it had. The writer's lock is released between batches, so an
    interruption loses at most one, and the next run does the rest. Raises NotFound for an unknown condition.
    """
    run = _Run(store, vocabulary, _scope(vocabulary, condition), actor)
    last = 0
    while True:
        with store.read() as connection:
            homes = reads.homes_after(connection, last, BATCH)
            wanted = run.changes(connection, {row.study_id for row in homes})
        if not homes:
            break
        run.write(wanted)
        run.report.records += len(homes)
        last = homes[-1].source_record_id
        if on_progress:
            on_progress(run.report.records)
    if not condition:
        _note(store, signature(vocabulary))
    return run.report


def _scope(vocabulary: Vocabulary, condition: str) -> frozenset[str]:
    """The condition and its relatives; empty stands for everything."""
    if not condition:
        return frozenset()
    if condition not in vocabulary.conditions:
        raise NotFound(f"condition {condition!r}", "there is none of that name; `evidence conditions` lists them")
    return frozenset((condition, *vocabulary.ancestors(condition), *vocabulary.descendants(condition)))


def _note(store: Store, name: str) -> None:
    with store.read() as connection:
        if reads.tagged_with(connection) == name:
            return
    with store.write() as writer:
        writes.set_tagged_with(writer, name)


class _Run:
    """One run: what it is about, what it has worked out of the records at hand, what it did."""

    def __init__(self, store: Store, vocabulary: Vocabulary, scope: frozenset[str], actor: str) -> None:
        self.report = Retagged()
        self._store = store
        self._vocabulary = vocabulary
        self._scope = scope
        self._actor = actor
        self._preparer = Preparer(vocabulary)
        self._worked_out: dict[int, tuple[Record, tuple[TagView, ...]]] = {}

    def changes(self, connection: reads.Snapshot, studies: Collection[int]) -> dict[int, _Change]:
        """What is to be changed of these studies."""
        self._worked_out.clear()
        rows = reads.study_rows(connection, studies)
        found = reads.members(connection, studies, self._vocabulary)
        doubts = self._doubts(connection, studies)
        changes = {study: self._change(members, rows[study], doubts[study]) for study, members in found.items()}
        return {study: change for study, change in changes.items() if change is not None}

    def write(self, wanted: Mapping[int, _Change]) -> None:
        """Change them. They are looked at again under the writer's lock: others may have written in between."""
        if not wanted:
            return
        with self._store.write() as writer:
            homes = reads.places(writer.connection, [m.id for change in wanted.values() for m in change.before])
            saver = Saver(writer, self._vocabulary, Keys(writer), primary=tagging.primary, actor=self._actor)
            studies = sorted({place.study_id for place in homes.values()})
            saver.load(studies)
            rows = reads.study_rows(writer.connection, studies)
            doubts = self._doubts(writer.connection, studies)
            found = {study: self._change(saver.members(study), rows[study], doubts[study]) for study in studies}
            changes = {study: change for study, change in found.items() if change is not None}
            self._replace(writer, changes.values())
            for study, change in changes.items():
                if change.shows:
                    for member in change.after:
                        saver.put(member)
                    saver.changed(study, "study-retagged", dict(change.detail))
            saver.save()
            silent = {study: change.doubts for study, change in changes.items() if not change.shows}
            facets.apply(writer, silent, prefix=contradictions.PREFIX)
        self.report.studies += sum(change.shows for change in changes.values())

    def _doubts(self, connection: reads.Snapshot, studies: Collection[int]) -> dict[int, tuple[str, ...]]:
        return facets.held(facets.load(self._store, connection), contradictions.PREFIX, studies)

    def _change(self, members: Sequence[Member], row: Any, doubted: tuple[str, ...]) -> _Change | None:
        after = tuple(replace(m, tags=(*_curated(m), *self._machine(m))) for m in members)
        differ = any(_reasons(a.tags) != _reasons(b.tags) for a, b in zip(members, after, strict=True))
        now, columns = projection.conclusions(after, self._vocabulary, tagging.primary)
        was = projection.conclusions(members, self._vocabulary, tagging.primary)[0] if differ else now
        shows = was != now or any(getattr(row, name) != value for name, value in columns.items())
        doubts = projection.doubts(after, self._vocabulary)
        if not (differ or shows or doubts != doubted):
            return None
        return _Change(tuple(members), after, shows, _difference(was, now), doubts)

    def _machine(self, member: Member) -> tuple[TagView, ...]:
        """The machine's tags that the record is to have: made anew where this run is about them, else as they are."""
        held = self._worked_out.get(member.id)
        if held is None or held[0] != member.record:
            held = (member.record, self._preparer.tags(member.record))
            self._worked_out[member.id] = held
        if not self._scope:
            return held[1]
        kept = (t for t in member.tags if t.origin != "curator" and not self._is_meant(t))
        return (*kept, *filter(self._is_meant, held[1]))

    def _is_meant(self, tag: TagView) -> bool:
        return tag.kind == "condition" and tag.slug in self._scope

    def _replace(self, writer: Writer, changes: Iterable[_Change]) -> None:
        gone, new = {}, {}
        for change in changes:
            for before, after in zip(change.before, change.after, strict=True):
                had, has = _reasons(before.tags), _reasons(after.tags)
                if had != has:
                    gone[before.id] = [tag for reason, tag in had.items() if reason not in has]
                    new[after.id] = [tag for reason, tag in has.items() if reason not in had]
        writes.replace_tags(writer, gone, new)
        self.report.changed += len(new)


def _curated(member: Member) -> tuple[TagView, ...]:
    return tuple(tag for tag in member.tags if tag.origin == "curator")


def _reasons(tags: Iterable[TagView]) -> dict[tuple[Any, ...], TagView]:
    """The machine's tags by all that is stored of them (a name comes from the vocabulary), in whatever order."""
    return {
        (t.kind, t.slug, t.origin, t.status, t.role, t.central, t.evidence, t.rule, t.place): t
        for t in tags
        if t.origin != "curator"
    }


def _difference(was: Sequence[EffectiveTag], now: Sequence[EffectiveTag]) -> dict[str, list[str]]:
    """The tags that a study gained and lost, for the event log."""
    before, after = ({f"{t.kind}:{t.slug}" for t in tags} for tags in (was, now))
    return {"gained": sorted(after - before), "lost": sorted(before - after)}
