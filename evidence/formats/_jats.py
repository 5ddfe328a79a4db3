"""Titles and abstracts with JATS or MathML inside, as publishers deposit them, to markup.

Elements: https://jats.nlm.nih.gov/publishing/tag-library/1.3/ ; Crossref's use of them:
https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/abstracts/ . Text without such
tags is read as that of any file (_markup.py).
"""

from __future__ import annotations

import re
from typing import Final

from evidence.formats import _markup
from evidence.records import AbstractSection, Markup
from evidence.text import plain

_ELEMENT: Final = re.compile(r"<(?P<slash>/?)(?:jats|mml):(?P<name>[A-Za-z][\w.-]{0,40})(?:\s[^<>]{0,500})?/?>")
_INLINE: Final = {
    "italic": "i", "bold": "b", "underline": "u", "sub": "sub", "sup": "sup",
}  # fmt: skip
_JOINED: Final = frozenset(
    ("ext-link", "inline-formula", "alternatives", "named-content", "styled-content", "xref", "sc")
)
_TEX: Final = re.compile(r"<jats:tex-math\b[^<>]{0,500}>[^<]{0,5000}</jats:tex-math>")
"""A formula said twice: as TeX and as MathML, which stays."""

_HEADING: Final = re.compile(r"<(?:jats:)?title\b[^<>]{0,200}>(?P<label>.{0,300}?)</(?:jats:)?title>", re.S)
_NO_LABEL: Final = re.compile(r"(?:graphical |structured )?(?:abstract|summary)[.:]?", re.I)


def inline(text: str) -> Markup:
    """A title, or a piece of an abstract, as markup."""
    if "<" in text:
        text = _ELEMENT.sub(_plainly, _TEX.sub("", text))
    return _markup.read(text)


def abstract(text: str) -> tuple[AbstractSection, ...]:
    """An abstract in its titled sections, else as `_markup.sections` cuts it. "Abstract" over the whole is no title."""
    found: list[AbstractSection] = []
    label, start = "", 0
    for heading in _HEADING.finditer(text):
        found += _section(label, text[start : heading.start()])
        label, start = _label(heading["label"]), heading.end()
    found += _section(label, text[start:])
    if len(found) == 1 and not found[0].label:
        return _markup.sections(found[0].text)
    return tuple(found)


def _section(label: str, text: str) -> list[AbstractSection]:
    body = inline(text)
    return [AbstractSection(text=body, label=label)] if body else []


def _label(text: str) -> str:
    label = plain(inline(text)).rstrip(":. ")
    return "" if _NO_LABEL.fullmatch(label) else label


def _plainly(element: re.Match[str]) -> str:
    """One of our tags, a space for a block, nothing for what stands within a line or a formula."""
    name = element["name"].lower()
    if name in _INLINE:
        return f"<{element['slash']}{_INLINE[name]}>"
    return "" if element[0].lstrip("</").startswith("mml:") or name in _JOINED else " "
