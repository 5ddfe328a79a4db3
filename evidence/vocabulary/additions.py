"""A condition of the maintainer's own: made from a name and a MeSH descriptor, so that it clashes with no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from evidence.errors import BadVocabulary, UsageProblem
from evidence.text import fold
from evidence.vocabulary import naming
from evidence.vocabulary.mesh import Mesh
from evidence.vocabulary.model import Condition, MeshLink, Vocabulary

MAX_ABBREVIATION = 6
"""Characters of the longest entry term in capitals that is taken for an abbreviation."""


def slug_of(name: str) -> str:
    """A name as the slug of a condition: "Bell's palsy" → "bell-s-palsy"; empty without an ASCII letter or digit."""
    words = fold(name).split()
    return "-".join(word for word in words if word.isascii())


def condition_from(
    base: Condition,
    known: Vocabulary,
    mesh: Mesh | None,
    ui: str,
    *,
    synonyms: Iterable[str] = (),
    abbreviations: Iterable[str] = (),
    context: Iterable[str] = (),
    exclude: Iterable[str] = (),
    parent: str = "",
    region: str = "",
    also: bool = False,
) -> Condition:
    """The condition with these names and the descriptor's beside its own.

    Entry terms of MeSH that another condition already has are left out; a name given here that another has is a
    BadVocabulary, and so is another's descriptor unless it is that one's `also`. Raises UsageProblem for what is no
    name.
    """
    synonyms, abbreviations = tuple(synonyms), tuple(abbreviations)
    owners = _owners(known, base.slug)
    _check_words((base.name, *synonyms), abbreviations, (*context, *exclude, region))
    _check_owners(base, (*synonyms, *abbreviations, base.name), owners)
    terms: tuple[str, ...] = ()
    links = base.mesh
    if mesh is not None:
        if not also:
            _check_descriptor(base, known, ui)
        descriptor = mesh.descriptors[ui]
        terms = (descriptor.name, *descriptor.terms)
        links = (*(m for m in base.mesh if m.ui != ui), MeshLink(ui=ui, name=descriptor.name, trees=descriptor.trees))
    free = [term for term in terms if fold(term) and fold(term) not in owners]
    short = [term for term in free if _is_short(term)]
    names = _new((base.name, *base.phrases), (*base.synonyms, *synonyms, *(t for t in free if t not in short)))
    names = tuple(n for n in names if fold(n) not in {fold(a) for a in (*base.abbreviations, *abbreviations)})
    return replace(
        base,
        synonyms=names,
        abbreviations=_new((base.name, *names), (*base.abbreviations, *abbreviations, *short)),
        context=tuple(dict.fromkeys((*base.context, *context))),
        exclude=tuple(dict.fromkeys((*base.exclude, *exclude))),
        mesh=links,
        parent=parent or base.parent,
        body_region=region or base.body_region,
    )


def _check_owners(base: Condition, names: Iterable[str], owners: Mapping[str, str]) -> None:
    """Raises BadVocabulary for the first name that another condition has."""
    for name in names:
        if owner := owners.get(fold(name)):
            raise BadVocabulary(f"condition {base.slug}", f"shares the name {name!r} with {owner}")


def _check_words(names: Iterable[str], abbreviations: Iterable[str], others: Iterable[str]) -> None:
    """Raises UsageProblem for the first that cannot stand in a vocabulary."""
    for judge, words in (
        (naming.name_fault, names),
        (naming.abbreviation_fault, abbreviations),
        (naming.fault, others),
    ):
        for word in words:
            if reason := judge(word):
                raise UsageProblem(naming.shown(word), reason)


def _check_descriptor(base: Condition, known: Vocabulary, ui: str) -> None:
    """Raises BadVocabulary when the descriptor means another condition: its studies would stand on both pages.

    One that the condition has already was shared on purpose; a broader one (`via`) means no condition alone.
    """
    if any(link.ui == ui and not link.via for link in base.mesh):
        return
    for slug, other in known.conditions.items():
        for link in other.mesh:
            if slug != base.slug and link.ui == ui and not link.via:
                raise BadVocabulary(
                    f"condition {base.slug}", f"{link.name} ({ui}) belongs to {slug}; --also gives it to both"
                )


def without_names_of_others(condition: Condition, known: Vocabulary) -> Condition:
    """The condition without synonyms that another has by now: a newer vocabulary may have brought them."""
    owners = _owners(known, condition.slug)
    return replace(
        condition,
        synonyms=tuple(n for n in condition.synonyms if fold(n) not in owners),
        abbreviations=tuple(n for n in condition.abbreviations if fold(n) not in owners),
        phrases=tuple(n for n in condition.phrases if fold(n) not in owners),
    )


def _owners(known: Vocabulary, slug: str) -> dict[str, str]:
    return {
        fold(name): other
        for other, entry in known.conditions.items()
        if other != slug
        for name in (entry.name, *entry.synonyms, *entry.abbreviations, *entry.phrases)
    }


def _new(held: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Names that are not there yet, each once."""
    seen = {fold(name) for name in held}
    found = []
    for name in names:
        if fold(name) not in seen:
            seen.add(fold(name))
            found.append(name)
    return tuple(found)


def _is_short(term: str) -> bool:
    return " " not in term and len(term) <= MAX_ABBREVIATION and sum(c.isupper() for c in term) > 1
