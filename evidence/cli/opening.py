"""What commands work on: settings, vocabulary, and the store, opened and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence.errors import BadIdentifier, NotFound
from evidence.settings import Settings

if TYPE_CHECKING:
    from evidence.store import Store
    from evidence.vocabulary import Vocabulary

ACTOR: Final = "curator"
"""Who decides on the command line: the person at the machine, as in the pages on loopback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """An open store and what is needed to read it."""

    settings: Settings
    store: Store
    vocabulary: Vocabulary


@contextmanager
def opened(*, make: bool = False, within: Path | None = None) -> Iterator[Library]:
    """The store of the settings, or one of its own inside a folder.

    `make`: an empty one where there is none; otherwise NotFound says what makes one.
    """
    from evidence import store as stores
    from evidence import vocabulary
    from evidence.store import overlay

    settings = Settings.from_environment()
    words = vocabulary.load()
    url = f"sqlite:///{within / 'evidence.db'}" if within else settings.database_url
    opening = stores.create if make else stores.open_store
    store = opening(url, settings.now, settings.key_pattern)
    try:
        yield Library(settings=settings, store=store, vocabulary=overlay.apply(store, words))
    finally:
        store.close()


def key_of(library: Library, given: str) -> str:
    """The citation key of the study that a PMID, DOI, PMCID or key names. Raises NotFound.

    An identifier before a key: a file may bring a key that looks like the PMID of another study.
    """
    from evidence import identifiers
    from evidence.store import queries

    found = None
    try:
        named = identifiers.guess(given)
        found = queries.find_key(library.store, library.vocabulary, named.scheme, named.value)
    except BadIdentifier:
        pass
    found = found or queries.find_key(library.store, library.vocabulary, "key", given.strip())
    if found is None:
        raise NotFound(given, "no study here has this PMID, DOI, PMCID or citation key")
    return found
