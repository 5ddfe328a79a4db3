"""Studies of one transaction: which are loaded, born, changed, merged; saving them with their events.

Ingest and curation both change studies only through `Saver`, so that every write updates the shown state, the search
text, the bitmaps, the claims on identifiers and the event log together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evidence.ingest import projection, shown, statuses
from evidence.ingest.projection import Projection
from evidence.lifecycle import OF_ANOTHER, LifeCycle
from evidence.store import decisions, lifecycle, reads, schema, trail, writes
from evidence.store.claims import Claims
from evidence.store.engine import Writer
from evidence.store.keys import Keys
from evidence.store.reads import Member
from evidence.store.writes import StudyState
from evidence.views import TagView
from evidence.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that was logged: its number, the source records that came, those that were there."""

    event: int
    moved: frozenset[int]
    stayed: frozenset[int]


class Saver:
    """Collects what happens to studies; `save` writes it."""

    def __init__(
        self,
        writer: Writer,
        vocabulary: Vocabulary,
        keys: Keys,
        *,
        primary: Callable[[Collection[str]], str],
        actor: str,
        run_id: int | None = None,
    ) -> None:
        self.writer = writer
        self.keys = keys
        self.actor = actor
        self.merges: list[Merged] = []
        self.restated = 0  # studies whose state became another one by what notices and lists say
        self._vocabulary = vocabulary
        self._primary = primary
        self._run_id = run_id
        self._rows: dict[int, Any] = {}
        self._loaded: set[int] = set()
        self._members: dict[int, Member] = {}
        self._groups: dict[int, tuple[int, ...]] = {}
        self._stood: dict[int, int] = {}  # record → its study as stored
        self._fresh: set[int] = set()
        self._retired: dict[int, int] = {}
        self._happened: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        self._spoken_of: set[tuple[str, str]] = set()
        self._restating: set[int] = set()

    def put(self, member: Member) -> None:
        """A source record of this transaction, new or in a newer delivery; it stands for what is stored of it."""
        self._members[member.id] = member

    def load(self, studies: Iterable[int]) -> None:
        """Read studies with their source records; those already loaded are not read again."""
        wanted = [s for s in studies if s not in self._loaded and s not in self._fresh]
        self._loaded.update(wanted)
        self._rows.update(reads.study_rows(self.writer.connection, wanted))
        for study, members in reads.members(self.writer.connection, wanted, self._vocabulary).items():
            self._groups[study] = tuple(m.id for m in members)
            for member in members:
                self._stood[member.id] = study
                self._members.setdefault(member.id, member)

    def member(self, number: int) -> Member:
        """A source record that was put, or whose study was loaded."""
        return self._members[number]

    def curated(self, number: int) -> tuple[TagView, ...]:
        """What curators said of the tags of a source record: no delivery and no tagger takes it away."""
        return tuple(tag for tag in self._members[number].tags if tag.origin == "curator")

    def members(self, study: int) -> list[Member]:
        """The source records of a study, oldest first."""
        return [self._members[number] for number in self._groups.get(study, ())]

    def is_live(self, study: int) -> bool:
        """The loaded study stands for itself in the store."""
        return study in self._rows and self._rows[study].merged_into is None

    def birth(self, study: int, number: int) -> None:
        """A new study, born with this record; its citation key is given now and for ever."""
        self._fresh.add(study)
        key = self.keys.birth(study, number, self._members[number].record)
        self._happened[study].append(("study-added", {"key": key}))

    def hold(self, study: int, members: Sequence[int]) -> None:
        """The study now has these source records."""
        self._groups[study] = tuple(sorted(members))

    def changed(self, study: int, kind: str, detail: dict[str, Any] | None = None) -> None:
        """Something happened to the study: it is projected and saved anew, and the event is logged."""
        self._happened[study].append((kind, detail or {}))

    def merged(
        self,
        study: int,
        former: int | None,
        moved: Sequence[int],
        stayed: Sequence[int],
        why: tuple[str, Sequence[str]],
    ) -> int:
        """Source records came to a study, from their own or as new ones: a recorded merge, which can be undone."""
        rule, reasons = why
        event = decisions.log_merge(
            self.writer, study_id=study, from_study_id=former, moved=moved, stayed=stayed, rule=rule, reasons=reasons,
            actor=self.actor,
        )  # fmt: skip
        self.merges.append(Merged(event, frozenset(moved), frozenset(stayed)))
        detail = {"merge": event, "rule": rule, "reasons": list(reasons)}
        if former is None:
            self.changed(study, "record-joined", detail)
        else:
            detail |= {"from": former, "into": study}
            self.changed(study, "studies-merged", detail)
            self._happened[former].append(("merged-away", detail))
        return event

    def retire(self, study: int, into: int) -> None:
        """The study stands for no group any more: it shows nowhere and points to the one that has its record."""
        self._retired[study] = into
        self._groups.pop(study, None)

    def set_state(self, column: str, number: int, study: int, state: str) -> None:
        """The record's own `upstream` or `inclusion` becomes another one; nothing happens when it is that already."""
        self.load([study])
        member = self._members[number]
        if getattr(member, column) != state:
            self._members[number] = replace(member, **{column: state})  # type: ignore[arg-type]
            if number in self._stood:
                writes.set_states(self.writer, column, {number: state})
            self.changed(study, f"upstream-{state}" if column == "upstream" else state)
            if column == "upstream":  # a notice that is deleted says nothing any more
                said = (r for r in member.record.relations if r.type in OF_ANOTHER)
                self._spoken_of |= {(t.scheme, t.value) for r in said for t in r.targets}

    def restate(self, study: int) -> None:
        """What is said of the study, and its state, are worked out anew from what is stored: an earlier version of
        the program did not write them, or did so by other rules. Only another state is news then.
        """
        self._restating.add(study)

    def save(self, notices: Collection[tuple[str, str]] = ()) -> None:
        """Write everything. `notices`: works that a notice now speaks of, whose state may have changed."""
        cycles = self._heed({*notices, *self._spoken_of, *self._listed()})
        gone = {old: new for old, new in self._retired.items() if self.is_live(old)}
        moved = writes.retire(self.writer, gone) if gone else {}
        elsewhere = {o: n for o, n in self._retired.items() if o not in gone and self._rows[o].merged_into != n}
        writes.point(self.writer, elsewhere)
        alive = [s for s in self._happened if s not in self._retired]
        projections = self._project(alive)
        self.keys.write()
        stored_keys = reads.all_keys(self.writer.connection, alive)
        states = {s: self._state(s, stored_keys.get(s, ())) for s in alive}
        rows, held, new = writes.save_studies(self.writer, {s: (states[s], projections[s]) for s in alive})
        self._log(rows, projections, states, held)
        self._log_claims({**moved, **new}, held, rows.keys())
        cycles |= {study: projected.cycle for study, projected in projections.items()}
        statuses.settle(
            self.writer, cycles, self._rows, came=self._came(), fresh=self._fresh, retired=self._retired,
            actor=self.actor, run_id=self._run_id, quiet=self._restating,
        )  # fmt: skip

    def _came(self) -> dict[int, set[int]]:
        """Study → the others that had one of its records until now."""
        stood = {study: {self._stood.get(n, study) for n in numbers} for study, numbers in self._groups.items()}
        return {study: others - {study} for study, others in stood.items() if others - {study}}

    def _listed(self) -> set[tuple[str, str]]:
        """DOIs of studies that change of which lists speak: whose word that is may hang on who else has the DOI."""
        studies = {*self._happened, *self._retired}
        dois = {value for s in studies for m in self.members(s) for value in m.record.ids("doi")}
        found = lifecycle.listed_dois(self.writer.connection, dois, studies - self._fresh)
        return {("doi", value) for value in found}

    def _heed(self, notices: Collection[tuple[str, str]]) -> dict[int, LifeCycle]:
        """Log the studies whose state another record or a list has changed; what is said of all that it spoke of."""
        found = reads.studies_with(self.writer.connection, {value for _, value in notices})
        targets = {r.study_id for r in found if (r.scheme, r.value) in notices} | self._restating
        targets -= self._happened.keys()
        self.load(targets)
        targets -= self._retired.keys()
        found_now = self._project(sorted(targets))
        for study, now in found_now.items():
            if now.columns["publication_state"] != self._rows[study].publication_state:
                self.changed(study, "state-changed", {"state": now.columns["publication_state"]})
                self.restated += 1
        return {study: now.cycle for study, now in found_now.items()}

    def _project(self, studies: Sequence[int]) -> dict[int, Projection]:
        groups = {study: self.members(study) for study in studies}
        changed = {study: self.members(study) for study in {*self._loaded, *self._fresh}}
        return shown.projections(self.writer.connection, groups, self._vocabulary, self._primary, changed)

    def _state(self, study: int, keys: Sequence[str]) -> StudyState:
        created = None if study in self._fresh else self._rows[study].created
        return StudyState(study, study in self._fresh, created=created, keys=tuple(keys))

    def _log(
        self, rows: Mapping[int, Any], shown: Mapping[int, Projection], states: Mapping[int, StudyState], held: Claims
    ) -> None:
        claims: dict[int, list[list[str]]] = defaultdict(list)
        for (study, scheme, value), claim in sorted(held.items()):
            claims[study].append([scheme, value, claim])
        events = []
        noted = []
        for study, happened in self._happened.items():
            image = b""
            before = self._rows[study]._mapping if self.is_live(study) else None
            if study in rows:
                members = [[m.record.source, m.record.external_id] for m in self.members(study)]
                extra = {"keys": states[study].keys, "members": members, "claims": claims[study]}
                image = writes.packed(projection.image(rows[study], shown[study], extra))
            for kind, detail in happened:
                events.append(
                    self.writer.log(
                        kind, actor=self.actor, study_id=study, run_id=self._run_id, detail=detail, image=image
                    )
                )
            noted.append((events[-len(happened)]["id"], study, before, rows.get(study)))
        self.writer.add(schema.Event, events)
        trail.note(self.writer, noted)

    def _log_claims(self, new: Claims, held: Claims, saved: Collection[int]) -> None:
        """Whose identifiers they are changed for studies to which nothing else happened: logged, so that the log is
        enough to know the state at any time.
        """
        others: dict[int, list[list[str]]] = defaultdict(list)
        for (study, scheme, value), claim in sorted(new.items()):
            if study not in saved and study not in self._retired:
                others[study].append([scheme, value, held.get((study, scheme, value), claim)])
        self.writer.add(
            schema.Event,
            [
                self.writer.log(
                    "claims-changed", actor=self.actor, study_id=study, run_id=self._run_id, detail={"claims": claims}
                )
                for study, claims in others.items()
            ],
        )
