"""A manifest written elsewhere than beside the files: whatever else is there is not replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.releases import assert_ends, document, write_model

NAMED = ("--name", "acme/digits", "--version", "1.0.0")


@pytest.mark.parametrize("command", ["manifest create", "publish"])
def test_a_file_of_somebody_else(run_weightmark: Weightmark, tmp_path: Path, command: str) -> None:
    model, other = write_model(tmp_path / "model"), tmp_path / "thesis.tex"
    other.write_text("years of work")
    (tmp_path / "link").symlink_to(other)
    for place in (other, tmp_path / "link"):
        arguments: tuple[str | Path, ...] = (*command.split(), model, *NAMED, "--out", place)
        assert_ends(run_weightmark(*arguments), 4, place.name, "is no manifest", "--out")
        told = run_weightmark(*arguments, "--json")
        assert (told.returncode, document(told)["error"]["code"]) == (4, "bad-manifest")
    assert other.read_text() == "years of work"
    assert (tmp_path / "link").is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "model", "thesis.tex"]


def test_an_earlier_manifest(run_weightmark: Weightmark, tmp_path: Path) -> None:
    model, out = write_model(tmp_path / "model"), tmp_path / "manifest.json"
    create = ("manifest", "create", model, *NAMED, "--out", out)
    assert_ends(run_weightmark(*create), 0)
    (model / "config.json").write_text("{}")
    assert_ends(run_weightmark(*create), 0)
    assert_ends(run_weightmark("manifest", "verify", model, "--manifest", out), 0)
    assert not (model / "weightmark.json").exists()
