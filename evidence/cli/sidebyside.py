"""Two records side by side: what differs is underlined, never told by colour alone; in plain text, in brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from evidence.cli.output import counted

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from evidence.comparing import FieldRow
    from evidence.differences import Span
    from evidence.store.review import ReviewPair
    from evidence.views import Study

_Line = tuple[str, str, "Text", "Text"]
"""A row of the table: label, sign, left, right."""

NARROW: Final = 70
"""Columns of a terminal below which the two sides stand one below the other."""

_MARKED: Final = "bold underline"
_BRACKETS: Final = (("[-", "-]"), ("{+", "+}"))
"""Around what differs on the left and on the right where nothing can be underlined, as GNU wdiff has them:
https://www.gnu.org/software/wdiff/manual/wdiff.html
"""
_EQUAL: Final = "="


def show(console: Console, pair: ReviewPair, left: int, heading: str) -> None:
    """Print the pair with the source record `left` on the left side, and why the machine is unsure."""
    from rich.text import Text

    from evidence.comparing import compare_records

    turned = left != pair.a
    sides = (pair.right, pair.left) if turned else (pair.left, pair.right)
    numbers = (pair.b, pair.a) if turned else (pair.a, pair.b)
    records = (pair.right_record, pair.left_record) if turned else (pair.left_record, pair.right_record)
    console.rule(Text(_clean(heading)), align="left")
    rich_text = console.is_terminal and not console.is_dumb_terminal
    rows = [_row(row, plain=not rich_text) for row in compare_records(*records)]
    console.print(_table([*_head(sides, numbers), *rows], narrow=console.width < NARROW))
    console.print(_why(pair))


def _clean(text: str) -> str:
    """Plain text that cannot steer a terminal; line breaks stay."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def _head(sides: Sequence[Study], numbers: Sequence[int]) -> list[_Line]:
    """Which study each side is, from where, and what else is known of it."""
    from rich.text import Text

    (one, other), (left, right) = sides, numbers
    found = [
        ("Study", " ", Text(_clean(one.row.key), style="bold"), Text(_clean(other.row.key), style="bold")),
        ("Record", " ", Text(_clean(_record(one, left))), Text(_clean(_record(other, right)))),
    ]
    with_it = _others(one, left), _others(other, right)
    if any(with_it):
        found.append(("With", " ", Text(_clean(with_it[0])), Text(_clean(with_it[1]))))
        found.append(("Known as", " ", Text(_clean(_named(one))), Text(_clean(_named(other)))))
    return found


def _record(study: Study, number: int) -> str:
    member = next(m for m in study.members if m.id == number)
    return f"{number}: {member.source} {member.external_id}"


def _others(study: Study, number: int) -> str:
    """The study's other source records."""
    return ", ".join(f"{m.source} {m.external_id}" for m in study.members if m.id != number)


def _named(study: Study) -> str:
    """The identifiers of the whole study."""
    row = study.row
    parts = (("PMID", row.pmid), ("PMCID", row.pmcid), ("DOI", row.doi))
    return ", ".join(f"{name} {value}" for name, value in parts if value) or "no PMID, PMCID or DOI"


def _table(lines: Sequence[_Line], *, narrow: bool) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, show_header=False, expand=not narrow)
    shown.add_column(no_wrap=True)
    shown.add_column(no_wrap=True, width=1)
    shown.add_column(ratio=None if narrow else 1, overflow="fold")
    if not narrow:
        shown.add_column(ratio=1, overflow="fold")
    for label, sign, left, right in lines:
        if not narrow:
            shown.add_row(Text(label), Text(sign), left, right)
            continue
        shown.add_row(Text(label), Text(sign), left)
        if sign != _EQUAL:
            shown.add_row(Text(""), Text("|"), right)
    return shown


def _row(row: FieldRow, *, plain: bool) -> _Line:
    """A field: = printed alike, ≠ they contradict each other, ~ one is silent or prints it differently."""
    from rich.text import Text

    sign = _EQUAL if row.same else "≠" if _differs(row) else "~"
    left, right = (
        _side(spans, dim=row.same, brackets=brackets if plain else ("", ""))
        for spans, brackets in zip((row.left, row.right), _BRACKETS, strict=True)
    )
    return row.label, sign, left, Text(_EQUAL) if row.same else right


def _differs(row: FieldRow) -> bool:
    return any(span.differs for span in (*row.left, *row.right))


def _side(spans: Sequence[Span], *, dim: bool, brackets: tuple[str, str]) -> Text:
    from rich.text import Text

    from evidence.differences import excerpt

    made = Text(style="dim" if dim else "")
    for span in excerpt(spans):
        said = _clean(span.text)
        if span.differs:
            made.append(f"{brackets[0]}{said}{brackets[1]}", style=_MARKED)
        else:
            made.append(said)
    return made if spans else Text("(none)", style="dim")


def _why(pair: ReviewPair) -> Text:
    """What was last said of the pair."""
    from rich.text import Text

    if not pair.verdict:
        return Text("Nothing was said about these two so far.\n")
    points = f"{counted_points(pair.strength)}; " if pair.verdict == "unsure" else ""
    made = Text(_clean(f"{_said(pair)} ({points}{pair.rule}): "), style="bold")
    made.append(_clean("; ".join(pair.reasons)), style="not bold")
    return made.append("\n")


def _said(pair: ReviewPair) -> str:
    if pair.verdict == "unsure":
        return "Why the machine is unsure"
    return f"{pair.actor} says {'they are one study' if pair.verdict == 'same' else 'they are different'}"


def counted_points(strength: float) -> str:
    """Evidence in points, about powers of two (matching.verdict)."""
    return "1 point" if strength == 1 else f"{strength:.1f} points"


def left_over(count: int) -> str:
    """How many pairs still wait."""
    return f"{counted(count, 'pair', 'pairs')} left to review" if count else "nothing left to review"
