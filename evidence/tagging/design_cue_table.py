"""The table of cues: turns of phrase by which a paper says what it is, each with the word that calls for a closer look.

A cue is looked for only in sentences that hold one of its trigger words, so that most records cost a few substring
tests. The patterns are written over `DesignText` tokens joined by one space ("0" is a digit, "randomised" is
"randomized"). They follow the terms of published search filters: the Cochrane Highly Sensitive Search Strategy
(Cochrane Handbook 6.4, technical supplement to chapter 4, section 3.6.1) for trials, and for the other designs the
filters collected by the InterTASC Information Specialists' Sub-Group
(https://sites.google.com/a/york.ac.uk/issg-search-filters-resource).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PEOPLE: Final = (
    "(?:patients|participants|subjects|women|men|children|adults|infants|volunteers|individuals|people|persons"
    "|students|residents|adolescents|families|parents|mothers|practices|clinics|hospitals|schools|physicians|nurses"
    "|cases|eyes|knees|teeth|veterans|smokers|neonates|girls|boys|survivors|households|who|they|pairs|controls"
    "|caregivers|males|females|athletes|couples|villages|centers)"
)
_ALLOTTED: Final = (
    "(?:assigned|allocated|divided|distributed|allotted|grouped|split|separated|received|receive|categorized|classified"
    "|placed|given|treated|recruited|assign|allocate|enrolled|included|administered)"
)
_A_TRIAL: Final = "(?:trial|study|design|rct|experiment|crossover|investigation|comparison|intervention|fashion|manner)"
_ONE: Final = "(?:this|our|present|current|a|an|the)"
_FURTHER: Final = (
    "(?:secondary|post ?hoc|mediation|sub ?group|sub ?analysis|sub ?study|cost|pooled|cross sectional|retrospective"
    "|nested|ancillary|exploratory) (?:\\w+ )?(?:data )?(?:analys[ie]s|study|data|sub ?analysis)"
)
_OF_ONE: Final = r"(?:trial|rct|randomized|placebo controlled study)\b"
_RANDOMISED_STUDY: Final = (
    r"randomized (?!(?:controlled |clinical )?(?:trials|studies))(?:\w+ ){0,4}?(?:study|trial|experiment)\b"
)
_BRED: Final = (
    "(?:nude|athymic|c00bl 0\\w?|balb c|nod|scid|icr|kunming|wistar|dawley|zucker|zdf|transgenic|knockout|wild type"
    "|male|female|diabetic|immunodeficient|deficient|heterozygous|homozygous)"
)
_DEEP: Final = "(?:depth|semi ?structured|individual|face to face|narrative)"
_LINES: Final = (
    r"(?:hek ?000\w?|hepg0|hep g0|raw ?000 0|mcf ?0|a000|caco ?0|sy0y|thp ?0|u00\w*|hct ?000|mb ?000|jurkat|cho|vero)"
)
_META_WORDS: Final = "meta metaanalysis metaanalyses metaregression"
_META: Final = "meta ?(?:analys|regression)"
_META_IS: Final = "meta ?(?:analys[ie]s|regressions?)"


@dataclass(frozen=True, slots=True)
class Cue:
    """A turn of phrase: a sentence with one of the triggers is searched for the pattern.

    `beside`: words of which a match has one in any case; where the triggers are common, most sentences lack them.
    """

    name: str
    triggers: frozenset[str]
    pattern: re.Pattern[str]
    beside: frozenset[str] = frozenset()


def _cue(name: str, triggers: str, *patterns: str, beside: str = "") -> Cue:
    return Cue(name, frozenset(triggers.split()), re.compile("|".join(patterns)), frozenset(beside.split()))


CUES: Final = (
    # Trials
    _cue(
        "randomised-here",
        "random randomly randomized randomization randomize randomizing coin envelope envelopes lots computer",
        rf"\brandomly (?:and \w+ |\w+ly )?{_ALLOTTED}\b",
        rf"\b{_ALLOTTED} (?:\w+ ){{0,3}}(?:at random|randomly|by randomization|by computer generated)\b",
        r"\bat random (?:into|to|in (?:0|two|three|four))\b",
        r"\brandom (?:order|sequence|allocation|assignment)\b",
        r"\brandomiz(?:ed|ation) (?:to|into|between|either|equally|using|by|on|after|with|at|0+ 0|list|sequence|code"
        r"|was"
        r"|of (?:patients|participants|subjects)|schedule|stratified"
        r"|in (?:a )?(?:0|two|three|four|double|blocks|single|an?|equal|one|the ratio|ratio))",
        r"\b(?:was|were|been|be) (?:\w+ )?randomiz",
        r"\b(?:after|before|following|since|from|at|of|until|post|pre|prior to|underwent|by|time of|central|block"
        r"|stratified|computer generated|computerized|simple|permuted block) randomization\b",
        r"\btoss\w* (?:of )?a coin|\bcoin (?:\w+ ){0,2}toss|\bsealed (?:opaque )?envelopes?\b|\bdrawing (?:of )?lots\b",
        r"\bcomputer generated (?:random )?(?:list|sequence|numbers?|allocation)\b",
        rf"\bwe randomiz|\b{_PEOPLE} randomiz|\brandomized {_PEOPLE}|\brandomizing\b|\brandomization ratio",
    ),
    _cue(
        "randomised-study", "randomized randomization",
        r"\b(?:this|our|present|current|a|an|the|was|design|phase|conducted|performed|prospective|blind|blinded|label"
        r"|controlled|center|pilot|clinical|cluster|group|of) (?:\w+ ){0,6}?randomiz(?:ed|ation) "
        rf"(?!trials|studies|controlled trials|clinical trials)(?:\w+ ){{0,7}}?{_A_TRIAL}\b",
    ),
    _cue("randomised-word", "randomized randomization rct", r"\brandomiz(?:ed|ation)\b|\brct\b"),
    _cue(
        "trials-of-others", "randomized randomization rcts",
        r"\brandomiz(?:ed|ation) (?:\w+ ){0,5}?(?:trials|studies|rcts|experiments|data|evidence)\b|\brcts\b",
    ),
    _cue(
        "to-be-randomised", "random randomly randomized randomization randomize",
        r"\bwill (?:\w+ ){0,4}?random\w+|\bto be random\w+|random\w+ (?:\w+ ){0,6}?will\b|\bare (?:being )?randomiz",
        beside="will be are",
    ),
    _cue(
        "trial-wanted", "random randomized randomization randomize",
        r"(?:need\w*|warrant\w*|requir\w*|future|further|larger?|should|lack|await\w*|necessary|ongoing|previous|recent"
        r"|several|many|published|few) (?:\w+ ){0,10}?random\w+",
        r"random\w+ (?:\w+ ){0,8}?(?:need\w*|warrant\w*|required|necessary|lacking|should|awaited|underway)",
    ),
    _cue(
        "random-otherwise", "random randomly",
        r"\brandom(?:ly)? (?:\w+ )?(?:select\w*|sampl\w*|chosen|digit|effects?|forests?|amplified|mutag\w*|identified"
        r"|picked|drawn|number|walk|coil|error|variation|noise|distributed|oriented|extracted|retrieved|generated)",
    ),
    _cue(
        "not-randomised",
        "nonrandomized nonxrandomized nonrandom nonxrandom mendelianxrandomization mendelianxrandomized random "
        "randomly randomized quasirandomized randomization",
        r"\b(?:non|not|quasi|without|no|un|pseudo) ?random\w+|\bnonx?random\w+|mendelianxrandomi",
    ),
    _cue(
        "alternating", "alternate alternately alternating odd admission birth",
        rf"\b{_ALLOTTED} (?:\w+ ){{0,4}}?(?:alternately|alternatingly"
        r"|by (?:\w+ )?(?:day|date|week) of (?:admission|birth))\b",
        rf"\balternate(?:ly)? {_ALLOTTED}\b|\balternating allocation\b|\bodd (?:or|and) even\b",
        beside="alternate alternately alternating alternatingly odd day date week",
    ),
    _cue(
        "from-a-trial", "trial trials",
        r"\b(?:data|baseline|participants|patients|subjects|analys[ie]s|substudy|subset|subgroup|enrolled|cohort|women"
        r"|men|sample|samples|derived|obtained) (?:\w+ ){0,4}?(?:from|of|in|within|by|into) (?:\w+ ){0,9}?trials?\b",
    ),
    _cue(
        "secondary", "secondary posthoc hoc ancillary substudy substudies mediation pooled",
        r"\bsecondary (?:data )?analys|\bpost ?hoc (?:\w+ )?analys|\bancillary (?:study|analys)|\bsub ?stud(?:y|ies)\b"
        r"|\bmediation analys|\bpooled (?:data|analys)",
    ),
    _cue(
        "of-a-trial", "trial rct randomized placebo trials",
        rf"(?<!\bin )\b(?:this|an?|our|we|prespecified|preplanned|planned|specified) (?:\w+ ){{0,3}}?{_FURTHER} "
        rf"(?:\w+ ){{0,5}}?(?:of|from|within|using) (?:\w+ ){{0,8}}?{_OF_ONE}",
        rf"^(?!in )(?:\w+ ){{0,3}}?{_FURTHER} (?:\w+ ){{0,2}}?(?:of|from|within|using) (?:\w+ ){{0,6}}?{_OF_ONE}",
        r"\b(?:using|used|analyz(?:ed|ing)|utilized|analys[ie]s of|with) (?:\w+ ){0,3}?data (?:\w+ ){0,2}?"
        rf"(?:from (?:\w+ ){{0,3}}?|(?:in|of) )(?:an?|the|our) (?:\w+ ){{0,8}}?{_OF_ONE}",
        r"\bdata (?:from|of|on) (?:\w+ ){0,16}?(?:in|from|of) (?:the|an?|our) (?:\w+ ){0,12}?trial\b",
        r"\bpooled data (?:from|of) (?:two|three|four|0) (?:\w+ ){0,8}?(?:trials|studies|randomized)\b",
        r"\bdata (?:were|was) (?:\w+ )?(?:pooled|obtained|drawn|derived|taken|used) from (?:\w+ ){0,8}?trials?\b",
        r"\bas (?:a )?part of an? (?:\w+ ){0,6}?(?:trial|rct)\b",
        r"\b(?:nested|conducted|embedded) within an? (?:\w+ ){0,6}?(?:trial|rct)\b",
        r"\binsights? from the (?:\w+ ){0,8}?trial\b",
        beside="secondary hoc posthoc mediation subgroup sub subanalysis substudy cost pooled sectional retrospective "
            "nested ancillary exploratory data part within insight insights",
    ),
    _cue(
        "own-randomised-study", "randomized",
        r"\bin (?:this|our|the present) "
        rf"(?:\w+ ){{0,6}}?{_RANDOMISED_STUDY}",
        r"\b(?:we (?:\w+ )?(?:conducted|performed|carried out|did|undertook|ran)|this (?:was|is)) an? "
        rf"(?:(?!than)\w+ ){{0,6}}?{_RANDOMISED_STUDY}",
        rf"\bthis (?:\w+ ){{0,6}}?{_RANDOMISED_STUDY} (?:\w+ )?(?:enrolled|included|recruited|compared|evaluated"
        r"|assessed|examined|tested|was (?:conducted|performed|carried out))",
        beside="in we this",
    ),
    _cue(
        "design-presented", "rationale design",
        r"\b(?:present|describe|outline)s? (?:here )?(?:the|our|its|this) (?:\w+ ){0,3}?(?:rationale and "
        r"(?:\w+ )?design|design and (?:rationale|methods|methodology)|study design|trial design"
        r"|design of (?:the|this|an?)\b)",
        beside="present presents describe describes outline outlines",
    ),
    _cue(
        "split-sample", "random randomly randomized",
        r"\brandom\w* (?:\w+ ){0,12}?(?:training|validation|development|derivation|discovery|testing|test)\b",
    ),
    _cue(
        "allocated", "allocated assigned allotted",
        rf"\b{_PEOPLE} (?:\w+ ){{0,3}}(?:were|was) (?:\w+ )?(?:allocated|assigned|allotted)\b",
        r"\b(?:allocated|assigned) (?:to|into|either)\b",
    ),
    _cue(
        "blind", "blind blinded blinding masked doubleblind doubleblinded mask blindly",
        r"\b(?:double|single|triple|observer|assessor|investigator|evaluator|rater|patient|participant) ?"
        r"(?:blind\w*|mask\w*)|\bblinded (?:study|trial|manner|fashion)",
    ),
    _cue("double-blind", "double doubleblind doubleblinded", r"\bdouble ?(?:blind\w*|mask\w*|dummy)"),
    _cue("placebo", "placebo placebos sham dummy", r"\bplacebo|\bsham\b|\bdummy\b"),
    _cue(
        "one-trial", "trial",
        r"\b(?:this|our|present|current|the|a|an|controlled|clinical|ii|iii|iv|0|open|label|pilot|blind|blinded|arm"
        r"|center|feasibility|crossover|group|phase|therapeutic|comparative) (?:\w+ )?trial\b",
    ),
    _cue(
        "trials", "trials",
        r"\b(?:clinical|controlled|randomized|published|these|recent|several|large|placebo|all|the|ongoing|of|in) "
        r"(?:\w+ ){0,2}trials\b",
    ),
    _cue(
        "crossover", "crossover cross crossed latin washout wash way period",
        r"\bcross ?over|\bcrossed over|\blatin square|\bwash ?out|\b(?:0|two|three|four) (?:way|period)\b",
    ),
    # Reviews
    _cue(
        "this-review", "review reviews reviewed overview update updated summarize summarized summarised discuss "
            "discussed discusses outlined surveyed considered",
        rf"\b(?:{_ONE}|brief|in this|literature|narrative|mini|critical|comprehensive|state of the art|recent"
        rf"|historical"
        r"|short|updated|general|concise) (?:\w+ )?(?:review|overview|update)\b",
        r"\bwe (?:\w+ )?(?:review|summarize|discuss)\b",
        r"\b(?:is|are|were|was) (?:\w+ )?(?:reviewed|summarized|discussed|outlined|considered|surveyed)\b",
        r"\breviews? (?:the|of|current|recent|some|our|what)\b|\bdiscusses\b|\breviews\b",
    ),
    _cue("review-at-the-end", "review refs", r"\breview(?: 0+ refs?)?(?: \w+)?$|\b0+ refs?$"),  # as Ovid exports titles
    _cue(
        "literature-searched", "search searches searched medline pubmed embase cochrane cinahl psycinfo scopus "
            "science identified included eligible selected retrieved",
        r"\b(?:medline|pubmed|embase|cochrane|cinahl|psycinfo|scopus|web of science)\b",
        r"\b(?:literature|electronic|systematic|database|databases) (?:\w+ )?search\w*|\bsearched\b",
        r"\b(?:studies|trials|articles|papers|reports) (?:\w+ ){0,3}?(?:were|was) (?:\w+ )?"
        r"(?:included|identified|eligible|selected|retrieved|reviewed)",
        beside="medline pubmed embase cochrane cinahl psycinfo scopus web searched literature electronic systematic "
            "database databases studies trials articles papers reports",
    ),
    _cue("review-with-meta", "meta metaanalysis", r"\breview (?:\w+ ){0,2}?(?:and|with) (?:\w+ ){0,4}?meta "
        r"?analys[ie]s"),
    _cue(
        "review-methods", "selection search sources prisma prospero collection eligibility",
        r"\b(?:selection criteria|search (?:methods|strategy)|data sources|study selection|data collection and "
        r"analysis)"
        r"|\bprisma\b|\bprospero\b|\beligibility criteria\b",
    ),
    _cue(
        "systematic-review", "systematic systematically",
        r"(?<!\bnon )(?<!\bnot )\bsystematic(?:ally)? (?:\w+ ){0,3}?(?:review|overview|search)",
    ),
    _cue(
        "meta-analysis", f"{_META_WORDS} metaanalytic",
        r"\bmeta ?(?:analy\w+|regression)",
    ),
    _cue(
        "meta-analysis-done", _META_WORDS,
        rf"\b(?:this|our|present|current) (?!previous|earlier|last)(?:\w+ ){{0,3}}?{_META}",
        r"\bwe (?:\w+ ){0,3}?(?:perform(?:ed)?|conduct(?:ed)?|did|do|undert(?:oo|a)ke?|carr(?:ied|y) out) "
        rf"(?:\w+ ){{0,6}}?{_META}",
        rf"\b{_META_IS} (?:\w+ ){{0,4}}?(?:was|were) (?:\w+ )?"
        r"(?:performed|conducted|done|undertaken|carried out)",
    ),
    _cue(
        "meta-analysis-not-done", _META_WORDS,
        rf"\b(?:not|no|nor|cannot|without|precluded|impossible|unable) (?:\w+ ){{0,8}}?{_META}",
        rf"\b{_META_IS} (?:\w+ ){{0,4}}?(?:not|impossible|inappropriate|precluded|unable)\b",
    ),
    # Reports of cases
    _cue(
        "one-case", "case report describe present presented reported described encountered",
        r"\bcase (?:report|presentation|history|study)\b",
        r"\b(?:a|the|this|one|rare|unusual|first|an|present|following|fatal|second|third|single|another|typical"
        r"|sporadic"
        r"|instructive|isolated|our) (?:\w+ ){0,2}?case (?:of|is|was|in|with|report\w*|described|presented|illustrates"
        r"|demonstrates|we|has|which|where|who|a|an|suggests|that|treated|presenting|to|and)\b",
        rf"\bwe (?:\w+ )?(?:report|describe|present|encountered) (?:here )?{_ONE}\b",
        r"\bis (?:reported|described|presented)\b",
        beside="case we is",
    ),
    _cue(
        "some-cases", "cases siblings brothers sisters reported described presented two three four five",
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|several|0|these|additional|few|unusual|rare|both|other|new"
        r"|first) (?:\w+ ){0,3}?(?:cases|patients|siblings|brothers|sisters|children|infants|members) (?:\w+ )?"
        r"(?:are|is|were|with|of|who|have|had|in|from|showed|presented|reported|described)\b",
        r"\bare (?:reported|described|presented)\b|\bcases (?:of|are|were)\b",
        beside="cases patients siblings brothers sisters children infants members are",
    ),
    _cue(
        "years-old", "old aged",
        r"\b0+ ?(?:year|yr|month|week|day)s? ?old\b|\baged 0+\b",
        r"\b\w+ (?:year|month|week|day) old (?:\w+ )?(?:man|woman|boy|girl|male|female|child|infant|patient)",
    ),
    # Observation
    _cue(
        "retrospective", "retrospective retrospectively records record chart charts files registry notes histories "
            "retrospect",
        r"\bretrospect\w+",
        r"\b(?:charts?|records?|case notes|files|histories|registry) (?:\w+ ){0,3}?(?:review\w*|examined|studied"
        r"|analyzed)",
        r"\breviewed (?:the |all |our )?(?:\w+ ){0,2}?(?:records|charts|files)",
    ),
    _cue("prospective", "prospective prospectively", r"\bprospectiv\w+"),
    _cue(
        "a-cohort", "cohort",
        r"\b(?:this|our|the|a|an|large|prospective|retrospective|historical|population|based|birth|inception|national"
        r"|observational|of|multicenter|matched|study|community|entire|single|in) "
        r"(?:(?!dose )\w+ ){0,2}?cohort\b(?! receiv)",
    ),
    _cue("follow-up", "follow followup followed", r"\bfollow ?up|\bfollowed (?:up|for|prospectively|longitudinally"
        r"|over)"),
    _cue("cohort-study", "cohort", r"\bcohort (?:study|analysis|design)\b"),
    _cue("longitudinal", "longitudinal longitudinally", r"\blongitudinal\w*"),
    _cue(
        "case-control", "control controlled referent casecontrol",
        r"(?<!\bself )\bcase ?control\b|\bcase referent\b|\bcase and control",
        r"\bcase controlled (?:study|studies|design|analysis)\b",
        beside="case casecontrol",
    ),
    _cue(
        "case-control-study", "control referent casecontrol",
        r"\bcase ?(?:control|referent) (?:\w+ ){0,3}?(?:study|analysis|design|comparison|investigation)\b",
    ),
    _cue(
        "cases-and-controls", "controls control comparison",
        r"\bcases and (?:\w+ )?controls|\bcase comparison|\bcontrols (?:were|matched)",
        r"\b(?:matched|0|hospital|population|healthy) controls\b",
        beside="controls case",
    ),
    _cue(
        "cross-sectional", "sectional crosssectional sectionally",
        r"\bcross ?sectional(?:ly)?\b(?! (?:\w+ )?(?:areas?|images?|imaging|echo\w*|plane|shape|profiles?|anatomy"
        r"|views?|tomogra\w*|slices?|diameters?|scan\w*|dimensions?|geometry|validity|ultraso\w*|ct|magnetic|surface|size))",
    ),
    _cue("cross-over", "crossover over", r"\bcross(?:ed)? ?over"),
    _cue("multicentre", "multicenter multicentric multicentered multi", r"\bmulti ?cent"),
    _cue("survey", "survey surveys surveyed questionnaire questionnaires", r"\bsurvey\w*|\bquestionnaires?"),
    _cue(
        "qualitative", "qualitative focus grounded thematic thematically ethnographic ethnography ethnographically "
            "phenomenological interviews",
        r"\bqualitative (?:study|research|interview\w*|method\w*|approach|descriptive|analysis|content|design)",
        r"\bfocus groups?|\bgrounded theory|\bthematic\w* (?:analysis|content)|\bethnograph\w+",
        r"\bphenomenolog\w+ (?:study|approach|analysis|method)",
        r"\b(?:structured|depth|individual) interviews|\binterviews? (?:were|with) (?:\w+ )?(?:conducted|transcri"
        r"|audio)",
    ),
    _cue(
        "several-centres", "multicenter multicentric multicentered multi multinational multiinstitutional multisite "
            "centers hospitals institutions sites countries",
        r"\bmulti ?(?:cent\w+|national|institution\w*|site|hospital)",
        r"\b(?:0+|two|three|four|five|six|seven|eight|nine|ten|several|many|participating|different) (?:\w+ ){0,3}?"
        r"(?:centers|hospitals|sites|institutions|countries)\b",
    ),
    _cue(
        "animals-treated", "mice rats mouse rat rabbits pigs piglets minipigs beagles dogs hamsters monkeys macaques "
            "xenograft vivo",
        rf"\b{_BRED} (?:\w+ ){{0,3}}?(?:mice|rats)\b",
        r"\b(?:mice|rats|rabbits|pigs|piglets|minipigs|beagles|dogs|hamsters|monkeys|macaques) (?:also )?(?:were"
        r"|received|fed|injected|treated|immunized|showed|exhibit\w*|displayed|lacking|deficient|developed|heterozygous"
        r"|homozygous)\b",
        r"\bwe (?:fed|injected|treated|immunized|infected|exposed) (?:\w+ ){0,8}?(?:mice|rats)\b",
        r"\bxenograft (?:\w+ )?(?:models?|tumou?rs?|mice|mouse|growth|experiments?)\b",
        r"\bvivo (?:\w+ ){0,5}?(?:mice|mouse|rats?|tumou?r models?)\b|\b(?:mice|mouse|rats?|tumou?r models?) in vivo\b",
    ),
    _cue(
        "interviewed", "interviews",
        rf"\b{_DEEP} interviews (?:\w+ ){{0,4}}?(?:conducted|held|carried out|performed|undertaken|with)\b",
        rf"\bwe (?:\w+ )?(?:conducted|held|carried out) (?:\w+ ){{0,3}}?{_DEEP} interviews",
    ),
    _cue("experiences", "experience experiences perceptions perspectives views meaning meanings narratives themes",
        r"\b(?:lived |their )experiences?\b|\bexperiences of\b|\b(?:perceptions|perspectives|views|meanings?|narratives"
        r"|themes)\b"),
    _cue(
        "phase-trial", "phase",
        r"\b(?:enrolled|treated|entered|included|participated) (?:\w+ ){0,6}?(?:in|on|into) (?:this|an?|our) "
        r"(?:\w+ ){0,3}?phase (?:0\w?|i+\w?) (?:\w+ ){0,3}?(?:trial|study)\b",
        beside="enrolled treated entered included participated",
    ),
    _cue("in-vitro", "vitro", r"\bin vitro\b"),
    _cue(
        "cultured", "culture cultures cultured cell hela fibroblast fibroblasts hamster huvec huvecs hek hek000 hek000t"
            " hepg0 hep raw raw000 mcf mcf0 a000 caco caco0 sy0y thp thp0 u00 u00mg hct hct000 mb jurkat cho vero",
        r"\bcultured?\b|\bcell lines?\b|\bcell culture|\btissue culture|\bhela\b|\bfibroblasts?\b|\bchinese hamster"
        rf"|\bhuvecs?\b|\b{_LINES} (?:\w+ )?(?:cells?|macrophages)\b",
        beside="culture cultured cultures line lines hela fibroblast fibroblasts hamster cells macrophages huvec "
            "huvecs",
    ),
    # Plans
    _cue(
        "plan", "protocol rationale will",
        r"\bstudy protocol|\btrial protocol|\bprotocol (?:for|of) an?\b|\brationale and design|\bdesign and rationale",
        r"\bthis protocol|\bwe (?:will|plan to) "
        r"(?:perform|conduct|recruit|enroll|include|invite|randomiz\w*|compare|test)\b",
        r"\bwill be (?:\w+ )?(?:random\w+|recruited|assessed|measured|conducted|performed|enrolled|included|collected"
        r"|invited|analyzed|evaluated|compared|carried|stratified|followed|treated|administered|allocated|assigned|asked"
        r"|offered|monitored|obtained)",
    ),
    _cue(
        "we-will", "will",
        r"\b(?:we|study|trial|patients|participants|outcomes?) will\b|\bwill be\b"
        r"|\bwill (?:compare|evaluate|assess|test|investigate|determine|provide|receive|examine|include|recruit"
        r"|enroll)",
    ),
)  # fmt: skip
"""Looked for in the title and in every sentence."""
