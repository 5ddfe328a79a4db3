"""`evidence classify`: a JSON object for each record of any files, with reasons; no store is touched."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import text
from evidence.classify import Classifier, as_json, without_indexing
from evidence.records import AbstractSection, Keyword, MeshHeading, NamedConcept, Record
from evidence.tagging.design_features import FEATURES
from evidence.vocabulary import DESIGNS
from tests.cli_runner import LEE, WU, bib, run, told
from tests.made import examples, record, vocabulary

TRIAL = (
    "Fifty-four participants with carpal tunnel syndrome were randomly assigned to perineural injection of 5% dextrose "
    "or of a corticosteroid in this double-blind trial. ClinicalTrials.gov NCT01234567."
)
LINES = [
    {
        "pmid": "90000001",
        "title": "Dextrose for carpal tunnel syndrome: a randomised trial",
        "abstract": TRIAL,
        "year": 2020,
    },
    {"id": "own-name", "title": "A rat", "abstract": "Thirty rats were divided into three groups (n = 10 each)."},
    {"title": "Something else", "abstract": None, "mesh": ["Carpal Tunnel Syndrome/*therapy"]},
]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write("\n".join(json.dumps(line) for line in LINES))
    return path


def said(*args: str | Path) -> list[dict[str, Any]]:
    result = run("classify", *args)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_for_each_record_in_order(lines: Path) -> None:
    found = said(lines)
    assert [f["id"] for f in found] == ["90000001", "own-name", "3"]
    assert [f["pmid"] for f in found] == ["90000001", None, None]


def test_the_whole_of_a_trial(lines: Path) -> None:
    trial = said(lines, "--text-only")[0]
    assert set(trial) == {
        *("id", "pmid", "designs", "features", "scores", "conditions", "interventions", "sample_size"),
        *("registrations", "registered_in"),
    }
    design = next(d for d in trial["designs"] if d["design"] == "rct")
    assert 0.5 <= design["confidence"] <= 1
    assert design["evidence"]
    assert "double-blind" in [f["feature"] for f in trial["features"]]
    assert set(trial["scores"]) == {*DESIGNS, *FEATURES}
    assert all(0 <= score <= 1 for score in trial["scores"].values())
    condition = next(c for c in trial["conditions"] if c["condition"] == "carpal-tunnel-syndrome")
    assert (condition["mesh"], condition["name"], condition["central"]) == ("D002349", "Carpal tunnel syndrome", True)
    assert condition["evidence"].lower() == "carpal tunnel syndrome"
    roles = {i["intervention"]: i["role"] for i in trial["interventions"]}
    assert roles["dextrose-5"] == "active"
    assert roles["corticosteroid"] == "comparator"
    assert (trial["sample_size"]["n"], trial["sample_size"]["unit"]) == (54, "participants")
    assert trial["sample_size"]["quote"] in TRIAL
    assert trial["registrations"] == ["NCT01234567"]
    assert trial["registered_in"][0]["place"] == "abstract, sentence 2"


def test_text_only_reads_no_indexing(lines: Path) -> None:
    with_headings, without = said(lines)[2], said(lines, "--text-only")[2]
    assert [c["condition"] for c in with_headings["conditions"]] == ["carpal-tunnel-syndrome"]
    assert without["conditions"] == []


def test_any_format(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f'pmid,title,abstract\n90000003,A trial,"{TRIAL}"\n', "utf-8")
    ris = tmp_path / "more.ris"
    ris.write_text(f"TY  - JOUR\nID  - r1\nTI  - A trial\nAB  - {TRIAL}\nER  -\n", "utf-8")
    nbib = tmp_path / "some.nbib"
    nbib.write_text(f"PMID- 90000004\nTI  - A trial\nAB  - {TRIAL}\n", "utf-8")
    found = said(bib(tmp_path, WU, LEE), table, ris, nbib)
    assert [f["pmid"] for f in found] == ["90000001", "90000002", "90000003", None, "90000004"]
    assert [f["sample_size"] and f["sample_size"]["n"] for f in found] == [None, None, 54, 54, 54]
    assert [f["id"] for f in found][:4] == ["refs.bib#wu2018", "refs.bib#lee2020", "table.csv#90000003", "more.ris#r1"]


def test_all_diseases_of_a_mesh_file(lines: Path, tmp_path: Path) -> None:
    mesh = tmp_path / "mesh.tsv"
    mesh.write_text(
        "ui\tname\ttrees\tterms\n"
        "D002349\tCarpal Tunnel Syndrome\tC10.668.829.500.500.200\tCarpal Tunnel Syndrome|Amyotrophy, Thenar\n"
        "D999999\tInvented Disease\tC10.999\tInvented Disease\n",
        "utf-8",
    )
    source = tmp_path / "one.jsonl"
    source.write_text(json.dumps({"id": "a", "title": "Invented disease in adults", "abstract": TRIAL}), "utf-8")
    (found,) = said(source, "--mesh", mesh)
    by_ui = {c["mesh"]: c["condition"] for c in found["conditions"]}
    assert by_ui["D002349"] == "carpal-tunnel-syndrome"
    assert by_ui.get("D999999") in (None, "invented-disease")


def test_operating_points_ask_for_more_or_less(lines: Path) -> None:
    asserted = {}
    for point in ("sensitive", "balanced", "precise"):
        found = said(lines, "--text-only", "--operating-point", point)
        asserted[point] = {(f["id"], d["design"]) for f in found for d in f["designs"] if d["design"] == "rct"}
    assert asserted["precise"] <= asserted["balanced"] <= asserted["sensitive"]


def test_a_list_and_a_file(lines: Path, tmp_path: Path) -> None:
    assert told("classify", lines) == said(lines)
    out = tmp_path / "out.jsonl"
    result = run("classify", lines, "-o", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert [json.loads(line) for line in out.read_text("utf-8").splitlines()] == said(lines)
    empty = tmp_path / "empty.jsonl"
    empty.write_text(json.dumps({"title": "", "abstract": ""}) + "\n", "utf-8")
    assert run("classify", empty, "--json").stdout == "[]\n"


def test_count_in_is_count_out_or_said(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        '{"title": "Good", "abstract": "x"}\n\n{"title": "broken\n[1]\n{"n": 1}\n{"title": "Also good"}\n', "utf-8"
    )
    result = run("classify", path)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert [line for line in (3, 4, 5) if f"mixed.jsonl, line {line}:" in result.stderr] == [3, 4, 5]
    assert "2 records, 3 rejected" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_read_stops_no_other(lines: Path, tmp_path: Path) -> None:
    noise = tmp_path / "noise.bin"
    noise.write_bytes(bytes(range(256)) * 40)
    result = run("classify", tmp_path / "nosuch.xml", noise, lines)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == len(LINES)
    assert "nosuch.xml: no such file" in result.stderr
    assert "noise.bin" in result.stderr


def test_wrong_use_is_one_line(lines: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "mesh.txt"
    nonsense.write_text("nothing of the kind\n", "utf-8")
    for args, code in (
        (["classify"], 2),
        (["classify", lines, "--operating-point", "lax"], 2),
        (["classify", lines, "--format", "tablet"], 2),
        (["classify", lines, "--mesh", nonsense], 1),
        (["classify", lines, "--mesh", tmp_path / "none.tsv"], 1),
    ):
        result = run(*args)
        assert result.exit_code == code, result.stderr
        assert result.stderr.count("\n") == 1


def test_only_what_an_indexer_added_is_taken_away() -> None:
    of = record(
        "1",
        mesh=(MeshHeading(ui="D002349", name="Carpal Tunnel Syndrome"),),
        publication_types=(NamedConcept(name="Randomized Controlled Trial"),),
        keywords=(
            Keyword(text="author's", owner="NOTNLM"),
            Keyword(text="indexer's", owner="NASA"),
            Keyword(text="file's"),
        ),
    )
    bare = without_indexing(of)
    assert (bare.mesh, bare.publication_types) == ((), ())
    assert [k.text for k in bare.keywords] == ["author's", "file's"]
    assert bare.title == of.title


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(vocabulary())


TEXTS = st.lists(
    st.sampled_from([TRIAL, "Forty rats were used.", "A systematic review of trials", "", "NTR 100 mg"]), max_size=3
)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=examples(25))
def test_tags_do_not_depend_on_the_order_of_records(
    classifier: Classifier, texts: list[list[str]], random: Any
) -> None:
    records = [made(str(number), *parts) for number, parts in enumerate(texts)]
    once = {r.external_id: as_json(classifier.classify(r)) for r in records}
    random.shuffle(records)
    assert {r.external_id: as_json(classifier.classify(r)) for r in records} == once


def made(name: str, *sections: str) -> Record:
    abstract = tuple(AbstractSection(text=text.from_plain(s), label="METHODS") for s in sections)
    return Record(
        source="x", external_id=name, title=text.from_plain(sections[0] if sections else ""), abstract=abstract
    )


@given(st.binary(max_size=200), st.binary(max_size=400))
@settings(max_examples=examples(50))
def test_a_text_of_any_bytes_is_classified(classifier: Classifier, title: bytes, abstract: bytes) -> None:
    for encoding in ("utf-8", "utf-16-le", "latin-1"):
        parts = (b.decode(encoding, "replace") for b in (title, abstract))
        json.dumps(as_json(classifier.classify(made("1", *parts))))
