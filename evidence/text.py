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
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but tab and line ends, and those that turn the direction of what follows on the page
(https://www.unicode.org/reports/tr9/, Explicit Directional Formatting Characters).
"""
_TAG: Final = re.compile(r"(</?(?:i|b|u|sub|sup)>)")
_ESCAPED_TAG: Final = re.compile(r"&lt;(/?)(i|em|italic|b|strong|bold|u|sub|inf|sup)&gt;", re.I | re.A)
_MEANT: Final = {"em": "i", "italic": "i", "strong": "b", "bold": "b", "inf": "sub"}
"""Tags that exports of publishers and databases write for ours (HTML, JATS, Scopus)."""

_NOT_WORD: Final = re.compile(r"[\W_]+")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def clean(text: str) -> str:
    """Text without control characters and lone surrogates (PostgreSQL refuses NUL), NFC, white space squeezed."""
    if not text.isprintable():  # True for nearly every text: only plain spaces, nothing to take out
        return " ".join(pieces(text).split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "  " in text or text.strip() != text:
        return " ".join(text.split())
    return text


def hidden(text: str) -> str:
    """The first character of a text that nobody sees and that changes how it is shown, as "U+202E"; "" without one."""
    found = _HIDDEN.search(text)
    return _number(found[0]) if found else ""


def visible(text: str) -> str:
    """`clean`, with what would still turn or hide words on a page written out: "[U+202E]"."""
    return _HIDDEN.sub(lambda match: f"[{_number(match[0])}]", clean(text))


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"


def pieces(text: str) -> str:
    """`clean` for a part of a text: white space is left, so that parts still join to the whole.

    Parts are normalised one by one, before tags stand between them: NFC would compose the `>` of a tag with a
    combining solidus that follows it.
    """
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def escape(text: str) -> str:
    """`&`, `<`, `>` as entities: the one way in which characters become part of a Markup."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    return text.replace(">", "&gt;") if ">" in text else text


def from_plain(text: str) -> Markup:
    """Plain text as markup: every `&`, `<`, `>` is a character, never syntax."""
    return Markup(escape(clean(text)))


def from_html_text(text: str) -> Markup:
    """Text of a file that may carry inline tags (`CO<sub>2</sub>`): balanced known tags stay, all else is text."""
    return balanced(Markup(_ESCAPED_TAG.sub(_known_tag, escape(clean(text)))))


def _known_tag(match: re.Match[str]) -> str:
    name = match[2].lower()
    return f"<{match[1]}{_MEANT.get(name, name)}>"


def balanced(markup: Markup) -> Markup:
    """The markup itself when its tags nest properly, else the markup with every tag as plain characters."""
    stack: list[str] = []
    for tag in _TAG.findall(markup):
        if tag[1] != "/":
            stack.append(tag[1:])
        elif not stack or stack.pop() != tag[2:]:
            return _without_syntax(markup)
    return _without_syntax(markup) if stack else markup


def _without_syntax(markup: Markup) -> Markup:
    return Markup(_TAG.sub(lambda m: escape(m[0]), markup))


def plain(markup: Markup | str) -> str:
    """Markup as the characters a reader sees."""
    if "<" in markup:
        markup = _TAG.sub("", markup)
    return _unescape(markup)


def _unescape(text: str) -> str:
    """The reverse of `escape`, and no more: `&amp;lt;` is the four characters `&lt;` that someone printed."""
    if "&" not in text:
        return str(text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def to_html(markup: Markup) -> str:
    """Markup as HTML that is safe by construction: only the inline tags pass, whatever the string holds."""
    parts = _TAG.split(balanced(markup))  # text and tags in turn
    for at in range(0, len(parts), 2):
        parts[at] = html.escape(_unescape(_CONTROL.sub("", parts[at])), quote=True)
    return "".join(parts)


GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LETTERS: Final = str.maketrans(GREEK | {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ħ": "h", "µ": "mu",
})  # fmt: skip


def fold(text: str) -> str:
    """Text for comparing and searching: no case, no accents, Greek letters by name, words separated by one space."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
        text = _BEYOND_ASCII.sub(_fold_letter, text)
    return _NOT_WORD.sub(" ", text).strip()


def _fold_letter(match: re.Match[str]) -> str:
    letter = match[0]
    return "" if unicodedata.combining(letter) else _LETTERS.get(ord(letter), letter)


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


def byline(authors: tuple[Author, ...], most: int = 6, *, complete: bool = True) -> str:
    """The author line of a result row: all of up to `most`, else the first of them and "et al.", as where the source
    has cut the list short (not `complete`).
    """
    names = [short_name(a) for a in authors[:most]]
    return ", ".join(names) + (" et al." if names and (len(authors) > most or not complete) else "")
