"""Text and markup to LaTeX for BibTeX fields: every character is text, nothing in it can become syntax.

`_latex` reads back exactly what is written here. Letters with accents become commands (8-bit BibTeX sorts and
abbreviates only those rightly); scripts that LaTeX has no commands for stay UTF-8.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

from evidence.formats import _latex_table as table
from evidence.records import Markup

_PLAIN: Final = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_"}
_ACCENT: Final = {combining: name for name, combining in table.ACCENTS.items() if name not in "bt"}
# Ligatures of TeX's fonts, and an ampersand that would begin an entity, are broken by an empty group.
_SPECIAL: Final = re.compile(r"--+|''+|``+|(?P<entity>&(?=#?\w{1,31};))|[^\x20-\x7e]|[\\{}$&#%_^~<>|]")
_PIECES: Final = re.compile(r"(</?(?:i|b|u|sub|sup)>)")
_WORDS: Final = re.compile(r"(\s+)")
_WRAP: Final = re.compile(r"^([\W_]*)(.*?)([\W_]*)$", re.S)


def text(value: str) -> str:
    """Plain text as LaTeX."""
    return _SPECIAL.sub(lambda m: r"\&{}" if m["entity"] else _encoded(m[0]), value)


@lru_cache(maxsize=4096)
def _encoded(found: str) -> str:
    if len(found) > 1:  # dashes or quotation marks that would join
        return "{}".join(found)
    if found in _PLAIN:
        return _PLAIN[found]
    if found in table.TEXT:
        return f"{{\\{table.TEXT[found]}}}"
    if found in table.MATH:
        return f"{{$\\{table.MATH[found]}$}}"
    parts = unicodedata.normalize("NFD", found)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENT:
        name = _ACCENT[parts[1]]
        return f"{{\\{name}{parts[0]}}}" if not name.isalpha() else f"{{\\{name}{{{parts[0]}}}}}"
    return found


def markup(value: Markup) -> str:
    """Markup as LaTeX: tags as commands."""
    return "".join(_tag(p) if _PIECES.fullmatch(p) else text(html.unescape(p)) for p in _PIECES.split(value))


def title(value: Markup) -> str:
    """A title as LaTeX, with braces round the words whose capitals a style must not touch ({DNA}, {COVID-19}, {pH})."""
    pieces: list[str] = []
    first = True
    for piece in _PIECES.split(value):
        if _PIECES.fullmatch(piece):
            pieces.append(_tag(piece))
            continue
        for word in _WORDS.split(html.unescape(piece)):
            pieces.append(_word(word, first))
            if word.strip():
                first = word.endswith((":", ".", "?", "!"))
    return "".join(pieces)


def _word(word: str, first: bool) -> str:
    before, core, after = _WRAP.match(word).groups()  # type: ignore[union-attr]
    if not core or not _needs_braces(core, first):
        return text(word)
    return f"{text(before)}{{{text(core)}}}{text(after)}"


def _needs_braces(core: str, first: bool) -> bool:
    """Capitals that carry meaning: inside a word, all through it, beside a digit, or a single letter (vitamin D)."""
    capitals = sum(c.isupper() for c in core)
    if not capitals:
        return False
    if len(core) == 1:
        return not first and core != "A"
    inner = any(
        c.isupper() and not (core[i - 1] in "-‐–/'’(" and core[i + 1 : i + 2].islower())
        for i, c in enumerate(core)
        if i
    )
    return inner or any(c.isdigit() for c in core)


def _tag(tag: str) -> str:
    return "}" if tag.startswith("</") else f"\\{table.WRITTEN_TAGS[tag.strip('<>')]}{{"
