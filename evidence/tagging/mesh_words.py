"""Words of a text as the disease index sees them: folded, one spelling, one number; and the ways to write a heading.

Folding spellings together ("tumour", "tumors"; "anaemia", "anemia") is done alike on phrases and on texts, so a rule
may be coarse as long as it is the same on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

from evidence.tagging.phrases import SENTENCE
from evidence.tagging.tokens import spans_of, tokens_of

Kind = Literal[0, 1, 2, 3]
"""How a phrase stands for a descriptor: 0 its name, 1 an entry term, 2 a form made here, 3 an abbreviation."""

_ABBREVIATION: Final = re.compile(r"[A-Z][A-Za-z0-9-]{0,6}")
_POSSESSIVE: Final = re.compile(r"['\u2019]s(?![^\W\d_])")  # not before a letter
_ARTICLE: Final = "the"
_SITE: Final = "C04.588"
"""Neoplasms by site: https://meshb.nlm.nih.gov/record/ui?ui=D009371 ."""
_GROWTHS: Final = ("cancer", "carcinoma", "tumor", "malignanci", "adenocarcinoma", "neoplasia")


def sentences(text: str) -> list[str]:
    """The sentences of a text, by punctuation followed by white space and a capital or digit; never empty ones."""
    return [part for part in SENTENCE.split(text) if part]


def words_of(text: str) -> list[str]:
    """The words of a text as phrases are matched: folded, stemmed, without articles and possessive s."""
    if "'" in text or "\u2019" in text:
        text = _POSSESSIVE.sub("  ", text)
    return [stem(token) for token in tokens_of(text) if token != _ARTICLE]


def places_of(text: str) -> list[tuple[int, int]]:
    """Where the words of `words_of` stand in the text, as [start, end) offsets."""
    spans = spans_of(_POSSESSIVE.sub("  ", text))
    tokens = tokens_of(_POSSESSIVE.sub("  ", text))
    return [span for span, token in zip(spans, tokens, strict=True) if token != _ARTICLE]


@lru_cache(maxsize=1 << 16)
def stem(token: str) -> str:
    """A token without its number and with one spelling: tumours → tumor, anaemias → anemia, metastases → metastas."""
    if len(token) < 4 or not token.isalpha():
        return token
    token = token.replace("ae", "e").replace("oe", "e").replace("our", "or")
    if token.startswith("leuc"):
        token = "leuk" + token[4:]
    if token.endswith("omata"):
        return token[:-2]
    if token.endswith("ies") and len(token) > 5:
        return token[:-3] + "i"
    if token.endswith("y") and len(token) > 4:
        return token[:-1] + "i"
    if token.endswith(("is", "es")) and len(token) > 4:
        return token[:-2]
    if token.endswith("e") or (token.endswith("s") and not token.endswith(("ss", "us"))):
        return token[:-1]
    return token


def is_abbreviation(term: str) -> bool:
    """Whether a term is written as an abbreviation: one word with two capitals or more ("CTS", "GERD", "SjS")."""
    return bool(_ABBREVIATION.fullmatch(term)) and sum(c.isupper() for c in term) > 1


def forms_of(name: str, kind: Kind, trees: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Kind]]:
    """Each way to write a heading, as words: inverted ("Neuralgia, Facial"), straight, and "neuralgia of face"."""
    for written in dict.fromkeys((name, *_straight(name))):
        words = tuple(words_of(written))
        if not words:
            continue
        yield words, kind
        if len(words) == 1 or kind == 3:
            continue
        if "of" in words:
            at = words.index("of")
            if 0 < at < len(words) - 1:
                yield words[at + 1 :] + words[:at], 2
            continue
        yield (words[-1], "of", *words[:-1]), 2
        if words[-1] == "neoplasm" and any(tree.startswith(_SITE) for tree in trees):
            for growth in _GROWTHS:
                yield (*words[:-1], growth), 2
                yield (growth, "of", *words[:-1]), 2


def _straight(name: str) -> Iterator[str]:
    """An inverted heading in the order of speech: "Leukemia, Myeloid, Acute" → "Acute Myeloid Leukemia"."""
    parts = name.split(", ")
    if len(parts) == 2:
        yield f"{parts[1]} {parts[0]}"
    elif len(parts) == 3:
        yield f"{parts[2]} {parts[1]} {parts[0]}"
        yield f"{parts[1]} {parts[2]} {parts[0]}"
