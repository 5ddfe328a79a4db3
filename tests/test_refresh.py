"""Saved searches from a local E-utilities server into a store: whole, incremental, and never to a study's harm."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from evidence import refresh, vocabulary
from evidence.errors import NotFound, SourceProblem, StoreBusy, UsageProblem
from evidence.identifiers import Identifier
from evidence.ingest import Report
from evidence.pacing import MemoryPacer, eutils_pacer
from evidence.settings import Settings
from evidence.sources.pubmed import PubMed
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.store import Store, create, queries, runs, schema
from evidence.store.engine import table_of
from evidence.views import RunView
from evidence.vocabulary import Search, Vocabulary
from tests.eutils_records import FIRST_PMID, article_set, article_xml
from tests.eutils_server import EutilsServer
from tests.local_server import Step
from tests.refresh_process import command, environment
from tests.store_dump import dump

QUERY = "dextrose[tiab] AND nerve[tiab]"
OTHER = "prolotherapy[tiab]"
ATTEMPTS = 3


class Clock:
    """A clock that moves a second at each look, and by hand."""

    def __init__(self) -> None:
        self.time = datetime(2025, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@dataclass
class Bench:
    """A server, a store, a vocabulary of two searches."""

    server: EutilsServer
    store: Store
    words: Vocabulary
    settings: Settings
    pubmed: PubMed
    clock: Clock
    progress: list[int] = field(default_factory=list)

    def refresh(self, *names: str, since: date | None = None) -> RunView:
        """Run one search, `core` unless named; its view (that of what it lists no more may follow)."""
        view, *_ = self.refresh_all(*(names or ("core",)), since=since)
        return view

    def refresh_all(self, *names: str, since: date | None = None) -> tuple[RunView, ...]:
        return refresh.run(
            self.store,
            self.words,
            self.settings,
            names,
            since=since,
            pubmed=self.pubmed,
            on_progress=self.progress.append,
        )

    def add(self, *identifiers: tuple[str, str]) -> Report:
        wanted = [Identifier(scheme, value) for scheme, value in identifiers]  # type: ignore[arg-type]
        return refresh.add(self.store, self.words, self.settings, wanted, pubmed=self.pubmed)

    def log(self) -> list[str]:
        """The log of the newest run."""
        run = table_of(schema.RefreshRun)
        with self.store.read() as connection:
            text = connection.scalar(select(run.c.log).order_by(run.c.id.desc()).limit(1))
        return list(json.loads(text or "[]"))

    def states(self) -> list[tuple[str, str]]:
        """(search, state) of every run, oldest first."""
        return [(r.search, r.state) for r in reversed(queries.runs(self.store, self.words, 100))]

    def pmids(self) -> set[str]:
        study = table_of(schema.Study)
        with self.store.read() as connection:
            return set(connection.scalars(select(study.c.pmid)))

    def upstream(self, pmid: str) -> str:
        study = table_of(schema.Study)
        with self.store.read() as connection:
            return str(connection.scalar(select(study.c.upstream_state).where(study.c.pmid == pmid)))


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    searches = {
        "core": Search(name="core", label="Core", query=QUERY),
        "wide": Search(name="wide", label="Wide", query=OTHER, include=False),
    }
    return replace(vocabulary.load(), searches=searches)


@pytest.fixture
def make_bench(words: Vocabulary, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(records: int = 30, *, url: str = "", limits: Limits | None = None) -> Bench:
        server = EutilsServer(records).__enter__()
        server.searches[OTHER] = server.pmids[: records // 3]
        clock = Clock()
        url = url or f"sqlite:///{tmp_path / 'evidence.db'}"
        settings = Settings(database_url=url, data_dir=tmp_path, eutils_url=server.url, max_rate=1000, now=clock)
        limits = limits or Limits(attempts=ATTEMPTS)
        transport = Transport(settings, MemoryPacer(), limits, sleep=lambda _: None)
        bench = Bench(server, create(url, clock), words, settings, PubMed(transport), clock)
        made.append(bench)
        return bench

    yield make
    for bench in made:
        bench.pubmed.transport.close()
        bench.store.close()
        bench.server.__exit__()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


def counts(view: RunView) -> dict[str, int]:
    return {name: number for name, number in view.counts if number}


# What goes well


def test_a_search_arrives_whole_on_both_engines(make_bench: Callable[..., Bench], store_url: str) -> None:
    bench = make_bench(450, url=store_url)
    view = bench.refresh()
    assert (view.state, view.found, counts(view), view.error) == ("ok", 450, {"added": 450}, "")
    assert bench.pmids() == set(bench.server.pmids)
    assert [len(s.ids) for s in bench.server.requests("efetch")] == [200, 200, 50]
    before = dump(bench.store)
    view = bench.refresh()
    assert (view.state, counts(view)) == ("ok", {"unchanged": 450})
    assert bench.log() == ["nothing new: every record is as it was, nothing was written"]
    assert dump(bench.store) == before


@pytest.mark.long
@pytest.mark.parametrize("count", [9_000])
def test_thousands_of_records_arrive_whole_through_the_command_line(count: int, tmp_path: Path) -> None:
    with EutilsServer(count) as server:
        env = environment(server.url, tmp_path)
        for outcome in ("added", "unchanged"):
            done = subprocess.run(command("refresh", "core"), env=env, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout.startswith(f"core: ok; {count} found: {count} {outcome}")
        with create(env["EVIDENCE_DATABASE_URL"], lambda: datetime.now(UTC)) as store, store.read() as connection:
            found = set(connection.scalars(select(table_of(schema.Study).c.pmid)))
        assert found == set(server.pmids)
        assert len(server.requests("efetch")) == 2 * -(-count // 200)


def test_progress_counts_every_record(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(450)
    bench.refresh()
    assert bench.progress[-3:] == [200, 400, 450]


def test_only_what_changed_is_written(bench: Bench) -> None:
    bench.refresh()
    changed, new = bench.server.pmids[4], str(FIRST_PMID + 999)
    bench.server.revisions[changed] = 1
    bench.server.pmids.append(new)
    view = bench.refresh()
    assert (view.found, counts(view)) == (31, {"added": 1, "revised": 1, "unchanged": 29})
    key = queries.find_key(bench.store, bench.words, "pmid", changed)
    assert key is not None
    study = queries.study(bench.store, bench.words, key)
    assert study is not None
    assert "revised 1" in study.row.title


def test_all_searches_run_when_none_is_named_and_share_their_work(bench: Bench) -> None:
    first, second = bench.refresh_all()
    assert [(v.search, v.state, v.found) for v in (first, second)] == [("core", "ok", 30), ("wide", "ok", 10)]
    assert (counts(first), counts(second)) == ({"added": 30}, {"already-checked": 10})
    assert len(bench.server.requests("efetch")) == 1
    assert bench.progress[-1] == 40


def test_including_searches_go_first(bench: Bench) -> None:
    bench.words = replace(bench.words, searches=dict(reversed(bench.words.searches.items())))
    assert [v.search for v in bench.refresh_all()] == ["core", "wide"]


def test_a_search_that_queues_leaves_its_finds_to_a_curator(bench: Bench) -> None:
    bench.refresh("wide")
    study = table_of(schema.Study)
    with bench.store.read() as connection:
        assert set(connection.scalars(select(study.c.inclusion))) == {"candidate"}


def test_since_asks_for_the_new_and_compares_the_whole(bench: Bench) -> None:
    bench.refresh()
    bench.server.recent = []
    view = bench.refresh(since=date(2025, 5, 1))
    assert (view.state, view.found, counts(view)) == ("ok", 30, {})
    assert bench.server.requests("esearch")[-1].fields["mindate"] == "2025/05/01"
    assert runs.last_ok_count(bench.store, "core", QUERY) == 30


def test_an_unknown_search_is_refused_before_anything(bench: Bench) -> None:
    with pytest.raises(NotFound, match=r"none of that name; known: core, wide"):
        bench.refresh("cores")
    assert bench.server.seen == []
    assert bench.states() == []


def test_ncbi_without_an_address_is_refused_before_anything(bench: Bench) -> None:
    settings = replace(bench.settings, eutils_url="https://eutils.ncbi.nlm.nih.gov/entrez/eutils/")
    with pytest.raises(UsageProblem, match="NCBI_EMAIL"):
        refresh.run(bench.store, bench.words, settings)
    assert bench.states() == []


def test_a_second_refresh_is_refused_at_once(bench: Bench) -> None:
    with runs.lock(bench.store, "refresh"), pytest.raises(StoreBusy):
        bench.refresh()
    assert bench.server.seen == []
    assert bench.refresh().state == "ok"


# What PubMed says oddly


def test_warnings_stand_in_the_run_log(bench: Bench) -> None:
    bench.server.script("phrase")
    assert bench.refresh().state == "ok"
    assert bench.log() == [
        "PubMed: phrase not found: xyzzy",
        "PubMed: message: No items found.",
        f"PubMed searched for: {QUERY}",
    ]


def test_repeated_attempts_stand_in_the_run_log(bench: Bench) -> None:
    bench.server.script("ok", "xmlerror", 503)
    assert bench.refresh().state == "ok"
    first, second = bench.log()
    assert first.startswith(
        "efetch.fcgi: 127.0.0.1 answers with the error 'Database is not supported: pubmed'; asked again"
    )
    assert second.startswith("efetch.fcgi: 127.0.0.1 answers with status 503: API rate limit exceeded; asked again")


def test_duplicates_and_strangers_stand_in_the_run_log(bench: Bench) -> None:
    twice = bench.server.pmids[0]
    bench.server.script(
        "ok", Step("text", body=article_set([article_xml(p) for p in (*bench.server.pmids, twice, "77")]))
    )
    view = bench.refresh()
    assert (view.state, counts(view)) == ("ok", {"added": 30})
    assert bench.log() == [
        f"PMID {twice} was given twice; the newer version, else the first, was taken",
        "PMID 77 was given and not asked for; ignored",
    ]


def test_slices_that_do_not_add_up_fail_and_change_nothing(bench: Bench) -> None:
    bench.server.pmids = [str(FIRST_PMID + i) for i in range(10_000)]
    bench.server.ignores_limits = True
    view = bench.refresh()
    assert view.state == "failed"
    assert "counts 10,000 records from 1800-01-01 to 3000-12-31, and in two halves 10,000 and 10,000" in view.error
    assert bench.pmids() == set()
    assert bench.server.requests("efetch") == []


@pytest.mark.parametrize("left", [0, 14])
def test_a_search_that_collapses_fails_and_changes_nothing(bench: Bench, left: int) -> None:
    bench.refresh()
    before = dump(bench.store)
    bench.server.pmids = bench.server.pmids[:left]
    view = bench.refresh()
    assert (view.state, view.found) == ("failed", left)
    assert view.error == (
        f"finds {left} records; the last good run found 30. Nothing was changed; it will be believed on 2025-06-04, or "
        "at once with `evidence refresh --full core`"
    )
    assert dump(bench.store) == before
    assert runs.last_ok_count(bench.store, "core", QUERY) == 30


def test_half_is_not_yet_a_collapse(bench: Bench) -> None:
    bench.refresh()
    bench.server.pmids = bench.server.pmids[:15]
    assert bench.refresh().state == "ok"


def test_a_small_search_may_halve(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(19)
    bench.refresh()
    bench.server.pmids = bench.server.pmids[:1]
    assert bench.refresh().state == "ok"


def test_a_search_that_has_never_found_anything_is_an_empty_shelf_not_a_failure(
    make_bench: Callable[..., Bench],
) -> None:
    view = make_bench(0).refresh()
    assert (view.state, view.found, view.error) == ("ok", 0, "")


def test_a_changed_query_is_not_compared_with_the_old_one(bench: Bench) -> None:
    bench.refresh()
    narrow = "dextrose[ti] AND median nerve[ti]"
    bench.server.searches[narrow] = bench.server.pmids[:3]
    bench.words = replace(bench.words, searches={"core": Search(name="core", label="Core", query=narrow)})
    assert bench.refresh().state == "ok"


def test_a_record_that_pubmed_lacks_becomes_missing_and_comes_back(bench: Bench) -> None:
    bench.refresh()
    gone = bench.server.pmids[3]
    bench.server.searches[QUERY] = list(bench.server.pmids)
    bench.server.articles[gone] = ""
    view = bench.refresh()
    assert (view.state, counts(view)) == ("ok", {"unchanged": 29, "missing": 1})
    assert bench.log()[0] == f"PMID {gone} is listed by PubMed, which does not give its record"
    assert bench.upstream(gone) == "missing"
    assert gone in bench.pmids()
    before = dump(bench.store)
    assert counts(bench.refresh()) == {"unchanged": 29, "missing": 1}
    assert dump(bench.store) == before
    del bench.server.articles[gone]
    assert counts(bench.refresh()) == {"unchanged": 30}
    assert bench.upstream(gone) == "present"


# What goes wrong

TROUBLES = (
    *(400, 403, 429, 500, 503, "drop", "close", "truncate", "cut", "html", "xmlerror", "jsonerror", "backenderror"),
    *("text", "text:body=busy", "badgzip", "empty", "redirect:body=http://elsewhere.invalid/"),
)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_server_in_trouble_never_loses_or_blanks_a_study(bench: Bench, trouble: str | int) -> None:
    bench.refresh()
    before = dump(bench.store)
    bench.server.script(forever=trouble)
    assert bench.refresh().state == "failed"
    assert dump(bench.store) == before
    bench.server.script("ok", "ok", forever=trouble)  # both searches go well, the records do not come
    view = bench.refresh()
    assert (view.state, view.found) == ("failed", 30)
    assert counts(view).get("failed") == 30
    assert dump(bench.store) == before
    bench.server.script()
    assert counts(bench.refresh()) == {"unchanged": 30}
    assert dump(bench.store) == before


@pytest.mark.long
@pytest.mark.parametrize("trouble", ["hang", "stall", "drip"])
def test_a_server_that_is_slow_hangs_nobody_and_harms_nothing(make_bench: Callable[..., Bench], trouble: str) -> None:
    bench = make_bench(limits=Limits(read=0.4, call=0.8, attempts=2))
    bench.refresh()
    before = dump(bench.store)
    bench.server.script(forever=trouble)
    assert bench.refresh().state == "failed"
    assert dump(bench.store) == before
    bench.server.script()
    assert bench.refresh().state == "ok"


@pytest.mark.parametrize("trouble", ["missing:number=40", "duplicate:number=40", "unasked:number=40"])
def test_answers_with_odd_sets_lose_nothing(bench: Bench, trouble: str) -> None:
    bench.server.script("ok", trouble, forever=None)
    view = bench.refresh()
    assert (view.state, counts(view)) == ("ok", {"added": 30})


def test_one_batch_that_fails_fails_the_run_and_the_others_arrive(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(450)
    bench.server.script("ok", "ok", *[500] * ATTEMPTS)
    view = bench.refresh()
    assert (view.state, counts(view)) == ("failed", {"added": 250, "failed": 200})
    assert view.error.startswith("127.0.0.1 efetch.fcgi: answers with status 500")
    # The next run asks for what lacks, and only for that.
    asked = len(bench.server.requests("efetch"))
    view = bench.refresh()
    assert (view.state, counts(view)) == ("ok", {"added": 200, "already-checked": 250})
    assert len(bench.server.requests("efetch")) == asked + 1
    assert bench.pmids() == set(bench.server.pmids)


def test_a_run_ends_after_three_failed_batches_and_the_other_searches_are_put_off(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(1000)
    bench.server.script("ok", forever=503)
    core, wide = bench.refresh_all()
    assert (core.state, counts(core)) == ("failed", {"failed": 600})
    assert core.error.endswith("stopped after 3 failed batches in a row")
    assert (wide.state, wide.error) == ("failed", "not tried: PubMed had stopped answering in the search before")
    assert len(bench.server.seen) == 1 + 3 * ATTEMPTS


def test_a_search_that_is_refused_does_not_stop_the_next(bench: Bench) -> None:
    bench.refresh()
    bench.server.searches[QUERY] = []
    core, wide = bench.refresh_all()
    assert (core.state, wide.state) == ("failed", "ok")


def test_an_interrupted_run_is_taken_up_where_it_stopped(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(450)

    def stop(done: int) -> None:
        if done == 400:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh.run(bench.store, bench.words, bench.settings, ["core"], on_progress=stop, pubmed=bench.pubmed)
    assert bench.states() == [("core", "interrupted")]
    view = bench.refresh()
    assert (view.state, counts(view)) == ("ok", {"added": 50, "already-checked": 400})
    assert bench.log()[0].startswith("taken up from an unfinished run: 400 records checked since 2025-06-01")
    assert [len(s.ids) for s in bench.server.requests("efetch")] == [200, 200, 50]
    assert counts(bench.refresh()) == {"unchanged": 450}


def test_a_run_that_was_killed_long_ago_starts_afresh(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(30)
    bench.refresh()
    runs.start(bench.store, "core", QUERY, bench.clock())  # and its process is killed
    bench.clock.time += timedelta(days=3)
    assert counts(bench.refresh()) == {"unchanged": 30}
    assert bench.states() == [("core", "ok"), ("core", "interrupted"), ("core", "ok")]


@pytest.mark.long
@pytest.mark.slow
def test_the_pace_holds_on_the_wire_whatever_the_server_does(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(900)
    settings = replace(bench.settings, max_rate=3.0)
    transport = Transport(settings, eutils_pacer(settings), Limits(attempts=4), sleep=lambda _: None)
    bench.pubmed = PubMed(transport)
    bench.server.script("ok", 429, "drop", 500, "ok", "truncate", "jsonerror")
    assert bench.refresh().state == "ok"
    transport.close()
    assert len(bench.server.seen) == 11
    assert bench.server.max_rate(1.0) <= 3


# Single studies


@pytest.mark.slow
def test_the_server_runs_by_hand_and_add_reaches_it(tmp_path: Path) -> None:
    serve = [
        sys.executable,
        "-m",
        "tests.eutils_server",
        "--records",
        "3",
        "--port",
        "0",
        "--script",
        "429:retry_after=0",
    ]
    root = Path(__file__).parents[1]
    with subprocess.Popen(serve, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        env = environment(address.partition("=")[2], tmp_path) | {"NCBI_API_KEY": "a-secret"}
        done = subprocess.run(command("add", str(FIRST_PMID)), env=env, capture_output=True, text=True, check=False)
        process.terminate()
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 record: 1 added\n", "")


def test_single_studies_are_added_by_pmid_doi_and_pmcid(bench: Bench) -> None:
    one, two, three = bench.server.pmids[:3]
    report = bench.add(("pmid", one), ("doi", f"10.5555/invented.{two}"), ("pmcid", f"PMC9{three}"))
    assert (report.total, report.added) == (3, 3)
    assert bench.pmids() == {one, two, three}
    assert [s.utility for s in bench.server.seen] == ["esearch", "esearch", "efetch"]


def test_two_names_of_one_study_add_it_once(bench: Bench) -> None:
    one = bench.server.pmids[0]
    report = bench.add(("pmid", one), ("doi", f"10.5555/invented.{one}"), ("pmid", one))
    assert (report.total, report.added) == (1, 1)


def test_what_pubmed_does_not_have_is_rejected_and_the_rest_is_added(bench: Bench) -> None:
    one = bench.server.pmids[0]
    report = bench.add(("pmid", "99999998"), ("doi", "10.1000/nowhere"), ("pmid", one))
    assert (report.added, [(r.subject, r.reason) for r in report.rejected]) == (
        1,
        [("pmid 99999998", "PubMed has no record of it"), ("doi 10.1000/nowhere", "PubMed has no record of it")],
    )


def test_a_hit_that_does_not_carry_the_doi_is_not_taken(bench: Bench) -> None:
    bench.server.searches["10.1000/other[doi]"] = bench.server.pmids[:2]
    report = bench.add(("doi", "10.1000/other"))
    assert (report.added, [r.reason for r in report.rejected]) == (0, ["PubMed has no record of it"])


def test_a_doi_that_several_records_carry_is_not_guessed(bench: Bench) -> None:
    one, two = bench.server.pmids[:2]
    shared = f"10.5555/invented.{one}"
    bench.server.articles[two] = article_xml(two).replace(f"10.5555/invented.{two}", shared)
    bench.server.searches[f"{shared}[doi]"] = [one, two]
    report = bench.add(("doi", shared))
    assert [r.reason for r in report.rejected] == [
        f"PubMed has several records that carry it: {one}, {two}; add one by its PMID"
    ]


def test_when_pubmed_does_not_answer_nothing_is_added(bench: Bench) -> None:
    bench.server.script(forever=500)
    with pytest.raises(SourceProblem):
        bench.add(("pmid", bench.server.pmids[0]))
    assert bench.pmids() == set()
