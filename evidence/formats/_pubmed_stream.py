"""Bytes of a PubMed XML file → its record elements, one at a time, whatever is wrong between them.

One streaming parser reads a document; memory holds one chunk and the record it is in. When the XML breaks, the break is
reported once and reading goes on at the next record, so that one bad byte does not cost the records behind it. Saved
pages that were glued together are read one after the other.

Safety: no entity is ever expanded, no DTD read, nothing fetched; libxml2's limits stay on (depth 256, 10 MB in one
text); a document that declares entities is refused before its content is looked at.
https://lxml.de/FAQ.html#how-do-i-use-lxml-safely-as-a-web-service-endpoint
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from lxml import etree

from evidence.errors import BadInput
from evidence.formats._pubmed_bytes import (
    DOCUMENT_START,
    RECORD_ENDS,
    RECORD_STARTS,
    ROOTS,
    SETS,
    Window,
    refusal,
)

_LARGEST: Final = 1 << 23
"""Longest record read, in bytes. PubMed's largest (15,000 collaborators by name) take about 3 MB."""

_MOST_TAGS: Final = 400_000
"""And most tags in one record: small elements take twenty times their bytes in memory."""

_MOST_BREAKS: Final = 1000
"""After so many breaks the rest of a file is given up: it is not XML that something happened to."""

_LEADING: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*")
_LINE: Final = re.compile(r" line \d+")
"""libxml2 counts from where this parser began; `Break.line` counts from the start of the file."""

_PROLOG: Final = 1 << 20
_SLICE: Final = 1 << 10
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass(frozen=True, slots=True)
class Found:
    """An element that stands for one record (or `ERROR`), and the line it begins on."""

    element: etree._Element
    line: int


@dataclass(frozen=True, slots=True)
class Break:
    """A piece that is no record: where, why, how it begins. `broken`: the XML itself, so records may be missing."""

    line: int
    reason: str
    payload: str = ""
    broken: bool = True


@dataclass(frozen=True, slots=True)
class _Fault:
    line: int
    reason: str
    hopeless: bool = False  # the same bytes will fail again


def elements(stream: BinaryIO, label: str) -> Iterator[Found | Break]:
    """Every record element of a stream. An element is gone when the next one is asked for.

    Raises BadInput when the stream as a whole is not PubMed XML, or declares entities.
    """
    window = Window(stream)
    problem = refusal(window.bytes)
    if problem:
        raise BadInput(label, problem)
    window.drop_through(_LEADING)
    breaks, first = 0, True
    while window.bytes:
        root, encoding, problem = _prolog(window)
        if problem and first:
            raise BadInput(label, problem)
        if problem:
            yield Break(window.line, f"what follows {problem}", window.excerpt())
            return
        first = False
        breaks = yield from _document(window, root, encoding, breaks)
        if breaks >= _MOST_BREAKS:
            yield Break(window.line, f"broken in {breaks} places; the rest is not read", window.excerpt())
            return
        if window.bytes and not DOCUMENT_START.match(window.bytes):
            yield Break(window.line, "text after the end of the document", window.excerpt())
            window.seek(DOCUMENT_START)


def _prolog(window: Window) -> tuple[str, str, str]:
    """Root element and encoding of the document that begins here, and what is wrong with it ("": nothing)."""
    while True:
        parser = etree.XMLPullParser(events=("start",), **_SAFE)
        start, fault = _first_element(parser, window.bytes[:_PROLOG])
        if start is not None:
            break
        if fault or len(window.bytes) > _PROLOG or not window.more():
            fault = fault or _Fault(1, "no element in it")
            return "", "", f"is not XML: {fault.reason}, line {window.line - 1 + fault.line}"
    document = start.getroottree().docinfo
    subset, root = document.internalDTD, str(start.tag)
    if subset is not None and any(True for _ in subset.iterentities()):
        return "", "", "declares entities in its DOCTYPE, which PubMed's own XML never does; refused"
    return root, document.encoding or "", "" if root in ROOTS else f"is not PubMed XML: its root is <{root[:60]}>"


def _first_element(parser: etree.XMLPullParser, data: bytes) -> tuple[etree._Element | None, _Fault | None]:
    for at in range(0, len(data), _SLICE):
        fault = _feed(parser, data[at : at + _SLICE])
        for _, element in parser.read_events():
            return element, None
        if fault:
            return None, fault
    return None, None


def _document(window: Window, root: str, encoding: str, breaks: int) -> Generator[Found | Break, None, int]:
    """One document to its end: read, and after each break taken up again at the record where it broke.

    A break may lie in the record that is being read or before it, so that record is tried once more by itself; when it
    breaks again it is skipped. Returns the number of breaks so far in the file.
    """
    opening, reported = b"", (-1, -1)
    while breaks < _MOST_BREAKS:
        run = _Run(window, root, opening)
        yield from run
        fault = run.fault
        if fault is None:
            if root in SETS:
                window.drop_through(re.compile(rb"</%b\s*>|<%b[^<>]*/>" % (root.encode(), root.encode())))
            window.drop_space()
            return breaks
        start = RECORD_STARTS[root].search(window.bytes)
        suspect = (window.offset + start.start() if start else -1, fault.line)
        if not start or suspect != reported:
            breaks += 1
            yield Break(fault.line, fault.reason, window.excerpt(f"</{root.removesuffix('Set')}>"))
        if start and (suspect == reported or fault.hopeless):
            window.drop(start.end())
        reported = suspect
        if not window.seek(RECORD_STARTS[root]):
            break
        opening = _opening(root, encoding)
    return breaks


def _opening(root: str, encoding: str) -> bytes:
    """What to put before a record so that reading can go on in the middle of a document."""
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    return f"{declaration}<{root}>".encode() if root in SETS else declaration.encode()


class _Run:
    """One pass of the parser, to the end of the document or to the first break (`fault`)."""

    def __init__(self, window: Window, root: str, opening: bytes) -> None:
        self._window = window
        self._root = root
        self._records = ROOTS[root]
        self._parser = etree.XMLPullParser(events=("end",), tag=(*self._records, "ERROR", root), **_SAFE)
        self._before = window.line - 1  # lines before this pass
        self._closed = False
        self.fault: _Fault | None = None
        self._parser.feed(opening)

    def __iter__(self) -> Iterator[Found | Break]:
        data = self._window.bytes
        while data:
            fault = _feed(self._parser, data)
            yield from self._events()
            if self._closed:
                return
            fault = fault or self._too_large()
            if fault:
                break
            data = self._window.more()
        else:
            fault = _feed(self._parser, None)
        fault = fault or _Fault(1, "ends too early")
        self.fault = _Fault(self._before + fault.line, fault.reason, fault.hopeless)

    def _too_large(self) -> _Fault | None:
        """Nothing, unless one record has grown beyond what PubMed can mean."""
        size = len(self._window.bytes)
        if size > _LARGEST or (size > _MOST_TAGS and self._window.bytes.count(b"<") > _MOST_TAGS):
            reason = "no record ends within the longest stretch read (8 MB, 400,000 tags)"
            return _Fault(self._window.line - self._before, reason, hopeless=True)
        return None

    def _events(self) -> Iterator[Found | Break]:
        done = 0
        for _, element in self._parser.read_events():
            parent = element.getparent()
            if parent is None:
                self._closed = True
            elif parent.getparent() is None:
                yield from self._strangers(element.itersiblings(preceding=True))
            if element.tag == self._root and self._root in SETS:
                yield from self._strangers(element)
                continue
            yield Found(element, self._before + (element.sourceline or 1))
            end = RECORD_ENDS[element.tag].search(self._window.bytes, done)
            done = end.end() if end else len(self._window.bytes)
            if parent is not None:
                parent.remove(element)
        self._window.drop(done)

    def _strangers(self, found: Any) -> Iterator[Break]:
        """Elements between records that are none; they are taken away, so that memory stays flat."""
        for element in list(found):
            line = self._before + (element.sourceline or 1)
            text = etree.tostring(element, encoding="unicode", with_tail=False)[:2000]
            yield Break(line, f"an element <{str(element.tag)[:60]}> that is no record", text, broken=False)
            element.getparent().remove(element)


def _feed(parser: etree.XMLPullParser, data: bytes | None) -> _Fault | None:
    """Give the parser bytes (None: there are no more), and say what is wrong with the XML so far.

    The log is asked, not the exception: lxml raises for an undeclared entity only at the next call, as another error.
    """
    problem: etree.XMLSyntaxError | None = None
    try:
        if data is None:
            parser.close()
        else:
            parser.feed(data)
    except etree.XMLSyntaxError as exc:
        problem = exc
    for entry in parser.feed_error_log:
        if entry.level == etree.ErrorLevels.FATAL:
            return _Fault(entry.line, _LINE.sub("", " ".join(entry.message.split())))
    return _Fault(problem.lineno or 1, str(problem.msg)) if problem else None
