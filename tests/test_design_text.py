"""Sentences, places and cues: folding in step with the text, turns of phrase found and quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.records import AbstractSection, Record
from evidence.tagging.design_cue_table import CUES
from evidence.tagging.design_cues import WORDS, cues_of, quoted
from evidence.tagging.design_text import DesignText, fold
from evidence.tagging.phrases import SENTENCE
from evidence.text import from_plain, plain


def text_of(title: str, *sections: tuple[str, str]) -> DesignText:
    made = tuple(AbstractSection(label=label, text=from_plain(text)) for label, text in sections)
    return DesignText(Record(source="t", external_id="1", title=from_plain(title), abstract=made))


def test_a_title_is_one_sentence_even_where_two_stops_end_it_in_the_middle() -> None:
    text = text_of("A review.. Of gout. In rats", ("", "Two rats ate."))
    assert [(s.part, s.joined) for s in text.sentences][-1] == (1, "two rats ate")
    assert sum(s.part == 0 for s in text.sentences) == 1
    assert text.title is text.sentences[0]
    assert not text.calls


def test_a_text_says_whether_one_of_its_sentences_calls_for_studies() -> None:
    text = text_of("A trial", ("", "It worked. Larger trials are needed. It is needed."))
    assert text.calls
    assert [s.calls for s in text.sentences] == [False, False, True, False]


@given(st.text(max_size=400))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0. ")


def test_spellings_marks_and_digits() -> None:
    assert fold("Randomisée at 3 Centres!") == "randomizee at 0 centers."


@given(st.text(max_size=300), st.text(max_size=600))
def test_tokens_can_be_quoted_as_they_stand(title: str, abstract: str) -> None:
    text = text_of(title, ("", abstract))
    for sentence in text.sentences:
        printed = text.parts[sentence.part][1]
        for number, token in enumerate(sentence.tokens):
            words = text.printed(sentence, number, number + 1)
            assert words in printed
            assert fold(words) in (token, token + " ") or fold(printed)[sentence.start :].find(token) >= 0


def test_places_name_section_and_sentence() -> None:
    text = text_of("Dextrose. A trial", ("METHODS", "One was done. Two were not."), ("", "Three."))
    assert [text.place(s) for s in text.sentences] == [
        "title",
        "abstract, METHODS, sentence 1",
        "abstract, METHODS, sentence 2",
        "abstract, sentence 3",
    ]
    assert text.sentences[1].tokens[0] == "methods"


def test_sentences_are_counted_as_the_pages_count_them() -> None:
    text = text_of("Dextrose", ("AIM", "Old vs. new? It is open."), ("", "Some e.g. of it; No more. The end was near."))
    places = {word: text.place(s, n) for s in text.sentences[1:] for n, word in enumerate(s.tokens)}
    assert places["new"] == "abstract, AIM, sentence 1"
    assert places["open"] == "abstract, AIM, sentence 2"
    assert places["near"] == "abstract, sentence 5"


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=12), st.text(max_size=120)), max_size=3))
def test_the_sentence_of_a_place_has_the_word(title: str, sections: list[tuple[str, str]]) -> None:
    text = text_of(title, *sections)
    own = [plain(from_plain(body)) for _, body in sections]
    every = [sentence for body in own for sentence in SENTENCE.split(body)]
    for sentence in text.sentences[1:]:
        for number in range(len(sentence.tokens)):
            place = text.place(sentence, number)
            if not text.is_label(sentence, number + 1):
                assert text.printed(sentence, number, number + 1) in every[int(place.rpartition(" ")[2]) - 1]


def found(abstract: str, title: str = "Dextrose") -> set[str]:
    return {name for name, _ in cues_of(text_of(title, ("", abstract)))}


@pytest.mark.parametrize(
    ("sentence", "cue", "there"),
    [
        ("Patients were randomly assigned to dextrose or saline.", "@randomised-here", True),
        ("Sixty knees were randomised 1:1.", "@randomised-here", True),
        ("We randomised 40 women.", "@randomised-here", True),
        ("We searched for randomised trials.", "@randomised-here", False),
        ("We searched for randomised trials.", "@trials-of-others", True),
        ("A randomised trial is needed.", "@trial-wanted", True),
        ("A randomised trial is needed.", "@randomised-here", False),
        ("Patients will be randomised to two groups.", "@to-be-randomised", True),
        ("A non-randomised comparison was made.", "@not-randomised", True),
        ("Houses were randomly selected.", "@random-otherwise", True),
        ("Houses were randomly selected.", "@randomised-here", False),
        ("A non-randomised comparison was made.", "@randomised-word", False),
        ("This non-randomized controlled trial was small.", "@randomised-study", False),
        ("A randomised trial could further examine this.", "@randomised-word", False),
        ("The lack of randomisation is a weakness.", "@randomised-word", False),
        ("They were divided at random into two groups.", "@randomised-here", True),
        ("The drugs were randomly administered.", "@randomised-here", True),
        ("Mendelian randomisation was used.", "@not-randomised", True),
        ("In a case-control association study we saw it.", "@case-control-study", True),
        ("Case-control studies have shown it.", "@case-control-study", False),
        ("A case-controlled study of the knee.", "@case-control", True),
        ("This case was controlled by drugs.", "@case-control", False),
        ("Doses were given in a case-controlled manner.", "@case-control", False),
        ("We ran a self-case control series.", "@case-control", False),
        ("This was a cross-sectional survey.", "@cross-sectional", True),
        ("The cross-sectional area of the nerve grew.", "@cross-sectional", False),
        ("Cross-sectional nerve imaging was done.", "@cross-sectional", False),
        ("Data came from women in a large trial.", "@from-a-trial", True),
        ("We searched MEDLINE and Embase.", "@literature-searched", True),
        ("In this review we discuss nerves.", "@this-review", True),
        ("We report a case of numbness.", "@one-case", True),
        ("Three patients with numbness are described.", "@some-cases", True),
        ("A 54-year-old woman came.", "@years-old", True),
        ("Charts were reviewed.", "@retrospective", True),
        ("Matched controls were found.", "@cases-and-controls", True),
        ("Semi-structured interviews were held.", "@qualitative", True),
        ("It was done at five hospitals.", "@several-centres", True),
        ("Outcomes will be measured.", "@plan", True),
    ],
)
def test_cues(sentence: str, cue: str, there: bool) -> None:
    assert (cue in found(f"It hurts. {sentence}")) is there


def test_a_cue_of_the_title_and_one_in_many_sentences_are_told_apart() -> None:
    names = found("A cohort of men was seen. This cohort was old.", "A cohort study")
    assert {"@T a-cohort", "@a-cohort", "@a-cohort+"} <= names
    assert "@a-cohort+" not in found("A cohort of men was seen.")


def test_a_title_that_ends_as_a_review_does() -> None:
    assert "@T review-at-the-end" in found("It hurts.", "Numb hands. [Review] [28 refs]")
    assert "@T review-at-the-end" in found("It hurts.", "Numb hands: a review")
    assert "@T review-at-the-end" not in found("It hurts.", "Review of charts of numb hands")


def test_the_words_of_a_cue_are_quoted() -> None:
    text = text_of("Dextrose", ("", "It hurts. All patients were Randomly, Assigned to it."))
    at = quoted("@randomised-here", text, dict(cues_of(text))["@randomised-here"])
    assert at is not None
    assert text.printed(*at) == "Randomly, Assigned"
    assert quoted("@animals 1", text, -1) is None


def test_kinds_of_words_are_counted_once_each() -> None:
    assert {"@animals 1"} == {n for n in found("Rats and rats and rats.") if n.startswith("@animals")}
    assert "@animals 3" in found("Rats, mice and dogs.")
    assert "@T animals" in found("Fine.", "Dextrose in rats")


def test_names_are_different_and_triggers_are_tokens() -> None:
    names = [cue.name for cue in CUES] + list(WORDS)
    assert len(names) == len(set(names))
    for words in [*(cue.triggers for cue in CUES), *WORDS.values()]:
        assert all(fold(word) == word and " " not in word for word in words)
