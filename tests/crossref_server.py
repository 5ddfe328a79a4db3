"""A local server with Crossref's works routes, speaking real HTTP: invented works, and misbehaviour on command.

In a test: `with CrossrefServer(work("10.5555/a")) as server: server.script(429, "html", "ok"); … server.url`. What goes
wrong on the way it has from the E-utilities server (tests/eutils_handler.py). By hand:

    python -m tests.crossref_server --port 8043
    EVIDENCE_CROSSREF_URL=http://127.0.0.1:8043/ evidence add 10.5555/invented.1
"""

from __future__ import annotations

import argparse
import json
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from tests.eutils_handler import Handler
from tests.local_server import LocalServer, Seen, Step

Work = dict[str, Any]

LIMITS = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Interval": "1s", "X-API-Pool": "polite"}


def work(doi: str, title: str = "Dextrose around an invented nerve", **fields: Any) -> Work:
    """A journal article as the API gives it; `fields` with underscores for hyphens take the place of these."""
    made: Work = {
        "DOI": doi,
        "type": "journal-article",
        "title": [title],
        "subtitle": [],
        "author": [{"given": "Ann B.", "family": "Sample", "sequence": "first", "affiliation": []}],
        "container-title": ["Journal of Invented Nerves"],
        "short-container-title": ["J Inv Nerves"],
        "ISSN": ["0000-0019"],
        "volume": "7",
        "issue": "2",
        "page": "11-19",
        "published-print": {"date-parts": [[2021, 3]]},
        "published-online": {"date-parts": [[2021, 1, 20]]},
        "issued": {"date-parts": [[2021, 1, 20]]},
        "language": "en",
        "publisher": "Invented Press",
        "URL": f"https://doi.org/{doi}",
        "is-referenced-by-count": 3,
        "relation": {},
    }
    return made | {name.replace("_", "-"): value for name, value in fields.items()}


def update(doi: str, type_: str = "retraction", on: list[int] | None = None, **more: Any) -> Work:
    """An entry of `updated-by` or `update-to`; more: source="retraction-watch", record_id=…"""
    day = on or [2023, 4, 22]
    said = {"DOI": doi, "type": type_, "label": type_.capitalize(), "source": "publisher"}
    said |= {"updated": {"date-parts": [day], "date-time": "2023-04-22T00:00:00Z", "timestamp": 1682121600000}}
    return said | {name.replace("_", "-"): value for name, value in more.items()}


class CrossrefHandler(Handler):
    """The routes /works and /works/{doi}."""

    def _ok(self, step: Step, seen: Seen) -> None:
        crossref: CrossrefServer = self.server.owner
        route = urlsplit(seen.path).path.removeprefix(crossref.prefix)
        if onward := crossref.aliases.get(unquote(route.removeprefix("works/")).lower()):
            self._send("", status=301, headers={"Location": onward})
            return
        status, text = self._answer(step, seen)
        json_type = "application/json" if status != 404 else "text/plain"
        self._send(text, status=status, type_=json_type, headers=crossref.limits)

    def _answer(self, step: Step, seen: Seen) -> tuple[int, str]:
        crossref: CrossrefServer = self.server.owner
        route = urlsplit(seen.path).path.removeprefix(crossref.prefix)
        if route == "works":
            dois = [part.removeprefix("doi:").lower() for part in seen.fields.get("filter", "").split(",")]
            found = [crossref.works[doi] for doi in dois if doi in crossref.works and doi not in crossref.hidden]
            chosen = seen.fields.get("select", "").split(",")
            items = [{k: v for k, v in w.items() if chosen == [""] or k in chosen} for w in found]
            return 200, said("work-list", {"total-results": len(items), "items": items})
        doi = unquote(route.removeprefix("works/")).lower()
        if doi in crossref.works:
            return 200, said("work", crossref.works[doi])
        return 404, "Resource not found."

    def _failed(self, step: Step, seen: Seen) -> None:
        """What Crossref says of a parameter it does not take, with status 200."""
        self._send(json.dumps({"status": "failed", "message": [{"message": step.body or "no such filter"}]}))

    def _other(self, step: Step, seen: Seen) -> None:
        """Another work than the one that was asked for."""
        self._send(said("work", work("10.5555/another")))


def said(kind: str, message: object) -> str:
    """An answer's envelope."""
    return json.dumps({"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message})


class CrossrefServer(LocalServer):
    """The server, running in threads from `with` to its end. Change `works` at any time.

    `hidden`: DOIs that lists leave out though the work is there. `aliases`: DOI → where it is sent on to, an address or
    a path. `limits`: headers of every right answer.
    """

    prefix = "/rest/"
    handler = CrossrefHandler

    def __init__(self, *works: Work, port: int = 0) -> None:
        super().__init__(port)
        self.works: dict[str, Work] = {w["DOI"].lower(): w for w in works}
        self.hidden: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.limits: dict[str, str] = dict(LIMITS)
        self.limit = 0

    def alias(self, doi: str, prime: str) -> None:
        """From now on a DOI is an alias of another."""
        self.aliases[doi] = f"{self.prefix}works/{quote(prime, safe='')}"

    def asked(self) -> list[str]:
        """The DOIs asked for so far, those of one list joined by a space."""
        found = []
        for seen in self.seen:
            route = urlsplit(seen.path).path.removeprefix(self.prefix)
            listed = " ".join(part.removeprefix("doi:") for part in seen.fields.get("filter", "").split(","))
            found.append(listed if route == "works" else unquote(route.removeprefix("works/")))
        return found


def main() -> None:
    """Serve some works until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8043)
    options = parser.parse_args()
    retracted = work("10.5555/invented.2", updated_by=[update("10.5555/invented.3")])
    notice = work("10.5555/invented.3", "Retraction: an invented nerve", update_to=[update("10.5555/invented.2")])
    server = CrossrefServer(work("10.5555/invented.1"), retracted, notice, port=options.port)
    server.serve(f"EVIDENCE_CROSSREF_URL={server.url}  (10.5555/invented.1 to .3; Ctrl-C ends)")


if __name__ == "__main__":
    main()
