"""`evidence export` with the options that say how references are written."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evidence.cli import program
from evidence.cli.export_options import taken, writing
from evidence.formats import Options
from tests.awkward.writers import CASES
from tests.formats_support import written


def given(*words: str) -> Options:
    """The options that these words make."""
    found: list[Options] = []

    @click.command()
    @writing
    def command(**values: object) -> None:
        found.append(taken(values))
        assert values == {}  # nothing is left that could be mistaken for a selection

    outcome = CliRunner().invoke(command, list(words))
    assert outcome.exit_code == 0, outcome.output
    return found[0]


def test_words_become_options() -> None:
    assert given() == Options()
    assert given("--journal", "abbreviated") == Options(journal="abbreviated")
    assert given("--no-doi", "--no-url", "--no-abstract") == Options(doi=False, url=False, abstract=False)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    source = tmp_path / "refs.bib"
    source.write_text(written([CASES["structured-abstract"]], "bibtex"), encoding="utf-8")
    done = CliRunner().invoke(program, ["import", str(source)])
    assert done.exit_code == 0, done.output
    return tmp_path


def test_export_takes_them(library: Path) -> None:
    whole = CliRunner().invoke(program, ["export", "--format", "biblatex"])
    assert whole.exit_code == 0, whole.output
    assert "journaltitle = {Journal of Invented Results}" in whole.stdout
    assert "abstract = {" in whole.stdout
    short = CliRunner().invoke(
        program, ["export", "--format", "biblatex", "--journal", "abbreviated", "--no-doi", "--no-url", "--no-abstract"]
    )
    assert short.exit_code == 0, short.output
    assert "journaltitle = {J Invent Results}" in short.stdout
    for name in ("doi", "url", "abstract"):
        assert f"  {name} = " not in short.stdout
    key = CASES["structured-abstract"].row.key
    one = CliRunner().invoke(program, ["export", "--id", key, "--no-doi", "-o", str(library / "one.nbib")])
    assert one.exit_code == 0, one.output
    assert "[doi]" not in (library / "one.nbib").read_text(encoding="utf-8")
