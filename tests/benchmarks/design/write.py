"""From a fitted model to the file of weights: calibration, operating points, rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from tests.benchmarks.design.learn import CLASSES, Fitted, Seen

LEAST_WEIGHT = 0.05  # scaled weights below it are left out; divided by the length of an abstract they move nothing
PLATEAU = {"randomized_controlled_trial": 0.985}
"""How much of the best F1 is enough for a stricter threshold: randomised trials are tagged when in no doubt."""

POINTS = {"sensitive": (0.99, 0.88), "precise": (0.955, 0.975)}
"""Sensitivity to reach and specificity to keep; a little above what is promised (.985 and .95)."""


def calibrated(z: Any, y: Any) -> tuple[float, float]:
    """Platt's slope and offset."""
    model = LogisticRegression(C=100.0).fit(z.reshape(-1, 1), y)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def points(p: Any, y: Any, plateau: float = 1.0) -> dict[str, float]:
    """Thresholds: `balanced` is the strictest whose F1 is `plateau` times the best; the others reach a sensitivity
    unless that costs too much specificity.
    """
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(y[order])
    calls = np.arange(1, len(y) + 1)
    f1 = 2 * hits / (calls + y.sum())
    width = max(1, int(y.sum()) // 20)  # smoothed over a twentieth of the positives: one lucky record decides nothing
    smooth = np.convolve(f1, np.ones(width) / width, mode="same")
    good = np.flatnonzero(smooth >= plateau * smooth.max())
    found = {"balanced": float(p[order][int(good[0])])}
    sensitivity = hits / y.sum()
    specificity = 1 - (calls - hits) / (len(y) - y.sum())
    for name, (sensitive, specific) in POINTS.items():
        at = min(int(np.argmax(sensitivity >= sensitive)), int((specificity >= specific).sum()) - 1)
        found[name] = float(p[order][at])
    return found


def constants(z: Any, gold: list[tuple[Any, Any]]) -> dict[str, list[float]]:
    """The rows "!slope" … "!precise" from scores that were made without the record's own label."""
    rows: dict[str, list[float]] = {n: [] for n in ("slope", "offset", "balanced", "sensitive", "precise")}
    for k, (name, (mask, y)) in enumerate(zip(CLASSES, gold, strict=True)):
        slope, offset = calibrated(z[mask, k], y)
        p = 1 / (1 + np.exp(-(slope * z[mask, k] + offset)))
        rows["slope"].append(slope)
        rows["offset"].append(offset)
        for point, value in points(p, y, PLATEAU.get(name, 1.0)).items():
            rows[point].append(value)
    return rows


def lines(model: Fitted, data: Seen, rows: dict[str, list[float]], head: list[str]) -> list[str]:
    """The file, line by line."""
    out = [f"# {line}" for line in head]
    out.append("\t".join(["feature", "idf2", *CLASSES.values()]))

    def add(name: str, square: int, values: Any) -> None:
        out.append("\t".join([name, str(square or ""), *(str(int(v)) if v else "" for v in values)]))

    for name, values in {"bias": list(model.bias), **rows}.items():
        add(f"!{name}", 0, np.rint(1000 * np.array(values)))
    for number, name in enumerate(data.cue_names):
        add(name, 0, np.rint(100 * model.cues[number]))  # also without weights: rules ask for cues that the file knows
    for number, column in enumerate(model.columns):
        values = np.rint(100 * model.plain[number])
        if values.any():
            add(f"+{data.gram_names[column]}", 0, values)
    for number, column in enumerate(model.columns):
        values = np.rint(100 * np.where(np.abs(model.scaled[number]) < LEAST_WEIGHT, 0, model.scaled[number]))
        if model.squares[number] or values.any():
            add(data.gram_names[column], round(10 * float(model.squares[number])), values)
    return out
