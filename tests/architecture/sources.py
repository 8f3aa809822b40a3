"""The sources that the tests of the architecture read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "backend/weightmark"

# What scripts read, and nobody runs.
DATA = {".in", ".json", ".lock", ".mod", ".sum"}

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def source_files() -> list[Path]:
    """Return every file that somebody has to read: Python, Solidity, JavaScript, shell."""
    solidity = [path for top in ("contracts", "tests") for path in (CHECKOUT / top).rglob("*.sol")]
    return sorted({*python_files(), *solidity, *scripts()})


def python_files() -> list[Path]:
    """Return every Python file that is ours, scripts without a suffix among them."""
    found = [path for top in ("backend", "tests") for path in (CHECKOUT / top).rglob("*.py")]
    return sorted([*found, *(path for path in scripts() if is_python(path))])


def scripts() -> list[Path]:
    """Return every file in ``scripts``, and CI's."""
    found = (CHECKOUT / "scripts").rglob("*")
    files = [path for path in found if path.is_file() and path.suffix not in DATA]
    inside = [path for path in files if "__pycache__" not in path.parts]
    return sorted([*inside, CHECKOUT / ".ci/run"])


def is_python(path: Path) -> bool:
    """Tell whether a script is written in Python."""
    return path.suffix == ".py" or bool(re.match(rb"#!.*python", path.read_bytes()))


def load_script(path: str) -> ModuleType:
    """Return a script in Python, named by its path in ``scripts``, as a module."""
    file = CHECKOUT / "scripts" / path
    name = file.stem.replace("-", "_")
    spec = spec_from_loader(name, SourceFileLoader(name, str(file)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def public_definitions(path: Path) -> Iterator[tuple[str, Definition]]:
    """Yield every class, function and method of a file that others may use, by its full name."""
    yield from _public(tree(path).body, path.stem)


def _public(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield f"{prefix}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}.{node.name}")
