"""The sample size that an abstract states: which number, of what, with the sentence that says so, or none at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import text
from evidence.records import AbstractSection, Record, SampleSize
from evidence.tagging.sizes import sample_size


def read(
    *sections: str | tuple[str, str], title: str = "Perineural dextrose in an invented neuropathy"
) -> SampleSize | None:
    """The sample size of a record with these sections: a text, or a label and a text."""
    parts = [("", s) if isinstance(s, str) else s for s in sections]
    abstract = tuple(AbstractSection(label=label, text=text.from_plain(words)) for label, words in parts)
    return sample_size(made(title, abstract))


def made(title: str, abstract: tuple[AbstractSection, ...]) -> Record:
    return Record(source="x", external_id="1", title=text.from_plain(title), abstract=abstract)


def number(
    *sections: str | tuple[str, str], title: str = "Perineural dextrose in an invented neuropathy"
) -> int | None:
    found = read(*sections, title=title)
    return found.n if found else None


@pytest.mark.parametrize(
    ("words", "n"),
    [
        # A trial in the shape of the ulnar one on the page that the first library grew from: arms of twenty each.
        ("Forty patients with ulnar neuropathy were randomised: 20 received perineural dextrose and 20 saline.", 40),
        ("Patients with ulnar neuropathy were randomised; 20 received perineural dextrose and 20 received saline.", 40),
        # And of the other one, whose number is written out.
        ("Fifty-four participants with a trapped median nerve were randomly assigned to dextrose or a steroid.", 54),
        ("A total of fifty-four participants were randomly divided into two groups, 27 each.", 54),
        ("Patients were allocated by chance to dextrose (n = 20) or to saline (n=19).", 39),
        ("Participants were randomised (n = 20 per group, three groups).", 60),
        ("They were randomly allocated into three groups of 15 patients each.", 45),
        ("Between 2015 and 2018, 112 patients were screened, 90 were randomised and 84 completed the study.", 90),
        ("We screened 300 women and randomised 112 with gout to an invented diet or none.", 112),
        ("Twenty participants were randomised to dextrose and 20 to saline.", 40),
        ("One hundred patients underwent the short operation, and 100 patients underwent the long operation.", 200),
        ("The first arm comprised 31 patients. The control group comprised 33 patients.", 64),
        (
            "Twenty-one children were treated with ointment. A similar group of 20 children was treated with its base.",
            41,
        ),
    ],
)
def test_trials(words: str, n: int) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("A total of 1,229 patients were included.", 1229),
        ("A total of 16 482 children were followed for a year.", 16482),
        ("One-hundred-and-six women were enrolled.", 106),
        ("Thirty-six patients (24 women, 12 men; mean age 45 years) were recruited.", 36),
        ("Non-diabetic women (n = 119; aged 18 to 45) were enrolled.", 119),
        ("The study included 25 patients and 25 healthy controls.", 50),
        ("We treated 14 men and 11 women with dextrose.", 25),
        ("There were 21 and 18 patients treated under the two protocols.", 39),
        ("Grip was measured in 78 hands of 39 volunteers.", 39),
        ("We enrolled 32 patients (41 wrists).", 32),
        ("The participants were 217 students.", 217),
        ("Samples from 32 patients were obtained.", 32),
        ("A previous trial of 120 patients found nothing. We recruited 44 adults.", 44),
        ("METHODS: 2000 women were enrolled.", 2000),
        ("One hundred and thirty-four competitive dancers were enrolled.", 134),
    ],
)
def test_other_studies(words: str, n: int) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    "words",
    [
        "",
        "No number is told.",
        "Patients received 5 ml of 5% dextrose at 2, 4 and 6 weeks.",
        "We enrolled 40 to 60 patients.",
        "Between 20 and 30 patients a year are referred.",
        "About 30% of patients and one in 500 people are affected.",
        "Pain improved in 12 patients (60%).",
        "Of the remaining 31 patients, 13 improved.",
        "Three patients were lost to follow-up.",
        "Patients of group 2 and phase 3 patients were seen in 2015 and 2016.",
        "At least 20 patients each were given one of the combinations.",
        "A 45-year-old woman presented with pain.",
        "In the first study 20 patients were enrolled; in the second study 31 patients were enrolled.",
        "Compared with those of 8 patients who had another operation, the results were good.",
    ],
)
def test_silence_rather_than_a_guess(words: str) -> None:
    assert read(words) is None


def test_the_randomised_come_before_the_enrolled_and_these_before_the_analysed() -> None:
    enrolled = "Seventy-two patients were recruited"
    assert read(f"{enrolled}; 60 patients were randomised and 55 patients were analysed.") == SampleSize(
        n=60,
        quote=f"{enrolled}; 60 patients were randomised and 55 patients were analysed.",
        basis="randomised",
    )
    found = read(f"{enrolled}. Sixty-eight patients completed the study.")
    assert (found.n, found.basis) == (72, "enrolled")  # type: ignore[union-attr]


def test_what_a_protocol_plans_says_so() -> None:
    found = read("One hundred patients will be recruited.")
    assert (found.n, found.basis) == (100, "planned")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "basis"),
    [
        ("Fifty-four participants were assigned at random.", "randomised"),
        ("Fifty-four participants were assigned by their doctors.", "enrolled"),
    ],
)
def test_assigned_by_chance_is_randomised(said: str, basis: str) -> None:
    found = read(said)
    assert found is not None
    assert (found.n, found.basis) == (54, basis)


@pytest.mark.parametrize(
    ("words", "n", "unit"),
    [
        ("Sixty wrists were randomised to hydrodissection or sham.", 60, "wrists"),
        ("Thirty male rats were divided into three groups (n = 10 each).", 30, "rats"),
        ("Thirty-five couples were randomised.", 35, "couples"),
    ],
)
def test_what_was_counted_when_it_was_not_people(words: str, n: int, unit: str) -> None:
    found = read(words)
    assert (found.n, found.unit) == (n, unit)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("Sixteen people were allocated to a 1 mA condition, 15 people to a 2 mA condition.", 31),
        ("Sixteen people were randomly allocated to a 1 mA condition, 15 people to a 2 mA condition.", 31),
        ("Twenty patients were randomised to a low dose, 22 patients to a high dose.", 42),
        ("Twenty patients were assigned to a low dose, and 22 patients were assigned to a high dose.", 42),
        ("Twenty patients were randomised to receive a low dose, 22 patients a high dose.", 42),
        ("Twenty-two patients were randomised, 12 patients to surgery and 10 patients to rest.", 22),
        ("Forty patients received dextrose, 30 patients a second dose.", 40),
    ],
)
def test_every_allocated_arm_counts_once(words: str, n: int) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("200 patients, 104 women, were randomised.", 200),
        ("60 participants, aged 18-65 years, 30 men, were enrolled.", 60),
        ("A hundred patients, 52 men and 48 women, were randomised to dextrose or saline.", 100),
        ("A hundred patients, 48 men and 52 women, were enrolled.", 100),
        ("Seventy patients were recruited, 30 women, 40 men, and were randomised to dextrose or saline.", 70),
        ("We enrolled 30 women and 40 men.", 70),
        (
            "Adults (n = 60) were assigned to the dextrose group (n = 20), the saline group (n = 20) or none (n = 20).",
            60,
        ),
    ],
)
def test_the_verb_speaks_of_the_whole_and_not_of_a_part_between_commas(words: str, n: int) -> None:
    assert number(words) == n


@pytest.mark.parametrize(
    "words",
    [
        "The register gave 31,139 cases with two matched controls for each.",
        "Two controls were included.",
        "Two radiologists were included and read all images.",
        "We report two radiologists.",
        "Six radiologists participated and evaluated the images.",
        "Three isomers were included.",
        "Twelve scanners were included.",
        "Values were determined in three short assays using conventional roosters.",
        "A total of 94 identified noncrossovers were studied.",
        "We installed and studied 64 voltage recorders in the town.",
        "Data were available from NATURA 2000 Standard Data Forms, checklists and maps.",
        "Patients were randomised and the response was n=12 (60%) with exercise and n=9 (45%) with advice.",
    ],
)
def test_observers_devices_molecules_and_outcomes_are_no_sample(words: str) -> None:
    assert read(words) is None


@pytest.mark.parametrize(
    ("words", "n", "unit"),
    [
        ("Twelve cases of cats with an invented palsy were included.", 12, "cats"),
        ("Dogs were enrolled: 14 cases and 16 controls were included.", 30, "dogs"),
        ("Of the geese, 30 were randomised to grass or grain.", 30, "geese"),
        ("Calves with gout were studied; 20 males were included.", 20, "calves"),
        ("The patients ate with their dogs; 20 adults were enrolled.", 20, "participants"),
        ("Fifty surgeons were randomised to two trainings.", 50, "surgeons"),
        ("Six radiologists took part, and 80 patients were included.", 80, "participants"),
        ("24 schools (1,312 pupils) were randomised.", 1312, "participants"),
        ("We randomised 24 schools with 1,312 pupils.", 1312, "participants"),
        ("Twenty practices (mean 30 patients each) were randomised.", 20, "practices"),
    ],
)
def test_people_are_called_participants_and_nothing_else_is(words: str, n: int, unit: str) -> None:
    found = read(words)
    assert found is not None
    assert (found.n, found.unit) == (n, unit)


def test_two_or_three_are_a_sample_only_where_they_are_reported() -> None:
    assert number("We report three patients with an invented palsy.") == 3
    assert number("Three patients were included.") is None
    assert number("In the present study two patients were included.") is None


@pytest.mark.parametrize(
    "words",
    [
        "We randomised 40 patients; a previous trial had randomised 200 patients.",
        "A previous trial had randomised 200 patients; we randomised 40 patients.",
        "In an earlier trial we randomised 200 patients. Now 40 patients were randomised.",
        "Following our previous trial, 40 patients were randomised.",
    ],
)
def test_another_studys_number_is_not_this_ones(words: str) -> None:
    assert number(words) == 40


def test_a_dozen_is_twelve() -> None:
    assert number("Two dozen patients were enrolled.") == 24
    assert number("A few dozen patients were enrolled.") is None


@pytest.mark.parametrize(
    ("words", "n"),
    [
        ("Overall, 320 patients were randomly assigned to training and validation cohorts.", 320),
        ("We randomly divided 320 patients into a training set (n = 224) and a validation set (n = 96).", 320),
        ("We performed Mendelian randomisation in 45,000 participants.", 45000),
        ("In this Mendelian randomization study, 45,000 participants were included.", 45000),
    ],
)
def test_data_split_and_genes_are_no_allocation(words: str, n: int) -> None:
    found = read(words)
    assert found is not None
    assert (found.n, found.basis) == (n, "enrolled")


def test_the_quote_is_the_sentence_as_it_stands() -> None:
    first, second, third = "Pain is common.", "Forty adults (mean age 51.2 years) were enrolled.", "It was good."
    found = read(("BACKGROUND", first), ("METHODS", f"{second} {third}"))
    assert found is not None
    assert found.quote == second


def test_the_place_counts() -> None:
    background = ("BACKGROUND", "In an earlier study 300 patients were enrolled.")
    assert number(background, ("METHODS", "Forty patients were enrolled.")) == 40


def test_people_of_a_crossover_are_not_counted_twice() -> None:
    words = (
        "In this randomised crossover study 24 volunteers were enrolled and received drug (n = 24) or placebo (n = 24)."
    )
    assert number(words) == 24


class TestReviews:
    TITLE = "Dextrose in an invented neuropathy: a systematic review and meta-analysis"

    @pytest.mark.parametrize(
        ("words", "n", "unit", "studies"),
        [
            ("Nine trials with 469 patients (596 hands) were included.", 469, "participants", 9),
            ("Ten randomised trials (n = 750) were included.", 750, "participants", 10),
            ("We found 1,203 records; of these, twelve studies met the criteria.", 12, "studies", 12),
            ("A total of 3,073 patients from six RCTs met the criteria.", 3073, "participants", 6),
            ("Fourteen studies with 110 patients and 252 controls were included.", 362, "participants", 14),
            ("We analysed data from 45 patients.", 45, "participants", None),
        ],
    )
    def test_studies_and_their_people(self, words: str, n: int, unit: str, studies: int | None) -> None:
        found = read(words, title=self.TITLE)
        assert found is not None
        assert (found.n, found.unit, found.studies, found.quote) == (n, unit, studies, words)

    @pytest.mark.parametrize(
        "words",
        [
            "Ten studies of tobacco and six studies of alcohol were included.",
            "We searched four databases; 5,644 abstracts were screened.",
            "Of 23 relevant trials, two homogeneous studies were pooled.",
        ],
    )
    def test_silence(self, words: str) -> None:
        assert read(words, title=self.TITLE) is None


def test_a_sign_alone_behind_the_allocated_is_read_as_a_word() -> None:
    assert number("We randomised 33 with ; gout, and randomised 12 to .") == 33
    assert number("We randomised 33 ; .") is None


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(words: str) -> None:
    for title in ("A trial", "A systematic review"):
        found = sample_size(made(title, (AbstractSection(text=text.from_plain(words)),)))
        assert found is None or (found.n >= 2 and found.quote)


PIECES = st.sampled_from(
    [
        *(
            "20",
            "forty",
            "Fifty-four",
            "n",
            "=",
            "(n=12)",
            "(n",
            "3)",
            "patients",
            "wrists",
            "studies",
            "of",
            "the",
            "and",
        ),
        *(
            "were",
            "randomised",
            "received",
            "group",
            "each",
            "(",
            ")",
            "per",
            "Of",
            "two",
            "groups",
            ",",
            ".",
            "%",
            "(35%)",
        ),
        *(
            "with",
            "in",
            "1,200",
            "hundred",
            "One",
            "controls",
            "total",
            "enrolled",
            "to",
            "other",
            "2015",
            "rats",
            "no",
        ),
    ]
)


@given(st.lists(PIECES, max_size=40), st.booleans())
def test_any_words_of_the_kind_are_read_without_failing(words: list[str], review: bool) -> None:
    sentence = " ".join(words)
    found = sample_size(
        made("A meta-analysis" if review else "A trial", (AbstractSection(text=text.from_plain(sentence)),))
    )
    assert (
        found is None
        or found.quote in text.clean(sentence)
        or found.quote == ("A meta-analysis" if review else "A trial")
    )
