"""Identifiers: parsed once at the border, normalised, linked. Equality of two values is identity of the work's name.

Sources of the patterns: PMID and PMCID, https://pmc.ncbi.nlm.nih.gov/pmctopmid/ ; DOI, https://www.doi.org/doi-handbook
and Crossref's measured pattern https://www.crossref.org/blog/dois-and-matching-regular-expressions/ ; ORCID's check
digit, ISO 7064 11-2, https://support.orcid.org/hc/en-us/articles/360006897674 ; ISBN and its check digits,
https://www.isbn-international.org/content/isbn-users-manual ; trial registers, evidence/register_numbers.py .

Digits are ASCII digits throughout: `re` counts other scripts' digits as digits, registers do not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, unquote

from evidence import register_numbers
from evidence.errors import BadIdentifier
from evidence.register_numbers import registrations_in as registrations_in

Scheme = Literal["pmid", "pmcid", "doi", "registration", "isbn", "bookaccession", "pii", "arxiv", "mid", "other"]

WORK_SCHEMES: Final = ("pmid", "pmcid", "doi")
"""Schemes that name one published work; only these identify a study."""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A normalised identifier. Make it with `parse`, which refuses what is not one."""

    scheme: Scheme
    value: str

    @property
    def url(self) -> str | None:
        """An https address built from the identifier alone, or None."""
        make = _LINKS.get(self.scheme)
        return make(self.value) if make else None


def pmid(raw: str) -> str:
    """A PMID as its digits: 1 to 8 of them, no leading zero. Raises BadIdentifier."""
    found = _PMID.fullmatch(raw.strip())
    if not found:
        raise BadIdentifier("PMID", f"{raw[:60]!r} is not 1 to 8 digits")
    return found["n"]


def pmcid(raw: str) -> str:
    """A PMCID as "PMC" and digits; a version suffix (PMC123.1) is dropped. Raises BadIdentifier."""
    found = _PMCID.fullmatch(raw.strip())
    if not found:
        raise BadIdentifier("PMCID", f"{raw[:60]!r} is not PMC and digits")
    return f"PMC{found['n']}"


def doi(raw: str) -> str:
    """A DOI in lower case without resolver, "doi:" prefix, wrapping or trailing punctuation. Raises BadIdentifier.

    DOIs are compared without regard to case (DOI Handbook 2.4). Percent-escapes and HTML entities, which exports
    put in, are undone; a DOI keeps its own `<`, `>`, `(`, `)`, `;` (SICI-style DOIs have them).
    """
    text = raw.strip()
    if len(text) <= _LONGEST:
        if text[:4].lower() == "http":
            text = _QUERY.sub("", text)
        text = _trim(_DOI_PREFIX.sub("", _unescape(text)).strip())
        if _DOI.fullmatch(text):
            return text.lower()
    raise BadIdentifier("DOI", f"{raw[:80]!r} is not a DOI")


def _unescape(text: str) -> str:
    """Undo HTML entities and percent-escapes, also those that were escaped again on the way."""
    while "&" in text or "%" in text:
        once = _ENTITY.sub(lambda m: html.unescape(m[0].lower()), text)
        with suppress(UnicodeDecodeError):  # not an escape: the DOI holds a plain per cent sign
            once = unquote(once, errors="strict")
        if once == text:
            break
        text = once
    return text


def _trim(text: str) -> str:
    """Cut sentence punctuation, and closing brackets that nothing opened, from the end."""
    while text:
        last = text[-1]
        if last in ".,;:'\"\u201d\u2019" or (last in _PAIRS and text.count(last) > text.count(_PAIRS[last])):
            text = text[:-1].rstrip()
        else:
            return text
    return text


def orcid(raw: str) -> str:
    """An ORCID iD as 0000-0000-0000-000X with a right check digit. Raises BadIdentifier."""
    found = _ORCID.fullmatch(raw.strip().upper())
    if not found:
        raise BadIdentifier("ORCID", f"{raw[:60]!r} is not 16 digits")
    digits = "".join(found.groups())
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    if digits[15] != "0123456789X"[(12 - total % 11) % 11]:
        raise BadIdentifier("ORCID", f"{raw[:60]!r} has a wrong check digit")
    return "-".join(found.groups())


def isbn(raw: str) -> str:
    """An ISBN as 13 digits without hyphens (an ISBN-10 becomes its 978 form). Raises BadIdentifier."""
    digits = re.sub(r"[\s\u2010-\u2015-]", "", raw).upper().removeprefix("ISBN").lstrip(":")
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        total = sum((10 - i) * (10 if d == "X" else int(d)) for i, d in enumerate(digits))
        if total % 11 == 0:
            return "978" + digits[:9] + _ean_check("978" + digits[:9])
    elif re.fullmatch(r"97[89][0-9]{10}", digits) and _ean_check(digits[:12]) == digits[12]:
        return digits
    raise BadIdentifier("ISBN", f"{raw[:60]!r} is not an ISBN with a right check digit")


def _ean_check(digits: str) -> str:
    return str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10)


def registration(raw: str) -> str:
    """A trial registration in its register's own form (NCT00000000, ISRCTN00000000, …). Raises BadIdentifier."""
    found = register_numbers.registration_alone(raw) or next(iter(register_numbers.registrations_in(raw)), "")
    if not found:
        raise BadIdentifier("trial registration", f"{raw[:60]!r} is of no known register")
    return found


def parse(scheme: str, raw: str) -> Identifier:
    """An identifier of a known scheme. Raises BadIdentifier with the offending value."""
    make = _PARSERS.get(scheme)
    if make is None:
        raise BadIdentifier(scheme, "unknown identifier scheme")
    return Identifier(scheme, make(raw))  # type: ignore[arg-type]


def try_parse(scheme: str, raw: str | None) -> Identifier | None:
    """`parse`, with None for what is not an identifier."""
    if not raw or not raw.strip():
        return None
    try:
        return parse(scheme, raw)
    except BadIdentifier:
        return None


def guess(raw: str) -> Identifier:
    """What a person typed: PMID, PMCID or DOI, bare or as an address. Raises BadIdentifier."""
    text = raw.strip()
    address = _PUBMED_ADDRESS.search(text)
    if address:
        return Identifier("pmid", pmid(address[1]))
    pmc = _PMC_ANYWHERE.search(text)
    if pmc and not _DOI_START.search(text):
        return Identifier("pmcid", pmcid(pmc[0]))
    for scheme in ("pmid", "pmcid", "doi"):
        found = try_parse(scheme, text)
        if found:
            return found
    raise BadIdentifier("identifier", f"{raw[:80]!r} is neither a PMID, a PMCID nor a DOI")


def _plain(raw: str) -> str:
    text = " ".join(_CONTROL.sub("", raw).split())
    if not text:
        raise BadIdentifier("identifier", "empty value")
    return text


_LONGEST: Final = 2048
"""Longest DOI looked at, in characters. The handbook sets no limit; the longest of Crossref have some hundred."""

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PMID: Final = re.compile(r"(?:pmid:?\s*)?0*(?P<n>[1-9][0-9]{0,7})(?:\.[0-9]+)?", re.I | re.A)
_PMCID: Final = re.compile(r"(?:pmcid:?\s*)?PMC\s*0*(?P<n>[1-9][0-9]{0,9})(?:\.[0-9]+)?", re.I | re.A)
_PMC_ANYWHERE: Final = re.compile(r"(?<![A-Za-z0-9])PMC0*[1-9][0-9]{0,9}(?![0-9])", re.I | re.A)
_PUBMED_ADDRESS: Final = re.compile(r"pubmed(?:\.ncbi\.nlm\.nih\.gov|\.gov)?/(0*[1-9][0-9]{0,7})(?![0-9])")
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.I | re.A)
_QUERY: Final = re.compile(r"\?.*$|#[A-Za-z].*$", re.S)
_DOI_PREFIX: Final = re.compile(
    r"^(?:(?:https?://)?(?:[\w.-]+\.)?(?:dx\.)?doi\.org[:/]+"
    r"|https?://[\w./-]*?/doi/(?:abs/|full/|pdf/|epdf/|pdfdirect/|book/)?"
    r"|doi\s*[:=]?\s*|digital object identifier\s*:?\s*)+",
    re.I,
)
_DOI_START: Final = re.compile(r"10\.[0-9]{4,9}/")
_DOI: Final = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\x7f\ud800-\udfff]+")
_PAIRS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}
_ORCID: Final = re.compile(
    r"(?:(?:HTTPS?:)?/*(?:[\w-]+\.)?ORCID\.ORG/+|ORCID(?:\s?ID)?\s?[:=]?\s?)?"
    r"([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{3}[0-9X])/?"
)

_PARSERS: Final = {
    "pmid": pmid,
    "pmcid": pmcid,
    "doi": doi,
    "registration": registration,
    "isbn": isbn,
    "bookaccession": _plain,
    "pii": _plain,
    "arxiv": _plain,
    "mid": _plain,
    "other": _plain,
}

_LINKS: Final[dict[str, Callable[[str], str | None]]] = {
    "pmid": lambda v: f"https://pubmed.ncbi.nlm.nih.gov/{v}/",
    "pmcid": lambda v: f"https://pmc.ncbi.nlm.nih.gov/articles/{v}/",
    "doi": lambda v: f"https://doi.org/{quote(v, safe='/():;.-_')}",
    "registration": register_numbers.page,
    "arxiv": lambda v: f"https://arxiv.org/abs/{quote(v, safe='/')}",
    "bookaccession": lambda v: f"https://www.ncbi.nlm.nih.gov/books/{quote(v, safe='')}/",
}
