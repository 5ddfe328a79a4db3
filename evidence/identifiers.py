"""Identifiers: parsed once at the border, normalised, linked. Equality of two values is identity of the work's name.

Sources of the patterns: PMID and PMCID, https://pmc.ncbi.nlm.nih.gov/pmctopmid/ ; DOI, https://www.doi.org/doi-handbook
and Crossref's measured pattern https://www.crossref.org/blog/dois-and-matching-regular-expressions/ ; ORCID's check
digit, ISO 7064 11-2, https://support.orcid.org/hc/en-us/articles/360006897674 ; trial registers, the WHO ICTRP
primary registries https://www.who.int/clinical-trials-registry-platform .
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, unquote

from evidence.errors import BadIdentifier

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
    text = html.unescape(raw.strip())
    if "%" in text:
        text = unquote(text)
    text = _DOI_PREFIX.sub("", text).strip()
    text = _trim(text)
    found = _DOI.fullmatch(text)
    if not found:
        raise BadIdentifier("DOI", f"{raw[:80]!r} is not a DOI")
    return text.lower()


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
    digits = re.sub(r"^.*orcid\.org/", "", raw.strip(), flags=re.I).replace("-", "").replace(" ", "").upper()
    if not re.fullmatch(r"\d{15}[\dX]", digits):
        raise BadIdentifier("ORCID", f"{raw[:60]!r} is not 16 digits")
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[15] != ("X" if check == 10 else str(check)):
        raise BadIdentifier("ORCID", f"{raw[:60]!r} has a wrong check digit")
    return "-".join(digits[i : i + 4] for i in range(0, 16, 4))


def registration(raw: str) -> str:
    """A trial registration in its register's own form (NCT00000000, ISRCTN00000000, …). Raises BadIdentifier."""
    found = next(iter(registrations_in(raw)), None)
    if found is None:
        raise BadIdentifier("trial registration", f"{raw[:60]!r} is of no known register")
    return found


def registrations_in(text: str) -> tuple[str, ...]:
    """Every trial registration that occurs in a text, normalised, in order, once each."""
    found: dict[str, None] = {}
    for match in REGISTRATION.finditer(text):
        found.setdefault(_register_form(match), None)
    return tuple(found)


def _register_form(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    value = re.sub(r"\s+", "", match[0])
    if kind == "nct":
        return "NCT" + value[-8:]
    if kind in {"isrctn", "actrn", "umin", "jprn"}:
        return value.upper()
    if kind == "eudract":
        return re.search(r"\d{4}-\d{6}-\d{2}", value)[0]  # type: ignore[index]
    if kind == "chictr":
        return "ChiCTR" + value[6:].upper()
    if kind == "ctri":
        return "CTRI/" + value[4:].lstrip("/")
    return value.upper()


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
    address = re.search(r"pubmed(?:\.ncbi\.nlm\.nih\.gov|\.gov)?/(\d{1,8})(?!\d)", text)
    if address:
        return Identifier("pmid", address[1])
    pmc = re.search(r"PMC\d+", text, re.I)
    if pmc and not _DOI_START.search(text):
        return Identifier("pmcid", pmcid(pmc[0]))
    for scheme in ("pmid", "pmcid", "doi"):
        found = try_parse(scheme, text)
        if found:
            return found
    raise BadIdentifier("identifier", f"{raw[:80]!r} is neither a PMID, a PMCID nor a DOI")


def _plain(raw: str) -> str:
    text = " ".join(raw.split())
    if not text:
        raise BadIdentifier("identifier", "empty value")
    return text


_PMID: Final = re.compile(r"(?:pmid:?\s*)?0*(?P<n>[1-9]\d{0,7})(?:\.\d+)?", re.I)
_PMCID: Final = re.compile(r"(?:pmcid:?\s*)?(?:PMC)\s*0*(?P<n>[1-9]\d{0,9})(?:\.\d+)?", re.I)
_DOI_PREFIX: Final = re.compile(
    r"^(?:(?:https?://)?(?:[\w.-]+\.)?(?:dx\.)?doi\.org[:/]+|https?://[\w./-]*?/doi/(?:abs/|full/|pdf/)?|doi\s*[:=]?\s*|digital object identifier\s*:?\s*)+",
    re.I,
)
_DOI_START: Final = re.compile(r"10\.\d{4,9}/")
_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\x00-\x1f]+")
_PAIRS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}

REGISTRATION: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?P<nct>NCT[\s:#-]*0\d{7})"
    r"|(?P<isrctn>ISRCTN\s*\d{8})"
    r"|(?P<actrn>ACTRN\s*126\d{11})"
    r"|(?P<chictr>ChiCTR-?(?:[A-Z]{2,5}-?)?\d{8,10})"
    r"|(?P<eudract>(?:EudraCT|CTIS|EU\s?CT)(?:\s*(?:number|no\.?|:))*\s*\d{4}-\d{6}-\d{2})"
    r"|(?P<ctri>CTRI/?\s?\d{4}/\d{2,3}/\d{6})"
    r"|(?P<drks>DRKS\s*0\d{7})"
    r"|(?P<irct>IRCT\s*\d{8,14}N\d{1,3})"
    r"|(?P<umin>UMIN\s*0\d{8})"
    r"|(?P<jprn>j?RCT[a-z]?\d{9,10})"
    r"|(?P<tctr>TCTR\s*20\d{9})"
    r"|(?P<kct>KCT\s*0\d{6})"
    r"|(?P<ntr>NTR\d{3,5})"
    r"|(?P<pactr>PACTR\s*20\d{10,14})"
    r"|(?P<rebec>RBR-\w{6,8})"
    r"|(?P<slctr>SLCTR/\d{4}/\d{3})"
    r"|(?P<prospero>CRD\s?4\d{10,12})"
    r")(?![0-9])",
    re.I,
)

_PARSERS: Final = {
    "pmid": pmid,
    "pmcid": pmcid,
    "doi": doi,
    "registration": registration,
    "isbn": _plain,
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
    "registration": lambda v: f"https://clinicaltrials.gov/study/{v}" if v.startswith("NCT") else None,
    "bookaccession": lambda v: f"https://www.ncbi.nlm.nih.gov/books/{quote(v, safe='')}/",
}
