"""What a run notes while it goes (of a search, the re-check, by DOI, of Crossref), and its row in the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from evidence.errors import EvidenceError, SourceRefused, StoreProblem
from evidence.ingest import Report, where
from evidence.store import Store, runs
from evidence.views import RunView

LOG_LINES: Final = 200
"""Lines of a log that are kept."""

MOST_FAILURES: Final = 3
"""Requests of a run that may fail, each after all its retries, before a source counts as away and the run ends."""

MOST_REFUSED: Final = 10
"""Requests of a run that a source may refuse: it is there, and refuses them one by one, until it plainly does all."""


@dataclass(slots=True)
class Sheet:
    """What a run notes while it goes. `notes` are the transport's, of failed attempts that were repeated; `report` is
    of the records that came, `counts` what else was counted; `unfinished`: when the work began that was left undone.
    """

    run_id: int
    notes: list[str]
    unfinished: datetime | None = None
    found: int = 0
    translation: str = ""
    report: Report = field(default_factory=Report)
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    failures: int = 0
    refused: int = 0

    def count(self, name: str, number: int) -> None:
        """So many more of a count."""
        if number:
            self.counts[name] = self.counts.get(name, 0) + number

    def took(self, report: Report) -> None:
        """Records came: what became of them, and why some were rejected."""
        self.report.add(report)
        self.log += [f"rejected {where(r)}: {r.reason}" for r in report.rejected]

    def all_counts(self) -> dict[str, int]:
        """What became of the records, and everything else that was counted."""
        return {name: number for name, number in (self.report.counts() | self.counts).items() if number}

    def failed(self, *problems: Exception) -> bool:
        """Requests failed; True when those were too many."""
        for problem in problems:
            self.problems.append(str(problem))
            self.log.append(f"failed: {problem}")
            refused = isinstance(problem, SourceRefused)
            self.refused += refused
            self.failures += not refused
        for number, most, word in ((self.failures, MOST_FAILURES, "failed"), (self.refused, MOST_REFUSED, "refused")):
            if number >= most:
                self.problems.append(f"stopped after {number} {word} requests")
                return True
        return False

    def finish(self, store: Store, state: str = "", error: str = "") -> RunView:
        """Write the row. Without a state: failed if anything failed."""
        problems = list(dict.fromkeys(self.problems))  # the whole of them stands in the log
        return runs.finish(
            store,
            self.run_id,
            state=state or ("failed" if problems else "ok"),
            found=self.found,
            counts=self.all_counts(),
            error=error or "; ".join([*problems[:2], *problems[2:][-1:]]),
            log=shortened([*self.notes, *self.log]),
            now=store.now(),
            translation=self.translation,
        )


def shortened(log: Sequence[str]) -> Sequence[str]:
    """A log of so many lines as are kept."""
    if len(log) <= LOG_LINES:
        return log
    return [*log[: LOG_LINES - 1], f"… and {len(log) - LOG_LINES + 1} lines more"]


@contextlib.contextmanager
def running(store: Store, name: str, notes: list[str], query: str = "", since: date | None = None) -> Iterator[Sheet]:
    """A run of that name; a search's has a query, and maybe a day to begin from.

    What goes wrong with the source is noted on the sheet. All else (the program, the store, the person) ends the run
    and is raised; the next run takes it up from there.
    """
    unfinished = runs.interrupt_stale(store, name, store.now(), beside=not query)
    notes.clear()
    sheet = Sheet(runs.start(store, name, query, store.now(), since), notes, unfinished)
    try:
        yield sheet
    except BaseException as exc:
        with contextlib.suppress(StoreProblem):
            sheet.finish(store, "failed" if isinstance(exc, EvidenceError) else "interrupted", str(exc) or repr(exc))
        raise
