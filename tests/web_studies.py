"""An invented library, piece by piece: every state a page can show, one hostile title among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from evidence.identifiers import Identifier
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    Grant,
    Journal,
    Keyword,
    Markup,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    OtherAbstract,
    PartialDate,
    Provenance,
    Record,
)
from evidence.views import MemberView, MergeView, RegistrationView, RelationView, Study, StudyRow, TagView
from evidence.vocabulary import Condition, Design, Intervention, Search, Vocabulary

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOSTILE = Markup("Dextrose &lt;script&gt;alert(1)&lt;/script&gt; &amp; <i>in vitro</i> CO<sub>2</sub>")


def _designs() -> dict[str, Design]:
    rows: tuple[tuple[str, str, str, Any, int | None], ...] = (
        ("guideline", "Guideline", "Guideline", "guideline", None),
        ("meta-analysis", "Meta-analysis", "Meta-analysis", "review", 1),
        ("systematic-review", "Systematic review", "Systematic review", "review", 1),
        ("rct", "Randomised controlled trial", "RCT", "trial", 2),
        ("cohort", "Cohort study", "Cohort", "observational", 3),
        ("case-series", "Case series", "Case series", "observational", 4),
        ("animal", "Animal study", "Animal", "laboratory", 5),
        ("narrative-review", "Narrative review", "Review", "review", None),
        ("protocol", "Protocol", "Protocol", "other", None),
        ("other", "Other", "Other", "other", None),
    )
    return {
        slug: Design(
            slug=slug,
            name=name,
            badge=badge,
            icon="",
            group=group,
            level=level,
            order=i,
            definition=f"What a {name.lower()} is.",
        )
        for i, (slug, name, badge, group, level) in enumerate(rows)
    }


def vocabulary() -> Vocabulary:
    """Three conditions, five interventions, one search."""
    conditions = (
        Condition(
            slug="carpal-tunnel-syndrome",
            name="Carpal tunnel syndrome",
            synonyms=("Median neuropathy at the wrist",),
            abbreviations=("CTS",),
            body_region="wrist and hand",
        ),
        Condition(slug="plantar-fasciitis", name="Plantar fasciitis", body_region="foot and ankle"),
        Condition(slug="tarsal-tunnel-syndrome", name="Tarsal tunnel syndrome", body_region="foot and ankle"),
    )
    interventions = (
        Intervention(slug="dextrose-5", name="5% dextrose"),
        Intervention(slug="nerve-hydrodissection", name="Nerve hydrodissection"),
        Intervention(slug="prolotherapy", name="Hypertonic prolotherapy"),
        Intervention(slug="corticosteroid", name="Corticosteroid", role="comparator"),
        Intervention(slug="saline", name="Saline", role="comparator"),
    )
    search = Search(name="cts", label="Carpal tunnel", query='"carpal tunnel syndrome" AND dextrose')
    return Vocabulary(
        conditions={c.slug: c for c in conditions},
        interventions={i.slug: i for i in interventions},
        designs=_designs(),
        searches={search.name: search},
        hash="fakehash",
    )


def row(id: int, key: str, **changes: Any) -> StudyRow:
    """A row with sensible fields."""
    base = StudyRow(
        id=id,
        key=key,
        title=Markup(f"Invented study {id} of the median nerve"),
        byline="Marlowe P, Ostrander KJ, Quill T",
        citation=f"J Invent Med. 20{10 + id};3(2):10-19",
        year=2010 + id,
        language="en",
        design="rct",
        designs=("rct",),
        conditions=("carpal-tunnel-syndrome",),
        interventions=(("dextrose-5", "active"), ("saline", "comparator")),
        level=2,
        n=40 + id,
        n_unit="participants",
        state="none",
        upstream="present",
        pmid=str(90000000 + id),
        doi=f"10.9999/invent.{id}",
        pmcid=None,
        identified=True,
    )
    return replace(base, **changes)


def rows() -> tuple[StudyRow, ...]:
    """Every kind of row, strongest first."""
    return (
        row(
            1,
            "society2016injection",
            design="guideline",
            level=None,
            n=None,
            byline="Invented Society of Hand Surgeons",
        ),
        row(2, "marlowe2014sugar", design="meta-analysis", level=1, n=1034, n_unit="participants"),
        row(3, "quill2015retracted", design="systematic-review", level=1, state="retracted", n=None),
        row(4, "ostrander2014dextrose", registrations=("NCT00000004",), pmcid="PMC9990004"),
        row(5, "pico2015hostile", title=HOSTILE, state="concern", interventions=(("nerve-hydrodissection", "active"),)),
        row(
            6,
            "vega2016solucion",
            title=Markup("Solución inventada del nervio mediano"),
            language="es",
            state="corrected",
            n=None,
        ),
        row(7, "lund2017wrists", design="cohort", level=3, n=62, n_unit="wrists", upstream="missing"),
        row(
            8,
            "abel2018series",
            design="case-series",
            level=4,
            interventions=(("prolotherapy", "active"),),
            title=Markup(""),
        ),
        row(9, "kato2019rabbit", design="animal", level=5, n=None, interventions=()),
        row(10, "bell2020plan", design="protocol", level=None, byline="", citation="", year=None),
    )


def lead() -> StudyRow:
    """A reference that is not yet identified."""
    return row(20, "poster2012nerve", pmid=None, doi=None, identified=False, design="other", level=None)


REGISTRATIONS = (
    RegistrationView(
        registry_id="NCT00000001",
        topic="sugar water against salt water",
        conditions=("carpal-tunnel-syndrome",),
        enrolment=60,
        url="https://clinicaltrials.gov/study/NCT00000001",
        published_as="",
        published_certain=False,
        note="",
    ),
    RegistrationView(
        registry_id="NCT00000004",
        topic="a published one",
        conditions=("carpal-tunnel-syndrome",),
        enrolment=44,
        url="https://clinicaltrials.gov/study/NCT00000004",
        published_as="ostrander2014dextrose",
        published_certain=True,
        note="",
    ),
    RegistrationView(
        registry_id="",
        topic="one whose number was not seen",
        conditions=("carpal-tunnel-syndrome",),
        enrolment=None,
        url="https://www.trials.example/42",
        published_as="ostrander2014dextrose",
        published_certain=False,
        note="from a list",
    ),
)


def record(shown: StudyRow) -> Record:
    """A record that fills every block of the study page."""
    ids = (("pmid", shown.pmid), ("doi", shown.doi), ("pmcid", shown.pmcid))
    return Record(
        source="pubmed",
        external_id=shown.pmid or "lead",
        identifiers=tuple(Identifier(scheme, value) for scheme, value in ids if value),  # type: ignore[arg-type]
        title=shown.title,
        vernacular_title=Markup("Erfundene Studie") if shown.id == 4 else Markup(""),
        authors=(
            Author(family="Marlowe", given="Philippa", initials="P", orcid="0000-0002-1825-0097"),
            Author(family="Invented <b>Study</b> Group", is_group=True),
        ),
        authors_complete=False,
        journal=Journal(title="Journal of Invented Medicine", abbreviation="J Invent Med", issn="1234-5678"),
        volume="3",
        issue="2",
        pages="10-19",
        dates=(Dated(kind="issue", date=PartialDate(year=shown.year, month=3)),),
        languages=("ger",) if shown.id == 4 else ("eng",),
        abstract=(
            AbstractSection(label="AIM", text=Markup("To invent H<sub>2</sub>O &lt;img src=x onerror=alert(1)&gt;.")),
            AbstractSection(label="", category="RESULTS", text=Markup("Nothing <i>real</i> was found.")),
        ),
        other_abstracts=(
            OtherAbstract(sections=(AbstractSection(text=Markup("Nichts.")),), type="Publisher", language="ger"),
        ),
        mesh=(
            MeshHeading(
                ui="D002349",
                name="Carpal Tunnel Syndrome",
                qualifiers=(MeshQualifier(ui="Q", name="therapy", major=True),),
            ),
        ),
        publication_types=(NamedConcept(name="Randomized Controlled Trial", ui="D016449"),),
        keywords=(Keyword(text="sugar <water>"),),
        grants=(Grant(id="X1", agency="Invented Fund"),),
        provenance=Provenance(
            urls=("https://example.org/a", "javascript:alert(1)"), verification="pubmed-page", note="Seen once."
        ),
    )


def study(shown: StudyRow) -> Study:
    """A study with reasons, relations, sources, a merge."""
    whole = record(shown)
    member = MemberView(
        id=1, source="pubmed", external_id=whole.external_id, first_seen=NOON, changed=NOON, record=whole
    )
    tags = (
        TagView(
            kind="design",
            slug="rct",
            label="RCT",
            origin="pubtype",
            status="asserted",
            evidence="Randomized Controlled Trial",
            rule="pt",
        ),
        TagView(
            kind="condition",
            slug="carpal-tunnel-syndrome",
            label="Carpal tunnel syndrome",
            origin="text",
            status="asserted",
            evidence="carpal <tunnel>",
            rule="phrase",
            central=False,
        ),
        TagView(
            kind="intervention",
            slug="saline",
            label="Saline",
            origin="curator",
            status="rejected",
            evidence="",
            rule="",
            role="comparator",
        ),
    )
    notice = RelationView(
        type="RetractionOf",
        incoming=True,
        citation="J Invent Med. 2020;9:1",
        identifier="pmid:90000099",
        url="https://pubmed.ncbi.nlm.nih.gov/90000099/",
        study_key=None,
        study_title=Markup(""),
    )
    comment = RelationView(
        type="CommentIn",
        incoming=False,
        citation="J Invent Med. 2021;1:2",
        identifier="",
        url=None,
        study_key="marlowe2014sugar",
        study_title=HOSTILE,
    )
    merge = MergeView(
        event=7,
        at=NOON,
        actor="machine",
        rule="pmid",
        reasons=("same PMID",),
        joined="bibtex refs.bib#m14",
        undone_at=None,
    )
    return Study(
        row=shown,
        record=whole,
        aliases=("oldkey2014",) if shown.id == 4 else (),
        disputed=("doi:10.9999/x",),
        tags=tags,
        members=(member,),
        relations=(notice, comment),
        merges=(merge,),
        registrations=REGISTRATIONS[1:2] if shown.id == 4 else (),
        n_quote="44 patients",
        created=NOON,
        changed=NOON,
    )
