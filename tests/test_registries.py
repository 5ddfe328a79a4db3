"""Trial registrations: their registers' own forms, the words that name them, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import explaining, text
from evidence.identifiers import BadIdentifier, parse, registrations_in
from evidence.records import AbstractSection, CitedReference, Grant, Keyword, Record
from evidence.tagging.registries import LISTED, REGISTERS, register_of, registrations
from tests.made import record

FORMS = {
    "NCT01234567": ["NCT01234567", "nct 01234567", "NCT-01234567", "NCT #01234567"],
    "ISRCTN12345678": ["ISRCTN12345678", "ISRCTN 12345678", "ISRCTN, number 12345678", "isrctn registry: 12345678"],
    "2013-001176-38": ["EudraCT number 2013-001176-38", "EUCTR2013-001176-38-GB", "Eudra-CT: 2013-001176-38"],
    "2022-501234-12": ["CTIS 2022-501234-12-00", "EU CT number: 2022-501234-12-00", "EU trial number 2022-501234-12"],
    "ACTRN12618001167257": [
        "ACTRN12618001167257",
        "ACTRN 12618001167257",
        "ACTRN012618001167257",
        "ANZCTR: 12618001167257",
    ],
    "ChiCTR-TRC-12001887": ["ChiCTR-TRC-12001887", "CHICTR-TRC-12001887", "Chi-CTR-TRC-12001887"],
    "ChiCTR2000029308": ["ChiCTR2000029308", "ChiCTR 2000029308", "Chi CTR-2000029308"],
    "UMIN000012345": ["UMIN000012345", "UMIN 000012345", "UMIN-CTR ID: 000012345", "JPRN-UMIN000012345"],
    "jRCTs031180001": ["jRCTs031180001", "JRCTs031180001"],
    "jRCT2031200123": ["jRCT2031200123", "jRCT 2031200123"],
    "CTRI/2019/05/019000": [
        "CTRI/2019/05/019000",
        "CTRI: CTRI/2019/05/019000",
        "CTRI 2019/05/019000",
        "CTRI-2019-05-019000",
    ],
    "DRKS00012345": ["DRKS00012345", "DRKS 00012345", "DRKS-ID: DRKS00012345"],
    "IRCT20190506043492N3": ["IRCT20190506043492N3", "IRCT: 20190506043492N3"],
    "IRCT138901172417N5": ["irct138901172417n5"],
    "KCT0001234": ["KCT0001234", "KCT 0001234"],
    "NTR3301": ["NTR3301", "NTR 3301", "NTR-3301"],
    "NL8828": ["Netherlands Trial Register NL8828", "Dutch trial register (NL8828)"],
    "NL-OMON12345": ["NL-OMON12345"],
    "PACTR202001123456789": ["PACTR202001123456789", "PACTR 202001123456789"],
    "RBR-2d5q9n": ["RBR-2d5q9n", "RBR-2D5Q9N", "RBR\u20112d5q9n"],
    "RPCEC00000123": ["RPCEC00000123", "RPCEC 00000123"],
    "SLCTR/2012/003": ["SLCTR/2012/003", "SLCTR 2012/003", "SLCTR/2012-003"],
    "TCTR20190101001": ["TCTR20190101001", "TCTR 20190101001"],
    "LBCTR2019030213": ["LBCTR2019030213", "LBCTR: 2019030213"],
}


@pytest.mark.parametrize(("value", "written"), [(v, w) for v, forms in FORMS.items() for w in forms])
def test_every_register_in_its_own_form(value: str, written: str) -> None:
    sentence = f"The trial was registered ({written}) before it began."
    assert registrations_in(sentence) == (value,)
    assert parse("registration", value).value == value
    assert register_of(value)
    assert (parse("registration", value).url or "https://").startswith("https://")


@pytest.mark.parametrize(
    "words",
    [
        "Patients had NTR 100 mg or NTR 2000 \u00b5g a day",
        "Lactobacillus brevis NCTC 13768 and KCTC 5316",
        "P.O. Box NL-6700 AH, Wageningen, and NL65364.078.18 of the ethics committee",
        "grant NL12345 of the council",
        "supported by grant 2013-001176-38",
        "catalogue number 2021-123456-12-3",
        "phone 2020-555555-55",
        "MICROALBUMINURIA 000012345 UMINURIA",
        "the RBR-domain and RBR-proteins",
        "CONTROL GROUP 12345",
        "NCT012345678 is one digit too long, NCT0123456 too short, NCT91234567 none",
        "ISRCTN 1234567",
        "CTRI/2019/019000",
    ],
)
def test_look_alikes(words: str) -> None:
    assert registrations_in(words) == ()


@pytest.mark.parametrize("raw", ["NL", "NL12", "2013-001176", "KCTC5316", "RBR-", ""])
def test_what_is_no_registration_is_refused(raw: str) -> None:
    with pytest.raises(BadIdentifier):
        parse("registration", raw)


def abstract(*sections: tuple[str, str]) -> tuple[AbstractSection, ...]:
    return tuple(AbstractSection(label=label, text=text.from_plain(words)) for label, words in sections)


def test_words_and_places() -> None:
    of = Record(
        source="x",
        external_id="1",
        title=text.from_plain("An invented trial (NCT00000001)"),
        identifiers=(parse("registration", "KCT0000002"),),
        abstract=abstract(("METHODS", "It was fair."), ("REGISTRATION", "ISRCTN, number 12345678; nct 00000001")),
        keywords=(Keyword(text="DRKS00000003"),),
    )
    assert [(f.identifier.value, f.evidence, f.place) for f in registrations(of)] == [
        ("NCT00000001", "NCT00000001", "title"),
        ("ISRCTN12345678", "ISRCTN, number 12345678", "abstract, REGISTRATION, sentence 2"),
        ("DRKS00000003", "DRKS00000003", "keyword 1"),
        ("KCT0000002", "KCT0000002", LISTED),
    ]
    assert registrations(of)[0].register == "ClinicalTrials.gov"


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ([("", "It was fair. It was listed as NCT00000001.")], "abstract, sentence 2"),
        ([("", "NCT00000001 was fair. It was short.")], "abstract, sentence 1"),
        (
            [("AIM", "To see. To know."), ("METHODS", "We looked. (NCT00000001) It was fair.")],
            "abstract, METHODS, sentence 4",
        ),
    ],
)
def test_the_place_has_the_form_of_a_tags_place(sections: list[tuple[str, str]], place: str) -> None:
    of = Record(source="x", external_id="1", abstract=abstract(*sections))
    (found,) = registrations(of)
    assert found.place == place
    assert explaining.quote(found.evidence, [of], found.place).place.endswith(f"(sentence {place[-1]})")


def test_grants_and_references_name_no_registration_of_the_record() -> None:
    of = record(
        "1", "A plain trial", grants=(Grant(id="NCT00000001"),), references=(CitedReference(citation="NCT00000002"),)
    )
    assert registrations(of) == ()


def test_all_registers_are_named() -> None:
    assert {register_of(value) for value in FORMS} <= {
        *REGISTERS.values(),
        register_of("2013-1"),
        register_of("2022-5"),
    }
    assert register_of("nothing") == ""


@given(st.text("NCTISRchudEAJpBNL-/ 0123456789:.,(OM)", max_size=60))
def test_any_text_is_read_without_failing(words: str) -> None:
    for found in registrations(Record(source="x", external_id="1", title=text.from_plain(words))):
        assert parse("registration", found.identifier.value) == found.identifier
        assert found.evidence in " ".join(words.split())
