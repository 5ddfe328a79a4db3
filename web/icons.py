"""Small drawings of the pages: one per study design, the ladder of levels, a mark per intervention family.

Everything here is a constant of this program, so it may be marked as safe HTML; nothing stored passes through.
The drawings are decoration beside a word that says the same, hence hidden from assistive technology.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from evidence.vocabulary import Design

_STROKES: Final = {
    "guideline": "M4 1.75h5.5L12.5 4.5v9.75H4zM6 8.5l1.6 1.6 3-3.4",
    "network": "M8 4.6v3M6.5 10.8h3M5.2 9.3 7 5.9M10.8 9.3 9 5.9M9.6 3.2a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0"
    "zM6 11a1.8 1.8 0 1 1-3.6 0A1.8 1.8 0 0 1 6 11zM13.6 11a1.8 1.8 0 1 1-3.6 0 1.8 1.8 0 0 1 3.6 0z",
    "forest": "M8 1.5v13M2.5 4h6M6 7.2h7M3.5 11.6 8 9.8l4.5 1.8L8 13.4z",
    "stack": "M8 2 14 5 8 8 2 5zM2.3 8 8 10.9 13.7 8M2.3 11 8 13.9 13.7 11",
    "scope": "M11 6.75a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0zM9.9 9.9l4 4",
    "split": "M1.5 8H5l5-4.5h4M5 8l5 4.5h4M12 1.6l2 1.9-2 1.9M12 10.6l2 1.9-2 1.9",
    "arms": "M1.5 5h12M1.5 11h12M11.5 3l2 2-2 2M11.5 9l2 2-2 2",
    "arm": "M1.5 8h12.5M12 6l2 2-2 2M4 6v4",
    "forward": "M2 3v10M2 8h12M11.5 5.5 14 8l-2.5 2.5M6 6.5v3",
    "backward": "M14 3v10M14 8H2M4.5 5.5 2 8l2.5 2.5M10 6.5v3",
    "slice": "M13.5 8A5.5 5.5 0 1 1 2.5 8a5.5 5.5 0 0 1 11 0zM8 2.5v11",
    "people": "M8 5.2a1.9 1.9 0 1 1-3.8 0 1.9 1.9 0 0 1 3.8 0zM2.4 13c0-2.4 1.5-4 3.7-4s3.7 1.6 3.7 4M10 3.5a1.8 1.8 0 "
    "0 1 0 3.4M11.2 9.3c1.5.5 2.4 1.8 2.4 3.7",
    "person": "M10 5a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM3.9 13.2c0-2.6 1.7-4.3 4.1-4.3s4.1 1.7 4.1 4.3",
    "target": "M13.5 8A5.5 5.5 0 1 1 2.5 8a5.5 5.5 0 0 1 11 0zM10.2 8a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0z",
    "coins": "M12.5 4.2c0 1-2 1.9-4.5 1.9s-4.5-.8-4.5-1.9 2-1.9 4.5-1.9 4.5.9 4.5 1.9zM3.5 4.2v7.6c0 1 2 1.9 4.5 1.9"
    "s4.5-.9 4.5-1.9V4.2M3.5 8c0 1 2 1.9 4.5 1.9s4.5-.8 4.5-1.9",
    "list": "M6 4h7.5M6 8h7.5M6 12h7.5M2.5 4h.6M2.5 8h.6M2.5 12h.6",
    "book": "M8 4.2C6.6 3 4.4 2.7 2 2.9v9.6c2.4-.2 4.6.1 6 1.3 1.4-1.2 3.6-1.5 6-1.3V2.9c-2.4-.2-4.6.1-6 1.3z"
    "M8 4.2v9.6",
    "calendar": "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.3 1.8v3M10.7 1.8v3",
    "speech": "M2 3h12v8H8l-3.4 2.7V11H2z",
    "notice": "M8 2 14.5 13.5h-13zM8 6.3v3.4M8 11.4v.4",
    "flask": "M6.2 2h3.6M6.9 2v4.2L3 12.6c-.4.8 0 1.4.8 1.4h8.4c.8 0 1.2-.6.8-1.4L9.1 6.2V2M4.8 10.2h6.4",
    "paw": "M5 12.2c0-1.9 1.5-3.6 3-3.6s3 1.7 3 3.6c0 1.4-1.4 1.6-3 1.6s-3-.2-3-1.6z"
    "M4 7.5v.6M6.5 4v.9M9.5 4v.9M12 7.5v.6",
    "tools": "M3 13 10.5 5.5M9 3.2a3 3 0 0 0 3.8 3.8M11 10l2.6 2.6M2.6 3.6 5.5 6.5",
    "dot": "M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
}
_BY_DESIGN: Final = {
    "network-meta-analysis": "network",
    "meta-analysis": "forest",
    "systematic-review": "stack",
    "scoping-review": "scope",
    "rct": "split",
    "clinical-trial": "arms",
    "nonrandomised-trial": "arms",
    "single-arm-trial": "arm",
    "cohort": "forward",
    "case-control": "backward",
    "cross-sectional": "slice",
    "case-series": "people",
    "case-report": "person",
    "diagnostic-accuracy": "target",
    "economic-evaluation": "coins",
    "qualitative": "speech",
    "survey": "list",
    "secondary-analysis": "split",
    "guideline": "guideline",
    "narrative-review": "book",
    "book-chapter": "book",
    "protocol": "calendar",
    "editorial": "speech",
    "letter": "speech",
    "comment": "speech",
    "erratum": "notice",
    "retraction-notice": "notice",
    "technical-report": "tools",
    "animal": "paw",
    "in-vitro": "flask",
    "cadaver": "flask",
}
_BY_GROUP: Final = {
    "guideline": "guideline",
    "review": "stack",
    "trial": "arms",
    "observational": "forward",
    "laboratory": "flask",
    "other": "dot",
}
_MARKS: Final = {
    "perineural": '<circle cx="5" cy="5" r="4"/>',
    "hydrodissection": '<circle cx="5" cy="5" r="3.2" fill="none" stroke="currentColor" stroke-width="1.8"/>',
    "prolotherapy": '<path d="M5 .5 9.5 5 5 9.5.5 5z"/>',
    "other": '<path d="M1 1h8v8H1z"/>',
}
LEVELS: Final = 5


def icon(name: str) -> Markup:
    """A 16 × 16 line drawing in the text's colour."""
    path = _STROKES.get(name, _STROKES["dot"])
    return Markup(  # noqa: S704 - built from the constants above
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" '
        'stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        f'<path d="{path}"/></svg>'
    )


def design_icon(design: Design) -> Markup:
    """The drawing of a design: its own, else the one its vocabulary names, else that of its group."""
    named = design.icon if design.icon in _STROKES else _BY_GROUP.get(design.group, "dot")
    return icon(_BY_DESIGN.get(design.slug, named))


def ladder(level: int | None) -> Markup:
    """The pyramid of evidence: five rungs, the strongest on top, the study's own rung filled."""
    rungs = "".join(
        f'<rect x="{8 - 2 * i}" y="{4 * i}" width="{6 + 4 * i}" height="3" rx="1" class="{css}"/>'
        for i, css in enumerate("on" if level == rung else "off" for rung in range(1, LEVELS + 1))
    )
    return Markup(  # noqa: S704 - numbers only
        '<svg class="ladder" viewBox="0 0 22 19" width="22" height="19" aria-hidden="true" focusable="false">'
        f"{rungs}</svg>"
    )


def mark(family: str) -> Markup:
    """The shape that stands before an intervention: disc, ring, diamond or square."""
    return Markup(  # noqa: S704 - built from the constants above
        '<svg class="mark" viewBox="0 0 10 10" width="10" height="10" fill="currentColor" aria-hidden="true" '
        f'focusable="false">{_MARKS.get(family, _MARKS["other"])}</svg>'
    )
