"""Conditions, interventions, designs and saved searches: data/ (read-only) with the store's overlay on top.

`load` reads the files installed as `evidence.data` and refuses what breaks their rules, naming file and entry.
The facts and their sources are described in data/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from evidence.vocabulary.files import features, load, registrations, starter_path
from evidence.vocabulary.model import (
    DESIGNS,
    EVERY,
    FEATURES,
    Condition,
    ContextualPhrases,
    Design,
    DesignGroup,
    Feature,
    Intervention,
    MeshLink,
    Registration,
    Role,
    Search,
    Vocabulary,
    spellings,
)
from evidence.vocabulary.rules import checked

__all__ = [
    "EVERY",
    "DESIGNS",
    "FEATURES",
    "Condition",
    "ContextualPhrases",
    "Design",
    "DesignGroup",
    "Feature",
    "Intervention",
    "MeshLink",
    "Registration",
    "Role",
    "Search",
    "Vocabulary",
    "features",
    "load",
    "registrations",
    "spellings",
    "starter_path",
    "with_overlay",
]


def with_overlay(
    vocabulary: Vocabulary,
    *,
    conditions: Iterable[Condition] = (),
    searches: Iterable[Search] = (),
    descriptors: Iterable[MeshLink] = (),
) -> Vocabulary:
    """The vocabulary with a maintainer's own conditions and searches, which win over entries of the same name.

    `descriptors`: MeSH descriptors below those conditions' own, beside the packaged ones.

    Raises BadVocabulary when the whole then breaks a rule: an unknown parent, a name that two conditions share.
    """
    return checked(
        replace(
            vocabulary,
            conditions=vocabulary.conditions | {c.slug: c for c in conditions},
            searches=vocabulary.searches | {s.name: s for s in searches},
            descriptors=vocabulary.descriptors | {link.ui: link for link in descriptors},
            hash="",
        )
    )
