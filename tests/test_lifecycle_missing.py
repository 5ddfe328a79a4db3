"""A PMID that PubMed no longer gives: who may have taken its place waits for a person, and nothing merges by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from evidence import curation
from evidence.ingest import successors, take, upstream
from evidence.records import Record
from evidence.store import Store, queries, review
from tests.made import contents, fresh_store, record, vocabulary

TITLE = "Hydrodissection of the lateral femoral cutaneous nerve: a series"


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as made:
        yield made


def fill(store: Store, *items: Record, missing: Sequence[str] = ("1",)) -> int:
    """The records come, then some of them are missing; how many successors are proposed."""
    take(store, vocabulary(), items, actor="test", live=True)
    return lose(store, missing)


def lose(store: Store, missing: Sequence[str]) -> int:
    upstream.settle(store, vocabulary(), "pubmed", present=(), missing=missing, actor="test")
    return successors.propose(store, "pubmed", missing)


def waiting(store: Store) -> list[tuple[str, str]]:
    return [(item.rule, item.reasons[0]) for item in review.queue(store).items]


def studies(store: Store) -> int:
    return queries.state(store).studies


def test_a_live_record_with_the_same_doi_is_proposed(store: Store) -> None:
    other = record(
        "2", "Quite another wording of the printed title", pmid="2", doi="10.5555/x", family="Oda", year=2021
    )
    assert fill(store, record("1", TITLE, pmid="1", doi="10.5555/x"), other) == 1
    ((rule, reason),) = waiting(store)
    assert rule == "successor:doi"
    assert reason == "PubMed gives PMID 1 no more; PMID 2 may have taken its place"
    assert studies(store) == 2


def test_a_certain_match_but_for_the_pmid_is_proposed(store: Store) -> None:
    where = {"volume": "12", "pages": "34-40"}
    assert fill(store, record("1", TITLE, pmid="1", **where), record("2", TITLE, pmid="2", **where)) == 1
    assert waiting(store)[0][0] == "successor:match"
    assert studies(store) == 2


@pytest.mark.parametrize(
    "other",
    [
        record("2", "Quite another study of another thing", pmid="2", family="Oda"),
        record("2", f"Retraction: {TITLE}", pmid="2", doi="10.5555/x", types=["Retraction of Publication"]),
        record("a.ris#1", TITLE, source="ris", doi="10.5555/y"),
    ],
    ids=["unlike", "notice", "file"],
)
def test_what_is_no_live_record_of_the_work_is_not_proposed(store: Store, other: Record) -> None:
    assert fill(store, record("1", TITLE, pmid="1", doi="10.5555/x"), other) == 0


def test_a_doi_over_a_supplement_says_nothing(store: Store) -> None:
    names = ("Oda", "Ito", "Abe", "Ono", "Endo", "Mori")
    words = ("wrist", "elbow", "ankle", "knee", "shoulder", "hip")
    items = [
        record(
            str(n),
            f"Abstract on the {words[n - 2]} of {names[n - 2]}",
            pmid=str(n),
            doi="10.5555/x",
            family=names[n - 2],
        )
        for n in range(2, 8)
    ]
    assert fill(store, record("1", TITLE, pmid="1", doi="10.5555/x"), *items) == 0


def test_both_missing_proposes_nothing(store: Store) -> None:
    twins = [record(n, TITLE, pmid=n, doi="10.5555/x") for n in "12"]
    assert fill(store, *twins, missing=("1", "2")) == 0


def test_asking_again_writes_nothing_and_a_record_that_is_back_takes_the_proposal_back(store: Store) -> None:
    twins = [record(n, TITLE, pmid=n, doi="10.5555/x") for n in "12"]
    assert fill(store, *twins) == 1
    before = contents(store)
    assert lose(store, ["1"]) == 0
    assert contents(store) == before
    upstream.settle(store, vocabulary(), "pubmed", present=["1"], missing=(), actor="test")
    assert all(not rule.startswith("successor") for rule, _ in waiting(store))


def test_a_newer_delivery_of_the_successor_keeps_the_proposal(store: Store) -> None:
    twins = [record(n, TITLE, pmid=n, doi="10.5555/x") for n in "12"]
    fill(store, *twins)
    newer = record("2", f"{TITLE} in adults", pmid="2", doi="10.5555/x", revised=(2026, 2, 1))
    take(store, vocabulary(), [newer], actor="test", live=True)
    assert len(waiting(store)) == 1


def test_what_a_person_said_is_not_asked_again(store: Store) -> None:
    twins = [record(n, TITLE, pmid=n, doi="10.5555/x") for n in "12"]
    fill(store, *twins)
    item = review.queue(store).items[0]
    curation.decide(store, vocabulary(), item.a, item.b, "different", actor="ann")
    assert lose(store, ["1"]) == 0
    assert waiting(store) == []
