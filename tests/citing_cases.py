"""Works to cite and the references that the manuals ask for, written by hand; `*…*` is italic.

The journal articles are NLM's own samples (https://www.nlm.nih.gov/bsd/uniform_requirements.html, public domain) where
it has one for the case; the others are invented. Each is written out for every style from its manual's rules: Citing
Medicine (NLM), ICMJE's samples (Vancouver), AMA Manual of Style 11, APA Publication Manual 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evidence import text
from evidence.identifiers import parse
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    Journal,
    Markup,
    NamedConcept,
    PartialDate,
    Record,
    Relation,
)

PEOPLE = (
    *("Abel A", "Baker BB", "Cole CC", "Dunn D", "Eck EE", "Frey F", "Gale GG", "Hart H", "Ives I", "Jung J", "Kerr K"),
    *("Lund L", "Moss M", "Nash N", "Ochs O", "Penn P", "Quin Q", "Rush R", "Sand S", "Todd T", "Udal U", "Voss V"),
)
SEEN = PartialDate(year=2024, month=3, day=5)


@dataclass(frozen=True)
class Case:
    """A record and its reference in each style; a style that is left out is not checked."""

    record: Record
    vancouver: str = ""
    nlm: str = ""
    ama: str = ""
    apa: str = ""
    accessed: PartialDate | None = None


def person(name: str, given: str = "", suffix: str = "") -> Author:
    """ "Halpern SD", or a family name with its given names."""
    if given:
        return Author(family=name, given=given, suffix=suffix)
    family, _, initials = name.rpartition(" ")
    return Author(family=family or name, initials=initials if family else "", suffix=suffix)


def people(names: str) -> tuple[Author, ...]:
    """ "Halpern SD, Ubel PA"."""
    return tuple(person(name.strip()) for name in names.split(",") if name.strip())


def group(name: str) -> Author:
    return Author(family=name, is_group=True)


def day(kind: Any, year: int | None, month: int | None = None, day: int | None = None, said: str = "") -> Dated:
    return Dated(kind=kind, date=PartialDate(year=year, month=month, day=day, text=said))


def record(title: str = "", journal: str = "", **fields: Any) -> Record:
    """A record in few words: `journal` is "Full name|Abbreviation", `year` may be a tuple, `ids` are "scheme:value"."""
    full, _, short = journal.partition("|")
    when = fields.pop("year", None)
    dates = fields.pop("dates", ())
    if when is not None:
        dates = (day("issue", *(when if isinstance(when, tuple) else (when,))), *dates)
    authors = fields.pop("authors", ())
    ids = tuple(parse(*i.split(":", 1)) for i in fields.pop("ids", ()))
    return Record(
        source="invented",
        external_id="1",
        title=text.from_html_text(title),
        journal=Journal(title=full, abbreviation=short, nlm_id="101000000" if short else ""),
        authors=people(authors) if isinstance(authors, str) else tuple(authors),
        dates=dates,
        identifiers=ids,
        **fields,
    )


HALPERN: dict[str, Any] = {
    "title": "Solid-organ transplantation in HIV-infected patients.",
    "journal": "The New England journal of medicine|N Engl J Med",
    "authors": "Halpern SD, Ubel PA, Caplan AL",
    "year": (2002, 7, 25),
    "volume": "347",
    "issue": "4",
    "pages": "284-7",
}
INVENTED: dict[str, Any] = {
    "title": "An invented trial.",
    "journal": "Journal of nerve studies|J Nerve Stud",
    "year": (2018, 10),
    "volume": "84",
    "issue": "4",
    "pages": "601-610",
}


def halpern(**changes: Any) -> Record:
    return record(**{**HALPERN, **changes})


def invented(**changes: Any) -> Record:
    return record(**{"authors": "Wu YT", **INVENTED, **changes})


def of_people(count: int) -> Record:
    return invented(authors=", ".join(PEOPLE[:count]))


_TAIL = "An invented trial. J Nerve Stud. 2018;84(4):601-10."
_NLM_TAIL = "An invented trial. J Nerve Stud. 2018 Oct;84(4):601-10."
_AMA_TAIL = "An invented trial. *J Nerve Stud*. 2018;84(4):601-610."
_APA_TAIL = "(2018). An invented trial. *Journal of Nerve Studies*, *84*(4), 601–610."
_APA_NAMES = (
    *("Abel, A.", "Baker, B. B.", "Cole, C. C.", "Dunn, D.", "Eck, E. E.", "Frey, F.", "Gale, G. G.", "Hart, H."),
    *("Ives, I.", "Jung, J.", "Kerr, K.", "Lund, L.", "Moss, M.", "Nash, N.", "Ochs, O.", "Penn, P.", "Quin, Q."),
    *("Rush, R.", "Sand, S.", "Todd, T.", "Udal, U.", "Voss, V."),
)
_SIX = "Abel A, Baker BB, Cole CC, Dunn D, Eck EE, Frey F"
_THREE = "Abel A, Baker BB, Cole CC"

AUTHORS = {
    "1 author": Case(
        of_people(1),
        f"Abel A. {_TAIL}",
        f"Abel A. {_NLM_TAIL}",
        f"Abel A. {_AMA_TAIL}",
        f"Abel, A. {_APA_TAIL}",
    ),
    "2 authors": Case(
        of_people(2),
        f"Abel A, Baker BB. {_TAIL}",
        f"Abel A, Baker BB. {_NLM_TAIL}",
        f"Abel A, Baker BB. {_AMA_TAIL}",
        f"Abel, A., & Baker, B. B. {_APA_TAIL}",
    ),
    "3 authors": Case(
        of_people(3),
        f"{_THREE}. {_TAIL}",
        f"{_THREE}. {_NLM_TAIL}",
        f"{_THREE}. {_AMA_TAIL}",
        f"Abel, A., Baker, B. B., & Cole, C. C. {_APA_TAIL}",
    ),
    "6 authors": Case(
        of_people(6),
        f"{_SIX}. {_TAIL}",
        f"{_SIX}. {_NLM_TAIL}",
        f"{_SIX}. {_AMA_TAIL}",
        f"Abel, A., Baker, B. B., Cole, C. C., Dunn, D., Eck, E. E., & Frey, F. {_APA_TAIL}",
    ),
    "7 authors": Case(
        of_people(7),
        f"{_SIX}, et al. {_TAIL}",
        f"{_SIX}, Gale GG. {_NLM_TAIL}",
        f"{_THREE}, et al. {_AMA_TAIL}",
        f"Abel, A., Baker, B. B., Cole, C. C., Dunn, D., Eck, E. E., Frey, F., & Gale, G. G. {_APA_TAIL}",
    ),
    "8 authors": Case(
        of_people(8),
        f"{_SIX}, et al. {_TAIL}",
        f"{_SIX}, Gale GG, Hart H. {_NLM_TAIL}",
        f"{_THREE}, et al. {_AMA_TAIL}",
        f"{', '.join(_APA_NAMES[:7])}, & Hart, H. {_APA_TAIL}",
    ),
    "20 authors": Case(
        of_people(20),
        f"{_SIX}, et al. {_TAIL}",
        f"{', '.join(PEOPLE[:20])}. {_NLM_TAIL}",
        f"{_THREE}, et al. {_AMA_TAIL}",
        f"{', '.join(_APA_NAMES[:19])}, & Todd, T. {_APA_TAIL}",
    ),
    "21 authors": Case(
        of_people(21),
        f"{_SIX}, et al. {_TAIL}",
        f"{', '.join(PEOPLE[:21])}. {_NLM_TAIL}",
        f"{_THREE}, et al. {_AMA_TAIL}",
        f"{', '.join(_APA_NAMES[:19])}, . . . Udal, U. {_APA_TAIL}",
    ),
    "22 authors": Case(
        of_people(22),
        f"{_SIX}, et al. {_TAIL}",
        f"{', '.join(PEOPLE)}. {_NLM_TAIL}",
        f"{_THREE}, et al. {_AMA_TAIL}",
        f"{', '.join(_APA_NAMES[:19])}, . . . Voss, V. {_APA_TAIL}",
    ),
    "a list that the source cut": Case(
        invented(authors="Abel A, Baker BB", authors_complete=False),
        f"Abel A, Baker BB, et al. {_TAIL}",
        f"Abel A, Baker BB, et al. {_NLM_TAIL}",
        f"Abel A, Baker BB, et al. {_AMA_TAIL}",
        f"Abel, A., Baker, B. B., et al. {_APA_TAIL}",
    ),
    "a group": Case(
        record(
            "Hypertension, insulin, and proinsulin in participants with impaired glucose tolerance.",
            "Hypertension (Dallas, Tex. : 1979)|Hypertension",
            authors=[group("Diabetes Prevention Program Research Group")],
            year=2002,
            volume="40",
            issue="5",
            pages="679-86",
        ),
        "Diabetes Prevention Program Research Group. Hypertension, insulin, and proinsulin in participants with"
        " impaired glucose tolerance. Hypertension. 2002;40(5):679-86.",
        "Diabetes Prevention Program Research Group. Hypertension, insulin, and proinsulin in participants with"
        " impaired glucose tolerance. Hypertension. 2002;40(5):679-86.",
        "Diabetes Prevention Program Research Group. Hypertension, insulin, and proinsulin in participants with"
        " impaired glucose tolerance. *Hypertension*. 2002;40(5):679-686.",
        "Diabetes Prevention Program Research Group. (2002). Hypertension, insulin, and proinsulin in participants with"
        " impaired glucose tolerance. *Hypertension*, *40*(5), 679–686.",
    ),
    "people, a particle and a group": Case(
        record(
            "Sexual dysfunction in 1,274 European men suffering from lower urinary tract symptoms.",
            "The Journal of urology|J Urol",
            authors=[*people("Vallancien G, Emberton M, Harving N, van Moorselaar RJ"), group("Alf-One Study Group")],
            year=2003,
            volume="169",
            issue="6",
            pages="2257-2261",
        ),
        "Vallancien G, Emberton M, Harving N, van Moorselaar RJ; Alf-One Study Group. Sexual dysfunction in 1,274"
        " European men suffering from lower urinary tract symptoms. J Urol. 2003;169(6):2257-61.",
        "Vallancien G, Emberton M, Harving N, van Moorselaar RJ; Alf-One Study Group. Sexual dysfunction in 1,274"
        " European men suffering from lower urinary tract symptoms. J Urol. 2003;169(6):2257-61.",
        "Vallancien G, Emberton M, Harving N, van Moorselaar RJ; Alf-One Study Group. Sexual dysfunction in 1,274"
        " European men suffering from lower urinary tract symptoms. *J Urol*. 2003;169(6):2257-2261.",
        "Vallancien, G., Emberton, M., Harving, N., van Moorselaar, R. J., & Alf-One Study Group. (2003). Sexual"
        " dysfunction in 1,274 European men suffering from lower urinary tract symptoms. *The Journal of Urology*,"
        " *169*(6), 2257–2261.",
    ),
    "many people and a group": Case(
        invented(authors=[*people(", ".join(PEOPLE[:8])), group("Invented Study Group")]),
        vancouver=f"{_SIX}, et al. {_TAIL}",
        nlm=f"{_SIX}, Gale GG, Hart H; Invented Study Group. {_NLM_TAIL}",
        ama=f"{_THREE}, et al; Invented Study Group. {_AMA_TAIL}",
        apa=f"{', '.join(_APA_NAMES[:8])}, & Invented Study Group. {_APA_TAIL}",
    ),
    "suffixes": Case(
        invented(authors=[person("King", "Martin L", "Jr"), person("Gilstrap", "Larry C", "3rd")]),
        f"King ML Jr, Gilstrap LC 3rd. {_TAIL}",
        f"King ML Jr, Gilstrap LC 3rd. {_NLM_TAIL}",
        f"King ML Jr, Gilstrap LC III. {_AMA_TAIL}",
        f"King, M. L., Jr., & Gilstrap, L. C., III. {_APA_TAIL}",
    ),
    "hyphens, single names, particles behind": Case(
        invented(authors=[person("Wu", "Yung-Tsan"), Author(family="Plato"), person("Beethoven", "Ludwig van")]),
        f"Wu YT, Plato, van Beethoven L. {_TAIL}",
        f"Wu YT, Plato, van Beethoven L. {_NLM_TAIL}",
        f"Wu YT, Plato, van Beethoven L. {_AMA_TAIL}",
        f"Wu, Y.-T., Plato, & van Beethoven, L. {_APA_TAIL}",
    ),
    "more than two initials": Case(
        invented(authors=[person("Tolkien", "John Ronald Reuel"), Author(family="Ivanov", initials="NIaK")]),
        f"Tolkien JR, Ivanov NIa. {_TAIL}",
        f"Tolkien JR, Ivanov NIa. {_NLM_TAIL}",
        f"Tolkien JRR, Ivanov NIaK. {_AMA_TAIL}",
        f"Tolkien, J. R. R., & Ivanov, N. Ia. K. {_APA_TAIL}",
    ),
    "nobody": Case(
        record(
            "21st century heart solution may have a sting in the tail.",
            "BMJ (Clinical research ed.)|BMJ",
            year=2002,
            volume="325",
            issue="7357",
            pages="184",
        ),
        "21st century heart solution may have a sting in the tail. BMJ. 2002;325(7357):184.",
        "21st century heart solution may have a sting in the tail. BMJ. 2002;325(7357):184.",
        "21st century heart solution may have a sting in the tail. *BMJ*. 2002;325(7357):184.",
        "21st century heart solution may have a sting in the tail. (2002). *BMJ*, *325*(7357), 184.",
    ),
}

ARTICLES = {
    "the standard article": Case(
        halpern(),
        "Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. N Engl J Med."
        " 2002;347(4):284-7.",
        "Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. N Engl J Med."
        " 2002 Jul 25;347(4):284-7.",
        "Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. *N Engl J Med*."
        " 2002;347(4):284-287.",
        "Halpern, S. D., Ubel, P. A., & Caplan, A. L. (2002). Solid-organ transplantation in HIV-infected patients."
        " *The New England Journal of Medicine*, *347*(4), 284–287.",
    ),
    "an article number, DOI, PMID and PMCID": Case(
        record(
            "Comorbidity and repeat admission to hospital for adverse drug reactions in older adults: retrospective"
            " cohort study.",
            "BMJ (Clinical research ed.)|BMJ",
            authors="Zhang M, Holman CD, Price SD, Sanfilippo FM, Preen DB, Bulsara MK",
            year=(2009, 1, 7),
            volume="338",
            pages="a2752",
            publication_model="Electronic",
            ids=("doi:10.1136/bmj.a2752", "pmid:19129307", "pmcid:PMC2615549"),
        ),
        "Zhang M, Holman CD, Price SD, Sanfilippo FM, Preen DB, Bulsara MK. Comorbidity and repeat admission to"
        " hospital for adverse drug reactions in older adults: retrospective cohort study. BMJ. 2009;338:a2752."
        " doi: 10.1136/bmj.a2752.",
        "Zhang M, Holman CD, Price SD, Sanfilippo FM, Preen DB, Bulsara MK. Comorbidity and repeat admission to"
        " hospital for adverse drug reactions in older adults: retrospective cohort study. BMJ. 2009 Jan 7;338:a2752."
        " doi: 10.1136/bmj.a2752. PubMed PMID: 19129307; PubMed Central PMCID: PMC2615549.",
        "Zhang M, Holman CD, Price SD, Sanfilippo FM, Preen DB, Bulsara MK. Comorbidity and repeat admission to"
        " hospital for adverse drug reactions in older adults: retrospective cohort study. *BMJ*. 2009;338:a2752."
        " doi:10.1136/bmj.a2752",
        "Zhang, M., Holman, C. D., Price, S. D., Sanfilippo, F. M., Preen, D. B., & Bulsara, M. K. (2009). Comorbidity"
        " and repeat admission to hospital for adverse drug reactions in older adults: Retrospective cohort study."
        " *BMJ*, *338*, Article a2752. https://doi.org/10.1136/bmj.a2752",
    ),
    "a PMID and no DOI": Case(
        halpern(ids=("pmid:12140307",)),
        vancouver="Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. N Engl J Med."
        " 2002;347(4):284-7. PubMed PMID: 12140307.",
        nlm="Halpern SD, Ubel PA, Caplan AL. Solid-organ transplantation in HIV-infected patients. N Engl J Med."
        " 2002 Jul 25;347(4):284-7. PubMed PMID: 12140307.",
    ),
    "a supplement to a volume": Case(
        record(
            "Tolerability and safety of frovatriptan with short- and long-term use for treatment of migraine.",
            "Headache|Headache",
            authors="Geraud G, Spierings EL, Keywood C",
            year=2002,
            volume="42 Suppl 2",
            pages="S93-9",
        ),
        "Geraud G, Spierings EL, Keywood C. Tolerability and safety of frovatriptan with short- and long-term use for"
        " treatment of migraine. Headache. 2002;42 Suppl 2:S93-9.",
        "Geraud G, Spierings EL, Keywood C. Tolerability and safety of frovatriptan with short- and long-term use for"
        " treatment of migraine. Headache. 2002;42 Suppl 2:S93-9.",
        "Geraud G, Spierings EL, Keywood C. Tolerability and safety of frovatriptan with short- and long-term use for"
        " treatment of migraine. *Headache*. 2002;42(suppl 2):S93-S99.",
        "Geraud, G., Spierings, E. L., & Keywood, C. (2002). Tolerability and safety of frovatriptan with short- and"
        " long-term use for treatment of migraine. *Headache*, *42*(Suppl. 2), S93–S99.",
    ),
    "a supplement to an issue": Case(
        record(
            "Integrating clinical trial data into clinical practice.",
            "Neurology|Neurology",
            authors="Glauser TA",
            year=2002,
            volume="58",
            issue="12 Suppl 7",
            pages="S6-12",
        ),
        "Glauser TA. Integrating clinical trial data into clinical practice. Neurology. 2002;58(12 Suppl 7):S6-12.",
        "Glauser TA. Integrating clinical trial data into clinical practice. Neurology. 2002;58(12 Suppl 7):S6-12.",
        "Glauser TA. Integrating clinical trial data into clinical practice. *Neurology*. 2002;58(12)(suppl 7):S6-S12.",
        "Glauser, T. A. (2002). Integrating clinical trial data into clinical practice. *Neurology*,"
        " *58*(12, Suppl. 7), S6–S12.",
    ),
    "a part of a volume": Case(
        record(
            "The psychoanalytic method from an epistemological viewpoint.",
            "The International journal of psycho-analysis|Int J Psychoanal",
            authors="Abend SM, Kulish N",
            year=2002,
            volume="83",
            issue="Pt 2",
            pages="491-5",
        ),
        "Abend SM, Kulish N. The psychoanalytic method from an epistemological viewpoint. Int J Psychoanal."
        " 2002;83(Pt 2):491-5.",
        "Abend SM, Kulish N. The psychoanalytic method from an epistemological viewpoint. Int J Psychoanal."
        " 2002;83(Pt 2):491-5.",
        "Abend SM, Kulish N. The psychoanalytic method from an epistemological viewpoint. *Int J Psychoanal*."
        " 2002;83(pt 2):491-495.",
        "Abend, S. M., & Kulish, N. (2002). The psychoanalytic method from an epistemological viewpoint. *The"
        " International Journal of Psycho-Analysis*, *83*(Pt. 2), 491–495.",
    ),
    "an issue without volume": Case(
        record(
            "Intraoperative frozen section analysis in revision total joint arthroplasty.",
            "Clinical orthopaedics and related research|Clin Orthop",
            authors="Banit DM, Kaufer H, Hartford JM",
            year=2002,
            issue="401",
            pages="230-8",
        ),
        "Banit DM, Kaufer H, Hartford JM. Intraoperative frozen section analysis in revision total joint arthroplasty."
        " Clin Orthop. 2002;(401):230-8.",
        "Banit DM, Kaufer H, Hartford JM. Intraoperative frozen section analysis in revision total joint arthroplasty."
        " Clin Orthop. 2002;(401):230-8.",
        "Banit DM, Kaufer H, Hartford JM. Intraoperative frozen section analysis in revision total joint arthroplasty."
        " *Clin Orthop*. 2002;(401):230-238.",
        "Banit, D. M., Kaufer, H., & Hartford, J. M. (2002). Intraoperative frozen section analysis in revision total"
        " joint arthroplasty. *Clinical Orthopaedics and Related Research*, (401), 230–238.",
    ),
    "neither volume nor issue": Case(
        record(
            "Outreach: bringing HIV-positive individuals into care.",
            "HRSA careaction|HRSA Careaction",
            year=(2002, 6),
            pages="1-6",
        ),
        "Outreach: bringing HIV-positive individuals into care. HRSA Careaction. 2002 Jun:1-6.",
        "Outreach: bringing HIV-positive individuals into care. HRSA Careaction. 2002 Jun:1-6.",
        "Outreach: bringing HIV-positive individuals into care. *HRSA Careaction*. June 2002:1-6.",
        "Outreach: Bringing HIV-positive individuals into care. (2002). *HRSA Careaction*, 1–6.",
    ),
    "roman pages": Case(
        record(
            "The politics of ethical consensus finding.",
            "Bioethics|Bioethics",
            authors="Chadwick R, Schuklenk U",
            year=2002,
            volume="16",
            issue="2",
            pages="iii-v",
        ),
        "Chadwick R, Schuklenk U. The politics of ethical consensus finding. Bioethics. 2002;16(2):iii-v.",
        "Chadwick R, Schuklenk U. The politics of ethical consensus finding. Bioethics. 2002;16(2):iii-v.",
        "Chadwick R, Schuklenk U. The politics of ethical consensus finding. *Bioethics*. 2002;16(2):iii-v.",
        "Chadwick, R., & Schuklenk, U. (2002). The politics of ethical consensus finding. *Bioethics*, *16*(2), iii–v.",
    ),
    "ahead of print": Case(
        invented(
            volume="",
            issue="",
            pages="",
            year=(2018, 9, 6),
            ids=("doi:10.5555/ahead.1", "pmid:90000001"),
            publication_status="aheadofprint",
        ),
        "Wu YT. An invented trial. J Nerve Stud. 2018 Sep 6. doi: 10.5555/ahead.1. Epub ahead of print.",
        "Wu YT. An invented trial. J Nerve Stud. 2018 Sep 6. doi: 10.5555/ahead.1. Epub ahead of print."
        " PubMed PMID: 90000001.",
        "Wu YT. An invented trial. *J Nerve Stud*. Published online September 6, 2018. doi:10.5555/ahead.1",
        "Wu, Y. T. (2018). An invented trial. *Journal of Nerve Studies*. Advance online publication."
        " https://doi.org/10.5555/ahead.1",
    ),
    "electronic before print": Case(
        record(
            "Immortalization of yolk sac-derived precursor cells.",
            "Blood|Blood",
            authors="Yu WM, Hawley TS, Hawley RG, Qu CK",
            year=(2002, 11, 15),
            dates=(day("electronic", 2002, 7, 5),),
            publication_model="Print-Electronic",
            volume="100",
            issue="10",
            pages="3828-31",
        ),
        "Yu WM, Hawley TS, Hawley RG, Qu CK. Immortalization of yolk sac-derived precursor cells. Blood."
        " 2002;100(10):3828-31.",
        "Yu WM, Hawley TS, Hawley RG, Qu CK. Immortalization of yolk sac-derived precursor cells. Blood."
        " 2002 Nov 15;100(10):3828-31. Epub 2002 Jul 5.",
        "Yu WM, Hawley TS, Hawley RG, Qu CK. Immortalization of yolk sac-derived precursor cells. *Blood*."
        " 2002;100(10):3828-3831.",
        "Yu, W. M., Hawley, T. S., Hawley, R. G., & Qu, C. K. (2002). Immortalization of yolk sac-derived precursor"
        " cells. *Blood*, *100*(10), 3828–3831.",
    ),
    "a span of months": Case(
        invented(year=(2001, None, None, "2001 Dec-2002 Jan")),
        nlm="Wu YT. An invented trial. J Nerve Stud. 2001 Dec-2002 Jan;84(4):601-10.",
        ama="Wu YT. An invented trial. *J Nerve Stud*. 2001;84(4):601-610.",
    ),
    "another language, original and translation": Case(
        record(
            "[Disease anxiety among medical students and law students].",
            "Tidsskrift for den Norske laegeforening|Tidsskr Nor Laegeforen",
            authors="Ellingsen AE, Wilhelmsen I",
            vernacular_title=Markup("Sykdomsangst blant medisin- og jusstudenter."),
            languages=("nor",),
            year=(2002, 3, 20),
            volume="122",
            issue="8",
            pages="785-7",
        ),
        "Ellingsen AE, Wilhelmsen I. Sykdomsangst blant medisin- og jusstudenter [Disease anxiety among medical"
        " students and law students]. Tidsskr Nor Laegeforen. 2002;122(8):785-7. Norwegian.",
        "Ellingsen AE, Wilhelmsen I. Sykdomsangst blant medisin- og jusstudenter [Disease anxiety among medical"
        " students and law students]. Tidsskr Nor Laegeforen. 2002 Mar 20;122(8):785-7. Norwegian.",
        "Ellingsen AE, Wilhelmsen I. Sykdomsangst blant medisin- og jusstudenter [Disease anxiety among medical"
        " students and law students]. *Tidsskr Nor Laegeforen*. 2002;122(8):785-787.",
        "Ellingsen, A. E., & Wilhelmsen, I. (2002). Sykdomsangst blant medisin- og jusstudenter [Disease anxiety among"
        " medical students and law students]. *Tidsskrift for den Norske laegeforening*, *122*(8), 785–787.",
    ),
    "another language, translation only": Case(
        invented(title="[An invented trial].", languages=("jpn",)),
        "Wu YT. [An invented trial]. J Nerve Stud. 2018;84(4):601-10. Japanese.",
        "Wu YT. [An invented trial]. J Nerve Stud. 2018 Oct;84(4):601-10. Japanese.",
        "Wu YT. An invented trial. Article in Japanese. *J Nerve Stud*. 2018;84(4):601-610.",
        "Wu, Y. T. (2018). [An invented trial]. *Journal of Nerve Studies*, *84*(4), 601–610.",
    ),
    "another language, original only": Case(
        invented(title="Ein erfundener Versuch: eine Studie.", languages=("ger",)),
        "Wu YT. Ein erfundener Versuch: eine Studie. J Nerve Stud. 2018;84(4):601-10. German.",
        "Wu YT. Ein erfundener Versuch: eine Studie. J Nerve Stud. 2018 Oct;84(4):601-10. German.",
        "Wu YT. Ein erfundener Versuch: eine Studie. Article in German. *J Nerve Stud*. 2018;84(4):601-610.",
        "Wu, Y. T. (2018). Ein erfundener Versuch: eine Studie. *Journal of Nerve Studies*, *84*(4), 601–610.",
    ),
    "a title that asks": Case(
        invented(title="Does dextrose help?"),
        "Wu YT. Does dextrose help? J Nerve Stud. 2018;84(4):601-10.",
        "Wu YT. Does dextrose help? J Nerve Stud. 2018 Oct;84(4):601-10.",
        "Wu YT. Does dextrose help? *J Nerve Stud*. 2018;84(4):601-610.",
        "Wu, Y. T. (2018). Does dextrose help? *Journal of Nerve Studies*, *84*(4), 601–610.",
    ),
    "a title that exclaims, with species and subscripts": Case(
        invented(title="<i>Escherichia coli</i> likes CO<sub>2</sub> & more!"),
        "Wu YT. *Escherichia coli* likes CO<sub>2</sub> & more! J Nerve Stud. 2018;84(4):601-10.",
        "Wu YT. *Escherichia coli* likes CO<sub>2</sub> & more! J Nerve Stud. 2018 Oct;84(4):601-10.",
        "Wu YT. *Escherichia coli* likes CO<sub>2</sub> & more! *J Nerve Stud*. 2018;84(4):601-610.",
        "Wu, Y. T. (2018). *Escherichia coli* likes CO<sub>2</sub> & more! *Journal of Nerve Studies*, *84*(4),"
        " 601–610.",
    ),
    "headline capitals, settled by the abstract": Case(
        invented(
            title="Effect of Perineural Dextrose on Dupuytren Nodules: A Randomized Trial of Hydrodissection",
            abstract=(AbstractSection(text=Markup("All nodules were treated by hydrodissection.")),),
        ),
        "Wu YT. Effect of perineural dextrose on Dupuytren nodules: a randomized trial of hydrodissection. J Nerve"
        " Stud. 2018;84(4):601-10.",
        "Wu YT. Effect of perineural dextrose on Dupuytren nodules: a randomized trial of hydrodissection. J Nerve"
        " Stud. 2018 Oct;84(4):601-10.",
        "Wu YT. Effect of perineural dextrose on Dupuytren nodules: a randomized trial of hydrodissection. *J Nerve"
        " Stud*. 2018;84(4):601-610.",
        "Wu, Y. T. (2018). Effect of perineural dextrose on Dupuytren nodules: A randomized trial of hydrodissection."
        " *Journal of Nerve Studies*, *84*(4), 601–610.",
    ),
    "headline capitals that nothing settles": Case(
        invented(title="Treatment of Xenophobus Nodules With Dextrose Injection"),
        vancouver="Wu YT. Treatment of Xenophobus Nodules With Dextrose Injection. J Nerve Stud. 2018;84(4):601-10.",
    ),
    "a dotted abbreviation": Case(
        invented(journal="Annals of neurology|Ann. Neurol."),
        vancouver="Wu YT. An invented trial. Ann Neurol. 2018;84(4):601-10.",
        ama="Wu YT. An invented trial. *Ann Neurol*. 2018;84(4):601-610.",
    ),
    "no abbreviation": Case(
        invented(journal="Revista de nervios : organo oficial"),
        vancouver="Wu YT. An invented trial. Revista de nervios. 2018;84(4):601-10.",
        apa="Wu, Y. T. (2018). An invented trial. *Revista de nervios*, *84*(4), 601–610.",
    ),
    "no date": Case(
        record("An invented trial.", "Journal of nerve studies|J Nerve Stud", authors="Wu YT", volume="84", pages="1"),
        "Wu YT. An invented trial. J Nerve Stud. 84:1.",
        "Wu YT. An invented trial. J Nerve Stud. 84:1.",
        "Wu YT. An invented trial. *J Nerve Stud*. 84:1.",
        "Wu, Y. T. (n.d.). An invented trial. *Journal of Nerve Studies*, *84*, 1.",
    ),
    "in press": Case(
        record(
            "An invented trial.",
            "Journal of nerve studies|J Nerve Stud",
            authors="Wu YT",
            dates=(Dated(kind="issue", date=PartialDate(text="in press")),),
        ),
        apa="Wu, Y. T. (in press). An invented trial. *Journal of Nerve Studies*.",
    ),
    "no title": Case(
        invented(title=""),
        vancouver="Wu YT. [Title not seen]. J Nerve Stud. 2018;84(4):601-10.",
        apa="Wu, Y. T. (2018). [Title not seen]. *Journal of Nerve Studies*, *84*(4), 601–610.",
    ),
}

FEIFEL: dict[str, Any] = {
    "title": "Safety and tolerability of a rapidly escalating dose-loading regimen for risperidone.",
    "journal": "The Journal of clinical psychiatry|J Clin Psychiatry",
    "authors": "Feifel D, Moutier CY, Perry W",
    "year": 2000,
    "volume": "61",
    "issue": "12",
    "pages": "909-11",
}


def _noted(type_: str, citation: str = "", **changes: Any) -> Record:
    return record(**{**FEIFEL, "relations": (Relation(type=type_, citation=citation),), **changes})


_FEIFEL = (
    "Feifel D, Moutier CY, Perry W. Safety and tolerability of a rapidly escalating dose-loading regimen for"
    " risperidone."
)
_FEIFEL_APA = (
    "Feifel, D., Moutier, C. Y., & Perry, W. (2000). Safety and tolerability of a rapidly escalating dose-loading"
    " regimen for risperidone. *The Journal of Clinical Psychiatry*, *61*(12), 909–911."
)
_WHERE = "J Clin Psychiatry. 2000;61(12):909-11."
_WHERE_AMA = "*J Clin Psychiatry*. 2000;61(12):909-911."
_NOTICE = "Feifel D, Moutier CY, Perry W. J Clin Psychiatry. 2002;63(2):169"

NOTICES = {
    "retracted": Case(
        _noted("RetractionIn", _NOTICE, ids=("doi:10.5555/feifel",)),
        f"{_FEIFEL} {_WHERE} doi: 10.5555/feifel. Retraction in: {_NOTICE}.",
        f"{_FEIFEL} {_WHERE} doi: 10.5555/feifel. Retraction in: {_NOTICE}.",
        f"{_FEIFEL} Retracted in: *J Clin Psychiatry*. 2002;63(2):169. {_WHERE_AMA} doi:10.5555/feifel",
        f"{_FEIFEL_APA} https://doi.org/10.5555/feifel (Retraction published 2002, *The Journal of Clinical"
        " Psychiatry*, *63*[2], 169)",
    ),
    "retracted, the notice unknown": Case(
        record(**FEIFEL, publication_types=(NamedConcept(name="Retracted Publication", ui="D016441"),)),
        f"{_FEIFEL} {_WHERE} Retracted.",
        f"{_FEIFEL} {_WHERE} Retracted.",
        f"{_FEIFEL} Retracted. {_WHERE_AMA}",
        f"{_FEIFEL_APA} (Retracted)",
    ),
    "retracted, a notice that is no citation": Case(
        _noted("RetractionIn", "see the publisher"),
        vancouver=f"{_FEIFEL} {_WHERE} Retraction in: see the publisher.",
        ama=f"{_FEIFEL} Retracted in: see the publisher. {_WHERE_AMA}",
        apa=f"{_FEIFEL_APA} (Retraction published: see the publisher)",
    ),
    "retracted and republished": Case(
        _noted("RetractedandRepublishedIn", "J Clin Psychiatry. 2001 Jul 3;62(1):44"),
        nlm=f"{_FEIFEL} {_WHERE} Retracted and republished in: J Clin Psychiatry. 2001 Jul 3;62(1):44.",
        ama=f"{_FEIFEL} Retracted and replaced in: *J Clin Psychiatry*. 2001;62(1):44. {_WHERE_AMA}",
        apa=f"{_FEIFEL_APA} (Retraction and republication published 2001, *The Journal of Clinical Psychiatry*,"
        " *62*[1], 44)",
    ),
    "of concern": Case(
        _noted("ExpressionOfConcernIn", "PLoS One. 2013 Apr 11;8(4):e61363"),
        nlm=f"{_FEIFEL} {_WHERE} Expression of concern in: PLoS One. 2013 Apr 11;8(4):e61363.",
        ama=f"{_FEIFEL} Expression of concern in: *PLoS One*. 2013;8(4):e61363. {_WHERE_AMA}",
        apa=f"{_FEIFEL_APA} (Expression of concern published 2013, *PLoS One*, *8*[4], Article e61363)",
    ),
    "corrected": Case(
        _noted("ErratumIn", "Clin Ther. 2001;23(2):309."),
        vancouver=f"{_FEIFEL} {_WHERE} Erratum in: Clin Ther. 2001;23(2):309.",
        nlm=f"{_FEIFEL} {_WHERE} Erratum in: Clin Ther. 2001;23(2):309.",
        ama=f"{_FEIFEL} Published correction appears in *Clin Ther*. 2001;23(2):309. {_WHERE_AMA}",
        apa=_FEIFEL_APA,
    ),
}

CASES = {**AUTHORS, **ARTICLES, **NOTICES}
