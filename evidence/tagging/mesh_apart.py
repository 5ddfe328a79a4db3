"""Diseases whose words stand apart in a sentence: "fractures of the humerus" has both words of Humeral Fractures.

A heading's name, or an entry term, counts when all its words are in one sentence in any order, after adjectives have
become the noun they come from (renal → kidney, hypertensive → hypertension) and all words for a cancer have become one.
That is weaker evidence than the name itself; how much it is worth is learned (mesh_model.History).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from evidence.tagging.mesh_words import stem, words_of
from evidence.vocabulary.mesh import Mesh

_SAME: Final = """
hepatic liver, renal kidney, gastric stomach, cardiac heart, pulmonary lung, cerebral brain, ovarian ovary,
uterine uterus, vesical bladder, mammary breast, colonic colon, rectal rectum, colorectal colon, pancreatic pancreas,
splenic spleen, cutaneous skin, dermal skin, ocular eye, ophthalmic eye, oral mouth, dental tooth, teeth tooth,
nasal nose, laryngeal larynx, pharyngeal pharynx, esophageal esophagus, bronchial bronchus, tracheal trachea,
intestinal intestine, duodenal duodenum, ileal ileum, jejunal jejunum, prostatic prostate, testicular testis,
penile penis, vaginal vagina, vulvar vulva, cervical cervix, arterial artery, venous vein, vascular vessel,
aortic aorta, muscular muscle, osseous bone, skeletal bone, spinal spine, vertebral spine, cranial skull,
femoral femur, tibial tibia, humeral humerus, ulnar ulna, radial radius, mandibular mandible, maxillary maxilla,
facial face, retinal retina, corneal cornea, neural nerve, peritoneal peritoneum, pleural pleura,
mediastinal mediastinum, abdominal abdomen, thoracic chest, viral virus, bacterial bacteria, fungal fungus,
lymphatic lymph, meningeal meninges, cerebellar cerebellum, salivary saliva, biliary bile, umbilical umbilicus,
articular joint, diabetic diabetes, epileptic epilepsy, schizophrenic schizophrenia, alcoholic alcoholism,
asthmatic asthma, hypertensive hypertension, obese obesity, psychotic psychosis, depressed depression, anemic anemia,
rheumatic rheumatism, tuberculous tuberculosis, syphilitic syphilis, leukemic leukemia, ischemic ischemia,
septic sepsis, demented dementia, autistic autism, arthritic arthritis, uremic uremia, cirrhotic cirrhosis,
migrainous migraine
"""
"""Adjectives and the nouns of MeSH they stand for: common medical English, as in any dictionary of it."""

_CANCERS: Final = (
    *("neoplasm", "cancer", "carcinoma", "tumor", "malignancy", "adenocarcinoma", "malignant", "metastasis"),
)
_CANCER: Final = stem("neoplasm")
_EMPTY: Final = frozenset(stem(word) for word in ("of", "the", "and", "in", "with", "type", "due", "to", "by"))
_MOST_MEANINGS: Final = 3
"""Words that fit more descriptors than this say too little."""

ROOTS: Final = {stem(word): stem(noun) for word, noun in (pair.split() for pair in _SAME.split(","))} | {
    stem(word): _CANCER for word in _CANCERS
}
"""Stemmed word → what it counts as here; all other words count as themselves."""


class ApartTable:
    """The names and entry terms of all descriptors as sets of words, found by their rarest word."""

    __slots__ = ("_by_word",)

    def __init__(self, mesh: Mesh) -> None:
        meanings: dict[frozenset[str], dict[str, None]] = {}
        for ui, descriptor in mesh.descriptors.items():
            for term in (descriptor.name, *descriptor.terms):
                key = frozenset(roots_of(words_of(term))) - _EMPTY
                if key and key != {_CANCER}:
                    meanings.setdefault(key, {})[ui] = None
        kept = {key: tuple(uis) for key, uis in meanings.items() if len(uis) <= _MOST_MEANINGS}
        common = Counter(word for key in kept for word in key)
        self._by_word: dict[str, list[tuple[frozenset[str], tuple[str, ...]]]] = {}
        for key, uis in kept.items():
            rarest = min(key, key=lambda word: (common[word], word))
            self._by_word.setdefault(rarest, []).append((key, uis))

    def find(self, words: Sequence[str]) -> dict[str, frozenset[str]]:
        """Descriptors all of whose words are among these, with the words (as roots), the largest set of them."""
        get = ROOTS.get
        there = {get(word, word) for word in words}
        by_word = self._by_word
        found: dict[str, frozenset[str]] = {}
        for word in there:
            for key, uis in by_word.get(word, ()):
                if key <= there:
                    for ui in uis:
                        held = found.get(ui)
                        if held is None or (len(held), sorted(held)) < (len(key), sorted(key)):
                            found[ui] = key
        return found


def roots_of(words: Iterable[str]) -> list[str]:
    """Each word as it counts here."""
    get = ROOTS.get
    return [get(word, word) for word in words]
