"""MEDLINE text: every tag to its place, records apart however they are set."""

from __future__ import annotations

import io

from Bio import Medline

from evidence.identifiers import Identifier
from evidence.records import (
    Author,
    Grant,
    Keyword,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    PartialDate,
    Record,
    Relation,
)
from tests.formats_support import read, records, rejections

WHOLE = """
PMID- 90000001
OWN - NLM
STAT- MEDLINE
DCOM- 20220101
LR  - 20220202
IS  - 1234-5679 (Electronic)
IS  - 2345-6780 (Linking)
VI  - 12
IP  - 3
DP  - 2021 May
TI  - A trial of 5% dextrose for a nerve: an invented
      account.
PG  - 101-9
LID - 10.5555/a.1 [doi]
AB  - BACKGROUND: It hurt. METHODS: 54 hands were
      treated. RESULTS: Better. CONCLUSIONS: Less pain.
CI  - Copyright (c) 2021 Nobody.
FAU - Ampel, Ann B
AU  - Ampel AB
AUID- ORCID: 0000-0002-1825-0097
AD  - Institute of Nerves, Nowhere.
AD  - Second Place.
FAU - King, Martin L Jr
AU  - King ML Jr
CN  - The Invented Group
LA  - eng
SI  - ClinicalTrials.gov/NCT01234567
GR  - R01 AR052113/AR/NIAMS NIH HHS/United States
PT  - Journal Article
PT  - Randomized Controlled Trial
DEP - 20210401
PL  - Nowhere
TA  - J Invent Results
JT  - Journal of invented results
JID - 1234567
RN  - IY9XDZ35W2 (Glucose)
SB  - IM
CON - J Invent Results. 2020 Jan;11(1):5. PMID: 80000001
RIN - J Invent Results. 2022;13(1):9. doi: 10.5555/r.1. PMID: 90000009
MH  - Carpal Tunnel Syndrome/*drug therapy/surgery
MH  - *Glucose
MH  - Humans
PMC - PMC7654321
MID - NIHMS123
OTO - NOTNLM
OT  - *dextrose
OT  - nerve
COIS- None.
EDAT- 2021/04/02 06:00
MHDA- 2022/01/01 06:00
CRDT- 2021/04/01 05:00
PHST- 2021/01/01 00:00 [received]
PHST- 2021/03/01 00:00 [accepted]
AID - S0000-1 [pii]
AID - 10.5555/a.1 [doi]
PST - ppublish
SO  - J Invent Results. 2021 May;12(3):101-9.
"""


def test_every_tag_has_its_place() -> None:
    (found,) = records(WHOLE, "nbib")
    assert (found.source, found.external_id) == ("nbib", "file.x#90000001")
    assert set(found.identifiers) == {
        Identifier("pmid", "90000001"),
        Identifier("doi", "10.5555/a.1"),
        Identifier("pmcid", "PMC7654321"),
        Identifier("mid", "NIHMS123"),
        Identifier("pii", "S0000-1"),
        Identifier("registration", "NCT01234567"),
    }
    assert found.title == "A trial of 5% dextrose for a nerve: an invented account."
    assert found.authors == (
        Author(
            family="Ampel",
            given="Ann B",
            initials="AB",
            orcid="0000-0002-1825-0097",
            affiliations=("Institute of Nerves, Nowhere.", "Second Place."),
        ),
        Author(family="King", given="Martin L", initials="ML", suffix="Jr"),
        Author(family="The Invented Group", is_group=True),
    )
    journal = found.journal
    assert (journal.title, journal.abbreviation) == ("Journal of invented results", "J Invent Results")
    assert (journal.issn, journal.issn_linking, journal.nlm_id, journal.country) == (
        "1234-5679",
        "2345-6780",
        "1234567",
        "Nowhere",
    )
    assert (found.volume, found.issue, found.pages, found.year) == ("12", "3", "101-9", 2021)
    dates = {d.kind: d.date for d in found.dates}
    assert dates["issue"] == PartialDate(year=2021, month=5)
    assert dates["electronic"] == PartialDate(year=2021, month=4, day=1)
    assert dates["entrez"] == PartialDate(year=2021, month=4, day=2)
    assert dates["received"] == PartialDate(year=2021, month=1, day=1)
    assert dates["record-revised"] == PartialDate(year=2022, month=2, day=2)
    assert [s.label for s in found.abstract] == ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert found.abstract[1].text == "54 hands were treated."
    assert found.mesh == (
        MeshHeading(
            ui="",
            name="Carpal Tunnel Syndrome",
            qualifiers=(MeshQualifier(ui="", name="drug therapy", major=True), MeshQualifier(ui="", name="surgery")),
        ),
        MeshHeading(ui="", name="Glucose", major=True),
        MeshHeading(ui="", name="Humans"),
    )
    assert [p.name for p in found.publication_types] == ["Journal Article", "Randomized Controlled Trial"]
    assert found.keywords == (
        Keyword(text="dextrose", major=True, owner="NOTNLM"),
        Keyword(text="nerve", owner="NOTNLM"),
    )
    assert found.substances == (NamedConcept(name="Glucose", type="IY9XDZ35W2"),)
    assert found.grants == (Grant(id="R01 AR052113", acronym="AR", agency="NIAMS NIH HHS", country="United States"),)
    assert found.relations == (
        Relation(
            type="CommentOn", targets=(Identifier("pmid", "80000001"),), citation="J Invent Results. 2020 Jan;11(1):5."
        ),
        Relation(
            type="RetractionIn",
            targets=(Identifier("pmid", "90000009"),),
            citation="J Invent Results. 2022;13(1):9. doi: 10.5555/r.1.",
        ),
    )
    assert (found.citation_status, found.publication_status, found.owner) == ("MEDLINE", "ppublish", "NLM")
    assert found.abstract_copyright == "Copyright (c) 2021 Nobody."
    assert found.coi_statement == "None."
    assert ("SO", "J Invent Results. 2021 May;12(3):101-9.") in found.extra


def test_the_same_as_biopython() -> None:
    second = WHOLE.replace("90000001", "90000002").replace("A trial", "Another trial")
    theirs = list(Medline.parse(io.StringIO(WHOLE + second)))
    ours = records(WHOLE + second, "nbib")
    assert [r.id("pmid") for r in ours] == [t["PMID"] for t in theirs]
    assert [r.title for r in ours] == [t["TI"] for t in theirs]
    assert [[m.name for m in r.mesh] for r in ours] == [[m.split("/")[0].lstrip("*") for m in t["MH"]] for t in theirs]


def test_records_without_empty_lines_between_them() -> None:
    assert len(records(WHOLE.strip() + "\n" + WHOLE.strip().replace("90000001", "90000002"), "nbib")) == 2


def test_eric_has_no_pmids_and_zotero_puts_empty_lines_everywhere() -> None:
    eric = "\nOWN - ERIC\nTI  - One\nAU  - Ampel, Ann\nOT  - Schools\nJT  - Journal\nSO  - v10 n1\nVI  - 10\nIP  - 1\n"
    found = records(eric + eric.replace("One", "Two"), "nbib")
    assert [r.title for r in found] == ["One", "Two"]
    assert found[0].authors == (Author(family="Ampel", given="Ann"),)
    assert [r.external_id for r in found] == ["file.x#1", "file.x#2"]
    spaced = "\n\n".join((WHOLE.strip() + "\n" + WHOLE.strip().replace("90000001", "2")).split("\n"))
    assert [r.id("pmid") for r in records(spaced.replace("\n\n      ", "\n      "), "nbib")] == ["90000001", "2"]


def test_books_chapters_preprints() -> None:
    assert records("PMID- 1\nBTI - The Book\nPT  - Book", "nbib")[0].kind == "book"
    chapter = records("PMID- 1\nBTI - The Book\nTI  - The chapter", "nbib")[0]
    assert (chapter.kind, chapter.title, chapter.book_title) == ("chapter", "The chapter", "The Book")
    assert records("PMID- 1\nTI  - X\nPT  - Preprint", "nbib")[0].kind == "preprint"


def test_odd_lines_are_kept_or_left() -> None:
    items = read(
        "PMID- 27433151\nSO  invalid line\nTI  - A title\nZZ  - what\n\nPMID- 27394443\nTI  -Another\n", "nbib"
    )
    assert not rejections(items)
    first, second = (i for i in items if isinstance(i, Record))
    assert (first.title, second.title) == ("A title", "Another")
    assert ("ZZ", "what") in first.extra


def test_month_ranges_keep_their_text() -> None:
    assert records("PMID- 1\nDP  - 1998 Dec-1999 Jan", "nbib")[0].date("issue") == PartialDate(
        year=1998, text="1998 Dec-1999 Jan"
    )
