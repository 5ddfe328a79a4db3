"""Work on files that needs no store: the duplicates in any mix of files."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from evidence import citekeys, formats, merging, parallel, text
from evidence.formats import split
from evidence.matching import candidates, doubts
from evidence.matching.groups import Link, group, judge
from evidence.matching.normalise import Features, features
from evidence.matching.verdict import Verdict, compare
from evidence.records import Item, Record, Rejected
from evidence.views import Study, StudyRow


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two records, by number, that may be one work: a person has to look."""

    a: int
    b: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """What `dedupe` found. Numbers count records from 0 in the order of the files; `records` is empty unless kept."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    doubts: tuple[Doubt, ...]
    rejected: tuple[Rejected, ...]
    records: tuple[Record, ...] = ()

    @property
    def duplicates(self) -> int:
        """Records beyond the first of each group."""
        return sum(len(g) - 1 for g in self.groups)

    def works(self) -> Iterator[tuple[int, ...]]:
        """Every work's record numbers, in the order of the first record of each."""
        first = {members[0]: members for members in self.groups}
        later = {n for members in self.groups for n in members[1:]}
        for number in range(len(self.names)):
            if number not in later:
                yield first.get(number, (number,))


_STRIDE: Final = 200
"""Records between two signs of progress: drawing one takes as long as reading a record."""


@dataclass(slots=True)
class _Read:
    """What was read of a file, or of half of one. `ordinal`: records that are named by their place in the file."""

    known: list[Features] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    ordinal: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def dedupe(
    paths: Sequence[Path],
    format_name: str = "",
    *,
    keep: bool = False,
    on_progress: Callable[[int], None] | None = None,
    remark: Callable[[str], object] | None = None,
) -> Result:
    """Find the records of one work in files of any formats. `keep`: also hand back the records, for `merged`; `remark`
    is told of files that are no UTF-8.

    Raises BadInput naming a file that cannot be read.
    """
    whole = _Read()
    with _no_collector():
        for path in paths:
            halves = None if keep or format_name else split.table(path)
            if halves is None:
                before = len(whole.known)
                items = formats.read_path(path, format_name, remark)
                _add(whole, _take(items, path.name, keep=keep, on_progress=on_progress, before=before), 0, 0)
            else:
                first, second = parallel.both(partial(_half, halves, 0), partial(_half, halves, 1))
                rows = len(first.known) + len(first.rejected)
                _add(whole, first, 0, 0)
                _add(whole, second, rows, halves.lines_before)
        names = _names(whole.ids)
        groups, doubtful = find(whole.known, names)
    return Result(names, tuple(whole.heads), groups, doubtful, tuple(whole.rejected), tuple(whole.records))


def _half(halves: split.Halves, which: int) -> _Read:
    return _take(halves.items(which), halves.label)


def _take(
    items: Iterable[Item],
    label: str,
    *,
    keep: bool = False,
    on_progress: Callable[[int], None] | None = None,
    before: int = 0,
) -> _Read:
    """The items of a file, reduced as they come."""
    read = _Read()
    for number, item in enumerate(items, 1):
        if isinstance(item, Rejected):
            read.rejected.append(item)
        elif isinstance(item, Record):
            if item.external_id == f"{label}#{number}":
                read.ordinal.append(len(read.ids))
            read.known.append(features(item))
            read.ids.append(item.external_id)
            read.heads.append(text.plain(item.title))
            if keep:
                read.records.append(item)
            if on_progress is not None and not len(read.known) % _STRIDE:
                on_progress(before + len(read.known))
    return read


def _add(whole: _Read, part: _Read, rows: int, lines: int) -> None:
    """Put a part behind the whole. The part counts from its own beginning; `rows` and `lines` stand before it."""
    if rows:
        for at in part.ordinal:
            label, _, number = part.ids[at].rpartition("#")
            part.ids[at] = f"{label}#{int(number) + rows}"
    whole.known += part.known
    whole.ids += part.ids
    whole.heads += part.heads
    whole.records += part.records
    whole.rejected += (
        [replace(r, line=r.line + lines) if r.line else r for r in part.rejected] if lines else part.rejected
    )


def find(known: Sequence[Features], names: Sequence[str]) -> tuple[tuple[tuple[int, ...], ...], tuple[Doubt, ...]]:
    """Groups and doubts among records; `names` break ties, so the order of the records decides nothing."""
    judged: dict[tuple[int, int], Verdict] = {}
    links: list[Link] = []
    for a, b in candidates.pairs(candidates.blocks(known), known):
        verdict = compare(known[a], known[b])
        if verdict.outcome != "different":
            judged[min(a, b), max(a, b)] = verdict
            links.append(Link(a, b, verdict))
    found = group(links, judge(known, judged), lambda n: (names[n],))
    unsure = (link for link in links if link.verdict.outcome == "unsure")
    asked = doubts.of([*unsure, *found.refused], found.groups, known, lambda n: (names[n],))
    return found.groups, tuple(Doubt(link.a, link.b, link.verdict) for link in asked)


def _names(external_ids: Sequence[str]) -> tuple[str, ...]:
    """What a file calls each record, without the file's name unless two files use one name."""
    short = [given.partition("#")[2] or given for given in external_ids]
    used = Counter(short)
    once = [bare if used[bare] == 1 else full for bare, full in zip(short, external_ids, strict=True)]
    seen: Counter[str] = Counter()
    made = []
    for name in once:
        seen[name] += 1
        made.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return tuple(made)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of small objects are made and kept: looking through them for garbage would cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def merged(result: Result) -> Iterator[Study]:
    """Each work once: the richest of each field, every identifier, and as aliases what the files call its records.

    Needs a result that kept its records.
    """
    taken: set[str] = set()
    for members in result.works():
        sources = [result.records[n] for n in members]
        record = richest(sources)
        key = _key(record, taken)
        called = (*(result.names[n] for n in members), *(k for r in sources for k in r.keys))
        aliases = tuple(dict.fromkeys(name for name in called if name != key)) if len(members) > 1 else ()
        yield Study(row=_row(record, key), record=record, aliases=aliases)


def richest(records: Sequence[Record]) -> Record:
    """One record of all: the fullest authors, abstract, pages and journal; what only one says; all identifiers."""
    if len(records) == 1:
        return records[0]
    whole = merging.project(records)
    ordered = sorted(records, key=merging.precedence)
    titled = max(ordered, key=lambda r: (_has_title(r), not text.plain(r.title).isupper()))
    # A page's head, which has no title, goes on with the names of editors.
    names = max(ordered, key=lambda r: (_has_title(r), len(r.authors), sum(len(a.given) for a in r.authors)))
    if not names.authors:
        names = max(ordered, key=lambda r: len(r.authors))
    journal = replace(
        whole.journal,
        title=max((r.journal.title for r in ordered), key=len),
        abbreviation=max((r.journal.abbreviation for r in ordered), key=len),
    )
    return replace(
        whole,
        title=titled.title or whole.title,
        authors=names.authors,
        authors_complete=names.authors_complete,
        abstract=max((r.abstract for r in ordered), key=lambda a: sum(len(s.text) for s in a)),
        pages=max((r.pages for r in ordered), key=lambda p: ("-" in p and not p[-3:].isalpha(), len(p))),
        journal=journal,
    )


def _has_title(record: Record) -> bool:
    """It has a title that is one: no head of a page, no "[Not Available]"."""
    return bool(features(record).title.letters)


def _key(record: Record, taken: set[str]) -> str:
    """The record's own key, or one made for it; a letter behind it where it stands already."""
    stem = next((k for k in record.keys if citekeys.is_valid(k)), "") or citekeys.stem(record)
    key, number = stem, 1
    while key.lower() in taken:
        number += 1
        key = f"{stem}-{number}"
    taken.add(key.lower())
    return key


def _row(record: Record, key: str) -> StudyRow:
    return StudyRow(
        id=0,
        key=key,
        title=record.title,
        byline=text.byline(record.authors, complete=record.authors_complete),
        citation=merging.citation_line(record),
        year=record.year,
        language="",
        design="other",
        designs=(),
        conditions=(),
        interventions=(),
        level=None,
        n=None,
        n_unit="",
        state=merging.publication_state(record, ()),
        upstream="present",
        pmid=record.id("pmid"),
        doi=record.id("doi"),
        pmcid=record.id("pmcid"),
        identified=any(record.id(s) for s in ("pmid", "doi", "pmcid")),
    )
