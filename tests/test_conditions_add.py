"""Conditions of one's own and MeSH on the command line: kept in the store, tagging, refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence import vocabulary
from evidence.errors import BadVocabulary
from evidence.records import MeshHeading, Record
from evidence.settings import Settings
from evidence.tagging import Tagger
from evidence.text import from_plain
from evidence.vocabulary.additions import condition_from, slug_of, without_names_of_others
from evidence.vocabulary.mesh import Descriptor, Mesh
from evidence.vocabulary.model import Condition, MeshLink, Vocabulary
from tests.cli_runner import run, told

TABLE = (
    "ui\tname\ttrees\tterms\n"
    "D020330\tBell Palsy\tC07.465.299.250\tFacial Palsy, Idiopathic|Facial Paralysis, Idiopathic|IFP|Tic Douloureux\n"
    "D990001\tInvented Palsy\tC07.465.299.250.900\t\n"
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "mesh.tsv"
    path.write_text(TABLE, "utf-8")
    assert told("mesh", "load", path)["diseases"] == 2
    return path


def in_use() -> Vocabulary:
    from evidence import store as stores
    from evidence.store import overlay

    settings = Settings.from_environment()
    store = stores.open_store(settings.database_url, settings.now)
    try:
        return overlay.apply(store, vocabulary.load())
    finally:
        store.close()


def slugs(record: Record, known: Vocabulary) -> set[str]:
    return {h.slug for h in Tagger(known).tag(record) if h.kind == "condition"}


def titled(title: str, *headings: str) -> Record:
    mesh = tuple(MeshHeading(ui=ui, name="?", major=True) for ui in headings)
    return Record(source="t", external_id="1", title=from_plain(title), mesh=mesh)


@pytest.mark.usefixtures("kept")
def test_a_condition_with_a_descriptor_tags_by_its_terms_and_its_subtree() -> None:
    answer = told("conditions", "add", "Bell palsy", "--mesh", "D020330", "--parent", "peripheral-neuropathy")
    assert answer["condition"]["slug"] == "bell-palsy"
    assert answer["condition"]["abbreviations"] == ["IFP"]
    assert "Tic Douloureux" not in answer["condition"]["synonyms"], "another condition has that name"
    known = in_use()
    assert known.ancestors("bell-palsy")[0] == "peripheral-neuropathy"
    assert slugs(titled("Steroids in idiopathic facial palsy"), known) == set()
    assert slugs(titled("Steroids in bell palsy"), known) == {"bell-palsy"}
    assert slugs(titled("Steroids", "D020330"), known) == {"bell-palsy"}
    assert slugs(titled("Steroids", "D990001"), known) == {"bell-palsy"}, "a record on a child counts for the parent"
    assert known.hash != vocabulary.load().hash
    assert "bell-palsy" in run("conditions").stdout


def test_the_example_of_the_packaged_vocabulary_keeps_what_it_has() -> None:
    before = vocabulary.load().conditions["tarsal-tunnel-syndrome"]
    told("conditions", "add", "Tarsal tunnel syndrome", "--mesh", "D013641", "--synonym", "tarsal canal syndrome")
    after = in_use().conditions["tarsal-tunnel-syndrome"]
    assert after.mesh == before.mesh
    assert after.parent == before.parent
    assert {*before.synonyms, "tarsal canal syndrome"} <= set(after.synonyms)


def test_abbreviations_of_ones_own_count_in_their_context() -> None:
    told("conditions", "add", "Invented wrist disease", "--abbreviation", "IWD", "--context", "wrist*")
    known = in_use()
    assert slugs(titled("IWD treated"), known) == set()
    assert slugs(titled("IWD of both wrists treated"), known) == {"invented-wrist-disease"}
    assert slugs(titled("iwd of both wrists treated"), known) == set()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["Bell palsy", "--mesh", "D999999"], 1, "D999999"),
        (["Bell palsy", "--mesh", "C10"], 2, "not a MeSH descriptor UI"),
        (["CTS"], 1, "carpal-tunnel-syndrome"),
        (["Bell palsy", "--synonym", "tic douloureux"], 1, "trigeminal-neuralgia"),
        (["Bell palsy", "--parent", "nowhere"], 1, "nowhere"),
        (["!!!"], 2, "needs a Latin letter or a digit"),
    ],
)
def test_what_cannot_be_added_is_refused_in_one_line(arguments: list[str], code: int, said: str) -> None:
    result = run("conditions", "add", *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_top_of_the_trees_can_be_added_though_the_table_gives_it_no_place(tmp_path: Path) -> None:
    path = tmp_path / "tops.tsv"
    rows = "D009369\tNeoplasms\t\tTumors\nD990001\tInvented Growths\tC04.900\t\nD003933\tDiagnosis\t\t\n"
    path.write_text("ui\tname\ttrees\tterms\n" + rows, "utf-8")
    assert told("mesh", "load", path)["diseases"] == 2
    answer = told("conditions", "add", "Neoplasms", "--mesh", "D009369")
    assert answer["condition"]["mesh"][0]["trees"] == ["C04"]
    known = in_use()
    assert slugs(titled("Growths", "D990001"), known) == {"neoplasms"}, "a record on a child counts for the top"
    assert slugs(titled("Tumors of tailors"), known) == {"neoplasms"}
    assert slugs(titled("Splints"), known) == set()
    result = run("conditions", "add", "Diagnosis", "--mesh", "D003933")
    assert result.exit_code == 1
    assert "no disease (C, F03) of this UI" in result.stderr


def test_the_help_says_who_finds_the_loaded_diseases_and_classify_reads_that_file(tmp_path: Path, kept: Path) -> None:
    said = " ".join(run("mesh", "load", "--help").stdout.split())
    assert "`evidence conditions add` finds them" in said
    assert "--mesh names a file" in said
    works = tmp_path / "works.jsonl"
    works.write_text(json.dumps({"title": "Bell palsy", "mesh": ["Bell Palsy"]}), "utf-8")
    loaded = Settings.from_environment().data_dir / "mesh.tsv.gz"

    def found(*options: str | Path) -> set[str]:
        return {c["mesh"] for c in json.loads(run("classify", works, *options).stdout)["conditions"]}

    assert "D020330" in found("--mesh", loaded)
    assert found() == set(), "what was loaded plays no part without --mesh"


def test_without_a_loaded_mesh_the_way_to_load_one_is_said() -> None:
    assert "evidence mesh load" in run("conditions", "add", "Gout", "--mesh", "D006073").stderr


def test_a_file_that_is_no_mesh_is_refused_and_what_was_kept_stays(kept: Path) -> None:
    settings = Settings.from_environment()
    before = (settings.data_dir / "mesh.tsv.gz").read_bytes()
    kept.write_text("not a table", "utf-8")
    result = run("mesh", "load", kept)
    assert result.exit_code == 1
    assert "line 1" in result.stderr
    assert (settings.data_dir / "mesh.tsv.gz").read_bytes() == before


# Names


def test_names_that_others_have_are_left_out_or_refused() -> None:
    known = vocabulary.load()
    mesh = Mesh(
        {"D990001": Descriptor(ui="D990001", name="Tennis Elbow", trees=("C05.900",), terms=("XYZ", "New Name"))}
    )
    made = condition_from(Condition(slug="new", name="New thing"), known, mesh, "D990001")
    assert made.synonyms == ("New Name",)
    assert made.abbreviations == ("XYZ",)
    assert made.mesh == (MeshLink(ui="D990001", name="Tennis Elbow", trees=("C05.900",)),)
    with pytest.raises(BadVocabulary, match="lateral-epicondylitis"):
        condition_from(Condition(slug="new", name="New thing"), known, None, "", synonyms=["tennis elbow"])
    later = Condition(slug="new", name="New", synonyms=("tennis elbow", "mine"))
    assert without_names_of_others(later, known).synonyms == ("mine",)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Bell's palsy", "bell-s-palsy"), ("Sjögren syndrome", "sjogren-syndrome"), ("中文", ""), ("", "")],
)
def test_a_name_makes_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug
