"""Values of CSL-JSON, and of Crossref's works, its cousin: scalars, names, dates.

Variables: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables ; Crossref's own:
https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md .
"""

from __future__ import annotations

import re
from typing import Any, Final

from evidence.formats import _dates, _markup, _names
from evidence.records import Author, PartialDate


def text_of(value: Any) -> str:
    """A scalar as text; Crossref puts titles into lists of one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, list) and len(value) == 1:
        return text_of(value[0])
    return ""


def person(value: Any) -> Author | None:
    """A name as a string, or as an object of its parts; None for what is none.

    Braces around a whole name mark a group, as people keep to it from BibTeX, but where `parse-names` says that the
    name is to be taken as it stands.
    """
    if isinstance(value, str):
        return _names.parse(_markup.read_plain(value))
    if not isinstance(value, dict):
        return None
    part = {name: _markup.read_plain(text_of(value.get(name))) for name in _NAME_PARTS}
    alone = part["literal"] or (part["family"] if not part["given"] else "")
    if _names.braced(alone) and value.get("parse-names") is not False:
        return _names.group(_names.without_braces(alone))
    if part["literal"]:
        return _names.group(part["literal"])
    # A dropping particle stands behind the given names and is no part of what the name is sorted by (CSL 1.0.2, Name
    # Particles); so PubMed has it too.
    family = " ".join(p for p in (part["non-dropping-particle"], part["family"]) if p)
    given = " ".join(p for p in (part["given"], part["dropping-particle"]) if p)
    return _names.make(family, given, part["suffix"]) if family or given else None


_NAME_PARTS: Final = ("literal", "family", "given", "suffix", "dropping-particle", "non-dropping-particle")


def date_of(value: Any) -> PartialDate | None:
    """A date variable: `date-parts`, a season, `raw` or `literal` text; also a bare string or year."""
    if isinstance(value, str | int):
        return _dates.parse(str(value))
    if not isinstance(value, dict):
        return None
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first:
        year, month, day = ([text_of(p) for p in first] + ["", ""])[:3]
        season = text_of(value.get("season"))
        if not month and re.fullmatch("[1-4]", season) and re.fullmatch(r"[12]\d{3}", year):
            return _dates.seasonal(int(year), int(season))
        return _dates.combined(year, month, day)
    return _dates.parse(text_of(value.get("raw")) or text_of(value.get("literal")))
