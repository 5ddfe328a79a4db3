"""`evidence cite`: formatted references of what the library holds, and a word about what it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence import citing
from evidence.cli import cite
from tests.cli_runner import LEE, WU, bib, run, told

WU_VANCOUVER = (
    "Wu TT, Sample A. Perineural injection in carpal tunnel syndrome: an invented randomised controlled trial."
    " Journal of Invented Studies. 2018;4:11-9. doi: 10.5555/invented.2018.1."
)
LEE_VANCOUVER = (
    "Lee O. Carpal tunnel syndrome after an invented injection: a case report."
    " Journal of Invented Studies. 2020;6:1-9. doi: 10.5555/invented.2020.7."
)


@pytest.fixture(autouse=True)
def _filled(tmp_path: Path) -> None:
    assert told("import", bib(tmp_path, WU, LEE))["total"]["added"] == 2


def test_a_study_is_named_as_everywhere() -> None:
    names = ("wu2018", "WU2018", "90000001", "PMID: 90000001", "10.5555/invented.2018.1")
    for given in (*names, "https://doi.org/10.5555/INVENTED.2018.1"):
        result = run("cite", given)
        assert result.exit_code == 0, result.stderr
        assert result.stdout == WU_VANCOUVER + "\n"
        assert result.stderr == ""


def test_several_in_the_order_given_once_each_numbered() -> None:
    result = run("cite", "lee2020", "wu2018", "90000002", "--numbered")
    assert result.stdout == f"1. {LEE_VANCOUVER}\n2. {WU_VANCOUVER}\n"


def test_an_apa_list_goes_by_author() -> None:
    lines = run("cite", "wu2018", "lee2020", "--style", "apa").stdout.splitlines()
    assert [line[:12] for line in lines] == ["Lee, O. (202", "Wu, T. T., &"]


def test_what_is_not_here_is_named_and_the_rest_is_printed() -> None:
    result = run("cite", "nobody2001", "wu2018", "99999999", "nobody2001")
    assert result.exit_code == 1
    assert result.stdout == WU_VANCOUVER + "\n"
    assert result.stderr.splitlines() == [
        "evidence: nobody2001: no study here has this PMID, DOI, PMCID or citation key",
        "evidence: 99999999: no study here has this PMID, DOI, PMCID or citation key",
    ]


def test_nothing_found_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "list.rtf"
    result = run("cite", "nobody2001", "--format", "rtf", "-o", target)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert not target.exists()


def test_every_style_and_form_makes_a_file(tmp_path: Path) -> None:
    starts = {"text": "Lee O", "html": "<!DOCTYPE html>", "rtf": "{\\rtf1"}
    target = tmp_path / "out"
    for style in citing.STYLES:
        for form, start in starts.items():
            result = run("cite", "lee2020", "wu2018", "--style", style, "--format", form, "-o", target)
            assert result.exit_code == 0, result.stderr
            assert result.stdout == ""
            written = target.read_text("utf-8")
            assert written.startswith("Lee, O." if (style, form) == ("apa", "text") else start)
            assert run("cite", "lee2020", "wu2018", "--style", style, "--format", form).stdout == written


def test_an_alias_leads_to_its_study(tmp_path: Path) -> None:
    again = WU.replace("wu2018", "wu_old_key")
    told("import", bib(tmp_path, again, name="again.bib"))
    assert told("show", "90000001")["aliases"] == ["wu_old_key"]
    assert run("cite", "wu_old_key").stdout == WU_VANCOUVER + "\n"


def test_json_names_key_reference_and_what_is_missing() -> None:
    result = run("cite", "90000001", "nobody2001", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "style": "vancouver",
        "format": "text",
        "references": [{"id": "90000001", "key": "wu2018", "reference": WU_VANCOUVER}],
        "missing": ["nobody2001"],
    }


def test_the_day_on_which_a_page_was_seen(tmp_path: Path) -> None:
    page = "@online{page2020, title = {Nerves explained}, url = {https://nerve.example/a}, year = {2020}}"
    told("import", bib(tmp_path, page, name="page.bib"))
    assert "[cited 2024 Mar 5]" in run("cite", "page2020", "--accessed", "2024-03-05").stdout
    assert "cited" not in run("cite", "page2020").stdout


def test_wrong_usage() -> None:
    wrong = ("--style chicago", "--format docx", "--accessed yesterday", "--accessed 2024-02-31", "--json --numbered")
    for options in wrong:
        result = run("cite", "wu2018", *options.split())
        assert result.exit_code == 2, options
        assert result.stdout == ""
        assert "Traceback" not in result.stderr


def test_no_id_is_wrong_usage() -> None:
    assert run("cite").exit_code == 2


def test_the_options_are_those_of_the_library() -> None:
    (style, form) = (next(o for o in cite.cite.params if o.name == name).type for name in ("style", "form"))
    assert tuple(style.choices) == citing.STYLES  # type: ignore[attr-defined]
    assert tuple(form.choices) == citing.FORMS  # type: ignore[attr-defined]


def test_a_whole_shelf_in_its_order() -> None:
    assert run("shelves", "create", "For a paper", "lee2020", "wu2018").exit_code == 0
    result = run("cite", "--shelf", "for-a-paper", "--numbered")
    assert result.stdout == f"1. {LEE_VANCOUVER}\n2. {WU_VANCOUVER}\n"
    assert result.stderr == ""
    unknown = run("cite", "--shelf", "nothing")
    assert unknown.exit_code == 1
    assert "nothing" in unknown.stderr
    assert not unknown.stdout


def test_what_a_paper_cites_in_its_order(tmp_path: Path) -> None:
    aux = tmp_path / "paper.aux"
    aux.write_text("\\relax\n\\citation{lee2020}\n\\citation{wu2018,gone1999}\n\\citation{lee2020}\n")
    result = run("cite", "--aux", aux)
    assert result.exit_code == 1
    assert result.stdout == f"{LEE_VANCOUVER}\n{WU_VANCOUVER}\n"
    assert result.stderr.splitlines() == ["evidence: gone1999: no study here has this PMID, DOI, PMCID or citation key"]


def test_what_is_retracted_or_not_complete_is_named_as_in_an_export(tmp_path: Path) -> None:
    entries = (
        "@article{bare2001, title={Untold dextrose}, doi={10.5555/b.1}}",
        "@misc{site2002, author={Sample, Ann}, title={A page}, year=2002, doi={10.5555/b.2}}",
        "@article{gone2003, author={Sample, Ann}, title={RETRACTED: Numb hands}, year=2003, journal={J},"
        " doi={10.5555/b.3}}",
    )
    path = tmp_path / "more.bib"
    path.write_text("\n".join(entries))
    assert run("import", path).exit_code == 0
    said = ["gone2003 is retracted", "not complete: bare2001 (no authors, no year, no journal)"]
    assert run("cite", "bare2001", "site2002", "gone2003").stderr.splitlines() == said
    keys = [option for key in ("bare2001", "site2002", "gone2003") for option in ("--id", key)]
    assert run("export", "--format", "ris", *keys).stderr.splitlines() == said


def test_one_way_of_naming_studies_at_a_time(tmp_path: Path) -> None:
    for given in ((), ("wu2018", "--shelf", "x"), ("--shelf", "x", "--aux", tmp_path / "p.aux")):
        result = run("cite", *given)
        assert result.exit_code == 2
        assert "give studies, --shelf or --aux" in result.stderr
