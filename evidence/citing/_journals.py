"""A journal's name: the title proper for APA, the NLM abbreviation for the others.

NLM's full titles carry what cataloguing adds (ISBD, consolidated edition 2011, area 1): other title information after
" : ", parallel titles after " = ", statements of responsibility after " / ", a qualifier in brackets that tells two
journals of one name apart ("Lancet (London, England)"). None of it is printed in a reference. In a title that is not
NLM's, what stands in brackets belongs to the name: "Journal of Hand Surgery (European Volume)" is one journal, "Journal
of Hand Surgery" another.
"""

from __future__ import annotations

import re
from typing import Final

from evidence.citing import _case
from evidence.records import Journal
from evidence.text import clean

_ADDED: Final = re.compile(r"\s+[:=/]\s.*\Z|\s+:.*\Z", re.S)
_QUALIFIER: Final = re.compile(r"\s+\([^()]*\)\s*\Z")
_TOWN: Final = re.compile(r"\s+\([^\W\d_][\w .'-]*, [^\W\d_][\w .'-]*(?: : \d{4})?\)\s*\Z")
"""A qualifier as NLM makes it of the place: town, then country or state, and the year if need be."""


def title_proper(title: str, qualifier: re.Pattern[str] | None = _QUALIFIER) -> str:
    """The name without what cataloguing adds, the given kind of qualifier too; a name that would be empty stays."""
    bare = clean(title).rstrip(" .")
    # A qualifier may hold " : " itself.
    while (less := _without_added(qualifier.sub("", bare) if qualifier else bare)) != bare:
        bare = less
    return bare.rstrip(" .") or clean(title)


def _without_added(title: str) -> str:
    """The title up to the first mark of ISBD; one inside brackets is left there, for they would stay open."""
    less = _ADDED.sub("", title)
    return less if less.count("(") == less.count(")") else title


def abbreviated(journal: Journal) -> str:
    """The NLM abbreviation without full stops (Citing Medicine, appendix A); the title where there is none."""
    short = clean(journal.abbreviation)
    if short:
        return " ".join(short.replace(".", " ").split()) or short
    return title_proper(journal.title, None)


def in_full(journal: Journal, *, by_nlm: bool = True) -> str:
    """The whole name in headline style, as APA prints it; the abbreviation where there is no other.

    `by_nlm`: the title is as NLM's catalogue has it. Else only the name of a place goes, and only where an abbreviation
    without brackets stands beside it, as in our own exports of NLM's titles.
    """
    if clean(journal.title):
        short = clean(journal.abbreviation)
        placed = _TOWN if short and "(" not in short else None
        return _case.journal(title_proper(journal.title, _QUALIFIER if by_nlm else placed))
    return clean(journal.abbreviation)
