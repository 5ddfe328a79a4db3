"""An entry as text, the way bibtexparser's writer lays it out; what both BibTeX dialects write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

_NOT_IN_KEYS: Final = frozenset("\"#'(),={}%~\\@")
_UNSAFE: Final = re.compile(r"[{}\\]|[^\x21-\x7e]")
_ESCAPED: Final = re.compile(r"[{}\\]|%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]")

Fields = Iterable[tuple[str, str]]
"""Names and values, the values with their delimiters; those with an empty value are left out."""


def entry(type_: str, key_: str, fields: Fields) -> str:
    """One entry and an empty line. A key given twice is not this module's matter: a file must not stop there."""
    lines = "".join(f"  {name} = {value},\n" for name, value in fields if value)
    return f"@{type_}{{{key_},\n{lines}}}\n\n"


def key(text: str) -> str:
    """A citation key as it is, but for the characters that BibTeX or biber would stumble over.

    Those of a library have none of them (citekeys.is_writable).
    """
    safe = (c if c.isprintable() and not c.isspace() and c not in _NOT_IN_KEYS else "-" for c in text)
    return "".join(safe) or "study"


def braced(value: str) -> str:
    """A value between braces; nothing for nothing."""
    return f"{{{value}}}" if value else ""


def verbatim(value: str) -> str:
    """A DOI or address as it is; one with a brace or backslash, which would end the field, or with a character that no
    address has (RFC 3986), is percent-encoded; what is encoded already stays as it is.
    """
    if _UNSAFE.search(value):
        value = _ESCAPED.sub(lambda m: quote(m[0], safe=""), value)
    return braced(value)


def word(value: str) -> str:
    """A value as one word of ASCII in which nothing is syntax to BibTeX or biber (RFC 3986, section 2.1)."""
    return quote(value, safe="!&'()*+,/:;=?[]|<>.")
