"""Logging in and out."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence.store import people
from web.access import access, gate, refusal
from web.headers import keep_nowhere
from web.library import library
from web.origin import safe_next, through_proxy

_log = logging.getLogger(__name__)
account = Blueprint("account", __name__)
keep_nowhere(account)

WRONG = "This name and password do not belong together, or the user is shut out."


@account.get("/login")
def login() -> AnyResponse:
    """The form, or what stands in its way."""
    if access().refused == "read-only":
        return refusal("read-only")
    return _form(request.args.get("next", ""))


@account.post("/login")
def log_in() -> AnyResponse:
    """Check name and password, as often as the throttle allows; then back to where the reader came from."""
    if access().refused == "read-only":
        return refusal("read-only")
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    # A proxy's address is everybody's: counted, fifty strangers' mistakes would shut every curator out.
    address, throttle = "" if through_proxy(request) else request.remote_addr or "", gate().throttle
    if wait := throttle.attempt(name, address):
        minutes = -(-wait // 60)
        sentence = f"Too many attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."
        answer = _form(request.form.get("next", ""), name, sentence, 429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    person = people.verify(library().store, name, password)
    if person is None:
        _log.warning("a log-in from %s was refused", address)
        return _form(request.form.get("next", ""), name, WRONG, 403)
    throttle.succeeded(name, address)
    answer_ = redirect(_after(request.form.get("next", "")), 303)
    gate().sessions.start(request, answer_, person)
    return answer_


@account.post("/logout")
def log_out() -> AnyResponse:
    """End the log-in of this browser."""
    answer = redirect(url_for("pages.home"), 303)
    gate().sessions.end(request, answer)
    return answer


def _form(target: str, name: str = "", problem: str = "", code: int = 200) -> Response:
    target = safe_next(target, request.root_path)
    page = render_template("login.html", next=target, name=name[:64], problem=problem)
    return make_response(page, code)


def _after(target: str) -> str:
    return safe_next(target, request.root_path) or url_for("pages.home")
