"""The life cycle of a publication: what is said of it after it appeared, by whom, and what state follows. Pure.

The rules, with their sources, are in docs/lifecycle.md. They follow NLM's linked citations
(https://www.nlm.nih.gov/bsd/policy/errata.html), where every link has two directions: the work's own record names its
notice ("RetractionIn"), the notice's names the work ("RetractionOf"); either is enough. Nothing here depends on the
order in which anything arrived.
"""

from evidence.lifecycle.matters import CARRIED, SAID, UNSAID, completes, gravity, one_matter
from evidence.lifecycle.reading import OF_ANOTHER, concerns, doubts, is_notice, is_work, life_cycle, marked
from evidence.lifecycle.statements import (
    RETRACTING,
    SEVERITY,
    STATE,
    Heard,
    Kind,
    LifeCycle,
    Listed,
    Statement,
    Weighed,
    disagreements,
    name_of,
    weigh,
)

__all__ = [
    "CARRIED",
    "OF_ANOTHER",
    "RETRACTING",
    "SAID",
    "SEVERITY",
    "STATE",
    "UNSAID",
    "Heard",
    "Kind",
    "LifeCycle",
    "Listed",
    "Statement",
    "Weighed",
    "completes",
    "concerns",
    "disagreements",
    "doubts",
    "gravity",
    "is_notice",
    "is_work",
    "life_cycle",
    "marked",
    "name_of",
    "one_matter",
    "weigh",
]
