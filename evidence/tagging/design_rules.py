"""The rules by which words state a design: steps of scores, cues that must be there and that must not, what is barred.

`design_words` applies them; the cues are in `design_cue_table`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evidence.tagging.design_cues import WORDS
from evidence.tagging.design_text import DesignText, listed
from evidence.tagging.phrases import Zone

OperatingPoint = Literal["balanced", "sensitive", "precise"]

TITLE_SCORE: Final = 0.9
ABSTRACT_SCORE: Final = 0.7
CUE_SCORE: Final = 0.6
HINT_SCORE: Final = 0.2
NOTHING: Final = 0.01
RULE_THRESHOLD: Final[dict[OperatingPoint, float]] = {"balanced": 0.5, "sensitive": 0.15, "precise": 0.5}
"""Scores of designs that are rules, in steps: stated by title or label, by the abstract, by a cue, hinted at, nothing;
and from which step on they are hits. The steps order the reasons; they are no measured probabilities."""

EXCLUDED: Final = 0.3
"""What a stronger design leaves of the score of one that it excludes. At the balanced point the excluded one is no hit;
the other two points are for screening, where a trial's protocol is better seen than missed."""

DIVIDED: Final = 0.1
"""What is left of a trial's score where only a data set was divided at random, or allocation by chance is denied."""

OF_A_TRIAL: Final = frozenset({"protocol", "secondary-analysis"})
"""Papers of a trial that are not its report. They exclude the design, as a paper without the trial's results must not
be taken for it, but leave its score alone: the score tells that there is a randomised trial behind the paper."""

SURE_OF_TITLE: Final = 0.9
"""The model has learnt from records with abstracts; of a bare title it must be this sure."""

BESIDE: Final = 4
LONGEST_QUOTE: Final = 16
"""Words."""

SURELY_ANIMAL: Final = 0.8
"""From this score on, an experiment on animals is nothing else, however much it reads like a trial."""

MODEL_NAME: Final = {"clinical-trial": "any-trial"}
LEARNT: Final = ("rct", "clinical-trial", "cohort", "case-control", "case-report", "cross-sectional") + (
    *("animal", "in-vitro", "narrative-review"),
)
"""Designs that the model has learnt. Its "any-trial" is a trial of any kind: ours when no kind is stated."""

NAMED: Final = {"case-control": "@case-control"}
"""Learnt designs that the model alone does not assert where the text lacks their name: of what it tagged so in
cross-validation, eight records, none was right. The score stays, and the points for screening list them."""

_FOLLOWED: Final = frozenset(
    listed("followed followup follow longitudinal longitudinally prospective prospectively cohorts")
)
"""A cohort, too, has one of these, or "cohort" in a study that does not call itself cross-sectional: there the word is
used for whoever was asked."""

LIKELY: Final = 0.5
_OF_TRIALS: Final = (
    "@one-trial",
    "@blind",
    "@placebo",
    "@crossover",
    "@randomised-here",
    "@randomised-study",
    "@allocated",
)
"""A trial that is less likely than not is asserted only where the text has one of these."""

TRUSTED: Final = {
    "rct": re.compile(""),
    "clinical-trial": re.compile(""),
    "case-report": re.compile(r"case reports?$|a case of|of a case|of one case|case presentation"),
    "cohort": re.compile(r"cohort"),
    "case-control": re.compile(""),
    "cross-sectional": re.compile(""),
    "narrative-review": re.compile(r"narrative|: a review|mini|state.of.the.art|review article|literature review$"),
    "animal": re.compile(r"animal|model"),
    "in-vitro": re.compile(r"in vitro study|cell lines?|cell cultures?|cultured"),
}
"""Which title phrases of a learnt design count beside an abstract: those that were right in at least two thirds of the
development records with that phrase. "Follow-up study" is a cohort by its indexing in one of six, "in vitro" in a title
an in vitro study in two of five: there the model decides, as it does of phrases in the abstract, which it has seen."""

LIKE_A_REVIEW: Final = ("guideline", "network-meta-analysis", "meta-analysis", "systematic-review", "scoping-review")
"""Rules whose scores, where no rule speaks, follow a tenth of the model's score for a review: a rank, never a hit."""

_REVIEWS: Final = ("@systematic-review", "@meta-analysis", "@literature-searched")
_NO_TRIAL: Final = (
    *(*_REVIEWS, "@of-a-trial", "@secondary", "@plan", "@to-be-randomised", "@not-randomised", "@qualitative"),
    *("@T animals", "@this-review", "@T this-review", "@T trials"),
)
"""Beside one of these, a sentence that says "in this randomised study" may be about another study or about animals."""

CUE_RULES: Final = (
    # design, cues that must all be there, cues of which none may be, step
    ("systematic-review", ("@systematic-review", "@literature-searched+"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review+", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review", "@this-review", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review", "@review-with-meta", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@review-methods+", "@literature-searched"), (), CUE_SCORE),
    ("systematic-review", ("@systematic-review",), (), HINT_SCORE),
    ("systematic-review", ("@literature-searched+",), (), HINT_SCORE),
    ("meta-analysis", ("@meta-analysis+", "@literature-searched"), (), CUE_SCORE),
    ("meta-analysis", ("@review-with-meta", "@literature-searched"), (), CUE_SCORE),
    ("meta-analysis", ("@meta-analysis-done",), ("@plan", "@meta-analysis-not-done"), CUE_SCORE),
    ("meta-analysis", ("@meta-analysis",), (), HINT_SCORE),
    ("protocol", ("@plan+", "@we-will+"), (), CUE_SCORE),
    ("protocol", ("@plan", "@to-be-randomised"), (), CUE_SCORE),
    ("protocol", ("@design-presented", "@we-will"), (), CUE_SCORE),
    ("protocol", ("@plan",), (), HINT_SCORE),
    ("qualitative", ("@qualitative+",), ("@systematic-review",), CUE_SCORE),
    ("qualitative", ("@interviewed", "@experiences"), ("@systematic-review", "@randomised-here"), CUE_SCORE),
    ("qualitative", ("@qualitative",), (), HINT_SCORE),
    ("secondary-analysis", ("@secondary", "@from-a-trial"), ("@meta-analysis", "@randomised-here"), CUE_SCORE),
    ("secondary-analysis", ("@T of-a-trial",), _REVIEWS, TITLE_SCORE),
    ("secondary-analysis", ("@of-a-trial",), (*_REVIEWS, "@plan+"), CUE_SCORE),
    ("secondary-analysis", ("@secondary",), (), HINT_SCORE),
    ("clinical-trial", ("@phase-trial",), (*_NO_TRIAL, "@retrospective"), CUE_SCORE),
    ("rct", ("@own-randomised-study",), _NO_TRIAL, ABSTRACT_SCORE),
    ("cohort", ("@cohort-study",), _REVIEWS, CUE_SCORE),
    ("case-control", ("@case-control",), _REVIEWS, CUE_SCORE),
    ("cross-sectional", ("@cross-sectional",), ("@systematic-review", "@meta-analysis", "@longitudinal"), CUE_SCORE),
    ("survey", ("@survey",), (), HINT_SCORE),
    ("nonrandomised-trial", ("@alternating",), ("@systematic-review", "@meta-analysis"), CUE_SCORE),
    ("nonrandomised-trial", ("@not-randomised", "@one-trial"), ("@randomised-here+", "@systematic-review"), HINT_SCORE),
)
"""Abstracts that say what they are without saying it in the title."""

_HUMAN: Final = frozenset(
    listed(
        "patients patient participants participant women woman men man adults children volunteers humans infants "
        "people persons pregnant students adolescents boy boys  girl girls newborn newborns infant child person"
    )
)
_VETERINARY: Final = frozenset(("veterinary", "veterinarian", "veterinarians"))
"""An abstract with an animal in its title and nobody of the first, or with one of the second, is about animals."""

_OF_BOTH: Final = "human"
"""In such a title the animal is one of two: "human and rat serum" (5 of 40 by their indexing are of animals alone)."""

STATED: Final[tuple[Zone, ...]] = ("title", "design")
NEGATIONS: Final = ("non", "not", "no", "quasi", "without", "neither", "nor", "never")
TRIALS: Final = ("rct", "clinical-trial")
ON_ANIMALS: Final = "@T animals"
ANIMALS_TREATED: Final = "@animals-treated"
OF_OTHERS: Final = (*LIKE_A_REVIEW, "narrative-review", "protocol")
"""Beside one of these, animals of which an abstract tells were treated by others, or not yet."""

LABORATORY: Final = frozenset(
    listed(
        "wistar sprague lewis fischer balb c57bl c57bl6 c57bl6j cd1 icr nude knockout transgenic xenograft xenografts "
        "strain"
    )
)
"""Beside people, words that make the animals of an abstract those of an experiment, not pets, bites or therapy dogs."""

_WITHIN_A_TRIAL: Final = re.compile(r"\b(?:within|in|for|during) (?:an?|the) (?:\w+ ){0,4}?trial\b")

_TWO_SETS: Final = re.compile(
    r"\brandom\w* (?:\w+ ){0,12}?(?:training|derivation|development|discovery|learning)\b(?: \w+){0,9}? "
    r"(?:validation|validating|tests?|testing|verification)\b"
    r"|\brandom\w* (?:\w+ ){0,12}?(?:validation|tests?|testing)\b(?: \w+){0,9}? (?:training|derivation|development)\b"
)


def split_only(text: DesignText, cues: Mapping[str, int]) -> bool:
    """Whether what was divided at random are the records of a data set, and nothing else says that people were.

    Two sets must be named: children may be allocated to a training.
    """
    if "@split-sample" not in cues or not cues.keys().isdisjoint(
        ("@randomised-here+", "@randomised-study", "@placebo")
    ):
        return False
    return _TWO_SETS.search(text.sentences[cues["@split-sample"]].joined) is not None


_ANIMALS: Final = "|".join(sorted(WORDS["animals"]))
_GAVE_CELLS: Final = re.compile(
    rf"\b(?:{_ANIMALS}) (?:\w+ ){{0,3}}?(?:cells?|hepatocytes?|macrophages?|cardiomyocytes?|fibroblasts?|neurons?"
    r"|oocytes?|spermatozoa|osteoblasts?|chondrocytes?|keratinocytes?|adipocytes?|myoblasts?)\b|\bin vitro(?! produced)"
)
"""Titles whose animal gave the cells: "pig Sertoli cells in vitro". There the model decides."""

NEVER: Final = {
    "animal": re.compile(r"\ball animal species\b"),
    "case-report": re.compile(r"\b(?:ipscs?|hipscs?|pluripotent stem cells?) (?:\w+ ){0,2}?lines?\b"),
}
"""Titles under which a design is not what its words seem to say: what may be sold for animals was tried on none by
that, and a cell line made from one patient is no report of a case."""


def only_animals(text: DesignText) -> bool:
    """Whether a text with an animal in its title is about no people."""
    title = text.title
    return _OF_BOTH not in title.tokens and of_no_people(text) and not _GAVE_CELLS.search(title.joined)


def is_of_a_trial(cues: Mapping[str, int]) -> bool:
    """Whether the paper says that it looks further at a trial: at its beginning, or before any allocation is told.

    A trial's own report may say the same of a part of its data, further down.
    """
    at = cues.get("@of-a-trial")
    return at is not None and (at < _BEGINNING or at < cues.get("@randomised-here", at + 1))


_BEGINNING: Final = 3
"""The title and two sentences."""


def in_a_laboratory(text: DesignText, cues: Mapping[str, int]) -> bool:
    """Whether the animals beside which people are named were in an experiment of this paper.

    Pets, bites and therapy dogs were in none; what begins with rats may go on with women.
    """
    own = not _RODENTS.isdisjoint(text.words) and cues.get(ANIMALS_TREATED, 0) >= _BEGINNING
    return own or f"{ANIMALS_TREATED}+" in cues or not LABORATORY.isdisjoint(text.words)


_RODENTS: Final = frozenset(listed("mice rats"))


def of_no_people(text: DesignText) -> bool:
    """Whether a text names no people, or is of veterinary medicine."""
    return _HUMAN.isdisjoint(text.words) or not _VETERINARY.isdisjoint(text.words)


def is_own(slug: str, title: str) -> bool:
    """Whether a title phrase of this design is of this paper, not of a trial of which the paper speaks."""
    if slug == "rct":
        return not speaks_of_a_trial(title)
    if slug == "protocol" and title.startswith("design of the "):
        return _OF_A_STUDY.search(title) is not None
    return slug != "clinical-trial" or _WITHIN_A_TRIAL.search(title) is None


def speaks_of_a_trial(title: str) -> bool:
    """Whether a title names a randomised trial that the paper is not: one emulated, failed, refused, asked about."""
    return "random" in title and _ABOUT_A_TRIAL.search(title) is not None


def what_is_left(title: str, cues: Mapping[str, int]) -> float:
    """What is left of a trial's score under a title that only names one; what the abstract says is not touched."""
    return _NAMED_ONLY if "@randomised-here" not in cues and speaks_of_a_trial(title) else 1.0


def denies_chance(text: DesignText, cues: Mapping[str, int]) -> bool:
    """Whether the only sentence that speaks of allocation by chance denies it: "was neither randomised nor blinded"."""
    told = {number for name, number in cues.items() if name in _BY_CHANCE}
    if len(told) != 1 or "@randomised-here+" in cues:
        return False
    return _DENIED.search(text.sentences[told.pop()].joined) is not None


def denies_blinding(text: DesignText, cues: Mapping[str, int]) -> bool:
    """Whether the only sentence that speaks of double blinding denies it."""
    if "@double-blind" not in cues or "@double-blind+" in cues:
        return False
    return _NOT_BLIND.search(text.sentences[cues["@double-blind"]].joined) is not None


_OF_A_STUDY: Final = re.compile(r"^design of the (?:\w+ ){0,5}?(?:trial|study|registry)\b")
"""Not "Design of the needle affects headache: a randomised trial"."""
_NAMED_ONLY: Final = 0.25
_BY_CHANCE: Final = frozenset(("@randomised-here", "@randomised-study"))
_DENIED: Final = re.compile(
    r"\b(?:neither|not|never|nor|without|no|declin\w+|refus\w+|rather than|instead of) (?:\w+ ){0,2}?random(?:iz\w+|ly)"
    r"|\brandomiz(?:ation|ing) (?:\w+ ){0,3}?(?:not|impossible|refused|never)\b"
)
_NOT_BLIND: Final = re.compile(r"\b(?:neither|not|nor|no|without) (?:\w+ ){0,2}?double ?(?:blind|mask)")
_TO_IT: Final = (
    "(?:(?:an?|the|in|of|to|for|into|taking|take|part|participation|participating|participate|enrolling|enrolment|being"
    "|recruitment|large|pragmatic|multicenter|surgical|clinical|possible|future) ){0,6}?random"
)
_ABOUT_A_TRIAL: Final = re.compile(
    r"\bemulat\w+ (?:\w+ ){0,4}?(?:random|trial)|\bnot an? (?:\w+ )?random"
    r"|\brandom\w+ (?:\w+ ){0,3}?(?:was|is|are|were) not (?:possible|feasible)\b"
    r"|\bwhy (?:we|it|an?|the|not|was|did|do|is) (?:\w+ ){0,5}?random|\bfailed random|\bfailure of an? random"
    rf"|\b(?:lessons|learned|attitudes?|willingness|willing|opinions?|views|perceptions?|barriers|experiences?) "
    rf"(?:from|towards?|to|of|on|about|in) (?:an? failed )?{_TO_IT}"
    rf"|\b(?:declin(?:ed|ing)|refus(?:ed|ing|al)|agree\w*|invited|recruited|recruitment) (?:to|of|into) {_TO_IT}"
    r"|\b(?:predict(?:ors|ion)|baseline characteristics) of (?:\w+ ){0,4}?in an? (?:\w+ ){0,2}?random\w+ (?:\w+ )?trial"
    r"|\bfeasibility of an? (?:\w+ ){0,3}?random\w+ (?:\w+ ){0,8}?(?:survey|interviews?|questionnaire)"
    r"|\brandomized (?:algorithms?|benchmarking|response technique|smoothing|numerical|search)\b"
)
"""Titles under which the words of a trial state nothing; what the abstract says is still read. The trial must be what
the word is about: "heart failure: a randomised trial" and "attitudes to opioids: a randomised trial" are trials."""


def is_unnamed(slug: str, score: float, text: DesignText, cues: Mapping[str, int]) -> bool:
    """Whether a design for which only the model speaks is one that a text names when it has it."""
    if slug == "clinical-trial" and score < LIKELY:
        return cues.keys().isdisjoint(_OF_TRIALS)
    if slug == "cohort" and _FOLLOWED.isdisjoint(text.words):
        return "cohort" not in text.words or "@cross-sectional" in cues
    return slug in NAMED and NAMED[slug] not in cues


@dataclass(frozen=True, slots=True)
class Stance:
    """What title and sentences say against taking a paper's words as words of itself.

    `cues` without those that the paper says of its own data; `never`: designs that it is not; `of_another`: designs
    that its title names of another study; `of_others`: whether its sentences do of a trial; `left`: what is left of the
    model's score of a trial.
    """

    cues: Mapping[str, int]
    never: frozenset[str]
    of_another: frozenset[str]
    of_others: bool
    left: float


def stance_of(text: DesignText, cues: Mapping[str, int]) -> Stance:
    """The stance of a record's words."""
    title = text.title.joined
    no_trial = split_only(text, cues) or denies_chance(text, cues)
    if "@of-a-trial" in cues and not is_of_a_trial(cues):
        cues = {name: number for name, number in cues.items() if name != "@of-a-trial"}
    return Stance(
        cues=cues,
        never=frozenset([slug for slug, pattern in NEVER.items() if pattern.search(title)]),
        of_another=frozenset([slug for slug in (*TRIALS, "protocol") if not is_own(slug, title)]),
        of_others=no_trial or "@of-a-trial" in cues,
        left=DIVIDED if no_trial else what_is_left(title, cues),
    )
