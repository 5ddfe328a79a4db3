"""Study designs measured: baselines, training of the shipped weights, tables. See docs/tags-design.md."""
