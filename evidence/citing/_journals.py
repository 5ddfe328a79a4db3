"""A journal's name: the title proper for APA, the NLM abbreviation for the others.

NLM's full titles carry what cataloguing adds (ISBD, consolidated edition 2011, area 1): other title information after
" : ", parallel titles after " = ", statements of responsibility after " / ", a qualifier in brackets that tells two
journals of one name apart ("Lancet (London, England)"). None of it is printed in a reference.
"""

from __future__ import annotations

import re
from typing import Final

from evidence.citing import _case
from evidence.records import Journal
from evidence.text import clean

_ADDED: Final = re.compile(r"\s+[:=/]\s.*\Z|\s+:.*\Z", re.S)
_QUALIFIER: Final = re.compile(r"\s+\([^()]*\)\s*\Z")


def title_proper(title: str) -> str:
    """The name without what cataloguing adds; a name that would be empty stays."""
    bare = clean(title).rstrip(" .")
    while (less := _ADDED.sub("", _QUALIFIER.sub("", bare))) != bare:  # a qualifier may hold " : " itself
        bare = less
    return bare.rstrip(" .") or clean(title)


def abbreviated(journal: Journal) -> str:
    """The NLM abbreviation without full stops (Citing Medicine, appendix A); the title where there is none."""
    short = clean(journal.abbreviation)
    if short:
        return " ".join(short.replace(".", " ").split()) or short
    return title_proper(journal.title)


def in_full(journal: Journal) -> str:
    """The whole name in headline style, as APA prints it; the abbreviation where there is no other."""
    if clean(journal.title):
        return _case.journal(title_proper(journal.title))
    return clean(journal.abbreviation)
