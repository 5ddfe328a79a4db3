r"""Text and markup to LaTeX for BibTeX fields: every character is text, nothing in it can become syntax.

`_latex` reads back exactly what is written here. Two alphabets: `SEVEN_BIT` writes ASCII only, letters with accents as
commands (8-bit BibTeX sorts and abbreviates only those rightly) and what LaTeX has no command for as
`{\unicodechar{21556}}`, which `_latex_print` defines; `UNICODE` (biber) escapes LaTeX's own characters and mathematics.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from evidence.formats import _latex_plain
from evidence.formats import _latex_table as table
from evidence.records import Markup

Encode = Callable[[str], str]
"""Plain text → LaTeX."""

FALLBACK: Final = "unicodechar"
"""Command for a character without one; its argument is the code point in decimal, which no case change can spoil."""

_PLAIN: Final = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "′": r"{$^\prime$}", "−": r"{$-$}"}
_ACCENT: Final = {combining: name for name, combining in table.ACCENTS.items() if name not in "bt"}
_BELOW: Final = frozenset(("d", "c", "k", "textcommabelow"))
_MARK: Final = re.compile("[\u0300-\u036f]")
_MARKED: Final = "[A-Za-z\u00c0-\u024f\u1e00-\u1eff]?[\u0300-\u036f]+"
"""A letter with accents for which Unicode has no letter of its own: the V̇ of oxygen uptake, a mean's x̄."""

_MATH_MARKS: Final = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "overline",
    "\u0306": "breve", "\u0307": "dot", "\u0308": "ddot", "\u030a": "mathring", "\u030c": "check", "\u20d7": "vec",
}  # fmt: skip
# Ligatures of TeX's fonts, and an ampersand that would begin an entity, are broken by an empty group.
_LIGATURES: Final = r"--+|''+|``+"
_ENTITY: Final = re.compile(r"&#?\w{1,31};")
# The straight quotation mark begins babel's shorthands in German, Dutch and more languages ("a is a letter there), and
# its command exists in T1 only. A ligature in a group prints in any encoding; no one else writes one so.
# Which it is, the characters beside it say (`_is_opening`); a pattern that looks back is tried at every character.
OPENING, CLOSING = "{``}", "{''}"
"""A straight quotation mark, by the side on which it stands."""

# One set of characters is looked for many times as fast as alternatives, and most values have no ligature.
_ALONE: Final = re.compile(r"[^ !()*+,\-./0-9:;=?@A-Z\[\]a-z'`]")
_SPECIAL: Final = re.compile(f"{_LIGATURES}|{_ALONE.pattern}")
_WITH_MARKS: Final = re.compile(f"{_MARKED}|{_SPECIAL.pattern}")
# One Greek letter or a sign of mathematics has no text font in pdfLaTeX; a Greek word is left to engines that have one.
_GREEK: Final = "\u0370-\u03ff\u1f00-\u1fff"
_IN_TEXT: Final = "±×÷¬"
_MATHS: Final = "".join(c for c in table.MATH if c not in _IN_TEXT and not "\u0370" <= c <= "\u03ff") + "′−"
_ALONE_IN_UNICODE: Final = re.compile(rf"[\\{{}}$&#%_^~<>|\"{_MATHS}{_GREEK}]")
_SYNTAX: Final = re.compile(f"{_LIGATURES}|{_ALONE_IN_UNICODE.pattern}")
_SYNTAX_WITH_MARKS: Final = re.compile(f"[A-Za-z][{''.join(_MATH_MARKS)}](?![\u0300-\u036f])|{_SYNTAX.pattern}")
_SYNTAX_OF_NAMES: Final = re.compile(rf"{_LIGATURES}|[\\{{}}$&#%_^~<>|\"]")
# biber decodes `\textless`; as it stands, OT1 has another character in its place.
_IN_MATHS: Final = {"<": "{$<$}", ">": "{$>$}", "|": "{$|$}"}
PIECES: Final = re.compile(r"(</?(?:i|b|u|sub|sup)>)")


def text(value: str) -> str:
    """Plain text as 7-bit LaTeX."""
    if not value.isascii():
        value = _latex_plain.simpler(value)
        if _MARK.search(value):
            return _WITH_MARKS.sub(_replaced, value)
    return (_SPECIAL if _joins(value) else _ALONE).sub(_replaced, value)


def unicode_text(value: str) -> str:
    """Plain text as UTF-8 LaTeX: what is syntax to LaTeX or BibTeX is written otherwise, and so is mathematics."""
    if not value.isascii() and _MARK.search(value):
        return _SYNTAX_WITH_MARKS.sub(_replaced_or_kept, value)
    return (_SYNTAX if _joins(value) else _ALONE_IN_UNICODE).sub(_replaced_or_kept, value)


def unicode_name(value: str) -> str:
    r"""A part of a name as UTF-8 LaTeX. biber takes its initial, and would cut a group or mathematics in two for it.

    So commands stand as `\textbraceleft{}`, which it passes over, and mathematics as the characters themselves, which
    `_latex_print` declares.
    """
    return _SYNTAX_OF_NAMES.sub(_replaced_in_name, value)


def _replaced_in_name(match: re.Match[str]) -> str:
    found = _replaced(match)
    return f"\\{table.TEXT[match[0]]}{{}}" if match[0] in table.TEXT else found


SEVEN_BIT: Final[Encode] = text
UNICODE: Final[Encode] = unicode_text


def _joins(value: str) -> bool:
    """Whether a value has characters that TeX would make one of."""
    return "--" in value or "''" in value or "``" in value


def _replaced_or_kept(match: re.Match[str]) -> str:
    if match[0] > "\u036f" and _in_word(match):
        return match[0]
    if match[0] in _IN_MATHS:
        return _IN_MATHS[match[0]]
    if match[0][-1] in _MATH_MARKS:
        return f"{{$\\{_MATH_MARKS[match[0][-1]]}{{{match[0][0]}}}$}}"
    found = _replaced(match)
    return match[0] if FALLBACK in found else found


def _in_word(match: re.Match[str]) -> bool:
    """Whether a Greek letter stands beside another one."""
    start, end = match.span()
    around = match.string[start - 1 : start] if start else "", match.string[end : end + 1]
    return _is_greek(match[0]) and any(map(_is_greek, around))


def _is_greek(letter: str) -> bool:
    return "\u0370" <= letter <= "\u03ff" or "\u1f00" <= letter <= "\u1fff"


def _replaced(match: re.Match[str]) -> str:
    if match[0] == '"':
        return OPENING if _is_opening(match.string, match.start()) else CLOSING
    if match[0] == "&" and _ENTITY.match(match.string, match.start()):
        return r"\&{}"
    return _encoded(match[0])


def _is_opening(value: str, at: int) -> bool:
    """Whether the quotation mark at that place stands before a word: after a space or bracket, and not before one."""
    before, after = value[at - 1 : at] if at else "", value[at + 1 : at + 2]
    return (
        (not before or before.isspace() or before in "([{/–—-")
        and bool(after)
        and not (after.isspace() or after in '")]}')
    )


@lru_cache(maxsize=4096)
def _encoded(found: str) -> str:
    if _MARK.match(found[-1]):
        return _accented(found) or "".join(map(_encoded_alone, found))
    if len(found) > 1:  # dashes or quotation marks that would join
        return "{}".join(found)
    return _encoded_alone(found)


def _encoded_alone(found: str) -> str:
    if found in _PLAIN:
        return _PLAIN[found]
    if found in table.TEXT:
        return f"{{\\{table.TEXT[found]}}}"
    if found in table.MATH:
        return f"{{$\\{table.MATH[found]}$}}"
    if found in table.SCRIPTS:
        return table.SCRIPTS[found]
    if found.isascii():
        return found
    return _accented(found) or f"{{\\{FALLBACK}{{{ord(found)}}}}}"


def _accented(found: str) -> str:
    """A letter with one or two accents as commands, or empty. The horn is part of the letter; the accent below stands
    outside: TeX can set it there.
    """
    parts = unicodedata.normalize("NFD", found)
    base, marks = parts[0], parts[1:]
    names = [_ACCENT.get(mark, "") for mark in marks]
    if not (base.isascii() and base.isalpha() and 1 <= len(names) <= 2 and all(names)):
        return ""
    if len(names) == 1:
        return f"{{{_accent(names[0], base)}}}"
    inner, outer = sorted(names, key=lambda name: (name in _BELOW) - (name == "horn"))
    if inner in _BELOW or inner == "h" or outer == "horn":
        return ""
    nested = f"{{\\{outer}{{{_accent(inner, base)}}}}}"
    composed = unicodedata.normalize("NFC", base + table.ACCENTS[inner] + table.ACCENTS[outer])
    return nested if composed == found else ""


def _accent(name: str, letter: str) -> str:
    return f"\\{name}{{{letter}}}" if name.isalpha() else f"\\{name}{letter}"


def markup(value: Markup, encode: Encode = text) -> str:
    """Markup as LaTeX: tags as commands."""
    if encode is text:
        value = _latex_plain.simpler_markup(value)
    return "".join(tag(p) if PIECES.fullmatch(p) else encode(html.unescape(p)) for p in PIECES.split(value))


def tag(written: str) -> str:
    """An inline tag as the command that opens its group, or the end of the group."""
    return "}" if written.startswith("</") else f"\\{table.WRITTEN_TAGS[written.strip('<>')]}{{"
