"""The trial registrations of a record, each with the words that name it and their place.

Forms and sources of the numbers: evidence/register_numbers.py. A number in the source's own list of accession numbers
(PubMed's DataBankList, https://www.nlm.nih.gov/bsd/mms/medlineelements.html#si) needs no words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence.identifiers import Identifier
from evidence.records import Record
from evidence.register_numbers import may_register, registration_places
from evidence.tagging.phrases import STOP_AND_GAP
from evidence.text import plain

LISTED: Final = "databank"
"""Place of a registration that the source lists and no text names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A registration: its normalised identifier, its register, the words that name it, the place where they stand.

    `place` is "title", "abstract, METHODS, sentence 2" (counted through the abstract, from 1), "keyword 1", "databank".
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
    for place, before, text in _texts(record) if words is None or may_register(words) else ():
        for value, start, end in registration_places(text):
            if value not in found:
                where = _place(place, before, text, start)
                found[value] = _found(value, " ".join(text[start:end].split()), where)
    for identifier in record.identifiers:
        if identifier.scheme == "registration" and identifier.value not in found:
            found[identifier.value] = _found(identifier.value, identifier.value, LISTED)
    return tuple(found.values())


def shown(records: Iterable[Record]) -> tuple[str, ...]:
    """The registrations of a study, from its source records in their order: those that are listed, then those that only
    the words name.
    """
    held = tuple(records)
    listed = dict.fromkeys(value for record in held for value in record.ids("registration"))
    return tuple(listed | dict.fromkeys(f.identifier.value for record in held for f in registrations(record)))


def named(records: Iterable[Record]) -> dict[str, Found]:
    """Number → where the first of these records that names it in words does."""
    found: dict[str, Found] = {}
    for record in records:
        for one in registrations(record):
            if one.place != LISTED:
                found.setdefault(one.identifier.value, one)
    return found


def _texts(record: Record) -> Iterator[tuple[str, tuple[str, ...] | None, str]]:
    """Every text that may name a registration: its place, the sections before it (None outside abstracts), itself."""
    yield "title", None, plain(record.title)
    before: tuple[str, ...] = ()
    for section in record.abstract:
        text = plain(section.text)
        yield f"abstract, {section.label}" if section.label else "abstract", before, text
        before = (*before, text)
    for number, keyword in enumerate(record.keywords, 1):
        yield f"keyword {number}", None, keyword.text


def _place(name: str, before: tuple[str, ...] | None, text: str, at: int) -> str:
    """The place with its sentence, counted as explanations count it (evidence.explaining): through the abstract."""
    if before is None:
        return name
    past = sum(1 + len(STOP_AND_GAP.findall(section)) for section in before)
    return f"{name}, sentence {past + 1 + sum(gap.end() <= at for gap in STOP_AND_GAP.finditer(text))}"


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
    "PROSPERO": "PROSPERO",
}
"""Beginning of a number → its register, by the names of the WHO's list of primary registers
(https://www.who.int/clinical-trials-registry-platform/network/primary-registries)."""


def register_of(value: str) -> str:
    """The register of a normalised number; numbers of the European Union begin with a year."""
    if value[:2] == "20":
        return "Clinical Trials Information System" if value[5:6] == "5" else "EU Clinical Trials Register"
    name = next((start for start in REGISTERS if value.startswith(start)), "")
    return REGISTERS.get(name, "")
