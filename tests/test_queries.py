"""Lists, filters, counts and search: equal to what a plain reading of the studies says, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from evidence.errors import NotFound, UnknownParameter
from evidence.filters import Filter
from evidence.ingest import take
from evidence.records import AssertedTag, Record, SampleSize
from evidence.store import Store, create, facets, queries
from evidence.views import Listing
from tests.made import clock, notice, record, vocabulary

CTS, KNEE = "carpal-tunnel-syndrome", "knee-osteoarthritis"
DESIGNS = ("rct", "meta-analysis", "cohort", "narrative-review", "animal", "case-report")


def library() -> list[Record]:
    made = []
    for n in range(1, 61):
        tags = [AssertedTag(kind="condition", slug=(CTS, KNEE)[n % 2]), AssertedTag(kind="design", slug=DESIGNS[n % 6])]
        if n % 3 == 0:
            tags.append(AssertedTag(kind="intervention", slug="dextrose-5", role="active"))
        size = SampleSize(n=n) if n % 6 == 0 else None
        ids = {"pmid": str(n)} if n % 10 else {}
        made.append(
            record(str(n), f"Work number {n} on joints", year=2000 + n % 7, tags=tuple(tags), sample_size=size, **ids)
        )
    return made


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with create(store_url, clock) as made:
        take(
            made,
            vocabulary(),
            [*library(), notice("901", "RetractionOf", "6"), notice("902", "RetractionOf", "12")],
            actor="t",
        )
        yield made


def ask(store: Store, **fields: object) -> Listing:
    return queries.listing(store, vocabulary(), Filter(**fields))  # type: ignore[arg-type]


def test_a_list_is_strongest_then_newest_and_pages_join_without_gap_or_repeat(store: Store) -> None:
    for sort in ("strength", "newest"):
        whole = ask(store, condition=CTS, size=200, sort=sort)
        order = [vocabulary().designs[r.design].order for r in whole.rows]
        years = [r.year for r in whole.rows]
        expected = sorted(
            zip(order, years, strict=True), key=lambda p: (p[0], -p[1]) if sort == "strength" else (-p[1],)
        )
        assert (
            list(zip(order, years, strict=True)) == expected
            if sort == "strength"
            else years == sorted(years, reverse=True)
        )
        paged, after = [], ""
        while True:
            page = ask(store, condition=CTS, size=10, sort=sort, after=after)
            paged += [r.key for r in page.rows]
            after = page.next_after
            if not after:
                break
        assert paged == [r.key for r in whole.rows]
        assert whole.total == len(whole.rows)


def test_counts_equal_a_plain_count_and_choosing_a_filter_shows_that_many(store: Store) -> None:
    page = ask(store, condition=CTS, size=200)
    alive = [r for r in page.rows if r.state != "retracted"]
    designs = {o.value: o.count for f in page.facets if f.field == "designs" for o in f.options}
    assert designs == Counter(d for r in alive for d in r.designs)
    for value, count in designs.items():
        chosen = ask(store, condition=CTS, designs=(value,), size=200)
        assert len([r for r in chosen.rows if r.state != "retracted"]) == count
    assert dict(page.years) == Counter(r.year for r in alive)
    status = {o.value: o.count for f in page.facets if f.field == "statuses" for o in f.options}
    assert status == Counter(r.state for r in page.rows)


def test_a_facet_counts_as_if_its_own_field_were_open(store: Store) -> None:
    page = ask(store, condition=CTS, designs=("rct",))
    designs = {o.value: o for f in page.facets if f.field == "designs" for o in f.options}
    assert designs["rct"].active
    assert designs["cohort"].count > 0


def test_the_summary_leaves_retracted_studies_and_leads_out(store: Store) -> None:
    page = ask(store, condition=CTS, size=200)
    trials = [r for r in page.rows if r.design == "rct" and r.state == "none"]
    assert page.summary.trials == len(trials)
    assert page.summary.participants == sum(r.n or 0 for r in trials)
    assert page.summary.participants_known == sum(r.n is not None for r in trials)
    assert page.summary.retracted == 2
    assert page.summary.leads == len(page.leads) == page.leads_total == 6
    assert all(not r.identified for r in page.leads)
    assert page.summary.newest == max(r.year or 0 for r in page.rows)


def test_years_interventions_and_status_narrow(store: Store) -> None:
    assert {r.year for r in ask(store, since=2003, until=2004, size=200).rows} == {2003, 2004}
    assert all(
        ("dextrose-5", "active") in r.interventions for r in ask(store, interventions=("dextrose-5",), size=200).rows
    )
    retracted = ask(store, statuses=("retracted",))
    assert {r.pmid for r in retracted.rows} == {"6", "12"}
    assert sum(o.count for f in retracted.facets if f.field == "designs" for o in f.options) == 2


def test_unknown_values_are_refused_with_a_sentence(store: Store) -> None:
    with pytest.raises(NotFound, match="no-such"):
        ask(store, condition="no-such")
    for fields in ({"designs": ("magic",)}, {"interventions": ("x",)}, {"after": "1.2"}, {"after": "a.b.c"}):
        with pytest.raises(UnknownParameter):
            ask(store, **fields)


def test_home_counts_equal_the_pages(store: Store) -> None:
    home = queries.home(store, vocabulary())
    for line in home.conditions:
        assert line.summary == ask(store, condition=line.slug).summary
    assert home.total == ask(store).summary
    assert home.total.studies == home.state.studies


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("alpha", {"a", "b"}),
        ("alpha gamma", {"a"}),
        ('"alpha beta"', {"a"}),
        ('"beta alpha"', {"b"}),
        ("gam*", {"a"}),
        ("zzz", set()),
        ("10.1000/Trial.7", {"a"}),
        ("Muñoz", {"b"}),
        ("munoz", {"b"}),
        ("β-blocker", {"c"}),
        ("beta blocker", {"c"}),
        ("77", {"a"}),
        ("PMID: 77", {"a"}),
        ("https://doi.org/10.1000/TRIAL.7", {"a"}),
        ("https://pubmed.ncbi.nlm.nih.gov/77/", {"a"}),
        ("doi:nonsense", set()),
        ('"alpha beta', {"a"}),
        ("?!", set()),
        ("NCT01234567", {"c"}),
        ("key-of-b", {"b"}),
        ("OR", set()),
        ("alpha AND", {"a"}),
        ("x'; DROP TABLE study; --", set()),
        ("col:alpha", set()),
        ("CTS", {"d"}),
        ("carpal tunnel syndrome", {"d"}),
        ("CTS median", {"d"}),
        ("CTS alpha", set()),
    ],
)
def test_search_finds_the_same_on_both_databases(store_url: str, query: str, expected: set[str]) -> None:
    records = [
        record("77", "Alpha beta and gamma", pmid="77", doi="10.1000/trial.7", keys=("a",)),
        record("2", "Beta alpha by others", pmid="2", family="Muñoz", keys=("b", "key-of-b")),
        record(
            "3", "A β-blocker in practice", pmid="3", registration="NCT01234567", keys=("c",), abstract="CO<sub>2</sub>"
        ),
        record(
            "4",
            "Compression of the median nerve",
            pmid="4",
            keys=("d",),
            tags=(AssertedTag(kind="condition", slug=CTS),),
        ),
    ]
    with create(store_url, clock) as store:
        take(store, vocabulary(), records, actor="t")
        assert {r.key for r in ask(store, query=query).rows} == expected


def test_export_streams_what_the_list_shows_in_its_order(store: Store) -> None:
    for wanted in (
        Filter(condition=KNEE),
        Filter(condition=CTS, designs=("rct",)),
        Filter(query="number", sort="newest"),
    ):
        listed = queries.listing(store, vocabulary(), replace(wanted, size=200))
        assert [s.row for s in queries.stream(store, vocabulary(), wanted)] == list(listed.rows)
    leads = queries.stream(store, vocabulary(), Filter(condition=CTS), leads=True)
    assert sum(not s.row.identified for s in leads) == 6


def test_version_changes_with_the_store_only(store: Store) -> None:
    before = queries.version(store)
    take(store, vocabulary(), library(), actor="t")
    assert queries.version(store) == before
    take(store, vocabulary(), [record("555", "New work on joints of the hand", pmid="555")], actor="t")
    assert queries.version(store) != before


def test_a_second_process_sees_new_bitmaps(store: Store, store_url: str) -> None:
    with create(store_url, clock) as other:
        assert ask(other, size=200).total == ask(store, size=200).total
        take(store, vocabulary(), [record("555", "New work on joints of the hand", pmid="555")], actor="t")
        assert ask(other, query="hand").total == 1
        with other.read() as a, store.read() as b:
            left, right = facets.load(other, a).maps, facets.load(store, b).maps
            assert {k: v for k, v in left.items() if v} == {k: v for k, v in right.items() if v}
