"""Identifiers in the places where files hide them: addresses, notes, accession numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from evidence.identifiers import Identifier, try_parse

_PUBMED: Final = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|pubmed\.gov)/(\d{1,8})(?!\d)", re.I
)
_PMC: Final = re.compile(r"(?:pmc\.)?ncbi\.nlm\.nih\.gov/(?:pmc/)?articles/(PMC\d{1,10})(?!\d)", re.I)
_RESOLVER: Final = re.compile(r"(?:dx\.)?doi\.org$", re.I)
_IN_PATH: Final = re.compile(r"/doi/(?:abs/|full/|pdf/|epdf/|pdfplus/|epub/|ref/|pdfdirect/)?(10\.\d{4,9}/[^?#\s]+)$")
_PAGE_SUFFIX: Final = re.compile(r"/(?:abstract|full|pdf|epdf|html?|meta|fulltext|summary|pdfft)$", re.I)

_LONGEST_URL: Final = 4_000
_LONGEST_NOTE: Final = 20_000
"""How far addresses and notes are searched, in characters; what they name stands near their start."""

_LABELLED: Final = (
    ("pmid", re.compile(r"\bPMID\b[\s:=#]*(?:https?://\S{0,80}?/)?(\d{1,8})(?!\d)", re.I)),
    ("pmid", re.compile(r"\b(\d{1,8})\s*\[pmid\]", re.I)),
    ("pmid", re.compile(r"\bMEDLINE[:\s]+(?:AN\s+)?(\d{7,8})(?!\d)", re.I)),
    ("pmcid", re.compile(r"\bPMC(?:ID)?\b[\s:=#]*(PMC\s*\d{1,10})(?!\d)", re.I)),
    ("pmcid", re.compile(r"(?<![\w/])(PMC\d{4,10})(?!\d)", re.I)),
    ("doi", re.compile(r"\bdoi\b[\s:=]*(?:https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s,;\]]+)", re.I)),
    ("doi", re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/[^\s,;\]]+)", re.I)),
)


def in_url(url: str) -> Identifier | None:
    """The work an address names: PubMed, PMC, a DOI resolver, or a publisher's `/doi/10.…` page."""
    if len(url) > _LONGEST_URL:
        return None
    for scheme, pattern in (("pmid", _PUBMED), ("pmcid", _PMC)):
        found = pattern.search(url)
        if found:
            return try_parse(scheme, found[1])
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # "http://[" is no address
        return None
    if _RESOLVER.search(parts.netloc):
        return try_parse("doi", unquote(parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")))
    found = _IN_PATH.search(parts.path)
    return try_parse("doi", _PAGE_SUFFIX.sub("", found[1])) if found else None


def in_text(text: str) -> Iterator[Identifier]:
    """Identifiers that a note states with their name ("PMID: 123", "doi:10.1000/x"), in no order, possibly repeated."""
    text = text[:_LONGEST_NOTE]
    if "10." not in text and "pm" not in text.lower() and "medline" not in text.lower():
        return
    for scheme, pattern in _LABELLED:
        for match in pattern.finditer(text):
            found = try_parse(scheme, match[1])
            if found:
                yield found


_ISSN: Final = re.compile(r"(?<![\dXx-])(\d{4})-?(\d{3}[\dXx])(?![\dXx-])")
_ISBN: Final = re.compile(r"(?<!\d)(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?!\d)")


def issns(text: str) -> list[str]:
    """ISSNs in a text as NNNN-NNNX (ISO 3297), in order; what else stands there is left."""
    return [f"{m[1]}-{m[2].upper()}" for m in _ISSN.finditer(_ISBN.sub(" ", text))]


def isbns(text: str) -> list[str]:
    """ISBNs of 10 or 13 digits in a text, as printed."""
    return [m[0].strip() for m in _ISBN.finditer(text) if len(re.sub(r"\D", "", m[0])) in (9, 10, 13)]


def same_address(one: str, other: str | None) -> bool:
    """True when two addresses differ only in scheme, resolver host, case or a closing slash."""
    return other is not None and _bare(one) == _bare(other)


def _bare(url: str) -> str:
    text = url.lower().removeprefix("http://").removeprefix("https://").removeprefix("www.").rstrip("/")
    return text.removeprefix("dx.").replace("%28", "(").replace("%29", ")")
