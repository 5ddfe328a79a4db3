"""Shelves in the store, on either engine: what stands on them, in which order, through merges and refreshes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from evidence import curation, shelving
from evidence.cli import shelves as commands
from evidence.errors import Conflict, EvidenceError, NotFound, UsageProblem
from evidence.ingest import take
from evidence.records import Deletion, Record
from evidence.shelving import Change
from evidence.store import Store, create, queries, shelves
from evidence.store.backup import backup, restore
from evidence.store.detail import rows_of
from tests.made import clock, examples, fresh_store, record, vocabulary

TOPICS = ("median nerve", "ulnar nerve", "radial nerve", "tibial nerve", "sural nerve")


def work(number: int) -> Record:
    """One of the invented works; no two are taken for each other."""
    title = f"An invented account of the {TOPICS[number - 1]} and its surroundings"
    return record(str(number), title, pmid=str(number), year=2010 + number, family=f"Author{'abcde'[number - 1]}")


def fill(store: Store) -> dict[int, str]:
    """Works 1 to 5: number → key."""
    take(store, vocabulary(), [work(n) for n in range(1, 6)], actor="test")
    return {n: queries.find_key(store, vocabulary(), "pmid", str(n)) or "" for n in range(1, 6)}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


@pytest.fixture
def small() -> Iterator[Store]:
    """A store for what does not depend on the engine."""
    with fresh_store() as made:
        yield made


def make(store: Store, name: str = "Thesis", *studies: str, owner: str = "ann") -> Change:
    return shelving.create(store, name, studies, owner=owner, actor="ann")


def on(store: Store, slug: str = "thesis") -> list[str]:
    """The keys on a shelf; the stream for exports must agree with the list."""
    shelf = shelving.known(store, slug)
    keys = list(shelves.keys(store, shelf.id))
    assert [s.row.key for s in shelves.stream(store, vocabulary(), shelf.id)] == keys
    assert [r.key for r in shelves.page(store, shelf.id).rows] == keys
    assert shelf.studies == len(keys)
    return keys


def events(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    """Kind, actor and detail of what happened to shelves, oldest first."""
    with store.read() as connection:
        rows = connection.execute(text("SELECT kind, actor, detail FROM event WHERE kind LIKE 'shelf-%' ORDER BY id"))
        return [(kind, actor, json.loads(detail)) for kind, actor, detail in rows]


def test_a_shelf_is_made_filled_emptied_renamed_and_logged(store: Store) -> None:
    keys = fill(store)
    made = make(store, "My  Thesis: Ärzte & “Nerven”")
    assert (made.shelf.slug, made.shelf.name) == ("my-thesis-arzte-nerven", "My Thesis: Ärzte & “Nerven”")
    assert (made.shelf.visibility, made.shelf.token, made.shelf.owner) == ("private", "", "ann")
    slug = made.shelf.slug
    added = shelving.add(store, slug, [keys[3], "2", keys[3].upper(), f"PMID: {1}"], actor="bob")
    assert (added.count, added.already, on(store, slug)) == (3, 0, [keys[3], keys[2], keys[1]])
    again = shelving.add(store, slug, [keys[2], keys[4]], actor="bob")
    assert (again.count, again.already, on(store, slug)) == (1, 1, [keys[3], keys[2], keys[1], keys[4]])
    nothing = shelving.add(store, slug, [keys[2]], actor="bob")
    assert (nothing.event, nothing.count, nothing.already) == (0, 0, 1)
    gone = shelving.remove(store, slug, [keys[2], keys[5]], actor="ann")
    assert (gone.count, gone.already, on(store, slug)) == (1, 1, [keys[3], keys[1], keys[4]])
    renamed = shelving.rename(store, slug, "A book", actor="ann").shelf
    assert (renamed.slug, renamed.name) == (slug, "A book")
    assert shelving.rename(store, slug, "A book", actor="ann").event == 0
    kinds = [(kind, actor) for kind, actor, _ in events(store)]
    assert kinds == [
        ("shelf-created", "ann"), ("shelf-added", "bob"), ("shelf-added", "bob"), ("shelf-removed", "ann"),
        ("shelf-renamed", "ann"),
    ]  # fmt: skip
    assert replayed(store) == {slug: on(store, slug)}


def replayed(store: Store) -> dict[object, list[str]]:
    """What stands on each shelf by the log alone."""
    held: dict[object, dict[int, int]] = {}
    for kind, _, detail in events(store):
        shelf = held.setdefault(detail["slug"], {})
        items = detail.get("items", [])
        assert isinstance(items, list)
        for number, position in items:
            if kind == "shelf-added":
                shelf[number] = position
            else:
                assert shelf.pop(number) == position
    found = {}
    with store.read() as connection:
        for slug, shelf in held.items():
            homes = shelves.studies_of(connection, shelf)
            numbers = dict.fromkeys(homes[n] for n in sorted(shelf, key=lambda n: shelf[n]))
            found[slug] = [row.key for row in rows_of(connection, list(numbers))]
    return found


def test_merged_studies_show_once_and_separated_ones_as_what_was_put_there(store: Store) -> None:
    keys = fill(store)
    make(store, "Thesis", keys[4], keys[2], keys[1], keys[3])
    make(store, "Second", keys[2])
    merge = curation.merge(store, vocabulary(), keys[1], keys[2], actor="ann")
    assert on(store) == [keys[4], keys[1], keys[3]], "where the first of the two stood"
    assert on(store, "second") == [keys[1]], "the study that took it over"
    late = make(store, "Late", keys[2])  # by the key that is an alias by now
    assert late.count == 1
    assert shelving.add(store, "late", [keys[1]], actor="ann").already == 1
    take(store, vocabulary(), [replace(work(2), volume="7")], actor="refresh")
    assert on(store) == [keys[4], keys[1], keys[3]]
    curation.unmerge(store, vocabulary(), merge, actor="ann")
    assert on(store) == [keys[4], keys[2], keys[1], keys[3]]
    assert on(store, "second") == on(store, "late") == [keys[2]]


def test_what_is_removed_while_merged_is_gone_with_both_its_halves(small: Store) -> None:
    keys = fill(small)
    make(small, "Thesis", keys[2], keys[1], keys[3])
    merge = curation.merge(small, vocabulary(), keys[1], keys[2], actor="ann")
    removed = shelving.remove(small, "thesis", [keys[2]], actor="ann")
    assert (removed.count, on(small)) == (1, [keys[3]])
    shelving.undo(small, removed.event, actor="ann")
    assert on(small) == [keys[1], keys[3]]
    curation.unmerge(small, vocabulary(), merge, actor="ann")
    assert on(small) == [keys[2], keys[1], keys[3]]


def test_what_its_source_deletes_or_retracts_stays_and_says_so(small: Store) -> None:
    keys = fill(small)
    make(small, "Thesis", keys[1], keys[2])
    take(small, vocabulary(), [Deletion(source="pubmed", external_id="1")], actor="refresh")
    retracted = replace(work(2), publication_types=record("9", types=["Retracted Publication"]).publication_types)
    take(small, vocabulary(), [replace(retracted, volume="8")], actor="refresh")
    assert on(small) == [keys[1], keys[2]]
    rows = shelves.page(small, shelving.known(small, "thesis").id).rows
    assert (rows[0].upstream, rows[1].state) == ("deleted", "retracted")


def test_an_excluded_study_is_in_no_list_and_no_file_but_keeps_its_place(store: Store) -> None:
    keys = fill(store)
    make(store, "Thesis", keys[1], keys[2], keys[3])
    shelf = shelving.known(store, "thesis").id

    def include(state: str) -> None:
        with store.write() as writer:
            writer.connection.execute(
                text("UPDATE study SET inclusion = :s WHERE id IN (SELECT study_id FROM cite_key WHERE key = :k)"),
                {"s": state, "k": keys[2]},
            )

    include("excluded")
    assert on(store) == [keys[1], keys[3]]
    assert [r.key for r in shelves.page(store, shelf).hidden] == [keys[2]]
    include("included")
    assert on(store) == [keys[1], keys[2], keys[3]]


def test_a_backup_brings_shelves_back(small: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    keys = fill(small)
    make(small, "Thesis", keys[2], keys[1])
    token = shelving.share(small, "thesis", "secret", actor="ann").shelf.token
    path = tmp_path_factory.mktemp("backup") / "b.db"
    backup(small, path)
    shelving.delete(small, "thesis", actor="ann")
    restore(small.url, path, vocabulary(), clock, force=True)
    assert on(small) == [keys[2], keys[1]]
    found = shelves.by_token(small, token)
    assert found is not None
    assert found.slug == "thesis"


def test_two_who_make_one_shelf_at_once_get_it_and_a_clear_word(store: Store) -> None:
    keys = fill(store)
    results = at_once(
        *[lambda: make(store, "Thesis", keys[1])] * 3,
        *[lambda: make(store, "Thesis", keys[1], owner="bob")] * 2,
    )
    refused = [r for r in results if isinstance(r, EvidenceError)]
    made = [r.shelf for r in results if isinstance(r, Change)]
    assert sorted(s.slug for s in made) == ["thesis", "thesis-2"]
    assert {s.owner for s in made} == {"ann", "bob"}
    assert len(refused) == 3
    assert all("has a shelf of that name already: thesis" in str(r) for r in refused)


def test_two_who_fill_one_shelf_at_once_both_have_their_say(small: Store) -> None:
    keys = fill(small)
    make(small)
    results = at_once(*[lambda n=n: shelving.add(small, "thesis", [keys[1], keys[n]], actor="x") for n in (2, 3, 4)])
    assert sum(r.count for r in results if isinstance(r, Change)) == 4
    assert sorted(on(small)) == sorted(keys[n] for n in (1, 2, 3, 4))


def at_once(*acts: Callable[[], Change]) -> list[Change | EvidenceError]:
    """Do all of it in as many threads, begun together."""
    gate, results = threading.Barrier(len(acts)), list[Change | EvidenceError]()

    def run(act: Callable[[], Change]) -> None:
        gate.wait()
        try:
            results.append(act())
        except EvidenceError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(acts)
    return results


# What does not depend on the engine


def test_who_may_read_a_shelf_and_what_becomes_of_its_link(small: Store) -> None:
    make(small)
    first = shelving.share(small, "thesis", "secret", actor="ann").shelf.token
    assert len(first) == 40
    assert opened(small, first)
    assert shelving.share(small, "thesis", "secret", actor="ann").event == 0, "asked again, the link stays"
    assert shelving.share(small, "thesis", "public", actor="ann").shelf.token == first, "no manuscript breaks"
    second = shelving.renew(small, "thesis", actor="ann").shelf.token
    assert (opened(small, first), opened(small, second)) == (False, True)
    shelving.delete(small, "thesis", actor="ann")
    assert not opened(small, second)
    assert shelves.by_slug(small, "thesis") is None
    shelving.restore(small, "thesis", actor="ann")
    assert opened(small, second)
    assert shelving.share(small, "thesis", "private", actor="ann").shelf.token == ""
    assert not opened(small, second)
    third = shelving.share(small, "thesis", "secret", actor="ann").shelf.token
    assert (opened(small, second), opened(small, third)) == (False, True)
    for secret in (first, second, third):
        assert secret not in json.dumps(events(small))
        assert secret not in repr(shelving.known(small, "thesis"))
    with pytest.raises(UsageProblem, match="friends"):
        shelving.share(small, "thesis", "friends", actor="ann")
    shelving.share(small, "thesis", "private", actor="ann")
    with pytest.raises(Conflict, match="no secret link"):
        shelving.renew(small, "thesis", actor="ann")


def opened(store: Store, token: str) -> bool:
    return shelves.by_token(store, token) is not None


@pytest.mark.parametrize("token", ["", "x", "0" * 40, "é" * 40, "\ud800", "\0", "../thesis", "A" * 5000])
def test_no_other_secret_opens_anything(small: Store, token: str) -> None:
    make(small)
    shelving.share(small, "thesis", "secret", actor="ann")
    assert not opened(small, token)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("神経", "shelf"),
        ("t", "t-2"),
        ("event", "event-2"),
        ("!!!", "shelf"),
        ("../../etc/passwd", "etc-passwd"),
        ("Ĳsselmeer_groß", "ijsselmeer-gross"),
        ("x" * 200, "x" * 60),
        ("a\0b\tc\n\u202ed", "ab-c-d"),
    ],
)
def test_any_name_has_an_address_of_plain_letters(small: Store, name: str, slug: str) -> None:
    shelf = make(small, name).shelf
    assert shelf.slug == slug
    assert shelving.known(small, slug).name == shelf.name
    assert not {"\0", "\u202e"} & set(shelf.name)


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u00ad", "\0", "x" * 201, "\ud800"])
def test_a_name_that_shows_nothing_or_too_much_is_refused(small: Store, name: str) -> None:
    with pytest.raises(UsageProblem, match="name of a shelf"):
        make(small, name)


def test_an_address_is_never_given_twice(small: Store) -> None:
    make(small)
    with pytest.raises(Conflict, match="thesis"):
        make(small, "  THÉSIS ")
    shelving.delete(small, "thesis", actor="ann")
    assert make(small, "Thesis").shelf.slug == "thesis-2"
    with pytest.raises(Conflict, match="thesis-2"):
        shelving.restore(small, "thesis", actor="ann")
    shelving.rename(small, "thesis-2", "Book", actor="ann")
    assert shelving.restore(small, "thesis", actor="ann").shelf.slug == "thesis"
    with pytest.raises(Conflict):
        shelving.rename(small, "thesis-2", "thesis", actor="ann")
    assert make(small, "Thesis", owner="bob").shelf.slug == "thesis-3"
    with pytest.raises(Conflict, match="thesis or thesis-3"):
        shelving.known(small, "theſis")


def test_an_unknown_study_or_shelf_changes_nothing_and_is_named(small: Store) -> None:
    keys = fill(small)
    make(small, "Thesis", keys[1])
    for studies in ([keys[2], "nonsuch2020", "10.5555/none"], ["nonsuch2020", "10.5555/none", "\0", "\ud800"]):
        with pytest.raises(NotFound, match=r"nonsuch2020, 10\.5555/none"):
            shelving.add(small, "thesis", studies, actor="ann")
    with pytest.raises(NotFound, match="nonsuch"):
        make(small, "Never", keys[1], "nonsuch")
    with pytest.raises(NotFound, match="and 90 more"):
        shelving.remove(small, "thesis", [f"none{n}" for n in range(100)], actor="ann")
    assert on(small) == [keys[1]]
    assert [s.slug for s in shelves.everyones(small)] == ["thesis"]
    for act in (shelving.delete, shelving.renew):
        with pytest.raises(NotFound, match="never"):
            act(small, "never", actor="ann")
    with pytest.raises(NotFound, match="thesis"):
        shelving.restore(small, "thesis", actor="ann")


def test_what_was_done_can_be_taken_back_once(small: Store) -> None:
    keys = fill(small)
    added = make(small, "Thesis", keys[1], keys[2], keys[3])
    removed = shelving.remove(small, "thesis", [keys[2]], actor="ann")
    shelving.undo(small, removed.event, actor="bob")
    assert on(small) == [keys[1], keys[2], keys[3]], "in its old place"
    with pytest.raises(Conflict):
        shelving.undo(small, removed.event, actor="ann")
    shelving.undo(small, added.event, actor="ann")
    assert on(small) == []
    deleted = shelving.delete(small, "thesis", actor="ann")
    done = shelving.done(small, deleted.event)
    assert done is not None
    assert (done.kind, done.undoable) == ("shelf-deleted", True)
    with pytest.raises(Conflict):
        shelving.undo(small, removed.event, actor="ann")
    shelving.undo(small, deleted.event, actor="ann")
    assert on(small) == []
    for event in (0, -1, 1, 10**12):
        assert shelving.done(small, event) is None
        with pytest.raises(NotFound):
            shelving.undo(small, event, actor="ann")


def test_there_is_an_end_to_shelves_and_to_a_shelf(small: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = fill(small)
    monkeypatch.setattr(shelving, "MOST_SHELVES", 2)
    monkeypatch.setattr(shelving, "MOST_STUDIES", 2)
    make(small, "One")
    make(small, "Two", keys[1], keys[2])
    with pytest.raises(UsageProblem, match="2 shelves are the most"):
        make(small, "Three")
    assert make(small, "Three", owner="bob").shelf.slug == "three"
    with pytest.raises(UsageProblem, match="2 studies are the most"):
        shelving.add(small, "two", [keys[3]], actor="ann")


def test_the_command_line_knows_the_same_kinds_of_readers() -> None:
    assert commands.VISIBILITIES == shelves.VISIBILITIES


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "undo", "merge", "unmerge", "refresh"]), st.integers(1, 5)), max_size=14
)


@given(STEPS)
@settings(max_examples=examples(12))
def test_whatever_happens_the_log_tells_what_stands_where(steps: list[tuple[str, int]]) -> None:
    """No step loses an item, shows a study twice, or leaves the log behind; un-merging all gives back what was put."""
    with fresh_store() as store:
        keys = fill(store)
        make(store)
        changes: list[int] = []
        merges: list[int] = []
        for step, n in steps:
            if step == "add":
                changes.append(shelving.add(store, "thesis", [keys[n]], actor="x").event)
                assert live(store, keys[n]) in on(store)
            elif step == "remove":
                changes.append(shelving.remove(store, "thesis", [keys[n]], actor="x").event)
                assert live(store, keys[n]) not in on(store)
            elif step == "undo" and changes:
                attempt(lambda: shelving.undo(store, changes[-1], actor="x"))
            elif step == "merge":
                attempt(partial(unite, store, keys[1], keys[n], merges))
            elif step == "unmerge" and merges:
                curation.unmerge(store, vocabulary(), merges.pop(), actor="x")
            elif step == "refresh":
                take(store, vocabulary(), [replace(work(n), volume=str(len(changes)))], actor="refresh")
            shown = on(store)
            assert len(set(shown)) == len(shown)
            assert replayed(store) == {"thesis": shown}


def unite(store: Store, one: str, other: str, merges: list[int]) -> None:
    merges.append(curation.merge(store, vocabulary(), one, other, actor="x"))


def attempt(act: Callable[[], object]) -> None:
    """Some steps are refused, and then change nothing."""
    try:
        act()
    except (Conflict, NotFound):
        return


def live(store: Store, key: str) -> str:
    return queries.find_key(store, vocabulary(), "key", key) or ""
