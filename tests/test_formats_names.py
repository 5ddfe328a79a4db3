"""Who wrote it, as files say it: lists cut short, groups in braces, names in the order of other databases."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.formats import _names
from evidence.records import Author, Markup, Record
from tests.awkward import record, study
from tests.formats_support import records, written
from tests.made import examples

ANN = Author(family="Ampel", given="Ann")
NO_LATEX = ("ris", "nbib", "csl-json", "csv")
EDITED = (("editor", "and others"),)


def by(*authors: Author, whole: bool = True) -> Record:
    return record("A trial of something", authors=authors, authors_complete=whole)


def shown(found: Record) -> list[tuple[str, str, bool]]:
    return [(a.family, _names.given_text(a), a.is_group) for a in found.authors]


def one(text: str, name: str) -> Record:
    (found,) = records(text, name)
    return found


@pytest.mark.parametrize(
    "lines", ["FAU - Ampel, Ann B\nAU  - Ampel AB\nAU  - et al.\n", "AU  - Ampel AB\nFAU - et al\nAU  - et al\n"]
)
def test_medline_s_et_al_is_nobody(lines: str) -> None:
    found = one(f"PMID- 90000001\nTI  - A trial.\n{lines}", "nbib")
    assert [a.family for a in found.authors] == ["Ampel"]
    assert not found.authors_complete
    assert "Ampel" in (bib := written([study(found)], "bibtex"))
    assert " and others}" in bib
    assert "et al" not in bib


def test_a_name_with_a_comma_and_initials_is_family_and_given() -> None:
    """As ERIC writes its files, without FAU."""
    text = "OWN - ERIC\nTI  - A test.\nAU  - van Ampel, Ann A.\nAU  - Ohm, B. C. D. E.\nED  - Volt, Carl D.\n"
    found = one(text, "nbib")
    assert shown(found) == [("van Ampel", "Ann A.", False), ("Ohm", "B. C. D. E.", False)]
    assert [(e.family, e.given) for e in found.editors] == [("Volt", "Carl D.")]


FILES = {
    "ris": "TY  - JOUR\nTI  - A trial\nAU  - {}\nA2  - {}\nER  - \n",
    "enw": "%0 Journal Article\n%T A trial\n%A {}\n%E {}\n",
    "wos": "FN Clarivate\nVR 1.0\nPT J\nAU {}\nBE {}\nTI A trial\nER\n",
    "nbib": "PMID- 90000001\nTI  - A trial\nFAU - {}\nFED - {}\n",
    "csv": 'title,authors,editors,year\nA trial,"{}","{}",2020\n',
    "csl-json": '[{{"type": "article-journal", "title": "A trial", "author": [{{"family": "{}"}}],'
    ' "editor": [{{"literal": "{}"}}]}}]',
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("braces", ["{World Body, Geneva}", "{{World Body, Geneva}}"])
def test_braces_around_a_whole_name_mark_a_group(name: str, braces: str) -> None:
    found = one(FILES[name].format(braces, braces), name)
    assert shown(found) == [("World Body, Geneva", "", True)]
    assert found.editors == found.authors


@pytest.mark.parametrize("name", ["ris", "enw", "wos", "nbib", "csl-json"])
def test_et_al_among_authors_or_editors_is_nobody(name: str) -> None:
    found = one(FILES[name].format("et al.", "et al."), name)
    assert (found.authors, found.authors_complete, found.editors) == ((), False, ())
    assert found.extra == EDITED


def test_a_csl_name_whose_parts_are_et_and_al_is_nobody() -> None:
    text = '[{"title": "A", "author": [{"family": "Ampel"}, {"given": "et", "family": "al."}]}]'
    found = one(text, "csl-json")
    assert shown(found) == [("Ampel", "", False)]
    assert not found.authors_complete


def test_braces_in_a_list_keep_an_and_within() -> None:
    found = _names.people("{Society of Coils and Magnets} and Ohm, Bo")[0]
    assert [(a.family, a.is_group) for a in found] == [("Society of Coils and Magnets", True), ("Ohm", False)]
    assert [a.family for a in _names.people("{A} and {B}")[0]] == ["A", "B"]
    assert [a.family for a in _names.people("Ohm B, {World Body}")[0]] == ["Ohm", "World Body"]


@pytest.mark.parametrize("text", ["{", "}", "{}", "{ }", "{{}}", "{a}b{c}", "a{b}", "{" * 60_000 + "x" + "}" * 60_000])
def test_other_braces_are_no_mark(text: str) -> None:
    assert not _names.braced(text)
    assert _names.without_braces(text) == text


BRACED = st.builds(
    Author,
    family=st.sampled_from(["{World Body}", "{van", "{A", "{{A}}", "Ohm", "{}", "et al."]),
    given=st.sampled_from(["", "Bo", "B}", "{Bo}"]),
    suffix=st.sampled_from(["", "Jr", "Jr}"]),
) | st.builds(
    Author, family=st.sampled_from(["{World Body}", "{A, B}", "World {Body}", "{{A}}"]), is_group=st.just(True)
)


@pytest.mark.parametrize("name", NO_LATEX)
@settings(deadline=None, max_examples=examples(60))
@given(authors=st.lists(BRACED, min_size=1, max_size=3))
def test_braces_that_are_a_name_s_own_survive(name: str, authors: list[Author]) -> None:
    if name != "csv" and _names.is_et_al(f"{authors[-1].given} {authors[-1].family}"):
        authors = [*authors, ANN]  # a last one of that name cannot be told from the words
    if name in ("ris", "nbib"):
        authors = [a for a in authors if not _names.is_et_al(a.family)] or [ANN]
    first = written([study(by(*authors))], name)
    found = one(first, name)
    assert list(map(_names.canonical, found.authors)) == list(map(_names.canonical, authors))
    assert written([study(found)], name) == first


@pytest.mark.parametrize("name", ["nbib", "csl-json", "csv"])
@pytest.mark.parametrize("authors", [(), (ANN,), (ANN, Author(family="Body", is_group=True)), (Author(family="Ohm"),)])
def test_a_list_cut_short_stays_so_and_names_nobody_else(name: str, authors: tuple[Author, ...]) -> None:
    first = written([study(by(*authors, whole=False))], name)
    found = one(first, name)
    assert list(map(_names.canonical, found.authors)) == list(map(_names.canonical, authors))
    assert not found.authors_complete
    assert written([study(found)], name) == first


def test_csl_json_invents_no_author() -> None:
    unknown, cut = (json.loads(written([study(by(*a, whole=False))], "csl-json"))[0] for a in ((), (ANN,)))
    assert "author" not in unknown
    assert cut["author"] == [{"family": "Ampel", "given": "Ann"}]
    assert unknown["custom"] == cut["custom"] == {"authors-complete": False}


def test_what_custom_held_stays_beside_our_word() -> None:
    text = '[{"id": "a", "title": "A", "custom": {"zone": "b", "authors-complete": false, "a": {"x": 1}}}]'
    found = one(text, "csl-json")
    assert not found.authors_complete
    (item,) = json.loads(written([study(found)], "csl-json"))
    assert item["custom"] == {"a": {"x": 1}, "authors-complete": False, "zone": "b"}
    assert list(item["custom"]) == sorted(item["custom"])


def test_an_item_of_which_only_this_is_known_is_a_record() -> None:
    bare = Record(source="csl-json", external_id="x", title=Markup(""), authors_complete=False)
    assert not one(written([study(bare)], "csl-json"), "csl-json").authors_complete


@pytest.mark.parametrize(
    ("author", "cell"),
    [
        (ANN, "Ampel, Ann"),
        (Author(family="World Body", is_group=True), '"World Body,"'),
        (Author(family="Ohm and Sons", is_group=True), '"Ohm and Sons,;"'),
        (Author(family="Ohm", given="B", suffix="Jr"), None),
    ],
)
def test_a_csv_cell_of_one_author_ends_in_a_semicolon_only_where_it_must(author: Author, cell: str | None) -> None:
    text = written([study(by(author))], "csv")
    assert list(map(_names.canonical, one(text, "csv").authors)) == [_names.canonical(author)]
    assert cell is None or cell.strip('"') in text
    assert "Ann;" not in text


def test_mathscinet_s_accents_are_letters() -> None:
    names = r"Fran\ocirc{u}, M. and {\Dbar}or{\dbar}e, \polhk{A}. and Kol\cprime cov, Pa\soft{t}o"
    found = one(f"@article{{a, title={{A}}, author={{{names}}}}}", "bibtex")
    assert [a.family for a in found.authors] == ["Franů", "Đorđe", "Kolʹcov"]
    assert [_names.given_text(a) for a in found.authors] == ["M.", "Ą.", "Paťo"]
