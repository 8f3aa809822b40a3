"""Heavy packages are imported where they are used, not when a program starts."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


def imported_by(program: str) -> set[str]:
    """Return the top-level packages that a program has imported when it ends."""
    report = "\nimport sys\nprint('imported', *sys.modules)"
    finished = subprocess.run(
        [sys.executable, "-c", program + report], capture_output=True, encoding="utf-8", check=True
    )
    modules = finished.stdout.splitlines()[-1].split()
    return {module.partition(".")[0] for module in modules}


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
