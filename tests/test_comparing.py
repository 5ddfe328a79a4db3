"""Side by side: nothing is lost, what differs is marked, and nothing else is; hostile sizes stay quick."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import differences, text
from evidence.comparing import FieldRow, Span, compare_records
from evidence.differences import Item, diff_items, diff_words, excerpt
from evidence.merging import CHOOSABLE
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    Journal,
    Keyword,
    Markup,
    MeshHeading,
    PartialDate,
    Record,
    SampleSize,
)
from tests.made import notice, record


def printed(spans: tuple[Span, ...]) -> str:
    """Spans as a text with what differs in square brackets."""
    return "".join(f"[{span.text}]" if span.differs else span.text for span in spans)


def rows(a: Record, b: Record) -> dict[str, FieldRow]:
    return {row.name: row for row in compare_records(a, b)}


def sides(row: FieldRow) -> tuple[str, str]:
    return printed(row.left), printed(row.right)


def said(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


@pytest.mark.parametrize(
    ("a", "b", "left", "right"),
    [
        ("same words", "same words", "same words", "same words"),
        ("Dextrose for pain", "Dextrose in pain", "Dextrose [for] pain", "Dextrose [in] pain"),
        ("a trial of two years", "a trial", "a trial [of two years]", "a trial"),
        ("DEXTROSE, for pain", "dextrose for Pain!", "[DEXTROSE,] for [pain]", "[dextrose] for [Pain!]"),
        ("Effect of β-blockers: part I", "effect of beta blockers part II", None, "effect of beta blockers part [II]"),
        ("p < 0.05", "p > 0.05", "p [<] 0.05", "p [>] 0.05"),
        ("one  space", "one space", "[one  space]", "[one space]"),
        ("", "words", "", "[words]"),
        ("你好 世界", "你好 朋友", "你好 [世界]", "你好 [朋友]"),
    ],
)
def test_the_words_that_differ_are_marked(a: str, b: str, left: str | None, right: str) -> None:
    found = tuple(printed(side) for side in diff_words(a, b))
    assert found[1] == right
    assert left is None or found[0] == left


def test_case_and_punctuation_are_marked_only_where_nothing_else_differs() -> None:
    assert printed(diff_words("Pain: a Trial", "pain, a trial of two")[0]) == "Pain: a Trial"
    assert printed(diff_words("Pain: a Trial", "pain, a trial of two")[1]) == "pain, a trial [of two]"
    assert printed(diff_words("Pain: a trial", "Pain; a trial")[1]) == "Pain[;] a trial"


SOME = st.text(alphabet="ab ,.Aé\n<&", max_size=40)
ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@given(st.one_of(SOME, ANY), st.one_of(SOME, ANY))
def test_spans_make_up_the_texts_and_differ_exactly_when_they_do(a: str, b: str) -> None:
    left, right = diff_words(a, b)
    assert (said(left), said(right)) == (a, b)
    assert (a == b) == (not any(span.differs for span in (*left, *right)))
    assert diff_words(b, a) == (right, left) or any(span.differs for span in (*left, *right))
    assert all(span.text for span in (*left, *right))


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcde"), max_size=30))
def test_what_is_not_marked_is_a_common_run_of_words(a: list[str], b: list[str]) -> None:
    kept = [
        [word for span in side if not span.differs for word in span.text.split()]
        for side in diff_words(" ".join(a), " ".join(b))
    ]
    assert kept[0] == kept[1]


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_short_texts_have_the_longest_common_run(a: list[str], b: list[str]) -> None:
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if x == y else max(lengths[i][j + 1], lengths[i + 1][j])
    left, _ = diff_words(" ".join(a), " ".join(b))
    kept = sum(len(span.text.split()) for span in left if not span.differs)
    assert kept == lengths[-1][-1]


def test_a_long_text_is_compared_word_by_word_in_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = 0
    longest = differences._longest

    def counted(a: list[str], b: list[str]) -> list[tuple[int, int]]:
        nonlocal cells
        cells += len(a) * len(b)
        return longest(a, b)

    monkeypatch.setattr(differences, "_longest", counted)
    words = [f"w{n % 1777}" for n in range(3999)]
    other = [("x" if n % 9 == 0 else word) for n, word in enumerate(words)]
    left, right = diff_words(" ".join(words), " ".join(other))
    marked = sum(len(span.text.split()) for span in right if span.differs)
    assert marked == 445, "every ninth word"
    assert cells < 100 * 4000


def test_texts_without_end_are_compared_in_part() -> None:
    start = " ".join(f"w{n}" for n in range(differences.MOST_WORDS))
    left, right = diff_words(f"{start} tail {'x ' * 50_000}", f"{start} tail {'y ' * 50_000}")
    assert [span.differs for span in left] == [span.differs for span in right] == [False, True]
    same_end, _ = diff_words(f"other {start}", f"new {start}")
    assert same_end[0] == Span("other", True)


def test_two_words_in_turns_are_no_trap() -> None:
    a, b = "a b " * 100_000, "b a a " * 60_000
    left, right = diff_words(a, b)
    assert (said(left), said(right)) == (a, b)


def items(*values: str) -> list[Item]:
    return [(value, text.fold(value)) for value in values]


def test_items_of_a_list() -> None:
    left, right = diff_items(items("Pain", "Wrist", "Wrist"), items("wrist", "Dextrose", "pain"))
    assert printed(left) == "Pain; Wrist; [Wrist]"
    assert printed(right) == "wrist; [Dextrose]; pain"
    left, right = diff_items(items("Wu", "Ke", "Li"), items("Ke", "Wu", "Li"), ordered=True)
    assert (printed(left), printed(right)) == ("[Wu]; Ke; Li", "Ke; [Wu]; Li")


def test_a_list_without_end() -> None:
    many = items(*(f"Name{n}" for n in range(5000)))
    left, right = diff_items(many, [*many[:-1], ("Other", "other")], ordered=True)
    assert said(left).endswith("Name4999")
    assert left[0].text.startswith("Name0; Name1; ")
    assert not left[0].differs
    assert any(span.differs for span in left)
    assert any(span.differs for span in right)


def test_an_excerpt_keeps_every_difference_and_words_around_it() -> None:
    common = " ".join(f"w{n}" for n in range(100))
    _, right = diff_words(f"{common} old {common}", f"{common} new {common}")
    short = excerpt(right, around=3)
    assert printed(short) == "w0 w1 w2 … w97 w98 w99 [new] w0 w1 w2 …"
    assert excerpt(diff_words("short", "words")[0]) == (Span("short", True),)
    assert printed(excerpt((Span(common),), around=3)) == "w0 w1 w2 w3 w4 w5 …"


@given(st.lists(st.tuples(ANY, st.booleans()), max_size=5), st.integers(0, 3))
def test_an_excerpt_never_touches_what_differs(parts: list[tuple[str, bool]], around: int) -> None:
    spans = tuple(Span(said * 9, differs) for said, differs in parts if said)
    short = excerpt(spans, around)
    assert [span for span in short if span.differs] == [span for span in spans if span.differs]
    assert [span.differs for span in short] == [span.differs for span in spans]
    assert all(len(span.text) <= len(old.text) for span, old in zip(short, spans, strict=True))


A = record(
    "1",
    "H<sub>2</sub>O & pain: a trial",
    pmid="1",
    doi="10.1000/x",
    year=2018,
    families=["Wu", "Ke"],
    volume="4",
    pages="11-19",
    abstract="Forty wrists were treated.",
    types=["Randomized Controlled Trial"],
    mesh=(MeshHeading(ui="D1", name="Pain", major=True),),
)


def test_a_record_compared_with_itself_is_the_same_everywhere() -> None:
    found = compare_records(A, A)
    assert all(row.same and row.left == row.right for row in found)
    assert not any(span.differs for row in found for span in (*row.left, *row.right))
    names = [row.name for row in found]
    assert len(set(names)) == len(names)
    assert {"title", "authors", "journal", "year", "volume", "pages", "pmid", "doi", "abstract"} <= set(names)


def test_markup_is_shown_as_the_reader_sees_it() -> None:
    one = Record(source="ris", external_id="1", title=Markup("H<sub>2</sub>O &amp; pain &lt;5&gt;"))
    assert said(rows(one, one)["title"].left) == "H2O & pain <5>"


def test_fields_that_contradict_are_marked_and_fields_of_one_side_are_not() -> None:
    b = record("2", "H2O and pain: a trial", pmid="2", doi="10.1000/x", year=2019, issue="3", volume="4")
    found = rows(A, b)
    assert sides(found["pmid"]) == ("[1]", "[2]")
    assert found["doi"].same
    assert sides(found["year"]) == ("[2018]", "[2019]")
    assert sides(found["issue"]) == ("", "3"), "silence contradicts nothing"
    assert not found["issue"].same
    assert sides(found["abstract"]) == ("Forty wrists were treated.", "")
    assert sides(found["authors"]) == ("Wu, A; [Ke, A]", "Wu, A")
    assert "publisher" not in found, "what neither says is no row"


def test_what_a_curator_may_settle_is_said() -> None:
    found = rows(A, A)
    assert {name for name, row in found.items() if row.choosable} == found.keys() & CHOOSABLE.keys()
    assert not found["pmid"].choosable
    assert all(row.label == CHOOSABLE[name] for name, row in found.items() if row.choosable)


def test_authors_are_known_by_family_and_first_initial() -> None:
    a = record("1", authors=(Author(family="Wu", initials="YT"), Author(family="Nerve Group", is_group=True)))
    b = record("2", authors=(Author(family="WU", given="Yung-Tsan"), Author(family="Nerve Group", is_group=True)))
    row = rows(a, b)["authors"]
    assert sides(row) == ("Wu, YT; Nerve Group", "WU, Yung-Tsan; Nerve Group")
    assert not row.same, "they are printed differently, which a curator may settle"
    cut = record("3", authors=a.authors[:1], authors_complete=False)
    assert sides(rows(a, cut)["authors"]) == ("Wu, YT; [Nerve Group]", "Wu, YT; [et al.]")


def test_journals_are_compared_in_a_form_that_both_have() -> None:
    a = record("1", **{"journal": "x"})
    full = Journal(title="Journal of Nerve Studies", abbreviation="J Nerve Stud")
    short = Journal(title="J. Nerve Stud.")
    by = [rows(_in(a, one), _in(a, other))["journal"] for one, other in ((full, short), (full, Journal(title="Pain")))]
    assert sides(by[0]) == ("J Nerve Stud", "J[.] Nerve Stud[.]")
    assert sides(by[1]) == ("[Journal of Nerve Studies]", "[Pain]")


def _in(made: Record, journal: Journal) -> Record:
    return Record(source=made.source, external_id=made.external_id, journal=journal)


def test_the_smaller_fields_are_there() -> None:
    a = Record(
        source="ris",
        external_id="1",
        kind="chapter",
        book_title=Markup("Nerves"),
        editors=(Author(family="Doe", given="Jo"),),
        dates=(Dated(kind="electronic", date=PartialDate(year=2018, month=4, day=3)),),
        isbns=("9780000000002",),
        keywords=(Keyword(text="Pain"),),
        sample_size=SampleSize(n=54),
        url="https://example.org/1",
        abstract=(
            AbstractSection(label="AIM", text=Markup("To see.")),
            AbstractSection(text=Markup("Seen.")),
        ),
        relations=notice("9", "ErratumFor", "1").relations,
    )
    found = {name: said(row.left) for name, row in rows(a, Record(source="ris", external_id="2")).items()}
    assert found == {
        "book_title": "Nerves",
        "editors": "Doe, Jo",
        "year": "2018",
        "electronic": "2018 Apr 3",
        "isbns": "9780000000002",
        "kind": "chapter",
        "keywords": "Pain",
        "sample_size": "54 participants",
        "url": "https://example.org/1",
        "relations": "ErratumFor pmid 1",
        "abstract": "AIM: To see.\nSeen.",
    }


@given(ANY, ANY)
def test_any_text_can_be_compared(one: str, other: str) -> None:
    a = Record(source="ris", external_id="1", title=text.from_html_text(one), volume=text.clean(one), url=one)
    b = Record(source="ris", external_id="2", title=text.from_html_text(other), volume=text.clean(other), url=other)
    for row in compare_records(a, b):
        assert not (row.same and any(span.differs for span in (*row.left, *row.right)))
    swapped = {row.name: row for row in compare_records(b, a)}
    assert all(said(swapped[row.name].left) == said(row.right) for row in compare_records(a, b))
