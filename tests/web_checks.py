"""What every page must be, whatever it shows: asserted on the parsed document."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import lxml.html

Page = Any  # lxml's elements carry no types


def parsed(body: bytes | str) -> Page:
    """The document of a page."""
    return lxml.html.document_fromstring(body if isinstance(body, str) else body.decode())


def words(element: Page) -> str:
    """The text of an element as a reader sees it, white space squeezed."""
    return " ".join(element.text_content().split())


def assert_well_formed(page: Page) -> None:
    """Unique ids, one h1, headings without a skipped level, labels that exist, a name for every control."""
    ids = Counter(page.xpath("//@id"))
    assert [i for i, n in ids.items() if n > 1] == []
    assert len(page.xpath("//h1")) == 1
    assert len(page.xpath("//main")) == 1
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4")]
    main = [int(h.tag[1]) for h in page.xpath("//main//h1|//main//h2|//main//h3|//main//h4")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in zip(main, main[1:], strict=False)), main
    for value in page.xpath("//@aria-labelledby"):
        assert set(value.split()) <= set(ids), value
    for label in page.xpath("//label"):
        assert label.get("for") in ids
        assert words(label)
    for control in page.xpath("//input[not(@type='hidden')]"):
        assert page.xpath(f"//label[@for='{control.get('id')}']"), control.get("name")
    for fragment in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert fragment[1:] in ids
    assert all(words(link) for link in page.xpath("//a"))
    assert all(words(c) for c in page.xpath("//table/caption"))
    assert len(page.xpath("//table")) == len(page.xpath("//table/caption"))
    assert page.xpath("string(/html/@lang)") == "en-GB"


def assert_policy_clean(body: str) -> None:
    """Nothing that the content policy would refuse, nothing of another host."""
    page = parsed(body)
    assert page.xpath("//@style") == []
    assert page.xpath("//style|//iframe|//object|//embed|//base") == []
    assert foreign_scripts(page) == []
    assert [a for a in page.xpath("//@*") if getattr(a, "attrname", "").startswith("on")] == []
    for address in page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href|//img/@src|//form/@action|//source/@src"):
        assert urlsplit(address).netloc == "", address
    for address in page.xpath("//a/@href"):
        assert urlsplit(address).scheme in ("", "https"), address


def foreign_scripts(page: Page) -> list[Page]:
    """Script elements that are neither a file of this site without a word of their own, nor a block of data that runs
    nowhere and that a program can read."""
    found = page.xpath("//script[not(@src)][not(@type='application/ld+json')]|//script[@src][text()]")
    found += [
        s
        for s in page.xpath("//script[@src]")
        if not re.fullmatch(r"(?:/[\w-]+)*/static/[a-z]+\.js\?v=[0-9a-f]+", s.get("src"))
    ]
    for block in page.xpath("//script[@type='application/ld+json']"):
        json.loads(block.text)
        assert not set(block.text) & set("<>&")
    return list(found)


def inner_links(page: Page) -> list[str]:
    """The addresses of this site that a page links to."""
    found = page.xpath("//a/@href|//form/@action|//link[@rel='stylesheet' or @rel='icon' or @rel='next']/@href")
    return sorted({a for a in found if a.startswith("/")})


def query_of(address: str) -> list[tuple[str, str]]:
    """The parameters of an address."""
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)


def shown_keys(page: Page) -> list[str]:
    """The citation keys of the rows of a list, in order."""
    return [words(code) for code in page.xpath(".//li[contains(@class, 'study')]//p[contains(@class, 'ids')]//code")]


def template_sources(folder: Any) -> dict[str, str]:
    """Every template by name."""
    return {path.name: path.read_text() for path in sorted(folder.glob("*.html"))}


OWN_SCRIPT = r"""<script src="\{\{ asset\('[a-z]+\.js'\) \}\}" defer></script>"""
DATA = r"""<script type="application/ld\+json">\{\{ page\.linked_data \}\}</script>"""
INLINE = re.compile(rf"<style|(?!{OWN_SCRIPT}|{DATA})<script|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.I)
