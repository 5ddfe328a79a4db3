"""Records as matching sees them: those of a batch, and stored ones read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from evidence import recordjson
from evidence.ingest.homecoming import RULE, come_home
from evidence.matching.normalise import Features, features
from evidence.matching.partition import Pair, ordered
from evidence.matching.verdict import Verdict, compare
from evidence.merging import source_rank
from evidence.store import reads
from evidence.store.engine import unpack
from evidence.store.reads import Snapshot


class Pool:
    """Features and verdicts by record number, each worked out once."""

    def __init__(self, connection: Snapshot) -> None:
        self._connection = connection
        self._features: dict[int, Features] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self._verdicts: dict[Pair, Verdict] = {}

    def put(self, number: int, name: tuple[str, str], known: Features) -> None:
        """A record of the batch; it stands for what is stored of it."""
        self._features[number] = known
        self._names[number] = name

    def load(self, numbers: Iterable[int]) -> None:
        """Read the stored records among these that are not known yet."""
        for row in reads.payloads(self._connection, [n for n in numbers if n not in self._features]):
            self.put(row.id, (row.source, row.external_id), features(recordjson.load(unpack(row.payload))))

    def __getitem__(self, number: int) -> Features:
        if number not in self._features:
            self.load([number])
        return self._features[number]

    def rank(self, number: int) -> tuple[object, ...]:
        """A total order of records that does not depend on their arrival."""
        source, external_id = self._names[number]
        return (source_rank(source), source, external_id)

    def look(self, a: int, b: int) -> Verdict:
        """The machine's verdict on two records by what they say."""
        pair = ordered(a, b)
        found = self._verdicts.get(pair)
        if found is None:
            found = self._verdicts[pair] = compare(self[pair[0]], self[pair[1]])
        return found

    def by_rule(self, a: int, b: int, rule: str) -> Verdict:
        """The verdict on two records of which one came with the other's citation key when `rule` says so."""
        verdict = self.look(a, b)
        return (come_home(self[a], self[b], verdict) or verdict) if rule.rpartition(":")[2] == RULE else verdict
