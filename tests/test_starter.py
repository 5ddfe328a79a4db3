"""The starter library, and the page it grew out of: one meta-analysis cited twice, as 3 and 4."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence import curation, starter
from evidence import vocabulary as vocabularies
from evidence.filters import Filter
from evidence.formats import by_name, read_path
from evidence.ingest import take
from evidence.store import Store, create, queries
from tests.made import clock, fresh_store, vocabulary


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


def shown(store: Store) -> list[str]:
    found = queries.listing(store, vocabulary(), Filter())
    return sorted(row.key for row in (*found.rows, *found.leads))


def claims(store: Store) -> list[tuple[int, str, str]]:
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT study_id, scheme, claim FROM identifier ORDER BY 1, 2")
        return [tuple(row) for row in rows]


def test_the_seed_page_is_three_studies_with_one_merge_that_can_be_undone_and_redone(store: Store) -> None:
    path = vocabularies.starter_path("seed_page.txt")
    report = take(store, vocabulary(), read_path(path), actor="ann")  # type: ignore[arg-type]
    assert {n: c for n, c in report.counts().items() if c} == {"added": 3, "merged": 1}
    assert len(shown(store)) == 3
    study = queries.study(store, vocabulary(), "neal2022six")
    assert study is not None
    assert [m.external_id for m in study.members] == ["seed_page.txt#3", "seed_page.txt#4"]
    assert [(m.rule, m.undone_at) for m in study.merges] == [("pmid", None)]

    apart = curation.unmerge(store, vocabulary(), study.merges[0].event, actor="ann")
    assert len(shown(store)) == 4
    assert [claim for _, _, claim in claims(store)] == ["own", "own", "disputed", "disputed"]

    curation.merge(store, vocabulary(), "neal2022six", apart, actor="ann")
    assert len(shown(store)) == 3
    assert [claim for _, _, claim in claims(store)] == ["own", "own"]
    again = take(store, vocabulary(), read_path(path), actor="ann")  # type: ignore[arg-type]
    assert again.counts()["unchanged"] == again.total == 4


def test_the_starter_library_holds_every_study_under_its_own_key(store: Store) -> None:
    report = starter.load(store, vocabulary())
    assert {n: c for n, c in report.counts().items() if c} == {"added": 201, "merged": 4}
    state = queries.state(store)
    assert (state.studies, state.leads) == (137, 64)
    assert state.starter_loaded is not None
    neal = queries.study(store, vocabulary(), "neal2022six")
    assert neal is not None
    assert [m.source for m in neal.members] == ["starter", "references", "references"]
    assert neal.row.conditions == ("patellofemoral-pain",), "the review is about that condition and no other"


def test_a_first_run_that_ended_half_way_is_made_good(store: Store) -> None:
    assert starter.is_unfinished(store)
    read = by_name("jsonl").read
    assert read is not None
    lines = vocabularies.starter_path("studies.jsonl").read_bytes().splitlines(keepends=True)
    half = io.BufferedReader(io.BytesIO(b"".join(lines[:100])))
    take(store, vocabulary(), read(half, "studies.jsonl"), actor="starter")
    assert starter.is_unfinished(store)
    report = starter.load(store, vocabulary())
    assert {n: c for n, c in report.counts().items() if c} == {"added": 101, "unchanged": 100, "merged": 4}
    assert not starter.is_unfinished(store)


def test_a_library_of_ones_own_is_left_alone(store: Store, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_bytes(vocabularies.starter_path("seed_page.txt").read_bytes())
    take(store, vocabulary(), read_path(own), actor="ann")
    assert not starter.is_unfinished(store)


def test_the_treatments_stay_apart_and_comparators_say_so(store: Store) -> None:
    starter.load(store, vocabulary())
    page = queries.listing(store, vocabulary(), Filter(condition="carpal-tunnel-syndrome", size=200))
    roles = {
        slug: {role for r in page.rows for s, role in r.interventions if s == slug}
        for slug in vocabulary().interventions
    }
    for slug in ("dextrose-5", "nerve-hydrodissection", "perineural-injection-therapy"):
        assert roles[slug] == {"active"}
    assert roles["corticosteroid"] == {"comparator"}
    assert {r.design for r in page.rows} >= {"rct", "meta-analysis", "network-meta-analysis", "cohort"}
    assert any(not v.published_as for v in page.registrations), "unpublished trials are shown"
    assert all(v.registry_id.startswith("NCT") or v.url for v in page.registrations)


def test_a_second_store_has_the_same_keys(store: Store) -> None:
    starter.load(store, vocabulary())
    shipped = vocabularies.starter_path("studies.jsonl").read_text().splitlines()
    assert len(shipped) == 201
    keys = set(shown(store))
    import json

    given = {json.loads(line)["keys"][0] for line in shipped}
    assert keys <= given
    assert len(given) == 201


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json", "csv", "jsonl"])
def test_every_export_of_the_whole_library_comes_home_to_the_same_studies(name: str) -> None:
    with fresh_store() as store:
        starter.load(store, vocabulary())
        before = shown(store)
        fmt = by_name(name, writing=True)
        assert fmt.write is not None
        assert fmt.read is not None
        text = "".join(fmt.write(queries.stream(store, vocabulary(), Filter(), leads=True)))
        items = list(fmt.read(io.BufferedReader(io.BytesIO(text.encode())), f"export{fmt.suffixes[0]}"))  # type: ignore[arg-type]
        report = take(store, vocabulary(), items, actor="ann")
        # 201 studies less four leads without a title; JSON lines hold source records, the page's four references too.
        expected = {"unchanged": 201} if name == "jsonl" else {"merged": 197}
        assert {n: c for n, c in report.counts().items() if c} == expected
        assert shown(store) == before


@pytest.mark.parametrize("name", ["bibtex", "biblatex", "ris", "csl-json", "nbib", "jsonl"])
def test_an_export_read_into_an_empty_store_is_exported_as_it_was(name: str) -> None:
    """Also where the file says nothing of designs, by which lists are in order."""
    fmt = by_name(name, writing=True)
    assert fmt.write is not None
    assert fmt.read is not None
    with fresh_store() as store:
        starter.load(store, vocabulary())
        text = "".join(fmt.write(queries.stream(store, vocabulary(), Filter(), leads=True, by_key=True)))
    with fresh_store() as store:
        items = list(fmt.read(io.BufferedReader(io.BytesIO(text.encode())), f"export{fmt.suffixes[0]}"))  # type: ignore[arg-type]
        take(store, vocabulary(), items, actor="ann")
        again = "".join(fmt.write(queries.stream(store, vocabulary(), Filter(), leads=True, by_key=True)))
    assert again == text
