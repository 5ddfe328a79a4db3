"""Numbers of trial registers: the forms in which people write them, the form that the register writes, its page.

The registers are the WHO's primary registers and their partners, with PROSPERO for reviews. Sources of the forms: the
ICTRP's list of registers (https://www.who.int/clinical-trials-registry-platform/network/primary-registries), the
registers' own pages, and for the European Union https://euclinicaltrials.eu (EU CT numbers: year, serial number from
500000, check digits, and behind them the submission: 00 the first, 01 the first resubmission).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote


def registrations_in(text: str) -> tuple[str, ...]:
    """Every trial registration that occurs in a text, normalised, in order, once each."""
    return tuple(dict.fromkeys(value for value, _, _ in registration_places(text)))


def registrations_listed(text: str) -> tuple[str, ...]:
    """Every registration of a field that holds nothing else, where no word need say that a number is one."""
    found: dict[str, None] = {}
    for part in re.split(r"[;|\n]", text):
        alone = registration_alone(part)
        found |= dict.fromkeys([alone] if alone else registrations_in(part))
    return tuple(found)


def registration_places(text: str) -> Iterator[tuple[str, int, int]]:
    """Every occurrence of a trial registration: its normalised form, and from where to where it stands."""
    if not may_register(text):
        return  # nearly every text ends here: REGISTRATION costs a hundred times as much
    legible, at = _legible(text)
    for match in REGISTRATION.finditer(legible):
        value = _register_form(match)
        if value and at:
            yield value, at[match.start()], at[match.end() - 1] + 1
        elif value:
            yield value, match.start(), match.end()


def registration_alone(raw: str) -> str:
    """The one registration that a text consists of; empty if it does not. Alone, a number needs no word before it."""
    text = _legible(raw.strip())[0]
    if _EU_NUMBER.fullmatch(text):
        return _eu_form(text)
    if _NL_NUMBER.fullmatch(text):
        return text.upper()
    if _REVIEW_NUMBER.fullmatch(text):
        return text
    found = _NTR_NUMBER.fullmatch(text)
    return f"NTR{found[1]}" if found else ""


def may_register(text: str) -> bool:
    """Whether a registration can stand in a text: it has six digits in a row, or the name of a register without."""
    folded = text.encode("utf-8", "surrogatepass").translate(_EVERY_DIGIT)  # a fifth of the time of a pattern
    return b"000000" in folded or any(name in text for name in _SHORT)


def _legible(text: str) -> tuple[str, list[int]]:
    """The text with every dash a hyphen and without what does not show, and, if there was any, where its characters
    stood: publishers and PDFs set dashes for hyphens, and break long words with soft hyphens and zero-width spaces.
    """
    if text.isascii():
        return text, []
    text = text.translate(_DASHES)
    if not _UNSEEN.search(text):
        return text, []
    at = [place for place, character in enumerate(text) if not _UNSEEN.match(character)]
    return "".join(text[place] for place in at), at


def _register_form(match: re.Match[str]) -> str:
    """The number as its register writes it; empty for a look-alike."""
    kind = match.lastgroup or ""
    raw = match[0]
    digits = re.sub(r"[^0-9]", "", raw)
    if kind in _PLAIN_FORMS:
        name, length = _PLAIN_FORMS[kind]
        return name + digits[-length:]
    if kind in ("eudract", "eu"):
        alone = kind == "eu" and not _named(match, _EU_WORDS, _GRANTS)
        return "" if alone else _eu_form(_EU_NUMBER.findall(raw)[0])
    if kind in ("ntr", "nl"):
        return _dutch_form(match, digits)
    if kind == "chictr":
        letters = re.sub(r"(?i)chi-?\s?ctr|[^a-z]", "", raw).upper()
        return f"ChiCTR-{letters}-{digits}" if letters else f"ChiCTR{digits}"
    if kind in ("ctri", "slctr"):
        return "/".join([kind.upper(), *re.findall(r"[0-9]+", raw)])
    if kind == "jrct":
        return "jRCT" + re.sub(r"[\s:-]", "", raw)[4:].lower()
    if kind == "rebec":
        alone = raw[3].isspace() and not _named(match, _RBR_WORDS, _NEVER)
        return "" if alone else "RBR-" + raw[4:].lower()
    if kind in ("prospero", "review"):
        return ("CRD" if len(digits) > 6 else "PROSPERO") + digits
    return re.sub(r"[\s:#-]+", "", raw).upper()


def _eu_form(number: str) -> str:
    """A number of the European Union: of a CTIS number's endings 00, the first submission's, is what none means."""
    first = number[5] != "5" or number[14:] in ("", "-00")
    return number[:14] if first else number


def _dutch_form(match: re.Match[str], digits: str) -> str:
    """A number of the Netherlands Trial Register, old (NTR1234) or new (NL1234); empty for what is none of its."""
    raw, after = match[0], match.end()
    if match.lastgroup == "ntr":
        if not _named(match, _NTR_WORDS, _RECEPTORS) or (" " in raw and _DOSE.match(match.string, after)):
            return ""
        return f"NTR{digits}"
    if _FILE_NUMBER.match(match.string, after):
        return ""
    words = _NL_WORDS if raw[2].isdigit() else _NTR_WORDS  # "NL-6700 Wageningen" is a postal code
    return f"NL{digits}" if _named(match, words, _NEVER) else ""


def _named(match: re.Match[str], words: re.Pattern[str], others: re.Pattern[str]) -> bool:
    """Whether the number is said to be its register's: in the same breath before it stands one of the words, and
    none that makes it something else stands nearer.
    """
    before = match.string[max(0, match.start() - 80) : match.start()]
    named = max((found.end() for found in words.finditer(before)), default=0)
    return named > max((found.end() for found in others.finditer(before)), default=0)


def page(value: str) -> str:
    """The address of a normalised registration: its register's page, else the WHO's portal's."""
    if _EU_NUMBER.fullmatch(value) and value[5] == "5":  # CTIS, since 2022
        number = value if len(value) > 14 else f"{value}-00"
        return f"https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={number}"
    start, pattern = next(link for link in _PAGES if value.startswith(link[0]))
    return pattern.format(quote(value.removeprefix(start) if start == "PROSPERO" else value, safe=""))


_GAP: Final = r"(?:[\s:#,.-]|number|no\b|id\b|identifier|registry|registration|CTR\b)*"
"""What people write between a register's name and its number."""

REGISTRATION: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    rf"(?P<nct>(?:NCT|Clinical\s?Trials?\.gov(?=[^0-9]{{0,40}}(?:number|no\b|id\b|identifier|[:#]))){_GAP}0[0-9]{{7}})"
    rf"|(?P<isrctn>ISRCTN{_GAP}[0-9]{{8}})"
    rf"|(?P<actrn>(?:ACTRN?|ANZCTRN?){_GAP}(?:ACTRN)?0?126[0-9]{{11}})"
    r"|(?P<chictr>Chi-?\s?CTR\s?-?\s?(?:[A-Z]{2,5}-?)?[0-9]{8,10})"
    r"|(?P<eudract>(?:Eudra-?\s?CT|CTIS|EU\s?-?CTR?)(?:\s*(?:number|no\.?|:|,))*\s*[0-9]{4}-[0-9]{6}-[0-9]{2}(?:-[0-9]{2})?)"
    r"|(?P<eu>20[0-9]{2}-[05][0-9]{5}-[0-9]{2}(?:-[0-9]{2})?(?!-[0-9]))"
    r"|(?P<ctri>CTRI[\s:/-]*[0-9]{4}\s?[/-]\s?[0-9]{2,3}\s?[/-]\s?[0-9]{6})"
    rf"|(?P<drks>DRKS{_GAP}0[0-9]{{7}})"
    r"|(?P<irct>IRCT[\s:-]*[0-9]{8,14}\s?N[0-9]{1,3})"
    rf"|(?P<umin>UMIN{_GAP}0[0-9]{{8}})"
    r"|(?P<jrct>jRCT[\s:-]*[a-z]?[0-9]{9,10})"
    r"|(?P<japic>JapicCTI[\s:-]*[0-9]{6})"
    r"|(?P<tctr>TCTR[\s:-]*20[0-9]{9})"
    r"|(?P<kct>KCT[\s:-]*0[0-9]{6})"
    r"|(?P<ntr>(?-i:NTR)(?:\)?\s?:\s?|[-\s])?[0-9]{3,5})"
    r"|(?P<dutch>(?:Dutch|Netherlands)\s(?:National\s)?Trials?\sRegist(?:er|ry)[\s:,]*(?:\(?NTR\)?[\s:,]*)?"
    r"(?:number|no\b|ID\b)[\s:.]*[1-7][0-9]{3})"
    r"|(?P<omon>(?-i:NL)-OMON[0-9]{4,6})"
    r"|(?P<nl>(?-i:NL)[-\s]?[0-9]{4,5})"
    r"|(?P<pactr>PACTR[\s:-]*20[0-9]{10,14})"
    r"|(?P<rebec>(?-i:RBR|rbr)[-\s](?=[0-9]+[a-z])[0-9]{1,2}[a-z0-9]{5,6}(?![a-z]))"
    r"|(?P<slctr>(?-i:SLCTR)[/\s-][0-9]{4}[/-][0-9]{3})"
    r"|(?P<rpcec>RPCEC[\s:-]*0[0-9]{7})"
    r"|(?P<itmctr>ITMCTR\s*2[0-9]{9})"
    r"|(?P<lbctr>LBCTR[\s:-]*20[0-9]{8})"
    rf"|(?P<prospero>CRD{_GAP}4[0-9]{{10,12}})"
    r"|(?P<review>PROSPERO(?=[^0-9]{0,40}(?:number|no\b|id\b|registration|record))"
    r"(?:[\s(:.,#-]|registration|record|number|no\b|id\b)*[0-9]{5,6})"
    r")(?![0-9])",
    re.I | re.A,
)
"""The registers' forms as people write them, in a text whose dashes are hyphens. The numbers that bear no name, or one
that means other things too (a dose of "NTR", a Dutch postal code), need a word of their register before them."""

_PLAIN_FORMS: Final = {
    "nct": ("NCT", 8), "isrctn": ("ISRCTN", 8), "actrn": ("ACTRN", 14), "drks": ("DRKS", 8), "umin": ("UMIN", 9),
    "japic": ("JapicCTI-", 6), "omon": ("NL-OMON", 6), "dutch": ("NTR", 4),
}  # fmt: skip
"""Registers whose form is a name and so many digits."""

_DASHES: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_HIDDEN: Final = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
"""Soft hyphen, zero-width space, non-joiner and joiner, word joiner, zero-width no-break space."""
_UNSEEN: Final = re.compile(f"[{''.join(_HIDDEN)}]")
_EU_NUMBER: Final = re.compile(r"[0-9]{4}-[0-9]{6}-[0-9]{2}(?:-[0-9]{2})?")
_NL_NUMBER: Final = re.compile(r"NL[0-9]{4,5}", re.A | re.I)
_REVIEW_NUMBER: Final = re.compile(r"PROSPERO[0-9]{5,6}")
_NTR_NUMBER: Final = re.compile(r"(?:NTR/)?NTR[-\s]?([0-9]{3,5})", re.A)
_EU_WORDS: Final = re.compile(
    r"eudra|\bEU\W{0,3}(?:CT|clinical|trial|regist)|european (?:union )?(?:clinical|trial|regist|medicine|drug)"
    r"|clinical ?trial|regist(?:er|ration|ry)|trial (?:number|no\b|id)",
    re.I,
)
_GRANTS: Final = re.compile(
    r"\b(?:grants?|agreement|contract|project|fund(?:ed|ing)|award|patent|call|(?:tele)?phone|fax)\b", re.I
)
_NL_WORDS: Final = re.compile(r"dutch|netherlands|nederland|trial ?regist|\bNTR\b|ICTRP", re.I)
_NTR_WORDS: Final = re.compile(r"netherlands trial|regist(?:er|ration|ry)|ICTRP|trial (?:number|no\b|id)", re.I)
_RECEPTORS: Final = re.compile(
    r"\b(?:p75|neurotrophins?|neurotensin|receptors?|\w*reductases?|enzymes?|proteins?|genes?|prodrugs?|cells?)\b", re.I
)
"""What NTR stands for beside the register: the p75 neurotrophin receptor, the neurotensin receptor, nitroreductase."""
_RBR_WORDS: Final = re.compile(r"rebec|brazil|brasil|regist(?:er|ration|ry)", re.I)
_NEVER: Final = re.compile(r"(?!)")
_DOSE: Final = re.compile(r"\s*(?:[mµu]?g|m?L|mcg|mmol|%)\b", re.I)
_FILE_NUMBER: Final = re.compile(r"\.[0-9]{3}\.[0-9]{2}|-?\s?[A-Z]{2}\b", re.A)
"""What makes a Dutch number that of an ethics file (NL65364.078.18) or of a bank account."""
_EVERY_DIGIT: Final = bytes.maketrans(b"123456789", b"000000000")
_SHORT: Final = ("NTR", "RBR", "rbr", "SLCTR", "NL", "PROSPERO", "etherlands", "utch", *_HIDDEN)
"""Six digits in a row are in all registers' numbers but those of `_SHORT`, and those that something unseen breaks."""

_PAGES: Final = (
    ("NCT", "https://clinicaltrials.gov/study/{}"),
    ("ISRCTN", "https://www.isrctn.com/{}"),
    ("ACTRN", "https://www.anzctr.org.au/{}.aspx"),
    ("DRKS", "https://drks.de/search/en/trial/{}"),
    ("jRCT", "https://jrct.mhlw.go.jp/en-latest-detail/{}"),
    ("CRD", "https://www.crd.york.ac.uk/prospero/display_record.php?ID={}"),
    ("PROSPERO", "https://www.crd.york.ac.uk/prospero/display_record.php?RecordID={}"),
    ("UMIN", "https://trialsearch.who.int/Trial2.aspx?TrialID=JPRN-{}"),
    ("Japic", "https://trialsearch.who.int/Trial2.aspx?TrialID=JPRN-{}"),
    ("20", "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}"),
    ("", "https://trialsearch.who.int/Trial2.aspx?TrialID={}"),
)
"""The page of a registration by the beginning of its number: its register's, else the WHO's search portal, which holds
all primary registers, the Dutch numbers (NTR1234, NL1234, NL-OMON12345) among them."""
