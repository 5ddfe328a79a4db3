"""The files of conditions, searches and studies: an address each, in every format, as they are now or were on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Final

from flask import Blueprint, Response, request, url_for

from evidence import filters
from evidence.errors import UnknownParameter
from evidence.filters import Filter
from evidence.formats import by_name
from evidence.store.asof import parse_day
from evidence.views import Study
from web.exports import live, nothing_else, one_of, writing
from web.library import library
from web.selection import EXPORTS, OFFERS

files = Blueprint("files", __name__)
_EXT: Final = f"<any({', '.join(EXPORTS)}):ext>"
_WHICH: Final = ("scope", "as-of")


@files.get(f"/conditions/<slug>.{_EXT}")
def export_condition(slug: str, ext: str) -> Response:
    """The studies of a condition as a file."""
    library().condition(slug)
    return _list(ext, slug, condition=slug)


@files.get(f"/search.{_EXT}")
def export_search(ext: str) -> Response:
    """The studies a search finds, as a file."""
    return _list(ext, "search")


@files.get(f"/studies/<path:key>.{_EXT}")
def export_study(key: str, ext: str) -> Response:
    """One study as a file, named by the key that it has now (or had then)."""
    args = request.args.to_dict(flat=False)
    how, day = writing(args, ext), day_of(args)
    nothing_else(args, ext, "as-of")
    found: list[Study] = []

    def one() -> list[Study]:
        found[:] = [library().study_named(key, day)]
        return found

    return live(one, ext, lambda: dated(found[0].row.key, day), how)


def study_exports(found: Study) -> tuple[tuple[str, str], ...]:
    """The files of one study: words for people, address."""
    return tuple(
        (words, url_for("files.export_study", key=found.row.key, ext=ext) + (f"?{more}" if more else ""))
        for words, ext, more in OFFERS
    )


def day_of(args: dict[str, list[str]]) -> date | None:
    """Take `as-of` out of an address's parameters. Raises UnknownParameter."""
    values = [value.strip() for value in args.pop("as-of", []) if value.strip()]
    if len(values) > 1:
        raise UnknownParameter("as-of", "given more than once")
    return parse_day(values[0]) if values else None


def of_now(args: Mapping[str, str]) -> None:
    """Raise UnknownParameter where a day is asked for of a page that shows only what is so now."""
    if args.get("as-of", "").strip():
        raise UnknownParameter(
            "as-of", "this page shows only how it is now; conditions and files can be had as of a day"
        )


def _list(ext: str, name: str, *, condition: str = "") -> Response:
    args = request.args.to_dict(flat=False)
    how, day = writing(args, ext), day_of(args)
    page_only = one_of(args, "scope", ("all", "page")) == "page"
    if day and page_only:
        raise UnknownParameter("scope", "of a day that is past there are whole files only")
    nothing_else({n: v for n, v in args.items() if n not in filters.PARAMETERS}, ext, *filters.PARAMETERS, *_WHICH)
    chosen = library().parse(args, condition=condition)
    name = f"{name}-selection" if chosen.narrows and condition else name
    by_key = not by_name(how.format, writing=True).as_listed
    selected = partial(_selected, chosen, day, page_only=page_only, by_key=by_key)
    return live(selected, ext, dated(name, day), how)


def _selected(chosen: Filter, day: date | None, *, page_only: bool, by_key: bool) -> Iterable[Study]:
    if page_only:
        return library().studies([row.key for row in library().listing(chosen).rows])
    if day:
        return library().stream_as_of(chosen.first_page(), day, by_key=by_key)
    return library().stream(chosen.first_page(), by_key=by_key)


def dated(name: str, day: date | None) -> str:
    """The name of a file, with the day that it is of."""
    return f"{name}-{day}" if day else name
