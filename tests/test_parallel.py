"""Two halves at once give what one whole gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence import offline, parallel
from evidence.formats import split


def test_both_results_come_back() -> None:
    assert parallel.both(lambda: os.getpid(), lambda: 7) == (os.getpid(), 7)


def test_a_large_answer_does_not_block() -> None:
    assert parallel.both(lambda: "x" * 10, lambda: "y" * 3_000_000)[1] == "y" * 3_000_000


def test_what_the_child_fails_at_is_done_here() -> None:
    here = os.getpid()

    def only_here() -> str:
        if os.getpid() != here:
            raise SystemExit("no")
        return "done"

    assert parallel.both(lambda: "first", only_here) == ("first", "done")


def test_a_failure_here_is_raised_and_the_child_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[int] = []
    fork = os.fork

    def counted() -> int:
        child = fork()
        if child:
            children.append(child)
        return child

    monkeypatch.setattr(os, "fork", counted)

    def fail() -> int:
        raise ValueError("bad input")

    with pytest.raises(ValueError, match="bad input"):
        parallel.both(fail, lambda: 1)
    for child in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)


def large(path: Path, ids: bool = True) -> Path:
    """A table of more than a megabyte with cells over several lines, quotation marks, and a bad row in each half."""
    rows = ["ID,title,author,year,journal,pages"]
    for n in range(9_000):
        work = n // 2
        title = f'"Work {work} of the hand:\n a ""quoted"" study of nerve{work * 7919 % 10007} and tendon{work * 31}"'
        name = f"made{n}" if ids else ""
        rows.append(f'{name},{title},"Name{work}, A.",2014,Journal of Invented Studies,{work + 1}-{work + 9}')
        if n in (100, 8_900):
            rows.append(",,,,,")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.mark.long
@pytest.mark.parametrize("ids", [True, False])
def test_a_file_in_halves_reads_as_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: bool) -> None:
    path = large(tmp_path / "large.csv", ids)
    assert split.table(path) is not None
    two = offline.dedupe([path])
    monkeypatch.setattr(split, "table", lambda path: None)
    one = offline.dedupe([path])
    assert two == one
    assert len(one.groups) == 4_500
    assert len(one.rejected) == 2


@pytest.mark.parametrize("harm", [lambda t: t[:2000], lambda t: t + '"', lambda t: t.replace("ID,title", "what,ever")])
def test_what_cannot_be_cut_is_left_whole(tmp_path: Path, harm: object) -> None:
    path = large(tmp_path / "large.csv")
    path.write_text(harm(path.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    assert split.table(path) is None
