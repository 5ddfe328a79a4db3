"""Whole numbers in running text, in digits and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.tagging import numbers


def values(text: str) -> list[int]:
    return [number.value for number in numbers.find(text.split())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("121 participants", [121]),
        ("1,229 patients and 16 000 children", [1229, 16000]),
        ("176 646 schoolchildren", [176646]),
        ("in 1975 300 patients", [1975, 300]),
        ("Fifty-four and fifty\u2010five and fiftysix", [54, 55, 56]),
        ("Thirty five couples", [35]),
        ("one hundred and five", [105]),
        ("One-hundred six, one-hundred-and-fifty", [106, 150]),
        ("two thousand three hundred and four", [2304]),
        ("twenty and thirty", [20, 30]),
        ("(Twenty [n = 7] (n=33) (n = 32), N =1,000, n= 4.", [20, 7, 33, 32, 1000, 4]),
        ("hundred patients", [100]),
        ("Two dozen women, three dozens, 4 dozen (a dozen men)", [24, 36, 48, 12]),
        ("A dozen patients; Dozen", [12]),
    ],
)
def test_numbers(text: str, expected: list[int]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "12.5",
            "34%",
            "2020-2021",
            "1:1",
            "p<0.05",
            "45-year-old",
            "NCT01234567",
            "10^6",
            "3rd",
            "x2",
            "\u00b2\u00b3",
        ),
        *(
            "1,23",
            "forty- five",
            "no numbers at all",
            "n",
            "n =",
            "thousands of",
            "half a dozen",
            "dozens of",
            "a few dozen",
            "more than a dozen",
            "99999999999999",
            "\u0663\u0664",
        ),
    ],
)
def test_what_is_no_whole_number(text: str) -> None:
    assert values(text) == []


def test_where_it_stands_and_what_closes_it() -> None:
    first, second = numbers.find(["We", "saw", "one", "hundred", "and", "five", "men", "(n", "=", "20),", "all"])
    assert (first.start, first.end, first.labelled) == (2, 6, False)
    assert (second.start, second.end, second.labelled, second.closed) == (7, 10, True, "),")


def test_the_size_of_every_group_is_told_apart() -> None:
    (number,) = numbers.find(["rats", "(n=20/group)", "were"])
    assert (number.value, number.closed) == (20, "/group")


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    words = text.split()
    end = 0
    for number in numbers.find(words):
        assert end <= number.start < number.end <= len(words)
        assert 0 <= number.value < 2**31
        end = number.end


@given(st.integers(0, 99_999_999))
def test_digits_are_read_as_written(value: int) -> None:
    assert values(f"{value} patients") == values(f"{value:,} patients") == [value]
