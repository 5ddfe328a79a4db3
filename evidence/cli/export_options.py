"""The options of `evidence export` that say how references are written, not which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from evidence.formats import Options

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option(
        "--journal",
        type=click.Choice(("full", "abbreviated")),
        default="full",
        help="Journals by their full title or NLM's abbreviation.",
    ),
    click.option("--no-doi", is_flag=True, help="Leave DOIs out."),
    click.option("--no-url", is_flag=True, help="Leave addresses out."),
    click.option("--no-abstract", is_flag=True, help="Leave abstracts out."),
    click.option("--aliases", is_flag=True, help="Also an entry under each other key of a study (BibLaTeX has `ids`)."),
)


def writing(command: Command) -> Command:
    """Add the options; `taken` turns their values into what writers take."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def taken(values: dict[str, Any]) -> Options:
    """Take these options out of a command's values."""
    from evidence.formats import Options

    return Options(
        journal=values.pop("journal"),
        doi=not values.pop("no_doi"),
        url=not values.pop("no_url"),
        abstract=not values.pop("no_abstract"),
        aliases=values.pop("aliases"),
    )
