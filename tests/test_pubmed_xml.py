"""What PubMed's XML becomes. Its small things: test_pubmed_fields.py; broken files: test_pubmed_broken.py."""

from __future__ import annotations

import pytest

from evidence import recordjson
from evidence.formats import pubmed_xml
from evidence.identifiers import Identifier
from evidence.records import (
    AbstractSection,
    Author,
    CitedReference,
    Dated,
    Deletion,
    Grant,
    Journal,
    Keyword,
    Markup,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    OtherAbstract,
    PartialDate,
    Record,
    Rejected,
    Relation,
)
from evidence.text import plain
from tests.pubmed_pieces import dates, fixture, one, read


@pytest.fixture(scope="module")
def full():
    (record,) = fixture("full")
    return record


class TestAWholeRecord:
    def test_who_says_it(self, full):
        assert (full.source, full.external_id, full.kind, full.version) == ("pubmed", "90000001", "article", 1)
        assert (full.citation_status, full.owner, full.indexing_method) == ("MEDLINE", "NLM", "Curated")
        assert (full.publication_model, full.publication_status) == ("Print-Electronic", "ppublish")

    def test_titles(self, full):
        assert full.title == (
            "Effect of CO<sub>2</sub> and <i>Mus musculus <b>var</b></i> sera at p &lt; 0.05 &amp; beyond: a trial."
        )
        assert plain(full.title) == "Effect of CO2 and Mus musculus var sera at p < 0.05 & beyond: a trial."
        assert full.vernacular_title == "L'effet du sucre."

    def test_abstract_in_sections(self, full):
        assert full.abstract == (
            AbstractSection(label="BACKGROUND", category="BACKGROUND", text=Markup("Nerves need sugar.")),
            AbstractSection(
                label="METHODS",
                category="METHODS",
                text=Markup("We enrolled 40 mice at 10<sup>-3</sup> M (ISRCTN 12345678)."),
            ),
            AbstractSection(
                label="RESULTS",
                category="RESULTS",
                text=Markup("All of them <u>liked</u> it, except <b>one</b>."),
            ),
        )
        assert full.abstract_copyright == "© 2020 The Inventors."

    def test_other_abstracts_with_the_dtds_default_language(self, full):
        assert full.other_abstracts == (
            OtherAbstract(
                type="Publisher",
                language="fre",
                sections=(
                    AbstractSection(
                        label="CONTEXTE", category="BACKGROUND", text=Markup("Les nerfs ont besoin de sucre.")
                    ),
                    AbstractSection(text=Markup("Voilà.")),
                ),
            ),
            OtherAbstract(
                type="plain-language-summary",
                language="eng",
                sections=(AbstractSection(text=Markup("Sugar is sweet.")),),
            ),
        )

    def test_authors(self, full):
        first, wrong, group = full.authors
        assert first == Author(
            family="O'Brien-Núñez",
            given="Mary-Jane Q",
            initials="MQ",
            suffix="3rd",
            orcid="0000-0002-1825-0097",
            affiliations=(
                "Department of Sugar, University of Nowhere, Nowhere, Utopia.",
                "Second Home, Elsewhere.",
            ),
            equal_contribution=True,
        )
        assert (wrong.family, wrong.valid, wrong.orcid) == ("Wrong", False, "")  # its ORCID's check digit is wrong
        assert group == Author(family="The SUGAR Trial Group", is_group=True)
        assert full.authors_complete

    def test_investigators_and_persons_written_about(self, full):
        assert [(i.given, i.affiliations) for i in full.investigators] == [("Ann", ("Mill Hospital.",)), ("Bob", ())]
        assert full.personal_name_subjects == (Author(family="Pasteur", given="Louis", initials="L"),)

    def test_journal(self, full):
        assert full.journal == Journal(
            title="Journal of invented neurology",
            abbreviation="J Inv Neurol",
            issn="1234-5679",
            issn_linking="1234-5660",
            nlm_id="999999999",
            country="Utopia",
        )
        assert (full.volume, full.issue, full.pages) == ("12", "3", "301-9")

    def test_identifiers_once_each_and_in_one_order(self, full):
        assert [(i.scheme, i.value) for i in full.identifiers] == [
            ("pmid", "90000001"),
            ("doi", "10.5555/inv.2020.001"),
            ("pmcid", "PMC900001"),
            ("pii", "S1234-5679(20)30001-7"),
            ("mid", "NIHMS1234567"),
            ("other", "GENBANK:AB123456"),
            ("other", "GENBANK:AB123457"),
            ("other", "Dryad:10.5061/dryad.invented"),
            ("other", "sici:plbi-05-01-01"),
            ("registration", "NCT01234567"),
            ("registration", "2019-001234-12"),
            ("registration", "ISRCTN12345678"),
        ]

    def test_every_date_with_its_kind(self, full):
        assert [(d.kind, d.date.year, d.date.month, d.date.day, d.date.text) for d in full.dates] == [
            ("issue", 2020, 6, 15, ""),
            ("electronic", 2020, 5, 2, ""),
            ("received", 2019, 12, 1, ""),
            ("revised", 2020, 2, 2, ""),
            ("accepted", 2020, 4, 20, ""),
            ("entrez", 2020, 5, 3, ""),
            ("pubmed", 2020, 5, 3, ""),
            ("medline", 2021, 3, 10, ""),
            ("completed", 2021, 3, 9, ""),
            ("record-revised", 2024, 11, 30, ""),
            ("other", 2021, 1, 1, "pmc-release"),
        ]
        assert full.year == 2020

    def test_mesh(self, full):
        animals, syndrome, glucose, egypt = full.mesh
        assert animals == MeshHeading(ui="D000818", name="Animals")
        assert syndrome == MeshHeading(
            ui="D002349",
            name="Carpal Tunnel Syndrome",
            qualifiers=(
                MeshQualifier(ui="Q000188", name="drug therapy", major=True),
                MeshQualifier(ui="Q000503", name="physiopathology"),
            ),
        )
        assert [h.is_major for h in full.mesh] == [False, True, True, False]
        assert glucose.major
        assert egypt.type == "Geographic"

    def test_types_substances_and_protocols(self, full):
        assert full.publication_types == (
            NamedConcept(name="Journal Article", ui="D016428"),
            NamedConcept(name="Randomized Controlled Trial", ui="D016449"),
        )
        assert full.substances == (
            NamedConcept(name="Glucose", ui="D005947", type="IY9XDZ35W2"),
            NamedConcept(name="Invented Compounds", ui="D000000"),  # registry number 0: has none
        )
        assert [(s.name, s.type) for s in full.supplementary_mesh] == [
            ("sugar protocol", "Protocol"),
            ("Sugar disease, invented", "Disease"),
        ]

    def test_keywords_with_their_owner(self, full):
        assert full.keywords == (
            Keyword(text="5% dextrose", owner="NOTNLM"),  # an author's star means nothing
            Keyword(text="hydrodissection", owner="NOTNLM"),
            Keyword(text="Ethics", major=True, owner="KIE"),
        )

    def test_relations_are_directed_and_cites_is_none(self, full):
        assert full.relations == (
            Relation(
                type="RetractionIn",
                targets=(Identifier("pmid", "90000002"),),
                citation="J Inv Neurol. 2022 Jan;14(1):9",
                note="withdrawn by the authors",
            ),
            Relation(type="ErratumIn", citation="J Inv Neurol 2021;13(1):77"),
        )

    def test_the_rest(self, full):
        assert full.languages == ("eng", "fre")
        assert full.grants == (
            Grant(agency="Invented Trust"),
            Grant(id="R01 ZZ999999", acronym="ZZ", agency="NIZZ NIH HHS", country="United States"),
        )
        assert full.gene_symbols == ("myc",)
        assert full.space_flight_missions == ("Flight Experiment",)
        assert full.general_notes == ("12 refs.",)
        assert full.other_ids == ("NLM:PMC0000001 [Available on 01/01/22]", "PIP:012345")
        assert full.citation_subsets == ("IM", "S")
        assert full.coi_statement == "MJ owns a <i>sugar</i> mill."
        assert full.number_of_references == 42

    def test_references_only_when_asked(self, full):
        assert full.references == ()
        (record,) = fixture("full", references=True)
        assert record.references == (
            CitedReference(citation="Old J. 1999;1(1):1", identifiers=(Identifier("pmid", "90000003"),)),
            CitedReference(
                citation="Smith A. Sugar. 1998.",
                identifiers=(
                    Identifier("pmid", "90000004"),
                    Identifier("doi", "10.5555/other.work"),
                    Identifier("pmcid", "PMC900004"),
                ),
            ),
            CitedReference(citation="Jones B. Salt. 1997. NCT07654321"),
        )
        assert record.identifiers == full.identifiers  # nothing of a reference is the record's

    def test_goes_through_json(self, full):
        assert recordjson.load(recordjson.dump(full)) == full


class TestBooks:
    def test_a_chapter(self):
        chapter = fixture("books")[0]
        assert (chapter.kind, chapter.external_id) == ("chapter", "90000101")
        assert chapter.title == "<i>INV1</i>-Related Sugar Loss"
        assert chapter.book_title == "Gene<i>Tales</i><sup>®</sup>"
        assert (chapter.publisher, chapter.place) == ("Invented University Press", "Nowhere (UT)")
        assert [a.family for a in chapter.authors] == ["Teller"]
        assert [e.family for e in chapter.editors] == ["Ed", "Itor"]
        assert [s.label for s in chapter.abstract] == ["CLINICAL CHARACTERISTICS", "MANAGEMENT"]
        assert chapter.abstract_copyright == "Copyright © 1993-2025, Invented University."
        assert chapter.keywords == (Keyword(text="Sugar Loss", owner="NLM"), Keyword(text="SL", owner="NLM"))
        assert chapter.publication_types == (NamedConcept(name="Review", ui="D016454"),)
        assert (chapter.languages, chapter.publication_status) == (("eng",), "ppublish")

    def test_a_chapter_is_cited_by_its_own_date(self):
        chapter = fixture("books")[0]
        assert chapter.year == 2006
        assert dates(chapter, "contribution") == [PartialDate(year=2006, month=2, day=15)]
        assert dates(chapter, "other") == [
            PartialDate(year=1993, text="book"),
            PartialDate(year=1993, text="beginning"),
            PartialDate(year=2025, text="ending"),
        ]
        assert dates(chapter, "record-revised") == [PartialDate(year=2024, month=12, day=19)]

    def test_a_chapter_does_not_bear_its_books_doi_or_isbn(self):
        chapter = fixture("books")[0]
        assert chapter.identifiers == (Identifier("pmid", "90000101"), Identifier("bookaccession", "NBK000101"))
        assert chapter.isbns == ("0-306-40615-2",)
        assert ("book doi", "10.5555/the.book") in chapter.extra

    def test_what_has_no_field_is_kept(self):
        chapter, report = fixture("books")[:2]
        assert ("location label", "7") in chapter.extra
        assert ("section", "INV1 Testing") in chapter.extra
        assert ("synonyms", "Sweet loss") in chapter.extra
        assert ("report number", "R-1") in report.extra
        assert ("collection title", "Reports of the Invented") in report.extra

    def test_a_whole_book(self):
        report = fixture("books")[1]
        assert (report.kind, report.title, report.book_title) == ("book", "Sugar: A Report", "")
        assert report.authors == (Author(family="Committee on Sugar", is_group=True),)
        assert report.authors_complete
        assert (report.edition, report.year) == ("2nd", 2015)
        assert report.isbns == ("9780306406157", "9780306406150")
        assert [(i.scheme, i.value) for i in report.identifiers] == [
            ("pmid", "90000102"),
            ("doi", "10.5555/report.1"),
            ("bookaccession", "NBK000102"),
            ("isbn", "9780306406157"),  # the other one's check digit is wrong
        ]

    def test_references_of_a_chapter(self):
        assert fixture("books", references=True)[0].references == (CitedReference(citation="Grimm J. Tales. 1812."),)

    def test_a_book_without_pmid_is_rejected(self):
        rejected = fixture("books")[2]
        assert isinstance(rejected, Rejected)
        assert "without a PMID" in rejected.reason
        assert "No number" in rejected.payload
        assert rejected.line == 65

    def test_a_chapter_without_authors_of_its_own_has_the_books(self):
        xml = (
            "<BookDocument><PMID>1</PMID><Book><BookTitle>B</BookTitle><AuthorList Type='authors'><Author><LastName>X"
            "</LastName></Author></AuthorList></Book><ArticleTitle>C</ArticleTitle>{}</BookDocument>"
        )
        (alone,) = read(xml.format(""))
        assert [a.family for a in alone.authors] == ["X"]
        own = "<AuthorList Type='authors'><Author><LastName>Y</LastName></Author></AuthorList>"
        (both,) = read(xml.format(own))
        assert [a.family for a in both.authors] == ["Y"]
        assert both.extra == (("book author", "X"),)


class TestRedelivery:
    def test_the_same_article_under_two_dtds_is_the_same_record(self):
        (old,) = fixture("redelivered_2019")
        (new,) = fixture("redelivered_2025")
        volatile = [Dated(kind="record-revised", date=PartialDate(year=2018, month=1, day=2))]
        assert [d for d in old.dates if d not in new.dates] == volatile
        assert [(d.kind, d.date.text) for d in new.dates if d not in old.dates] == [
            ("record-revised", ""),
            ("other", "pmc-release"),
        ]
        fields = [name for name in Record.__slots__ if name != "dates"]
        assert [name for name in fields if getattr(old, name) != getattr(new, name)] == []

    def test_both_places_of_a_reference_list(self):
        (old,) = fixture("redelivered_2019", references=True)
        (new,) = fixture("redelivered_2025", references=True)
        assert old.references == new.references != ()


class TestUpdateFiles:
    def test_versions_deletions_and_rejections_in_order(self):
        two, three, nameless, first, second, soon = fixture("update")
        assert [(r.external_id, r.version, r.title) for r in (two, three)] == [
            ("90000301", 2, "Version two."),
            ("90000301", 3, "Version three."),
        ]
        assert two.extra == (("version date", "2020/10/10"),)
        assert isinstance(nameless, Rejected)
        assert nameless.line == 16
        assert (first, second) == (
            Deletion(source="pubmed", external_id="90000302"),
            Deletion(source="pubmed", external_id="90000303"),
        )
        assert isinstance(soon, Rejected)
        assert "'soon'" in soon.reason

    @pytest.mark.parametrize(
        "xml",
        [
            "<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>",
            "<MedlineCitation><PMID>7</PMID></MedlineCitation>",
            "<MedlineCitationSet><MedlineCitation><PMID>7</PMID></MedlineCitation></MedlineCitationSet>",
            "<PubmedBookArticleSet><PubmedBookArticle><BookDocument><PMID>7</PMID></BookDocument></PubmedBookArticle>"
            "</PubmedBookArticleSet>",
            "<BookDocumentSet><BookDocument><PMID>7</PMID></BookDocument></BookDocumentSet>",
        ],
    )
    def test_every_kind_of_root(self, xml):
        assert pubmed_xml.FORMAT.recognise(xml.encode())
        assert [r.external_id for r in read(xml)] == ["7"]

    def test_nothing_but_a_pmid(self):
        record = one()
        assert record == Record(
            source="pubmed", external_id="1", identifiers=(Identifier("pmid", "1"),), owner="NLM", citation_status=""
        )
        assert record.year is None

    def test_an_empty_set_is_no_error(self):
        assert read("<PubmedArticleSet></PubmedArticleSet>") == []
