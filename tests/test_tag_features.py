"""Features of studies (double-blind, crossover …) and the places of words, from the record to the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from evidence import curation_tags, ingest, retag
from evidence.errors import UnknownParameter
from evidence.filters import Filter
from evidence.records import AbstractSection, AssertedTag, MeshHeading, Record
from evidence.settings import Settings
from evidence.store import Store, create, migrate, open_store, queries
from evidence.tagging import tag
from evidence.text import from_plain
from evidence.vocabulary import Condition, with_overlay
from tests.made import NOW, clock, contents, fresh_store, record, vocabulary
from tests.test_migration import at_level
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, words
from web.app import create_app

CTS = "carpal-tunnel-syndrome"
BLIND = MeshHeading(ui="D004311", name="Double-Blind Method")


def library() -> list[Record]:
    methods = AbstractSection(
        label="METHODS", text=from_plain("It took a year. In this placebo-controlled trial nobody knew.")
    )
    return [
        replace(
            record("1", "Dextrose for carpal tunnel syndrome: a double-blind crossover trial", pmid="1"),
            abstract=(AbstractSection(label="BACKGROUND", text=from_plain("Little is known.")), methods),
        ),
        record("2", "Splints for carpal tunnel syndrome", pmid="2", mesh=(BLIND,), types=["Multicenter Study"]),
        record("3", "Carpal tunnel syndrome in tailors", pmid="3"),
    ]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        ingest.take(made, vocabulary(), library(), actor="test")
        yield made


def key(store: Store, pmid: str) -> str:
    return queries.find_key(store, vocabulary(), "pmid", pmid) or ""


def features(store: Store, pmid: str) -> set[str]:
    study = queries.study(store, vocabulary(), key(store, pmid))
    assert study is not None
    return set(study.row.features)


def reasons(store: Store, pmid: str) -> set[tuple[str, str, str, str]]:
    """(slug, origin, words, place) of the features of a study."""
    study = queries.study(store, vocabulary(), key(store, pmid))
    assert study is not None
    return {(t.slug, t.origin, t.evidence, t.place) for t in study.tags if t.kind == "feature"}


def listed(store: Store, *wanted: str) -> set[str]:
    found = queries.listing(store, vocabulary(), Filter(condition=CTS, features=wanted))
    return {row.pmid or "" for row in found.rows}


def test_features_are_stored_with_their_words_and_the_place_of_these(store: Store) -> None:
    assert {"double-blind", "crossover", "placebo"} <= features(store, "1")
    assert ("placebo", "text", "placebo-controlled", "abstract, METHODS, sentence 3") in reasons(store, "1")
    assert {place for _, _, _, place in reasons(store, "1") if "METHODS" not in place} == {"title"}
    assert reasons(store, "2") == {
        ("double-blind", "mesh", "Double-Blind Method", "MeSH"),
        ("multicentre", "pubtype", "Multicenter Study", ""),
    }
    assert features(store, "3") == set()
    study = queries.study(store, vocabulary(), key(store, "1"))
    assert study is not None
    places = {t.place for t in study.tags if t.kind == "condition"}
    assert places == {"title"}


def test_lists_are_filtered_by_features_and_count_them(store: Store) -> None:
    assert listed(store, "double-blind") == {"1", "2"}
    assert listed(store, "crossover") == {"1"}
    assert listed(store, "crossover", "multicentre") == set(), "features narrow: they do not exclude one another"
    assert listed(store, "crossover", "double-blind") == {"1"}
    assert listed(store, "pilot") == set()
    found = queries.listing(store, vocabulary(), Filter(condition=CTS, features=("crossover",)))
    facet = next(f for f in found.facets if f.field == "features")
    counts = {o.value: (o.count, o.active) for o in facet.options}
    assert counts["double-blind"] == (1, False), "what one more feature would leave"
    assert counts["crossover"] == (1, True)
    assert "multicentre" not in counts
    assert "pilot" not in counts
    with pytest.raises(UnknownParameter):
        queries.listing(store, vocabulary(), Filter(features=("triple-blind",)))


def test_a_filter_with_features_comes_back_from_its_address() -> None:
    wanted = Filter(condition=CTS, features=("crossover", "pilot"))
    assert wanted.args() == [("condition", CTS), ("feature", "crossover"), ("feature", "pilot")]
    assert Filter.parse({"condition": [CTS], "feature": ["crossover", "pilot"]}) == wanted
    assert wanted.narrows
    assert wanted.toggled("features", "pilot").features == ("crossover",)


def test_a_curators_word_on_a_feature_survives_every_retag_and_refresh(store: Store) -> None:
    curation_tags.decide_tag(store, vocabulary(), "1", "feature", "double-blind", "no", actor="ann", reason="read it")
    decided = curation_tags.decide_tag(store, vocabulary(), "3", "feature", "pilot", "yes", actor="ann")
    retag.retag(store, vocabulary())
    newer = [replace(r, abstract=(AbstractSection(text=from_plain("Revised.")),)) for r in library()]
    ingest.take(store, vocabulary(), newer, actor="test", live=True)
    retag.retag(store, vocabulary())
    assert "double-blind" not in features(store, "1")
    assert features(store, "3") == {"pilot"}
    assert listed(store, "double-blind") == {"2"}
    assert listed(store, "pilot") == {"3"}
    curation_tags.undo_tag(store, vocabulary(), decided.event, actor="ann")
    assert features(store, "3") == set()


def test_a_library_of_the_schema_before_gets_places_and_features_by_a_retag(store_url: str) -> None:
    with at_level(store_url, "0002") as old, old.engine.begin() as connection:
        connection.execute(text("INSERT INTO tag (id, kind, slug) VALUES (1, 'condition', 'a')"))
    assert migrate(store_url, clock)[0].startswith("0003")
    with open_store(store_url, clock) as store:
        ingest.take(store, vocabulary(), library(), actor="test")
        wanted = reasons(store, "1")
        with store.write() as writer:
            writer.connection.execute(text("UPDATE tag_assignment SET place = ''"))
            writer.connection.execute(text("UPDATE library SET vocabulary_hash = '1:earlier'"))
            writer.dirty = True
        assert retag.is_due(store, vocabulary())
        done = retag.retag(store, vocabulary())
        assert (done.changed, done.studies) == (3, 0), "only reasons changed"
        assert reasons(store, "1") == wanted
        before = contents(store)
        assert retag.retag(store, vocabulary()).changed == 0
        assert contents(store) == before


def test_whatever_the_order_of_records_features_and_places_are_the_same() -> None:
    with fresh_store() as store, fresh_store() as other:
        ingest.take(store, vocabulary(), library(), actor="test")
        for one in reversed(library()):
            ingest.take(other, vocabulary(), [one], actor="test")
        assert all(reasons(store, pmid) == reasons(other, pmid) for pmid in "123")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with fresh_store() as store:
        ingest.take(store, vocabulary(), library(), actor="test")
        app = create_app(Settings(database_url="sqlite://", data_dir=tmp_path, now=lambda: NOW), store, vocabulary())
        app.testing = True
        yield app.test_client()


def test_pages_show_features_and_why_and_filter_by_them(client: FlaskClient) -> None:
    answer = client.get(f"/conditions/{CTS}?feature=crossover")
    assert_policy_clean(answer.text)
    page = parsed(answer.text)
    assert_well_formed(page)
    shown = [words(li) for li in page.xpath("//li[contains(@class, 'study')]//ul[@class='features']/li")]
    assert shown == ["Crossover", "Double-blind", "Placebo or sham"]
    block = page.xpath("//section[@aria-labelledby='facet-feature']")[0]
    assert [words(a) for a in block.xpath(".//a[@aria-current]")] == ["Crossover (chosen; choose again to remove) 1"]
    assert words(page.xpath("//div[@class='active']/a")[0]) == "Remove filter Crossover×"
    study = parsed(client.get(page.xpath("//h3/a/@href")[0]).text)
    row = next(tr for tr in study.xpath("//table[@class='reasons']/tbody/tr") if "Placebo" in words(tr))
    assert "in the abstract, Methods (sentence 3)" in words(row.xpath("./td/p")[0])
    assert [words(li) for li in study.xpath("//header//ul[@class='features']/li | //div//ul[@class='features']/li")]
    assert client.get("/search?feature=triple-blind").status_code == 400


def test_about_names_the_source_of_every_definition(client: FlaskClient) -> None:
    page = parsed(client.get("/about").text)
    known = vocabulary()
    addresses = page.xpath("//a[starts-with(normalize-space(.), 'Source')]/@href")
    assert addresses == [e.source for e in (*known.designs.values(), *known.features.values())]


def test_the_queue_says_when_tags_want_a_retag(client: FlaskClient, tmp_path: Path) -> None:
    assert "evidence retag" not in client.get("/tags").text
    grown = with_overlay(vocabulary(), conditions=[Condition(slug="cold-fingers", name="Cold fingers")])
    with fresh_store() as store:
        ingest.take(store, vocabulary(), library(), actor="test")
        app = create_app(Settings(database_url="sqlite://", data_dir=tmp_path, now=lambda: NOW), store, grown)
        page = app.test_client().get("/tags").text
        assert "evidence retag" in page
        assert_policy_clean(page)


def test_a_source_that_states_the_design_leaves_the_features_to_the_words() -> None:
    stated = replace(library()[0], tags=(AssertedTag(kind="design", slug="cohort"),))
    hits = tag(stated, vocabulary())
    assert {h.slug for h in hits if h.kind == "design" and h.origin != "import"} == set()
    assert {"double-blind", "crossover", "placebo"} <= {h.slug for h in hits if h.kind == "feature"}
    assert len({(h.kind, h.slug, h.origin) for h in hits}) == len(hits)


@given(st.text(max_size=200), st.lists(st.sampled_from(["Multicenter Study", "RCT", "\x00"]), max_size=3))
def test_text_of_any_characters_has_features_or_none(words_: str, types: list[str]) -> None:
    made = record("1", words_, abstract=f"METHODS: {words_} double-blind placebo-controlled {words_}", types=types)
    hits = tag(made, vocabulary())
    assert hits == tag(made, vocabulary())
    assert all(h.slug in vocabulary().features for h in hits if h.kind == "feature")
