"""Text of files that carry inline tags and entities (RIS, CSV, CSL-JSON), to markup and back, reversibly.

Reading: `<i> <b> <u> <sub> <sup>` and their synonyms are markup, also when a database escaped them (`&lt;i&gt;`);
entities are undone once; other HTML that exports leave behind (`<span>`, `<jats:p>`) is dropped. Writing: a text that
happens to look like a tag or an entity is written `&lt;i>` or `&amp;amp;`, which reading turns back into characters.
"""

from __future__ import annotations

import html
import re
from typing import Final

from evidence.records import AbstractSection, Markup
from evidence.text import balanced, clean, plain

TAG_NAMES: Final = {
    "i": "i", "em": "i", "italic": "i", "b": "b", "strong": "b", "bold": "b", "u": "u", "underline": "u",
    "sub": "sub", "inf": "sub", "sup": "sup",
}  # fmt: skip
_NAMES: Final = "|".join(sorted(TAG_NAMES, key=len, reverse=True))
_INLINE: Final = "span|font|scp|sc|nocase|math|mi|mn|mo|mrow|mtext|mstyle|msub|msup|msubsup|mfrac|mover|munder"
_DROPPED: Final = f"{_INLINE}|p|br|div|title|sec|abstract"
TAG: Final = (
    rf"<(?P<slash>/?)(?:jats:)?(?P<name>{_NAMES})>"
    rf"|&lt;(?P<slash2>/?)(?:jats:)?(?P<name2>{_NAMES})&gt;"
    rf"|</?(?:jats:|mml:)?(?P<dropped>{_DROPPED})(?:\s[^<>]{{0,200}})?/?>"
)
"""A tag as files write it (compile with IGNORECASE)."""

ENTITY: Final = r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});"
_TAG: Final = re.compile(TAG, re.I)
_ENTITY: Final = re.compile(ENTITY, re.I)
_OUR_TAG: Final = re.compile(r"(</?(?:i|b|u|sub|sup)>)")


def tag_of(match: re.Match[str]) -> str:
    """The markup for a matched `TAG`: one of ours, or a space or nothing for one that is dropped."""
    dropped = match["dropped"]
    if dropped:
        return "" if dropped.lower() in _INLINE.split("|") else " "
    name = TAG_NAMES[(match["name"] or match["name2"]).lower()]
    return f"<{match['slash'] or match['slash2'] or ''}{name}>"


def unescape_once(text: str) -> str:
    """Entities with a semicolon as characters; a bare ampersand stays."""
    return _ENTITY.sub(lambda m: html.unescape(m[0]), text) if "&" in text else text


def escape(text: str) -> str:
    """Characters as markup."""
    return html.escape(text, quote=False)


def read(text: str) -> Markup:
    """A file's text as markup."""
    if "<" not in text and "&" not in text:
        return Markup(escape(clean(text)))
    pieces: list[str] = []
    start = 0
    for match in _TAG.finditer(text):
        pieces += (escape(unescape_once(text[start : match.start()])), tag_of(match))
        start = match.end()
    pieces.append(escape(unescape_once(text[start:])))
    return balanced(Markup(clean("".join(pieces))))


def read_plain(text: str) -> str:
    """A file's text as the characters a reader sees."""
    return plain(read(text)) if "<" in text or "&" in text else clean(text)


def write(markup: Markup) -> str:
    """Markup as a file's text: tags as they are, everything else so that `read` gives the same markup."""
    if "<" not in markup and "&" not in markup:
        return str(markup)
    return "".join(
        part if _OUR_TAG.fullmatch(part) else write_plain(html.unescape(part)) for part in _OUR_TAG.split(markup)
    )


def write_plain(text: str) -> str:
    """Characters as a file's text, so that `read_plain` gives the same characters."""
    if "&" in text:
        text = _ENTITY.sub(lambda m: m[0] if html.unescape(m[0]) == m[0] else "&amp;" + m[0][1:], text)
    if "<" in text:
        text = _TAG.sub(lambda m: "&lt;" + m[0][1:] if m[0][0] == "<" else m[0], text)
    return text


# Labels of structured abstracts; the commonest of NLM's list of 2,700
# (https://lhncbc.nlm.nih.gov/ii/areas/structured-abstracts/). At least one must occur before a text is cut.
_KNOWN_LABELS: Final = frozenset(
    [
        "background",
        "objective",
        "objectives",
        "aim",
        "aims",
        "purpose",
        "introduction",
        "context",
        "importance",
        "methods",
        "method",
        "design",
        "setting",
        "participants",
        "patients",
        "interventions",
        "intervention",
        "results",
        "findings",
        "conclusion",
        "conclusions",
        "discussion",
    ]
)
_LABEL: Final = re.compile(r"([A-Z][A-Z ,/&'()-]{2,70}):(?= )")
_NEXT_LABEL: Final = re.compile(rf"[.?!)\]] {_LABEL.pattern}")
"""A label within the text, behind the end of a sentence: a set of characters comes first, which is quickly found."""


def sections(markup: Markup) -> tuple[AbstractSection, ...]:
    """An abstract as its labelled sections when it plainly has them ("METHODS: …"), else as one paragraph."""
    if not markup:
        return ()
    text = str(markup)
    first = _LABEL.match(text)
    if first is None:  # most abstracts: no label at the beginning, so none is looked for in the rest
        return (AbstractSection(text=markup),)
    found = [first, *_NEXT_LABEL.finditer(text, first.end())]
    if len(found) < 2:
        return (AbstractSection(text=markup),)
    if not any(word in _KNOWN_LABELS for m in found for word in re.findall(r"[a-z]+", m[1].lower())):
        return (AbstractSection(text=markup),)
    ends = [m.start() + 1 for m in found[1:]] + [len(text)]
    parts = [(m[1], text[m.end() : end].strip()) for m, end in zip(found, ends, strict=True)]
    if any(balanced(Markup(body)) != body for _, body in parts):
        return (AbstractSection(text=markup),)
    return tuple(AbstractSection(text=Markup(body), label=plain(label)) for label, body in parts)


def joined(abstract: tuple[AbstractSection, ...], between: str = " ") -> Markup:
    """The sections as one text, labels in front in capitals as PubMed prints them."""
    parts = [f"{escape(s.label.rstrip(':').upper())}: {s.text}".rstrip() if s.label else str(s.text) for s in abstract]
    return Markup(between.join(p for p in parts if p))
