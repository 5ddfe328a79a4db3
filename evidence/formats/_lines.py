"""Bytes to lines of text: encodings found out, any line ending, memory bounded whatever the file holds."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from evidence.errors import BadInput
from evidence.records import Rejected
from evidence.text import clean

MAX_LINE_BYTES: Final = 10_000_000
"""Longest line taken. An abstract has about 2,000 characters; the longest author list PubMed knows, under 100,000."""

MAX_RECORD_CHARS: Final = 10_000_000
"""Longest record taken, its lines together."""

MAX_FILE_BYTES: Final = 100_000_000
"""Largest file, uncompressed, of the formats that only a whole-file parser reads (BibTeX, JSON)."""

MAX_PAYLOAD: Final = 2_000
"""Characters of a rejected piece that are kept to show it."""

_CHUNK: Final = 1 << 18
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Line(NamedTuple):
    """A line without its ending; `fault` says why its text cannot be trusted."""

    number: int
    text: str
    fault: str = ""


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding of a text by its mark or its zero bytes, and the length of the mark. UTF-8 unless it shows."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:400]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if len(sample) >= 8 and odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le", 0
    if len(sample) >= 8 and even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be", 0
    return "utf-8", 0


def as_utf8(head: bytes) -> bytes:
    """The first bytes of a file as UTF-8 without a mark, whatever Unicode form they are in."""
    name, skip = encoding_of(head)
    head = head[skip:]
    return head if name == "utf-8" else head.decode(name, "ignore").encode("utf-8", "ignore")


def is_utf8(raw: bytes) -> bool:
    """True when a whole text is UTF-8 without a mark."""
    if encoding_of(raw[:400]) != ("utf-8", 0):
        return False
    try:
        return raw.isascii() or bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


# Letters of Windows-1252 beyond ASCII; quotation marks, dashes, spaces and guillemets stand beside whole words.
_LETTER: Final = rb"\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xc0-\xff"
_SIGN: Final = rb"\x85\x91-\x97\xa0\xab\xbb"
_UTF8_LEFT: Final = re.compile(
    rb"[\xc2-\xc5][\x80-\xbf]|[\xc6-\xdf](?![%(s)b])[\x80-\xbf]|[\xe0-\xef](?![%(s)b]{2})[\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}" % {b"s": _SIGN}
)
_FOREIGN: Final = re.compile(rb"[\x80-\xff]{4,}|(?<![A-Za-z%(l)b])[%(l)b]{2,}(?![A-Za-z%(l)b])" % {b"l": _LETTER})
_SIGNS: Final = re.compile(rb"[%b]" % _SIGN)


def _is_western(raw: bytes) -> bool:
    """True when bytes that are not UTF-8 are evidently Windows-1252: accented letters and signs among ASCII.

    Cyrillic, Greek or Chinese code pages show as words without one ASCII letter; a damaged UTF-8 file still holds
    whole UTF-8 sequences. Both are refused rather than turned into wrong letters. A letter before a quotation mark
    or a French closing space (é’, é ») may look like such a sequence and is none.
    """
    if _UTF8_LEFT.search(raw) or _FOREIGN.search(_SIGNS.sub(b" ", raw)):
        return False
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


class Source(io.BufferedReader):
    """A file that is read, and which of its lines were no UTF-8 and were read as Windows-1252."""

    western: int = 0
    first_western: int = 0

    def remark(self) -> str:
        """What people should be told of how it was read; empty for a file in Unicode."""
        if not self.western:
            return ""
        more = f" and {self.western - 1:,} more" if self.western > 1 else ""
        return f"not UTF-8 (line {self.first_western}{more}); read as Windows-1252"


def lines(stream: BinaryIO, source: BinaryIO | None = None) -> Iterator[Line]:
    """The lines of a stream, whatever ends them, numbered from 1; one that is too long comes empty, with a fault.

    One whose bytes are no text we can be sure of has a fault too, and its text is only for showing.

    `source`: the file itself, where the stream only stands before it; it takes note of lines that are no UTF-8.
    """
    noted = source if isinstance(source, Source) else stream if isinstance(stream, Source) else None
    for number, raw in enumerate(_raw_lines(_chunks(stream)), 1):
        if raw is None:
            yield Line(number, "", f"is longer than {MAX_LINE_BYTES:,} bytes")
            continue
        try:
            yield Line(number, raw.decode("utf-8"))
            continue
        except UnicodeDecodeError as exc:
            bad = raw[exc.start]
        if not _is_western(raw):
            fault = f"is not valid UTF-8 (byte 0x{bad:02x}), nor evidently Windows-1252; save the file as UTF-8"
            yield Line(number, raw.decode("utf-8", "replace"), fault)
            continue
        if noted is not None:
            noted.western += 1
            noted.first_western = noted.first_western or number
        yield Line(number, raw.decode("cp1252"))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces of UTF-8 (or of what it is, when it is no Unicode form), its mark removed."""
    first = _read(stream)
    name, skip = encoding_of(first)
    pieces = _rest(stream, first[skip:])
    if name == "utf-8":
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(name)("replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", True).encode("utf-8", "replace")


def _read(stream: BinaryIO) -> bytes:
    return stream.read(_CHUNK) or b""


def _rest(stream: BinaryIO, first: bytes) -> Iterator[bytes]:
    yield first
    while piece := _read(stream):
        yield piece


def _raw_lines(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Lines as bytes; None stands for one beyond the limit, whose bytes are let go while it is passed over."""
    carry, too_long = b"", False
    for chunk in chunks:
        pieces = (carry + chunk).splitlines(keepends=True)
        carry = b""
        # A piece ending in \r may be the first half of \r\n.
        if pieces and not pieces[-1].endswith(b"\n"):
            carry = pieces.pop()
        for piece in pieces:
            yield None if too_long or len(piece) > MAX_LINE_BYTES else piece.rstrip(b"\r\n")
            too_long = False
        if too_long or len(carry) > MAX_LINE_BYTES:
            too_long, carry = True, carry[-1:] if carry.endswith(b"\r") else b""
    if too_long or carry:
        yield None if too_long or len(carry) > MAX_LINE_BYTES else carry.rstrip(b"\r\n")


def whole(stream: BinaryIO, label: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """All bytes of a stream. Raises BadInput naming the file when there are more than the limit."""
    pieces: list[bytes] = []
    total = 0
    while piece := _read(stream):
        total += len(piece)
        if total > limit:
            raise BadInput(label, f"is larger than {limit // 1_000_000} MB; split it")
        pieces.append(piece)
    return b"".join(pieces)


def rejected(label: str, reason: str, line: int | None = None, payload: str = "") -> Rejected:
    """A Rejected whose payload is short and storable anywhere (no NUL, no lone surrogate)."""
    shown = "\n".join(clean(part) for part in payload[: MAX_PAYLOAD * 2].splitlines())
    return Rejected(subject=label, reason=reason, line=line, payload=shown[:MAX_PAYLOAD])
