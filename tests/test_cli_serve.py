"""`evidence serve` as the program it is: first run, second run, stopping, a port in use."""

from __future__ import annotations

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli_runner import WU, bib, run, start, told


@contextmanager
def served(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of running pages."""
    process = start("serve", "--port", "0", *options)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), process.communicate()[1]
        yield address, process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=30) as answer:
        code: int = answer.status
        return code


def test_the_first_run_makes_the_store_and_fills_it_and_the_next_finds_it() -> None:
    with served() as (address, process):
        assert status(address) == 200
        assert status(f"{address}conditions/carpal-tunnel-syndrome") == 200
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "starter library: " in err
        assert "Traceback" not in err
    first = told("status")
    assert first["studies"] > 50
    assert first["starter_loaded"]
    with served() as (address, process):
        assert status(address) == 200
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "starter library" not in err
    assert told("status")["revision"] == first["revision"]


def test_a_store_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    with served() as (address, _process):
        assert status(address) == 200
    assert told("status")["studies"] == 1
    assert told("status")["starter_loaded"] is None


def test_a_first_run_that_was_cut_short_is_made_good() -> None:
    assert run("migrate").exit_code == 0  # what a kill before the first write leaves: a schema, and nothing in it
    with served() as (address, _process):
        assert status(address) == 200
    assert told("status")["starter_loaded"]


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("serve", "--port", port)
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"evidence: 127.0.0.1:{port}: cannot listen here (address already in use); --host, --port choose another\n"
    )


def test_a_host_that_is_not_here_is_one_line(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    result = run("serve", "--host", "192.0.2.1", "--port", "0")
    assert result.exit_code == 1
    assert result.stderr.startswith("evidence: 192.0.2.1:0: cannot listen here (")
    assert result.stderr.count("\n") == 1


def test_the_port_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", bib(tmp_path, WU))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("EVIDENCE_PORT", str(taken.getsockname()[1]))
        assert run("serve").exit_code == 1


def test_a_condition_added_while_the_pages_run_has_its_page(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    with served() as (address, _process):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            status(f"{address}conditions/invented-palsy")
        assert run("conditions", "add", "Invented palsy").exit_code == 0
        assert status(f"{address}conditions/invented-palsy") == 200
