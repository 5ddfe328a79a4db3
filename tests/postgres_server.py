"""A throw-away PostgreSQL for a test run: on a unix socket in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

USER = "evidence"
START_SECONDS = 60
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "listen_addresses=")


class NoPostgres(Exception):
    """Why there is no server to test against."""


def find_binaries() -> Path:
    """The folder with initdb and postgres: on the PATH, else the newest that Debian or Homebrew installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    folders = [p for p in places if (p / "initdb").exists()]
    if not folders:
        raise NoPostgres("no initdb on the PATH or under /usr/lib/postgresql")
    return max(folders, key=lambda p: [int(n) for n in p.parent.name.split("@")[-1].split(".") if n.isdigit()])


def _unprivileged() -> dict[str, int | list[int]]:
    """Options for subprocess: initdb refuses root, so root hands over to an account without rights."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoPostgres("running as root, and there is no account postgres or nobody to run the server")


@contextmanager
def running() -> Iterator[str]:
    """Start a server; yields the URL of its maintenance database. Raises NoPostgres with the reason."""
    binaries, account = find_binaries(), _unprivileged()
    # Not pytest's tmp_path: its parents are closed to other accounts, and a socket path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="evidence-pg-"))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])  # type: ignore[arg-type]
        _run([binaries / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8"]
             + ["--locale=C", "--no-sync"], folder, account)  # fmt: skip
        options = [part for setting in _FAST for part in ("-c", setting)]
        command = [binaries / "postgres", "-D", folder / "data", "-k", folder, *options]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **account)  # type: ignore[call-overload]
        try:
            _await(binaries, folder, server)
            yield f"postgresql+psycopg://{USER}@/postgres?host={folder}"
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[Path | str], folder: Path, account: dict[str, int | list[int]]) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **account)  # type: ignore[call-overload]
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()[-300:]}")


def _await(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 10):
        if server.poll() is not None:
            raise NoPostgres(f"postgres did not start: {(folder / 'log').read_text(errors='replace')[-300:]}")
        if not subprocess.run([binaries / "pg_isready", "-q", "-h", folder, "-U", USER, "-d", "postgres"]).returncode:
            return
        time.sleep(0.1)
    raise NoPostgres(f"postgres was not ready after {START_SECONDS} s")


def database_url(admin_url: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(admin_url)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


def execute(admin_url: str, statement: str) -> None:
    """Run one statement outside a transaction, as CREATE DATABASE wants it."""
    import psycopg

    plain = admin_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
