"""Addresses of our own pages, made quickly: a list page has more than a hundred.

Flask builds an address in some 70 µs by matching it against every route; here the route is asked once a request and
the last part is put behind it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import g, url_for

_MARK = "x"


def study_url(key: str) -> str:
    """The address of a study's page."""
    return _base("pages.study", "key") + quote(key, safe="/")


def condition_url(slug: str) -> str:
    """The address of a condition's page."""
    return _base("pages.condition", "slug") + quote(slug, safe="")


def _base(endpoint: str, argument: str) -> str:
    bases: dict[str, str] = g.setdefault("bases", {})
    if endpoint not in bases:
        values: dict[str, Any] = {argument: _MARK}
        bases[endpoint] = url_for(endpoint, **values).removesuffix(_MARK)
    return bases[endpoint]
