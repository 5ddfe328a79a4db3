"""One automaton over every disease phrase of MeSH and every learned phrase: a trie of words, one pass over a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from evidence.tagging.mesh_apart import ApartTable
from evidence.tagging.mesh_words import Kind, forms_of, is_abbreviation
from evidence.vocabulary.mesh import Mesh

Naming = tuple[str, Kind, str]
"""A descriptor UI, how the phrase stands for it, and the abbreviation as it must be printed (else empty)."""

MAX_WORDS: Final = 16
"""Words of the longest phrase kept; names of MeSH 2024 have at most 14."""


class Leaf:
    """What a phrase stands for: descriptors it names, and the place of its learned weights (-1: none)."""

    __slots__ = ("learned", "namings")

    def __init__(self) -> None:
        self.namings: tuple[Naming, ...] = ()
        self.learned = -1


class _Node:
    __slots__ = ("leaf", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.leaf: Leaf | None = None


Hit = tuple[int, int, Leaf]
"""Words [start, end) and what they stand for."""


class MeshTable:
    """The phrases of all descriptors, and learned phrases beside them; `apart`: their words in any order."""

    __slots__ = ("_root", "apart")

    def __init__(self, mesh: Mesh, learned: Iterable[str] = ()) -> None:
        """`learned`: phrases of words separated by blanks; the number of each is its place in the model."""
        self._root: dict[str, _Node] = {}
        self.apart = ApartTable(mesh)
        waiting: list[tuple[tuple[str, ...], Naming]] = []
        for ui, descriptor in mesh.descriptors.items():
            for place, term in enumerate((descriptor.name, *descriptor.terms)):
                kind: Kind = 0 if place == 0 else 3 if is_abbreviation(term) else 1
                for words, how in forms_of(term, kind, descriptor.trees):
                    waiting.append((words, (ui, how, term if how == 3 else "")))
        # Names before entry terms before forms made here: a phrase means what MeSH says it means, if it says so.
        for words, naming in sorted(waiting, key=lambda item: (item[1][1] == 2, item[1][1], item[1][0])):
            self._name(words, naming)
        for number, phrase in enumerate(learned):
            self._leaf(phrase.split(" ")).learned = number

    def _name(self, words: Sequence[str], naming: Naming) -> None:
        if len(words) > MAX_WORDS:
            return
        leaf = self._leaf(words)
        made = naming[1] == 2
        if any(held[0] == naming[0] or (made and held[1] != 2) for held in leaf.namings):
            return
        leaf.namings = (*leaf.namings, naming)

    def _leaf(self, words: Sequence[str]) -> Leaf:
        node = self._root.setdefault(words[0], _Node())
        for word in words[1:]:
            node = node.next.setdefault(word, _Node())
        if node.leaf is None:
            node.leaf = Leaf()
        return node.leaf

    def find(self, words: Sequence[str]) -> list[Hit]:
        """Every phrase in the words, by start; at one start the shortest first."""
        root, last = self._root, len(words)
        found: list[Hit] = []
        for start, word in enumerate(words):
            node = root.get(word)
            if node is None:
                continue
            end = start + 1
            while True:
                if node.leaf is not None:
                    found.append((start, end, node.leaf))
                if end == last:
                    break
                following = node.next.get(words[end])
                if following is None:
                    break
                node = following
                end += 1
        return found
