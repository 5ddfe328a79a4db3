"""Which pages may load this site's own script files: a few, each named here. All others run none.

The permission is given by endpoint, so that a 304 gives it too: a browser replaces the headers of its copy by those of
the 304 (RFC 9111 section 4.3.4), and a page seen twice would lose its script.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

from web.headers import CSP

SCRIPTED: Final = CSP.replace("script-src 'none'", "script-src 'self'")
"""The policy of a page with scripts: files of this site, nothing inline."""

PAGES: Final = frozenset(
    {"pages.study", "curate.queue", "curate.pair", "shelves.references", "shelves.references_secret"}
)
"""Endpoints whose pages have a script file: copying, deciding with single keys."""

_GIVEN: Final = (200, 304)


def install(app: Flask) -> None:
    """Give these pages their policy; to be called after web.headers.install, whose default stands for all others."""

    @app.after_request
    def allow(answer: Response) -> Response:
        """Flask asks those registered last first, so the default finds the header set."""
        if request.endpoint in PAGES and answer.status_code in _GIVEN:
            answer.headers.setdefault("Content-Security-Policy", SCRIPTED)
        return answer
