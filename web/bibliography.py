"""A shelf as a list of references: formatted in one of the styles, to be copied whole into a word processor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from markupsafe import Markup as Html

from evidence import citing
from evidence.errors import UnknownParameter
from evidence.text import clean
from evidence.views import Study

MOST: Final = 500
"""References on one page, which is copied as one piece; `evidence cite --shelf` prints longer ones."""
BY_AUTHOR: Final = ("apa",)
"""Styles whose lists go by author and have no numbers."""


@dataclass(frozen=True, slots=True)
class Bibliography:
    """A list of references. `numbered`: the style numbers them; `more`: there are more than the page has."""

    style: str
    styles: tuple[tuple[str, str], ...]
    references: tuple[Html, ...]
    numbered: bool
    more: bool


def bibliography(studies: Iterable[Study], style: str) -> Bibliography:
    """The first studies in a style (vancouver when none is named). Raises UnknownParameter for one that is none.

    The HTML is evidence.citing's: text and i, b, u, sub, sup, all else escaped.
    """
    chosen = style or citing.STYLES[0]
    if chosen not in citing.STYLES:
        raise UnknownParameter("style", f"{clean(chosen)[:40]!r} is not one of {', '.join(citing.STYLES)}")
    found = list(islice(studies, MOST + 1))
    return Bibliography(
        style=chosen,
        styles=tuple(citing.NAMES.items()),
        references=tuple(Html(one) for one in citing.references(found[:MOST], chosen, "html")),  # noqa: S704
        numbered=chosen not in BY_AUTHOR,
        more=len(found) > MOST,
    )
