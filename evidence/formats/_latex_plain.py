"""Plain forms of characters that only look special, for 7-bit LaTeX: hyphens, ligatures, what has no width.

A file cannot tell U+2011 from a hyphen, nor should it: every program that reads it knows the hyphen.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from evidence.formats import _latex_table as table
from evidence.records import Author, Markup
from evidence.text import clean, escape

_PLAIN: Final = {
    "‐": "-", "‑": "-", "‒": "–", "―": "—", "\xad": "", "\u034f": "", "\u200b": "", "\u2060": "", "\u2061": "",
    "\u2062": "", "\u2063": "", "\u2064": "", "\ufeff": "",
    "∗": "*", "⋅": "·", "∙": "·", "‧": "·", "˙": "·", "∆": "Δ", "⩾": "≥", "⩽": "≤", "≧": "≥", "≦": "≤", "∶": ":",
    "∘": "°", "∣": "|", "″": "′′", "‴": "′′′", "⁄": "/", "∕": "/", "‟": "“", "‛": "‘", "ʼ": "’", "ʻ": "‘", "ʹ": "′",
    "ʺ": "′′", "˂": "<", "˃": ">", "═": "=", "●": "•", "✰": "⋆", "★": "⋆", "☆": "⋆", "ɣ": "γ", "ᴅ": "D", "ʟ": "L",
    "ɑ": "α", "〈": "⟨", "〉": "⟩", "△": "Δ", "⟶": "→", "⟵": "←",
    "◦": "°", "⁎": "*", "˜": "~", "ˆ": "^", "▪": "•", "■": "•", "➔": "→", "➝": "→",
}  # fmt: skip
"""What is printed alike, or means the same, without its own code point."""

_KEPT: Final = dict.fromkeys(
    "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufe0e\ufe0f", ""
)
"""What has no width and yet a meaning in Arabic, in Hebrew and for emoji."""

_FULL_WIDTH: Final = (0xFF01, 0xFF5E)
_COMPATIBLE: Final = ((0x2024, 0x2025), (0x203C, 0x203C), (0x2047, 0x2049), (0x2100, 0x2148), (0x2160, 0x217F)) + (
    (0x3371, 0x33DF), (0xFB00, 0xFB06), (0xFE50, 0xFE6B), _FULL_WIDTH, (0x1D400, 0x1D7FF),
)  # fmt: skip
"""Ligatures, Roman numerals, units in a cell, letters in full width or of mathematics: Unicode has what they mean."""


def _plain_forms() -> dict[str, str]:
    found = _PLAIN | _KEPT
    taken = {*table.TEXT, *table.MATH}
    for first, last in _COMPATIBLE:
        for character in map(chr, range(first, last + 1)):
            meant = unicodedata.normalize("NFKC", character)
            meant = meant.replace("\u2044", "/").translate({0x3BC: "µ"}) if character != meant else ""
            if meant and character not in taken and all(c.isascii() or c in taken for c in meant) and " " not in meant:
                found.setdefault(character, meant)
    return found


FORMS: Final = _plain_forms()
"""How a character is printed where a font has not got it."""

_REPLACED: Final = {c: form for c, form in FORMS.items() if c not in _KEPT and not 0xFF01 <= ord(c) <= 0xFF5E}
"""Those that are as good in their plain form; full width is how Chinese is printed."""

# Beyond the first plane as one range: of single characters there `re` makes no table.
_LISTED: Final = re.escape("".join(c for c in sorted(_REPLACED) if ord(c) < 0x10000))
_SOME: Final = re.compile(f"[{_LISTED}\U0001d400-\U0001d7ff]")


def simpler(value: str) -> str:
    """A plain text with what only looks special in its plain form: hyphens, ligatures, Roman numerals, ℃, no width."""
    if value.isascii() or not _SOME.search(value):
        return value
    return clean(_SOME.sub(lambda m: _REPLACED.get(m[0], m[0]), value))


def simpler_markup(value: Markup) -> Markup:
    """The same for markup."""
    if value.isascii() or not _SOME.search(value):
        return value
    return Markup(clean(_SOME.sub(lambda m: escape(_REPLACED.get(m[0], m[0])), value)))


def simpler_authors(authors: tuple[Author, ...]) -> tuple[Author, ...]:
    """The same for names."""
    return tuple(map(_simpler_author, authors))


def _simpler_author(author: Author) -> Author:
    if author.family.isascii() and author.given.isascii():
        return author
    return replace(author, family=simpler(author.family), given=simpler(author.given))
