"""Heavy packages are imported where they are used, not when a program starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.conftest import ModelMaker

HEAVY = frozenset(
    {
        "cryptography",
        "eth",
        "eth_abi",
        "eth_account",
        "eth_tester",
        "fastapi",
        "httpx2",
        "numpy",
        "pydantic",
        "requests",
        "rich",
        "sqlalchemy",
        "trie",
        "uvicorn",
        "web3",
    }
)
HELP = "from weightmark.cli.main import run\nassert run(['{}']) == 0"


# What chains are made of, and what only who writes something needs.
NOT_FOR_MANIFESTS = frozenset(
    {
        "weightmark.domain.registry",
        "weightmark.ports.chain",
        "weightmark.services.publish",
        "tempfile",
    }
)
MANIFESTS = """
from weightmark.cli.main import run
assert run(["manifest", "verify", {!r}]) == 0
"""


def modules_of(program: str) -> set[str]:
    """Return the modules that a program has imported when it ends."""
    report = "\nimport sys\nprint('imported', *sys.modules)"
    finished = subprocess.run(
        [sys.executable, "-c", program + report], capture_output=True, encoding="utf-8", check=True
    )
    return set(finished.stdout.splitlines()[-1].split())


def imported_by(program: str) -> set[str]:
    """Return the top-level packages that a program has imported when it ends."""
    return {module.partition(".")[0] for module in modules_of(program)}


@pytest.mark.parametrize(
    "program",
    [
        "import weightmark",
        "import weightmark.cli.main",
        HELP.format("--help"),
        HELP.format("--version"),
    ],
)
def test_nothing_heavy_is_imported_at_start(program: str) -> None:
    imported = imported_by(program)
    assert "weightmark" in imported
    assert imported & HEAVY == set()


def test_a_heavy_import_is_seen() -> None:
    assert imported_by("import eth_account") & HEAVY >= {"eth_account"}


def test_a_manifest_is_verified_without_what_knows_chains(
    run_weightmark: Weightmark, make_model: ModelMaker, tmp_path: Path
) -> None:
    """It is half of what starts, and there may be nothing else to do."""
    model = make_model(tmp_path / "model")
    named = ("--name", "acme/digits", "--version", "1.0.0", "--publisher", f"0x{1:040x}")
    assert run_weightmark("manifest", "create", model, *named).returncode == 0
    imported = modules_of(MANIFESTS.format(str(model)))
    assert "weightmark.services.verification.contents" in imported
    assert imported & (NOT_FOR_MANIFESTS | HEAVY) == set()
