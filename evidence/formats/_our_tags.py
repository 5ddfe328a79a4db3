"""This program's own conclusions about a study as tags in other programs, told apart from the keywords it came with.

A tag says its kind first: "design: Cohort study". So they stand together where tags are sorted, and a file that brings
them back does not pass them off as the author's words, from which the same conclusion would be drawn for ever.
"""

from __future__ import annotations

import re
from typing import Final

from evidence.formats import _export
from evidence.views import Study

_OURS: Final = re.compile(r"(?:condition|design|feature|intervention|comparator): \S.*")
_MARKS: Final = frozenset(mark for mark, _ in _export.MARKS.values())


def of(study: Study) -> tuple[str, ...]:
    """What is wrong with it ("RETRACTED"), conditions, designs, features, what was given, what against; each once."""
    row = study.row
    names = {(tag.kind, tag.slug): tag.label for tag in study.tags if tag.label}
    given = [("intervention", "intervention", slug) for slug, role in row.interventions if role != "comparator"]
    against = [("intervention", "comparator", slug) for slug, role in row.interventions if role == "comparator"]
    found = (
        *(("condition", "condition", slug) for slug in row.conditions),
        *(("design", "design", slug) for slug in row.designs if slug != "other"),
        *(("feature", "feature", slug) for slug in row.features),
        *given,
        *against,
    )
    tags = (f"{word}: {_one(names.get((kind, slug), slug))}" for kind, word, slug in found)
    return tuple(dict.fromkeys((*_export.MARKS.get(row.state, ())[:1], *tags)))


def is_one(text: str) -> bool:
    """Whether a keyword of a file is one of these."""
    return text in _MARKS or _OURS.fullmatch(text) is not None


def _one(name: str) -> str:
    """The name without what parts keywords in a list."""
    return re.sub(r"\s*[,;]\s*", " – ", name)
