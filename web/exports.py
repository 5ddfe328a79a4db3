"""Files of a selection: streamed, named, typed."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import Final

from flask import Response

from evidence import formats
from evidence.errors import UnknownParameter
from evidence.views import Study
from web.selection import EXPORTS

SCOPES: Final = ("all", "page")


def scope_of(args: dict[str, list[str]]) -> bool:
    """Take `scope` out of an address's parameters: True when only the page shown is wanted. Raises UnknownParameter."""
    values = args.pop("scope", ["all"])
    if len(values) != 1 or values[0] not in SCOPES:
        raise UnknownParameter("scope", f"give one of {', '.join(SCOPES)}")
    return values[0] == "page"


def download(studies: Iterable[Study], ext: str, name: str) -> Response:
    """The studies as a file, written while it is sent.

    The first piece is made before the answer starts, so that a failing store gives an error page, not half a file.
    """
    fmt = formats.by_name(EXPORTS[ext][0], writing=True)
    assert fmt.write is not None
    pieces = iter(fmt.write(studies))
    first = next(pieces, "")
    media = fmt.media_type.partition(";")[0]
    answer = Response(_encoded(chain((first,), pieces)), content_type=f"{media}; charset=utf-8")
    for source in (pieces, studies):  # a reader who leaves early must not keep the store's snapshot open
        if isinstance(source, Generator):
            answer.call_on_close(source.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="{safe_name(name)}.{ext}"'
    return answer


def safe_name(name: str) -> str:
    """A file name from a slug or a citation key: letters, digits, dot, dash and underscore."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "evidence"


def _encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode()
