"""An invented PubMed over many days: records arrive, change, are retracted, vanish and come back; and it misbehaves.

`World` is what is true on which day, drawn from a seed. `Simulator` answers for it as PubMed does: dates are days in
US Eastern time, a search gives no more than its limit, its index is a day or two late. What it does wrong is drawn from
a seed as well; whatever it does, a request that is repeated often enough is answered.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.eutils_records import FIRST_PMID, article_xml
from tests.eutils_server import EutilsServer
from tests.local_server import Seen, Step

EASTERN: Final = timedelta(hours=-5)
FIRST_DAY: Final = date(2025, 3, 1)
FOR_EVER: Final = date(2999, 1, 1)
DAY: Final = timedelta(days=1)

QUICK: Final = (
    *("429", "429:retry_after=2", "500", "502", "jsonerror", "backenderror", "xmlerror", "html", "truncate", "cut"),
    *("gzip", "cutgzip", "badgzip", "drop", "close", "text", "missing", "expired"),
)
"""What happens to single requests; "gzip" is right."""
EXPIRED: Final = "Unable to obtain query #1"
"""What is answered about a search history that has expired: https://www.ncbi.nlm.nih.gov/books/NBK25499/"""
BAD_DAYS: Final = ("429", "503", "empty", "drop", "jsonerror", "half")
"""What may last a whole day. "half": it answers a few requests and then no more."""


@dataclass(frozen=True)
class Version:
    """What a record says from a day on. `changed`: the day PubMed dates the change to."""

    shown: date
    changed: date
    revision: int
    retracted: bool = False


@dataclass
class Life:
    """A record over the days: in the search from `listed` on, given from `served` on, but for the days it is `away`."""

    pmid: str
    entered: date
    listed: date
    served: date
    versions: list[Version]
    away: list[tuple[date, date]] = field(default_factory=list)

    def gone(self, day: date) -> bool:
        return any(first <= day < end for first, end in self.away)

    def version(self, day: date) -> Version:
        return [v for v in self.versions if v.shown <= day or v is self.versions[0]][-1]

    @property
    def dated(self) -> bool:
        """Whether PubMed's dates say that it came or was changed when it was."""
        last = self.versions[-1]
        return not self.away and (last.shown - last.changed <= 2 * DAY or last.shown < FIRST_DAY)

    def xml(self, day: date) -> str:
        """The record as it is given on that day."""
        version = self.version(day)
        text = article_xml(self.pmid, revision=version.revision)
        mark = '<PublicationType UI="D016441">Retracted Publication</PublicationType></PublicationTypeList>'
        return text.replace("</PublicationTypeList>", mark) if version.retracted else text


class World:
    """The lives of all records, drawn from a seed: `start` that are there on the first day, then `days` of events.

    `busy`: so many times the events. `open_`: nothing changes that PubMed's dates do not tell, and nothing comes back,
    so that it does not matter on which day a record is looked at.
    """

    def __init__(self, seed: int, *, days: int, start: int = 30, busy: int = 1, open_: bool = False) -> None:
        self.rng = random.Random(seed)
        self.open = open_
        self.lives: dict[str, Life] = {}
        self.calm_from = FIRST_DAY + days * DAY
        for _ in range(start):
            past = FIRST_DAY - self.rng.randint(10, 3000) * DAY
            self._born(past, past, past)
        for number in range(1, days):
            for _ in range(busy):
                self._events(FIRST_DAY + number * DAY)

    def _born(self, entered: date, listed: date, changed: date) -> None:
        pmid = str(FIRST_PMID + len(self.lives))
        late = self.rng.random() < 0.15 and listed >= FIRST_DAY
        served = listed + DAY if late else listed
        self.lives[pmid] = Life(pmid, entered, listed, served, [Version(listed, changed, 0)])

    def _late(self) -> timedelta:
        return self.rng.choice((0, 0, 0, 1, 1, 2)) * DAY

    def _events(self, day: date) -> None:
        rng = self.rng
        for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
            self._born(day, day + self._late(), day)
        if rng.random() < 0.2:  # an old record matches from now on; its date of change may say so or not
            old = day - rng.randint(100, 4000) * DAY
            self._born(old, day, rng.choice((old, day)))
        there = [life for life in self.lives.values() if life.listed <= day and not life.gone(day)]
        for life in rng.sample(there, min(len(there), rng.choice((0, 0, 1, 2, 3)))):
            self._revised(life, day)
        for life in rng.sample(there, rng.random() < 0.15):
            back = day + rng.randint(1, 20) * DAY if rng.random() < 0.5 and not self.open else FOR_EVER
            life.away.append((day, min(back, self.calm_from) if back < FOR_EVER else back))

    def _revised(self, life: Life, day: date) -> None:
        last = life.versions[-1]
        if last.shown > day:
            return
        silent = self.rng.random() < 0.1 and not self.open  # PubMed's date of change does not say so
        retracted = last.retracted or self.rng.random() < 0.15
        if last.retracted and self.rng.random() < 0.2:
            retracted = False  # reinstated
        changed = last.changed if silent else day
        life.versions.append(Version(day + self._late(), changed, last.revision + 1, retracted))

    def truth(self, day: date) -> dict[str, tuple[str, int, bool]]:
        """PMID → (state, revision, retracted) of everything that is given on that day, or was and is no longer."""
        found = {}
        for pmid, life in self.lives.items():
            version = life.version(day)
            found[pmid] = ("missing" if life.gone(day) else "present", version.revision, version.retracted)
        return found


class Simulator(EutilsServer):
    """A World on the wire. Set `now`; `trouble` is the share of requests that go wrong, `bad` what lasts all day."""

    def __init__(self, world: World, *, seed: int = 0, trouble: float = 0.0) -> None:
        super().__init__(0)
        self.world = world
        self.now = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, tzinfo=UTC)
        self.trouble = trouble
        self.bad = ""
        self.delivered: list[str] = []  # PMIDs whose record left whole, since `begin`
        self._rng = random.Random(seed)
        self._wrong = 0  # in a row
        self._asked = 0

    @property
    def today(self) -> date:
        """The day it is for PubMed."""
        return (self.now + EASTERN).date()

    def begin(self, now: datetime, bad: str = "") -> None:
        """A run begins at this time."""
        self.now, self.bad = now, bad
        self.seen.clear()
        self.delivered.clear()
        self._asked = self._wrong = 0

    def note(self, seen: Seen) -> Step:
        """What to do with a request: as scripted, else by the plan."""
        step = super().note(seen)
        if step.kind == "ok":
            step = self._plan(seen)
        if seen.utility == "efetch" and step.kind in ("ok", "gzip", "missing"):
            given = [p for p in seen.ids if self.article(p)]
            self.delivered += given[step.number if step.kind == "missing" else 0 :]
        return step

    def _plan(self, seen: Seen) -> Step:
        self._asked += 1
        if self.bad == "half":
            return Step("503") if self._asked > 2 else Step("ok")
        if self.bad:
            return _step(self.bad)
        if self._wrong < 3 and self._rng.random() < self.trouble:
            self._wrong += 1
            return _step(self._rng.choice(QUICK))
        self._wrong = 0
        return Step("ok")

    def find(self, term: str, fields: dict[str, str]) -> list[str]:
        """The PMIDs in the index today, newest first, within the dates and PMIDs asked for."""
        today = self.today
        found = [x for x in self.world.lives.values() if x.listed <= today and not x.gone(today)]
        if numbers := re.findall(r"(\d+)(?::(\d+))?\[uid\]", term):
            spans = [(int(first), int(last or first)) for first, last in numbers]
            found = [x for x in found if any(a <= int(x.pmid) <= b for a, b in spans)]
        if "mindate" in fields:
            first, last = (date.fromisoformat(fields[n].replace("/", "-")) for n in ("mindate", "maxdate"))
            by_change = fields["datetype"] == "mdat"
            dated = ((x, x.version(today).changed if by_change else x.entered) for x in found)
            found = [x for x, day in dated if first <= day <= last]
        return [x.pmid for x in sorted(found, key=lambda x: (x.entered, x.pmid), reverse=True)]

    def article(self, pmid: str) -> str | None:
        """The record as it is given today."""
        life = self.world.lives.get(pmid)
        if life is None or life.gone(self.today) or life.served > self.today:
            return None
        return life.xml(self.today)


def _step(kind: str) -> Step:
    if kind == "expired":
        return Step("xmlerror", body=EXPIRED)
    name, _, options = kind.partition(":")
    return Step(name, retry_after=options.removeprefix("retry_after=") if options else "")
