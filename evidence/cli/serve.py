"""The pages on a port."""

from __future__ import annotations

import signal
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.output import note, progress
from evidence.errors import EvidenceError, NotFound, UsageProblem
from evidence.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

    from evidence.store import Store
    from evidence.vocabulary import Vocabulary

THREADS: Final = 8
"""Pages are short reads, and SQLite lets any number of readers work at once; four would do for two cores."""


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, envvar="EVIDENCE_HOST", help="The address to listen on."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    envvar="EVIDENCE_PORT",
    help="The port to listen on; 0 takes any free one.",
)
def serve(host: str, port: int) -> None:
    """Serve the pages.

    The first run creates the store and fills it from the starter library. Stop with Ctrl-C.
    """
    from evidence import retag, vocabulary
    from evidence.store import overlay

    settings = Settings.from_environment()
    create_app = _pages()
    words = vocabulary.load()
    store = _library(settings, words)
    try:
        known = overlay.apply(store, words)
        if retag.is_due(store, known):
            note("the tags were made by another vocabulary: run evidence retag")
        _serve(create_app(settings, store, words, bind=host), host, port)  # which follows the overlay itself
    finally:
        store.close()


COMMANDS: Final = (serve,)


def _pages() -> Any:
    """The pages' factory, found by name: the library itself knows nothing of them."""
    found = list(entry_points(group="evidence.web"))
    if not found:
        raise UsageProblem("serve", "the pages are not installed; `pip install .` in the checkout installs them")
    return found[0].load()


def _library(settings: Settings, words: Vocabulary) -> Store:
    """The store, filled from the starter library if nothing else was ever brought into it.

    That is a store which this run creates, or one whose first run was killed before the starter library was in.
    """
    from evidence import starter
    from evidence import store as stores

    try:
        store = stores.open_store(settings.database_url, settings.now, settings.key_pattern)
    except NotFound:
        store = stores.create(settings.database_url, settings.now, settings.key_pattern)
    try:
        if starter.is_unfinished(store):
            _fill(store, words)
    except BaseException:
        store.close()
        raise
    return store


def _fill(store: Store, words: Vocabulary) -> None:
    from evidence import starter

    with progress("the starter library"):
        report = starter.load(store, words)
    note(f"starter library: {report.added} studies into {store.url}")


def _serve(app: Any, host: str, port: int) -> None:
    import waitress

    channels: dict[int, Any] = {}
    try:
        server = waitress.create_server(
            app,
            map=channels,
            host=host,
            port=port,
            threads=THREADS,
            ident="evidence",
            clear_untrusted_proxy_headers=False,  # the pages trust none, and must see that a proxy is there
        )
    except (OSError, ValueError) as exc:  # ValueError: the host's name is not known
        for channel in list(channels.values()):
            channel.close()  # waitress leaves the socket open that it could not bind
        reason = (getattr(exc, "strerror", None) or str(exc)).lower().rstrip(".")
        raise EvidenceError(f"{host}:{port}", f"cannot listen here ({reason}); --host, --port choose another") from None
    listening = getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]
    signal.signal(signal.SIGTERM, _stop)
    for address, number in listening:
        shown = f"[{address}]" if ":" in str(address) else address
        click.echo(f"http://{shown}:{number}/")
    note("Ctrl-C stops")
    try:
        server.run()  # returns after an interrupt, when the requests under way are answered
    finally:
        server.close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
