"""CSL-JSON as Zotero, pandoc, Crossref and we write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence.errors import BadInput
from evidence.records import Author, PartialDate, Record
from evidence.views import Study
from tests.awkward import EXAMPLES, study
from tests.formats_support import read, records, rejections, written


def one(**item: Any) -> Record:
    (found,) = records(json.dumps([{"type": "article-journal", **item}]), "csl-json")
    return found


def test_an_item_becomes_a_record() -> None:
    found = one(
        id="http://zotero.org/users/1/items/ABCD",
        title='H<sub>2</sub>O &amp; <i>nerves</i> <span class="nocase">DNA</span>',
        author=[
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
            {"literal": "The Group"},
            "Doe, Ann",
        ],
        issued={"date-parts": [["2021", 5, 2]]},
        volume=12,
        page="101–109",
        DOI="https://doi.org/10.5555/A.1",
        ISSN=["1234-5679", "2345-6780"],
        note="PMID: 90000001\nPMCID: PMC123\nCitation Key: berg2021",
        language="en-GB",
        keyword="pain, nerve",
        **{"container-title": ["Journal of Invented Results"], "journalAbbreviation": "J Invent", "odd": {"x": [1]}},
    )
    assert (found.source, found.external_id) == ("csl-json", "file.x#http://zotero.org/users/1/items/ABCD")
    assert found.keys == ("berg2021",)
    assert found.title == "H<sub>2</sub>O &amp; <i>nerves</i> DNA"
    assert found.authors == (
        Author(family="van der Berg", given="Jan"),
        Author(family="The Group", is_group=True),
        Author(family="Doe", given="Ann"),
    )
    assert found.date("issue") == PartialDate(year=2021, month=5, day=2)
    assert (found.volume, found.pages) == ("12", "101-109")
    assert {i.scheme: i.value for i in found.identifiers} == {
        "doi": "10.5555/a.1",
        "pmid": "90000001",
        "pmcid": "PMC123",
    }
    assert (found.journal.title, found.journal.abbreviation, found.journal.issn) == (
        "Journal of Invented Results",
        "J Invent",
        "1234-5679",
    )
    assert found.languages == ("eng",)
    assert ("odd", '{"x": [1]}') in found.extra


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "book", "title": "X"}',
        '{"items": [{"type": "book", "title": "X"}]}',
        '{"references": [{"type": "book", "title": "X"}]}',
        ' [ {"type": "book", "title": "X"} ] ',
    ],
)
def test_list_or_object(text: str) -> None:
    assert [(r.kind, r.title) for r in records(text, "csl-json")] == [("book", "X")]


@pytest.mark.parametrize(
    "item",
    [
        {"title": ["X"], "author": "Ampel, Ann and Doe, Bob", "issued": "2020-05"},
        {"title": "X", "author": [None, 5, {}], "issued": {"date-parts": [[None]]}},
        {"title": "X", "author": [{"family": 3}], "issued": {"raw": "May 2020"}, "volume": True},
        {"title": "X", "issued": {"date-parts": []}, "ISSN": 5, "note": ["a"], "page": {"a": 1}},
        {"title": "X", "issued": 2020, "keyword": ["a"], "DOI": 10.5},
    ],
)
def test_items_of_odd_shape_are_read_as_far_as_they_go(item: dict[str, Any]) -> None:
    assert one(**item).title == "X"


def test_what_is_no_item_is_rejected() -> None:
    items = read('[1, "x", null, {}, {"type": "book"}, {"title": "X"}]', "csl-json")
    assert len(rejections(items)) == 5
    assert all("item" in b.reason for b in rejections(items))


@pytest.mark.parametrize("text", ["", "[", "5", '"x"', "[{]", "nonsense", "[1,]"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="file.x"):
        read(text, "csl-json")


def test_export_is_plain_csl() -> None:
    items = json.loads(written(list(EXAMPLES.values()), "csl-json"))
    assert [i["id"] for i in items] == [s.row.key for s in EXAMPLES.values()]
    by_name = dict(zip(EXAMPLES, items, strict=True))
    full = by_name["all-identifiers"]
    assert (full["PMID"], full["DOI"], full["PMCID"], full["citation-key"]) == ("1", "10.5555/x", "PMC12", full["id"])
    assert by_name["full-date"]["issued"] == {"date-parts": [[2020, 2, 29]]}
    assert by_name["markup"]["title"].startswith("CO<sub>2</sub> and 10<sup>-3</sup> of <i>Escherichia coli</i>")
    assert by_name["retracted"]["note"].startswith("RETRACTED: ")
    assert by_name["chapter"]["container-title"] == "The {Book} of Nerves & Pain"
    assert written([], "csl-json") == "[]\n"


def test_what_no_field_holds_comes_back_in_its_place() -> None:
    """The same bytes from the second file on, and valid ones: what CSL does not know stands in `custom`."""
    item = {
        "id": "film",
        "citation-key": "film",
        "type": "motion_picture",
        "title": "A film of nerves",
        "accessed": {"date-parts": [[2024, 3, 5]]},
        "submitted": "last spring",
        "translator": [{"family": "Ampel", "given": "Ann"}],
        "director": "Ann Ampel",
        "title-short": "Film",
        "number-of-pages": "12",
        "collection-title": "Nerves & <i>more</i>",
        "categories": ["a", "b"],
        "note": "Seen twice\nOnce in colour",
        "custom": {"mine": {"x": [1, None]}},
        "_id": {"y": "<b>"},
        "rating": 5,
    }
    first = written([again(found) for found in records(json.dumps([item]), "csl-json")], "csl-json")
    (back,) = json.loads(first)
    same = ("type", "accessed", "translator", "title-short", "number-of-pages", "categories", "note")
    assert {name: back[name] for name in same} == {name: item[name] for name in same}
    assert back["submitted"] == {"literal": "last spring"}
    assert back["collection-title"] == "Nerves & more"
    assert back["custom"] == {"mine": {"x": [1, None]}, "director": "Ann Ampel", "_id": {"y": "<b>"}, "rating": "5"}
    assert written([again(found) for found in records(first, "csl-json")], "csl-json") == first


def test_what_other_formats_said_is_no_variable_of_csl() -> None:
    (found,) = records("@article{a, title = {T}, journal = {J}, translator = {Ampel, Ann}, version = {2}}", "bibtex")
    (back,) = json.loads(written([again(found)], "csl-json"))
    assert not back.keys() & {"translator", "version", "custom"}


def again(found: Record) -> Study:
    return study(found, key=found.keys[0])
