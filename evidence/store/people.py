"""Who may log in to the pages: names, roles and password hashes in the table `person`. Passwords never leave here.

Hashes are Werkzeug's (scrypt, RFC 7914, N = 2^15, r = 8, p = 1 and a random salt): some 70 ms and 32 MB a check.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from evidence.errors import Conflict, NotFound, UsageProblem
from evidence.store import schema
from evidence.store.engine import Store, Writer, table_of

PERSON: Final = table_of(schema.User)

Role = Literal["curator", "reader"]
ROLES: Final[tuple[Role, ...]] = ("curator", "reader")

RESERVED: Final = frozenset({"machine", "curator", "starter", "refresh", "import"})
"""Actors that decisions and events already name; a person of such a name could not be told from the program."""

SHORTEST: Final = 8
"""Characters, the least that OWASP ASVS 5.0 (6.2.1) allows; it recommends 15."""

LONGEST: Final = 1024
"""Characters: far above the 64 that must be possible (ASVS 5.0, 6.2.9), and few enough that hashing stays cheap."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_DECOY: Final = "scrypt:32768:8:1$decoydecoydecoy0$" + "0" * 128
"""A hash that no password has: checking it costs what checking a person's costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who may log in. `stamp` changes with every new password: a log-in remembers it, and ends with it."""

    name: str
    role: Role
    created: datetime
    disabled: bool
    stamp: str = field(repr=False)

    @property
    def may_write(self) -> bool:
        """A curator who is not shut out."""
        return self.role == "curator" and not self.disabled


def add(store: Store, name: str, password: str, role: Role = "curator", *, actor: str) -> Person:
    """Let someone log in. Raises UsageProblem for a name or password that cannot be, Conflict for a name in use."""
    _check_role(role)
    expect_free(store, name)
    hashed = _hashed(password)  # not while others wait to write
    with store.write() as writer:
        _expect_free(writer.connection, name)
        row = {"name": name, "role": role, "password": hashed, "created": writer.now, "disabled": False}
        writer.connection.execute(insert(PERSON).values(row))
        _log(writer, "person-added", name, actor, {"role": role})
        return _person(_row(writer.connection, name), name)


def expect_free(store: Store, name: str) -> None:
    """Raise UsageProblem when nobody can have that name, Conflict when somebody has it."""
    if not _NAME.fullmatch(name):
        raise UsageProblem(f"user {name!r}", "a name has 1 to 64 letters (a to z), digits, dots, dashes, _ and @")
    if name.lower() in RESERVED:
        raise UsageProblem(f"user {name!r}", "is a name of the program's own; choose another")
    with store.read() as connection:
        _expect_free(connection, name)


def everyone(store: Store) -> tuple[Person, ...]:
    """Everyone who is defined, by name."""
    with store.read() as connection:
        rows = connection.execute(select(PERSON)).all()
    return tuple(sorted((_person(row, "") for row in rows), key=lambda p: (p.name.casefold(), p.name)))


def anyone(store: Store) -> bool:
    """Whether anybody is defined at all, disabled ones included: then the person at the machine must log in too."""
    with store.read() as connection:
        return connection.execute(select(PERSON.c.name).limit(1)).first() is not None


def find(store: Store, name: str) -> Person | None:
    """The person of that name, whatever its capitals, or None."""
    with store.read() as connection:
        row = _row(connection, name)
    return None if row is None else _person(row, name)


def known(store: Store, name: str) -> Person:
    """The person of that name, whatever its capitals. Raises NotFound."""
    with store.read() as connection:
        return _person(_row(connection, name), name)


def verify(store: Store, name: str, password: str) -> Person | None:
    """The person who has this name and password and is not shut out, or None.

    One hash is computed whatever is asked, so that the time taken tells nothing about which names exist.
    """
    with store.read() as connection:
        row = _row(connection, name)
    right = check_password_hash(row.password if row is not None else _DECOY, _folded(password)[:LONGEST])
    return _person(row, name) if right and row is not None and not row.disabled else None


def set_password(store: Store, name: str, password: str, *, actor: str) -> Person:
    """Give a person another password; every log-in made with the old one ends. Raises NotFound, UsageProblem."""
    hashed = _hashed(password)
    return _change(store, name, {"password": hashed}, "person-password", actor)


def set_role(store: Store, name: str, role: Role, *, actor: str) -> Person:
    """Make a person curator or reader. Raises NotFound, UsageProblem."""
    _check_role(role)
    return _change(store, name, {"role": role}, "person-role", actor, {"role": role})


def set_disabled(store: Store, name: str, disabled: bool, *, actor: str) -> Person:
    """Shut a person out at once, or let them in again. What they decided stays. Raises NotFound."""
    return _change(store, name, {"disabled": disabled}, "person-disabled" if disabled else "person-enabled", actor)


def remove(store: Store, name: str, *, actor: str) -> None:
    """Forget a person; what they decided stays under their name. Raises NotFound."""
    with store.write() as writer:
        person = _person(_row(writer.connection, name), name)
        writer.connection.execute(delete(PERSON).where(PERSON.c.name == person.name))
        _log(writer, "person-removed", person.name, actor)


def _change(
    store: Store,
    name: str,
    values: Mapping[str, Any],
    kind: str,
    actor: str,
    detail: Mapping[str, Any] | None = None,
) -> Person:
    with store.write() as writer:
        person = _person(_row(writer.connection, name), name)
        writer.connection.execute(update(PERSON).where(PERSON.c.name == person.name).values(**values))
        _log(writer, kind, person.name, actor, detail or {})
        return _person(_row(writer.connection, person.name), person.name)


def _log(writer: Writer, kind: str, name: str, actor: str, detail: Mapping[str, Any] | None = None) -> None:
    writer.add(schema.Event, [writer.log(kind, actor=actor, detail={"person": name, **(detail or {})})])


def _row(connection: Connection, name: str) -> Row[Any] | None:
    """The row of a name, whatever its capitals; names are ASCII, so the database's `lower` is enough."""
    if not _NAME.fullmatch(name):
        return None
    found: Row[Any] | None = connection.execute(select(PERSON).where(func.lower(PERSON.c.name) == name.lower())).first()
    return found


def _person(row: Row[Any] | None, name: str) -> Person:
    if row is None:
        raise NotFound(f"user {name!r}", "there is none of that name; `evidence users list` names them")
    stamp = hashlib.blake2b(row.password.encode(), digest_size=16).hexdigest()
    return Person(name=row.name, role=row.role, created=row.created, disabled=row.disabled, stamp=stamp)


def _expect_free(connection: Connection, name: str) -> None:
    if _row(connection, name) is not None:
        raise Conflict(f"user {name!r}", "is there already (capitals make no difference)")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise UsageProblem(f"role {role!r}", f"is not one of {', '.join(ROLES)}")


def _hashed(password: str) -> str:
    if any(0xD800 <= ord(c) < 0xE000 for c in password):
        raise UsageProblem("password", "is not text: some of its bytes mean nothing in the encoding in use")
    folded = _folded(password)
    if not SHORTEST <= len(folded) <= LONGEST:
        raise UsageProblem("password", f"needs {SHORTEST} characters, 15 are better; at most {LONGEST}")
    return generate_password_hash(folded)


def _folded(password: str) -> str:
    """One form for what looks the same on different keyboards (NIST SP 800-63B, 5.1.1.2: NFKC or NFKD)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
