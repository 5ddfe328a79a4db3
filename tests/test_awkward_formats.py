"""The set of awkward references through every format: snapshots, round trips to the byte, other programs' readers.

The snapshots are in tests/fixtures/awkward; `python -m tests.test_awkward_formats` writes them anew, to be looked at.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import bibtexparser
import pybtex.errors
import pytest
import rispy
from Bio import Medline
from hypothesis import given, settings
from pybtex.database import parse_string

from evidence import formats, ingest, merging
from evidence.formats import Options
from evidence.records import Record
from evidence.store import queries
from evidence.store.engine import Store
from evidence.views import Study
from tests.awkward import EXAMPLES, study
from tests.awkward.writers import CASES
from tests.formats_support import read, records, written
from tests.made import examples, fresh_store, vocabulary
from tests.test_formats_roundtrip import invented

FOLDER = Path(__file__).parent / "fixtures" / "awkward"
WRITERS = ("bibtex", "biblatex", "ris", "nbib", "csl-json", "csv")
SUFFIX = {"bibtex": "bib", "biblatex": "biblatex.bib", "ris": "ris", "nbib": "nbib", "csl-json": "json", "csv": "csv"}
EVERY = {**EXAMPLES, **{f"writers-{name}": of for name, of in CASES.items()}}
JUDGED = {"design", "level", "conditions", "interventions", "n"}


def again(found: Record) -> Study:
    """The study that a record makes alone: its key, its other keys as aliases, the state it states."""
    of = study(found, key=found.keys[0], state=merging.publication_state(found, ()))
    return replace(of, aliases=found.keys[1:])


def comparable(text: str, name: str) -> str | list[dict[str, str]]:
    """The bytes; of CSV the cells, for those with this program's judgements are not read back."""
    if name != "csv":
        return text
    return [{k: v for k, v in row.items() if k not in JUDGED} for row in csv.DictReader(io.StringIO(text))]


def test_the_set_is_large_and_its_keys_differ() -> None:
    assert len(CASES) >= 60
    assert len({of.row.key for of in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", WRITERS)
def test_snapshot(name: str) -> None:
    kept = (FOLDER / f"cases.{SUFFIX[name]}").read_bytes().decode()
    assert written(list(CASES.values()), name) == kept


@pytest.mark.parametrize("name", WRITERS)
def test_export_import_export_gives_the_same_bytes(name: str) -> None:
    changed = []
    for trouble, of in EVERY.items():
        one = written([of], name)
        (found,) = records(one, name)
        if comparable(written([again(found)], name), name) != comparable(one, name):
            changed.append(trouble)
    assert changed == []


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=examples(60))
@given(of=invented())
def test_any_study_gives_the_same_bytes_again(name: str, of: Study) -> None:
    one = written([of], name)
    (found,) = records(one, name)
    assert comparable(written([again(found)], name), name) == comparable(one, name)


def _export(store: Store, name: str, keys: list[str]) -> str:
    return written(list(queries.studies(store, vocabulary(), keys)), name)


def _import(store: Store, text: str, name: str) -> int:
    """Take the file; how many studies it added."""
    return ingest.take(store, vocabulary(), iter(read(text, name)), actor="test").added


@pytest.mark.parametrize("name", ["bibtex", "biblatex", "ris", "nbib", "csl-json"])
def test_through_an_empty_store_the_file_is_the_same(name: str) -> None:
    chosen = [of for of in CASES.values() if of.row.identified and of.record.title]
    keys = [of.row.key for of in chosen]
    with fresh_store() as library, fresh_store() as empty:
        _import(library, written(chosen, "bibtex"), "bibtex")
        first = _export(library, name, keys)
        assert len(records(first, name)) == len(chosen)
        _import(empty, first, name)
        assert _export(empty, name, keys) == first
        assert _import(library, first, name) == 0  # nothing new in the store it came from


def test_bibtex_is_seven_bit_and_defines_what_it_uses() -> None:
    text = written(list(EVERY.values()), "bibtex")
    assert text.isascii()
    assert text.count("\\gdef\\unicodechar#1{") == 1  # and once for the next run, where # is written otherwise
    assert text.index("@preamble") < text.index("{\\unicodechar{2")
    assert "@preamble" not in written([CASES["hyphenated"]], "bibtex")
    assert "\\UseTextAccent{T1}\\k" in written([CASES["turkish-and-polish"]], "bibtex")  # the ogonek


@pytest.mark.parametrize("name", ["bibtex", "biblatex"])
def test_two_other_programs_read_both_dialects_without_a_word(name: str) -> None:
    text = written(list(CASES.values()), name)
    with pybtex.errors.capture() as errors:
        theirs = parse_string(text, "bibtex")
    assert not errors
    assert list(theirs.entries) == [of.row.key for of in CASES.values()]
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert len(library.entries) == len(CASES)


def test_ris_reads_elsewhere() -> None:
    theirs = rispy.loads(written(list(CASES.values()), "ris"))
    assert [entry["id"] for entry in theirs] == [of.row.key for of in CASES.values()]


def test_medline_reads_elsewhere() -> None:
    theirs = list(Medline.parse(io.StringIO(written(list(CASES.values()), "nbib"))))
    assert len(theirs) == len(CASES)
    by_key = dict(zip(CASES, theirs, strict=True))
    assert by_key["season"]["DP"] == "2003 Spring"
    assert by_key["sixty-authors"]["AU"][59] == "Family59 GA"
    assert by_key["retracted-without-notice"]["PT"] == ["Retracted Publication"]
    assert by_key["collective-author"]["CN"] == ["ORBIT Trial Investigators, for the European Society"]
    assert by_key["keywords-and-mesh"]["MH"] == ["*Carpal Tunnel Syndrome/*drug therapy"]


@pytest.mark.parametrize("name", WRITERS)
def test_a_retracted_study_is_seen_to_be_one(name: str) -> None:
    """In the note of every format, with the notice; the title stays as it was printed."""
    for trouble, words in (
        ("retracted", "RETRACTED: this publication has been retracted"),
        ("retracted-without-notice", "RETRACTED: this publication has been retracted"),
        ("replaced", "RETRACTED: this publication has been retracted and replaced"),
        ("concern", "EXPRESSION OF CONCERN: an expression of concern has been published"),
    ):
        text = " ".join(written([CASES[trouble]], name).split())
        assert words in text
        (found,) = records(written([CASES[trouble]], name), name)
        assert merging.publication_state(found, ()) == CASES[trouble].row.state
        assert not found.title.startswith("RETRACTED")


@pytest.mark.parametrize("name", WRITERS)
def test_options_leave_out_and_shorten(name: str) -> None:
    of = CASES["structured-abstract"]
    of = replace(of, record=replace(of.record, url="https://example.org/own"))
    fmt = formats.by_name(name, writing=True)
    assert fmt.write is not None
    whole = "".join(fmt.write([of]))
    assert "".join(fmt.write([of], Options())) == whole
    short = "".join(fmt.write([of], Options(journal="abbreviated", doi=False, url=False, abstract=False)))
    assert "Journal of Invented Results" in whole
    assert "Journal of Invented Results" not in short
    assert "J Invent Results" in short
    for text in ("10.5555/writers", "https://example.org/own", "It hurt"):
        assert text in whole.replace("%2F", "/")
        assert text not in short.replace("%2F", "/")
    assert of.row.pmid in short  # type: ignore[operator]
    again_short = "".join(fmt.write([again(records(short, name)[0])], Options(url=False)))
    assert comparable(again_short, name) == comparable(short, name) or name == "csv"


def test_kinds_of_works_have_types_of_their_own() -> None:
    def types(name: str, start: str, end: str) -> dict[str, str]:
        return {
            trouble: written([CASES[trouble]], name).split(start, 1)[1].split(end, 1)[0]
            for trouble in ("book", "chapter", "guideline", "thesis", "preprint", "registration", "dataset", "web-page")
        }

    assert list(types("biblatex", "@", "{").values()) == [
        "book", "incollection", "report", "thesis", "online", "online", "dataset", "online",
    ]  # fmt: skip
    assert list(types("bibtex", "@", "{").values()) == [
        "book", "incollection", "techreport", "phdthesis", "misc", "misc", "misc", "misc",
    ]  # fmt: skip
    assert list(types("ris", "TY  - ", "\n").values()) == [
        "BOOK", "CHAP", "RPRT", "THES", "UNPB", "GEN", "DATA", "ELEC",
    ]  # fmt: skip
    assert [json.loads(written([CASES[t]], "csl-json"))[0]["type"] for t in ("guideline", "preprint", "dataset")] == [
        "report", "article", "dataset",
    ]  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_kinds_come_back(name: str) -> None:
    for trouble, of in CASES.items():
        (found,) = records(written([of], name), name)
        assert found.kind == of.record.kind, trouble


def test_no_command_of_a_title_can_run() -> None:
    for name in ("bibtex", "biblatex"):
        text = written([CASES["latex-commands"]], name)
        assert "\\input" not in text
        assert "\\write18" not in text
        assert "{\\textbackslash}input{\\textbraceleft}secret{\\textbraceright}" in text


def test_titles_keep_the_capitals_that_mean_something_and_no_others() -> None:
    def title(trouble: str) -> str:
        return written([CASES[trouble]], "biblatex").split("  title = {", 1)[1].split("},\n", 1)[0]

    assert title("inner-capitals") == "Effects of {tRNA}, {mRNA} and {McArdle's} enzyme in a {PhD} student's laboratory"
    assert title("genes") == "{BRCA1}, {TP53} and {Hoxa1} in {HER2-negative} tumours with {IL-6} above the median"
    assert title("eponyms") == (
        "{Parkinson} disease, {Guillain-Barré} syndrome and the {Phalen} test in {Hodgkin} lymphoma"
    )
    assert title("eponyms-in-title-case") == (
        "The Treatment of {Parkinson} Disease and {Crohn's} Disease: A Randomized Trial"
    )
    assert title("proper-names") == (
        "Ibuprofen in {Denmark} and the {Netherlands} during {Ramadan}: lessons for {European} clinics"
    )
    assert title("title-case") == "A Randomized Controlled Trial of Splinting Versus Surgery for Trigger Finger"
    assert title("all-capitals") == "A RANDOMISED TRIAL OF SPLINTS AND STEROIDS IN ADULTS"
    assert title("question-then-sentence") == "Does it hurt? {A} randomised trial. {An} editorial! {The} answer"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for written_as in WRITERS:
        (FOLDER / f"cases.{SUFFIX[written_as]}").write_bytes(written(list(CASES.values()), written_as).encode())
