"""Models of every shape that a bundle of OpenSSF Model Signing can have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Shape = Callable[[Path], Path]


def one_file(path: Path) -> Path:
    """Write a model that is one file."""
    path.write_bytes(b"weights")
    return path


def tree(*names: str) -> Shape:
    """Return what writes a folder with files of these names; those called empty are."""

    def write(path: Path) -> Path:
        for name in names:
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(name.encode() if "empty" not in name else b"")
        return path

    return write


SHAPES: dict[str, Shape] = {
    "one file": one_file,
    "a folder with one file": tree("model.onnx"),
    "many files": tree(*(f"shard-{number:03}.bin" for number in range(200))),
    "nested folders": tree("a/b/c/d", "a/b-c", "a/b.c/d", "a/C", "a-b", "B/x", ".hidden/file"),
    "names that are not ASCII": tree("Gewicht-ä.bin", "模型/重み.bin", "🤗", "sp ace 'quoted'"),
    "empty files": tree("empty", "folder/empty-too"),
}


def sidecar(model: Path, name: str = "model.sig") -> Path:
    """Return where a sidecar of a model lies."""
    return model / name if model.is_dir() else model.with_name(f"{model.name}.{name}")


def alter(model: Path) -> None:
    """Change one file of a model, whatever its shape."""
    files = [path for path in (model, *sorted(model.rglob("*"))) if path.is_file()]
    next(path for path in files if path != sidecar(model)).write_bytes(b"altered")
