"""Studies of one transaction: which are loaded, born, changed, merged; saving them with their events.

Ingest and curation both change studies only through `Saver`, so that every write updates the shown state, the search
text, the bitmaps, the claims on identifiers and the event log together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from evidence.ingest import projection
from evidence.ingest.projection import Projection
from evidence.records import Record
from evidence.store import reads, schema, writes
from evidence.store.engine import Writer
from evidence.store.keys import Keys
from evidence.store.reads import Member
from evidence.store.writes import StudyState
from evidence.vocabulary import Vocabulary

_TEXTS = ("title", "byline", "citation", "language", "n_unit", "n_quote", "registrations", "tags")
_BLANK: dict[str, Any] = dict.fromkeys(_TEXTS, "") | {
    "publication_state": "none",
    "upstream_state": "present",
    "inclusion": "included",
    "design": "other",
    "design_order": 99,
    "identified": False,
}
"""A study row that shows nothing: a study born and merged away in one transaction."""


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
        include: bool = True,
    ) -> None:
        self._writer = writer
        self._vocabulary = vocabulary
        self._keys = keys
        self._primary = primary
        self._actor = actor
        self._run_id = run_id
        self._include = include
        self._rows: dict[int, Any] = {}
        self._members: dict[int, dict[int, Member]] = defaultdict(dict)
        self._fresh: set[int] = set()
        self._retired: dict[int, int] = {}
        self._upstream: dict[int, str] = {}
        self._included: set[int] = set()
        self._happened: dict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)

    def load(self, studies: Iterable[int]) -> dict[int, list[Member]]:
        """Read studies with their source records; those already loaded are not read again."""
        wanted = [s for s in studies if s not in self._rows and s not in self._fresh]
        self._rows.update(reads.study_rows(self._writer.connection, wanted))
        found = reads.members(self._writer.connection, wanted, self._vocabulary)
        for study, members in found.items():
            self._members[study] = {m.id: m for m in members}
        return found

    def members(self, study: int) -> list[Member]:
        """The source records of a loaded study, oldest first."""
        return [self._members[study][number] for number in sorted(self._members[study])]

    def birth(self, study: int, record_number: int, record: Record) -> None:
        """A new study, born with this record; its citation key is given now and for ever."""
        self._fresh.add(study)
        key = self._keys.birth(study, record_number, record)
        self._happened[study].append(("study-added", {"key": key}))

    def alias(self, study: int, member: Member) -> None:
        """The keys that a source record proposes lead to the study too, where they are free."""
        self._keys.aliases(study, member.id, member.record)

    def put(self, study: int, member: Member) -> None:
        """A source record of the study, new or in a newer delivery."""
        self._members[study][member.id] = member

    def take_out(self, study: int, numbers: Collection[int]) -> list[Member]:
        """Source records that leave a study."""
        return [self._members[study].pop(number) for number in numbers]

    def changed(self, study: int, kind: str, detail: dict[str, Any] | None = None) -> None:
        """Something happened to the study: it is projected and saved anew, and the event is logged."""
        self._happened[study].append((kind, detail or {}))

    def joined(self, study: int, number: int, stayed: Sequence[int], rule: str, reasons: Sequence[str]) -> int:
        """A new source record joined the study: a recorded merge that can be undone."""
        event = writes.log_merge(
            self._writer, study_id=study, from_study_id=None, moved=[number], stayed=stayed, rule=rule, reasons=reasons,
            actor=self._actor,
        )  # fmt: skip
        self.changed(study, "record-joined", {"merge": event, "rule": rule, "reasons": list(reasons)})
        return event

    def merge(
        self, old: int, kept: int, moved: Sequence[int], stayed: Sequence[int], rule: str, reasons: Sequence[str]
    ) -> int:
        """All source records of one study go to another."""
        event = writes.log_merge(
            self._writer, study_id=kept, from_study_id=old, moved=moved, stayed=stayed, rule=rule, reasons=reasons,
            actor=self._actor,
        )  # fmt: skip
        writes.move(self._writer, [n for n in moved if old not in self._fresh], kept)
        self._members[kept].update(self._members.pop(old, {}))
        self._retired[old] = kept
        stored = self._include if old in self._fresh else self._rows[old].inclusion == "included"
        shown = stored or old in self._included
        if shown and self.is_candidate(kept):
            self.include(kept)  # what was public stays public
        detail = {"merge": event, "from": old, "into": kept, "rule": rule, "reasons": list(reasons)}
        self.changed(kept, "studies-merged", detail)
        self._happened[old].append(("merged-away", detail))
        return event

    def revive(self, study: int, members: Sequence[Member], detail: dict[str, Any]) -> None:
        """A study that had been merged away stands again, with these source records."""
        self._rows.update(reads.study_rows(self._writer.connection, [study]))
        self._members[study] = {m.id: m for m in members}
        writes.move(self._writer, [m.id for m in members], study)
        self.changed(study, "merge-undone", detail)

    def upstream(self, study: int, state: str) -> None:
        """The source says the record is deleted, or no longer gives it."""
        self.load([study])
        row = self._rows.get(study)
        before = self._upstream.get(study, row.upstream_state if row is not None else "present")
        if before != state:
            self._upstream[study] = state
            self.changed(study, f"upstream-{state}")

    def is_candidate(self, study: int) -> bool:
        """The stored study waits for a curator."""
        return study in self._rows and self._rows[study].inclusion == "candidate" and study not in self._included

    def include(self, study: int) -> None:
        """A study that was queued is found by a source whose finds are included at once."""
        self.load([study])
        self._included.add(study)
        self.changed(study, "included")

    def save(self, notices: Collection[tuple[str, str]] = ()) -> None:
        """Write everything. `notices`: works that a notice now speaks of, whose state may have changed."""
        self._heed(notices)
        self._retire()
        alive = [s for s in self._happened if s not in self._retired]
        projections = self._project(alive)
        self._keys.write()
        stored_keys = reads.all_keys(self._writer.connection, alive)
        states = {s: self._state(s, stored_keys.get(s, ())) for s in alive}
        rows = writes.save_studies(self._writer, {s: (states[s], projections[s]) for s in alive})
        self._log(rows, projections, states)

    def _heed(self, notices: Collection[tuple[str, str]]) -> None:
        found = reads.studies_with(self._writer.connection, {value for _, value in notices})
        targets = {r.study_id for r in found if (r.scheme, r.value) in notices} - self._happened.keys()
        self.load(targets)
        for study, shown in self._project(sorted(targets)).items():
            if shown.columns["publication_state"] != self._rows[study].publication_state:
                self.changed(study, "state-changed", {"state": shown.columns["publication_state"]})

    def _retire(self) -> None:
        born_and_gone = [s for s in self._retired if s in self._fresh]
        blank = _BLANK | {"created": self._writer.now, "changed": self._writer.now}
        self._writer.add(schema.Study, [{"id": s, "merged_into": self._retired[s]} | blank for s in born_and_gone])
        if self._retired:
            writes.retire(self._writer, self._retired)

    def _project(self, studies: Sequence[int]) -> dict[int, Projection]:
        values = {i.value for s in studies for m in self._members[s].values() for i in m.record.identifiers}
        incoming = reads.incoming(self._writer.connection, values)
        old = [n for s in studies if s not in self._fresh for n in self._members[s]]
        choices = reads.locked_fields(self._writer.connection, old)
        shown = {}
        for study in studies:
            members = self.members(study)
            pointing = {t for m in members for i in m.record.identifiers for t in incoming.get((i.scheme, i.value), ())}
            fixed = {k: v for m in members for k, v in choices.get(m.id, {}).items()}
            shown[study] = projection.project(members, pointing, fixed, self._vocabulary, self._primary)
        return shown

    def _state(self, study: int, stored_keys: Sequence[str]) -> StudyState:
        if study in self._fresh:
            inclusion = "included" if self._include else "candidate"
            upstream = self._upstream.get(study, "present")
            return StudyState(study, True, upstream=upstream, inclusion=inclusion, keys=tuple(stored_keys))
        row = self._rows[study]
        return StudyState(
            study,
            fresh=False,
            upstream=self._upstream.get(study, row.upstream_state),
            inclusion="included" if study in self._included else row.inclusion,
            created=row.created,
            keys=tuple(stored_keys),
        )

    def _log(self, rows: dict[int, Any], shown: dict[int, Projection], states: dict[int, StudyState]) -> None:
        events = []
        for study, happened in self._happened.items():
            image = b""
            if study in rows:
                members = [[m.record.source, m.record.external_id] for m in self.members(study)]
                extra = {"keys": states[study].keys, "members": members}
                image = writes.packed(projection.image(rows[study], shown[study], extra))
            for kind, detail in happened:
                events.append(
                    self._writer.log(
                        kind, actor=self._actor, study_id=study, run_id=self._run_id, detail=detail, image=image
                    )
                )
        self._writer.add(schema.Event, events)
