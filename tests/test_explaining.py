"""A tag in words: who says so, the words quoted with their place, who decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import text
from evidence.explaining import explain, quote, sentence, standing
from evidence.records import AbstractSection, Keyword, Record
from evidence.views import TagView
from tests.made import record

RECORD = record(
    "1",
    "Splints <for> tailors",
    keywords=(Keyword(text="Night splints"),),
)
SECTIONS = (
    AbstractSection(text=text.from_plain("Nothing is known."), label="BACKGROUND"),
    AbstractSection(
        text=text.from_plain(f"{'Before it. ' * 20}Tailors were Allotted at Random to splints. {'Then. ' * 30}")
    ),
)


def tag(**fields: object) -> TagView:
    made: dict[str, object] = {
        **{"kind": "design", "slug": "rct", "label": "RCT", "origin": "text", "status": "asserted"},
        **{"evidence": "allotted at random", "rule": "cue-in-text", **fields},
    }
    return TagView(**made)  # type: ignore[arg-type]


def test_words_are_quoted_as_printed_with_the_line_around_them() -> None:
    found = quote("allotted at random", [RECORD, record("2", abstract="x"), _with(SECTIONS)])
    assert found.words == "Allotted at Random"
    assert found.place == "the abstract"
    assert found.before.startswith("…")
    assert found.before.endswith("Tailors were ")
    assert found.after.startswith(" to splints.")
    assert found.after.endswith("…")
    assert len(found.before) + len(found.after) < 150


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("splints <FOR>", "the title"),
        ("night SPLINTS", "the keywords"),
        ("nothing is known", "the abstract, Background"),
        ("said nowhere", ""),
        ("", ""),
        ("x" * 400, ""),
    ],
)
def test_the_place_is_the_first_that_has_them(words: str, place: str) -> None:
    assert quote(words, [RECORD, _with(SECTIONS)]).place == place


@pytest.mark.parametrize(
    ("stored", "after", "place"),
    [
        ("abstract, sentence 1", " once", "the abstract, Background (sentence 1)"),
        ("abstract, sentence 3", " twice", "the abstract, Methods (sentence 3)"),
        ("abstract, METHODS, sentence 4", " thrice", "the abstract, Methods (sentence 4)"),
        ("abstract, METHODS, sentence 99", " thrice", "the abstract, Methods (sentence 99)"),
        ("keyword 1", "", "the keywords"),
        ("title", "", "the title"),
        ("", "", "the title"),
        ("a part that is not there, sentence 2", "", "the title"),
        ("abstract, sentence ²", " once", "the abstract, Background"),
    ],
)
def test_of_several_occurrences_the_stored_place_is_quoted(stored: str, after: str, place: str) -> None:
    sections = (
        AbstractSection(text=text.from_plain("Splints once."), label="BACKGROUND"),
        AbstractSection(text=text.from_plain("Nothing. Splints twice. Splints thrice."), label="METHODS"),
    )
    made = replace(RECORD, title=text.from_plain("Splints"), abstract=sections, keywords=(Keyword(text="splints"),))
    found = quote("splints", [made], stored)
    assert found.place == place
    assert found.after.startswith(after)


def test_words_that_do_not_stand_as_quoted_keep_their_place() -> None:
    assert (
        quote("DESIGN: at random", [RECORD], "abstract, DESIGN, sentence 2").place
        == "the abstract, Design (sentence 2)"
    )
    assert quote("not there", [RECORD], "title").place == "the title"
    assert quote("not there", [RECORD], "keyword 3").place == "the keywords"
    assert quote("Median Neuropathy", [RECORD], "MeSH").place == ""


def test_each_origin_in_a_line() -> None:
    records = [_with(SECTIONS)]
    assert sentence(explain(tag(), records)) == (
        "Words of the record: “Allotted at Random” in the abstract (a turn of phrase of such reports)"
    )
    stated = tag(origin="pubtype", evidence="Randomized Controlled Trial", rule="publication-type", status="suggested")
    assert sentence(explain(stated, records)) == (
        "Publication type given by NLM: “Randomized Controlled Trial” "
        "(the publication type states it), a suggestion only"
    )
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    word = tag(origin="curator", status="rejected", evidence="by date of birth", rule="curator", actor="ann", at=at)
    assert sentence(explain(word, records)) == "ann said no on 2026-03-01 12:00 UTC: “by date of birth”"
    assert sentence(explain(tag(origin="import", evidence="starter", rule="stated-by-source"), records)) == (
        "Stated by the source: starter"
    )
    assert explain(tag(rule="some-new-rule"), records).rule == "some new rule"
    assert explain(tag(rule="words-in-abstract"), records).rule == "", "the place says as much"


def test_a_curators_word_decides_what_stands() -> None:
    word = tag(origin="curator", status="rejected")
    assert set(standing([tag()])) == {("design", "rct")}
    assert standing([tag(), word]) == {}
    assert standing([tag(status="suggested")]) == {}


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(("", "title", "x, sentence 3")) | st.text())
def test_any_words_in_any_record_are_quoted_or_not_found(words: str, title: str, stored: str) -> None:
    made = record("1", title)
    found = quote(words, [made], stored)
    assert found.place in ("", "the title") or stored.startswith(("abstract", "keyword"))
    if found.place == "the title" and stored != "title":
        assert found.words in text.plain(made.title)


def _with(sections: tuple[AbstractSection, ...]) -> Record:
    return replace(RECORD, abstract=sections)
