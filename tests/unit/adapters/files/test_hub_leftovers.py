"""What a download from a hub leaves is outside the artifact; what only looks like it is inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.adapters.files.local_artifact import LocalArtifact

COMMIT = "11c5a3d5811f50298f278a704980280950aedb10"
SHA256 = "7c5d3f4b8b76583b422fcb9189ad6c89d5d97a094541ce8932dce3ecabde1421"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A comment.\n#\thttps://example.org/\n"
GENUINE = {
    ".gitignore": "*",
    ".gitignore.lock": "",
    "CACHEDIR.TAG": TAG,
    "download/config.json.lock": "",
    "download/config.json.metadata": f"{COMMIT}\n{COMMIT}\n1712656091.123\n",
    "download/sub/model.bin.metadata": f"{COMMIT}\n{SHA256}\n1712656091.1234567\n",
    "download/new.metadata": f"{COMMIT}\n{SHA256}\n1712656091\n",
}
FORGED = {
    ".gitignore": "*\n!hidden.py\n",
    "CACHEDIR.TAG": TAG + "import os\n",
    "download/x.metadata": "import os\nos.system('true')\n",
    "download/y.metadata": f"{COMMIT}\n{SHA256}\n1712656091.123\nimport os\n",
    "download/z.metadata": f"{COMMIT}\n{SHA256}\n1712656091.123",
    "download/.metadata": f"{COMMIT}\n{SHA256}\n1712656091.123\n",
    "download/full.lock": "x",
    "download/model.incomplete": "",
    "upload/config.json.metadata": f"{COMMIT}\n{COMMIT}\n1712656091.123\n",
    "other.lock": "",
    "hidden.py": "import os\n",
}


def _write(root: Path, path: str, content: str) -> None:
    file = root / ".cache/huggingface" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


@pytest.mark.parametrize("path", GENUINE)
def test_a_leftover_is_outside(tmp_path: Path, path: str) -> None:
    _write(tmp_path, path, GENUINE[path])
    listing = LocalArtifact(tmp_path).list(["*"])
    assert listing.sizes == {}
    assert listing.ignored == ()


@pytest.mark.parametrize("path", FORGED)
def test_a_forged_leftover_is_inside(tmp_path: Path, path: str) -> None:
    _write(tmp_path, path, FORGED[path])
    assert set(LocalArtifact(tmp_path).list().sizes) == {f".cache/huggingface/{path}"}


def test_a_leftover_elsewhere_is_inside(tmp_path: Path) -> None:
    _write(tmp_path / "sub", ".gitignore", "*")
    assert set(LocalArtifact(tmp_path).list().sizes) == {"sub/.cache/huggingface/.gitignore"}


def test_a_link_is_no_leftover(tmp_path: Path) -> None:
    _write(tmp_path, "download/x.lock", "")
    link = tmp_path / ".cache/huggingface/download/y.lock"
    link.symlink_to("x.lock")
    assert set(LocalArtifact(tmp_path).list().sizes) == {".cache/huggingface/download/y.lock"}
