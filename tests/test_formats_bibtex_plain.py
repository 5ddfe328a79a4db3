"""The quick way through a BibTeX file gives what bibtexparser gives, and leaves to it what it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.formats import _bibtex_plain
from evidence.records import Rejected
from tests.awkward import EXAMPLES
from tests.awkward.writers import CASES
from tests.formats_support import read, written
from tests.made import examples

SLOWLY = "@comment{the rest is for bibtexparser}\n"

ODD = {
    "quotes": '@article{a, title = "One", year = 2020}\n',
    "parentheses": "@article(a, title = {One}, year = 2020)\n",
    "concatenation": "@article{a, title = {One} # { Two}, year = 2020}\n",
    "string": "@string{j = {Journal}}\n@article{a, journal = j, title = {One}}\n",
    "macro": "@article{a, title = {One}, month = may, year = 2020}\n",
    "no-last-comma": "@article{a, title = {One}}\n",
    "empty-entry": "@article{a,\n}\n",
    "same-line": "@article{a, title={One}} @article{b, title={Two}}\n",
    "text-between": "@article{a, title={One}}\nSome words.\n@article{b, title={Two}}\n",
    "never-closed": "@article{a, title={One}}\n@article{b, title={Two\n@article{c, title={Three}}\n",
    "entry-within": "@article{a, title={One\n@article{b, title={Two}}\n}}\n",
    "escaped-braces": "@article{a, title={One \\{ two \\} three \\\\ four}, note={x \\} y}}\n",
    "double-backslash-brace": "@article{a, title={One \\\\} two}, year={2020}}\n",
    "deep": "@article{a, title={" + "{" * 9 + "x" + "}" * 9 + "}}\n",
    "field-twice": "@article{a, title={One}, title={Two}}\n",
    "key-twice": "@article{a, title={One}}\n@article{a, title={Two}}\n",
    "upper-case": "@ARTICLE{Key:1, TITLE = {One}, Year = {2020}}\n",
    "no-key": "@article{title={One}, year=2020}\n",
    "odd-key": "@article{a b, title={One}}\n",
    "preamble-first": "@preamble{{\\newcommand{\\x}[1]{#1}}}\n@article{a, title={One}}\n",
    "comment-within": "@article{a,\n% a comment\n title={One}}\n",
    "crossref": "@incollection{a, crossref={b}, title={One}}\n@book{b, title={Book}, year={2020}}\n",
}


def both_ways(text: str) -> tuple[list[object], list[object]]:
    quick, slow = read(text, "bibtex"), read(SLOWLY + text, "bibtex")

    def shown(items: list[object]) -> list[object]:
        return [(i.reason, i.payload) if isinstance(i, Rejected) else i for i in items]

    return shown(list(quick)), shown(list(slow))


@pytest.mark.parametrize("name", ODD)
def test_odd_layouts_read_alike(name: str) -> None:
    quick, slow = both_ways(ODD[name])
    assert quick == slow
    assert quick


@pytest.mark.parametrize("name", ["bibtex", "biblatex"])
def test_our_own_files_read_alike(name: str) -> None:
    text = written([*EXAMPLES.values(), *CASES.values()], name)
    quick, slow = both_ways(text)
    assert quick == slow
    assert sum(1 for _ in _bibtex_plain.entries(text)) == len(EXAMPLES) + len(CASES)  # and all of them quickly


_PIECES = st.sampled_from(
    [
        "{",
        "}",
        "\\",
        "{x}",
        "\\{",
        "\\}",
        "a",
        " ",
        "\n",
        ",",
        "=",
        "@",
        '"',
        "#",
        "%",
        "2020",
        "@article{b,",
        "title = ",
    ]
)


@settings(max_examples=examples(300))
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_any_value_reads_alike(value: str) -> None:
    quick, slow = both_ways(
        f"@article{{a,\n  title = {{{value}}},\n  year = {{2020}},\n}}\n\n@book{{z, title={{Z}}}}\n"
    )
    assert quick == slow


def test_lines_are_counted_across_both_ways() -> None:
    items = read("@article{a,\n title={One}}\n\n@article{b, title = {never\n\n@article{c, title={Three}}\n", "bibtex")
    assert [i.line for i in items if isinstance(i, Rejected)] == [4]


def test_hostile_braces_end() -> None:
    """Quadratic work on these would run for hours."""
    for text in ("{" * 300_000, "{" * 200_000 + "}" * 199_999, "{\\" * 100_000, "{}" * 150_000):
        assert list(_bibtex_plain.entries(f"@article{{a, title = {text}")) == []
