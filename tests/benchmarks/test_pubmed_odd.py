"""The odd features of real PubMed records, each with what a person read in the XML of a named record.

Needs EVIDENCE_BENCH_DATA: the folder that holds data/odd, one small PubmedArticleSet for each feature.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.formats import open_path, pubmed_xml
from evidence.identifiers import Identifier
from evidence.records import (
    Author,
    Dated,
    DateKind,
    Keyword,
    MeshHeading,
    NamedConcept,
    PartialDate,
    Record,
    Relation,
)
from evidence.text import plain


class Odd:
    """The records of one feature, by PMID (the last version of each)."""

    def __init__(self, path: Path) -> None:
        with open_path(path) as stream:
            items = list(pubmed_xml.read(stream, path.name, references=True))
        self.all = [item for item in items if isinstance(item, Record)]
        assert len(self.all) == len(items), "every piece of these files is a record"
        self._by_pmid = {record.external_id: record for record in self.all}

    def __getitem__(self, pmid: int) -> Record:
        return self._by_pmid[str(pmid)]


Check = Callable[[Odd], None]
CHECKS: dict[str, Check] = {}


def feature(check: Check) -> Check:
    CHECKS[check.__name__] = check
    return check


@pytest.fixture(scope="module")
def folder() -> Path:
    found = os.environ.get("EVIDENCE_BENCH_DATA")
    if not found:
        pytest.skip("ODD RECORDS NOT READ: EVIDENCE_BENCH_DATA names no folder with data/odd")
    return Path(found) / "data" / "odd"


def dates(record: Record, kind: DateKind) -> list[PartialDate]:
    return [found.date for found in record.dates if found.kind == kind]


def link(kind: str, pmid: int | None, citation: str) -> Relation:
    targets = (Identifier("pmid", str(pmid)),) if pmid else ()
    return Relation(type=kind, targets=targets, citation=citation)


def whole_abstract(record: Record) -> str:
    return " ".join(plain(section.text) for section in record.abstract)


@feature
def book(odd: Odd) -> None:
    kss = odd[20301382]
    assert (kss.kind, plain(kss.title)) == ("chapter", "Single Large-Scale Mitochondrial DNA Deletion Syndromes")
    assert (kss.book_title, kss.place) == ("GeneReviews<sup>®</sup>", "Seattle (WA)")
    assert kss.publisher == "University of Washington, Seattle"
    assert kss.identifiers == (Identifier("pmid", "20301382"), Identifier("bookaccession", "NBK1203"))
    assert dates(kss, "contribution") == [PartialDate(year=2003, month=12, day=17)]
    assert (kss.year, [a.family for a in kss.authors]) == (2003, ["Goldstein", "Falk"])
    assert kss.publication_types == (NamedConcept(name="Review", ui="D016454"),)
    elegans = odd[21413221]
    assert (elegans.kind, elegans.title, elegans.edition) == ("book", "<i>C. elegans</i> II", "2nd")
    assert (elegans.isbns, elegans.year) == (("0879695323",), 1997)
    assert (odd[21413225].kind, odd[21413225].title) == ("chapter", "The Genome")


@feature
def editors(odd: Odd) -> None:
    names = ["Adam", "Feldman", "Mirzaa", "Pagon", "Wallace", "Amemiya"]
    assert [e.family for e in odd[20301577].editors] == names
    assert odd[21413221].editors[0] == Author(
        family="Riddle", given="Donald L", initials="DL", affiliations=("University of Missouri, Columbia",)
    )
    assert odd[21413221].authors == ()


@feature
def retracted_publication(odd: Odd) -> None:
    assert odd[31031480].relations == (link("RetractionIn", 34092875, "Anesth Essays Res. 2020 Jul-Sep;14(3):544"),)
    assert NamedConcept(name="Retracted Publication", ui="D016441") in odd[31031480].publication_types
    assert odd[423962].relations == (link("RetractionIn", 7350521, "Nature. 1980 Jan 3;283(5742):111"),)


@feature
def retraction_notice(odd: Odd) -> None:
    assert odd[34082697].relations == (link("RetractionOf", 18808659, "BMC Neurosci. 2008 Sep 22;9:92"),)
    assert [t.ui for t in odd[34082697].publication_types] == ["D016425", "D016440"]
    assert odd[400955].relations == (
        link("RetractionOf", 778343, "Gullis RJ, Rowe CE. J Neurochem. 1976 Jun;26(6):1217-30"),
    )


@feature
def erratum_in(odd: Odd) -> None:
    assert odd[2274965].relations == (link("ErratumIn", None, "Toxicology 1991 Mar 25;67(1):127"),)
    assert odd[24111943].relations == (link("ErratumIn", 34096043, "Br J Pharmacol. 2021 Jul;178(13):2747-2748"),)


@feature
def erratum_for(odd: Odd) -> None:
    assert odd[8].relations == (link("ErratumFor", 2, "Biochem Biophys Res Commun. 1975 Oct 27;66(4):1173-9"),)
    assert odd[33484275].relations == (link("ErratumFor", 33409683, "Eur J Clin Pharmacol. 2021 Jun;77(6):887-894"),)


@feature
def republished(odd: Odd) -> None:
    first, again = odd[4866700], odd[29262950]
    assert [(r.type, r.targets[0].value) for r in first.relations] == [("CorrectedandRepublishedIn", "29262950")]
    assert [(r.type, r.targets[0].value) for r in again.relations] == [("CorrectedandRepublishedFrom", "4866700")]
    assert [(r.type, r.targets[0].value) for r in odd[7567443].relations] == [("RepublishedFrom", "7659519")]


@feature
def update_of_or_in(odd: Odd) -> None:
    assert odd[34022550].relations == (link("UpdateOf", 32995812, "medRxiv. 2020 Sep 18;:"),)
    (preprint,) = [r for r in odd[39345789].relations if r.type == "UpdateOf"]
    assert preprint.targets == (Identifier("pmid", "36993193"),)
    assert "36993193" not in {i.value for i in odd[39345789].identifiers}


@feature
def comment_on_or_in(odd: Odd) -> None:
    assert odd[1507908].relations == (
        link("CommentIn", 1507911, "Med Clin (Barc). 1992 Jul 4;99(6):218-20"),
        link("CommentIn", 7639820, "Med Clin (Barc). 1993 Mar 20;100(11):436-7"),
    )
    assert odd[2909330].relations == (link("CommentIn", 2791701, "Chest. 1989 Oct;96(4):955-6"),)


@feature
def collective_name(odd: Odd) -> None:
    assert odd[12748680].authors == (Author(family="National Toxicology Program", is_group=True),)
    assert [a.family for a in odd[31719001].authors if a.is_group] == ["Collaborators"]
    assert len(odd[31719001].authors) == 14


@feature
def investigators(odd: Odd) -> None:
    assert [len(odd[pmid].investigators) for pmid in (31719001, 32757339, 32889618, 32939956)] == [5, 5, 27, 34]
    assert odd[31719001].investigators[0] == Author(family="Zhang", given="Jinlong", initials="J")
    assert odd[32757339].investigators[-1] == Author(family="Hoh", given="Carmen", initials="C")


@feature
def author_orcid(odd: Odd) -> None:
    assert {a.family: a.orcid for a in odd[24575417].authors if a.orcid} == {"Aghayev": "0000-0002-5085-8115"}
    assert [a.orcid for a in odd[30271887].authors if a.family == "Newbury"] == ["0000-0002-9557-268X"]


@feature
def author_suffix(odd: Odd) -> None:
    assert Author(family="Ward", given="G W", initials="GW", suffix="Jr") in odd[1596022].authors
    assert [a.suffix for a in odd[1746778].authors if a.family == "Johnson"] == ["3rd"]
    assert [a.suffix for a in odd[2731665].authors if a.family == "Lamb"] == ["4th"]


@feature
def author_equal_contrib(odd: Odd) -> None:
    assert [a.family for a in odd[33408224].authors if a.equal_contribution] == ["Hummell", "Revtovich"]
    assert [len(odd[pmid].authors) for pmid in (33408224, 38147649, 39382274, 25609688)] == [3, 23, 18, 11]
    assert sum(a.equal_contribution for a in odd[39382274].authors) == 6


@feature
def author_no_forename(odd: Odd) -> None:
    assert Author(family="Tietche") in odd[8083311].authors
    assert Author(family="The Lancet Oncology") in odd[34087119].authors
    assert Author(family="Kisov Khr") in odd[400477].authors


@feature
def author_incomplete_list(odd: Odd) -> None:
    assert [odd[pmid].authors_complete for pmid in (2917345, 18140336, 400865)] == [False, False, False]
    assert odd[18140336].authors[0] == Author(family="DURANT", given="T M", initials="TM")


@feature
def vernacular_title(odd: Odd) -> None:
    assert odd[1507908].vernacular_title == "Piomiositis por Staphylococcus aureus."
    assert odd[1507908].title == "[Pyomyositis caused by Staphylococcus aureus]."
    assert odd[1020260].vernacular_title.endswith("podzheludochnoĭ zhelezy")
    assert odd[1020260].languages == ("rus",)


@feature
def several_languages(odd: Odd) -> None:
    expected = {12734152: ("eng", "fre"), 16200048: ("eng", "ita"), 27296538: ("eng", "rus"), 400261: ("fre", "ger")}
    assert {pmid: odd[pmid].languages for pmid in expected} == expected


@feature
def other_abstract(odd: Odd) -> None:
    kinds = {pmid: [(o.type, o.language) for o in odd[pmid].other_abstracts] for pmid in (23449757, 25539609, 399315)}
    assert kinds == {
        23449757: [("plain-language-summary", "eng")],
        25539609: [("Publisher", "chi")],
        399315: [("PIP", "eng")],
    }
    assert odd[25539609].other_abstracts[0].sections[0].text.startswith("背景与目的 肺磨玻璃样微小结节")


@feature
def title_markup(odd: Odd) -> None:
    assert "proximal <i>Ψ</i>(<i>σ</i>, <i>α</i>)-lower" in odd[27652052].title
    assert "synthesis of Cu<sub>2</sub>O particles" in odd[27933116].title
    assert plain(odd[30601556].title).endswith("in the C4 crop proso millet.")


@feature
def title_mathml(odd: Odd) -> None:
    assert odd[33821504].title.startswith("Cardiac T 2 ∗ measurement of hyperpolarized <sup>13</sup> C metabolites")
    assert odd[29882544].title == "Asymptotic Corrections of Standardized Extended Caution Indices."


@feature
def abstract_mathml(odd: Odd) -> None:
    assert "proximal approaches defined by {(gn,Tn)}—sequences of pairs" in whole_abstract(odd[27652052])
    assert "ratio (DIN: PO4-3 ), chlorophyll" in whole_abstract(odd[29869639])
    assert "TeO32-" in whole_abstract(odd[29869640])


@feature
def abstract_markup(odd: Odd) -> None:
    assert "<i>KSS spectrum</i>" in "".join(s.text for s in odd[20301382].abstract)
    assert "Q<sub>10</sub>" in "".join(s.text for s in odd[20301382].abstract)
    assert [s.text.count("<sub>2</sub>") for s in odd[29225084].abstract] == [2, 1, 1, 2, 0]
    assert odd[29225084].abstract[3].text.count("<sub>H</sub>2 response") == 1
    assert odd[23449757].abstract[4].text.startswith("<b> <i>Purpose:</i> </b> To assess")


@feature
def abstract_unlabelled(odd: Odd) -> None:
    assert [(s.label, s.category) for s in odd[10025831].abstract] == [
        ("UNLABELLED", ""),
        ("METHODS", "METHODS"),
        ("RESULTS", "RESULTS"),
        ("CONCLUSION", "CONCLUSIONS"),
    ]
    assert [s.label for s in odd[11880165].abstract][1] == "MATERIAL AND METHOD"


@feature
def abstract_no_nlm_category(odd: Odd) -> None:
    assert [(s.label, s.category) for s in odd[403755].abstract] == [("UNLABELLED", ""), ("CONCLUSIONS", "CONCLUSIONS")]


@feature
def abstract_truncated(odd: Odd) -> None:
    assert whole_abstract(odd[1610294]).endswith("DEHA.(ABSTRACT TRUNCATED AT 250 WORDS)")
    assert whole_abstract(odd[400755]).endswith("(ABSTRACT TRUNCATED AT 400 WORDS)")


@feature
def long_abstract(odd: Odd) -> None:
    assert [s.label for s in odd[20301382].abstract] == [
        "CLINICAL CHARACTERISTICS",
        "DIAGNOSIS/TESTING",
        "MANAGEMENT",
        "GENETIC COUNSELING",
    ]
    (section,) = odd[12209194].abstract
    assert len(plain(section.text)) == 18041
    assert section.text.endswith("U.S. Public Health Service.)")


@feature
def no_abstract(odd: Odd) -> None:
    assert [record.abstract for record in odd.all] == [()] * len(odd.all)
    assert [record.other_abstracts for record in odd.all] == [()] * len(odd.all)


@feature
def html_entities_twice(odd: Odd) -> None:
    assert "(P&amp;lt;0.05)" in odd[31845223].abstract[0].text  # what the record says, one layer undone and no more
    assert "(P&lt;0.05)" in whole_abstract(odd[31845223])
    places = [place for author in odd[33222680].authors for place in author.affiliations]
    assert any(place.startswith("Department of Science &amp; Technology (DST)") for place in places)


@feature
def url_or_html_in_abstract(odd: Odd) -> None:
    assert "http://apps.sanbi.ac.za/ddec/. DDEC will" in whole_abstract(odd[19580656])
    assert whole_abstract(odd[38833407]).endswith("https://doi.org/10.1289/EHP14074.")
    assert odd[38833407].id("doi") == "10.1289/ehp14074"


@feature
def chinese_or_cyrillic(odd: Odd) -> None:
    assert odd[27296538].vernacular_title.startswith("Vliyanie korrektsii deformatsii")
    assert [o.language for o in odd[33222342].other_abstracts] == ["chi"]


@feature
def medline_date(odd: Odd) -> None:
    assert dates(odd[619929], "issue") == [PartialDate(year=1978, text="1978 Jan-Feb")]
    assert dates(odd[399319], "issue") == [PartialDate(year=1979, text="1979 Jul-Sep")]
    assert [odd[pmid].year for pmid in (619929, 1010707, 1776463, 399319)] == [1978, 1976, 1991, 1979]


@feature
def pubdate_season(odd: Odd) -> None:
    assert dates(odd[996879], "issue") == [PartialDate(year=1976, text="1976 Nov-Dec")]
    assert dates(odd[399332], "issue") == [PartialDate(year=1979, text="1979 Spring")]


@feature
def pubdate_year_only(odd: Odd) -> None:
    expected = {548985: 1979, 769879: 1975, 1019833: 1976, 399307: 1979}
    assert {pmid: dates(odd[pmid], "issue") for pmid in expected} == {
        p: [PartialDate(year=y)] for p, y in expected.items()
    }


@feature
def year_before_1966(odd: Odd) -> None:
    assert odd[18140336].title == "Arterial air embolism."
    assert dates(odd[18140336], "issue") == [PartialDate(year=1949, month=10)]
    assert Dated(kind="pubmed", date=PartialDate(year=1949, month=10, day=1)) in odd[18140336].dates


@feature
def elocation_pii_only(odd: Odd) -> None:
    assert odd[17326724].ids("pii") == ("06-PLBI-RA-0854R3", "e2")
    assert odd[17326724].ids("other") == ("sici:plbi-05-01-01",)
    assert odd[22484601].ids("doi") == ("10.1016/j.mrrev.2012.03.001",)
    assert odd[22484601].ids("pii") == ("S1383-5742(12)00017-8",)


@feature
def version_2(odd: Odd) -> None:
    assert [(r.version, r.id("doi")) for r in odd.all if r.external_id == "30271887"] == [
        (2, "10.12688/wellcomeopenres.14677.2"),
        (3, "10.12688/wellcomeopenres.14677.3"),
        (4, "10.12688/wellcomeopenres.14677.4"),
    ]
    assert {r.id("pmcid") for r in odd.all if r.external_id == "30271887"} == {"PMC6134338"}
    assert (odd[17326724].version, odd[17326724].id("pmcid")) == (2, "PMC1698505")


@feature
def pagination_start_end(odd: Odd) -> None:
    assert [odd[pmid].pages for pmid in (1, 9997, 99598, 548985)] == ["117-26", "179-91", "S43-8", "232-7"]


@feature
def no_pagination(odd: Odd) -> None:
    assert [record.pages for record in odd.all] == [""] * len(odd.all)
    assert odd[30829317].id("doi") == "10.3791/58115"


@feature
def no_issn(odd: Odd) -> None:
    assert (odd[10952849].journal.issn, odd[10952849].journal.issn_linking) == ("", "1521-6942")
    assert (odd[399534].journal.issn, odd[399534].journal.abbreviation) == ("", "Quintessence Int Dent Dig")


@feature
def databank_trial_number(odd: Odd) -> None:
    expected = {29514256: "NCT01095302", 29768149: "NCT02149199", 31719001: "NCT03935542", 32065586: "NCT02241291"}
    assert {pmid: odd[pmid].id("registration") for pmid in expected} == expected


@feature
def gene_symbols(odd: Odd) -> None:
    assert odd[7915705].gene_symbols == ("fos", "myc", "ras")


@feature
def personal_name_subject(odd: Odd) -> None:
    assert odd[399303].personal_name_subjects == (Author(family="Coleman", given="W", initials="W"),)
    assert odd[399328].personal_name_subjects == (Author(family="Chain", given="E B", initials="EB"),)


@feature
def space_flight(odd: Odd) -> None:
    flight = ("Cosmos 782 Project", "Flight Experiment", "short duration", "unmanned")
    assert odd[411470].space_flight_missions == flight


@feature
def general_note(odd: Odd) -> None:
    assert odd[12091962].general_notes == ("14 fn.", "KIE BoB Subject Heading: AIDS", "63 refs.")
    assert odd[399315].general_notes == ("TJ: MATURITAS.",)


@feature
def other_id(odd: Odd) -> None:
    assert odd[2889752].other_ids == ("NLM:PMC1141174",)
    assert odd[399315].other_ids == ("PIP:799103", "POP:00081136")


@feature
def coi_statement(odd: Odd) -> None:
    assert odd[17326724].coi_statement.startswith("<b>Competing interests.</b> The authors")
    assert odd[30271887].coi_statement == "No competing interests were disclosed."


@feature
def keywords_notnlm(odd: Odd) -> None:
    assert odd[22936646].keywords[0] == Keyword(text="antioxidant enzymes", owner="NOTNLM")
    assert [k.text for k in odd[24111943].keywords][:3] == ["MyD88", "RANKL", "alendronate"]


@feature
def keywords_other_owner(odd: Odd) -> None:
    assert odd[18140336].keywords == (Keyword(text="EMBOLISM/aortic", major=True, owner="NLM"),)
    assert odd[12091962].keywords == (
        Keyword(text="Health Care and Public Health", owner="KIE"),
        Keyword(text="Legal Approach", owner="KIE"),
    )


@feature
def mesh_auto(odd: Odd) -> None:
    assert {record.indexing_method for record in odd.all} == {"Automated"}
    assert all(record.mesh or record.external_id == "18140336" for record in odd.all)


@feature
def mesh_curated(odd: Odd) -> None:
    assert {record.indexing_method for record in odd.all} == {"Curated"}


@feature
def mesh_geographic_type(odd: Odd) -> None:
    assert MeshHeading(ui="D009520", name="New Zealand", type="Geographic") in odd[3426446].mesh
    assert MeshHeading(ui="D004534", name="Egypt", type="Geographic") in odd[9060083].mesh


@feature
def supplementary_mesh(odd: Odd) -> None:
    disease = NamedConcept(name="Omphalocele exstrophy imperforate anus", ui="C537748", type="Disease")
    assert odd[27989536].supplementary_mesh == (disease,)
    assert odd[400771].supplementary_mesh == (NamedConcept(name="VAC protocol", ui="C010306", type="Protocol"),)


@feature
def references_nested(odd: Odd) -> None:
    assert [len(odd[pmid].references) for pmid in (26157184, 30474674, 30633290, 30644946)] == [28, 44, 28, 22]
    assert odd[26157184].references[0].identifiers == (
        Identifier("pmid", "25548401"),
        Identifier("pmcid", "PMC4275140"),
    )
    assert "10.1016/s0022-2275(20)43097-4" not in odd[30474674].ids("doi")


@feature
def references_with_ids(odd: Odd) -> None:
    assert [len(odd[pmid].references) for pmid in (8, 471221, 1111769, 399571)] == [35, 2, 1, 9]
    assert odd[8].references[0].identifiers == (Identifier("pmid", "11385576"),)
    assert odd[8].ids("pmid") == ("8",)


@feature
def status_publisher(odd: Odd) -> None:
    assert {record.citation_status for record in odd.all} == {"Publisher"}


@feature
def status_in_process(odd: Odd) -> None:
    assert {record.citation_status for record in odd.all} == {"In-Process"}
    assert [odd[pmid].publication_status for pmid in (25586984, 30069480)] == ["ppublish", "epublish"]


@feature
def status_in_data_review(odd: Odd) -> None:
    assert {record.citation_status for record in odd.all} == {"In-Data-Review"}


@feature
def status_pubmed_not_medline(odd: Odd) -> None:
    assert {record.citation_status for record in odd.all} == {"PubMed-not-MEDLINE"}


@feature
def owner_not_nlm(odd: Odd) -> None:
    assert {r.external_id: r.owner for r in odd.all} == {"11873782": "HMD", "12091962": "KIE", "19537313": "HSR"}


@feature
def no_author_list(odd: Odd) -> None:
    assert [record.authors for record in odd.all] == [()] * len(odd.all)
    assert odd[1111769].title == "Letter: Tuberculosis of the spine."


@feature
def no_title(odd: Odd) -> None:
    assert (odd[32472320].title, odd[32472320].vernacular_title) == ("", "Briefsammlung Wittelshöfer.")
    assert odd[28304499].title == ""
    assert odd[26468569].kind == "book"  # a book's title is the book's
    assert odd[26468569].title.startswith("Application of Modern Toxicology Approaches")


@feature
def no_doi(odd: Odd) -> None:
    assert [record.ids("doi") for record in odd.all] == [()] * len(odd.all)
    assert odd[195582].id("pmcid") == "PMC1164788"


@feature
def doi_unusual(odd: Odd) -> None:
    expected = {1: "10.1016/0006-2944(75)90147-7", 9997: "10.1016/0005-2795(76)90109-4"}
    assert {pmid: odd[pmid].id("doi") for pmid in expected} == expected
    assert odd[399315].id("doi") == "10.1016/0378-5122(79)90015-x"
    assert odd[399315].id("pii") == "0378-5122(79)90015-X"


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_feature(name: str, folder: Path) -> None:
    CHECKS[name](Odd(folder / f"{name}.xml"))


def test_every_feature_that_has_records_is_looked_at(folder: Path) -> None:
    assert sorted(CHECKS) == sorted(path.stem for path in folder.glob("*.xml"))
    assert len(CHECKS) == 64
