"""A curator's yes or no to a tag: one transaction, logged with who and why, and undone exactly.

The word is kept with every source record that the study has when it is given. So it survives each retag, refresh and
import, goes where its record goes when studies are merged or separated, and beats whatever the machine says of the
study that holds the record (merging.effective_tags).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from evidence import tagging
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.ingest.studies import Saver
from evidence.store import queries, reads, writes
from evidence.store.engine import Store, Writer
from evidence.store.keys import Keys
from evidence.store.reads import Member, label
from evidence.text import clean, fold, visible
from evidence.views import TagView
from evidence.vocabulary import Vocabulary

Verdict = Literal["yes", "no", "clear"]
VERDICTS: Final[tuple[Verdict, ...]] = ("yes", "no", "clear")
ROLES: Final = ("active", "comparator")
DECIDED: Final = "tag-decided"
UNDONE: Final = "tag-decision-undone"
LONGEST_REASON: Final = 2000
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a tag. `key`: the study's; `event`: what `undo_tag` takes, 0 when it was decided so before."""

    event: int
    key: str
    kind: str
    slug: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision about a tag as it was logged. `key` is the study's now; `undoable`: it stands as it was made."""

    event: int
    key: str
    kind: str
    slug: str
    label: str
    verdict: Verdict
    actor: str
    at: datetime
    reason: str
    undoable: bool


def kinds(vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """The kinds of tags whose slugs the vocabulary lists: kind → its entries by slug."""
    return {
        "design": dict(vocabulary.designs),
        "feature": dict(vocabulary.features),
        "condition": dict(vocabulary.conditions),
        "intervention": dict(vocabulary.interventions),
    }


def tag_named(vocabulary: Vocabulary, name: str) -> tuple[str, str]:
    """The (kind, slug) that a person means: "condition:carpal-tunnel-syndrome", or a name or slug that only one entry
    of the vocabulary has, such as "Carpal tunnel syndrome". Raises UsageProblem.
    """
    kind, colon, slug = (part.strip() for part in clean(name).partition(":"))
    if colon and _SLUG.fullmatch(slug) and _SLUG.fullmatch(kind):
        return kind, slug
    wanted = fold(name)
    found = {
        (kind, slug)
        for kind, entries in kinds(vocabulary).items()
        for slug, entry in entries.items()
        if wanted in (fold(slug), fold(entry.name))
    }
    if not found and vocabulary.names.get(wanted):
        found = {("condition", vocabulary.names[wanted])}
    if len(found) != 1:
        several = f"may be {' or '.join(sorted(map(':'.join, found)))}" if found else "is no tag known here"
        raise UsageProblem(f"tag {clean(name)[:80]!r}", f"{several}; write it as condition:carpal-tunnel-syndrome")
    return found.pop()


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a tag. `role` is an intervention's; without one, the role that it usually has."""

    kind: str
    slug: str
    verdict: Verdict
    role: str = ""


def decide_tag(
    store: Store,
    vocabulary: Vocabulary,
    key: str,
    kind: str,
    slug: str,
    verdict: Verdict,
    *,
    actor: str,
    reason: str = "",
    role: str = "",
) -> Decided:
    """Say that a study (by key, PMID, DOI or PMCID) has a tag, that it has not, or take back what curators said of it.

    `role` is an intervention's: active or comparator. Nothing is written when it stands decided so already. Raises
    NotFound for an unknown study or tag, UsageProblem for a wrong role.
    """
    said = [Said(kind, slug, verdict, role)]
    return decide_tags(store, vocabulary, key, said, actor=actor, reason=reason)[0]


def decide_tags(
    store: Store, vocabulary: Vocabulary, key: str, said: Sequence[Said], *, actor: str, reason: str = ""
) -> tuple[Decided, ...]:
    """The same for several tags of one study, each a decision of its own: all are decided on or none."""
    why = _clean(reason)
    with store.write() as writer:
        study = _study_named(writer, key)
        return tuple(_decided(writer, vocabulary, study, one, actor, why) for one in said)


def _decided(writer: Writer, vocabulary: Vocabulary, study: int, said: Said, actor: str, reason: str) -> Decided:
    kind, slug, verdict = said.kind, said.slug, said.verdict
    saver = _saver(writer, vocabulary, actor)
    saver.load([study])
    members = saver.members(study)
    _check(vocabulary, members, kind, slug, verdict)
    role = _role(vocabulary, kind, slug, said.role) if verdict == "yes" else _no_role(said.role)
    word = None if verdict == "clear" else _word(vocabulary, kind, slug, verdict, role, reason, writer, actor)
    was = {m.id: _said(m, kind, slug) for m in members}
    named = reads.key_of(writer.connection, study)
    if all(_same(held, word) for held in was.values()):
        return Decided(0, named, kind, slug, verdict)
    _put(saver, members, dict.fromkeys(was, word), kind, slug)
    detail = {"kind": kind, "slug": slug, "verdict": verdict, "role": role, "reason": reason}
    saver.changed(study, DECIDED, {**detail, "was": {str(n): _packed(held) for n, held in was.items()}})
    saver.save()
    return Decided(reads.last_event(writer.connection, study, DECIDED), named, kind, slug, verdict)


def undo_tag(store: Store, vocabulary: Vocabulary, event: int, *, actor: str) -> Decided:
    """Undo the decision with this event number: what curators had said before it holds again, word for word.

    Raises NotFound, and Conflict when the tag was decided anew since then, or the decision was undone already.
    """
    subject = f"tag decision {event}"
    with store.write() as writer:
        row = reads.event(writer.connection, event) if 0 < event <= _LARGEST else None
        if row is None or row.kind != DECIDED:
            raise NotFound(subject, "there is none of that number")
        said = json.loads(row.detail)
        kind, slug = said["kind"], said["slug"]
        was = {int(n): _unpacked(held, vocabulary, kind, slug) for n, held in said["was"].items()}
        homes = {n: place.study_id for n, place in reads.places(writer.connection, was).items()}
        saver = _saver(writer, vocabulary, actor)
        studies = sorted(set(homes.values()))
        saver.load(studies)
        members = [saver.member(n) for n in sorted(was)]
        if not all(_is_of(_said(m, kind, slug), said, row) for m in members):
            raise Conflict(subject, "the tag was decided anew since then, or this was undone already")
        _put(saver, members, was, kind, slug)
        for study in studies:
            saver.changed(study, UNDONE, {"decision": event, "kind": kind, "slug": slug})
        saver.save()
        return Decided(event, reads.key_of(writer.connection, homes[min(was)]), kind, slug, said["verdict"])


def decision(store: Store, vocabulary: Vocabulary, event: int) -> Decision | None:
    """The decision about a tag that was logged under this event number; None when there is none."""
    with store.read() as connection:
        row = reads.event(connection, event) if 0 < event <= _LARGEST else None
        if row is None or row.kind != DECIDED:
            return None
        said = json.loads(row.detail)
        kind, slug = said["kind"], said["slug"]
        records = [int(n) for n in said["was"]]
        homes = reads.places(connection, records)
        held = reads.tags_of(connection, records, vocabulary)
        words = [_of_curator(held.get(n, ()), kind, slug) for n in records]
        return Decision(
            event=event,
            key=reads.key_of(connection, homes[min(records)].study_id),
            kind=kind,
            slug=slug,
            label=label(vocabulary, kind, slug),
            verdict=said["verdict"],
            actor=row.actor,
            at=reads.utc(row.at),
            reason=said["reason"],
            undoable=all(_is_of(word, said, row) for word in words),
        )


def _study_named(writer: Writer, key: str) -> int:
    study = queries.number_of(writer.connection, key)
    if study is None:
        raise NotFound(key, "no study has that key, PMID, PMCID or DOI")
    return study


def _saver(writer: Writer, vocabulary: Vocabulary, actor: str) -> Saver:
    return Saver(writer, vocabulary, Keys(writer), primary=tagging.primary, actor=actor)


def _put(saver: Saver, members: Sequence[Member], words: dict[int, TagView | None], kind: str, slug: str) -> None:
    """Give each of these records its word on the tag, or none, in place of the one that it has."""
    gone, new = {}, {}
    for member in members:
        held, word = _said(member, kind, slug), words[member.id]
        gone[member.id] = [held] if held else []
        new[member.id] = [word] if word else []
        kept = tuple(tag for tag in member.tags if tag != held)
        saver.put(replace(member, tags=(*kept, *new[member.id])))
    writes.replace_tags(saver.writer, gone, new)


def _check(vocabulary: Vocabulary, members: Sequence[Member], kind: str, slug: str, verdict: str) -> None:
    """Whether the tag can be decided on: the vocabulary lists it, the study has it, or it is a topic."""
    if verdict not in VERDICTS:
        raise UsageProblem("verdict", "say yes, no or clear")
    known: Collection[str] = kinds(vocabulary).get(kind, ())
    if slug in known or any((t.kind, t.slug) == (kind, slug) for m in members for t in m.tags):
        return
    if kind != "topic" or not _SLUG.fullmatch(slug):
        listed = kind if kind in kinds(vocabulary) else f"{' or '.join(kinds(vocabulary))}"
        raise NotFound(f"tag {kind[:40]}:{slug[:80]}", f"there is no {listed} of that name here")


def _role(vocabulary: Vocabulary, kind: str, slug: str, role: str) -> str:
    if kind != "intervention":
        return _no_role(role)
    if role not in ("", *ROLES):
        raise UsageProblem("role", f"{role[:40]!r} is none; say {' or '.join(ROLES)}")
    usual = vocabulary.interventions.get(slug)
    return role or (usual.role if usual else "")


def _no_role(role: str) -> str:
    if role:
        raise UsageProblem("role", "only an intervention that a study has, has a role in it")
    return ""


def _word(
    vocabulary: Vocabulary, kind: str, slug: str, verdict: str, role: str, reason: str, writer: Writer, actor: str
) -> TagView:
    return TagView(
        kind=kind,
        slug=slug,
        label=label(vocabulary, kind, slug),
        origin="curator",
        status="asserted" if verdict == "yes" else "rejected",
        evidence=reason,
        rule="curator",
        role=role,
        actor=actor,
        at=writer.now,
    )


def _clean(reason: str) -> str:
    return visible(reason)[:LONGEST_REASON]


def _said(member: Member, kind: str, slug: str) -> TagView | None:
    """What curators said of the tag on this record."""
    return _of_curator(member.tags, kind, slug)


def _of_curator(tags: Iterable[TagView], kind: str, slug: str) -> TagView | None:
    return next((t for t in tags if t.origin == "curator" and (t.kind, t.slug) == (kind, slug)), None)


def _same(held: TagView | None, word: TagView | None) -> bool:
    """The same verdict, role and reason; who gave it first, and when, stays."""
    if held is None or word is None:
        return held is word
    return (held.status, held.role, held.evidence) == (word.status, word.role, word.evidence)


def _packed(held: TagView | None) -> list[str] | None:
    if held is None or held.at is None:
        return None
    return [held.status, held.role, held.evidence, held.actor, held.at.isoformat()]


def _unpacked(values: list[str] | None, vocabulary: Vocabulary, kind: str, slug: str) -> TagView | None:
    if values is None:
        return None
    status, role, reason, actor, at = values
    return TagView(
        kind=kind,
        slug=slug,
        label=label(vocabulary, kind, slug),
        origin="curator",
        status=status,
        evidence=reason,
        rule="curator",
        role=role,
        actor=actor,
        at=datetime.fromisoformat(at),
    )


def _is_of(held: TagView | None, said: dict[str, Any], row: Any) -> bool:
    """Whether what stands on a record is what that decision put there."""
    if said["verdict"] == "clear":
        return held is None
    status = "asserted" if said["verdict"] == "yes" else "rejected"
    made = (status, said["role"], said["reason"], row.actor, reads.utc(row.at))
    return held is not None and (held.status, held.role, held.evidence, held.actor, held.at) == made
