"""Identifiers: what is taken, in what form, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import identifiers
from evidence.errors import BadIdentifier
from evidence.identifiers import Identifier, guess, parse, registrations_in, try_parse


@pytest.mark.parametrize(
    ("scheme", "raw", "expected"),
    [
        ("pmid", "36070427", "36070427"),
        ("pmid", " PMID: 0012 ", "12"),
        ("pmid", "123.2", "123"),
        ("pmcid", "PMC6134338.4", "PMC6134338"),
        ("pmcid", "PMCID: pmc 0012", "PMC12"),
        ("doi", "10.1002/ANA.25332", "10.1002/ana.25332"),
        ("doi", "https://doi.org/10.5555/X", "10.5555/x"),
        ("doi", "http://dx.doi.org/10.5555/x.", "10.5555/x"),
        ("doi", "doi: https://doi.org/10.5555/x", "10.5555/x"),
        ("doi", "DOI:10.5555/x,", "10.5555/x"),
        ("doi", "(10.5555/x)"[1:], "10.5555/x"),
        ("doi", "https://doi.org/10.5555/x?utm_source=feed", "10.5555/x"),
        ("doi", "https://onlinelibrary.example/doi/full/10.5555/x#abstract", "10.5555/x"),
        ("doi", "10.1016/S0140-6736(21)00123-4", "10.1016/s0140-6736(21)00123-4"),
        (
            "doi",
            "10.1002/(SICI)1097-0142(19950401)75:7<1630::AID-CNCR1>3.0.CO;2-#",
            "10.1002/(sici)1097-0142(19950401)75:7<1630::aid-cncr1>3.0.co;2-#",
        ),
        (
            "doi",
            "10.1002/1097-4679%28198411%2940:6%3c1365::AID-1%3e3.0.CO;2-D",
            "10.1002/1097-4679(198411)40:6<1365::aid-1>3.0.co;2-d",
        ),
        ("doi", "10.5555/a&amp;lt;b&amp;gt;c", "10.5555/a<b>c"),
        ("doi", "10.5555/100%ff", "10.5555/100%ff"),
        ("doi", "10.1000.10/123", "10.1000.10/123"),
        ("isbn", "0-306-40615-2", "9780306406157"),
        ("isbn", "ISBN: 978-0-306-40615-7", "9780306406157"),
        ("isbn", "080442957X", "9780804429573"),
        ("registration", "nct 01234567", "NCT01234567"),
        ("registration", "2019-001234-12", "2019-001234-12"),
        ("registration", "2022-501234-12-00", "2022-501234-12"),
        ("pii", " S0140-6736(21)00123-4\n", "S0140-6736(21)00123-4"),
        ("other", "GENBANK:\x00AB1", "GENBANK:AB1"),
        ("bookaccession", "NBK1203", "NBK1203"),
    ],
)
def test_taken(scheme, raw, expected):
    found = parse(scheme, raw)
    assert found == Identifier(scheme, expected)
    assert parse(scheme, found.value) == found  # what is stored can be read again


@pytest.mark.parametrize(
    ("scheme", "raw"),
    [
        *[("pmid", raw) for raw in ("", "0", "123456789", "12a", "١٢٣", "²", "1 2", "-5")],
        *[("pmcid", raw) for raw in ("", "PMC", "123", "PMC0", "XPMC12", "PMC12345678901")],
        *[("doi", raw) for raw in ("", "10.103/x", "51466", "10.5555/", "10.5555/ ", "10.5555/a b", "11.5555/x")],
        *[("doi", "10.5555/" + "x" * 3000), ("doi", "doi" + " " * 100_000 + "x"), ("doi", "10.5555/\x00")],
        *[("isbn", raw) for raw in ("", "0-306-40615-3", "9780306406150", "12345", "9790306406157")],
        *[("registration", raw) for raw in ("", "NCT123", "ISRCTN1234567", "RBR-domain", "ntr123", "20190012341")],
        ("pii", " \t "),
        ("made-up", "1"),
    ],
)
def test_refused(scheme, raw):
    with pytest.raises(BadIdentifier) as caught:
        parse(scheme, raw)
    assert len(str(caught.value)) < 300
    assert try_parse(scheme, raw) is None


@given(st.sampled_from(["pmid", "pmcid", "doi", "isbn", "registration", "pii", "other"]), st.text(max_size=60))
def test_any_text_is_taken_in_a_form_that_stays_or_refused(scheme, raw):
    found = try_parse(scheme, raw)
    if found is not None:
        assert parse(scheme, found.value) == found


@given(st.text("<>()[]{}.,;:%&#?aA0/ \u00e9İ", max_size=20))
def test_a_doi_is_read_the_same_again(tail):
    found = try_parse("doi", f"https://doi.org/10.5555/{tail}")
    if found is not None:
        assert parse("doi", found.value) == found
        assert parse("doi", found.value.upper()).value == found.value.upper().lower()
        assert found.url is not None
        assert "<" not in found.url


class TestOrcid:
    @pytest.mark.parametrize(
        "raw",
        [
            "0000-0002-1825-0097",
            "0000000218250097",
            "https://orcid.org/0000-0002-1825-0097",
            "http://www.orcid.org/0000-0002-1825-0097/",
            "orcid.org/0000 0002 1825 0097",
            "ORCID: 0000-0002-1825-0097",
            "//orcid.org/0000-0002-1825-0097",
        ],
    )
    def test_taken(self, raw):
        assert identifiers.orcid(raw) == "0000-0002-1825-0097"

    def test_check_digit_x(self):
        assert identifiers.orcid("0000-0002-9557-268x") == "0000-0002-9557-268X"

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "0000-0002-1825-0098",
            "0000-0002-1825-009",
            "0000-0002-1825-00977",
            "X000-0002-1825-0097",
            "٠000-0002-1825-0097",
        ],
    )
    def test_refused(self, raw):
        with pytest.raises(BadIdentifier):
            identifiers.orcid(raw)


class TestRegistrations:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("Registered (NCT01234567).", ("NCT01234567",)),
            ("NCT: 01234567, NCT-01234567 and nct#01234567", ("NCT01234567",)),
            ("ISRCTN 12345678; isrctn12345679", ("ISRCTN12345678", "ISRCTN12345679")),
            ("ACTRN12605000123456", ("ACTRN12605000123456",)),
            (
                "ChiCTR-TRC-12001887, CHICTR2000029308, ChiCTR-1900021234",
                ("ChiCTR-TRC-12001887", "ChiCTR2000029308", "ChiCTR1900021234"),
            ),
            ("EudraCT number: 2019-001234-12; EU CT 2022-501234-12-00", ("2019-001234-12", "2022-501234-12")),
            ("CTRI/2019/05/019000", ("CTRI/2019/05/019000",)),
            ("DRKS-ID: DRKS00012345", ("DRKS00012345",)),
            ("IRCT20180101038123N1", ("IRCT20180101038123N1",)),
            (
                "UMIN000012345 and jRCTs031180001 and JapicCTI-123456",
                ("UMIN000012345", "jRCTs031180001", "JapicCTI-123456"),
            ),
            (
                "TCTR20190101001 KCT0001234 PACTR202001123456789",
                ("TCTR20190101001", "KCT0001234", "PACTR202001123456789"),
            ),
            ("Dutch register NTR3301", ("NTR3301",)),
            ("RBR-2d5q9n", ("RBR-2d5q9n",)),
            ("SLCTR/2012/003 RPCEC00000123", ("SLCTR/2012/003", "RPCEC00000123")),
            ("PROSPERO CRD42018012345", ("CRD42018012345",)),
            ("doi:10.1186/ISRCTN12345678", ("ISRCTN12345678",)),
        ],
    )
    def test_found(self, raw, expected):
        assert registrations_in(raw) == expected

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "function of 01234567 cells",
            "NCT0123456",
            "NCT012345678",
            "xNCT01234567",
            "NCT51234567",
            "the RBR-domain",
            "ntr1 NTR1",
            "an RCT 1234567890",
        ],
    )
    def test_not_found(self, raw):
        assert registrations_in(raw) == ()

    @given(st.text("NCTISRchudEAJpB-/ 0123456789:", max_size=40))
    def test_each_can_be_read_again(self, raw):
        for found in registrations_in(raw):
            assert parse("registration", found).value == found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("36070427", Identifier("pmid", "36070427")),
        ("https://pubmed.ncbi.nlm.nih.gov/36070427/", Identifier("pmid", "36070427")),
        ("https://www.ncbi.nlm.nih.gov/pubmed/0012", Identifier("pmid", "12")),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC6134338/", Identifier("pmcid", "PMC6134338")),
        ("pmc6134338", Identifier("pmcid", "PMC6134338")),
        ("https://doi.org/10.5555/PMC1", Identifier("doi", "10.5555/pmc1")),
        ("10.5555/x", Identifier("doi", "10.5555/x")),
    ],
)
def test_guess(typed, expected):
    assert guess(typed) == expected


@pytest.mark.parametrize("typed", ["", "hello", "PMC", "https://example.org/", "9" * 50])
def test_guess_refuses(typed):
    with pytest.raises(BadIdentifier):
        guess(typed)


@pytest.mark.parametrize(
    ("scheme", "value", "url"),
    [
        ("pmid", "1", "https://pubmed.ncbi.nlm.nih.gov/1/"),
        ("pmcid", "PMC1", "https://pmc.ncbi.nlm.nih.gov/articles/PMC1/"),
        ("doi", "10.5555/a<b>#c", "https://doi.org/10.5555/a%3Cb%3E%23c"),
        ("registration", "NCT01234567", "https://clinicaltrials.gov/study/NCT01234567"),
        ("registration", "KCT0001234", "https://trialsearch.who.int/Trial2.aspx?TrialID=KCT0001234"),
        ("bookaccession", 'NBK"1', "https://www.ncbi.nlm.nih.gov/books/NBK%221/"),
        ("pii", "S1", None),
    ],
)
def test_links(scheme, value, url):
    assert Identifier(scheme, value).url == url
