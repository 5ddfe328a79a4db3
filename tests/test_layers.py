"""The architecture as a test: which module may import what. Reads the syntax tree; nothing is imported.

An import counts wherever it stands: at the top, inside a function, under TYPE_CHECKING.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p for top in ("evidence", "web") for p in (ROOT / top).rglob("*.py"))
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# Layer 0, in order: each may import those before it.
FOUNDATION = (
    *(
        "errors",
        "whole_files",
        "settings",
        "register_numbers",
        "identifiers",
        "records",
        "text",
        "theses",
        "vocabulary",
        "filters",
        "views",
    ),
    *("pacing", "locks", "recordjson", "parallel"),
)
PURE = ("lifecycle", "matching", "merging", "tagging", "citekeys", "formats")
SIDE_BY_SIDE = ("comparing", "differences")
DECIDING = ("curation", "curation_inclusion", "curation_tags", "shelving", "acknowledging")

# Everything above layer 0: what each part may import beside layer 0 and itself.
ALLOWED: dict[str, tuple[str, ...]] = {
    # 1: pure
    **dict.fromkeys(PURE, ()),
    "merging": ("lifecycle",),
    "differences": (),
    "comparing": ("merging", "differences"),
    "explaining": ("merging", "tagging"),
    "citing": ("merging",),
    "changes": ("lifecycle", "merging"),
    # 2: the outside; never each other
    "sources": ("formats",),
    "store": ("changes", "citekeys", "lifecycle", "merging"),
    # 3: what the program does
    "ingest": (*PURE, "store"),
    **dict.fromkeys(DECIDING, (*PURE, "store", "ingest")),
    "retag": (*PURE, "store", "ingest"),
    "recompute": (*PURE, "store", "ingest"),
    "doctor": (*PURE, "store", "ingest", "recompute"),
    "retractions": (*PURE, "store", "ingest"),
    "starter": (*PURE, "store", "ingest"),
    "manuscript": (*PURE, "store", "ingest"),
    "offline": PURE,
    "classify": PURE,
    "asking": ("sources", "store"),
    "run_sheet": ("store", "ingest"),
    "hearing_crossref": (*PURE, "sources", "store", "ingest"),
    "asking_crossref": (*PURE, "sources", "store", "ingest", "run_sheet", "hearing_crossref"),
    "asking_doi": (*PURE, "sources", "store", "ingest", "run_sheet"),
    "due": ("store",),
    "search_run": ("sources", "store", "ingest", "asking", "asking_crossref", "run_sheet"),
    "refresh": ("sources", "store", "ingest", "asking_crossref", "asking_doi", "search_run"),
    "identifying": (*PURE, "sources", "store", "ingest"),
    "relating": (*PURE, "sources", "store", "ingest"),
    "check": (*PURE, "store"),
    # 4: the faces
    "cli": (
        *(
            *PURE,
            *DECIDING,
            *SIDE_BY_SIDE,
            "explaining",
            "citing",
            "changes",
            "retag",
            "manuscript",
            "identifying",
            "relating",
        ),
        *("sources", "store", "ingest", "starter", "offline", "classify", "refresh", "search_run", "due", "check"),
        "retractions",
        *("recompute", "doctor"),
    ),
    "web": (
        *(*SIDE_BY_SIDE, *DECIDING, "explaining", "citing", "changes"),
        *("merging", "formats", "store", "ingest", "check"),
    ),
    "__main__": ("cli",),
}

# Third-party and system modules that have one home; whatever is not of the standard library must be listed.
HOMES: dict[str, tuple[str, ...]] = {
    "requests": ("evidence/sources/transport.py",),
    "urllib3": ("evidence/sources/transport.py",),
    "sqlmodel": ("evidence/store/*",),
    "sqlalchemy": ("evidence/store/*",),
    "alembic": ("evidence/store/*",),
    "psycopg": ("evidence/store/*",),
    "sqlite3": ("evidence/store/*",),
    "Bio": ("evidence/sources/*", "evidence/formats/*"),
    "rapidfuzz": ("evidence/matching/*",),
    "lxml": ("evidence/sources/*", "evidence/formats/*"),
    "bibtexparser": ("evidence/formats/bibtex*.py", "evidence/formats/_bibtex*.py"),
    "pylatexenc": ("evidence/formats/*bibtex*.py", "evidence/formats/*latex*.py"),
    "platformdirs": ("evidence/settings.py",),
    "pydantic": ("evidence/recordjson.py", "evidence/store/overlay.py"),
    "click": ("evidence/cli/*",),
    "rich": ("evidence/cli/*",),
    "waitress": ("evidence/cli/serve.py",),
    "flask": ("web/*",),
    "werkzeug": ("web/*", "evidence/store/people.py"),  # there for its password hashes only
    "itsdangerous": ("web/sessions.py",),
    "jinja2": ("web/*",),
    "markupsafe": ("web/*",),
    # The standard library's ways to the network.
    "socket": ("evidence/sources/*",),
    "ssl": ("evidence/sources/*",),
    "http.client": ("evidence/sources/transport.py",),
    "urllib.request": ("evidence/sources/transport.py",),
    "ftplib": (),
    "smtplib": (),
    "asyncio": (),
}


def imports_of(tree: ast.AST, path: str) -> Iterator[tuple[str, int]]:
    """Every module a file imports, with its line. `from evidence import records` is evidence.records."""
    package = path.removesuffix(".py").removesuffix("/__init__").split("/")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package[: len(package) - node.level + path.endswith("__init__.py")]
                base = ".".join([*up, *([base] if base else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def part_of(module: str) -> str:
    """The part of the program that a dotted name or a path belongs to: evidence.store.queries → store."""
    names = module.removesuffix(".py").replace("/", ".").split(".")
    if names[0] == "web":
        return "web"
    return names[1] if len(names) > 1 else "evidence"


def layer_faults(tree: ast.AST, path: str) -> list[str]:
    """Imports of our own modules that point sideways or up."""
    part = part_of(path)
    if part in FOUNDATION:
        allowed: set[str] = set(FOUNDATION[: FOUNDATION.index(part)])
    elif part in ALLOWED:
        allowed = {*FOUNDATION, *ALLOWED[part]}
    elif part == "__init__":
        allowed = set()
    else:
        return [f"{path}: {part!r} has no layer yet; give it one in tests/test_layers.py"]
    faults = []
    for module, line in imports_of(tree, path):
        if module.split(".")[0] not in ("evidence", "web"):
            continue
        target = part_of(module)
        # `from evidence import VERSION` asks the root package for a constant.
        if target not in {*allowed, part, "VERSION", "evidence"}:
            faults.append(f"{path}:{line}: {part} may not import {module}")
        if part == "sources" and target == "formats" and not module.startswith("evidence.formats.pubmed_xml"):
            faults.append(f"{path}:{line}: of formats, sources may import pubmed_xml only")
    return faults


def foreign_faults(tree: ast.AST, path: str) -> list[str]:
    """Third-party and network modules outside their homes."""
    faults = []
    for module, line in imports_of(tree, path):
        top = module.split(".")[0]
        if top in ("evidence", "web"):
            continue
        rule = next((r for r in HOMES if module == r or module.startswith(r + ".")), None)
        if rule is None:
            if top not in {*sys.stdlib_module_names, "_typeshed"}:
                faults.append(f"{path}:{line}: {top} has no home yet; give it one in tests/test_layers.py")
        elif not any(fnmatch(path, home) for home in HOMES[rule]):
            faults.append(f"{path}:{line}: {rule} belongs in {', '.join(HOMES[rule]) or 'no module'}")
    return faults


def size_faults(tree: ast.AST, path: str, text: str) -> list[str]:
    """Files and functions that have grown out of one job, and prints. (A migration is one long list, and stays.)"""
    faults = []
    migration = "/migrations/versions/" in path
    lines = text.count("\n")
    if not migration and lines > MAX_FILE_LINES:
        faults.append(f"{path}: {lines} lines, more than {MAX_FILE_LINES}")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not migration:
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                faults.append(f"{path}:{node.lineno}: {node.name} has {length} lines, more than {MAX_FUNCTION_LINES}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            faults.append(f"{path}:{node.lineno}: print")
    return faults


def faults_of(text: str, path: str) -> list[str]:
    tree = ast.parse(text, path)
    return [*layer_faults(tree, path), *foreign_faults(tree, path), *size_faults(tree, path, text)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_point_down_and_files_stay_small(path: Path) -> None:
    assert faults_of(path.read_text("utf-8"), path.relative_to(ROOT).as_posix()) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("evidence/errors.py", "from evidence.records import Record"),
        ("evidence/records.py", "from evidence import views"),
        ("evidence/matching/verdict.py", "from evidence.store import queries"),
        ("evidence/matching/verdict.py", "from ..store import queries"),
        ("evidence/store/queries.py", "def f():\n    from evidence.sources import pubmed"),
        ("evidence/sources/pubmed.py", "import evidence.formats.bibtex"),
        ("evidence/offline.py", "import evidence.store"),
        ("web/pages.py", "from evidence.refresh import run"),
        ("web/pages.py", "from evidence.sources.pubmed import PubMed"),
        ("evidence/cli/serve.py", "from web.app import create_app"),
        ("evidence/ingest.py", "import requests"),
        ("evidence/ingest.py", "from sqlalchemy import select"),
        ("evidence/ingest.py", "import urllib.request"),
        ("web/pages.py", "from http import client"),
        ("evidence/store/queries.py", "import flask"),
        ("evidence/formats/ris.py", "import bibtexparser"),
        ("evidence/novelty.py", "x = 1"),
        ("evidence/text.py", "import pandas"),
        ("evidence/text.py", "print('x')"),
        ("evidence/text.py", "x = 1\n" * 401),
        ("evidence/text.py", "def f():\n" + "    x = 1\n" * 60),
    ],
)
def test_the_rules_see_a_fault(path: str, text: str) -> None:
    assert len(faults_of(text, path)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("evidence/sources/pubmed.py", "from evidence.formats import pubmed_xml"),
        ("evidence/sources/transport.py", "import requests\nfrom evidence.settings import Settings"),
        ("evidence/store/queries.py", "from . import schema\nfrom sqlalchemy import select"),
        ("evidence/formats/bibtex.py", "from bibtexparser import parse_string\nfrom urllib.parse import quote"),
        (
            "web/pages.py",
            "from flask import Flask\nfrom evidence.store.queries import home\nfrom evidence import VERSION",
        ),
    ],
)
def test_the_rules_let_good_code_pass(path: str, text: str) -> None:
    assert faults_of(text, path) == []
