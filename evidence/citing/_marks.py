"""Pieces of a reference as Markup, and how they are joined: whatever was stored, what comes out is sound.

A reference is built as one Markup string (text escaped, only balanced inline tags), so that each output form walks the
same tags and no form can forget to escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from evidence import text
from evidence.records import Markup

TAG: Final = re.compile(r"(</?(?:i|b|u|sub|sup)>)")
"""The inline tags of Markup (evidence/text.py), as `re.split` parts them from the text between."""

_ENDED: Final = re.compile(r"(?:[.?!]|[?!.][\"”’'])\Z")
_STEERING: Final = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal, break lines, or turn the reading order of all that follows."""


def mk(plain: str) -> Markup:
    """Plain text, of any source, as a piece."""
    return text.from_plain(_STEERING.sub(" ", plain))


def sound(markup: str) -> Markup:
    """Markup that keeps its promise: text escaped once, known tags balanced, white space squeezed."""
    parts = TAG.split(text.balanced(Markup(_STEERING.sub(" ", markup))))
    for at in range(0, len(parts), 2):
        parts[at] = text.escape(text.plain(text.pieces(parts[at])))
    return _without_empty(" ".join("".join(parts).split()))


def italic(piece: Markup) -> Markup:
    """A piece in italics; what is italic inside it stands upright (APA 7, section 6.22, "reverse italics")."""
    if not piece:
        return piece
    turned = piece.replace("<i>", "\0").replace("</i>", "<i>").replace("\0", "</i>")
    made = Markup(f"<i>{turned}</i>")
    if text.balanced(made) != made or "<i><i>" in made:
        made = Markup("<i>" + piece.replace("<i>", "").replace("</i>", "") + "</i>")
    return _without_empty(made)


def _without_empty(markup: str) -> Markup:
    """Tags around nothing are left out."""
    kept: list[str] = []
    for part in TAG.split(markup):
        if kept and part.startswith("</") and kept[-1] == f"<{part[2:]}":
            kept.pop()
        elif part:
            kept.append(part)
    return Markup("".join(kept))


def stop(piece: str) -> Markup:
    """A piece with a full stop, unless it ends with one, with ? or with ! (Citing Medicine, chapter 1, titles)."""
    if not piece:
        return Markup("")
    return Markup(piece if _ENDED.search(text.plain(Markup(piece))) else f"{piece}.")


def joined(pieces: Iterable[str], between: str = " ") -> Markup:
    """The pieces that are not empty, with the same between each two."""
    return Markup(between.join(piece for piece in pieces if piece))


def without_stop(markup: Markup) -> Markup:
    """A title without the full stop, comma or semicolon that sources put behind it; an ellipsis stays."""
    parts = TAG.split(markup)
    at = next((n for n in range(len(parts) - 1, -1, -2) if parts[n].strip()), 0)
    if not parts[at].endswith("..."):
        parts[at] = text.escape(text.plain(parts[at]).rstrip(" .,;:"))
    return _without_empty("".join(parts))
