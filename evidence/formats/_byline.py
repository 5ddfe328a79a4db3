"""Authors at the head of a printed reference: where they end, and who they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evidence.formats import _names
from evidence.records import Author
from evidence.text import clean

_DEGREE: Final = (
    r"(?:MD|PhD|Ph\.D\.|M\.D\.|MBBS|MBChB|MS|MSc|MPH|MA|BSc|BS|DO|DPT|PT|RN|DDS|DMD|DVM|PharmD|DSc|ScD|EdD|FRCP|FRCS"
    r"|FACS|MBA|MHS|DrPH)"
)
_WITH_DEGREES: Final = re.compile(
    rf"(?P<name>[A-ZÀ-Þ][\w'’.‐-]*(?:\s[\w'’.‐-]+){{1,4}}?),?\s+{_DEGREE}(?:,\s*{_DEGREE})*"
    r"(?=[A-ZÀ-Þ]|[\s,;]|$)[,;]?\s*"
)
_TEAM: Final = re.compile(
    r"\b(?:group|collaborat\w+|investigators|organi[sz]ation|committee|consortium|network|society|association|agency"
    r"|institute)\b",
    re.I,
)
_FULL_NAME: Final = re.compile(r"[^\W\d_][\w'’.‐-]*(?:\s[^\W\d_][\w'’.‐-]*){1,4}")
_LOWER_IN_NAMES: Final = frozenset(
    [
        "van",
        "der",
        "de",
        "den",
        "da",
        "dos",
        "das",
        "do",
        "di",
        "del",
        "della",
        "la",
        "le",
        "ten",
        "ter",
        "zu",
        "von",
        "y",
        "e",
        "bin",
        "ibn",
        "al",
        "el",
        "af",
    ]
)
_SENTENCE: Final = re.compile(r"[^\W\d_]{1,}[.:?]\s+\S")
_MOST_ENDS: Final = 80
"""Sentence ends tried as the end of the authors; group names and initials hold a few, never this many."""


@dataclass(frozen=True, slots=True)
class Found:
    """Authors in an unusual print, and the text after them with its white space."""

    authors: tuple[Author, ...]
    rest: str


def with_degrees(printed: str) -> Found | None:
    """Names with degrees, run together: "Ann Lee MDBo Roe PhD, MS Title …"."""
    text = printed.lstrip("0123456789.)]( \u00a0\t\n")
    names: list[str] = []
    at = 0
    while True:
        match = _WITH_DEGREES.match(text, at)
        if match is None:
            break
        names.append(clean(match["name"]))
        at = match.end()
    return Found(tuple(_names.natural(n) for n in names), text[at:]) if names else None


def by_lines(printed: str) -> Found | None:
    """Authors on a line of their own that ends with a comma, as ScienceDirect prints them."""
    first, line_break, rest = printed.strip().partition("\n")
    text = clean(re.sub(r"^\W*\d{1,4}[.):\]]?\s", "", first.replace("\u00a0", " ")))
    if not line_break or not text.endswith(","):
        return None
    names = [n.strip() for n in text.split(",") if n.strip()]
    if not names or not all(_is_full_name(n) for n in names):
        return None
    return Found(tuple(_names.natural(n) for n in names), rest)


def by_commas(head: str) -> Found | None:
    """Full names, then a title whose first piece is no name: "Ann Lee, Bo Roe, Title, Journal"."""
    pieces = head.split(",")
    names: list[str] = []
    for piece in pieces:
        if not _is_full_name(piece.strip()):
            break
        names.append(piece.strip())
    rest = ",".join(pieces[len(names) :])
    if not names or rest.count(",") < 1:
        return None
    return Found(tuple(_names.natural(n) for n in names), rest)


def _is_full_name(text: str) -> bool:
    """True for capitalised words ("Given Family"), particles apart; a title's first words are not all such."""
    if not _FULL_NAME.fullmatch(text) or _names.medline(text) is not None or re.search(r"\w{2,}\.", text):
        return False
    words = text.split()
    return (
        2 <= len(words) <= 5
        and all(w[:1].isupper() or w in _LOWER_IN_NAMES for w in words)
        and not re.search(
            r"\b(?:A|An|The|Of|And|For|With|Effects?|Stud(?:y|ies)|Trials?|Treatment|Therapy|Injection|Journal)\b", text
        )
    )


def leading_authors(head: str) -> tuple[tuple[Author, ...], str, bool]:
    """MEDLINE-style authors up to the sentence end that closes them, the rest, and whether the list is whole."""
    best = 0
    for count, match in enumerate(re.finditer(r"[.:]\s+(?=\S)", head)):
        if count > _MOST_ENDS:
            break
        if looks_like_authors(head[: match.start()]):
            best = match.end()
        elif best and match.start() > best + 200:
            break
    if not best:
        return (), head, True
    text, whole = _names.without_et_al(head[:best].strip().rstrip(".:"))
    return _people(text), head[best:], whole


def _people(text: str) -> tuple[Author, ...]:
    found: list[Author | None] = []
    for part in re.split(r"[;,]\s*", text.replace(", & ", ", ").replace(" & ", ", ")):
        name = re.sub(r"^and\s+", "", part.strip())
        if name:
            found.append(_names.medline(name) or _names.parse(name))
    return tuple(a for a in found if a is not None)


def looks_like_authors(text: str, *, strict: bool = True) -> bool:
    """True when the pieces of a list are names in MEDLINE's form or groups'; not strict: APA's inverted names too."""
    text, _ = _names.without_et_al(clean(text))
    pieces = [re.sub(r"^(?:and|&)\s+", "", p.strip()) for p in re.split(r"[;,]", text) if p.strip()]
    if not pieces:
        return False
    medline = sum(_names.medline(p) is not None for p in pieces)
    known = medline + sum(_is_group(p) for p in pieces if _names.medline(p) is None)
    if known == len(pieces):
        return True
    # One name in an odd form among many does not make a list a sentence; a sentence in a piece does.
    if medline >= 2 and known >= 0.7 * len(pieces) and not any(_SENTENCE.search(p) or len(p) > 120 for p in pieces):
        return True
    if strict:
        return False
    initials = sum(bool(re.fullmatch(r"(?:[^\W\d_]\.[ -]?)+", p)) for p in pieces)
    return initials * 2 >= len(pieces) or _is_group(text)


def _is_group(piece: str) -> bool:
    words = piece.split()
    if not 2 <= len(words) <= 14 or _SENTENCE.search(piece) or piece.endswith("?") or not _TEAM.search(piece):
        return False
    small = sum(w in ("of", "the", "for", "and", "on", "in") for w in words)
    return sum(w[:1].isupper() for w in words) >= len(words) - small - 1


def starts_with_authors(text: str) -> bool:
    """True when a paragraph begins with names: MEDLINE's, APA's before "(2020)", or full names with commas."""
    text = clean(text)
    head = text[:600]
    if leading_authors(head)[0]:
        return True
    if re.match(r"[^\W\d_][\w'’-]+,\s(?:[^\W\d_]\.[ -]?)+.{0,400}\((?:1[89]|20)\d\d", head):
        return True
    return with_degrees(head) is not None or by_commas(head) is not None


def apa(text: str) -> tuple[tuple[Author, ...], bool]:
    """Families and initials in turn ("Wu, Y.-T., Ke, M.-J., & Chen, L."), or a group."""
    text, whole = _names.without_et_al(clean(text).rstrip(","))
    if _is_group(text):
        return (_names.group(text),), whole
    pieces = [re.sub(r"^(?:&|and)\s+", "", p.strip()) for p in re.split(r",|\s&\s", text) if p.strip(" .…")]
    found: list[Author] = []
    for piece in pieces:
        if re.fullmatch(r"(?:[^\W\d_]\.[ -]?)+", piece) and found and not found[-1].given and not found[-1].initials:
            found[-1] = _names.make(found[-1].family, " ".join(re.findall(r"[^\W\d_]\.", piece)))
        else:
            found.append(_names.medline(piece) or _names.make(piece))
    return tuple(found), whole
