"""What a study shows, computed from its source records: columns, tags, facet values, after-image. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence import merging, recordjson, text
from evidence.identifiers import WORK_SCHEMES
from evidence.lifecycle import LifeCycle
from evidence.records import Markup, Record, SampleSize
from evidence.store import contradictions, reads, standing
from evidence.store.reads import Member
from evidence.tagging import registries, sizes
from evidence.vocabulary import Vocabulary

_UNKNOWN_ORDER: Final = 99
_NO_TITLE: Final = ("", "not available", "no title available", "in process citation")
"""What PubMed prints where it has no title: https://www.nlm.nih.gov/bsd/mms/medlineelements.html#ti"""
_LANGUAGES: Final = {
    "eng": "en", "ger": "de", "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "chi": "zh", "jpn": "ja",
    "kor": "ko", "pol": "pl", "tur": "tr", "dut": "nl", "cze": "cs", "hun": "hu", "swe": "sv", "dan": "da", "nor": "no",
    "fin": "fi", "per": "fa", "ara": "ar", "heb": "he", "gre": "el", "ukr": "uk", "rum": "ro", "bul": "bg", "hrv": "hr",
}  # fmt: skip
"""NLM's language codes (MARC, https://www.loc.gov/marc/languages/) as HTML's lang attribute wants them."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A study as it is to be shown."""

    record: Record
    tags: tuple[merging.EffectiveTag, ...]
    columns: dict[str, Any]
    doubts: tuple[str, ...] = ()  # facet values of what NLM and the words contradict each other about
    cycle: LifeCycle = LifeCycle()  # what is said of it after it appeared

    def facets(self) -> list[str]:
        """Its facet values (store/facets.py names them)."""
        return standing.values(self.columns, [(t.kind, t.slug, t.central) for t in self.tags], self.doubts)


def project(
    members: Sequence[Member],
    cycle: LifeCycle,
    choices: dict[str, str],
    vocabulary: Vocabulary,
    primary: Callable[[Collection[str]], str],
) -> Projection:
    """The study that these source records make. `cycle`: what they, notices and lists of retractions say of it."""
    records = [m.record for m in members]
    record = merging.project(records)
    if choices:
        record = merging.with_choices(record, choices, {m.id: m.record for m in members})
    tags, concluded = conclusions(members, vocabulary, primary)
    columns = {
        "publication_state": cycle.state,
        "upstream_state": upstream_state(members),
        "inclusion": inclusion(members),
        "title": shown_title(record),
        "byline": text.byline(record.authors, complete=record.authors_complete),
        "citation": merging.citation_line(record),
        "language": _language(record),
        "year": record.year,
        "pmid": record.id("pmid"),
        "doi": record.id("doi"),
        "pmcid": record.id("pmcid"),
        "identified": any(i.scheme in WORK_SCHEMES for i in record.identifiers),
        **concluded,
    }
    return Projection(record, tags, columns, doubts(members, vocabulary), cycle)


def doubts(members: Sequence[Member], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Facet values of the tags on which NLM's labels and the words differ; of an excluded study nobody is asked."""
    if inclusion(members) == "excluded":
        return ()
    return contradictions.facets((t for m in members for t in m.tags), vocabulary)


def conclusions(
    members: Sequence[Member], vocabulary: Vocabulary, primary: Callable[[Collection[str]], str]
) -> tuple[tuple[merging.EffectiveTag, ...], dict[str, Any]]:
    """What is concluded about a study rather than said by its sources: the tags that stand, and the columns that
    follow from them, from the vocabulary, from the sample sizes and from the registrations that the words name.

    These stay out of the record's identifiers: a review that cites a trial's number is not that trial, nor its report.
    """
    tags = merging.effective_tags([t for m in members for t in m.tags])
    design = primary_design(members, tags, primary)
    known = vocabulary.designs.get(design)
    size = sample_size(members)
    columns = {
        "design": design,
        "design_order": known.order if known else _UNKNOWN_ORDER,
        "level": known.level if known else None,
        "n": size.n if size else None,
        "n_unit": size.unit if size else "",
        "n_quote": size.quote if size else "",
        "tags": " ".join(f"{t.kind}:{t.slug}:{t.role}" for t in tags if t.central),
        "registrations": " ".join(registries.shown(sorted((m.record for m in members), key=merging.precedence))),
    }
    return tags, columns


def sample_size(members: Sequence[Member]) -> SampleSize | None:
    """How many were studied: what a source states as a number, else what the first abstract that tells it says.

    A protocol's planned number is none: nobody has been studied yet.
    """
    records = sorted((m.record for m in members), key=merging.precedence)
    read = (sizes.sample_size(r) for r in records)
    return merging.sample_size(records) or next((s for s in read if s and s.basis != "planned"), None)


def upstream_state(members: Sequence[Member]) -> str:
    """What the sources that are asked again say: present while one of them gives the work."""
    asked = [m.upstream for m in members if m.record.source in ASKED_AGAIN] or [m.upstream for m in members]
    return next((state for state in ("present", "deleted", "missing") if state in asked), "present")


ASKED_AGAIN: Final = frozenset({"pubmed"})
"""Sources whose records can vanish; a person's file says what it said for ever."""


def inclusion(members: Sequence[Member]) -> str:
    """What a person said last of any of its records holds for the whole study; else one source that includes it is
    enough.
    """
    said = reads.last_word(members)
    if said is not None:
        return said.verdict
    states = {m.inclusion for m in members}
    return next((state for state in ("excluded", "included") if state in states), "candidate")


def shown_title(record: Record) -> Markup:
    """The title, or the one in the work's own language where PubMed has no English one."""
    if record.vernacular_title and record.title.strip("[]. ").lower() in _NO_TITLE:
        return record.vernacular_title
    return record.title


def primary_design(
    members: Sequence[Member], tags: Sequence[merging.EffectiveTag], primary: Callable[[Collection[str]], str]
) -> str:
    """The design a study is listed under: among a curator's tags, else a hand-made source's, else all."""
    standing = {t.slug for t in tags if t.kind == "design"}
    reasons = [v for m in members for v in m.tags if v.kind == "design" and v.slug in standing]
    for origin in ("curator", "import"):
        stated = {v.slug for v in reasons if v.origin == origin and v.status == "asserted"}
        if stated:
            return primary(stated)
    return primary(standing)


def _language(record: Record) -> str:
    """The language of the shown title: PubMed translates titles into English and puts them in brackets."""
    if not record.languages or shown_title(record).startswith("["):
        return ""
    code = record.languages[0].lower()
    short = _LANGUAGES.get(code, code if len(code) == 2 else "")
    return "" if short == "en" else short


def image(study: dict[str, Any], projection: Projection, extra: dict[str, Any]) -> bytes:
    """The complete after-image of a study for the event log: JSON with its columns, tags, keys, members and record."""
    tags = [[t.kind, t.slug, t.role, t.central] for t in projection.tags]
    head = json.dumps({"study": study, "tags": tags, **extra}, ensure_ascii=False, sort_keys=True, default=str)
    return head[:-1].encode() + b', "record": ' + recordjson.dump(projection.record) + b"}"
