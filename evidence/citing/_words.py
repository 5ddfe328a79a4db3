"""Words for sentence case: such as are never names in a title, and such as always are.

Both lists are short on purpose. They only decide words that the record's own abstract and keywords do not settle.
"""

from __future__ import annotations

from typing import Final

_COMMON: Final = """
a abdominal about acceptability across activation activity acute adherence adolescent adolescents adult adults
advanced adverse affect affects after against age aged ameliorates among an analyses analysis and ankle another
anxiety aortic application applications applied approach are arm artery arthritis as assessment assisted associated
asthma at atrial attenuates attitudes back balance barriers based be been before behavior behaviour being beliefs
benefit benefits between beyond biological blind blinded block blocks body bone both brain breast by can cancer
carcinoma cardiac cardiovascular care caregivers carpal case cases cause causes cell cells cerebral challenges change
changes characterisation characteristics characterization chest child childhood children chronic clinic clinical
clinics cohort colorectal combined commentary communities community comparative compared comparing comparison complex
compliance complications components compression conduction consensus consequences conservative considerations
containing context control controlled coronary corticosteroid cost could cross current data decision definition
delivery dementia dependent depression derived description detection development device dextrose diabetic diagnosis
diagnostic did different dimensional disease diseases disorder disorders do does dose double drives drug drugs due
during each early education effect effective effectiveness effects efficacy efficiency efficient eight either elbow
elderly electrodiagnostic embolism emergency enhance enhanced entrapment evaluating evaluation events evidence
excision exercise experience experimental exploratory exposure extremity face facilitators factor factors failure
families fat fatigue feasibility features female fever few findings first five flow focus follow following foot for
four fracture fractures frail from function functional gait gender gland group groups growth guidance guide guided
guideline guidelines had haemorrhage hand harms has have heart heel help hemorrhage hepatic high hip home hospital
hospitals how human hydrodissection imaging impact implications improve improvement improves in increase index
individuals induced induces infant infants infection infectious influence injection injections injuries injury
inpatient insights integrating intensive interaction intervention interventions into intravenous invasive
investigation is ischemic it its joint joints key knee knowledge label large late learning lesions level levels
ligament line literature local long longitudinal loss low lung male management many marker mass measured measures
mechanism mechanisms median mediated meta metastasis method methods mice might minimum model modeling modelling
monitoring morbidity more mortality most mouse much multi multicenter multicentre multiple murine muscle muscles
narrative neck need needle neonatal nerve nerves network neuropathy new nine nodules non not novel nurses obese
observational of old older on one online only open operating opportunities or osteoarthritis other our outcome
outcomes outpatient over paediatric pain painful pandemic parallel part pathogenesis pathway patient patients
pediatric people perceptions performance perineural peripheral perspective perspectives phase physical physicians
pilot placebo plantar plasma platelet pneumonia population position postoperative potential practical practice
practices predict prediction predicts pregnancy pregnant preliminary presentation presentations prevalence prevention
primary profile profiles profiling prognosis progress progression promotes prospective protocol pulmonary quality
quantitative questionnaire questionnaires questions radial radiation randomised randomized rate rates receiving recent
recommendations recovery recurrence reduce reduces reduction regarding regional regulates regulating regulation
rehabilitation related relation relationship release releases relevance renal repair report reports research response
responses results retrospective reveals review rich risk robust role room running safety saline same scale scales
scientific scoping score scores screening secondary sectional selective self series setting seven severe severely sex
short should shoulder significance single six sleep solution some sonography special specific speech spinal
spontaneous status steroid still stimulation strategies strength stress stroke structural students studies study
substance success such suppresses surgeons surgery surgical survey sustainable symptoms syndrome syndromes synthesis
system systematic systems target targeting technique techniques technology ten tendon term tertiary test testing than
that the their then therapeutic therapies therapy these those three through tibial time timing tissue to tool tools
total towards training transplant treated treating treatment treatments trial trials tuberculosis tunnel two type
ulnar ultrasonography ultrasound under undergoing understanding unit units until up update upper use used using
validation value ventricular versus very via vitro vivo volume vs walking ward was water weight well were what when
where which while whose why will with within without women worldwide would wrist year years young your
"""
COMMON: Final = frozenset(_COMMON.split())
"""Words of biomedical titles that are no name in any of them."""

_NAMES: Final = """
achilles addison africa african alzheimer america american amsterdam arab arabia arnold asia asian asperger australia
australian austria baker barrett barré bayes bayesian behçet belgium bell bland boston brazil brazilian britain
british brown california canada canadian caucasian charcot chiari chile china chinese cochrane colles cox crohn
cushing danish denmark dupuytren dutch ebola egypt egyptian ehlers england english europe european ewing finland
finnish france french freud frey german germany gilles gram greece greek guillain hashimoto hispanic hodgkin horner
huntington iceland india indian iran iranian iraq ireland irish israel italian italy japan japanese kaplan kawasaki
kenya kienböck korea korean latin likert london lyme malaysia marfan marie markov medicaid medicare meier mexican
mexico monte montreal morton netherlands nigeria nordic norway norwegian osgood paget pakistan parkinson perthes
poisson poland polish portugal quebec raynaud romania russia russian schlatter scotland scottish singapore sjögren
spain spanish sudan sweden swedish swiss switzerland taiwan taiwanese thai thailand tinel tourette tunisia turkey
turkish uganda ukraine vietnam wales whipple wilson york
"""
NAMES: Final = frozenset(_NAMES.split())
"""Eponyms, countries, peoples: capital in sentence case too."""

_INSTITUTIONS: Final = """
academy agency alliance association board center centers centre centres college commission committee consortium
council department federation foundation institute institutes institution international kingdom league ministry
national network organisation organization program programme register registry school service society states task
task-force union united university world
"""
INSTITUTIONS: Final = frozenset(_INSTITUTIONS.split())
"""Words of names of bodies: beside a name, or when nothing says that they are common, they end the attempt."""
