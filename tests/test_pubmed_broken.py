"""Broken, hostile and foreign files given to the PubMed reader: nothing is lost in silence, nothing crashes."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadInput
from evidence.formats import pubmed_xml
from evidence.records import Deletion, Record, Rejected
from tests.pubmed_pieces import FIXTURES, read

HEAD = '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "x.dtd">\n'


def article(number, title="Whole."):
    return (
        f"\n<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>"
    )


def of(*articles):
    return f"{HEAD}<PubmedArticleSet>{''.join(articles)}\n</PubmedArticleSet>\n"


def seen(items):
    """PMIDs of records, line numbers of rejections, in order."""
    return [item.external_id if isinstance(item, Record) else item.line for item in items]


EFETCH_ERROR = (
    b'<?xml version="1.0"?>\n<!DOCTYPE eFetchResult PUBLIC "a" "b">\n'
    b"<eFetchResult>\n\t<ERROR>ID list is empty!</ERROR>\n</eFetchResult>"
)
MESSAGE = "is an error message, not PubMed XML:"


class TestNotPubmed:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "is empty"),
            (b" \n\t ", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b"<html><body>502 Bad Gateway</body></html>", "is a web page, not PubMed XML: 502 Bad Gateway"),
            (b"<!DOCTYPE html>\n<title>Oops", "is a web page, not PubMed XML: Oops"),
            (EFETCH_ERROR, f"{MESSAGE} ID list is empty!"),
            (b"<ERROR>Unable to obtain query</ERROR>", f"{MESSAGE} Unable to obtain query"),
            (b"<PubmedArticleSet><ERROR>backend failed</ERROR></PubmedArticleSet>", f"{MESSAGE} backend failed"),
            (b'{"error":"API rate limit exceeded","count":"11"}', f"{MESSAGE} API rate limit exceeded"),
            (b"ID+list+is+empty!", "is not XML: it begins with 'ID+list+is+empty!'"),
            (b"\x00\x01\x02", "is not XML: it begins with"),
            (b"<xml><records><record/></records></xml>", "is not PubMed XML: its root element is <xml>"),
            (b"<p:PubmedArticleSet xmlns:p='x'/>", "is not PubMed XML: its root element is <p:PubmedArticleSet>"),
            (b"<", "is not XML: "),
            (b"<?xml version='1.0' encoding='nonsense'?><PubmedArticleSet/>", "is not XML: "),
        ],
    )
    def test_is_refused_in_one_line_that_names_the_file(self, content, reason):
        with pytest.raises(BadInput) as caught:
            read(content)
        assert str(caught.value).startswith(f"test.xml: {reason}")
        assert "\n" not in str(caught.value)

    def test_the_same_answer_for_a_source_that_asks_first(self):
        assert pubmed_xml.refusal(of(article(1)).encode()) == ""
        assert "ID list is empty" in pubmed_xml.refusal(EFETCH_ERROR)

    def test_an_error_behind_records_loses_none_of_them(self):
        xml = of(article(1), "<ERROR>out of memory</ERROR>", article(2))
        first, error, second = read(xml)
        assert (first.external_id, second.external_id) == ("1", "2")
        assert "out of memory" in error.reason
        with pytest.raises(BadInput, match="out of memory"):
            read(xml, strict=True)

    @pytest.mark.parametrize(
        ("head", "expected"),
        [
            (HEAD.encode(), True),
            (of(article(1)).encode(), True),
            (b"\n<!-- saved --><PubmedArticle>", True),
            (of(article(1)).encode("utf-16"), True),
            (EFETCH_ERROR, True),  # so that its message is shown
            (b"<xml><records><record><database>PubmedArticleSet</database>", False),
            (b"<html><body>&lt;PubmedArticleSet&gt;", False),
            (b"PMID- 1\nTI  - <PubmedArticleSet>\n", False),
            (b"@article{a, title={<PubmedArticle>}}", False),
            (b"", False),
        ],
    )
    def test_recognised_by_content(self, head, expected):
        assert pubmed_xml.FORMAT.recognise(head) is expected


class TestBreaks:
    def test_cut_off_inside_a_record(self):
        whole, rejected = read(of(article(1), article(2)).partition("2</PMID>")[0])
        assert whole.external_id == "1"
        assert (rejected.subject, rejected.line) == ("test.xml", 5)
        assert rejected.payload == "<PubmedArticle><MedlineCitation><PMID>"

    def test_cut_off_between_records(self):
        items = read(of(article(1), article(2)).removesuffix("\n</PubmedArticleSet>\n"))
        assert seen(items) == ["1", "2", 5]
        assert "Premature end" in items[-1].reason

    @pytest.mark.parametrize(
        "bad",
        [
            *("<x>", "a & b", "a < b", "&nosuch", "\0", "\x01", "]]>", "</Article>", "</PubmedArticleSet>"),
            *("<a b=c>", "<a b='1' b='1'/>"),
        ],
    )
    def test_one_broken_record_costs_only_itself(self, bad):
        xml = of(article(1), article(2, bad), article(3), article(4, bad), article(5))
        items = read(xml)
        assert [r.external_id for r in items if isinstance(r, Record)] == ["1", "3", "5"]
        rejected = [r for r in items if isinstance(r, Rejected)]
        assert {r.line for r in rejected} == {5, 7}
        assert all(r.payload for r in rejected if r.line == 5)

    def test_bytes_that_are_not_the_encodings(self):
        for raw, lines in ((b"\xff\xfe", [5]), (b"caf\xe9", [5]), (b"\xe2\x82", [5])):
            xml = of(article(1), article(2, "BYTES"), article(3)).encode().replace(b"BYTES", raw)
            assert seen(read(xml)) == ["1", *lines, "3"]

    def test_another_encoding_is_kept_behind_a_break(self):
        xml = of(article(1, "é"), article(2, "<"), article(3, "ü")).replace("?>", 'encoding="iso-8859-1"?>', 1)
        items = read(xml.encode("latin-1"))
        assert [r.title for r in items if isinstance(r, Record)] == ["é", "ü"]

    def test_utf_16(self):
        assert [r.title for r in read(of(article(1, "é")).encode("utf-16"))] == ["é"]

    def test_an_article_that_never_ends_loses_only_itself(self):
        unclosed = article(2).removesuffix("</PubmedArticle>")
        assert seen(read(of(article(1), unclosed, article(3)))) == ["1", "3", 7]

    def test_a_break_before_a_record_spares_it(self):
        assert seen(read(of("<x></y>", article(1), article(2)))) == [3, "1", "2"]

    def test_a_break_before_a_record_that_is_broken_too_is_two(self):
        items = read(of("<x></y>", article(1, "<"), article(2)).removesuffix("\n</PubmedArticleSet>\n"))
        assert seen(items) == [3, 4, "2", 5]

    def test_a_break_before_the_only_record_of_a_file_that_is_cut_off(self):
        assert seen(read(f"{HEAD}<PubmedArticleSet><x></y>" + " " * 300_000 + article(1))) == [3, "1", 4]

    def test_end_tags_with_a_space(self):
        spaced = of(article(1)).replace("</PubmedArticle>", "</PubmedArticle >").replace("Set>", "Set >")
        assert seen(read(spaced + of(article(2, "<"), article(3)))) == ["1", 9, "3"]

    def test_strict_gives_the_records_before_the_break_and_raises(self):
        stream = io.BytesIO(of(article(1), article(2, "<x>"), article(3)).encode())
        items = pubmed_xml.read(stream, "answer", strict=True)
        assert next(items).external_id == "1"
        with pytest.raises(BadInput, match="answer, line 5: "):
            next(items)

    def test_strict_minds_no_record_without_a_number(self):
        items = read(of(article(""), article(2)), strict=True)
        assert seen(items) == [4, "2"]

    def test_elements_that_are_no_records_are_listed(self):
        items = read(of("<Novelty>a</Novelty>", article(1), "\n<Other/>"), strict=True)
        assert seen(items) == [3, "1", 5]
        assert items[0].payload == "<Novelty>a</Novelty>"

    def test_deletions_behind_a_break(self):
        gone = "<DeleteCitation><PMID>9</PMID></DeleteCitation>"
        assert read(of(article(1, "<"), gone))[-1] == Deletion(source="pubmed", external_id="9")

    def test_a_file_broken_everywhere_is_given_up(self):
        items = read(of(*[article(n, "<") for n in range(1, 3000)], article(3000)))
        assert len(items) == 1001
        assert "the rest is not read" in items[-1].reason


class TestGluedFiles:
    def test_saved_pages_one_after_the_other(self):
        xml = of(article(1)) + of(article(2)) + "\n\n<PubmedArticleSet/>\n" + of(article(3)).removeprefix(HEAD)
        items = read(xml, strict=True)
        assert seen(items) == ["1", "2", "3"]

    def test_records_without_a_set(self):
        assert seen(read(article(1) + article(2) + article(3, "<") + article(4))) == ["1", "2", 4, "4"]

    def test_text_between_them_is_listed(self):
        assert seen(read(of(article(1)) + "and then\n" + of(article(2)))) == ["1", 6, "2"]

    def test_a_cut_off_page_before_a_whole_one(self):
        cut = of(article(1), article(2))[: -len("</MedlineCitation></PubmedArticle>\n</PubmedArticleSet>\n")]
        assert seen(read(cut + of(article(3), article(4)))) == ["1", 5, "3", "4"]

    def test_a_page_of_something_else_behind_is_listed(self):
        items = read(of(article(1)) + '<?xml version="1.0"?><eFetchResult><ERROR>no</ERROR></eFetchResult>')
        assert seen(items) == ["1", 6]
        assert "eFetchResult" in items[1].reason


class TestHostile:
    LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

    @pytest.mark.parametrize(
        "subset",
        [
            '<!ENTITY x SYSTEM "file:///etc/passwd">',
            '<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;',
            '<!ENTITY x "harmless">',
            f'<!ENTITY l0 "ha">{LAUGHS}',
        ],
    )
    def test_a_document_that_declares_entities_is_refused(self, subset):
        xml = f"<!DOCTYPE PubmedArticleSet [{subset}]><PubmedArticleSet>{article(1, '&x;&l9;')}</PubmedArticleSet>"
        with pytest.raises(BadInput, match="declares entities in its DOCTYPE"):
            read(xml)
        with pytest.raises(BadInput, match="declares entities in its DOCTYPE"):
            read(xml.encode("utf-16"))

    def test_entities_in_an_attribute_of_the_root(self):
        xml = f'<!DOCTYPE PubmedArticleSet [<!ENTITY l0 "ha">{self.LAUGHS}]><PubmedArticleSet a="&l9;"/>'
        with pytest.raises(BadInput):
            read(xml)

    def test_entities_in_a_page_behind(self):
        evil = of(article(2, "&x;")).replace('PUBLIC "-//NLM//DTD PubMedArticle//EN" "x.dtd"', '[<!ENTITY x "y">]')
        items = read(of(article(1)) + evil + of(article(3)))
        assert seen(items) == ["1", 6]
        assert "declares entities" in items[1].reason

    def test_a_dtd_is_never_fetched(self):
        xml = f'<!DOCTYPE PubmedArticleSet SYSTEM "http://127.0.0.1:9/x.dtd"><PubmedArticleSet>{article(1)}</PubmedArticleSet>'
        assert seen(read(xml)) == ["1"]

    def test_depth(self):
        items = read(of(article(1), article(2, "<i>" * 100_000), article(3)))
        assert [r.external_id for r in items if isinstance(r, Record)] == ["1", "3"]

    def test_names_and_codes_are_only_text(self):
        (record,) = read(of(article(1, "&lt;script&gt;alert(1)&lt;/script&gt; \u202e &#x9F;")))
        assert record.title == "&lt;script&gt;alert(1)&lt;/script&gt; \u202e \x9f"

    @pytest.mark.parametrize("filler", ["x" * 65_536, "<a/>" * 16_384, "<a>" * 16_384 + "</a>" * 16_384])
    def test_one_endless_record_costs_neither_memory_nor_its_neighbours(self, filler):
        """In a process of its own, so that its memory can be measured: 130 MB of one record."""
        done = subprocess.run(
            [sys.executable, "-c", ENDLESS, filler], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        *items, grown = done.stdout.split()
        assert items == ["1", "Rejected", "3"]
        assert int(grown) < 100_000  # kB


ENDLESS = """
import io, re, sys
from pathlib import Path
from evidence.formats import pubmed_xml

ARTICLE = b"<PubmedArticle><MedlineCitation><PMID>%d</PMID></MedlineCitation>"

class Endless(io.RawIOBase):
    def __init__(self):
        self.pieces = self.make()
    def make(self):
        yield b"<PubmedArticleSet>" + ARTICLE % 1 + b"</PubmedArticle>" + ARTICLE % 2 + b"<x>"
        filler = sys.argv[1].encode()
        for _ in range(130_000_000 // len(filler)):
            yield filler
        yield b"</x></PubmedArticle>" + ARTICLE % 3 + b"</PubmedArticle></PubmedArticleSet>"
    def read(self, size=-1):
        return next(self.pieces, b"")

def most():
    # Not ru_maxrss: Linux carries the parent's into a program it starts, and the test run may be larger than this.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

start = most()
for item in pubmed_xml.read(Endless(), "endless"):
    print(getattr(item, "external_id", type(item).__name__))
print(most() - start)
"""

FULL = (FIXTURES / "full.xml").read_bytes()
TWELVE = of(*[article(n) for n in range(1, 13)]).encode()
INSIDE = TWELVE.index(b"<PubmedArticleSet>") + len(b"<PubmedArticleSet>")
ENDS = [m.end() for m in re.finditer(rb"</PubmedArticle>", TWELVE)]


@given(st.integers(INSIDE, len(TWELVE) - len(b"</PubmedArticleSet>\n") - 1))
def test_wherever_a_file_is_cut_the_records_before_are_read_and_one_rejection_follows(at):
    items = read(TWELVE[:at])
    whole = sum(end <= at for end in ENDS)
    assert [getattr(r, "external_id", "") for r in items] == [*map(str, range(1, whole + 1)), ""]
    assert items[-1].line == TWELVE[:at].count(b"\n") + 1


@given(st.integers(INSIDE, len(TWELVE) - len(b"</PubmedArticleSet>\n") - 1), st.binary(min_size=1, max_size=3))
def test_damage_costs_no_more_than_the_records_it_touches(at, damage):
    items = read(TWELVE[:at] + damage + TWELVE[at + len(damage) :])
    kept = {r.external_id for r in items if isinstance(r, Record) and r.title == "Whole."}
    touched = {str(n) for n, end in enumerate(ENDS, 1) if end - 140 <= at + len(damage) and at <= end + 1}
    assert {str(n) for n in range(1, 13)} - kept <= touched


@given(st.data())
def test_no_damage_makes_it_crash(data):
    raw = bytearray(FULL)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"<", b">", b"&", b"<i>", b"</i>", b"<!--", b"]]>"]))
        )
    try:
        items = read(bytes(raw), references=True)
    except BadInput:
        return
    assert all(isinstance(item, Record | Rejected | Deletion) for item in items)


TAGS = [tag.decode() for tag in sorted(set(re.findall(rb"<(\w+)", FULL)))]
NODES = st.recursive(
    st.sampled_from(["", "1", "2020", "13", "x", "²", "١٢", " ", "N", "NCT00000000", "&#x1F600;", "&lt;"]),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=4)).map(
        lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"
    ),
    max_leaves=25,
)


@given(st.lists(NODES, max_size=6), st.booleans())
def test_any_element_anywhere_is_read_or_passed_over(nodes, book):
    inner = f"<PMID>1</PMID>{''.join(nodes)}"
    if book:
        xml = f"<PubmedBookArticle><BookDocument>{inner}<Book>{inner}</Book></BookDocument></PubmedBookArticle>"
    else:
        xml = f"<PubmedArticle><MedlineCitation>{inner}<Article>{inner}</Article></MedlineCitation></PubmedArticle>"
    items = read(f"<PubmedArticleSet>{xml}</PubmedArticleSet>", references=True)
    assert "1" in [getattr(item, "external_id", "") for item in items]
