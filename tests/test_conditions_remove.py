"""What `conditions add` refuses, and taking back what was added: nothing of what curators said is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from evidence import store as stores
from evidence import vocabulary
from evidence.errors import BadVocabulary, Conflict, NotFound
from evidence.store import overlay, schema
from evidence.store.engine import table_of
from evidence.vocabulary import naming
from tests.cli_runner import bib, run, told
from tests.made import clock

IWD = "invented-wrist-disease"
WORK = """@article{roe2019,
  author = {Roe, Test}, title = {Splints in invented wrist disease}, journal = {Journal of Invented Studies},
  year = {2019}, pmid = {90000011}
}
"""


@pytest.fixture(autouse=True)
def kept(store_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("EVIDENCE_DATABASE_URL", store_url)
    return store_url


def events(url: str, kind: str) -> list[dict[str, str]]:
    event = table_of(schema.Event)
    with stores.open_store(url, clock) as store, store.read() as connection:
        rows = connection.execute(select(event.c.detail).where(event.c.kind == kind).order_by(event.c.id))
        return [json.loads(row.detail) for row in rows]


def listed() -> set[str]:
    return {entry["slug"] for entry in told("conditions")}


def standing(key: str) -> set[str]:
    return {line["tag"]["slug"] for line in told("tag", key) if line["stands"]}


# Refused


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["the"], 2, "too common"),
        (["THE"], 2, "--abbreviation"),
        (["of"], 2, "too common"),
        (["Gloom", "--synonym", "the"], 2, "'the'"),
        (["Gloom", "--synonym", "All"], 2, "'All'"),
        (["Gloom", "--abbreviation", "was"], 2, "'was'"),
        (["bad\nname"], 2, "U+000A"),
        (["bad\u202ename"], 2, "U+202E"),
        (["bad\u0085name"], 2, "U+0085"),
        (["Gloom", "--synonym", "\u2066x"], 2, "U+2066"),
        (["Gloom", "--exclude", "x\x07"], 2, "U+0007"),
        (["Gloom", "--region", "x\x1b[1m"], 2, "U+001B"),
        (["x" * 201], 2, "201 characters"),
        (["Gloom", "--context", "x" * 100_000], 2, "100,000 characters"),
        (["随机病"], 2, "Latin letter"),
        (["bad\udcff"], 2, "not UTF-8"),
        (["Gloom", "--synonym", "bad\udcff"], 2, "not UTF-8"),
        (["Gloom", "--also"], 2, "--mesh"),
        (["Carpal tunnel syndrome", "--mesh", "D013641"], 1, "belongs to tarsal-tunnel-syndrome; --also"),
        (["Tarsal tunnel syndrome", "--mesh", "D002349"], 1, "belongs to carpal-tunnel-syndrome; --also"),
        (["Gloom", "--mesh", "D013641"], 1, "belongs to tarsal-tunnel-syndrome; --also"),
    ],
)
def test_a_hopeless_name_or_anothers_descriptor_is_refused(arguments: list[str], code: int, said: str) -> None:
    result = run("conditions", "add", *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 300
    made = run("conditions", "--json")
    assert made.exit_code == 1 or "gloom" not in {entry["slug"] for entry in json.loads(made.stdout)}


def test_short_names_and_abbreviations_that_mean_something_are_taken() -> None:
    told("conditions", "add", "Flu", "--synonym", "IWX", "--abbreviation", "ALL", "--abbreviation", "nXOS")
    assert "flu" in listed()
    assert not naming.name_fault("x" * naming.LONGEST_NAME)
    assert not any(naming.abbreviation_fault(short) for short in ("ALL", "CTS", "T2D"))


def test_a_descriptor_can_be_shared_on_purpose_and_stays_shared() -> None:
    for options in (("--also",), ()):
        made = told("conditions", "add", "Gloom of the ankle", "--mesh", "D013641", *options)["condition"]
        assert [link["ui"] for link in made["mesh"]] == ["D013641"]


def test_a_broader_descriptor_belongs_to_no_one() -> None:
    shared = [c for c in vocabulary.load().conditions.values() for link in c.mesh if link.ui == "D002062" and link.via]
    assert shared
    assert told("conditions", "add", "Gloom of the bursa", "--mesh", "D002062")["condition"]["mesh"]


@pytest.mark.parametrize(("name", "said"), [("the", "too common"), ("a" * 201, "201"), (r"a\u202Eb", "U\\+202E")])
def test_a_file_of_conditions_keeps_the_same_rules(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "conditions").mkdir()
    text = f'[[condition]]\nslug = "gloom"\nname = "Gloom"\nsynonyms = ["{name}"]\n'
    (tmp_path / "conditions" / "own.toml").write_text(text, "utf-8")
    with pytest.raises(BadVocabulary, match=said):
        vocabulary.load(tmp_path)


# Removed


def test_a_condition_is_removed_and_what_curators_said_of_it_comes_back(tmp_path: Path, kept: str) -> None:
    told("import", bib(tmp_path, WORK))
    told("conditions", "add", "Invented wrist disease")
    assert told("retag")["changed"] == 1
    told("tag", "roe2019", "--yes", f"condition:{IWD}", "--reason", "full text read")
    removed = run("conditions", "remove", IWD)
    assert removed.exit_code == 0
    assert removed.stdout == f"{IWD}: removed; `evidence retag` makes the tags of the studies here anew\n"
    assert "on 1 source record is kept, and holds again when it is added again" in removed.stderr
    assert IWD not in listed()
    told("retag")
    kept_words = [line for line in told("tag", "roe2019") if line["tag"]["slug"] == IWD]
    assert [line["tag"]["origin"] for line in kept_words] == ["curator"]
    assert run("show", "roe2019").exit_code == 0
    assert run("export", "--all", "--format", "bibtex").exit_code in (0, 2)
    told("conditions", "add", "Invented wrist disease")
    told("retag")
    assert IWD in standing("roe2019")
    assert told("tag", "roe2019", "--no", f"condition:{IWD}")[0]["event"]


def test_removing_is_logged_once_and_idempotent(kept: str) -> None:
    told("conditions", "add", "Invented wrist disease")
    assert told("conditions", "remove", IWD) == {"slug": IWD, "removed": True, "packaged": False, "decided": 0}
    assert events(kept, "condition-removed") == [{"slug": IWD, "payload": ""}]
    revision = told("status")["revision"]
    assert told("conditions", "remove", IWD)["removed"] is False
    assert run("conditions", "remove", IWD).stdout == f"{IWD}: was removed already\n"
    assert told("status")["revision"] == revision
    assert len(events(kept, "condition-removed")) == 1


def test_what_comes_with_the_program_cannot_be_removed_but_what_was_added_to_it_can() -> None:
    told("conditions", "add", "Gloom")  # makes the store
    for slug, said in (("carpal-tunnel-syndrome", "comes with the program"), ("nowhere", "none of that slug")):
        result = run("conditions", "remove", slug)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert said in result.stderr
    told("conditions", "add", "Carpal tunnel syndrome", "--synonym", "invented wrist gloom")
    assert "what was added to it is removed" in run("conditions", "remove", "carpal-tunnel-syndrome").stdout
    assert "carpal-tunnel-syndrome" in listed()


def test_what_others_need_is_not_removed(kept: str) -> None:
    told("conditions", "add", "Invented wrist disease")
    told("conditions", "add", "Gloom of the thumb", "--parent", IWD)
    result = run("conditions", "remove", IWD)
    assert result.exit_code == 1
    assert "gloom-of-the-thumb" in result.stderr
    assert IWD in listed()
    assert events(kept, "condition-removed") == []
    with stores.open_store(kept, clock) as store, pytest.raises(Conflict):
        overlay.remove_condition(store, vocabulary.load(), IWD, actor="test")
    told("conditions", "remove", "gloom-of-the-thumb")
    told("conditions", "remove", IWD)
    with stores.open_store(kept, clock) as store, pytest.raises(NotFound):
        overlay.remove_condition(store, vocabulary.load(), "nowhere", actor="test")


def test_a_name_that_an_earlier_version_took_can_be_taken_back(kept: str) -> None:
    told("conditions", "add", "Gloom")
    with stores.open_store(kept, clock) as store:
        made = vocabulary.Condition(slug="the", name="the", body_region="general")
        overlay.add_condition(store, vocabulary.load(), made, (), actor="test")
    assert "the" in listed()
    assert told("conditions", "remove", "the")["removed"]
    assert "the" not in listed()
