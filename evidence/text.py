"""Text: inline markup, folding, white space. Pure functions; everything stored passes through here."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

from evidence.records import Author, Markup

INLINE_TAGS: Final = ("i", "b", "u", "sub", "sup")
"""The inline elements of PubMed's %text; that carry meaning; every other tag is text or is dropped by its reader."""

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACE: Final = re.compile(r"\s+")
_TAG: Final = re.compile(r"</?(?:i|b|u|sub|sup)>")
_ESCAPED_TAG: Final = re.compile(r"&lt;(/?)(i|b|u|sub|sup)&gt;")
_WORD: Final = re.compile(r"\w+")
_NOT_WORD: Final = re.compile(r"[^\w]+")


def clean(text: str) -> str:
    """Text without control characters and lone surrogates (PostgreSQL refuses NUL), NFC, white space squeezed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(_CONTROL.sub("", text).split())


def from_plain(text: str) -> Markup:
    """Plain text as markup: every `&`, `<`, `>` is a character, never syntax."""
    return Markup(html.escape(clean(text), quote=False))


def from_html_text(text: str) -> Markup:
    """Text of a file that may carry inline tags (`CO<sub>2</sub>`): balanced known tags stay, all else is text."""
    return balanced(Markup(_ESCAPED_TAG.sub(r"<\1\2>", html.escape(clean(text), quote=False))))


def balanced(markup: Markup) -> Markup:
    """The markup itself when its tags nest properly, else the markup with every tag as plain characters."""
    stack: list[str] = []
    for match in _TAG.finditer(markup):
        name = match[0].strip("</>")
        if not match[0].startswith("</"):
            stack.append(name)
        elif not stack or stack.pop() != name:
            return Markup(_TAG.sub(lambda m: html.escape(m[0], quote=False), markup))
    return markup if not stack else Markup(_TAG.sub(lambda m: html.escape(m[0], quote=False), markup))


def plain(markup: Markup | str) -> str:
    """Markup as the characters a reader sees."""
    if "<" in markup:
        markup = _TAG.sub("", markup)
    return html.unescape(markup) if "&" in markup else str(markup)


def to_html(markup: Markup) -> str:
    """Markup as HTML that is safe by construction: only the inline tags pass, whatever the string holds."""
    return _ESCAPED_TAG.sub(r"<\1\2>", html.escape(_unescape_keep_tags(balanced(markup)), quote=True)).replace(
        "\x00", "&lt;"
    )


def _unescape_keep_tags(markup: str) -> str:
    """Undo entities, hiding each escaped `<` as NUL so that it cannot become a tag again."""
    return html.unescape(markup.replace("\x00", "").replace("&lt;", "\x00").replace("&#60;", "\x00"))


GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LETTERS: Final = str.maketrans(
    GREEK | {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ħ": "h", "µ": "mu"}
)


def fold(text: str) -> str:
    """Text for comparing and searching: no case, no accents, Greek letters by name, words separated by one space."""
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)) if not unicodedata.combining(c)
        ).translate(_LETTERS)
    return _NOT_WORD.sub(" ", text.casefold()).replace("_", " ").strip()


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return fold(text).split()


@lru_cache(maxsize=4096)
def ascii_fold(text: str) -> str:
    """Letters and digits of a text in ASCII, lower case; what has no ASCII form is left out."""
    return "".join(c for c in fold(text) if c.isascii() and c.isalnum())


def initials_of(author: Author) -> str:
    """Initials as PubMed prints them ("JA"), from the record or made from the given names."""
    if author.initials:
        return author.initials.replace(".", "").replace(" ", "")
    return "".join(part[0].upper() for part in re.split(r"[\s.\-]+", author.given) if part)


def short_name(author: Author) -> str:
    """An author as PubMed lists them: "Wu YT", "Smith J Jr", a group by its name."""
    if author.is_group:
        return author.family
    return " ".join(part for part in (author.family, initials_of(author), author.suffix) if part)


def byline(authors: tuple[Author, ...], most: int = 6) -> str:
    """The author line of a result row: all of up to `most`, else the first of them and "et al."."""
    names = [short_name(a) for a in authors[:most]]
    return ", ".join(names) + (" et al." if len(authors) > most else "")
