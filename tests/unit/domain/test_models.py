"""What counts as a model."""

from __future__ import annotations

import pytest

from weightmark.domain.models import is_model_file, is_model_folder


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
