"""Records made of tagged lines (RIS, MEDLINE): what their readers share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from evidence.formats import _kept, _names
from evidence.formats._draft import Draft, ExternalIds
from evidence.formats._lines import MAX_RECORD_CHARS, Line, rejected
from evidence.records import Item, Record, Rejected


@dataclass(slots=True)
class Block:
    """The tagged lines of one record, from the line it starts on; `fault` is set once it cannot be read."""

    line: int
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    fault: str = ""
    fault_line: int = 0
    size: int = 0

    def add(self, tag: str, value: str, number: int) -> None:
        """A new tagged line."""
        if self._fits(value, number):
            self.fields.append((tag, [value]))

    def extend(self, value: str, number: int) -> None:
        """A further line of the last tag's value."""
        if self._fits(value, number) and self.fields:
            self.fields[-1][1].append(value)

    def spoil(self, fault: str, number: int) -> None:
        """The record cannot be trusted; the first reason stays."""
        if not self.fault:
            self.fault, self.fault_line = fault, number

    def _fits(self, value: str, number: int) -> bool:
        self.size += len(value) + 1
        if self.size > MAX_RECORD_CHARS:
            self.spoil(f"record is longer than {MAX_RECORD_CHARS:,} characters", number)
            self.fields.clear()
        return not self.fault

    def values(self) -> Iterator[tuple[str, str]]:
        """Tags and values, the lines of a value joined by line breaks; empty values left out."""
        for tag, parts in self.fields:
            value = "\n".join(parts).strip() if len(parts) > 1 else parts[0].strip()
            if value:
                yield tag, value

    def rejection(self, label: str, reason: str = "") -> Rejected:
        """This record, as one that was not taken."""
        text = "\n".join(f"{tag}  - {value}" for tag, value in self.values())
        return rejected(label, reason or self.fault, self.fault_line if self.fault else self.line, text)


def spoilt(block: Block | None, line: Line) -> Block:
    """The open record (or one begun by this line) with the line's fault."""
    block = block or Block(line.number)
    block.spoil(f"line {line.number} {line.fault}", line.number)
    return block


def authors(draft: Draft, names: Iterable[str]) -> None:
    """Authors in order; an "et al." among them says that there are more."""
    found, whole = _names.people_cut(names)
    draft.authors_complete = draft.authors_complete and whole
    if found or not whole:
        draft.author(*found)


def editors(draft: Draft, names: Iterable[str]) -> None:
    """Editors in order; an "et al." among them is kept."""
    found, whole = _names.people_cut(names)
    draft.editors += found
    draft.filled = draft.filled or bool(found)
    if not whole:
        draft.keep("editor", _kept.EDITORS_CUT)


def items(
    label: str,
    blocks: Iterable[Block],
    read: Callable[[Block, ExternalIds, int], Record | None],
    nothing: str = "record says nothing that is known",
) -> Iterator[Item]:
    """Each block as the record that `read` makes of it, or as a rejection: with its fault, or for `nothing`."""
    ids = ExternalIds(label)
    for ordinal, block in enumerate(blocks, 1):
        record = None if block.fault else read(block, ids, ordinal)
        yield record if record is not None else block.rejection(label, block.fault or nothing)
