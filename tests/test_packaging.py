"""What is installed is what is here: packages, their data, their dependencies, the pinned versions."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
FOLDERS = {name: SETUPTOOLS["package-dir"].get(name, name.replace(".", "/")) for name in SETUPTOOLS["packages"]}
# Not imported by name: the driver behind postgresql+psycopg:// addresses is an extra, not a dependency.
ON_DEMAND = {"psycopg"}
PINNED = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def test_every_package_here_is_installed() -> None:
    here = {p.parent.relative_to(ROOT).as_posix() for top in ("evidence", "web") for p in (ROOT / top).rglob("*.py")}
    assert here <= set(FOLDERS.values())
    assert [folder for folder in FOLDERS.values() if not (ROOT / folder).is_dir()] == []


def test_every_file_that_is_not_python_is_installed_with_its_package() -> None:
    left_out = []
    for path in [p for top in ("evidence", "web", "data") for p in (ROOT / top).rglob("*")]:
        if not path.is_file() or path.suffix in {".py", ".pyc"} or path.name == "README.md":
            continue
        relative = path.relative_to(ROOT).as_posix()
        package = max((n for n, f in FOLDERS.items() if relative.startswith(f + "/")), key=lambda n: len(FOLDERS[n]))
        patterns = [p.replace("**/", "") for p in SETUPTOOLS["package-data"].get(package, [])]
        if not any(fnmatch(relative, f"{FOLDERS[package]}/{pattern}") for pattern in patterns):
            left_out.append(relative)
    assert left_out == []


def test_every_third_party_import_is_a_dependency_and_every_dependency_is_imported() -> None:
    imported = set()
    for path in [p for top in ("evidence", "web") for p in (ROOT / top).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"evidence", "web", "_typeshed"} - ON_DEMAND
    providers = packages_distributions()
    needed = {canonicalize_name(providers[name][0]) for name in foreign}
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    part_of_flask = {"werkzeug", "jinja2", "markupsafe", "itsdangerous"}  # Flask's own
    assert needed - part_of_flask == declared


def test_what_is_pinned_is_what_the_ranges_allow() -> None:
    pinned = {canonicalize_name(name): version for name, version in PINNED.items()}
    extras = PROJECT["project"]["optional-dependencies"].values()
    wrong = []
    for line in [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]:
        requirement = Requirement(line)
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version):
            wrong.append(f"{line}: constraints.txt has {version}")
    assert wrong == []


def test_the_pins_are_exact_and_name_no_address() -> None:
    assert len(PINNED) > 30
    assert all(re.fullmatch(r"[A-Za-z0-9][\w.\-]*", name) for name in PINNED)
    assert all(re.fullmatch(r"\d[\w.]*", version) for version in PINNED.values())
    backend = [Requirement(line).specifier for line in PROJECT["build-system"]["requires"]]
    assert all(str(spec).startswith("==") for spec in backend)


def test_the_entry_points_lead_to_code() -> None:
    targets = [*PROJECT["project"]["scripts"].values()]
    targets += [target for group in PROJECT["project"]["entry-points"].values() for target in group.values()]
    for target in targets:
        module, _, name = target.partition(":")
        path = ROOT / module.replace(".", "/")
        source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")
        defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        assert name in defined, target
