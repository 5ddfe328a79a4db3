"""Rules by which words state a design: each with a sentence that makes it speak and one that only looks like it."""

from __future__ import annotations

import pytest

from evidence import vocabulary
from evidence.records import AbstractSection, Record
from evidence.tagging.design_cues import cues_of
from evidence.tagging.design_rules import is_unnamed
from evidence.tagging.design_text import DesignText
from evidence.tagging.designs import Designs, Judged
from evidence.tagging.phrases import PhraseTable
from evidence.text import from_plain

TAGGER = Designs(vocabulary.load(), PhraseTable())
TITLE = "Splints for the numb thumb"


def made(title: str, abstract: str, label: str = "") -> Record:
    sections = (AbstractSection(text=from_plain(abstract), label=label),) if abstract else ()
    return Record(source="t", external_id="1", title=from_plain(title), abstract=sections)


def judge(abstract: str, title: str = TITLE, label: str = "") -> Judged:
    return TAGGER.judge(made(title, abstract, label), text_only=True)


def designs(abstract: str, title: str = TITLE, label: str = "") -> set[str]:
    return {hit.slug for hit in judge(abstract, title, label).designs}


def cues(sentence: str) -> set[str]:
    return {name for name, _ in cues_of(DesignText(made(TITLE, sentence)))}


ALLOTTED = "Ninety adults were randomly assigned to a splint or to none and seen at 12 weeks."


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a mediation analysis of the THUMB trial.",
        "We did a prespecified subgroup analysis within a splint trial.",
        "Cross-sectional analysis of a cluster randomised study of splints.",
        "We looked at sleep using data from a splint trial.",
        "Data from 90 adults in the THUMB trial told who slept badly.",
        "Data were pooled from two splint trials.",
        "We used data from Rest + Grip, a large randomised controlled trial.",
        "We examined pooled data from two double-blind randomised studies.",
        "Sleep was noted as part of a large splint trial.",
        "The comparison was nested within a splint trial.",
    ],
)
def test_a_further_analysis_of_a_trial_is_not_the_trial(sentence: str) -> None:
    found = designs(f"{sentence} {ALLOTTED} Poor sleepers had more pain.")
    assert "secondary-analysis" in found
    assert not found & {"rct", "clinical-trial"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Secondary outcomes of the trial were sleep and grip.",
        "Women and men took part in the trial.",
        "In a post hoc analysis of the trial, women gained more.",
        "Blood samples were taken as part of the trial.",
    ],
)
def test_what_a_trial_says_of_itself_is_no_further_analysis(sentence: str) -> None:
    assert "@of-a-trial" not in cues(sentence)
    assert designs(f"{ALLOTTED} {sentence}", "Splints: a randomised trial") == {"rct"}


def test_a_title_that_names_the_trial_of_its_data() -> None:
    found = designs(ALLOTTED, "Sleep and the thumb: analysis of data from a randomised controlled trial")
    assert found == {"secondary-analysis"}
    assert designs(ALLOTTED, "Sleep and the thumb: insights from a randomised controlled trial") == {"rct"}


def test_the_design_under_a_label_may_be_that_of_the_trial_behind() -> None:
    said = "Cross-sectional analysis of a cluster randomised controlled trial."
    assert "rct" not in designs(said, label="DESIGN")
    assert "rct" in designs(f"A cluster randomised controlled trial. {ALLOTTED}", label="DESIGN")


@pytest.mark.parametrize(
    ("sentence", "calls"),
    [
        ("This should be confirmed in prospective, randomised settings.", True),
        ("The gain warrants confirmation, preferably in a randomised trial.", True),
        ("Given the absence of sound evidence from randomised trials, splints stay in doubt.", True),
        ("A randomised trial of splints at night against splints by day is running.", True),
        ("A gain has been shown in large randomised trials.", True),
        ("Adults who needed a splint were enrolled in this randomised trial.", False),
        ("Whether it should be worn was unclear, so we ran a randomised trial.", False),
        ("This randomised trial was run at two hospitals and is registered.", False),
    ],
)
def test_calls_for_trials(sentence: str, calls: bool) -> None:
    text = DesignText(made(TITLE, sentence))
    assert text.sentences[1].calls is calls


@pytest.mark.parametrize(
    "sentence",
    [
        "In this prospective, randomised comparative study, 70 thumbs were splinted.",
        "We conducted a small randomised study in 46 adults.",
        "This randomised trial enrolled 46 adults with numb thumbs.",
    ],
)
def test_a_text_that_calls_itself_randomised_is_a_trial(sentence: str) -> None:
    assert "rct" in designs(f"Numb thumbs wake people. {sentence} Grip rose in both groups.")


@pytest.mark.parametrize(
    "sentence",
    [
        "We ran a study among adults participating in a cluster-randomised trial.",
        "We conducted a review of randomised trials.",
        "In this study, patients were compared with those of randomised controlled trials.",
        "We conducted a non-randomised trial.",
        "We conducted an audit rather than a randomised study.",
    ],
)
def test_words_of_other_randomised_studies(sentence: str) -> None:
    assert "@own-randomised-study" not in cues(sentence)


def test_people_interviewed_in_a_trial_make_no_trial() -> None:
    said = "In this randomised study we held focus groups with 20 adults. Thematic analysis found three themes."
    assert "rct" not in designs(said)


CELLS = "The gene was silenced in HepG2 cells, whose growth slowed. Its protein bound the kinase. "


@pytest.mark.parametrize(
    "sentence",
    [
        "Nude mice were then given these cells.",
        "Female BALB/c mice lived longer with the drug.",
        "We fed the overweight rats with it.",
        "Growth was slower in a xenograft model.",
        "The drug also worked in vivo in two tumour models.",
    ],
)
def test_an_abstract_that_begins_with_cells_and_goes_on_with_animals(sentence: str) -> None:
    assert "@animals-treated" in cues(sentence)
    assert "animal" in designs(CELLS + sentence, "A kinase of the liver")


@pytest.mark.parametrize(
    "sentence",
    ["Antibodies of mouse origin were used.", "The bovine xenograft was sewn in.", "Adults kept dogs or rabbits."],
)
def test_animals_only_mentioned(sentence: str) -> None:
    assert "@animals-treated" not in cues(sentence)


def test_animals_treated_by_others_or_beside_people_make_no_animal_study() -> None:
    mice = "Male mice were treated with it before."
    assert "animal" not in designs(f"{ALLOTTED} {mice} Patients on placebo fared worse.", "Splints: a randomised trial")
    assert "animal" not in designs(f"We searched MEDLINE and Embase. {mice}", "Splints: a systematic review")


def test_randomised_animals_of_any_name_are_animals() -> None:
    said = "Twelve purpose-bred beagles were randomised to two drugs. In this randomised study the beagles slept well."
    assert designs(said, "Sleep after surgery") == {"animal"}


def stated(title: str, abstract: str) -> set[tuple[str, str]]:
    return {(hit.rule, hit.evidence) for hit in judge(abstract, title).designs if hit.slug == "animal"}


def test_an_animal_in_the_title_is_quoted_unless_it_only_gave_the_cells() -> None:
    said = "The hormone was given for two weeks. Weight fell. The kidneys were stained."
    assert stated("A hormone and the weight of young rats", said) == {("cue-in-text", "rats")}
    for title in ("A hormone and neonatal pig Sertoli cells", "A hormone and pig testis in vitro"):
        assert "cue-in-text" not in {rule for rule, _ in stated(title, said)}


def test_boys_and_girls_are_people() -> None:
    said = "Twelve boys and girls drank it for two weeks. Weight fell."
    assert "cue-in-text" not in {rule for rule, _ in stated("Milk of cows and the weight of the young", said)}


def test_what_is_sold_for_all_animal_species_was_tried_on_none() -> None:
    said = "The additive is safe for pigs, chickens and calves. It is safe for those who eat them."
    assert "animal" not in designs(said, "Safety of a flavouring for all animal species")
    assert "animal" in designs("The additive was fed to pigs. The pigs grew.", "Safety of a flavouring fed to pigs")


def test_records_divided_for_a_model_under_a_label_are_no_trial() -> None:
    said = (
        "Randomised split. Births were randomly divided into 243 and 101 that made up the model development and the "
        "cross-validation groups. The model was right in 80%."
    )
    assert not designs(said, "A model of early birth", "DESIGN") & {"rct", "clinical-trial"}


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("Design of the THUMB splint trial", "Splints may help. Adults wear one at night."),
        ("Splints at night (THUMB): Rationale, design, and methods", "Splints may help. Adults wear one at night."),
        ("Splints for thumbs: rationale and study design", "Splints may help. Adults wear one at night."),
        (TITLE, "Splints may help. We present the rationale and clinical design of a trial. Grip will be noted."),
    ],
)
def test_a_paper_on_the_design_of_a_trial_is_its_protocol(title: str, abstract: str) -> None:
    assert "protocol" in designs(abstract, title)


def test_how_a_study_was_designed_is_no_protocol() -> None:
    assert "protocol" not in designs(f"We describe a new splint of simple design. {ALLOTTED}")


def test_a_trial_in_which_something_was_looked_at_is_not_the_paper() -> None:
    said = "We built a store for samples and discuss what it cost. It runs on two servers."
    rules = {hit.rule for hit in judge(said, "A store for samples within a clinical trial").designs}
    assert "words-in-title" not in rules
    assert "clinical-trial" in designs("Thumbs were splinted for a week. Grip rose.", "Splints: a clinical trial")


def test_arms_called_cohorts_are_a_trial() -> None:
    said = "Forty women were enrolled in a phase 1 dose escalation trial. The cohorts received 30 to 40 Gy."
    found = designs(said, "Short radiation of the breast")
    assert "clinical-trial" in found
    assert "cohort" not in found
    assert "@a-cohort" not in cues("In the high dose cohort two women fell ill.")
    assert "@a-cohort" in cues("In the cohort two women fell ill.")
    assert "@phase-trial" not in cues("The drug passed a phase 1 trial.")


def test_a_cell_line_made_from_a_patient_is_no_case_report() -> None:
    said = (
        "Blood cells of a 54-year-old woman with a rare disease were made into stem cells. "
        "We report the case of a line."
    )
    assert "case-report" not in designs(said, "Generation of an induced pluripotent stem cell line from a patient")
    assert "case-report" in designs(
        "A 54-year-old woman was treated with stem cells. We report her case.", "Pluripotent stem cells: a case report"
    )


@pytest.mark.parametrize(
    ("sentence", "there"),
    [
        ("In-depth interviews were conducted with nine women about their experiences of pain.", True),
        ("We held semi-structured interviews with nurses on their views of splints.", True),
        ("Individual interviews were conducted to note age and weight.", False),
        ("Diagnoses rest on structured questions and experience.", False),
    ],
)
def test_interviews_told_of_in_one_sentence(sentence: str, there: bool) -> None:
    assert ("qualitative" in designs(f"Numb thumbs wake people. {sentence} They wished for rest.")) is there


@pytest.mark.parametrize(
    ("sentence", "there"),
    [
        ("RAW264.7 macrophages took it up.", True),
        ("It slowed MCF-7 cells.", True),
        ("It bound in HEK293T cells.", True),
        ("Room A549 was used.", False),
        ("The score MCF-7 was noted.", False),
    ],
)
def test_cell_lines_by_name(sentence: str, there: bool) -> None:
    assert ("@cultured" in cues(sentence)) is there


@pytest.mark.parametrize(
    ("title", "design"),
    [
        ("Diagnostic value of a nerve's width in numb hands", "diagnostic-accuracy"),
        ("Accuracy of a pin test for the diagnosis of numb hands", "diagnostic-accuracy"),
        ("A series of nine patients with numb thumbs", "case-series"),
        ("Tips and tricks for splints", "technical-report"),
        ("Living with a numb thumb: a qualitative inquiry", "qualitative"),
    ],
)
def test_titles_that_state_a_design(title: str, design: str) -> None:
    assert design in designs("Thumbs were looked at for a week. Grip rose.", title)


@pytest.mark.parametrize(
    ("title", "design"),
    [
        ("Accuracy of a score in predicting the diagnosis of numb hands", "diagnostic-accuracy"),
        ("Accuracy of a clock", "diagnostic-accuracy"),
        ("A series of compounds with zinc", "case-series"),
    ],
)
def test_titles_that_only_look_so(title: str, design: str) -> None:
    assert design not in designs("Thumbs were looked at for a week. Grip rose.", title)


@pytest.mark.parametrize(
    ("slug", "words", "cue", "unnamed"),
    [
        ("cohort", "The women were aged 45 to 60.", "", True),
        ("cohort", "The women were followed for two years.", "", False),
        ("cohort", "In our cohort of women pain was rare.", "", False),
        ("cohort", "In our cohort of women pain was rare.", "@cross-sectional", True),
        ("cohort", "Women of the cohort were followed for two years.", "@cross-sectional", False),
        ("clinical-trial", "Women were treated.", "", True),
        ("clinical-trial", "Women were treated blindly.", "@blind", False),
        ("case-control", "Women with pain and without.", "", True),
        ("case-report", "A woman with pain.", "", False),
    ],
)
def test_what_the_model_alone_does_not_assert(slug: str, words: str, cue: str, unnamed: bool) -> None:
    text = DesignText(made(TITLE, words))
    assert is_unnamed(slug, 0.4, text, {cue: 1} if cue else {}) is unnamed
    assert not is_unnamed("clinical-trial", 0.6, text, {})


USUAL = "Grip and numbness were measured at baseline and at six weeks. Grip improved equally with both splints."


@pytest.mark.parametrize(
    "denial",
    [
        "The trial was neither randomized nor controlled; 30 adults were treated.",
        "Sixty adults chose a splint; randomization was not performed.",
        "Adults were treated as they preferred and were not randomly assigned.",
        "There was no randomisation and no blinding.",
    ],
)
def test_randomisation_denied_is_no_trial(denial: str) -> None:
    assert "rct" not in designs(f"{denial} {USUAL}")


@pytest.mark.parametrize(
    "words",
    [
        f"No randomised trial has been done. {ALLOTTED}",
        f"{ALLOTTED} There was no difference between the randomised groups.",
        f"{ALLOTTED} Adults who refused randomisation were not followed.",
    ],
)
def test_a_denial_beside_an_allocation_takes_nothing_away(words: str) -> None:
    assert "rct" in designs(f"{words} {USUAL}")


@pytest.mark.parametrize(
    "title",
    [
        "Splints for numb thumbs: emulation of a target randomised trial",
        "Surgeons' attitudes towards a randomised controlled trial of splints",
        "Why we could not do a randomised controlled trial of splints",
        "Sleep of adults who declined to take part in a randomised trial",
        "Not a randomised trial: splints as they were given",
        "Lessons from a failed randomised controlled trial",
        "A randomized algorithm for the assembly of splints",
    ],
)
def test_a_title_that_names_a_trial_is_not_its_report(title: str) -> None:
    assert "rct" not in designs(USUAL, title)
    assert "rct" not in designs("", title)


def test_a_title_of_a_trial_still_states_one() -> None:
    assert "rct" in designs(USUAL, "Splints for numb thumbs: a randomised controlled trial")
    assert "rct" in designs(ALLOTTED, "Splints in adults who declined surgery: a randomised trial")


def test_blinding_denied_is_no_feature() -> None:
    said = judge(f"The study was neither double-blind nor placebo-controlled. {USUAL}").features
    assert not {"double-blind", "placebo"} & {hit.slug for hit in said}


def test_a_review_that_is_not_systematic() -> None:
    assert "@systematic-review" not in cues("This is a non-systematic review.")
    assert "@systematic-review" in cues("This is a systematic review.")


@pytest.mark.parametrize(
    "title",
    [
        "Failed back surgery syndrome: a randomized controlled trial of splints",
        "Splints in heart failure: a randomised controlled trial",
        "Patients' attitudes to splints after a film: randomised controlled trial",
        "Perceptions of pain: a randomised controlled trial",
        "Why fast? Splints before surgery: a randomised controlled trial",
        "Recruitment to reduce shoulder pain: a randomised trial",
        "Cognitive decline after a splint: randomised trial",
        "Design of the splint affects numb thumbs: a randomised trial",
        "Splints for thumbs: rationale, design and results of a randomised trial",
    ],
)
def test_words_beside_a_trial_do_not_take_it_away(title: str) -> None:
    assert designs("", title) == {"rct"}


@pytest.mark.parametrize(
    "more",
    [
        "Data on pain in the trial were collected by blinded assessors.",
        "A post hoc subgroup analysis of the trial showed benefit in women.",
        "An ancillary study within the trial measured grip.",
    ],
)
def test_what_a_trial_says_of_its_own_data_further_down_unmakes_nothing(more: str) -> None:
    assert designs(f"We studied numb thumbs. {ALLOTTED} Grip rose. {more}") == {"rct"}


@pytest.mark.parametrize(
    "words",
    [
        "Therapy dogs were brought to the ward. Forty children were asked about pain.",
        "Patients bitten by dogs were treated with splints. Their charts were reviewed.",
        "Rats treated with dextrose recover sooner. We treated 20 women with numb thumbs.",
    ],
)
def test_animals_beside_people_are_no_experiment(words: str) -> None:
    assert "animal" not in designs(words)


def test_a_denial_in_a_title() -> None:
    assert "rct" not in designs("Forty adults wore one.", "Neither randomised nor blinded: splints for numb thumbs")
