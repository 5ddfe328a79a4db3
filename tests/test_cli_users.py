"""`evidence users`: who may log in; and the people in the store, on either engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence.cli import program, users
from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.store import Store, create, people
from tests.cli_runner import ROOT, run, told
from tests.made import NOW, clock, fresh_store

PASSWORD = "an invented pass phrase"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """New passwords are hashed quickly; tests/test_web_access.py looks at the real cost."""
    real = people.generate_password_hash  # type: ignore[attr-defined]
    monkeypatch.setattr(people, "generate_password_hash", lambda p: real(p, "pbkdf2:sha256:10"))


def give(password: str | bytes, *args: str) -> Result:
    """`evidence users ARGS --password-stdin` with this on standard input."""
    return CliRunner().invoke(program, ["users", *args, "--password-stdin"], input=password, prog_name="evidence")


def add(name: str, *args: str, password: str | bytes = f"{PASSWORD}\n") -> Result:
    return give(password, "add", name, *args)


def test_add_list_change_and_remove() -> None:
    first = add("Anna")
    assert (first.exit_code, first.stdout) == (0, "Anna: may log in as curator\n")
    assert "needs a log-in, at this machine too" in first.stderr
    second = add("bob", "--role", "reader")
    assert (second.stdout, second.stderr) == ("bob: may log in as reader\n", "")
    listed = run("users", "list").stdout.splitlines()
    assert [line.split("\t")[:3] for line in listed] == [
        ["name", "role", "state"],
        ["Anna", "curator", ""],
        ["bob", "reader", ""],
    ]
    assert run("users", "disable", "ANNA").stdout == "Anna: may not log in any more\n"
    assert run("users", "role", "bob", "curator").stdout == "bob: is curator\n"
    found = told("users", "list")
    assert [(p["name"], p["role"], p["disabled"]) for p in found] == [
        ("Anna", "curator", True),
        ("bob", "curator", False),
    ]
    assert set(found[0]) == {"name", "role", "disabled", "created"}
    assert run("users", "enable", "anna").stdout == "Anna: may log in again\n"
    assert give("another pass phrase", "password", "anna").stdout == "Anna: has a new password\n"
    assert run("users", "remove", "anna").stderr == ""
    assert "no user is left" in run("users", "remove", "bob").stderr
    assert told("users", "list") == []


@pytest.mark.parametrize(
    ("line", "password"),
    [
        ("plain words here\n", "plain words here"),
        ("no newline here", "no newline here"),
        ("carriage return\r\n", "carriage return"),
        ("  spaces count  \n", "  spaces count  "),
        ("first line only\nsecond\n", "first line only"),
        ("ünïcödé påss\n", "ünïcödé påss"),
    ],
)
def test_the_password_is_the_first_line_of_standard_input(line: str, password: str) -> None:
    assert add("anna", password=line).exit_code == 0
    with store_of_the_settings() as store:
        assert people.verify(store, "anna", password) is not None
        assert people.verify(store, "anna", password + "x") is None


def store_of_the_settings() -> Store:
    from evidence.settings import Settings
    from evidence.store import open_store

    return open_store(Settings.from_environment().database_url, clock)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "needs 8 characters"),
        ("\n", "needs 8 characters"),
        ("short77\n", "needs 8 characters"),
        ("x" * 1025, "at most 1024"),
        ("x" * 100_000, "at most 1024"),
        (b"\xff\xfe not text \x80\n", "is not text"),
    ],
)
def test_a_password_that_cannot_be_is_one_line_and_wrong_usage(password: str | bytes, why: str) -> None:
    result = add("anna", password=password)
    assert result.exit_code == 2
    assert result.stderr.startswith("evidence: password: ")
    assert why in result.stderr
    assert result.stderr.count("\n") == 1
    assert told("users", "list") == []


@pytest.mark.parametrize(
    "name", ["", " anna", "an na", "-anna", "ånna", "a" * 65, "anna\n", "a;b", "machine", "Curator"]
)
def test_a_name_that_cannot_be_is_refused_before_the_password_is_asked_for(name: str) -> None:
    result = CliRunner().invoke(program, ["users", "add", "--", name], prog_name="evidence")
    assert result.exit_code == 2
    assert result.stderr.startswith("evidence: user ")
    assert result.stderr.count("\n") == 1


def test_a_name_in_use_is_refused_whatever_its_capitals() -> None:
    add("anna")
    result = run("users", "add", "ANNA")
    assert result.exit_code == 1
    assert result.stderr == "evidence: user 'ANNA': is there already (capitals make no difference)\n"


@pytest.mark.parametrize("command", [["password"], ["disable"], ["enable"], ["remove"], ["role"]])
def test_nobody_of_that_name(command: list[str]) -> None:
    add("anna")
    result = run("users", *command, "zoe", *(["reader"] if command == ["role"] else []))
    assert result.exit_code == 1
    assert result.stderr == "evidence: user 'zoe': there is none of that name; `evidence users list` names them\n"


def test_without_a_terminal_the_password_must_come_from_standard_input() -> None:
    result = run("users", "add", "anna")
    assert result.exit_code == 2
    assert "there is no terminal to ask for the password; use --password-stdin" in result.stderr


def on_terminal(*args: str, typed: list[str]) -> tuple[int, str]:
    """`evidence ARGS` on a terminal of its own: how it ended, and what it showed. Types a line at every question."""
    spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-c", spawn, sys.executable, "-m", "evidence", *args]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    shown, answered = b"", 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while chunk := os.read(process.stdout.fileno(), 4096):
            shown += chunk
            if shown[answered:].endswith(b": "):
                if not typed:
                    process.kill()  # asked once too often: nobody would answer
                    break
                answered = len(shown)
                process.stdin.write(typed.pop(0).encode() + b"\n")
                process.stdin.flush()
    return process.returncode, shown.decode()


def test_on_a_terminal_the_password_is_asked_for_twice_and_never_shown() -> None:
    code, shown = on_terminal("users", "add", "anna", typed=[PASSWORD, "something else", PASSWORD, PASSWORD])
    assert code == 0, shown
    assert PASSWORD not in shown
    assert "do not match" in shown
    with store_of_the_settings() as store:
        assert people.verify(store, "anna", PASSWORD) is not None


def test_the_command_line_knows_the_stores_roles() -> None:
    assert users.ROLES == people.ROLES


def test_adding_a_user_before_the_first_run_does_not_keep_the_starter_library_out() -> None:
    from evidence import starter

    add("anna")
    with store_of_the_settings() as store:
        assert starter.is_unfinished(store)


# The store


def test_people_on_either_engine(store_url: str) -> None:
    with create(store_url, clock) as store:
        assert not people.anyone(store)
        anna = people.add(store, "Anna", PASSWORD, actor="test")
        assert (anna.name, anna.role, anna.created, anna.disabled, anna.may_write) == (
            "Anna",
            "curator",
            NOW,
            False,
            True,
        )
        assert people.anyone(store)
        with pytest.raises(Conflict):
            people.add(store, "anna", PASSWORD, actor="test")
        bob = people.add(store, "bob", PASSWORD, "reader", actor="test")
        assert not bob.may_write
        assert [p.name for p in people.everyone(store)] == ["Anna", "bob"]
        assert people.verify(store, "ANNA", PASSWORD) == anna
        for name in ("an\x00na", "x' OR '1'='1", "", "ANNA "):
            assert people.verify(store, name, PASSWORD) is None
            assert people.find(store, name) is None
        assert people.set_password(store, "anna", PASSWORD, actor="test").stamp != anna.stamp
        assert people.set_disabled(store, "anna", True, actor="test").may_write is False
        assert people.verify(store, "anna", PASSWORD) is None
        people.remove(store, "anna", actor="test")
        with pytest.raises(NotFound):
            people.known(store, "anna")


def test_nothing_of_a_password_is_shown_or_logged() -> None:
    with fresh_store() as store:
        person = people.add(store, "anna", PASSWORD, actor="test")
        people.set_password(store, "anna", "another pass phrase", actor="test")
        assert person.stamp not in repr(person)
        with store.read() as connection:
            rows: list[Any] = list(connection.exec_driver_sql("SELECT kind, actor, detail FROM event ORDER BY id"))
            stored = [row.password for row in connection.exec_driver_sql("SELECT password FROM person")]
        assert [(r.kind, r.actor) for r in rows] == [("person-added", "test"), ("person-password", "test")]
        assert "pass phrase" not in repr(rows) + repr(stored)
        assert all(value not in repr(rows) for value in stored)


@pytest.mark.parametrize("typed", ["pa\u0301ssphrase", "p\u00e1ssphrase"])
def test_letters_count_alike_however_a_keyboard_composes_them(typed: str) -> None:
    with fresh_store() as store:
        people.add(store, "anna", "p\u00e1ssphrase", actor="test")
        assert people.verify(store, "anna", typed) is not None


def test_an_unknown_role_is_refused() -> None:
    with fresh_store() as store, pytest.raises(UsageProblem):
        people.add(store, "anna", PASSWORD, "owner", actor="test")  # type: ignore[arg-type]


def test_users_survive_backup_and_restore(tmp_path: Path) -> None:
    add("anna")
    assert run("backup", tmp_path / "b").exit_code == 0
    run("users", "remove", "anna")
    assert run("restore", tmp_path / "b", "--force").exit_code == 0
    assert [p["name"] for p in told("users", "list")] == ["anna"]
