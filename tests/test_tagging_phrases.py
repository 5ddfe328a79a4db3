"""The words of a record and where they stand: what is computed lazily or by a short cut is what the long way gives."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from evidence.records import AbstractSection, Keyword, Record
from evidence.tagging.design_text import DesignText, listed
from evidence.tagging.numbers import find
from evidence.tagging.phrases import SENTENCE, Document, Words
from evidence.tagging.registries import registrations
from evidence.tagging.tokens import spans_of, tokens_of
from evidence.text import from_plain

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *(
                    "Pain",
                    "12.5",
                    "5%",
                    "95% CI:",
                    "(n=33)",
                    "β-blocker",
                    "e\u0301",
                    "ß",
                    "\u0301",
                    "№",
                    "ﬁ",
                    "20 ",
                    "x.",
                ),
                *("One. Two", "Fifty-four", "NCT01234567", "NTR1234", "Randomised", "centre", "?! A", "İ", "三", "%:"),
            ]
        ),
        max_size=14,
    ).map(" ".join),
)


def record(title: str, *sections: str, keywords: tuple[str, ...] = ()) -> Record:
    return Record(
        source="t",
        external_id="1",
        title=from_plain(title),
        abstract=tuple(AbstractSection(text=from_plain(words)) for words in sections),
        keywords=tuple(Keyword(text=word) for word in keywords),
    )


@given(TEXTS, TEXTS, TEXTS)
def test_a_token_is_printed_as_the_whole_list_of_places_has_it(title: str, first: str, second: str) -> None:
    document = Document(record(title, first, second))
    spans = spans_of(document.text)
    assert document.tokens == tokens_of(document.text)
    for number, (start, end) in enumerate(spans):
        assert document.printed(number, number + 1) == document.text[start:end].strip("\x03").strip()


@given(TEXTS, TEXTS)
def test_sentences_are_counted_through_the_abstract(first: str, second: str) -> None:
    document = Document(record("Title", first, second))
    parts = document.text.split("\x03")[1:-1]
    ends = [number for number, token in enumerate(document.tokens) if token == "\x03"]
    for part, before in ((1, 0), (2, len(SENTENCE.split(parts[1])))):
        if ends[part] + 1 < ends[part + 1]:  # the part has a word
            start = spans_of(document.text)[ends[part] + 1][0] - sum(len(p) + 1 for p in parts[:part]) - 1
            within = sum(gap.end() <= start for gap in SENTENCE.finditer(parts[part]))
            assert document.place(ends[part] + 1) == f"abstract, sentence {before + within + 1}"


@given(TEXTS, TEXTS)
def test_a_design_sentence_is_quoted_token_by_token(title: str, abstract: str) -> None:
    text = DesignText(record(title, abstract))
    for sentence in text.sentences:
        for number, token in enumerate(sentence.tokens):
            quoted = text.printed(sentence, number, number + 1)
            assert len(quoted) == len(token)
            assert text.printed(sentence, 0, number + 1).endswith(quoted)


@given(st.lists(st.sampled_from(["pain", "pain*", "nerve pain", "nerv*", "a", "ab"]), min_size=1), TEXTS)
def test_a_context_is_found_word_by_word(words: list[str], text: str) -> None:
    folded = " ".join([*tokens_of(text), "painful", "nerves"][: len(text) % 9])
    patterns = [re.escape(w.rstrip("*")) + ("" if w.endswith("*") else r"s?(?!\S)") for w in words]
    assert Words(words).in_text(folded) == bool(re.search(r"(?<!\S)(?:" + "|".join(patterns) + ")", folded))


@given(TEXTS, TEXTS)
def test_registrations_do_not_depend_on_the_first_look(title: str, abstract: str) -> None:
    made = record(title, abstract, keywords=("NCT76543210",))
    assert registrations(made, Document(made).text) == registrations(made)


def test_codes_shares_and_decimals_start_no_number() -> None:
    words = listed(
        "(P 0.05) 95% (mean 3.5) 12-month none No nurses hundredfold 1,229 patients, n=33, [40 one-hundred-and-five"
    )
    assert [number.value for number in find(words)] == [1229, 33, 40, 105]
