"""Who asks, and whether they may write.

With no user defined, the person at the machine is curator: the server listens on this machine only, and the request
comes from it, by its name, through no proxy. The first user ends that: then writing needs a log-in everywhere.
Everybody else reads. EVIDENCE_READ_ONLY lets nobody write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Final, Literal, ParamSpec, TypeVar, cast

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for

from evidence.settings import Settings
from evidence.store import people
from web.library import library
from web.origin import at_the_machine, binds_loopback, safe_next, same_site
from web.sessions import Sessions
from web.throttle import Throttle

EXTENSION: Final = "evidence-access"
AT_THE_MACHINE: Final = "curator"
"""The actor of what the person at the machine decides, as on the command line."""

READING: Final = ("GET", "HEAD", "OPTIONS")

Reason = Literal["", "read-only", "role", "log-in"]
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Access:
    """What the one who asks may do. `refused` says why not write; `logged_in` that a user's name is known."""

    name: str = ""
    refused: Reason = "log-in"
    logged_in: bool = False

    @property
    def may_write(self) -> bool:
        """May review, merge and undo."""
        return not self.refused

    @property
    def keeps(self) -> bool:
        """May keep shelves: whoever may write, and readers who are logged in."""
        return self.may_write or self.logged_in

    @property
    def tag(self) -> str:
        """What pages differ by: in ETags."""
        return f"{self.name}\n{self.refused}\n{self.logged_in}"


STRANGER: Final = Access()


@dataclass(frozen=True, slots=True)
class Gate:
    """What the rule needs to know beside the request."""

    read_only: bool
    this_machine_only: bool  # the server listens on loopback, and no proxy is known to stand before it
    sessions: Sessions
    throttle: Throttle

    def judge(self) -> Access:
        """The access of the request under way. Raises StoreProblem when the store must be asked and does not answer."""
        if self.read_only:
            return Access(refused="read-only")
        claim = self.sessions.read(request)
        if claim is not None:
            person = people.find(library().store, claim.name)
            if person is not None and not person.disabled and person.stamp == claim.stamp:
                return Access(person.name, "" if person.may_write else "role", True)
        if self.this_machine_only and at_the_machine(request) and not people.anyone(library().store):
            return Access(AT_THE_MACHINE, "")
        return STRANGER


def install(app: Flask, settings: Settings, bind: str) -> None:
    """Judge requests, and refuse writing ones that another site caused.

    `bind` is the address that the server listens on; with an empty one (not known) nobody is at the machine. A path
    prefix says that a proxy passes requests on, and then everybody's address is the proxy's.
    """
    alone = binds_loopback(bind) and not settings.url_prefix
    sessions = Sessions(settings.signing_key, settings.now)
    app.extensions[EXTENSION] = Gate(settings.read_only, alone, sessions, Throttle())

    @app.before_request
    def written_here() -> Response | None:
        """403 for what another site's page makes a browser send."""
        if request.method in READING or request.routing_exception is not None or same_site(request):
            return None
        return refusal("other-site")

    @app.context_processor
    def who() -> dict[str, Access]:
        """`access` in templates, in pages of errors too."""
        return {"access": g.get("access", STRANGER)}

    @app.template_global()
    def here() -> str:
        """The address of the page shown, to come back to after logging in; the front page's where that cannot be."""
        path = request.full_path if request.query_string else request.path
        return safe_next(f"{request.root_path}{path}", request.root_path) if request.method == "GET" else ""


def gate() -> Gate:
    """The gate of the running application."""
    return cast(Gate, current_app.extensions[EXTENSION])


def access() -> Access:
    """The access of the request under way, judged once."""
    if "access" not in g:
        g.access = gate().judge()
    return cast(Access, g.access)


def writes(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A view that only those who may write reach; others get a page that says what to do."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        refused = access().refused
        return refusal(refused) if refused else view(*args, **kwargs)

    return guarded


def refusal(why: str) -> Response:
    """The page that says why nothing was written, and what to do."""
    tags = (request.endpoint or "").startswith("tags.")
    back = url_for("tags.queue" if tags else "curate.queue")
    if (request.endpoint or "").startswith("inclusion."):
        back = url_for("inclusion.excluded")
    if request.endpoint == "runs.ask":
        back = url_for("runs.page")
    if request.endpoint == "curate.decide":
        back = f"{request.root_path}{request.path}"
    answer = make_response(render_template("refused.html", why=why, back=back), 403)
    answer.cache_control.no_store = True
    return answer
