"""Related evidence on demand: what PubMed relates to a study waits as a candidate with its reason, counted whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from evidence import curation_inclusion, identifying, relating
from evidence.errors import NotFound
from evidence.identifiers import parse
from evidence.relating import Related
from evidence.store import candidates, queries
from tests.cli_runner import run as command
from tests.finding_library import Desk, desk
from tests.made import contents, vocabulary

SIMILAR, CITED_IN, REFERENCES = "pubmed_pubmed", "pubmed_pubmed_citedin", "pubmed_pubmed_refs"


@pytest.fixture
def library() -> Iterator[Desk]:
    """The first record is here, the others are related to it, the second the most."""
    with desk() as made:
        first, *others = made.server.pmids
        made.take(made.record(first))
        scored = [(pmid, 1000 - number) for number, pmid in enumerate(others)]
        made.server.links = {(SIMILAR, first): [(first, 9999), *scored]}
        yield made


def ask(library: Desk, *keys: str, **how: Any) -> Related:
    (found,) = relating.propose(
        library.store, vocabulary(), library.settings, keys or (library.server.pmids[0],), pubmed=library.pubmed, **how
    )
    counted = len(found.here) + len(found.rejected) + len(found.proposed) + len(found.missing)
    assert found.linked == counted + found.elsewhere + found.further, "every related record is counted once"
    return found


def waiting(library: Desk) -> dict[str | None, tuple[str, ...]]:
    return {item.row.pmid: item.reasons for item in candidates.candidates(library.store).items}


def test_the_most_similar_wait_as_candidates_with_the_reason(library: Desk) -> None:
    first, second, third, fourth, *_ = library.server.pmids
    found = ask(library, most=3)
    assert [row.pmid for row in found.proposed] == [second, third, fourth]
    assert (found.linked, found.further) == (11, 8)
    key = library.study(first).row.key
    assert waiting(library) == dict.fromkeys((second, third, fourth), (f"similar to {key}",))
    assert library.study(second).inclusion == "candidate"
    (fetched,) = library.server.requests("efetch")[1:]
    assert fetched.ids == [second, third, fourth]


def test_what_is_here_is_named_and_what_a_person_rejected_is_never_proposed(library: Desk) -> None:
    _, second, third, fourth, fifth, *_ = library.server.pmids
    library.take(library.record(second))
    library.take(library.record(third), include=False)
    curation_inclusion.decide(library.store, vocabulary(), [fourth], "excluded", actor="ann")
    curation_inclusion.decide(library.store, vocabulary(), [second], "excluded", actor="ann")
    before = len(library.server.requests("efetch"))
    found = ask(library, most=1)
    assert [(here.pmid, here.inclusion) for here in found.here] == [(second, "excluded"), (third, "candidate")]
    assert found.rejected == (fourth,)
    assert [row.pmid for row in found.proposed] == [fifth]
    assert [seen.ids for seen in library.server.requests("efetch")[before:]] == [[fifth]]
    reason = f"similar to {library.study(library.server.pmids[0]).row.key}"
    assert waiting(library) == {fifth: (reason,), third: (reason,)}, "an earlier candidate gets the reason too"
    curation_inclusion.decide(library.store, vocabulary(), [fifth], "excluded", actor="ann")
    again = ask(library, most=1)
    assert fifth not in {row.pmid for row in again.proposed}
    assert library.study(fifth).inclusion == "excluded"


def test_what_cites_it_and_what_it_cites(library: Desk) -> None:
    first, second, third, *_ = library.server.pmids
    library.server.links = {(CITED_IN, first): [(second, 0)], (REFERENCES, first): [(third, 0), (second, 0)]}
    ask(library, by="cited-in")
    ask(library, by="references")
    key = library.study(first).row.key
    assert waiting(library) == {second: (f"cited by {key}", f"cites {key}"), third: (f"cited by {key}",)}


def test_asking_again_writes_nothing(library: Desk) -> None:
    library.server.links = {(SIMILAR, library.server.pmids[0]): [(library.server.pmids[1], 7)]}
    ask(library)
    version, held = queries.version(library.store), contents(library.store)
    found = ask(library)
    assert ([here.inclusion for here in found.here], found.proposed) == (["candidate"], ())
    assert (queries.version(library.store), contents(library.store)) == (version, held)


def test_only_what_is_about_a_condition(library: Desk) -> None:
    tagged = {pmid: library.record(pmid).title for pmid in library.server.pmids[1:]}
    about = [pmid for pmid, title in tagged.items() if "carpal tunnel" in title]
    assert 0 < len(about) < len(tagged)
    found = ask(library, condition="carpal-tunnel-syndrome", most=1)
    assert [row.pmid for row in found.proposed] == about[:1]
    assert (found.elsewhere, found.further) == (len(tagged) - len(about), len(about) - 1)
    with pytest.raises(NotFound, match="condition 'nothing'"):
        ask(library, condition="nothing")


def test_a_find_that_is_a_study_here_joins_it(library: Desk) -> None:
    second = library.server.pmids[1]
    library.lead(second, "wu2020", identifiers=(parse("doi", f"10.5555/invented.{second}"),))
    found = ask(library, most=1)
    assert [(here.pmid, here.row.key, here.inclusion) for here in found.here] == [(second, "wu2020", "included")]
    assert not found.proposed
    assert waiting(library) == {}


def test_pubmed_names_what_it_does_not_give(library: Desk) -> None:
    library.server.links = {(SIMILAR, library.server.pmids[0]): [("99999997", 5)]}
    assert ask(library).missing == ("99999997",)


@pytest.mark.parametrize("utility", ["elink", "efetch"])
def test_a_pubmed_that_says_no_is_told_of_and_the_others_come(library: Desk, utility: str) -> None:
    first, second, third, *_ = library.server.pmids
    library.take(library.record(second))
    library.server.links[SIMILAR, second] = [(third, 1)]
    library.server.script(400, utility=utility)
    one, other = relating.propose(library.store, vocabulary(), library.settings, [first, second], pubmed=library.pubmed)
    assert "status 400" in one.problem
    assert (one.linked, one.proposed) == (0, ())
    assert [row.pmid for row in other.proposed] == [third]


def test_a_study_without_a_pmid_cannot_be_asked_about(library: Desk) -> None:
    library.lead(library.server.pmids[1], "wu2020")
    assert "evidence identify" in ask(library, "wu2020").problem
    with pytest.raises(NotFound, match="nobody2020"):
        ask(library, "nobody2020")


@pytest.mark.postgres
def test_the_whole_way_on_postgresql(postgres_url: str) -> None:
    with desk(url=postgres_url) as library:
        first, second, third, fourth, *_ = library.server.pmids
        library.take(library.record(first))
        library.lead(second, "wu2020")
        library.server.links = {(SIMILAR, first): [(second, 3), (third, 2), (fourth, 1)]}
        curation_inclusion.decide(library.store, vocabulary(), [fourth], "excluded", actor="ann")
        (lead,) = identifying.run(library.store, vocabulary(), library.settings, pubmed=library.pubmed)
        assert (lead.outcome, lead.pmid) == ("joined", second)
        found = ask(library)
        assert ([h.row.key for h in found.here], found.rejected) == (["wu2020"], (fourth,))
        assert list(waiting(library)) == [third]
        assert [i.pmid for i in candidates.excluded(library.store).items] == [fourth]


def test_on_the_command_line(library: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third, *_ = library.server.pmids
    library.take(library.record(second))
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", library.settings.database_url)
    monkeypatch.setenv("EVIDENCE_EUTILS_URL", library.server.url)
    monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
    result = command("related", first, "--most", "1")
    assert result.exit_code == 0, result.stderr
    key = library.study(first).row.key
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[1][:3] == [key, third, "proposed"]
    assert rows[2][:3] == [key, second, "here, included"]
    assert result.stderr == f"{key}: 11 related: 1 proposed, 1 here, 9 not looked at\n"
    listed = json.loads(command("candidates", "--json").stdout)
    assert listed["candidates"][0]["why"] == [f"similar to {key}"]
    assert listed["candidates"][0]["proposed"] == [{"relation": "similar", "key": key, "score": 999}]
    library.server.script(forever=400)
    failed = command("related", first, "--by", "cited-in")
    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1].startswith(f"evidence: {key}: 127.0.0.1 elink.fcgi:")
    assert command("related").exit_code == 2
