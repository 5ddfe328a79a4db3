"""What a writer's bibliography must survive: invented records, one for each case, by name in `CASES`.

`tests/awkward` holds what breaks parsers; this set holds what real references are like: kinds of works, names, dates,
numbering, states, scripts and signs that formats and styles treat differently.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evidence.identifiers import Identifier, parse
from evidence.records import (
    Author,
    Dated,
    Journal,
    Keyword,
    Markup,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    PartialDate,
    Record,
    Relation,
)
from evidence.text import from_plain
from evidence.views import Study
from tests.awkward import ANN, BOB, abstract, record, study

NO_JOURNAL = Journal()


def _ids(number: int, **more: str) -> tuple[Identifier, ...]:
    given = {"pmid": str(91000000 + number), "doi": f"10.5555/writers.{number}"} | more
    return tuple(parse(scheme, value) for scheme, value in given.items() if value)


def _person(family: str, given: str = "", suffix: str = "", **more: Any) -> Author:
    initials = "".join(word[0] for word in given.replace("-", " ").split() if word[0].isalpha())
    return Author(family=family, given=given, initials=initials, suffix=suffix, **more)


def _group(name: str) -> Author:
    return Author(family=name, is_group=True)


def _date(year: int | None = None, month: int | None = None, day: int | None = None, text: str = "") -> dict[str, Any]:
    return {"dates": (Dated(kind="issue", date=PartialDate(year=year, month=month, day=day, text=text)),)}


TITLES = {
    "inner-capitals": "Effects of tRNA, mRNA and McArdle's enzyme in a PhD student's laboratory",
    "acronyms": "COVID-19, HIV/AIDS and the NSAIDs in the ICU: a WHO and NICE perspective",
    "genes": "BRCA1, TP53 and Hoxa1 in HER2-negative tumours with IL-6 above the median",
    "eponyms": "Parkinson disease, Guillain-Barré syndrome and the Phalen test in Hodgkin lymphoma",
    "eponyms-in-title-case": "The Treatment of Parkinson Disease and Crohn's Disease: A Randomized Trial",
    "proper-names": "Ibuprofen in Denmark and the Netherlands during Ramadan: lessons for European clinics",
    "title-case": "A Randomized Controlled Trial of Splinting Versus Surgery for Trigger Finger",
    "all-capitals": "A RANDOMISED TRIAL OF SPLINTS AND STEROIDS IN ADULTS",
    "question-then-sentence": "Does it hurt? A randomised trial. An editorial! The answer",
    "latex-commands": "The \\textbf{bold} claim, \\input{secret} and \\write18{rm} in \\LaTeX",
    "every-sign": "Costs of $5 & 10 % for item #3 in a_b, {set}, C:\\x, about ~7 and 2^3",
    "quotation": "“Never again”: the 'second' victim's \"story\"",
    "en-dash": "Mid-term (2001–2010) results of the doctor–patient relationship — a survey",
    "greek": "TNF-α and β2-agonists: Δ9-THC at 5 µg/mL, ρ = 0·7 ± 0·1, χ² test",
    "chinese": "腕管综合征患者葡萄糖注射的随机对照试验",
    "japanese-korean": "手根管症候群 と 손목터널증후군",
    "arabic-hebrew": "متلازمة النفق الرسغي and תסמונת",
    "vietnamese": "Hội chứng ống cổ tay ở người trưởng thành: nghiên cứu ngẫu nhiên",
    "percent-first": "% of patients who recover",
    "at-first": "@home care after surgery",
    "equals-first": "=1+1: a spreadsheet's answer",
    "plus-first": "+2 standard deviations and more",
    "minus-first": "-80 degrees storage of samples",
    "tab-in-it": "=cmd|' /C calc'!A0",
}


def _titled() -> dict[str, Record]:
    plain = {name: record(title, identifiers=_ids(n)) for n, (name, title) in enumerate(TITLES.items())}
    marked = {
        "italic-species": "Resistance of <i>Staphylococcus aureus</i> to methicillin in <i>BRCA1</i> carriers",
        "sub-and-superscript": "CO<sub>2</sub>, Ca<sup>2+</sup> and V̇O<sub>2max</sub> at 10<sup>−3</sup> mol/L",
        "nested-tags": "<i>In vivo <sup>18</sup>F-FDG</i> PET &amp; CT: p &lt; 0.05",
    }
    more = {name: replace(record(), title=Markup(title), identifiers=_ids(50 + n)) for n, (name, title) in
            enumerate(marked.items())}  # fmt: skip
    return plain | more


def _people() -> dict[str, Record]:
    lists: dict[str, tuple[Author, ...]] = {
        "particles-of-names": (
            _person("van der Waals", "Johannes D"),
            _person("de la Fontaine", "Jean"),
            _person("al-Rashid", "Hārūn"),
            _person("D'Angelo", "Beverly"),
        ),
        "suffixes-of-names": (_person("King", "Martin L", "Jr"), _person("Gates", "William H", "3rd")),
        "single-names": (Author(family="Suharto"), Author(family="Madonna"), Author(family="de Silva")),
        "collective-author": (_group("ORBIT Trial Investigators, for the European Society"),),
        "people-and-groups": (ANN, _group("Hand and Wrist Study Group"), BOB),
        "sixty-authors": tuple(_person(f"Family{n:02d}", f"Given{n:02d} A") for n in range(60)),
        "diacritics": (_person("Šimůnek", "Jiří"), _person("Ångström", "Åsa"), _person("Đặng", "Thị Bích")),
        "turkish-and-polish": (_person("Yılmaz", "Şükrü Ğ"), _person("Łukasiewicz", "Żaneta Ą")),
        "chinese-names": (Author(family="王", given="小明"), Author(family="김", given="민수")),
        "greek-and-cyrillic-names": (_person("Παπαδόπουλος", "Γιώργος"), _person("Иванов", "Иван")),
        "hyphenated": (_person("Lee-Kaplan", "Jean-Paul"), _person("O’Brien", "Siobhán")),
        "no-author": (),
        "orcid-and-address": (
            Author(
                family="Ampel", given="Ann", initials="A", orcid="0000-0002-1825-0097",
                affiliations=("Hand Clinic & Co., 1 Long Road, Nowhere; ann@example.org",),
            ),
        ),
    }  # fmt: skip
    return {
        name: record("A trial of something by several people", authors=people, identifiers=_ids(100 + n))
        for n, (name, people) in enumerate(lists.items())
    }


def _numbered() -> dict[str, Record]:
    issn = Journal(title="Journal of Invented Results", abbreviation="J Invent Results", issn="0378-5955")
    cases: dict[str, dict[str, Any]] = {
        "en-dash-pages": {"pages": "101-9"},
        "e-number": {"pages": "e0123456"},
        "article-number": {"pages": "104512"},
        "supplement-volume": {"volume": "84 Suppl 2", "issue": "", "pages": "S12-S19"},
        "supplement-issue": {"issue": "Suppl 1 Pt B"},
        "letters-in-volume": {"volume": "A45", "issue": "3-4"},
        "roman-pages": {"pages": "iv-xii"},
        "many-page-ranges": {"pages": "12-5, 18, 20-2"},
        "month": _date(2020, 11),
        "whole-date": _date(2020, 2, 29),
        "season": _date(2003, text="2003 Spring"),
        "autumn": _date(1999, text="1999 Autumn"),
        "span-of-months": _date(1998, text="1998 Dec-1999 Jan"),
        "no-year": {"dates": ()},
        "year-only": _date(1951),
        "abbreviation-only": {"journal": Journal(abbreviation="J Hand Surg (Br)")},
        "journal-with-signs": {"journal": Journal(title="R&D & 100% {Nerve}_Journal", abbreviation="R&D 100%")},
        "right-issn": {"journal": issn},
        "wrong-issn": {"journal": replace(issn, issn="1234-5678")},
    }
    return {
        name: record("A numbered article about nothing", identifiers=_ids(200 + n), **fields)
        for n, (name, fields) in enumerate(cases.items())
    }


def _works() -> dict[str, Record]:
    bare: dict[str, Any] = {"journal": NO_JOURNAL, "volume": "", "issue": "", "pages": ""}
    press: dict[str, Any] = {**bare, "publisher": "Nowhere University Press & Sons", "place": "Nowhere"}
    isbns = ("9780306406157",)
    cases: dict[str, dict[str, Any]] = {
        "book": {**press, "kind": "book", "edition": "2nd", "isbns": isbns},
        "edited-book": {**press, "kind": "book", "authors": (), "editors": (ANN, BOB), "isbns": isbns},
        "book-of-nobody": {**press, "kind": "book", "authors": ()},
        "two-isbns": {**press, "kind": "book", "isbns": (*isbns, "0306406152")},
        "chapter": {
            **press, "kind": "chapter", "book_title": from_plain("The Nerve Book & Atlas"), "editors": (BOB,),
            "pages": "33-48", "isbns": isbns, "edition": "3rd",
        },
        "chapter-without-editor": {**press, "kind": "chapter", "book_title": from_plain("GeneReviews"), "pages": "1-9"},
        "guideline": {
            **press, "kind": "report", "authors": (_group("National Institute for Nothing"),),
            "publication_types": (NamedConcept(name="Practice Guideline", ui="D017065"),),
        },
        "report-without-institution": {**bare, "kind": "report"},
        "preprint": {
            **bare, "kind": "preprint", "journal": Journal(title="medRxiv"), "identifiers": _ids(300, pmid="")
        },
        "arxiv-preprint": {
            **bare, "kind": "preprint", "journal": Journal(title="arXiv"),
            "identifiers": (parse("arxiv", "2101.00001"),),
        },
        "thesis": {**bare, "kind": "thesis", "publisher": "University of Nowhere", "authors": (ANN,)},
        "thesis-without-school": {**bare, "kind": "thesis"},
        "registration": {
            **bare, "kind": "registration", "identifiers": (parse("registration", "NCT01234567"),),
            "url": "https://clinicaltrials.gov/study/NCT01234567",
        },
        "dataset": {**press, "kind": "other", "extra": (("entrytype", "dataset"),)},
        "software": {**bare, "kind": "other", "extra": (("entrytype", "software"),)},
        "conference-paper": {**press, "book_title": from_plain("Proceedings of the 3rd Meeting"), "pages": "7-9"},
        "web-page": {**bare, "kind": "web", "url": "https://example.org/a%20b_c?d=1&e=%C3%A9#f~g", "identifiers": ()},
        "web-page-without-address": {**bare, "kind": "web", "identifiers": ()},
        "article-without-journal": {**bare, "volume": "3"},
        "something-else": {**bare, "kind": "other"},
    }  # fmt: skip
    return {
        name: record(f"A work of the kind {name.replace('-', ' ')}", **({"identifiers": _ids(310 + n)} | fields))
        for n, (name, fields) in enumerate(cases.items())
    }


def _identified() -> dict[str, Record]:
    cases = {
        "doi-with-parentheses": "10.1016/s0140-6736(97)11096-0",
        "doi-with-underscores": "10.1000/978-3-540_12_a_b",
        "doi-with-percent": "10.1000/100%25_done",
        "doi-with-angle-brackets": "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2",
    }
    made = {
        name: record("An article with an odd identifier", identifiers=_ids(400 + n, doi=doi))
        for n, (name, doi) in enumerate(cases.items())
    }
    every = _ids(
        410,
        pmcid="PMC1234567",
        registration="ISRCTN12345678",
        arxiv="2101.00002",
        pii="S0140-6736(97)1",
        mid="NIHMS123",
    )
    return made | {
        "every-identifier": record("An article with every identifier", identifiers=every),
        "two-of-each": record(
            "An article with two of each",
            identifiers=(*_ids(411), *_ids(412), parse("pmcid", "PMC11"), parse("pmcid", "PMC12")),
        ),
        "no-identifier": record("An article with no identifier", identifiers=()),
    }


def _said() -> dict[str, Record]:
    notice = Relation(type="RetractionIn", citation="J Invent Results. 2022 Jan;13(1):5", targets=_ids(500, doi="")[:1])
    concern = Relation(type="ExpressionOfConcernIn", citation="J Invent Results. 2023;14(2):8.")
    retracted = (NamedConcept(name="Retracted Publication", ui="D016441"),)
    languages = ("ger", "fre", "eng")
    cases: dict[str, dict[str, Any]] = {
        "retracted": {"relations": (notice,), "publication_types": retracted},
        "retracted-without-notice": {"publication_types": retracted},
        "concern": {"relations": (concern,)},
        "replaced": {"relations": (Relation(type="RetractedandRepublishedIn", citation="J Invent Results. 2024;1:1"),)},
        "several-languages": {"languages": languages, "vernacular_title": from_plain("Über die Nerven: 50 % & mehr")},
        "french": {"languages": ("fre",), "vernacular_title": from_plain("L’étude « randomisée » des nerfs")},
        "structured-abstract": {
            "abstract": abstract("BACKGROUND| It hurt & burnt.", "METHODS| 54 hands, 5 %.", "CONCLUSIONS| p < 0.05.")
        },
        "very-long-abstract": {"abstract": abstract("Words and numbers like 5 % or {x} go on. " * 300)},
        "keywords-and-mesh": {
            "keywords": (Keyword(text="Pain, Postoperative", major=True, owner="NOTNLM"), Keyword(text="50 % glucose")),
            "mesh": (
                MeshHeading(ui="D002349", name="Carpal Tunnel Syndrome", major=True,
                            qualifiers=(MeshQualifier(ui="Q000188", name="drug therapy", major=True),)),
            ),
        },
        "long-title": {"title": from_plain("A title that goes on " + "and on " * 300 + "and ends")},
    }  # fmt: skip
    return {
        name: record(**({"title": "An article of which something must be said", "identifiers": _ids(510 + n)} | fields))
        if "title" not in fields else replace(record(identifiers=_ids(510 + n)), **fields)
        for n, (name, fields) in enumerate(cases.items())
    }  # fmt: skip


_STATES = {
    "retracted": "retracted", "retracted-without-notice": "retracted", "concern": "concern", "replaced": "replaced",
}  # fmt: skip
_ALIASES = {"two-of-each": ("brucke2019earlier", "old:key/1")}


def _cases() -> dict[str, Study]:
    records = _titled() | _people() | _numbered() | _works() | _identified() | _said()
    return {
        name: replace(
            study(of, key=f"ampel{2000 + n}{name.partition('-')[0]}", state=_STATES.get(name, "none")),
            aliases=_ALIASES.get(name, ()),
        )
        for n, (name, of) in enumerate(records.items())
    }


CASES: dict[str, Study] = _cases()
"""Every case by name."""
