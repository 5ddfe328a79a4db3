"""Conditions, interventions, designs and saved searches: data/ (read-only) with the store's overlay on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["", "active", "comparator"]
DesignGroup = Literal["guideline", "review", "trial", "observational", "laboratory", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshLink:
    """A MeSH descriptor and its tree numbers."""

    ui: str
    name: str
    trees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition: its names, its MeSH descriptors, its place. Abbreviations count only beside a full name."""

    slug: str
    name: str
    synonyms: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()  # further words that tag a study in title, abstract or keywords
    mesh: tuple[MeshLink, ...] = ()
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
    phrases: tuple[str, ...] = ()
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
    level: int | None
    order: int  # position in lists: guidelines first, then level 1 … 5, then what is not ranked
    definition: str = ""
    publication_types: tuple[str, ...] = ()  # PubMed publication types that state it
    mesh: tuple[str, ...] = ()  # MeSH descriptor UIs that state it
    phrases: tuple[str, ...] = ()  # words in the title (or labels) that state it


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A saved PubMed search."""

    name: str
    label: str
    query: str
    conditions: tuple[str, ...] = ()
    include: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything above, by slug, in file order."""

    conditions: dict[str, Condition]
    interventions: dict[str, Intervention]
    designs: dict[str, Design]
    searches: dict[str, Search]
    hash: str = ""
