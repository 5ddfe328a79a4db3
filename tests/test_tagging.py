"""Conditions and interventions: which headings and words tag a record, with what reason, and which do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import tagging, vocabulary
from evidence.records import (
    AbstractSection,
    AssertedTag,
    Keyword,
    Markup,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    Provenance,
    Record,
)
from evidence.tagging import Tagger, TagHit
from evidence.tagging.tokens import spans_of, tokens_of
from evidence.text import fold, from_html_text, from_plain
from evidence.vocabulary import Condition, MeshLink, Vocabulary

KNOWN = vocabulary.load()
TAGGER = Tagger(KNOWN)


def record(
    title: str = "", abstract: str = "", *, mesh: tuple[MeshHeading, ...] = (), keywords: tuple[str, ...] = ()
) -> Record:
    return Record(
        source="test",
        external_id="1",
        title=from_plain(title),
        abstract=(AbstractSection(text=from_plain(abstract)),) if abstract else (),
        mesh=mesh,
        keywords=tuple(Keyword(text=k) for k in keywords),
    )


def heading(ui: str, name: str = "", major: bool = False) -> MeshHeading:
    return MeshHeading(ui=ui, name=name or KNOWN.descriptors[ui].name, major=major)


def hits(made: Record, kind: str, origin: str = "") -> dict[str, TagHit]:
    return {h.slug: h for h in TAGGER.tag(made) if h.kind == kind and origin in ("", h.origin)}


def conditions(made: Record) -> set[str]:
    return set(hits(made, "condition"))


def interventions(made: Record) -> set[str]:
    return set(hits(made, "intervention"))


# Words


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("Injection for carpal tunnel syndrome", {"carpal-tunnel-syndrome"}),
        ("CARPAL TUNNEL SYNDROME", {"carpal-tunnel-syndrome"}),
        ("Carpal-tunnel syndromes", {"carpal-tunnel-syndrome"}),
        ("Post-herpetic neuralgia", {"postherpetic-neuralgia"}),
        ("Postherpetic neuralgia", {"postherpetic-neuralgia"}),
        ("Meralgia paresthetica and meralgia paraesthetica", {"meralgia-paraesthetica"}),
        ("Morton’s neuroma", {"foot-ankle-pain"}),
        ("Osgood–Schlatter disease", {"osgood-schlatter"}),
        ("Trigeminal neuralgia", {"trigeminal-neuralgia"}),
        ("Neuralgia", {"neuropathic-pain"}),
        ("Trigeminal neuralgia and other neuralgias", {"trigeminal-neuralgia", "neuropathic-pain"}),
        ("Supraspinatus tendinopathy", {"rotator-cuff-tendinopathy"}),
        ("Rotator cuff tears", {"rotator-cuff-tendinopathy"}),
        ("Diabetic peripheral neuropathy", {"diabetic-peripheral-neuropathy"}),
        ("Syndrome of the tunnel, carpal", set()),
        ("Cataract surgery", set()),
        ("", set()),
    ],
)
def test_a_title_tags_the_most_specific_condition_it_names(title: str, slugs: set[str]) -> None:
    assert conditions(record(title)) == slugs


def test_the_reason_is_the_words_as_they_stand() -> None:
    made = record("Pain after <i>Osgood\u2013Schlatter</i> disease", "Adolescents with OSD had chronic low-back pain.")
    made = replace(made, title=from_html_text("Pain after <i>Osgood\u2013Schlatter</i> disease"))
    found = hits(made, "condition")
    assert found["osgood-schlatter"].evidence == "Osgood\u2013Schlatter disease"
    assert found["osgood-schlatter"].rule == "phrase-in-title"
    assert found["low-back-pain"].evidence == "chronic low-back pain"
    assert found["low-back-pain"].rule == "phrase-in-abstract"


def test_words_before_the_match_may_be_of_any_script() -> None:
    made = record("Größe ½ µm ± 中文 naïve\u0301 İstanbul: the «carpal tunnel» of Ångström")
    assert hits(made, "condition")["carpal-tunnel-syndrome"].evidence == "carpal tunnel"


def test_title_and_keywords_are_central_the_abstract_mentions() -> None:
    assert hits(record("Tennis elbow"), "condition")["lateral-epicondylitis"].central
    assert hits(record("Elbows", keywords=("tennis elbow",)), "condition")["lateral-epicondylitis"].central
    mentioned = hits(record("Elbows", "Some had tennis elbow."), "condition")["lateral-epicondylitis"]
    assert not mentioned.central
    both = hits(record("Tennis elbow", "Some had tennis elbow."), "condition")["lateral-epicondylitis"]
    assert both.central
    assert both.rule == "phrase-in-title"


def test_a_phrase_does_not_run_from_one_keyword_into_the_next() -> None:
    assert conditions(record(keywords=("carpal", "tunnel syndrome"))) == set()
    assert conditions(record("Pain in the carpal", "Tunnel syndrome was rare.")) == set()


@pytest.mark.parametrize(
    ("made", "central"),
    [
        (record("CTS treated by injection"), None),
        (record("CTS treated by injection", "Nothing is said of a tunnel."), None),
        (record("CTS treated by injection", "Carpal tunnel syndrome (CTS) is common."), True),
        (record("Injection for CTS", mesh=(heading("D002349"),)), True),
        (record("cts treated by injection", "Carpal tunnel syndrome is common."), False),
        (record("Injection", "Carpal tunnel syndrome (CTS) is common."), False),
    ],
)
def test_an_abbreviation_counts_only_beside_the_full_name_or_heading(made: Record, central: bool | None) -> None:
    found = hits(made, "condition", "text").get("carpal-tunnel-syndrome")
    assert (found.central if found else None) is central


@pytest.mark.parametrize(
    ("title", "abstract", "slug"),
    [
        ("CTS and the median nerve", "", "carpal-tunnel-syndrome"),
        ("CTS treated by injection", "The wrists were splinted.", "carpal-tunnel-syndrome"),
        ("TOS and the brachial plexus", "", "thoracic-outlet-syndrome"),
        ("PHN after herpes zoster", "", "postherpetic-neuralgia"),
        ("CRPS of one limb", "", "complex-regional-pain-syndrome"),
        ("TOS of a web site", "", ""),
        ("PHN visits to homes", "A public health nurse (PHN) called on patients with herpes zoster.", ""),
        ("cts and the median nerve", "", ""),
    ],
)
def test_an_abbreviation_counts_in_its_context_and_not_in_another(title: str, abstract: str, slug: str) -> None:
    assert set(hits(record(title, abstract), "condition")) == ({slug} if slug else set())


def test_an_excluded_phrase_hides_the_names_inside_it_and_only_these() -> None:
    pain = Condition(slug="foot", name="Foot pain", exclude=("no foot pain", "foot pain scale"), abbreviations=("FP",))
    own = Tagger(Vocabulary(conditions={"foot": pain}, interventions={}, designs={}, searches={}))
    found = [[h.slug for h in own.tag(record(title))] for title in ("A foot pain scale", "No foot pain", "Foot pain")]
    assert found == [[], [], ["foot"]]
    assert [h.evidence for h in own.tag(record("The foot pain scale in foot pain"))] == ["foot pain"]


@pytest.mark.parametrize(
    ("abstract", "rule", "place"),
    [
        (("One thing. Two. In tennis elbow it helped.",), "phrase-in-conclusion", "abstract, sentence 3"),
        (
            ("Thirty patients with chronic tennis elbow came. They were seen.",),
            "phrase-in-population",
            "abstract, sentence 1",
        ),
        (
            ("Two groups of tennis elbow patients came. They were seen.",),
            "phrase-in-population",
            "abstract, sentence 1",
        ),
        (("Patients with gout had tennis elbow. They were seen.",), "phrase-in-abstract", "abstract, sentence 1"),
        (("One thing.", "Two. Also tennis elbow was seen. Four."), "phrase-in-abstract", "abstract, sentence 3"),
        (("Tennis elbow once. Patients with tennis elbow.",), "phrase-in-population", "abstract, sentence 2"),
    ],
)
def test_the_abstract_is_central_where_it_names_who_was_studied_or_concludes(
    abstract: tuple[str, ...], rule: str, place: str
) -> None:
    made = replace(record("Elbows"), abstract=tuple(AbstractSection(text=from_plain(a)) for a in abstract))
    hit = hits(made, "condition")["lateral-epicondylitis"]
    assert (hit.rule, hit.place, hit.central) == (rule, place, rule != "phrase-in-abstract")


def test_a_section_labelled_as_conclusion_is_one_and_then_the_last_sentence_is_not() -> None:
    sections = (
        AbstractSection(text=from_plain("Tennis elbow helps."), label="CONCLUSIONS"),
        AbstractSection(text=from_plain("One. Two. Three of gonarthrosis."), label="FUNDING"),
    )
    found = hits(replace(record("Elbows"), abstract=sections), "condition")
    assert found["lateral-epicondylitis"].rule == "phrase-in-conclusion"
    assert found["knee-osteoarthritis"].rule == "phrase-in-abstract"


@pytest.mark.parametrize(
    ("title", "central"),
    [
        ("Normal nerves in people without carpal tunnel syndrome", False),
        ("Hands free of carpal tunnel syndrome", False),
        ("Nerves of people with and without carpal tunnel syndrome", True),
        ("Carpal tunnel syndrome without surgery", True),
    ],
)
def test_what_is_said_to_be_absent_is_only_mentioned(title: str, central: bool) -> None:
    assert hits(record(title), "condition")["carpal-tunnel-syndrome"].central is central


def test_letters_that_the_text_explains_otherwise_are_no_abbreviation() -> None:
    other = record("Tetralogy of Sallot (TOS) and the brachial plexus", "TOS was seen near the brachial plexus.")
    assert "thoracic-outlet-syndrome" not in conditions(other)
    same = record("The brachial plexus", "Thoracic outlet syndrome (TOS) was seen near the brachial plexus.")
    assert "thoracic-outlet-syndrome" in conditions(same)


def test_every_reason_says_where_it_stands() -> None:
    made = record(
        "Tennis elbow", "Nothing. It was lumbago.", keywords=("x", "gonarthrosis"), mesh=(heading("D002349"),)
    )
    assert {h.slug: h.place for h in TAGGER.tag(made) if h.kind == "condition"} == {
        "carpal-tunnel-syndrome": "MeSH",
        "lateral-epicondylitis": "title",
        "low-back-pain": "abstract, sentence 2",
        "knee-osteoarthritis": "keyword 2",
    }


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("Injections for back and neck pain", {"low-back-pain", "neck-pain"}),
        ("Caudal injection for low-back and buttock pain", {"low-back-pain"}),
        ("Musculoskeletal conditions", {"musculoskeletal-pain"}),
    ],
)
def test_words_shared_by_two_conditions_tag_both(title: str, slugs: set[str]) -> None:
    assert conditions(record(title)) == slugs


# MeSH headings


def test_a_heading_tags_its_condition_with_the_heading_as_reason() -> None:
    found = hits(record(mesh=(heading("D002349", major=True),)), "condition")
    assert set(found) == {"carpal-tunnel-syndrome"}
    hit = found["carpal-tunnel-syndrome"]
    assert (hit.origin, hit.evidence, hit.rule, hit.central) == (
        "mesh",
        "Carpal Tunnel Syndrome*",
        "mesh-descriptor",
        True,
    )


def test_a_starred_qualifier_makes_a_heading_central_and_its_absence_does_not() -> None:
    starred = MeshHeading(
        ui="D002349", name="Carpal Tunnel Syndrome", qualifiers=(MeshQualifier(ui="", name="drug therapy", major=True),)
    )
    assert hits(record(mesh=(starred,)), "condition")["carpal-tunnel-syndrome"].central
    assert not hits(record(mesh=(heading("D002349"),)), "condition")["carpal-tunnel-syndrome"].central


@pytest.mark.parametrize(
    ("ui", "slugs"),
    [
        ("D020423", {"peripheral-neuropathy"}),  # Median Neuropathy: nothing nearer above it
        ("D017769", {"nerve-entrapment", "peripheral-neuropathy"}),  # Ulnar Nerve Compression Syndromes: two trees
        ("D008881", {"headache"}),  # Migraine Disorders, below Headache Disorders
        ("D000083182", {"compartment-syndrome"}),
        ("D059388", {"pelvic-pain", "musculoskeletal-pain"}),  # Pelvic Girdle Pain
        ("D013716", {"lateral-epicondylitis"}),  # Tennis Elbow is linked itself, though it lies below Tendinopathy
        ("D000070639", {"tendinopathy"}),  # Elbow Tendinopathy
        ("D060545", {"pelvic-pain"}),  # Pudendal Neuralgia is linked itself
        ("D006801", set()),  # Humans
    ],
)
def test_a_heading_below_a_condition_tags_the_nearest_one(ui: str, slugs: set[str]) -> None:
    found = hits(record(mesh=(heading(ui, major=True),)), "condition")
    assert set(found) == slugs
    for hit in found.values():
        assert KNOWN.descriptors[ui].name in hit.evidence


def test_a_heading_from_below_says_what_it_lies_below() -> None:
    hit = hits(record(mesh=(heading("D020423"),)), "condition")["peripheral-neuropathy"]
    assert hit.evidence == "Median Neuropathy (below Peripheral Nervous System Diseases)"
    assert hit.rule == "mesh-tree"


def test_headings_without_an_identifier_are_known_by_name() -> None:
    made = record(
        mesh=(MeshHeading(ui="", name="Fasciitis, Plantar", major=True), MeshHeading(ui="", name="Median Neuropathy"))
    )
    assert conditions(made) == {"plantar-fasciitis", "peripheral-neuropathy"}


def test_a_broader_heading_tags_only_beside_the_words() -> None:
    bursitis = (heading("D002062", "Bursitis", major=True),)
    assert conditions(record("Hip pain", mesh=bursitis)) == set()
    found = hits(record("Hip pain", "Adhesive capsulitis was seen.", mesh=bursitis), "condition", "mesh")
    assert set(found) == {"frozen-shoulder"}
    assert found["frozen-shoulder"].central
    assert found["frozen-shoulder"].rule == "mesh-entry-term"
    both = record("Frozen shoulder and pes anserine bursitis", mesh=bursitis)
    assert set(hits(both, "condition", "mesh")) == {"frozen-shoulder", "knee-pain-other"}


def test_heading_and_words_are_two_reasons() -> None:
    made = record("Carpal tunnel syndrome", mesh=(heading("D002349"),))
    assert [h.origin for h in TAGGER.tag(made) if h.slug == "carpal-tunnel-syndrome"] == ["mesh", "text"]


# Interventions: five different treatments, and words that mean something else


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("Perineural injection therapy for neuropathic pain", {"perineural-injection-therapy"}),
        ("Neural prolotherapy for trigeminal neuralgia", {"perineural-injection-therapy"}),
        ("Neuro-prolotherapy of the knee", {"perineural-injection-therapy"}),
        ("Perineural dextrose injection for ulnar neuropathy", {"perineural-injection-therapy"}),
        ("5% dextrose perineural injection for neuropathy", {"perineural-injection-therapy", "dextrose-5"}),
        ("Perineural injection of bupivacaine after surgery", {"local-anaesthetic"}),
        ("Perineural invasion in pancreatic cancer", set()),
        ("Dextrose prolotherapy for knee osteoarthritis", {"prolotherapy"}),
        ("Hypertonic dextrose prolotherapy for knee osteoarthritis", {"prolotherapy", "hypertonic-dextrose"}),
        ("Prolotherapy with 25% dextrose for fascial pain", {"prolotherapy", "hypertonic-dextrose"}),
        ("Prolotherapy with 12.5% dextrose for joint pain", {"prolotherapy", "hypertonic-dextrose"}),
        ("Prolotherapy with dextrose (15 %) for tendon pain", {"prolotherapy", "hypertonic-dextrose"}),
        ("Injection of 5% dextrose for carpal tunnel pain", {"dextrose-5"}),
        ("Injection of D5W for carpal tunnel pain", {"dextrose-5"}),
        ("5% dextrose as a vehicle in the infusion of oxaliplatin and neuropathy", set()),
        ("Stability of the injection in 5% dextrose", set()),
        ("Epidural injection of 2.5% dextrose for back pain", {"epidural"}),
        ("10% dextrose for neonatal hypoglycaemia: injections and joint care", set()),
        ("Nerve hydrodissection for carpal tunnel syndrome", {"nerve-hydrodissection"}),
        ("Hydro-dissection of the median nerve", {"nerve-hydrodissection"}),
        ("Hydrodissection in cataract surgery", set()),
        ("Hydrodissection of the neurovascular bundle in prostatectomy, with nerve sparing", set()),
        ("Cortical cleaving hydrodissection before phacoemulsification and the optic nerve", set()),
        ("Interfascial hydrodissection of the trapezius", set()),
    ],
)
def test_treatments_are_kept_apart_and_other_meanings_out(title: str, slugs: set[str]) -> None:
    assert interventions(record(title)) == slugs


def test_the_context_may_stand_anywhere_in_the_record() -> None:
    assert interventions(record("Effect of 5% dextrose", "Median nerve pain after injection.")) == {"dextrose-5"}
    assert interventions(record("Hydrodissection", keywords=("median nerve",))) == {"nerve-hydrodissection"}
    assert interventions(record("Hydrodissection", keywords=("median nerve", "cataract"))) == set()


def test_roles_come_from_the_vocabulary() -> None:
    found = hits(record("Prolotherapy versus corticosteroid injection and sham for tennis elbow"), "intervention")
    assert {slug: h.role for slug, h in found.items()} == {
        "prolotherapy": "active",
        "corticosteroid": "comparator",
        "sham": "comparator",
    }


def test_a_comparator_in_passing_counts_only_beside_an_active_intervention() -> None:
    alone = record(
        "Shoulder surgery", "Controls received normal saline.", mesh=(heading("D053657", "Platelet-Rich Plasma"),)
    )
    assert interventions(alone) == set()
    beside = record("Prolotherapy for the shoulder", "Controls received normal saline.", mesh=alone.mesh)
    assert interventions(beside) == {"prolotherapy", "saline", "platelet-rich-plasma"}
    stated = replace(alone, tags=(AssertedTag(kind="intervention", slug="prolotherapy", role="active"),))
    assert interventions(stated) == {"prolotherapy", "saline", "platelet-rich-plasma"}
    assert interventions(record("Normal saline for pain")) == {"saline"}


def test_the_prolotherapy_heading_tags_prolotherapy() -> None:
    found = hits(record(mesh=(heading("D000075527", "Prolotherapy", major=True),)), "intervention")
    assert set(found) == {"prolotherapy"}
    assert found["prolotherapy"].role == "active"


# What a source states itself


def test_a_stated_tag_is_a_hit_with_its_provenance() -> None:
    made = replace(
        record("A title"),
        tags=(
            AssertedTag(kind="condition", slug="headache"),
            AssertedTag(kind="condition", slug="headache"),
            AssertedTag(kind="intervention", slug="saline"),
            AssertedTag(kind="topic", slug="safety"),
            AssertedTag(kind="condition", slug="not-in-the-vocabulary"),
        ),
        provenance=Provenance(urls=("https://example.org/1",), verification="pubmed-page"),
    )
    found = [h for h in TAGGER.tag(made) if h.origin == "import"]
    assert [(h.kind, h.slug, h.role) for h in found] == [
        ("condition", "headache", ""),
        ("intervention", "saline", "comparator"),
        ("topic", "safety", ""),
    ]
    assert {h.evidence for h in found} == {"test, pubmed-page, https://example.org/1"}
    assert all(h.central and h.status == "asserted" for h in found)


def test_without_provenance_the_source_is_the_reason() -> None:
    made = replace(record("A title"), tags=(AssertedTag(kind="condition", slug="headache"),))
    assert [h.evidence for h in TAGGER.tag(made)] == ["test 1"]


# Any vocabulary, any record


def test_another_vocabulary_is_another_tagger() -> None:
    gout = Vocabulary(
        conditions={"gout": Condition(slug="gout", name="Gout", mesh=(MeshLink(ui="D006073", name="Gout"),))},
        interventions={},
        designs={},
        searches={},
    )
    made = record("Gout and carpal tunnel syndrome", mesh=(MeshHeading(ui="D006073", name="Gout"),))
    assert [(h.slug, h.origin) for h in tagging.tag(made, gout)] == [("gout", "mesh"), ("gout", "text")]
    assert {h.slug for h in tagging.tag(made, KNOWN)} == {"carpal-tunnel-syndrome"}
    assert tagging.tag(made, KNOWN) == TAGGER.tag(made)


TEXTS = st.text(max_size=120) | st.sampled_from(
    ["carpal tunnel syndrome", "5% dextrose injection for nerve pain", "a randomised trial", "12.5%", "\x03|%:", "½İß"]
)


@given(TEXTS, st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=2))
def test_any_record_is_tagged_without_error_and_with_words_it_has(
    title: str, abstract: list[str], keywords: list[str], types: list[str]
) -> None:
    made = Record(
        source="test",
        external_id="1",
        title=from_plain(title),
        abstract=tuple(AbstractSection(text=Markup(a)) for a in abstract),
        keywords=tuple(Keyword(text=k) for k in keywords),
        publication_types=tuple(NamedConcept(name=t) for t in types),
        mesh=tuple(MeshHeading(ui="", name=k) for k in keywords),
    )
    found = TAGGER.tag(made)
    assert found == TAGGER.tag(made)
    assert len({(h.kind, h.slug, h.origin) for h in found}) == len(found)
    words = fold(" ".join([title, *abstract, *keywords])).split()
    for hit in found:
        if hit.origin == "text":
            assert set(fold(hit.evidence).split()) <= set(words) | {""}
            assert hit.evidence


@given(st.text(max_size=200))
def test_every_token_has_its_place_in_the_text(text: str) -> None:
    tokens, spans = tokens_of(text), spans_of(text)
    assert len(tokens) == len(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)


def test_numbers_keep_their_decimals_and_signs_stand_alone() -> None:
    assert tokens_of("12.5% vs. 5% (p=.05): see 3.1.2.") == [
        "12.5",
        "%",
        "vs",
        "5",
        "%",
        "p",
        "05",
        ":",
        "see",
        "3.1.2",
    ]
