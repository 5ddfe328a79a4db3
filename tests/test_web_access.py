"""Who may write in the pages: the person at the machine, users who log in, and nobody else."""

from __future__ import annotations

import http.client
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from evidence.errors import UsageProblem
from evidence.settings import Settings
from evidence.store import Store, people
from tests.cli_runner import start
from tests.made import NOW, fresh_store, vocabulary
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, words
from web.access import EXTENSION, Gate
from web.app import create_app
from web.origin import is_loopback, safe_next
from web.sessions import COOKIE
from web.throttle import LIMITS, WINDOW, Throttle

PASSWORD = "an invented pass phrase"
UNDO = "/merges/1/undo"
"""A writing address: 403 for who may not, 404 for who may, since there is no merge."""

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications of this file."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: Any = NOW

    def __call__(self) -> Any:
        return self.moment


@dataclass
class Site:
    """An application over a store of its own."""

    store: Store
    folder: Path
    clock: Clock

    def client(self, bind: str = "127.0.0.1", peer: str = "127.0.0.1", **changes: Any) -> FlaskClient:
        settings = Settings(database_url="sqlite://", data_dir=self.folder, now=self.clock, **changes)
        app = create_app(settings, self.store, vocabulary(), bind=bind)
        app.testing = True
        app.jinja_env.bytecode_cache = COMPILED
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = peer
        return client

    def user(self, name: str = "anna", role: people.Role = "curator") -> people.Person:
        return people.add(self.store, name, PASSWORD, role, actor="test")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose new passwords are hashed quickly; what hashing really costs has a test of its own."""
    monkeypatch.setattr(people, "generate_password_hash", lambda p: generate_password_hash(p, "pbkdf2:sha256:10"))
    with fresh_store() as store:
        yield Site(store, tmp_path, Clock())


def may_write(client: FlaskClient, headers: Mapping[str, str] = SAME_SITE, **how: Any) -> bool:
    """Whether a writing request gets past the gate; the header of the pages must say the same."""
    status = client.post(UNDO, headers=dict(headers), **how).status_code
    assert status in (403, 404)
    return status == 404


def sees_review(client: FlaskClient, headers: Mapping[str, str] | None = None, **how: Any) -> bool:
    page = parsed(client.get("/login", headers=dict(headers or {}), **how).text)
    return any(words(a).startswith("Review") for a in page.xpath("//header//nav/a"))


def log_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD, **fields: str) -> TestResponse:
    return client.post("/login", data={"name": name, "password": password, **fields}, headers=SAME_SITE)


# The person at the machine


@pytest.mark.parametrize("bind", ["127.0.0.1", "localhost", "::1", "LOCALHOST"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LocalHost:8000"])
def test_the_person_at_the_machine_is_curator(site: Site, bind: str, host: str) -> None:
    client = site.client(bind)
    headers = {"Host": host, **SAME_SITE}
    assert may_write(client, headers)
    assert sees_review(client, headers)


@pytest.mark.parametrize("bind", ["", "0.0.0.0", "::", "192.168.1.5", "evidence.example", "*", "localhost.example"])
def test_on_any_other_address_nobody_is(site: Site, bind: str) -> None:
    client = site.client(bind)
    assert not may_write(client)
    assert not sees_review(client)


@pytest.mark.parametrize(
    "peer", ["192.168.1.7", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "", "localhost", "unix:"]
)
def test_from_another_machine_or_a_socket_nobody_is(site: Site, peer: str) -> None:
    client = site.client(peer=peer)
    assert not may_write(client)
    assert not sees_review(client)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.168.1.5:8000",
        "0.0.0.0:8000",
        "localhost@evil.example",
        "localhost:99999",
        "[",
        "localhost/",
    ],
)
def test_a_name_made_to_point_here_gives_no_right(site: Site, host: str) -> None:
    """DNS rebinding: the page of evil.example, whose name now means 127.0.0.1, is of the same origin."""
    client = site.client()
    answer = client.post(UNDO, headers={"Host": host, "Origin": f"http://{host}", **SAME_SITE})
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "Via",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Server",
        "X-Forwarded-Prefix",
        "X-Real-IP",
        "CF-Connecting-IP",
        "True-Client-IP",
        "Tailscale-User-Login",
    ],
)
@pytest.mark.parametrize("value", ["for=127.0.0.1", ""])
def test_behind_a_proxy_a_loopback_peer_is_not_the_person_at_the_machine(site: Site, header: str, value: str) -> None:
    client = site.client()
    assert not may_write(client, {header: value, **SAME_SITE})
    assert not sees_review(client, {header: value})


def test_a_proxy_that_rewrites_host_is_known_by_origin_or_by_its_protocol(site: Site) -> None:
    """nginx by default: HTTP/1.0 and its own name for the server as Host; Origin stays what the browser sent."""
    client = site.client()
    assert not may_write(client, {"Host": "127.0.0.1:8000", "Origin": "https://evidence.example", **SAME_SITE})
    assert not may_write(client, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert not sees_review(client, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})


def test_with_a_prefix_there_is_a_proxy(site: Site) -> None:
    client = site.client(url_prefix="/evidence")
    assert not may_write(client)
    assert not sees_review(client)


@pytest.mark.parametrize("role", ["curator", "reader"])
def test_the_first_user_ends_the_rule_and_the_last_that_leaves_restores_it(site: Site, role: people.Role) -> None:
    client = site.client()
    assert may_write(client)
    site.user(role=role)
    assert not may_write(client)
    people.set_disabled(site.store, "anna", True, actor="test")
    assert not may_write(client)  # a user who is shut out is a user
    people.remove(site.store, "anna", actor="test")
    assert may_write(client)


def test_read_only_lets_nobody_write(site: Site) -> None:
    client = site.client(read_only=True)
    assert not may_write(client)
    assert not sees_review(client)
    assert "EVIDENCE_READ_ONLY" in words(parsed(client.post(UNDO, headers=SAME_SITE).text))
    site.user()
    assert log_in(client).status_code == 403
    assert client.get("/login").status_code == 403
    assert COOKIE not in str(client.get("/login").headers)
    writing = site.client()
    assert log_in(writing).status_code == 303
    cookie = writing.get_cookie(COOKIE)
    assert cookie is not None
    client.set_cookie(COOKIE, cookie.value)
    assert not may_write(client)  # a log-in from before changes nothing


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("0", False), ("", False), ("off", False)])
def test_the_read_only_switch(value: str, expected: bool) -> None:
    assert Settings.from_environment({"EVIDENCE_READ_ONLY": value}).read_only is expected


def test_a_misspelt_read_only_switch_is_refused() -> None:
    with pytest.raises(UsageProblem, match="EVIDENCE_READ_ONLY"):
        Settings.from_environment({"EVIDENCE_READ_ONLY": "ture"})


def test_a_refusal_says_what_to_do_and_reading_goes_on(site: Site) -> None:
    client = site.client("0.0.0.0")
    answer = client.post(UNDO, headers=SAME_SITE)
    assert answer.status_code == 403
    assert "evidence users add NAME" in words(parsed(answer.text))
    assert_well_formed(parsed(answer.text))
    assert_policy_clean(answer.text)
    for address in ("/", "/review", "/merges", "/merges/different", "/login", "/about"):
        assert client.get(address).status_code == 200


# Requests that another site causes


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),  # another port or subdomain
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://LOCALHOST:80"}, True),
        ({"Origin": "http://localhost:3000"}, False),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "http://localhost@evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Referer": "http://localhost/review"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "javascript://localhost/"}, False),
        ({"Referer": "http://localhost/review/1-2?x=1"}, True),
        ({"Referer": "http://evil.example/http://localhost/"}, False),
        ({"Referer": "//localhost/"}, False),
        ({}, False),
    ],
)
def test_a_post_must_come_from_this_site(site: Site, headers: dict[str, str], allowed: bool) -> None:
    assert may_write(site.client(), headers) is allowed


SHELVES = ("/shelves", "/shelves/event/1/undo", *(f"/shelves/x/{w}" for w in ("remove", "rename", "share", "delete")))


@pytest.mark.parametrize(
    "address",
    [
        "/login",
        "/logout",
        "/review/1-2",
        "/review/1-2/reconsider",
        UNDO,
        "/tags",
        "/tags/1/undo",
        "/excluded",
        "/excluded/1/undo",
        "/alerts",
        "/runs",
        *SHELVES,
    ],
)
def test_every_writing_address_is_checked(site: Site, address: str) -> None:
    answer = site.client().post(address, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "This did not come from a page of this site" in words(parsed(answer.text))


def test_no_writing_address_is_left_out_above(site: Site) -> None:
    posts = {r.rule for r in site.client().application.url_map.iter_rules() if "POST" in (r.methods or ())}
    shapes = {re.sub(r"<[^>]*>", "N", rule) for rule in posts}
    others = {"/alerts", "/runs", *(re.sub("/(x|1)/", "/N/", address) for address in SHELVES)}
    others |= {"/tags", "/tags/N/undo", "/excluded", "/excluded/N/undo"}
    assert shapes == {"/login", "/logout", "/review/N-N", "/review/N-N/reconsider", "/merges/N/undo", *others}


def test_on_another_host_over_plain_http_origin_decides(site: Site) -> None:
    """Browsers send Sec-Fetch-Site only over https and to localhost."""
    site.user()
    client = site.client("0.0.0.0", "192.168.1.9")
    form = {"name": "anna", "password": PASSWORD}
    here, there = "http://192.168.1.5:8000", "http://192.168.1.6:8000"
    assert client.post("/login", base_url=here, data=form, headers={"Origin": there}).status_code == 403
    assert client.post("/login", base_url=here, data=form, headers={"Origin": here}).status_code == 303


# Logging in


def test_a_curator_logs_in_writes_and_logs_out(site: Site) -> None:
    site.user("Anna.K")
    client = site.client("0.0.0.0", "192.168.1.9")
    assert not may_write(client)
    answer = log_in(client, "anna.k")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert may_write(client)
    assert sees_review(client)
    assert "Logged in as Anna.K" in words(parsed(client.get("/").text))
    assert client.get("/logout").status_code == 405
    assert client.get("/logout").headers["Allow"] == "POST"
    assert client.post("/logout", headers=SAME_SITE).status_code == 303
    assert not may_write(client)
    assert client.get_cookie(COOKIE) is None


def test_a_reader_logs_in_and_may_not_write(site: Site) -> None:
    site.user(role="reader")
    client = site.client()
    assert log_in(client).status_code == 303
    answer = client.post(UNDO, headers=SAME_SITE)
    assert answer.status_code == 403
    assert "evidence users role anna curator" in words(parsed(answer.text))
    assert not sees_review(client)
    people.set_role(site.store, "anna", "curator", actor="test")
    assert may_write(client)


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({}, False),
        ({"X-Forwarded-Proto": "https"}, True),
        ({"X-Forwarded-Proto": "http"}, False),
        ({"Forwarded": 'for=192.0.2.1;proto="https"'}, True),
        ({"Origin": "https://localhost"}, True),
    ],
)
def test_the_cookie_is_for_this_site_and_for_no_script(site: Site, headers: dict[str, str], secure: bool) -> None:
    site.user()
    form = {"name": "anna", "password": PASSWORD}
    answer = site.client(url_prefix="/evidence").post("/login", data=form, headers={**SAME_SITE, **headers})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/evidence", "max-age=2592000"} <= parts
    assert ("secure" in parts) is secure
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Location"] == "/evidence/"


def test_over_https_the_cookie_is_secure(site: Site) -> None:
    site.user()
    form = {"name": "anna", "password": PASSWORD}
    answer = site.client().post("/login", base_url="https://localhost", data=form, headers=SAME_SITE)
    assert "; Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "https://evil.example/",
        "HTTPS:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "evil.example",
        "/review\r\nSet-Cookie: x=1",
        "///evil.example",
        "/" + "a" * 3000,
        "",
    ],
)
def test_logging_in_leads_to_no_other_site(site: Site, target: str) -> None:
    site.user()
    client = site.client()
    assert not parsed(client.get("/login", query_string={"next": target}).text).xpath("//input[@name='next']")
    assert log_in(client, next=target).headers["Location"] == "/"


def test_logging_in_leads_back_to_where_the_reader_was(site: Site) -> None:
    site.user()
    client = site.client("0.0.0.0", url_prefix="/evidence")
    link = parsed(client.get("/evidence/search?q=a%26b").text).xpath("//footer//a[.='Log in']/@href")[0]
    form = parsed(client.get(link).text).xpath("//form[@class='login']")[0]
    target = form.xpath("string(.//input[@name='next']/@value)")
    assert form.get("action") == "/evidence/login"
    assert log_in(client, next=target).headers["Location"] == "/evidence/search?q=a%26b"


@given(st.text(alphabet="/\\:.@?#ae \t\r\n\x00%2fhtps", max_size=20), st.sampled_from(["", "/evidence"]))
def test_a_safe_target_is_a_path_of_this_site(target: str, root: str) -> None:
    found = safe_next(target, root)
    assert found in ("", target)
    if found:
        assert found.startswith(f"{root}/")
        assert found[1:2] not in ("/", "\\")
        assert not re.search(r"[\x00-\x20\\]", found)
        assert urlsplit(found)[:2] == ("", "")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "wrong pass phrase"),
        ("anna", ""),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("an\x00na", PASSWORD),
        ("a" * 5000, "b" * 5000),
        ("anna'; DROP TABLE person; --", PASSWORD),
        ("\ud800", "\ud800"),
        ("ånna", PASSWORD),
    ],
)
def test_a_log_in_that_fails_says_the_same_whatever_was_wrong(site: Site, name: str, password: str) -> None:
    site.user()
    client = site.client()
    answer = client.post(
        "/login", data={"name": name.encode("utf-8", "replace"), "password": password.encode("utf-8", "replace")},
        headers=SAME_SITE,
    )  # fmt: skip
    assert answer.status_code == 403
    page = parsed(answer.text)
    assert words(page.xpath("//*[@role='alert']")[0]).startswith("This name and password do not belong together")
    assert "Set-Cookie" not in answer.headers
    assert_well_formed(page)
    assert not may_write(client)


def test_unknown_names_cost_what_known_ones_cost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash is computed, with the same parameters, whoever is asked for."""
    monkeypatch.setattr(people, "generate_password_hash", generate_password_hash)
    site.user()
    site.user("shut")
    people.set_disabled(site.store, "shut", True, actor="test")
    checked: list[str] = []
    real = people.check_password_hash
    monkeypatch.setattr(people, "check_password_hash", lambda h, p: checked.append(h.partition("$")[0]) or real(h, p))
    for name in ("anna", "nobody", "not a name", "shut", ""):
        people.verify(site.store, name, "wrong pass phrase")
    assert checked == [generate_password_hash("x").partition("$")[0]] * 5


def test_what_ends_a_log_in(site: Site) -> None:
    site.user()
    client = site.client("0.0.0.0")
    assert log_in(client).status_code == 303
    assert may_write(client)
    people.set_disabled(site.store, "anna", True, actor="test")
    assert not may_write(client)
    assert log_in(client).status_code == 403
    people.set_disabled(site.store, "anna", False, actor="test")
    assert may_write(client)
    people.set_password(site.store, "anna", PASSWORD, actor="test")  # even to the same one
    assert not may_write(client)
    assert log_in(client).status_code == 303
    people.remove(site.store, "anna", actor="test")
    site.user()  # another person of that name
    assert not may_write(client)


def test_a_log_in_lasts_thirty_days(site: Site) -> None:
    site.user()
    client = site.client("0.0.0.0")
    log_in(client)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    for days, holds in ((29, True), (31, False), (-1, False)):
        site.clock.moment = NOW + timedelta(days=days)
        client.set_cookie(COOKIE, cookie.value)
        assert may_write(client) is holds


def test_a_cookie_that_was_not_signed_here_is_nothing(site: Site) -> None:
    site.user()
    mine = site.client("0.0.0.0", secret_key="one key of this installation")
    log_in(mine)
    cookie = mine.get_cookie(COOKIE)
    assert cookie is not None
    assert may_write(mine)
    other = site.client("0.0.0.0", secret_key="another key")
    payload, _, signature = cookie.value.rpartition(".")
    for value in (
        cookie.value,
        "",
        ".",
        "x",
        payload,
        f"{payload}.",
        f"{payload[:-1]}.{signature}",
        "é" * 9,
        "a" * 3000,
    ):
        other.set_cookie(COOKIE, value)
        assert not may_write(other)
    mine.set_cookie(COOKIE, f"{payload[:-2]}xx.{signature}")
    assert not may_write(mine)
    same = site.client("0.0.0.0", secret_key="one key of this installation")
    same.set_cookie(COOKIE, cookie.value)
    assert may_write(same)  # another process with the same key


# Guessing


def test_guessing_is_slowed_down_per_name_and_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.user()
    client = site.client("0.0.0.0", "192.168.1.9")
    hashed: list[str] = []
    monkeypatch.setattr(people, "check_password_hash", lambda h, p: hashed.append(h) or False)
    for _ in range(LIMITS["both"]):
        assert log_in(client, "anna", "guess").status_code == 403
    answer = log_in(client, "ANNA", "guess")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= WINDOW
    assert "Too many attempts. Try again in 5 minutes." in words(parsed(answer.text))
    assert len(hashed) == LIMITS["both"]  # what is refused costs no hash
    client.environ_base["REMOTE_ADDR"] = "192.168.1.10"
    assert log_in(client, "anna", "guess").status_code == 403  # from elsewhere she can still come in


class Ticks:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_throttle_counts_per_both_per_address_and_per_name() -> None:
    ticks = Ticks()
    throttle = Throttle(ticks)
    assert [throttle.attempt("anna", "10.0.0.1") for _ in range(7)] == [0, 0, 0, 0, 0, 300, 300]
    ticks.now = 299.0
    assert throttle.attempt("anna", "10.0.0.1") == 1
    ticks.now = 300.0
    assert throttle.attempt("anna", "10.0.0.1") == 0
    spraying = [throttle.attempt(f"name{n}", "10.0.0.2") for n in range(60)]
    assert spraying.count(0) == LIMITS["address"]
    botnet = [throttle.attempt("bob", f"10.1.{n // 250}.{n % 250}") for n in range(150)]
    assert botnet.count(0) == LIMITS["name"]


def test_an_ipv6_holder_cannot_draw_new_addresses() -> None:
    throttle = Throttle(Ticks())
    tried = [throttle.attempt(f"name{n}", f"2001:db8:1:2::{n + 1:x}") for n in range(60)]
    assert tried.count(0) == LIMITS["address"]
    assert throttle.attempt("x", "2001:db8:1:3::1") == 0


def test_who_knows_the_password_starts_afresh_and_an_address_does_not() -> None:
    throttle = Throttle(Ticks())
    for _ in range(200):
        if throttle.attempt("anna", "10.0.0.1"):
            break
        throttle.succeeded("anna", "10.0.0.1")
    else:
        pytest.fail("one good password lets an address try for ever")
    assert throttle.attempt("anna", "10.0.0.2") == 0


def test_the_throttle_keeps_to_its_memory_and_never_forgets_who_is_at_it() -> None:
    throttle = Throttle(Ticks(), kept=30)
    allowed = sum(throttle.attempt(f"name{n}", "10.0.0.1") == 0 for n in range(500))
    assert allowed == LIMITS["address"]
    assert len(throttle) <= 30


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from("ab"), st.sampled_from("xy")), max_size=80))
def test_no_name_and_address_get_more_than_the_limit_in_a_window(attempts: list[tuple[int, str, str]]) -> None:
    ticks = Ticks()
    throttle = Throttle(ticks)
    allowed: dict[tuple[str, str], list[float]] = {}
    for pause, name, address in attempts:
        ticks.now += pause
        if throttle.attempt(name, address) == 0:
            allowed.setdefault((name, address), []).append(ticks.now)
    for moments in allowed.values():
        for start_ in moments:  # a fixed window lets at most two windows' worth through in any stretch of one
            assert sum(start_ <= m < start_ + WINDOW for m in moments) <= 2 * LIMITS["both"]


def test_threads_together_get_no_more_than_one_alone() -> None:
    throttle = Throttle(Ticks())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: throttle.attempt("anna", "10.0.0.1"), range(200)))
    assert found.count(0) == LIMITS["both"]


# The key


def test_the_key_is_drawn_once_and_only_its_owner_reads_it(site: Site) -> None:
    site.user()
    log_in(site.client("0.0.0.0"))
    path = site.folder / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = path.read_text()
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    assert Settings(database_url="", data_dir=site.folder).signing_key() == key
    path.chmod(0o644)
    assert Settings(database_url="", data_dir=site.folder).signing_key() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_reading_pages_needs_no_key(site: Site) -> None:
    client = site.client("0.0.0.0")
    assert client.get("/").status_code == 200
    assert not (site.folder / "secret_key").exists()


def test_a_key_that_was_cut_short_is_drawn_anew(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("abc")
    key = Settings(database_url="", data_dir=tmp_path).signing_key()
    assert len(key) == 64
    assert Settings(database_url="", data_dir=tmp_path).signing_key() == key


def test_the_environments_key_comes_first_and_is_never_shown(tmp_path: Path) -> None:
    settings = Settings.from_environment({"EVIDENCE_SECRET_KEY": "from outside", "EVIDENCE_DATA_DIR": str(tmp_path)})
    assert settings.signing_key() == "from outside"
    assert "from outside" not in repr(settings)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_keep_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match="EVIDENCE_SECRET_KEY: is not set, and .*secret_key cannot keep one"):
        Settings(database_url="", data_dir=tmp_path / "file").signing_key()


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from evidence.settings import kept_secret; "
        "sys.stdin.read(1); print(kept_secret(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "new" / "secret_key")]
    root = str(Path(__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": root}
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) for _ in range(4)
    ]
    assert all(p.stdin is not None for p in started)
    for process in started:
        process.stdin.write("x")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    keys = {process.communicate(timeout=60)[0].strip() for process in started}
    assert len(keys) == 1
    assert len(keys.pop()) == 64


# Copies


def test_pages_differ_by_reader_and_keep_answering_304(site: Site) -> None:
    site.user()
    site.user("bob")
    anna, bob, stranger = (site.client("0.0.0.0") for _ in range(3))
    log_in(anna)
    log_in(bob, "bob")
    answers = [c.get("/") for c in (anna, bob, stranger)]
    tags = [a.headers["ETag"] for a in answers]
    assert len(set(tags)) == 3
    assert [a.headers["Cache-Control"] for a in answers] == ["private, no-cache", "private, no-cache", "no-cache"]
    assert all("Cookie" in a.headers["Vary"] for a in answers)
    for client, tag in zip((anna, bob, stranger), tags, strict=True):
        again = client.get("/", headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert "Cookie" in again.headers["Vary"]
    assert stranger.get("/", headers={"If-None-Match": tags[0]}).status_code == 200


def test_what_can_be_decided_on_is_kept_nowhere(site: Site) -> None:
    client = site.client()
    for address in ("/review", "/merges", "/merges/different", "/tags", "/runs", "/login", "/review/1-2"):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-store", address
        assert "ETag" not in answer.headers
    assert client.post(UNDO, headers={"Sec-Fetch-Site": "cross-site"}).headers["Cache-Control"] == "no-store"


def test_static_files_do_not_depend_on_who_asks(site: Site) -> None:
    assert "Vary" not in site.client().get("/static/style.css").headers
    assert "Vary" not in site.client().get("/healthz").headers


# Addresses


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost", False),
        ("", False),
        ("127.1", False),
        ("2130706433", False),
        ("0x7f.0.0.1", False),
        ("127.0.0.1 ", False),
    ],
)
def test_loopback_addresses(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


# As it is served


def test_served_on_loopback_the_person_at_the_machine_is_curator_and_a_proxy_is_not() -> None:
    """Through the server itself: waitress takes proxy headers away unless it is told not to."""
    process = start("serve", "--port", "0")
    try:
        assert process.stdout is not None
        port = urlsplit(process.stdout.readline().strip()).port
        assert port
        link = 'href="/review"'

        def page(**headers: str) -> str:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", "/search", headers=headers)
                return connection.getresponse().read().decode()

        def sent(request: bytes) -> str:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
                connection.sendall(request)
                return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

        assert link in page()
        for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"):
            assert link not in page(**{name: "127.0.0.1"}), name
        assert link not in page(Host="evidence.example")
        assert link not in sent(b"GET /search HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        assert link in sent(b"GET /search HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    finally:
        process.kill()
        process.communicate()


def test_the_gate_is_where_it_is_looked_for(site: Site) -> None:
    """Otherwise every test above could pass with the gate left open."""
    gate = site.client().application.extensions[EXTENSION]
    assert isinstance(gate, Gate)
    assert gate.this_machine_only
    assert not site.client("0.0.0.0").application.extensions[EXTENSION].this_machine_only
