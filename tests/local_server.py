"""What the local servers (E-utilities, Crossref) share: real HTTP in threads, a script of misbehaviour, what came."""

from __future__ import annotations

import socket
import sys
import threading
from collections import deque
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Step:
    """What to do with one request. `kind` is "ok", a status, or a misbehaviour (methods of tests/eutils_handler.py)."""

    kind: str
    number: int = 1  # of records missing, twice or not asked for; what to count wrongly
    seconds: float = 0.05  # between the bytes of a drip
    retry_after: str = ""
    body: str = ""
    utility: str = ""  # only for this one: "efetch"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    at: float
    method: str
    path: str
    body: str
    fields: dict[str, str]
    headers: dict[str, str]
    connection: int

    @property
    def utility(self) -> str:
        return urlsplit(self.path).path.rsplit("/", 1)[-1].removesuffix(".fcgi").removesuffix(".cgi")

    @property
    def ids(self) -> list[str]:
        return [i for i in self.fields.get("id", "").split(",") if i]


def as_step(step: Step | str | int) -> Step:
    """A step from its short form: 429, "drop", "429:retry_after=1", "missing:number=3,utility=efetch"."""
    if isinstance(step, Step):
        return step
    kind, _, options = str(step).partition(":")
    values: dict[str, Any] = dict(option.split("=", 1) for option in options.split(",") if option)
    if "number" in values:
        values["number"] = int(values["number"])
    if "seconds" in values:
        values["seconds"] = float(values["seconds"])
    return Step(kind, **values)


def shut(connection: socket.socket) -> None:
    """Shut a connection down, whatever state it is in."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class Http(ThreadingHTTPServer):
    """The threads. `owner` is whose handler they run."""

    daemon_threads = True
    request_queue_size = 64
    owner: Any

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away in the middle are what this server is for; anything else is a bug worth seeing."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class LocalServer:
    """A server, running in threads from `with` to its end, under `prefix`."""

    prefix = "/"
    handler: type[BaseHTTPRequestHandler]

    def __init__(self, port: int = 0) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.closing = threading.Event()
        self.open_sockets: set[socket.socket] = set()
        self._arrived = threading.Condition()
        self._steps: deque[Step] = deque()
        self._forever: Step | None = None
        self.http = Http(("127.0.0.1", port), self.handler)
        self.http.owner = self
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}{self.prefix}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.http.shutdown()
        for connection in list(self.open_sockets):
            shut(connection)
        self.http.server_close()

    def script(self, *steps: Step | str | int, forever: Step | str | int | None = None, utility: str = "") -> None:
        """What to do with the next requests, one step each; afterwards `forever`, or everything right."""
        self._steps.extend(replace(as_step(s), utility=as_step(s).utility or utility) for s in steps)
        self._forever = as_step(forever) if forever is not None else None
        if self._forever and utility:
            self._forever = replace(self._forever, utility=utility)

    @property
    def unused(self) -> int:
        """Steps of the script that no request has met yet."""
        return len(self._steps)

    def note(self, seen: Seen) -> Step:
        """Record a request and say what to do with it."""
        with self._arrived:
            self.seen.append(seen)
            step = Step("ok")
            wanted = next((s for s in self._steps if s.utility in ("", seen.utility)), None)
            if wanted:
                self._steps.remove(wanted)
                step = wanted
            elif self._forever and self._forever.utility in ("", seen.utility):
                step = self._forever
            self._arrived.notify_all()
            return step

    def wait_for(self, number: int, utility: str = "", timeout: float = 60.0) -> bool:
        """Wait until that many requests (of one utility) have arrived."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self.requests(utility)) >= number, timeout)

    def requests(self, utility: str = "") -> list[Seen]:
        """The requests so far, of one utility or all."""
        return [s for s in self.seen if utility in ("", s.utility)]

    def max_rate(self, window: float = 1.0) -> int:
        """Most requests that arrived within any stretch of time of that length, its end left out."""
        times = sorted(s.at for s in self.seen)
        return max((sum(1 for u in times if t <= u < t + window) for t in times), default=0)

    def serve(self, told: str) -> None:
        """Say where it is and serve until interrupted (Ctrl-C), as a program."""
        with self:
            sys.stdout.write(f"{told}\n")
            sys.stdout.flush()
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                sys.stdout.write(f"{len(self.seen)} requests, at most {self.max_rate()} within a second\n")
