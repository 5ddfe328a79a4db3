"""Error pages in plain sentences: what was wrong with the address, and where to go. Never a traceback."""

from __future__ import annotations

import logging
from typing import Final

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from evidence.errors import Conflict, EvidenceError

HEADINGS: Final = {
    400: "This address cannot be answered",
    404: "Not in this library",
    403: "This may not be done here",
    405: "This address can only be read",
    409: "This contradicts an earlier decision",
    500: "Something went wrong here",
    503: "The library does not answer just now",
}
SENTENCES: Final = {
    400: "Something in the address is not understood.",
    404: "Nothing is kept under this address.",
    405: "What was sent is not taken under this address.",
    413: "What was sent is too large.",
    500: "The fault is in this program, not in your address; it has been written to the log.",
}
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every kind of failure with a page, or with a line of text where a file was asked for."""

    @app.errorhandler(EvidenceError)
    def known(error: EvidenceError) -> Response:
        """An error raised on purpose carries its own sentence and status."""
        if error.status >= 500:
            _log.error("%s", error)
        return answer(error.status, sentence(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        """An error of the web framework."""
        if isinstance(error, SecurityError):  # the Host header is refused, so no address can be built for a page
            return Response("This host name is not served here.\n", 400, content_type="text/plain; charset=utf-8")
        code = error.code or 500
        response = answer(code, SENTENCES.get(code) or error.description or "")
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ("GET", "HEAD")))
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        """A fault of this program."""
        _log.exception("unexpected %s on %s", type(error).__name__, request.path)
        return answer(500, SENTENCES[500])


def contradicted(conflict: Conflict) -> Response:
    """409: what was to be undone is overtaken by a later decision, or was undone already."""
    return make_response(render_template("contradicted.html", subject=conflict.subject, reason=conflict.reason), 409)


def sentence(error: EvidenceError) -> str:
    """The error as a sentence: its subject, its reason."""
    text = f"{error.subject}: {error.reason}" if error.subject else error.reason
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def answer(code: int, text: str) -> Response:
    """The page or line of an error."""
    if ".export_" in (request.endpoint or ""):
        return Response(f"{text}\n", status=code, content_type="text/plain; charset=utf-8")
    heading = HEADINGS.get(code, "This request failed")
    return make_response(render_template("error.html", code=code, heading=heading, sentence=text), code)
