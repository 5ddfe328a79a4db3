"""Turns by which abstracts name their sample, or the samples and parts that are not it; each with its near miss."""

from __future__ import annotations

import pytest

from evidence.tagging.numbers import find
from evidence.tagging.sizes_passage import LONGEST_SENTENCE, Passage
from evidence.tagging.sizes_weights import MOST_NUMBERS
from tests.test_sizes import number, read

REVIEW = "Perineural dextrose: a systematic review"


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("Sixty adults undergoing primary repair of a tendon were enrolled.", 60),
        ("Sixty adults enrolled in the primary trial were asked again.", None),
        ("Saline was given to 33 patients for two weeks.", 33),
        ("The dose was raised from 20 to 33 patients' units.", None),
        ("Numbness is common.Patients (N=134) were randomly allocated to two creams.", 134),
        ("They were seen for 12 months.38 patients were included.", 38),
        ("Of 900 patients included in the registry, few were seen again.", None),
        ("Included in the study were 58 adults with gout.", 58),
        ("The mean age of the 340 patients was 51 years.", 340),
        ("Methods: Six healthy men were seen.", 6),
        ("Sera of 215 clients, including 99 patients with gout, were tested.", 215),
        ("Thirty-one patients contributed data on 80 attacks.", 31),
        ("A hypothetical cohort of 1000 children was modelled.", None),
        ("In a previous paper, Doe et al. treated 320 patients.", None),
        ("Of 112 patients screened, 80 were randomised to laser or sham and 74 completed the study.", 80),
        ("A random sample of 600 was drawn from all members.", 600),
        ("A total of 210 hypertensive African Americans were enrolled.", 210),
        ("We analysed at least 2,300 cases and 2,100 controls.", None),
        ("Six additional subjects received laser.", None),
        ("Twenty rats served as controls.", None),
        ("We matched them with 10 boys out of a total of 100 children who had surgery.", None),
        ("From 54 clinics, 38 providers gave data of 4,109 patients.", None),
        ("In Study 1a, 63 managers were enrolled.", None),
        ("Thirty were randomised to a course. The other 20 patients were assigned to a talk.", None),
        ("In a substudy of the trial, in which 600 patients were randomised, hearts were scanned.", None),
        ("Of 500 patients assessed for eligibility, 250 were randomised: 125 to laser and 125 to ice.", 250),
        (
            "Of the 224 adults assessed for eligibility, 112 were randomly assigned to ice (n = 56) or sham (n = 56).",
            112,
        ),
        ("After screening 300 patients, 150 were randomised: 75 to ice and 75 to heat.", 150),
        ("We assessed 400 patients for eligibility, of whom 200 were randomised: 100 to ice and 100 to heat.", 200),
        ("Of 412 women approached, 207 were randomised to laser (n=104) or usual care (n=103).", 207),
        ("Twenty trials (3,456 people) were included; 12 trials (1,500 people) were pooled.", None),
        ("The phase II included nine patients. We enrolled 18 patients.", 18),
        ("In the subgroup (n = 117) of participants with gout, hair was cut.", None),
        ("Ninety-nine pairs of readings were obtained.", None),
        ("Ninety-nine pairs of children were enrolled.", 99),
        ("A total of 151 patients were enrolled. A total of 129 patients were included in the final analysis.", 151),
        ("Two cohorts of 1750 and 4024 adults were enrolled.", None),
        ("At least 912 hypertensives will be seen in two arms, six clusters per arm.", None),
    ],
)
def test_turns(words: str, n: int | None) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("Laser was used in 20 healthy volunteers and, at half the dose, in 18 patients with gout.", None),
        ("We screened a cohort of 1376 patients, with gout of all kinds, and in a control cohort 976 people.", None),
        ("Of this group, 49 men were randomised to ice at noon, and 46 men were randomised to heat.", 95),
        ("The 88 women who had surgery were compared with 76 women who had none.", None),
        ("We included 60 patients with gout and 40 healthy controls.", 100),
        ("We examined 100 hands of 58 women with numbness and 40 hands of 20 healthy women.", None),
        ("We examined 100 hands of 58 women with numbness.", 58),
        ("Then 31 of 70 women with gout were assigned to laser or to ice.", None),
        ("In all 903 patients were randomised, and 742 were included in the analysis.", 903),
    ],
)
def test_one_of_two_groups_is_no_answer(words: str, n: int | None) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("369 patients were randomised 1:1; 186 received a patch and 183 placebo.", 369),
        ("Of 432 randomised patients, 418 received laser (n=212) or sham (n=206).", 432),
        ("Patients were randomised to laser (64 patients) or to sham (32 patients).", 96),
        ("Men aged 45 to 69 were allocated: 30 received laser and 31 received sham.", 61),
        ("At 10 pm, and in bed, 46 subjects were randomised to laser.", 46),
        ("In a factorial design 40 received laser, 40 received ice and 80 received neither.", None),
        ("Laser (n = 21, analysis based on n = 19) was compared with sham (n = 20) in two groups.", 41),
        ("Twelve patients were randomised to low doses; in the other two groups, few were seen.", 12),
        ("Those of ASA status 1 and 11 patients of status 2 were randomised.", None),
        ("The sample (n = 129) had two groups: infants (n = 84) and children (n = 45).", 129),
        ("Controls were drawn in two groups, from the town (n = 179) and from the works (n = 65).", None),
    ],
)
def test_what_is_no_arm_is_not_added(words: str, n: int | None) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    ("words", "n", "unit"),
    [
        ("78 articles were identified, 60 of which met the criteria.", 60, "studies"),
        (
            "In total 26 studies were identified and included, 15 of which were included in the meta-analysis.",
            26,
            "studies",
        ),
        ("We identified and included 58 studies. Meta-analyses were conducted on 29 studies.", 58, "studies"),
        (
            "Seven included studies (152 patients with gout and 147 control subjects) were combined.",
            299,
            "participants",
        ),
        (
            "Nine studies (one large trial and eight cohort studies) with 3649 patients were included.",
            3649,
            "participants",
        ),
    ],
)
def test_reviews(words: str, n: int, unit: str) -> None:
    found = read(words, title=REVIEW)
    assert found is not None
    assert (found.n, found.unit) == (n, unit)


def test_two_kinds_of_studies_that_are_not_added_up_are_no_answer() -> None:
    assert read("We identified 2 trials and 6 observational studies that were included.", title=REVIEW) is None


@pytest.mark.parametrize(
    "words",
    [
        "The trial was neither randomised nor controlled; 30 patients with gout were treated.",
        "Sixty patients were treated as they wished; patients were not randomly assigned.",
        "There was no randomisation of the 40 patients who were enrolled.",
    ],
)
def test_randomisation_denied_is_not_said(words: str) -> None:
    found = read(words)
    assert found is None or found.basis != "randomised"


def test_the_quote_of_glued_sentences_is_as_they_stand() -> None:
    text = "Numbness is common.Forty patients were randomised.They were seen twice."
    found = read(text)
    assert found is not None
    assert found.quote == "Forty patients were randomised."
    passage = Passage(text)
    assert passage.quote(0, 2) == text


def test_a_sentence_without_end_is_cut() -> None:
    passage = Passage("numb " * (3 * LONGEST_SENTENCE))
    assert [passage.bounds(n) for n in passage.all_sentences()][1] == (LONGEST_SENTENCE, 2 * LONGEST_SENTENCE)


def test_a_table_of_numbers_is_not_read() -> None:
    words = "24 patients were randomised to laser; " * (MOST_NUMBERS + 1)
    assert len(find(words.split(), bracketed=False)) > MOST_NUMBERS
    assert read(words) is None
