"""Crossref: its answers on real HTTP, right and wrong, and its works as records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.asking_crossref import TIME
from evidence.errors import SourceRefused, SourceUnavailable, UsageProblem
from evidence.formats import crossref as reader
from evidence.pacing import LONGEST_GAP, MARGIN, MemoryPacer, crossref_pacer
from evidence.records import Author, PartialDate, Record, Rejected
from evidence.run_sheet import MOST_FAILURES
from evidence.settings import CROSSREF_API, Settings
from evidence.sources.crossref import LIST, LONGEST_FILTER, UPDATES, Answer, Crossref, opened
from evidence.sources.retry import Limits, asked_gap
from evidence.sources.transport import Transport
from tests.crossref_server import CrossrefServer, said, update, work
from tests.local_server import Step

A, B, COMMA, GONE = "10.5555/a", "10.5555/b", "10.5555/c,(1):2<3", "10.5555/gone"


@dataclass
class Bench:
    server: CrossrefServer
    crossref: Crossref
    pacer: MemoryPacer
    slept: list[float] = field(default_factory=list)

    def works(self, *dois: str, **how: Any) -> list[Answer]:
        return list(self.crossref.works(dois, **how))


def settings_for(url: str, **changes: Any) -> Settings:
    return Settings(
        database_url="sqlite://", data_dir=Path("unused"), crossref_url=url, email="who@example.org", **changes
    )


@pytest.fixture
def bench() -> Iterator[Bench]:
    with CrossrefServer(work(A), work(B), work(COMMA)) as server:
        pacer, slept = MemoryPacer(), []  # type: ignore[var-annotated]
        limits = Limits(total=60, attempts=3, read=0.5, call=1.0, max_bytes=100_000)
        transport = Transport(
            settings_for(server.url), pacer, limits, sleep=slept.append, rand=lambda: 0.5, base=server.url,
            variable="EVIDENCE_CROSSREF_URL",
        )  # fmt: skip
        yield Bench(server, Crossref(transport), pacer, slept)
        transport.close()


def test_many_dois_are_one_request_and_a_doi_with_a_comma_is_asked_alone(bench: Bench) -> None:
    answers = bench.works(A, COMMA, B, A)
    assert {doi: w["title"] for a in answers for doi, w in a.works.items()}.keys() == {A, B, COMMA}
    assert sorted(bench.server.asked()) == sorted([f"{A} {B}", COMMA])
    assert all(a.problem is None and not a.unknown for a in answers)


def test_it_says_who_asks(bench: Bench) -> None:
    bench.works(A, B)
    (seen,) = bench.server.seen
    assert (seen.method, seen.fields["mailto"], seen.fields["rows"]) == ("GET", "who@example.org", "2")
    assert seen.headers["User-Agent"].endswith("(mailto:who@example.org)")
    assert seen.fields["select"] == UPDATES
    assert {"DOI", "title", "original-title", "update-to", "updated-by"} <= set(UPDATES.split(","))
    bench.works(A, B, whole=True)
    assert "select" not in bench.server.seen[-1].fields


@pytest.mark.parametrize("email", ["", "two words@example.org", "ü@example.org", "a\r\nX: y@example.org"])
def test_an_address_that_cannot_stand_in_a_header_stands_in_none(bench: Bench, email: str) -> None:
    settings = replace(bench.crossref.transport.settings, email=email)
    asking = Crossref(Transport(settings, bench.pacer, base=bench.server.url))
    assert list(asking.works([A]))[0].works
    asking.transport.close()
    assert "mailto" not in bench.server.seen[-1].headers["User-Agent"]
    assert bench.server.seen[-1].fields.get("mailto", "") == email


def test_lists_are_cut_by_number_and_by_length(tmp_path: Path) -> None:
    many = [f"10.5555/{n}" for n in range(2 * LIST + 1)]
    long = [f"10.5555/{n}-{'(' * 500}" for n in range(6)]
    with (
        CrossrefServer(*map(work, [*many, *long])) as server,
        opened(replace(settings_for(server.url), data_dir=tmp_path, crossref_rate=1000)) as asking,
    ):
        assert asking is not None
        found = [doi for a in asking.works([*many, *long]) for doi in a.works]
    assert found == [*many, *long]
    assert [len(s.fields.get("filter", "").split(",")) for s in server.seen] == [LIST, LIST, 3, 2, 2, 1][
        : len(server.seen)
    ]
    assert all(len(s.path) < LONGEST_FILTER + 500 for s in server.seen)


def test_what_a_list_lacks_is_asked_for_alone_and_what_was_unknown_is_not(bench: Bench) -> None:
    bench.server.hidden = {B}
    (answer,) = bench.works(A, B, GONE)
    assert (list(answer.works), answer.unknown, answer.lacking()) == ([A, B], [GONE], [])
    assert bench.server.asked() == [f"{A} {B} {GONE}", B, GONE]
    (again,) = bench.works(A, B, GONE, unknown=[GONE])
    assert again.unknown == [GONE]
    assert bench.server.asked()[3:] == [f"{A} {B} {GONE}", B]


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_single_doi_that_crossref_does_not_know(bench: Bench, status: int) -> None:
    bench.server.script(status)
    (answer,) = bench.works(A)
    assert (answer.unknown, answer.problem, bench.slept) == ([A], None, [])


def test_a_refused_list_is_asked_one_by_one(bench: Bench) -> None:
    bench.server.script(400)
    (answer,) = bench.works(A, B)
    assert list(answer.works) == [A, B]
    assert bench.server.asked() == [f"{A} {B}", A, B]
    assert "asked for one by one" in bench.crossref.transport.notes[0]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_list_route_that_is_not_there_is_a_failure_and_no_word_on_any_doi(bench: Bench, status: int) -> None:
    bench.server.script(forever=status)
    (answer,) = bench.works(A, B)
    assert isinstance(answer.problem, SourceRefused)
    assert (answer.unknown, answer.lacking(), len(bench.server.seen)) == ([], [A, B], 1)


def test_an_alias_is_answered_by_its_prime(bench: Bench) -> None:
    bench.server.alias(GONE, B)
    (answer,) = bench.works(A, GONE)
    assert ({doi: w["DOI"] for doi, w in answer.works.items()}, answer.problems()) == ({A: A, GONE: B}, [])
    assert bench.server.asked() == [f"{A} {GONE}", GONE, B]
    bench.server.alias("10.5555/twice", GONE)
    assert bench.works("10.5555/twice")[0].works["10.5555/twice"]["DOI"] == B
    bench.server.aliases[GONE] = f"{bench.server.url}v1/works/{B}"
    bench.server.script("ok", 503, Step("text", body=said("work", work(B))))
    assert bench.works(GONE)[0].works[GONE]["DOI"] == B, "the prime is asked for again, not the alias"


@pytest.mark.parametrize(
    "onward",
    ["/rest/works/10.5555%2Fgone", "/elsewhere/works/10.5555%2Fb", "/rest/members/98", "/rest/works/../members/98", " ",
     "http://127.0.0.2:9/rest/works/10.5555%2Fb", "https://127.0.0.1/rest/works/10.5555%2Fb", "http://["],
)  # fmt: skip
def test_other_redirects_are_not_followed(bench: Bench, onward: str) -> None:
    bench.server.aliases[GONE] = onward
    (answer,) = bench.works(GONE)
    assert isinstance(answer.failed[GONE], SourceRefused | SourceUnavailable)
    assert len(bench.server.seen) <= 3
    assert not any("members" in seen.path for seen in bench.server.seen)


def test_a_redirect_in_no_encoding_leads_nowhere(bench: Bench) -> None:
    bench.server.aliases[GONE] = "\u00e9"
    assert bench.works(GONE)[0].unknown == [GONE]
    assert bench.server.seen[-1].path.startswith("/rest/works/%C3%A9?")


def test_an_alias_of_a_work_that_is_not_the_answer_is_unknown(bench: Bench) -> None:
    bench.server.alias(GONE, B)
    bench.server.script("ok", "other")
    (answer,) = bench.works(GONE)
    assert answer.unknown == [GONE]


def test_a_doi_that_fails_does_not_stop_the_next(bench: Bench) -> None:
    bench.server.hidden = {A, B}
    bench.server.script("ok", 403, "ok")
    (answer,) = bench.works(A, B, GONE)
    assert (list(answer.works), answer.unknown, list(answer.failed)) == ([B], [GONE], [A])
    bench.server.script("ok", 500, 500, 500, 500, 500, 500)
    (answer,) = bench.works(A, B, GONE, patience=2)
    assert (list(answer.failed), answer.lacking()) == ([A, B], [A, B, GONE])


def test_when_the_time_is_used_up_the_rest_is_not_asked_for(bench: Bench) -> None:
    times = iter([0.0, 1.0, *(2.0,) * 20, *(400.0,) * 20])
    transport = bench.crossref.transport
    transport.clock = lambda: next(times)
    transport.allow(300.0)
    answers = bench.works(*(f"10.5555/{n}" for n in range(3 * LIST)))
    assert answers
    assert all(answer.problem is None for answer in answers)
    assert len(bench.server.seen) < 3 * LIST


def test_another_work_than_the_one_asked_for_is_none(bench: Bench) -> None:
    bench.server.script("other")
    (answer,) = bench.works(A)
    assert answer.unknown == [A]


BROKEN = [
    *(408, 429, 500, 503, "drop", "close", "truncate", "cut", "html", "text", "badgzip", "cutgzip", "failed"),
    *(Step("text", body=body) for body in ("[]", '{"status":"ok"}', '{"status":"ok","message":{"title":[]}}')),
    *(Step("text", body=body) for body in ("[" * 90_000, '{"status":"ok","message":{"items":[],"total-results":5}}')),
]


@pytest.mark.parametrize("step", BROKEN, ids=lambda s: str(getattr(s, "body", s))[:30])
@pytest.mark.parametrize("dois", [(A,), (A, B)], ids=["one", "list"])
def test_what_goes_wrong_once_is_asked_again(bench: Bench, step: Step | str | int, dois: tuple[str, ...]) -> None:
    bench.server.script(step)
    (answer,) = bench.works(*dois)
    assert list(answer.works) == list(dois)
    assert len(bench.server.seen) == 2
    assert len(bench.crossref.transport.notes) == 1


@pytest.mark.parametrize("step", ["hang", "stall", "dripopen:seconds=0.2"])
def test_silence_is_cut_short(bench: Bench, step: str) -> None:
    bench.server.script(step)
    assert bench.works(A)[0].works
    assert len(bench.server.seen) == 2


def test_a_compressed_answer_is_read(bench: Bench) -> None:
    bench.server.script("gzip")
    assert bench.works(A)[0].works[A]["DOI"] == A
    assert bench.crossref.transport.notes == []


@pytest.mark.parametrize(
    ("step", "kind", "says"),
    [
        (503, SourceUnavailable, "answers with status 503"),
        ("html", SourceUnavailable, "something that is not JSON"),
        ("failed:body=no such route", SourceRefused, "answers with the error 'no such route'"),
        (403, SourceRefused, "answers with status 403"),
        ("redirect:body=http://elsewhere.example/", SourceRefused, "correct EVIDENCE_CROSSREF_URL"),
    ],
)
def test_what_stays_wrong_is_a_problem_of_that_answer(bench: Bench, step: str, kind: type, says: str) -> None:
    bench.server.script(forever=step)
    first, second = bench.works(A, COMMA)
    for answer in (first, second):
        (doi,) = answer.asked
        assert isinstance(answer.failed[doi], kind)
        assert says in answer.why(doi)
        assert answer.lacking() == [doi]
    assert len(bench.server.seen) == (2 if kind is SourceRefused and "failed" not in str(step) else 6)


def test_the_wait_that_crossref_asks_for_is_kept(bench: Bench) -> None:
    bench.server.script("429:retry_after=7", 429)
    bench.works(A)
    assert bench.slept == [7.0, 2.0]


def test_the_pace_follows_what_the_answers_say_and_never_quickens(bench: Bench) -> None:
    for limit, interval, gap in (("5", "1s", 0.2), ("50", "1s", 0.2), ("2", "10s", 5.0), ("x", "1s", 5.0)):
        bench.server.limits = {"X-Rate-Limit-Limit": limit, "X-Rate-Limit-Interval": interval}
        bench.works(A)
        assert bench.pacer.gap == pytest.approx(MARGIN * gap)
        bench.pacer.sleep = lambda _: None
    bench.pacer.slow_to(10_000)
    assert bench.pacer.gap == LONGEST_GAP


@pytest.mark.parametrize(
    ("limit", "interval", "gap"),
    [
        ("50", "1s", 0.02),
        ("3000", "60s", 0.02),
        ("3", "1", 1 / 3),
        *((limit, "1s", None) for limit in ("0", "", "-1", "٣", "9" * 400)),
        *(("5", interval, None) for interval in ("0s", "1m", "", "s")),
    ],
)
def test_rate_limit_headers(limit: str, interval: str, gap: float | None) -> None:
    assert asked_gap({"X-Rate-Limit-Limit": limit, "X-Rate-Limit-Interval": interval}) == gap


@pytest.mark.parametrize(
    ("variables", "url", "rate"),
    [
        ({}, CROSSREF_API, 1.0),
        ({"NCBI_EMAIL": "a@example.org"}, CROSSREF_API, 3.0),
        ({"NCBI_EMAIL": "a@example.org", "EVIDENCE_MAX_RATE": "900"}, CROSSREF_API, 3.0),
        ({"EVIDENCE_CROSSREF_URL": "off"}, "", 1.0),
        ({"EVIDENCE_CROSSREF_URL": " "}, "", 1.0),
        ({"EVIDENCE_CROSSREF_URL": "https://mirror.example"}, "https://mirror.example/", 1.0),
        ({"EVIDENCE_CROSSREF_URL": "http://127.0.0.1:1", "EVIDENCE_MAX_RATE": "900"}, "http://127.0.0.1:1/", 900.0),
        ({"EVIDENCE_EUTILS_URL": "http://127.0.0.1:1/"}, "", 1.0),
        ({"EVIDENCE_EUTILS_URL": "http://127.0.0.1:1/", "EVIDENCE_CROSSREF_URL": CROSSREF_API}, CROSSREF_API, 1.0),
    ],
)
def test_where_crossref_is_and_how_often_it_is_asked(variables: dict[str, str], url: str, rate: float) -> None:
    settings = Settings.from_environment(variables)
    assert settings.crossref_url == url
    if url:
        assert crossref_pacer(settings).gap == pytest.approx(MARGIN / rate)


def test_what_never_answers_takes_a_run_no_longer_than_its_time(tmp_path: Path) -> None:
    with opened(replace(settings_for("http://127.0.0.1:9/"), data_dir=tmp_path)) as asking:
        assert asking is not None
        limits = asking.transport.limits
    assert limits.call < limits.total
    assert limits.total * MOST_FAILURES < TIME
    assert limits.pause(1, 90.0, 1.0) > limits.total, "it fails rather than ask before it was told to"


def test_where_it_is_off_there_is_none() -> None:
    with opened(settings_for("")) as nothing:
        assert nothing is None


@pytest.mark.parametrize("wrong", ["ftp://x/", "api.crossref.org", "http://", "http://[", "1"])
def test_an_address_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(UsageProblem, match="EVIDENCE_CROSSREF_URL"):
        Settings.from_environment({"EVIDENCE_CROSSREF_URL": wrong})


# Works as records.


def read(**fields: Any) -> Record:
    found = reader.read(work("10.5555/ABC", **fields))
    assert isinstance(found, Record)
    return found


def test_an_article_is_read_whole() -> None:
    found = read(
        title="<jats:italic toggle=\"yes\">Median</jats:italic>  nerve\n &amp; 5&lt;6 mL",
        subtitle=["A <i>trial</i>"],
        author=[
            {"given": "Yung A.", "family": "Wu", "suffix": "Jr", "ORCID": "http://orcid.org/0000-0002-1825-0097",
             "affiliation": [{"name": "Invented Hospital"}]},
            {"name": "The Invented Group", "sequence": "additional"},
            {"given": "A. B.", "family": "de Silva"},
            None, "Lee C", 7, {"family": None}, {"family": "et al."},
        ],
        article_number="e77",
        ISSN="0000-0019",
        language="de",
    )  # fmt: skip
    assert (found.source, found.external_id, found.kind) == ("crossref", "10.5555/abc", "article")
    assert found.title == "<i>Median</i> nerve &amp; 5&lt;6 mL: A <i>trial</i>"
    wu, group, silva = found.authors[:3]
    assert wu == Author(
        family="Wu", given="Yung A.", suffix="Jr", orcid="0000-0002-1825-0097", affiliations=("Invented Hospital",)
    )
    assert (group.family, group.is_group) == ("The Invented Group", True)
    assert (silva.family, silva.initials) == ("de Silva", "AB")
    assert (found.journal.title, found.journal.abbreviation) == ("Journal of Invented Nerves", "J Inv Nerves")
    assert (found.journal.issn, found.volume, found.issue, found.pages) == ("0000-0019", "7", "2", "11-19")
    assert found.date("issue") == PartialDate(year=2021, month=3)
    assert found.date("electronic") == PartialDate(year=2021, month=1, day=20)
    assert (found.languages, found.publisher, found.extra) == (("ger",), "", (("article-number", "e77"),)[:0])


def test_an_abstract_is_cut_into_its_sections() -> None:
    found = read(
        abstract="<jats:title>Abstract</jats:title><jats:sec>\n<jats:title>Aims</jats:title><jats:p>To ask.</jats:p>"
        "</jats:sec><jats:sec><jats:title>Results:</jats:title><jats:p>H<jats:sub>2</jats:sub>O, p&lt;0.05 "
        "<jats:inline-formula><jats:alternatives><jats:tex-math>$x$</jats:tex-math><mml:math><mml:mi>x</mml:mi>"
        "</mml:math></jats:alternatives></jats:inline-formula>.</jats:p></jats:sec>"
    )
    assert [(s.label, s.text) for s in found.abstract] == [
        ("Aims", "To ask."),
        ("Results", "H<sub>2</sub>O, p&lt;0.05 x."),
    ]
    assert [s.label for s in read(abstract="BACKGROUND: One. RESULTS: Two.").abstract] == ["BACKGROUND", "RESULTS"]
    assert [s.text for s in read(abstract="<p>One &amp; <script>alert(1)</script></p>").abstract] == [
        "One &amp; &lt;script&gt;alert(1)&lt;/script&gt;"
    ]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("journal-article", "article"), ("proceedings-article", "article"), ("book", "book"), ("monograph", "book"),
        ("edited-book", "book"), ("book-chapter", "chapter"), ("reference-entry", "chapter"), ("report", "report"),
        ("dissertation", "thesis"), ("posted-content", "preprint"), ("peer-review", "other"), ("dataset", "other"),
        ("", "article"), ("novelty", "other"),
    ],
)  # fmt: skip
def test_types(type_: str, kind: str) -> None:
    assert read(type=type_).kind == kind


@pytest.mark.parametrize("type_", sorted(reader.NO_WORKS))
def test_what_is_no_work_is_rejected(type_: str) -> None:
    found = reader.read(work("10.5555/j", type=type_))
    assert isinstance(found, Rejected)
    assert found.subject == "doi 10.5555/j"


def test_books_theses_and_preprints() -> None:
    chapter = read(type="book-chapter", container_title=["A Series", "The Book"], ISBN=["9780306406157"])
    assert (chapter.book_title, chapter.journal.title, chapter.isbns) == ("The Book", "A Series", ("9780306406157",))
    assert chapter.publisher == "Invented Press"
    thesis = read(type="dissertation", institution={"name": "Invented University"}, container_title=[])
    assert thesis.publisher == "Invented University"
    preprint = read(
        type="posted-content", subtype="preprint", container_title=[], institution=[{"name": "invRxiv"}],
        posted={"date-parts": [[2020, 5, 6]]}, published_print=None, published_online=None,
        relation={"is-preprint-of": [{"id-type": "doi", "id": "10.5555/PAPER", "asserted-by": "subject"}]},
    )  # fmt: skip
    assert (preprint.journal.title, preprint.date("electronic")) == ("invRxiv", PartialDate(year=2020, month=5, day=6))
    assert [(r.type, r.targets[0].value) for r in preprint.relations] == [("PreprintOf", "10.5555/paper")]
    paper = read(relation={"has-preprint": [{"id-type": "doi", "id": "10.5555/pre"}, {"id": "10.5555/abc"}, {}, 3]})
    assert [(r.type, r.targets[0].value) for r in paper.relations] == [("UpdateOf", "10.5555/pre")]


@pytest.mark.parametrize(
    ("type_", "name"),
    [("retraction", "Retraction of Publication"), ("Expression-of-Concern", ""), ("erratum", "Published Erratum"),
     ("expression_of_concern", "Expression of Concern"), ("new_version", "")],
)  # fmt: skip
def test_a_notice_is_known_by_what_it_updates(type_: str, name: str) -> None:
    name = name or ("Expression of Concern" if "oncern" in type_ else "")
    found = read(update_to=[update("10.5555/work", type_)])
    assert [t.name for t in found.publication_types] == ([name] if name else [])
    assert read(update_to=[update("10.5555/abc", type_)]).publication_types == (), "changed in place"
    assert read(update_to=[update("10.5555/work", type_)], abstract="Words.").publication_types == ()


@pytest.mark.parametrize("bad", [None, 5, [], "x", {}, {"DOI": None}, {"DOI": 7}, {"DOI": "x"}, {"title": ["A"]}])
def test_what_has_no_doi_is_rejected(bad: object) -> None:
    assert isinstance(reader.read(bad), Rejected)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([*work("10.5555/a"), "abstract", "update-to", "updated-by", "editor", "institution", "posted"])


@given(st.dictionaries(names, json_values, max_size=6))
def test_no_message_raises(odd: dict[str, Any]) -> None:
    whole = work("10.5555/a") | odd
    assert isinstance(reader.read(whole), Record | Rejected)


def test_a_message_nested_by_the_thousand_is_rejected() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    assert isinstance(reader.read(work("10.5555/a", volume=deep)), Rejected)
