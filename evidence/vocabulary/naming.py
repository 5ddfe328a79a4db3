"""Names a condition may have: what can stand in lists and addresses, and does not tag what is not meant."""

from __future__ import annotations

from typing import Final

from evidence.text import fold, hidden

LONGEST_NAME: Final = 200
"""Characters. The longest descriptor name or entry term of MeSH's diseases is shorter."""

_SHORTEST: Final = 3
_LISTED: Final = """
of in to is it as at by on or an be we no so if up do he us am
the and for not but nor yet all any our its his her him she you who how why was were are has had have did does
may can due per via use used one two six ten day days age ages new old low high big few lot men man arm
leg end out off own non pre yes see say set way let get got put run war air sex with from that this these
those than then them they their been being into also both each such some most more less only other which
what when where while after before over under study studies patient patients results methods
"""
_COMMON: Final = frozenset(_LISTED.split())
"""Words of nearly every abstract: a condition of such a name would be found in all of them."""


def fault(text: str) -> str:
    """What keeps a text from standing in a vocabulary, whatever it is there; "" when nothing does."""
    if found := hidden(text) or next((f"U+{ord(c):04X}" for c in text if c in "\t\n\r"), ""):
        return f"has the character {found}, which nobody sees; write it without"
    if len(text) > LONGEST_NAME:
        return f"has {len(text):,} characters; a name has {LONGEST_NAME} at most"
    return ""


def name_fault(name: str) -> str:
    """What keeps a text from being a name or synonym, which counts in whatever case it is printed."""
    word = fold(name)
    common = word in _COMMON or (word and len(word) < _SHORTEST and not _in_capitals(name))
    advice = "is too common a word to be a name; what is printed in capitals can be an abbreviation (--abbreviation)"
    return fault(name) or (advice if common else "")


def abbreviation_fault(short: str) -> str:
    """What keeps a text from being an abbreviation, which counts only as it is printed: "ALL" is not "all"."""
    return fault(short) or ("" if _in_capitals(short) else name_fault(short))


def shown(text: str) -> str:
    """A text in a message: short, on one line, with nothing hidden."""
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _in_capitals(text: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in text) and text == text.upper()
