"""A curator's word on who belongs here: excluded or included, with who and why, and undone exactly.

The word is kept by the names that sources give a study's records, and by each PMID that the study bears. So it survives
every refresh, import and retag, goes where its record goes when studies are merged or separated, and holds for a PMID
that is not here: no search brings in what was rejected. Of one study the latest word of any of its records counts, and
a person's word beats every search.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from evidence import identifiers, tagging
from evidence.errors import BadIdentifier, Conflict, NotFound, UsageProblem
from evidence.ingest import rejections
from evidence.ingest.studies import Saver
from evidence.records import Markup
from evidence.store import inclusions, queries, reads, schema
from evidence.store.engine import Store, Writer
from evidence.store.inclusions import Name
from evidence.store.keys import Keys
from evidence.store.reads import LARGEST, Member, Snapshot
from evidence.store.verdicts import shown
from evidence.text import visible
from evidence.views import Word
from evidence.vocabulary import Vocabulary

Verdict = Literal["excluded", "included"]
VERDICTS: Final[tuple[Verdict, ...]] = ("excluded", "included")
UNDONE: Final = "inclusion-undone"
LONGEST_REASON: Final = 2000


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision. `key`: the study's, or "" for a PMID that is not here; `event`: what `undo` takes, 0 when it was
    decided so before.
    """

    event: int
    key: str
    pmid: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as it was logged. `key`, `title`: the study's now, empty for a PMID that is not here; `undoable`: it
    still stands.
    """

    event: int
    key: str
    pmid: str
    title: Markup
    verdict: Verdict
    actor: str
    at: datetime
    reason: str
    undoable: bool


def decide(
    store: Store, vocabulary: Vocabulary, names: Sequence[str], verdict: Verdict, *, actor: str, reason: str = ""
) -> tuple[Decided, ...]:
    """Exclude or include studies (by key, PMID, DOI or PMCID), all of them or none.

    "excluded" also takes a PMID that is not here: no search brings it in; "included" takes that back. A candidate is
    decided on like any other study. What is decided so already, with the same reason, writes nothing. Raises NotFound,
    and UsageProblem for a verdict that is none.
    """
    if verdict not in VERDICTS:
        raise UsageProblem("verdict", f"say {' or '.join(VERDICTS)}")
    with store.write() as writer:
        connection = writer.connection
        found = {name: queries.number_of(connection, name) for name in dict.fromkeys(names)}
        pmids = {name: _pmid(connection, name, verdict) for name, study in found.items() if study is None}
        word = Word(verdict=verdict, reason=_reason(reason), actor=actor, at=writer.now, event=LARGEST)
        here = _on_studies(_saver(writer, vocabulary, actor), {s for s in found.values() if s is not None}, word)
        absent = {pmid: _on_absent(writer, pmid, word) for pmid in dict.fromkeys(pmids.values())}
        each = (here[study] if study is not None else absent[pmids[name]] for name, study in found.items())
        return tuple(dict.fromkeys(each))


def undo(store: Store, vocabulary: Vocabulary, event: int, *, actor: str) -> Decision:
    """Undo the decision with this event number: what persons had said before holds again, word for word, but for what
    was undone since it was said.

    Of records on which somebody has spoken since then (they may be another study now) the later word stays. Raises
    NotFound, and Conflict when that is so of all of them, or the decision was undone already.
    """
    subject = f"decision {event}"
    with store.write() as writer:
        logged = _logged(writer.connection, event)
        if logged is None:
            raise NotFound(subject, "there is none of that number")
        said, was = logged
        standing = _standing(writer.connection, event, said, was)
        if not standing.intersection(was):
            raise Conflict(subject, "something else was decided since then, or it was undone already")
        restored = {name: _before(writer.connection, name, was) for name in standing}
        inclusions.put(writer, restored)
        studies = sorted({known.study_id for known in reads.known(writer.connection, restored).values()})
        detail = {"decision": event, "verdict": said.kind}
        saver = _saver(writer, vocabulary, actor)
        saver.load(studies)  # with the words just restored
        for study in studies:
            saver.changed(study, UNDONE, detail)
        saver.save()
        if not studies:
            writer.add(schema.Event, [writer.log(UNDONE, actor=actor, detail=detail)])
        return _decision(writer.connection, event, said, was)


def decision(store: Store, event: int) -> Decision | None:
    """The decision that was logged under this event number; None when there is none."""
    with store.read() as connection:
        logged = _logged(connection, event)
        return _decision(connection, event, *logged) if logged is not None else None


def _on_studies(saver: Saver, studies: Collection[int], word: Word) -> dict[int, Decided]:
    """Give the word to these studies; what was done of each."""
    connection = saver.writer.connection
    saver.load(studies)
    before = {study: _said(connection, saver.members(study)) for study in sorted(studies)}
    changing = {study: was for study, was in before.items() if not all(_same(held, word) for held in was.values())}
    for study, was in changing.items():
        for member in saver.members(study):
            saver.put(replace(member, word=word))
        saver.changed(study, word.verdict, _detail(word, was))
    saver.save()
    done = {}
    for study, was in before.items():
        event = reads.last_event(connection, study, word.verdict) if study in changing else 0
        if event:
            inclusions.put(saver.writer, dict.fromkeys(was, replace(word, event=event)))
        pmid = next((p for m in saver.members(study) for p in m.record.ids("pmid")), "")
        done[study] = Decided(event, reads.key_of(connection, study), pmid, word.verdict)
    return done


def _said(connection: Snapshot, members: Sequence[Member]) -> dict[Name, Word | None]:
    """The names that a study stands for, with what was said of each: those of its records, and of each PMID that they
    carry, unless PubMed's record of it belongs to another study.
    """
    own = [rejections.name(m.record) for m in members]
    borne = {name for m in members for name in rejections.pmids(m.record)}.difference(own)
    elsewhere = reads.known(connection, borne)
    names = [*own, *sorted(borne.difference(elsewhere))]
    known = inclusions.words(connection, names)
    return {name: known.get(name) for name in names}


def _on_absent(writer: Writer, pmid: str, word: Word) -> Decided:
    """Keep the word for a PMID that is not here. To include it is to take back what was said, for a search may bring it
    but nobody has seen it: one that only proposes must not find it included.
    """
    name = (rejections.PUBMED, pmid)
    held = inclusions.words(writer.connection, [name]).get(name)
    if _same(held, word):
        return Decided(0, "", pmid, word.verdict)
    row = writer.log(word.verdict, actor=word.actor, detail=_detail(word, {name: held}))
    writer.add(schema.Event, [row])
    inclusions.put(writer, {name: replace(word, event=row["id"]) if word.verdict == "excluded" else None})
    return Decided(row["id"], "", pmid, word.verdict)


def _pmid(connection: Snapshot, name: str, verdict: Verdict) -> str:
    """The PMID that a person means by a name that no study here has. Raises NotFound."""
    try:
        found = identifiers.guess(name)
    except BadIdentifier:
        found = None
    if found is None or found.scheme != "pmid":
        only = "; of what is not here only a PMID can be excluded" if verdict == "excluded" else ""
        raise NotFound(name, f"no study has that key, PMID, PMCID or DOI{only}")
    key = (rejections.PUBMED, found.value)
    if verdict == "included" and key not in inclusions.words(connection, [key]):
        raise NotFound(name, f"no study here has this PMID, nor is it excluded; `evidence add {found.value}` adds it")
    return found.value


def _saver(writer: Writer, vocabulary: Vocabulary, actor: str) -> Saver:
    return Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)


def _reason(given: str) -> str:
    return visible(given)[:LONGEST_REASON]


def _same(held: Word | None, word: Word) -> bool:
    """The same verdict and reason; who gave it first, and when, stays."""
    return held is not None and (held.verdict, held.reason) == (word.verdict, word.reason)


def _detail(word: Word, was: Mapping[Name, Word | None]) -> dict[str, Any]:
    """What the event log keeps of a decision: enough to undo it."""
    return {"reason": word.reason, "was": [[*name, _packed(held)] for name, held in was.items()]}


def _packed(held: Word | None) -> list[Any] | None:
    return [held.verdict, held.reason, held.actor, held.at.isoformat(), held.event] if held is not None else None


def _unpacked(values: list[Any] | None) -> Word | None:
    if values is None:
        return None
    verdict, reason, actor, at, event = values
    return Word(verdict=verdict, reason=reason, actor=actor, at=datetime.fromisoformat(at), event=event)


def _logged(connection: Snapshot, event: int) -> tuple[Any, dict[Name, Word | None]] | None:
    """The event of a decision, and what had been said before it."""
    row = reads.event(connection, event) if 0 < event <= LARGEST else None
    was = json.loads(row.detail).get("was") if row is not None and row.kind in VERDICTS and row.detail else None
    if was is None:
        return None
    return row, {(source, external_id): _unpacked(held) for source, external_id, held in was}


def _standing(connection: Snapshot, event: int, said: Any, was: Mapping[Name, Word | None]) -> set[Name]:
    """The names of which the decision holds, with those that took it over when they came. One that let an absent PMID
    in left no word: it holds until it is undone or somebody speaks again.
    """
    standing = inclusions.of_event(connection, event)
    if not standing and said.kind == "included" and said.study_id is None and not _undone(connection, event):
        return was.keys() - inclusions.words(connection, was).keys()
    return standing


def _before(connection: Snapshot, name: Name, was: Mapping[Name, Word | None]) -> Word | None:
    """The word that holds for a name when a decision is undone: what was said before it, or before that where that was
    undone too. A name that came later has what holds for the PMID from which it took the decision over.
    """
    if name not in was:
        pubmeds = (_before(connection, other, was) for other in was if other[0] == rejections.PUBMED)
        said = [word for word in pubmeds if word is not None and word.verdict == "excluded"]
        return max(said, key=lambda word: word.event, default=None)
    word = was[name]
    if word is None or not _undone(connection, word.event):
        return word
    logged = _logged(connection, word.event)
    return _before(connection, name, logged[1]) if logged is not None else None


def _undone(connection: Snapshot, event: int) -> bool:
    """Whether a decision was undone."""
    return any(json.loads(row.detail)["decision"] == event for row in reads.events_after(connection, event, UNDONE))


def _decision(connection: Snapshot, event: int, said: Any, was: Mapping[Name, Word | None]) -> Decision:
    homes = {known.study_id for known in reads.known(connection, was).values()}
    row = shown(connection, [min(homes)]).get(min(homes)) if homes else None
    absent = next((name for source, name in was if source == rejections.PUBMED), "")
    return Decision(
        event=event,
        key=row.key if row is not None else "",
        pmid=(row.pmid or "") if row is not None else absent,
        title=row.title if row is not None else Markup(""),
        verdict=said.kind,
        actor=said.actor,
        at=reads.utc(said.at),
        reason=json.loads(said.detail)["reason"],
        undoable=not _standing(connection, event, said, was).isdisjoint(was),
    )
