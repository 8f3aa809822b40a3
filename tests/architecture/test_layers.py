"""The layers hold, and import-linter would see it if they did not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import CHECKOUT, PACKAGE
from tests.command import BINARIES


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the package in ``directory``, under the configuration there."""
    return subprocess.run(
        [BINARIES / "lint-imports", "--no-cache"],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(directory / "backend")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the package and its configuration."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    shutil.copytree(
        PACKAGE, tmp_path / "backend/weightmark", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def test_each_layer_imports_only_from_below() -> None:
    finished = lint_imports(CHECKOUT)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("domain/wrong.py", "weightmark.ports.chain", "Each layer imports only"),
        ("services/wrong.py", "weightmark.adapters", "Each layer imports only"),
        ("services/wrong.py", "web3", "Only adapters"),
        ("domain/wrong.py", "sqlite3", "The domain does no"),
        ("somewhere.py", "weightmark.errors", "Each layer imports only"),
    ],
)
def test_an_import_from_elsewhere_is_seen(
    copy: Path, module: str, imported: str, contract: str
) -> None:
    (copy / "backend/weightmark" / module).write_text(f"import {imported}\n")
    finished = lint_imports(copy)
    assert finished.returncode == 1
    broken = [line for line in finished.stdout.splitlines() if " BROKEN" in line]
    assert [line for line in broken if line.startswith(contract)]
