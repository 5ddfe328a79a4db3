"""Leads that PubMed's citation matcher is asked about: each has one outcome, what is certain is joined and undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from evidence import curation, curation_inclusion, identifying, text
from evidence.errors import NotFound
from evidence.identifying import Found
from evidence.records import Author, Journal
from evidence.store import candidates, decisions, queries, review
from tests.cli_runner import run as command
from tests.finding_library import Desk, desk
from tests.made import contents, vocabulary

SAME_PLACE = "A quite different piece of work on the price of tea"


@pytest.fixture
def library() -> Iterator[Desk]:
    with desk() as made:
        yield made


def ask(library: Desk, *keys: str, **how: Any) -> dict[str, Found]:
    found = identifying.run(library.store, vocabulary(), library.settings, keys, pubmed=library.pubmed, **how)
    assert len({one.key for one in found}) == len(found)
    return {one.key: one for one in found}


def outcome(library: Desk, *keys: str, **how: Any) -> dict[str, str]:
    return {key: one.outcome for key, one in ask(library, *keys, **how).items()}


def test_a_certain_one_is_joined_under_its_key_and_can_be_undone(library: Desk) -> None:
    pmid = library.server.pmids[0]
    library.lead(pmid, "wu2020")
    assert not library.study("wu2020").row.identified
    found = ask(library)["wu2020"]
    assert (found.outcome, found.pmid) == ("joined", pmid)
    study = library.study(pmid)
    assert (study.row.key, study.row.identified, study.inclusion) == ("wu2020", True, "included")
    assert {m.source for m in study.members} == {"bibtex", "pubmed"}
    curation.unmerge(library.store, vocabulary(), found.merge, actor="ann")
    assert not library.study("wu2020").row.identified
    assert library.study(pmid).inclusion == "candidate", "nobody has said that it belongs here"
    assert outcome(library, "wu2020") == {"wu2020": "rejected"}, "what a person separated stays so"


def test_a_doubtful_one_waits_for_review_and_as_a_candidate_with_its_reason(library: Desk) -> None:
    pmid = library.server.pmids[1]
    library.lead(pmid, "doubt", title=text.from_plain(SAME_PLACE))
    found = ask(library)["doubt"]
    assert (found.outcome, found.pmid) == ("doubtful", pmid)
    (waiting,) = review.queue(library.store).items
    assert {waiting.key_a, waiting.key_b} == {"doubt", library.study(pmid).row.key}
    (candidate,) = candidates.candidates(library.store).items
    assert (candidate.row.pmid, candidate.reasons) == (pmid, ("may be the same as doubt",))
    version = queries.version(library.store)
    assert outcome(library, "doubt") == {"doubt": "doubtful"}
    assert queries.version(library.store) == version, "said again, nothing is written"


def test_every_lead_has_one_outcome(library: Desk) -> None:
    one, two, three, four, five, six, seven, *_ = library.server.pmids
    library.lead(one, "joined")
    library.lead(two, "different", title=text.from_plain(SAME_PLACE), authors=(Author(family="Tea", initials="T"),))
    library.lead(three, "absent", answer="NOT_FOUND")
    library.lead(four, "several", answer="AMBIGUOUS (5 citations)")
    library.lead(five, "nowhere", volume="", journal=Journal())
    library.lead(six, "group", authors=(Author(family="The Group", is_group=True),))
    library.lead(seven, "rejected")
    curation_inclusion.decide(library.store, vocabulary(), [seven], "excluded", actor="ann")
    known = library.record(library.server.pmids[8])
    library.take(known)
    found = ask(library)
    assert {key: f.outcome for key, f in found.items()} == {
        "joined": "joined",
        "different": "different",
        "absent": "not-found",
        "several": "ambiguous",
        "nowhere": "incomplete",
        "group": "incomplete",
        "rejected": "rejected",
    }
    assert (found["nowhere"].why, found["group"].why) == ("lacks journal, volume", "lacks author")
    fetched = {pmid for seen in library.server.requests("efetch")[8:] for pmid in seen.ids}
    assert fetched == {one, two}, "what a person rejected is not even fetched"
    assert candidates.candidates(library.store).total == 0, "another work is not taken in"
    assert set(identifying.OUTCOMES) >= {f.outcome for f in found.values()}


def test_an_ambiguous_answer_that_names_records_is_looked_through(library: Desk) -> None:
    one, two, *_ = library.server.pmids
    library.lead(one, "first", answer=f"AMBIGUOUS {two},{one}")
    assert ask(library)["first"].pmid == one
    assert library.study("first").row.pmid == one
    assert queries.find_key(library.store, vocabulary(), "pmid", two) is None


def test_a_record_that_is_here_is_not_fetched_again(library: Desk) -> None:
    pmid = library.server.pmids[0]
    library.lead(pmid, "wu2020", title=text.from_plain(SAME_PLACE))
    library.take(library.record(pmid))
    before = len(library.server.requests("efetch"))
    assert outcome(library) == {"wu2020": "doubtful"}
    assert len(library.server.requests("efetch")) == before
    (waiting,) = review.queue(library.store).items
    with library.store.write() as writer:
        decisions.forget(writer, [(waiting.a, waiting.b)])
    assert outcome(library, "wu2020") == {"wu2020": "doubtful"}
    (again,) = review.queue(library.store).items
    assert again.rule == f"citation:{waiting.rule}", "a pair that the index does not bring together waits too"
    assert again.reasons[0] == f"PubMed's citation matcher names PMID {pmid} for it"


def test_nothing_is_asked_twice_within_30_days_unless_it_is_named(library: Desk) -> None:
    library.lead(library.server.pmids[0], "absent", answer="NOT_FOUND")
    assert outcome(library) == {"absent": "not-found"}
    version = queries.version(library.store)
    library.later(days=29)
    assert outcome(library) == {"absent": "asked-lately"}
    assert outcome(library, "absent") == {"absent": "not-found"}
    library.later(days=29)
    assert outcome(library) == {"absent": "asked-lately"}
    library.later(days=2)
    assert outcome(library) == {"absent": "not-found"}
    assert len(library.server.requests("ecitmatch")) == 3
    library.clock[0] = library.clock[0].replace(year=2020)
    assert outcome(library) == {"absent": "not-found"}, "a clock that was ahead puts nothing off"
    assert queries.version(library.store) == version


def test_a_preview_asks_and_writes_nothing(library: Desk) -> None:
    one, two, *_ = library.server.pmids
    library.lead(one, "wu2020")
    library.lead(two, "absent", answer="NOT_FOUND")
    before = contents(library.store)
    assert outcome(library, preview=True) == {"wu2020": "joined", "absent": "not-found"}
    assert contents(library.store) == before
    assert outcome(library) == {"wu2020": "joined", "absent": "not-found"}


def test_a_limit_puts_the_others_off(library: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifying, "AT_ONCE", 2)
    for number, pmid in enumerate(library.server.pmids[:5]):
        library.lead(pmid, f"lead{number}", answer="NOT_FOUND")
    assert Counter(outcome(library, limit=3).values()) == {"not-found": 3, "put-off": 2}
    assert len(library.server.requests("ecitmatch")) == 2
    assert Counter(outcome(library, limit=3).values()) == {"asked-lately": 3, "not-found": 2}


@pytest.mark.parametrize("utility", ["ecitmatch", "efetch"])
def test_a_pubmed_that_does_not_answer_fails_what_is_left_and_remembers_nothing(
    library: Desk, utility: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identifying, "AT_ONCE", 1)
    for number, pmid in enumerate(library.server.pmids[:3]):
        library.lead(pmid, f"lead{number}")
    library.server.script("ok", forever=503, utility=utility)
    assert outcome(library) == {"lead0": "joined", "lead1": "failed", "lead2": "failed"}
    library.server.script()
    assert outcome(library) == {"lead1": "joined", "lead2": "joined"}


def test_a_record_that_pubmed_names_and_does_not_give(library: Desk) -> None:
    library.lead(library.server.pmids[0], "wu2020", answer="99999998")
    assert ask(library)["wu2020"].why == "PubMed does not give the record that it names"


def test_what_is_named_must_be_here_and_lack_a_pmid(library: Desk) -> None:
    pmid = library.server.pmids[0]
    library.take(library.record(pmid))
    assert outcome(library, pmid) == {library.study(pmid).row.key: "has-pmid"}
    with pytest.raises(NotFound, match="nobody2020"):
        ask(library, "nobody2020")


def test_on_the_command_line(library: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, *_ = library.server.pmids
    library.lead(one, "wu2020")
    library.lead(two, "absent", answer="NOT_FOUND;INVALID_JOURNAL")
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", library.settings.database_url)
    monkeypatch.setenv("EVIDENCE_EUTILS_URL", library.server.url)
    monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
    result = command("identify", "--all-leads")
    assert result.exit_code == 0, result.stderr
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[1][:3] == ["wu2020", "joined", one]
    assert rows[1][3].startswith("unmerge ")
    assert rows[2] == ["absent", "not-found", "", "", "NOT_FOUND;INVALID_JOURNAL"]
    assert result.stderr == "2 leads: 1 joined, 1 not-found\n"
    assert command("identify", "--all-leads").stderr == "1 lead: 1 asked-lately\n"
    library.server.script(forever=400)
    failed = command("identify", "absent", "--json")
    assert (failed.exit_code, '"failed": 1' in failed.stdout) == (1, True)
    for wrong in (("identify",), ("identify", "absent", "--all-leads")):
        assert command(*wrong).exit_code == 2
