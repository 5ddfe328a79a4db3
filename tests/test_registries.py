"""Trial registrations: their registers' own forms, the words that name them, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import explaining, text
from evidence.identifiers import BadIdentifier, parse, registrations_in
from evidence.records import AbstractSection, CitedReference, Grant, Keyword, Record
from evidence.register_numbers import registrations_listed
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


DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *(("2020-001234-56", f"EudraCT 2020{dash}001234{dash}56") for dash in DASHES),
        *(("ChiCTR-TRC-12001234", f"ChiCTR{dash}TRC{dash}12001234") for dash in DASHES),
        *(("NCT01234567", f"NCT{dash}01234567") for dash in DASHES),
        *(("NCT01234567", f"NCT{sign}0123{sign}4567") for sign in "\u00ad\u200b\u2060"),
        ("NCT01234567", "NCT No. 01234567"),
        ("NCT01234567", "ClinicalTrials.gov number 01234567"),
        ("NCT01234567", "ClinicalTrials.gov identifier: NCT01234567"),
        ("jRCT1031180001", "jRCT: 1031180001"),
        ("JapicCTI-111222", "JapicCTI 111222"),
        ("IRCT20180101038000N1", "IRCT20180101038000 N1"),
        ("NL1234", "Netherlands Trial Register NL 1234"),
        ("NL1234", "Netherlands Trial Register NL-1234"),
        ("NTR1234", "Dutch trial register (NTR): 1234"),
        ("NTR1234", "Netherlands Trial Register number 1234"),
        ("RBR-8abcd2", "rbr-8abcd2"),
        ("RBR-8abcd2", "Brazilian registry, RBR 8abcd2"),
        ("RBR-10abcd2", "RBR-10abcd2"),
        ("SLCTR/2019/001", "SLCTR-2019-001"),
        ("CRD42020123456", "CRD-42020123456"),
        ("PROSPERO163181", "PROSPERO (ID: 163181)"),
        ("ACTRN12605000123456", "ANZCTRN12605000123456"),
        ("2022-501234-12-01", "EU CT 2022-501234-12-01"),
    ],
)
def test_spellings_of_publishers_and_pdfs(value: str, written: str) -> None:
    assert registrations_in(f"We saw {written} there.") == (value,)
    assert parse("registration", value).value == value
    assert register_of(value)


def test_the_words_of_a_broken_number_stand_in_the_text() -> None:
    said = "It was soft\u00adly listed: NCT\u200b00000001 \u2013 fair."
    (found,) = registrations(Record(source="x", external_id="1", title=text.from_plain(said)))
    assert (found.identifier.value, found.evidence) == ("NCT00000001", "NCT\u200b00000001")


@pytest.mark.parametrize(
    ("value", "page"),
    [
        ("NL1234", "https://trialsearch.who.int/Trial2.aspx?TrialID=NL1234"),
        ("NL-OMON12345", "https://trialsearch.who.int/Trial2.aspx?TrialID=NL-OMON12345"),
        ("NTR1234", "https://trialsearch.who.int/Trial2.aspx?TrialID=NTR1234"),
        ("2022-501234-12", "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2022-501234-12-00"),
        ("2022-501234-12-02", "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2022-501234-12-02"),
        ("PROSPERO163181", "https://www.crd.york.ac.uk/prospero/display_record.php?RecordID=163181"),
    ],
)
def test_pages(value: str, page: str) -> None:
    assert parse("registration", value).url == page


def test_a_field_of_nothing_but_registrations_needs_no_words() -> None:
    listed = "NTR3301; NL8828; 2013-001176-38;ISRCTN, number 12345678 | nonsense; NTR/NTR1234"
    assert registrations_listed(listed) == ("NTR3301", "NL8828", "2013-001176-38", "ISRCTN12345678", "NTR1234")


@pytest.mark.parametrize(
    "words",
    [
        "5 NTR 341 nucleotides",
        "p75 NTR 1500 cells",
        "nitroreductase NTR 1234 of the enzyme",
        "registered patients; the receptor NTR 1500",
        "RBR-mimic1 and RBR-type12 proteins",
        "RBR 8abcd2",
        "European grant agreement 2018-002345-12",
        "registered project, grant agreement 2018-002345-12",
        "Dutch walkers of NL-6700 Wageningen",
        "PROSPERO 12345 patients",
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
