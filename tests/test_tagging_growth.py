"""Long texts full of names and numbers: the work grows with the text and not with its square. Work is counted, not
timed.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from evidence import vocabulary
from evidence.records import AbstractSection, Record
from evidence.tagging import Tagger, numbers, phrases
from evidence.tagging.phrases import Document, Words
from evidence.text import from_plain

KNOWN = vocabulary.load()
TAGGER = Tagger(KNOWN)


def record(abstract: str) -> Record:
    return Record(
        source="t",
        external_id="1",
        title=from_plain("Feet"),
        abstract=(AbstractSection(text=from_plain(abstract)),),
    )


class Splits(str):
    """A text that counts how often it is split: each time is a way through all of it."""

    counted: Counter[str] = Counter()

    def split(self, *arguments: Any, **named: Any) -> list[str]:
        self.counted["split"] += 1
        return super().split(*arguments, **named)


def counting(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, counted: Counter[str]) -> None:
    inner = getattr(owner, name)

    def outer(*arguments: Any, **named: Any) -> Any:
        counted[name] += 1
        return inner(*arguments, **named)

    monkeypatch.setattr(owner, name, outer)


@pytest.mark.parametrize("words", ["CTS ", "CRPS PHN TOS CTS ", "TOS beside a cervical rib. ", "median nerve CTS "])
def test_the_context_of_an_abbreviation_is_looked_for_once_in_a_record(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: Counter[str] = Counter()
    counting(monkeypatch, Words, "in_text", counted)
    seen = []
    for times in (3, 300):
        counted.clear()
        TAGGER.tag(record(words * times))
        seen.append(counted["in_text"])
    assert seen[0] == seen[1]


@pytest.mark.parametrize("words", ["carpal tunnel syndrome ", "CTS 5%: é median nerve. A "])
def test_the_places_of_many_tokens_are_found_in_one_pass(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: Counter[str] = Counter()
    counting(monkeypatch, phrases, "starts_of", counted)
    monkeypatch.setattr(Splits, "counted", counted)
    document = Document(record(words * 300))
    document._folded = Splits(document._folded)
    printed = [document.printed(at, at + 1) for at in range(len(document.tokens))]
    assert counted["starts_of"] == 1
    assert counted["split"] == phrases._FEW
    alone = [Document(record(words * 300)).printed(at, at + 1) for at in range(0, len(printed), 97)]
    assert printed[::97] == alone, "one token by itself has the same place"


def test_the_sentences_of_many_hits_are_counted_once() -> None:
    hits = TAGGER.tag(record("Carpal tunnel syndrome is named. " * 300))
    assert {hit.slug for hit in hits if hit.kind == "condition"} == {"carpal-tunnel-syndrome"}
    document = Document(record("One. Two carpal tunnel syndrome. Three."))
    assert document.place(4) == "abstract, sentence 2"


@pytest.mark.parametrize("times", [10, 1000])
def test_a_run_of_number_words_is_read_once(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: Counter[str] = Counter()
    counting(monkeypatch, numbers, "_add", counted)
    words = ("one hundred and twenty thousand and " * times).split()
    found = numbers.find(words)
    assert counted["_add"] <= len(words)
    assert [n.value for n in found] == ([1_200_000] if times == 10 else [])


def test_after_a_number_too_large_to_be_one_the_next_is_read() -> None:
    too_large = "one hundred and twenty thousand and " * 1000
    assert [n.value for n in numbers.find(f"{too_large} then fifty-four patients".split())] == [54]
