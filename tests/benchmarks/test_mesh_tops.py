"""The tops of the trees of diseases against a whole MeSH: the table here is what the file itself says of them."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from evidence.vocabulary.mesh import TOPS, is_disease, read_mesh

FOLDER = os.environ.get("EVIDENCE_BENCH_DATA", "")
NAMES = {"C04": "Neoplasms", "C10": "Nervous System Diseases", "C26": "Wounds and Injuries", "F03": "Mental Disorders"}


@pytest.mark.skipif(not FOLDER, reason="EVIDENCE_BENCH_DATA is not set: the table of tops was not held against MeSH")
def test_every_top_is_a_descriptor_without_a_place_and_every_tree_of_diseases_has_its_top() -> None:
    path = Path(FOLDER) / "data" / "mesh" / "mesh2024.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        next(stream)
        rows = [line.split("\t")[:3] for line in stream]
    placeless = {ui for ui, _name, trees in rows if not trees}
    assert placeless >= TOPS.keys()
    used = {tree[:3] for _ui, _name, trees in rows for tree in trees.split("|") if tree and is_disease([tree])}
    assert used == {*TOPS.values()}
    found = read_mesh(path)
    assert {found.by_tree[number] for number in NAMES} <= TOPS.keys()
    assert {number: found.descriptors[found.by_tree[number]].name for number in NAMES} == NAMES
    whole = len(found.descriptors)
    assert whole == len(found.without_tops().descriptors) + len(TOPS)
    # Nothing of any tree of diseases is without its top any longer.
    assert all(tree[:3] in found.by_tree for d in found.descriptors.values() for tree in d.trees if is_disease([tree]))
