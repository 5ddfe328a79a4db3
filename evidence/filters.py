"""The one description of "which studies": parsed from a URL's parameters or a command's options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlencode

from evidence.errors import UnknownParameter

Sort = Literal["strength", "newest"]
Status = Literal["retracted", "concern", "corrected", "none"]
SORTS: Final[tuple[Sort, ...]] = ("strength", "newest")
STATUSES: Final[tuple[Status, ...]] = ("none", "corrected", "concern", "retracted")
PAGE_SIZES: Final = (10, 20, 50, 100, 200)
MAX_QUERY: Final = 400
"""Longest search text taken, in characters; PubMed users' queries are far shorter."""

_LISTS: Final = {"design": "designs", "feature": "features", "intervention": "interventions", "status": "statuses"}
PARAMETERS: Final = ("q", "condition", *_LISTS, "since", "until", "sort", "after", "size")
"""What `parse` understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which studies, in which order, which page of them.

    Values of one field widen (design=rct or cohort), but of features narrow (double-blind and crossover); fields narrow
    (condition and design). `after` is the opaque cursor of the previous page. `ids` are store row ids and never come
    from a URL.
    """

    query: str = ""
    condition: str = ""
    designs: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    sort: Sort = "strength"
    after: str = ""
    size: int = 50

    @classmethod
    def parse(cls, args: Mapping[str, Iterable[str]], *, condition: str = "") -> Filter:
        """From URL parameters (name → values). Raises UnknownParameter with a sentence a person can act on."""
        values = {name: [v.strip() for v in found if v.strip()] for name, found in args.items()}
        for name in values:
            if name not in PARAMETERS:
                raise UnknownParameter(name, f"unknown filter; this page knows {', '.join(PARAMETERS)}")
        single = {n: _one(n, values.get(n, [])) for n in ("q", "condition", "since", "until", "sort", "after", "size")}
        if condition and single["condition"] not in ("", condition):
            raise UnknownParameter("condition", f"this page lists {condition!r}")
        if len(single["q"]) > MAX_QUERY:
            raise UnknownParameter("q", f"a search text has at most {MAX_QUERY} characters")
        lists = {field: tuple(dict.fromkeys(values.get(name, []))) for name, field in _LISTS.items()}
        return cls(
            query=single["q"],
            condition=condition or single["condition"],
            since=_year("since", single["since"]),
            until=_year("until", single["until"]),
            sort=_choice("sort", single["sort"] or "strength", SORTS),  # type: ignore[arg-type]
            after=single["after"],
            size=int(_choice("size", single["size"] or "50", tuple(map(str, PAGE_SIZES)))),
            designs=lists["designs"],
            features=lists["features"],
            interventions=lists["interventions"],
            statuses=tuple(_choice("status", s, STATUSES) for s in lists["statuses"]),
        )

    def args(self, *, condition_in_path: bool = False) -> list[tuple[str, str]]:
        """The URL parameters that `parse` turns back into this filter; defaults are left out."""
        pairs: list[tuple[str, str]] = []
        if self.query:
            pairs.append(("q", self.query))
        if self.condition and not condition_in_path:
            pairs.append(("condition", self.condition))
        for name, field in _LISTS.items():
            pairs += [(name, value) for value in getattr(self, field)]
        pairs += [(n, str(v)) for n, v in (("since", self.since), ("until", self.until)) if v is not None]
        if self.sort != "strength":
            pairs.append(("sort", self.sort))
        if self.size != 50:
            pairs.append(("size", str(self.size)))
        if self.after:
            pairs.append(("after", self.after))
        return pairs

    def query_string(self, *, condition_in_path: bool = False) -> str:
        """`args` as a URL query, without the question mark."""
        return urlencode(self.args(condition_in_path=condition_in_path))

    def first_page(self) -> Filter:
        """The same selection from its start."""
        return replace(self, after="")

    def toggled(self, field: str, value: str) -> Filter:
        """The selection with one value of designs, features, interventions or statuses switched; from its start."""
        current: tuple[str, ...] = getattr(self, field)
        changed = tuple(v for v in current if v != value) if value in current else (*current, value)
        return replace(self, **{field: changed, "after": ""})  # type: ignore[arg-type]

    @property
    def narrows(self) -> bool:
        """True when anything beside the condition selects."""
        lists = any(getattr(self, field) for field in _LISTS.values())
        return bool(self.query or lists or self.since or self.until)


def _one(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise UnknownParameter(name, "given more than once")
    return values[0] if values else ""


def _choice(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UnknownParameter(name, f"{value[:40]!r} is not one of {', '.join(known)}")
    return value


def _year(name: str, value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 4 and 1 <= int(value) <= 9999):
        raise UnknownParameter(name, f"{value[:40]!r} is not a year")
    return int(value)
