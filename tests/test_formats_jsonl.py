"""JSON lines: whole records, nothing lost; strangers' lines are checked before they are believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence import recordjson
from evidence.identifiers import Identifier
from evidence.records import (
    AbstractSection,
    AssertedTag,
    Author,
    CitedReference,
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
    Relation,
    SampleSize,
)
from tests.awkward import EXAMPLES, study
from tests.formats_support import read, records, rejections, written

FULL = Record(
    source="pubmed",
    external_id="90000001",
    kind="chapter",
    identifiers=(Identifier("pmid", "90000001"), Identifier("registration", "NCT01234567")),
    title=Markup("A <i>trial</i> &amp; more"),
    vernacular_title=Markup("É"),
    book_title=Markup("B"),
    authors=(
        Author(
            family="A",
            given="B",
            initials="C",
            suffix="Jr",
            orcid="0000-0002-1825-0097",
            affiliations=("x", "y"),
            valid=False,
        ),
    ),
    authors_complete=False,
    editors=(Author(family="G", is_group=True, equal_contribution=True),),
    journal=Journal(title="J", abbreviation="j", issn="1234-5679", issn_linking="2345-6780", nlm_id="1", country="N"),
    dates=(
        Dated(kind="issue", date=PartialDate(year=2020, month=1, day=2, text="x")),
        Dated(kind="entrez", date=PartialDate()),
    ),
    abstract=(AbstractSection(text=Markup("a"), label="L", category="METHODS"),),
    other_abstracts=(OtherAbstract(sections=(AbstractSection(text=Markup("b")),), type="plain", language="fre"),),
    mesh=(
        MeshHeading(
            ui="D1", name="n", major=True, qualifiers=(MeshQualifier(ui="Q1", name="q", major=True),), type="Geographic"
        ),
    ),
    publication_types=(NamedConcept(name="p", ui="D2", type="t"),),
    keywords=(Keyword(text="k", major=True, owner="o"),),
    grants=(Grant(id="1", acronym="A", agency="B", country="C"),),
    relations=(Relation(type="CommentOn", targets=(Identifier("pmid", "5"),), citation="c", note="n"),),
    references=(CitedReference(citation="r", identifiers=(Identifier("doi", "10.5555/x"),)),),
    number_of_references=7,
    version=2,
    tags=(AssertedTag(kind="intervention", slug="saline", role="comparator"),),
    sample_size=SampleSize(n=5, unit="wrists", quote="q"),
    provenance=Provenance(urls=("https://x.org",), verification="v", note="n"),
    extra=(("a", "b"),),
)


def test_a_full_record_comes_back_whole() -> None:
    assert recordjson.load(recordjson.dump(FULL)) == FULL
    (found,) = records(written([study(FULL, key="k")], "jsonl"), "jsonl")
    assert found == replace(FULL, keys=("k",))


@pytest.mark.parametrize("trouble", sorted(EXAMPLES))
def test_awkward_records_come_back_whole(trouble: str) -> None:
    of = EXAMPLES[trouble]
    assert records(written([of], "jsonl"), "jsonl") == [replace(of.record, keys=(of.row.key,))]


def test_keys_of_a_record_follow_the_studys() -> None:
    of = study(replace(FULL, keys=("old", "k")), key="k")
    assert records(written([of], "jsonl"), "jsonl")[0].keys == ("k", "old")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "5",
        '{"source":"x"}',
        '{"source":"","external_id":"1"}',
        '{"source":"x","external_id":"1","kind":"poem"}',
        '{"source":"x","external_id":"1","authors":[{"family":5}]}',
        '{"source":"x","external_id":"1","title":"<script>x</script>"}',
        '{"source":"x","external_id":"1","title":"<i>open"}',
        '{"source":"x","external_id":"1","title":"a\\u0000b"}',
        '{"source":"x","external_id":"1","title":"\\ud800"}',
        '{"source":"x","external_id":"1","url":"javascript:alert(1)"}',
        '{"source":"x","external_id":"1","identifiers":[{"scheme":"pmid","value":"0005"}]}',
        '{"source":"x","external_id":"1","identifiers":[{"scheme":"doi","value":"10.5555/UPPER"}]}',
        '{"source":"x","external_id":"1","version":"two"}',
    ],
)
def test_a_bad_line_is_rejected_with_its_number(line: str) -> None:
    good = '{"source":"x","external_id":"9","title":"Good"}'
    items = read(f"{good}\n\n{line}\n{good}\n", "jsonl")
    (bad,) = rejections(items)
    assert bad.line == 3
    assert bad.reason
    assert len(items) == 3
