"""What a path means that a caller gives: a file or a folder, its name, and what lies beside it."""

from __future__ import annotations

import os
from os.path import isfile
from pathlib import Path

from weightmark.domain.text import printable


def single_file(path: Path) -> str:
    """Return the path of an artifact that is one file, as its listing has it; or an empty text."""
    is_file = isfile(path)  # noqa: PTH113 - Path's own raises where a name is too long
    return path.name if is_file else ""


def subject_of(path: Path) -> str:
    """Return what an artifact without a manifest is called: its own name, made safe to show."""
    return printable(os.path.basename(os.path.realpath(path)))  # noqa: PTH119 - of any name


def sidecar_place(path: Path, name: str) -> str:
    """Return where a sidecar of an artifact is."""
    return f"{path}.{name}" if single_file(path) else str(path / name)
