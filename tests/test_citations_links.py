"""ECitMatch and ELink through the transport, against the local server: every odd answer has one defined outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import SourceRefused, SourceUnavailable
from evidence.pacing import MemoryPacer
from evidence.settings import Settings
from evidence.sources.citations import Answer, Citation, match
from evidence.sources.links import Linked, linked
from evidence.sources.retry import Limits
from evidence.sources.transport import Transport
from tests.eutils_records import link_result
from tests.eutils_server import EutilsServer
from tests.local_server import Step

SIMILAR = "pubmed_pubmed"


@pytest.fixture
def server() -> Iterator[EutilsServer]:
    with EutilsServer(records=0) as made:
        made.citations = {"proc invent sci|1991|88|3248|mann bj": "2014248", "nerve lett|2020|5|11|cosic m": "77"}
        made.links = {(SIMILAR, "1"): [("1", 99), ("5", 20), ("7", 30), ("6", 30)]}
        yield made


@pytest.fixture
def transport(server: EutilsServer) -> Iterator[Transport]:
    where = Settings(
        database_url="sqlite://", data_dir=Path("unused"), eutils_url=server.url, max_rate=1000, api_key="secret",
        email="ann@example.org",
    )  # fmt: skip
    made = Transport(where, MemoryPacer(), Limits(attempts=2), sleep=lambda _: None)
    yield made
    made.close()


def reference(key: str, journal: str = "Proc. Invent. Sci.", **changes: str) -> Citation:
    parts = {"year": "1991", "volume": "88", "page": "3248", "author": "Mann BJ"}
    return Citation(key=key, journal=journal, **(parts | changes))


ACCENTED = reference("two", "Nerve  Lett", year="2020", volume="5", page="11", author="Ćosić M")


def test_references_are_sent_folded_by_post_with_tool_and_email(server: EutilsServer, transport: Transport) -> None:
    found = match(transport, [reference("one"), ACCENTED, reference("Three", "Un|known \r\n")])
    assert found == {
        "one": Answer("one", ("2014248",), "2014248"),
        "two": Answer("one", ("77",), "77"),
        "Three": Answer("none", (), "NOT_FOUND"),
    }
    (seen,) = server.requests("ecitmatch")
    assert (seen.method, seen.path.rpartition("/")[2]) == ("POST", "ecitmatch.cgi")
    assert {k: seen.fields[k] for k in ("db", "retmode", "tool", "email", "api_key")} == {
        "db": "pubmed",
        "retmode": "xml",
        "tool": "evidence",
        "email": "ann@example.org",
        "api_key": "secret",
    }
    assert seen.fields["bdata"].split("\r") == [
        "proc invent sci|1991|88|3248|mann bj|one|",
        "nerve lett|2020|5|11|cosic m|two|",
        "un known|1991|88|3248|mann bj|Three|",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("NOT_FOUND;INVALID_JOURNAL", Answer("none", (), "NOT_FOUND;INVALID_JOURNAL")),
        ("AMBIGUOUS 12, 34,12", Answer("several", ("12", "34"), "AMBIGUOUS 12, 34,12")),
        ("AMBIGUOUS (783 citations)", Answer("several", (), "AMBIGUOUS (783 citations)")),
        (" 2014248 ", Answer("one", ("2014248",), "2014248")),
    ],
)
def test_what_ecitmatch_says(server: EutilsServer, transport: Transport, words: str, expected: Answer) -> None:
    server.citations = {"proc invent sci|1991|88|3248|mann bj": words}
    assert match(transport, [reference("one")]) == {"one": expected}


@pytest.mark.parametrize(
    "step",
    [
        "missing",
        "duplicate",
        "html",
        "jsonerror",
        "xmlerror",
        "truncate",
        "429:retry_after=1",
        "500",
        Step("text", body=""),
        Step("text", body="a|b|c|d|e|one|someday\n"),
        Step("text", body="a|b|c|d|e|other|12\n"),
        Step("text", body="a|b|c|d|e|one|\n"),
        Step("text", body="nothing like it"),
        Step("text", body="AMBIGUOUS"),
        Step("badgzip"),
    ],
)
def test_a_broken_answer_of_ecitmatch_is_asked_for_again(
    server: EutilsServer, transport: Transport, step: Step | str
) -> None:
    server.script(step, utility="ecitmatch")
    assert match(transport, [reference("one")])["one"].pmids == ("2014248",)
    assert len(server.requests("ecitmatch")) == 2


def test_ecitmatch_that_stays_broken_is_unavailable_and_one_that_says_no_refused(
    server: EutilsServer, transport: Transport
) -> None:
    server.script(forever="missing", utility="ecitmatch")
    with pytest.raises(SourceUnavailable, match="lines for 1 of 2 references"):
        match(transport, [reference("one"), ACCENTED])
    server.script(forever=Step("jsonerror", body='{"error":"no such utility"}'), utility="ecitmatch")
    with pytest.raises(SourceRefused, match="no such utility"):
        match(transport, [reference("one")])


def test_similar_records_come_best_first_without_the_record_itself(server: EutilsServer, transport: Transport) -> None:
    assert linked(transport, "1", "similar") == (Linked("7", 30), Linked("6", 30), Linked("5", 20))
    (seen,) = server.requests("elink")
    asked = {"dbfrom": "pubmed", "db": "pubmed", "id": "1", "cmd": "neighbor_score", "linkname": SIMILAR}
    assert {k: seen.fields[k] for k in asked} == asked


def test_citing_and_cited_records_come_newest_first(server: EutilsServer, transport: Transport) -> None:
    server.links = {("pubmed_pubmed_citedin", "1"): [("5", 0), ("70", 0)], ("pubmed_pubmed_refs", "1"): [("3", 0)]}
    assert linked(transport, "1", "cited-in") == (Linked("70"), Linked("5"))
    assert linked(transport, "1", "references") == (Linked("3"),)
    assert {seen.fields["cmd"] for seen in server.seen} == {"neighbor"}


def answer_of(*sets: tuple[str, str, list[tuple[str, int]]]) -> Step:
    return Step("text", body=link_result(list(sets)))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step("empty"), ()),
        (answer_of(("1", "pubmed_pubmed_five", [("9", 1)])), ()),
        (answer_of(("1", SIMILAR, [("9", 1)]), ("1", SIMILAR, [("9", 5), ("8", 2)])), (Linked("9", 5), Linked("8", 2))),
        (answer_of(("1", SIMILAR, [("9", 10**14)])), (Linked("9", 2**31 - 1),)),
        (Step("gzip"), (Linked("7", 30), Linked("6", 30), Linked("5", 20))),
    ],
)
def test_answers_of_elink_that_are_right(
    server: EutilsServer, transport: Transport, step: Step, expected: tuple[Linked, ...]
) -> None:
    server.script(step, utility="elink")
    assert linked(transport, "1", "similar") == expected
    assert len(server.seen) == 1


IN_SET = "<eLinkResult><LinkSet><DbFrom>pubmed</DbFrom><ERROR>no connection</ERROR></LinkSet></eLinkResult>"


@pytest.mark.parametrize(
    "step",
    [
        Step("text", body=IN_SET),
        Step("text", body="<eLinkResult/>"),
        answer_of(("2", SIMILAR, [("9", 1)])),
        answer_of(("1", SIMILAR, [("9", 1)]), ("2", SIMILAR, [("8", 1)])),
        answer_of(("1", SIMILAR, [("none", 1)])),
        answer_of(("1", SIMILAR, [("9", -1)])),
        "xmlerror",
        "jsonerror",
        "backenderror",
        "html",
        "cut",
        "cutgzip",
        "drop",
        "429:retry_after=1",
    ],
)
def test_a_broken_answer_of_elink_is_asked_for_again(
    server: EutilsServer, transport: Transport, step: Step | str
) -> None:
    server.script(step, utility="elink")
    assert linked(transport, "1", "similar")[0] == Linked("7", 30)
    assert len(server.requests("elink")) == 2


def test_elink_that_keeps_saying_no_is_refused_and_one_that_stays_broken_unavailable(
    server: EutilsServer, transport: Transport
) -> None:
    server.script(forever=Step("text", body=IN_SET), utility="elink")
    with pytest.raises(SourceRefused, match="no connection"):
        linked(transport, "1", "similar")
    server.script(forever=answer_of(("2", SIMILAR, [])), utility="elink")
    with pytest.raises(SourceUnavailable, match="links of 2 instead of 1"):
        linked(transport, "1", "similar")
