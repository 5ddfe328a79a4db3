"""Works that PubMed does not have come from Crossref, and join PubMed's record when there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import asking_doi, curation, curation_inclusion, refresh
from evidence.errors import StoreBusy
from evidence.identifiers import Identifier
from evidence.ingest import Report, take
from evidence.pacing import MemoryPacer
from evidence.records import Record
from evidence.settings import Settings
from evidence.sources.crossref import Crossref
from evidence.sources.pubmed import PubMed
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.store import Store, inquiries, queries, review, runs
from evidence.text import plain
from evidence.views import RunView, Study
from evidence.vocabulary import Search, Vocabulary
from tests.cli_runner import run, told
from tests.crossref_server import CrossrefServer, update, work
from tests.eutils_records import FIRST_PMID, article_xml, doi
from tests.eutils_server import EutilsServer
from tests.lifecycle_cases import filed
from tests.local_server import Seen, Step
from tests.made import fresh_store, vocabulary
from tests.pubmed_pieces import read

PMID, SECOND = str(FIRST_PMID), str(FIRST_PMID + 1)
DOI, OTHER, NOWHERE = doi(PMID), doi(SECOND), "10.5555/nowhere"
SEARCH = "none[tiab]"


def as_crossref(pmid: str, **fields: Any) -> dict[str, Any]:
    """An invented PubMed record in Crossref's words: the publisher's title case of names, no abstract, no MeSH."""
    (record,) = read(f"<PubmedArticleSet>{article_xml(pmid)}</PubmedArticleSet>")
    assert isinstance(record, Record)
    authors = [{"given": a.given or a.initials, "family": a.family} for a in record.authors]
    said = {
        "author": authors,
        "container_title": [record.journal.title],
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "published_print": {"date-parts": [[record.year]]},
        "published_online": None,
        "issued": {"date-parts": [[record.year]]},
    }
    return work(doi(pmid), plain(record.title).rstrip("."), **(said | fields))


@dataclass
class Bench:
    """PubMed and Crossref beside a store with one saved search."""

    eutils: EutilsServer
    crossref: CrossrefServer
    store: Store
    words: Vocabulary
    settings: Settings
    sources: dict[str, Any]

    def add(self, *dois: str) -> Report:
        wanted = [Identifier("doi", value) for value in dois]
        return refresh.add(self.store, self.words, self.settings, wanted, **self.sources)

    def refresh(self, days: float = 0, *, recheck: bool = True) -> dict[str, RunView]:
        later = self.store.now() + timedelta(days=days)
        self.store.now = lambda: later
        done = refresh.run(self.store, self.words, self.settings, recheck=recheck, **self.sources)
        return {one.search: one for one in done}

    def study(self, value: str = DOI, scheme: str = "doi") -> Study:
        found = queries.study(self.store, self.words, queries.find_key(self.store, self.words, scheme, value) or "")
        assert found is not None
        return found

    def in_pubmed(self, *pmids: str) -> None:
        """PubMed has these, whatever finds them."""
        self.eutils.pmids = list(pmids)

    def finds(self, *pmids: str) -> None:
        """The saved search finds these as well."""
        self.eutils.searches[SEARCH] = list(pmids)


@pytest.fixture
def bench() -> Iterator[Bench]:
    words = replace(vocabulary(), searches={"mine": Search(name="mine", label="Mine", query=SEARCH)})
    with (
        EutilsServer(searches={SEARCH: []}) as eutils,
        CrossrefServer(as_crossref(PMID), as_crossref(SECOND)) as crossref,
        fresh_store() as store,
    ):
        settings = Settings(
            database_url="sqlite://", data_dir=Path("unused"), eutils_url=eutils.url, crossref_url=crossref.url,
            max_rate=1000,
        )  # fmt: skip
        limits = Limits(attempts=2)
        to_pubmed = Transport(settings, MemoryPacer(), limits, sleep=lambda _: None)
        to_crossref = Transport(settings, MemoryPacer(), limits, sleep=lambda _: None, base=crossref.url)
        sources = {"pubmed": PubMed(to_pubmed), "crossref": Crossref(to_crossref)}
        yield Bench(eutils, crossref, store, words, settings, sources)
        to_pubmed.close()
        to_crossref.close()


def test_what_pubmed_does_not_have_is_taken_from_crossref_and_the_report_says_so(bench: Bench) -> None:
    bench.in_pubmed(SECOND)
    report = bench.add(DOI, OTHER, NOWHERE)
    assert (report.added, len(report.rejected), report.total) == (2, 1, 3)
    assert report.notes == [f"doi {DOI}: PubMed has no record of it; Crossref's was taken"]
    (rejected,) = report.rejected
    assert (rejected.subject, rejected.reason) == (
        f"doi {NOWHERE}", "PubMed has no record of it, and Crossref does not know it",
    )  # fmt: skip
    study = bench.study()
    assert [(m.source, m.external_id) for m in study.members] == [("crossref", DOI)]
    assert (study.row.pmid, study.row.doi, study.row.identified) == (None, DOI, True)
    assert study.record.authors[0].family
    assert [m.source for m in bench.study(OTHER).members] == ["pubmed"]
    assert bench.crossref.asked() == [f"{DOI} {NOWHERE}", NOWHERE], "PubMed's are not asked for"


def test_what_became_of_it_comes_with_it(bench: Bench) -> None:
    bench.crossref.works[DOI]["updated-by"] = [update("10.5555/notice")]
    bench.add(DOI)
    study = bench.study()
    assert study.row.state == "retracted"
    assert study.life is not None
    assert [(c.source_name, c.file) for c in study.life.checks] == [("Crossref", "")]
    assert bench.refresh(days=1).keys() == {"mine"}, "neither is asked again within 30 days"


@pytest.mark.parametrize("way", ["search", "doi"])
def test_pubmeds_record_joins_it_later_and_its_fields_win(bench: Bench, way: str) -> None:
    bench.add(DOI)
    key, created = bench.study().row.key, bench.study().row.id
    bench.in_pubmed(PMID)
    if way == "search":
        bench.finds(PMID)
    done = bench.refresh(days=31)
    joined = done["mine" if way == "search" else "by-doi"]
    assert joined.state == "ok"
    assert dict(joined.counts)["merged"] == 1
    study = bench.study()
    assert (study.row.key, study.row.id, study.row.pmid) == (key, created, PMID)
    assert sorted(m.source for m in study.members) == ["crossref", "pubmed"]
    (pubmeds,) = (m.record for m in study.members if m.source == "pubmed")
    assert (study.record.title, study.record.abstract, study.record.mesh) == (
        pubmeds.title, pubmeds.abstract, pubmeds.mesh,
    )  # fmt: skip
    assert study.record.mesh
    assert study.row.key == bench.study(PMID, "pmid").row.key
    assert "by-doi" not in bench.refresh(days=31), "it has a PMID now"


def test_the_join_can_be_undone(bench: Bench) -> None:
    bench.add(DOI)
    before = bench.study()
    bench.in_pubmed(PMID)
    bench.refresh(days=31)
    (merge,) = bench.study().merges
    curation.unmerge(bench.store, bench.words, merge.event, actor="curator")
    after = queries.study(bench.store, bench.words, before.row.key)
    assert after is not None
    assert [(m.source, m.external_id) for m in after.members] == [("crossref", DOI)]
    assert (after.record, after.row.pmid) == (before.record, None)
    assert [m.source for m in bench.study(PMID, "pmid").members] == ["pubmed"]
    bench.finds(PMID)
    bench.refresh(days=31)
    assert [m.source for m in bench.study(PMID, "pmid").members] == ["pubmed"], "a person's word holds"


def test_a_doubtful_one_waits_for_a_person(bench: Bench) -> None:
    bench.crossref.works[DOI] = as_crossref(PMID, author=[]) | {"title": ["Weaving mills and the looms of their time"]}
    bench.add(DOI)
    bench.in_pubmed(PMID)
    run = bench.refresh(days=31)["by-doi"]
    assert dict(run.counts) == {"queued": 1}
    assert [m.source for m in bench.study(PMID, "pmid").members] == ["pubmed"]
    assert len(review.queue(bench.store).items) == 1


def test_a_record_with_its_doi_that_is_another_work_is_left(bench: Bench) -> None:
    other = as_crossref(SECOND)
    bench.crossref.works[DOI] = other | {"DOI": DOI, "title": ["Abstracts of an invented congress in another year"]}
    bench.crossref.works[DOI] |= {"issued": {"date-parts": [[1950]]}, "published-print": {"date-parts": [[1950]]}}
    bench.add(DOI)
    bench.in_pubmed(PMID)
    run = bench.refresh(days=31)["by-doi"]
    assert (run.state, run.counts) == ("ok", ())
    assert any("is another work; left" in line for line in run.log)
    assert queries.find_key(bench.store, bench.words, "pmid", PMID) is None


def test_what_a_person_excluded_by_its_pmid_is_not_let_in_by_its_doi(bench: Bench) -> None:
    bench.add(DOI)
    bench.in_pubmed(PMID)
    curation_inclusion.decide(bench.store, bench.words, [PMID], "excluded", actor="curator", reason="no nerve")
    run = bench.refresh(days=31)["by-doi"]
    assert dict(run.counts) == {"rejected": 1}
    assert bench.study().row.pmid is None


def test_pubmed_is_asked_again_after_thirty_days(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_doi, "BUDGET", 1)
    bench.add(DOI, OTHER)
    bench.eutils.seen.clear()
    assert "by-doi" not in bench.refresh(days=29)
    assert ["by-doi" in bench.refresh(days=days) for days in (2, 0, 0, 31)] == [True, True, False, True]
    asked = [s.fields["term"] for s in bench.eutils.requests("esearch") if "[doi]" in s.fields["term"]]
    assert asked == [f"{DOI}[doi]", f"{OTHER}[doi]", f"{DOI}[doi]"]
    with bench.store.read() as connection:
        noted = inquiries.asked(connection, "pubmed", [DOI, OTHER])
    assert {one.outcome for one in noted.values()} == {"unknown"}


def test_when_pubmed_does_not_answer_it_is_not_noted_as_asked(bench: Bench) -> None:
    bench.add(DOI)
    bench.refresh(days=31, recheck=False)
    bench.eutils.script("ok", "ok", forever=503)  # the search's two requests
    run = bench.refresh(days=1)["by-doi"]
    assert (run.state, run.found) == ("failed", 1)
    bench.eutils.script()
    assert bench.refresh()["by-doi"].state == "ok", "and asked again at once"


def test_a_study_from_a_file_is_asked_about_too_and_one_with_a_pmid_is_not(bench: Bench) -> None:
    (whole,) = read(f"<PubmedArticleSet>{article_xml(PMID)}</PubmedArticleSet>")
    assert isinstance(whole, Record)
    without = tuple(i for i in whole.identifiers if i.scheme == "doi")
    filed = replace(whole, source="ris", external_id="mine.ris#1", identifiers=without)
    take(bench.store, bench.words, [filed], actor="test")
    (second,) = read(f"<PubmedArticleSet>{article_xml(SECOND)}</PubmedArticleSet>")
    take(bench.store, bench.words, [second], actor="test")
    bench.in_pubmed(PMID, SECOND)
    assert bench.refresh()["by-doi"].found == 1
    assert bench.study().row.pmid == PMID


def test_crossrefs_own_record_is_revised_by_the_re_check(bench: Bench) -> None:
    bench.add(DOI)
    bench.crossref.works[DOI]["volume"] = "99"
    run = bench.refresh(days=31)["crossref"]
    assert dict(run.counts) == {"revised": 1}
    assert bench.study().record.volume == "99"
    assert bench.refresh(days=31)["crossref"].counts == (("unchanged", 1),)


def test_when_crossref_fails_pubmeds_are_stored_and_the_report_says_why(bench: Bench) -> None:
    bench.in_pubmed(SECOND)
    bench.crossref.script(forever=503)
    report = bench.add(DOI, OTHER)
    assert (report.added, len(report.rejected)) == (1, 1)
    assert "PubMed has no record of it, and Crossref failed: 127.0.0.1 works/" in report.rejected[0].reason
    assert "status 503" in report.rejected[0].reason


def test_an_alias_is_added_as_its_prime(bench: Bench) -> None:
    bench.crossref.alias("10.5555/alias", DOI)
    bench.crossref.works[DOI]["updated-by"] = [update("10.5555/notice")]
    report = bench.add("10.5555/alias")
    assert report.notes == [
        f"doi 10.5555/alias: PubMed has no record of it; Crossref's was taken, as doi {DOI}, of which it is an alias"
    ]
    assert (report.added, bench.study().row.state) == (1, "retracted")
    assert bench.add("10.5555/alias").unchanged == 1
    bench.crossref.works["10.5555/new"] = as_crossref(PMID, DOI="10.5555/new", volume="99")
    del bench.crossref.works[DOI]
    bench.crossref.alias(DOI, "10.5555/new")
    assert dict(bench.refresh(days=31)["crossref"].counts)["revised"] == 1
    assert [m.external_id for m in bench.study().members] == [DOI], "its own record stays the record it is"
    assert bench.study().record.volume == "99"


def test_pubmeds_are_stored_before_crossref_is_asked_and_one_silence_is_enough(bench: Bench) -> None:
    bench.in_pubmed(SECOND)
    bench.crossref.script(forever=503)
    many = [f"10.5555/nowhere{n}" for n in range(50)]
    report = bench.add(OTHER, *many)
    assert (report.added, len(report.rejected)) == (1, 50)
    assert len(bench.crossref.seen) == 2, "one request, tried twice"
    assert {r.reason.partition(" works")[0] for r in report.rejected} == {
        "PubMed has no record of it, and Crossref failed: 127.0.0.1"
    }

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    bench.in_pubmed(PMID)
    bench.sources["crossref"].transport.sleep = interrupted
    with pytest.raises(KeyboardInterrupt):
        bench.add(DOI, *many)
    assert [m.source for m in bench.study().members] == ["pubmed"]


def test_a_doi_that_pubmed_always_fails_on_does_not_starve_the_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.settings = replace(bench.settings, crossref_url="")
    bench.sources.pop("crossref")
    words = ["aaa", "bbb", "ccc", "ddd", "eee"]
    files = [filed(n, f"Looms and {word} of the mills {n}", doi=f"10.5555/{word}") for n, word in enumerate(words)]
    take(bench.store, bench.words, files, actor="test")
    note = bench.eutils.note

    def failing(seen: Seen) -> Step:
        bad = any(f"5555/{word}[" in seen.fields.get("term", "") for word in words[:3])
        return Step("500") if bad else note(seen)

    monkeypatch.setattr(bench.eutils, "note", failing)
    assert [bench.refresh(days=1)["by-doi"].found for _ in range(3)] == [5, 5, 3]
    with bench.store.read() as connection:
        noted = inquiries.asked(connection, "pubmed", [f"10.5555/{word}" for word in words])
    assert list(noted) == ["10.5555/ddd", "10.5555/eee"]


def test_a_slow_crossref_does_not_hold_the_next_refresh(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.add(DOI)
    held = []
    note = bench.crossref.note

    def watched(seen: Seen) -> Step:
        with runs.lock(bench.store):
            held.append(runs.is_running(bench.store))
        with pytest.raises(StoreBusy), runs.lock(bench.store, "crossref"):
            pass
        held.append(runs.is_running(bench.store))
        return note(seen)

    monkeypatch.setattr(bench.crossref, "note", watched)
    assert bench.refresh(days=31)["crossref"].state == "ok"
    assert held == [True, True]
    assert not runs.is_running(bench.store)


def test_runs_beside_the_searches_that_were_killed_are_told(bench: Bench) -> None:
    killed = [runs.start(bench.store, name, "", bench.store.now()) for name in refresh.RESERVED]
    bench.refresh()
    states = {one.id: one.state for one in queries.runs(bench.store, bench.words, 10)}
    assert [states[number] for number in killed] == ["interrupted"] * 3


@pytest.mark.parametrize("name", refresh.RESERVED)
def test_a_saved_search_of_an_older_library_with_the_name_of_a_run_goes_on(bench: Bench, name: str) -> None:
    bench.add(DOI)
    bench.words = replace(bench.words, searches={name: Search(name=name, label="Mine", query=SEARCH)})
    many = [str(FIRST_PMID + n) for n in range(100, 130)]
    bench.in_pubmed(*many)
    bench.finds(*many)
    bench.refresh(days=31)
    assert runs.last_ok_count(bench.store, name, SEARCH) == 30
    bench.finds(*many[:3])
    bench.refresh(days=1)
    failed = [one for one in queries.runs(bench.store, bench.words, 20) if one.state == "failed"]
    assert [(one.search, one.query, one.found) for one in failed] == [(name, SEARCH, 3)]
    assert runs.last_ok_count(bench.store, name, SEARCH) == 30


def test_the_same_work_by_two_names_is_one(bench: Bench) -> None:
    bench.in_pubmed(SECOND)
    wanted = [Identifier("doi", OTHER), Identifier("pmid", SECOND)]
    report = refresh.add(bench.store, bench.words, bench.settings, wanted, **bench.sources)
    assert report.total == 1


# On the command line.


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[EutilsServer, CrossrefServer]]:
    with EutilsServer(searches={SEARCH: []}) as eutils, CrossrefServer(as_crossref(PMID)) as crossref:
        monkeypatch.setenv("EVIDENCE_EUTILS_URL", eutils.url)
        monkeypatch.setenv("EVIDENCE_CROSSREF_URL", crossref.url)
        monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
        yield eutils, crossref


def test_add_and_refresh_on_the_command_line(
    both: tuple[EutilsServer, CrossrefServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    eutils, crossref = both
    for saved in told("searches", "list"):
        assert run("searches", "remove", saved["name"]).exit_code == 0
    assert run("searches", "add", "mine", SEARCH).exit_code == 0
    added = run("add", DOI)
    assert (added.exit_code, added.stdout) == (0, "1 record: 1 added\n")
    assert added.stderr == f"evidence: doi {DOI}: PubMed has no record of it; Crossref's was taken\n"
    monkeypatch.setenv("EVIDENCE_NOW", "+31d")
    crossref.script(forever=403)
    failed = run("refresh")
    assert failed.exit_code == 1
    assert failed.stdout.splitlines()[0].startswith("mine: ok")
    assert "evidence: crossref: 127.0.0.1 works/" in failed.stderr
    assert "status 403" in failed.stderr
    monkeypatch.setenv("EVIDENCE_CROSSREF_URL", "off")
    assert run("refresh").exit_code == 0
    crossref.script()
    monkeypatch.setenv("EVIDENCE_CROSSREF_URL", crossref.url)
    done = run("refresh")
    assert done.stdout.splitlines()[-1] == "crossref: ok; 1 found: 1 unchanged; nothing new, nothing written"


@pytest.mark.parametrize("name", ["crossref", "by-doi", "re-check"])
def test_no_search_may_have_the_name_of_another_run(name: str) -> None:
    refused = run("searches", "add", name, "dextrose[tiab]")
    assert (refused.exit_code, refused.stderr) == (2, f"evidence: {name}: is the name of a run that is no search's\n")


def test_no_crossref_unless_it_is_named_beside_a_stand_in_for_ncbi(
    both: tuple[EutilsServer, CrossrefServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVIDENCE_CROSSREF_URL")
    result = run("add", DOI)
    assert result.exit_code == 1
    assert result.stderr.rstrip().endswith("PubMed has no record of it")
    assert both[1].seen == []
