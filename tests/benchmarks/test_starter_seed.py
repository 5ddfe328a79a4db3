"""The starter library and the vocabulary against the compiled seed bibliography and MeSH 2024 they were made from."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence import identifiers, recordjson, vocabulary
from evidence.records import Record
from evidence.text import plain
from tests.benchmarks import build_starter

FOLDER = os.environ.get("EVIDENCE_BENCH_DATA")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="NOT RUN: EVIDENCE_BENCH_DATA must name the folder that holds data/, bench/ and seed/"
)
ROOT = Path(FOLDER or ".")
STUDIES = [recordjson.load(line) for line in vocabulary.starter_path("studies.jsonl").read_bytes().splitlines()]
KNOWN = vocabulary.load()


def seed_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ROOT / "seed" / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def mesh() -> build_starter.Mesh:
    return build_starter.Mesh.read(ROOT / "data" / "mesh" / "mesh2024.tsv.gz")


def author_as_printed(author: Any) -> str:
    if author.given:
        return f"{author.family}, {author.given}"
    return " ".join(p for p in (author.family, author.initials, author.suffix) if p)


def mesh_as_printed(record: Record) -> set[str]:
    lines = set()
    for heading in record.mesh:
        if heading.major or not heading.qualifiers:
            lines.add(heading.name + "*" * heading.major)
        lines |= {f"{heading.name} / {q.name}" + "*" * q.major for q in heading.qualifiers}
    return lines


def facts(record: Record) -> dict[str, Any]:
    """A record turned back into the seed's fields."""
    provenance = record.provenance
    assert provenance is not None
    tags = {
        kind: [t.slug for t in record.tags if t.kind == kind]
        for kind in ("condition", "intervention", "design", "topic")
    }
    return {
        "pmid": record.id("pmid"),
        "doi": record.id("doi"),
        "pmcid": record.id("pmcid"),
        "title": plain(record.title) or None,
        "authors": [author_as_printed(a) for a in record.authors] or None,
        "journal": record.journal.title or None,
        "journal_abbrev": record.journal.abbreviation or None,
        "year": record.year,
        "volume": record.volume or None,
        "issue": record.issue or None,
        "pages": record.pages or None,
        "publication_types": [p.name for p in record.publication_types] or None,
        "mesh_terms": mesh_as_printed(record) or None,
        "keywords": [k.text for k in record.keywords] or None,
        "conditions": tags["condition"],
        "topics": tags["topic"],
        "interventions": tags["intervention"],
        "design": tags["design"][0],
        "n_participants": record.sample_size.n if record.sample_size else None,
        "urls": list(provenance.urls),
        "verification": provenance.verification,
        "note": provenance.note or None,
    }


def expected(seed: dict[str, Any]) -> dict[str, Any]:
    wanted = {
        k: v
        for k, v in seed.items()
        if k not in {"design_detail", "source_url", "extra_source_urls", "authors_complete"}
    }
    wanted["urls"] = list(dict.fromkeys(u for u in (seed["source_url"], *seed["extra_source_urls"]) if u))
    wanted["doi"] = seed["doi"].lower() if seed["doi"] else None
    wanted["mesh_terms"] = set(seed["mesh_terms"]) if seed["mesh_terms"] else None
    return wanted


def test_every_study_of_the_seed_is_there_with_the_same_facts() -> None:
    seed = seed_lines("studies.jsonl")
    assert len(seed) == len(STUDIES) == 201
    for wanted, record in zip(map(expected, seed), STUDIES, strict=True):
        assert facts(record) == wanted


def test_author_lists_known_to_be_cut_short_are_marked() -> None:
    for seed, record in zip(seed_lines("studies.jsonl"), STUDIES, strict=True):
        assert record.authors_complete == (bool(seed["authors"]) and seed["authors_complete"] is not False)


def test_designs_are_as_many_as_the_seed_counts() -> None:
    readme = (ROOT / "seed" / "README.md").read_text("utf-8")
    line = next(line for line in readme.splitlines() if line.startswith("Designs: "))
    counted = {slug: int(n) for slug, n in re.findall(r"([a-z-]+) (\d+)", line.removeprefix("Designs: "))}
    assert sum(counted.values()) == 201
    assert Counter(t.slug for r in STUDIES for t in r.tags if t.kind == "design") == counted


def test_registration_numbers_beside_the_seed_come_from_its_notes() -> None:
    for record in STUDIES:
        assert record.provenance is not None
        printed = identifiers.registrations_in(record.provenance.note)
        assert set(record.ids("registration")) <= set(printed)


def test_registrations_are_those_of_the_seed() -> None:
    seed = seed_lines("registrations.jsonl")
    found = vocabulary.registrations()
    assert len(found) == len(seed)
    for wanted, made in zip(seed, found, strict=True):
        assert (made.registry_id or None, made.topic) == (wanted["registration"], wanted["topic"])
        assert (list(made.conditions), made.enrolment) == (wanted["conditions"], wanted["enrolment"])
        assert (made.url or None, made.note or None) == (wanted["source_url"], wanted["note"])
        link = made.published_as or made.protocol_as
        assert (link is None) == (wanted["published_as"] is None)
        if link is not None:
            assert link.value in wanted["published_as"]
            assert made.published_certain == ("probably" not in wanted["published_as"] and made.protocol_as is None)


def test_the_reference_list_is_the_pages_exact_strings() -> None:
    text = vocabulary.starter_path("seed_page.txt").read_text("utf-8")
    references = json.loads((ROOT / "seed" / "page.json").read_text("utf-8"))["references"]
    assert text == "\n\n".join(r["raw"] for r in references) + "\n"


def test_conditions_are_those_of_the_seed_with_their_place_and_names() -> None:
    seed = {c["id"]: c for c in json.loads((ROOT / "seed" / "conditions.json").read_text("utf-8"))["conditions"]}
    assert set(KNOWN.conditions) == set(seed)
    for slug, wanted in seed.items():
        condition = KNOWN.conditions[slug]
        assert (condition.name, condition.parent or None, condition.body_region) == (
            wanted["name"],
            wanted["parent"],
            wanted["body_region"],
        )
        for name in wanted["synonyms"]:
            if "(neighbour)" not in name and (slug, name) != ("compartment-syndrome", "exertional leg pain"):
                assert slug in KNOWN.find_conditions(name), name


def test_every_descriptor_is_that_of_mesh_2024(mesh: build_starter.Mesh) -> None:
    links = [m for e in (*KNOWN.conditions.values(), *KNOWN.interventions.values()) for m in e.mesh]
    for link in (*links, *KNOWN.descriptors.values()):
        assert mesh.trees[link.ui] == (link.name, link.trees)
    assert all(ui in KNOWN.descriptors for d in KNOWN.designs.values() for ui in d.mesh)
    assert all(mesh.by_name[p.name] == p.ui for r in STUDIES for p in r.publication_types)


def test_an_entry_term_link_names_an_entry_term() -> None:
    terms: dict[str, set[str]] = {}
    with gzip.open(ROOT / "data" / "mesh" / "mesh2024.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            terms[cells[0]] = set(cells[3].split("|"))
    for condition in KNOWN.conditions.values():
        for link in condition.mesh:
            assert not link.via or link.via in terms[link.ui]


def test_building_again_gives_the_same_bytes(mesh: build_starter.Mesh) -> None:
    given = {name: r for r in STUDIES for name in build_starter.names_of(r)}
    assert build_starter.records(ROOT / "seed", mesh, given) == STUDIES
    assert build_starter.records(ROOT / "seed", mesh, {}) == STUDIES
    assert build_starter.mesh_trees(mesh, KNOWN) == (build_starter.DATA / "mesh_trees.tsv").read_text("utf-8")


def test_keys_and_ids_already_given_are_kept(mesh: build_starter.Mesh) -> None:
    older = replace(STUDIES[61], external_id="s900", keys=("seedpage1",))
    given = dict.fromkeys(build_starter.names_of(older), older)
    made = build_starter.records(ROOT / "seed", mesh, given)
    kept = [r for r in made if r.keys == ("seedpage1",)]
    assert [(r.external_id, r.identifiers) for r in kept] == [("s900", older.identifiers)]
    assert len({r.external_id for r in made}) == len({r.keys for r in made}) == 201
