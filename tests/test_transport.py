"""The transport against a real server that misbehaves. Nothing is mocked but sleep, so that no test waits."""

from __future__ import annotations

import logging
import random
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import SourceProblem, SourceRefused, SourceUnavailable, UsageProblem
from evidence.pacing import MemoryPacer
from evidence.settings import NCBI_EUTILS, Settings
from evidence.sources.answers import AnswerError, Broken, read_search, require
from evidence.sources.retry import Limits, retry_after
from evidence.sources.transport import Transport
from tests.eutils_server import EutilsServer
from tests.local_server import Step

KEY = "0123456789abcdef/secret+KEY"
LIMITS = Limits(total=60, attempts=4, max_bytes=100_000)
HASTY = replace(LIMITS, read=0.4, call=0.8, attempts=2)
FIELDS = {"db": "pubmed", "term": "dextrose", "retmax": "9999"}


@dataclass
class Harness:
    """A server, a transport to it, and what the transport would have slept."""

    server: EutilsServer
    transport: Transport
    pacer: MemoryPacer
    slept: list[float] = field(default_factory=list)

    def search(self) -> int:
        return self.transport.post("esearch.fcgi", FIELDS, lambda body: read_search(body, 9999)).count


def settings_for(url: str, **changes: Any) -> Settings:
    return Settings(
        database_url="sqlite://",
        data_dir=Path("unused"),
        eutils_url=url,
        email="who@example.org",
        max_rate=1000,
        **changes,
    )


@pytest.fixture
def harness() -> Iterator[Harness]:
    with EutilsServer(records=5) as server:
        pacer, slept = MemoryPacer(), []  # type: ignore[var-annotated]
        transport = Transport(
            settings_for(server.url, api_key=KEY), pacer, LIMITS, sleep=slept.append, rand=random.Random(1).random
        )
        yield Harness(server, transport, pacer, slept)
        transport.close()


def test_everything_travels_in_the_body_of_a_post(harness: Harness) -> None:
    assert harness.search() == 5
    (seen,) = harness.server.seen
    assert (seen.method, seen.path) == ("POST", "/entrez/eutils/esearch.fcgi")
    assert seen.fields == FIELDS | {"api_key": KEY, "tool": "evidence", "email": "who@example.org"}
    assert seen.headers["User-Agent"].startswith("evidence/")


def test_one_connection_serves_many_requests(harness: Harness) -> None:
    for _ in range(5):
        harness.search()
    assert harness.server.connections == 1
    assert harness.pacer.started == 5


def test_without_key_and_email_none_is_sent(harness: Harness) -> None:
    bare = Transport(replace(harness.transport.settings, api_key="", email=""), harness.pacer, LIMITS)
    bare.post("esearch.fcgi", FIELDS, len)
    bare.close()
    assert harness.server.seen[-1].fields == FIELDS | {"tool": "evidence"}


QUICK = (
    *(
        408,
        429,
        500,
        502,
        503,
        504,
        "drop",
        "close",
        "truncate",
        "cut",
        "html",
        "xmlerror",
        "jsonerror",
        "backenderror",
    ),
    *("text", "text:body=not xml", "badgzip", "missing", "wrongcount:number=7"),
)
SLOW = {
    "hang": "was silent for 0.4 s",
    "stall": "was silent for 0.4 s",
    "drip": "did not finish its answer within 0.8 s",
    "dripheaders": "did not finish its answer within 0.8 s",
    "dripopen": "did not finish its answer within 0.8 s",
}


@pytest.mark.parametrize("trouble", QUICK)
def test_trouble_that_passes_is_waited_for(harness: Harness, trouble: str | int) -> None:
    harness.server.script(trouble, trouble)
    assert harness.search() == 5
    assert len(harness.server.seen) == 3
    assert harness.pacer.started == 3
    assert len(harness.slept) == 2


@pytest.mark.parametrize("trouble", QUICK)
def test_trouble_that_stays_ends_in_an_error_that_names_the_host(harness: Harness, trouble: str | int) -> None:
    harness.server.script(forever=trouble)
    with pytest.raises(SourceProblem) as caught:
        harness.search()
    assert len(harness.server.seen) == LIMITS.attempts
    assert caught.value.subject == "127.0.0.1 esearch.fcgi"
    assert "gave up after 4 attempts" in caught.value.reason
    assert "\n" not in str(caught.value)


@pytest.mark.long
@pytest.mark.parametrize("trouble", SLOW)
def test_a_slow_server_hangs_nobody(harness: Harness, trouble: str) -> None:
    transport = replace(harness.transport, limits=HASTY)
    harness.server.script(forever=trouble)
    with pytest.raises(SourceUnavailable) as caught:
        transport.post("esearch.fcgi", FIELDS, len)
    assert caught.value.reason == f"{SLOW[trouble]} (gave up after 2 attempts)"
    harness.server.script()
    assert harness.search() == 5


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (500, "answers with status 500: API rate limit exceeded"),
        ("drop", "Connection reset"),
        ("close", "closed the connection without an answer"),
        ("truncate", "cut its answer short"),
        ("cut", "XML that ends or breaks too early"),
        ("html", "a web page (502 Bad Gateway)"),
        ("text", "nothing (an empty body)"),
        ("text:body=Service busy", "not XML: Service busy"),
        ("missing", "4 PMIDs where it counts 5"),
        ("wrongcount:number=7", "5 PMIDs where it counts 7"),
    ],
)
def test_no_usable_answer_says_what_was_wrong(harness: Harness, trouble: str | int, words: str) -> None:
    harness.server.script(forever=trouble)
    with pytest.raises(SourceUnavailable) as caught:
        harness.search()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("xmlerror", "Database is not supported: pubmed"),
        ("jsonerror", "API rate limit exceeded"),
        ("backenderror", "Search Backend failed: Exception: 'x'"),
    ],
)
def test_an_error_stated_again_and_again_is_a_refusal(harness: Harness, trouble: str, words: str) -> None:
    harness.server.script(forever=trouble)
    with pytest.raises(SourceRefused, match="gave up after 4 attempts") as caught:
        harness.search()
    assert words in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 414])
def test_a_client_error_is_not_repeated(harness: Harness, status: int) -> None:
    body = "<?xml version='1.0'?><eFetchResult><ERROR>ID list is empty!</ERROR></eFetchResult>"
    harness.server.script(Step(str(status), body=body))
    with pytest.raises(SourceRefused, match=f"status {status}: ID list is empty!"):
        harness.search()
    assert len(harness.server.seen) == 1


def test_nobody_listening_is_an_error_in_words() -> None:
    with EutilsServer() as server:
        gone = server.url
    slept: list[float] = []
    transport = Transport(settings_for(gone), MemoryPacer(), LIMITS, sleep=slept.append)
    with pytest.raises(SourceUnavailable, match=r"^127\.0\.0\.1 esearch\.fcgi: refuses the connection \(gave up"):
        transport.post("esearch.fcgi", FIELDS, len)
    transport.close()


# Waiting


def test_back_off_doubles_with_full_jitter_and_is_capped() -> None:
    limits = Limits(backoff=2, backoff_cap=10)
    assert [limits.pause(n, None, 1.0) for n in range(1, 6)] == [2, 4, 8, 10, 10]
    assert limits.pause(3, None, 0.25) == 2
    assert limits.pause(1, None, 0.0) == 0


def test_retry_after_is_honoured_and_capped(harness: Harness) -> None:
    harness.server.script("429:retry_after=7", "503:retry_after=100000")
    limits = replace(LIMITS, total=1000)
    transport = Transport(harness.transport.settings, harness.pacer, limits, sleep=harness.slept.append)
    transport.post("esearch.fcgi", FIELDS, len)
    transport.close()
    assert harness.slept == [7, limits.retry_after_cap]


def test_a_wait_beyond_the_time_limit_ends_at_once(harness: Harness) -> None:
    harness.server.script("429:retry_after=90")
    with pytest.raises(SourceUnavailable, match=r"asks to wait 90 s; gave up after 1 attempt\)"):
        harness.search()
    assert harness.slept == []


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("99999999999999999999999", 999999999.0),
        ("Fri, 01 Aug 2025 12:00:30 GMT", 30.0),
        ("Fri, 01 Aug 2025 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Fri, 99 Aug 2025 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(raw: str, seconds: float | None) -> None:
    now = datetime(2025, 8, 1, 12, tzinfo=UTC)
    assert retry_after({"Retry-After": raw}, lambda: now) == seconds
    wrong = datetime(1999, 1, 1, tzinfo=UTC)
    date = {"Retry-After": raw, "Date": "Fri, 01 Aug 2025 12:00:00 GMT"}
    assert retry_after(date, lambda: wrong) == seconds


def test_the_total_time_bounds_the_attempts(harness: Harness) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    limits = replace(LIMITS, attempts=1000, total=30, backoff=10, backoff_cap=10)
    transport = Transport(
        harness.transport.settings, harness.pacer, limits, sleep=sleep, rand=lambda: 1.0, clock=lambda: now[0]
    )
    harness.server.script(forever=500)
    with pytest.raises(SourceUnavailable, match="gave up after 3 attempts"):
        transport.post("esearch.fcgi", FIELDS, len)
    transport.close()
    assert now[0] <= 30


# Bounds


def test_an_answer_that_is_too_long_is_not_read(harness: Harness) -> None:
    harness.server.script("big:number=5000000")
    with pytest.raises(SourceRefused, match="more than 100,000 bytes"):
        harness.search()
    assert len(harness.server.seen) == 1
    assert harness.search() == 5  # the next request is not disturbed by the rest of that answer


def test_redirects_are_not_followed_and_both_hosts_are_named(harness: Harness) -> None:
    with EutilsServer(records=1) as other:
        harness.server.script(Step("redirect", body=f"{other.url.replace('127.0.0.1', 'localhost')}?api_key={KEY}"))
        with pytest.raises(
            SourceRefused, match=r"redirects from 127\.0\.0\.1 to localhost, which is not followed"
        ) as caught:
            harness.search()
        assert other.seen == []
    assert KEY not in str(caught.value)


def test_a_redirect_without_an_address_is_refused_too(harness: Harness) -> None:
    harness.server.script("redirect")
    with pytest.raises(SourceRefused, match=r"redirects from 127\.0\.0\.1 to 127\.0\.0\.1"):
        harness.search()


def test_ncbi_is_not_asked_without_an_email_address() -> None:
    nobody = replace(settings_for(NCBI_EUTILS), email="")
    with pytest.raises(UsageProblem, match="NCBI_EMAIL") as caught:
        Transport(nobody, MemoryPacer())
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_is_not_asked_for_a_server_on_this_machine(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    assert harness.search() == 5


def test_a_proxy_of_the_environment_is_asked_for_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    with EutilsServer(records=3) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        transport = Transport(settings_for("http://eutils.invalid/entrez/eutils/"), MemoryPacer(), LIMITS)
        assert transport.post("esearch.fcgi", FIELDS, lambda body: read_search(body, 9999)).count == 3
        proxy.script("drip")
        quick = replace(transport, limits=replace(HASTY, attempts=1))
        with pytest.raises(SourceUnavailable, match="did not finish"):
            quick.post("esearch.fcgi", FIELDS, len)
        transport.close()
        assert proxy.seen[0].path == "http://eutils.invalid/entrez/eutils/esearch.fcgi"


def test_calls_from_several_threads_take_turns(harness: Harness) -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(harness.search())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [5] * 6
    assert harness.server.connections == 1


# The key


@pytest.mark.parametrize("trouble", [*QUICK, 400, 403, "redirect", "big:number=5000000"])
def test_the_key_shows_nowhere(harness: Harness, trouble: str | int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = f'{{"error":"API key invalid","api-key":"{KEY}"}}'
    step = Step(str(trouble), body=body) if str(trouble).isdigit() else trouble
    harness.server.script(step, forever=step)
    with pytest.raises(SourceProblem) as caught:
        harness.search()
    shown = [str(caught.value), repr(caught.value), "".join(traceback.format_exception(caught.value))]
    shown += [repr(harness.transport), repr(harness.transport.settings), caplog.text]
    shown += [seen.path for seen in harness.server.seen]
    assert all(seen.fields["api_key"] == KEY for seen in harness.server.seen)
    for spelling in (KEY, KEY.lower(), KEY.upper(), "0123456789abcdef%2Fsecret%2BKEY"):
        assert not [text for text in shown if spelling in text]
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_error_that_repeats_the_key_is_redacted(harness: Harness) -> None:
    harness.server.script(Step("400", body=f'{{"error":"API key {KEY} invalid ({KEY.lower()})"}}'))
    with pytest.raises(SourceRefused, match=r"status 400: API key \*\*\* invalid \(\*\*\*\)"):
        harness.search()


# What a body says


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "nothing"),
        (b"   \n", "nothing"),
        (b"\xef\xbb\xbf", "nothing"),
        (b"\x00\x00", "not XML"),
        (b"<", "not XML"),
        (b"<!DOCTYPE html><HTML><body>maintenance</body>", "a web page"),
        (b"<?xml version='1.0'?><eSearchResult/>", "<eSearchResult> instead of <PubmedArticleSet>"),
        (b"{" * 200_000, "in JSON"),
        (b'{"error": 5}', "in JSON"),
        (b'[{"error":"x"}]', "x"),
        (b"<eFetchResult><ERROR/></eFetchResult>", "<eFetchResult> instead of"),
        (b"<error>busy</error>", "busy"),
    ],
)
def test_bodies_that_are_no_answer(body: bytes, words: str) -> None:
    with pytest.raises((Broken, AnswerError), match=words):
        require(body, "PubmedArticleSet")


def test_a_byte_order_mark_and_a_doctype_do_no_harm() -> None:
    require(
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!DOCTYPE PubmedArticleSet SYSTEM 'x'><PubmedArticleSet/>",
        "PubmedArticleSet",
    )


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
    ],
)
def test_entities_in_an_answer_are_not_resolved(entities: str) -> None:
    body = f"<!DOCTYPE e [{entities}]><eSearchResult><Count>0</Count><QueryTranslation>&x;</QueryTranslation>"
    assert read_search(f"{body}</eSearchResult>".encode(), 10).translation == ""
