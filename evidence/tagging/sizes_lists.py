"""Who belongs together though counted apart: cases and controls, patients of two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.tagging.sizes_passage import Mention, Passage
from evidence.tagging.sizes_words import CUES, SEXES, listed


def lists(passage: Passage) -> Iterator[tuple[list[Mention], int]]:
    """`40 patients with … and 40 healthy controls`, `376 patients in the US and 400 in France`: who belong together.

    Yields the mentions and the sum of all, bare numbers included.
    """
    run: list[Mention] = []
    for mention in passage.mentions:
        if mention.kind not in ("person", "animal") or mention.labelled or mention.each:
            continue
        if mention.partial and not mention.paired:
            continue
        if mention.noun in PROVIDERS:
            continue
        if run and _same(run[-1], mention) and _joined(passage, run[-1].end, mention):
            run.append(mention)
            continue
        yield from _listed(passage, run)
        run = [mention]
    yield from _listed(passage, run)


def _same(first: Mention, second: Mention) -> bool:
    """Whether two mentions of a sentence may belong to one sample: people, or animals of one kind."""
    alike = first.kind == second.kind == "person" or first.noun == second.noun
    return first.sentence == second.sentence and alike


def _listed(passage: Passage, run: list[Mention]) -> Iterator[tuple[list[Mention], int]]:
    if not run:
        return
    values = [m.value for m in run]
    bare = _bare_end(passage, run[-1])
    if bare:
        values.append(bare)
    before = passage.low[run[-1].number.start - 2 : run[-1].number.start]
    ends = bare or (len(run) > 1 and (before[-1:] == ["and"] or before in _TOGETHER))
    whole = (
        not ends
        or (len(values) > 2 and values[0] == sum(values[1:]))
        or (len(values) > 2 and run[0].noun not in SEXES and run[1].noun in SEXES)
    )
    if len(values) > 1 and not whole:
        yield run, sum(values)


def _joined(passage: Passage, after: int, mention: Mention) -> bool:
    """Whether only a description, a comma or "and" stand between two mentions."""
    between = passage.low[after : mention.number.start]
    last = passage.words[mention.number.start - 1]
    chosen = not _CHOSEN.isdisjoint(passage.low[mention.number.end : mention.end - 1])
    apart = chosen or any((word in CUES and word not in _DESCRIBING) or word in _VERBS for word in between)
    linked = last[-1] == "," or between[-1:] == ["and"] or between[-2:] in _TOGETHER
    return len(between) < _BETWEEN and linked and not apart


def _bare_end(passage: Passage, mention: Mention) -> int:
    """The bare number that ends a list: `and 400 in France`, `and 224 with no pathology`; 0 when there is none."""
    end = passage.bounds(mention.sentence)[1]
    for number in passage.numbers:
        if mention.end <= number.start < min(end, mention.end + _BETWEEN) and not number.labelled and not number.closed:
            between = passage.low[mention.end : number.start]
            following = passage.low[number.end : number.end + 1]
            apart = any((word in CUES and [word] != following) or word in _VERBS for word in between)
            if between[-1:] == ["and"] and following in _GOES_ON and not apart:
                return number.value
            return 0
        if number.start >= end:
            break
    return 0


_BETWEEN: Final = 18
_TOGETHER: Final = (["along", "with"], ["together", "with"], ["well", "as"], ["addition", "to"])
_GOES_ON: Final = tuple([word] for word in listed("in with from without undergoing receiving"))
_DESCRIBING: Final = frozenset({"diagnosed"})
_CHOSEN: Final = frozenset({"eligible", "evaluable"})
"""Before a noun: some of those before, "and 371 eligible patients"."""
PROVIDERS: Final = frozenset(
    listed(
        "physicians doctors practitioners gps surgeons therapists clinicians nurses midwives staff personnel providers"
    )
)
"""Who treats the counted; where patients stand beside them, these are the sample."""
_VERBS: Final = frozenset(listed("were was had have has is are"))
