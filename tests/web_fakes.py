"""The invented library as the pages ask for it: answers of the store's queries, without a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evidence.errors import UnknownParameter
from evidence.filters import Filter
from evidence.settings import Settings
from evidence.views import (
    CheckView,
    ConditionLine,
    Facet,
    FacetOption,
    Home,
    LibraryState,
    Listing,
    RefreshView,
    RunView,
    SearchView,
    Study,
    StudyRow,
    Summary,
)
from evidence.vocabulary import Vocabulary
from tests.web_studies import NOON, REGISTRATIONS, lead, row, rows, study, vocabulary

__all__ = ["NOON", "REFRESH", "FakeQueries", "lead", "row", "rows", "settings", "vocabulary"]

REFRESH = RefreshView(at=NOON, state="ok", search="cts", found=12, added=3, revised=1, error="")


@dataclass
class FakeQueries:
    """Answers of the invented library; `calls` records what was asked."""

    held: tuple[StudyRow, ...] = field(default_factory=rows)
    last_refresh: RefreshView | None = None
    last_success: RefreshView | None = None
    revision: int = 5
    calls: list[str] = field(default_factory=list)
    fails: Exception | None = None

    def _note(self, name: str) -> None:
        self.calls.append(name)
        if self.fails is not None:
            raise self.fails

    def checked(self, store: object) -> tuple[CheckView, ...]:
        return ()

    def state(self, store: object, vocabulary: Vocabulary) -> LibraryState:
        self._note("state")
        return LibraryState(
            revision=self.revision,
            studies=len(self.held),
            leads=1,
            retracted=1,
            last_refresh=self.last_refresh,
            last_success=self.last_success,
            troubled=(self.last_refresh,) if self.last_refresh and self.last_refresh.state != "ok" else (),
            starter_loaded=datetime(2026, 11, 21, tzinfo=UTC),
        )

    def summary(self, found: Iterable[StudyRow], known: Vocabulary) -> Summary:
        live = [r for r in found if r.state != "retracted"]
        of = {
            g: sum(known.designs[r.design].group == g for r in live)
            for g in ("guideline", "review", "trial", "observational", "laboratory", "other")
        }
        sized = [r.n for r in live if known.designs[r.design].group == "trial" and r.n]
        return Summary(
            studies=len(live),
            guidelines=of["guideline"],
            reviews=of["review"],
            trials=of["trial"],
            observational=of["observational"],
            laboratory=of["laboratory"],
            other=of["other"],
            participants=sum(sized),
            participants_known=len(sized),
            newest=max((r.year for r in live if r.year), default=None),
            retracted=sum(r.state == "retracted" for r in found),
            leads=1,
        )

    def home(self, store: object, vocabulary: Vocabulary) -> Home:
        self._note("home")
        lines = tuple(
            ConditionLine(
                slug=slug,
                summary=self.summary([r for r in self.held if slug in r.conditions], vocabulary)
                if slug[0] == "c"
                else Summary(),
            )
            for slug in vocabulary.conditions
        )
        return Home(conditions=lines, total=self.summary(self.held, vocabulary), state=self.state(store, vocabulary))

    def _select(self, chosen: Filter) -> list[StudyRow]:
        found = [
            r
            for r in self.held
            if (not chosen.condition or chosen.condition in r.conditions)
            and (not chosen.designs or r.design in chosen.designs)
            and (not chosen.interventions or {s for s, _ in r.interventions} & set(chosen.interventions))
            and (not chosen.statuses or r.state in chosen.statuses)
            and (not chosen.since or (r.year or 0) >= chosen.since)
            and (not chosen.until or (r.year or 9999) <= chosen.until)
            and (chosen.query.casefold() in r.title.casefold() or chosen.query == "CTS")
        ]
        return sorted(found, key=lambda r: -(r.year or 0)) if chosen.sort == "newest" else found

    def listing(self, store: object, vocabulary: Vocabulary, chosen: Filter) -> Listing:
        self._note("listing")
        found = self._select(chosen)
        if chosen.after and not chosen.after.isdigit():
            raise UnknownParameter("after", "is not a cursor of this list")
        start = int(chosen.after or 0)
        page = found[start : start + chosen.size]
        following = str(start + chosen.size) if start + chosen.size < len(found) else ""
        years = sorted({r.year for r in found if r.year})
        return Listing(
            filter=chosen,
            total=len(found),
            rows=tuple(page),
            next_after=following,
            facets=self._facets(found, vocabulary, chosen),
            years=tuple((y, sum(r.year == y for r in found)) for y in years),
            summary=self.summary(found, vocabulary),
            leads=(lead(),) if chosen.condition[:1] == "c" else (),
            leads_total=1 if chosen.condition[:1] == "c" else 0,
            registrations=REGISTRATIONS if chosen.condition[:1] == "c" else (),
            matched_conditions=("carpal-tunnel-syndrome",) if chosen.query.casefold() == "cts" else (),
            searched_as=("cts",) if chosen.condition[:1] == "c" else (),
            state=self.state(store, vocabulary),
        )

    def _facets(self, found: list[StudyRow], known: Vocabulary, chosen: Filter) -> tuple[Facet, ...]:
        designs = tuple(
            FacetOption(value=d.slug, label=d.name, count=n, active=d.slug in chosen.designs)
            for d in known.designs.values()
            if (n := sum(r.design == d.slug for r in found))
        )
        given = tuple(
            FacetOption(value=i.slug, label=i.name, count=n, active=i.slug in chosen.interventions)
            for i in known.interventions.values()
            if (n := sum(i.slug in {s for s, _ in r.interventions} for r in found))
        )
        status = tuple(
            FacetOption(value=s, label=s, count=n, active=s in chosen.statuses)
            for s in ("none", "retracted")
            if (n := sum(r.state == s for r in found))
        )
        return (
            Facet(field="designs", parameter="design", label="Design", options=designs),
            Facet(field="interventions", parameter="intervention", label="Intervention", options=given),
            Facet(field="statuses", parameter="status", label="Status", options=status),
        )

    def study(self, store: object, vocabulary: Vocabulary, key: str) -> Study | None:
        self._note("study")
        key = {"oldkey2014": "ostrander2014dextrose"}.get(key, key)
        return next((study(r) for r in (*self.held, lead()) if r.key.casefold() == key.casefold()), None)

    def find_key(self, store: object, vocabulary: Vocabulary, scheme: str, value: str) -> str | None:
        self._note("find_key")
        return next((r.key for r in self.held if getattr(r, scheme) == value), None)

    def stream(self, store: object, vocabulary: Vocabulary, chosen: Filter, *, by_key: bool = False) -> Iterator[Study]:
        self._note("stream")
        found = self._select(chosen)
        return (study(r) for r in (sorted(found, key=lambda r: r.key) if by_key and chosen.sort != "newest" else found))

    def stream_as_of(
        self, store: object, vocabulary: Vocabulary, chosen: Filter, day: date, *, by_key: bool = False
    ) -> Iterator[Study]:
        self._note("stream_as_of")
        return (study(r) for r in self._select(chosen))

    def study_as_of(self, store: object, vocabulary: Vocabulary, key: str, day: date) -> Study | None:
        return self.study(store, vocabulary, key)

    def studies(self, store: object, vocabulary: Vocabulary, keys: Iterable[str]) -> Iterator[Study]:
        self._note("studies")
        return (study(r) for key in keys for r in self.held if r.key == key)

    def runs(self, store: object, vocabulary: Vocabulary, limit: int) -> tuple[RunView, ...]:
        return ()

    def searches(self, store: object, vocabulary: Vocabulary) -> tuple[SearchView, ...]:
        self._note("searches")
        return tuple(
            SearchView(
                name=s.name,
                label=s.label,
                query=s.query,
                conditions=(),
                include=True,
                last=self.last_refresh,
                ran=s.query if self.last_success else "",
            )
            for s in vocabulary.searches.values()
        )

    def version(self, store: object) -> str:
        self._note("version")
        return str(self.revision)

    def vocabulary(self, store: object, packaged: Vocabulary, version: str) -> Vocabulary:
        return packaged


def settings(tmp_path: Path, **changes: Any) -> Settings:
    """Settings that touch nothing of the user's."""
    return Settings(database_url="sqlite://", data_dir=tmp_path, now=lambda: NOON, **changes)
