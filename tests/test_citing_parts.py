"""The pieces of a reference: pages, volumes, names of journals, capitals, dates, notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import citing, text
from evidence.citing import _case, _dates, _journals, _languages, _notices, _pages, _volumes
from evidence.records import Journal, Markup, PartialDate, Record, Relation
from evidence.views import RelationView, Study, StudyRow
from tests.citing_cases import FEIFEL, record


@pytest.mark.parametrize(
    ("pages", "short", "full"),
    [
        ("123-125", "123-5", "123-125"),
        ("123-5", "123-5", "123-125"),
        ("99-101", "99-101", "99-101"),
        ("1151-68; discussion 1149-50", "1151-68; discussion 1149-50", "1151-1168; discussion 1149-1150"),
        ("11-3, 16", "11-3, 16", "11-13, 16"),
        ("S93-S99", "S93-9", "S93-S99"),
        ("123A-125A", "123A-125A", "123A-125A"),
        ("A1-B2", "A1-B2", "A1-B2"),
        ("184", "184", "184"),
        ("184-184", "184", "184"),
        ("iii-v", "iii-v", "iii-v"),
        ("e0193972", "e0193972", "e0193972"),
        ("10–20", "10-20", "10-20"),
        ("200-100", "200-100", "200-100"),
        ("2118-2133.e3", "2118-33.e3", "2118-2133.e3"),
        ("", "", ""),
    ],
)
def test_pages_are_shortened_and_written_out(pages: str, short: str, full: str) -> None:
    assert _pages.short(pages) == short
    assert _pages.full(pages) == full
    assert _pages.full(pages, "–") == full.replace("-", "–")


@given(st.integers(1, 99999), st.integers(0, 5000), st.sampled_from(["", "S", "e"]))
def test_short_and_full_pages_say_the_same(first: int, more: int, letters: str) -> None:
    whole = f"{letters}{first}-{letters}{first + more}" if more else f"{letters}{first}"
    assert _pages.full(_pages.short(whole)) == whole
    assert _pages.short(_pages.full(whole)) == _pages.short(whole)


@pytest.mark.parametrize(
    ("pages", "electronic", "number"),
    [
        ("e123", False, True),
        ("CD001234", False, True),
        ("100123", False, True),
        ("S105", False, False),
        ("92", False, False),
        ("92", True, True),
        ("92-95", True, False),
        ("", True, False),
    ],
)
def test_an_article_number_is_no_page(pages: str, electronic: bool, number: bool) -> None:
    assert _pages.is_article_number(pages, electronic=electronic) is number


@pytest.mark.parametrize(
    ("volume", "issue", "nlm", "ama", "apa"),
    [
        ("42 Suppl 2", "", "42 Suppl 2", "42(suppl 2)", "(Suppl. 2)"),
        ("42", "Suppl 2", "42 Suppl 2", "42(suppl 2)", "(Suppl. 2)"),
        ("42", "Suppl", "42 Suppl", "42(suppl)", "(Suppl.)"),
        ("42", "Supplement_2", "42 Suppl 2", "42(suppl 2)", "(Suppl. 2)"),
        ("58", "12 Suppl 7", "58(12 Suppl 7)", "58(12)(suppl 7)", "(12, Suppl. 7)"),
        ("58", "12 (Suppl. 7)", "58(12 Suppl 7)", "58(12)(suppl 7)", "(12, Suppl. 7)"),
        ("83", "Pt 2", "83(Pt 2)", "83(pt 2)", "(Pt. 2)"),
        ("83 Pt 2", "4", "83(Pt 2)(4)", "83(pt 2)(4)", "(Pt. 2, 4)"),
        ("", "401", "(401)", "(401)", "(401)"),
        ("32", "9-10", "32(9-10)", "32(9-10)", "(9-10)"),
        ("", "", "", "", ""),
    ],
)
def test_supplements_and_parts_stand_where_each_manual_wants_them(
    volume: str, issue: str, nlm: str, ama: str, apa: str
) -> None:
    place = _volumes.place(volume, issue)
    assert (place.nlm(), place.ama(), place.apa()) == (nlm, ama, apa)


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("Lancet (London, England)", "Lancet"),
        ("Hypertension (Dallas, Tex. : 1979)", "Hypertension"),
        ("Neurology : official journal of an invented academy", "Neurology"),
        ("Annals of neurology", "Annals of Neurology"),
        ("Clinical orthopaedics and related research", "Clinical Orthopaedics and Related Research"),
        ("Pain physician.", "Pain Physician"),
        ("JAMA network open", "JAMA Network Open"),
        ("PM & R : the journal of injury, function, and rehabilitation", "PM & R"),
        ("Revista española de nervios", "Revista española de nervios"),
        ("Deutsche medizinische Wochenschrift (1946)", "Deutsche medizinische Wochenschrift"),
        ("(1946)", "(1946)"),
    ],
)
def test_apa_prints_the_title_proper_of_a_journal(title: str, printed: str) -> None:
    assert _journals.in_full(Journal(title=title, abbreviation="X")) == printed


def test_a_journal_known_by_one_name_has_that_name() -> None:
    assert _journals.in_full(Journal(abbreviation="J Nerve Stud")) == "J Nerve Stud"
    assert _journals.abbreviated(Journal(title="Nerves : a journal")) == "Nerves"


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("the genetic basis of human cancer", "The Genetic Basis of Human Cancer"),
        ("pain: a user's guide to p53 and mRNA in vitro", "Pain: A User's Guide to p53 and mRNA in Vitro"),
        ("on <i>escherichia coli</i> & α-synuclein", "On <i>escherichia coli</i> &amp; α-Synuclein"),
        ("a shift of e and k", "A Shift of e and k"),
        ("5-alpha reductase", "5-alpha Reductase"),
    ],
)
def test_headline_capitals(title: str, made: str) -> None:
    assert _case.headline(text.from_html_text(title)) == made


@pytest.mark.parametrize(
    ("title", "said", "made"),
    [
        (
            "Perineural Injection of Dextrose for Carpal Tunnel Syndrome: A Randomized Trial",
            "",
            "Perineural injection of dextrose for carpal tunnel syndrome: a randomized trial",
        ),
        (
            "Does Dextrose Help? A Randomized Trial of Perineural Injection",
            "",
            "Does dextrose help? A randomized trial of perineural injection",
        ),
        (
            "Treatment of Wobbler Disease in Japanese Patients With Vitamin D and IL-6",
            "The disease of Wobbler, Wobbler disease, was treated; vitamin levels rose.",
            "Treatment of Wobbler disease in Japanese patients with vitamin D and IL-6",
        ),
        ("Perineural injection of dextrose", "", "Perineural injection of dextrose"),
    ],
)
def test_sentence_case_where_nothing_is_in_doubt(title: str, said: str, made: str) -> None:
    assert _case.sentence(text.from_plain(title), [said]) == made


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Treatment of Xenophobus Disease With Dextrose Injection", ""),
        ("Statement of the Invented Pain Society on Dextrose Injection", "An invented society said."),
        ("Validation of the Nerve Pain Scale in Patients", "We used the Nerve Pain Scale. Nerve and pain and scale."),
        ("PERINEURAL INJECTION OF DEXTROSE", "perineural injection of dextrose"),
    ],
)
def test_a_title_in_doubt_stays_as_it_is(title: str, said: str) -> None:
    assert _case.sentence(text.from_plain(title), [said]) == title


@pytest.mark.parametrize(
    ("date", "nlm", "ama", "apa"),
    [
        (PartialDate(year=2002, month=7, day=25), "2002 Jul 25", "July 25, 2002", "2002, July 25"),
        (PartialDate(year=2002, month=9), "2002 Sep", "September 2002", "2002, September"),
        (PartialDate(year=2002, day=3), "2002", "2002", "2002"),
        (PartialDate(year=1998, text="1998 Dec-1999 Jan"), "1998 Dec-1999 Jan", "1998", "1998"),
        (PartialDate(year=1998, text="Winter"), "1998", "1998", "1998"),
        (PartialDate(year=1998, month=13), "1998", "1998", "1998"),
        (PartialDate(month=3), "", "", "n.d."),
        (None, "", "", "n.d."),
    ],
)
def test_dates(date: PartialDate | None, nlm: str, ama: str, apa: str) -> None:
    assert (_dates.nlm(date), _dates.ama(date), _dates.apa(date)) == (nlm, ama, apa)


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        (("eng",), ""),
        (("ger",), "German"),
        (("de-AT",), "German"),
        (("fre", "ger"), "French, German"),
        (("eng", "ger"), ""),
        (("German",), "German"),
        (("xyz",), ""),
        ((), ""),
    ],
)
def test_languages(languages: tuple[str, ...], name: str) -> None:
    assert _languages.foreign(languages) == name


def study(state: Any, *relations: RelationView, **fields: Any) -> Study:
    one: Record = replace(record(**FEIFEL), **fields)
    row = StudyRow(
        id=1, key="feifel2000", title=one.title, byline="", citation="", year=2000, language="", design="other",
        designs=(), conditions=(), interventions=(), level=None, n=None, n_unit="", state=state, upstream="present",
        pmid="90000003", doi=None, pmcid=None, identified=True,
    )  # fmt: skip
    return Study(row=row, record=one, relations=relations)


def incoming(type_: str, citation: str) -> RelationView:
    return RelationView(
        type=type_, incoming=True, citation=citation, identifier="", url=None, study_key=None, study_title=Markup("")
    )


def test_a_notice_in_the_library_is_found_from_its_own_side() -> None:
    made = citing.cite(study("retracted", incoming("RetractionOf", "J Clin Psychiatry. 2002;63(2):169")), "apa")
    assert made.endswith("(Retraction published 2002, The Journal of Clinical Psychiatry, 63[2], 169)")


def test_a_notice_known_from_both_sides_is_said_once() -> None:
    own = Relation(type="ErratumIn", citation="Clin Ther. 2001;23(2):309")
    both = study("corrected", incoming("ErratumFor", "Clin Ther. 2001;23(2):309-309"), relations=(own,))
    assert citing.cite(both, "nlm").count("Erratum in:") == 1


def test_several_corrections_are_all_said() -> None:
    errata = tuple(Relation(type="ErratumIn", citation=f"Clin Ther. 200{n};23(2):309") for n in (1, 2))
    assert citing.cite(study("corrected", relations=errata), "ama").count("Published correction appears in") == 2


@pytest.mark.parametrize("style", citing.STYLES)
@pytest.mark.parametrize("state", ["retracted", "withdrawn", "replaced", "concern"])
def test_no_style_hides_a_state_whose_notice_is_unknown(style: str, state: str) -> None:
    words = {"concern": "Expression of concern published", "withdrawn": "Withdrawn"}
    assert words.get(state, "Retracted") in citing.cite(study(state), style)
    assert words.get(state, "Retracted") not in citing.cite(study("none"), style)


def test_the_identifiers_of_a_study_are_its_rows_too() -> None:
    assert citing.cite(study("none"), "nlm").endswith("PubMed PMID: 90000003.")


def test_a_notice_is_taken_apart() -> None:
    one = record(
        **FEIFEL,
        relations=(Relation(type="RetractionIn", citation="Gull R, Row C. FEBS Lett. 1976 Sep 1;67(3):25-9."),),
    )
    (found,) = _notices.notices(one)
    assert found.kind == "retraction"
    assert found.at is not None
    assert (found.at.journal, found.at.year, found.at.place.volume, found.at.pages) == (
        "FEBS Lett",
        "1976",
        "67",
        "25-9",
    )
