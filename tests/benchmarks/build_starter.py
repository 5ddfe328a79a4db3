"""How data/starter and data/mesh_trees.tsv were made, from a compiled seed bibliography and NLM's MeSH 2024.

    EVIDENCE_BENCH_DATA=<folder> python -m tests.benchmarks.build_starter

The folder holds seed/ (studies.jsonl, registrations.jsonl, page.json) and data/mesh/mesh2024.tsv.gz. Running it again
gives the same bytes. Ids and citation keys that data/starter/studies.jsonl already gives are kept: a study is known by
its identifiers, else by its title, else by what the compiler wrote about it; new studies get new ones after them.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from evidence import citekeys, recordjson, vocabulary
from evidence.identifiers import Identifier, parse, registrations_in
from evidence.records import (
    AssertedTag,
    Author,
    Dated,
    Journal,
    Keyword,
    Markup,
    MeshHeading,
    MeshQualifier,
    NamedConcept,
    PartialDate,
    Provenance,
    Record,
    RecordKind,
    SampleSize,
)
from evidence.text import fold, from_plain, plain

DATA: Final = Path(__file__).parents[2] / "data"
STUDIES: Final = DATA / "starter" / "studies.jsonl"
ATTRIBUTION: Final = (
    "# MeSH 2024 descriptors that the vocabulary names, and those below its conditions in the MeSH trees.\n"
    "# Courtesy of the U.S. National Library of Medicine, https://www.nlm.nih.gov/mesh/ ; written by build_starter.py\n"
)


@dataclass(frozen=True, slots=True)
class Mesh:
    """MeSH 2024: names and trees by UI, UIs by name."""

    trees: dict[str, tuple[str, tuple[str, ...]]]
    by_name: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Mesh:
        """From a TSV with a header: ui, name, trees, terms, permuted."""
        trees = {}
        with gzip.open(path, "rt", encoding="utf-8") as file:
            next(file)
            for line in file:
                ui, name, numbers, *_ = line.rstrip("\n").split("\t")
                trees[ui] = (name, tuple(filter(None, numbers.split("|"))))
        return cls(trees, {name: ui for ui, (name, _) in trees.items()})


def records(seed: Path, mesh: Mesh, given: dict[str, Record]) -> list[Record]:
    """Every study of the seed as a record, with the ids and keys already given and new ones for the others."""
    made = [_record(json.loads(line), mesh) for line in (seed / "studies.jsonl").read_text("utf-8").splitlines()]
    number = max((int(r.external_id[1:]) for r in given.values()), default=0)
    taken = {citekeys.fold(k) for r in given.values() for k in r.keys}
    found = []
    for record in made:
        old = next((given[name] for name in names_of(record) if name in given), None)
        if old is None:
            number += 1
            key = next(k for k in _keys(record) if citekeys.fold(k) not in taken)
            taken.add(citekeys.fold(key))
            record = replace(record, external_id=f"s{number:03}", keys=(key,))
        else:
            record = replace(record, external_id=old.external_id, keys=old.keys)
        found.append(record)
    return sorted(found, key=lambda r: r.external_id)


def names_of(record: Record) -> Iterator[str]:
    """What a study is known by, best first."""
    for one in record.identifiers:
        if one.scheme != "registration":
            yield f"{one.scheme}:{one.value}"
    if record.title:
        yield f"title:{fold(plain(record.title))} {record.year or ''}"
    elif record.provenance:
        yield f"note:{record.provenance.note}"


def _keys(record: Record) -> Iterator[str]:
    start = citekeys.stem(record)
    return (start + suffix for suffix in citekeys.suffixes())


def _record(seed: dict[str, Any], mesh: Mesh) -> Record:
    year = seed["year"]
    return Record(
        source="starter",
        external_id="",
        kind=_kind(seed),
        identifiers=tuple(_identifiers(seed)),
        title=from_plain(seed["title"]) if seed["title"] else Markup(""),
        authors=tuple(_author(a) for a in seed["authors"] or ()),
        authors_complete=bool(seed["authors"]) and seed["authors_complete"] is not False,
        journal=Journal(title=seed["journal"] or "", abbreviation=seed["journal_abbrev"] or ""),
        volume=seed["volume"] or "",
        issue=seed["issue"] or "",
        pages=seed["pages"] or "",
        dates=(Dated(kind="issue", date=PartialDate(year=year)),) if year else (),
        publication_types=tuple(
            NamedConcept(name=n, ui=mesh.by_name.get(n, "")) for n in seed["publication_types"] or ()
        ),
        mesh=tuple(_headings(seed["mesh_terms"] or (), mesh)),
        keywords=tuple(Keyword(text=k) for k in seed["keywords"] or ()),
        tags=tuple(_tags(seed)),
        sample_size=SampleSize(n=seed["n_participants"]) if seed["n_participants"] is not None else None,
        provenance=Provenance(
            urls=tuple(dict.fromkeys(u for u in (seed["source_url"], *(seed["extra_source_urls"] or ())) if u)),
            verification=seed["verification"],
            note=seed["note"] or "",
        ),
    )


def _kind(seed: dict[str, Any]) -> RecordKind:
    journal, note, detail = seed["journal"] or "", seed["note"] or "", seed["design_detail"] or ""
    if seed["design"] == "book-chapter":
        return "chapter"
    if "(preprint)" in journal:
        return "preprint"
    if (
        detail.startswith("health-technology-assessment")
        or "HTA report" in note
        or "Evidence Synthesis Program" in journal
    ):
        return "report"
    if (
        note.startswith("Conference poster")
        or "University repository item" in note
        or "Society case presentation" in note
    ):
        return "other"
    return "web" if "Web review" in note else "article"


_HEDGED: Final = re.compile(r"appears|inference|seems|which fits|is the actual enrolment", re.I)
_REGISTERED: Final = re.compile(r"registration|registry|PROSPERO|on the preprint page|^Conference poster", re.I)


def _identifiers(seed: dict[str, Any]) -> Iterator[Identifier]:
    """The study's own; a registration only where the note says without a hedge that it is this study's."""
    for scheme in ("pmid", "doi", "pmcid"):
        if seed[scheme]:
            yield parse(scheme, seed[scheme])
    note = seed["note"] or ""
    if _REGISTERED.search(note) and not _HEDGED.search(note):
        yield from (parse("registration", number) for number in registrations_in(note))


def _author(printed: str) -> Author:
    """ "Family, Given"; "Family INITIALS" with an optional suffix; a family name alone; or a group."""
    if re.search(r"\bGroup\b", printed):
        return Author(family=printed, is_group=True)
    if ", " in printed:
        family, given = printed.split(", ", 1)
        capitals = "".join(p if p.isupper() and len(p) < 4 else p[0] for p in re.split(r"[\s.\-]+", given) if p)
        # Initials are said only where the given names would not give them: "Regina WS".
        plain_initials = "".join(p[0].upper() for p in re.split(r"[\s.\-]+", given) if p)
        return Author(family=family, given=given, initials="" if capitals.upper() == plain_initials else capitals)
    found = re.fullmatch(r"(?P<family>.+?) (?P<initials>[A-Z]{1,4})(?: (?P<suffix>Jr|Sr|II|III))?", printed)
    if not found:
        return Author(family=printed)
    return Author(family=found["family"], initials=found["initials"], suffix=found["suffix"] or "")


def _headings(terms: tuple[str, ...], mesh: Mesh) -> Iterator[MeshHeading]:
    """Headings as PubMed's pages print them: "Carpal Tunnel Syndrome / drug therapy*", one line a qualifier."""
    qualifiers: dict[str, list[MeshQualifier]] = {}
    major: dict[str, bool] = {}
    for term in terms:
        name, _, qualifier = term.partition(" / ")
        starred = term.endswith("*")
        held = qualifiers.setdefault(name.rstrip("*"), [])
        major[name.rstrip("*")] = major.get(name.rstrip("*"), False) or (starred and not qualifier)
        if qualifier:
            held.append(MeshQualifier(ui="", name=qualifier.rstrip("*"), major=starred))
    for name, held in qualifiers.items():
        yield MeshHeading(ui=mesh.by_name[name], name=name, major=major[name], qualifiers=tuple(held))


def _tags(seed: dict[str, Any]) -> Iterator[AssertedTag]:
    roles = {slug: i.role for slug, i in _interventions().items()}
    yield from (AssertedTag(kind="condition", slug=slug) for slug in seed["conditions"])
    yield from (AssertedTag(kind="intervention", slug=slug, role=roles[slug]) for slug in seed["interventions"])
    yield AssertedTag(kind="design", slug=seed["design"])
    yield from (AssertedTag(kind="topic", slug=slug) for slug in seed["topics"])


@cache
def _interventions() -> dict[str, vocabulary.Intervention]:
    return vocabulary.load().interventions


_AS_PUBLISHED: Final = re.compile(
    r"(?P<probably>probably )?(?P<scheme>PMID|doi) (?P<value>\S+)(?P<protocol> \(protocol\))?"
)


def registrations(seed: Path) -> Iterator[str]:
    """The registrations as JSON lines, the link to a publication parsed."""
    for line in (seed / "registrations.jsonl").read_text("utf-8").splitlines():
        raw = json.loads(line)
        made: dict[str, Any] = {"registry_id": raw["registration"] or "", "topic": raw["topic"]}
        made["conditions"] = raw["conditions"]
        made["enrolment"] = raw["enrolment"]
        if raw["published_as"]:
            found = _AS_PUBLISHED.fullmatch(raw["published_as"])
            assert found, raw["published_as"]
            one = parse(found["scheme"].lower(), found["value"])
            made["protocol_as" if found["protocol"] else "published_as"] = {"scheme": one.scheme, "value": one.value}
            if not found["protocol"]:
                made["published_certain"] = not found["probably"]
        made |= {"url": raw["source_url"] or "", "note": raw["note"] or ""}
        yield json.dumps({k: v for k, v in made.items() if v not in ("", None, [])}, ensure_ascii=False)


def seed_page(seed: Path) -> str:
    """The reference list of the seed page, each reference exactly as printed, a blank line between two."""
    references = json.loads((seed / "page.json").read_text("utf-8"))["references"]
    return "\n\n".join(r["raw"] for r in references) + "\n"


def mesh_trees(mesh: Mesh, known: vocabulary.Vocabulary) -> str:
    """The part of MeSH that the vocabulary needs: its own descriptors, and everything below its conditions'."""
    roots = {t for c in known.conditions.values() for m in c.mesh if not m.via for t in m.trees}
    own = {m.ui for e in (*known.conditions.values(), *known.interventions.values()) for m in e.mesh}
    own |= {ui for d in known.designs.values() for ui in d.mesh} | {mesh.by_name["Animals"], mesh.by_name["Humans"]}
    rows = [
        f"{ui}\t{name}\t{'|'.join(numbers)}\n"
        for ui, (name, numbers) in sorted(mesh.trees.items())
        if ui in own or any(tree == root or tree.startswith(root + ".") for tree in numbers for root in roots)
    ]
    return ATTRIBUTION + "ui\tname\ttrees\n" + "".join(rows)


def main() -> int:
    """Write the four files."""
    folder = os.environ.get("EVIDENCE_BENCH_DATA")
    if not folder:
        sys.stderr.write("set EVIDENCE_BENCH_DATA to the folder that holds seed/ and data/\n")
        return 2
    seed = Path(folder) / "seed"
    mesh = Mesh.read(Path(folder) / "data" / "mesh" / "mesh2024.tsv.gz")
    trees = DATA / "mesh_trees.tsv"
    if not trees.exists():
        trees.write_text("ui\tname\ttrees\n", "utf-8")
    trees.write_text(mesh_trees(mesh, vocabulary.load()), "utf-8")
    STUDIES.parent.mkdir(exist_ok=True)
    old = [recordjson.load(line) for line in STUDIES.read_bytes().splitlines()] if STUDIES.exists() else []
    given = {name: record for record in old for name in names_of(record)}
    STUDIES.write_bytes(b"".join(recordjson.dump(r) + b"\n" for r in records(seed, mesh, given)))
    (STUDIES.parent / "registrations.jsonl").write_text("".join(f"{r}\n" for r in registrations(seed)), "utf-8")
    (STUDIES.parent / "seed_page.txt").write_text(seed_page(seed), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
