"""A library in which NLM's labels and the words of the records differ, for the tests of tags."""

from __future__ import annotations

from evidence import ingest
from evidence.records import MeshHeading, Record
from evidence.store import Store
from evidence.vocabulary import Vocabulary
from tests.made import record
from tests.review_library import HOSTILE

CTS = "carpal-tunnel-syndrome"
RCT = "Randomized Controlled Trial"
WRIST = MeshHeading(ui="D002349", name="Carpal Tunnel Syndrome", major=True)
FASCIITIS = MeshHeading(ui="D036981", name="Fasciitis, Plantar", major=True)


def doubtful() -> list[Record]:
    """By PMID: what differs in each, and what does not."""
    return [
        record("1", "A retrospective cohort study of splints for tailors", pmid="1", types=[RCT]),  # NLM: rct
        record("2", "Warm saline for walkers: a randomised controlled trial", pmid="2", types=["Letter"]),  # ours: rct
        record("3", "Splints at night: a randomised controlled trial", pmid="3", types=[RCT]),  # both
        record("4", "Splints for tailors", pmid="4", types=[RCT]),  # ours says nothing: no contradiction
        record("5", "Silent wrists: a randomised controlled trial", pmid="5"),  # not indexed yet
        record("6", "Carpal tunnel syndrome in tailors", pmid="6", mesh=(FASCIITIS,)),  # ours: CTS; NLM: plantar
        record("7", "Median nerve entrapment of the wrist in tailors", pmid="7", mesh=(WRIST,)),
        record("8", f"{HOSTILE}: a retrospective cohort study", pmid="8", types=[RCT], families=["<b>Wu"]),
    ]


def fill(store: Store, words: Vocabulary) -> None:
    """All of them."""
    ingest.take(store, words, doubtful(), actor="import")
