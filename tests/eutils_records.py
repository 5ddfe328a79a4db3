"""Invented PubMed records for the local E-utilities server, the same for the same PMID. No sentence is a study's."""

from __future__ import annotations

import random
from html import escape

CONDITIONS = (
    ("carpal tunnel syndrome", "D002349", "Carpal Tunnel Syndrome"),
    ("ulnar neuropathy at the elbow", "D020424", "Ulnar Neuropathies"),
    ("knee osteoarthritis", "D020370", "Osteoarthritis, Knee"),
    ("lateral epicondylitis", "D013716", "Tennis Elbow"),
    ("plantar fasciitis", "D036981", "Fasciitis, Plantar"),
    ("chronic low back pain", "D017116", "Low Back Pain"),
)
INTERVENTIONS = (
    ("perineural injection of 5% dextrose", "D005947", "Glucose"),
    ("hypertonic dextrose prolotherapy", "D000075527", "Prolotherapy"),
    ("ultrasound-guided hydrodissection", "D018084", "Ultrasonography, Interventional"),
    ("corticosteroid injection", "D000305", "Adrenal Cortex Hormones"),
)
DESIGNS = (
    ("a randomised controlled trial", "D016449", "Randomized Controlled Trial"),
    ("a systematic review", "D000078182", "Systematic Review"),
    ("a prospective cohort study", "D016428", "Journal Article"),
    ("a case report", "D002363", "Case Reports"),
    ("a comment", "D016420", "Comment"),
)
FAMILIES = (
    "Aalto",
    "Brandvold",
    "Ćosić",
    "Dąbrowska",
    "Eriksen",
    "Fabregat",
    "Gündüz",
    "Hawthorne",
    "Ito",
    "Jørgensen",
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FIRST_PMID = 90_000_001
"""Above every PMID in use, so that an invented record is never taken for a real one."""


def doi(pmid: str) -> str:
    """The DOI of an invented record."""
    return f"10.5555/invented.{pmid}"


def pmcid(pmid: str) -> str:
    """The PMCID of an invented record."""
    return f"PMC9{pmid}"


def article_xml(pmid: str, *, revision: int = 0) -> str:
    """A PubmedArticle. `revision` changes what it says and its date of revision."""
    rng = random.Random(int(pmid))
    condition, intervention, design = rng.choice(CONDITIONS), rng.choice(INTERVENTIONS), rng.choice(DESIGNS)
    year, month, patients = rng.randint(2000, 2024), rng.randint(1, 12), rng.randint(8, 400)
    title = f"{intervention[0][0].upper()}{intervention[0][1:]} for {condition[0]}: {design[0]} ({pmid})."
    if revision:
        title = f"{title[:-1]}, revised {revision}."
    word = f"{rng.choice(FAMILIES)}-{pmid[-4:]}"
    abstract = "".join(
        f'<AbstractText Label="{label}" NlmCategory="{label}">{escape(text)}</AbstractText>'
        for label, text in (
            ("BACKGROUND", f"Invented record {pmid}: what {intervention[0]} does in {condition[0]} is not known here."),
            ("METHODS", f"We imagined {patients} participants at centre {word} and measured nothing, p < 0.05."),
            ("RESULTS", f"Pain fell by {rng.randint(5, 60)} imaginary points at {rng.randint(4, 52)} weeks."),
            ("CONCLUSIONS", "An invented abstract supports no conclusion."),
        )
    )
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>{escape(family)}</LastName><ForeName>{given} {rng.choice("ABCDE")}</ForeName>'
        f"<Initials>{given[0]}{rng.choice('ABCDE')}</Initials></Author>"
        for family, given in zip(
            rng.sample(FAMILIES, 3), rng.sample(("Mia", "Noah", "Olga", "Per", "Rosa"), 3), strict=True
        )
    )
    mesh = "".join(
        f'<MeshHeading><DescriptorName UI="{ui}" MajorTopicYN="Y">{escape(name)}</DescriptorName>'
        '<QualifierName UI="Q000628" MajorTopicYN="N">therapy</QualifierName></MeshHeading>'
        for _, ui, name in (condition, intervention)
    )
    return _LAYOUT.format(
        pmid=pmid,
        title=escape(title),
        abstract=abstract,
        authors=authors,
        mesh=mesh,
        year=year,
        month=MONTHS[month - 1],
        number=month,
        volume=rng.randint(1, 99),
        page=rng.randint(1, 2000),
        doi=doi(pmid),
        pmcid=pmcid(pmid),
        type_ui=design[1],
        type_name=design[2],
        revised=2024 + revision,
    )


_LAYOUT = """<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="Manual">\
<PMID Version="1">{pmid}</PMID>\
<DateCompleted><Year>{year}</Year><Month>12</Month><Day>01</Day></DateCompleted>\
<DateRevised><Year>{revised}</Year><Month>01</Month><Day>15</Day></DateRevised>\
<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">0000-0019</ISSN>\
<JournalIssue CitedMedium="Internet"><Volume>{volume}</Volume><Issue>{number}</Issue>\
<PubDate><Year>{year}</Year><Month>{month}</Month></PubDate></JournalIssue>\
<Title>Journal of invented injections</Title><ISOAbbreviation>J Invent Inject</ISOAbbreviation></Journal>\
<ArticleTitle>{title}</ArticleTitle><Pagination><MedlinePgn>{page}-9</MedlinePgn></Pagination>\
<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID>\
<Abstract>{abstract}</Abstract><AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language>\
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>\
<PublicationType UI="{type_ui}">{type_name}</PublicationType></PublicationTypeList></Article>\
<MedlineJournalInfo><Country>Norway</Country><MedlineTA>J Invent Inject</MedlineTA>\
<NlmUniqueID>000000000</NlmUniqueID><ISSNLinking>0000-0019</ISSNLinking></MedlineJournalInfo>\
<CitationSubset>IM</CitationSubset><MeshHeadingList>{mesh}</MeshHeadingList></MedlineCitation>\
<PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>{year}</Year><Month>{number}</Month><Day>2</Day>\
</PubMedPubDate></History><PublicationStatus>ppublish</PublicationStatus>\
<ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId><ArticleId IdType="doi">{doi}</ArticleId>\
<ArticleId IdType="pmc">{pmcid}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>"""


def article_set(articles: list[str]) -> str:
    """An EFetch answer of these articles."""
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
        f"<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>\n"
    )


def search_result(pmids: list[str], count: int, *, start: int = 0, query: str = "", errors: str = "") -> str:
    """An ESearch answer."""
    ids = "".join(f"<Id>{p}</Id>\n" for p in pmids)
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
        '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
        f"<eSearchResult><Count>{count}</Count><RetMax>{len(pmids)}</RetMax><RetStart>{start}</RetStart>"
        f"<IdList>\n{ids}</IdList><TranslationSet/><QueryTranslation>{escape(query)}</QueryTranslation>{errors}"
        "</eSearchResult>\n"
    )


def link_result(sets: list[tuple[str, str, list[tuple[str, int]]]], *, scored: bool = True) -> str:
    """An ELink answer: for each (PMID, name of the link, [(PMID, score)]) a set of links."""
    found = []
    for pmid, name, links in sets:
        each = "".join(
            f"<Link>\n\t<Id>{other}</Id>\n{f'<Score>{score}</Score>' if scored else ''}</Link>\n"
            for other, score in links
        )
        group = f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>{name}</LinkName>\n{each}</LinkSetDb>" if links else ""
        found.append(f"<LinkSet>\n<DbFrom>pubmed</DbFrom>\n<IdList>\n<Id>{pmid}</Id>\n</IdList>\n{group}</LinkSet>\n")
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eLinkResult PUBLIC "-//NLM//DTD elink 20101123//EN" '
        f'"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20101123/elink.dtd">\n<eLinkResult>\n{"".join(found)}</eLinkResult>\n'
    )
