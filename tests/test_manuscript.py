"""A writer's manuscript: what it cites, under the keys it uses; what is not here is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadInput
from evidence.formats import latex_aux
from tests.cli_runner import LEE, WU, bib, run, told

MINE = WU.replace("{wu2018,", "{MyWu,").replace("pmid = {90000001}", "note = {read twice}")
AGAIN = WU.replace("{wu2018,", "{wuAgain,").replace("doi = {10.5555/invented.2018.1}, ", "")
WHALES = """@article{lee2020,
  author = {Nobody, Nell}, title = {A wholly other matter: whales of the invented sea}, journal = {Sea}, year = {1999}
}
"""


def aux(folder: Path, *lines: str, name: str = "paper.aux") -> Path:
    path = folder / name
    path.write_text("\\relax \n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def entries(text: str) -> dict[str, str]:
    return {part.split("{", 1)[1].split(",", 1)[0]: part for part in text.split("@")[1:]}


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (["\\citation{a,b}", "\\citation{b , c}"], ("a", "b", "c")),
        (["\\abx@aux@cite{0}{a}", "\\abx@aux@segm{0}{0}{a}", "\\abx@aux@cite{0}{b}"], ("a", "b")),
        (["\\abx@aux@cite{a}"], ("a",)),
        (['<bcf:citekey order="2" intorder="1">a&amp;b</bcf:citekey>'], ("a&b",)),
        (["\\bibcite{x}{1}", "\\newlabel{y}{{1}{2}}", "\\citation{a}"], ("a",)),
        (["\\citation{}", "\\citation{,}", "\\citation{é2020}"], ("é2020",)),
    ],
)
def test_what_each_program_writes_is_read(tmp_path: Path, lines: list[str], keys: tuple[str, ...]) -> None:
    found = latex_aux.cited(aux(tmp_path, *lines))
    assert (found.keys, found.everything) == (keys, False)


def test_chapters_are_followed_once_and_a_missing_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "ch").mkdir()
    aux(tmp_path, "\\citation{two}", "\\@input{paper.aux}", name="ch/one.aux")
    (tmp_path / "secret.txt").write_text("\\citation{never}")
    main = aux(
        tmp_path, "\\citation{one}", "\\@input{ch/one.aux}", "\\@input{ch/one.aux}", "\\@input{gone.aux}",
        "\\@input{secret.txt}", "\\citation{three}",
    )  # fmt: skip
    found = latex_aux.cited(main)
    assert found.keys == ("one", "two", "three")
    assert found.unread == (f"{tmp_path / 'gone.aux'}: cannot be read (no such file or directory)",)


def test_nocite_everything_is_no_key(tmp_path: Path) -> None:
    found = latex_aux.cited(aux(tmp_path, "\\citation{a,*}"))
    assert (found.keys, found.everything) == (("a",), True)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_citations_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.aux"
    path.write_bytes(data + b"\n\\citation{")
    with pytest.raises(BadInput, match=r"any\.aux: cites nothing"):
        latex_aux.cited(path)
    path.write_bytes(data + b"\n\\citation{k}")
    assert "k" in latex_aux.cited(path).keys


def test_just_what_a_paper_cites_is_exported_and_the_rest_named(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    paper = aux(tmp_path, "\\citation{wu2018,nobody1999}")
    result = run("export", "--aux", paper, "--format", "bibtex")
    assert result.exit_code == 1
    assert list(entries(result.stdout)) == ["wu2018"]
    assert result.stderr == f"evidence: {paper}: nobody1999: no study here has this citation key\n"
    whole = run("export", "--aux", aux(tmp_path, "\\citation{lee2020}", "\\citation{*}"), "--format", "bibtex")
    assert (whole.exit_code, list(entries(whole.stdout))) == (0, ["lee2020", "wu2018"])
    by_number = run("export", "--aux", aux(tmp_path, "\\citation{90000002}"), "--format", "bibtex")
    assert list(entries(by_number.stdout)) == ["90000002"]


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl-json", "nbib", "csv"])
def test_a_key_that_became_an_alias_is_written_and_names_the_new_one(tmp_path: Path, form: str) -> None:
    run("import", bib(tmp_path, WU, LEE))
    assert run("merge", "wu2018", "lee2020").exit_code == 0
    paper = aux(tmp_path, "\\citation{lee2020}")
    result = run("export", "--aux", paper, "--format", form)
    assert result.exit_code == 0
    assert "Citation key now: wu2018" in result.stdout
    assert result.stderr == f"{paper}: lee2020 is now wu2018\n"
    own = {"bibtex": "{lee2020,", "ris": "ID  - lee2020", "csl-json": '"id": "lee2020"', "nbib": "key:lee2020"}
    assert own.get(form, "lee2020") in result.stdout
    # It comes home to the same study, without the note.
    back = tmp_path / "back.txt"
    back.write_text(result.stdout, encoding="utf-8")
    assert told("import", back, "--format", form)["total"]["added"] == 0
    assert "Citation key now" not in run("export", "--format", form).stdout


def test_biblatex_has_one_entry_with_every_key(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    run("merge", "wu2018", "lee2020")
    paper = aux(tmp_path, "\\citation{lee2020,wu2018}")
    result = run("export", "--aux", paper, "--format", "biblatex")
    assert "ids = {lee2020}" in entries(result.stdout)["wu2018"]
    assert "are one study, wu2018" in result.stderr
    both = run("export", "--aux", paper, "--format", "bibtex")
    assert list(entries(both.stdout)) == ["wu2018", "lee2020"]


def test_every_alias_has_an_entry_when_asked(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    run("merge", "wu2018", "lee2020")
    plain, every = (run("export", "--format", "bibtex", *more).stdout for more in ((), ("--aliases",)))
    assert list(entries(plain)) == ["wu2018"]
    assert "ids = {lee2020}" in plain
    assert list(entries(every)) == ["wu2018", "lee2020"]
    assert " ids = " not in every  # biber would meet the key twice
    assert entries(run("export", "--format", "biblatex", "--aliases").stdout) == entries(
        run("export", "--format", "biblatex").stdout
    )


def test_own_keys_are_found_by_what_their_references_say(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    mine = bib(tmp_path, MINE, AGAIN, WHALES, name="mine.bib")
    result = run("export", "--keys", mine, "--format", "bibtex")
    assert result.exit_code == 0
    # The writer's lee2020 is another work: the library's study of that name stands aside in this file.
    assert set(entries(result.stdout)) == {"MyWu", "wuAgain", "lee2020a"}
    assert result.stderr.splitlines() == [
        f"{mine}: 2 of 3 references with a key are in this library",
        "  not here: lee2020",
        "  MyWu and wuAgain are one study, wu2018",
    ]
    assert told("status")["studies"] == 2  # nothing was taken in


def test_only_what_the_writers_file_has_in_its_order(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    mine = bib(tmp_path, WHALES, LEE.replace("lee2020", "Mine:lee"), MINE, name="mine.bib")
    result = run("export", "--keys", mine, "--only", "--format", "bibtex")
    assert list(entries(result.stdout)) == ["Mine:lee", "MyWu"]
    assert "  not here: lee2020" in result.stderr.splitlines()
    assert result.exit_code == 1, "the file is not whole"
    whole = bib(tmp_path, MINE, name="whole.bib")
    assert run("export", "--keys", whole, "--only", "--format", "ris").exit_code == 0
    for wrong in (["--only"], ["--keys", mine, "--only", "--since", "2000"], ["--keys", mine, "--only", "--id", "x"]):
        refused = run("export", *wrong, "--format", "ris")
        assert (refused.exit_code, refused.stdout) == (2, "")


def test_a_cited_key_means_what_the_writers_file_says(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    mine = bib(tmp_path, MINE, WHALES, name="mine.bib")
    paper = aux(tmp_path, "\\citation{lee2020,MyWu}")
    result = run("export", "--keys", mine, "--aux", paper, "--format", "bibtex")
    assert result.exit_code == 1
    assert list(entries(result.stdout)) == ["MyWu"]
    assert f"evidence: {paper}: lee2020: what your file calls so is not in this library" in result.stderr


def test_what_cannot_go_together_or_be_read_is_said(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    paper = aux(tmp_path, "\\citation{wu2018}")
    for more in (["--since", "2000"], ["--id", "wu2018"]):
        result = run("export", "--aux", paper, *more, "--format", "ris")
        assert (result.exit_code, result.stdout) == (2, "")
    for wrong in (tmp_path / "none.aux", tmp_path):
        result = run("export", "--aux", wrong, "--format", "ris", "-o", tmp_path / "out.ris")
        assert result.exit_code != 0
        assert str(wrong) in result.stderr
        assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.ris").exists()


def test_a_key_in_another_case_is_exported_as_it_is_cited(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    result = run("export", "--aux", aux(tmp_path, "\\citation{WU2018}", "\\citation{wu2018}"), "--format", "bibtex")
    assert list(entries(result.stdout)) == ["WU2018"]


def bare(key: str, title: str, year: int = 2001) -> str:
    """An invented reference that nothing but its words identify."""
    return f"@article{{{key}, author = {{Author, Ann}}, title = {{{title}}}, journal = {{Sea}}, year = {{{year}}}}}\n"


ONE, TWO = "Whales of the invented northern sea", "Herrings of the invented southern sea"
THREE = "Seals of no sea at all"


def test_keys_with_signs_are_written_as_they_are_and_never_two_works_under_one(tmp_path: Path) -> None:
    run("import", bib(tmp_path, bare("s&j$2019", ONE), bare("s-j-2019", TWO), bare("müller2020", THREE)))
    for form in ("bibtex", "biblatex"):
        found = entries(run("export", "--leads", "--format", form).stdout)
        assert {"s&j$2019", "s-j-2019"} <= set(found)
        assert ONE in found["s&j$2019"]
    # Every program has ASCII, so a study's own key is in it; the file's key is an alias for ever.
    paper = aux(tmp_path, "\\citation{müller2020}")
    result = run("export", "--aux", paper, "--format", "bibtex")
    assert (result.exit_code, list(entries(result.stdout))) == (0, ["müller2020"])


def test_a_key_that_no_bib_can_hold_is_said(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    mine = bib(tmp_path, MINE.replace("{MyWu,", "{o'wu,"), name="mine.bib")
    result = run("export", "--keys", mine, "--format", "bibtex")
    assert list(entries(result.stdout)) == ["wu2018"]
    assert f"evidence: {mine}: o'wu cannot stand in a .bib; the study keeps its own key" in result.stderr


def test_the_exact_spelling_and_the_first_entry_of_a_key_decide(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU, LEE))
    mine = bib(
        tmp_path, LEE.replace("{lee2020,", "{dup,"), bare("DuP", ONE), bare("same", TWO),
        WU.replace("{wu2018,", "{same,"), name="mine.bib",
    )  # fmt: skip
    paper = aux(tmp_path, "\\citation{DuP,same,DUP}")
    result = run("export", "--aux", paper, "--keys", mine, "--format", "biblatex")
    assert result.exit_code == 1
    assert list(entries(result.stdout)) == ["DUP"]  # in no case of his: the first of that key
    assert "Lee" in result.stdout
    for key in ("DuP", "same"):
        assert f"evidence: {paper}: {key}: what your file calls so is not in this library" in result.stderr


def test_the_rest_of_the_library_keeps_clear_of_the_writers_keys(tmp_path: Path) -> None:
    run("import", bib(tmp_path, bare("s1", ONE), bare("t1", TWO)))
    mine = bib(tmp_path, bare("t1", ONE), name="mine.bib")
    paper = aux(tmp_path, "\\citation{t1}", "\\citation{*}")
    found = entries(run("export", "--aux", paper, "--keys", mine, "--leads", "--format", "bibtex").stdout)
    assert ONE in found["t1"]
    assert ONE not in found["t1a"]
    assert len(found) == 2


@pytest.mark.parametrize("form", ["bibtex", "biblatex"])
def test_an_alias_that_the_writer_uses_for_another_work_is_not_given(tmp_path: Path, form: str) -> None:
    run("import", bib(tmp_path, bare("s1", ONE), bare("xx", THREE), bare("t1", TWO)))
    assert run("merge", "s1", "xx").exit_code == 0  # s1 is called xx too
    mine = bib(tmp_path, bare("xx", TWO), name="mine.bib")
    text = run("export", "--leads", "--keys", mine, "--aliases", "--format", form).stdout
    assert text.count("{xx,") == 1
    assert TWO in entries(text)["xx"]
    assert "ids = {xx}" not in text
    cited = run("export", "--aux", aux(tmp_path, "\\citation{xx,s1}"), "--aliases", "--format", form).stdout
    assert cited.count("{xx,") + cited.count("ids = {xx}") == 1


def test_one_key_in_two_cases(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    paper = aux(tmp_path, "\\citation{Wu2018}", "\\citation{wu2018}")
    bibtex, biblatex = (run("export", "--aux", paper, "--format", form) for form in ("bibtex", "biblatex"))
    assert list(entries(bibtex.stdout)) == ["Wu2018"]
    assert "Wu2018 and wu2018 differ in case alone: BibTeX takes them for one key" in bibtex.stderr
    assert list(entries(biblatex.stdout)) == ["wu2018"]
    assert "ids = {Wu2018}" in biblatex.stdout  # biber tells them apart


def test_sets_and_the_settings_of_styles_are_no_citations(tmp_path: Path) -> None:
    bcf = aux(
        tmp_path, '<bcf:citekey order="1" type="set" members="k1,k2">set1</bcf:citekey>',
        '<bcf:citekey order="2">k3</bcf:citekey>', name="p.bcf",
    )  # fmt: skip
    assert latex_aux.cited(bcf).keys == ("k1", "k2", "k3")
    found = latex_aux.cited(
        aux(tmp_path, "\\citation{REVTEX41Control}", "\\citation{apsrev41Control}", "\\citation{achemso-control}",
            "\\citation{IEEEexample:BSTcontrol}", "\\citation{control2019pain}")
    )  # fmt: skip
    assert found.keys == ("control2019pain",)


def test_a_key_without_end_is_cut_in_what_is_said(tmp_path: Path) -> None:
    run("import", bib(tmp_path, WU))
    result = run("export", "--aux", aux(tmp_path, "\\citation{" + "k" * 100_000 + "}"), "--format", "ris")
    assert result.exit_code == 1
    assert len(result.stderr) < 1_000
