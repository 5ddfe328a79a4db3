"""What Crossref fails on for good, or knows no more: it holds nothing else back, and comes to rest. Pages meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import asking_crossref, curation_inclusion, refresh
from evidence.errors import StoreBusy
from evidence.identifiers import parse
from evidence.ingest import take
from evidence.lifecycle import crossref as updates
from evidence.pacing import MemoryPacer
from evidence.records import Rejected
from evidence.settings import Settings
from evidence.sources.pubmed import PubMed
from evidence.sources.transport import Transport
from evidence.store import create, inquiries, queries, runs
from evidence.views import RunView
from tests.crossref_bench import NOTICE, OTHER, OTHER_TITLE, START, TITLE, WORK, Bench, crossref_bench
from tests.crossref_server import update, work
from tests.eutils_server import EutilsServer
from tests.lifecycle_cases import article
from tests.local_server import Seen, Step
from tests.made import vocabulary

TARGET, GOOD = "10.5555/target", "10.5555/good"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with crossref_bench() as made:
        yield made


def failing(bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str, *dois: str) -> None:
    """From now on requests that name one of these DOIs go wrong, alone or in a list."""
    note: Callable[[Seen], Step] = type(bench.server).note.__get__(bench.server)
    bad = [doi.replace("/", "%2F") for doi in dois]
    monkeypatch.setattr(
        bench.server, "note", lambda seen: Step(step) if any(b in seen.path for b in bad) else note(seen)
    )


def daily(bench: Bench, days: int) -> list[RunView | None]:
    """A run now, and one on each of the days after."""
    return [bench.recheck(days=bool(day)) for day in range(days)]


@pytest.mark.parametrize("how", ["elsewhere", "403", "503"])
def test_a_work_that_speaks_of_one_that_fails_is_heard_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Its own retraction, and what it says of another; of the failing one as soon as its title can be had."""
    bench.says(updated_by=[update(NOTICE)], update_to=[update(TARGET, "correction"), update(GOOD)])
    bench.server.works |= {GOOD: work(GOOD, "Sural dextrose in sheep"), TARGET: work(TARGET, "A loom of weavers")}
    if how == "elsewhere":
        bench.server.aliases[TARGET] = f"https://doi.example.org/{TARGET}"
    else:
        bench.server.hidden = {TARGET}
        note = type(bench.server).note.__get__(bench.server)
        alone = f"works/{TARGET.replace('/', '%2F')}"
        monkeypatch.setattr(bench.server, "note", lambda seen: Step(how) if alone in seen.path else note(seen))
    bench.server.hidden |= {TARGET}
    first = bench.recheck()
    assert first is not None
    assert (first.state, dict(first.counts)) == ("failed", {"failed": 1, "said": 2})
    assert bench.study().row.state == "retracted"
    take(bench.store, vocabulary(), [article(301, "Sural dextrose in sheep", doi=GOOD)], actor="test")
    assert bench.study(GOOD).row.state == "retracted"
    states = [run.state if run else None for run in daily(bench, 4)]
    assert states == ["failed", "failed", "failed", "ok"], "on the third day it is believed"
    quiet = [run.state if run else None for run in [bench.recheck(days=days) for days in (1, 28, 1, 1, 1, 1)]]
    assert set(quiet) <= {None, "ok"}
    bench.server.aliases.clear()
    bench.server.hidden.clear()
    monkeypatch.undo()
    bench.recheck(days=31)
    take(bench.store, vocabulary(), [article(302, "A loom of weavers", doi=TARGET)], actor="test")
    assert bench.study(TARGET).row.state == "corrected"


def test_what_was_said_of_a_work_stays_while_its_title_cannot_be_had(bench: Bench) -> None:
    bench.says(update_to=[update(TARGET, "correction")])
    bench.server.works[TARGET] = work(TARGET, "A loom of weavers")
    bench.recheck()
    bench.says(update_to=[update(TARGET, "correction", on=[2024, 1, 1]), update(TARGET)])
    bench.server.script("ok", 503, 503)
    run = bench.recheck(days=31)
    assert run is not None
    assert dict(run.counts) == {"failed": 1, "said": 1}
    take(bench.store, vocabulary(), [article(302, "A loom of weavers", doi=TARGET)], actor="test")
    assert bench.study(TARGET).row.state == "corrected", "and of the newer word not before the title is known"
    bench.recheck(days=1)
    assert bench.study(TARGET).row.state == "retracted"
    del bench.server.works[TARGET]
    assert bench.recheck(days=31) is not None
    assert bench.study(TARGET).row.state == "retracted", "a DOI that is not known now says what it said"


@pytest.mark.parametrize(
    ("type_", "asked"), [("new_version", False), ("novelty", False), ("correction", True), ("reinstatement", True)]
)
def test_titles_are_asked_for_only_where_a_state_hangs_on_them(bench: Bench, type_: str, asked: bool) -> None:
    bench.says(update_to=[update(TARGET, type_)])
    bench.recheck()
    assert (TARGET in bench.server.asked()) is asked
    assert (updates.targets(bench.server.works[WORK], WORK) == (TARGET,)) is asked


@pytest.mark.parametrize("step", ["403", "503"])
def test_one_doi_that_fails_for_good_is_put_off_and_fails_no_run_any_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It even spoils the list that it stands in: after three days the others are asked for alone."""
    dois = bench.with_more(3)
    failing(bench, monkeypatch, step, dois[1])
    bench.says(updated_by=[update(NOTICE)])
    found = daily(bench, 5)
    assert [run.state if run else None for run in found] == ["failed", "failed", "failed", "ok", None]
    assert found[3] is not None
    assert any(f"DOI {dois[1]} has failed for days, and is put off: " in line for line in found[3].log)
    assert dict(found[3].counts) == {"said": 1}
    assert bench.study().row.state == "retracted"
    assert bench.outcomes([*dois, WORK]) == dict.fromkeys([dois[0], dois[2], WORK], "known")
    months = [bench.recheck(days=days) for days in (30, 1, 29, 1)]
    assert [run.state for run in months if run] == ["ok"] * 2
    monkeypatch.undo()
    bench.recheck(days=31)
    assert bench.outcomes(dois) == dict.fromkeys(dois, "known")
    failing(bench, monkeypatch, step, dois[1])
    again = bench.recheck(days=31)
    assert again is not None
    assert again.state == "failed", "what was well in between fails anew"


def test_a_failing_doi_alone_in_its_run_is_told_from_a_silent_crossref(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.recheck()
    (more,) = bench.with_more(1)
    failing(bench, monkeypatch, "403", more)
    assert [run.state if run else None for run in daily(bench, 5)] == ["failed"] * 3 + ["ok", None]
    assert bench.server.asked()[-1] == f"{OTHER} {WORK}", "others are there: a control of one request"
    bench.server.script(forever=503)
    monkeypatch.setattr(bench.server, "note", type(bench.server).note.__get__(bench.server))
    silent = bench.recheck(days=31)
    assert silent is not None
    assert silent.state == "failed"


@pytest.mark.parametrize("step", [403, 503])
def test_an_outage_of_days_fails_every_run_and_leaves_nothing_behind(bench: Bench, step: int) -> None:
    dois = [*bench.with_more(40), OTHER, WORK]
    bench.recheck()
    bench.server.script(forever=step)
    later = bench.recheck(days=31)
    assert later is not None
    runs_of_days = [later, *(bench.recheck(days=1) for _ in range(6))]
    assert {run.state for run in runs_of_days if run} == {"failed"}
    assert len([run for run in runs_of_days if run]) == 7
    assert set(bench.outcomes(dois).values()) == {"known"}
    bench.server.script()
    bench.server.seen.clear()
    assert (bench.recheck(days=1) or later).state == "ok"
    assert len(bench.server.seen) == 2, "two lists, as ever"
    assert bench.recheck(days=1) is None
    with bench.store.read() as connection:
        assert inquiries.failing(connection, "crossref", bench.store.now()) == frozenset()


@pytest.mark.parametrize("every", [1, 7])
def test_a_library_whose_dois_moved_to_another_agency_comes_to_rest(bench: Bench, every: int) -> None:
    dois = [*bench.with_more(6), WORK]
    bench.says(updated_by=[update(NOTICE)])
    bench.recheck()
    for doi in dois:
        del bench.server.works[doi]
    found = [bench.recheck(days=31), *(bench.recheck(days=every) for _ in range(4))]
    failed = 3 if every == 1 else 1
    assert [run.state if run else None for run in found] == ["failed"] * failed + ["ok"] + [None] * (4 - failed)
    assert bench.outcomes(dois) == dict.fromkeys(dois, "unknown")
    assert bench.study().row.state == "retracted", "which takes nothing back"
    bench.server.seen.clear()
    assert (bench.recheck(days=31), len(bench.server.seen)) != (None, 0)
    assert len(bench.server.seen) <= 2, "none of them alone"


def test_a_clock_that_was_ahead_makes_no_failure_last(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(bench, monkeypatch, "403", WORK)
    bench.recheck(days=300)
    bench.recheck(days=-300)
    with bench.store.read() as connection:
        now = bench.store.now()
        assert inquiries.failing(connection, "crossref", now) == {WORK, OTHER}, "since now"
        assert inquiries.failing(connection, "crossref", now - timedelta(seconds=1)) == frozenset()


def test_both_engines_keep_what_fails_and_since_when(store_url: str) -> None:
    with create(store_url, lambda: START) as store:
        take(store, vocabulary(), [article(101, TITLE, doi=WORK), article(102, OTHER_TITLE, doi=OTHER)], actor="test")
        with store.write() as writer:
            inquiries.note_tried(writer, "crossref", [OTHER], put_off=True)
            inquiries.note_failing(writer, "crossref", [OTHER, WORK])
        assert inquiries.due(store, "crossref", START, 9) == [WORK], "the other one was put off"
        assert inquiries.last_known(store, "crossref", 9) == []
        later = START + timedelta(days=50)
        store.now = lambda: later
        assert inquiries.due(store, "crossref", later, 9) == [WORK, OTHER], "one that was never tried first"
        with store.write() as writer:
            inquiries.note_failing(writer, "crossref", [WORK])
        with store.read() as connection:
            assert inquiries.failing(connection, "crossref", START) == {WORK, OTHER}, "since the first time"
        with store.write() as writer:
            inquiries.note(writer, "crossref", inquiries.outcomes([WORK], [OTHER]))
            inquiries.note_failing(writer, "crossref", [OTHER])
        with store.read() as connection:
            assert inquiries.failing(connection, "crossref", later) == {OTHER}
            assert inquiries.failing(connection, "crossref", START) == frozenset(), "it was well in between"
        assert inquiries.last_known(store, "crossref", 9) == [WORK]
        before = queries.version(store)
        number = runs.start(store, "crossref", "", later)
        assert queries.version(store) not in ("", before)
        runs.finish(store, number, state="ok", found=0, counts={}, error="", log=[], now=later)


def test_what_a_quiet_library_asks_for(bench: Bench) -> None:
    """Requests, as before: one for 40 works, and one more for 40 of which their notices speak."""
    bench.with_more(39)
    bench.says(update_to=[update(TARGET), update(GOOD)])
    bench.server.works |= {GOOD: work(GOOD), TARGET: work(TARGET)}
    bench.recheck()
    assert len(bench.server.seen) == 3
    bench.recheck(days=31)
    assert len(bench.server.seen) == 6


# By hand, and beside the rest.


def added(bench: Bench, *dois: str) -> Any:
    """Adding DOIs that PubMed does not have."""
    absent = {parse("doi", doi): Rejected(subject=f"doi {doi}", reason=refresh.ABSENT) for doi in dois}
    return asking_crossref.add(
        bench.store, vocabulary(), bench.settings, absent, refresh.ABSENT, actor="ann", crossref=bench.crossref
    )


def test_an_added_alias_is_noted_as_its_prime(bench: Bench) -> None:
    bench.server.works["10.5555/prime"] = work("10.5555/prime", "Sural dextrose in sheep and goats")
    bench.server.alias("10.5555/alias", "10.5555/prime")
    assert added(bench, "10.5555/alias").added == 1
    month = bench.store.now() - timedelta(days=30)
    assert inquiries.due(bench.store, "pubmed", month, 9, without_pmid=True) == []


def test_an_added_work_that_speaks_of_one_that_fails_is_marked_and_asked_about_again(bench: Bench) -> None:
    said = {"updated_by": [update(NOTICE)], "update_to": [update(TARGET, "correction")], "abstract": "We saw sheep."}
    bench.server.works[GOOD] = work(GOOD, "Sural dextrose in sheep and goats", **said)
    bench.server.script("ok", 403)
    assert added(bench, GOOD).added == 1
    assert bench.study(GOOD).row.state == "retracted"
    assert GOOD in inquiries.due(bench.store, "crossref", bench.store.now() - timedelta(days=30), 9)


def test_excluded_studies_are_not_looked_for_in_pubmed(bench: Bench) -> None:
    bench.server.works[GOOD] = work(GOOD, "Sural dextrose in sheep and goats")
    added(bench, GOOD)
    curation_inclusion.decide(bench.store, vocabulary(), [GOOD], "excluded", actor="ann")
    ahead = bench.store.now() + timedelta(days=1)
    assert inquiries.due(bench.store, "pubmed", ahead, 9, without_pmid=True) == []
    assert GOOD in inquiries.due(bench.store, "crossref", ahead, 9)


def test_the_locks_of_a_refresh_are_never_both_free(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    real = runs.lock

    @contextlib.contextmanager
    def watched(store: Any, name: str = "refresh") -> Iterator[None]:
        with real(store, name):
            yield
        if name == "refresh":  # it was released: somebody else looks
            with pytest.raises(StoreBusy), real(store, runs.BESIDE):
                pass
            seen.append(True)

    monkeypatch.setattr(runs, "lock", watched)
    with EutilsServer() as eutils:
        settings = Settings(
            database_url="sqlite://", data_dir=Path("unused"), eutils_url=eutils.url, crossref_url=bench.server.url
        )
        transport = Transport(settings, MemoryPacer(), sleep=lambda _: None)
        words = vocabulary()
        done = refresh.run(
            bench.store, words, settings, recheck=True, pubmed=PubMed(transport), crossref=bench.crossref,
            names=list(words.searches)[:1],
        )  # fmt: skip
        transport.close()
    assert done[-1].search == "crossref"
    assert seen == [True]


@pytest.mark.parametrize("first", [0, 1])
def test_pages_change_with_every_run_that_begins_or_ends(bench: Bench, first: int) -> None:
    seen = [queries.version(bench.store)]
    both = [runs.start(bench.store, name, "", bench.store.now()) for name in ("crossref", "by-doi")]
    seen.append(queries.version(bench.store))
    for number in (both[first], both[1 - first]):
        runs.finish(
            bench.store, number, state="failed", found=0, counts={}, error="away", log=[], now=bench.store.now()
        )
        seen.append(queries.version(bench.store))
    assert len(set(seen)) == 4
    assert len({queries.content(one) for one in seen}) == 1
