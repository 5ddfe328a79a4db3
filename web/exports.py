"""Live files: an address that always gives the same selection as it is now, and says whether it has changed.

For a new kind of live file (a shelf, a list), a view does this and no more; nothing of the store is read before `live`
but the version, and `studies` is called only if the bytes must be made:

    args = request.args.to_dict(flat=False)
    how = writing(args, ext)            # takes its parameters out of args; 400 for a wrong one
    nothing_else(args, ext)             # or parse what is left as a filter
    return live(lambda: library().studies(keys()), ext, name, how)

    live(studies: Callable[[], Iterable[Study]], ext: str, name: str | Callable[[], str], how: Writing,
         *, audience: Audience | Callable[[], Audience] = "anybody") -> Response

`name` is the file's name without its suffix (a callable is asked after the studies were read, as `audience` is).
`audience` says who may have it: anybody, whoever knows the address ("link"), or some person ("own"); only the first
may be kept by shared caches. A reader who has a file of the first two gets 304 before `studies` is called: `studies`
may refuse (raise NotFound) when a change of the store decides it; of "own" nothing is remembered. The view's endpoint
has ".export_" in its name, so that errors are a line of text (web/errors.py), and its blueprint is not "pages": the
bytes are the same whoever asks, so nobody is asked who he is, and no Vary is needed.

The ETag is the SHA-256 of the bytes (strong, RFC 9110 section 8.8.3): every process gives the same one, and it changes
exactly when the file does. What was hashed is remembered under the store's revision and the address; while that
stands, If-None-Match is answered after one row of the store. There is no Last-Modified: a study may leave a selection
without any study in it changing, and a second holds several changes (RFC 9110 section 8.8.2.2).
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, Literal, cast

from flask import Response, current_app, request
from werkzeug.wsgi import wrap_file

from evidence import formats
from evidence.errors import UnknownParameter
from evidence.formats import Options
from evidence.views import Study
from web.library import library
from web.selection import DIALECTS, EXPORTS
from web.spool import measure, spool

EXTENSION: Final = "evidence-live"
REMEMBERED: Final = 1024
"""Addresses whose hashes are kept in a process, some 300 bytes each; the longest unused go first."""

PARAMETERS: Final = ("dialect", "journal", "doi", "url", "abstract", "aliases")
_BLOCK: Final = 65_536
"""Bytes that a server without file sending of its own reads at once."""


Audience = Literal["anybody", "link", "own"]


@dataclass(frozen=True, slots=True)
class Writing:
    """How a file is written: the name of its format in evidence.formats, what is left out or shortened."""

    format: str
    options: Options


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file: the hash and number of its bytes, its name without suffix, who may have it."""

    etag: str
    length: int
    name: str
    audience: Audience = "anybody"


class Remembered:
    """The files last hashed, by key; safe among threads. Holds at most `size`."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._held: OrderedDict[bytes, Known] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> Known | None:
        """What is known under that key."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: bytes, known: Known) -> None:
        """Remember it; forget the one that was not asked for longest."""
        with self._lock:
            self._held[key] = known
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)


def writing(args: dict[str, list[str]], ext: str) -> Writing:
    """Take what says how to write out of an address's parameters (PARAMETERS). Raises UnknownParameter.

    dialect=bibtex|biblatex (.bib only) · journal=full|abbreviated · doi, url, abstract=yes|no ·
    aliases=no|yes.
    """
    dialects = DIALECTS.get(ext, {})
    if not dialects and any(args.get("dialect", ())):
        raise UnknownParameter("dialect", f"a .{ext} file has none; .bib files come as {' or '.join(DIALECTS['bib'])}")
    dialect = one_of(args, "dialect", tuple(dialects) or ("",))
    return Writing(
        dialects.get(dialect, EXPORTS[ext][0]),
        Options(
            journal="full" if one_of(args, "journal", ("full", "abbreviated")) == "full" else "abbreviated",
            doi=one_of(args, "doi", ("yes", "no")) == "yes",
            url=one_of(args, "url", ("yes", "no")) == "yes",
            abstract=one_of(args, "abstract", ("yes", "no")) == "yes",
            aliases=one_of(args, "aliases", ("no", "yes")) == "yes",
        ),
    )


def one_of(args: dict[str, list[str]], name: str, known: tuple[str, ...]) -> str:
    """Take one parameter out: its value, or the first of those known if it is not given. Raises UnknownParameter."""
    values = [value.strip() for value in args.pop(name, []) if value.strip()]
    if len(values) > 1:
        raise UnknownParameter(name, "given more than once")
    if values and values[0] not in known:
        raise UnknownParameter(name, f"{values[0][:40]!r} is not one of {', '.join(known)}")
    return values[0] if values else known[0]


def nothing_else(args: Mapping[str, object], ext: str, *further: str) -> None:
    """Raises UnknownParameter for the first parameter that is left; `further` are those that this file knows too."""
    for name in args:
        known = (*further, *(p for p in PARAMETERS if p != "dialect" or ext in DIALECTS))
        raise UnknownParameter(name, f"unknown; this file knows {', '.join(known)}")


def live(
    studies: Callable[[], Iterable[Study]],
    ext: str,
    name: str | Callable[[], str],
    how: Writing,
    *,
    audience: Audience | Callable[[], Audience] = "anybody",
) -> Response:
    """The file of these studies, or 304 (HEAD: its headers). See the module's docstring.

    Raises what the studies raise, and StoreUnreachable when there is no room to make it; never gives half a file.
    """
    remembered = cast(Remembered, current_app.extensions.setdefault(EXTENSION, Remembered()))
    key = _key(how)
    known = remembered.get(key)
    body: Iterable[bytes] | None = None
    if known is None or not (_unchanged(known) or request.method == "HEAD"):
        known, body = _made(studies, name, how)
        known = replace(known, audience=audience() if callable(audience) else audience)
        if known.audience != "own":
            remembered.put(key, known)
    answer = _answer(known, body, ext, how)
    answer.headers["Cache-Control"] = "no-cache" if known.audience == "anybody" else "private, no-cache"
    return answer


def _key(how: Writing) -> bytes:
    """The address without its host, which no file names, and the revision of what it shows."""
    asked = f"{library().content()}\n{request.path}\n{how}\n".encode("utf-8", "replace") + request.query_string
    return hashlib.sha256(asked).digest()


def _unchanged(known: Known) -> bool:
    """Whether the reader has these bytes. A proxy that compresses makes our tag a weak one (RFC 9110, 13.1.2)."""
    return request.if_none_match.contains_weak(known.etag)


def _made(
    studies: Callable[[], Iterable[Study]], name: str | Callable[[], str], how: Writing
) -> tuple[Known, Iterable[bytes] | None]:
    """Make the file; nothing is kept of it when the reader wants only its headers."""
    with _pieces(studies, how) as pieces:
        if request.method == "HEAD":
            digest, length = measure(pieces)
            return Known(digest, length, name() if callable(name) else name), None
        made = spool(pieces)
    known = Known(made.digest, made.length, name() if callable(name) else name)
    if made.file is None:
        return known, [made.data]
    if _unchanged(known):
        made.file.close()
        return known, None
    return known, wrap_file(request.environ, made.file, _BLOCK)


@contextmanager
def _pieces(studies: Callable[[], Iterable[Study]], how: Writing) -> Iterator[Iterable[str]]:
    """The text of the file; at the end the store's snapshot is let go, whatever happened."""
    write = formats.by_name(how.format, writing=True).write
    assert write is not None
    found = studies()
    with closing(found) if isinstance(found, Generator) else nullcontext():
        yield write(found, how.options)


def _answer(known: Known, body: Iterable[bytes] | None, ext: str, how: Writing) -> Response:
    """304 for a reader who has it, else the file; without a body it is an answer to HEAD."""
    if _unchanged(known):
        answer = Response(status=304)
    else:
        media = formats.by_name(how.format, writing=True).media_type.partition(";")[0]
        answer = Response(body or (), content_type=f"{media}; charset=utf-8", direct_passthrough=body is not None)
        answer.content_length = known.length
        answer.headers["Content-Disposition"] = f'attachment; filename="{safe_name(known.name)}.{ext}"'
        answer.headers["Accept-Ranges"] = "none"
    answer.set_etag(known.etag)
    return answer


def safe_name(name: str) -> str:
    """A file name from a slug or a citation key: letters, digits, dot, dash and underscore."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "evidence"
