"""Titles: what is left of one when a database's additions are gone, and how two of them compare."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

from evidence import text
from evidence.matching.latin import latin
from evidence.matching.words import PLACEHOLDERS, ROMAN, SECTIONS, STOP, TELLING

Likeness = Literal["equal", "near", "cut", "alike", "unlike", "unknown"]
"""equal: the same letters · near: spelling or word order only · cut: one is the other without its head or tail ·
alike: most words are common · unlike · unknown: one side has no title that says anything."""

MIN_LETTERS: Final = 20
"""Letters below which a title cannot speak for itself ("Editorial", "Carpal tunnel syndrome")."""

_REPEATED: Final = 4
"""Words that must stand twice in a row to be taken for one title printed twice."""

_LANGUAGES: Final = (
    "french|german|spanish|italian|japanese|chinese|russian|polish|portuguese|danish|dutch|swedish|norwegian|hungarian"
    "|czech|turkish|korean|hebrew|finnish|serbian|croatian|romanian|greek|bulgarian|slovak|ukrainian|persian|arabic"
)
_TRAILER: Final = re.compile(
    r"\s*\[(?:[^\[\]]*\b(?:refs?|review|comment(?:s|ary)?|erratum|errata|corrected|republished|summary|abstract|letter"
    rf"|editorial|original|article|note|in (?:{_LANGUAGES}))\b[^\[\]]*|{_LANGUAGES}|[0-9])\]\W*$"
    r"|\s*\((?:structured|provisional|brief|cochrane) (?:abstract|record|review)\)\W*$|\s*\(multiple letters?\)\W*$",
    re.I,
)
"""What databases append: "[Review] [33 refs]", "[Japanese]" (Ovid), "(Structured abstract)" (DARE)."""

_OPEN_TRAILER: Final = re.compile(
    r"\W*\[(?:erratum|errata|retraction|republished|see comment|comment (?:in|on)|corrected|summary|review)\b.*$"
    r"|\s*<original>.*$",
    re.I | re.S,
)
"""Trailers that a field's length cut short, and the original title after "<ORIGINAL>" (LILACS)."""

_STATE: Final = re.compile(r"^\W*(?:retracted(?: article)?|withdrawn|review|original article)\s*[:.]\s*", re.I)
"""Words put before a title when the article was retracted; the work is the same."""

_ERRATUM: Final = re.compile(
    r"^\W*(?:(?:author|publisher|editorial)'?s? )?(?:errat(?:um|a)|corrigend(?:um|a)"
    r"|corrections?\s*(?:[:.]|to\b|for\b|$)|corrected and republished)\W*(?:to\b|for\b|:)?",
    re.I,
)
_ITS_PLACE: Final = re.compile(
    r"\s*\(vol(?:ume|\.)? ?[0-9]+,? (?:no\.? ?[0-9]+,? )?(?:pg?|page)\.? ?[0-9][^()]*\)?\W*$"
    r"|\s*\([^()]{4,}\((?:[a-z]+ [0-9]{1,2},? )?(?:19|20)[0-9]{2}\)[\s:;,]*(?:[0-9]+.*)?$",
    re.I,
)
"""What an erratum's title says of the article's place: "(vol 85, pg 553, 2010)" in Web of Science, "(Lancet (2009) 360
(542-544))" in Embase."""

_RETRACTION: Final = re.compile(
    r"^\W*(?:retraction\b\s*(?:[:.]|to\b|note|notice|statement|$)|(?:an )?expression of concern)", re.I
)
_REPLY: Final = re.compile(
    r"\b(?:author|editor)s?'?s? (?:reply|replies|response)|\bin reply\b"
    r"|^\W*(?:repl(?:y|ies)|response|re)\b\s*(?:[:.]|to\b|$)"
    r"|[-\u2013\u2014:.(\[]\s*(?:authors? )?(?:reply|response to)\b|\[reply\]|[-\u2013\u2014:]\s*reply\W*$",
    re.I,
)
_COMMENT: Final = re.compile(
    r"^\W*(?:(?:invited |guest |expert )?comment(?:s|ary)?\b\s*(?:[:.]|on\b|to\b|$)"
    r"|editorial comment(?:ary)?\s*(?:[:.]|on\b|$)|letter(?: to the editor)?\s*(?:[:.]|$)"
    r"|discussion\s*(?:[:.]|of\b|$)|journal club)",
    re.I,
)
_EDITORIAL: Final = re.compile(
    r"^\W*(?:(?:special issue|guest|invited) )?editorial(?: introduction)?"
    r"(?:\s*[:.]|\s[-\u2013\u2014]|[-\u2013\u2014]\s|\s+on\b|$)\s*"
    r"|\s*\((?:guest )?editorial(?: introduction)?\)\W*$",
    re.I,
)
"""An editorial that says so. Databases add or drop it, so unlike a letter or a comment it is no other work."""

_FOOTNOTE: Final = re.compile(r"\s*T\s?(?:P\s?)?F\s?[0-9]+\s?F\s?(?:P\s?)?T\s*$")
"""What word processors make of a footnote's mark when a page is turned into text: "TPF1FPT", "TF1FT"."""

_HINTS: Final = (
    *("errat", "corrig", "correct", "retract", "withdrawn", "concern", "repl", "respon", "comment", "editorial"),
    *("letter", "discussion", "journal club", "re:", "review", "original", "[", "<", "vol", "fp", "f t", " ft"),
)
"""What a title must hold, in lower case, for any pattern here to match; nearly all titles hold none."""

_MARKS: Final = (
    ("retraction notice", _RETRACTION), ("reply", _REPLY), ("comment", _COMMENT), ("editorial", _EDITORIAL),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Title:
    """A title ready to be compared: all its letters, its words that count, and what kind of notice it announces."""

    letters: str
    words: tuple[str, ...]
    marks: frozenset[str]

    @property
    def speaks(self) -> bool:
        """Long enough to identify a work together with other fields."""
        return len(self.letters) >= MIN_LETTERS and len(self.words) >= 3


EMPTY: Final = Title("", (), frozenset())


def make(printed: str, types: frozenset[str] = frozenset()) -> Title:
    """A printed title (plain text) without its trailers, spelled one way."""
    if not printed:
        return Title("", (), types) if types else EMPTY
    lowered = printed.lower()
    if lowered.strip(" .[]") in PLACEHOLDERS:
        return Title("", (), types) if types else EMPTY
    if printed[-1] != ")" and not any(hint in lowered for hint in _HINTS):
        return _made(printed, types)
    marks = types | {name for name, pattern in _MARKS if pattern.search(printed)}
    printed = _FOOTNOTE.sub("", printed)
    core = _ITS_PLACE.sub("", printed) if printed[-1] in ")]. " and "(" in printed else printed
    if core != printed:
        marks |= {"erratum"}
    headed = _ERRATUM.match(core)
    if headed:
        marks |= {"erratum"}
    else:
        if "editorial" in marks:
            core = _EDITORIAL.sub("", core) or core
        headed = _COMMENT.match(core) if "comment" in marks else None
    if headed and len(core) > headed.end() + 8:
        core = core[headed.end() :]
    if "[" in core or "<" in core or core.endswith(")"):
        core = _bare(core)
    stated = _STATE.match(core)
    if stated:
        core = core[stated.end() :]
    return _made(core, frozenset(marks))


def _made(core: str, marks: frozenset[str]) -> Title:
    words = _once(spelled(latin(text.fold(core))).split())
    letters = "".join(words)
    half = len(letters) // 2
    if half >= MIN_LETTERS and letters[:half] == letters[half:]:  # twice, without a space between: "… careNerve …"
        return _made(core[: len(core) // 2], marks)
    return Title(letters, tuple([w for w in words if w not in STOP]), marks)


def _once(words: list[str]) -> list[str]:
    """Words of which a beginning stands twice, as where a running head was taken for part of the title, once."""
    for size in range(len(words) // 2, _REPEATED - 1, -1):
        if words[:size] == words[size : 2 * size]:
            return words[size:]
    return words


def _bare(core: str) -> str:
    """The title without database trailers, unless nothing would be left."""
    while True:
        shorter = _TRAILER.sub("", core)
        if len(shorter) < 8 or shorter == core:
            break
        core = shorter
    shorter = _OPEN_TRAILER.sub("", core)
    return shorter if len(shorter) >= 8 else core


def spelled(folded: str) -> str:
    """British and American spelling made one: haemolysis, randomized, tumour, sulphur."""
    return folded.replace("ae", "e").replace("oe", "e").replace("z", "s").replace("our", "or").replace("phur", "fur")


def is_telling(word: str) -> bool:
    """A number, a Roman numeral or another word by which works of a series differ."""
    return word in TELLING or (not word.isalpha() and any(c.isdigit() for c in word))


@dataclass(frozen=True, slots=True)
class Compared:
    """How two titles compare; the telling words that only one of them has."""

    likeness: Likeness
    telling: tuple[str, ...] = ()


_EQUAL: Final = Compared("equal")
_UNLIKE: Final = Compared("unlike")
_UNKNOWN: Final = Compared("unknown")


def compare(a: Title, b: Title) -> Compared:
    """How two titles compare."""
    if not a.letters or not b.letters:
        return _UNKNOWN
    if a.letters == b.letters:
        return _EQUAL
    shorter, longer = (a.letters, b.letters) if len(a.letters) <= len(b.letters) else (b.letters, a.letters)
    if len(shorter) < MIN_LETTERS and len(longer) > len(shorter) and longer.startswith(shorter):
        return Compared("cut")
    if len(shorter) * 4 < len(longer):
        return _UNLIKE
    left, right = _left_over(a.words, b.words)
    if _is_cut(shorter, longer) and not (left and right and _numbers(left) != _numbers(right)):
        return Compared("cut", () if _footnote(a, b, left, right) else _telling(left, right))
    return _by_words(a, b, left, right)


def _is_cut(shorter: str, longer: str) -> bool:
    """One begins or ends with the whole other, which is long enough to speak."""
    return len(shorter) >= MIN_LETTERS and (longer.startswith(shorter) or longer.endswith(shorter))


def _footnote(a: Title, b: Title, left: list[str], right: list[str]) -> bool:
    """The only difference is a "1" or "1 2" at the very end: marks of footnotes (a sequel's begin with 2)."""
    only = left + right
    return "".join(sorted(only)) in ("1", "12") and list((a if left else b).words[-len(only) :]) == sorted(only)


def _left_over(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The words that only one title has."""
    if len(set(a)) == len(a) and len(set(b)) == len(b):  # as nearly always
        return [w for w in a if w not in b], [w for w in b if w not in a]
    counts = Counter(a)
    counts.subtract(b)
    left = [w for w, n in counts.items() for _ in range(n)]
    right = [w for w, n in counts.items() for _ in range(-n)]
    return left, right


def _by_words(a: Title, b: Title, left: list[str], right: list[str]) -> Compared:
    most = max(len(a.words), len(b.words))
    over, total = len(left) + len(right), len(a.words) + len(b.words)
    if over > 0.8 * total or over > 0.4 * total and Levenshtein.normalized_similarity(a.letters, b.letters) < 0.5:
        return _UNLIKE
    if "".join(left) == "".join(right):
        return Compared("near")
    left, right = _without_misspelt(left, right)
    if not left and not right:
        return Compared("near")
    telling = () if _footnote(a, b, left, right) else _telling(left, right)
    if not (left and right) and len(left) + len(right) <= 0.4 * most:
        return Compared("cut", telling)
    similarity = Levenshtein.normalized_similarity(a.letters, b.letters, score_cutoff=0.7)
    if similarity >= 0.95 and not telling:
        return Compared("near")
    if similarity >= 0.7 or max(len(left), len(right)) <= 0.34 * most:
        return Compared("alike", telling)
    if len(left) <= 0.25 * len(a.words) or len(right) <= 0.25 * len(b.words):
        return Compared("alike", telling)
    return _UNLIKE


def _without_misspelt(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """What remains when words that are one word misspelt, cut, joined or inflected are taken away."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted(right, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append(word)
    kept = []
    for word in sorted(left, key=len, reverse=True):
        others = by_letter.get(word[0])
        match = next((other for other in others if _one_word(word, other)), None) if others else None
        if match is None:
            kept.append(word)
        else:
            by_letter[word[0]].remove(match)
    rest = [word for others in by_letter.values() for word in others]
    kept, rest = _without_compounds(kept, rest)
    rest, kept = _without_compounds(rest, kept)
    if sorted("".join(kept)) == sorted("".join(rest)):
        return [], []  # letters or hyphens changed places
    return kept, rest


def _without_compounds(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """What remains when a word of one side and the two of the other that make it up are taken away: non-immune."""
    kept = []
    right = list(right)
    for word in left:
        parts = next(((x, y) for x, y in permutations(right, 2) if x + y == word), None) if len(right) < 9 else None
        if parts is None:
            kept.append(word)
        else:
            right.remove(parts[0])
            right.remove(parts[1])
    return kept, right


def _one_word(a: str, b: str) -> bool:
    """The same word, misspelt or inflected after the first letter: never numbers or two telling words."""
    size = min(len(a), len(b))
    if size < 4:
        return False
    if size > 4 and abs(len(a) - len(b)) <= 2 and (a.startswith(b) or b.startswith(a)):
        return a.isalpha() and b.isalpha()  # blind, blinded; adult, adults
    most = 1 if size < 8 else 2
    if Levenshtein.distance(a, b, score_cutoff=most) > most:
        return False
    return a.isalpha() and b.isalpha() and not (a in TELLING and b in TELLING)


def _numbers(words: list[str]) -> set[str]:
    return {w for w in words if w in ROMAN or any(c.isdigit() for c in w)}


def _telling(left: list[str], right: list[str]) -> tuple[str, ...]:
    return tuple(sorted({w for w in (*left, *right) if is_telling(w)}))


def is_running_head(printed: str, journals: tuple[str, ...]) -> bool:
    """The head of a page in a title's place: the journal's name, perhaps cut short or torn apart, and a section's."""
    words: list[str] = []
    initial = printed[:1].lower()
    for name in journals:
        # Nearly every title ends here: it begins with another letter than its journal's name.
        if name[:1].lower() == initial and len(name) >= 12 and len(printed) < len(name) + _LONGEST_SECTION:
            words = words or _once(text.fold(printed).split())
            of_journal = _folded(name)
            if words and (_is_name(words, of_journal) or _begins_with_name(words, of_journal)):
                return True
            if words and _begins_torn(words, of_journal):
                return True
    return False


_LONGEST_SECTION: Final = 120


@lru_cache(maxsize=20_000)
def _folded(name: str) -> list[str]:
    return text.fold(name).split()


def _is_name(words: list[str], of_journal: list[str]) -> bool:
    """The letters of the name, in another order or with a slip or two."""
    title, journal = "".join(words), "".join(of_journal)
    if abs(len(title) - len(journal)) > 3:
        return False
    return sorted(title) == sorted(journal) or Levenshtein.distance(title, journal, score_cutoff=2) <= 2


def _begins_with_name(words: list[str], of_journal: list[str]) -> bool:
    """Most of the name, then nothing but the name of a section."""
    head = 0
    while head < min(len(words), len(of_journal)) and words[head] == of_journal[head]:
        head += 1
    return head >= 3 and head >= 0.6 * len(of_journal) and set(words[head:]) <= SECTIONS | STOP


def _begins_torn(words: list[str], of_journal: list[str]) -> bool:
    """All letters of the name, but torn apart ("j ournal of i nvented"): whatever follows, it is no title."""
    title, journal = "".join(words), "".join(of_journal)
    head = title[: len(journal)]
    return words[: len(of_journal)] != of_journal and len(words[0]) == 1 and sorted(head) == sorted(journal)
