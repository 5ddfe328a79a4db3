"""MeSH diseases: NLM's descriptor file or a table → descriptors with names, entry terms and places in the trees.

Descriptor file (desc20xx.xml): https://www.nlm.nih.gov/mesh/xml_data_elements.html , read as a stream.
Diseases are the descriptors under category C and under F03 (mental disorders): https://www.nlm.nih.gov/mesh/intro_trees.html
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree

from evidence.errors import BadVocabulary
from evidence.text import clean
from evidence.vocabulary.model import MeshLink, Vocabulary
from evidence.vocabulary.rules import MESH_UI, TREE_NUMBER
from evidence.whole_files import replacing

FILE_NAME: Final = "mesh.tsv.gz"
"""Where `evidence mesh load` keeps the diseases: a file of this name in the maintainer's data directory."""

DISEASE_TREES: Final = ("C", "F03")
COLUMNS: Final = ("ui", "name", "trees", "terms")
TOPS: Final = {
    "D007239": "C01",  # Infections
    "D009369": "C04",  # Neoplasms
    "D009140": "C05",  # Musculoskeletal Diseases
    "D004066": "C06",  # Digestive System Diseases
    "D009057": "C07",  # Stomatognathic Diseases
    "D012140": "C08",  # Respiratory Tract Diseases
    "D010038": "C09",  # Otorhinolaryngologic Diseases
    "D009422": "C10",  # Nervous System Diseases
    "D005128": "C11",  # Eye Diseases
    "D000091642": "C12",  # Urogenital Diseases
    "D002318": "C14",  # Cardiovascular Diseases
    "D006425": "C15",  # Hemic and Lymphatic Diseases
    "D009358": "C16",  # Congenital, Hereditary, and Neonatal Diseases and Abnormalities
    "D017437": "C17",  # Skin and Connective Tissue Diseases
    "D009750": "C18",  # Nutritional and Metabolic Diseases
    "D004700": "C19",  # Endocrine System Diseases
    "D007154": "C20",  # Immune System Diseases
    "D007280": "C21",  # Disorders of Environmental Origin
    "D000820": "C22",  # Animal Diseases
    "D013568": "C23",  # Pathological Conditions, Signs and Symptoms
    "D009784": "C24",  # Occupational Diseases
    "D064419": "C25",  # Chemically-Induced Disorders
    "D014947": "C26",  # Wounds and Injuries
    "D001523": "F03",  # Mental Disorders
}
"""The tops of the trees of diseases: https://meshb.nlm.nih.gov/treeView (2024; C02, C03 and C13 are not used).
Tables made from parent and child links give them no tree number, for nothing is above them; NLM's XML does."""

MAX_LINE: Final = 1_000_000
"""Characters of the longest line of a table that is read; the longest of MeSH 2024 has 7,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A descriptor: UI (D012345), preferred name, tree numbers (C10.668.829), entry terms without permuted ones."""

    ui: str
    name: str
    trees: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mesh:
    """Disease descriptors by UI, in the order of their UIs, and the index of their tree numbers."""

    descriptors: dict[str, Descriptor]
    by_tree: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = {ui: self.descriptors[ui] for ui in sorted(self.descriptors)}
        object.__setattr__(self, "descriptors", ordered)
        object.__setattr__(self, "by_tree", {t: ui for ui, d in ordered.items() for t in d.trees})

    def above(self, ui: str) -> tuple[str, ...]:
        """Every descriptor above this one in any tree, each once, nearest first; empty for an unknown UI."""
        found: dict[str, None] = {}
        trees = self.descriptors[ui].trees if ui in self.descriptors else ()
        for tree in trees:
            while "." in tree:
                tree = tree.rpartition(".")[0]
                if tree in self.by_tree and self.by_tree[tree] != ui:
                    found.setdefault(self.by_tree[tree])
        return tuple(found)

    def below(self, ui: str) -> tuple[str, ...]:
        """Every descriptor below this one in any tree, in the order of UIs."""
        roots = tuple(f"{t}." for t in (self.descriptors[ui].trees if ui in self.descriptors else ()))
        return tuple(u for u, d in self.descriptors.items() if u != ui and any(t.startswith(roots) for t in d.trees))

    def without_tops(self) -> Mesh:
        """Only what lies below the tops of the trees ("Neoplasms"): what a work is about is seldom as broad."""
        return Mesh({ui: d for ui, d in self.descriptors.items() if any("." in tree for tree in d.trees)})

    def links_below(self, ui: str) -> tuple[MeshLink, ...]:
        """The descriptor and those below it as the vocabulary keeps them, so that a record on a child counts."""
        found = (self.descriptors[u] for u in (ui, *self.below(ui)) if u in self.descriptors)
        return tuple(MeshLink(ui=d.ui, name=d.name, trees=d.trees) for d in found)


def is_disease(trees: Iterable[str]) -> bool:
    """Whether one of the tree numbers lies in category C or under F03."""
    return any(tree.startswith(DISEASE_TREES) for tree in trees)


def read_mesh(path: Path) -> Mesh:
    """The diseases of a descriptor file or table, plain or gzip. Raises BadVocabulary naming file and line or element.

    A table is tab-separated with a header that names at least `ui, name, trees, terms`; lists are joined with `|`.
    The tops of the trees of diseases need no tree number there.
    """
    with _opened(path) as stream:
        head = stream.peek(512)[:512].lstrip(b"\xef\xbb\xbf \t\r\n")  # type: ignore[attr-defined]
        found = _of_xml(stream, path) if head.startswith(b"<") else _of_table(stream, path)
        diseases: dict[str, Descriptor] = {}
        for descriptor in found:
            if is_disease(descriptor.trees):
                diseases[descriptor.ui] = descriptor
    if not diseases:
        raise BadVocabulary(str(path), "has no descriptor under the trees of diseases (C, F03)")
    return Mesh(diseases)


def write_mesh(mesh: Mesh, path: Path) -> None:
    """Write the table; the file changes only when all of it has been written, and equal content gives equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as out:
        out.write(("\t".join(COLUMNS) + "\n").encode())
        for d in mesh.descriptors.values():
            out.write(f"{d.ui}\t{d.name}\t{'|'.join(d.trees)}\t{'|'.join(d.terms)}\n".encode())


def loaded_mesh(data_dir: Path) -> Mesh | None:
    """What `evidence mesh load` kept in this data directory; None when nothing was loaded. Raises BadVocabulary."""
    path = data_dir / FILE_NAME
    return read_mesh(path) if path.is_file() else None


def packaged_mesh(vocabulary: Vocabulary) -> Mesh:
    """The diseases that the vocabulary itself knows, with their trees and without entry terms."""
    return Mesh(
        {
            link.ui: Descriptor(ui=link.ui, name=link.name, trees=link.trees)
            for link in vocabulary.descriptors.values()
            if is_disease(link.trees)
        }
    )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked when they are gzip; what cannot be read is a BadVocabulary."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            if packed:
                with gzip.GzipFile(fileobj=raw) as stream:
                    yield stream  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        raise BadVocabulary(str(path), f"cannot be unpacked ({exc})") from None
    except OSError as exc:
        raise BadVocabulary(str(path), exc.strerror or str(exc)) from None


def _of_xml(stream: IO[bytes], path: Path) -> Iterator[Descriptor]:
    """DescriptorRecords one by one; what was read is let go, so that memory stays flat.

    ElementTree reads no external entity, and expat 2.4.1 and later stops entities that grow without bound:
    https://docs.python.org/3.11/library/xml.html#xml-vulnerabilities
    """
    try:
        root: ElementTree.Element | None = None
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):  # noqa: S314
            if root is None:
                root = element
                if element.tag != "DescriptorRecordSet":
                    raise BadVocabulary(str(path), f"is <{element.tag}>, not a <DescriptorRecordSet>")
            if event == "end" and element.tag == "DescriptorRecord":
                yield _descriptor(
                    str(path),
                    element.findtext("DescriptorUI", ""),
                    element.findtext("DescriptorName/String", ""),
                    (tree.text or "" for tree in element.iterfind("TreeNumberList/TreeNumber")),
                    _terms(element),
                )
                root.clear()
    except ElementTree.ParseError as exc:
        raise BadVocabulary(str(path), f"is not well-formed XML ({exc})") from None


def _terms(element: ElementTree.Element) -> Iterator[str]:
    for term in element.iterfind("ConceptList/Concept/TermList/Term"):
        if term.get("IsPermutedTermYN") != "Y":
            yield term.findtext("String", "")


def _of_table(stream: IO[bytes], path: Path) -> Iterator[Descriptor]:
    places: dict[str, int] = {}
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        where = f"{path}, line {number}"
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadVocabulary(where, "is not UTF-8 text") from None
        cells = text.split("\t")
        if not places:
            places = {name: at for at, name in enumerate(cells)}
            if missing := [name for name in COLUMNS if name not in places]:
                raise BadVocabulary(where, f"the header lacks {', '.join(missing)}")
        elif text:
            if len(cells) <= max(places[name] for name in COLUMNS):
                raise BadVocabulary(where, f"has {len(cells)} columns, its header has {len(places)}")
            ui, name, trees, terms = (cells[places[column]] for column in COLUMNS)
            yield _descriptor(where, ui, name, trees.split("|"), terms.split("|"))


def _descriptor(where: str, ui: str, name: str, trees: Iterable[str], terms: Iterable[str]) -> Descriptor:
    ui, name = ui.strip(), _plain(name)
    if not MESH_UI.fullmatch(ui):
        raise BadVocabulary(where, f"{ui[:40]!r} is not a MeSH descriptor UI")
    if not name:
        raise BadVocabulary(where, f"{ui} has no name")
    places = tuple(filter(None, (tree.strip() for tree in trees))) or tuple(filter(None, (TOPS.get(ui),)))
    for tree in places:
        if not TREE_NUMBER.fullmatch(tree):
            raise BadVocabulary(where, f"{tree[:40]!r} is not a MeSH tree number")
    others = dict.fromkeys(filter(None, map(_plain, terms)))
    others.pop(name, None)
    return Descriptor(ui=ui, name=name, trees=places, terms=tuple(others))


def _plain(text: str) -> str:
    """A name without what separates columns and list items in our table."""
    return clean(text.replace("|", " ").replace("\t", " "))
