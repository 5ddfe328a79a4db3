"""Facts only: the vocabulary and the starter library, installed as `evidence.data`; README.md has their sources."""
