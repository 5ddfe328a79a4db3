"""The application factory: one Flask application over one open store, with its policies. Nothing happens at import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Flask
from jinja2 import StrictUndefined

from evidence import VERSION
from evidence.settings import Settings
from evidence.store import Store
from evidence.store import queries as stored
from evidence.vocabulary import Vocabulary
from web import access, errors, headers, scripts, service
from web.account import account
from web.alerts import alerts
from web.assets import Assets
from web.curate import curate
from web.feeds import feeds
from web.files import files
from web.icons import icon, mark
from web.inclusion import inclusion
from web.library import EXTENSION, Queries, Source
from web.links import condition_url, study_url
from web.pages import pages
from web.rows import study_html
from web.runs import runs
from web.shelves import shelves
from web.tags import tags
from web.unapi import unapi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY: Final = 64 * 1024
"""Forms send a decision and a note; a body larger than this is a mistake."""


def create_app(
    settings: Settings,
    store: Store,
    vocabulary: Vocabulary,
    *,
    queries: Queries | None = None,
    trusted_hosts: Sequence[str] | None = None,
    bind: str = "",
) -> Flask:
    """The pages over an open store.

    `vocabulary` is the packaged one: the conditions and searches that the store has of its own are put on top, and
    when others change them the next page knows.
    `queries` stands in for evidence.store.queries in tests. `trusted_hosts` limits the Host header; without it every
    host is answered, for an installation may be bound to any address. `bind` is the address the server listens on:
    where it is this machine's own, the person at the machine may write (web/access.py). That server must hand on proxy
    headers as they come, or a proxy's readers would look like the person at the machine.
    """
    app = _bare(trusted_hosts)
    assets = Assets.of(Path(app.root_path))
    app.extensions[EXTENSION] = Source(
        store, vocabulary, queries or stored, f"{VERSION}.{assets.code}.{vocabulary.hash[:12]}"
    )
    assets.install(app)
    access.install(app, settings, bind)
    headers.install(app)
    scripts.install(app)
    errors.install(app)
    app.register_blueprint(pages)
    app.register_blueprint(files)
    app.register_blueprint(feeds)
    app.register_blueprint(shelves)
    app.register_blueprint(curate)
    app.register_blueprint(tags)
    app.register_blueprint(inclusion)
    app.register_blueprint(runs)
    app.register_blueprint(alerts)
    app.register_blueprint(account)
    app.register_blueprint(unapi)
    app.register_blueprint(service.service)
    if settings.url_prefix:
        app.wsgi_app = _Prefixed(app.wsgi_app, settings.url_prefix)  # type: ignore[method-assign]
    return app


def _bare(trusted_hosts: Sequence[str] | None) -> Flask:
    """An application without pages: its limits and its templates."""
    app = Flask("web", static_folder=None, template_folder="templates")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=list(trusted_hosts) if trusted_hosts else None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        icon=icon, mark=mark, version=VERSION, study_url=study_url, condition_url=condition_url, study_html=study_html
    )
    return app


class _Prefixed:
    """Serve under a path. The prefix is taken off when a proxy passed it on; links carry it in either case."""

    def __init__(self, inner: WSGIApplication, prefix: str) -> None:
        self.inner, self.prefix = inner, prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self.prefix or path.startswith(self.prefix + "/"):
            environ["PATH_INFO"] = path[len(self.prefix) :] or "/"
        environ["SCRIPT_NAME"] = self.prefix
        return self.inner(environ, start_response)
