"""Policies of every answer: security headers, caching, ETags answered without rendering.

Sources: https://www.w3.org/TR/CSP3/ , https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html ,
RFC 9110 sections 8.8.3 (ETag) and 13.1.2 (If-None-Match, which compares weakly) and RFC 9111 (caching). Live files have
an ETag of their own: web/exports.py.
"""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import Final

from flask import Blueprint, Flask, Response, g, request

from web.access import access
from web.library import library

DATED: Final = ("pages.history",)
"""Pages that show today's date: a copy of yesterday's is not current."""

CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}


def install(app: Flask) -> None:
    """Put the policies around every request of the application."""

    @app.before_request
    def unchanged() -> Response | None:
        """304 from one row of the store, when the reader's copy is current."""
        if not (request.endpoint or "").startswith("pages."):
            return None
        access()  # before anything is answered: who asks decides what a page shows
        g.etag = etag()
        asked = request.if_none_match
        if asked.star_tag or not asked.contains_weak(g.etag):  # "*": only the view knows whether there is such a page
            return None
        answer = Response(status=304)
        answer.set_etag(g.etag)
        return answer

    @app.after_request
    def policies(answer: Response) -> Response:
        """Headers of every answer, errors and static files included."""
        for name, value in SECURITY.items():
            answer.headers.setdefault(name, value)
        if "access" in g:
            answer.vary.add("Cookie")  # a page says who is logged in, and shows writers what they may do
            own = g.access.may_write or g.access.logged_in
            answer.headers.setdefault("Cache-Control", "private, no-cache" if own else "no-cache")
        answer.headers.setdefault("Cache-Control", "no-cache")
        if answer.status_code == 200 and "etag" in g:
            answer.set_etag(g.etag)
            if request.if_none_match.star_tag:
                answer.status_code = 304
                answer.set_data(b"")
        return answer


def keep_nowhere(pages: Blueprint) -> None:
    """What can be decided on, or is going on just now, is never shown from a copy: RFC 9111 section 5.2.2.5."""

    @pages.after_request
    def uncopied(answer: Response) -> Response:
        answer.cache_control.no_store = True
        return answer


def etag() -> str:
    """What this address shows, in a word: the store's version, the code's, the address with its host, who asks; and the
    day, where the page shows which day it is.
    """
    today = f"\n{library().store.now().astimezone(UTC):%Y-%m-%d}" if request.endpoint in DATED else ""
    shown = f"{library().version()}\n{request.url}\n{access().tag}{today}"
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:32]
