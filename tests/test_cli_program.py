"""How commands end: exit codes, one line on standard error, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from evidence.cli import program
from evidence.cli.program import Program, complain, exit_code, leave
from evidence.errors import BadInput, NotFound, UsageProblem
from tests.cli_runner import ROOT, run, start
from tests.test_docs import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(name: str) -> None:
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: evidence {name} ")
    assert result.stderr == ""


def test_version_and_bare_call() -> None:
    assert run("--version").stdout.startswith("evidence, version 0.")
    bare = run()
    assert bare.exit_code == 2
    assert bare.stdout == ""
    assert "Commands:" in bare.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["import"], "import: Missing argument 'FILE...'"),
        (["list", "--limit", "0"], "list: Invalid value for '--limit'"),
        (["searches", "bogus"], "searches: No such command"),
        (["serve", "--port", "70000"], "serve: Invalid value for '--port'"),
        (["unmerge", "x"], "unmerge: Invalid value for 'EVENT'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(args: list[str], said: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"evidence: {said}")
    assert result.stderr.count("\n") == 1


def ended(error: BaseException) -> int:
    def fail() -> None:
        raise error

    return exit_code(fail)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (NotFound("smith2001", "no such study"), 1, "evidence: smith2001: no such study"),
        (BadInput("a.bib", "line\nbroken\r\nthrice"), 1, "evidence: a.bib: line broken thrice"),
        (UsageProblem("--since", "not a year"), 2, "evidence: --since: not a year"),
        (PermissionError(13, "Permission denied", "/x/y.bib"), 1, "evidence: /x/y.bib: Permission denied"),
        (ZeroDivisionError("odd"), 1, "evidence: unexpected ZeroDivisionError: odd; EVIDENCE_DEBUG=1 shows where"),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
    ],
)
def test_every_end_has_its_code_and_its_line(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(error) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip() == line


def test_debugging_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ended(ZeroDivisionError("odd"))


def test_a_command_may_leave_with_findings() -> None:
    @click.group(cls=Program)
    def group() -> None: ...

    @group.command()
    def find() -> None:
        complain("a.bib:3: odd")
        leave(1)

    with pytest.raises(SystemExit) as left:
        group.main(["find"])
    assert left.value.code == 1


def test_a_command_that_returns_a_value_has_not_failed() -> None:
    assert exit_code(lambda: "some value") == 0


def test_a_broken_pipe_is_quiet() -> None:
    program_text = "from evidence.cli import main; import sys; sys.argv = ['evidence', '--help']; main()"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", program_text], stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, text=True, check=False
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == ""


def open_when_read(pipe: Path, reader: subprocess.Popen[str]) -> int:
    """The writing end of a pipe, as soon as the program reads from it."""
    while reader.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # ENXIO: nobody reads yet
            time.sleep(0.02)
    raise AssertionError(reader.communicate()[1])


def test_ctrl_c_is_quiet_and_130(tmp_path: Path) -> None:
    waiting = tmp_path / "pipe.bib"
    os.mkfifo(waiting)
    process = start("import", waiting)
    end = open_when_read(waiting, process)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    os.close(end)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_help_needs_none_of_the_heavy_libraries() -> None:
    heavy = ("sqlalchemy", "lxml", "flask", "Bio", "rich", "requests")
    look = f"import sys, evidence.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_commands_stand_in_the_order_of_their_use() -> None:
    assert program.list_commands(click.Context(program))[0] == "serve"
