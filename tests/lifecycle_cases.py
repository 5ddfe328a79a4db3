"""Invented life cycles: works, notices and rows of a list of retractions, and the state that each work must show.

Articles are PubMed XML in the shape of the real thing, read by the program's own reader; journals, titles and numbers
are invented. Every work of a case is named in `states`, notices too: they are works that nobody retracted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from evidence.identifiers import Identifier, parse
from evidence.records import Author, Dated, NamedConcept, PartialDate, Record
from evidence.text import from_plain, plain
from tests.pubmed_pieces import read

COLUMNS = (
    "Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author", "URLS", "ArticleType",
    "RetractionDate", "RetractionDOI", "RetractionPubMedID", "OriginalPaperDate", "OriginalPaperDOI",
    "OriginalPaperPubMedID", "RetractionNature", "Reason", "Paywalled", "Notes",
)  # fmt: skip

SUBJECTS = (
    "Median nerve glide after wrist splinting in weavers",
    "Ulnar entrapment in cyclists who ride on gravel",
    "Dextrose around the sural nerve of sheep",
    "Radial tunnel pressure during forearm rotation",
    "Tarsal tunnel release under local anaesthesia",
    "Peroneal nerve ultrasound in marathon walkers",
)
"""Titles that no matching takes for one another; a case numbers its works from the first."""

RETRACTED, REPLACED, CONCERN, CORRECTED, WITHDRAWN, NONE = (
    "retracted",
    "replaced",
    "concern",
    "corrected",
    "withdrawn",
    "none",
)
NOTICE = ("Retraction of Publication",)
Link = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True)
class Case:
    """Works and notices, the state of each by PMID or DOI, and the rows of Retraction Watch."""

    name: str
    items: tuple[Record, ...]
    states: dict[str, str]
    rows: tuple[dict[str, str], ...] = ()


def article(
    pmid: int,
    title: str = "",
    links: Sequence[Link] = (),
    types: Sequence[str] = (),
    doi: str = "",
    abstract: str = "",
    year: int = 2015,
) -> Record:
    """An article of PubMed. `links`: (RefType, PMID or "", the reference as printed)."""
    title = title or SUBJECTS[pmid % 10]
    said = "".join(
        f'<CommentsCorrections RefType="{link[0]}"><RefSource>{escape(link[2] if len(link) > 2 else "J Inv. 2016;1:1")}'
        f"</RefSource>{numbered(link[1])}</CommentsCorrections>"
        for link in links
    )
    kinds = "".join(f"<PublicationType>{t}</PublicationType>" for t in (types or ("Journal Article",)))
    number = f'<ArticleId IdType="doi">{escape(doi)}</ArticleId>' if doi else ""
    text = f"<Abstract><AbstractText>{escape(abstract)}</AbstractText></Abstract>" if abstract else ""
    (found,) = read(
        f'<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><Journal>'
        f"<JournalIssue><Volume>{pmid % 97}</Volume><PubDate><Year>{year}</Year></PubDate></JournalIssue>"
        f"<Title>Journal of Invented Nerves</Title></Journal><ArticleTitle>{escape(title)}</ArticleTitle>"
        f"<Pagination><MedlinePgn>{pmid % 89}-{pmid % 89 + 7}</MedlinePgn></Pagination>{text}<AuthorList><Author>"
        f"<LastName>Name{pmid % 10}</LastName><Initials>Q</Initials></Author></AuthorList><PublicationTypeList>{kinds}"
        f"</PublicationTypeList></Article><CommentsCorrectionsList>{said}</CommentsCorrectionsList></MedlineCitation>"
        f"<PubmedData><ArticleIdList>{number}</ArticleIdList></PubmedData></PubmedArticle></PubmedArticleSet>"
    )
    assert isinstance(found, Record)
    return found


def numbered(pmid: str) -> str:
    """The PMID element, or nothing."""
    return f'<PMID Version="1">{pmid}</PMID>' if pmid else ""


def filed(number: int, title: str, *, doi: str = "", pmid: str = "", types: Sequence[str] = ()) -> Record:
    """The same sort of work as somebody's own file gives it."""
    ids = [parse(s, v) for s, v in (("doi", doi), ("pmid", pmid)) if v]
    return Record(
        source="ris",
        external_id=f"mine.ris#{number}",
        title=from_plain(title),
        identifiers=tuple(ids),
        authors=(Author(family=f"Name{number % 10}", initials="Q"),),
        dates=(Dated(kind="issue", date=PartialDate(year=2015)),),
        publication_types=tuple(NamedConcept(name=t) for t in types),
    )


def notice(pmid: int, kind: str, target: int, *, title: str = "", doi: str = "", year: int = 2016) -> Record:
    """The notice that says so of a target."""
    types = {
        "RetractionOf": NOTICE,
        "ErratumFor": ("Published Erratum",),
        "ExpressionOfConcernFor": ("Expression of Concern",),
    }
    words = title or f"Notice {pmid} of the editors of Invented Nerves"
    return article(pmid, words, [(kind, str(target))], types.get(kind, ("Journal Article",)), doi=doi, year=year)


def row(
    ref: int, nature: str = "Retraction", *, pmid: object = "0", doi: str = "unavailable", **more: str
) -> dict[str, str]:
    """A row of Retraction Watch; `on` is its date, `notice_pmid`, `notice_doi`, `reason` and `title` the rest."""
    return {
        "Record ID": str(ref),
        "Title": more.get("title", ""),
        "RetractionDate": more.get("on", "5/3/2016 0:00"),
        "RetractionDOI": more.get("notice_doi", "Unavailable"),
        "RetractionPubMedID": more.get("notice_pmid", "0"),
        "OriginalPaperDOI": doi,
        "OriginalPaperPubMedID": str(pmid),
        "RetractionNature": nature,
        "Reason": more.get("reason", "+Unreliable Results;"),
    }


def as_csv(rows: Sequence[dict[str, str]]) -> bytes:
    """The rows as the file that Crossref publishes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _pubmed_cases() -> list[Case]:
    """From PubMed's links and publication types alone."""
    w, t = "1000", SUBJECTS[0]
    one_way = {
        "retraction": ("RetractionIn", "RetractionOf", RETRACTED),
        "replacement": ("RetractedandRepublishedIn", "RetractedandRepublishedFrom", REPLACED),
        "partial": ("PartialRetractionIn", "PartialRetractionOf", CORRECTED),
        "concern": ("ExpressionOfConcernIn", "ExpressionOfConcernFor", CONCERN),
        "erratum": ("ErratumIn", "ErratumFor", CORRECTED),
        "republication": ("CorrectedandRepublishedIn", "CorrectedandRepublishedFrom", CORRECTED),
        "update": ("UpdateIn", "UpdateOf", NONE),
        "comment": ("CommentIn", "CommentOn", NONE),
        "reprint": ("RepublishedIn", "RepublishedFrom", NONE),
        "patients": ("SummaryForPatientsIn", "OriginalReportIn", NONE),
        "data": ("AssociatedDataset", "AssociatedPublication", NONE),
    }
    cases = []
    for name, (own, other, state) in one_way.items():
        cases += [
            Case(f"{name}: the work's own record", (article(1000, links=[(own, "2009")]),), {w: state}),
            Case(
                f"{name}: the other record alone", (article(1000), notice(2009, other, 1000)), {w: state, "2009": NONE}
            ),
            Case(
                f"{name}: both directions",
                (article(1000, links=[(own, "2009")]), notice(2009, other, 1000)),
                {w: state, "2009": NONE},
            ),
        ]
    retracted = ("Journal Article", "Retracted Publication")
    both = [("RetractionIn", "2009"), ("ErratumIn", "2019"), ("ExpressionOfConcernIn", "2029")]
    cases += [
        Case(
            "a link without a number",
            (article(1000, links=[("RetractionIn", "", "J Inv. 2016 May 3;1:1")]),),
            {w: RETRACTED},
        ),
        Case("the publication type alone", (article(1000, types=retracted),), {w: RETRACTED}),
        Case(
            "type and concern",
            (article(1000, links=[("ExpressionOfConcernIn", "2009")], types=retracted),),
            {w: RETRACTED},
        ),
        Case(
            "type and replaced",
            (article(1000, links=[("RetractedandRepublishedIn", "2009")], types=retracted),),
            {w: REPLACED},
        ),
        Case(
            "type and partial",
            (article(1000, links=[("PartialRetractionIn", "2009")], types=retracted),),
            {w: RETRACTED},
        ),
        Case("concern, then retracted", (article(1000, links=both),), {w: RETRACTED}),
        Case("corrected, then of concern", (article(1000, links=both[1:]),), {w: CONCERN}),
        Case(
            "chain of three notices",
            (
                article(1000),
                notice(2009, "ErratumFor", 1000),
                notice(2019, "ExpressionOfConcernFor", 1000),
                notice(2029, "RetractionOf", 1000),
            ),
            {w: RETRACTED, "2009": NONE, "2019": NONE, "2029": NONE},
        ),
        Case(
            "an erratum of the notice",
            (article(1000), notice(2009, "RetractionOf", 1000), notice(2019, "ErratumFor", 2009)),
            {w: RETRACTED, "2009": CORRECTED, "2019": NONE},
        ),
        Case(
            "one notice for two works",
            (
                article(1000),
                article(1001),
                article(2009, "Notice to readers", [("RetractionOf", "1000"), ("RetractionOf", "1001")], NOTICE),
            ),
            {w: RETRACTED, "1001": RETRACTED, "2009": NONE},
        ),
        Case(
            "corrected version of a corrected work retracted",
            (
                article(1000, links=[("CorrectedandRepublishedIn", "1001")]),
                article(1001, links=[("CorrectedandRepublishedFrom", "1000"), ("RetractionIn", "2009")]),
            ),
            {w: CORRECTED, "1001": RETRACTED},
        ),
        Case(
            "notice titled like the work",
            (article(1000), notice(2009, "RetractionOf", 1000, title=f"Retraction: {t}")),
            {w: RETRACTED, "2009": NONE},
        ),
        Case(
            "notice titled as retracted",
            (article(1000), notice(2009, "RetractionOf", 1000, title=f"Retracted: {t}")),
            {w: RETRACTED, "2009": NONE},
        ),
        Case(
            "notice with a bracket",
            (article(1000), notice(2009, "RetractionOf", 1000, title=f"[Retracted] {t}")),
            {w: RETRACTED, "2009": NONE},
        ),
        Case(
            "a notice of the new name",
            (article(2009, f"RETRACTED: {t}", types=("Retraction Notice",)),),
            {"2009": NONE},
        ),
        Case(
            "a notice that only its abstract tells",
            (article(2009, f"[Retracted] {t}", abstract="[This retracts the article DOI: 10.5555/inv.1000.]"),),
            {"2009": NONE},
        ),
        Case(
            "an essay about being retracted",
            (article(1000, "Retracted: what authors feel when it happens"),),
            {w: NONE},
        ),
        Case("a study of retractions", (article(1000, "Retraction rates in journals of hand surgery"),), {w: NONE}),
        Case(
            "withdrawn from the market",
            (article(1000, "Withdrawn from the market: splints of a certain kind"),),
            {w: NONE},
        ),
        Case("retracted eardrums", (article(1000, "Retracted eardrums and hearing in divers"),), {w: NONE}),
        Case("title of the work", (article(1000, f"RETRACTED: {t}"),), {w: RETRACTED}),
        Case("title of the work, Springer", (article(1000, f"RETRACTED ARTICLE: {t}"),), {w: RETRACTED}),
        Case("title of the work, in small letters", (article(1000, f"Retracted article: {t}"),), {w: RETRACTED}),
        Case(
            "Cochrane's withdrawn review",
            (article(1000, f"WITHDRAWN: {t}", links=[("UpdateOf", "900")]),),
            {w: WITHDRAWN},
        ),
        Case("withdrawn preprint", (article(1000, f"WITHDRAWN: {t}", types=("Preprint",)),), {w: WITHDRAWN}),
        Case(
            "preprint and paper",
            (
                article(1000, types=("Preprint",), links=[("UpdateIn", "1001")]),
                article(1001, links=[("UpdateOf", "1000")]),
            ),
            {w: NONE, "1001": NONE},
        ),
        Case(
            "paper of a preprint retracted",
            (
                article(1000, types=("Preprint",), links=[("UpdateIn", "1001")]),
                article(1001, links=[("UpdateOf", "1000"), ("RetractionIn", "2009")], types=retracted),
            ),
            {w: NONE, "1001": RETRACTED},
        ),
        Case(
            "replaced under its own number",
            (article(1000, links=[("RetractedandRepublishedFrom", "1000")]),),
            {w: CORRECTED},
        ),
        Case("replaced within itself", (article(1000, links=[("RetractedandRepublishedIn", "1000")]),), {w: CORRECTED}),
        Case(
            "replaced under one DOI",
            (
                article(1000, doi="10.5555/inv.7", links=[("RetractedandRepublishedIn", "1001")], types=retracted),
                article(1001, doi="10.5555/inv.7", links=[("RetractedandRepublishedFrom", "1000")]),
            ),
            {w: REPLACED, "1001": NONE},
        ),
        Case(
            "notice with the work's DOI",
            (
                article(1000, doi="10.5555/inv.8"),
                notice(2009, "RetractionOf", 1000, doi="10.5555/inv.8", title=f"Retraction: {t}"),
            ),
            {w: RETRACTED, "2009": NONE},
        ),
        Case("a notice of another work", (article(1000), notice(2009, "RetractionOf", 3009)), {w: NONE, "2009": NONE}),
        Case(
            "a file that says so",
            (article(1000, doi="10.5555/inv.9"), filed(0, f"RETRACTED: {t}", doi="10.5555/inv.9")),
            {w: RETRACTED},
        ),
        Case(
            "a comment on a retracted work",
            (article(1000, links=[("RetractionIn", "2009")]), article(1001, links=[("CommentOn", "1000")])),
            {w: RETRACTED, "1001": NONE},
        ),
    ]
    return cases


def _listed_cases() -> list[Case]:
    """With rows of Retraction Watch, which may agree, know more, or differ."""
    w, t = "1000", SUBJECTS[0]
    plain = article(1000, doi="10.5555/inv.1")
    retracted = article(
        1000,
        doi="10.5555/inv.1",
        links=[("RetractionIn", "2009", "J Inv. 2015 Mar 2;1:1")],
        types=("Retracted Publication",),
    )
    back = row(2, "Reinstatement", pmid=1000, on="6/1/2017 0:00")
    first = row(1, pmid=1000, on="3/2/2015 0:00")
    made = {
        "listed by PMID": ((plain,), (row(1, pmid=1000),), RETRACTED),
        "listed by DOI": ((plain,), (row(1, doi="10.5555/INV.1", title=t),), RETRACTED),
        "listed by DOI as an address": ((plain,), (row(1, doi="https://doi.org/10.5555/inv.1"),), RETRACTED),
        "listed as of concern": ((plain,), (row(1, "Expression of concern", pmid=1000),), CONCERN),
        "listed as corrected": ((plain,), (row(1, "Correction", pmid=1000),), CORRECTED),
        "listed as replaced": ((plain,), (row(1, pmid=1000, reason="+Error in Data;+Retract and Replace;"),), REPLACED),
        "PubMed retracted, list corrected": ((retracted,), (row(1, "Correction", pmid=1000),), RETRACTED),
        "PubMed of concern, list retracted": (
            (article(1000, links=[("ExpressionOfConcernIn", "2009")]),),
            (row(1, pmid=1000),),
            RETRACTED,
        ),
        "reinstated": ((plain,), (first, back), NONE),
        "reinstated, and corrected since": ((plain,), (first, back, row(3, "Correction", pmid=1000)), CORRECTED),
        "reinstated and retracted again": ((plain,), (first, back, row(3, pmid=1000, on="7/7/2018 0:00")), RETRACTED),
        "reinstated on the same day": ((plain,), (first, row(2, "Reinstatement", pmid=1000, on="3/2/2015 0:00")), NONE),
        "reinstated before it was retracted": ((plain,), (row(1, pmid=1000, on="3/2/2018 0:00"), back), RETRACTED),
        "reinstated; PubMed's notice is older": ((retracted,), (first, back), NONE),
        "reinstated; PubMed gives no day": (
            (article(1000, types=("Retracted Publication",)),),
            (first, back),
            RETRACTED,
        ),
        "reinstated; the list knows the day of PubMed's notice": (
            (article(1000, links=[("RetractionIn", "2009", "J Inv. 2017;1:1")], types=("Retracted Publication",)),),
            (row(1, pmid=1000, on="3/2/2017 0:00", notice_pmid="2009"), back),
            NONE,
        ),
        "reinstated; of concern all the same": (
            (article(1000, links=[("ExpressionOfConcernIn", "2009")]),),
            (first, back),
            CONCERN,
        ),
        "reinstated without a day": ((plain,), (first, row(2, "Reinstatement", pmid=1000, on="")), RETRACTED),
        "retracted on no day, reinstated": ((plain,), (row(1, pmid=1000, on="long ago"), back), NONE),
        "a row of the notice": (
            (notice(2009, "RetractionOf", 1000, doi="10.5555/inv.1"),),
            (row(1, doi="10.5555/inv.1", notice_doi="10.5555/inv.1"),),
            NONE,
        ),
        "numbers that are none": (
            (plain,),
            (row(1, pmid="0", doi="Unavailable"), row(2, pmid="", doi="unavailable")),
            NONE,
        ),
        "PMID of another work, same DOI, another title": (
            (plain,),
            (row(1, pmid=77, doi="10.5555/inv.1", title="Abstracts of an invented congress on feet"),),
            NONE,
        ),
        "one DOI over a supplement": ((plain,), (row(1, doi="10.5555/inv.1", title="Bees, honey and pollen"),), NONE),
        "wrong PMID, but DOI and title": (
            (plain,),
            (row(1, pmid=77, doi="10.5555/inv.1", title=f"RETRACTED: {t}"),),
            RETRACTED,
        ),
        "a work of a file": (
            (filed(0, t, doi="10.5555/inv.1"),),
            (row(1, pmid=77, doi="10.5555/inv.1", title=t),),
            RETRACTED,
        ),
    }
    name = {"a row of the notice": "2009", "a work of a file": "10.5555/inv.1"}
    cases = [Case(n, items, {name.get(n, w): state}, rows) for n, (items, rows, state) in made.items()]
    twins = (
        article(1000, doi="10.5555/inv.7"),
        article(1001, t, doi="10.5555/inv.7", links=[("RetractedandRepublishedFrom", "1000")]),
    )
    shared = (article(1000, doi="10.5555/inv.1"), article(1001, doi="10.5555/inv.2"), article(1002))
    return [
        *cases,
        Case(
            "listed by DOI, replaced under it",
            twins,
            {w: REPLACED, "1001": NONE},
            (row(1, doi="10.5555/inv.7", title=t),),
        ),
        Case(
            "one notice for many works",
            shared,
            {w: RETRACTED, "1001": RETRACTED, "1002": NONE},
            tuple(row(n, doi=f"10.5555/inv.{n}", notice_doi="10.5555/all") for n in (1, 2)),
        ),
        Case(
            "the list knows only the notice's DOI",
            (plain, notice(2009, "RetractionOf", 3000, doi="10.5555/n")),
            {w: NONE, "2009": NONE},
            (row(1, pmid=3000, notice_doi="10.5555/n", notice_pmid="2009"),),
        ),
    ]


def _apart(case: Case, n: int) -> Case:
    """The case with numbers and titles that no other case has: all of them live in one library."""
    return Case(
        case.name,
        tuple(_record_apart(record, n) for record in case.items),
        {_number_apart(name, n): state for name, state in case.states.items()},
        tuple(_row_apart(row, n) for row in case.rows),
    )


def _number_apart(number: str, n: int) -> str:
    if "10.5555/" in number.lower():
        return number.replace("10.5555/", f"10.{10000 + n}/")
    return str(n * 10000 + int(number)) if number.isdecimal() and number != "0" else number


def _record_apart(record: Record, n: int) -> Record:
    def named(ids: Sequence[Identifier]) -> tuple[Identifier, ...]:
        return tuple(parse(i.scheme, _number_apart(i.value, n)) for i in ids)

    return replace(
        record,
        external_id=f"{record.external_id}~{n}" if record.source == "ris" else _number_apart(record.external_id, n),
        identifiers=named(record.identifiers),
        title=from_plain(f"{plain(record.title)} (village {n})"),
        authors=tuple(replace(a, family=_family(a.family, n)) for a in record.authors),
        relations=tuple(replace(r, targets=named(r.targets)) for r in record.relations),
    )


def _family(name: str, n: int) -> str:
    """A name that nobody has in another case."""
    return name.replace(
        "Name", "".join("BDFGKLMNRT"[int(digit)] + vowel for digit, vowel in zip(f"{n:03}", "aou", strict=True)).title()
    )


def _row_apart(row: dict[str, str], n: int) -> dict[str, str]:
    numbers = ("RetractionDOI", "RetractionPubMedID", "OriginalPaperDOI", "OriginalPaperPubMedID")
    title = f"{row['Title']} (village {n})" if row["Title"] else ""
    moved = {column: _number_apart(row[column], n) for column in numbers}
    return {**row, **moved, "Record ID": f"{n}{row['Record ID']:0>3}", "Title": title}


CASES = tuple(_apart(case, n) for n, case in enumerate(_pubmed_cases() + _listed_cases(), start=1))
ROWS = as_csv([row for case in CASES for row in case.rows])
"""All rows of all cases, as one file."""
