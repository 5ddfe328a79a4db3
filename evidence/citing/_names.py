"""Names as each manual prints them: initials, suffixes, how many before "et al.", groups.

NLM, Citing Medicine, chapter 1, "Author": at most two initials, no full stops, "Jr" and "3rd" without comma, groups
after a semicolon. ICMJE's samples (https://www.nlm.nih.gov/bsd/uniform_requirements.html): the first six, then et al.
AMA 11, section 3.7: up to six, else three; roman numerals for suffixes. APA 7, section 9.8: up to twenty, else the
first nineteen, an ellipsis and the last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from evidence.records import Author
from evidence.text import clean

ET_AL: Final = "et al."

_SUFFIXES: Final = {
    "jr": "Jr", "junior": "Jr", "sr": "Sr", "senior": "Sr", "ii": "II", "2nd": "II", "2d": "II", "iii": "III",
    "3rd": "III", "3d": "III", "iv": "IV", "4th": "IV",
}  # fmt: skip
_ORDINALS: Final = {"II": "2nd", "III": "3rd", "IV": "4th"}
_PARTICLES: Final = frozenset(
    ["van", "von", "der", "den", "de", "da", "das", "do", "dos", "di", "du", "del", "della", "la", "le", "ten", "ter"]
)
_INITIALS_AT_MOST: Final = 3
"""Capitals that a given name may have and still be initials: "JMA" is, "ANNA" is a name in capitals."""

_APA_MOST: Final = 20


def tidy(author: Author) -> Author:
    """A name with its parts cleaned; particles at the end of the given names ("Ludwig van") join the family name."""
    family, given = clean(author.family), clean(author.given)
    if author.is_group:
        return Author(family=(family or given).strip(",;: ").rstrip(". "), is_group=True)
    if not family:
        family, given = given, ""
    tokens = given.split()
    while len(tokens) > 1 and tokens[-1] in _PARTICLES:
        family = f"{tokens.pop()} {family}"
    initials = re.sub(r"[^\w-]|_", "", author.initials) if len(tokens) == len(given.split()) else ""
    return replace(author, family=family, given=" ".join(tokens), initials=initials, suffix=_suffix(author.suffix))


def printable(author: Author) -> bool:
    """True for a name that has letters or digits, and that PubMed has not marked as replaced (ValidYN)."""
    return author.valid and any(c.isalnum() for c in author.family + author.given)


def _suffix(raw: str) -> str:
    text = clean(raw).strip(".,; ")
    return _SUFFIXES.get(text.lower(), text)


def _initial_units(author: Author) -> list[str]:
    """Each initial for itself: from the record, where "NIa" is N and Ia, else from the given names."""
    if author.initials:
        return re.findall(r"[^\W\d_][^\W\d_A-Z]*|[0-9]", author.initials) or [author.initials]
    units: list[str] = []
    for token in re.split(r"[\s.\-\u2010-\u2015]+", author.given):
        if token.isalpha() and token.isupper() and len(token) <= _INITIALS_AT_MOST:
            units += token
        elif token:
            units.append(token[0].upper())
    return units


def vancouver(author: Author, most_initials: int = 2) -> str:
    """ "van Moorselaar RJ", "Gilstrap LC 3rd"; a group by its name."""
    if author.is_group:
        return author.family
    initials = "".join(_initial_units(author)[:most_initials])
    suffix = _ORDINALS.get(author.suffix, author.suffix)
    return " ".join(p for p in (author.family, initials, suffix) if p)


def ama(author: Author) -> str:
    """ "Gilstrap LC III"; every initial."""
    if author.is_group:
        return author.family
    return " ".join(p for p in (author.family, "".join(_initial_units(author)), author.suffix) if p)


def apa_initials(author: Author) -> str:
    """ "Y.-T.", "J. P.": hyphens of the given names stay (APA 7, section 9.9)."""
    if not author.given:
        return " ".join(f"{unit}." for unit in _initial_units(author))
    found = []
    for token in author.given.split():
        parts = [p for p in re.split(r"[-\u2010-\u2015]", token) if p.strip(".")]
        found.append("-".join(_apa_part(part) for part in parts))
    return " ".join(part for part in found if part)


def _apa_part(part: str) -> str:
    letters = [p for p in part.split(".") if p]
    if len(letters) == 1 and part.isalpha() and part.isupper() and len(part) <= _INITIALS_AT_MOST:
        letters = list(part)
    return " ".join(f"{p[0].upper()}." for p in letters)


def apa(author: Author, *, turned: bool = True) -> str:
    """ "Gilstrap, L. C., III"; not turned, as editors stand: "L. C. Gilstrap, III"."""
    if author.is_group:
        return author.family
    initials = apa_initials(author)
    suffix = f"{author.suffix}." if author.suffix in ("Jr", "Sr") else author.suffix
    if not turned:
        name = " ".join(p for p in (initials, author.family) if p)
        return ", ".join(p for p in (name, suffix) if p)
    return ", ".join(p for p in (author.family, initials, suffix) if p)


def vancouver_list(authors: Sequence[Author], *, most: int | None, complete: bool = True) -> str:
    """All names, or the first `most` and et al.; a group is parted from its neighbours by a semicolon."""
    shown = authors if most is None or len(authors) <= most else authors[:most]
    text = _listed([(vancouver(a), a.is_group) for a in shown])
    return text if len(shown) == len(authors) and complete or not text else f"{text}, {ET_AL}"


def ama_list(authors: Sequence[Author], *, complete: bool = True) -> str:
    """Up to six people, else three and et al; groups behind them, after a semicolon. Without a final full stop."""
    people = [a for a in authors if not a.is_group]
    groups = [a for a in authors if a.is_group]
    if len(people) <= 6:
        text = _listed([(ama(a), a.is_group) for a in authors])
        return text if complete or not text else f"{text}, et al"
    few = ", ".join(ama(a) for a in people[:3])
    return "; ".join([f"{few}, et al", *(a.family for a in groups)])


def _listed(names: Sequence[tuple[str, bool]]) -> str:
    text, group_before = "", False
    for name, is_group in names:
        text += ("; " if is_group or group_before else ", ") + name if text else name
        group_before = is_group
    return text


def apa_list(authors: Sequence[Author], *, complete: bool = True, turned: bool = True) -> str:
    """Names joined with commas and an ampersand; a list that the source cut ends with et al."""
    names = [apa(a, turned=turned) for a in authors]
    if not names:
        return ""
    if not complete:
        return ", ".join([*names[: _APA_MOST - 1], ET_AL])
    if len(names) > _APA_MOST:
        return ", ".join(names[: _APA_MOST - 1]) + f", . . . {names[-1]}"
    if len(names) == 1:
        return names[0]
    # "A & B (Eds.)" has no comma before the ampersand, "A, B., & C, D." has (APA 7, sections 8.17 and 9.8).
    last = " & " if not turned and len(names) == 2 else ", & "
    return ", ".join(names[:-1]) + last + names[-1]
