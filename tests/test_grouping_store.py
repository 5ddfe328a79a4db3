"""Who is who in a store: the same whatever the order of arrival; exact after any merges, decisions and undoing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import text

from evidence import curation
from evidence.errors import Conflict, NotFound
from evidence.ingest import regroup, take
from evidence.ingest.pool import Pool
from evidence.records import Item, Record
from evidence.store import Store, queries, reads
from tests.made import contents, fresh_store, record, vocabulary

HISTORY = ("event", "merge_event", "match_decision")
TITLES = (
    "Dextrose near the median nerve: a randomised trial",
    "Dextrose near the median nerve: a randomized trial",
    "Dextrose near the median nerve",
    "Hydrodissection of the ulnar nerve at the elbow",
    "Erratum: dextrose near the median nerve: a randomised trial",
    "Editorial",
    "",
)


@st.composite
def records(draw: st.DrawFn, number: int) -> Record:
    """A record of a small world, where identifiers, titles and places are often shared and often in conflict."""
    fields: dict[str, Any] = {}
    for name, values in (
        ("pmid", ("1", "2")),
        ("pmcid", ("PMC1",)),
        ("doi", ("10.1000/a", "10.1000/b", "10.1000/b1")),
        ("volume", ("5", "6")),
        ("pages", ("1-9", "11-19")),
    ):
        value = draw(st.sampled_from((None, None, *values)))
        if value is not None:
            fields[name] = value
    title = draw(st.sampled_from(TITLES))
    if not title and not fields.keys() & {"pmid", "pmcid", "doi"}:
        title = TITLES[0]
    source = draw(st.sampled_from(("ris", "bibtex", "nbib", "csv")))
    return record(
        f"f#{number}",
        title,
        source=source,
        families=draw(st.sampled_from((["Wu"], ["Wu", "Ke"], ["Ng"], []))),
        year=draw(st.sampled_from((2019, 2020))),
        journal=draw(st.sampled_from(("Journal of Nerve Studies", "J Nerve Stud", "Pain Medicine"))),
        **fields,
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[Record]:
    """Up to seven records."""
    return [draw(records(n)) for n in range(draw(st.integers(2, 7)))]


def groups(store: Store) -> set[tuple[Any, ...]]:
    """Every study without its key and number: members, shown fields, identifiers, states."""
    with store.read() as connection:
        live = connection.execute(text("SELECT study_id FROM membership GROUP BY study_id ORDER BY study_id"))
        numbers = [row[0] for row in live]
    found = set()
    for number in numbers:
        with store.read() as connection:
            key = reads.key_of(connection, number)
        study = queries.study(store, vocabulary(), key)
        assert study is not None
        members = frozenset((m.source, m.external_id) for m in study.members)
        shown = (study.row.title, study.row.byline, study.row.citation, study.row.state, study.row.upstream)
        # Of two studies with one identifier the older owns it: which that is, is a matter of arrival.
        named = {f"{i.scheme}:{i.value}" for i in study.record.identifiers} | set(study.disputed)
        found.add((members, *shown, frozenset(named)))
    return found


def taken(store: Store, items: Sequence[Item], **how: Any) -> None:
    take(store, vocabulary(), items, actor="test", **how)


@settings(max_examples=60)
@given(worlds(), st.data())
def test_any_order_and_batching_give_the_same_studies(world: list[Record], data: st.DataObject) -> None:
    with fresh_store() as store, fresh_store() as other:
        taken(store, world)
        left = data.draw(st.permutations(world))
        while left:
            size = data.draw(st.integers(1, len(left)))
            taken(other, left[:size])
            left = left[size:]
        assert groups(store) == groups(other)
        assert queue(store) == queue(other)


def queue(store: Store) -> set[tuple[frozenset[str], str]]:
    """The machine's doubts, by the records' names."""
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT a.external_id, b.external_id, d.verdict, d.rule FROM match_decision d "
                "JOIN source_record a ON a.id = d.a_id JOIN source_record b ON b.id = d.b_id"
            )
        )
        return {(frozenset((row[0], row[1])), f"{row[2]} {row[3]}") for row in rows}


def conflict() -> list[Record]:
    """B, without identifiers, is the same as A and as C, whose DOIs differ."""
    common = {"volume": "5", "pages": "1-9", "source": "ris"}
    return [
        record("f#a", TITLES[0], doi="10.1000/first", **common),  # type: ignore[arg-type]
        record("f#b", TITLES[0], **common),  # type: ignore[arg-type]
        record("f#c", TITLES[0], doi="10.1000/quite-another", **common),  # type: ignore[arg-type]
    ]


@given(st.permutations(range(3)), st.integers(1, 3))
@settings(max_examples=18)
def test_a_record_that_is_two_works_joins_neither(order: list[int], size: int) -> None:
    world = [conflict()[n] for n in order]
    with fresh_store() as store:
        for start in range(0, 3, size):
            taken(store, world[start : start + size])
        assert len(groups(store)) == 3
        doubts = dict(queue(store))
        assert doubts[frozenset({"f#a", "f#b"})].startswith("unsure conflict:")
        assert doubts[frozenset({"f#b", "f#c"})].startswith("unsure conflict:")


def test_a_machines_merge_is_withdrawn_when_a_conflict_comes_and_restored_when_it_goes() -> None:
    a, b, c = conflict()
    with fresh_store() as store:
        taken(store, [a, b])
        assert len(groups(store)) == 1
        taken(store, [c])
        assert len(groups(store)) == 3
        with store.read() as connection:
            kinds = set(connection.execute(text("SELECT kind FROM event")).scalars())
            undone = connection.execute(text("SELECT undone_by FROM merge_event")).scalars().all()
        assert "merge-withdrawn" in kinds
        assert undone == ["test"]
        taken(store, [record("f#c", TITLES[3], source="ris", doi="10.1000/quite-another")])
        assert len(groups(store)) == 2, "what stood against it has gone"


def test_a_persons_merge_is_never_withdrawn() -> None:
    a, b, c = conflict()
    with fresh_store() as store:
        taken(store, [a, b])
        with store.read() as connection:
            event = connection.execute(text("SELECT id FROM merge_event")).scalar_one()
        curation.unmerge(store, vocabulary(), event, actor="ann")
        first, second = (numbers(store)[name] for name in ("f#a", "f#b"))
        assert curation.decide(store, vocabulary(), first, second, "same", actor="ann") is not None
        taken(store, [c])
        taken(store, [record("f#b", TITLES[3], source="ris")])
        assert {len(g[0]) for g in groups(store)} == {1, 2}


def numbers(store: Store) -> dict[str, int]:
    """External id → source record number."""
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT external_id, id FROM source_record"))}


@settings(max_examples=40)
@given(worlds(), st.integers(0, 6), st.integers(0, 6))
def test_merge_and_unmerge_is_the_identity(world: list[Record], a: int, b: int) -> None:
    with fresh_store() as store:
        taken(store, world)
        before = contents(store, leave_out=HISTORY)
        one, other = (n % len(world) + 1 for n in (a, b))
        try:
            event = curation.decide(
                store, vocabulary(), one, other, "same", actor="ann", choices={"title": f"record:{other}"}
            )
        except Conflict:
            return
        assert event is not None
        curation.unmerge(store, vocabulary(), event, actor="ann")
        assert contents(store, leave_out=HISTORY) == before


@settings(max_examples=40)
@given(worlds(), worlds(), st.integers(0, 6), st.integers(0, 6))
def test_what_happens_between_merge_and_unmerge_is_as_if_they_had_not_been(
    world: list[Record], later: list[Record], a: int, b: int
) -> None:
    one, other = (n % len(world) + 1 for n in (a, b))
    with fresh_store() as store, fresh_store() as plain:
        for each in (store, plain):
            taken(each, world)
        try:
            event = curation.decide(store, vocabulary(), one, other, "same", actor="ann")
            undone = curation.decide(plain, vocabulary(), one, other, "same", actor="ann")
        except Conflict:
            return
        assert event is not None
        assert undone is not None
        curation.unmerge(plain, vocabulary(), undone, actor="ann")
        for each in (store, plain):
            taken(each, later)
        curation.unmerge(store, vocabulary(), event, actor="ann")
        assert groups(store) == groups(plain)


class Curating(RuleBasedStateMachine):
    """Imports, revisions, deletions, merges, undoing and decisions in any order."""

    merges = Bundle("merges")

    def __init__(self) -> None:
        super().__init__()
        self._context = fresh_store()
        self.store = self._context.__enter__()
        self.said: dict[frozenset[int], str] = {}
        self.given: set[str] = set()

    def teardown(self) -> None:
        self._context.__exit__(None, None, None)

    @rule(world=worlds(), include=st.booleans())
    def imports(self, world: list[Record], include: bool) -> None:
        taken(self.store, world, include=include)

    @rule(target=merges, a=st.integers(1, 7), b=st.integers(1, 7))
    def merge(self, a: int, b: int) -> Any:
        try:
            event = curation.decide(self.store, vocabulary(), a, b, "same", actor="ann")
        except (Conflict, NotFound):
            return multiple()
        self.said = {k: v for k, v in self.said.items() if self._person(k)}
        self.said[frozenset((a, b))] = "same"
        return event

    @rule(a=st.integers(1, 7), b=st.integers(1, 7))
    def different(self, a: int, b: int) -> None:
        try:
            curation.decide(self.store, vocabulary(), a, b, "different", actor="ann")
        except (Conflict, NotFound):
            return
        self.said[frozenset((a, b))] = "different"

    @rule(event=consumes(merges))
    def unmerge(self, event: int) -> None:
        try:
            curation.unmerge(self.store, vocabulary(), event, actor="ann")
        except Conflict:
            return
        with self.store.read() as connection:
            row = reads.merge_event(connection, event)
        assert row is not None
        self.said = {k: self._person(k) for k in self.said if self._person(k)}

    @rule(a=st.integers(1, 7), b=st.integers(1, 7))
    def takes_back(self, a: int, b: int) -> None:
        try:
            curation.reconsider(self.store, vocabulary(), a, b, actor="ann")
        except (Conflict, NotFound):
            return
        self.said = {k: v for k, v in self.said.items() if self._person(k)}

    def _person(self, pair: frozenset[int]) -> str:
        with self.store.read() as connection:
            row = reads.decisions(connection, pair).get((min(pair), max(pair)))
        return str(row.verdict) if row is not None and row.actor != "machine" else ""

    @invariant()
    def every_study_is_what_its_records_make(self) -> None:
        with self.store.read() as connection:
            everything = list(connection.execute(text("SELECT id FROM source_record")).scalars())
            plan = regroup.plan(connection, Pool(connection), (), everything)
            assert not plan.split
            assert not [step for step in plan.steps if step.changes]
            retired = connection.execute(text("SELECT id, merged_into FROM study WHERE merged_into IS NOT NULL"))
            pointing = {row.id: row.merged_into for row in retired}
            assert pointing == plan.pointers

    @invariant()
    def identifiers_and_keys_lead_to_one_live_study(self) -> None:
        with self.store.read() as connection:
            owned = connection.execute(
                text("SELECT scheme, value FROM identifier WHERE claim = 'own' GROUP BY 1, 2 HAVING count(*) > 1")
            ).all()
            assert owned == []
            dead = connection.execute(
                text("SELECT 1 FROM identifier i JOIN study s ON s.id = i.study_id WHERE s.merged_into IS NOT NULL")
            ).all()
            assert dead == []
            keys = set(connection.execute(text("SELECT key FROM cite_key")).scalars())
            live = set(connection.execute(text("SELECT id FROM study WHERE merged_into IS NULL")).scalars())
        assert self.given <= keys, "a key that was given stays"
        self.given = keys
        for key in keys:
            with self.store.read() as connection:
                assert queries.number_of(connection, key) in live

    @invariant()
    def no_decision_is_lost(self) -> None:
        assert {pair: self._person(pair) for pair in self.said} == self.said


Curating.TestCase.settings = settings(max_examples=25, stateful_step_count=12)
TestCurating = Curating.TestCase
