"""What every test gets: no network beyond this machine, no store but its own, both database engines on request."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres_server

# Timing never decides a test: a loaded machine is not a bug. .ci/run asks for all examples.
settings.register_profile(
    "evidence",
    deadline=None,
    derandomize=True,
    max_examples=100 if os.environ.get("EVIDENCE_THOROUGH") else 8,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("evidence")

_LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""}
_FOR_TESTS = {
    "EVIDENCE_BENCH_DATA",
    "EVIDENCE_REQUIRE_BROWSER",
    "EVIDENCE_REQUIRE_POSTGRES",
    "EVIDENCE_TEST_POSTGRES",
}
_NOWHERE = "http://127.0.0.1:9"  # the discard port: a proxy that refuses whatever is not on this machine


def _refuse_outside(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else ""  # a unix socket's address is a path
    host = host.decode() if isinstance(host, bytes) else host
    if host not in _LOOPBACK and not str(host).startswith("127."):
        raise AssertionError(f"a test tried to reach {address!r}; tests use this machine only")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Sockets of this process reach 127.0.0.1 and nothing else; names are not even looked up."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(address)
        return connect_ex(self, address)

    def guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outside((host or "",))
        return lookup(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_lookup)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: the user's store, settings and NCBI key are out of reach, of child programs too."""
    folder = tmp_path_factory.mktemp("home")
    for name in [n for n in os.environ if n.startswith(("EVIDENCE_", "NCBI_")) and n not in _FOR_TESTS]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    for name, place in {
        "DATA": ".local/share",
        "CONFIG": ".config",
        "CACHE": ".cache",
        "STATE": ".local/state",
    }.items():
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / place))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, _NOWHERE)
        monkeypatch.setenv(name.lower(), _NOWHERE)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "localhost,127.0.0.1,::1")
    return folder


@pytest.fixture(scope="session")
def postgres_admin_url() -> Iterator[str]:
    """A PostgreSQL that may be filled with databases: EVIDENCE_TEST_POSTGRES, else one started for this run."""
    given = os.environ.get("EVIDENCE_TEST_POSTGRES")
    if given:
        yield given
        return
    server = postgres_server.running()
    try:
        url = server.__enter__()
    except postgres_server.NoPostgres as exc:
        if os.environ.get("EVIDENCE_REQUIRE_POSTGRES") == "1":
            pytest.fail(f"EVIDENCE_REQUIRE_POSTGRES=1, but {exc}")
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {exc}")
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture
def postgres_url(postgres_admin_url: str) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own."""
    name = f"evidence_test_{uuid.uuid4().hex}"
    postgres_server.execute(postgres_admin_url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield postgres_server.database_url(postgres_admin_url, name)
    finally:
        postgres_server.execute(postgres_admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made, on either engine; nothing is there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
