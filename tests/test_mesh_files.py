"""NLM's descriptor file and tables of it: what is read, what is refused and how it is named, what is kept."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadVocabulary
from evidence.vocabulary import load
from evidence.vocabulary.mesh import TOPS, Mesh, is_disease, loaded_mesh, packaged_mesh, read_mesh, write_mesh

TABLE = (
    "ui\tname\ttrees\tterms\tpermuted\n"
    "D900001\tInvented Neuropathies\tC10.900\tNerve Trouble|Trouble, Nerve\tx\n"
    "D900002\tTarsal Invention\tC10.900.100|C05.900\t\t\n"
    "D900003\tDeep Invention\tC10.900.100.200\tDI|Deep Trouble\t\n"
    "D900004\tInvented Hammer\tE07.900\tHammer\t\n"
    "D900005\tInvented Sadness\tF03.900\tSadness, Invented\t\n"
    "D900006\tTop Heading\t\tTop\t\n"
)


def record(ui: str, name: str, trees: str, *terms: str) -> str:
    listed = "".join(
        f'<Term IsPermutedTermYN="{"Y" if t.startswith("*") else "N"}"><String>{t.strip("*")}</String></Term>'
        for t in (name, *terms)
    )
    numbers = "".join(f"<TreeNumber>{t}</TreeNumber>" for t in trees.split("|") if t)
    return (
        f'<DescriptorRecord DescriptorClass="1"><DescriptorUI>{ui}</DescriptorUI>'
        f"<DescriptorName><String>{name}</String></DescriptorName><TreeNumberList>{numbers}</TreeNumberList>"
        f'<ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M1</ConceptUI><TermList>{listed}</TermList>'
        "</Concept></ConceptList></DescriptorRecord>"
    )


XML = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20240101.dtd">\n'
    '<DescriptorRecordSet LanguageCode="eng">'
    + record("D900001", "Invented Neuropathies", "C10.900", "Nerve Trouble", "*Trouble, Nerve")
    + record("D900002", "Tarsal Invention", "C10.900.100|C05.900")
    + record("D900003", "Deep Invention", "C10.900.100.200", "DI", "Deep &amp; Trouble")
    + record("D900004", "Invented Hammer", "E07.900", "Hammer")
    + "</DescriptorRecordSet>"
)


LAUGHS = (
    '<!DOCTYPE DescriptorRecordSet [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 30}">' for n in range(1, 9))
    + "]><DescriptorRecordSet>&a8;</DescriptorRecordSet>"
)
"""Entities that grow to 30^8 words."""


def written(folder: Path, content: str | bytes, name: str = "mesh.tsv", *, packed: bool = False) -> Path:
    data = content.encode() if isinstance(content, str) else content
    path = folder / name
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_table_gives_the_diseases_with_their_terms(tmp_path: Path, packed: bool) -> None:
    found = read_mesh(written(tmp_path, TABLE, packed=packed))
    assert list(found.descriptors) == ["D900001", "D900002", "D900003", "D900005"]
    assert found.descriptors["D900001"].terms == ("Nerve Trouble", "Trouble, Nerve")
    assert found.descriptors["D900002"].trees == ("C10.900.100", "C05.900")


@pytest.mark.parametrize("packed", [False, True])
def test_the_descriptor_file_gives_them_without_permuted_terms(tmp_path: Path, packed: bool) -> None:
    found = read_mesh(written(tmp_path, XML, "desc2024.xml", packed=packed))
    assert list(found.descriptors) == ["D900001", "D900002", "D900003"]
    assert found.descriptors["D900001"].terms == ("Nerve Trouble",)
    assert found.descriptors["D900003"].terms == ("DI", "Deep & Trouble")


def test_the_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    found = read_mesh(
        written(tmp_path, "terms\ttrees\tname\tui\na|b\tC01.1\tName\tD000001\n".replace("C01.1", "C01.100"))
    )
    assert found.descriptors["D000001"].terms == ("a", "b")


def test_the_trees_say_what_lies_above_and_below(tmp_path: Path) -> None:
    found = read_mesh(written(tmp_path, TABLE))
    assert found.above("D900003") == ("D900002", "D900001")
    assert found.below("D900001") == ("D900002", "D900003")
    assert found.above("D900001") == found.below("D900003") == found.above("D999999") == ()
    assert [link.ui for link in found.links_below("D900002")] == ["D900002", "D900003"]


def test_what_is_kept_is_what_was_read_and_always_the_same_bytes(tmp_path: Path) -> None:
    found = read_mesh(written(tmp_path, XML, "a.xml"))
    write_mesh(found, tmp_path / "kept" / "mesh.tsv.gz")
    first = (tmp_path / "kept" / "mesh.tsv.gz").read_bytes()
    again = loaded_mesh(tmp_path / "kept")
    assert again == found
    write_mesh(Mesh(dict(reversed(found.descriptors.items()))), tmp_path / "kept" / "mesh.tsv.gz")
    assert (tmp_path / "kept" / "mesh.tsv.gz").read_bytes() == first
    assert [p.name for p in (tmp_path / "kept").iterdir()] == ["mesh.tsv.gz"]
    assert loaded_mesh(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "subject", "reason"),
    [
        ("", "mesh.tsv", "no descriptor"),
        ("ui\tname\n", "line 1", "lacks trees, terms"),
        ("ui\tname\ttrees\tterms\nD000001\tX\n", "line 2", "2 columns"),
        ("ui\tname\ttrees\tterms\nQ1\tX\tC01.100\t\n", "line 2", "'Q1' is not a MeSH descriptor UI"),
        ("ui\tname\ttrees\tterms\nD000001\t \tC01.100\t\n", "line 2", "has no name"),
        ("ui\tname\ttrees\tterms\nD000001\tX\tC1\t\n", "line 2", "'C1' is not a MeSH tree number"),
        ("ui\tname\ttrees\tterms\nD000001\tX\tE01.100\t\n", "mesh.tsv", "no descriptor under the trees"),
        (b"ui\tname\ttrees\tterms\n\xff\xfe\n", "line 2", "not UTF-8"),
        ("<html><body/></html>", "mesh.tsv", "not a <DescriptorRecordSet>"),
        (LAUGHS, "mesh.tsv", "not well-formed"),
        ("<DescriptorRecordSet><DescriptorRecord>", "mesh.tsv", "not well-formed"),
        ("<DescriptorRecordSet><DescriptorRecord/></DescriptorRecordSet>", "mesh.tsv", "is not a MeSH descriptor UI"),
        (gzip.compress(TABLE.encode(), mtime=0)[:60], "mesh.tsv", "cannot be unpacked"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(
    tmp_path: Path, content: str | bytes, subject: str, reason: str
) -> None:
    with pytest.raises(BadVocabulary) as caught:
        read_mesh(written(tmp_path, content))
    assert subject in caught.value.subject
    assert reason in caught.value.reason


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BadVocabulary):
            read_mesh(path)


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"ui\tname\ttrees\tterms\n", b"<DescriptorRecordSet>", b"\x1f\x8b"])
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "mesh"
    path.write_bytes(head + content)
    try:
        found = read_mesh(path)
    except BadVocabulary:
        return
    assert found.descriptors


def test_the_packaged_part_has_the_conditions_descriptors() -> None:
    found = packaged_mesh(load())
    assert found.descriptors["D013641"].name == "Tarsal Tunnel Syndrome"
    assert "D013641" in found.below("D009408")
    assert all(is_disease(d.trees) for d in found.descriptors.values())


def test_the_tops_of_the_trees_of_diseases_need_no_tree_number(tmp_path: Path) -> None:
    rows = (
        "D009369\tNeoplasms\t\tTumors\n"
        "D990001\tInvented Tumors\tC04.900\t\n"
        "D990002\tDeep Tumors\tC04.900.100\t\n"
        "D003933\tDiagnosis\t\t\n"  # a top of another category
    )
    found = read_mesh(written(tmp_path, "ui\tname\ttrees\tterms\n" + rows))
    assert list(found.descriptors) == ["D009369", "D990001", "D990002"]
    assert found.descriptors["D009369"].trees == ("C04",)
    assert found.below("D009369") == ("D990001", "D990002")
    assert found.above("D990002") == ("D990001", "D009369")
    assert list(found.without_tops().descriptors) == ["D990001", "D990002"]
    write_mesh(found, tmp_path / "kept" / "mesh.tsv.gz")
    assert loaded_mesh(tmp_path / "kept") == found


def test_a_file_that_gives_a_top_its_place_is_believed(tmp_path: Path) -> None:
    found = read_mesh(written(tmp_path, "ui\tname\ttrees\tterms\nD009369\tNeoplasms\tC04|C99.100\t\n"))
    assert found.descriptors["D009369"].trees == ("C04", "C99.100")


def test_each_category_of_diseases_has_one_top() -> None:
    numbers = [*TOPS.values()]
    assert len(set(numbers)) == len(numbers) == 24
    assert all(is_disease([number]) and "." not in number for number in numbers)
