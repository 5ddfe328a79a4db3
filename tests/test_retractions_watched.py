"""A list of retractions and the studies that arrive after it: whatever the order, what the list names is marked."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence import retractions
from evidence.errors import BadInput
from evidence.ingest import take
from tests.cli_runner import LEE, WU, bib, run, told
from tests.eutils_records import FIRST_PMID
from tests.eutils_server import EutilsServer
from tests.lifecycle_cases import as_csv, row
from tests.made import contents, fresh_store, record, vocabulary

NAMED, OTHER = str(FIRST_PMID + 3), str(FIRST_PMID + 4)
WATCH = "EVIDENCE_RETRACTION_WATCH"


@pytest.fixture
def eutils(monkeypatch: pytest.MonkeyPatch) -> Iterator[EutilsServer]:
    with EutilsServer(records=8) as server:
        monkeypatch.setenv("EVIDENCE_EUTILS_URL", server.url)
        monkeypatch.setenv("EVIDENCE_MAX_RATE", "1000")
        yield server


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of 300 rows, read into a library that has one study, which it does not name."""
    path = tmp_path / "rw.csv"
    path.write_bytes(as_csv(rows()))
    assert run("import", bib(tmp_path, WU)).exit_code == 0
    assert told("retractions", "import", path) | {"rejected": 0} == {
        "rows": 300, "used": 0, "not_here": 300, "added": 0, "changed": 0, "withdrawn": 0, "kept": 300, "studies": 0,
        "rejected": 0,
    }  # fmt: skip
    return path


def rows(*, without: range = range(0), nature: str = "Retraction") -> list[dict[str, str]]:
    named = [row(1, nature, pmid=NAMED), row(2, pmid="90000002"), row(3, "Expression of concern", doi="10.5555/late")]
    return [
        r for r in [*named, *(row(n, pmid=70_000_000 + n) for n in range(4, 301))] if int(r["Record ID"]) not in without
    ]


def state(key: str) -> str:
    found: str = told("show", key)["row"]["state"]
    return found


@pytest.mark.parametrize("gone", [False, True], ids=["the file is there", "the file is gone"])
def test_what_arrives_after_the_list_is_marked_in_the_same_command(
    tmp_path: Path, eutils: EutilsServer, listed: Path, gone: bool
) -> None:
    if gone:
        listed.unlink()
    else:  # what the refresh alone brings
        run("searches", "add", "mine", "invented[tiab]")
        assert run("refresh", "mine").exit_code == 0
        assert (state(NAMED), state(OTHER)) == ("retracted", "none")
        return
    assert run("import", bib(tmp_path, LEE, name="late.bib")).exit_code == 0
    assert state("lee2020") == "retracted"
    assert run("add", NAMED).exit_code == 0
    assert state(NAMED) == "retracted"
    assert "etracted" in run("history", "carpal-tunnel-syndrome").stdout, "the log tells of it"


def test_the_order_makes_no_difference_to_the_store(tmp_path: Path) -> None:
    """Half of the studies before the list and half after it, and all of them before: the same in the end."""
    path = tmp_path / "rw.csv"
    path.write_bytes(as_csv(rows()))
    studies = [
        record(NAMED, "Median nerve glide in weavers", pmid=NAMED),
        record("90000002", "Ulnar entrapment in cyclists", pmid="90000002"),
        record("5", "Dextrose around the sural nerve", pmid="5", doi="10.5555/late"),
        record("6", "Radial tunnel pressure in rowers", pmid="6"),
    ]
    found = []
    for before in (0, 2, 4):
        with fresh_store() as store:
            take(store, vocabulary(), studies[:before], actor="test")
            retractions.read_file(store, vocabulary(), path, actor="test")
            take(store, vocabulary(), studies[before:], actor="test")
            found.append(contents(store, leave_out=("event", "facet")))
            del found[-1]["listed_source"]  # how many of its works were here when it was read
    assert found[0] == found[1] == found[2]
    assert "retracted" in str(found[0]["study"])


def test_a_study_that_learns_its_number_later_is_looked_up_then(tmp_path: Path) -> None:
    path = tmp_path / "rw.csv"
    path.write_bytes(as_csv(rows()))
    with fresh_store() as store:
        retractions.read_file(store, vocabulary(), path, actor="test")
        take(store, vocabulary(), [record("5", "Dextrose around the sural nerve", pmid="5")], actor="test")
        take(
            store,
            vocabulary(),
            [record("5", "Dextrose around the sural nerve", pmid="5", doi="10.5555/late")],
            actor="test",
            live=True,
        )
        (study,) = contents(store)["study"]
        assert "'publication_state': 'concern'" in study


@pytest.mark.usefixtures("eutils")
def test_a_list_that_the_settings_point_to_is_read_when_it_has_changed(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WATCH, str(listed))
    run("searches", "add", "mine", "invented[tiab]")
    first = run("refresh", "mine")
    assert first.exit_code == 0
    assert "rw.csv" not in first.stderr, "it is the one that was read"
    listed.write_bytes(as_csv(rows(nature="Expression of concern")))
    second = run("refresh", "mine")
    assert second.exit_code == 0
    assert "rw.csv: 300 rows = 2 used + 298 not here + 0 rejected; 0 new, 1 changed, 0 withdrawn" in second.stderr
    assert state(NAMED) == "concern"
    listed.unlink()
    third = run("refresh", "mine")
    assert third.exit_code == 1
    assert third.stderr == f"evidence: EVIDENCE_RETRACTION_WATCH: {listed}: no such file\n"
    assert third.stdout.startswith("mine: ok"), "the searches run all the same"
    assert state(NAMED) == "concern"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "no such file"),
        (b"", "is empty"),
        (as_csv(rows())[:-20_000], "rows kept from it; nothing was changed"),
        (as_csv(rows())[:-70], "lacks 1 of the 300 rows kept from it; nothing was changed"),
        (gzip.compress(as_csv(rows(nature="Correction")), mtime=0)[:-9], "cannot be read to its end"),
        (b"<html>not found</html>\n", "is no Retraction Watch file"),
    ],
    ids=["gone", "empty", "cut", "cut in the last line", "half a gzip file", "another file"],
)
def test_a_list_that_cannot_be_read_is_said_and_nothing_is_lost(tmp_path: Path, data: bytes | None, says: str) -> None:
    path = tmp_path / "rw.csv"
    path.write_bytes(as_csv(rows()))
    with fresh_store() as store:
        take(store, vocabulary(), [record(NAMED, pmid=NAMED)], actor="test")
        assert retractions.read_if_new(store, vocabulary(), path) is not None
        before = contents(store)
        assert retractions.read_if_new(store, vocabulary(), path) is None, "it is the one that was read"
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)
        with pytest.raises(BadInput, match=says):
            retractions.read_if_new(store, vocabulary(), path)
        assert contents(store) == before
        assert "'publication_state': 'retracted'" in before["study"][0]
        path.write_bytes(as_csv(rows(nature="Correction")))
        assert retractions.read_if_new(store, vocabulary(), path) is not None, "the next whole one counts"
        assert "'publication_state': 'corrected'" in contents(store)["study"][0]


def test_a_file_that_is_replaced_while_it_is_read_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "rw.csv", tmp_path / "new.csv"
    path.write_bytes(as_csv(rows()))
    other.write_bytes(as_csv(rows(nature="Correction")))
    with fresh_store() as store:

        def replaced(_count: int) -> None:
            if other.exists():
                os.replace(other, path)

        # Progress is told before the file's end is reached: the first rows are read, then it is replaced.
        monkeypatch.setattr(retractions, "_CHUNK", 10)
        with pytest.raises(BadInput, match="was written to while it was read"):
            retractions.read_file(store, vocabulary(), path, actor="test", on_progress=replaced)
        assert "listed_statement" not in {name for name, held in contents(store).items() if held}


def test_a_pipe_or_a_folder_is_said_and_waited_for_by_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with fresh_store() as store:
        for path in (tmp_path / "pipe", tmp_path):
            with pytest.raises(BadInput, match="is no file|is a directory"):
                retractions.read_if_new(store, vocabulary(), path)


def test_a_newer_copy_may_lack_a_hundredth_and_more_only_when_told(listed: Path) -> None:
    listed.write_bytes(as_csv(rows(without=range(4, 14))))
    assert told("retractions", "import", listed)["kept"] == 290
    listed.write_bytes(as_csv(rows(without=range(1, 26))))
    refused = run("retractions", "import", listed)
    assert refused.exit_code == 1
    assert "lacks 15 of the 290 rows kept from it; nothing was changed" in refused.stderr
    taken: dict[str, Any] = told("retractions", "import", listed, "--shorter")
    assert (taken["kept"], taken["withdrawn"]) == (275, 0)
