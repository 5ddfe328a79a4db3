"""Trial registers by the beginning of their numbers: the name, and who keeps them.

Names as the WHO's ICTRP lists its primary registries: https://www.who.int/clinical-trials-registry-platform .
"""

from __future__ import annotations

from typing import Final

_REGISTERS: Final = (
    ("NCT", "ClinicalTrials.gov", "Bethesda (MD): National Library of Medicine (US)"),
    ("ISRCTN", "ISRCTN Registry", "London: Springer Nature"),
    ("ACTRN", "Australian New Zealand Clinical Trials Registry", "Sydney: NHMRC Clinical Trials Centre"),
    ("ChiCTR", "Chinese Clinical Trial Registry", ""),
    ("CTRI", "Clinical Trials Registry - India", ""),
    ("DRKS", "German Clinical Trials Register", ""),
    ("IRCT", "Iranian Registry of Clinical Trials", ""),
    ("jRCT", "Japan Registry of Clinical Trials", ""),
    ("UMIN", "UMIN Clinical Trials Registry", ""),
    ("Japic", "JapicCTI", ""),
    ("KCT", "Clinical Research Information Service", ""),
    ("TCTR", "Thai Clinical Trials Registry", ""),
    ("PACTR", "Pan African Clinical Trials Registry", ""),
    ("RBR", "Brazilian Clinical Trials Registry", ""),
    ("SLCTR", "Sri Lanka Clinical Trials Registry", ""),
    ("RPCEC", "Cuban Public Registry of Clinical Trials", ""),
    ("LBCTR", "Lebanese Clinical Trials Registry", ""),
    ("ITMCTR", "International Traditional Medicine Clinical Trial Registry", ""),
    ("CRD", "PROSPERO", "York: University of York, Centre for Reviews and Dissemination"),
    ("NTR", "Netherlands Trial Register", ""),
    ("NL", "Netherlands Trial Register", ""),
    ("20", "EU Clinical Trials Register", ""),
)


def register(number: str) -> tuple[str, str]:
    """The register's name and its "Place: Publisher" (empty where not known) for a registration number."""
    for start, name, kept_by in _REGISTERS:
        if number.startswith(start):
            return name, kept_by
    return "Clinical trial registry", ""
