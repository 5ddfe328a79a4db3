"""Results by year as bars: coordinates for an SVG drawn with attributes only, as the content policy asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 64
LABELS: Final = 18
"""Room under the bars for the first and the last year."""

WIDEST: Final = 40.0
GAP: Final = 0.2
"""Share of a bar's place that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One year."""

    year: int
    count: int
    x: float
    y: float
    width: float
    height: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the first year to the last, years without a study included as gaps."""

    bars: tuple[Bar, ...]
    first: int
    last: int
    most: int
    width: float
    height: int  # of the bars

    @property
    def whole(self) -> int:
        """The height with the labels."""
        return self.height + LABELS

    @property
    def words(self) -> str:
        """What the drawing shows, for those who do not see it."""
        total = sum(bar.count for bar in self.bars)
        peak = max(self.bars, key=lambda bar: bar.count)
        span = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        studies = "1 study" if total == 1 else f"{total:,} studies"
        return f"{studies}, {span}; most in {peak.year} ({peak.count:,})."


def chart(years: tuple[tuple[int, int], ...], since: int | None, until: int | None) -> Chart | None:
    """The drawing of (year, studies) pairs; bars outside since–until are not chosen. None without years."""
    pairs = [(year, n) for year, n in years if n > 0]
    if not pairs:
        return None
    first, last, most = min(pairs)[0], max(pairs)[0], max(n for _, n in pairs)
    step = min(WIDTH / (last - first + 1), WIDEST)
    bars = []
    for year, n in sorted(pairs):
        height = max(2.0, n / most * HEIGHT)
        inside = (since is None or year >= since) and (until is None or year <= until)
        x, wide = (year - first) * step, step * (1 - GAP)
        bars.append(Bar(year, n, round(x, 2), round(HEIGHT - height, 2), round(wide, 2), round(height, 2), inside))
    return Chart(tuple(bars), first, last, most, round(step * (last - first + 1) - step * GAP, 2), HEIGHT)
