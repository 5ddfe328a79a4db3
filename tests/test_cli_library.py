"""Look-up on the command line: list, show, conditions, status."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence import VERSION
from tests.cli_runner import LEE, WU, bib, run, told


@pytest.fixture
def filled(tmp_path: Path) -> None:
    assert told("import", bib(tmp_path, WU, LEE))["total"]["added"] == 2


@pytest.mark.parametrize(
    "command", [["list"], ["show", "wu2018"], ["conditions"], ["status"], ["export", "--format", "ris"]]
)
def test_without_a_store_they_say_what_makes_one(command: list[str], home: Path) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "evidence serve" in result.stderr
    assert "evidence import" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(home.rglob("*.db"))


@pytest.mark.usefixtures("filled")
def test_the_list_has_the_strongest_first() -> None:
    lines = [line.split("\t") for line in run("list").stdout.splitlines()]
    assert lines[0] == ["key", "year", "design", "n", "status", "title"]
    assert [(line[0], line[1]) for line in lines[1:]] == [("wu2018", "2018"), ("lee2020", "2020")]
    assert lines[1][5].startswith("Perineural injection in carpal tunnel syndrome")


LEAD = """@article{poster2012,
  title = {An invented poster on the carpal tunnel syndrome}, journal = {Invented Congress}, year = {2012}
}
"""


def test_leads_stand_apart_and_their_number_is_said(tmp_path: Path) -> None:
    assert told("import", bib(tmp_path, WU, LEAD))["total"]["added"] == 2
    result = run("list")
    assert "poster2012" not in result.stdout
    assert result.stderr == "1 lead left out; --leads shows them\n"
    shown = run("list", "--leads")
    assert shown.stderr == ""
    rows = {line.split("\t")[0]: line.split("\t")[4] for line in shown.stdout.splitlines()}
    assert (rows["wu2018"], rows["poster2012"]) == ("", "lead")
    assert [lead["key"] for lead in told("list", "--leads")["leads"]] == ["poster2012"]
    exported = run("export", "-o", tmp_path / "out.bib")
    assert exported.stderr == f"{tmp_path}/out.bib: 1 study\n1 lead left out; --leads exports them\n"
    exported = run("export", "--leads", "-o", tmp_path / "out.bib")
    assert exported.stderr == f"{tmp_path}/out.bib: 1 study, 1 lead\nnot complete: poster2012 (no authors)\n"
    facts = run("show", "poster2012").stdout
    assert "lead          no PMID, DOI or PMCID\n" in facts
    assert "authors       Authors not recorded\n" in facts
    assert "\nlevel" not in facts


@pytest.mark.usefixtures("filled")
def test_an_unknown_condition_is_wrong_usage_and_only_near_ones_are_named() -> None:
    for slug, said in (
        ("carpal", "did you mean carpal-tunnel-syndrome?"),
        ("zzzz", "`evidence conditions` lists them"),
    ):
        result = run("list", "--condition", slug)
        assert result.exit_code == 2
        assert result.stderr == f"evidence: --condition: {slug!r} is not a condition; {said}\n"


@pytest.mark.usefixtures("filled")
def test_the_list_can_be_turned_and_cut() -> None:
    result = run("list", "--sort", "newest", "--limit", "1")
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == ["key", "lee2020"]
    assert result.stderr == "1 of 2 studies; --limit 2 shows all\n"
    found = told("list", "--design", "rct")
    assert found["total"] == 1
    assert [study["key"] for study in found["studies"]] == ["wu2018"]


def test_a_long_list_is_read_page_by_page(tmp_path: Path) -> None:
    many = [
        WU.replace("wu2018", f"wu{i}").replace("90000001", f"9100{i:04}").replace("2018.1", f"x{i}").replace(
            "an invented", f"the invented {i}th"
        )
        for i in range(230)
    ]  # fmt: skip
    assert told("import", bib(tmp_path, *many))["total"]["added"] == 230
    found = told("list", "--limit", "225")
    assert found["total"] == 230
    assert len({study["key"] for study in found["studies"]}) == 225
    assert len(told("list", "--limit", "1000")["studies"]) == 230


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "name", ["wu2018", "WU2018", "90000001", "10.5555/invented.2018.1", "doi:10.5555/INVENTED.2018.1"]
)
def test_a_study_is_shown_by_key_pmid_or_doi(name: str) -> None:
    assert told("show", name)["row"]["key"] == "wu2018"
    lines = run("show", name).stdout.splitlines()
    facts = [(line[:14].strip(), line[14:]) for line in lines]
    assert ("key", "wu2018") in facts
    assert ("pmid", "90000001  https://pubmed.ncbi.nlm.nih.gov/90000001/") in facts
    reasons = [value for label, value in facts if label == "design"]
    assert reasons
    assert reasons[0].startswith("rct (asserted")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", ["90009999", "10.5555/none", "nobody1999", "-x-", "PMC1"])
def test_a_study_that_is_not_here_is_one_line(name: str) -> None:
    result = run("show", "--", name)
    assert result.exit_code == 1
    assert result.stderr == f"evidence: {name}: no study here has this PMID, DOI, PMCID or citation key\n"


@pytest.mark.usefixtures("filled")
def test_the_conditions_have_their_counts() -> None:
    lines = [line.split("\t") for line in run("conditions").stdout.splitlines()]
    rows = {line[0]: line[1:] for line in lines}
    assert rows["condition"][0] == "studies"
    assert rows["carpal-tunnel-syndrome"][0] == rows["all"][0] == "2"
    found = {line["slug"]: line["summary"] for line in told("conditions")}
    assert (found["carpal-tunnel-syndrome"]["studies"], found["carpal-tunnel-syndrome"]["trials"]) == (2, 1)


@pytest.mark.usefixtures("filled")
def test_the_status_names_the_store_and_its_state(home: Path) -> None:
    found = told("status")
    assert found["version"] == VERSION
    assert str(home) in found["database"]
    assert found["studies"] == 2
    assert found["revision"] >= 1
    assert found["last_refresh"] is found["starter_loaded"] is None
    lines = dict(
        line.split(maxsplit=1) for line in run("status").stdout.splitlines() if not line.startswith(("last", "starter"))
    )
    assert lines["studies"] == "2"
    assert "last refresh    never\n" in run("status").stdout


def test_a_hostile_title_cannot_steer_the_terminal(tmp_path: Path) -> None:
    run(
        "import",
        bib(
            tmp_path,
            WU.replace(
                "Perineural injection", "Perineural \x1b]0;owned\x07\x1b[31m <script>alert(1)</script> injection"
            ),
        ),
    )
    shown = run("list").stdout + run("show", "wu2018").stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_database_of_another_program_or_none_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.db").write_text("this is no database" * 100)
    for url, said in {
        f"sqlite:///{tmp_path}/text.db": "database",
        "mysql://x/y": "only sqlite and postgresql",
        "nonsense": "is not a database address",
        f"sqlite:///{tmp_path}": "",
    }.items():
        monkeypatch.setenv("EVIDENCE_DATABASE_URL", url)
        result = run("list")
        assert result.exit_code == 1
        assert result.stderr.startswith("evidence: ")
        assert "unexpected" not in result.stderr
        assert said in result.stderr
        assert result.stderr.count("\n") == 1
