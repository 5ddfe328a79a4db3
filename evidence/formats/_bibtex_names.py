"""Names in BibTeX's `author` and `editor` fields, both ways.

Reading after "Tame the BeaST", section 4, https://ctan.org/pkg/tamethebeast : names are separated by `and` outside
braces; "von Last, Jr, First" or "First von Last"; what stands wholly in braces is one name, here a group. Lists in
MEDLINE's form ("Smith AB, Doe C"), which are no BibTeX but common, are read as what they mean.
"""

from __future__ import annotations

import re
from typing import Final

from evidence.formats import _latex, _latex_encode, _names
from evidence.formats._latex_encode import Encode
from evidence.records import Author

_AND: Final = re.compile(r"\s+and(?:\s+|$)|^and\s+", re.I)
_LETTER: Final = re.compile(r"\{\\(?:[`'^\"~=.]\s*\{?\\?\w\}?|[cvuHkbdrt]\s?\{?\w?\}?|unicodechar\{\d+\})\}")
_GUARDED: Final = re.compile(r"(?i)\b(?:and|others)\b")
_ONE: Final = "{}"
"""An empty group before a braced name: a person with one name, where braces alone would make a group of people."""

_ONE_FOR_BIBER: Final = r"\relax{}"
"""The same where biber takes the initial: it passes over a command, and would cut an empty group in two."""

NOBODY: Final = "[No authors listed]"
"""PubMed's words for a work without authors, which biblatex's data model asks for; `useauthor=false` hides them."""

NO_TITLE: Final = "[Not Available]"
"""PubMed's words for a missing title; the data model asks for one too."""

_NOBODY: Final = re.compile(rf"\{{?{re.escape(NOBODY)}\}}?")
_TIE: Final = re.compile(r"(?<!\\)~")
_SYNTAX: Final = re.compile(r"[{}\\$~<&`]")
"""What LaTeX or HTML may be; a name without, and without a ligature of TeX, is printed as it stands."""


def read(value: str) -> tuple[tuple[Author, ...], bool]:
    """The authors of a field's value, and whether the list is whole (no `and others`)."""
    value = value.strip()
    plain = not _has_syntax(value)
    names = [n for n in _split(value) if n.strip()]
    marked = not plain and any(n.lstrip().startswith((_ONE, _ONE_FOR_BIBER)) for n in names)
    if len(names) == 1 and not marked and not _wholly_braced(names[0]):
        listed = _one_string(names[0])
        if listed is not None:
            return listed
    if "," not in value and len(names) > 1 and not marked:
        as_medline = [_names.medline(_latex.text(n)) for n in names]
        if all(as_medline):
            return tuple(a for a in as_medline if a is not None), True
    whole = True
    found: list[Author] = []
    for name in names:
        name = name.strip()
        if NOBODY in name and _NOBODY.fullmatch(name):
            continue
        if name.lower() in ("others", "et al.", "et al", "{others}"):
            whole = False
            continue
        author = _last_first(name) if plain and name.count(",") == 1 else _name(name)
        if author is not None:
            found.append(author)
    return tuple(found), whole


def _one_string(name: str) -> tuple[tuple[Author, ...], bool] | None:
    """A list that uses no `and`: MEDLINE's commas, or semicolons; None for a single name."""
    text = _latex.text(name)
    bare, whole = _names.without_et_al(text)
    if ";" in _outside(name):
        return _names.people(text)
    parts = [p.strip() for p in bare.rstrip(".").split(",") if p.strip()]
    if not parts or not all(_names.medline(p) for p in parts) or (len(parts) == 1 and "." in text):
        return None if whole else (_names.people(text)[0], False)
    return tuple(m for m in map(_names.medline, parts) if m is not None), whole


def _split(value: str) -> list[str]:
    """The value cut at every `and` outside braces."""
    if "{" not in value:
        return value.split(" and ") if _separated_by_spaces(value) else _AND.split(value)
    names, start, depth, counted = [], 0, 0, 0
    for match in _AND.finditer(value):
        piece = value[counted : match.start()].replace("\\{", "").replace("\\}", "")
        depth, counted = depth + piece.count("{") - piece.count("}"), match.start()
        if depth <= 0:
            names.append(value[start : match.start()])
            start = match.end()
    names.append(value[start:])
    return names


def _separated_by_spaces(value: str) -> bool:
    """Whether every `and` that may separate names stands between two plain spaces."""
    if "  " in value or not value.isprintable() or value[:4].lower() == "and ":
        return False
    return value.lower().count(" and") == value.count(" and ")


def _has_syntax(value: str) -> bool:
    return _SYNTAX.search(value) is not None or "--" in value or "''" in value


def _wholly_braced(name: str) -> bool:
    name = name.strip()
    return _names.in_one_group(name) and not _LETTER.fullmatch(name)  # {\'E} is a letter, not a group


def _outside(name: str) -> str:
    """What stands outside all braces."""
    kept, depth = [], 0
    for c in name:
        depth += (c == "{") - (c == "}")
        if depth <= 0:
            kept.append(c)
    return "".join(kept)


def _commas(name: str) -> list[str]:
    if "{" not in name:
        return name.split(",")
    parts, depth, start = [], 0, 0
    for i, c in enumerate(name):
        depth += (c == "{") - (c == "}")
        if c == "," and depth == 0:
            parts.append(name[start:i])
            start = i + 1
    return [*parts, name[start:]]


def _name(name: str) -> Author | None:
    if name.count(",") == 1 and not _has_syntax(name):
        return _last_first(name)
    if _wholly_braced(name):
        text = _latex.text(name)
        return _names.group(text) if text else None
    parts = [_part(p) for p in _commas(name)]
    if len(parts) == 1:
        return _natural(name)
    if len(parts) == 2:
        family, given, suffix = parts[0], parts[1], ""
    elif len(parts) == 3:
        family, suffix, given = parts
        if _names.looks_like_suffix(given) and not _names.looks_like_suffix(suffix):
            suffix, given = given, suffix  # "Smith, John, Jr": wrong in BibTeX, common all the same
    else:
        family, given, suffix = parts[0], " ".join(parts[1:]), ""
    return _names.make(family, given, suffix) if family or given else None


def _last_first(name: str) -> Author | None:
    """Nearly every name: "Last, First", nothing to decode."""
    family, _, given = name.partition(",")
    author = _names.make(family, given)
    return author if author.family else None


def _part(text: str) -> str:
    return _latex.text(_TIE.sub(" ", text))


def _natural(name: str) -> Author | None:
    """A name in the order "First von Last": the last word with the lower-case words before it; braces make one word."""
    words = _words(name)
    if not words:
        return None
    if len(words) == 1:
        return _names.make(words[0][0])
    end = len(words)
    suffix = ""
    if end > 2 and _names.looks_like_suffix(words[-1][0]):
        suffix, end = words[-1][0], end - 1
    start = next((i for i in range(1 if end > 1 else 0, end - 1) if words[i][1]), end - 1)
    if words[0][1]:
        start = 0
    given = " ".join(w for w, _ in words[:start])
    return _names.make(" ".join(w for w, _ in words[start:end]), given, suffix)


def _words(name: str) -> list[tuple[str, bool]]:
    """The words of a name, decoded, each with whether it is lower case (a particle)."""
    words: list[tuple[str, bool]] = []
    depth, start = 0, 0
    text = _TIE.sub(" ", name) + " "
    for i, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if c.isspace() and depth <= 0:
            piece = text[start:i].strip()
            start = i
            if piece:
                shown = _latex.text(piece)
                braced = piece.startswith("{") and not piece.startswith("{\\")
                words.append((shown, not braced and shown[:1].islower()))
    return [w for w in words if w[0]]


def write(authors: tuple[Author, ...], whole: bool = True, encode: Encode = _latex_encode.text) -> str:
    """A field's value for these authors; groups in braces, `and others` where the list is cut short.

    Nothing at all when no author is known: "others" alone would be printed as a name.
    """
    names = [_written(a, encode) for a in authors if a.family or a.given]
    return " and ".join(names if whole or not names else [*names, "others"])


def _written(author: Author, encode: Encode) -> str:
    if author.is_group:
        return f"{{{encode(author.family)}}}"
    family, given, suffix = author.family, _names.given_text(author), author.suffix
    if not family:
        family, given = given, ""
    shown = _guarded(family, encode)
    if suffix:
        return f"{shown}, {_guarded(suffix, encode)}, {_guarded(given, encode)}"
    if given:
        return f"{shown}, {_guarded(given, encode)}"
    alone = read(shown)[0] if shown == encode(family) else ()
    same = len(alone) == 1 and _names.canonical(alone[0]) == (False, family, "", "")
    if same:
        return shown
    one = _ONE if encode is _latex_encode.text else _ONE_FOR_BIBER
    return f"{one}{{{encode(family)}}}"


def _guarded(part: str, encode: Encode) -> str:
    """A part of a name; braces keep a comma, an `and` or a tie in it from being read as syntax."""
    if not part:
        return part
    encoded = encode(part)
    return f"{{{encoded}}}" if "," in part or ";" in part or _GUARDED.search(part) else encoded
