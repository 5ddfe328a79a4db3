"""Identifiers: parsed once at the border, normalised, linked. Equality of two values is identity of the work's name.

Sources of the patterns: PMID and PMCID, https://pmc.ncbi.nlm.nih.gov/pmctopmid/ ; DOI, https://www.doi.org/doi-handbook
and Crossref's measured pattern https://www.crossref.org/blog/dois-and-matching-regular-expressions/ ; ORCID's check
digit, ISO 7064 11-2, https://support.orcid.org/hc/en-us/articles/360006897674 ; ISBN and its check digits,
https://www.isbn-international.org/content/isbn-users-manual ; trial registers, the WHO ICTRP primary registries
https://www.who.int/clinical-trials-registry-platform .

Digits are ASCII digits throughout: `re` counts other scripts' digits as digits, registers do not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
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
    found = next(iter(registrations_in(raw)), None)
    text = raw.strip()
    if found is None and _EU_NUMBER.fullmatch(text):
        found = text[:14]  # EU numbers bear no name of their register
    if found is None and _NL_NUMBER.fullmatch(text):
        found = text.upper()  # outside a sentence only the number itself can say that it is one
    if found is None:
        raise BadIdentifier("trial registration", f"{raw[:60]!r} is of no known register")
    return found


def registrations_in(text: str) -> tuple[str, ...]:
    """Every trial registration that occurs in a text, normalised, in order, once each."""
    return tuple(dict.fromkeys(value for value, _, _ in registration_places(text)))


def registration_places(text: str) -> Iterator[tuple[str, int, int]]:
    """Every occurrence of a trial registration: its normalised form, and from where to where it stands."""
    if not may_register(text):
        return  # nearly every text ends here: REGISTRATION costs a hundred times as much
    for match in REGISTRATION.finditer(text):
        value = _register_form(match)
        if value:
            yield value, match.start(), match.end()


def may_register(text: str) -> bool:
    """Whether a registration can stand in a text: it has six digits in a row, or the name of a register without."""
    folded = text.encode("utf-8", "surrogatepass").translate(_EVERY_DIGIT)  # a fifth of the time of a pattern
    return b"000000" in folded or any(name in text for name in _SHORT)


def _register_form(match: re.Match[str]) -> str:
    """The number as its register writes it; empty for a look-alike."""
    kind = match.lastgroup or ""
    raw = match[0]
    digits = re.sub(r"[^0-9]", "", raw)
    if kind in _PLAIN_FORMS:
        name, length = _PLAIN_FORMS[kind]
        return name + digits[-length:]
    if kind in ("eudract", "eu"):
        alone = kind == "eu" and not _near(match, _EU_WORDS)
        return "" if alone else _EU_NUMBER.findall(raw)[0][:14]
    if kind == "ntr":
        return "" if " " in raw and _DOSE.match(match.string, match.end()) else f"NTR{digits}"
    if kind == "nl":
        return raw.upper() if _near(match, _NL_WORDS) and not _FILE_NUMBER.match(match.string, match.end()) else ""
    if kind == "chictr":
        letters = re.sub(r"(?i)chi-?\s?ctr|[^a-z]", "", raw).upper()
        return f"ChiCTR-{letters}-{digits}" if letters else f"ChiCTR{digits}"
    if kind in ("ctri", "slctr"):
        return "/".join([kind.upper(), *re.findall(r"[0-9]+", raw)])
    if kind == "jrct":
        return "jRCT" + re.sub(r"\s", "", raw)[4:].lower()
    if kind == "rebec":
        return "RBR-" + raw[4:].lower()
    return re.sub(r"[\s:#-]+", "", raw).upper()


def _near(match: re.Match[str], words: re.Pattern[str]) -> bool:
    """Whether one of the words stands in the same breath before the number."""
    return words.search(match.string, max(0, match.start() - 80), match.end()) is not None


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

_GAP: Final = r"(?:[\s:#,.-]|number|no\b|id\b|identifier|registry|registration|CTR\b)*"
"""What people write between a register's name and its number."""

REGISTRATION: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?P<nct>NCT[\s:#-]*0[0-9]{7})"
    rf"|(?P<isrctn>ISRCTN{_GAP}[0-9]{{8}})"
    rf"|(?P<actrn>(?:ACTRN|ANZCTR){_GAP}(?:ACTRN)?0?126[0-9]{{11}})"
    r"|(?P<chictr>Chi-?\s?CTR\s?-?\s?(?:[A-Z]{2,5}-?)?[0-9]{8,10})"
    r"|(?P<eudract>(?:Eudra-?\s?CT|CTIS|EU\s?-?CTR?)(?:\s*(?:number|no\.?|:|,))*\s*[0-9]{4}-[0-9]{6}-[0-9]{2}(?:-[0-9]{2})?)"
    r"|(?P<eu>20[0-9]{2}-[05][0-9]{5}-[0-9]{2}(?:-[0-9]{2})?(?!-[0-9]))"
    r"|(?P<ctri>CTRI[\s:/-]*[0-9]{4}\s?[/-]\s?[0-9]{2,3}\s?[/-]\s?[0-9]{6})"
    rf"|(?P<drks>DRKS{_GAP}0[0-9]{{7}})"
    r"|(?P<irct>IRCT[\s:-]*[0-9]{8,14}N[0-9]{1,3})"
    rf"|(?P<umin>UMIN{_GAP}0[0-9]{{8}})"
    r"|(?P<jrct>jRCT\s?[a-z]?[0-9]{9,10})"
    r"|(?P<japic>JapicCTI-?[0-9]{6})"
    r"|(?P<tctr>TCTR[\s:-]*20[0-9]{9})"
    r"|(?P<kct>KCT[\s:-]*0[0-9]{6})"
    r"|(?P<ntr>(?-i:NTR)[-\s]?[0-9]{3,5})"
    r"|(?P<omon>(?-i:NL)-OMON[0-9]{4,6})"
    r"|(?P<nl>(?-i:NL)[0-9]{4,5})"
    r"|(?P<pactr>PACTR[\s:-]*20[0-9]{10,14})"
    r"|(?P<rebec>(?-i:RBR)[-\u2010\u2011\u2013](?=[a-z]*[0-9])[a-z0-9]{6,8}(?![a-z]))"
    r"|(?P<slctr>(?-i:SLCTR)[/\s][0-9]{4}[/-][0-9]{3})"
    r"|(?P<rpcec>RPCEC[\s:-]*0[0-9]{7})"
    r"|(?P<itmctr>ITMCTR\s*2[0-9]{9})"
    r"|(?P<lbctr>LBCTR[\s:-]*20[0-9]{8})"
    r"|(?P<prospero>CRD\s?4[0-9]{10,12})"
    r")(?![0-9])",
    re.I | re.A,
)
"""The forms of the WHO's primary registers and their partners (the ICTRP's list, see above), as people write them. The
numbers that bear no name, or one that means other things too (a dose of "NTR", a Dutch postal code), need a word of
their register before them."""

_PLAIN_FORMS: Final = {
    "nct": ("NCT", 8), "isrctn": ("ISRCTN", 8), "actrn": ("ACTRN", 14), "drks": ("DRKS", 8), "umin": ("UMIN", 9),
    "japic": ("JapicCTI-", 6), "omon": ("NL-OMON", 6),
}  # fmt: skip
"""Registers whose form is a name and so many digits."""

_EU_NUMBER: Final = re.compile(r"[0-9]{4}-[0-9]{6}-[0-9]{2}(?:-[0-9]{2})?")
_NL_NUMBER: Final = re.compile(r"NL[0-9]{4,5}", re.A | re.I)
_EU_WORDS: Final = re.compile(r"eudra|\bEU\b|european|clinical ?trial|regist", re.I)
_NL_WORDS: Final = re.compile(r"dutch|netherlands|nederland|trial ?regist|\bNTR\b|ICTRP", re.I)
_DOSE: Final = re.compile(r"\s*(?:[mµu]?g|m?L|mcg|mmol|%)\b", re.I)
_FILE_NUMBER: Final = re.compile(r"\.[0-9]{3}\.[0-9]{2}|-?\s?[A-Z]{2}\b", re.A)
"""What makes a Dutch number that of an ethics file (NL65364.078.18) or of a bank account."""
_EVERY_DIGIT: Final = bytes.maketrans(b"123456789", b"000000000")
_SHORT: Final = ("NTR", "RBR", "SLCTR", "NL")
"""Six digits in a row are in all registers' numbers but those of `_SHORT`."""

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

_REGISTER_LINKS: Final = (
    ("NCT", "https://clinicaltrials.gov/study/{}"),
    ("ISRCTN", "https://www.isrctn.com/{}"),
    ("ACTRN", "https://www.anzctr.org.au/{}.aspx"),
    ("DRKS", "https://drks.de/search/en/trial/{}"),
    ("jRCT", "https://jrct.mhlw.go.jp/en-latest-detail/{}"),
    ("CRD", "https://www.crd.york.ac.uk/prospero/display_record.php?ID={}"),
    ("UMIN", "https://trialsearch.who.int/Trial2.aspx?TrialID=JPRN-{}"),
    ("Japic", "https://trialsearch.who.int/Trial2.aspx?TrialID=JPRN-{}"),
    ("NL", ""),
    ("20", "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}"),
    ("", "https://trialsearch.who.int/Trial2.aspx?TrialID={}"),
)
"""The page of a registration by the beginning of its number: its register's, else the WHO's search portal, which holds
all primary registers; none where the number alone does not lead there."""


def _register_link(value: str) -> str | None:
    if _EU_NUMBER.fullmatch(value) and value[5] == "5":  # CTIS, since 2022
        return f"https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={value}-00"
    pattern = next(link for start, link in _REGISTER_LINKS if value.startswith(start))
    return pattern.format(quote(value, safe="")) if pattern else None


_LINKS: Final[dict[str, Callable[[str], str | None]]] = {
    "pmid": lambda v: f"https://pubmed.ncbi.nlm.nih.gov/{v}/",
    "pmcid": lambda v: f"https://pmc.ncbi.nlm.nih.gov/articles/{v}/",
    "doi": lambda v: f"https://doi.org/{quote(v, safe='/():;.-_')}",
    "registration": lambda v: _register_link(v),
    "arxiv": lambda v: f"https://arxiv.org/abs/{quote(v, safe='/')}",
    "bookaccession": lambda v: f"https://www.ncbi.nlm.nih.gov/books/{quote(v, safe='')}/",
}
