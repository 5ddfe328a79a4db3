"""Studies worked out anew from what is stored, beside what is stored of them: what differs, and putting it right.

What a study shows, its state, its place in every count and its latest after-image follow from its source records, from
notices and lists, and from what curators decided. These never change here; what follows from them may, when an earlier
version of the program wrote it by other rules, or when a disk did. No network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence import tagging
from evidence.ingest import shown
from evidence.ingest.projection import Projection
from evidence.ingest.studies import Saver
from evidence.ingest.tagged import is_due
from evidence.store import facets, inspecting, lifecycle, reads, schema
from evidence.store.claims import MAX_VALUE
from evidence.store.engine import Store, Writer
from evidence.store.inspecting import Stored
from evidence.store.keys import Keys
from evidence.vocabulary import Vocabulary

BATCH: Final = 500
"""Studies looked at in one step: so much is in memory at a time, and the writer's lock is held for no more changes."""

ACTOR: Final = "doctor"
RESTATED: Final = "states-recomputed"
"""Event: how many studies' states and statements were worked out anew, in its detail."""
RECOMPUTED: Final = "study-recomputed"
"""Event of a study that showed something other than what follows from its source records."""

CONCLUDED: Final = ("design", "design_order", "level", "n", "n_unit", "n_quote", "tags", "registrations")
"""Columns that follow from the vocabulary and the tagger: while a retag is due they may well differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored of a study other than what follows, in words. `state`: its state and the statements on it;
    `shown`: its columns, authors, identifiers; `counts`: its bits in the bitmaps; `log`: its latest after-image.
    """

    study: int
    key: str
    state: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    log: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.state or self.shown or self.counts or self.log)


@dataclass(slots=True)
class Restated:
    """What a run did: studies looked at; those with another state now; those of which only the statements differed."""

    studies: int = 0
    states: int = 0
    statements: int = 0


class Comparer:
    """Compares studies with what follows from their source records, on one snapshot or inside a transaction."""

    def __init__(self, store: Store, vocabulary: Vocabulary) -> None:
        self._store = store
        self._vocabulary = vocabulary
        self.retag_due = is_due(store, vocabulary)

    def differences(self, connection: reads.Snapshot, studies: Collection[int]) -> Iterator[Difference]:
        """Those of these live studies of which something differs. Raises ValueError, KeyError or zlib.error for a
        source record or an image that cannot be read.
        """
        groups = reads.members(connection, studies, self._vocabulary)
        follows = shown.projections(connection, groups, self._vocabulary, tagging.primary)
        stored = inspecting.stored(connection, follows)
        said = lifecycle.statuses(connection, follows)
        bits = facets.held(facets.load(self._store, connection), "", list(follows))
        for study, projected in follows.items():
            now = stored[study]
            columns = [c for c in projected.columns if not (self.retag_due and c in CONCLUDED)]
            found = Difference(
                study,
                now.key,
                state=tuple(_state(now, projected, said.get(study, {}))),
                shown=tuple(_shown(now, projected, columns)),
                counts=() if self.retag_due else tuple(_counts(bits.get(study, ()), projected)),
                log=tuple(_log(now)),
            )
            if found:
                yield found


def _state(now: Stored, follows: Projection, said: Mapping[str, bool]) -> Iterator[str]:
    if now.row.publication_state != follows.cycle.state:
        yield f"its state is {now.row.publication_state}; what is said of it makes it {follows.cycle.state}"
    wanted = {w.statement.key: w.overruled is None for w in follows.cycle.said}
    if wanted != dict(said):
        yield f"{len(wanted.items() ^ said.items())} statements on it are kept other than its sources make them"


def _shown(now: Stored, follows: Projection, columns: Iterable[str]) -> Iterator[str]:
    for name in columns:
        if name != "publication_state" and getattr(now.row, name) != follows.columns[name]:
            yield f"{name} is {_short(getattr(now.row, name))}; its records make it {_short(follows.columns[name])}"
    authors = tuple(
        (a.family, a.given, a.initials, a.suffix, a.is_group, a.orcid) for a in follows.record.authors
    )  # as writes.save_studies stores them
    if now.authors != authors:
        yield f"{len(now.authors)} authors are stored other than the {len(authors)} of its records"
    named = {(i.scheme, i.value) for i in follows.record.identifiers if len(i.value) <= MAX_VALUE}
    if now.identifiers != named:
        wrong = sorted(f"{scheme}:{value}" for scheme, value in now.identifiers ^ named)
        yield f"identifiers differ from those of its records: {_short(', '.join(wrong))}"


def _counts(bits: Collection[str], follows: Projection) -> Iterator[str]:
    wrong = set(bits) ^ set(follows.facets())
    if wrong:
        yield f"is counted wrongly under {_short(', '.join(sorted(wrong)))}"


def _log(now: Stored) -> Iterator[str]:
    if now.image is None:
        yield "has no after-image in the log"
        return
    shown_columns = (*schema_columns(), *CONCLUDED)
    wrong = [name for name in shown_columns if name in now.image and now.image[name] != getattr(now.row, name)]
    if wrong:
        yield f"its latest after-image differs from it in {', '.join(wrong)}"


def schema_columns() -> tuple[str, ...]:
    """The columns that an after-image has of a study beside what is concluded about it, times and pointers apart."""
    told = ("id", "merged_into", "created", "changed", *CONCLUDED)
    return tuple(name for name in schema.Study.model_fields if name not in told)


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def restate(
    store: Store, vocabulary: Vocabulary, *, actor: str, on_progress: Callable[[int], None] | None = None
) -> Restated:
    """Work out what is said of every study, and the state that follows, anew; write and log what differs.

    Each batch is a transaction of its own. A second run finds nothing and writes nothing.
    """
    report = Restated()
    comparer = Comparer(store, vocabulary)
    last = 0
    while True:
        with store.read() as connection:
            studies = inspecting.live_after(connection, last, BATCH)
            found = [d for d in comparer.differences(connection, studies) if d.state]
        if not studies:
            break
        if found:
            with store.write() as writer:
                states = _restate(writer, vocabulary, [d.study for d in found], actor)
            report.states += states
            report.statements += len(found) - states
        report.studies += len(studies)
        last = studies[-1]
        if on_progress:
            on_progress(report.studies)
    if report.states or report.statements:
        with store.write() as writer:
            detail = {"states": report.states, "statements": report.statements}
            writer.add(schema.Event, [writer.log(RESTATED, actor=actor, detail=detail)])
    return report


def _restate(writer: Writer, vocabulary: Vocabulary, studies: Iterable[int], actor: str) -> int:
    saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)
    for study in studies:
        saver.restate(study)
    saver.save()
    return saver.restated


def repair(store: Store, vocabulary: Vocabulary, studies: Collection[int], *, actor: str = ACTOR) -> int:
    """Let these studies show, count and log what follows from their source records; how many were put right.

    They are compared again under the writer's lock, so what others put right meanwhile is left alone. One of which only
    the statements differ gets no event but the run's; one whose bits alone differ gets its bits.
    """
    comparer = Comparer(store, vocabulary)
    with store.write() as writer:
        found = list(comparer.differences(writer.connection, inspecting.alive(writer.connection, studies)))
        saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)
        saver.load(d.study for d in found)
        for one in found:
            if one.shown or one.log:
                differs = [words.split(" ")[0] for words in one.shown]
                saver.changed(one.study, RECOMPUTED, {"differs": differs or ["log"]})
            elif one.state:
                saver.restate(one.study)
        saver.save()
        _recount(writer, vocabulary, [d.study for d in found if d.counts])
    store.cache.pop("bitmaps", None)  # held by revision: what was wrong in them may have been read before
    return len(found)


def save_anew(store: Store, vocabulary: Vocabulary, studies: Iterable[int], differs: Sequence[str]) -> None:
    """Save these live studies as what follows from their source records, whatever is stored, with an event each that
    says what differed.
    """
    with store.write() as writer:
        saver = Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=ACTOR)
        wanted = list(studies)
        saver.load(wanted)
        for study in wanted:
            if saver.is_live(study):
                saver.changed(study, RECOMPUTED, {"differs": list(differs)})
        saver.save()


def _recount(writer: Writer, vocabulary: Vocabulary, studies: Collection[int]) -> None:
    """Give these studies exactly the bits that follow, whatever was saved of them."""
    groups = reads.members(writer.connection, studies, vocabulary)
    follows = shown.projections(writer.connection, groups, vocabulary, tagging.primary)
    facets.apply(writer, {study: projected.facets() for study, projected in follows.items()})
