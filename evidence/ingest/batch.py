"""One batch inside one transaction: look up what is known, judge, regroup, write what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from evidence import citekeys
from evidence.citekeys import fold
from evidence.ingest import index, neighbours, regroup, rejections, settling
from evidence.ingest.pool import Pool
from evidence.ingest.prepare import READER, Prepared, Ready
from evidence.ingest.report import Rekeyed
from evidence.ingest.settling import Settled
from evidence.ingest.studies import Saver
from evidence.lifecycle import OF_ANOTHER
from evidence.matching.groups import Link
from evidence.matching.normalise import features
from evidence.matching.partition import ordered
from evidence.matching.verdict import compare
from evidence.records import Deletion, Rejected
from evidence.store import decisions, inclusions, reads, schema, writes
from evidence.store.decisions import Decision
from evidence.store.engine import Writer
from evidence.store.keys import Keys
from evidence.store.reads import MACHINE, Member
from evidence.store.writes import NewRecord
from evidence.views import Word
from evidence.vocabulary import Vocabulary


@dataclass(slots=True)
class _Known:
    """A record of this batch or of the store, as far as deciding about a further delivery needs it."""

    id: int
    study: int | None
    age: tuple[int, str, bytes]
    upstream: str = "present"
    inclusion: str = "included"


class Batch:
    """Places and writes the records of one transaction."""

    def __init__(
        self,
        writer: Writer,
        vocabulary: Vocabulary,
        *,
        primary: Callable[[Collection[str]], str],
        actor: str,
        run_id: int | None,
        include: bool,
        live: bool = False,
    ) -> None:
        self._live = live
        self._inclusion = "included" if include else "candidate"
        self._writer = writer
        self._run_id = run_id
        self._keys = Keys(writer)
        self._saver = Saver(writer, vocabulary, self._keys, primary=primary, actor=actor, run_id=run_id)
        self._pool = Pool(writer.connection)
        self._known: dict[tuple[str, str], _Known] = {}
        self._stored: dict[tuple[str, str], _Known] = {}
        self._moving: dict[int, Prepared] = {}
        self._new: dict[int, NewRecord] = {}
        self._fresh: set[int] = set()
        self._touched: list[int] = []
        self._old_blocks: dict[int, tuple[int, ...]] = {}
        self._unsaid: set[tuple[str, str]] = set()
        self._left: set[int] = set()
        self._inherited: dict[tuple[str, str], Word] = {}
        self.notes: list[str] = []  # records that come although a person excluded them: they stay so
        self.rekeyed: list[Rekeyed] = []

    def run(self, items: Sequence[Ready]) -> list[str | Rejected]:
        """The outcome of every item, in order; everything is written when this returns."""
        prepared = [i for i in items if isinstance(i, Prepared)]
        self._look_up(
            {p.name for p in prepared} | {(i.source, i.external_id) for i in items if isinstance(i, Deletion)}
        )
        self._pool.load({self._known[p.name].id for p in prepared if self._may_be_another(p)})
        outcomes: list[tuple[str | Rejected, int]] = [self._receive(item) for item in items]
        doubtful = self._judge()
        settled = self._regroup()
        self._write(settled)
        self._tell_keys(settled)
        writes.reject(self._writer, [i for i in items if isinstance(i, Rejected)], run_id=self._run_id)
        return [self._named(outcome, number, settled, doubtful) for outcome, number in outcomes]

    def _look_up(self, names: set[tuple[str, str]]) -> None:
        for name, row in reads.known(self._writer.connection, names).items():
            age = (row.version, row.revised, row.fingerprint)
            self._known[name] = _Known(row.id, row.study_id, age, row.upstream, row.inclusion)
            self._stored[name] = _Known(row.id, row.study_id, age, row.upstream, row.inclusion)

    def _receive(self, item: Ready) -> tuple[str | Rejected, int]:
        """What becomes of an item, as far as it can be said alone; the number of its record."""
        if isinstance(item, Rejected):
            return item, 0
        if isinstance(item, Deletion):
            known = self._known.get((item.source, item.external_id))
            if known is not None:
                known.upstream = "deleted"
            return "deletions", 0
        item = self._named_apart(item)
        known = self._known.get(item.name)
        if known is None:
            number = self._writer.number(schema.SourceRecord)
            self._known[item.name] = _Known(number, None, item.age, inclusion=self._inclusion)
            self._fresh.add(number)
            self._moving[number] = item
            return "added", number
        if self._inclusion == "included" and known.inclusion == "candidate":
            known.inclusion = "included"
        if self._is_unchanged(item, known.age):
            if self._live and known.study is not None and known.id not in self._moving:
                self._touched.append(known.id)
            return "unchanged", known.id
        known.age = item.age
        known.upstream = "present"
        self._moving[known.id] = item
        return "revised", known.id

    def _may_be_another(self, item: Prepared) -> bool:
        """A file says something else under a name that is known; PubMed's numbers name one work for ever."""
        known = self._known.get(item.name)
        return known is not None and item.record.source != "pubmed" and known.age[2] != item.fingerprint

    def _named_apart(self, item: Prepared) -> Prepared:
        """The item, under a name of its own when a file's name for it stands for another work already.

        Every database exports "export.ris": a second one's first record is no newer delivery of the first one's.
        """
        if not self._may_be_another(item):
            return item
        known = self._known[item.name]
        there = self._moving.get(known.id)
        before = there.details.features if there else self._pool[known.id]
        if compare(before, item.details.features).outcome != "different":
            return item
        apart = item.named_apart()
        if apart.name not in self._known:
            self._look_up({apart.name})
        return apart

    def _is_unchanged(self, item: Prepared, age: tuple[int, str, bytes]) -> bool:
        """The same as stored, or an older delivery.

        Of two deliveries with one date the newer is the one just asked from the source (`live`), or a person's own
        file that was edited; between two saved PubMed files the one that says more wins, in whichever order they come.
        """
        version, revised, said = age
        if said == item.fingerprint:
            return True
        if (item.record.version, item.revised) != (version, revised):
            return item.age < age
        saved_delivery = item.record.source == "pubmed" and not self._live
        return saved_delivery and item.age < age

    def _judge(self) -> set[int]:
        """Remember the machine's verdicts on the pairs of moving records; the later records of the doubtful ones."""
        revised = self._moving.keys() - self._fresh
        self._saver.load({k.study for k in self._stored.values() if k.id in revised and k.study is not None})
        for number in revised:
            was = self._saver.member(number).record
            self._old_blocks[number] = index.keys(features(was))
            said = (r for r in was.relations if r.type in OF_ANOTHER)
            self._unsaid |= {(t.scheme, t.value) for r in said for t in r.targets}
        spoken = self._spoken()
        for number, item in self._moving.items():
            known = self._known[item.name]
            self._pool.put(number, item.name, item.details.features)
            tags = (*item.details.tags, *(self._saver.curated(number) if number in revised else ()))
            word = spoken.get(item.name)
            self._saver.put(Member(number, item.record, tags, known.upstream, known.inclusion, word))
        self._new = {number: self._new_record(number) for number in sorted(self._moving)}
        writes.add_records(self._writer, self._of(self._fresh), run_id=self._run_id)
        self._keys.look_up([item.record for item in self._moving.values()])
        before = reads.decisions(self._writer.connection, revised)
        self._left = {n for pair, row in before.items() if regroup.binds(row) for n in pair} - self._fresh
        machine = (item for item in before.items() if item[1].actor == MACHINE)
        held = {pair: row.rule for pair, row in machine if not row.rule.startswith(regroup.SUCCESSOR)}
        decisions.forget(self._writer, list(held))
        blocks = {number: item.details.blocks for number, item in self._moving.items()}
        found = neighbours.links(self._writer.connection, self._pool, blocks)
        self._pool.load({n for pair in held for n in pair})
        again = [Link(*pair, self._pool.by_rule(*pair, rule)) for pair, rule in held.items()]
        found += [link for link in again if link.verdict.outcome != "different"]
        found += neighbours.homecomings(self._pool, self._carried(), found)
        persons = {pair for pair, row in before.items() if row.actor != MACHINE}
        return self._decide([link for link in found if ordered(link.a, link.b) not in persons])

    def _spoken(self) -> dict[tuple[str, str], Word]:
        """What persons said of the moving records, before they came or carried their PMID too."""
        gained = {}
        for number, item in self._moving.items():
            was = () if number in self._fresh else rejections.pmids(self._saver.member(number).record)
            gained[item.name] = [pmid for pmid in rejections.pmids(item.record) if pmid not in was]
        fresh = {item.name for number, item in self._moving.items() if number in self._fresh}
        moving = {item.name: item.record for item in self._moving.values()}
        said, self._inherited = rejections.spoken(self._writer.connection, moving, gained)
        stays = {name: word for name, word in said.items() if name in fresh and word.verdict == "excluded"}
        stays |= self._inherited
        self.notes += [f"{source} {own} stays excluded: {rejections.told(w)}" for (source, own), w in stays.items()]
        return said

    def _decide(self, found: Iterable[Link]) -> set[int]:
        links = list(found)
        verdicts = [(k.a, k.b, k.verdict) for k in links]
        decisions.remember(
            self._writer,
            [Decision(a, b, v.outcome, v.rule, v.reasons, MACHINE, v.strength) for a, b, v in verdicts],
        )
        return {max(a, b) for a, b, verdict in verdicts if verdict.outcome == "unsure"}

    def _carried(self) -> dict[int, list[int]]:
        """New record → the records whose study has a citation key that it brings, in the store or in this batch."""
        first: dict[str, int] = {}
        bringing: dict[int, list[int]] = defaultdict(list)
        studies: dict[int, list[int]] = defaultdict(list)
        for number in sorted(self._fresh):
            for key in self._moving[number].record.keys:
                earlier = first.setdefault(fold(key), number)
                if earlier != number:
                    bringing[number].append(earlier)
            for study, bringer in self._keys.bringers(self._moving[number].record.keys):
                if bringer is not None:
                    bringing[number].append(bringer)
                studies[study].append(number)
        for study, record in reads.born_with(self._writer.connection, studies).items():
            for number in studies[study]:
                bringing[number].append(record)
        self._pool.load({n for owners in bringing.values() for n in owners})
        return bringing

    def _regroup(self) -> Settled:
        touched = (self._moving.keys() - self._fresh) | self._left
        return settling.settle(
            self._saver, regroup.plan(self._writer.connection, self._pool, sorted(self._fresh), touched)
        )

    def _write(self, settled: Settled) -> None:
        """Records, then what their studies show (foreign keys to studies are checked at the end)."""
        writes.place_records(self._writer, self._of(self._fresh), settled.home, settled.born)
        inclusions.put(self._writer, self._inherited)
        revised = sorted(self._moving.keys() - self._fresh)
        writes.revise_records(self._writer, self._of(revised), run_id=self._run_id)
        writes.touch(self._writer, self._touched)
        for number in revised:
            study = settled.home[number]
            self._keys.aliases(study, number, self._moving[number].record)
            self._saver.changed(study, "study-revised")
        self._set_states(settled)
        self._saver.save(self._notices())

    def _tell_keys(self, settled: Settled) -> None:
        """The citation keys that records of files brought, and that lead to another study, or cannot lead anywhere."""
        given = [(key, settled.home[n]) for n, item in self._moving.items() for key in item.record.keys]
        leads_to = reads.holders_of(self._writer.connection, {citekeys.fold(key) for key, _ in given})
        there = [(key, study, leads_to.get(citekeys.fold(key))) for key, study in given]
        lost = [(key, study, holder is not None) for key, study, holder in there if holder != study]
        own = reads.keys_of(self._writer.connection, {study for _, study, _ in lost})
        self.rekeyed = [Rekeyed(key, own[study], taken) for key, study, taken in lost]

    def _of(self, numbers: Iterable[int]) -> list[NewRecord]:
        return [self._new[number] for number in sorted(numbers)]

    def _new_record(self, number: int) -> NewRecord:
        item = self._moving[number]
        member = self._saver.member(number)
        return NewRecord(
            id=number,
            record=item.record,
            payload=item.details.payload,
            fingerprint=item.fingerprint,
            reader=READER,
            revised=item.revised,
            blocks=item.details.blocks,
            tags=item.details.tags,
            old_blocks=self._old_blocks.get(number, ()),
            upstream=member.upstream,
            inclusion=member.inclusion,
        )

    def _set_states(self, settled: Settled) -> None:
        """Stored records that are deleted upstream, given again, or included at last."""
        for name, before in self._stored.items():
            now = self._known[name]
            for column in ("upstream", "inclusion"):
                if getattr(now, column) != getattr(before, column):
                    study = settled.home.get(now.id) or now.study
                    if study is not None:
                        self._saver.set_state(column, now.id, study, getattr(now, column))

    def _notices(self) -> set[tuple[str, str]]:
        """Works that a notice of this batch speaks of, or spoke of until now: their state may change."""
        return self._unsaid | {
            (t.scheme, t.value)
            for n in self._new.values()
            for r in n.record.relations
            if r.type in OF_ANOTHER
            for t in r.targets
        }

    def _named(self, outcome: str | Rejected, number: int, settled: Settled, doubtful: set[int]) -> str | Rejected:
        """A new record was added, came to others, or waits beside a doubtful one."""
        if outcome != "added" or settled.born.get(number) is not None:
            return "queued" if outcome == "added" and number in doubtful else outcome
        return "merged"
