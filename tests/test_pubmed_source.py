"""PubMed through the transport, against the local server: every odd answer has one defined outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence.errors import SourceRefused, SourceUnavailable
from evidence.identifiers import Identifier
from evidence.pacing import MemoryPacer
from evidence.records import Deletion, Record, Rejected
from evidence.settings import Settings
from evidence.sources.pubmed import FETCH_SIZE, SEARCH_LIMIT, PubMed
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from evidence.text import plain
from tests.eutils_records import FIRST_PMID, article_set, article_xml
from tests.eutils_server import EutilsServer
from tests.local_server import Step

QUERY = '(dextrose OR prolotherapy) AND "carpal tunnel"'


@dataclass
class Harness:
    """A server and PubMed behind it."""

    server: EutilsServer
    pubmed: PubMed


@pytest.fixture
def harness() -> Iterator[Harness]:
    with EutilsServer(records=450) as server:
        settings = Settings(database_url="sqlite://", data_dir=Path("unused"), eutils_url=server.url, max_rate=1000)
        limits = Limits(attempts=3)
        transport = Transport(settings, MemoryPacer(), limits, sleep=lambda _: None)
        yield Harness(server, PubMed(transport))
        transport.close()


def pmids_of(items: tuple[object, ...]) -> list[str]:
    return [item.external_id for item in items if isinstance(item, Record)]


# ESearch


def test_a_search_gives_every_pmid_at_once(harness: Harness) -> None:
    answer = harness.pubmed.search(QUERY)
    assert (answer.count, list(answer.pmids)) == (450, harness.server.pmids)
    assert (answer.translation, answer.warnings) == (QUERY, ())
    (seen,) = harness.server.seen
    assert {k: seen.fields[k] for k in ("db", "term", "retmax", "retmode")} == {
        "db": "pubmed",
        "term": QUERY,
        "retmax": "9999",
        "retmode": "xml",
    }


def test_the_most_one_search_can_give_arrives_whole(harness: Harness) -> None:
    harness.server.pmids = [str(FIRST_PMID + i) for i in range(SEARCH_LIMIT)]
    assert len(harness.pubmed.search(QUERY).pmids) == SEARCH_LIMIT


def day_of(start: date, per_day: int) -> Callable[[str], date]:
    """So many records a day from that day on."""
    return lambda pmid: start + timedelta(days=(int(pmid) - FIRST_PMID) // per_day)


@pytest.mark.parametrize(
    ("count", "per_day"),
    [
        (SEARCH_LIMIT + 1, 1),
        (30_000, 3),
        (25_000, 25_000),  # all on one day: by PMID
        (40_000, 12_000),
    ],
)
def test_a_larger_search_arrives_in_slices_each_record_once(harness: Harness, count: int, per_day: int) -> None:
    harness.server.pmids = [str(FIRST_PMID + i) for i in range(count)]
    harness.server.edat = day_of(date(2001, 2, 3), per_day)
    answer = harness.pubmed.search(QUERY)
    assert answer.count == len(answer.pmids) == count
    assert set(answer.pmids) == set(harness.server.pmids)
    assert answer.slices >= -(-count // SEARCH_LIMIT)
    asked = [(s.fields.get("mindate"), s.fields.get("maxdate"), s.fields["term"]) for s in harness.server.seen]
    assert len(set(asked)) == len(asked)  # nothing is asked for twice
    assert len(asked) < 50


def test_a_larger_search_keeps_to_the_days_asked_for(harness: Harness) -> None:
    harness.server.pmids = [str(FIRST_PMID + i) for i in range(30_000)]
    harness.server.edat = day_of(date(2001, 2, 3), 100)
    since = date(2001, 6, 1)
    answer = harness.pubmed.search(QUERY, since=since)
    assert set(answer.pmids) == {p for p in harness.server.pmids if harness.server.edat(p) >= since}
    assert answer.slices > 1


def test_a_record_that_arrives_between_two_slices_is_not_a_failure(harness: Harness) -> None:
    harness.server.pmids = [str(FIRST_PMID + i) for i in range(15_000)]
    edat = day_of(date(2001, 2, 3), 1_000)

    def growing(pmid: str) -> date:
        if len(harness.server.seen) == 3 and len(harness.server.pmids) == 15_000:
            harness.server.pmids.append(str(FIRST_PMID + 15_000))
        return edat(pmid)

    harness.server.edat = growing
    assert len(harness.pubmed.search(QUERY).pmids) == 15_001


def test_dates_that_limit_nothing_leave_the_pmids(harness: Harness) -> None:
    harness.server.pmids = [str(FIRST_PMID + i) for i in range(15_000)]
    assert set(harness.pubmed.search(QUERY).pmids) == set(harness.server.pmids)


def test_slices_that_do_not_add_up_are_no_answer(harness: Harness) -> None:
    harness.server.pmids = [str(FIRST_PMID + i) for i in range(SEARCH_LIMIT + 1)]
    harness.server.ignores_limits = True
    with pytest.raises(SourceUnavailable, match=r"counts 10,000 records.*10,000 and 10,000; nothing was fetched"):
        harness.pubmed.search(QUERY)
    assert len(harness.server.seen) < 30


def test_unknown_phrases_are_warnings_beside_the_hits(harness: Harness) -> None:
    harness.server.script("phrase")
    answer = harness.pubmed.search(QUERY)
    assert answer.count == len(answer.pmids) == 450
    assert answer.warnings == ("phrase not found: xyzzy", "message: No items found.")


def test_nothing_found_is_an_answer(harness: Harness) -> None:
    harness.server.script("empty")
    answer = harness.pubmed.search(QUERY)
    assert (answer.count, answer.pmids) == (0, ())
    assert len(harness.server.seen) == 1


@pytest.mark.parametrize("trouble", ["missing:number=3", "wrongcount:number=449", "wrongcount:number=20000"])
def test_a_list_of_another_length_than_its_count_is_asked_for_again(harness: Harness, trouble: str) -> None:
    harness.server.script(trouble)
    assert len(harness.pubmed.search(QUERY).pmids) == 450
    assert len(harness.server.seen) == 2


def test_a_list_that_stays_wrong_is_no_answer(harness: Harness) -> None:
    harness.server.script(forever="missing:number=3")
    with pytest.raises(SourceUnavailable, match="447 PMIDs where it counts 450"):
        harness.pubmed.search(QUERY)


@pytest.mark.parametrize(
    "ids",
    ["<Id>12x</Id>", "<Id/>", "<Id>0</Id>", "<Id>123456789</Id>", "<Id>１２</Id>", "<Id>1</Id><Id>1</Id>"],
)
def test_what_is_no_pmid_makes_the_list_broken(harness: Harness, ids: str) -> None:
    count = ids.count("<Id")
    body = f"<eSearchResult><Count>{count}</Count><IdList>{ids}</IdList></eSearchResult>"
    harness.server.script(Step("text", body=body), Step("text", body=body), Step("text", body=body))
    with pytest.raises(SourceUnavailable):
        harness.pubmed.search(QUERY)


@pytest.mark.parametrize("count", ["", "<Count/>", "<Count>-1</Count>", "<Count>many</Count>"])
def test_no_count_is_no_answer(harness: Harness, count: str) -> None:
    harness.server.script(forever=Step("text", body=f"<eSearchResult>{count}<IdList/></eSearchResult>"))
    with pytest.raises(SourceUnavailable, match="no count"):
        harness.pubmed.search(QUERY)


def test_since_asks_for_what_pubmed_got_since(harness: Harness) -> None:
    harness.server.recent = harness.server.pmids[:7]
    assert harness.pubmed.search(QUERY, since=date(2024, 3, 5)).count == 7
    fields = harness.server.seen[0].fields
    assert (fields["datetype"], fields["mindate"], fields["maxdate"]) == ("edat", "2024/03/05", "3000/12/31")


def test_count_asks_for_no_ids(harness: Harness) -> None:
    assert harness.pubmed.count(QUERY) == 450
    assert harness.server.seen[0].fields["retmax"] == "0"


# EFetch


def test_records_come_by_200_in_the_order_asked_for(harness: Harness) -> None:
    wanted = harness.server.pmids
    chunks = list(harness.pubmed.fetch(wanted))
    assert [len(c.asked) for c in chunks] == [FETCH_SIZE, FETCH_SIZE, 50]
    assert [p for c in chunks for p in pmids_of(c.items)] == wanted
    assert not [c for c in chunks if c.problem or c.missing or c.duplicates or c.unasked]
    assert [(s.method, s.utility, len(s.ids)) for s in harness.server.seen] == [
        ("POST", "efetch", 200),
        ("POST", "efetch", 200),
        ("POST", "efetch", 50),
    ]


def test_a_fetched_record_is_read_whole(harness: Harness) -> None:
    (chunk,) = harness.pubmed.fetch([str(FIRST_PMID)])
    (record,) = chunk.items
    assert isinstance(record, Record)
    assert str(FIRST_PMID) in plain(record.title)
    assert record.id("doi") == f"10.5555/invented.{FIRST_PMID}"
    assert [s.label for s in record.abstract] == ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert len(record.mesh) == 2


def test_the_same_pmid_is_asked_for_once(harness: Harness) -> None:
    one = harness.server.pmids[0]
    (chunk,) = harness.pubmed.fetch([one, one, one])
    assert chunk.asked == (one,)


def test_nothing_asked_is_nothing_sent(harness: Harness) -> None:
    assert list(harness.pubmed.fetch([])) == []
    assert harness.server.seen == []


def test_records_that_lack_are_asked_for_once_more(harness: Harness) -> None:
    wanted = harness.server.pmids[:10]
    harness.server.script("missing:number=3")
    (chunk,) = harness.pubmed.fetch(wanted)
    assert pmids_of(chunk.items) == wanted
    assert chunk.missing == ()
    assert [s.ids for s in harness.server.seen] == [wanted, wanted[:3]]


def test_records_that_lack_twice_are_missing(harness: Harness) -> None:
    gone, there = "99999998", harness.server.pmids[0]
    (chunk,) = harness.pubmed.fetch([gone, there])
    assert (chunk.missing, pmids_of(chunk.items), chunk.problem) == ((gone,), [there], None)
    assert [s.ids for s in harness.server.seen] == [[gone, there], [gone]]


def test_an_empty_set_is_asked_for_once_more_and_no_more(harness: Harness) -> None:
    wanted = harness.server.pmids[:5]
    harness.server.script(forever="empty")
    (chunk,) = harness.pubmed.fetch(wanted)
    assert (chunk.items, list(chunk.missing), chunk.problem) == ((), wanted, None)
    assert len(harness.server.seen) == 2


def test_when_asking_again_fails_nothing_is_called_missing(harness: Harness) -> None:
    wanted = harness.server.pmids[:10]
    harness.server.script("missing:number=3", forever=500)
    (chunk,) = harness.pubmed.fetch(wanted)
    assert isinstance(chunk.problem, SourceUnavailable)
    assert (pmids_of(chunk.items), chunk.missing) == (wanted[3:], ())


def test_a_record_given_twice_counts_once_and_is_listed(harness: Harness) -> None:
    wanted = harness.server.pmids[:4]
    harness.server.script("duplicate:number=2")
    (chunk,) = harness.pubmed.fetch(wanted)
    assert (pmids_of(chunk.items), list(chunk.duplicates)) == (wanted, wanted[:2])


def test_of_two_versions_the_higher_wins_of_equal_ones_the_first(harness: Harness) -> None:
    pmid = harness.server.pmids[0]
    first = article_xml(pmid)
    second = article_xml(pmid, revision=1).replace('<PMID Version="1">', '<PMID Version="2">')
    third = article_xml(pmid, revision=2).replace('<PMID Version="1">', '<PMID Version="2">')
    harness.server.script(Step("text", body=article_set([first, second, third])))
    (chunk,) = harness.pubmed.fetch([pmid])
    (record,) = chunk.items
    assert isinstance(record, Record)
    assert record.version == 2
    assert plain(record.title).endswith("revised 1.")
    assert chunk.duplicates == (pmid,)


def test_records_nobody_asked_for_are_ignored_and_listed(harness: Harness) -> None:
    wanted = harness.server.pmids[:2]
    harness.server.script("unasked:number=2")
    (chunk,) = harness.pubmed.fetch(wanted)
    assert pmids_of(chunk.items) == wanted
    assert chunk.unasked == (str(FIRST_PMID + 5_000_000), str(FIRST_PMID + 5_000_001))


@pytest.mark.parametrize(
    "trouble", ["truncate", "cut", "html", "xmlerror", "jsonerror", "text", "badgzip", "drop", 503]
)
def test_trouble_that_passes_costs_nothing(harness: Harness, trouble: str | int) -> None:
    wanted = harness.server.pmids[:20]
    harness.server.script(trouble, trouble)
    (chunk,) = harness.pubmed.fetch(wanted)
    assert (pmids_of(chunk.items), chunk.problem) == (wanted, None)


@pytest.mark.parametrize(
    "trouble", ["truncate", "cut", "html", "xmlerror", "jsonerror", "text", "badgzip", "drop", 503]
)
def test_one_batch_that_fails_does_not_stop_the_others(harness: Harness, trouble: str | int) -> None:
    harness.server.script("ok", *[trouble] * 3)
    first, second, third = harness.pubmed.fetch(harness.server.pmids)
    assert (len(first.items), len(second.items), len(third.items)) == (200, 0, 50)
    assert isinstance(second.problem, SourceUnavailable | SourceRefused)
    assert (second.missing, len(second.asked)) == ((), 200)
    assert first.problem is third.problem is None


def test_a_record_that_cannot_be_read_is_rejected_and_not_missing(harness: Harness) -> None:
    wanted = harness.server.pmids[:3]
    harness.server.articles[wanted[1]] = article_xml(wanted[1]).replace("ArticleTitle>", "NoSuchElement>")
    harness.server.articles[wanted[2]] = article_xml(wanted[2]).replace(f">{wanted[2]}</PMID>", "></PMID>")
    (chunk,) = harness.pubmed.fetch(wanted)
    assert pmids_of(chunk.items) == wanted[:2]
    assert [i.reason for i in chunk.items if isinstance(i, Rejected)] == ["a record without a PMID"]
    assert (chunk.missing, chunk.unclear, chunk.problem) == ((), (wanted[2],), None)


def test_a_deletion_in_an_answer_is_taken_when_it_was_asked_for(harness: Harness) -> None:
    wanted = harness.server.pmids[:2]
    gone = f"<DeleteCitation><PMID Version='1'>{wanted[1]}</PMID><PMID Version='1'>99999998</PMID></DeleteCitation>"
    harness.server.script(Step("text", body=article_set([article_xml(wanted[0]), gone])))
    (chunk,) = harness.pubmed.fetch(wanted)
    assert chunk.items[1] == Deletion(source="pubmed", external_id=wanted[1])
    assert (chunk.missing, chunk.unasked) == ((), ("99999998",))


# Looking identifiers up


def test_a_doi_and_a_pmcid_are_looked_up(harness: Harness) -> None:
    pmid = harness.server.pmids[7]
    doi, pmcid = f"10.5555/invented.{pmid}", f"PMC9{pmid}"
    assert harness.pubmed.look_up(Identifier("doi", doi)) == (pmid,)
    assert harness.pubmed.look_up(Identifier("pmcid", pmcid)) == (pmid,)
    assert [s.fields["term"] for s in harness.server.seen] == [f"{doi}[doi]", f"{pmcid}[pmcid]"]


def test_a_pmid_needs_no_look_up(harness: Harness) -> None:
    assert harness.pubmed.look_up(Identifier("pmid", "5")) == ("5",)
    assert harness.server.seen == []


def test_a_doi_that_would_be_read_as_a_query_is_quoted(harness: Harness) -> None:
    doi = "10.1002/(sici)1097-4598(199908)22:8<1029::aid-mus4>3.0.co;2-q"
    assert harness.pubmed.look_up(Identifier("doi", doi)) == ()
    assert harness.server.seen[0].fields["term"] == f'"{doi}"[doi]'


def test_a_look_up_that_finds_a_crowd_finds_nothing(harness: Harness) -> None:
    harness.server.searches["10.5555/everything[doi]"] = harness.server.pmids
    assert harness.pubmed.look_up(Identifier("doi", "10.5555/everything")) == ()


def test_a_pmid_that_cannot_be_one_is_refused_in_pubmeds_words(harness: Harness) -> None:
    (chunk,) = harness.pubmed.fetch(["abc"])
    assert isinstance(chunk.problem, SourceRefused)
    assert "status 400: ID list is empty!" in str(chunk.problem)
