"""The rules a vocabulary keeps, whoever wrote it. Each failure names the entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence.errors import BadVocabulary
from evidence.text import fold
from evidence.vocabulary.model import DESIGNS, FEATURES, Condition, MeshLink, Search, Vocabulary

MESH_UI: Final = re.compile(r"D\d{6}(?:\d{3})?")
"""A descriptor UI: https://www.nlm.nih.gov/mesh/xml_data_elements.html (DescriptorUI); nine digits since 2014."""

TREE_NUMBER: Final = re.compile(r"[A-Z]\d{2}(?:\.\d{3})*")
SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LEVELS: Final = (None, 1, 2, 3, 4, 5)
"""OCEBM 2011 has five levels; None is not ranked."""


def checked(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary itself. Raises BadVocabulary for the first rule it breaks."""
    for subject, reason in _faults(vocabulary):
        raise BadVocabulary(subject, reason)
    return vocabulary


def _faults(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for slug, condition in vocabulary.conditions.items():
        yield from _condition_faults(slug, condition, vocabulary)
        yield from _mesh_faults(f"condition {slug}", condition.mesh)
    yield from _shared_names(vocabulary)
    for slug, intervention in vocabulary.interventions.items():
        yield from _slug_faults("intervention", slug)
        yield from _mesh_faults(f"intervention {slug}", intervention.mesh)
    yield from _design_faults(vocabulary)
    yield from _feature_faults(vocabulary)
    for name, search in vocabulary.searches.items():
        yield from _slug_faults("search", name)
        yield from _search_faults(search, vocabulary)
    yield from _mesh_faults("mesh_trees.tsv", tuple(vocabulary.descriptors.values()))


def _slug_faults(kind: str, slug: str) -> Iterator[tuple[str, str]]:
    if not SLUG.fullmatch(slug):
        yield f"{kind} {slug}", "its slug is not lower-case words joined by hyphens"


def _condition_faults(slug: str, condition: Condition, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    subject = f"condition {slug}"
    yield from _slug_faults("condition", slug)
    if not condition.name.strip():
        yield subject, "has no name"
    if condition.parent and condition.parent not in vocabulary.conditions:
        yield subject, f"its parent {condition.parent!r} is not a condition"
    above = vocabulary.ancestors(slug)
    if slug in above:
        yield subject, f"is its own ancestor ({' → '.join((slug, *above))})"


def _mesh_faults(subject: str, links: tuple[MeshLink, ...]) -> Iterator[tuple[str, str]]:
    for link in links:
        if not MESH_UI.fullmatch(link.ui):
            yield subject, f"{link.ui!r} is not a MeSH descriptor UI"
        for tree in link.trees:
            if not TREE_NUMBER.fullmatch(tree):
                yield subject, f"{tree!r} is not a MeSH tree number"


def _shared_names(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Two conditions may not have one name: a search for it, or a study that says it, could mean either."""
    for entries, kind in ((vocabulary.conditions, "condition"), (vocabulary.interventions, "intervention")):
        owners: dict[str, str] = {}
        for slug, entry in entries.items():
            for name in (entry.name, *entry.synonyms, *entry.abbreviations, *entry.phrases):
                owner = owners.setdefault(fold(name), slug)
                if owner != slug:
                    yield f"{kind} {slug}", f"shares the name {name!r} with {owner}"
                if not fold(name):
                    yield f"{kind} {slug}", f"the name {name!r} has no letter or digit"


def _design_faults(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    designs = vocabulary.designs
    if tuple(sorted(designs, key=lambda s: designs[s].order)) != DESIGNS:
        wrong = sorted({*designs} ^ {*DESIGNS})
        yield "designs.toml", f"its designs in order are not the closed list ({', '.join(wrong) or 'order differs'})"
    stated: dict[str, str] = {}
    for slug, design in designs.items():
        if design.level not in LEVELS:
            yield f"design {slug}", f"{design.level!r} is not an OCEBM 2011 level"
        for other in (*design.excludes, *design.excludes_inferred):
            if other not in designs:
                yield f"design {slug}", f"excludes the unknown design {other!r}"
        for name in (*(n.casefold() for n in design.publication_types), *design.mesh):
            if stated.setdefault(name, slug) != slug:
                yield f"design {slug}", f"shares {name!r} with {stated[name]}"
        yield from _mesh_faults(f"design {slug}", tuple(MeshLink(ui=ui, name="") for ui in design.mesh))


def _feature_faults(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if tuple(vocabulary.features) != FEATURES:
        yield "designs.toml", f"its features are not the closed list ({', '.join(FEATURES)})"
    for slug, feature in vocabulary.features.items():
        yield from _mesh_faults(f"feature {slug}", tuple(MeshLink(ui=ui, name="") for ui in feature.mesh))


def _search_faults(search: Search, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    subject = f"search {search.name}"
    if not search.query.strip():
        yield subject, "has an empty query"
    if search.query.count("(") != search.query.count(")") or search.query.count('"') % 2:
        yield subject, "its query has an unclosed bracket or quotation mark"
    for slug in search.conditions:
        if slug not in vocabulary.conditions:
            yield subject, f"names the unknown condition {slug!r}"
