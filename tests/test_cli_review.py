"""Reviewing on the command line: lists for programs, decisions for scripts, one key a decision for people."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from evidence.cli import sidebyside
from evidence.cli.opening import Library, opened
from evidence.cli.reviewing import Session
from evidence.store import review
from tests.cli_runner import LEE, ROOT, WU, bib, run, told

TITLE = "Six treatments of the wrist: an overview"
FIRST = f"""@article{{wu2018six,
  author = {{Wu, Test T and Sample, Ann}}, title = {{{TITLE}}},
  journal = {{Journal of Invented Studies}}, year = {{2018}}, volume = {{4}}, pages = {{1--9}}, pmid = {{90000011}},
  abstract = {{Forty wrists were treated in one of six manners. {"All were better after a week. " * 20}}}
}}
"""
SECOND = f"""@article{{wu2015six,
  author = {{Wu, T. T.}}, title = {{{TITLE.upper()}}},
  journal = {{Journal of Invented Studies}}, year = {{2015}}, pages = {{5--9}}
}}
"""


@pytest.fixture
def doubt(tmp_path: Path) -> None:
    """Source records 1 and 2, of wu2018six and wu2015six, wait for a person; 3 and 4 are other studies."""
    total = told("import", bib(tmp_path, FIRST, SECOND, WU, LEE))["total"]
    assert (total["added"], total["queued"]) == (3, 1)


def waiting() -> list[tuple[str, str]]:
    return [(pair["key_a"], pair["key_b"]) for pair in told("review")["pairs"]]


def one_line(*args: str) -> tuple[int, str]:
    """A command that fails: its exit code and its one line."""
    result = run(*args)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.exit_code, result.stderr


@pytest.mark.usefixtures("doubt")
def test_the_queue_in_a_pipe_is_lines_for_programs() -> None:
    result = run("review")
    assert result.exit_code == 0
    head, line = result.stdout.splitlines()
    assert head.split("\t") == ["a", "b", "key a", "key b", "points", "rule", "why", "title a", "title b"]
    cells = line.split("\t")
    assert cells[:4] == ["1", "2", "wu2018six", "wu2015six"]
    assert cells[7:] == [TITLE, TITLE.upper()]
    assert "years differ" in cells[6]
    assert "\x1b" not in result.output
    assert run("review", "--list").stdout == result.stdout
    answer = told("review")
    assert answer["total"] == 1
    assert (answer["pairs"][0]["a"], answer["pairs"][0]["b"]) == (1, 2)
    assert any("years differ" in reason for reason in answer["pairs"][0]["reasons"])


def test_nothing_to_review(tmp_path: Path) -> None:
    assert one_line("review")[0] == 1, "no store yet"
    run("import", bib(tmp_path, WU))
    assert told("review") == {"total": 0, "pairs": []}
    assert run("review").stderr == "nothing to review\n"
    assert run("merges").stderr == "no merges\n"
    assert "nobody" in run("review", "--decided").stderr
    assert told("merges") == {"merges": [], "next": None}


@pytest.mark.long
@pytest.mark.usefixtures("doubt")
def test_the_same_with_fields_and_back() -> None:
    """A is wu2015six, however it is named, so left is what that one says."""
    fields = ("--field", "title=right", "--field", "year=left", "--field", "pages=both", "--field", "issue=text:S1")
    for event, names in enumerate([("wu2015six", "90000011"), ("2", "1"), ("record:2", "1")], 1):
        result = run("review", *names, "--same", *fields, "--reason", "one congress")
        assert result.exit_code == 0, result.stderr
        assert f"`evidence unmerge {event}` undoes it" in result.stdout
        shown = told("show", "wu2015six")
        assert shown["row"]["title"] == TITLE
        assert shown["row"]["citation"] == "Journal of Invented Studies. 2015;4(S1):5-9; 1-9"
        assert waiting() == []
        merge = told("merges")["merges"][0]
        assert (merge["event"], merge["actor"], merge["reasons"]) == (event, "curator", ["one congress"])
        assert merge["can_undo"] is True
        assert run("unmerge", str(event)).exit_code == 0
        assert told("show", "wu2018six")["row"]["citation"].endswith("2018;4:1-9")
        assert waiting() == [], "different was remembered"
        assert run("review", *names, "--again").exit_code == 0
        assert waiting() == [("wu2018six", "wu2015six")]


@pytest.mark.usefixtures("doubt")
def test_different_is_remembered_listed_and_taken_back() -> None:
    answer = told("review", "1", "2", "--different", "--reason", "three years apart")
    assert answer == {"verdict": "different", "a": 1, "b": 2, "keys": ["wu2018six", "wu2015six"], "event": None}
    assert waiting() == []
    (pair,) = told("review", "--decided")["pairs"]
    assert (pair["key_a"], pair["key_b"], pair["reasons"]) == ("wu2018six", "wu2015six", ["three years apart"])
    line = run("review", "--decided").stdout.splitlines()[1]
    assert line.split("\t")[:4] == ["1", "2", "wu2018six", "wu2015six"]
    assert run("review", "wu2018six", "wu2015six", "--again").exit_code == 0
    assert waiting() == [("wu2018six", "wu2015six")]
    code, said = one_line("review", "1", "2", "--again")
    assert (code, "nobody said" in said) == (1, True)


@pytest.mark.usefixtures("doubt")
def test_studies_that_do_not_wait_can_be_judged_as_well() -> None:
    assert run("review", "wu2018", "lee2020", "--different").exit_code == 0
    assert told("review", "--decided")["total"] == 1
    assert told("review", "wu2018", "lee2020", "--same")["keys"] == ["wu2018"]
    code, said = one_line("review", "wu2018", "lee2020", "--same")
    assert (code, "one study already" in said) == (1, True)


IMPOSSIBLE = [
    (["wu2018"], 2, "two studies"),
    (["a", "b", "c"], 2, "two studies"),
    (["--same"], 2, "needs the two studies"),
    (["--reason", "x"], 2, "needs the two studies"),
    (["1", "2", "--list"], 2, "whole queue"),
    (["1", "2", "--different", "--field", "title=left"], 2, "goes with --same"),
    (["1", "2", "--same", "--field", "pmid=left"], 2, "known: title"),
    (["1", "2", "--same", "--field", "title=mine"], 2, "title=text:WORDS"),
    (["1", "2", "--same", "--field", "title"], 2, "title=left"),
    (["record:1", "wu2018"], 2, "both by"),
    (["record:1", "record:77"], 1, "no such two"),
    (["record:1", "record:9999999999"], 1, "no such two"),
    (["1", "99999999999999999999"], 1, "no study here"),
    (["wu2018", "nobody2020"], 1, "no study here"),
    (["1", "1"], 1, "no study here"),
    (["record:1", "record:1"], 1, "no such two"),
    (["wu2018", "wu2018"], 1, "one study already"),
    (["--limit", "0"], 2, "--limit"),
]


@pytest.mark.usefixtures("doubt")
def test_what_cannot_be_is_said_in_a_line() -> None:
    for args, code, said in IMPOSSIBLE:
        found = one_line("review", *args)
        assert (found[0], said in found[1]) == (code, True), (args, found)
    assert waiting() == [("wu2018six", "wu2015six")]


def test_numbers_that_could_be_both_are_not_guessed(tmp_path: Path) -> None:
    """PMIDs 1 and 2 belong to other studies than source records 1 and 2."""
    other = [entry.replace("90000001", "1").replace("90000002", "2") for entry in (WU, LEE)]
    told("import", bib(tmp_path, FIRST, SECOND, *other))
    code, said = one_line("review", "1", "2", "--same")
    assert (code, "record:1 record:2" in said) == (2, True)
    assert told("review", "record:1", "record:2", "--different")["keys"] == ["wu2018six", "wu2015six"]


@pytest.mark.usefixtures("doubt")
def test_a_pair_is_shown_when_nothing_is_decided() -> None:
    result = run("review", "wu2015six", "wu2018six")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout, "no colour in a pipe"
    lines = result.stdout.splitlines()
    assert max(len(line) for line in lines) <= 80
    (year,) = [line.split() for line in lines if line.startswith("Year")]
    assert year == ["Year", "≠", "[-2015-]", "{+2018+}"], "A is on the left; without underlining, brackets tell"
    assert any(line.split()[:2] == ["Journal", "="] for line in lines)
    assert any(line.startswith("Why the machine is unsure") for line in lines)
    answer = told("review", "wu2015six", "wu2018six")
    assert answer["pair"]["verdict"] == "unsure"
    assert {row["name"] for row in answer["fields"]} >= {"title", "year", "pmid"}
    assert waiting() == [("wu2018six", "wu2015six")]


@pytest.mark.usefixtures("doubt")
def test_merges_in_a_pipe_and_by_pages() -> None:
    run("merge", "wu2018", "lee2020", "--reason", "first")
    run("review", "1", "2", "--same")
    run("unmerge", "2")
    head, *lines = run("merges").stdout.splitlines()
    assert head.split("\t")[:7] == ["event", "at", "by", "rule", "key", "from", "joined"]
    cells = [line.split("\t") for line in lines]
    assert [c[0] for c in cells] == ["2", "1"]
    assert cells[1][4:8] == ["wu2018", "lee2020", "bibtex refs.bib#lee2020", "bibtex refs.bib#wu2018"]
    assert (cells[1][8], cells[1][9]) == ("", "first")
    assert cells[0][8].endswith(" curator"), "undone, and by whom"
    page = run("merges", "--limit", "1")
    assert "--before 2" in page.stderr
    assert [m["event"] for m in told("merges", "--before", "2")["merges"]] == [1]
    assert run("merges", "--before", "1").stderr == "no merges before 1\n"
    assert one_line("merges", "--before", "0")[0] == 2


Sit = Callable[..., tuple[dict[str, int], str]]


@pytest.fixture
def library(doubt: None) -> Iterator[Library]:
    with opened() as found:
        yield found


@pytest.fixture
def sit(library: Library) -> Sit:
    """A sitting with these keys pressed: what was done, and what the terminal showed."""

    def sitting(*pressed: str, limit: int | None = None, width: int = 80) -> tuple[dict[str, int], str]:
        screen = io.StringIO()
        console = Console(file=screen, width=width, force_terminal=True, color_system=None, highlight=False)
        keys = iter(pressed)
        done = Session(library, console, lambda: next(keys, "")).run(limit)
        assert next(keys, None) is None, "keys are left"
        return dict(done), screen.getvalue()

    return sitting


def events() -> list[tuple[int, bool]]:
    return [(merge["event"], merge["undone_at"] is not None) for merge in told("merges")["merges"]]


def test_s_merges_and_u_takes_it_back_to_the_queue(sit: Sit) -> None:
    done, screen = sit("s", "u", "q")
    assert done == {}
    assert screen.count("Why the machine is unsure") == 2, "the pair is asked again"
    assert events() == [(1, True)]
    assert waiting() == [("wu2018six", "wu2015six")]
    assert sit("s", "q")[0] == {"same": 1}
    assert events() == [(2, False), (1, True)]
    assert waiting() == []


def test_d_is_remembered_and_u_takes_it_back(sit: Sit) -> None:
    done, _ = sit("d", "u", "d", "q")
    assert done == {"different": 1}
    assert waiting() == []
    assert [(p["a"], p["b"]) for p in told("review", "--decided")["pairs"]] == [(1, 2)]


def test_k_skips_and_u_goes_back_to_it(sit: Sit) -> None:
    done, screen = sit("u", "k", "u", "k", "x", "\x1b[A", "ss", "q")
    assert done == {"skip": 1}
    assert "nothing to undo" in screen
    assert screen.count("Why the machine is unsure") == 2
    assert waiting() == [("wu2018six", "wu2015six")]
    assert events() == [], "two keys at once decide nothing"


def test_f_chooses_fields(sit: Sit) -> None:
    fields = ("l", "r", "r", "x", "l", "b", "\r")  # title, authors, year, volume, pages, abstract
    done, screen = sit("f", *fields, "s", "q")
    assert done == {"same": 1}
    assert "s merges them with: title left, authors right, year right, volume left, pages both" in _flat(screen)
    row = told("show", "wu2018six")["row"]
    assert (row["title"], row["byline"]) == (TITLE, "Wu TT")
    assert row["citation"] == "Journal of Invented Studies. 2015;4:1-9; 5-9"


def test_choosing_fields_can_be_given_up(sit: Sit) -> None:
    done, screen = sit("f", "l", "q", "f", "\x04", "")
    assert done == {}
    assert screen.count("no fields chosen") == 2
    assert waiting() == [("wu2018six", "wu2015six")]


def test_the_end_of_input_ends_the_sitting(sit: Sit) -> None:
    assert sit("")[0] == {}
    assert sit(limit=0)[0] == {}
    assert sit("k", "q", limit=1)[0] == {"skip": 1}


def test_what_others_decided_meanwhile_is_said_and_not_overruled(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sidebyside.show
    monkeypatch.setattr(sidebyside, "show", lambda *args: (real(*args), run("review", "1", "2", "--same")))
    done, screen = sit("s")
    assert done == {}
    assert "not saved" in screen
    assert len(events()) == 1


def test_any_width_shows_both_sides_with_differences_underlined(library: Library) -> None:
    pair = review.pair(library.store, library.vocabulary, 1, 2)
    assert pair is not None
    for width in (40, 60, 80, 132):
        screen = io.StringIO()
        console = Console(file=screen, width=width, force_terminal=True, color_system="standard", highlight=False)
        sidebyside.show(console, pair, 2, "which?")
        printed = screen.getvalue()
        assert "\x1b[1;4m2015\x1b[0m" in printed
        assert "\x1b[1;4m2018\x1b[0m" in printed
        bare = Console(file=io.StringIO(), width=width, no_color=True)
        sidebyside.show(bare, pair, 2, "which?")
        text = bare.file.getvalue()  # type: ignore[attr-defined]
        assert max(map(len, text.splitlines())) <= width
        assert text.index("wu2015six") < text.index("wu2018six"), "source record 2 is on the left"
        assert "…" in text, "a long abstract is shortened"


def test_hostile_text_cannot_steer_the_terminal(library: Library) -> None:
    pair = review.pair(library.store, library.vocabulary, 1, 2)
    assert pair is not None
    hostile = Console(file=io.StringIO(), width=80, force_terminal=False)
    sidebyside.show(hostile, pair, 1, "\x1b]0;owned\x07[bold]\u202ewhich")
    text = hostile.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text, "no markup but ours"


def _flat(screen: str) -> str:
    return " ".join(screen.split())


def at_terminal(keys: str, *args: str, columns: int = 80) -> tuple[int, str]:
    """`evidence ARGS` at a terminal of its own, a key pressed whenever it asks: exit code and screen."""
    pid, terminal = pty.fork()
    if pid == 0:
        settings = {"COLUMNS": str(columns), "TERM": "xterm", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        os.execve(sys.executable, [sys.executable, "-m", "evidence", *args], {**os.environ, **settings})
    screen, unread, left, silent = b"", b"", list(keys), 0
    try:
        while silent < 600:
            if select.select([terminal], [], [], 0.1)[0]:
                piece = os.read(terminal, 65536)
                screen, unread, silent = screen + piece, unread + piece, 0
                if not piece:
                    break
            elif left and unread.endswith(b"uit   ") and not termios.tcgetattr(terminal)[3] & termios.ICANON:
                unread = b""  # what is typed before the program listens for single keys would be thrown away
                os.write(terminal, left.pop(0).encode())
            silent += 1
        else:
            os.kill(pid, signal.SIGKILL)
    except OSError:  # Linux says so when the other end of a terminal has been closed
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen.decode()


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.usefixtures("doubt")
def test_at_a_real_terminal() -> None:
    code, screen = at_terminal("dusq", "review")
    assert code == 0
    assert screen.count("Why the machine is unsure") == 2
    assert "1 same, nothing left to review" in screen
    assert events() == [(1, False)]
    run("unmerge", "1")
    run("review", "1", "2", "--again")
    code, screen = at_terminal("\x03", "review")
    assert code == 130
    assert waiting() == [("wu2018six", "wu2015six")]


@pytest.mark.usefixtures("doubt")
def test_lists_at_a_terminal_say_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr("evidence.cli.review.sys", SimpleNamespace(stdin=screen, stdout=screen))
    monkeypatch.setenv("COLUMNS", "50")
    told("review", "wu2018", "lee2020", "--different")
    told("review", "1", "2", "--same")
    shown = [run("review", "--decided"), run("merges")]
    run("unmerge", "1")
    run("review", "1", "2", "--again")
    shown += [run("review", "--list"), run("merges")]
    assert [result.exit_code for result in shown] == [0] * 4
    assert all(len(line) <= 50 for result in shown for line in result.stdout.splitlines())
    decided, merges, queue, undone = (_flat(result.stdout) for result in shown)
    assert "take it back: evidence review record:3 record:4 --again" in decided
    assert "wu2018 is not lee2020, says curator" in decided
    assert "undo it: evidence unmerge 1" in merges
    assert "bibtex refs.bib#wu2015six (was wu2015six) joined bibtex refs.bib#wu2018six" in merges
    assert "wu2018six or wu2015six? " in queue
    assert f"A: {TITLE} B: {TITLE.upper()} why: " in queue
    assert "years differ (2015, 2018)" in queue
    assert "undone " in undone
    assert "undo it" not in undone
