"""Identifiers and citation keys beyond the one of each kind that a format has a field for.

One line of words: `Other ids: pmid:123 doi:10.1000/x key:smith2020`. It is ours; other programs show it as a note or
leave it alone. White space and percent signs in a word are percent-encoded (RFC 3986), so any value survives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, unquote

from evidence.identifiers import WORK_SCHEMES, Identifier, try_parse
from evidence.views import Study

MARK: Final = "Other ids:"
"""How the line begins where it stands among other notes."""

_UNSAFE: Final = re.compile(r"[\s%]")
FURTHER: Final = ("registration", "arxiv", "bookaccession", "mid")
"""Schemes that have no field of their own in most formats. PubMed's `pii` is left out: nothing resolves it."""

NAMES: Final = (*WORK_SCHEMES, *FURTHER, "key")
"""What stands before the colon of a word."""

_NAMED: Final = re.compile(rf"(?<!\S)({'|'.join(NAMES)}):(\S+)")


def words(
    study: Study, unsaid: Callable[[str], bool] = lambda key: True, *, without: frozenset[str] = frozenset()
) -> str:
    """The words for a study's further PMIDs, PMCIDs, DOIs, its registrations and those of its other keys that nothing
    else says. `without`: schemes that the format has a field for.
    """
    row = {"pmid": study.row.pmid, "doi": study.row.doi, "pmcid": study.row.pmcid}
    found = []
    for scheme in WORK_SCHEMES:
        values = dict.fromkeys(v for v in (*study.record.ids(scheme), row[scheme]) if v)
        found += [_word(scheme, value) for value in list(values)[1:]]
    for further in FURTHER:
        if further not in without:
            values = dict.fromkeys(study.record.ids(further))
            if further == "registration":
                values |= dict.fromkeys(study.row.registrations)
            found += [_word(further, value) for value in values]
    found += [
        _word("key", key) for key in (*study.aliases, study.alias_of) if key and key != study.row.key and unsaid(key)
    ]
    return " ".join(found)


def line(study: Study) -> str:
    """The words as a note that says what it is, or nothing."""
    found = words(study)
    return f"{MARK} {found}" if found else ""


def _word(name: str, value: str) -> str:
    return f"{name}:{escaped(value)}"


def escaped(value: str) -> str:
    """A value as one word."""
    return _UNSAFE.sub(lambda m: quote(m[0]), value)


def read(words: str) -> Iterator[Identifier | str]:
    """What the words name: identifiers, and keys as strings. What is neither is left out."""
    for name, value in _NAMED.findall(words.removeprefix(MARK)):
        if name == "key":
            yield unquote(value)
        else:
            found = try_parse(name, unquote(value))
            if found is not None:
                yield found
