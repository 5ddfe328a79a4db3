"""What a curator decided between days of refreshes stands after thirty of them, word for word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from evidence import curation, curation_inclusion, curation_tags
from evidence.filters import Filter
from evidence.ingest import take
from evidence.store import candidates, queries, schema
from evidence.store.engine import table_of
from evidence.store.inclusion_tables import InclusionDecision
from tests.eutils_records import FIRST_PMID, doi
from tests.made import record
from tests.pubmed_simulator import FIRST_DAY, Version, World
from tests.test_simulated_days import NOON, WORDS, Days, simulated

DECIDED = [str(FIRST_PMID + n) for n in range(12)]
OWN_TITLE = "A title that the curator wrote"
REJECTED = [str(FIRST_PMID + 30 + n) for n in range(3)]
"""Of records that the world's first thirty are not: they come between the days."""


def changing_world() -> World:
    """Thirty days in which every record that was decided on is changed twice; one is retracted, one vanishes. Of those
    that come between, three are rejected beforehand.
    """
    world = World(11, days=30)
    assert all(FIRST_DAY < world.lives[pmid].listed < FIRST_DAY + timedelta(days=29) for pmid in REJECTED)
    for pmid in DECIDED:
        life = world.lives[pmid]
        days = [FIRST_DAY + timedelta(days=n) for n in (10, 20)]
        life.versions = [life.versions[0], *(Version(d, d, n, pmid == DECIDED[0]) for n, d in enumerate(days, 1))]
        life.away = []
    world.lives[DECIDED[11]].away = [(FIRST_DAY + timedelta(days=12), FIRST_DAY + timedelta(days=14))]
    return world


def numbers(library: Days) -> dict[str, int]:
    """External id → number of its source record."""
    table = table_of(schema.SourceRecord)
    with library.store.read() as connection:
        return {row.external_id: row.id for row in connection.execute(select(table.c.external_id, table.c.id))}


def decide(library: Days) -> None:
    """Tags given and denied, studies merged with fields chosen, others kept apart, one undone, one excluded."""
    store = library.store
    curation_tags.decide_tag(store, WORDS, DECIDED[0], "condition", "carpal-tunnel-syndrome", "yes", actor="ann")
    curation_tags.decide_tag(store, WORDS, DECIDED[1], "design", "rct", "no", actor="ann", reason="no allocation")
    curation_tags.decide_tag(store, WORDS, DECIDED[2], "design", "cohort", "yes", actor="bob")
    keys = [queries.find_key(store, WORDS, "pmid", pmid) or "" for pmid in DECIDED]
    records = numbers(library)
    chosen = {"title": f"text:{OWN_TITLE}", "journal": f"record:{records[DECIDED[4]]}"}
    curation.merge(store, WORDS, keys[3], keys[4], actor="ann", reason="one trial", choices=chosen)
    curation.decide(store, WORDS, records[DECIDED[5]], records[DECIDED[6]], "different", actor="ann")
    same = record("refs.bib#x", "A reference to it", source="bibtex", pmid=DECIDED[7], doi=doi(DECIDED[7]))
    take(store, WORDS, [same], actor="import")
    found = queries.study(store, WORDS, keys[7])
    assert found is not None
    curation.unmerge(store, WORDS, found.merges[-1].event, actor="bob")
    take(store, WORDS, [same], actor="import")
    curation_inclusion.decide(store, WORDS, [DECIDED[8]], "excluded", actor="ann", reason="not around a nerve")
    curation_inclusion.decide(store, WORDS, [keys[9]], "included", actor="bob")
    curation.merge(store, WORDS, keys[8], keys[10], actor="ann", reason="one trial")  # the exclusion holds for both


def reject(library: Days) -> None:
    """PMIDs that no search has found yet: one that comes soon, one of an old record that matches only later, and one
    that a reference of a file carries, which a person excluded as what it was here.
    """
    store = library.store
    carrier = record("refs.bib#carrier", "A reference without PubMed's record", source="bibtex", pmid=REJECTED[2])
    take(store, WORDS, [carrier], actor="import")
    decided = curation_inclusion.decide(store, WORDS, REJECTED, "excluded", actor="ann", reason="rats")
    assert [bool(d.key) for d in decided] == [False, False, True]


def decisions(library: Days) -> dict[str, list[Any]]:
    """Everything that a person said, with when and why, and what follows from it for the records concerned."""
    tags, merges, pairs = map(table_of, (schema.TagAssignment, schema.MergeEvent, schema.MatchDecision))
    member, study, source = map(table_of, (schema.Membership, schema.Study, schema.SourceRecord))
    persons = {
        "tags": select(tags).where(tags.c.origin == "curator"),
        "fields": select(table_of(schema.FieldChoice)),
        "pairs": select(pairs).where(pairs.c.actor != "machine"),
        "merges": select(merges).where((merges.c.actor != "machine") | merges.c.undone_at.is_not(None)),
        "together": select(source.c.external_id, source.c.inclusion, member.c.study_id)
        .join(member, member.c.source_record_id == source.c.id)
        .where(source.c.external_id.in_([*DECIDED, "refs.bib#x"])),
        "excluded": select(study.c.pmid, study.c.inclusion).where(study.c.inclusion == "excluded"),
        "inclusion": select(table_of(InclusionDecision)),
        "own words": select(study.c.id, study.c.title).where(study.c.title == OWN_TITLE),
    }
    with library.store.read() as connection:
        return {name: sorted(map(tuple, connection.execute(wanted)), key=repr) for name, wanted in persons.items()}


def test_decisions_stand_after_thirty_days_of_changes() -> None:
    with simulated(changing_world(), seed=11, trouble=0.1) as library:
        library.refresh(NOON)
        decide(library)
        reject(library)
        before = decisions(library)
        assert all(before.values()), {name: len(rows) for name, rows in before.items()}
        asked, left_out = set[str](), set[int]()
        for number in range(1, 32):
            library.server.trouble = 0.1 if number <= 30 else 0.0
            runs = library.refresh(NOON + timedelta(days=number))
            left_out.update(dict(run.counts).get("excluded", 0) for run in runs)
            asked.update(pmid for seen in library.server.requests("efetch") for pmid in seen.ids)
        after = decisions(library)
        known = library.known()
        listed = {row.pmid for row in queries.listing(library.store, WORDS, Filter(size=200)).rows}
        waiting = candidates.candidates(library.store).total
    for name, rows in before.items():
        assert after[name] == rows, name
    revised = {pmid: known[pmid] for pmid in DECIDED if pmid in known}
    assert revised[DECIDED[0]] == ("present", 2, True), "the refresh itself went on"
    assert revised[DECIDED[1]] == ("present", 2, False)
    assert not asked.intersection(REJECTED), "what was rejected before it came is not even fetched"
    assert not {*REJECTED, DECIDED[8], DECIDED[10]} & listed
    assert len(listed) > len(DECIDED)
    assert waiting == 0
    assert left_out == {0, 1, 2, 3}, "each is counted from the day on which the search finds it"
