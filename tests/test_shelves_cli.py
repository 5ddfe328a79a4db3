"""`evidence shelves`: the same shelves as in the pages, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_runner import LEE, WU, bib, run, told


@pytest.fixture
def library(tmp_path: Path, home: Path) -> None:
    assert run("import", bib(tmp_path, WU, LEE)).exit_code == 0


@pytest.mark.usefixtures("library")
def test_a_shelf_from_its_making_to_its_end() -> None:
    assert run("shelves", "create", "My thesis", "90000002").stdout == "my-thesis: made, with 1 study\n"
    added = run("shelves", "add", "my thesis", "wu2018", "https://doi.org/10.5555/invented.2020.7")
    assert added.stdout == "my-thesis: 1 study added; 1 stood on it already\n"
    shown = run("shelves", "show", "my-thesis").stdout.splitlines()
    assert [line.split("\t")[0] for line in shown] == ["key", "lee2020", "wu2018"]
    found = told("shelves", "show", "my-thesis")
    assert ([i["key"] for i in found["items"]], found["hidden"], found["owner"]) == (
        ["lee2020", "wu2018"],
        [],
        "curator",
    )
    removed = run("shelves", "remove", "my-thesis", "lee2020")
    assert removed.stdout == "my-thesis: 1 study removed\n"
    assert (
        run("shelves", "remove", "my-thesis", "lee2020").stdout
        == "my-thesis: 0 studies removed; 1 did not stand on it\n"
    )
    assert run("shelves", "rename", "my-thesis", "A book").stdout == "my-thesis: is now called A book\n"
    listed = run("shelves", "list").stdout.splitlines()
    assert [line.split("\t")[:4] for line in listed[1:]] == [["my-thesis", "1", "private", "curator"]]
    gone = run("shelves", "delete", "A book").stdout
    assert gone == "my-thesis: deleted; `evidence shelves restore my-thesis` brings it back\n"
    assert told("shelves", "list") == []
    assert run("shelves", "restore", "my-thesis").stdout == "my-thesis: is back, with 1 study\n"


@pytest.mark.usefixtures("library")
def test_sharing_tells_the_address_that_a_manuscript_names() -> None:
    run("shelves", "create", "Thesis", "wu2018")
    assert run("shelves", "share", "thesis").stdout == "thesis: is private\n"
    token = told("shelves", "share", "thesis", "secret")["token"]
    assert run("shelves", "share", "thesis").stdout == f"thesis: is secret; link: /shelves/t/{token}.bib\n"
    renewed = told("shelves", "share", "thesis", "--new-link")["token"]
    assert renewed not in (token, None)
    public = run("shelves", "share", "thesis", "public").stdout
    assert public == f"thesis: is public; address: /shelves/thesis.bib; link: /shelves/t/{renewed}.bib\n"
    assert told("shelves", "share", "thesis", "private")["token"] is None
    assert "no secret link" in run("shelves", "share", "thesis", "--new-link").stderr


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("add", "thesis"), 2, "ID: name at least one study"),
        (("add", "thesis", "wu2018", "nonsuch"), 1, "nonsuch: no study here"),
        (("show", "never"), 1, "shelf “never”: there is no shelf of that name"),
        (("create", "THESIS"), 1, "curator has a shelf of that name already: thesis"),
        (("create", " "), 2, "name of a shelf: is missing"),
        (("create", "x", "--owner", "nobody"), 1, "user 'nobody'"),
        (("share", "thesis", "friends"), 2, "friends"),
        (("restore", "thesis"), 1, "there is no deleted shelf of that address"),
    ],
)
def test_mistakes_are_one_line_that_names_them(args: tuple[str, ...], code: int, said: str) -> None:
    run("shelves", "create", "Thesis")
    result = run("shelves", *args)
    assert (result.exit_code, result.stderr.count("\n")) == (code, 1)
    assert said in result.stderr
    assert told("shelves", "show", "thesis")["items"] == []
