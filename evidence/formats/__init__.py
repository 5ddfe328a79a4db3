"""File formats: Record ↔ text. One FORMAT object each; the registry below is the whole list."""
