"""Nasty studies, all invented: what breaks bibliography programs, one study for each trouble.

`EXAMPLES` maps the trouble to the study; `study` makes one from a record. Tests of formats, store and pages use them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evidence.identifiers import Identifier, Scheme, parse
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    Journal,
    Keyword,
    Markup,
    PartialDate,
    Record,
    Relation,
)
from evidence.text import byline, from_plain
from evidence.views import RelationView, Study, StudyRow

ANN = Author(family="Ampel", given="Ann", initials="A")
BOB = Author(family="Brücke", given="Bob C", initials="BC")


def ids(**values: str) -> tuple[Identifier, ...]:
    """Identifiers by scheme."""
    return tuple(parse(scheme, value) for scheme, value in values.items())


def record(title: str = "", **fields: Any) -> Record:
    """A record that is complete but for what a test changes; a title given here is plain text."""
    base = Record(
        source="pubmed",
        external_id="90000001",
        identifiers=ids(pmid="90000001", doi="10.5555/awkward.1"),
        title=from_plain(title),
        authors=(ANN, BOB),
        journal=Journal(title="Journal of Invented Results", abbreviation="J Invent Results", issn="1234-5679"),
        volume="12",
        issue="3",
        pages="101-109",
        dates=(Dated(kind="issue", date=PartialDate(year=2021, month=5)),),
        languages=("eng",),
    )
    return replace(base, **fields)


def abstract(*texts: str) -> tuple[AbstractSection, ...]:
    """An abstract of plain paragraphs; "LABEL| text" gives one its label."""
    parts = (t.partition("| ") for t in texts)
    return tuple(
        AbstractSection(text=from_plain(body), label=label) if bar else AbstractSection(text=from_plain(label))
        for label, bar, body in parts
    )


def study(of: Record, key: str = "ampel2021invented", *, state: str = "none", **row: Any) -> Study:
    """A study whose projection is this record."""
    fields: dict[str, Any] = {
        "id": 1,
        "key": key,
        "title": of.title,
        "byline": byline(of.authors),
        "citation": "J Invent Results. 2021;12(3):101-109",
        "year": of.year,
        "language": "en",
        "design": "rct",
        "designs": ("rct",),
        "conditions": ("carpal-tunnel-syndrome",),
        "interventions": (("dextrose-5", "active"), ("saline", "comparator")),
        "level": 2,
        "n": 54,
        "n_unit": "participants",
        "state": state,
        "upstream": "present",
        "pmid": of.id("pmid"),
        "doi": of.id("doi"),
        "pmcid": of.id("pmcid"),
        "identified": any(of.id(s) for s in ("pmid", "doi", "pmcid")),
    }
    return Study(row=StudyRow(**(fields | row)), record=of)


def _text_troubles() -> dict[str, Record]:
    titles = {
        "unmatched-open-brace": "The set {a, b of nerves",
        "unmatched-close-brace": "The set a, b} of nerves",
        "braces-the-wrong-way": "}upside{ down}{",
        "trailing-backslash": "A path that ends in C:\\",
        "backslashes": "\\alpha is no letter here, \\\\ no line",
        "latex-specials": "50 % of $5 & #1_a ~ ^x",
        "money": "From $5 to $6 a day, or US$ 7",
        "ties": "About ~5 mg, in A~B, ~ alone",
        "quotes": "\"Double\" 'single' ``backticks'' ’curly’ “pair” and it's",
        "dashes": "One-two--three---four–five—six -",
        "at-sign": "@article{fake, title={x}} in a title",
        "commas-and": "Pain, and swelling, and",
        "script": "<script>alert(1)</script> and <b>bold?</b",
        "literal-tags": "Literal <i>tag</i> and &lt;b&gt; and &amp;amp; and &nbsp;",
        "less-than": "p<0.05 and a<b>c and x<y",
        "entities": "Q&A &copy &copy; AT&T; &#38; R&D",
        "accents": "Éloïse Ångström's Čaj žluťoučký kůň ñandú ğ ő ș ț ẞ",
        "combining": "e\u0301 n\u0308 q\u0307\u0323 a\u0361e decomposed",
        "viet": "Phẫu thuật ống cổ tay: thử nghiệm",
        "greek-maths": "α-blocker, β₂-agonist, µg and μg, 5 ± 2 × 10³ ≤ 7 → ∞ −1 °C",
        "cjk": "葡萄糖注射治疗腕管综合征：随机对照试验",
        "cyrillic": "Инъекции декстрозы при туннельном синдроме",
        "rtl": "حقن الدكستروز لمتلازمة النفق الرسغي \u202bעברית\u202c",
        "emoji": "Pain 😖 and 👩‍⚕️ relief 🩺",
        "empty-title": "",
        "one-character": "X",
        "very-long": "A title that goes on " + "and on " * 2_000 + "and ends",
        "ris-tag": "TY  - JOUR",
        "ris-end": "ER  -",
        "nbib-tag": "PMID- 12345678",
        "formula": "=HYPERLINK(\"http://example.org\")",
        "formula-quoted": "'=1+1",
        "plus": "+49 and more",
        "minus": "-5 degrees",
        "tab-like": "@SUM(A1)",
        "semicolons": "a; b;c; \"d\"",
        "digits": "2021",
        "capitals": "RANDOMISED TRIAL OF D5W IN CTS",
        "protected": "mRNA, pH, COVID-19, iPhone, McGill, 5-HT2A and vitamin D in E. coli: A review",
        "ordinals": "The 2nd and 3rd week",
        "url": "See https://example.org/a_b?c=d&e=f#g~h%20i",
    }  # fmt: skip
    return {name: record(title) for name, title in titles.items()}


def _marked_troubles() -> dict[str, Record]:
    titles = {
        "markup": "CO<sub>2</sub> and 10<sup>-3</sup> of <i>Escherichia coli</i>, <b>bold</b>, <u>line</u>",
        "nested-markup": "<i>in vivo H<sub>2</sub>O</i> &amp; <b>x &lt; y</b>",
        "markup-alone": "<i>Nerve</i>",
        "markup-specials": "<sup>99m</sup>Tc_{x} 100 % <i>a&amp;b</i> $<sub>5</sub>$",
        "markup-neighbours": "&lt;<i>x</i>&gt; <b>&amp;amp;</b>{<sub>}</sub>\\<i>alpha</i>",
    }
    return {name: replace(record(), title=Markup(title)) for name, title in titles.items()}


def _name_troubles() -> dict[str, Record]:
    def by(*authors: Author, **fields: Any) -> Record:
        return record("A trial by people with names", authors=authors, **fields)

    return {
        "no-authors": by(),
        "group-with-and": by(Author(family="Institute of Pain and Nerves", is_group=True), ANN),
        "group-with-comma": by(Author(family="Department of Health, Education, and Welfare", is_group=True)),
        "group-one-word": by(Author(family="EVIDENCE", is_group=True), BOB),
        "group-like-a-person": by(Author(family="Smith, John", is_group=True)),
        "group-with-braces": by(Author(family="The {Curly} Group & Sons", is_group=True)),
        "family-and": by(Author(family="And", given="Meltem"), Author(family="and", given="x")),
        "family-comma": by(Author(family="Ramón, y Cajal", given="Santiago")),
        "family-only": by(
            Author(family="Plato"), Author(family="de Silva"), Author(family="Li AB"), Author(family="Aa Bb")
        ),
        "given-only": by(Author(given="Cher")),
        "initials-only": by(Author(family="Noll", initials="BS"), Author(family="Lund", initials="S")),
        "particles": by(
            Author(family="van der Berg", given="Jan"),
            Author(family="Von Stein", given="Anna"),
            Author(family="de la Cruz Ruiz", given="María José"),
        ),
        "suffixes": by(
            Author(family="King", given="Martin L", suffix="Jr"), Author(family="Ford", given="Ann", suffix="3rd")
        ),
        "others": by(Author(family="Others", given="Bill"), Author(family="Alone", given="and others")),
        "et-al": by(ANN, authors_complete=False),
        "hyphens": by(Author(family="Lee-Kaplan", given="Jean-Paul"), Author(family="O'Brien", given="D’Arcy")),
        "accents-in-names": by(
            Author(family="Šimůnek", given="Jiří"),
            Author(family="Ørsted", given="Åse"),
            Author(family="Ğürbüz", given="İ"),
        ),
        "cjk-names": by(Author(family="吳", given="永燦"), Author(family="김", given="민수")),
        "dotted": by(
            Author(family="Smith", given="J. A."),
            Author(family="Doe", given="J.-P."),
            Author(family="Roe", given="B.C."),
        ),
        "semicolon": by(Author(family="Semi;colon", given="A; B")),
        "percent": by(Author(family="100% & Co_", given="$x$ #1")),
        "thousand": by(*(Author(family=f"Family{n}", given=f"Given{n}", initials="G") for n in range(1_000))),
    }


def _other_troubles() -> dict[str, Record]:
    nasty = "A line.\n@article{fake,\n  title = {bogus}\n}\nTY  - JOUR\nER  - \n% comment # \\end{document}"
    title = "A trial with something odd elsewhere"
    retraction = Relation(type="RetractionIn", citation="J Invent Results. 2022;13(1):5", targets=ids(pmid="90000002"))
    return {
        "nasty-abstract": record(title, abstract=abstract(nasty, "a } b { c \\")),
        "structured-abstract": record(
            title,
            abstract=abstract(
                "BACKGROUND| It hurt.", "METHODS| 54 hands, 5 % dextrose.", "RESULTS| p<0.05.", "CONCLUSIONS| Less."
            ),
        ),
        "only-a-doi": record(title, identifiers=ids(doi="10.5555/s0140-6736(97)11096-0"), journal=Journal()),
        "sici-doi": record(
            title, identifiers=ids(doi="10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2")
        ),
        "doi-with-signs": record(title, identifiers=ids(doi="10.1000/a_b%c#d&e{f}g~h")),
        "all-identifiers": record(title, identifiers=ids(pmid="1", doi="10.5555/x", pmcid="PMC12")),
        "no-identifiers": record(title, identifiers=()),
        "nothing-but-a-title": Record(source="csv", external_id="x#1", title=from_plain(title)),
        "odd-pages": record(title, pages="S1-S10, S12"),
        "article-number": record(title, pages="e0123456"),
        "page-with-dash": record(title, pages="A-12"),
        "supplement": record(title, volume="12 Suppl 2", issue="Pt B, #4_5"),
        "only-an-abbreviation": record(title, journal=Journal(abbreviation="J Nerv. & Ment.")),
        "journal-specials": record(title, journal=Journal(title="R&D: {Nerves} 100% _Zeitschrift für Ärzte_")),
        "full-date": record(title, dates=(Dated(kind="issue", date=PartialDate(year=2020, month=2, day=29)),)),
        "electronic-date": record(
            title, dates=(Dated(kind="electronic", date=PartialDate(year=2019, month=12, day=1)),)
        ),
        "no-date": record(title, dates=()),
        "medline-date": record(
            title, dates=(Dated(kind="issue", date=PartialDate(year=1998, month=12, text="1998 Dec-1999 Jan")),)
        ),
        "keywords": record(
            title, keywords=tuple(Keyword(text=t) for t in ("Pain, Postoperative", "a; b", "50 % glucose", "#tag_1"))
        ),
        "one-keyword": record(title, keywords=(Keyword(text="Pain, Postoperative"),)),
        "book": record(
            title,
            kind="book",
            journal=Journal(),
            publisher="Press & Sons",
            place="Köln",
            edition="2nd",
            isbns=("9783642322",),
        ),
        "chapter": record(title, kind="chapter", book_title=from_plain("The {Book} of Nerves & Pain"), editors=(BOB,)),
        "conference": record(title, journal=Journal(), book_title=from_plain("Proceedings of the 3rd Meeting")),
        "preprint": record(title, kind="preprint", journal=Journal(title="medRxiv")),
        "thesis": record(title, kind="thesis", journal=Journal(), publisher="University of Nowhere"),
        "registration": record(title, kind="registration", journal=Journal()),
        "vernacular": record(title, vernacular_title=from_plain("Étude des nerfs à 5 %"), languages=("fre",)),
        "retracted": record(title, relations=(retraction,)),
        "url": record(title, url="https://example.org/a_b?c=d&e={f}#g~h%20i"),
    }


def _examples() -> dict[str, Study]:
    records = _text_troubles() | _marked_troubles() | _name_troubles() | _other_troubles()
    states = {"retracted": "retracted"}
    return {
        name: study(of, key=f"key{n:03d}", state=states.get(name, "none"))
        for n, (name, of) in enumerate(records.items())
    }


EXAMPLES: dict[str, Study] = _examples()
"""Every trouble by name."""


def with_relation(of: Study, type_: str, citation: str) -> Study:
    """The study with one more outgoing relation."""
    relation = RelationView(
        type=type_, incoming=False, citation=citation, identifier="", url=None, study_key=None, study_title=Markup("")
    )
    return replace(of, relations=(*of.relations, relation))


def first(of: Record, scheme: Scheme) -> str:
    """The first identifier of a scheme, or empty."""
    return of.id(scheme) or ""
