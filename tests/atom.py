"""A strict reader of Atom feeds: everything that RFC 4287 demands and that can be seen in the document itself."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from lxml import etree
from lxml.html import fragments_fromstring

ATOM: Final = "{http://www.w3.org/2005/Atom}"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""RFC 3339, as section 3.3 wants it: upper-case T and Z."""

_ONCE: Final = {"id", "title", "updated"}
_IN_FEED: Final = {*_ONCE, "subtitle", "author", "link", "entry", "category", "generator"}
_IN_ENTRY: Final = {*_ONCE, "link", "content", "category", "author", "summary", "published"}
_SAFE: Final = {"p", "a", "strong", "ul", "li", "i", "b", "u", "sub", "sup"}


def feed(body: bytes) -> Any:
    """The feed's root element. AssertionError for whatever is not as RFC 4287 demands."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))  # well-formed, or it raises
    assert root.tag == f"{ATOM}feed"
    _children(root, _IN_FEED)
    assert root.findtext(f"{ATOM}author/{ATOM}name"), "4.1.1: authors in the feed, or in each entry"
    _links(root)
    assert len([link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]) == 1
    ids = [root.findtext(f"{ATOM}id"), *(entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry"))]
    assert len(set(ids)) == len(ids), "4.2.6: an id names one thing"
    moments = []
    for entry in root.findall(f"{ATOM}entry"):
        moments.append(_entry(entry))
    if moments:
        assert root.findtext(f"{ATOM}updated") >= max(moments), "4.2.15: it was modified when its newest entry was"
    return root


def entries(root: Any) -> list[Any]:
    """The entries of a feed."""
    return list(root.findall(f"{ATOM}entry"))


def text(element: Any, name: str) -> str:
    """The text of a child element."""
    return str(element.findtext(f"{ATOM}{name}") or "")


def link(element: Any, rel: str) -> str:
    """The address of an element's link of that relation; empty without one."""
    return next((str(found.get("href")) for found in element.findall(f"{ATOM}link") if found.get("rel") == rel), "")


def _entry(entry: Any) -> str:
    _children(entry, _IN_ENTRY)
    _links(entry)
    content = entry.findall(f"{ATOM}content")
    assert len(content) <= 1, "4.1.2: one content at most"
    if not content:
        assert link(entry, "alternate"), "4.1.2: without content an alternate link"
    for found in content:
        assert found.get("type") == "html"
        assert len(found) == 0, "4.1.3.3: HTML is escaped, no child elements"
        for piece in fragments_fromstring(found.text):
            for element in piece.iter():
                assert element.tag in _SAFE, element.tag
                assert set(element.attrib) <= {"href"}, element.attrib
                assert urlsplit(element.get("href", "https://x")).netloc, "an address without base is absolute"
    for category in entry.findall(f"{ATOM}category"):
        assert category.get("term"), "4.2.2.1"
    return str(entry.findtext(f"{ATOM}updated"))


def _children(element: Any, known: set[str]) -> None:
    names = [etree.QName(child).localname for child in element]
    assert {etree.QName(child).namespace for child in element} == {ATOM.strip("{}")}
    assert set(names) <= known, names
    for name in _ONCE:
        assert names.count(name) == 1, f"exactly one {name}"
        assert text(element, name).strip(), name
    for title in element.findall(f"{ATOM}title"):
        assert title.get("type", "text") == "text"
        assert len(title) == 0
    assert _MOMENT.fullmatch(text(element, "updated")), text(element, "updated")
    named = text(element, "id")
    assert named == f"urn:uuid:{UUID(named.removeprefix('urn:uuid:'))}", "an absolute, normal IRI"


def _links(element: Any) -> None:
    seen = set()
    for found in element.findall(f"{ATOM}link"):
        parts = urlsplit(found.get("href"))
        assert parts.scheme in ("http", "https"), found.get("href")
        assert parts.netloc
        kind = (found.get("rel", "alternate"), found.get("type"), found.get("hreflang"))
        assert kind not in seen, "4.1.1: no two alternates of one type and language"
        seen.add(kind)
