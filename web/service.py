"""Small answers for machines: health, readiness, robots."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, jsonify

from evidence import VERSION
from evidence.errors import EvidenceError
from web.library import library

service = Blueprint("service", __name__)
_log = logging.getLogger(__name__)


@service.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok", version=VERSION)


@service.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The store answers; with its revision and the age of what it holds."""
    try:
        state = library().state()
    except EvidenceError as error:
        return jsonify(status="not ready", reason=str(error)), 503
    except Exception:  # any failure of the store means "not ready", and its cause belongs in the log
        _log.exception("readiness")
        return jsonify(status="not ready", reason="the store does not answer"), 503
    last = state.last_success
    answer: dict[str, Any] = {
        "status": "ready",
        "version": VERSION,
        "revision": state.revision,
        "studies": state.studies,
        "last_refresh": last.at.isoformat() if last else None,
    }
    return jsonify(answer), 200


@service.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; curators' pages and one list under every combination of filters need not be crawled."""
    closed = ("/search", "/review", "/merges", "/login", "/*?")
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in closed), "Allow: /")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
