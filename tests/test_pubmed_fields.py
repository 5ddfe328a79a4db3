"""Each odd thing that PubMed's XML is known to hold, one small invented article each."""

from __future__ import annotations

import pytest

from evidence.identifiers import Identifier
from evidence.records import Author, Journal, PartialDate, Rejected, Relation
from evidence.text import plain
from tests.pubmed_pieces import dates, one, read


class TestText:
    @pytest.mark.parametrize(
        ("xml", "expected"),
        [
            ("<ArticleTitle/>", ""),
            ("<ArticleTitle>  two\n   lines </ArticleTitle>", "two lines"),
            ("<ArticleTitle>a<i> b </i>c</ArticleTitle>", "a<i> b </i>c"),
            ("<ArticleTitle><i>A</i> <b>B</b></ArticleTitle>", "<i>A</i> <b>B</b>"),
            ("<ArticleTitle>x<sup><i>n</i></sup><sub/></ArticleTitle>", "x<sup><i>n</i></sup>"),
            ("<ArticleTitle>5 &lt;i&gt; 6</ArticleTitle>", "5 &lt;i&gt; 6"),
            (
                "<ArticleTitle>&lt;script&gt;alert(1)&lt;/script&gt;</ArticleTitle>",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
            ),
            ("<ArticleTitle>k&amp;#314;b P&amp;lt;0.05</ArticleTitle>", "k&amp;#314;b P&amp;lt;0.05"),
            ("<ArticleTitle>a<!-- not this -->b<?nor this?>c</ArticleTitle>", "abc"),
            ("<ArticleTitle><![CDATA[a < b]]></ArticleTitle>", "a &lt; b"),
            ("<ArticleTitle>e\u0301 &#xA0; \u00e9</ArticleTitle>", "\u00e9 \u00e9"),
            ("<ArticleTitle><i>x</i>\u0338y</ArticleTitle>", "<i>x</i>\u0338y"),
            ("<ArticleTitle>[Not Available].</ArticleTitle>", "[Not Available]."),
        ],
    )
    def test_titles(self, xml, expected):
        assert one(xml).title == expected

    def test_mathml_gives_its_text_wherever_it_stands(self):
        math = (
            '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>T</mml:mi>\n'
            "<mml:mn>2</mml:mn></mml:msup></mml:math>"
        )
        record = one(
            f"<ArticleTitle>Cardiac {math} maps.</ArticleTitle>"
            f"<Abstract><AbstractText>{math} &gt; 1 <DispFormula>{math}</DispFormula> end.</AbstractText></Abstract>"
        )
        assert record.title == "Cardiac T 2 maps."
        assert record.abstract[0].text == "T 2 &gt; 1 T 2 end."

    def test_an_undeclared_prefix_is_no_break(self):
        assert one("<ArticleTitle>a <mml:math><mml:mi>x</mml:mi></mml:math> b</ArticleTitle>").title == "a x b"

    def test_nothing_is_cut_however_long_or_deep(self):
        deep = "<i>" * 100 + "core" + "</i>" * 100
        assert plain(one(f"<ArticleTitle>{deep} end</ArticleTitle>").title) == "core end"
        long = "word " * 20_000 + "end"
        (section,) = one(f"<Abstract><AbstractText>{long}</AbstractText></Abstract>").abstract
        assert section.text == long

    def test_entities_of_an_unread_dtd_are_read_as_html_names_them(self):
        xml = (
            '<!DOCTYPE PubmedArticleSet SYSTEM "x.dtd"><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>'
            "<Article><ArticleTitle>M&uuml;ller &amp; &nosuch; <i>&alpha;</i></ArticleTitle><AuthorList><Author>"
            "<LastName>M&uuml;ller</LastName></Author></AuthorList></Article></MedlineCitation></PubmedArticle>"
            "</PubmedArticleSet>"
        )
        (record,) = read(xml)
        assert plain(record.title) == "Müller & &nosuch; α"
        assert record.authors[0].family == "Müller"

    @pytest.mark.parametrize(
        ("sections", "expected"),
        [
            ("<AbstractText>One.</AbstractText>", [("", "", "One.")]),
            ('<AbstractText Label="">One.</AbstractText>', [("", "", "One.")]),
            ('<AbstractText Label="UNLABELLED">One.</AbstractText>', [("UNLABELLED", "", "One.")]),
            ('<AbstractText Label="AIM" NlmCategory="OBJECTIVE">One.</AbstractText>', [("AIM", "OBJECTIVE", "One.")]),
            ('<AbstractText Label="AIM"/>', [("AIM", "", "")]),
            ("<AbstractText/>", []),
            (
                "<AbstractText>Cut.(ABSTRACT TRUNCATED AT 250 WORDS)</AbstractText>",
                [("", "", "Cut.(ABSTRACT TRUNCATED AT 250 WORDS)")],
            ),
            (
                "<AbstractText>See https://example.org/a?b=1&amp;c.</AbstractText>",
                [("", "", "See https://example.org/a?b=1&amp;c.")],
            ),
            ("<AbstractText>背景 &lt;10 mm. Кровь.</AbstractText>", [("", "", "背景 &lt;10 mm. Кровь.")]),
        ],
    )
    def test_abstract_sections(self, sections, expected):
        record = one(f"<Abstract>{sections}</Abstract>")
        assert [(s.label, s.category, s.text) for s in record.abstract] == expected


class TestPeople:
    @pytest.mark.parametrize(
        ("author", "expected"),
        [
            ("<LastName>Tietche</LastName>", Author(family="Tietche")),
            ("<ForeName>Sukarno</ForeName>", Author(given="Sukarno")),
            ("<CollectiveName> A <i>Group</i> </CollectiveName>", Author(family="A Group", is_group=True)),
            ("<LastName>A</LastName><CollectiveName>B</CollectiveName>", Author(family="A")),
            (
                "<LastName>A</LastName><FirstName>B</FirstName><MiddleName>C</MiddleName>",
                Author(family="A", given="B C"),
            ),
            ("<LastName>A</LastName><Suffix>2<sup>nd</sup></Suffix>", Author(family="A", suffix="2nd")),
            (
                "<LastName>A</LastName><Affiliation>Old place.</Affiliation>",
                Author(family="A", affiliations=("Old place.",)),
            ),
            (
                '<LastName>A</LastName><Identifier Source="ORCID">0000000218250097</Identifier>',
                Author(family="A", orcid="0000-0002-1825-0097"),
            ),
            ('<LastName>A</LastName><Identifier Source="ISNI">0000000218250097</Identifier>', Author(family="A")),
            ('<LastName>A</LastName><Identifier Source="ORCID">0000-0002-1825-009</Identifier>', Author(family="A")),
        ],
    )
    def test_one_author(self, author, expected):
        assert one(f"<AuthorList><Author>{author}</Author></AuthorList>").authors == (expected,)

    def test_nobody_is_nobody(self):
        assert one("<AuthorList><Author/><Author><Initials>X</Initials></Author></AuthorList>").authors == ()
        assert one("").authors == ()

    def test_an_identifier_of_a_place_is_not_the_authors(self):
        place = (
            '<AffiliationInfo><Affiliation>P</Affiliation><Identifier Source="ORCID">0000-0002-1825-0097</Identifier>'
            "</AffiliationInfo>"
        )
        assert one(f"<AuthorList><Author><LastName>A</LastName>{place}</Author></AuthorList>").authors == (
            Author(family="A", affiliations=("P",)),
        )

    def test_an_incomplete_list(self):
        assert not one(
            '<AuthorList CompleteYN="N"><Author><LastName>A</LastName></Author></AuthorList>'
        ).authors_complete

    def test_equal_contribution_said_and_denied(self):
        person = '<Author EqualContrib="{}"><LastName>A</LastName></Author>'
        record = one(f"<AuthorList>{person.format('Y')}{person.format('N')}</AuthorList>")
        assert [a.equal_contribution for a in record.authors] == [True, False]

    def test_editors_of_an_article(self):
        record = one('<AuthorList Type="editors"><Author><LastName>E</LastName></Author></AuthorList>')
        assert (record.authors, [e.family for e in record.editors]) == ((), ["E"])

    def test_the_affiliation_of_old_articles_is_the_first_authors(self):
        people = (
            "<AuthorList><Author><LastName>A</LastName></Author><Author><LastName>B</LastName></Author></AuthorList>"
        )
        record = one(f"{people}<Affiliation>Old place.</Affiliation>")
        assert [a.affiliations for a in record.authors] == [("Old place.",), ()]


class TestDates:
    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ("<Year>1979</Year>", PartialDate(year=1979)),
            ("<Year>1949</Year><Month>Oct</Month>", PartialDate(year=1949, month=10)),
            ("<Year>2020</Year><Month>06</Month><Day>01</Day>", PartialDate(year=2020, month=6, day=1)),
            ("<Year>2020</Year><Month>6</Month><Day>1</Day>", PartialDate(year=2020, month=6, day=1)),
            ("<Year>1979</Year><Season>Spring</Season>", PartialDate(year=1979, text="1979 Spring")),
            ("<Year>1976</Year><Season>Nov-Dec</Season>", PartialDate(year=1976, text="1976 Nov-Dec")),
            ("<Year>2021</Year><Month>Feb</Month><Day>30</Day>", PartialDate(year=2021, month=2, text="2021 Feb 30")),
            ("<Year>2021</Year><Month>13</Month>", PartialDate(year=2021, text="2021 13")),
            ("<Year>n.d.</Year>", PartialDate(text="n.d.")),
            ("<Month>Jun</Month>", PartialDate(text="Jun")),
            ("<Year>²⁰²⁰</Year>", PartialDate(text="²⁰²⁰")),
            ("<MedlineDate>1978 Jan-Feb</MedlineDate>", PartialDate(year=1978, text="1978 Jan-Feb")),
            ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", PartialDate(year=1998, text="1998 Dec-1999 Jan")),
            ("<MedlineDate>2001 Apr 12-18</MedlineDate>", PartialDate(year=2001, month=4, text="2001 Apr 12-18")),
            ("<MedlineDate>2001 Aug 29-Sep 4</MedlineDate>", PartialDate(year=2001, text="2001 Aug 29-Sep 4")),
            ("<MedlineDate>Winter 1997</MedlineDate>", PartialDate(year=1997, text="Winter 1997")),
            ("<MedlineDate>1978-1979</MedlineDate>", PartialDate(year=1978, text="1978-1979")),
            ("<MedlineDate>no date</MedlineDate>", PartialDate(text="no date")),
            ("<MedlineDate>0000</MedlineDate>", PartialDate(text="0000")),
        ],
    )
    def test_issue(self, parts, expected):
        record = one(f"<Journal><JournalIssue><PubDate>{parts}</PubDate></JournalIssue></Journal>")
        assert dates(record, "issue") == [expected]

    @pytest.mark.parametrize("parts", ["", "<Year/>", "<Year> </Year>"])
    def test_no_date_is_none(self, parts):
        assert one(f"<Journal><JournalIssue><PubDate>{parts}</PubDate></JournalIssue></Journal>").dates == ()

    def test_the_citation_year_is_the_issues_and_not_the_electronic_one(self):
        electronic = '<ArticleDate DateType="Electronic"><Year>2019</Year><Month>12</Month><Day>30</Day></ArticleDate>'
        issue = "<Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>"
        assert one(issue + electronic).year == 2020
        assert one(electronic).year == 2019

    def test_revised_twice_in_order_and_the_same_day_once(self):
        day = '<PubMedPubDate PubStatus="{}"><Year>2020</Year><Month>2</Month><Day>{}</Day></PubMedPubDate>'
        history = day.format("revised", 9) + day.format("revised", 3) + day.format("revised", 9)
        assert [d.day for d in dates(one(data=f"<History>{history}</History>"), "revised")] == [3, 9]

    def test_a_status_without_a_kind_keeps_its_name(self):
        day = '<PubMedPubDate PubStatus="aheadofprint"><Year>2020</Year><Month>2</Month><Day>3</Day></PubMedPubDate>'
        assert dates(one(data=f"<History>{day}</History>"), "other") == [
            PartialDate(year=2020, month=2, day=3, text="aheadofprint")
        ]


class TestIdentifiers:
    def test_elocation_after_the_list_of_ids_and_wrong_ones_apart(self):
        record = one(
            '<ELocationID EIdType="doi">10.5555/B</ELocationID><ELocationID EIdType="doi" ValidYN="N">10.5555/x'
            '</ELocationID><ELocationID EIdType="pii">e2</ELocationID>',
            data='<ArticleIdList><ArticleId IdType="doi">10.5555/A</ArticleId></ArticleIdList>',
        )
        assert record.ids("doi") == ("10.5555/a", "10.5555/b")
        assert record.ids("pii") == ("e2",)
        assert record.extra == (("invalid doi", "10.5555/x"),)

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (
                "10.1002/(SICI)1097-0142(19950401)75:7&lt;1630::AID-CNCR1>3.0.CO;2-#",
                "10.1002/(sici)1097-0142(19950401)75:7<1630::aid-cncr1>3.0.co;2-#",
            ),
            ("10.5555/6;7(8)", "10.5555/6;7(8)"),
            ("https://doi.org/10.5555/X", "10.5555/x"),
        ],
    )
    def test_unusual_dois(self, raw, expected):
        data = f'<ArticleIdList><ArticleId IdType="doi">{raw}</ArticleId></ArticleIdList>'
        assert one(data=data).id("doi") == expected

    def test_what_is_no_doi_is_kept_as_printed(self):
        record = one(data='<ArticleIdList><ArticleId IdType="doi">51466</ArticleId></ArticleIdList>')
        assert record.ids("doi") == ()
        assert record.extra == (("bad doi", "51466"),)

    def test_ids_of_references_are_never_the_records(self):
        ids = '<ArticleIdList><ArticleId IdType="{}">{}</ArticleId></ArticleIdList>'
        reference = f"<Reference><Citation>C</Citation>{ids.format('doi', '10.5555/cited')}</Reference>"
        record = one(data=f"<ReferenceList>{reference}</ReferenceList>{ids.format('pubmed', '2')}")
        assert record.identifiers == (Identifier("pmid", "1"),)

    @pytest.mark.parametrize(
        ("element", "expected"),
        [
            ("<ArticleTitle>A trial (NCT00000001)</ArticleTitle>", ("NCT00000001",)),
            (
                "<Abstract><AbstractText>ChiCTR-TRC-12001887 and UMIN000012345</AbstractText></Abstract>",
                ("ChiCTR-TRC-12001887", "UMIN000012345"),
            ),
            (
                "<Abstract><AbstractText Label='REGISTER'><b>ACTRN12605000123456</b></AbstractText></Abstract>",
                ("ACTRN12605000123456",),
            ),
        ],
    )
    def test_registrations_in_text(self, element, expected):
        assert one(element).ids("registration") == expected

    def test_a_registration_said_twice_is_one(self):
        bank = (
            "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList><AccessionNumber>"
            "NCT00000001</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
        )
        record = one(f"{bank}<Abstract><AbstractText>nct 00000001</AbstractText></Abstract>")
        assert record.ids("registration") == ("NCT00000001",)

    @pytest.mark.parametrize(
        ("pmids", "expected"),
        [('<PMID Version="2">0012</PMID>', ("12", 2)), ("<PMID>5</PMID><PMID>6</PMID>", ("5", 1))],
    )
    def test_the_records_own_number(self, pmids, expected):
        record = one(pmid=pmids)
        assert (record.external_id, record.version) == expected

    @pytest.mark.parametrize("pmids", ["", "<PMID/>", "<PMID>0</PMID>", "<PMID>123456789</PMID>", "<PMID>१२३</PMID>"])
    def test_no_number_is_a_rejection(self, pmids):
        (rejected,) = read(
            f"<PubmedArticleSet>\n<PubmedArticle><MedlineCitation>{pmids}</MedlineCitation></PubmedArticle></PubmedArticleSet>"
        )
        assert isinstance(rejected, Rejected)
        assert (rejected.subject, rejected.line) == ("test.xml", 2)


class TestTheRest:
    @pytest.mark.parametrize(
        ("pagination", "expected"),
        [
            ("<MedlinePgn>117-26</MedlinePgn>", "117-26"),
            ("<StartPage>117</StartPage><EndPage>126</EndPage><MedlinePgn>117-26</MedlinePgn>", "117-26"),
            ("<StartPage>117</StartPage><EndPage>126</EndPage>", "117-126"),
            ("<StartPage>e12</StartPage>", "e12"),
            ("<StartPage>5</StartPage><EndPage>5</EndPage><MedlinePgn/>", "5"),
            ("", ""),
        ],
    )
    def test_pages(self, pagination, expected):
        assert one(f"<Pagination>{pagination}</Pagination>").pages == expected
        assert one().pages == ""

    def test_a_journal_without_issn_or_nlm_name(self):
        record = one("<Journal><Title>Dig</Title><ISOAbbreviation>Dig.</ISOAbbreviation></Journal>")
        assert record.journal == Journal(title="Dig", abbreviation="Dig.")

    def test_preprint(self):
        record = one(
            "<PublicationTypeList><PublicationType UI='D000076942'>Preprint</PublicationType></PublicationTypeList>"
        )
        assert record.kind == "preprint"

    @pytest.mark.parametrize(
        "kind",
        [
            *(
                "RetractionOf",
                "RetractionIn",
                "PartialRetractionIn",
                "ErratumFor",
                "ErratumIn",
                "ExpressionOfConcernIn",
            ),
            *("CorrectedandRepublishedIn", "RetractedandRepublishedFrom", "RepublishedFrom", "UpdateOf", "UpdateIn"),
            *("CommentOn", "CommentIn", "SummaryForPatientsIn", "AssociatedDataset", "SomethingNew"),
        ],
    )
    def test_every_relation_keeps_its_name(self, kind):
        citation = (
            f'<CommentsCorrectionsList><CommentsCorrections RefType="{kind}"><RefSource>J. 1</RefSource><PMID>2</PMID>'
            "</CommentsCorrections></CommentsCorrectionsList>"
        )
        assert one(citation=citation).relations == (
            Relation(type=kind, targets=(Identifier("pmid", "2"),), citation="J. 1"),
        )

    @pytest.mark.parametrize(
        ("attributes", "expected"),
        [
            ('Status="In-Data-Review" Owner="KIE"', ("In-Data-Review", "KIE", "")),
            ('Status="Publisher"', ("Publisher", "NLM", "")),
            ('Status="MEDLINE" Owner="HMD" IndexingMethod="Automated"', ("MEDLINE", "HMD", "Automated")),
            ('Status="MEDLINE" IndexingMethod="Manual"', ("MEDLINE", "NLM", "")),  # what older DTDs left unsaid
        ],
    )
    def test_status_owner_and_indexing(self, attributes, expected):
        record = one(attributes=attributes)
        assert (record.citation_status, record.owner, record.indexing_method) == expected

    def test_unknown_elements_are_passed_over(self):
        record = one(
            "<ArticleTitle>T</ArticleTitle><Novelty><PMID>9</PMID></Novelty>",
            citation="<More><ArticleTitle>X</ArticleTitle></More>",
        )
        assert (record.external_id, record.title) == ("1", "T")
