"""Zotero's Extra field, which its exports carry as a note: one statement a line.

https://www.zotero.org/support/kb/item_types_and_fields#citing_fields_from_extra ; Better BibTeX pins its citation keys
there, https://retorque.re/zotero-better-bibtex/citing/#set-your-own-fixed-citation-keys .
"""

from __future__ import annotations

import re
from typing import Final

_KEY: Final = re.compile(r"\s*citation[- ]key\s*:\s*(\S+)\s*", re.I)


def citation_key(line: str) -> str:
    """The key in "Citation Key: smith2020"; empty for any other line."""
    found = _KEY.fullmatch(line)
    return found[1] if found else ""


def parts(text: str) -> tuple[list[str], str]:
    """The citation keys that a note of several lines states, and the note without these lines."""
    if "key" not in text.lower():
        return [], text
    keys, rest = [], []
    for line in text.splitlines():
        key = citation_key(line)
        if key:
            keys.append(key)
        else:
            rest.append(line)
    return keys, "\n".join(rest)
