"""Which work it is that Crossref speaks of: titles that are marks, of other languages, of other works; shared DOIs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import curation, lifecycle
from evidence.cli.life import life as lines
from evidence.doctor import examine
from evidence.identifiers import parse
from evidence.ingest import take
from evidence.lifecycle import concerns, naming
from evidence.lifecycle import crossref as updates
from evidence.records import PartialDate, Record
from evidence.settings import Settings
from evidence.store import life, queries
from evidence.views import Study
from tests.crossref_bench import NOTICE, OTHER, OTHER_TITLE, TITLE, WORK, Bench, crossref_bench
from tests.crossref_server import update, work
from tests.lifecycle_cases import article, notice
from tests.made import vocabulary
from tests.web_checks import parsed, words
from web.app import create_app

GERMAN = "Gleiten des Nervus medianus nach Schienung des Handgelenks bei Webern"
CHINESE = "腕夹板固定后织工正中神经滑动"
CONGRESS = "Abstracts of the invented congress"
PLACE = {"volume": "4", "page": "12-19", "issued": {"date-parts": [[2015, 2]]}}
"""Where tests.lifecycle_cases.article puts PMID 101, which has the DOI WORK."""


@pytest.fixture
def bench() -> Iterator[Bench]:
    with crossref_bench() as made:
        yield made


def called(bench: Bench, titles: Any, **fields: Any) -> None:
    """Crossref says that WORK, which it calls so, was retracted; and is asked."""
    bench.server.works[WORK] = work(WORK, updated_by=[update(NOTICE)], **fields) | {"title": titles}
    assert bench.recheck() is not None


def by_pmid(bench: Bench, pmid: str) -> Study:
    found = queries.study(bench.store, vocabulary(), queries.find_key(bench.store, vocabulary(), "pmid", pmid) or "")
    assert found is not None
    assert found.life is not None
    return found


def doubts(study: Study) -> tuple[str, ...]:
    assert study.life is not None
    return study.life.doubts


def heard(titles: Any, shared: tuple[str, ...] = (), **fields: Any) -> tuple[bool, int]:
    """Whether what Crossref says of WORK, which it calls so, is heard of the article; how many doubts there are."""
    said = work(WORK, updated_by=[update(NOTICE)], **fields) | {"title": titles}
    rows, _ = updates.read(said, WORK)
    about = [article(101, TITLE, doi=WORK)]
    return concerns(rows[0], about, shared), len(lifecycle.doubts(rows, about, shared))


@pytest.mark.parametrize(
    "titles",
    [["RETRACTED"], ["Retracted Article"], ["WITHDRAWN"], ["This article has been retracted"], ["Removal notice"], [],
     None, [""], [None], ["RETRACTED", TITLE], [f"RETRACTED: {TITLE}"], [CHINESE], [CHINESE, TITLE], [GERMAN, TITLE]],
    ids=str,
)  # fmt: skip
def test_a_title_that_says_nothing_against_the_work_hides_no_retraction(titles: Any) -> None:
    assert heard(titles) == (True, 0)
    named = TITLE in str(titles)
    assert heard(titles, shared=(WORK,)) == (named, int(not named)), "others have the DOI, too"


def test_a_mark_for_a_title_is_an_alert(bench: Bench) -> None:
    called(bench, ["RETRACTED"])
    assert (bench.study().row.state, bench.life().doubts) == ("retracted", ())
    assert len(life.alerts(bench.store)) == 1


@pytest.mark.parametrize("field", ["title", "original_title"])
def test_a_title_in_another_language_is_known_by_its_original_or_by_its_place(bench: Bench, field: str) -> None:
    called(bench, [GERMAN], **({"original_title": [TITLE]} if field == "original_title" else PLACE))
    assert (bench.study().row.state, bench.life().doubts) == ("retracted", ())
    assert bench.study(OTHER).row.state == "none"


@pytest.mark.parametrize(
    "elsewhere",
    [{"volume": "5"}, {"page": "S1-S200"}, {"issued": {"date-parts": [[2019]]}}, {"volume": None}, {"page": None}],
    ids=str,
)
def test_another_title_in_another_place_is_not_believed(elsewhere: dict[str, Any]) -> None:
    here = {**PLACE, "published_print": None}
    assert heard([GERMAN], **here) == (True, 0)
    assert heard([GERMAN], shared=(WORK,), **here) == (False, 1)
    assert heard([GERMAN], **{**here, **elsewhere}) == (False, 1)


def test_the_page_says_what_is_not_counted(bench: Bench, tmp_path: Path) -> None:
    called(bench, ["<b>Abstracts</b> of the <script>"])
    assert bench.study().row.state == "none"
    (said,) = bench.life().doubts
    assert said == (
        f"Crossref: retraction (2023-04-22, notice DOI {NOTICE}) of DOI {WORK}, "
        "under the title “Abstracts of the <script>”"
    )
    settings = Settings(database_url="sqlite://", data_dir=tmp_path, now=bench.store.now)
    page = create_app(settings, bench.store, vocabulary(), bind="127.0.0.1").test_client().get(
        "/pmid/101", follow_redirects=True
    )  # fmt: skip
    shown = words(parsed(page.text).xpath("//main")[0])
    assert f"Said of its DOI, which other works may have, and not counted here. {said}" in shown
    assert "No other retraction, correction or concern is known. Last checked: PubMed" in shown
    assert "No retraction, correction" not in shown


def test_the_command_line_and_the_run_say_what_is_not_counted(bench: Bench) -> None:
    called(bench, [CONGRESS])
    (said,) = bench.life().doubts
    (ran,) = queries.runs(bench.store, vocabulary())
    assert ran.log == (f"not counted, as other works may have the DOI: {said}",)
    assert ("not counted", said) in list(lines(bench.study()))


def test_a_correction_is_doubted_too_and_a_later_version_is_not_worth_it(bench: Bench) -> None:
    said = [update(NOTICE, "correction"), update("10.5555/v2", "new_version"), update("10.5555/v3", "novelty")]
    bench.server.works[WORK] = work(WORK, CONGRESS, updated_by=said)
    bench.recheck()
    (doubt,) = bench.life().doubts
    assert doubt.startswith("Crossref: correction (")


def test_what_one_side_says_by_the_title_is_no_doubt_of_the_other(bench: Bench) -> None:
    bench.says(updated_by=[update(NOTICE)])
    bench.server.works[OTHER] = work(OTHER, OTHER_TITLE)
    bench.server.works[NOTICE] = work(NOTICE, f"Retraction: {TITLE}", update_to=[update(WORK)])
    take(bench.store, vocabulary(), [article(103, f"Retraction: {TITLE}", doi=NOTICE)], actor="test")
    bench.recheck()
    assert (bench.study().row.state, bench.life().doubts) == ("retracted", ())


# One DOI over several works.

SHARED = "10.5555/supplement"
FIRST = article(201, "Sural dextrose in sheep of the moors", doi=SHARED)
SECOND = article(202, "Peroneal ultrasound in marathon walkers", doi=SHARED)
NOTE = notice(203, "RetractionOf", 999, title="Retraction: an invented abstract", doi=SHARED)
SAME_PLACE = {"volume": "7", "page": "23-30", "issued": {"date-parts": [[2015]]}}
"""Of PMID 201."""


@pytest.mark.parametrize("titles", [["RETRACTED"], [GERMAN], ["Sural dextrose"]], ids=str)
@pytest.mark.parametrize(
    "order",
    [("first", "second", "crossref"), ("crossref", "second", "first"), ("first", "crossref", "second")],
    ids=" ".join,
)
def test_of_works_that_share_a_doi_only_the_one_of_that_title_is_retracted(
    titles: list[str], order: tuple[str, ...]
) -> None:
    with crossref_bench() as bench:
        bench.server.works[SHARED] = work(SHARED, updated_by=[update(NOTICE)], **SAME_PLACE) | {"title": titles}
        bench.server.works[OTHER] = work(OTHER, OTHER_TITLE, update_to=[update(SHARED, "expression_of_concern")])
        records = {"first": FIRST, "second": SECOND}
        for step in order:
            if step == "crossref":
                bench.recheck()
            else:
                take(bench.store, vocabulary(), [records[step]], actor="test")
        bench.recheck()
        named = titles == ["Sural dextrose"]
        assert by_pmid(bench, "201").row.state == ("retracted" if named else "none")
        assert by_pmid(bench, "202").row.state == "none"
        for study, silent in ((by_pmid(bench, "201"), named), (by_pmid(bench, "202"), False)):
            assert len(doubts(study)) == (0 if silent else 2), "the retraction, and the concern of the notice"
        assert sound(bench)


def sound(bench: Bench) -> bool:
    """Whether what is stored follows from what is known."""
    return all(not check.found for check in examine(bench.store, vocabulary(), every=True))


def test_who_shares_a_doi_counts_as_it_is_now(bench: Bench) -> None:
    bench.server.works[SHARED] = work(SHARED, "RETRACTED", updated_by=[update(NOTICE)])
    take(bench.store, vocabulary(), [FIRST], actor="test")
    bench.recheck()
    assert by_pmid(bench, "201").row.state == "retracted", "nobody else has it"
    take(bench.store, vocabulary(), [NOTE], actor="test")
    assert by_pmid(bench, "201").row.state == "retracted", "a notice is no other work"
    assert by_pmid(bench, "203").row.state == "none"
    take(bench.store, vocabulary(), [SECOND], actor="test")
    assert (by_pmid(bench, "201").row.state, by_pmid(bench, "202").row.state) == ("none", "none")
    assert sound(bench)
    without = article(202, "Peroneal ultrasound in marathon walkers")
    take(bench.store, vocabulary(), [without], actor="test", live=True)
    assert by_pmid(bench, "201").row.state == "retracted", "the other one has it no more"
    assert by_pmid(bench, "202").row.state == "none"
    assert sound(bench)


def test_works_that_a_merge_joins_share_no_doi(bench: Bench) -> None:
    bench.server.works[SHARED] = work(SHARED, "RETRACTED", updated_by=[update(NOTICE)])
    take(bench.store, vocabulary(), [FIRST, SECOND], actor="test")
    bench.recheck()
    keys = [by_pmid(bench, pmid).row.key for pmid in ("201", "202")]
    merged = curation.merge(bench.store, vocabulary(), *keys, actor="ann")
    assert merged
    joined = by_pmid(bench, "201")
    assert (joined.row.state, sound(bench)) == ("retracted", True)
    curation.unmerge(bench.store, vocabulary(), joined.merges[-1].event, actor="ann")
    assert [by_pmid(bench, pmid).row.state for pmid in ("201", "202")] == ["none", "none"]
    assert sound(bench)


# Names and days, by themselves.

texts = st.text(max_size=12) | st.sampled_from(["RETRACTED", TITLE, CHINESE, "a\nb", "\t2021;7;11"])


@given(st.lists(texts, max_size=5), st.lists(st.integers(1, 9999), max_size=3), texts, st.lists(texts, max_size=2))
def test_a_name_is_read_as_it_was_written(titles: list[str], years: list[int], volume: str, pages: list[str]) -> None:
    name = naming.named(titles, years, volume, pages)
    known, place = naming.titles_in(name), naming.place_in(name)
    assert naming.named(known) == "\n".join(known)
    assert len(known) <= naming.MOST_TITLES
    if place is not None:
        assert (place.years, place.pages) == (
            frozenset(years),
            frozenset(p for o in pages if (p := naming.first_page(o))),
        )
    share = naming.likeness(known, known)
    assert share in (None, 1.0)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (TITLE, TITLE.upper(), 1.0),
        (TITLE, OTHER_TITLE, 0.0),
        (TITLE, "RETRACTED", None),
        (TITLE, "", None),
        (TITLE, CHINESE, None),
        (CHINESE, CHINESE, 1.0),
        ("Retracted article: on bees", "Retracted article: on wasps", 0.0),
        ("Pain", "Pain in the arm", 1.0),
        ("Ödem der Hände", "Odem der Hande", 1.0),
        ("β-blockers", "beta blockers", 1.0),
    ],
)
def test_how_alike_titles_are(one: str, other: str, share: float | None) -> None:
    assert naming.likeness([one], [other]) == share
    assert naming.likeness([other], [one]) == share


@pytest.mark.parametrize(
    ("fields", "is_of"),
    [
        (PLACE, True),
        (PLACE | {"page": None, "article_number": "12"}, True),
        (PLACE | {"page": "12"}, True),
        (PLACE | {"issued": {"date-parts": [[2014, 12]]}, "published_print": {"date-parts": [[2015]]}}, True),
        (PLACE | {"page": "120-9"}, False),
        ({}, False),
    ],
)
def test_places(fields: dict[str, Any], is_of: bool) -> None:
    (record,) = (article(101, TITLE, doi=WORK),)
    assert isinstance(record, Record)
    place = naming.place_in(updates.title_of(work(WORK, **fields)))
    assert place is not None
    assert place.is_of(record) is is_of


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ([2023, 4, 22], (2023, 4, 22)),
        ([2023, None, 5], (2023, None, None)),
        ([2023, 0, 0], (2023, None, None)),
        ([2023, 4, 0], (2023, 4, None)),
        ([2023, "4", 22], (2023, None, None)),
        ([None, 5, 6], None),
        ([5, 6, 7], None),
        ([True, 1, 1], None),
        ([2023, 2, 30], None),
        ([2027, 2, 28], (2027, 2, 28)),
        ([2099, 1, 1], None),
    ],
    ids=str,
)
def test_days(parts: list[Any], day: tuple[Any, ...] | None) -> None:
    said = work(WORK, TITLE, updated_by=[update(NOTICE, on=parts)])
    ((row,), _) = updates.read(said, WORK, latest=date(2027, 3, 1))
    found = row.statement.date
    assert found == (PartialDate(year=day[0], month=day[1], day=day[2]) if day else None)


def test_a_doi_too_long_for_an_index_says_nothing() -> None:
    long = f"10.5555/{'x' * 600}"
    said = work(WORK, TITLE, updated_by=[update(long)], update_to=[update(long), update(OTHER)])
    rows, _ = updates.read(said, WORK, {OTHER: OTHER_TITLE})
    assert [(row.doi, row.statement.notice) for row in rows if row.doi == OTHER] == [(OTHER, (parse("doi", WORK),))]
    assert all(long not in row.ref for row in rows)
    assert updates.read(said, long) == ((), ())
    assert updates.targets(said, WORK) == (OTHER,)
