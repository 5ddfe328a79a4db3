"""The trial registrations of a record, each with the words that name it and their place.

Forms and sources of the numbers: evidence/identifiers.py. A number in the source's own list of accession numbers
(PubMed's DataBankList, https://www.nlm.nih.gov/bsd/mms/medlineelements.html#si) needs no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evidence.identifiers import Identifier, may_register, registration_places
from evidence.records import Record
from evidence.text import plain

LISTED: Final = "databank"
"""Place of a registration that the source lists and no text names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A registration: its normalised identifier, its register, the words that name it, the place where they stand.

    `place` is "title", "abstract" with the section's label behind a colon, "keyword", or "databank".
    """

    identifier: Identifier
    register: str
    evidence: str
    place: str


def registrations(record: Record, words: str | None = None) -> tuple[Found, ...]:
    """Every registration of a record, once each: those that a text names, in its order, then those only listed.

    `words`: title, abstract and keywords in one text, where the caller has it: one look at it is enough for most.
    """
    found: dict[str, Found] = {}
    for place, text in _texts(record) if words is None or may_register(words) else ():
        for value, start, end in registration_places(text):
            if value not in found:
                found[value] = _found(value, " ".join(text[start:end].split()), place)
    for identifier in record.identifiers:
        if identifier.scheme == "registration" and identifier.value not in found:
            found[identifier.value] = _found(identifier.value, identifier.value, LISTED)
    return tuple(found.values())


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    yield "title", plain(record.title)
    for section in record.abstract:
        label = section.label or section.category
        yield f"abstract: {label}" if label else "abstract", plain(section.text)
    for keyword in record.keywords:
        yield "keyword", keyword.text


def _found(value: str, words: str, place: str) -> Found:
    return Found(identifier=Identifier("registration", value), register=register_of(value), evidence=words, place=place)


REGISTERS: Final = {
    "NCT": "ClinicalTrials.gov",
    "ISRCTN": "ISRCTN registry",
    "ACTRN": "Australian New Zealand Clinical Trials Registry",
    "ChiCTR": "Chinese Clinical Trial Registry",
    "CTRI": "Clinical Trials Registry - India",
    "DRKS": "German Clinical Trials Register",
    "IRCT": "Iranian Registry of Clinical Trials",
    "UMIN": "UMIN Clinical Trials Registry",
    "jRCT": "Japan Registry of Clinical Trials",
    "JapicCTI": "Japan Pharmaceutical Information Center",
    "TCTR": "Thai Clinical Trials Registry",
    "KCT": "Clinical Research Information Service, Republic of Korea",
    "NTR": "Netherlands Trial Register",
    "NL": "Netherlands Trial Register",
    "PACTR": "Pan African Clinical Trial Registry",
    "RBR": "Brazilian Clinical Trials Registry",
    "SLCTR": "Sri Lanka Clinical Trials Registry",
    "RPCEC": "Cuban Public Registry of Clinical Trials",
    "ITMCTR": "International Traditional Medicine Clinical Trial Registry",
    "LBCTR": "Lebanese Clinical Trials Registry",
    "CRD": "PROSPERO",
}
"""Beginning of a number → its register, by the names of the WHO's list of primary registers
(https://www.who.int/clinical-trials-registry-platform/network/primary-registries)."""


def register_of(value: str) -> str:
    """The register of a normalised number; numbers of the European Union begin with a year."""
    if value[:2] == "20":
        return "Clinical Trials Information System" if value[5:6] == "5" else "EU Clinical Trials Register"
    name = next((start for start in REGISTERS if value.startswith(start)), "")
    return REGISTERS.get(name, "")
