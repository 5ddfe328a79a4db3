"""Rows of studies as HTML, kept: a list page is mostly rows, and the same studies come back on page after page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from flask import current_app, request
from markupsafe import Markup as Html

from web.present import Card

ROWS_KEPT: Final = 4096
"""Rows of some 2 KB each. A row is looked up by all that it shows, so that no row is ever out of date."""


def study_html(card: Card, show_conditions: bool = False, pick: bool = False) -> Html:
    """A row of a list; with `pick` it can be ticked, for the form "shelve" of the page (_shelves.html)."""
    return _rendered(request.script_root, card, show_conditions, pick)


@lru_cache(maxsize=ROWS_KEPT)
def _rendered(_root: str, card: Card, show_conditions: bool, pick: bool) -> Html:
    macros: Any = current_app.jinja_env.get_template("_macros.html").module
    row: Html = macros.study(card, show_conditions, pick)  # an autoescaping environment gives safe HTML
    return row
