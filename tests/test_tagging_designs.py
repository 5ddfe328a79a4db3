"""Study designs: publication types, headings, words; what excludes what; which one a study is listed under."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import vocabulary
from evidence.records import AbstractSection, AssertedTag, Keyword, MeshHeading, NamedConcept, Record, RecordKind
from evidence.tagging import Tagger, TagHit, primary
from evidence.text import from_plain
from evidence.vocabulary import DESIGNS

KNOWN = vocabulary.load()
TAGGER = Tagger(KNOWN)


def record(
    title: str = "",
    *,
    types: tuple[str, ...] = (),
    mesh: tuple[str, ...] = (),
    abstract: str = "",
    label: str = "",
    tags: tuple[AssertedTag, ...] = (),
    kind: RecordKind = "article",
) -> Record:
    return Record(
        source="test",
        external_id="1",
        kind=kind,
        title=from_plain(title),
        publication_types=tuple(NamedConcept(name=t) for t in types),
        mesh=tuple(MeshHeading(ui="", name=m) for m in mesh),
        abstract=(AbstractSection(text=from_plain(abstract), label=label),) if abstract else (),
        tags=tags,
    )


def found(made: Record) -> dict[str, TagHit]:
    return {h.slug: h for h in TAGGER.tag(made) if h.kind == "design"}


def listed(made: Record) -> str:
    return primary(set(found(made)))


@pytest.mark.parametrize(
    ("types", "slugs"),
    [
        (("Journal Article",), set()),
        (("Randomized Controlled Trial",), {"rct"}),
        (("RANDOMIZED CONTROLLED TRIAL",), {"rct"}),
        (("Clinical Trial", "Randomized Controlled Trial", "Multicenter Study"), {"rct"}),
        (("Clinical Trial, Phase II",), {"clinical-trial"}),
        (("Controlled Clinical Trial", "Clinical Trial"), {"nonrandomised-trial"}),
        (("Equivalence Trial",), {"rct"}),
        (("Meta-Analysis", "Systematic Review"), {"meta-analysis", "systematic-review"}),
        (("Network Meta-Analysis",), {"network-meta-analysis"}),
        (("Review",), {"narrative-review"}),
        (("Review", "Systematic Review"), {"systematic-review"}),
        (("Review", "Scoping Review"), {"scoping-review"}),
        (("Practice Guideline",), {"guideline"}),
        (("Consensus Development Conference, NIH",), {"guideline"}),
        (("Case Reports",), {"case-report"}),
        (("Clinical Trial Protocol",), {"protocol"}),
        (("Editorial",), {"editorial"}),
        (("Letter", "Comment"), {"letter", "comment"}),
        (("Published Erratum",), {"erratum"}),
        (("Retraction of Publication",), {"retraction-notice"}),
        (("Retraction Notice",), {"retraction-notice"}),
        (("Retracted Publication", "Journal Article"), set()),
        (("Observational Study",), set()),
        (("News",), {"other"}),
        (("News", "Letter"), {"letter"}),
        (("Technical Report",), {"technical-report"}),
    ],
)
def test_publication_types_state_designs(types: tuple[str, ...], slugs: set[str]) -> None:
    hits = found(record("A title", types=types))
    assert set(hits) == slugs
    assert all(h.origin == "pubtype" and h.evidence in types for h in hits.values())


def test_every_publication_type_of_the_vocabulary_states_its_design() -> None:
    for slug, design in KNOWN.designs.items():
        for name in design.publication_types:
            assert set(found(record("A title", types=(name,)))) == {slug}


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("Dextrose for wrists: a randomised controlled trial", {"rct"}),
        ("Dextrose for wrists: a randomized, double-blind study", {"rct"}),
        ("Protocol of a randomised trial of dextrose", {"protocol"}),
        ("Dextrose: a protocol for a triple-blinded randomized controlled trial", {"protocol"}),
        ("Dextrose: study protocol", {"protocol"}),
        ("Dextrose for knees: protocol", {"protocol"}),
        ("Protocol for a systematic review and meta-analysis", {"protocol"}),
        ("Protocols for anaesthesia of the wrist", set()),
        ("A new injection protocol", set()),
        ("Systematic review of randomised trials", {"systematic-review"}),
        (
            "Dextrose: a systematic review and meta-analysis of randomised controlled trials",
            {"systematic-review", "meta-analysis"},
        ),
        ("Dextrose: a systematic review and meta-analyses", {"systematic-review", "meta-analysis"}),
        ("Dextrose: a network meta-analysis of randomised controlled trials", {"network-meta-analysis"}),
        ("Dextrose: a systemic review", {"systematic-review"}),
        ("Non-randomised controlled trial of splints", {"nonrandomised-trial"}),
        ("A nonrandomized study of splints", {"nonrandomised-trial"}),
        ("A quasi-randomised trial", {"nonrandomised-trial"}),
        ("Secondary analysis of a randomised trial", {"secondary-analysis"}),
        ("Numb hand: a case report", {"case-report"}),
        ("Numb hand: case report and review of the literature", {"case-report", "narrative-review"}),
        ("Three patients: a case series", {"case-series"}),
        ("A retrospective cohort study", {"cohort"}),
        ("A retrospective chart review", {"case-series"}),
        ("A cross-sectional survey", {"cross-sectional"}),
        ("Wrist pain: a narrative review", {"narrative-review"}),
        ("Wrist pain: a scoping review", {"scoping-review"}),
        ("Comment on: a randomised trial of dextrose", {"comment"}),
        ("Response to dextrose in a cohort", {"cohort"}),
        ("Response to: a randomised trial", {"comment"}),
        ("Erratum: a randomised controlled trial", {"erratum"}),
        ("Correction to: a systematic review", {"erratum"}),
        ("Correction of deformity: a case series", {"case-series"}),
        ("Retraction: dextrose for knees, a randomised trial", {"retraction-notice"}),
        ("Retraction of the eyelid: a cohort study", {"cohort"}),
        ("Effect of dextrose on tendons in rats: a randomised study", {"animal"}),
        ("Spread of fluid: a cadaveric study", {"cadaver"}),
        ("Dextrose on cells in vitro", {"in-vitro"}),
        ("Outcomes of in vitro fertilisation", set()),
        ("Mendelian randomization of pain", set()),
        ("Trials of dextrose", set()),
        ("Barriers to clinical practice guidelines", set()),
        ("Wrist pain: a clinical practice guideline", {"guideline"}),
    ],
)
def test_titles_state_designs(title: str, slugs: set[str]) -> None:
    assert set(found(record(title))) == slugs


@pytest.mark.parametrize(
    ("types", "title", "slug"),
    [
        (("Randomized Controlled Trial",), "Protocol of a randomised trial of dextrose", "protocol"),
        (("Randomized Controlled Trial",), "Post hoc analysis of a randomised trial", "secondary-analysis"),
        (("Meta-Analysis",), "A meta-analysis of randomised controlled trials", "meta-analysis"),
        (("Review",), "Prolotherapy: a randomised trial revisited", "narrative-review"),
        (("Case Reports",), "Two patients: a case series", "case-series"),
        (("Letter",), "Letter to the editor: a case report", "case-report"),
        (("Published Erratum",), "Erratum: a randomised controlled trial", "erratum"),
        (("Comment", "Randomized Controlled Trial"), "Dextrose", "comment"),
        (("News",), "Dextrose succeeds in a phase 3 trial", "other"),
        ((), "Dextrose and the knee", "other"),
    ],
)
def test_what_a_study_is_listed_under(types: tuple[str, ...], title: str, slug: str) -> None:
    assert listed(record(title, types=types)) == slug


@pytest.mark.parametrize(
    ("mesh", "types", "slugs"),
    [
        (("Cohort Studies", "Humans"), (), {"cohort"}),
        (("Retrospective Studies", "Humans"), (), {"cohort"}),
        (("Case-Control Studies", "Retrospective Studies", "Humans"), (), {"case-control"}),
        (("Cross-Sectional Studies", "Humans"), (), {"cross-sectional"}),
        (("Prospective Studies", "Humans"), ("Randomized Controlled Trial",), {"rct"}),
        (("Retrospective Studies", "Humans"), ("Case Reports",), {"case-report"}),
        (("Cohort Studies", "Humans"), ("Systematic Review",), {"systematic-review"}),
        (("Animals", "Rats"), (), {"animal"}),
        (("Animals", "Humans"), (), set()),
        (("Cells, Cultured", "Humans"), (), {"in-vitro"}),
        (("Cells, Cultured", "Animals"), (), {"in-vitro", "animal"}),
        (("Cells, Cultured", "Animals"), ("Review",), {"narrative-review"}),
        (("Cadaver",), (), {"cadaver"}),
        (("Qualitative Research", "Humans"), (), {"qualitative"}),
        (("Cost-Benefit Analysis", "Humans"), (), {"economic-evaluation"}),
    ],
)
def test_headings_state_designs(mesh: tuple[str, ...], types: tuple[str, ...], slugs: set[str]) -> None:
    assert set(found(record("A title", mesh=mesh, types=types))) == slugs


def test_headings_are_known_by_identifier_too() -> None:
    made = Record(source="t", external_id="1", mesh=(MeshHeading(ui="D003430", name="Cross-Sectional Studies"),))
    hit = found(made)["cross-sectional"]
    assert (hit.origin, hit.evidence, hit.rule) == ("mesh", "Cross-Sectional Studies", "design-heading")
    rats = Record(source="t", external_id="1", mesh=(MeshHeading(ui="D000818", name="Animals"),))
    assert found(rats)["animal"].rule == "animals-not-humans"


@pytest.mark.parametrize(
    ("abstract", "label", "slugs"),
    [
        ("Patients were randomly assigned to dextrose or saline.", "METHODS", {"rct"}),
        ("Forty Wistar rats were randomly assigned. The rats were killed.", "METHODS", {"animal"}),
        ("Randomised trials are needed.", "CONCLUSIONS", set()),
        ("A randomised trial.", "STUDY DESIGN", {"rct"}),
        ("Retrospective cohort study.", "DESIGN", {"cohort"}),
        ("This was a retrospective cohort study.", "METHODS", {"cohort"}),
        ("We report a case of radial neuropathy.", "", {"case-report"}),
        (
            "We compared two injections for numb hands. Eighty patients were randomly assigned to dextrose or saline. "
            "A case of radial neuropathy was excluded. The primary outcome was pain at 12 weeks. Pain fell more with "
            "dextrose than with saline (p < 0.01).",
            "",
            {"rct"},
        ),
        (
            "This systematic review included 12 studies; patients were randomly assigned to dextrose.",
            "",
            {"systematic-review"},
        ),
    ],
)
def test_an_abstract_states_designs_only_in_plain_words_or_under_a_label(
    abstract: str, label: str, slugs: set[str]
) -> None:
    assert set(found(record("Dextrose", abstract=abstract, label=label))) == slugs


def test_the_reason_says_where_the_words_stand() -> None:
    hit = found(record("Dextrose: a Randomised, Controlled Trial."))["rct"]
    assert (hit.origin, hit.evidence, hit.rule) == ("text", "Randomised, Controlled Trial", "words-in-title")
    labelled = found(record("Dextrose", abstract="A randomized clinical trial.", label="Design"))["rct"]
    assert labelled.rule == "words-in-design"
    assigned = found(record("Dextrose", abstract="Knees hurt. Men were randomly assigned to it."))["rct"]
    assert (assigned.origin, assigned.place) == ("text", "abstract, sentence 2")
    assert "randomly assigned" in assigned.evidence


def test_keywords_do_not_state_designs() -> None:
    made = Record(source="t", external_id="1", keywords=(Keyword(text="randomized controlled trial"),))
    assert found(made) == {}


def test_type_and_words_are_two_reasons() -> None:
    made = record("Dextrose: a randomised trial", types=("Randomized Controlled Trial",))
    assert [h.origin for h in TAGGER.tag(made) if h.slug == "rct"] == ["pubtype", "text"]


def test_a_design_stated_by_the_source_stands_alone_among_what_is_inferred() -> None:
    stated = (AssertedTag(kind="design", slug="case-series"),)
    made = record("A retrospective cohort study", mesh=("Cohort Studies",), tags=stated)
    assert set(found(made)) == {"case-series"}
    both = record("A trial", types=("Randomized Controlled Trial",), tags=stated)
    assert {h.slug: h.origin for h in TAGGER.tag(both)} == {"case-series": "import", "rct": "pubtype"}
    excluding = record("A trial", types=("Case Reports",), tags=stated)
    assert set(found(excluding)) == {"case-series"}


@pytest.mark.parametrize("kind", ["book", "chapter"])
def test_books_and_chapters_are_book_chapters(kind: RecordKind) -> None:
    assert listed(record("Nerves of the wrist", kind=kind)) == "book-chapter"


# The one design of a list


def test_the_order_is_that_of_lists_except_for_notices_comments_and_protocols() -> None:
    overriding = ["retraction-notice", "erratum", "comment", "protocol"]
    for first, second in combinations([*overriding, *(d for d in DESIGNS if d not in overriding)], 2):
        assert primary({first, second}) == primary([second, first]) == first


@given(st.sets(st.sampled_from([*DESIGNS, "no-such-design"])))
def test_the_primary_design_is_one_of_them_or_other(designs: set[str]) -> None:
    assert primary(designs) in (designs - {"no-such-design"} or {"other"})


@given(st.sets(st.sampled_from([n for d in KNOWN.designs.values() for n in d.publication_types])), st.booleans())
def test_a_record_never_holds_designs_that_exclude_each_other(types: set[str], trial: bool) -> None:
    title = "Dextrose: a randomised trial" if trial else "Dextrose: a cohort study"
    present = set(found(record(title, types=tuple(sorted(types)))))
    for slug in present:
        assert not present & set(KNOWN.designs[slug].excludes) - {slug}
    assert present or not types
