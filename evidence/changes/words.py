"""Sentences for what changed. Plain text without the study's own markup; whoever shows it as HTML escapes it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from evidence import text
from evidence.changes.model import ALARMS, FIELDS, Entry, Step, graver
from evidence.changes.moments import Change, Moment
from evidence.lifecycle import CARRIED, SAID, UNSAID
from evidence.lifecycle.statements import NAMES
from evidence.views import StudyRow
from evidence.vocabulary import Vocabulary

_PERSONS: Final = ("", "participants", "patients", "people")
_STATES: Final = {
    "retracted": "Retracted",
    "withdrawn": "Withdrawn by its publisher",
    "replaced": "Retracted and replaced",
    "concern": "Expression of concern",
    "corrected": "Corrected: a correction has been published",
}
_NO_MORE: Final = {
    "retracted": "No longer said to be retracted",
    "withdrawn": "No longer said to be withdrawn",
    "replaced": "No longer said to be retracted and replaced",
    "concern": "No longer under an expression of concern",
    "corrected": "No correction is named any more",
}
_STILL: Final = {
    "retracted": "It is still retracted",
    "withdrawn": "It is still withdrawn by its publisher",
    "concern": "It is under an expression of concern",
    "corrected": "A correction has been published",
}
"""What still stands where something graver was taken back."""

_MARKS: Final = {
    "retracted": "Retracted",
    "withdrawn": "Withdrawn",
    "replaced": "Retracted and replaced",
    "concern": "Expression of concern",
}
_UPSTREAM: Final = {
    "missing": "PubMed no longer answers to its PMID",
    "deleted": "PubMed has deleted its record",
    "present": "PubMed has its record again",
}
_COUNTED: Final = {
    "retracted": "retracted",
    "withdrawn": "withdrawn",
    "replaced": "retracted and replaced",
    "concern": "under an expression of concern",
}
_TAG_KINDS: Final = {"conditions": "conditions", "interventions": "interventions", "features": "features"}
_SMALL: Final = ("level", "language", "designs", "year")
_LONG: Final = 160
_MACHINES: Final = {
    "crossref": "Crossref",
    **dict.fromkeys(("refresh", "identify", "related"), "PubMed"),
    "import": "an imported file",
    "starter": "the starter library",
}
"""Who the program says did it, where no person did."""


def headline(entry: Entry, vocabulary: Vocabulary) -> str:
    """The entry in one line that can stand alone: "New RCT, n = 54: Wu 2018, Perineural dextrose …"."""
    first, marked = sentence(entry, vocabulary)[0], mark(entry)
    return f"{first}: {f'[{marked}] ' if marked else ''}{name(entry.row)}"


def mark(entry: Entry) -> str:
    """What must stand beside the study whatever else is told of it; "" where nothing must, or the entry says it."""
    return _MARKS.get(entry.row.state, "") if entry.tone != "alarm" and entry.row.state in ALARMS else ""


def who(row: StudyRow) -> str:
    """The first author's name and the year, as far as they are known: "Wu 2018"."""
    surname = re.split(r",| et al", row.byline, maxsplit=1)[0]
    surname = re.sub(r" [^\W\d_a-z]{1,4}$", "", surname)  # initials; the names of groups stay whole
    return " ".join(part for part in (surname, str(row.year) if row.year else "") if part)


def name(row: StudyRow) -> str:
    """A study in a few words: who, when, the title."""
    title = text.clean(text.plain(row.title)) or row.key
    return f"{who(row)}, {title}" if who(row) else title


def figures(entries: Sequence[Entry], vocabulary: Vocabulary) -> str:
    """A difference in figures: "3 new (2 RCTs), 1 gone, 1 retracted, 2 changed; 1 of the leads"."""
    leads = sum(entry.lead for entry in entries)
    entries = [entry for entry in entries if not entry.lead]
    tones = Counter(entry.tone for entry in entries)
    said = []
    if new := [e for e in entries if e.changes[0].what == "came"]:
        trials = sum(e.row.design == "rct" for e in new)
        label = vocabulary.designs["rct"].badge if "rct" in vocabulary.designs else "RCT"
        said.append(f"{len(new):,} new" + (f" ({trials:,} {label}{'s' if trials > 1 else ''})" if trials else ""))
    if tones["gone"]:
        said.append(f"{tones['gone']:,} gone")
    states = Counter(entry.row.state for entry in entries if entry.tone == "alarm")
    said += [f"{n:,} {_COUNTED[state]}" for state, n in sorted(states.items())]
    if tones["changed"]:
        said.append(f"{tones['changed']:,} changed")
    apart = [f"{leads:,} of the leads"] if leads else []
    return "; ".join([", ".join(said), *apart] if said else apart)


def sentence(entry: Entry, vocabulary: Vocabulary) -> list[str]:
    """What changed, the weightiest first; each without a full stop at its end."""
    said = [words for change in entry.changes for words in _each(change, entry, vocabulary)]
    if entry.tone == "alarm" and entry.changes[0].what == "came":
        said.insert(0, f"{_STATES[entry.row.state]}, and {_coming(entry)}")
    return [words for words in said if words] or ["Listed differently"]


def because(step: Step, vocabulary: Vocabulary) -> list[str]:
    """Who or what did it, and the reason given; each once, in the order of events."""
    moments = step.moments if step.told is None else step.told
    told = any(moment.kind in (SAID, UNSAID) for moment in moments)
    silent = (CARRIED, "state-changed") if told else (CARRIED,)
    kept = (moment for moment in moments if moment.kind not in silent)
    return list(dict.fromkeys(words for moment in kept if (words := _why(moment, vocabulary))))


def _each(change: Change, entry: Entry, vocabulary: Vocabulary) -> list[str]:
    if change.what != "state":
        return [_one(change, entry, vocabulary)]
    came = entry.tone == "alarm" and entry.changes[0].what == "came"
    if change.was and graver(change.was, change.now):
        return [_NO_MORE[change.was], "" if came else _STILL.get(change.now, "")]
    return ["" if came else _STATES[change.now]]


def _one(change: Change, entry: Entry, vocabulary: Vocabulary) -> str:
    if change.what == "came":
        return _came(entry, vocabulary)
    if change.what == "left":
        return _left(entry)
    if change.what == "upstream":
        return _UPSTREAM[change.now]
    if change.what == "design":
        return f"Design changed from {_design(vocabulary, change.was)} to {_design(vocabulary, change.now)}"
    if change.what == "size":
        return _size_changed(change)
    if change.what == "conditions" and entry.changes[0].what == "came":
        return ""  # that is how it came
    if change.what in _TAG_KINDS:
        return _tags(change, vocabulary)
    if change.what == "identified":
        return "Identified: no longer a lead" if change.now == "True" else "Not identified any more: a lead"
    if change.what in _SMALL:
        return _small(change, entry)
    return _field(change)


def _came(entry: Entry, vocabulary: Vocabulary) -> str:
    row, verb = entry.row, _VERBS[_how(entry)]
    what = _design(vocabulary, row.design) if row.design != "other" else "study"
    size = "" if row.n is None else f", n = {row.n:,}" + ("" if row.n_unit in _PERSONS else f" {row.n_unit}")
    return f"{verb} {what}{size}" if entry.step.before is None else f"{verb}: {what}{size}"


def _how(entry: Entry) -> str:
    """How a study came."""
    step = entry.step
    if step.before is None:
        return "separated" if step.once else "lead" if entry.lead else "new"
    if step.before.inclusion == "included":
        return "listed"
    return "again" if step.before.inclusion == "excluded" else "included"


_VERBS: Final = {
    "separated": "Separated again: a study of its own,",
    "lead": "New lead,",
    "new": "New",
    "listed": "Now listed here",
    "again": "Included again",
    "included": "Included",
}
_COMING: Final = {
    "separated": "separated again",
    "listed": "now listed here",
    "again": "included here again",
    "included": "included here",
}


def _coming(entry: Entry) -> str:
    return _COMING.get(_how(entry), "new here")


def _left(entry: Entry) -> str:
    step = entry.step
    if step.after is None:
        merged = f"Merged into {step.other.key}" if step.other is not None else "Merged into another study"
        return merged if entry.tone != "alarm" else f"{_STATES[entry.row.state]}: m{merged[1:]}"
    if step.after.inclusion == "excluded":
        return "Excluded"
    return "Waits for a curator again" if step.after.inclusion == "candidate" else "No longer listed here"


def _size_changed(change: Change) -> str:
    if not change.was:
        return f"Size now known: {_n(change.now)}"
    return (
        f"Size changed from {_n(change.was)} to {_n(change.now)}"
        if change.now
        else f"Size no longer known (was {_n(change.was)})"
    )


def _n(stored: str) -> str:
    number, _, unit = stored.partition(" ")
    return f"n = {int(number):,}" + ("" if unit in _PERSONS else f" {unit}")


def _tags(change: Change, vocabulary: Vocabulary) -> str:
    label = _TAG_KINDS[change.what]
    known: dict[str, Any] = dict(getattr(vocabulary, label))
    parts = []
    for verb, tags in (("gained", change.now), ("lost", change.was)):
        if tags:
            named = (tag.partition(":") for tag in tags.split())
            words = (f"{known[s].name if s in known else s}{f' ({role})' if role else ''}" for s, _, role in named)
            parts.append(f"{verb} {', '.join(words)}")
    return f"{label[:1].upper()}{label[1:]}: {'; '.join(parts)}"


def _small(change: Change, entry: Entry) -> str:
    """What follows from something weightier is said only when it stands alone."""
    if {c.what for c in entry.changes}.difference(_SMALL):
        return ""
    names = {"level": "Level of evidence", "language": "Language of the title", "designs": "Designs", "year": "Year"}
    return f"{names[change.what]} changed from {change.was or 'none'} to {change.now or 'none'}"


def _field(change: Change) -> str:
    label = FIELDS[change.what]
    label = label[:1].upper() + label[1:]
    if not change.was:
        return f"{label} added: {_short(change.now)}"
    if not change.now:
        return f"{label} removed (was {_short(change.was)})"
    if text.plain(change.was) == text.plain(change.now):
        return f"{label}: typography corrected"
    return f"{label} corrected from “{_short(change.was)}” to “{_short(change.now)}”"


def _short(value: str) -> str:
    plain = text.clean(text.plain(value))
    return plain if len(plain) <= _LONG else f"{plain[: _LONG - 1].rstrip()}…"


def _design(vocabulary: Vocabulary, slug: str) -> str:
    known = vocabulary.designs.get(slug)
    return known.badge if known else "unknown design" if slug == "other" else slug


def _said(detail: Any) -> str:
    """A statement about the work, as the log keeps it (ingest/statuses.py)."""
    source = NAMES.get(str(detail.get("source", "")), str(detail.get("source", "")))
    if origin := str(detail.get("origin", "")):
        source = f"{source}, passing on {NAMES.get(origin, origin)},"
    where = text.clean(str(detail.get("citation", ""))) or ", ".join(
        f"{scheme.upper()} {value}" for scheme, _, value in (str(n).partition(":") for n in detail.get("notice", ()))
    )
    kind = str(detail.get("kind", "")).replace("-", " ")
    parts = (where and f"notice {where}", detail.get("date"))
    more = "; ".join(_short(str(part)) for part in parts if part)
    return f"{source} names {_article(kind)} {kind}{f' ({more})' if more else ''}"


def _unsaid(detail: Any) -> str:
    """A statement that is made no longer, or is taken back: a key begins with source and kind (lifecycle.Statement)."""
    source, kind = _whose(detail.get("key", ""))
    if not kind:
        return "A statement about it is no longer made"
    other, back = _whose(detail.get("by", ""))
    if back:
        return f"The {back} that {other} names takes back the {kind} that {source} names"
    return f"{source} no longer names {_article(kind)} {kind}"


def _whose(key: Any) -> tuple[str, str]:
    """The source of a statement and its kind, in words."""
    source, _, rest = str(key).partition("|")
    return NAMES.get(source, text.clean(source)), text.clean(rest.partition("|")[0].replace("-", " "))


def _article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"


def _why(moment: Moment, vocabulary: Vocabulary) -> str:
    detail, actor = moment.detail, text.clean(moment.actor)
    if moment.kind == SAID:
        return _said(detail)
    if moment.kind == UNSAID:
        return _unsaid(detail)
    who = "PubMed" if moment.run is not None and actor != "crossref" else _MACHINES.get(actor, actor)
    if moment.kind == "tag-decided":
        return _decided(detail, actor, vocabulary)
    if moment.kind == "tag-decision-undone":
        return f"{actor} took back a decision on {_tag(detail, vocabulary)}"
    if moment.kind in ("studies-merged", "merged-away", "record-joined"):
        reasons = "; ".join(text.clean(str(reason)) for reason in detail.get("reasons", ()))
        return f"Merged by {'the program' if detail.get('rule') != 'curator' else actor}: {reasons}"
    if moment.kind in ("merge-undone", "merge-taken-back"):
        return f"Merge undone by {actor}"
    if moment.kind in ("excluded", "included"):
        reason = text.clean(str(detail.get("reason", "")))
        return f"By {who}{f', because {reason}' if reason else ''}"
    return {
        "merge-withdrawn": "The program took its merge back",
        "study-retagged": "Tags made anew",
        "study-revised": f"As {who} now gives it",
        "study-added": f"From {who}",
        "state-changed": f"A notice came from {who}",
        "candidate": f"By {who}",
        "inclusion-undone": f"{actor} took back what was said of whether it belongs here",
        "judged-different": f"{actor} said that it is another study",
        "upstream-present": "",
        "upstream-missing": "",
        "upstream-deleted": "",
        "claims-changed": "",
        "study-separated": "",
        "records-left": "",
    }.get(moment.kind, f"By {who}")


def _decided(detail: Any, actor: str, vocabulary: Vocabulary) -> str:
    verb = {"yes": "said yes to", "no": "said no to"}.get(detail.get("verdict", ""), "left to the program")
    reason = text.clean(str(detail.get("reason", "")))
    return f"{actor} {verb} {_tag(detail, vocabulary)}{f': {reason}' if reason else ''}"


def _tag(detail: Any, vocabulary: Vocabulary) -> str:
    kind, slug = str(detail.get("kind", "tag")), str(detail.get("slug", ""))
    lists: dict[str, dict[str, Any]] = {
        "design": dict(vocabulary.designs),
        "feature": dict(vocabulary.features),
        "condition": dict(vocabulary.conditions),
        "intervention": dict(vocabulary.interventions),
    }
    known = lists.get(kind, {}).get(slug)
    return f"{kind} “{known.name if known else slug}”"


def sentences(lines: Iterable[str]) -> str:
    """Lines as one text: each with one full stop, also where it ends with an abbreviation's or a quotation's."""
    return " ".join(line if line.rstrip("”’\"'").endswith((".", "!", "?", "…")) else f"{line}." for line in lines)
