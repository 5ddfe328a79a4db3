"""How the local E-utilities server answers one request: rightly, or with the misbehaviour that its script asks for."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.eutils_records import FIRST_PMID, article_set, article_xml, link_result, search_result
from tests.local_server import Http, Seen, Step, shut

RATE_ERROR: Final = '{"error":"API rate limit exceeded","api-key":"KEY","count":"4","limit":"3"}'
BACKEND_ERROR: Final = (
    '{"header":{"type":"esearch"},"esearchresult":{"ERROR":"Search Backend failed: Exception:\n\'x\'"}}'
)
NOT_FOUND: Final = (
    "<ErrorList><PhraseNotFound>xyzzy</PhraseNotFound></ErrorList>"
    "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList>"
)


TOO_FAR: Final = (
    '{"header":{"type":"esearch"},"esearchresult":{"ERROR":"Search Backend failed: Exception:\n'
    "'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve the first 9,999 records matching the "
    'query."}}'
)
"""What ESearch answers, with status 200, beyond its limit. The line break in it is NCBI's: that is no valid JSON."""


class Library(Protocol):
    """What the handler needs of the server."""

    connections: int
    limit: int
    closing: threading.Event
    open_sockets: set[socket.socket]

    def note(self, seen: Seen) -> Step: ...

    def find(self, term: str, fields: dict[str, str]) -> list[str]: ...

    def article(self, pmid: str) -> str | None: ...

    def cited(self, reference: str) -> str: ...

    def linked(self, name: str, pmid: str) -> list[tuple[str, int]]: ...


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Http

    def setup(self) -> None:
        super().setup()
        self.eutils: Library = self.server.owner
        self.eutils.connections += 1
        self.number = self.eutils.connections
        self.eutils.open_sockets.add(self.connection)

    def finish(self) -> None:
        self.eutils.open_sockets.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_GET(self) -> None:
        self._serve(urlsplit(self.path).query, "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._serve(body, body)

    def _serve(self, encoded: str, body: str) -> None:
        at = time.monotonic()
        fields = {name: values[0] for name, values in parse_qs(encoded, keep_blank_values=True).items()}
        seen = Seen(at, self.command, self.path, body, fields, dict(self.headers), self.number)
        step = self.eutils.note(seen)
        if step.kind.isdigit():
            headers = {"Retry-After": step.retry_after} if step.retry_after else {}
            self._send(step.body or RATE_ERROR, status=int(step.kind), type_="application/json", headers=headers)
        else:
            getattr(self, f"_{step.kind}")(step, seen)

    def _send(
        self, text: str | bytes, *, status: int = 200, type_: str = "text/xml", headers: dict[str, str] | None = None
    ) -> None:
        data = text.encode() if isinstance(text, str) else text
        self._head(len(data), status, type_, headers)
        self.wfile.write(data)

    def _head(self, length: int, status: int = 200, type_: str = "text/xml", headers: Any = None) -> None:
        self.send_response(status)
        for name, value in (
            {"Content-Type": f"{type_}; charset=UTF-8", "Content-Length": length} | (headers or {})
        ).items():
            self.send_header(name, str(value))
        self.end_headers()

    # What is right.

    def _ok(self, step: Step, seen: Seen) -> None:
        status, text = self._answer(step, seen)
        self._send(text, status=status)

    def _answer(self, step: Step, seen: Seen) -> tuple[int, str]:
        if seen.utility == "esearch":
            beyond = int(seen.fields.get("retstart", 0)) >= self.eutils.limit
            return 200, TOO_FAR if beyond else self._esearch(step, seen)
        if seen.utility == "efetch":
            return self._efetch(step, seen)
        if seen.utility == "ecitmatch":
            return 200, self._ecitmatch(step, seen)
        if seen.utility == "elink":
            return 200, self._elink(step, seen)
        if seen.utility == "epost":
            return (
                200,
                "<?xml version='1.0'?>\n<ePostResult><QueryKey>1</QueryKey><WebEnv>MCID_1</WebEnv></ePostResult>",
            )
        return 404, "<html><body>404 Not Found</body></html>"

    def _esearch(self, step: Step, seen: Seen) -> str:
        fields = seen.fields
        found = self.eutils.find(fields.get("term", ""), fields)
        count = len(found)
        start, most = int(fields.get("retstart", 0)), min(int(fields.get("retmax", 20)), self.eutils.limit)
        ids, errors = found[start : min(start + most, self.eutils.limit)], ""
        if step.kind == "empty":
            count, ids, errors = 0, [], NOT_FOUND
        elif step.kind == "missing":
            ids = ids[step.number :]
        elif step.kind == "wrongcount":
            count = step.number
        elif step.kind == "phrase":
            errors = NOT_FOUND
        return search_result(ids, count, start=start, query=fields.get("term", ""), errors=errors)

    def _efetch(self, step: Step, seen: Seen) -> tuple[int, str]:
        if not seen.ids or not all(i.isdigit() for i in seen.ids):
            error = "ID list is empty! Possibly it has no correct IDs."
            return 400, f"<?xml version='1.0'?>\n<eFetchResult><ERROR>{error}</ERROR></eFetchResult>"
        articles = [a for a in map(self.eutils.article, seen.ids) if a]
        if step.kind == "empty":
            articles = []
        elif step.kind == "missing":
            articles = articles[step.number :]
        elif step.kind == "duplicate":
            articles += articles[: step.number]
        elif step.kind == "unasked":
            articles += [article_xml(str(FIRST_PMID + 5_000_000 + i)) for i in range(step.number)]
        return 200, article_set(articles)

    def _ecitmatch(self, step: Step, seen: Seen) -> str:
        asked = [line for line in seen.fields.get("bdata", "").split("\r") if line]
        answered = [f"{line}{self.eutils.cited(line.rpartition('|')[0].rpartition('|')[0])}" for line in asked]
        if step.kind == "missing":
            answered = answered[step.number :]
        elif step.kind == "duplicate":
            answered += answered[: step.number]
        return "".join(f"{line}\n" for line in answered)

    def _elink(self, step: Step, seen: Seen) -> str:
        fields = seen.fields
        name, pmid, scored = fields.get("linkname", ""), fields.get("id", ""), fields.get("cmd") == "neighbor_score"
        links = [] if step.kind == "empty" else self.eutils.linked(name, pmid)
        return link_result([(pmid, name, links)], scored=scored)

    _empty = _missing = _wrongcount = _phrase = _duplicate = _unasked = _ok

    # What goes wrong on the way.

    def _drop(self, step: Step, seen: Seen) -> None:
        """Reset the connection without an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._hang_up()

    def _close(self, step: Step, seen: Seen) -> None:
        """Close the connection politely, without an answer."""
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _hang(self, step: Step, seen: Seen) -> None:
        """Never answer."""
        self.eutils.closing.wait()
        self.close_connection = True

    def _stall(self, step: Step, seen: Seen) -> None:
        """Send half an answer and then nothing more."""
        data = self._answer(step, seen)[1].encode()
        self._head(len(data))
        self.wfile.write(data[: len(data) // 2])
        self._hang(step, seen)

    def _drip(self, step: Step, seen: Seen) -> None:
        """Send the answer a byte at a time."""
        data = self._answer(step, seen)[1].encode()
        self._head(len(data))
        self._trickle(data, step.seconds)

    def _dripheaders(self, step: Step, seen: Seen) -> None:
        """Send headers for ever, a byte at a time."""
        self._trickle(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 90, step.seconds)

    def _dripopen(self, step: Step, seen: Seen) -> None:
        """Send an answer of no stated length, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n")
        self._trickle(self._answer(step, seen)[1].encode(), step.seconds)

    def _trickle(self, data: bytes, seconds: float) -> None:
        self.close_connection = True
        for i in range(len(data)):
            self.wfile.write(data[i : i + 1])
            if self.eutils.closing.wait(seconds):
                return

    def _truncate(self, step: Step, seen: Seen) -> None:
        """Close half-way through a body of stated length."""
        data = self._answer(step, seen)[1].encode()
        self._head(len(data))
        self.wfile.write(data[: len(data) // 2])
        self._hang_up_flushed()

    def _hang_up_flushed(self) -> None:
        self.wfile.flush()
        shut(self.connection)
        self.close_connection = True

    # What comes whole and is wrong.

    def _cut(self, step: Step, seen: Seen) -> None:
        """Half a document in a whole answer."""
        text = self._answer(step, seen)[1]
        self._send(text[: len(text) // 2])

    def _html(self, step: Step, seen: Seen) -> None:
        self._send("<html><head><title>502</title></head><body>Bad Gateway</body></html>", type_="text/html")

    def _xmlerror(self, step: Step, seen: Seen) -> None:
        root = {"esearch": "eSearchResult", "efetch": "eFetchResult", "elink": "eLinkResult"}.get(
            seen.utility, "eResult"
        )
        error = step.body or "Database is not supported: pubmed"
        self._send(f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}><ERROR>{error}</ERROR></{root}>')

    def _jsonerror(self, step: Step, seen: Seen) -> None:
        key = seen.fields.get("api_key", "192.0.2.1")
        self._send(step.body or RATE_ERROR.replace("KEY", key), type_="application/json")

    def _backenderror(self, step: Step, seen: Seen) -> None:
        self._send(BACKEND_ERROR, type_="application/json")

    def _text(self, step: Step, seen: Seen) -> None:
        self._send(step.body, type_="text/plain")

    def _big(self, step: Step, seen: Seen) -> None:
        """An answer of so many bytes."""
        self._send(b"<PubmedArticleSet>" + b" " * step.number)

    def _redirect(self, step: Step, seen: Seen) -> None:
        self._send("", status=302, headers={"Location": step.body})

    def _gzip(self, step: Step, seen: Seen) -> None:
        """A right answer, compressed."""
        self._send(gzip.compress(self._answer(step, seen)[1].encode()), headers={"Content-Encoding": "gzip"})

    def _cutgzip(self, step: Step, seen: Seen) -> None:
        """Half of a compressed answer, in a whole answer."""
        data = gzip.compress(self._answer(step, seen)[1].encode())
        self._send(data[: len(data) // 2], headers={"Content-Encoding": "gzip"})

    def _badgzip(self, step: Step, seen: Seen) -> None:
        self._send(b"\x1f\x8b\x08\x00not gzip at all", headers={"Content-Encoding": "gzip"})
