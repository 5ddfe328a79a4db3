"""Works that are no journal articles, and their references written by hand from the manuals; `*…*` is italic."""

from __future__ import annotations

from evidence.records import Markup
from tests.citing_cases import SEEN, Case, group, people, person, record

VOGELSTEIN = people("Vogelstein B, Kinzler KW")

BOOKS = {
    "a book": Case(
        record(
            "Medical microbiology.",
            kind="book",
            authors="Murray PR, Rosenthal KS, Kobayashi GS, Pfaller MA",
            edition="4",
            place="St. Louis",
            publisher="Mosby",
            year=2002,
        ),
        "Murray PR, Rosenthal KS, Kobayashi GS, Pfaller MA. Medical microbiology. 4th ed. St. Louis: Mosby; 2002.",
        "Murray PR, Rosenthal KS, Kobayashi GS, Pfaller MA. Medical microbiology. 4th ed. St. Louis: Mosby; 2002.",
        "Murray PR, Rosenthal KS, Kobayashi GS, Pfaller MA. *Medical Microbiology*. 4th ed. Mosby; 2002.",
        "Murray, P. R., Rosenthal, K. S., Kobayashi, G. S., & Pfaller, M. A. (2002). *Medical microbiology* (4th ed.)."
        " Mosby.",
    ),
    "an edited book": Case(
        record(
            "Operative obstetrics.",
            kind="book",
            editors=(person("Gilstrap LC", suffix="III"), *people("Cunningham FG, VanDorsten JP")),
            edition="2nd",
            place="New York",
            publisher="McGraw-Hill",
            year=2002,
        ),
        "Gilstrap LC 3rd, Cunningham FG, VanDorsten JP, editors. Operative obstetrics. 2nd ed. New York: McGraw-Hill;"
        " 2002.",
        "Gilstrap LC 3rd, Cunningham FG, VanDorsten JP, editors. Operative obstetrics. 2nd ed. New York: McGraw-Hill;"
        " 2002.",
        "Gilstrap LC III, Cunningham FG, VanDorsten JP, eds. *Operative Obstetrics*. 2nd ed. McGraw-Hill; 2002.",
        "Gilstrap, L. C., III, Cunningham, F. G., & VanDorsten, J. P. (Eds.). (2002). *Operative obstetrics* (2nd ed.)."
        " McGraw-Hill.",
    ),
    "a chapter": Case(
        record(
            "Chromosome alterations in human solid tumors.",
            kind="chapter",
            authors="Meltzer PS, Kallioniemi A, Trent JM",
            editors=VOGELSTEIN,
            book_title=Markup("The genetic basis of human cancer."),
            place="New York",
            publisher="McGraw-Hill",
            year=2002,
            pages="93-113",
        ),
        "Meltzer PS, Kallioniemi A, Trent JM. Chromosome alterations in human solid tumors. In: Vogelstein B,"
        " Kinzler KW, editors. The genetic basis of human cancer. New York: McGraw-Hill; 2002. p. 93-113.",
        "Meltzer PS, Kallioniemi A, Trent JM. Chromosome alterations in human solid tumors. In: Vogelstein B,"
        " Kinzler KW, editors. The genetic basis of human cancer. New York: McGraw-Hill; 2002. p. 93-113.",
        "Meltzer PS, Kallioniemi A, Trent JM. Chromosome alterations in human solid tumors. In: Vogelstein B,"
        " Kinzler KW, eds. *The Genetic Basis of Human Cancer*. McGraw-Hill; 2002:93-113.",
        "Meltzer, P. S., Kallioniemi, A., & Trent, J. M. (2002). Chromosome alterations in human solid tumors. In"
        " B. Vogelstein & K. W. Kinzler (Eds.), *The genetic basis of human cancer* (pp. 93–113). McGraw-Hill.",
    ),
    "a chapter in a second edition, one editor, species in the title of the book": Case(
        record(
            "The genome.",
            kind="chapter",
            authors="Waters RH",
            editors=people("Riddle DL"),
            book_title=Markup("<i>C. elegans</i> and us: a primer"),
            edition="2nd ed.",
            publisher="Harbour Press",
            year=1997,
            pages="7",
        ),
        nlm="Waters RH. The genome. In: Riddle DL, editor. *C. elegans* and us: a primer. 2nd ed. Harbour Press; 1997."
        " p. 7.",
        ama="Waters RH. The genome. In: Riddle DL, ed. C. elegans* and Us: A Primer*. 2nd ed. Harbour Press; 1997:7.",
        apa="Waters, R. H. (1997). The genome. In D. L. Riddle (Ed.), C. elegans* and us: A primer* (2nd ed., p. 7)."
        " Harbour Press.",
    ),
    "a conference paper": Case(
        record(
            "An invented talk.",
            kind="article",
            authors="Wu YT",
            book_title=Markup("Proceedings of the nerve society"),
            publisher="Nerve Society",
            year=2019,
            pages="11-3",
        ),
        nlm="Wu YT. An invented talk. In: Proceedings of the nerve society. Nerve Society; 2019. p. 11-3.",
        ama="Wu YT. An invented talk. In: *Proceedings of the Nerve Society*. Nerve Society; 2019:11-13.",
        apa="Wu, Y. T. (2019). An invented talk. In *Proceedings of the nerve society* (pp. 11–13). Nerve Society.",
    ),
    "a chapter on NCBI Bookshelf": Case(
        record(
            "Invented neuropathy.",
            kind="chapter",
            authors="Lee A",
            book_title=Markup("StatPearls"),
            place="Treasure Island (FL)",
            publisher="StatPearls Publishing",
            year=2024,
            ids=("pmid:90000002", "bookaccession:NBK9990001"),
        ),
        "Lee A. Invented neuropathy. In: StatPearls [Internet]. Treasure Island (FL): StatPearls Publishing; 2024"
        " [cited 2024 Mar 5]. Available from: https://www.ncbi.nlm.nih.gov/books/NBK9990001/. PubMed PMID: 90000002.",
        "Lee A. Invented neuropathy. In: StatPearls [Internet]. Treasure Island (FL): StatPearls Publishing; 2024"
        " [cited 2024 Mar 5]. Available from: https://www.ncbi.nlm.nih.gov/books/NBK9990001/. PubMed PMID: 90000002.",
        "Lee A. Invented neuropathy. In: *StatPearls*. StatPearls Publishing; 2024. Accessed March 5, 2024."
        " https://www.ncbi.nlm.nih.gov/books/NBK9990001/",
        "Lee, A. (2024). Invented neuropathy. In *StatPearls*. StatPearls Publishing."
        " https://www.ncbi.nlm.nih.gov/books/NBK9990001/",
        accessed=SEEN,
    ),
    "a guideline by its own publisher": Case(
        record(
            "Management of entrapment: a guideline.",
            kind="report",
            authors=[group("National Nerve Institute")],
            place="London",
            publisher="National Nerve Institute",
            year=(2019, 2),
            issue="NG59",
            url="https://example.org/guidance/ng59",
        ),
        "National Nerve Institute. Management of entrapment: a guideline [Internet]. London: National Nerve Institute;"
        " 2019 Feb [cited 2024 Mar 5]. Report No.: NG59. Available from: https://example.org/guidance/ng59",
        "National Nerve Institute. Management of entrapment: a guideline [Internet]. London: National Nerve Institute;"
        " 2019 Feb [cited 2024 Mar 5]. Report No.: NG59. Available from: https://example.org/guidance/ng59",
        "National Nerve Institute. *Management of Entrapment: A Guideline*. National Nerve Institute; 2019. Report"
        " NG59. Accessed March 5, 2024. https://example.org/guidance/ng59",
        "National Nerve Institute. (2019, February). *Management of entrapment: A guideline* (Report No. NG59)."
        " https://example.org/guidance/ng59",
        accessed=SEEN,
    ),
    "a dissertation": Case(
        record(
            "Infant sleep and feeding: a telephone survey of Hispanic Americans.",
            kind="thesis",
            authors="Borkowski MM",
            place="Mount Pleasant (MI)",
            publisher="Central Michigan University",
            year=2002,
        ),
        "Borkowski MM. Infant sleep and feeding: a telephone survey of Hispanic Americans [dissertation]. Mount"
        " Pleasant (MI): Central Michigan University; 2002.",
        "Borkowski MM. Infant sleep and feeding: a telephone survey of Hispanic Americans [dissertation]. Mount"
        " Pleasant (MI): Central Michigan University; 2002.",
        "Borkowski MM. *Infant Sleep and Feeding: A Telephone Survey of Hispanic Americans*. Dissertation. Central"
        " Michigan University; 2002.",
        "Borkowski, M. M. (2002). *Infant sleep and feeding: A telephone survey of Hispanic Americans* [Doctoral"
        " dissertation, Central Michigan University].",
    ),
    "a master's thesis": Case(
        record(
            "Invented nerves.",
            kind="thesis",
            authors="Lee A",
            publisher="University of Somewhere",
            year=2010,
            extra=(("entrytype", "mastersthesis"),),
        ),
        nlm="Lee A. Invented nerves [master's thesis]. University of Somewhere; 2010.",
        ama="Lee A. *Invented Nerves*. Master's thesis. University of Somewhere; 2010.",
        apa="Lee, A. (2010). *Invented nerves* [Master's thesis, University of Somewhere].",
    ),
    "a dissertation on line": Case(
        record(
            "Invented shifts.",
            kind="thesis",
            authors="Lee A",
            publisher="University of Somewhere",
            year=2013,
            url="https://somewhere.example/46447/",
        ),
        nlm="Lee A. Invented shifts [Internet] [dissertation]. University of Somewhere; 2013."
        " Available from: https://somewhere.example/46447/.",
        ama="Lee A. *Invented Shifts*. Dissertation. University of Somewhere; 2013. https://somewhere.example/46447/",
        apa="Lee, A. (2013). *Invented shifts* [Doctoral dissertation, University of Somewhere]."
        " https://somewhere.example/46447/",
    ),
    "a preprint known by its arXiv number": Case(
        record("Invented relations.", kind="preprint", authors="Lee A", year=2014, ids=("arxiv:1412.00001",)),
        nlm="Lee A. Invented relations. arXiv [Preprint]. 2014. Available from: https://arxiv.org/abs/1412.00001",
        ama="Lee A. Invented relations. *arXiv*. Preprint posted online 2014. https://arxiv.org/abs/1412.00001",
        apa="Lee, A. (2014). *Invented relations*. arXiv. https://arxiv.org/abs/1412.00001",
    ),
    "a chapter of nothing known": Case(
        record("Invented parts.", kind="chapter", authors="Lee A", publisher="Somewhere Press", year=2014),
        nlm="Lee A. Invented parts. Somewhere Press; 2014.",
        ama="Lee A. Invented parts. Somewhere Press; 2014.",
        apa="Lee, A. (2014). Invented parts. Somewhere Press.",
    ),
    "an untitled book": Case(
        record("", kind="book", authors="Lee A", year=2014),
        nlm="Lee A. [Title not seen]. 2014.",
        ama="Lee A. *[Title not seen]*. 2014.",
        apa="Lee, A. (2014). *[Title not seen]*.",
    ),
    "a preprint": Case(
        record(
            "Labelling by recognition: a method.",
            "bioRxiv : the preprint server for biology|bioRxiv",
            kind="preprint",
            authors="Bar DZ",
            year=(2016, 8, 11),
            ids=("doi:10.5555/069187",),
        ),
        "Bar DZ. Labelling by recognition: a method. bioRxiv [Preprint]. 2016 Aug 11 [cited 2024 Mar 5]."
        " doi: 10.5555/069187.",
        "Bar DZ. Labelling by recognition: a method. bioRxiv [Preprint]. 2016 Aug 11 [cited 2024 Mar 5]."
        " doi: 10.5555/069187.",
        "Bar DZ. Labelling by recognition: a method. *bioRxiv*. Preprint posted online August 11, 2016."
        " doi:10.5555/069187",
        "Bar, D. Z. (2016). *Labelling by recognition: A method*. bioRxiv. https://doi.org/10.5555/069187",
        accessed=SEEN,
    ),
    "a web page": Case(
        record(
            "Nerves explained.",
            kind="web",
            authors=[group("Nerve Association")],
            publisher="Nerve.example",
            year=(2020, 3, 5),
            url="https://nerve.example/explained/",
        ),
        "Nerve Association. Nerves explained [Internet]. Nerve.example; 2020 Mar 5 [cited 2024 Mar 5]."
        " Available from: https://nerve.example/explained/.",
        "Nerve Association. Nerves explained [Internet]. Nerve.example; 2020 Mar 5 [cited 2024 Mar 5]."
        " Available from: https://nerve.example/explained/.",
        "Nerve Association. Nerves explained. Nerve.example. March 5, 2020. Accessed March 5, 2024."
        " https://nerve.example/explained/",
        "Nerve Association. (2020, March 5). *Nerves explained*. Nerve.example. https://nerve.example/explained/",
        accessed=SEEN,
    ),
    "a web page without date, retrieved": Case(
        record("Nerves.", kind="web", publisher="Nerve.example", url="https://nerve.example/a"),
        nlm="Nerves [Internet]. Nerve.example; [date unknown] [cited 2024 Mar 5]."
        " Available from: https://nerve.example/a",
        ama="Nerves. Nerve.example. Accessed March 5, 2024. https://nerve.example/a",
        apa="*Nerves*. (n.d.). Nerve.example. Retrieved March 5, 2024, from https://nerve.example/a",
        accessed=SEEN,
    ),
    "a registration": Case(
        record(
            "Dextrose for entrapment.",
            kind="registration",
            year=(2019, 1, 7),
            ids=("registration:NCT02519244",),
        ),
        nlm="ClinicalTrials.gov [Internet]. Bethesda (MD): National Library of Medicine (US). Identifier NCT02519244,"
        " Dextrose for entrapment; 2019 Jan 7. Available from: https://clinicaltrials.gov/study/NCT02519244",
        ama="Dextrose for entrapment. ClinicalTrials.gov identifier: NCT02519244. Updated January 7, 2019."
        " https://clinicaltrials.gov/study/NCT02519244",
        apa="*Dextrose for entrapment* (Identifier No. NCT02519244) [Clinical trial registration]. (2019)."
        " ClinicalTrials.gov. https://clinicaltrials.gov/study/NCT02519244",
    ),
    "a book in another language": Case(
        record(
            "La psychologie de l'enfant.",
            kind="book",
            authors="Piaget J, Inhelder B",
            languages=("fre",),
            publisher="Quadrige",
            year=1966,
        ),
        nlm="Piaget J, Inhelder B. La psychologie de l'enfant. Quadrige; 1966. French.",
        ama="Piaget J, Inhelder B. *La psychologie de l'enfant*. Quadrige; 1966.",
        apa="Piaget, J., & Inhelder, B. (1966). *La psychologie de l'enfant*. Quadrige.",
    ),
}
