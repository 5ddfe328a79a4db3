"""What commands work on: settings, vocabulary, and the store, opened and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.errors import BadIdentifier, NotFound
from evidence.settings import Settings

if TYPE_CHECKING:
    from evidence.store import Store
    from evidence.vocabulary import Vocabulary


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

    settings = Settings.from_environment()
    words = vocabulary.load()
    url = f"sqlite:///{within / 'evidence.db'}" if within else settings.database_url
    store = stores.create(url, settings.now) if make else stores.open_store(url, settings.now)
    try:
        yield Library(settings=settings, store=store, vocabulary=words)
    finally:
        store.close()


def key_of(library: Library, given: str) -> str:
    """The citation key of the study that a PMID, DOI, PMCID or key names. Raises NotFound."""
    from evidence import identifiers
    from evidence.store import queries

    # A key may look like a PMID ("1998"), so what is no identifier here is tried as a key last.
    for scheme, parse in (("pmid", identifiers.pmid), ("pmcid", identifiers.pmcid), ("doi", identifiers.doi)):
        try:
            value = parse(given)
        except BadIdentifier:
            continue
        found = queries.find_key(library.store, library.vocabulary, scheme, value)
        if found is not None:
            return found
    found = queries.find_key(library.store, library.vocabulary, "key", given.strip())
    if found is None:
        raise NotFound(given, "no study here has this PMID, DOI, PMCID or citation key")
    return found
