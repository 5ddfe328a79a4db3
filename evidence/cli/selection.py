"""The options that say which studies, the same for every command that selects."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evidence.errors import NotFound, UnknownParameter
from evidence.filters import STATUSES, Filter

if TYPE_CHECKING:
    from evidence.vocabulary import Vocabulary

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--condition", metavar="SLUG", help="Studies of this condition (see `evidence conditions`)."),
    click.option("--design", multiple=True, metavar="SLUG", help="Of this design, such as rct; repeat to widen."),
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
        raise NotFound(found.condition, f"no such condition{_meant(found.condition, vocabulary.conditions)}")
    for slug in found.designs:
        if slug not in vocabulary.designs:
            raise UnknownParameter("--design", f"{slug!r} is not a design{_meant(slug, vocabulary.designs)}")
    for slug in found.interventions:
        if slug not in vocabulary.interventions:
            raise UnknownParameter(
                "--intervention", f"{slug!r} is not an intervention{_meant(slug, vocabulary.interventions)}"
            )
    return found


def _meant(given: str, known: dict[str, Any]) -> str:
    close = [slug for slug in known if given.lower() in slug][:3] or get_close_matches(given, known, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; known: {', '.join(known)}"
