"""Published releases, and what their commands end with."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command import Weightmark

NAME = "acme/digits"
PROBLEMS = frozenset({"failed", "invalid", "unchecked"})

Finished = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Release:
    """A release that is published, with files and state of its own.

    Attributes:
        weightmark: The command, with the state in which the release was published.
        model: The files.
        reference: The REF with chain id, address and version.
    """

    weightmark: Weightmark
    model: Path
    reference: str

    @property
    def home(self) -> Path:
        """The data directory."""
        return self.weightmark.home

    @property
    def publisher(self) -> str:
        """The publisher's address."""
        return self.reference.partition(":")[2].partition("/")[0]

    @property
    def manifest(self) -> Path:
        """The manifest beside the files."""
        return self.model / "weightmark.json"

    def verify(self, *arguments: str | Path) -> Finished:
        """Verify the files, as a user of this machine does."""
        return self.weightmark("verify", self.model, *arguments)

    def copy(self, to: Path, *, covered: bool = False) -> Release:
        """Return the same release with copies of files and state, which a test may harm."""
        home = shutil.copytree(self.home, to / "home")
        model = shutil.copytree(self.model, to / "model")
        user, work = to / "user", to / "work"
        user.mkdir()
        work.mkdir()
        return Release(Weightmark(user, home, work, covered), model, self.reference)


def new_weightmark(folder: Path) -> Weightmark:
    """Return the command with new, empty state in a folder."""
    for name in ("user", "home", "work"):
        (folder / name).mkdir()
    return Weightmark(folder / "user", folder / "home", folder / "work")


def write_model(path: Path) -> Path:
    """Write a small model tree at ``path``, and return the path."""
    (path / "tokenizer").mkdir(parents=True)
    (path / "model.safetensors").write_bytes(bytes(range(256)) * 16)
    (path / "config.json").write_text('{"classes": 10}\n')
    (path / "tokenizer/vocabulary.txt").write_text("one\ntwo\n")
    return path


def publish(weightmark: Weightmark, model: Path, version: str, *arguments: str | Path) -> Release:
    """Publish a model, and return its release."""
    named = ("--name", NAME, "--version", version, "--json")
    finished = weightmark("publish", model, *named, *arguments)
    assert_ends(finished, 0)
    return Release(weightmark, model, document(finished)["reference"])


def document(finished: Finished) -> Any:
    """Return the one document on standard output."""
    assert "Traceback" not in finished.stderr, finished.stderr
    return json.loads(finished.stdout)


def assert_ends(finished: Finished, status: int, *named: str) -> None:
    """Check how a command ended, and that what it printed names what it has to name."""
    output = finished.stdout + finished.stderr
    assert finished.returncode == status, output
    assert "Traceback" not in output, output
    for each in named:
        assert each in output, f"{each!r} is not in:\n{output}"


def problems(finished: Finished, status: int) -> dict[str, list[str]]:
    """Return the paths of each check that did not pass, by the check's name.

    Args:
        finished: A verification with ``--json``.
        status: What it must have ended with.
    """
    verdict = document(finished)
    assert finished.returncode == status, verdict
    assert verdict["exit_status"] == status
    assert verdict["verified"] is False
    found = [check for check in verdict["checks"] if check["outcome"] in PROBLEMS]
    return {check["name"]: check["paths"] for check in found}


def edit_manifest(path: Path, **changes: object) -> None:
    """Change members of a manifest, and write it canonically again."""
    members = {**json.loads(path.read_text("utf-8")), **changes}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def files_of(manifest: Path) -> list[dict[str, Any]]:
    """Return the entries of a manifest."""
    entries: list[dict[str, Any]] = json.loads(manifest.read_text("utf-8"))["files"]
    return entries
