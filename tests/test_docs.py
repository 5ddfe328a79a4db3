"""The documentation says what the program does: commands, settings, versions, links."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from evidence import VERSION
from evidence.cli import program

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SILENT = {
    "serve",
    "export",
    "backup",
    "restore",
    "migrate",
    "searches remove",
}  # they do one thing; there is nothing to report


def commands(group: click.Group = program, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its words: ("searches list", …)."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(commands())
each_command = pytest.mark.parametrize("name", COMMANDS)


@each_command
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| `evidence {re.escape(name)}\b", README, re.M)


@each_command
def test_every_command_and_option_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.get_short_help_str(200).endswith(".")
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts[0]}"


@each_command
def test_every_command_that_reports_speaks_json(name: str) -> None:
    has_json = any("--json" in option.opts for option in COMMANDS[name].params)
    assert has_json != (name in SILENT)


def test_the_readme_names_no_command_that_is_not_there() -> None:
    first_words = {name.split()[0] for name in COMMANDS}
    named = set(re.findall(r"(?:^|`|bin/)evidence ([a-z]+)", README, re.M))
    assert named
    assert named <= first_words


def test_every_setting_stands_in_the_readme() -> None:
    sources = "".join(p.read_text("utf-8") for p in (ROOT / "evidence").rglob("*.py"))
    read = set(re.findall(r"""["']((?:EVIDENCE|NCBI)_[A-Z_]+)["']""", sources))
    assert "EVIDENCE_DATABASE_URL" in read
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_the_changelog_and_the_citation_name_the_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M)
    assert newest is not None
    assert cited is not None
    assert newest[1] == cited[1] == VERSION


def anchors(markdown: str) -> set[str]:
    """The anchors that a Markdown page's headings get on the usual hosts."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", markdown, flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}


def test_links_inside_the_project_lead_somewhere() -> None:
    pages = [p for p in ROOT.glob("*.md") if p.name != "node_modules"]
    broken = []
    for page in pages:
        text = page.read_text("utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            goal = page.parent / path if path else page
            if not goal.exists() or (anchor and anchor not in anchors(goal.read_text("utf-8"))):
                broken.append(f"{page.name}: {target}")
    assert broken == []


@pytest.mark.parametrize(("name", "ending"), [("run", ".venv/bin/evidence serve"), ("test", ".venv-test/bin/pytest")])
def test_the_readme_commands_are_one_line_each_and_ci_finds_them(name: str, ending: str) -> None:
    found = subprocess.run(
        [sys.executable, ROOT / ".ci/readme-command", name], capture_output=True, text=True, check=True
    ).stdout
    assert found.startswith("python3 -m venv ")
    assert "-c constraints.txt" in found
    assert found.endswith(f"{ending}\n")
    assert found.count("\n") == 1


def test_ci_takes_its_test_command_from_the_readme() -> None:
    steps = (ROOT / ".ci/run").read_text("utf-8")
    assert '"$(.ci/readme-command test)"' in steps
    assert '"$(.ci/readme-command run)"' in steps
