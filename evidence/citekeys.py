"""Citation keys: a readable key, given once. `stem` proposes, the store adds a suffix and never recomputes.

A minted key is familyYEARword: the first author's family name (a group's acronym), the year, the first content word
of the title, in ASCII letters and digits. The form is Better BibTeX's `[auth:lower][year][veryshorttitle:lower]`,
https://retorque.re/zotero-better-bibtex/citing/ ; an installation may have another pattern for new studies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from string import ascii_lowercase
from typing import Final

from evidence.errors import UsageProblem
from evidence.records import Author, Record
from evidence.text import ascii_fold, plain, words

PATTERN_SETTING: Final = "EVIDENCE_KEY_PATTERN"

MAX_KEY: Final = 120
"""Longest key taken from a file: far longer than any that a reference manager makes."""

_MAX_NAME: Final = 40
_MAX_WORD: Final = 30
_UNSAFE: Final = re.compile(r"""["#'(),={}%~\\@\s]""")
"""What BibTeX's scanner or biber refuses inside a key (btxdoc; biber's manual, section on entry keys)."""

STOP_WORDS: Final = frozenset(
    [
        *("a", "an", "the", "this", "that", "these", "those", "its", "their", "our", "his", "her", "we", "it"),
        *("about", "above", "across", "after", "against", "along", "among", "around", "as", "at", "before", "behind"),
        *("below", "beneath", "beside", "between", "beyond", "but", "by", "down", "during", "except", "for", "from"),
        *("in", "inside", "into", "like", "near", "of", "off", "on", "onto", "out", "over", "per", "since", "than"),
        *("through", "to", "toward", "towards", "under", "until", "up", "upon", "via", "versus", "vs", "with"),
        *("within", "without", "and", "or", "nor", "so", "yet", "if", "when", "whether", "while"),
        *("am", "are", "be", "been", "being", "can", "could", "did", "do", "does", "had", "has", "have", "is", "may"),
        *("might", "must", "should", "was", "were", "will", "would", "not", "no"),
        *("how", "what", "where", "which", "who", "whom", "whose", "why"),
        *("der", "die", "das", "ein", "eine", "und", "von", "zur", "zum", "le", "la", "les", "un", "une", "des", "du"),
        *("et", "el", "los", "las", "una", "y", "de", "en"),
    ]
)
"""Words that say nothing about a title: articles, prepositions, conjunctions, pronouns, auxiliaries, question words;
the articles of German, French and Spanish too."""


_PLACE: Final = re.compile(r"\{([A-Za-z]*)\}")
_FIXED: Final = re.compile(r"[A-Za-z0-9_:.+/-]*")
_LONGEST_PATTERN: Final = 60


@dataclass(frozen=True, slots=True)
class Pattern:
    """How new keys are made: text in which {author}, {year}, {yy}, {word}, {journal} and {pmid} stand for a record's
    own, capitalised when written {Author}, {Word}, {Journal}. Make one with `pattern`, which checks it.
    """

    text: str = "{author}{year}{word}"

    def stem(self, record: Record) -> str:
        """The key a record gets when nobody proposed one, without suffix: "wu2018randomized", "anonndreport"."""
        made = _PLACE.sub(lambda found: _part(found[1], record), self.text)
        # A pattern may come to nothing ({pmid} of a record without one), or to more than a key may have.
        return made if made[:1].isalpha() and is_valid(made) else DEFAULT.stem(record)


DEFAULT: Final = Pattern()


def stem(record: Record) -> str:
    """The key a record gets by the default pattern, without suffix."""
    return DEFAULT.stem(record)


def pattern(text: str) -> Pattern:
    """The pattern of a setting; empty: the default. Raises UsageProblem saying what is wrong with it.

    A key begins with a letter, as every program takes it, and names the author, a word of the title or the PMID: a
    year alone would tell studies apart by suffixes only.
    """
    if not text:
        return DEFAULT
    names = [name.lower() if name[:1].isupper() else name for name in _PLACE.findall(text)]
    known = ", ".join(f"{{{name}}}" for name in _PARTS)
    if len(text) > _LONGEST_PATTERN or not _FIXED.fullmatch(_PLACE.sub("", text)):
        raise UsageProblem(PATTERN_SETTING, f"{text[:80]!r} is not letters, digits, _:.+/- and {known}")
    if unknown := [name for name in names if name not in _PARTS]:
        raise UsageProblem(PATTERN_SETTING, f"{{{unknown[0]}}} is not one of {known}")
    if not {"author", "word", "pmid"}.intersection(names):
        raise UsageProblem(PATTERN_SETTING, f"{text!r} names neither {{author}} nor {{word}} nor {{pmid}}")
    if not (text[0].isalpha() or text.lower().startswith(("{author}",))):
        raise UsageProblem(PATTERN_SETTING, f"{text!r} does not begin with a letter or {{author}}")
    return Pattern(text)


def _part(name: str, record: Record) -> str:
    value = _PARTS[name.lower()](record)
    return value.capitalize() if name[0].isupper() else value


def _word(record: Record) -> str:
    place = record.journal.title or record.journal.abbreviation or plain(record.book_title)
    return _content_word(plain(record.title or record.vernacular_title)) or _content_word(place)


def _year(record: Record) -> str:
    return str(record.year) if record.year is not None else "nd"


def _journal(record: Record) -> str:
    return ascii_fold(record.journal.abbreviation or record.journal.title)[:_MAX_WORD]


_PARTS: Final[dict[str, Callable[[Record], str]]] = {
    "author": lambda record: _name_part(record.authors or record.editors),
    "year": _year,
    "yy": lambda record: _year(record)[-2:],
    "word": _word,
    "journal": _journal,
    "pmid": lambda record: record.id("pmid") or "",
}


def is_writable(key: str) -> bool:
    """Whether a key can stand in a .bib as it is: 1 to 120 printable characters that BibTeX, biber and LaTeX take.

    Beyond ASCII they do take them (tried with BibTeX 0.99d and biber 2.18).
    """
    return 0 < len(key) <= MAX_KEY and key.isprintable() and not _UNSAFE.search(key)


def is_valid(key: str) -> bool:
    """Whether a key from a file can be a study's own: writable, and in ASCII, which every program and keyboard has."""
    return key.isascii() and is_writable(key)


def fold(key: str) -> str:
    """What two keys are compared by: keys are unique without regard to case."""
    return key.casefold()


def suffixes() -> Iterator[str]:
    """What tells later keys of one stem apart, without end: nothing, a … z, aa, ab …"""
    yield ""
    for number in count(1):
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = ascii_lowercase[rest] + letters
        yield letters


def _name_part(authors: tuple[Author, ...]) -> str:
    """The first author's family name or acronym in a-z0-9, starting with a letter; "anon" when there is none."""
    if not authors:
        return "anon"
    first = authors[0]
    name = _acronym(first.family) if first.is_group else ascii_fold((first.family or first.given)[:200])
    return name.lstrip("0123456789")[:_MAX_NAME] or "anon"


def _acronym(name: str) -> str:
    """A group's acronym: one standing in its name, else the initials of its capitalised words, else its first word."""
    own = re.search(r"\(\s*([A-Z][A-Z0-9-]{1,11})\s*\)", name) or re.search(r"\b([A-Z][A-Z0-9]{2,11})\b", name)
    if own and not name.isupper():
        return ascii_fold(own[1])
    capitals = [w for w in re.findall(r"\w+", name[:400]) if w[0].isupper()]
    if len(capitals) > 1:
        return "".join(ascii_fold(w)[:1] for w in capitals)
    return _content_word(name)


def _content_word(text: str) -> str:
    """The first word that carries meaning, in a-z0-9 with a letter in it; of stop words alone, the first."""
    first = ""
    for word in words(text[:1000]):
        usable = ascii_fold(word)
        if any(c.isalpha() for c in usable):
            if usable not in STOP_WORDS:
                return usable[:_MAX_WORD]
            first = first or usable
    return first[:_MAX_WORD]
