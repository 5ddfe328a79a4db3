"""The starter library's files: every line loads, keys and identifiers are unique, tags are of the vocabulary."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from evidence import citekeys, recordjson, vocabulary
from evidence.errors import BadVocabulary
from evidence.records import Record
from evidence.tagging import Tagger
from evidence.text import balanced, from_plain, plain

LINES = vocabulary.starter_path("studies.jsonl").read_bytes().splitlines()
STUDIES = [recordjson.load(line) for line in LINES]
KNOWN = vocabulary.load()
VERIFICATION = {
    *("pubmed-page", "pubmed-record-copy", "pmc-page", "publisher-page"),
    *("index-or-repository-page", "citation-in-another-work"),
}


def test_every_study_is_there_and_is_written_as_it_is_read() -> None:
    assert len(STUDIES) == 201
    assert [recordjson.dump(r) for r in STUDIES] == LINES
    assert all(r.source == "starter" for r in STUDIES)


def test_ids_keys_and_identifiers_are_unique() -> None:
    assert [r.external_id for r in STUDIES] == [f"s{n:03}" for n in range(1, 202)]
    keys = Counter(citekeys.fold(k) for r in STUDIES for k in r.keys)
    assert all(n == 1 for n in keys.values())
    assert len(keys) == 201
    own = Counter(i for r in STUDIES for i in r.identifiers)
    assert [i for i, n in own.items() if n > 1] == []


@pytest.mark.parametrize("record", STUDIES, ids=lambda r: r.external_id)
def test_a_study_keeps_the_rules(record: Record) -> None:
    (key,) = record.keys
    assert re.fullmatch(r"[a-z][a-z0-9]*", key)
    assert re.fullmatch(re.escape(citekeys.stem(record)) + r"[a-z]*", key)
    assert record.title == from_plain(plain(record.title)) == balanced(record.title)
    assert record.abstract == ()
    assert record.provenance is not None
    assert record.provenance.verification in VERIFICATION
    assert record.title or record.provenance.note, "what has no title is described in the note"
    assert all(a.family for a in record.authors)
    assert record.authors or not record.authors_complete
    for tag in record.tags:
        if tag.kind == "topic":
            assert tag.slug in {"mechanism", "safety"}
        else:
            entries = getattr(KNOWN, f"{tag.kind}s")
            assert tag.slug in entries
        expected = KNOWN.interventions[tag.slug].role if tag.kind == "intervention" else ""
        assert tag.role == expected
    assert [t.kind for t in record.tags].count("design") == 1
    assert all(h.ui for h in record.mesh)


def test_the_three_studies_of_the_seed_page_are_there() -> None:
    by_id = {i.value: r for r in STUDIES for i in r.identifiers}
    assert by_id["10.1002/ana.25332"].keys == ("wu2018randomized",)
    assert by_id["35690093"].keys == ("mansizkaplan2022effect",)
    assert by_id["36070427"].keys == ("neal2022six",)


def test_what_is_not_identified_is_marked_by_having_no_identifier() -> None:
    leads = [r for r in STUDIES if not any(r.ids(s) for s in ("pmid", "doi", "pmcid"))]
    assert len(leads) == 64


def test_every_asserted_tag_becomes_a_hit_with_its_provenance() -> None:
    tagger = Tagger(KNOWN)
    for record in STUDIES:
        hits = {(h.kind, h.slug, h.role): h for h in tagger.tag(record) if h.origin == "import"}
        assert set(hits) == {(t.kind, t.slug, t.role) for t in record.tags}
        assert record.provenance is not None
        assert all(h.central and record.provenance.verification in h.evidence for h in hits.values())


def test_registrations_read_and_concern_known_conditions() -> None:
    found = vocabulary.registrations()
    assert len(found) == 29
    assert all(c in KNOWN.conditions for r in found for c in r.conditions)
    assert all(r.topic for r in found)
    numbers = Counter(r.registry_id for r in found if r.registry_id)
    assert max(numbers.values()) == 1
    certain = {r.registry_id: r for r in found if r.published_certain}
    assert certain["NCT02809261"].published_as is not None
    assert certain["NCT02809261"].published_as.value == "28778254"
    inferred = next(r for r in found if r.registry_id == "NCT02990962")
    assert inferred.published_as is not None
    assert not inferred.published_certain
    protocol = next(r for r in found if r.registry_id == "ChiCTR2000040213")
    assert protocol.published_as is None
    assert protocol.protocol_as is not None


def test_the_reference_list_of_the_seed_page_has_four_references_two_of_them_the_same() -> None:
    text = vocabulary.starter_path("seed_page.txt").read_text("utf-8")
    references = text.rstrip("\n").split("\n\n")
    assert [r[0] for r in references] == ["1", "2", "3", "4"]
    assert references[2][1:].replace("\u00a0", " ") == references[3][1:].replace("\u00a0", " ")
    assert "\u00a0" in text


def test_no_line_holds_an_abstract_or_an_unknown_field() -> None:
    known = set(Record.__dataclass_fields__)
    for line in LINES:
        fields = json.loads(line)
        assert set(fields) <= known
        assert "abstract" not in fields


def test_a_file_that_is_not_installed_is_named() -> None:
    with pytest.raises(BadVocabulary, match=r"nothing\.jsonl"):
        vocabulary.starter_path("nothing.jsonl")
