"""Are two records one study? normalise → candidates (blocking keys) → verdict with reasons. Pure, no store needed."""
