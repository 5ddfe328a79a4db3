"""Every character of medical references in both LaTeX alphabets: what is written, what it prints, what is read back.

That it compiles and prints is tested with TeX in tests/benchmarks/test_formats_programs.py.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.cli.written import Written
from evidence.formats import _bibtex_plain, _latex, _latex_print
from evidence.formats._latex_encode import text, unicode_name, unicode_text
from evidence.formats._latex_plain import simpler
from evidence.formats.latex_missing import beyond_pdflatex
from evidence.records import Author
from evidence.text import clean
from tests.awkward import record, study
from tests.formats_support import records, written

WRITTEN = {
    "Nguyễn Thị Hương": r"Nguy{\~{\^e}}n Th{\d{i}} H{\horn{u}}{\horn{o}}ng",
    "Đặng": r"{\DJ}{\d{\u{a}}}ng",
    "ở ứ ự ẩ ả": r"{\h{\horn{o}}} {\'{\horn{u}}} {\d{\horn{u}}} {\h{\^a}} {\h{a}}",
    "ȘșȚț": r"{\textcommabelow{S}}{\textcommabelow{s}}{\textcommabelow{T}}{\textcommabelow{t}}",
    "SpO₂ 10⁻⁶": r"SpO{\textsubscript 2} 10{\textsuperscript{$-$}}{\textsuperscript 6}",
    "−5": r"{$-$}5",
    "V̇O₂, x̄": r"{\.V}O{\textsubscript 2}, {\=x}",
    "∥ ⊥ ∫ √ ⇔ ℓ ħ ẓ": r"{$\parallel$} {$\perp$} {$\int$} {$\surd$} {$\Leftrightarrow$} {$\ell$} {$\hbar$} {\d{z}}",
    "′": r"{$^\prime$}",
    "≲ ♀ ♂": r"{\unicodechar{8818}} {\unicodechar{9792}} {\unicodechar{9794}}",
}
"""What reads back as it was."""

PLAIN = {
    "ultrasound‑guided fluoroscopy‐guided": "ultrasound-guided fluoroscopy-guided",
    "ﬁbre ﬂow eﬃcacy": "fibre flow efficacy",
    "a\u200bb\xadc\ufeffd": "abcd",
    "stage Ⅳ, ⅻ": "stage IV, xii",
    "∗ ⋅ ∙": r"* {\textperiodcentered} {\textperiodcentered}",
    "∆ ⩾ ⩽": r"{$\Delta$} {$\geq$} {$\leq$}",
    "37℃ ″": r"37{\textdegree}C {$^\prime$}{$^\prime$}",
}
"""What reads back in its plain form."""


@pytest.mark.parametrize(("value", "expected"), WRITTEN.items())
def test_seven_bit_reads_back(value: str, expected: str) -> None:
    assert text(value) == expected
    assert _latex.text(expected) == value
    assert not _latex_print.unprintable(value)


@pytest.mark.parametrize(("value", "expected"), PLAIN.items())
def test_what_only_looks_special_has_its_plain_form(value: str, expected: str) -> None:
    assert text(value) == expected
    assert _latex.text(expected) == simpler(value)
    assert text(_latex.text(expected)) == expected
    assert _latex.text(unicode_text(value)) == value  # biber's files keep the character
    assert not _latex_print.unprintable(value)


@pytest.mark.parametrize("value", [*WRITTEN, *PLAIN])
def test_utf8_reads_back(value: str) -> None:
    assert _latex.text(unicode_text(value)) == value
    assert _latex.text(unicode_name(value)) == value


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=12).map(clean))
def test_any_text_reads_back(value: str) -> None:
    assert _latex.text(text(value)) == simpler(value)
    assert text(value).isascii()
    assert _latex.text(unicode_text(value)) == value


def test_utf8_declares_what_pdflatex_does_not_know_and_nothing_else() -> None:
    (preamble, entry) = written([study(record("Nguyễn − SpO₂ ‑ café"))], "biblatex").split("\n\n")[:2]
    assert re.findall(r"\\unicodeletter\{(.)\}\{([0-9A-F]+)\}", preamble) == [("ễ", "1EC5"), ("₂", "2082")]
    assert "Nguyễn" in entry
    assert "{$-$} {SpO₂} ‑ café" in entry
    assert "@preamble" not in written([study(record("Café ‑ naïve ł"))], "biblatex")


def test_each_thing_is_defined_once_and_before_it_is_used() -> None:
    studies = [study(record(title), key=f"k{n}") for n, title in enumerate(["ư", "ư ơ ♀", "plain", "♀ đ"])]
    text_ = written(studies, "bibtex")
    assert [len(re.findall(rf"\\gdef\\{name}\b", text_)) for name in ("horn", "unicodechar")] == [1, 1]
    assert text_.index("\\gdef\\horn") < text_.index("{\\horn{u}}")
    assert text_.count("\\expandafter\\gdef\\csname unicodechar9792\\endcsname{") == 1
    assert [of.keys[0] for of in records(text_, "bibtex")] == ["k0", "k1", "k2", "k3"]


@pytest.mark.parametrize(
    "author",
    [
        Author(family="{World Health Organization}", is_group=True),
        Author(family="{World", given="{Ann} ~b ^c"),
        Author(family="\\Ab", given="}x"),
        Author(family="αBeta", given="−x <y"),
        Author(family="de Silva"),
        Author(family="{x} y"),
    ],
)
def test_no_initial_that_biber_takes_is_half_of_a_group(author: Author) -> None:
    """Its rule (Biber::Utils, `strip_noinit` and `gen_initials`): commands go, then opening braces, then one letter."""
    line = re.search(r"  author = \{(.*)\},", written([study(record("T", authors=(author,)))], "biblatex"))
    assert line is not None
    for part in line[1].split(", "):
        for word in re.split(r"[\s~]+(?![^{]*\})", part):
            bare = re.sub(r"\\[A-Za-z]+\s*(?:\{([^}]*)?\})?", lambda m: m[1] or "", word)
            assert bare.lstrip("{")[:1] not in ("}", "$", "\\")


def test_an_export_can_tell_what_pdflatex_lacks() -> None:
    assert beyond_pdflatex(study(record("腕管综合征")))
    assert beyond_pdflatex(study(record("T", authors=(Author(family="Иванов", given="Иван"),))))
    assert not beyond_pdflatex(study(record("Hội chứng ống cổ tay: V̇O₂ −5 ℃ Παπαδόπουλος «ł» ♀")))


def test_the_export_names_up_to_five_studies(capsys: pytest.CaptureFixture[str]) -> None:
    of = Written()
    passed = [study(record("腕管综合征"), key=f"k{n}") for n in range(7)] + [study(record("Nguyễn"), key="plain")]
    assert list(of.for_latex(iter(passed))) == passed
    of.warn()
    assert capsys.readouterr().err == (
        "pdfLaTeX lacks letters of k0, k1, k2, k3, k4 and 2 more; LuaLaTeX and XeLaTeX print them\n"
    )


def test_what_is_defined_for_latex_is_read_past_quickly() -> None:
    """A @preamble of ours, however deep, leaves the file to the quick reader."""
    text_ = written([study(record("ả ư ♀ đ ∎ 中"), key="k1"), study(record("x"), key="k2")], "bibtex")
    assert [of.key for of in _bibtex_plain.entries(text_)] == ["k1", "k2"]


@pytest.mark.parametrize("name", ["bibtex", "biblatex"])
def test_an_accent_after_a_figure_joins_no_other_letter(name: str) -> None:
    """As a crystal's face is written: GaN(0001̄)."""
    title = "Growth on GaN(0001\u0304) of “mRNA”: a study"
    (back,) = records(written([study(record(title), key="k1")], name), name)
    assert back.title == title
