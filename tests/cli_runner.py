"""Running the command line in a test: in this process, or as the program it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

ROOT = Path(__file__).parents[1]

WU = """@article{wu2018,
  author = {Wu, Test T and Sample, Ann},
  title = {Perineural injection in carpal tunnel syndrome: an invented randomised controlled trial},
  journal = {Journal of Invented Studies}, year = {2018}, volume = {4}, pages = {11--19},
  doi = {10.5555/invented.2018.1}, pmid = {90000001}
}
"""
LEE = """@article{lee2020,
  author = {Lee, Other},
  title = {Carpal tunnel syndrome after an invented injection: a case report},
  journal = {Journal of Invented Studies}, year = {2020}, volume = {6}, pages = {1--9},
  doi = {10.5555/invented.2020.7}, pmid = {90000002}
}
"""


def run(*args: str | Path) -> Result:
    """`evidence ARGS` in this process."""
    from evidence.cli import program

    return CliRunner().invoke(program, [str(a) for a in args], prog_name="evidence")


def told(*args: str | Path) -> Any:
    """`evidence ARGS --json`, which must succeed, as Python values."""
    result = run(*args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def start(*args: str | Path, **options: Any) -> subprocess.Popen[str]:
    """`evidence ARGS` as a program, its streams captured; Ctrl-C reaches it even where this run is deaf to it."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    # A shell starts background jobs with SIGINT ignored, and what is ignored is inherited.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen([sys.executable, "-m", "evidence", *map(str, args)], env=env, **options)
    finally:
        signal.signal(signal.SIGINT, before)


def bib(folder: Path, *entries: str, name: str = "refs.bib") -> Path:
    """A .bib file of the entries."""
    path = folder / name
    path.write_text("\n".join(entries), "utf-8")
    return path
