"""The words around a number that say whether it is a sample: what was counted, what was done with it.

Collected by reading abstracts of trials, cohorts and reviews in PubMed, not from any published list. The order of
preference between randomised, enrolled and analysed is CONSORT's flow (https://www.consort-spirit.org).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

Kind = Literal["person", "animal", "part", "cluster", "study", "observer"]


def listed(words: str) -> tuple[str, ...]:
    """The words of a list that is written as running text."""
    return tuple(words.split())


_PERSONS: Final = listed(
    """adolescents adults alcoholics asthmatics athletes attendees babies beneficiaries boys caregivers carers cases
    controls children citizens clients clinicians coaches cyclists dentists diabetics doctors donors drinkers
    elderly elders employees epileptics females firefighters fathers girls gps graduates gravidae hcps
    healthcare homosexuals individuals infants informants inhabitants inmates inpatients internists interns
    interviewees learners males men migrants mothers multiparas neonates newborns nulliparas nurses
    octogenarians offspring older outpatients parents parturients participants patients patiets pedestrians
    pensioners people persons pharmacists physicians players practitioners pregnancies preschoolers
    primigravidae primigravidas primiparas prisoners probands professionals pupils pts recipients recruits
    residents respondents responders runners s's schizophrenics schoolchildren seniors siblings smokers soldiers
    ss staff students subjects survivors swimmers teachers teenagers toddlers trainees twins undergraduates
    users veterans victims volunteers women workers youth youths schoolgirls schoolboys nonsmokers
    gynaecologists psychiatrists addicts consumers members travellers travelers relatives personnel
    hypertensives normotensives"""
)
_BY_WHAT_THEY_DO: Final = listed(
    """abstainers amateurs artists attempters attendants bicyclists bikers bloggers climbers commuters customers
    dancers designers detainees dieters dietitians divers drivers dwellers enrollees evacuees examinees farmers
    fishers foreigners gamblers generalists hikers hobbyists hygienists invitees journalists laborers labourers
    laggers leaders lifters managers mentees midwives migraineurs miners motorcyclists motorists musicians newcomers
    nonresponders nutritionists officers optometrists paramedics partners performers physiotherapists pianists
    prescribers preterms providers psychologists psychotherapists quitters refugees retirees returnees riders rowers
    runners scientists singers skiers sleepers speakers specialists spouses stakeholders strangers sufferers
    therapists tourists triathletes vaccinees violinists welders widowers wrestlers writers"""
)
"""People named by an ending that devices, molecules and cells have too: dancers, not scanners or isomers."""
_OBSERVERS: Final = listed(
    """anaesthesiologists anaesthetists anesthesiologists anesthetists assessors cardiologists coders dermatologists
    endocrinologists endoscopists epidemiologists evaluators examiners experts gastroenterologists graders
    haematologists hematologists histopathologists interpreters judges nephrologists neurologists neuroradiologists
    neurosurgeons observers oncologists ophthalmologists operators otolaryngologists panelists panellists
    pathologists pulmonologists radiographers radiologists raters readers researchers reviewers rheumatologists
    scorers sonographers sonologists surgeons technicians technologists urologists"""
)
"""People who more often look at the sample than are it."""
_ANIMALS: Final = listed(
    """animals apes baboons beagles birds broilers bulls calves cats cattle chickens chicks chinchillas cows dogs
    ducklings ducks ewes ferrets fish foals frogs geese gerbils goats guinea-pigs hamsters heifers hens horses
    lambs macaques mice minipigs monkeys pigeons piglets pigs primates puppies quail rabbits rats sheep sows
    steers swine turkeys zebrafish chimpanzees cockerels gilts gorillas mares poults roosters stallions"""
)
_PARTS: Final = listed(
    """ankles ears elbows eyes eyelids feet fingers forearms hands heels hips joints kidneys knees legs limbs nerves
    shoulders teeth tendons thighs thumbs toes wrists hemispheres molars aneurysms fractures"""
)
_CLUSTERS: Final = listed("couples dyads families households pairs triads litters clusters schools practices")
_STUDIES: Final = listed(
    """articles literatures papers publications rcts references reports reviews studies trials rct's investigations"""
)

NOUNS: Final[dict[str, Kind]] = {
    **dict.fromkeys(_OBSERVERS, "observer"),
    **dict.fromkeys((*_PERSONS, *_BY_WHAT_THEY_DO), "person"),
    **dict.fromkeys(_ANIMALS, "animal"),
    **dict.fromkeys(_PARTS, "part"),
    **dict.fromkeys(_CLUSTERS, "cluster"),
    **dict.fromkeys(_STUDIES, "study"),
}
"""What a sample may be counted in, in the plural and in lower case."""

LAST_RESORT: Final = frozenset(
    {"healthcare", "older", "cases", "pregnancies", "members", "elderly", "staff", "twins", "controls", *_OBSERVERS}
)
"""Nouns that are often adjectives or something else: a noun that follows within the phrase is preferred."""

STOPS: Final = frozenset(
    listed(
        """of with in were was who to for from at by on had have has received underwent than that which whose whom
        during between after before against versus vs per each every within under over without as into is are be
        been did do years year yr yrs months month mo weeks week wk wks days day d hours hour h hrs hr minutes
        minute min s seconds mg ml g kg mm cm m l iu mcg µg μg % percent times fold points items questions
        centers centres hospitals clinics sites countries cities groups arms cohorts sessions doses levels cycles
        units genes samples degrees c °c mmhg hz if when while because but then so completed died improved
        responded developed showed reported"""
    )
)
"""Words that end the noun phrase behind a number."""

NOT_COUNTS: Final = frozenset(
    listed(
        """group groups phase type types stage stages grade grades class level day days week weeks month months year
        years visit step part table figure fig no number nr score scores age aged ± +/- ≥ ≤ > < = p version vol
        volume over than least most to per every each around-the-clock chapter category grade- session item factor"""
    )
)
"""Words directly before a number that make it something other than a count, or a bound."""

PARTIAL: Final = frozenset(
    listed("remaining other another additional further next last only these those extra control rest")
)
"""Words directly before a number that make it a part of a whole told elsewhere."""

WHOLES: Final = frozenset(listed("total sample cohort series population number group set panel"))
"""Words before "of" that make a number the whole."""

RANDOMISED: Final = 6.0
ALLOCATED: Final = 5.0
ENROLLED: Final = 4.0
STUDIED: Final = 3.0
ANALYSED: Final = 2.5
TREATED: Final = 2.0
OUTCOME: Final = -2.5
APPROACHED: Final = -4.0
LOST: Final = -6.0
"""Weights of what was done with the counted, in points; `sizes` adds them up."""

CUES: Final[dict[str, float]] = {
    **dict.fromkeys(
        listed(
            """randomised randomized randomly randomisation randomization randomizing randomising randomlyassigned
            randomise randomize"""
        ),
        RANDOMISED,
    ),
    **dict.fromkeys(listed("allocated assigned allocation"), ALLOCATED),
    **dict.fromkeys(
        listed(
            """enrolled enroled enrolling enroll enrol recruited recruiting included participated participating
            comprised comprising comprises consisted consisting consists involved involving involves entered
            selected sample including includes include recruitment met fulfilled recruit accrued consented contained
            contains divided grouped categorized categorised split stratified"""
        ),
        ENROLLED,
    ),
    **dict.fromkeys(
        listed(
            """studied examined evaluated investigated reviewed surveyed interviewed tested compared conducted
            performed carried observed followed assessed measured determined registered treated undertaken
            inoculated vaccinated monitored questioned undergoing analyzed analysed evaluate compare scanned
            imaged recorded operated treat identified genotyped sequenced report describe describes obtained"""
        ),
        STUDIED,
    ),
    **dict.fromkeys(listed("completed evaluable available analyzable participate contributed"), ANALYSED),
    **dict.fromkeys(
        listed(
            """underwent received receiving given served used undergone took administered admitted hospitalized
            hospitalised diagnosed referred seen scheduled attended presenting study trial investigation comparison"""
        ),
        TREATED,
    ),
    **dict.fromkeys(
        listed(
            """improved responded developed experienced showed relapsed cured achieved required remained healed
            recurred reported complained suffered demonstrated survived satisfied became exhibited preferred
            returned positive negative died dead deaths deceased recovered displayed refused rated chose revealed
            indicated believed agreed continued failed"""
        ),
        OUTCOME,
    ),
    "had": -1.0,
    **dict.fromkeys(
        listed("screened invited approached contacted eligible mailed visited asked solicited"), APPROACHED
    ),
    **dict.fromkeys(
        listed(
            """excluded withdrew withdrawn dropped lost discontinued declined missing dropout dropouts attrition
            non-responders unavailable"""
        ),
        LOST,
    ),
}
"""What was done with the counted, and what that is worth."""

AS_CONTROLS: Final = frozenset(listed("served serving acted acting used"))
"""Before "as controls": a part."""

SEXES: Final = frozenset(listed("men women boys girls males females"))

_DENIALS: Final = frozenset(listed("not no never neither nor without refused declined refusing"))
_PARTITIONS: Final = frozenset(listed("training derivation validation discovery testing"))


def by_chance(words: Sequence[str]) -> bool:
    """Whether the words speak of allocation by chance; to split data, or by one's genes (Mendelian), is none.

    Nor is what they deny: "was neither randomised nor controlled", "randomisation was not performed".
    """
    if "mendelian" in words:
        return False
    said = any(CUES.get(word) == RANDOMISED and not _is_denied(words, at) for at, word in enumerate(words))
    if not said and ("at", "random") not in pairwise(words):
        return False
    return len(_PARTITIONS.intersection(words)) < 2


def _is_denied(words: Sequence[str], at: int) -> bool:
    behind = words[at + 1 : at + 3]
    return not _DENIALS.isdisjoint(words[max(0, at - 2) : at]) or (len(behind) > 1 and behind[1] == "not")


PLANNED: Final = frozenset({"will", "planned", "aims", "plan", "intend", "target", "expected", "anticipated"})
"""Words by which a protocol says what has not happened yet."""

GROUP_WORDS: Final = frozenset(listed("group groups arm arms cohort cohorts treatment control placebo controls"))
"""Words that speak of arms."""

ARM_WORDS: Final = frozenset(listed("group arm control placebo"))
"""Words that make a number beside them the size of one arm."""
