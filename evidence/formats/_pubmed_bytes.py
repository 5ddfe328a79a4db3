"""The bytes of a PubMed XML file: what kind of document they begin, and a window that moves over them."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO, Final

SETS: Final = {
    "PubmedArticleSet": ("PubmedArticle", "PubmedBookArticle", "DeleteCitation"),
    "PubmedBookArticleSet": ("PubmedBookArticle", "DeleteDocument"),
    "MedlineCitationSet": ("MedlineCitation", "DeleteCitation"),
    "BookDocumentSet": ("BookDocument", "DeleteDocument"),
}
"""Root elements and the records in them: https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/index.html ; the last two
are those of NLM's older files."""

ROOTS: Final = {**SETS, **{name: (name,) for names in SETS.values() for name in names}}
"""What a document may begin with: a set, or one of its records saved alone."""

_CHUNK: Final = 1 << 18
_EXCERPT: Final = 2000
_LONGEST_START: Final = 32
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BEFORE_ROOT: Final = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.S)
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.:-]*)")
_DOCTYPE: Final = re.compile(r"(?:<\?xml[^>]*>\s*)?<!DOCTYPE\s+(?:Pubmed|Medline)\w*Set\s")
_ERROR: Final = re.compile(r"<(ERROR)(?:\s[^>]*)?>(.*?)(?:</ERROR>|$)|\"(error)\"\s*:\s*\"([^\"]*)\"", re.S | re.I)

_NAMES: Final = {name: "|".join(names).encode() for name, names in ROOTS.items()}
RECORD_STARTS: Final = {root: re.compile(rb"<(?:" + names + rb")[\s>/]") for root, names in _NAMES.items()}
RECORD_ENDS: Final = {
    name: re.compile(rb"</%b\s*>" % name.encode()) for name in (*(n for ns in SETS.values() for n in ns), "ERROR")
}
DOCUMENT_START: Final = re.compile(rb"<\?xml\s|<!DOCTYPE\s|<(?:" + "|".join(ROOTS).encode() + rb")[\s>/]")


def refusal(head: bytes) -> str:
    """Why a file or answer that begins so is not PubMed XML ("is an error message: …"), or "" when it may be.

    E-utilities answer errors with status 200 too, as XML, JSON or a gateway's page:
    https://www.ncbi.nlm.nih.gov/books/NBK25499/
    """
    text = _decode(head)
    root = _root(text)
    if root in ROOTS:
        return ""
    error = _ERROR.search(text)
    words = _squeeze((error[2] or error[4] or "no words") if error else text)
    if not text:
        return "is empty"
    if error:
        return f"is an error message, not PubMed XML: {words}"
    if root.lower() == "html" or text[:14].lower() == "<!doctype html":
        return f"is a web page, not PubMed XML: {words}"
    if text[0] != "<":
        return f"is not XML: it begins with {words[:60]!r}"
    return f"is not PubMed XML: its root element is <{root[:60]}>" if root else ""


def begins_as_pubmed(head: bytes) -> bool:
    """True when the first element is one of PubMed's, or E-utilities' error answer in its place."""
    text = _decode(head)
    root = _root(text)
    return root in ROOTS or root == "eFetchResult" or bool(not root and _DOCTYPE.match(text))


def _root(text: str) -> str:
    before = _BEFORE_ROOT.match(text)
    root = _ROOT.match(text, before.end() if before else 0)
    return root[1] if root else ""


def _decode(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace").strip()
    return head.decode("utf-8", "replace").strip()


def _squeeze(text: str) -> str:
    """A short readable piece of what came, tags left out."""
    text = re.sub(r"<[^>]*>?", " ", text)
    return " ".join("".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text).split())[:200]


class Window:
    """The bytes not yet done with: from the end of the last whole record to the end of what was fetched."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bytes = b""
        self.line = 1  # of the first byte
        self.offset = 0  # of the first byte, in the stream
        self.more()

    def more(self) -> bytes:
        """Fetch the next chunk; it is returned too."""
        chunk = self._stream.read(_CHUNK)
        self.bytes = self.bytes + chunk if self.bytes else chunk
        return chunk

    def drop(self, size: int) -> None:
        """Be done with that many bytes."""
        self.line += self.bytes.count(b"\n", 0, size)
        self.offset += min(size, len(self.bytes))
        self.bytes = self.bytes[size:]

    def drop_space(self) -> None:
        """Be done with white space, up to the end of the stream."""
        while True:
            self.drop(len(self.bytes) - len(self.bytes.lstrip()))
            if self.bytes or not self.more():
                return

    def drop_through(self, pattern: re.Pattern[bytes]) -> None:
        """Be done with everything through the first match here, or with everything when there is none."""
        found = pattern.search(self.bytes)
        self.drop(found.end() if found else len(self.bytes))

    def seek(self, pattern: re.Pattern[bytes]) -> bool:
        """Move to the next match; False, and at the end of the stream, when there is none."""
        while True:
            found = pattern.search(self.bytes)
            if found:
                self.drop(found.start())
                return True
            self.drop(max(0, len(self.bytes) - _LONGEST_START))
            if not self.more():
                self.drop(len(self.bytes))
                return False

    def excerpt(self, end: str = "") -> str:
        """How the window begins, readable, and not beyond `end` where that comes soon."""
        text = self.bytes[:_EXCERPT].decode("utf-8", "replace").replace("\x00", "\ufffd").lstrip()
        piece, found, _ = text.partition(end) if end else (text, "", "")
        return piece + found
