"""Spoiled manifests, by the script that feeds many more of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "scripts/fuzz-manifests"


def test_spoiled_manifests_raise_nothing_but_our_errors() -> None:
    finished = subprocess.run(
        [sys.executable, SCRIPT, "--count", "2000", "--seed", "7"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "2,000  cases" in finished.stdout
    assert "accepted" in finished.stdout
    assert "ManifestError: the manifest is refused: the path" in finished.stdout
