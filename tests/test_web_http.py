"""Policies of every answer: headers, caching, methods, errors, prefixes, templates."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

import web
from evidence.errors import SchemaMismatch
from evidence.store import Store
from tests import web_fakes as fakes
from tests.web_checks import INLINE, parsed, template_sources, words
from web.app import create_app

CTS = "/conditions/carpal-tunnel-syndrome"
ONE = "/studies/ostrander2014dextrose"
ROUTES = (
    "/",
    CTS,
    "/search",
    "/search?q=CTS",
    ONE,
    "/about",
    "/studies/oldkey2014",
    "/pmid/90000004",
    "/pmid/1",
    "/key/x",
    "/nowhere",
    f"{CTS}?x=1",
    "/healthz",
    "/readyz",
    "/robots.txt",
    "/favicon.ico",
    "/static/style.css",
    "/static/no.css",
)


def make(
    tmp_path: Path, queries: fakes.FakeQueries, *, trusted_hosts: list[str] | None = None, url_prefix: str = ""
) -> Flask:
    settings, store = fakes.settings(tmp_path, url_prefix=url_prefix), cast(Store, object())
    app = create_app(settings, store, fakes.vocabulary(), queries=queries, trusted_hosts=trusted_hosts)
    app.testing = True
    return app


@pytest.fixture
def queries() -> fakes.FakeQueries:
    return fakes.FakeQueries()


@pytest.fixture
def client(tmp_path: Path, queries: fakes.FakeQueries) -> FlaskClient:
    return make(tmp_path, queries).test_client()


@pytest.mark.parametrize("address", ROUTES)
def test_every_answer_carries_the_policies(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    scripts = "'self'" if address == ONE else "'none'"  # its buttons copy
    assert headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'self'; img-src 'self'; script-src {scripts}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("address", ROUTES)
def test_head_answers_as_get_does_without_a_body(client: FlaskClient, address: str) -> None:
    got, head = client.get(address), client.head(address)
    assert head.status_code == got.status_code
    assert head.data == b""
    assert head.headers.get("ETag") == got.headers.get("ETag")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
@pytest.mark.parametrize("address", ["/", CTS, "/search", ONE, "/healthz", "/static/style.css"])
def test_nothing_can_be_written(client: FlaskClient, method: str, address: str) -> None:
    answer = getattr(client, method)(address)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("address", ["/", CTS, "/search?q=CTS", ONE, "/about"])
def test_an_unchanged_page_is_one_question_and_304(
    client: FlaskClient, queries: fakes.FakeQueries, address: str
) -> None:
    first = client.get(address)
    etag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    assert first.headers["Cache-Control"] == "no-cache"
    queries.calls.clear()
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert queries.calls == ["version"]
    assert "Content-Security-Policy" in again.headers


def test_the_etag_follows_store_address_and_host(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    def etag(address: str, base_url: str | None = None) -> str:
        return client.get(address, base_url=base_url).headers["ETag"]

    one = etag(CTS)
    assert etag(CTS) == one
    others = {etag(f"{CTS}?size=20"), etag("/"), etag(CTS, base_url="http://other.example")}
    queries.revision += 1
    others.add(etag(CTS))
    assert len(others | {one}) == 5
    assert client.get(CTS, headers={"If-None-Match": one}).status_code == 200


def test_errors_and_redirects_have_no_etag(client: FlaskClient) -> None:
    for address in ("/pmid/1", "/pmid/90000004", f"{CTS}?x=1", "/studies/oldkey2014"):
        assert "ETag" not in client.get(address).headers


def test_static_files_are_kept_for_ever_under_their_fingerprint_only(client: FlaskClient) -> None:
    page = parsed(client.get("/").text)
    for address in page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get(address.split("?")[0]).headers["Cache-Control"] == "no-cache"
        assert client.get(address.split("?")[0] + "?v=old").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"{CTS}?colour=blue", "Colour: unknown filter; this page knows"),
        (f"{CTS}?design=alchemy", "Design: this library knows no design called “alchemy”."),
        (f"{CTS}?intervention=leeches", "Intervention: this library knows no intervention called “leeches”."),
        (f"{CTS}?status=fine", "Status: 'fine' is not one of"),
        (f"{CTS}?since=soon", "Since: 'soon' is not a year."),
        (f"{CTS}?size=7", "Size: '7' is not one of"),
        (f"{CTS}?sort=newest&sort=strength", "Sort: given more than once."),
        (f"{CTS}?after=zzz", "After: is not a cursor of this list."),
        (f"{CTS}?condition=plantar-fasciitis", "Condition: this page lists 'carpal-tunnel-syndrome'."),
        ("/search?condition=gout", "Condition: this library knows no condition called “gout”."),
        (f"/search?q={'x' * 401}", "Q: a search text has at most 400 characters."),
    ],
)
def test_a_parameter_that_is_not_understood_is_named(client: FlaskClient, address: str, sentence: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert words(parsed(answer.text).xpath("//p[@class='lead']")[0]).startswith(sentence)


def test_an_unknown_condition_is_named(client: FlaskClient) -> None:
    answer = client.get("/conditions/gout")
    assert answer.status_code == 404
    assert "Condition “gout”: this library has no condition of that name." in words(parsed(answer.text))


@pytest.mark.parametrize(
    "address", [f"{CTS}.bib?colour=blue", "/conditions/gout.bib", f"{CTS}.ris?scope=some", "/studies/nobody.csv"]
)
def test_a_file_that_cannot_be_given_answers_in_plain_text(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (400, 404)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.endswith(".\n")


@pytest.mark.parametrize(
    "address",
    [
        "/%00",
        "/conditions/%00",
        "/search?q=%00%ff%fe",
        "/search?q=%ed%a0%80",
        "/studies/%ff",
        "/doi/%00",
        "/search?%00=1",
        f"{CTS}?after=%00",
        "/conditions/..%2f..%2fetc",
        "/static/..%2fapp.py",
        "/key/" + "k" * 5000,
    ],
)
def test_nonsense_gets_a_plain_answer(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (200, 400, 404)
    assert "Traceback" not in answer.text


def test_a_fault_is_a_sentence_and_never_a_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    queries = fakes.FakeQueries(fails=RuntimeError("secret detail"))
    answer = make(tmp_path, queries).test_client().get("/")
    assert answer.status_code == 500
    assert "The fault is in this program" in answer.text
    assert "secret detail" not in answer.text
    assert "Content-Security-Policy" in answer.headers
    assert "secret detail" in caplog.text


def test_a_store_that_does_not_answer_is_503_on_pages_and_not_ready(tmp_path: Path) -> None:
    queries = fakes.FakeQueries(fails=SchemaMismatch("store", "is older than this program; run evidence migrate"))
    client = make(tmp_path, queries).test_client()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "Store: is older than this program; run evidence migrate." in words(parsed(answer.text))
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (503, "not ready")
    queries.fails = RuntimeError("secret detail")
    assert client.get("/readyz").get_json() == {"status": "not ready", "reason": "the store does not answer"}
    assert client.get("/healthz").status_code == 200


def test_readiness_says_how_old_the_library_is(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    answer = client.get("/readyz")
    assert answer.get_json() == {
        "status": "ready",
        "version": "0.1.0",
        "revision": 5,
        "studies": 10,
        "last_refresh": None,
    }
    queries.last_success = fakes.REFRESH
    assert client.get("/readyz").get_json()["last_refresh"] == "2026-11-22T12:00:00+00:00"
    assert json.loads(client.get("/healthz").text)["status"] == "ok"


@pytest.mark.parametrize("asked", ["/evidence/", "/evidence", "/"])
def test_under_a_prefix_every_link_carries_it(tmp_path: Path, queries: fakes.FakeQueries, asked: str) -> None:
    client = make(tmp_path, queries, url_prefix="/evidence").test_client()
    answer = client.get(asked)
    assert answer.status_code == 200
    page = parsed(answer.text)
    links = [a for a in page.xpath("//a/@href|//form/@action|//link/@href") if a.startswith("/")]
    assert links
    assert all(link.startswith("/evidence/") for link in links)
    for link in set(links) - {"/evidence/runs"}:  # which needs a store: test_web_runs.py
        assert client.get(link).status_code == 200


def test_any_host_is_answered_unless_hosts_are_named(tmp_path: Path, queries: fakes.FakeQueries) -> None:
    assert (
        make(tmp_path, queries).test_client().get("/", base_url="http://evidence.ward.example:8000").status_code == 200
    )
    named = make(tmp_path, queries, trusted_hosts=["evidence.example"]).test_client()
    assert named.get("/", base_url="http://evidence.example").status_code == 200
    refused = named.get("/", base_url="http://attacker.example")
    assert refused.status_code == 400
    assert "nosniff" in refused.headers["X-Content-Type-Options"]


def test_templates_mark_nothing_as_safe_and_hold_no_inline_style_or_script() -> None:
    sources = template_sources(Path(web.__file__).parent / "templates")
    assert "layout.html" in sources
    for name, text in sources.items():
        assert not INLINE.search(text), name
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text), name


def test_the_style_sheet_names_no_other_host() -> None:
    style = (Path(web.__file__).parent / "static" / "style.css").read_text()
    assert not re.search(r"https?:|@import|url\(", style)
