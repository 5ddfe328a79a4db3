"""What the vocabulary holds: conditions, interventions, designs and saved searches, and how they are looked up."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Final, Literal

from evidence.identifiers import Identifier
from evidence.text import fold

MAX_SEARCH_WORDS: Final = 80
MAX_NAME_WORDS: Final = 12
"""Limits of `find_conditions`: words of a search text that are read, words of the longest name."""

DESIGNS: Final = (
    *("guideline", "network-meta-analysis", "meta-analysis", "systematic-review", "rct", "nonrandomised-trial"),
    *("cohort", "single-arm-trial", "clinical-trial", "case-control", "case-series", "case-report", "animal"),
    *("cadaver", "in-vitro", "scoping-review", "cross-sectional", "diagnostic-accuracy", "secondary-analysis"),
    *("economic-evaluation", "survey", "qualitative", "narrative-review", "technical-report", "book-chapter"),
    *("editorial", "letter", "comment", "protocol", "erratum", "retraction-notice", "other"),
)
"""The closed list of designs, in the order of lists: guidelines, OCEBM 2011 levels 1 to 5, what is not ranked."""

FEATURES: Final = (
    *("crossover", "cluster", "double-blind", "single-blind", "placebo", "prospective", "retrospective"),
    *("longitudinal", "follow-up", "multicentre", "pilot"),
)
"""The closed list of features (how a study was done, whatever its design), in the order of lists."""

Role = Literal["", "active", "comparator"]
DesignGroup = Literal["guideline", "review", "trial", "observational", "laboratory", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshLink:
    """A MeSH descriptor and its tree numbers.

    `via` is set when the descriptor is broader than the entry that links it: the entry term by which MeSH files the
    narrower thing there ("Bursitis" by "Frozen Shoulder"). Such a heading alone says too little to tag a study.
    """

    ui: str
    name: str
    trees: tuple[str, ...] = ()
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextualPhrases:
    """Phrases that count only in context: a word of every group in `needs`, none of `unless` (`*` = any ending).

    For designs the context is the title, and so is the place of the phrase, unless `anywhere`.
    """

    phrases: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    anywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition: its names, its MeSH descriptors, its place.

    Abbreviations count only in a record that also has a full name, a heading or a word of `context`.
    """

    slug: str
    name: str
    synonyms: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    context: tuple[str, ...] = ()  # words beside which an abbreviation counts without a full name; * = any ending
    exclude: tuple[str, ...] = ()  # phrases that mean something else: they hide names inside, and abbreviations
    phrases: tuple[str, ...] = ()  # further words that tag a study in title, abstract or keywords
    contextual: tuple[ContextualPhrases, ...] = ()
    mesh: tuple[MeshLink, ...] = ()  # descriptors that mean the condition or lie wholly inside it; others have `via`
    parent: str = ""
    body_region: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """An intervention and the role it usually has here."""

    slug: str
    name: str
    synonyms: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    contextual: tuple[ContextualPhrases, ...] = ()
    mesh: tuple[MeshLink, ...] = ()
    role: Role = "active"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A study design: OCEBM 2011 level for treatment benefit (None: not ranked), display order, badge."""

    slug: str
    name: str
    badge: str  # short word for the row
    icon: str  # one of the icons the pages have
    group: DesignGroup
    level: int | None = None
    order: int  # position in lists: guidelines first, then level 1 … 5, then what is not ranked
    definition: str = ""
    source: str = ""  # address of the public text that the definition and the level follow
    publication_types: tuple[str, ...] = ()  # PubMed publication types that state it
    mesh: tuple[str, ...] = ()  # MeSH descriptor UIs that state it
    phrases: tuple[str, ...] = ()  # words in the title (or labels) that state it; ^ and $ anchor to its ends
    contextual: tuple[ContextualPhrases, ...] = ()
    excludes: tuple[str, ...] = ()  # designs that cannot hold beside it
    excludes_inferred: tuple[str, ...] = ()  # designs that do not hold beside it on words or headings alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature: what it means, the indexing that states it, and the phrases that do. `source` as for designs."""

    slug: str
    name: str
    definition: str
    source: str = ""
    mesh: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


EVERY: Final = 24
"""Hours after which a saved search is due again unless it says otherwise: PubMed is updated daily."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A saved PubMed search. `every`: the hours after which it is due again."""

    name: str
    label: str
    query: str
    conditions: tuple[str, ...] = ()
    include: bool = True
    note: str = ""
    every: int = EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A trial registration that concerns the library's conditions.

    `published_as` is the article with its results, `published_certain` whether that link was printed rather than
    inferred; `protocol_as` is a published protocol, which is no result.
    """

    registry_id: str = ""  # empty when the page that describes the trial does not show it
    topic: str
    conditions: tuple[str, ...] = ()
    enrolment: int | None = None
    published_as: Identifier | None = None
    published_certain: bool = False
    protocol_as: Identifier | None = None
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything above, by slug, in file order; equal and hashable by its content."""

    conditions: dict[str, Condition]
    interventions: dict[str, Intervention]
    designs: dict[str, Design]
    searches: dict[str, Search]
    hash: str = ""  # computed from the content when not given
    descriptors: dict[str, MeshLink] = field(default_factory=dict, repr=False)  # MeSH below the entries' trees, by UI
    design_masks: tuple[str, ...] = field(default=(), repr=False)  # title words about studies of others
    features: dict[str, Feature] = field(default_factory=dict)
    names: dict[str, str] = field(init=False, repr=False, compare=False)  # every spelling of a condition's names → slug

    def __post_init__(self) -> None:
        object.__setattr__(self, "hash", self.hash or _content_hash(self))
        names: dict[str, str] = {}
        for slug, condition in self.conditions.items():
            for name in (condition.name, slug, *condition.synonyms, *(m.via or m.name for m in condition.mesh)):
                names.update((fold(s), slug) for s in spellings(name) if names.get(fold(s), slug) == slug)
        for slug, condition in self.conditions.items():
            for name in condition.abbreviations:
                names.setdefault(fold(name), slug)
        object.__setattr__(self, "names", names)

    def __hash__(self) -> int:
        return hash(self.hash)

    def find_conditions(self, text: str) -> tuple[str, ...]:
        """Slugs of the conditions that a search text names: its longest runs of words that are a name ("CTS")."""
        found: dict[str, None] = {}
        words = fold(text).split()[:MAX_SEARCH_WORDS]
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + MAX_NAME_WORDS), start, -1):
                slug = self.names.get(" ".join(words[start:end]))
                if slug:
                    found.setdefault(slug)
                    start = end - 1
                    break
            start += 1
        return tuple(found)

    def ancestors(self, slug: str) -> tuple[str, ...]:
        """The condition's parent, its parent's parent, and so on; empty for a slug that is not here."""
        found: list[str] = []
        current = self.conditions.get(slug)
        while current and current.parent and current.parent not in found:
            found.append(current.parent)
            current = self.conditions.get(current.parent)
        return tuple(found)

    def descendants(self, slug: str) -> tuple[str, ...]:
        """Every condition below this one, in file order."""
        return tuple(other for other in self.conditions if other != slug and slug in self.ancestors(other))


_SPELLINGS: Final = (
    *(("ised", "ized"), ("isation", "ization"), ("anaesth", "anesth"), ("paraesth", "paresth"), ("oedema", "edema")),
    *(("orthopaed", "orthoped"), ("paediatr", "pediatr"), ("centre", "center"), ("programme", "program")),
)
"""British and American forms of the words that occur in the vocabulary."""


def spellings(phrase: str) -> tuple[str, ...]:
    """The ways a phrase is written: British and American, with and without hyphen, singular and plural; it first."""
    forms = {phrase: None}
    for one, other in (*_SPELLINGS, *((american, british) for british, american in _SPELLINGS)):
        forms |= {f.replace(one, other): None for f in forms}
    forms |= {f.replace("-", ""): None for f in forms}
    return tuple(forms | {_plural(f): None for f in forms})


def _plural(phrase: str) -> str:
    if not phrase[-1:].isalpha() or phrase.endswith("s") and not phrase.endswith("is"):
        return phrase
    if phrase.endswith("is"):
        return phrase[:-2] + "es"
    if phrase.endswith("y") and phrase[-2:-1] not in "aeiou":
        return phrase[:-1] + "ies"
    return phrase + "s"


def _content_hash(vocabulary: Vocabulary) -> str:
    """SHA-256 over everything that can change a tag, a list or a name; the order of entries counts."""
    parts = [vocabulary.conditions, vocabulary.interventions, vocabulary.designs, vocabulary.searches]
    parts.append(vocabulary.features)
    content = [[asdict(entry) for entry in part.values()] for part in parts]  # type: ignore[attr-defined]
    content.append([asdict(d) for d in vocabulary.descriptors.values()])
    text = json.dumps([content, vocabulary.design_masks], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
