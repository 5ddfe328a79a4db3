"""Designs and features from words alone: negations, studies of others, operating points, reasons with their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import vocabulary
from evidence.errors import BadVocabulary
from evidence.records import AbstractSection, MeshHeading, NamedConcept, Record
from evidence.tagging.design_features import FEATURES, Feature, FeatureIndex, load_features
from evidence.tagging.design_text import DesignText
from evidence.tagging.designs import Designs, Judged
from evidence.tagging.phrases import PhraseTable
from evidence.text import from_plain
from evidence.vocabulary import DESIGNS

TAGGER = Designs(vocabulary.load(), PhraseTable())

TRIAL = (
    "BACKGROUND: Dextrose may ease pain. METHODS: In this multicentre double-blind trial 60 patients with numb hands "
    "were randomly "
    "assigned to dextrose or placebo at five hospitals. The primary outcome was pain at 12 weeks. RESULTS: Pain fell "
    "by "
    "2.1 points more with dextrose (95% CI 1.0 to 3.2). Two patients withdrew."
)
COHORT = (
    "We aimed to see how often numbness returns. In this retrospective cohort study we reviewed the records of 812 "
    "patients who had surgery. Hazard ratios were adjusted for age. Numbness returned in 9%."
)
REVIEW = (
    "We searched MEDLINE and Embase for randomised controlled trials of dextrose against placebo. Two reviewers "
    "selected "
    "studies. Twelve trials with 840 patients were included. In this systematic review and meta-analysis pain was "
    "lower "
    "with dextrose. Larger double-blind randomised trials are needed."
)
CASE = (
    "A 54-year-old woman presented with a numb thumb after a fall. Ultrasound showed a swollen nerve. We report a case "
    "of a rare entrapment and its treatment. She recovered within six weeks."
)
PLAN = (
    "Numb hands are common. This study protocol describes a trial in which 120 patients will be randomised to dextrose "
    "or saline. The primary outcome will be pain at 12 weeks. Results will be published."
)
RATS = (
    "Forty Wistar rats were randomly divided into four groups. The sciatic nerve was crushed and dextrose or saline "
    "injected. The rats were killed after two weeks and the nerves stained."
)
INTERVIEWS = (
    "We wanted to know how people live with numb hands. Semi-structured interviews with 21 patients were recorded. "
    "Thematic analysis found three themes. This qualitative study shows how much sleep matters."
)


POOLED = (
    "How long after the injury to inject is unknown. Twelve prospective studies with more than 20 patients each were "
    "included in this meta-analysis. Early injection gave more relief. Later studies varied."
)
NOT_POOLED = (
    "We read what is known of injections near nerves. The studies differed too much, so that a meta-analysis was not "
    "performed. Most patients improved within weeks."
)
BOTH_SPECIES = (
    "Serum of the two was incubated with the hormone at 37 degrees. The enzyme of the rat was the quicker one. It was "
    "inhibited by zinc."
)


def record(title: str, abstract: str = "", **more: object) -> Record:
    sections = (AbstractSection(text=from_plain(abstract)),) if abstract else ()
    return Record(source="t", external_id="1", title=from_plain(title), abstract=sections, **more)  # type: ignore[arg-type]


def judge(title: str, abstract: str = "", point: str = "balanced") -> Judged:
    return TAGGER.judge(record(title, abstract), text_only=True, point=point)  # type: ignore[arg-type]


def designs(title: str, abstract: str = "") -> set[str]:
    return {hit.slug for hit in judge(title, abstract).designs}


@pytest.mark.parametrize(
    ("abstract", "there", "not_there"),
    [
        (TRIAL, "rct", {"systematic-review", "protocol", "cohort", "animal", "clinical-trial"}),
        (COHORT, "cohort", {"rct", "case-report", "narrative-review"}),
        (REVIEW, "systematic-review", {"rct", "clinical-trial", "narrative-review", "protocol"}),
        (REVIEW, "meta-analysis", {"rct"}),
        (POOLED, "meta-analysis", {"rct", "cohort"}),
        (CASE, "case-report", {"rct", "cohort", "systematic-review"}),
        (PLAN, "protocol", {"rct", "clinical-trial"}),
        (RATS, "animal", {"rct", "cohort"}),
        (INTERVIEWS, "qualitative", {"rct", "systematic-review"}),
    ],
)
def test_an_abstract_alone_states_the_design(abstract: str, there: str, not_there: set[str]) -> None:
    found = designs("Dextrose for the numb hand", abstract)
    assert there in found
    assert not found & not_there


@pytest.mark.parametrize(
    "sentence",
    [
        "A meta-analysis was not performed.",
        "We could not perform a meta-analysis.",
        "There were too few studies to perform a meta-analysis.",
    ],
)
def test_a_meta_analysis_not_done_here_is_none(sentence: str) -> None:
    assert "meta-analysis" not in designs("Injections near nerves", f"{NOT_POOLED} {sentence}")
    assert "meta-analysis" not in designs("Injections near nerves", f"Most patients improved. {sentence}")


def test_an_animal_beside_people_in_a_title_does_not_state_an_experiment_on_animals() -> None:
    def rules(title: str) -> set[str]:
        return {hit.rule for hit in judge(title, BOTH_SPECIES).designs if hit.slug == "animal"}

    assert "cue-in-text" in rules("Inactivation of the hormone by rat serum")
    assert "cue-in-text" not in rules("Inactivation of the hormone by human and rat serum")


@pytest.mark.parametrize(
    "sentence",
    [
        "A randomised trial is needed.",
        "We searched for randomised trials.",
        "This was not a randomised comparison.",
        "Households were randomly selected.",
        "Patients were randomly split into training and validation cohorts.",
        "This agrees with earlier randomised controlled trials.",
        "Mendelian randomisation was used.",
    ],
)
def test_words_about_other_trials_make_no_trial(sentence: str) -> None:
    abstract = f"We reviewed the records of 812 patients with numb hands. {sentence} Numbness returned in 9%."
    assert "rct" not in designs("Numbness after surgery", abstract)


def test_a_protocol_is_no_trial_but_the_score_tells_that_there_is_one_behind_it() -> None:
    made = judge("Dextrose for numb hands: study protocol for a randomised controlled trial", PLAN)
    assert {hit.slug for hit in made.designs} == {"protocol"}
    assert made.scores["rct"] >= 0.5
    assert judge("Dextrose for numb hands: a systematic review", REVIEW).scores["rct"] < 0.2


@pytest.mark.parametrize(
    ("title", "design"),
    [
        ('A commentary on "Dextrose for numb hands: a randomised controlled trial"', "comment"),
        ("Letter to the Editor regarding Dextrose: A Randomized Controlled Trial", "letter"),
        ("Letter: dextrose for numb hands", "letter"),
        ("Author response to a randomised trial of dextrose", "comment"),
        ("Response to Lee et al. on a randomised trial of dextrose", "comment"),
    ],
)
def test_a_letter_about_a_trial_is_no_trial(title: str, design: str) -> None:
    said = "We read with interest the double-blind RCT. Patients were randomly assigned to dextrose or placebo."
    assert designs(title, said) == designs(title) == {design}


def test_a_response_to_a_treatment_is_no_letter() -> None:
    assert designs("Response to dextrose in numb hands: a randomised trial", TRIAL) == {"rct"}


@pytest.mark.parametrize(
    "sentence",
    [
        "320 patients were randomly assigned to training and validation cohorts (7:3).",
        "Images of 320 patients were randomly divided into a training set (n=240) and a test set (n=80).",
        "We did a two-sample Mendelian randomisation analysis of 40,000 people.",
    ],
)
def test_a_divided_data_set_is_no_trial(sentence: str) -> None:
    abstract = f"We built a model of numb hands. {sentence} The area under the curve was 0.8."
    assert not designs("Prediction of numb hands", abstract) & {"rct", "clinical-trial"}


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        (
            "Dextrose in rabbit nerves: a randomised controlled trial",
            "Forty rabbits were randomised to dextrose or saline.",
        ),
        (
            "Pain in dogs after surgery: a randomised trial",
            "Sixty veterinary patients were randomly assigned to two drugs.",
        ),
    ],
)
def test_a_trial_on_animals_is_an_animal_study(title: str, abstract: str) -> None:
    assert designs(title, abstract) == {"animal"}


def test_people_allocated_to_a_training_are_no_data_set() -> None:
    said = "Sixty-six children were randomly allocated to a hand training or to the usual lessons. Test scores rose."
    assert "rct" in designs("Hand training for children", said)


def test_an_animal_in_the_title_of_a_trial_in_people() -> None:
    assert "rct" in designs("Cat allergen vaccine: a randomised trial", "Sixty patients were randomised to two doses.")


def test_allocation_by_turns_is_a_trial_that_is_not_randomised() -> None:
    said = "Patients were allocated alternately, by day of admission, to steroid (n=25) or dextrose (n=27). Pain fell."
    assert "nonrandomised-trial" in designs("Steroid or dextrose", said)


@pytest.mark.parametrize(
    ("title", "abstract", "features"),
    [
        ("Dextrose", TRIAL, {"double-blind", "placebo", "multicentre"}),
        ("Dextrose", COHORT, {"retrospective"}),
        ("A cluster-randomised trial of splints", "", {"cluster"}),
        ("Splints: a stepped-wedge trial", "", {"cluster"}),
        ("Splints: a pilot study", "", {"pilot"}),
        ("Splints: an assessor-blinded trial", "", {"single-blind"}),
        ("Splints: a sham-controlled trial", "", {"placebo"}),
    ],
)
def test_features(title: str, abstract: str, features: set[str]) -> None:
    assert features <= {hit.slug for hit in judge(title, abstract).features}


def test_features_of_the_studies_reviewed_are_not_those_of_the_review() -> None:
    found = {hit.slug for hit in judge("Dextrose: a systematic review", REVIEW).features}
    assert not found & {"placebo", "single-blind", "cluster", "pilot"}


def test_every_design_and_feature_has_a_score_between_0_and_1() -> None:
    for made in (record(""), record("Dextrose", TRIAL), record("Dextrose", "An abstract.")):
        for text_only in (True, False):
            scores = TAGGER.scores(made, text_only=text_only)
            assert set(scores) == {*DESIGNS, *FEATURES}
            assert all(0 <= score <= 1 for score in scores.values())


def test_scores_rank_the_trial_above_the_rest() -> None:
    ranked = {a: judge("Dextrose", a).scores["rct"] for a in (TRIAL, COHORT, REVIEW, CASE, PLAN, RATS)}
    assert max(ranked, key=ranked.__getitem__) == TRIAL


def test_text_only_reads_no_indexing() -> None:
    indexed = record(
        "Numb hands",
        COHORT,
        publication_types=(NamedConcept(name="Randomized Controlled Trial"), NamedConcept(name="Multicenter Study")),
        mesh=(MeshHeading(ui="D018592", name="Cross-Over Studies"),),
    )
    bare = TAGGER.judge(indexed, text_only=True)
    assert bare == TAGGER.judge(record("Numb hands", COHORT), text_only=True)
    full = TAGGER.judge(indexed)
    assert ("rct", "pubtype") in {(h.slug, h.origin) for h in full.designs}
    stated = {(h.slug, h.origin, h.evidence) for h in full.features}
    assert {("multicentre", "pubtype", "Multicenter Study"), ("crossover", "mesh", "Cross-Over Studies")} <= stated
    assert full.scores["rct"] > bare.scores["rct"]


def test_every_reason_quotes_the_record_and_says_where() -> None:
    for abstract in (TRIAL, COHORT, REVIEW, CASE, PLAN, RATS, INTERVIEWS):
        found = judge("Dextrose for hands", abstract)
        assert found.designs
        for hit in (*found.designs, *found.features):
            assert hit.origin == "text"
            assert hit.place.startswith(("title", "abstract, sentence"))
            assert hit.evidence in abstract or hit.evidence in "Dextrose for hands"


def test_operating_points_are_nested_for_trials() -> None:
    for abstract in (TRIAL, COHORT, REVIEW, CASE, PLAN, RATS, INTERVIEWS):
        for tight, wide in (("balanced", "precise"), ("precise", "sensitive")):
            hits = [{h.slug for h in judge("Dextrose", abstract, p).designs} for p in (tight, wide)]
            assert "rct" not in hits[0] or "rct" in hits[1]


def test_the_model_overrules_no_indexer() -> None:
    """A letter that reads like a trial stays what NLM says; the trial stands beside it."""
    found = TAGGER.judge(record("Dextrose", TRIAL, publication_types=(NamedConcept(name="Controlled Clinical Trial"),)))
    assert ("nonrandomised-trial", "pubtype") in {(h.slug, h.origin) for h in found.designs}


@given(st.text(max_size=200), st.text(max_size=1000))
def test_any_text_is_judged_and_the_same_way_twice(title: str, abstract: str) -> None:
    made = record(title, abstract)
    first = TAGGER.judge(made)
    assert first == TAGGER.judge(made)
    assert set(first.scores) == {*DESIGNS, *FEATURES}


def test_the_features_of_the_file_are_the_closed_list_and_defined() -> None:
    for slug, feature in load_features().items():
        assert slug in FEATURES
        assert feature.name
        assert feature.definition.endswith(".")


def test_a_feature_is_denied_by_the_word_before() -> None:
    index = FeatureIndex({"pilot": Feature(slug="pilot", name="P", definition="D.", phrases=("pilot study",))})
    said = [s for s, *_ in index.stated(DesignText(record("A pilot study")))]
    denied = [s for s, *_ in index.stated(DesignText(record("Not pilot study")))]
    assert (said, denied) == (["pilot"], [])


def test_a_missing_weight_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from evidence.tagging import design_model

    monkeypatch.setattr(design_model, "FILE", "no-such-file.tsv")
    with pytest.raises(BadVocabulary, match="no-such-file"):
        design_model.load_model()


MATCHED = (
    "To find greater risk we compared 120 medicated patients with 240 matched healthy controls. Controls were healthy "
    "subjects of a matched control group, randomly selected. Cases and 240 controls gave blood. An allele of this "
    "polymorphism was associated with risk of numb hands; the index of this association rose by age."
)


def test_the_model_alone_tags_no_case_control_study_that_the_text_does_not_name() -> None:
    unnamed = TAGGER.judge(record("Numb hands and an allele", MATCHED), text_only=True)
    named = TAGGER.judge(
        record("Numb hands and an allele", f"{MATCHED} It was a case-control comparison."), text_only=True
    )
    screened = TAGGER.judge(record("Numb hands and an allele", MATCHED), text_only=True, point="precise")
    assert unnamed.scores["case-control"] >= 0.5
    assert "case-control" not in {hit.slug for hit in unnamed.designs}
    assert "case-control" in {hit.slug for hit in screened.designs}
    assert ("case-control", "cue-in-text") in {(hit.slug, hit.rule) for hit in named.designs}
