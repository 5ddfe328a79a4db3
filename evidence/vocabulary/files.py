"""Reading the vocabulary: the TOML, TSV and JSON lines installed as evidence.data, and a maintainer's own folder."""

from __future__ import annotations

import json
import tomllib
import types
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from evidence.errors import BadIdentifier, BadVocabulary
from evidence.identifiers import Identifier, parse
from evidence.vocabulary import naming
from evidence.vocabulary.model import (
    Condition,
    Design,
    Feature,
    Intervention,
    MeshLink,
    Registration,
    Search,
    Vocabulary,
)
from evidence.vocabulary.rules import SLUG, checked


def load(extra_dir: Path | None = None) -> Vocabulary:
    """The packaged vocabulary, with the conditions, interventions and searches of another folder on top.

    `extra_dir` is laid out like data/. Raises BadVocabulary naming the file and entry that breaks a rule.
    """
    folders = [_data()]
    if extra_dir is not None:
        if not extra_dir.is_dir():
            raise BadVocabulary(str(extra_dir), "no such folder")
        folders.append(extra_dir)
    conditions: dict[str, Condition] = {}
    interventions: dict[str, Intervention] = {}
    searches: dict[str, Search] = {}
    for folder in folders:
        conditions |= _read(Condition, "condition", sorted(_toml_files(folder / "conditions"), key=lambda f: f.name))
        interventions |= _read(Intervention, "intervention", [folder / "interventions.toml"])
        searches |= _read(Search, "search", [folder / "searches.toml"])
    designs_file = folders[0] / "designs.toml"
    return checked(
        Vocabulary(
            conditions=conditions,
            interventions=interventions,
            designs=_read(Design, "design", [designs_file]),
            searches=searches,
            features=_read(Feature, "feature", [designs_file]),
            descriptors=_descriptors(folders[0] / "mesh_trees.tsv"),
            design_masks=_value(_toml(designs_file).get("masks", []), tuple[str, ...], f"{designs_file.name}, masks"),
        )
    )


def features() -> dict[str, Feature]:
    """The packaged features alone, by slug. Raises BadVocabulary."""
    return _read(Feature, "feature", [_data() / "designs.toml"])


def registrations() -> tuple[Registration, ...]:
    """The trial registrations of the starter library. Raises BadVocabulary."""
    file = starter_path("registrations.jsonl")
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        where = f"{file.name}, line {number}"
        try:
            found.append(_build(Registration, json.loads(line), where))
        except json.JSONDecodeError as exc:
            raise BadVocabulary(where, f"is not JSON ({exc})") from None
    return tuple(found)


def starter_path(name: str) -> Traversable:
    """A file of the starter library: studies.jsonl, registrations.jsonl or seed_page.txt. Raises BadVocabulary."""
    file = _data() / "starter" / name
    if not file.is_file():
        raise BadVocabulary(f"starter/{name}", "the installation lacks this file")
    return file


def _data() -> Traversable:
    """The installed package evidence.data; in a plain checkout, the data folder beside this package."""
    try:
        return resources.files("evidence.data")
    except ModuleNotFoundError:
        return Path(__file__).parents[2] / "data"


def _toml_files(folder: Traversable) -> Iterator[Traversable]:
    if folder.is_dir():
        yield from (f for f in folder.iterdir() if f.name.endswith(".toml"))


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as exc:
        raise BadVocabulary(file.name, f"cannot be read as TOML ({exc})") from None


def _descriptors(file: Traversable) -> dict[str, MeshLink]:
    found = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.startswith("#") or line == "ui\tname\ttrees":
            continue
        cells = line.split("\t")
        if len(cells) != 3:
            raise BadVocabulary(f"{file.name}, line {number}", "has not three columns")
        found[cells[0]] = MeshLink(ui=cells[0], name=cells[1], trees=tuple(filter(None, cells[2].split("|"))))
    return found


_Entry = TypeVar("_Entry", Condition, Intervention, Design, Feature, Search)


def _read(kind: type[_Entry], table: str, files: Iterable[Traversable]) -> dict[str, _Entry]:
    """Every [[table]] of the files as entries by slug (searches: by name), in file order."""
    found: dict[str, _Entry] = {}
    for file in files:
        for number, raw in enumerate(_toml(file).get(table, ()), 1):
            key = raw.get("slug", raw.get("name", "")) if isinstance(raw, dict) else ""
            where = f"{file.name}, {table} {key or number}"
            entry = _build(kind, raw, where)
            if isinstance(entry, Condition):
                _check_names(entry, where)
            if not isinstance(key, str) or not SLUG.fullmatch(key):
                raise BadVocabulary(where, "its slug is not lower-case words joined by hyphens")
            if key in found:
                raise BadVocabulary(where, "is there twice")
            found[key] = entry
    return found


def _check_names(entry: Condition, where: str) -> None:
    """The rules of `conditions add` for names, not for what a store already holds: it must open to be mended."""
    for judge, names in (
        (naming.name_fault, (entry.name, *entry.synonyms, *entry.phrases)),
        (naming.abbreviation_fault, entry.abbreviations),
    ):
        for name in names:
            if reason := judge(name):
                raise BadVocabulary(where, f"{naming.shown(name)} {reason}")


_Built = TypeVar("_Built")


def _build(kind: type[_Built], raw: object, where: str) -> _Built:
    """A dataclass from a TOML table or JSON object whose keys and types are its fields."""
    if not isinstance(raw, dict):
        raise BadVocabulary(where, "is not a table")
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for name in raw:
        if name not in known:
            raise BadVocabulary(where, f"has an unknown field {name!r}; known: {', '.join(known)}")
    for name, one in known.items():
        if name not in raw and one.default is MISSING and one.default_factory is MISSING:
            raise BadVocabulary(where, f"lacks {name!r}")
    hints = get_type_hints(kind)
    return kind(**{name: _value(value, hints[name], f"{where}, {name}") for name, value in raw.items()})


def _value(value: object, hint: Any, where: str) -> Any:
    """The value as its field's type, or BadVocabulary."""
    if hint is Identifier and isinstance(value, dict):
        try:
            return parse(str(value.get("scheme")), str(value.get("value")))
        except BadIdentifier as exc:
            raise BadVocabulary(where, str(exc)) from None
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise BadVocabulary(where, "is not a list")
        return tuple(_value(v, get_args(hint)[0], where) for v in value)
    if get_origin(hint) in (types.UnionType, Union):
        return None if value is None else _value(value, get_args(hint)[0], where)
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value, where)
    right = value in get_args(hint) if get_origin(hint) is Literal else type(value) is hint
    if not right:
        raise BadVocabulary(where, f"{value!r} is not what this field holds")
    return value
