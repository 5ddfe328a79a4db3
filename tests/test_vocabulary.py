"""The vocabulary: its files keep their rules, a broken one is named, names find conditions."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import vocabulary
from evidence.errors import BadVocabulary
from evidence.text import fold
from evidence.vocabulary import DESIGNS, FEATURES, Condition, MeshLink, Search, Vocabulary, load, with_overlay

KNOWN = load()
ICONS = {"guideline", "synthesis", "trial", "cohort", "series", "lab", "text", "notice", "unknown"}
CLOSED_DESIGNS = {
    *("guideline", "network-meta-analysis", "meta-analysis", "systematic-review", "scoping-review", "rct"),
    *("nonrandomised-trial", "single-arm-trial", "clinical-trial", "cohort", "case-control", "cross-sectional"),
    *("case-series", "case-report", "diagnostic-accuracy", "economic-evaluation", "qualitative", "survey"),
    *("secondary-analysis", "narrative-review", "protocol", "editorial", "letter", "comment", "erratum"),
    *("retraction-notice", "book-chapter", "technical-report", "animal", "in-vitro", "cadaver", "other"),
}


def folder_with(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return tmp_path


# The files as they are


def test_all_conditions_interventions_designs_and_searches_are_there() -> None:
    assert len(KNOWN.conditions) == 46
    active = [slug for slug, entry in KNOWN.interventions.items() if entry.role == "active"]
    assert active == [
        "perineural-injection-therapy",
        "dextrose-5",
        "nerve-hydrodissection",
        "prolotherapy",
        "hypertonic-dextrose",
    ]
    assert {"corticosteroid", "saline", "platelet-rich-plasma", "ozone", "mannitol", "epidural", "sham"} <= {
        slug for slug, entry in KNOWN.interventions.items() if entry.role == "comparator"
    }
    assert "core" in KNOWN.searches
    assert '"Prolotherapy"[MeSH]' in KNOWN.searches["core"].query


def test_the_designs_are_the_closed_list_in_display_order() -> None:
    assert set(KNOWN.designs) == CLOSED_DESIGNS
    assert len(CLOSED_DESIGNS) == 32
    assert tuple(sorted(KNOWN.designs, key=lambda s: KNOWN.designs[s].order)) == DESIGNS
    assert tuple(KNOWN.designs) == DESIGNS, "the file is written in that order"


def test_every_design_and_feature_names_the_public_text_that_its_definition_follows() -> None:
    assert tuple(KNOWN.features) == FEATURES
    hosts = {"meshb.nlm.nih.gov", "www.nlm.nih.gov", "www.equator-network.org", "clinicaltrials.gov", "doi.org"}
    for entry in (*KNOWN.designs.values(), *KNOWN.features.values()):
        assert entry.definition.endswith("."), entry.slug
        address = urlsplit(entry.source)
        assert (address.scheme, address.hostname in hosts | {"arriveguidelines.org"}) == ("https", True), entry.slug
    for feature in KNOWN.features.values():
        descriptor = re.fullmatch(r"https://meshb\.nlm\.nih\.gov/record/ui\?ui=(D\d+)", feature.source)
        assert descriptor is None or not feature.mesh or descriptor[1] in feature.mesh


def test_features_that_are_not_the_closed_list_are_refused() -> None:
    with pytest.raises(BadVocabulary, match="its features are not the closed list"):
        vocabulary.checked(replace(KNOWN, features={}, hash=""))


def test_levels_are_ocebm_2011_and_lists_go_by_level() -> None:
    level = {slug: design.level for slug, design in KNOWN.designs.items()}
    expected = {
        **dict.fromkeys(("network-meta-analysis", "meta-analysis", "systematic-review"), 1),
        **dict.fromkeys(("rct",), 2),
        **dict.fromkeys(("nonrandomised-trial", "cohort"), 3),
        **dict.fromkeys(("case-series", "case-control", "case-report"), 4),
        **dict.fromkeys(("animal", "in-vitro", "cadaver"), 5),
        **dict.fromkeys(("guideline", "narrative-review", "comment", "letter", "editorial", "protocol"), None),
        **dict.fromkeys(("erratum", "retraction-notice", "other"), None),
    }
    assert {slug: level[slug] for slug in expected} == expected
    ranked = [level[slug] for slug in DESIGNS[1:] if level[slug] is not None]
    assert ranked == sorted(ranked)
    first_unranked = next(n for n, slug in enumerate(DESIGNS) if n and level[slug] is None)
    assert all(level[slug] is None for slug in DESIGNS[first_unranked:])


@pytest.mark.parametrize("slug", DESIGNS)
def test_a_design_has_what_the_pages_show(slug: str) -> None:
    design = KNOWN.designs[slug]
    assert design.icon in ICONS
    assert design.name
    assert 0 < len(design.badge) <= 20
    assert design.definition.endswith(".")


@pytest.mark.parametrize("slug", KNOWN.conditions)
def test_a_condition_has_what_tagging_and_pages_need(slug: str) -> None:
    condition = KNOWN.conditions[slug]
    assert condition.body_region
    assert slug not in KNOWN.ancestors(slug)
    names = [condition.name, *condition.synonyms, *condition.abbreviations, *condition.phrases]
    assert len({fold(n) for n in names}) == len(names), "a name is there twice"
    assert all(len(a) <= 5 and a != a.lower() for a in condition.abbreviations)
    assert all(link.trees and link.ui in KNOWN.descriptors for link in condition.mesh)
    for link in condition.mesh:
        assert (KNOWN.descriptors[link.ui].name, KNOWN.descriptors[link.ui].trees) == (link.name, link.trees)


def test_every_descriptor_is_named_by_an_entry_or_lies_below_a_condition() -> None:
    roots = {t for c in KNOWN.conditions.values() for m in c.mesh for t in m.trees}
    named = {m.ui for e in (*KNOWN.conditions.values(), *KNOWN.interventions.values()) for m in e.mesh}
    named |= {ui for d in KNOWN.designs.values() for ui in d.mesh} | {"D000818", "D006801"}
    for ui, link in KNOWN.descriptors.items():
        assert ui in named or any(t.startswith(tuple(f"{r}." for r in roots)) for t in link.trees), link


def test_prolotherapy_has_its_own_descriptor_and_5_percent_dextrose_has_none() -> None:
    assert [m.ui for m in KNOWN.interventions["prolotherapy"].mesh] == ["D000075527"]
    assert KNOWN.interventions["dextrose-5"].mesh == ()


# Looking up


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("CTS", ["carpal-tunnel-syndrome"]),
        ("cts steroid", ["carpal-tunnel-syndrome"]),
        ("Carpal Tunnel Syndrome", ["carpal-tunnel-syndrome"]),
        ("carpal-tunnel-syndrome", ["carpal-tunnel-syndrome"]),
        ("postherpetic neuralgia", ["postherpetic-neuralgia"]),
        ("post-herpetic neuralgia after zoster", ["postherpetic-neuralgia"]),
        ("meralgia paresthetica", ["meralgia-paraesthetica"]),
        ("Fasciitis, Plantar", ["plantar-fasciitis"]),
        ("tennis elbow or frozen shoulder", ["lateral-epicondylitis", "frozen-shoulder"]),
        ("entrapment neuropathies", ["nerve-entrapment"]),
        ("knee", []),
        ("", []),
        ("%%% ()", []),
    ],
)
def test_a_search_text_finds_the_conditions_it_names(text: str, slugs: list[str]) -> None:
    assert list(KNOWN.find_conditions(text)) == slugs


@given(st.sampled_from(sorted(KNOWN.conditions)), st.text(alphabet="xyzq ", max_size=12), st.booleans())
def test_every_name_of_a_condition_finds_it_in_any_company(slug: str, noise: str, upper: bool) -> None:
    condition = KNOWN.conditions[slug]
    for name in (condition.name, *condition.synonyms, *condition.abbreviations):
        text = f"{noise} {name.upper() if upper else name} {noise}"
        assert slug in KNOWN.find_conditions(text), name


@given(st.text(max_size=300))
def test_any_text_at_all_may_be_looked_up(text: str) -> None:
    assert set(KNOWN.find_conditions(text)) <= set(KNOWN.conditions)


def test_ancestors_go_up_and_descendants_down() -> None:
    assert KNOWN.ancestors("carpal-tunnel-syndrome") == (
        "nerve-entrapment",
        "peripheral-neuropathy",
        "neuropathic-pain",
    )
    assert set(KNOWN.descendants("foot-ankle-pain")) == {"plantar-fasciitis", "achilles-tendinopathy"}
    assert KNOWN.ancestors("no-such") == ()
    for slug in KNOWN.conditions:
        assert all(slug in KNOWN.ancestors(below) for below in KNOWN.descendants(slug))


@pytest.mark.parametrize(
    ("phrase", "forms"),
    [
        ("randomised trial", {"randomized trial", "randomized trials", "randomised trials"}),
        ("meralgia paresthetica", {"meralgia paraesthetica"}),
        ("post-operative pain", {"postoperative pain", "postoperative pains"}),
        ("entrapment neuropathy", {"entrapment neuropathies"}),
        ("meta-analysis", {"metaanalysis", "meta-analyses"}),
        ("systematic reviews", set()),
        ("10% dextrose", {"10% dextroses"}),
        ("dextrose 5%", set()),
    ],
)
def test_a_phrase_is_known_in_its_spellings(phrase: str, forms: set[str]) -> None:
    found = vocabulary.spellings(phrase)
    assert found[0] == phrase
    assert forms <= set(found)
    assert len(set(found)) == len(found)


# The content hash


def test_the_hash_is_of_the_content() -> None:
    again = load()
    assert again.hash == KNOWN.hash
    assert again == KNOWN
    assert hash(again) == hash(KNOWN)
    changed = with_overlay(KNOWN, conditions=[replace(KNOWN.conditions["headache"], note="other")])
    assert changed.hash != KNOWN.hash
    assert re.fullmatch("[0-9a-f]{64}", KNOWN.hash)


def test_an_overlay_wins_and_leaves_the_rest() -> None:
    mine = Condition(slug="bell-palsy", name="Bell palsy", parent="peripheral-neuropathy", synonyms=("facial palsy",))
    query = Search(name="bell", label="Bell", query="bell palsy[tiab]", conditions=("bell-palsy",))
    changed = with_overlay(KNOWN, conditions=[mine], searches=[query])
    assert changed.conditions["bell-palsy"] == mine
    assert changed.find_conditions("facial palsies") == ("bell-palsy",)
    assert changed.searches["bell"].conditions == ("bell-palsy",)
    assert len(changed.conditions) == 47
    assert "bell-palsy" not in KNOWN.conditions


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Condition(slug="Bell Palsy", name="x"), "slug"),
        (Condition(slug="bell", name="x y", parent="nowhere"), "nowhere"),
        (Condition(slug="bell", name="x y", parent="bell"), "ancestor"),
        (Condition(slug="bell", name="Tic douloureux"), "trigeminal-neuralgia"),
        (Condition(slug="bell", name="x y", synonyms=("!!",)), "no letter"),
        (Condition(slug="bell", name=" "), "no name"),
        (Condition(slug="bell", name="x y", mesh=(MeshLink(ui="C10", name="?"),)), "C10"),
        (Condition(slug="bell", name="x y", mesh=(MeshLink(ui="D012345", name="?", trees=("10.C",)),)), "10.C"),
    ],
)
def test_an_overlay_that_breaks_a_rule_is_refused_by_name(condition: Condition, said: str) -> None:
    with pytest.raises(BadVocabulary, match=said) as caught:
        with_overlay(KNOWN, conditions=[condition])
    assert condition.slug in caught.value.subject


def test_a_circle_of_parents_is_refused() -> None:
    circle = [Condition(slug="a", name="aa", parent="b"), Condition(slug="b", name="bb", parent="a")]
    with pytest.raises(BadVocabulary, match="a → b → a"):
        with_overlay(KNOWN, conditions=circle)


@pytest.mark.parametrize("query", ["", " ", "(pain[tiab]", '"pain[tiab]'])
def test_a_search_that_pubmed_could_not_read_is_refused(query: str) -> None:
    with pytest.raises(BadVocabulary, match="search bad"):
        with_overlay(KNOWN, searches=[Search(name="bad", label="Bad", query=query)])


# A folder of one's own


def test_a_folder_of_ones_own_adds_and_replaces(tmp_path: Path) -> None:
    folder_with(
        tmp_path, "conditions/mine.toml", '[[condition]]\nslug = "gout"\nname = "Gout"\nbody_region = "general"\n'
    )
    folder_with(tmp_path, "searches.toml", '[[search]]\nname = "core"\nlabel = "Mine"\nquery = "gout[tiab]"\n')
    mine = load(tmp_path)
    assert mine.conditions["gout"].name == "Gout"
    assert mine.searches["core"].query == "gout[tiab]"
    assert mine.designs == KNOWN.designs


@pytest.mark.parametrize(
    ("name", "text", "subject", "reason"),
    [
        ("conditions/x.toml", "[[condition]\n", "x.toml", "TOML"),
        ("conditions/x.toml", '[[condition]]\nname = "Gout"\n', "x.toml, condition Gout", "lacks 'slug'"),
        ("conditions/x.toml", '[[condition]]\nslug = "gout"\n', "x.toml, condition gout", "lacks 'name'"),
        ("conditions/x.toml", '[[condition]]\nslug = "Gout!"\nname = "Gout"\n', "Gout!", "hyphens"),
        ("conditions/x.toml", '[[condition]]\nslug = "g"\nname = "G"\nsynonym = ["x"]\n', "condition g", "'synonym'"),
        ("conditions/x.toml", '[[condition]]\nslug = "g"\nname = "G"\nsynonyms = "x"\n', "synonyms", "not a list"),
        ("conditions/x.toml", '[[condition]]\nslug = "g"\nname = 7\n', "g, name", "7"),
        ("conditions/x.toml", "condition = [3]\n", "condition 1", "not a table"),
        ("conditions/x.toml", '[[condition]]\nslug = "g"\nname = "G"\n' * 2, "condition g", "twice"),
        ("conditions/x.toml", '[[condition]]\nslug = "g"\nname = "CTS"\n', "condition g", "carpal-tunnel-syndrome"),
        ("interventions.toml", '[[intervention]]\nslug = "i"\nname = "I"\nrole = "main"\n', "i, role", "main"),
        (
            "searches.toml",
            '[[search]]\nname = "s"\nlabel = "S"\nquery = "x"\nconditions = ["no"]\n',
            "search s",
            "'no'",
        ),
        ("searches.toml", '[[search]]\nname = "s"\nlabel = "S"\nquery = "x"\ninclude = "yes"\n', "s, include", "yes"),
    ],
)
def test_a_broken_file_is_named_with_its_entry(tmp_path: Path, name: str, text: str, subject: str, reason: str) -> None:
    with pytest.raises(BadVocabulary) as caught:
        load(folder_with(tmp_path, name, text))
    assert subject in caught.value.subject
    assert reason in caught.value.reason


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "searches.toml").write_bytes(b"\xff\xfe[[search]]")
    with pytest.raises(BadVocabulary, match=r"searches\.toml"):
        load(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadVocabulary, match="no such folder"):
        load(tmp_path / "nowhere")


def test_a_vocabulary_made_by_hand_has_a_hash_and_names() -> None:
    small = Vocabulary(
        conditions={"gout": Condition(slug="gout", name="Gout")}, interventions={}, designs={}, searches={}
    )
    assert small.hash
    assert small.find_conditions("acute gout") == ("gout",)
