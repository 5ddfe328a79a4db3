"""Groups: consistent, whatever the order; blocks: no pair of one work is missed, none grows without bound."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import offline
from evidence.matching.candidates import FULL, keys, pairs
from evidence.matching.groups import Link, group, judge
from evidence.matching.normalise import Features
from evidence.matching.verdict import Verdict, compare
from tests.made import examples
from tests.matching_support import ARTICLE, reduced
from tests.test_matching_verdict import references

Groups = set[frozenset[str]]


def found(known: dict[str, Features]) -> Groups:
    """The groups, by the names of their records."""
    names = list(known)
    groups, _ = offline.find(list(known.values()), names)
    return {frozenset(names[n] for n in members) for members in groups}


libraries = st.lists(references, min_size=2, max_size=12)


@given(libraries, st.randoms(use_true_random=False))
@settings(max_examples=examples(200), deadline=None)
def test_the_order_of_records_decides_nothing(library: list[dict[str, Any]], dice: random.Random) -> None:
    known = {f"r{n}": reduced(**said) for n, said in enumerate(library)}
    shuffled = list(known.items())
    dice.shuffle(shuffled)
    assert found(dict(shuffled)) == found(known)


@given(libraries)
@settings(max_examples=examples(200), deadline=None)
def test_no_group_holds_a_contradiction_that_no_identifier_excuses(library: list[dict[str, Any]]) -> None:
    known = {f"r{n}": reduced(**said) for n, said in enumerate(library)}
    for members in found(known):
        for a, b in combinations(members, 2):
            verdict = compare(known[a], known[b])
            vouched = any(
                compare(known[a], known[z]).by_identifier or compare(known[b], known[z]).by_identifier
                for z in members - {a, b}
            )
            assert not verdict.contradicts or (verdict.only_described and vouched)


@given(libraries)
@settings(max_examples=examples(100), deadline=None)
def test_every_record_of_a_group_is_surely_the_same_as_another(library: list[dict[str, Any]]) -> None:
    known = {f"r{n}": reduced(**said) for n, said in enumerate(library)}
    for members in found(known):
        for a in members:
            assert any(compare(known[a], known[b]).outcome == "same" for b in members if b != a)


def made(*pairs_: tuple[int, int, str, float]) -> dict[tuple[int, int], Verdict]:
    return {(a, b): Verdict(outcome, "pages", (), strength) for a, b, outcome, strength in pairs_}  # type: ignore[arg-type]


def grouped(verdicts: dict[tuple[int, int], Verdict], size: int) -> tuple[tuple[int, ...], ...]:
    full = {pair: verdicts.get(pair, Verdict("unsure", "none")) for pair in combinations(range(size), 2)}
    links = [Link(a, b, v) for (a, b), v in full.items()]
    return group(links, judge([], full), lambda n: (n,)).groups


def test_a_record_that_is_the_same_as_two_different_works_joins_neither() -> None:
    assert grouped(made((0, 1, "same", 9), (1, 2, "same", 10), (0, 2, "different", 0)), 3) == ()


def test_unless_one_of_the_two_is_much_surer() -> None:
    assert grouped(made((0, 1, "same", 100), (1, 2, "same", 10), (0, 2, "different", 0)), 3) == ((0, 1),)


def test_links_chain_where_nothing_contradicts() -> None:
    assert grouped(made((0, 1, "same", 9), (1, 2, "same", 9), (3, 4, "same", 9)), 5) == ((0, 1, 2), (3, 4))


def test_an_untitled_record_does_not_chain_two_works() -> None:
    head = {"title": "Journal of Invented Hand Surgery", "pages": ""}
    first = {"title": "Ultrasound of the carpal tunnel in runners", "pages": "1-9"}
    second = {"title": "Splints at night for the mothers of infants", "pages": "10-19"}
    known = {"head": reduced(**head), "first": reduced(**first), "second": reduced(**second)}
    assert found(known) == set()
    assert found({name: known[name] for name in ("head", "first")}) == {frozenset(("head", "first"))}


def test_words_that_differ_do_not_part_what_a_pmid_joins() -> None:
    known = {
        "pubmed": reduced(pmid="9000001"),
        "translated": reduced(pmid="9000001", title="Ein ganz anderer Titel der Arbeit"),
        "file": reduced(journal="J Invent Hand Surg"),
    }
    assert found(known) == {frozenset(known)}


def test_a_supplement_with_one_doi_stays_apart_and_cheap() -> None:
    known = [
        reduced(
            title=f"Poster {n} {'x' * (n % 7)} on topic{n * 37 % 991} and organ{n * 53 % 887}",
            authors=f"Name{n} A; Other{n} B",
            pages=f"S{n + 1}",
            doi="10.5555/supplement",
        )
        for n in range(3_000)
    ]
    blocks: dict[int, list[int]] = {}
    for number, f in enumerate(known):
        for key in keys(f):
            blocks.setdefault(key, []).append(number)
    compared = len(list(pairs(blocks, known)))
    assert compared < 20 * len(known)
    groups, doubts = offline.find(known, [str(n) for n in range(len(known))])
    assert groups == ()
    assert doubts == ()


def test_a_duplicate_inside_a_full_block_is_found() -> None:
    many = [reduced(title="Editorial", authors=f"Chief{n} E", pages=f"{n + 1}-{n + 2}") for n in range(3 * FULL)]
    names = [str(n) for n in range(len(many))]
    groups, _ = offline.find([*many, reduced(title="Editorial", authors="Chief7 E", pages="8-9")], [*names, "again"])
    assert groups == ((7, 3 * FULL),)


def test_keys_are_63_bits_and_the_records_own() -> None:
    made_keys = keys(reduced(pmid="9000001", pmcid="PMC5", doi="10.5555/a"))
    assert 5 <= len(made_keys) <= 14
    assert all(0 <= key < 2**63 for key in made_keys)
    assert made_keys == keys(reduced(pmid="9000001", pmcid="PMC5", doi="10.5555/a"))
    assert set(keys(reduced())) & set(keys(reduced(authors="", journal="", title=ARTICLE["title"].upper())))
