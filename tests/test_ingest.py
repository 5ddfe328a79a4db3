"""One way in: every item has one outcome, unchanged records write nothing, order does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import text
from evidence.filters import Filter
from evidence.identifiers import Identifier
from evidence.ingest import take
from evidence.records import AssertedTag, Deletion, Item, MeshHeading, Rejected, SampleSize
from evidence.store import Store, create, queries
from tests.made import NOW, clock, contents, examples, fresh_store, notice, record, vocabulary


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        yield made


def taken(store: Store, *items: Item, **how: object) -> dict[str, int]:
    report = take(store, vocabulary(), items, actor="test", **how)  # type: ignore[arg-type]
    assert report.total == len(items)
    return {name: n for name, n in report.counts().items() if n}


def revision(store: Store) -> int:
    return queries.state(store).revision


def keys(store: Store, **filters: object) -> list[str]:
    found = queries.listing(store, vocabulary(), Filter(**filters))  # type: ignore[arg-type]
    return [row.key for row in (*found.rows, *found.leads)]


def test_every_item_has_one_outcome(store: Store) -> None:
    items: list[Item] = [
        record("1", pmid="1"),
        record("1", pmid="1"),
        record("x", "Another title that shares nothing at all", source="bibtex", pmid="1"),
        record("2", "A quite different study of the elbow nerve", pmid="2"),
        Rejected(subject="file.bib", line=3, reason="no closing brace"),
        record("3", "", authors=()),
        Deletion(source="pubmed", external_id="2"),
        Deletion(source="pubmed", external_id="999"),
    ]
    assert taken(store, *items) == {"added": 2, "unchanged": 1, "merged": 1, "rejected": 2, "deletions": 2}
    found = queries.study(store, vocabulary(), "wu2020quite")
    assert found is not None
    assert found.row.upstream == "deleted"


def test_a_second_time_writes_nothing(store: Store) -> None:
    items = [record(str(n), f"Study number {n} of the median nerve at the wrist", pmid=str(n)) for n in range(1, 30)]
    assert taken(store, *items) == {"added": 29}
    before, at = contents(store), revision(store)
    assert taken(store, *items) == {"unchanged": 29}
    assert (contents(store), revision(store)) == (before, at)


def test_only_handling_dates_changed_is_unchanged(store: Store) -> None:
    taken(store, record("1", pmid="1", revised=(2020, 1, 1)))
    assert taken(store, record("1", pmid="1", revised=(2021, 1, 1))) == {"unchanged": 1}


def test_an_older_delivery_never_replaces_a_newer_one(store: Store) -> None:
    old = record("1", "Title as first printed, with an errror in it", pmid="1", revised=(2020, 1, 1))
    new = record("1", "Title as first printed, with an error in it", pmid="1", revised=(2021, 1, 1))
    assert taken(store, new, old) == {"added": 1, "unchanged": 1}
    assert taken(store, old) == {"unchanged": 1}
    study = queries.study(store, vocabulary(), "wu2020title")
    assert study is not None
    assert "error" in study.row.title


@pytest.mark.parametrize("flip", [False, True])
def test_versions_in_one_batch_show_the_newest_whatever_the_order(store: Store, flip: bool) -> None:
    versions = [
        record("1", f"Version {n} of this open review article", pmid="1", version=n, keys=("k",)) for n in (1, 2)
    ]
    taken(store, *(reversed(versions) if flip else versions))
    study = queries.study(store, vocabulary(), "k")
    assert study is not None
    assert study.row.title.startswith("Version 2")
    assert len(study.members) == 1


def test_a_preview_reports_the_same_and_stores_nothing(store: Store) -> None:
    items = [record(str(n), pmid=str(n), title=f"Preview study {n} of the nerve") for n in range(1, 1200)]
    previewed = taken(store, *items, preview=True)
    assert previewed == {"added": 1199}
    assert queries.state(store).studies == 0
    assert taken(store, *items) == previewed


def test_pmid_and_pmcid_join_and_doi_needs_agreement(store: Store) -> None:
    base = record("1", "Dextrose for the ulnar nerve at the elbow", pmid="1", pmcid="PMC5", doi="10.1000/a")
    by_pmcid = record("f#a", "Other words entirely here in this title", source="ris", pmcid="PMC5")
    by_doi = record("f#b", "Dextrose for the ulnar nerve at the elbow", source="ris", doi="https://doi.org/10.1000/A")
    no_title = record("f#c", "Poster 12 of the congress in Seoul", source="ris", doi="10.1000/a", year=2019)
    assert taken(store, base, by_pmcid, by_doi, no_title) == {"added": 1, "merged": 2, "queued": 1}


def test_a_supplements_doi_never_joins_different_pmids(store: Store) -> None:
    abstracts = [
        record(str(n), f"Poster {n}: on nerves and needles", pmid=str(n), doi="10.1000/suppl") for n in (1, 2, 3)
    ]
    assert taken(store, *abstracts) == {"added": 3}
    with store.read() as connection:
        claims = connection.exec_driver_sql("SELECT claim FROM identifier WHERE scheme = 'doi'").scalars().all()
    assert set(claims) == {"shared"}


def test_a_record_that_links_two_studies_makes_them_one(store: Store) -> None:
    by_doi = record("f#a", "Hydrodissection of the median nerve in a cohort", source="ris", doi="10.1000/b")
    by_pmid = record("f#b", "Ein ganz anderer Titel der Arbeit", source="nbib", pmid="7")
    both = record("7", "Hydrodissection of the median nerve in a cohort", pmid="7", doi="10.1000/b")
    assert taken(store, by_doi, by_pmid) == {"added": 2}
    assert taken(store, both) == {"merged": 1}
    assert len(keys(store)) == 1
    study = queries.study(store, vocabulary(), keys(store)[0])
    assert study is not None
    assert len(study.members) == 3
    assert study.row.pmid == "7"
    assert set(study.aliases) == {"wu2020ganz"}


def test_a_study_born_and_merged_in_one_batch_leaves_a_working_alias(store: Store) -> None:
    first = record(
        "f#a", "Hydrodissection of the median nerve in a cohort", source="ris", doi="10.1000/b", keys=("first",)
    )
    second = record("f#b", "Ein ganz anderer Titel der Arbeit", source="nbib", pmid="7", keys=("second",))
    both = record("7", "Hydrodissection of the median nerve in a cohort", pmid="7", doi="10.1000/b")
    taken(store, first, second, both)
    assert queries.find_key(store, vocabulary(), "key", "SECOND") == "first"


def test_a_retraction_notice_marks_its_target_in_either_order(store: Store) -> None:
    work, later = (
        record("10", pmid="10", keys=("early",)),
        record("20", pmid="20", title="Second work on nerves here", keys=("late",)),
    )
    taken(store, work)
    taken(store, notice("11", "RetractionOf", "10"), notice("21", "RetractionOf", "20"))
    taken(store, later)
    for key in ("early", "late"):
        study = queries.study(store, vocabulary(), key)
        assert study is not None
        assert study.row.state == "retracted"
        assert [r.type for r in study.relations if r.incoming] == ["RetractionOf"]
    assert queries.state(store).retracted == 2


def test_an_erratum_is_not_a_retraction(store: Store) -> None:
    taken(store, record("10", pmid="10", keys=("k",)), notice("11", "ErratumFor", "10"))
    study = queries.study(store, vocabulary(), "k")
    assert study is not None
    assert study.row.state == "corrected"


def test_a_revision_updates_tags_search_and_counts(store: Store) -> None:
    taken(store, record("1", "Injection near a nerve of the wrist", pmid="1"))
    assert not keys(store, condition="carpal-tunnel-syndrome")
    heading = MeshHeading(ui="D002349", name="Carpal Tunnel Syndrome", major=True)
    assert taken(store, record("1", "Injection near the median nerve", pmid="1", mesh=(heading,))) == {"revised": 1}
    assert keys(store, condition="carpal-tunnel-syndrome") == ["wu2020injection"]
    assert not keys(store, query="wrist")
    assert keys(store, query="median nerve") == ["wu2020injection"]


def test_citation_keys_never_change_and_suffixes_go_to_the_newer(store: Store) -> None:
    taken(store, record("1", "Nerve glides in adults with wrist pain", pmid="1"))
    taken(store, record("2", "Nerve blocks in adults with elbow pain", pmid="2"))
    taken(store, record("1", "Entirely renamed study of adults", pmid="1", family="Zhao", year=2021))
    assert sorted(keys(store)) == ["wu2020nerve", "wu2020nervea"]
    assert queries.find_key(store, vocabulary(), "pmid", "1") == "wu2020nerve"


def test_an_imported_key_is_kept_when_free_and_never_stolen(store: Store) -> None:
    taken(store, record("1", "First study of the tibial nerve", pmid="1", keys=("Wu2020",)))
    taken(store, record("2", "Second study of the tibial nerve", pmid="2", keys=("wu2020",)))
    taken(
        store,
        record("f#z", "First study of the tibial nerve", source="bibtex", pmid="1", keys=("zotero_key", "bad key")),
    )
    assert queries.find_key(store, vocabulary(), "key", "WU2020") == "Wu2020"
    assert queries.find_key(store, vocabulary(), "pmid", "2") == "wu2020second"
    assert queries.find_key(store, vocabulary(), "key", "zotero_key") == "Wu2020"
    assert queries.find_key(store, vocabulary(), "key", "bad key") is None


def test_candidates_wait_and_are_not_listed(store: Store) -> None:
    taken(store, record("1", pmid="1"), include=False)
    assert keys(store) == []
    assert queries.state(store).studies == 0


def test_events_hold_the_whole_state(store: Store) -> None:
    taken(store, record("1", pmid="1", abstract="Fifty people took part."))
    with store.read() as connection:
        image = connection.exec_driver_sql("SELECT image FROM event ORDER BY id").scalar_one()
    import json
    import zlib

    state = json.loads(zlib.decompress(image))
    assert state["record"]["abstract"][0]["text"] == "Fifty people took part."
    assert state["keys"] == ["wu2020perineural"]
    assert state["members"] == [["pubmed", "1"]]
    assert state["study"]["pmid"] == "1"


@settings(max_examples=examples(40))
@given(st.permutations(range(6)), st.integers(1, 6))
def test_the_same_records_give_the_same_studies_in_any_order_and_batching(order: list[int], size: int) -> None:
    title = "Dextrose near the median nerve: a randomised trial"
    pool = [
        record("1", title, pmid="1", doi="10.1000/a", volume="5", pages="1-9"),
        record("f#1", title, source="bibtex", doi="10.1000/a"),
        record("f#2", title + " [corrected]", source="ris", pmid="1"),
        record("2", "Another trial of something else entirely", pmid="2"),
        record("f#3", title, source="csv", volume="5", pages="1-9"),
        record("3", "Comment on dextrose near the median nerve", pmid="3"),
    ]
    with fresh_store() as store:
        chosen = [pool[n] for n in order]
        for start in range(0, len(chosen), size):
            taken(store, *chosen[start : start + size])
        groups = set()
        for key in keys(store):
            study = queries.study(store, vocabulary(), key)
            assert study is not None
            groups.add((frozenset(m.external_id for m in study.members), study.row.title, study.row.citation))
    assert {g[0] for g in groups} == {frozenset({"1", "f#1", "f#2", "f#3"}), frozenset({"2"}), frozenset({"3"})}
    assert (frozenset({"1", "f#1", "f#2", "f#3"}), title, "J Nerve Stud. 2020;5:1-9") in groups


def test_different_pmids_never_join_and_the_shared_pmcid_is_disputed(store: Store) -> None:
    taken(store, record("1", "Alpha study of nerves", pmid="1", pmcid="PMC1"))
    outcome = taken(store, record("2", "Beta study of nerves", pmid="2", pmcid="PMC1"))
    assert outcome == {"added": 1}
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT study_id, claim FROM identifier WHERE scheme = 'pmcid'").all()
    assert sorted(tuple(r) for r in rows) == [(1, "own"), (2, "disputed")]


def test_hostile_text_is_stored_as_text(store: Store) -> None:
    nasty = record("1", "<script>alert(1)</script> and \x00 NUL & more", pmid="1", keys=("k",))
    nasty = replace(nasty, identifiers=(*nasty.identifiers, Identifier("doi", "10.1000/<b>")))
    taken(store, nasty)
    study = queries.study(store, vocabulary(), "k")
    assert study is not None
    assert study.row.title.startswith("&lt;script&gt;")
    assert "\x00" not in study.row.title
    assert queries.state(store).last_refresh is None
    assert study.created == NOW


def test_a_candidate_found_by_an_including_search_is_included(store: Store) -> None:
    taken(store, record("1", pmid="1"), include=False)
    assert taken(store, record("1", pmid="1")) == {"unchanged": 1}
    assert keys(store) == ["wu2020perineural"]


def test_a_live_answer_beats_a_saved_one_of_the_same_date(store: Store) -> None:
    long = record("1", "The title as a saved file has it, with more words", pmid="1", revised=(2020, 1, 1), keys=("k",))
    short = record("1", "The title as PubMed has it now", pmid="1", revised=(2020, 1, 1), keys=("k",))
    assert taken(store, long, short) == {"added": 1, "unchanged": 1}
    assert taken(store, short, live=True) == {"revised": 1}
    assert taken(store, long) == {"revised": 1}


def test_a_title_that_pubmed_lacks_gives_way_to_the_works_own(store: Store) -> None:
    own = text.from_plain("Über den Nervus medianus")
    taken(store, record("1", "[Not Available].", pmid="1", vernacular_title=own, languages=("ger",), keys=("k",)))
    study = queries.study(store, vocabulary(), "k")
    assert study is not None
    assert (study.row.title, study.row.language) == (own, "de")


def test_an_export_that_comes_home_is_known_by_its_key(store: Store) -> None:
    taken(store, record("f#1", "", source="starter", doi="10.1000/untitled", keys=("anonnd",)))
    stranger = record("g#1", "", source="ris", doi="10.1000/untitled", keys=("other2020",), families=[])
    ours = record("g#2", "", source="bibtex", doi="10.1000/untitled", keys=("anonnd",))
    assert taken(store, stranger, ours) == {"queued": 1, "merged": 1}


def test_a_lead_comes_home_by_title_and_key_but_not_by_title_alone(store: Store) -> None:
    title = "Neural prolotherapy for the knee: a report of cases"
    taken(store, record("f#1", title, source="starter", keys=("lead2020",)))
    same = record("g#1", title, source="csv", keys=("lead2020",), families=[], year=2021, journal="")
    assert taken(store, same) == {"merged": 1}
    assert taken(store, record("g#2", title, source="csv", families=[], year=2021, journal="Nowhere")) == {"added": 1}
    assert taken(store, record("h#1", title, source="ris", families=[], year=2020, journal="")) == {"added": 1}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"title": "", "doi": "10.1000/a"}, {"title": "", "pmid": "123"}),
        (
            {"title": "Editorial", "year": 2001, "journal": "Pain"},
            {"title": "Editorial", "year": 2020, "journal": "Hand"},
        ),
        (
            {"title": "Editorial", "journal": "Pain", "family": "Ng"},
            {"title": "Editorial", "journal": "Hand", "family": "Xu"},
        ),
        (
            {"title": "Dextrose near the median nerve in adults", "kind": "preprint"},
            {"title": "Dextrose near the median nerve in adults"},
        ),
        (
            {"title": "Dextrose near the median nerve in adults"},
            {"title": "Erratum: dextrose near the median nerve in adults"},
        ),
    ],
)
def test_one_citation_key_in_two_files_is_no_proof(
    store: Store, first: dict[str, object], second: dict[str, object]
) -> None:
    taken(store, record("a#ref1", source="bibtex", keys=("ref1",), **first))  # type: ignore[arg-type]
    assert "merged" not in taken(store, record("b#ref1", source="ris", keys=("ref1",), **second))  # type: ignore[arg-type]


def test_a_notice_that_is_withdrawn_takes_its_mark_away(store: Store) -> None:
    taken(store, record("10", pmid="10", keys=("k",)), notice("11", "RetractionOf", "10"))
    taken(store, replace(notice("11", "RetractionOf", "10"), relations=()), live=True)
    study = queries.study(store, vocabulary(), "k")
    assert study is not None
    assert study.row.state == "none"


def test_what_is_public_stays_public_when_it_joins_a_candidate(store: Store) -> None:
    taken(store, record("5", pmid="5"), include=False)
    assert taken(store, record("f#1", source="bibtex", pmid="5")) == {"merged": 1}
    assert keys(store) == ["wu2020perineural"]


def test_a_lead_never_takes_a_supplements_doi_away(store: Store) -> None:
    taken(store, *(record(str(n), f"Poster {n} on nerves", pmid=str(n), doi="10.1000/s") for n in (5, 6)))
    assert taken(store, record("f#1", "Poster on something else", source="bibtex", doi="10.1000/s")) == {"queued": 1}
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT study_id, claim FROM identifier WHERE scheme = 'doi' ORDER BY 1"
        ).all()
    assert [claim for _, claim in rows] == ["shared", "shared", "disputed"]


@pytest.mark.parametrize(
    "fields",
    [
        {"sample_size": SampleSize(n=10**20)},
        {"year": -99},
        {"year": 99999},
        {"version": 2**40},
        {"pmid": "999"},
        {"tags": (AssertedTag(kind="topic", slug="a b:c"),)},
    ],
)
def test_what_no_database_can_hold_is_rejected_with_a_reason(store: Store, fields: dict[str, object]) -> None:
    bad = record("5", **({"pmid": "5"} | fields))  # type: ignore[arg-type]
    assert taken(store, bad, record("6", "A good record beside it", pmid="6")) == {"rejected": 1, "added": 1}


def test_long_names_and_two_roles_lose_nothing(store: Store) -> None:
    roles = tuple(AssertedTag(kind="intervention", slug="dextrose-5", role=role) for role in ("active", "comparator"))
    long = record(
        "f#" + "x" * 9000,
        "A record whose file gave it a very long name",
        source="ris",
        tags=roles,
        doi="10.1000/" + "é" * 2000,
    )
    assert taken(store, long) == {"added": 1}
    assert taken(store, long) == {"unchanged": 1}


def test_many_records_with_one_title_are_not_compared_with_each_other(store: Store) -> None:
    many = [
        record(f"f#{n}", "Reply to the letter to the editor of the journal", source="ris", family=f"F{n}")
        for n in range(300)
    ]
    report = taken(store, *many)
    assert sum(report.values()) == 300
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM match_decision").scalar_one() < 300 * 6
