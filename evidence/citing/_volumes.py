"""Volume and issue with their supplements and parts, which sources write into either field.

Citing Medicine, chapter 1, "Volume number"/"Issue number" with supplement, part or special number; its examples are
42 Suppl 2:S93-9, 58(12 Suppl 7):S6-12 and 83(Pt 2):491-5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PART: Final = re.compile(
    r"(?P<number>.*?)[\s,;(_]*(?<![a-z])(?P<word>suppl(?:ement)?s?|pt|part)(?![a-z])\.?[\s_]*"
    r"(?P<which>[\w .,&-]{0,40}?)[)\s]*\Z",
    re.I | re.S,
)

_LONGEST: Final = 100
"""Characters up to which a volume or issue is taken apart; what is longer is none, and stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a journal: "42" with `volume_part` "Suppl 2"; issue "12" with `issue_part` "Suppl 7"."""

    volume: str = ""
    volume_part: str = ""
    issue: str = ""
    issue_part: str = ""

    def __bool__(self) -> bool:
        return bool(self.volume or self.volume_part or self.issue or self.issue_part)

    def nlm(self) -> str:
        """As NLM prints it: 42 Suppl 2, 83(Pt 2), 58(12 Suppl 7), (401)."""
        volume = self.volume
        if self.volume_part.startswith("Suppl"):
            volume = f"{volume} {self.volume_part}".strip()
        elif self.volume_part:
            volume += f"({self.volume_part})"
        inner = " ".join(p for p in (self.issue, self.issue_part) if p)
        return volume + (f"({inner})" if inner else "")

    def ama(self) -> str:
        """As AMA prints it: 42(suppl 2), 83(pt 2), 58(12)(suppl 7), (401)."""
        parts = (self.volume_part, self.issue, self.issue_part)
        return self.volume + "".join(f"({_small(p)})" for p in parts if p)

    def apa(self) -> str:
        """The issue as APA prints it behind the volume: (Suppl. 2), (Pt. 2), (12, Suppl. 7), (401)."""
        parts = (self.volume_part, self.issue, self.issue_part)
        inner = ", ".join(re.sub(r"^(Suppl|Pt)\b", r"\1.", p) for p in parts if p)
        return f"({inner})" if inner else ""


def place(volume: str, issue: str) -> Place:
    """Volume and issue taken apart, whichever field the supplement or part was written into."""
    number, part = _parted(volume)
    issue_number, issue_part = _parted(issue)
    if issue_part and not issue_number and not part:  # an issue that is only "Suppl 2" belongs to the volume
        part, issue_part = issue_part, ""
    return Place(volume=number, volume_part=part, issue=issue_number, issue_part=issue_part)


def _parted(text: str) -> tuple[str, str]:
    found = _PART.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return text, ""
    word = "Suppl" if found["word"].lower().startswith("s") else "Pt"
    return found["number"].strip(" ,;("), f"{word} {found['which'].strip()}".strip()


def _small(part: str) -> str:
    return part[:1].lower() + part[1:] if part.startswith(("Suppl", "Pt")) else part
