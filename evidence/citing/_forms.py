r"""References as text, HTML and RTF: the same Markup, walked once, escaped for each form.

RTF: Rich Text Format Specification 1.9.1 (Microsoft 2008): "\uN" is a signed 16-bit UTF-16 unit, and "\uc0"
says that no substitute follows it: pandoc 2.17 takes a letter too many after a substitute. It stands in every
paragraph, because that reader forgets it at the end of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from evidence import text
from evidence.citing._marks import TAG
from evidence.records import Markup

Form = Literal["text", "html", "rtf"]

_RTF_TAGS: Final = {"i": "i", "b": "b", "u": "ul", "sub": "sub", "sup": "super"}
_RTF_HEAD: Final = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\froman\\fcharset0 Times New Roman;}}\\f0\\fs24\n"
_RTF_PARAGRAPH: Final = "\\pard\\uc0\\fi-480\\li480\\sa120\\tx480 "
"""A hanging indent of a third of an inch (480 twips), and a little space below."""

_HTML_HEAD: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>References</title></head>\n<body>\n'
)


def plain(reference: Markup) -> str:
    """A reference as text."""
    return " ".join(text.plain(reference).split())


def html(reference: Markup) -> str:
    """A reference as a piece of HTML: text and inline elements only."""
    return text.to_html(reference)


def rtf(reference: Markup) -> str:
    """A reference as a piece of RTF."""
    parts = TAG.split(text.balanced(reference))
    for at, part in enumerate(parts):
        if at % 2 == 0:
            parts[at] = _rtf_text(text.plain(part))
        else:
            parts[at] = "}" if part[1] == "/" else f"{{\\{_RTF_TAGS[part[1:-1]]} "
    return "".join(parts)


def _rtf_text(plain_text: str) -> str:
    made = []
    for letter in plain_text:
        if letter in "\\{}":
            made.append(f"\\{letter}")
        elif " " <= letter <= "~":
            made.append(letter)
        else:
            units = letter.encode("utf-16-le", "replace")
            numbers = (int.from_bytes(units[n : n + 2], "little", signed=True) for n in range(0, len(units), 2))
            made += [f"\\u{number} " for number in numbers]
    return "".join(made)


def one(reference: Markup, form: Form) -> str:
    """One reference: a line of text, a piece of HTML, or an RTF document of its own (RTF has no pieces)."""
    if form == "rtf":
        return many([reference], "rtf", numbered=False)
    return html(reference) if form == "html" else plain(reference)


def many(references: Sequence[Markup], form: Form, *, numbered: bool) -> str:
    """A list of references as one document."""
    if form == "html":
        items = [f"<li>{html(r)}</li>" if numbered else f"<p>{html(r)}</p>" for r in references]
        body = "\n".join(["<ol>", *items, "</ol>"] if numbered else items)
        return f"{_HTML_HEAD}{body}\n</body>\n</html>\n"
    labels = [f"{n}." for n in range(1, len(references) + 1)] if numbered else [""] * len(references)
    if form == "rtf":
        lines = [
            f"{_RTF_PARAGRAPH}{label + chr(92) + 'tab ' if label else ''}{rtf(r)}\\par\n"
            for label, r in zip(labels, references, strict=True)
        ]
        return f"{_RTF_HEAD}{''.join(lines)}}}\n"
    return "".join(f"{label} {plain(r)}".lstrip() + "\n" for label, r in zip(labels, references, strict=True))
