"""What counts as a model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from weightmark.domain.models import (
    MODEL_MARKERS,
    MODEL_SUFFIXES,
    is_model_file,
    is_model_folder,
)

DOCUMENT = Path(__file__).parents[3] / "docs/trees.md"


@pytest.mark.parametrize(
    "name", ["w.bin", "w.pkl", "w.gguf", "w.PTH", "w.pt", "w.onnx", "w.tar.H5", "w.SafeTensors"]
)
def test_hole_2_a_model_by_its_suffix(name: str) -> None:
    assert is_model_file(name)


@pytest.mark.parametrize("name", ["config.json", "w.sig", "w", "bin", "w.bin.sig", "w.pth.txt"])
def test_what_is_no_model_by_its_suffix(name: str) -> None:
    assert not is_model_file(name)


def test_a_folder_by_what_it_holds() -> None:
    assert is_model_folder(["notes.txt", "config.json"])
    assert is_model_folder(["MLmodel"])
    assert not is_model_folder(["notes.txt", "w.bin", "CONFIG.JSON"])
    assert not is_model_folder([])


def test_the_document_lists_them_all() -> None:
    text = DOCUMENT.read_text("utf-8").partition("## What counts as a model\n")[2]
    _, folders, files = text.partition("\n\nOther files")[0].split("\n- ")
    words = [word for quoted in re.findall(r"`([^`]+)`", files) for word in quoted.split()]
    assert sorted(words) == sorted(MODEL_SUFFIXES)
    assert sorted(re.findall(r"`([^`]+)`", folders)) == sorted(MODEL_MARKERS)
