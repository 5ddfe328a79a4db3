"""EndNote XML: what its elements mean, and what becomes of broken files. All records are invented."""

from __future__ import annotations

import io

import pytest

from evidence import formats
from evidence.errors import BadInput
from evidence.records import Author, PartialDate, Record
from tests.formats_support import read, records, rejections

STYLE = '<style face="normal" font="default" size="100%">'
ARTICLE = f"""<record><database name="My.enl" path="My.enl">My.enl</database>
<source-app name="EndNote" version="20.0">EndNote</source-app><rec-number>7</rec-number>
<foreign-keys><key app="EN" db-id="abc9">7</key></foreign-keys><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author>{STYLE}Ampel, A. B.</style></author><author>{STYLE}Hand Study Group,</style></author>
</authors><secondary-authors><author>Brücke, Bob</author></secondary-authors>
<translated-authors><author>Trans, T.</author></translated-authors></contributors>
<auth-address>{STYLE}Nowhere Clinic</style></auth-address>
<titles><title>{STYLE}CO</style><style face="subscript" font="default" size="100%">2</style>{STYLE} and </style>\
<style face="italic" font="default" size="100%">E. coli</style>{STYLE} &amp; p &lt; 0.05</style></title>
<secondary-title>Journal of Invented Results</secondary-title><alt-title>J. Inv. Res.</alt-title></titles>
<periodical><full-title>Journal of Invented Results</full-title><abbr-1>J Invent Results</abbr-1></periodical>
<pages>101-109</pages><volume>12</volume><number>3</number><edition>2021/04/02</edition>
<keywords><keyword>*Pain/therapy</keyword><keyword>nerve&#xD;hand</keyword></keywords>
<dates><year>2021</year><pub-dates><date>May 3</date></pub-dates></dates><isbn>0378-5955 (Print)</isbn>
<accession-num>91000001</accession-num><electronic-resource-num>10.5555/endnote.1</electronic-resource-num>
<custom2>PMC7654321</custom2><abstract>BACKGROUND: It hurt. METHODS: 54 hands. RESULTS: Less.</abstract>
<notes>1234-5678&#xD;Ampel, A B&#xD;Journal Article</notes><label>ampel2021co2</label>
<urls><related-urls><url>https://example.org/a</url></related-urls><pdf-urls><url>internal-pdf://1/a.pdf</url></pdf-urls>
</urls><remote-database-name>MEDLINE</remote-database-name><language>eng</language><custom6>seen</custom6></record>"""


def file(*pieces: str, head: str = '<?xml version="1.0" encoding="UTF-8" ?>') -> str:
    return f"{head}<xml><records>{''.join(pieces)}</records></xml>"


def one(inside: str, kind: str = "Journal Article") -> Record:
    (found,) = records(file(f'<record><ref-type name="{kind}">1</ref-type>{inside}</record>'), "endnote-xml")
    return found


def test_a_record_of_every_element() -> None:
    (found,) = records(file(ARTICLE), "endnote-xml")
    assert (found.source, found.external_id, found.keys) == ("endnote-xml", "file.x#ampel2021co2", ("ampel2021co2",))
    assert found.title == "CO<sub>2</sub> and <i>E. coli</i> &amp; p &lt; 0.05"
    assert found.authors == (
        Author(family="Ampel", initials="AB"),
        Author(family="Hand Study Group", is_group=True),
    )
    assert [e.family for e in found.editors] == ["Brücke"]
    assert (found.journal.title, found.journal.abbreviation) == ("Journal of Invented Results", "J Invent Results")
    assert (found.volume, found.issue, found.pages, found.journal.issn) == ("12", "3", "101-109", "0378-5955")
    assert found.date("issue") == PartialDate(year=2021, month=5, day=3)
    assert found.date("electronic") == PartialDate(year=2021, month=4, day=2)
    assert (found.id("pmid"), found.id("doi"), found.id("pmcid")) == ("91000001", "10.5555/endnote.1", "PMC7654321")
    assert [(k.text, k.major) for k in found.keywords] == [("Pain/therapy", True), ("nerve", False), ("hand", False)]
    assert [s.label for s in found.abstract] == ["BACKGROUND", "METHODS", "RESULTS"]
    assert (found.url, found.languages) == ("https://example.org/a", ("eng",))


def test_what_no_field_holds_is_kept() -> None:
    (found,) = records(file(ARTICLE), "endnote-xml")
    kept = dict(found.extra)
    assert kept["rec-number"] == "7"
    assert kept["foreign-key"] == "EN abc9 7"
    assert kept["translated-authors"] == "Trans, T."
    assert kept["pdf-urls"] == "internal-pdf://1/a.pdf"
    assert kept["custom6"] == "seen"
    assert kept["auth-address"] == "Nowhere Clinic"
    assert kept["alt-title"] == "J. Inv. Res."


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("Journal Article", "article", None),
        ("Book", "book", None),
        ("Edited Book", "book", "Edited Book"),
        ("Book Section", "chapter", None),
        ("Thesis", "thesis", None),
        ("Report", "report", None),
        ("Web Page", "web", None),
        ("Conference Proceedings", "article", "Conference Proceedings"),
        ("Dataset", "other", "Dataset"),
        ("Something New", "other", "Something New"),
    ],
)
def test_types(name: str, kind: str, kept: str | None) -> None:
    found = one("<titles><title>X</title></titles>", name)
    assert found.kind == kind
    assert dict(found.extra).get("ref-type") == kept


def test_a_chapter_stands_in_its_book() -> None:
    found = one(
        "<titles><title>One chapter</title><secondary-title>The Book</secondary-title></titles>"
        "<pub-location>Nowhere</pub-location><publisher>Press</publisher><isbn>9780306406157</isbn>",
        "Book Section",
    )
    assert (found.title, found.book_title, found.journal.title) == ("One chapter", "The Book", "")
    assert (found.place, found.publisher, found.isbns) == ("Nowhere", "Press", ("9780306406157",))


def test_an_accession_number_is_a_pmid_only_where_the_database_says_so() -> None:
    title = "<titles><title>X</title></titles>"
    app = "<source-app>EndNote</source-app>"
    assert one(f"{title}{app}<accession-num>123</accession-num>").id("pmid") is None
    assert one(f"{title}<accession-num>WOS:000123</accession-num>").id("pmid") is None
    assert one(f"{title}<accession-num>123</accession-num>").id("pmid") == "123"  # Mendeley, which names no program
    named = "<remote-database-provider>NLM</remote-database-provider>"
    assert one(f"{title}{app}<accession-num>123</accession-num>{named}").id("pmid") == "123"


def test_a_broken_record_costs_only_itself() -> None:
    good = '<record><ref-type name="Book">6</ref-type><titles><title>Good</title></titles></record>'
    items = read(
        file(good, "<record><titles><title>Bad</titel></titles></record>\n", good, "<record></record>", good[:40]),
        "endnote-xml",
    )
    assert sum(isinstance(i, Record) for i in items) == 2
    bad = rejections(items)
    assert [b.reason.split(" (")[0] for b in bad] == [
        "record 2 is broken XML",
        "record 4 says nothing that is known",
        "record 5 is cut short",
    ]
    assert "Bad" in bad[0].payload


def test_a_record_that_never_ends_does_not_swallow_the_next() -> None:
    items = read(file("<record><titles><title>One</title></titles>", ARTICLE), "endnote-xml")
    assert [type(i).__name__ for i in items] == ["Rejected", "Record"]


def test_characters_that_xml_forbids_are_taken_out() -> None:
    found = one("<titles><title>A\x0b trial&#11; of\x00 nerves</title></titles>")
    assert found.title == "A trial of nerves"


def test_entities_are_refused_and_encodings_understood() -> None:
    bomb = '<!DOCTYPE xml [<!ENTITY a "aaaa">]>'
    with pytest.raises(BadInput, match="document type"):
        read(file(ARTICLE, head=f'<?xml version="1.0"?>{bomb}'), "endnote-xml")
    latin = file(
        "<record><titles><title>Étude</title></titles></record>", head='<?xml version="1.0" encoding="latin1"?>'
    )
    assert records(latin.encode("latin1"), "endnote-xml")[0].title == "Étude"
    wide = file("<record><titles><title>Étude</title></titles></record>", head="")
    assert records(wide.encode("utf-16"), "endnote-xml")[0].title == "Étude"


def test_it_is_recognised_and_other_xml_is_not() -> None:
    assert formats.recognise(io.BytesIO(file(ARTICLE).encode()), "x").name == "endnote-xml"
    with pytest.raises(BadInput):
        read("<html><body/></html>", "endnote-xml")


def test_chunks_do_not_matter() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 7, 7) if size and size > 0 else 7)

    fmt = formats.by_name("endnote-xml")
    assert fmt.read is not None
    raw = file(ARTICLE, ARTICLE).encode()
    whole = list(fmt.read(io.BytesIO(raw), "x"))
    assert len(whole) == 2
    assert list(fmt.read(Slow(raw), "x")) == whole
