"""A store whose works are merged and separated, and of which sources say one thing and then another."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence import acknowledging, curation, retractions
from evidence.errors import Conflict, NotFound
from evidence.hearing_crossref import Titles, hear
from evidence.ingest import take
from evidence.lifecycle import retraction_watch
from evidence.store import Store, life, queries
from evidence.views import AlertView, LifeView
from tests.lifecycle_cases import SUBJECTS, article, as_csv, row
from tests.made import vocabulary

NATURES = {
    "Retraction": "retraction",
    "Expression of concern": "expression_of_concern",
    "Correction": "correction",
    "Reinstatement": "reinstatement",
}
"""A nature of Retraction Watch → the type of Crossref's update."""

REPLACED = "Retraction and replacement"
"""What the list calls a retraction for the reason "Retract and Replace"."""

DAYS = {1: ("5/3/2020 0:00", [2020, 5, 3]), 2: ("5/3/2022 0:00", [2022, 5, 3]), 3: ("5/3/2021 0:00", [2021, 5, 3])}
"""Record ID → the day of its notice, as the list and as Crossref gives it."""

TYPES = ("Journal Article", "Retracted Publication")
_REF = "J Inv. 2026 Feb;1(1):3"
FORMS: dict[str, tuple[Any, ...]] = {
    "none": ((), ()),
    "mark": ((), TYPES),
    "unnumbered": ((("RetractionIn", "", _REF),), TYPES),
    "numbered": ((("RetractionIn", "2009", _REF),), TYPES),
}
"""How PubMed says that a work is retracted: relations and publication types of its record."""


def details(number: int, nature: str) -> dict[str, str]:
    """The notice of a row of the list, its day, and its reason."""
    reason = "+Retract and Replace;" if nature == REPLACED else "+Unreliable Results;"
    return {"notice_doi": f"10.5555/n{number}", "on": DAYS[number][0], "reason": reason}


def doi(pmid: int) -> str:
    return f"10.5555/inv.{pmid}"


@dataclass
class World:
    """A store with works 1000, 1001 and 1002, and what sources say of them."""

    store: Store
    listed: dict[tuple[int, int], str] = field(default_factory=dict)
    passed: dict[tuple[int, object], str] = field(default_factory=dict)
    merges: list[int] = field(default_factory=list)

    def fill(self, *pmids: int) -> None:
        take(self.store, vocabulary(), [article(n, doi=doi(n)) for n in pmids], actor="test", live=True)

    def list_says(self, number: int, nature: str, pmid: int = 1000) -> None:
        """Row `number` of the list has this nature from now on; "" for none."""
        self.listed |= {(number, pmid): nature}
        rows = [
            row(
                n,
                "Retraction" if said == REPLACED else said,
                pmid=p,
                doi=doi(p),
                title=SUBJECTS[p % 10],
                **details(n, said),
            )
            for (n, p), said in sorted(self.listed.items())
            if said
        ]
        found = retraction_watch.read(io.BytesIO(as_csv([*rows, row(99, pmid=999)])), "rw.csv")
        retractions.take(self.store, vocabulary(), retraction_watch.SOURCE, "rw.csv", found, actor="test", shorter=True)

    def crossref_says(self, number: object, nature: str, asked: Sequence[str] = (doi(1000),)) -> None:
        """Crossref's entry from now on; one without a Record ID is its publisher's word. `asked`: DOI and aliases."""
        self.passed |= {(1000, number): nature}
        entries = [entry(n, said) for (_, n), said in sorted(self.passed.items(), key=str) if said]
        work = {"updated-by": entries, "title": [SUBJECTS[0]], "DOI": doi(1000)}
        hear(self.store, vocabulary(), dict.fromkeys(asked, work), titles=Titles(), actor="crossref")

    def pubmed_says(self, form: str) -> None:
        links, types = FORMS[form]
        revised = article(1000, doi=doi(1000), links=links, types=types)
        take(self.store, vocabulary(), [revised], actor="test", live=True)

    def merge(self, one: int, other: int) -> None:
        keys = self.key(one), self.key(other)
        if keys[0] != keys[1]:
            self.merges.append(curation.merge(self.store, vocabulary(), *keys, actor="ann"))

    def unmerge(self, which: int) -> None:
        if self.merges:
            merge = self.merges.pop(which % len(self.merges))
            try:
                curation.unmerge(self.store, vocabulary(), merge, actor="ann")
            except (Conflict, NotFound):
                return  # nothing of it is left to undo

    def see(self) -> list[AlertView]:
        """Everything on the list of alerts is seen."""
        shown = life.alerts(self.store)
        for alert in shown:
            acknowledging.acknowledge(self.store, alert.event, actor="ann")
        assert life.alerts(self.store) == ()
        return list(shown)

    def key(self, pmid: int) -> str:
        return queries.find_key(self.store, vocabulary(), "pmid", str(pmid)) or ""

    def state(self, pmid: int = 1000) -> str:
        return self._study(pmid).row.state

    def life(self, pmid: int = 1000) -> LifeView:
        found = self._study(pmid).life
        assert found is not None
        return found

    def _study(self, pmid: int) -> Any:
        found = queries.study(self.store, vocabulary(), self.key(pmid))
        assert found is not None
        return found

    def alerts(self, pmid: int = 1000) -> list[str]:
        """Source and kind of each alert of a study."""
        key = self.key(pmid)
        return [f"{a.said.source_name}: {a.said.kind}" for a in life.alerts(self.store) if a.study_key == key]


def entry(number: object, nature: str) -> dict[str, Any]:
    notice = number if number in DAYS else 1
    assert isinstance(notice, int)
    said = {"DOI": f"10.5555/n{notice}", "type": NATURES[nature], "updated": {"date-parts": [DAYS[notice][1]]}}
    return said if number == "publisher" else said | {"source": "retraction-watch", "record-id": str(number)}
