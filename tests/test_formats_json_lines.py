"""JSON lines of other programs: title, abstract and what else they say, one object a line."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import formats
from evidence.errors import UnknownFormat
from evidence.records import Item, Record, Rejected

FULL = {
    "pmid": "90000001",
    "title": "CO<sub>2</sub> &amp; nerves",
    "abstract": [{"label": "METHODS", "text": "Forty patients."}, "It was good."],
    "journal": "J Invent Stud",
    "year": 2020,
    "doi": "10.5555/A.1",
    "mesh": ["Carpal Tunnel Syndrome/*therapy/diagnosis", {"name": "*Glucose"}],
    "publication_types": ["Randomized Controlled Trial"],
    "keywords": "dextrose; nerve",
    "source": "somewhere",
}


def read(text: str) -> list[Item]:
    stream = io.BytesIO(text.encode())
    assert formats.recognise(stream, "x").name == "json-lines"
    return list(formats.read(stream, "x.jsonl"))


def test_every_field() -> None:
    (found,) = read(json.dumps(FULL))
    assert isinstance(found, Record)
    assert (found.source, found.external_id, found.id("pmid"), found.id("doi")) == (
        *("json-lines", "x.jsonl#90000001", "90000001", "10.5555/a.1"),
    )
    assert found.title == "CO<sub>2</sub> &amp; nerves"
    assert [(s.label, s.text) for s in found.abstract] == [("METHODS", "Forty patients."), ("", "It was good.")]
    assert (found.year, found.journal.title) == (2020, "J Invent Stud")
    assert [(h.name, h.is_major, [q.name for q in h.qualifiers]) for h in found.mesh] == [
        ("Carpal Tunnel Syndrome", True, ["therapy", "diagnosis"]),
        ("Glucose", True, []),
    ]
    assert [t.name for t in found.publication_types] == ["Randomized Controlled Trial"]
    assert [k.text for k in found.keywords] == ["dextrose", "nerve"]
    assert ("source", "somewhere") in found.extra


@pytest.mark.parametrize(
    "line",
    ['{"title": null, "abstract": "x", "pmid": 12}', '{"PMID": "12", "Title": "T"}', '{"abstract": "only this"}'],
)
def test_what_may_be_missing(line: str) -> None:
    (found,) = read(line + "\n")
    assert isinstance(found, Record)


def test_every_line_is_a_record_or_rejected_with_its_number() -> None:
    items = read('{"title": "a"}\n\n[1]\n{"title": "b"\n"c"\n{"n": 1}\n{"title": "d"}\n')
    assert [i.line if isinstance(i, Rejected) else i.title for i in items] == ["a", 3, 4, 5, 6, "d"]


def test_our_own_lines_are_not_taken_for_these() -> None:
    ours = b'{"source":"bibtex","external_id":"a.bib#x","title":"A trial"}\n'
    assert formats.recognise(io.BytesIO(ours), "x").name == "jsonl"


ODD = ["{}", "null", "[1]", '{"text": "x"}', '{"n": 7}', "half {", '{"title": "cut of', "\x01", '"a string"']
GOOD = '{"id": "1", "title": "a"}\n{"id": "2", "abstract": "b"}\n'


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_first_line_costs_that_line_only(odd: str) -> None:
    bad, *good = read(f"{odd}\n{GOOD}")
    assert isinstance(bad, Rejected)
    assert bad.line == 1
    assert [r.external_id for r in good if isinstance(r, Record)] == ["x.jsonl#1", "x.jsonl#2"]


def test_an_odd_first_line_that_names_a_work_is_a_record() -> None:
    assert [r.external_id for r in read('{"id":"7","pmid":7}\n' + GOOD) if isinstance(r, Record)] == [
        *("x.jsonl#7", "x.jsonl#1", "x.jsonl#2"),
    ]


@pytest.mark.parametrize("odd", ["{}", "null", "half {"])
def test_an_odd_first_line_of_our_own_lines_costs_that_line_only(odd: str) -> None:
    ours = f'{odd}\n{{"source":"bibtex","external_id":"a.bib#x","title":"A trial"}}\n'.encode()
    assert formats.recognise(io.BytesIO(ours), "x").name == "jsonl"
    bad, good = formats.read(io.BytesIO(ours), "x")
    assert isinstance(bad, Rejected)
    assert "--format json-lines" in bad.reason
    assert isinstance(good, Record)


@pytest.mark.parametrize("text", ["{}\n{}\n", "null\n", 'half {\n{"n": 1}\n', '{\n"title": "a"\n}\n'])
def test_a_file_without_an_object_of_the_kind_is_not_taken(text: str) -> None:
    with pytest.raises(UnknownFormat, match="--format json-lines"):
        formats.recognise(io.BytesIO(text.encode()), "x.jsonl")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["label", "text", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from(sorted(FULL)), values), min_size=1, max_size=4))
def test_values_of_any_kind_give_a_record_or_a_rejection(objects: list[dict[str, object]]) -> None:
    text = "\n".join(json.dumps(o) for o in objects)
    items = list(formats.read(io.BytesIO(text.encode()), "x.jsonl", "json-lines"))
    assert len(items) == len(objects)
