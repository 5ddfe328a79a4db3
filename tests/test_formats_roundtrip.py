"""What we write, we read back: every writer against every awkward study, and against whatever hypothesis invents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evidence.formats import _export
from evidence.formats._draft import page_range
from evidence.formats._latex_plain import simpler, simpler_markup
from evidence.identifiers import Identifier, try_parse
from evidence.records import Author, Dated, Journal, Markup, PartialDate, Record
from evidence.text import balanced, clean, from_plain
from evidence.views import Study
from tests.awkward import EXAMPLES, study
from tests.formats_support import records, says, written
from tests.made import examples

WRITERS = ("bibtex", "biblatex", "ris", "nbib", "csl-json", "csv")


def _one_string(name: tuple[bool, str, str, str], drop: str = ";") -> tuple[bool, str, str, str]:
    """A name as a format holds it that has one string for each author: no semicolon, no comma inside a person's."""
    group, family, given_, suffix = name
    if not group:
        drop += ","
    parts = [clean("".join(" " if c in drop else c for c in part)) for part in (family, given_, suffix)]
    if group:
        return (group, parts[0].rstrip(", "), "", "")
    if not parts[0]:
        parts = [parts[1], "", parts[2]]
    return (group, *parts)  # type: ignore[return-value]


def carried(of: Study, name: str) -> dict[str, Any]:
    """What a format can hold of a study."""
    said = says(of.record)
    if name != "nbib":
        said["title"] = _export.title(of.record.title)  # without PubMed's full stop
        said["book_title"] = _export.title(said["book_title"])
    if name == "bibtex":
        said = {n: simpler_markup(v) if n in ("title", "book_title") else _simpler(v) for n, v in said.items()}
        said["authors"] = [a for a in said["authors"] if a[1] or a[2]]
    if name in ("ris", "csv"):
        said["authors"] = [_one_string(a) for a in said["authors"]]
        said.pop("short")
    said["keywords"] = [clean(k.replace(";", ",").replace("; ", ", ")) for k in said["keywords"]]
    if name == "nbib":
        said["authors"] = [a if a[0] else _one_string(a, drop="") for a in said["authors"]]
        said.pop("short")
        said["keywords"] = [clean(k.text) for k in of.record.keywords]
        if any(d.date.text for d in of.record.dates):
            said.pop("month")  # a span of months, which PubMed prints without one
    if name == "ris":
        said["keywords"] = [clean(k.text.replace("; ", ", ")) for k in of.record.keywords]
    return said


def _simpler(said: Any) -> Any:
    """With what only looks special in its plain form, as 7-bit LaTeX has it."""
    if isinstance(said, str):
        return simpler(said)
    return type(said)(map(_simpler, said)) if isinstance(said, list | tuple) else said


def back(of: Study, name: str) -> Record:
    """The study written and read."""
    found = records(written([of], name), name)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("trouble", sorted(EXAMPLES))
def test_awkward_study_survives(name: str, trouble: str) -> None:
    of = EXAMPLES[trouble]
    found = back(of, name)
    got = says(found)
    want = carried(of, name)
    assert {k: got[k] for k in want} == want
    assert found.keys[:1] == (of.row.key,)
    assert found.authors_complete == of.record.authors_complete or name == "ris"


@pytest.mark.parametrize("name", WRITERS)
def test_all_awkward_studies_in_one_file(name: str) -> None:
    text = written(list(EXAMPLES.values()), name)
    found = records(text, name)
    assert [r.keys[0] for r in found] == [s.row.key for s in EXAMPLES.values()]
    assert len({r.external_id for r in found}) == len(EXAMPLES)
    assert text == written(list(EXAMPLES.values()), name)


# What hypothesis may put into a field: any text without what `clean` takes out anyway.
_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"))
_NASTY = st.sampled_from(
    [*"{}\\%$#_&~^<>'\"`@=,;.-– ", "and", "--", "''", "``", "&amp;", "<i>", "</i>", "\\'", "{\\'e}"]
)
_TEXT = st.lists(st.one_of(st.text(_CHARACTERS, max_size=12), _NASTY), max_size=8).map(lambda p: clean("".join(p)))
_SHORT = st.lists(st.one_of(st.text(_CHARACTERS, max_size=5), _NASTY), max_size=3).map(lambda p: clean("".join(p)))
_NUMBER = st.from_regex(r"[0-9A-Za-z]{1,5}( Suppl [0-9])?", fullmatch=True)


@st.composite
def markups(draw: st.DrawFn) -> Markup:
    pieces = draw(st.lists(st.tuples(st.sampled_from(["", "i", "b", "u", "sub", "sup"]), _TEXT), max_size=4))
    text = "".join(f"<{tag}>{from_plain(t)}</{tag}>" if tag else from_plain(t) for tag, t in pieces)
    return balanced(Markup(clean(text)))


@st.composite
def authors(draw: st.DrawFn) -> Author:
    if draw(st.integers(0, 3)) == 0:
        return Author(family=draw(_SHORT.filter(bool)), is_group=True)
    family, given_ = draw(_SHORT), draw(_SHORT)
    initials = draw(st.sampled_from(["", "A", "AB", "JP"])) if not given_ else ""
    suffix = draw(st.sampled_from(["", "", "Jr", "III"])) if given_ or initials else ""
    return Author(family=family, given=given_, initials=initials, suffix=suffix)


@st.composite
def invented(draw: st.DrawFn) -> Study:
    dois = st.from_regex(r"10\.[1-9][0-9]{3}/[!-~]{1,20}", fullmatch=True).map(lambda d: Identifier("doi", d.lower()))
    found = draw(
        st.tuples(
            st.none() | st.integers(1, 99_999_999).map(lambda n: Identifier("pmid", str(n))),
            st.none() | dois.filter(_is_normal),
            st.none() | st.integers(1, 9_999_999_999).map(lambda n: Identifier("pmcid", f"PMC{n}")),
        )
    )
    date = draw(
        st.none()
        | st.builds(
            lambda y, m, d: PartialDate(year=y, month=m, day=d if m else None),
            st.integers(1500, 2099),
            st.none() | st.integers(1, 12),
            st.none() | st.integers(1, 28),
        )
    )
    of = Record(
        source="pubmed",
        external_id="1",
        identifiers=tuple(i for i in found if i is not None),
        title=draw(markups()),
        authors=tuple(draw(st.lists(authors(), max_size=5))),
        journal=Journal(title=draw(_TEXT), abbreviation=""),
        volume=draw(st.just("") | _NUMBER),
        issue=draw(st.just("") | _NUMBER),
        pages=page_range(draw(st.sampled_from(["", "1-9", "101-9", "e123", "S1-S9", "iv-x", "12"]))),
        dates=(Dated(kind="issue", date=date),) if date else (),
    )
    # Else there is nothing to write.
    assume(of.identifiers or simpler(of.title) or any(simpler(a.family + a.given) for a in of.authors))
    return study(of, key=draw(st.from_regex(r"[a-z]{1,10}[0-9]{4}[a-z]{0,8}", fullmatch=True)))


def _is_normal(identifier: Identifier) -> bool:
    return try_parse("doi", identifier.value) == identifier


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=examples(150))
@given(of=invented())
def test_any_study_survives(name: str, of: Study) -> None:
    found = back(of, name)
    got, want = says(found), carried(of, name)
    want.pop("short", None)
    assert {k: got[k] for k in want} == want
    assert found.keys[:1] == (of.row.key,)


@settings(max_examples=examples(100))
@given(of=invented())
def test_json_lines_lose_nothing(of: Study) -> None:
    found = back(of, "jsonl")
    assert found == replace(of.record, keys=(of.row.key,))
