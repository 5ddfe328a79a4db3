"""What every page knows of shelves: whose they are, who may change them, and what was just put on one.

A form that changes a shelf answers 303 to the page it was sent from, with the number of the logged change in the
address (`shelved`). The sentence there is built from the log; nothing is kept in a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import g, request

from evidence import shelving
from evidence.store import shelves as stored
from evidence.store.shelves import Shelf
from web.access import AT_THE_MACHINE, STRANGER, Access
from web.library import library
from web.numbers import number

PARAMETER: Final = "shelved"
NOTHING: Final = "nothing"
"""The parameter's value where no study was chosen."""


@dataclass(frozen=True, slots=True)
class Message:
    """What was just done. `done` is None when nothing was chosen, or all of it was so already (`shelf` says where)."""

    done: shelving.Done | None
    shelf: Shelf | None = None


def who() -> Access:
    """Who asks, as far as that was judged for this page."""
    found: Access = g.get("access", STRANGER)
    return found


def owners(person: Access) -> tuple[str, ...]:
    """Whose shelves are this person's: the own ones; a curator's also those made at the machine or by a command."""
    if not person.keeps:
        return ()
    return tuple(dict.fromkeys((person.name, *((AT_THE_MACHINE,) if person.may_write else ()))))


def own_names() -> tuple[tuple[str, str], ...]:
    """(address, name) of the shelves that the one who asks may put studies on, the last changed first."""
    return stored.named(library().store, owners(who())) if who().keeps else ()


def holding(study: int) -> tuple[Shelf, ...]:
    """The shelves of the one who asks on which a study (by its row's number) stands."""
    return stored.holding(library().store, study, owners(who())) if who().keeps else ()


def message() -> Message | None:
    """What the address says was done, if the log says so too and it was done to a shelf of the one who asks."""
    said = request.args.get(PARAMETER, "")
    if not said or not who().keeps:
        return None
    if said == NOTHING:
        return Message(None)
    if said.startswith("on."):
        shelf = stored.by_slug(library().store, said.removeprefix("on."), counted=False)
        return Message(None, shelf) if shelf is not None and shelf.owner in owners(who()) else None
    if not (event := number(said)):
        return None
    done = shelving.done(library().store, event)
    return Message(done) if done is not None and done.shelf.owner in owners(who()) else None


def without_message(args: dict[str, list[str]]) -> dict[str, list[str]]:
    """An address's parameters without that of the message, which is no filter."""
    return {name: values for name, values in args.items() if name != PARAMETER}


def with_message(address: str, said: str) -> str:
    """An address of this site with the parameter of a message, in the place of an older one."""
    parts = urlsplit(address)
    args = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != PARAMETER]
    return urlunsplit(("", "", parts.path, urlencode([*args, (PARAMETER, said)]), ""))
