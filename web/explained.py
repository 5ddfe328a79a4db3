"""The tags of a study, prepared for its page: each once, whether it stands, with everything that speaks for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evidence.explaining import Explanation, explain, standing
from evidence.merging import EffectiveTag
from evidence.records import Record
from evidence.views import Study, TagView
from evidence.vocabulary import Vocabulary
from web import wording

KINDS: Final = {
    "design": "Design",
    "condition": "Condition",
    "intervention": "Intervention",
    "topic": "Topic",
    "feature": "Feature",
}
_ADDRESS: Final = re.compile(r",?\s*https?://\S+")


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a tag, or unmade it: who says so, the words with what surrounds them and their place, the rule.

    `rule` is empty where the place says as much; `code` is its name in the program.
    """

    source: str
    before: str
    evidence: str
    after: str
    quoted: bool
    place: str
    rule: str
    code: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A tag and everything that causes it. `verdict`: a curator's yes or no, or "" when none has decided."""

    kind: str
    name: str
    tag: str  # "condition:carpal-tunnel-syndrome", as forms send it
    role: str
    url_slug: str  # of a condition page, or ""
    note: str  # "comparator", "mentioned", "suggested", "rejected by a curator"
    rejected: bool
    verdict: str
    causes: tuple[Cause, ...]


def reasons(study: Study, vocabulary: Vocabulary) -> tuple[Reason, ...]:
    """The tags in words, each once, with all that caused it."""
    found: dict[tuple[str, str], list[TagView]] = {}
    for tag in study.tags:
        found.setdefault((tag.kind, tag.slug), []).append(tag)
    records = tuple(member.record for member in study.members)
    stands = standing(study.tags)
    return tuple(_reason(tags, stands.get(name), records, vocabulary) for name, tags in found.items())


def _reason(
    tags: list[TagView], stands: EffectiveTag | None, records: Sequence[Record], vocabulary: Vocabulary
) -> Reason:
    tag = tags[0]
    decided = any(t.origin == "curator" for t in tags)
    verdict = ("yes" if stands else "no") if decided else ""
    role = stands.role if stands else tag.role
    notes = [
        role if role == "comparator" else "",
        "mentioned" if tag.kind == "condition" and stands and not stands.central else "",
        "" if stands or decided else "suggested",
        {"yes": "confirmed by a curator", "no": "rejected by a curator"}.get(verdict, ""),
    ]
    ordered = sorted(tags, key=lambda t: t.origin != "curator")
    return Reason(
        kind=KINDS.get(tag.kind, tag.kind.capitalize()),
        name=tag.label or tag.slug,
        tag=f"{tag.kind}:{tag.slug}",
        role=role,
        url_slug=tag.slug if tag.kind == "condition" and tag.slug in vocabulary.conditions else "",
        note=", ".join(n for n in notes if n),
        rejected=verdict == "no",
        verdict=verdict,
        causes=tuple(dict.fromkeys(cause(t, records) for t in ordered)),  # two sources may say the same words
    )


def cause(tag: TagView, records: Sequence[Record]) -> Cause:
    """One reason of a tag; its words are looked for in these records."""
    why = explain(tag, records)
    stated = tag.origin == "import"  # the addresses behind a stated tag stand in the block of provenance
    return Cause(
        source=_who(why),
        before=why.quote.before,
        evidence=_ADDRESS.sub("", why.quote.words) if stated else why.quote.words,
        after=why.quote.after,
        quoted=not stated,
        place=f"in {why.quote.place}" if why.quote.place else "",
        rule="" if stated else why.rule,
        code=why.name,
    )


def _who(why: Explanation) -> str:
    if why.origin != "curator":
        return why.source + (" (a suggestion)" if why.suggested else "")
    when = f", {wording.minute(why.at)}" if why.at else ""
    return f"{why.actor or 'A curator'} said {why.verdict}{when}"
