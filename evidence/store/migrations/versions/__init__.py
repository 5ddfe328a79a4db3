"""The steps, oldest first; a step is never edited after release."""
