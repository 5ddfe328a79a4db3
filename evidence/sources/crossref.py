"""Crossref's REST API: the works of DOIs, many in one request, each odd answer with a defined outcome.

Routes and filters: https://www.crossref.org/documentation/retrieve-metadata/rest-api/ ; address and pace (polite pool,
`X-Rate-Limit-*`, 429): https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/ .
Several DOIs are asked for in one list (`filter=doi:…,doi:…`); a DOI with a comma, which separates filters, alone.

- an error of any shape, a web page, half an answer: asked again, then SourceUnavailable or SourceRefused (transport)
- a list that Crossref refuses (400): its DOIs are asked for one by one
- a list that lacks a DOI: that DOI is asked for alone, unless Crossref did not know it the last time
- 404, 410 or 400 for a single DOI: Crossref does not know it. It may be another agency's (DataCite, mEDRA)
- works nobody asked for, works twice: the first of those that were asked for
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from evidence import identifiers
from evidence.errors import SourceProblem, SourceRefused
from evidence.pacing import crossref_pacer
from evidence.settings import Settings
from evidence.sources.answers import AnswerError, Broken, excerpt, json_error
from evidence.sources.transport import Transport

SOURCE: Final = "crossref"
"""The name of the source in the store."""

LIST: Final = 40
"""DOIs in one list: some 3 kB of address, which servers and proxies on the way take (8 kB is the common limit)."""
WHOLE_LIST: Final = 20
"""The same where whole works are wanted: with their references they have up to some 100 kB each."""
LONGEST_FILTER: Final = 4_000
"""Characters of a list's filter, percent-encoded."""

UPDATES: Final = "DOI,title,update-to,updated-by"
"""What of a work says what became of it (the list route's `select`; the route of a single work has none)."""

_UNKNOWN: Final = frozenset({400, 404, 410})

Work = Mapping[str, Any]
"""A work as Crossref describes it: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md"""


@dataclass(slots=True)
class Answer:
    """What came of some DOIs: their works, and those that Crossref does not know. `problem`: the rest failed."""

    asked: tuple[str, ...]
    works: dict[str, Work] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    problem: SourceProblem | None = None

    def lacking(self) -> list[str]:
        """DOIs of which nothing is known yet."""
        return [doi for doi in self.asked if doi not in self.works and doi not in self.unknown]


@dataclass(frozen=True, slots=True)
class Crossref:
    """Crossref behind a transport."""

    transport: Transport

    def works(self, dois: Iterable[str], *, unknown: Collection[str] = (), whole: bool = False) -> Iterator[Answer]:
        """The works of these DOIs (normalised), some in each answer. A failure is an answer with a `problem`.

        `unknown`: DOIs that Crossref did not know when it was last asked. `whole`: all it says of a work; else, where
        it gives a list, only what UPDATES names.
        """
        for group in _groups(dict.fromkeys(dois), WHOLE_LIST if whole else LIST):
            yield self._answer(group, unknown, whole)

    def _answer(self, group: tuple[str, ...], unknown: Collection[str], whole: bool) -> Answer:
        answer = Answer(group)
        try:
            if len(group) > 1:
                try:
                    answer.works |= self._list(group, whole)
                    answer.unknown += [doi for doi in answer.lacking() if doi in unknown]
                except SourceRefused as exc:
                    self.transport.notes.append(f"{exc}; its DOIs are asked for one by one")
            for doi in answer.lacking():
                work = self.transport.get(f"works/{quote(doi, safe='')}", {}, _work, nothing=_UNKNOWN)
                if work is not None and _doi(work) == doi:
                    answer.works[doi] = work
                else:  # not known, or by now another DOI's
                    answer.unknown.append(doi)
        except SourceProblem as exc:
            answer.problem = exc
        return answer

    def _list(self, group: tuple[str, ...], whole: bool) -> dict[str, Work]:
        fields = {"filter": ",".join(f"doi:{doi}" for doi in group), "rows": str(len(group))}
        found = self.transport.get("works", fields if whole else fields | {"select": UPDATES}, _works) or []
        works: dict[str, Work] = {}
        for work in found:
            doi = _doi(work)
            if doi in group:
                works.setdefault(doi, work)
        return works


@contextlib.contextmanager
def opened(settings: Settings, given: Crossref | None = None) -> Iterator[Crossref | None]:
    """Crossref as the settings say, with the pace that all processes of the installation share; or the `given` one.

    None where the settings say that it is not asked.
    """
    if given is not None or not settings.crossref_url:
        yield given
        return
    transport = Transport(
        settings, crossref_pacer(settings), base=settings.crossref_url, variable="EVIDENCE_CROSSREF_URL"
    )
    try:
        yield Crossref(transport)
    finally:
        transport.close()


def _groups(dois: Iterable[str], most: int) -> Iterator[tuple[str, ...]]:
    """The DOIs in lists that one request can ask for; those with a comma alone."""
    group: list[str] = []
    length = 0
    for doi in dois:
        cost = len(quote(doi, safe="")) + len("doi%3A%2C")
        if "," in doi:
            yield (doi,)
            continue
        if group and (len(group) == most or length + cost > LONGEST_FILTER):
            yield tuple(group)
            group, length = [], 0
        group.append(doi)
        length += cost
    if group:
        yield tuple(group)


def _doi(work: Work) -> str:
    found = identifiers.try_parse("doi", work["DOI"]) if isinstance(work.get("DOI"), str) else None
    return found.value if found else ""


def _message(body: bytes) -> dict[str, Any]:
    """The message of an answer. Raises Broken or AnswerError."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        head = body.lstrip()[:1]
        what = "nothing (an empty body)" if not head else f"something that is not JSON: {excerpt(body)}"
        raise Broken("JSON that ends or breaks too early" if head in (b"{", b"[") else what) from None
    if not isinstance(said, dict):
        raise Broken("JSON that is no object")
    if said.get("status") != "ok":
        raise AnswerError(json_error(body) or f"status {str(said.get('status'))[:60]!r}")
    message = said.get("message")
    if not isinstance(message, dict):
        raise Broken("no message")
    return message


def _work(body: bytes) -> Work:
    message = _message(body)
    if not isinstance(message.get("DOI"), str):
        raise Broken("a work without a DOI")
    return message


def _works(body: bytes) -> list[Work]:
    message = _message(body)
    items, total = message.get("items"), message.get("total-results")
    if not isinstance(items, list) or not isinstance(total, int) or isinstance(total, bool):
        raise Broken("no list of works")
    if len(items) > total or (total and not items):
        raise Broken(f"{len(items):,} works where it counts {total:,}")
    return [item for item in items if isinstance(item, dict)]
