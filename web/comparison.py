"""A pair of source records side by side, prepared for its page: sides, rows with their differences, choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup as Html

from evidence.comparing import FieldRow, compare_records
from evidence.differences import Span, excerpt
from evidence.records import Record
from evidence.store.reads import MACHINE
from evidence.store.review import ReviewPair
from evidence.views import Study
from web import present, wording
from web.dossier import SOURCES

JOINABLE: Final = frozenset(
    {"title", "vernacular_title", "book_title", "authors", "editors", "keywords", "languages", "abstract"}
)
"""Fields in which "both" gives one readable value; two volumes or two years do not."""

LONG: Final = 900
"""Characters from which a text is shown in excerpts around its differences; the study's page has all of it."""

_AROUND: Final = 25  # words left at either side of a difference

_LEFT, _RIGHT, _BOTH = "left", "right", "both"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the study as it is shown, and the source record that is compared."""

    letter: str
    key: str
    title: Html
    lang: str
    source: str
    external_id: str
    records: int  # source records of the study
    warning: str  # "Retracted", …
    gone: str


@dataclass(frozen=True, slots=True)
class Option:
    """A radio button: which value the merged study shows."""

    id: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A field. `state` is a style name, `words` say the same; `options` are empty where nothing can be chosen."""

    name: str
    label: str
    left: tuple[Span, ...]
    right: tuple[Span, ...]
    state: str  # same, form, differs, left, right
    words: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records side by side."""

    left: Side
    right: Side
    rows: tuple[Row, ...]


def comparison(pair: ReviewPair) -> Comparison:
    """The pair, prepared."""
    rows = tuple(_row(row) for row in compare_records(pair.left_record, pair.right_record))
    return Comparison(_side("A", pair.left, pair.left_record), _side("B", pair.right, pair.right_record), rows)


def choices_of(pair: ReviewPair, form: dict[str, str]) -> dict[str, str]:
    """The choices of a sent form, as curation takes them: field → "record:<n>" or "both:<n>,<m>".

    Only fields that the pair's own page offers count, and only the values it offers; the rest is left to the rule.
    """
    values = {_LEFT: f"record:{pair.a}", _RIGHT: f"record:{pair.b}", _BOTH: f"both:{pair.a},{pair.b}"}
    found = {}
    for row in comparison(pair).rows:
        chosen = form.get(f"choice-{row.name}", "")
        if chosen and any(option.value == chosen for option in row.options):
            found[row.name] = values[chosen]
    return found


def decided(pair: ReviewPair) -> str:
    """How the pair stands: "" while it waits for a person, else "one study" or "different"."""
    if pair.same_study:
        return "one study"
    if pair.actor not in ("", MACHINE) and pair.verdict == "different":
        return "different"
    return ""


def seen(pair: ReviewPair) -> str:
    """A word that changes when a person decides about the pair, or when the two become one study."""
    state = decided(pair)
    if not state:
        return ""
    return f"{state} {pair.actor} {pair.at.isoformat() if pair.at else ''}"


def _side(letter: str, study: Study, record: Record) -> Side:
    card_title = present.title(study.row.title)
    return Side(
        letter=letter,
        key=study.row.key,
        title=card_title,
        lang=wording.language(study.row.language),
        source=SOURCES.get(record.source, record.source),
        external_id=record.external_id,
        records=len(study.members),
        warning=present.STATES.get(study.row.state, ("", ""))[0],
        gone=present.gone(study.row.upstream),
    )


def _row(row: FieldRow) -> Row:
    state, words = _state(row)
    return Row(
        name=row.name,
        label=row.label,
        left=_shortened(row.left),
        right=_shortened(row.right),
        state=state,
        words=words,
        options=_options(row),
    )


def _state(row: FieldRow) -> tuple[str, str]:
    if row.same:
        return "same", "the same"
    if not row.right:
        return "left", "A only"
    if not row.left:
        return "right", "B only"
    if any(span.differs for span in (*row.left, *row.right)):
        return "differs", "differs"
    return "form", "written differently"


def _options(row: FieldRow) -> tuple[Option, ...]:
    if row.same or not row.choosable:
        return ()
    offered = [("", "By rule"), (_LEFT, "A"), (_RIGHT, "B")]
    if row.name in JOINABLE and row.left and row.right:
        offered.append((_BOTH, "Both"))
    return tuple(Option(f"choice-{row.name}-{value or 'rule'}", value, words) for value, words in offered)


def _shortened(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return excerpt(spans, _AROUND) if sum(len(span.text) for span in spans) > LONG else spans
