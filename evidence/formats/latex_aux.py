r"""What a LaTeX document cites, from the files its run leaves: `.aux` (BibTeX, biblatex), `.bcf` (biblatex for biber).

LaTeX writes `\citation{key,key}`, and `\@input{chapter.aux}` for each `\include` (btxdoc, section 4; latex.ltx);
biblatex writes `\abx@aux@cite{section}{key}`, in older versions without the section, and a control file in XML
(biblatex.sty; the biber manual, section 3). A key `*` is `\nocite{*}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final

from evidence.errors import BadInput
from evidence.text import clean

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file: a book's .aux has some MB; beyond this it is something else."""

MOST_FILES: Final = 1_000
"""Chapters that one document may have."""

_CITED: Final = re.compile(
    r"\\citation\s*\{(?P<bibtex>[^{}]*)\}"
    r"|\\abx@aux@cite(?:\{\d+\})?\{(?P<biblatex>[^{}]*)\}"
    r"|<bcf:citekey\b(?P<bcf_of>[^>]*)>(?P<bcf>[^<]*)</bcf:citekey>"
    r"|\\@input\s*\{(?P<chapter>[^{}]*)\}"
)
_MEMBERS: Final = re.compile(r"\bmembers=\"([^\"]*)\"")
_CONTROL: Final = re.compile(r"(REVTEX\d*|aps[\w.-]*|acs[\w.-]*|achemso[\w.-]*|[\w.-]+:BST)-?control", re.I)
"""Keys by which REVTeX, achemso and IEEEtran hand settings to their styles: they cite nothing."""


@dataclass(frozen=True, slots=True)
class Citations:
    r"""The keys a document cites, each once, in order of first citation; `everything`: it says `\nocite{*}`.

    `unread`: chapters' files that are named and cannot be read.
    """

    keys: tuple[str, ...]
    everything: bool
    unread: tuple[str, ...]


def cited(path: Path) -> Citations:
    """The keys that the document of this `.aux` or `.bcf` cites, its chapters' included.

    Raises BadInput for a file that cannot be read, and for one that cites nothing: it is another kind of file, or
    LaTeX has not run.
    """
    keys: dict[str, None] = {}
    unread: list[str] = []
    # LaTeX names chapters by their path from where it ran: the main file's folder.
    for found in _walk(path, unread):
        for key in _keys(found):
            if key.strip() and not _CONTROL.fullmatch(key.strip()):
                keys.setdefault(clean(key.strip()))
    everything = "*" in keys
    keys.pop("*", None)
    if not keys and not everything:
        raise BadInput(str(path), "cites nothing; is it the .aux (or .bcf) that LaTeX wrote for the document?")
    return Citations(tuple(keys), everything, tuple(unread))


def _keys(found: re.Match[str]) -> list[str]:
    """The keys of one citation; of a set that the document makes (defbibentryset), its members."""
    members = _MEMBERS.search(found["bcf_of"] or "")
    keys = members[1] if members else found["bcf"] or ""
    return (found["bibtex"] or found["biblatex"] or unescape(keys)).split(",")


def _walk(main: Path, unread: list[str]) -> Iterator[re.Match[str]]:
    """Every citation in the main file and, where they stand, in its chapters; each file once."""
    seen = {main.resolve()}
    open_files = [_CITED.finditer(_text(main))]
    while open_files:
        found = next(open_files[-1], None)
        if found is None:
            open_files.pop()
        elif found["chapter"] is None:
            yield found
        else:
            chapter = main.parent / found["chapter"]
            if chapter.suffix != ".aux" or chapter.resolve() in seen or len(seen) > MOST_FILES:
                continue
            seen.add(chapter.resolve())
            try:
                open_files.append(_CITED.finditer(_text(chapter)))
            except BadInput as exc:
                unread.append(str(exc))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise BadInput(str(path), f"cannot be read ({reason.lower()})") from None
    if len(data) > MOST_BYTES:
        raise BadInput(str(path), f"is larger than {MOST_BYTES // 2**20} MB")
    return data.decode("utf-8", "replace")
