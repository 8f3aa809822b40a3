"""Rules of style that no linter checks."""

from __future__ import annotations

import ast
import os
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import (
    CHECKOUT,
    PACKAGE,
    public_definitions,
    python_files,
    scripts,
    source_files,
    tree,
)

MAX_LINES = 400
SOURCED = {"environment.sh"}


def name(path: Path) -> str:
    """Return a file's path in the checkout, which names its test."""
    return str(path.relative_to(CHECKOUT))


def test_the_sources_are_found() -> None:
    found = {name(path) for path in source_files()}
    expected = {
        "backend/weightmark/errors.py",
        "contracts/ModelRegistry.sol",
        "scripts/build-contracts",
        "scripts/solc",
        "tests/conftest.py",
        ".ci/run",
    }
    assert expected <= found


def test_no_file_is_too_long() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in source_files()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_public_names_have_docstrings() -> None:
    undocumented = [
        f"{name(path)}: {full_name}"
        for path in PACKAGE.rglob("*.py")
        for full_name, node in public_definitions(path)
        if not ast.get_docstring(node)
    ]
    assert undocumented == []


def test_modules_have_docstrings() -> None:
    empty = [name(path) for path in python_files() if not tree(path).body]
    undocumented = [name(path) for path in python_files() if not ast.get_docstring(tree(path))]
    assert sorted(set(undocumented) - set(empty)) == []
    assert [path for path in empty if not path.endswith("__init__.py")] == []


@pytest.mark.parametrize("path", scripts(), ids=name)
def test_scripts_can_be_run(path: Path) -> None:
    starts_as_program = path.read_bytes().startswith(b"#!")
    assert os.access(path, os.X_OK) is starts_as_program
    assert starts_as_program or path.suffix in {".js", ".py"} or path.name in SOURCED


@pytest.mark.parametrize("lock", ["requirements.lock", "scripts/analysis/requirements.lock"])
def test_a_lock_file_has_a_hash_for_everything_and_names_no_host(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    entries = text.replace("\\\n", "").splitlines()
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_analysis_is_locked_at_the_versions_that_it_asks_for() -> None:
    folder = CHECKOUT / "scripts/analysis"
    asked = {line for line in (folder / "requirements.in").read_text().splitlines() if "==" in line}
    locked = {
        line.split(" ")[0] for line in (folder / "requirements.lock").read_text().splitlines()
    }
    assert asked
    assert asked <= locked


def test_the_lock_file_has_every_direct_dependency() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["project"]["dependencies"], *extras, project["dependency-groups"]["dev"]]
    wanted = {entry.split(">")[0].split("=")[0] for group in groups for entry in group}
    lines = (CHECKOUT / "requirements.lock").read_text().splitlines()
    locked = {line.split("==")[0] for line in lines if "==" in line.split(" ")[0]}
    assert sorted(wanted - locked) == []
