"""Under which facet values a study stands: one rule for what is written now and for what the event log tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from evidence import merging
from evidence.store.facets import number_values

_PREFIX: Final = {"condition": "c:", "intervention": "i:", "design": "d:", "feature": "f:"}

_PERSONS: Final = frozenset({"", "participants", "patients"})
"""Units that may be added up over studies; wrists, knees and trials may not."""

_SYNTHESES: Final = frozenset(
    {"network-meta-analysis", "meta-analysis", "systematic-review", "scoping-review", "narrative-review", "guideline"}
)


def values(columns: Mapping[str, Any], tags: Iterable[tuple[str, str, bool]], doubts: Sequence[str] = ()) -> list[str]:
    """The facet values (facets.py names them) of a study with these columns (schema.Study) and standing tags (kind,
    slug, central). `doubts`: values of what its sources contradict each other about.
    """
    state, inclusion = columns["publication_state"], columns["inclusion"]
    if inclusion != "included":
        return ["candidate", *doubts] if inclusion == "candidate" else []
    if not columns["identified"]:
        found = ["lead"]
    elif state in merging.RETRACTED_STATES:
        found = ["listed"]
    else:
        found = ["listed", "counted"]
    found += [f"{_PREFIX[kind]}{slug}" for kind, slug, central in tags if kind in _PREFIX and central]
    found += [f"r:{columns['design_order']}", f"y:{columns['year'] or 0}"]
    found.append("s:retracted" if state in merging.RETRACTED_STATES else f"s:{state}")
    if columns["upstream_state"] != "present":
        found.append(f"u:{columns['upstream_state']}")
    return [*found, *doubts, *number_values(columns["n"] if _adds_up(columns) else None)]


def _adds_up(columns: Mapping[str, Any]) -> bool:
    """Whether a study's participants are people of its own: a review's were counted with its trials."""
    return columns["n_unit"] in _PERSONS and columns["design"] not in _SYNTHESES
