"""Diseases whose words stand apart in a sentence, and weights that fit the program. The texts are invented."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadVocabulary
from evidence.records import AbstractSection, Record
from evidence.tagging.mesh_apart import ApartTable
from evidence.tagging.mesh_features import FEATURES, places_in, vectors
from evidence.tagging.mesh_model import MeshModel, load_model
from evidence.tagging.mesh_reading import Reading
from evidence.tagging.mesh_table import MeshTable
from evidence.tagging.mesh_tagger import MeshTagger, weights_file
from evidence.tagging.mesh_words import words_of
from evidence.text import from_plain
from evidence.vocabulary.mesh import Descriptor, Mesh

MESH = Mesh(
    {
        d.ui: d
        for d in (
            Descriptor(ui="D006810", name="Humeral Fractures", trees=("C26.404.249",)),
            Descriptor(ui="D050723", name="Fractures, Bone", trees=("C26.404",)),
            Descriptor(ui="D007680", name="Kidney Neoplasms", trees=("C04.588.945",), terms=("Cancer of Kidney",)),
            Descriptor(ui="D002277", name="Carcinoma", trees=("C04.557.470",)),
            Descriptor(ui="D006973", name="Hypertension", trees=("C14.907.489",), terms=("High Blood Pressure",)),
            Descriptor(ui="D010146", name="Pain", trees=("C23.888.592.612", "F02.830.816.444")),
            Descriptor(ui="D016720", name="Rodent Diseases", trees=("C22.795",)),
            Descriptor(ui="D001523", name="Mental Disorders", trees=("F03",)),
        )
    }
)
TABLE = MeshTable(MESH)


def record(title: str, abstract: str = "") -> Record:
    section = (AbstractSection(text=from_plain(abstract)),) if abstract else ()
    return Record(source="test", external_id="1", title=from_plain(title), abstract=section)


@pytest.mark.parametrize(
    ("text", "uis"),
    [
        ("Fractures of the proximal humerus", {"D006810"}),
        ("A malignant lesion of one kidney", {"D007680"}),
        ("Renal masses that turned out to be tumours", {"D007680"}),
        ("Hypertensive rats", {"D006973"}),
        ("Pressure in the blood was high", {"D006973"}),
        ("A carcinoma", set()),
        ("The kidney", set()),
        ("Fractures of the femur", set()),
        ("", set()),
    ],
)
def test_all_words_of_a_name_in_any_order_and_as_adjectives(text: str, uis: set[str]) -> None:
    assert set(ApartTable(MESH).find(words_of(text))) == uis


def test_words_that_mean_too_much_say_nothing() -> None:
    one = {f"D{n}": Descriptor(ui=f"D{n}", name="Broken Heart", trees=(f"C14.{n}",)) for n in range(1, 4)}
    assert set(ApartTable(Mesh(one)).find(["broken", "heart"])) == {"D1", "D2", "D3"}
    four = one | {"D4": Descriptor(ui="D4", name="Heart, Broken", trees=("C14.4",))}
    assert ApartTable(Mesh(four)).find(["broken", "heart"]) == {}


def test_a_disease_that_is_named_does_not_also_stand_apart() -> None:
    reading = Reading(record("Hypertensive patients", "They had hypertension. A fracture. The humerus."), TABLE)
    assert set(reading.mentions) == {"D006973"}
    assert not reading.apart  # the two words of the fracture are not in one sentence


def test_words_apart_are_told_as_printed_with_their_sentence() -> None:
    reading = Reading(record("Children", "We saw them. Fractures healed where the Humeral shaft broke."), TABLE)
    told = reading.printed_apart("D006810")
    assert told is not None
    assert (told[0], told[1].part, told[1].number) == ("Fractures … Humeral", "abstract", 2)
    assert reading.printed_apart("D007680") is None
    held = reading.apart["D006810"]
    assert (held.title, held.abstract, len(held.words)) == (0, 1, 2)


def test_symptoms_and_diseases_of_animals_are_told_apart() -> None:
    kinds = {ui: place.kind for ui, place in places_in(MESH).items()}
    assert kinds["D010146"] == [1.0, 0.0, 23.0]  # the branch of psychology does not make pain a disease
    assert kinds["D016720"] == [1.0, 1.0, 22.0]
    assert kinds["D006810"] == [0.0, 0.0, 26.0]
    assert kinds["D001523"] == [0.0, 0.0, 0.0]


def test_a_vector_has_a_number_for_every_feature() -> None:
    model = load_model(weights_file(), FEATURES)
    reading = Reading(record("Humerus fractures", "Hypertension in patients with fractures of the humerus."), TABLE)
    rows = vectors(reading, model.scores(reading, [], 1999), model.history, places_in(MESH), 1999)
    assert [ui for ui, _ in rows] == sorted(ui for ui, _ in rows)
    assert {"D006810", "D006973"} <= {ui for ui, _ in rows}
    assert {len(vector) for _, vector in rows} == {len(FEATURES)}


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_is_read(title: str, abstract: str) -> None:
    reading = Reading(record(title, abstract), TABLE)
    assert not reading.apart.keys() & reading.mentions.keys()
    for ui in reading.apart:
        told = reading.printed_apart(ui)
        assert told is not None
        assert told[0]


@pytest.mark.long
def test_weights_of_another_edition_are_refused_by_name(tmp_path: Path) -> None:
    data = json.loads(gzip.decompress(weights_file().read_bytes()))
    assert tuple(data["features"]) == FEATURES
    path = tmp_path / "old.json.gz"
    path.write_bytes(gzip.compress(json.dumps(data | {"features": data["features"][:-1]}).encode()))
    with pytest.raises(BadVocabulary, match=r"old\.json\.gz.*another edition"):
        load_model(path, FEATURES)


def test_a_tagger_takes_weights_that_fit() -> None:
    model = load_model(weights_file(), FEATURES)
    assert isinstance(model, MeshModel)
    (found,) = MeshTagger(MESH, model).conditions(record("Treatment of hypertension", "Hypertension was treated."))
    assert (found.ui, found.rule, found.evidence) == ("D006973", "named-in-title", "hypertension")
