"""Our exports in the programs they are for: pdflatex, BibTeX, biber, pandoc, citeproc-py, the CSL schema, RIS readers.

Each check runs where its program is and skips with a reason where it is not. Debian: `apt-get install biber
texlive-latex-recommended texlive-bibtex-extra texlive-fonts-recommended pandoc`; the Python ones:
`pip install -r tests/benchmarks/programs.txt`. `EVIDENCE_CSL_SCHEMA` names csl-data.json of
https://github.com/citation-style-language/schema , else the copy in the package commonmeta-py (`pip install --no-deps
commonmeta-py`) is taken. With EVIDENCE_BENCH_DATA real PubMed records are exported too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import bibtexparser
import pybtex.errors
import pytest
import rispy
from pybtex.database import parse_string

from evidence.formats._latex_known import KNOWN, ONLY_T1
from evidence.formats.latex_missing import beyond_pdflatex
from evidence.records import Author, Record, RecordKind
from evidence.views import Study
from tests.awkward import record, study
from tests.awkward.writers import CASES
from tests.benchmarks.bench_formats import real_studies
from tests.formats_support import written

LATEX = Path(__file__).parent / "latex"
DATA = os.environ.get("EVIDENCE_BENCH_DATA", "")


def _schema() -> str:
    package = importlib.util.find_spec("commonmeta")  # found, never imported: its own dependencies are not there
    place = Path(next(iter(package.submodule_search_locations or ()), "")) if package else Path()
    packed = place / "resources" / "csl-data.json"
    return os.environ.get("EVIDENCE_CSL_SCHEMA", "") or (str(packed) if packed.is_file() else "")


SCHEMA = _schema()
SETS = [
    "awkward",
    pytest.param("real", marks=pytest.mark.skipif(not DATA, reason="EVIDENCE_BENCH_DATA names no folder")),
]
UNICODE_ONLY = frozenset(["chinese", "japanese-korean", "arabic-hebrew", "chinese-names", "greek-and-cyrillic-names"])
"""Cases with characters that pdflatex has no fonts for; biblatex gets them as they are, for LuaLaTeX and XeLaTeX."""

MODEL = Path(__file__).parents[2] / "docs" / "biber-bibtex.conf"
UNKNOWN = re.compile(r"  (?:author = \{\{\}\}|options = \{useauthor=false\}|date = \{XXXX\}|execute = .*),\n")
"""What BibLaTeX entries have for an author or a date that is not known."""

STYLES = ("numeric", "authoryear", "apa", "vancouver", "chicago-authordate")

LONG = 3600
pytestmark = pytest.mark.long


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [p for p in programs if shutil.which(p) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def needs_module(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"Python package not installed: {name}")


@cache
def real(count: int) -> list[Study]:
    return real_studies(Path(DATA), count)


def chosen(name: str, count: int) -> list[Study]:
    return list(CASES.values()) if name == "awkward" else real(count)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=LONG, check=False
    )


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("name", ["bibtex", "biblatex"])
def test_pybtex_and_bibtexparser_load_every_entry(which: str, name: str) -> None:
    studies = chosen(which, 20_000)
    text = written(studies, name)
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert len(library.entries) == len(studies)
    with pybtex.errors.capture() as errors:
        data = parse_string(text, "bibtex")
    assert not errors
    assert len(data.entries) == len(studies)


def said(folder: Path, *options: str) -> list[str]:
    """biber's warnings and errors about refs.bib."""
    done = run(folder, "biber", "--tool", *options, "refs.bib")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Output to refs_bibertool.bib" in done.stdout
    return re.findall(r"^(?:WARN|ERROR).*", done.stdout, re.M)


@needs("biber")
@pytest.mark.parametrize("which", SETS)
def test_biber_validates_every_entry(which: str, tmp_path: Path) -> None:
    """No message: types, fields, dates, ISBNs and ISSNs are those of biblatex's data model."""
    put(tmp_path, "refs.bib", written(chosen(which, 20_000), "biblatex"))
    assert said(tmp_path, "--validate-datamodel") == []


@needs("biber")
@pytest.mark.parametrize("which", SETS)
def test_biber_validates_the_bibtex_dialect(which: str, tmp_path: Path) -> None:
    """By the data model that the documentation gives for it."""
    put(tmp_path, "refs.bib", written(chosen(which, 20_000), "bibtex"))
    assert said(tmp_path, "--validate-datamodel", f"--configfile={MODEL}") == []


@needs("biber")
def test_the_data_model_of_bibtex_refuses_what_is_wrong(tmp_path: Path) -> None:
    put(tmp_path, "refs.bib", "@articel{a, title={T}, issn={1234-5678}, year={soon}, pubmed={1}, volume={1 A}}\n")
    found = " ".join(said(tmp_path, "--validate-datamodel", f"--configfile={MODEL}"))
    assert "Invalid entry type 'articel'" in found
    assert "Invalid ISSN" in found
    assert "field 'year' must be datatype" in found
    assert "Field 'pubmed' invalid" in found
    assert "volume" not in found


@needs("biber")
@pytest.mark.parametrize("which", SETS)
def test_biber_reads_the_bibtex_dialect(which: str, tmp_path: Path) -> None:
    put(tmp_path, "refs.bib", written(chosen(which, 2_000), "bibtex"))
    assert said(tmp_path) == []


@needs("latex", "biber")
@pytest.mark.parametrize("style", STYLES)
def test_what_is_not_known_prints_as_if_it_were_not_there(style: str, tmp_path: Path) -> None:
    """To the byte of the page: the empty author, the date without a year and what takes them away again."""
    if not run(tmp_path, "kpsewhich", f"{style}.bbx").stdout:
        pytest.skip(f"biblatex style not installed: {style}")
    known = [one(f"K{n}", n) for n in range(3)]
    lacking = [replace(of, **{name: ()}) for of in map(one, "ABCDEF", range(6)) for name in ("authors", "dates")]
    both = [replace(one("G", kind=kind), authors=(), dates=()) for kind in ("article", "report", "book", "web")]
    text = written([study(of, key=f"k{n}") for n, of in enumerate([*known, *lacking, *both])], "biblatex")
    assert len(UNKNOWN.findall(text)) > 40
    pages = [_page(tmp_path / name, style, bib) for name, bib in (("ours", text), ("bare", UNKNOWN.sub("", text)))]
    assert pages[0] == pages[1]


def one(title: str, volume: int = 7, kind: RecordKind = "article") -> Record:
    """A record of a kind, by an author who wrote others in the same year."""
    return record(
        f"{title} study of nerves",
        kind=kind,
        identifiers=(),
        volume=str(volume),
        issue="2",
        pages="11-19",
        publisher="Ministry",
        url=f"https://example.org/{title}",
    )


def _page(folder: Path, style: str, bib: str) -> bytes:
    """The document as TeX set it, without the time."""
    folder.mkdir()
    put(folder, "refs.bib", bib)
    put(folder, "paper.tex", (LATEX / "styles.tex").read_text().replace("STYLE", style))
    for command in (
        "latex -interaction=nonstopmode paper",
        "biber paper",
        *["latex -interaction=nonstopmode -halt-on-error paper"] * 2,
    ):
        done = run(folder, "env", "SOURCE_DATE_EPOCH=0", "FORCE_SOURCE_DATE=1", *command.split())
    assert done.returncode == 0, done.stdout[-2000:]
    return (folder / "paper.dvi").read_bytes()


@needs("pdflatex", "bibtex")
@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("style", ["plain", "unsrtnat"])
def test_pdflatex_and_bibtex_compile(which: str, style: str, tmp_path: Path) -> None:
    studies = chosen(which, 500)
    if which == "awkward" and style == "unsrtnat":
        studies = studies[:26]  # all by the same authors in one year: natbib's letters end at z
    put(tmp_path, "refs.bib", written(studies, "bibtex"))
    put(tmp_path, "paper.tex", (LATEX / "bibtex.tex").read_text().replace("STYLE", style))
    first = run(tmp_path, "pdflatex", "-interaction=nonstopmode", "paper")
    assert first.returncode == 0
    done = run(tmp_path, "bibtex", "paper")
    assert done.returncode == 0, done.stdout[-2000:]
    for _ in range(2):
        last = run(tmp_path, "pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper")
        assert last.returncode == 0, last.stdout[-2000:]
    log = (tmp_path / "paper.log").read_text(errors="replace")
    assert re.findall(r"^! .*", log, re.M) == []
    assert (tmp_path / "paper.bbl").read_text(errors="replace").count("\\bibitem") == len(studies)


@needs("pdflatex", "biber")
@pytest.mark.parametrize("which", SETS)
def test_biblatex_and_biber_compile(which: str, tmp_path: Path) -> None:
    studies = chosen(which, 500)
    if which == "awkward":
        studies = [of for name, of in CASES.items() if name not in UNICODE_ONLY]
    put(tmp_path, "refs.bib", written(studies, "biblatex"))
    put(tmp_path, "paper.tex", (LATEX / "biblatex.tex").read_text())
    run(tmp_path, "pdflatex", "-interaction=nonstopmode", "paper")
    done = run(tmp_path, "biber", "paper")
    assert done.returncode == 0, done.stdout[-2000:]
    assert re.findall(r"^(?:WARN|ERROR).*", done.stdout, re.M) == []
    last = run(tmp_path, "pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper")
    assert last.returncode == 0, last.stdout[-2000:]
    assert (tmp_path / "paper.bbl").read_text(errors="replace").count("\\entry{") == len(studies)


LETTERS = (
    *("ễịươặềữợỗảẩỉỏủởửỹỵ ẮẰẲẴǗ", "ȘșȚț ẓħĦ", "đĐðÐþÞŋŊąĘį «» „‚‹›", "‐‑−‒–—", "₀₁₂₃₄₅₆₇₈₉₊₋ ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"),
    *("ﬁﬂﬀﬃ ℃℉ ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", "∗⋅∙∥⊥∫∆√⩾⩽⇔≲≳ ♀♂ ″′ℓ", "a\u200bb\xadc\ufeffd\u200ce", "V̇O₂ x̄ q̣̇", "＜：，（） ①⅓‱ ˙´¨¯"),
    *("αβγΔΩωό Παπαδόπουλος", "≦≧≪≫≺★● ℛɣᴅ∈⊂∞∑⊕≡→⇒", "𝑝 𝛼 µμ", "\" ' ` ~ ^ \\ { } < > | & % $ # _"),
)
"""Characters of medical references, all of which pdfLaTeX prints as it comes, in any of `DOCUMENTS`."""

NAMES = (
    *(Author(family="Nguyễn", given="Thị Hương"), Author(family="Đặng", given="Văn"), Author(family="de Silva")),
    *(Author(family="Popescu", given="Ștefan"), Author(family="{World} x", given="~Ann ^B"), Author(family="{W} H")),
    *(Author(family="\\Ab", given="}x"), Author(family="{WHO}", is_group=True), Author(family="αB", given="−x {y")),
)
DOCUMENTS = {
    "plain": ("bibtex", "", r"\nocite{*}\bibliographystyle{plain}\bibliography{refs}"),
    "plain-t1": ("bibtex", r"\usepackage[T1]{fontenc}", r"\nocite{*}\bibliographystyle{plain}\bibliography{refs}"),
    "natbib": (
        "bibtex",
        r"\usepackage{natbib}\usepackage{hyperref}",
        r"\citet{n0} \citet{n1} \citet{n3}\nocite{*}\bibliographystyle{plainnat}\bibliography{refs}",
    ),
    "numeric": (
        "biblatex",
        r"\usepackage[style=numeric]{biblatex}\addbibresource{refs.bib}",
        r"\nocite{*}\printbibliography",
    ),
    "authoryear-t1": (
        "biblatex",
        r"\usepackage[T1]{fontenc}\usepackage[style=authoryear,giveninits]{biblatex}\addbibresource{refs.bib}",
        r"\cite{n0} \nocite{*}\printbibliography",
    ),
}
"""Format, preamble and body of documents."""


@needs("pdflatex", "bibtex", "biber")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_character_of_medical_references_prints(name: str, tmp_path: Path) -> None:
    """Without an error, a character that the font lacks, or a number in place of one."""
    format_name, preamble, body = DOCUMENTS[name]
    titled = [study(record(f"About {text} and more"), key=f"t{n}") for n, text in enumerate(LETTERS)]
    named = [study(record("About names", authors=(of,)), key=f"n{n}") for n, of in enumerate(NAMES)]
    put(tmp_path, "refs.bib", written([*titled, *named], format_name))
    put(tmp_path, "paper.tex", rf"\documentclass{{article}}{preamble}\begin{{document}}{body}\end{{document}}")
    run(tmp_path, "pdflatex", "-interaction=nonstopmode", "paper")
    done = run(tmp_path, "biber" if format_name == "biblatex" else "bibtex", "paper")
    assert done.returncode == 0, done.stdout[-2000:]
    for _ in range(2):
        last = run(tmp_path, "pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper")
        assert last.returncode == 0, last.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "paper.log").read_text(errors="replace")
    assert not any(beyond_pdflatex(of) for of in (*titled, *named))


@needs("pdflatex")
@pytest.mark.parametrize("encoding", ["OT1", "T1"])
def test_pdflatex_knows_the_characters_it_is_said_to_know(encoding: str, tmp_path: Path) -> None:
    known = [c for c in map(chr, range(0xA0, 0x10000)) if re.match(f"[{KNOWN}]", c)]
    known += ONLY_T1 if encoding == "T1" else ()
    assert len(known) > 300
    body = "\n\n".join(f"x{c}y" for c in known)
    fonts = r"\usepackage[T1]{fontenc}" if encoding == "T1" else ""
    put(tmp_path, "paper.tex", rf"\documentclass{{article}}{fonts}\begin{{document}}{body}\end{{document}}")
    done = run(tmp_path, "pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "paper.log").read_text(errors="replace")


@pytest.mark.skipif(not DATA, reason="EVIDENCE_BENCH_DATA names no folder")
def test_pubmed_prints_but_for_cyrillic() -> None:
    """Of the shared PubMed files, which letters an export would tell of."""
    lacking = [of for of in real(20_000) if beyond_pdflatex(of)]
    assert len(lacking) < 10


@pytest.mark.skipif(not SCHEMA, reason="no csl-data.json: EVIDENCE_CSL_SCHEMA names none, nor is commonmeta-py there")
@needs_module("jsonschema")
@pytest.mark.parametrize("which", SETS)
def test_csl_json_is_valid(which: str) -> None:
    import jsonschema

    schema = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    found = validator.iter_errors(json.loads(written(chosen(which, 2_000), "csl-json")))
    assert [f"{list(e.path)}: {e.message[:100]}" for e in found] == []


@needs("pandoc")
@pytest.mark.parametrize("which", SETS)
def test_pandoc_renders_every_item(which: str, tmp_path: Path) -> None:
    studies = chosen(which, 500)
    put(tmp_path, "refs.json", written(studies, "csl-json"))
    put(tmp_path, "paper.md", "---\nnocite: '@*'\n---\n\nReferences\n")
    done = run(tmp_path, "pandoc", "--citeproc", "--bibliography=refs.json", "paper.md", "-t", "html")
    assert done.returncode == 0
    assert done.stderr == ""
    assert len(re.findall(r'id="ref-', done.stdout)) == len(studies)


@needs_module("citeproc")
@pytest.mark.parametrize("which", SETS)
def test_citeproc_py_renders_every_item(which: str) -> None:
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    studies = chosen(which, 500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names the variables of CSL 1.0.2 that it does not know
        source = CiteProcJSON(json.loads(written(studies, "csl-json")))
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.plain)
        for of in studies:
            bibliography.register(Citation([CitationItem(of.row.key)]))
        assert len([str(entry) for entry in bibliography.bibliography()]) == len(studies)


@pytest.mark.parametrize("which", SETS)
def test_rispy_reads_every_record(which: str) -> None:
    studies = chosen(which, 20_000)
    found = rispy.loads(written(studies, "ris"))
    assert [entry["id"] for entry in found] == [of.row.key for of in studies]


@needs("pandoc")
@pytest.mark.parametrize("which", SETS)
def test_pandoc_reads_every_ris_record(which: str, tmp_path: Path) -> None:
    """A second reader of RIS, where pandoc has one (3.0 and later)."""
    if "ris" not in run(tmp_path, "pandoc", "--list-input-formats").stdout.split():
        pytest.skip("this pandoc reads no RIS (3.0 does)")
    studies = chosen(which, 500)
    path = put(tmp_path, "refs.ris", written(studies, "ris"))
    done = run(tmp_path, "pandoc", "-f", "ris", "-t", "csljson", str(path))
    assert len(json.loads(done.stdout)) == len(studies)


@needs_module("RISparser")
@pytest.mark.parametrize("which", SETS)
def test_risparser_reads_every_record(which: str) -> None:
    from RISparser import read

    studies = chosen(which, 2_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(read(written(studies, "ris").splitlines()))
    assert len(found) == len(studies)
