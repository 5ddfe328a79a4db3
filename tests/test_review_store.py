"""What waits for a person and what was decided: complete, in order, one line for two studies, stable while read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import curation
from evidence.errors import UsageProblem
from evidence.ingest import take
from evidence.records import Item
from evidence.store import Store, create, review, schema
from evidence.store.review import Cursor, DecidedCursor
from tests.made import NOW, clock, examples, fresh_store, record, vocabulary

TOPICS = (
    "Perineural dextrose in the wrist of cyclists",
    "Ultrasound of the median nerve after surgery",
    "Corticosteroid injection compared with splinting",
    "Pain scores of elderly gardeners in winter",
    "Cubital tunnel release under local anaesthesia",
    "Grip strength of violinists before concerts",
)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


def fill(store: Store, count: int = 6) -> None:
    """Studies 1, 2, … of source records 1, 2, … that nobody could take for one another."""
    items: list[Item] = [
        record(str(n + 1), TOPICS[n], pmid=str(n + 1), keys=(f"k{n + 1}",), family=TOPICS[n].split()[-1].title())
        for n in range(count)
    ]
    report = take(store, vocabulary(), items, actor="test")
    assert report.counts()["added"] == count


def say(
    store: Store,
    a: int,
    b: int,
    verdict: str = "unsure",
    *,
    strength: float = 6.0,
    rule: str = "title+year",
    actor: str = "machine",
    later: int = 0,
) -> None:
    row = {
        "a_id": a,
        "b_id": b,
        "verdict": verdict,
        "rule": rule,
        "reasons": f'["{rule} of {a} and {b}", "pages “5” differ"]',
        "strength": strength,
        "actor": actor,
        "at": NOW + timedelta(minutes=later),
    }
    with store.write() as writer:
        writer.add(schema.MatchDecision, [row])


def waiting(store: Store) -> list[tuple[int, int]]:
    return [(item.a, item.b) for item in review.queue(store).items]


def join(store: Store, a: int, b: int, actor: str = "ann") -> int:
    event = curation.decide(store, vocabulary(), a, b, "same", actor=actor, reason="seen both")
    assert event is not None
    return event


def doubtful(store: Store) -> review.QueueItem:
    """A pair that the matcher itself is unsure of, the only one in the store."""
    title = "Six treatments of the wrist: an overview"
    take(store, vocabulary(), [record("36", title, pmid="36", volume="4", pages="1-9")], actor="test")
    take(store, vocabulary(), [record("f#1", title, source="ris", year=2017, pages="5-9")], actor="test")
    (item,) = review.queue(store).items
    return item


def test_an_empty_library_has_nothing_to_review(store: Store) -> None:
    assert review.queue(store) == review.QueuePage((), 0, None)
    assert review.merges(store) == review.MergePage((), None)
    assert review.decided(store) == review.DecidedPage((), 0, None)
    assert review.pair(store, vocabulary(), 1, 2) is None


def test_the_surest_comes_first_and_says_what_it_is(store: Store) -> None:
    fill(store)
    say(store, 3, 4, strength=6.5)
    say(store, 1, 2, strength=6.5)
    say(store, 2, 5, strength=7.25, rule="conflict:doi")
    page = review.queue(store)
    assert [(item.a, item.b) for item in page.items] == [(2, 5), (1, 2), (3, 4)]
    assert (page.total, page.next) == (3, None)
    first = page.items[0]
    assert (first.key_a, first.key_b) == ("k2", "k5")
    assert (first.title_a, first.title_b) == (TOPICS[1], TOPICS[4])
    assert first.reasons == ("conflict:doi of 2 and 5", "pages “5” differ")
    assert (first.rule, first.strength) == ("conflict:doi", 7.25)


def test_pages_follow_one_another_while_pairs_are_decided(store: Store) -> None:
    fill(store)
    pairs = [(1, 2), (1, 3), (2, 3), (4, 5), (4, 6)]
    for a, b in pairs:
        say(store, a, b, strength=7.0 - a / 10)
    first = review.queue(store, limit=2)
    assert [(item.a, item.b) for item in first.items] == pairs[:2]
    assert (first.total, first.next) == (5, first.items[-1].cursor)
    curation.decide(store, vocabulary(), 1, 3, "different", actor="ann")
    second = review.queue(store, limit=2, after=first.next)
    assert [(item.a, item.b) for item in second.items] == pairs[2:4]
    assert second.total == 4
    last = review.queue(store, limit=2, after=Cursor.parse(str(second.next)))
    assert [(item.a, item.b) for item in last.items] == pairs[4:]
    assert last.next is None
    assert review.queue(store, limit=2, after=last.items[-1].cursor).items == ()
    assert review.queue(store, limit=0).total == 4


def test_two_studies_are_one_line_that_of_their_surest_pair(store: Store) -> None:
    fill(store)
    say(store, 1, 3, strength=6.2)
    say(store, 2, 3, strength=6.8)
    assert waiting(store) == [(2, 3), (1, 3)]
    join(store, 1, 2)
    assert waiting(store) == [(2, 3)], "records 1 and 2 are one study now, so there is one question"
    join(store, 1, 3)
    assert waiting(store) == []


def test_what_a_person_said_about_two_studies_answers_for_all_their_records(store: Store) -> None:
    fill(store)
    say(store, 1, 3)
    join(store, 1, 2)
    assert waiting(store) == [(1, 3)]
    say(store, 2, 3, "different", actor="ann", rule="curator")
    assert waiting(store) == [], "2 is in the same study as 1"
    say(store, 5, 6, "different")
    say(store, 4, 5)
    assert waiting(store) == [(4, 5)], "the machine's own verdicts answer nothing"


def test_a_decision_taken_back_returns_to_the_queue(store: Store) -> None:
    item = doubtful(store)
    curation.decide(store, vocabulary(), item.a, item.b, "different", actor="ann", reason="two years apart")
    assert waiting(store) == []
    (decided,) = review.decided(store).items
    assert (decided.a, decided.b, decided.actor, decided.reasons) == (item.a, item.b, "ann", ("two years apart",))
    curation.reconsider(store, vocabulary(), decided.a, decided.b, actor="ann")
    assert waiting(store) == [(item.a, item.b)]
    event = join(store, item.a, item.b)
    curation.unmerge(store, vocabulary(), event, actor="ann")
    assert waiting(store) == []
    curation.reconsider(store, vocabulary(), item.a, item.b, actor="ann")
    assert waiting(store) == [(item.a, item.b)]


def test_a_pair_side_by_side(store: Store) -> None:
    fill(store)
    say(store, 2, 5, strength=6.5, later=7)
    pair = review.pair(store, vocabulary(), 5, 2)
    assert pair is not None
    assert (pair.a, pair.b, pair.left.row.key, pair.right.row.key) == (2, 5, "k2", "k5")
    assert (pair.left_record.title, pair.right_record.title) == (TOPICS[1], TOPICS[4])
    assert (pair.verdict, pair.rule, pair.actor, pair.strength) == ("unsure", "title+year", "machine", 6.5)
    assert pair.reasons == ("title+year of 2 and 5", "pages “5” differ")
    assert pair.at == NOW + timedelta(minutes=7)
    assert not pair.same_study
    assert pair.cursor == review.queue(store).items[0].cursor
    join(store, 2, 5)
    pair = review.pair(store, vocabulary(), 2, 5)
    assert pair is not None
    assert pair.same_study
    assert pair.left == pair.right
    assert pair.left_record.external_id == "2"
    assert pair.right_record.external_id == "5"
    assert (pair.verdict, pair.actor) == ("same", "ann")


def test_a_pair_of_which_nothing_was_said(store: Store) -> None:
    fill(store, 2)
    pair = review.pair(store, vocabulary(), 1, 2)
    assert pair is not None
    assert (pair.verdict, pair.rule, pair.reasons, pair.actor, pair.at) == ("", "", (), "", None)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, 99), (0, 1), (-1, 2), (1, 2**31), (10**40, 1)])
def test_a_pair_that_is_not_there(store: Store, a: int, b: int) -> None:
    fill(store, 2)
    assert review.pair(store, vocabulary(), a, b) is None


def test_the_records_that_stand_for_two_studies(store: Store) -> None:
    fill(store)
    assert review.pair_of(store, "k1", "k2") == (1, 2)
    assert review.pair_of(store, "k2", "k1") == (2, 1), "the first study's record first"
    join(store, 1, 3)
    say(store, 2, 3, strength=6.5)
    assert review.pair_of(store, "k1", "k2") == (3, 2), "the pair that waits"
    assert review.pair_of(store, "K3", "k2") == (3, 2), "an alias leads to its study"
    say(store, 1, 2, "different", actor="ann", later=5)
    assert review.pair_of(store, "k2", "k1") == (2, 3)
    assert review.pair_of(store, "k1", "k3") is None
    assert review.pair_of(store, "k1", "nobody") is None


def test_merges_newest_first_with_both_sides_and_what_can_be_undone(store: Store) -> None:
    fill(store)
    first, second = join(store, 1, 2), join(store, 3, 1, actor="bob")
    third = join(store, 4, 5)
    curation.unmerge(store, vocabulary(), third, actor="cat")
    items = {item.event: item for item in review.merges(store).items}
    assert list(items) == [third, second, first]
    one, two, three = (items[n] for n in (first, second, third))
    assert (one.key, one.title, one.from_key) == ("k1", TOPICS[0], "k2")
    assert (one.moved, one.stayed) == ((("pubmed", "2"),), (("pubmed", "1"),))
    assert (one.actor, one.rule, one.reasons, one.at) == ("ann", "curator", ("seen both",), NOW)
    assert (one.can_undo, one.undone_at, one.undone_by) == (True, None, "")
    assert (two.actor, two.from_key, two.key) == ("bob", "k3", "k1")
    assert set(two.stayed) | set(two.moved) == {("pubmed", "1"), ("pubmed", "2"), ("pubmed", "3")}
    assert (three.can_undo, three.undone_at, three.undone_by) == (False, NOW, "cat")


def test_the_machines_merges_are_there_too(store: Store) -> None:
    take(store, vocabulary(), [record("36", pmid="36"), record("f#1", source="ris", pmid="36")], actor="test")
    (item,) = review.merges(store).items
    assert (item.actor, item.rule, item.from_key, item.can_undo) == ("test", "pmid", "", True)
    assert {*item.moved, *item.stayed} == {("pubmed", "36"), ("ris", "f#1")}


def test_pages_of_merges(store: Store) -> None:
    fill(store)
    events = [join(store, 1, n) for n in (2, 3, 4, 5)]
    first = review.merges(store, limit=3)
    assert [item.event for item in first.items] == events[:0:-1]
    assert first.next == events[1]
    second = review.merges(store, limit=3, before=first.next)
    assert [item.event for item in second.items] == events[:1]
    assert second.next is None
    assert review.merges(store, before=10**30).items == review.merges(store).items
    assert review.merges(store, before=-1).items == ()


def test_decided_pairs_newest_first_one_line_for_two_studies(store: Store) -> None:
    fill(store)
    join(store, 1, 2)
    for later, (a, b) in enumerate([(1, 3), (2, 3), (4, 5)]):
        say(store, a, b, "different", actor="ann", rule="curator", later=later)
    say(store, 5, 6, "different", later=9)
    page = review.decided(store)
    assert [(item.a, item.b) for item in page.items] == [(4, 5), (2, 3)], "the machine's words are not listed"
    assert (page.total, page.next) == (2, None)
    assert (page.items[1].key_a, page.items[1].key_b) == ("k1", "k3")
    assert (page.items[1].title_a, page.items[1].title_b) == (TOPICS[0], TOPICS[2])
    assert page.items[1].at == NOW + timedelta(minutes=1)
    first = review.decided(store, limit=1)
    assert first.next is not None
    again = DecidedCursor.parse(str(first.next))
    assert again == first.next
    assert [(i.a, i.b) for i in review.decided(store, limit=1, before=again).items] == [(2, 3)]
    join(store, 1, 3)
    assert [(i.a, i.b) for i in review.decided(store).items] == [(4, 5)], "they are one study now"


@pytest.mark.parametrize("text", ["", "1", "6.5,1", "x,1,2", "6.5,a,b", "nan,1,2", "inf,1,2", "6.5,1,2,3", "1e99,1,2"])
def test_what_is_no_place_in_the_queue_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="no place"):
        Cursor.parse(text)


@pytest.mark.parametrize("text", ["", "2026-01-01", "soon,1,2", "2026-01-01,1,x"])
def test_what_is_no_place_among_the_decisions_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="no place"):
        DecidedCursor.parse(text)


@given(st.floats(-1e8, 1e8), st.integers(1, 2**31), st.integers(1, 2**31))
def test_a_cursor_survives_an_address(strength: float, a: int, b: int) -> None:
    assert Cursor.parse(str(Cursor(strength, a, b))) == Cursor(strength, a, b)


Doubt = tuple[int, int, float]
DOUBTS = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.sampled_from([6.0, 6.5, 7.0])).filter(lambda d: d[0] < d[1]),
    max_size=8,
    unique_by=lambda d: d[:2],
)


@pytest.mark.long
@settings(max_examples=examples(25))
@given(DOUBTS, st.integers(1, 3), st.lists(st.sampled_from([(1, 2), (2, 3), (4, 5)]), max_size=2, unique=True))
def test_the_queue_is_every_open_question_once_in_order(
    doubts: Sequence[Doubt], size: int, joined: Sequence[tuple[int, int]]
) -> None:
    with fresh_store() as store:
        fill(store, 5)
        for a, b in joined:
            join(store, a, b)
        home = {n: n for n in range(1, 6)}
        for a, b in joined:
            home = {n: home[a] if s == home[b] else s for n, s in home.items()}
        said = {(a, b) for a, b in joined}
        for a, b, strength in doubts:
            if (a, b) not in said:
                say(store, a, b, strength=strength)
        best: dict[frozenset[int], tuple[float, int, int]] = {}
        for a, b, strength in doubts:
            if home[a] != home[b] and (a, b) not in said:
                key = frozenset((home[a], home[b]))
                best[key] = min(best.get(key, (0.0, 9, 9)), (-strength, a, b))
        expected = [(a, b) for _, a, b in sorted(best.values())]
        seen: list[tuple[int, int]] = []
        after = None
        while True:
            page = review.queue(store, limit=size, after=after)
            assert page.total == len(expected)
            seen += [(item.a, item.b) for item in page.items]
            after = page.next
            if after is None:
                break
        assert seen == expected
