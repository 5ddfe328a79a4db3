"""What commands write, and where."""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.cli import output
from evidence.filters import Filter
from evidence.records import PartialDate


def write(path: Path, text: str) -> None:
    with output.destination(path) as stream:
        stream.write(text.encode())


def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_given(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        write(tmp_path / "none" / "x.bib", "new")
    assert caught.value.filename == str(tmp_path / "none" / "x.bib")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.bib"
    write(path, "old")

    def fail_half_way() -> None:
        with output.destination(path) as stream:
            stream.write(b"half of the ne")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == "old"
    write(path, "new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["out.bib"]


def test_a_new_file_has_the_usual_mode_and_a_replaced_one_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "out.bib"
    before = os.umask(0o027)
    try:
        write(path, "x")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o600)
        write(path, "y")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "out.bib", tmp_path / "link.bib"
    target.write_text("old")
    link.symlink_to(target)
    write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_to_not_replaced() -> None:
    write(Path("/dev/null"), "x")
    assert not Path("/dev/null").is_file()


def test_no_folder_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "none" / "out.bib", "x")


def test_a_table_in_a_pipe_is_tab_separated(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("Key", "n"), [("a", 1), ("b", None), ("c\td\x1b[31m\n", 3)])
    assert capsys.readouterr().out == "key\tn\na\t1\nb\t\nc d [31m \t3\n"


def test_a_table_on_a_terminal_is_aligned(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    output.table(("Key", "n", "Title"), [("a", 1, "[bold]x[/bold]"), ("bcd", 200, "y")], right=("n",))
    shown = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out)
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines == ["Key    n  Title", "a      1  [bold]x[/bold]", "bcd  200  y"]


def test_progress_is_silent_in_a_pipe() -> None:
    with output.progress("x") as tick:
        assert tick is None


def test_views_become_json() -> None:
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    found = output.simple({"at": moment, "date": (PartialDate(year=2020),), "filter": Filter(designs=("rct",))})
    assert json.loads(json.dumps(found)) == found
    assert found["at"] == "2026-01-02T03:04:00+00:00"
    assert found["date"] == [{"year": 2020, "month": None, "day": None, "text": ""}]
    assert found["filter"]["designs"] == ["rct"]
