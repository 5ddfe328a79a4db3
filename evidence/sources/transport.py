"""The one place that talks to the network, with pacing, time limits, bounded retries, and a key that never shows.

What NCBI asks of clients (tool and email with every request, the key as a parameter, at most 3 or 10 requests a
second): https://www.ncbi.nlm.nih.gov/books/NBK25497/ . Everything travels in the body of a POST, so that neither the
key nor a list of ids ever stands in a URL, which proxies and logs keep. Crossref's REST API is read by GET and knows no
key here; it asks for an address in `mailto` and in the User-Agent ("polite pool"):
https://www.crossref.org/documentation/retrieve-metadata/rest-api/tips-for-using-the-crossref-rest-api/
"""

from __future__ import annotations

import math
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any, Final, TypeVar
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from evidence import VERSION
from evidence.errors import SourceProblem, SourceRefused, SourceUnavailable, UsageProblem
from evidence.pacing import MARGIN, Pacer
from evidence.settings import Settings
from evidence.sources.answers import AnswerError, Broken, error_text
from evidence.sources.retry import Limits, asked_gap, retry_after

T = TypeVar("T")

_RETRIED: Final = frozenset({408, 425, 429})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MALFORMED: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)
_MOST_HOPS: Final = 2  # redirects in a row that are followed, where any are
_PIECE: Final = 1 << 16
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class _Request:
    """What to ask. `nothing`: statuses for no such thing. `moved`: paths it was sent on to."""

    method: str
    path: str
    fields: Mapping[str, str]
    nothing: frozenset[int] = frozenset()
    moved: list[str] | None = None

    @property
    def name(self) -> str:
        """What the request is called in messages."""
        return self.path if len(self.path) <= _LONGEST_NAME else f"{self.path[:_LONGEST_NAME]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """An attempt that may be repeated: why it failed, the wait the server asks for, what it is if it is the last."""

    reason: str
    wait: float | None = None
    final: type[SourceProblem] = SourceUnavailable


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: redirects are read here, and need not be what requests can read."""


@dataclass(slots=True)
class _Deadline:
    seconds: float
    passed: bool = False


class _CuttingAdapter(HTTPAdapter):
    """An adapter that can cut its current connection when a call as a whole takes too long.

    The timeouts of requests are for silence: a server that sends a byte now and then, in the headers or the body,
    never meets them. So a timer shuts the socket down at the deadline, which ends any blocked read.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._classes: dict[Any, Any] = {}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """The pools of connections through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        self._watch(manager)
        return manager

    def _watch(self, manager: Any) -> None:
        pools = manager.pool_classes_by_scheme.items()
        manager.pool_classes_by_scheme = {scheme: self._watched(pool) for scheme, pool in pools}

    def _watched(self, pool: Any) -> Any:
        """The pool class with connections that leave their socket with this adapter for each request."""
        if pool in self._classes.values():
            return pool
        if pool not in self._classes:
            base, sockets = pool.ConnectionCls, self._sockets

            def request(connection: Any, *args: Any, **kwargs: Any) -> None:
                base.request(connection, *args, **kwargs)
                sockets[:] = [connection.sock]

            connection_class = type(base.__name__, (base,), {"request": request})
            self._classes[pool] = type(pool.__name__, (pool,), {"ConnectionCls": connection_class})
        return self._classes[pool]

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[_Deadline]:
        """Cut whatever connection is in use when the block takes longer."""
        deadline = _Deadline(seconds)
        timer = threading.Timer(seconds, self._cut, (deadline,))
        timer.daemon = True
        self._sockets.clear()
        timer.start()
        try:
            yield deadline
        finally:
            timer.cancel()

    def _cut(self, deadline: _Deadline) -> None:
        deadline.passed = True
        for sock in self._sockets:
            try:
                # Of socket.socket, not of SSLSocket, which would drop the TLS layer under the reader's feet.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                continue  # closed in the same moment: nothing is left to cut


@dataclass(slots=True)
class Transport:
    """Requests to one address: `base`, which `variable` sets; without it the E-utilities.

    `sleep`, `rand` and `clock` are parameters so that tests need not wait.
    """

    settings: Settings
    pacer: Pacer
    limits: Limits = field(default_factory=Limits)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    rand: Callable[[], float] = field(default=random.random, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    notes: list[str] = field(default_factory=list, repr=False)  # failed attempts that were repeated, for the run log
    base: str = ""
    variable: str = "EVIDENCE_EUTILS_URL"
    give_up: float = math.inf  # when, by the clock, no request is begun and none goes on any more
    _adapter: _CuttingAdapter = field(default_factory=_CuttingAdapter, repr=False)
    _session: requests.Session = field(default_factory=_Session, repr=False)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        """Set the session up. Raises UsageProblem when NCBI would be asked without an address to write to."""
        if not self.base and self.settings.talks_to_ncbi and not self.settings.email:
            reason = "is not set; NCBI wants an e-mail address with every request, to write to before it blocks anyone"
            raise UsageProblem("NCBI_EMAIL", reason)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)
        contact = self.settings.email if self.base and _may_be_header(self.settings.email) else ""
        self._session.headers["User-Agent"] = f"evidence/{VERSION}" + (f" (mailto:{contact})" if contact else "")
        self._session.headers["Accept-Encoding"] = "gzip, deflate"

    @property
    def host(self) -> str:
        """The host asked, for messages."""
        return urlsplit(self.base or self.settings.eutils_url).hostname or ""

    def post(self, utility: str, fields: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        """Ask one utility ("esearch.fcgi") and return what `read` makes of the answer's body.

        `read` raises Broken for a body that may be whole next time and AnswerError for an error it states; both are
        asked again, as are lost connections, timeouts, 429 and 5xx. Raises SourceUnavailable when the attempts or the
        time are used up, SourceRefused when the source says no.
        """
        answer = self._ask(_Request("POST", utility, fields), read)
        assert answer is not None, "a POST has no status that means nothing"
        return answer

    def get(
        self,
        path: str,
        fields: Mapping[str, str],
        read: Callable[[bytes], T],
        *,
        nothing: frozenset[int] = frozenset(),
        moved: list[str] | None = None,
    ) -> T | None:
        """Ask for a path below the address, percent-encoded, with fields in the query; as `post` does, but None for a
        status in `nothing`. Sent on to a path below the address with the same first part (`works/…`), it is followed
        twice at most and put in `moved`; without `moved` never.
        """
        return self._ask(_Request("GET", path, fields, nothing, moved), read)

    def allow(self, seconds: float) -> None:
        """From now on so much time for all requests; what goes on for longer fails as unavailable."""
        self.give_up = self.clock() + seconds

    @property
    def is_over(self) -> bool:
        """The time that `allow` gave is used up."""
        return self.clock() >= self.give_up

    def _ask(self, request: _Request, read: Callable[[bytes], T]) -> T | None:
        with self._one_at_a_time:
            return self._asked(request, read)

    def _asked(self, request: _Request, read: Callable[[bytes], T]) -> T | None:
        give_up = min(self.clock() + self.limits.total, self.give_up)
        attempt = 0
        while True:
            attempt += 1
            answer = self._attempt(request, give_up - self.clock())
            if answer is None:
                return None
            if isinstance(answer, _Request):
                request, attempt = answer, attempt - 1
                continue
            if isinstance(answer, bytes):
                try:
                    return read(answer)
                except Broken as exc:
                    answer = _Failure(reason=f"answers with {exc}")
                except AnswerError as exc:
                    answer = _Failure(reason=f"answers with the error {str(exc)!r}", final=SourceRefused)
            pause = self.limits.pause(attempt, answer.wait, self.rand())
            if attempt >= self.limits.attempts or self.clock() + pause >= give_up:
                # Raised outside any handler: the first error, whose request holds the key, does not hang on to this.
                raise self._problem(answer.final, request, _last_words(answer, attempt))
            said = f"{request.name}: {self.host} {answer.reason}; asked again after {pause:.1f} s"
            self.notes.append(self.redact(said))
            self.sleep(pause)

    def _attempt(self, request: _Request, remaining: float) -> bytes | _Failure | _Request | None:
        """The body of a 200, a failure that may pass, what to ask instead. Raises SourceRefused for one that lasts."""
        self.pacer.wait()
        problem: Exception | None = None
        with self._adapter.deadline(min(self.limits.call, max(remaining, 0.1))) as deadline:
            try:
                answer = self._exchange(request)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as exc:
                problem = exc
        if deadline.passed:
            return _Failure(reason=f"did not finish its answer within {deadline.seconds:g} s")
        if problem is None:
            return answer
        reason = _in_words(problem, self.limits, connecting=isinstance(problem, requests.ConnectTimeout))
        if isinstance(problem, _MALFORMED) or _is_hopeless(problem):
            del problem
            raise self._problem(SourceRefused, request, reason)
        return _Failure(reason=reason)

    def _exchange(self, request: _Request) -> bytes | _Failure | _Request | None:
        url = (self.base or self.settings.eutils_url) + request.path
        try:
            response = self._send(url, request)
        finally:
            self.pacer.arrived()
        with response:
            if 300 <= response.status_code < 400:
                if (onward := self._onward(url, response, request)) is not None:
                    return onward
                other = urlsplit(urljoin(url, response.headers.get("Location", ""))).hostname or "nowhere"
                reason = f"redirects from {self.host} to {other}, which is not followed; correct {self.variable}"
                raise self._problem(SourceRefused, request, reason)
            if (gap := asked_gap(response.headers)) is not None:
                self.pacer.slow_to(MARGIN * gap)
            body = self._read(response, request)
        if response.status_code == 200:
            return body
        if response.status_code in request.nothing:
            return None
        reason = f"answers with status {response.status_code}{error_text(body)}"
        if response.status_code in _RETRIED or response.status_code >= 500:
            return _Failure(reason=reason, wait=retry_after(response.headers, self.settings.now))
        raise self._problem(SourceRefused, request, reason)

    def _onward(self, url: str, response: requests.Response, request: _Request) -> _Request | None:
        """What to ask where the server sends a request on; None where that is not followed."""
        target = re.split("[?#]", urljoin(url, response.headers.get("Location", "")))[0]
        path, route = target.removeprefix(self.base), request.path.split("/")[0]
        if request.moved is None or len(request.moved) == _MOST_HOPS or not self.base or path == target:
            return None
        if not re.match(rf"(?:v\d+/)?{route}/", path) or "/../" in path:
            return None
        request.moved.append(path)
        return replace(request, path=quote(path, safe="/%()&+,;:=@!*'~$"))

    def _send(self, url: str, request: _Request) -> requests.Response:
        """The head of the answer; its body is read piece by piece."""
        posted = request.method == "POST"
        query = dict(request.fields) | ({"mailto": self.settings.email} if self.settings.email else {})
        return self._session.request(
            request.method,
            url if posted or not query else f"{url}?{urlencode(query)}",
            data=self._body(request.fields) if posted else None,
            timeout=(self.limits.connect, self.limits.read),
            stream=True,
            allow_redirects=False,
            # A proxy of the environment is for the world outside, not for a server on this machine.
            proxies={"no_proxy": self.host} if self.host in _LOOPBACK else None,
        )

    def _body(self, fields: Mapping[str, str]) -> dict[str, str]:
        body = dict(fields) | {"tool": "evidence"}
        if self.settings.email:
            body["email"] = self.settings.email
        if self.settings.api_key:
            body["api_key"] = self.settings.api_key
        return body

    def _read(self, response: requests.Response, request: _Request) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > self.limits.max_bytes:
                reason = f"sends more than {self.limits.max_bytes:,} bytes; not read further"
                raise self._problem(SourceRefused, request, reason)
        return bytes(body)

    def _problem(self, kind: type[SourceProblem], request: _Request, reason: str) -> SourceProblem:
        return kind(f"{self.host} {request.name}", self.redact(reason))

    def redact(self, text: str) -> str:
        """The text without the key, in whatever spelling: NCBI's own error messages repeat it."""
        key = self.settings.api_key
        for spelling in (key, quote(key, safe=""), quote_plus(key), key.lower(), key.upper()):
            if spelling:
                text = text.replace(spelling, "***")
        return text

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _may_be_header(text: str) -> bool:
    """Whether a text can stand in a header line: nothing but visible ASCII (RFC 9110, 5.5)."""
    return bool(text) and all("!" <= c <= "~" for c in text)


def _last_words(failure: _Failure, attempts: int) -> str:
    asked = f"asks to wait {failure.wait:.0f} s; " if failure.wait else ""
    return f"{failure.reason} ({asked}gave up after {attempts} attempt{'s' if attempts > 1 else ''})"


def _innermost(problem: BaseException) -> BaseException:
    """The error at the bottom: requests wraps urllib3's, which wraps the operating system's."""
    seen: set[int] = set()
    while id(problem) not in seen:
        seen.add(id(problem))
        inner = (problem.__cause__, problem.__context__, getattr(problem, "reason", None), *problem.args)
        problem = next((i for i in inner if isinstance(i, BaseException) and id(i) not in seen), problem)
    return problem


def _is_hopeless(problem: BaseException) -> bool:
    """True when the next attempt would end alike: the server's certificate is not valid."""
    return isinstance(_innermost(problem), ssl.SSLCertVerificationError)


def _in_words(problem: BaseException, limits: Limits, *, connecting: bool) -> str:
    """What went wrong with a request, without addresses and object names."""
    cause = _innermost(problem)
    if isinstance(cause, TimeoutError):
        return f"takes no connection within {limits.connect:g} s" if connecting else f"was silent for {limits.read:g} s"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"shows a certificate that does not hold here ({cause.verify_message})"
    if isinstance(cause, socket.gaierror):
        return f"cannot be found ({cause.strerror})"
    if isinstance(cause, ConnectionRefusedError):
        return "refuses the connection"
    if isinstance(cause, RemoteDisconnected):
        return "closed the connection without an answer"
    if isinstance(cause, IncompleteRead):
        return "cut its answer short"
    if isinstance(cause, OSError) and cause.strerror:
        return f"cannot be reached ({cause.strerror})"
    return f"gave no usable answer ({type(cause).__name__}: {str(cause)[:200]})"
