"""Reading the Retraction Watch data set: from the command line, from broken files, again and in newer copies."""

from __future__ import annotations

import gzip
import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.identifiers import Identifier
from evidence.lifecycle import RETRACTING, STATE, Listed, Statement, disagreements, retraction_watch, weigh
from evidence.lifecycle.statements import Kind
from evidence.records import PartialDate, Rejected
from tests.cli_runner import LEE, WU, bib, run, told
from tests.lifecycle_cases import COLUMNS, as_csv, row

WU_DOI, LEE_PMID = "10.5555/invented.2018.1", "90000002"


@pytest.fixture
def library(tmp_path: Path, home: Path) -> None:
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0


def listed(folder: Path, *rows: dict[str, str], name: str = "rw.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(as_csv(rows)) if name.endswith(".gz") else as_csv(rows))
    return path


def read(data: bytes) -> list[Listed | Rejected]:
    return list(retraction_watch.read(io.BytesIO(data), "rw.csv"))


@pytest.mark.usefixtures("library")
def test_a_list_is_read_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    path = listed(tmp_path, row(1, doi=WU_DOI), row(2, pmid="1"), row(3, "Deletion", pmid=LEE_PMID), name="rw.csv.gz")
    done = run("retractions", "import", path)
    assert done.exit_code == 1, "a row was rejected"
    assert done.stderr.splitlines() == ["rw.csv.gz:4: RetractionNature 'Deletion' is not known"]
    assert done.stdout == (
        "rw.csv.gz: 3 rows = 1 used + 1 not here + 1 rejected; 1 new, 0 changed, 0 withdrawn; "
        "1 study has another state\n"
    )
    assert told("show", "wu2018")["row"]["state"] == "retracted"
    assert told("show", "lee2020")["row"]["state"] == "none"
    (source,) = told("retractions", "sources")
    assert (source["source"], source["name"], source["counts"]["used"]) == ("retraction-watch", "rw.csv.gz", 1)
    assert "RETRACTED" in run("export", "--format", "ris", "--id", "wu2018").stdout


@pytest.mark.usefixtures("library")
def test_the_same_list_again_changes_nothing_and_a_newer_one_withdraws_what_it_lacks(tmp_path: Path) -> None:
    first = listed(tmp_path, row(1, doi=WU_DOI), row(2, "Correction", pmid=LEE_PMID))
    assert told("retractions", "import", first)["studies"] == 2
    again = told("retractions", "import", first)
    assert {name: again[name] for name in ("used", "added", "changed", "withdrawn", "studies")} == {
        "used": 2, "added": 0, "changed": 0, "withdrawn": 0, "studies": 0,
    }  # fmt: skip
    newer = told("retractions", "import", listed(tmp_path, row(2, "Expression of concern", pmid=LEE_PMID)))
    assert (newer["changed"], newer["withdrawn"], newer["studies"]) == (1, 1, 2)
    states = [told("show", key)["row"]["state"] for key in ("wu2018", "lee2020")]
    assert states == ["none", "concern"]


@pytest.mark.usefixtures("library")
def test_a_list_that_lost_most_of_its_rows_is_refused(tmp_path: Path) -> None:
    many = [row(n, doi=WU_DOI, on=f"1/{n}/2016 0:00") for n in range(1, 13)]
    assert told("retractions", "import", listed(tmp_path, *many))["used"] == 12
    cut = run("retractions", "import", listed(tmp_path, row(99, pmid="1")))
    assert cut.exit_code == 1
    assert "lacks 12 of the 12 rows kept from it; nothing was changed" in cut.stderr
    assert told("show", "wu2018")["row"]["state"] == "retracted"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a,b\n1,2\n", "is no Retraction Watch file: no column Record ID"),
        (as_csv([]), "has no rows"),
        (
            gzip.compress(as_csv([row(n, doi=WU_DOI) for n in range(1, 900)]), mtime=0)[:-40],
            "cannot be read to its end",
        ),
        (b"\x00\xff\x00", "is no Retraction Watch file"),
    ],
    ids=["other table", "no rows", "cut short", "binary"],
)
def test_what_is_no_such_list_changes_nothing(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    done = run("retractions", "import", path)
    assert done.exit_code == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert told("retractions", "sources") == []


def test_rows_that_cannot_be_used_are_named_by_their_line() -> None:
    rows = [row(1, pmid=5), row(1, pmid=6), {**row(2, pmid=7), "Record ID": " "}, row(3, "", pmid=8), row(4, pmid=9)]
    data = as_csv(rows) + b"5,too,short\r\n\r\n"
    found = read(data)
    assert [(f.line, f.reason) for f in found if isinstance(f, Rejected)] == [
        (3, "Record ID 1 stands on line 2 already"),
        (4, "has no Record ID"),
        (5, "RetractionNature '' is not known"),
        (7, "has 3 of 20 columns"),
    ]
    assert [f.pmid for f in found if isinstance(f, Listed)] == ["5", "9"]


def test_lines_inside_a_field_are_counted() -> None:
    found = read(as_csv([row(1, pmid=5, title="Two\nlines"), row(2, "?")]))
    assert [f.line for f in found if isinstance(f, Rejected)] == [4]


@pytest.mark.parametrize("none", ["0", "", "unavailable", "Unavailable", "UNAVAILABLE", "n/a", "-", "10."])
def test_numbers_that_are_none(none: str) -> None:
    (found,) = read(as_csv([row(1, pmid=none, doi=none, notice_pmid=none, notice_doi=none)]))
    assert isinstance(found, Listed)
    assert (found.pmid, found.doi, found.statement.notice) == ("", "", ())


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("11/9/2023 0:00", PartialDate(year=2023, month=11, day=9)),
        ("2023-11-09", PartialDate(year=2023, month=11, day=9)),
        ("2023-11-09 00:00:00", PartialDate(year=2023, month=11, day=9)),
        ("31/12/2023", None),
        ("2/30/2023 0:00", None),
        ("", None),
        ("0/0/0", None),
    ],
)
def test_dates(raw: str, day: PartialDate | None) -> None:
    (found,) = read(as_csv([row(1, pmid=5, on=raw)]))
    assert isinstance(found, Listed)
    assert found.statement.date == day


def test_bytes_that_are_no_utf8_cost_no_row() -> None:
    data = as_csv([row(1, pmid=5, title="Mu?oz on nerves")]).replace(b"Mu?oz", b"Mu\xf1oz")
    (found,) = read(b"\xef\xbb\xbf" + data)
    assert isinstance(found, Listed)
    assert found.pmid == "5"


@given(st.binary(max_size=400))
def test_no_bytes_raise(tail: bytes) -> None:
    for found in read(",".join(COLUMNS).encode() + b"\r\n" + tail):
        assert isinstance(found, Rejected | Listed)


KINDS: list[Kind] = [*STATE, "reinstatement", "update"]
dates = st.one_of(
    st.none(),
    st.builds(lambda y: PartialDate(year=y), st.integers(2014, 2017)),
    st.builds(
        lambda y, m, d: PartialDate(year=y, month=m, day=d),
        st.integers(2014, 2017),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
)
words = st.builds(
    Statement,
    kind=st.sampled_from(KINDS),
    source=st.sampled_from(["pubmed", "retraction-watch", "crossref"]),
    origin=st.sampled_from(["", "", "retraction-watch"]),
    basis=st.just("row"),
    notice=st.sampled_from([(), (Identifier("pmid", "1"),), (Identifier("pmid", "2"), Identifier("doi", "10.5555/n"))]),
    date=dates,
    ref=st.sampled_from("abcdefgh"),
)


@given(st.lists(words, max_size=7), st.integers())
def test_the_state_depends_on_what_is_said_and_not_on_the_order(said: list[Statement], seed: int) -> None:
    other = list(said)
    random.Random(seed).shuffle(other)
    assert weigh(said) == weigh(other)


@given(st.lists(words, max_size=7))
def test_without_a_reinstatement_nothing_is_taken_back(said: list[Statement]) -> None:
    kept = [s for s in said if s.kind != "reinstatement"]
    cycle = weigh(kept)
    assert all(w.overruled is None for w in cycle.said)
    assert (cycle.state in ("retracted", "replaced", "withdrawn")) == any(s.kind in RETRACTING for s in kept)


@pytest.mark.parametrize("by", ["retraction-watch", "crossref"])
@pytest.mark.parametrize("whose", ["retraction-watch", "crossref"])
def test_an_undated_word_is_taken_back_by_its_own_voice_whoever_passes_it_on(by: str, whose: str) -> None:
    day = PartialDate(year=2024, month=5, day=3)
    passing = {"retraction-watch": "", "crossref": "retraction-watch"}
    back = Statement(kind="reinstatement", source=by, origin=passing[by], basis="row", date=day)
    said = Statement(kind="retraction", source=whose, origin=passing[whose], basis="row")
    assert weigh([said, back]).state == "none"
    for other in ("pubmed", "crossref"):
        own = Statement(kind="retraction", source=other, basis="own record")
        assert weigh([own, back]).state == "retracted"
        assert weigh([replace(own, date=PartialDate(year=2023)), back]).state == "none", "days are for all"


def test_sources_differ_on_retraction_alone() -> None:
    names = {"pubmed": "PubMed", "retraction-watch": "Retraction Watch"}
    retracted = Statement(kind="retraction", source="retraction-watch", basis="row", ref="1")
    corrected = Statement(kind="correction", source="pubmed", basis="own record")
    assert disagreements(weigh([retracted, corrected]), names) == ("PubMed: corrected", "Retraction Watch: retracted")
    assert disagreements(weigh([corrected]), names) == ()
