"""Bytes of an EndNote XML file → one piece for each `<record>`, with bounded memory, whatever stands between them.

Records are cut out of the bytes before XML is parsed, so that a broken one costs itself only: EndNote writes control
characters that XML forbids, and exports are cut short.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from evidence.errors import BadInput
from evidence.formats import _lines

_START: Final = re.compile(rb"<record(?=[\s>])")
_END: Final = re.compile(rb"</record\s*>")
_HEAD: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<xml[^>]*>\s*<records\b", re.S
)
_DECLARED: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")
_FORBIDDEN: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)
_CHUNK: Final = 1 << 18
_HEAD_BYTES: Final = 4096


class Piece(NamedTuple):
    """A record's bytes as UTF-8 and the line it begins on; `fault` says why it cannot be read."""

    line: int
    data: bytes
    fault: str = ""


def begins(head: bytes) -> bool:
    """Whether a file begins as EndNote's does: `<xml><records>`."""
    return bool(_HEAD.match(head))


def pieces(stream: BinaryIO, label: str) -> Iterator[Piece]:
    """Every record of a stream. Raises BadInput for a file that declares entities or is no EndNote XML."""
    chunks = _utf8(stream, label)
    buffer, line = next(chunks, b""), 1
    if b"<!DOCTYPE" in buffer[:_HEAD_BYTES] or b"<!ENTITY" in buffer[:_HEAD_BYTES]:
        raise BadInput(label, "declares a document type, which EndNote XML has not; it is not read")
    if not begins(buffer):
        raise BadInput(label, "is not EndNote XML (it does not begin with <xml><records>)")
    while True:
        start = _START.search(buffer)
        end = _END.search(buffer, start.end()) if start else None
        again = _START.search(buffer, start.end(), end.start() if end else len(buffer)) if start else None
        if start and again:  # one that never ends
            yield Piece(
                line + buffer.count(b"\n", 0, start.start()), buffer[start.start() : again.start()], "is cut short"
            )
            line, buffer = line + buffer.count(b"\n", 0, again.start()), buffer[again.start() :]
            continue
        if start and end:
            data = _FORBIDDEN.sub(b" ", buffer[start.start() : end.end()])
            yield Piece(line + buffer.count(b"\n", 0, start.start()), data)
            line, buffer = line + buffer.count(b"\n", 0, end.end()), buffer[end.end() :]
            continue
        keep = start.start() if start else max(len(buffer) - 16, 0)
        line, buffer = line + buffer.count(b"\n", 0, keep), buffer[keep:]
        if len(buffer) > _lines.MAX_RECORD_CHARS:
            yield Piece(line, buffer[:400], f"record is longer than {_lines.MAX_RECORD_CHARS:,} bytes")
            buffer = buffer[-16:]
        chunk = next(chunks, None)
        if chunk is None:
            if start:
                yield Piece(line, buffer, "is cut short")
            return
        buffer += chunk


def _utf8(stream: BinaryIO, label: str) -> Iterator[bytes]:
    """The stream's bytes as UTF-8, from the encoding that its mark or its declaration names."""
    first = b""
    while len(first) < _HEAD_BYTES and (more := stream.read(_CHUNK)):
        first += more
    name, skip = _lines.encoding_of(first)
    declared = _DECLARED.match(first)
    if name == "utf-8" and declared:
        name = declared[1].decode("ascii")
    try:
        decoder = codecs.getincrementaldecoder(name)("replace")
    except LookupError:
        raise BadInput(label, f"is in an encoding that is not known ({name})") from None
    plain = codecs.lookup(name).name == "utf-8"
    chunk = first[skip:]
    while chunk:
        yield chunk if plain else decoder.decode(chunk).encode("utf-8", "replace")
        chunk = stream.read(_CHUNK) or b""
