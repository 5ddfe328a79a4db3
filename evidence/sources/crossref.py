"""Crossref's REST API: the works of DOIs, many in one request, each odd answer with a defined outcome.

Routes and filters: https://www.crossref.org/documentation/retrieve-metadata/rest-api/ ; address and pace (polite pool,
`X-Rate-Limit-*`, 429): https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/ .
Several DOIs are asked for in one list (`filter=doi:…,doi:…`); a DOI with a comma, which separates filters, alone.

- an error of any shape, a web page, half an answer: asked again, then SourceUnavailable or SourceRefused (transport)
- a list whose filter Crossref does not take (400, 413, 414): its DOIs are asked for one by one
- a list that is not there (404), forbidden, or fails: nothing is said of its DOIs, for the service as a whole is wrong;
  but where that has gone on for days, its DOIs are asked for one by one, as it may be one of them (`apart`)
- a list that lacks a DOI: that DOI is asked for alone, unless Crossref did not know it the last time
- a single DOI that fails: the next one is asked for all the same
- 404, 410 or 400 for a single DOI: Crossref does not know it. It may be another agency's (DataCite, mEDRA)
- a redirect of a single DOI to another work of the same server: the DOI is an alias of that work's, which is the answer
  (lists leave aliases out): https://community.crossref.org/t/adding-redirects-for-aliased-dois-in-the-rest-api/13138
- works nobody asked for, works twice: the first of those that were asked for
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote

from evidence import identifiers
from evidence.errors import SourceProblem, SourceRefused
from evidence.pacing import crossref_pacer
from evidence.settings import Settings
from evidence.sources.answers import AnswerError, Broken, excerpt, json_error
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport

SOURCE: Final = "crossref"
"""The name of the source in the store."""

LIST: Final = 40
"""DOIs in one list: some 3 kB of address, which servers and proxies on the way take (8 kB is the common limit)."""
WHOLE_LIST: Final = 20
"""The same where whole works are wanted: with their references they have up to some 100 kB each."""
LONGEST_FILTER: Final = 4_000
"""Characters of a list's filter, percent-encoded."""

UPDATES: Final = (
    "DOI,title,original-title,volume,page,article-number,issued,published-print,published-online,update-to,updated-by"
)
"""What of a work says what became of it, and which it is (the list route's `select`, which takes these:
https://github.com/CrossRef/rest-api-doc/issues/289 ; the route of a single work has none)."""

LIMITS: Final = Limits(read=30.0, call=45.0, total=60.0, attempts=3)
"""Seconds and attempts of one request, less than for PubMed: what is not said today is asked for at the next run. It
is not asked again before the time that it asks to wait (`Retry-After`); where that is longer, the request fails."""
FAILING: Final = 3
"""Single DOIs of one list that may fail without an answer before the rest of them is left."""

_UNKNOWN: Final = frozenset({400, 404, 410})
_NOT_TAKEN: Final = frozenset({400, 413, 414})

Work = Mapping[str, Any]
"""A work as Crossref describes it: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md"""


@dataclass(slots=True)
class Answer:
    """What came of some DOIs: their works, those that Crossref does not know, those that failed alone and how.

    `problem`: why the rest has no answer; None where it was not asked for, as the time was used up.
    """

    asked: tuple[str, ...]
    works: dict[str, Work] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    failed: dict[str, SourceProblem] = field(default_factory=dict)
    problem: SourceProblem | None = None

    def lacking(self) -> list[str]:
        """DOIs of which nothing is known yet."""
        return [doi for doi in self.asked if doi not in self.works and doi not in self.unknown]

    def problems(self) -> list[SourceProblem]:
        """All that went wrong."""
        return [*self.failed.values(), *([self.problem] if self.problem else [])]

    def why(self, doi: str) -> str:
        """Why nothing is known of a DOI."""
        return str(self.failed.get(doi) or self.problem or "there was no time left to ask for it")


@dataclass(frozen=True, slots=True)
class Crossref:
    """Crossref behind a transport."""

    transport: Transport

    def works(
        self, dois: Iterable[str], *, unknown: Collection[str] = (), whole: bool = False, patience: int = FAILING,
        apart: bool = False,
    ) -> Iterator[Answer]:  # fmt: skip
        """The works of these DOIs (normalised), some in each answer. A failure is an answer with a `problem`.

        `unknown`: DOIs that Crossref did not know when it was last asked. `whole`: all it says of a work; else, where
        it gives a list, only what UPDATES names. `patience`: single DOIs of one list that may fail without an answer,
        or be refused before any other is answered.
        `apart`: the DOIs of a list that fails are asked for one by one.
        Ends early when the time that the transport allows is used up.
        """
        for group in _groups(dict.fromkeys(dois), WHOLE_LIST if whole else LIST):
            if self.transport.is_over:
                return
            answer = Answer(group)
            if len(group) == 1 or self._listed(answer, unknown, whole) or (apart and not self.transport.is_over):
                answer.problem = None
                self._each(answer, patience)
            yield answer

    def _listed(self, answer: Answer, unknown: Collection[str], whole: bool) -> bool:
        """What comes of the DOIs as a list; False for nothing."""
        try:
            answer.works |= self._list(answer.asked, whole)
        except SourceProblem as exc:
            answer.problem = None if self.transport.is_over else exc
            return False
        answer.unknown += [doi for doi in answer.lacking() if doi in unknown]
        return True

    def _each(self, answer: Answer, patience: int) -> None:
        """What comes of each DOI that is lacking still."""
        silent = 0
        for doi in answer.lacking():
            if silent == patience or self.transport.is_over:
                break
            try:
                work = self._alone(doi)
            except SourceProblem as exc:
                if not self.transport.is_over:
                    answer.failed[doi] = exc
                    silent += not (isinstance(exc, SourceRefused) and (answer.works or answer.unknown))
                continue
            if work is None:
                answer.unknown.append(doi)
            else:
                answer.works[doi] = work

    def _alone(self, doi: str) -> Work | None:
        """The work of a DOI, or the one of which it is an alias; None for what is not known, or by now another's."""
        moved: list[str] = []
        work = self.transport.get(f"works/{quote(doi, safe='')}", {}, _work, nothing=_UNKNOWN, moved=moved)
        if work is None:
            return None
        prime = identifiers.try_parse("doi", unquote(moved[-1].partition("works/")[2])) if moved else None
        return work if doi_of(work) in (doi, prime.value if prime else doi) else None

    def _list(self, group: tuple[str, ...], whole: bool) -> dict[str, Work]:
        fields = {"filter": ",".join(f"doi:{doi}" for doi in group), "rows": str(len(group))}
        chosen = fields if whole else fields | {"select": UPDATES}
        found = self.transport.get("works", chosen, _works, nothing=_NOT_TAKEN)
        if found is None:
            self.transport.notes.append(f"a list of {len(group)} DOIs is refused; they are asked for one by one")
            return {}
        works: dict[str, Work] = {}
        for work in found:
            doi = doi_of(work)
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
        settings, crossref_pacer(settings), LIMITS, base=settings.crossref_url, variable="EVIDENCE_CROSSREF_URL"
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


def doi_of(work: Work) -> str:
    """The DOI of a work, normalised; "" for none."""
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
