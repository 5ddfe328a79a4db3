"""What the study page offers a writer: references in four styles, the BibTeX entry, the key as it is cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup as Html

from evidence import citing, formats
from evidence.formats import Options
from evidence.views import Study

SHORT: Final = Options(abstract=False)
"""The entry on the page is there to be copied into a file; the file of the study has its abstract."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in one style: its name in an address, its name for people, the reference."""

    style: str
    name: str
    html: Html


@dataclass(frozen=True, slots=True)
class Citations:
    """Everything that can be copied."""

    references: tuple[Reference, ...]
    bibtex: str
    latex: str
    markdown: str


def citations(study: Study) -> Citations:
    """The study as writers cite it. The HTML is evidence.citing's: text and i, b, u, sub, sup, all else escaped."""
    key = study.row.key
    write = formats.by_name("bibtex", writing=True).write
    assert write is not None
    return Citations(
        references=tuple(
            Reference(style, citing.NAMES[style], Html(citing.cite(study, style, "html")))  # noqa: S704
            for style in citing.STYLES
        ),
        bibtex="".join(write((study,), SHORT)).strip(),
        latex=f"\\cite{{{key}}}",
        markdown=f"[@{key}]",
    )
