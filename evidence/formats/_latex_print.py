r"""What pdfLaTeX prints of a character: which its UTF-8 knows, and how those look that it does not know.

Everything here is for pdfLaTeX as it comes, `\documentclass{article}` with or without `\usepackage[T1]{fontenc}`;
LuaLaTeX and XeLaTeX have the characters. Bodies are of commands of the kernel and of plain TeX's mathematics, so that
no package is needed. What has none (Chinese, Arabic, Cyrillic, emoji …) is `unprintable`.

Files in both alphabets define in a @preamble what they use and LaTeX does not have: `seven_bit_needs` and
`unicode_needs` say what that is, `with_preambles` puts it before the first entry that needs it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from evidence.formats import _latex_table as table
from evidence.formats._latex_encode import FALLBACK, text
from evidence.formats._latex_known import KNOWN, ONLY_T1
from evidence.formats._latex_plain import FORMS

_UNKNOWN: Final = re.compile(f"[^\x00-\x7f{KNOWN}{''.join(ONLY_T1)}]")
_IN_T1: Final = re.compile(f"[{''.join(ONLY_T1)}]")
_COMMANDS: Final = sorted({name for names in ONLY_T1.values() for name in names} | {"horn", "h"}, key=len, reverse=True)
_USED: Final = re.compile(rf"\\(?:({'|'.join(_COMMANDS)})(?![A-Za-z])|({FALLBACK})\{{(\d+)\}})")

# -- how a character looks --------------------------------------------------------------------------------------------

_DRAWN: Final = {
    "≲": r"\ensuremath{\mathrel{\raise.3ex\hbox{$<$}\kern-.75em\lower.9ex\hbox{$\sim$}}}",
    "≳": r"\ensuremath{\mathrel{\raise.3ex\hbox{$>$}\kern-.75em\lower.9ex\hbox{$\sim$}}}",
    "♀": r"\oalign{\hfil$\scriptstyle\circ$\hfil\crcr\noalign{\kern-.6ex}\hfil$\scriptscriptstyle+$\hfil\crcr}",
    "♂": r"\ensuremath{\circ\mkern-5mu\mathord{\nearrow}}",
    "Ħ": r"H\llap{\raise1.1ex\hbox{\vrule height.06ex width.8em}}",
    "Ƶ": r"Z\llap{-\kern.1em}", "ƶ": r"z\llap{-\kern.05em}", "ɛ": r"\ensuremath{\varepsilon}",
    "ĸ": "k", "ŀ": r"l\textperiodcentered{}", "Ŀ": r"L\textperiodcentered{}", "ŉ": "'n", "ſ": "s", "ə": r"e",
    "■": r"\vrule height1.2ex width1.2ex", "□": r"\ensuremath{\Box}", "✓": r"\ensuremath{\surd}",
    "⅓": r"\ensuremath{\frac{1}{3}}", "⅔": r"\ensuremath{\frac{2}{3}}", "⅛": r"\ensuremath{\frac{1}{8}}",
    "⅜": r"\ensuremath{\frac{3}{8}}", "⅝": r"\ensuremath{\frac{5}{8}}", "⅞": r"\ensuremath{\frac{7}{8}}",
    "⅕": r"\ensuremath{\frac{1}{5}}", "⅖": r"\ensuremath{\frac{2}{5}}", "⅗": r"\ensuremath{\frac{3}{5}}",
    "⅘": r"\ensuremath{\frac{4}{5}}", "⅙": r"\ensuremath{\frac{1}{6}}", "⅚": r"\ensuremath{\frac{5}{6}}",
    "∴": r"\ensuremath{\ldots}", "⊙": r"\ensuremath{\odot}", "\u0337": r"\llap{/}", "\u0338": r"\llap{/}",
    "\u0335": r"\llap{-}", "\u0336": r"\llap{-}", "\u0332": r"\llap{\_}",
    "\u0305": r"{\setbox0\hbox{x}\kern-\wd0\hbox to\wd0{\hss\={}\hss}}",
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P",
    "Τ": "T", "Χ": "X", "ο": "o",
}  # fmt: skip
"""Bodies of characters that no command prints: drawn, or the letter that looks the same."""

_ABOVE: Final = {
    "\u0300": "grave", "\u0301": "acute", "\u0303": "tilde", "\u0304": "bar", "\u0306": "breve", "\u0308": "ddot",
    "\u0313": "grave", "\u0314": "acute", "\u0342": "tilde",
}  # fmt: skip
_OVER_THE_LAST: Final = r"{\setbox0\hbox{x}\kern-\wd0\hbox to\wd0{\hss\%s{}\hss}}"


def unprintable(value: str) -> bool:
    """Whether pdfLaTeX has nothing to print for some character of a text."""
    return not value.isascii() and any(not _look(c) for c in set(_UNKNOWN.findall(value)))


@lru_cache(maxsize=4096)
def _look(character: str) -> str:
    """LaTeX that prints a character which LaTeX's UTF-8 does not know; empty where there is none."""
    if character in _DRAWN:
        return _DRAWN[character]
    if character in FORMS:
        return text(FORMS[character]) or "{}"
    written = text(character)
    if FALLBACK not in written:
        stacked = re.fullmatch(r"\{(\\[`'^\"~=.]\{\\[^hd].*)\}", written)
        return rf"{{\fontencoding{{T1}}\selectfont{stacked[1]}}}" if stacked else _anywhere(written)
    return _composed(character) or _scripted(character)


def _anywhere(written: str) -> str:
    """Mathematics that may stand in mathematics."""
    return rf"\ensuremath{{{written[2:-2]}}}" if written.startswith("{$") and written.count("$") == 2 else written


def _composed(character: str) -> str:
    """A Greek letter with its accent; an accent alone, over what was printed last."""
    parts = unicodedata.normalize("NFD", character)
    base, marks = parts[0], parts[1:]
    if not marks:
        names = [name for name, mark in table.ACCENTS.items() if mark == character and name not in "bt"]
        return _OVER_THE_LAST % names[0] if names else ""
    if not ("\u0370" <= base <= "\u03ff"):
        return ""
    letter = f"\\{table.MATH[base]}" if base in table.MATH else _DRAWN.get(base, "")
    accent = next((_ABOVE[m] for m in marks if m in _ABOVE and m not in "\u0313\u0314"), "")
    if not letter:
        return ""
    return rf"\ensuremath{{\{accent}{{{letter}}}}}" if accent else rf"\ensuremath{{{letter}}}"


def _scripted(character: str) -> str:
    """A letter or number in a circle."""
    kind, _, codes = unicodedata.decomposition(character).partition(" ")
    meant = "".join(chr(int(code, 16)) for code in codes.split()) if kind == "<circle>" else ""
    return rf"\textcircled{{{meant}}}" if len(meant) == 1 and meant.isascii() else ""


# -- preambles --------------------------------------------------------------------------------------------------------

_BARE: Final = {
    "horn": r"#1{\setbox0\hbox{#1}\kern-.12em\raise\dimexpr\ht0-1.6ex\hbox{'}}",
    "h": r"{\setbox0\hbox{#1}\ooalign{#1\crcr\hidewidth\raise\dimexpr\ht0-.55ex\hbox{\scriptsize'}\hidewidth\crcr}}",
}
"""Vietnamese accents of the encoding T5, drawn for the others."""

_TOKEN: Final = re.compile(r"(\\(?:[A-Za-z]+|.)|#)( ?)")
_NUMBERED: Final = (
    rf"\gdef\{FALLBACK}#1{{\ifdefined\Umathchar\symbol{{#1}}\else\ifcsname {FALLBACK}#1\endcsname"
    rf"\csname {FALLBACK}#1\endcsname\else\&\##1;\fi\fi}}"
)
"""Prints the character where the engine has it (XeTeX, LuaTeX), else what stands for it, else its number as `&#21556;`:
a file never fails."""

_DECLARED: Final = (
    r"\gdef\unicodeletter#1#2#3{\ifdefined\Umathchar\else\ifcsname u8:\detokenize{#1}\endcsname\else"
    r"\DeclareUnicodeCharacter{#2}{#3}\fi\fi}"
)
"""Tells LaTeX's UTF-8 a character, unless the document or a package has."""


def _default(command: str) -> str:
    r"""The definition of a text command for encodings that lack it (ltoutenc.dtx: `\DeclareTextCommandDefault`)."""
    default = rf"\csname ?\string\{command}\endcsname"
    if command in _BARE:
        body = f"#1{{{_BARE[command]}}}"
        return rf"\expandafter\gdef{default}{body}\ifdefined\{command}\else\gdef\{command}{{{default}}}\fi"
    use = "Accent" if command == "k" else "Symbol"
    return rf"\expandafter\gdef{default}{{\UseText{use}{{T1}}\{command}}}"


def _kept(definition: str) -> str:
    """A definition that the next run of LaTeX has from the beginning, where natbib prints names of the last."""
    written = _TOKEN.sub(lambda m: "\\string" + m[1] + ("\\space " if m[2] else ""), definition)
    return rf"{definition}\immediate\write\csname @auxout\endcsname{{{written}}}"


def seven_bit_needs(entry: str) -> Iterator[tuple[str, str]]:
    """What an entry of a 7-bit file needs to have defined: a name for each thing, and the definition."""
    if "\\" not in entry:
        return
    for command, numbered, code in _USED.findall(entry):
        if command:
            yield command, _kept(_default(command))
        elif numbered:
            yield FALLBACK, _kept(_NUMBERED)
            if look := _by_number(int(code)):
                yield code, _kept(rf"\expandafter\gdef\csname {FALLBACK}{code}\endcsname{{{look}}}")


def _by_number(code: int) -> str:
    if code > 0x10FFFF:
        return ""
    character = chr(code)
    if _UNKNOWN.match(character):
        return _look(character)
    return "".join(f"^^{byte:02x}" for byte in character.encode("utf-8"))  # LaTeX's UTF-8 knows it


def unicode_needs(entry: str) -> Iterator[tuple[str, str]]:
    """What an entry in UTF-8 needs to have declared, the same way."""
    if entry.isascii():
        return
    for character in _IN_T1.findall(entry):
        for command in ONLY_T1[character]:
            yield command, _default(command)
    for character in _UNKNOWN.findall(entry):
        look = _look(character)
        if not look:
            continue
        for command, _, _ in _USED.findall(look):
            yield command, _default(command)
        yield "unicodeletter", _DECLARED
        yield character, rf"\unicodeletter{{{character}}}{{{ord(character):04X}}}{{{look}}}"


def with_preambles(entries: Iterable[str], needs: Callable[[str], Iterator[tuple[str, str]]]) -> Iterator[str]:
    """The entries, each after a @preamble of what it needs and none before it did."""
    defined: set[str] = set()
    for entry in entries:
        new = {name: definition for name, definition in needs(entry) if name not in defined}
        if new:
            defined |= new.keys()
            yield f"@preamble{{{{{''.join(new.values())}}}}}\n\n"
        yield entry
