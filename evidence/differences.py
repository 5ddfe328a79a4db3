"""Two texts or two lists in spans: what is in one only is marked. Pure, and quick however long they are.

Words are compared as a reader takes them: case, accents and punctuation do not count, unless nothing else differs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from evidence import text

MOST_WORDS: Final = 4000
"""Words of a text that are compared one by one (a long abstract has 500). What follows is compared as a whole."""

MOST_ITEMS: Final = 2000
"""Items of a list that are compared one by one (the longest author lists have more); the rest likewise."""

_DEEPEST: Final = 8
"""How often a stretch is looked at again for words that have become unique in it."""

_TABLE: Final = 10_000
"""Cells of the table for the longest common part of two short stretches: 100 by 100 words."""

_OFTEN: Final = 16
"""How often a word may stand in a stretch without words of its own and still anchor it."""

_TOKEN: Final = re.compile(r"\w+|[^\w\s]+|\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of plain text; `differs`: the other record does not say this."""

    text: str
    differs: bool = False


Item = tuple[str, str]
"""How an item of a list is printed, and the key that it is compared by."""

Pair = tuple[tuple[Span, ...], tuple[Span, ...]]
"""The left side and the right side."""


def diff_words(a: str, b: str) -> Pair:
    """Two texts in spans: the words that are in one only differ.

    When all words are the same, the differences in case, accents and punctuation are marked instead. Time grows with
    the number of words, little more than linearly; beyond MOST_WORDS the rest is one span.
    """
    if a == b:
        return _whole(a, differs=False), _whole(b, differs=False)
    left, right = _Words(a, text.fold), _Words(b, text.fold)
    if left.keys == right.keys and left.rest == right.rest:
        left, right = _Words(a, str), _Words(b, str)
        if left.keys == right.keys and left.rest == right.rest:
            return _whole(a, differs=True), _whole(b, differs=True)  # white space, or letters of no word
    kept_left, kept_right = _common(left.keys, right.keys)
    rest_differs = left.rest != right.rest
    return left.spans(kept_left, rest_differs=rest_differs), right.spans(kept_right, rest_differs=rest_differs)


def diff_items(a: Sequence[Item], b: Sequence[Item], *, ordered: bool = False, between: str = "; ") -> Pair:
    """Two lists in spans, an item each: the items whose key is in one list only differ; `ordered`: out of order, too.

    An item that stands twice in one list and once in the other differs once. Beyond MOST_ITEMS the rest is one span.
    """
    keys_a, keys_b = ([key for _, key in side[:MOST_ITEMS]] for side in (a, b))
    kept_a, kept_b = _common(keys_a, keys_b) if ordered else _shared(keys_a, keys_b)
    rest_differs = list(a[MOST_ITEMS:]) != list(b[MOST_ITEMS:])
    return _listed(a, kept_a, between, rest_differs), _listed(b, kept_b, between, rest_differs)


def excerpt(spans: Sequence[Span], around: int = 12) -> tuple[Span, ...]:
    """The spans with long common stretches shortened: `around` words (1 or more) stay at either side of a difference,
    twice as many of a text without any.
    """
    around = max(around, 1)
    last = len(spans) - 1
    return tuple(
        span if span.differs else Span(_shortened(span.text, around if last else 2 * around, tail=around * (at < last)))
        for at, span in enumerate(spans)
    )


def _shortened(said: str, head: int, *, tail: int) -> str:
    """The first `head` and the last `tail` words of a text, with the white space at its ends."""
    words = said.split()
    if len(words) <= head + tail + 4:
        return said
    before = said[: len(said) - len(said.lstrip())]
    after = said[len(said.rstrip()) :] if tail else ""
    return before + " ".join([*words[:head], "…", *words[len(words) - tail :]]) + after


def _whole(said: str, *, differs: bool) -> tuple[Span, ...]:
    return (Span(said, differs),) if said else ()


class _Words:
    """A text cut into words, the first MOST_WORDS of them with the key that they are compared by."""

    def __init__(self, said: str, key: Callable[[str], str]) -> None:
        self.tokens: list[str] = []
        self.keys: list[str] = []
        self._at: list[int] = []  # the token of each key
        end = 0
        for match in _TOKEN.finditer(said):
            found = "" if match[0].isspace() else key(match[0])
            if found and len(self.keys) == MOST_WORDS:
                break
            if found:
                self._at.append(len(self.tokens))
                self.keys.append(found)
            self.tokens.append(match[0])
            end = match.end()
        self.rest = said[end:]

    def spans(self, kept: Sequence[bool], *, rest_differs: bool) -> tuple[Span, ...]:
        """The text in spans; what stands between two words that differ belongs to the difference."""
        marked = [False] * len(self.tokens)
        for at, same in zip(self._at, kept, strict=True):
            marked[at] = not same
        before = -1  # the differing word that this stretch of differences ends with so far
        for position, at in enumerate(self._at):
            if kept[position]:
                before = -1
                continue
            if before >= 0:
                marked[before:at] = [True] * (at - before)
            before = at
        pieces = list(zip(self.tokens, marked, strict=True))
        return _grouped([*pieces, (self.rest, rest_differs)])


def _grouped(pieces: Sequence[tuple[str, bool]]) -> tuple[Span, ...]:
    """Pieces of text as spans, neighbours of one kind as one."""
    spans: list[tuple[list[str], bool]] = []
    for piece, differs in pieces:
        if piece and spans and spans[-1][1] == differs:
            spans[-1][0].append(piece)
        elif piece:
            spans.append(([piece], differs))
    return tuple(Span("".join(parts), differs) for parts, differs in spans)


def _listed(items: Sequence[Item], kept: Sequence[bool], between: str, rest_differs: bool) -> tuple[Span, ...]:
    """A list as text, an item that differs as a span of its own."""
    marks = [*(not k for k in kept), *[rest_differs] * (len(items) - len(kept))]
    pieces: list[tuple[str, bool]] = []
    for at, ((printed, _), differs) in enumerate(zip(items, marks, strict=True)):
        if at:
            pieces.append((between, False))
        pieces.append((printed, differs))
    return _grouped(pieces)


def _shared(a: Sequence[str], b: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Which items of each list the other has too, as often."""
    sides = []
    for mine, theirs in ((a, b), (b, a)):
        left = Counter(theirs)
        kept = []
        for item in mine:
            kept.append(left[item] > 0)
            left[item] -= 1
        sides.append(kept)
    return sides[0], sides[1]


def _common(a: Sequence[str], b: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Which words of each belong to a long common subsequence.

    Patience diff (B. Cohen, https://bramcohen.livejournal.com/73318.html): words that are unique on both sides are
    anchors; between them the same again, and a table of the longest common subsequence for short stretches.
    """
    kept_a, kept_b = [False] * len(a), [False] * len(b)
    work = [(0, len(a), 0, len(b), 0)]
    while work:
        a0, a1, b0, b1, depth = work.pop()
        pairs, rest = _step(a, b, (a0, a1, b0, b1), deep=depth >= _DEEPEST)
        for i, j in pairs:
            kept_a[i] = kept_b[j] = True
        work += [(*box, depth + 1) for box in rest]
    return kept_a, kept_b


_Box = tuple[int, int, int, int]


def _step(a: Sequence[str], b: Sequence[str], box: _Box, *, deep: bool) -> tuple[list[tuple[int, int]], list[_Box]]:
    """Pairs of equal words in a stretch, and the stretches between them that are still to be compared."""
    a0, a1, b0, b1 = box
    pairs = []
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        pairs.append((a0, b0))
        a0, b0 = a0 + 1, b0 + 1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1, b1 = a1 - 1, b1 - 1
        pairs.append((a1, b1))
    if a0 == a1 or b0 == b1:
        return pairs, []
    if (a1 - a0) * (b1 - b0) <= _TABLE:
        return pairs + [(a0 + i, b0 + j) for i, j in _longest(a[a0:a1], b[b0:b1])], []
    inner = (a0, a1, b0, b1)
    anchors = [] if deep else _anchors(a, b, inner, often=1) or _anchors(a, b, inner, often=_OFTEN)
    if not anchors:
        return pairs, []
    edges = [(a0 - 1, b0 - 1), *anchors, (a1, b1)]
    between = [(i + 1, k, j + 1, m) for (i, j), (k, m) in zip(edges, edges[1:], strict=False)]
    return pairs + anchors, [box for box in between if box[0] < box[1] and box[2] < box[3]]


def _anchors(a: Sequence[str], b: Sequence[str], box: _Box, *, often: int) -> list[tuple[int, int]]:
    """Words of a stretch that stand equally often on both sides, at most `often` times, taken in turn; of these pairs
    the longest run that is in order on both sides (patience sorting).
    """
    a0, a1, b0, b1 = box
    here, there = _places(a, a0, a1), _places(b, b0, b1)
    both = sorted(
        pair
        for word, at in here.items()
        if len(at) <= often and len(there.get(word, ())) == len(at)
        for pair in zip(at, there[word], strict=True)
    )
    tops: list[int] = []  # the smallest end of a run of each length, in b
    ends: list[int] = []  # which of `both` that is
    before: list[int] = []
    for at, (_, j) in enumerate(both):
        length = bisect_left(tops, j)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [at]
    run = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(both[at])
        at = before[at]
    return run[::-1]


def _places(words: Sequence[str], start: int, end: int) -> dict[str, list[int]]:
    """Word → where it stands in the stretch."""
    found: dict[str, list[int]] = {}
    for at in range(start, end):
        found.setdefault(words[at], []).append(at)
    return found


def _longest(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """The longest common subsequence of two short lists, as pairs of positions, by the usual table."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        row, below = table[i], table[i + 1]
        for j in range(len(b) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if a[i] == b[j] else max(below[j], row[j + 1])
    pairs, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
