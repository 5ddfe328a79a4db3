"""The store as the pages see it: the queries of evidence.store with the store and the vocabulary filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol, cast

from flask import current_app, g

from evidence.errors import NotFound, UnknownParameter
from evidence.filters import Filter
from evidence.store import Store
from evidence.store.queries import content
from evidence.text import clean
from evidence.views import CheckView, Home, LibraryState, Listing, RunView, SearchView, Study
from evidence.vocabulary import Condition, Vocabulary

EXTENSION = "evidence-library"


class Queries(Protocol):
    """What the pages ask of the store; the module evidence.store.queries, or an object of a test."""

    def home(self, store: Store, vocabulary: Vocabulary, /) -> Home: ...  # noqa: D102
    def listing(self, store: Store, vocabulary: Vocabulary, chosen: Filter, /) -> Listing: ...  # noqa: D102
    def study(self, store: Store, vocabulary: Vocabulary, key: str, /) -> Study | None: ...  # noqa: D102
    def find_key(self, store: Store, vocabulary: Vocabulary, scheme: str, value: str, /) -> str | None: ...  # noqa: D102
    def stream(  # noqa: D102
        self, store: Store, vocabulary: Vocabulary, chosen: Filter, /, *, by_key: bool = False
    ) -> Iterator[Study]: ...
    def studies(self, store: Store, vocabulary: Vocabulary, keys: Sequence[str], /) -> Iterator[Study]: ...  # noqa: D102
    def stream_as_of(  # noqa: D102
        self, store: Store, vocabulary: Vocabulary, chosen: Filter, day: date, /, *, by_key: bool = False
    ) -> Iterator[Study]: ...
    def study_as_of(self, store: Store, vocabulary: Vocabulary, key: str, day: date, /) -> Study | None: ...  # noqa: D102
    def state(self, store: Store, vocabulary: Vocabulary, /) -> LibraryState: ...  # noqa: D102
    def runs(self, store: Store, vocabulary: Vocabulary, limit: int, /) -> tuple[RunView, ...]: ...  # noqa: D102
    def searches(self, store: Store, vocabulary: Vocabulary, /) -> tuple[SearchView, ...]: ...  # noqa: D102
    def checked(self, store: Store, /) -> tuple[CheckView, ...]: ...  # noqa: D102
    def version(self, store: Store, /) -> str: ...  # noqa: D102
    def vocabulary(self, store: Store, packaged: Vocabulary, version: str, /) -> Vocabulary: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Source:
    """One open store and the packaged vocabulary. `code` names the running code and that vocabulary, for ETags."""

    store: Store
    packaged: Vocabulary
    queries: Queries
    code: str


@dataclass(slots=True)
class Library:
    """The store as one request sees it: with one vocabulary from its beginning to its end.

    The vocabulary follows the store: a condition that another program adds is known to the next request.
    """

    source: Source
    _version: str = field(default="", init=False)
    _vocabulary: Vocabulary | None = field(default=None, init=False)

    @property
    def store(self) -> Store:
        """The open store."""
        return self.source.store

    @property
    def queries(self) -> Queries:
        """What answers."""
        return self.source.queries

    @property
    def vocabulary(self) -> Vocabulary:
        """The packaged vocabulary with what the store has of its own."""
        if self._vocabulary is None:
            self._vocabulary = self.queries.vocabulary(self.store, self.source.packaged, self._stored())
        return self._vocabulary

    def _stored(self) -> str:
        """The store's version, read once in a request and before anything that is shown."""
        self._version = self._version or self.queries.version(self.store)
        return self._version

    def home(self) -> Home:
        """Every condition with its counts."""
        return self.queries.home(self.store, self.vocabulary)

    def listing(self, chosen: Filter) -> Listing:
        """A page of studies."""
        return self.queries.listing(self.store, self.vocabulary, chosen)

    def checked(self) -> tuple[CheckView, ...]:
        """The sources beside PubMed that were asked what became of works."""
        return self.queries.checked(self.store)

    def study(self, key: str) -> Study | None:
        """One study by its key or an alias."""
        return self.queries.study(self.store, self.vocabulary, clean(key))

    def study_named(self, key: str, day: date | None = None) -> Study:
        """One study by its key or an alias, now or at the end of a day (UTC). Raises NotFound naming it."""
        if day is None:
            found = self.study(key)
        else:
            found = self.queries.study_as_of(self.store, self.vocabulary, clean(key), day)
        if found is None:
            when = f" on {day}" if day else ""
            raise NotFound(f"study “{clean(key)[:80]}”", f"no study in this library has this citation key{when}")
        return found

    def find_key(self, scheme: str, value: str) -> str | None:
        """The current key of the study that owns an identifier, merges followed."""
        return self.queries.find_key(self.store, self.vocabulary, scheme, clean(value))

    def stream(self, chosen: Filter, *, by_key: bool = False) -> Iterator[Study]:
        """Every matching study whole, in list order or by citation key."""
        return self.queries.stream(self.store, self.vocabulary, chosen, by_key=by_key)

    def stream_as_of(self, chosen: Filter, day: date, *, by_key: bool = False) -> Iterator[Study]:
        """What `stream` would have given at the end of that day (UTC)."""
        return self.queries.stream_as_of(self.store, self.vocabulary, chosen, day, by_key=by_key)

    def studies(self, keys: Sequence[str]) -> Iterator[Study]:
        """The studies of these keys, in that order."""
        return self.queries.studies(self.store, self.vocabulary, keys)

    def state(self) -> LibraryState:
        """Counts and the last refresh."""
        return self.queries.state(self.store, self.vocabulary)

    def searches(self) -> tuple[SearchView, ...]:
        """The saved searches."""
        return self.queries.searches(self.store, self.vocabulary)

    def version(self) -> str:
        """What the store holds, in a word: changes whenever a page could."""
        return f"{self._stored()}.{self.source.code}"

    def content(self) -> str:
        """What the store's files hold, in a word: changes whenever one could, and not with a refresh alone."""
        return f"{content(self._stored())}.{self.source.code}"

    def condition(self, slug: str) -> Condition:
        """A condition by its slug. Raises NotFound naming it."""
        found = self.vocabulary.conditions.get(slug)
        if found is None:
            raise NotFound(f"condition “{clean(slug)[:80]}”", "this library has no condition of that name")
        return found

    def parse(self, args: Mapping[str, Iterable[str]], *, condition: str = "") -> Filter:
        """The filter of an address, its values checked against the vocabulary. Raises UnknownParameter."""
        chosen = Filter.parse({clean(name): values for name, values in args.items()}, condition=condition)
        _known("condition", (chosen.condition,) if chosen.condition else (), self.vocabulary.conditions)
        _known("design", chosen.designs, self.vocabulary.designs)
        _known("feature", chosen.features, self.vocabulary.features)
        _known("intervention", chosen.interventions, self.vocabulary.interventions)
        return replace(chosen, query=clean(chosen.query))


def _known(name: str, values: tuple[str, ...], names: Mapping[str, Any]) -> None:
    for value in values:
        if value not in names:
            raise UnknownParameter(name, f"this library knows no {name} called “{clean(value)[:60]}”")


def library() -> Library:
    """The library of the running application, for this request."""
    if "library" not in g:
        g.library = Library(cast(Source, current_app.extensions[EXTENSION]))
    return cast(Library, g.library)
