"""The options that say which studies, the same for every command that selects."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evidence.errors import UnknownParameter
from evidence.filters import STATUSES, Filter

if TYPE_CHECKING:
    from evidence.vocabulary import Vocabulary

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--condition", metavar="SLUG", help="Studies of this condition (see `evidence conditions`)."),
    click.option("--design", multiple=True, metavar="SLUG", help="Of this design, such as rct; repeat to widen."),
    click.option("--feature", multiple=True, metavar="SLUG", help="Done so, such as double-blind; repeat to narrow."),
    click.option("--intervention", multiple=True, metavar="SLUG", help="Of this intervention; repeat to widen."),
    click.option("--status", multiple=True, metavar="STATUS", help=f"One of {', '.join(STATUSES)}; repeat to widen."),
    click.option("--since", metavar="YEAR", help="Published in this year or later."),
    click.option("--until", metavar="YEAR", help="Published in this year or earlier."),
    click.option("--query", metavar="TEXT", help="Words, authors, identifiers or a condition's name."),
)


def selection(command: Command) -> Command:
    """Add the selecting options; `chosen` turns their values into a Filter."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(values: dict[str, Any], vocabulary: Vocabulary) -> Filter:
    """The filter that the options describe. Names the option, and what was probably meant, when one is wrong."""
    names = {"query": "q"}
    wanted = {
        names.get(name, name): list(value) if isinstance(value, tuple) else [value]
        for name, value in values.items()
        if value
    }
    found = Filter.parse(wanted)
    if found.condition and found.condition not in vocabulary.conditions:
        raise unknown_condition(found.condition, vocabulary)
    for slug in found.designs:
        if slug not in vocabulary.designs:
            raise UnknownParameter("--design", f"{slug!r} is not a design{_meant(slug, vocabulary.designs)}")
    for slug in found.features:
        if slug not in vocabulary.features:
            raise UnknownParameter("--feature", f"{slug!r} is not a feature{_meant(slug, vocabulary.features)}")
    for slug in found.interventions:
        if slug not in vocabulary.interventions:
            raise UnknownParameter(
                "--intervention", f"{slug!r} is not an intervention{_meant(slug, vocabulary.interventions)}"
            )
    return found


def unknown_condition(slug: str, vocabulary: Vocabulary) -> UnknownParameter:
    """The error for a condition that is not in the vocabulary; there are too many to name them all."""
    close = _close(slug, vocabulary.conditions)
    meant = f"did you mean {' or '.join(close)}?" if close else "`evidence conditions` lists them"
    return UnknownParameter("--condition", f"{slug!r} is not a condition; {meant}")


def _meant(given: str, known: dict[str, Any]) -> str:
    close = _close(given, known)
    return f"; did you mean {' or '.join(close)}?" if close else f"; known: {', '.join(known)}"


def _close(given: str, known: dict[str, Any]) -> list[str]:
    return [slug for slug in known if given.lower() in slug][:3] or get_close_matches(given, known, n=3, cutoff=0.5)
