"""Diseases over all of MeSH: what a record is about, with the words that say so. The files are invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import BadVocabulary
from evidence.records import AbstractSection, Keyword, Markup, MeshHeading, MeshQualifier, Record
from evidence.tagging.mesh_model import load_model
from evidence.tagging.mesh_reading import Reading
from evidence.tagging.mesh_table import MeshTable
from evidence.tagging.mesh_tagger import MeshCondition, MeshTagger, weights_file
from evidence.tagging.mesh_words import forms_of, is_abbreviation, places_of, sentences, stem, words_of
from evidence.text import from_plain
from evidence.vocabulary.mesh import Descriptor, Mesh
from tests.made import examples

MESH = Mesh(
    {
        d.ui: d
        for d in (
            Descriptor(ui="D002349", name="Carpal Tunnel Syndrome", trees=("C10.668.829.500.500.200",), terms=("CTS",)),
            Descriptor(ui="D020423", name="Median Neuropathy", trees=("C10.668.829.500.500",)),
            Descriptor(ui="D006973", name="Hypertension", trees=("C14.907.489",), terms=("High Blood Pressure",)),
            Descriptor(
                ui="D003924",
                name="Diabetes Mellitus, Type 2",
                trees=("C18.452.394.750.149",),
                terms=("Type 2 Diabetes", "NIDDM"),
            ),
            Descriptor(ui="D003920", name="Diabetes Mellitus", trees=("C18.452.394.750",)),
            Descriptor(ui="D001943", name="Breast Neoplasms", trees=("C04.588.180",), terms=("Breast Cancer",)),
            Descriptor(ui="D000163", name="Acquired Immunodeficiency Syndrome", trees=("C01.100",), terms=("AIDS",)),
        )
    }
)
TAGGER = MeshTagger(MESH)


def record(title: str, *abstract: str, keywords: tuple[str, ...] = (), mesh: tuple[MeshHeading, ...] = ()) -> Record:
    return Record(
        source="test",
        external_id="1",
        title=from_plain(title),
        abstract=tuple(AbstractSection(text=from_plain(a)) for a in abstract),
        keywords=tuple(Keyword(text=k) for k in keywords),
        mesh=mesh,
    )


def found(made: Record, *, text_only: bool = True) -> dict[str, MeshCondition]:
    return {c.ui: c for c in TAGGER.conditions(made, text_only=text_only)}


def mentioned(made: Record) -> set[str]:
    return set(Reading(made, MeshTable(MESH)).mentions)


# Words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tumours", "tumor"),
        ("anaemias", "anemia"),
        ("metastases", "metastasis"),
        ("injuries", "injury"),
        ("leucaemia", "leukemia"),
        ("oedema", "edema"),
        ("syndromes", "syndrome"),
        ("carcinomata", "carcinoma"),
    ],
)
def test_spellings_and_numbers_of_a_word_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("abscess", "absces"), ("virus", "viru"), ("als", "al"), ("b12", "b1")])
def test_words_that_are_no_plurals_stay(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("text", ["Crohn's disease of the colon", "Paget\u2019s disease", "the 's", "A 5% (CTS) naïve"])
def test_words_and_their_places_belong_together(text: str) -> None:
    assert len(words_of(text)) == len(places_of(text))


@given(st.text(max_size=200))
def test_any_text_has_as_many_places_as_words(text: str) -> None:
    places = places_of(text)
    assert len(places) == len(words_of(text))
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(sentences(text)) if text.strip() else True


def test_a_heading_is_known_as_it_is_written_and_as_it_is_spoken() -> None:
    forms = {" ".join(words) for words, _ in forms_of("Neuralgia, Facial", 0)}
    assert {"neuralgia facial", "facial neuralgia", "neuralgia of facial"} <= forms
    cancers = {" ".join(words) for words, _ in forms_of("Breast Neoplasms", 0, ("C04.588.180",))}
    assert {"breast neoplasm", "breast cancer", "tumor of breast"} <= cancers
    assert [is_abbreviation(t) for t in ("CTS", "SjS", "Gout", "Type 2", "AIDS")] == [True, True, False, False, True]


# Naming


@pytest.mark.parametrize(
    ("title", "uis"),
    [
        ("Carpal tunnel syndrome", {"D002349"}),
        ("Carpal tunnel syndromes in the wrist", {"D002349"}),
        ("Carcinoma of the breast", {"D001943"}),
        ("Breast tumours", {"D001943"}),
        ("Type 2 diabetes mellitus", {"D003924", "D003920"}),
        ("Hearing aids", set()),
        ("AIDS and hearing", {"D000163"}),
        ("Of carpal matters", set()),
        ("", set()),
    ],
)
def test_names_are_found_in_their_forms_and_abbreviations_in_capitals(title: str, uis: set[str]) -> None:
    assert mentioned(record(title)) == uis


def test_a_short_form_defined_in_the_text_counts_as_its_name() -> None:
    reading = Reading(
        record("A wrist", "Type 2 diabetes mellitus (DMX) is common. DMX was treated. Few had DMX."), MeshTable(MESH)
    )
    assert reading.mentions["D003924"].abstract == 3
    assert Reading(record("A wrist", "DMX was treated."), MeshTable(MESH)).mentions == {}


def test_a_name_inside_a_longer_name_is_told_apart() -> None:
    mentions = Reading(record("Type 2 diabetes mellitus"), MeshTable(MESH)).mentions
    assert (mentions["D003924"].title, mentions["D003924"].length) == (1, 4)
    assert (mentions["D003920"].title, mentions["D003920"].inside) == (0, 1)


# What a record is about


def test_a_disease_in_the_title_is_what_the_record_is_about() -> None:
    condition = found(record("Carpal-tunnel syndrome treated by splints", "Patients with CTS wore splints."))["D002349"]
    assert condition.name == "Carpal Tunnel Syndrome"
    assert (condition.origin, condition.rule, condition.place) == ("text", "named-in-title", "title")
    assert condition.evidence == "Carpal-tunnel syndrome"
    assert condition.central
    assert 0.5 < condition.confidence <= 1


def test_a_disease_in_passing_is_less_sure_than_one_in_the_title() -> None:
    text = "Rats were fed. Hypertension is mentioned here once. Weights of organs were recorded. Nothing else was done."
    passing = TAGGER.probabilities(record("Feeding of rats", text)).get("D006973", 0.0)
    titled = TAGGER.probabilities(record("Hypertension in patients", text))["D006973"]
    assert passing < titled


def test_headings_count_unless_only_the_text_is_asked_for() -> None:
    starred = MeshHeading(ui="", name="hypertension", qualifiers=(MeshQualifier(ui="", name="x", major=True),))
    made = record("Nothing", mesh=(starred, MeshHeading(ui="D020423", name="Median Neuropathy")))
    assert found(made) == {}
    conditions = found(made, text_only=False)
    assert set(conditions) == {"D006973", "D020423"}
    assert (conditions["D006973"].central, conditions["D006973"].evidence) == (True, "hypertension*")
    assert (conditions["D020423"].central, conditions["D020423"].place) == (False, "MeSH")
    assert list(conditions) == ["D006973", "D020423"], "central ones first"


def test_a_keyword_is_named_as_the_place() -> None:
    made = record("Breast cancer", keywords=("breast cancer",))
    assert found(made)["D001943"].place == "title"
    reading = Reading(record("A study", keywords=("x", "hypertension")), MeshTable(MESH))
    printed = reading.printed("D006973")
    assert printed is not None
    assert (printed[0], printed[1].part, printed[1].number) == ("hypertension", "keyword", 2)


TEXTS = st.text(max_size=150) | st.sampled_from(
    ["Hypertension (HTN). HTN; CTS", "type 2 diabetes mellitus (T2DM) in the T2DM", "((((", "\x03's 's", "½ İß ’s"]
)


@pytest.mark.long
@settings(max_examples=examples(40))
@given(TEXTS, st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=2))
def test_any_record_has_conditions_without_error_and_with_words_it_has(
    title: str, abstract: list[str], keywords: list[str]
) -> None:
    made = Record(
        source="test",
        external_id="1",
        title=from_plain(title),
        abstract=tuple(AbstractSection(text=Markup(a)) for a in abstract),
        keywords=tuple(Keyword(text=k) for k in keywords),
    )
    conditions = TAGGER.conditions(made)
    assert conditions == TAGGER.conditions(made)
    assert conditions == MeshTagger(MESH).conditions(made) if conditions else True
    assert len({c.ui for c in conditions}) == len(conditions)
    for condition in conditions:
        assert 0 <= condition.confidence <= 1
        assert condition.evidence or condition.rule == "learned-words"


def test_weights_that_are_damaged_are_refused_by_name(tmp_path: Path) -> None:
    for name, content in (("cut", weights_file().read_bytes()[:5000]), ("empty", b""), ("text", b"{}")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BadVocabulary, match=name):
            load_model(path)


def test_a_top_of_the_trees_counts_as_a_heading_and_not_by_words() -> None:
    top = Descriptor(ui="D009369", name="Neoplasms", trees=("C04",), terms=("Tumors",))
    tagger = MeshTagger(Mesh(MESH.descriptors | {top.ui: top}))
    made = record("Tumors and breast neoplasms", "Neoplasms of 40 patients with breast cancer were treated.")
    assert tagger.probabilities(made) == TAGGER.probabilities(made), "the weights were made without the tops"
    assert "D009369" not in {c.ui for c in tagger.conditions(made, text_only=True)}
    headed = replace(made, mesh=(MeshHeading(ui="D009369", name="Neoplasms", major=True),))
    tag = next(c for c in tagger.conditions(headed) if c.ui == "D009369")
    assert (tag.origin, tag.central, tag.evidence) == ("mesh", True, "Neoplasms*")
