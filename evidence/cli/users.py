"""People who may log in to the pages: add, list, change, remove."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import ACTOR, opened
from evidence.cli.output import as_json, emit_json, note, table
from evidence.errors import UsageProblem

if TYPE_CHECKING:
    from evidence.store.people import Person

ROLES: Final = ("curator", "reader")
"""As in evidence.store.people, which is imported only when a command runs; a test keeps them equal."""

_LONGEST_LINE: Final = 8192

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input: its first line."
)


@click.group()
def users() -> None:
    """People who may log in to the pages.

    With no user defined, whoever uses the pages at this machine (127.0.0.1) is curator, and from anywhere else they can
    only be read. The first user ends that: from then on, writing needs a log-in everywhere.
    """


@users.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="curator",
    show_default=True,
    help="curator: may review, merge and undo; reader: may log in and read.",
)
@from_stdin
@as_json
def add(name: str, role: Any, password_stdin: bool, as_json: bool) -> None:
    """Let NAME log in. The password is asked for on the terminal; a store is made where there is none."""
    from evidence.store import people

    with opened(make=True) as library:
        people.expect_free(library.store, name)  # before the password is asked for
        person = people.add(library.store, name, _password(name, password_stdin), role, actor=ACTOR)
        first = len(people.everyone(library.store)) == 1
    if first:
        note("from now on, writing in the pages needs a log-in, at this machine too")
    _told(person, as_json, f"may log in as {person.role}")


@users.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """List who may log in."""
    from evidence.store import people

    with opened() as library:
        found = people.everyone(library.store)
    if as_json:
        emit_json([_public(person) for person in found])
        return
    rows = [(p.name, p.role, "disabled" if p.disabled else "", f"{p.created:%Y-%m-%d}") for p in found]
    table(("Name", "Role", "State", "Added"), rows)


@users.command("password")
@click.argument("name")
@from_stdin
@as_json
def password(name: str, password_stdin: bool, as_json: bool) -> None:
    """Give NAME another password; every log-in made with the old one ends."""
    from evidence.store import people

    with opened() as library:
        people.known(library.store, name)  # before the password is asked for
        person = people.set_password(library.store, name, _password(name, password_stdin), actor=ACTOR)
    _told(person, as_json, "has a new password")


@users.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@as_json
def role(name: str, role: Any, as_json: bool) -> None:
    """Make NAME a curator or a reader."""
    from evidence.store import people

    with opened() as library:
        person = people.set_role(library.store, name, role, actor=ACTOR)
    _told(person, as_json, f"is {person.role}")


@users.command("disable")
@click.argument("name")
@as_json
def disable(name: str, as_json: bool) -> None:
    """Shut NAME out at once, log-ins under way included; what NAME decided stays."""
    _set_disabled(name, True, as_json)


@users.command("enable")
@click.argument("name")
@as_json
def enable(name: str, as_json: bool) -> None:
    """Let NAME in again after `disable`."""
    _set_disabled(name, False, as_json)


@users.command("remove")
@click.argument("name")
@as_json
def remove(name: str, as_json: bool) -> None:
    """Forget NAME; what NAME decided stays.

    When the last user is removed, whoever uses the pages at this machine is curator again.
    """
    from evidence.store import people

    with opened() as library:
        person = people.known(library.store, name)
        people.remove(library.store, name, actor=ACTOR)
        last = not people.anyone(library.store)
    if last:
        note("no user is left: whoever uses the pages at this machine is curator")
    _told(person, as_json, "is removed")


COMMANDS: Final = (users,)


def _set_disabled(name: str, disabled: bool, as_json: bool) -> None:
    from evidence.store import people

    with opened() as library:
        person = people.set_disabled(library.store, name, disabled, actor=ACTOR)
    _told(person, as_json, "may not log in any more" if disabled else "may log in again")


def _told(person: Person, as_json: bool, what: str) -> None:
    if as_json:
        emit_json(_public(person))
    else:
        click.echo(f"{person.name}: {what}")


def _public(person: Person) -> dict[str, Any]:
    """What may be said of a person: nothing about the password."""
    return {"name": person.name, "role": person.role, "disabled": person.disabled, "created": person.created}


def _password(name: str, from_stdin: bool) -> str:
    """The password: the first line of standard input, or twice from the terminal, not shown."""
    if from_stdin:
        try:
            line = sys.stdin.readline(_LONGEST_LINE)
        except UnicodeDecodeError as exc:
            raise UsageProblem("password", f"is not text in {exc.encoding}, the encoding of standard input") from None
        return line.removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise UsageProblem(f"user {name!r}", "there is no terminal to ask for the password; use --password-stdin")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return typed
