r"""Titles as LaTeX, with braces round the words whose capitals a style must not touch, and round no others.

Styles turn a title into sentence case (BibTeX's `change.case$`, biblatex's `\MakeSentenceCase`) and keep what stands
in braces. PubMed prints titles in sentence case, so a capital inside one means something: a name, an acronym, a gene.
Titles that other sources print In Title Case or IN CAPITALS say less; there only words that show it are protected.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Final, Literal

from evidence.formats._latex_encode import PIECES, Encode, tag, text
from evidence.formats._latex_plain import simpler_markup
from evidence.records import Markup
from evidence.text import fold, plain

Case = Literal["sentence", "title", "capitals"]

_WORDS: Final = re.compile(r"(\s+)")
_WRAP: Final = re.compile(r"^([\W_]*)(.*?)([\W_]*)$", re.S)
_LONG: Final = re.compile(r"[^\W\d_]{4,}")
_CAPITALS: Final = re.compile(r"[^\W\d_]{2,}")

_SMALL: Final = frozenset(
    ["with", "from", "into", "over", "under", "during", "between", "among", "after", "before", "versus", "without"]
    + ["within", "about", "than", "that", "against", "through", "upon", "toward", "towards", "using", "their"]
)
"""Longer words that stay small In Title Case too."""

_PROPER: Final = (
    "achilles addison allen alzheimer apgar asperger babinski bankart barre barthel bayes bayesian becker "
    "behcet bernard bohler bonferroni borg boston bouchard broca brodmann burkitt cheyne chagas charcot "
    "chopart cochrane coleman colles cox crohn cushing darrach dequervain doppler dupuytren duchenne ehlers "
    "epstein ewing fallot finkelstein fisher fournier freud gilbert glasgow gleason golgi graves guillain "
    "guyon hansen hashimoto heberden hodgkin huntington jaccard jung kaplan kaposi kawasaki kendall kienbock "
    "kirschner korsakoff langerhans laplace legg lewy likert lisfranc lyme marfan martin mcardle meniere "
    "merkel monte monteggia morton mulligan nissen oswestry paget parkinson pavlov perthes phalen poisson "
    "purkinje quervain ranvier raynaud rett romberg roux schwann sever shapiro sjogren southwick spearman "
    "stokes sudeck swanson syme tinel tourette trendelenburg turner volkmann wallenberg wernicke whitney "
    "wilcoxon willebrand wilms wilson zollinger africa african america american asia asian australia "
    "australian austria belgium brazil britain british canada canadian caucasian chile china chinese colombia "
    "cuba denmark danish dutch egypt england english ethiopia europe european finland finnish france french "
    "german germany ghana greece greek hispanic hungary iceland india indian indonesia iran iranian iraq "
    "ireland irish israel italian italy japan japanese jordan kenya korea korean latin lebanon malaysia "
    "mexican mexico netherlands nepal nigeria norway norwegian pakistan peru philippines poland polish "
    "portugal russia russian scotland scottish singapore spain spanish sweden swedish swiss switzerland taiwan "
    "tanzania thailand tunisia turkey turkish uganda ukraine vietnam wales zealand "
)
_EPONYMS: Final = frozenset(_PROPER.split())
"""Names of diseases, signs, tests and statistics, and of countries, that are never a common word; folded."""


def title(value: Markup, encode: Encode = text) -> str:
    """A title as LaTeX: {DNA}, {COVID-19}, {pH}, {BRCA1}, {Parkinson's}; never the whole."""
    if not value:
        return ""
    if encode is text:  # before the words are judged, so that what is read back is judged alike
        value = simpler_markup(value)
    case = _case(plain(value))
    pieces: list[str] = []
    first = True
    for piece in PIECES.split(value):
        if PIECES.fullmatch(piece):
            pieces.append(tag(piece))
            continue
        for word in _WORDS.split(html.unescape(piece)):
            if word == " ":
                pieces.append(word)
                continue
            pieces.append(_word(word, first, case, encode))
            if word.strip():
                first = word[-1] == ":"  # the only mark after which BibTeX leaves a capital
    return "".join(pieces)


def _case(shown: str) -> Case:
    """How a title is printed: by its longer words after the first, of which many are lower case in a sentence."""
    if len(_CAPITALS.findall(shown)) > 2 and not any(c.islower() for c in shown) and any(c.isupper() for c in shown):
        return "capitals"
    words = [w for w in _LONG.findall(shown)[1:] if w not in _SMALL]
    low = sum(w[0].islower() for w in words)
    return "sentence" if low * 3 >= len(words) and (low or len(words) < 2) else "title"


@lru_cache(maxsize=16_384)  # titles are made of the same words
def _word(word: str, first: bool, case: Case, encode: Encode) -> str:
    before, core, after = _WRAP.match(word).groups()  # type: ignore[union-attr]
    if not core or not _protected(core, first, case):
        return encode(word)
    # A figure for the word, so that a quotation mark is seen to open or to close it, and no accent joins it.
    return f"{encode(f'{before}0')[:-1]}{{{encode(core)}}}{encode(f'0{after}')[1:]}"


def _protected(core: str, first: bool, case: Case) -> bool:
    """Whether a word's capitals carry meaning."""
    if core.islower() or not any(c.isupper() for c in core):
        return False
    if any(c.isdigit() for c in core):
        return True
    if case == "capitals":
        return False
    if len(core) == 1:  # vitamin D; the article is no name, but "hepatitis A" is
        return not first and (core != "A" or case == "sentence")
    if _inner(core) or _is_name(core):
        return True
    return case == "sentence" and (not first or any(p[:1].isupper() for p in re.split(r"[-‐–/]", core)[1:]))


def _inner(core: str) -> bool:
    """A capital within the word, as in mRNA or McGill; one that begins a part of a compound is none."""
    return any(
        c.isupper() and not (core[i - 1] in "-‐–/'’(" and core[i + 1 : i + 2].islower())
        for i, c in enumerate(core)
        if i
    )


def _is_name(core: str) -> bool:
    bare = re.sub(r"['’]s?$", "", core)
    return any(part[:1].isupper() and fold(part) in _EPONYMS for part in re.split(r"[-‐–/]", bare))
