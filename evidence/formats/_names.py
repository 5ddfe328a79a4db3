"""Personal and corporate names as lists print them: "Family, Given", "Family AB", "Given Family", groups.

`listed` writes a name for formats that have one string for each author (RIS, CSV), and `parse` reads back what it
wrote. Conventions, after the EndNote manual ("type a comma after a corporate author's name"): a trailing comma marks
a group, two trailing commas a person known by one name. Braces around a whole name mark a group too: that is BibTeX's
convention, and people keep to it in programs that do not know it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from evidence.records import Author
from evidence.text import clean

_SUFFIX: Final = re.compile(r"(?:jr|sr|junior|senior|[1-4](?:st|nd|rd|th)|i{2,3}|iv|vi{0,3})\.?", re.I)
_DOTTED: Final = re.compile(r"\w\.(?: \w\.)*")
_ET_AL: Final = re.compile(r"[,;]?\s*\b(?:et\s+al\b\.?|and\s+others|others)\s*$", re.I)
_NOBODY: Final = re.compile(r"[\[(\s]*(?:anon(?:ymous)?|no authors? listed|n/?a|none|unknown)[\])\s]*", re.I)
_PARTICLES: Final = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
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
        "zur",
        "af",
        "av",
        "al",
        "el",
        "bin",
        "ibn",
    ]
)
_GROUP: Final = re.compile(
    r"\b(?:groups?|consorti(?:um|a)|collaborati(?:on|ve)|collaborators|committees?|associations?|society|organi[sz]ations?"
    r"|investigators|institut(?:e|es|ion|ions)|universit(?:y|ies)|networks?|teams?|trials?|study|foundation|agency"
    r"|cent(?:er|ers|re|res)|departments?|ministry|councils?|federation|initiative|task ?force|programme|program"
    r"|panel|registry|board|college|academy|commission|alliance|project|corporation|company|inc|ltd|gmbh|members)\b",
    re.I,
)


_BRACES_OR_AND: Final = re.compile(r"\{[^{}]*\}|(?P<mark>\s(?:and|AND)\s)")
_LONGEST_BRACED: Final = 1_000
"""Characters of a name whose braces are looked at; real groups' names have up to 300."""


def initials_only(given: str) -> str:
    """Initials from the form in which `given_text` writes them ("B. S." gives "BS"); empty for other given names."""
    if not _DOTTED.fullmatch(given):
        return ""
    letters = given.replace(". ", "").rstrip(".")
    return letters if letters.isalpha() and letters == letters.upper() else ""


def given_text(author: Author) -> str:
    """Given names for a list: in full where known, else the initials with dots ("B. S."), as styles expect them."""
    if author.given:
        return author.given
    letters = [c for c in author.initials if c.isalpha()]
    return " ".join(f"{c}." for c in letters)


def make(family: str, given: str = "", suffix: str = "", *, is_group: bool = False) -> Author:
    """An author from cleaned parts; dotted initials become `initials`."""
    family, given = clean(family), clean(given)
    if not family:
        family, given = given, ""
    initials = initials_only(given)
    return Author(
        family=family,
        given="" if initials else given,
        initials=initials,
        suffix=clean(suffix),
        is_group=is_group,
    )


def group(name: str) -> Author:
    """A corporate author."""
    return Author(family=clean(name), is_group=True)


def is_initials(token: str) -> bool:
    """True for "AB", "A.B.", "J-P": one to five capitals."""
    letters = re.sub(r"[.\-‐'’]", "", token)
    return 1 <= len(letters) <= 5 and letters.isalpha() and letters.isupper()


def medline(text: str) -> Author | None:
    """A name in MEDLINE's form, "Family AB" or "Family AB Jr", or None when it is not one."""
    if "," in text:  # "van Groen, Maaike M."
        return None
    tokens = text.split()
    suffix = ""
    if len(tokens) > 2 and _SUFFIX.fullmatch(tokens[-1]) and is_initials(tokens[-2]):
        suffix = tokens.pop()
    given: list[str] = []
    while len(tokens) > 1 and len(given) < 4 and is_initials(tokens[-1]):
        given.insert(0, tokens.pop())
    family, initials = " ".join(tokens), "".join(c for c in "".join(given) if c.isalpha())
    if not given or len(initials) > 6 or any(is_initials(t) and not t.isalpha() for t in tokens):  # "A. Smith B"
        return None
    if not any(c.islower() for c in family) and (len(family) < 2 or len(initials) > 2):  # "A B", "JOHN LEE"
        return None
    return Author(family=family, initials=initials, suffix=suffix)


def natural(text: str) -> Author:
    """A name in reading order, "Ludwig van Beethoven", "J. P. Smith Jr"."""
    tokens = text.split()
    suffix = tokens.pop() if len(tokens) > 2 and _SUFFIX.fullmatch(tokens[-1]) else ""
    if len(tokens) <= 1:
        return make(text)
    start = len(tokens) - 1
    while start > 1 and tokens[start - 1].lower() in _PARTICLES:
        start -= 1
    if start == 1 and tokens[0] in _PARTICLES:  # "de Silva": no given name
        start = 0
    return make(" ".join(tokens[start:]), " ".join(tokens[:start]), suffix.rstrip(","))


def looks_corporate(text: str) -> bool:
    """True for a name without comma that can hardly be a person's: organisation words, digits, many words."""
    return bool(_GROUP.search(text)) or any(c.isdigit() for c in text) or len(text.split()) > 5


@lru_cache(maxsize=50_000)  # people write more than one article
def parse(text: str) -> Author | None:
    """One name of a list. None for nobody ("Anonymous", "[No authors listed]")."""
    text = clean(text)
    if not text.strip(",; ") or _NOBODY.fullmatch(text.rstrip(".")):
        return None
    if text.endswith(",,"):
        return _inverted(text.rstrip(", "))
    if text.endswith(","):
        return group(text.rstrip(", "))
    if braced(text):
        return group(without_braces(text))
    if "," in text:
        return _inverted(text)
    if looks_corporate(text):
        return group(text)
    return medline(text) or natural(text)


def _inverted(text: str) -> Author:
    """A person's name in the order "Family, Given, Jr"; a family alone too."""
    parts = [p.strip() for p in text.split(",")]
    if len(parts) == 2:
        return make(parts[0], parts[1])
    if len(parts) == 3 and (not parts[1] or _SUFFIX.fullmatch(parts[2]) or _SUFFIX.fullmatch(parts[1]) is None):
        return make(parts[0], parts[1], parts[2])
    return make(parts[0], " ".join(parts[1:]))


def braced(text: str) -> bool:
    """True for a name that stands in braces as a whole, "{World Health Organization}": a group."""
    return len(text) <= _LONGEST_BRACED and in_one_group(text) and bool(text.strip("{} ,;"))


def in_one_group(text: str) -> bool:
    """True when the brace that begins a text is closed by the one that ends it."""
    if not (text.startswith("{") and text.endswith("}")):
        return False
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "{") - (c == "}")
        if depth == 0 and i < len(text) - 1:
            return False
    return True


def without_braces(text: str) -> str:
    """What stands in the braces of a `braced` name, however many pairs there are; any other text as it is."""
    while braced(text):
        text = text[1:-1].strip()
    return text


def canonical(author: Author) -> tuple[bool, str, str, str]:
    """What a name says, apart from how its parts are kept: for comparing before and after a file."""
    if author.is_group:
        return (True, author.family, "", "")
    family, given = author.family, given_text(author)
    return (False, family, given, author.suffix) if family else (False, given, "", author.suffix)


def listed(author: Author) -> str:
    """A name as one string that `parse` reads back; a comma inside a person's name becomes a space."""
    if author.is_group:
        name = author.family.rstrip(", ")
        found = parse(name)
        return name if found is not None and found.is_group and found.family == name else f"{name},"
    family, given, suffix = (clean(p.replace(",", " ")) for p in (author.family, given_text(author), author.suffix))
    if not family:
        family, given = given, ""
    if suffix or given:
        name = f"{family}, {given}, {suffix}" if suffix else f"{family}, {given}"
        return f"{name},," if braced(name) else name
    found = parse(family)
    same = found is not None and canonical(found) == (False, family, "", "")
    return family if same else f"{family},,"


def without_et_al(text: str) -> tuple[str, bool]:
    """A list of names without its "et al.", and whether the list was whole."""
    found = _ET_AL.search(text)
    return (text[: found.start()].rstrip(), False) if found else (text, True)


def is_et_al(text: str) -> bool:
    """True for a name that is none: "et al.", "others"."""
    return _ET_AL.fullmatch(clean(text)) is not None


def without_semicolon(author: Author) -> Author:
    """The author for lists that semicolons cut; one inside the name becomes a space."""
    parts = (author.family, author.given, author.initials, author.suffix)
    if not any(";" in p for p in parts):
        return author
    family, given, initials, suffix = (" ".join(p.replace(";", " ").split()) for p in parts)
    return Author(family=family, given=given, initials=initials, suffix=suffix, is_group=author.is_group)


def people(text: str) -> tuple[tuple[Author, ...], bool]:
    """A list of names in one string, however separated, and whether it is whole (no "et al.")."""
    text, whole = without_et_al(clean(text))
    if text.startswith("['") or text.startswith('["'):  # a Python list, as ASReview and pandas print one
        parts = re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", text)
        return authors(a or b for a, b in parts), whole
    if ";" in text:
        return authors(text.split(";")), whole
    if "{" in text and (pieces := _beside_braces(text)):
        return authors(pieces), whole
    if re.search(r"\s(?:and|AND)\s", text) and not _GROUP.search(text.split(",")[0]):
        return authors(_by_and(text)), whole
    pieces = [p.strip() for p in text.rstrip(".").split(",") if p.strip()]
    if len(pieces) > 1:
        return _by_comma(text, pieces), whole
    return authors(_run_together(text)), whole


def _beside_braces(text: str) -> list[str]:
    """The names of a list in which a whole one stands in braces, cut at each `and` outside them; else none."""
    pieces, start = [], 0
    for found in _BRACES_OR_AND.finditer(text):
        if found["mark"]:
            pieces.append(text[start : found.start()].strip())
            start = found.end()
    pieces.append(text[start:].strip())
    return pieces if any(map(braced, pieces)) else []


def people_cut(texts: Iterable[str]) -> tuple[tuple[Author, ...], bool]:
    """The people and groups of a sequence of names, and whether it is whole: no "et al.", alone or behind a name."""
    found: list[Author | None] = []
    whole = True
    for text in texts:
        if is_et_al(text):
            whole = False
        elif text.lower().rstrip(". ").endswith(" et al"):
            whole = False
            found.append(parse(without_et_al(text)[0]))
        else:
            found.append(parse(text))
    return tuple(a for a in found if a is not None), whole


def authors(texts: Iterable[str]) -> tuple[Author, ...]:
    """The people and groups of a sequence of names; nobodies are left out."""
    found = (parse(t) for t in texts)
    return tuple(a for a in found if a is not None)


def _by_and(text: str) -> list[str]:
    parts = re.split(r"\s+(?:and|AND|&)\s+", text)
    first = [p for p in parts[0].split(",") if p.strip()]
    if len(parts) == 2 and (len(first) > 2 or len(first) == 2 and " " in first[0].strip()):
        return [*first, parts[1]]  # "A Smith, B Jones and C Brown"
    return parts


def _by_comma(text: str, pieces: list[str]) -> tuple[Author, ...]:
    as_medline = [medline(p) for p in pieces]
    if all(as_medline):
        return tuple(a for a in as_medline if a is not None)
    if len(pieces) == 2 and (not (" " in pieces[0] and " " in pieces[1]) or pieces[0].split()[0].lower() in _PARTICLES):
        return authors([text])
    if len(pieces) % 2 == 0 and all(_all_initials(p) for p in pieces[1::2]):  # "Smith, J., Doe, A. B."
        return tuple(
            make(f, " ".join(f"{c}." for c in re.findall(r"\w", g)))
            for f, g in zip(pieces[::2], pieces[1::2], strict=True)
        )
    found = (m or parse(p) for m, p in zip(as_medline, pieces, strict=True))
    return tuple(a for a in found if a is not None)


def _all_initials(text: str) -> bool:
    return all(is_initials(t) for t in text.split())


_RUN_DOTTED: Final = re.compile(r"[^.,;]{1,60}?\s(?:\w\.[ -]?){1,6}")
_RUN_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bLe)(?<!\bLa)(?<!\bDi)")


def _run_together(text: str) -> list[str]:
    """Names printed without separators: "Kahn F.Liu A.Hall C." and "Andy SmithTom Weber"."""
    dotted = [m[0].strip() for m in _RUN_DOTTED.finditer(text)]
    if len(dotted) > 1 and sum(len(d) for d in dotted) > 0.9 * len(text.replace("  ", " ")) - len(dotted):
        return [re.sub(r"\s+((?:\w\.[ -]?){1,6})$", r", \1", d) for d in dotted]
    camel = _RUN_CAMEL.split(text)
    if len(camel) > 1 and all(len(c.split()) >= 2 for c in camel):
        return camel
    return [text]


def looks_like_suffix(text: str) -> bool:
    """True for "Jr", "III", "2nd" and their like."""
    return bool(_SUFFIX.fullmatch(text.strip()))
