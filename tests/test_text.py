"""Inline markup, folding, names."""

from __future__ import annotations

import html.parser
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import text
from evidence.records import Author, Markup

# Text that tries to be markup: pieces of tags, entities and escapes among anything at all.
NASTY = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                *(
                    "<i>",
                    "</i>",
                    "<b>",
                    "</b>",
                    "<sub>",
                    "</sub>",
                    "<sup>",
                    "</sup>",
                    "<u>",
                    "</u>",
                    "<script>",
                    "</script>",
                ),
                *(
                    '<img src=x onerror="a()">',
                    "<I>",
                    "<i ",
                    ">",
                    "<",
                    "&",
                    "&lt;",
                    "&amp;lt;",
                    "&#60;",
                    "&#x3c;i&#x3e;",
                ),
                *("&lt;i&gt;", "&LT;", "&notit;", "\x00", "\u0338", "\u200f", "\ud800", "-->", "<!--", "]]>", '"', "'"),
            ]
        ),
    ),
    max_size=8,
).map("".join)


class Parsed(html.parser.HTMLParser):
    """What a browser would make of a piece of HTML: tags in nesting order, and the text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.other: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)
        self.other += [str(a) for a in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.other.append(data)

    def handle_decl(self, decl):
        self.other.append(decl)

    def handle_pi(self, data):
        self.other.append(data)


class TestClean:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("", ""),
            ("plain", "plain"),
            ("  two  words\n\t ", "two words"),
            ("a\x00b\x08c\x7f", "abc"),
            ("\ud800x\ufffe", "x"),
            ("e\u0301", "\u00e9"),
            ("e\x00\u0301", "\u00e9"),  # composed only once what stood between is gone
            ("a\u00a0\u2003b\u2028c", "a b c"),
            ("zero\u200bwidth", "zero\u200bwidth"),
        ],
    )
    def test_examples(self, raw, expected):
        assert text.clean(raw) == expected

    @given(NASTY)
    def test_once_is_enough(self, raw):
        cleaned = text.clean(raw)
        assert text.clean(cleaned) == cleaned
        assert cleaned == " ".join(cleaned.split())
        assert unicodedata.is_normalized("NFC", cleaned)
        cleaned.encode()  # no lone surrogate is left


class TestMarkup:
    @given(NASTY)
    def test_plain_text_comes_back(self, raw):
        assert text.plain(text.from_plain(raw)) == text.clean(raw)

    @given(NASTY)
    def test_plain_text_has_no_syntax(self, raw):
        parsed = Parsed(text.to_html(text.from_plain(raw)))
        assert (parsed.tags, parsed.other) == ([], [])

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("CO<sub>2</sub>", "CO<sub>2</sub>"),
            ("CO<SUB>2</SUB> <em>in</em> <strong>vivo</strong>", "CO<sub>2</sub> <i>in</i> <b>vivo</b>"),
            ("H<inf>2</inf>O", "H<sub>2</sub>O"),
            ("p < 0.05 & q > 1", "p &lt; 0.05 &amp; q &gt; 1"),
            ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ('<i onclick="x">y</i>', '&lt;i onclick="x"&gt;y&lt;/i&gt;'),
            ("<i>never closed", "&lt;i&gt;never closed"),
            ("<i><b>crossed</i></b>", "&lt;i&gt;&lt;b&gt;crossed&lt;/i&gt;&lt;/b&gt;"),
            ("&lt;i&gt;", "&amp;lt;i&amp;gt;"),
        ],
    )
    def test_text_with_tags(self, raw, expected):
        assert text.from_html_text(raw) == expected

    @given(NASTY)
    def test_text_with_tags_is_always_balanced(self, raw):
        markup = text.from_html_text(raw)
        assert text.balanced(markup) == markup
        Parsed(markup)  # which asserts that tags nest

    @pytest.mark.parametrize(
        ("markup", "plain", "html"),
        [
            ("CO<sub>2</sub>", "CO2", "CO<sub>2</sub>"),
            ("a &lt; b &amp; c", "a < b & c", "a &lt; b &amp; c"),
            ("&amp;lt;", "&lt;", "&amp;lt;"),
            ("the &copy sign", "the &copy sign", "the &amp;copy sign"),
            ('it\'s "so"', 'it\'s "so"', "it&#x27;s &quot;so&quot;"),
            ("<script>x</script>", "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ("<i>x", "x", "&lt;i&gt;x"),
            ("&#60;script&#62;", "&#60;script&#62;", "&amp;#60;script&amp;#62;"),
        ],
    )
    def test_shown(self, markup, plain, html):
        assert text.plain(Markup(markup)) == plain
        assert text.to_html(Markup(markup)) == html

    @given(NASTY)
    def test_html_is_safe_whatever_the_string_holds(self, raw):
        parsed = Parsed(text.to_html(Markup(raw)))
        assert set(parsed.tags) <= set(text.INLINE_TAGS)
        assert (parsed.open, parsed.other) == ([], [])

    @given(NASTY)
    def test_html_shows_the_text(self, raw):
        markup = text.from_html_text(raw)
        assert Parsed(text.to_html(markup)).text == text.plain(markup)


class TestFold:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("Carpal-Tunnel  Syndrome", "carpal tunnel syndrome"),
            ("Müller’s Ångström", "muller s angstrom"),
            ("β-blocker, TGF-β1", "beta blocker tgf beta1"),
            ("\u03ac \U0001d6fc µg Ω", "alpha alpha mug omega"),
            ("Straße œuvre Łódź Iİı", "strasse oeuvre lodz iii"),
            ("CO₂ ½ ﬁbre", "co2 1 2 fibre"),
            ("snake_case__x_", "snake case x"),
            ("背景 Кровь", "背景 кровь"),
            ("<>", ""),
        ],
    )
    def test_examples(self, raw, expected):
        assert text.fold(raw) == expected

    @given(st.text())
    def test_once_is_enough(self, raw):
        folded = text.fold(raw)
        assert text.fold(folded) == folded
        assert text.words(raw) == [word for word in folded.split(" ") if word]

    @given(st.text())
    def test_neither_case_nor_form_matters(self, raw):
        assert text.fold(unicodedata.normalize("NFD", raw)) == text.fold(unicodedata.normalize("NFC", raw))
        assert text.fold(raw.casefold()) == text.fold(raw)

    @given(st.text())
    def test_ascii_fold(self, raw):
        folded = text.ascii_fold(raw)
        assert folded.isascii()
        assert folded == "" or folded.isalnum()


class TestNames:
    @pytest.mark.parametrize(
        ("author", "expected"),
        [
            (Author(family="Wu", given="Yung-Tsan", initials="YT"), "Wu YT"),
            (Author(family="Wu", given="Yung-Tsan"), "Wu YT"),
            (Author(family="Smith", given="j.", initials="J.", suffix="Jr"), "Smith J Jr"),
            (Author(family="A Trial Group", is_group=True), "A Trial Group"),
            (Author(family="Aristotle"), "Aristotle"),
        ],
    )
    def test_short(self, author, expected):
        assert text.short_name(author) == expected

    def test_byline(self):
        people = tuple(Author(family=name) for name in "ABCDEFG")
        assert text.byline(people[:6]) == "A, B, C, D, E, F"
        assert text.byline(people) == "A, B, C, D, E, F et al."
        assert text.byline(people[:1], complete=False) == "A et al."
        assert text.byline(people, complete=False) == "A, B, C, D, E, F et al."
        assert text.byline(()) == text.byline((), complete=False) == ""
